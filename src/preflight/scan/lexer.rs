//! Takes the tokens of a content (ISO 32000-1 7.2, 7.8.2).

/// A piece of a content.
pub(super) enum Token<'a> {
    /// A number or an operator.
    Word(&'a [u8]),
    /// A string of so many bytes as written, at least as many as it has.
    String(usize),
    /// A name as written, without its slash.
    Name(&'a [u8]),
    /// An array or dictionary begins.
    Open,
    /// One ends.
    Close,
    /// Another delimiter.
    Other,
}

/// Takes tokens from the front of a content.
pub(super) struct Lexer<'a> {
    content: &'a [u8],
    rest: &'a [u8],
    in_string: bool,
    /// Where comments end, at the line feed.
    comments: Vec<usize>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(content: &'a [u8]) -> Self {
        Self {
            content,
            rest: content,
            in_string: false,
            comments: Vec::new(),
        }
    }

    /// How many bytes have been taken.
    pub(super) fn at(&self) -> usize {
        self.content.len() - self.rest.len()
    }

    /// Whether the last string had no end.
    pub(super) fn ended_in_string(&self) -> bool {
        self.in_string
    }

    /// Whether a comment went up to this line feed.
    pub(super) fn ended_comment_at(&self, end: usize) -> bool {
        self.comments.binary_search(&end).is_ok()
    }

    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let (&first, after) = self.rest.split_first()?;
            match first {
                b'%' => {
                    let end = memchr::memchr2(b'\n', b'\r', after).unwrap_or(after.len());
                    self.rest = &after[end..];
                    self.comments.push(self.at());
                }
                b'(' => {
                    let before = self.rest.len();
                    self.skip_string();
                    return Some(Token::String(before - self.rest.len()));
                }
                b'<' if after.first() == Some(&b'<') => {
                    self.rest = &after[1..];
                    return Some(Token::Open);
                }
                b'>' if after.first() == Some(&b'>') => {
                    self.rest = &after[1..];
                    return Some(Token::Close);
                }
                b'<' => {
                    let end = memchr::memchr(b'>', after).map(|i| i + 1);
                    self.in_string |= end.is_none();
                    let end = end.unwrap_or(after.len());
                    self.rest = &after[end..];
                    return Some(Token::String(end));
                }
                b'/' => {
                    let (name, rest) = after.split_at(regular(after));
                    self.rest = rest;
                    return Some(Token::Name(name));
                }
                b'[' | b']' => {
                    self.rest = after;
                    return Some(match first {
                        b'[' => Token::Open,
                        _ => Token::Close,
                    });
                }
                b'>' | b'{' | b'}' | b')' => {
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
        self.in_string |= depth > 0;
        self.rest = self.rest.get(i..).unwrap_or_default();
    }

    /// Skips the bytes of an inline image with this head, and its `EI`. Where readers could differ in where that is, it
    /// skips to the first that may be one and says `false`.
    pub(super) fn skip_image(&mut self, head: &[u8]) -> bool {
        let told = super::inline::end(head, self.rest);
        let end = told.or_else(|| super::inline::first_end(self.rest));
        self.rest = &self.rest[end.unwrap_or(self.rest.len())..];
        told.is_some()
    }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0x0c | 0)
}

/// Length of the stretch of regular characters at the front.
fn regular(bytes: &[u8]) -> usize {
    let delimiter = |&b: &u8| is_space(b) || b"()<>[]{}/%".contains(&b);
    bytes.iter().position(delimiter).unwrap_or(bytes.len())
}
