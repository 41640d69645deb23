//! Reads a part as it lies on disk: cross-reference table, objects, page tree. Shares no code with the writer but
//! the names of the kinds of table.
//!
//! It reads what this program writes (one section; see [`table`](super::table)) through a map, so that a part of any size with a classic
//! table takes no memory but that of its page list. Anything else is a [`Fault`].

use super::table::{Place, Table};
use crate::spool::flavour::Xref;

/// Versions of PDF that parts have.
const HEADS: [&[u8]; 2] = [b"%PDF-1.6\n", b"%PDF-1.5\n"];

/// Why a file cannot be read as a part: what is wrong, and at which object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} (object {object})")]
pub struct Fault {
    /// Object number; 0 for the file.
    pub object: u32,
    /// What is wrong.
    pub what: &'static str,
}

/// A part.
pub(super) struct Part<'m> {
    bytes: &'m [u8],
    table: Table<'m>,
    pub(super) trailer: &'m [u8],
    vt: bool,
}

/// An object.
#[derive(Clone, Copy)]
pub(super) struct Object<'m> {
    /// Its text; for a stream its dictionary.
    pub(super) text: &'m [u8],
    /// A stream's bytes.
    pub(super) data: Option<&'m [u8]>,
}

/// Where an object was found.
enum Found<'t> {
    /// In an object stream: its text.
    Packed(&'t [u8]),
    /// In the file: the bytes from its text on.
    Here(&'t [u8]),
}

impl<'m> Part<'m> {
    /// Opens a part and looks every object up.
    pub(super) fn open(bytes: &'m [u8]) -> Result<Self, Fault> {
        let part = Self::open_as_is(bytes)?;
        for number in 1..part.size() {
            part.find(number).ok_or(Fault {
                object: number,
                what: "the xref table points elsewhere",
            })?;
        }
        Ok(part)
    }

    /// Opens a part of which only a few pages are wanted: the rest is not looked at.
    pub(super) fn open_as_is(bytes: &'m [u8]) -> Result<Self, Fault> {
        let fault = |what| Fault { object: 0, what };
        let tail = &bytes[bytes.len().saturating_sub(64)..];
        let at = memchr::memmem::rfind(tail, b"startxref\n").ok_or(fault("no startxref"))?;
        let rest = &tail[at + 10..];
        let (xref, rest) = leading_number(rest).ok_or(fault("no startxref"))?;
        if rest != b"\n%%EOF\n" {
            return Err(fault("the file does not end as a part does"));
        }
        if !HEADS.iter().any(|head| bytes.starts_with(head)) {
            return Err(fault("the file does not begin as a part does"));
        }
        let (table, trailer) = Table::open(bytes, xref)?;
        let mut part = Self {
            bytes,
            table,
            trailer,
            vt: false,
        };
        let catalog = part.catalog();
        part.vt = catalog.is_ok_and(|catalog| get(catalog.text, b"/DPartRoot").is_some());
        Ok(part)
    }

    /// Whether the head says that it is PDF 1.6.
    pub(super) fn is_of_1_6(&self) -> bool {
        self.bytes.starts_with(HEADS[0])
    }

    /// Whether it has document parts, as PDF/VT-1 does.
    pub(super) fn is_vt(&self) -> bool {
        self.vt
    }

    /// How its objects are found.
    pub(super) fn xref(&self) -> Xref {
        self.table.kind()
    }

    /// Number of objects, with the free one.
    pub(super) fn size(&self) -> u32 {
        self.table.size()
    }

    /// The text of an object that is packed, or where another begins.
    fn find(&self, number: u32) -> Option<Found<'_>> {
        let offset = match self.table.place(number)? {
            Place::Text(text) => return Some(Found::Packed(text)),
            Place::At(offset) => offset,
        };
        let body = self.bytes.get(usize::try_from(offset).ok()?..)?;
        let (found, body) = headed(body)?;
        (found == u64::from(number)).then_some(Found::Here(body))
    }

    /// An object.
    pub(super) fn object(&self, number: u32) -> Result<Object<'_>, Fault> {
        match self.find(number) {
            Some(Found::Packed(text)) => Ok(Object { text, data: None }),
            Some(Found::Here(body)) => object_of(body, number),
            None => Err(Fault {
                object: number,
                what: "no such object",
            }),
        }
    }

    /// The catalog.
    pub(super) fn catalog(&self) -> Result<Object<'_>, Fault> {
        let catalog = get(self.trailer, b"/Root").and_then(reference);
        self.object(catalog.ok_or(Fault {
            object: 0,
            what: "no catalog",
        })?)
    }
}

