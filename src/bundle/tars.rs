//! Bundles on disk: per mailbox operator a series of tars, each with its index beside it.
//!
//! In: sealed messages in input order, each with its operator. Out: durable files in the batch's work folder,
//! `digital/<format>/<operator id>/<n>.tar` and `<n>.index.csv`. What always holds: the bytes depend on the messages,
//! their order and the batch date alone; at most `open_files_max` files are open, however many operators there are (the
//! one used longest ago is closed and opened again when needed).

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::index::{self, Row};
use super::{Error, Format, OPERATOR_DIGITS_MAX, Sealed};
use crate::disk::{self, WrittenFile, hex};
use crate::finding::shape;

/// A tar is made of blocks, and ends with two empty ones (POSIX.1-1988, ustar).
const BLOCK: u64 = 512;
const END: u64 = 2 * BLOCK;
/// Bundles of one operator, numbered with four digits.
const BUNDLES_MAX: u32 = 9_999;
/// Of each open file.
const BUFFER_BYTES: usize = 1 << 16;

/// How large bundles become.
#[derive(Clone, Debug)]
pub struct Options {
    /// A tar ends before it would have more bytes; a single message is always written.
    pub bundle_bytes_max: u64,
    /// Most messages in a tar.
    pub bundle_entries_max: u32,
    /// Most files open at once; two a bundle.
    pub open_files_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bundle_bytes_max: 1 << 30,
            bundle_entries_max: 100_000,
            open_files_max: 64,
        }
    }
}

/// Where a message was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Of the tar, relative to the batch's folder.
    pub bundle: PathBuf,
    /// Of the message's first byte in it.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

/// Writes the bundles of a batch.
pub struct Bundler {
    folder: PathBuf,
    format: Format,
    options: Options,
    mtime: u64,
    operators: BTreeMap<String, Bundle>,
    /// Counts messages; the bundle with the lowest `used` is closed first.
    turn: u64,
    open_bundles: usize,
    written: Vec<WrittenFile>,
}

impl Bundler {
    /// Bundles below `folder`, the batch's work folder. `date` becomes the time of every entry (midnight UTC).
    pub fn new(folder: &Path, format: Format, date: Date, options: Options) -> Self {
        let midnight = date.to_zoned(TimeZone::UTC);
        let mtime = midnight.map_or(0, |zoned| zoned.timestamp().as_second());
        Self {
            folder: folder.to_owned(),
            format,
            options,
            mtime: u64::try_from(mtime).unwrap_or_default(),
            operators: BTreeMap::new(),
            turn: 0,
            open_bundles: 0,
            written: Vec::new(),
        }
    }

    /// Appends a message to its operator's bundle; `letter_ids` are those of [`Sealed::letters`], in their order.
    ///
    /// # Errors
    /// Any I/O error; an operator id that is not digits; too many bundles.
    pub fn add(
        &mut self,
        operator_id: &str,
        sealed: &Sealed,
        letter_ids: &[&str],
    ) -> Result<Placed, Error> {
        check_operator_id(operator_id)?;
        self.turn += 1;
        let length = sealed.bytes.len() as u64;
        let mut bundle = match self.operators.remove(operator_id) {
            Some(full) if !full.takes(length, &self.options) => {
                let number = full.number + 1;
                self.close(full)?;
                self.begin(operator_id, number)?
            }
            Some(bundle) => bundle,
            None => self.begin(operator_id, 1)?,
        };
        if !bundle.is_open() {
            self.make_room()?;
            bundle.open()?;
            self.open_bundles += 1;
        }
        bundle.used = self.turn;
        let offset = bundle.append(sealed, letter_ids, self.mtime)?;
        let placed = Placed {
            bundle: bundle.tar.path.clone(),
            offset,
            length,
        };
        self.operators.insert(operator_id.to_owned(), bundle);
        Ok(placed)
    }

    /// Ends all bundles. When it returns, every file and every folder is durable. The files are in the order of their
    /// paths.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn finish(mut self) -> Result<Vec<WrittenFile>, Error> {
        for (_, bundle) in std::mem::take(&mut self.operators) {
            self.close(bundle)?;
        }
        if !self.written.is_empty() {
            let format = self.folder.join(self.relative());
            let digital = self.folder.join("digital");
            for folder in [&format, &digital, &self.folder] {
                sync_folder(folder)?;
            }
        }
        self.written.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(self.written)
    }

    fn relative(&self) -> PathBuf {
        Path::new("digital").join(self.format.name())
    }

    fn begin(&self, operator_id: &str, number: u32) -> Result<Bundle, Error> {
        if number > BUNDLES_MAX {
            return Err(Error::TooManyBundles {
                bundles_max: BUNDLES_MAX,
            });
        }
        let relative = self.relative().join(operator_id);
        let folder = self.folder.join(&relative);
        disk::create_private_folder(&folder).map_err(|e| failed(&folder, e))?;
        let file = |end: &str| {
            let path = relative.join(format!("{number:04}{end}"));
            Growing::create(&self.folder, path)
        };
        let mut bundle = Bundle {
            number,
            entries: 0,
            used: self.turn,
            tar: file(".tar")?,
            index: file(".index.csv")?,
        };
        bundle.index.open()?;
        bundle.index.write(index::HEADING.as_bytes())?;
        bundle.index.park()?;
        Ok(bundle)
    }

    /// Closes the file pair used longest ago when no more may be open.
    fn make_room(&mut self) -> Result<(), Error> {
        let pairs_max = (self.options.open_files_max / 2).max(1);
        while self.open_bundles >= pairs_max {
            let open = self.operators.values_mut().filter(|b| b.is_open());
            let Some(oldest) = open.min_by_key(|b| b.used) else {
                break;
            };
            oldest.park()?;
            self.open_bundles -= 1;
        }
        Ok(())
    }

    fn close(&mut self, mut bundle: Bundle) -> Result<(), Error> {
        if bundle.is_open() {
            self.open_bundles -= 1;
        } else {
            bundle.open()?;
        }
        bundle.tar.write(&[0; END as usize])?;
        let folder = bundle.tar.full.parent().map(Path::to_owned);
        self.written.push(bundle.tar.finish()?);
        self.written.push(bundle.index.finish()?);
        folder.map_or(Ok(()), |folder| sync_folder(&folder))
    }
}

