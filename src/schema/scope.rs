//! What holds across a document while it is checked: IDs, references to them, prefixes.

use std::collections::HashSet;

use super::value::Surroundings;

/// IDs of one document, and references to them; above it they are not compared any more.
const IDS_MAX: usize = 1_000_000;

/// IDs, references and prefixes of the document being checked.
#[derive(Debug, Default)]
pub(super) struct Scope {
    ids: HashSet<Box<str>>,
    references: HashSet<Box<str>>,
    /// By depth of the element that declares it; the innermost is last.
    bindings: Vec<(u32, Box<str>, Box<str>)>,
    /// Someone tells of prefixes, so what is not told of is not declared.
    told: bool,
}

impl Scope {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.ids.clear();
        self.references.clear();
        self.bindings.clear();
        self.told = false;
    }

    /// An `xmlns` declaration on an element that has `depth` others around it.
    pub fn bind(&mut self, depth: u32, prefix: &[u8], namespace: &[u8]) {
        let text = |bytes: &[u8]| Box::from(String::from_utf8_lossy(bytes));
        self.told = true;
        self.bindings.push((depth, text(prefix), text(namespace)));
    }

    /// The element that has `depth` others around it has ended.
    pub fn leave(&mut self, depth: u32) {
        while self
            .bindings
            .last()
            .is_some_and(|(declared, ..)| *declared >= depth)
        {
            self.bindings.pop();
        }
    }

    /// Namespace and local name of a QName; `None` if that cannot be said.
    pub fn resolve(&self, name: &str) -> Option<(String, String)> {
        if !self.told {
            return None;
        }
        let prefix = super::names::q_name_prefix(name)?;
        let local = name.rsplit(':').next()?;
        let namespace = match self.namespace(prefix) {
            Some(namespace) => namespace,
            None if prefix.is_empty() => "",
            None => return None,
        };
        Some((namespace.to_owned(), local.to_owned()))
    }

    /// How many references lead nowhere.
    pub fn dangling_references(&self) -> usize {
        self.references.difference(&self.ids).count()
    }

    fn namespace(&self, prefix: &str) -> Option<&str> {
        let innermost = self
            .bindings
            .iter()
            .rev()
            .find(|(_, bound, _)| **bound == *prefix);
        innermost.map(|(.., namespace)| &**namespace)
    }
}

impl Surroundings for Scope {
    fn id(&mut self, value: &str) -> bool {
        self.ids.len() >= IDS_MAX || self.ids.insert(value.into())
    }

    fn id_reference(&mut self, value: &str) {
        if self.references.len() < IDS_MAX {
            self.references.insert(value.into());
        }
    }

    fn knows_prefix(&self, prefix: &str) -> bool {
        !self.told
            || prefix == "xml"
            || self
                .namespace(prefix)
                .is_some_and(|namespace| !namespace.is_empty())
    }
}
