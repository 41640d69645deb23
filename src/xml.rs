//! XML: its grammar for all who read it, and a reader for documents of others, which ends at what is hostile or no XML
//! before it costs time or memory.
//!
//! In: the bytes of a document and its [`Limits`]. Out: the start of each element with its namespace and attributes, its
//! texts, its end ([`Event`]); or an [`Error`] with the line, which holds nothing of the document. What always holds:
//! - a document is UTF-8, with or without a byte order mark, and names no other encoding;
//! - a document type declaration is refused, so that the five built-in entities and characters by number are all there are;
//! - what is read to its end is well-formed by XML 1.0 and by Namespaces in XML 1.0: `tests/xml.rs` asks other parsers;
//! - time is proportional to the document, memory to its largest text and tag, whatever is in it.
//!
//! Mailings do not come this way: `ingest` takes the grammar alone, and has a reader of its own for files of any size.

use std::borrow::Cow;

use memchr::{memchr_iter, memmem};
use quick_xml::events::Event as Token;

mod character;
pub(crate) mod markup;
pub(crate) mod scope;

pub(crate) use character::{forbidden, is_character, is_space, line_ends, spaces};

use markup::{BadReference, RawAttribute};
use scope::{Scope, Space};

/// Attributes of one element, declarations of namespaces among them. Envelopes that programs write have thirty.
pub const ATTRIBUTES_MAX: usize = 64;
/// Declarations of namespaces in force at one place: each prefix is looked for among them.
pub const DECLARATIONS_MAX: usize = 128;
/// Bytes of the name of an element or attribute.
pub const NAME_BYTES_MAX: usize = 1_024;
/// Bytes of the name of a namespace: canonical forms write it again for each element. Those of the formats have some fifty.
pub const NAMESPACE_BYTES_MAX: usize = 1_024;
/// Bytes of a start tag: its attributes are gathered before they are counted.
pub const TAG_BYTES_MAX: usize = 256 << 10;

/// Of envelopes of SOAP 1.1 and 1.2.
pub const SOAP_NAMESPACES: [&str; 2] = [
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
];

/// The most that is read of a document.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the document.
    pub bytes: u64,
    /// Elements in each other.
    pub depth: usize,
    /// Elements in all.
    pub elements: usize,
}

/// Why a document is not read on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {found}; allowed: {allowed}")]
pub struct Error {
    /// Where, from one.
    pub line: u64,
    /// What was found.
    pub found: &'static str,
    /// What is allowed.
    pub allowed: Cow<'static, str>,
}

/// What was found, and what is allowed: an error without its line.
type Wrong = (&'static str, Cow<'static, str>);

const WHOLE: Cow<'static, str> = Cow::Borrowed("a whole XML document");
/// What exactly is wrong may hold names and values of the document.
const NOT_WELL_FORMED: Wrong = ("XML that is not well-formed", WHOLE);
const FORBIDDEN: Wrong = (
    "a character that XML 1.0 does not allow",
    Cow::Borrowed("text, tabs and line ends"),
);

fn too_much(found: &'static str, most: impl std::fmt::Display, of: &str) -> Wrong {
    (found, format!("at most {most} {of}").into())
}

/// What comes next in a document. Comments and processing instructions are passed over.
#[derive(Debug)]
pub enum Event<'r> {
    /// An element begins.
    Start(Start<'r>),
    /// A part of the text of the element that is open, line ends as LF. References and CDATA sections are parts of their
    /// own.
    Text(Cow<'r, str>),
    /// The element that is open ends, an empty one too.
    End,
}

/// The beginning of an element.
#[derive(Debug)]
pub struct Start<'r> {
    name: Name<'r>,
    attributes: &'r [Attribute<'r>],
    scope: &'r Scope<'r>,
}

#[derive(Clone, Copy, Debug)]
struct Name<'b> {
    prefix: &'b str,
    space: Space,
    local: &'b str,
}

/// An attribute that is no declaration.
#[derive(Debug)]
struct Attribute<'b> {
    space: Space,
    local: &'b str,
    value: Cow<'b, str>,
}

