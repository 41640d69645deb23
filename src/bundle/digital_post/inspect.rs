//! Looks at any MeMo, whoever made it: prefixes, white space and a declaration are its own affair.
//!
//! In: the bytes of a file. Out: what it says of itself, every fault by the path of its element, and notes on what may
//! go wrong. A document type declaration and entities other than the built-in five are refused.

use super::grammar::{Kind, Prefix};
use super::walk::{DEPTH_MAX, Walk};
use super::{ATTACHMENTS_MAX, DOCUMENTS_BYTES_MAX, MemoVersion, MessageType, values};
use crate::finding::shape;
use crate::xml::{self, Event, Limits, Reader, Start};

/// A message with 74 MiB of documents has 98.7 MiB in base64 (facts/denmark.md §1.8); line breaks may come to that.
pub const INSPECT_BYTES_MAX: usize = 128 << 20;
/// A MeMo with ten attachments and as many actions has some hundred elements.
const LIMITS: Limits = Limits {
    bytes: INSPECT_BYTES_MAX as u64,
    depth: DEPTH_MAX,
    elements: 20_000,
};
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// What was found in a MeMo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// `DIGITALPOST` or `NEMSMS`.
    pub message_type: Option<MessageType>,
    /// Version, where it is one that we know.
    pub version: Option<MemoVersion>,
    /// `messageUUID` of the header.
    pub message_uuid: Option<String>,
    /// `idType` of the recipient.
    pub recipient_type: Option<String>,
    /// Additional documents.
    pub attachments: usize,
    /// Files of all documents.
    pub files: usize,
    /// Bytes of all files, before base64.
    pub document_bytes: u64,
    /// What is wrong, in the order of the file, without contents.
    pub faults: Vec<String>,
    /// All faults, kept or not.
    pub faults_total: u64,
    /// What the service may refuse, and what is unusual.
    pub notes: Vec<String>,
}

impl Inspection {
    /// True when nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults_total == 0
    }
}

/// True when the bytes look like a MeMo: its root is `Message` in the namespace of MeMo. What is in it may be anything.
pub fn is_memo(bytes: &[u8]) -> bool {
    xml::root(bytes).is_some_and(|(namespace, name)| is_root(&namespace, &name))
}

fn is_root(namespace: &str, name: &str) -> bool {
    namespace == Prefix::Memo.namespace() && name == "Message"
}

/// Looks at a MeMo.
pub fn inspect(bytes: &[u8]) -> Inspection {
    let mut looking = Looking {
        walk: Walk::new(MemoVersion::V1_2),
        version: None,
        begun: false,
        text: String::new(),
    };
    if let Err(fault) = looking.read(bytes) {
        looking.walk.faults_total += 1;
        looking.walk.faults.push(fault);
    }
    looking.finish()
}

struct Looking {
    walk: Walk,
    version: Option<MemoVersion>,
    begun: bool,
    text: String,
}

impl Looking {
    /// Reads on until the end, or until something makes the rest unreadable.
    fn read(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut reader = Reader::new(bytes, LIMITS).map_err(|error| error.to_string())?;
        while let Some(event) = reader.event().map_err(|error| error.to_string())? {
            match event {
                Event::Start(start) => self.start(&start)?,
                Event::Text(text) => self.text.push_str(&text),
                Event::End => self.end(),
            }
        }
        Ok(())
    }

    fn start(&mut self, start: &Start<'_>) -> Result<(), String> {
        let prefix = Prefix::of_namespace(start.namespace());
        if self.begun {
            self.no_text_between();
            self.walk.start(prefix, start.local().as_bytes());
            self.attributes(start, &mut |_, _| false);
        } else if is_root(start.namespace(), start.local()) {
            self.begun = true;
            self.root(start);
        } else {
            return Err(format!(
                "its root is not `Message` in the namespace {}",
                Prefix::Memo.namespace()
            ));
        }
        if prefix == Some(Prefix::Memo) && start.prefix() != "memo" {
            let note =
                "a prefix other than `memo:`; older receivers refuse it (facts/denmark.md §1.1)";
            if !self.walk.notes.iter().any(|known| known == note) {
                self.walk.notes.push(note.to_owned());
            }
        }
        self.text.clear();
        Ok(())
    }

