//! Follows the graphics state through the content of an enclosed page, so that what is drawn after it starts clean.
//!
//! In: the content of one page, unpacked. Out: [`Balance`]. Only operators that outlast the content matter here; strings,
//! dictionaries and inline images are skipped as ISO 32000-1 7.8.2 and 8.9.7 have them.

/// So many bytes behind an inline image must be text.
const TEXT_BEHIND: usize = 10;

/// What a page's content leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Balance {
    /// `Q` that have no `q` before them.
    pub(crate) restores_too_many: u16,
    /// `q` left without `Q`.
    pub(crate) saves_open: u16,
    /// `BT` without `ET`.
    pub(crate) text_open: bool,
    /// A path that was begun and not painted: the next operator that paints would paint it too, or clip by it.
    pub(crate) path_open: bool,
    /// `BMC` or `BDC` without `EMC`.
    pub(crate) marked_open: u16,
    /// Deepest nesting of `q`.
    pub(crate) depth_max: u16,
    /// Operators that add to a path: an interpreter keeps a path whole until it is painted.
    pub(crate) steps: u64,
    /// Bytes of the strings of one operator, the most: an interpreter keeps a run of glyphs whole until it is shown.
    pub(crate) strings_bytes_max: usize,
}

impl Balance {
    /// How many `q` must stand before the content.
    pub(crate) fn saves_before(self) -> u16 {
        self.restores_too_many.saturating_add(1)
    }

    /// What must stand behind it.
    pub(crate) fn restore(self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.path_open {
            out.extend_from_slice(b"n ");
        }
        if self.text_open {
            out.extend_from_slice(b"ET ");
        }
        out.extend(b"EMC ".repeat(usize::from(self.marked_open)));
        // Whatever was popped too often was pushed before: what is left is one, and what the content left open.
        out.extend(b"Q ".repeat(usize::from(self.saves_open) + 1));
        out
    }
}

/// Follows one content.
pub(crate) fn balance(content: &[u8]) -> Balance {
    let mut out = Balance::default();
    let mut lexer = Lexer { rest: content };
    let mut strings_bytes = 0_usize;
    let mut image: &[u8] = &[];
    while let Some(token) = lexer.next() {
        let operator = match token {
            Token::Word(word) => word,
            Token::String(bytes) => {
                strings_bytes = strings_bytes.saturating_add(bytes);
                out.strings_bytes_max = out.strings_bytes_max.max(strings_bytes);
                continue;
            }
            Token::Name(_) | Token::Other => continue,
        };
        if operator.first().is_some_and(u8::is_ascii_alphabetic) {
            strings_bytes = 0;
        }
        match operator {
            b"q" => {
                out.saves_open = out.saves_open.saturating_add(1);
                out.depth_max = out.depth_max.max(out.saves_open);
            }
            b"Q" if out.saves_open > 0 => out.saves_open -= 1,
            b"Q" => out.restores_too_many = out.restores_too_many.saturating_add(1),
            b"BT" => out.text_open = true,
            b"ET" => out.text_open = false,
            b"BMC" | b"BDC" => out.marked_open = out.marked_open.saturating_add(1),
            b"EMC" => out.marked_open = out.marked_open.saturating_sub(1),
            b"m" | b"l" | b"c" | b"v" | b"y" | b"h" | b"re" => {
                out.steps += 1;
                out.path_open = true;
            }
            b"W" | b"W*" => out.path_open = true,
            b"S" | b"s" | b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"n" => {
                out.path_open = false;
            }
            b"BI" => image = lexer.rest,
            b"ID" => lexer.skip_image(image),
            _ => {}
        }
    }
    out
}

/// Calls `see` with each operator of a content and the name that stands last before it, without its slash, and with
/// each name alone.
pub(super) fn words<'c>(
    content: &'c [u8],
    mut see: impl FnMut(Option<&'c [u8]>, Option<&'c [u8]>),
) {
    let mut lexer = Lexer { rest: content };
    let mut last = None;
    let mut image: &[u8] = &[];
    while let Some(token) = lexer.next() {
        match token {
            Token::Name(name) => {
                last = Some(name);
                see(None, last);
            }
            Token::Word(word) if word.first().is_some_and(u8::is_ascii_alphabetic) => {
                see(Some(word), last.take());
                match word {
                    b"BI" => image = lexer.rest,
                    b"ID" => lexer.skip_image(image),
                    _ => {}
                }
            }
            Token::Word(_) | Token::String(_) | Token::Other => {}
        }
    }
}

