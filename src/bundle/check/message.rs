//! One message beside its lines of the index.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::iter::Peekable;
use std::sync::Arc;

use uuid::Uuid;

use super::super::digital_post::{self, MessageType};
use super::super::index::Row;
use super::super::{Role, mina_meddelanden, sf1601};
use crate::disk::{hex, sha256};
use crate::sign::{Certificate, pem};

/// Letters in one message; a recipient with more in one mailing is not to be expected.
const LETTERS_MAX: usize = 10_000;
/// A certificate has a few thousand.
const CERTIFICATE_BYTES_MAX: u64 = 64 << 10;
/// Every MeMo of ours begins so; a `SealedDelivery` does not.
const MEMO_START: &[u8] = b"<memo:";

/// A message, with its lines of the index.
pub(super) struct Entry {
    /// From one, in its bundle.
    pub(super) number: u64,
    /// With `.xml`.
    pub(super) name: String,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) bytes: Vec<u8>,
    /// One a letter.
    pub(super) rows: Vec<Row>,
    pub(super) fault: Option<String>,
}

/// A message without a fault.
#[derive(Default)]
pub(super) struct Sound {
    pub(super) attachments: usize,
    /// It asks for paper and nothing else.
    pub(super) on_paper: bool,
    /// Whose signatures were verified, the sender's first.
    pub(super) signers: Vec<Arc<Certificate>>,
    pub(super) sha256: String,
}

impl Entry {
    /// Takes the lines that name it, and one that names another where it should have one.
    pub(super) fn take_rows(
        &mut self,
        rows: &mut Peekable<impl Iterator<Item = Result<Row, String>>>,
    ) {
        let own = |row: &Row| row.offset == self.offset && means(row, &self.name);
        loop {
            let mine = match rows.peek() {
                Some(Ok(row)) => own(row) || self.rows.is_empty(),
                Some(Err(_)) => self.rows.is_empty(),
                None => false,
            };
            if !mine || self.rows.len() >= LETTERS_MAX {
                break;
            }
            match rows.next() {
                Some(Ok(row)) => {
                    let done = !own(&row);
                    self.rows.push(row);
                    if done {
                        break;
                    }
                }
                Some(Err(e)) => {
                    self.fault
                        .get_or_insert(format!("the index cannot be read: {e}"));
                    break;
                }
                None => break,
            }
        }
        if self.rows.is_empty() {
            self.set_fault("the index has no line for it".into());
        }
    }

    /// The first fault is told.
    pub(super) fn set_fault(&mut self, what: String) {
        self.fault.get_or_insert(what);
    }

    /// Its line of the index, where a message has one letter.
    fn only_row(&self) -> Result<&Row, String> {
        match self.rows.as_slice() {
            [row] => Ok(row),
            _ => Err("the index has several lines for it".into()),
        }
    }

    /// The name without ending and folder.
    pub(super) fn stem(&self) -> &str {
        let name = self.name.strip_suffix(".xml").unwrap_or(&self.name);
        name.rsplit_once('/').map_or(name, |(_, stem)| stem)
    }

    /// Bytes of memory that it takes while it waits for its turn.
    pub(super) fn held_bytes(&self) -> usize {
        let row = |row: &Row| {
            let texts = [
                &row.entry,
                &row.message_id,
                &row.letter_id,
                &row.sha256,
                &row.signature,
            ];
            size_of::<Row>() + texts.map(String::capacity).iter().sum::<usize>()
        };
        let rows: usize = self.rows.iter().map(row).sum();
        size_of::<Self>() + self.bytes.capacity() + self.name.capacity() + rows
    }

    /// A digest of its name: names are random UUIDs, of which eight bytes tell millions apart.
    pub(super) fn name_digest(&self) -> u64 {
        digest(self.stem())
    }

    /// Digests of what it is to each of its letters.
    pub(super) fn letter_digests(&self) -> impl Iterator<Item = u64> {
        let rows = self.rows.iter();
        rows.map(|row| digest((row.role.name(), &row.message_id)))
    }
}

/// Whether a line of the index is about the message of this name.
fn means(row: &Row, name: &str) -> bool {
    name.strip_suffix(".xml") == Some(row.entry.as_str())
}

