//! What all pages of a part share, and what a reader of PDF meets before it comes to a page: the objects below 16, fonts,
//! the trailer.
//!
//! Each must be as this program writes it, key by key. What they say of fonts and letterhead is told by a digest in the
//! layout file. Font programs are read besides: each code that has a width must lead to a glyph of its own that is as wide.

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use super::dictionary::Dictionary;
use super::digests::Digests;
use super::flate::inflated;
use super::reader::{Fault, Part, leading_number, reference, reference_list};
use super::{CONTENT_BYTES_MAX, FACES};
use crate::disk::hex;
use crate::spool::flavour::Xref;

/// Of these the layout file has the digest (`docs/formats-spool.md`).
const DIGESTED: [u32; 10] = [4, 5, 6, 7, 8, 9, 10, 11, 14, 15];
/// Rounding of a width, in thousandths of an em.
const WIDTH_ROUNDING: f32 = 1.0;
/// What is said of colours in PDF/VT-1.
const SRGB: &str = "/ColorSpace<</DefaultRGB[/ICCBased 15 0 R]>>";

/// What is wrong with them, one for each that is; `digest` is what the layout file says.
pub(super) fn faults(
    part: &Part<'_>,
    digests: &mut Digests<'_, '_>,
    digest: &str,
) -> Result<Vec<&'static str>, Fault> {
    let mut wrong = Vec::new();
    let mut ask = |good: bool, what| {
        if !good {
            wrong.push(what);
        }
    };
    ask(trailer(part)?, "a trailer that is none of ours");
    ask(catalog(part)?, "a catalog that is none of ours");
    let save = part.object(10)?;
    ask(
        (save.text, save.data) == (b"<</Length 2>>", Some(b"q\n")),
        "object 10 is not a stream of one `q`",
    );
    ask(resources(part)?, "resources that are none of ours");
    ask(letterhead(part)?, "a letterhead that is none of ours");
    for face in 0..FACES {
        ask(font(part, 6 + face)?, "a font that is none of ours");
    }
    let found = hex(&digests.common(&DIGESTED)?);
    ask(
        found == digest,
        "fonts, letterhead or profiles are not those that were written",
    );
    Ok(wrong)
}

fn trailer(part: &Part<'_>) -> Result<bool, Fault> {
    let trailer = Dictionary::read(part.trailer, 0)?;
    let keys: &[&[u8]] = &[b"/Size", b"/Root", b"/Info", b"/ID"];
    let of_stream: &[&[u8]] = match part.xref() {
        Xref::Table => &[],
        Xref::Stream | Xref::ObjectStreams => {
            &[b"/Length", b"/Type", b"/W", b"/Filter", b"/DecodeParms"]
        }
    };
    let id = trailer.get(b"/ID").unwrap_or_default();
    let plain = |b: &u8| b.is_ascii_hexdigit() || b"[<>]".contains(b);
    Ok(trailer.has(&[keys, of_stream].concat(), &[])
        && trailer.says(b"/Size", part.size().to_string().as_bytes())
        && trailer.says(b"/Root", b"1 0 R")
        && trailer.says(b"/Info", b"2 0 R")
        && id.iter().all(plain))
}

fn catalog(part: &Part<'_>) -> Result<bool, Fault> {
    let catalog = Dictionary::read(part.object(1)?.text, 1)?;
    let keys: &[&[u8]] = &[b"/Type", b"/Pages", b"/Metadata"];
    let vt: &[&[u8]] = &[b"/OutputIntents", b"/DPartRoot"];
    let more = if part.is_vt() { vt } else { &[] };
    let info = Dictionary::read(part.object(2)?.text, 2)?;
    let metadata = Dictionary::read(part.object(3)?.text, 3)?;
    Ok(catalog.has(&[keys, more].concat(), &[])
        && catalog.says(b"/Type", b"/Catalog")
        && catalog.says(b"/Metadata", b"3 0 R")
        && (!part.is_vt() || catalog.says(b"/DPartRoot", b"12 0 R"))
        && metadata.has(&[b"/Length", b"/Type", b"/Subtype"], &[])
        && info.has(
            &[b"/Producer", b"/CreationDate"],
            &[
                b"/Title",
                b"/Creator",
                b"/ModDate",
                b"/Trapped",
                b"/GTS_PDFXVersion",
            ],
        ))
}

