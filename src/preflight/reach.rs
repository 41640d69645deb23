//! Everything that pages refer to, looked at once: what is missing, what unpacks to too much, what printers differ in.
//!
//! The same objects that are taken into a spool: not the way back into the document (pages, structure).

use std::borrow::Cow;
use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::bounds;
use super::class::{Class, Remark};
use super::contents::{contents, filters, unpacked, unpacked_for_picture};
use super::document::{Page, deref, is_lost, is_unreadable};
use super::kept::of_tree;
use super::pictures::pixels;
use super::remarks::Remarks;
use super::scan::{Balance, balance};

/// Saved graphics states within each other that a printer must take (ISO 32000-1 Annex C).
const SAVES_MAX: u16 = 28;
/// Deflate packs at most so many bytes into one (RFC 1951: 258 bytes in two bits).
const DEFLATE_RATIO_MAX: u64 = 1032;
/// Code of a function; real ones have some hundred bytes.
const CALCULATOR_BYTES_MAX: usize = 8 << 10;
/// What a form, pattern or glyph may unpack to.
const CONTENT_BYTES_MAX: u64 = 16 << 20;
/// Bytes of the strings that one operator shows; a string has at most 32,767 (ISO 32000-1 Annex C).
const STRINGS_BYTES_MAX: usize = 256 << 10;
/// Arrays and dictionaries within each other in one object.
const NESTING_MAX: u32 = 64;

/// What drawing the pages costs beyond what is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// How many others a dot of a shading costs, at most: where functions have code, that is worked for each.
    pub(super) dots_a_dot: u64,
}

