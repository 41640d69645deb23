//! The walk through a MeMo, element by element, beside the table of `grammar`: both readers drive it, the strict one for
//! our own messages and the tolerant one for those of others. It judges order, number, texts, and what the service asks
//! beyond the schema (facts/denmark.md §1.5, §1.7, §2.4). Faults name elements by their path, never a value.

use super::grammar::{self as g, Child, Content, Element, Kind, Prefix};
use super::{MemoVersion, MessageType, values};
use crate::finding::shape;

mod service;

use service::Parts;

/// Faults kept; more are counted.
pub(super) const FAULTS_MAX: usize = 100;
/// Names listed as allowed.
const NAMES_MAX: usize = 6;
/// The deepest element of a MeMo: `Message/MessageHeader/Sender/AttentionData/Address/AddressPoint/x`.
pub(super) const DEPTH_MAX: usize = 16;

/// What a message says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) message_type: Option<MessageType>,
    pub(super) message_uuid: String,
    pub(super) message_id: Option<String>,
    pub(super) recipient_type: String,
    pub(super) notification: bool,
    pub(super) body: bool,
    pub(super) attachments: usize,
    pub(super) files: usize,
    /// Of all files, before base64.
    pub(super) document_bytes: u64,
}

/// Where the walk stands.
pub(super) struct Walk {
    version: MemoVersion,
    stack: Vec<Open>,
    /// Depth below an element that is not known.
    skipped: usize,
    pub(super) facts: Facts,
    pub(super) faults: Vec<String>,
    pub(super) faults_total: u64,
    pub(super) notes: Vec<String>,
    parts: Parts,
}

/// An element that is not yet at its end.
struct Open {
    element: &'static Element,
    /// Which of its children may come next, and how many of that there were.
    at: usize,
    count: u32,
    /// Its own number among its like.
    number: u32,
}

/// What was found, and what is allowed.
type Wrong = (String, String);

impl Open {
    /// Takes the next child, which is the one that fits, and its number among its like; `None` where none does. What is
    /// wrong with its place is told.
    fn child(
        &mut self,
        children: &'static [Child],
        fits: impl Fn(&Child) -> bool,
        name: &[u8],
        version: MemoVersion,
    ) -> (Option<(&'static Element, u32)>, Option<Wrong>) {
        let ahead = children.get(self.at..).unwrap_or_default();
        if let Some((steps, child)) = ahead.iter().enumerate().find(|(_, child)| fits(child)) {
            let missing = missing(ahead, steps, self.count, version);
            self.count = if steps == 0 { self.count + 1 } else { 1 };
            self.at += steps;
            let most = child.times(version).1;
            let wrong = if !missing.is_empty() {
                let allowed = format!("it stands before `{}`", child.element);
                Some((format!("no {missing}"), allowed))
            } else if self.count > most {
                let found = format!("{} `{}`", self.count, child.element);
                Some((found, format!("{most} at most")))
            } else {
                None
            };
            return (Some((child.element, self.count)), wrong);
        }
        if let Some(child) = children.iter().find(|child| fits(child)) {
            let behind = ahead.first().map_or("", |child| child.element.name);
            let found = format!("`{}` behind `{behind}`", child.element);
            let allowed = format!("the order is {}", order(children, version));
            return (Some((child.element, 1)), Some((found, allowed)));
        }
        let found = format!("`{}`, which is not known here", name_of(name));
        let allowed = format!("next may come {}", next(ahead, version));
        (None, Some((found, allowed)))
    }
}

impl Walk {
    /// Stands in `Message`.
    pub(super) fn new(version: MemoVersion) -> Self {
        let message = Open {
            element: &g::MESSAGE,
            at: 0,
            count: 0,
            number: 1,
        };
        Self {
            version,
            stack: vec![message],
            skipped: 0,
            facts: Facts::default(),
            faults: Vec::new(),
            faults_total: 0,
            notes: Vec::new(),
            parts: Parts::default(),
        }
    }

    /// True once `Message` has ended.
    pub(super) fn is_over(&self) -> bool {
        self.stack.is_empty()
    }

    /// The kind of text that the open element holds; `None` where it holds elements, or is skipped.
    pub(super) fn text_kind(&self) -> Option<Kind> {
        match self.stack.last()?.element.content {
            Content::Text(kind) if self.skipped == 0 => Some(kind),
            Content::Text(_) | Content::Children(_) => None,
        }
    }

