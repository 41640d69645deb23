//! What the plant says became of the pieces, booked.
//!
//! A result is one remark about one issue of a piece; all are kept, in their order, and none is changed. How a piece stands
//! follows from them alone, by the rules of [`pieces`](super::pieces).

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params};

use super::pieces::{self, JobStanding, Known, PieceState, Said};
use super::{Error, Ledger, Reader, State, tables};
use crate::letter::Handling;

mod lookups;
mod words;

pub(super) use lookups::{first, name_of, refuse_sent, sent_job, standings_of, those};
pub use words::{Booked, Remarked, ResultOfPiece, ResultRemark, ResultRow, ResultsFile};

use lookups::{already, insert, is_repeated, not_in_state, state_of};

/// Remarks that are told; the rest is counted.
const REMARKS_MAX: usize = 50;
/// The plant's word where a person said it.
const SETTLED: &str = "settled";

/// Tables of results and reprints. No index over part or status: a job is read as a whole, in the order of its pieces. The
/// counts in `print_jobs` follow from `results`, so that a list of batches need not count.
pub(super) const STEP: &str = "
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

/// What lets an older ledger be read as if it had taken that step.
pub(super) const AS_IF: &str = "
CREATE TEMP TABLE reprints (batch, job, child, again);
CREATE TEMP TABLE result_files (file, sha256, bytes, name, rows, imported_at);
CREATE TEMP TABLE results (result, batch, piece, child, status, word, at, station, by_first, by_second, why, file, line,
  booked_at);
CREATE TEMP TABLE print_jobs (batch, pieces, sent, twice);
";

/// A line that is to be booked.
struct Planned<'r, 'a> {
    row: &'r ResultRow<'a>,
    job: i64,
    child: u8,
    sheets: Vec<u16>,
}

impl Ledger<'_> {
    /// Books what a file says, all of it or nothing, in one transaction.
    ///
    /// # Errors
    /// [`Error::NoSuchPieces`] if a line is about an issue that the job does not have; [`Error::NotInState`] if there is no
    /// such batch; anything that SQLite says.
    pub fn book(
        &mut self,
        file: &ResultsFile<'_>,
        rows: &[ResultRow<'_>],
    ) -> Result<Booked, Error> {
        let now = tables::time(self.clock.now());
        let tx = self.db.transaction()?;
        let mut booked = Booked {
            already: already(&tx, &file.sha256)?,
            ..Booked::default()
        };
        if booked.already.is_some() {
            return Ok(booked);
        }
        let jobs = jobs_of(&tx, rows)?;
        let mut known = HashMap::with_capacity(rows.len());
        let planned = plan(&tx, &jobs, rows, &mut known, &mut booked)?;
        tx.execute(
            "INSERT INTO result_files (sha256, bytes, name, rows, imported_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                file.sha256,
                tables::int(file.bytes),
                file.name,
                tables::int(rows.len() as u64),
                now
            ],
        )?;
        let number = tx.last_insert_rowid();
        for line in &planned {
            let row = line.row;
            let Some(of_piece) = known.get_mut(&(line.job, row.piece)) else {
                continue;
            };
            if !of_piece.said.is_empty() && is_repeated(&tx, number, line)? {
                booked.repeated += 1;
                continue;
            }
            insert(&tx, line, Some(number), "", &now)?;
            booked.booked += 1;
            *booked.statuses.entry(row.status).or_default() += 1;
            let before = of_piece.conclude();
            of_piece.said.push(Said {
                child: line.child,
                status: row.status,
                signed: row.signed.is_some(),
            });
            for what in remarks(row, before, of_piece.conclude()) {
                remark(&mut booked, row, &name_of(&tx, line.job)?, what);
            }
        }
        let mut all: Vec<i64> = jobs.values().map(|job| job.number).collect();
        all.sort_unstable();
        all.dedup();
        for job in all {
            let note = format!("results of {} rows from `{}`", rows.len(), file.name);
            tables::log(&tx, job, &now, "results", &note)?;
            let standing = pieces::standing(&tx, job, REMARKS_MAX)?;
            keep(&tx, job, &standing.total)?;
            booked.jobs.push(standing);
        }
        tx.commit()?;
        Ok(booked)
    }

    /// Books what two persons did with pieces, or found out: `inserted`, `hand-made` or `withdrawn`.
    ///
    /// # Errors
    /// [`Error::NotAPieceEnd`] for anything else; [`Error::NotInState`] unless the batch is sent; [`Error::NoSuchPieces`];
    /// [`Error::PiecesSent`] if one is sent already; anything that SQLite says.
    pub fn settle_pieces(
        &mut self,
        batch: &str,
        pieces: &[u32],
        end: Handling,
        by: [&str; 2],
        why: &str,
    ) -> Result<JobStanding, Error> {
        if !end.is_sent() {
            return Err(Error::NotAPieceEnd(end));
        }
        let now = tables::time(self.clock.now());
        let tx = self.db.transaction()?;
        let (job, _) = sent_job(&tx, batch)?;
        let standings = standings_of(&tx, job, batch, pieces)?;
        refuse_sent(batch, &standings)?;
        for standing in &standings {
            let row = ResultRow {
                batch,
                piece: standing.piece,
                child: None,
                sheet: None,
                status: end,
                word: SETTLED,
                at: None,
                station: None,
                signed: Some(by),
                line: 0,
            };
            let line = Planned {
                row: &row,
                job,
                child: standing.child,
                sheets: Vec::new(),
            };
            insert(&tx, &line, None, why, &now)?;
        }
        let [first, second] = by;
        let note = format!(
            "{} pieces are {end}, say {first} and {second}: {why}",
            pieces.len()
        );
        tables::log(&tx, job, &now, SETTLED, &note)?;
        let standing = pieces::standing(&tx, job, REMARKS_MAX)?;
        keep(&tx, job, &standing.total)?;
        tx.commit()?;
        Ok(standing)
    }
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
            "SELECT r.child, r.status, r.at, r.station, r.by_first, r.by_second, r.why, f.name, r.line, r.booked_at
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
            "SELECT b.name, j.pieces, j.sent, j.twice FROM print_jobs j JOIN batches b ON b.batch = j.batch",
        )?;
        let rows = find.query_map([], |row| {
            let job = PrintJob {
                pieces: tables::count_at(row, 1)?,
                sent: tables::count_at(row, 2)?,
                twice: tables::count_at(row, 3)?,
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
}

fn keep(db: &Connection, job: i64, balance: &pieces::Balance) -> Result<(), Error> {
    db.execute(
        "INSERT OR REPLACE INTO print_jobs (batch, pieces, sent, twice) VALUES (?1, ?2, ?3, ?4)",
        params![
            job,
            tables::int(balance.pieces),
            tables::int(balance.sent()),
            tables::int(balance.twice)
        ],
    )?;
    Ok(())
}

/// A job that rows name.
struct Job {
    number: i64,
    child: u8,
    is_sent: bool,
}

fn jobs_of<'a>(db: &Connection, rows: &[ResultRow<'a>]) -> Result<HashMap<&'a str, Job>, Error> {
    let mut jobs = HashMap::new();
    for row in rows {
        if jobs.contains_key(row.batch) {
            continue;
        }
        let Some((number, child)) = pieces::job_of(db, row.batch)? else {
            return Err(not_in_state(row.batch, None));
        };
        let is_sent = state_of(db, number)? == State::Sent;
        let job = Job {
            number,
            child,
            is_sent,
        };
        jobs.insert(row.batch, job);
    }
    Ok(jobs)
}

