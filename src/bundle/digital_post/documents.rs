//! `MessageBody`: the letter, what the recipient can do, and what is enclosed.

use std::borrow::Cow;

use uuid::Uuid;

use super::super::{Refusal, body, derived_id, documents as encoded};
use super::grammar as g;
use super::head::no_time;
use super::xml::{Base64, Writer, check_characters, refused};
use super::{BodyForm, FileNames, Options, values};
use crate::finding::shape;
use crate::letter::file_name;
use crate::letter::{Action, ActionTarget, Channel, Content, Document, Letter, WallClock};

/// Names of the files that a text letter is; the recipient sees them.
const HTML_NAME: &str = "brev.html";
const TEXT_NAME: &str = "brev.txt";
/// Beside the base64 of a file: four elements, the longest names.
const FILE_OVERHEAD_BYTES: usize = 1024;

/// What a letter encloses, looked at and ready to be written.
pub(super) struct Documents<'l> {
    /// One document in several formats.
    main: Vec<File<'l>>,
    additional: Vec<File<'l>>,
}

struct File<'l> {
    media_type: &'l str,
    name: Cow<'l, str>,
    content: Bytes<'l>,
}

enum Bytes<'l> {
    Document(&'l Document),
    Text(String),
}

impl Bytes<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Document(document) => document.bytes.len(),
            Self::Text(text) => text.len(),
        }
    }
}

impl<'l> Documents<'l> {
    /// Takes a letter's documents for this channel, in their order.
    pub(super) fn of(letter: &'l Letter<'_>, options: &Options) -> Result<Self, Refusal> {
        let main = match &letter.content {
            Content::Pdf(document) => vec![File::of(document, options)?],
            Content::Text(blocks) => {
                let mut files = Vec::with_capacity(2);
                if options.body != BodyForm::Plain {
                    let html = body::html(&letter.language, &letter.subject, blocks);
                    files.push(File::text("text/html", HTML_NAME, html)?);
                }
                if options.body != BodyForm::Html {
                    files.push(File::text("text/plain", TEXT_NAME, body::plain(blocks))?);
                }
                files
            }
        };
        let enclosed = letter.attachments.iter();
        let enclosed = enclosed.filter(|a| a.only != Some(Channel::Print));
        let additional: Vec<File<'l>> = enclosed
            .map(|a| File::of(&a.document, options))
            .collect::<Result<_, _>>()?;
        if additional.len() > options.attachments_max {
            return Err(refused(
                &g::ADDITIONAL_DOCUMENT,
                format!("{} of them", additional.len()),
                &format!("{} at most (`attachments_max`)", options.attachments_max),
            ));
        }
        let documents = Self { main, additional };
        let bytes = documents.bytes();
        if bytes > options.documents_bytes_max {
            return Err(Refusal::TooLarge {
                bytes,
                bytes_max: options.documents_bytes_max,
            });
        }
        Ok(documents)
    }

    fn files(&self) -> impl Iterator<Item = &File<'l>> {
        self.main.iter().chain(&self.additional)
    }

    /// Before base64.
    fn bytes(&self) -> u64 {
        self.files().map(|file| file.content.len() as u64).sum()
    }

    /// Bytes that the body will have, or a little less.
    pub(super) fn room(&self) -> usize {
        let file =
            |file: &File<'_>| encoded::base64_characters(file.content.len()) + FILE_OVERHEAD_BYTES;
        self.files().map(file).sum()
    }

    pub(super) fn write(
        &self,
        out: &mut Writer,
        letter: &Letter<'_>,
        created: &str,
        shared: &encoded::Shared,
        actions: &Actions<'_>,
    ) -> Result<(), Refusal> {
        out.node(&g::MESSAGE_BODY, |out| {
            out.leaf(&g::CREATED, created)?;
            out.node(&g::MAIN_DOCUMENT, |out| {
                for file in &self.main {
                    file.write(out, &letter.language, shared)?;
                }
                for (at, action) in letter.actions.iter().enumerate() {
                    actions.write(out, action, at)?;
                }
                Ok(())
            })?;
            for file in &self.additional {
                out.node(&g::ADDITIONAL_DOCUMENT, |out| {
                    file.write(out, &letter.language, shared)
                })?;
            }
            Ok(())
        })
    }
}

