//! The keys of a job: the only room that touches them. ring signs.
//!
//! In: key and certificate files, a batch date, messages. Out: signatures and what a reader needs to check them.
//! What always holds:
//! - a [`Signer`] has a key that belongs to its certificate, and the key file could be read by its owner only;
//! - RSA keys have 2048, 3072 or 4096 bits (ring signs with no others; below 2048 nobody should). Smaller ones and SHA-1
//!   are known to `foreign` alone, which reads what others signed, and to `trust`, which reads what others issued;
//! - nothing of a person is in an error or in `Debug` output, where a certificate is a person's;
//! - no key material is in an error, in `Debug` output or in a buffer that is not wiped. ring itself keeps its parsed
//!   key in ordinary memory.
//!
//! To allow another kind of key: a variant of [`Algorithm`], its arms in `certificate.rs` (public half) and `key.rs`
//! (private half), a line in `docs/keys.md`, and a key made by openssl in `tests/seal.rs`.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use ring::rand::SystemRandom;
use ring::signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use zeroize::Zeroizing;

use crate::disk::Sha256;
use crate::letter::Environment;

pub mod c14n;
mod certificate;
mod development;
pub mod foreign;
mod key;
mod kind;
pub mod pem;
mod person;
mod trust;
pub mod xmldsig;

pub use certificate::Certificate;
pub use key::read_certificates;
pub use trust::{Vouched, vouched};

/// Fewest bits of an RSA modulus of a key that signs (NIST SP 800-131A rev. 2, table 2).
pub const RSA_BITS_MIN: usize = 2048;
/// Bits of the RSA keys that ring signs with: from [`RSA_BITS_MIN`] to 4096, and both primes of whole 512 bits
/// (ring 0.17, `rsa/keypair.rs`).
pub const RSA_BITS: [usize; 3] = [RSA_BITS_MIN, 3072, 4096];
/// Fewest bits of an RSA modulus in a signature of others that is read: test certificates of 2013 have so many
/// (facts/sweden.md §2). ring verifies none below.
pub const RSA_BITS_READ_MIN: usize = 1024;
/// Most bytes of a key or certificate file; real ones have a few thousand.
pub const KEY_FILE_BYTES_MAX: u64 = 1 << 20;

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256. Deterministic.
    #[serde(rename = "rsa-sha256")]
    RsaSha256,
    /// ECDSA on P-256 with SHA-256, signature as ASN.1 DER. Differs from run to run.
    #[serde(rename = "ecdsa-p256-sha256")]
    EcdsaP256Sha256,
    /// Ed25519, 64 bytes. Deterministic.
    #[serde(rename = "ed25519")]
    Ed25519,
}

impl Algorithm {
    /// The name that manifests and reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::RsaSha256 => "rsa-sha256",
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
            Self::Ed25519 => "ed25519",
        }
    }

    /// The algorithm with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::RsaSha256, Self::EcdsaP256Sha256, Self::Ed25519]
            .into_iter()
            .find(|a| a.name() == name)
    }
}

/// A password; wiped when dropped, masked in `Debug`.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes the password over.
    pub fn new(password: String) -> Self {
        Self(Zeroizing::new(password))
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(masked)")
    }
}

/// Where a key and its certificate lie.
#[derive(Clone, Debug)]
pub struct KeyFiles {
    /// PKCS#8 or PKCS#1, PEM or DER, or PKCS#12. Mode 0600 or stricter.
    pub key: PathBuf,
    /// PEM or DER. `None`: the certificate is in the key file (PEM with both, or PKCS#12).
    pub certificate: Option<PathBuf>,
    /// Of an encrypted PKCS#8 or a PKCS#12 file.
    pub password: Option<Password>,
}

/// A key that signs, with its certificate. Shared by all threads.
pub struct Signer {
    pair: Pair,
    random: SystemRandom,
    certificate: Certificate,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("algorithm", &self.algorithm())
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// Loads a key and its certificate, which must be valid on the batch date.
    ///
    /// # Errors
    /// A file that cannot be read, that others can read, or that is no key; a password missing or wrong; a key that is
    /// too small or does not belong to the certificate; a certificate not yet valid or expired on `date`.
    pub fn load(files: &KeyFiles, date: Date) -> Result<Self, Error> {
        let signer = key::load(files)?;
        signer.certificate.check_date(date)?;
        Ok(signer)
    }

    /// The development key of a sender: made in `folder` on first use, loaded from then on. Two processes that make it
    /// at once end with the same key.
    ///
    /// # Errors
    /// Any I/O error; a file there that is not the key of this sender.
    pub fn development(folder: &Path, sender_id: &str, sender_name: &str) -> Result<Self, Error> {
        development::open_or_make(folder, sender_id, sender_name)
    }

