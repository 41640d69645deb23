//! The one table that ties the element names of a mailing to the letter model.
//!
//! [`children`] says, for each element of the model, which children it has and by what name; [`attribute`] and the small
//! functions at the end do the same for attributes and for the words that values are chosen from. The rest of the room
//! speaks of [`Element`]s only, so that an agency's own vocabulary can later be mapped by another table of this form.
//!
//! To add an element: a variant of [`Element`], a line in [`children`], an arm in the builder (`build/`).

mod words;

pub(super) use words::*;

/// The namespace of a mailing.
pub(super) const NAMESPACE: &str = "urn:lettermill:mailing:1";

/// The root element.
pub(super) const ROOT: &str = "mailing";

/// A letter.
pub(super) const LETTER: &str = "letter";

/// The attachments of a letter, and one of them.
pub(super) const ATTACHMENTS: &str = "attachments";
pub(super) const ATTACHMENT: &str = "attachment";

/// An element of a mailing, by what it means. Where two elements mean the same in different places they share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// What is around the root.
    Outside,
    Mailing,
    Header,
    Letter,
    Trailer,
    MailingId,
    Created,
    Environment,
    Sender,
    Defaults,
    SharedDocuments,
    LetterCount,
    AttachmentCount,
    Country,
    OrganisationNumber,
    Name,
    Address,
    Support,
    SupportText,
    Url,
    Phone,
    Email,
    Department,
    CostCentre,
    Process,
    Delivery,
    Language,
    Print,
    SharedDocument,
    Reference,
    Recipient,
    Mandatory,
    LegalNotification,
    NotBefore,
    ReplyBy,
    Subject,
    Content,
    Attachments,
    Actions,
    Notification,
    Data,
    PersonNumber,
    Cpr,
    Cvr,
    Attention,
    CareOf,
    Street,
    PostalCode,
    City,
    Line,
    Text,
    Pdf,
    Heading,
    Paragraph,
    List,
    Table,
    KeyValues,
    PageBreak,
    Bold,
    Italic,
    LineBreak,
    Item,
    Column,
    Row,
    Cell,
    Entry,
    Key,
    Value,
    Base64,
    File,
    Attachment,
    SharedReference,
    Action,
    Label,
    Starts,
    Ends,
    Reservation,
    Description,
    Abstract,
    Location,
    OrganiserEmail,
    OrganiserName,
    Insert,
    ContactPoint,
    ContactInfo,
    Representative,
    Reply,
    Receipt,
    MessageCode,
    Matter,
    CaseId,
    CaseSystem,
    EventId,
    PrecedingEventId,
    MatterSubject,
    EventType,
    MatterStatus,
    About,
    Citizen,
    Company,
    Vehicle,
    Property,
    Kle,
    Form,
    ProductionUnit,
    Education,
    InReplyTo,
    Comment,
    /// Any other; the schema has said what it thinks of it.
    Unknown,
}

