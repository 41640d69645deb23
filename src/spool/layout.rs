//! What stands where on the sheets of a part, in a file beside it: `<nnnn>.layout.json` (`docs/formats-spool.md`).
//!
//! The proof needs it: at the plant's there is no vendor profile.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::Error;
use super::omr::{self, Omr};
use super::options::{LetterLook, MarkPlace, Options};
use crate::disk::{self, Sha256, WrittenFile};
use crate::preflight::Area;

/// Layout of the file.
const FORMAT: u32 = 1;
/// It has less than two kilobytes.
const FILE_BYTES_MAX: u64 = 1 << 16;

/// What stands where.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    format: u32,
    /// The mark.
    pub(super) mark: MarkPlace,
    /// The OMR code.
    #[serde(default, deserialize_with = "omr::written")]
    pub(super) omr: Option<Omr>,
    /// The box in which the address stands on the first page of letters that were set.
    pub(super) address: Area,
    /// How those letters look; absent: not known, and not looked at.
    #[serde(default)]
    pub(super) letter: Option<LetterLook>,
    /// Sheets of the job in the parts before this one.
    pub(super) sheets_before: u64,
    /// Digest of what all pages share, hexadecimal.
    pub(super) common: String,
}

impl Layout {
    /// Where it lies, beside its part.
    pub(super) fn path(pdf: &Path) -> PathBuf {
        pdf.with_extension("layout.json")
    }

    /// That of a part.
    pub(super) fn of(options: &Options, sheets_before: u64) -> Self {
        Self {
            format: FORMAT,
            mark: options.mark,
            omr: options.omr.clone(),
            address: options.address,
            letter: options.letter,
            sheets_before,
            common: String::new(),
        }
    }

    /// With the digest of what its pages share.
    pub(super) fn sharing(self, common: &Sha256) -> Self {
        Self {
            common: disk::hex(common),
            ..self
        }
    }

    /// Writes it beside its part, which is named from the batch's folder.
    pub(super) fn write(&self, folder: &Path, pdf: &Path) -> Result<WrittenFile, Error> {
        let relative = Self::path(pdf);
        let path = folder.join(&relative);
        let text = serde_json::to_vec_pretty(self).map(|mut text| {
            text.push(b'\n');
            text
        });
        let text = text.map_err(|error| Error::io(&path, error.into()))?;
        disk::write_listed(folder, relative, &text).map_err(|source| Error::io(&path, source))
    }

    /// Reads that of a part; says what is wrong with it.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let mut text = Vec::new();
        let file = disk::open_bounded(path, FILE_BYTES_MAX);
        let read = file.and_then(|mut file| file.read_to_end(&mut text));
        read.map_err(|error| error.to_string())?;
        let layout: Self = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        if layout.format != FORMAT {
            let found = layout.format;
            return Err(format!(
                "its format is {found}; this program reads {FORMAT}"
            ));
        }
        let faults = layout.omr.iter().flat_map(|omr| omr.faults(&[]));
        match faults.into_iter().next() {
            Some(fault) => Err(fault.to_string()),
            None => Ok(layout),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_layout_is_read_as_it_was_written_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            omr: toml::from_str("layout = \"pb-d1500\"").ok(),
            ..Options::default()
        };
        let pdf = Path::new("0001.pdf");
        let file = Layout::of(&options, 7).write(folder.path(), pdf).unwrap();
        let path = folder.path().join(&file.path);
        assert_eq!(path, Layout::path(&folder.path().join(pdf)));
        let read = Layout::read(&path).unwrap();
        assert_eq!((read.sheets_before, &read.omr), (7, &options.omr));
        let text = fs::read_to_string(&path).unwrap();
        for (from, to, said) in [
            ("\"format\": 1", "\"format\": 2", "its format is 2"),
            ("\"pitch_mm\": 4.0", "\"pitch_mm\": 1.0", "omr.pitch_mm"),
            ("\"sheets_before\"", "\"sheets\"", "unknown field"),
            (
                "\"feed_on\"",
                "\"layout\": \"pb-d1500\", \"feed_on\"",
                "`layout`",
            ),
            (
                "\"feed_on\"",
                "\"suppress\": [\"end\"], \"feed_on\"",
                "`suppress`",
            ),
        ] {
            let changed = text.replace(from, to);
            assert_ne!(changed, text);
            fs::write(&path, changed).unwrap();
            let fault = Layout::read(&path).unwrap_err();
            assert!(fault.contains(said), "{fault}");
        }
        fs::write(&path, vec![b' '; FILE_BYTES_MAX as usize + 1]).unwrap();
        assert!(Layout::read(&path).unwrap_err().contains("65536"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "\\{(\"(format|mark|omr|positions|x_mm)\"|[:,0-9{}\\[\\]]|null)*\\}") {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.layout.json");
            fs::write(&path, text).unwrap();
            let _ = Layout::read(&path);
        }
    }
}
