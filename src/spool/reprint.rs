//! Pieces of a finished part, printed again: the same pages, with marks that name the reprint.
//!
//! In: a part and its pieces CSV as they lie in an outbox, and numbers of pieces. Out: a part of its own with its CSV. Only
//! the pieces that are wanted are read. What always holds:
//! - a piece is copied only if its pages are those that the CSV was written for: their digest is compared before;
//! - of a page nothing changes but the modules of its mark;
//! - the digest in the new CSV follows from the old pages and the new marks, not from what was written, so that
//!   [`proof::check`](super::proof::check) of the new part proves it;
//! - same part, same pieces, same number: same bytes.

use std::io;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::mark::{Payload, prefix};
use super::omr::{Bars, Sheet};
use super::options::MarkKind;
use super::part::{INFO, METADATA, PARTS, PARTS_ROOT, PartWriter};
use super::prepare::deflate;
use super::proof::{Cut, CutError, CutPage, Fault, NewPage, Opened};
use super::{Error, PartSummary};
use crate::disk::{self, HashingWriter, Sha256, WrittenFile, hex};

mod marks;
mod rows;
mod vt;

pub(super) use marks::{before_bars, modules};
pub(super) use rows::{Row, read_layout, read_rows};
pub use rows::{TableRow, pieces_of};

use marks::{with_bars, with_symbol};
use rows::wanted_rows;
use vt::Vt;

/// Deflate level of marks.
const DEFLATE_LEVEL: u8 = 6;

/// What shall be printed again.
#[derive(Clone, Copy, Debug)]
pub struct Reprint<'a> {
    /// The part.
    pub pdf: &'a Path,
    /// Its pieces CSV.
    pub csv: &'a Path,
    /// Numbers of the pieces, in ascending order.
    pub pieces: &'a [u32],
    /// Number of the reprint, 1 to 99.
    pub child: u8,
    /// The new batch's folder.
    pub folder: &'a Path,
    /// The new part, relative to it: `print/<class>/<nnnn>.r<cc>.pdf`.
    pub part: &'a Path,
    /// Print class, for the summary.
    pub class: &'a str,
    /// Number of the part, for the summary.
    pub number: u32,
    /// Sheets in the parts of this reprint before it: where a sequence of codes goes on.
    pub sheets_before: u64,
}

/// A part of pieces that are printed again.
#[derive(Debug)]
pub struct Reprinted {
    /// The PDF, its CSV and its layout.
    pub files: [WrittenFile; 3],
    /// What is in it; without addresses.
    pub summary: PartSummary,
}

/// Why pieces cannot be printed again.
#[derive(Debug, thiserror::Error)]
pub enum ReprintError {
    /// The new part cannot be written.
    #[error(transparent)]
    Write(#[from] Error),
    /// The part or its CSV cannot be read.
    #[error("`{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no part as this program writes them.
    #[error("`{}` is no spool part that pieces can be taken from: {fault}", path.display())]
    Part {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: Fault,
    },
    /// It is no pieces CSV.
    #[error("`{}` is no pieces CSV: {found}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What was found.
        found: String,
    },
    /// It is no layout file.
    #[error("`{}`, which lies beside every part: {found}", path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// What was found.
        found: String,
    },
    /// The part does not have a piece.
    #[error("`{}` does not have piece {piece}", path.display())]
    NoPiece {
        /// The CSV.
        path: PathBuf,
        /// The first of those that are not there.
        piece: u32,
    },
    /// A piece is not what was written.
    #[error("`{}`: piece {piece}: {found}\nhint: verify the folder; take the part from a copy that is whole", path.display())]
    Piece {
        /// The part.
        path: PathBuf,
        /// The piece.
        piece: u32,
        /// What was found.
        found: &'static str,
    },
}

