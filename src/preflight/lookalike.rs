//! Figures that a machine could take for a mark: a two-dimensional code, or the bars of an OMR code.
//!
//! In: the strip of the marks, rendered at [`STRIP_DPI`]. A code is a rectangle that falls into a grid of squares, each
//! black or white throughout, with about as many changes as chance makes; no letter and no picture does. Bars are two or
//! more lines of one length, one above the other (`facts/print.md` §4.3, §4.4). Codes that stand askew are not found.

use std::ops::RangeInclusive;

use super::area::Area;
use super::ink::{Dots, Picture, joined};

/// Dots of an inch: the smallest module that plants use, 0.25 mm, has three.
pub(super) const STRIP_DPI: f64 = 300.0;
/// The strip is looked at with so much beside it, to see whether a line ends in it.
pub(super) const BESIDE_MM: f64 = 12.0;
const DOTS_A_MM: f64 = STRIP_DPI / 25.4;
/// A dot darker than this is black to a camera, where bars are looked for.
const BLACK_MAX: u8 = 128;
/// A dot darker than this belongs to a figure. What of it is black is told from its own mean, as cameras do.
const GREY_MAX: u8 = 225;
/// Parts of one figure that are looked at.
const PARTS_MAX: usize = 256;

/// Sides of a code: 8 modules of 0.25 mm to 52 of 0.5 mm.
const SIDE_MM: RangeInclusive<f64> = 2.0..=26.0;
/// Modules of a side: ECC 200 has 10 to 52 in this size, 8 to 48 where it is oblong; QR has 21 to 45.
const MODULES: RangeInclusive<usize> = 8..=52;
/// Part of the modules that must be of one colour throughout.
const PURE_MIN: f64 = 0.93;
/// Part of the modules that are black.
const BLACK: RangeInclusive<f64> = 0.25..=0.75;
/// Part of the neighbours that differ.
const CHANGES: RangeInclusive<f64> = 0.28..=0.75;
/// White between two parts of one figure.
const GAP_MM: f64 = 0.5;

/// Length of an OMR bar.
const BAR_LENGTH_MM: RangeInclusive<f64> = 5.0..=25.0;
/// Its thickness.
const BAR_THICKNESS_MM: RangeInclusive<f64> = 0.2..=1.2;
/// From bar to bar.
const BAR_PITCH_MM: RangeInclusive<f64> = 2.0..=10.5;
/// How far the ends of two bars of one code may be apart.
const BAR_SLACK_MM: f64 = 0.7;

/// What was found, and where. `picture` begins at the upper left corner of `strip` and goes [`BESIDE_MM`] beyond it.
pub(super) fn find(picture: &Picture, strip: &Area) -> Vec<(&'static str, Area)> {
    let mut black = Black::of(picture);
    let mut found: Vec<_> = black
        .codes()
        .into_iter()
        .map(|code| ("a figure like a two-dimensional code", code))
        .collect();
    black.limit = BLACK_MAX;
    if let Some(bars) = bars(&black) {
        found.push(("a row of bars like an OMR code", bars));
    }
    let mm = |dots: usize| dots as f64 / DOTS_A_MM;
    found
        .into_iter()
        .map(|(what, [left, top, right, bottom])| {
            let area = Area::between(
                strip.x_mm + mm(left),
                strip.y_mm + mm(top),
                strip.x_mm + mm(right),
                strip.y_mm + mm(bottom),
            );
            (what, area)
        })
        .filter(|(_, area)| area.meets(strip))
        .collect()
}

struct Black {
    width: usize,
    height: usize,
    /// The darkest channel of each.
    dots: Vec<u8>,
    /// Dots darker than this are black.
    limit: u8,
}

impl Black {
    fn of(picture: &Picture) -> Self {
        let (width, height) = (picture.width, picture.height);
        Self {
            width,
            height,
            dots: (0..height).flat_map(|y| picture.row(y)).collect(),
            limit: GREY_MAX,
        }
    }

    fn at(&self, x: usize, y: usize) -> bool {
        let dot = self.dots.get(y * self.width + x);
        x < self.width && dot.is_some_and(|dot| *dot < self.limit)
    }

    /// Figures that are codes, each by its own contrast.
    fn codes(&mut self) -> Vec<Dots> {
        self.limit = GREY_MAX;
        let mut codes = Vec::new();
        for figure in self.figures() {
            self.limit = GREY_MAX;
            for part in self.parts(figure) {
                self.limit = GREY_MAX;
                let boxes = self.boxes(part);
                codes.extend(boxes.into_iter().find(|found| {
                    self.limit = self.mean(*found);
                    self.is_code(*found)
                }));
            }
        }
        codes
    }

