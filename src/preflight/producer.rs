//! Which programs made a PDF: what its information dictionary and its metadata say (ISO 32000-1 14.3).

use lopdf::{Document, Object};

use super::class::Class;
use super::contents::unpacked;
use super::remarks::Remarks;

/// Metadata say little; more is not read.
const METADATA_BYTES_MAX: usize = 1 << 20;
/// The name of a program is not longer.
const NAME_CHARS_MAX: usize = 1_000;
/// Properties of metadata that name a program (XMP part 1: `pdf:Producer`, `xmp:CreatorTool`).
const PROPERTIES: [&str; 2] = ["Producer", "CreatorTool"];

/// Remarks each refused text that stands in the name of a program.
pub(super) fn producer(document: &Document, remarks: &mut Remarks<'_>) {
    let refused = &remarks.rules.producers_refused;
    if refused.is_empty() {
        return;
    }
    let names = names(document);
    for text in refused {
        let wanted = text.to_lowercase();
        if names.iter().any(|name| name.contains(&wanted)) {
            remarks.file(Class::Producer, text);
        }
    }
}

/// Names of the programs, in lower case.
fn names(document: &Document) -> Vec<String> {
    let mut names = Vec::new();
    let info = document.trailer.get_deref(b"Info", document);
    if let Ok(info) = info.and_then(Object::as_dict) {
        for key in [b"Producer".as_slice(), b"Creator"] {
            let value = info.get_deref(key, document).and_then(Object::as_str);
            names.extend(value.ok().map(|bytes| text(bytes).to_lowercase()));
        }
    }
    let metadata = document.catalog().ok();
    let metadata = metadata.and_then(|c| c.get_deref(b"Metadata", document).ok()?.as_stream().ok());
    if let Some(bytes) = metadata.and_then(|stream| unpacked(stream, METADATA_BYTES_MAX)) {
        let xmp = text(&bytes);
        names.extend(
            PROPERTIES
                .iter()
                .flat_map(|property| values(&xmp, property)),
        );
    }
    names
}

/// A text as PDF writes them: UTF-16 with its mark, or bytes that are read one for one: the names of programs that a
/// profile refuses are in ASCII.
fn text(bytes: &[u8]) -> String {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let pairs = bytes.as_chunks().0.iter().map(|pair| unit(*pair));
        char::decode_utf16(pairs)
            .map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match bytes {
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Values of a property, in lower case: an element's text, or an attribute.
fn values<'x>(xmp: &'x str, property: &'x str) -> impl Iterator<Item = String> + 'x {
    xmp.split(property).skip(1).filter_map(|behind| {
        let behind = behind.trim_start();
        let value = match behind.strip_prefix('=') {
            Some(value) => {
                let value = value.trim_start();
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                value.get(1..)?.split(quote).next()?
            }
            None => behind.strip_prefix('>')?.split('<').next()?,
        };
        let name: String = value.chars().take(NAME_CHARS_MAX).collect();
        (!name.trim().is_empty()).then(|| name.to_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn properties_are_elements_or_attributes() {
        let xmp =
            "<x pdf:Producer = 'One'><xmp:CreatorTool>Two</xmp:CreatorTool><pdf:Producer/></x>";
        assert_eq!(values(xmp, "Producer").collect::<Vec<_>>(), ["one"]);
        assert_eq!(values(xmp, "CreatorTool").collect::<Vec<_>>(), ["two"]);
    }

    #[test]
    fn texts_of_both_forms_are_read() {
        assert_eq!(text(b"GPL Ghostscript"), "GPL Ghostscript");
        assert_eq!(text(b"\xfe\xff\0G\0P\0L"), "GPL");
        assert_eq!(text(b"\xff\xfeG\0P\0L\0"), "GPL");
    }

    proptest! {
        #[test]
        fn any_metadata_are_read(bytes: Vec<u8>, tail in "[=> '\"<a]{0,20}") {
            let xmp = text(&bytes) + "Producer" + &tail;
            prop_assert!(values(&xmp, "Producer").count() <= 1 + bytes.len());
        }
    }
}
