//! What became of the pieces of a print job: their results, concluded.
//!
//! A job is a batch with its reprints. A piece is printed once in the batch and again in each reprint that has it; each
//! time is an *issue*, counted by the number of the reprint, 0 for the first. The rules:
//! 1. An issue is as its last result says, in the order in which results were booked.
//! 2. A piece is sent if an issue of it is inserted, hand-made (with two persons' initials) or withdrawn.
//! 3. Else it is as its newest issue is: *spoilt* (damaged, missing, removed), *aside* for a person (diverted, duplicate,
//!    unknown, hand-made with less than two initials), or *waiting*, of which nothing came back.
//! 4. It is sent *twice* if two issues of it were sent, or one that was sent already was sent once more.

use std::collections::BTreeMap;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension};

use super::{Error, Reader, number, tables};
use crate::letter::Handling;

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
}

/// How many pieces stand how. `sent = inserted + hand_made + withdrawn`; a job is closed when nothing is open.
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

    fn count(&mut self, standing: &PieceStanding) {
        self.pieces += 1;
        self.twice += u64::from(standing.twice);
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
    /// Pieces that are neither sent nor waiting, or perhaps sent twice; the first of them.
    pub noted: Vec<PieceStanding>,
    /// How many there are.
    pub noted_total: u64,
}

/// One result of an issue, as the rules want it.
#[derive(Clone, Copy)]
pub(super) struct Said {
    pub child: u8,
    pub status: Handling,
    pub signed: bool,
}

impl Said {
    fn is_sent(self) -> bool {
        self.status.is_sent() && (self.status != Handling::HandMade || self.signed)
    }
}

/// Concludes a piece from its issues and its results in their order.
pub(super) fn conclude(issues: &[u8], results: &[Said]) -> (u8, PieceState, bool) {
    let newest = issues.iter().copied().max().unwrap_or(0);
    let mut sent = None;
    let (mut sent_issues, mut again) = (0, false);
    for &issue in issues {
        let mut last: Option<Said> = None;
        for said in results.iter().filter(|said| said.child == issue) {
            again |= said.is_sent() && last.is_some_and(Said::is_sent);
            last = Some(*said);
        }
        if let Some(said) = last.filter(|said| said.is_sent()) {
            sent = Some(said.status);
            sent_issues += 1;
        }
    }
    let last = results.iter().rfind(|said| said.child == newest);
    let state = match (sent, last) {
        (Some(status), _) => PieceState::Sent(status),
        (None, None) => PieceState::Waiting,
        (None, Some(said)) if said.status.is_spoilt() => PieceState::Spoilt(said.status),
        (None, Some(said)) => PieceState::Aside(said.status),
    };
    (newest, state, again || sent_issues > 1)
}

/// Visits every piece of a job in order.
pub(super) fn each(
    db: &Connection,
    job: i64,
    mut visit: impl FnMut(PieceStanding),
) -> Result<(), Error> {
    let mut pieces =
        db.prepare("SELECT piece, part FROM pieces WHERE batch = ?1 ORDER BY piece")?;
    let mut issues = db.prepare(
        "SELECT p.piece, r.child FROM reprints r JOIN batches b ON b.batch = r.batch
         JOIN pieces p ON p.batch = r.batch
         WHERE r.job = ?1 AND b.state IN ('ready', 'sent') ORDER BY p.piece, r.child",
    )?;
    let mut results = db.prepare(
        "SELECT piece, child, status, by_first IS NOT NULL FROM results WHERE batch = ?1 ORDER BY piece, result",
    )?;
    let (mut pieces, mut issues, mut results) = (
        pieces.query([job])?,
        issues.query([job])?,
        results.query([job])?,
    );
    let (mut next_issue, mut next_result) = (issues.next()?, results.next()?);
    let (mut of_piece, mut said) = (Vec::new(), Vec::new());
    while let Some(row) = pieces.next()? {
        let piece: u32 = row.get(0)?;
        of_piece.clear();
        of_piece.push(0);
        said.clear();
        while let Some(row) = next_issue {
            if row.get::<_, u32>(0)? > piece {
                break;
            }
            of_piece.push(row.get(1)?);
            next_issue = issues.next()?;
        }
        while let Some(row) = next_result {
            if row.get::<_, u32>(0)? > piece {
                break;
            }
            said.push(said_at(row, 1)?);
            next_result = results.next()?;
        }
        let (child, state, twice) = conclude(&of_piece, &said);
        visit(PieceStanding {
            piece,
            part: row.get(1)?,
            child,
            state,
            twice,
        });
    }
    Ok(())
}

/// One piece of a job; `None` where the job has none of that number.
pub(super) fn one(db: &Connection, job: i64, piece: u32) -> Result<Option<PieceStanding>, Error> {
    let mut find = db.prepare_cached("SELECT part FROM pieces WHERE batch = ?1 AND piece = ?2")?;
    let part = find.query_row([job, i64::from(piece)], |row| row.get(0));
    let Some(part) = part.optional()? else {
        return Ok(None);
    };
    let (child, state, twice) = known(db, job, piece)?.conclude();
    Ok(Some(PieceStanding {
        piece,
        part,
        child,
        state,
        twice,
    }))
}

