//! Fills lines with pieces, greedily; headings are evened out, running text ends without a lonely word.

use std::ops::Range;

use super::{After, Copy, Line, Lines, Piece, Setter};
use crate::compose::font::Fonts;
use crate::compose::options::Points;
use crate::compose::page::Mpt;
use crate::compose::shape::{WordId, is_mark};

impl Setter {
    /// Breaks into lines no wider than `measure`.
    pub fn lines(&mut self, fonts: &Fonts, copy: &Copy, measure: Mpt) -> Lines {
        let before = self.lines.len();
        let mut open = Open::at(copy.pieces.start);
        let mut at = copy.pieces.start;
        while let Some(&piece) = self.pieces.get(..copy.pieces.end).and_then(|p| p.get(at)) {
            if open.width + piece.width > measure {
                if let Some(cut) = open.cut {
                    self.line(fonts, copy, open.start..cut.at, cut.width, cut.hyphen);
                    open = Open::at(cut.at);
                    at = cut.at;
                    continue;
                }
                if at > open.start {
                    self.line(fonts, copy, open.start..at, open.end, None);
                    open = Open::at(at);
                    continue;
                }
                self.split(fonts, copy, at, measure);
            }
            self.take(fonts, copy, at, measure, &mut open);
            at += 1;
        }
        if open.start < copy.pieces.end {
            self.line(fonts, copy, open.start..copy.pieces.end, open.end, None);
        }
        before..self.lines.len()
    }

    /// Takes the piece at `at` into the open line.
    fn take(&mut self, fonts: &Fonts, copy: &Copy, at: usize, measure: Mpt, open: &mut Open) {
        let Some(&piece) = self.pieces.get(at) else {
            return;
        };
        open.end = open.width + piece.width;
        open.width = open.end + piece.space;
        let mut cut = Cut {
            at: at + 1,
            width: open.end,
            hyphen: None,
        };
        match piece.after {
            After::Must => {
                self.line(fonts, copy, open.start..at + 1, open.end, None);
                *open = Open::at(at + 1);
            }
            After::Allowed => open.cut = Some(cut),
            After::Soft => {
                let face = self.words.get(piece.word).face;
                let hyphen = self.words.shape(fonts, face, "-");
                cut.width += self.words.width(fonts, hyphen, copy.size);
                cut.hyphen = Some(hyphen);
                if cut.width <= measure {
                    open.cut = Some(cut);
                }
            }
            After::Together => {}
        }
    }

    /// The last resort: a word wider than the measure fills whole lines; what is left replaces the piece.
    fn split(&mut self, fonts: &Fonts, copy: &Copy, at: usize, measure: Mpt) {
        let Some(&piece) = self.pieces.get(at) else {
            return;
        };
        let face = self.words.get(piece.word).face;
        let text = self.words.text(piece.word).to_owned();
        let mut rest = text.as_str();
        loop {
            let mut fitting = fonts.prefix_that_fits(face, copy.size, rest, measure);
            let (word, width) = loop {
                let head = rest.get(..fitting).unwrap_or(rest);
                let word = self.words.shape(fonts, face, head);
                let width = self.words.width(fonts, word, copy.size);
                // Kerning may have made it wider than its parts.
                let shorter = head.char_indices().rev().find(|&(_, c)| !is_mark(c));
                match shorter {
                    Some((shorter, _)) if width > measure && shorter > 0 => fitting = shorter,
                    _ => break (word, width),
                }
            };
            rest = rest.get(fitting..).unwrap_or_default();
            let part = Piece {
                word,
                width,
                ..piece
            };
            if rest.is_empty() {
                if let Some(piece) = self.pieces.get_mut(at) {
                    *piece = part;
                }
                return;
            }
            let first = self.set.len();
            self.set.push(part);
            self.push_line(first, width, copy.size);
        }
    }

    fn line(
        &mut self,
        fonts: &Fonts,
        copy: &Copy,
        pieces: Range<usize>,
        width: Mpt,
        hyphen: Option<WordId>,
    ) {
        let first = self.set.len();
        self.set
            .extend_from_slice(self.pieces.get(pieces).unwrap_or_default());
        if let Some(word) = hyphen {
            self.set.push(Piece {
                word,
                width: self.words.width(fonts, word, copy.size),
                space: 0,
                gap: 0,
                after: After::Allowed,
            });
        }
        self.push_line(first, width, copy.size);
    }

    fn push_line(&mut self, first: usize, width: Mpt, size: Points) {
        let short = |at| u32::try_from(at).unwrap_or(u32::MAX);
        self.lines.push(Line {
            pieces: (short(first), short(self.set.len())),
            width,
            size,
        });
    }

    /// For headings: breaks into as few lines as possible, and these as even as possible.
    pub fn lines_balanced(&mut self, fonts: &Fonts, copy: &Copy, measure: Mpt) -> Lines {
        let (count, _) = self.count(copy, measure);
        let narrowest = self.widths(copy).0;
        if !(2..=6).contains(&count) || narrowest > measure {
            return self.lines(fonts, copy, measure);
        }
        let (mut low, mut high) = (narrowest.max(measure / 3), measure);
        while high - low > 1000 {
            let middle = low.midpoint(high);
            if self.count(copy, middle).0 <= count {
                high = middle;
            } else {
                low = middle;
            }
        }
        self.lines(fonts, copy, high)
    }

    /// For running text: when the last line would hold a single short word, the lines before it are set a little
    /// narrower and give it company.
    pub fn lines_of_text(&mut self, fonts: &Fonts, copy: &Copy, measure: Mpt) -> Lines {
        let short = measure / 7;
        let (count, last) = self.count(copy, measure);
        let narrower = if count > 1 && last < short {
            [97, 94, 91].into_iter().find_map(|percent| {
                let narrower = measure / 100 * percent;
                let (same, last) = self.count(copy, narrower);
                (same == count && last >= short).then_some(narrower)
            })
        } else {
            None
        };
        self.lines(fonts, copy, narrower.unwrap_or(measure))
    }

    /// How many lines it would be and how wide the last, words wider than the measure left aside.
    fn count(&self, copy: &Copy, measure: Mpt) -> (usize, Mpt) {
        let (mut count, mut width) = (1, 0);
        let (mut stretch, mut stretch_gap, mut gap) = (0, 0, 0);
        for piece in self.source(copy) {
            stretch += stretch_gap + piece.width;
            stretch_gap = piece.space;
            if piece.after == After::Together {
                // Beyond any page: sums must not overflow.
                stretch = stretch.min(Mpt::MAX / 8);
                continue;
            }
            if width > 0 && width + gap + stretch > measure {
                count += 1;
                width = stretch;
            } else {
                width += gap + stretch;
            }
            gap = piece.space;
            (stretch, stretch_gap) = (0, 0);
            if piece.after == After::Must {
                count += 1;
                (width, gap) = (0, 0);
            }
        }
        (count, width)
    }
}

/// The line that is being filled.
struct Open {
    /// Its first piece.
    start: usize,
    /// With the space behind its last piece.
    width: Mpt,
    /// Without.
    end: Mpt,
    /// Last place where it may end.
    cut: Option<Cut>,
}

impl Open {
    fn at(start: usize) -> Self {
        Self {
            start,
            width: 0,
            end: 0,
            cut: None,
        }
    }
}

#[derive(Clone, Copy)]
struct Cut {
    at: usize,
    width: Mpt,
    hyphen: Option<WordId>,
}
