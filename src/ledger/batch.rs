//! One run over one mailing: begun, made ready, released or held back. Each step gives another type, so that none can be
//! skipped or done twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::error::{Error, at};
use super::home::{self, Place};
use super::{Ledger, LetterRow, PieceRow, Sent, SentBefore, State, Stop, Totals};
use super::{messages, number, rerun, tables};
use crate::disk::WrittenFile;
use crate::letter::Fate;

/// A batch being worked on. Dropped without [`Batch::ready`], it is cleaned up by the next [`Ledger::open`].
pub struct Batch<'l, 'c> {
    ledger: &'l mut Ledger<'c>,
    number: i64,
    name: String,
    folder: PathBuf,
    known: bool,
    sent: Sent,
}

/// Whole, durable and promised; bound for the outbox.
#[must_use = "nothing is sent before `release`"]
pub struct Ready<'l, 'c> {
    ledger: &'l mut Ledger<'c>,
    number: i64,
    name: String,
}

/// Whole, durable and promised; bound for `held/`.
#[must_use = "nothing is held before `hold_back`"]
pub struct ReadyToHold<'l, 'c>(Ready<'l, 'c>);

/// A batch where it was bound for: in the outbox, in `held/` or in `withdrawn/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its folder.
    pub folder: PathBuf,
    /// Since when.
    pub at: Timestamp,
    /// What to say where the folder is there and the ledger could not be told; the next [`Ledger::open`] tells it.
    pub unbooked: Option<String>,
}

impl<'l, 'c> Batch<'l, 'c> {
    pub(super) fn new(
        ledger: &'l mut Ledger<'c>,
        number: i64,
        name: String,
        known: bool,
        sent: Sent,
    ) -> Self {
        let folder = ledger.home.place(Place::Work, &name);
        Self {
            ledger,
            number,
            name,
            folder,
            known,
            sent,
        }
    }

