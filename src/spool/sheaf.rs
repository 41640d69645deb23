//! Pages with all they need, packed so that they can be put into any part: the form in which pages wait in the work
//! file for their turn.
//!
//! A sheaf holds objects (streams, fonts, images …) as finished PDF text in which a reference is a marker, and pages that
//! point at them. Objects come before those that refer to them, unless they refer to each other in a ring. Each object
//! outside of rings carries its digest, so that a part holds equal objects once.
//!
//! The digest of an object is SHA-256 over its text with each reference replaced by `R` and the digest of its target
//! (`P` and the number for an object of the part itself, `C` for a target that is just being visited), and for a stream
//! `\nstream\n` and its bytes. Within a page each object is visited once. `proof` computes the same from a finished part.

use lopdf::{Dictionary, Object};

use crate::disk::Sha256;
use crate::preflight::Keys;

/// Begins a reference in the text of an object; four bytes follow. No other text has it: strings are hexadecimal.
const REFERENCE: u8 = 0;
/// A reference to an object of the part, not of the sheaf.
const PART_OBJECT: u32 = 1 << 31;
/// What a reference takes more in a part than in a sheaf, at most: ` 1234567 0 R` for a marker, or for an index.
const REFERENCE_GROWTH_BYTES: u64 = 8;
/// And an object: a head, an end, and an entry of the cross-reference table, for what stands before it in a sheaf.
const OBJECT_GROWTH_BYTES: u64 = 24;

/// A thing that text can refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An object of the sheaf, by index.
    Own(u32),
    /// An object that every part has, by its number.
    Part(u32),
}

/// Text of an object.
#[derive(Clone, Debug, Default)]
pub(super) struct Text(pub(super) Vec<u8>);

impl Text {
    /// Adds plain text.
    pub(super) fn push(&mut self, text: &[u8]) {
        self.0.extend_from_slice(text);
    }

    /// Adds a reference.
    pub(super) fn refer(&mut self, target: Target) {
        self.0.push(REFERENCE);
        let code = match target {
            Target::Own(index) => index,
            Target::Part(number) => PART_OBJECT | number,
        };
        self.0.extend_from_slice(&code.to_le_bytes());
    }

    /// Adds a name.
    pub(super) fn name(&mut self, name: &[u8]) {
        self.0.push(b'/');
        for &byte in name {
            if byte.is_ascii_alphanumeric() || b"+-_.,:;*'\"!$&=?@^`|~\\".contains(&byte) {
                self.0.push(byte);
            } else {
                self.0.push(b'#');
                self.hex(byte);
            }
        }
    }

    fn hex(&mut self, byte: u8) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        self.0.push(DIGITS[usize::from(byte >> 4)]);
        self.0.push(DIGITS[usize::from(byte & 15)]);
    }

    /// Adds a direct object, `keys` being those of its dictionary; `refer` says what becomes of a reference (`None`: null).
    pub(super) fn object(
        &mut self,
        object: &Object,
        keys: Keys,
        refer: &mut impl FnMut(lopdf::ObjectId, Keys) -> Option<Target>,
    ) {
        if !matches!(self.0.last(), None | Some(b'[' | b'<' | b'>' | b']' | b' ')) {
            self.0.push(b' ');
        }
        match object {
            Object::Null | Object::Stream(_) => self.push(b"null"), // A stream is never direct.
            Object::Boolean(true) => self.push(b"true"),
            Object::Boolean(false) => self.push(b"false"),
            Object::Integer(n) => self.push(n.to_string().as_bytes()),
            // The shortest text that reads back as the same number; `f32` never prints an exponent.
            Object::Real(n) if n.is_finite() => self.push(n.to_string().as_bytes()),
            Object::Real(_) => self.push(b"0"),
            Object::Name(name) => self.name(name),
            Object::String(bytes, _) => {
                self.0.push(b'<');
                bytes.iter().for_each(|&byte| self.hex(byte));
                self.0.push(b'>');
            }
            Object::Array(items) => {
                self.0.push(b'[');
                items.iter().for_each(|item| self.object(item, keys, refer));
                self.0.push(b']');
            }
            Object::Dictionary(dictionary) => {
                self.push(b"<<");
                self.entries(dictionary, keys, &[], refer);
                self.push(b">>");
            }
            Object::Reference(id) => match refer(*id, keys) {
                Some(target) => self.refer(target),
                None => self.push(b"null"),
            },
        }
    }

    /// Adds the entries of a dictionary but those left out, and those that are no use in a spool.
    pub(super) fn entries(
        &mut self,
        dictionary: &Dictionary,
        keys: Keys,
        left_out: &[&[u8]],
        refer: &mut impl FnMut(lopdf::ObjectId, Keys) -> Option<Target>,
    ) {
        for (key, value) in dictionary.iter() {
            let below = keys.under(key);
            if let Some(below) = below.filter(|_| !left_out.contains(&key.as_slice())) {
                self.name(key);
                self.object(value, below, refer);
            }
        }
    }

    /// How many references it has.
    fn references(&self) -> usize {
        let mut count = 0;
        walk(&self.0, |stretch| {
            count += usize::from(matches!(stretch, Stretch::Reference(_)));
        });
        count
    }
}

