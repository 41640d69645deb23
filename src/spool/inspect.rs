//! Whether an enclosed PDF can be printed as it is.
//!
//! In: its bytes. Out: [`PdfFacts`], or the first fault with its page. What always holds: a PDF that passes can be
//! grafted; what its pages show is what they will show in the spool; nothing in it acts.
//! To add a rule: a [`PdfReason`] or [`PdfNote`], the check here, a line in `docs/formats-spool.md`, a case in
//! `tests/spool.rs`.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::document::{self, Page, PdfFault, PdfReason, deref, guarded, of_file, on_page};
use super::graft::{Gathered, gather};
use super::options::{Options, StandardFonts};
use crate::disk::{self, Sha256};

/// Resource dictionaries within each other, such as forms in forms.
const RESOURCES_DEPTH_MAX: u32 = 40;
/// Saved graphics states within each other that a printer must take (ISO 32000-1 Annex C).
const SAVES_MAX: u16 = 28;

/// What an acceptable PDF is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdfFacts {
    /// Number of pages, at least one.
    pub pages: u32,
    /// Things a person may want to know.
    pub notes: Vec<PdfNote>,
    /// Digest of its bytes.
    pub sha256: Sha256,
}

/// A remark on a PDF that will be printed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum PdfNote {
    /// Its cross-reference table had to be rebuilt.
    #[error("the cross-reference table was damaged and has been rebuilt")]
    Repaired,
    /// A landscape page was turned.
    #[error("page {page} is landscape and is turned a quarter")]
    Turned {
        /// From one.
        page: u32,
    },
    /// Links, remarks and the like that do not print are left out.
    #[error("remarks or links that are not printed are left out")]
    AnnotationsLeftOut,
    /// A standard font is not embedded.
    #[error("font `{0}` is not embedded; the printer's own is used")]
    StandardFont(String),
    /// Type 3 fonts can look coarse.
    #[error("a Type 3 font")]
    Type3,
    /// Text that is hidden on screen; some printers show it.
    #[error("page {page} has hidden text")]
    HiddenText {
        /// From one.
        page: u32,
    },
    /// Saves nested deeper than some printers take.
    #[error("page {page} nests graphics states deeper than 28")]
    DeepSaves {
        /// From one.
        page: u32,
    },
    /// Refers to objects that the file does not have; they print as nothing.
    #[error("page {page} refers to objects that do not exist")]
    Dangling {
        /// From one.
        page: u32,
    },
}

/// Judges an enclosed PDF.
///
/// # Errors
/// The first reason why it cannot be printed, and on which page.
pub fn inspect(bytes: &[u8], options: &Options) -> Result<PdfFacts, PdfFault> {
    guarded(|| {
        let document = document::load(bytes, options)?;
        let mut notes = Vec::new();
        if document.xref_recovery.is_some() {
            notes.push(PdfNote::Repaired);
        }
        catalog(&document)?;
        let pages = document::pages(&document, options)?;
        let mut fonts = Fonts {
            document: &document,
            options,
            seen: HashSet::new(),
            notes: &mut notes,
        };
        for (page, number) in pages.iter().zip(1..) {
            let at = |reason| on_page(number, reason);
            fonts.resources(page.resources, 0).map_err(at)?;
            annotations(&document, page.dictionary, fonts.notes).map_err(at)?;
            if upright(page, number, options)? {
                fonts.notes.push(PdfNote::Turned { page: number });
            }
        }
        content_notes(&gather(&document, &pages, options)?, &mut notes);
        notes.sort();
        notes.dedup();
        Ok(PdfFacts {
            pages: pages.len() as u32,
            notes,
            sha256: disk::sha256(bytes),
        })
    })
}

/// Whether the page must be turned.
fn upright(page: &Page<'_>, number: u32, options: &Options) -> Result<bool, PdfFault> {
    Ok(page.geometry.upright(number, options)?.rotate != page.geometry.rotate)
}

