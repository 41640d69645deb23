//! Writes canonical XML.
//!
//! What always holds: everything written is its own canonical form, exclusive and inclusive C14N 1.0 alike. That takes
//! default namespaces only, declared where they differ from the parent's (`markup.rs`); no attributes; no white space
//! between elements; `&`, `<`, `>` and CR escaped in text, nothing else.

use super::super::documents::Encoded;
use super::super::{Refusal, canonical};
use super::markup::{ATTACHMENT_CLOSE, Leaf, Markup};
use crate::letter::Document;

/// Characters of an MD5 digest in hexadecimal.
const CHECKSUM_CHARACTERS: usize = 32;

/// Writes canonical XML into a buffer.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    /// Markup, as it stands.
    pub(super) fn raw(&mut self, markup: &str) {
        self.raw_bytes(markup.as_bytes());
    }

    pub(super) fn raw_bytes(&mut self, markup: &[u8]) {
        self.0.extend_from_slice(markup);
    }

    pub(super) fn leaf(&mut self, leaf: &Leaf, text: &str) -> Result<(), Refusal> {
        self.raw(leaf.open);
        canonical::check_characters(text)?;
        canonical::escape_into(text, &mut self.0);
        self.raw(leaf.close);
        Ok(())
    }

    pub(super) fn optional(&mut self, leaf: &Leaf, text: Option<&str>) -> Result<(), Refusal> {
        text.map_or(Ok(()), |text| self.leaf(leaf, text))
    }

    pub(super) fn base64(&mut self, leaf: &Leaf, bytes: &[u8]) {
        self.raw(leaf.open);
        base64_simd::STANDARD.encode_append(bytes, &mut self.0);
        self.raw(leaf.close);
    }

    pub(super) fn attachment(
        &mut self,
        markup: &Markup,
        document: &Document,
        encoded: &Encoded,
    ) -> Result<(), Refusal> {
        self.raw(markup.attachment_open);
        self.leaf(&markup.content_type, &document.media_type)?;
        self.raw(markup.body.open);
        self.raw_bytes(&encoded.base64);
        self.raw(markup.body.close);
        self.leaf(&markup.checksum, &encoded.checksum)?;
        self.leaf(&markup.file_name, &document.file_name)?;
        self.raw(ATTACHMENT_CLOSE);
        Ok(())
    }
}

/// Bytes of an attachment beside its base64.
pub(super) fn attachment_overhead(markup: &Markup, document: &Document) -> Result<usize, Refusal> {
    let mut out = Writer::new(1024);
    out.attachment(
        markup,
        document,
        &Encoded {
            base64: Vec::new(),
            checksum: "0".repeat(CHECKSUM_CHARACTERS),
        },
    )?;
    Ok(out.len())
}
