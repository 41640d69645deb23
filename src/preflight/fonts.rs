//! Whether the fonts that pages name are in the file.

use std::cell::OnceCell;
use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::class::{Class, Remark};
use super::document::{Page, deref};
use super::remarks::Remarks;
use used::Used;

mod used;

/// Resource dictionaries within each other, such as forms in forms.
const RESOURCES_DEPTH_MAX: u32 = 40;
/// Characters of a font's name that a remark repeats.
const NAME_CHARS_MAX: usize = 60;

/// Looks at the fonts of all pages. A font is remarked at the first page that names it.
///
/// # Errors
/// Data from outside, PostScript, or resources nested too deep.
pub(super) fn fonts(
    document: &Document,
    pages: &[Page<'_>],
    remarks: &mut Remarks<'_>,
) -> Result<(), Remark> {
    let mut fonts = Fonts {
        document,
        pages,
        used: OnceCell::new(),
        seen: HashSet::new(),
        page: 0,
        remarks,
    };
    for (page, number) in pages.iter().zip(1..) {
        fonts.page = number;
        fonts
            .resources(page.resources, 0)
            .map_err(|remark| remark.on(number))?;
    }
    Ok(())
}

/// Follows resources to their fonts.
struct Fonts<'d, 'n, 'r> {
    document: &'d Document,
    pages: &'n [Page<'d>],
    /// Names of the fonts in which text is seen; asked for only where some font is not in the file.
    used: OnceCell<Used>,
    seen: HashSet<(ObjectId, &'d [u8])>,
    page: u32,
    remarks: &'n mut Remarks<'r>,
}

impl<'d> Fonts<'d, '_, '_> {
    fn resources(&mut self, resources: Option<&'d Dictionary>, depth: u32) -> Result<(), Remark> {
        let Some(resources) = resources else {
            return Ok(());
        };
        if depth > RESOURCES_DEPTH_MAX {
            return Err(Remark::of_file(Class::Entangled, ""));
        }
        for (name, font) in self.category(resources, b"Font") {
            self.font(Some(name), font, depth)?;
        }
        for (_, form) in self.category(resources, b"XObject") {
            self.form(form, depth)?;
        }
        for (_, pattern) in self.category(resources, b"Pattern") {
            let inner = match pattern {
                Object::Stream(stream) => self.dictionary(&stream.dict, b"Resources"),
                _ => None,
            };
            self.resources(inner, depth + 1)?;
        }
        for (_, state) in self.category(resources, b"ExtGState") {
            let Ok(state) = state.as_dict() else {
                continue;
            };
            let font = state
                .get_deref(b"Font", self.document)
                .and_then(Object::as_array)
                .ok();
            if let Some(font) = font.and_then(|pair| self.unseen(b"", pair.first()?)) {
                self.font(None, font, depth)?;
            }
            let mask = self
                .dictionary(state, b"SMask")
                .and_then(|mask| mask.get(b"G").ok());
            if let Some(group) = mask.and_then(|group| self.unseen(b"", group)) {
                self.form(group, depth)?;
            }
        }
        Ok(())
    }

    /// The objects of one category of resources that have not been seen yet, with their names.
    fn category(&mut self, resources: &'d Dictionary, key: &[u8]) -> Vec<(&'d [u8], &'d Object)> {
        let Some(category) = self.dictionary(resources, key) else {
            return Vec::new();
        };
        category
            .iter()
            .filter_map(|(name, object)| Some((name.as_slice(), self.unseen(name, object)?)))
            .collect()
    }

    fn dictionary(&self, parent: &'d Dictionary, key: &[u8]) -> Option<&'d Dictionary> {
        parent.get_deref(key, self.document).ok()?.as_dict().ok()
    }

    /// A font may have several names, and text be seen in it by one of them alone.
    fn unseen(&mut self, name: &'d [u8], object: &'d Object) -> Option<&'d Object> {
        if object
            .as_reference()
            .is_ok_and(|id| !self.seen.insert((id, name)))
        {
            return None;
        }
        deref(self.document, object)
    }

    fn form(&mut self, object: &'d Object, depth: u32) -> Result<(), Remark> {
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
            return Err(Remark::of_file(Class::PostScript, ""));
        }
        if dict.has(b"Ref") {
            return Err(Remark::of_file(Class::External, ""));
        }
        self.resources(self.dictionary(dict, b"Resources"), depth + 1)
    }

    /// Looks at a font. `resource` is its name among the resources.
    fn font(
        &mut self,
        resource: Option<&[u8]>,
        font: &'d Object,
        depth: u32,
    ) -> Result<(), Remark> {
        let Ok(font) = font.as_dict() else {
            return Ok(());
        };
        let described = match font
            .get_deref(b"Subtype", self.document)
            .and_then(Object::as_name)
        {
            Ok(b"Type3") => {
                self.remarks.page(self.page, Class::Type3, "");
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
        let also = &self.remarks.rules.also_standard_fonts;
        let bare = bare(name);
        let standard = STANDARD_FONTS.contains(&name)
            || also
                .iter()
                .any(|also| bare.contains(&self::bare(also.as_bytes())));
        let printable = |b: &&u8| b.is_ascii_alphanumeric() || b"+-,. ".contains(b);
        let name: String = name
            .iter()
            .filter(printable)
            .take(NAME_CHARS_MAX)
            .map(|&b| char::from(b))
            .collect();
        let used = self
            .used
            .get_or_init(|| Used::of(self.document, self.pages));
        let class = match standard {
            _ if !resource.is_none_or(|resource| used.has(resource)) => Class::FontNotUsed,
            true => Class::StandardFont,
            false => Class::FontNotEmbedded,
        };
        self.remarks.page(self.page, class, &name);
        Ok(())
    }
}

/// A name without case, hyphens, commas and spaces.
fn bare(name: &[u8]) -> String {
    let kept = name.iter().filter(|b| !b"-, ".contains(b));
    kept.map(|b| char::from(b.to_ascii_lowercase())).collect()
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
