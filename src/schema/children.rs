//! The children of one element, without what is in them.

use super::frame::{Found, Frame, Met};
use super::model::ANYTHING;
use super::{DeclId, Schema, Violation};

/// Follows the children of one element without looking into them, so that they can be checked apart from each other:
/// `ingest` walks the root of the mailing with it while the letters are validated in parallel.
#[derive(Debug)]
pub struct Children<'s> {
    schema: &'s Schema,
    parent: DeclId,
    frame: Frame,
}

impl<'s> Children<'s> {
    /// Before the first child of `parent`.
    pub fn of(schema: &'s Schema, parent: DeclId) -> Self {
        Self {
            schema,
            parent,
            frame: Frame::of(schema, parent),
        }
    }

    /// The next child; its declaration if it may stand here. A child that a wildcard lets pass has a declaration that
    /// accepts anything.
    ///
    /// # Errors
    /// What was found and what is allowed here. The position is then unchanged.
    pub fn next(&mut self, namespace: &[u8], local: &[u8]) -> Result<DeclId, Violation> {
        let names = &self.schema.names;
        let name = names
            .namespace(namespace)
            .and_then(|known| names.get(known, local));
        let before = self.frame;
        match self.frame.step(
            self.schema,
            &Met {
                namespace,
                local,
                name,
            },
        ) {
            Found::Decl(decl) => Ok(decl),
            Found::Skip => Ok(ANYTHING),
            Found::Early(_, violation) | Found::Wrong(violation) => {
                self.frame = before;
                Err(violation)
            }
        }
    }

    /// The element ends.
    ///
    /// # Errors
    /// What is missing.
    pub fn end(&self) -> Result<(), Violation> {
        if self.frame.may_end(self.schema) {
            return Ok(());
        }
        Err(Violation {
            found: format!(
                "element `{}` ends too early",
                self.schema.decl_name(self.parent)
            ),
            allowed: self.frame.expected(self.schema),
        })
    }
}
