//! Walks through a document that must have been written by `xml.rs`.

use memchr::memchr;

use super::super::canonical;
use super::markup::Leaf;

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

    /// The text of an element that may be absent.
    pub(super) fn optional(&mut self, leaf: &Leaf) -> Result<Option<&'a str>, String> {
        if self.rest().starts_with(leaf.open.as_bytes()) {
            self.leaf(leaf).map(Some)
        } else {
            Ok(None)
        }
    }

    /// One of a few words, where the element is there.
    pub(super) fn word(&mut self, leaf: &Leaf, words: &[&str]) -> Result<(), String> {
        match self.optional(leaf)? {
            Some(word) if !words.contains(&word) => Err(format!(
                "`{}` must be one of {}",
                leaf.open,
                words.join(", ")
            )),
            _ => Ok(()),
        }
    }

    /// Text as it stands, escapes checked and left in.
    pub(super) fn leaf(&mut self, leaf: &Leaf) -> Result<&'a str, String> {
        let (from, text) = self.raw_leaf(leaf)?;
        let text = std::str::from_utf8(text).map_err(|_| format!("byte {from}: not UTF-8"))?;
        if canonical::is_canonical_text(text) {
            Ok(text)
        } else {
            Err(format!(
                "byte {from}: text of `{}` is not canonical",
                leaf.open
            ))
        }
    }

    pub(super) fn base64(&mut self, leaf: &Leaf) -> Result<Vec<u8>, String> {
        let (from, text) = self.raw_leaf(leaf)?;
        base64_simd::STANDARD
            .decode_to_vec(text)
            .map_err(|_| format!("byte {from}: not base64 without line breaks"))
    }

    fn raw_leaf(&mut self, leaf: &Leaf) -> Result<(usize, &'a [u8]), String> {
        self.expect(leaf.open)?;
        let from = self.at;
        let rest = self.rest();
        let length = memchr(b'<', rest).ok_or_else(|| format!("byte {from}: it ends in a text"))?;
        self.at += length;
        self.expect(leaf.close)?;
        Ok((from, rest.get(..length).unwrap_or_default()))
    }
}
