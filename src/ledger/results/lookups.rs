//! Single questions to the tables of results, and single rows into them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::pieces::{self, PieceState};
use super::super::{Error, State, tables};
use super::Planned;
use crate::disk::Sha256;

pub(in crate::ledger) fn already(
    db: &Connection,
    sha256: &Sha256,
) -> Result<Option<Timestamp>, Error> {
    let find = "SELECT imported_at FROM result_files WHERE sha256 = ?1";
    let at = db.query_row(find, [sha256], |row| tables::time_at(row, 0));
    Ok(at.optional()?)
}

/// Whether an earlier file said the very same: files of some plants grow through the day.
pub(in crate::ledger) fn is_repeated(
    db: &Connection,
    file: i64,
    line: &Planned<'_, '_>,
) -> Result<bool, Error> {
    let mut find = db.prepare_cached(
        "SELECT count(*) FROM results WHERE batch = ?1 AND piece = ?2 AND child = ?3 AND status = ?4 AND at IS ?5
           AND station IS ?6 AND file <> ?7",
    )?;
    let row = line.row;
    let same = params![
        line.job,
        row.piece,
        line.child,
        row.status.name(),
        row.at,
        row.station,
        file
    ];
    Ok(find.query_row(same, |row| row.get::<_, i64>(0))? > 0)
}

pub(in crate::ledger) fn insert(
    db: &Connection,
    line: &Planned<'_, '_>,
    file: Option<i64>,
    why: &str,
    now: &str,
) -> Result<(), Error> {
    let row = line.row;
    let [first, second] = match row.signed {
        Some([first, second]) => [Some(first), Some(second)],
        None => [None, None],
    };
    db.prepare_cached(
        "INSERT INTO results (batch, piece, child, status, word, at, station, by_first, by_second, why, file, line, booked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        line.job,
        row.piece,
        line.child,
        row.status.name(),
        row.word,
        row.at,
        row.station,
        first,
        second,
        why,
        file,
        file.map(|_| tables::int(row.line)),
        now
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
        match pieces::one(db, job, piece)? {
            Some(standing) => standings.push(standing),
            None => missing.push(piece),
        }
    }
    match missing.is_empty() {
        true => Ok(standings),
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
