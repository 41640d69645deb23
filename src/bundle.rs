//! Signed digital messages, and the containers they travel in.
//!
//! In: letters that go digital, a sealer with its keys. Out: one sealed message a letter ([`Seal::seal`]), written to
//! bundles, one series of tars a mailbox operator ([`Bundler`]), and the proof of a finished bundle ([`check`]).
//! What always holds:
//! - the same letters, keys and batch date give the same bytes, whatever the number of threads (RSA signatures only);
//! - a message is written once, in the canonical form that is digested, and never held as a tree;
//! - memory: the messages in flight, one open buffer a bundle, a few hundred bytes an operator.
//!
//! To add a national format: a module beside [`mina_meddelanden`] with a type that implements [`Seal`], a variant of
//! [`Format`], a chapter in `docs/formats-bundle.md`.

use std::io;
use std::path::PathBuf;

use uuid::Uuid;

use crate::disk::Sha256;
use crate::letter::{Country, Letter};
use crate::sign;

mod check;
mod index;
pub mod mina_meddelanden;
mod tars;

pub use check::{CertificateUse, CheckOptions, Checked, CheckedEntry, Fault, check, check_each};
pub use tars::{Bundler, Options, Placed};

/// A national message format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Format {
    /// Sweden: Mina meddelanden, version 3.
    #[serde(rename = "mina-meddelanden")]
    MinaMeddelanden,
}

impl Format {
    /// The format of a sender's country; `None` where there is none yet.
    pub fn of(country: Country) -> Option<Self> {
        match country {
            Country::Sweden => Some(Self::MinaMeddelanden),
            Country::Denmark => None,
        }
    }

    /// Its name, which is that of its folder under `digital/` too.
    pub fn name(self) -> &'static str {
        match self {
            Self::MinaMeddelanden => "mina-meddelanden",
        }
    }
}

/// Seals letters in one national format; shared by all threads.
pub trait Seal: Send + Sync {
    /// Which.
    fn format(&self) -> Format;

    /// Makes the signed message of a letter.
    ///
    /// # Errors
    /// Why this letter cannot go by this channel; nothing is signed then. [`Refusal::Signing`] is no remark about the
    /// letter: the run must stop.
    fn seal(&self, letter: &Letter<'_>, message_id: Uuid) -> Result<Sealed, Refusal>;
}

/// A signed message.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its id.
    pub message_id: Uuid,
    /// The document, as it is stored in the bundle.
    pub bytes: Vec<u8>,
    /// Digest of `bytes`.
    pub sha256: Sha256,
    /// Bytes of the request that will carry it, as the channel counts them.
    pub request_bytes: u64,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({}, {} bytes)", self.message_id, self.bytes.len())
    }
}

/// Why a letter cannot be sealed. Holds names and sizes, never contents.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The request would have more bytes than the channel takes.
    #[error("the message would have {bytes} bytes; the channel takes {bytes_max}")]
    TooLarge {
        /// What it would have.
        bytes: u64,
        /// What is allowed.
        bytes_max: u64,
    },
    /// The recipient's identifier cannot be written in the channel's form.
    #[error("the recipient's identifier cannot be written in this format: {found}")]
    NotRepresentable {
        /// What stands in the way.
        found: &'static str,
    },
    /// Something in the letter that the channel does not carry.
    #[error("{found}; {allowed}")]
    ContentNotAllowed {
        /// What was found, without its contents.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// The key gave no signature. The run must stop.
    #[error(transparent)]
    Signing(#[from] sign::Error),
}

/// Why bundles cannot be written or read. The run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An operator id that cannot name a folder.
    #[error(
        "operator id has the shape `{shape}`; digits only, {OPERATOR_DIGITS_MAX} at most, are allowed"
    )]
    OperatorId {
        /// Its shape.
        shape: String,
    },
    /// More bundles for one operator than a file name can number.
    #[error(
        "more than {bundles_max} bundles for one operator\nhint: raise the bundle's bytes and entries limits"
    )]
    TooManyBundles {
        /// What is allowed.
        bundles_max: u32,
    },
    /// The sender cannot send in this format.
    #[error("{found}; {allowed}")]
    Sender {
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The key.
    #[error(transparent)]
    Sign(#[from] sign::Error),
}

/// Longest operator id; Mina meddelanden has twelve digits.
pub const OPERATOR_DIGITS_MAX: usize = 20;

/// The id of a letter's message: the same letter of the same mailing always has the same. It has the form of a random
/// UUID (version 4), because MeMo asks for that form.
pub fn message_id(mailing_id: &str, letter_id: &str) -> Uuid {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for part in ["lettermill message id, version 1", mailing_id, letter_id] {
        digest.update(&(part.len() as u64).to_be_bytes()); // No two pairs run together.
        digest.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finish().as_ref()[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_is_a_version_4_uuid_of_mailing_and_letter() {
        let id = message_id("M-1", "L-1");
        assert_eq!(id, message_id("M-1", "L-1"));
        assert_eq!(id.to_string(), "1a7fba88-3911-4a05-8594-97b21b3e9247");
        assert_eq!(id.get_version_num(), 4);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        assert_ne!(id, message_id("M-1L", "-1"));
        assert_ne!(id, message_id("M-2", "L-1"));
    }
}
