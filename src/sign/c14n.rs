//! Canonical XML of a part of a document: what a signature is computed over.
//!
//! In: an element of a parsed document ([`Subset`]). Out: its canonical bytes, in one of three forms ([`Form`]). Written
//! after Canonical XML 1.0 (REC-xml-c14n-20010315) and Exclusive XML Canonicalization 1.0
//! (REC-xml-exc-c14n-20020718), both without comments. What always holds: the work is proportional to the part and the
//! declarations in scope, whatever its depth; no more is written than [`bytes_max`] of the part, because a form that
//! writes a long namespace again for each short element would else fill the memory from a small file.

use std::collections::BTreeMap;

use roxmltree::{Attribute, Node, PI};

mod escape;
mod node;

pub use escape::escape_into;

use escape::{Place, escape};
use node::{
    adds_no_declaration, attribute_prefix, element_prefix, inherited, is_blank, namespace_of,
};

/// Which namespace declarations are written, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Canonical XML 1.0: all in scope of the first element, below it where they change.
    Inclusive,
    /// Exclusive XML Canonicalization 1.0, no list of inclusive prefixes: each where it is first used.
    Exclusive,
    /// The form of Mina meddelanden: elements without prefixes, each declares its namespace as the default one where it
    /// differs from its parent's (facts/sweden.md §2). Attributes keep theirs, as in [`Form::Exclusive`].
    Stripped,
}

/// What becomes of text between elements that is white space alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blanks {
    /// It is part of the document, as the standard says.
    Kept,
    /// It is left out where its parent holds elements: the document as it was before someone indented it.
    LeftOut,
}

/// An element's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// Its namespace; empty for none.
    pub namespace: &'a str,
    /// Without prefix.
    pub local: &'a str,
}

/// The part of a document that is written.
#[derive(Clone, Copy, Debug)]
pub struct Subset<'a, 'input> {
    /// Its first element.
    pub apex: Node<'a, 'input>,
    /// Left out with all below it: the signature itself.
    pub without: Option<Node<'a, 'input>>,
    /// The name under which [`Form::Stripped`] writes the first element; `None`: its own.
    pub named: Option<Name<'a>>,
    /// The namespace in which [`Form::Stripped`] writes elements that have none.
    pub unqualified: &'a str,
    /// White space between elements.
    pub blanks: Blanks,
    /// Whether processing instructions beside the first element are written too: it is the document's only one, and
    /// the document as a whole is meant.
    pub whole: bool,
}

impl<'a, 'input> Subset<'a, 'input> {
    /// An element with all below it, as it stands.
    pub fn of(apex: Node<'a, 'input>) -> Self {
        Self {
            apex,
            without: None,
            named: None,
            unqualified: "",
            blanks: Blanks::Kept,
            whole: false,
        }
    }
}

/// The canonical form would be longer than [`bytes_max`] of the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// Most bytes of the canonical form of a part with so many bytes. Text may grow sixfold when each character is escaped, and
/// elements of one letter fivefold when each declares a namespace of the format; real messages do not double.
pub fn bytes_max(part_bytes: usize) -> usize {
    part_bytes.saturating_mul(16).saturating_add(64 << 10)
}

/// The canonical form.
///
/// # Errors
/// [`TooLong`].
pub fn canonical(form: Form, subset: &Subset<'_, '_>) -> Result<Vec<u8>, TooLong> {
    let mut out = Vec::with_capacity(subset.apex.range().len());
    write(form, subset, |piece| out.extend_from_slice(piece))?;
    Ok(out)
}

/// The digest of the canonical form, which is nowhere held as a whole.
///
/// # Errors
/// [`TooLong`].
pub fn digest(
    form: Form,
    subset: &Subset<'_, '_>,
    algorithm: &'static ring::digest::Algorithm,
) -> Result<ring::digest::Digest, TooLong> {
    let mut context = ring::digest::Context::new(algorithm);
    write(form, subset, |piece| context.update(piece))?;
    Ok(context.finish())
}

