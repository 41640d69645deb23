//! What the kind of file that pages are put into does not allow them to have.
//!
//! In: the pages of a document, and the [`Target`]. Out: remarks. For PDF/X-4 (ISO 15930-7) nothing is left to hope: what
//! cannot be looked through here, such as JPEG 2000, is refused. What is left out of a spool all the same
//! ([`LEFT_OUT`], annotations, structure) is not looked at.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::class::{Class, Remark};
use super::contents::{contents, unpacked};
use super::document::{Page, deref};
use super::icc;
use super::rules::Limits;
use super::scan::words;
use crate::disk::{self, Sha256};

/// Entries that lead out of a page's own resources or carry what no printer needs: structure, metadata, alternates. They
/// are not taken into a spool.
pub(crate) const LEFT_OUT: &[&[u8]] = &[
    b"StructParent",
    b"StructParents",
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"AF",
    b"OPI",
    b"Alternates",
    b"Measure",
    b"PtData",
];

/// Arrays and dictionaries within each other in one object.
const NESTING_MAX: u32 = 64;
/// Remarks of one file.
const FOUND_MAX: usize = 100;
/// A profile that a picture carries; those of printers have up to two megabytes.
const PROFILE_BYTES_MAX: usize = 8 << 20;
/// The newest version of ICC profiles that PDF 1.5 knows (ISO 32000-1 table 67: ICC.1:2001-12).
const ICC_OF_PDF_1_5: (u8, u8) = (4, 0);
/// And that PDF/X-4 knows (ISO 15930-7: ICC.1:2004-10).
const ICC_OF_PDF_X4: (u8, u8) = (4, 2);
/// ISO 32000-1 tables 136 and 137, and the old name of Normal.
const BLEND_MODES: [&[u8]; 17] = [
    b"Normal",
    b"Compatible",
    b"Multiply",
    b"Screen",
    b"Overlay",
    b"Darken",
    b"Lighten",
    b"ColorDodge",
    b"ColorBurn",
    b"HardLight",
    b"SoftLight",
    b"Difference",
    b"Exclusion",
    b"Hue",
    b"Saturation",
    b"Color",
    b"Luminosity",
];
/// ISO 32000-1 table 70.
const INTENTS: [&[u8]; 4] = [
    b"AbsoluteColorimetric",
    b"RelativeColorimetric",
    b"Saturation",
    b"Perceptual",
];

/// The kind of file that pages are put into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// PDF 1.6, with whatever else passes.
    #[default]
    Pdf16,
    /// PDF 1.5: nothing that only later versions know.
    Pdf15,
    /// PDF/X-4 for one printing condition.
    PdfX4 {
        /// What it prints with.
        inks: Inks,
        /// Digest of the profile that describes it.
        profile: Sha256,
    },
}

/// What a press prints with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inks {
    /// Black.
    Grey,
    /// What is told in red, green and blue.
    Rgb,
    /// Cyan, magenta, yellow, black.
    Cmyk,
}

/// What speaks against these pages.
///
/// # Errors
/// A page whose content cannot be read.
pub(crate) fn against(
    document: &Document,
    pages: &[Page<'_>],
    limits: &Limits,
    target: Target,
) -> Result<Vec<Remark>, Remark> {
    let mut look = Look {
        document,
        target,
        bytes_max: limits.stream_bytes_max,
        seen: HashSet::new(),
        profiles: HashSet::new(),
        waiting: Vec::new(),
        found: Vec::new(),
        page: 0,
    };
    if target == Target::Pdf16 {
        return Ok(look.found);
    }
    for (page, number) in pages.iter().zip(1..) {
        look.page = number;
        look.look(page).map_err(|remark| remark.on(number))?;
    }
    Ok(look.found)
}

/// What is to be said of a font or picture that cannot be read, as those find out who draw the page.
pub(super) fn unreadable(target: Target, page: u32) -> Option<Remark> {
    let what = "a font or picture that cannot be read";
    matches!(target, Target::PdfX4 { .. })
        .then(|| Remark::on_page(page, Class::PrintStandard, what))
}

/// As what an object is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Role {
    /// Whatever its type says.
    Any,
    /// Resources.
    Resources,
    /// Graphics states by name.
    States,
    /// A graphics state.
    State,
    /// Colour spaces by name.
    Spaces,
    /// Others by name.
    Names,
    /// Glyphs by name.
    Glyphs,
    /// The content of a glyph.
    Glyph,
}

