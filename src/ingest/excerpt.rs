//! Writes letters of a mailing out again as a mailing of their own: `rejected.xml`.
//!
//! In: the opened mailing and places of letters in it. Out: the root's start tag and the header as they were, but for
//! the number of letters; the letters byte for byte, each behind a comment that names its line in the original and the
//! codes of its findings; no trailer. The file is UTF-8 whatever the mailing was. It holds what the letters hold, damage
//! included: it is a valid mailing once they are mended. Relative paths of files beside the mailing stay as they were.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Slice, Source};
use crate::disk::{self, Sha256};
use crate::finding::Code;

const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Room for the number of letters, filled with spaces: white space around a number means nothing.
const COUNT_DIGITS: usize = 10;

/// A mailing in the making that repeats letters of another.
#[derive(Debug)]
pub struct Excerpt<'s> {
    source: &'s Source,
    path: PathBuf,
    out: BufWriter<File>,
    count_at: u64,
    letters: u32,
}

impl<'s> Excerpt<'s> {
    /// Creates the file, 0600, in place of one of that name. Do so when there is a first letter for it: a mailing has one at least.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn create(path: &Path, source: &'s Source) -> io::Result<Self> {
        let mut out = BufWriter::with_capacity(1 << 18, disk::create_private(path)?);
        let count_at = write_head(source, &" ".repeat(COUNT_DIGITS), &mut out)?;
        Ok(Self {
            source,
            path: path.to_owned(),
            out,
            count_at,
            letters: 0,
        })
    }

    /// Adds a letter.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn add(&mut self, letter: Slice, line: u64, codes: &[Code]) -> io::Result<()> {
        let codes: Vec<&str> = codes.iter().map(|code| code.name()).collect();
        writeln!(self.out, "<!-- line {line}: {} -->", codes.join(", "))?;
        self.out.write_all(letter.of(self.source.bytes()))?;
        self.out.write_all(b"\n")?;
        self.letters += 1;
        Ok(())
    }

    /// Ends the file and makes it durable. Gives its size and digest.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn finish(mut self) -> io::Result<(u64, Sha256)> {
        writeln!(self.out, "</{}>", self.source.root.name)?;
        self.out.seek(SeekFrom::Start(self.count_at))?; // Flushes first.
        write!(self.out, "{:<COUNT_DIGITS$}", self.letters)?;
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        disk::digest_file(&self.path)
    }
}

/// Writes the letters as a mailing of their own where their number is known before.
///
/// # Errors
/// Any I/O error.
pub fn write_excerpt(source: &Source, letters: &[Slice], out: &mut impl Write) -> io::Result<()> {
    write_head(source, &letters.len().to_string(), out)?;
    for letter in letters {
        out.write_all(letter.of(source.bytes()))?;
        out.write_all(b"\n")?;
    }
    writeln!(out, "</{}>", source.root.name)
}

/// Everything before the first letter; gives the place of `count` in it.
fn write_head(source: &Source, count: &str, out: &mut impl Write) -> io::Result<u64> {
    let bytes = source.bytes();
    let root = source.root.place.of(bytes);
    let before = Slice {
        start: source.header_place.start,
        end: source.count_place.start,
    }
    .of(bytes);
    let after = Slice {
        start: source.count_place.end,
        end: source.header_place.end,
    }
    .of(bytes);
    for part in [
        DECLARATION,
        root,
        b"\n",
        before,
        count.as_bytes(),
        after,
        b"\n",
    ] {
        out.write_all(part)?;
    }
    Ok((DECLARATION.len() + root.len() + 1 + before.len()) as u64)
}
