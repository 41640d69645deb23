//! What files of results say, and what was made of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::pieces::JobStanding;
use crate::disk::Sha256;
use crate::letter::Handling;

/// A file of results.
#[derive(Clone, Copy, Debug)]
pub struct ResultsFile<'a> {
    /// Its name, without its folder.
    pub name: &'a str,
    /// Digest.
    pub sha256: Sha256,
    /// Size.
    pub bytes: u64,
}

/// What a file says of a piece.
#[derive(Clone, Copy, Debug)]
pub struct ResultRow<'a> {
    /// The batch that the job began with, or a reprint of it.
    pub batch: &'a str,
    /// The piece.
    pub piece: u32,
    /// The issue; that of the batch, or else the newest, if `None`.
    pub child: Option<u8>,
    /// The sheet, where the file has lines of sheets.
    pub sheet: Option<u16>,
    /// What became of it.
    pub status: Handling,
    /// The plant's word for it.
    pub word: &'a str,
    /// When: a date and time, with or without an offset.
    pub at: Option<&'a str>,
    /// Where.
    pub station: Option<&'a str>,
    /// Initials of the two who made it by hand.
    pub signed: Option<[&'a str; 2]>,
    /// Line of the file.
    pub line: u64,
}

/// Something about a line that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remarked {
    /// It says sent, and it was sent before: there may be two.
    SentTwice,
    /// It says that the piece is not sent, and it was booked as sent before.
    NoLongerSent,
    /// Made by hand, and not signed by two.
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
            Self::Unsigned => {
                "made by hand without two persons' initials; it is open until `print results settle`"
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
    /// The same bytes were booked then; nothing was booked now.
    pub already: Option<Timestamp>,
    /// Results booked.
    pub booked: u64,
    /// The same was said of the same issue by an earlier file.
    pub repeated: u64,
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