impl<'r> Start<'r> {
    /// Its namespace; empty if it has none.
    pub fn namespace(&self) -> &'r str {
        self.scope.name(self.name.space)
    }

    /// Its name without a prefix.
    pub fn local(&self) -> &'r str {
        self.name.local
    }

    /// Its prefix; empty if it has none.
    pub fn prefix(&self) -> &'r str {
        self.name.prefix
    }

    /// Namespace, empty for none, name without prefix, and value of each attribute that is no declaration.
    pub fn attributes(&self) -> impl Iterator<Item = (&'r str, &'r str, &'r str)> {
        let scope = self.scope;
        self.attributes
            .iter()
            .map(|a| (scope.name(a.space), a.local, &*a.value))
    }
}

/// Reads a document.
#[derive(Debug)]
pub struct Reader<'b> {
    text: &'b str,
    limits: Limits,
    tokens: quick_xml::Reader<&'b [u8]>,
    /// Behind what was read.
    at: usize,
    lines: Lines,
    depth: u32,
    elements: usize,
    scope: Scope<'b>,
    raw: Vec<RawAttribute<'b>>,
    attributes: Vec<Attribute<'b>>,
}

/// An event as far as it is of the bytes; [`Event`] adds what the reader holds.
enum Read<'b> {
    Start(Name<'b>),
    Text(Cow<'b, str>),
    End,
}

impl<'b> Reader<'b> {
    /// Begins to read.
    ///
    /// # Errors
    /// More bytes than allowed, bytes that are not UTF-8, a character that XML does not have.
    pub fn new(bytes: &'b [u8], limits: Limits) -> Result<Self, Error> {
        let refused = |at: usize, (found, allowed): Wrong| Error {
            line: Lines::default().up_to(bytes, at),
            found,
            allowed,
        };
        if bytes.len() as u64 > limits.bytes {
            return Err(refused(0, too_much("a larger file", limits.bytes, "bytes")));
        }
        let Ok(text) = simdutf8::basic::from_utf8(bytes) else {
            let at = valid_start(bytes).len();
            let wrong = ("bytes that are not UTF-8", "XML in UTF-8".into());
            return Err(refused(at, wrong));
        };
        match forbidden(text) {
            Some((at, _)) => Err(refused(at, FORBIDDEN)),
            None => Ok(Self::of(text, limits)),
        }
    }

    fn of(text: &'b str, limits: Limits) -> Self {
        let mut tokens = quick_xml::Reader::from_reader(text.as_bytes());
        tokens.config_mut().expand_empty_elements = true;
        Self {
            // The positions of quick-xml do not count the mark.
            text: text.strip_prefix('\u{feff}').unwrap_or(text),
            limits,
            tokens,
            at: 0,
            lines: Lines::default(),
            depth: 0,
            elements: 0,
            scope: Scope::default(),
            raw: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// Reads on; `None` at the end of the document.
    ///
    /// # Errors
    /// The document cannot be read on. Nothing more is to be asked then.
    pub fn event(&mut self) -> Result<Option<Event<'_>>, Error> {
        match self.read() {
            Err((found, allowed)) => Err(Error {
                line: self.line(),
                found,
                allowed,
            }),
            Ok(None) => Ok(None),
            Ok(Some(Read::Text(text))) => Ok(Some(Event::Text(text))),
            Ok(Some(Read::End)) => Ok(Some(Event::End)),
            Ok(Some(Read::Start(name))) => Ok(Some(Event::Start(Start {
                name,
                attributes: &self.attributes,
                scope: &self.scope,
            }))),
        }
    }

    /// The document, without a byte order mark.
    pub fn text(&self) -> &'b str {
        self.text
    }

    /// The line, from one, on which that ends which was read last.
    pub fn line(&mut self) -> u64 {
        self.lines.up_to(self.text.as_bytes(), self.at)
    }

    fn read(&mut self) -> Result<Option<Read<'b>>, Wrong> {
        loop {
            let from = self.at;
            let token = self.tokens.read_event();
            let to = match &token {
                Ok(_) => self.tokens.buffer_position(),
                Err(_) => self.tokens.error_position(),
            };
            self.at = usize::try_from(to).unwrap_or(usize::MAX);
            let text = self.text.get(from..self.at).unwrap_or_default();
            match token.map_err(|_| NOT_WELL_FORMED)? {
                Token::Start(_) | Token::Empty(_) => {
                    return self.start(text).map(|name| Some(Read::Start(name)));
                }
                Token::End(_) => {
                    self.scope.leave(self.depth);
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(Read::End));
                }
                Token::Text(_) if self.depth == 0 && text.bytes().all(is_space) => {}
                Token::Text(_) | Token::CData(_) | Token::GeneralRef(_) if self.depth == 0 => {
                    return Err(("text outside the root element", "white space there".into()));
                }
                Token::Text(_) if memmem::find(text.as_bytes(), b"]]>").is_some() => {
                    return Err(NOT_WELL_FORMED);
                }
                Token::Text(_) => return Ok(Some(Read::Text(line_ends(text)))),
                Token::CData(_) => {
                    let text = between(text, "<![CDATA[", "]]>")?;
                    return Ok(Some(Read::Text(line_ends(text))));
                }
                Token::GeneralRef(_) => {
                    let character = markup::reference(between(text, "&", ";")?).map_err(bad)?;
                    return Ok(Some(Read::Text(character.to_string().into())));
                }
                Token::Comment(_) => {
                    let inside = between(text, "<!--", "-->")?.as_bytes();
                    markup::comment(inside).map_err(|_| NOT_WELL_FORMED)?;
                }
                Token::Decl(_) if from == 0 => declaration(between(text, "<?", "?>")?)?,
                Token::PI(_) | Token::Decl(_) => {
                    let inside = between(text, "<?", "?>")?;
                    markup::instruction(inside).map_err(|_| NOT_WELL_FORMED)?;
                }
                Token::DocType(_) => {
                    return Err(("a document type declaration", "none".into()));
                }
                Token::Eof => return self.end_of_file(),
            }
        }
    }

    fn start(&mut self, text: &'b str) -> Result<Name<'b>, Wrong> {
        self.elements += 1;
        if self.elements > 1 && self.depth == 0 {
            return Err(("a second root element", "one".into()));
        }
        if self.elements > self.limits.elements {
            return Err(too_much("more elements", self.limits.elements, "in all"));
        }
        self.depth = self.depth.saturating_add(1);
        if self.depth as usize > self.limits.depth {
            let most = self.limits.depth;
            return Err(too_much("elements nested deeper", most, "in each other"));
        }
        if text.len() > TAG_BYTES_MAX {
            return Err(too_much("a longer start tag", TAG_BYTES_MAX, "bytes"));
        }
        let inside = between(text, "<", ">")?;
        let inside = inside.strip_suffix('/').unwrap_or(inside);
        let name = markup::tag(inside, &mut self.raw).map_err(|_| NOT_WELL_FORMED)?;
        let (prefix, local) = markup::split_name(name).ok_or(NOT_WELL_FORMED)?;
        self.limits_of_tag(name)?;
        for raw in &self.raw {
            if let Some(prefix) = raw.declares() {
                if raw.value.len() > NAMESPACE_BYTES_MAX {
                    return Err(too_much("a longer namespace", NAMESPACE_BYTES_MAX, "bytes"));
                }
                let declared = self.scope.declare(prefix, raw, self.depth);
                declared.map_err(|_| NOT_WELL_FORMED)?;
            }
        }
        if self.scope.declarations() > DECLARATIONS_MAX {
            let found = "more declarations of namespaces";
            return Err(too_much(found, DECLARATIONS_MAX, "in force"));
        }
        let unknown = || ("a prefix that is not declared", "XML namespaces".into());
        let space = self.scope.of_element(prefix).ok_or_else(unknown)?;
        self.attributes.clear();
        for raw in &self.raw {
            let mut wrong = None;
            let value = markup::attribute_value(raw.value, |_, why| {
                wrong.get_or_insert(why);
            });
            if let Some(why) = wrong {
                return Err(bad(why));
            }
            if raw.declares().is_none() {
                let space = self.scope.of_attribute(raw.prefix).ok_or_else(unknown)?;
                let local = raw.local;
                self.attributes.push(Attribute {
                    space,
                    local,
                    value,
                });
            }
        }
        let raw = self.raw.iter().map(|a| (a.prefix, a.local));
        let resolved = self.attributes.iter();
        let resolved = resolved.map(|a| (self.scope.name(a.space), a.local));
        if has_twice(raw) || has_twice(resolved) {
            return Err(NOT_WELL_FORMED);
        }
        Ok(Name {
            prefix,
            space,
            local,
        })
    }

    fn limits_of_tag(&self, name: &str) -> Result<(), Wrong> {
        if self.raw.len() > ATTRIBUTES_MAX {
            let found = "an element with more attributes";
            return Err(too_much(found, ATTRIBUTES_MAX, "on one"));
        }
        let of_attribute = |a: &RawAttribute<'_>| a.prefix.len() + a.local.len();
        let longest = self.raw.iter().map(of_attribute).max();
        if longest.unwrap_or_default().max(name.len()) > NAME_BYTES_MAX {
            return Err(too_much("a longer name", NAME_BYTES_MAX, "bytes"));
        }
        Ok(())
    }

    fn end_of_file<T>(&self) -> Result<Option<T>, Wrong> {
        match (self.depth, self.elements) {
            (0, 0) => Err(("the end of the file before an element", WHOLE)),
            (0, _) => Ok(None),
            _ => Err(("the end of the file within an element", WHOLE)),
        }
    }
}

