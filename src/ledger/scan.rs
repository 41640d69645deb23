//! Finds the letters that messages carry: goes through the batches, the newest first, and reads the letters of those that
//! may have one of them (`messages.rs`), once each, however many messages are looked for.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Error, State, messages, tables};

/// What to look for.
pub struct Wanted<'a> {
    /// Id of a message, of a delivery that carries several, or of a notice.
    pub message_id: &'a str,
    /// When something was said about it, if known.
    pub at: Option<Timestamp>,
}

/// A letter of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of those wanted it is.
    pub wanted: usize,
    /// The batch.
    pub batch: i64,
    /// Place in the mailing.
    pub seq: u32,
    /// Whether its fate is digital.
    pub digital: bool,
    /// Whether it is about the letter's notice, not about its message.
    pub notice: bool,
    /// Whether several batches sent the message and no time tells which of them is meant.
    pub unsure: bool,
}

/// What was found.
#[derive(Default)]
pub struct Scanned {
    /// In batches that were sent; in the order of those wanted.
    pub sent: Vec<Place>,
    /// Only in batches that were not, the newest of which has it.
    pub not_sent: Vec<(Place, State)>,
    /// Nowhere.
    pub nowhere: Vec<usize>,
}

struct BatchOf {
    number: i64,
    state: State,
    since: Timestamp,
    mailing_id: String,
}

/// A letter that has the message.
#[derive(Clone, Copy)]
struct Hit {
    batch: i64,
    seq: u32,
    digital: bool,
    notice: bool,
}

/// A message, and what is known of it.
#[derive(Default)]
struct Message {
    /// Those who want it.
    wanted: Vec<usize>,
    /// Letters that have it, those of the newest batch first.
    hits: Vec<Hit>,
}

