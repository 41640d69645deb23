//! Text in canonical XML 1.0 (§2.3), and back: `&`, `<`, `>` and CR are escaped, nothing else is.

use std::borrow::Cow;

use memchr::memchr;

use super::Refusal;
use crate::xml::{forbidden, is_character};

pub(super) use crate::sign::c14n::escape_into;

/// XML 1.0 §2.2, production Char. `ingest` finds such characters too; here a message must not become unreadable by one.
pub(super) fn check_characters(text: &str) -> Result<(), Refusal> {
    match forbidden(text) {
        None => Ok(()),
        Some((_, c)) => Err(Refusal::ContentNotAllowed {
            found: format!("character U+{:04X}", u32::from(c)),
            allowed: "XML 1.0 does not allow it".into(),
        }),
    }
}

/// What [`escape_into`] made of a text, back.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if memchr(b'&', text.as_bytes()).is_none() {
        return text.into();
    }
    let text = text
        .replace("&#xD;", "\r")
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&"); // Last, so that nothing is undone twice.
    text.into()
}

/// True for text as [`escape_into`] writes it.
pub(super) fn is_canonical_text(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) =
        rest.find(|c: char| matches!(c, '&' | '<' | '>' | '\r') || !is_character(c))
    {
        let behind = rest.get(at..).unwrap_or_default();
        let escape = ["&amp;", "&lt;", "&gt;", "&#xD;"]
            .iter()
            .find(|escape| behind.starts_with(**escape));
        match escape {
            Some(escape) => rest = behind.get(escape.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_is_canonical_and_comes_back() {
        for text in ["", "a", "&<>\r\n\t\"'", "&amp;amp;&#xD;", "]]>ø𝄞"] {
            let mut out = Vec::new();
            escape_into(text, &mut out);
            let escaped = String::from_utf8(out).unwrap();
            assert!(is_canonical_text(&escaped), "{escaped}");
            assert_eq!(unescape(&escaped), text);
        }
        for text in [
            "a&b", "<", ">", "\r", "&quot;", "&#13;", "\u{1}", "\u{ffff}",
        ] {
            assert!(!is_canonical_text(text), "{text:?}");
        }
    }
}
