//! The algorithms that are accepted for reading, by the names that XML-DSig and RFC 4051 give them.

use ring::digest;
use ring::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    VerificationAlgorithm,
};

use super::super::c14n::Form;

/// Canonical XML 1.0 without comments.
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
/// Exclusive XML Canonicalization 1.0 without comments.
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The transform that takes the signature itself out of what it signs.
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum SignatureMethod {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "rsa-sha256")]
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-1: accepted only for reading.
    #[serde(rename = "rsa-sha1")]
    RsaSha1,
}

impl SignatureMethod {
    pub(super) fn from_uri(uri: &str) -> Option<Self> {
        match uri {
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => Some(Self::RsaSha256),
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1" => Some(Self::RsaSha1),
            _ => None,
        }
    }

    /// Its short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::RsaSha256 => "rsa-sha256",
            Self::RsaSha1 => "rsa-sha1",
        }
    }

    pub(super) fn ring(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::RsaSha256 => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            Self::RsaSha1 => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        }
    }
}

/// How a document is digested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum DigestMethod {
    /// SHA-256.
    #[serde(rename = "sha256")]
    Sha256,
    /// SHA-1: accepted only for reading.
    #[serde(rename = "sha1")]
    Sha1,
}

impl DigestMethod {
    pub(super) fn from_uri(uri: &str) -> Option<Self> {
        match uri {
            "http://www.w3.org/2001/04/xmlenc#sha256" => Some(Self::Sha256),
            "http://www.w3.org/2000/09/xmldsig#sha1" => Some(Self::Sha1),
            _ => None,
        }
    }

    /// Its short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha1 => "sha1",
        }
    }

    pub(super) fn ring(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        }
    }
}

/// The canonical form that an algorithm name asks for.
pub(super) fn canonical_form(uri: &str) -> Option<Form> {
    match uri {
        EXCLUSIVE => Some(Form::Exclusive),
        INCLUSIVE => Some(Form::Inclusive),
        _ => None,
    }
}
