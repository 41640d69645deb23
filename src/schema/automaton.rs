//! Content models as deterministic automata.
//!
//! Particles are what a schema writes; states with edges, in three tables that all types of a schema share, are what a
//! validator follows. `glushkov` makes the second from the first.

use std::rc::Rc;

use super::DeclId;
use super::names::NameId;

/// Pairs of positions that may follow each other in one content model; also bounds positions, edges and states.
pub(super) const LINKS_MAX: usize = 200_000;

/// A part of a content model, with its bounds; no upper bound is unbounded.
#[derive(Debug)]
pub(super) struct Particle {
    pub min: u32,
    pub max: Option<u32>,
    pub term: Term,
}

/// What a particle repeats.
#[derive(Debug)]
pub(super) enum Term {
    Element(NameId, DeclId),
    Wildcard(WildcardId),
    Sequence(Vec<Rc<Particle>>),
    Choice(Vec<Rc<Particle>>),
}

/// Which wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WildcardId(pub u32);

/// `any` or `anyAttribute`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wildcard {
    pub namespaces: Namespaces,
    pub process: Process,
}

/// What namespaces a wildcard admits; the empty one is none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Namespaces {
    Any,
    /// Every namespace but this one and none.
    Other(Box<str>),
    List(Vec<Box<str>>),
}

/// How closely what a wildcard admits is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Process {
    Strict,
    Lax,
    Skip,
}

impl Namespaces {
    pub fn admit(&self, namespace: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::Other(own) => !namespace.is_empty() && namespace != own.as_bytes(),
            Self::List(list) => list.iter().any(|listed| listed.as_bytes() == namespace),
        }
    }

    pub fn overlap(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(list), other) | (other, Self::List(list)) => {
                list.iter().any(|listed| other.admit(listed.as_bytes()))
            }
            _ => true,
        }
    }
}

/// All automata of a schema.
#[derive(Debug, Default)]
pub(super) struct Automata {
    pub states: Vec<State>,
    pub edges: Vec<Edge>,
    pub wild_edges: Vec<WildEdge>,
}

/// Which state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StateId(pub u32);

/// A state: a stretch of each edge table.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub edges: (u32, u32),
    pub wild_edges: (u32, u32),
    /// The element may end here.
    pub accepting: bool,
    /// How often the element that led here must and may stand in a row.
    pub counter: Option<(u32, u32)>,
}

/// On this element, go there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub name: NameId,
    pub decl: DeclId,
    pub next: StateId,
    /// It counts on in a state with a counter.
    pub repeats: bool,
}

/// On an element that the wildcard admits, go there.
#[derive(Clone, Copy, Debug)]
pub(super) struct WildEdge {
    pub wildcard: WildcardId,
    pub next: StateId,
    pub repeats: bool,
}

impl Automata {
    #[inline]
    pub fn state(&self, id: StateId) -> &State {
        &self.states[id.0 as usize]
    }

    #[inline]
    pub fn edges(&self, state: &State) -> &[Edge] {
        &self.edges[state.edges.0 as usize..state.edges.1 as usize]
    }

    #[inline]
    pub fn wild_edges(&self, state: &State) -> &[WildEdge] {
        &self.wild_edges[state.wild_edges.0 as usize..state.wild_edges.1 as usize]
    }
}

/// Why a content model has no automaton.
#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    TooLarge,
    /// What could be taken in two ways.
    Ambiguous(String),
}
