//! Documents: that they are what they say, and what each channel carries.
//!
//! A breach of what a channel carries keeps the letter from that channel only; what is wrong with the document itself
//! rejects the letter. Whether a PDF can be printed is looked at later, when it is opened.

use crate::finding::{Code, shape};
use crate::letter::file_name::is_refused_in_file_name;
use crate::letter::{Attachment, Channel, Content, Document, Header, Letter};

use super::{Findings, Options};

/// Says which document; asked for a finding only.
type Path<'p> = &'p dyn Fn() -> String;

const PDF: &str = "application/pdf";
/// Readers look for the header of a PDF in the first 1024 bytes (PDF 1.7, annex H, note 13).
const PDF_HEADER_WITHIN_BYTES: usize = 1024;

pub fn judge(letter: &Letter<'_>, header: &Header, rules: &Options, findings: &mut Findings<'_>) {
    if let Content::Pdf(document) = &letter.content {
        let path: Path<'_> = &|| "letter/content/pdf".to_owned();
        judge_bytes(document, path, rules, findings);
        if document.media_type != PDF {
            findings.add(
                Code::DocumentType,
                path(),
                format!("a content of the type `{}`", document.media_type),
                "application/pdf",
            );
        }
        judge_name(document, header, path, rules, findings);
    }
    for (at, attachment) in letter.attachments.iter().enumerate() {
        let path: Path<'_> = &|| format!("letter/attachments/attachment[{}]", at + 1);
        judge_bytes(&attachment.document, path, rules, findings);
        judge_attachment(attachment, header, path, rules, findings);
    }
    judge_digital_size(letter, header, rules, findings);
}

/// That a document is not empty, not too large, and begins as its media type does.
fn judge_bytes(document: &Document, path: Path<'_>, rules: &Options, findings: &mut Findings<'_>) {
    let bytes = document.bytes.as_slice();
    if bytes.is_empty() {
        findings.add(
            Code::DocumentEmpty,
            path(),
            "a document of 0 bytes",
            "a document",
        );
        return;
    }
    if bytes.len() as u64 > rules.document_bytes_max {
        findings.add(
            Code::LimitDocumentBytes,
            path(),
            format!("a document of {} bytes", bytes.len()),
            format!("{} bytes (`document_bytes_max`)", rules.document_bytes_max),
        );
    }
    if !begins_as(&document.media_type, bytes) {
        findings.add(
            Code::DocumentType,
            path(),
            format!("bytes that are no `{}`", document.media_type),
            "bytes that begin as the media type says",
        );
    }
}

/// What each channel that carries the attachment says about it.
fn judge_attachment(
    attachment: &Attachment,
    header: &Header,
    path: Path<'_>,
    rules: &Options,
    findings: &mut Findings<'_>,
) {
    let document = &attachment.document;
    let limits = rules.of(header.sender.country);
    if attachment.only != Some(Channel::Print) {
        judge_name(document, header, path, rules, findings);
        if !limits.media_types.contains(&document.media_type) {
            findings.add(
                Code::DocumentNotDigital,
                path(),
                format!("a document of the type `{}`", document.media_type),
                format!("on the digital channel: {}", limits.media_types.join(", ")),
            );
        }
    }
    if attachment.only != Some(Channel::Digital) && document.media_type != PDF {
        findings.add(
            Code::DocumentNotPrintable,
            path(),
            format!("a document of the type `{}`", document.media_type),
            "on paper: application/pdf; mark it channel=\"digital\" to send the letter without it",
        );
    }
}

