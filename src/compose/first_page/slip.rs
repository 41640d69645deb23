//! Where the area for a payment slip stands, and which pages stay blank for it.

use crate::compose::options::PaymentPage;
use crate::compose::paginate::Page;
use crate::compose::sheet::Which;

/// What a letter needs for its slip.
#[derive(Clone, Copy)]
pub struct Slip {
    /// Where the job wants it.
    pub page: PaymentPage,
    /// The last page of text leaves room for it.
    pub fits_on_last: bool,
    /// The back of its page stays blank, and the letter has backs.
    pub back_blank: bool,
}

/// One side of a sheet of the letter's own.
pub struct Side {
    /// Which column it is cut from.
    pub which: Which,
    /// It is the first of that column.
    pub first: bool,
    /// `None`: nothing is printed on it.
    pub page: Option<Page>,
    /// It has the area for the slip.
    pub raised: bool,
}

impl Slip {
    /// Whether the slip stands below text; `at` is the place of the page in the letter, counted from zero.
    fn below_text(self, at: usize) -> bool {
        match self.page {
            PaymentPage::First => true,
            PaymentPage::Own => false,
            // On the back of a sheet it would need one more sheet in any case.
            PaymentPage::Last => self.fits_on_last && (!self.back_blank || at.is_multiple_of(2)),
        }
    }

    /// How many pages there are only for the slip.
    pub fn pages_of_its_own(self, text: &[Page], cover: bool) -> usize {
        let last = text.len().saturating_sub(1) + usize::from(cover);
        usize::from(!self.below_text(last))
    }
}

/// Puts the pages of a letter in order: cover sheet, text, slip, and blank sides where the slip wants them.
pub fn bind(cover: &[Page], text: Vec<Page>, slip: Option<Slip>) -> Vec<Side> {
    let mut sides: Vec<Side> = cover
        .iter()
        .enumerate()
        .map(|(at, page)| Side {
            which: Which::Cover,
            first: at == 0,
            page: Some(page.clone()),
            raised: false,
        })
        .collect();
    let last = text.len().saturating_sub(1);
    let last_below = slip.is_some_and(|slip| slip.below_text(sides.len() + last));
    let own = slip.filter(|_| !last_below);
    for (at, page) in text.into_iter().enumerate() {
        let raised = slip.filter(|slip| match slip.page {
            PaymentPage::First => at == 0,
            PaymentPage::Last | PaymentPage::Own => at == last && last_below,
        });
        add(&mut sides, page, at == 0, raised);
    }
    if let Some(slip) = own {
        let empty = Page {
            head: 0..0,
            strips: 0..0,
        };
        add(&mut sides, empty, false, Some(slip));
    }
    sides
}

fn add(sides: &mut Vec<Side>, page: Page, first: bool, slip: Option<Slip>) {
    let blank = || Side {
        which: Which::Text,
        first: false,
        page: None,
        raised: false,
    };
    let back_blank = slip.is_some_and(|slip| slip.back_blank);
    if back_blank && !sides.len().is_multiple_of(2) {
        sides.push(blank());
    }
    sides.push(Side {
        which: Which::Text,
        first,
        page: Some(page),
        raised: slip.is_some(),
    });
    if back_blank {
        sides.push(blank());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `C` cover, `t` text, `S` text above a slip, `s` slip alone, `.` blank.
    fn bound(cover: usize, text: usize, page: PaymentPage, fits: bool, back_blank: bool) -> String {
        let page_of = |n: usize| Page {
            head: 0..0,
            strips: n..n + 1,
        };
        let covers: Vec<Page> = (0..cover).map(page_of).collect();
        let slip = Slip {
            page,
            fits_on_last: fits,
            back_blank,
        };
        let sides = bind(&covers, (0..text).map(page_of).collect(), Some(slip));
        let letter = |side: &Side| match (&side.page, side.which, side.raised) {
            (None, ..) => '.',
            (Some(_), Which::Cover, _) => 'C',
            (Some(page), _, true) if page.strips.is_empty() => 's',
            (Some(_), _, true) => 'S',
            (Some(_), _, false) => 't',
        };
        sides.iter().map(letter).collect()
    }

    #[test]
    fn the_slip_stands_where_it_is_wanted_and_its_back_stays_blank() {
        use PaymentPage::{First, Last, Own};
        assert_eq!(bound(0, 1, Last, true, false), "S");
        assert_eq!(bound(0, 2, Last, true, false), "tS");
        assert_eq!(bound(0, 2, Last, false, false), "tts");
        assert_eq!(bound(0, 1, Last, true, true), "S.");
        assert_eq!(bound(0, 2, Last, true, true), "tts.");
        assert_eq!(bound(0, 3, Last, true, true), "ttS.");
        assert_eq!(bound(0, 1, Last, false, true), "t.s.");
        assert_eq!(bound(1, 1, Last, true, true), "Cts.");
        assert_eq!(bound(0, 3, First, false, false), "Stt");
        assert_eq!(bound(0, 3, First, false, true), "S.tt");
        assert_eq!(bound(1, 2, First, false, true), "C.S.t");
        assert_eq!(bound(0, 1, Own, true, false), "ts");
        assert_eq!(bound(0, 1, Own, true, true), "t.s.");
        for text in 1..5 {
            for page in [Last, Own, First] {
                let sides = bound(0, text, page, true, true);
                let at = sides.to_lowercase().find('s').unwrap();
                assert!(
                    at.is_multiple_of(2) && sides.get(at + 1..at + 2) == Some("."),
                    "{sides}"
                );
            }
        }
    }
}
