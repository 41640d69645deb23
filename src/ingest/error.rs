//! Why a mailing is refused whole: nothing of it goes on.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A place in the mailing as it lies on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The mailing.
    pub path: PathBuf,
    /// In bytes of the file as it lies on disk, from zero.
    pub offset: u64,
    /// From one.
    pub line: u64,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, offset, line } = self;
        write!(f, "`{}`: byte {offset}, line {line}", path.display())
    }
}

/// Why a mailing is refused whole.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is missing, may not be read, or is no regular file.
    #[error("`{}`: cannot be opened: {source}", path.display())]
    Open {
        /// The mailing.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed, or writing the temporary UTF-8 copy did.
    #[error("`{}`: {what} failed: {source}", path.display())]
    Io {
        /// The mailing.
        path: PathBuf,
        /// What was being done.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The file is empty.
    #[error("`{}`: byte 0, line 1: the file is empty; a mailing has a header and letters", path.display())]
    Empty {
        /// The mailing.
        path: PathBuf,
    },
    /// The file changed while it was being read.
    #[error("`{}`: the file changed while it was being read; it must have the same length and time from start to end", path.display())]
    Changed {
        /// The mailing.
        path: PathBuf,
    },
    /// An encoding that is not read.
    #[error(
        "{at}: the encoding is {found}; allowed are UTF-8, UTF-16 with a byte order mark, and ISO-8859-1 when declared"
    )]
    Encoding {
        /// Where.
        at: At,
        /// The encoding's name, or how the file contradicts itself.
        found: String,
    },
    /// The file is something else than XML.
    #[error("{at}: this is not XML: found {found}; allowed is a mailing, which starts with `<`")]
    NotXml {
        /// Where.
        at: At,
        /// What it looks like.
        found: String,
    },
    /// A document type declaration, which could define entities.
    #[error(
        "{at}: found a document type declaration; none is allowed, nor entities beyond the five built-in ones"
    )]
    DocumentType {
        /// Where.
        at: At,
    },
    /// The root element is no mailing.
    #[error("{at}: the root element is {found}; allowed is {allowed}")]
    Root {
        /// Where.
        at: At,
        /// Name and namespace found.
        found: String,
        /// Name and namespace allowed.
        allowed: String,
    },
    /// The file ends too early.
    #[error(
        "{at}: the file ends inside {inside}; allowed is a whole mailing, up to its last end tag"
    )]
    Truncated {
        /// The end of the file.
        at: At,
        /// What was open.
        inside: String,
    },
    /// Not well-formed XML.
    #[error("{at}: not well-formed: found {found}; allowed is {allowed}")]
    IllFormed {
        /// Where.
        at: At,
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// Root, header or trailer are not what the schema or the limits allow.
    #[error("{at}: the mailing's {part} is invalid: found {found}; allowed is {allowed}")]
    Invalid {
        /// Where.
        at: At,
        /// `root`, `header` or `trailer`.
        part: &'static str,
        /// What was found, without values.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// A mailing without letters.
    #[error("{at}: found no letter; allowed is one or more")]
    NoLetters {
        /// Where the first letter should stand.
        at: At,
    },
    /// A file beside the mailing is there and cannot be read for a reason that may pass: no letter is rejected for that.
    #[error(
        "{at}: a document beside the mailing cannot be read: {found}; nothing of the mailing goes on without it"
    )]
    Document {
        /// Where the letter names it.
        at: At,
        /// What the system said.
        found: String,
    },
    /// The file holds another number than it declares.
    #[error("{at}: the {part} declares {declared} {what}, found {found}; the two must agree")]
    Total {
        /// Where the count was found wrong.
        at: At,
        /// `header` or `trailer`.
        part: &'static str,
        /// What is counted.
        what: &'static str,
        /// The number declared.
        declared: u64,
        /// The number found; for letters beyond those declared, the number up to there.
        found: u64,
    },
}