/// Finds the issue that each line is about; lines about sheets of one become one, as bad as the worst of them.
fn plan<'r, 'a>(
    db: &Connection,
    jobs: &HashMap<&'a str, Job>,
    rows: &'r [ResultRow<'a>],
    known: &mut HashMap<(i64, u32), Known>,
    booked: &mut Booked,
) -> Result<Vec<Planned<'r, 'a>>, Error> {
    let mut planned: Vec<Planned<'r, 'a>> = Vec::with_capacity(rows.len());
    let mut at: HashMap<(i64, u8, u32), usize> = HashMap::with_capacity(rows.len());
    let mut missing = Vec::new();
    for row in rows {
        let Some(job) = jobs.get(row.batch) else {
            continue;
        };
        if !job.is_sent {
            remark(booked, row, row.batch, Remarked::NotSent);
            continue;
        }
        let issues = match known.entry((job.number, row.piece)) {
            Entry::Occupied(of_piece) => &of_piece.into_mut().issues,
            Entry::Vacant(_) if !pieces::has(db, job.number, row.piece)? => {
                missing.push((row.line, row.piece));
                continue;
            }
            Entry::Vacant(free) => {
                let of_piece = pieces::known(db, job.number, row.piece)?;
                &free.insert(of_piece).issues
            }
        };
        let named = row.child.or((job.child > 0).then_some(job.child));
        let child = named.or(issues.last().copied());
        let Some(child) = child.filter(|child| issues.contains(child)) else {
            missing.push((row.line, row.piece));
            continue;
        };
        let before = at.get(&(job.number, child, row.piece)).copied();
        if let (Some(sheet), Some(line)) = (row.sheet, before.and_then(|at| planned.get_mut(at)))
            && !line.sheets.contains(&sheet)
        {
            if line.row.status.is_sent() && !row.status.is_sent() {
                line.row = row;
            }
            line.sheets.push(sheet);
            continue;
        }
        at.insert((job.number, child, row.piece), planned.len());
        planned.push(Planned {
            row,
            job: job.number,
            child,
            sheets: row.sheet.into_iter().collect(),
        });
    }
    match missing.is_empty() {
        true => Ok(planned),
        false => Err(Error::NoSuchPieces {
            total: missing.len() as u64,
            first: missing
                .into_iter()
                .take(super::error::PIECES_NAMED_MAX)
                .collect(),
        }),
    }
}

fn remarks(
    row: &ResultRow<'_>,
    (_, before, _): (u8, PieceState, bool),
    (_, after, twice): (u8, PieceState, bool),
) -> Vec<Remarked> {
    let was_sent = matches!(before, PieceState::Sent(_));
    let is_sent = matches!(after, PieceState::Sent(_));
    let mut remarks = Vec::new();
    if twice && row.status.is_sent() && was_sent {
        remarks.push(Remarked::SentTwice);
    }
    if was_sent && !is_sent {
        remarks.push(Remarked::NoLongerSent);
    }
    if row.status == Handling::HandMade && row.signed.is_none() {
        remarks.push(Remarked::Unsigned);
    }
    remarks
}

fn remark(booked: &mut Booked, row: &ResultRow<'_>, batch: &str, what: Remarked) {
    booked.remarks_total += 1;
    if booked.remarks.len() < REMARKS_MAX {
        booked.remarks.push(ResultRemark {
            line: row.line,
            batch: batch.to_owned(),
            piece: row.piece,
            what,
        });
    }
}
