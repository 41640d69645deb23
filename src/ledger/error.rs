//! Why the ledger says no.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{State, Stop, Totals};
use crate::letter::{Delivery, Handling};

/// Pieces that are named in an error.
pub(super) const PIECES_NAMED_MAX: usize = 20;

/// Why the ledger says no.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process has the home open for writing.
    #[error("`{home}` is in use by {}; wait until it has ended", process(*pid))]
    Busy {
        /// The home.
        home: PathBuf,
        /// The process, if it has said so.
        pid: Option<u32>,
    },
    /// This very file was sent, or is held.
    #[error("this mailing was already worked on: batch `{batch}` is {} since {at}{}", state.name(), already_hint(*state))]
    AlreadySent {
        /// That batch.
        batch: String,
        /// Sent or held.
        state: State,
        /// Since when.
        at: Timestamp,
    },
    /// The very same letters were sent under another mailing id, or are held.
    #[error(
        "the very same letters were already worked on under another mailing id: batch `{batch}` is {} since {at}{}; \
         if they shall go out once more, say why with --again",
        state.name(),
        already_hint(*state)
    )]
    SameLetters {
        /// That batch.
        batch: String,
        /// Sent or held.
        state: State,
        /// Since when.
        at: Timestamp,
    },
    /// The mailing id cannot name a folder.
    #[error(
        "a mailing id of {bytes} bytes: allowed are 1 to 64 of `A-Z a-z 0-9 . _ : -`, the first a letter or digit"
    )]
    MailingId {
        /// Its length.
        bytes: usize,
    },
    /// A folder that the ledger does not know is in the way.
    #[error(
        "`{0}` exists, but the ledger knows no such batch; was `ledger.sqlite` lost or put back from a copy?"
    )]
    Unknown(PathBuf),
    /// The books do not balance.
    #[error(
        "batch `{batch}`: the books do not balance: said {}, recorded {}",
        totals_text(said),
        totals_text(recorded)
    )]
    Balance {
        /// The batch.
        batch: String,
        /// What the run says.
        said: Totals,
        /// What the ledger has rows for.
        recorded: Totals,
    },
    /// Printed letters and pieces do not match one to one.
    #[error(
        "batch `{batch}`: {letters} letters on paper, {pieces} pieces, {matching} of them for a letter on paper"
    )]
    Pieces {
        /// The batch.
        batch: String,
        /// Letters whose fate is print.
        letters: u64,
        /// Pieces recorded.
        pieces: u64,
        /// Letters on paper that have a piece.
        matching: u64,
    },
    /// A letter or piece was recorded twice.
    #[error("batch `{batch}`: {what} {number} was recorded twice")]
    RecordedTwice {
        /// The batch.
        batch: String,
        /// `letter` or `piece`.
        what: &'static str,
        /// Its number.
        number: u32,
    },
    /// A file lies in the folder of a batch that nobody listed.
    #[error(
        "`{0}` is not among the files of the batch; it was left by a stage that did not finish"
    )]
    Unlisted(PathBuf),
    /// A file is listed by a path that does not stay inside the batch's folder, or twice.
    #[error(
        "`{0}` cannot be the path of a file in a batch: it is absolute, leaves the folder, or is listed twice"
    )]
    Path(PathBuf),
    /// A file is not what the ledger promises.
    #[error(
        "`{0}` is not the file that the ledger promises (size or SHA-256 differ); put it back, or withdraw the batch (`lettermill withdraw`)"
    )]
    Changed(PathBuf),
    /// The folder of a batch is gone.
    #[error("batch `{batch}` is {} but its folder is gone{}", state.name(), missing_hint(batch, *state))]
    Missing {
        /// The batch.
        batch: String,
        /// What the ledger says.
        state: State,
    },
    /// What an earlier run left cannot be put where it belongs.
    #[error(
        "batch `{batch}` of an earlier run cannot be finished, and nothing is begun before that: {source}\n\
         hint: mend what is named, or give the batch up: `lettermill withdraw {batch} --why …`"
    )]
    Unfinished {
        /// The batch.
        batch: String,
        /// What the disk says.
        source: Box<Error>,
    },
    /// A batch could not move by one rename.
    #[error(
        "`{folder}` is on another file system than `{other}`; a batch moves from one to the other by a rename: put both on one"
    )]
    OtherFileSystem {
        /// One folder of the home.
        folder: PathBuf,
        /// Another.
        other: PathBuf,
    },
    /// A rerun is over another file than its parent.
    #[error(
        "this is not the mailing file that batch `{batch}` was made from (id or SHA-256 differ); name that file"
    )]
    OtherMailing {
        /// The parent.
        batch: String,
    },
    /// A rerun would send letters a second time.
    #[error(
        "batch `{batch}` has {letters} letters that went out in another batch, or may have, and were not refused: {}\n\
         hint: {}",
        named(letter_ids, *letters),
        twice_hint(batch, *held)
    )]
    SentTwice {
        /// The rerun.
        batch: String,
        /// How many.
        letters: u64,
        /// Business keys of the first of them.
        letter_ids: Vec<String>,
        /// Whether the rerun is held, and was to be released.
        held: bool,
    },
    /// What should be a message's id is none.
    #[error(
        "this is no id of a message: needed is a UUID, 36 characters; `lettermill show` tells the message of a letter"
    )]
    NotAMessageId,
    /// No batch that was sent has this message.
    #[error(
        "no batch that was sent has the message `{0}`; `lettermill show` tells the message of a letter"
    )]
    NoMessage(String),
    /// Nothing is left to decide about a message.
    #[error("message `{message_id}` is {state} already; only what nobody knows can be settled")]
    Decided {
        /// The message.
        message_id: String,
        /// What is known.
        state: Delivery,
    },
    /// A person cannot settle a message as this.
    #[error("a message cannot be settled as {0}; allowed are delivered and refused")]
    NotAnEnd(Delivery),
    /// So many lines about one piece are not what a machine saw.
    #[error("{lines} lines are about piece {piece}; the most is {most}, cut the file")]
    TooManyLines {
        /// The piece.
        piece: u32,
        /// How many lines.
        lines: u64,
        /// How many there may be.
        most: u64,
    },
    /// Results are about pieces, or sheets or reprints of them, that there are not.
    #[error(
        "{total} lines are about pieces, sheets or reprints that the job does not have: {}\n\
         hint: nothing was booked; is it the file of another job? A job number without `.n` means the first print; \
         `--batch` names a reprint (`night.1.r01`) for lines that do not",
        lines(first, *total)
    )]
    NoSuchPieces {
        /// How many lines.
        total: u64,
        /// Line and piece of the first of them.
        first: Vec<(u64, u32)>,
    },
    /// A job does not have pieces of these numbers.
    #[error("batch `{batch}` has no {}; its pieces CSVs list what it has", pieces(first, *total))]
    NoPieces {
        /// The batch.
        batch: String,
        /// How many.
        total: u64,
        /// The first of them.
        first: Vec<u32>,
    },
    /// Pieces are booked as sent.
    #[error(
        "{} of batch `{batch}` {} booked as sent; `lettermill print results show {batch}` tells how",
        pieces(first, *total), if *total == 1 { "is" } else { "are" }
    )]
    PiecesSent {
        /// The batch.
        batch: String,
        /// How many.
        total: u64,
        /// The first of them.
        first: Vec<u32>,
    },
    /// Pieces are in a reprint that nothing came back about.
    #[error(
        "{} of batch `{batch}` {} in a reprint already, of which nothing came back yet\n\
         hint: book the results of that reprint first",
        pieces(first, *total), if *total == 1 { "is" } else { "are" }
    )]
    PiecesUnderWay {
        /// The batch.
        batch: String,
        /// How many.
        total: u64,
        /// The first of them.
        first: Vec<u32>,
    },
    /// A mark has no room for another one.
    #[error(
        "batch `{batch}` was reprinted 99 times; a mark has no room for more\n\
         hint: settle its open pieces (`lettermill print results settle {batch} --as withdrawn …`); their letters go out \
         under new ids in another mailing"
    )]
    TooManyReprints {
        /// The batch.
        batch: String,
    },
    /// A person cannot settle a piece as this.
    #[error(
        "a piece cannot be settled as {0}; allowed are inserted, hand-made, withdrawn and removed"
    )]
    NotAPieceEnd(Handling),
    /// No batch of this name, or not in a state that allows it.
    #[error("batch `{batch}` {}; allowed is {allowed}\nhint: {}", found_text(*found), state_hint(batch, *found))]
    NotInState {
        /// The batch.
        batch: String,
        /// Its state, if it exists.
        found: Option<State>,
        /// What is allowed.
        allowed: &'static str,
    },
    /// No ledger here.
    #[error("`{0}` has no ledger; nothing was run there yet")]
    NoLedger(PathBuf),
    /// Written by a newer program.
    #[error(
        "the ledger has version {found}, this program knows up to {known}; use the newer program"
    )]
    Newer {
        /// Version of the file.
        found: i64,
        /// Newest version known here.
        known: i64,
    },
    /// Not a ledger of ours.
    #[error("`{0}` is no ledger of this program")]
    Foreign(PathBuf),
    /// The test let the power fail.
    #[error("stopped at {0:?}")]
    Stopped(Stop),
    /// The disk said no.
    #[error("`{path}`: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What.
        source: io::Error,
    },
    /// SQLite said no.
    #[error("ledger: {0}")]
    Database(#[from] rusqlite::Error),
}

