//! The fixed parts of a message, for each version.
//!
//! A child stands in the namespace of the schema that declares its parent's type, so namespaces change on the way down
//! (facts/sweden.md §1), and not at the same places in both versions: a `Message` has the types of version 1 in version
//! 2, types of its own in version 3. Only default namespaces are used, declared where they differ from the parent's.

use super::{Form, Version};
use crate::letter::{MatterStatus, ReceiptWish, ReplyWish};

/// An element that holds text alone.
pub(super) struct Leaf {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
}

/// What one version of a message is made of.
pub(super) struct Markup {
    pub(super) version: Version,
    /// Start tags of `SealedDelivery` and `SignedDelivery`.
    pub(super) sealed_open: &'static str,
    /// Start tag of `SignedDelivery` as a document of its own.
    pub(super) signed_open: &'static str,
    pub(super) up_to_sender_id: &'static str,
    pub(super) recipient: Leaf,
    pub(super) reference: Leaf,
    pub(super) correlation_id: Leaf,
    pub(super) attention: Leaf,
    pub(super) message_open: &'static str,
    pub(super) up_to_body: &'static str,
    pub(super) attachment_open: &'static str,
    /// Whether there is a place for the matter.
    pub(super) has_matter: bool,
    pub(super) tag: Leaf,
    pub(super) value: Leaf,
    pub(super) content_type: Leaf,
    pub(super) body: Leaf,
    pub(super) checksum: Leaf,
    pub(super) file_name: Leaf,
    /// From the start of the request up to and with the start tag of `SignedDelivery`.
    envelope_open: &'static str,
    /// Start tag of `Seal` in the request, where its parent has another namespace.
    seal_open_in_envelope: &'static str,
}

/// What lies around and between the parts of a document as it is stored.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// Up to and with the start tag of `SignedDelivery`.
    pub(super) open: &'static str,
    /// Start tag of `Seal`.
    pub(super) seal_open: &'static str,
    /// Behind the relay's signature.
    pub(super) close: &'static str,
}

impl Layout {
    pub(super) fn bytes(&self) -> usize {
        self.open.len() + self.seal_open.len() + self.close.len()
    }
}

impl Markup {
    pub(super) fn of(version: Version) -> &'static Self {
        match version {
            Version::V3 => &V3,
            Version::V2 => &V2,
        }
    }

    pub(super) fn layout(&self, form: Form) -> Layout {
        match form {
            Form::Soap => Layout {
                open: self.envelope_open,
                seal_open: self.seal_open_in_envelope,
                close: ENVELOPE_CLOSE,
            },
            Form::Sealed => Layout {
                open: self.sealed_open,
                seal_open: SEAL_OPEN,
                close: SEALED_CLOSE,
            },
        }
    }

    /// Version and form of a stored document, by its beginning.
    pub(super) fn recognise(document: &[u8]) -> Option<(&'static Self, Form)> {
        let all = [&V3, &V2].map(|markup| [(markup, Form::Soap), (markup, Form::Sealed)]);
        let mut all = all.into_iter().flatten();
        all.find(|(markup, form)| document.starts_with(markup.layout(*form).open.as_bytes()))
    }
}

macro_rules! message_v1 {
    () => {
        r#" xmlns="http://minameddelanden.gov.se/schema/Message""#
    };
}
macro_rules! message_v2 {
    () => {
        r#" xmlns="http://minameddelanden.gov.se/schema/Message/v2""#
    };
}
macro_rules! message_v3 {
    () => {
        r#" xmlns="http://minameddelanden.gov.se/schema/Message/v3""#
    };
}
macro_rules! sender {
    () => {
        r#" xmlns="http://minameddelanden.gov.se/schema/Sender""#
    };
}
macro_rules! matter {
    () => {
        r#" xmlns="http://minameddelanden.gov.se/schema/OfficialMatter/v3""#
    };
}
/// A leaf in its parent's namespace, or in one that it declares.
macro_rules! leaf {
    ($name:literal) => {
        leaf!($name, "")
    };
    ($name:literal, $namespace:expr) => {
        Leaf {
            open: concat!("<", $name, $namespace, ">"),
            close: concat!("</", $name, ">"),
        }
    };
}
/// A version, by the namespaces that its parts declare: the deliveries; children of the delivery's header; the three
/// parts of a message; the children of metadata, body and attachment; the request.
macro_rules! markup {
    ($version:ident, matter $matter:literal, $delivery:expr, $head:expr, $part:expr, $child:expr, $request:literal) => {
        Markup {
            version: Version::$version,
            sealed_open: concat!("<SealedDelivery", $delivery, "><SignedDelivery>"),
            signed_open: concat!("<SignedDelivery", $delivery, ">"),
            up_to_sender_id: concat!("<Delivery><Header><Sender", $head, ">"),
            recipient: leaf!("Recipient", $head),
            reference: leaf!("Reference", $head),
            correlation_id: leaf!("CorrelationId", $head),
            attention: leaf!("Attention", $head),
            message_open: concat!("<Message><Header", $part, ">"),
            up_to_body: concat!("</Header><Body", $part, ">"),
            attachment_open: concat!("<Attachment", $part, ">"),
            has_matter: $matter,
            tag: leaf!("Tag", $child),
            value: leaf!("Value", $child),
            content_type: leaf!("ContentType", $child),
            body: leaf!("Body", $child),
            checksum: leaf!("Checksum", $child),
            file_name: leaf!("Filename", $child),
            // SOAP 1.1, document/literal; the element within the element of the same name is as in the schemas.
            envelope_open: concat!(
                r#"<?xml version="1.0" encoding="UTF-8"?>"#,
                r#"<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>"#,
                "<deliverSecure",
                $request,
                "><deliverSecure><SignedDelivery",
                $delivery,
                ">"
            ),
            seal_open_in_envelope: concat!("<Seal", $delivery, ">"),
        }
    };
}

