//! Signatures of others in Mina meddelanden: the enveloped `Signature` of any implementation since 2013, with any
//! prefixes and line breaks, read and never written (facts/sweden.md §2).
//!
//! In: the element that should be signed ([`Signed`]). Out: what its signature is worth ([`Signature`]), with each fault
//! named. What always holds:
//! - the digest is computed over the very element that holds the signature, whatever its reference points at;
//! - nothing that is not canonical for sure counts as signed: a document that verifies only without white space is at
//!   fault, and the fault says so;
//! - a file of any size takes little memory: the document is digested as it is written, and a form that grows far beyond
//!   what it is the form of is at fault;
//! - SHA-1 and RSA keys below 2048 bits are accepted here and nowhere else, and are in the result.
//!
//! To accept another algorithm: a line in `algorithm.rs`, one in `docs/verify.md`.

use roxmltree::Node;

use super::c14n::{Blanks, Form, Name, Subset, TooLong, canonical, digest};
use super::{Certificate, Error, RSA_BITS_READ_MIN};

mod algorithm;
mod fault;
mod shape;

pub use algorithm::{DigestMethod, SignatureMethod};
pub use fault::Fault;

use shape::Shape;

/// Namespace of XML signatures.
pub const NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Certificates looked at in one `KeyInfo`; real ones have one, or a chain of three.
const CERTIFICATES_MAX: usize = 8;
/// Bytes of a `SignedInfo`, which is written out in every form; real ones have some 800.
const SIGNED_INFO_BYTES_MAX: usize = 64 << 10;
/// ring verifies no larger key.
const RSA_BITS_READ_MAX: usize = 8192;

/// An element that should hold its own signature.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a, 'input> {
    /// Which.
    pub element: Node<'a, 'input>,
    /// The name under which it was signed, where it travels under another (facts/sweden.md §2, "Rename quirk").
    pub named: Option<Name<'a>>,
    /// The namespace in which elements without one were signed; empty for none.
    pub unqualified: &'a str,
}

/// The form in which something verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Without prefixes, as Mina meddelanden has it.
    Stripped,
    /// As it stands, as XML-DSig has it.
    AsItStands,
}

/// What a signature is worth. It is good when `faults` is empty; the rest is as far as it could be read.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// How it was made.
    pub method: Option<SignatureMethod>,
    /// How the document was digested.
    pub digest: Option<DigestMethod>,
    /// In which form the document has the digest.
    pub document: Option<Reading>,
    /// In which form `SignedInfo` is what the key signed.
    pub signed_info: Option<Reading>,
    /// The certificate whose key signed, or the first one when none did.
    pub certificate: Option<Certificate>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl Signature {
    /// Nothing is wrong with it.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    /// SHA-1 is in it, which is accepted only for reading.
    pub fn uses_sha1(&self) -> bool {
        self.method == Some(SignatureMethod::RsaSha1) || self.digest == Some(DigestMethod::Sha1)
    }
}

/// Checks the signature of an element.
pub fn check(signed: &Signed<'_, '_>) -> Signature {
    let mut signature = Signature::default();
    let shape = match shape::find(signed.element).and_then(|element| shape::read(signed, element)) {
        Ok(shape) => shape,
        Err(fault) => {
            signature.faults.push(fault);
            return signature;
        }
    };
    signature.method = Some(shape.method);
    signature.digest = Some(shape.digest);

    let mut grew = false;
    let document = verified(|reading, blanks| {
        let found = document_digest(signed, &shape, reading, blanks);
        grew |= found.is_err();
        found.is_ok_and(|digest| digest.as_ref() == shape.digest_value)
    });
    let (certificate, signed_info) = match value(&shape) {
        Ok((certificate, found)) => (Some(certificate), found),
        Err(fault) => {
            signature.faults.push(fault);
            (None, None)
        }
    };
    let had_key = certificate.is_some();
    signature.certificate = certificate;
    signature.document = document.map(|(reading, _)| reading);
    signature.signed_info = signed_info.map(|(reading, _)| reading);
    if document.is_none() {
        signature
            .faults
            .push(if grew { Fault::Grows } else { Fault::Digest });
    }
    if had_key && signed_info.is_none() {
        signature.faults.push(Fault::Value);
    }
    let left_out = |(_, blanks)| blanks == Blanks::LeftOut;
    if signature.faults.is_empty() && [document, signed_info].into_iter().flatten().any(left_out) {
        signature.faults.push(Fault::Reformatted);
    }
    signature
}