/// A number as PDF writes it: no exponent, no more digits than needed.
pub(super) fn real(number: f64) -> String {
    let text = format!("{number:.5}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "" | "-" | "-0" => "0".into(),
        _ => text.into(),
    }
}

/// Calls `plain` for stretches of text and `reference` for references, in order.
pub(super) fn walk(text: &[u8], mut piece: impl FnMut(Stretch<'_>)) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(REFERENCE, rest) {
        let (plain, marker) = rest.split_at(at);
        if !plain.is_empty() {
            piece(Stretch::Plain(plain));
        }
        let Some((code, after)) = marker[1..].split_first_chunk::<4>() else {
            return;
        };
        let code = u32::from_le_bytes(*code);
        piece(Stretch::Reference(if code & PART_OBJECT == 0 {
            Target::Own(code)
        } else {
            Target::Part(code & !PART_OBJECT)
        }));
        rest = after;
    }
    if !rest.is_empty() {
        piece(Stretch::Plain(rest));
    }
}

/// A stretch of an object's text.
pub(super) enum Stretch<'a> {
    /// Copied as it is.
    Plain(&'a [u8]),
    /// A reference.
    Reference(Target),
}

/// An object of a sheaf.
#[derive(Clone, Debug, Default)]
pub(super) struct SheafObject {
    /// `None` within a ring of references.
    pub(super) digest: Option<Sha256>,
    /// Its text; for a stream its dictionary.
    pub(super) text: Text,
    /// A stream's bytes.
    pub(super) data: Option<Vec<u8>>,
}

impl SheafObject {
    /// A stream of these bytes, deflated.
    pub(super) fn deflated(deflated: Vec<u8>) -> Self {
        let mut object = Self {
            digest: None,
            text: Text(format!("<</Length {}/Filter/FlateDecode>>", deflated.len()).into_bytes()),
            data: Some(deflated),
        };
        let text = &object.text.0;
        object.digest = Some(digest(text, object.data.as_deref(), |_| None));
        object
    }
}

/// A page of a sheaf.
#[derive(Clone, Debug, Default)]
pub(super) struct SheafPage {
    /// Its dictionary without `/Type`, `/Contents`, `/Parent`; digest of `<</Type/Page`, the text, `>>`.
    pub(super) rest_digest: Sha256,
    /// See above.
    pub(super) rest: Text,
    /// Content streams, by object index.
    pub(super) contents: Vec<u32>,
    /// How many `q` must stand before them so that their `Q` cannot reach below.
    pub(super) saves: u16,
    /// What brings the graphics state back before the mark is drawn.
    pub(super) restore: Vec<u8>,
    /// From the upright page to its own coordinates; empty where they are the same.
    pub(super) matrix: String,
    /// Resource name of the mark's font.
    pub(super) font: String,
}

/// Digest of an object: see the head of this module. `None` from `digest_of` means a target being visited.
pub(super) fn digest(
    text: &[u8],
    data: Option<&[u8]>,
    mut digest_of: impl FnMut(u32) -> Option<Sha256>,
) -> Sha256 {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    walk(text, |stretch| match stretch {
        Stretch::Plain(plain) => context.update(plain),
        Stretch::Reference(Target::Part(number)) => {
            context.update(format!("P{number}").as_bytes());
        }
        Stretch::Reference(Target::Own(index)) => match digest_of(index) {
            Some(digest) => {
                context.update(b"R");
                context.update(&digest);
            }
            None => context.update(b"C"),
        },
    });
    if let Some(data) = data {
        context.update(b"\nstream\n");
        context.update(data);
    }
    crate::disk::finished(context)
}

