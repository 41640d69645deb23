//! How the program ends, for cron and for people. Numbers are kept for good and listed in README.md.

use std::process::{ExitCode, Termination};

/// The exit code. 1, 2 and 101 are left alone: shells, argument parsers and panics use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything was sent (or checked, verified, shown) and nothing is left to do.
    Done = 0,
    /// Finished and released; some letters are held or rejected: see the report.
    SomeLeft = 3,
    /// The batch is finished and held back for a person: see the report, then `release` or `withdraw`.
    HeldBack = 4,
    /// The job file, a key, a schema or a snapshot it names is wrong; nothing was read.
    BadJob = 10,
    /// The input file cannot be used, or changed while it was read; nothing was released.
    BadInput = 11,
    /// Another run owns the ledger, the mailing or letters of it were already sent, or a batch is not in a state that allows
    /// what was asked for.
    Refused = 12,
    /// Writing failed (disk full, rights); nothing was released.
    CannotWrite = 13,
    /// What was read back differs from what was to be written, or a verified folder or message has faults.
    Faulty = 14,
    /// No such batch or letter.
    NotFound = 15,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}
