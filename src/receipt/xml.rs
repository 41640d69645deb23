//! XML from outside, read as a flat list of elements and their texts: no document type, no entity but the five built-in
//! ones, nothing deeper than it may be.

use quick_xml::events::{BytesRef, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

/// A status message within its envelope is ten elements deep.
const DEPTH_MAX: usize = 32;

/// The name of an element.
pub struct Name {
    /// Namespace; empty if it has none.
    pub space: String,
    /// Without a prefix.
    pub local: String,
}

/// What is wrong with a document.
#[derive(Debug)]
pub struct Wrong {
    /// From one; zero if it is about the document as a whole.
    pub line: u64,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub allowed: &'static str,
}

impl Wrong {
    pub fn whole(found: impl Into<String>, allowed: &'static str) -> Self {
        Self {
            line: 0,
            found: found.into(),
            allowed,
        }
    }
}

/// Gives the end of every element: its name and those around it, the root first, and its own text, trimmed.
pub fn walk(bytes: &[u8], each: &mut dyn FnMut(&[Name], &str)) -> Result<(), Wrong> {
    if simdutf8::basic::from_utf8(bytes).is_err() {
        return Err(Wrong::whole("bytes that are not UTF-8", "XML in UTF-8"));
    }
    let mut reader = NsReader::from_reader(bytes);
    reader.config_mut().expand_empty_elements = true;
    let mut path: Vec<Name> = Vec::new();
    let mut text = String::new();
    let mut root_ended = false;
    loop {
        let event = reader.read_event();
        let at = match &event {
            Ok(_) => reader.buffer_position(),
            Err(_) => reader.error_position(),
        };
        let wrong = |found: &str, allowed| Wrong {
            line: line(bytes, at),
            found: found.to_owned(),
            allowed,
        };
        match event {
            Err(_) => return Err(wrong("XML that is not well-formed", "a whole document")),
            Ok(Event::Start(start)) => {
                if root_ended {
                    return Err(wrong("a second root element", "one document in a file"));
                }
                if path.len() >= DEPTH_MAX {
                    return Err(wrong("elements deeper than a receipt has", "32 deep"));
                }
                let (space, local) = reader.resolver().resolve_element(start.name());
                let space = match space {
                    ResolveResult::Bound(Namespace(name)) => name,
                    ResolveResult::Unbound => b"",
                    ResolveResult::Unknown(_) => {
                        return Err(wrong("a prefix that is not declared", "XML namespaces"));
                    }
                };
                path.push(Name {
                    space: String::from_utf8_lossy(space).into_owned(),
                    local: String::from_utf8_lossy(local.as_ref()).into_owned(),
                });
                text.clear();
            }
            Ok(Event::End(_)) => {
                each(&path, text.trim());
                text.clear();
                path.pop();
                root_ended = path.is_empty();
            }
            Ok(Event::Text(part)) => text.push_str(&String::from_utf8_lossy(&part)),
            Ok(Event::CData(part)) => text.push_str(&String::from_utf8_lossy(&part)),
            Ok(Event::GeneralRef(reference)) => match resolved(&reference) {
                Some(part) => text.push_str(&part),
                None => return Err(wrong("an entity", "the five built-in ones")),
            },
            Ok(Event::DocType(_)) => return Err(wrong("a document type declaration", "none")),
            Ok(Event::Eof) if root_ended => return Ok(()),
            Ok(Event::Eof) => {
                return Err(wrong(
                    "the end of the file within an element",
                    "a whole document",
                ));
            }
            Ok(Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Empty(_)) => {}
        }
    }
}

fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c.to_string());
    }
    let name: &[u8] = reference;
    let text = std::str::from_utf8(name).ok();
    text.and_then(quick_xml::escape::resolve_predefined_entity)
        .map(str::to_owned)
}

/// The line that a byte lies on, from one. Asked once a document.
fn line(bytes: &[u8], at: u64) -> u64 {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let before = bytes.get(..at).unwrap_or(bytes);
    1 + memchr::memchr_iter(b'\n', before).count() as u64
}
