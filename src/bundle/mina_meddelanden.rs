//! Mina meddelanden, version 3: one `SealedDelivery` a letter, signed by the sender and sealed by the relay.
//!
//! In: a letter, the mailing's header, two signers. Out: the document that is digested and stored. It is written in
//! canonical form from the start (`xml.rs`), the `SignedDelivery` part once for both digests: only its start tag
//! differs between them (facts/sweden.md §2). What always holds: a message over the size limit, or with something the
//! channel does not carry, is refused before anything is signed.
//!
//! To write another element: its name in `xml.rs`, its place in [`Sealer::head`] or `attachments` below, the same
//! place in `read.rs`, a line in `docs/formats-bundle.md`.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use super::{Error, Format, Refusal, Seal, Sealed};
use crate::disk::{Sha256, sha256};
use crate::letter::{Channel, Content, Country, Document, Header, Letter, RecipientId};
use crate::sign::{Signer, xmldsig::XmlSigner};

mod body;
mod documents;
mod read;
mod xml;

pub use documents::checksum;
pub use read::{Certificates, Verified, verify};

use documents::Encoded;
use xml::Writer;

/// "Ett meddelande får vara max 2 MB, inklusive bilagor" (digg.se), counted as the peers do: bytes of the serialized
/// SOAP envelope (facts/sweden.md §1).
pub const MESSAGE_BYTES_MAX: u64 = 2_097_152;

/// How messages are written.
#[derive(Clone, Debug)]
pub struct Options {
    /// Most bytes of the SOAP envelope that will carry the message.
    pub message_bytes_max: u64,
    /// How a text letter is written.
    pub body: BodyForm,
    /// Media types of attachments that are sent; only PDF is in use (facts/sweden.md §1).
    pub attachment_types: Vec<String>,
    /// Value of `Language` for a letter's ISO 639-1 code; a letter in any other gets the first one's. Everybody sends
    /// `svSE`, so that is all there is by default (facts/sweden.md §1).
    pub languages: Vec<(String, String)>,
    /// Most bytes kept of shared documents, ready encoded; one that has no room is encoded for each letter.
    pub documents_bytes_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            message_bytes_max: MESSAGE_BYTES_MAX,
            body: BodyForm::Html,
            attachment_types: vec!["application/pdf".into()],
            languages: vec![("sv".into(), "svSE".into())],
            documents_bytes_max: 64 << 20,
        }
    }
}

/// How a text letter is written in `Body`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyForm {
    /// `text/html`.
    Html,
    /// `text/plain`.
    Plain,
}

/// Seals the letters of one mailing.
pub struct Sealer {
    options: Options,
    sender: XmlSigner,
    relay: XmlSigner,
    /// `Delivery` up to the recipient.
    opening: Vec<u8>,
    /// `Supportinfo`, whole.
    support: Vec<u8>,
    /// `Seal`, whole.
    seal: Vec<u8>,
    documents: documents::Shared,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("options", &self.options)
            .field("sender", self.sender.signer())
            .field("relay", self.relay.signer())
            .finish_non_exhaustive()
    }
}

impl Sealer {
    /// Prepares what is the same in all letters of the mailing. `date` becomes the seal's `ReceivedTime`.
    ///
    /// # Errors
    /// A sender who is not Swedish or whose texts do not fit; a key that is not RSA.
    pub fn new(
        options: Options,
        sender: Arc<Signer>,
        relay: Arc<Signer>,
        header: &Header,
        date: Date,
    ) -> Result<Self, Error> {
        check_sender(header, date)?;
        let text_fault = |_| Error::Sender {
            found: "a text of the mailing's header has a character that XML does not allow".into(),
            allowed: "correct the header",
        };
        Ok(Self {
            sender: XmlSigner::new(sender)?,
            relay: XmlSigner::new(relay)?,
            opening: opening(header).map_err(text_fault)?,
            support: support(header).map_err(text_fault)?,
            seal: seal(date).map_err(text_fault)?,
            documents: documents::Shared::new(&header.shared, options.documents_bytes_max),
            options,
        })
    }

