//! Reads our own messages back, strictly: only the exact canonical form that the writer gives is accepted, so that a
//! message that reads here is well-formed, canonical and in the order of the schema without a parser's help.
//!
//! In: the bytes that are stored, of either version and in either form. Out: their ids and certificates, both signatures
//! and all checksums verified. Messages of others (prefixes, other order of attributes, line breaks) are not for this
//! reader.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use super::super::cursor::Cursor;
use super::super::{canonical, documents};
use super::markup::{self, Layout, Markup};
use super::{Form, MESSAGES_MAX, Version, digest_of};
use crate::disk::Sha256;
use crate::letter::{MatterStatus, ReceiptWish, ReplyWish};
use crate::sign::{Certificate, xmldsig};

/// Kept certificates are few: one a sender, one a relay. More than this many come from a hostile file.
const CERTIFICATES_MAX: usize = 64;

/// What a message says of itself, verified.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Of the contract.
    pub version: Version,
    /// What is stored: the request, or the document as sealed.
    pub form: Form,
    /// `Message/Header/Id` of each message.
    pub message_ids: Vec<String>,
    /// `CorrelationId`, which is the id of the first letter.
    pub correlation_id: String,
    /// How many; the checksum of each is right.
    pub attachments: usize,
    /// Whose key signed the `SignedDelivery`.
    pub sender: Arc<Certificate>,
    /// Whose key signed the `SealedDelivery`.
    pub relay: Arc<Certificate>,
}

/// Certificates seen, so that each is read once. Shared by all threads.
#[derive(Debug, Default)]
pub struct Certificates(RwLock<HashMap<Vec<u8>, Arc<Certificate>>>);

impl Certificates {
    fn get(&self, base64: &[u8]) -> Result<Arc<Certificate>, String> {
        if let Some(found) = self
            .0
            .read()
            .ok()
            .and_then(|known| known.get(base64).cloned())
        {
            return Ok(found);
        }
        let der = base64_simd::STANDARD
            .decode_to_vec(base64)
            .map_err(|_| "the certificate is not base64".to_owned())?;
        let certificate = Arc::new(Certificate::from_der(&der).map_err(|e| e.to_string())?);
        if let Ok(mut known) = self.0.write()
            && known.len() < CERTIFICATES_MAX
        {
            known.insert(base64.to_vec(), Arc::clone(&certificate));
        }
        Ok(certificate)
    }
}

/// Reads a stored message and checks everything that can be checked without knowing whom to trust: form, both
/// signatures, checksums of the attachments.
///
/// # Errors
/// What is wrong with it, in words that hold none of its contents.
pub fn verify(document: &[u8], certificates: &Certificates) -> Result<Verified, String> {
    if simdutf8::basic::from_utf8(document).is_err() {
        return Err("it is not UTF-8".into());
    }
    let (markup, form) = Markup::recognise(document).ok_or(
        "it begins neither as a request `deliverSecure` nor as a `SealedDelivery` of version 3 or 2",
    )?;
    let layout = markup.layout(form);
    let mut cursor = Cursor {
        bytes: document,
        at: layout.open.len(),
    };
    let from = cursor.at;
    let mut delivery = Delivery::default();
    delivery.read(&mut cursor, markup)?;
    let digest = digest_of(&[
        markup.signed_open.as_bytes(),
        cursor.since(from),
        markup::SIGNED_CLOSE.as_bytes(),
    ]);
    let sender = signature(&mut cursor, "sender", &digest, certificates)?;
    cursor.expect(markup::SIGNED_CLOSE)?;
    let signed = cursor.since(from);
    let seal = seal(&mut cursor, &layout)?;
    // Under the names that were sealed, whatever they are in the request.
    let digest = digest_of(&[
        markup.sealed_open.as_bytes(),
        signed,
        markup::SEAL_OPEN.as_bytes(),
        seal,
        markup::SEALED_CLOSE.as_bytes(),
    ]);
    let relay = signature(&mut cursor, "relay", &digest, certificates)?;
    cursor.expect(layout.close)?;
    if cursor.at != document.len() {
        return Err("something stands behind its end".into());
    }
    Ok(Verified {
        version: markup.version,
        form,
        message_ids: delivery.message_ids,
        correlation_id: delivery.correlation_id,
        attachments: delivery.attachments,
        sender,
        relay,
    })
}

/// `Seal`; gives what stands behind its start tag.
fn seal<'a>(cursor: &mut Cursor<'a>, layout: &Layout) -> Result<&'a [u8], String> {
    cursor.expect(layout.seal_open)?;
    let from = cursor.at;
    let received = cursor.leaf(&markup::RECEIVED_TIME)?;
    if received.parse::<jiff::civil::Date>().is_err() {
        return Err("`ReceivedTime` is no date".into());
    }
    if cursor.leaf(&markup::SIGNATURES_OK)? != "true" {
        return Err("`SignaturesOK` is not true".into());
    }
    cursor.expect(markup::SEAL_CLOSE)?;
    Ok(cursor.since(from))
}

/// What is kept of a delivery. It is read in the order in which it is written.
#[derive(Default)]
struct Delivery {
    message_ids: Vec<String>,
    correlation_id: String,
    attachments: usize,
}

