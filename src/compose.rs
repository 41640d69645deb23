//! Lays a printed letter out on pages.
//!
//! In: a [`Letter`](crate::letter::Letter) whose content is text, or whose content is a PDF that needs a cover sheet.
//! Out: pages as PDF content streams, ready to be put behind each other by `spool`. What always holds: a page uses no
//! resource but the fonts `/F0`–`/F3` (regular, bold, italic, bold italic of the one family of the job; two-byte
//! Identity-H codes that are glyph ids of the *original* font program, so that a part's subset can be made last) and
//! the letterhead form `/LH`; the strip left of the margin stays empty on every page, for the marks; the same letter
//! gives the same bytes on any thread.
//!
//! How a letter comes about: `options` says what the job file may set, `stationery` is made of it once a batch, `font`
//! shapes words and keeps them, `paragraph` breaks runs into lines, `galley` and `table` stack the lines of the blocks,
//! `paginate` cuts the stack into pages, `first_page` sets what surrounds it, `page` writes the operators.
//!
//! To change how a kind of block looks: its arm in `galley::Galley::block`; sizes and spaces stand in
//! [`TypeSizes`]; then look at the pages that `LETTERMILL_PROOFS=folder cargo test --test compose` leaves behind.

use crate::finding::Finding;
use crate::letter::{Header, Letter, Micrometres};

mod address;
mod countries;
mod first_page;
mod font;
mod footer;
mod galley;
mod hyphen;
mod letterhead;
mod options;
mod page;
mod paginate;
mod paragraph;
mod picture;
mod says;
mod shape;
mod sheet;
mod stationery;
mod table;
mod text;
mod words;

pub use font::FontError;
pub use options::{
    Field, FontFiles, Footer, FooterColumn, FooterOn, Geometry, Heading, Headings, LaterPages,
    Letterhead, Logo, Options, PageNumber, PageNumberForm, Payment, PaymentPage, Place, Points,
    Reference, ReturnLine, Style, TEMPLATE_VERSION, TypeSizes,
};
pub use picture::{Picture, Pixel};
pub(crate) use says::glyph_texts;
pub use stationery::{Error, Stationery};

/// How the first page is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FirstPage {
    /// The text begins on it.
    WithText,
    /// It carries letterhead, address, reference and a list of what is enclosed, nothing else. For a letter whose
    /// content is a PDF it is the only page. The text of a protected recipient follows on the next page, without any
    /// address (facts/denmark.md §5.3).
    CoverSheet,
}

/// Lays `letter` out on pages. A letter whose content is a PDF always gets a cover sheet.
///
/// # Errors
/// Findings: no address or one that does not fit the window, a character that cannot be set, too many pages.
pub fn lay_out(
    letter: &Letter<'_>,
    header: &Header,
    date: jiff::civil::Date,
    stationery: &Stationery,
    sheet: FirstPage,
) -> Result<LaidLetter, Vec<Finding>> {
    stationery.with_scratch(|scratch| {
        first_page::lay_out(letter, header, date, stationery, sheet, scratch)
    })
}

/// The four faces, in the order of the resource names `/F0` … `/F3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Face {
    /// `/F0`
    Regular,
    /// `/F1`
    Bold,
    /// `/F2`
    Italic,
    /// `/F3`
    BoldItalic,
}

impl Face {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Regular, Self::Bold, Self::Italic, Self::BoldItalic];
}

/// Which glyphs of each face were used: sorted glyph ids, glyph 0 left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GlyphsUsed(pub [Vec<u16>; 4]);

impl GlyphsUsed {
    /// Adds those of others.
    pub fn add(&mut self, others: &Self) {
        for (of, more) in self.0.iter_mut().zip(&others.0) {
            of.extend_from_slice(more);
            of.sort_unstable();
            of.dedup();
        }
    }
}

/// One page side, A4 portrait.
#[derive(Clone, Debug)]
pub struct LaidPage {
    /// Content stream operators, not compressed, with balanced q/Q.
    pub content: Vec<u8>,
    /// It draws `/LH`.
    pub letterhead: bool,
}

/// A box on the page, from its top left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// From the left edge of the page.
    pub x: Micrometres,
    /// From the top edge of the page.
    pub y: Micrometres,
    /// Width.
    pub width: Micrometres,
    /// Height.
    pub height: Micrometres,
}

/// A letter laid out: its own pages; enclosed PDFs follow behind in `spool`.
#[derive(Clone, Debug)]
pub struct LaidLetter {
    /// At least one.
    pub pages: Vec<LaidPage>,
    /// Glyphs that the pages use.
    pub glyphs: GlyphsUsed,
    /// The address block as set, line by line, for the proof of the finished spool. Never logged.
    pub address_lines: Vec<String>,
    /// ISO 639-1 code of its language.
    pub language: String,
}

/// What the pages of a part need besides themselves: `spool` writes each of these once a part.
#[derive(Clone, Debug)]
pub struct Resources {
    /// TrueType programs of the four faces, whole.
    pub programs: [std::borrow::Cow<'static, [u8]>; 4],
    /// Content stream of the form `/LH` (letterhead), in page coordinates, using `/F0`–`/F3` and the picture `/LG` only.
    pub letterhead: Vec<u8>,
    /// The same for parts that are printed in black only.
    pub letterhead_mono: Vec<u8>,
    /// The picture `/LG`, in colour and for parts that are printed in black only.
    pub logo: Option<[std::sync::Arc<Picture>; 2]>,
    /// Glyphs that the letterhead uses.
    pub letterhead_glyphs: GlyphsUsed,
}
