//! A new folder for a reprint that no ledger knows of: it appears whole or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Origin;
use crate::disk::{self, WrittenFile};
use crate::ledger;
use crate::run::Error;

/// The folder while it is filled: `<name>.part`, which nobody else fills. What is dropped unfinished is removed.
pub(super) struct NewFolder {
    path: PathBuf,
    part: PathBuf,
    finished: bool,
}

impl NewFolder {
    pub(super) fn create(path: &Path, origin: &Origin) -> Result<Self, Error> {
        let path = std::path::absolute(path).map_err(Error::io(path))?;
        let above = path.parent().unwrap_or(&path);
        disk::create_private_folder(above).map_err(Error::io(above))?;
        refuse_place(&path, above, origin)?;
        let part = path.with_added_extension("part");
        match disk::create_new_private_folder(&part) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(Error::NotANewFolder {
                    path: part,
                    found: "is there: another reprint is filling it, or one was stopped",
                    hint: "if no reprint runs, remove it",
                });
            }
            Err(error) => return Err(Error::io(part)(error)),
        }
        let new = Self {
            path,
            part,
            finished: false,
        };
        // Asked only now: whoever has the folder that is filled is alone.
        match new.path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(new),
            Err(error) => Err(Error::io(&new.path)(error)),
            Ok(_) => Err(Error::NotANewFolder {
                path: new.path.clone(),
                found: "exists already",
                hint: "name a folder that is not there yet",
            }),
        }
    }

    /// Where to write.
    pub(super) fn part(&self) -> &Path {
        &self.part
    }

    /// Gives the folder its name; these files are in it and no others.
    pub(super) fn finish(mut self, files: &[WrittenFile]) -> Result<PathBuf, Error> {
        let listed: BTreeSet<&Path> = files.iter().map(|file| &*file.path).collect();
        ledger::refuse_unlisted(&self.part, &listed)?;
        let folders: BTreeSet<_> = listed.iter().filter_map(|path| path.parent()).collect();
        for folder in folders {
            let folder = self.part.join(folder);
            disk::sync_folder(&folder).map_err(Error::io(folder))?;
        }
        fs::rename(&self.part, &self.path).map_err(Error::io(&self.path))?;
        self.finished = true;
        disk::sync_parent(&self.path).map_err(Error::io(&self.path))?;
        Ok(self.path.clone())
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_dir_all(&self.part); // Worth nothing.
        }
    }
}

/// A home is filled by its ledger alone, and the folder of a batch is final.
fn refuse_place(path: &Path, above: &Path, origin: &Origin) -> Result<(), Error> {
    let real = |path: &Path| fs::canonicalize(path).map_err(Error::io(path));
    let (above, batch) = (real(above)?, real(&origin.folder)?);
    let found = match above {
        above if above.starts_with(batch) => "would lie in the batch that it is made from",
        above if ledger::home_around(&above).is_some() => {
            "would lie in a home, unknown to its ledger"
        }
        _ => return Ok(()),
    };
    Err(Error::NotANewFolder {
        path: path.to_owned(),
        found,
        hint: "name a folder elsewhere; without --to the reprint goes into the outbox",
    })
}
