//! The snapshot file, mapped: what stands in it and where (docs/formats-registry.md).
//!
//! Opening reads the header and the operator table and checks their digest, in a few microseconds whatever the size;
//! the header holds the digest of the rest, which [`Snapshot::verify`] reads and checks. A damaged rest can make a
//! look-up miss or answer wrongly, never fail: every position is checked when it is used.

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::disk::{self, Map, Sha256};
use crate::letter::RecipientId;

use super::{Census, Counts, Entry, Operator, OperatorIndex, Status, key};

/// First bytes of a snapshot.
pub const MAGIC: &[u8; 8] = b"LMREACH\0";
/// The version this program writes and reads.
pub const VERSION: u32 = 1;
/// Bytes of the fixed header.
pub const HEADER_BYTES: usize = 256;
/// Places for counts in the header.
const COUNT_SLOTS: usize = 16;
const _: () = assert!(Status::ALL.len() <= COUNT_SLOTS);

// Positions in the header.
pub const AT_VERSION: usize = 8;
pub const AT_DATE: usize = 12;
pub const AT_OPERATORS: usize = 16;
pub const AT_BUCKET_BITS: usize = 20;
pub const AT_ENTRIES: usize = 24;
pub const AT_COUNTS: usize = 32;
pub const AT_OPERATOR_BYTES: usize = AT_COUNTS + COUNT_SLOTS * 8;
pub const AT_BODY_SHA256: usize = 192;
pub const AT_HEAD_SHA256: usize = 224;

/// Where the parts of a snapshot lie, as follows from the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Number of entries.
    pub entries: u64,
    /// Highest bits of a place that name its bucket; there are two to the power of it.
    pub bucket_bits: u32,
    /// Bytes of the operator table, filled up to a multiple of eight.
    pub operator_bytes: u64,
}

impl Layout {
    fn buckets_at(self) -> u64 {
        HEADER_BYTES as u64 + self.operator_bytes
    }

    fn entries_at(self) -> u64 {
        // One start more than buckets, filled up to eight bytes.
        self.buckets_at() + ((1 << self.bucket_bits) + 2) * 4
    }

    fn file_bytes(self) -> u64 {
        self.entries_at() + self.entries * 8
    }
}

/// A snapshot, mapped for look-ups; shared by all threads.
#[derive(Debug)]
pub struct Snapshot {
    map: Map,
    path: PathBuf,
    date: Date,
    counts: Counts,
    operators: Vec<Operator>,
    layout: Layout,
    buckets_at: usize,
    entries_at: usize,
    digest: Sha256,
}

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Cannot be opened or mapped.
    #[error("cannot read the registry snapshot `{path}`: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another kind of file.
    #[error(
        "`{path}` is no registry snapshot: it does not begin with LMREACH; make one with `lettermill registry build`"
    )]
    NotASnapshot {
        /// Which file.
        path: PathBuf,
    },
    /// Written by another version of the program.
    #[error(
        "`{path}` is a registry snapshot of version {found}, this program reads version {allowed}; build it again"
    )]
    Version {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// Ours.
        allowed: u32,
    },
    /// Cut short or changed.
    #[error("the registry snapshot `{path}` is damaged: {what}; build it again")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
}

impl Snapshot {
    /// Maps a snapshot and checks its head.
    ///
    /// # Errors
    /// The file cannot be read, is no snapshot, of another version, or its head or length is damaged.
    pub fn open(path: &Path) -> Result<Self, SnapshotError> {
        let map = Map::open(path).map_err(|source| SnapshotError::Io {
            path: path.into(),
            source,
        })?;
        let damaged = |what: &str| SnapshotError::Damaged {
            path: path.into(),
            what: what.into(),
        };
        if !map.starts_with(MAGIC) {
            return Err(SnapshotError::NotASnapshot { path: path.into() });
        }
        let head = map
            .get(..HEADER_BYTES)
            .ok_or_else(|| damaged("it ends within its header"))?;
        let found = u32_at(head, AT_VERSION);
        if found != VERSION {
            return Err(SnapshotError::Version {
                path: path.into(),
                found,
                allowed: VERSION,
            });
        }
        let layout = layout_of(head, map.len() as u64).ok_or_else(|| {
            damaged("its length is not what its header says, it may have been cut short")
        })?;
        let buckets_at = usize::try_from(layout.buckets_at()).unwrap_or(usize::MAX);
        let operator_table = map
            .get(HEADER_BYTES..buckets_at)
            .ok_or_else(|| damaged("it ends within its operator table"))?;
        let digest = head_digest(head, operator_table);
        if digest != head[AT_HEAD_SHA256..] {
            return Err(damaged("the checksum of its head does not agree"));
        }
        let operators = operators_of(operator_table, u32_at(head, AT_OPERATORS))
            .ok_or_else(|| damaged("its operator table cannot be read"))?;
        Ok(Self {
            date: date_of(u32_at(head, AT_DATE)).ok_or_else(|| damaged("its date is no date"))?,
            counts: counts_of(head),
            operators,
            layout,
            buckets_at,
            entries_at: usize::try_from(layout.entries_at()).unwrap_or(usize::MAX),
            digest,
            path: path.into(),
            map,
        })
    }

    /// What the snapshot says of a recipient; `None` when it does not hold the identifier.
    pub fn lookup(&self, id: &RecipientId) -> Option<Entry> {
        let key = id.key()?;
        // A shift of 64 would be undefined; `bucket_bits` is at least one.
        let bucket = (key::place(key) >> (64 - self.layout.bucket_bits)) as usize;
        let first = self.bucket_start(bucket)? as usize;
        let behind = self.bucket_start(bucket + 1)? as usize;
        let bytes = self
            .map
            .get(self.entries_at + first * 8..self.entries_at + behind * 8)?;
        let packed = bytes
            .as_chunks::<8>()
            .0
            .iter()
            .map(|chunk| u64::from_le_bytes(*chunk))
            .find(|packed| key::key_of(*packed) == key)?;
        let entry = key::entry_of(packed)?;
        let known = |index: &OperatorIndex| usize::from(index.0) < self.operators.len();
        Some(Entry {
            operator: entry.operator.filter(known),
            ..entry
        })
    }