/// What resources of ours say of fonts: those of the four that are there.
fn fonts_of(part: &Part<'_>) -> Result<String, Fault> {
    let mut fonts = String::new();
    for face in 0..FACES {
        if !is_null(part, 6 + face)? {
            fonts += &format!("/F{face} {} 0 R", 6 + face);
        }
    }
    Ok(format!("/Font<<{fonts}>>"))
}

fn is_null(part: &Part<'_>, number: u32) -> Result<bool, Fault> {
    Ok(part.object(number)?.text == b"null")
}

fn colours(part: &Part<'_>) -> &'static str {
    if part.is_vt() { SRGB } else { "" }
}

fn resources(part: &Part<'_>) -> Result<bool, Fault> {
    let letterhead = match is_null(part, 5)? {
        true => "",
        false => "/XObject<</LH 5 0 R>>",
    };
    let ours = format!("<<{}{letterhead}{}>>", fonts_of(part)?, colours(part));
    let mut unused = 12..16;
    let rest = part.is_vt() || unused.all(|number| is_null(part, number).unwrap_or_default());
    Ok(rest && part.object(4)?.text == ours.as_bytes())
}

/// The letterhead and the picture in it.
fn letterhead(part: &Part<'_>) -> Result<bool, Fault> {
    let picture = Dictionary::read(part.object(11)?.text, 11);
    let xobject = match picture {
        Ok(_) => "/XObject<</LG 11 0 R>>",
        Err(_) => "",
    };
    let good = match picture {
        Ok(picture) => {
            let keys: [&[u8]; 8] = [
                b"/Length",
                b"/Filter",
                b"/Type",
                b"/Subtype",
                b"/Width",
                b"/Height",
                b"/ColorSpace",
                b"/BitsPerComponent",
            ];
            picture.has(&keys, &[]) && picture.says(b"/Subtype", b"/Image")
        }
        Err(_) => is_null(part, 11)?,
    };
    let form = part.object(5)?;
    let Some(data) = form.data else {
        return Ok(form.text == b"null" && is_null(part, 11)?);
    };
    let ours = format!(
        "<</Length {}/Filter/FlateDecode/Type/XObject/Subtype/Form/BBox[0 0 595.276 841.89]/Resources<<{}{xobject}{}>>>>",
        data.len(),
        fonts_of(part)?,
        colours(part)
    );
    Ok(good && form.text == ours.as_bytes() && inflated(form, CONTENT_BYTES_MAX).is_some())
}

/// Whether a face is as it is written; one that is not used is null.
fn font(part: &Part<'_>, number: u32) -> Result<bool, Fault> {
    if is_null(part, number)? {
        return Ok(true);
    }
    let dictionary = |number| Dictionary::read(part.object(number)?.text, number);
    let stream = |of: &Dictionary<'_>, key: &[u8]| -> Result<Option<Vec<u8>>, Fault> {
        let Some(number) = of.get(key).and_then(reference) else {
            return Ok(None);
        };
        let object = part.object(number)?;
        let known = Dictionary::read(object.text, number)
            .is_ok_and(|read| read.has(&[b"/Length", b"/Filter"], &[b"/Length1"]));
        Ok(inflated(object, CONTENT_BYTES_MAX).filter(|_| known))
    };
    let font = dictionary(number)?;
    let below = font.get(b"/DescendantFonts").and_then(reference_list);
    let Some(&[below]) = below.as_deref() else {
        return Ok(false);
    };
    let below = dictionary(below)?;
    let Some(descriptor) = below.get(b"/FontDescriptor").and_then(reference) else {
        return Ok(false);
    };
    let descriptor = dictionary(descriptor)?;
    let name = font.get(b"/BaseFont").unwrap_or_default();
    let known = font.has(
        &[
            b"/Type",
            b"/Subtype",
            b"/BaseFont",
            b"/Encoding",
            b"/DescendantFonts",
            b"/ToUnicode",
        ],
        &[],
    ) && font.says(b"/Subtype", b"/Type0")
        && font.says(b"/Encoding", b"/Identity-H")
        && below.has(
            &[
                b"/Type",
                b"/Subtype",
                b"/BaseFont",
                b"/CIDSystemInfo",
                b"/FontDescriptor",
                b"/DW",
                b"/W",
                b"/CIDToGIDMap",
            ],
            &[],
        )
        && below.says(b"/Subtype", b"/CIDFontType2")
        && below.says(b"/BaseFont", name)
        && below.says(b"/DW", b"0")
        && descriptor.says(b"/FontName", name)
        && stream(&font, b"/ToUnicode")?.is_some();
    let widths = below.get(b"/W").and_then(widths).ok_or(Fault {
        object: number,
        what: "the widths of a font are none of ours",
    })?;
    let (Some(map), Some(program)) = (
        stream(&below, b"/CIDToGIDMap")?,
        stream(&descriptor, b"/FontFile2")?,
    ) else {
        return Ok(false);
    };
    Ok(known && leads_to_its_glyphs(&widths, &map, &program))
}

