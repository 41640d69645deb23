//! What all letters of a batch have in common: fonts, letterhead, return address, footers. Made once, shared by all
//! threads; what a thread needs to work with is lent to it for a letter and kept for the next.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::font::{FontError, Fonts, Used};
use super::galley::Galley;
use super::letterhead::Desk;
use super::options::{Geometry, Logo, Options, Payment, ReturnLine, check};
use super::page::{Mpt, PAGE_HEIGHT, PAGE_WIDTH, mm, mpt};
use super::paragraph::Setter;
use super::picture::Picture;
use super::shape::Words;
use super::words::Language;
use super::{Area, Face, Resources};
use crate::letter::{Header, Micrometres};

/// Between an area for a payment slip and the lowest line above it.
const CLEAR_OF_SLIP: Micrometres = Micrometres::mm(5);

/// One a language.
type Footers = [Part; Language::ALL.len()];

/// Why no letter can be set.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A font file.
    #[error(transparent)]
    Font(#[from] FontError),
    /// An option that makes no page: name, what was found, what is allowed.
    #[error("[letter] of the job file, or its template: `{option}` is {found}; allowed: {allowed}")]
    Option {
        /// Key in the job file.
        option: &'static str,
        /// Its value.
        found: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// A character of the sender's own details that cannot be set.
    #[error("{place} holds U+{code:04X}, {why}; change it or the fonts")]
    Unprintable {
        /// Which text.
        place: &'static str,
        /// The character.
        code: u32,
        /// What is the matter with it.
        why: &'static str,
    },
    /// A logo that cannot be used.
    #[error("`letterhead.logo`: `{}` {found}; allowed: {allowed}", path.display())]
    Logo {
        /// The file.
        path: PathBuf,
        /// What is the matter with it.
        found: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// A logo that leaves no room.
    #[error("`letterhead.logo` is {found}; allowed: at most {allowed}; make `width_mm` smaller")]
    LogoTooLarge {
        /// Width and height on paper.
        found: String,
        /// What the letterhead has room for.
        allowed: String,
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
    pub(super) return_line: Option<Part>,
    pub(super) running_head: Part,
    letterhead: Part,
    letterhead_mono: Part,
    logo: Option<[Arc<Picture>; 2]>,
    footers: Footers,
    /// Above the area for a payment slip.
    footers_raised: Option<Footers>,
    scratches: Mutex<Vec<Scratch>>,
}

impl std::fmt::Debug for Stationery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stationery")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Where the return address stands.
#[derive(Clone, Copy, Debug)]
pub struct ReturnPlace {
    /// Left edge.
    pub left: Mpt,
    /// Right edge of what it should fit into.
    pub right: Mpt,
    /// Right edge of what a long one may take.
    pub right_max: Mpt,
    /// Baseline of its last line.
    pub low: Mpt,
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
    /// The same on a page with an area for a payment slip.
    pub bottom_raised: Mpt,
    /// Box of the letterhead: left, top, right, bottom.
    pub letterhead: [Mpt; 4],
    /// Address box: left, top, right, bottom.
    pub address: [Mpt; 4],
    /// Where the return address stands, if it does.
    pub return_line: Option<ReturnPlace>,
    /// Left edge of the information column.
    pub info_x: Mpt,
    /// Its top.
    pub info_y: Mpt,
    /// Top of the text.
    pub body_top: Mpt,
    /// Top of the text on later pages.
    pub body_top_next: Mpt,
}

/// Left, top, right, bottom.
fn edges(area: &Area) -> [Mpt; 4] {
    let end = |start: Micrometres, length: Micrometres| {
        mpt(Micrometres(start.0.saturating_add(length.0)))
    };
    [
        mpt(area.x),
        mpt(area.y),
        end(area.x, area.width),
        end(area.y, area.height),
    ]
}

impl Frame {
    fn of(geometry: &Geometry, payment: Option<&Payment>) -> Self {
        let bottom = PAGE_HEIGHT - mpt(geometry.margin_bottom);
        let slip = payment.map_or(0, |payment| mpt(payment.height) + mpt(CLEAR_OF_SLIP));
        let mut frame = Self {
            left: mpt(geometry.margin_left),
            right: PAGE_WIDTH - mpt(geometry.margin_right),
            bottom,
            bottom_raised: bottom.min(PAGE_HEIGHT - slip),
            letterhead: edges(&geometry.letterhead()),
            address: edges(&geometry.address),
            return_line: None,
            info_x: mpt(geometry.info_x),
            info_y: mpt(geometry.info_y),
            body_top: mpt(geometry.body_top),
            body_top_next: mpt(geometry.body_top_next),
        };
        frame.return_line = frame.place_of(geometry.return_line);
        frame
    }

    fn place_of(&self, line: ReturnLine) -> Option<ReturnPlace> {
        let left = self.address_x();
        let clear = |length| mpt(Micrometres(length));
        match line {
            ReturnLine::Above => Some(ReturnPlace {
                left,
                right: self.address[2],
                right_max: self.info_x - clear(4_000),
                // Two millimetres clear of the recipient's address.
                low: self.address[1] - clear(2_200),
            }),
            ReturnLine::In(area) => {
                let [x, _, right, bottom] = edges(&area);
                Some(ReturnPlace {
                    left: if (x..right).contains(&left) { left } else { x },
                    right,
                    right_max: right,
                    // Descenders of 7 pt reach 0.6 mm down.
                    low: bottom - clear(1_200),
                })
            }
            ReturnLine::None => None,
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
        let frame = Frame::of(&options.geometry, options.payment.as_ref());
        let logo = options.letterhead.logo.as_ref().map(logo).transpose()?;
        own_signs(&fonts)?;
        let desk = Desk {
            fonts: &fonts,
            options,
            frame,
            sender: &header.sender,
        };
        let [in_colour, in_black] = match &logo {
            Some([colour, black]) => [Some(&**colour), Some(&**black)],
            None => [None, None],
        };
        let letterhead = desk.letterhead(in_colour, true)?;
        let letterhead_mono = desk.letterhead(in_black, false)?;
        let return_line = desk.return_line()?;
        let running_head = desk.running_head()?;
        let at_foot = footers(&desk, frame.bottom)?;
        let footers_raised = match &options.payment {
            Some(_) => Some(footers(&desk, frame.bottom_raised)?),
            None => None,
        };
        Ok(Self {
            options: options.clone(),
            frame,
            letterhead,
            letterhead_mono,
            logo,
            return_line,
            running_head,
            footers: at_foot,
            footers_raised,
            fonts,
            scratches: Mutex::default(),
        })
    }

    /// What `spool` writes once a part.
    pub fn resources(&self) -> Resources {
        Resources {
            programs: self.fonts.programs(),
            letterhead: self.letterhead.content.clone(),
            letterhead_mono: self.letterhead_mono.content.clone(),
            logo: self.logo.clone(),
            letterhead_glyphs: self.letterhead.used.glyphs(),
        }
    }

    /// The footer in a language; `raised`: above the area for a payment slip.
    pub(super) fn footer(&self, language: Language, raised: bool) -> &Part {
        let raised = self.footers_raised.as_ref().filter(|_| raised);
        let [sv, da, no, nn, fi, en] = raised.unwrap_or(&self.footers);
        match language {
            Language::Swedish => sv,
            Language::Danish => da,
            Language::Norwegian => no,
            Language::Nynorsk => nn,
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

/// Signs that letters have without their senders saying so: between date and reference, before the items of a list,
/// where a word is divided.
const OWN_SIGNS: [(char, &str); 3] = [
    ('·', "the head of later pages"),
    ('•', "every list"),
    ('-', "every word that is divided"),
];

/// Whether the fonts have what is set in every letter, so that it is known before the first.
fn own_signs(fonts: &Fonts) -> Result<(), Error> {
    for (c, place) in OWN_SIGNS {
        let mut words = Words::default();
        let id = words.shape(fonts, Face::Regular, c.encode_utf8(&mut [0; 4]));
        if let Some(fault) = words.get(id).fault {
            let (c, why) = fault.told();
            return Err(Error::Unprintable {
                place,
                code: u32::from(c),
                why,
            });
        }
    }
    Ok(())
}

/// Reads the job's logo: in colour and in black.
fn logo(logo: &Logo) -> Result<[Arc<Picture>; 2], Error> {
    let picture = Arc::new(Picture::read(&logo.file)?);
    let mono = match &logo.mono_file {
        Some(file) => {
            let mono = Picture::read(file)?;
            Arc::new(mono.in_black().unwrap_or(mono))
        }
        None => picture
            .in_black()
            .map_or_else(|| Arc::clone(&picture), Arc::new),
    };
    Ok([picture, mono])
}

fn footers(desk: &Desk<'_>, bottom: Mpt) -> Result<Footers, Error> {
    let [sv, da, no, nn, fi, en] = Language::ALL.map(|language| desk.footer(language, bottom));
    Ok([sv?, da?, no?, nn?, fi?, en?])
}

/// For findings: a width in millimetres, with one decimal.
pub fn millimetres(length: Mpt) -> String {
    format!("{:.1} mm", mm(length))
}