    /// The number of its print job, of eight digits at most.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn print_job(&self) -> Result<u32, Error> {
        let sql = "SELECT print_job FROM batches WHERE batch = ?1";
        let number = self.db().query_row(sql, [self.number], |row| row.get(0))?;
        Ok(number::of_batch(number, &self.name))
    }

    pub(super) fn db(&self) -> &Connection {
        &self.ledger.db
    }

    pub(super) fn number(&self) -> i64 {
        self.number
    }

    /// Its name: mailing id, a dot, a running number.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The empty work folder that its files go to.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether an earlier batch of this mailing id was sent or is held, so that letters may have been sent before.
    pub fn mailing_known(&self) -> bool {
        self.known
    }

    /// Which letters of earlier batches count as sent: for a rerun, not those whose message was refused.
    pub fn counts_as_sent(&self) -> Sent {
        self.sent
    }

    /// For each letter id, the first batch of this mailing id that has it as digital or print and was sent or is held,
    /// as far as that counts as sent for this batch.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn sent_before(&self, letter_ids: &[&str]) -> Result<Vec<Option<SentBefore>>, Error> {
        if !self.known {
            return Ok(vec![None; letter_ids.len()]);
        }
        let of = "SELECT mailing_id FROM batches WHERE batch = ?1";
        let mailing_id: String = self
            .ledger
            .db
            .query_row(of, [self.number], |row| row.get(0))?;
        tables::sent_before(&self.ledger.db, &mailing_id, letter_ids, self.sent)
    }

    /// Records how letters ended, in one transaction. Called once a wave, by one thread.
    ///
    /// # Errors
    /// [`Error::RecordedTwice`]; anything that SQLite says. Nothing of the slice is then recorded.
    pub fn record(&mut self, rows: &[LetterRow<'_>]) -> Result<(), Error> {
        let tx = self.ledger.db.transaction()?;
        let mut insert = tx.prepare_cached(
            "INSERT INTO letters (batch, seq, letter_id, fate, reason, target, message_id, sha256, path, delivery,
               notice)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        for row in rows {
            insert
                .execute(params![
                    self.number,
                    row.seq,
                    row.letter_id,
                    row.fate.name(),
                    row.reason,
                    row.target,
                    row.message_id,
                    row.sha256,
                    row.path,
                    row.delivery,
                    row.notice,
                ])
                .map_err(twice(&self.name, "letter", row.seq))?;
        }
        drop(insert);
        tx.commit()?;
        self.ledger.reached(Stop::Recorded)
    }

    /// Records in which piece of the spool letters lie, in one transaction.
    ///
    /// # Errors
    /// [`Error::RecordedTwice`], for a piece or for the letter in it; anything that SQLite says.
    pub fn record_pieces(&mut self, rows: &[PieceRow]) -> Result<(), Error> {
        let tx = self.ledger.db.transaction()?;
        let mut insert = tx.prepare_cached(
            "INSERT INTO pieces (batch, piece, seq, part, sheets, weight_mg) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let mut insert_other =
            tx.prepare_cached("INSERT INTO shared (batch, seq, piece) VALUES (?1, ?2, ?3)")?;
        for row in rows {
            let (seq, others) = match row.letters.as_slice() {
                [] => continue, // An envelope holds a letter.
                [first, others @ ..] => (first, others),
            };
            let weight_mg = tables::int(row.weight_mg);
            insert
                .execute(params![
                    self.number,
                    row.piece,
                    seq,
                    row.part,
                    row.sheets,
                    weight_mg
                ])
                .map_err(twice(&self.name, "piece", row.piece))?;
            for other in others {
                insert_other
                    .execute(params![self.number, other, row.piece])
                    .map_err(twice(&self.name, "piece", row.piece))?;
            }
        }
        drop((insert, insert_other));
        Ok(tx.commit()?)
    }

    /// Gives the batch up: removes what was written, keeps a line in the ledger that says why.
    ///
    /// # Errors
    /// Anything that the disk or SQLite says.
    pub fn abandon(self, why: &str) -> Result<(), Error> {
        self.ledger.abandon(self.number, &self.name, why)
    }

    /// Makes the batch ready to be released: `files` are all files in its folder, with paths relative to it.
    ///
    /// # Errors
    /// [`Error::Balance`] and [`Error::Pieces`] if the rows recorded are not what `totals` says; [`Error::SentTwice`] if
    /// a rerun sends a letter that is already on its way, or may be;
    /// [`Error::Unlisted`], [`Error::Path`], [`Error::Changed`] if `files` is not what lies in the folder; anything
    /// that the disk or SQLite says. The batch is then cleaned up by the next [`Ledger::open`].
    pub fn ready(self, files: &[WrittenFile], totals: &Totals) -> Result<Ready<'l, 'c>, Error> {
        self.promise(files, totals, State::Ready, "")
    }

    /// As [`Batch::ready`], for a batch that a person must release: `reason` says why.
    ///
    /// # Errors
    /// As [`Batch::ready`].
    pub fn ready_to_hold(
        self,
        files: &[WrittenFile],
        totals: &Totals,
        reason: &str,
    ) -> Result<ReadyToHold<'l, 'c>, Error> {
        self.promise(files, totals, State::Holding, reason)
            .map(ReadyToHold)
    }

    fn promise(
        self,
        files: &[WrittenFile],
        totals: &Totals,
        state: State,
        reason: &str,
    ) -> Result<Ready<'l, 'c>, Error> {
        self.balance(totals)?;
        self.match_pieces(totals.print)?;
        rerun::refuse_twice(&self.ledger.db, self.number, &self.name, false)?;
        check_files(&self.folder, files)?;
        sync_folders(&self.folder)?;
        self.ledger.reached(Stop::Durable)?;

        let now = tables::time(self.ledger.clock.now());
        let tx = self.ledger.db.transaction()?;
        insert_files(&tx, self.number, files)?;
        messages::record(&tx, self.number)?;
        tx.execute(
            "UPDATE batches SET letters = ?2, digital = ?3, print = ?4, held = ?5, rejected = ?6, reason = ?7
             WHERE batch = ?1",
            params![
                self.number,
                tables::int(totals.letters),
                tables::int(totals.digital),
                tables::int(totals.print),
                tables::int(totals.held),
                tables::int(totals.rejected),
                reason,
            ],
        )?;
        tables::enter(&tx, self.number, &now, state, reason)?;
        tx.commit()?;
        self.ledger.reached(Stop::Ready)?;
        Ok(Ready {
            ledger: self.ledger,
            number: self.number,
            name: self.name,
        })
    }

    fn balance(&self, said: &Totals) -> Result<(), Error> {
        let mut recorded = Totals::default();
        let mut count = self
            .ledger
            .db
            .prepare("SELECT fate, count(*) FROM letters WHERE batch = ?1 GROUP BY fate")?;
        let mut rows = count.query([self.number])?;
        while let Some(row) = rows.next()? {
            let fate: String = row.get(0)?;
            let n = tables::count_at(row, 1)?;
            recorded.letters += n;
            match Fate::ALL.into_iter().find(|known| known.name() == fate) {
                Some(Fate::Digital) => recorded.digital = n,
                Some(Fate::Print) => recorded.print = n,
                Some(Fate::Held) => recorded.held = n,
                Some(Fate::Rejected) => recorded.rejected = n,
                None => {} // The table's CHECK allows no other; the sum would then differ.
            }
        }
        if said.balance() && *said == recorded {
            return Ok(());
        }
        Err(Error::Balance {
            batch: self.name.clone(),
            said: *said,
            recorded,
        })
    }

    /// A letter on paper is in one piece, and in a piece are letters on paper only; but for those that go to the printer as
    /// messages of their own.
    fn match_pieces(&self, letters: u64) -> Result<(), Error> {
        let messages = self.ledger.db.query_row(
            "SELECT count(*) FROM letters WHERE batch = ?1 AND fate = 'print' AND message_id IS NOT NULL",
            [self.number],
            |row| tables::count_at(row, 0),
        )?;
        let letters = letters.saturating_sub(messages);
        let (pieces, matching) = self.ledger.db.query_row(
            "SELECT count(*), count(l.seq)
             FROM (SELECT batch, seq FROM pieces WHERE batch = ?1 UNION ALL SELECT batch, seq FROM shared WHERE batch = ?1) p
             LEFT JOIN letters l ON l.batch = p.batch AND l.seq = p.seq AND l.fate = 'print' AND l.message_id IS NULL",
            [self.number],
            |row| Ok((tables::count_at(row, 0)?, tables::count_at(row, 1)?)),
        )?;
        if pieces == letters && matching == letters {
            return Ok(());
        }
        Err(Error::Pieces {
            batch: self.name.clone(),
            letters,
            pieces,
            matching,
        })
    }
}

impl Ready<'_, '_> {
    /// Puts the batch into the outbox, whole.
    ///
    /// # Errors
    /// Anything that the disk says before the folder has moved; the next [`Ledger::open`] then finishes what was begun.
    pub fn release(self) -> Result<Moved, Error> {
        self.ledger.move_on(self.number, &self.name, State::Ready)
    }
}

impl ReadyToHold<'_, '_> {
    /// Puts the batch into `held/`, whole, until a person releases or withdraws it.
    ///
    /// # Errors
    /// As [`Ready::release`].
    pub fn hold_back(self) -> Result<Moved, Error> {
        let Self(ready) = self;
        ready
            .ledger
            .move_on(ready.number, &ready.name, State::Holding)
    }
}

fn insert_files(db: &Connection, batch: i64, files: &[WrittenFile]) -> Result<(), Error> {
    let mut insert =
        db.prepare("INSERT INTO files (batch, path, size, sha256) VALUES (?1, ?2, ?3, ?4)")?;
    for file in files {
        let path = file.path.to_string_lossy(); // `check_files` lets only UTF-8 through.
        insert.execute(params![batch, path, tables::int(file.size), file.sha256])?;
    }
    Ok(())
}

/// A constraint that fails while a row is inserted means that its number was there already.
fn twice<'a>(
    batch: &'a str,
    what: &'static str,
    number: u32,
) -> impl FnOnce(rusqlite::Error) -> Error + 'a {
    move |error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation) => Error::RecordedTwice {
            batch: batch.to_owned(),
            what,
            number,
        },
        _ => error.into(),
    }
}

/// The files listed are those in the folder, by name and size. Their digests were taken as they were written.
fn check_files(folder: &Path, files: &[WrittenFile]) -> Result<(), Error> {
    let mut listed = BTreeSet::new();
    for file in files {
        let inside = file.path.to_str().is_some_and(|path| !path.is_empty())
            && file
                .path
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
        if !inside || !listed.insert(file.path.as_path()) {
            return Err(Error::Path(file.path.clone()));
        }
        let path = folder.join(&file.path);
        let found = path.symlink_metadata().map_err(at(&path))?;
        if !found.is_file() || found.len() != file.size {
            return Err(Error::Changed(path));
        }
    }
    home::refuse_unlisted(folder, &listed)
}

/// Makes every name in the folder durable, and its own name too.
fn sync_folders(folder: &Path) -> Result<(), Error> {
    let sync = |path: &Path| {
        fs::File::open(path)
            .and_then(|open| open.sync_all())
            .map_err(at(path))
    };
    home::walk(folder, &mut |path, is_folder| {
        if is_folder { sync(path) } else { Ok(()) }
    })?;
    sync(folder)?;
    crate::disk::sync_parent(folder).map_err(at(folder))
}
