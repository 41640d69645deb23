//! Stacks the lines of a letter's blocks into one long column, the galley, with all that decides where a page may end.
//!
//! Its unit is the [`Strip`]: one line high, never cut. A table row is as many strips as its highest cell has lines, so
//! that a row of a hundred lines can run over pages like a paragraph.

use std::ops::Range;

use super::font::Fonts;
use super::options::{Headings, Points, TypeSizes};
use super::page::Mpt;
use super::paragraph::{Lines, Setter};
use super::{Face, table};
use crate::letter::{Block, ListKind, Run};

/// Whether a page may begin with a strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Top {
    /// It may.
    Allowed,
    /// Only if nothing else helps.
    Avoided,
    /// It does.
    Always,
}

/// One line of the galley.
#[derive(Clone, Copy, Debug)]
pub struct Strip {
    /// Space above, left out at the top of a page.
    pub before: Mpt,
    /// Height.
    pub height: Mpt,
    /// Its texts, in [`Galley::texts`].
    pub texts: (u32, u32),
    /// Whether a page may begin here.
    pub top: Top,
    /// Rule at the upper edge (left out at the top of a page) and at the lower edge; thickness or 0.
    pub rules: (Mpt, Mpt),
    /// Table head to repeat when a page begins here, as number in [`Galley::heads`] plus one.
    pub head: u32,
}

/// A line of text in a strip.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Line of the setter.
    pub line: u32,
    /// From the left edge of the page.
    pub x: Mpt,
    /// Baseline, from the upper edge of the strip.
    pub y: Mpt,
}

/// The column.
#[derive(Default)]
pub struct Galley {
    /// From top to bottom.
    pub strips: Vec<Strip>,
    /// Texts of all strips.
    pub texts: Vec<Text>,
    /// Heads of tables: which strips.
    pub heads: Vec<Range<usize>>,
    page_break: bool,
    keep_with_next: bool,
    /// More space above the next strip.
    gap: Mpt,
    /// Where the blocks begin, behind the subject.
    started: usize,
}

/// How the lines of a paragraph stand.
#[derive(Clone, Copy)]
pub struct Set {
    /// Their left edge.
    pub left: Mpt,
    /// From line to line.
    pub height: Mpt,
    /// Their type.
    pub size: Points,
    /// Space above the first.
    pub before: Mpt,
    /// What stands before the first line, and where: the mark of a list item.
    pub label: Option<(usize, Mpt)>,
}

/// What blocks are set with.
pub struct Style<'a> {
    /// Faces.
    pub fonts: &'a Fonts,
    /// Sizes.
    pub sizes: &'a TypeSizes,
    /// How headings look.
    pub headings: &'a Headings,
    /// Left edge of the column.
    pub left: Mpt,
    /// Width of the column.
    pub measure: Mpt,
}

impl Style<'_> {
    /// From line to line of running text.
    pub fn leading(&self) -> Mpt {
        self.sizes.leading.0 * 10
    }

    /// Lines across the column.
    pub fn set(&self, size: Points, before: Mpt) -> Set {
        Set {
            left: self.left,
            height: self.leading_of(size),
            size,
            before,
            label: None,
        }
    }

    /// From line to line of another size: in the proportion of running text, a little tighter for what is larger.
    pub fn leading_of(&self, size: Points) -> Mpt {
        let body = self.sizes.body.0.max(1);
        let same = i64::from(self.leading()) * i64::from(size.0) / i64::from(body);
        let same = Mpt::try_from(same).unwrap_or(Mpt::MAX / 4);
        if size.0 > body {
            same.min(size.0 * 10 * 13 / 10).max(self.leading())
        } else {
            same
        }
    }
}

/// Room for lines that is kept from letter to letter: some two hundred pages.
const STRIPS_KEPT_MAX: usize = 10_000;
/// A thin rule between rows.
pub const HAIRLINE: Mpt = 250;
/// A rule that sets apart.
pub const RULE: Mpt = 700;

/// Baseline of a line of that height: capitals (0.714 em high in Noto Sans) stand in its middle.
pub fn baseline(height: Mpt, size: Points) -> Mpt {
    height / 2 + size.0 * 10 * 357 / 1000
}

impl Galley {
    /// Makes ready for another letter.
    pub fn clear(&mut self) {
        if self.strips.capacity() > STRIPS_KEPT_MAX {
            *self = Self::default();
        }
        self.strips.clear();
        self.texts.clear();
        self.heads.clear();
        self.page_break = false;
        self.keep_with_next = false;
        self.gap = 0;
        self.started = 0;
    }

    /// The subject, above everything.
    pub fn subject(&mut self, style: &Style<'_>, setter: &mut Setter, subject: &str) {
        let size = style.sizes.subject;
        let copy = setter.read_text(style.fonts, subject, Face::Bold, size);
        let lines = setter.lines_balanced(style.fonts, &copy, style.measure);
        self.lines(setter, lines, &style.set(size, 0));
        self.keep_all_from(1);
        self.keep_with_next = true;
        self.gap = style.leading() * 4 / 10;
        self.started = self.strips.len();
    }

