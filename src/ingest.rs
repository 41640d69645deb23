//! Reads a mailing: maps the file, cuts it at letter boundaries, parses the pieces in parallel.
//!
//! In: the path of a mailing, a schema, limits. Out: the header, then waves of letters with their findings, in file order.
//! `docs/formats-mailing.md` says what is read, what refuses the file whole and what rejects one letter.
//!
//! Always holds:
//! - A file that is not one whole, well-formed mailing gives an [`Error`]: at [`open`], in [`Waves::next`] or
//!   [`Wave::parse`] when it gets there, at the latest in [`Waves::finish`]. Release nothing before `finish` was `Ok`.
//! - A bad letter is a [`Parsed`] without `letter`; the letters around it are not touched by it.
//! - Memory holds one wave, whatever the length of the file; a wave is bounded by letters and by bytes.
//! - The result does not depend on the number of threads.
//!
//! To read another element: see `vocabulary.rs`. To read another encoding: see `encoding.rs`. To add a limit: a field of
//! [`Limits`] with its default, and a line in `docs/formats-mailing.md`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hashbrown::HashMap;

use crate::disk::{self, Map, Sha256};
use crate::finding::Finding;
use crate::letter::{Header, Letter, LetterSeq};
use crate::schema::{DeclId, Schema};
use crate::xml::scope::Scope;

mod beside;
mod build;
mod cursor;
mod damage;
mod encoding;
mod ending;
mod error;
mod excerpt;
mod opening;
mod parse;
mod split;
mod vocabulary;
mod wave;
mod waves;
mod white_space;

pub use error::{At, Error};
pub use excerpt::{Excerpt, write_excerpt};
pub use wave::{LetterPlace, Wave};
pub use waves::{Totals, Waves};

use encoding::Encoding;
use error::Fault;

/// What reading a mailing obeys.
#[derive(Clone, Debug)]
pub struct Options {
    /// What a mailing may hold.
    pub schema: Arc<Schema>,
    /// How much of it.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            schema: Arc::new(Schema::mailing()),
            limits: Limits::default(),
        }
    }
}

/// How much of everything is taken. What is over a limit of a letter rejects the letter, of the header the mailing.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one letter in the file, documents included. A longer one is never parsed. 128 MiB: a document of the
    /// largest size in base64, and text.
    pub letter_bytes_max: usize,
    /// Bytes of a letter (or of the header) that belong to no base64 text; bounds what the model of a letter can take in
    /// memory. 4 MiB is more than a thousand pages.
    pub text_bytes_max: usize,
    /// Bytes of the header in the file, shared documents included.
    pub header_bytes_max: usize,
    /// Nesting of elements, the letter itself being the first. The deepest path of the schema has eight elements, but
    /// bold and italic may nest.
    pub depth_max: usize,
    /// Attributes on one element, `xmlns` declarations included.
    pub attributes_max: usize,
    /// Bytes of one start tag.
    pub tag_bytes_max: usize,
    /// Bytes of one document, decoded.
    pub document_bytes_max: usize,
    /// Bytes of all documents of a letter, decoded, shared ones not counted.
    pub letter_documents_bytes_max: usize,
    /// Bytes of all shared documents of the header, decoded; they stay in memory.
    pub shared_bytes_max: usize,
    /// Letters that are parsed together.
    pub wave_letters: usize,
    /// Bytes that are parsed together, files beside the mailing included; one longer letter is a wave of its own.
    pub wave_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1 << 20;
        Self {
            letter_bytes_max: 128 * MIB,
            text_bytes_max: 4 * MIB,
            header_bytes_max: 192 * MIB,
            depth_max: 32,
            attributes_max: 32,
            tag_bytes_max: MIB / 16,
            document_bytes_max: 64 * MIB,
            letter_documents_bytes_max: 96 * MIB,
            shared_bytes_max: 128 * MIB,
            wave_letters: 2048,
            wave_bytes: 16 * MIB,
        }
    }
}

/// A range of [`Source::bytes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// First byte.
    pub start: u64,
    /// Behind the last byte.
    pub end: u64,
}

impl Slice {
    fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u64,
            end: end as u64,
        }
    }

    /// The bytes; empty if the range is not in `bytes`.
    fn of(self, bytes: &[u8]) -> &[u8] {
        let range = usize::try_from(self.start)
            .ok()
            .zip(usize::try_from(self.end).ok());
        range
            .and_then(|(start, end)| bytes.get(start..end))
            .unwrap_or_default()
    }

    /// Number of bytes.
    pub fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// True if there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// One letter of the file, good or bad.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// Its place in the mailing.
    pub seq: LetterSeq,
    /// Line of its start tag, from one.
    pub line: u64,
    /// The sender's id, where it can be read and has the form of one; also of a rejected letter.
    pub id: Option<String>,
    /// Its bytes.
    pub slice: Slice,
    /// The letter; `None` if a finding rejects it.
    pub letter: Option<Letter<'a>>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// A mailing that was opened: its header is read, its letters are not.
