//! The list of everything in a batch's folder, signed, so that whoever receives the folder can tell that it is whole.
//!
//! In: totals and written files; a signing function (keys stay in `sign`). Out: `manifest.json` and `manifest.sig`.
//! [`verify`] is what a vendor or relay runs on receipt: it needs the folder, and neither keys nor ledger.
//!
//! What always holds: the same batch gives the same bytes of `manifest.json` (fields in the order of [`Manifest`], files
//! sorted by path, no clock); every file in the folder but these two is listed; the signature is over the exact bytes.
//!
//! To add a field: at the end of its struct, with `#[serde(default)]`, and in `docs/formats-ledger.md`. To change the
//! meaning of one: another [`VERSION`].

use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk::{self, Sha256, WrittenFile};
use crate::ledger::Totals;
use crate::letter::{Environment, Fate};

mod signature;
mod verdict;

pub use signature::{Check, Detached, KeyKind, Sign, Signer};
pub use verdict::{Changed, SignatureVerdict, Verdict, read, signature, verify};

/// Name of the manifest in the batch's folder.
pub const MANIFEST: &str = "manifest.json";
/// Name of its signature.
pub const SIGNATURE: &str = "manifest.sig";
/// What [`Manifest::format`] says.
pub const FORMAT: &str = "lettermill-manifest";
/// Version of the format that this program writes; it reads no newer one.
pub const VERSION: u32 = 1;

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Version of the program that wrote it.
    pub lettermill: String,
    /// Name of the batch; also of its folder.
    pub batch: String,
    /// The mailing's id.
    pub mailing_id: String,
    /// The date written into outputs, `YYYY-MM-DD`.
    pub date: String,
    /// `test` or `production`.
    pub environment: String,
    /// Organisation number of the sender.
    pub sender_organisation: String,
    /// Whose key signed it.
    pub key: KeyKind,
    /// Digest of the certificate that `manifest.sig` brings along; hexadecimal.
    pub certificate_sha256: String,
    /// The mailing file.
    pub source: Source,
    /// Digest of the job, as `config` defines it; hexadecimal.
    pub job_sha256: String,
    /// Digest of the schema documents; hexadecimal.
    pub schema_sha256: String,
    /// `letters = digital + print + held + rejected`.
    pub totals: Totals,
    /// How many letters ended for which reason; sorted by fate in the order of the totals, then by reason.
    pub reasons: Vec<Reason>,
    /// Every file, sorted by path.
    pub files: Vec<FileEntry>,
}

/// The mailing file that a batch was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Digest, hexadecimal.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

/// How many letters ended for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Name of the fate.
    pub fate: String,
    /// Name of the reason.
    pub reason: String,
    /// Letters.
    pub letters: u64,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Relative to the batch's folder, with forward slashes.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Digest, hexadecimal.
    pub sha256: String,
}

impl From<&WrittenFile> for FileEntry {
    fn from(file: &WrittenFile) -> Self {
        Self {
            path: file.path.to_string_lossy().into_owned(),
            size: file.size,
            sha256: disk::hex(&file.sha256),
        }
    }
}

/// What the run knows about a batch when it writes the manifest.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Name of the batch.
    pub batch: &'a str,
    /// The mailing's id.
    pub mailing_id: &'a str,
    /// The date written into outputs.
    pub date: jiff::civil::Date,
    /// Trial or real.
    pub environment: Environment,
    /// Organisation number of the sender.
    pub sender_organisation: &'a str,
    /// Digest of the mailing file.
    pub source_sha256: Sha256,
    /// Size of the mailing file.
    pub source_bytes: u64,
    /// Digest of the job.
    pub job_sha256: Sha256,
    /// Digest of the schema documents.
    pub schema_sha256: Sha256,
    /// The promise.
    pub totals: Totals,
    /// (fate, reason, letters), in any order.
    pub reasons: &'a [(Fate, String, u64)],
}

