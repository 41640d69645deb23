//! The folder that parts come from.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::Wanted;
use crate::disk;
use crate::ledger::{self, Ledger};
use crate::letter::Environment;
use crate::manifest::{self, Manifest};
use crate::run::Error;
use crate::ticket;

/// The folder that parts come from.
pub(super) struct Origin {
    pub(super) folder: PathBuf,
    pub(super) manifest: Manifest,
    pub(super) manifest_sha256: disk::Sha256,
    pub(super) environment: Environment,
    pub(super) date: Date,
    pub(super) customer: String,
}

impl Origin {
    /// Reads what is said of the folder that all parts lie in, and compares their CSVs with it. The parts themselves are too
    /// large for that: their pieces are compared with the CSV one by one.
    pub(super) fn of(wanted: &[Wanted]) -> Result<Self, Error> {
        let mut found: Option<Self> = None;
        for Wanted { pdf, .. } in wanted {
            let wrong = |found: &str| Error::NotAPart {
                path: pdf.clone(),
                found: found.to_owned(),
            };
            let folder = pdf.ancestors().nth(3).map(Path::to_owned);
            let folder =
                folder.filter(|_| pdf.ancestors().nth(2).is_some_and(|p| p.ends_with("print")));
            let folder =
                folder.ok_or_else(|| wrong("it does not lie in `print/<class>/` of a batch"))?;
            let origin = match found.take() {
                Some(origin) if origin.folder == folder => origin,
                Some(_) => return Err(wrong("it lies in another batch than the part before it")),
                None => Self::read(folder, pdf)?,
            };
            for (path, whole) in [
                (pdf.clone(), false),
                (pdf.with_extension("pieces.csv"), true),
            ] {
                let relative = path.strip_prefix(&origin.folder).unwrap_or(&path);
                let listed = relative.to_str();
                let listed = origin
                    .manifest
                    .files
                    .iter()
                    .find(|file| Some(&*file.path) == listed);
                let listed =
                    listed.ok_or_else(|| wrong("the manifest of its batch does not list it"))?;
                let size = fs::metadata(&path).map_err(Error::io(&path))?.len();
                let same = match whole {
                    true => {
                        let (size, sha256) = disk::digest_file(&path).map_err(Error::io(&path))?;
                        size == listed.size && disk::hex(&sha256) == listed.sha256
                    }
                    false => size == listed.size,
                };
                if !same {
                    return Err(Error::Faulty(vec![format!(
                        "`{}` is not the file that the manifest promises",
                        path.display()
                    )]));
                }
            }
            found = Some(origin);
        }
        found.ok_or_else(|| Error::NotAPart {
            path: PathBuf::new(),
            found: "no part was named".into(),
        })
    }

    fn read(folder: PathBuf, pdf: &Path) -> Result<Self, Error> {
        let (manifest, manifest_sha256) = manifest::read(&folder)?;
        let wrong = |found: &str| Error::NotAPart {
            path: folder.join(manifest::MANIFEST),
            found: found.to_owned(),
        };
        let environment = match &*manifest.environment {
            "production" => Environment::Production,
            _ => Environment::Test,
        };
        let date = manifest
            .date
            .parse()
            .map_err(|_| wrong("its date is none"))?;
        let told = ticket::told_by(&pdf.with_extension("xjdf"));
        let customer = told.map(|told| told.customer_name);
        Ok(Self {
            customer: customer.unwrap_or_else(|| manifest.sender_organisation.clone()),
            folder,
            manifest,
            manifest_sha256,
            environment,
            date,
        })
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

    /// The folder is the one that the ledger knows by that name.
    pub(super) fn check_ledger(&self, home: &Path) -> Result<(), Error> {
        let reader = Ledger::read(home)?;
        let files = reader.files(&self.manifest.batch)?;
        let known = files.iter().find(|file| file.path == manifest::MANIFEST);
        match known {
            Some(file) if file.sha256 == self.manifest_sha256 => Ok(()),
            Some(_) => Err(Error::Faulty(vec![format!(
                "`{}` is not the manifest that the ledger promises",
                self.folder.display()
            )])),
            None => Err(Error::Ledger(ledger::Error::NotInState {
                batch: self.manifest.batch.clone(),
                found: reader.batch(&self.manifest.batch)?.map(|batch| batch.state),
                allowed: "sent",
            })),
        }
    }
}
