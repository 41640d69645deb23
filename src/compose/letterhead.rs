//! Sets what all letters share: the sender's mark, its return address, the running head. Footers are set by `footer`.

use super::Face;
use super::address;
use super::font::{Fonts, Used};
use super::galley::{RULE, baseline};
use super::options::{Options, Place, Points, rgb};
use super::page::{Ink, Mpt, Tools, mpt};
use super::paragraph::{Lines, Setter};
use super::picture::Picture;
use super::stationery::{Error, Frame, Part, ReturnPlace, millimetres};
use crate::letter::{Country, Micrometres, Sender};

const MM: Mpt = mpt(Micrometres(1000));

/// The sender's name is not set smaller than this, in per cent of its size.
const PERCENT_MIN: i32 = 50;

/// Upper edge of the running head.
pub const RUNNING_TOP: Mpt = 13 * MM;

/// Sets the shared parts.
pub struct Desk<'a> {
    pub fonts: &'a Fonts,
    pub options: &'a Options,
    pub frame: Frame,
    pub sender: &'a Sender,
}

/// A picture that has a place.
#[derive(Clone, Copy)]
struct Placed {
    x: Mpt,
    width: Mpt,
    height: Mpt,
}

/// A part in the making.
pub struct Draft {
    pub setter: Setter,
    used: Used,
    pub ink: Ink,
    place: &'static str,
}

impl Draft {
    pub fn new(place: &'static str) -> Self {
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
    pub fn lines(&mut self, fonts: &Fonts, lines: Lines, x: Mpt, top: Mpt, height: Mpt) -> Mpt {
        let mut y = top;
        for at in lines {
            let size = self.setter.line_at(at).map_or(Points(0), |line| line.size);
            self.line(fonts, at, x, y + baseline(height, size));
            y += height;
        }
        y
    }

    pub fn finish(self, edge: Mpt) -> Result<Part, Error> {
        if let Some((_, fault)) = self.setter.faults.first() {
            let (c, why) = fault.told();
            return Err(Error::Unprintable {
                place: self.place,
                code: u32::from(c),
                why,
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
    pub fn name(&self) -> &str {
        let name = self.options.letterhead.name.as_deref();
        name.unwrap_or(&self.sender.name)
    }

    /// The sender's mark: its name and a second line, its logo, a rule below. `coloured`: as the job wants it, else in
    /// black.
    pub fn letterhead(&self, logo: Option<&Picture>, coloured: bool) -> Result<Part, Error> {
        let frame = &self.frame;
        let look = &self.options.letterhead;
        let [head_left, top, head_right, bottom] = frame.letterhead;
        let logo = self.logo(logo, bottom - top - 2 * MM)?;
        let beside = logo.map_or(0, |logo| logo.width + 5 * MM);
        let measure = head_right - head_left - beside;
        let left = match logo {
            Some(logo) if logo.x == head_left => head_left + beside,
            _ => head_left,
        };
        let logo_height = logo.map_or(0, |logo| logo.height);
        for percent in [100, 85, 70, 60, PERCENT_MIN] {
            let size = Points(self.options.type_sizes.letterhead.0 * percent / 100);
            let height = size.0 * 10 * 122 / 100;
            let mut draft = Draft::new("the letterhead");
            let mut text_height = 0;
            let mut stacks = Vec::new();
            if look.show_name {
                let setter = &mut draft.setter;
                let copy = setter.read_text(self.fonts, self.name(), Face::Bold, size);
                if setter.widths(&copy).0 > measure && percent > PERCENT_MIN {
                    continue; // A word would be cut.
                }
                let lines = setter.lines_balanced(self.fonts, &copy, measure);
                text_height = stacked(text_height, height, lines.len());
                stacks.push((lines, height));
                if let Some(text) = look.second_line.as_deref() {
                    let small = self.options.type_sizes.small;
                    let mut size = Points(small.0 * 120 / 100);
                    let mut copy = setter.read_text(self.fonts, text, Face::Regular, size);
                    if setter.widths(&copy).0 > measure {
                        size = small;
                        copy = setter.read_text(self.fonts, text, Face::Regular, size);
                    }
                    let lines = setter.lines(self.fonts, &copy, measure);
                    text_height = stacked(text_height, size.0 * 14, lines.len());
                    stacks.push((lines, size.0 * 14));
                }
            }
            let rule = top
                .saturating_add(text_height.max(logo_height))
                .saturating_add(2 * MM);
            if rule > bottom {
                continue;
            }
            draft.ink.raw(b"q\n");
            if let Some(colour) = look.colour.as_ref().filter(|_| coloured) {
                let [r, g, b] = rgb(colour)?.map(|v| format!("{}.{:03}", v / 1000, v % 1000));
                draft.ink.raw(format!("{r} {g} {b} rg\n").as_bytes());
            }
            draft
                .ink
                .rule(head_left, rule, head_right - head_left, RULE);
            let mut y = top + (logo_height - text_height).max(0) / 2;
            for (lines, height) in stacks {
                y = draft.lines(self.fonts, lines, left, y, height);
            }
            if let Some(logo) = logo {
                let y = top + (text_height - logo_height).max(0) / 2;
                draft.ink.picture(logo.x, y, logo.width, logo.height);
            }
            draft.ink.raw(b"Q\n");
            return draft.finish(rule);
        }
        let two = look.show_name && look.second_line.is_some();
        Err(Error::TooLong {
            place: if two {
                "the sender's name with the second line in the letterhead"
            } else {
                "the sender's name in the letterhead"
            },
            option: if two {
                "letterhead.name` or `letterhead.second_line"
            } else {
                "letterhead.name"
            },
        })
    }

    /// Where the logo stands, without its upper edge.
    fn logo(&self, picture: Option<&Picture>, height_max: Mpt) -> Result<Option<Placed>, Error> {
        let (Some(picture), Some(logo)) = (picture, &self.options.letterhead.logo) else {
            return Ok(None);
        };
        let [left, _, right, _] = self.frame.letterhead;
        let width = mpt(logo.width);
        let height = i64::from(width) * i64::from(picture.height) / i64::from(picture.width.max(1));
        let height = Mpt::try_from(height).unwrap_or(Mpt::MAX / 2);
        if height > height_max || width > right - left {
            return Err(Error::LogoTooLarge {
                found: format!("{} × {}", millimetres(width), millimetres(height)),
                allowed: format!(
                    "{} × {}",
                    millimetres(right - left),
                    millimetres(height_max)
                ),
            });
        }
        let x = match logo.place {
            Place::Left => left,
            Place::Right => right - width,
        };
        Ok(Some(Placed { x, width, height }))
    }

    /// The return address in one small line above the recipient's (facts/denmark.md §6.3: the words before it), if there
    /// is a place for it.
    pub fn return_line(&self) -> Result<Option<Part>, Error> {
        let Some(place) = &self.frame.return_line else {
            return Ok(None);
        };
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
            if let Some(part) = self.return_line_in(place, &text)? {
                return Ok(Some(part));
            }
        }
        Err(Error::TooLong {
            place: "the return address",
            option: "letterhead.return_line",
        })
    }

    fn return_line_in(&self, place: &ReturnPlace, text: &str) -> Result<Option<Part>, Error> {
        let (x, low) = (place.left, place.low);
        let (box_width, to_info) = (place.right - x, place.right_max - x);
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
}

/// Lower edge of lines below each other.
fn stacked(top: Mpt, height: Mpt, lines: usize) -> Mpt {
    let lines = Mpt::try_from(lines).unwrap_or(Mpt::MAX);
    top.saturating_add(height.saturating_mul(lines))
}