    /// The mean of the dots of a box.
    fn mean(&self, [left, top, right, bottom]: Dots) -> u8 {
        let rows = (top..bottom).filter_map(|y| {
            let row = y * self.width;
            self.dots.get(row + left..row + right)
        });
        let sum: u64 = rows.flatten().map(|dot| u64::from(*dot)).sum();
        let count = ((right - left) * (bottom - top)).max(1) as u64;
        u8::try_from(sum / count).unwrap_or(u8::MAX)
    }

    /// A figure, cut where a row or a column of it is all white: a rule beside a code is no part of it.
    fn parts(&self, figure: Dots) -> Vec<Dots> {
        let mut parts = Vec::new();
        let mut waiting = vec![figure];
        while let Some(part) = waiting.pop() {
            let [left, top, right, bottom] = part;
            let row = |y: usize| (left..right).any(|x| self.at(x, y));
            let column = |x: usize| (top..bottom).any(|y| self.at(x, y));
            let rows = stretches(top..bottom, row);
            let columns = match rows.len() {
                1 => stretches(left..right, column),
                _ => vec![(left, right)],
            };
            if let ([(top, bottom)], [(left, right)]) = (&rows[..], &columns[..]) {
                parts.push([*left, *top, *right, *bottom]);
                continue;
            }
            if parts.len() + waiting.len() > PARTS_MAX {
                parts.push(part);
                continue;
            }
            let cut = rows.iter().flat_map(|&(top, bottom)| {
                columns
                    .iter()
                    .map(move |&(left, right)| [left, top, right, bottom])
            });
            waiting.extend(cut);
        }
        parts
    }

    /// Boxes around what hangs together, small gaps not counted.
    fn figures(&self) -> Vec<Dots> {
        let side = (GAP_MM * DOTS_A_MM) as usize;
        let (across, down) = (self.width.div_ceil(side), self.height.div_ceil(side));
        // For each cell the box around its black dots.
        let mut cells: Vec<Option<Dots>> = vec![None; across * down];
        for (y, row) in self.dots.chunks_exact(self.width.max(1)).enumerate() {
            let cells = cells.get_mut(y / side * across..).unwrap_or_default();
            for ((column, dots), cell) in row.chunks(side).enumerate().zip(cells) {
                let first = dots.iter().position(|dot| *dot < self.limit);
                let last = dots.iter().rposition(|dot| *dot < self.limit);
                if let (Some(first), Some(last)) = (first, last) {
                    let left = column * side;
                    *cell = Some(joined(*cell, [left + first, y, left + last + 1, y + 1]));
                }
            }
        }
        let mut figures = Vec::new();
        for start in 0..cells.len() {
            let Some(first) = cells[start].take() else {
                continue;
            };
            let mut figure = first;
            let mut waiting = vec![start];
            while let Some(at) = waiting.pop() {
                let (x, y) = (at % across, at / across);
                for near_y in y.saturating_sub(1)..(y + 2).min(down) {
                    for near_x in x.saturating_sub(1)..(x + 2).min(across) {
                        let near = near_y * across + near_x;
                        if let Some(cell) = cells[near].take() {
                            figure = joined(Some(figure), cell);
                            waiting.push(near);
                        }
                    }
                }
            }
            figures.push(figure);
        }
        figures
    }

    /// Where in a figure a code can stand: the whole, or a square at its ends where something hangs on it.
    fn boxes(&self, [left, top, right, bottom]: Dots) -> Vec<Dots> {
        let (width, height) = (right - left, bottom - top);
        let side = width.min(height);
        let fits = |dots: usize| SIDE_MM.contains(&(dots as f64 / DOTS_A_MM));
        let mut boxes = Vec::new();
        if fits(width) && fits(height) {
            boxes.push([left, top, right, bottom]);
        }
        if fits(side) && width.abs_diff(height) * 10 > side {
            boxes.push([left, top, left + side, top + side]);
            boxes.push([right - side, bottom - side, right, bottom]);
        }
        boxes
    }

    fn is_code(&self, found: Dots) -> bool {
        let [left, top, right, bottom] = found;
        MODULES.clone().any(|rows| {
            let columns = (right - left) as f64 / (bottom - top) as f64 * rows as f64;
            let columns = columns.round() as usize;
            MODULES.contains(&columns) && self.fits_grid(found, columns, rows)
        })
    }

