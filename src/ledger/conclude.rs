//! The state of a letter's delivery, which follows from its receipts; and the counts of a batch.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::{Error, tables};
use crate::letter::{Delivery, RECALLED};

/// The code of what a person found out, and its source.
pub const SETTLED: &str = "settled";

/// The state of a letter's delivery; `None` if nothing came back.
pub fn state_of(db: &Connection, batch: i64, seq: u32) -> Result<Option<Delivery>, Error> {
    let mut find =
        db.prepare_cached("SELECT state FROM deliveries WHERE batch = ?1 AND seq = ?2")?;
    let state = find.query_row(params![batch, seq], |row| tables::delivery_at(row, 0));
    Ok(state.optional()?)
}

/// One remark about a letter's message.
struct Said {
    outcome: Delivery,
    code: String,
    /// As in the ledger; such times are ordered as texts.
    at: Option<String>,
    imported_at: String,
}

/// What follows from remarks: see the rules in `receipts`.
fn state(said: &[Said]) -> Option<Delivery> {
    let says = |outcome| said.iter().any(|said| said.outcome == outcome);
    if says(Delivery::Delivered) {
        return Some(Delivery::Delivered);
    }
    match (says(Delivery::Refused), says(Delivery::Unknown)) {
        (true, unknown) if !unknown || is_ended(said) => Some(Delivery::Refused),
        (_, true) => Some(Delivery::Unknown),
        _ => said.first().map(|_| Delivery::Underway),
    }
}

/// Whether a refusal is the last word where something else said unknown: a person's, or one that is later than all that
/// is unknown. A recall has no such end: who recalled it did not want it to arrive.
fn is_ended(said: &[Said]) -> bool {
    let of = |outcome| said.iter().filter(move |said| said.outcome == outcome);
    let later = |refused: &Said| {
        of(Delivery::Unknown).all(|unknown| {
            unknown.code != RECALLED && unknown.at.is_some() && refused.at > unknown.at
        })
    };
    of(Delivery::Refused).any(|refused| refused.code == SETTLED || later(refused))
}

/// Puts down states of deliveries, and counts them by batch.
#[derive(Default)]
pub struct Conclusions {
    /// Digital letters more in a state than before, by batch.
    changes: BTreeMap<(i64, Delivery), i64>,
    /// Letters whose state is another one.
    pub moved: u64,
    /// Letters that were both refused and delivered.
    pub contradictions: u64,
}

impl Conclusions {
    /// Puts down the state that follows from all receipts of a letter.
    pub fn letter(
        &mut self,
        db: &Connection,
        batch: i64,
        seq: u32,
        digital: bool,
    ) -> Result<(), Error> {
        let before = state_of(db, batch, seq)?;
        let said = said_of(db, batch, seq)?;
        let Some(after) = state(&said) else {
            return Ok(());
        };
        // The earliest of those that say so.
        let Some(first) = said.iter().find(|said| said.outcome == after) else {
            return Ok(());
        };
        let refused = said.iter().any(|said| said.outcome == Delivery::Refused);
        self.contradictions += u64::from(after == Delivery::Delivered && refused);
        let since = first.at.as_ref().unwrap_or(&first.imported_at);
        db.prepare_cached(
            "INSERT OR REPLACE INTO deliveries (batch, seq, state, code, since) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![batch, seq, after.name(), first.code, since])?;
        if before == Some(after) {
            return Ok(());
        }
        self.moved += 1;
        if digital {
            *self.changes.entry((batch, after)).or_default() += 1;
            if let Some(before) = before {
                *self.changes.entry((batch, before)).or_default() -= 1;
            }
        }
        Ok(())
    }

    /// Brings the counts in `batches` up to date.
    pub fn count(&self, db: &Connection) -> Result<(), Error> {
        for ((batch, state), change) in &self.changes {
            let column = state.name(); // One of four words, which are columns of `batches`.
            let sql = format!("UPDATE batches SET {column} = {column} + ?2 WHERE batch = ?1");
            db.execute(&sql, params![batch, change])?;
        }
        Ok(())
    }
}

/// All remarks about a letter's message, the earliest first; those without a time come last.
fn said_of(db: &Connection, batch: i64, seq: u32) -> Result<Vec<Said>, Error> {
    let mut receipts = db.prepare_cached(
        "SELECT outcome, code, at, imported_at FROM receipts WHERE batch = ?1 AND seq = ?2 AND about = 'letter'
         ORDER BY at IS NULL, at, code, sha256",
    )?;
    let rows = receipts.query_map(params![batch, seq], |row| {
        Ok(Said {
            outcome: tables::delivery_at(row, 0)?,
            code: row.get(1)?,
            at: row.get(2)?,
            imported_at: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
