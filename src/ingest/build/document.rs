//! Documents: base64 in the mailing, a file beside it, or one that the header holds for many letters.

use std::path::Path;
use std::sync::Arc;

use super::super::Limits;
use super::super::beside::{self, Refused};
use super::super::cursor::{Cursor, Stop};
use super::super::error::FaultKind;
use super::super::vocabulary::{self as words, Element, attribute};
use super::{Surroundings, bad_value, missing, word_attribute};
use crate::finding::Code;
use crate::letter::{Attachment, Document, SharedDocument};

/// How many bytes of documents one piece may still hold.
pub(super) struct Budget {
    pub(super) bytes_left: usize,
}

/// The PDF that is the letter's content. Its file name is required; the schema sees to that.
pub(super) fn pdf(
    c: &mut Cursor<'_, '_, '_>,
    around: &Surroundings<'_>,
    budget: &mut Budget,
) -> Result<Option<Document>, Stop> {
    let (file_name, media_type) = named(c);
    let bytes = contents(c, around.folder, around.limits, budget)?;
    if file_name.is_none() {
        missing(c, "file name");
    }
    Ok(document(file_name, media_type, bytes))
}

/// A document of the header, with its id.
pub(super) fn shared(
    c: &mut Cursor<'_, '_, '_>,
    folder: &Path,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Option<SharedDocument>, Stop> {
    let id = c.attribute(attribute::ID).map(std::borrow::Cow::into_owned);
    let (file_name, media_type) = named(c);
    let bytes = contents(c, folder, limits, budget)?;
    if id.is_none() || file_name.is_none() {
        missing(c, "id and file name");
    }
    let document = document(file_name, media_type, bytes);
    Ok(id
        .zip(document)
        .map(|(id, document)| SharedDocument { id, document }))
}

/// An attachment of a letter; `None` where it cannot be enclosed, which is then a finding.
pub(super) fn attachment(
    c: &mut Cursor<'_, '_, '_>,
    around: &Surroundings<'_>,
    budget: &mut Budget,
) -> Result<Option<Attachment>, Stop> {
    let (file_name, media_type) = named(c);
    let only = word_attribute(
        c,
        attribute::CHANNEL,
        words::only,
        "`any`, `digital` or `print`",
    )
    .flatten();
    let (mut bytes, mut shared) = (None, None);
    while let Some(child) = c.child()? {
        match child {
            Element::SharedReference => shared = shared_reference(c, around)?,
            _ => bytes = content(c, child, around.folder, around.limits, budget)?,
        }
    }
    let document = match shared {
        Some(shared) => Some(Document {
            file_name: file_name.unwrap_or_else(|| shared.document.file_name.clone()),
            ..shared.document.clone()
        }),
        None => {
            if file_name.is_none() && bytes.is_some() {
                c.fault(
                    Code::AttachmentUnnamed,
                    "an attachment without `fileName`",
                    "a name for the recipient; only a shared document has its own",
                );
            }
            document(file_name, media_type, bytes)
        }
    };
    if document.is_none() && !c.has_findings() {
        missing(c, "document");
    }
    Ok(document.map(|document| Attachment { document, only }))
}

fn named(c: &mut Cursor<'_, '_, '_>) -> (Option<String>, String) {
    let file_name = c
        .attribute(attribute::FILE_NAME)
        .map(std::borrow::Cow::into_owned);
    let media_type = c.attribute(attribute::MEDIA_TYPE).map_or_else(
        || words::MEDIA_TYPE_DEFAULT.into(),
        std::borrow::Cow::into_owned,
    );
    (file_name, media_type)
}

fn document(
    file_name: Option<String>,
    media_type: String,
    bytes: Option<Vec<u8>>,
) -> Option<Document> {
    let (file_name, bytes) = file_name.zip(bytes)?;
    Some(Document {
        file_name,
        media_type,
        bytes: Arc::new(bytes),
    })
}

fn shared_reference<'a>(
    c: &mut Cursor<'_, '_, '_>,
    around: &Surroundings<'a>,
) -> Result<Option<&'a SharedDocument>, Stop> {
    let id = c.attribute(attribute::DOCUMENT);
    c.skip()?;
    let found = id.as_deref().and_then(|id| around.shared_document(id));
    if let (Some(_), None) = (&id, found) {
        c.fault(
            Code::AttachmentUnknownShared,
            "an id that no shared document has",
            "the id of a document in the header",
        );
    }
    Ok(found)
}

