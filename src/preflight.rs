//! Whether a PDF that we are given can be printed as it is, and what a plant would stumble over.
//!
//! In: its bytes, and [`Rules`]: what the plant takes, as data. Out: [`PdfFacts`] with notes, or a [`PdfFault`]: every
//! remark names its class, page and box (`docs/preflight.md` has them all). What always holds: a PDF that passes can be
//! taken into a spool; what its pages show is what they will show there; nothing in it acts; no remark holds text of the
//! document; the verdict depends on bytes and rules alone; whatever the bytes are, looking at them ends.
//!
//! The way of a file: [`document`] opens it and walks its pages; [`catalog`], [`actions`], [`producer`], [`fonts`] and [`reach`] look at its objects;
//! [`drawn`] looks at what its pages draw, cheaply ([`look`]) and, where that cannot rule out a fault, dot by dot ([`ink`]).
//! To add a rule: a [`Class`], the check in one of these rooms, a row in `docs/preflight.md`, a case in `tests/preflight.rs`.

use lopdf::Document;

use crate::disk::{self, Sha256};

mod actions;
mod area;
mod bounds;
mod catalog;
mod class;
mod contents;
mod cost;
mod document;
mod drawn;
mod fonts;
mod icc;
mod ink;
mod inspector;
mod kept;
mod letters;
mod look;
mod lookalike;
mod object_streams;
mod pane;
mod picture;
mod pictures;
mod producer;
mod reach;
mod remarks;
mod rules;
mod scan;
mod stage;
mod target;
mod window;

pub use area::Area;
pub use class::{Class, PdfFault, Remark, Verdict};
pub use inspector::Inspector;
pub use rules::{
    AddressRules, Landscape, Limits, Margins, OnPages, PageSize, Rules, RulesError, Slack, Tag,
    Version, Zone,
};
pub use stage::THREAD_NAME;
pub use target::{Inks, Target};
pub use window::Window;

pub(crate) use contents::contents;
pub(crate) use document::{Page, deref, load, pages};
pub(crate) use icc::{head as icc_head, tag as icc_tag};
pub(crate) use kept::{Keys, of_tree};
pub(crate) use scan::Balance;
pub(crate) use stage::guarded;
pub(crate) use target::against;

use document::Lies;
use drawn::Laid;
use remarks::Remarks;

/// What an acceptable PDF is.
#[derive(Clone, Debug, PartialEq)]
pub struct PdfFacts {
    /// Number of pages, at least one.
    pub pages: u32,
    /// Things a person may want to know.
    pub notes: Vec<Remark>,
    /// Digest of its bytes.
    pub sha256: Sha256,
    /// What the window shows of page one; `None` without [`Rules::address`].
    pub window: Option<Window>,
    /// Pages with colour, from one.
    pub coloured: Vec<u32>,
    /// Pages that had to be rendered to be judged: for measuring.
    pub rendered: u32,
}

impl PdfFacts {
    /// Whether nothing stands where our marks will.
    pub fn is_clear_for_marks(&self) -> bool {
        !self.has(Class::InkUnderMark)
    }

    /// Whether a note is of this class.
    pub fn has(&self, class: Class) -> bool {
        self.notes.iter().any(|note| note.class == class)
    }

    /// What it means that it is printed in grey: a note, if it has colour.
    ///
    /// # Errors
    /// The rules refuse colour in a grey job.
    pub fn in_grey(&self, rules: &Rules) -> Result<Option<Remark>, PdfFault> {
        let Some(&page) = self.coloured.first() else {
            return Ok(None);
        };
        let remark = Remark::on_page(page, Class::Colour, "");
        match rules.verdict(Class::Colour) {
            Verdict::Note => Ok(Some(remark)),
            Verdict::Refuse => Err(remark.into()),
        }
    }
}

/// Judges a PDF.
///
/// # Errors
/// Every reason why it cannot be printed, up to a hundred.
pub fn inspect(bytes: &[u8], rules: &Rules) -> Result<PdfFacts, PdfFault> {
    inspect_known(bytes, disk::sha256(bytes), rules)
}

/// The same; the digest is that of the bytes.
fn inspect_known(bytes: &[u8], sha256: Sha256, rules: &Rules) -> Result<PdfFacts, PdfFault> {
    stage::apart(|| judge(bytes, sha256, rules))
}