/// Writes pieces of a part as a part of their own.
///
/// # Errors
/// [`ReprintError`]. What was written is then worthless.
pub fn reprint(job: &Reprint<'_>) -> Result<Reprinted, ReprintError> {
    let map = disk::Map::open(job.pdf).map_err(|source| ReprintError::Read {
        path: job.pdf.to_owned(),
        source,
    })?;
    let no_part = |fault| ReprintError::Part {
        path: job.pdf.to_owned(),
        fault,
    };
    let opened = Opened::new(&map).map_err(no_part)?;
    let mut layout = read_layout(job.pdf)?;
    layout.sheets_before = job.sheets_before;
    let (columns, rows) = wanted_rows(job)?;
    let path = job.folder.join(job.part);
    let csv_relative = job.part.with_extension("pieces.csv");
    let csv_path = job.folder.join(&csv_relative);
    let write = |path: &Path, source| ReprintError::Write(Error::io(path, source));

    let mut to = PartWriter::create(&path, opened.form())?;
    let csv = HashingWriter::create(&csv_path).map_err(|source| write(&csv_path, source))?;
    let mut table = csv::Writer::from_writer(csv);
    let cut = Cut::alike(&opened).map_err(no_part)?;
    let Some((_, first)) = rows.first() else {
        return Err(ReprintError::NoPiece {
            path: job.csv.to_owned(),
            piece: 0,
        });
    };
    let vt = Vt::of(&cut, first.job, first.child, job.child).map_err(no_part)?;
    let mut press = Press {
        job,
        cut,
        bars: layout.omr.as_ref().map(Bars::new),
        kind: layout.mark.kind,
        vt,
        summary: empty_summary(job, first, &csv_relative),
        digest: ring::digest::Context::new(&ring::digest::SHA256),
    };
    table
        .write_record(&columns)
        .map_err(|error| write(&csv_path, error.into()))?;
    for (record, row) in &rows {
        let sha256 = press.piece(row, &mut to)?;
        let changed = press.row(&columns, record, row, &sha256);
        table
            .write_record(&changed)
            .map_err(|error| write(&csv_path, error.into()))?;
        press.count(row);
    }
    let Press {
        mut cut,
        vt,
        summary,
        digest,
        ..
    } = press;
    let id = disk::finished(digest);
    let failed = |error| match error {
        CutError::Fault(fault) => no_part(fault),
        CutError::Io(source) => write(&path, source),
    };
    let catalog = cut.catalog(&mut to).map_err(failed)?;
    let mut fault = None;
    let ended = to.end_copied(&id, &catalog, |to, number| match (&vt, number) {
        (Some(vt), PARTS) => to.write_parts(&vt.root(&summary)),
        (Some(_), PARTS_ROOT) => Ok(()), // With the one before.
        (Some(vt), INFO) => to.object(INFO, vt.info().as_bytes()),
        (Some(vt), METADATA) => {
            let packet = vt.xmp(&id);
            to.stream(METADATA, "/Type/Metadata/Subtype/XML", packet.as_bytes())
        }
        _ => cut.fixed(number, to).map_err(|error| match error {
            CutError::Io(error) => error,
            CutError::Fault(found) => {
                fault = Some(found);
                io::ErrorKind::InvalidData.into()
            }
        }),
    });
    let finished = ended.and_then(|pdf| pdf.finish(job.part.to_owned()));
    let pdf = finished.map_err(|source| match fault {
        Some(fault) => no_part(fault),
        None => write(&path, source),
    })?;
    let csv = table.into_inner().map_err(csv::IntoInnerError::into_error);
    let csv = csv
        .and_then(|csv| csv.finish(csv_relative))
        .map_err(|source| write(&csv_path, source))?;
    let layout = layout.write(job.folder, job.part)?;
    Ok(Reprinted {
        files: [pdf, csv, layout],
        summary,
    })
}

/// Takes pieces over, one after the other.
struct Press<'j, 'p, 'm> {
    job: &'j Reprint<'j>,
    cut: Cut<'p, 'm>,
    /// The OMR code, if sheets have one.
    bars: Option<Bars>,
    kind: MarkKind,
    vt: Option<Vt>,
    summary: PartSummary,
    /// Of all pieces, for the file's id.
    digest: ring::digest::Context,
}

