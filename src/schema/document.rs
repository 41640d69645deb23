//! Whole documents: decodes, parses and validates one that stands alone, such as a signed delivery or a MeMo.
//!
//! In: a compiled schema and the bytes of a document. Out: every violation with its line, or why the document cannot
//! be read. Letters of a mailing do not go this way; `ingest` drives the validator itself.

use std::borrow::Cow;

use memchr::memchr_iter;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{PrefixDeclaration, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::{Attribute, DEPTH_MAX, Schema, Validator, Violation};

/// A document that is not XML as we accept it.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Bytes that are not what the encoding says, or an encoding we do not read.
    #[error(
        "line {line}: {what}; UTF-8, UTF-16 with a byte order mark and declared ISO-8859-1 are read"
    )]
    Encoding {
        /// From one.
        line: u64,
        /// What was found.
        what: &'static str,
    },
    /// Not well-formed.
    #[error("line {line}: not well-formed: {what}")]
    Malformed {
        /// From one.
        line: u64,
        /// What was found.
        what: String,
    },
    /// A document type declaration or an entity that would need one.
    #[error("line {line}: document type declarations and their entities are refused")]
    Dtd {
        /// From one.
        line: u64,
    },
}

/// Validates a whole document; its root must be a global element of the schema. Each violation comes with the line,
/// from one, on which the tag or text that causes it ends.
///
/// # Errors
/// The document cannot be read to its end; violations found until then are lost.
pub fn validate(schema: &Schema, bytes: &[u8]) -> Result<Vec<(u64, Violation)>, DocumentError> {
    let text = decode(bytes)?;
    let mut driver = Driver {
        validator: Validator::new(schema),
        schema,
        lines: Lines::new(text.as_bytes()),
        depth: 0,
        roots: 0,
        found: Vec::new(),
    };
    let mut reader = NsReader::from_str(&text);
    reader.config_mut().enable_all_checks(true);
    driver.run(&mut reader)?;
    Ok(driver.found)
}

/// The text of a document: UTF-8, UTF-16 with a byte order mark, or ISO-8859-1 that says so.
///
/// # Errors
/// Another encoding, or bytes that are not of it.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DocumentError> {
    let wrong = |line, what| DocumentError::Encoding { line, what };
    let utf16 = match bytes {
        [0xff, 0xfe, ..] => Some(encoding_rs::UTF_16LE),
        [0xfe, 0xff, ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = utf16 {
        let (text, broken) = encoding.decode_with_bom_removal(bytes);
        return if broken {
            Err(wrong(1, "bytes that are not UTF-16"))
        } else {
            Ok(text)
        };
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match declared_encoding(bytes).as_deref() {
        None | Some("utf-8" | "us-ascii") => {
            std::str::from_utf8(bytes)
                .map(Cow::Borrowed)
                .map_err(|error| {
                    let line = 1 + memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count() as u64;
                    wrong(line, "bytes that are not UTF-8")
                })
        }
        Some("iso-8859-1") => Ok(encoding_rs::mem::decode_latin1(bytes)),
        Some(_) => Err(wrong(1, "another encoding is declared")),
    }
}

/// What the XML declaration says, in lower case.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let declaration = std::str::from_utf8(&declaration[..end]).ok()?;
    let value = declaration
        .split_once("encoding")?
        .1
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = value[1..].split(quote).next()?;
    Some(value.to_ascii_lowercase())
}

/// Counts lines up to a place that only moves forward.
struct Lines<'a> {
    text: &'a [u8],
    counted: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            counted: 0,
            line: 1,
        }
    }

    fn at(&mut self, place: u64) -> u64 {
        let place = usize::try_from(place)
            .unwrap_or(usize::MAX)
            .clamp(self.counted, self.text.len());
        self.line += memchr_iter(b'\n', &self.text[self.counted..place]).count() as u64;
        self.counted = place;
        self.line
    }
}

struct Driver<'s, 'a> {
    schema: &'s Schema,
    validator: Validator<'s>,
    lines: Lines<'a>,
    depth: usize,
    roots: usize,
    found: Vec<(u64, Violation)>,
}