/// Why a manifest cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing to verify.
    #[error("`{0}` has no {MANIFEST}; is it the folder of a batch?")]
    NoManifest(PathBuf),
    /// Not what we write.
    #[error("`{path}`: {found}; allowed is a manifest of format {FORMAT}, version 1 to {VERSION}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What was found.
        found: String,
    },
    /// A path that leaves the folder, or stands there twice.
    #[error(
        "`{0}` cannot be the path of a file in a batch: it is absolute, leaves the folder, or is listed twice"
    )]
    Path(String),
    /// The signing function said no.
    #[error("manifest cannot be signed: {0}")]
    Sign(String),
    /// The disk said no.
    #[error("`{path}`: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What.
        source: io::Error,
    },
}

impl Manifest {
    /// Of what the run knows and the files it wrote.
    ///
    /// # Errors
    /// [`Error::Path`].
    pub fn new(
        facts: &Facts<'_>,
        signer: &Signer<'_>,
        files: &[WrittenFile],
    ) -> Result<Self, Error> {
        let mut files: Vec<FileEntry> = files.iter().map(FileEntry::from).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let manifest = Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            lettermill: env!("CARGO_PKG_VERSION").to_owned(),
            batch: facts.batch.to_owned(),
            mailing_id: facts.mailing_id.to_owned(),
            date: facts.date.to_string(),
            environment: facts.environment.name().to_owned(),
            sender_organisation: facts.sender_organisation.to_owned(),
            key: signer.kind,
            certificate_sha256: disk::hex(&disk::sha256(signer.certificate_der)),
            source: Source {
                sha256: disk::hex(&facts.source_sha256),
                bytes: facts.source_bytes,
            },
            job_sha256: disk::hex(&facts.job_sha256),
            schema_sha256: disk::hex(&facts.schema_sha256),
            totals: facts.totals,
            reasons: reasons(facts.reasons),
            files,
        };
        manifest.check_paths()?;
        Ok(manifest)
    }

    /// The bytes of `manifest.json`.
    pub fn json(&self) -> Vec<u8> {
        pretty_json(self)
    }

    fn check_paths(&self) -> Result<(), Error> {
        let mut seen = BTreeSet::from([MANIFEST, SIGNATURE]);
        for file in &self.files {
            let inside = !file.path.is_empty()
                && Path::new(&file.path)
                    .components()
                    .all(|part| matches!(part, Component::Normal(_)));
            if !inside || !seen.insert(&file.path) {
                return Err(Error::Path(file.path.clone()));
            }
        }
        Ok(())
    }
}

/// Writes `manifest.json` and `manifest.sig` into the batch's folder, whole and durable, and gives both.
///
/// # Errors
/// [`Error::Path`], [`Error::Sign`], [`Error::Io`].
pub fn write(
    folder: &Path,
    facts: &Facts<'_>,
    files: &[WrittenFile],
    signer: &Signer<'_>,
) -> Result<[WrittenFile; 2], Error> {
    let json = Manifest::new(facts, signer, files)?.json();
    let signature = signer.sign_detached(&json)?;
    let put = |name: &str, bytes: &[u8]| {
        disk::write_listed(folder, name.into(), bytes).map_err(|source| Error::Io {
            path: folder.join(name),
            source,
        })
    };
    Ok([put(MANIFEST, &json)?, put(SIGNATURE, signature.as_bytes())?])
}

/// Indented JSON with a line feed at its end. Our models have string keys and finite numbers only, so it cannot fail.
pub(crate) fn pretty_json<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn reasons(reasons: &[(Fate, String, u64)]) -> Vec<Reason> {
    let mut sorted: Vec<_> = reasons.iter().collect();
    sorted.sort();
    let entry = |(fate, reason, letters): &(Fate, String, u64)| Reason {
        fate: fate.name().to_owned(),
        reason: reason.clone(),
        letters: *letters,
    };
    sorted.into_iter().map(entry).collect()
}