    /// Signs a message; the hash is part of the algorithm.
    ///
    /// # Errors
    /// ring gives no reason; it refuses when its self-check of the signature fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let padding = &ring::signature::RSA_PKCS1_SHA256;
                pair.sign(padding, &self.random, message, &mut signature)
                    .map_err(|_| Error::Signing)?;
                Ok(signature)
            }
            Pair::Ecdsa(pair) => {
                let signature = pair
                    .sign(&self.random, message)
                    .map_err(|_| Error::Signing)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Rsa(_) => Algorithm::RsaSha256,
            Pair::Ecdsa(_) => Algorithm::EcdsaP256Sha256,
            Pair::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// The certificate of the key.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The certificate, DER.
    pub fn certificate_der(&self) -> &[u8] {
        self.certificate.der()
    }

    /// SHA-256 of the certificate's DER.
    pub fn certificate_sha256(&self) -> Sha256 {
        self.certificate.sha256()
    }

    /// The certificate's subject, most specific part first, unless it is a person.
    pub fn shown_subject(&self) -> &str {
        self.certificate.shown_subject()
    }

    /// True for a key that [`Signer::development`] made, however it was loaded.
    pub fn is_development(&self) -> bool {
        self.certificate.is_development()
    }

    /// Refuses a development key for real mail.
    ///
    /// # Errors
    /// [`Error::DevelopmentInProduction`].
    pub fn check_environment(&self, environment: Environment) -> Result<(), Error> {
        match environment {
            Environment::Production if self.is_development() => Err(Error::DevelopmentInProduction),
            Environment::Production | Environment::Test => Ok(()),
        }
    }
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read or written.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Others than the owner have rights on the key file.
    #[error(
        "key file `{}` has mode {mode:03o}; only its owner may have access\nhint: chmod 600 `{}`",
        path.display(), path.display()
    )]
    KeyOpenToOthers {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is not a key that can be used.
    #[error("key file `{}`: {found}; {allowed}", path.display())]
    KeyForm {
        /// Which file.
        path: PathBuf,
        /// What it is.
        found: String,
        /// What it may be, or what to do.
        allowed: &'static str,
    },
    /// The file is encrypted and the job names no password.
    #[error("key file `{}` is encrypted and no password is given", path.display())]
    PasswordMissing {
        /// Which file.
        path: PathBuf,
    },
    /// The password does not open the file.
    #[error("key file `{}` cannot be decrypted: wrong password, or an encryption not supported", path.display())]
    PasswordWrong {
        /// Which file.
        path: PathBuf,
    },
    /// The certificate names another public key.
    #[error("the key in `{}` does not belong to the certificate in `{}`", key.display(), certificate.display())]
    KeyMismatch {
        /// The key file.
        key: PathBuf,
        /// The certificate file.
        certificate: PathBuf,
    },
    /// The file is not a certificate that can be used.
    #[error("certificate file `{}`: {found}; an X.509 certificate as PEM or DER is needed", path.display())]
    CertificateForm {
        /// Which file.
        path: PathBuf,
        /// What it is.
        found: String,
    },
    /// Bytes that are no certificate.
    #[error("not a usable certificate: {0}")]
    Certificate(String),
    /// A certificate with a kind of key that is not supported.
    #[error("its key is {kind}; RSA, ECDSA P-256 and Ed25519 are supported")]
    CertificateKey {
        /// What it is.
        kind: String,
    },
    /// The key of a sender's signatures belongs to another organisation.
    #[error(
        "the sender's key is that of organisation {found} (`{subject}`), and the mailing's sender is {sender}\n\
         hint: name the sender's own key in [keys.sender]; where a relay signs for the sender, name the relay's key in \
         [keys.relay] too"
    )]
    OtherSender {
        /// Whose certificate.
        subject: String,
        /// Its organisation number.
        found: String,
        /// The sender's organisation number.
        sender: String,
    },
    /// The certificate is not valid on the batch date.
    #[error(
        "certificate `{subject}` is {state} on the batch date {date}: valid from {not_before} to {not_after}"
    )]
    CertificateDate {
        /// Whose certificate.
        subject: String,
        /// `expired` or `not yet valid`.
        state: &'static str,
        /// The batch date.
        date: Date,
        /// First second of its validity, UTC.
        not_before: String,
        /// Last second of its validity, UTC.
        not_after: String,
    },
    /// XML signatures of Mina meddelanden are RSA (facts of the format: only rsa-sha256 is accepted).
    #[error("the key `{subject}` is {}; XML signatures need an RSA key", algorithm.name())]
    NotRsa {
        /// Whose key.
        subject: String,
        /// What it is.
        algorithm: Algorithm,
    },
    /// A development key and real mail.
    #[error(
        "the mailing says production, and the key is a development key\nhint: name a real key in the job file, or set environment=\"test\" in the mailing"
    )]
    DevelopmentInProduction,
    /// ring made no signature.
    #[error("the key gave no signature")]
    Signing,
    /// The signature is not of this message and key.
    #[error("the signature does not verify")]
    Verification,
}
