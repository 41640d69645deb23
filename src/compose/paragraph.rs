//! Breaks runs of text into lines, ragged right.
//!
//! Where a line may end is said by Unicode (UAX #14, crate `unicode-linebreak`), less the places where a careful
//! typist would not: inside `12 450 kr`, `§ 5` or `kl. 10`. A word that is wider than the line is broken where the line
//! ends. Nothing is ever left out, and no line is wider than its measure.

use std::collections::BTreeSet;
use std::ops::Range;

use unicode_linebreak::{BreakOpportunity, linebreaks};

use super::Face;
use super::font::{Fault, Fonts, WordId, Words, is_mark};
use super::options::Points;
use super::page::Mpt;
use crate::letter::Run;

/// A stretch without spaces is cut after this many characters before it is shaped, so that no word is long.
const WORD_CHARS_MAX: usize = 200;
/// Kinds of characters named in the findings of one letter.
const FAULTS_MAX: usize = 8;

/// What stands behind a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// A line may end here.
    Allowed,
    /// A line may end here, with a hyphen.
    Soft,
    /// A line ends here only if it cannot be helped: inside an amount, or where bold begins within a word.
    Together,
    /// The line ends here.
    Must,
}

/// A stretch of text that is set in one go, and the space behind it.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Its letters.
    pub word: WordId,
    /// Without the space.
    pub width: Mpt,
    /// Width of the space behind it; 0 for none.
    pub space: Mpt,
    /// Moves the pen behind the space, to the left in thousandths of an em.
    pub gap: i16,
    /// What stands behind it.
    pub after: After,
}

/// A line that has been broken.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pieces: (u32, u32),
    /// From its first letter to its last.
    pub width: Mpt,
    /// Its type.
    pub size: Points,
}

/// Text that has been read: pieces, not yet broken.
#[derive(Clone, Debug)]
pub struct Copy {
    pieces: Range<usize>,
    size: Points,
}

/// Which lines of the setter.
pub type Lines = Range<usize>;

/// Reads text and breaks it; keeps all lines of a letter.
#[derive(Default)]
pub struct Setter {
    /// Words of this letter and of those before.
    pub words: Words,
    text: String,
    styles: Vec<(usize, Face)>,
    pieces: Vec<Piece>,
    set: Vec<Piece>,
    lines: Vec<Line>,
    /// What could not be set: where in the letter, and why.
    pub faults: BTreeSet<(&'static str, Fault)>,
    /// Element that is being read, for `faults`.
    pub path: &'static str,
}

impl Setter {
    /// Makes ready for another letter.
    pub fn clear(&mut self) {
        self.words.trim();
        self.pieces.clear();
        self.set.clear();
        self.lines.clear();
        self.faults.clear();
    }