static V3: Markup = markup!(
    V3,
    matter true,
    message_v3!(),
    message_v2!(),
    "",
    message_v1!(),
    r#" xmlns="http://minameddelanden.gov.se/schema/Service/v3""#
);
static V2: Markup = markup!(
    V2,
    matter false,
    message_v2!(),
    "",
    message_v1!(),
    "",
    r#" xmlns="http://minameddelanden.gov.se/schema/Service/v2""#
);

pub(super) const SIGNED_CLOSE: &str = "</SignedDelivery>";
pub(super) const SEALED_CLOSE: &str = "</SealedDelivery>";
const ENVELOPE_CLOSE: &str = "</deliverSecure></deliverSecure></soap:Body></soap:Envelope>";

pub(super) const SENDER_ID: Leaf = leaf!("Id", sender!());
pub(super) const SENDER_NAME: Leaf = leaf!("Name", sender!());
pub(super) const SENDER_ATTENTION: Leaf = leaf!("Attention", sender!());
pub(super) const SENDER_CLOSE: &str = "</Sender>";
pub(super) const HEADER_CLOSE: &str = "</Header>";

pub(super) const ID: Leaf = leaf!("Id");
pub(super) const SUBJECT: Leaf = leaf!("Subject");
pub(super) const SUPPORT_OPEN: &str = "<Supportinfo>";
pub(super) const SUPPORT_TEXT: Leaf = leaf!("Text");
pub(super) const SUPPORT_URL: Leaf = leaf!("URL");
pub(super) const SUPPORT_PHONE: Leaf = leaf!("PhoneNumber");
pub(super) const SUPPORT_EMAIL: Leaf = leaf!("EmailAdress");
pub(super) const SUPPORT_CLOSE: &str = "</Supportinfo>";

pub(super) const MATTER_OPEN: &str = "<OfficialMatter><OfficialMatterExtension>";
pub(super) const TIMESTAMP: Leaf = leaf!("Timestamp", matter!());
pub(super) const IDENTITY_OPEN: &str = concat!("<Identity", matter!(), ">");
pub(super) const EVENT_ID: Leaf = leaf!("EventId");
pub(super) const MATTER_ID: Leaf = leaf!("OfficialMatterId");
pub(super) const PRECEDING_EVENT_ID: Leaf = leaf!("PrecedingEventId");
pub(super) const IDENTITY_CLOSE: &str = "</Identity>";
pub(super) const MATTER_SUBJECT: Leaf = leaf!("MatterSubject", matter!());
pub(super) const EVENT_TYPE: Leaf = leaf!("EventType", matter!());
pub(super) const MATTER_STATUS: Leaf = leaf!("MatterStatus", matter!());
pub(super) const MATTER_CLOSE: &str = "</OfficialMatterExtension></OfficialMatter>";

pub(super) const METADATA_OPEN: &str = "<Metadata>";
pub(super) const METADATA_CLOSE: &str = "</Metadata>";
pub(super) const LANGUAGE: Leaf = leaf!("Language");
pub(super) const REPLY: Leaf = leaf!("Reply");
pub(super) const RECEIPT_REQUEST: Leaf = leaf!("ReceiptRequest");

pub(super) const BODY_CLOSE: &str = "</Body>";
pub(super) const ATTACHMENT_CLOSE: &str = "</Attachment>";
pub(super) const MESSAGE_CLOSE: &str = "</Message>";
pub(super) const DELIVERY_CLOSE: &str = "</Delivery>";

pub(super) const SEAL_OPEN: &str = "<Seal>";
pub(super) const RECEIVED_TIME: Leaf = leaf!("ReceivedTime", message_v1!());
pub(super) const SIGNATURES_OK: Leaf = leaf!("SignaturesOK", message_v1!());
pub(super) const SEAL_CLOSE: &str = "</Seal>";

pub(super) fn reply_word(wish: ReplyWish) -> &'static str {
    match wish {
        ReplyWish::Requested => "REQUESTED",
        ReplyWish::Accepted => "ACCEPTED",
        ReplyWish::NotAllowed => "NOT_ALLOWED",
    }
}

pub(super) fn receipt_word(wish: ReceiptWish) -> &'static str {
    match wish {
        ReceiptWish::None => "NOT",
        ReceiptWish::Simple => "SIMPLE",
        ReceiptWish::Signed => "SIGNED",
    }
}

pub(super) fn status_word(status: MatterStatus) -> &'static str {
    match status {
        MatterStatus::SenderInitiative => "senderinitiative",
        MatterStatus::RecipientInitiative => "recipientinitiative",
        MatterStatus::Closed => "closed",
    }
}
