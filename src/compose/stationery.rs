//! What all letters of a batch have in common: fonts, letterhead, return address, footers. Made once, shared by all
//! threads; what a thread needs to work with is lent to it for a letter and kept for the next.

use std::sync::{Mutex, PoisonError};

use super::address;
use super::font::{Fault, FontError, Fonts, Used};
use super::galley::{Galley, HAIRLINE, RULE, baseline};
use super::options::{Geometry, Options, Points};
use super::page::{Ink, Mpt, PAGE_HEIGHT, PAGE_WIDTH, Tools, mm, mpt};
use super::paragraph::{Lines, Setter};
use super::words::Language;
use super::{Face, Resources};
use crate::letter::{Country, Header, Micrometres, Sender};

/// Why no letter can be set.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A font file.
    #[error(transparent)]
    Font(#[from] FontError),
    /// An option that makes no page: name, what was found, what is allowed.
    #[error("`{option}` is {found}; allowed: {allowed}")]
    Option {
        /// Key in the job file.
        option: &'static str,
        /// Its value.
        found: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// The fonts lack a character of the sender's own details.
    #[error("{place} holds U+{code:04X}, for which the font has no glyph; change it or the fonts")]
    Unprintable {
        /// Which text.
        place: &'static str,
        /// The character.
        code: u32,
    },
    /// A text of the sender does not fit its place.
    #[error("{place} does not fit its place; shorten it with `{option}`")]
    TooLong {
        /// Which text.
        place: &'static str,
        /// Key in the job file that replaces it.
        option: &'static str,
    },
}

/// Operators set once and used on many pages, with what they use.
pub struct Part {
    /// Operators.
    pub content: Vec<u8>,
    /// Their glyphs.
    pub used: Used,
    /// How far they reach: upper edge of a footer, lower edge of a head.
    pub edge: Mpt,
}

/// Lent to a thread for one letter.
#[derive(Default)]
pub struct Scratch {
    /// Breaks lines.
    pub setter: Setter,
    /// The text.
    pub galley: Galley,
    /// The cover sheet.
    pub cover: Galley,
    /// Glyphs of the letter.
    pub used: Used,
}

/// All that letters of a batch share.
pub struct Stationery {
    pub(super) fonts: Fonts,
    pub(super) options: Options,
    pub(super) frame: Frame,
    pub(super) return_line: Part,
    pub(super) running_head: Part,
    letterhead: Part,
    footers: [Part; Language::ALL.len()],
    scratches: Mutex<Vec<Scratch>>,
}

impl std::fmt::Debug for Stationery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stationery")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// The geometry, in the unit of the room.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Left edge of text.
    pub left: Mpt,
    /// Right edge of text.
    pub right: Mpt,
    /// Baseline of the lowest line.
    pub bottom: Mpt,
    /// Address box: left, top, right, bottom.
    pub address: [Mpt; 4],
    /// Left edge of the information column.
    pub info_x: Mpt,
    /// Its top.
    pub info_y: Mpt,
    /// Top of the text.
    pub body_top: Mpt,
    /// Top of the text on later pages.
    pub body_top_next: Mpt,
}

impl Frame {
    fn of(geometry: &Geometry) -> Self {
        let address = geometry.address;
        Self {
            left: mpt(geometry.margin_left),
            right: PAGE_WIDTH - mpt(geometry.margin_right),
            bottom: PAGE_HEIGHT - mpt(geometry.margin_bottom),
            address: [
                mpt(address.x),
                mpt(address.y),
                mpt(Micrometres(address.x.0.saturating_add(address.width.0))),
                mpt(Micrometres(address.y.0.saturating_add(address.height.0))),
            ],
            info_x: mpt(geometry.info_x),
            info_y: mpt(geometry.info_y),
            body_top: mpt(geometry.body_top),
            body_top_next: mpt(geometry.body_top_next),
        }
    }

    /// Width of the column.
    pub fn measure(&self) -> Mpt {
        self.right - self.left
    }

    /// Left edge of the address: in line with the text where the box allows.
    pub fn address_x(&self) -> Mpt {
        let [x, _, right, _] = self.address;
        if (x..right).contains(&self.left) {
            self.left
        } else {
            x
        }
    }
}

const MM: Mpt = mpt(Micrometres(1000));