    /// Reads runs; `bold` makes all of them bold.
    pub fn read(&mut self, fonts: &Fonts, runs: &[Run<'_>], bold: bool, size: Points) -> Copy {
        self.begin();
        for run in runs {
            let face = match (bold || run.bold, run.italic) {
                (false, false) => Face::Regular,
                (true, false) => Face::Bold,
                (false, true) => Face::Italic,
                (true, true) => Face::BoldItalic,
            };
            self.push(&run.text, face);
        }
        self.end(fonts, size)
    }

    /// Reads plain text.
    pub fn read_text(&mut self, fonts: &Fonts, text: &str, face: Face, size: Points) -> Copy {
        self.begin();
        self.push(text, face);
        self.end(fonts, size)
    }

    fn begin(&mut self) {
        self.text.clear();
        self.styles.clear();
    }

    fn push(&mut self, text: &str, face: Face) {
        if text.bytes().any(|b| matches!(b, b'\t' | b'\r')) {
            self.text.extend(text.chars().map(|c| match c {
                '\t' | '\r' => ' ',
                c => c,
            }));
        } else {
            self.text.push_str(text);
        }
        self.styles.push((self.text.len(), face));
    }

    /// Cuts the text at the places where a line may end and where the style changes.
    fn end(&mut self, fonts: &Fonts, size: Points) -> Copy {
        let first = self.pieces.len();
        let text = std::mem::take(&mut self.text);
        let styles = std::mem::take(&mut self.styles);
        let mut style = styles.iter().peekable();
        let mut start = 0;
        for (end, opportunity) in linebreaks(&text) {
            let after = match opportunity {
                BreakOpportunity::Mandatory => After::Must,
                BreakOpportunity::Allowed if belongs_together(&text, end) => After::Together,
                BreakOpportunity::Allowed => After::Allowed,
            };
            while let Some(&&(style_end, face)) = style.peek() {
                if style_end <= start {
                    style.next();
                    continue;
                }
                let cut = style_end.min(end);
                let part = text.get(start..cut).unwrap_or_default();
                let last = cut == end;
                let after = if last { after } else { After::Together };
                self.cut(fonts, part, face, size, after, first);
                start = cut;
                if last {
                    break;
                }
            }
        }
        // The end of the text is no reason to begin another line.
        if let Some(last) = self.pieces.get_mut(first..).and_then(<[Piece]>::last_mut)
            && last.after == After::Must
        {
            last.after = After::Allowed;
        }
        self.text = text;
        self.styles = styles;
        Copy {
            pieces: first..self.pieces.len(),
            size,
        }
    }

    fn cut(
        &mut self,
        fonts: &Fonts,
        part: &str,
        face: Face,
        size: Points,
        after: After,
        first: usize,
    ) {
        let body = part.trim_matches(is_space);
        if body.is_empty() {
            self.space_only(fonts, part, face, size, after, first);
            return;
        }
        if part.starts_with(is_space) {
            self.space_only(fonts, " ", face, size, After::Allowed, first);
        }
        let spaced = part.ends_with(' ');
        let mut rest = body;
        while let Some((cut, _)) = rest.char_indices().nth(WORD_CHARS_MAX) {
            let cut = rest
                .char_indices()
                .take(WORD_CHARS_MAX + 1)
                .filter(|&(_, c)| !is_mark(c))
                .last()
                .map_or(cut, |(at, _)| at)
                .max(1);
            let (head, tail) = rest.split_at_checked(cut).unwrap_or((rest, ""));
            self.piece(fonts, head, face, size, After::Allowed, false);
            rest = tail;
        }
        let soft = after == After::Allowed && rest.ends_with('\u{ad}');
        let after = if soft { After::Soft } else { after };
        self.piece(fonts, rest, face, size, after, spaced);
    }

    fn piece(
        &mut self,
        fonts: &Fonts,
        text: &str,
        face: Face,
        size: Points,
        after: After,
        spaced: bool,
    ) {
        // Spaces where a long stretch was cut, and characters that show nothing.
        let text = text.trim_matches(is_space);
        let word = if text.contains(is_ignorable) {
            let text = text.replace(is_ignorable, "");
            self.words.shape(fonts, face, &text)
        } else {
            self.words.shape(fonts, face, text)
        };
        if let Some(fault) = self.words.get(word).fault
            && self.faults.len() < FAULTS_MAX
        {
            self.faults.insert((self.path, fault));
        }
        let space = if spaced { fonts.space(face, size) } else { 0 };
        self.pieces.push(Piece {
            word,
            width: self.words.width(fonts, word, size),
            space,
            gap: 0,
            after,
        });
    }

    /// A space that stands alone: at the start of a run, or before a line break.
    fn space_only(
        &mut self,
        fonts: &Fonts,
        part: &str,
        face: Face,
        size: Points,
        after: After,
        first: usize,
    ) {
        let space = fonts.space(face, size);
        match self.pieces.get_mut(first..).and_then(<[Piece]>::last_mut) {
            Some(last) if last.after != After::Must => {
                if part.contains(' ') {
                    last.space = space;
                }
                last.after = after;
            }
            // A line break with nothing before it: an empty line.
            _ if after == After::Must => self.piece(fonts, "", face, size, after, false),
            _ => {}
        }
    }

    /// Widest stretch that should not be broken, and width without any break but those that must be.
    pub fn widths(&self, copy: &Copy) -> (Mpt, Mpt) {
        let (mut narrow, mut wide) = (0, 0);
        let (mut stretch, mut line) = (0, 0);
        for piece in self.source(copy) {
            stretch += piece.width;
            line += piece.width;
            narrow = narrow.max(stretch);
            wide = wide.max(line);
            match piece.after {
                After::Together => stretch += piece.space,
                _ => stretch = 0,
            }
            line = if piece.after == After::Must {
                0
            } else {
                line + piece.space
            };
            // Beyond any page: no need to be exact, and sums must not overflow.
            stretch = stretch.min(Mpt::MAX / 4);
            line = line.min(Mpt::MAX / 4);
        }
        (narrow, wide)
    }

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
        let count = self.count(copy, measure);
        let narrowest = self.widths(copy).0;
        if !(2..=6).contains(&count) || narrowest > measure {
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

    /// How many lines it would be, words wider than the measure left aside.
    fn count(&self, copy: &Copy, measure: Mpt) -> usize {
        let (mut count, mut width) = (1, 0);
        let (mut stretch, mut stretch_gap, mut gap) = (0, 0, 0);
        for piece in self.source(copy) {
            stretch += stretch_gap + piece.width;
            stretch_gap = piece.space;
            if piece.after == After::Together {
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

    fn source(&self, copy: &Copy) -> &[Piece] {
        self.pieces.get(copy.pieces.clone()).unwrap_or_default()
    }

    /// A line.
    pub fn line_at(&self, at: usize) -> Option<Line> {
        self.lines.get(at).copied()
    }

    /// The pieces of a line.
    pub fn pieces(&self, line: &Line) -> &[Piece] {
        let (first, end) = line.pieces;
        self.set
            .get(first as usize..end as usize)
            .unwrap_or_default()
    }

    /// The text of a line.
    pub fn line_text(&self, at: usize) -> String {
        let mut text = String::new();
        if let Some(line) = self.line_at(at) {
            let pieces = self.pieces(&line);
            for (at, piece) in pieces.iter().enumerate() {
                text.push_str(self.words.text(piece.word));
                if piece.space > 0 && at + 1 < pieces.len() {
                    text.push(' ');
                }
            }
        }
        text
    }

    /// Widens a space of a line, counted from zero, without a second space in the text.
    pub fn widen_space(&mut self, line: usize, space: usize, gap: i16) {
        if let Some(line) = self.lines.get(line)
            && let Some(piece) = self
                .set
                .get_mut(line.pieces.0 as usize..line.pieces.1 as usize)
                .and_then(|pieces| pieces.iter_mut().filter(|p| p.space > 0).nth(space))
        {
            piece.gap = gap;
        }
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

/// Folded at the edges of pieces; other spaces of Unicode have their own width and are set like letters.
fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Shows nothing: soft hyphen, joiners, direction marks, variation selectors.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Signs and units that stay with the number before them.
const BEHIND_NUMBERS: &[&str] = &[
    "%", "‰", "€", "kr", "kr.", "kr,", "kronor", "kroner", "öre", "øre", "SEK", "DKK", "NOK",
    "EUR", "tkr", "mkr", "§", "§§", "kap.", "st", "st.", "stk", "stk.", "mm", "cm", "m", "km",
    "m²", "kg", "kWh",
];
/// Words that stay with the number behind them.
const BEFORE_NUMBERS: &[&str] = &[
    "§", "§§", "nr", "nr.", "kl", "kl.", "s.", "sid.", "kap.", "art.", "stk.", "tlf.", "tel.",
    "pkt.", "ca", "ca.",
];

/// Whether the space that ends at `at` lies inside something that is read in one breath.
fn belongs_together(text: &str, at: usize) -> bool {
    let (Some(before), Some(behind)) = (text.get(..at), text.get(at..)) else {
        return false;
    };
    let Some(before) = before.strip_suffix(' ') else {
        return false;
    };
    let digit_before = before.ends_with(|c: char| c.is_ascii_digit());
    let digit_behind = behind.starts_with(|c: char| c.is_ascii_digit());
    if digit_before && digit_behind {
        return true;
    }
    if digit_before {
        let next = behind.split([' ', '\n']).next().unwrap_or_default();
        let bare = next.trim_end_matches(['.', ',', ';', ':', ')', '?', '!']);
        return BEHIND_NUMBERS.contains(&next) || BEHIND_NUMBERS.contains(&bare);
    }
    digit_behind && {
        let last = before.rsplit([' ', '\n', '(']).next().unwrap_or_default();
        BEFORE_NUMBERS.contains(&last)
    }
}
