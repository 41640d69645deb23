//! Bytes that are not UTF-8 and characters that XML forbids: such damage rejects the letter it stands in, not the file.

use std::borrow::Cow;

use crate::xml::{forbidden, is_character};

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
        assert_eq!(repaired(b"a\xff\0b"), "a\u{fffd}\u{fffd}b");
    }
}
