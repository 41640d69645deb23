//! The proof of finished bundles, by a second path: the tar is walked as any reader would, beside its index.
//!
//! In: a folder (a batch's, or what an operator received). Out: what was found, and every fault. What always holds: no
//! key, ledger or job file is needed; memory is bounded by a wave of messages; the result does not depend on the number
//! of threads. Whom to trust is the caller's matter: [`Checked::certificates`] names all that signed.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::index::{Row, Rows};
use super::{Error, mina_meddelanden};
use crate::disk::{hex, sha256};
use crate::sign::Certificate;

mod found;

pub use found::{CertificateUse, Checked, CheckedEntry, Fault};

/// Letters in one message; a recipient with more in one mailing is not to be expected.
const LETTERS_MAX: usize = 10_000;
/// Folders below the one named.
const DEPTH_MAX: usize = 5;

/// Limits of a check; real bundles are far below.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// A longer entry is a fault and is not read.
    pub entry_bytes_max: u64,
    /// More entries in one tar are a fault; the rest of it is not read.
    pub entries_max: usize,
    /// Messages held at once: at most so many bytes, plus one message.
    pub wave_bytes_max: usize,
    /// Faults kept; more are counted.
    pub faults_max: usize,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            entry_bytes_max: 16 << 20,
            entries_max: 1_000_000,
            wave_bytes_max: 16 << 20,
            faults_max: 1_000,
        }
    }
}

/// Checks all bundles below a folder.
///
/// # Errors
/// A folder or file that cannot be read. What is wrong inside the files is no error but a [`Fault`].
pub fn check(folder: &Path) -> Result<Checked, Error> {
    check_each(folder, &CheckOptions::default(), &mut |_| {})
}

/// Checks all bundles below a folder and hands out every sound message, in the order of files and entries, so that the
/// books can be compared with what is there.
///
/// # Errors
/// As [`check`].
pub fn check_each(
    folder: &Path,
    options: &CheckOptions,
    visit: &mut dyn FnMut(&CheckedEntry<'_>),
) -> Result<Checked, Error> {
    let mut files = Vec::new();
    find(folder, Path::new(""), 0, &mut files)?;
    files.sort();
    let mut check = Check {
        folder,
        options,
        visit,
        checked: Checked::default(),
        certificates: mina_meddelanden::Certificates::default(),
    };
    for path in &files {
        let name = path.to_string_lossy();
        if let Some(stem) = name.strip_suffix(".index.csv") {
            let tar = PathBuf::from(format!("{stem}.tar"));
            if files.binary_search(&tar).is_err() {
                check.fault(path, None, "there is no tar beside it");
            }
        } else if let Some(stem) = name.strip_suffix(".tar") {
            let index = PathBuf::from(format!("{stem}.index.csv"));
            if files.binary_search(&index).is_err() {
                check.fault(path, None, "there is no index beside it");
            } else {
                check.bundle(path, &index)?;
            }
        }
    }
    Ok(check.checked)
}

/// Tars and indexes below a folder. Links are not followed.
fn find(root: &Path, below: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let folder = root.join(below);
    for entry in fs::read_dir(&folder).map_err(|e| failed(&folder, e))? {
        let entry = entry.map_err(|e| failed(&folder, e))?;
        let kind = entry.file_type().map_err(|e| failed(&folder, e))?;
        let path = below.join(entry.file_name());
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() && depth < DEPTH_MAX {
            find(root, &path, depth + 1, files)?;
        } else if kind.is_file() && (name.ends_with(".tar") || name.ends_with(".index.csv")) {
            files.push(path);
        }
    }
    Ok(())
}

struct Check<'c> {
    folder: &'c Path,
    options: &'c CheckOptions,
    visit: &'c mut dyn FnMut(&CheckedEntry<'_>),
    checked: Checked,
    certificates: mina_meddelanden::Certificates,
}

/// An entry of a tar, with its line of the index.
struct Entry {
    number: u64,
    name: String,
    offset: u64,
    length: u64,
    bytes: Vec<u8>,
    /// Its lines of the index, one a letter.
    rows: Vec<Row>,
    fault: Option<String>,
}

struct Sound {
    verified: mina_meddelanden::Verified,
    sha256: String,
}