impl Delivery {
    fn read(&mut self, cursor: &mut Cursor<'_>, markup: &Markup) -> Result<(), String> {
        cursor.expect(markup.up_to_sender_id)?;
        cursor.leaf(&markup::SENDER_ID)?;
        cursor.leaf(&markup::SENDER_NAME)?;
        cursor.optional(&markup::SENDER_ATTENTION)?;
        cursor.expect(markup::SENDER_CLOSE)?;
        cursor.leaf(&markup.recipient)?;
        cursor.optional(&markup.reference)?;
        self.correlation_id =
            canonical::unescape(cursor.leaf(&markup.correlation_id)?).into_owned();
        cursor.optional(&markup.attention)?;
        cursor.expect(markup::HEADER_CLOSE)?;
        loop {
            self.message(cursor, markup)?;
            if cursor.skip(markup::DELIVERY_CLOSE) {
                return Ok(());
            }
            if self.message_ids.len() == MESSAGES_MAX {
                return Err(format!("it has more than {MESSAGES_MAX} messages"));
            }
        }
    }

    fn message(&mut self, cursor: &mut Cursor<'_>, markup: &Markup) -> Result<(), String> {
        cursor.expect(markup.message_open)?;
        self.message_ids
            .push(canonical::unescape(cursor.leaf(&markup::ID)?).into_owned());
        header(cursor, markup)?;
        cursor.expect(markup.up_to_body)?;
        cursor.leaf(&markup.content_type)?;
        cursor.base64(&markup.body)?;
        cursor.expect(markup::BODY_CLOSE)?;
        while cursor.skip(markup.attachment_open) {
            self.attachments += 1;
            cursor.leaf(&markup.content_type)?;
            let bytes = cursor.base64(&markup.body)?;
            if cursor.leaf(&markup.checksum)? != documents::checksum(&bytes) {
                let number = self.attachments;
                return Err(format!("attachment {number} has another checksum"));
            }
            cursor.leaf(&markup.file_name)?;
            cursor.expect(markup::ATTACHMENT_CLOSE)?;
        }
        cursor.expect(markup::MESSAGE_CLOSE)
    }
}

/// Of a message, behind its id.
fn header(cursor: &mut Cursor<'_>, markup: &Markup) -> Result<(), String> {
    cursor.leaf(&markup::SUBJECT)?;
    cursor.expect(markup::SUPPORT_OPEN)?;
    cursor.leaf(&markup::SUPPORT_TEXT)?;
    cursor.optional(&markup::SUPPORT_URL)?;
    cursor.optional(&markup::SUPPORT_PHONE)?;
    cursor.optional(&markup::SUPPORT_EMAIL)?;
    cursor.expect(markup::SUPPORT_CLOSE)?;
    if markup.has_matter && cursor.skip(markup::MATTER_OPEN) {
        matter(cursor)?;
    }
    while cursor.skip(markup::METADATA_OPEN) {
        cursor.leaf(&markup.tag)?;
        cursor.leaf(&markup.value)?;
        cursor.expect(markup::METADATA_CLOSE)?;
    }
    cursor.leaf(&markup::LANGUAGE)?;
    let replies = [
        ReplyWish::Requested,
        ReplyWish::Accepted,
        ReplyWish::NotAllowed,
    ];
    cursor.word(&markup::REPLY, &replies.map(markup::reply_word))?;
    let receipts = [ReceiptWish::None, ReceiptWish::Simple, ReceiptWish::Signed];
    cursor.word(
        &markup::RECEIPT_REQUEST,
        &receipts.map(markup::receipt_word),
    )
}

fn matter(cursor: &mut Cursor<'_>) -> Result<(), String> {
    let date = cursor.leaf(&markup::TIMESTAMP)?;
    if date.parse::<jiff::civil::Date>().is_err() {
        return Err("`Timestamp` is no date".into());
    }
    if cursor.skip(markup::IDENTITY_OPEN) {
        cursor.optional(&markup::EVENT_ID)?;
        cursor.optional(&markup::MATTER_ID)?;
        cursor.optional(&markup::PRECEDING_EVENT_ID)?;
        cursor.expect(markup::IDENTITY_CLOSE)?;
    }
    cursor.optional(&markup::MATTER_SUBJECT)?;
    cursor.optional(&markup::EVENT_TYPE)?;
    let statuses = [
        MatterStatus::SenderInitiative,
        MatterStatus::RecipientInitiative,
        MatterStatus::Closed,
    ];
    cursor.word(&markup::MATTER_STATUS, &statuses.map(markup::status_word))?;
    cursor.expect(markup::MATTER_CLOSE)
}

fn signature(
    cursor: &mut Cursor<'_>,
    whose: &str,
    digest: &Sha256,
    certificates: &Certificates,
) -> Result<Arc<Certificate>, String> {
    let parsed = xmldsig::parse(cursor.rest())
        .ok_or_else(|| format!("the {whose}'s signature has another form"))?;
    let certificate = certificates.get(parsed.certificate_base64)?;
    parsed
        .verify(digest, &certificate)
        .map_err(|_| format!("the {whose}'s signature does not verify"))?;
    cursor.at += parsed.length;
    Ok(certificate)
}
