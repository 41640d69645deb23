//! The values that a field of a control file can have: their names, what kind each is, where it is known, what it says.

use std::fmt::Write;

use super::Order;
use super::row::Row;
use crate::letter::{Colour, Envelope, Postage, Sides};
use crate::spool::PartSummary;

/// An address has at most so many lines (`facts/print.md` §8).
const RECIPIENT_LINES: u8 = 7;
/// Feeders that a mark has room for (`docs/formats-spool.md`).
const STATIONS: u8 = 8;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Date,
    Flag,
    /// A row of flags, station 1 first.
    Flags,
}

/// Where a value is known. Each holds those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// Header and trailer, too.
    Part,
    /// In records.
    Piece,
    /// In records of sheets.
    Sheet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text,
    Batch,
    Job,
    Child,
    JobId,
    Reprint,
    Date,
    Class,
    Envelope,
    Sides,
    Colour,
    Part,
    PartFile,
    Records,
    PartPieces,
    PartSheets,
    PartPages,
    PartWeightMg,
    PartWeightG,
    FirstPiece,
    LastPiece,
    Sequence,
    Piece,
    PieceId,
    LetterId,
    Pages,
    Sheets,
    FirstPage,
    FirstSheet,
    Enclosures,
    Stations,
    StationFlags,
    Station(u8),
    Postage,
    PostageStepG,
    WeightMg,
    WeightG,
    PostalCode,
    Country,
    Mark,
    Sha256,
    RecipientLine(u8),
    Sheet,
    SheetId,
    PartSheet,
    SheetPage,
    SheetMark,
    IsFirstSheet,
    IsLastSheet,
}

impl Value {
    /// Whether it is known of a letter that travels alone, before it is part of anything.
    pub const fn is_of_letter(self) -> bool {
        matches!(
            self,
            Self::LetterId
                | Self::Pages
                | Self::Sheets
                | Self::Sheet
                | Self::Enclosures
                | Self::Stations
                | Self::Postage
                | Self::PostageStepG
                | Self::WeightMg
                | Self::WeightG
                | Self::PostalCode
                | Self::Country
                | Self::RecipientLine(_)
        )
    }
}

/// Name, value, kind and scope of those that have no number in their name, in the order of the documentation.
const NAMED: [(&str, Value, Kind, Scope); 47] = [
    ("text", Value::Text, Kind::Text, Scope::Part),
    ("batch", Value::Batch, Kind::Text, Scope::Part),
    ("job", Value::Job, Kind::Number, Scope::Part),
    ("child", Value::Child, Kind::Number, Scope::Part),
    ("job-id", Value::JobId, Kind::Text, Scope::Part),
    ("reprint", Value::Reprint, Kind::Flag, Scope::Part),
    ("date", Value::Date, Kind::Date, Scope::Part),
    ("class", Value::Class, Kind::Text, Scope::Part),
    ("envelope", Value::Envelope, Kind::Text, Scope::Part),
    ("sides", Value::Sides, Kind::Text, Scope::Part),
    ("colour", Value::Colour, Kind::Text, Scope::Part),
    ("part", Value::Part, Kind::Number, Scope::Part),
    ("part-file", Value::PartFile, Kind::Text, Scope::Part),
    ("records", Value::Records, Kind::Number, Scope::Part),
    ("part-pieces", Value::PartPieces, Kind::Number, Scope::Part),
    ("part-sheets", Value::PartSheets, Kind::Number, Scope::Part),
    ("part-pages", Value::PartPages, Kind::Number, Scope::Part),
    (
        "part-weight-mg",
        Value::PartWeightMg,
        Kind::Number,
        Scope::Part,
    ),
    (
        "part-weight-g",
        Value::PartWeightG,
        Kind::Number,
        Scope::Part,
    ),
    ("first-piece", Value::FirstPiece, Kind::Number, Scope::Part),
    ("last-piece", Value::LastPiece, Kind::Number, Scope::Part),
    ("sequence", Value::Sequence, Kind::Number, Scope::Piece),
    ("piece", Value::Piece, Kind::Number, Scope::Piece),
    ("piece-id", Value::PieceId, Kind::Text, Scope::Piece),
    ("letter-id", Value::LetterId, Kind::Text, Scope::Piece),
    ("pages", Value::Pages, Kind::Number, Scope::Piece),
    ("sheets", Value::Sheets, Kind::Number, Scope::Piece),
    ("first-page", Value::FirstPage, Kind::Number, Scope::Piece),
    ("first-sheet", Value::FirstSheet, Kind::Number, Scope::Piece),
    ("enclosures", Value::Enclosures, Kind::Number, Scope::Piece),
    ("stations", Value::Stations, Kind::Number, Scope::Piece),
    (
        "station-flags",
        Value::StationFlags,
        Kind::Flags,
        Scope::Piece,
    ),
    ("postage", Value::Postage, Kind::Text, Scope::Piece),
    (
        "postage-step-g",
        Value::PostageStepG,
        Kind::Number,
        Scope::Piece,
    ),
    ("weight-mg", Value::WeightMg, Kind::Number, Scope::Piece),
    ("weight-g", Value::WeightG, Kind::Number, Scope::Piece),
    ("postal-code", Value::PostalCode, Kind::Text, Scope::Piece),
    ("country", Value::Country, Kind::Text, Scope::Piece),
    ("mark", Value::Mark, Kind::Text, Scope::Piece),
    ("sha256", Value::Sha256, Kind::Text, Scope::Piece),
    ("sheet", Value::Sheet, Kind::Number, Scope::Sheet),
    ("sheet-id", Value::SheetId, Kind::Text, Scope::Sheet),
    ("part-sheet", Value::PartSheet, Kind::Number, Scope::Sheet),
    ("sheet-page", Value::SheetPage, Kind::Number, Scope::Sheet),
    ("sheet-mark", Value::SheetMark, Kind::Text, Scope::Sheet),
    (
        "is-first-sheet",
        Value::IsFirstSheet,
        Kind::Flag,
        Scope::Sheet,
    ),
    (
        "is-last-sheet",
        Value::IsLastSheet,
        Kind::Flag,
        Scope::Sheet,
    ),
];

