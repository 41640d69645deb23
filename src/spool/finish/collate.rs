//! The pages of a piece with their marks, in the order in which they lie.

use super::digests::{blank_digest, page_digest};
use super::{Bench, Header};
use crate::disk::{self, Sha256};
use crate::letter::{Postage, Sides};
use crate::spool::mark::{PageKind, Payload};
use crate::spool::omr::Sheet;
use crate::spool::options::Collation;
use crate::spool::part::{PageSource, ReadyPage};
use crate::spool::prepare::deflate;
use crate::spool::record::Entry;
use crate::spool::sheaf::{PageView, View};

/// What is known of a piece before its pages are looked at.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    /// Its number.
    pub(super) piece: u32,
    /// Sheets of the job before it.
    pub(super) sheets_before: u64,
}

impl Turn {
    /// The turn of the first of these pieces; then it is that of the one behind them.
    pub(super) fn pass(&mut self, pieces: &[Entry]) -> Self {
        let first = *self;
        let sheets = pieces.iter().map(|entry| u64::from(entry.sheets));
        self.piece += pieces.len() as u32;
        self.sheets_before += sheets.sum::<u64>();
        first
    }
}

impl Bench<'_> {
    /// The pages of a piece in the order in which they lie, and their digest.
    pub(super) fn pages(
        &self,
        sheaves: &[(PageKind, View<'_>)],
        header: &Header,
        first: Payload,
        sheets_before: u64,
    ) -> Option<(Vec<ReadyPage>, Sha256)> {
        let sides = header.plan.sides;
        let mut pages = Vec::new();
        let mut digests = Vec::new();
        let mut payload = Payload { sheet: 0, ..first };
        for (s, (kind, sheaf)) in sheaves.iter().enumerate() {
            payload.kind = *kind;
            for (p, page) in sheaf.pages.iter().enumerate() {
                let front = sides == Sides::Simplex || p % 2 == 0;
                let mark = front.then(|| {
                    payload.sheet += 1;
                    self.mark(page, &payload, header.plan.postage, sheets_before)
                });
                digests.push(page_digest(sheaf, page, mark.as_deref())?);
                pages.push(ReadyPage {
                    source: PageSource::Sheaf(s, p),
                    mark,
                });
            }
            if sides == Sides::Duplex && sheaf.pages.len() % 2 == 1 {
                digests.push(blank_digest(self.flavour));
                pages.push(ReadyPage {
                    source: PageSource::Blank,
                    mark: None,
                });
            }
        }
        if self.collation == Collation::Reverse {
            reverse(&mut pages, sides);
            reverse(&mut digests, sides);
        }
        let sha256 = disk::sha256(digests.as_flattened());
        (payload.sheet == payload.sheets).then_some((pages, sha256))
    }

    fn mark(
        &self,
        page: &PageView<'_>,
        payload: &Payload,
        postage: Postage,
        sheets_before: u64,
    ) -> Vec<u8> {
        let mut content = Vec::with_capacity(1_536);
        content.extend_from_slice(page.restore);
        self.painter
            .paint(&mut content, payload, page.matrix, page.font);
        if let Some(bars) = &self.bars {
            let place = self.collation.place(payload.sheet, payload.sheets);
            let place = place.saturating_sub(1);
            let sheet = Sheet {
                piece: payload.piece,
                place,
                sheets: payload.sheets,
                ordinal: sheets_before + u64::from(place),
                stations: payload.stations,
                postage,
            };
            bars.paint(&mut content, &sheet, page.matrix);
        }
        deflate(&content, self.deflate_level)
    }
}

/// Turns the order of the sheets around; each stays front, then back. `pages` has an item a page, with blank backs.
fn reverse<T>(pages: &mut [T], sides: Sides) {
    pages.reverse();
    if sides == Sides::Duplex {
        for sheet in pages.chunks_exact_mut(2) {
            sheet.reverse();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duplex_sheet_stays_front_then_back() {
        let mut pages = [1, 2, 3, 4, 5, 6];
        reverse(&mut pages, Sides::Duplex);
        assert_eq!(pages, [5, 6, 3, 4, 1, 2]);
        reverse(&mut pages, Sides::Simplex);
        assert_eq!(pages, [2, 1, 4, 3, 6, 5]);
    }
}