/// Hands out the canonical form piece by piece.
fn write(form: Form, subset: &Subset<'_, '_>, put: impl FnMut(&[u8])) -> Result<(), TooLong> {
    let mut writer = Writer {
        form,
        subset,
        out: Out {
            put,
            room: Some(bytes_max(subset.apex.range().len())),
        },
        rendered: BTreeMap::new(),
        undo: Vec::new(),
    };
    match subset.apex.parent().filter(|_| subset.whole) {
        Some(document) => writer.document(document),
        None => writer.tree(),
    }
    writer.out.room.map(drop).ok_or(TooLong)
}

/// Where the form goes.
struct Out<P> {
    put: P,
    /// Bytes that may still come; `None` when there were more.
    room: Option<usize>,
}

impl<P: FnMut(&[u8])> Out<P> {
    fn put(&mut self, piece: &[u8]) {
        self.room = self.room.and_then(|room| room.checked_sub(piece.len()));
        if self.room.is_some() {
            (self.put)(piece);
        }
    }
}

struct Writer<'s, 'a, 'input, P> {
    form: Form,
    subset: &'s Subset<'a, 'input>,
    out: Out<P>,
    /// Declarations in force in what is written: prefix (empty for the default) and namespace.
    rendered: BTreeMap<&'a str, &'a str>,
    /// What `rendered` held before, for each declaration written in an element that is still open.
    undo: Vec<(&'a str, Option<&'a str>)>,
}

/// An element that is open.
struct Open<'a, 'input> {
    element: Node<'a, 'input>,
    next: Option<Node<'a, 'input>>,
    /// Length of `undo` before it.
    undo: usize,
    holds_elements: bool,
}

impl<'a, 'input: 'a, P: FnMut(&[u8])> Writer<'_, 'a, 'input, P> {
    /// The first element with the processing instructions beside it, a line each (Canonical XML 1.0 §2.3).
    fn document(&mut self, document: Node<'a, 'input>) {
        let mut behind = false;
        for node in document.children() {
            if node == self.subset.apex {
                self.tree();
                behind = true;
            } else if let Some(instruction) = node.pi() {
                if behind {
                    self.out.put(b"\n");
                }
                self.instruction(instruction);
                if !behind {
                    self.out.put(b"\n");
                }
            }
        }
    }

    fn tree(&mut self) {
        let mut open = vec![self.open(self.subset.apex)];
        while let Some(last) = open.last_mut().filter(|_| self.out.room.is_some()) {
            let Some(node) = last.next else {
                let (element, undo) = (last.element, last.undo);
                open.pop();
                self.close(element, undo);
                continue;
            };
            last.next = node.next_sibling();
            if node.is_element() {
                if Some(node) != self.subset.without {
                    open.push(self.open(node));
                }
            } else if let Some(instruction) = node.pi() {
                self.instruction(instruction);
            } else if node.is_text() {
                let text = node.text().unwrap_or_default();
                let left_out = self.subset.blanks == Blanks::LeftOut && last.holds_elements;
                if !(left_out && is_blank(text)) {
                    self.escaped(text, Place::Text);
                }
            }
        }
    }

    /// Writes a start tag.
    fn open(&mut self, element: Node<'a, 'input>) -> Open<'a, 'input> {
        let undo = self.undo.len();
        let name = self.name(element);
        let mut attributes: Vec<_> = element
            .attributes()
            .map(|a| {
                (
                    namespace_of(a.namespace()),
                    attribute_prefix(element, &a),
                    a,
                )
            })
            .collect();
        let mut declarations = BTreeMap::new(); // Sorted by prefix, the default one first.
        self.declare(element, &name, &attributes, &mut declarations);
        if element == self.subset.apex && self.form == Form::Inclusive {
            attributes.extend(inherited(element));
        }
        attributes.sort_by_key(|(namespace, _, attribute)| (*namespace, attribute.name()));

        self.out.put(b"<");
        self.qualified(name.prefix, name.local);
        for (prefix, namespace) in declarations {
            let before = self.rendered.insert(prefix, namespace);
            self.undo.push((prefix, before));
            self.out.put(b" xmlns");
            if !prefix.is_empty() {
                self.out.put(b":");
                self.out.put(prefix.as_bytes());
            }
            self.value(namespace);
        }
        for (_, prefix, attribute) in &attributes {
            self.out.put(b" ");
            self.qualified(prefix, attribute.name());
            self.value(attribute.value());
        }
        self.out.put(b">");
        Open {
            element,
            next: element.first_child(),
            undo,
            holds_elements: element.first_element_child().is_some(),
        }
    }

