//! The numbers that pages of ours say of themselves: `2 (3)` stands behind `1 (3)` and before `3 (3)`.

use crate::spool::options::PageNumbers;

/// A page of a piece that is read for its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbered {
    /// Its place in reading order.
    pub(super) place: u32,
    /// Page of the part.
    pub(super) page: u32,
    pub(super) says: Says,
}

/// What it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// Page and pages.
    Number(u32, u32),
    /// Ours, and no number.
    Nothing,
    /// It is one of a PDF that was given.
    Given,
}

/// The first page of the part that is not the one that must follow. The pages of several letters may follow each other.
pub(super) fn fault(pages: &mut [Numbered], numbers: PageNumbers) -> Option<u32> {
    if numbers == PageNumbers::None {
        return None;
    }
    pages.sort_unstable_by_key(|page| page.place);
    let mut before = (0, 0);
    for page in pages.iter() {
        let is_done = before.0 == before.1;
        let follows = match page.says {
            Says::Number(number, of) if is_done => number == 1 && of >= 1,
            Says::Number(number, of) => number == before.0 + 1 && of == before.1,
            Says::Nothing => is_done && numbers == PageNumbers::OfSeveral,
            Says::Given => is_done,
        };
        if !follows {
            return Some(page.page);
        }
        if let Says::Number(number, of) = page.says {
            before = (number, of);
        }
    }
    let last = pages.last().filter(|_| before.0 != before.1)?;
    Some(last.page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_by_their_numbers() {
        use Says::{Given as G, Nothing as O, Number as N};
        let fault = |says: &[Says], numbers| {
            let mut pages: Vec<Numbered> = (1..)
                .zip(says)
                .map(|(page, &says)| Numbered {
                    place: page,
                    page,
                    says,
                })
                .collect();
            pages.reverse(); // Sheets may lie last to first.
            fault(&mut pages, numbers)
        };
        let every = |says: &[Says]| fault(says, PageNumbers::Every);
        assert_eq!(
            every(&[N(1, 2), N(2, 2), G, G, N(1, 1), N(1, 3), N(2, 3), N(3, 3)]),
            None
        );
        assert_eq!(every(&[N(1, 3), N(3, 3), N(2, 3)]), Some(2));
        assert_eq!(every(&[N(1, 3), N(2, 2)]), Some(2));
        assert_eq!(every(&[N(1, 3), N(2, 3)]), Some(2));
        assert_eq!(every(&[N(1, 2), G, N(2, 2)]), Some(2));
        assert_eq!(every(&[N(2, 2)]), Some(1));
        assert_eq!(every(&[N(0, 0)]), Some(1));
        assert_eq!(every(&[O]), Some(1));
        assert_eq!(
            fault(&[O, N(1, 2), N(2, 2), O], PageNumbers::OfSeveral),
            None
        );
        assert_eq!(fault(&[N(1, 2), O], PageNumbers::OfSeveral), Some(2));
        assert_eq!(fault(&[N(5, 2), O], PageNumbers::None), None);
    }
}
