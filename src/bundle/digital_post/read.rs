//! Reads our own messages back, strictly: only the exact canonical form that the writer gives is accepted, so that a
//! message that reads here is well-formed, canonical and in the order of the schema without a parser's help.
//!
//! In: the bytes of a document. Out: what it says of itself. Messages of others (prefixes, white space, a declaration)
//! are for [`inspect`](super::inspect).

use memchr::memchr;

use super::super::canonical;
use super::grammar::{Kind, Prefix};
use super::walk::{DEPTH_MAX, Walk};
use super::{MemoVersion, MessageType};

/// What a message says of itself, read strictly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Version of MeMo.
    pub version: MemoVersion,
    /// Kind of message.
    pub message_type: MessageType,
    /// `messageUUID`, as written.
    pub message_uuid: String,
    /// `messageID`: the sender's id of the letter.
    pub message_id: String,
    /// `idType` of the recipient: `CPR` or `CVR`.
    pub recipient_type: String,
    /// Additional documents.
    pub attachments: usize,
    /// Files, those of the main document included.
    pub files: usize,
    /// Bytes of all files, before base64.
    pub document_bytes: u64,
}

/// Reads a message in the form that [`Sealer`](super::Sealer) writes.
///
/// # Errors
/// The first thing that is wrong with it, in words that hold none of its contents.
pub fn verify(document: &[u8]) -> Result<Verified, String> {
    let text = simdutf8::basic::from_utf8(document).map_err(|_| "it is not UTF-8".to_owned())?;
    let versions = [MemoVersion::V1_1, MemoVersion::V1_2];
    let opening = |version: &MemoVersion| text.starts_with(version.opening());
    let Some(version) = versions.into_iter().find(opening) else {
        return Err("byte 0: it does not begin as MeMo 1.1 or 1.2".into());
    };
    let mut reading = Reading {
        text,
        at: version.opening().len(),
        names: Vec::with_capacity(DEPTH_MAX),
        walk: Walk::new(version),
    };
    reading.names.push("memo:Message");
    while !reading.walk.is_over() {
        reading.step()?;
        if let Some(fault) = reading.walk.faults.first() {
            return Err(fault.clone());
        }
    }
    if reading.at != document.len() {
        return Err("something stands behind its end".into());
    }
    let facts = reading.walk.facts;
    Ok(Verified {
        version,
        message_type: facts.message_type.unwrap_or(MessageType::DigitalPost), // There is one: the walk saw it.
        message_uuid: facts.message_uuid,
        message_id: facts
            .message_id
            .ok_or("`Message/MessageHeader`: no `memo:messageID`")?,
        recipient_type: facts.recipient_type,
        attachments: facts.attachments,
        files: facts.files,
        document_bytes: facts.document_bytes,
    })
}

struct Reading<'d> {
    text: &'d str,
    at: usize,
    /// Of the open elements, with their prefixes.
    names: Vec<&'d str>,
    walk: Walk,
}

impl<'d> Reading<'d> {
    fn rest(&self) -> &'d str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next tag, and the text before it.
    fn step(&mut self) -> Result<(), String> {
        let from = self.at;
        let text = self.up_to(b'<')?;
        if self.rest().starts_with('/') {
            self.at += 1;
            let name = self.up_to(b'>')?;
            if self.names.pop() != Some(name) {
                return Err(format!(
                    "byte {from}: an end tag that is not the open element's"
                ));
            }
            let kind = self.walk.text_kind();
            if kind.is_none() && !text.is_empty() {
                return Err(format!("byte {from}: text between elements"));
            }
            if kind == Some(Kind::Base64) {
                self.walk.end(text); // Its alphabet has nothing to escape, and it is long.
            } else if canonical::is_canonical_text(text) {
                self.walk.end(&canonical::unescape(text));
            } else {
                return Err(format!("byte {from}: a text that is not canonical"));
            }
            return Ok(());
        }
        let tag = self.up_to(b'>')?;
        if !text.is_empty() {
            return Err(format!("byte {from}: text before a start tag"));
        }
        let prefix = tag.split_once(':').and_then(|(prefix, name)| {
            let declared = Prefix::from_name(prefix.as_bytes()).filter(|p| p.is_declared());
            declared.map(|prefix| (prefix, name))
        });
        let Some((prefix, name)) = prefix else {
            return Err(format!("byte {from}: a start tag of another form"));
        };
        if self.names.len() >= DEPTH_MAX {
            return Err(format!("byte {from}: more than {DEPTH_MAX} elements deep"));
        }
        self.names.push(tag);
        self.walk.start(Some(prefix), name.as_bytes());
        Ok(())
    }

    /// What stands before a mark, which is passed.
    fn up_to(&mut self, mark: u8) -> Result<&'d str, String> {
        let rest = self.rest();
        let length = memchr(mark, rest.as_bytes())
            .ok_or_else(|| format!("byte {}: it ends before its end", self.at))?;
        self.at += length + 1;
        Ok(rest.get(..length).unwrap_or_default())
    }
}
