//! Whether certificates that someone trusts vouch for another one, directly: it is one of them, or one of them issued
//! it. No chains, no revocation, no dates: that is a matter of the system that keeps the trust.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, VerificationAlgorithm,
};
use x509_cert::Certificate as X509;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, Reader, SliceReader};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use super::certificate::OID_ED25519;
use super::{Algorithm, Certificate};

/// RFC 8017 appendix C, RFC 5758 section 3.2, RFC 8410 section 3.
const OID_SHA1_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");
const OID_SHA256_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const OID_SHA384_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const OID_SHA512_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const OID_SHA256_ECDSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// Why a certificate is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vouched {
    /// It is one of the trusted ones.
    Itself,
    /// A trusted one issued it: the names agree, the trusted one may issue certificates, and its key signed this one.
    Issuer,
}

/// Looks for a trusted certificate that vouches for `certificate`; `None` when there is none.
pub fn vouched(certificate: &Certificate, trusted: &[Certificate]) -> Option<Vouched> {
    if trusted.iter().any(|t| t.der() == certificate.der()) {
        return Some(Vouched::Itself);
    }
    let issued = trusted
        .iter()
        .any(|t| issued_by(certificate, t) == Some(()));
    issued.then_some(Vouched::Issuer)
}

/// `Some` when it did.
fn issued_by(certificate: &Certificate, issuer: &Certificate) -> Option<()> {
    let issued = X509::from_der(certificate.der()).ok()?;
    let issuing = X509::from_der(issuer.der()).ok()?;
    let same_name = issued.tbs_certificate().issuer() == issuing.tbs_certificate().subject();
    // RFC 5280 §5.1.1.2: the algorithm stands inside and outside of what is signed.
    let same_algorithm = issued.tbs_certificate().signature() == issued.signature_algorithm();
    if !same_name || !same_algorithm || !may_issue(&issuing) {
        return None;
    }
    let (kind, algorithm) = algorithm(issued.signature_algorithm().oid)?;
    if kind != issuer.algorithm() {
        return None;
    }
    let signature = issued.signature().as_bytes()?;
    let signed = signed_part(certificate.der())?;
    issuer.verify_as(algorithm, signed, signature).ok()
}

/// RFC 5280 §4.2.1.9 and §4.2.1.3. A certificate that does not say so may not, one of version 1 too: otherwise each
/// holder of a trusted certificate could issue others.
fn may_issue(issuer: &X509) -> bool {
    let tbs = issuer.tbs_certificate();
    let constraints = tbs.get_extension::<BasicConstraints>();
    let is_ca = matches!(constraints, Ok(Some((_, constraints))) if constraints.ca);
    let usage = tbs.get_extension::<KeyUsage>();
    let may_sign = match usage {
        Ok(Some((_, usage))) => usage.key_cert_sign(),
        Ok(None) => true,
        Err(_) => false,
    };
    is_ca && may_sign
}

fn algorithm(oid: ObjectIdentifier) -> Option<(Algorithm, &'static dyn VerificationAlgorithm)> {
    let rsa = Algorithm::RsaSha256;
    match oid {
        OID_SHA1_RSA => Some((rsa, &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY)),
        OID_SHA256_RSA => Some((rsa, &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY)),
        OID_SHA384_RSA => Some((rsa, &RSA_PKCS1_2048_8192_SHA384)),
        OID_SHA512_RSA => Some((rsa, &RSA_PKCS1_2048_8192_SHA512)),
        OID_SHA256_ECDSA => Some((Algorithm::EcdsaP256Sha256, &ECDSA_P256_SHA256_ASN1)),
        OID_ED25519 => Some((Algorithm::Ed25519, &ED25519)),
        _ => None,
    }
}

/// The bytes of `tbsCertificate` as they stand, which the issuer signed.
fn signed_part(der: &[u8]) -> Option<&[u8]> {
    let mut reader = SliceReader::new(der).ok()?;
    let signed: x509_cert::der::Result<&[u8]> = reader.sequence(|inner| {
        let signed = inner.tlv_bytes()?;
        inner.tlv_bytes()?;
        inner.tlv_bytes()?;
        Ok(signed)
    });
    signed.ok()
}
