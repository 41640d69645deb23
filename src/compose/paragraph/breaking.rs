//! Fills lines with pieces, greedily; headings are evened out, running text ends without a lonely word.
//!
//! A word that does not fit goes to the next line. Only where that would leave the line very short, and where the
//! letter's language has rules for it ([`hyphen`]), the word is divided. Pieces that have been read are never changed:
//! what is left of a divided word stands in [`Open::first`], so that a text can be broken twice.

use super::{After, Copy, Line, Lines, Piece, Setter};
use crate::compose::font::Fonts;
use crate::compose::hyphen::{self, Need};
use crate::compose::options::Points;
use crate::compose::page::Mpt;
use crate::compose::shape::is_mark;

/// Ends a line inside a word. Not U+00AD, which ISO 32000-1 (14.8.2.2.3) would like to see in extracted text: poppler,
/// MuPDF and the viewers of browsers put words together again at a plain hyphen, and at U+00AD not all of them do.
const HYPHEN: &str = "-";
/// Lines in a row that end with a hyphen, at most.
const HYPHENS_IN_A_ROW_MAX: u8 = 2;

/// A longer paragraph is not worth setting again for its last line.
const LINES_EVENED_MAX: usize = 60;

/// How much of a line may stay empty before a word is divided: an eighth of it, and in a narrow column four em, since
/// there every line is short.
fn short_by(measure: Mpt, size: Points) -> Mpt {
    (measure / 8).max(size.0 * 10 * 4)
}

impl Setter {
    /// Breaks into lines no wider than `measure`.
    pub fn lines(&mut self, fonts: &Fonts, copy: &Copy, measure: Mpt) -> Lines {
        let before = self.lines.len();
        let mut open = Open::at(copy.pieces.start);
        let mut at = copy.pieces.start;
        while let Some(mut piece) = self.piece_at(copy, &open, at) {
            if open.width + piece.width > measure {
                if let Some((head, rest)) = self.divided(fonts, copy, &open, at, measure) {
                    let width = open.width + head.width;
                    open = self.line(copy, &open, at, width, Some(head));
                    open.first = Some(rest);
                    continue;
                }
                if let Some(cut) = open.cut {
                    open = self.line(copy, &open, cut.at, cut.width, cut.hyphen);
                    at = cut.at;
                    continue;
                }
                if at > open.start {
                    open = self.line(copy, &open, at, open.end, None);
                    continue;
                }
                piece = self.split(fonts, copy, piece, measure);
                open.first = Some(piece);
            }
            self.take(fonts, copy, piece, at, measure, &mut open);
            at += 1;
        }
        if open.start < copy.pieces.end {
            self.line(copy, &open, copy.pieces.end, open.end, None);
        }
        before..self.lines.len()
    }

    /// The piece at `at`, or what is left of it.
    fn piece_at(&self, copy: &Copy, open: &Open, at: usize) -> Option<Piece> {
        let first = open.first.filter(|_| at == open.start);
        first.or_else(|| self.pieces.get(..copy.pieces.end)?.get(at).copied())
    }

    /// Takes the piece at `at` into the open line.
    fn take(
        &mut self,
        fonts: &Fonts,
        copy: &Copy,
        piece: Piece,
        at: usize,
        measure: Mpt,
        open: &mut Open,
    ) {
        open.end = open.width + piece.width;
        open.width = open.end + piece.space;
        let mut cut = Cut {
            at: at + 1,
            width: open.end,
            hyphen: None,
        };
        match piece.after {
            After::Must => *open = self.line(copy, open, at + 1, open.end, None),
            After::Allowed => open.cut = Some(cut),
            After::Soft => {
                let face = self.words.get(piece.word).face;
                let word = self.words.shape(fonts, face, HYPHEN);
                let width = self.words.width(fonts, word, copy.size);
                cut.width += width;
                cut.hyphen = Some(Piece {
                    word,
                    width,
                    space: 0,
                    gap: 0,
                    after: After::Allowed,
                });
                if cut.width <= measure {
                    open.cut = Some(cut);
                }
            }
            After::Together => {}
        }
    }