/// Which children an element has, in the order they usually come.
pub(super) fn children(parent: Element) -> &'static [(&'static str, Element)] {
    use Element as E;
    match parent {
        E::Outside => &[(ROOT, E::Mailing)],
        E::Mailing => &[
            ("header", E::Header),
            (LETTER, E::Letter),
            ("trailer", E::Trailer),
        ],
        E::Header => &[
            ("mailingId", E::MailingId),
            ("created", E::Created),
            ("environment", E::Environment),
            ("sender", E::Sender),
            ("defaults", E::Defaults),
            ("sharedDocuments", E::SharedDocuments),
            ("letterCount", E::LetterCount),
        ],
        E::Trailer => &[
            ("letterCount", E::LetterCount),
            ("attachmentCount", E::AttachmentCount),
        ],
        E::Sender => &[
            ("country", E::Country),
            ("organisationNumber", E::OrganisationNumber),
            ("name", E::Name),
            ("returnAddress", E::Address),
            ("support", E::Support),
            ("attention", E::Attention),
            ("contactPoint", E::ContactPoint),
            ("representative", E::Representative),
        ],
        E::ContactPoint => &[("info", E::ContactInfo)],
        E::Support => &[
            ("text", E::SupportText),
            ("url", E::Url),
            ("phone", E::Phone),
            ("email", E::Email),
        ],
        E::Defaults => &[
            ("department", E::Department),
            ("costCentre", E::CostCentre),
            ("process", E::Process),
            ("delivery", E::Delivery),
            ("language", E::Language),
            ("print", E::Print),
        ],
        E::SharedDocuments => &[("document", E::SharedDocument)],
        E::Letter => &[
            ("reference", E::Reference),
            ("department", E::Department),
            ("costCentre", E::CostCentre),
            ("process", E::Process),
            ("recipient", E::Recipient),
            ("delivery", E::Delivery),
            ("mandatory", E::Mandatory),
            ("legalNotification", E::LegalNotification),
            ("notBefore", E::NotBefore),
            ("replyBy", E::ReplyBy),
            ("language", E::Language),
            ("subject", E::Subject),
            ("content", E::Content),
            (ATTACHMENTS, E::Attachments),
            ("actions", E::Actions),
            ("notification", E::Notification),
            ("data", E::Data),
            ("reply", E::Reply),
            ("receipt", E::Receipt),
            ("messageCode", E::MessageCode),
            ("matter", E::Matter),
            ("about", E::About),
            ("inReplyTo", E::InReplyTo),
            ("print", E::Print),
        ],
        E::Matter => &[
            ("caseId", E::CaseId),
            ("caseSystem", E::CaseSystem),
            ("eventId", E::EventId),
            ("precedingEventId", E::PrecedingEventId),
            ("matterSubject", E::MatterSubject),
            ("eventType", E::EventType),
            ("status", E::MatterStatus),
        ],
        E::About => &[
            ("citizen", E::Citizen),
            ("company", E::Company),
            ("vehicle", E::Vehicle),
            ("property", E::Property),
            ("kle", E::Kle),
            ("form", E::Form),
            ("productionUnit", E::ProductionUnit),
            ("education", E::Education),
            ("address", E::Address),
        ],
        E::InReplyTo => &[("comment", E::Comment), ("data", E::Data)],
        E::Recipient => &[
            ("personNumber", E::PersonNumber),
            ("organisationNumber", E::OrganisationNumber),
            ("cpr", E::Cpr),
            ("cvr", E::Cvr),
            ("name", E::Name),
            ("attention", E::Attention),
            ("address", E::Address),
        ],
        E::Address => &[
            ("careOf", E::CareOf),
            ("street", E::Street),
            ("postalCode", E::PostalCode),
            ("city", E::City),
            ("line", E::Line),
        ],
        E::Content => &[("text", E::Text), ("pdf", E::Pdf)],
        E::Text => &[
            ("heading", E::Heading),
            ("paragraph", E::Paragraph),
            ("list", E::List),
            ("table", E::Table),
            ("keyValues", E::KeyValues),
            ("pageBreak", E::PageBreak),
        ],
        E::Heading | E::Paragraph | E::Item | E::Cell | E::Value | E::Bold | E::Italic => {
            &[("b", E::Bold), ("i", E::Italic), ("br", E::LineBreak)]
        }
        E::List => &[("item", E::Item)],
        E::Table => &[("column", E::Column), ("row", E::Row)],
        E::Row => &[("cell", E::Cell)],
        E::KeyValues => &[("entry", E::Entry)],
        E::Entry => &[("key", E::Key), ("value", E::Value)],
        E::Pdf | E::SharedDocument => &[("base64", E::Base64), ("file", E::File)],
        E::Attachments => &[(ATTACHMENT, E::Attachment)],
        E::Attachment => &[
            ("base64", E::Base64),
            ("file", E::File),
            ("shared", E::SharedReference),
        ],
        E::Actions => &[("action", E::Action)],
        E::Action => &[
            ("label", E::Label),
            ("starts", E::Starts),
            ("ends", E::Ends),
            ("url", E::Url),
            ("reservation", E::Reservation),
        ],
        E::Reservation => &[
            ("description", E::Description),
            ("abstract", E::Abstract),
            ("location", E::Location),
            ("starts", E::Starts),
            ("ends", E::Ends),
            ("organiserEmail", E::OrganiserEmail),
            ("organiserName", E::OrganiserName),
        ],
        E::Print => &[("insert", E::Insert)],
        _ => &[],
    }
}

