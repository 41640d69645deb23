//! Turns the elements of a piece into the letter model.
//!
//! In: a [`Cursor`], which has already checked the markup and drives the schema. Out: header, letter or trailer. The
//! schema says what is wrong with a piece; what is checked here a second time is only what the model cannot do without,
//! and it becomes a finding only where the schema found no fault (an agency's own schema may allow more than ours).

use std::path::Path;

use hashbrown::HashMap;

use super::Limits;
use super::cursor::{Cursor, Stop};
use crate::finding::{Code, shape};
use crate::letter::{Header, SharedDocument, Text};

mod dialogue;
mod document;
mod header;
mod letter;
mod parts;
mod runs;
mod text;
mod time;

pub(super) use header::{HeaderRead, Trailer, header, trailer};
pub(super) use letter::{Draft, is_business_key, letter};

/// What the builder of a letter needs to know besides the letter.
pub(super) struct Surroundings<'a> {
    pub(super) header: &'a Header,
    pub(super) shared: &'a HashMap<String, usize>,
    /// Where files beside the mailing lie.
    pub(super) folder: &'a Path,
    pub(super) limits: &'a Limits,
}

impl<'a> Surroundings<'a> {
    fn shared_document(&self, id: &str) -> Option<&'a SharedDocument> {
        self.shared.get(id).and_then(|&i| self.header.shared.get(i))
    }
}

/// What the value of the element that has just ended should have been.
fn bad_value(c: &mut Cursor<'_, '_, '_>, value: &str, allowed: &str) {
    if !c.schema_found_fault() {
        c.fault(
            Code::Schema,
            format!("a value of the form `{}`", shape(value)),
            allowed,
        );
    }
}

/// The same for an attribute of the element at hand.
fn bad_attribute(c: &mut Cursor<'_, '_, '_>, name: &str, value: &str, allowed: &str) {
    if !c.schema_found_fault() {
        c.fault_inside(
            Code::Schema,
            format!("attribute `{name}` of the form `{}`", shape(value)),
            allowed,
        );
    }
}

/// The element that has just ended lacks something.
fn missing(c: &mut Cursor<'_, '_, '_>, what: &str) {
    if !c.schema_found_fault() && !c.is_abandoned() {
        c.fault(Code::Schema, format!("no {what}"), format!("one {what}"));
    }
}

/// The element at hand as one of a few words.
fn word<T>(
    c: &mut Cursor<'_, '_, '_>,
    known: impl Fn(&str) -> Option<T>,
    allowed: &str,
) -> Result<Option<T>, Stop> {
    let value = c.token()?;
    let found = known(&value);
    if found.is_none() {
        bad_value(c, &value, allowed);
    }
    Ok(found)
}

/// An attribute as one of a few words; `None` where it is absent or unknown.
fn word_attribute<T>(
    c: &mut Cursor<'_, '_, '_>,
    name: &str,
    known: impl Fn(&str) -> Option<T>,
    allowed: &str,
) -> Option<T> {
    let value = c.attribute(name)?;
    let found = known(&value);
    if found.is_none() {
        bad_attribute(c, name, &value, allowed);
    }
    found
}

/// A text that outlives the piece it was read from.
fn owned(text: Text<'_>) -> Text<'static> {
    Text::Owned(text.into_owned())
}
