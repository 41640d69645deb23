//! What files of results say, and what was made of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::pieces::JobStanding;
use crate::disk::Sha256;
use crate::letter::{Handling, PieceResult};

/// A file of results.
#[derive(Clone, Copy, Debug)]
pub struct ResultsFile<'a> {
    /// Its name, without its folder.
    pub name: &'a str,
    /// Digest.
    pub sha256: Sha256,
    /// Size.
    pub bytes: u64,
    /// Its lines about pieces.
    pub lines: u64,
}

/// What a file says of a piece.
#[derive(Clone, Copy, Debug)]
pub struct ResultRow<'a> {
    /// The batch that the job began with, or a reprint of it.
    pub batch: &'a str,
    /// The issue; that of the batch if `None`.
    pub child: Option<u8>,
    /// No line says it: it is said of all pieces that the file does not name. It counts only while the piece waits.
    pub rest: bool,
    /// What is said.
    pub result: &'a PieceResult,
}

/// Something about a line that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct ResultRemark {
    /// Line of the file.
    pub line: u64,
    /// The batch that the job began with.
    pub batch: String,
    /// The piece.
    pub piece: u32,
    /// What about it.
    pub what: Remarked,
}

/// What can be remarked of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remarked {
    /// It says sent, and it was sent before: there may be two.
    SentTwice,
    /// It says that the piece is not sent, and it was booked as sent before.
    NoLongerSent,
    /// Withdrawn by two persons, and the plant says that it was sent.
    WentOut,
    /// It says something else than a line of a later time, which was booked before.
    Older,
    /// It contradicts what two persons settled, which stands.
    AgainstSettled,
    /// The piece is sent, and a reprint of it is under way.
    ReprintUnderWay,
    /// Made by hand or withdrawn, and not signed by two.
    Unsigned,
    /// The batch was never sent; booked is nothing.
    NotSent,
}

impl Remarked {
    /// For people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::SentTwice => "sent, and it was sent before: look for a second envelope",
            Self::NoLongerSent => "not sent, and it was booked as sent before; it is open again",
            Self::WentOut => {
                "sent, and two persons had withdrawn it: the withdrawn letter is out, stop the envelope"
            }
            Self::Older => {
                "older than what was booked of it, and something else; what is later by the clock counts"
            }
            Self::AgainstSettled => {
                "not what two persons settled, which stands; if they were wrong, `print results settle` it again"
            }
            Self::ReprintUnderWay => {
                "sent, and a reprint of it is under way: have that stopped and the new sheets destroyed, then book them as removed"
            }
            Self::Unsigned => {
                "made by hand or withdrawn without two persons' initials; it is open until `print results settle`"
            }
            Self::NotSent => {
                "of a batch that was never sent; nothing was booked, find out who printed it"
            }
        }
    }
}

/// What booking a file did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Booked {
    /// Results of a file with the same bytes were booked then.
    pub already: Option<Timestamp>,
    /// Results booked now.
    pub booked: u64,
    /// Lines that say what was booked before.
    pub repeated: u64,
    /// Of those booked: pieces that no line names.
    pub rest: u64,
    /// Pieces that no line names, and that keep what was booked of them before.
    pub rest_kept: u64,
    /// Results booked, by what they say.
    pub statuses: BTreeMap<Handling, u64>,
    /// The first 50 remarks.
    pub remarks: Vec<ResultRemark>,
    /// All remarks.
    pub remarks_total: u64,
    /// The jobs that it is about, as they stand now.
    pub jobs: Vec<JobStanding>,
}

/// A result of a piece.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ResultOfPiece {
    /// The issue.
    pub child: u8,
    /// The sheet, if it is about one of them only.
    pub sheet: Option<u16>,
    /// What became of it.
    pub status: Handling,
    /// When, if the plant says it.
    pub at: Option<String>,
    /// Where.
    pub station: Option<String>,
    /// Initials of two persons.
    pub signed: Option<[String; 2]>,
    /// What they wrote.
    pub why: String,
    /// Name of the file and its line.
    pub source: Option<(String, u64)>,
    /// When it was booked.
    pub booked_at: Timestamp,
}
