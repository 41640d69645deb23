//! Which namespace a prefix stands for at a place in the file (Namespaces in XML 1.0).

use std::borrow::Cow;

use super::markup::{RawAttribute, attribute_value};

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// A namespace, by where it was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// No namespace.
    None,
    /// The one that every document knows as `xml`.
    Xml,
    /// The one of this declaration.
    Declared(usize),
}

#[derive(Clone, Debug)]
struct Binding<'a> {
    prefix: Cow<'a, str>,
    uri: Cow<'a, str>,
    /// Nesting of the element that declares it.
    depth: u32,
}

/// The declarations in force, outermost first.
#[derive(Clone, Debug, Default)]
pub struct Scope<'a> {
    bindings: Vec<Binding<'a>>,
}

impl<'a> Scope<'a> {
    /// Declares `prefix` for the element at `depth` and what is in it.
    ///
    /// # Errors
    /// What is not allowed about it.
    pub fn declare(
        &mut self,
        prefix: &'a str,
        attribute: &RawAttribute<'a>,
        depth: u32,
    ) -> Result<(), String> {
        let uri = attribute_value(attribute.value, |_, _| {});
        let wrong = match prefix {
            "xmlns" => true,
            "xml" => uri != XML,
            _ => uri == XML || uri == XMLNS || (uri.is_empty() && !prefix.is_empty()),
        };
        if wrong {
            return Err(format!(
                "prefix `{}` bound to a namespace it may not have",
                super::markup::shown(prefix)
            ));
        }
        self.bindings.push(Binding {
            prefix: Cow::Borrowed(prefix),
            uri,
            depth,
        });
        Ok(())
    }

    /// Forgets what the element at `depth` declared.
    pub fn leave(&mut self, depth: u32) {
        while self.bindings.last().is_some_and(|b| b.depth >= depth) {
            self.bindings.pop();
        }
    }

    /// The namespace of an element's prefix; the empty prefix is the default namespace.
    pub fn of_element(&self, prefix: &str) -> Option<Space> {
        // The empty prefix apart: comparing empty strings can be strangely slow, as their addresses may be unmapped.
        let found = match prefix.is_empty() {
            true => self.bindings.iter().rposition(|b| b.prefix.is_empty()),
            false => self
                .bindings
                .iter()
                .rposition(|b| !b.prefix.is_empty() && b.prefix == prefix),
        };
        match found {
            Some(i) if self.bindings[i].uri.is_empty() => Some(Space::None),
            Some(i) => Some(Space::Declared(i)),
            None if prefix.is_empty() => Some(Space::None),
            None => (prefix == "xml").then_some(Space::Xml),
        }
    }

    /// The namespace of an attribute's prefix; an attribute without prefix is in none.
    pub fn of_attribute(&self, prefix: &str) -> Option<Space> {
        if prefix.is_empty() {
            Some(Space::None)
        } else {
            self.of_element(prefix)
        }
    }

    /// The namespace's name; empty for none.
    pub fn name(&self, space: Space) -> &str {
        match space {
            Space::None => "",
            Space::Xml => XML,
            Space::Declared(i) => self.bindings.get(i).map_or("", |b| &b.uri),
        }
    }

    /// How many are in force.
    pub fn declarations(&self) -> usize {
        self.bindings.len()
    }

    /// The same declarations, free of the text they were read from, as those around a piece: nothing in it ends them.
    pub fn into_outer(self) -> Scope<'static> {
        let own = |b: Binding<'_>| Binding {
            prefix: Cow::Owned(b.prefix.into_owned()),
            uri: Cow::Owned(b.uri.into_owned()),
            depth: 0,
        };
        Scope {
            bindings: self.bindings.into_iter().map(own).collect(),
        }
    }

    /// A copy that borrows from this one.
    pub fn borrowed<'b>(&'b self) -> Scope<'b> {
        let borrow = |b: &'b Binding<'a>| Binding {
            prefix: Cow::Borrowed(&*b.prefix),
            uri: Cow::Borrowed(&*b.uri),
            depth: b.depth,
        };
        Scope {
            bindings: self.bindings.iter().map(borrow).collect(),
        }
    }
}
