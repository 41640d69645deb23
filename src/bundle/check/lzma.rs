//! The tar in a container. The service asks for one form (facts/denmark.md §2.3), and only that is read.

use std::fs::File;
use std::io::{BufReader, Read};

use lzma_rust2::LzmaReader;

use super::super::containers::Dictionary;

/// Properties (lc 3, lp 0, pb 2), size of the dictionary, size of the contents.
const HEADER_BYTES: usize = 13;
const PROPERTIES: u8 = 0x5d;
/// The size is not said; the stream ends with a mark.
const SIZE_UNKNOWN: [u8; 8] = [0xff; 8];

pub(super) type Tar = LzmaReader<BufReader<File>>;

/// Reads the header, and stands before the tar.
pub(super) fn open(file: File) -> Result<Tar, String> {
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header)
        .map_err(|_| "it is too short for a container".to_owned())?;
    let [properties, a, b, c, d, size @ ..] = header;
    let bytes = u32::from_le_bytes([a, b, c, d]);
    if properties != PROPERTIES || size != SIZE_UNKNOWN {
        return Err("it does not begin as a container: 5d, a dictionary, eight bytes ff".into());
    }
    if Dictionary::from_bytes(bytes).is_none() {
        return Err(format!(
            "a dictionary of {bytes} bytes; 4, 8, 16, 32, 64 or 128 MiB are allowed"
        ));
    }
    LzmaReader::new_with_props(file, u64::MAX, properties, bytes, None)
        .map_err(|e| format!("it cannot be uncompressed: {e}"))
}

/// Nothing may stand behind the stream.
pub(super) fn ended(tar: Tar) -> Result<(), String> {
    let (mut file, unused) = tar.into_parts();
    let more = file.read(&mut [0]).map_err(|e| e.to_string())?;
    if unused.is_empty() && more == 0 {
        Ok(())
    } else {
        Err("something stands behind its end".into())
    }
}
