//! Why a run ends without a release. Each room's error, gathered; `cli` gives each an exit code.

use std::io;
use std::path::PathBuf;

use super::rerun::Behind;
use crate::{bundle, compose, ingest, ledger, manifest, registry, route, sign, spool, ticket};

/// Why nothing was released.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The mailing cannot be used.
    #[error(transparent)]
    Ingest(#[from] ingest::Error),
    /// The sender's organisation number in the header is wrong.
    #[error(
        "the sender's organisationNumber in the header is {found}; allowed: {allowed}\n\
         hint: correct it, or say `test` in `environment` if this is a trial"
    )]
    Sender {
        /// What was found, without the number.
        found: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The snapshot cannot be used.
    #[error(transparent)]
    Snapshot(#[from] registry::SnapshotError),
    /// Requests to the registries cannot be written.
    #[error(transparent)]
    Ask(#[from] registry::AskError),
    /// The routing rules cannot be used, or the snapshot is too old.
    #[error(transparent)]
    Route(#[from] route::Error),
    /// A key cannot be used.
    #[error(transparent)]
    Sign(#[from] sign::Error),
    /// Fonts or letterhead cannot be used.
    #[error(transparent)]
    Stationery(#[from] compose::Error),
    /// The vendor profile cannot be used.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Profile(Vec<spool::OptionsError>),
    /// Bundles cannot be written or read.
    #[error(transparent)]
    Bundle(#[from] bundle::Error),
    /// The spool cannot be written or read.
    #[error(transparent)]
    Spool(#[from] spool::Error),
    /// The ledger is busy, refuses, or cannot be written.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// A rerun that has nothing to do.
    #[error(
        "batch `{batch}` has no letter of that kind that nobody has taken on yet{}\n\
         hint: `lettermill receipts show` lists what was refused, `lettermill show LETTER` tells a letter's history",
        behind.sentences().iter().map(|sentence| format!("\n{sentence}")).collect::<String>()
    )]
    NothingToRerun {
        /// The batch.
        batch: String,
        /// Letters left to a person.
        behind: Behind,
    },
    /// Pieces cannot be printed again.
    #[error(transparent)]
    Reprint(#[from] spool::ReprintError),
    /// Control file or ticket of a reprint cannot be written.
    #[error(transparent)]
    Ticket(#[from] ticket::Error),
    /// The control file of a reprint would need what nobody keeps.
    #[error(
        "the control file of this profile has addresses (`recipient-line-…`), which are kept nowhere but in the parts\n\
         hint: --without-control, or a layout for reprints without them"
    )]
    ControlWantsAddresses,
    /// A part had a control file, and nothing says how that of its reprint is written.
    #[error(
        "`{}` lies beside the part, and the job has no [control] for that of the reprint\n\
         hint: --job with the job file of the run, or --without-control if the plant needs none",
        path.display()
    )]
    ControlMissing {
        /// The control file.
        path: PathBuf,
    },
    /// What should be a part of a batch is none.
    #[error(
        "`{}` is no part of a batch: {found}\nhint: name the PDF as it lies in the folder of its batch, `print/<class>/<nnnn>.pdf`",
        path.display()
    )]
    NotAPart {
        /// What was named.
        path: PathBuf,
        /// What was found.
        found: String,
    },
    /// A file is not what was promised.
    #[error(
        "`{}` is not the file that the manifest of its batch promises\n\
         hint: `lettermill verify` tells what else has changed; take the folder from a copy that is whole",
        .0.display()
    )]
    Changed(PathBuf),
    /// The folder of a batch is not the one that the ledger knows.
    #[error(
        "`{}` is not the folder that the ledger knows by that name: its manifest is another\n\
         hint: name the part as it lies in the outbox of this home; --out says which home",
        .0.display()
    )]
    OtherManifest(PathBuf),
    /// A reprint cannot go into this folder.
    #[error("`{}` {found}\nhint: {hint}", path.display())]
    NotANewFolder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        found: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// The manifest cannot be written.
    #[error(transparent)]
    Manifest(#[from] manifest::Error),
    /// A file of the batch cannot be written.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What was read back is not what was to be written.
    #[error("reading back found what must not be released:\n{}", .0.join("\n"))]
    Faulty(Vec<String>),
    /// No thread pool of the size asked for.
    #[error("cannot start the worker threads: {0}")]
    Threads(String),
}

impl Error {
    /// An I/O error with its path.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