/// Pages packed for the work file.
#[derive(Clone, Debug)]
pub(super) struct Sheaf {
    /// Digest of what it was made from; equal for equal sheaves.
    pub(super) source: Sha256,
    /// Number of pages.
    pub(super) pages: u32,
    /// Number of objects.
    pub(super) objects: u32,
    /// See [`View`].
    pub(super) bytes: Vec<u8>,
}

const NO_STREAM: u32 = u32::MAX;

impl Sheaf {
    /// Packs objects and pages.
    pub(super) fn pack(source: Sha256, objects: &[SheafObject], pages: &[SheafPage]) -> Self {
        let body: usize = objects
            .iter()
            .map(|o| 48 + o.text.0.len() + o.data.as_ref().map_or(0, Vec::len))
            .sum();
        let references = objects.iter().map(|object| object.text.references());
        let of_pages = pages
            .iter()
            .map(|page| page.rest.references() + page.contents.len());
        let references: usize = references.chain(of_pages).sum();
        let mut out = Vec::with_capacity(12 + body + pages.len() * 512);
        let u32_ = |out: &mut Vec<u8>, n: usize| {
            let n = u32::try_from(n).unwrap_or(NO_STREAM - 1); // Documents have fewer than 4 GiB.
            out.extend_from_slice(&n.to_le_bytes());
        };
        u32_(&mut out, objects.len());
        u32_(&mut out, pages.len());
        u32_(&mut out, references);
        for object in objects {
            out.push(u8::from(object.digest.is_some()));
            out.extend_from_slice(&object.digest.unwrap_or_default());
            u32_(&mut out, object.text.0.len());
            u32_(
                &mut out,
                object.data.as_ref().map_or(NO_STREAM as usize, Vec::len),
            );
            out.extend_from_slice(&object.text.0);
            out.extend_from_slice(object.data.as_deref().unwrap_or_default());
        }
        for page in pages {
            out.extend_from_slice(&page.rest_digest);
            u32_(&mut out, usize::from(page.saves));
            u32_(&mut out, page.contents.len());
            page.contents
                .iter()
                .for_each(|&index| u32_(&mut out, index as usize));
            let rest = &page.rest.0;
            for field in [
                rest,
                &page.restore,
                page.matrix.as_bytes(),
                page.font.as_bytes(),
            ] {
                u32_(&mut out, field.len());
                out.extend_from_slice(field);
            }
        }
        Self {
            source,
            pages: u32::try_from(pages.len()).unwrap_or(u32::MAX),
            objects: u32::try_from(objects.len()).unwrap_or(u32::MAX),
            bytes: out,
        }
    }
}

/// Takes fields from the front of bytes that we wrote.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    /// So many bytes; `None` where there are fewer.
    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    /// A fixed number of bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// A number of four bytes.
    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A length and as many bytes.
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = self.u32()? as usize;
        self.take(len)
    }

    /// A length and as many bytes of UTF-8.
    pub(super) fn str(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }
}

/// An object of a packed sheaf.
#[derive(Clone, Copy)]
pub(super) struct ObjectView<'a> {
    /// `None` within a ring of references.
    pub(super) digest: Option<Sha256>,
    /// Its text.
    pub(super) text: &'a [u8],
    /// A stream's bytes.
    pub(super) data: Option<&'a [u8]>,
}

/// A page of a packed sheaf.
pub(super) struct PageView<'a> {
    /// As in [`SheafPage`], and so on.
    pub(super) rest_digest: Sha256,
    pub(super) rest: &'a [u8],
    pub(super) contents: Vec<u32>,
    pub(super) saves: u32,
    pub(super) restore: &'a [u8],
    pub(super) matrix: &'a str,
    pub(super) font: &'a str,
}

/// A packed sheaf, read in place.
pub(super) struct View<'a> {
    pub(super) objects: Vec<ObjectView<'a>>,
    pub(super) pages: Vec<PageView<'a>>,
    /// References in all of it.
    references: u32,
}

