//! What the plant says became of the pieces, booked.
//!
//! A result is one remark about one issue of a piece; all are kept, in their order, and none is changed. How a piece stands
//! follows from them alone, by the rules of [`pieces`](super::pieces).

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::pieces::{self, JobStanding, PieceState};
use super::{Error, Ledger, Reader, tables};
use crate::letter::{Handling, PieceResult};

mod booking;
mod lookups;
mod words;

pub(super) use lookups::{first, name_of, refuse_sent, sent_job, standings_of, those};
pub use words::{Booked, Remarked, ResultOfPiece, ResultRemark, ResultRow, ResultsFile};

use booking::Booking;
use lookups::{insert, refuse_missing};

/// Remarks that are told; the rest is counted.
const REMARKS_MAX: usize = 50;
/// The plant's word where a person said it.
const SETTLED: &str = "settled";

/// Tables of results and reprints. No index over part or status: a job is read as a whole, in the order of its pieces. The
/// counts in `print_jobs` follow from `results`, so that a list of batches need not count.
pub(super) const STEP_5: &str = "
CREATE TABLE reprints (
  batch INTEGER PRIMARY KEY REFERENCES batches,
  job   INTEGER NOT NULL REFERENCES batches,
  child INTEGER NOT NULL CHECK (child BETWEEN 1 AND 99),
  again TEXT NOT NULL
) STRICT;
CREATE INDEX reprints_job ON reprints (job);

CREATE TABLE result_files (
  file        INTEGER PRIMARY KEY,
  sha256      BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  bytes       INTEGER NOT NULL,
  name        TEXT NOT NULL,
  rows        INTEGER NOT NULL,
  imported_at TEXT NOT NULL
) STRICT;

CREATE TABLE results (
  result    INTEGER PRIMARY KEY,
  batch     INTEGER NOT NULL REFERENCES batches,
  piece     INTEGER NOT NULL,
  child     INTEGER NOT NULL CHECK (child BETWEEN 0 AND 99),
  status    TEXT NOT NULL CHECK (status IN ('inserted', 'hand-made', 'withdrawn', 'damaged', 'missing', 'removed',
              'diverted', 'duplicate', 'unknown')),
  word      TEXT NOT NULL,
  at        TEXT,
  station   TEXT,
  by_first  TEXT,
  by_second TEXT,
  why       TEXT NOT NULL,
  file      INTEGER REFERENCES result_files,
  line      INTEGER,
  booked_at TEXT NOT NULL,
  CHECK ((by_first IS NULL) = (by_second IS NULL) AND by_first IS NOT by_second OR by_first IS NULL)
) STRICT;
CREATE INDEX results_piece ON results (batch, piece, result);

CREATE TABLE print_jobs (
  batch  INTEGER PRIMARY KEY REFERENCES batches,
  pieces INTEGER NOT NULL,
  sent   INTEGER NOT NULL,
  twice  INTEGER NOT NULL
) STRICT;
";

/// Results of single sheets, and more to be told of a job without counting.
pub(super) const STEP_6: &str = "
ALTER TABLE results ADD COLUMN sheet INTEGER CHECK (sheet BETWEEN 1 AND 999);
ALTER TABLE print_jobs ADD COLUMN went_out INTEGER NOT NULL DEFAULT 0;
ALTER TABLE print_jobs ADD COLUMN under_way INTEGER NOT NULL DEFAULT 0;
";

/// What lets an older ledger be read as if it had taken both steps.
pub(super) const AS_IF: &str = "
CREATE TEMP TABLE reprints (batch, job, child, again);
CREATE TEMP TABLE result_files (file, sha256, bytes, name, rows, imported_at);
CREATE TEMP TABLE results (result, batch, piece, child, status, word, at, station, by_first, by_second, why, file, line,
  booked_at, sheet);
CREATE TEMP TABLE print_jobs (batch, pieces, sent, twice, went_out, under_way);
";
/// The same for one that lacks the second step only.
pub(super) const AS_IF_FROM_5: &str = "
CREATE TEMP VIEW results AS SELECT *, NULL AS sheet FROM main.results;
CREATE TEMP VIEW print_jobs AS SELECT *, 0 AS went_out, 0 AS under_way FROM main.print_jobs;
";

