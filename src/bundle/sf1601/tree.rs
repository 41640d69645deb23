//! The elements of a foreign request as a tree, for [`inspect`](super::inspect): whatever prefixes, white space and
//! comments it has. A document type declaration and entities other than the built-in five are refused.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use super::table::Prefix;
use crate::bundle::canonical;

/// A request with 74 MiB of documents and 7 MiB of PDF has 108 MiB in base64 (facts/denmark.md §1.8); line breaks may
/// come to that.
pub const INSPECT_BYTES_MAX: usize = 128 << 20;
/// The deepest element of a MeMo lies eight below the root.
const DEPTH_MAX: usize = 32;
/// A MeMo with ten attachments and as many actions has some hundred elements.
const ELEMENTS_MAX: usize = 20_000;

const MEMO_NAMESPACE: &[u8] = b"https://DigitalPost.dk/MeMo-1";
const NOT_WELL_FORMED: &str = "it is not well-formed XML";

/// Where a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// No namespace.
    Nowhere,
    /// MeMo.
    Memo,
    /// One of the table.
    Table(Prefix),
    /// Another.
    Elsewhere,
}

/// An element.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) home: Home,
    pub(super) name: String,
    /// Its prefix is `memo`.
    pub(super) is_prefixed_memo: bool,
    /// Value of its attribute `scheme`.
    pub(super) scheme: Option<String>,
    /// All text directly in it.
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// The first child of this name.
    pub(super) fn child(&self, home: Home, name: &str) -> Option<&Self> {
        let is = |node: &&Self| node.home == home && node.name == name;
        self.children.iter().find(is)
    }

    /// Its name as far as it can be shown: a name from outside may be anything.
    pub(super) fn shown(&self) -> &str {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if self.name.len() <= 64 && self.name.bytes().all(plain) {
            &self.name
        } else {
            "?"
        }
    }
}

/// Where the namespace leads.
fn home(namespace: ResolveResult<'_>) -> Option<Home> {
    match namespace {
        ResolveResult::Unbound => Some(Home::Nowhere),
        ResolveResult::Bound(Namespace(MEMO_NAMESPACE)) => Some(Home::Memo),
        ResolveResult::Bound(Namespace(name)) => {
            Some(Prefix::of_namespace(name).map_or(Home::Elsewhere, Home::Table))
        }
        ResolveResult::Unknown(_) => None,
    }
}

/// The home and name of the root; `None` where there is none to be read.
pub(super) fn root(bytes: &[u8]) -> Option<(Home, String)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = NsReader::from_reader(bytes);
    loop {
        let (namespace, event) = reader.read_resolved_event().ok()?;
        match event {
            Event::Start(start) | Event::Empty(start) => {
                let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                return Some((home(namespace)?, name));
            }
            Event::Decl(_) | Event::Text(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::End(_)
            | Event::CData(_)
            | Event::GeneralRef(_)
            | Event::DocType(_)
            | Event::Eof => return None,
        }
    }
}

/// Reads a request.
///
/// # Errors
/// What makes it unreadable.
pub(super) fn read(bytes: &[u8]) -> Result<Node, String> {
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
    let mut growing = Growing::default();
    loop {
        let at = reader.buffer_position();
        let Ok((namespace, event)) = reader.read_resolved_event() else {
            return Err(format!("byte {at}: {NOT_WELL_FORMED}"));
        };
        let done = match event {
            Event::Start(start) => match home(namespace) {
                Some(home) => growing.start(home, &start),
                None => Err("a prefix that is not declared".into()),
            },
            Event::End(_) => growing.end(),
            Event::Text(text) => growing.text(std::str::from_utf8(&text).unwrap_or_default()),
            Event::CData(data) => growing.text(std::str::from_utf8(&data).unwrap_or_default()),
            Event::GeneralRef(reference) => growing.reference(&reference),
            Event::DocType(_) => Err("a document type declaration; none is allowed".into()),
            Event::Decl(declaration) => {
                let utf_8 = |name: &[u8]| name.eq_ignore_ascii_case(b"utf-8");
                match declaration.encoding() {
                    Some(Ok(name)) if !utf_8(&name) => {
                        Err("it declares another encoding; UTF-8 is allowed".into())
                    }
                    Some(Err(_)) => Err(NOT_WELL_FORMED.into()),
                    Some(Ok(_)) | None => Ok(()),
                }
            }
            Event::PI(_) | Event::Comment(_) | Event::Empty(_) => Ok(()),
            Event::Eof => break,
        };
        done.map_err(|fault: String| format!("byte {at}: {fault}"))?;
    }
    match growing.root {
        Some(root) if growing.open.is_empty() => Ok(root),
        Some(_) | None => Err("it ends before its end".into()),
    }
}

#[derive(Default)]
struct Growing {
    open: Vec<Node>,
    root: Option<Node>,
    elements: usize,
}

impl Growing {
    fn start(&mut self, home: Home, start: &BytesStart<'_>) -> Result<(), String> {
        self.elements += 1;
        if self.root.is_some() {
            return Err("a second root".into());
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(format!("more than {DEPTH_MAX} elements in each other"));
        }
        if self.elements > ELEMENTS_MAX {
            return Err(format!("more than {ELEMENTS_MAX} elements"));
        }
        let mut scheme = None;
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| NOT_WELL_FORMED.to_owned())?;
            if attribute.key.as_ref() == b"scheme" {
                scheme = Some(String::from_utf8_lossy(&attribute.value).into_owned());
            }
        }
        let name = start.name();
        self.open.push(Node {
            home,
            name: String::from_utf8_lossy(name.local_name().as_ref()).into_owned(),
            is_prefixed_memo: name.prefix().is_some_and(|p| p.as_ref() == b"memo"),
            scheme,
            text: String::new(),
            children: Vec::new(),
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let node = self.open.pop().ok_or(NOT_WELL_FORMED)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        if canonical::forbidden(text).is_some() {
            return Err("a character that XML 1.0 does not allow".into());
        }
        match self.open.last_mut() {
            Some(node) => node.text.push_str(text),
            None if text.bytes().all(|b| b.is_ascii_whitespace()) => {}
            None => return Err("text outside the root".into()),
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), String> {
        if let Ok(Some(c)) = reference.resolve_char_ref() {
            return self.text(c.encode_utf8(&mut [0; 4]));
        }
        let name = std::str::from_utf8(reference).ok();
        match name.and_then(quick_xml::escape::resolve_predefined_entity) {
            Some(text) => self.text(text),
            None => Err("an entity; the five built-in ones are allowed".into()),
        }
    }
}
