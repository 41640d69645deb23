//! Writes the pages of a letter, from what stands where.

use std::ops::Range;

use super::LaidPage;
use super::galley::{Galley, Strip, Text};
use super::page::{Ink, Mpt, Tools};
use super::paginate::Page;
use super::paragraph::Setter;
use super::stationery::{Part, Scratch, Stationery};
use super::words::Language;

/// What surrounds the text of a page.
pub enum Dress {
    /// Letterhead, return address in the window, footer; the address is among the texts.
    Window(Vec<Text>),
    /// The same without window: behind a cover sheet.
    Windowless(Vec<Text>),
    /// Running head.
    Later(Vec<Text>),
}

/// Which column a page is cut from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The letter.
    Text,
    /// The sheet before it.
    Cover,
}

/// What stands at the foot of a page.
pub struct Foot {
    /// The sender's details.
    pub footer: bool,
    /// All of it above the area for a payment slip.
    pub raised: bool,
    /// The page's number.
    pub number: Option<Text>,
}

/// Writes pages.
pub struct Press<'a> {
    /// What all letters share.
    pub stationery: &'a Stationery,
    /// Language of the footer.
    pub language: Language,
    /// Lines and columns; notes the glyphs used.
    pub scratch: &'a mut Scratch,
    /// Written so far.
    pub pages: Vec<LaidPage>,
}

impl Press<'_> {
    /// A side on which nothing is printed.
    pub fn blank(&mut self) {
        self.pages.push(LaidPage {
            content: Vec::new(),
            letterhead: false,
        });
    }

    /// Writes the next page; its column begins at `top`.
    pub fn page(&mut self, which: Which, page: &Page, dress: &Dress, top: Mpt, foot: Foot) {
        let stationery = self.stationery;
        let Scratch {
            setter,
            galley,
            cover,
            used,
        } = &mut *self.scratch;
        let galley = match which {
            Which::Text => &*galley,
            Which::Cover => &*cover,
        };
        let mut sheet = Sheet {
            ink: Ink::new(),
            setter,
            tools: Tools {
                fonts: &stationery.fonts,
                words: &setter.words,
                used,
            },
        };
        sheet.ink.raw(b"q\n");
        let letterhead = !matches!(dress, Dress::Later(_));
        if letterhead {
            sheet.ink.raw(b"/LH Do\n");
        }
        sheet.rules(stationery, galley, page, top);
        let (head, texts) = match dress {
            Dress::Window(texts) => (stationery.return_line.as_ref(), texts),
            Dress::Windowless(texts) => (None, texts),
            Dress::Later(texts) if texts.is_empty() => (None, texts),
            Dress::Later(texts) => (Some(&stationery.running_head), texts),
        };
        if let Some(part) = head {
            sheet.part(part);
        }
        sheet.texts(texts, 0);
        sheet.column(galley, page, top);
        if foot.footer {
            sheet.part(stationery.footer(self.language, foot.raised));
        }
        if let Some(number) = foot.number {
            sheet.ink.raw(b"Q\nq\n"); // A group of its own: what stands in it is the number, whatever else the page says.
            sheet.texts(&[number], 0);
        }
        sheet.ink.raw(b"Q\n");
        self.pages.push(LaidPage {
            content: sheet.ink.finish(),
            letterhead,
        });
    }
}

/// A page in the making.
struct Sheet<'a> {
    ink: Ink,
    setter: &'a Setter,
    tools: Tools<'a>,
}

impl Sheet<'_> {
    fn part(&mut self, part: &Part) {
        self.ink.raw(&part.content);
        self.tools.used.add_all(&part.used);
    }

    fn texts(&mut self, texts: &[Text], y: Mpt) {
        for text in texts {
            if let Some(line) = self.setter.line_at(text.line as usize) {
                let pieces = self.setter.pieces(&line);
                self.ink
                    .line(&mut self.tools, text.x, y + text.y, line.size, pieces);
            }
        }
    }

    /// The texts of the column.
    fn column(&mut self, galley: &Galley, page: &Page, top: Mpt) {
        each_strip(galley, page, top, |strip, y, _| {
            let texts = strip.texts.0 as usize..strip.texts.1 as usize;
            self.texts(galley.texts.get(texts).unwrap_or_default(), y);
        });
    }

    /// The rules of the column.
    fn rules(&mut self, stationery: &Stationery, galley: &Galley, page: &Page, top: Mpt) {
        let (left, measure) = (stationery.frame.left, stationery.frame.measure());
        each_strip(galley, page, top, |strip, y, below_head| {
            let (above, below) = strip.rules;
            // Directly below a repeated head, the head's own rule is enough.
            if above > 0 && !below_head {
                self.ink.rule(left, y - above / 2, measure, above);
            }
            if below > 0 {
                self.ink
                    .rule(left, y + strip.height - below / 2, measure, below);
            }
        });
    }
}

/// Calls with each strip of the page, its upper edge, and whether it follows a repeated head.
fn each_strip(galley: &Galley, page: &Page, top: Mpt, mut visit: impl FnMut(&Strip, Mpt, bool)) {
    let strips = |range: &Range<usize>| galley.strips.get(range.clone()).unwrap_or_default();
    let mut y = top;
    for strip in strips(&page.head) {
        visit(strip, y, false);
        y += strip.height;
    }
    for (at, strip) in strips(&page.strips).iter().enumerate() {
        if at > 0 {
            y += strip.before;
        }
        visit(strip, y, at == 0 && !page.head.is_empty());
        y += strip.height;
    }
}
