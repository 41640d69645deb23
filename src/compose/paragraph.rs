//! Reads runs of text and breaks them into lines, ragged right.
//!
//! Where a line may end is said by Unicode (UAX #14, crate `unicode-linebreak`), less the places where a careful
//! typist would not: inside `12 450 kr`, `§ 5` or `kl. 10`. Words are divided where a line would be left very short, and
//! a word that is wider than the line in any case. Nothing is ever left out, and no line is wider than its measure.

mod breaking;

use std::collections::BTreeSet;
use std::ops::Range;

use hashbrown::HashMap;
use unicode_linebreak::{BreakOpportunity, linebreaks};
use unicode_normalization::UnicodeNormalization;

use super::Face;
use super::font::Fonts;
use super::hyphen::{Need, Places};
use super::options::Points;
use super::page::Mpt;
use super::shape::{Fault, WordId, Words, is_mark};
use super::text::{belongs_together, is_hyphen, is_ignorable, is_space, mark_too_many};
use crate::letter::Run;

/// A stretch without spaces is cut after this many characters before it is shaped, so that no word is long.
const WORD_CHARS_MAX: usize = 200;
/// Room for pieces that is kept from letter to letter: some hundred pages, 2 MiB.
const PIECES_KEPT_MAX: usize = 100_000;
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
    /// It ends with a hyphen.
    pub hyphen: bool,
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
    /// Rules by which words are divided; none: they are not.
    pub hyphens: Option<hypher::Lang>,
    /// Where words may be divided, of this letter and of those before.
    places: HashMap<(WordId, hypher::Lang, Need), Places>,
}

impl Setter {
    /// Makes ready for another letter.
    pub fn clear(&mut self) {
        if self.words.trim() {
            self.places = HashMap::default();
        }
        if self.set.capacity() > PIECES_KEPT_MAX {
            // After a letter of unusual length the memory is given back.
            (self.pieces, self.set, self.lines) = (Vec::new(), Vec::new(), Vec::new());
            self.text = String::new();
        }
        self.pieces.clear();
        self.set.clear();
        self.lines.clear();
        self.faults.clear();
        self.hyphens = None;
    }

    /// Reads runs; what is bold or italic in `ground` is so in all of them.
    pub fn read(&mut self, fonts: &Fonts, runs: &[Run<'_>], ground: Face, size: Points) -> Copy {
        self.begin();
        let bold = matches!(ground, Face::Bold | Face::BoldItalic);
        let italic = matches!(ground, Face::Italic | Face::BoldItalic);
        for run in runs {
            let face = match (bold || run.bold, italic || run.italic) {
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
        if let Some(mark) = mark_too_many(text) {
            self.fault(Fault::Marks(mark));
            return self.push_composed("", face);
        }
        // U+0300–036F begin with these bytes. What has a letter of its own is set with that (Unicode, UAX #15), so that
        // words are found again in the text of the page and divided as the language wants.
        if memchr::memchr2(0xcc, 0xcd, text.as_bytes()).is_some() {
            let composed: String = text.nfc().collect();
            return self.push_composed(&composed, face);
        }
        self.push_composed(text, face);
    }

    fn push_composed(&mut self, text: &str, face: Face) {
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
        let word = if text.contains(|c| is_ignorable(c) || is_hyphen(c)) {
            let text = text.replace(is_ignorable, "").replace(is_hyphen, "-");
            self.words.shape(fonts, face, &text)
        } else {
            self.words.shape(fonts, face, text)
        };
        if let Some(fault) = self.words.get(word).fault {
            self.fault(fault);
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

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.insert((self.path, fault));
        }
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

    /// Notes what the glyphs of a line do not say as its text does.
    pub fn compare(&mut self, fonts: &Fonts, at: usize) {
        let Some(line) = self.line_at(at) else {
            return;
        };
        let mut pieces = self.pieces(&line).iter();
        if let Some(c) = pieces.find_map(|piece| self.words.another(fonts, piece.word)) {
            self.fault(Fault::Another(c));
        }
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
