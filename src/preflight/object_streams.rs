//! Object streams, counted before they are read: a reader makes some hundred bytes of every number in them, and packed
//! numbers take next to nothing.
//!
//! What is an object stream is told by its entry `First` alone, for that is what the reader needs to take one apart.

use std::borrow::Cow;

use libdeflater::DecompressionError;

use super::class::{Class, Remark};
use super::rules::Limits;

/// Numbers, names and so on that an object has on the average, amply.
const TOKENS_AN_OBJECT: u64 = 30;
/// Object streams of a file unpack to at most so many times what the file may have; real ones to some four times.
const UNPACKED_RATIO_MAX: u64 = 8;

/// Refuses object streams that hold or unpack to too much, or whose packing is none that writers use.
pub(super) fn bounded(file: &[u8], limits: &Limits) -> Result<(), Remark> {
    let mut left = Left {
        bytes: limits.bytes_max.saturating_mul(UNPACKED_RATIO_MAX),
        tokens: u64::from(limits.objects_max).saturating_mul(TOKENS_AN_OBJECT),
    };
    let too_many = || Remark::of_file(Class::TooManyObjects, limits.objects_max.to_string());
    let mut from = 0;
    for at in memchr::memmem::find_iter(file, b"stream") {
        let dictionary = file.get(from..at).unwrap_or_default();
        let data = file.get(at + 6..).unwrap_or_default();
        from = at + 6;
        if dictionary.ends_with(b"end") {
            continue;
        }
        let begin = memchr::memmem::rfind(dictionary, b" obj").unwrap_or(0);
        let dictionary = with_names_plain(dictionary.get(begin..).unwrap_or_default());
        if !has(&dictionary, b"/First") || has(&dictionary, b"/Title") {
            continue; // Outlines have a `First` too, and are no streams.
        }
        left.take(&dictionary, data, &too_many)?;
    }
    Ok(())
}

struct Left {
    bytes: u64,
    tokens: u64,
}

impl Left {
    fn take(
        &mut self,
        dictionary: &[u8],
        data: &[u8],
        too_many: &impl Fn() -> Remark,
    ) -> Result<(), Remark> {
        let line = data
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\r' | b'\n'));
        let data = data.get(line.count()..).unwrap_or_default();
        let plain = if !has(dictionary, b"/Filter") {
            let end = memchr::memmem::find(data, b"endstream").unwrap_or(data.len());
            Cow::Borrowed(&data[..end])
        } else if is_deflated(dictionary) {
            let room = usize::try_from(self.bytes).unwrap_or(usize::MAX);
            match inflated(data, room) {
                Ok(plain) => Cow::Owned(plain),
                Err(DecompressionError::InsufficientSpace) => return Err(too_many()),
                Err(_) => return Err(Remark::damaged("an object stream cannot be unpacked")),
            }
        } else {
            return Err(Remark::damaged(
                "an object stream is packed in an unusual way",
            ));
        };
        let (bytes, tokens) = (plain.len() as u64, tokens(&plain));
        self.bytes = self.bytes.checked_sub(bytes).ok_or_else(too_many)?;
        self.tokens = self.tokens.checked_sub(tokens).ok_or_else(too_many)?;
        Ok(())
    }
}

fn has(dictionary: &[u8], text: &[u8]) -> bool {
    memchr::memmem::find(dictionary, text).is_some()
}

/// Whether its one filter is the usual one.
fn is_deflated(dictionary: &[u8]) -> bool {
    let filters = memchr::memmem::find_iter(dictionary, b"Decode")
        .filter(|at| !dictionary[*at..].starts_with(b"DecodeParms"));
    has(dictionary, b"/FlateDecode") && filters.count() == 1
}

fn inflated(data: &[u8], room_max: usize) -> Result<Vec<u8>, DecompressionError> {
    let deflated = data.get(2..).unwrap_or_default(); // Behind the header of zlib.
    let mut unpacker = libdeflater::Decompressor::new();
    let mut room = (64 << 10).min(room_max);
    loop {
        let mut out = vec![0; room];
        match unpacker.deflate_decompress(deflated, &mut out) {
            Ok(len) => {
                out.truncate(len);
                return Ok(out);
            }
            Err(DecompressionError::InsufficientSpace) if room < room_max => {
                room = (room * 4).min(room_max);
            }
            Err(error) => return Err(error),
        }
    }
}

/// At least as many as there are objects in it.
fn tokens(plain: &[u8]) -> u64 {
    let mut begins = true;
    let mut tokens = 0;
    for byte in plain {
        let parts = byte.is_ascii_whitespace() || *byte == 0;
        let delimits = b"()<>[]{}/%".contains(byte);
        tokens += u64::from(delimits || (begins && !parts));
        begins = parts || delimits;
    }
    tokens
}

/// `#` and two digits in place of a byte (ISO 32000-1 7.3.5), read.
fn with_names_plain(dictionary: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'#', dictionary).is_none() {
        return Cow::Borrowed(dictionary);
    }
    let mut out = Vec::with_capacity(dictionary.len());
    let mut rest = dictionary;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let read = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match read.filter(|_| byte == b'#') {
            Some(read) => {
                out.push(read);
                rest = &after[2..];
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(entries: &str, plain: &[u8]) -> Vec<u8> {
        let mut stream = lopdf::Stream::new(lopdf::Dictionary::new(), plain.to_vec());
        stream.compress().unwrap();
        let head = format!(
            "7 0 obj\n<<{entries}/Length {}>>stream\n",
            stream.content.len()
        );
        [head.as_bytes(), &stream.content, b"\nendstream\nendobj\n"].concat()
    }

    #[test]
    fn what_a_reader_would_make_of_them_is_bounded() {
        let limits = Limits::default();
        let usual = "/Type/ObjStm/N 1/First 5/Filter/FlateDecode";
        let some = b"20 0 [0 1 2 3 4 5 6 7 8 9 /A <</B (c)>> ]".repeat(100);
        assert_eq!(bounded(&file(usual, &some), &limits), Ok(()));
        let numbers = b"0 ".repeat(1 << 21);
        for entries in [usual, "/N 1/#46irst 5/Filter[/FlateDecode]"] {
            let fault = bounded(&file(entries, &numbers), &limits).unwrap_err();
            assert_eq!(fault.class, Class::TooManyObjects);
        }
        let spaces = vec![b' '; 25 << 20];
        assert!(bounded(&file(usual, &spaces), &limits).is_err());
        let twice = "/Type/ObjStm/N 1/First 5/Filter[/FlateDecode/LZWDecode]";
        let fault = bounded(&file(twice, &some), &limits).unwrap_err();
        assert_eq!(fault.class, Class::Damaged);
        // Others may hold what they like.
        assert_eq!(
            bounded(&file("/Filter/FlateDecode", &numbers), &limits),
            Ok(())
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_counted(head in "(/First|/Filter|/FlateDecode|#4[0-9]|stream|end| obj|[<>\n ]){0,20}", tail: Vec<u8>) {
            let _ = bounded(&[head.as_bytes(), &tail].concat(), &Limits::default());
        }
    }
}
