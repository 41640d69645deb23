//! Is a folder what its manifest says?

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::signature::{self, Check, Detached};
use super::{Error, FORMAT, FileEntry, MANIFEST, Manifest, SIGNATURE, VERSION};
use crate::disk::{self, Sha256};

/// Largest manifest read. A line a file is some 150 bytes, so this is more than a million files.
const MANIFEST_BYTES_MAX: u64 = 256 << 20;

/// What was found in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The manifest, as read.
    #[serde(skip)]
    pub manifest: Manifest,
    /// Name of the batch.
    pub batch: String,
    /// Files that are as listed.
    pub files_good: u64,
    /// Their bytes.
    pub bytes_good: u64,
    /// Listed but not there.
    pub missing: Vec<String>,
    /// There but not listed.
    pub extra: Vec<String>,
    /// There but not the same.
    pub changed: Vec<Changed>,
    /// Whether the totals balance.
    pub balanced: bool,
    /// What the signature is worth.
    pub signature: SignatureVerdict,
}

/// A file that is not what the manifest says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Which.
    pub path: String,
    /// What was found.
    pub found: String,
    /// What is listed.
    pub listed: String,
}

/// What the signature of a manifest is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum SignatureVerdict {
    /// It was made over these bytes by the key of this certificate. Whether to trust that is for the receiver.
    Good {
        /// How it was made.
        algorithm: String,
        /// Who the certificate says made it.
        subject: String,
        /// SHA-256 of the certificate, hexadecimal, as `openssl x509 -fingerprint -sha256` gives it.
        certificate_sha256: String,
    },
    /// There is none.
    Missing,
    /// It was not made over these bytes by that key, or cannot be read.
    Bad {
        /// Why.
        why: String,
    },
}

impl Verdict {
    /// The folder is what its manifest says, and the manifest is signed.
    pub fn is_good(&self) -> bool {
        self.missing.is_empty()
            && self.extra.is_empty()
            && self.changed.is_empty()
            && self.balanced
            && matches!(self.signature, SignatureVerdict::Good { .. })
    }

    /// Everything that is wrong, a sentence each.
    pub fn problems(&self) -> Vec<String> {
        let mut all = Vec::new();
        match &self.signature {
            SignatureVerdict::Good { .. } => {}
            SignatureVerdict::Missing => all.push(format!("`{SIGNATURE}` is missing")),
            SignatureVerdict::Bad { why } => all.push(format!("`{SIGNATURE}` is not good: {why}")),
        }
        if !self.balanced {
            all.push("the totals do not balance".to_owned());
        }
        all.extend(
            self.missing
                .iter()
                .map(|path| format!("`{path}` is missing")),
        );
        all.extend(
            self.extra
                .iter()
                .map(|path| format!("`{path}` is not listed")),
        );
        all.extend(self.changed.iter().map(|changed| {
            let Changed {
                path,
                found,
                listed,
            } = changed;
            format!("`{path}` has changed: found {found}, listed {listed}")
        }));
        all
    }
}

/// Compares a folder with its manifest and checks the signature with `check`.
///
/// # Errors
/// [`Error::NoManifest`], [`Error::Unreadable`], [`Error::Path`], [`Error::Io`]: then there is nothing to compare with.
pub fn verify(folder: &Path, check: &Check<'_>) -> Result<Verdict, Error> {
    let bytes = read_manifest(folder)?;
    let manifest = parse(folder, &bytes)?;
    let states: Vec<_> = manifest
        .files
        .par_iter()
        .map(|entry| compare(folder, entry))
        .collect::<Result<_, _>>()?;

    let mut verdict = Verdict {
        batch: manifest.batch.clone(),
        files_good: 0,
        bytes_good: 0,
        missing: Vec::new(),
        extra: extra(folder, &manifest)?,
        changed: Vec::new(),
        balanced: manifest.totals.balance(),
        signature: check_signature(folder, &bytes, &manifest.certificate_sha256, check)?,
        manifest,
    };
    for (entry, state) in verdict.manifest.files.iter().zip(states) {
        match state {
            FileState::Good => {
                verdict.files_good += 1;
                verdict.bytes_good += entry.size;
            }
            FileState::Missing => verdict.missing.push(entry.path.clone()),
            FileState::Changed { found, listed } => verdict.changed.push(Changed {
                path: entry.path.clone(),
                found,
                listed,
            }),
        }
    }
    Ok(verdict)
}

enum FileState {
    Good,
    Missing,
    Changed { found: String, listed: String },
}