impl<'l> File<'l> {
    fn of(document: &'l Document, options: &Options) -> Result<Self, Refusal> {
        if !options.file_types.contains(&document.media_type) {
            return Err(Refusal::ContentNotAllowed {
                found: format!("a document of the type `{}`", document.media_type),
                allowed: format!("the channel carries {}", options.file_types.join(", ")),
            });
        }
        if document.bytes.is_empty() {
            return Err(empty());
        }
        Ok(Self {
            media_type: &document.media_type,
            name: file_name(document, options.file_names)?,
            content: Bytes::Document(document),
        })
    }

    fn text(media_type: &'static str, name: &'static str, text: String) -> Result<Self, Refusal> {
        check_characters(&g::CONTENT, &text)?;
        if text.is_empty() {
            return Err(empty());
        }
        Ok(Self {
            media_type,
            name: name.into(),
            content: Bytes::Text(text),
        })
    }

    fn write(
        &self,
        out: &mut Writer,
        language: &str,
        shared: &encoded::Shared,
    ) -> Result<(), Refusal> {
        out.node(&g::FILE, |out| {
            out.leaf(&g::ENCODING_FORMAT, self.media_type)?;
            out.leaf(&g::FILENAME, &self.name)?;
            out.leaf(&g::LANGUAGE, language)?;
            let content = match &self.content {
                Bytes::Text(text) => Base64::Raw(text.as_bytes()),
                Bytes::Document(document) => match shared.encoded(&document.bytes) {
                    Some(encoded) => Base64::Encoded(&encoded.base64),
                    None => Base64::Raw(&document.bytes),
                },
            };
            out.base64(&g::CONTENT, content);
            Ok(())
        })
    }
}

fn empty() -> Refusal {
    let allowed = "the service takes none (file.empty.not.allowed)";
    refused(&g::CONTENT, "an empty document".into(), allowed)
}

/// The name as the service takes it: facts/denmark.md §1.7, and the ending that goes with the media type (§1.6).
fn file_name(document: &Document, rule: FileNames) -> Result<Cow<'_, str>, Refusal> {
    let name = document.file_name.as_str();
    let is_clean = !name.is_empty() && !name.contains(file_name::is_refused_in_file_name);
    let endings = file_name::endings(&document.media_type);
    let has_ending = endings.is_none_or(|endings| file_name::has_ending(name, endings));
    if is_clean && has_ending {
        return Ok(name.into());
    }
    let mut allowed =
        "no < > : \" / \\ | ? *, no controls, no spaces but the ordinary one".to_owned();
    if let Some(endings) = endings {
        allowed.push_str(&format!(", the ending .{}", endings.join(" or .")));
    }
    match rule {
        FileNames::Refuse => {
            let found = format!("a file name of the form `{}`", shape(name));
            Err(refused(&g::FILENAME, found, &allowed))
        }
        FileNames::Replace => {
            let mut mended = String::with_capacity(name.len() + 8);
            let mut in_run = false;
            for c in name.chars() {
                let refused = file_name::is_refused_in_file_name(c);
                match (refused, in_run) {
                    (false, _) => mended.push(c),
                    (true, false) => mended.push('-'),
                    (true, true) => {}
                }
                in_run = refused;
            }
            if mended.is_empty() {
                mended.push_str("dokument");
            }
            if let Some([ending, ..]) = endings
                && !file_name::has_ending(&mended, endings.unwrap_or_default())
            {
                mended.push('.');
                mended.push_str(ending);
            }
            Ok(mended.into())
        }
    }
}

/// Writes what the recipient can do.
pub(super) struct Actions<'c> {
    pub(super) clock: &'c WallClock,
    /// Of the message; that of an appointment follows from it.
    pub(super) message_id: Uuid,
}

