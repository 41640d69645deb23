//! Bytes that are not UTF-8 and characters that XML forbids: such damage rejects the letter it stands in, not the file.

use std::borrow::Cow;

use super::white_space::is_space;

/// Where a byte sequence first is not UTF-8, or holds a character that XML forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// Not UTF-8 from here.
    Encoding(usize),
    /// A forbidden character here.
    Character(usize, char),
}

/// The bytes as text, or the first damage.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, Damage> {
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| {
        let valid = simdutf8::compat::from_utf8(bytes).map_or_else(|e| e.valid_up_to(), str::len);
        Damage::Encoding(valid)
    })?;
    match forbidden(text) {
        Some((i, c)) => Err(Damage::Character(i, c)),
        None => Ok(text),
    }
}

/// The first character of valid UTF-8 that XML forbids: most controls, U+FFFE and U+FFFF.
fn forbidden(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    // In blocks without an early exit, so that the compiler can use vectors.
    let control = |block: &[u8]| {
        block
            .iter()
            .fold(false, |bad, &b| bad | (b < 0x20 && !is_space(b)))
    };
    let in_controls = bytes
        .chunks(4096)
        .enumerate()
        .find(|(_, block)| control(block))
        .and_then(|(n, block)| {
            block
                .iter()
                .position(|&b| b < 0x20 && !is_space(b))
                .map(|i| n * 4096 + i)
        });
    let mut high = memchr::memchr_iter(0xef, bytes);
    let in_high = high.find(|&i| matches!(bytes.get(i + 1..i + 3), Some([0xbf, 0xbe | 0xbf])));
    let first = match (in_controls, in_high) {
        (Some(a), Some(b)) => a.min(b),
        (a, b) => a.or(b)?,
    };
    text.get(first..)
        .and_then(|t| t.chars().next())
        .map(|c| (first, c))
}

/// The same text with every damage replaced by U+FFFD: well-formed exactly if the original is so but for its damage.
pub(super) fn repaired(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars()
        .map(|c| if is_character(c) { c } else { '\u{fffd}' })
        .collect()
}

/// The text, repaired where it must be.
pub(super) fn repaired_cow(bytes: &[u8]) -> Cow<'_, str> {
    text_of(bytes).map_or_else(|_| Cow::Owned(repaired(bytes)), Cow::Borrowed)
}

/// The Char production of XML 1.0 §2.2.
pub(super) fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_found_where_it_is() {
        assert_eq!(
            text_of("å\t\r\n\u{fffd}\u{ef00}\u{7f}\u{85}".as_bytes()),
            Ok("å\t\r\n\u{fffd}\u{ef00}\u{7f}\u{85}")
        );
        assert_eq!(text_of(b"abc\xffd"), Err(Damage::Encoding(3)));
        assert_eq!(text_of(b"ab\0c"), Err(Damage::Character(2, '\0')));
        assert_eq!(
            text_of("å\u{ffff}\u{1}".as_bytes()),
            Err(Damage::Character(2, '\u{ffff}'))
        );
        let long = "x".repeat(5000) + "\u{1f}";
        assert_eq!(
            text_of(long.as_bytes()),
            Err(Damage::Character(5000, '\u{1f}'))
        );
        assert_eq!(repaired(b"a\xff\0b"), "a\u{fffd}\u{fffd}b");
    }
}
