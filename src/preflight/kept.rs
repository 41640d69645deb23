//! Which entries of dictionaries are taken into a spool, and which stay behind.
//!
//! It depends on what the keys of a dictionary are: those that its type knows, or names that the producer chose. Such a
//! name may be equal to a key that is left out elsewhere; what it names is needed all the same.

use lopdf::{Document, Object};

use super::document::deref;

/// Entries that lead out of a page's own resources or carry what no printer needs: structure, metadata, alternates.
const LEFT_OUT: &[&[u8]] = &[
    b"StructParent",
    b"StructParents",
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"AF",
    b"OPI",
    b"Alternates",
    b"Measure",
    b"PtData",
];

/// ISO 32000-1 table 33. Whatever else stands among resources is used by nobody.
const RESOURCES: &[&[u8]] = &[
    b"ExtGState",
    b"ColorSpace",
    b"Pattern",
    b"Shading",
    b"XObject",
    b"Font",
    b"Properties",
    b"ProcSet",
];

/// Entries whose keys are names of glyphs or inks (ISO 32000-1 tables 112, 71, 72, 132).
const NAMES: &[&[u8]] = &[b"CharProcs", b"Colorants", b"Solidities", b"DotGain", b"HT"];

/// Ways back into the document: no resource of a page.
const OF_TREE: [&[u8]; 4] = [b"Page", b"Pages", b"Catalog", b"StructElem"];

/// What the keys of a dictionary are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Keys {
    /// Those of its type.
    #[default]
    Typed,
    /// Kinds of resources.
    Resources,
    /// Names that the producer chose.
    Names,
}

impl Keys {
    /// What the keys are of a dictionary that stands under this one; `None` for an entry that stays behind.
    pub(crate) fn under(self, key: &[u8]) -> Option<Self> {
        match self {
            Self::Resources => RESOURCES.contains(&key).then_some(Self::Names),
            Self::Names => Some(Self::Typed),
            Self::Typed if LEFT_OUT.contains(&key) => None,
            Self::Typed if key == b"Resources" => Some(Self::Resources),
            Self::Typed if NAMES.contains(&key) => Some(Self::Names),
            Self::Typed => Some(Self::Typed),
        }
    }

    /// The same for an object: only dictionaries have keys of several kinds, streams know theirs.
    pub(crate) fn of(self, object: &Object) -> Self {
        match object {
            Object::Dictionary(_) | Object::Array(_) => self,
            _ => Self::Typed,
        }
    }
}

/// Whether an object is a way back into the document.
pub(crate) fn of_tree(document: &Document, object: &Object) -> bool {
    let dictionary = deref(document, object).and_then(|object| object.as_dict().ok());
    dictionary.is_some_and(|d| OF_TREE.iter().any(|kind| d.has_type(kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_producer_named_is_kept_whatever_its_name() {
        for key in LEFT_OUT {
            assert_eq!(Keys::Typed.under(key), None);
            assert_eq!(Keys::Names.under(key), Some(Keys::Typed));
        }
        assert_eq!(Keys::Typed.under(b"Resources"), Some(Keys::Resources));
        assert_eq!(Keys::Names.under(b"Resources"), Some(Keys::Typed));
        assert_eq!(Keys::Resources.under(b"XObject"), Some(Keys::Names));
        assert_eq!(Keys::Resources.under(b"Action"), None);
        assert_eq!(Keys::Typed.under(b"CharProcs"), Some(Keys::Names));
    }
}