impl Stationery {
    /// Reads the fonts and sets what all letters share.
    ///
    /// # Errors
    /// A font that cannot be used, an option out of range, sender details that cannot be set.
    pub fn new(options: &Options, header: &Header) -> Result<Self, Error> {
        check(options)?;
        let fonts = match &options.fonts {
            None => Fonts::noto()?,
            Some(files) => Fonts::read(files)?,
        };
        let frame = Frame::of(&options.geometry);
        let desk = Desk {
            fonts: &fonts,
            options,
            frame,
            sender: &header.sender,
        };
        let letterhead = desk.letterhead()?;
        let return_line = desk.return_line()?;
        let running_head = desk.running_head()?;
        let [sv, da, no, fi, en] = Language::ALL.map(|language| desk.footer(language));
        let footers = [sv?, da?, no?, fi?, en?];
        Ok(Self {
            options: options.clone(),
            frame,
            letterhead,
            return_line,
            running_head,
            footers,
            fonts,
            scratches: Mutex::default(),
        })
    }

    /// What `spool` writes once a part.
    pub fn resources(&self) -> Resources {
        Resources {
            programs: self.fonts.programs(),
            letterhead: self.letterhead.content.clone(),
            letterhead_glyphs: self.letterhead.used.glyphs(),
        }
    }

    pub(super) fn footer(&self, language: Language) -> &Part {
        let [sv, da, no, fi, en] = &self.footers;
        match language {
            Language::Swedish => sv,
            Language::Danish => da,
            Language::Norwegian => no,
            Language::Finnish => fi,
            Language::English => en,
        }
    }

    pub(super) fn with_scratch<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let lend = || {
            self.scratches
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let mut scratch = lend().pop().unwrap_or_default();
        let result = work(&mut scratch);
        lend().push(scratch);
        result
    }
}

/// Refuses what would make no page, or one that a plant refuses.
fn check(options: &Options) -> Result<(), Error> {
    let g = &options.geometry;
    let lengths = [
        (
            "geometry.margin_left_mm",
            g.margin_left,
            20,
            60,
            "20 to 60 (x 0–18 belongs to the marks)",
        ),
        (
            "geometry.margin_right_mm",
            g.margin_right,
            15,
            60,
            "15 to 60",
        ),
        (
            "geometry.margin_bottom_mm",
            g.margin_bottom,
            7,
            60,
            "7 to 60",
        ),
        ("geometry.address.x_mm", g.address.x, 18, 120, "18 to 120"),
        ("geometry.address.y_mm", g.address.y, 25, 120, "25 to 120"),
        (
            "geometry.address.width_mm",
            g.address.width,
            50,
            120,
            "50 to 120",
        ),
        (
            "geometry.address.height_mm",
            g.address.height,
            15,
            60,
            "15 to 60",
        ),
        ("geometry.info_y_mm", g.info_y, 25, 120, "25 to 120"),
        (
            "geometry.body_top_next_mm",
            g.body_top_next,
            20,
            100,
            "20 to 100",
        ),
    ];
    for (option, found, min, max, allowed) in lengths {
        if found < Micrometres::mm(min) || found > Micrometres::mm(max) {
            let found = format!("{} mm", f64::from(found.0) / 1000.0);
            return Err(Error::Option {
                option,
                found,
                allowed,
            });
        }
    }
    let t = &options.type_sizes;
    let sizes = [
        ("type_sizes.body_pt", t.body, 800, 1600, "8 to 16"),
        ("type_sizes.address_pt", t.address, 1000, 1200, "10 to 12"),
        ("type_sizes.subject_pt", t.subject, 800, 3000, "8 to 30"),
        (
            "type_sizes.letterhead_pt",
            t.letterhead,
            800,
            3000,
            "8 to 30",
        ),
        ("type_sizes.table_pt", t.table, 600, 1600, "6 to 16"),
        ("type_sizes.small_pt", t.small, 600, 1200, "6 to 12"),
    ];
    for (option, found, min, max, allowed) in sizes {
        if found.0 < min || found.0 > max {
            let found = format!("{} pt", f64::from(found.0) / 100.0);
            return Err(Error::Option {
                option,
                found,
                allowed,
            });
        }
    }
    let wrong = |option, found: String, allowed| {
        Err(Error::Option {
            option,
            found,
            allowed,
        })
    };
    let leading = f64::from(t.leading.0) / 100.0;
    if t.leading.0 < t.body.0 * 11 / 10 || t.leading.0 > t.body.0 * 2 {
        return wrong(
            "type_sizes.leading_pt",
            format!("{leading} pt"),
            "1.1 to 2 times `body_pt`",
        );
    }
    let millimetres = |length: i32| format!("{} mm", f64::from(length) / 1000.0);
    let address_right = g.address.x.0 + g.address.width.0;
    let address_bottom = g.address.y.0 + g.address.height.0;
    if g.info_x.0 < address_right + 2000 || g.info_x.0 > 210_000 - g.margin_right.0 - 35_000 {
        return wrong(
            "geometry.info_x_mm",
            millimetres(g.info_x.0),
            "at least 2 mm right of the address box, and 35 mm left of the right margin",
        );
    }
    if g.body_top.0 < address_bottom + 3000 || g.body_top.0 > 160_000 {
        return wrong(
            "geometry.body_top_mm",
            millimetres(g.body_top.0),
            "at least 3 mm below the address box, and at most 160",
        );
    }
    if options.pages_max == 0 {
        return wrong("pages_max", "0".into(), "at least 1");
    }
    if let Some(colour) = &options.letterhead.colour {
        rgb(colour)?;
    }
    Ok(())
}

