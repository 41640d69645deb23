//! What a part that is PDF/VT-1 says of itself, said of the pieces of it that are printed again.
//!
//! All of it was written by this program: only numbers, titles and ids change.

use crate::disk::Sha256;
use crate::spool::PartSummary;
use crate::spool::part::reissued_metadata;
use crate::spool::proof::{Cut, Fault, VtFacts};

/// The document parts that pieces are taken out of.
pub(super) struct Vt {
    facts: VtFacts,
    /// Titles say job and child.
    from: String,
    to: String,
    child: u8,
}

impl Vt {
    /// Of the part that is cut, if it has document parts; `was` and `child` are the numbers of the two issues.
    pub(super) fn of(
        cut: &Cut<'_, '_>,
        job: u32,
        was: u8,
        child: u8,
    ) -> Result<Option<Self>, Fault> {
        let facts = cut.vt_facts()?;
        Ok(facts.map(|facts| Self {
            facts,
            from: format!("Print job {job}.{was},"),
            to: format!("Print job {job}.{child},"),
            child,
        }))
    }

    /// The metadata of the document part of a piece.
    pub(super) fn piece(&self, was: &str) -> String {
        with_number(was, "/Child ", u64::from(self.child))
    }

    /// The metadata of the root.
    pub(super) fn root(&self, summary: &PartSummary) -> String {
        let mut text = self.facts.root.replace(&self.from, &self.to);
        for (key, number) in [
            ("/Child ", u32::from(self.child)),
            ("/FirstPiece ", summary.first_piece),
            ("/Pieces ", summary.pieces),
            ("/Sheets ", summary.sheets),
        ] {
            text = with_number(&text, key, u64::from(number));
        }
        text
    }

    /// The Info dictionary.
    pub(super) fn info(&self) -> String {
        self.facts.info.replace(&self.from, &self.to)
    }

    /// The XMP packet; `id` is that of the new file.
    pub(super) fn xmp(&self, id: &Sha256) -> String {
        reissued_metadata(&self.facts.xmp.replace(&self.from, &self.to), id)
    }
}

/// A text with another number behind a key.
fn with_number(text: &str, key: &str, number: u64) -> String {
    let Some((before, behind)) = text.split_once(key) else {
        return text.to_owned();
    };
    let rest = behind.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}{key}{number}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_changes_and_nothing_else() {
        let text = "<</Job 9/Child 0/Piece 12>>";
        assert_eq!(
            with_number(text, "/Child ", 3),
            "<</Job 9/Child 3/Piece 12>>"
        );
        assert_eq!(with_number(text, "/Sheets ", 3), text);
    }
}
