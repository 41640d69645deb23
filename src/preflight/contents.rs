//! Content streams, found and unpacked.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::class::Remark;
use super::document::{deref, is_lost};
use super::scan::{Balance, balance_of};

/// The content of a page.
pub(crate) struct Contents<'d> {
    /// Its streams.
    pub(crate) parts: Vec<(ObjectId, &'d Object)>,
    /// What they leave open when they are read one after the other.
    pub(crate) balance: Balance,
}

/// Finds and unpacks the content of a page.
///
/// # Errors
/// It is missing, cannot be unpacked, or nothing could be drawn behind it with certainty.
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
    let mut ends = Vec::with_capacity(parts.len());
    for part in parts {
        let id = part.as_reference().map_err(|_| missing())?;
        let Some(Object::Stream(stream)) = deref(document, part) else {
            return Err(missing());
        };
        if is_lost(document, stream) {
            return Err(missing());
        }
        out.parts.push((id, part));
        let left = bytes_max.saturating_sub(plain.len() as u64);
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        let bytes = unpacked(stream, left)
            .ok_or_else(|| Remark::damaged("its content cannot be unpacked"))?;
        plain.extend_from_slice(&bytes);
        ends.push(plain.len());
        plain.push(b'\n'); // Streams part at a token (ISO 32000-1 7.8.2).
    }
    out.balance = balance_of(&plain, &ends);
    match out.balance.unclear() {
        Some(why) => Err(Remark::damaged(why)),
        None => Ok(out),
    }
}

/// A content stream, unpacked. The usual packing is unpacked strictly, so that no half page is printed: `lopdf` gives
/// what it could read of a damaged stream. Only the checksum is not asked for; some producers write a wrong one.
pub(crate) fn unpacked(stream: &Stream, bytes_max: usize) -> Option<Vec<u8>> {
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

/// The names of a stream's filters, the outermost first.
pub(super) fn filters<'d>(document: &'d Document, stream: &'d Stream) -> Vec<&'d [u8]> {
    let name = |object: &'d Object| deref(document, object).and_then(|o| o.as_name().ok());
    match stream.dict.get_deref(b"Filter", document) {
        Ok(Object::Array(names)) => names.iter().filter_map(name).collect(),
        Ok(Object::Name(name)) => vec![name.as_slice()],
        _ => Vec::new(),
    }
}

/// A picture as its own packing has it: without the filters that lie around that one, which have no parameters but those
/// of a predictor, and a packed picture has none.
pub(super) fn unpacked_for_picture(
    stream: &Stream,
    around: &[&[u8]],
    bytes_max: usize,
) -> Option<Vec<u8>> {
    let names = around.iter().map(|name| Object::Name(name.to_vec()));
    let filter = Object::Array(names.collect());
    let packed = Stream::new(
        Dictionary::from_iter([("Filter", filter)]),
        stream.content.clone(),
    );
    unpacked(&packed, bytes_max)
}