fn content_notes(gathered: &Gathered<'_>, notes: &mut Vec<PdfNote>) {
    for (page, number) in gathered.pages.iter().zip(1..) {
        if page.balance.hidden_text {
            notes.push(PdfNote::HiddenText { page: number });
        }
        if page
            .balance
            .depth_max
            .saturating_add(page.balance.saves_before())
            > SAVES_MAX
        {
            notes.push(PdfNote::DeepSaves { page: number });
        }
        if page.dangling {
            notes.push(PdfNote::Dangling { page: number });
        }
    }
}

/// What acts, what is enclosed, what is hidden.
fn catalog(document: &Document) -> Result<(), PdfFault> {
    let catalog = document
        .catalog()
        .map_err(|_| of_file(PdfReason::Damaged("its catalog")))?;
    let sub = |parent: &'_ Dictionary, key: &[u8]| -> Option<Dictionary> {
        parent
            .get_deref(key, document)
            .ok()?
            .as_dict()
            .ok()
            .cloned()
    };
    if let Ok(open) = catalog.get_deref(b"OpenAction", document) {
        if let Ok(action) = open.as_dict() {
            if !matches!(
                action.get_deref(b"S", document).and_then(Object::as_name),
                Ok(b"GoTo")
            ) {
                return Err(of_file(PdfReason::Active(
                    "an action that starts when it is opened",
                )));
            }
        }
    }
    if sub(catalog, b"AA").is_some_and(|actions| !actions.is_empty()) {
        return Err(of_file(PdfReason::Active(
            "actions that start by themselves",
        )));
    }
    if let Some(names) = sub(catalog, b"Names") {
        if sub(&names, b"JavaScript").is_some_and(|tree| !tree.is_empty()) {
            return Err(of_file(PdfReason::Active("JavaScript")));
        }
        if sub(&names, b"EmbeddedFiles").is_some_and(|tree| !tree.is_empty()) {
            return Err(of_file(PdfReason::Active("embedded files")));
        }
    }
    if catalog.has(b"Collection") || catalog.has(b"AF") {
        return Err(of_file(PdfReason::Active("embedded files")));
    }
    if sub(catalog, b"AcroForm").is_some_and(|form| form.has(b"XFA")) {
        return Err(of_file(PdfReason::Active("an XFA form")));
    }
    match sub(catalog, b"OCProperties") {
        Some(layers) if hides(document, &layers) => Err(of_file(PdfReason::HiddenLayer)),
        _ => Ok(()),
    }
}

/// Whether some layer is off, or off when printed.
fn hides(document: &Document, layers: &Dictionary) -> bool {
    let default = layers.get_deref(b"D", document).and_then(Object::as_dict);
    let off = default.is_ok_and(|d| {
        let listed = d.get_deref(b"OFF", document).and_then(Object::as_array);
        let base = d
            .get_deref(b"BaseState", document)
            .and_then(Object::as_name);
        listed.is_ok_and(|groups| !groups.is_empty()) || base.is_ok_and(|name| name != b"ON")
    });
    let groups = layers
        .get_deref(b"OCGs", document)
        .and_then(Object::as_array);
    off || groups.is_ok_and(|groups| {
        groups.iter().any(|group| {
            let usage = deref(document, group)
                .and_then(|g| g.as_dict().ok())
                .and_then(|g| g.get_deref(b"Usage", document).ok()?.as_dict().ok());
            let print = usage.and_then(|u| u.get_deref(b"Print", document).ok()?.as_dict().ok());
            let state =
                print.and_then(|p| p.get_deref(b"PrintState", document).ok()?.as_name().ok());
            state == Some(b"OFF")
        })
    })
}

