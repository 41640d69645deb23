//! Checksums of the files of a part.

use std::path::Path;

use super::super::{Error, PartSummary};
use crate::disk::{self, WrittenFile, hex};

/// Writes them beside the part, in the form of sha256sum. This also makes the names of the files durable: they are in the
/// same folder.
///
/// # Errors
/// Any I/O error.
pub fn write(
    folder: &Path,
    part: &PartSummary,
    files: &[WrittenFile],
) -> Result<WrittenFile, Error> {
    let name = |file: &WrittenFile| {
        let name = file.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let lines = files
        .iter()
        .map(|file| format!("{}  {}\n", hex(&file.sha256), name(file)));
    let sums: String = lines.collect();
    let relative = part.pdf.with_extension("sha256");
    let path = folder.join(&relative);
    disk::write_listed(folder, relative, sums.as_bytes()).map_err(|source| Error::io(&path, source))
}
