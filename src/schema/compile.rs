//! From documents to a [`Schema`]: declarations by name, types on demand, then the automata.
//!
//! Steps: index what each document declares; make a declaration for every global element; take the type of each
//! declaration, which makes further declarations for the elements inside, until none is left; then build the automata,
//! which need the types of all declarations. To support another construct, give it a place in `node.rs` (its
//! attributes) and in the function of what it stands in; everything not named there is refused.

use std::collections::{HashMap, VecDeque};

use super::automaton::{Automata, Wildcard};
use super::builtin::Builtin;
use super::complex::Draft;
use super::glushkov::{self, Surroundings};
use super::model::{AllModel, AttributeUse, ComplexType, Content, Element, TypeRef};
use super::names::{Names, XML, XS};
use super::node::{At, QName};
use super::particles::Own;
use super::source::{self, Source};
use super::value::{SimpleId, SimpleType, SimpleTypes, Variety};
use super::{DeclId, Schema, SchemaError};

/// Types derived from each other, groups and types nested in each other.
pub(super) const NESTING_MAX: usize = 100;

/// What a global name may name; each kind has names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Type,
    Element,
    Attribute,
    Group,
    AttributeGroup,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Element => "element",
            Self::Attribute => "attribute",
            Self::Group => "group",
            Self::AttributeGroup => "attribute group",
        }
    }
}

/// A type by name: being made, or made.
#[derive(Clone, Copy)]
pub(super) enum Named {
    Making,
    Made(TypeRef),
}

pub(super) struct Compiler<'a> {
    globals: HashMap<(Kind, QName), At<'a>>,
    pub names: Names,
    pub simple: SimpleTypes,
    pub complex: Vec<Draft<'a>>,
    pub elements: Vec<Element>,
    pub wildcards: Vec<Wildcard>,
    pub named: HashMap<QName, Named>,
    pub groups: HashMap<QName, Option<Own>>,
    pub attribute_groups: Vec<QName>,
    pub global_attributes: HashMap<QName, AttributeUse>,
    pub global_elements: HashMap<QName, DeclId>,
    /// Declarations whose type is still to be found.
    pub pending: VecDeque<(DeclId, At<'a>)>,
    /// How deep in nested definitions we are.
    pub depth: usize,
}

/// Compiles documents that were read.
///
/// # Errors
/// The first construct that is wrong or not supported, with its file and line.
pub(super) fn compile(sources: &[Source]) -> Result<Schema, SchemaError> {
    let documents: Vec<_> = sources
        .iter()
        .map(source::parse)
        .collect::<Result<_, _>>()?;
    let roots: Vec<_> = documents
        .iter()
        .zip(sources)
        .map(|(document, source)| At::root(document.root_element(), source))
        .collect::<Result<_, _>>()?;
    let mut compiler = Compiler::new();
    let elements = compiler.index(&roots)?;
    for at in elements {
        compiler.global_element(at)?;
    }
    compiler.check_unused()?;
    while let Some((decl, at)) = compiler.pending.pop_front() {
        compiler.complete_element(decl, at)?;
    }
    compiler.finish(super::digest_of(sources))
}

impl<'a> Compiler<'a> {
    fn new() -> Self {
        let mut compiler = Self {
            globals: HashMap::new(),
            names: Names::new(),
            simple: SimpleTypes::default(),
            complex: Vec::new(),
            elements: Vec::new(),
            wildcards: Vec::new(),
            named: HashMap::new(),
            groups: HashMap::new(),
            attribute_groups: Vec::new(),
            global_attributes: HashMap::new(),
            global_elements: HashMap::new(),
            pending: VecDeque::new(),
            depth: 0,
        };
        compiler.add_builtins();
        compiler
    }

