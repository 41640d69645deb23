//! Which files a snapshot is built from, and what each of them is.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Error;

/// Bytes that tell what a file is.
const START_BYTES: u64 = 4096;

/// What to build a snapshot from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Entries, one a line; a CSV file with the column `id_type`.
    Entries(PathBuf),
    /// Operators, one a line; a CSV file without it.
    Operators(PathBuf),
    /// An answer of FaR to `isReachable`.
    FarAnswer(PathBuf),
    /// A page of the contact registry of Digital Post, a list of contacts, or one contact; JSON.
    Contacts(PathBuf),
}

impl Input {
    /// Tells from its first bytes what a file is.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn detect(path: &Path) -> Result<Self, Error> {
        let mut start = Vec::new();
        File::open(path)
            .and_then(|file| file.take(START_BYTES).read_to_end(&mut start))
            .map_err(|source| Error::io(path, source))?;
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
        let header = text.split(|b| *b == b'\n').next().unwrap_or_default();
        let has = |name: &[u8]| memchr::memmem::find(header, name).is_some();
        Ok(match text.trim_ascii_start().first() {
            Some(b'<') => Self::FarAnswer(path.into()),
            Some(b'{' | b'[') => Self::Contacts(path.into()),
            _ if !has(b"id_type") && has(b"operator_id") => Self::Operators(path.into()),
            _ => Self::Entries(path.into()),
        })
    }

    /// A file; or all files of a folder, in the order of their names, but those whose name begins with a dot.
    ///
    /// # Errors
    /// Something cannot be read, or the folder holds another folder or what is no file.
    pub fn all_of(path: &Path) -> Result<Vec<Self>, Error> {
        let is_folder = |path: &Path| fs::metadata(path).map(|about| about.is_dir());
        if !is_folder(path).map_err(|source| Error::io(path, source))? {
            return Ok(vec![Self::detect(path)?]);
        }
        let listed: io::Result<Vec<PathBuf>> =
            fs::read_dir(path).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
        let mut paths = listed.map_err(|source| Error::io(path, source))?;
        paths.retain(|path| !is_hidden(path));
        paths.sort();
        paths
            .iter()
            .map(|path| {
                let about = fs::metadata(path).map_err(|source| Error::io(path, source))?;
                if !about.is_file() {
                    return Err(Error::Folder {
                        path: path.clone(),
                        found: if about.is_dir() {
                            "a folder"
                        } else {
                            "no file"
                        },
                    });
                }
                Self::detect(path)
            })
            .collect()
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// A file of at most `bytes_max` bytes of UTF-8, in memory. `allowed` says what it should be, and its size.
pub fn read_whole(path: &Path, bytes_max: u64, allowed: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(bytes_max + 1).read_to_end(&mut bytes))
        .map_err(|source| Error::io(path, source))?;
    if bytes.len() as u64 > bytes_max {
        return Err(Error::line(path, 1, "a larger file", allowed));
    }
    match simdutf8::basic::from_utf8(&bytes) {
        Ok(_) => Ok(bytes),
        Err(_) => Err(Error::line(path, 1, "bytes that are not UTF-8", "UTF-8")),
    }
}
