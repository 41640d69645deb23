//! Pieces of a finished part, printed again: the same pages, with marks that name the reprint.
//!
//! In: a part and its pieces CSV as they lie in an outbox, and numbers of pieces. Out: a part of its own with its CSV. Only
//! the pieces that are wanted are read. What always holds:
//! - a piece is copied only if its pages are those that the CSV was written for: their digest is compared before;
//! - of a page nothing changes but the modules of its mark;
//! - the digest in the new CSV follows from the old pages and the new marks, not from what was written, so that
//!   [`proof::check`](super::proof::check) of the new part proves it;
//! - same part, same pieces, same number: same bytes.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::datamatrix::{self, SIDE};
use super::mark::Payload;
use super::part::PartWriter;
use super::pieces::COLUMNS;
use super::prepare::deflate;
use super::proof::{Cut, CutError, CutPage, Fault, NewPage, Opened};
use super::{Error, PartSummary};
use crate::disk::{self, HashingWriter, Sha256, WrittenFile, hex};
use crate::letter::Sides;

/// Deflate level of marks.
const DEFLATE_LEVEL: u8 = 6;
/// Digits of a mark that all sheets of a piece share: version, job, child, piece.
const MARK_PREFIX_DIGITS: usize = 19;
/// Fewer lines than a symbol has rows with something dark in them are none: each has its left edge or its lower one.
const LINES_MIN: usize = SIDE;

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
}

/// A part of pieces that are printed again.
#[derive(Debug)]
pub struct Reprinted {
    /// The PDF and its CSV.
    pub files: [WrittenFile; 2],
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
pub(super) struct Row {
    pub(super) piece: u32,
    job: u32,
    child: u8,
    pub(super) first_page: u32,
    pub(super) pages: u32,
    sheets: u16,
    pub(super) sides: Sides,
    weight_mg: u64,
    stations: u8,
    pub(super) sha256: String,
}

/// The pieces of a part, by its CSV.
///
/// # Errors
/// A file that cannot be read, or is none.
pub fn pieces_of(csv: &Path) -> Result<Vec<TableRow>, ReprintError> {
    read_rows(csv)
}

/// The rows of a pieces CSV.
pub(super) fn read_rows<T: serde::de::DeserializeOwned>(
    csv: &Path,
) -> Result<Vec<T>, ReprintError> {
    let mut reader = csv::Reader::from_path(csv).map_err(|error| no_csv(csv, error))?;
    let rows = reader.deserialize().collect::<Result<_, _>>();
    rows.map_err(|error| no_csv(csv, error))
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
    let (columns, rows) = wanted_rows(job)?;
    let path = job.folder.join(job.part);
    let csv_relative = job.part.with_extension("pieces.csv");
    let csv_path = job.folder.join(&csv_relative);
    let write = |path: &Path, source| ReprintError::Write(Error::io(path, source));

    let mut to = PartWriter::create(&path)?;
    let csv = HashingWriter::create(&csv_path).map_err(|source| write(&csv_path, source))?;
    let mut table = csv::Writer::from_writer(csv);
    let mut press = Press {
        job,
        cut: Cut::alike(&opened).map_err(no_part)?,
        summary: empty_summary(job, &rows, &csv_relative),
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
        summary,
        digest,
        ..
    } = press;
    let failed = |error| match error {
        CutError::Fault(fault) => no_part(fault),
        CutError::Io(source) => write(&path, source),
    };
    let catalog = cut.catalog(&mut to).map_err(failed)?;
    let mut fault = None;
    let ended = to.end_copied(&disk::finished(digest), &catalog, |to, number| {
        match cut.fixed(number, to) {
            Ok(()) => Ok(()),
            Err(CutError::Io(error)) => Err(error),
            Err(CutError::Fault(found)) => {
                fault = Some(found);
                Err(io::ErrorKind::InvalidData.into())
            }
        }
    });
    let finished = ended.and_then(HashingWriter::finish);
    let (size, sha256) = finished.map_err(|source| match fault {
        Some(fault) => no_part(fault),
        None => write(&path, source),
    })?;
    let pdf = WrittenFile {
        path: job.part.to_owned(),
        size,
        sha256,
    };
    let csv = table.into_inner().map_err(csv::IntoInnerError::into_error);
    let (size, sha256) = csv
        .and_then(HashingWriter::finish)
        .map_err(|source| write(&csv_path, source))?;
    let csv = WrittenFile {
        path: csv_relative,
        size,
        sha256,
    };
    Ok(Reprinted {
        files: [pdf, csv],
        summary,
    })
}

/// Takes pieces over, one after the other.
struct Press<'j, 'p, 'm> {
    job: &'j Reprint<'j>,
    cut: Cut<'p, 'm>,
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
        let mut new = Vec::with_capacity(old.len());
        for page in &pages {
            let mark = self.new_mark(page, row).map_err(|error| match error {
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
                ..NewPage::default()
            };
            self.cut
                .write(page, change, to)
                .map_err(|error| match error {
                    CutError::Fault(fault) => no_part(fault),
                    CutError::Io(source) => to.error(source).into(),
                })?;
        }
        Ok(disk::sha256(&new))
    }

