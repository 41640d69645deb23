//! What was begun, made ready and sent; decides what a restart does.
//!
//! In: rows about letters and pieces (ids, fates, reasons, digests; never a letter, a name, a number or an address) and
//! files that other rooms wrote into the batch's work folder. Out: a folder in `outbox/`, whole, and `ledger.sqlite`,
//! readable with ordinary tools (`docs/formats-ledger.md`).
//!
//! The home of a job is one folder on one file system: `ledger.sqlite`, `ledger.lock`, `work/`, `outbox/`, `held/`,
//! `withdrawn/`. What always holds: **the ledger only names files that exist durably, and a folder in `outbox/` is
//! named in the ledger.** The order of writes, `*` marking what is made durable before the next step:
//!
//! 1. `*` the batch is `begun` in the ledger; its work folder is made.
//! 2. Rooms write and sync their files there; rows go to the ledger, one transaction a wave.
//! 3. `*` every folder under `work/<batch>` is synced; every file listed exists with its size, none is unlisted.
//! 4. `*` one transaction: totals (balanced against the rows), files with digests, state `ready` (or `holding`).
//! 5. `*` one `rename(work/<batch>, outbox/<batch>)` (or `held/<batch>`); both parents are synced.
//! 6. `*` state `sent` (or `held`).
//!
//! Every state that a crash can leave, what the next [`Ledger::open`] finds, and what it does; each row has a test
//! (`tests/ledger.rs`) that stops there, as [`Stop`] and as a killed process, and starts again:
//!
//! | left by a crash at | ledger says | `work/` | elsewhere | the next start |
//! |---|---|---|---|---|
//! | [`Stop::Begun`] | begun | – | – | marks it abandoned |
//! | [`Stop::Recorded`] | begun, some rows | some files | – | removes the folder, then the rows; abandoned |
//! | [`Stop::Durable`] | begun, all rows | whole | – | the same: nobody promised anything yet |
//! | [`Stop::Ready`] | ready, with digests | whole | – | checks digests, moves to `outbox/`, marks sent |
//! | [`Stop::Ready`] | holding, with digests | whole | – | checks digests, moves to `held/`, marks held |
//! | [`Stop::Moved`] | ready or holding | – | whole | marks sent or held |
//! | [`Stop::Marked`] | sent or held | – | whole | nothing |
//! | [`Stop::Ready`] | releasing | – | whole in `held/` | checks digests, moves to `outbox/`, marks sent |
//! | [`Stop::Moved`] | releasing | – | whole in `outbox/` | marks sent |
//! | [`Stop::Ready`] | withdrawing | maybe | maybe in `held/` | moves to `withdrawn/`, marks withdrawn |
//! | [`Stop::Moved`] | withdrawing | – | in `withdrawn/` | marks withdrawn |
//!
//! An abandoned batch gives its name back, so that the run that takes its place writes the same bytes.
//!
//! What became of the messages that were sent is in `receipts` and `deliveries`: see [`Ledger::import`]. Letters that were
//! refused, held or rejected are taken on by a rerun, a batch of its own: see [`Ledger::begin_rerun`]. What the plant says
//! of the pieces is in `results`: see [`Ledger::book`]; pieces that must be printed again are a batch too: see
//! [`Ledger::begin_reprint`].
//!
//! To add a column: a new step in `tables::STEPS` (never change an old one), the row type here, `reader`, and the page
//! in `docs/`. A new channel needs no change.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Connection;

use crate::clock::Clock;
use crate::disk::{self, Sha256};
use crate::letter::{Environment, Fate};

mod batch;
mod begin;
mod conclude;
mod deliveries;
mod error;
mod home;
mod messages;
mod moves;
mod number;
mod pieces;
mod reader;
mod receipts;
mod recorded;
mod reprint;
mod rerun;
mod results;
mod scan;
mod tables;

pub use batch::{Batch, Moved, Ready, ReadyToHold};
pub use deliveries::{Deliveries, DeliveryOfLetter, DeliveryState, ReceiptOfLetter};
pub use error::Error;
pub use home::check_released;
pub use moves::{Recovered, Recovery};
pub use pieces::{Balance, JobStanding, PieceStanding, PieceState, spoilt_by};
pub use reader::{BatchRow, Event, FileRow, History, PieceOfLetter, Reader, ReasonCount};
pub use receipts::{ImportTally, NotSent, ReceiptRow};
pub use recorded::{EnvelopeRow, MessageRow};
pub use reprint::{CHILD_MAX, ReprintOf, batch_of_child, part_of_child};
pub use results::{
    Booked, PrintJob, Remarked, ResultOfPiece, ResultRemark, ResultRow, ResultsFile,
};