/// The value of a name.
pub(super) fn named(name: &str) -> Option<(Value, Kind, Scope)> {
    let numbered = |prefix: &str, max| {
        let digit = name.strip_prefix(prefix)?;
        (1..=max).find(|number| number.to_string() == digit)
    };
    if let Some(n) = numbered("station-", STATIONS) {
        return Some((Value::Station(n), Kind::Flag, Scope::Piece));
    }
    if let Some(n) = numbered("recipient-line-", RECIPIENT_LINES) {
        return Some((Value::RecipientLine(n), Kind::Text, Scope::Piece));
    }
    let (_, value, kind, scope) = *NAMED.iter().find(|(known, ..)| *known == name)?;
    Some((value, kind, scope))
}

/// All names, for people.
pub(super) fn names() -> String {
    let mut all: Vec<String> = NAMED.iter().map(|(name, ..)| (*name).to_owned()).collect();
    all.push(format!("station-1 to station-{STATIONS}"));
    all.push(format!(
        "recipient-line-1 to recipient-line-{RECIPIENT_LINES}"
    ));
    all.join(", ")
}

/// All that a value can say, where these are a few known words.
pub(super) fn words(value: Value) -> Option<Vec<&'static str>> {
    match value {
        Value::Envelope => Some(Envelope::ALL.map(Envelope::name).to_vec()),
        Value::Postage => Some(Postage::ALL.map(Postage::name).to_vec()),
        Value::Sides => Some(Sides::ALL.map(Sides::name).to_vec()),
        Value::Colour => Some(Colour::ALL.map(Colour::name).to_vec()),
        _ => None,
    }
}

/// Where in a part a record stands.
pub(super) struct Moment<'m> {
    pub order: &'m Order,
    pub part: &'m PartSummary,
    /// Records of the file, without header and trailer.
    pub records: u32,
    /// This record, from one.
    pub sequence: u32,
    /// The piece; `None` in header and trailer.
    pub row: Option<&'m Row<'m>>,
    /// Of the piece, from one.
    pub sheet: u32,
    /// Lines of the recipient's address.
    pub address: &'m str,
}

