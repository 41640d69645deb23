//! A batch begins: over a mailing that is new, or over one that was sent, for letters that did not get through.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::{Batch, Error, Ledger, Mailing, Sent, State, Stop, number, tables};

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
    /// [`Error::SameLetters`] if the very same letters were, under another mailing id, and nobody says why again;
    /// [`Error::MailingId`] if the id cannot name a folder; [`Error::Unknown`] if a folder with the batch's name is in
    /// the way; anything that the disk or SQLite says.
    pub fn begin(&mut self, mailing: &Mailing<'_>) -> Result<Batch<'_, 'c>, Error> {
        check_mailing_id(mailing.mailing_id)?;
        let why = refuse_sent(&self.db, mailing)?;
        self.start(
            mailing,
            &Purpose {
                kind: "run",
                parent: None,
                why,
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
        tx.execute(
            "INSERT INTO contents (batch, letters_sha256) VALUES (?1, ?2)",
            params![number, mailing.letters_sha256],
        )?;
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

/// Refuses the very file that a batch was made of which is sent or held, and, unless a person says why, the very letters of
/// such a batch of another mailing id. Gives what the history shall say. Trials and real mail are not compared.
pub(super) fn refuse_sent(db: &Connection, mailing: &Mailing<'_>) -> Result<String, Error> {
    let id = mailing.mailing_id;
    let same_file = "batches WHERE mailing_id = ?1 AND source_sha256 = ?2";
    if let Some((batch, state, at)) = sent(db, same_file, params![id, mailing.source_sha256])? {
        return Err(Error::AlreadySent { batch, state, at });
    }
    let environment = mailing.environment.name();
    let same_letters = "batches JOIN contents USING (batch)
        WHERE mailing_id <> ?1 AND letters_sha256 = ?2 AND environment = ?3 AND digital + print > 0";
    let values = params![id, mailing.letters_sha256, environment];
    match (sent(db, same_letters, values)?, mailing.why_again) {
        (None, _) => Ok(String::new()),
        (Some((batch, ..)), Some(why)) => Ok(format!("the letters of {batch} once more: {why}")),
        (Some((batch, state, at)), None) => Err(Error::SameLetters { batch, state, at }),
    }
}

/// The first of these batches that is sent or held.
fn sent(
    db: &Connection,
    these: &str,
    values: impl Params,
) -> Result<Option<(String, State, Timestamp)>, Error> {
    let sql = format!(
        "SELECT name, state, state_at FROM {these} AND state IN ('sent', 'held') ORDER BY batch LIMIT 1"
    );
    let found = db.query_row(&sql, values, |row| {
        Ok((
            row.get(0)?,
            tables::state_at(row, 1)?,
            tables::time_at(row, 2)?,
        ))
    });
    Ok(found.optional()?)
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