    fn add_builtins(&mut self) {
        for &builtin in Builtin::ALL {
            let base = (builtin != Builtin::AnySimple).then(|| builtin.base().into());
            let ty = SimpleType::plain(base, Variety::Atomic(builtin), builtin.white_space());
            self.add_named_simple(builtin.name(), ty);
        }
        for (name, item) in [
            ("NMTOKENS", Builtin::NmToken),
            ("IDREFS", Builtin::IdRef),
            ("ENTITIES", Builtin::Entity),
        ] {
            let variety = Variety::List(item.into());
            let mut ty = SimpleType::plain(
                Some(Builtin::AnySimple.into()),
                variety,
                super::WhiteSpace::Collapse,
            );
            ty.length_min = 1;
            self.add_named_simple(name, ty);
        }
        self.add_any_type();
        let any = Named::Made(TypeRef::Complex(super::model::ANY_TYPE));
        self.named.insert(QName::new(XS, "anyType"), any);
        for (name, ty) in [
            ("lang", Builtin::Language),
            ("base", Builtin::AnyUri),
            ("id", Builtin::Id),
            ("space", Builtin::NcName),
        ] {
            let name_id = self.names.add(XML, name);
            let attribute = AttributeUse::optional(name_id, ty.into());
            self.global_attributes
                .insert(QName::new(XML, name), attribute);
        }
    }

    fn add_named_simple(&mut self, name: &str, ty: SimpleType) {
        let id = self.add_simple(ty);
        self.named
            .insert(QName::new(XS, name), Named::Made(TypeRef::Simple(id)));
    }

    pub fn add_simple(&mut self, ty: SimpleType) -> SimpleId {
        self.simple.0.push(ty);
        SimpleId(self.simple.0.len() as u32 - 1)
    }

