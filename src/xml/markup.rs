//! The grammar of names, tags, references, comments and processing instructions (XML 1.0, fifth edition; Namespaces in
//! XML 1.0), strictly: quick-xml finds where markup begins and ends and lets much pass that is not well-formed.
//!
//! Everything here works on slices and knows no file; offsets are relative to the slice given.

use std::borrow::Cow;

use super::character::{is_character, is_space, spaces};

/// What is wrong with a piece of markup: where in the slice, found, allowed.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    pub offset: usize,
    pub found: String,
    pub allowed: &'static str,
}

fn wrong<T>(offset: usize, found: impl Into<String>, allowed: &'static str) -> Result<T, Wrong> {
    Err(Wrong {
        offset,
        found: found.into(),
        allowed,
    })
}

/// NameStartChar without the colon (NCName).
fn starts_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// NameChar without the colon.
fn continues_name(c: char) -> bool {
    starts_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// A name with at most one colon that stands neither first nor last: where the colon is.
pub fn qualified_name(name: &str) -> Option<Option<usize>> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(plain) {
        return Some(None); // As most names are.
    }
    let mut colon = None;
    let mut fresh = true; // A name or a part of one begins.
    for (i, c) in name.char_indices() {
        match c {
            ':' if !fresh && colon.is_none() => {
                colon = Some(i);
                fresh = true;
            }
            _ if fresh && starts_name(c) => fresh = false,
            _ if !fresh && continues_name(c) => {}
            _ => return None,
        }
    }
    (!fresh).then_some(colon)
}

/// Prefix (may be empty) and local part.
pub fn split_name(name: &str) -> Option<(&str, &str)> {
    qualified_name(name).map(|colon| match colon {
        Some(i) => (&name[..i], &name[i + 1..]),
        None => ("", name),
    })
}

/// A name as it may stand in a message: cut short.
pub fn shown(name: &str) -> String {
    const CHARACTERS_MAX: usize = 40;
    let mut out: String = name
        .chars()
        .take(CHARACTERS_MAX)
        .filter(|c| !c.is_control())
        .collect();
    if name.chars().nth(CHARACTERS_MAX).is_some() {
        out.push('…');
    }
    out
}

/// An attribute as written: its name, and what stands between the quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawAttribute<'a> {
    pub prefix: &'a str,
    pub local: &'a str,
    pub value: &'a str,
    /// Of the name, in the tag.
    pub offset: usize,
}

impl<'a> RawAttribute<'a> {
    /// `Some(prefix)` if this declares a namespace; the default namespace has the empty prefix.
    pub fn declares(&self) -> Option<&'a str> {
        match (self.prefix, self.local) {
            ("xmlns", prefix) => Some(prefix),
            ("", "xmlns") => Some(""),
            _ => None,
        }
    }
}

/// Reads the inside of a start tag, `name a="b"` without `<`, `/` and `>`. Gives the name; the attributes replace those
/// in `attributes`. References in values are not resolved here, duplicates not looked for.
pub fn tag<'a>(inside: &'a str, attributes: &mut Vec<RawAttribute<'a>>) -> Result<&'a str, Wrong> {
    attributes.clear();
    let bytes = inside.as_bytes();
    let name_end = bytes
        .iter()
        .position(|&b| is_space(b))
        .unwrap_or(bytes.len());
    let name = &inside[..name_end];
    if qualified_name(name).is_none() {
        return wrong(
            0,
            format!("a tag named `{}`", shown(name)),
            "a name of letters, digits, `-`, `.`, `_` with at most one colon",
        );
    }
    let mut at = name_end;
    loop {
        let start = at + spaces(&bytes[at..]);
        if start == bytes.len() {
            return Ok(name);
        }
        if start == at {
            return wrong(
                at,
                "no white space before an attribute",
                "white space between attributes",
            );
        }
        let (attribute, end) = attribute(inside, start)?;
        attributes.push(attribute);
        at = end;
    }
}

/// The attribute at `start`, and where it ends.
fn attribute(inside: &str, start: usize) -> Result<(RawAttribute<'_>, usize), Wrong> {
    let bytes = inside.as_bytes();
    let rest = &bytes[start..];
    let Some(length) = rest
        .iter()
        .position(|&b| is_space(b) || matches!(b, b'=' | b'"' | b'\''))
    else {
        return wrong(start, "an attribute without a value", "name=\"value\"");
    };
    let name = &inside[start..start + length];
    let Some((prefix, local)) = split_name(name) else {
        return wrong(
            start,
            format!("an attribute named `{}`", shown(name)),
            "a name of letters, digits, `-`, `.`, `_` with at most one colon",
        );
    };
    let mut at = start + length;
    at += spaces(&bytes[at..]);
    if bytes.get(at) != Some(&b'=') {
        return wrong(
            at,
            format!("no `=` after the attribute name `{}`", shown(name)),
            "name=\"value\"",
        );
    }
    at += 1;
    at += spaces(&bytes[at..]);
    let Some(&quote @ (b'"' | b'\'')) = bytes.get(at) else {
        return wrong(
            at,
            format!("no quote around the value of attribute `{}`", shown(name)),
            "name=\"value\"",
        );
    };
    at += 1;
    let Some(length) = memchr::memchr(quote, &bytes[at..]) else {
        return wrong(
            at,
            format!(
                "no closing quote after the value of attribute `{}`",
                shown(name)
            ),
            "name=\"value\"",
        );
    };
    let value = &inside[at..at + length];
    if let Some(i) = memchr::memchr(b'<', value.as_bytes()) {
        return wrong(
            at + i,
            format!("`<` in the value of attribute `{}`", shown(name)),
            "`&lt;`",
        );
    }
    Ok((
        RawAttribute {
            prefix,
            local,
            value,
            offset: start,
        },
        at + length + 1,
    ))
}

