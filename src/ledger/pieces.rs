//! What became of the pieces of a print job: their results, concluded.
//!
//! A job is a batch with its reprints. A piece is printed once in the batch and again in each reprint that has it; each
//! time is an *issue*, counted by the number of the reprint, 0 for the first. The rules are in [`course`].

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Error, Reader, number, tables};
use crate::letter::{Handling, PieceResult, PlantTime};

mod course;

pub(super) use course::{Concluded, Course, Said};

/// Sheets of a piece: a mark has three digits for them.
const SHEETS_MAX: u16 = 999;

/// How a piece stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceState {
    /// Nothing came back about its newest issue.
    Waiting,
    /// It must be printed again.
    Spoilt(Handling),
    /// A person must look.
    Aside(Handling),
    /// Done.
    Sent(Handling),
}

/// A piece, concluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceStanding {
    /// Its number.
    pub piece: u32,
    /// The part of its first issue, relative to the batch's folder.
    pub part: String,
    /// The newest issue: 0, or the number of a reprint.
    pub child: u8,
    /// How it stands.
    pub state: PieceState,
    /// It may have been sent twice.
    pub twice: bool,
    /// It was withdrawn, and went out after that.
    pub went_out: bool,
    /// It is sent, and a reprint of it is under way.
    pub under_way: bool,
    /// Two persons said so last.
    pub settled: bool,
}

impl PieceStanding {
    fn new(piece: u32, part: String, concluded: Concluded) -> Self {
        let Concluded {
            child,
            state,
            twice,
            went_out,
            under_way,
            settled,
        } = concluded;
        Self {
            piece,
            part,
            child,
            state,
            twice,
            went_out,
            under_way,
            settled,
        }
    }

    /// A person must do something about it, or look.
    fn is_noted(&self) -> bool {
        let open = matches!(self.state, PieceState::Spoilt(_) | PieceState::Aside(_));
        open || self.twice || self.went_out || self.under_way
    }
}

/// How many pieces stand how. `sent = inserted + hand_made + withdrawn`; a job is closed when nothing is open or under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Balance {
    /// All of them.
    pub pieces: u64,
    /// By the machine.
    pub inserted: u64,
    /// By hand, with two persons' initials.
    pub hand_made: u64,
    /// Not to be sent any more.
    pub withdrawn: u64,
    /// Must be printed again.
    pub spoilt: u64,
    /// A person must look.
    pub aside: u64,
    /// Nothing came back about their newest issue.
    pub waiting: u64,
    /// Of those sent: perhaps twice.
    pub twice: u64,
    /// Withdrawn, and sent after that.
    pub went_out: u64,
    /// Of those sent: a reprint of them is at the plant, and must be stopped.
    pub under_way: u64,
}

impl Balance {
    /// Pieces of which nothing is left to do.
    pub fn sent(&self) -> u64 {
        self.inserted + self.hand_made + self.withdrawn
    }

    /// Pieces that the job waits for.
    pub fn open(&self) -> u64 {
        self.pieces.saturating_sub(self.sent())
    }

    /// Nothing is left to do, and nothing more can come.
    pub fn is_closed(&self) -> bool {
        self.open() + self.under_way == 0
    }

    /// A person must do something: print again, settle, stop a reprint, look for an envelope.
    pub fn wants_a_person(&self) -> bool {
        self.spoilt + self.aside + self.twice + self.went_out + self.under_way > 0
    }

    fn count(&mut self, standing: &PieceStanding) {
        self.pieces += 1;
        self.twice += u64::from(standing.twice);
        self.went_out += u64::from(standing.went_out);
        self.under_way += u64::from(standing.under_way);
        *match standing.state {
            PieceState::Waiting => &mut self.waiting,
            PieceState::Spoilt(_) => &mut self.spoilt,
            PieceState::Sent(Handling::HandMade) => &mut self.hand_made,
            PieceState::Sent(Handling::Withdrawn) => &mut self.withdrawn,
            PieceState::Sent(_) => &mut self.inserted,
            PieceState::Aside(_) => &mut self.aside,
        } += 1;
    }

    /// Adds another.
    pub fn add(&mut self, other: &Self) {
        self.pieces += other.pieces;
        self.inserted += other.inserted;
        self.hand_made += other.hand_made;
        self.withdrawn += other.withdrawn;
        self.spoilt += other.spoilt;
        self.aside += other.aside;
        self.waiting += other.waiting;
        self.twice += other.twice;
        self.went_out += other.went_out;
        self.under_way += other.under_way;
    }
}

