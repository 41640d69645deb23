//! What a part that is PDF/VT-1 says of itself and of each piece (`docs/formats-spool.md`).
//!
//! Nothing here names a person: the sender's letter id, which may, stands in the pieces CSV alone.

use super::super::flavour::Flavour;
use super::super::mark::Payload;
use super::super::options::Options;
use super::super::part::Conformance;
use super::super::{Job, PartSummary};
use crate::letter::{Postage, Sides};

/// What a part says of itself; `None` where it is not PDF/VT-1.
pub(super) fn of_part<'o>(
    options: &'o Options,
    job: Job,
    summary: &PartSummary,
) -> Option<Conformance<'o>> {
    if options.pdf_flavour != Flavour::PdfVt1 {
        return None;
    }
    let (number, child) = (job.number.0, job.child);
    let (class, part) = (&summary.class, summary.number);
    let sides = match summary.sides {
        Sides::Duplex => "TwoSidedHeadToHead",
        Sides::Simplex => "OneSided",
    };
    Some(Conformance {
        title: format!("Print job {number}.{child}, {class}, part {part}"),
        metadata: format!(
            "<</CIP4_Root<</CIP4_DescriptiveName(Print job {number}.{child}, {class}, part {part})/CIP4_Intent<</CIP4_ProductType(Letter)/CIP4_LayoutIntent<</CIP4_Sides({sides})/CIP4_FinishedDimensions[595.276 841.89 0]>>/CIP4_MediaIntent<</CIP4_Weight {}>>>>>>/Lettermill<</Job {number}/Child {child}/Class({class})/Part {part}/FirstPiece {}/Pieces {}/Sheets {}>>>>",
            options.paper_grams_m2, summary.first_piece, summary.pieces, summary.sheets
        ),
        condition: options.pdf_vt.as_ref()?,
        profile: options.profile()?,
    })
}

/// Metadata of the document part of a piece.
pub(super) fn of_piece(first: &Payload, postage: Postage, class: &str) -> String {
    format!(
        "<</CIP4_Root<</CIP4_Production<</CIP4_CopyCount 1>>>>/Lettermill<</Job {}/Child {}/Piece {}/Sheets {}/Class({class})/Envelope({})/Postage({})/Stations {}>>>>",
        first.job,
        first.child,
        first.piece,
        first.sheets,
        first.envelope.name(),
        postage.name(),
        first.stations
    )
}
