//! A row of the pieces CSV, as far as control files want it (`docs/formats-spool.md`).

use serde::Deserialize;

use crate::letter::Sides;

/// A piece. Columns that are not named here are passed over.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Row<'r> {
    pub piece: u32,
    pub letter_id: &'r str,
    pub first_page: u32,
    pub pages: u32,
    pub first_sheet: u32,
    pub sheets: u32,
    pub sides: Sides,
    pub collation: &'r str,
    pub postage: &'r str,
    pub postage_step_g: u32,
    pub weight_mg: u32,
    pub postal_code: &'r str,
    pub country: &'r str,
    pub stations: u8,
    pub enclosures: u32,
    pub mark: &'r str,
    pub sha256: &'r str,
}

impl Row<'_> {
    /// Place of a sheet among those of its piece as they lie in the part; and the sheet at a place. Both from one.
    pub fn place_of(&self, sheet: u32) -> u32 {
        match self.collation {
            "reverse" => (self.sheets + 1).saturating_sub(sheet),
            _ => sheet,
        }
    }

    /// The page of the part on the front of one of its sheets, both from one.
    pub fn page_of(&self, sheet: u32) -> u32 {
        let before = self.place_of(sheet).saturating_sub(1);
        self.first_page + before * self.sides.pages_of_a_sheet()
    }
}
