//! The pieces CSV that goes with each part: one row a piece, in the order of the part.

use std::io::Write;

use super::Job;
use super::mark::prefix;
use super::options::Collation;
use super::plan::PiecePlan;
use crate::disk::{Sha256, hex};
use crate::letter::LetterSeq;

/// Names of the columns; `docs/formats-spool.md` explains each.
pub(super) const COLUMNS: [&str; 22] = [
    "piece",
    "job",
    "child",
    "letter_id",
    "first_page",
    "pages",
    "first_sheet",
    "sheets",
    "sides",
    "colour",
    "envelope",
    "postage",
    "postage_step_g",
    "weight_mg",
    "postal_code",
    "country",
    "stations",
    "enclosures",
    "mark",
    "sha256",
    "collation",
    "address_lines",
];

/// One piece as it lies in a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceRow {
    /// The letters in it: their place in the mailing, and the sender's business key. The first has the address.
    pub letters: Vec<(LetterSeq, String)>,
    /// From one over the whole job.
    pub piece: u32,
    /// Print class and folder, for example `c5-duplex-mono`.
    pub class: String,
    /// Part of the class, from one.
    pub part: u32,
    /// From one within the part.
    pub first_page: u32,
    /// Pages in the part, with blank backs.
    pub pages: u32,
    /// From one within the part.
    pub first_sheet: u32,
    /// Sheets, envelope, postage, weight.
    pub plan: PiecePlan,
    /// Order of its sheets.
    pub collation: Collation,
    /// Digits, or empty.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Documents enclosed.
    pub enclosures: u32,
    /// Lines of the address in the address box; none where page one is a PDF that was given.
    pub address_lines: u32,
    /// Digest of all its pages as printed.
    pub sha256: Sha256,
}

/// Writes rows.
pub(super) struct PiecesWriter<W: Write> {
    csv: csv::Writer<W>,
    job: Job,
}

impl<W: Write> PiecesWriter<W> {
    pub(super) fn new(out: W, job: Job) -> csv::Result<Self> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(COLUMNS)?;
        Ok(Self { csv, job })
    }

    pub(super) fn row(&mut self, row: &PieceRow) -> csv::Result<()> {
        let plan = &row.plan;
        let letter_ids: Vec<_> = row.letters.iter().map(|(_, id)| id.as_str()).collect();
        let number = |n: u32| n.to_string();
        self.csv.write_record([
            number(row.piece),
            number(self.job.number.0),
            number(u32::from(self.job.child)),
            letter_ids.join(" "),
            number(row.first_page),
            number(row.pages),
            number(row.first_sheet),
            number(u32::from(plan.sheets)),
            plan.sides.name().into(),
            plan.colour.name().into(),
            plan.envelope.name().into(),
            plan.postage.name().into(),
            number(plan.postage_step_g),
            number(plan.weight_mg),
            row.postal_code.clone(),
            row.country.clone(),
            number(u32::from(plan.stations)),
            number(row.enclosures),
            prefix(self.job.number.0, self.job.child, row.piece),
            hex(&row.sha256),
            row.collation.name().into(),
            number(row.address_lines),
        ])
    }

    pub(super) fn into_inner(self) -> std::io::Result<W> {
        self.csv
            .into_inner()
            .map_err(csv::IntoInnerError::into_error)
    }
}