    /// Whether a box is a grid of so many modules.
    fn fits_grid(&self, [left, top, right, bottom]: Dots, columns: usize, rows: usize) -> bool {
        let across = (right - left) as f64 / columns as f64;
        let down = (bottom - top) as f64 / rows as f64;
        if across < 2.5 || down < 2.5 {
            return false;
        }
        let all = (columns * rows) as f64;
        let (mut impure, mut black) = (0.0, 0.0);
        let mut grid = vec![false; columns * rows];
        for row in 0..rows {
            for column in 0..columns {
                let dark = self.module(
                    left as f64 + column as f64 * across,
                    top as f64 + row as f64 * down,
                    across,
                    down,
                );
                match dark {
                    0 => {}
                    9 => black += 1.0,
                    _ => impure += 1.0,
                }
                grid[row * columns + column] = dark >= 5;
            }
            if impure / all > 1.0 - PURE_MIN {
                return false;
            }
        }
        let differ = |i: usize, next: usize| grid.get(next).is_some_and(|n| *n != grid[i]);
        let across = (0..grid.len())
            .filter(|&i| (i + 1) % columns != 0 && differ(i, i + 1))
            .count() as f64
            / ((columns - 1) * rows) as f64;
        let down = (0..grid.len()).filter(|&i| differ(i, i + columns)).count() as f64
            / (columns * (rows - 1)) as f64;
        BLACK.contains(&(black / all)) && CHANGES.contains(&across) && CHANGES.contains(&down)
    }

    /// How many of nine dots in the middle of a module are black.
    fn module(&self, x: f64, y: f64, across: f64, down: f64) -> u32 {
        const AT: [f64; 3] = [0.3, 0.5, 0.7];
        AT.iter()
            .flat_map(|&v| AT.iter().map(move |&u| (u, v)))
            .map(|(u, v)| u32::from(self.at((x + u * across) as usize, (y + v * down) as usize)))
            .sum()
    }
}

/// Where something holds in a row of numbers: from, to, the latter outside.
fn stretches(range: std::ops::Range<usize>, holds: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for i in range.filter(|&i| holds(i)) {
        match stretches.last_mut() {
            Some((_, to)) if *to == i => *to += 1,
            _ => stretches.push((i, i + 1)),
        }
    }
    stretches
}

/// The box around bars that belong together.
fn bars(black: &Black) -> Option<Dots> {
    let mm = |dots: usize| dots as f64 / DOTS_A_MM;
    let mut open: Vec<Dots> = Vec::new();
    let mut bars: Vec<Dots> = Vec::new();
    for y in 0..=black.height {
        let runs = if y < black.height {
            runs(black, y)
        } else {
            Vec::new()
        };
        let mut next = Vec::new();
        for (left, right) in runs {
            let above = open.iter().position(|bar| {
                mm(bar[0].abs_diff(left)) < 0.3 && mm(bar[2].abs_diff(right)) < 0.3
            });
            next.push(match above {
                Some(i) => joined(Some(open.swap_remove(i)), [left, y, right, y + 1]),
                None => [left, y, right, y + 1],
            });
        }
        bars.append(&mut open);
        open = next;
    }
    bars.retain(|bar| {
        BAR_LENGTH_MM.contains(&mm(bar[2] - bar[0]))
            && BAR_THICKNESS_MM.contains(&mm(bar[3] - bar[1]))
            && bar[2] < black.width // It ends here.
            && bar[0] > 0
            && stands_alone(black, bar)
    });
    let alike = |a: &Dots, b: &Dots| {
        mm(a[0].abs_diff(b[0])) < BAR_SLACK_MM
            && mm(a[2].abs_diff(b[2])) < BAR_SLACK_MM
            && BAR_PITCH_MM.contains(&mm(b[1].abs_diff(a[1])))
    };
    let mut found = None;
    for (i, a) in bars.iter().enumerate() {
        for b in &bars[i + 1..] {
            if alike(a, b) {
                found = Some(joined(Some(joined(found, *a)), *b));
            }
        }
    }
    found
}

/// Whether nothing touches a bar from above or below, as the other strokes of a large letter do.
fn stands_alone(black: &Black, &[left, top, right, bottom]: &Dots) -> bool {
    const CLEAR_DOTS: usize = 4;
    let clear = |y: usize| (left..right).all(|x| !black.at(x, y));
    top.checked_sub(CLEAR_DOTS).is_none_or(clear) && clear(bottom + CLEAR_DOTS)
}

