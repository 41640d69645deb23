//! Why a command could not do its work, and which exit code says so.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::Exit;
use crate::config::JobError;
use crate::{bundle, ledger, manifest, registry, run, sample, spool, ticket, vendor};

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The job file; every fault.
    Job(Vec<JobError>),
    /// The run.
    Run(Box<run::Error>),
    /// The ledger, asked without a run.
    Ledger(ledger::Error),
    /// No such batch or letter.
    NotFound(String),
    /// No mailing file to work on.
    Mailing(String),
    /// Building a snapshot.
    Registry(registry::Error),
    /// No receipt that could be read.
    Receipts(String),
    /// A results file that cannot be booked.
    Results(String),
    /// Reading a snapshot.
    Snapshot(registry::SnapshotError),
    /// Writing a sample.
    Sample(sample::Error),
    /// A folder or message that cannot be verified at all.
    Verify(String),
    /// A certificate that should be trusted, or nothing to use it for.
    Trusted(String),
    /// A vendor profile.
    Vendor(vendor::Error),
    /// A PDF that cannot be read.
    Pdf(PathBuf, io::Error),
    /// Writing there would harm a batch.
    Refused(String),
    /// Packing a part.
    Package(ticket::PackageError),
    /// stdout.
    Output(io::Error),
}

impl Failure {
    /// The exit code for it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Job(_) | Self::Trusted(_) | Self::Vendor(_) => Exit::BadJob,
            Self::Run(error) => exit_of_run(error),
            Self::Ledger(error) => exit_of_ledger(error),
            Self::NotFound(_) => Exit::NotFound,
            Self::Refused(_) => Exit::Refused,
            Self::Mailing(_)
            | Self::Registry(_)
            | Self::Receipts(_)
            | Self::Results(_)
            | Self::Snapshot(_)
            | Self::Verify(_)
            | Self::Pdf(..) => Exit::BadInput,
            Self::Package(ticket::PackageError::Unwritable { .. })
            | Self::Sample(_)
            | Self::Output(_) => Exit::CannotWrite,
            Self::Package(_) => Exit::BadInput,
        }
    }
}

fn exit_of_run(error: &run::Error) -> Exit {
    match error {
        run::Error::Ingest(_) | run::Error::Sender { .. } => Exit::BadInput,
        run::Error::Snapshot(_)
        | run::Error::Route(_)
        | run::Error::Sign(_)
        | run::Error::Stationery(_)
        | run::Error::Profile(_)
        | run::Error::ControlWantsAddresses
        | run::Error::ControlMissing { .. }
        | run::Error::Threads(_) => Exit::BadJob,
        run::Error::Bundle(bundle::Error::Sender { .. }) => Exit::BadInput,
        run::Error::Ask(_)
        | run::Error::Bundle(_)
        | run::Error::Spool(_)
        | run::Error::Manifest(_)
        | run::Error::NotANewFolder { .. }
        | run::Error::Io { .. } => Exit::CannotWrite,
        run::Error::Ledger(error) => exit_of_ledger(error),
        run::Error::Reprint(error) => exit_of_reprint(error),
        run::Error::Ticket(_) => Exit::CannotWrite,
        run::Error::NotAPart { .. } => Exit::BadInput,
        run::Error::Faulty(_) | run::Error::Changed(_) | run::Error::OtherManifest(_) => {
            Exit::Faulty
        }
        run::Error::NothingToRerun { .. } => Exit::NotFound,
    }
}

fn exit_of_reprint(error: &spool::ReprintError) -> Exit {
    match error {
        spool::ReprintError::Write(_) => Exit::CannotWrite,
        spool::ReprintError::Read { .. }
        | spool::ReprintError::Part { .. }
        | spool::ReprintError::Csv { .. }
        | spool::ReprintError::Layout { .. } => Exit::BadInput,
        spool::ReprintError::NoPiece { .. } => Exit::NotFound,
        spool::ReprintError::Piece { .. } => Exit::Faulty,
    }
}

fn exit_of_ledger(error: &ledger::Error) -> Exit {
    match error {
        ledger::Error::NoLedger(_)
        | ledger::Error::NotInState { found: None, .. }
        | ledger::Error::NoMessage(_)
        | ledger::Error::NotAMessageId
        | ledger::Error::NoPieces { .. } => Exit::NotFound,
        ledger::Error::Busy { .. }
        | ledger::Error::AlreadySent { .. }
        | ledger::Error::SameLetters { .. }
        | ledger::Error::SentTwice { .. }
        | ledger::Error::NotInState { .. }
        | ledger::Error::Decided { .. }
        | ledger::Error::NotAnEnd(_)
        | ledger::Error::PiecesSent { .. }
        | ledger::Error::PiecesUnderWay { .. }
        | ledger::Error::TooManyReprints { .. }
        | ledger::Error::NotAPieceEnd(_) => Exit::Refused,
        ledger::Error::OtherMailing { .. }
        | ledger::Error::NoSuchPieces { .. }
        | ledger::Error::TooManyLines { .. } => Exit::BadInput,
        ledger::Error::Changed(_)
        | ledger::Error::Balance { .. }
        | ledger::Error::Pieces { .. } => Exit::Faulty,
        _ => Exit::CannotWrite,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Job(faults) => {
                for (i, fault) in faults.iter().enumerate() {
                    write!(f, "{}{fault}", if i == 0 { "" } else { "\nerror: " })?;
                }
                Ok(())
            }
            Self::Run(error) => match &**error {
                run::Error::Ingest(refused) => write!(f, "{refused}\nhint: {}", refused.hint()),
                other => other.fmt(f),
            },
            Self::Ledger(error) => error.fmt(f),
            Self::NotFound(what)
            | Self::Mailing(what)
            | Self::Receipts(what)
            | Self::Results(what)
            | Self::Verify(what)
            | Self::Refused(what)
            | Self::Trusted(what) => f.write_str(what),
            Self::Registry(error) => error.fmt(f),
            Self::Snapshot(error) => error.fmt(f),
            Self::Sample(error) => error.fmt(f),
            Self::Vendor(error) => error.fmt(f),
            Self::Pdf(path, error) => write!(f, "`{}`: {error}", path.display()),
            Self::Package(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write the result: {error}"),
        }
    }
}

impl From<run::Error> for Failure {
    fn from(error: run::Error) -> Self {
        Self::Run(Box::new(error))
    }
}

impl From<ledger::Error> for Failure {
    fn from(error: ledger::Error) -> Self {
        Self::Ledger(error)
    }
}

impl From<manifest::Error> for Failure {
    fn from(error: manifest::Error) -> Self {
        Self::Verify(error.to_string())
    }
}

impl From<bundle::Error> for Failure {
    fn from(error: bundle::Error) -> Self {
        Self::Verify(error.to_string())
    }
}

impl From<spool::Error> for Failure {
    fn from(error: spool::Error) -> Self {
        Self::Verify(error.to_string())
    }
}
