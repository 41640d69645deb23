//! The folder that parts come from.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::disk;
use crate::ledger::{self, Ledger};
use crate::letter::Environment;
use crate::manifest::{self, FileEntry, Manifest, SignatureVerdict};
use crate::run::Error;
use crate::spool::{self, TableRow};
use crate::{ticket, verify};

/// The folder of a batch, and what its manifest and the tables of its parts say.
#[derive(Debug)]
pub struct Origin {
    pub(super) folder: PathBuf,
    pub(super) manifest: Manifest,
    pub(super) manifest_sha256: disk::Sha256,
    pub(super) environment: Environment,
    pub(super) date: Date,
    pub(super) customer: String,
    parts: Vec<PartOfOrigin>,
}

/// A part that was named.
#[derive(Debug)]
pub struct PartOfOrigin {
    /// Its PDF.
    pub pdf: PathBuf,
    /// Its pieces.
    pub rows: Vec<TableRow>,
}

impl Origin {
    /// Reads what is said of the folder that all parts lie in, and of each part the table of its pieces. What lies beside a
    /// part is compared with the manifest; the parts themselves, which are large, only when something is taken from them.
    ///
    /// # Errors
    /// [`Error::NotAPart`], [`Error::Changed`]; a manifest or a table that cannot be read.
    pub fn of(pdfs: &BTreeSet<PathBuf>) -> Result<Self, Error> {
        let mut found: Option<Self> = None;
        for pdf in pdfs {
            let folder = folder_of(pdf)?;
            let mut origin = match found.take() {
                Some(origin) if origin.folder == folder => origin,
                Some(_) => {
                    let what = "it lies in another batch than the part before it";
                    return Err(not_a_part(pdf, what));
                }
                None => Self::read(folder)?,
            };
            origin.add(pdf)?;
            found = Some(origin);
        }
        let mut origin = found.ok_or_else(|| not_a_part(Path::new(""), "no part was named"))?;
        // As they were printed: sheets are counted on from part to part.
        let first = |part: &PartOfOrigin| part.rows.first().map(|row| row.piece);
        origin.parts.sort_by_key(first);
        Ok(origin)
    }

    fn read(folder: &Path) -> Result<Self, Error> {
        let (manifest, manifest_sha256) = manifest::read(folder)?;
        let environment = match &*manifest.environment {
            "production" => Environment::Production,
            _ => Environment::Test,
        };
        let date = manifest.date.parse();
        let path = folder.join(manifest::MANIFEST);
        Ok(Self {
            date: date.map_err(|_| not_a_part(&path, "its date is none"))?,
            customer: manifest.sender_organisation.clone(),
            folder: folder.to_owned(),
            manifest,
            manifest_sha256,
            environment,
            parts: Vec::new(),
        })
    }

    fn add(&mut self, pdf: &Path) -> Result<(), Error> {
        if self.listed(pdf).is_none() {
            return Err(not_a_part(
                pdf,
                "the manifest of its batch does not list it",
            ));
        }
        let csv = pdf.with_extension("pieces.csv");
        for beside in [&csv, &pdf.with_extension("layout.json")] {
            self.check(beside)?;
        }
        if let Some(ticket) = self.ticket_of(pdf) {
            self.check(&ticket)?;
            let told = ticket::told_by(&ticket).filter(|_| self.parts.is_empty());
            self.customer = told.map_or_else(|| self.customer.clone(), |told| told.customer_name);
        }
        self.parts.push(PartOfOrigin {
            pdf: pdf.to_owned(),
            rows: spool::pieces_of(&csv)?,
        });
        Ok(())
    }

    /// The parts that were named, in the order of their pieces.
    pub fn parts(&self) -> &[PartOfOrigin] {
        &self.parts
    }

    /// The name of the batch.
    pub fn batch(&self) -> &str {
        &self.manifest.batch
    }

    /// The number of the print job; `None` where no part has a piece.
    pub fn job(&self) -> Option<u32> {
        self.parts
            .iter()
            .find_map(|part| Some(part.rows.first()?.job))
    }

    /// The ticket beside a part, if it has one.
    pub(super) fn ticket_of(&self, pdf: &Path) -> Option<PathBuf> {
        let ticket = pdf.with_extension("xjdf");
        self.listed(&ticket).is_some().then_some(ticket)
    }

    /// The control file beside a part, if it has one.
    pub(super) fn control_of(&self, pdf: &Path) -> Option<PathBuf> {
        let stem = pdf
            .strip_prefix(&self.folder)
            .ok()?
            .with_extension("control.");
        let stem = stem.to_str()?;
        let mut files = self.manifest.files.iter();
        let control = files.find(|file| file.path.starts_with(stem))?;
        Some(self.folder.join(&control.path))
    }

    fn listed(&self, path: &Path) -> Option<&FileEntry> {
        let relative = path.strip_prefix(&self.folder).ok()?.to_str()?;
        self.manifest
            .files
            .iter()
            .find(|file| file.path == relative)
    }

    /// A file is the one that the manifest promises, to the last byte.
    pub(super) fn check(&self, path: &Path) -> Result<(), Error> {
        let changed = || Error::Changed(path.to_owned());
        let listed = self.listed(path).ok_or_else(changed)?;
        match disk::digest_file(path) {
            Ok((size, sha256)) if size == listed.size && disk::hex(&sha256) == listed.sha256 => {
                Ok(())
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io(path)(error)),
            Ok(_) | Err(_) => Err(changed()),
        }
    }

    /// The manifest is the one that was signed; by whom, nobody here knows.
    pub(super) fn check_signature(&self) -> Result<(), Error> {
        let path = self.folder.join(manifest::SIGNATURE);
        match verify::signature(&self.folder)? {
            SignatureVerdict::Good { .. } => Ok(()),
            SignatureVerdict::Missing | SignatureVerdict::Bad { .. } => Err(Error::Changed(path)),
        }
    }

    /// The folder is the one that the ledger knows by that name.
    pub(super) fn check_ledger(&self, home: &Path) -> Result<(), Error> {
        let reader = Ledger::read(home)?;
        let files = reader.files(&self.manifest.batch)?;
        let known = files.iter().find(|file| file.path == manifest::MANIFEST);
        match known {
            Some(file) if file.sha256 == self.manifest_sha256 => Ok(()),
            Some(_) => Err(Error::OtherManifest(self.folder.clone())),
            None => Err(Error::Ledger(ledger::Error::NotInState {
                batch: self.manifest.batch.clone(),
                found: reader.batch(&self.manifest.batch)?.map(|batch| batch.state),
                allowed: "sent",
            })),
        }
    }
}

fn not_a_part(path: &Path, found: &str) -> Error {
    Error::NotAPart {
        path: path.to_owned(),
        found: found.to_owned(),
    }
}

/// The folder of the batch that a part lies in.
fn folder_of(pdf: &Path) -> Result<&Path, Error> {
    let mut above = pdf.ancestors().skip(2);
    let print = above.next().filter(|path| path.ends_with("print"));
    print
        .and(above.next())
        .ok_or_else(|| not_a_part(pdf, "it does not lie in `print/<class>/` of a batch"))
}