/// Looks at all that the pages refer to. An object is remarked at the first page that reaches it.
///
/// # Errors
/// What makes the file unprintable: content or other streams that are missing, too large or outside of it.
pub(super) fn reach(
    document: &Document,
    pages: &[Page<'_>],
    remarks: &mut Remarks<'_>,
) -> Result<Cost, Remark> {
    let bytes_max = remarks.rules.limits.stream_bytes_max;
    let mut reach = Reach {
        document,
        bytes_max,
        seen: HashSet::new(),
        glyphs: HashSet::new(),
        waiting: Vec::new(),
        page: 0,
        dots_a_dot: 1,
        coded_pictures: 0,
        remarks,
    };
    for (page, number) in pages.iter().zip(1..) {
        reach.page = number;
        reach.look(page).map_err(|remark| remark.on(number))?;
    }
    let dots_a_dot = reach.dots_a_dot;
    // Colours of a picture may go through the code too.
    reach.pixels(reach.coded_pictures.saturating_mul(dots_a_dot))?;
    Ok(Cost { dots_a_dot })
}

struct Reach<'d, 'n, 'r> {
    document: &'d Document,
    bytes_max: u64,
    seen: HashSet<ObjectId>,
    /// Streams that are content of glyphs.
    glyphs: HashSet<ObjectId>,
    waiting: Vec<(ObjectId, &'d Object)>,
    page: u32,
    /// See [`Cost`].
    dots_a_dot: u64,
    /// Pixels of the largest picture whose colours may go through code.
    coded_pictures: u64,
    remarks: &'n mut Remarks<'r>,
}

impl<'d> Reach<'d, '_, '_> {
    fn look(&mut self, page: &Page<'d>) -> Result<(), Remark> {
        let contents = contents(self.document, page.dictionary, self.bytes_max)?;
        let balance = contents.balance;
        self.bounded(&balance)?;
        if balance.depth_max.saturating_add(balance.saves_before()) > SAVES_MAX {
            self.note(Class::DeepSaves, "");
        }
        if page.geometry.unit != 1.0 {
            self.note(Class::UserUnit, "");
        }
        self.seen.extend(contents.parts.iter().map(|&(id, _)| id)); // Unpacked already.
        for (_, part) in contents.parts {
            if let Some(Object::Stream(stream)) = deref(self.document, part) {
                self.stream_dictionary(stream)?;
            }
        }
        if let Some(resources) = page.resources {
            self.dictionary(resources, 0)?;
        }
        if let Ok(group) = page.dictionary.get(b"Group") {
            self.object(group, 0)?;
        }
        while let Some((id, object)) = self.waiting.pop() {
            self.object(object, 0)?;
            if let Object::Stream(stream) = object {
                self.size(stream, self.glyphs.contains(&id))?;
            }
        }
        Ok(())
    }

    fn note(&mut self, class: Class, detail: &str) {
        self.remarks.page(self.page, class, detail);
    }

    fn object(&mut self, object: &'d Object, depth: u32) -> Result<(), Remark> {
        if depth > NESTING_MAX {
            return Err(Remark::of_file(Class::Entangled, ""));
        }
        match object {
            Object::Reference(id) => self.refer(*id)?,
            Object::Array(items) => {
                bounds::array(self.document, items)?;
                self.colour_space(items);
                for item in items {
                    self.object(item, depth + 1)?;
                }
            }
            Object::Dictionary(dictionary) => self.dictionary(dictionary, depth)?,
            Object::Stream(stream) => self.stream_dictionary(stream)?,
            _ => {}
        }
        Ok(())
    }

    fn refer(&mut self, id: ObjectId) -> Result<(), Remark> {
        if !self.seen.insert(id) {
            return Ok(());
        }
        let Some(object) = self.document.objects.get(&id) else {
            if is_unreadable(self.document, id) {
                return Err(Remark::damaged("an object of the page cannot be read"));
            }
            self.note(Class::Dangling, "");
            return Ok(());
        };
        if !of_tree(self.document, object) {
            self.waiting.push((id, object));
        }
        Ok(())
    }

    fn dictionary(&mut self, dictionary: &'d Dictionary, depth: u32) -> Result<(), Remark> {
        let set = |key: &[u8]| {
            dictionary
                .get_deref(key, self.document)
                .and_then(Object::as_bool)
                .unwrap_or(false)
        };
        if set(b"OP") || set(b"op") {
            self.note(Class::Overprint, "");
        }
        bounds::dictionary(self.document, dictionary)?;
        if dictionary.has_type(b"OCMD") && hides(self.document, dictionary) {
            self.note(Class::HiddenLayer, "");
        }
        for (key, value) in dictionary.iter() {
            if key == b"CharProcs" {
                let glyphs = deref(self.document, value).and_then(|o| o.as_dict().ok());
                let ids = glyphs.into_iter().flat_map(Dictionary::iter);
                self.glyphs
                    .extend(ids.filter_map(|(_, glyph)| glyph.as_reference().ok()));
            }
            self.object(value, depth + 1)?;
        }
        Ok(())
    }

    fn stream_dictionary(&mut self, stream: &'d Stream) -> Result<(), Remark> {
        if stream.dict.has(b"F") {
            return Err(Remark::of_file(Class::External, ""));
        }
        if is_lost(self.document, stream) {
            return Err(Remark::damaged("a stream has no length"));
        }
        let filters = filters(self.document, stream);
        if filters.contains(&b"JPXDecode".as_slice()) {
            self.note(Class::Jpx, "");
        }
        if filters.contains(&b"JBIG2Decode".as_slice()) {
            self.note(Class::Jbig2, "");
        }
        self.dictionary(&stream.dict, 0)
    }

    /// Refuses what unpacks to more than allowed. Most streams are too short to.
    fn size(&mut self, stream: &Stream, is_glyph: bool) -> Result<(), Remark> {
        let filters = filters(self.document, stream);
        let subtype = stream.dict.get_deref(b"Subtype", self.document);
        let subtype = subtype.and_then(Object::as_name).unwrap_or_default();
        if subtype == b"Image" {
            self.picture(stream)?;
        }
        if let Some((&filter, before)) = filters.split_last()
            && is_of_pictures(filter)
        {
            return self.packed_picture(stream, filter, before);
        }
        let number = |key| {
            let number = stream.dict.get_deref(key, self.document);
            number.and_then(Object::as_i64).ok()
        };
        let is_content = is_glyph || stream.dict.has(b"PatternType") || subtype == b"Form";
        if number(b"FunctionType") == Some(4) {
            return self.code(stream, &filters);
        }
        let bytes_max = match number(b"ShadingType") {
            Some(_) => bounds::MESH_BYTES_MAX,
            None if is_content => self.bytes_max.min(CONTENT_BYTES_MAX),
            None => self.bytes_max,
        };
        let ratio = DEFLATE_RATIO_MAX.saturating_pow(filters.len() as u32);
        // What is shorter than a run of text may be needs no look.
        let small = (stream.content.len() as u64).saturating_mul(ratio);
        if small <= bytes_max && (!is_content || small <= STRINGS_BYTES_MAX as u64) {
            return Ok(());
        }
        let Some(plain) = plain(stream, &filters, bytes_max) else {
            return Err(match number(b"ShadingType") {
                Some(_) => bounds::too_complex("a mesh of too many points"),
                None => Remark::damaged("a stream cannot be unpacked, or to too much"),
            });
        };
        match is_content {
            true => self.bounded(&balance(&plain)),
            false => Ok(()),
        }
    }

    /// What a picture says it is.
    fn picture(&mut self, stream: &Stream) -> Result<(), Remark> {
        let pixels = bounds::claimed_pixels(self.document, stream);
        let space = stream.dict.get_deref(b"ColorSpace", self.document);
        let kind = space
            .and_then(Object::as_array)
            .ok()
            .and_then(|space| space.first());
        let kind = kind.and_then(|kind| deref(self.document, kind)?.as_name().ok());
        if matches!(kind, Some(b"Separation" | b"DeviceN")) {
            self.coded_pictures = self.coded_pictures.max(pixels);
        }
        self.pixels(pixels)
    }

    /// What a picture is by its own header. What packs it once more is unpacked first.
    fn packed_picture(
        &self,
        stream: &Stream,
        filter: &[u8],
        before: &[&[u8]],
    ) -> Result<(), Remark> {
        if before.is_empty() {
            return self.pixels(pixels(filter, &stream.content).unwrap_or(0));
        }
        let room = usize::try_from(self.bytes_max).unwrap_or(usize::MAX);
        let plain = unpacked_for_picture(stream, before, room);
        let plain =
            plain.ok_or_else(|| Remark::damaged("a picture cannot be unpacked, or to too much"))?;
        self.pixels(pixels(filter, &plain).unwrap_or(0))
    }

    /// Code of a function.
    fn code(&mut self, stream: &Stream, filters: &[&[u8]]) -> Result<(), Remark> {
        let code = plain(stream, filters, CALCULATOR_BYTES_MAX as u64);
        let code = code.ok_or_else(|| bounds::too_complex("a function of many steps"))?;
        self.dots_a_dot = self.dots_a_dot.max(bounds::dots_of_code(&code));
        Ok(())
    }

    /// Refuses content that an interpreter could not hold.
    fn bounded(&self, balance: &Balance) -> Result<(), Remark> {
        let what = if balance.steps > self.remarks.rules.limits.drawn_max {
            "too many lines, letters or forms"
        } else if balance.strings_bytes_max > STRINGS_BYTES_MAX {
            "too long a text in one piece"
        } else if balance.depth_max == u16::MAX {
            "too many saved states"
        } else {
            return Ok(());
        };
        Err(Remark::of_file(Class::TooComplex, what))
    }

    fn pixels(&self, pixels: u64) -> Result<(), Remark> {
        match pixels <= self.remarks.rules.limits.pixels_max {
            true => Ok(()),
            false => Err(Remark::of_file(Class::TooComplex, "a picture too large")),
        }
    }

    /// Whether an array is a colour space with an ink of its own (ISO 32000-1 8.6.6).
    fn colour_space(&mut self, items: &[Object]) {
        let process = |name: &Object| {
            let name = name.as_name().unwrap_or_default();
            [
                b"Black".as_slice(),
                b"All",
                b"None",
                b"Cyan",
                b"Magenta",
                b"Yellow",
            ]
            .contains(&name)
        };
        let own = match items {
            [Object::Name(kind), name, _, _] if kind == b"Separation" => {
                name.as_name().is_ok() && !process(name)
            }
            [Object::Name(kind), Object::Array(names), _, ..] if kind == b"DeviceN" => {
                !names.iter().all(process)
            }
            _ => false,
        };
        if own {
            self.note(Class::SpotColour, "");
        }
    }
}

/// Whether a filter makes pixels; others make bytes (ISO 32000-1 table 6).
fn is_of_pictures(filter: &[u8]) -> bool {
    matches!(
        filter,
        b"DCTDecode" | b"DCT" | b"JPXDecode" | b"JBIG2Decode" | b"CCITTFaxDecode" | b"CCF"
    )
}

/// The bytes of a stream, unpacked; `None` where they cannot be, or to too much.
fn plain<'s>(stream: &'s Stream, filters: &[&[u8]], bytes_max: u64) -> Option<Cow<'s, [u8]>> {
    let room = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    match filters {
        [] => (stream.content.len() <= room).then_some(Cow::Borrowed(&stream.content)),
        _ => unpacked(stream, room).map(Cow::Owned),
    }
}

/// Whether what belongs to these layers is hidden while all of them are shown (ISO 32000-1 8.11.2.2).
fn hides(document: &Document, membership: &Dictionary) -> bool {
    if let Ok(condition) = membership.get_deref(b"VE", document) {
        return has_not(document, condition, 0);
    }
    let policy = membership
        .get_deref(b"P", document)
        .and_then(Object::as_name);
    matches!(policy, Ok(b"AllOff" | b"AnyOff"))
}

/// Whether a condition on layers has a `Not` in it.
fn has_not(document: &Document, condition: &Object, depth: u32) -> bool {
    const DEPTH_MAX: u32 = 8;
    const ITEMS_MAX: usize = 64;
    let Ok(items) = condition.as_array() else {
        return false;
    };
    let is_not = items.first().and_then(|item| item.as_name().ok()) == Some(b"Not");
    is_not
        || depth > DEPTH_MAX
        || items.len() > ITEMS_MAX
        || items.iter().any(|item| {
            deref(document, item).is_some_and(|item| has_not(document, item, depth + 1))
        })
}
