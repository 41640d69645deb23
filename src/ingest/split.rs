//! Finds where the children of the root begin and end, at the speed of memory.
//!
//! In: the UTF-8 bytes. Out: places. Two ways to find the end of an element: [`element_end`] reads every piece of markup
//! and counts depth; [`Shortcut`] looks for the end tag alone and is sure of it only where nothing in between could
//! mislead it (no comment, CDATA section or processing instruction, no element of that name inside, a `<` cannot stand
//! in an attribute value). Whatever a shortcut gives is parsed later as one whole element, which only the right cut is.

use memchr::{memchr, memchr_iter, memchr2_iter, memchr3_iter, memmem};

use super::error::{Fault, FaultKind};
use super::{damage, white_space};
use crate::xml::markup;

/// How far the shortcut looks for the end of an element; longer ones are read properly.
const SHORTCUT_BYTES: usize = 1 << 20;

/// What stands between the children of the root, or around the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A start tag begins here.
    Start(usize),
    /// An end tag begins here.
    End(usize),
    /// Nothing more.
    Nothing,
}

/// The next tag at or after `pos`. Only white space, comments and processing instructions may stand before it.
pub(super) fn next_tag(bytes: &[u8], mut pos: usize, around: &str) -> Result<Item, Fault> {
    loop {
        pos += white_space::spaces(&bytes[pos..]);
        match bytes.get(pos..).unwrap_or_default() {
            [] => return Ok(Item::Nothing),
            [b'<', b'/', ..] => return Ok(Item::End(pos)),
            [b'<', b'!', ..] => {
                let end = declaration_end(bytes, pos)?;
                if bytes[pos..].starts_with(b"<![") {
                    return Err(Fault::ill_formed(
                        pos,
                        format!("a CDATA section {around}"),
                        "elements, comments and white space",
                    ));
                }
                check_aside(bytes, pos, end)?;
                pos = end;
            }
            [b'<', b'?', ..] => {
                let end = instruction_end(bytes, pos)?;
                check_aside(bytes, pos, end)?;
                pos = end;
            }
            [b'<'] => return Err(Fault::truncated(bytes.len(), "a tag")),
            [b'<', ..] => return Ok(Item::Start(pos)),
            _ => {
                return Err(Fault::ill_formed(
                    pos,
                    format!("text {around}"),
                    "elements, comments and white space",
                ));
            }
        }
    }
}

/// Checks a whole comment or processing instruction outside the letters.
fn check_aside(bytes: &[u8], start: usize, end: usize) -> Result<(), Fault> {
    let whole = &bytes[start..end];
    let text = damage::text_of(whole).map_err(|damage| damaged(start, damage))?;
    let result = match text.strip_prefix("<!--") {
        Some(rest) => markup::comment(rest.strip_suffix("-->").unwrap_or(rest).as_bytes()),
        None => markup::instruction(
            text.strip_prefix("<?")
                .and_then(|t| t.strip_suffix("?>"))
                .unwrap_or_default(),
        ),
    };
    result.map_err(|wrong| Fault::ill_formed(start + wrong.offset, wrong.found, wrong.allowed))
}

/// Damage outside the letters refuses the file.
pub(super) fn damaged(start: usize, damage: damage::Damage) -> Fault {
    match damage {
        damage::Damage::Encoding(i) => Fault::ill_formed(
            start + i,
            "bytes that are not UTF-8 outside a letter",
            "UTF-8",
        ),
        damage::Damage::Character(i, _) => Fault::ill_formed(
            start + i,
            "a forbidden character outside a letter",
            "characters of XML 1.0",
        ),
    }
}

