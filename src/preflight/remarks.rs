//! Remarks as they are gathered.

use super::area::Area;
use super::class::{Class, PdfFault, Remark, Verdict};
use super::rules::Rules;

/// Remarks kept of one file; a person reads the first dozen.
const REMARKS_MAX: usize = 100;

/// Remarks on one file.
pub(super) struct Remarks<'r> {
    pub(super) rules: &'r Rules,
    faults: Vec<Remark>,
    notes: Vec<Remark>,
}

impl<'r> Remarks<'r> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        Self {
            rules,
            faults: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a remark, unless it has been made.
    pub(super) fn add(&mut self, remark: Remark) {
        let kept = match self.rules.verdict(remark.class) {
            Verdict::Refuse => &mut self.faults,
            Verdict::Note => &mut self.notes,
        };
        if kept.len() < REMARKS_MAX && !kept.contains(&remark) {
            kept.push(remark);
        }
    }

    /// Whether one of this class has been made.
    pub(super) fn has(&self, class: Class) -> bool {
        let mut all = self.faults.iter().chain(&self.notes);
        all.any(|remark| remark.class == class)
    }

    /// Adds a remark on the file.
    pub(super) fn file(&mut self, class: Class, detail: &str) {
        self.add(Remark::of_file(class, detail));
    }

    /// Adds a remark on a page.
    pub(super) fn page(&mut self, page: u32, class: Class, detail: &str) {
        self.add(Remark::on_page(page, class, detail));
    }

    /// Adds a remark on a place of a page.
    pub(super) fn at(&mut self, page: u32, area: Area, class: Class, detail: &str) {
        self.add(Remark::at(page, area, class, detail));
    }

    /// The notes, in the order of the pages, or why the file is refused.
    pub(super) fn verdict(self) -> Result<Vec<Remark>, PdfFault> {
        let sorted = |mut remarks: Vec<Remark>| {
            remarks.sort_by_key(|remark| (remark.page, remark.class)); // Stable: as found within a page.
            remarks
        };
        let mut faults = sorted(self.faults).into_iter();
        match faults.next() {
            None => Ok(sorted(self.notes)),
            Some(first) => Err(PdfFault {
                first,
                rest: faults.collect(),
                notes: sorted(self.notes).into(),
            }),
        }
    }
}
