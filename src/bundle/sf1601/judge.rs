//! What both readers ask of the PDF in a request.

/// A PDF may have other bytes before its header (ISO 32000-1 annex H.3.4.1), but ours and good ones have none.
const HEADER: &[u8] = b"%PDF-";
/// The end stands among the last bytes (ISO 32000-1 annex H.3.4.4).
const TAIL_BYTES: usize = 1_024;

/// True for bytes that begin as a PDF does.
pub(super) fn begins_as_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(HEADER)
}

/// True for bytes that end as a PDF does; others may be truncated.
pub(super) fn ends_as_pdf(bytes: &[u8]) -> bool {
    let tail = bytes.len().saturating_sub(TAIL_BYTES);
    let tail = bytes.get(tail..).unwrap_or_default();
    memchr::memmem::find(tail, b"%%EOF").is_some()
}
