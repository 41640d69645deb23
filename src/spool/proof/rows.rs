//! The pieces CSV of a part: its rows, and whether they follow each other.

use std::path::Path;

use super::{Discrepancy, Error, Extent, Proof};
use crate::disk;
use crate::letter::{Colour, Envelope, Postage, Sides};
use crate::spool::options::Collation;
use crate::spool::plan::class_name;
use crate::spool::sheaf::Fields;

/// A row has some 200 bytes; a part of 50,000 pieces has ten megabytes of them.
const CSV_BYTES_MAX: u64 = 256 << 20;

/// One row of a pieces CSV, as far as it is proved.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Row {
    pub(super) piece: u32,
    pub(super) job: u32,
    pub(super) child: u8,
    pub(super) letter_id: String,
    pub(super) first_page: u32,
    pub(super) pages: u32,
    pub(super) first_sheet: u32,
    pub(super) sheets: u16,
    pub(super) sides: Sides,
    pub(super) colour: Colour,
    pub(super) collation: Collation,
    pub(super) envelope: Envelope,
    pub(super) postage: Postage,
    pub(super) stations: u8,
    pub(super) address_lines: u32,
    pub(super) mark: String,
    pub(super) sha256: String,
}

impl Row {
    pub(super) fn class(&self) -> String {
        class_name(self.envelope, self.sides, self.colour)
    }

    /// Letters in the piece.
    pub(super) fn letters(&self) -> u32 {
        self.letter_id.split(' ').count() as u32
    }
}

/// Reads all rows.
pub(super) fn read(path: &Path) -> Result<Vec<Row>, Error> {
    let file = disk::open_bounded(path, CSV_BYTES_MAX).map_err(|source| Error::Io {
        path: path.to_owned(),
        source,
    })?;
    let rows = csv::Reader::from_reader(file).into_deserialize();
    rows.collect::<csv::Result<_>>()
        .map_err(|error| Error::Csv {
            path: path.to_owned(),
            reason: match error.position() {
                Some(position) => format!("row {}", position.line()), // The rest of the message may quote the row.
                None => "it cannot be read".into(),
            },
        })
}

/// Rows follow each other without gap, end where the pages end, and are of one job and one class: that of the folder.
pub(super) fn sequence(rows: &[Row], pages: usize, folder: &Path, proof: &mut Proof) {
    let (mut page, mut sheet, mut piece) = (1_u64, 1_u64, None);
    let job = rows.first().map(|row| (row.job, row.child));
    for row in rows {
        let on_sheet = row.sides.pages_of_a_sheet();
        let follows = piece.is_none_or(|before: u32| match row.child {
            0 => before.checked_add(1) == Some(row.piece),
            _ => before < row.piece, // A reprint has some of them.
        });
        let pages_of_sheets = u32::from(row.sheets) * on_sheet;
        let checks = [
            ("piece", follows),
            ("job, child", job == Some((row.job, row.child))),
            (
                "letter_id",
                row.letter_id.split(' ').all(|id| !id.is_empty()),
            ),
            ("first_page", u64::from(row.first_page) == page),
            ("first_sheet", u64::from(row.first_sheet) == sheet),
            ("pages", row.pages == pages_of_sheets && row.sheets > 0),
            ("envelope, sides, colour", folder.ends_with(row.class())),
        ];
        for (column, _) in checks.iter().filter(|(_, good)| !good) {
            proof.miss(row.piece, None, Discrepancy::Row(column));
        }
        page = u64::from(row.first_page) + u64::from(row.pages);
        sheet = u64::from(row.first_sheet) + u64::from(row.sheets);
        piece = Some(row.piece);
    }
    let expected = page.saturating_sub(1);
    if expected != pages as u64 {
        let what = Discrepancy::Pages {
            found: pages as u32,
            expected: u32::try_from(expected).unwrap_or(u32::MAX),
        };
        proof.miss(0, None, what);
    }
}

/// What the rows have of a job.
pub(super) fn extent(rows: &[Row], sheets_before: u64) -> Extent {
    let first = rows.first();
    Extent {
        job: first.map_or((0, 0), |row| (row.job, row.child)),
        first_piece: first.map_or(0, |row| row.piece),
        last_piece: rows.last().map_or(0, |row| row.piece),
        sheets_before,
    }
}

/// The address that shows of every piece, from the file in which the addresses of all letters wait; `None` where that is
/// none. Letters in one envelope must have the same.
pub(super) fn addresses<'b>(
    bytes: &'b [u8],
    rows: &[Row],
    proof: &mut Proof,
) -> Option<Vec<&'b str>> {
    let mut fields = Fields(bytes);
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let letters = fields.u32()?;
        let first = fields.str()?;
        let mut alike = letters == row.letters();
        for _ in 1..letters {
            alike &= fields.str()? == first;
        }
        if !alike {
            proof.miss(row.piece, None, Discrepancy::Together);
        }
        shown.push(first);
    }
    fields.0.is_empty().then_some(shown)
}
