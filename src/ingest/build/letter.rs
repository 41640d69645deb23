//! A letter.

use super::super::cursor::{Cursor, Stop};
use super::super::vocabulary::{self as words, Element, attribute};
use super::document::{self, Budget};
use super::header::organisation_number;
use super::{
    Surroundings, bad_attribute, bad_value, dialogue, missing, parts, text, time, word,
    word_attribute,
};
use crate::letter::{
    Action, ActionTarget, Attachment, Content, Country, Cpr, Cvr, DateTimeText, DeliveryWish,
    Dialogue, Letter, LetterSeq, PersonNumber, PrintOptions, Recipient, RecipientId, Text,
};

/// A letter in the making; what is known of it stays known when the building stops.
#[derive(Default)]
pub(in super::super) struct Draft<'a> {
    pub(in super::super) id: Option<Text<'a>>,
    reference: Option<Text<'a>>,
    department: Option<Text<'a>>,
    cost_centre: Option<Text<'a>>,
    process: Option<Text<'a>>,
    recipient: Option<Recipient<'a>>,
    wish: Option<DeliveryWish>,
    mandatory: bool,
    legal_notification: bool,
    not_before: Option<jiff::civil::Date>,
    reply_by: Option<jiff::civil::Date>,
    language: Option<Text<'a>>,
    subject: Option<Text<'a>>,
    content: Option<Content<'a>>,
    attachments: Vec<Attachment>,
    actions: Vec<Action<'a>>,
    notification: Option<Text<'a>>,
    data: Vec<(Text<'a>, Text<'a>)>,
    dialogue: Dialogue<'a>,
    print: PrintOptions<'a>,
}

/// Reads the letter at which the cursor stands into `draft`.
pub(in super::super) fn letter<'a>(
    c: &mut Cursor<'a, '_, '_>,
    around: &Surroundings<'a>,
    draft: &mut Draft<'a>,
) -> Result<(), Stop> {
    const BOOLEAN: &str = "`true` or `false`";
    let started = c.child();
    draft.id = c.attribute(attribute::ID).filter(|id| is_business_key(id));
    started?;
    if draft.id.is_none() && !c.schema_found_fault() {
        bad_attribute(
            c,
            attribute::ID,
            "",
            "1 to 64 letters, digits, `.`, `_`, `:` or `-`",
        );
    }
    let mut budget = Budget {
        bytes_left: around.limits.letter_documents_bytes_max,
    };
    while let Some(child) = c.child()? {
        match child {
            Element::Reference => draft.reference = Some(c.token()?),
            Element::Department => draft.department = Some(c.token()?),
            Element::CostCentre => draft.cost_centre = Some(c.token()?),
            Element::Process => draft.process = Some(c.token()?),
            Element::Recipient => draft.recipient = recipient(c)?,
            Element::Delivery => {
                draft.wish = word(c, words::delivery, "`auto`, `digital` or `print`")?
            }
            Element::Mandatory => {
                draft.mandatory = word(c, words::boolean, BOOLEAN)?.unwrap_or(false)
            }
            Element::LegalNotification => {
                draft.legal_notification = word(c, words::boolean, BOOLEAN)?.unwrap_or(false)
            }
            Element::NotBefore => {
                draft.not_before = word(c, time::date, "a date between the years 1 and 9999")?
            }
            Element::ReplyBy => {
                draft.reply_by = word(c, time::date, "a date between the years 1 and 9999")?
            }
            Element::Language => draft.language = Some(c.token()?),
            Element::Subject => draft.subject = Some(c.token()?),
            Element::Content => draft.content = content(c, around, &mut budget)?,
            Element::Attachments => attachments(c, around, &mut budget, &mut draft.attachments)?,
            Element::Actions => actions(c, &mut draft.actions)?,
            Element::Notification => draft.notification = Some(c.token()?),
            Element::Data => draft
                .data
                .extend(dialogue::named_value(c, attribute::NAME)?),
            Element::Print => draft.print = parts::print(c)?,
            other => dialogue::part(c, other, &mut draft.dialogue)?,
        }
    }
    c.finish()?;
    let whole = draft.recipient.is_some() && draft.subject.is_some() && draft.content.is_some();
    if !whole && !c.has_findings() {
        missing(c, "recipient, subject and content");
    }
    Ok(())
}

impl<'a> Draft<'a> {
    /// The letter, with the mailing's defaults applied; `None` if it lacks something.
    pub(in super::super) fn finish(
        self,
        seq: LetterSeq,
        line: u64,
        around: &Surroundings<'a>,
    ) -> Option<Letter<'a>> {
        let defaults = &around.header.defaults;
        let or_default = |own: Option<Text<'a>>, default: &'a Option<String>| {
            own.or_else(|| default.as_deref().map(Text::Borrowed))
        };
        let home_language = match around.header.sender.country {
            Country::Sweden => "sv",
            Country::Denmark => "da",
        };
        Some(Letter {
            seq,
            line,
            id: self.id?,
            reference: self.reference,
            department: or_default(self.department, &defaults.department),
            cost_centre: or_default(self.cost_centre, &defaults.cost_centre),
            process: or_default(self.process, &defaults.process),
            recipient: self.recipient?,
            wish: self.wish.or(defaults.delivery).unwrap_or_default(),
            mandatory: self.mandatory,
            legal_notification: self.legal_notification,
            not_before: self.not_before,
            reply_by: self.reply_by,
            language: or_default(self.language, &defaults.language)
                .unwrap_or(Text::Borrowed(home_language)),
            subject: self.subject?,
            content: self.content?,
            attachments: self.attachments,
            actions: self.actions,
            notification: self.notification,
            data: self.data,
            dialogue: self.dialogue,
            print: parts::with_defaults(self.print, &defaults.print),
        })
    }
}

