//! Letters that are parsed together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::cursor::Origin;
use super::error::Error;
use super::{Parsed, Slice, Source, parse};
use crate::letter::LetterSeq;
use crate::schema::DeclId;

/// Where a letter is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    pub(super) seq: LetterSeq,
    pub(super) origin: Origin,
    pub(super) end: usize,
    pub(super) decl: DeclId,
    /// Bytes that it will take in memory, roughly.
    pub(super) weight: usize,
}

/// Where a letter stands in its mailing: enough to parse it again.
#[derive(Clone, Copy, Debug)]
pub struct LetterPlace(Cut);

impl LetterPlace {
    /// Which letter.
    pub fn seq(self) -> LetterSeq {
        self.0.seq
    }

    /// Bytes that it will take in memory, roughly: its own, and those of documents beside the mailing.
    pub fn weight(self) -> usize {
        self.0.weight
    }
}

/// Attachments counted by the waves that were parsed.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) attachments: AtomicU64,
    pub(super) letters: AtomicU64,
}

/// Letters that are parsed together.
#[derive(Debug)]
pub struct Wave {
    cuts: Vec<Cut>,
    tally: Arc<Tally>,
    counted: AtomicBool,
}

impl Wave {
    pub(super) fn new(cuts: Vec<Cut>, tally: Arc<Tally>) -> Self {
        Self {
            cuts,
            tally,
            counted: AtomicBool::new(false),
        }
    }

    /// Parses the letters in the current thread pool; the result is in file order. `source` must be the one that the wave
    /// was cut from.
    ///
    /// # Errors
    /// A letter is not well-formed: nothing of the mailing may go on.
    pub fn parse<'a>(&self, source: &'a Source) -> Result<Vec<Parsed<'a>>, Error> {
        let read = parse::letters(source, &self.cuts).map_err(|fault| source.file.refuse(fault))?;
        if !self.counted.swap(true, Ordering::AcqRel) {
            self.tally
                .attachments
                .fetch_add(read.attachments, Ordering::AcqRel);
            self.tally
                .letters
                .fetch_add(self.cuts.len() as u64, Ordering::AcqRel);
        }
        Ok(read.letters)
    }

    /// A wave of letters that were cut before, in the order given, to be parsed once more.
    pub fn again(places: &[LetterPlace]) -> Self {
        let cuts = places.iter().map(|place| place.0).collect();
        Self::new(cuts, Arc::default())
    }

    /// Leaves out the letters that are not wanted. The mailing's totals can then only be compared in part.
    #[must_use]
    pub fn only(mut self, wanted: impl Fn(LetterSeq) -> bool) -> Self {
        self.cuts.retain(|cut| wanted(cut.seq));
        self
    }

    /// Where its letters stand, in order.
    pub fn places(&self) -> impl Iterator<Item = LetterPlace> {
        self.cuts.iter().map(|cut| LetterPlace(*cut))
    }

    /// Number of letters.
    pub fn len(&self) -> usize {
        self.cuts.len()
    }

    /// True when [`Wave::only`] left nothing.
    pub fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    /// Which letter is the first.
    pub fn first(&self) -> Option<LetterSeq> {
        self.cuts.first().map(|cut| cut.seq)
    }

    /// The bytes of all its letters and what stands between them.
    pub fn slice(&self) -> Slice {
        let start = self.cuts.first().map_or(0, |cut| cut.origin.offset);
        let end = self.cuts.last().map_or(start, |cut| cut.end);
        Slice::new(start, end)
    }
}
