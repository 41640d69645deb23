//! The walk through one tar, compressed or not. Each header is looked at as it stands: those that lengthen the next one
//! (GNU's long names, pax) are not ours, and what they announce is passed over unread.

use std::io::{self, Read};
use std::iter::Peekable;
use std::path::Path;

use super::super::containers::RECORD;
use super::super::index::Row;
use super::super::tars::END;
use super::Check;
use super::message::Entry;

/// Where a tar ends whose entries end at `entries_end`: two empty blocks.
pub(super) fn end_of_tar(entries_end: u64) -> u64 {
    entries_end.saturating_add(END)
}

/// The same in a container, where the tar is padded to whole records.
pub(super) fn end_of_container(entries_end: u64) -> u64 {
    end_of_tar(entries_end)
        .checked_next_multiple_of(RECORD)
        .unwrap_or(u64::MAX)
}

/// How far the walk through one tar has come.
#[derive(Default)]
struct Walk {
    entries: u64,
    end: u64,
    wave: Vec<Entry>,
    wave_bytes: usize,
    broken: bool,
}

impl Walk {
    fn step(&mut self, entry: &mut Entry) {
        self.entries += 1;
        entry.number = self.entries;
        let padded = entry.length.checked_next_multiple_of(512);
        self.end = entry.offset.saturating_add(padded.unwrap_or(u64::MAX));
    }
}

/// Counts what is read, and ends with an error where there is too much.
struct Counted<R> {
    inner: R,
    read: u64,
    bytes_max: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.read += n as u64;
        if self.read > self.bytes_max {
            let what = format!("more than {} bytes", self.bytes_max);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
        }
        Ok(n)
    }
}

impl Check<'_> {
    /// Walks a tar beside the lines of its index. False when it could not be read to its end; why is a fault then.
    pub(super) fn tar(
        &mut self,
        path: &Path,
        file: &mut impl Read,
        rows: &mut Peekable<impl Iterator<Item = Result<Row, String>>>,
        end_of: fn(u64) -> u64,
    ) -> Result<bool, super::Error> {
        let mut file = Counted {
            inner: file,
            read: 0,
            bytes_max: self.options.tar_bytes_max,
        };
        let mut walk = Walk::default();
        let mut archive = tar::Archive::new(&mut file);
        let entries = archive.entries().map_err(|e| super::failed(path, e))?;
        let entries = entries.raw(true); // Else long names are read into memory, however long they are.
        for entry in entries {
            let read = entry.and_then(|mut entry| self.read(&mut entry));
            let mut entry = match read {
                Ok(entry) => entry,
                Err(e) => {
                    walk.broken = true;
                    let number = walk.entries + 1;
                    let what = format!("from message {number} on the tar cannot be read: {e}");
                    self.fault(path, what);
                    break;
                }
            };
            walk.step(&mut entry);
            if walk.entries > u64::from(self.options.entries_max) {
                walk.broken = true;
                let most = self.options.entries_max;
                let what = format!("more than {most} entries; the rest is not read");
                self.fault(path, what);
                break;
            }
            self.take_rows(&mut entry, rows);
            walk.wave_bytes += entry.held_bytes();
            walk.wave.push(entry);
            if walk.wave_bytes >= self.options.wave_bytes_max {
                walk.wave_bytes = 0;
                self.wave(path, std::mem::take(&mut walk.wave))?;
            }
        }
        self.wave(path, std::mem::take(&mut walk.wave))?;
        if walk.broken {
            return Ok(false);
        }
        Ok(self.end(path, &mut file, end_of(walk.end)))
    }

    fn read(&self, entry: &mut tar::Entry<'_, impl Read>) -> io::Result<Entry> {
        let length = entry.size();
        let bytes_max = self.options.entry_bytes_max;
        let header = entry.header();
        let mut fault = None;
        if header.entry_type() != tar::EntryType::Regular || header.as_ustar().is_none() {
            fault = Some("it is no regular ustar entry; extended headers are not read".to_owned());
        } else if length > bytes_max {
            fault = Some(format!(
                "it has {length} bytes; at most {bytes_max} are read"
            ));
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let offset = entry.raw_file_position();
        let mut bytes = Vec::new();
        if fault.is_none() {
            entry.read_to_end(&mut bytes)?;
            if bytes.len() as u64 != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Entry {
            number: 0,
            name,
            offset,
            length,
            bytes,
            rows: Vec::new(),
            fault,
        })
    }

    /// Reads what lies behind the entries: zeros, up to the end and no further.
    fn end(&mut self, path: &Path, file: &mut Counted<impl Read>, end: u64) -> bool {
        let mut buffer = vec![0; 1 << 16];
        let mut zeros = true;
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => zeros &= buffer.iter().take(n).all(|byte| *byte == 0),
                Err(e) => {
                    self.fault(path, format!("the tar cannot be read: {e}"));
                    return false;
                }
            }
        }
        if file.read != end {
            let what = format!(
                "it has {} bytes; {end} were expected behind its entries' end",
                file.read
            );
            self.fault(path, what);
        } else if !zeros {
            self.fault(path, "something stands behind its entries' end");
        }
        true
    }
}
