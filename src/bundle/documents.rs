//! Documents in the form that a message carries: base64 without line breaks, and the MD5 of the raw bytes.
//!
//! A document that many letters enclose is encoded once. It is known by its allocation, which all its letters share
//! and which the table here keeps alive, so that an address cannot come to mean another document.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use md5::{Digest, Md5};

use crate::letter::SharedDocument;

/// A document as a message carries it.
pub(super) struct Encoded {
    pub(super) base64: Vec<u8>,
    /// MD5, upper-case hexadecimal: facts/sweden.md §1, "Checksum".
    pub(super) checksum: String,
}

impl Encoded {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let mut base64 = Vec::with_capacity(base64_characters(bytes.len()));
        base64_simd::STANDARD.encode_append(bytes, &mut base64);
        Self {
            base64,
            checksum: checksum(bytes),
        }
    }
}

/// What `Checksum` says of an attachment: the MD5 of its bytes, upper-case hexadecimal (facts/sweden.md §1).
pub fn checksum(bytes: &[u8]) -> String {
    crate::disk::hex(&Md5::digest(bytes)).to_ascii_uppercase()
}

pub(super) fn base64_characters(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// The shared documents of a mailing, each encoded when a letter first needs it.
pub(super) struct Shared {
    by_address: HashMap<usize, (Arc<Vec<u8>>, OnceLock<Encoded>)>,
}

impl Shared {
    /// Takes documents in their order while they fit into `bytes_max`.
    pub(super) fn new(shared: &[SharedDocument], bytes_max: usize) -> Self {
        let mut by_address = HashMap::new();
        let mut room = bytes_max;
        for document in shared {
            let bytes = &document.document.bytes;
            if let Some(left) = room.checked_sub(base64_characters(bytes.len())) {
                room = left;
                by_address.insert(address(bytes), (Arc::clone(bytes), OnceLock::new()));
            }
        }
        Self { by_address }
    }

    /// The document ready encoded; `None` when it is not a shared one, or has no room here.
    pub(super) fn encoded(&self, bytes: &Arc<Vec<u8>>) -> Option<&Encoded> {
        let (kept, encoded) = self.by_address.get(&address(bytes))?;
        Some(encoded.get_or_init(|| Encoded::new(kept)))
    }
}

fn address(bytes: &Arc<Vec<u8>>) -> usize {
    Arc::as_ptr(bytes).addr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Document;

    fn shared(id: &str, bytes: &[u8]) -> SharedDocument {
        SharedDocument {
            id: id.into(),
            document: Document {
                file_name: format!("{id}.pdf"),
                media_type: "application/pdf".into(),
                bytes: Arc::new(bytes.to_vec()),
            },
        }
    }

    #[test]
    fn the_checksum_is_md5_in_capitals() {
        assert_eq!(checksum(b"abc"), "900150983CD24FB0D6963F7D28E17F72"); // RFC 1321 A.5.
        assert_eq!(checksum(b""), "D41D8CD98F00B204E9800998ECF8427E");
    }

    #[test]
    fn a_shared_document_is_encoded_once_and_found_by_its_allocation() {
        let all = [shared("a", b"abc"), shared("b", b"defg")];
        let table = Shared::new(&all, 8);
        let first: *const Encoded = table.encoded(&all[0].document.bytes).unwrap();
        let again: *const Encoded = table.encoded(&all[0].document.bytes.clone()).unwrap();
        assert_eq!(first, again);
        assert!(table.encoded(&all[1].document.bytes).is_none()); // Four characters were left, eight are needed.
        assert!(table.encoded(&Arc::new(b"abc".to_vec())).is_none());
        assert_eq!(
            table.encoded(&all[0].document.bytes).unwrap().base64,
            b"YWJj"
        );
    }
}
