//! Names as numbers: every (namespace, local name) that a schema mentions gets a [`NameId`], so that the automata
//! compare integers.
//!
//! The table is filled while compiling and only read afterwards; an unknown name costs one probe and adds nothing, so
//! a hostile document cannot make it grow or degrade.

use hashbrown::HashTable;

/// A name that the schema knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NameId(pub u32);

/// A namespace that the schema knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NamespaceId(pub u32);

/// Namespace of `xsi:type`, `xsi:nil` and their like.
pub(super) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Namespace of the schema language.
pub(super) const XS: &str = "http://www.w3.org/2001/XMLSchema";
/// Namespace that the prefix `xml` is bound to.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The instance namespace.
pub(super) const XSI_ID: NamespaceId = NamespaceId(1);

#[derive(Debug)]
struct Name {
    namespace: NamespaceId,
    local: Box<str>,
}

/// All names of one schema.
#[derive(Debug)]
pub(super) struct Names {
    namespaces: Vec<Box<str>>,
    names: Vec<Name>,
    table: HashTable<u32>,
}

impl Names {
    /// Knows no name and two namespaces: none, and the instance namespace.
    pub fn new() -> Self {
        Self {
            namespaces: vec!["".into(), XSI.into()],
            names: Vec::new(),
            table: HashTable::new(),
        }
    }

    /// The number of a namespace, given now if it has none.
    pub fn add_namespace(&mut self, namespace: &str) -> NamespaceId {
        if let Some(known) = self.namespace(namespace.as_bytes()) {
            return known;
        }
        self.namespaces.push(namespace.into());
        NamespaceId(self.namespaces.len() as u32 - 1)
    }

    /// The number of a name, given now if it has none.
    pub fn add(&mut self, namespace: &str, local: &str) -> NameId {
        let namespace = self.add_namespace(namespace);
        if let Some(known) = self.get(namespace, local.as_bytes()) {
            return known;
        }
        let id = self.names.len() as u32;
        self.names.push(Name {
            namespace,
            local: local.into(),
        });
        let names = &self.names;
        let hash_of = |&id: &u32| {
            let name = &names[id as usize];
            hash(name.namespace, name.local.as_bytes())
        };
        self.table
            .insert_unique(hash(namespace, local.as_bytes()), id, hash_of);
        NameId(id)
    }

    /// The number of a namespace.
    #[inline]
    pub fn namespace(&self, namespace: &[u8]) -> Option<NamespaceId> {
        let place = self
            .namespaces
            .iter()
            .position(|known| same(known.as_bytes(), namespace))?;
        Some(NamespaceId(place as u32))
    }

    /// The number of a name.
    #[inline]
    pub fn get(&self, namespace: NamespaceId, local: &[u8]) -> Option<NameId> {
        self.table
            .find(hash(namespace, local), |&id| {
                let name = &self.names[id as usize];
                name.namespace == namespace && same(name.local.as_bytes(), local)
            })
            .map(|&id| NameId(id))
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Local part of a name.
    pub fn local(&self, name: NameId) -> &str {
        &self.names[name.0 as usize].local
    }

    /// Namespace of a name.
    pub fn namespace_of(&self, name: NameId) -> NamespaceId {
        self.names[name.0 as usize].namespace
    }

    /// Text of a namespace.
    pub fn namespace_text(&self, namespace: NamespaceId) -> &str {
        &self.namespaces[namespace.0 as usize]
    }
}

/// Equality of short texts, word by word: a call of memcmp costs more than what it compares here.
#[inline]
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    let ((a_words, a_rest), (b_words, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    a.len() == b.len()
        && a_words.iter().zip(b_words).all(|(a, b)| word(a) == word(b))
        && a_rest.iter().zip(b_rest).all(|(a, b)| a == b)
}

/// Eight bytes at a time, multiply and fold. Collisions cost time only, and the set of names is the schema's own.
#[inline]
fn hash(namespace: NamespaceId, local: &[u8]) -> u64 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = u64::from(namespace.0) ^ (local.len() as u64).wrapping_mul(K);
    let (words, rest) = local.as_chunks::<8>();
    for &word in words {
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(word)).wrapping_mul(K);
    }
    let mut last = 0;
    for &byte in rest {
        last = last << 8 | u64::from(byte);
    }
    hash = (hash.rotate_left(23) ^ last).wrapping_mul(K);
    hash ^ hash >> 29
}

