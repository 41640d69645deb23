//! Looks at any MeMo, whoever made it: prefixes, white space and a declaration are its own affair.
//!
//! In: the bytes of a file. Out: what it says of itself, every fault by the path of its element, and notes on what may
//! go wrong. A document type declaration and entities other than the built-in five are refused.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use super::grammar::{Kind, Prefix};
use super::walk::{DEPTH_MAX, Walk};
use super::{ATTACHMENTS_MAX, DOCUMENTS_BYTES_MAX, MemoVersion, MessageType, values};
use crate::finding::shape;

/// A message with 74 MiB of documents has 98.7 MiB in base64 (facts/denmark.md §1.8); line breaks may come to that.
pub const INSPECT_BYTES_MAX: usize = 128 << 20;
const SCHEMA_INSTANCE: &[u8] = b"http://www.w3.org/2001/XMLSchema-instance";
const NOT_WELL_FORMED: &str = "it is not well-formed XML";

/// What was found in a MeMo.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
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
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = NsReader::from_reader(bytes);
    loop {
        match reader.read_resolved_event() {
            Ok((
                ResolveResult::Bound(Namespace(name)),
                Event::Start(start) | Event::Empty(start),
            )) => {
                return Prefix::of_namespace(name) == Some(Prefix::Memo)
                    && start.local_name().as_ref() == b"Message";
            }
            Ok((
                ResolveResult::Unbound,
                Event::Decl(_) | Event::Text(_) | Event::Comment(_) | Event::PI(_),
            )) => {}
            Ok(_) | Err(_) => return false,
        }
    }
}

/// Looks at a MeMo.
pub fn inspect(bytes: &[u8]) -> Inspection {
    let mut looking = Looking {
        walk: Walk::new(MemoVersion::V1_2),
        version: None,
        depth: 0,
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
    depth: usize,
    text: String,
}

impl Looking {
    /// Reads on until the end, or until something makes the rest unreadable.
    fn read(&mut self, bytes: &[u8]) -> Result<(), String> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.len() > INSPECT_BYTES_MAX {
            let found = bytes.len();
            return Err(format!(
                "it has {found} bytes; at most {INSPECT_BYTES_MAX} are read"
            ));
        }
        if simdutf8::basic::from_utf8(bytes).is_err() {
            return Err("it is not UTF-8".into());
        }
        let mut reader = NsReader::from_reader(bytes);
        reader.config_mut().expand_empty_elements = true;
        loop {
            let at = reader.buffer_position();
            let Ok((namespace, event)) = reader.read_resolved_event() else {
                return Err(format!("byte {at}: {NOT_WELL_FORMED}"));
            };
            match event {
                Event::Start(start) => {
                    let prefix = match namespace {
                        ResolveResult::Bound(Namespace(name)) => Prefix::of_namespace(name),
                        ResolveResult::Unbound => None,
                        ResolveResult::Unknown(_) => {
                            return Err(format!("byte {at}: a prefix that is not declared"));
                        }
                    };
                    self.start(&reader, prefix, &start)?;
                }
                Event::End(_) => self.end(),
                Event::Text(text) => self.take(std::str::from_utf8(&text).unwrap_or_default())?,
                Event::CData(data) => self.take(std::str::from_utf8(&data).unwrap_or_default())?,
                Event::GeneralRef(reference) => self.reference(&reference)?,
                Event::DocType(_) => {
                    return Err(format!(
                        "byte {at}: a document type declaration; none is allowed"
                    ));
                }
                Event::Decl(declaration) => {
                    let utf_8 = |name: &[u8]| name.eq_ignore_ascii_case(b"utf-8");
                    let encoding = declaration.encoding();
                    if encoding.is_some_and(|name| !name.is_ok_and(|name| utf_8(&name))) {
                        return Err("it declares another encoding; UTF-8 is allowed".into());
                    }
                }
                Event::Eof if self.walk.is_over() && self.depth == 0 => return Ok(()),
                Event::Eof => return Err("it ends before its end".into()),
                Event::PI(_) | Event::Comment(_) | Event::Empty(_) => {}
            }
        }
    }

    fn start(
        &mut self,
        reader: &NsReader<&[u8]>,
        prefix: Option<Prefix>,
        start: &BytesStart<'_>,
    ) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("elements more than {DEPTH_MAX} deep"));
        }
        let name = start.local_name();
        if self.depth == 1 {
            if self.walk.is_over() || prefix != Some(Prefix::Memo) || name.as_ref() != b"Message" {
                return Err(format!(
                    "its root is not `Message` in the namespace {}",
                    Prefix::Memo.namespace()
                ));
            }
            self.root(reader, start)?;
        } else {
            self.no_text_between();
            self.walk.start(prefix, name.as_ref());
            self.attributes(reader, start, &mut |_, _| false)?;
        }
        let written = start.name();
        if prefix == Some(Prefix::Memo) && !written.as_ref().starts_with(b"memo:") {
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
    fn root(&mut self, reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<(), String> {
        let mut version = None;
        let mut schema_version = false;
        self.attributes(reader, start, &mut |name, value| match name {
            b"memoVersion" => {
                version = Some(value.to_owned());
                true
            }
            b"memoSchVersion" => {
                schema_version = true;
                true
            }
            _ => false,
        })?;
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
        Ok(())
    }

    /// Looks at all attributes; `known` takes those that mean something.
    fn attributes(
        &mut self,
        reader: &NsReader<&[u8]>,
        start: &BytesStart<'_>,
        known: &mut dyn FnMut(&[u8], &str) -> bool,
    ) -> Result<(), String> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| NOT_WELL_FORMED.to_owned())?;
            let name = attribute.key;
            let is_declaration = name.as_ref() == b"xmlns" || name.as_ref().starts_with(b"xmlns:");
            let (namespace, local) = reader.resolver().resolve_attribute(name);
            let allowed = match namespace {
                _ if is_declaration => true,
                ResolveResult::Bound(Namespace(SCHEMA_INSTANCE)) => true,
                ResolveResult::Bound(_) => false,
                ResolveResult::Unbound => {
                    let value = String::from_utf8_lossy(&attribute.value);
                    known(local.as_ref(), &value)
                }
                ResolveResult::Unknown(_) => return Err("a prefix that is not declared".into()),
            };
            if !allowed {
                self.walk
                    .fault_here("an attribute that is not known", "the schema has none here");
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        self.depth = self.depth.saturating_sub(1);
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

    fn take(&mut self, text: &str) -> Result<(), String> {
        if self.depth == 0 && !text.bytes().all(|b| b.is_ascii_whitespace()) {
            return Err("text outside the root".into());
        }
        if super::super::canonical::forbidden(text).is_some() {
            return Err("a character that XML 1.0 does not allow".into());
        }
        self.text.push_str(text);
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), String> {
        if let Ok(Some(c)) = reference.resolve_char_ref() {
            return self.take(c.encode_utf8(&mut [0; 4]));
        }
        let name = std::str::from_utf8(reference).ok();
        match name.and_then(quick_xml::escape::resolve_predefined_entity) {
            Some(text) => self.take(text),
            None => Err("an entity; the five built-in ones are allowed".into()),
        }
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
