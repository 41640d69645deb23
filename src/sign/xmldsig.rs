//! The enveloped `<Signature>` of Mina meddelanden, in its one accepted shape (facts/sweden.md §2): exclusive C14N,
//! rsa-sha256, one reference with URI "", the enveloped-signature transform alone, sha256, subject name and leaf
//! certificate; default namespaces only, no line breaks.
//!
//! In: the digest of a canonical document. Out: the element, ready to be spliced into the document. What always holds:
//! its length is the same for every document ([`XmlSigner::element_bytes`]), so sizes are known before signing.
//! [`parse`] reads exactly that shape back and nothing else.

use std::sync::Arc;

use memchr::memmem;

use super::c14n::escape_into;
use super::{Algorithm, Certificate, Error, Signer};
use crate::disk::Sha256;

/// From behind the start tag of `SignedInfo` to the digest value. An empty element has two tags in canonical XML.
const UP_TO_DIGEST: &str = concat!(
    r#"<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></CanonicalizationMethod>"#,
    r#"<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>"#,
    r#"<Reference URI=""><Transforms>"#,
    r#"<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></Transform>"#,
    r#"</Transforms>"#,
    r#"<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod><DigestValue>"#,
);
const BEHIND_DIGEST: &str = "</DigestValue></Reference></SignedInfo>";

/// `SignedInfo` as it stands in the document, and on its own, when its bytes are signed.
const OPEN_IN_DOCUMENT: &str =
    r#"<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>"#;
const OPEN_ALONE: &str = r#"<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">"#;

const VALUE: &str = "<SignatureValue>";
const UP_TO_SUBJECT: &str = "</SignatureValue><KeyInfo><X509Data><X509SubjectName>";
const UP_TO_CERTIFICATE: &str = "</X509SubjectName><X509Certificate>";
const CLOSE: &str = "</X509Certificate></X509Data></KeyInfo></Signature>";

/// Characters of a SHA-256 digest in base64.
const DIGEST_CHARACTERS: usize = 44;

/// A signer with all constant parts of its signatures written out.
#[derive(Debug)]
pub struct XmlSigner {
    signer: Arc<Signer>,
    behind_value: Vec<u8>,
    value_characters: usize,
}

impl XmlSigner {
    /// Prepares a signer.
    ///
    /// # Errors
    /// [`Error::NotRsa`].
    pub fn new(signer: Arc<Signer>) -> Result<Self, Error> {
        let certificate = signer.certificate();
        let Some(bits) = certificate.rsa_bits() else {
            return Err(Error::NotRsa {
                subject: certificate.shown_subject().to_owned(),
                algorithm: signer.algorithm(),
            });
        };
        Ok(Self {
            behind_value: behind_value(certificate),
            value_characters: bits.div_ceil(8).div_ceil(3) * 4,
            signer,
        })
    }

    /// The signer inside.
    pub fn signer(&self) -> &Arc<Signer> {
        &self.signer
    }

    /// Bytes of every `<Signature>` element that it writes.
    pub fn element_bytes(&self) -> usize {
        OPEN_IN_DOCUMENT.len()
            + UP_TO_DIGEST.len()
            + DIGEST_CHARACTERS
            + BEHIND_DIGEST.len()
            + VALUE.len()
            + self.value_characters
            + self.behind_value.len()
    }

    /// Appends the `<Signature>` over a document with that digest.
    ///
    /// # Errors
    /// [`Error::Signing`].
    pub fn sign_into(&self, digest: &Sha256, out: &mut Vec<u8>) -> Result<(), Error> {
        let signature = self.signer.sign(&signed_info(digest))?;
        out.extend_from_slice(OPEN_IN_DOCUMENT.as_bytes());
        out.extend_from_slice(UP_TO_DIGEST.as_bytes());
        base64_simd::STANDARD.encode_append(digest, out);
        out.extend_from_slice(BEHIND_DIGEST.as_bytes());
        out.extend_from_slice(VALUE.as_bytes());
        base64_simd::STANDARD.encode_append(&signature, out);
        out.extend_from_slice(&self.behind_value);
        Ok(())
    }
}

