//! Files beside the mailing: where they may lie, and that they are what the mailing says.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::disk;
use crate::finding::{Code, shape};
use crate::xml::markup;

/// Why a file is not taken. Names no path: a path may hold a person's name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) code: Code,
    pub(super) found: String,
    pub(super) allowed: String,
}

/// Why a file is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The letter names what it should not.
    Letter(Trouble),
    /// The disk says no, which may pass.
    Disk(String),
}

fn trouble<T>(
    code: Code,
    found: impl Into<String>,
    allowed: impl Into<String>,
) -> Result<T, Refused> {
    Err(Refused::Letter(Trouble {
        code,
        found: found.into(),
        allowed: allowed.into(),
    }))
}

/// A file that is not there for this user is the letter's trouble; all else is the disk's.
fn unread(error: &io::Error, what: &str) -> Refused {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::NotFound
        | Kind::PermissionDenied
        | Kind::NotADirectory
        | Kind::IsADirectory
        | Kind::InvalidInput
        | Kind::InvalidFilename => Refused::Letter(Trouble {
            code: Code::DocumentMissing,
            found: format!("a file that cannot be {what} ({})", error.kind()),
            allowed: "a readable file beside the mailing".into(),
        }),
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            Refused::Letter(Trouble {
                code: Code::DocumentMissing,
                found: "symbolic links that lead to one another".into(),
                allowed: "a readable file beside the mailing".into(),
            })
        }
        _ => Refused::Disk(error.to_string()), // What the system says of a path names none.
    }
}

/// Reads the file that `path` names, if it has the digest named.
pub(super) fn read(
    folder: &Path,
    path: &str,
    sha256: &str,
    bytes_max: usize,
) -> Result<Vec<u8>, Refused> {
    let file = locate(folder, path)?;
    let bytes = match read_bounded(&file, bytes_max) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            return trouble(
                Code::LimitDocumentBytes,
                "a file with more bytes",
                format!("at most {bytes_max} bytes"),
            );
        }
        Err(error) => return Err(unread(&error, "read")),
    };
    if !disk::hex(&disk::sha256(&bytes)).eq_ignore_ascii_case(sha256) {
        return trouble(
            Code::DocumentDigest,
            "a file with another SHA-256",
            "the file that the mailing was written with",
        );
    }
    Ok(bytes)
}

/// Where the file lies; symbolic links are followed as long as they stay in the folder.
fn locate(folder: &Path, path: &str) -> Result<PathBuf, Refused> {
    const ALLOWED: &str = "a path below the mailing's folder, with forward slashes, without `..`";
    let Some(relative) = plain(path) else {
        return trouble(
            Code::DocumentPath,
            format!("a path of the form `{}`", shape(path)),
            ALLOWED,
        );
    };
    let missing = |error: io::Error| unread(&error, "found");
    let folder = folder.canonicalize().map_err(missing)?;
    let file = folder.join(relative).canonicalize().map_err(missing)?;
    if !file.starts_with(&folder) {
        return trouble(
            Code::DocumentPath,
            "a symbolic link that leaves the mailing's folder",
            ALLOWED,
        );
    }
    if !file.is_file() {
        return trouble(
            Code::DocumentMissing,
            "something that is no regular file",
            "a readable file beside the mailing",
        );
    }
    Ok(file)
}

/// The path, if it is relative and stays below.
fn plain(path: &str) -> Option<&Path> {
    let clean = !path.is_empty()
        && !path.contains(['\\', '\0'])
        && !path.split('/').any(|part| part.is_empty() || part == "..");
    let path = Path::new(path);
    (clean
        && path
            .components()
            .all(|c| matches!(c, Component::Normal(_) | Component::CurDir)))
    .then_some(path)
}

/// The file's bytes, or `None` if there are more than allowed.
fn read_bounded(path: &Path, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let expected = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    if expected > bytes_max {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(expected);
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= bytes_max).then_some(bytes))
}

