//! The place of one open element in its content model: where the next child leads, what may end, what is expected.

use super::automaton::{Process, State, StateId, WildcardId};
use super::model::{ANYTHING, ComplexType, Content, TypeRef};
use super::names::NameId;
use super::value::SimpleId;
use super::words;
use super::{DeclId, Schema, Violation};

/// An open element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub decl: DeclId,
    pub inside: Inside,
    /// Elements that a state with a counter has seen in a row.
    pub count: u32,
    /// Violations noted for this element.
    pub noted: u32,
    /// An element was skipped here, or the place moved: what is missing next is a consequence.
    pub recovering: bool,
    /// The element that was skipped last.
    pub skipped: Option<NameId>,
    pub has_content: bool,
    pub text_reported: bool,
}

/// What may be in an open element.
#[derive(Clone, Copy, Debug)]
pub(super) enum Inside {
    /// No elements; text, be it white space, only if mixed.
    Nothing { mixed: bool },
    /// Text of a type that takes any.
    Text,
    /// Text gathered in the validator's buffer.
    Gathered(SimpleId),
    /// Text fed to the validator's scan.
    Scanned(SimpleId),
    /// Elements, at this place of an automaton.
    Elements { state: StateId, mixed: bool },
    /// Members of `xs:all`: a bit for each that was seen.
    All { all: u32, seen: u64, mixed: bool },
}

impl Inside {
    /// Before the first child; `None` for a type with simple content.
    pub fn of(ty: &ComplexType) -> Option<Self> {
        let mixed = ty.mixed;
        match ty.content {
            Content::Simple(_) => None,
            Content::Empty => Some(Self::Nothing { mixed }),
            Content::Automaton(state) => Some(Self::Elements { state, mixed }),
            Content::All(all) => Some(Self::All {
                all,
                seen: 0,
                mixed,
            }),
        }
    }
}

/// What an element met is to be.
pub(super) enum Found {
    Decl(DeclId),
    /// Not looked into, and not a violation.
    Skip,
    /// It may stand here only after something that is missing.
    Early(DeclId, Violation),
    Wrong(Violation),
}

/// An element as it comes.
pub(super) struct Met<'a> {
    pub namespace: &'a [u8],
    pub local: &'a [u8],
    pub name: Option<NameId>,
}

impl Frame {
    pub fn new(decl: DeclId, inside: Inside) -> Self {
        Self {
            decl,
            inside,
            count: 0,
            noted: 0,
            recovering: false,
            skipped: None,
            has_content: false,
            text_reported: false,
        }
    }

    /// The frame of an element whose declaration says what is in it.
    pub fn of(schema: &Schema, decl: DeclId) -> Self {
        let inside = match schema.elements[decl.0 as usize].ty {
            TypeRef::Simple(_) => Inside::Text,
            TypeRef::Complex(id) => {
                Inside::of(&schema.complex[id.0 as usize]).unwrap_or(Inside::Text)
            }
        };
        Self::new(decl, inside)
    }

    /// Where the next child leads.
    #[inline]
    pub fn step(&mut self, schema: &Schema, met: &Met<'_>) -> Found {
        match self.inside {
            Inside::Elements { state, mixed } => {
                let here = schema.automata.state(state);
                match step(schema, here, self.count, met) {
                    Some((next, count, found)) => {
                        self.inside = Inside::Elements { state: next, mixed };
                        self.count = count;
                        self.recovering = false;
                        found
                    }
                    None => self.recover(schema, state, met),
                }
            }
            Inside::All { all, seen, mixed } => {
                let members = &schema.alls[all as usize].members;
                let place = members
                    .iter()
                    .position(|member| Some(member.name) == met.name);
                match place {
                    Some(place) if seen & (1 << place) == 0 => {
                        let seen = seen | 1 << place;
                        self.inside = Inside::All { all, seen, mixed };
                        Found::Decl(members[place].decl)
                    }
                    _ => self.unexpected(schema, met),
                }
            }
            _ => self.unexpected(schema, met),
        }
    }

