//! Text as the bytes of an encoding, with the declared policy for what it does not have.

use unicode_normalization::UnicodeNormalization;

use super::options::{Encoding, Unfit};

/// What stands for a character that nothing else can stand for.
const SUBSTITUTE: u8 = b'?';

/// Latin letters that do not come apart into a letter and its accent, and punctuation. Danish and Norwegian letters become what
/// passports write (ICAO 9303-3, section 6), Swedish ones the letter without its dots.
const NEAREST: [(char, &str); 32] = [
    ('æ', "ae"),
    ('Æ', "AE"),
    ('ø', "oe"),
    ('Ø', "OE"),
    ('œ', "oe"),
    ('Œ', "OE"),
    ('ß', "ss"),
    ('ẞ', "SS"),
    ('þ', "th"),
    ('Þ', "TH"),
    ('ð', "d"),
    ('Ð', "D"),
    ('đ', "d"),
    ('Đ', "D"),
    ('ł', "l"),
    ('Ł', "L"),
    ('ŋ', "n"),
    ('Ŋ', "N"),
    ('ŧ', "t"),
    ('Ŧ', "T"),
    ('ħ', "h"),
    ('Ħ', "H"),
    ('ı', "i"),
    ('\u{a0}', " "),
    ('–', "-"),
    ('—', "-"),
    ('‑', "-"),
    ('‘', "'"),
    ('’', "'"),
    ('“', "\""),
    ('”', "\""),
    ('…', "..."),
];

/// Appends a text.
///
/// # Errors
/// The place of the first character that does not fit, from one, where the policy is to refuse.
pub(super) fn encode(
    text: &str,
    encoding: Encoding,
    unfit: Unfit,
    out: &mut Vec<u8>,
) -> Result<(), usize> {
    // An accent on its own is in no single-byte encoding, the letter that carries it may be.
    let composed = (encoding != Encoding::Utf8).then(|| text.nfc());
    let as_it_is = composed.is_none().then(|| text.chars());
    let characters = composed.into_iter().flatten();
    for (at, c) in characters.chain(as_it_is.into_iter().flatten()).enumerate() {
        if put(c, encoding, out) {
            continue;
        }
        match unfit {
            Unfit::Refuse => return Err(at + 1),
            Unfit::Replace => out.push(SUBSTITUTE),
            Unfit::Transliterate => transliterate(c, encoding, out),
        }
    }
    Ok(())
}

/// Appends a character that the encoding has. Control characters fit into no record, U+FFFE and U+FFFF into no XML.
fn put(c: char, encoding: Encoding, out: &mut Vec<u8>) -> bool {
    let fits = match encoding {
        Encoding::Utf8 => !matches!(c, '\u{fffe}' | '\u{ffff}'),
        Encoding::Ascii => c.is_ascii(),
        Encoding::Latin1 => c <= '\u{ff}',
    };
    if !fits || c.is_control() {
        return false;
    }
    match encoding {
        Encoding::Utf8 => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        Encoding::Ascii | Encoding::Latin1 => out.push(u32::from(c) as u8),
    }
    true
}

fn transliterate(c: char, encoding: Encoding, out: &mut Vec<u8>) {
    if let Some((_, nearest)) = NEAREST.iter().find(|(known, _)| *known == c) {
        out.extend_from_slice(nearest.as_bytes());
        return;
    }
    let from = out.len();
    for part in std::iter::once(c).nfkd() {
        let accent = unicode_normalization::char::is_combining_mark(part);
        if !accent && !put(part, encoding, out) {
            out.truncate(from);
            break;
        }
    }
    if out.len() == from && !unicode_normalization::char::is_combining_mark(c) {
        out.push(SUBSTITUTE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, encoding: Encoding, unfit: Unfit) -> Result<Vec<u8>, usize> {
        let mut out = Vec::new();
        encode(text, encoding, unfit, &mut out).map(|()| out)
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let text = "Åsa Ærø 1/2";
        assert_eq!(
            encoded(text, Encoding::Utf8, Unfit::Refuse),
            Ok(text.into())
        );
        assert_eq!(
            encoded(text, Encoding::Latin1, Unfit::Transliterate),
            Ok(b"\xc5sa \xc6r\xf8 1/2".to_vec())
        );
    }

    #[test]
    fn what_does_not_fit_follows_the_policy() {
        let text = "Łódź – Åkerö, Ærø, Þór €";
        assert_eq!(encoded(text, Encoding::Latin1, Unfit::Refuse), Err(1));
        assert_eq!(
            encoded(text, Encoding::Ascii, Unfit::Transliterate).unwrap(),
            b"Lodz - Akero, AEroe, THor ?"
        );
        assert_eq!(
            encoded("a€b", Encoding::Latin1, Unfit::Replace).unwrap(),
            b"a?b" // Windows-1252 has one; ISO 8859-1 has not.
        );
        assert_eq!(
            encoded("e\u{301}\u{1F600}", Encoding::Ascii, Unfit::Transliterate).unwrap(),
            b"e?"
        );
        assert_eq!(
            encoded("e\u{301}", Encoding::Latin1, Unfit::Refuse),
            Ok(b"\xe9".to_vec())
        );
    }

    #[test]
    fn control_characters_never_fit() {
        for encoding in [Encoding::Utf8, Encoding::Ascii, Encoding::Latin1] {
            for c in ["a\n", "a\r", "a\t", "a\u{85}", "a\u{0}"] {
                assert_eq!(encoded(c, encoding, Unfit::Refuse), Err(2));
                assert_eq!(encoded(c, encoding, Unfit::Replace).unwrap(), b"a?");
            }
        }
    }
}
