//! Pages of a finished part, written into another one as they are.

use std::io;

use super::{CATALOG, FIRST_FREE, PartWriter, SAVE};
use crate::disk::{Sha256, hex};
use crate::spool::sink::Sink;

impl<S: Sink> PartWriter<S> {
    /// Writes an object as it stands: its text and, for a stream, its bytes.
    pub(in crate::spool) fn copied(
        &mut self,
        number: u32,
        text: &[u8],
        data: Option<&[u8]>,
    ) -> io::Result<()> {
        let Some(data) = data else {
            return self.object(number, text);
        };
        self.begin(number)?;
        self.out.write_all(text)?;
        self.out.write_all(b"\nstream\n")?;
        self.out.write_all(data)?;
        self.out.write_all(b"\nendstream\nendobj\n")
    }

    /// Writes a copied page; `text` is its dictionary without parent and end. Gives its number.
    pub(in crate::spool) fn copied_page(&mut self, text: &[u8]) -> io::Result<u32> {
        let parent = self.parent_of_next_page();
        let mut page = text.to_vec();
        page.extend_from_slice(format!("/Parent {parent} 0 R>>").as_bytes());
        let number = self.allocate();
        self.object(number, &page)?;
        self.page_written(number)?;
        Ok(number)
    }

    /// Ends a part of copied pages. `fixed` writes the objects that every part has, but for the catalog and the stream of
    /// one `q`; `catalog` is the catalog's dictionary without pages and end.
    pub(in crate::spool) fn end_copied(
        mut self,
        id: &Sha256,
        catalog: &[u8],
        mut fixed: impl FnMut(&mut Self, u32) -> io::Result<()>,
    ) -> io::Result<S> {
        for number in CATALOG + 1..FIRST_FREE {
            if number != SAVE {
                fixed(&mut self, number)?;
            }
        }
        let root = self.close_tree()?;
        let mut text = catalog.to_vec();
        text.extend_from_slice(format!("/Pages {root} 0 R>>").as_bytes());
        self.object(CATALOG, &text)?;
        self.table(&hex(&id[..16]))?;
        Ok(self.out)
    }
}