/// That the channel takes the file's name as it is (facts/denmark.md §1.7).
fn judge_name(
    document: &Document,
    header: &Header,
    path: Path<'_>,
    rules: &Options,
    findings: &mut Findings<'_>,
) {
    if rules.of(header.sender.country).any_file_name {
        return;
    }
    if document.file_name.contains(is_refused_in_file_name) {
        findings.add(
            Code::DocumentFileName,
            path(),
            format!("a file name of the form `{}`", shape(&document.file_name)),
            "no control characters, no spaces but the ordinary one (`file_names` in [digital_post])",
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
                "{} bytes on the digital channel ({})",
                limits.documents_bytes_max, limits.bytes_key
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
                "{} attachments on the digital channel ({})",
                limits.attachments_max, limits.attachments_key
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::judge;
    use super::super::testing::{attachment, document, found, found_in, header, letter};
    use super::*;
    use crate::letter::Country;

    const PDF_BYTES: &[u8] = b"%PDF-1.7\n";

    fn codes(letter: &Letter<'_>, country: Country) -> Vec<Code> {
        found_in(letter, country)
            .into_iter()
            .map(|(code, _)| code)
            .collect()
    }

    #[test]
    fn a_content_is_a_pdf() {
        let mut letter = letter();
        let path = "letter/content/pdf".to_owned();
        for (media_type, bytes, expected) in [
            (PDF, PDF_BYTES, vec![]),
            (PDF, b"", vec![Code::DocumentEmpty]),
            (PDF, b"PK\x03\x04", vec![Code::DocumentType]),
            ("image/png", b"\x89PNG\r\n\x1a\n", vec![Code::DocumentType]),
        ] {
            letter.content = Content::Pdf(document(media_type, bytes));
            let expected: Vec<_> = expected.into_iter().map(|c| (c, path.clone())).collect();
            assert_eq!(found(&letter), expected);
        }
        let late = |at: usize| [&vec![b' '; at][..], PDF_BYTES].concat();
        letter.content = Content::Pdf(document(PDF, &late(1019)));
        assert_eq!(found(&letter), []);
        letter.content = Content::Pdf(document(PDF, &late(1020)));
        assert_eq!(found(&letter).len(), 1);
    }

    #[test]
    fn attachments_are_judged_by_the_channels_that_carry_them() {
        let png: &[u8] = b"\x89PNG\r\n\x1a\n";
        for (media_type, bytes, only, country, expected) in [
            (PDF, PDF_BYTES, None, Country::Sweden, vec![]),
            (
                "image/png",
                png,
                None,
                Country::Sweden,
                vec![Code::DocumentNotDigital, Code::DocumentNotPrintable],
            ),
            (
                "image/png",
                png,
                None,
                Country::Denmark,
                vec![Code::DocumentNotPrintable],
            ),
            (
                "image/png",
                png,
                Some(Channel::Digital),
                Country::Denmark,
                vec![],
            ),
            (
                "image/png",
                png,
                Some(Channel::Digital),
                Country::Sweden,
                vec![Code::DocumentNotDigital],
            ),
            (
                "image/png",
                png,
                Some(Channel::Print),
                Country::Sweden,
                vec![Code::DocumentNotPrintable],
            ),
            (
                "image/png",
                PDF_BYTES,
                Some(Channel::Digital),
                Country::Denmark,
                vec![Code::DocumentType],
            ),
            (
                "application/zip",
                b"PK\x03\x04",
                Some(Channel::Digital),
                Country::Denmark,
                vec![Code::DocumentNotDigital],
            ),
            (
                "text/plain",
                b"\xe5",
                Some(Channel::Digital),
                Country::Denmark,
                vec![Code::DocumentType],
            ),
        ] {
            let mut letter = letter();
            letter.recipient.id = crate::letter::RecipientId::None;
            letter.attachments.push(attachment(media_type, bytes, only));
            assert_eq!(
                codes(&letter, country)
                    .into_iter()
                    .filter(|c| *c != Code::PrintPostalCode)
                    .collect::<Vec<_>>(),
                expected,
                "{media_type} {only:?} {country:?}"
            );
        }
    }

    #[test]
    fn the_digital_channel_has_a_size() {
        let mut letter = letter();
        let mut bytes = PDF_BYTES.to_vec();
        bytes.resize(1_572_864 - PDF_BYTES.len(), b' ');
        letter.content = Content::Pdf(document(PDF, PDF_BYTES));
        letter.attachments.push(attachment(PDF, &bytes, None));
        assert_eq!(codes(&letter, Country::Sweden), []);
        bytes.push(b' ');
        letter.attachments[0] = attachment(PDF, &bytes, None);
        assert_eq!(
            codes(&letter, Country::Sweden),
            [Code::DocumentTooLargeDigital]
        );
        letter.attachments[0].only = Some(Channel::Print);
        assert_eq!(codes(&letter, Country::Sweden), []);
    }

    #[test]
    fn digital_post_takes_ten_attachments() {
        let mut letter = letter();
        letter.recipient.id = crate::letter::RecipientId::None;
        letter.recipient.address = Some(super::super::testing::parts("8000", None));
        letter.attachments = vec![attachment(PDF, PDF_BYTES, None); 10];
        assert_eq!(codes(&letter, Country::Denmark), []);
        letter.attachments.push(attachment(PDF, PDF_BYTES, None));
        assert_eq!(
            codes(&letter, Country::Denmark),
            [Code::DocumentTooLargeDigital]
        );
        assert_eq!(codes(&letter, Country::Sweden), [Code::PrintPostalCode]);
    }

    #[test]
    fn a_document_has_a_largest_size() {
        let mut letter = letter();
        letter.content = Content::Pdf(document(PDF, PDF_BYTES));
        let options = |bytes| Options {
            document_bytes_max: bytes,
            ..Options::default()
        };
        let count = |bytes| judge(&letter, &header(Country::Sweden), &options(bytes)).len();
        assert_eq!(count(PDF_BYTES.len() as u64), 0);
        assert_eq!(count(PDF_BYTES.len() as u64 - 1), 1);
    }

    #[test]
    fn digital_post_refuses_odd_spaces_in_file_names() {
        let mut letter = letter();
        letter.recipient.id = crate::letter::RecipientId::None;
        letter.recipient.address = None;
        let mut odd = document(PDF, PDF_BYTES);
        odd.file_name = "Afgørelse\u{a0}2026.pdf".into();
        odd.bytes = Arc::new(PDF_BYTES.to_vec());
        letter.content = Content::Pdf(odd);
        letter.recipient.id =
            crate::letter::RecipientId::Cvr(crate::letter::Cvr::from_digits("13585628").unwrap());
        assert_eq!(codes(&letter, Country::Denmark), [Code::DocumentFileName]);
        assert_eq!(codes(&letter, Country::Sweden), [Code::IdentifierCountry]);
    }
}
