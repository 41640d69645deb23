//! A file of others as a tree, once it is known that the tree will be small: what is hostile is refused before it is
//! built.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use memchr::memchr_iter;
use roxmltree::{Document, ParsingOptions};

use super::Error;
use crate::bundle::digital_post;
use crate::xml::{self, Limits, Reader};

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

const LIMITS: Limits = Limits {
    bytes: FILE_BYTES_MAX,
    depth: DEPTH_MAX,
    elements: NODES_MAX as usize,
};

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
        fault: xml::Error {
            line: 1,
            found: "a larger file",
            allowed: format!("at most {bytes_max} bytes").into(),
        },
    })
}

/// The text of a file that keeps the limits, with line ends as XML 1.0 §2.11 has them.
pub fn text(bytes: &[u8]) -> Result<Cow<'_, str>, xml::Error> {
    let mut reader = Reader::new(bytes, LIMITS)?;
    for byte in [b'<', b'='] {
        if memchr_iter(byte, bytes).count() > MARKUP_MAX {
            return Err(xml::Error {
                line: 1,
                found: "more markup",
                allowed: format!("at most {MARKUP_MAX} tags and attributes").into(),
            });
        }
    }
    while reader.event()?.is_some() {}
    // roxmltree 0.21 keeps a CR that stands before a character reference.
    Ok(xml::line_ends(reader.text()))
}

/// The tree of a text that [`text`] gave.
pub fn parse(text: &str) -> Result<Document<'_>, xml::Error> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    // The parser's own words may hold names and values of the document.
    Document::parse_with_options(text, options).map_err(|error| {
        let (found, allowed) = match error {
            roxmltree::Error::NodesLimitReached => (
                "more elements and texts",
                format!("at most {NODES_MAX} in all").into(),
            ),
            _ => ("XML that is not well-formed", "a whole XML document".into()),
        };
        xml::Error {
            line: u64::from(error.pos().row),
            found,
            allowed,
        }
    })
}
