//! Cuts the galley into pages.
//!
//! A page is filled as far as it goes, and cut at the last strip where a page may begin; if there is none on the page,
//! where it is full. One pass, each strip looked at twice at most.

use std::ops::Range;

use super::galley::{Galley, Strip, Top};
use super::page::Mpt;

/// Which strips stand on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Head of a table that runs on from the page before: its strips.
    pub head: Range<usize>,
    /// Its own strips.
    pub strips: Range<usize>,
}

/// A last page with less than this on it is worth saving: five lines of running text.
const LAST_PAGE_SHORT: Mpt = 5 * 14_500;

/// More pages than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// Cuts; `height` gives the height of the column on each page, counted from zero.
pub fn pages(
    galley: &Galley,
    height: impl Fn(usize) -> Mpt,
    pages_max: usize,
) -> Result<Vec<Page>, TooMany> {
    let strips = &galley.strips;
    let mut pages = Vec::new();
    let mut start = 0;
    while start < strips.len() {
        if pages.len() == pages_max {
            return Err(TooMany);
        }
        let room = height(pages.len());
        let head = repeated_head(galley, start, room);
        let end = page_end(strips, start, room - stack(strips, &head));
        pages.push(Page {
            head,
            strips: start..end,
        });
        start = end;
    }
    Ok(pages)
}

/// Cuts; draws the text together where that saves a last page with next to nothing on it, such as a signature alone.
pub fn fitted(
    galley: &mut Galley,
    height: impl Fn(usize) -> Mpt,
    pages_max: usize,
) -> Result<Vec<Page>, TooMany> {
    let loose = pages(galley, &height, pages_max)?;
    let short = |last: &Page| stack(&galley.strips, &last.strips) <= LAST_PAGE_SHORT;
    if loose.len() < 2 || !loose.last().is_some_and(short) {
        return Ok(loose);
    }
    let spaces: Vec<Mpt> = galley.strips.iter().map(|strip| strip.before).collect();
    for strip in &mut galley.strips {
        strip.before = strip.before / 3 * 2;
    }
    let tight = pages(galley, &height, pages_max)?;
    if tight.len() < loose.len() {
        return Ok(tight);
    }
    for (strip, space) in galley.strips.iter_mut().zip(spaces) {
        strip.before = space;
    }
    Ok(loose)
}

/// First strip behind the page that begins with `start`; always behind `start`.
fn page_end(strips: &[Strip], start: usize, room: Mpt) -> usize {
    let mut y = 0;
    let mut allowed = None;
    for (at, strip) in strips.iter().enumerate().skip(start) {
        if at > start {
            if strip.top == Top::Always {
                return at;
            }
            y += strip.before;
        }
        y += strip.height;
        if at > start {
            if strip.top == Top::Allowed {
                allowed = Some(at);
            }
            if y > room {
                return allowed.unwrap_or(at);
            }
        }
    }
    strips.len()
}

/// The head that a page repeats when it begins inside a table.
fn repeated_head(galley: &Galley, start: usize, room: Mpt) -> Range<usize> {
    let head = galley
        .strips
        .get(start)
        .and_then(|strip| (strip.head as usize).checked_sub(1))
        .and_then(|at| galley.heads.get(at));
    match head {
        // A head that fills a third of the page would leave too little of the table.
        Some(head) if head.end <= start && stack(&galley.strips, head) <= room / 3 => head.clone(),
        _ => 0..0,
    }
}

/// How high the column of a page is.
pub fn height(galley: &Galley, page: &Page) -> Mpt {
    let strips = galley.strips.get(page.strips.clone()).unwrap_or_default();
    let spaces = strips.iter().skip(1).map(|strip| strip.before);
    spaces.fold(
        stack(&galley.strips, &page.head).saturating_add(stack(&galley.strips, &page.strips)),
        Mpt::saturating_add,
    )
}