/// Annotations are never drawn in a spool, so those that would be seen on paper must be refused.
fn annotations(
    document: &Document,
    page: &Dictionary,
    notes: &mut Vec<PdfNote>,
) -> Result<(), PdfReason> {
    let actions = page.get_deref(b"AA", document).and_then(Object::as_dict);
    if actions.is_ok_and(|actions| !actions.is_empty()) {
        return Err(PdfReason::Active("actions that start by themselves"));
    }
    let Ok(annotations) = page
        .get_deref(b"Annots", document)
        .and_then(Object::as_array)
    else {
        return Ok(());
    };
    for annotation in annotations {
        let Some(annotation) = deref(document, annotation).and_then(|o| o.as_dict().ok()) else {
            continue;
        };
        let name = |key: &[u8], of: &Dictionary| {
            of.get_deref(key, document)
                .and_then(Object::as_name)
                .map(<[u8]>::to_vec)
                .ok()
        };
        let action = annotation
            .get_deref(b"A", document)
            .and_then(Object::as_dict)
            .ok();
        match action.and_then(|action| name(b"S", action)).as_deref() {
            Some(b"JavaScript") => return Err(PdfReason::Active("JavaScript")),
            Some(b"Launch") => return Err(PdfReason::Active("an action that starts a program")),
            _ => {}
        }
        let seen_on_paper = match name(b"Subtype", annotation).as_deref() {
            Some(b"Link" | b"Popup") => None,
            Some(b"FileAttachment") => return Err(PdfReason::Active("embedded files")),
            Some(b"Screen" | b"Movie" | b"Sound" | b"RichMedia" | b"3D") => {
                return Err(PdfReason::Active("film, sound or a model"));
            }
            Some(b"Widget") => Some("a form field or signature"),
            _ => Some("a remark or stamp"),
        };
        match seen_on_paper {
            Some(what) if prints(document, annotation) => return Err(PdfReason::Annotation(what)),
            _ => notes.push(PdfNote::AnnotationsLeftOut),
        }
    }
    Ok(())
}

/// Flags of ISO 32000-1 table 165: printed, not hidden; it has a look and an extent.
fn prints(document: &Document, annotation: &Dictionary) -> bool {
    let flags = annotation
        .get_deref(b"F", document)
        .and_then(Object::as_i64)
        .unwrap_or(0);
    let rectangle = annotation
        .get_deref(b"Rect", document)
        .and_then(Object::as_array);
    let corners: Vec<f32> = rectangle
        .map(|r| {
            r.iter()
                .filter_map(|n| deref(document, n)?.as_float().ok())
                .collect()
        })
        .unwrap_or_default();
    let extent = matches!(corners[..], [a, b, c, d] if a != c && b != d);
    flags & 0b100 != 0 && flags & 0b10 == 0 && annotation.has(b"AP") && extent
}

/// Follows resources to their fonts.
struct Fonts<'d, 'n> {
    document: &'d Document,
    options: &'n Options,
    seen: HashSet<ObjectId>,
    notes: &'n mut Vec<PdfNote>,
}