use home::Home;
pub use home::refuse_unlisted;

/// The ledger, open for writing. While it lives, nobody else can open this home for writing.
pub struct Ledger<'c> {
    home: Home,
    db: Connection,
    clock: &'c dyn Clock,
    stop_at: Option<Stop>,
    _lock: std::fs::File,
}

/// What a batch is made from.
#[derive(Clone, Copy, Debug)]
pub struct Mailing<'a> {
    /// The mailing's own id; `[A-Za-z0-9][A-Za-z0-9._:-]{0,63}`.
    pub mailing_id: &'a str,
    /// Digest of the mailing file.
    pub source_sha256: Sha256,
    /// Digest of its letters alone, whatever stands in its header.
    pub letters_sha256: Sha256,
    /// Why letters go out that went out under another mailing id, if a person has said so.
    pub why_again: Option<&'a str>,
    /// Size of the mailing file.
    pub source_bytes: u64,
    /// Where it lies, absolute, so that a rerun finds it; a path that is not UTF-8 is not kept.
    pub source_path: &'a Path,
    /// Digest of the job, as `config` defines it.
    pub job_sha256: Sha256,
    /// The date written into outputs.
    pub date: Date,
    /// Trial or real.
    pub environment: Environment,
    /// Organisation number of the sender.
    pub sender_organisation: &'a str,
}

/// How one letter ended.
#[derive(Clone, Copy, Debug)]
pub struct LetterRow<'a> {
    /// Its place in the mailing, from zero.
    pub seq: u32,
    /// The sender's business key, or another name for a letter whose key cannot be read.
    pub letter_id: &'a str,
    /// How it ended.
    pub fate: Fate,
    /// The reason's stable name.
    pub reason: &'a str,
    /// Mailbox operator or print class; empty for held and rejected letters.
    pub target: &'a str,
    /// Id of the message: digital, or a request to print.
    pub message_id: Option<&'a str>,
    /// Id of the delivery that carries the message, where several travel in one; `None`: the message itself.
    pub delivery: Option<&'a str>,
    /// Id of a short message that tells of the letter.
    pub notice: Option<&'a str>,
    /// Digest of the sealed message; `None` for a printed piece.
    pub sha256: Option<Sha256>,
    /// The steps that led there, for the operator on duty.
    pub path: &'a str,
}

/// One printed letter in one envelope. Known only when the spool is sorted, hence apart from [`LetterRow`].
#[derive(Clone, Debug)]
pub struct PieceRow {
    /// Number of the piece within the batch, as its marks say.
    pub piece: u32,
    /// The letters in it, at least one; the address of the first shows in the window.
    pub letters: Vec<u32>,
    /// The file of the spool that it lies in, relative to the batch's folder.
    pub part: String,
    /// Sheets of paper.
    pub sheets: u32,
    /// Envelope and inserts included, in milligrams.
    pub weight_mg: u64,
}

/// The promise about a batch: `letters = digital + print + held + rejected`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Totals {
    /// Letters in the mailing.
    pub letters: u64,
    /// Sealed and bundled.
    pub digital: u64,
    /// In the spool.
    pub print: u64,
    /// A person must decide.
    pub held: u64,
    /// Cannot be sent as they are.
    pub rejected: u64,
}

impl Totals {
    /// Letters of one fate.
    pub fn of(&self, fate: Fate) -> u64 {
        match fate {
            Fate::Digital => self.digital,
            Fate::Print => self.print,
            Fate::Held => self.held,
            Fate::Rejected => self.rejected,
        }
    }

    /// Whether the books balance.
    pub fn balance(&self) -> bool {
        // Checked, because `manifest::verify` reads totals from a file that anybody may have written.
        let sum = Fate::ALL
            .iter()
            .try_fold(0_u64, |sum, fate| sum.checked_add(self.of(*fate)));
        sum == Some(self.letters)
    }
}

