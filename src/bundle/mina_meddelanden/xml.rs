//! The document's fixed parts and its writer.
//!
//! What always holds: everything written is its own canonical form, exclusive and inclusive C14N 1.0 alike. That takes
//! default namespaces only, declared where they differ from the parent's (a child stands in the namespace of the schema
//! that declares its type, so they change on the way down: facts/sweden.md §1); no attributes; no white space between
//! elements; `&`, `<`, `>` and CR escaped in text, nothing else.

use super::super::Refusal;
use super::super::documents::Encoded;
use crate::letter::Document;

/// An element that holds text alone.
pub(super) struct Leaf {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
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

/// The declaration that an element gets when it no longer has a parent in this namespace.
pub(super) const NAMESPACE: &str = message_v3!();

pub(super) const SEALED_OPEN: &str = concat!("<SealedDelivery", message_v3!(), "><SignedDelivery>");
pub(super) const SIGNED_OPEN_ALONE: &str = concat!("<SignedDelivery", message_v3!(), ">");
pub(super) const SIGNED_CLOSE: &str = "</SignedDelivery>";
pub(super) const SEALED_CLOSE: &str = "</SealedDelivery>";

pub(super) const UP_TO_SENDER_ID: &str = concat!("<Delivery><Header><Sender", message_v2!(), ">");
pub(super) const SENDER_ID: Leaf = leaf!("Id", sender!());
pub(super) const SENDER_NAME: Leaf = leaf!("Name", sender!());
pub(super) const SENDER_CLOSE: &str = "</Sender>";
pub(super) const RECIPIENT: Leaf = leaf!("Recipient", message_v2!());
pub(super) const REFERENCE: Leaf = leaf!("Reference", message_v2!());
pub(super) const CORRELATION_ID: Leaf = leaf!("CorrelationId", message_v2!());
pub(super) const ATTENTION: Leaf = leaf!("Attention", message_v2!());

pub(super) const UP_TO_MESSAGE_ID: &str = "</Header><Message><Header>";
pub(super) const ID: Leaf = leaf!("Id");
pub(super) const SUBJECT: Leaf = leaf!("Subject");
pub(super) const SUPPORT_OPEN: &str = "<Supportinfo>";
pub(super) const SUPPORT_TEXT: Leaf = leaf!("Text");
pub(super) const SUPPORT_URL: Leaf = leaf!("URL");
pub(super) const SUPPORT_PHONE: Leaf = leaf!("PhoneNumber");
pub(super) const SUPPORT_EMAIL: Leaf = leaf!("EmailAdress");
pub(super) const SUPPORT_CLOSE: &str = "</Supportinfo>";
pub(super) const METADATA_OPEN: &str = "<Metadata>";
pub(super) const TAG: Leaf = leaf!("Tag", message_v1!());
pub(super) const VALUE: Leaf = leaf!("Value", message_v1!());
pub(super) const METADATA_CLOSE: &str = "</Metadata>";
pub(super) const LANGUAGE: Leaf = leaf!("Language");

pub(super) const UP_TO_BODY: &str = "</Header><Body>";
pub(super) const CONTENT_TYPE: Leaf = leaf!("ContentType", message_v1!());
pub(super) const BODY: Leaf = leaf!("Body", message_v1!());
pub(super) const BODY_CLOSE: &str = "</Body>";
pub(super) const ATTACHMENT_OPEN: &str = "<Attachment>";
pub(super) const CHECKSUM: Leaf = leaf!("Checksum", message_v1!());
pub(super) const FILENAME: Leaf = leaf!("Filename", message_v1!());
pub(super) const ATTACHMENT_CLOSE: &str = "</Attachment>";
pub(super) const MESSAGE_CLOSE: &str = "</Message></Delivery>";

pub(super) const SEAL_OPEN: &str = "<Seal>";
pub(super) const SEAL_OPEN_ALONE: &str = concat!("<Seal", message_v3!(), ">");
pub(super) const RECEIVED_TIME: Leaf = leaf!("ReceivedTime", message_v1!());
pub(super) const SIGNATURES_OK: Leaf = leaf!("SignaturesOK", message_v1!());
pub(super) const SEAL_CLOSE: &str = "</Seal>";

/// SOAP 1.1, document/literal; the element within the element of the same name is as in the WSDL (facts/sweden.md §1).
pub(super) const ENVELOPE_OPEN: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>"#,
    r#"<deliverSecure xmlns="http://minameddelanden.gov.se/schema/Service/v3"><deliverSecure>"#,
);
pub(super) const ENVELOPE_CLOSE: &str =
    "</deliverSecure></deliverSecure></soap:Body></soap:Envelope>";

