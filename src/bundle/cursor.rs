//! Walks through a document that must have been written by one of our own writers.

use memchr::memchr;

/// A place in a document.
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// What was passed since `from`.
    pub(super) fn since(&self, from: usize) -> &'a [u8] {
        self.bytes.get(from..self.at).unwrap_or_default()
    }

    pub(super) fn skip(&mut self, markup: &str) -> bool {
        let found = self.rest().starts_with(markup.as_bytes());
        if found {
            self.at += markup.len();
        }
        found
    }

    pub(super) fn expect(&mut self, markup: &str) -> Result<(), String> {
        if self.skip(markup) {
            Ok(())
        } else {
            Err(format!("byte {}: `{markup}` was expected", self.at))
        }
    }

    /// What stands before this tag, without markup; escapes are left in.
    pub(super) fn text_up_to(&mut self, close: &str) -> Result<&'a str, String> {
        let from = self.at;
        std::str::from_utf8(self.bytes_up_to(close)?).map_err(|_| format!("byte {from}: not UTF-8"))
    }

    /// As [`text_up_to`](Self::text_up_to), of any bytes.
    pub(super) fn bytes_up_to(&mut self, close: &str) -> Result<&'a [u8], String> {
        let (from, rest) = (self.at, self.rest());
        let length = memchr(b'<', rest).ok_or_else(|| format!("byte {from}: it ends in a text"))?;
        self.at += length;
        self.expect(close)?;
        Ok(rest.get(..length).unwrap_or_default())
    }
}
