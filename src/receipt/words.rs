//! Words and texts of others, made fit for the ledger: bounded, on one line, and without personal numbers.

use jiff::Timestamp;
use uuid::Uuid;

use crate::finding::shape;

/// Characters of a code or a transaction. `CallId` has 50 at most (facts/sweden.md §4), a UUID 36.
const WORD_CHARS_MAX: usize = 64;
/// Characters kept of a text.
const TEXT_CHARS_MAX: usize = 200;
/// Characters of a file's name, with its folders.
const NAME_CHARS_MAX: usize = 4096;
/// Characters of a UUID in its usual form.
const UUID_CHARS: usize = 36;
/// Digits of a personal number: 10 or 12; with a hyphen or plus before the last four, 6 or 8 before it.
const NUMBER_DIGITS: [usize; 2] = [10, 12];

/// A UUID as bundles write it: lower case, with hyphens.
pub fn uuid(text: &str) -> Option<String> {
    if text.len() != UUID_CHARS {
        return None;
    }
    Uuid::try_parse(text)
        .ok()
        .map(|uuid| uuid.hyphenated().to_string())
}

/// The first UUID in a name.
pub fn uuid_in(name: &str) -> Option<String> {
    uuids(name).next().map(|(_, uuid)| uuid)
}

/// Where UUIDs stand in a name, with their values.
fn uuids(name: &str) -> impl Iterator<Item = (usize, String)> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(rest) = name.as_bytes().get(from..from + UUID_CHARS) {
            let at = from;
            from += 1;
            if let Some(uuid) = std::str::from_utf8(rest).ok().and_then(uuid) {
                from = at + UUID_CHARS;
                return Some((at, uuid));
            }
        }
        None
    })
}

/// A code or a number of a transfer, word for word if it is one word that cannot be a personal number, else its shape;
/// `None` if it is empty.
pub fn word(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let plain = text.chars().count() <= WORD_CHARS_MAX
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " ._:/+-".contains(c));
    Some(if plain {
        mask_numbers(text)
    } else {
        shape(text)
    })
}

/// An excerpt of a text on one line. Digits are shown as 9, words with a capital letter or an `@` by their shape: they
/// may be names.
pub fn text(text: &str) -> String {
    let mut out = String::new();
    let mut chars = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if chars > 0 {
            out.push(' ');
            chars += 1;
        }
        let may_be_name = word.chars().any(|c| c.is_uppercase() || c == '@');
        for c in word.chars() {
            if chars >= TEXT_CHARS_MAX {
                out.push('…');
                return out;
            }
            chars += 1;
            out.push(match c {
                _ if c.is_numeric() => '9',
                _ if may_be_name && c.is_uppercase() => 'A',
                _ if may_be_name && c.is_alphabetic() => 'a',
                _ => c,
            });
        }
    }
    out
}

/// The name of a file for people and the ledger: masked, on one line, at most `PATH_MAX` of Linux long.
pub fn file_name(name: &str) -> String {
    let visible = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let name: String = name.chars().take(NAME_CHARS_MAX).map(visible).collect();
    mask_numbers(&name)
}

/// Digits that may be a personal number become 9; UUIDs stay.
fn mask_numbers(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut from = 0;
    for (at, _) in uuids(name) {
        mask_between_uuids(name.get(from..at).unwrap_or_default(), &mut out);
        out.push_str(name.get(at..at + UUID_CHARS).unwrap_or_default());
        from = at + UUID_CHARS;
    }
    mask_between_uuids(name.get(from..).unwrap_or_default(), &mut out);
    out
}

fn mask_between_uuids(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, digits) = rest.split_at(start);
        out.push_str(before);
        let length = number_length(digits.as_bytes());
        let (digits, behind) = digits.split_at(length);
        match is_number(digits) {
            true => out.extend(
                digits
                    .chars()
                    .map(|c| if c.is_ascii_digit() { '9' } else { c }),
            ),
            false => out.push_str(digits),
        }
        rest = behind;
    }
    out.push_str(rest);
}

/// Bytes of a run of digits, with four more behind a hyphen or plus.
fn number_length(bytes: &[u8]) -> usize {
    let run = |bytes: &[u8]| bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let first = run(bytes);
    match bytes.get(first..).and_then(<[u8]>::split_first) {
        Some((b'-' | b'+', behind)) if run(behind) == 4 => first + 5,
        _ => first,
    }
}

fn is_number(digits: &str) -> bool {
    NUMBER_DIGITS.contains(&digits.bytes().filter(u8::is_ascii_digit).count())
}

/// A time with its offset; `None` if it is missing or cannot be read.
pub fn time(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0f8fad5b-d9cb-469f-a165-708677289501";

    #[test]
    fn the_first_uuid_of_a_name_is_found() {
        assert_eq!(uuid_in(&format!("{ID}.xml")).as_deref(), Some(ID));
        let upper = ID.to_uppercase();
        assert_eq!(
            uuid_in(&format!("å_{upper}.response.xml")).as_deref(),
            Some(ID)
        );
        assert_eq!(
            uuid_in(&format!("00{ID}-{}", "1".repeat(36))).as_deref(),
            Some(ID)
        );
        for none in [
            "",
            "x.xml",
            "0f8fad5bd9cb469fa165708677289501aaaa",
            &ID[..35],
        ] {
            assert_eq!(uuid_in(none), None, "{none}");
        }
    }

    #[test]
    fn personal_numbers_are_masked_and_the_rest_stays() {
        for (name, shown) in [
            ("195303231855.xml", "999999999999.xml"),
            ("a_19530323-1855.xml", "a_99999999-9999.xml"),
            ("530323+1855", "999999+9999"),
            ("0101010000", "9999999999"),
            ("night-20260301.jsonl", "night-20260301.jsonl"),
            ("20260301T221507", "20260301T221507"),
            ("5001", "5001"),
        ] {
            assert_eq!(mask_numbers(name), shown);
        }
        let both = format!("{ID}_195303231855.xml");
        assert_eq!(mask_numbers(&both), format!("{ID}_999999999999.xml"));
        assert_eq!(word("memo.invalid").as_deref(), Some("memo.invalid"));
        assert_eq!(word("Å. Ask").as_deref(), Some("A. Aaa"));
        assert_eq!(word(" "), None);
    }

    #[test]
    fn a_text_is_bounded_and_holds_no_number_and_no_name() {
        assert_eq!(
            text("recipient 19530323-1855 is\n unknown:\tAnna Ask, a@b.se"),
            "recipient 99999999-9999 is unknown: Aaaa Aaa, a@a.aa"
        );
        let long = text(&"word ".repeat(1000));
        assert!(long.ends_with('…') && long.chars().count() == TEXT_CHARS_MAX + 1);
    }
}