impl Actions<'_> {
    fn write(&self, out: &mut Writer, action: &Action<'_>, at: usize) -> Result<(), Refusal> {
        out.node(&g::ACTION, |out| {
            out.leaf(&g::LABEL, &action.label)?;
            out.leaf(&g::ACTION_CODE, &action.code)?;
            for (element, time) in [(&g::START, &action.starts), (&g::END, &action.ends)] {
                if let Some(time) = time {
                    let utc = self.clock.time(time).ok_or_else(|| no_time(element))?;
                    out.leaf(element, &utc)?;
                }
            }
            match &action.target {
                Some(ActionTarget::Url(url)) => {
                    if !values::is_https_url(url) {
                        let allowed = "https://, a host, and what RFC 3986 allows";
                        return Err(refused(
                            &g::URL,
                            "no absolute URL with https".into(),
                            allowed,
                        ));
                    }
                    out.node(&g::ENTRY_POINT, |out| out.leaf(&g::URL, url))
                }
                Some(reservation) => self.reservation(out, reservation, at),
                None => Ok(()),
            }
        })
    }

    fn reservation(
        &self,
        out: &mut Writer,
        target: &ActionTarget<'_>,
        at: usize,
    ) -> Result<(), Refusal> {
        let ActionTarget::Reservation {
            description,
            abstract_,
            location,
            starts,
            ends,
            organiser_email,
            organiser_name,
        } = target
        else {
            return Ok(());
        };
        let message_id = self.message_id.hyphenated().to_string();
        let uuid = derived_id(
            "lettermill reservation id, version 1",
            &[&message_id, &at.to_string()],
        );
        out.node(&g::RESERVATION, |out| {
            out.leaf(&g::DESCRIPTION, description)?;
            out.leaf(&g::RESERVATION_UUID, &uuid.hyphenated().to_string())?;
            out.leaf(&g::ABSTRACT, abstract_)?;
            out.leaf(&g::LOCATION, location)?;
            for (element, time) in [(&g::START, starts), (&g::END, ends)] {
                let utc = self.clock.time(time).ok_or_else(|| no_time(element))?;
                out.leaf(element, &utc)?;
            }
            out.optional(&g::ORGANIZER_MAIL, organiser_email.as_deref())?;
            out.optional(&g::ORGANIZER_NAME, organiser_name.as_deref())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn named(name: &str, media_type: &str, rule: FileNames) -> Result<String, String> {
        let document = Document {
            file_name: name.into(),
            media_type: media_type.into(),
            bytes: Arc::new(vec![1]),
        };
        let name = file_name(&document, rule).map_err(|refusal| refusal.to_string())?;
        Ok(name.into_owned())
    }

    #[test]
    fn a_file_name_is_taken_mended_or_refused() {
        let pdf = "application/pdf";
        for (name, media_type, mended) in [
            ("Afgørelse & bilag.pdf", pdf, None),
            ("kort.JPEG", "image/jpeg", None),
            ("ukendt", "application/zip", None),
            ("a<>:b\u{a0}c\r\n.pdf", pdf, Some("a-b-c-.pdf")),
            ("*\u{a0}-a.pdf", pdf, Some("--a.pdf")),
            ("brev", pdf, Some("brev.pdf")),
            ("brev.doc", pdf, Some("brev.doc.pdf")),
            ("", pdf, Some("dokument.pdf")),
            ("\u{a0}", pdf, Some("-.pdf")),
        ] {
            let refuse = named(name, media_type, FileNames::Refuse);
            let replace = named(name, media_type, FileNames::Replace);
            match mended {
                None => {
                    assert_eq!(refuse.as_deref(), Ok(name));
                    assert_eq!(replace.as_deref(), Ok(name));
                }
                Some(mended) => {
                    assert_eq!(replace.as_deref(), Ok(mended));
                    let said = refuse.unwrap_err();
                    assert!(said.contains("memo:filename"), "{said}");
                    assert!(!said.contains("brev"), "{said}");
                }
            }
        }
    }
}
