//! The textual form of keys, certificates and signatures (RFC 7468): base64 between two borders.

use memchr::memmem;
use x509_cert::der::pem;
use zeroize::{Zeroize, Zeroizing};

const BEGIN: &[u8] = b"-----BEGIN ";
const HINT_TO_PKCS8: &str = "hint: openssl pkcs8 -topk8 -in OLD -out NEW";

/// Bytes that are wiped when they are dropped.
pub(super) type Secret = Zeroizing<Vec<u8>>;

/// Writes a block: lines of 64 characters between borders with that label (RFC 7468 §2).
pub fn armour(label: &str, bytes: &[u8]) -> String {
    let base64 = base64_simd::STANDARD.encode_to_string(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64)); // Base64 is ASCII.
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// The contents of the first block with that label.
///
/// # Errors
/// What is wrong with the text, in words.
pub fn block(text: &[u8], label: &str) -> Result<Vec<u8>, String> {
    let mut blocks = blocks(text)?.into_iter();
    let found = blocks.find(|(known, _)| known == label);
    match found {
        Some((_, bytes)) => Ok(bytes.to_vec()),
        None => Err(format!("it has no {label} in PEM")),
    }
}

/// Whether there is a block at all.
pub(super) fn is_pem(bytes: &[u8]) -> bool {
    memmem::find(bytes, BEGIN).is_some()
}

/// All blocks with their labels, in order; text between them is skipped (`openssl pkcs12` writes some).
pub(super) fn blocks(bytes: &[u8]) -> Result<Vec<(String, Secret)>, String> {
    const NO_END: &str = "a PEM block has no end";
    const END: &[u8] = b"-----END ";
    const BORDER: &[u8] = b"-----";
    let mut blocks = Vec::new();
    let mut rest = bytes;
    while let Some(start) = memmem::find(rest, BEGIN) {
        let from = rest.get(start..).unwrap_or_default();
        let label = memmem::find(from, END).ok_or(NO_END)? + END.len();
        let behind_label = from.get(label..).unwrap_or_default();
        let border = memmem::find(behind_label, BORDER).ok_or(NO_END)?;
        let (block, behind) = from
            .split_at_checked(label + border + BORDER.len())
            .ok_or(NO_END)?;
        if memmem::find(block, b"Proc-Type:").is_some() {
            return Err(format!("PEM encryption of before PKCS#8; {HINT_TO_PKCS8}"));
        }
        let mut decoder = pem::Decoder::new_detect_wrap(block).map_err(|e| e.to_string())?;
        let label = decoder.type_label().to_owned();
        let mut contents = Zeroizing::new(Vec::with_capacity(block.len()));
        if let Err(e) = decoder.decode_to_end(&mut contents) {
            contents.zeroize();
            return Err(e.to_string());
        }
        blocks.push((label, contents));
        rest = behind;
    }
    Ok(blocks)
}