    /// What of the word at `at` still fits into the open line, with a hyphen, and what is left of it; `None` where the
    /// line is long enough without it, or the word is better left whole.
    fn divided(
        &mut self,
        fonts: &Fonts,
        copy: &Copy,
        open: &Open,
        at: usize,
        measure: Mpt,
    ) -> Option<(Piece, Piece)> {
        let rules = self.hyphens?;
        let piece = self.piece_at(copy, open, at)?;
        let before = at.checked_sub(1).filter(|&at| at >= copy.pieces.start);
        let before = before.and_then(|at| self.pieces.get(at));
        // A word on its own, not the end of an address of the web.
        let begins = before.is_none_or(|before| before.space > 0 || before.after == After::Must);
        let need = if at == open.start && piece.width > measure {
            (begins || open.first.is_some()).then_some(Need::Must)?
        } else {
            let end = open.cut.filter(|cut| cut.at == at)?.width;
            // The last word of a paragraph has nothing behind it.
            let ends = piece.after == After::Allowed && piece.space > 0 && at + 1 < copy.pieces.end;
            let short = measure - end > short_by(measure, copy.size);
            (short && begins && ends && open.hyphens < HYPHENS_IN_A_ROW_MAX)
                .then_some(Need::Wish)?
        };
        let room = measure - open.width;
        let face = self.words.get(piece.word).face;
        let mut head = std::mem::take(&mut self.text);
        let mut found = None;
        let text = self.words.text(piece.word);
        let places = self.places.entry((piece.word, rules, need));
        let places = *places.or_insert_with(|| hyphen::places(text, rules, need));
        let chars = Mpt::try_from(text.len()).unwrap_or(Mpt::MAX).max(1);
        for place in places.backwards() {
            // Far too wide, by the mean width of its letters.
            let at = Mpt::try_from(place).unwrap_or(Mpt::MAX);
            if piece.width / chars * at > room / 4 * 5 {
                continue;
            }
            let text = self.words.text(piece.word);
            head.clear();
            head.push_str(text.get(..place).unwrap_or_default());
            let linked = hyphen::is_linked(&head, text.get(place..).unwrap_or_default(), rules);
            head.push_str(HYPHEN);
            let word = self.words.shape(fonts, face, &head);
            let width = self.words.width(fonts, word, copy.size);
            if width > room {
                continue;
            }
            // The last place that fits; a joint of a compound before it, if the line is long enough with that.
            let short = room - width > short_by(measure, copy.size);
            if found.is_none() || (linked && !short) {
                found = Some((word, width, place));
            }
            if linked || short {
                break;
            }
        }
        let halves = found.map(|(word, width, place)| {
            head.clear();
            let text = self.words.text(piece.word);
            head.push_str(text.get(place..).unwrap_or_default());
            let rest = self.words.shape(fonts, face, &head);
            let head = Piece {
                word,
                width,
                space: 0,
                gap: 0,
                after: After::Allowed,
            };
            let width = self.words.width(fonts, rest, copy.size);
            let rest = Piece {
                word: rest,
                width,
                ..piece
            };
            (head, rest)
        });
        self.text = head;
        halves
    }

