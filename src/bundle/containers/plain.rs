//! Each message in a file of its own, for those who send them one by one.

use std::path::PathBuf;

use super::super::bundler::{self, Place, Placed};
use super::super::growing::Growing;
use super::super::tars::BUNDLES_MAX;
use super::super::{Error, Sealed, failed, index, sync_folder};
use crate::disk::WrittenFile;

/// Name of the one index of all files.
pub(in super::super) const FILES_INDEX_NAME: &str = "messages.index.csv";
/// Most files in a folder.
const FOLDER_FILES_MAX: u64 = 1_000;

/// Writes plain files.
pub(in super::super) struct Plain {
    place: Place,
    messages: u64,
    index: Option<Growing>,
    /// Where files were written last, and all folders.
    folders: Vec<PathBuf>,
    written: Vec<WrittenFile>,
}

impl Plain {
    pub(in super::super) fn new(place: Place) -> Self {
        Self {
            place,
            messages: 0,
            index: None,
            folders: Vec::new(),
            written: Vec::new(),
        }
    }

    pub(in super::super) fn add(
        &mut self,
        sealed: &Sealed,
        letter_ids: &[&str],
    ) -> Result<Placed, Error> {
        let number = self.messages / FOLDER_FILES_MAX + 1;
        if number > u64::from(BUNDLES_MAX) {
            return Err(Error::TooManyBundles {
                series: self.place.relative.clone(),
                of: "folders of messages",
                bundles_max: BUNDLES_MAX,
                hint: "set digital_post.container = \"tar-lzma\", or cut the mailing",
            });
        }
        let inside = format!("{number:04}");
        if self.messages.is_multiple_of(FOLDER_FILES_MAX) {
            let folder = self.place.create(&self.place.relative.join(&inside))?;
            self.folders.push(folder);
        }
        let entry = format!("{inside}/{}", sealed.message_id.hyphenated());
        let path = self.place.relative.join(format!("{entry}.xml"));
        let written = bundler::write(&self.place.folder, path.clone(), &sealed.bytes)?;
        let index = match &mut self.index {
            Some(index) => index,
            None => {
                let path = self.place.relative.join(FILES_INDEX_NAME);
                let mut index = Growing::create(&self.place.folder, path)?;
                index.open()?;
                index.write(index::HEADING.as_bytes())?;
                self.index.insert(index)
            }
        };
        let lines = index::lines(&entry, sealed, letter_ids, 0).map_err(|e| failed(&path, e))?;
        index.write(&lines)?;
        self.messages += 1;
        let length = written.size;
        self.written.push(written);
        Ok(Placed {
            bundle: path,
            offset: 0,
            length,
        })
    }

    pub(in super::super) fn finish(mut self) -> Result<Vec<WrittenFile>, Error> {
        if let Some(index) = self.index.take() {
            self.written.push(index.finish()?);
        }
        for folder in &self.folders {
            sync_folder(folder)?;
        }
        Ok(self.written)
    }
}
