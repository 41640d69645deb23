//! The addresses of a part as they were set, for those who work with it before the batch's scratch folder goes.
//!
//! Of each piece: the number of its letters, then the address of each, the one that shows first. A number has four bytes, an
//! address its length and as many bytes.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
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

    /// The address that shows of the next piece, its lines parted by line feeds.
    ///
    /// # Errors
    /// Any I/O error; the file ends before the address does, or holds something else.
    pub fn read(&mut self, address: &mut String) -> io::Result<()> {
        let letters = self.number()?;
        self.one(address)?;
        let mut other = String::new();
        (1..letters).try_for_each(|_| self.one(&mut other))
    }

    fn number(&mut self) -> io::Result<u32> {
        let mut number = [0; 4];
        self.0.read_exact(&mut number)?;
        Ok(u32::from_le_bytes(number))
    }

    fn one(&mut self, address: &mut String) -> io::Result<()> {
        let len = self.number()?;
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

/// Writes those of a piece.
pub(super) fn write(out: &mut impl Write, addresses: &[String]) -> io::Result<()> {
    out.write_all(&(addresses.len() as u32).to_le_bytes())?;
    for address in addresses {
        out.write_all(&(address.len() as u32).to_le_bytes())?;
        out.write_all(address.as_bytes())?;
    }
    Ok(())
}
