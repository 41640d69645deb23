//! The elements of a foreign request as a tree, for [`inspect`](super::inspect): whatever prefixes, white space and
//! comments it has. A document type declaration and entities other than the built-in five are refused.

use super::table::Prefix;
use crate::xml::{self, Event, Limits, Reader};

/// A request with 74 MiB of documents and 7 MiB of PDF has 108 MiB in base64 (facts/denmark.md §1.8); line breaks may
/// come to that.
pub const INSPECT_BYTES_MAX: usize = 128 << 20;
/// The deepest element of a MeMo lies eight below the root; with ten attachments and as many actions it has some hundred.
const LIMITS: Limits = Limits {
    bytes: INSPECT_BYTES_MAX as u64,
    depth: 32,
    elements: 20_000,
};

const MEMO_NAMESPACE: &str = "https://DigitalPost.dk/MeMo-1";

/// Where a name belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Home {
    /// No namespace.
    #[default]
    Nowhere,
    /// MeMo.
    Memo,
    /// One of the table.
    Table(Prefix),
    /// Another.
    Elsewhere,
}

/// An element.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) home: Home,
    pub(super) name: String,
    /// Its prefix is `memo`.
    pub(super) is_prefixed_memo: bool,
    /// Value of its attribute `scheme`.
    pub(super) scheme: Option<String>,
    /// All text directly in it.
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// The first child of this name.
    pub(super) fn child(&self, home: Home, name: &str) -> Option<&Self> {
        let is = |node: &&Self| node.home == home && node.name == name;
        self.children.iter().find(is)
    }

    /// Its name as far as it can be shown: a name from outside may be anything.
    pub(super) fn shown(&self) -> &str {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if self.name.len() <= 64 && self.name.bytes().all(plain) {
            &self.name
        } else {
            "?"
        }
    }
}

/// Where the namespace leads.
fn home(namespace: &str) -> Home {
    match namespace {
        "" => Home::Nowhere,
        MEMO_NAMESPACE => Home::Memo,
        name => Prefix::of_namespace(name).map_or(Home::Elsewhere, Home::Table),
    }
}

/// The home and name of the root; `None` where there is none to be read.
pub(super) fn root(bytes: &[u8]) -> Option<(Home, String)> {
    let (namespace, name) = xml::root(bytes)?;
    Some((home(&namespace), name))
}

/// Reads a request.
///
/// # Errors
/// What makes it unreadable.
pub(super) fn read(bytes: &[u8]) -> Result<Node, xml::Error> {
    let mut reader = Reader::new(bytes, LIMITS)?;
    let mut around = Vec::new();
    let mut node = Node::default();
    while let Some(event) = reader.event()? {
        match event {
            Event::Start(start) => {
                let scheme = start
                    .attributes()
                    .find(|(namespace, name, _)| namespace.is_empty() && *name == "scheme");
                let below = Node {
                    home: home(start.namespace()),
                    name: start.local().to_owned(),
                    is_prefixed_memo: start.prefix() == "memo",
                    scheme: scheme.map(|(_, _, value)| value.to_owned()),
                    ..Node::default()
                };
                around.push(std::mem::replace(&mut node, below));
            }
            Event::Text(text) => node.text.push_str(&text),
            Event::End => {
                let above = around.pop().unwrap_or_default();
                let whole = std::mem::replace(&mut node, above);
                node.children.push(whole);
            }
        }
    }
    Ok(node.children.pop().unwrap_or_default())
}
