//! What lies in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file below a folder, from there, with its bytes.
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Paths of the files below a folder whose names end so, in order.
pub fn ending_in(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let names = tree(folder).into_keys();
    let names = names.filter(|name| name.to_str().unwrap().ends_with(ending));
    names.map(|name| folder.join(name)).collect()
}