#[derive(Debug)]
pub struct Source {
    file: Input,
    schema: Arc<Schema>,
    limits: Limits,
    root: Root,
    header: Header,
    header_place: Slice,
    /// Contents of the header's number of letters.
    count_place: Slice,
    shared: HashMap<String, usize>,
    folder: PathBuf,
    digest: std::sync::OnceLock<Sha256>,
}

/// The file, and its bytes as UTF-8.
#[derive(Debug)]
struct Input {
    path: PathBuf,
    original: Map,
    transcoded: Option<Map>,
    encoding: Encoding,
}

/// The root's start tag.
#[derive(Debug)]
struct Root {
    place: Slice,
    /// As written, with prefix.
    name: String,
    /// The namespaces that are declared for everything in it.
    scope: Scope<'static>,
    decl: DeclId,
}

/// Opens a mailing, reads its header and the documents that its letters share. A file in another encoding than UTF-8 is
/// written as UTF-8 into an unlinked file in `scratch` (or the system's folder for temporary files).
///
/// # Errors
/// The file cannot be read, is no mailing, is cut short, or its header is not what schema and limits allow.
pub fn open(path: &Path, scratch: Option<&Path>, options: &Options) -> Result<Source, Error> {
    opening::open(path, scratch, options)
}

impl Source {
    /// What is common to all letters.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The mailing.
    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// Bytes of the file as it lies on disk.
    pub fn size(&self) -> u64 {
        self.file.original.len() as u64
    }

    /// SHA-256 of the file as it lies on disk. The first call reads the whole file; later ones give what it found.
    pub fn digest(&self) -> Sha256 {
        *self
            .digest
            .get_or_init(|| disk::sha256_of_map(&self.file.original, 0))
    }

    /// SHA-256 of all that stands behind the header, in UTF-8: that of the same letters under another header. Reads the
    /// whole file.
    pub fn letters_digest(&self) -> Sha256 {
        let from = usize::try_from(self.header_place.end).unwrap_or(usize::MAX);
        disk::sha256_of_map(self.file.map(), from)
    }

    /// The mailing in UTF-8; a byte order mark may stand first.
    pub fn bytes(&self) -> &[u8] {
        self.file.bytes()
    }

    /// What reading it obeys.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Its letters, from the first.
    pub fn waves(&self) -> Waves<'_> {
        Waves::new(self)
    }

    /// Gives back the memory of all pages before this place; they are read again if touched.
    pub fn forget_before(&self, place: Slice) {
        let map = self.file.map();
        map.forget_before(usize::try_from(place.start).unwrap_or(0));
    }

    /// Makes sure that the file is still what it was when it was opened.
    ///
    /// # Errors
    /// It is not, or that cannot be found out.
    pub fn verify_unchanged(&self) -> Result<(), Error> {
        self.file.verify_unchanged()
    }
}

impl Input {
    /// The mailing in UTF-8.
    fn map(&self) -> &Map {
        self.transcoded.as_ref().unwrap_or(&self.original)
    }

    fn bytes(&self) -> &[u8] {
        self.map()
    }

    fn verify_unchanged(&self) -> Result<(), Error> {
        let path = || self.path.clone();
        match self.original.unchanged() {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::Changed { path: path() }),
            Err(source) => Err(Error::Io {
                path: path(),
                what: "looking at the file again",
                source,
            }),
        }
    }

    /// The error for a fault: what the operator sees speaks of the file as it lies on disk. A file that changed while it
    /// was read explains any other fault.
    fn refuse(&self, fault: Fault) -> Error {
        if let Err(changed) = self.verify_unchanged() {
            return changed;
        }
        let bytes = self.bytes();
        let before = &bytes[..fault.offset.min(bytes.len())];
        let at = At {
            path: self.path.clone(),
            offset: self.encoding.offset_on_disk(before),
            line: 1 + split::lines(before),
        };
        fault.kind.at(at)
    }

    fn io(&self, what: &'static str) -> impl Fn(io::Error) -> Error {
        let path = self.path.clone();
        move |source| Error::Io {
            path: path.clone(),
            what,
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next wave may be cut in one thread while the last is parsed in others.
    #[test]
    fn waves_may_be_cut_and_parsed_side_by_side() {
        fn sent<T: Send>() {}
        fn shared<T: Sync>() {}
        sent::<Waves<'_>>();
        sent::<Parsed<'_>>();
        shared::<Source>();
        shared::<Wave>();
    }
}
