//! What the plant says became of the pieces, read: the results files of inserters.
//!
//! In: the bytes of a file, and the layout that the vendor profile lays down under `[results]` ([`Options`], compiled to a
//! [`Layout`]). Out: a [`Row`] for each line that is about a piece, or every [`Fault`] with its line. `docs/formats-print.md`
//! describes the files. What always holds:
//! - a file is read whole or not at all: one line that cannot be read gives no rows;
//! - nothing of a line is repeated in a fault but its shape, for results may carry names.
//!
//! What the rows mean for a job is for the ledger to say. To read another field: a key in [`Options`], a line in `read`.

mod layout;
mod options;
mod read;
#[cfg(test)]
mod tests;

pub use layout::{Layout, OptionsError};
pub use options::{Column, Encoding, Format, List, Locator, Only, Options};
pub use read::{Contents, Fault, INITIALS, Job, Row, Unreadable, initials, read};

/// Bytes of a results file; a line of a piece has some fifty.
pub const FILE_BYTES_MAX: u64 = 256 << 20;
/// Rows of a file.
pub const ROWS_MAX: usize = 2_000_000;
/// Faults that are told; the rest is counted.
pub const FAULTS_MAX: usize = 50;