/// The print job of a batch, with what came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobStanding {
    /// The first batch of the job.
    pub batch: String,
    /// Number of the job.
    pub number: u32,
    /// Of each part, by its path.
    pub parts: BTreeMap<String, Balance>,
    /// Of all.
    pub total: Balance,
    /// Pieces that a person must look at; the first of them.
    pub noted: Vec<PieceStanding>,
    /// How many there are.
    pub noted_total: u64,
}

/// The issues of the pieces of job `?1` that are out, besides the first.
const REPRINTED: &str = "FROM reprints r CROSS JOIN batches b ON b.batch = r.batch
   CROSS JOIN pieces p ON p.batch = r.batch WHERE r.job = ?1 AND b.state IN ('ready', 'sent')";
/// What [`said_at`] reads.
const SAID: &str = "r.child, r.sheet, r.status, r.at, r.by_first IS NOT NULL, r.file IS NULL";

/// Visits every piece of a job in order.
pub(super) fn each(
    db: &Connection,
    job: i64,
    mut visit: impl FnMut(PieceStanding),
) -> Result<(), Error> {
    let mut pieces =
        db.prepare("SELECT piece, part, sheets FROM pieces WHERE batch = ?1 ORDER BY piece")?;
    let issues = format!("SELECT p.piece, r.child {REPRINTED} ORDER BY p.piece");
    let mut issues = db.prepare(&issues)?;
    let results = format!(
        "SELECT {SAID}, r.piece FROM results r WHERE r.batch = ?1 ORDER BY r.piece, r.result"
    );
    let mut results = db.prepare(&results)?;
    let (mut pieces, mut issues, mut results) = (
        pieces.query([job])?,
        issues.query([job])?,
        results.query([job])?,
    );
    let (mut next_issue, mut next_result) = (issues.next()?, results.next()?);
    while let Some(row) = pieces.next()? {
        let piece: u32 = row.get(0)?;
        let mut of_piece = Vec::new();
        while let Some(row) = next_issue {
            if row.get::<_, u32>(0)? > piece {
                break;
            }
            of_piece.push(row.get(1)?);
            next_issue = issues.next()?;
        }
        let mut course = Course::new(sheets_at(row, 2)?, of_piece);
        while let Some(row) = next_result {
            if row.get::<_, u32>(6)? > piece {
                break;
            }
            course.take(said_at(row, 0)?);
            next_result = results.next()?;
        }
        visit(PieceStanding::new(piece, row.get(1)?, course.conclude()));
    }
    Ok(())
}

/// What is known of a piece.
pub(super) struct Known {
    /// The part of its first issue.
    pub part: String,
    /// What follows from all that was said.
    pub course: Course,
    /// What files said, in the order in which it was booked.
    pub lines: Vec<KnownLine>,
}

impl Known {
    pub fn standing(self, piece: u32) -> PieceStanding {
        PieceStanding::new(piece, self.part, self.course.conclude())
    }
}

/// What a line of a file said.
pub(super) struct KnownLine {
    pub said: Said,
    pub station: Option<String>,
    pub file: i64,
    pub line: i64,
}

/// What is known of a piece; `None` where the job has none of that number.
pub(super) fn known(db: &Connection, job: i64, piece: u32) -> Result<Option<Known>, Error> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {SAID}, r.station, r.file, r.line, r.result, p.part, p.sheets
         FROM pieces p LEFT JOIN results r ON r.batch = p.batch AND r.piece = p.piece
         WHERE p.batch = ?1 AND p.piece = ?2 ORDER BY r.result"
    ))?;
    let mut rows = find.query([job, i64::from(piece)])?;
    let mut known: Option<Known> = None;
    while let Some(row) = rows.next()? {
        let known = match &mut known {
            Some(known) => known,
            None => known.insert(Known {
                part: row.get(10)?,
                course: Course::new(sheets_at(row, 11)?, issues_of(db, job, piece)?),
                lines: Vec::new(),
            }),
        };
        if row.get::<_, Option<i64>>(9)?.is_none() {
            continue; // Nothing was said yet.
        }
        let said = said_at(row, 0)?;
        known.course.take(said);
        if let (Some(file), Some(line)) = (row.get(7)?, row.get(8)?) {
            known.lines.push(KnownLine {
                said,
                station: row.get(6)?,
                file,
                line,
            });
        }
    }
    Ok(known)
}