/// Why a reference cannot be resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadReference {
    /// Not well-formed.
    Malformed,
    /// An entity that is not one of the five.
    Unknown,
    /// A number that is no XML character.
    Forbidden,
}

/// What stands between `&` and `;`, resolved.
pub fn reference(name: &str) -> Result<char, BadReference> {
    let number = |digits: &str, radix| {
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            return Err(BadReference::Malformed);
        }
        let significant = digits.trim_start_matches('0');
        let code = u32::from_str_radix(
            if significant.is_empty() {
                "0"
            } else {
                significant
            },
            radix,
        );
        code.ok()
            .and_then(char::from_u32)
            .filter(|&c| is_character(c))
            .ok_or(BadReference::Forbidden)
    };
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => match name.strip_prefix('#') {
            Some(rest) => match rest.strip_prefix('x') {
                Some(hex) => number(hex, 16),
                None => number(rest, 10),
            },
            None if qualified_name(name).is_some() => Err(BadReference::Unknown),
            None => Err(BadReference::Malformed),
        },
    }
}

/// An attribute value with references resolved and white space normalised (XML 1.0 §3.3.3): borrowed if nothing had to
/// change. References that cannot be resolved are told to `bad` with their offset and left out.
pub fn attribute_value<'a>(
    value: &'a str,
    mut bad: impl FnMut(usize, BadReference),
) -> Cow<'a, str> {
    if !value
        .bytes()
        .any(|b| matches!(b, b'&' | b'\t' | b'\n' | b'\r'))
    {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(i) = rest.find(['&', '\t', '\n', '\r']) {
        out.push_str(&rest[..i]);
        let at = value.len() - rest.len() + i;
        let tail = &rest[i..];
        if let Some(after) = tail.strip_prefix('&') {
            let end = after.find(';').unwrap_or(0);
            match reference(&after[..end]) {
                Ok(c) => out.push(c),
                Err(why) => bad(at, why),
            }
            rest = if end == 0 { after } else { &after[end + 1..] };
        } else {
            out.push(' ');
            rest = tail.strip_prefix("\r\n").unwrap_or(&tail[1..]); // A line end is one character.
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Checks what stands between `<!--` and `-->`.
pub fn comment(inside: &[u8]) -> Result<(), Wrong> {
    match memchr::memmem::find(inside, b"--") {
        Some(i) => wrong(i, "`--` inside a comment", "a comment without `--`"),
        None if inside.ends_with(b"-") => {
            wrong(inside.len() - 1, "a comment that ends in `--->`", "`-->`")
        }
        None => Ok(()),
    }
}

/// Checks what stands between `<?` and `?>`, not being the XML declaration.
pub fn instruction(inside: &str) -> Result<(), Wrong> {
    let end = inside.bytes().position(is_space).unwrap_or(inside.len());
    let target = &inside[..end];
    if target.eq_ignore_ascii_case("xml") {
        return wrong(
            0,
            "an XML declaration inside the file",
            "one at the very start only",
        );
    }
    if qualified_name(target).is_none() {
        return wrong(
            0,
            "a processing instruction without a proper name",
            "`<?name …?>`",
        );
    }
    Ok(())
}

/// Checks what stands between `<?` and `?>` of the XML declaration; gives the encoding that it names.
pub fn declaration(inside: &str) -> Result<Option<&str>, Wrong> {
    const ALLOWED: &str = "`<?xml version=\"1.0\" encoding=\"…\"?>`";
    let mut attributes = Vec::new();
    let Some(tail) = inside.get("xml".len()..) else {
        return wrong(0, "a damaged XML declaration", ALLOWED);
    };
    tag(inside, &mut attributes).map_err(|w| Wrong {
        allowed: ALLOWED,
        ..w
    })?;
    if tail.contains('&') {
        return wrong(0, "a reference in the XML declaration", ALLOWED);
    }
    let mut order = ["version", "encoding", "standalone"].iter();
    for (i, attribute) in attributes.iter().enumerate() {
        let known = attribute.prefix.is_empty() && order.any(|&name| name == attribute.local);
        if !known || (i == 0 && attribute.local != "version") {
            return wrong(
                attribute.offset,
                format!("`{}` here in the XML declaration", shown(attribute.local)),
                ALLOWED,
            );
        }
        let fits = match attribute.local {
            "version" => attribute.value == "1.0",
            "standalone" => matches!(attribute.value, "yes" | "no"),
            _ => is_encoding_name(attribute.value),
        };
        if !fits {
            return wrong(
                attribute.offset,
                format!("this value of `{}` in the XML declaration", attribute.local),
                ALLOWED,
            );
        }
    }
    if attributes.is_empty() {
        return wrong(0, "an XML declaration without a version", ALLOWED);
    }
    let encoding = attributes.iter().find(|a| a.local == "encoding");
    Ok(encoding.map(|a| a.value))
}

fn is_encoding_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for good in ["a", "_", "å", "m:letter", "a-b.c1", "Ł·"] {
            assert!(qualified_name(good).is_some(), "{good}");
        }
        for bad in [
            "", "1a", "-a", ":a", "a:", "a:b:c", "a:1", "a b", "a\u{d7}", "a/",
        ] {
            assert!(qualified_name(bad).is_none(), "{bad}");
        }
        assert_eq!(split_name("m:letter"), Some(("m", "letter")));
    }

    #[test]
    fn tags_are_checked() {
        let mut attributes = Vec::new();
        assert_eq!(tag("a x = \"1 > 2\"\n y='\"' ", &mut attributes), Ok("a"));
        assert_eq!(
            attributes
                .iter()
                .map(|a| (a.local, a.value))
                .collect::<Vec<_>>(),
            [("x", "1 > 2"), ("y", "\"")]
        );
        for bad in [
            "",
            " a",
            "a x",
            "a x=",
            "a x=1",
            "a x=\"1",
            "a x=\"1\"y=\"2\"",
            "a x=\"<\"",
            "a =\"1\"",
            "a x y=\"1\"",
            "1",
        ] {
            assert!(tag(bad, &mut attributes).is_err(), "{bad}");
        }
    }

    #[test]
    fn references_are_resolved() {
        assert_eq!(reference("#x41"), Ok('A'));
        assert_eq!(reference("#0000000000000000000065"), Ok('A'));
        assert_eq!(reference("quot"), Ok('"'));
        assert_eq!(reference("nbsp"), Err(BadReference::Unknown));
        for forbidden in [
            "#0",
            "#x0",
            "#xD800",
            "#xFFFE",
            "#x110000",
            "#99999999999999999999",
        ] {
            assert_eq!(
                reference(forbidden),
                Err(BadReference::Forbidden),
                "{forbidden}"
            );
        }
        for malformed in ["", "#", "#x", "#X41", "#-1", "#+1", "#1a", "a b", "1"] {
            assert_eq!(
                reference(malformed),
                Err(BadReference::Malformed),
                "{malformed}"
            );
        }
    }

    #[test]
    fn attribute_values_are_normalised() {
        let mut bad = Vec::new();
        let mut value = |v: &'static str| attribute_value(v, |at, why| bad.push((at, why)));
        assert!(matches!(value("a  b"), Cow::Borrowed("a  b")));
        assert_eq!(value("a\r\nb\tc\rd\ne"), "a b c d e");
        assert_eq!(value("&lt;&#10;&amp;&#x20;"), "<\n& ");
        assert_eq!(value("a&b"), "ab");
        assert_eq!(value("åä&nej;ö"), "åäö");
        assert_eq!(
            bad,
            [(1, BadReference::Malformed), (4, BadReference::Unknown)]
        );
    }

    #[test]
    fn declarations_are_checked() {
        for (good, encoding) in [
            ("xml version=\"1.0\"", None),
            (
                "xml version='1.0' encoding='UTF-8' standalone='yes' ",
                Some("UTF-8"),
            ),
            ("xml version='1.0' standalone='no'", None),
        ] {
            assert_eq!(declaration(good), Ok(encoding), "{good}");
        }
        for bad in [
            "xml",
            "xml ",
            "xml encoding='UTF-8'",
            "xml version='1.1'",
            "xml version='1.0' standalone='ja'",
            "xml version='1.0' x='y'",
            "xml version='1.0' encoding=''",
            "xml version='1.0' standalone='no' encoding='UTF-8'",
            "xml version='1.0' version='1.0'",
        ] {
            assert!(declaration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn comments_and_instructions_are_checked() {
        assert!(comment(b" a - b ").is_ok() && comment(b"").is_ok() && comment(b"-a").is_ok());
        assert!(comment(b"a--b").is_err() && comment(b"a-").is_err() && comment(b"-").is_err());
        assert!(instruction("a").is_ok() && instruction("a-b c?d").is_ok());
        assert!(
            instruction("").is_err() && instruction(" a").is_err() && instruction("XML a").is_err()
        );
    }
}
