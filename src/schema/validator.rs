//! Checks documents against a compiled schema, event by event.
//!
//! A frame for each open element holds its place in the content model. What is unknown is reported once and skipped
//! whole; what comes too early moves the place forward, so that one mistake gives one violation. On a valid document
//! no event allocates, once the buffers have grown.

use super::binary::{Base64Scan, HexScan};
use super::builtin::Builtin;
use super::frame::{Found, Frame, Inside, Met};
use super::model::{ANYTHING, Content, TypeRef};
use super::names::NamespaceId;
use super::scope::Scope;
use super::value::{Breach, SimpleId};
use super::words;
use super::{
    Attribute, DEPTH_MAX, DeclId, Schema, VALUE_BYTES_MAX, VIOLATIONS_ELEMENT_MAX, Violation,
};

/// Checks one element and all that is in it, event by event. Made once a thread and used again for each letter.
pub struct Validator<'s> {
    pub(super) schema: &'s Schema,
    violations: Vec<Violation>,
    frames: Vec<Frame>,
    /// Open elements inside one that is skipped, that one included.
    skipped: u32,
    /// What the next root must be.
    expected: Option<DeclId>,
    /// The namespace looked up last; elements of one kind mostly come together.
    namespace: Option<NamespaceId>,
    /// The text of the innermost element, where its type asks to see it whole.
    text: String,
    /// More came than is kept of it.
    too_long: bool,
    /// Folded white space.
    pub(super) scratch: String,
    scan: Scan,
    pub(super) scope: Scope,
}

/// A binary value that is checked as it arrives.
#[derive(Clone, Copy, Debug)]
enum Scan {
    Base64(Base64Scan),
    Hex(HexScan),
}

impl std::fmt::Debug for Validator<'_> {
    /// Without the text it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let depth = self.frames.len();
        f.debug_struct("Validator")
            .field("depth", &depth)
            .finish_non_exhaustive()
    }
}

impl<'s> Validator<'s> {
    /// A validator that expects nothing yet.
    pub fn new(schema: &'s Schema) -> Self {
        Self {
            schema,
            violations: Vec::new(),
            frames: Vec::new(),
            skipped: 0,
            expected: None,
            namespace: None,
            text: String::new(),
            too_long: false,
            scratch: String::new(),
            scan: Scan::Hex(HexScan::default()),
            scope: Scope::default(),
        }
    }

    /// Forgets everything; the next `start` must be of the element `decl`.
    pub fn begin(&mut self, decl: DeclId) {
        self.violations.clear();
        self.frames.clear();
        self.skipped = 0;
        self.expected = Some(decl);
        self.text.clear();
        self.scope.clear();
    }

    /// Tells of an `xmlns` declaration on the element that starts next (an empty prefix is the default namespace).
    /// Only `xsi:type` and values of type QName need it: if it is never called after `begin`, prefixes of QNames are
    /// not looked up and `xsi:type` is a violation.
    pub fn bind(&mut self, prefix: &[u8], namespace: &[u8]) {
        let depth = self.frames.len() as u32 + self.skipped;
        self.scope.bind(depth, prefix, namespace);
    }

