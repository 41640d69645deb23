//! A part as one file for a plant that takes XJDF packages: a ZIP with `root.xjmf`, `ticket.xjdf`, `artwork/<nnnn>.pdf`, and
//! what else belongs to the part (`facts/print.md` §4.6).
//!
//! Everything is read once, and its digest compared with the part's checksums on the way.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, Writer, XmlVersion};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::xjdf;
use crate::disk::{self, Sha256};

/// Name of the ticket in a package.
pub(super) const TICKET: &str = "ticket.xjdf";
/// Name of the message that submits it.
const MESSAGE: &str = "root.xjmf";
/// Folder of the PDF.
const ARTWORK: &str = "artwork";
/// A ticket has some four kilobytes, a list of checksums less.
const SMALL_BYTES_MAX: u64 = 1 << 20;
/// From here on an entry has lengths of eight bytes (ZIP64).
const LARGE_BYTES: u64 = u32::MAX as u64;
const BUFFER_BYTES: usize = 1 << 18;

/// Why a part cannot be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A file of the part cannot be read.
    #[error("`{}`: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no part, or one without a ticket, or its files are not those that were written.
    #[error("`{}`: {found}; expected: {expected}", path.display())]
    Part {
        /// Which file.
        path: PathBuf,
        /// What was found.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// The package cannot be written.
    #[error("`{}`: {source}", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What a package holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Names of the files in it, in order.
    pub files: Vec<String>,
    /// Its size.
    pub bytes: u64,
}

/// Packs a part, named by its PDF, with all that its checksums name, into a new file that appears whole or not at all.
///
/// # Errors
/// It is no part as a run writes it, it has no ticket, a digest is another, or any I/O error.
pub fn package(pdf: &Path, out: &Path) -> Result<Packed, PackageError> {
    if out.extension().is_none_or(|ending| ending != "zip") {
        let source = io::Error::other("the name of a package ends in `.zip`");
        return Err(unwritable(out, source)); // So that no file of the part is overwritten.
    }
    let sums = pdf.with_extension("sha256");
    let files = listed(&sums)?;
    let folder = pdf.parent().unwrap_or(Path::new(""));
    let ticket_name = file_name(&pdf.with_extension("xjdf"));
    let ticket = files.iter().find(|(name, _)| *name == ticket_name);
    let (_, ticket_sha256) = ticket.ok_or_else(|| PackageError::Part {
        path: sums.clone(),
        found: "no job ticket".into(),
        expected: "a part of a job with `xjdf = true` under [ticket]",
    })?;
    let pdf_name = file_name(pdf);
    if !files.iter().any(|(name, _)| *name == pdf_name) {
        return Err(PackageError::Part {
            path: pdf.into(),
            found: format!("not named in `{}`", sums.display()),
            expected: "the PDF of a part",
        });
    }
    let ticket_path = folder.join(&ticket_name);
    let text = small(&ticket_path)?;
    if disk::sha256(text.as_bytes()) != *ticket_sha256 {
        return Err(changed(&ticket_path));
    }
    let (text, time, gang) = moved(&text, &ticket_path)?;

    let unwritable = |source| unwritable(out, source);
    let part = out.with_added_extension("part");
    let file = disk::create_private(&part).map_err(unwritable)?;
    let message = xjdf::message(&gang, &time).map_err(unwritable)?;
    let mut pack = Pack {
        zip: ZipWriter::new(file),
        out,
        names: Vec::new(),
    };
    let rest = files.iter().filter(|(name, _)| *name != ticket_name);
    let filled = pack
        .add(MESSAGE, &message)
        .and_then(|()| pack.add(TICKET, &text))
        .and_then(|()| {
            rest.into_iter().try_for_each(|(name, sha256)| {
                let inside = match *name == pdf_name {
                    true => format!("{ARTWORK}/{name}"),
                    false => name.clone(),
                };
                pack.copy(&inside, &folder.join(name), sha256)
            })
        })
        .and_then(|()| pack.finish(&part));
    if filled.is_err() {
        let _ = fs::remove_file(&part); // It may be large, and is worth nothing.
    }
    filled
}

struct Pack<'p> {
    zip: ZipWriter<File>,
    out: &'p Path,
    names: Vec<String>,
}

