//! Sets what all letters share: the sender's mark, its return address, running head and footers.

use super::Face;
use super::address;
use super::font::{Fonts, Used};
use super::galley::{HAIRLINE, RULE, baseline};
use super::options::{Options, Points, rgb};
use super::page::{Ink, Mpt, Tools, mpt};
use super::paragraph::{Lines, Setter};
use super::shape::Fault;
use super::stationery::{Error, Frame, Part};
use super::words::Language;
use crate::letter::{Country, Micrometres, Sender};

const MM: Mpt = mpt(Micrometres(1000));

/// A footer with more lines is a letter of its own.
const FOOTER_LINES_MAX: usize = 40;
/// Upper edge of the running head.
pub const RUNNING_TOP: Mpt = 13 * MM;

/// Sets the shared parts.
pub struct Desk<'a> {
    pub fonts: &'a Fonts,
    pub options: &'a Options,
    pub frame: Frame,
    pub sender: &'a Sender,
}

/// A part in the making.
struct Draft {
    setter: Setter,
    used: Used,
    ink: Ink,
    place: &'static str,
}

impl Draft {
    fn new(place: &'static str) -> Self {
        Self {
            setter: Setter::default(),
            used: Used::default(),
            ink: Ink::new(),
            place,
        }
    }

    fn line(&mut self, fonts: &Fonts, at: usize, x: Mpt, y: Mpt) {
        if let Some(line) = self.setter.line_at(at) {
            let mut tools = Tools {
                fonts,
                words: &self.setter.words,
                used: &mut self.used,
            };
            self.ink
                .line(&mut tools, x, y, line.size, self.setter.pieces(&line));
        }
    }

    /// Lines below each other; returns the lower edge of the last.
    fn lines(&mut self, fonts: &Fonts, lines: Lines, x: Mpt, top: Mpt, height: Mpt) -> Mpt {
        let mut y = top;
        for at in lines {
            let size = self.setter.line_at(at).map_or(Points(0), |line| line.size);
            self.line(fonts, at, x, y + baseline(height, size));
            y += height;
        }
        y
    }

    fn finish(self, edge: Mpt) -> Result<Part, Error> {
        if let Some((_, Fault::NoGlyph(c) | Fault::RightToLeft(c))) = self.setter.faults.first() {
            return Err(Error::Unprintable {
                place: self.place,
                code: u32::from(*c),
            });
        }
        Ok(Part {
            content: self.ink.finish(),
            used: self.used,
            edge,
        })
    }
}

