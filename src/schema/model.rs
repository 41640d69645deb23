//! What a compiled schema consists of, beside simple types and automata.

use super::DeclId;
use super::automaton::{StateId, WildcardId};
use super::complex::Draft;
use super::names::NameId;
use super::value::{SimpleId, Value};

/// A type of either sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum TypeRef {
    Simple(SimpleId),
    Complex(ComplexId),
}

/// Which complex type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ComplexId(pub u32);

/// `xs:anyType`, always the first.
pub(super) const ANY_TYPE: ComplexId = ComplexId(0);

/// The declaration of an element that a lax wildcard lets pass unknown: anything may be in it. Always the first.
pub(super) const ANYTHING: DeclId = DeclId(0);

/// How a type comes from its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Derivation {
    Extension,
    Restriction,
}

/// Derivations that `block` forbids an `xsi:type` to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Blocked {
    pub extension: bool,
    pub restriction: bool,
}

impl Blocked {
    pub fn forbids(self, derivation: Derivation) -> bool {
        match derivation {
            Derivation::Extension => self.extension,
            Derivation::Restriction => self.restriction,
        }
    }

    pub fn and(self, other: Self) -> Self {
        Self {
            extension: self.extension || other.extension,
            restriction: self.restriction || other.restriction,
        }
    }
}

/// An element declaration.
#[derive(Debug)]
pub(super) struct Element {
    pub name: NameId,
    pub ty: TypeRef,
    pub nillable: bool,
    pub blocked: Blocked,
    pub value: Option<Given>,
}

/// A value that the schema gives: by default, or as the only one.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub fixed: bool,
    pub shown: String,
    pub value: Value,
}

/// An attribute as a type uses it.
#[derive(Clone, Debug)]
pub(super) struct AttributeUse {
    pub name: NameId,
    pub ty: SimpleId,
    pub required: bool,
    pub value: Option<Given>,
}

impl AttributeUse {
    pub fn optional(name: NameId, ty: SimpleId) -> Self {
        Self {
            name,
            ty,
            required: false,
            value: None,
        }
    }
}

/// A complex type.
#[derive(Debug)]
pub(super) struct ComplexType {
    pub base: Option<(TypeRef, Derivation)>,
    pub is_abstract: bool,
    pub blocked: Blocked,
    pub mixed: bool,
    pub content: Content,
    pub attributes: Vec<AttributeUse>,
    /// A bit for each of `attributes` that is required.
    pub required: u128,
    pub any_attribute: Option<WildcardId>,
}

/// What may be in an element of a type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// No elements.
    Empty,
    Simple(SimpleId),
    /// First state.
    Automaton(StateId),
    /// Place in the table of `xs:all`.
    All(u32),
}

/// `xs:all`: each at most once, in any order.
#[derive(Clone, Debug)]
pub(super) struct AllModel {
    pub members: Vec<AllMember>,
    pub optional: bool,
}

/// A member of `xs:all`.
#[derive(Clone, Copy, Debug)]
pub(super) struct AllMember {
    pub name: NameId,
    pub decl: DeclId,
    pub required: bool,
}

impl ComplexType {
    pub fn new(draft: Draft<'_>, content: Content) -> Self {
        let required = draft
            .attributes
            .iter()
            .enumerate()
            .filter(|(_, attribute)| attribute.required)
            .fold(0, |bits, (place, _)| bits | 1 << place);
        Self {
            base: draft.base,
            is_abstract: draft.is_abstract,
            blocked: draft.blocked,
            mixed: draft.mixed,
            content,
            attributes: draft.attributes,
            required,
            any_attribute: draft.any_attribute,
        }
    }
}