fn digest(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// What messages are verified with. Shared by all threads.
pub(super) struct Keys {
    /// Id of the mailing that the letters are of, where it is known.
    mailing_key: Option<String>,
    inside: mina_meddelanden::Certificates,
}

impl Keys {
    pub(super) fn of(mailing_key: Option<String>) -> Self {
        Self {
            mailing_key,
            inside: mina_meddelanden::Certificates::default(),
        }
    }

    /// `beside` is the certificate in the message's folder, for detached signatures.
    pub(super) fn verify(
        &self,
        entry: &Entry,
        beside: Option<&Arc<Certificate>>,
    ) -> Result<Sound, String> {
        if let Some(fault) = &entry.fault {
            return Err(fault.clone());
        }
        let sha256 = hex(&sha256(&entry.bytes));
        for row in &entry.rows {
            same("SHA-256", row.sha256 == sha256)?;
            same("length", row.length == entry.bytes.len() as u64)?;
            same("offset", row.offset == entry.offset)?;
            same("message id", means(row, &entry.name))?;
            if let Some(mailing_key) = &self.mailing_key {
                let own = super::super::message_id(mailing_key, &row.letter_id);
                same(
                    "message id than this letter of this mailing has",
                    own.hyphenated().to_string() == row.message_id,
                )?;
            }
        }
        let found = if entry.bytes.starts_with(MEMO_START) {
            memo(entry, beside)?
        } else if sf1601::is_kombi_request(&entry.bytes) {
            kombi_request(entry, beside)?
        } else {
            self.sealed_delivery(entry)?
        };
        Ok(Sound { sha256, ..found })
    }

    fn sealed_delivery(&self, entry: &Entry) -> Result<Sound, String> {
        let verified = mina_meddelanden::verify(&entry.bytes, &self.inside)?;
        let ids = entry.rows.iter().map(|row| row.message_id.as_str());
        same(
            "message id than the message",
            ids.eq(verified.message_ids.iter().map(String::as_str)),
        )?;
        let first = entry.rows.first();
        same(
            "letter id than the message",
            first.is_some_and(|row| row.letter_id == verified.correlation_id),
        )?;
        for row in &entry.rows {
            same("role than the message", row.role == Role::Letter)?;
            same("signature than the two inside", row.signature.is_empty())?;
        }
        Ok(Sound {
            attachments: verified.attachments,
            signers: vec![verified.sender, verified.relay],
            ..Sound::default()
        })
    }
}

/// A MeMo has one letter, and its signature in the index.
fn memo(entry: &Entry, beside: Option<&Arc<Certificate>>) -> Result<Sound, String> {
    let row = entry.only_row()?;
    Ok(Sound {
        attachments: memo_of(&entry.bytes, entry.stem(), row)?,
        signers: vec![detached(entry, row, beside)?],
        ..Sound::default()
    })
}

/// Compares a MeMo with its line of the index; gives the number of its attachments.
fn memo_of(bytes: &[u8], name: &str, row: &Row) -> Result<usize, String> {
    let verified = digital_post::verify(bytes)?;
    same("message id than the message", verified.message_uuid == name)?;
    same(
        "letter id than the message",
        row.letter_id == verified.message_id,
    )?;
    let (role, id_of_letter) = match verified.message_type {
        MessageType::DigitalPost => (Role::Letter, row.message_id == verified.message_uuid),
        MessageType::NemSms => {
            let letter = Uuid::parse_str(&row.message_id).ok();
            let notice = letter.map(|id| digital_post::notice_id(id).hyphenated().to_string());
            let is_canonical =
                letter.is_some_and(|id| id.hyphenated().to_string() == row.message_id);
            (
                Role::Notice,
                is_canonical && notice.as_ref() == Some(&verified.message_uuid),
            )
        }
    };
    same("role than the message", row.role == role)?;
    same("id of the letter's message", id_of_letter)?;
    Ok(verified.attachments)
}

/// A request to SF1601 has one letter, as a MeMo, on paper, or both, and its signature in the index.
fn kombi_request(entry: &Entry, beside: Option<&Arc<Certificate>>) -> Result<Sound, String> {
    let row = entry.only_row()?;
    let verified = sf1601::verify(&entry.bytes)?;
    same(
        "message id than the message",
        verified.message_uuid == entry.stem(),
    )?;
    let attachments = match verified.memo {
        Some(memo) => memo_of(memo, entry.stem(), row)?,
        None => {
            same("role than the message", row.role == Role::Letter)?;
            same(
                "id of the letter's message",
                row.message_id == verified.message_uuid,
            )?;
            0
        }
    };
    Ok(Sound {
        attachments,
        on_paper: verified.memo.is_none(),
        signers: vec![detached(entry, row, beside)?],
        ..Sound::default()
    })
}

/// Checks the signature in the index; gives whose it is.
fn detached(
    entry: &Entry,
    row: &Row,
    beside: Option<&Arc<Certificate>>,
) -> Result<Arc<Certificate>, String> {
    let Some(certificate) = beside else {
        return Err("there is no certificate.pem to check its signature with".into());
    };
    let signature = base64_simd::STANDARD
        .decode_to_vec(&row.signature)
        .map_err(|_| "its signature is not base64".to_owned())?;
    certificate
        .verify(&entry.bytes, &signature)
        .map_err(|_| "its signature does not verify".to_owned())?;
    Ok(Arc::clone(certificate))
}

fn same(what: &str, equal: bool) -> Result<(), String> {
    if equal {
        Ok(())
    } else {
        Err(format!("the index has another {what}"))
    }
}

/// The first certificate of a PEM file.
pub(super) fn certificate(file: File) -> Result<Certificate, String> {
    let mut text = Vec::new();
    file.take(CERTIFICATE_BYTES_MAX)
        .read_to_end(&mut text)
        .map_err(|e| e.to_string())?;
    let der = pem::block(&text, "CERTIFICATE")?;
    Certificate::from_der(&der).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_an_index_count_as_memory() {
        let row = Row {
            entry: "e".repeat(100),
            message_id: "m".repeat(100),
            letter_id: "l".repeat(500),
            role: Role::Letter,
            offset: 0,
            length: 0,
            sha256: "s".repeat(100),
            signature: "g".repeat(500),
        };
        let mut entry = Entry {
            number: 1,
            name: "n".repeat(100),
            offset: 0,
            length: 0,
            bytes: Vec::new(),
            rows: Vec::new(),
            fault: None,
        };
        let empty = entry.held_bytes();
        assert!(empty >= 100 + size_of::<Entry>());
        entry.rows = vec![row; 10];
        assert!(entry.held_bytes() >= empty + 10 * (1_300 + size_of::<Row>()));
    }
}