/// What is known of a piece.
pub(super) struct Known {
    pub issues: Vec<u8>,
    pub said: Vec<Said>,
}

impl Known {
    /// Issue, state, and whether it was perhaps sent twice.
    pub fn conclude(&self) -> (u8, PieceState, bool) {
        conclude(&self.issues, &self.said)
    }
}

/// Whether a job has a piece.
pub(super) fn has(db: &Connection, job: i64, piece: u32) -> Result<bool, Error> {
    let find = "SELECT EXISTS (SELECT 1 FROM pieces WHERE batch = ?1 AND piece = ?2)";
    let mut find = db.prepare_cached(find)?;
    Ok(find.query_row([job, i64::from(piece)], |row| row.get(0))?)
}

/// What is known of a piece that the job has.
pub(super) fn known(db: &Connection, job: i64, piece: u32) -> Result<Known, Error> {
    let mut find = db.prepare_cached(
        "SELECT child, status, by_first IS NOT NULL FROM results WHERE batch = ?1 AND piece = ?2 ORDER BY result",
    )?;
    let said = find.query_map([job, i64::from(piece)], |row| said_at(row, 0))?;
    Ok(Known {
        said: said.collect::<Result<_, _>>()?,
        issues: issues_of(db, job, piece)?,
    })
}

/// The issues of a piece: 0, and the reprints that have it.
fn issues_of(db: &Connection, job: i64, piece: u32) -> Result<Vec<u8>, Error> {
    let mut find = db.prepare_cached(
        "SELECT r.child FROM reprints r CROSS JOIN batches b ON b.batch = r.batch
         CROSS JOIN pieces p ON p.batch = r.batch AND p.piece = ?2
         WHERE r.job = ?1 AND b.state IN ('ready', 'sent') ORDER BY r.child",
    )?;
    let rows = find.query_map([job, i64::from(piece)], |row| row.get(0))?;
    std::iter::once(Ok(0))
        .chain(rows.map(|row| Ok(row?)))
        .collect()
}

fn said_at(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Said> {
    Ok(Said {
        child: row.get(at)?,
        status: handling_at(row, at + 1)?,
        signed: row.get(at + 2)?,
    })
}

/// A result back from the ledger.
pub(super) fn handling_at(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Handling> {
    let text: String = row.get(at)?;
    Handling::from_name(&text).ok_or(rusqlite::Error::InvalidColumnType(
        at,
        "what became of a piece".to_owned(),
        Type::Text,
    ))
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
        let noted = matches!(piece.state, PieceState::Spoilt(_) | PieceState::Aside(_));
        if noted || piece.twice {
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

#[cfg(test)]
mod tests {
    use super::*;
    use Handling::*;

    fn said(child: u8, status: Handling) -> Said {
        Said {
            child,
            status,
            signed: false,
        }
    }

    #[test]
    fn a_piece_is_as_the_last_result_of_its_newest_issue_unless_it_is_sent() {
        let cases: &[(&[u8], &[Said], PieceState, bool)] = &[
            (&[0], &[], PieceState::Waiting, false),
            (
                &[0],
                &[said(0, Inserted)],
                PieceState::Sent(Inserted),
                false,
            ),
            (
                &[0],
                &[said(0, Inserted), said(0, Damaged)],
                PieceState::Spoilt(Damaged),
                false,
            ),
            (
                &[0],
                &[said(0, Diverted), said(0, Inserted)],
                PieceState::Sent(Inserted),
                false,
            ),
            (
                &[0],
                &[said(0, Inserted), said(0, Inserted)],
                PieceState::Sent(Inserted),
                true,
            ),
            (&[0, 1], &[said(0, Damaged)], PieceState::Waiting, false),
            (
                &[0, 1],
                &[said(0, Damaged), said(1, Inserted)],
                PieceState::Sent(Inserted),
                false,
            ),
            (
                &[0, 1],
                &[said(1, Inserted), said(0, Inserted)],
                PieceState::Sent(Inserted),
                true,
            ),
            (
                &[0, 1],
                &[said(0, Inserted), said(1, Damaged)],
                PieceState::Sent(Inserted),
                false,
            ),
            (
                &[0, 1, 3],
                &[said(0, Damaged), said(1, Missing), said(3, Unknown)],
                PieceState::Aside(Unknown),
                false,
            ),
            (
                &[0],
                &[said(0, HandMade)],
                PieceState::Aside(HandMade),
                false,
            ),
            (
                &[0],
                &[said(0, Duplicate)],
                PieceState::Aside(Duplicate),
                false,
            ),
        ];
        for (issues, results, state, twice) in cases {
            let newest = *issues.last().unwrap();
            assert_eq!(conclude(issues, results), (newest, *state, *twice));
        }
        let signed = Said {
            signed: true,
            ..said(0, HandMade)
        };
        let (_, state, _) = conclude(&[0], &[said(0, Damaged), signed]);
        assert_eq!(state, PieceState::Sent(HandMade));
    }
}
