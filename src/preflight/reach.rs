//! Everything that pages refer to, looked at once: what is missing, what unpacks to too much, what printers differ in.
//!
//! The same objects that are taken into a spool: not the way back into the document (pages, structure).

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::class::{Class, Remark};
use super::contents::{contents, unpacked};
use super::document::{Page, deref};
use super::kept::of_tree;
use super::pictures::pixels;
use super::remarks::Remarks;
use super::scan::{Balance, balance};

/// Saved graphics states within each other that a printer must take (ISO 32000-1 Annex C).
const SAVES_MAX: u16 = 28;
/// Deflate packs at most so many bytes into one (RFC 1951: 258 bytes in two bits).
const DEFLATE_RATIO_MAX: u64 = 1032;
/// A PostScript function is worked for every dot of a shading; real ones have some hundred bytes.
const CALCULATOR_BYTES_MAX: usize = 8 << 10;
/// What a form, pattern or glyph may unpack to.
const CONTENT_BYTES_MAX: u64 = 16 << 20;
/// Bytes of the strings that one operator shows; a string has at most 32,767 (ISO 32000-1 Annex C).
const STRINGS_BYTES_MAX: usize = 256 << 10;
/// Arrays and dictionaries within each other in one object.
const NESTING_MAX: u32 = 64;

/// Looks at all that the pages refer to. An object is remarked at the first page that reaches it.
///
/// # Errors
/// What makes the file unprintable: content or other streams that are missing, too large or outside of it.
pub(super) fn reach(
    document: &Document,
    pages: &[Page<'_>],
    remarks: &mut Remarks<'_>,
) -> Result<(), Remark> {
    let bytes_max = remarks.rules.limits.stream_bytes_max;
    let mut reach = Reach {
        document,
        bytes_max,
        seen: HashSet::new(),
        glyphs: HashSet::new(),
        waiting: Vec::new(),
        page: 0,
        remarks,
    };
    for (page, number) in pages.iter().zip(1..) {
        reach.page = number;
        reach.look(page).map_err(|remark| remark.on(number))?;
    }
    Ok(())
}

struct Reach<'d, 'n, 'r> {
    document: &'d Document,
    bytes_max: u64,
    seen: HashSet<ObjectId>,
    /// Streams that are content of glyphs.
    glyphs: HashSet<ObjectId>,
    waiting: Vec<(ObjectId, &'d Object)>,
    page: u32,
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
            Object::Reference(id) => self.refer(*id),
            Object::Array(items) => {
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

    fn refer(&mut self, id: ObjectId) {
        if !self.seen.insert(id) {
            return;
        }
        let Some(object) = self.document.objects.get(&id) else {
            self.note(Class::Dangling, "");
            return;
        };
        if !of_tree(self.document, object) {
            self.waiting.push((id, object));
        }
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
    fn size(&self, stream: &Stream, is_glyph: bool) -> Result<(), Remark> {
        let filters = filters(self.document, stream);
        if let Some((filter @ (b"DCTDecode" | b"JPXDecode" | b"JBIG2Decode"), [])) =
            filters.split_first().map(|(first, rest)| (*first, rest))
        {
            let pixels = pixels(filter, &stream.content);
            return self.pixels(pixels.unwrap_or(0));
        }
        let calculator = stream
            .dict
            .get_deref(b"FunctionType", self.document)
            .and_then(Object::as_i64)
            .is_ok_and(|kind| kind == 4);
        let packed = stream.content.len() as u64;
        let subtype = stream.dict.get_deref(b"Subtype", self.document);
        let is_content = is_glyph
            || stream.dict.has(b"PatternType")
            || subtype
                .and_then(Object::as_name)
                .is_ok_and(|name| name == b"Form");
        let bytes_max = match calculator {
            true => CALCULATOR_BYTES_MAX as u64,
            false if is_content => self.bytes_max.min(CONTENT_BYTES_MAX),
            false => self.bytes_max,
        };
        let ratio = DEFLATE_RATIO_MAX.saturating_pow(filters.len() as u32);
        // What is shorter than a run of text may be needs no look.
        let small = packed.saturating_mul(ratio);
        if small <= bytes_max && (!is_content || small <= STRINGS_BYTES_MAX as u64) {
            return Ok(());
        }
        let room = usize::try_from(bytes_max).unwrap_or(usize::MAX);
        let plain =
            match filters[..] {
                [] if packed <= bytes_max => None,
                [] => return Err(Remark::damaged("a stream is too long")),
                _ => Some(unpacked(stream, room).ok_or_else(|| {
                    Remark::damaged("a stream cannot be unpacked, or to too much")
                })?),
            };
        match is_content {
            true => self.bounded(&balance(plain.as_deref().unwrap_or(&stream.content))),
            false => Ok(()),
        }
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

fn filters<'d>(document: &'d Document, stream: &'d Stream) -> Vec<&'d [u8]> {
    let name = |object: &'d Object| deref(document, object).and_then(|o| o.as_name().ok());
    match stream.dict.get_deref(b"Filter", document) {
        Ok(Object::Array(names)) => names.iter().filter_map(name).collect(),
        Ok(Object::Name(name)) => vec![name.as_slice()],
        _ => Vec::new(),
    }
}
