//! Bundles on disk: series of tars, one a mailbox operator or one for all, each tar with its index beside it.
//!
//! In: sealed messages in input order, each with its operator. Out: durable files in the batch's work folder,
//! `digital/<format>/<operator id>/<n>.tar` and `<n>.index.csv`, without the operator where there is one door for all.
//! What always holds: the bytes depend on the messages, their order and the batch date alone; at most `open_files_max`
//! files are open, however many operators there are (the one used longest ago is closed and opened again when needed).

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::bundler::{Options, Place, Placed};
use super::growing::Growing;
use super::{Error, OPERATOR_DIGITS_MAX, Sealed, failed, index, sync_folder};
use crate::disk::WrittenFile;
use crate::finding::shape;

/// A tar is made of blocks, and ends with two empty ones (POSIX.1-1988, ustar).
pub(super) const BLOCK: u64 = 512;
pub(super) const END: u64 = 2 * BLOCK;
/// Bundles of one series, numbered with four digits.
pub(super) const BUNDLES_MAX: u32 = 9_999;
/// What to do when there are more.
pub(super) const TOO_MANY_HINT: &str =
    "raise digital.bundle_bytes_max and digital.bundle_entries_max";

/// How tars are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Series {
    /// A folder for each mailbox operator.
    ByOperator,
    /// All in the format's folder.
    One,
}

/// Writes tars.
pub(super) struct Tars {
    place: Place,
    series: Series,
    options: Options,
    operators: BTreeMap<String, Bundle>,
    /// Counts messages; the bundle with the lowest `used` is closed first.
    turn: u64,
    open_bundles: usize,
    written: Vec<WrittenFile>,
}

impl Tars {
    pub(super) fn new(place: Place, series: Series, options: Options) -> Self {
        Self {
            place,
            series,
            options,
            operators: BTreeMap::new(),
            turn: 0,
            open_bundles: 0,
            written: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        target: &str,
        sealed: &Sealed,
        letter_ids: &[&str],
    ) -> Result<Placed, Error> {
        let operator_id = match self.series {
            Series::ByOperator => {
                check_operator_id(target)?;
                target
            }
            Series::One => "",
        };
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
        let offset = bundle.append(sealed, letter_ids, self.place.mtime)?;
        let placed = Placed {
            bundle: bundle.tar.path.clone(),
            offset,
            length,
        };
        self.operators.insert(operator_id.to_owned(), bundle);
        Ok(placed)
    }

    pub(super) fn finish(mut self) -> Result<Vec<WrittenFile>, Error> {
        for (_, bundle) in std::mem::take(&mut self.operators) {
            self.close(bundle)?;
        }
        Ok(self.written)
    }

    fn begin(&self, operator_id: &str, number: u32) -> Result<Bundle, Error> {
        let relative = self.place.relative.join(operator_id);
        if number > BUNDLES_MAX {
            return Err(Error::TooManyBundles {
                series: relative,
                of: "tars",
                bundles_max: BUNDLES_MAX,
                hint: TOO_MANY_HINT,
            });
        }
        self.place.create(&relative)?;
        let file = |end: &str| {
            let path = relative.join(format!("{number:04}{end}"));
            Growing::create(&self.place.folder, path)
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
        self.tar.is_open()
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
        self.tar.write(padding(length))?;
        self.entries += 1;
        let lines = index::lines(&entry, sealed, letter_ids, offset)
            .map_err(|e| failed(&self.index.path, e))?;
        self.index.write(&lines)?;
        Ok(offset)
    }
}

/// Zeros up to the next block.
pub(super) fn padding(length: u64) -> &'static [u8] {
    const ZEROS: [u8; BLOCK as usize] = [0; BLOCK as usize];
    let missing = (length.next_multiple_of(BLOCK) - length) as usize; // Below 512.
    ZEROS.get(..missing).unwrap_or_default()
}

/// ustar, owner 0:0, mode 0600.
pub(super) fn header(name: &str, length: u64, mtime: u64) -> io::Result<tar::Header> {
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

fn check_operator_id(id: &str) -> Result<(), Error> {
    let digits = id.bytes().all(|b| b.is_ascii_digit());
    if digits && (1..=OPERATOR_DIGITS_MAX).contains(&id.len()) {
        return Ok(());
    }
    Err(Error::OperatorId { shape: shape(id) })
}
