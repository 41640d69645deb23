//! What a vendor profile says of results files: `[results]`. `docs/formats-print.md` explains every key.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::letter::Handling;

/// `[results]`: the layout of a results file, as it is written down. [`Layout::compile`](super::Layout::compile) makes one
/// of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How lines are written.
    pub format: Format,
    /// Which pieces the file names.
    pub list: List,
    /// Of the characters.
    pub encoding: Encoding,
    /// Delimited: between fields.
    pub delimiter: char,
    /// Delimited: the first line has the names of the columns.
    pub column_names: bool,
    /// Lines before the first that counts; the column names come behind them.
    pub skip_first: u32,
    /// Lines behind the last that counts.
    pub skip_last: u32,
    /// Which lines are about pieces; all if absent.
    pub only: Option<Only>,
    /// The piece's number.
    pub piece: Option<Locator>,
    /// The job's number; a full stop and the number of the reprint may follow.
    pub job: Option<Locator>,
    /// Number of the reprint.
    pub child: Option<Locator>,
    /// The digits of the mark, all 36 or the first 19 or more, in place of piece, job and child.
    pub mark: Option<Locator>,
    /// What became of the piece.
    pub status: Option<Locator>,
    /// When.
    pub at: Option<Locator>,
    /// Where.
    pub station: Option<Locator>,
    /// Initials of the person who put it into its envelope by hand.
    pub by: Option<Locator>,
    /// Initials of the one who looked.
    pub by_2: Option<Locator>,
    /// The plant's words for what became of a piece; ours if empty.
    pub statuses: BTreeMap<String, Handling>,
    /// What every other word means; it is a fault if absent.
    pub otherwise: Option<Handling>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            format: Format::Delimited,
            list: List::All,
            encoding: Encoding::Utf8,
            delimiter: ',',
            column_names: true,
            skip_first: 0,
            skip_last: 0,
            only: None,
            piece: None,
            job: None,
            child: None,
            mark: None,
            status: None,
            at: None,
            station: None,
            by: None,
            by_2: None,
            statuses: BTreeMap::new(),
            otherwise: None,
        }
    }
}

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Fields with something between them, in quotes where needed.
    Delimited,
    /// Each field at its place.
    Fixed,
}

/// Which pieces a file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    /// Every piece, each with what became of it.
    All,
    /// Only those to be printed again; they are damaged where the file does not say more.
    Again,
}

/// Of the characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// UTF-8; a byte order mark is passed over.
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1.
    #[serde(rename = "iso-8859-1")]
    Latin1,
}

/// Which lines are about pieces: those where a field says so.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Only {
    /// The field.
    pub field: Locator,
    /// What it says.
    pub is: Vec<String>,
}

/// Where a field stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Locator {
    /// Delimited: its column.
    pub column: Option<Column>,
    /// Fixed: its first byte, from 1.
    pub start: Option<u32>,
    /// Fixed: its bytes.
    pub length: Option<u32>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// From 1.
    Number(u32),
    /// As the first line names it.
    Name(String),
}
