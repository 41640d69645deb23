//! A reprint begins: pieces of a job that was sent, printed again in a batch of their own.
//!
//! A reprint has the letters of its pieces as rows of its own, so that its books balance as those of any batch do, and so
//! that the history of a letter shows it. It goes the way of every batch: begun, ready, sent.

use rusqlite::params;

use super::pieces::{self, PieceState};
use super::{Batch, Error, Ledger, Sent, Stop, Totals, results, tables};

/// A mark has two digits for the number of a reprint.
pub const CHILD_MAX: u8 = 99;
/// States of a batch that keeps its number.
const KEEPS: &str = "('begun', 'ready', 'sent', 'withdrawing', 'withdrawn')";
/// The letters in the pieces of batch `?2`, by their place.
const LETTERS_OF: &str =
    "SELECT seq FROM pieces WHERE batch = ?2 UNION ALL SELECT seq FROM shared WHERE batch = ?2";

/// What a reprint is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReprintOf {
    /// The batch that the job began with.
    pub job: String,
    /// Number of the reprint, 1 to 99.
    pub child: u8,
    /// Its letters, all of them on paper.
    pub totals: Totals,
}

impl<'c> Ledger<'c> {
    /// Begins a reprint of pieces of a job; `batch` is the one that the job began with, or an earlier reprint. `again` is the
    /// reason why pieces that are sent, or wait in another reprint, are printed once more all the same. `why` is kept in
    /// the history.
    ///
    /// # Errors
    /// [`Error::NotInState`] unless the job is sent; [`Error::NoPieces`]; without `again` [`Error::PiecesSent`] and
    /// [`Error::PiecesUnderWay`]; [`Error::TooManyReprints`]; [`Error::Unknown`] if a folder with the name is in the way;
    /// anything that the disk or SQLite says.
    pub fn begin_reprint(
        &mut self,
        batch: &str,
        wanted: &[u32],
        again: Option<&str>,
        why: &str,
    ) -> Result<(Batch<'_, 'c>, ReprintOf), Error> {
        let (job, _) = results::sent_job(&self.db, batch)?;
        let standings = results::standings_of(&self.db, job, batch, wanted)?;
        if again.is_none() {
            results::refuse_sent(batch, &standings)?;
            refuse_under_way(batch, &standings)?;
        }
        let child = self.next_child(job, batch)?;
        let parent = results::name_of(&self.db, job)?;
        let name = batch_of_child(&parent, child);
        self.home.refuse_unknown(&name)?;

        let now = tables::time(self.clock.now());
        let tx = self.db.transaction()?;
        tx.execute(
            "INSERT INTO batches (name, mailing_id, state, source_sha256, source_bytes, job_sha256, date, environment,
               sender_organisation, begun_at, state_at, source_path, kind, parent, print_job)
             SELECT ?2, mailing_id, 'begun', source_sha256, source_bytes, job_sha256, date, environment,
               sender_organisation, ?3, ?3, source_path, 'reprint', batch, print_job FROM batches WHERE batch = ?1",
            params![job, name, now],
        )?;
        let number = tx.last_insert_rowid();
        tx.execute(
            "INSERT INTO reprints (batch, job, child, again) VALUES (?1, ?2, ?3, ?4)",
            params![number, job, child, again.unwrap_or_default()],
        )?;
        let mut copied = tx.prepare(
            "INSERT INTO pieces (batch, piece, seq, part, sheets, weight_mg)
             SELECT ?3, piece, seq, ?4, sheets, weight_mg FROM pieces WHERE batch = ?1 AND piece = ?2",
        )?;
        for piece in &standings {
            let part = part_of_child(&piece.part, child);
            copied.execute(params![job, piece.piece, number, part])?;
        }
        drop(copied);
        tx.execute(
            "INSERT INTO shared (batch, seq, piece) SELECT ?2, s.seq, s.piece FROM shared s
             WHERE s.batch = ?1 AND EXISTS (SELECT 1 FROM pieces p WHERE p.batch = ?2 AND p.piece = s.piece)",
            params![job, number],
        )?;
        let letters = format!(
            "INSERT INTO letters (batch, seq, letter_id, fate, reason, target, message_id, sha256, path, delivery, notice)
             SELECT ?2, seq, letter_id, fate, reason, target, message_id, sha256, path, delivery, notice
             FROM letters WHERE batch = ?1 AND seq IN ({LETTERS_OF})"
        );
        let print = tx.execute(&letters, params![job, number])? as u64;
        let note = match again {
            None => format!("reprint of {} pieces of {parent}: {why}", standings.len()),
            Some(again) => format!(
                "reprint of {} pieces of {parent}, even of those sent or under way ({again}): {why}",
                standings.len()
            ),
        };
        tables::log(&tx, number, &now, "begun", &note)?;
        tables::log(&tx, job, &now, "reprint", &format!("{name}: {why}"))?;
        tx.commit()?;
        self.reached(Stop::Begun)?;
        self.home.make_work(&name)?;
        let of = ReprintOf {
            job: parent,
            child,
            totals: Totals {
                letters: print,
                print,
                ..Totals::default()
            },
        };
        Ok((Batch::new(self, number, name, false, Sent::All), of))
    }

    fn next_child(&self, job: i64, batch: &str) -> Result<u8, Error> {
        let sql = format!(
            "SELECT coalesce(max(r.child), 0) FROM reprints r JOIN batches b ON b.batch = r.batch
             WHERE r.job = ?1 AND b.state IN {KEEPS}"
        );
        let last: u8 = self.db.query_row(&sql, [job], |row| row.get(0))?;
        match last < CHILD_MAX {
            true => Ok(last + 1),
            false => Err(Error::TooManyReprints {
                batch: batch.to_owned(),
            }),
        }
    }
}

/// The name of a reprint of a job: `night.1.r01`.
pub fn batch_of_child(job: &str, child: u8) -> String {
    format!("{job}.r{child:02}")
}

/// The part of a reprint in which the pieces of a part lie: `print/c5-duplex-mono/0001.r01.pdf`.
pub fn part_of_child(part: &str, child: u8) -> String {
    let stem = part.strip_suffix(".pdf").unwrap_or(part);
    format!("{stem}.r{child:02}.pdf")
}

fn refuse_under_way(batch: &str, standings: &[pieces::PieceStanding]) -> Result<(), Error> {
    let waiting = results::those(standings, |piece| {
        piece.child > 0 && piece.state == PieceState::Waiting
    });
    match waiting.is_empty() {
        true => Ok(()),
        false => Err(Error::PiecesUnderWay {
            batch: batch.to_owned(),
            total: waiting.len() as u64,
            first: results::first(waiting),
        }),
    }
}
