//! Where the bytes of an inline image end (ISO 32000-1 8.9.7).
//!
//! Readers take as many bytes as the image has, or as its filter takes, and look for `EI` from there; poppler takes the
//! next `EI`, MuPDF only one with white space, a slash or a `<` behind it. So that is told here where both find the same, and
//! not told elsewhere. Where the end of the bytes is not known (CCITT, LZW, DCT), there must be one `EI` alone.

use super::lexer::{Lexer, Token, is_space};

/// Attempts to unpack a deflated image; one holds an `EI` by chance in 65,536 bytes.
const ATTEMPTS_MAX: usize = 64;
/// An inline image is small: "4 KB or less" (8.9.7); real ones go somewhat beyond.
const PLAIN_BYTES_MAX: usize = 16 << 20;
/// Bytes before an `EI` that a reader may have left: the end of a packed stream and its checksum.
const LEFT_BYTES_MAX: usize = 12;

/// Where the content goes on behind the `EI` of an image with this head; `None` where that cannot be told. `rest` begins
/// behind `ID`.
pub(super) fn end(head: &[u8], rest: &[u8]) -> Option<usize> {
    let head = Head::read(head);
    let filters = head.of(&[b"F", b"Filter"]);
    let first = filters.first().copied().unwrap_or(b"");
    let start = match rest {
        [b'\r', b'\n', ..] => 2,
        [byte, ..] if is_space(*byte) => 1,
        _ => 0,
    };
    let data = &rest[start..];
    let len = match first {
        b"" => head.bytes()?,
        b"AHx" | b"ASCIIHexDecode" => memchr::memchr(b'>', data)? + 1,
        b"A85" | b"ASCII85Decode" => memchr::memmem::find(data, b"~>")? + 2,
        b"RL" | b"RunLengthDecode" => run_length(data)?,
        b"Fl" | b"FlateDecode" => {
            return deflated(&head, data, filters.len()).map(|end| start + end);
        }
        _ => return alone(data).map(|end| start + end),
    };
    let found = len + memchr::memmem::find(data.get(len..)?, b"EI")?;
    // Where two bytes part `ID` from the data, poppler takes the second for data.
    let earlier = start == 2 && len > 0 && data[len - 1..].starts_with(b"EI");
    (is_end(data, found) && start > 0 && !earlier).then_some(start + found + 2)
}

/// Behind the first `EI` that a reader may take for one.
pub(super) fn first_end(rest: &[u8]) -> Option<usize> {
    let found = memchr::memmem::find_iter(rest, b"EI").find(|&at| is_end(rest, at))?;
    Some(found + 2)
}

/// Whether MuPDF takes these two bytes for an `EI`.
fn is_end(data: &[u8], at: usize) -> bool {
    let behind = data.get(at + 2);
    behind.is_none_or(|&b| b <= 32 || b == b'/' || b == b'<')
}

/// Behind the only `EI` that there is.
fn alone(data: &[u8]) -> Option<usize> {
    let mut all = memchr::memmem::find_iter(data, b"EI");
    let found = all.next().filter(|&at| is_end(data, at))?;
    all.next().is_none().then_some(found + 2)
}

/// Behind the first `EI` before which a whole deflated stream stands.
fn deflated(head: &Head<'_>, data: &[u8], filters: usize) -> Option<usize> {
    let room = match (filters, head.bytes()) {
        (1, Some(bytes)) if !head.has_parameters() => bytes, // More would be bytes that some readers never take.
        _ => return alone(data),
    };
    if room > PLAIN_BYTES_MAX {
        return None;
    }
    let mut plain = vec![0; room];
    let mut unpacker = libdeflater::Decompressor::new();
    let candidates = memchr::memmem::find_iter(data, b"EI");
    let found = candidates.take(ATTEMPTS_MAX).find(|&at| {
        let packed = data.get(2..at).unwrap_or_default();
        unpacker.deflate_decompress(packed, &mut plain).is_ok()
    })?;
    let left = &data[found.saturating_sub(LEFT_BYTES_MAX)..found];
    let clear = memchr::memmem::find(left, b"EI").is_none();
    (clear && is_end(data, found)).then_some(found + 2)
}

/// Bytes of run-length data, its end counted (7.4.5).
fn run_length(data: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += match *data.get(at)? {
            128 => return Some(at + 1),
            copied @ 0..=127 => usize::from(copied) + 2,
            _ => 2,
        };
    }
}

/// What stands between `BI` and `ID`: names and numbers by key.
struct Head<'a>(Vec<(&'a [u8], Vec<&'a [u8]>)>);

impl<'a> Head<'a> {
    fn read(head: &'a [u8]) -> Self {
        let mut entries: Vec<(&[u8], Vec<&[u8]>)> = Vec::new();
        let mut lexer = Lexer::new(head);
        let (mut depth, mut is_key) = (0_usize, true);
        while let Some(token) = lexer.next() {
            let atom = match token {
                Token::Name(name) if is_key => {
                    entries.push((name, Vec::new()));
                    is_key = false;
                    continue;
                }
                Token::Open => {
                    depth += 1;
                    continue;
                }
                Token::Close => {
                    depth = depth.saturating_sub(1);
                    None
                }
                Token::Name(atom) | Token::Word(atom) => Some(atom),
                Token::String(_) | Token::Other => None,
            };
            if let (Some(atom), Some((_, value))) = (atom, entries.last_mut()) {
                value.push(atom);
            }
            is_key = depth == 0;
        }
        Self(entries)
    }