fn judge(bytes: &[u8], sha256: Sha256, rules: &Rules) -> Result<PdfFacts, PdfFault> {
    let mut remarks = Remarks::new(rules);
    let limits = &rules.limits;
    if bytes.len() as u64 > limits.bytes_max {
        // Not how many: who reads files reads no further.
        let detail = format!("more than {} bytes", limits.bytes_max);
        let remark = Remark::of_file(Class::TooLarge, detail);
        if rules.verdict(Class::TooLarge) == Verdict::Refuse {
            return Err(remark.into()); // It is not read: that takes the longer the larger it is.
        }
        remarks.add(remark);
    }
    let document = document::load(bytes, limits)?;
    if document.xref_recovery.is_some() {
        remarks.file(Class::Repaired, "");
    }
    version(&document, &mut remarks);
    producer::producer(&document, &mut remarks);
    catalog::catalog(&document, &mut remarks)?;
    let (pages, more) = document::first_pages(&document, limits)?;
    if let Some(more) = more {
        remarks.add(more);
    }
    fonts::fonts(&document, &pages, &mut remarks)?;
    let cost = reach::reach(&document, &pages, &mut remarks)?;
    for remark in against(&document, &pages, limits, rules.target)? {
        remarks.add(remark);
    }
    let mut laid = Vec::with_capacity(pages.len());
    for (page, number) in pages.iter().zip(1..) {
        catalog::annotations(&document, page.dictionary, number, &mut remarks)?;
        laid.push(lay(page, number, &mut remarks));
    }
    actions::actions(&document, &mut remarks);
    let shown = drawn::judge(document, &laid, cost, &mut remarks)?;
    for remark in shown.window.iter().flat_map(|window| &window.remarks) {
        if rules.verdict(remark.class) == Verdict::Refuse {
            remarks.add(remark.clone());
        }
    }
    Ok(PdfFacts {
        pages: laid.len() as u32,
        notes: remarks.verdict()?,
        sha256,
        window: shown.window,
        coloured: shown.coloured,
        rendered: shown.rendered,
    })
}

/// The newer of what the file begins with and what its catalog says.
fn version(document: &Document, remarks: &mut Remarks<'_>) {
    let rules = remarks.rules;
    let catalog = document.catalog().ok();
    let catalog = catalog
        .and_then(|catalog| catalog.get_deref(b"Version", document).ok()?.as_name().ok())
        .and_then(|name| std::str::from_utf8(name).ok()?.parse::<Version>().ok());
    let version = document.version.parse::<Version>().ok().max(catalog);
    if let Some(version) = version
        && !(rules.version_min..=rules.version_max).contains(&version)
    {
        let detail = format!(
            "{version}, allowed are {} to {}",
            rules.version_min, rules.version_max
        );
        remarks.file(Class::Version, &detail);
    }
}

/// How a page lies when it is judged.
fn lay(page: &Page<'_>, number: u32, remarks: &mut Remarks<'_>) -> Laid {
    let rules = remarks.rules;
    let mut geometry = page.geometry;
    match (geometry.lies(&rules.page), rules.landscape) {
        (Lies::Upright, _) | (Lies::OnItsSide, Landscape::Accept) => {}
        (Lies::OnItsSide, Landscape::Refuse) => remarks.page(number, Class::Landscape, ""),
        (Lies::OnItsSide, Landscape::Turn | Landscape::TurnRight) => {
            remarks.page(number, Class::Turned, "");
            geometry = geometry.on_sheet(rules.landscape);
        }
        (Lies::Odd, _) => {
            let (width, height) = geometry.size_mm();
            let detail = format!(
                "{:.1} × {:.1} mm, allowed is {} × {} mm",
                width.min(100_000.0),
                height.min(100_000.0),
                rules.page.width_mm,
                rules.page.height_mm
            );
            remarks.page(number, Class::PageSize, &detail);
        }
    }
    Laid {
        id: page.id,
        geometry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_judged(tail: Vec<u8>) {
            let mut bytes = b"%PDF-1.4\n".to_vec();
            bytes.extend(tail);
            prop_assert!(inspect(&bytes, &Rules::default()).is_err());
        }
    }

    #[test]
    fn what_is_no_pdf_is_refused() {
        for bytes in [
            b"".as_slice(),
            b"%PDF-",
            b"GIF89a",
            b"%PDF-1.7\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF",
        ] {
            let fault = inspect(bytes, &Rules::default()).unwrap_err();
            assert_eq!(fault.first.class, Class::Damaged, "{fault}");
        }
    }
}
