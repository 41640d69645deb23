//! Reads what a snapshot is built from, and says what is wrong with it by file and line.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::disk::Sha256;

use super::{Builder, Counts, csv, far};

/// How to build a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The day on which the registry was asked.
    pub date: Date,
}

/// What to build a snapshot from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Entries, one a line; a CSV file with the column `id_type`.
    Entries(PathBuf),
    /// Operators, one a line; a CSV file without it.
    Operators(PathBuf),
    /// An answer of FaR to `isReachable`.
    FarAnswer(PathBuf),
}

impl Input {
    /// Tells from its first bytes what a file is.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn detect(path: &Path) -> Result<Self, Error> {
        let mut start = Vec::new();
        File::open(path)
            .and_then(|file| io::Read::read_to_end(&mut io::Read::take(file, 4096), &mut start))
            .map_err(|source| Error::io(path, source))?;
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
        let header = text.split(|b| *b == b'\n').next().unwrap_or_default();
        Ok(if text.trim_ascii_start().starts_with(b"<") {
            Self::FarAnswer(path.into())
        } else if memchr::memmem::find(header, b"id_type").is_none()
            && memchr::memmem::find(header, b"operator_id").is_some()
        {
            Self::Operators(path.into())
        } else {
            Self::Entries(path.into())
        })
    }

    fn path(&self) -> &Path {
        match self {
            Self::Entries(path) | Self::Operators(path) | Self::FarAnswer(path) => path,
        }
    }
}

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Entries by status.
    pub counts: Counts,
    /// Entries that came more than once, saying the same.
    pub repeated: u64,
    /// Operators in the table.
    pub operators: usize,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// As [`Snapshot::digest`](super::Snapshot::digest).
    pub digest: Sha256,
}

/// A line of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file; empty for an entry that came from no file.
    pub path: PathBuf,
    /// From one.
    pub line: u64,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.as_os_str().is_empty() {
            return write!(f, "entry {}", self.line);
        }
        write!(f, "`{}` line {}", self.path.display(), self.line)
    }
}

/// Why no snapshot was built. Names files and lines, never identifiers.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error("`{path}`: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is not what it must be.
    #[error("{origin}: {found}; allowed: {allowed}")]
    Line {
        /// Where.
        origin: Origin,
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// FaR answered with a fault.
    #[error("{origin}: the registry answered with a fault, error code {code}; ask again")]
    Fault {
        /// Where.
        origin: Origin,
        /// FaR's error code, or `unknown`.
        code: String,
    },
    /// Two lines say different things of one recipient.
    #[error(
        "{first} and {second} say different things of one recipient ({conflicts} such recipients in all); keep the newer answer"
    )]
    Conflict {
        /// One of the two.
        first: Origin,
        /// The other.
        second: Origin,
        /// How many recipients have contradicting lines.
        conflicts: u64,
    },
    /// An input list without entries.
    #[error(
        "no entries in {files} input files; a snapshot of nobody would send every letter on paper"
    )]
    Empty {
        /// How many files were read.
        files: usize,
    },
}

impl Error {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.into(),
            source,
        }
    }

    pub(super) fn line(path: &Path, line: u64, found: &str, allowed: &str) -> Self {
        Self::Line {
            origin: Origin {
                path: path.into(),
                line,
            },
            found: found.into(),
            allowed: allowed.into(),
        }
    }
}

/// Reads `inputs` and writes a snapshot to `out`, whole or not at all, for its owner only.
///
/// # Errors
/// An input cannot be read, a line is wrong, two lines contradict each other, or `out` cannot be written.
pub fn build(inputs: &[Input], options: &Options, out: &Path) -> Result<Built, Error> {
    let mut builder = Builder::new(options.date);
    for input in inputs {
        builder.begin_file(input.path());
        match input {
            Input::Entries(path) => csv::read_entries(path, &mut builder)?,
            Input::Operators(path) => csv::read_operators(path, &mut builder)?,
            Input::FarAnswer(path) => far::read_answer(path, &mut builder)?,
        }
    }
    if builder.is_empty() {
        return Err(Error::Empty {
            files: inputs.len(),
        });
    }
    builder.finish(out)
}
