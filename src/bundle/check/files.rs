//! Messages in files of their own, beside their one index.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use super::super::Error;
use super::super::index::Row;
use super::message::Entry;
use super::{Check, Kind};

impl Check<'_> {
    /// Reads every file that the index names; every message there must be named.
    pub(super) fn files(&mut self, index: &Path, files: &[PathBuf]) -> Result<(), Error> {
        self.checked.bundles += 1;
        let folder = index.parent().unwrap_or(Path::new(""));
        let mut unnamed: BTreeSet<&Path> = files
            .iter()
            .filter(|path| path.parent().and_then(Path::parent) == Some(folder))
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                Kind::of(&name) == Some(Kind::Message)
            })
            .map(PathBuf::as_path)
            .collect();
        let mut rows = self.rows(index)?.peekable();
        let (mut number, mut wave, mut wave_bytes) = (0, Vec::new(), 0);
        loop {
            let name = match rows.peek() {
                Some(Ok(row)) => row.entry.clone(),
                Some(Err(what)) => {
                    let what = format!("it cannot be read: {what}");
                    self.fault(index, what);
                    break;
                }
                None => break,
            };
            number += 1;
            let mut entry = self.read_file(folder, &name, number)?;
            unnamed.remove(folder.join(&entry.name).as_path());
            self.take_rows(&mut entry, &mut rows);
            wave_bytes += entry.held_bytes();
            wave.push(entry);
            if wave_bytes >= self.options.wave_bytes_max {
                wave_bytes = 0;
                self.wave(index, std::mem::take(&mut wave))?;
            }
        }
        self.wave(index, wave)?;
        for path in unnamed {
            self.fault(path, "the index has no line for it");
        }
        Ok(())
    }

    fn read_file(&self, folder: &Path, name: &str, number: u64) -> Result<Entry, Error> {
        let mut entry = Entry {
            number,
            name: format!("{name}.xml"),
            offset: 0,
            length: 0,
            bytes: Vec::new(),
            rows: Vec::<Row>::new(),
            fault: None,
        };
        let path = Path::new(name);
        let inside = path.components().all(|c| matches!(c, Component::Normal(_)));
        if !inside || path.components().count() != 2 {
            entry.set_fault("the index names no file in a folder beside it".into());
            return Ok(entry);
        }
        let full = self.folder.join(folder).join(&entry.name);
        let is_file = fs::symlink_metadata(&full).is_ok_and(|found| found.is_file());
        if !is_file {
            entry.set_fault("the file that the index names is not there".into());
            return Ok(entry);
        }
        let bytes_max = self.options.entry_bytes_max;
        let file = fs::File::open(&full).map_err(|e| super::failed(&full, e))?;
        file.take(bytes_max + 1)
            .read_to_end(&mut entry.bytes)
            .map_err(|e| super::failed(&full, e))?;
        entry.length = entry.bytes.len() as u64;
        if entry.length > bytes_max {
            entry.bytes = Vec::new();
            entry.set_fault(format!("it has more than {bytes_max} bytes"));
        }
        Ok(entry)
    }
}
