//! Makes a piece ready for the work file: deflates its own pages, takes the pages out of what it encloses.
//!
//! This is the part of the room's work that many threads do at once; [`Prepared`] is handed to
//! [`Spooler::add`](super::Spooler::add) in input order.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::{HashMap, HashSet};
use libdeflater::{CompressionLvl, Compressor};

use super::graft::graft;
use super::household::Household;
use super::options::Options;
use super::part::{OWN_RESOURCES, a4_boxes};
use super::plan::PiecePlan;
use super::record::Header;
use super::sheaf::{Sheaf, SheafObject, SheafPage, Target, Text, page_rest_digest};
use crate::compose::LaidLetter;
use crate::disk::Sha256;
use crate::letter::LetterSeq;
use crate::preflight::{PdfFacts, PdfFault};

/// Grafts of documents that many letters enclose, kept in memory.
const SHARED_BYTES_MAX: usize = 64 << 20;
/// How many enclosures back a document is known to have been seen.
const SEEN_MAX: usize = 4_096;

/// Where a piece goes, for sorting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// Within the sender's country.
    Domestic,
    /// Abroad.
    Foreign,
}

/// A letter that goes on paper.
pub struct Piece<'a> {
    /// Its place in the mailing.
    pub seq: LetterSeq,
    /// The sender's business key.
    pub letter_id: &'a str,
    /// Its own pages.
    pub laid: &'a LaidLetter,
    /// What it encloses, in order, each found acceptable by [`inspect`](crate::preflight::inspect).
    pub enclosures: Vec<(Arc<Vec<u8>>, PdfFacts)>,
    /// Digits of the postal code, if known.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2 of the address.
    pub country: &'a str,
    /// Abroad or not.
    pub destination: Destination,
    /// With which other letters it may share an envelope; `None`: it has one of its own.
    pub household: Option<Household>,
}

/// A piece ready for the work file.
pub struct Prepared {
    pub(super) header: Header,
    pub(super) own: Sheaf,
    /// ISO 639-1 code of its own pages.
    pub(super) language: String,
    pub(super) enclosures: Vec<Arc<Sheaf>>,
}

/// Prepares pieces; shared by all threads.
pub struct Preparer {
    options: Options,
    own_rest: Text,
    own_rest_digest: Sha256,
    shared: Mutex<Shared>,
}

/// Grafts of documents that were seen before.
#[derive(Default)]
struct Shared {
    seen: HashSet<Sha256>,
    seen_order: VecDeque<Sha256>,
    kept: HashMap<Sha256, Arc<Sheaf>>,
    order: VecDeque<Sha256>,
    bytes: usize,
}

impl Preparer {
    /// With the vendor profile of the batch.
    pub fn new(options: &Options) -> Self {
        let mut own_rest = Text::default();
        own_rest.push(a4_boxes(options.pdf_flavour).as_bytes());
        own_rest.push(b"/Resources ");
        own_rest.refer(Target::Part(OWN_RESOURCES));
        Self {
            options: options.clone(),
            own_rest_digest: page_rest_digest(&own_rest.0, |_| None),
            own_rest,
            shared: Mutex::default(),
        }
    }

    /// Prepares a piece.
    ///
    /// # Errors
    /// An enclosure that [`inspect`](crate::preflight::inspect) would have refused, or whose objects are too entangled.
    pub fn prepare(&self, piece: &Piece<'_>, plan: &PiecePlan) -> Result<Prepared, PdfFault> {
        let enclosures = piece
            .enclosures
            .iter()
            .map(|(bytes, facts)| self.enclosure(bytes, facts));
        Ok(Prepared {
            enclosures: enclosures.collect::<Result<_, _>>()?,
            own: self.own(piece.laid),
            language: piece.laid.language.clone(),
            header: Header::of(piece, plan),
        })
    }

    /// Asks of an enclosure what [`prepare`](Self::prepare) will ask.
    ///
    /// # Errors
    /// As `prepare`.
    pub fn takes(&self, bytes: &[u8], facts: &PdfFacts) -> Result<(), PdfFault> {
        self.enclosure(bytes, facts).map(drop)
    }