    /// The declarations that the element must have.
    fn declare(
        &self,
        element: Node<'a, 'input>,
        name: &Written<'a>,
        attributes: &[(&'a str, &'a str, Attribute<'a, 'input>)],
        declarations: &mut BTreeMap<&'a str, &'a str>,
    ) {
        let mut need = |prefix: &'a str, namespace: &'a str| {
            // No default namespace at all is the state before anything is declared.
            let in_force = self.rendered.get(prefix).copied();
            let same = in_force.unwrap_or_default() == namespace;
            let told = in_force.is_some() || prefix.is_empty();
            if prefix != "xml" && !(same && told) {
                declarations.insert(prefix, namespace);
            }
        };
        if self.form == Form::Inclusive {
            if element != self.subset.apex && adds_no_declaration(element) {
                return; // What is in scope was written with its parent.
            }
            let mut default = "";
            for namespace in element.namespaces() {
                match namespace.name() {
                    Some(prefix) => need(prefix, namespace.uri()),
                    None => default = namespace.uri(),
                }
            }
            need("", default);
        } else {
            need(name.prefix, name.namespace);
            for (namespace, prefix, _) in attributes.iter().filter(|(_, p, _)| !p.is_empty()) {
                need(prefix, namespace);
            }
        }
    }

    fn close(&mut self, element: Node<'a, 'input>, undo: usize) {
        let name = self.name(element);
        self.out.put(b"</");
        self.qualified(name.prefix, name.local);
        self.out.put(b">");
        for (prefix, before) in self.undo.drain(undo..).rev() {
            match before {
                Some(namespace) => self.rendered.insert(prefix, namespace),
                None => self.rendered.remove(prefix),
            };
        }
    }

    /// The name that is written for an element.
    fn name(&self, element: Node<'a, 'input>) -> Written<'a> {
        let own = Written {
            prefix: "",
            namespace: namespace_of(element.tag_name().namespace()),
            local: element.tag_name().name(),
        };
        match (self.form, self.subset.named) {
            (Form::Inclusive | Form::Exclusive, _) => Written {
                prefix: element_prefix(element),
                ..own
            },
            (Form::Stripped, Some(name)) if element == self.subset.apex => Written {
                prefix: "",
                namespace: name.namespace,
                local: name.local,
            },
            (Form::Stripped, _) if own.namespace.is_empty() => Written {
                namespace: self.subset.unqualified,
                ..own
            },
            (Form::Stripped, _) => own,
        }
    }

    fn instruction(&mut self, instruction: PI<'_>) {
        self.out.put(b"<?");
        self.out.put(instruction.target.as_bytes());
        if let Some(data) = instruction.value.filter(|data| !data.is_empty()) {
            self.out.put(b" ");
            self.out.put(data.as_bytes());
        }
        self.out.put(b"?>");
    }

    fn qualified(&mut self, prefix: &str, local: &str) {
        if !prefix.is_empty() {
            self.out.put(prefix.as_bytes());
            self.out.put(b":");
        }
        self.out.put(local.as_bytes());
    }

    fn escaped(&mut self, text: &str, place: Place) {
        escape(text, place, &mut |piece| self.out.put(piece));
    }

    fn value(&mut self, value: &str) {
        self.out.put(b"=\"");
        self.escaped(value, Place::Attribute);
        self.out.put(b"\"");
    }
}

struct Written<'a> {
    prefix: &'a str,
    namespace: &'a str,
    local: &'a str,
}