impl<'d> Fonts<'d, '_> {
    fn resources(
        &mut self,
        resources: Option<&'d Dictionary>,
        depth: u32,
    ) -> Result<(), PdfReason> {
        let Some(resources) = resources else {
            return Ok(());
        };
        if depth > RESOURCES_DEPTH_MAX {
            return Err(PdfReason::Entangled);
        }
        for font in self.category(resources, b"Font") {
            self.font(font, depth)?;
        }
        for form in self.category(resources, b"XObject") {
            self.form(form, depth)?;
        }
        for pattern in self.category(resources, b"Pattern") {
            let inner = match pattern {
                Object::Stream(stream) => self.dictionary(&stream.dict, b"Resources"),
                _ => None,
            };
            self.resources(inner, depth + 1)?;
        }
        for state in self.category(resources, b"ExtGState") {
            let Ok(state) = state.as_dict() else {
                continue;
            };
            if let Ok([font, ..]) = state
                .get_deref(b"Font", self.document)
                .and_then(Object::as_array)
                .map(Vec::as_slice)
            {
                if let Some(font) = self.new(font) {
                    self.font(font, depth)?;
                }
            }
            let mask = self
                .dictionary(state, b"SMask")
                .and_then(|mask| mask.get(b"G").ok());
            if let Some(group) = mask.and_then(|group| self.new(group)) {
                self.form(group, depth)?;
            }
        }
        Ok(())
    }

    /// The objects of one category of resources that have not been seen yet.
    fn category(&mut self, resources: &'d Dictionary, key: &[u8]) -> Vec<&'d Object> {
        let Some(category) = self.dictionary(resources, key) else {
            return Vec::new();
        };
        category
            .iter()
            .filter_map(|(_, object)| self.new(object))
            .collect()
    }

    fn dictionary(&self, parent: &'d Dictionary, key: &[u8]) -> Option<&'d Dictionary> {
        parent.get_deref(key, self.document).ok()?.as_dict().ok()
    }

    fn new(&mut self, object: &'d Object) -> Option<&'d Object> {
        if let Object::Reference(id) = object {
            if !self.seen.insert(*id) {
                return None;
            }
        }
        deref(self.document, object)
    }

    fn form(&mut self, object: &'d Object, depth: u32) -> Result<(), PdfReason> {
        let Object::Stream(stream) = object else {
            return Ok(());
        };
        let dict = &stream.dict;
        let subtype = |key| {
            dict.get_deref(key, self.document)
                .and_then(Object::as_name)
                .ok()
        };
        if subtype(b"Subtype") == Some(b"PS") || subtype(b"Subtype2") == Some(b"PS") {
            return Err(PdfReason::PostScript);
        }
        if dict.has(b"Ref") {
            return Err(PdfReason::External);
        }
        self.resources(self.dictionary(dict, b"Resources"), depth + 1)
    }

    fn font(&mut self, font: &'d Object, depth: u32) -> Result<(), PdfReason> {
        let Ok(font) = font.as_dict() else {
            return Ok(());
        };
        let described = match font
            .get_deref(b"Subtype", self.document)
            .and_then(Object::as_name)
        {
            Ok(b"Type3") => {
                self.notes.push(PdfNote::Type3);
                return self.resources(self.dictionary(font, b"Resources"), depth + 1);
            }
            Ok(b"Type0") => font
                .get_deref(b"DescendantFonts", self.document)
                .and_then(Object::as_array)
                .ok()
                .and_then(|fonts| deref(self.document, fonts.first()?)?.as_dict().ok())
                .unwrap_or(font),
            _ => font,
        };
        let descriptor = self.dictionary(described, b"FontDescriptor");
        let embedded = descriptor.is_some_and(|descriptor| {
            [b"FontFile".as_slice(), b"FontFile2", b"FontFile3"]
                .iter()
                .any(|key| {
                    matches!(
                        descriptor.get_deref(key, self.document),
                        Ok(Object::Stream(_))
                    )
                })
        });
        if embedded {
            return Ok(());
        }
        let name = font
            .get_deref(b"BaseFont", self.document)
            .and_then(Object::as_name);
        let name = name.unwrap_or(b"without a name");
        let standard =
            STANDARD_FONTS.contains(&name) && self.options.standard_fonts == StandardFonts::Note;
        let printable = |b: &&u8| b.is_ascii_alphanumeric() || b"+-,. ".contains(b);
        let name: String = name
            .iter()
            .filter(printable)
            .take(60)
            .map(|&b| char::from(b))
            .collect();
        if !standard {
            return Err(PdfReason::FontNotEmbedded(name));
        }
        self.notes.push(PdfNote::StandardFont(name));
        Ok(())
    }
}

/// ISO 32000-1 9.6.2.2.
const STANDARD_FONTS: [&[u8]; 14] = [
    b"Times-Roman",
    b"Times-Bold",
    b"Times-Italic",
    b"Times-BoldItalic",
    b"Helvetica",
    b"Helvetica-Bold",
    b"Helvetica-Oblique",
    b"Helvetica-BoldOblique",
    b"Courier",
    b"Courier-Bold",
    b"Courier-Oblique",
    b"Courier-BoldOblique",
    b"Symbol",
    b"ZapfDingbats",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_judged(tail: Vec<u8>) {
            let mut bytes = b"%PDF-1.4\n".to_vec();
            bytes.extend(tail);
            prop_assert!(inspect(&bytes, &Options::default()).is_err());
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
            let fault = inspect(bytes, &Options::default()).unwrap_err();
            assert!(matches!(fault.reason, PdfReason::Damaged(_)), "{fault}");
        }
    }
}
