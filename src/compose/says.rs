//! What the glyphs of a font stand for: what is read where a page is read by its glyphs, as the proof of a spool reads
//! addresses.

use std::collections::BTreeMap;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use unicode_normalization::UnicodeNormalization;

/// Accents by the names that glyphs have of them (Adobe Glyph List), which are those of accents without a letter.
const ACCENTS: [(&str, &str); 15] = [
    ("grave", "\u{300}"),
    ("acute", "\u{301}"),
    ("circumflex", "\u{302}"),
    ("tilde", "\u{303}"),
    ("macron", "\u{304}"),
    ("breve", "\u{306}"),
    ("dotaccent", "\u{307}"),
    ("dieresis", "\u{308}"),
    ("ring", "\u{30a}"),
    ("ringabove", "\u{30a}"),
    ("hungarumlaut", "\u{30b}"),
    ("caron", "\u{30c}"),
    ("doublegrave", "\u{30f}"),
    ("cedilla", "\u{327}"),
    ("ogonek", "\u{328}"),
];

/// What each glyph stands for: by the character map; for variants and ligatures that no character maps to, by their name.
pub fn glyph_texts(font: &FontRef<'_>) -> BTreeMap<u16, String> {
    let mut out: BTreeMap<u16, String> = BTreeMap::new();
    for (code, glyph) in font.charmap().mappings() {
        let (Some(character), Ok(glyph)) = (char::from_u32(code), u16::try_from(glyph.to_u32()))
        else {
            continue;
        };
        // The lowest character wins, but a no-break space or soft hyphen is no better than what it looks like.
        out.entry(glyph).or_insert_with(|| plain(character));
    }
    let by_name: BTreeMap<String, String> = font
        .glyph_names()
        .iter()
        .filter_map(|(glyph, name)| {
            let text = out.get(&u16::try_from(glyph.to_u32()).ok()?)?;
            Some((name.as_str().to_owned(), text.clone()))
        })
        .collect();
    let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
    for (id, name) in font.glyph_names().iter() {
        let Ok(glyph) = u16::try_from(id.to_u32()) else {
            continue;
        };
        if glyph != 0 && !out.contains_key(&glyph) {
            let base = name.as_str().split('.').next().unwrap_or_default();
            let accent = match metrics.advance_width(id) {
                Some(0.0) => accent(base).map(str::to_owned), // It stands on a letter.
                _ => None,
            };
            let by_parts = || base.split('_').map(|part| named(part, &by_name)).collect();
            let text: Option<String> = accent.or_else(by_parts);
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                out.insert(glyph, text);
            }
        }
    }
    out
}

/// Whether two texts are the same where a page is read: without white space, and in one form where several print alike.
pub fn reads_alike(one: &str, other: &str) -> bool {
    let seen = |c: &char| !c.is_whitespace();
    let seen = |text: &str| -> String { text.chars().filter(seen).nfkc().filter(seen).collect() };
    one == other || seen(one) == seen(other)
}

/// Ligature characters as the letters they join (Unicode compatibility decomposition).
fn plain(character: char) -> String {
    match character {
        '\u{fb00}' => "ff".into(),
        '\u{fb01}' => "fi".into(),
        '\u{fb02}' => "fl".into(),
        '\u{fb03}' => "ffi".into(),
        '\u{fb04}' => "ffl".into(),
        '\u{fb05}' | '\u{fb06}' => "st".into(),
        other => other.into(),
    }
}

/// The accent that a glyph of this name is on a letter, capitals or not.
fn accent(name: &str) -> Option<&'static str> {
    let mut all = ACCENTS.iter();
    let known = all.find(|(known, _)| name.eq_ignore_ascii_case(known));
    known.map(|(_, accent)| *accent)
}

/// A glyph name of the Adobe Glyph List convention: `uni0041`, `u1F600`, or the name of another glyph.
fn named(name: &str, by_name: &BTreeMap<String, String>) -> Option<String> {
    if let Some(text) = by_name.get(name) {
        return Some(text.clone());
    }
    let digits = name
        .strip_prefix("uni")
        .or_else(|| name.strip_prefix('u'))?;
    let character = u32::from_str_radix(digits, 16)
        .ok()
        .and_then(char::from_u32)?;
    Some(plain(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_told_by_their_names() {
        assert_eq!(accent("Grave"), Some("\u{300}"));
        assert_eq!(accent("dieresis"), Some("\u{308}"));
        assert_eq!(accent("A"), None);
        assert!(reads_alike("A\u{300} B", "\u{c0}\u{a0}B") && !reads_alike("\u{d0}", "\u{110}"));
    }
}