    /// Takes note of every global component; gives the elements in document order.
    fn index(&mut self, roots: &[At<'a>]) -> Result<Vec<At<'a>>, SchemaError> {
        let mut elements = Vec::new();
        for root in roots {
            for at in root.children()? {
                let kind = match at.tag() {
                    "include" | "import" => continue,
                    "simpleType" | "complexType" => Kind::Type,
                    "element" => Kind::Element,
                    "attribute" => Kind::Attribute,
                    "group" => Kind::Group,
                    "attributeGroup" => Kind::AttributeGroup,
                    _ => return Err(at.misplaced()),
                };
                let name = at.own_name()?;
                if kind == Kind::Element {
                    elements.push(at);
                }
                if name.namespace == XS || name.namespace == XML {
                    return Err(at.error(format!("{} {name} is built in", kind.word())));
                }
                if self.globals.insert((kind, name.clone()), at).is_some() {
                    return Err(at.error(format!("{} {name} is defined twice", kind.word())));
                }
            }
        }
        Ok(elements)
    }

    /// The definition that `from` refers to.
    pub fn global(&self, kind: Kind, name: &QName, from: At<'_>) -> Result<At<'a>, SchemaError> {
        self.globals.get(&(kind, name.clone())).copied().ok_or_else(|| {
            let word = kind.word();
            from.error(format!(
                "{word} {name} is not defined here or in a document that was read (network locations are not fetched)"
            ))
        })
    }

    /// The type of that name, made now if it was not used before.
    pub fn type_of(&mut self, name: &QName, from: At<'_>) -> Result<TypeRef, SchemaError> {
        match self.named.get(name) {
            Some(Named::Made(made)) => return Ok(*made),
            Some(Named::Making) => {
                return Err(from.error(format!("type {name} is defined by itself")));
            }
            None if name.namespace == XS => {
                return Err(from.error(format!("`xs:{}` is not supported", name.local)));
            }
            None => {}
        }
        let at = self.global(Kind::Type, name, from)?;
        self.named.insert(name.clone(), Named::Making);
        let made = self.nested(at, |compiler| match at.tag() {
            "simpleType" => compiler.simple_type(at).map(TypeRef::Simple),
            _ => compiler.complex_type(at).map(TypeRef::Complex),
        })?;
        self.named.insert(name.clone(), Named::Made(made));
        Ok(made)
    }

    /// As [`Self::type_of`], but it must be a simple one.
    pub fn simple_type_of(&mut self, name: &QName, from: At<'_>) -> Result<SimpleId, SchemaError> {
        match self.type_of(name, from)? {
            TypeRef::Simple(id) => Ok(id),
            TypeRef::Complex(_) => Err(from.error(format!("type {name} is not a simple type"))),
        }
    }

    /// Runs a step that may lead to itself again, within [`NESTING_MAX`].
    pub fn nested<T>(
        &mut self,
        at: At<'_>,
        step: impl FnOnce(&mut Self) -> Result<T, SchemaError>,
    ) -> Result<T, SchemaError> {
        if self.depth == NESTING_MAX {
            return Err(at.error(format!("definitions are nested deeper than {NESTING_MAX}")));
        }
        self.depth += 1;
        let done = step(self);
        self.depth -= 1;
        done
    }

    /// Looks also at what no element uses, in the order of names, so that a fault there is not found later.
    fn check_unused(&mut self) -> Result<(), SchemaError> {
        let mut rest: Vec<_> = self
            .globals
            .iter()
            .map(|((kind, name), at)| (*kind, name.clone(), *at))
            .collect();
        rest.sort_by(|a, b| (&a.1.namespace, &a.1.local).cmp(&(&b.1.namespace, &b.1.local)));
        for (kind, name, at) in rest {
            match kind {
                Kind::Type => drop(self.type_of(&name, at)?),
                Kind::Attribute => drop(self.global_attribute(&name, at)?),
                Kind::Group => drop(self.group(&name, at)?),
                Kind::AttributeGroup | Kind::Element => {}
            }
        }
        Ok(())
    }

    fn finish(self, digest: [u8; 32]) -> Result<Schema, SchemaError> {
        let mut automata = Automata::default();
        let mut alls = Vec::new();
        let elements = &self.elements;
        let same_type =
            |a: DeclId, b: DeclId| elements[a.0 as usize].ty == elements[b.0 as usize].ty;
        let around = Surroundings {
            names: &self.names,
            wildcards: &self.wildcards,
            same_type: &same_type,
        };
        let mut complex = Vec::new();
        for draft in self.complex {
            let content = match (&draft.simple, &draft.all, &draft.model) {
                (Some(simple), _, _) => Content::Simple(*simple),
                (None, Some(all), _) => {
                    alls.push(AllModel {
                        members: all.members.clone(),
                        optional: all.optional,
                    });
                    Content::All(alls.len() as u32 - 1)
                }
                (None, None, Some(model)) => {
                    let built = glushkov::build(model, &around, &mut automata);
                    let state = built.map_err(|fault| draft.fault(fault))?;
                    Content::Automaton(state)
                }
                (None, None, None) => Content::Empty,
            };
            complex.push(ComplexType::new(draft, content));
        }
        let mut globals = vec![None; self.names.len()];
        for (name, decl) in &self.global_elements {
            if let Some(name) = self
                .names
                .namespace(name.namespace.as_bytes())
                .and_then(|namespace| self.names.get(namespace, name.local.as_bytes()))
            {
                globals[name.0 as usize] = Some(*decl);
            }
        }
        let mut attributes: Vec<_> = self.global_attributes.into_values().collect();
        attributes.sort_by_key(|attribute| attribute.name);
        let named_types = self
            .named
            .into_iter()
            .filter_map(|(name, named)| match named {
                Named::Made(ty) => Some(((name.namespace, name.local), ty)),
                Named::Making => None,
            })
            .collect();
        Ok(Schema {
            names: self.names,
            simple: self.simple,
            complex,
            alls,
            elements: self.elements,
            wildcards: self.wildcards,
            automata,
            globals,
            attributes,
            named_types,
            digest,
        })
    }
}
