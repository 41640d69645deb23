//! The proof of finished bundles, by a second path: tars and containers are walked as any reader would, beside their
//! index.
//!
//! In: a folder (a batch's, or what an operator received). Out: what was found, and every fault. What always holds: no
//! key, ledger or job file is needed; memory is bounded by a wave of messages, the dictionary of one container and some
//! bytes a message and letter; the result does not depend on the number of threads. Whom to trust is the caller's matter:
//! [`Checked::certificates`] names all that signed.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::BufReader;
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::bundler::CERTIFICATE_NAME;
use super::containers::FILES_INDEX_NAME;
use super::index::{Row, Rows};
use super::{Error, Role, failed};
use crate::disk::hex;
use crate::sign::Certificate;

mod files;
mod found;
mod lzma;
mod message;
mod tar_walk;

pub use found::{CertificateUse, Checked, CheckedEntry, Fault};

use message::{Entry, Keys, Sound};

/// Folders below the one named, in each other; a batch's lie three deep at most.
pub const DEPTH_MAX: usize = 5;
/// Most bytes of a message that is read. A MeMo with 74 MiB of documents has some 99 MiB (facts/denmark.md §1.8).
pub const MESSAGE_BYTES_MAX: u64 = 128 << 20;
/// Most messages of one tar that are read.
pub const TAR_ENTRIES_MAX: u32 = 1_000_000;
/// Most bytes of one tar that are read, uncompressed.
pub const TAR_BYTES_MAX: u64 = 64 << 30;

/// Limits of a check; real bundles are far below.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// The letters are of this mailing; each message id must then follow from it and the letter's id.
    pub mailing_key: Option<String>,
    /// A longer entry is a fault and is not read.
    pub entry_bytes_max: u64,
    /// More entries in one tar are a fault; the rest of it is not read.
    pub entries_max: u32,
    /// A tar with more bytes, once it is uncompressed, is a fault; the rest of it is not read.
    pub tar_bytes_max: u64,
    /// Messages held at once with their lines of the index: at most so many bytes, plus one message.
    pub wave_bytes_max: usize,
    /// Faults kept; more are counted.
    pub faults_max: usize,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            mailing_key: None,
            entry_bytes_max: MESSAGE_BYTES_MAX,
            entries_max: TAR_ENTRIES_MAX,
            tar_bytes_max: TAR_BYTES_MAX,
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

/// Checks all bundles below a folder and hands out every letter of a sound message, in the order of files and entries, so
/// that the books can be compared with what is there.
///
/// # Errors
/// As [`check`].
pub fn check_each(
    folder: &Path,
    options: &CheckOptions,
    visit: &mut dyn FnMut(&CheckedEntry<'_>),
) -> Result<Checked, Error> {
    let (mut files, mut too_deep) = (Vec::new(), Vec::new());
    find(folder, Path::new(""), 0, &mut files, &mut too_deep)?;
    files.sort();
    too_deep.sort();
    let mut check = Check {
        folder,
        options,
        visit,
        checked: Checked::default(),
        keys: Keys::of(options.mailing_key.clone()),
        seen: HashSet::new(),
        certificates: BTreeMap::new(),
    };
    for path in &too_deep {
        let what = format!("a folder below {DEPTH_MAX} others; what is in it is not read");
        check.fault(path, what);
    }
    for path in &files {
        check.file(path, &files)?;
    }
    Ok(check.checked)
}

/// Bundles, indexes and messages in files of their own, below a folder, and folders that lie too deep. Links are not
/// followed.
fn find(
    root: &Path,
    below: &Path,
    depth: usize,
    found: &mut Vec<PathBuf>,
    too_deep: &mut Vec<PathBuf>,
) -> Result<(), Error> {
    let folder = root.join(below);
    for entry in fs::read_dir(&folder).map_err(|e| failed(&folder, e))? {
        let entry = entry.map_err(|e| failed(&folder, e))?;
        let kind = entry.file_type().map_err(|e| failed(&folder, e))?;
        let path = below.join(entry.file_name());
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() && depth < DEPTH_MAX {
            find(root, &path, depth + 1, found, too_deep)?;
        } else if kind.is_dir() {
            too_deep.push(path);
        } else if kind.is_file() && Kind::of(&name).is_some() {
            found.push(path);
        }
    }
    Ok(())
}

/// What a file is, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tar,
    TarLzma,
    Index,
    FilesIndex,
    Message,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        let is_message = |stem: &str| stem.len() == 36 && uuid::Uuid::parse_str(stem).is_ok();
        if name == FILES_INDEX_NAME {
            Some(Self::FilesIndex)
        } else if name.ends_with(".index.csv") {
            Some(Self::Index)
        } else if name.ends_with(".tar.lzma") {
            Some(Self::TarLzma)
        } else if name.ends_with(".tar") {
            Some(Self::Tar)
        } else if name.strip_suffix(".xml").is_some_and(is_message) {
            Some(Self::Message)
        } else {
            None
        }
    }
}

