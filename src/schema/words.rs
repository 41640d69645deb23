//! What violations say: names of elements and shapes of values, never the values themselves.

use std::collections::VecDeque;

use crate::finding::shape;

use super::Schema;
use super::automaton::{Edge, State, StateId};
use super::frame::{Met, may_end};
use super::names::NameId;
use super::value::Breach;

/// Names in one list; the rest is an ellipsis.
const LISTED_MAX: usize = 12;
/// Characters of a name that is not the schema's own.
const NAME_CHARACTERS_MAX: usize = 60;
/// States looked at for where an element could have stood.
const AHEAD_MAX: usize = 64;

/// A name from the document, kept short.
pub(super) fn shorten(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    let mut short: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARACTERS_MAX)
        .collect();
    if text.chars().count() > NAME_CHARACTERS_MAX {
        short.push('…');
    }
    short
}

/// ``element `subject` ``
pub(super) fn element(met: &Met<'_>) -> String {
    format!("element `{}`", shorten(met.local))
}

/// `` of namespace `…` `` where the schema does not know it.
pub(super) fn foreign(schema: &Schema, namespace: &[u8]) -> String {
    match schema.names.namespace(namespace) {
        Some(_) => String::new(),
        None => format!(" of namespace `{}`", shorten(namespace)),
    }
}

/// The same for an element, which mostly has a namespace.
pub(super) fn foreign_element(schema: &Schema, namespace: &[u8]) -> String {
    match namespace {
        [] => " without a namespace".into(),
        _ => foreign(schema, namespace),
    }
}

/// A value that breaks a facet.
pub(super) fn value(whose: &str, value: &str, breach: Breach) -> String {
    let trimmed = value.trim();
    let length = trimmed.chars().count();
    match breach {
        _ if trimmed.is_empty() => format!("{whose} is empty"),
        Breach::Length(_) => format!("{whose} has {length} characters: `{}`", shape(trimmed)),
        Breach::TooLong => format!("{whose} is too long to be checked"),
        _ => format!("{whose} is `{}`", shape(trimmed)),
    }
}

/// A binary value that does not fit.
pub(super) fn binary(name: &str, octets: Option<u64>) -> String {
    match octets {
        Some(octets) => format!("element `{name}` has {octets} octets"),
        None => format!("element `{name}` has text that stands for no octets"),
    }
}

/// ``one of: `a`, `b`, the end``
pub(super) fn elements(names: &[&str], end: bool) -> String {
    let mut listed: Vec<_> = names
        .iter()
        .take(LISTED_MAX)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.len() > LISTED_MAX {
        listed.push("…".into());
    }
    if end {
        listed.push("the end of the element".into());
    }
    match listed.as_slice() {
        [] => "nothing".into(),
        [only] => only.clone(),
        _ => format!("one of: {}", listed.join(", ")),
    }
}

/// The attributes a type has.
pub(super) fn attributes(names: &[&str]) -> String {
    match names {
        [] => "no attributes".into(),
        [only] => format!("attribute `{only}` only"),
        _ => format!(
            "attributes {} only",
            names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

/// What may come in a state.
pub(super) fn expected(schema: &Schema, here: &State, count: u32) -> String {
    let open = |repeats: bool| match here.counter {
        None => true,
        Some((_, max)) if repeats => count < max,
        Some((min, _)) => count >= min,
    };
    let mut names: Vec<_> = schema
        .automata
        .edges(here)
        .iter()
        .filter(|edge| open(edge.repeats))
        .map(|edge| schema.names.local(edge.name))
        .collect();
    if schema
        .automata
        .wild_edges(here)
        .iter()
        .any(|edge| open(edge.repeats))
    {
        names.push("*");
    }
    elements(&names, may_end(here, count))
}

/// Where an element could stand if others came before it: the first of those, and the edge to it.
pub(super) fn ahead(schema: &Schema, from: StateId, name: NameId) -> Option<(NameId, Edge)> {
    let automata = &schema.automata;
    let mut seen = vec![from];
    let mut queue: VecDeque<(Option<NameId>, StateId)> = VecDeque::from([(None, from)]);
    while let Some((first, state)) = queue.pop_front() {
        for edge in automata.edges(automata.state(state)) {
            if let Some(first) = first
                && edge.name == name
            {
                return Some((first, *edge));
            }
            if !seen.contains(&edge.next) && seen.len() < AHEAD_MAX {
                seen.push(edge.next);
                queue.push_back((first.or(Some(edge.name)), edge.next));
            }
        }
    }
    None
}