/// The number of the object that begins here, and the bytes behind its head.
pub(super) fn headed(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = leading_number(bytes)?;
    Some((number, rest.strip_prefix(b" 0 obj\n")?))
}

/// An object whose bytes begin here.
pub(super) fn object_of(body: &[u8], number: u32) -> Result<Object<'_>, Fault> {
    let fault = |what| Fault {
        object: number,
        what,
    };
    let end = value_end(body, 0).ok_or(fault("its text does not end"))?;
    let (text, rest) = body.split_at(end);
    let Some(rest) = rest.strip_prefix(b"\nstream\n") else {
        return match rest.starts_with(b"\nendobj\n") {
            true => Ok(Object { text, data: None }),
            false => Err(fault("no endobj")),
        };
    };
    let length = get(text, b"/Length").and_then(|value| leading_number(value));
    let length = length.and_then(|(n, _)| usize::try_from(n).ok());
    let (data, rest) = length
        .and_then(|n| rest.split_at_checked(n))
        .ok_or(fault("a stream without its length"))?;
    match rest.starts_with(b"\nendstream\nendobj\n") {
        true => Ok(Object {
            text,
            data: Some(data),
        }),
        false => Err(fault("a stream of another length")),
    }
}

/// The value of a key of a dictionary.
pub(super) fn get<'t>(text: &'t [u8], key: &[u8]) -> Option<&'t [u8]> {
    let mut at = 2;
    text.strip_prefix(b"<<")?;
    loop {
        at += spaces(&text[at..]);
        if text.get(at) != Some(&b'/') {
            return None;
        }
        let key_end = at + 1 + regular(&text[at + 1..]);
        let from = key_end + spaces(&text[key_end..]);
        let end = match reference_len(&text[from..]) {
            Some((len, _)) => from + len,
            None => value_end(text, from)?,
        };
        if &text[at..key_end] == key {
            return Some(text[from..end].trim_ascii());
        }
        at = end;
    }
}

/// Begin, end and target of every reference in a text.
pub(super) fn reference_spans(text: &[u8]) -> impl Iterator<Item = (usize, usize, u32)> + '_ {
    let mut tokens = Tokens { text, at: 0 };
    std::iter::from_fn(move || {
        loop {
            tokens.at += spaces(&text[tokens.at..]);
            if let Some((len, target)) = reference_len(&text[tokens.at..]) {
                let from = tokens.at;
                tokens.at += len;
                return Some((from, tokens.at, target));
            }
            tokens.next_token()?;
        }
    })
}

/// The object that a value refers to.
pub(super) fn reference(value: &[u8]) -> Option<u32> {
    let (len, target) = reference_len(value)?;
    (len == value.len()).then_some(target)
}

/// All references in a text.
pub(super) fn references(text: &[u8]) -> Vec<u32> {
    reference_spans(text).map(|(_, _, target)| target).collect()
}

/// All of an array that has references and nothing else.
pub(super) fn reference_list(value: &[u8]) -> Option<Vec<u32>> {
    let list = value.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let mut words = list
        .split(u8::is_ascii_whitespace)
        .filter(|w| !w.is_empty());
    let mut out = Vec::with_capacity(list.len() / 8);
    while let Some(number) = words.next() {
        let (number, rest) = leading_number(number)?;
        if !rest.is_empty() || words.next() != Some(b"0") || words.next() != Some(b"R") {
            return None;
        }
        out.push(u32::try_from(number).ok()?);
    }
    Some(out)
}

/// `12 0 R` at the front: its length and target.
pub(super) fn reference_len(text: &[u8]) -> Option<(usize, u32)> {
    let (number, rest) = leading_number(text)?;
    let rest = rest.strip_prefix(b" 0 R")?;
    if regular(rest) > 0 {
        return None;
    }
    Some((text.len() - rest.len(), u32::try_from(number).ok()?))
}

