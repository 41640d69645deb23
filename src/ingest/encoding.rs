//! Which encoding a mailing is in, and how another than UTF-8 becomes UTF-8.
//!
//! In: the mapped file. Out: the same map, or a map of an unlinked temporary file in UTF-8. Rules (XML 1.0 §4.3.3 and
//! appendix F): a byte order mark decides; without one the file is UTF-8 unless the declaration says otherwise; a
//! declaration that contradicts the mark is refused.
//!
//! Damage stays where it is: a lone surrogate in UTF-16 becomes three bytes that are not UTF-8, so that it rejects the
//! letter it stands in and not the file.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use encoding_rs::{DecoderResult, UTF_16BE, UTF_16LE};

use crate::disk::Map;

/// How many bytes are transcoded at a time.
const CHUNK_BYTES: usize = 1 << 18;

/// A lone surrogate in the manner of WTF-8: not UTF-8.
const LONE_SURROGATE: &[u8] = b"\xed\xa0\x80";

/// The encoding of a file on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// With or without byte order mark.
    Utf8 {
        bom: bool,
    },
    Utf16Le,
    Utf16Be,
    /// Strict Latin-1, not windows-1252.
    Latin1,
}

impl Encoding {
    /// Offset in the file on disk of a place in the UTF-8 bytes.
    pub(super) fn offset_on_disk(self, utf8_before: &[u8]) -> u64 {
        let characters = || utf8_before.iter().filter(|&&b| b & 0xc0 != 0x80).count() as u64;
        match self {
            Self::Utf8 { .. } => utf8_before.len() as u64,
            Self::Latin1 => characters(),
            Self::Utf16Le | Self::Utf16Be => {
                let pairs = utf8_before.iter().filter(|&&b| b >= 0xf0).count() as u64;
                2 + 2 * (characters() + pairs) // The mark itself is not in the UTF-8 bytes.
            }
        }
    }
}

/// The encoding, or the name of one that is not read.
pub(super) fn detect(bytes: &[u8]) -> Result<Encoding, String> {
    let utf16 = |encoding, names: &[&str], declared: Option<String>| match declared {
        Some(name) if !names.iter().any(|n| n.eq_ignore_ascii_case(&name)) => Err(format!(
            "declared as `{name}` but has the byte order mark of {}",
            names[0]
        )),
        _ => Ok(encoding),
    };
    match bytes {
        [0xff, 0xfe, 0, 0, ..]
        | [0, 0, 0xfe, 0xff, ..]
        | [0, 0, 0, b'<', ..]
        | [b'<', 0, 0, 0, ..] => Err("UTF-32".into()),
        [0xff, 0xfe, rest @ ..] => {
            let declared = declared(&narrow(rest, 0));
            utf16(
                Encoding::Utf16Le,
                &["UTF-16", "UTF-16LE", "ISO-10646-UCS-2"],
                declared,
            )
        }
        [0xfe, 0xff, rest @ ..] => {
            let declared = declared(&narrow(rest, 1));
            utf16(
                Encoding::Utf16Be,
                &["UTF-16", "UTF-16BE", "ISO-10646-UCS-2"],
                declared,
            )
        }
        [b'<', 0, ..] | [0, b'<', ..] => Err("UTF-16 without a byte order mark".into()),
        [0x4c, 0x6f, 0xa7, 0x94, ..] => Err("EBCDIC".into()),
        [0xef, 0xbb, 0xbf, rest @ ..] => match declared(rest) {
            Some(name) if !is_utf8(&name) => Err(format!(
                "declared as `{name}` but has the byte order mark of UTF-8"
            )),
            _ => Ok(Encoding::Utf8 { bom: true }),
        },
        _ => match declared(bytes) {
            None => Ok(Encoding::Utf8 { bom: false }),
            Some(name) if is_utf8(&name) => Ok(Encoding::Utf8 { bom: false }),
            Some(name) if is_latin1(&name) => Ok(Encoding::Latin1),
            Some(name) if name.to_ascii_uppercase().starts_with("UTF-16") => Err(format!(
                "declared as `{name}` but is written in single bytes"
            )),
            Some(name) => Err(format!("`{name}`")),
        },
    }
}

fn is_utf8(name: &str) -> bool {
    name.eq_ignore_ascii_case("UTF-8") || name.eq_ignore_ascii_case("UTF8")
}

fn is_latin1(name: &str) -> bool {
    ["ISO-8859-1", "ISO_8859-1", "ISO8859-1", "latin1"]
        .iter()
        .any(|n| n.eq_ignore_ascii_case(name))
}

/// The encoding that the XML declaration names. Looks at the declaration only, and not at whether it is well-formed.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(1024)];
    let rest = head.strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(rest, b"?>")?;
    let rest = &rest[..end];
    let at = memchr::memmem::find(rest, b"encoding")?;
    let rest = rest[at + b"encoding".len()..]
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let (&quote, rest) = rest.split_first()?;
    let name = &rest[..memchr::memchr(quote, rest)?];
    let name: String = name
        .iter()
        .take(40)
        .map(|&b| if b.is_ascii_graphic() { b as char } else { '?' })
        .collect();
    matches!(quote, b'"' | b'\'').then_some(name)
}