/// The form of a business key: `[A-Za-z0-9][A-Za-z0-9._:-]{0,63}`. What has another form may be anything, and is not
/// repeated in any output.
pub(in super::super) fn is_business_key(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-'))
}

fn recipient<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Option<Recipient<'a>>, Stop> {
    let address_protected =
        word_attribute(c, attribute::PROTECTED, words::boolean, "`true` or `false`")
            .unwrap_or(false);
    let mut id = RecipientId::None;
    let (mut name, mut attention, mut address) = (None, None, None);
    while let Some(child) = c.child()? {
        match child {
            Element::PersonNumber | Element::OrganisationNumber | Element::Cpr | Element::Cvr => {
                let text = c.token()?;
                match identifier(child, &text) {
                    Some(found) => id = found,
                    None => bad_value(c, &text, "an identifier of ASCII digits in its full length"),
                }
            }
            Element::Name => name = Some(c.token()?),
            Element::Attention => attention = Some(c.token()?),
            Element::Address => address = parts::address(c)?,
            _ => c.skip()?,
        }
    }
    let Some(name) = name else {
        missing(c, "name");
        return Ok(None);
    };
    Ok(Some(Recipient {
        id,
        name,
        attention,
        address,
        address_protected,
    }))
}

fn identifier(kind: Element, text: &str) -> Option<RecipientId> {
    match kind {
        Element::PersonNumber => {
            PersonNumber::from_digits(&text.replace('-', "")).map(RecipientId::Person)
        }
        Element::OrganisationNumber => organisation_number(text).map(RecipientId::Organisation),
        Element::Cpr => Cpr::from_digits(&text.replace('-', "")).map(RecipientId::Cpr),
        _ => Cvr::from_digits(text).map(RecipientId::Cvr),
    }
}

fn content<'a>(
    c: &mut Cursor<'a, '_, '_>,
    around: &Surroundings<'a>,
    budget: &mut Budget,
) -> Result<Option<Content<'a>>, Stop> {
    let mut content = None;
    while let Some(child) = c.child()? {
        match child {
            Element::Text => content = Some(Content::Text(text::blocks(c)?)),
            Element::Pdf => content = document::pdf(c, around, budget)?.map(Content::Pdf),
            _ => c.skip()?,
        }
    }
    Ok(content)
}

fn attachments<'a>(
    c: &mut Cursor<'a, '_, '_>,
    around: &Surroundings<'a>,
    budget: &mut Budget,
    out: &mut Vec<Attachment>,
) -> Result<(), Stop> {
    while let Some(child) = c.child()? {
        match child {
            Element::Attachment => out.extend(document::attachment(c, around, budget)?),
            _ => c.skip()?,
        }
    }
    Ok(())
}

fn actions<'a>(c: &mut Cursor<'a, '_, '_>, out: &mut Vec<Action<'a>>) -> Result<(), Stop> {
    while let Some(child) = c.child()? {
        match child {
            Element::Action => out.extend(action(c)?),
            _ => c.skip()?,
        }
    }
    Ok(())
}

fn action<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Option<Action<'a>>, Stop> {
    let code = c.attribute(attribute::CODE);
    let (mut label, mut starts, mut ends, mut target) = (None, None, None, None);
    while let Some(child) = c.child()? {
        match child {
            Element::Label => label = Some(c.token()?),
            Element::Starts => starts = date_time(c)?,
            Element::Ends => ends = date_time(c)?,
            Element::Url => target = Some(ActionTarget::Url(c.token()?)),
            Element::Reservation => target = reservation(c)?,
            _ => c.skip()?,
        }
    }
    let (Some(code), Some(label)) = (code, label) else {
        missing(c, "code and label");
        return Ok(None);
    };
    Ok(Some(Action {
        code,
        label,
        starts,
        ends,
        target,
    }))
}

fn reservation<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Option<ActionTarget<'a>>, Stop> {
    let (mut description, mut abstract_, mut location, mut starts, mut ends) =
        (None, None, None, None, None);
    let (mut organiser_email, mut organiser_name) = (None, None);
    while let Some(child) = c.child()? {
        match child {
            Element::Description => description = Some(c.token()?),
            Element::Abstract => abstract_ = Some(c.token()?),
            Element::Location => location = Some(c.token()?),
            Element::Starts => starts = date_time(c)?,
            Element::Ends => ends = date_time(c)?,
            Element::OrganiserEmail => organiser_email = Some(c.token()?),
            Element::OrganiserName => organiser_name = Some(c.token()?),
            _ => c.skip()?,
        }
    }
    let (Some(description), Some(abstract_), Some(location), Some(starts), Some(ends)) =
        (description, abstract_, location, starts, ends)
    else {
        missing(c, "description, abstract, location, start and end");
        return Ok(None);
    };
    Ok(Some(ActionTarget::Reservation {
        description,
        abstract_,
        location,
        starts,
        ends,
        organiser_email,
        organiser_name,
    }))
}

fn date_time<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Option<DateTimeText<'a>>, Stop> {
    let text = c.token()?;
    let Some(civil) = time::date_time(&text) else {
        bad_value(c, &text, "a date and time between the years 1 and 9999");
        return Ok(None);
    };
    Ok(Some(DateTimeText { text, civil }))
}
