//! Particles: sequence, choice, all, groups, elements and wildcards, with their bounds.

use std::rc::Rc;

use super::SchemaError;
use super::automaton::{Namespaces, Particle, Process, Term, Wildcard, WildcardId};
use super::compile::{Compiler, Kind};
use super::model::{AllMember, AllModel};
use super::node::{At, QName};

/// The content that a type or group writes down.
#[derive(Clone)]
pub(super) enum Own {
    Nothing,
    Model(Rc<Particle>),
    All(Rc<AllModel>),
}

impl<'a> Compiler<'a> {
    /// The model that a type begins with, and the rest of its children.
    pub(super) fn content<'s>(
        &mut self,
        children: &'s [At<'a>],
    ) -> Result<(Own, &'s [At<'a>]), SchemaError> {
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
    pub fn group(&mut self, name: &QName, from: At<'_>) -> Result<Own, SchemaError> {
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
                members.push(AllMember {
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

    pub(super) fn add_wildcard(&mut self, wildcard: Wildcard) -> WildcardId {
        self.wildcards.push(wildcard);
        WildcardId(self.wildcards.len() as u32 - 1)
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
pub(super) fn wildcard(at: At<'_>) -> Result<Wildcard, SchemaError> {
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
