//! Digests of pages, as `docs/formats-spool.md` defines them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::dictionary::Dictionary;
use super::reader::{Fault, Part, reference_spans};
use crate::disk::{self, Sha256};

/// References on a way down.
const REFERENCE_DEPTH_MAX: usize = 220;
/// Objects below this number belong to the part as a whole (`docs/formats-spool.md`).
const FIRST_FREE: u32 = 16;
/// What may be hashed for each page anew because it leads into a ring of references, for one piece.
const RINGS_BYTES_MAX: u64 = 2 << 30;
/// What a visit counts besides the bytes of the object.
const VISIT_BYTES: u64 = 1_024;
/// From so many bytes on the digest of a stream is kept for all threads.
const LARGE_BYTES: usize = 4_096;

/// Digests of large streams, which many pages may show: a few megabytes for a part of a gibibyte.
#[derive(Default)]
pub(super) struct Large(Mutex<HashMap<u32, Sha256>>);

/// Computes digests of pages as `docs/formats-spool.md` defines them. Keeps those of shared objects.
pub(super) struct Digests<'p, 'm> {
    part: &'p Part<'m>,
    large: &'p Large,
    known: HashMap<u32, Sha256>,
    /// Of objects that lead into a ring of references, for one page.
    of_page: HashMap<u32, Sha256>,
    /// Objects on the way down.
    visiting: Vec<u32>,
    /// Of [`RINGS_BYTES_MAX`].
    rings_left: u64,
}

/// A digest, and whether it leads into a ring: it is that of one page then.
struct Found {
    digest: Sha256,
    in_ring: bool,
}

impl<'p, 'm> Digests<'p, 'm> {
    pub(super) fn new(part: &'p Part<'m>, large: &'p Large) -> Self {
        Self {
            part,
            large,
            known: HashMap::new(),
            of_page: HashMap::new(),
            visiting: Vec::new(),
            rings_left: RINGS_BYTES_MAX,
        }
    }

    /// The pages of another piece follow.
    pub(super) fn next_piece(&mut self) {
        self.rings_left = RINGS_BYTES_MAX;
    }

    /// Digest of a page.
    pub(super) fn page(&mut self, page: &Dictionary<'_>) -> Result<Sha256, Fault> {
        self.begin();
        let rest = page.without(&[b"/Parent", b"/Contents", b"/DPart"]);
        let mut both = self.text(&rest, None)?.digest.to_vec();
        if let Some(contents) = page.get(b"/Contents") {
            both.extend_from_slice(&self.text(contents, None)?.digest);
        }
        Ok(disk::sha256(&both))
    }

    /// Digest of objects that every part has, one after the other.
    pub(super) fn common(&mut self, numbers: &[u32]) -> Result<Sha256, Fault> {
        self.begin();
        let mut all = Vec::with_capacity(numbers.len() * 32);
        for &number in numbers {
            let object = self.part.object(number)?;
            all.extend_from_slice(&self.text(object.text, object.data)?.digest);
        }
        Ok(disk::sha256(&all))
    }

    fn begin(&mut self) {
        self.visiting.clear(); // What a page before left when it could not be read.
        self.of_page.clear();
    }

    /// From now on an object has this digest.
    pub(super) fn suppose(&mut self, number: u32, digest: Sha256) {
        self.known.insert(number, digest);
    }

    fn text(&mut self, text: &[u8], data: Option<&[u8]>) -> Result<Found, Fault> {
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        let (mut copied, mut in_ring) = (0, false);
        for (from, to, target) in reference_spans(text) {
            context.update(text.get(copied..from).unwrap_or_default());
            copied = to;
            if target < FIRST_FREE {
                context.update(format!("P{target}").as_bytes());
            } else if self.visiting.contains(&target) {
                context.update(b"C");
                in_ring = true;
            } else {
                let found = self.object(target)?;
                context.update(b"R");
                context.update(&found.digest);
                in_ring |= found.in_ring;
            }
        }
        context.update(text.get(copied..).unwrap_or_default());
        if let Some(data) = data {
            context.update(b"\nstream\n");
            context.update(data);
        }
        Ok(Found {
            digest: disk::finished(context),
            in_ring,
        })
    }

    /// Digest of an object. One that leads into a ring would be another on another way: the first way of a page counts.
    fn object(&mut self, number: u32) -> Result<Found, Fault> {
        let found = |digest: &Sha256, in_ring| Found {
            digest: *digest,
            in_ring,
        };
        if let Some(digest) = self.known.get(&number) {
            return Ok(found(digest, false));
        }
        if let Some(digest) = self.of_page.get(&number) {
            return Ok(found(digest, true));
        }
        let object = self.part.object(number)?;
        let bytes = object.text.len() + object.data.map_or(0, <[u8]>::len);
        let is_large = bytes >= LARGE_BYTES;
        if let Some(digest) = self.large.get(number).filter(|_| is_large) {
            return Ok(found(&digest, false));
        }
        let entangled = Fault {
            object: number,
            what: "too entangled",
        };
        if self.visiting.len() >= REFERENCE_DEPTH_MAX {
            return Err(entangled);
        }
        self.visiting.push(number);
        let found = self.text(object.text, object.data)?;
        self.visiting.pop();
        match (found.in_ring, is_large) {
            (true, _) => {
                let cost = bytes as u64 + VISIT_BYTES;
                self.rings_left = self.rings_left.checked_sub(cost).ok_or(entangled)?;
                self.of_page.insert(number, found.digest);
            }
            (false, true) => self.large.keep(number, found.digest),
            (false, false) => drop(self.known.insert(number, found.digest)),
        }
        Ok(found)
    }
}

impl Large {
    fn get(&self, number: u32) -> Option<Sha256> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&number).copied()
    }

    fn keep(&self, number: u32, digest: Sha256) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(number, digest);
    }
}
