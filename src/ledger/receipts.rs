//! What became of the messages that were sent.
//!
//! A receipt is one remark about one message; all are kept, in `receipts`. The state of a letter's delivery, in
//! `deliveries`, follows from its receipts alone, by these rules:
//! 1. `delivered` is the state if any receipt says so, and is never left. Else `refused`, unless one says `unknown`; that
//!    goes before, but for two refusals: one that a person settled, and one with a time later than that of all that say
//!    unknown (all must have one, and none be a recall, [`RECALLED`](crate::letter::RECALLED)). Else `underway`.
//! 2. Among receipts with that outcome the earliest tells code and time; one without a time comes last; then the code, then
//!    the digest decide.
//! 3. A receipt that says the same of the same message (its digest is known) changes nothing, however often it comes.
//! 4. A refusal without a time, of a message that several batches sent, may be about either: it is put down as `unknown`.
//! 5. What is said of a letter's notice is kept beside it and says nothing of the letter.
//!
//! Hence neither the order in which receipts are imported nor how often matters, but for two things: a receipt without a time
//! counts from when it was first imported, and is about the newest of the batches sent by then. A letter with receipts that
//! say `refused` and `delivered` is a *contradiction*:
//! it counts as delivered, and a person should look whether it also went on paper.
//!
//! What a person finds out about a message is a receipt too ([`Ledger::settle`]), and obeys the same rules.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::conclude::{Conclusions, SETTLED, state_of};
use super::scan::{self, Place, Wanted};
use super::{Error, Ledger, State, tables};
use crate::disk::{Sha256, sha256};
use crate::letter::Delivery;

/// Examples of messages that are not known, or not sent.
const EXAMPLES_MAX: usize = 20;
/// Characters of a UUID in its usual form.
const UUID_CHARS: usize = 36;

/// One remark about one message.
#[derive(Clone, Copy, Debug)]
pub struct ReceiptRow<'a> {
    /// Id of the message, of the delivery that carries several, or of a notice: a UUID in lower case.
    pub message_id: &'a str,
    /// What it says.
    pub outcome: Delivery,
    /// The channel's word for it.
    pub code: &'a str,
    /// An excerpt of its text, without personal data.
    pub text: &'a str,
    /// When it was so.
    pub at: Option<Timestamp>,
    /// The channel's number for the transfer.
    pub transaction: Option<&'a str>,
    /// Name of the file that it came in, without its folder.
    pub source: &'a str,
}

impl ReceiptRow<'_> {
    /// Digest of what it says; not of where it came from.
    fn digest(&self) -> Sha256 {
        let at = self.at.map(tables::time).unwrap_or_default();
        let parts = [
            self.message_id,
            self.outcome.name(),
            self.code,
            &at,
            self.transaction.unwrap_or_default(),
        ];
        sha256(parts.join("\n").as_bytes())
    }
}

/// What an import did. Those of several imports add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ImportTally {
    /// Receipts given.
    pub receipts: u64,
    /// New ones that say underway.
    pub underway: u64,
    /// New ones that say unknown.
    pub unknown: u64,
    /// New ones that say refused.
    pub refused: u64,
    /// New ones that say delivered.
    pub delivered: u64,
    /// New ones about notices, which say nothing of letters.
    pub notices: u64,
    /// Those of them that say refused.
    pub notices_refused: u64,
    /// Known before, or given twice.
    pub repeated: u64,
    /// Letters whose state is another one now.
    pub letters_moved: u64,
    /// Letters with a new receipt that now have one that says refused and one that says delivered.
    pub contradictions: u64,
    /// Receipts for messages that no batch has.
    pub unmatched: u64,
    /// The first 20 of those messages.
    pub unmatched_examples: Vec<String>,
    /// Receipts for messages of batches that were not sent.
    pub not_sent: u64,
    /// The first 20 of those messages.
    pub not_sent_examples: Vec<NotSent>,
}

/// A receipt came for a message that nobody should have.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NotSent {
    /// The message.
    pub message_id: String,
    /// Its batch.
    pub batch: String,
    /// Where that stands.
    pub state: State,
}