impl Driver<'_, '_> {
    fn run(&mut self, reader: &mut NsReader<&[u8]>) -> Result<(), DocumentError> {
        loop {
            let event = reader.read_event();
            let place = reader.buffer_position();
            let malformed =
                |driver: &mut Self, what: &dyn std::fmt::Display| DocumentError::Malformed {
                    line: driver.lines.at(place),
                    what: what.to_string(),
                };
            match event.map_err(|error| malformed(self, &error))? {
                Event::Start(tag) => self.start(reader, &tag, place)?,
                Event::Empty(tag) => {
                    self.start(reader, &tag, place)?;
                    self.end();
                }
                Event::End(_) => self.end(),
                Event::Text(text) => {
                    let text = text
                        .xml10_content()
                        .map_err(|error| malformed(self, &error))?;
                    if self.depth == 0 && !text.trim().is_empty() {
                        return Err(malformed(self, &"text outside the root element"));
                    }
                    self.validator.text(&text);
                }
                Event::CData(text) => {
                    let text = text
                        .xml10_content()
                        .map_err(|error| malformed(self, &error))?;
                    if self.depth == 0 {
                        return Err(malformed(self, &"text outside the root element"));
                    }
                    self.validator.text(&text);
                }
                Event::GeneralRef(reference) => self.reference(&reference, place)?,
                Event::DocType(_) => {
                    let line = self.lines.at(place);
                    return Err(DocumentError::Dtd { line });
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof if self.depth > 0 => {
                    return Err(malformed(self, &"the document ends inside an element"));
                }
                Event::Eof if self.roots != 1 => {
                    return Err(malformed(self, &"there is no root element"));
                }
                Event::Eof => return Ok(()),
            }
            if !self.validator.violations().is_empty() {
                let line = self.lines.at(place);
                let noted = self
                    .validator
                    .violations()
                    .drain(..)
                    .map(|violation| (line, violation));
                self.found.extend(noted);
            }
        }
    }

    fn start(
        &mut self,
        reader: &NsReader<&[u8]>,
        tag: &BytesStart<'_>,
        place: u64,
    ) -> Result<(), DocumentError> {
        let malformed =
            |driver: &mut Self, what: &dyn std::fmt::Display| DocumentError::Malformed {
                line: driver.lines.at(place),
                what: what.to_string(),
            };
        if self.depth > 10 * DEPTH_MAX {
            return Err(malformed(
                self,
                &format!("more than {} elements inside each other", 10 * DEPTH_MAX),
            ));
        }
        let resolver = reader.resolver();
        let (namespace, local) = resolver.resolve_element(tag.name());
        let Some(namespace) = name_of(&namespace) else {
            return Err(malformed(self, &"a prefix that is not declared"));
        };
        if self.depth == 0 {
            self.roots += 1;
            if self.roots > 1 {
                return Err(malformed(self, &"a second root element"));
            }
            match self.schema.global(namespace, local.as_ref()) {
                Some(decl) => self.validator.begin(decl),
                None => {
                    let name = String::from_utf8_lossy(local.as_ref()).into_owned();
                    let line = self.lines.at(place);
                    let violation = Violation {
                        found: format!("root element `{name}`"),
                        allowed: "a root element that the schema declares".into(),
                    };
                    self.found.push((line, violation));
                }
            }
        }
        self.depth += 1;
        let mut values = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| malformed(self, &error))?;
            let value = match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(value) => value,
                Err(error) => return Err(malformed(self, &error)),
            };
            match attribute.key.as_namespace_binding() {
                Some(PrefixDeclaration::Default) => self.validator.bind(b"", value.as_bytes()),
                Some(PrefixDeclaration::Named(prefix)) => {
                    self.validator.bind(prefix, value.as_bytes())
                }
                None => values.push((attribute.key, value)),
            }
        }
        let mut attributes: Vec<Attribute<'_>> = Vec::with_capacity(values.len());
        for (key, value) in &values {
            let (namespace, local) = resolver.resolve_attribute(*key);
            let namespace = match namespace {
                ResolveResult::Unbound => b"",
                ResolveResult::Bound(namespace) => namespace.0,
                ResolveResult::Unknown(_) => {
                    return Err(malformed(self, &"a prefix that is not declared"));
                }
            };
            let local = local.into_inner();
            if attributes
                .iter()
                .any(|known| (known.namespace, known.local) == (namespace, local))
            {
                return Err(malformed(self, &"an attribute stands twice"));
            }
            attributes.push(Attribute {
                namespace,
                local,
                value,
            });
        }
        self.validator.start(namespace, local.as_ref(), &attributes);
        Ok(())
    }

    fn end(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.validator.end();
    }

    fn reference(&mut self, reference: &BytesRef<'_>, place: u64) -> Result<(), DocumentError> {
        let line = self.lines.at(place);
        let malformed = |what: &str| DocumentError::Malformed {
            line,
            what: what.to_owned(),
        };
        if self.depth == 0 {
            return Err(malformed("text outside the root element"));
        }
        match reference.resolve_char_ref() {
            Ok(Some(c)) => {
                self.validator.text(c.encode_utf8(&mut [0; 4]));
                Ok(())
            }
            Ok(None) => {
                let name = std::str::from_utf8(reference).unwrap_or_default();
                match quick_xml::escape::resolve_predefined_entity(name) {
                    Some(text) => {
                        self.validator.text(text);
                        Ok(())
                    }
                    None => Err(DocumentError::Dtd { line }),
                }
            }
            Err(_) => Err(malformed("a character reference that names no character")),
        }
    }
}

fn name_of<'a>(resolved: &ResolveResult<'a>) -> Option<&'a [u8]> {
    match resolved {
        ResolveResult::Bound(namespace) => Some(namespace.0),
        ResolveResult::Unbound => Some(b""),
        ResolveResult::Unknown(_) => None,
    }
}
