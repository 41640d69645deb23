//! The bundles of a batch, whatever their form: tars by mailbox operator, one series of tars, containers, plain files.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::containers::{ContainerForm, ContainerOptions, Containers, Plain};
use super::tars::{Series, Tars};
use super::{Error, Format, Sealed, failed, sync_folder};
use crate::disk::{self, HashingWriter, WrittenFile};
use crate::sign::{Certificate, pem};

/// Name of the file that holds whose key signed, beside the messages.
pub(super) const CERTIFICATE_NAME: &str = "certificate.pem";

/// How large bundles become.
#[derive(Clone, Debug)]
pub struct Options {
    /// A tar ends before it would have more bytes; a single message is always written.
    pub bundle_bytes_max: u64,
    /// Most messages in a tar.
    pub bundle_entries_max: u32,
    /// Most files open at once; two a bundle.
    pub open_files_max: usize,
    /// Of Digital Post; what `[digital_post]` says of them.
    pub containers: ContainerOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bundle_bytes_max: 1 << 30,
            bundle_entries_max: 100_000,
            open_files_max: 64,
            containers: ContainerOptions::default(),
        }
    }
}

/// What the bundles of a batch are made for.
#[derive(Clone, Copy, Debug)]
pub struct BundleJob<'j> {
    /// Of all its messages.
    pub format: Format,
    /// Its name; those of containers follow from it, so that a rerun's differ from the first run's.
    pub batch: &'j str,
    /// Of the batch; the time of every entry (midnight UTC).
    pub date: Date,
    /// Whose key made the detached signatures; `None` in a format whose messages hold their own.
    pub certificate: Option<&'j Certificate>,
}

/// Where a message was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The tar, the compressed tar, or the message's own file, relative to the batch's folder.
    pub bundle: PathBuf,
    /// Of the message's first byte in the tar; 0 in a file of its own.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

/// Writes the bundles of a batch.
pub struct Bundler {
    place: Place,
    certificate: Option<Vec<u8>>,
    form: Form,
}

enum Form {
    Tars(Tars),
    Containers(Box<Containers>),
    Plain(Box<Plain>),
}

/// Where the files of a format go, and when they were made.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The batch's work folder.
    pub(super) folder: PathBuf,
    /// `digital/<format>`
    pub(super) relative: PathBuf,
    /// Seconds of the entries' time.
    pub(super) mtime: u64,
}

impl Place {
    /// Creates a folder below the format's, and gives its full path.
    pub(super) fn create(&self, relative: &Path) -> Result<PathBuf, Error> {
        let full = self.folder.join(relative);
        disk::create_private_folder(&full).map_err(|e| failed(&full, e))?;
        Ok(full)
    }
}

impl Bundler {
    /// Bundles below `folder`, the batch's work folder.
    pub fn new(folder: &Path, job: &BundleJob<'_>, options: Options) -> Self {
        let midnight = job.date.to_zoned(TimeZone::UTC);
        let mtime = midnight.map_or(0, |zoned| zoned.timestamp().as_second());
        let place = Place {
            folder: folder.to_owned(),
            relative: Path::new("digital").join(job.format.name()),
            mtime: u64::try_from(mtime).unwrap_or_default(),
        };
        let form = match (job.format, options.containers.form) {
            (Format::MinaMeddelanden, _) => {
                Form::Tars(Tars::new(place.clone(), Series::ByOperator, options))
            }
            (Format::Sf1601, _) => Form::Tars(Tars::new(place.clone(), Series::One, options)),
            (Format::DigitalPost, ContainerForm::TarLzma) => Form::Containers(Box::new(
                Containers::new(place.clone(), job, options.containers),
            )),
            (Format::DigitalPost, ContainerForm::Xml) => {
                Form::Plain(Box::new(Plain::new(place.clone())))
            }
        };
        Self {
            place,
            certificate: job
                .certificate
                .map(|c| pem::armour("CERTIFICATE", c.der()).into_bytes()),
            form,
        }
    }

    /// Appends a message to its bundle; `letter_ids` are those of [`Sealed::letters`], in their order. `target` is the
    /// mailbox operator's id where there is one bundle for each; the others have one door for all.
    ///
    /// # Errors
    /// Any I/O error; an operator id that is not digits; too many bundles.
    pub fn add(
        &mut self,
        target: &str,
        sealed: &Sealed,
        letter_ids: &[&str],
    ) -> Result<Placed, Error> {
        match &mut self.form {
            Form::Tars(tars) => tars.add(target, sealed, letter_ids),
            Form::Containers(containers) => containers.add(sealed, letter_ids),
            Form::Plain(plain) => plain.add(sealed, letter_ids),
        }
    }

    /// Ends all bundles. When it returns, every file and every folder is durable. The files are in the order of their
    /// paths.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn finish(self) -> Result<Vec<WrittenFile>, Error> {
        let mut written = match self.form {
            Form::Tars(tars) => tars.finish()?,
            Form::Containers(containers) => containers.finish()?,
            Form::Plain(plain) => plain.finish()?,
        };
        if written.is_empty() {
            return Ok(written);
        }
        if let Some(pem) = &self.certificate {
            let path = self.place.relative.join(CERTIFICATE_NAME);
            written.push(write(&self.place.folder, path, pem)?);
        }
        let format = self.place.folder.join(&self.place.relative);
        let digital = self.place.folder.join("digital");
        for folder in [&format, &digital, &self.place.folder] {
            sync_folder(folder)?;
        }
        written.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(written)
    }
}

/// Writes a file whole; it is durable, its name is not yet.
pub(super) fn write(folder: &Path, path: PathBuf, bytes: &[u8]) -> Result<WrittenFile, Error> {
    let full = folder.join(&path);
    let written = HashingWriter::create(&full).and_then(|mut file| {
        std::io::Write::write_all(&mut file, bytes)?;
        file.finish(path)
    });
    written.map_err(|e| failed(&full, e))
}