/// The end of the element whose start tag begins at `start`.
pub(super) fn element_end(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let mut depth = 0_u64;
    let mut pos = start;
    while let Some(i) = memchr(b'<', &bytes[pos..]) {
        let at = pos + i;
        pos = match bytes.get(at + 1) {
            Some(b'!') => declaration_end(bytes, at)?,
            Some(b'?') => instruction_end(bytes, at)?,
            Some(b'/') => {
                let end = tag_end(bytes, at)?;
                depth = depth.saturating_sub(1);
                if depth == 0 && name_at(bytes, at + 1) != name_at(bytes, start) {
                    break; // Some tag in between is missing or one too many.
                }
                if depth == 0 {
                    return Ok(end);
                }
                end
            }
            Some(_) => {
                let end = tag_end(bytes, at)?;
                if bytes[end - 2] != b'/' {
                    depth += 1;
                } else if depth == 0 {
                    return Ok(end);
                }
                end
            }
            None => return Err(Fault::truncated(bytes.len(), "a tag")),
        };
    }
    Err(first_mismatch(bytes, start)
        .unwrap_or_else(|| Fault::truncated(bytes.len(), inside(bytes, start))))
}

/// What a message calls the element that starts here.
fn inside(bytes: &[u8], start: usize) -> String {
    let name = String::from_utf8_lossy(name_at(bytes, start)).into_owned();
    format!("`{}`", markup::shown(&name))
}

/// The name in the tag that begins at `start`.
pub(super) fn name_at(bytes: &[u8], start: usize) -> &[u8] {
    let rest = bytes.get(start + 1..).unwrap_or_default();
    let end = rest
        .iter()
        .position(|&b| white_space::is_space(b) || matches!(b, b'/' | b'>'));
    &rest[..end.unwrap_or(rest.len())]
}

/// The end of the tag that begins at `start`: the first `>` outside quotes.
pub(super) fn tag_end(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let mut quote = None;
    for i in memchr3_iter(b'>', b'"', b'\'', &bytes[start..]) {
        match (quote, bytes[start + i]) {
            (None, b'>') => return Ok(start + i + 1),
            (None, b) => quote = Some(b),
            (Some(open), b) if open == b => quote = None,
            (Some(_), _) => {}
        }
    }
    Err(Fault::truncated(bytes.len(), "a tag"))
}

fn instruction_end(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    match memmem::find(&bytes[start + 2..], b"?>") {
        Some(i) => Ok(start + 2 + i + 2),
        None => Err(Fault::truncated(bytes.len(), "a processing instruction")),
    }
}

/// The end of what begins with `<!`: a comment or a CDATA section.
fn declaration_end(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    const SECTION: &[u8] = b"<![CDATA[";
    let rest = &bytes[start..];
    let until = |from: usize, end: &[u8], what: &str| match memmem::find(&rest[from..], end) {
        Some(i) => Ok(start + from + i + end.len()),
        None => Err(Fault::truncated(bytes.len(), what)),
    };
    if rest.starts_with(b"<!--") {
        until(b"<!--".len(), b"-->", "a comment")
    } else if rest.starts_with(SECTION) {
        until(SECTION.len(), b"]]>", "a CDATA section")
    } else if rest
        .get(..9)
        .is_some_and(|r| r.eq_ignore_ascii_case(b"<!DOCTYPE"))
    {
        Err(Fault {
            offset: start,
            kind: FaultKind::DocumentType,
        })
    } else if b"<!--".starts_with(rest)
        || SECTION.starts_with(rest)
        || b"<!DOCTYPE".starts_with(rest)
    {
        Err(Fault::truncated(bytes.len(), "markup"))
    } else {
        Err(Fault::ill_formed(
            start,
            "`<!` that begins neither comment nor CDATA section",
            "`<!--` or `<![CDATA[`",
        ))
    }
}

/// Why counting depth ran into the end of the file: the first end tag that does not match, if there is one.
fn first_mismatch(bytes: &[u8], start: usize) -> Option<Fault> {
    use quick_xml::errors::{Error, IllFormedError};
    let mut reader = quick_xml::Reader::from_reader(&bytes[start..]);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return None,
            Ok(_) => {}
            Err(Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found })) => {
                let at = start + usize::try_from(reader.error_position()).unwrap_or(0);
                let (found, expected) = (markup::shown(&found), markup::shown(&expected));
                return Some(Fault::ill_formed(
                    at,
                    format!("`</{found}>`"),
                    format!("`</{expected}>`"),
                ));
            }
            Err(Error::IllFormed(_)) => {} // Said by the parser of the letter, if it gets that far.
            Err(_) => return None,
        }
    }
}

