//! What a check of bundles finds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::Role;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Checked {
    /// Tars, containers, and folders of plain files.
    pub bundles: u64,
    /// Entries of tars, and plain files, whole or faulty.
    pub messages: u64,
    /// Entries without a fault.
    pub sound: u64,
    /// Letters that sound entries carry to a mailbox.
    pub letters: u64,
    /// Letters that sound entries ask to be printed (SF1601).
    pub letters_on_paper: u64,
    /// Sound entries beside them, which only tell of a letter (NemSMS).
    pub notices: u64,
    /// Signatures verified: two inside a message of Mina meddelanden, one beside a MeMo.
    pub signatures: u64,
    /// Attachments, and in Mina meddelanden their checksums verified.
    pub attachments: u64,
    /// Bytes of the messages.
    pub bytes: u64,
    /// Messages by the name of the folder that the bundle is in: the operator's id, or the format.
    pub operators: BTreeMap<String, u64>,
    /// Who signed, by the SHA-256 of the certificate.
    pub certificates: BTreeMap<String, CertificateUse>,
    /// What is wrong, in the order of files and entries; at most `faults_max`.
    pub faults: Vec<Fault>,
    /// All faults, kept or not.
    pub faults_total: u64,
}

/// A certificate that was met.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CertificateUse {
    /// Whose it is.
    pub subject: String,
    /// Signatures of its key.
    pub signatures: u64,
    /// It is a development key.
    pub development: bool,
}

/// Something wrong with a bundle.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// Relative to the folder checked.
    pub file: PathBuf,
    /// The message's number in the bundle, from one; `None` for the file as a whole.
    pub entry: Option<u64>,
    /// What, without contents.
    pub what: String,
}

/// A sound message, as [`check_each`] hands it out.
#[derive(Clone, Debug)]
pub struct CheckedEntry<'a> {
    /// Name of the folder that the bundle is in.
    pub operator_id: &'a str,
    /// The tar or container, or the index of plain files, relative to the folder checked.
    pub bundle: &'a Path,
    /// Of the letter's own message.
    pub message_id: &'a str,
    /// The sender's id of the letter.
    pub letter_id: &'a str,
    /// What the message is to the letter.
    pub role: Role,
    /// Of its first byte in the tar, uncompressed.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// Of the message, hexadecimal.
    pub sha256: &'a str,
}