impl ImportTally {
    /// Adds another import to this one.
    pub fn add(&mut self, other: Self) {
        self.receipts += other.receipts;
        self.underway += other.underway;
        self.unknown += other.unknown;
        self.refused += other.refused;
        self.delivered += other.delivered;
        self.notices += other.notices;
        self.notices_refused += other.notices_refused;
        self.repeated += other.repeated;
        self.letters_moved += other.letters_moved;
        self.contradictions += other.contradictions;
        self.unmatched += other.unmatched;
        self.unmatched_examples.extend(other.unmatched_examples);
        self.unmatched_examples.truncate(EXAMPLES_MAX);
        self.not_sent += other.not_sent;
        self.not_sent_examples.extend(other.not_sent_examples);
        self.not_sent_examples.truncate(EXAMPLES_MAX);
    }

    /// New receipts.
    pub fn new_receipts(&self) -> u64 {
        self.underway + self.unknown + self.refused + self.delivered + self.notices
    }

    fn count(&mut self, outcome: Delivery, notice: bool) {
        if notice {
            self.notices += 1;
            self.notices_refused += u64::from(outcome == Delivery::Refused);
            return;
        }
        *match outcome {
            Delivery::Underway => &mut self.underway,
            Delivery::Unknown => &mut self.unknown,
            Delivery::Refused => &mut self.refused,
            Delivery::Delivered => &mut self.delivered,
        } += 1;
    }
}

impl Ledger<'_> {
    /// Takes in what came back, in one transaction. The cost is one pass over the letters of each batch that has one of the
    /// messages; give many receipts at once, as far as memory allows.
    ///
    /// # Errors
    /// Anything that SQLite says; nothing is then taken in.
    pub fn import(&mut self, receipts: &[ReceiptRow<'_>]) -> Result<ImportTally, Error> {
        let imported_at = tables::time(self.clock.now());
        let mut tally = ImportTally {
            receipts: receipts.len() as u64,
            ..ImportTally::default()
        };
        let tx = self.db.transaction()?;
        let new = new_ones(&tx, receipts)?;
        tally.repeated = tally.receipts - new.len() as u64;
        let wanted: Vec<Wanted<'_>> = new.iter().map(|(row, _)| wanted(row)).collect();
        let found = scan::find(&tx, &wanted)?;
        let mut letters = BTreeMap::new();
        let mut last = None;
        for place in &found.sent {
            let Some((row, digest)) = new.get(place.wanted) else {
                continue;
            };
            let outcome = match row.outcome {
                Delivery::Refused if place.unsure => Delivery::Unknown,
                outcome => outcome,
            };
            insert(
                &tx,
                place,
                &ReceiptRow { outcome, ..**row },
                digest,
                &imported_at,
            )?;
            if !place.notice {
                letters.insert((place.batch, place.seq), place.digital);
            }
            if last.replace(place.wanted) != Some(place.wanted) {
                tally.count(outcome, place.notice); // Once, for however many letters.
            }
        }
        let mut conclusions = Conclusions::default();
        for ((batch, seq), digital) in letters {
            conclusions.letter(&tx, batch, seq, digital)?;
        }
        conclusions.count(&tx)?;
        tally.letters_moved = conclusions.moved;
        tally.contradictions = conclusions.contradictions;
        for (place, state) in &found.not_sent {
            tally.not_sent += 1;
            if let Some((row, _)) = new.get(place.wanted)
                && tally.not_sent_examples.len() < EXAMPLES_MAX
            {
                tally.not_sent_examples.push(NotSent {
                    message_id: row.message_id.to_owned(),
                    batch: name_of(&tx, place.batch)?,
                    state: *state,
                });
            }
        }
        tally.unmatched = found.nowhere.len() as u64;
        let unmatched = found.nowhere.iter().filter_map(|at| new.get(*at));
        let mut unmatched: Vec<String> = unmatched
            .map(|(row, _)| row.message_id.to_owned())
            .collect();
        unmatched.dedup();
        unmatched.truncate(EXAMPLES_MAX);
        tally.unmatched_examples = unmatched;
        tx.commit()?;
        Ok(tally)
    }

    /// Records what a person found out about a message whose outcome nobody knows, or about which nothing came back:
    /// it was delivered, or it was not and will not be. Gives the number of letters that it carries. `why` goes into
    /// the history of the batch; no personal data.
    ///
    /// # Errors
    /// [`Error::NotAMessageId`] if it is no UUID; [`Error::NoMessage`] if no batch that was sent has it; [`Error::Decided`] if it is delivered or refused already;
    /// [`Error::NotAnEnd`] for any other outcome; anything that SQLite says.
    pub fn settle(&mut self, message_id: &str, outcome: Delivery, why: &str) -> Result<u64, Error> {
        if !matches!(outcome, Delivery::Delivered | Delivery::Refused) {
            return Err(Error::NotAnEnd(outcome));
        }
        if message_id.len() != UUID_CHARS || uuid::Uuid::try_parse(message_id).is_err() {
            return Err(Error::NotAMessageId);
        }
        let now = self.clock.now();
        let row = ReceiptRow {
            message_id,
            outcome,
            code: SETTLED,
            text: why,
            at: Some(now),
            transaction: None,
            source: SETTLED,
        };
        let now = tables::time(now);
        let tx = self.db.transaction()?;
        let wanted = Wanted {
            message_id,
            at: None, // It is about the newest batch that sent it.
        };
        let mut places = scan::find(&tx, &[wanted])?.sent;
        places.retain(|place| !place.notice);
        if places.is_empty() {
            return Err(Error::NoMessage(message_id.to_owned()));
        }
        let mut decided = None;
        let mut open = Vec::new();
        for place in places {
            match state_of(&tx, place.batch, place.seq)? {
                Some(state @ (Delivery::Delivered | Delivery::Refused)) => decided = Some(state),
                Some(Delivery::Underway | Delivery::Unknown) | None => open.push(place),
            }
        }
        if let (true, Some(state)) = (open.is_empty(), decided) {
            return Err(Error::Decided {
                message_id: message_id.to_owned(),
                state,
            });
        }
        let mut conclusions = Conclusions::default();
        for place in &open {
            insert(&tx, place, &row, &row.digest(), &now)?;
            conclusions.letter(&tx, place.batch, place.seq, place.digital)?;
        }
        conclusions.count(&tx)?;
        if let Some(place) = open.first() {
            let note = format!("message {message_id} is {outcome}: {why}");
            tables::log(&tx, place.batch, &now, SETTLED, &note)?;
        }
        tx.commit()?;
        Ok(open.len() as u64)
    }
}

