//! Words of others, made fit for the ledger: bounded, on one line, and without personal numbers and names.

use jiff::Timestamp;
use uuid::Uuid;

use crate::finding::shape;

/// Characters of a code or a transaction. `CallId` has 50 at most (facts/sweden.md §4), a UUID 36.
const WORD_CHARS_MAX: usize = 64;
/// Fault codes of SOAP 1.1 and 1.2, the only words with one capital letter that are no names.
const FAULT_CODES: &[&str] = &[
    "Client",
    "DataEncodingUnknown",
    "MustUnderstand",
    "Receiver",
    "Sender",
    "Server",
    "VersionMismatch",
];
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

/// A code or a number of a transfer: word for word if it is one word in the form of a code that cannot be a personal
/// number, else its shape; `None` if it is empty.
pub fn word(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    Some(if is_code(text) {
        mask_numbers(text)
    } else {
        shape(text)
    })
}

/// A single word of ASCII letters, digits and a few marks, no part of which is written like a name (`Anna`, `Ask-Berg`);
/// behind a fault code of SOAP such parts are its subcodes.
fn is_code(text: &str) -> bool {
    let mark = |c: char| "._:/+-".contains(c);
    let plain =
        text.len() <= WORD_CHARS_MAX && text.chars().all(|c| c.is_ascii_alphanumeric() || mark(c));
    let mut parts = text.split(mark);
    let first = parts.next().unwrap_or_default();
    plain && (FAULT_CODES.contains(&first) || !text.split(mark).any(is_like_a_name))
}

/// One capital letter, and then small ones.
fn is_like_a_name(part: &str) -> bool {
    let mut letters = part.chars();
    letters.next().is_some_and(|c| c.is_ascii_uppercase())
        && part.len() > 1
        && letters.all(|c| c.is_ascii_lowercase())
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
    }

    #[test]
    fn a_code_stays_and_what_may_be_a_name_does_not() {
        for code in [
            "memo.invalid",
            "4999",
            "AWAITING_HUMAN",
            "Client",
            "Server.Timeout",
            "invented-call-0000-0004",
            "InvalidRecipient",
            ID,
        ] {
            assert_eq!(word(code).as_deref(), Some(code));
        }
        for (text, shown) in [
            ("Anna Ask", "Aaaa Aaa"),
            ("anna ask", "aaaa aaa"),
            ("Anna", "Aaaa"),
            ("Anna.Ask", "Aaaa.Aaa"),
            ("Ask-Berg", "Aaa-Aaaa"),
            ("Å. Ask", "A. Aaa"),
            ("a@b.se", "a@a.aa"),
        ] {
            assert_eq!(word(text).as_deref(), Some(shown));
        }
        assert_eq!(word(" "), None);
    }
}
