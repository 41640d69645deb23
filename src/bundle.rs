//! Signed digital messages, and the containers they travel in.
//!
//! In: letters that go digital, a sealer with its keys. Out: one sealed message a letter ([`Seal::seal`]), written to
//! bundles ([`Bundler`]: tars by mailbox operator, or containers of Digital Post), and the proof of a finished bundle
//! ([`check`]). What always holds:
//! - the same letters, keys and batch date give the same bytes, whatever the number of threads (not with ECDSA keys, whose
//!   signatures differ from run to run);
//! - a message is written once, in the canonical form that is digested, and never held as a tree;
//! - memory: the messages in flight, one open buffer a bundle, a few hundred bytes an operator, the containers that are
//!   being compressed.
//!
//! To add a national format: a module beside [`mina_meddelanden`] and [`digital_post`] with a type that implements
//! [`Seal`], a variant of [`Format`], its strict reader in `check/message.rs`, a chapter in `docs/formats-bundle.md`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::disk::{Sha256, sha256};
use crate::letter::{Header, Letter};
use crate::sign::{self, Signer};

mod body;
mod bundler;
mod canonical;
mod check;
mod containers;
mod cursor;
mod dates;
pub mod digital_post;
mod documents;
mod growing;
mod index;
pub mod mina_meddelanden;
pub mod sf1601;
mod tars;

pub use bundler::{BundleJob, Bundler, Options, Placed};
pub use check::{
    CertificateUse, CheckOptions, Checked, CheckedEntry, DEPTH_MAX, Fault, MESSAGE_BYTES_MAX,
    TAR_BYTES_MAX, TAR_ENTRIES_MAX, check, check_each,
};
pub use containers::{ContainerForm, ContainerOptions, Dictionary, Preset};

/// A national message format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Sweden: Mina meddelanden, version 3 or 2.
    MinaMeddelanden,
    /// Denmark: MeMo for Digital Post.
    DigitalPost,
    /// Denmark: requests to SF1601, digital and paper, through Serviceplatformen.
    Sf1601,
}

impl Format {
    /// Its name, which is that of its folder under `digital/` too.
    pub fn name(self) -> &'static str {
        match self {
            Self::MinaMeddelanden => "mina-meddelanden",
            Self::DigitalPost => "digital-post",
            Self::Sf1601 => "sf1601",
        }
    }
}

/// What a message is to its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It carries them; each letter that goes digital has just one.
    Letter,
    /// It tells of them, and is sent beside the one that carries them (NemSMS).
    Notice,
}

impl Role {
    /// As it stands in an index.
    pub fn name(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Notice => "notice",
        }
    }
}

/// Seals letters in one national format; shared by all threads.
pub trait Seal: Send + Sync {
    /// Which.
    fn format(&self) -> Format;

