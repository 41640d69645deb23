//! How MeMos travel: many in a compressed tar, or each in a file of its own.
//!
//! In: sealed messages in input order. Out: durable files in `digital/digital-post` of the batch's work folder:
//! `<uuid>.tar.lzma` with `<uuid>.index.csv`, or `<nnnn>/<messageUUID>.xml` with one `messages.index.csv`. What always
//! holds: the bytes depend on the messages, their order, the mailing's id and the batch date alone; a container that is
//! full is compressed by the pool while the next one fills; no more of them are being compressed than
//! `compress::MEMORY_BYTES_MAX` has room for; the tar before compression lies in a file without a name, which is gone
//! when the process is.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};

use super::bundler::{BundleJob, Place, Placed};
use super::growing::Growing;
use super::tars::{BLOCK, END, header, padding};
use super::{Error, Sealed, derived_id, failed, index, sync_folder};
use crate::disk::WrittenFile;

mod compress;
mod options;
mod plain;

pub use options::{ContainerForm, ContainerOptions, Dictionary, Preset};
pub(super) use plain::{FILES_INDEX_NAME, Plain};

use compress::{Compressors, Job};

/// A tar in a container is padded to whole records of this many bytes (facts/denmark.md §2.3, blocks of 10240).
pub(super) const RECORD: u64 = 20 * BLOCK;
/// Of the tar that fills.
const BUFFER_BYTES: usize = 1 << 18;

/// Writes containers.
pub(super) struct Containers {
    place: Place,
    options: ContainerOptions,
    batch: String,
    date: String,
    /// Containers begun.
    number: u64,
    filling: Option<Filling>,
    compressors: Compressors,
    written: Vec<WrittenFile>,
}

/// A container that takes messages.
struct Filling {
    name: String,
    tar: BufWriter<File>,
    size: u64,
    entries: u32,
    index: Growing,
}

impl Containers {
    pub(super) fn new(place: Place, job: &BundleJob<'_>, options: ContainerOptions) -> Self {
        Self {
            place,
            compressors: Compressors::new(options.encoder()),
            options,
            batch: job.batch.to_owned(),
            date: job.date.to_string(),
            number: 0,
            filling: None,
            written: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, sealed: &Sealed, letter_ids: &[&str]) -> Result<Placed, Error> {
        let length = sealed.bytes.len() as u64;
        let mut filling = match self.filling.take() {
            Some(full) if !full.takes(length, &self.options) => {
                self.close(full)?;
                self.begin(sealed)?
            }
            Some(filling) => filling,
            None => self.begin(sealed)?,
        };
        let offset = filling.append(sealed, letter_ids, self.place.mtime)?;
        let bundle = self
            .place
            .relative
            .join(format!("{}.tar.lzma", filling.name));
        self.filling = Some(filling);
        Ok(Placed {
            bundle,
            offset,
            length,
        })
    }

    pub(super) fn finish(mut self) -> Result<Vec<WrittenFile>, Error> {
        if let Some(last) = self.filling.take() {
            self.close(last)?;
        }
        self.written.extend(self.compressors.finish()?);
        if !self.written.is_empty() {
            sync_folder(&self.place.folder.join(&self.place.relative))?;
        }
        Ok(self.written)
    }

    /// A container's name follows from the batch, its date, its number and its first message: another batch of the
    /// same mailing has other names.
    fn begin(&mut self, first: &Sealed) -> Result<Filling, Error> {
        self.number += 1;
        let number = self.number.to_string();
        let first = first.message_id.hyphenated().to_string();
        let texts = [self.batch.as_str(), &self.date, &number, &first];
        let name = derived_id("lettermill container id, version 1", &texts);
        let name = name.hyphenated().to_string();
        let folder = self.place.create(&self.place.relative)?;
        let tar = tempfile::tempfile_in(&folder).map_err(|e| failed(&folder, e))?;
        let path = self.place.relative.join(format!("{name}.index.csv"));
        let mut index = Growing::create(&self.place.folder, path)?;
        index.open()?;
        index.write(index::HEADING.as_bytes())?;
        Ok(Filling {
            name,
            tar: BufWriter::with_capacity(BUFFER_BYTES, tar),
            size: 0,
            entries: 0,
            index,
        })
    }

    fn close(&mut self, mut full: Filling) -> Result<(), Error> {
        let path = self.place.relative.join(format!("{}.tar.lzma", full.name));
        let tar = full.ended().map_err(|e| failed(&path, e))?;
        self.written.push(full.index.finish()?);
        let job = Job {
            tar,
            full: self.place.folder.join(&path),
            path,
        };
        let done = self.compressors.start(job)?;
        self.written.extend(done);
        Ok(())
    }
}

impl Filling {
    fn takes(&self, length: u64, options: &ContainerOptions) -> bool {
        let with = self.size + BLOCK + length.next_multiple_of(BLOCK) + END;
        self.entries < options.messages_max && with.next_multiple_of(RECORD) <= options.bytes_max
    }

    fn append(&mut self, sealed: &Sealed, letter_ids: &[&str], mtime: u64) -> Result<u64, Error> {
        let entry = sealed.message_id.hyphenated().to_string();
        let length = sealed.bytes.len() as u64;
        let offset = self.size + BLOCK;
        let wrote = header(&format!("{entry}.xml"), length, mtime).and_then(|header| {
            self.tar.write_all(header.as_bytes())?;
            self.tar.write_all(&sealed.bytes)?;
            self.tar.write_all(padding(length))
        });
        wrote.map_err(|e| failed(&self.index.full, e))?;
        self.size = offset + length.next_multiple_of(BLOCK);
        self.entries += 1;
        let lines = index::lines(&entry, sealed, letter_ids, offset)
            .map_err(|e| failed(&self.index.full, e))?;
        self.index.write(&lines)?;
        Ok(offset)
    }

    /// The whole tar, ready to be read from its start.
    fn ended(&mut self) -> io::Result<File> {
        let size = (self.size + END).next_multiple_of(RECORD);
        let zeros = io::Read::take(io::repeat(0), size - self.size);
        io::copy(&mut { zeros }, &mut self.tar)?;
        self.tar.flush()?;
        let mut tar = self.tar.get_ref().try_clone()?;
        tar.rewind()?;
        Ok(tar)
    }
}
