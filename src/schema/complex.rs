//! Complex types: content, attributes, derivation.

use std::rc::Rc;

use super::SchemaError;
use super::automaton::{
    Fault, LINKS_MAX, Namespaces, Particle, Process, Term, Wildcard, WildcardId,
};
use super::compile::{Compiler, Kind};
use super::elements::{Use, blocked};
use super::model::{ANY_TYPE, AllModel, AttributeUse, Blocked, ComplexId, Derivation, TypeRef};
use super::node::At;
use super::particles::{Own, wildcard};
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
