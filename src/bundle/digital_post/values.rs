//! Whether a text is what its element may hold: the simple types of MeMo (facts/denmark.md §1.2), and the rules of the
//! service for file names and addresses on the web (§1.7).

use super::super::dates::{is_date, is_date_time};
use super::grammar::Kind;

/// `memoUriType`.
const URI_CHARACTERS_MAX: usize = 256;
/// `memoLanguageType`.
const LANGUAGE_LETTERS_MAX: usize = 2;

/// What is wrong with a text, and what is allowed; without the text. Base64 has no white space here.
pub(super) fn fault(kind: Kind, text: &str) -> Option<(String, String)> {
    let wrong = |found: &str, allowed: &str| Some((found.to_owned(), allowed.to_owned()));
    match kind {
        Kind::MessageType if matches!(text, "DIGITALPOST" | "NEMSMS") => None,
        Kind::MessageType => wrong("another type", "DIGITALPOST, NEMSMS"),
        Kind::Uuid if is_uuid_4(text) => None,
        Kind::Uuid => wrong(
            "no UUID of version 4",
            "8-4-4-4-12 hexadecimal digits, the third group begins with 4, the fourth with 8, 9, a or b",
        ),
        Kind::Text(characters_max) => too_long(text, characters_max),
        Kind::Uri => too_long(text, URI_CHARACTERS_MAX),
        Kind::Language => {
            let letters = text.bytes().all(|b| b.is_ascii_alphabetic());
            if letters && (1..=LANGUAGE_LETTERS_MAX).contains(&text.len()) {
                return None;
            }
            wrong("no code of a language", "two letters, ISO 639-1")
        }
        Kind::DateTime if text.ends_with('Z') && is_date_time(text) => None,
        Kind::DateTime => wrong("no time in UTC", "yyyy-mm-ddThh:mm:ssZ"),
        Kind::Date if is_date(text) => None,
        Kind::Date => wrong("no date", "yyyy-mm-dd"),
        Kind::Boolean if matches!(text, "true" | "false" | "1" | "0") => None,
        Kind::Boolean => wrong("neither true nor false", "true, false"),
        Kind::Base64 => match base64_simd::STANDARD.check(text.as_bytes()) {
            Ok(()) => None,
            Err(_) => wrong("no base64", "whole groups of four characters"),
        },
        Kind::Number(most) if text.parse::<i64>().is_ok_and(|n| n <= most) => None,
        Kind::Number(most) => Some((
            "no number, or a larger one".to_owned(),
            format!("{most} at most"),
        )),
    }
}

fn too_long(text: &str, characters_max: usize) -> Option<(String, String)> {
    // A character has one byte at least.
    let long = text.len() > characters_max && text.chars().count() > characters_max;
    long.then(|| {
        let characters = text.chars().count();
        (
            format!("{characters} characters"),
            format!("{characters_max} at most"),
        )
    })
}

/// Whether XML Schema collapses the white space of such a text before it looks at it.
pub(super) fn is_collapsed(kind: Kind) -> bool {
    match kind {
        Kind::MessageType | Kind::Uuid | Kind::Text(_) => false, // Restrictions of `xs:string`.
        Kind::Uri
        | Kind::Language
        | Kind::DateTime
        | Kind::Date
        | Kind::Boolean
        | Kind::Base64
        | Kind::Number(_) => true,
    }
}

pub(super) fn is_uuid_4(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            14 => *byte == b'4',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b' | b'A' | b'B'),
            _ => byte.is_ascii_hexdigit(),
        })
}

/// An absolute URL with `https`, of characters that RFC 3986 allows and letters of other scripts, which the official
/// example has too (facts/denmark.md §1.7).
pub(super) fn is_https_url(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        Some(_) => return false,
        None => authority,
    };
    let in_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let in_path = |c: char| {
        c.is_ascii_alphanumeric()
            || "-._~:/?@!$&'()*+,;=%#".contains(c)
            || (!c.is_ascii() && c.is_alphanumeric())
    };
    let escapes = path.split('%').skip(1).all(|behind| {
        let two = behind.as_bytes().get(..2);
        two.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    });
    let fragments = path.matches('#').count();
    !host.is_empty()
        && host.chars().all(in_host)
        && path.chars().all(in_path)
        && escapes
        && fragments < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_what_the_official_types_allow() {
        for (kind, good, bad) in [
            (
                Kind::MessageType,
                vec!["DIGITALPOST", "NEMSMS"],
                vec!["", "nemsms", " NEMSMS"],
            ),
            (
                Kind::Uuid,
                vec![
                    "8C2EA15D-61FB-4BA9-9366-42F8B194C114",
                    "8c2ea15d-61fb-4ba9-b366-42f8b194c114",
                ],
                vec![
                    "8c2ea15d-61fb-5ba9-9366-42f8b194c114",
                    "8c2ea15d-61fb-4ba9-c366-42f8b194c114",
                    "8c2ea15d61fb4ba9936642f8b194c114",
                    "8c2ea15d-61fb-4ba9-9366-42f8b194c11g",
                ],
            ),
            (Kind::Text(3), vec!["", "åäö"], vec!["åäöå"]),
            (Kind::Language, vec!["da", "d"], vec!["", "dan", "d-", "1a"]),
            (
                Kind::DateTime,
                vec!["2026-12-31T23:59:59Z", "2026-01-01T00:00:00.123Z"],
                vec![
                    "2026-12-31T23:59:59",
                    "2026-12-31T23:59:59+00:00",
                    "2026-12-31Z",
                ],
            ),
            (
                Kind::Date,
                vec!["2026-12-31", "2026-12-31+01:00"],
                vec!["2026-13-01", "2026-12-31+15:00"],
            ),
            (
                Kind::Boolean,
                vec!["true", "false", "1", "0"],
                vec!["", "TRUE", "2"],
            ),
            (
                Kind::Base64,
                vec!["", "VGhpcw==", "VGhp"],
                vec!["V", "VGhpcw=", "VGhp cw==", "ø==="],
            ),
            (
                Kind::Number(99),
                vec!["0", "0099", "-5"],
                vec!["", "100", "1x", "1.0"],
            ),
        ] {
            for text in good {
                assert_eq!(fault(kind, text), None, "{kind:?} {text}");
            }
            for text in bad {
                assert!(fault(kind, text).is_some(), "{kind:?} {text}");
            }
        }
    }

    #[test]
    fn addresses_on_the_web_are_absolute_and_https() {
        for url in [
            "https://www.tusindfryd.dk/spørgeskema.html", // Of the official example.
            "https://registration.nemhandel.dk/x/info?key=5798009811578&keytype=GLN",
            "https://example.dk",
            "https://example.dk:8443/a%20b?c#d",
        ] {
            assert!(is_https_url(url), "{url}");
        }
        for url in [
            "http://example.dk",
            "https://",
            "https:///a",
            "https://exa mple.dk",
            "https://example.dk/a b",
            "https://example.dk/%2",
            "https://example.dk/%zz",
            "https://example.dk/<a>",
            "https://example.dk:x/",
            "https://u@example.dk/",
            "https://example.dk/#a#b",
            "HTTPS://example.dk",
            "//example.dk",
        ] {
            assert!(!is_https_url(url), "{url}");
        }
    }
}
