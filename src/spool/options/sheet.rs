//! What stands on a sheet for machines, and how sheets follow each other.

use crate::preflight::Area;

/// What is the same on all letters that we set, as far as a proof asks.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterLook {
    /// Where each line of the address begins, from the left edge of the page.
    pub address_left_mm: f64,
    /// Its size.
    pub address_points: f64,
    /// Which pages are numbered.
    pub page_numbers: PageNumbers,
}

/// Which pages of letters that we set say their number, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageNumbers {
    /// All.
    Every,
    /// Those of letters with more than one page.
    OfSeveral,
    /// None.
    None,
}

/// The strip that a plant keeps for itself at the left edge (`facts/print.md` §8).
const STRIP_NEVER_PRINTED_MM: (f64, f64) = (95.0, 175.0);
/// A mark stands at least this far from the trailing edge (`facts/print.md` §8).
const TRAILING_EDGE_MM: f64 = 30.0;
/// Smallest module (`facts/print.md` §8).
const MODULE_MM_MIN: f64 = 0.38;

/// In which order the sheets of a piece lie in a part. A sheet stays front, then back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Collation {
    /// The sheet with the address first.
    #[default]
    Forward,
    /// The sheet with the address last (`facts/print.md` §4.3).
    Reverse,
}

impl Collation {
    /// `forward` or `reverse`.
    pub(in crate::spool) fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Reverse => "reverse",
        }
    }

    /// Place of a sheet among those of its piece, both from one; and the sheet at a place.
    pub(in crate::spool) fn place(self, sheet: u16, sheets: u16) -> u16 {
        match self {
            Self::Forward => sheet,
            Self::Reverse => sheets.saturating_add(1).saturating_sub(sheet),
        }
    }

    /// Place, from 0, of the page with the address among those of its piece.
    pub(in crate::spool) fn address_page(self, pages: usize, pages_of_a_sheet: usize) -> usize {
        match self {
            Self::Forward => 0,
            Self::Reverse => pages.saturating_sub(pages_of_a_sheet),
        }
    }
}

/// What the mark is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// A Data Matrix, and the piece id for people.
    #[default]
    DataMatrix,
    /// The piece id alone, for plants that read an OMR code and nothing else.
    None,
}

/// Where the mark stands: its white box, from the top left corner of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MarkPlace {
    /// What it is.
    pub kind: MarkKind,
    /// From the left edge.
    pub x_mm: f64,
    /// From the top edge.
    pub y_mm: f64,
    /// One module; the box is 20 modules wide (18 and a quiet zone of one).
    pub module_mm: f64,
}

impl MarkPlace {
    /// What it covers, with the piece id below it.
    pub fn area(&self) -> Area {
        let side = self.module_mm * f64::from(crate::spool::mark::BOX_MODULES);
        Area {
            x_mm: self.x_mm,
            y_mm: self.y_mm,
            width_mm: side,
            height_mm: side + crate::spool::mark::ID_LENGTH_MM,
        }
    }

    /// Asks for a place that a plant can read; `omr`: there is an OMR code as well.
    pub(super) fn check(
        &self,
        omr: bool,
        ask: &mut impl FnMut(bool, &'static str, String, &'static str),
    ) {
        let MarkPlace {
            kind,
            x_mm,
            y_mm,
            module_mm,
        } = *self;
        ask(
            (MODULE_MM_MIN..=0.9).contains(&module_mm),
            "mark.module_mm",
            module_mm.to_string(),
            "0.38 to 0.9",
        );
        ask(
            kind != MarkKind::None || omr,
            "mark.kind",
            "\"none\"".into(),
            "\"data-matrix\", or an OMR code in [print.omr]: a sheet must say to which piece it belongs",
        );
        let side = module_mm * f64::from(crate::spool::mark::BOX_MODULES);
        ask(
            x_mm >= 0.0 && x_mm + side <= 18.0,
            "mark.x_mm",
            x_mm.to_string(),
            "a mark inside the left 18 mm of the sheet",
        );
        let bottom = y_mm + side + crate::spool::mark::ID_LENGTH_MM; // The piece id stands below it.
        let (from, to) = STRIP_NEVER_PRINTED_MM;
        ask(
            y_mm >= 5.0 && bottom <= 297.0 - TRAILING_EDGE_MM && (bottom <= from || y_mm >= to),
            "mark.y_mm",
            y_mm.to_string(),
            "a mark outside y 95 to 175 mm and at least 30 mm from the lower edge",
        );
    }
}

impl super::Options {
    /// What to tell people of a mark that the plant's rules have no room for: they say where alone it prints.
    pub fn misplaced_mark(&self) -> Option<String> {
        let area = self.mark.area();
        let allowed = &self.pdf.allowed;
        let has_room = allowed.is_empty() || allowed.iter().any(|zone| zone.area.holds(&area));
        (self.mark.kind != MarkKind::None && !has_room).then(|| {
            format!(
                "the mark of a sheet, {area}, stands outside of all places that the plant allows (`[print.pdf] allowed`); \
                 agree with it where the mark may stand (`[print] mark`)"
            )
        })
    }
}

impl Default for MarkPlace {
    fn default() -> Self {
        Self {
            kind: MarkKind::DataMatrix,
            x_mm: 3.0,
            y_mm: 180.0,
            module_mm: 0.5,
        }
    }
}
