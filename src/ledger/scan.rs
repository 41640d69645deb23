//! Finds the letters that messages carry. There is no index over message ids, so this walks through the batches, the newest
//! first, until all are found: one pass over the letters of each, however many messages are looked for.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Error, State, tables};

/// What to look for.
pub struct Wanted<'a> {
    /// Id of a message, or of a delivery that carries several.
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
    parent: Option<i64>,
}

/// Messages not yet found, with the places of those who want them.
type Pending<'a> = HashMap<&'a str, Vec<usize>>;

/// Finds the letters of all messages. A message id is in several batches where a batch was withdrawn, or a rerun sent
/// the letter digitally again: a batch that was sent comes first, then the newest; but what was said before a rerun was
/// sent is about the batch that it was made from.
pub fn find(db: &Connection, wanted: &[Wanted<'_>]) -> Result<Scanned, Error> {
    let mut pending = Pending::new();
    for (at, Wanted { message_id, .. }) in wanted.iter().enumerate() {
        pending.entry(message_id).or_default().push(at);
    }
    let batches = batches(db)?;
    let mut found = Scanned::default();
    for batch in batches
        .values()
        .rev()
        .filter(|batch| batch.state == State::Sent)
    {
        scan(db, batch, &mut pending, &mut |place| found.sent.push(place))?;
    }
    for batch in batches.values().rev() {
        scan(db, batch, &mut pending, &mut |place| {
            found.not_sent.push((place, batch.state));
        })?;
    }
    for place in &mut found.sent {
        if let Some(wanted) = wanted.get(place.wanted) {
            place.batch = generation(db, &batches, place, wanted)?;
        }
    }
    found.sent.sort_unstable();
    found.not_sent.sort_unstable_by_key(|(place, _)| *place);
    found.nowhere = pending.into_values().flatten().collect();
    found.nowhere.sort_unstable();
    Ok(found)
}

/// All that have letters, by number.
fn batches(db: &Connection) -> Result<BTreeMap<i64, BatchOf>, Error> {
    let mut list = db
        .prepare("SELECT batch, state, state_at, parent FROM batches WHERE state <> 'abandoned'")?;
    let rows = list.query_map([], |row| {
        Ok(BatchOf {
            number: row.get(0)?,
            state: tables::state_at(row, 1)?,
            since: tables::time_at(row, 2)?,
            parent: row.get(3)?,
        })
    })?;
    rows.map(|row| Ok(row.map(|batch| (batch.number, batch))?))
        .collect()
}

fn scan(
    db: &Connection,
    batch: &BatchOf,
    pending: &mut Pending<'_>,
    each: &mut dyn FnMut(Place),
) -> Result<(), Error> {
    if pending.is_empty() {
        return Ok(());
    }
    let mut letters = db.prepare_cached(
        "SELECT seq, message_id, delivery, fate = 'digital' FROM letters
         WHERE batch = ?1 AND message_id IS NOT NULL",
    )?;
    let mut rows = letters.query([batch.number])?;
    let mut found = HashSet::new();
    while let Some(row) = rows.next()? {
        let message_id = row.get_ref(1)?.as_str().unwrap_or_default();
        let delivery = row.get_ref(2)?.as_str().ok().filter(|id| *id != message_id);
        for id in [Some(message_id), delivery].into_iter().flatten() {
            let Some((key, wanted)) = pending.get_key_value(id) else {
                continue;
            };
            found.insert(*key);
            for wanted in wanted {
                each(Place {
                    wanted: *wanted,
                    batch: batch.number,
                    seq: row.get(0)?,
                    digital: row.get(3)?,
                });
            }
        }
    }
    pending.retain(|key, _| !found.contains(key));
    Ok(())
}

/// The batch that a remark is about: an older one as long as it was made before the rerun was sent. A letter has the
/// same place in all of them.
fn generation(
    db: &Connection,
    batches: &BTreeMap<i64, BatchOf>,
    place: &Place,
    wanted: &Wanted<'_>,
) -> Result<i64, Error> {
    let mut number = place.batch;
    while let (Some(batch), Some(at)) = (batches.get(&number), wanted.at) {
        let Some(parent) = batch.parent.filter(|_| at < batch.since) else {
            break;
        };
        let has = db.query_row(
            "SELECT count(*) FROM letters WHERE batch = ?1 AND seq = ?2 AND ?3 IN (message_id, delivery)",
            params![parent, place.seq, wanted.message_id],
            |row| row.get::<_, i64>(0),
        )?;
        if has == 0 {
            break;
        }
        number = parent;
    }
    Ok(number)
}
