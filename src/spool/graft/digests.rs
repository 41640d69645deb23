//! Digests of the objects that were gathered from a document, from the leaves up.
//!
//! The digest of an object that leads into a ring of references depends on the way to it. So it is kept for one page only,
//! where the way is that of reading, and each object is visited once.

use std::collections::HashMap;

use super::{GatheredObject, GatheredPage};
use crate::disk::Sha256;
use crate::preflight::{Class, Remark};
use crate::spool::sheaf::{Stretch, Target as Goal, digest, page_rest_digest, walk};

/// References on a way down; real files have about ten.
const REFERENCE_DEPTH_MAX: usize = 200;
/// What leads into rings is digested for every page anew: so many bytes for all pages together. The default limits of a file
/// allow a quarter of that.
const RINGS_BYTES_MAX: u64 = 1 << 30;
/// What a visit counts besides the bytes of the object.
const VISIT_BYTES: u64 = 64;

/// Digests of objects that do not lead into a ring, and of those of one page that do.
pub(super) struct Digests<'a, 'd> {
    objects: &'a [GatheredObject<'d>],
    known: Vec<Option<Sha256>>,
    of_page: HashMap<u32, Sha256>,
    /// Objects on the way down.
    visiting: Vec<u32>,
    /// Whether what was just digested leads into a ring.
    ring_seen: bool,
    /// Of [`RINGS_BYTES_MAX`].
    rings_left: u64,
}

impl<'a, 'd> Digests<'a, 'd> {
    pub(super) fn new(objects: &'a [GatheredObject<'d>]) -> Self {
        Self {
            objects,
            known: vec![None; objects.len()],
            of_page: HashMap::new(),
            visiting: Vec::new(),
            ring_seen: false,
            rings_left: RINGS_BYTES_MAX,
        }
    }

    /// Those of all objects, once all pages were digested; `None` for those that lead into a ring.
    pub(super) fn into_known(self) -> Vec<Option<Sha256>> {
        self.known
    }

    /// Digest of the rest of a page.
    pub(super) fn page(&mut self, page: &GatheredPage) -> Result<Sha256, Remark> {
        self.of_page.clear();
        let below = self.below(&page.rest.0)?;
        for &content in &page.contents {
            self.ring_seen = false;
            self.of(content)?;
            // A content stream that leads into a ring would have no digest of its own; no real one does.
            if self.ring_seen {
                return Err(entangled());
            }
        }
        Ok(page_rest_digest(&page.rest.0, |index| {
            below.get(&index).copied().flatten()
        }))
    }

    /// Digests of all that a text refers to.
    fn below(&mut self, text: &[u8]) -> Result<HashMap<u32, Option<Sha256>>, Remark> {
        let mut targets = Vec::new();
        walk(text, |stretch| {
            if let Stretch::Reference(Goal::Own(target)) = stretch {
                targets.push(target);
            }
        });
        let mut below = HashMap::with_capacity(targets.len());
        for target in targets {
            below.insert(target, self.of(target)?);
        }
        Ok(below)
    }

    /// `None` for an object on the way down. Sets `ring_seen` where the object leads into a ring.
    fn of(&mut self, index: u32) -> Result<Option<Sha256>, Remark> {
        let objects = self.objects;
        let Some(object) = objects.get(index as usize) else {
            return Ok(None);
        };
        let known = self.known.get(index as usize).copied().flatten();
        if known.is_some() {
            return Ok(known);
        }
        if let Some(digest) = self.of_page.get(&index) {
            self.ring_seen = true;
            return Ok(Some(*digest));
        }
        if self.visiting.contains(&index) {
            self.ring_seen = true;
            return Ok(None);
        }
        if self.visiting.len() >= REFERENCE_DEPTH_MAX {
            return Err(entangled());
        }
        let ring_before = std::mem::replace(&mut self.ring_seen, false);
        self.visiting.push(index);
        let below = self.below(&object.text.0)?;
        self.visiting.pop();
        let bytes = object.text.0.len() + object.data.map_or(0, <[u8]>::len);
        if self.ring_seen {
            let left = self.rings_left.checked_sub(bytes as u64 + VISIT_BYTES);
            self.rings_left = left.ok_or_else(entangled)?;
        }
        let digest = digest(&object.text.0, object.data, |target| {
            below.get(&target).copied().flatten()
        });
        if self.ring_seen {
            self.of_page.insert(index, digest);
        } else if let Some(known) = self.known.get_mut(index as usize) {
            *known = Some(digest);
        }
        self.ring_seen |= ring_before;
        Ok(Some(digest))
    }
}

fn entangled() -> Remark {
    Remark::of_file(Class::Entangled, "")
}