/// Every second byte of the first kilobyte: enough of a UTF-16 file to read its declaration.
fn narrow(bytes: &[u8], low: usize) -> Vec<u8> {
    bytes
        .iter()
        .take(2048)
        .skip(low)
        .step_by(2)
        .copied()
        .collect()
}

/// Writes `map` as UTF-8 into an unlinked temporary file and maps that.
pub(super) fn to_utf8(map: &Map, encoding: Encoding, scratch: Option<&Path>) -> io::Result<Map> {
    let file = match scratch {
        Some(folder) => tempfile::tempfile_in(folder)?,
        None => tempfile::tempfile()?,
    };
    let mut out = io::BufWriter::with_capacity(CHUNK_BYTES, file);
    match encoding {
        Encoding::Utf8 { .. } => out.write_all(map)?,
        Encoding::Latin1 => latin1(map, &mut out)?,
        Encoding::Utf16Le => utf16(map, UTF_16LE, &mut out)?,
        Encoding::Utf16Be => utf16(map, UTF_16BE, &mut out)?,
    }
    let file: File = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    Map::of(file)
}

fn latin1(map: &Map, out: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK_BYTES * 2]; // One byte becomes two at most.
    let mut done = 0;
    for chunk in map.chunks(CHUNK_BYTES) {
        let n = encoding_rs::mem::convert_latin1_to_utf8(chunk, &mut buffer);
        out.write_all(&buffer[..n])?;
        done += chunk.len();
        map.forget_before(done);
    }
    Ok(())
}

fn utf16(
    map: &Map,
    encoding: &'static encoding_rs::Encoding,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut buffer = vec![0; CHUNK_BYTES * 2];
    let mut rest: &[u8] = map;
    loop {
        let chunk = &rest[..rest.len().min(CHUNK_BYTES)];
        let last = chunk.len() == rest.len();
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(chunk, &mut buffer, last);
        out.write_all(&buffer[..written])?;
        rest = &rest[read..];
        map.forget_before(map.len() - rest.len());
        match result {
            DecoderResult::Malformed(..) => out.write_all(LONE_SURROGATE)?,
            DecoderResult::InputEmpty if last => return Ok(()),
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map_of(bytes: &[u8]) -> Map {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Map::of(file).unwrap()
    }

    fn utf16_bytes(text: &str, big: bool) -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units
            .flat_map(|u| {
                if big {
                    u.to_be_bytes()
                } else {
                    u.to_le_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn the_mark_decides_and_the_declaration_may_not_contradict_it() {
        assert_eq!(detect(b"<a/>"), Ok(Encoding::Utf8 { bom: false }));
        assert_eq!(
            detect(b"\xef\xbb\xbf<a/>"),
            Ok(Encoding::Utf8 { bom: true })
        );
        assert_eq!(
            detect(b"<?xml version='1.0' encoding='iso-8859-1'?><a/>"),
            Ok(Encoding::Latin1)
        );
        assert_eq!(detect(&utf16_bytes("<a/>", false)), Ok(Encoding::Utf16Le));
        assert_eq!(
            detect(&utf16_bytes(
                "<?xml version='1.0' encoding='UTF-16'?><a/>",
                true
            )),
            Ok(Encoding::Utf16Be)
        );
        assert!(
            detect(&utf16_bytes(
                "<?xml version='1.0' encoding='UTF-8'?><a/>",
                true
            ))
            .is_err()
        );
        assert!(detect(b"\xef\xbb\xbf<?xml version='1.0' encoding='ISO-8859-1'?><a/>").is_err());
        assert!(detect(b"<?xml version='1.0' encoding='UTF-16'?><a/>").is_err());
        let windows = detect(b"<?xml version=\"1.0\" encoding = \"windows-1252\"?><a/>");
        assert_eq!(windows, Err("`windows-1252`".into()));
        assert_eq!(
            detect(b"<\0a\0/\0>\0"),
            Err("UTF-16 without a byte order mark".into())
        );
    }

    #[test]
    fn transcoding_keeps_every_character_across_chunk_borders() {
        let text: String = "aåÖ\u{10400}ž€"
            .chars()
            .cycle()
            .take(CHUNK_BYTES + 17)
            .collect();
        for big in [false, true] {
            let encoding = if big {
                Encoding::Utf16Be
            } else {
                Encoding::Utf16Le
            };
            let bytes = utf16_bytes(&text, big);
            let map = to_utf8(&map_of(&bytes), encoding, None).unwrap();
            assert!(*map == *text.as_bytes());
            assert_eq!(encoding.offset_on_disk(&map), bytes.len() as u64);
        }
        let latin: Vec<u8> = (0..=255).cycle().take(CHUNK_BYTES * 2 + 3).collect();
        let expected: String = latin.iter().map(|&b| b as char).collect();
        let map = to_utf8(&map_of(&latin), Encoding::Latin1, None).unwrap();
        assert!(*map == *expected.as_bytes());
        assert_eq!(Encoding::Latin1.offset_on_disk(&map), latin.len() as u64);
    }

    #[test]
    fn a_lone_surrogate_stays_visible_as_damage() {
        let bytes = [0xff, 0xfe, b'a', 0, 0x00, 0xd8, b'b', 0, 0x01];
        let map = to_utf8(&map_of(&bytes), Encoding::Utf16Le, None).unwrap();
        assert_eq!(&*map, b"a\xed\xa0\x80b\xed\xa0\x80");
        assert!(std::str::from_utf8(&map).is_err());
    }
}
