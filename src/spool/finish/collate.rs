//! The order of the sheets of a piece.

use crate::letter::Sides;

/// Turns the order of the sheets around; each stays front, then back. `pages` has an item a page, with blank backs.
pub(super) fn reverse<T>(pages: &mut [T], sides: Sides) {
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
