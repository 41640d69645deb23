//! Reads our own messages back, strictly: only the exact canonical form that the writer gives is accepted, so that a
//! message that reads here is well-formed, canonical and in the order of the schema without a parser's help.
//!
//! In: the bytes of a document. Out: its ids and certificates, both signatures and all checksums verified. Messages of
//! others (prefixes, other order of attributes, line breaks) are not for this reader.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use memchr::{memchr, memmem};

use super::super::documents;
use super::digest_of;
use super::xml::{self, Leaf};
use crate::sign::{Certificate, xmldsig};

/// Kept certificates are few: one a sender, one a relay. More than this many come from a hostile file.
const CERTIFICATES_MAX: usize = 64;

/// What a message says of itself, verified.
#[derive(Clone, Debug)]
pub struct Verified {
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

/// Reads a document and checks everything that can be checked without knowing whom to trust: form, both signatures,
/// checksums of the attachments.
///
/// # Errors
/// What is wrong with it, in words that hold none of its contents.
pub fn verify(document: &[u8], certificates: &Certificates) -> Result<Verified, String> {
    if simdutf8::basic::from_utf8(document).is_err() {
        return Err("it is not UTF-8".into());
    }
    let mut cursor = Cursor {
        bytes: document,
        at: 0,
    };
    cursor.expect(xml::SEALED_OPEN)?;
    let delivery_from = cursor.at;
    let ids = delivery(&mut cursor)?;
    let delivery = document.get(delivery_from..cursor.at).unwrap_or_default();
    let digest = digest_of(&[
        xml::SIGNED_OPEN_ALONE.as_bytes(),
        delivery,
        xml::SIGNED_CLOSE.as_bytes(),
    ]);
    let sender = signature(&mut cursor, "sender", &digest, certificates)?;
    cursor.expect(xml::SIGNED_CLOSE)?;
    cursor.expect(xml::SEAL_OPEN)?;
    let received = cursor.leaf(&xml::RECEIVED_TIME)?;
    if received.parse::<jiff::civil::Date>().is_err() {
        return Err("`ReceivedTime` is no date".into());
    }
    if cursor.leaf(&xml::SIGNATURES_OK)? != "true" {
        return Err("`SignaturesOK` is not true".into());
    }
    cursor.expect(xml::SEAL_CLOSE)?;
    let sealed = document.get(..cursor.at).unwrap_or_default();
    let digest = digest_of(&[sealed, xml::SEALED_CLOSE.as_bytes()]);
    let relay = signature(&mut cursor, "relay", &digest, certificates)?;
    cursor.expect(xml::SEALED_CLOSE)?;
    if cursor.at != document.len() {
        return Err("something stands behind its end".into());
    }
    Ok(Verified {
        message_ids: vec![ids.message_id.to_owned()],
        correlation_id: xml::unescape(ids.correlation_id),
        attachments: ids.attachments,
        sender,
        relay,
    })
}

/// Where `<Seal>` begins.
pub(super) fn seal_start(inside: &[u8]) -> Option<usize> {
    let mark = [xml::SIGNED_CLOSE, xml::SEAL_OPEN].concat();
    memmem::find(inside, mark.as_bytes()).map(|at| at + xml::SIGNED_CLOSE.len())
}

struct Ids<'a> {
    message_id: &'a str,
    correlation_id: &'a str,
    attachments: usize,
}