    /// An element starts. Gives its declaration, or `None` where the schema has none (a violation was noted, or a
    /// lax wildcard let it pass; what is inside is then not checked).
    pub fn start(
        &mut self,
        namespace: &[u8],
        local: &[u8],
        attributes: &[Attribute<'_>],
    ) -> Option<DeclId> {
        if self.skipped > 0 {
            self.skipped += 1;
            return None;
        }
        let known = self.namespace_id(namespace);
        let name = known.and_then(|known| self.schema.names.get(known, local));
        let met = Met {
            namespace,
            local,
            name,
        };
        let mut found = match self.frames.last_mut() {
            None => self.root(&met),
            Some(frame) => frame.step(self.schema, &met),
        };
        if let Found::Early(decl, violation) = found {
            self.note(violation.found, violation.allowed);
            found = Found::Decl(decl);
        }
        match found {
            Found::Decl(decl) if self.frames.len() < DEPTH_MAX => self.open(decl, attributes),
            Found::Decl(_) => {
                self.skipped = 1;
                let allowed = format!("at most {DEPTH_MAX} elements inside each other");
                self.note(words::element(&met) + " is nested too deep", allowed);
                None
            }
            Found::Skip | Found::Early(..) => {
                self.skipped = 1;
                None
            }
            Found::Wrong(violation) => {
                self.skipped = 1;
                self.note(violation.found, violation.allowed);
                None
            }
        }
    }

    /// Character data, unescaped; may come in pieces.
    pub fn text(&mut self, text: &str) {
        if self.skipped > 0 || text.is_empty() {
            return;
        }
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        match frame.inside {
            Inside::Gathered(_) => {
                frame.has_content = true;
                if self.text.len() + text.len() <= VALUE_BYTES_MAX {
                    self.text.push_str(text);
                } else {
                    self.too_long = true;
                }
            }
            Inside::Scanned(_) => {
                frame.has_content = true;
                match &mut self.scan {
                    Scan::Base64(scan) => scan.feed(text.as_bytes()),
                    Scan::Hex(scan) => scan.feed(text.as_bytes()),
                }
            }
            Inside::Text
            | Inside::Nothing { mixed: true }
            | Inside::Elements { mixed: true, .. }
            | Inside::All { mixed: true, .. } => frame.has_content = true,
            Inside::Nothing { .. } | Inside::Elements { .. } | Inside::All { .. } => {
                let may_be_blank = !matches!(frame.inside, Inside::Nothing { .. });
                let blank = text
                    .bytes()
                    .all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
                if (!blank || !may_be_blank) && !frame.text_reported {
                    frame.text_reported = true;
                    let name = self.schema.decl_name(frame.decl);
                    let allowed = frame.expected(self.schema);
                    self.note(format!("text directly in element `{name}`"), allowed);
                }
            }
        }
    }

    /// The element that was started last ends.
    pub fn end(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
        } else if let Some(frame) = self.frames.last().copied() {
            self.close(frame);
            self.frames.pop();
            if self.frames.is_empty() {
                self.close_document(frame.decl);
            }
        }
        self.scope.leave(self.frames.len() as u32 + self.skipped);
    }

    /// Breaches noted since `begin` or since they were last taken; the caller drains them after each event and adds
    /// the place.
    pub fn violations(&mut self) -> &mut Vec<Violation> {
        &mut self.violations
    }

    #[inline]
    fn namespace_id(&mut self, namespace: &[u8]) -> Option<NamespaceId> {
        let names = &self.schema.names;
        match self.namespace {
            Some(last) if super::names::same(names.namespace_text(last).as_bytes(), namespace) => {
                Some(last)
            }
            _ => {
                let found = names.namespace(namespace);
                self.namespace = found.or(self.namespace);
                found
            }
        }
    }

    fn root(&mut self, met: &Met<'_>) -> Found {
        let Some(expected) = self.expected.take() else {
            return Found::Skip;
        };
        let wanted = self.schema.elements[expected.0 as usize].name;
        if expected == ANYTHING || met.name == Some(wanted) {
            return Found::Decl(expected);
        }
        Found::Wrong(Violation {
            found: words::element(met),
            allowed: format!("element `{}`", self.schema.names.local(wanted)),
        })
    }