fn compare(folder: &Path, entry: &FileEntry) -> Result<FileState, Error> {
    let path = folder.join(&entry.path);
    let metadata = match path.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if is_absence(&error) => return Ok(FileState::Missing),
        Err(source) => return Err(Error::Io { path, source }),
    };
    let changed = |found: String, listed: String| Ok(FileState::Changed { found, listed });
    if !metadata.is_file() {
        return changed("no regular file".to_owned(), "a file".to_owned());
    }
    if metadata.len() != entry.size {
        let (found, listed) = (metadata.len(), entry.size);
        return changed(format!("{found} bytes"), format!("{listed} bytes"));
    }
    let digest = disk::digest_file(&path);
    let (_, sha256) = digest.map_err(|source| Error::Io { path, source })?;
    let found = disk::hex(&sha256);
    if found == entry.sha256 {
        return Ok(FileState::Good);
    }
    changed(
        format!("SHA-256 {found}"),
        format!("SHA-256 {}", entry.sha256),
    )
}

/// Reads the manifest of a folder, and gives its digest too; looks at nothing else.
///
/// # Errors
/// There is none, or it is not what we write.
pub fn read(folder: &Path) -> Result<(Manifest, Sha256), Error> {
    let bytes = read_manifest(folder)?;
    Ok((parse(folder, &bytes)?, disk::sha256(&bytes)))
}

/// What the signature of a folder's manifest is worth; looks at no other file.
///
/// # Errors
/// There is no manifest, or it is not what we write.
pub fn signature(folder: &Path, check: &Check<'_>) -> Result<SignatureVerdict, Error> {
    let bytes = read_manifest(folder)?;
    let manifest = parse(folder, &bytes)?;
    check_signature(folder, &bytes, &manifest.certificate_sha256, check)
}

fn read_manifest(folder: &Path) -> Result<Vec<u8>, Error> {
    match read_bounded(&folder.join(MANIFEST), MANIFEST_BYTES_MAX) {
        Ok(bytes) => Ok(bytes),
        Err(error) if is_absence(&error) => Err(Error::NoManifest(folder.to_path_buf())),
        Err(source) => Err(Error::Io {
            path: folder.join(MANIFEST),
            source,
        }),
    }
}

fn parse(folder: &Path, bytes: &[u8]) -> Result<Manifest, Error> {
    let unreadable = |found: String| Error::Unreadable {
        path: folder.join(MANIFEST),
        found,
    };
    #[derive(serde::Deserialize)]
    struct Head {
        format: String,
        version: u32,
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|e| unreadable(e.to_string()))?;
    if head.format != FORMAT || !(1..=VERSION).contains(&head.version) {
        let found = format!("format {}, version {}", head.format, head.version);
        return Err(unreadable(found));
    }
    let manifest: Manifest =
        serde_json::from_slice(bytes).map_err(|e| unreadable(e.to_string()))?;
    manifest.check_paths()?;
    Ok(manifest)
}

fn check_signature(
    folder: &Path,
    manifest: &[u8],
    certificate_sha256: &str,
    check: &Check<'_>,
) -> Result<SignatureVerdict, Error> {
    let path = folder.join(SIGNATURE);
    let text = match read_bounded(&path, signature::BYTES_MAX) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| "it is no text".to_owned()),
        Err(error) if is_absence(&error) => return Ok(SignatureVerdict::Missing),
        Err(source) => return Err(Error::Io { path, source }),
    };
    let judged = text
        .and_then(|text| Detached::parse(&text))
        .and_then(|detached| {
            // Else bytes of the certificate that are not of its key could be changed.
            let same = disk::hex(&disk::sha256(&detached.certificate_der)) == certificate_sha256;
            let why = "its certificate is not the one that the manifest names";
            same.then_some(detached).ok_or_else(|| why.to_owned())
        })
        .and_then(|detached| check(&detached, manifest).map(|subject| (detached, subject)));
    Ok(match judged {
        Err(why) => SignatureVerdict::Bad { why },
        Ok((detached, subject)) => SignatureVerdict::Good {
            subject,
            certificate_sha256: disk::hex(&disk::sha256(&detached.certificate_der)),
            algorithm: detached.algorithm,
        },
    })
}

/// What lies in the folder and is not listed; symbolic links are not followed.
fn extra(folder: &Path, manifest: &Manifest) -> Result<Vec<String>, Error> {
    let listed: BTreeSet<&str> = manifest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .chain([MANIFEST, SIGNATURE])
        .collect();
    let mut extra = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(inside) = folders.pop() {
        let io = |source| Error::Io {
            path: inside.clone(),
            source,
        };
        for entry in fs::read_dir(&inside).map_err(io)? {
            let entry = entry.map_err(io)?;
            let path = entry.path();
            if entry.file_type().map_err(io)?.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy();
            if !listed.contains(relative.as_ref()) {
                extra.push(relative.into_owned());
            }
        }
    }
    extra.sort();
    Ok(extra)
}

fn read_bounded(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    if !path.symlink_metadata()?.is_file() {
        let what = "not a regular file"; // A pipe would let us wait for ever.
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(bytes_max + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        let what = format!("larger than {bytes_max} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    Ok(bytes)
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
