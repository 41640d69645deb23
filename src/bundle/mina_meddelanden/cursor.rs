//! Elements that hold text, as `xml.rs` writes them.

use super::super::canonical;
use super::super::cursor::Cursor;
use super::markup::Leaf;

impl<'a> Cursor<'a> {
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
        self.expect(leaf.open)?;
        let from = self.at;
        let text = self.text_up_to(leaf.close)?;
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
        self.expect(leaf.open)?;
        let from = self.at;
        base64_simd::STANDARD
            .decode_to_vec(self.bytes_up_to(leaf.close)?)
            .map_err(|_| format!("byte {from}: not base64 without line breaks"))
    }
}
