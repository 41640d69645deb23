//! The folder of a batch moves by one rename; here is also what a restart finishes and cleans up.

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rayon::prelude::*;
use rusqlite::{OptionalExtension, params};

use super::error::{Error, at};
use super::home::{self, Place};
use super::{Ledger, Moved, State, Stop, rerun, same_file, tables};
use crate::disk::Sha256;

/// What the start found of an earlier run, and did about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The batch.
    pub batch: String,
    /// What was done.
    pub what: Recovery,
}

/// What a start did about a batch that an earlier run left unfinished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// It was not whole: its files and rows were removed.
    Abandoned,
    /// It was whole: it is in the outbox now.
    Sent,
    /// It was whole: it is in `held/` now.
    Held,
    /// A person had withdrawn it: it is in `withdrawn/` now.
    Withdrawn,
}

impl fmt::Display for Recovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            Recovery::Abandoned => {
                "was not finished by an earlier run; nothing of it was sent, its files were removed"
            }
            Recovery::Sent => "was made ready by an earlier run and is sent now",
            Recovery::Held => "was made ready by an earlier run and is held now",
            Recovery::Withdrawn => "was withdrawn earlier; its files are out of the way now",
        };
        write!(f, "batch `{}` {what}", self.batch)
    }
}

impl Ledger<'_> {
    /// Releases a batch that was held back, after checking its files; a rerun only if none of its letters arrived, or went
    /// out in another batch, while it was held.
    ///
    /// # Errors
    /// [`Error::NotInState`] unless it is held; [`Error::SentTwice`]; [`Error::Changed`], [`Error::Unlisted`]; anything that the disk or SQLite says.
    pub fn release_held(&mut self, batch: &str) -> Result<Moved, Error> {
        let (number, _) = self.find(batch, &[State::Held], "held")?;
        rerun::refuse_twice(&self.db, number, batch, true)?;
        self.check_digests(number, &self.home.place(Place::Held, batch))?;
        self.announce(number, State::Releasing, "")?;
        self.move_on(number, batch, State::Releasing)
    }

    /// Withdraws a batch that is held, or ready but not sent: its letters then count as not sent, and its files lie in
    /// `withdrawn/` until somebody removes them. Gives that folder. `never_left` is a person's word that a batch bound for
    /// the outbox, whose folder is gone, never got there.
    ///
    /// # Errors
    /// [`Error::NotInState`]; [`Error::Missing`] without that word; anything that the disk or SQLite says.
    pub fn withdraw(&mut self, batch: &str, why: &str, never_left: bool) -> Result<PathBuf, Error> {
        let allowed = [
            State::Held,
            State::Ready,
            State::Holding,
            State::Releasing,
            State::Withdrawing,
        ];
        let (number, state) = self.find(batch, &allowed, "held, or ready and not yet sent")?;
        if state != State::Held && self.home.place(Place::Outbox, batch).exists() {
            return Err(Error::NotInState {
                batch: batch.to_owned(),
                found: Some(State::Sent), // The folder is there; only the word in the ledger is not.
                allowed: "held, or ready and not yet sent",
            });
        }
        let (from, _, end) = self.way(batch, state);
        let is_gone = end == State::Sent && !self.home.place(from, batch).exists();
        if is_gone && !never_left {
            return Err(Error::Missing {
                batch: batch.to_owned(),
                state,
            });
        }
        let word = if is_gone {
            "its folder is gone and never left, says who withdrew it: "
        } else {
            ""
        };
        self.announce(number, State::Withdrawing, &format!("{word}{why}"))?;
        Ok(self.move_on(number, batch, State::Withdrawing)?.folder)
    }

    /// Moves a batch on from a state in which the ledger has promised that. Once its folder has moved, that is so: what the
    /// ledger cannot be told then is told by the next start.
    pub(super) fn move_on(
        &mut self,
        number: i64,
        batch: &str,
        state: State,
    ) -> Result<Moved, Error> {
        let (from, to, end) = self.way(batch, state);
        // The folder of a batch that is withdrawn may be what was lost.
        if end != State::Withdrawn || self.home.place(from, batch).exists() {
            self.home.rename(batch, from, to)?;
        }
        self.reached(Stop::Moved)?;
        match self.arrive(number, batch, from, to, end) {
            Err(Error::Stopped(stop)) => Err(Error::Stopped(stop)),
            Err(error) => {
                let folder = self.home.place(to, batch);
                let unbooked = format!(
                    "the batch lies whole in `{}`, but the ledger could not be told: {error}; the next start tells it, so \
                     leave the folder there until then",
                    folder.display()
                );
                Ok(Moved {
                    folder,
                    at: self.clock.now(),
                    unbooked: Some(unbooked),
                })
            }
            moved => moved,
        }
    }

    fn arrive(
        &mut self,
        number: i64,
        batch: &str,
        from: Place,
        to: Place,
        end: State,
    ) -> Result<Moved, Error> {
        self.home.sync_renamed(batch, from, to)?;
        let now = tables::time(self.clock.now());
        let tx = self.db.transaction()?;
        tables::enter(&tx, number, &now, end, "")?;
        tx.commit()?;
        self.reached(Stop::Marked)?;
        let at = now.parse().unwrap_or(Timestamp::UNIX_EPOCH); // We wrote it ourselves one line above.
        Ok(Moved {
            folder: self.home.place(to, batch),
            at,
            unbooked: None,
        })
    }

    /// From where, to where, and what the ledger says in the end.
    fn way(&self, batch: &str, state: State) -> (Place, Place, State) {
        match state {
            State::Ready => (Place::Work, Place::Outbox, State::Sent),
            State::Releasing => (Place::Held, Place::Outbox, State::Sent),
            State::Withdrawing if self.home.place(Place::Held, batch).exists() => {
                (Place::Held, Place::Withdrawn, State::Withdrawn)
            }
            State::Withdrawing => (Place::Work, Place::Withdrawn, State::Withdrawn),
            State::Holding
            | State::Begun
            | State::Sent
            | State::Held
            | State::Withdrawn
            | State::Abandoned => (Place::Work, Place::Held, State::Held),
        }
    }

    fn announce(&mut self, number: i64, state: State, note: &str) -> Result<(), Error> {
        let now = tables::time(self.clock.now());
        let tx = self.db.transaction()?;
        if !note.is_empty() {
            tx.execute(
                "UPDATE batches SET reason = ?2 WHERE batch = ?1",
                params![number, note],
            )?;
        }
        tables::enter(&tx, number, &now, state, note)?;
        tx.commit()?;
        self.reached(Stop::Ready)
    }

    pub(super) fn find(
        &self,
        batch: &str,
        allowed: &[State],
        words: &'static str,
    ) -> Result<(i64, State), Error> {
        let found = self.db.query_row(
            "SELECT batch, state FROM batches WHERE name = ?1 ORDER BY state = 'abandoned', batch DESC LIMIT 1",
            [batch],
            |row| Ok((row.get(0)?, tables::state_at(row, 1)?)),
        );
        match found.optional()? {
            Some((number, state)) if allowed.contains(&state) => Ok((number, state)),
            found => Err(Error::NotInState {
                batch: batch.to_owned(),
                found: found.map(|(_, state)| state),
                allowed: words,
            }),
        }
    }

    /// Removes what a batch that was not ready has left. The files go first: while the ledger says `begun`, the next
    /// start looks for them.
    pub(super) fn abandon(&mut self, number: i64, batch: &str, why: &str) -> Result<(), Error> {
        self.home.clear_work(batch)?;
        let now = tables::time(self.clock.now());
        let tx = self.db.transaction()?;
        for table in ["letters", "pieces", "shared", "files"] {
            tx.execute(&format!("DELETE FROM {table} WHERE batch = ?1"), [number])?;
        }
        tx.execute(
            "UPDATE batches SET reason = ?2 WHERE batch = ?1",
            params![number, why],
        )?;
        tables::enter(&tx, number, &now, State::Abandoned, why)?;
        Ok(tx.commit()?)
    }

    /// Finishes or cleans up what earlier runs left; see the table at the head of the room.
    pub(super) fn recover(&mut self) -> Result<Vec<Recovered>, Error> {
        let unfinished = {
            let mut find = self.db.prepare(
                "SELECT batch, name, state FROM batches
                 WHERE state IN ('begun', 'ready', 'holding', 'releasing', 'withdrawing') ORDER BY batch",
            )?;
            let rows = find.query_map([], |row| {
                Ok((row.get(0)?, row.get(1)?, tables::state_at(row, 2)?))
            })?;
            rows.collect::<Result<Vec<(i64, String, State)>, _>>()?
        };
        unfinished
            .into_iter()
            .map(
                |(number, batch, state)| match self.recover_one(number, &batch, state) {
                    Ok(what) => Ok(Recovered { batch, what }),
                    Err(error @ Error::Io { .. }) => Err(Error::Unfinished {
                        batch,
                        source: Box::new(error),
                    }),
                    Err(error) => Err(error),
                },
            )
            .collect()
    }

    fn recover_one(&mut self, number: i64, batch: &str, state: State) -> Result<Recovery, Error> {
        if state == State::Begun {
            self.abandon(number, batch, "the run ended before the batch was ready")?;
            return Ok(Recovery::Abandoned);
        }
        let (from, to, end) = self.way(batch, state);
        let exists = |place| self.home.place(place, batch).is_dir();
        match (exists(from), exists(to)) {
            (false, false) if end == State::Withdrawn => {} // Nothing left to put out of the way.
            (false, false) => {
                return Err(Error::Missing {
                    batch: batch.to_owned(),
                    state,
                });
            }
            (false, true) => {}
            (true, _) => {
                if end != State::Withdrawn {
                    self.check_digests(number, &self.home.place(from, batch))?;
                }
                self.home.rename(batch, from, to)?;
                self.reached(Stop::Moved)?;
            }
        }
        self.arrive(number, batch, from, to, end)?;
        Ok(match end {
            State::Held => Recovery::Held,
            State::Withdrawn => Recovery::Withdrawn,
            _ => Recovery::Sent,
        })
    }

    /// Compares every file that the ledger promises with what lies in the folder, and refuses what it does not promise.
    fn check_digests(&self, number: i64, folder: &Path) -> Result<(), Error> {
        let mut list = self
            .db
            .prepare("SELECT path, size, sha256 FROM files WHERE batch = ?1 ORDER BY path")?;
        let files = list
            .query_map([number], |row| {
                Ok((row.get(0)?, tables::count_at(row, 1)?, row.get(2)?))
            })?
            .collect::<Result<Vec<(String, u64, Sha256)>, _>>()?;
        let listed = files.iter().map(|(path, ..)| Path::new(path)).collect();
        home::refuse_unlisted(folder, &listed)?;
        let verdicts: Vec<_> = files
            .par_iter()
            .map(|(path, size, sha256)| {
                let path = folder.join(path);
                match same_file(&path, *size, sha256) {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(Error::Changed(path)),
                    Err(error) => Err(at(&path)(error)),
                }
            })
            .collect(); // In the order of paths, so that the first error does not depend on threads.
        verdicts.into_iter().collect()
    }
}