/// Adds the path to an I/O error.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
    move |source| Error::Io {
        path: path.to_path_buf(),
        source,
    }
}

fn process(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    )
}

/// Letters by their keys, as far as they are given.
fn named(letter_ids: &[String], letters: u64) -> String {
    let listed: Vec<String> = letter_ids.iter().map(|id| format!("letter {id}")).collect();
    let more = letters.saturating_sub(listed.len() as u64);
    match more {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}

/// `piece 4`, `pieces 4, 7 and 3 more`.
fn pieces(first: &[u32], total: u64) -> String {
    let listed: Vec<String> = first.iter().map(u32::to_string).collect();
    let what = if total == 1 { "piece" } else { "pieces" };
    match total.saturating_sub(first.len() as u64) {
        0 => format!("{what} {}", listed.join(", ")),
        more => format!("{what} {} and {more} more", listed.join(", ")),
    }
}

fn lines(first: &[(u64, u32)], total: u64) -> String {
    let listed: Vec<String> = first
        .iter()
        .map(|(line, piece)| format!("line {line} (piece {piece})"))
        .collect();
    match total.saturating_sub(first.len() as u64) {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}

fn twice_hint(batch: &str, held: bool) -> String {
    if held {
        format!(
            "nothing was released; `lettermill withdraw {batch} --why …`, then `lettermill rerun` again: it takes those that \
             are still to be done"
        )
    } else {
        "nothing was sent; `lettermill show LETTER` tells where a letter went".to_owned()
    }
}

/// A folder that is bound for the outbox may have got there, and have been taken away.
fn missing_hint(batch: &str, state: State) -> String {
    match state {
        State::Ready | State::Releasing => format!(
            "\nhint: it may have reached the outbox and been collected there: ask those who collect. If it was, put it into \
             `outbox/` again and start any run, then it is booked as sent. Only if it never left: \
             `lettermill withdraw {batch} --never-left --why …`"
        ),
        _ => format!("; put it back, or withdraw the batch: `lettermill withdraw {batch} --why …`"),
    }
}

fn already_hint(state: State) -> &'static str {
    match state {
        State::Held => "; release or withdraw it",
        _ => "",
    }
}

fn state_hint(batch: &str, found: Option<State>) -> String {
    match found {
        None => "`lettermill status` lists the batches".to_owned(),
        Some(State::Held) => format!("look at it, then `lettermill release {batch}` or `withdraw`"),
        Some(_) => "`lettermill status` tells how the batches stand".to_owned(),
    }
}

fn found_text(found: Option<State>) -> String {
    found.map_or_else(
        || "does not exist".to_owned(),
        |state| format!("is {}", state.name()),
    )
}

fn totals_text(t: &Totals) -> String {
    format!(
        "{} letters = {} digital + {} print + {} held + {} rejected",
        t.letters, t.digital, t.print, t.held, t.rejected
    )
}