enum Token<'a> {
    /// A number or an operator.
    Word(&'a [u8]),
    /// A string of so many bytes as written, at least as many as it has.
    String(usize),
    /// A name as written, without its slash.
    Name(&'a [u8]),
    /// A delimiter.
    Other,
}

struct Lexer<'a> {
    rest: &'a [u8],
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let (&first, after) = self.rest.split_first()?;
            match first {
                b'%' => {
                    let end = memchr::memchr2(b'\n', b'\r', after).unwrap_or(after.len());
                    self.rest = &after[end..];
                }
                b'(' => {
                    let before = self.rest.len();
                    self.skip_string();
                    return Some(Token::String(before - self.rest.len()));
                }
                b'<' if after.first() == Some(&b'<') => {
                    self.rest = &after[1..];
                    return Some(Token::Other);
                }
                b'<' => {
                    let end = memchr::memchr(b'>', after).map_or(after.len(), |i| i + 1);
                    self.rest = &after[end..];
                    return Some(Token::String(end));
                }
                b'/' => {
                    let (name, rest) = after.split_at(regular(after));
                    self.rest = rest;
                    return Some(Token::Name(name));
                }
                b'>' | b'[' | b']' | b'{' | b'}' | b')' => {
                    self.rest = after;
                    return Some(Token::Other);
                }
                _ if is_space(first) => self.rest = after,
                _ => {
                    let (word, rest) = self.rest.split_at(regular(self.rest));
                    self.rest = rest;
                    return Some(Token::Word(word));
                }
            }
        }
    }

    /// The whole number that follows.
    fn number(&mut self) -> Option<usize> {
        match self.next()? {
            Token::Word(word) => std::str::from_utf8(word).ok()?.parse().ok(),
            _ => None,
        }
    }

    /// Skips a literal string; parentheses nest, a backslash takes the next byte.
    fn skip_string(&mut self) {
        let mut depth = 0_usize;
        let mut i = 0;
        while let Some(&byte) = self.rest.get(i) {
            match byte {
                b'\\' => i += 1,
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            i += 1;
            if depth == 0 {
                break;
            }
        }
        self.rest = self.rest.get(i..).unwrap_or_default();
    }

    /// Skips the bytes of an inline image; `from` begins with its dictionary.
    fn skip_image(&mut self, from: &[u8]) {
        let dictionary = from.get(..from.len().saturating_sub(self.rest.len()));
        let len = dictionary.and_then(plain_len);
        let end = len.and_then(|len| end_at(self.rest, len.checked_add(1)?)); // One white space stands before them.
        let end = end.or_else(|| end_in(self.rest));
        let rest = end.and_then(|end| self.rest.get(end..));
        self.rest = rest.unwrap_or_default();
    }
}

/// Bytes of an inline image that is not packed (ISO 32000-1 8.9.7), where its dictionary says all that decides it.
fn plain_len(dictionary: &[u8]) -> Option<usize> {
    let mut lexer = Lexer { rest: dictionary };
    let (mut width, mut height, mut bits, mut colours) = (None, None, Some(8), Some(1));
    while let Some(token) = lexer.next() {
        let Token::Name(key) = token else {
            continue;
        };
        match key {
            b"F" | b"Filter" => return None,
            b"W" | b"Width" => width = lexer.number(),
            b"H" | b"Height" => height = lexer.number(),
            b"BPC" | b"BitsPerComponent" => bits = lexer.number(),
            b"IM" | b"ImageMask" => {
                if matches!(lexer.next(), Some(Token::Word(b"true"))) {
                    bits = Some(1);
                }
            }
            b"CS" | b"ColorSpace" => {
                colours = match lexer.next() {
                    Some(Token::Name(b"G" | b"DeviceGray" | b"CalGray")) => Some(1),
                    Some(Token::Name(b"RGB" | b"DeviceRGB" | b"CalRGB")) => Some(3),
                    Some(Token::Name(b"CMYK" | b"DeviceCMYK")) => Some(4),
                    Some(Token::Other) => Some(1), // An array: indexed colours.
                    _ => None,                     // A space of the page's resources.
                };
            }
            _ => {}
        }
    }
    let row = width?.checked_mul(bits?)?.checked_mul(colours?)?;
    row.div_ceil(8).checked_mul(height?)
}

/// Where an image ends whose bytes are as many: behind its `EI`.
fn end_at(rest: &[u8], len: usize) -> Option<usize> {
    let behind = rest.get(len..)?;
    let space = behind.iter().take(2).take_while(|&&b| is_space(b)).count();
    let after = behind.get(space..)?.strip_prefix(b"EI")?;
    let ends = after.first().is_none_or(|&b| is_space(b));
    ends.then_some(len + space + 2)
}

