//! The characters of XML 1.0, and its white space.

use std::borrow::Cow;

/// True for a character that XML allows (XML 1.0 §2.2, production Char).
pub fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Space, tab, line feed, carriage return (XML 1.0 §2.3).
pub fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r')
}

/// How much white space the bytes begin with.
pub fn spaces(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| is_space(**b)).count()
}

/// A text with its line ends as LF (XML 1.0 §2.11).
pub fn line_ends(text: &str) -> Cow<'_, str> {
    match memchr::memchr(b'\r', text.as_bytes()) {
        Some(_) => text.replace("\r\n", "\n").replace('\r', "\n").into(),
        None => text.into(),
    }
}

/// The first character that XML forbids, and where: most controls, U+FFFE and U+FFFF.
pub fn forbidden(text: &str) -> Option<(usize, char)> {
    const BLOCK_BYTES: usize = 4096;
    let bytes = text.as_bytes();
    let is_control = |b: &u8| *b < b' ' && !is_space(*b);
    // In blocks without an early exit, so that the compiler can use vectors.
    let has_control = |block: &[u8]| block.iter().fold(false, |bad, b| bad | is_control(b));
    let in_controls = bytes
        .chunks(BLOCK_BYTES)
        .enumerate()
        .find(|(_, block)| has_control(block))
        .and_then(|(n, block)| Some(n * BLOCK_BYTES + block.iter().position(is_control)?));
    let mut high = memchr::memchr_iter(0xef, bytes);
    let in_high = high.find(|&at| matches!(bytes.get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf])));
    let first = [in_controls, in_high].into_iter().flatten().min()?;
    let character = text.get(first..)?.chars().next()?;
    Some((first, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forbidden_is_found_where_it_first_is() {
        let every = (0..=0x1_0ffff).filter_map(char::from_u32);
        for c in every.filter(|c| !is_character(*c) || u32::from(*c) % 0xfff == 0) {
            let text = format!("å\t\r\n\u{7f}\u{85}{c}\u{ffff}\0");
            let first = if is_character(c) { '\u{ffff}' } else { c };
            assert_eq!(forbidden(&text), text.find(first).map(|at| (at, first)));
        }
        assert_eq!(forbidden("\u{fffd}\u{ef00}\u{10ffff}\t\r\n"), None);
        let long = "x".repeat(5000) + "\u{1f}";
        assert_eq!(forbidden(&long), Some((5000, '\u{1f}')));
    }
}
