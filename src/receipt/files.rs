//! Files, and folders with what is in them.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::document::{self, Origin};
use super::{Take, Wrong, tars};

/// Folders in folders.
const DEPTH_MAX: u32 = 16;
/// Names in one folder; they are sorted in memory.
const NAMES_MAX: usize = 2_000_000;
/// Holds the part of a tar that tells what it is.
const BUFFER_BYTES: usize = 64 << 10;

/// Reads all that lies at `paths`: files, tars, and folders with the folders in them, each in the order of its names.
/// Hidden files are passed over, links in folders are not followed. Memory: one document, the names of one folder a level.
///
/// # Errors
/// What `take` gives; then nothing more is read. What cannot be read is a [`Fault`](super::Fault).
pub fn read<E>(paths: &[PathBuf], take: &mut Take<'_, E>) -> Result<(), E> {
    paths.iter().try_for_each(|path| match path.is_dir() {
        true => folder(path, 1, take),
        false => file(path, take),
    })
}

/// Reads bytes as if they lay in a file of that name.
///
/// # Errors
/// What `take` gives.
pub fn read_bytes<E>(name: &str, bytes: &[u8], take: &mut Take<'_, E>) -> Result<(), E> {
    either(name, name, &mut &*bytes, take)
}

fn folder<E>(path: &Path, depth: u32, take: &mut Take<'_, E>) -> Result<(), E> {
    let origin = origin(path);
    if depth > DEPTH_MAX {
        return take(origin.fault(Wrong::whole("folders deeper than allowed", "16 deep")));
    }
    let names = match names(path) {
        Ok(names) => names,
        Err(error) => return take(origin.unreadable(&error)),
    };
    if names.len() > NAMES_MAX {
        let wrong = Wrong::whole("a folder with too many files", "2,000,000 in one folder");
        return take(origin.fault(wrong));
    }
    for name in names {
        let path = path.join(name);
        match path.symlink_metadata() {
            Ok(found) if found.is_dir() => folder(&path, depth + 1, take)?,
            Ok(found) if found.is_file() => file(&path, take)?,
            Ok(_) => take(self::origin(&path).fault(Wrong::whole(
                "neither a file nor a folder",
                "files and folders; name the target of a link itself",
            )))?,
            Err(error) => take(self::origin(&path).unreadable(&error))?,
        }
    }
    Ok(())
}

/// The names in a folder, sorted; one more than allowed at most.
fn names(path: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    let names = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.file_name()));
    let visible = |name: &io::Result<std::ffi::OsString>| {
        !name
            .as_ref()
            .is_ok_and(|name| name.as_encoded_bytes().starts_with(b"."))
    };
    let mut names = names
        .filter(visible)
        .take(NAMES_MAX + 1)
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn file<E>(path: &Path, take: &mut Take<'_, E>) -> Result<(), E> {
    let opened = match File::open(path) {
        Ok(opened) => opened,
        Err(error) => return take(origin(path).unreadable(&error)),
    };
    let (shown, name) = names_of(path);
    either(
        &shown,
        &name,
        &mut BufReader::with_capacity(BUFFER_BYTES, opened),
        take,
    )
}

fn either<E>(
    shown: &str,
    name: &str,
    from: &mut dyn BufRead,
    take: &mut Take<'_, E>,
) -> Result<(), E> {
    match from.fill_buf().map(tars::is_tar) {
        Ok(true) => tars::read(shown, from, take),
        Ok(false) => document::read(&Origin::new(shown, name), from, take),
        Err(error) => take(Origin::new(shown, name).unreadable(&error)),
    }
}

fn origin(path: &Path) -> Origin {
    let (shown, name) = names_of(path);
    Origin::new(&shown, &name)
}

fn names_of(path: &Path) -> (String, String) {
    let name = path.file_name().unwrap_or(path.as_os_str());
    (
        path.to_string_lossy().into_owned(),
        name.to_string_lossy().into_owned(),
    )
}