    /// All blocks of a letter.
    pub fn blocks(&mut self, style: &Style<'_>, setter: &mut Setter, blocks: &[Block<'_>]) {
        for block in blocks {
            self.block(style, setter, block);
        }
        self.close();
    }

    fn block(&mut self, style: &Style<'_>, setter: &mut Setter, block: &Block<'_>) {
        let half = style.leading() / 2;
        match block {
            Block::Heading(level, runs) => self.heading(style, setter, *level, runs),
            Block::Paragraph(runs) => {
                let size = style.sizes.body;
                let copy = setter.read(style.fonts, runs, Face::Regular, size);
                let lines = setter.lines_of_text(style.fonts, &copy, style.measure);
                self.lines(setter, lines, &style.set(size, half));
            }
            Block::List(kind, items) => self.list(style, setter, *kind, items),
            Block::Table(table) => table::set(self, style, setter, table),
            Block::KeyValues(entries) => table::set_key_values(self, style, setter, entries),
            Block::PageBreak => {
                // Before the first block it would leave the subject alone on a page.
                self.page_break = self.strips.len() > self.started;
                self.keep_with_next &= !self.page_break;
            }
        }
    }

    fn heading(&mut self, style: &Style<'_>, setter: &mut Setter, level: u8, runs: &[Run<'_>]) {
        let leading = style.leading();
        // Space above is three to four times that below: a heading belongs to what follows.
        let before = match level {
            0 | 1 => leading * 3 / 2,
            2 => leading * 5 / 4,
            _ => leading,
        };
        let heading = style.headings.level(level);
        let size = heading.size(style.sizes.body);
        let copy = setter.read(style.fonts, runs, heading.style.into(), size);
        let lines = setter.lines_balanced(style.fonts, &copy, style.measure);
        let first = self.strips.len();
        self.lines(setter, lines, &style.set(size, before));
        if self.strips.len() > first {
            self.keep_all_from(first + 1);
            self.keep_with_next = true;
        }
    }

    fn list(
        &mut self,
        style: &Style<'_>,
        setter: &mut Setter,
        kind: ListKind,
        items: &[Vec<Run<'_>>],
    ) {
        let size = style.sizes.body;
        let em = size.0 * 10;
        let label = |at: usize| match kind {
            ListKind::Bullet => "•".to_owned(),
            ListKind::Number => format!("{}.", at + 1),
        };
        // Room for the widest label; figures are all of one width.
        let widest = setter.read_text(
            style.fonts,
            &label(items.len().saturating_sub(1)),
            Face::Regular,
            size,
        );
        let label_width = setter.widths(&widest).1;
        let hang = (label_width + em * 6 / 10).max(em * 13 / 10);
        let half = style.leading() / 2;
        for (at, item) in items.iter().enumerate() {
            let copy = setter.read(style.fonts, item, Face::Regular, size);
            let lines = setter.lines_of_text(style.fonts, &copy, style.measure - hang);
            if lines.is_empty() {
                continue;
            }
            let copy = setter.read_text(style.fonts, &label(at), Face::Regular, size);
            let x = match kind {
                ListKind::Bullet => style.left + em * 2 / 10,
                ListKind::Number => style.left + label_width - setter.widths(&copy).1,
            };
            let label = setter.lines(style.fonts, &copy, style.measure);
            let before = if at == 0 { half } else { style.leading() / 5 };
            self.lines(
                setter,
                lines,
                &Set {
                    left: style.left + hang,
                    label: Some((label.start, x)),
                    ..style.set(size, before)
                },
            );
        }
    }

    /// Appends the lines of one paragraph.
    fn lines(&mut self, setter: &Setter, lines: Lines, set: &Set) {
        let count = lines.len();
        let mut divided = false;
        for (at, line) in lines.enumerate() {
            // At least two lines of a paragraph stand together, at its start and at its end; a word does not go on on
            // another page.
            let widow = at == 1 || at + 1 == count || divided;
            divided = setter.line_at(line).is_some_and(|line| line.hyphen);
            let top = if at > 0 && widow {
                Top::Avoided
            } else {
                Top::Allowed
            };
            let y = baseline(set.height, set.size);
            let text = Text {
                line: short(line),
                x: set.left,
                y,
            };
            let label = set.label.filter(|_| at == 0).map(|(line, x)| Text {
                line: short(line),
                x,
                y,
            });
            let before = if at == 0 { set.before } else { 0 };
            self.strip(before, set.height, top, label.into_iter().chain([text]));
        }
    }

    /// Leaves more space above what comes next.
    pub fn leave(&mut self, gap: Mpt) {
        self.gap += gap;
    }

    /// Appends a strip.
    pub fn strip(
        &mut self,
        before: Mpt,
        height: Mpt,
        top: Top,
        texts: impl IntoIterator<Item = Text>,
    ) {
        let first = self.texts.len();
        self.texts.extend(texts);
        let (page_break, keep) = (
            std::mem::take(&mut self.page_break),
            std::mem::take(&mut self.keep_with_next),
        );
        let top = match top {
            _ if page_break => Top::Always,
            Top::Allowed if keep => Top::Avoided,
            top => top,
        };
        self.strips.push(Strip {
            before: before + std::mem::take(&mut self.gap),
            height,
            texts: (short(first), short(self.texts.len())),
            top,
            rules: (0, 0),
            head: 0,
        });
    }

    /// Keeps the strips from `first` on with the one before them.
    pub fn keep_all_from(&mut self, first: usize) {
        for strip in self.strips.iter_mut().skip(first) {
            if strip.top == Top::Allowed {
                strip.top = Top::Avoided;
            }
        }
    }

    /// The last page shall hold three lines at least, not the name of the signatory alone.
    fn close(&mut self) {
        let count = self.strips.len();
        for strip in self.strips.iter_mut().skip(count.saturating_sub(2)) {
            if strip.top == Top::Allowed {
                strip.top = Top::Avoided;
            }
        }
    }
}

/// Index of what a letter holds; far below 2³² by the limit on a letter's bytes.
pub fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
