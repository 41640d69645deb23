//! Complex types: content, attributes, derivation.

use std::rc::Rc;

use super::SchemaError;
use super::automaton::{
    Fault, LINKS_MAX, Namespaces, Particle, Process, Term, Wildcard, WildcardId,
};
use super::compile::{Compiler, Kind};
use super::elements::{Use, blocked};
pub(super) use super::model::AttributeUse;
use super::model::{ANY_TYPE, AllModel, Blocked, ComplexId, Derivation, TypeRef};
use super::node::At;
use super::value::SimpleId;

/// Attributes of one type; their presence is kept in the bits of one word.
const ATTRIBUTES_MAX: usize = 128;

/// A complex type whose content model is not an automaton yet.
#[derive(Clone, Default)]
pub(super) struct Draft<'a> {
    /// Its definition; the built-in one has none.
    pub at: Option<At<'a>>,
    pub base: Option<(TypeRef, Derivation)>,
    pub is_abstract: bool,
    pub blocked: Blocked,
    pub mixed: bool,
    pub simple: Option<SimpleId>,
    pub all: Option<Rc<AllModel>>,
    pub model: Option<Rc<Particle>>,
    pub attributes: Vec<AttributeUse>,
    pub any_attribute: Option<WildcardId>,
}

impl Draft<'_> {
    /// Why its content model cannot be used.
    pub fn fault(&self, fault: Fault) -> SchemaError {
        let text = match fault {
            Fault::TooLarge => format!(
                "the content model is too large: more than {LINKS_MAX} ways from element to element (mind large maxOccurs of groups)"
            ),
            Fault::Ambiguous(what) => format!("the content model is ambiguous: {what}"),
        };
        match &self.at {
            Some(at) => at.error(text),
            None => SchemaError(text),
        }
    }
}

/// The content that a type or group writes down.
#[derive(Clone)]
pub(super) enum Own {
    Nothing,
    Model(Rc<Particle>),
    All(Rc<AllModel>),
}

impl<'a> Compiler<'a> {
    /// `xs:anyType`, and the declaration of an element that may be anything.
    pub fn add_any_type(&mut self) {
        let any = self.add_wildcard(Wildcard {
            namespaces: Namespaces::Any,
            process: Process::Lax,
        });
        self.complex.push(Draft {
            mixed: true,
            model: Some(Rc::new(Particle {
                min: 0,
                max: None,
                term: Term::Wildcard(any),
            })),
            any_attribute: Some(any),
            ..Draft::default()
        });
        let name = self.names.add("", "*"); // No element has this name.
        self.elements.push(super::model::Element {
            name,
            ty: TypeRef::Complex(ANY_TYPE),
            nillable: true,
            blocked: Blocked::default(),
            value: None,
        });
    }

    /// A definition, named or not.
    pub fn complex_type(&mut self, at: At<'a>) -> Result<ComplexId, SchemaError> {
        let children = at.children()?;
        let mut draft = match children.as_slice() {
            [only] if only.tag() == "simpleContent" => self.simple_content(*only)?,
            [only] if only.tag() == "complexContent" => self.complex_content(at, *only)?,
            _ => {
                let (own, rest) = self.content(&children)?;
                let mut draft = Draft {
                    base: Some((TypeRef::Complex(ANY_TYPE), Derivation::Restriction)),
                    mixed: at.flag("mixed")?,
                    ..Draft::default()
                };
                draft.set_content(own);
                self.attributes(rest, &mut draft)?;
                draft
            }
        };
        draft.is_abstract = at.flag("abstract")?;
        draft.blocked = blocked(at);
        draft.at = Some(at);
        if draft.attributes.len() > ATTRIBUTES_MAX {
            return Err(at.error(format!("more than {ATTRIBUTES_MAX} attributes on one type")));
        }
        self.complex.push(draft);
        Ok(ComplexId(self.complex.len() as u32 - 1))
    }

