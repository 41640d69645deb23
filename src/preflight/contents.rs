//! Content streams, found and unpacked.

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::class::Remark;
use super::document::deref;
use super::scan::{Balance, balance};

/// The content of a page.
pub(crate) struct Contents<'d> {
    /// Its streams.
    pub(crate) parts: Vec<(ObjectId, &'d Object)>,
    /// What they leave open when they are read one after the other.
    pub(crate) balance: Balance,
}

/// Finds and unpacks the content of a page.
pub(crate) fn contents<'d>(
    document: &'d Document,
    page: &'d Dictionary,
    bytes_max: u64,
) -> Result<Contents<'d>, Remark> {
    let missing = || Remark::damaged("its content is missing");
    let mut out = Contents {
        parts: Vec::new(),
        balance: Balance::default(),
    };
    let Ok(contents) = page.get(b"Contents") else {
        return Ok(out); // An empty page.
    };
    let single = std::slice::from_ref(contents);
    let parts = match deref(document, contents) {
        Some(Object::Array(parts)) => parts.as_slice(),
        Some(Object::Null) => return Ok(out),
        _ => single,
    };
    let mut plain = Vec::new();
    for part in parts {
        let id = part.as_reference().map_err(|_| missing())?;
        let Some(Object::Stream(stream)) = deref(document, part) else {
            return Err(missing());
        };
        out.parts.push((id, part));
        let left = bytes_max.saturating_sub(plain.len() as u64);
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        let bytes = unpacked(stream, left)
            .ok_or_else(|| Remark::damaged("its content cannot be unpacked"))?;
        plain.extend_from_slice(&bytes);
        plain.push(b'\n'); // Streams part at a token (ISO 32000-1 7.8.2).
    }
    out.balance = balance(&plain);
    Ok(out)
}

/// A content stream, unpacked. The usual packing is unpacked strictly, so that no half page is printed: `lopdf` gives
/// what it could read of a damaged stream. Only the checksum is not asked for; some producers write a wrong one.
pub(crate) fn unpacked(stream: &lopdf::Stream, bytes_max: usize) -> Option<Vec<u8>> {
    let usual = stream
        .filters()
        .is_ok_and(|filters| filters == [b"FlateDecode"])
        && !stream.dict.has(b"DecodeParms");
    if !usual || stream.content.is_empty() {
        return stream.get_plain_content_with_limit(bytes_max).ok();
    }
    let deflated = stream.content.get(2..)?; // Behind the header of zlib.
    let mut room = (stream.content.len() * 6).clamp(4_096, bytes_max.max(4_096));
    loop {
        let mut out = vec![0; room];
        match libdeflater::Decompressor::new().deflate_decompress(deflated, &mut out) {
            Ok(len) => {
                out.truncate(len);
                return (len <= bytes_max).then_some(out);
            }
            Err(libdeflater::DecompressionError::InsufficientSpace) if room < bytes_max => {
                room = (room * 4).min(bytes_max);
            }
            Err(_) => return None,
        }
    }
}