/// The bytes of the one child that holds them.
fn contents(
    c: &mut Cursor<'_, '_, '_>,
    folder: &Path,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Option<Vec<u8>>, Stop> {
    let mut bytes = None;
    while let Some(child) = c.child()? {
        bytes = content(c, child, folder, limits, budget)?;
    }
    if bytes.is_none() && !c.has_findings() {
        missing(c, "document");
    }
    Ok(bytes)
}

fn content(
    c: &mut Cursor<'_, '_, '_>,
    child: Element,
    folder: &Path,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Option<Vec<u8>>, Stop> {
    let bytes_max = limits.document_bytes_max.min(budget.bytes_left);
    let bytes = match child {
        Element::Base64 => base64(c, bytes_max)?,
        Element::File => file(c, folder, bytes_max)?,
        _ => {
            c.skip()?;
            return Ok(None);
        }
    };
    let Some(bytes) = bytes else { return Ok(None) };
    if bytes.is_empty() {
        c.fault(
            Code::DocumentEmpty,
            "a document of 0 bytes",
            "a document with contents",
        );
        return Ok(None);
    }
    budget.bytes_left -= bytes.len().min(budget.bytes_left);
    Ok(Some(bytes))
}

fn base64(c: &mut Cursor<'_, '_, '_>, bytes_max: usize) -> Result<Option<Vec<u8>>, Stop> {
    let text = c.text()?;
    let decoded_max = |characters: usize| characters / 4 * 3;
    if decoded_max(text.len()) > bytes_max {
        let characters = text.bytes().filter(|b| !b.is_ascii_whitespace()).count();
        if decoded_max(characters) > bytes_max + 2 {
            c.fault(
                Code::LimitDocumentBytes,
                format!("a document of about {} bytes", decoded_max(characters)),
                format!("at most {bytes_max} bytes"),
            );
            return Ok(None);
        }
    }
    match base64_simd::forgiving_decode_to_vec(text.as_bytes()) {
        Ok(bytes) if bytes.len() > bytes_max => {
            c.fault(
                Code::LimitDocumentBytes,
                format!("a document of {} bytes", bytes.len()),
                format!("at most {bytes_max} bytes"),
            );
            Ok(None)
        }
        Ok(bytes) => Ok(Some(bytes)),
        Err(_) => {
            if !c.schema_found_fault() {
                c.fault(Code::Schema, "text that is no base64", "base64");
            }
            Ok(None)
        }
    }
}

fn file(
    c: &mut Cursor<'_, '_, '_>,
    folder: &Path,
    bytes_max: usize,
) -> Result<Option<Vec<u8>>, Stop> {
    let (path, sha256) = (c.attribute(attribute::PATH), c.attribute(attribute::SHA256));
    c.skip()?;
    let (Some(path), Some(sha256)) = (path, sha256) else {
        missing(c, "path and SHA-256");
        return Ok(None);
    };
    if sha256.len() != 64 {
        bad_value(c, "", "64 hexadecimal digits");
        return Ok(None);
    }
    match beside::read(folder, &path, &sha256, bytes_max) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Refused::Letter(trouble)) => {
            c.fault(trouble.code, trouble.found, trouble.allowed);
            Ok(None)
        }
        Err(Refused::Disk(found)) => Err(c.stop(FaultKind::Document { found })),
    }
}