    /// From `Delivery` up to the attachments.
    fn head(
        &self,
        out: &mut Writer,
        letter: &Letter<'_>,
        recipient: &str,
        message_id: Uuid,
        content: Option<&Document>,
    ) -> Result<(), Refusal> {
        out.raw_bytes(&self.opening);
        out.leaf(&xml::RECIPIENT, recipient)?;
        out.optional(&xml::REFERENCE, letter.reference.as_deref())?;
        out.leaf(&xml::CORRELATION_ID, &letter.id)?;
        out.optional(&xml::ATTENTION, letter.recipient.attention.as_deref())?;
        out.raw(xml::UP_TO_MESSAGE_ID);
        let mut id = Uuid::encode_buffer();
        out.leaf(&xml::ID, message_id.hyphenated().encode_lower(&mut id))?;
        out.leaf(&xml::SUBJECT, &letter.subject)?;
        out.raw_bytes(&self.support);
        for (tag, value) in &letter.data {
            out.raw(xml::METADATA_OPEN);
            out.leaf(&xml::TAG, tag)?;
            out.leaf(&xml::VALUE, value)?;
            out.raw(xml::METADATA_CLOSE);
        }
        out.leaf(&xml::LANGUAGE, self.language(&letter.language))?;
        out.raw(xml::UP_TO_BODY);
        let (content_type, text) = self.body(letter, content);
        xml::check_characters(&text)?;
        out.leaf(&xml::CONTENT_TYPE, content_type)?;
        out.base64(&xml::BODY, text.as_bytes());
        out.raw(xml::BODY_CLOSE);
        Ok(())
    }

    fn body(&self, letter: &Letter<'_>, content: Option<&Document>) -> (&'static str, String) {
        match (&letter.content, self.options.body) {
            (Content::Pdf(_), _) => {
                let file_name = content.map_or("", |d| d.file_name.as_str());
                let text = body::pointer(&letter.language, &letter.subject, file_name);
                ("text/plain", text)
            }
            (Content::Text(blocks), BodyForm::Html) => (
                "text/html",
                body::html(&letter.language, &letter.subject, blocks),
            ),
            (Content::Text(blocks), BodyForm::Plain) => ("text/plain", body::plain(blocks)),
        }
    }

    fn language(&self, code: &str) -> &str {
        let languages = &self.options.languages;
        let found = languages.iter().find(|(from, _)| from == code);
        found
            .or(languages.first())
            .map_or("svSE", |(_, to)| to.as_str())
    }

    /// The content where it is a PDF, then what the letter encloses on this channel.
    fn attachments<'l>(&self, letter: &'l Letter<'_>) -> Result<Vec<&'l Document>, Refusal> {
        let content = match &letter.content {
            Content::Pdf(document) => Some(document),
            Content::Text(_) => None,
        };
        let enclosed = letter
            .attachments
            .iter()
            .filter(|a| a.only != Some(Channel::Print))
            .map(|a| &a.document);
        let documents: Vec<_> = content.into_iter().chain(enclosed).collect();
        for document in &documents {
            let allowed = &self.options.attachment_types;
            if !allowed.contains(&document.media_type) {
                return Err(Refusal::ContentNotAllowed {
                    found: format!("attachment of type `{}`", document.media_type),
                    allowed: format!("the channel carries {}", allowed.join(", ")),
                });
            }
        }
        Ok(documents)
    }

    /// Bytes of the request, once the document up to the attachments has `head` bytes: exactly what
    /// [`soap_envelope`] will give.
    fn request_bytes(&self, head: usize, documents: &[&Document]) -> Result<u64, Refusal> {
        let mut bytes = head + xml::MESSAGE_CLOSE.len() + xml::SIGNED_CLOSE.len();
        bytes += self.seal.len() + xml::SEALED_CLOSE.len();
        bytes += self.sender.element_bytes() + self.relay.element_bytes();
        for document in documents {
            bytes += xml::attachment_overhead(document)?;
            bytes += documents::base64_characters(document.bytes.len());
        }
        // The outer element changes its name and namespace, so the two in it declare theirs.
        let envelope = bytes - xml::SEALED_OPEN.len() - xml::SEALED_CLOSE.len()
            + xml::ENVELOPE_OPEN.len()
            + xml::SIGNED_OPEN_ALONE.len()
            + xml::NAMESPACE.len()
            + xml::ENVELOPE_CLOSE.len();
        Ok(envelope as u64)
    }

