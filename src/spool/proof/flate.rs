//! Streams of a part, unpacked.

use libdeflater::{DecompressionError, Decompressor};

use super::reader::{Object, get};

/// What a Flate stream of ours holds; `None` where it is packed otherwise, damaged, or larger than allowed.
pub(super) fn inflated(object: Object<'_>, bytes_max: usize) -> Option<Vec<u8>> {
    let data = object.data?;
    let filter = get(object.text, b"/Filter");
    if filter.is_none() {
        return (data.len() <= bytes_max).then(|| data.to_vec());
    }
    let flate = matches!(filter, Some(b"/FlateDecode" | b"[/FlateDecode]"));
    if !flate || get(object.text, b"/DecodeParms").is_some() {
        return None;
    }
    unpacked(data, bytes_max)
}

/// What was deflated; `None` where it is damaged, or larger than allowed.
pub(super) fn unpacked(data: &[u8], bytes_max: usize) -> Option<Vec<u8>> {
    grown(data, bytes_max, Decompressor::zlib_decompress)
}

/// As [`unpacked`], without the head and the checksum of zlib.
pub(super) fn unpacked_raw(data: &[u8], bytes_max: usize) -> Option<Vec<u8>> {
    grown(data, bytes_max, Decompressor::deflate_decompress)
}

type Way = fn(&mut Decompressor, &[u8], &mut [u8]) -> Result<usize, DecompressionError>;

fn grown(data: &[u8], bytes_max: usize, way: Way) -> Option<Vec<u8>> {
    let mut room = (data.len() * 6).clamp(4_096.min(bytes_max), bytes_max);
    loop {
        let mut out = vec![0; room];
        match way(&mut Decompressor::new(), data, &mut out) {
            Ok(len) => {
                out.truncate(len);
                return Some(out);
            }
            Err(DecompressionError::InsufficientSpace) if room < bytes_max => {
                room = (room * 4).min(bytes_max);
            }
            Err(_) => return None,
        }
    }
}