    /// The last resort: a word wider than the measure fills whole lines; gives what is left of it.
    fn split(&mut self, fonts: &Fonts, copy: &Copy, piece: Piece, measure: Mpt) -> Piece {
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
                return part;
            }
            let first = self.set.len();
            self.set.push(part);
            self.push_line(first, width, copy.size, false);
        }
    }

    /// Ends the open line before the piece `end`, with `tail` behind it; gives the next.
    fn line(
        &mut self,
        copy: &Copy,
        open: &Open,
        end: usize,
        width: Mpt,
        tail: Option<Piece>,
    ) -> Open {
        let first = self.set.len();
        let pieces = self.pieces.get(open.start..end).unwrap_or_default();
        self.set.extend_from_slice(pieces);
        if let Some(left) = open.first
            && let Some(piece) = self.set.get_mut(first..).and_then(<[Piece]>::first_mut)
        {
            *piece = left;
        }
        self.set.extend(tail);
        let last = self
            .set
            .last()
            .map_or("", |last| self.words.text(last.word));
        let hyphen = last.ends_with(HYPHEN);
        self.push_line(first, width, copy.size, hyphen);
        let mut next = Open::at(end);
        if hyphen {
            next.hyphens = open.hyphens.saturating_add(1);
        }
        next
    }

    fn push_line(&mut self, first: usize, width: Mpt, size: Points, hyphen: bool) {
        let short = |at| u32::try_from(at).unwrap_or(u32::MAX);
        self.lines.push(Line {
            pieces: (short(first), short(self.set.len())),
            width,
            size,
            hyphen,
        });
    }

    /// For headings: breaks into as few lines as possible, and these as even as possible, without hyphens.
    pub fn lines_balanced(&mut self, fonts: &Fonts, copy: &Copy, measure: Mpt) -> Lines {
        let narrowest = self.widths(copy).0;
        if narrowest > measure {
            return self.lines(fonts, copy, measure);
        }
        let rules = self.hyphens.take();
        let lines = self.lines_evened(fonts, copy, measure, narrowest);
        self.hyphens = rules;
        lines
    }

    fn lines_evened(&mut self, fonts: &Fonts, copy: &Copy, measure: Mpt, narrowest: Mpt) -> Lines {
        let count = self.count(copy, measure);
        if !(2..=6).contains(&count) {
            return self.lines(fonts, copy, measure);
        }
        let (mut low, mut high) = (narrowest.max(measure / 3), measure);
        while high - low > 1000 {
            let middle = low.midpoint(high);
            if self.count(copy, middle) <= count {
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
        let (set, first) = (self.set.len(), self.lines.len());
        let wide = self.lines(fonts, copy, measure);
        let short = measure / 7;
        let is_short = |lines: &Lines, setter: &Self| {
            let last = setter.lines.get(lines.clone()).and_then(<[Line]>::last);
            last.is_some_and(|line| line.width < short)
        };
        if wide.len() < 2 || wide.len() > LINES_EVENED_MAX || !is_short(&wide, self) {
            return wide;
        }
        for percent in [97, 94, 91] {
            self.set.truncate(set);
            self.lines.truncate(first);
            let lines = self.lines(fonts, copy, measure / 100 * percent);
            if lines.len() == wide.len() && !is_short(&lines, self) {
                return lines;
            }
        }
        self.set.truncate(set);
        self.lines.truncate(first);
        self.lines(fonts, copy, measure)
    }

    /// How many lines it would be, words wider than the measure left aside.
    fn count(&self, copy: &Copy, measure: Mpt) -> usize {
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
        count
    }
}

/// The line that is being filled.
struct Open {
    /// Its first piece.
    start: usize,
    /// What is left of its first piece, when the line before it ended inside that.
    first: Option<Piece>,
    /// With the space behind its last piece.
    width: Mpt,
    /// Without.
    end: Mpt,
    /// Last place where it may end.
    cut: Option<Cut>,
    /// How many lines before it, without one between, end with a hyphen.
    hyphens: u8,
}

impl Open {
    fn at(start: usize) -> Self {
        Self {
            start,
            first: None,
            width: 0,
            end: 0,
            cut: None,
            hyphens: 0,
        }
    }
}

#[derive(Clone, Copy)]
struct Cut {
    at: usize,
    width: Mpt,
    /// What stands behind it when the line ends here.
    hyphen: Option<Piece>,
}