    /// The names and numbers of an entry, which has a short and a long name.
    fn of(&self, names: &[&[u8]]) -> &[&'a [u8]] {
        let entry = self.0.iter().find(|(key, _)| names.contains(key));
        entry.map(|(_, value)| value.as_slice()).unwrap_or_default()
    }

    fn has_parameters(&self) -> bool {
        !self.of(&[b"DP", b"DecodeParms"]).is_empty()
    }

    fn number(&self, names: &[&[u8]]) -> Option<usize> {
        std::str::from_utf8(self.of(names).first()?)
            .ok()?
            .parse()
            .ok()
    }

    /// Bytes that the image has when it is unpacked.
    fn bytes(&self) -> Option<usize> {
        let is_mask = self.of(&[b"IM", b"ImageMask"]).first() == Some(&b"true".as_slice());
        let bits = match is_mask {
            true => 1,
            false => self
                .number(&[b"BPC", b"BitsPerComponent"])?
                .checked_mul(self.components()?)?,
        };
        let row = self.number(&[b"W", b"Width"])?.checked_mul(bits)?;
        row.div_ceil(8)
            .checked_mul(self.number(&[b"H", b"Height"])?)
    }

    /// Numbers of a colour; `None` for a colour space of the resources.
    fn components(&self) -> Option<usize> {
        match *self.of(&[b"CS", b"ColorSpace"]).first()? {
            b"G" | b"DeviceGray" | b"CalGray" | b"I" | b"Indexed" => Some(1),
            b"RGB" | b"DeviceRGB" | b"CalRGB" | b"Lab" => Some(3),
            b"CMYK" | b"DeviceCMYK" => Some(4),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &[u8] = b" /W 36 /H 1 /BPC 8 /CS /G ";

    fn packed(plain: &[u8]) -> Vec<u8> {
        let mut stream = lopdf::Stream::new(lopdf::Dictionary::new(), plain.to_vec());
        stream.compress().unwrap();
        match stream.dict.has(b"Filter") {
            true => stream.content,
            false => panic!("too short to be packed"),
        }
    }

    #[test]
    fn the_bytes_of_an_image_are_counted() {
        let mut data = b" ab EI Q Q cd".to_vec();
        data.resize(37, b'x');
        let with = |tail: &[u8]| [data.as_slice(), tail].concat();
        for (tail, expected) in [
            (b"EI Q".as_slice(), Some(39)),
            (b"\nEI\nQ", Some(40)),
            (b" EI", Some(40)),
            (b"EIQ", None),
            (b"", None),
        ] {
            assert_eq!(end(HEAD, &with(tail)), expected, "{}", tail.escape_ascii());
        }
        assert_eq!(end(b"/W 9 /H 9 /BPC 8 /CS /G", b" short EI Q"), None);
        assert_eq!(end(b"/IM true /W 9 /H 2", b" abcd EI Q"), Some(8));
        let indexed = b"/CS [/I /RGB 1 <000000ffffff>] /D [0 1] /BPC 1 /W 8 /H 1";
        assert_eq!(end(indexed, b" a\nEI "), Some(5));
    }

    #[test]
    fn the_end_of_packed_images_is_that_of_their_filter() {
        assert_eq!(end(b"/F /AHx /W 1", b" 0a EI> EI Q"), Some(10));
        assert_eq!(end(b"/F [/A85 /Fl]", b" ab EI cd~>EI Q"), Some(13));
        assert_eq!(end(b"/F /RL", b" \x02EI \x80 EI Q"), Some(9));
        assert_eq!(end(b"/F /CCF", b" abc EI Q"), Some(7));
        assert_eq!(end(b"/F /CCF", b" abc EI Q EI Q"), None);
        assert_eq!(end(b"/F /LZW", b" abc"), None);
        let plain = [b'x'; 400];
        let head = |width: usize| format!("/W {width} /H 1 /BPC 8 /CS /G /F /Fl").into_bytes();
        let data = [b" ".as_slice(), &packed(&plain), b"\nEI Q"].concat();
        assert_eq!(end(&head(400), &data), Some(data.len() - 2));
        assert_eq!(end(&head(10), &data), None, "more than it says");
    }

    proptest! {
        #[test]
        fn any_bytes_have_an_end_within_them(
            data: Vec<u8>,
            head in "(/(W|H|BPC|CS|F|DP|IM) ?([0-9]{1,19}|/(G|RGB|Fl|RL|A85)|true|\\[|<<) ?){0,6}",
        ) {
            for end in [end(head.as_bytes(), &data), first_end(&data)].into_iter().flatten() {
                prop_assert!(end <= data.len());
            }
        }
    }
}
