//! Files that appear whole or not at all, files read through a map, digests.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

mod map;

pub use map::Map;

/// SHA-256 digest.
pub type Sha256 = [u8; 32];

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The digest that 64 digits say, as [`hex`] writes them.
pub fn digest_of_hex(digits: &str) -> Option<Sha256> {
    let mut out = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (n, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    (hex(&out) == digits).then_some(out)
}

/// SHA-256 of a slice.
pub fn sha256(bytes: &[u8]) -> Sha256 {
    let mut out = [0; 32];
    out.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref());
    out
}

/// The digest of all that a SHA-256 context was fed.
pub fn finished(context: ring::digest::Context) -> Sha256 {
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// SHA-256 of a mapped file from this byte on; its pages are given back as they have been read.
pub fn sha256_of_map(map: &Map, from: usize) -> Sha256 {
    const CHUNK_BYTES: usize = 16 << 20;
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    let mut read = from.min(map.len());
    for chunk in map[read..].chunks(CHUNK_BYTES) {
        digest.update(chunk);
        read += chunk.len();
        map.forget_before(read);
    }
    finished(digest)
}

/// A file that has been written, is durable, and will not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Relative to the batch's folder, with forward slashes.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Digest of the bytes.
    pub sha256: Sha256,
}

/// Makes `path` appear whole or not at all, also across a power cut.
///
/// # Errors
/// Any I/O error. `path` is then as it was, or whole; a `.part` may be left beside it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_added_extension("part");
    let mut file = create_private(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?; // The bytes are durable before the name is.
    fs::rename(&part, path)?;
    sync_parent(path)
}

/// As [`write_whole`], for the list of a batch's files: `path` is relative to `folder`.
///
/// # Errors
/// As [`write_whole`].
pub fn write_listed(folder: &Path, path: PathBuf, bytes: &[u8]) -> io::Result<WrittenFile> {
    write_whole(&folder.join(&path), bytes)?;
    Ok(WrittenFile {
        path,
        size: bytes.len() as u64,
        sha256: sha256(bytes),
    })
}

/// Creates a file that only its owner can read (0600), in place of one of that name: that one may be a link to elsewhere, or
/// open to others.
///
/// # Errors
/// Any I/O error of `unlink(2)` and `open(2)`.
pub fn create_private(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).read(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens a file for reading, if it is a regular one: a pipe would let us wait for ever, a device never ends.
///
/// # Errors
/// Any I/O error of `open(2)`; `InvalidInput` if it is no regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    match fs::metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        )),
    }
}

/// The same, for a file of at most so many bytes; no more of it is read, should it grow.
///
/// # Errors
/// As [`open_regular`]; `FileTooLarge` if it has more.
pub fn open_bounded(path: &Path, bytes_max: u64) -> io::Result<io::Take<File>> {
    let file = open_regular(path)?;
    if file.metadata()?.len() > bytes_max {
        let what = format!("it has more than {bytes_max} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    Ok(io::Read::take(file, bytes_max))
}

/// Creates a folder and those above it, for the owner only (0700).
///
/// # Errors
/// Any I/O error of `mkdir(2)`.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Creates a folder that is not there yet, for the owner only (0700).
///
/// # Errors
/// Any I/O error of `mkdir(2)`: `AlreadyExists` if something has its name.
pub fn create_new_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// Any I/O error of opening or syncing it.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Makes the name of `path` durable.
///
/// # Errors
/// Any I/O error of opening or syncing the folder.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Writes a file, counting and digesting what goes through; the file is durable when `finish` returns.
pub struct HashingWriter {
    file: io::BufWriter<File>,
    digest: ring::digest::Context,
    size: u64,
}

impl HashingWriter {
    /// Creates the file, 0600, in place of one of that name.
    ///
    /// # Errors
    /// Any I/O error of `open(2)`.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: io::BufWriter::with_capacity(1 << 18, create_private(path)?),
            digest: ring::digest::Context::new(&ring::digest::SHA256),
            size: 0,
        })
    }

    /// Bytes written so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Flushes and syncs. `path` is what the file is called in the list of a batch's files.
    ///
    /// # Errors
    /// Any I/O error of the last write or the sync.
    pub fn finish(mut self, path: PathBuf) -> io::Result<WrittenFile> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        Ok(WrittenFile {
            path,
            size: self.size,
            sha256: finished(self.digest),
        })
    }
}

impl Write for HashingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// SHA-256 and size of a file on disk, read through a buffer.
///
/// # Errors
/// Any I/O error of opening or reading it.
pub fn digest_file(path: &Path) -> io::Result<(u64, Sha256)> {
    let mut file = File::open(path)?;
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    let mut buffer = vec![0; 1 << 18];
    let mut size = 0;
    loop {
        let n = io::Read::read(&mut file, &mut buffer)?;
        if n == 0 {
            break;
        }
        digest.update(&buffer[..n]);
        size += n as u64;
    }
    Ok((size, finished(digest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_in_the_way_gives_neither_its_rights_nor_its_place() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, victim) = (folder.path().join("a.pdf"), folder.path().join("victim"));
        fs::write(&victim, "theirs").unwrap();
        let part = path.with_added_extension("part");
        std::os::unix::fs::symlink(&victim, &part).unwrap();
        write_whole(&path, b"ours").unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"theirs");
        fs::write(&part, "").unwrap();
        fs::set_permissions(&part, fs::Permissions::from_mode(0o666)).unwrap();
        write_whole(&path, b"ours").unwrap();
        let facts = path.symlink_metadata().unwrap();
        assert!(facts.is_file());
        assert_eq!(facts.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn digits_are_read_as_they_were_written() {
        assert_eq!(digest_of_hex(&hex(&[7; 32])), Some([7; 32]));
        assert_eq!(digest_of_hex("x"), None);
        assert_eq!(digest_of_hex(&hex(&[0xab; 32]).to_uppercase()), None);
    }
}