/// Finds the letters of all messages. A message id is in several batches of a mailing where one was withdrawn, or a rerun
/// made the same message again. Batches that were sent come first. Of several that were sent, a remark with a time is about
/// the newest that was sent by then, else about the oldest; one without a time about the newest, and that is not sure.
pub fn find(db: &Connection, wanted: &[Wanted<'_>]) -> Result<Scanned, Error> {
    let mut all: HashMap<&str, Message> = HashMap::new();
    for (at, Wanted { message_id, .. }) in wanted.iter().enumerate() {
        all.entry(message_id).or_default().wanted.push(at);
    }
    let batches = batches(db)?;
    let mut found = Scanned::default();
    let is_sent = |batch: &&BatchOf| batch.state == State::Sent;
    look(db, batches.values().rev().filter(is_sent), &mut all)?;
    all.retain(|_, message| {
        let seen = !message.hits.is_empty();
        if seen {
            found.sent.extend(places(message, wanted, &batches));
        }
        !seen
    });
    look(db, batches.values().rev().filter(|b| !is_sent(b)), &mut all)?;
    for message in all.values() {
        let Some(newest) = message.hits.first() else {
            found.nowhere.extend(&message.wanted);
            continue;
        };
        let state = batches.get(&newest.batch).map_or(State::Held, |b| b.state);
        let places = message.wanted.iter().map(|at| place(*at, newest, false));
        found.not_sent.extend(places.map(|place| (place, state)));
    }
    found.sent.sort_unstable();
    found.not_sent.sort_unstable_by_key(|(place, _)| *place);
    found.nowhere.sort_unstable();
    Ok(found)
}

fn place(wanted: usize, hit: &Hit, unsure: bool) -> Place {
    Place {
        wanted,
        batch: hit.batch,
        seq: hit.seq,
        digital: hit.digital,
        notice: hit.notice,
        unsure,
    }
}

/// The letters that the remarks about a message are about.
fn places(
    message: &Message,
    wanted: &[Wanted<'_>],
    batches: &BTreeMap<i64, BatchOf>,
) -> Vec<Place> {
    let mut places = Vec::new();
    let generations: Vec<&[Hit]> = message.hits.chunk_by(|a, b| a.batch == b.batch).collect();
    let sent_by = |hits: &[Hit], at: Timestamp| {
        let batch = hits.first().and_then(|hit| batches.get(&hit.batch));
        batch.is_some_and(|batch| batch.since <= at)
    };
    for index in &message.wanted {
        let at = wanted.get(*index).and_then(|wanted| wanted.at);
        let meant = match at {
            Some(at) => {
                let newest = generations.iter().find(|hits| sent_by(hits, at));
                newest.or_else(|| generations.last())
            }
            None => generations.first(),
        };
        let unsure = at.is_none() && generations.len() > 1;
        let hits = meant.into_iter().flat_map(|hits| hits.iter());
        places.extend(hits.map(|hit| place(*index, hit, unsure)));
    }
    places
}

/// All that have letters, by number.
fn batches(db: &Connection) -> Result<BTreeMap<i64, BatchOf>, Error> {
    let mut list = db.prepare(
        "SELECT batch, state, state_at, mailing_id FROM batches WHERE state <> 'abandoned'",
    )?;
    let rows = list.query_map([], |row| {
        Ok(BatchOf {
            number: row.get(0)?,
            state: tables::state_at(row, 1)?,
            since: tables::time_at(row, 2)?,
            mailing_id: row.get(3)?,
        })
    })?;
    rows.map(|row| Ok(row.map(|batch| (batch.number, batch))?))
        .collect()
}

/// Looks through batches, until all messages are found and no older batch of their mailings is left: another mailing's
/// never have the same ids.
fn look<'b>(
    db: &Connection,
    batches: impl Iterator<Item = &'b BatchOf>,
    all: &mut HashMap<&str, Message>,
) -> Result<(), Error> {
    let mut missing = numbers(all);
    let mut mailings: HashMap<&str, Vec<u64>> = HashMap::new();
    for batch in batches {
        let again = mailings.get(batch.mailing_id.as_str());
        let again = again.map_or(&[][..], Vec::as_slice);
        let may_have = !missing.is_empty() && messages::may_have(db, batch.number, &missing)?
            || !again.is_empty() && messages::may_have(db, batch.number, again)?;
        if !may_have {
            continue;
        }
        let found = read(db, batch, all)?;
        missing.retain(|number| !found.contains(number));
        let of_mailing = mailings.entry(&batch.mailing_id).or_default();
        of_mailing.extend(found);
        of_mailing.sort_unstable();
        of_mailing.dedup();
    }
    Ok(())
}

/// What stands for the messages, in ascending order.
fn numbers(all: &HashMap<&str, Message>) -> Vec<u64> {
    let mut numbers: Vec<u64> = all.keys().map(|id| messages::number(id)).collect();
    numbers.sort_unstable();
    numbers
}

/// Reads all letters of a batch; gives the numbers of the messages that it has.
fn read(
    db: &Connection,
    batch: &BatchOf,
    all: &mut HashMap<&str, Message>,
) -> Result<HashSet<u64>, Error> {
    let mut letters = db.prepare_cached(
        "SELECT seq, message_id, delivery, notice, fate = 'digital' FROM letters
         WHERE batch = ?1 AND message_id IS NOT NULL",
    )?;
    let mut rows = letters.query([batch.number])?;
    let mut found = HashSet::new();
    while let Some(row) = rows.next()? {
        let message_id = row.get_ref(1)?.as_str().unwrap_or_default();
        let delivery = row.get_ref(2)?.as_str().ok();
        let delivery = delivery.filter(|id| *id != message_id);
        let notice = row.get_ref(3)?.as_str().ok();
        let ids = [(Some(message_id), false), (delivery, false), (notice, true)];
        for (id, notice) in ids {
            let Some(message) = id.and_then(|id| all.get_mut(id)) else {
                continue;
            };
            message.hits.push(Hit {
                batch: batch.number,
                seq: row.get(0)?,
                digital: row.get(4)?,
                notice,
            });
            found.insert(messages::number(id.unwrap_or_default()));
        }
    }
    Ok(found)
}
