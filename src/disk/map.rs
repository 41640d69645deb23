//! The one island of unsafe code: a file read through a memory map.
//!
//! What we rely on: nobody truncates the file while it is mapped. If somebody does, the kernel ends the program with
//! SIGBUS and nothing has been released, because release comes after the last read. If somebody changes bytes in place,
//! [`Map::unchanged`] finds out before anything is released. A `&[u8]` into a map that changes is formally unsound;
//! every reader of input files that maps them shares that, and no code here relies on two reads giving the same byte.

use std::fs::{File, Metadata};
use std::io;
use std::ops::Deref;
use std::path::Path;
use std::time::SystemTime;

/// A file, mapped for reading.
#[derive(Debug)]
pub struct Map {
    map: Option<memmap2::Mmap>, // An empty file cannot be mapped.
    file: File,
    at_open: State,
}

#[derive(Debug, PartialEq, Eq)]
struct State {
    length: u64,
    modified: Option<SystemTime>,
}

impl State {
    fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }
}

impl Map {
    /// Opens and maps a regular file.
    ///
    /// # Errors
    /// Any I/O error of opening or mapping it; `InvalidInput` if it is no regular file.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::of(super::open_regular(path)?)
    }

    /// Maps an open file.
    ///
    /// # Errors
    /// Any I/O error of mapping it.
    #[expect(unsafe_code)]
    pub fn of(file: File) -> io::Result<Self> {
        let at_open = State::of(&file.metadata()?);
        let map = if at_open.length == 0 {
            None
        } else {
            // SAFETY: see the head of this module.
            Some(unsafe { memmap2::Mmap::map(&file)? })
        };
        Ok(Self { map, file, at_open })
    }

    /// Tells the kernel that the file will be read from front to back.
    pub fn advise_sequential(&self) {
        if let Some(map) = &self.map {
            let _ = map.advise(memmap2::Advice::Sequential); // A hint only.
        }
    }

    /// Gives back the memory of the pages that lie wholly before `end`; they are read from the file again if touched.
    /// Keeps the resident size of a run flat however large its input is.
    #[expect(unsafe_code)]
    pub fn forget_before(&self, end: usize) {
        const PAGE: usize = 1 << 16; // A multiple of every page size in use.
        let whole = end.min(self.len()) / PAGE * PAGE;
        if let (Some(map), true) = (&self.map, whole > 0) {
            // SAFETY: the map is shared, read-only and backed by a file: dropping its pages loses no data, and slices
            // into it stay valid because the addresses stay mapped.
            let _ =
                unsafe { map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, 0, whole) };
        }
    }

    /// True while the file has the length and modification time that it had when it was mapped.
    ///
    /// # Errors
    /// Any I/O error of `fstat(2)`.
    pub fn unchanged(&self) -> io::Result<bool> {
        Ok(State::of(&self.file.metadata()?) == self.at_open)
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }
}
