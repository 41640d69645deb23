//! An XML document as a flat list of its elements, each at its end.

use super::Wrong;
use crate::xml::{Event, Limits, Reader};

/// A status message has some 10 KiB, this is four hundred times that; within its envelope it is ten elements deep.
pub const LIMITS: Limits = Limits {
    bytes: 4 << 20,
    depth: 32,
    elements: 100_000,
};

/// The name of an element.
pub struct Name {
    /// Namespace; empty if it has none.
    pub space: String,
    /// Without a prefix.
    pub local: String,
}

/// Gives the end of every element: its name and those around it, the root first, and its own text, trimmed.
pub fn walk(bytes: &[u8], each: &mut dyn FnMut(&[Name], &str)) -> Result<(), Wrong> {
    let mut reader = Reader::new(bytes, LIMITS)?;
    let mut path: Vec<Name> = Vec::new();
    let mut text = String::new();
    while let Some(event) = reader.event()? {
        match event {
            Event::Start(start) => {
                path.push(Name {
                    space: start.namespace().to_owned(),
                    local: start.local().to_owned(),
                });
                text.clear();
            }
            Event::Text(part) => text.push_str(&part),
            Event::End => {
                each(&path, text.trim());
                text.clear();
                path.pop();
            }
        }
    }
    Ok(())
}