struct Check<'c> {
    folder: &'c Path,
    options: &'c CheckOptions,
    visit: &'c mut dyn FnMut(&CheckedEntry<'_>),
    checked: Checked,
    keys: Keys,
    /// Digests of the names of all messages, and of what they are to which letter, so that none is there twice.
    seen: HashSet<u64>,
    /// `certificate.pem` by folder.
    certificates: BTreeMap<PathBuf, Option<Arc<Certificate>>>,
}

impl Check<'_> {
    fn file(&mut self, path: &Path, files: &[PathBuf]) -> Result<(), Error> {
        let name = path.to_string_lossy();
        let own_name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_there = |path: &PathBuf| files.binary_search(path).is_ok();
        match Kind::of(&own_name) {
            Some(Kind::Index) => {
                let stem = name.strip_suffix(".index.csv").unwrap_or_default();
                let [tar, lzma] =
                    [".tar", ".tar.lzma"].map(|end| PathBuf::from(format!("{stem}{end}")));
                match (is_there(&tar), is_there(&lzma)) {
                    (false, false) => self.fault(path, "there is no tar beside it"),
                    (true, true) => self.fault(path, "there are two tars beside it"),
                    (true, false) | (false, true) => {}
                }
            }
            Some(kind @ (Kind::Tar | Kind::TarLzma)) => {
                let stem = name.strip_suffix(".lzma").unwrap_or(&name);
                let stem = stem.strip_suffix(".tar").unwrap_or_default();
                let index = PathBuf::from(format!("{stem}.index.csv"));
                if is_there(&index) {
                    self.bundle(path, &index, kind)?;
                } else {
                    self.fault(path, "there is no index beside it");
                }
            }
            Some(Kind::FilesIndex) => self.files(path, files)?,
            Some(Kind::Message) => {
                let above = path
                    .parent()
                    .and_then(Path::parent)
                    .unwrap_or(Path::new(""));
                if !is_there(&above.join(FILES_INDEX_NAME)) {
                    self.fault(path, "there is no index for it");
                }
            }
            None => {}
        }
        Ok(())
    }

    /// Notes what is wrong with a file as a whole.
    fn fault(&mut self, file: &Path, what: impl Into<String>) {
        let what = what.into();
        self.note(|| Fault::of_file(file, what));
    }

    fn note(&mut self, fault: impl FnOnce() -> Fault) {
        self.checked.faults_total += 1;
        if self.checked.faults.len() < self.options.faults_max {
            self.checked.faults.push(fault());
        }
    }

    /// Gives a message its lines of the index. No name is there twice, in whatever bundle.
    fn take_rows(
        &mut self,
        entry: &mut Entry,
        rows: &mut Peekable<impl Iterator<Item = Result<Row, String>>>,
    ) {
        entry.take_rows(rows);
        if !self.seen.insert(entry.name_digest()) {
            entry.set_fault("an earlier entry has the same name".into());
        }
    }

    fn open(&self, path: &Path) -> Result<File, Error> {
        let full = self.folder.join(path);
        File::open(&full).map_err(|e| failed(&full, e))
    }

    fn rows(&self, index: &Path) -> Result<Rows<BufReader<File>>, Error> {
        Ok(Rows::new(BufReader::new(self.open(index)?)))
    }

    /// A tar, or a container with one, and its index.
    fn bundle(&mut self, path: &Path, index: &Path, kind: Kind) -> Result<(), Error> {
        self.checked.bundles += 1;
        let mut rows = self.rows(index)?.peekable();
        let file = self.open(path)?;
        let whole = if kind == Kind::Tar {
            let mut file = BufReader::with_capacity(1 << 18, file);
            self.tar(path, &mut file, &mut rows, tar_walk::end_of_tar)?
        } else {
            match lzma::open(file) {
                Ok(mut tar) => {
                    let whole = self.tar(path, &mut tar, &mut rows, tar_walk::end_of_container)?;
                    match lzma::ended(tar) {
                        Ok(()) => whole,
                        Err(_) if !whole => false, // Said already.
                        Err(what) => {
                            self.fault(path, what);
                            whole
                        }
                    }
                }
                Err(what) => {
                    self.fault(path, what);
                    false
                }
            }
        };
        if whole {
            let surplus = rows.count();
            if surplus > 0 {
                let what = format!("{surplus} lines more than the tar has entries");
                self.fault(index, what);
            }
        }
        Ok(())
    }

    /// Verifies messages, in parallel, and takes the results over in their order.
    fn wave(&mut self, bundle: &Path, entries: Vec<Entry>) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        let folder = bundle.parent().unwrap_or(Path::new("")).to_owned();
        let certificate = self.certificate(&folder)?;
        let keys = &self.keys;
        let results: Vec<Result<Sound, String>> = entries
            .par_iter()
            .map(|entry| keys.verify(entry, certificate.as_ref()))
            .collect();
        let operator = folder.file_name().unwrap_or_default();
        let operator = operator.to_string_lossy().into_owned();
        for (entry, result) in entries.iter().zip(results) {
            self.checked.messages += 1;
            self.checked.bytes += entry.bytes.len() as u64;
            *self.checked.operators.entry(operator.clone()).or_default() += 1;
            match result {
                Ok(_) if !self.is_new(entry) => {
                    let what = "a letter of it is there already, in the same role".to_owned();
                    self.note(|| Fault::of_message(bundle, entry, what));
                }
                Ok(sound) => self.sound(bundle, &operator, entry, &sound),
                Err(what) => self.note(|| Fault::of_message(bundle, entry, what)),
            }
        }
        Ok(())
    }

    /// None of its letters was there before, in the same role.
    fn is_new(&mut self, entry: &Entry) -> bool {
        let mut digests = entry.letter_digests();
        digests.all(|digest| self.seen.insert(digest))
    }

    /// The certificate beside the messages of a folder, read once.
    fn certificate(&mut self, folder: &Path) -> Result<Option<Arc<Certificate>>, Error> {
        if let Some(known) = self.certificates.get(folder) {
            return Ok(known.clone());
        }
        let path = folder.join(CERTIFICATE_NAME);
        let full = self.folder.join(&path);
        let certificate = match fs::symlink_metadata(&full) {
            Ok(found) => {
                let read = if found.is_file() {
                    message::certificate(File::open(&full).map_err(|e| failed(&full, e))?)
                } else {
                    Err("it is no regular file".to_owned())
                };
                let read = read.map_err(|what| self.fault(&path, what));
                read.ok().map(Arc::new)
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(e) => return Err(failed(&full, e)),
        };
        self.certificates
            .insert(folder.to_owned(), certificate.clone());
        Ok(certificate)
    }

    fn sound(&mut self, bundle: &Path, operator_id: &str, entry: &Entry, sound: &Sound) {
        self.checked.sound += 1;
        self.checked.signatures += sound.signers.len() as u64;
        self.checked.attachments += sound.attachments as u64;
        for (place, certificate) in sound.signers.iter().enumerate() {
            self.count(certificate, place == 0);
        }
        for row in &entry.rows {
            match row.role {
                Role::Letter if sound.on_paper => self.checked.letters_on_paper += 1,
                Role::Letter => self.checked.letters += 1,
                Role::Notice => self.checked.notices += 1,
            }
            (self.visit)(&CheckedEntry {
                operator_id,
                bundle,
                carrier: entry.stem(),
                message_id: &row.message_id,
                letter_id: &row.letter_id,
                role: row.role,
                on_paper: sound.on_paper,
                offset: entry.offset,
                length: entry.bytes.len() as u64,
                sha256: &sound.sha256,
            });
        }
    }

    fn count(&mut self, certificate: &Arc<Certificate>, as_sender: bool) {
        let key = hex(&certificate.sha256());
        let uses = self.checked.certificates.entry(key);
        let uses = uses.or_insert_with(|| CertificateUse {
            subject: certificate.shown_subject().to_owned(),
            signatures: 0,
            signatures_as_sender: 0,
            development: certificate.is_development(),
            certificate: Arc::clone(certificate),
        });
        uses.signatures += 1;
        uses.signatures_as_sender += u64::from(as_sender);
    }
}