/// The child of `parent` that has this name. `hint` is where the table was left for this parent: children mostly come in
/// the table's order, so that a look-up costs one comparison or two.
pub(super) fn child(parent: Element, local: &str, hint: &mut u8) -> Element {
    let table = children(parent);
    let start = usize::from(*hint).min(table.len());
    let (before, after) = table.split_at(start);
    for (i, (name, element)) in after.iter().chain(before).enumerate() {
        if *name == local {
            *hint = ((start + i) % table.len()) as u8; // A table has fewer than 256 rows.
            return *element;
        }
    }
    Element::Unknown
}

/// Names of attributes.
pub(super) mod attribute {
    pub(crate) const ALIGN: &str = "align";
    pub(crate) const CASE_ID: &str = "caseId";
    pub(crate) const CHANNEL: &str = "channel";
    pub(crate) const CHASSIS: &str = "chassis";
    pub(crate) const CODE: &str = "code";
    pub(crate) const COLOUR: &str = "colour";
    pub(crate) const CONTACT_POINT_ID: &str = "contactPointId";
    pub(crate) const COUNTRY: &str = "country";
    pub(crate) const CPR: &str = "cpr";
    pub(crate) const CVR: &str = "cvr";
    pub(crate) const DOCUMENT: &str = "document";
    pub(crate) const ENVELOPE: &str = "envelope";
    pub(crate) const FACET: &str = "facet";
    pub(crate) const FILE_NAME: &str = "fileName";
    pub(crate) const GROUP: &str = "group";
    pub(crate) const HEADING: &str = "heading";
    pub(crate) const ID: &str = "id";
    pub(crate) const KEY: &str = "key";
    pub(crate) const KIND: &str = "kind";
    pub(crate) const LABEL: &str = "label";
    pub(crate) const LEVEL: &str = "level";
    pub(crate) const LICENCE: &str = "licence";
    pub(crate) const MEDIA_TYPE: &str = "mediaType";
    pub(crate) const MESSAGE_ID: &str = "messageId";
    pub(crate) const MESSAGE_UUID: &str = "messageUuid";
    pub(crate) const NAME: &str = "name";
    pub(crate) const NUMBER: &str = "number";
    pub(crate) const PATH: &str = "path";
    pub(crate) const POSTAGE: &str = "postage";
    pub(crate) const PROTECTED: &str = "addressProtected";
    pub(crate) const RECIPIENT_ID: &str = "recipientId";
    pub(crate) const REPLY_UUID: &str = "replyUuid";
    pub(crate) const SENDER_ID: &str = "senderId";
    pub(crate) const SHA256: &str = "sha256";
    pub(crate) const SIDES: &str = "sides";
    pub(crate) const SYSTEM_ID: &str = "systemId";
    pub(crate) const VERSION: &str = "version";
}

/// The media type of a document that does not name one.
pub(super) const MEDIA_TYPE_DEFAULT: &str = "application/pdf";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_are_found_in_any_order() {
        let mut hint = 0;
        let table = children(Element::Letter);
        for (name, element) in table.iter().chain(table.iter().rev()) {
            assert_eq!(child(Element::Letter, name, &mut hint), *element);
        }
        assert_eq!(
            child(Element::Letter, "heading", &mut hint),
            Element::Unknown
        );
        assert_eq!(child(Element::Subject, "b", &mut hint), Element::Unknown);
    }

    #[test]
    fn the_table_names_only_what_the_schema_has() {
        let xsd = include_str!("../../schemas/mailing-1.xsd");
        let document = roxmltree::Document::parse(xsd).unwrap();
        let declared: Vec<&str> = document
            .descendants()
            .filter(|n| n.has_tag_name(("http://www.w3.org/2001/XMLSchema", "element")))
            .filter_map(|n| n.attribute("name"))
            .collect();
        let mut known: Vec<&str> = Vec::new();
        let mut to_do = vec![Element::Outside];
        let mut seen = Vec::new();
        while let Some(parent) = to_do.pop() {
            if seen.contains(&parent) {
                continue;
            }
            seen.push(parent);
            for (name, element) in children(parent) {
                known.push(name);
                to_do.push(*element);
            }
        }
        for name in &known {
            assert!(declared.contains(name), "`{name}` is not in the schema");
        }
        for name in &declared {
            assert!(
                known.contains(name),
                "`{name}` of the schema is not in the table"
            );
        }
    }
}