impl Check<'_> {
    fn fault(&mut self, file: &Path, entry: Option<u64>, what: impl Into<String>) {
        self.checked.faults_total += 1;
        if self.checked.faults.len() < self.options.faults_max {
            self.checked.faults.push(Fault {
                file: file.to_owned(),
                entry,
                what: what.into(),
            });
        }
    }

    fn bundle(&mut self, tar_path: &Path, index_path: &Path) -> Result<(), Error> {
        self.checked.bundles += 1;
        let open = |path: &Path| {
            let full = self.folder.join(path);
            File::open(&full).map_err(|e| failed(&full, e))
        };
        let file = open(tar_path)?;
        let size = file.metadata().map_err(|e| failed(tar_path, e))?.len();
        let mut rows = Rows::new(BufReader::new(open(index_path)?)).peekable();
        let mut archive = tar::Archive::new(BufReader::with_capacity(1 << 18, file));
        let mut walk = Walk::default();
        let entries = archive.entries().map_err(|e| failed(tar_path, e))?;
        for entry in entries {
            let read = entry.and_then(|mut entry| self.read(&mut entry));
            let mut entry = match read {
                Ok(entry) => entry,
                Err(e) => {
                    walk.broken = true;
                    self.fault(
                        tar_path,
                        Some(walk.entries + 1),
                        format!("the tar cannot be read: {e}"),
                    );
                    break;
                }
            };
            walk.note(&mut entry);
            if walk.entries > self.options.entries_max as u64 {
                walk.broken = true;
                let what = format!(
                    "more than {} entries; the rest is not read",
                    self.options.entries_max
                );
                self.fault(tar_path, None, what);
                break;
            }
            entry.take_rows(&mut rows);
            walk.wave_bytes += entry.bytes.len();
            walk.wave.push(entry);
            if walk.wave_bytes >= self.options.wave_bytes_max {
                self.wave(tar_path, &mut walk);
            }
        }
        self.wave(tar_path, &mut walk);
        if !walk.broken {
            let surplus = rows.count();
            if surplus > 0 {
                self.fault(
                    index_path,
                    None,
                    format!("{surplus} lines more than the tar has entries"),
                );
            }
            if size != walk.end.saturating_add(1024) {
                let what = format!(
                    "it has {size} bytes; {} were expected behind its entries' end",
                    walk.end.saturating_add(1024)
                );
                self.fault(tar_path, None, what);
            }
        }
        Ok(())
    }

    fn read(&self, entry: &mut tar::Entry<'_, impl Read>) -> io::Result<Entry> {
        let length = entry.size(); // Of extended headers too, where there are any.
        let bytes_max = self.options.entry_bytes_max;
        let header = entry.header();
        let mut fault = None;
        if header.entry_type() != tar::EntryType::Regular || header.as_ustar().is_none() {
            fault = Some("it is no regular ustar entry".to_owned());
        } else if length > bytes_max {
            fault = Some(format!(
                "it has {length} bytes; at most {bytes_max} are read"
            ));
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let offset = entry.raw_file_position();
        let mut bytes = Vec::new();
        if fault.is_none() {
            entry.read_to_end(&mut bytes)?;
            if bytes.len() as u64 != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Entry {
            number: 0,
            name,
            offset,
            length,
            bytes,
            rows: Vec::new(),
            fault,
        })
    }

    /// Verifies the messages held, in parallel, and takes the results over in their order.
    fn wave(&mut self, tar_path: &Path, walk: &mut Walk) {
        let entries = std::mem::take(&mut walk.wave);
        walk.wave_bytes = 0;
        let certificates = &self.certificates;
        let results: Vec<Result<Sound, String>> = entries
            .par_iter()
            .map(|entry| verify(entry, certificates))
            .collect();
        let operator = tar_path
            .parent()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        for (entry, result) in entries.iter().zip(results) {
            self.checked.messages += 1;
            self.checked.bytes += entry.bytes.len() as u64;
            *self.checked.operators.entry(operator.clone()).or_default() += 1;
            match result {
                Ok(sound) => self.sound(tar_path, &operator, entry, &sound),
                Err(what) => self.fault(tar_path, Some(entry.number), what),
            }
        }
    }

    fn sound(&mut self, tar_path: &Path, operator_id: &str, entry: &Entry, sound: &Sound) {
        self.checked.sound += 1;
        self.checked.letters += entry.rows.len() as u64;
        self.checked.signatures += 2;
        self.checked.attachments += sound.verified.attachments as u64;
        for certificate in [&sound.verified.sender, &sound.verified.relay] {
            self.count(certificate);
        }
        for row in &entry.rows {
            (self.visit)(&CheckedEntry {
                operator_id,
                bundle: tar_path,
                message_id: &row.message_id,
                letter_id: &row.letter_id,
                offset: entry.offset,
                length: entry.bytes.len() as u64,
                sha256: &sound.sha256,
            });
        }
    }

    fn count(&mut self, certificate: &Arc<Certificate>) {
        let key = hex(&certificate.sha256());
        let uses = self.checked.certificates.entry(key);
        uses.or_insert_with(|| CertificateUse {
            subject: certificate.subject().to_owned(),
            signatures: 0,
            development: certificate.is_development(),
        })
        .signatures += 1;
    }
}

/// How far the walk through one tar has come.
#[derive(Default)]
struct Walk {
    entries: u64,
    end: u64,
    wave: Vec<Entry>,
    wave_bytes: usize,
    names: HashSet<String>,
    broken: bool,
}

impl Walk {
    fn note(&mut self, entry: &mut Entry) {
        self.entries += 1;
        entry.number = self.entries;
        let padded = entry.length.checked_next_multiple_of(512);
        self.end = entry.offset.saturating_add(padded.unwrap_or(u64::MAX));
        if !self.names.insert(entry.name.clone()) {
            entry.set_fault("an earlier entry has the same name".into());
        }
    }
}

impl Entry {
    /// Takes the lines that name it, and one that names another where it should have one.
    fn take_rows(
        &mut self,
        rows: &mut std::iter::Peekable<impl Iterator<Item = Result<Row, String>>>,
    ) {
        let own =
            |row: &Row| row.offset == self.offset && format!("{}.xml", row.entry) == self.name;
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
    fn set_fault(&mut self, what: String) {
        self.fault.get_or_insert(what);
    }
}

fn verify(entry: &Entry, certificates: &mina_meddelanden::Certificates) -> Result<Sound, String> {
    if let Some(fault) = &entry.fault {
        return Err(fault.clone());
    }
    let sha256 = hex(&sha256(&entry.bytes));
    let same = |what: &str, equal: bool| {
        if equal {
            Ok(())
        } else {
            Err(format!("the index has another {what}"))
        }
    };
    for row in &entry.rows {
        same("SHA-256", row.sha256 == sha256)?;
        same("length", row.length == entry.bytes.len() as u64)?;
        same("offset", row.offset == entry.offset)?;
        same("message id", format!("{}.xml", row.entry) == entry.name)?;
    }
    let verified = mina_meddelanden::verify(&entry.bytes, certificates)?;
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
    Ok(Sound { verified, sha256 })
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        source,
    }
}