    /// Appends both signatures and what lies between them; `out` ends behind `</Delivery>`.
    fn sign(&self, mut out: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let delivery = out.get(xml::SEALED_OPEN.len()..).unwrap_or_default();
        let digest = digest_of(&[
            xml::SIGNED_OPEN_ALONE.as_bytes(),
            delivery,
            xml::SIGNED_CLOSE.as_bytes(),
        ]);
        self.sender.sign_into(&digest, &mut out)?;
        out.extend_from_slice(xml::SIGNED_CLOSE.as_bytes());
        out.extend_from_slice(&self.seal);
        let digest = digest_of(&[&out, xml::SEALED_CLOSE.as_bytes()]);
        self.relay.sign_into(&digest, &mut out)?;
        out.extend_from_slice(xml::SEALED_CLOSE.as_bytes());
        Ok(out)
    }
}

impl Seal for Sealer {
    fn format(&self) -> Format {
        Format::MinaMeddelanden
    }

    fn seal(&self, letter: &Letter<'_>, message_id: Uuid) -> Result<Sealed, Refusal> {
        let recipient = recipient(&letter.recipient.id)?;
        let documents = self.attachments(letter)?;
        let mut out = Writer::new(16 << 10);
        out.raw(xml::SEALED_OPEN);
        self.head(
            &mut out,
            letter,
            recipient,
            message_id,
            documents.first().copied(),
        )?;
        let request_bytes = self.request_bytes(out.len(), &documents)?;
        if request_bytes > self.options.message_bytes_max {
            return Err(Refusal::TooLarge {
                bytes: request_bytes,
                bytes_max: self.options.message_bytes_max,
            });
        }
        out.reserve(usize::try_from(request_bytes).unwrap_or_default());
        for document in documents {
            match self.documents.encoded(&document.bytes) {
                Some(encoded) => out.attachment(document, encoded)?,
                None => out.attachment(document, &Encoded::new(&document.bytes))?,
            }
        }
        out.raw(xml::MESSAGE_CLOSE);
        let bytes = self.sign(out.finish())?;
        Ok(Sealed {
            message_id,
            sha256: sha256(&bytes),
            bytes,
            request_bytes,
        })
    }
}

/// The SOAP request that carries a stored document to an operator: `SealedDelivery` is renamed to `deliverSecure` and
/// changes its namespace; the seal is still computed over the document as stored (facts/sweden.md §2). `None` when the
/// bytes are no `SealedDelivery` of ours.
pub fn soap_envelope(document: &[u8]) -> Option<Vec<u8>> {
    let inside = document
        .strip_prefix(xml::SEALED_OPEN.as_bytes())?
        .strip_suffix(xml::SEALED_CLOSE.as_bytes())?;
    let at = read::seal_start(inside)?;
    let (signed, sealed) = inside.split_at_checked(at)?;
    let sealed = sealed.strip_prefix(xml::SEAL_OPEN.as_bytes())?;
    let mut out = Vec::with_capacity(document.len() + 512);
    out.extend_from_slice(xml::ENVELOPE_OPEN.as_bytes());
    out.extend_from_slice(xml::SIGNED_OPEN_ALONE.as_bytes());
    out.extend_from_slice(signed);
    out.extend_from_slice(xml::SEAL_OPEN_ALONE.as_bytes());
    out.extend_from_slice(sealed);
    out.extend_from_slice(xml::ENVELOPE_CLOSE.as_bytes());
    Some(out)
}

fn digest_of(parts: &[&[u8]]) -> Sha256 {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        digest.update(part);
    }
    crate::disk::finished(digest)
}