    pub(super) fn fault(&mut self, place: &str, found: &str, allowed: &str) {
        self.faults_total += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(format!("`{place}`: {found}; {allowed}"));
        }
    }

    pub(super) fn fault_here(&mut self, found: &str, allowed: &str) {
        let place = self.path();
        self.fault(&place, found, allowed);
    }

    fn note_here(&mut self, what: &str) {
        if self.notes.len() < FAULTS_MAX {
            self.notes.push(format!("`{}`: {what}", self.path()));
        }
    }

    /// Names of the open elements, from `Message` down; a number where there may be several.
    fn path(&self) -> String {
        let mut path = String::new();
        for open in &self.stack {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(open.element.name);
            if open.number > 1 {
                path.push_str(&format!("[{}]", open.number));
            }
        }
        path
    }

    /// An element begins.
    pub(super) fn start(&mut self, prefix: Option<Prefix>, name: &[u8]) {
        if self.skipped > 0 {
            self.skipped += 1;
            return;
        }
        let version = self.version;
        let Some(parent) = self.stack.last_mut() else {
            self.skipped = 1;
            return;
        };
        let Content::Children(children) = parent.element.content else {
            self.skipped = 1;
            let found = format!("`{}` within it", name_of(name));
            return self.fault_here(&found, "text alone is allowed");
        };
        let fits = |child: &Child| {
            let element = child.element;
            Some(element.prefix) == prefix
                && element.name.as_bytes() == name
                && child.times(version).1 > 0
        };
        let (child, fault) = parent.child(children, fits, name, version);
        if let Some((found, allowed)) = fault {
            self.fault_here(&found, &allowed);
        }
        match child {
            Some((element, number)) => {
                self.begin(element);
                self.stack.push(Open {
                    element,
                    at: 0,
                    count: 0,
                    number,
                });
            }
            None => self.skipped = 1,
        }
    }

    /// An element ends; `text` is what it holds, where it holds text.
    pub(super) fn end(&mut self, text: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(open) = self.stack.last() else {
            return;
        };
        let element = open.element;
        match element.content {
            Content::Text(kind) => match values::fault(kind, text) {
                Some((found, allowed)) => self.fault_here(&found, &allowed),
                None => self.leaf(element, text),
            },
            Content::Children(children) => {
                let ahead = children.get(open.at..).unwrap_or_default();
                let missing = missing(ahead, ahead.len(), open.count, self.version);
                if !missing.is_empty() {
                    self.fault_here(&format!("no {missing}"), "it must be there");
                }
                self.finish(element);
            }
        }
        self.stack.pop();
    }
}

/// Children that must be there and are not, before the one `steps` ahead.
fn missing(ahead: &[Child], steps: usize, count: u32, version: MemoVersion) -> String {
    let seen = |at: usize| if at == 0 { count } else { 0 };
    let passed = ahead.iter().take(steps).enumerate();
    let missing = passed.filter(|(at, child)| seen(*at) < child.times(version).0);
    let names: Vec<String> = missing
        .map(|(_, child)| format!("`{}`", child.element))
        .collect();
    names.join(", ")
}

/// What may come next, up to what must.
fn next(ahead: &[Child], version: MemoVersion) -> String {
    let mut names = Vec::new();
    for child in ahead.iter().filter(|child| child.times(version).1 > 0) {
        if names.len() == NAMES_MAX {
            names.push("…".to_owned());
            break;
        }
        names.push(format!("`{}`", child.element));
        if child.times(version).0 > 0 {
            break;
        }
    }
    if names.is_empty() {
        "nothing".into()
    } else {
        names.join(", ")
    }
}

fn order(children: &[Child], version: MemoVersion) -> String {
    let known = children.iter().filter(|child| child.times(version).1 > 0);
    let names: Vec<&str> = known.map(|child| child.element.name).collect();
    names.join(" ")
}

/// A name from outside: as it is where it looks like the name of an element, else its shape.
fn name_of(name: &[u8]) -> String {
    let plain = name.len() <= 64 && name.iter().all(|b| b.is_ascii_alphabetic());
    let name = String::from_utf8_lossy(name);
    if plain {
        name.into_owned()
    } else {
        shape(&name)
    }
}
