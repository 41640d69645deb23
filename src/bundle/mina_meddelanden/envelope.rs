//! One document in two forms: as it was sealed, and as the SOAP request that is posted.
//!
//! In the request the sealed element is named `deliverSecure` and stands in the namespace of the service; the seal is
//! computed over the element `SealedDelivery` all the same, and the receiver renames it back before it verifies
//! (facts/sweden.md §2). `SignedDelivery` and `Seal`, whose parent then has another namespace, declare theirs; every
//! other byte stays.

use memchr::memmem;

use super::Form;
use super::markup::{Markup, SIGNED_CLOSE};

/// The SOAP 1.1 request that carries a sealed document to a mailbox operator. `None` when the bytes are no
/// `SealedDelivery` of ours.
pub fn soap_envelope(document: &[u8]) -> Option<Vec<u8>> {
    laid_out_anew(document, Form::Sealed, Form::Soap)
}

/// The document that a SOAP request of ours carries, as it was sealed: the reverse of [`soap_envelope`]. `None` when the
/// bytes are no such request.
pub fn sealed_document(request: &[u8]) -> Option<Vec<u8>> {
    laid_out_anew(request, Form::Soap, Form::Sealed)
}

fn laid_out_anew(bytes: &[u8], from: Form, to: Form) -> Option<Vec<u8>> {
    let (markup, form) = Markup::recognise(bytes)?;
    if form != from {
        return None;
    }
    let (from, to) = (markup.layout(from), markup.layout(to));
    let inside = bytes
        .strip_prefix(from.open.as_bytes())?
        .strip_suffix(from.close.as_bytes())?;
    // Neither stands in a text, where `<` is escaped.
    let at = memmem::find(inside, [SIGNED_CLOSE, from.seal_open].concat().as_bytes())?;
    let (delivery, rest) = inside.split_at_checked(at + SIGNED_CLOSE.len())?;
    let seal = rest.strip_prefix(from.seal_open.as_bytes())?;
    let mut out = Vec::with_capacity(delivery.len() + seal.len() + to.bytes());
    for part in [
        to.open.as_bytes(),
        delivery,
        to.seal_open.as_bytes(),
        seal,
        to.close.as_bytes(),
    ] {
        out.extend_from_slice(part);
    }
    Some(out)
}