    /// The element cannot stand here. If it could after others that are missing, the place moves on to it.
    fn recover(&mut self, schema: &Schema, state: StateId, met: &Met<'_>) -> Found {
        let ahead = met.name.and_then(|name| words::ahead(schema, state, name));
        let Some((missing, edge)) = ahead else {
            return self.unexpected(schema, met);
        };
        let was_recovering = std::mem::take(&mut self.recovering);
        if let Inside::Elements { mixed, .. } = self.inside {
            let state = edge.next;
            self.inside = Inside::Elements { state, mixed };
        }
        let count = std::mem::replace(&mut self.count, 1);
        if was_recovering {
            return Found::Decl(edge.decl); // What was skipped before is why something is missing.
        }
        let missing = schema.names.local(missing);
        let violation = Violation {
            found: format!("{} where `{missing}` is missing", words::element(met)),
            allowed: words::expected(schema, schema.automata.state(state), count),
        };
        Found::Early(edge.decl, violation)
    }

    fn unexpected(&mut self, schema: &Schema, met: &Met<'_>) -> Found {
        self.recovering = true;
        if met.name.is_some() && self.skipped == met.name {
            return Found::Skip; // More of the same is not another mistake.
        }
        self.skipped = met.name;
        let place = words::foreign_element(schema, met.namespace);
        let parent = schema.decl_name(self.decl);
        Found::Wrong(Violation {
            found: format!("{}{place} in element `{parent}`", words::element(met)),
            allowed: self.expected(schema),
        })
    }

    pub fn may_end(&self, schema: &Schema) -> bool {
        match self.inside {
            Inside::Elements { state, .. } => may_end(schema.automata.state(state), self.count),
            Inside::All { all, seen, .. } => {
                let model = &schema.alls[all as usize];
                let mut members = model.members.iter().enumerate();
                seen == 0 && model.optional
                    || members.all(|(place, member)| !member.required || seen & (1 << place) != 0)
            }
            _ => true,
        }
    }

    /// What may come now, for people.
    pub fn expected(&self, schema: &Schema) -> String {
        match self.inside {
            Inside::Elements { state, .. } => {
                words::expected(schema, schema.automata.state(state), self.count)
            }
            Inside::All { all, seen, .. } => {
                let members = schema.alls[all as usize].members.iter().enumerate();
                let open: Vec<_> = members
                    .filter(|(place, _)| seen & (1 << place) == 0)
                    .map(|(_, member)| schema.names.local(member.name))
                    .collect();
                words::elements(&open, self.may_end(schema))
            }
            Inside::Nothing { mixed: false } => "nothing inside it".into(),
            _ => "only text".into(),
        }
    }
}

/// The way that an element takes from a state: the next state, its count, and what the element is.
#[inline]
pub(super) fn step(
    schema: &Schema,
    here: &State,
    count: u32,
    met: &Met<'_>,
) -> Option<(StateId, u32, Found)> {
    let counts = |repeats: bool| match here.counter {
        None => Some(1),
        Some((_, max)) if repeats => (count < max).then(|| count.saturating_add(1)),
        Some((min, _)) => (count >= min).then_some(1),
    };
    if let Some(name) = met.name
        && let Some(edge) = schema
            .automata
            .edges(here)
            .iter()
            .find(|edge| edge.name == name)
    {
        let count = counts(edge.repeats)?;
        return Some((edge.next, count, Found::Decl(edge.decl)));
    }
    for edge in schema.automata.wild_edges(here) {
        if schema.wildcards[edge.wildcard.0 as usize]
            .namespaces
            .admit(met.namespace)
        {
            let count = counts(edge.repeats)?;
            return Some((edge.next, count, wild(schema, edge.wildcard, met)));
        }
    }
    None
}

/// True if an element may end in this state.
pub(super) fn may_end(here: &State, count: u32) -> bool {
    here.accepting && here.counter.is_none_or(|(min, _)| count >= min)
}

fn wild(schema: &Schema, wildcard: WildcardId, met: &Met<'_>) -> Found {
    let global = met.name.and_then(|name| schema.globals[name.0 as usize]);
    match (schema.wildcards[wildcard.0 as usize].process, global) {
        (Process::Skip, _) => Found::Skip,
        (_, Some(decl)) => Found::Decl(decl),
        (Process::Lax, None) => Found::Decl(ANYTHING),
        (Process::Strict, None) => Found::Wrong(Violation {
            found: words::element(met) + &words::foreign_element(schema, met.namespace),
            allowed: "an element that the schema declares".into(),
        }),
    }
}