    fn complex_content(&mut self, at: At<'a>, content: At<'a>) -> Result<Draft<'a>, SchemaError> {
        let (step, derivation) = self.step(content)?;
        let (base, base_ref) = self.complex_base(step)?;
        if base.simple.is_some() {
            return Err(
                step.error("xs:complexContent cannot be derived from simple content".into())
            );
        }
        let mixed = match content.attribute("mixed") {
            Some(_) => content.flag("mixed")?,
            None => at.flag("mixed")?,
        };
        let children = step.children()?;
        let (own, rest) = self.content(&children)?;
        let mut draft = Draft {
            base: Some((base_ref, derivation)),
            mixed,
            ..Draft::default()
        };
        match derivation {
            Derivation::Restriction => draft.set_content(own),
            Derivation::Extension => self.extend(step, &mut draft, &base, own)?,
        }
        draft.attributes = base.attributes.clone();
        draft.any_attribute = base.any_attribute;
        self.derive_attributes(rest, derivation, &mut draft)?;
        Ok(draft)
    }

    /// What the base allows, then what is added.
    fn extend(
        &mut self,
        step: At<'a>,
        draft: &mut Draft<'a>,
        base: &Draft<'a>,
        own: Own,
    ) -> Result<(), SchemaError> {
        let base_is_empty = base.model.is_none() && base.all.is_none() && !base.mixed;
        match own {
            Own::Nothing if !draft.mixed || base.mixed => {
                // Nothing is added: the content is that of the base, mixed or not.
                draft.mixed = base.mixed;
                draft.model.clone_from(&base.model);
                draft.all.clone_from(&base.all);
                return Ok(());
            }
            own if base_is_empty => draft.set_content(own),
            _ if draft.mixed != base.mixed => {
                return Err(step.error("one of type and base is mixed, the other is not".into()));
            }
            Own::Model(own) if base.all.is_none() => {
                let parts = base.model.iter().cloned().chain([own]).collect();
                draft.model = Some(Rc::new(Particle {
                    min: 1,
                    max: Some(1),
                    term: Term::Sequence(parts),
                }));
            }
            _ => return Err(step.error("xs:all cannot be extended".into())),
        }
        Ok(())
    }

    fn simple_content(&mut self, content: At<'a>) -> Result<Draft<'a>, SchemaError> {
        let (step, derivation) = self.step(content)?;
        let children = step.children()?;
        let base_name = step.reference("base")?;
        let Some(base_name) = base_name else {
            return Err(step.error(format!("`xs:{}` has no `base`", step.tag())));
        };
        let base_ref = self.type_of(&base_name, step)?;
        let base = match base_ref {
            TypeRef::Simple(id) if derivation == Derivation::Extension => Draft {
                simple: Some(id),
                ..Draft::default()
            },
            TypeRef::Simple(_) => {
                return Err(step.error(format!(
                    "{base_name} is a simple type, and can here only be extended"
                )));
            }
            TypeRef::Complex(id) => self.complex[id.0 as usize].clone(),
        };
        let mut rest = children.as_slice();
        let mut simple = base.simple;
        if derivation == Derivation::Restriction {
            if let [first, others @ ..] = rest
                && first.tag() == "simpleType"
            {
                simple = Some(self.simple_type(*first)?);
                rest = others;
            }
            let facets = rest
                .iter()
                .take_while(|child| super::node::FACETS.contains(&child.tag()))
                .count();
            let (facets, others) = rest.split_at(facets);
            rest = others;
            simple = match simple {
                Some(simple) => Some(self.restrict(step, simple, facets)?),
                None => None,
            };
        }
        if simple.is_none() {
            return Err(step.error(format!("{base_name} has no simple content")));
        }
        let mut draft = Draft {
            base: Some((base_ref, derivation)),
            simple,
            attributes: base.attributes.clone(),
            any_attribute: base.any_attribute,
            ..Draft::default()
        };
        self.derive_attributes(rest, derivation, &mut draft)?;
        Ok(draft)
    }

    /// The only child of simpleContent or complexContent.
    fn step(&mut self, content: At<'a>) -> Result<(At<'a>, Derivation), SchemaError> {
        match content.children()?.as_slice() {
            [step] if step.tag() == "extension" => Ok((*step, Derivation::Extension)),
            [step] if step.tag() == "restriction" => Ok((*step, Derivation::Restriction)),
            _ => Err(content.error(format!(
                "`xs:{}` needs one xs:extension or xs:restriction",
                content.tag()
            ))),
        }
    }

    fn complex_base(&mut self, step: At<'a>) -> Result<(Draft<'a>, TypeRef), SchemaError> {
        let Some(name) = step.reference("base")? else {
            return Err(step.error(format!("`xs:{}` has no `base`", step.tag())));
        };
        match self.type_of(&name, step)? {
            TypeRef::Simple(_) => Err(step.error(format!("type {name} is not a complex type"))),
            ty @ TypeRef::Complex(id) => Ok((self.complex[id.0 as usize].clone(), ty)),
        }
    }

    /// The model that a type begins with, and the rest of its children.
    fn content<'s>(&mut self, children: &'s [At<'a>]) -> Result<(Own, &'s [At<'a>]), SchemaError> {
        let Some((first, rest)) = children.split_first() else {
            return Ok((Own::Nothing, children));
        };
        let own = match first.tag() {
            "all" => Own::All(self.all(*first)?),
            "group" => self.group_reference(*first)?,
            "sequence" | "choice" => match self.particle(*first)? {
                particle if says_nothing(&particle) => Own::Nothing,
                particle => Own::Model(Rc::new(particle)),
            },
            _ => return Ok((Own::Nothing, children)),
        };
        Ok((own, rest))
    }

    /// One particle of a model.
    fn particle(&mut self, at: At<'a>) -> Result<Particle, SchemaError> {
        let (min, max) = occurs(at)?;
        let term = match at.tag() {
            "element" => {
                let (name, decl) = self.local_element(at)?;
                Term::Element(name, decl)
            }
            "any" => {
                let wildcard = wildcard(at)?;
                Term::Wildcard(self.add_wildcard(wildcard))
            }
            "sequence" => Term::Sequence(self.particles(at)?),
            "choice" => Term::Choice(self.particles(at)?),
            "group" => match self.group_reference(at)? {
                Own::Nothing => Term::Sequence(Vec::new()),
                Own::Model(model) => {
                    return Rc::try_unwrap(model).or_else(|model| {
                        Ok(Particle {
                            min: 1,
                            max: Some(1),
                            term: Term::Sequence(vec![model]),
                        })
                    });
                }
                Own::All(_) => {
                    return Err(at.error("xs:all may only be the whole content of a type".into()));
                }
            },
            _ => return Err(at.misplaced()),
        };
        Ok(Particle { min, max, term })
    }

    fn particles(&mut self, at: At<'a>) -> Result<Vec<Rc<Particle>>, SchemaError> {
        let children = at.children()?;
        self.nested(at, |compiler| {
            children
                .iter()
                .map(|&child| compiler.particle(child).map(Rc::new))
                .collect()
        })
    }

    /// What `group ref` stands for, with its own bounds.
    fn group_reference(&mut self, at: At<'a>) -> Result<Own, SchemaError> {
        let Some(name) = at.reference("ref")? else {
            return Err(at.error("a group inside a type needs `ref`".into()));
        };
        let (min, max) = occurs(at)?;
        Ok(match self.group(&name, at)? {
            Own::Model(model) => Own::Model(Rc::new(Particle {
                min,
                max,
                term: Term::Sequence(vec![model]),
            })),
            Own::All(_) if max != Some(1) => {
                return Err(at.error("a group of xs:all can stand only once".into()));
            }
            Own::All(all) => Own::All(Rc::new(AllModel {
                members: all.members.clone(),
                optional: all.optional || min == 0,
            })),
            Own::Nothing => Own::Nothing,
        })
    }

    /// A global group; made once, so that its elements are the same wherever it is used.
    pub fn group(&mut self, name: &super::node::QName, from: At<'_>) -> Result<Own, SchemaError> {
        match self.groups.get(name) {
            Some(Some(made)) => return Ok(made.clone()),
            Some(None) => return Err(from.error(format!("group {name} contains itself"))),
            None => {}
        }
        let at = self.global(Kind::Group, name, from)?;
        self.groups.insert(name.clone(), None);
        let children = at.children()?;
        let (own, rest) = self.nested(at, |compiler| compiler.content(&children))?;
        if let Some(other) = rest.first() {
            return Err(other.misplaced());
        }
        self.groups.insert(name.clone(), Some(own.clone()));
        Ok(own)
    }

    fn all(&mut self, at: At<'a>) -> Result<Rc<AllModel>, SchemaError> {
        let (min, max) = occurs(at)?;
        if max != Some(1) || min > 1 {
            return Err(at.error("xs:all can stand only once".into()));
        }
        let mut members = Vec::new();
        for child in at.children()? {
            let (min, max) = occurs(child)?;
            if child.tag() != "element" {
                return Err(child.misplaced());
            }
            if min > 1 || !matches!(max, Some(0 | 1)) {
                return Err(child.error("an element of xs:all stands at most once".into()));
            }
            let (name, decl) = self.local_element(child)?;
            if max == Some(1) {
                members.push(super::model::AllMember {
                    name,
                    decl,
                    required: min == 1,
                });
            }
        }
        if members.len() > super::ALL_MAX {
            return Err(at.error(format!("more than {} elements in xs:all", super::ALL_MAX)));
        }
        Ok(Rc::new(AllModel {
            members,
            optional: min == 0,
        }))
    }

    fn derive_attributes(
        &mut self,
        children: &[At<'a>],
        derivation: Derivation,
        draft: &mut Draft<'a>,
    ) -> Result<(), SchemaError> {
        let base_wildcard = draft.any_attribute.take();
        self.attributes(children, draft)?;
        if derivation == Derivation::Extension {
            draft.any_attribute = match (base_wildcard, draft.any_attribute) {
                (base, None) => base,
                (None, own) => own,
                (Some(base), Some(own)) => Some(self.widest(base, own, children)?),
            };
        }
        Ok(())
    }

    /// Attributes, groups of them and anyAttribute, on top of what `draft` has.
    fn attributes(
        &mut self,
        children: &[At<'a>],
        draft: &mut Draft<'a>,
    ) -> Result<(), SchemaError> {
        for &child in children {
            match child.tag() {
                "attribute" => match self.attribute_use(child)? {
                    Use::Is(made) => match draft
                        .attributes
                        .iter_mut()
                        .find(|known| known.name == made.name)
                    {
                        Some(known) => *known = made,
                        None => draft.attributes.push(made),
                    },
                    Use::Prohibited(name) => draft.attributes.retain(|known| known.name != name),
                },
                "attributeGroup" => self.attribute_group(child, draft)?,
                "anyAttribute" => {
                    let made = wildcard(child)?;
                    if let Some(known) = draft.any_attribute
                        && self.wildcards[known.0 as usize] != made
                    {
                        return Err(child.error(
                            "two different xs:anyAttribute on one type are not supported".into(),
                        ));
                    }
                    draft.any_attribute = Some(self.add_wildcard(made));
                }
                _ => return Err(child.misplaced()),
            }
        }
        Ok(())
    }

    fn attribute_group(&mut self, at: At<'a>, draft: &mut Draft<'a>) -> Result<(), SchemaError> {
        let Some(name) = at.reference("ref")? else {
            return Err(at.error("an attribute group inside a type needs `ref`".into()));
        };
        if self.attribute_groups.contains(&name) {
            return Err(at.error(format!("attribute group {name} contains itself")));
        }
        let group = self.global(Kind::AttributeGroup, &name, at)?;
        let children = group.children()?;
        self.attribute_groups.push(name);
        let done = self.nested(at, |compiler| compiler.attributes(&children, draft));
        self.attribute_groups.pop();
        done
    }

    /// The union of two wildcards, where it is a wildcard again.
    fn widest(
        &mut self,
        base: WildcardId,
        own: WildcardId,
        at: &[At<'a>],
    ) -> Result<WildcardId, SchemaError> {
        let (base, own) = (
            &self.wildcards[base.0 as usize],
            &self.wildcards[own.0 as usize],
        );
        let namespaces = match (&base.namespaces, &own.namespaces) {
            (a, b) if a == b => a.clone(),
            (Namespaces::Any, _) | (_, Namespaces::Any) => Namespaces::Any,
            (Namespaces::List(a), Namespaces::List(b)) => {
                Namespaces::List(a.iter().chain(b).cloned().collect())
            }
            _ => {
                let text =
                    "this xs:anyAttribute together with that of the base type is not supported"
                        .to_owned();
                return Err(at
                    .last()
                    .map_or(SchemaError(text.clone()), |at| at.error(text)));
            }
        };
        let process = own.process;
        Ok(self.add_wildcard(Wildcard {
            namespaces,
            process,
        }))
    }

    fn add_wildcard(&mut self, wildcard: Wildcard) -> WildcardId {
        self.wildcards.push(wildcard);
        WildcardId(self.wildcards.len() as u32 - 1)
    }
}

impl Draft<'_> {
    fn set_content(&mut self, own: Own) {
        match own {
            Own::Nothing => {}
            Own::Model(model) => self.model = Some(model),
            Own::All(all) => self.all = Some(all),
        }
    }
}

/// An empty sequence, or one that may not occur.
fn says_nothing(particle: &Particle) -> bool {
    match &particle.term {
        _ if particle.max == Some(0) => true,
        Term::Sequence(parts) => parts.is_empty(),
        Term::Choice(parts) => parts.is_empty() && particle.min == 0,
        _ => false,
    }
}

/// `minOccurs` and `maxOccurs`.
fn occurs(at: At<'_>) -> Result<(u32, Option<u32>), SchemaError> {
    let number = |name: &str| -> Result<Option<u32>, SchemaError> {
        let Some(text) = at.token(name) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            at.error(format!(
                "`{name}` is `{text}`; numbers up to {} are supported",
                u32::MAX
            ))
        })
    };
    let min = number("minOccurs")?.unwrap_or(1);
    let max = match at.token("maxOccurs") {
        Some("unbounded") => None,
        _ => Some(number("maxOccurs")?.unwrap_or(1)),
    };
    if max.is_some_and(|max| max < min) {
        return Err(at.error(format!("`maxOccurs` is less than `minOccurs`, {min}")));
    }
    Ok((min, max))
}

/// `any` or `anyAttribute`.
fn wildcard(at: At<'_>) -> Result<Wildcard, SchemaError> {
    if let Some(child) = at.children()?.first() {
        return Err(child.misplaced());
    }
    let target = at.target();
    let namespaces = match at.token("namespace") {
        None | Some("##any") => Namespaces::Any,
        Some("##other") => Namespaces::Other(target.into()),
        Some(list) => {
            let list = list.split_ascii_whitespace().map(|word| match word {
                "##targetNamespace" => Ok(target.into()),
                "##local" => Ok("".into()),
                _ if word.starts_with("##") => Err(at.error(format!("`namespace` has `{word}`"))),
                _ => Ok(word.into()),
            });
            Namespaces::List(list.collect::<Result<_, _>>()?)
        }
    };
    let process = match at.token("processContents") {
        None | Some("strict") => Process::Strict,
        Some("lax") => Process::Lax,
        Some("skip") => Process::Skip,
        Some(other) => return Err(at.error(format!("`processContents` is `{other}`"))),
    };
    Ok(Wildcard {
        namespaces,
        process,
    })
}