fn wanted<'a>(row: &ReceiptRow<'a>) -> Wanted<'a> {
    Wanted {
        message_id: row.message_id,
        at: row.at,
    }
}

/// Those that the ledger does not have, each once, in their order.
fn new_ones<'r, 'a>(
    db: &Connection,
    receipts: &'r [ReceiptRow<'a>],
) -> Result<Vec<(&'r ReceiptRow<'a>, Sha256)>, Error> {
    let mut known = db.prepare("SELECT count(*) FROM receipts WHERE sha256 = ?1")?;
    let mut seen = HashSet::with_capacity(receipts.len());
    let mut new = Vec::with_capacity(receipts.len());
    for row in receipts {
        let digest = row.digest();
        let count: i64 = known.query_row([digest], |row| row.get(0))?;
        if count == 0 && seen.insert(digest) {
            new.push((row, digest));
        }
    }
    Ok(new)
}

fn insert(
    db: &Connection,
    place: &Place,
    row: &ReceiptRow<'_>,
    digest: &Sha256,
    imported_at: &str,
) -> Result<(), Error> {
    db.prepare_cached(
        "INSERT INTO receipts (batch, seq, sha256, outcome, code, text, transaction_id, at, imported_at, source,
           about)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        place.batch,
        place.seq,
        digest,
        row.outcome.name(),
        row.code,
        row.text,
        row.transaction,
        row.at.map(tables::time),
        imported_at,
        row.source,
        if place.notice { "notice" } else { "letter" },
    ])?;
    Ok(())
}

fn name_of(db: &Connection, batch: i64) -> Result<String, Error> {
    let find = "SELECT name FROM batches WHERE batch = ?1";
    Ok(db.query_row(find, [batch], |row| row.get(0))?)
}
