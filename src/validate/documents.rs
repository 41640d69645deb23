//! Documents: that they are what they say, and what each channel carries.
//!
//! A breach of what a channel carries keeps the letter from that channel only; what is wrong with the document itself
//! rejects the letter. Whether a PDF can be printed is looked at later, when it is opened.

use crate::finding::{Code, shape};
use crate::letter::{Attachment, Channel, Content, Country, Document, Header, Letter};

use super::{Findings, Options};

/// File types of Digital Post (facts/denmark.md §1.6).
pub const DIGITAL_POST_MEDIA_TYPES: &[&str] = &[
    "application/msword",
    "application/pdf",
    "application/rtf",
    "application/vnd.ms-excel",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "text/html",
    "text/plain",
];

const PDF: &str = "application/pdf";
/// Readers look for the header of a PDF in the first 1024 bytes (PDF 1.7, annex H, note 13).
const PDF_HEADER_WITHIN_BYTES: usize = 1024;

pub fn judge(letter: &Letter<'_>, header: &Header, rules: &Options, findings: &mut Findings<'_>) {
    if let Content::Pdf(document) = &letter.content {
        let path = "letter/content/pdf";
        judge_bytes(document, path, rules, findings);
        if document.media_type != PDF {
            findings.add(
                Code::DocumentType,
                path,
                format!("a content of the type `{}`", document.media_type),
                "application/pdf",
            );
        }
        judge_name(document, header, path, findings);
    }
    for (at, attachment) in letter.attachments.iter().enumerate() {
        let path = format!("letter/attachments/attachment[{}]", at + 1);
        judge_bytes(&attachment.document, &path, rules, findings);
        judge_attachment(attachment, header, &path, rules, findings);
    }
    judge_digital_size(letter, header, rules, findings);
}

/// That a document is not empty, not too large, and begins as its media type does.
fn judge_bytes(document: &Document, path: &str, rules: &Options, findings: &mut Findings<'_>) {
    let bytes = document.bytes.as_slice();
    if bytes.is_empty() {
        findings.add(
            Code::DocumentEmpty,
            path,
            "a document of 0 bytes",
            "a document",
        );
        return;
    }
    if bytes.len() as u64 > rules.document_bytes_max {
        findings.add(
            Code::LimitDocumentBytes,
            path,
            format!("a document of {} bytes", bytes.len()),
            format!("{} bytes (`document_bytes_max`)", rules.document_bytes_max),
        );
    }
    if !begins_as(&document.media_type, bytes) {
        findings.add(
            Code::DocumentType,
            path,
            format!("bytes that are no `{}`", document.media_type),
            "bytes that begin as the media type says",
        );
    }
}

/// What each channel that carries the attachment says about it.
fn judge_attachment(
    attachment: &Attachment,
    header: &Header,
    path: &str,
    rules: &Options,
    findings: &mut Findings<'_>,
) {
    let document = &attachment.document;
    let limits = rules.of(header.sender.country);
    if attachment.only != Some(Channel::Print) {
        judge_name(document, header, path, findings);
        if !limits.media_types.contains(&document.media_type) {
            findings.add(
                Code::DocumentNotDigital,
                path,
                format!("a document of the type `{}`", document.media_type),
                format!("on the digital channel: {}", limits.media_types.join(", ")),
            );
        }
    }
    if attachment.only != Some(Channel::Digital) && document.media_type != PDF {
        findings.add(
            Code::DocumentNotPrintable,
            path,
            format!("a document of the type `{}`", document.media_type),
            "on paper: application/pdf; mark it channel=\"digital\" to send the letter without it",
        );
    }
}

/// Digital Post refuses these characters besides those that the schema forbids (facts/denmark.md §1.7).
fn judge_name(document: &Document, header: &Header, path: &str, findings: &mut Findings<'_>) {
    let is_refused = |c: char| {
        c.is_control()
            || matches!(
                c,
                '\u{a0}' | '\u{2000}'
                    ..='\u{200a}' | '\u{2028}' | '\u{205f}' | '\u{2060}' | '\u{3000}'
            )
    };
    if header.sender.country == Country::Denmark && document.file_name.contains(is_refused) {
        findings.add(
            Code::DocumentFileName,
            path,
            format!("a file name of the form `{}`", shape(&document.file_name)),
            "no control characters, no spaces but the ordinary one",
        );
    }
}

/// That the documents fit the digital channel at all; sealing measures the message itself.
fn judge_digital_size(
    letter: &Letter<'_>,
    header: &Header,
    rules: &Options,
    findings: &mut Findings<'_>,
) {
    let limits = rules.of(header.sender.country);
    let digital = || {
        let attachments = letter.attachments.iter();
        attachments.filter(|a| a.only != Some(Channel::Print))
    };
    let content = match &letter.content {
        Content::Pdf(document) => document.bytes.len() as u64,
        Content::Text(_) => 0,
    };
    let bytes = digital().fold(content, |sum, a| sum + a.document.bytes.len() as u64);
    if bytes > limits.documents_bytes_max {
        findings.add(
            Code::DocumentTooLargeDigital,
            "letter",
            format!("documents of {bytes} bytes in all"),
            format!(
                "{} bytes on the digital channel",
                limits.documents_bytes_max
            ),
        );
    }
    let attachments = digital().count();
    if attachments > limits.attachments_max {
        findings.add(
            Code::DocumentTooLargeDigital,
            "letter/attachments",
            format!("{attachments} attachments"),
            format!(
                "{} attachments on the digital channel",
                limits.attachments_max
            ),
        );
    }
}

/// True when the bytes begin as files of the type do; types that have no sure beginning pass.
fn begins_as(media_type: &str, bytes: &[u8]) -> bool {
    match media_type {
        PDF => {
            let head = &bytes[..bytes.len().min(PDF_HEADER_WITHIN_BYTES)];
            memchr::memmem::find(head, b"%PDF-").is_some()
        }
        "image/png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => bytes.starts_with(b"\xff\xd8\xff"),
        "image/gif" => bytes.starts_with(b"GIF8"),
        "image/bmp" => bytes.starts_with(b"BM"),
        "image/tiff" => bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*"),
        "application/vnd.oasis.opendocument.spreadsheet"
        | "application/vnd.oasis.opendocument.text"
        | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        | "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => {
            bytes.starts_with(b"PK\x03\x04")
        }
        "text/plain" | "text/html" => simdutf8::basic::from_utf8(bytes).is_ok(),
        _ => true,
    }
}