/// A tar that grows, and its index.
struct Bundle {
    number: u32,
    entries: u32,
    used: u64,
    tar: Growing,
    index: Growing,
}

impl Bundle {
    fn takes(&self, length: u64, options: &Options) -> bool {
        let with = self.tar.size + BLOCK + length.next_multiple_of(BLOCK) + END;
        self.entries < options.bundle_entries_max && with <= options.bundle_bytes_max
    }

    fn is_open(&self) -> bool {
        self.tar.file.is_some()
    }

    fn open(&mut self) -> Result<(), Error> {
        self.tar.open()?;
        self.index.open()
    }

    fn park(&mut self) -> Result<(), Error> {
        self.tar.park()?;
        self.index.park()
    }

    fn append(&mut self, sealed: &Sealed, letter_ids: &[&str], mtime: u64) -> Result<u64, Error> {
        let length = sealed.bytes.len() as u64;
        let entry = sealed.message_id.hyphenated().to_string();
        let header = header(&format!("{entry}.xml"), length, mtime)
            .map_err(|e| failed(&self.tar.path, e))?;
        self.tar.write(header.as_bytes())?;
        let offset = self.tar.size;
        self.tar.write(&sealed.bytes)?;
        let padding = (length.next_multiple_of(BLOCK) - length) as usize; // Below 512.
        self.tar
            .write([0; BLOCK as usize].get(..padding).unwrap_or_default())?;
        self.entries += 1;
        let mut lines = Vec::with_capacity(256);
        let signature = sealed.signature.as_deref().unwrap_or_default();
        for (message_id, letter_id) in sealed.letters.iter().zip(letter_ids) {
            let row = Row {
                entry: entry.clone(),
                message_id: message_id.hyphenated().to_string(),
                letter_id: (*letter_id).to_owned(),
                role: sealed.role,
                offset,
                length,
                sha256: hex(&sealed.sha256),
                signature: base64_simd::STANDARD.encode_to_string(signature),
            };
            index::write(&row, &mut lines)
                .map_err(|e| failed(&self.index.path, io::Error::other(e)))?;
        }
        self.index.write(&lines)?;
        Ok(offset)
    }
}

/// ustar, owner 0:0, mode 0600.
fn header(name: &str, length: u64, mtime: u64) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(mtime);
    header.set_size(length);
    header.set_cksum();
    Ok(header)
}

/// A file that is digested as it grows, and may be closed in between.
struct Growing {
    /// Relative to the batch's folder.
    path: PathBuf,
    full: PathBuf,
    file: Option<BufWriter<File>>,
    size: u64,
    digest: ring::digest::Context,
}

impl Growing {
    fn create(folder: &Path, path: PathBuf) -> Result<Self, Error> {
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

    fn open(&mut self) -> Result<(), Error> {
        let file = OpenOptions::new().append(true).open(&self.full);
        let file = file.map_err(|e| failed(&self.full, e))?;
        self.file = Some(BufWriter::with_capacity(BUFFER_BYTES, file));
        Ok(())
    }

    /// Closes it for now.
    fn park(&mut self) -> Result<(), Error> {
        match self.file.take() {
            Some(mut file) => file.flush().map_err(|e| failed(&self.full, e)),
            None => Ok(()),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
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

    fn finish(mut self) -> Result<WrittenFile, Error> {
        if let Some(mut file) = self.file.take() {
            let durable = file.flush().and_then(|()| file.get_ref().sync_all());
            durable.map_err(|e| failed(&self.full, e))?;
        }
        Ok(WrittenFile {
            path: self.path,
            size: self.size,
            sha256: crate::disk::finished(self.digest),
        })
    }
}

fn check_operator_id(id: &str) -> Result<(), Error> {
    let digits = id.bytes().all(|b| b.is_ascii_digit());
    if digits && (1..=OPERATOR_DIGITS_MAX).contains(&id.len()) {
        return Ok(());
    }
    Err(Error::OperatorId { shape: shape(id) })
}

fn sync_folder(folder: &Path) -> Result<(), Error> {
    let synced = File::open(folder).and_then(|f| f.sync_all());
    synced.map_err(|e| failed(folder, e))
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        source,
    }
}