/// Digits at the front, and what follows.
pub(super) fn leading_number(text: &[u8]) -> Option<(u64, &[u8])> {
    let len = text
        .iter()
        .take(19)
        .take_while(|b| b.is_ascii_digit())
        .count();
    let (digits, rest) = text.split_at(len);
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((number, rest))
}

/// Where the value that begins at `at` ends.
pub(super) fn value_end(text: &[u8], at: usize) -> Option<usize> {
    let mut tokens = Tokens { text, at };
    let mut depth = 0_u32;
    loop {
        match tokens.next_token()? {
            Token::Open => depth += 1,
            Token::Close => depth = depth.checked_sub(1)?,
            Token::Other => {}
        }
        if depth == 0 {
            return Some(tokens.at);
        }
    }
}

enum Token {
    Open,
    Close,
    Other,
}

struct Tokens<'t> {
    text: &'t [u8],
    at: usize,
}

impl Tokens<'_> {
    fn next_token(&mut self) -> Option<Token> {
        self.at += spaces(self.text.get(self.at..)?);
        let rest = self.text.get(self.at..)?;
        let (len, token) = match rest {
            [b'<', b'<', ..] => (2, Token::Open),
            [b'>', b'>', ..] => (2, Token::Close),
            [b'[', ..] => (1, Token::Open),
            [b']', ..] => (1, Token::Close),
            [b'<', ..] => (memchr::memchr(b'>', rest)? + 1, Token::Other),
            [b'(', ..] => (literal_len(rest)?, Token::Other),
            [b'/', name @ ..] => (1 + regular(name), Token::Other),
            [b'%', ..] | [] => return None, // This program writes no comments: they could hide what stands in them.
            _ => (regular(rest).max(1), Token::Other),
        };
        self.at += len;
        Some(token)
    }
}

/// Length of a literal string.
pub(super) fn literal_len(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (i, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}

pub(super) fn spaces(text: &[u8]) -> usize {
    text.iter()
        .take_while(|b| b.is_ascii_whitespace() || **b == 0)
        .count()
}

/// Length of the stretch of regular characters (ISO 32000-1 7.2.2) at the front.
pub(super) fn regular(text: &[u8]) -> usize {
    let end = |b: &u8| !IS_REGULAR[usize::from(*b)];
    text.iter().position(end).unwrap_or(text.len())
}

const IS_REGULAR: [bool; 256] = {
    let mut regular = [true; 256];
    let others = b"\0\t\n\x0c\r ()<>[]{}/%";
    let mut i = 0;
    while i < others.len() {
        regular[others[i] as usize] = false;
        i += 1;
    }
    regular
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_found_by_key() {
        let text = b"<</A/B/C[1 0 R(x\\)>>)2 0 R]/D<</C 7>>/E 9 0 R/F<3E3E>/G true>>";
        assert_eq!(get(text, b"/A"), Some(b"/B".as_slice()));
        assert_eq!(get(text, b"/C").map(references), Some(vec![1, 2]));
        assert_eq!(get(text, b"/E").and_then(reference), Some(9));
        assert_eq!(get(text, b"/G"), Some(b"true".as_slice()));
        assert_eq!(get(text, b"/B"), None);
        assert_eq!(references(text), [1, 2, 9]);
    }

    #[test]
    fn a_comment_is_nothing_that_we_write() {
        let text = b"<</A %>>\n 7 0 R>>";
        assert_eq!((get(text, b"/A"), value_end(text, 0)), (None, None));
        assert_eq!(get(b"<</A(%)/B<25>>>", b"/B"), Some(b"<25>".as_slice()));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(text: Vec<u8>, mut dictionary in "<<(/[A-C]| |[0-9] 0 R|\\[|\\]|<<|>>|\\(|\\))*>>") {
            let _ = get(&text, b"/A");
            let _ = get(dictionary.as_bytes(), b"/A");
            let _ = references(&text);
            let _ = Part::open(&text).map(|part| part.pages());
            dictionary.push_str("\nstartxref\n0\n%%EOF\n");
            let _ = Part::open(dictionary.as_bytes()).map(|part| part.pages());
        }
    }
}