impl<'a> View<'a> {
    /// Reads what [`Sheaf::pack`] wrote; `None` where it did not.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let (objects, pages, references) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let objects = (0..objects)
            .map(|_| Self::object(&mut fields))
            .collect::<Option<Vec<_>>>()?;
        let pages = (0..pages)
            .map(|_| Self::page(&mut fields))
            .collect::<Option<Vec<_>>>()?;
        let in_range = |index: &u32| (*index as usize) < objects.len();
        pages
            .iter()
            .all(|page| page.contents.iter().all(in_range))
            .then_some(())?;
        Some(Self {
            objects,
            pages,
            references,
        })
    }

    /// What it may take in a part beyond its bytes here, at most; not counting what pages take besides.
    pub(super) fn growth_max(&self) -> u64 {
        u64::from(self.references) * REFERENCE_GROWTH_BYTES
            + self.objects.len() as u64 * OBJECT_GROWTH_BYTES
    }

    fn object(fields: &mut Fields<'a>) -> Option<ObjectView<'a>> {
        let [has_digest] = fields.array()?;
        let digest = fields.array()?;
        let (text_len, data_len) = (fields.u32()?, fields.u32()?);
        Some(ObjectView {
            digest: (has_digest != 0).then_some(digest),
            text: fields.take(text_len as usize)?,
            data: match data_len {
                NO_STREAM => None,
                len => Some(fields.take(len as usize)?),
            },
        })
    }

    fn page(fields: &mut Fields<'a>) -> Option<PageView<'a>> {
        let rest_digest = fields.array()?;
        let saves = fields.u32()?;
        let contents = fields.u32()?;
        Some(PageView {
            rest_digest,
            saves,
            contents: (0..contents).map(|_| fields.u32()).collect::<Option<_>>()?,
            rest: fields.bytes()?,
            restore: fields.bytes()?,
            matrix: fields.str()?,
            font: fields.str()?,
        })
    }
}

/// Digest of the rest of a page's dictionary, as `proof` sees it.
pub(super) fn page_rest_digest(
    rest: &[u8],
    digest_of: impl FnMut(u32) -> Option<Sha256>,
) -> Sha256 {
    let text = [b"<</Type/Page".as_slice(), rest, b">>"].concat();
    digest(&text, None, digest_of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::dictionary;

    #[test]
    fn numbers_have_no_exponent_and_no_idle_digits() {
        let cases = [
            (0.0, "0"),
            (-0.000_001, "0"),
            (1.5, "1.5"),
            (595.276, "595.276"),
            (1e9, "1000000000"),
        ];
        for (number, text) in cases {
            assert_eq!(real(number), text);
        }
    }

    #[test]
    fn text_keeps_odd_names_and_strings_apart_from_references() {
        let mut text = Text::default();
        let object = Object::from(dictionary! {
            "A B\0" => Object::string_literal("\u{0}(\\"),
            "C" => vec![1.into(), Object::Reference((7, 0)), Object::Null, true.into()],
        });
        text.object(&object, Keys::Typed, &mut |id, _| Some(Target::Own(id.0)));
        let mut seen = Vec::new();
        let mut plain = Vec::new();
        walk(&text.0, |stretch| match stretch {
            Stretch::Plain(bytes) => plain.extend_from_slice(bytes),
            Stretch::Reference(target) => seen.push(target),
        });
        assert_eq!(
            String::from_utf8(plain).unwrap(),
            "<</A#20B#00 <00285C>/C [1  null true]>>"
        );
        assert_eq!(seen, [Target::Own(7)]);
    }

    #[test]
    fn a_sheaf_is_read_as_it_was_packed_and_nothing_else_is() {
        let mut objects = [SheafObject::deflated(vec![1, 2, 0]), SheafObject::default()];
        objects[1].text.refer(Target::Own(0));
        let pages = [SheafPage {
            contents: vec![0, 0],
            font: "LM".into(),
            saves: 2,
            ..SheafPage::default()
        }];
        let sheaf = Sheaf::pack([1; 32], &objects, &pages);
        let view = View::read(&sheaf.bytes).unwrap();
        assert_eq!((sheaf.objects, view.references), (2, 3));
        assert_eq!(
            view.growth_max(),
            2 * OBJECT_GROWTH_BYTES + 3 * REFERENCE_GROWTH_BYTES
        );
        assert_eq!(view.objects[0].data, Some([1, 2, 0].as_slice()));
        assert_eq!(view.objects[1].digest, None);
        assert_eq!(
            (view.pages[0].contents.as_slice(), view.pages[0].font),
            ([0, 0].as_slice(), "LM")
        );
        for len in 0..sheaf.bytes.len() {
            assert!(View::read(&sheaf.bytes[..len]).is_none());
        }
    }
}