/// True for a character that may begin an XML name (XML 1.0, fifth edition, production 4); `:` is one.
pub(super) fn starts_name(c: char) -> bool {
    c.is_ascii_alphabetic()
        || c == '_'
        || c == ':'
        || (c >= '\u{c0}'
            && NAME_START
                .iter()
                .any(|&(from, to)| (from..=to).contains(&c)))
}

/// True for a character that may stand in an XML name (production 4a).
pub(super) fn continues_name(c: char) -> bool {
    starts_name(c)
        || c.is_ascii_digit()
        || matches!(c, '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Production 4 of XML 1.0 without its ASCII part.
pub(super) const NAME_START: [(char, char); 12] = [
    ('\u{c0}', '\u{d6}'),
    ('\u{d8}', '\u{f6}'),
    ('\u{f8}', '\u{2ff}'),
    ('\u{370}', '\u{37d}'),
    ('\u{37f}', '\u{1fff}'),
    ('\u{200c}', '\u{200d}'),
    ('\u{2070}', '\u{218f}'),
    ('\u{2c00}', '\u{2fef}'),
    ('\u{3001}', '\u{d7ff}'),
    ('\u{f900}', '\u{fdcf}'),
    ('\u{fdf0}', '\u{fffd}'),
    ('\u{10000}', '\u{effff}'),
];

/// `Name`.
pub(super) fn is_name(value: &str) -> bool {
    let mut characters = value.chars();
    characters.next().is_some_and(starts_name) && characters.all(continues_name)
}

/// `NCName`: a name without a colon.
pub(super) fn is_nc_name(value: &str) -> bool {
    is_name(value) && !value.contains(':')
}

/// `Nmtoken`.
pub(super) fn is_nm_token(value: &str) -> bool {
    !value.is_empty() && value.chars().all(continues_name)
}

/// `QName`: its prefix, empty for none.
pub(super) fn q_name_prefix(value: &str) -> Option<&str> {
    let (prefix, local) = value.split_once(':').unwrap_or(("", value));
    let prefix_fits = prefix.is_empty() && !value.starts_with(':') || is_nc_name(prefix);
    (prefix_fits && is_nc_name(local)).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_under_its_namespace_only() {
        let mut names = Names::new();
        let a = names.add("urn:a", "subject");
        let b = names.add("urn:b", "subject");
        assert_ne!(a, b);
        assert_eq!(names.add("urn:a", "subject"), a);
        let urn_a = names.namespace(b"urn:a").unwrap();
        assert_eq!(names.get(urn_a, b"subject"), Some(a));
        assert_eq!(names.get(urn_a, b"subjec"), None);
        assert_eq!(names.get(names.namespace(b"").unwrap(), b"subject"), None);
    }

    #[test]
    fn names_follow_xml() {
        for good in ["a", "_x", "Åse", "a-b.c1", "ø·"] {
            assert!(is_nc_name(good), "{good}");
        }
        for bad in ["", "1a", "-a", "a b", "a:b", "\u{d7}"] {
            assert!(!is_nc_name(bad), "{bad}");
        }
        assert_eq!(q_name_prefix("a:b"), Some("a"));
        assert_eq!(q_name_prefix("b"), Some(""));
        for bad in [":b", "a:", "a:b:c", "a: b", ""] {
            assert_eq!(q_name_prefix(bad), None, "{bad}");
        }
    }
}
