//! A file of others as a tree, once it is known that the tree will be small: what is hostile is refused before it is
//! built.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use memchr::{memchr, memchr_iter};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use roxmltree::{Document, ParsingOptions};

use super::Error;
use crate::bundle::digital_post;

/// Most bytes of a file. Receivers take messages of 2 MiB; this is thirty times that.
pub const FILE_BYTES_MAX: u64 = 64 << 20;
/// Most bytes of a Danish message: a MeMo with 74 MiB of documents has 98.7 MiB (facts/denmark.md §1.8).
pub const DANISH_FILE_BYTES_MAX: u64 = digital_post::INSPECT_BYTES_MAX as u64;
/// Elements in each other. A message in its envelope has ten.
pub const DEPTH_MAX: usize = 64;
/// Elements, texts, comments and instructions. A message has some hundred.
pub const NODES_MAX: u32 = 200_000;
/// `<` in the file, and `=`: the tree's memory is taken by their number before anything is read.
pub const MARKUP_MAX: usize = 500_000;
/// Attributes of one element, declarations of namespaces among them. Envelopes that programs write have thirty.
pub const ATTRIBUTES_MAX: usize = 64;
/// Declarations of namespaces in force at one place: each element that adds one copies them.
pub const DECLARATIONS_MAX: usize = 128;
/// Bytes of a name.
pub const NAME_BYTES_MAX: usize = 1_024;
/// Bytes of a namespace: canonical forms write it again for each element. Those of the format have some fifty.
pub const NAMESPACE_BYTES_MAX: usize = 1_024;

/// Reads a whole file, up to the limit and one byte more.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(DANISH_FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(|source| Error::Io {
            path: path.to_owned(),
            source,
        })?;
    Ok(bytes)
}

/// Refuses a file that is larger than its kind may be.
pub fn check_size(path: &Path, bytes: &[u8], bytes_max: u64) -> Result<(), Error> {
    if bytes.len() as u64 <= bytes_max {
        return Ok(());
    }
    Err(Error::Xml {
        path: path.to_owned(),
        line: 1,
        found: "a larger file",
        allowed: format!("{bytes_max} bytes are read"),
    })
}

/// The text of a file that keeps the limits, with line ends as XML 1.0 §2.11 has them.
pub fn text<'b>(path: &Path, bytes: &'b [u8]) -> Result<Cow<'b, str>, Error> {
    let refused = |line, found, allowed: String| Error::Xml {
        path: path.to_owned(),
        line,
        found,
        allowed,
    };
    check_size(path, bytes, FILE_BYTES_MAX)?;
    let text = simdutf8::compat::from_utf8(bytes).map_err(|error| {
        let line = line_at(bytes, error.valid_up_to());
        refused(line, "bytes that are not UTF-8", "UTF-8 is needed".into())
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for byte in [b'<', b'='] {
        if memchr_iter(byte, bytes).count() > MARKUP_MAX {
            return Err(refused(
                1,
                "more markup",
                format!("{MARKUP_MAX} tags and attributes are read"),
            ));
        }
    }
    check(path, text)?;
    // roxmltree 0.21 keeps a CR that stands before a character reference.
    Ok(match memchr(b'\r', text.as_bytes()) {
        Some(_) => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        None => Cow::Borrowed(text),
    })
}

/// The tree of a text that [`text`] gave.
pub fn parse<'input>(path: &Path, text: &'input str) -> Result<Document<'input>, Error> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    // The parser's own words may hold names and values of the document.
    Document::parse_with_options(text, options).map_err(|error| {
        let (found, allowed) = match error {
            roxmltree::Error::DtdDetected => dtd(),
            roxmltree::Error::NodesLimitReached => (
                "more elements and texts",
                format!("{NODES_MAX} in all are read"),
            ),
            _ => not_well_formed(),
        };
        Error::Xml {
            path: path.to_owned(),
            line: u64::from(error.pos().row),
            found,
            allowed,
        }
    })
}

fn dtd() -> (&'static str, String) {
    (
        "a document type declaration",
        "messages have none, and none is read".into(),
    )
}

fn not_well_formed() -> (&'static str, String) {
    (
        "XML that is not well-formed",
        "a whole XML document is needed".into(),
    )
}

/// Walks over all tags without keeping any.
fn check(path: &Path, text: &str) -> Result<(), Error> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false; // The tree's parser does.
    let mut declared: Vec<usize> = Vec::new(); // A line for each open element.
    loop {
        let event = reader.read_event();
        let found = match &event {
            Err(_) => Some(not_well_formed()),
            Ok(Event::Eof) => return Ok(()),
            Ok(Event::DocType(_)) => Some(dtd()),
            Ok(Event::Decl(declaration)) => declaration
                .encoding()
                .and_then(Result::ok)
                .filter(|name| !is_utf8(name))
                .map(|_| ("another encoding", "UTF-8 is needed".into())),
            Ok(Event::Start(start)) => element(start, &mut declared),
            Ok(Event::Empty(start)) => {
                let found = element(start, &mut declared);
                declared.pop();
                found
            }
            Ok(Event::End(_)) => {
                declared.pop();
                None
            }
            Ok(_) => None,
        };
        if let Some((found, allowed)) = found {
            let read = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            return Err(Error::Xml {
                path: path.to_owned(),
                line: line_at(text.as_bytes(), read),
                found,
                allowed,
            });
        }
    }
}

/// The line, from one, that so many bytes lead to.
fn line_at(bytes: &[u8], at: usize) -> u64 {
    let before = bytes.get(..at).unwrap_or(bytes);
    memchr_iter(b'\n', before).count() as u64 + 1
}

/// ASCII is UTF-8 too.
fn is_utf8(name: &[u8]) -> bool {
    ["utf-8", "utf8", "us-ascii"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// Opens an element; what is not allowed in it.
fn element(start: &BytesStart<'_>, declared: &mut Vec<usize>) -> Option<(&'static str, String)> {
    let mut declarations = declared.last().copied().unwrap_or_default();
    if start.name().as_ref().len() > NAME_BYTES_MAX {
        return Some(("a longer name", format!("{NAME_BYTES_MAX} bytes are read")));
    }
    // Duplicates are found by comparison with all before, so the count is looked at first.
    for (count, attribute) in start.attributes().enumerate() {
        if count >= ATTRIBUTES_MAX {
            return Some((
                "an element with more attributes",
                format!("{ATTRIBUTES_MAX} are read"),
            ));
        }
        let Ok(attribute) = attribute else {
            return Some(not_well_formed());
        };
        let name = attribute.key.as_ref();
        if name.len() > NAME_BYTES_MAX {
            return Some(("a longer name", format!("{NAME_BYTES_MAX} bytes are read")));
        }
        if name == b"xmlns" || name.starts_with(b"xmlns:") {
            declarations += 1;
            if attribute.value.len() > NAMESPACE_BYTES_MAX {
                return Some((
                    "a longer namespace",
                    format!("{NAMESPACE_BYTES_MAX} bytes are read"),
                ));
            }
            if name != b"xmlns" && attribute.value.is_empty() {
                return Some(not_well_formed()); // Namespaces in XML 1.0 §5.
            }
        }
    }
    declared.push(declarations);
    if declarations > DECLARATIONS_MAX {
        return Some((
            "more declarations of namespaces in each other",
            format!("{DECLARATIONS_MAX} are read"),
        ));
    }
    (declared.len() > DEPTH_MAX).then(|| {
        (
            "elements nested deeper",
            format!("{DEPTH_MAX} levels are read"),
        )
    })
}
