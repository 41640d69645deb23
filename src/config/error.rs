//! What can be wrong with a job file.

use std::io;
use std::path::PathBuf;

use crate::schema::SchemaError;
use crate::{results, spool, ticket, vendor};

/// One fault of a job file.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It cannot be read.
    #[error("job file `{}`: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not TOML, or has a key that is not known.
    #[error("job file `{}`: {message}\nhint: docs/lettermill.toml shows every key", path.display())]
    Form {
        /// Which.
        path: PathBuf,
        /// What and where.
        message: String,
    },
    /// A value that is not allowed.
    #[error("job file: `{key}` is {found}; allowed is {allowed}")]
    Value {
        /// The key.
        key: &'static str,
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// A file that the job names is not there.
    #[error("job file: `{key}` names `{}`: {source}", path.display())]
    Missing {
        /// The key.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The schema cannot be used.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The vendor profile cannot be used.
    #[error("job file: `vendor`: {0}")]
    Vendor(#[from] vendor::Error),
    /// The routing rules cannot be used.
    #[error("job file: [route]: {0}")]
    Route(String),
    /// The template of letters cannot be used.
    #[error("template `{}`: {message}\nhint: docs/compose.md shows every key", path.display())]
    Template {
        /// Which.
        path: PathBuf,
        /// What and where.
        message: String,
    },
    /// The vendor profile cannot be used.
    #[error("job file: [print]: {0}")]
    Print(spool::OptionsError),
    /// The layout of control files or what is said of tickets cannot be used.
    #[error("job file: {0}")]
    Ticket(ticket::OptionsError),
    /// The layout of results files cannot be used.
    #[error("job file: {0}")]
    Results(results::OptionsError),
}
