//! Collects entries, sorts them, writes the snapshot.
//!
//! An entry takes 16 bytes while it is collected, so that the ten million mailboxes of a country need 160 MB. The order
//! of the inputs leaves no trace: operators are sorted by id, entries by the place of their key.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rayon::slice::ParallelSliceMut;

use crate::disk::{self, Sha256};
use crate::letter::RecipientId;

use super::build::{Origin, Unit};
use super::snapshot::{self, HEADER_BYTES, MAGIC, VERSION};
use super::{Built, Counts, Entry, Error, Operator, OperatorIndex, Status, key};

/// More operators than this is a column mixed up, not a market (four are connected, facts/sweden.md §3).
const OPERATORS_MAX: usize = 10_000;
/// Longest id, name and URL of an operator, in bytes.
const OPERATOR_TEXT_BYTES_MAX: usize = 2_048;
/// Entries per bucket that the size of the index aims at; a cache line holds eight.
const BUCKET_ENTRIES_MEAN_MAX: u64 = 8;
const BUCKET_BITS_MAX: u32 = 28;
/// Bytes written and digested at a time.
const CHUNK_BYTES: usize = 1 << 16;

/// A snapshot in the making.
#[derive(Debug)]
pub struct Builder {
    date: Date,
    operators: Vec<Operator>,
    by_id: BTreeMap<String, u16>,
    items: Vec<Item>,
    files: Vec<(PathBuf, Unit, u64)>, // Each with what it counts, and how much was counted before it.
    lines: u64,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    packed: u64,
    line: u32, // Over all files; beyond the last that fits, the last.
}

impl Builder {
    /// An empty snapshot of `date`.
    pub fn new(date: Date) -> Self {
        Self {
            date,
            operators: Vec::new(),
            by_id: BTreeMap::new(),
            items: Vec::new(),
            files: Vec::new(),
            lines: 0,
        }
    }

