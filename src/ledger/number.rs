//! The number of a batch's print job, by which the plant tells jobs apart (`docs/marks.md`).
//!
//! It follows from the sender and the batch's name, so that two customers of a plant who call their mailings alike have
//! numbers of their own. Within a ledger no two jobs share one: where the number is taken, the batch has the next that is
//! free, and keeps it. A batch that was abandoned gives it back, as it does its name, so the run in its place has it again.

use std::collections::HashSet;

use rusqlite::Connection;

use super::Error;
use crate::disk;

/// A mark has eight digits for the number.
const NUMBERS: u32 = 100_000_000;

/// Batches of before have none written down: see [`of_batch`].
pub(super) const STEP: &str = "ALTER TABLE batches ADD COLUMN print_job INTEGER;";
/// What lets an older ledger be read as if it had taken the step.
pub(super) const AS_IF: &str =
    "CREATE TEMP VIEW batches AS SELECT *, NULL AS print_job FROM main.batches;";

/// The number that a batch would have in a ledger without other batches.
fn first_choice(sender_organisation: &str, name: &str) -> u32 {
    hashed(&format!("{sender_organisation}\n{name}"))
}

/// The number of a batch as the ledger has it; those from before the ledger had numbers have one that follows from the name
/// alone.
pub(super) fn of_batch(number: Option<u32>, name: &str) -> u32 {
    number.unwrap_or_else(|| hashed(name))
}

fn hashed(text: &str) -> u32 {
    let digest = disk::sha256(text.as_bytes());
    let start = digest.first_chunk().copied().unwrap_or_default();
    u32::from_be_bytes(start) % NUMBERS
}

/// The number of a batch that begins.
pub(super) fn next(db: &Connection, sender_organisation: &str, name: &str) -> Result<u32, Error> {
    let mut find = db.prepare(
        "SELECT print_job, name FROM batches WHERE state <> 'abandoned' AND kind <> 'reprint'",
    )?;
    let taken = find.query_map([], |row| {
        let name: String = row.get(1)?;
        Ok(of_batch(row.get(0)?, &name))
    })?;
    let taken: HashSet<u32> = taken.collect::<Result<_, _>>()?;
    let mut number = first_choice(sender_organisation, name);
    while taken.contains(&number) {
        number = (number + 1) % NUMBERS; // It ends: a ledger has fewer batches than there are numbers.
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_taken_is_passed_over() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(
            "CREATE TABLE batches (print_job INTEGER, name TEXT, state TEXT, kind TEXT)",
        )
        .unwrap();
        let first = first_choice("5560000000", "night.1");
        let mut add = db
            .prepare("INSERT INTO batches VALUES (?1, ?2, ?3, ?4)")
            .unwrap();
        let next = || next(&db, "5560000000", "night.1").unwrap();
        add.execute((first, "a", "abandoned", "run")).unwrap();
        add.execute((first, "b", "sent", "reprint")).unwrap();
        assert_eq!(next(), first);
        add.execute((first, "c", "sent", "run")).unwrap();
        assert_eq!(next(), (first + 1) % NUMBERS);
        add.execute((first.wrapping_add(1) % NUMBERS, "d", "held", "rerun"))
            .unwrap();
        assert_eq!(next(), (first + 2) % NUMBERS);
    }

    #[test]
    fn senders_who_call_their_mailings_alike_have_other_numbers() {
        assert_ne!(
            first_choice("5560000000", "night.1"),
            first_choice("5560000001", "night.1")
        );
        assert_eq!(of_batch(None, "2026-11-20.1"), hashed("2026-11-20.1"));
        assert_eq!(of_batch(Some(7), "2026-11-20.1"), 7);
    }
}
