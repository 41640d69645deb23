//! Where a part is written: a file, or memory.

use std::io::Write;

use crate::disk::HashingWriter;

/// Takes the bytes of a part, and knows how many there were.
pub(super) trait Sink: Write {
    /// Bytes so far.
    fn size(&self) -> u64;
}

impl Sink for HashingWriter {
    fn size(&self) -> u64 {
        self.size()
    }
}

impl Sink for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }
}
