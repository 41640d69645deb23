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
/// What may be hashed again and again because it lies in rings of references, for as many pages as one [`Digests`] sees.
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
    /// Of objects that begin a ring of references.
    rings: HashMap<u32, Sha256>,
    /// Objects on the way down.
    visiting: Vec<u32>,
    /// Of [`RINGS_BYTES_MAX`].
    rings_left: u64,
}

/// A digest, and how far up the way it leans on objects whose own is just being computed.
struct Leaning {
    digest: Sha256,
    /// The uppermost of them; `usize::MAX` where there is none.
    top: usize,
}

impl<'p, 'm> Digests<'p, 'm> {
    pub(super) fn new(part: &'p Part<'m>, large: &'p Large) -> Self {
        Self {
            part,
            large,
            known: HashMap::new(),
            rings: HashMap::new(),
            visiting: Vec::new(),
            rings_left: RINGS_BYTES_MAX,
        }
    }

    /// Digest of a page.
    pub(super) fn page(&mut self, page: &Dictionary<'_>) -> Result<Sha256, Fault> {
        self.visiting.clear(); // What a page before left when it could not be read.
        let rest = page.without(&[b"/Parent", b"/Contents", b"/DPart"]);
        let mut both = self.text(&rest, None)?.digest.to_vec();
        if let Some(contents) = page.get(b"/Contents") {
            both.extend_from_slice(&self.text(contents, None)?.digest);
        }
        Ok(disk::sha256(&both))
    }

    /// Digest of objects that every part has, one after the other.
    pub(super) fn common(&mut self, numbers: &[u32]) -> Result<Sha256, Fault> {
        self.visiting.clear();
        let mut all = Vec::with_capacity(numbers.len() * 32);
        for &number in numbers {
            let object = self.part.object(number)?;
            all.extend_from_slice(&self.text(object.text, object.data)?.digest);
        }
        Ok(disk::sha256(&all))
    }

    /// From now on an object has this digest.
    pub(super) fn suppose(&mut self, number: u32, digest: Sha256) {
        self.known.insert(number, digest);
    }

    fn text(&mut self, text: &[u8], data: Option<&[u8]>) -> Result<Leaning, Fault> {
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        let (mut copied, mut top) = (0, usize::MAX);
        for (from, to, target) in reference_spans(text) {
            context.update(text.get(copied..from).unwrap_or_default());
            copied = to;
            if target < FIRST_FREE {
                context.update(format!("P{target}").as_bytes());
            } else if let Some(at) = self.visiting.iter().position(|&open| open == target) {
                context.update(b"C");
                top = top.min(at);
            } else {
                let found = self.object(target)?;
                context.update(b"R");
                context.update(&found.digest);
                top = top.min(found.top);
            }
        }
        context.update(text.get(copied..).unwrap_or_default());
        if let Some(data) = data {
            context.update(b"\nstream\n");
            context.update(data);
        }
        Ok(Leaning {
            digest: disk::finished(context),
            top,
        })
    }

    /// Digest of an object. It is kept if it leans on nothing further up, else it would be another on another way. One that
    /// begins a ring is kept for pages that refer to it themselves: within the ring it would be another, too.
    fn object(&mut self, number: u32) -> Result<Leaning, Fault> {
        let depth = self.visiting.len();
        let ring = self.rings.get(&number).filter(|_| depth == 0);
        if let Some(digest) = self.known.get(&number).or(ring) {
            return Ok(Leaning::alone(*digest));
        }
        let object = self.part.object(number)?;
        let bytes = object.text.len() + object.data.map_or(0, <[u8]>::len);
        let is_large = bytes >= LARGE_BYTES;
        if let Some(digest) = self.large.get(number).filter(|_| is_large) {
            return Ok(Leaning::alone(digest));
        }
        let entangled = Fault {
            object: number,
            what: "too entangled",
        };
        if depth >= REFERENCE_DEPTH_MAX {
            return Err(entangled);
        }
        self.visiting.push(number);
        let found = self.text(object.text, object.data)?;
        self.visiting.pop();
        if found.top == usize::MAX {
            match is_large {
                true => self.large.keep(number, found.digest),
                false => drop(self.known.insert(number, found.digest)),
            }
            return Ok(found);
        }
        let cost = bytes as u64 + VISIT_BYTES;
        self.rings_left = self.rings_left.checked_sub(cost).ok_or(entangled)?;
        if found.top < depth {
            return Ok(found);
        }
        if depth == 0 {
            self.rings.insert(number, found.digest);
        }
        Ok(Leaning::alone(found.digest))
    }
}

impl Leaning {
    fn alone(digest: Sha256) -> Self {
        Self {
            digest,
            top: usize::MAX,
        }
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
