//! What a part's pieces CSV and layout file say, read again.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use csv::StringRecord;

use super::{Reprint, ReprintError};
use crate::letter::{Colour, Envelope, Postage, Sides};
use crate::spool::layout::Layout;
use crate::spool::options::Collation;
use crate::spool::pieces::COLUMNS;

/// A row of a pieces CSV, as far as those want it who ask which pieces there are.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct TableRow {
    /// The piece.
    pub piece: u32,
    /// The job.
    pub job: u32,
    /// Number of the reprint.
    pub child: u8,
    /// Its sheets.
    pub sheets: u16,
}

/// A row, as far as it is copied.
#[derive(serde::Deserialize)]
pub(in crate::spool) struct Row {
    pub(in crate::spool) piece: u32,
    pub(super) job: u32,
    pub(super) child: u8,
    pub(in crate::spool) first_page: u32,
    pub(in crate::spool) pages: u32,
    pub(super) sheets: u16,
    pub(in crate::spool) sides: Sides,
    pub(in crate::spool) collation: Collation,
    pub(super) colour: Colour,
    pub(super) envelope: Envelope,
    pub(super) postage: Postage,
    pub(super) weight_mg: u64,
    pub(super) stations: u8,
    pub(in crate::spool) sha256: String,
}

/// The pieces of a part, by its CSV.
///
/// # Errors
/// A file that cannot be read, or is none.
pub fn pieces_of(csv: &Path) -> Result<Vec<TableRow>, ReprintError> {
    read_rows(csv)
}

/// The layout that lies beside a part.
pub(in crate::spool) fn read_layout(pdf: &Path) -> Result<Layout, ReprintError> {
    let path = Layout::path(pdf);
    Layout::read(&path).map_err(|found| ReprintError::Layout { path, found })
}

/// The rows of a pieces CSV.
pub(in crate::spool) fn read_rows<T: serde::de::DeserializeOwned>(
    csv: &Path,
) -> Result<Vec<T>, ReprintError> {
    let mut reader = csv::Reader::from_path(csv).map_err(|error| no_csv(csv, error))?;
    let rows = reader.deserialize().collect::<Result<_, _>>();
    rows.map_err(|error| no_csv(csv, error))
}

/// The rows of the pieces that are wanted, in their order.
pub(super) fn wanted_rows(
    job: &Reprint<'_>,
) -> Result<(StringRecord, Vec<(StringRecord, Row)>), ReprintError> {
    let no_csv = |error| no_csv(job.csv, error);
    let mut reader = csv::Reader::from_path(job.csv).map_err(no_csv)?;
    let columns = reader.headers().map_err(no_csv)?.clone();
    if let Some(missing) = COLUMNS
        .iter()
        .find(|name| !columns.iter().any(|c| c == **name))
    {
        return Err(ReprintError::Csv {
            path: job.csv.to_owned(),
            found: format!("no column `{missing}`"),
        });
    }
    let mut rows = Vec::with_capacity(job.pieces.len());
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(no_csv)? {
        let row: Row = record.deserialize(Some(&columns)).map_err(no_csv)?;
        if job.pieces.binary_search(&row.piece).is_ok() {
            rows.push((record.clone(), row));
        }
    }
    if rows.len() == job.pieces.len() {
        return Ok((columns, rows));
    }
    let found: BTreeSet<u32> = rows.iter().map(|(_, row)| row.piece).collect();
    let missing = job.pieces.iter().find(|piece| !found.contains(piece));
    Err(ReprintError::NoPiece {
        path: job.csv.to_owned(),
        piece: missing.copied().unwrap_or(0), // Else a number was given twice.
    })
}

fn no_csv(path: &Path, error: csv::Error) -> ReprintError {
    if let csv::ErrorKind::Io(source) = error.kind() {
        return ReprintError::Read {
            path: path.to_owned(),
            source: io::Error::new(source.kind(), source.to_string()),
        };
    }
    let row = error.position().map_or(0, csv::Position::line); // The rest of the message may quote the row.
    ReprintError::Csv {
        path: path.to_owned(),
        found: format!("row {row} cannot be read"),
    }
}