/// Bytes of the files that a letter seems to name, so that a wave of letters does not read more than it may. Counts too
/// much rather than too little: text that looks like a `path` attribute counts if there is such a file.
pub(super) fn weight(letter: &[u8], folder: &Path, document_bytes_max: usize) -> usize {
    if memchr::memmem::find(letter, b"sha256").is_none() {
        return 0;
    }
    let mut sum = 0_usize;
    for at in memchr::memmem::find_iter(letter, b"path") {
        let rest = letter[at + b"path".len()..].trim_ascii_start();
        let Some(rest) = rest.strip_prefix(b"=").map(<[u8]>::trim_ascii_start) else {
            continue;
        };
        let Some((&quote @ (b'"' | b'\''), rest)) = rest.split_first() else {
            continue;
        };
        let value = &rest[..memchr::memchr(quote, &rest[..rest.len().min(4096)]).unwrap_or(0)];
        let Ok(value) = std::str::from_utf8(value) else {
            continue;
        };
        let value = super::white_space::collapsed(markup::attribute_value(value, |_, _| {}));
        let Some(path) = plain(&value) else { continue };
        if let Ok(metadata) = std::fs::metadata(folder.join(path)) {
            sum = sum.saturating_add(
                usize::try_from(metadata.len())
                    .unwrap_or(usize::MAX)
                    .min(document_bytes_max),
            );
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_below_the_folder_are_taken() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("in");
        std::fs::create_dir_all(folder.join("sub")).unwrap();
        std::fs::write(folder.join("sub/a.pdf"), b"abc").unwrap();
        std::fs::write(home.path().join("secret"), b"abc").unwrap();
        std::os::unix::fs::symlink("../secret", folder.join("out")).unwrap();
        std::os::unix::fs::symlink("sub/a.pdf", folder.join("inside")).unwrap();
        let abc = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
        let of = |refused| match refused {
            Refused::Letter(trouble) => Some(trouble.code),
            Refused::Disk(_) => None,
        };
        let code = |path: &str| read(&folder, path, abc, 3).err().and_then(of);
        for good in ["sub/a.pdf", "./sub/a.pdf", "inside"] {
            assert_eq!(read(&folder, good, abc, 3).unwrap(), b"abc", "{good}");
        }
        for bad in [
            "../secret",
            "sub/../../secret",
            "/etc/passwd",
            "sub\\a.pdf",
            "",
            "sub//a.pdf",
            "a\0",
            "out",
            "sub/..",
        ] {
            assert_eq!(code(bad), Some(Code::DocumentPath), "{bad}");
        }
        assert_eq!(code("sub/b.pdf"), Some(Code::DocumentMissing));
        assert_eq!(code("sub"), Some(Code::DocumentMissing));
        assert_eq!(
            of(read(&folder, "sub/a.pdf", abc, 2).unwrap_err()),
            Some(Code::LimitDocumentBytes)
        );
        assert_eq!(
            of(read(&folder, "sub/a.pdf", &abc.replace('B', "C"), 3).unwrap_err()),
            Some(Code::DocumentDigest)
        );
    }

    #[test]
    fn no_letter_is_rejected_for_what_may_pass() {
        use rustix::io::Errno;
        let of = |errno: Errno| unread(&errno.into(), "read");
        for passing in [
            Errno::MFILE,
            Errno::NFILE,
            Errno::IO,
            Errno::STALE,
            Errno::NOMEM,
        ] {
            assert!(matches!(of(passing), Refused::Disk(_)), "{passing}");
        }
        for lasting in [
            Errno::NOENT,
            Errno::ACCESS,
            Errno::NOTDIR,
            Errno::NAMETOOLONG,
            Errno::LOOP,
        ] {
            assert!(matches!(of(lasting), Refused::Letter(_)), "{lasting}");
        }
    }

    #[test]
    fn the_weight_of_named_files_is_seen_before_they_are_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a&b.pdf"), vec![0; 1000]).unwrap();
        let letter = b"<letter><file sha256='00' path = \"a&amp;b.pdf\"/><x path='none'/> path path= </letter>";
        assert_eq!(weight(letter, folder.path(), 5000), 1000);
        assert_eq!(weight(letter, folder.path(), 500), 500);
        assert_eq!(
            weight(
                b"<letter><x path='a&amp;b.pdf'/></letter>",
                folder.path(),
                500
            ),
            0
        );
    }
}