    /// Reads the whole file and checks the digest of what `open` did not read.
    ///
    /// # Errors
    /// The digest is not the one in the header, or the file changed since it was opened.
    pub fn verify(&self) -> Result<(), SnapshotError> {
        let damaged = |what: &str| SnapshotError::Damaged {
            path: self.path.clone(),
            what: what.into(),
        };
        let body = self.map.get(self.buckets_at..).unwrap_or_default();
        if disk::sha256(body) != self.map[AT_BODY_SHA256..AT_HEAD_SHA256] {
            return Err(damaged("the checksum of its entries does not agree"));
        }
        match self.map.unchanged() {
            Ok(true) => Ok(()),
            Ok(false) => Err(damaged("it was changed while in use")),
            Err(source) => Err(SnapshotError::Io {
                path: self.path.clone(),
                source,
            }),
        }
    }

    /// The day whose truth it holds.
    pub fn date(&self) -> Date {
        self.date
    }

    /// Operators, in the order of their index.
    pub fn operators(&self) -> &[Operator] {
        &self.operators
    }

    /// One operator.
    pub fn operator(&self, index: OperatorIndex) -> Option<&Operator> {
        self.operators.get(usize::from(index.0))
    }

    /// Entries of each status.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Who is in it; reads the whole file.
    pub fn census(&self) -> Census {
        let entries = self.map.get(self.entries_at..).unwrap_or_default();
        let packed = entries.as_chunks::<8>().0.iter();
        let packed = packed.map(|chunk| u64::from_le_bytes(*chunk));
        Census::of(packed, self.operators.len())
    }

    /// Bytes of the file.
    pub fn file_bytes(&self) -> u64 {
        self.map.len() as u64
    }

    /// SHA-256 of the head, which holds the digest of the rest: equal digests, equal snapshots.
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// Where it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Number of the first entry of a bucket.
    fn bucket_start(&self, bucket: usize) -> Option<u32> {
        let bytes = self.map.get(self.buckets_at + bucket * 4..)?;
        bytes.first_chunk().map(|four| u32::from_le_bytes(*four))
    }
}

/// SHA-256 of the header up to its own place, then the operator table.
pub fn head_digest(head: &[u8], operator_table: &[u8]) -> Sha256 {
    disk::sha256(&[&head[..AT_HEAD_SHA256], operator_table].concat())
}

/// The date as the decimal number `YYYYMMDD`.
pub fn date_number(date: Date) -> u32 {
    let part = |n: i8| u32::try_from(n).unwrap_or_default();
    u32::try_from(date.year()).unwrap_or_default() * 10_000
        + part(date.month()) * 100
        + part(date.day())
}

/// The operator table: for each operator its id, name and URL, each with its length in two bytes before it.
pub fn operator_table(operators: &[Operator]) -> Vec<u8> {
    let mut out = Vec::new();
    for operator in operators {
        for text in [&operator.id, &operator.name, &operator.url] {
            let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
            out.extend_from_slice(&length.to_le_bytes());
            out.extend_from_slice(&text.as_bytes()[..usize::from(length)]);
        }
    }
    out.resize(out.len().next_multiple_of(8), 0);
    out
}

fn operators_of(mut table: &[u8], count: u32) -> Option<Vec<Operator>> {
    let mut text = || {
        let (length, rest) = table.split_first_chunk()?;
        let (bytes, rest) = rest.split_at_checked(u16::from_le_bytes(*length).into())?;
        table = rest;
        String::from_utf8(bytes.to_vec()).ok()
    };
    let mut operators = Vec::new();
    for _ in 0..count {
        operators.push(Operator {
            id: text()?,
            name: text()?,
            url: text()?,
        });
    }
    Some(operators)
}

/// The layout a header describes, if the file has just that length.
fn layout_of(head: &[u8], file_bytes: u64) -> Option<Layout> {
    let layout = Layout {
        entries: u64_at(head, AT_ENTRIES),
        bucket_bits: u32_at(head, AT_BUCKET_BITS),
        operator_bytes: u64_at(head, AT_OPERATOR_BYTES),
    };
    // Bounds first, so that the sums below cannot overflow.
    let sane = layout.entries <= u64::from(u32::MAX)
        && (1..=32).contains(&layout.bucket_bits)
        && layout.operator_bytes <= file_bytes;
    (sane && layout.file_bytes() == file_bytes).then_some(layout)
}

fn counts_of(head: &[u8]) -> Counts {
    let mut counts = Counts::default();
    for status in Status::ALL {
        counts.0[*status as usize] = u64_at(head, AT_COUNTS + *status as usize * 8);
    }
    counts
}

fn date_of(number: u32) -> Option<Date> {
    let year = i16::try_from(number / 10_000).ok()?;
    let month = i8::try_from(number / 100 % 100).ok()?;
    let day = i8::try_from(number % 100).ok()?;
    Date::new(year, month, day).ok()
}

fn u32_at(head: &[u8], at: usize) -> u32 {
    head[at..]
        .first_chunk()
        .map_or(0, |b| u32::from_le_bytes(*b))
}

fn u64_at(head: &[u8], at: usize) -> u64 {
    head[at..]
        .first_chunk()
        .map_or(0, |b| u64::from_le_bytes(*b))
}