    /// The content that draws the mark of the reprint, deflated; `None` on pages without one.
    fn new_mark(&self, page: &CutPage, row: &Row) -> Result<Option<Vec<u8>>, MarkError> {
        let Some((payload, content)) = self.cut.mark(page).map_err(MarkError::Fault)? else {
            return Ok(None);
        };
        let payload = payload.ok_or(MarkError::Found("a mark that cannot be read"))?;
        if (payload.job, payload.child, payload.piece) != (row.job, row.child, row.piece) {
            return Err(MarkError::Found("a mark of another piece"));
        }
        let payload = Payload {
            child: self.job.child,
            ..payload
        };
        let content = with_symbol(&content, &payload);
        let content = content.ok_or(MarkError::Found("a mark that is drawn in another way"))?;
        Ok(Some(deflate(&content, DEFLATE_LEVEL)))
    }

    /// The row of a piece in the new CSV.
    fn row(
        &self,
        columns: &StringRecord,
        record: &StringRecord,
        row: &Row,
        sha256: &Sha256,
    ) -> StringRecord {
        let digits = Payload {
            job: row.job,
            child: self.job.child,
            piece: row.piece,
            sheet: 1,
            sheets: row.sheets,
            stations: row.stations,
            envelope: crate::letter::Envelope::C5, // Behind the digits that are taken.
            kind: super::PageKind::Letter,
        }
        .digits();
        let mark = digits.iter().take(MARK_PREFIX_DIGITS);
        let mark: String = mark.map(|&digit| char::from(digit)).collect();
        let fields = columns.iter().zip(record);
        fields
            .map(|(column, value)| match column {
                "child" => self.job.child.to_string(),
                "first_page" => (self.summary.pages + 1).to_string(),
                "first_sheet" => (self.summary.sheets + 1).to_string(),
                "mark" => mark.clone(),
                "sha256" => hex(sha256),
                _ => value.to_owned(),
            })
            .collect()
    }

    fn count(&mut self, row: &Row) {
        self.digest.update(row.sha256.as_bytes());
        self.digest.update(&[self.job.child]);
        let summary = &mut self.summary;
        summary.pieces += 1;
        summary.pages += row.pages;
        summary.sheets += u32::from(row.sheets);
        summary.weight_mg += row.weight_mg;
        for (n, inserts) in summary.inserts.iter_mut().enumerate() {
            *inserts += u32::from(row.stations >> n & 1);
        }
    }
}

enum MarkError {
    Fault(Fault),
    Found(&'static str),
}

/// The content of a mark with the modules of another one; all else stays. `None` where there are no modules as they are
/// drawn, or not this many: what is found last is taken.
fn with_symbol(content: &[u8], payload: &Payload) -> Option<Vec<u8>> {
    let (from, to) = modules(content)?;
    let mut out = content.get(..from)?.to_vec();
    for (i, row) in datamatrix::encode(&payload.digits()).iter().enumerate() {
        let y = SIDE - i; // As `mark` draws them: one module of white below the last row.
        let (mut x, mut rest) = (1, row << (32 - SIDE));
        while rest != 0 {
            let light = rest.leading_zeros();
            rest <<= light;
            let dark = rest.leading_ones();
            x += light;
            let _ = writeln!(out, "{x} {y} {dark} 1 re"); // Into memory: cannot fail.
            x += dark;
            rest = rest.checked_shl(dark).unwrap_or(0);
        }
    }
    out.extend_from_slice(content.get(to..)?);
    Some(out)
}

/// Where the modules of the last symbol stand in a content: lines of `x y n 1 re`, one behind the other.
pub(super) fn modules(content: &[u8]) -> Option<(usize, usize)> {
    let is_module = |line: &[u8]| {
        let mut words = line.split(|&b| b == b' ');
        let number = |word: Option<&[u8]>| {
            word.is_some_and(|w| (1..=2).contains(&w.len()) && w.iter().all(u8::is_ascii_digit))
        };
        (0..3).all(|_| number(words.next())) && words.eq([b"1".as_slice(), b"re"])
    };
    let (mut found, mut open) = (None, None);
    let mut at = 0;
    for line in content.split_inclusive(|&b| b == b'\n') {
        let end = at + line.len();
        if is_module(line.strip_suffix(b"\n").unwrap_or(line)) {
            let (from, lines) = open.unwrap_or((at, 0));
            open = Some((from, lines + 1));
            if lines + 1 >= LINES_MIN {
                found = Some((from, end));
            }
        } else {
            open = None;
        }
        at = end;
    }
    found
}

fn empty_summary(
    job: &Reprint<'_>,
    rows: &[(StringRecord, Row)],
    csv_relative: &Path,
) -> PartSummary {
    PartSummary {
        class: job.class.to_owned(),
        number: job.number,
        pdf: job.part.to_owned(),
        csv: csv_relative.to_owned(),
        first_piece: rows.first().map_or(0, |(_, row)| row.piece),
        pieces: 0,
        sheets: 0,
        pages: 0,
        weight_mg: 0,
        inserts: [0; 8],
        addresses: PathBuf::new(), // Nobody keeps them.
    }
}

/// The rows of the pieces that are wanted, in their order.
fn wanted_rows(
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