impl Moment<'_> {
    /// What a flag says.
    pub fn flag(&self, value: Value) -> bool {
        let row = self.row;
        match value {
            Value::Reprint => self.order.job.child > 0,
            Value::Station(n) => row.is_some_and(|row| gives(row.stations, n)),
            Value::IsFirstSheet => self.sheet == 1,
            Value::IsLastSheet => row.is_some_and(|row| self.sheet == row.sheets),
            _ => false,
        }
    }

    /// What the flag of a station says, from one.
    pub fn station(&self, n: u8) -> bool {
        self.row.is_some_and(|row| gives(row.stations, n))
    }

    /// Writes what a text or number says.
    pub fn say(&self, value: Value, out: &mut String) {
        let Self { order, part, .. } = *self;
        let text = match value {
            Value::Batch => &order.batch,
            Value::Class => &part.class,
            Value::Envelope => part.envelope.name(),
            Value::Sides => part.sides.name(),
            Value::Colour => part.colour.name(),
            Value::PartFile => return put(out, part.pdf.file_name().unwrap_or_default().display()),
            Value::JobId => return put(out, order.job_id()),
            _ => match self.number_of_part(value) {
                Some(number) => return put(out, number),
                None => {
                    return self
                        .row
                        .into_iter()
                        .for_each(|row| say_of(row, self.sheet, self.address, value, out));
                }
            },
        };
        out.push_str(text);
    }

    fn number_of_part(&self, value: Value) -> Option<u64> {
        let Self { order, part, .. } = *self;
        Some(match value {
            Value::Job => order.job.number.0.into(),
            Value::Child => order.job.child.into(),
            Value::Part => part.number.into(),
            Value::Records => self.records.into(),
            Value::PartPieces => part.pieces.into(),
            Value::PartSheets => part.sheets.into(),
            Value::PartPages => part.pages.into(),
            Value::PartWeightMg => part.weight_mg,
            Value::PartWeightG => part.weight_mg.div_ceil(1000),
            Value::FirstPiece => part.first_piece.into(),
            Value::LastPiece => part.last_piece.into(),
            Value::Sequence => self.sequence.into(),
            _ => return None,
        })
    }
}

/// Writes what a text or number of a piece says; `sheet` is one of it, from one.
pub(super) fn say_of(row: &Row<'_>, sheet: u32, address: &str, value: Value, out: &mut String) {
    let number = match value {
        Value::Piece => row.piece,
        Value::Pages => row.pages,
        Value::Sheets => row.sheets,
        Value::FirstPage => row.first_page,
        Value::FirstSheet => row.first_sheet,
        Value::Enclosures => row.enclosures,
        Value::Stations => row.stations.into(),
        Value::PostageStepG => row.postage_step_g,
        Value::WeightMg => row.weight_mg,
        Value::WeightG => row.weight_mg.div_ceil(1000),
        Value::Sheet => sheet,
        Value::PartSheet => row.first_sheet + row.place_of(sheet) - 1,
        Value::SheetPage => row.page_of(sheet),
        Value::PieceId => return put(out, format_args!("{:08}", row.piece)),
        Value::SheetId => {
            return put(out, format_args!("{:08}-{sheet}/{}", row.piece, row.sheets));
        }
        Value::SheetMark => {
            // What follows in a mark also depends on what the sheet shows, which the CSV does not say.
            let (mark, sheets, stations) = (row.mark, row.sheets, row.stations);
            return put(
                out,
                format_args!("{mark}{sheet:03}{sheets:03}{stations:03}"),
            );
        }
        Value::LetterId => return out.push_str(row.letter_id),
        Value::Postage => return out.push_str(row.postage),
        Value::PostalCode => return out.push_str(row.postal_code),
        Value::Country => return out.push_str(row.country),
        Value::Mark => return out.push_str(row.mark),
        Value::Sha256 => return out.push_str(row.sha256),
        Value::RecipientLine(n) => {
            let line = address.split('\n').nth(usize::from(n) - 1);
            return out.push_str(line.unwrap_or_default());
        }
        _ => return, // Flags, dates and texts are said elsewhere.
    };
    put(out, number);
}

fn gives(stations: u8, n: u8) -> bool {
    (1..=STATIONS).contains(&n) && stations >> (n - 1) & 1 == 1
}

fn put(out: &mut String, what: impl std::fmt::Display) {
    let _ = write!(out, "{what}"); // Into memory: cannot fail.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_documented() {
        let page = include_str!("../../docs/formats-print.md");
        for (name, ..) in NAMED {
            assert!(page.contains(&format!("| `{name}`")), "{name}");
        }
        assert!(page.contains("`station-1`") && page.contains("`recipient-line-1`"));
    }

    #[test]
    fn names_with_numbers_end_where_they_end() {
        assert!(named("station-8").is_some() && named("station-9").is_none());
        assert!(named("recipient-line-7").is_some() && named("recipient-line-0").is_none());
        assert!(named("station-01").is_none() && named("station-+1").is_none());
        assert!(named("station-flags").is_some() && named("name").is_none());
    }
}