    /// Makes the signed messages of letters to one recipient: one message that carries them all, and perhaps one that
    /// tells of them. Most often it is one letter.
    ///
    /// # Errors
    /// Why these letters cannot go by this channel, or not together; nothing is signed then. [`Refusal::Signing`] is no
    /// remark about a letter: the run must stop.
    fn seal(&self, letters: &[&Letter<'_>]) -> Result<Vec<Sealed>, Refusal>;

    /// How letters to one recipient are divided among messages: for each message the places of its letters in the list, in
    /// ascending order. Every letter is in just one.
    fn pack(&self, letters: &[&Letter<'_>]) -> Vec<Vec<usize>> {
        (0..letters.len()).map(|place| vec![place]).collect()
    }
}

/// A signed message.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its id, which names its entry in the bundle; where it carries several letters, that of the first.
    pub message_id: Uuid,
    /// What it is to its letters.
    pub role: Role,
    /// For each of its letters the id of the letter's own message.
    pub letters: Vec<Uuid>,
    /// The document, as it is stored in the bundle.
    pub bytes: Vec<u8>,
    /// Digest of `bytes`.
    pub sha256: Sha256,
    /// Bytes of the request that will carry it, as the channel counts them.
    pub request_bytes: u64,
    /// Detached signature over `bytes`, in formats that have no place for one.
    pub signature: Option<Vec<u8>>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({}, {} bytes)", self.message_id, self.bytes.len())
    }
}

impl Sealed {
    /// Signs a message of a letter, in a format that has no place for a signature.
    fn detached(
        bytes: Vec<u8>,
        message_id: Uuid,
        letter: Uuid,
        role: Role,
        signer: &Signer,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            message_id,
            role,
            letters: vec![letter],
            sha256: sha256(&bytes),
            request_bytes: bytes.len() as u64,
            signature: Some(signer.sign(&bytes)?),
            bytes,
        })
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
    /// These letters cannot travel in one message; each may go alone.
    #[error("these letters cannot travel in one message")]
    Together,
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
    /// More bundles in one series than a file name can number.
    #[error(
        "`{}` would have more than {bundles_max} {of}\nhint: in the job file, {hint}", series.display()
    )]
    TooManyBundles {
        /// The folder of the series: that of a mailbox operator, or of the format.
        series: PathBuf,
        /// What is numbered.
        of: &'static str,
        /// What is allowed.
        bundles_max: u32,
        /// What to do.
        hint: &'static str,
    },
    /// More messages than can have a file of their own.
    #[error(
        "more than {files_max} messages with a file of their own in one batch\nhint: set `container = \"tar-lzma\"` in [digital_post], or divide the mailing"
    )]
    TooManyFiles {
        /// What is allowed.
        files_max: u64,
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

/// What tells a mailing from those of all other senders, and a test from the real thing: two agencies may well number
/// theirs alike.
pub fn mailing_key(organisation: &str, environment: &str, mailing_id: &str) -> String {
    format!("{organisation} {environment} {mailing_id}")
}

/// The [`mailing_key`] of a header.
pub fn key_of(header: &Header) -> String {
    let organisation = &header.sender.organisation_number;
    mailing_key(organisation, header.environment.name(), &header.mailing_id)
}

/// The id of a letter's message: the same letter of the same mailing ([`mailing_key`]) always has the same. It has the
/// form of a random UUID (version 4), because MeMo asks for that form.
pub fn message_id(mailing_key: &str, letter_id: &str) -> Uuid {
    derived_id(
        "lettermill message id, version 2",
        &[mailing_key, letter_id],
    )
}

/// An id that follows from texts: SHA-256 over what it is an id of and the texts, each behind its length, in the form of
/// a UUID of version 4.
fn derived_id(of: &str, texts: &[&str]) -> Uuid {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for part in std::iter::once(&of).chain(texts) {
        digest.update(&(part.len() as u64).to_be_bytes()); // No two lists run together.
        digest.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finish().as_ref()[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// An I/O error with its path.
fn failed(path: &Path, source: io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        source,
    }
}

/// Makes the names in a folder durable.
fn sync_folder(folder: &Path) -> Result<(), Error> {
    let synced = File::open(folder).and_then(|f| f.sync_all());
    synced.map_err(|e| failed(folder, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_is_a_version_4_uuid_of_mailing_and_letter() {
        let id = message_id("M-1", "L-1");
        assert_eq!(id, message_id("M-1", "L-1"));
        assert_eq!(id.to_string(), "e0440579-59b6-42df-b69d-34586716265a");
        assert_eq!(id.get_version_num(), 4);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        assert_ne!(id, message_id("M-1L", "-1"));
        assert_ne!(id, message_id("M-2", "L-1"));
    }

    #[test]
    fn too_many_bundles_are_told_with_the_series_and_the_keys() {
        let error = Error::TooManyBundles {
            series: "digital/mina-meddelanden/162021004748".into(),
            of: "tars",
            bundles_max: tars::BUNDLES_MAX,
            hint: tars::TOO_MANY_HINT,
        };
        assert_eq!(
            error.to_string(),
            "`digital/mina-meddelanden/162021004748` would have more than 9999 tars\n\
             hint: in the job file, raise digital.bundle_bytes_max and digital.bundle_entries_max"
        );
    }
}
