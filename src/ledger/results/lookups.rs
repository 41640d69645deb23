//! Single questions to the tables of results, and single rows into them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::pieces::{self, PieceState};
use super::super::{Error, State, tables};
use super::ResultsFile;
use crate::disk::Sha256;
use crate::letter::PieceResult;

/// The file of these bytes, and when results of it were booked first.
pub(in crate::ledger) fn file_of(
    db: &Connection,
    sha256: &Sha256,
) -> Result<Option<(i64, Timestamp)>, Error> {
    let find = "SELECT file, imported_at FROM result_files WHERE sha256 = ?1";
    let file = db.query_row(find, [sha256], |row| {
        Ok((row.get(0)?, tables::time_at(row, 1)?))
    });
    Ok(file.optional()?)
}

impl ResultsFile<'_> {
    pub(super) fn insert(&self, db: &Connection, now: &str) -> Result<i64, Error> {
        db.execute(
            "INSERT INTO result_files (sha256, bytes, name, rows, imported_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                self.sha256,
                tables::int(self.bytes),
                self.name,
                tables::int(self.lines),
                now
            ],
        )?;
        Ok(db.last_insert_rowid())
    }
}

pub(in crate::ledger) fn insert(
    db: &Connection,
    job: i64,
    issue: u8,
    line: &PieceResult,
    file: Option<i64>,
    why: &str,
    now: &str,
) -> Result<(), Error> {
    let [first, second] = match line.signed.as_deref() {
        Some([first, second]) => [Some(first), Some(second)],
        None => [None, None],
    };
    db.prepare_cached(
        "INSERT INTO results (batch, piece, child, status, word, at, station, by_first, by_second, why, file, line,
           booked_at, sheet)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        job,
        line.piece,
        issue,
        line.status.name(),
        line.word,
        line.at.map(|at| at.to_string()),
        line.station,
        first,
        second,
        why,
        file,
        file.map(|_| tables::int(line.line)),
        now,
        line.sheet
    ])?;
    Ok(())
}

pub(in crate::ledger) fn name_of(db: &Connection, batch: i64) -> Result<String, Error> {
    let find = "SELECT name FROM batches WHERE batch = ?1";
    Ok(db.query_row(find, [batch], |row| row.get(0))?)
}

pub(in crate::ledger) fn state_of(db: &Connection, batch: i64) -> Result<State, Error> {
    let find = "SELECT state FROM batches WHERE batch = ?1";
    Ok(db.query_row(find, [batch], |row| tables::state_at(row, 0))?)
}

pub(in crate::ledger) fn not_in_state(batch: &str, found: Option<State>) -> Error {
    Error::NotInState {
        batch: batch.to_owned(),
        found,
        allowed: "sent",
    }
}

/// The job of a batch, which must be in the outbox.
pub(in crate::ledger) fn sent_job(db: &Connection, batch: &str) -> Result<(i64, u8), Error> {
    let job = pieces::job_of(db, batch)?.ok_or_else(|| not_in_state(batch, None))?;
    match state_of(db, job.0)? {
        State::Sent => Ok(job),
        other => Err(not_in_state(batch, Some(other))),
    }
}

/// How pieces of a job stand, each of which must be there.
pub(in crate::ledger) fn standings_of(
    db: &Connection,
    job: i64,
    batch: &str,
    wanted: &[u32],
) -> Result<Vec<pieces::PieceStanding>, Error> {
    let mut standings = Vec::with_capacity(wanted.len());
    let mut missing = Vec::new();
    for &piece in wanted {
        match pieces::known(db, job, piece)? {
            Some(known) => standings.push(known.standing(piece)),
            None => missing.push(piece),
        }
    }
    refuse_missing(batch, missing)?;
    Ok(standings)
}

/// Refuses pieces that there are not.
pub(in crate::ledger) fn refuse_missing(batch: &str, missing: Vec<u32>) -> Result<(), Error> {
    match missing.is_empty() {
        true => Ok(()),
        false => Err(Error::NoPieces {
            batch: batch.to_owned(),
            total: missing.len() as u64,
            first: first(missing),
        }),
    }
}

/// The numbers of some pieces.
pub(in crate::ledger) fn those(
    standings: &[pieces::PieceStanding],
    are: impl Fn(&pieces::PieceStanding) -> bool,
) -> Vec<u32> {
    let those = standings.iter().filter(|piece| are(piece));
    those.map(|piece| piece.piece).collect()
}

/// As many as an error names.
pub(in crate::ledger) fn first(mut pieces: Vec<u32>) -> Vec<u32> {
    pieces.truncate(super::super::error::PIECES_NAMED_MAX);
    pieces
}

/// Refuses pieces that are sent.
pub(in crate::ledger) fn refuse_sent(
    batch: &str,
    standings: &[pieces::PieceStanding],
) -> Result<(), Error> {
    let sent = those(standings, |piece| {
        matches!(piece.state, PieceState::Sent(_))
    });
    match sent.is_empty() {
        true => Ok(()),
        false => Err(Error::PiecesSent {
            batch: batch.to_owned(),
            total: sent.len() as u64,
            first: first(sent),
        }),
    }
}