/// Characters of an MD5 digest in hexadecimal.
pub(super) const CHECKSUM_CHARACTERS: usize = 32;

/// Writes canonical XML into a buffer.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Makes room for a document of so many bytes.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.0.reserve(bytes.saturating_sub(self.0.len()));
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    /// Markup, as it stands.
    pub(super) fn raw(&mut self, markup: &str) {
        self.raw_bytes(markup.as_bytes());
    }

    pub(super) fn raw_bytes(&mut self, markup: &[u8]) {
        self.0.extend_from_slice(markup);
    }

    pub(super) fn leaf(&mut self, leaf: &Leaf, text: &str) -> Result<(), Refusal> {
        self.raw(leaf.open);
        check_characters(text)?;
        escape_into(text, &mut self.0);
        self.raw(leaf.close);
        Ok(())
    }

    pub(super) fn optional(&mut self, leaf: &Leaf, text: Option<&str>) -> Result<(), Refusal> {
        text.map_or(Ok(()), |text| self.leaf(leaf, text))
    }

    pub(super) fn base64(&mut self, leaf: &Leaf, bytes: &[u8]) {
        self.raw(leaf.open);
        base64_simd::STANDARD.encode_append(bytes, &mut self.0);
        self.raw(leaf.close);
    }

    pub(super) fn attachment(
        &mut self,
        document: &Document,
        encoded: &Encoded,
    ) -> Result<(), Refusal> {
        self.raw(ATTACHMENT_OPEN);
        self.leaf(&CONTENT_TYPE, &document.media_type)?;
        self.raw(BODY.open);
        self.raw_bytes(&encoded.base64);
        self.raw(BODY.close);
        self.leaf(&CHECKSUM, &encoded.checksum)?;
        self.leaf(&FILENAME, &document.file_name)?;
        self.raw(ATTACHMENT_CLOSE);
        Ok(())
    }
}

/// Bytes of an attachment beside its base64.
pub(super) fn attachment_overhead(document: &Document) -> Result<usize, Refusal> {
    let mut out = Writer::new(1024);
    out.attachment(
        document,
        &Encoded {
            base64: Vec::new(),
            checksum: "0".repeat(CHECKSUM_CHARACTERS),
        },
    )?;
    Ok(out.len())
}

/// Canonical XML 1.0 §2.3, text nodes.
fn escape_into(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'\r' => b"&#xD;",
            _ => continue,
        };
        out.extend_from_slice(&bytes[done..at]);
        out.extend_from_slice(escape);
        done = at + 1;
    }
    out.extend_from_slice(&bytes[done..]);
}

/// What `escape_into` made of a text, back.
pub(super) fn unescape(text: &str) -> String {
    text.replace("&#xD;", "\r")
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&") // Last, so that nothing is undone twice.
}

/// XML 1.0 §2.2, production Char. `ingest` finds such characters too; here a message must not become unreadable by one.
pub(super) fn check_characters(text: &str) -> Result<(), Refusal> {
    let forbidden = text.chars().find(|c| !is_xml_character(*c));
    match forbidden {
        None => Ok(()),
        Some(c) => Err(Refusal::ContentNotAllowed {
            found: format!("character U+{:04X}", u32::from(c)),
            allowed: "XML 1.0 does not allow it".into(),
        }),
    }
}

pub(super) fn is_xml_character(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => true,
    }
}
