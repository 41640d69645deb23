//! Which batch may have a message: a coarse index. One over message ids would make every run write five times as long, for
//! they are random; this is a sorted list of short digests a batch, written once when the batch is ready.
//!
//! A batch of an older ledger has none, and may have any message.

use rusqlite::{Connection, params};

use super::Error;
use crate::disk::sha256;

/// Bytes of a digest that are kept; that of a message that no batch has is found by chance once in 2^64 / letters.
const BYTES: usize = 8;
/// Lists of a batch, by the first byte of the digest, so that looking for one message reads little.
const BUCKETS: usize = 256;

/// What stands for the id of a message. Its order is that of the bytes.
pub fn number(message_id: &str) -> u64 {
    let digest = sha256(message_id.as_bytes());
    u64::from_be_bytes(digest.first_chunk::<BYTES>().copied().unwrap_or_default())
}

fn bucket(number: u64) -> u8 {
    let [first, ..] = number.to_be_bytes();
    first
}

/// Writes the lists of a batch whose letters are all recorded.
pub fn record(db: &Connection, batch: i64) -> Result<(), Error> {
    let mut buckets: Vec<Vec<u64>> = vec![Vec::new(); BUCKETS];
    let mut letters = db.prepare(
        "SELECT message_id, delivery, notice FROM letters WHERE batch = ?1 AND message_id IS NOT NULL",
    )?;
    let mut rows = letters.query([batch])?;
    while let Some(row) = rows.next()? {
        for column in 0..3 {
            if let Ok(id) = row.get_ref(column)?.as_str() {
                let number = number(id);
                if let Some(numbers) = buckets.get_mut(usize::from(bucket(number))) {
                    numbers.push(number);
                }
            }
        }
    }
    let mut insert = db.prepare("INSERT INTO messages (batch, bucket, ids) VALUES (?1, ?2, ?3)")?;
    for (bucket, mut numbers) in (0_i64..).zip(buckets) {
        numbers.sort_unstable();
        numbers.dedup();
        let ids: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
        insert.execute(params![batch, bucket, ids])?;
    }
    Ok(())
}

/// Whether a batch may have one of the messages, which are given in ascending order.
pub fn may_have(db: &Connection, batch: i64, messages: &[u64]) -> Result<bool, Error> {
    let mut find =
        db.prepare_cached("SELECT ids FROM messages WHERE batch = ?1 AND bucket = ?2")?;
    for wanted in messages.chunk_by(|a, b| bucket(*a) == bucket(*b)) {
        let Some(first) = wanted.first() else {
            continue;
        };
        let mut rows = find.query(params![batch, bucket(*first)])?;
        let Some(row) = rows.next()? else {
            return Ok(true); // From before there were such lists.
        };
        let ids = row.get_ref(0)?.as_blob().unwrap_or_default();
        let (ids, _) = ids.as_chunks::<BYTES>();
        let has = |number: &u64| ids.binary_search(&number.to_be_bytes()).is_ok();
        if wanted.iter().any(has) {
            return Ok(true);
        }
    }
    Ok(false)
}
