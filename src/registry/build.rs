//! Reads what a snapshot is built from, and says what is wrong with it by file and line.

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::disk::Sha256;

use super::contacts::Pages;
use super::{Builder, Counts, Input, contacts, csv, far};

/// How to build a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The day on which the registry was asked.
    pub date: Date,
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
    /// What else a person should know, as sentences: pages that are missing.
    pub notes: Vec<String>,
}

/// A place in an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file; empty for an entry that came from no file.
    pub path: PathBuf,
    /// From one.
    pub line: u64,
    /// What `line` counts.
    pub unit: Unit,
}

/// What is counted in an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Lines.
    Line,
    /// Contacts: a page of them is often a single line.
    Contact,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.as_os_str().is_empty() {
            return write!(f, "entry {}", self.line);
        }
        let unit = match self.unit {
            Unit::Line => "line",
            Unit::Contact => "contact",
        };
        write!(f, "`{}` {unit} {}", self.path.display(), self.line)
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
    /// A folder that holds something else than files to read.
    #[error(
        "`{path}` is {found}; a folder of answers holds files only: name the folders or files one by one"
    )]
    Folder {
        /// What lies in it.
        path: PathBuf,
        /// What that is.
        found: &'static str,
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
                unit: Unit::Line,
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
    let mut pages = Pages::default();
    for input in inputs {
        match input {
            Input::Entries(path) => {
                builder.begin_file(path, Unit::Line);
                csv::read_entries(path, &mut builder)?;
            }
            Input::Operators(path) => csv::read_operators(path, &mut builder)?,
            Input::FarAnswer(path) => {
                builder.begin_file(path, Unit::Line);
                far::read_answer(path, &mut builder)?;
            }
            Input::Contacts(path) => {
                builder.begin_file(path, Unit::Contact);
                contacts::read_page(path, &mut builder, &mut pages)?;
            }
        }
    }
    if builder.is_empty() {
        return Err(Error::Empty {
            files: inputs.len(),
        });
    }
    let built = builder.finish(out)?;
    Ok(Built {
        notes: pages.notes(),
        ..built
    })
}