struct Look<'d> {
    document: &'d Document,
    target: Target,
    bytes_max: u64,
    seen: HashSet<(ObjectId, Role)>,
    /// Profiles that were looked at.
    profiles: HashSet<ObjectId>,
    waiting: Vec<(&'d Object, Role)>,
    found: Vec<Remark>,
    page: u32,
}

impl<'d> Look<'d> {
    fn look(&mut self, page: &Page<'d>) -> Result<(), Remark> {
        if page.geometry.unit != 1.0 {
            self.refuse("a unit of its own");
        }
        let parts = contents(self.document, page.dictionary, self.bytes_max)?.parts;
        for (id, part) in parts {
            if self.seen.insert((id, Role::Glyph))
                && let Some(Object::Stream(stream)) = deref(self.document, part)
            {
                self.stream(stream, Role::Glyph)?;
            }
        }
        if let Some(resources) = page.resources {
            self.dictionary(resources, Role::Resources, 0)?;
        }
        if let Ok(group) = page.dictionary.get(b"Group") {
            self.object(group, Role::Any, 0)?;
        }
        while let Some((object, role)) = self.waiting.pop() {
            match object {
                Object::Stream(stream) => self.stream(stream, role)?,
                other => self.object(other, role, 0)?,
            }
        }
        Ok(())
    }

    /// Both targets forbid it.
    fn refuse(&mut self, what: &str) {
        let class = match self.target {
            Target::PdfX4 { .. } => Class::PrintStandard,
            Target::Pdf15 | Target::Pdf16 => Class::NewerFeature,
        };
        let remark = Remark::on_page(self.page, class, what);
        if self.found.len() < FOUND_MAX && !self.found.contains(&remark) {
            self.found.push(remark);
        }
    }

    fn object(&mut self, object: &'d Object, role: Role, depth: u32) -> Result<(), Remark> {
        if depth > NESTING_MAX {
            return Err(Remark::of_file(Class::Entangled, ""));
        }
        match object {
            Object::Reference(id) => self.refer(*id, role),
            Object::Array(items) => {
                if let [kind, profile] = &items[..]
                    && deref(self.document, kind).and_then(|kind| kind.as_name().ok())
                        == Some(b"ICCBased")
                {
                    self.profile(profile);
                }
                for item in items {
                    self.object(item, role, depth + 1)?;
                }
            }
            Object::Dictionary(dictionary) => self.dictionary(dictionary, role, depth)?,
            Object::Name(name) => self.name(name),
            _ => {}
        }
        Ok(())
    }

    fn refer(&mut self, id: ObjectId, role: Role) {
        if !self.seen.insert((id, role)) {
            return;
        }
        let object = self.document.objects.get(&id);
        let object = object.and_then(|object| deref(self.document, object));
        let of_tree = |d: &Dictionary| {
            [b"Page".as_slice(), b"Pages", b"Catalog", b"StructElem"]
                .iter()
                .any(|t| d.has_type(t))
        };
        match object {
            Some(Object::Dictionary(d)) if of_tree(d) => {}
            Some(object) => self.waiting.push((object, role)),
            None => {}
        }
    }

    fn dictionary(
        &mut self,
        dictionary: &'d Dictionary,
        role: Role,
        depth: u32,
    ) -> Result<(), Remark> {
        match role {
            Role::State => self.state(dictionary),
            Role::Spaces => self.defaults(dictionary),
            Role::Any => self.typed(dictionary),
            Role::Resources | Role::States | Role::Names | Role::Glyphs | Role::Glyph => {}
        }
        for (key, value) in dictionary.iter() {
            let key = key.as_slice();
            let inner = match role {
                Role::Resources => match key {
                    b"ExtGState" => Role::States,
                    b"ColorSpace" => Role::Spaces,
                    _ => Role::Names,
                },
                Role::States => Role::State,
                Role::Glyphs => Role::Glyph,
                Role::Names | Role::Spaces => Role::Any,
                Role::Any | Role::State | Role::Glyph => match key {
                    b"Resources" => Role::Resources,
                    b"CharProcs" => Role::Glyphs,
                    _ => Role::Any,
                },
            };
            // What stands for a profile in readers that do not know it is not used by those of PDF/X.
            let left_out = LEFT_OUT.contains(&key)
                || (key == b"Alternate" && role == Role::Any && dictionary.has(b"N"));
            if !left_out {
                self.object(value, inner, depth + 1)?;
            }
        }
        Ok(())
    }