/// Codes in rising order, each with its width: `code[width width …]`, as this program writes them.
pub(super) fn widths(array: &[u8]) -> Option<Vec<(u16, f32)>> {
    let mut rest = array.strip_prefix(b"[")?;
    let mut out: Vec<(u16, f32)> = Vec::new();
    loop {
        if rest == b"]" {
            return Some(out);
        }
        let (first, list) = leading_number(rest)?;
        let list = list.strip_prefix(b"[")?;
        let end = memchr::memchr(b']', list)?;
        let (list, after) = list.split_at_checked(end)?;
        for (width, code) in list.split(|&b| b == b' ').zip(first..) {
            let (width, b"") = leading_number(width)? else {
                return None;
            };
            let this = u16::try_from(code).ok()?;
            if out.last().is_some_and(|(before, _)| *before >= this) {
                return None;
            }
            out.push((this, width as f32));
        }
        rest = after.strip_prefix(b"]")?;
    }
}

/// Whether each code leads to a glyph of its own, which the program has and which is as wide as the font says.
fn leads_to_its_glyphs(widths: &[(u16, f32)], map: &[u8], program: &[u8]) -> bool {
    let Ok(font) = FontRef::new(program) else {
        return false;
    };
    let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
    let em = font.metrics(Size::unscaled(), LocationRef::default());
    let scale = 1000.0 / f32::from(em.units_per_em.max(1));
    let (map, odd) = map.as_chunks::<2>();
    let glyphs: Vec<u16> = map.iter().map(|&glyph| u16::from_be_bytes(glyph)).collect();
    let mut used: Vec<u16> = glyphs.iter().copied().filter(|&glyph| glyph != 0).collect();
    let count = used.len();
    used.sort_unstable();
    used.dedup();
    let right = |&(code, width): &(u16, f32)| {
        let glyph = glyphs.get(usize::from(code)).copied().unwrap_or(0);
        let advance = metrics.advance_width(GlyphId::new(glyph.into()));
        let near = |advance: f32| (advance * scale - width).abs() <= WIDTH_ROUNDING;
        glyph != 0 && advance.is_some_and(near)
    };
    odd.is_empty() && used.len() == count && count == widths.len() && widths.iter().all(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read_as_they_are_written_and_no_other_way() {
        let read = |text: &str| widths(text.as_bytes());
        assert_eq!(
            read("[1[500 600]7[0]]"),
            Some(vec![(1, 500.0), (2, 600.0), (7, 0.0)])
        );
        assert_eq!(read("[]"), Some(vec![]));
        for text in [
            "[0 65535 1]",
            "[1[5]1[5]]",
            "[65535[1 2]]",
            "[1[]]",
            "[1[5]",
            "1[5]",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
