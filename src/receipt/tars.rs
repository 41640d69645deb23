//! A tar of receipts; the names of its entries are those of the files.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::document::{self, Origin};
use super::{Found, Take, Wrong};

/// A tar says so here.
const MAGIC: (usize, &[u8]) = (257, b"ustar");
/// A name longer than a header holds; `PATH_MAX` of Linux.
const NAME_BYTES_MAX: u64 = 4096;
/// Records of a pax header.
const PAX_BYTES_MAX: u64 = 64 << 10;

/// Whether the first bytes of a file are those of a tar.
pub fn is_tar(start: &[u8]) -> bool {
    start
        .get(MAGIC.0..)
        .is_some_and(|rest| rest.starts_with(MAGIC.1))
}

/// Reads every file in a tar; what is damaged ends it, with a fault.
pub fn read<E>(shown: &str, from: &mut dyn BufRead, take: &mut Take<'_, E>) -> Result<(), E> {
    let whole = Origin::new(shown, shown);
    let mut archive = tar::Archive::new(from);
    let entries = match archive.entries() {
        Ok(entries) => entries.raw(true), // So that no name is held that is longer than ours may be.
        Err(error) => return take(whole.unreadable(&error)),
    };
    let mut long_name = None;
    for entry in entries {
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(_) => return take(damaged(&whole)),
        };
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname() {
            long_name = bounded(&mut entry, NAME_BYTES_MAX).map(|mut name| {
                name.retain(|byte| *byte != 0);
                name
            });
        } else if kind.is_pax_local_extensions() {
            long_name = bounded(&mut entry, PAX_BYTES_MAX).and_then(|records| pax_path(&records));
        } else if kind.is_file() {
            let short = entry.path_bytes().into_owned();
            let path = long_name.take().unwrap_or(short);
            let path = String::from_utf8_lossy(&path);
            let origin = Origin::new(&format!("{shown}` entry `{path}"), &file_name(&path));
            document::read(&origin, &mut BufReader::new(&mut entry), take)?;
        } else {
            long_name = None;
        }
    }
    Ok(())
}

fn damaged(whole: &Origin) -> Found {
    whole.fault(Wrong::whole(
        "a damaged tar; entries from there on are not read",
        "a whole tar",
    ))
}

fn file_name(path: &str) -> Cow<'_, str> {
    Path::new(path)
        .file_name()
        .map_or(Cow::Borrowed(path), |name| name.to_string_lossy())
}

/// The contents of an entry, unless they are longer than allowed.
fn bounded(entry: &mut impl Read, bytes_max: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = entry.take(bytes_max + 1).read_to_end(&mut bytes);
    (read.is_ok() && bytes.len() as u64 <= bytes_max).then_some(bytes)
}

fn pax_path(records: &[u8]) -> Option<Vec<u8>> {
    let paths = tar::PaxExtensions::new(records).flatten();
    let mut paths = paths.filter(|record| record.key_bytes() == b"path");
    paths.next().map(|record| record.value_bytes().to_vec())
}
