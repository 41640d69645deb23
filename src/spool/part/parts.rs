//! The document parts of PDF/VT-1 (ISO 16612-2, ISO 32000-2 14.12): a root for the part of the spool, and a leaf for each
//! piece, which says its pages and what is to be made of them.
//!
//! Values are text strings and numbers: document part metadata knew no names when PDF/VT-1 was written. Keys that begin
//! with `CIP4_` are those of print product metadata (ISO 21812-1); what that has no keys for stands under `Lettermill`.

use std::io::{self, Write};

use super::{PARTS, PARTS_ROOT, PartWriter};
use crate::spool::sink::Sink;

/// Elements of an array that every reader takes (ISO 32000-1 Annex C). The leaves of a root stand in as many arrays as
/// that needs.
const ARRAY_MAX: usize = 8_191;
/// A reference in the root.
const REFERENCE_BYTES: u64 = 12;

/// The leaves so far: four bytes a piece.
#[derive(Default)]
pub(super) struct Parts {
    leaves: Vec<u32>,
}

impl Parts {
    /// What the root will take.
    pub(super) fn bytes_max(&self) -> u64 {
        self.leaves.len() as u64 * REFERENCE_BYTES
    }
}

/// A leaf whose pages are being written.
pub(in crate::spool) struct Leaf<'m> {
    pub(in crate::spool) number: u32,
    metadata: &'m str,
}

impl<S: Sink> PartWriter<S> {
    /// Begins the leaf of a piece.
    pub(in crate::spool) fn begin_part<'m>(&mut self, metadata: &'m str) -> Leaf<'m> {
        let number = self.allocate();
        self.parts.leaves.push(number);
        Leaf { number, metadata }
    }

    /// Writes it, once the numbers of its pages are known.
    pub(in crate::spool) fn end_part(&mut self, leaf: &Leaf<'_>, pages: &[u32]) -> io::Result<()> {
        let mut text = format!("<</Type/DPart/Parent {PARTS_ROOT} 0 R").into_bytes();
        if let [first, rest @ ..] = pages {
            write!(text, "/Start {first} 0 R")?;
            // A range of one page has no end (ISO 32000-2 table 409).
            if let Some(last) = rest.last() {
                write!(text, "/End {last} 0 R")?;
            }
        }
        write!(text, "/DPM{}>>", leaf.metadata)?;
        self.object(leaf.number, &text)
    }

    /// Writes the root, and what leads to it.
    pub(in crate::spool) fn write_parts(&mut self, metadata: &str) -> io::Result<()> {
        self.object(
            PARTS,
            format!("<</Type/DPartRoot/DPartRootNode {PARTS_ROOT} 0 R/RecordLevel 1/NodeNameList[/job/piece]>>").as_bytes(),
        )?;
        let mut text = format!("<</Type/DPart/Parent {PARTS} 0 R/DParts[").into_bytes();
        for leaves in self.parts.leaves.chunks(ARRAY_MAX) {
            text.push(b'[');
            for (i, leaf) in leaves.iter().enumerate() {
                write!(text, "{}{leaf} 0 R", if i == 0 { "" } else { " " })?;
            }
            text.push(b']');
        }
        write!(text, "]/DPM{metadata}>>")?;
        self.object(PARTS_ROOT, &text)
    }
}