/// `#rrggbb` as operands of `rg`, in thousandths.
fn rgb(colour: &str) -> Result<[u32; 3], Error> {
    let parsed = colour
        .strip_prefix('#')
        .filter(|hex| hex.len() == 6)
        .and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let value = parsed.ok_or_else(|| Error::Option {
        option: "letterhead.colour",
        found: format!("`{}`", colour.chars().take(20).collect::<String>()),
        allowed: "`#` and six hexadecimal digits",
    })?;
    Ok([16, 8, 0].map(|shift| (value >> shift & 0xff) * 1000 / 255))
}

/// Sets the shared parts.
struct Desk<'a> {
    fonts: &'a Fonts,
    options: &'a Options,
    frame: Frame,
    sender: &'a Sender,
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
    fn letterhead(&self) -> Result<Part, Error> {
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
            let mut edge = top + height * Mpt::try_from(lines.len()).unwrap_or(Mpt::MAX / height);
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
                edge += height * Mpt::try_from(lines.len()).unwrap_or(Mpt::MAX / height);
            }
            let rule = edge + 2 * MM;
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
    fn return_line(&self) -> Result<Part, Error> {
        let prefix = match self.sender.country {
            Country::Sweden => "Avsändare: ",
            Country::Denmark => "Afsender/retur/from: ",
        };
        let home = self.sender.country;
        let address = address::one_line(&self.sender.name, &self.sender.return_address, home);
        let text = match &self.options.letterhead.return_line {
            Some(line) => line.clone(),
            None => format!("{prefix}{address}"),
        };
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
                .read_text(self.fonts, &text, Face::Regular, size);
            let lines = draft.setter.lines_balanced(self.fonts, &copy, measure);
            if lines.len() > count {
                continue;
            }
            let above = height * Mpt::try_from(lines.len().saturating_sub(1)).unwrap_or(0);
            for (at, line) in lines.enumerate() {
                let down = height * Mpt::try_from(at).unwrap_or(0);
                draft.line(self.fonts, line, x, low - above + down);
            }
            return draft.finish(low);
        }
        Err(Error::TooLong {
            place: "the return address",
            option: "letterhead.return_line",
        })
    }

    /// The sender's name at the head of later pages.
    fn running_head(&self) -> Result<Part, Error> {
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
    fn footer(&self, language: Language) -> Result<Part, Error> {
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
        let rows = Mpt::try_from(rows).unwrap_or(Mpt::MAX / height);
        // The lowest line's baseline is the frame's bottom.
        let top = frame.bottom - baseline(height, size) - height * (rows - 1);
        let rule = top - 2 * MM;
        if rows > 40 || rule < frame.body_top + 60 * MM {
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

/// Upper edge of the running head.
pub const RUNNING_TOP: Mpt = 13 * MM;

/// For findings: a width in millimetres, with one decimal.
pub fn millimetres(length: Mpt) -> String {
    format!("{:.1} mm", mm(length))
}
