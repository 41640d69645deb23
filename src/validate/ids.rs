//! Letter ids of a mailing that were seen before.
//!
//! Ten million ids must not take the memory of ten million strings, so an id is known by the first 80 bits of its
//! SHA-256. Among ten million ids the chance that any two different ones agree in these is 4 in 10^11, and making two
//! agree on purpose takes some 2^40 digests and gains a rejected letter in one's own mailing. A slot takes 15 bytes and a
//! table doubles when it is seven eighths full: at most 34 bytes a letter, 252 MB for ten million. The sixty-four tables
//! keep the moment when one doubles short.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::disk;
use crate::letter::LetterSeq;

const SHARDS: usize = 64;
const FINGERPRINT_BYTES: usize = 10;

/// What an id is known by; made in parallel, entered in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; FINGERPRINT_BYTES]);

impl Fingerprint {
    /// Of a letter's id.
    pub fn of(id: &str) -> Self {
        let digest = disk::sha256(id.as_bytes());
        let mut bytes = [0; FINGERPRINT_BYTES];
        bytes.copy_from_slice(&digest[..FINGERPRINT_BYTES]);
        Self(bytes)
    }

    fn shard(&self) -> usize {
        usize::from(self.0[0]) % SHARDS
    }

    /// Bits that the choice of the shard has left.
    fn hash(&self) -> u64 {
        self.0[1..]
            .first_chunk()
            .map_or(0, |eight| u64::from_le_bytes(*eight))
    }
}

/// A slot without padding: fingerprint, then the letter's place in four bytes.
struct Slot {
    fingerprint: Fingerprint,
    letter: [u8; 4],
}

/// The letter ids seen so far.
pub struct LetterIds {
    shards: Vec<HashTable<Slot>>,
}

impl Default for LetterIds {
    fn default() -> Self {
        Self::new()
    }
}

impl LetterIds {
    /// None seen.
    pub fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| HashTable::new()).collect(),
        }
    }

    /// Enters an id; gives the letter that had it first, if one had. Called in the order of the file.
    pub fn insert(&mut self, id: Fingerprint, letter: LetterSeq) -> Option<LetterSeq> {
        let shard = self.shards.get_mut(id.shard())?;
        let same = |slot: &Slot| slot.fingerprint == id;
        match shard.entry(id.hash(), same, |slot| slot.fingerprint.hash()) {
            Entry::Occupied(slot) => Some(LetterSeq(u32::from_le_bytes(slot.get().letter))),
            Entry::Vacant(slot) => {
                slot.insert(Slot {
                    fingerprint: id,
                    letter: letter.0.to_le_bytes(),
                });
                None
            }
        }
    }

    /// Ids entered.
    pub fn len(&self) -> usize {
        self.shards.iter().map(HashTable::len).sum()
    }

    /// True when none was entered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that the tables take.
    pub fn bytes(&self) -> usize {
        self.shards.iter().map(HashTable::allocation_size).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(ids: &mut LetterIds, id: &str, seq: u32) -> Option<LetterSeq> {
        ids.insert(Fingerprint::of(id), LetterSeq(seq))
    }

    #[test]
    fn the_first_letter_with_an_id_is_named() {
        let mut ids = LetterIds::new();
        assert!(ids.is_empty());
        assert_eq!(insert(&mut ids, "a", 0), None);
        assert_eq!(insert(&mut ids, "b", 1), None);
        assert_eq!(insert(&mut ids, "a", 2), Some(LetterSeq(0)));
        assert_eq!(insert(&mut ids, "a", 3), Some(LetterSeq(0)));
        assert_eq!(insert(&mut ids, "A", u32::MAX), None);
        assert_eq!(insert(&mut ids, "A", 5), Some(LetterSeq(u32::MAX)));
        assert_eq!(ids.len(), 3);
    }

    #[test]
    fn many_ids_stay_apart_and_take_little() {
        let mut ids = LetterIds::new();
        let count = 300_000;
        for n in 0..count {
            assert_eq!(insert(&mut ids, &format!("2026-{n:07}"), n), None);
        }
        for n in (0..count).step_by(997) {
            let seen = insert(&mut ids, &format!("2026-{n:07}"), count);
            assert_eq!(seen, Some(LetterSeq(n)));
        }
        assert_eq!(std::mem::size_of::<Slot>(), 14);
        let bytes_each = ids.bytes() / count as usize;
        assert!(bytes_each <= 34, "{bytes_each} bytes a letter");
    }
}
