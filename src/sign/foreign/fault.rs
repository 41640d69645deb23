//! What can be wrong with a signature, in words that hold none of the document's contents.

use super::{RSA_BITS_READ_MAX, RSA_BITS_READ_MIN};

/// What is wrong with a signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no `Signature` that could be one.
    #[error("it is absent")]
    Absent,
    /// A `Signature` without value, as programs put in before they sign.
    #[error("it is absent: there is an empty `Signature`, a form that was never filled in")]
    Empty,
    /// More than one `Signature` directly in the element.
    #[error("there are {0} of them; one is allowed")]
    Several(usize),
    /// It is not built as Mina meddelanden asks.
    #[error("it has another form: {0}")]
    Form(String),
    /// An algorithm that is not accepted.
    #[error("{kind} algorithm is not accepted; {allowed}")]
    Algorithm {
        /// Of what.
        kind: &'static str,
        /// What is accepted.
        allowed: &'static str,
    },
    /// No certificate in `KeyInfo`.
    #[error("it carries no certificate")]
    NoCertificate,
    /// A certificate that cannot be read.
    #[error("its certificate cannot be read: {0}")]
    Certificate(String),
    /// The certificate's key is no RSA key.
    #[error("its certificate has a key that is not RSA; RSA is needed")]
    NotRsa,
    /// The certificate's key is too small or too large.
    #[error(
        "its certificate has an RSA key of {bits} bits; {RSA_BITS_READ_MIN} to {RSA_BITS_READ_MAX} are read"
    )]
    KeySize {
        /// Bits of its modulus.
        bits: usize,
    },
    /// The document has another digest than the one that was signed.
    #[error("wrong digest: the document was changed after signing")]
    Digest,
    /// A canonical form would be many times as long as what it is the form of.
    #[error(
        "its canonical form is more than 16 times as long as what was signed, which no real message's is; it is not digested"
    )]
    Grows,
    /// The key of the certificate did not sign `SignedInfo`.
    #[error(
        "wrong value: the key of its certificate did not sign it, or `SignedInfo` was changed after signing"
    )]
    Value,
    /// It would verify without white space between elements.
    #[error(
        "it was reformatted after signing: it verifies once white space between elements is taken out"
    )]
    Reformatted,
}

impl Fault {
    /// A short name that keeps its meaning, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Empty => "empty",
            Self::Several(_) => "several",
            Self::Form(_) | Self::Grows => "form",
            Self::Algorithm { .. } => "algorithm",
            Self::NoCertificate => "no-certificate",
            Self::Certificate(_) => "certificate",
            Self::NotRsa | Self::KeySize { .. } => "key",
            Self::Digest => "digest",
            Self::Value => "value",
            Self::Reformatted => "reformatted",
        }
    }
}