impl Error {
    /// What the operator can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Open { .. } => {
                "check the path, and that the file is a regular file that this user may read"
            }
            Self::Io { .. } => {
                "check the disk, and that the folder for temporary files has room for the mailing"
            }
            Self::Empty { .. } | Self::Truncated { .. } => {
                "the export or the transfer was cut short: let the case system write the file again"
            }
            Self::Changed { .. } => {
                "start only when the case system has finished writing, for example after a rename"
            }
            Self::Encoding { .. } => "let the case system write UTF-8 and declare it",
            Self::NotXml { .. } => {
                "unpack or decrypt the file first, or check that it is the right one"
            }
            Self::DocumentType { .. } => {
                "let the case system leave out `<!DOCTYPE`; the schema is given by the job"
            }
            Self::Root { .. } => {
                "check that the file is a mailing, and that it names the namespace of the schema"
            }
            Self::IllFormed { .. } => {
                "`xmllint --noout` on the file shows the place; let the case system mend it"
            }
            Self::Invalid { .. } => "mend header or trailer; `xmllint --schema` shows every fault",
            Self::NoLetters { .. } => {
                "an empty night needs no file: let the case system leave it out"
            }
            Self::Document { .. } => {
                "check the disk or share that holds the documents, and how many files a process may open; then run again"
            }
            Self::Total { .. } => {
                "letters are missing or were written twice: compare with the case system"
            }
        }
    }

    /// The place, where there is one.
    pub fn at(&self) -> Option<&At> {
        match self {
            Self::Encoding { at, .. }
            | Self::NotXml { at, .. }
            | Self::DocumentType { at }
            | Self::Root { at, .. }
            | Self::Truncated { at, .. }
            | Self::IllFormed { at, .. }
            | Self::Invalid { at, .. }
            | Self::NoLetters { at }
            | Self::Document { at, .. }
            | Self::Total { at, .. } => Some(at),
            Self::Open { .. } | Self::Io { .. } | Self::Empty { .. } | Self::Changed { .. } => None,
        }
    }
}

/// A fault found by the inner modules, which know offsets in the UTF-8 bytes and no path. [`super::Source`] turns it
/// into an [`Error`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// In the UTF-8 bytes.
    pub(super) offset: usize,
    pub(super) kind: FaultKind,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    Truncated {
        inside: String,
    },
    DocumentType,
    IllFormed {
        found: String,
        allowed: String,
    },
    Invalid {
        part: &'static str,
        found: String,
        allowed: String,
    },
    Root {
        found: String,
        allowed: String,
    },
    NotXml {
        found: String,
    },
    NoLetters,
    Document {
        found: String,
    },
    Total {
        part: &'static str,
        what: &'static str,
        declared: u64,
        found: u64,
    },
}

impl Fault {
    pub(super) fn ill_formed(
        offset: usize,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        let kind = FaultKind::IllFormed {
            found: found.into(),
            allowed: allowed.into(),
        };
        Self { offset, kind }
    }

    pub(super) fn truncated(offset: usize, inside: impl Into<String>) -> Self {
        Self {
            offset,
            kind: FaultKind::Truncated {
                inside: inside.into(),
            },
        }
    }
}

impl FaultKind {
    /// The error at a place.
    pub(super) fn at(self, at: At) -> Error {
        match self {
            Self::Truncated { inside } => Error::Truncated { at, inside },
            Self::DocumentType => Error::DocumentType { at },
            Self::IllFormed { found, allowed } => Error::IllFormed { at, found, allowed },
            Self::Invalid {
                part,
                found,
                allowed,
            } => Error::Invalid {
                at,
                part,
                found,
                allowed,
            },
            Self::Root { found, allowed } => Error::Root { at, found, allowed },
            Self::NotXml { found } => Error::NotXml { at, found },
            Self::NoLetters => Error::NoLetters { at },
            Self::Document { found } => Error::Document { at, found },
            Self::Total {
                part,
                what,
                declared,
                found,
            } => Error::Total {
                at,
                part,
                what,
                declared,
                found,
            },
        }
    }
}
