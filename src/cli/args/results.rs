//! The words of `print results` and `reprint`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::JobArgs;
use crate::letter::Handling;

/// `print results`
#[derive(Debug, Subcommand)]
pub enum ResultsCommand {
    /// Take in what the plant's inserters say became of the pieces.
    Import(ImportResultsArgs),
    /// Show how the pieces of a print job stand: sent, spoilt, set aside, waiting.
    Show(ShowResultsArgs),
    /// Record what two persons did with pieces, or found out about them.
    Settle(SettlePiecesArgs),
}

/// `print results import`
#[derive(Debug, Args)]
pub struct ImportResultsArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// Vendor profile whose [results] says how the files are written: a name of `print profiles`, or the path of a .toml
    /// file. Without it: that of the job.
    #[arg(long, value_name = "PROFILE")]
    pub layout: Option<String>,
    /// The print that the files are about, where they name no job or no reprint: a batch, or a reprint of it (`night.1.r01`).
    #[arg(long)]
    pub batch: Option<String>,
    /// A part of which every piece that the file does not name, and that waits, was inserted: for plants that list only what
    /// went wrong. May be given more than once.
    #[arg(long, value_name = "PART")]
    pub rest_inserted: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// The files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

/// `print results show`
#[derive(Debug, Args)]
pub struct ShowResultsArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Name of the batch, or the number of its print job.
    pub batch: String,
}

/// `print results settle`
#[derive(Debug, Args)]
pub struct SettlePiecesArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// What became of them.
    #[arg(long = "as", value_name = "END")]
    pub end: PieceEnd,
    /// Which pieces: `3,7-9`.
    #[arg(long, value_name = "LIST")]
    pub pieces: PieceList,
    /// Initials of the person who did it.
    #[arg(long, value_name = "INITIALS")]
    pub by: String,
    /// Initials of the other person, who looked.
    #[arg(long, value_name = "INITIALS")]
    pub and: String,
    /// How, for the ledger. No personal data.
    #[arg(long, value_name = "TEXT")]
    pub why: String,
    /// Name of the batch, or of a reprint if it is about that one.
    pub batch: String,
}

/// How a piece can be settled.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PieceEnd {
    /// Put into its envelope by hand.
    HandMade,
    /// It was in its envelope, as a person found out.
    Inserted,
    /// It is not to be sent any more.
    Withdrawn,
    /// It is not in the post, whatever was said: it must be printed again. Of a reprint that was stopped: its sheets are
    /// destroyed.
    Removed,
}

impl PieceEnd {
    /// As the ledger says it.
    pub fn handling(self) -> Handling {
        match self {
            Self::HandMade => Handling::HandMade,
            Self::Inserted => Handling::Inserted,
            Self::Withdrawn => Handling::Withdrawn,
            Self::Removed => Handling::Removed,
        }
    }
}

/// `reprint`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true))]
pub struct ReprintArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// These pieces: `3,7-9`.
    #[arg(long, value_name = "LIST", group = "which")]
    pub pieces: Option<PieceList>,
    /// The pieces that a results file says are damaged, missing or removed.
    #[arg(long, value_name = "FILE", group = "which")]
    pub results: Option<PathBuf>,
    /// The pieces that the ledger says are damaged, missing or removed, and in no reprint that waits.
    #[arg(long, group = "which", conflicts_with = "to")]
    pub open: bool,
    /// As for `print results import`.
    #[arg(long, value_name = "PROFILE", requires = "results")]
    pub layout: Option<String>,
    /// Print also pieces that are booked as sent, or wait in another reprint: why, for the ledger. No personal data.
    #[arg(long, value_name = "TEXT", conflicts_with = "to", value_parser = reason)]
    pub again: Option<String>,
    /// Why, for the ledger. No personal data.
    #[arg(long, value_name = "TEXT", conflicts_with = "to", value_parser = reason)]
    pub why: Option<String>,
    /// Write into this new folder, without a ledger: for the plant.
    #[arg(long, value_name = "DIR", requires = "child")]
    pub to: Option<PathBuf>,
    /// Number of the reprint, with --to; the ledger counts by itself.
    #[arg(long, value_name = "N", requires = "to", value_parser = clap::value_parser!(u8).range(1..=99))]
    pub child: Option<u8>,
    /// Without the control file that the profile asks for, or that the part has.
    #[arg(long)]
    pub without_control: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Parts as they lie in the folder of a batch: `print/<class>/<nnnn>.pdf`; all of one batch.
    #[arg(required = true, value_name = "PART")]
    pub parts: Vec<PathBuf>,
}

/// A reason says something.
fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("a reason in words is needed".into()),
        words => Ok(words.to_owned()),
    }
}

/// Numbers of pieces: `3,7-9`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceList(pub Vec<u32>);

/// A part has at most so many sheets.
const PIECES_MAX: usize = 1_000_000;

impl std::str::FromStr for PieceList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| -> Result<u32, String> {
            let number = text
                .trim()
                .parse()
                .ok()
                .filter(|n| (1..=99_999_999).contains(n));
            number.ok_or_else(|| {
                "a piece is a number from 1 to 99999999; a list is written `3,7-9`".into()
            })
        };
        let mut pieces = Vec::new();
        for item in text.split(',') {
            let (from, to) = match item.split_once('-') {
                Some((from, to)) => (number(from)?, number(to)?),
                None => (number(item)?, number(item)?),
            };
            if to < from {
                return Err(format!("`{from}-{to}` runs backwards"));
            }
            if pieces.len() + (to - from) as usize >= PIECES_MAX {
                return Err(format!("more than {PIECES_MAX} pieces"));
            }
            pieces.extend(from..=to);
        }
        pieces.sort_unstable();
        pieces.dedup();
        Ok(Self(pieces))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_pieces_are_read() {
        let list = |text: &str| text.parse::<PieceList>().map(|list| list.0);
        assert_eq!(list("7-9, 3,8"), Ok(vec![3, 7, 8, 9]));
        for wrong in ["", "0", "3-", "9-7", "a", "1-99999999", "-3"] {
            assert!(list(wrong).is_err(), "{wrong}");
        }
    }
}