    /// Adds an operator, or completes one that has the same id. The id becomes a folder name.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence: an id or URL of another form, another URL than before, too many.
    pub fn operator(&mut self, operator: Operator) -> Result<OperatorIndex, &'static str> {
        check_operator(&operator)?;
        if let Some(index) = self.by_id.get(&operator.id) {
            complete(&mut self.operators[usize::from(*index)], operator)?;
            return Ok(OperatorIndex(*index));
        }
        if self.operators.len() >= OPERATORS_MAX {
            return Err("more than 10000 operators");
        }
        let index = u16::try_from(self.operators.len()).map_err(|_| "too many operators")?;
        self.by_id.insert(operator.id.clone(), index);
        self.operators.push(operator);
        Ok(OperatorIndex(index))
    }

    /// Adds what is known of a recipient; no identifier is ignored.
    pub fn push(&mut self, id: &RecipientId, status: Status, operator: Option<OperatorIndex>) {
        self.lines += 1;
        let entry = Entry {
            status,
            operator,
            nem_sms: false,
        };
        self.push_from(id, entry, self.lines);
    }

    /// Sorts and writes; `path` appears whole or not at all, 0600.
    ///
    /// # Errors
    /// Two entries contradict each other, or the file cannot be written.
    pub fn finish(mut self, path: &Path) -> Result<Built, Error> {
        self.sort_operators();
        // Equal places are equal keys; the rest of the order only makes the outcome independent of the input's.
        self.items.par_sort_unstable_by_key(|item| {
            (key::place(key::key_of(item.packed)), item.packed, item.line)
        });
        self.refuse_conflicts()?;
        let before = self.items.len();
        self.items.dedup_by_key(|item| item.packed);
        let repeated = (before - self.items.len()) as u64;
        self.write(path, repeated)
            .map_err(|source| Error::io(path, source))
    }

    /// True when nothing was added.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn begin_file(&mut self, path: &Path, unit: Unit) {
        self.files.push((path.into(), unit, self.lines));
    }

    /// Adds an entry that stands at `line` of the file begun last.
    pub(super) fn push_line(&mut self, id: &RecipientId, entry: Entry, line: u64) {
        let before = self.files.last().map_or(0, |(.., before)| *before);
        self.lines = self.lines.max(before + line);
        self.push_from(id, entry, before + line);
    }

    fn push_from(&mut self, id: &RecipientId, entry: Entry, line: u64) {
        if let Some(key) = id.key() {
            self.items.push(Item {
                packed: key::pack(key, entry),
                line: u32::try_from(line).unwrap_or(u32::MAX),
            });
        }
    }

    /// Puts the operators in the order of their ids and follows that in the entries.
    fn sort_operators(&mut self) {
        let mut new_index = vec![0; self.operators.len()];
        for (new, old) in self.by_id.values().enumerate() {
            new_index[usize::from(*old)] = u16::try_from(new).unwrap_or(key::OPERATOR_NONE);
        }
        self.operators.sort();
        if new_index.is_sorted() {
            return;
        }
        for item in &mut self.items {
            if let Some(entry) = key::entry_of(item.packed)
                && let Some(index) = entry.operator
            {
                let operator = new_index.get(usize::from(index.0)).copied();
                let operator = operator.map(OperatorIndex);
                item.packed = key::pack(key::key_of(item.packed), Entry { operator, ..entry });
            }
        }
    }

    fn refuse_conflicts(&self) -> Result<(), Error> {
        let mut conflicts = 0;
        let mut earliest: Option<(u32, u32)> = None;
        for pair in self.items.windows(2) {
            let [a, b] = pair else { continue };
            if key::key_of(a.packed) == key::key_of(b.packed) && a.packed != b.packed {
                conflicts += 1;
                let lines = (a.line.min(b.line), a.line.max(b.line));
                earliest = Some(earliest.map_or(lines, |known| known.min(lines)));
            }
        }
        match earliest {
            None => Ok(()),
            Some((first, second)) => Err(Error::Conflict {
                first: self.origin(first),
                second: self.origin(second),
                conflicts,
            }),
        }
    }

    fn origin(&self, line: u32) -> Origin {
        let line = u64::from(line);
        let file = self.files.iter().rev().find(|(.., before)| *before < line);
        file.map_or_else(
            || Origin {
                path: PathBuf::new(),
                line,
                unit: Unit::Line,
            },
            |(path, unit, before)| Origin {
                path: path.clone(),
                line: line - before,
                unit: *unit,
            },
        )
    }

    fn write(&self, path: &Path, repeated: u64) -> io::Result<Built> {
        if self.items.len() as u64 > u64::from(u32::MAX) {
            return Err(io::Error::other("more than 4294967295 entries"));
        }
        let table = snapshot::operator_table(&self.operators);
        let bits = bucket_bits(self.items.len() as u64);
        let part = path.with_added_extension("part");
        let mut file = disk::create_private(&part)?;
        file.write_all(&[0; HEADER_BYTES])?; // Written last, when the digest of the rest is known.
        file.write_all(&table)?;
        let mut body = Body::new(&mut file);
        for start in bucket_starts(&self.items, bits) {
            body.put(&start.to_le_bytes())?;
        }
        body.put(&[0; 4])?; // Entries begin at a multiple of eight.
        let mut counts = Counts::default();
        for item in &self.items {
            body.put(&item.packed.to_le_bytes())?;
            if let Some(entry) = key::entry_of(item.packed) {
                counts.add(entry.status);
            }
        }
        let body_digest = body.finish()?;
        let head = self.header(&counts, bits, &table, &body_digest);
        file.rewind()?;
        file.write_all(&head)?;
        file.sync_all()?; // The bytes are durable before the name is.
        fs::rename(&part, path)?;
        disk::sync_parent(path)?;
        let mut digest = [0; 32];
        digest.copy_from_slice(&head[snapshot::AT_HEAD_SHA256..]);
        Ok(Built {
            counts,
            repeated,
            operators: self.operators.len(),
            file_bytes: file.metadata()?.len(),
            digest,
            notes: Vec::new(),
        })
    }

    fn header(&self, counts: &Counts, bits: u32, table: &[u8], body: &Sha256) -> Vec<u8> {
        let mut head = vec![0; HEADER_BYTES];
        let mut put = |at: usize, bytes: &[u8]| head[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, MAGIC);
        put(snapshot::AT_VERSION, &VERSION.to_le_bytes());
        put(
            snapshot::AT_DATE,
            &snapshot::date_number(self.date).to_le_bytes(),
        );
        let operators = u32::try_from(self.operators.len()).unwrap_or(u32::MAX);
        put(snapshot::AT_OPERATORS, &operators.to_le_bytes());
        put(snapshot::AT_BUCKET_BITS, &bits.to_le_bytes());
        put(
            snapshot::AT_ENTRIES,
            &(self.items.len() as u64).to_le_bytes(),
        );
        for status in Status::ALL {
            let at = snapshot::AT_COUNTS + *status as usize * 8;
            put(at, &counts.of(*status).to_le_bytes());
        }
        put(
            snapshot::AT_OPERATOR_BYTES,
            &(table.len() as u64).to_le_bytes(),
        );
        put(snapshot::AT_BODY_SHA256, body);
        let digest = snapshot::head_digest(&head, table);
        head[snapshot::AT_HEAD_SHA256..].copy_from_slice(&digest);
        head
    }
}