fn stack(strips: &[Strip], range: &Range<usize>) -> Mpt {
    let strips = strips.get(range.clone()).unwrap_or_default();
    strips
        .iter()
        .fold(0, |sum: Mpt, strip| sum.saturating_add(strip.height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn galley(tops: &[Top]) -> Galley {
        let mut galley = Galley::default();
        for &top in tops {
            galley.strip(0, 10, top, []);
        }
        galley
    }

    fn ends(tops: &[Top], height: Mpt) -> Vec<usize> {
        pages(&galley(tops), |_| height, 99)
            .unwrap()
            .iter()
            .map(|page| page.strips.end)
            .collect()
    }

    use Top::{Allowed as A, Always as P, Avoided as N};

    #[test]
    fn pages_are_filled_and_cut_where_allowed() {
        assert_eq!(ends(&[A; 6], 30), [3, 6]);
        assert_eq!(ends(&[A, A, A, N, A, A], 30), [2, 5, 6]);
        assert_eq!(ends(&[A, A, P, A], 30), [2, 4]);
        assert_eq!(ends(&[], 30), [0; 0]);
    }

    #[test]
    fn what_cannot_be_kept_together_is_cut_where_the_page_is_full() {
        assert_eq!(ends(&[N; 7], 30), [3, 6, 7]);
        assert_eq!(ends(&[A; 3], 5), [1, 2, 3]);
        assert_eq!(ends(&[P; 3], 30), [1, 2, 3]);
    }

    #[test]
    fn spaces_shrink_to_save_a_short_last_page_and_for_nothing_else() {
        let spaced = |strips: usize| {
            let mut galley = Galley::default();
            for _ in 0..strips {
                galley.strip(3_000, 10_000, A, []);
            }
            galley
        };
        // Ten strips: 127 loose, 118 with the spaces at two thirds.
        let mut galley = spaced(10);
        assert_eq!(pages(&galley, |_| 120_000, 9).unwrap().len(), 2);
        assert_eq!(fitted(&mut galley, |_| 120_000, 9).unwrap().len(), 1);
        let mut hopeless = spaced(10);
        assert_eq!(fitted(&mut hopeless, |_| 110_000, 9).unwrap().len(), 2);
        assert!(hopeless.strips.iter().all(|strip| strip.before == 3_000));
    }

    #[test]
    fn a_limit_ends_it() {
        assert_eq!(pages(&galley(&[P; 4]), |_| 30, 3), Err(TooMany));
        assert!(pages(&galley(&[P; 3]), |_| 30, 3).is_ok());
    }

    #[test]
    fn a_table_that_runs_on_repeats_its_head() {
        let mut galley = galley(&[A, A, N, A, A]);
        galley.heads.push(1..2);
        for strip in galley.strips.iter_mut().skip(2) {
            strip.head = 1;
        }
        let pages = pages(&galley, |_| 40, 99).unwrap();
        assert_eq!(pages[1].head, 1..2);
        assert_eq!(pages[1].strips, 4..5);
        assert_eq!(pages[0].head, 0..0);
    }

    use proptest::prelude::*;

    proptest! {
        /// Whatever the strips: each stands on one page, in order; no page is higher than it may be, unless it is one
        /// strip; a page begins where it should not only if there was no better place on the page before.
        #[test]
        fn any_galley_is_cut_well(
            strips in proptest::collection::vec((0..30_i32, 1..60_i32, 0..12_u8), 0..80),
            room in 20..200_i32,
        ) {
            let mut galley = Galley::default();
            for &(before, height, top) in &strips {
                let top = match top {
                    0 => P,
                    1..=5 => N,
                    _ => A,
                };
                galley.strip(before, height, top, []);
            }
            let cut = pages(&galley, |_| room, usize::MAX).unwrap();
            let mut next = 0;
            for (at, page) in cut.iter().enumerate() {
                let Range { start, end } = page.strips.clone();
                prop_assert!(start == next && end > start);
                next = end;
                prop_assert!(height(&galley, page) <= room || end - start == 1);
                let inside = &galley.strips[start + 1..end];
                prop_assert!(inside.iter().all(|strip| strip.top != P));
                let Some(follower) = galley.strips.get(end) else {
                    prop_assert_eq!(at + 1, cut.len());
                    continue;
                };
                if follower.top == N {
                    prop_assert!(inside.iter().all(|strip| strip.top != A), "page {at} could end earlier");
                }
            }
            prop_assert_eq!(next, galley.strips.len());
        }
    }
}