    /// The version decides about the rest.
    fn root(&mut self, start: &Start<'_>) {
        let mut version = None;
        let mut schema_version = false;
        self.attributes(start, &mut |name, value| match name {
            "memoVersion" => {
                version = Some(value.to_owned());
                true
            }
            "memoSchVersion" => {
                schema_version = true;
                true
            }
            _ => false,
        });
        self.version = match version.as_deref().map(decimal) {
            Some("1.1") => Some(MemoVersion::V1_1),
            Some("1.2") => Some(MemoVersion::V1_2),
            _ => None,
        };
        // Of an older version we say what 1.1 would not allow.
        let mut walk = Walk::new(self.version.unwrap_or(MemoVersion::V1_1));
        walk.faults = std::mem::take(&mut self.walk.faults);
        walk.faults_total = self.walk.faults_total;
        self.walk = walk;
        match (self.version, version) {
            (None, None) => self.walk.fault_here("no `memoVersion`", "1.1 or 1.2"),
            (None, Some(found)) => {
                let found = if found.len() <= 8 {
                    found
                } else {
                    shape(&found)
                };
                self.walk
                    .fault_here(&format!("memoVersion `{found}`"), "1.1 or 1.2");
            }
            (Some(MemoVersion::V1_1), _) if !schema_version => {
                self.walk
                    .fault_here("no `memoSchVersion`", "MeMo 1.1 needs it, 1.1.0");
            }
            (Some(MemoVersion::V1_2), _) if schema_version => {
                self.walk
                    .fault_here("a `memoSchVersion`", "MeMo 1.2 has none");
            }
            (Some(_), _) => {}
        }
    }

    /// Looks at all attributes; `known` takes those that mean something.
    fn attributes(&mut self, start: &Start<'_>, known: &mut dyn FnMut(&str, &str) -> bool) {
        for (namespace, name, value) in start.attributes() {
            let allowed = match namespace {
                "" => known(name, value),
                // Where schemas lie; no element of theirs is nillable or has another type.
                namespace => {
                    namespace == SCHEMA_INSTANCE
                        && matches!(name, "schemaLocation" | "noNamespaceSchemaLocation")
                }
            };
            if !allowed {
                self.walk
                    .fault_here("an attribute that is not known", "the schema has none here");
            }
        }
    }

    fn end(&mut self) {
        let mut text = std::mem::take(&mut self.text);
        match self.walk.text_kind() {
            Some(Kind::Base64) => text.retain(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')),
            Some(kind) if values::is_collapsed(kind) => {
                let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
                if text.is_empty() && kind == Kind::Boolean {
                    text = "false".into(); // The default of all of them.
                } else if !trimmed.is_empty() && trimmed.len() < text.len() {
                    text = trimmed.to_owned();
                }
            }
            Some(_) => {}
            None => {
                self.text = text;
                self.no_text_between();
                text = std::mem::take(&mut self.text);
            }
        }
        self.walk.end(&text);
        text.clear();
        self.text = text; // Keeps its room.
    }

    fn no_text_between(&mut self) {
        let blank = self.text.bytes().all(|b| b.is_ascii_whitespace());
        if !blank && self.walk.text_kind().is_none() && !self.walk.is_over() {
            self.walk
                .fault_here("text between its elements", "elements alone are allowed");
        }
        self.text.clear();
    }

    fn finish(mut self) -> Inspection {
        let facts = std::mem::take(&mut self.walk.facts);
        if facts.document_bytes > DOCUMENTS_BYTES_MAX {
            let found = format!("documents of {} bytes", facts.document_bytes);
            let allowed = format!("{DOCUMENTS_BYTES_MAX} in all, before base64");
            self.walk.fault("Message/MessageBody", &found, &allowed);
        }
        if facts.attachments > ATTACHMENTS_MAX {
            let what = format!(
                "`Message/MessageBody`: {} additional documents; more than {ATTACHMENTS_MAX} may be refused",
                facts.attachments
            );
            self.walk.notes.push(what);
        }
        let some = |text: String| (!text.is_empty()).then_some(text);
        Inspection {
            message_type: facts.message_type,
            version: self.version,
            message_uuid: some(facts.message_uuid),
            recipient_type: some(facts.recipient_type),
            attachments: facts.attachments,
            files: facts.files,
            document_bytes: facts.document_bytes,
            faults: self.walk.faults,
            faults_total: self.walk.faults_total,
            notes: self.walk.notes,
        }
    }
}

/// An `xs:decimal` without white space around it and zeros at its end.
fn decimal(text: &str) -> &str {
    let text = text.trim_ascii();
    match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.'),
        None => text,
    }
}
