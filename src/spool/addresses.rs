//! The addresses of a part as they were set, for those who work with it before the batch's scratch folder goes.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// An address has at most seven lines; more bytes than this are none.
const ADDRESS_BYTES_MAX: u32 = 1 << 16;

/// Reads the file that [`PartSummary::addresses`](super::PartSummary::addresses) names, one address after the other.
#[derive(Debug)]
pub struct Addresses(BufReader<File>);

impl Addresses {
    /// Opens it.
    ///
    /// # Errors
    /// Any I/O error of `open(2)`.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(BufReader::new(File::open(path)?)))
    }

    /// The address of the next piece, its lines parted by line feeds.
    ///
    /// # Errors
    /// Any I/O error; the file ends before the address does, or holds something else.
    pub fn read(&mut self, address: &mut String) -> io::Result<()> {
        let mut len = [0; 4];
        self.0.read_exact(&mut len)?;
        let len = u32::from_le_bytes(len);
        if len > ADDRESS_BYTES_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        address.clear();
        let read = (&mut self.0).take(u64::from(len)).read_to_string(address)?;
        if read < len as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}