/// Writes the part of the file behind the operator table, digesting it.
struct Body<'f> {
    file: &'f mut File,
    chunk: Vec<u8>,
    digest: ring::digest::Context,
}

impl<'f> Body<'f> {
    fn new(file: &'f mut File) -> Self {
        Self {
            file,
            chunk: Vec::with_capacity(CHUNK_BYTES),
            digest: ring::digest::Context::new(&ring::digest::SHA256),
        }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.chunk.extend_from_slice(bytes);
        if self.chunk.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.digest.update(&self.chunk);
        self.file.write_all(&self.chunk)?;
        self.chunk.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<Sha256> {
        self.flush()?;
        Ok(crate::disk::finished(self.digest))
    }
}

fn bucket_bits(entries: u64) -> u32 {
    let buckets = entries.div_ceil(BUCKET_ENTRIES_MEAN_MAX).max(2);
    buckets
        .next_power_of_two()
        .trailing_zeros()
        .min(BUCKET_BITS_MAX)
}

/// For each bucket the number of its first entry, and at the end the number of entries. The items are sorted.
fn bucket_starts(items: &[Item], bits: u32) -> impl Iterator<Item = u32> + '_ {
    let mut next = 0;
    (0..=1_u64 << bits).map(move |bucket| {
        while items
            .get(next)
            .is_some_and(|item| key::place(key::key_of(item.packed)) >> (64 - bits) < bucket)
        {
            next += 1;
        }
        u32::try_from(next).unwrap_or(u32::MAX)
    })
}

fn check_operator(operator: &Operator) -> Result<(), &'static str> {
    let id = operator.id.as_bytes();
    let id_is_plain = id
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if id.is_empty() || id.len() > 64 || !id_is_plain {
        return Err("an operator id that is not 1 to 64 letters, digits, hyphens or underscores");
    }
    let url = operator.url.as_str();
    if !(url.is_empty() || url.starts_with("https://") || url.starts_with("http://")) {
        return Err("an operator URL that does not begin with https:// or http://");
    }
    for text in [&operator.name, &operator.url] {
        if text.len() > OPERATOR_TEXT_BYTES_MAX || text.contains(char::is_control) {
            return Err("an operator name or URL that is too long or holds control characters");
        }
    }
    Ok(())
}

/// Adds to `known` what `operator` says more. Names may vary; the alphabetically first is kept, so that the order of
/// the inputs leaves no trace.
fn complete(known: &mut Operator, operator: Operator) -> Result<(), &'static str> {
    let Operator { name, url, .. } = operator;
    if !url.is_empty() && known.url != url {
        if !known.url.is_empty() {
            return Err("an operator with another URL than before");
        }
        known.url = url;
    }
    if !name.is_empty() && (known.name.is_empty() || name < known.name) {
        known.name = name;
    }
    Ok(())
}
