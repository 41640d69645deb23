//! A file that is digested as it grows, and may be closed in between.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Error, failed};
use crate::disk::{self, WrittenFile};

/// Of each open file.
const BUFFER_BYTES: usize = 1 << 16;

/// A file that is digested as it grows, and may be closed in between.
pub(super) struct Growing {
    /// Relative to the batch's folder.
    pub(super) path: PathBuf,
    pub(super) full: PathBuf,
    file: Option<BufWriter<File>>,
    pub(super) size: u64,
    digest: ring::digest::Context,
}

impl Growing {
    pub(super) fn create(folder: &Path, path: PathBuf) -> Result<Self, Error> {
        let full = folder.join(&path);
        disk::create_private(&full).map_err(|e| failed(&full, e))?;
        Ok(Self {
            path,
            full,
            file: None,
            size: 0,
            digest: ring::digest::Context::new(&ring::digest::SHA256),
        })
    }

    pub(super) fn open(&mut self) -> Result<(), Error> {
        let file = OpenOptions::new().append(true).open(&self.full);
        let file = file.map_err(|e| failed(&self.full, e))?;
        self.file = Some(BufWriter::with_capacity(BUFFER_BYTES, file));
        Ok(())
    }

    pub(super) fn is_open(&self) -> bool {
        self.file.is_some()
    }

    /// Closes it for now.
    pub(super) fn park(&mut self) -> Result<(), Error> {
        match self.file.take() {
            Some(mut file) => file.flush().map_err(|e| failed(&self.full, e)),
            None => Ok(()),
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(file) = &mut self.file else {
            return Err(failed(
                &self.full,
                io::Error::other("written while it was closed"),
            ));
        };
        file.write_all(bytes).map_err(|e| failed(&self.full, e))?;
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<WrittenFile, Error> {
        if let Some(mut file) = self.file.take() {
            let durable = file.flush().and_then(|()| file.get_ref().sync_all());
            durable.map_err(|e| failed(&self.full, e))?;
        }
        Ok(WrittenFile {
            path: self.path,
            size: self.size,
            sha256: disk::finished(self.digest),
        })
    }
}