/// Behind the first `EI` that content can follow: white space, and text where packed bytes would not be.
fn end_in(rest: &[u8]) -> Option<usize> {
    let mut ends = memchr::memmem::find_iter(rest, b"EI").map(|at| at + 2);
    ends.find(|&end| {
        let after = rest.get(end..).unwrap_or_default();
        let text = |&b: &u8| is_space(b) || b.is_ascii_graphic();
        let near = after.get(..TEXT_BEHIND.min(after.len()));
        after.first().is_none_or(|&b| is_space(b)) && near.is_none_or(|near| near.iter().all(text))
    })
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0x0c | 0)
}

/// Length of the stretch of regular characters at the front.
fn regular(bytes: &[u8]) -> usize {
    let delimiter = |&b: &u8| is_space(b) || b"()<>[]{}/%".contains(&b);
    bytes.iter().position(delimiter).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_open_is_counted() {
        let cases: [(&[u8], Balance); 5] = [
            (
                b"q 1 0 0 1 0 0 cm Q",
                Balance {
                    depth_max: 1,
                    ..Balance::default()
                },
            ),
            (
                b"q q Q Q Q Q",
                Balance {
                    depth_max: 2,
                    restores_too_many: 2,
                    ..Balance::default()
                },
            ),
            (
                b"Q q BT (q q Q\\) ( q )) Tj % q\nq",
                Balance {
                    restores_too_many: 1,
                    saves_open: 2,
                    text_open: true,
                    depth_max: 2,
                    strings_bytes_max: 15,
                    ..Balance::default()
                },
            ),
            (
                b"/OC /q BDC <71> Tj BI /W 1 ID q q \x01EIq q EI q",
                Balance {
                    marked_open: 1,
                    saves_open: 1,
                    depth_max: 1,
                    strings_bytes_max: 3,
                    ..Balance::default()
                },
            ),
            (
                b"BT 3 Tr<</q[q]>>ET",
                Balance {
                    saves_open: 1,
                    depth_max: 1,
                    ..Balance::default()
                },
            ),
        ];
        for (content, expected) in cases {
            assert_eq!(balance(content), expected, "{}", content.escape_ascii());
        }
    }

    #[test]
    fn an_inline_image_ends_where_its_bytes_do() {
        let open = |content: &[u8]| balance(content).saves_open;
        // No white space before `EI`; one between two others of the bytes; a packed one.
        assert_eq!(open(b"q BI /W 1 /H 1 /BPC 8 /CS /G ID \x80EI q q"), 3);
        assert_eq!(open(b"q BI /W 9 /H 1 /BPC 8 ID \x80 EI q q \nEI q"), 2);
        assert_eq!(open(b"q BI /W 3 /H 2 /IM true ID \x80\x80 EI q"), 2);
        assert_eq!(open(b"q BI /W 1 /H 1 /CS /RGB ID q Q\nEI q"), 2);
        assert_eq!(
            open(b"q BI /W 90 /H 9 /F /Fl ID \x01 EI \x02\x03 q\x81EI Q q 1 0"),
            1
        );
        // Fewer bytes than its size asks for.
        assert_eq!(open(b"q BI /W 90 /H 9 /BPC 8 ID \x80 EI q"), 2);
        assert_eq!(open(b"q BI /W 18446744073709551615 /H 9 ID \x80 EI q"), 2);
    }

    #[test]
    fn a_path_that_is_not_painted_is_ended() {
        assert_eq!(balance(b"0 0 m 9 9 l W").restore(), b"n Q ");
        assert_eq!(balance(b"0 0 9 9 re W n").restore(), b"Q ");
    }

    #[test]
    fn what_an_interpreter_must_keep_is_counted() {
        let found = balance(b"0 0 m 9 9 l 1 1 5 5 re h f [(abc) -20 <414243>] TJ (abcd) Tj");
        assert_eq!(found.steps, 4);
        assert_eq!(found.strings_bytes_max, 5 + 7);
    }

    #[test]
    fn the_wrap_brings_the_state_back() {
        let open = balance(b"Q Q q BT /x BMC");
        assert_eq!(
            (open.saves_before(), open.restore().as_slice()),
            (3, b"ET EMC Q Q ".as_slice())
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_scanned(content: Vec<u8>) {
            balance(&content);
        }

        #[test]
        fn a_wrapped_content_is_balanced(content in "([qQ] |BT |ET |\\(q\\) )*") {
            let open = balance(content.as_bytes());
            let mut whole = b"q ".repeat(usize::from(open.saves_before()));
            whole.extend_from_slice(content.as_bytes());
            whole.extend_from_slice(&open.restore());
            let after = balance(&whole);
            prop_assert_eq!((after.saves_open, after.restores_too_many), (0, 0));
        }
    }
}
