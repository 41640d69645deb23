//! What all letters of a batch have in common: fonts, letterhead, return address, footers. Made once, shared by all
//! threads; what a thread needs to work with is lent to it for a letter and kept for the next.

use std::sync::{Mutex, PoisonError};

use super::Resources;
use super::font::{FontError, Fonts, Used};
use super::galley::Galley;
use super::letterhead::Desk;
use super::options::{Geometry, Options, check};
use super::page::{Mpt, PAGE_HEIGHT, PAGE_WIDTH, mm, mpt};
use super::paragraph::Setter;
use super::words::Language;
use crate::letter::{Header, Micrometres};

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

/// For findings: a width in millimetres, with one decimal.
pub fn millimetres(length: Mpt) -> String {
    format!("{:.1} mm", mm(length))
}