/// The same order as the writer's.
fn delivery<'a>(cursor: &mut Cursor<'a>) -> Result<Ids<'a>, String> {
    cursor.expect(xml::UP_TO_SENDER_ID)?;
    cursor.leaf(&xml::SENDER_ID)?;
    cursor.leaf(&xml::SENDER_NAME)?;
    cursor.expect(xml::SENDER_CLOSE)?;
    cursor.leaf(&xml::RECIPIENT)?;
    cursor.optional(&xml::REFERENCE)?;
    let correlation_id = cursor.leaf(&xml::CORRELATION_ID)?;
    cursor.optional(&xml::ATTENTION)?;
    cursor.expect(xml::UP_TO_MESSAGE_ID)?;
    let message_id = cursor.leaf(&xml::ID)?;
    cursor.leaf(&xml::SUBJECT)?;
    cursor.expect(xml::SUPPORT_OPEN)?;
    cursor.leaf(&xml::SUPPORT_TEXT)?;
    cursor.optional(&xml::SUPPORT_URL)?;
    cursor.optional(&xml::SUPPORT_PHONE)?;
    cursor.optional(&xml::SUPPORT_EMAIL)?;
    cursor.expect(xml::SUPPORT_CLOSE)?;
    while cursor.skip(xml::METADATA_OPEN) {
        cursor.leaf(&xml::TAG)?;
        cursor.leaf(&xml::VALUE)?;
        cursor.expect(xml::METADATA_CLOSE)?;
    }
    cursor.leaf(&xml::LANGUAGE)?;
    cursor.expect(xml::UP_TO_BODY)?;
    cursor.leaf(&xml::CONTENT_TYPE)?;
    cursor.base64(&xml::BODY)?;
    cursor.expect(xml::BODY_CLOSE)?;
    let mut attachments = 0;
    while cursor.skip(xml::ATTACHMENT_OPEN) {
        cursor.leaf(&xml::CONTENT_TYPE)?;
        let bytes = cursor.base64(&xml::BODY)?;
        if cursor.leaf(&xml::CHECKSUM)? != documents::checksum(&bytes) {
            return Err(format!(
                "attachment {} has another checksum",
                attachments + 1
            ));
        }
        cursor.leaf(&xml::FILENAME)?;
        cursor.expect(xml::ATTACHMENT_CLOSE)?;
        attachments += 1;
    }
    cursor.expect(xml::MESSAGE_CLOSE)?;
    Ok(Ids {
        message_id,
        correlation_id,
        attachments,
    })
}

fn signature(
    cursor: &mut Cursor<'_>,
    whose: &str,
    digest: &crate::disk::Sha256,
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

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, markup: &str) -> bool {
        let found = self.rest().starts_with(markup.as_bytes());
        if found {
            self.at += markup.len();
        }
        found
    }

    fn expect(&mut self, markup: &str) -> Result<(), String> {
        if self.skip(markup) {
            Ok(())
        } else {
            Err(format!("byte {}: `{markup}` was expected", self.at))
        }
    }

    fn optional(&mut self, leaf: &Leaf) -> Result<(), String> {
        if self.rest().starts_with(leaf.open.as_bytes()) {
            self.leaf(leaf)?;
        }
        Ok(())
    }

    /// Text as it stands, escapes checked and left in.
    fn leaf(&mut self, leaf: &Leaf) -> Result<&'a str, String> {
        let (from, text) = self.raw_leaf(leaf)?;
        let text = std::str::from_utf8(text).map_err(|_| format!("byte {from}: not UTF-8"))?;
        if is_canonical_text(text) {
            Ok(text)
        } else {
            Err(format!(
                "byte {from}: text of `{}` is not canonical",
                leaf.open
            ))
        }
    }

    fn base64(&mut self, leaf: &Leaf) -> Result<Vec<u8>, String> {
        let (from, text) = self.raw_leaf(leaf)?;
        base64_simd::STANDARD
            .decode_to_vec(text)
            .map_err(|_| format!("byte {from}: not base64 without line breaks"))
    }

    fn raw_leaf(&mut self, leaf: &Leaf) -> Result<(usize, &'a [u8]), String> {
        self.expect(leaf.open)?;
        let from = self.at;
        let rest = self.rest();
        let length = memchr(b'<', rest).ok_or_else(|| format!("byte {from}: it ends in a text"))?;
        self.at += length;
        self.expect(leaf.close)?;
        Ok((from, rest.get(..length).unwrap_or_default()))
    }
}

/// As the writer escapes: canonical XML 1.0 §2.3.
fn is_canonical_text(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) =
        rest.find(|c: char| matches!(c, '&' | '>' | '\r') || !xml::is_xml_character(c))
    {
        let behind = rest.get(at..).unwrap_or_default();
        let escape = ["&amp;", "&lt;", "&gt;", "&#xD;"]
            .iter()
            .find(|escape| behind.starts_with(**escape));
        match escape {
            Some(escape) => rest = behind.get(escape.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}