    fn open(&mut self, decl: DeclId, attributes: &[Attribute<'_>]) -> Option<DeclId> {
        let schema = self.schema;
        let element = &schema.elements[decl.0 as usize];
        let mut ty = element.ty;
        let mut nil = false;
        self.frames
            .push(Frame::new(decl, Inside::Nothing { mixed: true }));
        if attributes
            .iter()
            .any(|attribute| attribute.namespace == super::names::XSI.as_bytes())
        {
            (ty, nil) = self.instance_attributes(decl, attributes);
        }
        let inside = match ty {
            TypeRef::Simple(id) => {
                self.no_attributes(attributes);
                self.inside_simple(id)
            }
            TypeRef::Complex(id) => {
                let complex = &schema.complex[id.0 as usize];
                if complex.is_abstract {
                    let name = schema.decl_name(decl);
                    self.note(
                        format!("element `{name}` has an abstract type"),
                        "a type derived from it, by xsi:type".into(),
                    );
                }
                self.attributes(complex, attributes);
                match complex.content {
                    Content::Simple(simple) => self.inside_simple(simple),
                    _ => Inside::of(complex).unwrap_or(Inside::Text),
                }
            }
        };
        let has_text = matches!(inside, Inside::Text)
            && element.value.as_ref().is_some_and(|given| given.fixed);
        if let Some(frame) = self.frames.last_mut() {
            frame.inside = match inside {
                _ if nil => Inside::Nothing { mixed: false },
                // A fixed value is compared, so the text is kept although the type takes any.
                Inside::Text if has_text => Inside::Gathered(simple_of(schema, ty)),
                other => other,
            };
        }
        (decl != ANYTHING).then_some(decl)
    }

    fn inside_simple(&mut self, id: SimpleId) -> Inside {
        let ty = &self.schema.simple[id];
        self.text.clear();
        self.too_long = false;
        if ty.takes_anything() {
            return Inside::Text;
        }
        match ty.scanned_as() {
            Some(Builtin::Base64) => self.scan = Scan::Base64(Base64Scan::default()),
            Some(_) => self.scan = Scan::Hex(HexScan::default()),
            None => return Inside::Gathered(id),
        }
        Inside::Scanned(id)
    }

    fn close(&mut self, frame: Frame) {
        let schema = self.schema;
        match frame.inside {
            Inside::Gathered(id) => self.close_text(frame, id),
            Inside::Scanned(id) => {
                let octets = match &self.scan {
                    Scan::Base64(scan) => scan.octets(),
                    Scan::Hex(scan) => scan.octets(),
                };
                let given = schema.elements[frame.decl.0 as usize].value.is_some();
                let breach = match octets {
                    _ if given && !frame.has_content => return,
                    Some(octets) if schema.simple[id].length_fits(octets) => return,
                    Some(_) => Breach::Length(id),
                    None => Breach::Form(schema.simple[id].scanned_as().unwrap_or(Builtin::Base64)),
                };
                let name = schema.decl_name(frame.decl);
                self.note(words::binary(name, octets), schema.simple.allowed(breach));
            }
            Inside::Elements { .. } | Inside::All { .. }
                if !frame.recovering && !frame.may_end(schema) =>
            {
                let name = schema.decl_name(frame.decl);
                self.note(
                    format!("element `{name}` ends too early"),
                    frame.expected(schema),
                );
            }
            _ => {}
        }
    }

    fn close_text(&mut self, frame: Frame, id: SimpleId) {
        let schema = self.schema;
        let given = schema.elements[frame.decl.0 as usize].value.as_ref();
        if given.is_some() && !frame.has_content {
            return; // The value that the schema gives takes its place.
        }
        let text = std::mem::take(&mut self.text);
        let fits = match self.too_long {
            false => schema
                .simple
                .check(id, &text, &mut self.scratch, &mut self.scope),
            _ => Err(Breach::TooLong),
        };
        let whose = || format!("element `{}`", schema.decl_name(frame.decl));
        match (fits, given) {
            (Err(breach), _) => self.note(
                words::value(&whose(), &text, breach),
                schema.simple.allowed(breach),
            ),
            (Ok(()), Some(given)) if given.fixed && !schema.is_value(id, &text, given) => {
                self.note(
                    words::value(&whose(), &text, Breach::Enumeration(id)),
                    given.shown.clone(),
                );
            }
            _ => {}
        }
        self.text = text;
        self.text.clear();
    }

    /// References to IDs are looked up when all IDs are known.
    fn close_document(&mut self, root: DeclId) {
        let dangling = self.scope.dangling_references();
        if dangling > 0 {
            let name = self.schema.decl_name(root);
            let found =
                format!("{dangling} references in element `{name}` to an ID that no element has");
            self.violations.push(Violation {
                found,
                allowed: Builtin::IdRef.wanted().into(),
            });
        }
    }

    pub(super) fn element_name(&self) -> &'s str {
        self.frames
            .last()
            .map_or("", |frame| self.schema.decl_name(frame.decl))
    }

    /// Notes a violation of the innermost element, unless it has enough of them.
    pub(super) fn note(&mut self, found: String, allowed: String) {
        if let Some(frame) = self.frames.last_mut() {
            frame.noted += 1;
            if frame.noted > VIOLATIONS_ELEMENT_MAX {
                return;
            }
        }
        self.violations.push(Violation { found, allowed });
    }
}

fn simple_of(schema: &Schema, ty: TypeRef) -> SimpleId {
    match ty {
        TypeRef::Simple(id) => id,
        TypeRef::Complex(id) => match schema.complex[id.0 as usize].content {
            Content::Simple(simple) => simple,
            _ => Builtin::AnySimple.into(),
        },
    }
}