    fn stream(&mut self, stream: &'d Stream, role: Role) -> Result<(), Remark> {
        let dictionary = &stream.dict;
        let exchange = matches!(self.target, Target::PdfX4 { .. });
        if exchange && dictionary.has(b"Filter") {
            self.filters(dictionary);
        }
        let is_content = role == Role::Glyph
            || dictionary.has(b"PatternType")
            || self.named(dictionary, b"Subtype") == Some(b"Form");
        if exchange && is_content {
            let room = usize::try_from(self.bytes_max).unwrap_or(usize::MAX);
            match unpacked(stream, room) {
                Some(plain) => self.content(&plain),
                None if stream.content.is_empty() => {}
                None => return Err(Remark::damaged("a stream cannot be unpacked")),
            }
        }
        // As its type says: it has no names of resources.
        self.dictionary(dictionary, Role::Any, 0)
    }

    fn named(&self, dictionary: &'d Dictionary, key: &[u8]) -> Option<&'d [u8]> {
        let value = dictionary.get_deref(key, self.document).ok()?;
        value.as_name().ok()
    }

    /// What a dictionary is not allowed to be, told from its own entries.
    fn typed(&mut self, dictionary: &'d Dictionary) {
        let exchange = matches!(self.target, Target::PdfX4 { .. });
        let subtype = self.named(dictionary, b"Subtype");
        if !exchange {
            let program = dictionary.get_deref(b"FontFile3", self.document).ok();
            let program = program.and_then(|program| program.as_stream().ok());
            if program.is_some_and(|p| self.named(&p.dict, b"Subtype") == Some(b"OpenType")) {
                self.refuse("an OpenType font");
            }
            if subtype == Some(b"NChannel") {
                self.refuse("colours of many inks (NChannel)");
            }
            if dictionary.has(b"VE") && self.named(dictionary, b"Type") == Some(b"OCMD") {
                self.refuse("layers with conditions");
            }
            return;
        }
        let kind = self.named(dictionary, b"Type");
        if dictionary.has(b"OC") || matches!(kind, Some(b"OCG" | b"OCMD")) {
            self.refuse("layers");
        }
        let simple: [&[u8]; 5] = [
            b"Type1",
            b"MMType1",
            b"TrueType",
            b"CIDFontType0",
            b"CIDFontType2",
        ];
        if subtype.is_some_and(|subtype| simple.contains(&subtype)) && !self.embedded(dictionary) {
            self.refuse("a font that is not embedded");
        }
        let intent = self.named(dictionary, b"Intent");
        if subtype == Some(b"Image") && intent.is_some_and(|intent| !INTENTS.contains(&intent)) {
            self.refuse("an unknown rendering intent");
        }
    }

    fn embedded(&self, font: &'d Dictionary) -> bool {
        let descriptor = font.get_deref(b"FontDescriptor", self.document);
        descriptor.and_then(Object::as_dict).is_ok_and(|found| {
            let files: [&[u8]; 3] = [b"FontFile", b"FontFile2", b"FontFile3"];
            let program = |key: &&[u8]| found.get_deref(key, self.document).ok();
            files
                .iter()
                .filter_map(program)
                .any(|program| program.as_stream().is_ok())
        })
    }

    /// ISO 15930-7 6.2.4 ff.: halftones and transfer functions belong to the press.
    fn state(&mut self, state: &'d Dictionary) {
        if state.has(b"UseBlackPtComp") || state.has(b"HTO") {
            self.refuse("graphics states of PDF 2.0");
        }
        if matches!(self.target, Target::Pdf15 | Target::Pdf16) {
            return;
        }
        let other_than_default =
            |key| state.has(key) && self.named(state, key) != Some(b"Default".as_slice());
        if state.has(b"TR")
            || state.has(b"HTP")
            || other_than_default(b"TR2")
            || other_than_default(b"HT")
        {
            self.refuse("a halftone or transfer function");
        }
        let modes = match state.get_deref(b"BM", self.document) {
            Ok(Object::Array(modes)) => modes.iter().collect(),
            Ok(mode) => vec![mode],
            Err(_) => Vec::new(),
        };
        let known = |mode: &&Object| {
            let mode = deref(self.document, mode).and_then(|mode| mode.as_name().ok());
            mode.is_some_and(|mode| BLEND_MODES.contains(&mode))
        };
        if !modes.iter().all(known) {
            self.refuse("an unknown blend mode");
        }
        let intent = self.named(state, b"RI");
        if state.has(b"RI") && intent.is_none_or(|intent| !INTENTS.contains(&intent)) {
            self.refuse("an unknown rendering intent");
        }
    }

    /// What stands for colours of a device must not be of a device itself.
    fn defaults(&mut self, spaces: &'d Dictionary) {
        if matches!(self.target, Target::Pdf15 | Target::Pdf16) {
            return;
        }
        for (key, kinds) in [
            (
                b"DefaultGray".as_slice(),
                [b"ICCBased".as_slice(), b"CalGray"],
            ),
            (b"DefaultRGB", [b"ICCBased", b"CalRGB"]),
            (b"DefaultCMYK", [b"ICCBased", b"ICCBased"]),
        ] {
            let Ok(space) = spaces.get_deref(key, self.document) else {
                continue;
            };
            let kind = space.as_array().ok().and_then(|space| space.first());
            let kind = kind.and_then(|kind| kind.as_name().ok());
            if kind.is_none_or(|kind| !kinds.contains(&kind)) {
                self.refuse("a default colour space that is none");
            }
        }
    }

    fn name(&mut self, name: &[u8]) {
        if name == b"DeviceCMYK" {
            self.cmyk();
        }
    }

    fn cmyk(&mut self) {
        if matches!(self.target, Target::PdfX4 { inks, .. } if inks != Inks::Cmyk) {
            self.refuse("colours in cyan, magenta, yellow and black");
        }
    }

    fn filters(&mut self, dictionary: &'d Dictionary) {
        let filters = match dictionary.get_deref(b"Filter", self.document) {
            Ok(Object::Array(names)) => names.iter().collect(),
            Ok(name) => vec![name],
            Err(_) => Vec::new(),
        };
        for filter in filters {
            let name = deref(self.document, filter).and_then(|name| name.as_name().ok());
            match name {
                Some(b"LZWDecode" | b"LZW") => self.refuse("LZW packing"),
                Some(b"JPXDecode") => self.refuse("a JPEG 2000 picture"),
                Some(b"Crypt") => self.refuse("encrypted data"),
                _ => {}
            }
        }
    }

    /// The profile of a colour space.
    fn profile(&mut self, profile: &'d Object) {
        let id = profile.as_reference();
        if id.is_ok_and(|id| !self.profiles.insert(id)) {
            return;
        }
        let stream = deref(self.document, profile).and_then(|profile| profile.as_stream().ok());
        let bytes = stream.and_then(|stream| unpacked(stream, PROFILE_BYTES_MAX));
        let head = bytes.as_deref().and_then(icc::head);
        match self.target {
            Target::Pdf16 => {}
            Target::Pdf15 => {
                if head.is_some_and(|head| head.version > ICC_OF_PDF_1_5) {
                    self.refuse("a colour profile of a newer version than 4.0");
                }
            }
            Target::PdfX4 { profile, .. } => {
                let said = stream.and_then(|stream| {
                    let said = stream.dict.get_deref(b"N", self.document).ok()?;
                    said.as_i64().ok()
                });
                let good = head.is_some_and(|head| {
                    head.version <= ICC_OF_PDF_X4
                        && [b"scnr", b"mntr", b"prtr", b"spac"].contains(&&head.class)
                        && head.components().map(i64::from) == said
                });
                if !good {
                    self.refuse("a colour profile that cannot be used");
                }
                // Colours of the printing condition itself are told without a profile.
                if bytes.is_some_and(|bytes| disk::sha256(&bytes) == profile) {
                    self.refuse("colours in the profile of the printing condition itself");
                }
            }
        }
    }

    fn content(&mut self, content: &[u8]) {
        let (mut cmyk, mut packed, mut intent) = (false, false, false);
        words(content, |operator, name| {
            let name = name.map(plain_name);
            match operator {
                None => match name.as_deref() {
                    Some(b"DeviceCMYK" | b"CMYK") => cmyk = true,
                    Some(b"LZWDecode" | b"LZW") => packed = true,
                    _ => {}
                },
                Some(b"k" | b"K") => cmyk = true,
                Some(b"ri") => {
                    intent |= name.is_none_or(|name| !INTENTS.contains(&name.as_slice()));
                }
                Some(_) => {}
            }
        });
        if cmyk {
            self.cmyk();
        }
        if packed {
            self.refuse("LZW packing");
        }
        if intent {
            self.refuse("an unknown rendering intent");
        }
    }
}

/// A name without `#` (ISO 32000-1 7.3.5).
fn plain_name(written: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) if byte == b'#' => {
                out.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_meant() {
        assert_eq!(plain_name(b"Device#43MYK"), b"DeviceCMYK");
        assert_eq!(plain_name(b"A#4"), b"A#4");
        assert_eq!(plain_name(b"#zz#20"), b"#zz ");
    }
}