    fn own(&self, laid: &LaidLetter) -> Sheaf {
        let mut wrapped = Vec::new();
        let mut objects = Vec::with_capacity(laid.pages.len());
        let mut pages = Vec::with_capacity(laid.pages.len());
        for (page, index) in laid.pages.iter().zip(0..) {
            // A page's content may change the graphics state outside of any `q`; the mark must not see it.
            wrapped.clear();
            wrapped.extend_from_slice(b"q\n");
            wrapped.extend_from_slice(&page.content);
            wrapped.extend_from_slice(b"\nQ\n");
            objects.push(SheafObject::deflated(deflate(
                &wrapped,
                self.options.deflate_level,
            )));
            pages.push(SheafPage {
                rest_digest: self.own_rest_digest,
                rest: self.own_rest.clone(),
                contents: vec![index],
                font: "F0".into(),
                ..SheafPage::default()
            });
        }
        Sheaf::pack([0; 32], &objects, &pages)
    }

    fn enclosure(&self, bytes: &[u8], facts: &PdfFacts) -> Result<Arc<Sheaf>, PdfFault> {
        let source = facts.sha256;
        {
            let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(sheaf) = shared.kept.get(&source) {
                return Ok(Arc::clone(sheaf));
            }
        }
        let sheaf = Arc::new(graft(
            bytes,
            source,
            &self.options.pdf,
            self.options.target(),
        )?); // Outside of the lock: it takes its time.
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.offer(&sheaf);
        Ok(sheaf)
    }
}

impl Shared {
    /// Keeps a graft that comes the second time.
    fn offer(&mut self, sheaf: &Arc<Sheaf>) {
        if self.seen.insert(sheaf.source) {
            self.seen_order.push_back(sheaf.source);
            if self.seen_order.len() > SEEN_MAX {
                self.seen_order
                    .pop_front()
                    .map(|oldest| self.seen.remove(&oldest));
            }
            return;
        }
        if self.kept.insert(sheaf.source, Arc::clone(sheaf)).is_some() {
            return;
        }
        self.order.push_back(sheaf.source);
        self.bytes += sheaf.bytes.len();
        while self.bytes > SHARED_BYTES_MAX {
            let Some(oldest) = self.order.pop_front() else {
                return;
            };
            self.bytes -= self
                .kept
                .remove(&oldest)
                .map_or(0, |sheaf| sheaf.bytes.len());
        }
    }
}

/// A zlib stream of these bytes.
pub(super) fn deflate(bytes: &[u8], level: u8) -> Vec<u8> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<(u8, Compressor)>> = const { RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|kept| {
        if kept.as_ref().is_none_or(|(of, _)| *of != level) {
            let checked = CompressionLvl::new(i32::from(level)).unwrap_or_default();
            *kept = Some((level, Compressor::new(checked)));
        }
        let Some((_, compressor)) = kept else {
            return Vec::new();
        };
        let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
        // The bound is what makes it succeed.
        let len = compressor
            .zlib_compress(bytes, &mut out)
            .unwrap_or_default();
        out.truncate(len);
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheaf(id: u8, len: usize) -> Arc<Sheaf> {
        Arc::new(Sheaf {
            source: [id; 32],
            pages: 1,
            objects: 0,
            bytes: vec![0; len],
        })
    }

    #[test]
    fn only_what_comes_again_is_kept_and_not_too_much_of_it() {
        let mut shared = Shared::default();
        shared.offer(&sheaf(1, 10));
        assert!(shared.kept.is_empty());
        shared.offer(&sheaf(1, 10));
        assert_eq!((shared.kept.len(), shared.bytes), (1, 10));
        shared.offer(&sheaf(2, SHARED_BYTES_MAX));
        shared.offer(&sheaf(2, SHARED_BYTES_MAX));
        assert_eq!((shared.kept.len(), shared.bytes), (1, SHARED_BYTES_MAX));
    }

    #[test]
    fn deflated_bytes_inflate_to_themselves() {
        let bytes = b"letter ".repeat(100);
        for level in [1, 6, 1] {
            let deflated = deflate(&bytes, level);
            let mut out = vec![0; bytes.len()];
            libdeflater::Decompressor::new()
                .zlib_decompress(&deflated, &mut out)
                .unwrap();
            assert_eq!(out, bytes);
        }
    }
}