/// Namespace, empty for none, and name of the root; `None` where there is none to be read. What is behind its beginning
/// may be anything.
pub fn root(bytes: &[u8]) -> Option<(String, String)> {
    let limits = Limits {
        bytes: u64::MAX,
        depth: 1,
        elements: 1,
    };
    match Reader::of(valid_start(bytes), limits).event().ok()?? {
        Event::Start(start) => Some((start.namespace().to_owned(), start.local().to_owned())),
        Event::Text(_) | Event::End => None,
    }
}

fn bad(reference: BadReference) -> Wrong {
    match reference {
        BadReference::Malformed => NOT_WELL_FORMED,
        BadReference::Unknown => ("an entity", "the five built-in ones".into()),
        BadReference::Forbidden => FORBIDDEN,
    }
}

/// ASCII is UTF-8 too.
fn declaration(inside: &str) -> Result<(), Wrong> {
    let encoding = markup::declaration(inside).map_err(|_| NOT_WELL_FORMED)?;
    let is_utf8 = |name: &str| {
        let mut known = ["utf-8", "utf8", "us-ascii"].iter();
        known.any(|known| name.eq_ignore_ascii_case(known))
    };
    match encoding.is_none_or(is_utf8) {
        true => Ok(()),
        false => Err(("another encoding", "UTF-8".into())),
    }
}

fn has_twice<'n>(names: impl Iterator<Item = (&'n str, &'n str)>) -> bool {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    !names.is_sorted_by(|a, b| a < b)
}

fn between<'t>(text: &'t str, before: &str, behind: &str) -> Result<&'t str, Wrong> {
    text.strip_prefix(before)
        .and_then(|text| text.strip_suffix(behind))
        .ok_or(NOT_WELL_FORMED)
}

/// What stands before the first byte that is not UTF-8.
fn valid_start(bytes: &[u8]) -> &str {
    simdutf8::basic::from_utf8(bytes)
        .unwrap_or_else(|_| bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid()))
}

/// Counts lines up to a place that only moves forward.
#[derive(Debug, Default)]
struct Lines {
    counted: usize,
    ends: u64,
}

impl Lines {
    fn up_to(&mut self, bytes: &[u8], at: usize) -> u64 {
        let at = at.min(bytes.len());
        let newly = bytes.get(self.counted..at).unwrap_or_default();
        self.ends += memchr_iter(b'\n', newly).count() as u64;
        self.counted = self.counted.max(at);
        self.ends + 1
    }
}