/// Twelve digits that the pattern of `RecipientId` allows (facts/sweden.md §5). A coordination number may have any day;
/// month 00 occurs in issued ones and cannot be written.
fn recipient(id: &RecipientId) -> Result<&str, Refusal> {
    let digits = match id {
        RecipientId::Organisation(number) => number.as_str(),
        RecipientId::Person(number) => number.as_str(),
        RecipientId::Cpr(_) | RecipientId::Cvr(_) => {
            return Err(Refusal::NotRepresentable {
                found: "it is Danish",
            });
        }
        RecipientId::None => {
            return Err(Refusal::NotRepresentable {
                found: "there is none",
            });
        }
    };
    let century = digits.get(..2).unwrap_or_default();
    let month: Option<u8> = digits.get(4..6).and_then(|m| m.parse().ok());
    match (century, month) {
        ("16", _) => Ok(digits),
        ("18" | "19" | "20", Some(1..=12)) => Ok(digits),
        ("18" | "19" | "20", _) => Err(Refusal::NotRepresentable {
            found: "its month is not 01 to 12",
        }),
        _ => Err(Refusal::NotRepresentable {
            found: "its century is not 18, 19 or 20, nor its prefix 16",
        }),
    }
}

/// Limits of `Sender`, `Supportinfo` and `xs:date`: X:schema/Sender.xsd, v3/Message.xsd, Recipient.xsd.
fn check_sender(header: &Header, date: Date) -> Result<(), Error> {
    let sender = &header.sender;
    let support = &sender.support;
    let number = &sender.organisation_number;
    let fault = |found: &str, allowed| {
        Err(Error::Sender {
            found: found.to_owned(),
            allowed,
        })
    };
    let longer = |text: &Option<String>, characters_max| {
        text.as_ref()
            .is_some_and(|t| t.chars().count() > characters_max)
    };
    if sender.country != Country::Sweden {
        return fault(
            "the sender is not Swedish",
            "Mina meddelanden is for Sweden",
        );
    }
    if number.len() != 12
        || !number.starts_with("16")
        || !number.bytes().all(|b| b.is_ascii_digit())
    {
        return fault(
            "the sender's organisation number has another form",
            "twelve digits that begin with 16 are needed",
        );
    }
    if !(2..=256).contains(&sender.name.chars().count()) {
        return fault("the sender's name", "must have 2 to 256 characters");
    }
    if support.text.chars().count() > 1024 {
        return fault(
            "the sender's support text",
            "must have at most 1024 characters",
        );
    }
    if longer(&support.url, 255) || longer(&support.phone, 255) || longer(&support.email, 256) {
        return fault(
            "the sender's support URL, telephone or e-mail",
            "must have at most 255 characters",
        );
    }
    if !(1..=9999).contains(&date.year()) {
        return fault("the batch date", "must lie in the years 1 to 9999");
    }
    Ok(())
}

fn opening(header: &Header) -> Result<Vec<u8>, Refusal> {
    let mut out = Writer::new(1024);
    out.raw(xml::UP_TO_SENDER_ID);
    out.leaf(&xml::SENDER_ID, &header.sender.organisation_number)?;
    out.leaf(&xml::SENDER_NAME, &header.sender.name)?;
    out.raw(xml::SENDER_CLOSE);
    Ok(out.finish())
}

fn support(header: &Header) -> Result<Vec<u8>, Refusal> {
    let support = &header.sender.support;
    let mut out = Writer::new(2048);
    out.raw(xml::SUPPORT_OPEN);
    out.leaf(&xml::SUPPORT_TEXT, &support.text)?;
    out.optional(&xml::SUPPORT_URL, support.url.as_deref())?;
    out.optional(&xml::SUPPORT_PHONE, support.phone.as_deref())?;
    out.optional(&xml::SUPPORT_EMAIL, support.email.as_deref())?;
    out.raw(xml::SUPPORT_CLOSE);
    Ok(out.finish())
}

fn seal(date: Date) -> Result<Vec<u8>, Refusal> {
    let mut out = Writer::new(256);
    out.raw(xml::SEAL_OPEN);
    out.leaf(&xml::RECEIVED_TIME, &date.to_string())?;
    out.leaf(&xml::SIGNATURES_OK, "true")?;
    out.raw(xml::SEAL_CLOSE);
    Ok(out.finish())
}