/// The reprints that have a piece.
fn issues_of(db: &Connection, job: i64, piece: u32) -> Result<Vec<u8>, Error> {
    let mut find = db.prepare_cached(&format!("SELECT r.child {REPRINTED} AND p.piece = ?2"))?;
    let rows = find.query_map([job, i64::from(piece)], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn sheets_at(row: &Row<'_>, at: usize) -> rusqlite::Result<u16> {
    let sheets: i64 = row.get(at)?;
    Ok(u16::try_from(sheets).map_or(SHEETS_MAX, |sheets| sheets.clamp(1, SHEETS_MAX)))
}

fn said_at(row: &Row<'_>, at: usize) -> rusqlite::Result<Said> {
    let time: Option<String> = row.get(at + 3)?;
    Ok(Said {
        child: row.get(at)?,
        sheet: row.get(at + 1)?,
        status: handling_at(row, at + 2)?,
        at: time.and_then(|time| PlantTime::from_text(&time)),
        signed: row.get(at + 4)?,
        settled: row.get(at + 5)?,
    })
}

/// A result back from the ledger.
pub(super) fn handling_at(row: &Row<'_>, at: usize) -> rusqlite::Result<Handling> {
    let text: String = row.get(at)?;
    Handling::from_name(&text).ok_or(rusqlite::Error::InvalidColumnType(
        at,
        "what became of a piece".to_owned(),
        Type::Text,
    ))
}

/// The pieces that lines leave spoilt, each line with its issue, by the same rules and without a ledger. `printed` is the
/// issue that can be printed from, `sheets` says how many a piece has.
pub fn spoilt_by<'r>(
    lines: impl IntoIterator<Item = (u8, &'r PieceResult)>,
    printed: u8,
    sheets: impl Fn(u32) -> Option<u16>,
) -> BTreeSet<u32> {
    let mut of_piece: BTreeMap<u32, Vec<Said>> = BTreeMap::new();
    for (child, line) in lines {
        of_piece
            .entry(line.piece)
            .or_default()
            .push(said_by(child, line));
    }
    let is_spoilt = |piece: u32, results: &[Said]| {
        let mut issues: Vec<u8> = results.iter().map(|said| said.child).collect();
        issues.push(printed);
        let mut course = Course::new(sheets(piece).unwrap_or(SHEETS_MAX), issues);
        for said in results {
            course.take(*said);
        }
        matches!(course.conclude().state, PieceState::Spoilt(_))
    };
    let spoilt = of_piece
        .iter()
        .filter(|(piece, results)| is_spoilt(**piece, results));
    spoilt.map(|(piece, _)| *piece).collect()
}

/// What a line of a file says of an issue.
pub(super) fn said_by(child: u8, line: &PieceResult) -> Said {
    Said {
        child,
        sheet: line.sheet,
        status: line.status,
        at: line.at,
        signed: line.signed.is_some(),
        settled: false,
    }
}

/// The batch that a job began with, which is that of its name or the one that was reprinted.
pub(super) fn job_of(db: &Connection, name: &str) -> Result<Option<(i64, u8)>, Error> {
    let Some(batch) = tables::number(db, name)? else {
        return Ok(None);
    };
    let mut find = db.prepare_cached("SELECT job, child FROM reprints WHERE batch = ?1")?;
    let reprint = find.query_row([batch], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(Some(reprint.optional()?.unwrap_or((batch, 0))))
}

/// How a job stands; keeps so many of the pieces that a person wants to know of.
pub(super) fn standing(db: &Connection, job: i64, noted_max: usize) -> Result<JobStanding, Error> {
    let sql = "SELECT name, print_job FROM batches WHERE batch = ?1";
    let (batch, kept): (String, _) =
        db.query_row(sql, [job], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut standing = JobStanding {
        number: number::of_batch(kept, &batch),
        batch,
        ..JobStanding::default()
    };
    each(db, job, |piece| {
        match standing.parts.get_mut(&piece.part) {
            Some(balance) => balance.count(&piece),
            None => {
                let mut balance = Balance::default();
                balance.count(&piece);
                standing.parts.insert(piece.part.clone(), balance);
            }
        }
        if piece.is_noted() {
            standing.noted_total += 1;
            if standing.noted.len() < noted_max {
                standing.noted.push(piece);
            }
        }
    })?;
    for balance in standing.parts.values() {
        standing.total.add(balance);
    }
    Ok(standing)
}

impl Reader {
    /// How the print job stands that a batch began, or was reprinted from; `None` if there is no such batch. `noted_max`
    /// pieces are listed.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn job(&self, batch: &str, noted_max: usize) -> Result<Option<JobStanding>, Error> {
        match job_of(self.db(), batch)? {
            Some((job, _)) => standing(self.db(), job, noted_max).map(Some),
            None => Ok(None),
        }
    }

    /// Pieces of a job that must be printed again and are in no reprint that waits, in order, each with its part.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn spoilt(&self, batch: &str) -> Result<Vec<PieceStanding>, Error> {
        let mut spoilt = Vec::new();
        if let Some((job, _)) = job_of(self.db(), batch)? {
            each(self.db(), job, |piece| {
                if matches!(piece.state, PieceState::Spoilt(_)) {
                    spoilt.push(piece);
                }
            })?;
        }
        Ok(spoilt)
    }
}