/// Where a batch stands. The names are those in the column `batches.state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Being worked on; or a crash left it so, and the next start cleans up.
    Begun,
    /// Whole and durable, on its way to the outbox.
    Ready,
    /// Whole and durable, on its way to `held/`.
    Holding,
    /// In the outbox.
    Sent,
    /// In `held/`; a person must decide.
    Held,
    /// A person released it; on its way from `held/` to the outbox.
    Releasing,
    /// A person withdrew it; on its way to `withdrawn/`.
    Withdrawing,
    /// In `withdrawn/`; its letters count as not sent.
    Withdrawn,
    /// Never finished; nothing of it is left but this word.
    Abandoned,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Begun,
        Self::Ready,
        Self::Holding,
        Self::Sent,
        Self::Held,
        Self::Releasing,
        Self::Withdrawing,
        Self::Withdrawn,
        Self::Abandoned,
    ];

    /// The word in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Ready => "ready",
            Self::Holding => "holding",
            Self::Sent => "sent",
            Self::Held => "held",
            Self::Releasing => "releasing",
            Self::Withdrawing => "withdrawing",
            Self::Withdrawn => "withdrawn",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Where a test lets the power fail; see the table at the head of this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The batch is in the ledger; it has no folder yet.
    Begun,
    /// The first rows are in the ledger.
    Recorded,
    /// All files and folders are durable; the ledger does not know it.
    Durable,
    /// The ledger promises the files; they have not moved.
    Ready,
    /// They have moved; the ledger does not know it.
    Moved,
    /// The ledger knows it; nobody was told.
    Marked,
}

/// Which letters of earlier batches count as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Those whose fate was digital or print.
    All,
    /// The same, but not one whose message was refused: a rerun takes it on.
    ButRefused,
}

/// When and in which batch a letter went out before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentBefore {
    /// Name of that batch.
    pub batch: String,
    /// Since when it has been sent or held.
    pub at: Timestamp,
}

impl<'c> Ledger<'c> {
    /// Opens a home for writing, makes it if need be, and finishes or cleans up what a crash left.
    ///
    /// # Errors
    /// [`Error::Busy`] if another process has it open for writing; [`Error::Newer`] if a newer program wrote it;
    /// [`Error::Changed`], [`Error::Unlisted`] or [`Error::Missing`] if the files of a batch that was ready are not what the ledger
    /// promises (withdraw it through [`Ledger::open_as_is`]); anything that the disk or SQLite says.
    pub fn open(home: &Path, clock: &'c dyn Clock) -> Result<(Self, Vec<Recovered>), Error> {
        let mut ledger = Self::open_as_is(home, clock)?;
        let recovered = ledger.recover()?;
        Ok((ledger, recovered))
    }

    /// Opens a home for writing and leaves unfinished batches as they are, so that one can be withdrawn.
    ///
    /// # Errors
    /// As [`Ledger::open`], except those about a batch.
    pub fn open_as_is(home: &Path, clock: &'c dyn Clock) -> Result<Self, Error> {
        let home = Home::make(home)?;
        let lock = home.lock()?;
        let db = tables::open_for_writing(&home.database())?;
        Ok(Self {
            home,
            db,
            clock,
            stop_at: None,
            _lock: lock,
        })
    }

    /// Opens a home for reading, also while a run writes to it.
    ///
    /// # Errors
    /// [`Error::NoLedger`] if there is none; [`Error::Newer`]; anything that the disk or SQLite says.
    pub fn read(home: &Path) -> Result<Reader, Error> {
        Reader::open(&Home::at(home))
    }

    /// For tests: from now on the power fails at `stop`, as [`Error::Stopped`].
    pub fn fail_at(&mut self, stop: Stop) {
        self.stop_at = Some(stop);
    }

    fn reached(&self, stop: Stop) -> Result<(), Error> {
        if self.stop_at == Some(stop) {
            return Err(Error::Stopped(stop));
        }
        Ok(())
    }
}

/// The home that a path lies in, if it lies in one.
pub fn home_around(path: &Path) -> Option<&Path> {
    let mut above = path.ancestors();
    above.find(|folder| Home::at(folder).database().is_file())
}

/// Where the folder of a batch in a state lies: `None` for one that is under way or gone.
pub fn folder(home: &Path, batch: &str, state: State) -> Option<PathBuf> {
    let place = match state {
        State::Sent => home::Place::Outbox,
        State::Held => home::Place::Held,
        State::Withdrawn => home::Place::Withdrawn,
        State::Begun
        | State::Ready
        | State::Holding
        | State::Releasing
        | State::Withdrawing
        | State::Abandoned => return None,
    };
    Some(Home::at(home).place(place, batch))
}

/// Whether a file is what the ledger promises.
fn same_file(path: &Path, size: u64, sha256: &Sha256) -> std::io::Result<bool> {
    let found = path.symlink_metadata()?;
    if !found.is_file() || found.len() != size {
        return Ok(false);
    }
    Ok(disk::digest_file(path)? == (size, *sha256))
}