impl Desk<'_> {
    fn name(&self) -> &str {
        let name = self.options.letterhead.name.as_deref();
        name.unwrap_or(&self.sender.name)
    }

    /// The sender's name as its mark, a second line, a rule below.
    pub fn letterhead(&self) -> Result<Part, Error> {
        let frame = &self.frame;
        let top = 12 * MM;
        // The window with the return address begins 5 mm above the box, the information column at its own top.
        let bottom = (frame.address[1] - 6 * MM).min(frame.info_y - 3 * MM);
        for percent in [100, 85, 70, 60, 50] {
            let size = Points(self.options.type_sizes.letterhead.0 * percent / 100);
            let height = size.0 * 10 * 122 / 100;
            let mut draft = Draft::new("the letterhead");
            let copy = draft
                .setter
                .read_text(self.fonts, self.name(), Face::Bold, size);
            let lines = draft
                .setter
                .lines_balanced(self.fonts, &copy, frame.measure());
            let mut edge = stacked(top, height, lines.len());
            let second = self.options.letterhead.second_line.as_deref().map(|text| {
                let size = Points(self.options.type_sizes.small.0 * 120 / 100);
                let copy = draft
                    .setter
                    .read_text(self.fonts, text, Face::Regular, size);
                (
                    draft.setter.lines(self.fonts, &copy, frame.measure()),
                    size.0 * 14,
                )
            });
            if let Some((lines, height)) = &second {
                edge = stacked(edge, *height, lines.len());
            }
            let rule = edge.saturating_add(2 * MM);
            if rule > bottom {
                continue;
            }
            draft.ink.raw(b"q\n");
            if let Some(colour) = &self.options.letterhead.colour {
                let [r, g, b] = rgb(colour)?.map(|v| format!("{}.{:03}", v / 1000, v % 1000));
                draft.ink.raw(format!("{r} {g} {b} rg\n").as_bytes());
            }
            draft.ink.rule(frame.left, rule, frame.measure(), RULE);
            let below = draft.lines(self.fonts, lines, frame.left, top, height);
            if let Some((lines, height)) = second {
                draft.lines(self.fonts, lines, frame.left, below, height);
            }
            draft.ink.raw(b"Q\n");
            return draft.finish(rule);
        }
        Err(Error::TooLong {
            place: "the sender's name in the letterhead",
            option: "letterhead.name",
        })
    }

    /// The return address in one small line above the recipient's (facts/denmark.md §6.3: the words before it).
    pub fn return_line(&self) -> Result<Part, Error> {
        let prefix = match self.sender.country {
            Country::Sweden => "Avsändare: ",
            Country::Denmark => "Afsender/retur/from: ",
        };
        let (home, address) = (self.sender.country, &self.sender.return_address);
        let texts = match &self.options.letterhead.return_line {
            Some(line) => vec![line.clone()],
            // A name of two hundred letters has no room; the post needs the address.
            None => [Some(self.sender.name.as_str()), None]
                .map(|name| format!("{prefix}{}", address::one_line(name, address, home)))
                .into(),
        };
        for text in texts {
            if let Some(part) = self.return_line_of(&text)? {
                return Ok(part);
            }
        }
        Err(Error::TooLong {
            place: "the return address",
            option: "letterhead.return_line",
        })
    }

    fn return_line_of(&self, text: &str) -> Result<Option<Part>, Error> {
        let frame = &self.frame;
        let x = frame.address_x();
        // Two millimetres clear of the recipient's address.
        let low = frame.address[1] - 22 * MM / 10;
        let box_width = frame.address[2] - x;
        let to_info = frame.info_x - 4 * MM - x;
        // (size, width, lines): in the box if it can be, at last in two lines as far as the information column.
        for (size, measure, count) in [
            (700, box_width, 1),
            (650, box_width, 1),
            (600, to_info, 1),
            (600, box_width, 2),
            (600, to_info, 2),
        ] {
            let size = Points(size);
            let height = size.0 * 10 * 118 / 100;
            let mut draft = Draft::new("the return address");
            let copy = draft
                .setter
                .read_text(self.fonts, text, Face::Regular, size);
            let lines = draft.setter.lines_balanced(self.fonts, &copy, measure);
            if lines.len() > count {
                continue;
            }
            let above = height * Mpt::try_from(lines.len().saturating_sub(1)).unwrap_or(0);
            for (at, line) in lines.enumerate() {
                let down = height * Mpt::try_from(at).unwrap_or(0);
                draft.line(self.fonts, line, x, low - above + down);
            }
            return draft.finish(low).map(Some);
        }
        Ok(None)
    }

    /// The sender's name at the head of later pages.
    pub fn running_head(&self) -> Result<Part, Error> {
        let frame = &self.frame;
        let size = self.options.type_sizes.small;
        let height = size.0 * 10 * 134 / 100;
        let mut draft = Draft::new("the letterhead");
        let copy = draft
            .setter
            .read_text(self.fonts, self.name(), Face::Bold, size);
        let lines = draft
            .setter
            .lines(self.fonts, &copy, frame.measure() * 55 / 100);
        let edge = draft.lines(self.fonts, lines, frame.left, RUNNING_TOP, height);
        draft.finish(edge)
    }

    /// Sender and support at the foot of the first page; the last line at the right is left to the page number.
    pub fn footer(&self, language: Language) -> Result<Part, Error> {
        let frame = &self.frame;
        let size = self.options.type_sizes.small;
        let height = size.0 * 10 * 134 / 100;
        let support = &self.sender.support;
        let labels = language.labels();
        let mut draft = Draft::new("the sender's support details");
        let (left_measure, right_x) = (frame.info_x - frame.left - 8 * MM, frame.info_x);
        let mut column = |texts: &[(&str, Face)], measure| {
            let mut lines = Vec::new();
            for (text, face) in texts {
                let copy = draft.setter.read_text(self.fonts, text, *face, size);
                lines.push(draft.setter.lines(self.fonts, &copy, measure));
            }
            lines
        };
        let left = column(
            &[(self.name(), Face::Bold), (&support.text, Face::Regular)],
            left_measure,
        );
        let phone = support
            .phone
            .as_deref()
            .map(|phone| format!("{} {phone}", labels.phone));
        let contacts: Vec<(&str, Face)> = [&phone, &support.email, &support.url]
            .into_iter()
            .flatten()
            .map(|text| (text.as_str(), Face::Regular))
            .collect();
        let right = column(&contacts, frame.right - right_x);
        let count = |lines: &[Lines]| lines.iter().map(Lines::len).sum::<usize>();
        let rows = count(&left).max(count(&right) + 1);
        let rows = Mpt::try_from(rows.min(FOOTER_LINES_MAX + 1)).unwrap_or(0);
        // The lowest line's baseline is the frame's bottom; half a line keeps the page number apart.
        let top = frame.bottom - baseline(height, size) - height * (rows - 1) - height / 2;
        let rule = top - 2 * MM;
        if rows > FOOTER_LINES_MAX as Mpt || rule < frame.body_top + 60 * MM {
            return Err(Error::TooLong {
                place: "the sender's support text",
                option: "header/sender/support",
            });
        }
        draft.ink.rule(frame.left, rule, frame.measure(), HAIRLINE);
        for (columns, x) in [(left, frame.left), (right, right_x)] {
            let mut y = top;
            for lines in columns {
                y = draft.lines(self.fonts, lines, x, y, height);
            }
        }
        draft.finish(rule)
    }
}

/// Lower edge of lines below each other.
fn stacked(top: Mpt, height: Mpt, lines: usize) -> Mpt {
    let lines = Mpt::try_from(lines).unwrap_or(Mpt::MAX);
    top.saturating_add(height.saturating_mul(lines))
}