impl Press<'_, '_, '_> {
    /// Writes the pages of a piece; gives their digest.
    fn piece(
        &mut self,
        row: &Row,
        to: &mut PartWriter<HashingWriter>,
    ) -> Result<Sha256, ReprintError> {
        let path = self.job.pdf.to_owned();
        let no_part = |fault| ReprintError::Part {
            path: path.clone(),
            fault,
        };
        let wrong = |found| ReprintError::Piece {
            path: path.clone(),
            piece: row.piece,
            found,
        };
        let first = row.first_page.checked_sub(1);
        let range = first.and_then(|first| Some(first..first.checked_add(row.pages)?));
        let range = range.ok_or_else(|| wrong("its CSV names no pages"))?;
        let pages = self.cut.pages(range).map_err(no_part)?;
        let mut old = Vec::with_capacity(pages.len() * 32);
        for page in &pages {
            old.extend_from_slice(&self.cut.digest(page).map_err(no_part)?);
        }
        if hex(&disk::sha256(&old)) != row.sha256 {
            return Err(wrong("its pages are not those that were written for it"));
        }
        let metadata = match (&self.vt, pages.first()) {
            (Some(vt), Some(page)) => {
                let was = self.cut.part_metadata(page).map_err(no_part)?;
                Some(vt.piece(&was))
            }
            _ => None,
        };
        let of_part = metadata.as_deref().map(|metadata| to.begin_part(metadata));
        let on_sheet = row.sides.pages_of_a_sheet() as usize;
        let mut new = Vec::with_capacity(old.len());
        let mut numbers = Vec::with_capacity(pages.len());
        for (i, page) in pages.iter().enumerate() {
            let place = (i % on_sheet == 0).then_some((i / on_sheet) as u16);
            let mark = place
                .map(|place| self.new_mark(page, row, place))
                .transpose();
            let mark = mark.map_err(|error| match error {
                MarkError::Fault(fault) => no_part(fault),
                MarkError::Found(found) => wrong(found),
            })?;
            let digest = match &mark {
                Some(mark) => self.cut.digest_with(page, mark),
                None => self.cut.digest(page),
            };
            new.extend_from_slice(&digest.map_err(no_part)?);
            let change = NewPage {
                last: mark.as_deref(),
                part: of_part.as_ref().map(|part| part.number),
                ..NewPage::default()
            };
            let written = self.cut.write(page, change, to);
            numbers.push(written.map_err(|error| match error {
                CutError::Fault(fault) => no_part(fault),
                CutError::Io(source) => to.error(source).into(),
            })?);
        }
        if let Some(part) = of_part {
            let ended = to.end_part(&part, &numbers);
            ended.map_err(|source| to.error(source))?;
        }
        Ok(disk::sha256(&new))
    }

    /// The content that draws the marks of a front, deflated; `place` is that of the sheet among those of its piece, from 0.
    fn new_mark(&self, page: &CutPage, row: &Row, place: u16) -> Result<Vec<u8>, MarkError> {
        let content = self.cut.last(page).map_err(MarkError::Fault)?;
        let mut content = content.ok_or(MarkError::Found("a front without a mark"))?;
        if self.kind == MarkKind::DataMatrix {
            let payload = self.cut.payload(page, &content);
            let payload = payload.ok_or(MarkError::Found("a mark that cannot be read"))?;
            if (payload.job, payload.child, payload.piece) != (row.job, row.child, row.piece) {
                return Err(MarkError::Found("a mark of another piece"));
            }
            let payload = Payload {
                child: self.job.child,
                ..payload
            };
            let changed = with_symbol(&content, &payload);
            content = changed.ok_or(MarkError::Found("a mark that is drawn in another way"))?;
        }
        if let Some(bars) = &self.bars {
            let sheet = Sheet {
                piece: row.piece,
                place,
                sheets: row.sheets,
                ordinal: self.job.sheets_before + u64::from(self.summary.sheets) + u64::from(place),
                stations: row.stations,
                postage: row.postage,
            };
            let coded = with_bars(&content, bars, &sheet);
            content = coded.ok_or(MarkError::Found("an OMR code that is drawn in another way"))?;
        }
        Ok(deflate(&content, DEFLATE_LEVEL))
    }

    /// The row of a piece in the new CSV.
    fn row(
        &self,
        columns: &StringRecord,
        record: &StringRecord,
        row: &Row,
        sha256: &Sha256,
    ) -> StringRecord {
        let fields = columns.iter().zip(record);
        fields
            .map(|(column, value)| match column {
                "child" => self.job.child.to_string(),
                "first_page" => (self.summary.pages + 1).to_string(),
                "first_sheet" => (self.summary.sheets + 1).to_string(),
                "mark" => prefix(row.job, self.job.child, row.piece),
                "sha256" => hex(sha256),
                _ => value.to_owned(),
            })
            .collect()
    }

    fn count(&mut self, row: &Row) {
        self.digest.update(row.sha256.as_bytes());
        self.digest.update(&[self.job.child]);
        let Row {
            piece,
            pages,
            sheets,
            weight_mg,
            stations,
            ..
        } = *row;
        self.summary
            .count(piece, pages, sheets, weight_mg, stations);
    }
}

enum MarkError {
    Fault(Fault),
    Found(&'static str),
}

/// Of a part whose first piece this is.
fn empty_summary(job: &Reprint<'_>, first: &Row, csv_relative: &Path) -> PartSummary {
    PartSummary {
        class: job.class.to_owned(),
        envelope: first.envelope,
        sides: first.sides,
        colour: first.colour,
        number: job.number,
        pdf: job.part.to_owned(),
        csv: csv_relative.to_owned(),
        first_piece: first.piece,
        last_piece: first.piece,
        pieces: 0,
        sheets: 0,
        pages: 0,
        weight_mg: 0,
        inserts: [0; 8],
        addresses: PathBuf::new(), // Nobody keeps them.
    }
}