/// A `<Signature>` as read; nothing in it is checked yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed<'a> {
    digest: &'a [u8],
    value: &'a [u8],
    subject: &'a [u8],
    /// Base64 of the certificate.
    pub certificate_base64: &'a [u8],
    /// Bytes of the element.
    pub length: usize,
}

/// Reads the element at the start of `bytes`; `None` when it is not exactly of our shape.
pub fn parse(bytes: &[u8]) -> Option<Parsed<'_>> {
    let rest = bytes.strip_prefix(OPEN_IN_DOCUMENT.as_bytes())?;
    let rest = rest.strip_prefix(UP_TO_DIGEST.as_bytes())?;
    let (digest, rest) = rest.split_at_checked(DIGEST_CHARACTERS)?;
    let rest = rest.strip_prefix(BEHIND_DIGEST.as_bytes())?;
    let rest = rest.strip_prefix(VALUE.as_bytes())?;
    let (value, rest) = text_before(rest, UP_TO_SUBJECT)?;
    let (subject, rest) = text_before(rest, UP_TO_CERTIFICATE)?;
    let (certificate_base64, rest) = text_before(rest, CLOSE)?;
    Some(Parsed {
        digest,
        value,
        subject,
        certificate_base64,
        length: bytes.len() - rest.len(),
    })
}

impl Parsed<'_> {
    /// Checks that the signature is over a document with that digest, made with the key of that certificate, and that
    /// every byte of the element is as we would write it.
    ///
    /// # Errors
    /// [`Error::Verification`].
    pub fn verify(&self, digest: &Sha256, certificate: &Certificate) -> Result<(), Error> {
        let as_written = base64_simd::STANDARD.encode_to_string(digest).as_bytes() == self.digest
            && self.certificate_base64 == certificate.base64().as_bytes()
            && self.subject == escaped_subject(certificate)
            && certificate.algorithm() == Algorithm::RsaSha256;
        if !as_written {
            return Err(Error::Verification);
        }
        let value = base64_simd::STANDARD.decode_to_vec(self.value);
        let value = value.map_err(|_| Error::Verification)?;
        if base64_simd::STANDARD.encode_to_string(&value).as_bytes() != self.value {
            return Err(Error::Verification);
        }
        certificate.verify(&signed_info(digest), &value)
    }
}

/// `SignedInfo` in canonical form on its own.
fn signed_info(digest: &Sha256) -> Vec<u8> {
    let parts = [OPEN_ALONE, UP_TO_DIGEST];
    let length = OPEN_ALONE.len() + UP_TO_DIGEST.len() + DIGEST_CHARACTERS + BEHIND_DIGEST.len();
    let mut bytes = Vec::with_capacity(length);
    for part in parts {
        bytes.extend_from_slice(part.as_bytes());
    }
    base64_simd::STANDARD.encode_append(digest, &mut bytes);
    bytes.extend_from_slice(BEHIND_DIGEST.as_bytes());
    bytes
}

fn behind_value(certificate: &Certificate) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(certificate.base64().len() + 512);
    bytes.extend_from_slice(UP_TO_SUBJECT.as_bytes());
    bytes.extend_from_slice(&escaped_subject(certificate));
    bytes.extend_from_slice(UP_TO_CERTIFICATE.as_bytes());
    bytes.extend_from_slice(certificate.base64().as_bytes());
    bytes.extend_from_slice(CLOSE.as_bytes());
    bytes
}

fn escaped_subject(certificate: &Certificate) -> Vec<u8> {
    let mut escaped = Vec::new();
    escape_into(certificate.subject(), &mut escaped);
    escaped
}

fn text_before<'a>(bytes: &'a [u8], end: &str) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(bytes, b"<")?;
    let (text, rest) = bytes.split_at(at);
    Some((text, rest.strip_prefix(end.as_bytes())?))
}