/// Stretches of black in a row, from the shortest bar on.
fn runs(black: &Black, y: usize) -> Vec<(usize, usize)> {
    let shortest = (*BAR_LENGTH_MM.start() * DOTS_A_MM) as usize;
    let start = y * black.width;
    let row = black.dots.get(start..start + black.width);
    let row = row.unwrap_or_default();
    let mut runs = Vec::new();
    let mut x = 0;
    let is_black = |dot: &u8| *dot < black.limit;
    for run in row.chunk_by(|a, b| is_black(a) == is_black(b)) {
        if run.first().is_some_and(is_black) && run.len() >= shortest {
            runs.push((x, x + run.len()));
        }
        x += run.len();
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 354;

    fn blank() -> Black {
        Black {
            width: WIDTH,
            height: 1200,
            dots: vec![255; WIDTH * 1200],
            limit: BLACK_MAX,
        }
    }

    fn fill(black: &mut Black, [left, top, right, bottom]: Dots) {
        for y in top..bottom {
            black.dots[y * WIDTH + left..y * WIDTH + right].fill(0);
        }
    }

    /// A symbol of somebody else's encoder, so many dots a module.
    fn code(dots: usize, text: &[u8]) -> Black {
        let symbol = datamatrix::DataMatrix::encode(text, datamatrix::SymbolList::default());
        let bitmap = symbol.unwrap().bitmap();
        let mut black = blank();
        for (x, y) in bitmap.pixels() {
            let (x, y) = (40 + x * dots, 60 + y * dots);
            fill(&mut black, [x, y, x + dots, y + dots]);
        }
        black
    }

    fn codes(black: &mut Black) -> usize {
        black.codes().len()
    }

    #[test]
    fn codes_of_any_module_are_found() {
        // 14 × 14, 32 × 8 and 18 × 18 modules.
        for text in [
            b"1234567890123456".as_slice(),
            b"0123456789abcdef",
            &[b'7'; 36],
        ] {
            for dots in 3..=9 {
                assert_eq!(
                    codes(&mut code(dots, text)),
                    1,
                    "{dots}, {}",
                    text.escape_ascii()
                );
            }
        }
        // Something hangs on it.
        let mut black = code(6, &[b'7'; 36]);
        let figure = black.figures()[0];
        fill(
            &mut black,
            [figure[0], figure[3], figure[0] + 4, figure[3] + 90],
        );
        assert_eq!(codes(&mut black), 1);
    }

    #[test]
    fn codes_in_grey_and_beside_a_rule_are_found() {
        let mut grey = code(6, &[b'7'; 36]);
        for dot in grey.dots.iter_mut().filter(|dot| **dot == 0) {
            *dot = 133;
        }
        assert_eq!(codes(&mut grey), 1);
        let mut black = code(6, &[b'7'; 36]);
        let [left, _, right, bottom] = black.figures()[0];
        fill(&mut black, [left - 9, bottom + 2, right + 40, bottom + 6]);
        assert_eq!(codes(&mut black), 1);
    }

    #[test]
    fn squares_and_crosses_are_no_codes() {
        let mut square = blank();
        fill(&mut square, [40, 40, 160, 160]);
        assert_eq!(codes(&mut square), 0);
        let mut cross = blank();
        fill(&mut cross, [40, 90, 160, 110]);
        fill(&mut cross, [90, 40, 110, 160]);
        assert_eq!(codes(&mut cross), 0);
    }

    #[test]
    fn bars_of_one_length_are_found() {
        let mut black = blank();
        fill(&mut black, [50, 100, 170, 106]);
        assert_eq!(bars(&black), None, "one line is none");
        fill(&mut black, [51, 150, 170, 156]);
        assert_eq!(bars(&black), Some([50, 100, 170, 156]));
        // Rules of a table go on beyond the strip.
        let mut table = blank();
        fill(&mut table, [50, 100, WIDTH, 106]);
        fill(&mut table, [50, 150, WIDTH, 156]);
        assert_eq!(bars(&table), None);
        // Lines of another length.
        let mut lines = blank();
        fill(&mut lines, [50, 100, 170, 106]);
        fill(&mut lines, [50, 150, 230, 156]);
        assert_eq!(bars(&lines), None);
        // The strokes of an E.
        let mut letter = blank();
        for top in [100, 150, 200] {
            fill(&mut letter, [50, top, 170, top + 10]);
        }
        fill(&mut letter, [50, 100, 62, 210]);
        assert_eq!(bars(&letter), None);
    }
}
