//! White space of values: kept, replaced or folded, as their type says.

use std::borrow::Cow;

/// How white space of a value is treated before it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhiteSpace {
    /// Left as it is.
    Preserve,
    /// Tab, line feed and carriage return become spaces.
    Replace,
    /// As replace; then runs become one space, and none is left at the ends.
    Collapse,
}

/// The value with its white space treated; `scratch` is used only where something changes inside.
#[inline]
pub(super) fn normalise<'a>(
    white_space: WhiteSpace,
    raw: &'a str,
    scratch: &'a mut String,
) -> &'a str {
    match part_of(white_space, raw) {
        Some(part) => part,
        None => {
            fold(white_space, raw, scratch);
            scratch
        }
    }
}

/// A value as its type sees it: white space treated, and borrowed where that changes nothing inside.
pub fn normalised(white_space: WhiteSpace, value: &str) -> Cow<'_, str> {
    match part_of(white_space, value) {
        Some(part) => Cow::Borrowed(part),
        None => {
            let mut folded = String::new();
            fold(white_space, value, &mut folded);
            Cow::Owned(folded)
        }
    }
}

/// The part of `raw` that is its value; `None` if something inside must change.
#[inline]
fn part_of(white_space: WhiteSpace, raw: &str) -> Option<&str> {
    match white_space {
        WhiteSpace::Preserve => Some(raw),
        WhiteSpace::Replace => {
            (!raw.bytes().any(|b| matches!(b, b'\t' | b'\n' | b'\r'))).then_some(raw)
        }
        WhiteSpace::Collapse => {
            let trimmed = raw.trim_matches(is_space);
            is_collapsed(trimmed.as_bytes()).then_some(trimmed)
        }
    }
}

fn fold(white_space: WhiteSpace, raw: &str, folded: &mut String) {
    folded.clear();
    if white_space == WhiteSpace::Replace {
        folded.extend(raw.chars().map(|c| if is_space(c) { ' ' } else { c }));
        return;
    }
    for word in raw.split(is_space).filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
}

/// White space of XML, which is less than that of Unicode.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// No tab or line end and no two spaces in a row, in text without spaces at its ends.
fn is_collapsed(text: &[u8]) -> bool {
    let mut before = 0_u8;
    let mut folded = true;
    for &byte in text {
        folded &= !(byte == b' ' && before == b' ') & !matches!(byte, b'\t' | b'\n' | b'\r');
        before = byte;
    }
    folded
}