impl Pack<'_> {
    fn unwritable(&self, source: impl Into<io::Error>) -> PackageError {
        unwritable(self.out, source.into())
    }

    /// Makes the package appear under its name.
    fn finish(self, part: &Path) -> Result<Packed, PackageError> {
        let Self { zip, out, names } = self;
        let unwritable = |source| unwritable(out, source);
        let file = zip.finish().map_err(|error| unwritable(error.into()))?;
        let bytes = file.metadata().map_err(unwritable)?.len();
        file.sync_all().map_err(unwritable)?; // The bytes are durable before the name is.
        fs::rename(part, out).map_err(unwritable)?;
        disk::sync_parent(out).map_err(unwritable)?;
        Ok(Packed {
            files: names,
            bytes,
        })
    }

    /// Begins an entry. A PDF is deflated already; the rest is text.
    fn begin(&mut self, name: &str, size: u64) -> Result<(), PackageError> {
        let method = match name.ends_with(".pdf") {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default()) // 1980-01-01: the same part gives the same bytes.
            .unix_permissions(0o600)
            .large_file(size >= LARGE_BYTES);
        self.names.push(name.into());
        let begun = self.zip.start_file(name, options);
        begun.map_err(|error| self.unwritable(error))
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), PackageError> {
        self.begin(name, bytes.len() as u64)?;
        let written = self.zip.write_all(bytes);
        written.map_err(|error| self.unwritable(error))
    }

    fn copy(&mut self, name: &str, from: &Path, expected: &Sha256) -> Result<(), PackageError> {
        let unreadable = |source| unreadable(from, source);
        let mut file = File::open(from).map_err(unreadable)?;
        self.begin(name, file.metadata().map_err(unreadable)?.len())?;
        let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let n = file.read(&mut buffer).map_err(unreadable)?;
            let Some(bytes) = buffer.get(..n).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            digest.update(bytes);
            let written = self.zip.write_all(bytes);
            written.map_err(|error| self.unwritable(error))?;
        }
        match disk::finished(digest) == *expected {
            true => Ok(()),
            false => Err(changed(from)),
        }
    }
}

/// Names and digests of the files of a part, as its checksums have them.
fn listed(sums: &Path) -> Result<Vec<(String, Sha256)>, PackageError> {
    entries(&small(sums)?).ok_or_else(|| PackageError::Part {
        path: sums.into(),
        found: "a line that is no checksum of a file beside it".into(),
        expected: "what `sha256sum` writes",
    })
}

/// The lines of checksums; `None` if one is none, or names a file that does not lie beside it.
fn entries(text: &str) -> Option<Vec<(String, Sha256)>> {
    let entry = |line: &str| {
        let (digest, name) = line.split_once("  ")?;
        let beside = !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0']);
        Some((
            beside.then(|| name.to_owned())?,
            disk::digest_of_hex(digest)?,
        ))
    };
    text.lines().map(entry).collect()
}

/// The ticket with the PDF where it lies in a package; the time of the ticket, and the print class.
fn moved(text: &str, path: &Path) -> Result<(Vec<u8>, String, String), PackageError> {
    let no_ticket = || PackageError::Part {
        path: path.into(),
        found: "something else".into(),
        expected: "the ticket that the run wrote",
    };
    let mut reader = Reader::from_str(text);
    let mut writer = Writer::new(Vec::with_capacity(text.len() + 64));
    let (mut time, mut gang, mut urls) = (None, None, 0);
    loop {
        let event = reader.read_event().map_err(|_| no_ticket())?;
        let written = match &event {
            Event::Eof => break,
            Event::DocType(_) => return Err(no_ticket()),
            Event::Empty(element) => {
                let value = |key: &str| attribute(element, key);
                match element.name().as_ref() {
                    b"Header" => time = value("Time"),
                    b"GeneralID" if value("IDUsage").as_deref() == Some("PrintClass") => {
                        gang = value("IDValue");
                    }
                    _ => {}
                }
                match element.name().as_ref() {
                    b"FileSpec" => {
                        urls += 1;
                        writer.write_event(Event::Empty(in_artwork(element).ok_or_else(no_ticket)?))
                    }
                    _ => writer.write_event(event.borrow()),
                }
            }
            _ => writer.write_event(event.borrow()),
        };
        written.map_err(|source| unreadable(path, source))?;
    }
    match (time, gang, urls) {
        (Some(time), Some(gang), 1) => Ok((writer.into_inner(), time, gang)),
        _ => Err(no_ticket()),
    }
}