/// The first way to read something in which it verifies. White space is left out last: that is a fault, and only its
/// name is looked for.
fn verified(mut verifies: impl FnMut(Reading, Blanks) -> bool) -> Option<(Reading, Blanks)> {
    let ways = [
        (Reading::Stripped, Blanks::Kept),
        (Reading::AsItStands, Blanks::Kept),
        (Reading::Stripped, Blanks::LeftOut),
        (Reading::AsItStands, Blanks::LeftOut),
    ];
    ways.into_iter()
        .find(|(reading, blanks)| verifies(*reading, *blanks))
}

fn document_digest(
    signed: &Signed<'_, '_>,
    shape: &Shape<'_, '_>,
    reading: Reading,
    blanks: Blanks,
) -> Result<ring::digest::Digest, TooLong> {
    let is_document = signed.element.parent().is_some_and(|p| p.is_root());
    let subset = Subset {
        without: Some(shape.element),
        named: signed.named,
        unqualified: signed.unqualified,
        blanks,
        whole: is_document && shape.whole_document,
        ..Subset::of(signed.element)
    };
    let form = form(reading, shape.document_form);
    digest(form, &subset, shape.digest.ring())
}

/// The certificate whose key signed `SignedInfo`, and how it was read; the first certificate that can be used when
/// none of them did.
fn value(shape: &Shape<'_, '_>) -> Result<(Certificate, Option<(Reading, Blanks)>), Fault> {
    if shape.signed_info.range().len() > SIGNED_INFO_BYTES_MAX {
        let what = format!("its `SignedInfo` has more than {SIGNED_INFO_BYTES_MAX} bytes");
        return Err(Fault::Form(what));
    }
    let certificates = certificates(shape)?;
    let forms: Result<Vec<_>, TooLong> = [Blanks::Kept, Blanks::LeftOut]
        .into_iter()
        .flat_map(|blanks| {
            [Reading::Stripped, Reading::AsItStands].map(|reading| {
                let subset = Subset {
                    blanks,
                    ..Subset::of(shape.signed_info)
                };
                let form = form(reading, shape.signed_info_form);
                Ok((reading, blanks, canonical(form, &subset)?))
            })
        })
        .collect();
    let forms = forms.map_err(|TooLong| Fault::Grows)?;
    for certificate in &certificates {
        for (reading, blanks, bytes) in &forms {
            let algorithm = shape.method.ring();
            if certificate
                .verify_as(algorithm, bytes, &shape.signature_value)
                .is_ok()
            {
                return Ok((certificate.clone(), Some((*reading, *blanks))));
            }
        }
    }
    match certificates.into_iter().next() {
        Some(certificate) => Ok((certificate, None)),
        None => Err(Fault::NoCertificate),
    }
}

/// The certificates of `KeyInfo` whose keys can be used; the first fault when there are none.
fn certificates(shape: &Shape<'_, '_>) -> Result<Vec<Certificate>, Fault> {
    let mut usable = Vec::new();
    let mut first_fault = None;
    for base64 in shape.certificates.iter().take(CERTIFICATES_MAX) {
        match certificate(base64) {
            Ok(certificate) => usable.push(certificate),
            Err(fault) => first_fault = first_fault.or(Some(fault)),
        }
    }
    match first_fault {
        Some(fault) if usable.is_empty() => Err(fault),
        _ => Ok(usable),
    }
}

fn certificate(base64: &str) -> Result<Certificate, Fault> {
    let der = shape::decode(base64).ok_or_else(|| Fault::Certificate("it is not base64".into()))?;
    let certificate = Certificate::from_der(&der).map_err(|fault| match fault {
        Error::Certificate(what) => Fault::Certificate(what),
        other => Fault::Certificate(other.to_string()),
    })?;
    match certificate.rsa_bits() {
        Some(bits) if (RSA_BITS_READ_MIN..=RSA_BITS_READ_MAX).contains(&bits) => Ok(certificate),
        Some(bits) => Err(Fault::KeySize { bits }),
        None => Err(Fault::NotRsa),
    }
}

/// The canonical form for a way of reading.
fn form(reading: Reading, as_it_stands: Form) -> Form {
    match reading {
        Reading::Stripped => Form::Stripped,
        Reading::AsItStands => as_it_stands,
    }
}