/// Finds the end of elements of one name quickly.
#[derive(Debug)]
pub(super) struct Shortcut {
    name: Vec<u8>,
    close: memmem::Finder<'static>,
    open: memmem::Finder<'static>,
}

impl Shortcut {
    /// For elements of this name, prefix included.
    pub(super) fn new(name: &[u8]) -> Self {
        let close = [b"</", name].concat();
        let open = [b"<", name].concat();
        Self {
            name: name.to_vec(),
            close: memmem::Finder::new(&close).into_owned(),
            open: memmem::Finder::new(&open).into_owned(),
        }
    }

    /// The name it is for.
    pub(super) fn name(&self) -> &[u8] {
        &self.name
    }

    /// The end of the element whose start tag ends at `inside`, where that is certain.
    pub(super) fn element_end(&self, bytes: &[u8], inside: usize) -> Option<usize> {
        let window = &bytes[inside..bytes.len().min(inside + SHORTCUT_BYTES)];
        let close = self.close.find(window)?;
        let (body, rest) = window.split_at(close);
        let rest = &rest[self.close.needle().len()..];
        let gap = white_space::spaces(rest);
        let sure = rest.get(gap) == Some(&b'>')
            && !memchr2_iter(b'!', b'?', body).any(|i| i > 0 && body[i - 1] == b'<')
            && self.open.find(body).is_none();
        sure.then_some(inside + close + self.close.needle().len() + gap + 1)
    }
}

/// Number of line feeds.
pub(super) fn lines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(text: &str) -> Result<usize, Fault> {
        element_end(text.as_bytes(), 0)
    }

    #[test]
    fn ends_are_found_whatever_stands_in_between() {
        for element in [
            "<a/>",
            "<a b='/>' />",
            "<a></a>",
            "<a b=\">\" c='\"></a>'></a >",
            "<a><!-- </a> --><![CDATA[</a>]]]]><?p </a> ??></a>",
            "<a><a/><a x='</a'></a></a>",
            "<a><!-- > - -->x</a>",
        ] {
            let text = format!("{element}<rest/>");
            assert_eq!(end_of(&text), Ok(element.len()), "{element}");
        }
    }

    #[test]
    fn the_shortcut_is_sure_or_silent() {
        let shortcut = Shortcut::new(b"m:a");
        let end = |text: &str| shortcut.element_end(text.as_bytes(), 5);
        assert_eq!(end("<m:a>x<b/></m:a \n><c/>"), Some(18));
        for unsure in [
            "<m:a><!-- --></m:a>",
            "<m:a><m:a/></m:a>",
            "<m:a><?p?></m:a>",
            "<m:a></m:ab></m:a>",
            "<m:a>",
            "<m:a><![CDATA[</m:a>",
        ] {
            assert_eq!(end(unsure), None, "{unsure}");
        }
    }

    #[test]
    fn truncation_names_what_is_open() {
        let inside = |text: &str| match end_of(text) {
            Err(Fault {
                kind: FaultKind::Truncated { inside },
                offset,
            }) => (offset == text.len()).then_some(inside),
            other => panic!("{text}: {other:?}"),
        };
        for (text, open) in [
            ("<letter><b>", "`letter`"),
            ("<letter><b", "a tag"),
            ("<letter><b c='>", "a tag"),
            ("<letter><!-- --", "a comment"),
            ("<letter><!", "markup"),
            ("<letter><![CDATA[ ]]", "a CDATA section"),
            ("<letter><?x", "a processing instruction"),
            ("<letter><", "a tag"),
        ] {
            assert_eq!(inside(text).as_deref(), Some(open), "{text}");
        }
    }

    #[test]
    fn a_missing_end_tag_is_told_from_truncation() {
        let fault = end_of("<a><b></a><a></a>").unwrap_err();
        assert_eq!(fault, Fault::ill_formed(6, "`</a>`", "`</b>`"));
        assert_eq!(
            end_of("<a><!DOCTYPE x></a>").unwrap_err().kind,
            FaultKind::DocumentType
        );
        assert!(matches!(
            end_of("<a><!x></a>").unwrap_err().kind,
            FaultKind::IllFormed { .. }
        ));
    }
}