fn attribute(element: &BytesStart<'_>, key: &str) -> Option<String> {
    let attribute = element.try_get_attribute(key).ok()??;
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

/// The same element, its URL in the folder of the PDF.
fn in_artwork(element: &BytesStart<'_>) -> Option<BytesStart<'static>> {
    let mut changed = BytesStart::new("FileSpec");
    for attribute in element.attributes() {
        let attribute = attribute.ok()?;
        let key = std::str::from_utf8(attribute.key.as_ref()).ok()?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        match key {
            "URL" => changed.push_attribute((key, format!("{ARTWORK}/{value}").as_str())),
            _ => changed.push_attribute((key, value.as_ref())),
        }
    }
    Some(changed)
}

/// The text of a ticket or of a list of checksums.
pub(super) fn small(path: &Path) -> Result<String, PackageError> {
    let unreadable = |source| unreadable(path, source);
    let file = File::open(path).map_err(unreadable)?;
    let mut text = String::new();
    let mut limited = file.take(SMALL_BYTES_MAX + 1);
    limited.read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > SMALL_BYTES_MAX {
        return Err(PackageError::Part {
            path: path.into(),
            found: "more than 1 MiB".into(),
            expected: "a file that a run wrote",
        });
    }
    Ok(text)
}

fn unwritable(path: &Path, source: io::Error) -> PackageError {
    PackageError::Unwritable {
        path: path.into(),
        source,
    }
}

fn unreadable(path: &Path, source: io::Error) -> PackageError {
    PackageError::Unreadable {
        path: path.into(),
        source,
    }
}

fn changed(path: &Path) -> PackageError {
    PackageError::Part {
        path: path.into(),
        found: "other bytes than its checksum".into(),
        expected: "the file that the run wrote; take the part from the outbox again",
    }
}

/// The last word of a path.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TICKET: &str = "<XJDF><Header Time=\"t\"/><GeneralID IDUsage=\"PrintClass\" IDValue=\"c\"/>\
        <FileSpec URL=\"0001.pdf\" FileSize=\"1\"/></XJDF>";

    #[test]
    fn only_the_url_of_the_pdf_is_changed() {
        let (text, time, gang) = moved(TICKET, Path::new("x")).unwrap();
        let expected = TICKET.replace("0001.pdf", "artwork/0001.pdf");
        assert_eq!(String::from_utf8(text).unwrap(), expected);
        assert_eq!((&*time, &*gang), ("t", "c"));
        for wrong in [
            TICKET.replace("<XJDF>", "<!DOCTYPE XJDF><XJDF>"),
            TICKET.replace("PrintClass", "Class"),
            TICKET.replace("</XJDF>", "<FileSpec URL=\"a\"/></XJDF>"),
            TICKET.replace("</XJDF>", "</JDF>"),
            String::new(),
        ] {
            assert!(moved(&wrong, Path::new("x")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn checksums_name_files_beside_them_only() {
        let digest = "0a".repeat(32);
        assert_eq!(
            entries(&format!("{digest}  0001.pdf\n")),
            Some(vec![("0001.pdf".into(), [10; 32])])
        );
        for name in ["", ".", "..", "a/b", "/a", "a\\b"] {
            assert_eq!(entries(&format!("{digest}  {name}\n")), None, "{name}");
        }
        assert_eq!(entries(&format!("{}  a\n", digest.to_uppercase())), None);
        assert_eq!(entries(&format!("{}  a\n", &digest[1..])), None);
    }

    proptest! {
        #[test]
        fn nothing_in_a_part_makes_it_panic(text in ".*", at in 0..TICKET.len(), cut in any::<bool>()) {
            let _ = entries(&text);
            let _ = moved(&text, Path::new("x"));
            let (before, behind) = TICKET.split_at(at); // All of it is ASCII.
            let damaged = format!("{before}{text}{}", if cut { "" } else { behind });
            let _ = moved(&damaged, Path::new("x"));
        }
    }
}
