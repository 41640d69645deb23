//! Lays a printed letter out on pages.
//!
//! In: a [`Letter`](crate::letter::Letter) whose content is text, or whose content is a PDF that needs a cover sheet.
//! Out: pages as PDF content streams, ready to be put behind each other by `spool`. What always holds: a page uses no
//! resource but the fonts `/F0`–`/F3` (regular, bold, italic, bold italic of the one family of the job; two-byte
//! Identity-H codes that are glyph ids of the *original* font program, so that a part's subset can be made last) and
//! the letterhead form `/LH`.

use crate::letter::Micrometres;

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
}

/// What the pages of a part need besides themselves: `spool` writes each of these once a part.
#[derive(Clone, Debug)]
pub struct Resources {
    /// TrueType programs of the four faces, whole.
    pub programs: [std::borrow::Cow<'static, [u8]>; 4],
    /// Content stream of the form `/LH` (letterhead), in page coordinates, using `/F0`–`/F3` only.
    pub letterhead: Vec<u8>,
    /// Glyphs that the letterhead uses.
    pub letterhead_glyphs: GlyphsUsed,
}
