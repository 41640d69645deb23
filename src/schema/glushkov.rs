//! From particles to states, in the way of Glushkov: each element or wildcard of the model is a position, `follow` says
//! what may come after it, and sets of positions become states.
//!
//! A repetition with large bounds of one element is one position with a counter; other repetitions are unrolled, within
//! [`LINKS_MAX`].

use std::collections::{BTreeMap, HashMap};

use super::DeclId;
use super::automaton::{
    Automata, Edge, Fault, LINKS_MAX, Particle, State, StateId, Term, WildEdge, Wildcard,
    WildcardId,
};
use super::names::{NameId, Names};

/// Bounds above this are counted instead of unrolled.
const UNROLLED_MAX: u32 = 16;

/// What the builder must know of the rest of the schema.
pub(super) struct Surroundings<'a> {
    pub names: &'a Names,
    pub wildcards: &'a [Wildcard],
    /// True if both declarations have the same type.
    pub same_type: &'a dyn Fn(DeclId, DeclId) -> bool,
}

/// Adds the automaton of `model` to the tables; gives its first state.
///
/// # Errors
/// The model is too large, or does not say which of its parts an element belongs to.
pub(super) fn build(
    model: &Particle,
    around: &Surroundings<'_>,
    automata: &mut Automata,
) -> Result<StateId, Fault> {
    let before = (
        automata.states.len(),
        automata.edges.len(),
        automata.wild_edges.len(),
    );
    let counted = Positions::of(model, Counting::On)
        .and_then(|positions| states_of(positions, around, automata));
    match counted {
        Err(Fault::Ambiguous(_)) => {
            automata.states.truncate(before.0);
            automata.edges.truncate(before.1);
            automata.wild_edges.truncate(before.2);
            states_of(Positions::of(model, Counting::Off)?, around, automata)
        }
        done => done,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Counting {
    On,
    Off,
}

#[derive(Clone, Copy)]
enum Leaf {
    Element(NameId, DeclId),
    Wildcard(WildcardId),
}

struct Position {
    leaf: Leaf,
    counter: Option<(u32, u32)>,
    follow: Vec<u32>,
}

struct Positions {
    all: Vec<Position>,
    whole: Part,
    links: usize,
    counting: Counting,
}

/// What a part of the model begins and ends with.
#[derive(Default)]
struct Part {
    first: Vec<u32>,
    last: Vec<u32>,
    nullable: bool,
}

impl Positions {
    fn of(model: &Particle, counting: Counting) -> Result<Self, Fault> {
        let mut positions = Self {
            all: Vec::new(),
            whole: Part::default(),
            links: 0,
            counting,
        };
        positions.whole = positions.particle(model)?;
        Ok(positions)
    }

    fn particle(&mut self, particle: &Particle) -> Result<Part, Fault> {
        let Particle { min, max, term } = particle;
        let large = |bound: u32| bound > UNROLLED_MAX;
        if *max == Some(0) {
            return Ok(Part {
                nullable: true,
                ..Part::default()
            });
        }
        if self.counting == Counting::On
            && (large(*min) || max.is_some_and(large))
            && let Some(leaf) = leaf_of(term)
        {
            let mut part = self.position(leaf, Some(((*min).max(1), max.unwrap_or(u32::MAX))))?;
            part.nullable = *min == 0;
            return Ok(part);
        }
        self.repeated(*min, *max, term)
    }

    /// `term` as often as the bounds say: `x x (x (x)?)?` for two to four.
    fn repeated(&mut self, min: u32, max: Option<u32>, term: &Term) -> Result<Part, Fault> {
        let mut whole = Part {
            nullable: min == 0,
            ..Part::default()
        };
        let mut before: Vec<u32> = Vec::new();
        let mut copies = max.unwrap_or(min.max(1));
        let mut copy = 0;
        while copy < copies {
            let part = self.term(term)?;
            if copy == 0 {
                whole.first = part.first.clone();
                if part.nullable {
                    whole.nullable = true;
                    copies = max.unwrap_or(1); // However many are asked for, none is enough.
                }
            } else {
                self.link(&before, &part.first)?;
            }
            if whole.nullable || copy + 1 >= min {
                whole.last.extend(&part.last);
            }
            copy += 1;
            if copy == copies && max.is_none() {
                self.link(&part.last, &part.first)?;
            }
            before = part.last;
        }
        Ok(whole)
    }

    fn term(&mut self, term: &Term) -> Result<Part, Fault> {
        match term {
            Term::Element(name, decl) => self.position(Leaf::Element(*name, *decl), None),
            Term::Wildcard(wildcard) => self.position(Leaf::Wildcard(*wildcard), None),
            Term::Sequence(parts) => {
                let mut whole = Part {
                    nullable: true,
                    ..Part::default()
                };
                for part in parts {
                    let part = self.particle(part)?;
                    self.link(&whole.last, &part.first)?;
                    if whole.nullable {
                        whole.first.extend(&part.first);
                    }
                    if !part.nullable {
                        whole.last.clear();
                        whole.nullable = false;
                    }
                    whole.last.extend(&part.last);
                }
                Ok(whole)
            }
            Term::Choice(parts) => {
                let mut whole = Part::default();
                for part in parts {
                    let part = self.particle(part)?;
                    whole.first.extend(&part.first);
                    whole.last.extend(&part.last);
                    whole.nullable |= part.nullable;
                }
                Ok(whole)
            }
        }
    }

    fn position(&mut self, leaf: Leaf, counter: Option<(u32, u32)>) -> Result<Part, Fault> {
        if self.all.len() >= LINKS_MAX {
            return Err(Fault::TooLarge);
        }
        let place = self.all.len() as u32;
        self.all.push(Position {
            leaf,
            counter,
            follow: Vec::new(),
        });
        Ok(Part {
            first: vec![place],
            last: vec![place],
            nullable: false,
        })
    }

    fn link(&mut self, from: &[u32], to: &[u32]) -> Result<(), Fault> {
        self.links += from.len() * to.len();
        if self.links > LINKS_MAX {
            return Err(Fault::TooLarge);
        }
        for &place in from {
            self.all[place as usize].follow.extend(to);
        }
        Ok(())
    }
}

fn leaf_of(term: &Term) -> Option<Leaf> {
    match term {
        Term::Element(name, decl) => Some(Leaf::Element(*name, *decl)),
        Term::Wildcard(wildcard) => Some(Leaf::Wildcard(*wildcard)),
        _ => None,
    }
}

/// Sets of positions that may have been reached, numbered as they are found; the empty set stands for the beginning.
struct States {
    numbers: HashMap<Vec<u32>, u32>,
    sets: Vec<Vec<u32>>,
}

impl States {
    fn number(&mut self, mut set: Vec<u32>) -> u32 {
        set.sort_unstable();
        set.dedup();
        *self.numbers.entry(set).or_insert_with_key(|set| {
            self.sets.push(set.clone());
            self.sets.len() as u32 - 1
        })
    }
}

fn states_of(
    positions: Positions,
    around: &Surroundings<'_>,
    automata: &mut Automata,
) -> Result<StateId, Fault> {
    let base = automata.states.len() as u32;
    let mut last = vec![false; positions.all.len()];
    for &place in &positions.whole.last {
        last[place as usize] = true;
    }
    let mut states = States {
        numbers: HashMap::new(),
        sets: Vec::new(),
    };
    states.number(Vec::new());
    let (edges_before, mut done) = (automata.edges.len(), 0);
    while let Some(set) = states.sets.get(done).cloned() {
        let next = Outgoing::of(&set, &positions, around)?;
        let edges_from = automata.edges.len() as u32;
        let mut elements: Vec<_> = next.elements.into_iter().collect();
        elements.sort_by_key(|(_, (_, targets))| targets.iter().min().copied()); // As the schema has them.
        for (name, (decl, targets)) in elements {
            let repeats = next.repeats == Some(name);
            automata.edges.push(Edge {
                name,
                decl,
                next: StateId(base + states.number(targets)),
                repeats,
            });
        }
        let wild_from = automata.wild_edges.len() as u32;
        for (wildcard, targets) in next.wildcards {
            let repeats = next.repeats_wild == Some(wildcard);
            automata.wild_edges.push(WildEdge {
                wildcard,
                next: StateId(base + states.number(targets)),
                repeats,
            });
        }
        if automata.edges.len() - edges_before > LINKS_MAX || states.sets.len() > LINKS_MAX {
            return Err(Fault::TooLarge);
        }
        automata.states.push(State {
            edges: (edges_from, automata.edges.len() as u32),
            wild_edges: (wild_from, automata.wild_edges.len() as u32),
            accepting: match done {
                0 => positions.whole.nullable,
                _ => set.iter().any(|&place| last[place as usize]),
            },
            counter: next.counter,
        });
        done += 1;
    }
    Ok(StateId(base))
}

/// Where a set of positions leads.
#[derive(Default)]
struct Outgoing {
    elements: BTreeMap<NameId, (DeclId, Vec<u32>)>,
    wildcards: BTreeMap<WildcardId, Vec<u32>>,
    counter: Option<(u32, u32)>,
    repeats: Option<NameId>,
    repeats_wild: Option<WildcardId>,
}

impl Outgoing {
    fn of(set: &[u32], positions: &Positions, around: &Surroundings<'_>) -> Result<Self, Fault> {
        let mut out = Self::default();
        let at_start = set.is_empty();
        let begin = at_start.then_some(&positions.whole.first);
        let follow = set
            .iter()
            .map(|&place| &positions.all[place as usize].follow);
        for &target in begin.into_iter().chain(follow).flatten() {
            out.add(target, positions, around)?;
        }
        if let Some(&counted) = set
            .iter()
            .find(|&&place| positions.all[place as usize].counter.is_some())
        {
            out.count(counted, set, positions, around)?;
        }
        out.check_wildcards(around)?;
        Ok(out)
    }

    fn add(
        &mut self,
        target: u32,
        positions: &Positions,
        around: &Surroundings<'_>,
    ) -> Result<(), Fault> {
        match positions.all[target as usize].leaf {
            Leaf::Element(name, decl) => {
                let (known, targets) = self
                    .elements
                    .entry(name)
                    .or_insert_with(|| (decl, Vec::new()));
                if !(around.same_type)(*known, decl) {
                    let name = around.names.local(name);
                    return Err(Fault::Ambiguous(format!(
                        "`{name}` stands here with two types"
                    )));
                }
                targets.push(target);
            }
            Leaf::Wildcard(wildcard) => self.wildcards.entry(wildcard).or_default().push(target),
        }
        Ok(())
    }

    /// The state of a counted position: only that one, and nothing else like it may follow.
    fn count(
        &mut self,
        counted: u32,
        set: &[u32],
        positions: &Positions,
        around: &Surroundings<'_>,
    ) -> Result<(), Fault> {
        let position = &positions.all[counted as usize];
        let alone = set.len() == 1
            && match position.leaf {
                Leaf::Element(name, _) => !self.elements.contains_key(&name),
                Leaf::Wildcard(wildcard) => !self.wildcards.contains_key(&wildcard),
            };
        if !alone {
            return Err(Fault::Ambiguous("a counted element follows itself".into()));
        }
        self.counter = position.counter;
        match position.leaf {
            Leaf::Element(name, _) => self.repeats = Some(name),
            Leaf::Wildcard(wildcard) => self.repeats_wild = Some(wildcard),
        }
        self.add(counted, positions, around)
    }

    /// The rule of unique particle attribution, where a wildcard is concerned.
    fn check_wildcards(&self, around: &Surroundings<'_>) -> Result<(), Fault> {
        let wildcard = |id: &WildcardId| &around.wildcards[id.0 as usize].namespaces;
        for (place, id) in self.wildcards.keys().enumerate() {
            for &name in self.elements.keys() {
                let namespace = around.names.namespace_text(around.names.namespace_of(name));
                if wildcard(id).admit(namespace.as_bytes()) {
                    let name = around.names.local(name);
                    return Err(Fault::Ambiguous(format!(
                        "`{name}` may also be meant by xs:any"
                    )));
                }
            }
            if self
                .wildcards
                .keys()
                .skip(place + 1)
                .any(|other| wildcard(id).overlap(wildcard(other)))
            {
                return Err(Fault::Ambiguous(
                    "two xs:any may mean the same element".into(),
                ));
            }
        }
        Ok(())
    }
}
