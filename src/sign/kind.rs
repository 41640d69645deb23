//! What kind a key is, in words: for those that are not signed with, or not known at all.

use x509_cert::der::oid::ObjectIdentifier;

use super::RSA_BITS;
use super::certificate::{OID_EC, OID_RSA};

/// Kinds by RFC 8017 appendix C, RFC 8410 section 3, RFC 3279 section 2.3.2.
const KINDS: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.10", "RSA-PSS"),
    ("1.3.101.113", "Ed448"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.2.840.10040.4.1", "DSA"),
];

/// Curves by RFC 5480 section 2.1.1.1, SEC 2 and RFC 5639.
const CURVES: &[(&str, &str)] = &[
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.3.132.0.33", "P-224"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.3.132.0.10", "secp256k1"),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
];

/// The name of a kind of key; `curve` is that of an EC key.
pub(super) fn name(kind: ObjectIdentifier, curve: Option<ObjectIdentifier>) -> String {
    let known = |names: &[(&'static str, &'static str)], oid: ObjectIdentifier| {
        let oid = oid.to_string();
        let found = names.iter().find(|(known, _)| *known == oid);
        found.map(|(_, name)| *name)
    };
    match (kind, curve) {
        (OID_RSA, _) => "RSA".into(),
        (OID_EC, Some(curve)) => match known(CURVES, curve) {
            Some(name) => format!("ECDSA {name}"),
            None => format!("EC on the curve {curve}"),
        },
        (OID_EC, None) => "EC without a named curve".into(),
        (other, _) => known(KINDS, other).map_or_else(|| format!("kind {other}"), str::to_owned),
    }
}

/// What ring says against a key, as a sentence; `rsa_bits` are those of its modulus.
pub(super) fn rejected(reason: ring::error::KeyRejected, rsa_bits: Option<usize>) -> String {
    let reason = reason.to_string();
    if let Some(bits) = rsa_bits.filter(|bits| !RSA_BITS.contains(bits)) {
        return format!("an RSA key of {bits} bits");
    }
    match (reason.as_str(), rsa_bits) {
        ("TooSmall" | "TooLarge", Some(_)) => {
            "an RSA key with a public exponent below 65537 or of more than 33 bits".into()
        }
        ("InvalidEncoding", _) => "a key that is damaged: it cannot be taken apart".into(),
        ("InconsistentComponents" | "InvalidComponent", _) => {
            "a key that is damaged: its parts do not belong together".into()
        }
        ("VersionNotSupported", _) => "a key in a version of its format that is not known".into(),
        ("PublicKeyIsMissing", _) => "a key without its public half".into(),
        ("WrongAlgorithm", _) => "a key that is not of the kind that its file says".into(),
        (other, _) => format!("a key that ring refuses ({other})"),
    }
}
