//! A batch begins: over a mailing that is new, or over one that was sent, for letters that did not get through.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Batch, Error, Ledger, Mailing, Sent, State, Stop, number, tables};
use crate::disk::Sha256;

/// What a new batch is for. The words are those of the column `batches.kind`.
struct Purpose {
    kind: &'static str,
    parent: Option<i64>,
    why: String,
}

impl<'c> Ledger<'c> {
    /// Begins a batch over a mailing.
    ///
    /// # Errors
    /// [`Error::AlreadySent`] if a batch of this mailing id over the very same file was sent or is held;
    /// [`Error::MailingId`] if the id cannot name a folder; [`Error::Unknown`] if a folder with the batch's name is in
    /// the way; anything that the disk or SQLite says.
    pub fn begin(&mut self, mailing: &Mailing<'_>) -> Result<Batch<'_, 'c>, Error> {
        check_mailing_id(mailing.mailing_id)?;
        refuse_sent(&self.db, mailing.mailing_id, &mailing.source_sha256)?;
        self.start(
            mailing,
            &Purpose {
                kind: "run",
                parent: None,
                why: String::new(),
            },
        )
    }

    /// Begins a rerun: a batch of its own over the mailing of `parent`, for some of its letters, under the numbers that
    /// they have in the file. Which ones may be taken on say [`Ledger::undelivered`] and [`Ledger::left_over`]; ask them
    /// while this ledger is open, so that no other rerun comes between. `why` is kept in the history.
    ///
    /// # Errors
    /// [`Error::NotInState`] unless the parent is sent; [`Error::OtherMailing`] if the file is not the one that the
    /// parent was made from; else as [`Ledger::begin`].
    pub fn begin_rerun(
        &mut self,
        mailing: &Mailing<'_>,
        parent: &str,
        why: &str,
    ) -> Result<Batch<'_, 'c>, Error> {
        check_mailing_id(mailing.mailing_id)?;
        let (number, _) = self.find(parent, &[State::Sent], "sent")?;
        let same = self.db.query_row(
            "SELECT mailing_id = ?2 AND source_sha256 = ?3 FROM batches WHERE batch = ?1",
            params![number, mailing.mailing_id, mailing.source_sha256],
            |row| row.get::<_, bool>(0),
        )?;
        if !same {
            return Err(Error::OtherMailing {
                batch: parent.to_owned(),
            });
        }
        self.start(
            mailing,
            &Purpose {
                kind: "rerun",
                parent: Some(number),
                why: format!("rerun of {parent}: {why}"),
            },
        )
    }

    fn start(&mut self, mailing: &Mailing<'_>, purpose: &Purpose) -> Result<Batch<'_, 'c>, Error> {
        let (earlier, known) = self.db.query_row(
            "SELECT count(*), count(*) FILTER (WHERE state IN ('sent', 'held')) FROM batches
             WHERE mailing_id = ?1 AND state <> 'abandoned'",
            [mailing.mailing_id],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
        )?;
        // `~` cannot occur in a mailing id, so two mailings never share a name; `:` is not portable in file names.
        let name = format!("{}.{}", mailing.mailing_id.replace(':', "~"), earlier + 1);
        self.home.refuse_unknown(&name)?;
        let print_job = number::next(&self.db, mailing.sender_organisation, &name)?;

        let now = tables::time(self.clock.now());
        let tx = self.db.transaction()?;
        tx.execute(
            "INSERT INTO batches (name, mailing_id, state, source_sha256, source_bytes, job_sha256, date, environment,
               sender_organisation, begun_at, state_at, source_path, kind, parent, print_job)
             VALUES (?1, ?2, 'begun', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12, ?13)",
            params![
                name,
                mailing.mailing_id,
                mailing.source_sha256,
                tables::int(mailing.source_bytes),
                mailing.job_sha256,
                mailing.date.to_string(),
                mailing.environment.name(),
                mailing.sender_organisation,
                now,
                mailing.source_path.to_str().unwrap_or_default(),
                purpose.kind,
                purpose.parent,
                print_job,
            ],
        )?;
        let number = tx.last_insert_rowid();
        tables::log(&tx, number, &now, "begun", &purpose.why)?;
        tx.commit()?;
        self.reached(Stop::Begun)?;
        self.home.make_work(&name)?;
        let sent = match purpose.parent {
            None => Sent::All,
            Some(_) => Sent::ButRefused,
        };
        Ok(Batch::new(self, number, name, known > 0, sent))
    }
}

/// Refuses the very file that a batch was made of which is sent or held.
pub(super) fn refuse_sent(
    db: &Connection,
    mailing_id: &str,
    source_sha256: &Sha256,
) -> Result<(), Error> {
    let found = db.query_row(
        "SELECT name, state, state_at FROM batches
         WHERE mailing_id = ?1 AND source_sha256 = ?2 AND state IN ('sent', 'held') ORDER BY batch LIMIT 1",
        params![mailing_id, source_sha256],
        |row| Ok((row.get(0)?, tables::state_at(row, 1)?, tables::time_at(row, 2)?)),
    );
    match found.optional()? {
        Some((batch, state, at)) => Err(Error::AlreadySent { batch, state, at }),
        None => Ok(()),
    }
}

fn check_mailing_id(id: &str) -> Result<(), Error> {
    let ok = (1..=64).contains(&id.len())
        && id.as_bytes()[0].is_ascii_alphanumeric()
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b));
    if ok {
        Ok(())
    } else {
        Err(Error::MailingId { bytes: id.len() })
    }
}