impl Ledger<'_> {
    /// Books what a file says, all of it or nothing, in one transaction.
    ///
    /// # Errors
    /// [`Error::NoSuchPieces`] if a line is about a piece, sheet or issue that the job does not have;
    /// [`Error::TooManyLines`] about one piece; [`Error::NotInState`] if there is no such batch; anything that SQLite says.
    pub fn book(
        &mut self,
        file: &ResultsFile<'_>,
        rows: &[ResultRow<'_>],
    ) -> Result<Booked, Error> {
        let now = tables::time(self.clock.now());
        let tx = self.db.transaction()?;
        let mut booking = Booking::new(&tx, file, &now)?;
        booking.book(rows)?;
        let Booking {
            mut booked, by_job, ..
        } = booking;
        for (job, results) in by_job {
            if results > 0 {
                let note = format!("{results} results from `{}`", file.name);
                tables::log(&tx, job, &now, "results", &note)?;
            }
            booked.jobs.push(concluded(&tx, job)?);
        }
        tx.commit()?;
        Ok(booked)
    }

    /// Books what two persons did with pieces, or found out: `inserted`, `hand-made`, `withdrawn`, or `removed`, which is
    /// not sent after all. Of a reprint that is named it is said of that one, else of the newest one that anything was said of.
    ///
    /// # Errors
    /// [`Error::NotAPieceEnd`] for anything else; [`Error::NotInState`] unless the batch is sent; [`Error::NoPieces`];
    /// [`Error::PiecesSent`] if one is sent already, as no persons said; anything that SQLite says.
    pub fn settle_pieces(
        &mut self,
        batch: &str,
        pieces: &[u32],
        end: Handling,
        by: [&str; 2],
        why: &str,
    ) -> Result<JobStanding, Error> {
        if !end.is_sent() && end != Handling::Removed {
            return Err(Error::NotAPieceEnd(end));
        }
        let now = tables::time(self.clock.now());
        let tx = self.db.transaction()?;
        let (job, child) = sent_job(&tx, batch)?;
        let standings = standings_of(&tx, job, batch, pieces)?;
        let mut line = PieceResult {
            line: 0,
            piece: 0,
            sheet: None,
            status: end,
            word: SETTLED.into(),
            at: None,
            station: None,
            signed: Some(std::sync::Arc::new(by.map(str::to_owned))),
        };
        let (mut missing, mut sent) = (Vec::new(), Vec::new());
        for standing in &standings {
            let Some(known) = pieces::known(&tx, job, standing.piece)? else {
                continue; // It would have no standing.
            };
            let issue = match child {
                0 => known.course.heard_last(),
                child => child,
            };
            let stops =
                end == Handling::Withdrawn && standing.under_way && !known.course.heard_of(issue);
            let is_sent = matches!(standing.state, PieceState::Sent(_)) && !standing.settled;
            match () {
                () if !known.course.has(issue) => missing.push(standing.piece),
                () if is_sent && end.is_sent() && !stops => sent.push(standing.clone()),
                () => {
                    line.piece = standing.piece;
                    insert(&tx, job, issue, &line, None, why, &now)?;
                }
            }
        }
        refuse_missing(batch, missing)?;
        refuse_sent(batch, &sent)?;
        let [one, two] = by;
        let note = format!(
            "{} pieces are {end}, say {one} and {two}: {why}",
            pieces.len()
        );
        tables::log(&tx, job, &now, SETTLED, &note)?;
        let standing = concluded(&tx, job)?;
        tx.commit()?;
        Ok(standing)
    }
}

/// How a job stands now; its counts are kept.
fn concluded(db: &Connection, job: i64) -> Result<JobStanding, Error> {
    let standing = pieces::standing(db, job, REMARKS_MAX)?;
    let total = &standing.total;
    db.execute(
        "INSERT OR REPLACE INTO print_jobs (batch, pieces, sent, twice, went_out, under_way)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            job,
            tables::int(total.pieces),
            tables::int(total.sent()),
            tables::int(total.twice),
            tables::int(total.went_out),
            tables::int(total.under_way)
        ],
    )?;
    Ok(standing)
}

impl Reader {
    /// What came back about a piece, in the order in which it was booked; `batch` is any of its job.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn results_of(&self, batch: &str, piece: u32) -> Result<Vec<ResultOfPiece>, Error> {
        let Some((job, _)) = pieces::job_of(self.db(), batch)? else {
            return Ok(Vec::new());
        };
        let mut find = self.db().prepare_cached(
            "SELECT r.child, r.status, r.at, r.station, r.by_first, r.by_second, r.why, f.name, r.line, r.booked_at, r.sheet
             FROM results r LEFT JOIN result_files f ON f.file = r.file
             WHERE r.batch = ?1 AND r.piece = ?2 ORDER BY r.result",
        )?;
        let rows = find.query_map(params![job, piece], |row| {
            let signed = match (row.get(4)?, row.get(5)?) {
                (Some(first), Some(second)) => Some([first, second]),
                _ => None,
            };
            let source = match (row.get(7)?, row.get::<_, Option<u32>>(8)?) {
                (Some(name), Some(line)) => Some((name, u64::from(line))),
                _ => None,
            };
            Ok(ResultOfPiece {
                child: row.get(0)?,
                sheet: row.get(10)?,
                status: pieces::handling_at(row, 1)?,
                at: row.get(2)?,
                station: row.get(3)?,
                signed,
                why: row.get(6)?,
                source,
                booked_at: tables::time_at(row, 9)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The print jobs of which results were booked, by the batch that each began with.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn print_jobs(&self) -> Result<BTreeMap<String, PrintJob>, Error> {
        let mut find = self.db().prepare(
            "SELECT b.name, j.pieces, j.sent, j.twice, j.went_out, j.under_way
             FROM print_jobs j JOIN batches b ON b.batch = j.batch",
        )?;
        let rows = find.query_map([], |row| {
            let job = PrintJob {
                pieces: tables::count_at(row, 1)?,
                sent: tables::count_at(row, 2)?,
                twice: tables::count_at(row, 3)?,
                went_out: tables::count_at(row, 4)?,
                under_way: tables::count_at(row, 5)?,
            };
            Ok((row.get(0)?, job))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Number of the reprint that a batch is; 0 for any other.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn issue(&self, batch: &str) -> Result<u8, Error> {
        Ok(pieces::job_of(self.db(), batch)?.map_or(0, |(_, child)| child))
    }
}

/// How far a print job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrintJob {
    /// Its pieces.
    pub pieces: u64,
    /// Those sent.
    pub sent: u64,
    /// Those perhaps sent twice.
    pub twice: u64,
    /// Those withdrawn and sent after that.
    pub went_out: u64,
    /// Those sent of which a reprint is at the plant.
    pub under_way: u64,
}
