//! XML Schema 1.0, compiled: an XSD file becomes element declarations with automata and facet tables.
//!
//! The room knows nothing of letters. In: schema documents, once, at start; then the events of a parser, which
//! `ingest` (letters) or [`document`] (whole documents) drives a [`Validator`] with. Out: [`Violation`]s.
//!
//! What always holds: a construct that is not compiled is refused by name, with file and line, so that a schema is
//! never enforced in part (`docs/schema-support.md` lists both sorts, and what is left to the author of the schema);
//! the verdict does not depend on how text is cut into pieces; violations name elements and shapes of values, never
//! values; nothing that is checked costs more than linear time or unbounded memory.
//!
//! The way of a schema: `source` and `node` (documents) → `compile` with `elements`, `complex`, `particles`, `simple`
//! (components) → `glushkov` (content models) and `pattern` (regular expressions) → [`Schema`], made of `model`,
//! `automaton` and `value`. The way of a document: `validator` with `frame` (elements), `attributes`, `scope` (IDs,
//! prefixes) → `value`, `white`, `builtin` with `number`, `moment`, `binary`, `uri`, `names`; `words` and `allowed` say
//! what was wrong.
//!
//! To support another construct: see the head of `compile`. To add a facet: a field in `value::SimpleType`, its rule
//! in `simple`, its check and its words in `value`; then a line in `docs/schema-support.md` and a row in the tests.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

mod allowed;
mod attributes;
mod automaton;
mod binary;
mod builtin;
mod children;
mod compile;
mod complex;
pub mod document;
mod elements;
mod frame;
mod glushkov;
mod model;
mod moment;
mod names;
mod node;
mod number;
mod particles;
mod pattern;
mod scope;
mod simple;
mod source;
mod uri;
mod validator;
mod value;
mod white;
mod words;

pub use children::Children;
pub use validator::Validator;
pub use white::{WhiteSpace, normalised};

use model::{Content, TypeRef};

/// Elements inside each other that a validator follows; libxml2 stops at 256.
pub const DEPTH_MAX: usize = 512;
/// Bytes of one value that is checked as a whole; binary values and text of any form are not limited.
pub const VALUE_BYTES_MAX: usize = 16 << 20;
/// Violations noted for one element itself, its attributes and its children's places.
pub const VIOLATIONS_ELEMENT_MAX: u32 = 8;
/// Elements in `xs:all`.
pub const ALL_MAX: usize = 64;

/// A compiled schema; shared by all threads.
#[derive(Debug)]
pub struct Schema {
    names: names::Names,
    simple: value::SimpleTypes,
    complex: Vec<model::ComplexType>,
    alls: Vec<model::AllModel>,
    elements: Vec<model::Element>,
    wildcards: Vec<automaton::Wildcard>,
    automata: automaton::Automata,
    /// By name: the global element.
    globals: Vec<Option<DeclId>>,
    /// Global attributes, for wildcards.
    attributes: Vec<model::AttributeUse>,
    /// For `xsi:type`.
    named_types: HashMap<(String, String), TypeRef>,
    digest: [u8; 32],
}

/// Which element declaration of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeclId(pub u32);

/// Why a schema cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SchemaError(pub String);

impl Schema {
    /// Compiles the schema at `path` and what it imports or includes.
    ///
    /// # Errors
    /// File missing, not well-formed, or a construct that is not supported: file, line, construct by name.
    pub fn compile(path: &Path) -> Result<Self, SchemaError> {
        Self::compile_set(&[path.to_owned()])
    }

    /// Compiles several schemas, and what they import or include, into one.
    ///
    /// # Errors
    /// As [`Self::compile`].
    pub fn compile_set(paths: &[PathBuf]) -> Result<Self, SchemaError> {
        compile::compile(&source::load(paths)?)
    }

    /// Compiles a schema that stands alone; `shown` is its name in messages.
    ///
    /// # Errors
    /// As [`Self::compile`]; also if it refers to another document.
    pub fn compile_text(shown: &str, bytes: &[u8]) -> Result<Self, SchemaError> {
        compile::compile(&source::from_text(shown, bytes)?)
    }

    /// The mailing schema that comes with the program, `schemas/mailing-1.xsd`.
    ///
    /// # Panics
    /// Never: the file is part of the program, and a test compiles it.
    pub fn mailing() -> Self {
        let text = include_str!("../schemas/mailing-1.xsd");
        Self::compile_text("schemas/mailing-1.xsd", text.as_bytes())
            .expect("a test compiles the schema of the program")
    }

    /// SHA-256 over the schema documents, in the order they were read, each behind its length in eight bytes, the
    /// greatest first.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// A global element declaration.
    pub fn global(&self, namespace: &[u8], local: &[u8]) -> Option<DeclId> {
        let namespace = self.names.namespace(namespace)?;
        let name = self.names.get(namespace, local)?;
        self.globals[name.0 as usize]
    }

    /// Local name of a declaration.
    pub fn decl_name(&self, decl: DeclId) -> &str {
        let element = self.elements.get(decl.0 as usize);
        element.map_or("", |element| self.names.local(element.name))
    }

    /// Namespace of a declaration, empty for none.
    pub fn decl_namespace(&self, decl: DeclId) -> &str {
        let element = self.elements.get(decl.0 as usize);
        element.map_or("", |element| {
            self.names
                .namespace_text(self.names.namespace_of(element.name))
        })
    }

    /// How the text of an element is normalised before it is checked; `None` for an element without simple content.
    pub fn white_space(&self, decl: DeclId) -> Option<WhiteSpace> {
        let simple = match self.elements.get(decl.0 as usize)?.ty {
            TypeRef::Simple(simple) => simple,
            TypeRef::Complex(id) => match self.complex[id.0 as usize].content {
                Content::Simple(simple) => simple,
                _ => return None,
            },
        };
        Some(self.simple[simple].white_space)
    }

    fn is_value(&self, ty: value::SimpleId, text: &str, given: &model::Given) -> bool {
        self.simple
            .value(ty, text)
            .is_some_and(|value| value.equals(&given.value))
    }
}

/// An attribute as the parser hands it over: namespace resolved, value unescaped and attribute-normalised.
/// `xmlns` declarations are not handed over.
#[derive(Clone, Copy)]
pub struct Attribute<'a> {
    /// Namespace name; empty for none.
    pub namespace: &'a [u8],
    /// Local name.
    pub local: &'a [u8],
    /// Value.
    pub value: &'a str,
}

impl std::fmt::Debug for Attribute<'_> {
    /// Without the value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Attribute({})", String::from_utf8_lossy(self.local))
    }
}

/// One breach of the schema. Its texts hold names of elements and shapes of values, never values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub allowed: String,
}

fn digest_of(sources: &[source::Source]) -> [u8; 32] {
    let mut all = Vec::new();
    for source in sources {
        all.extend((source.text.len() as u64).to_be_bytes());
        all.extend(source.text.as_bytes());
    }
    crate::disk::sha256(&all)
}
