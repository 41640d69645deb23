//! What a check of bundles finds.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::Role;
use super::message::Entry;
use crate::finding::shape;
use crate::sign::Certificate;

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
    /// Whose it is; not told where it is a person's.
    pub subject: String,
    /// Signatures of its key.
    pub signatures: u64,
    /// Those among them that it made as the sender; the others seal what another key signed.
    pub signatures_as_sender: u64,
    /// It is a development key.
    pub development: bool,
    /// The certificate itself.
    #[serde(skip)]
    pub certificate: Arc<Certificate>,
}

/// Something wrong with a bundle.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// Relative to the folder checked.
    pub file: PathBuf,
    /// The message's number in the bundle, from one; `None` for the file as a whole.
    pub entry: Option<u64>,
    /// The message's name, a UUID, or the shape of another name.
    pub message: Option<String>,
    /// The sender's id of its first letter, or the shape of what cannot be one.
    pub letter_id: Option<String>,
    /// What, without contents.
    pub what: String,
}

impl Fault {
    /// Of a whole file.
    pub(super) fn of_file(file: &Path, what: String) -> Self {
        Self {
            file: file.to_owned(),
            entry: None,
            message: None,
            letter_id: None,
            what,
        }
    }

    /// Of one message. Names in files of others may be anything.
    pub(super) fn of_message(file: &Path, entry: &Entry, what: String) -> Self {
        let name = entry.stem();
        let is_uuid = uuid::Uuid::parse_str(name).is_ok();
        let letter_id = entry.rows.first().map(|row| {
            let id = &row.letter_id;
            if is_business_key(id) {
                id.clone()
            } else {
                shape(id)
            }
        });
        Self {
            file: file.to_owned(),
            entry: Some(entry.number),
            message: Some(if is_uuid {
                name.to_owned()
            } else {
                shape(name)
            }),
            letter_id,
            what,
        }
    }
}

/// `BusinessKey` of the schema of mailings.
fn is_business_key(id: &str) -> bool {
    const BYTES_MAX: usize = 64;
    let inside = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
    let first = id.bytes().next();
    first.is_some_and(|b| b.is_ascii_alphanumeric())
        && id.len() <= BYTES_MAX
        && id.bytes().all(inside)
}

/// Without its file: ``message 3 `…`, letter `…`: what``.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(number) = self.entry {
            write!(f, "message {number}")?;
            if let Some(name) = &self.message {
                write!(f, " `{name}`")?;
            }
            if let Some(letter_id) = &self.letter_id {
                write!(f, ", letter `{letter_id}`")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.what)
    }
}

/// A sound message, as [`check_each`] hands it out.
#[derive(Clone, Debug)]
pub struct CheckedEntry<'a> {
    /// Name of the folder that the bundle is in.
    pub operator_id: &'a str,
    /// The tar or container, or the index of plain files, relative to the folder checked.
    pub bundle: &'a Path,
    /// UUID of the message, which may carry several letters.
    pub carrier: &'a str,
    /// Of the letter's own message.
    pub message_id: &'a str,
    /// The sender's id of the letter.
    pub letter_id: &'a str,
    /// What the message is to the letter.
    pub role: Role,
    /// It asks for paper and nothing else.
    pub on_paper: bool,
    /// Of its first byte in the tar, uncompressed.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// Of the message, hexadecimal.
    pub sha256: &'a str,
}
