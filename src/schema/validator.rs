//! Checks documents against a compiled schema, event by event.
//!
//! A frame for each open element holds its place in the content model. What is unknown is reported once and skipped
//! whole; what comes too early moves the place forward, so that one mistake gives one violation. On a valid document
//! no event allocates, once the buffers have grown.

use super::automaton::{Process, State, StateId, WildcardId};
use super::binary::{Base64Scan, HexScan};
use super::builtin::Builtin;
use super::model::{ANYTHING, ComplexType, Content, Derivation, TypeRef};
use super::names::{NameId, NamespaceId, XSI_ID};
use super::scope::Scope;
use super::value::{Breach, SimpleId};
use super::words;
use super::{
    Attribute, DEPTH_MAX, DeclId, Schema, VALUE_BYTES_MAX, VIOLATIONS_ELEMENT_MAX, Violation,
};

/// Checks one element and all that is in it, event by event. Made once a thread and used again for each letter.
#[derive(Debug)]
pub struct Validator<'s> {
    schema: &'s Schema,
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
    /// Folded white space.
    scratch: String,
    scan: Scan,
    scope: Scope,
}

/// A binary value that is checked as it arrives.
#[derive(Clone, Copy, Debug)]
enum Scan {
    Base64(Base64Scan),
    Hex(HexScan),
}

/// An open element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    decl: DeclId,
    inside: Inside,
    /// Elements that a state with a counter has seen in a row.
    count: u32,
    /// Violations noted for this element.
    noted: u32,
    /// An element was skipped here, or the place moved: what is missing next is a consequence.
    recovering: bool,
    /// The element that was skipped last.
    skipped: Option<NameId>,
    has_content: bool,
    text_reported: bool,
}

/// What may be in an open element.
#[derive(Clone, Copy, Debug)]
enum Inside {
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
    fn of(ty: &ComplexType) -> Option<Self> {
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
                // Enough is kept to see that it is too long.
                if self.text.len() <= VALUE_BYTES_MAX {
                    self.text.push_str(text);
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
            Some(last) if names.namespace_text(last).as_bytes() == namespace => Some(last),
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

    /// `xsi:type` and `xsi:nil`.
    fn instance_attributes(
        &mut self,
        decl: DeclId,
        attributes: &[Attribute<'_>],
    ) -> (TypeRef, bool) {
        let schema = self.schema;
        let element = &schema.elements[decl.0 as usize];
        let name = schema.decl_name(decl);
        let (mut ty, mut nil) = (element.ty, false);
        let instance =
            |attribute: &&Attribute<'_>| attribute.namespace == super::names::XSI.as_bytes();
        for attribute in attributes.iter().filter(instance) {
            let value = attribute.value.trim_matches([' ', '\t', '\r', '\n']);
            match attribute.local {
                b"type" => match self.derived(element.ty, element.blocked, value) {
                    Ok(named) => ty = named,
                    Err(allowed) => self.note(format!("xsi:type of element `{name}`"), allowed),
                },
                b"nil" if !element.nillable => {
                    self.note(
                        format!("xsi:nil on element `{name}`, which is not nillable"),
                        "no xsi:nil".into(),
                    );
                }
                b"nil" => match value {
                    "true" | "1" => nil = true,
                    "false" | "0" => {}
                    _ => self.note(
                        format!("xsi:nil of element `{name}`"),
                        Builtin::Boolean.wanted().into(),
                    ),
                },
                b"schemaLocation" | b"noNamespaceSchemaLocation" => {}
                other => {
                    let other = words::shorten(other);
                    self.note(
                        format!("attribute `xsi:{other}` on element `{name}`"),
                        "no such attribute".into(),
                    );
                }
            }
        }
        if nil && element.value.as_ref().is_some_and(|given| given.fixed) {
            self.note(
                format!("xsi:nil on element `{name}`, which has a fixed value"),
                "the fixed value".into(),
            );
        }
        (ty, nil)
    }

    /// The type that `xsi:type` names, if it comes from the declared one by steps that are not blocked.
    fn derived(
        &self,
        declared: TypeRef,
        blocked: super::model::Blocked,
        value: &str,
    ) -> Result<TypeRef, String> {
        let schema = self.schema;
        let Some(name) = self.scope.resolve(value) else {
            return Err("a type whose prefix is declared".into());
        };
        let Some(&named) = schema.named_types.get(&name) else {
            return Err("a type of the schema".into());
        };
        let blocked = match declared {
            TypeRef::Complex(id) => blocked.and(schema.complex[id.0 as usize].blocked),
            TypeRef::Simple(_) => blocked,
        };
        if schema.is_derived(named, declared, blocked) {
            Ok(named)
        } else {
            Err("a type derived from that of the element".into())
        }
    }

    fn no_attributes(&mut self, attributes: &[Attribute<'_>]) {
        for attribute in attributes {
            if attribute.namespace != super::names::XSI.as_bytes() {
                self.unknown_attribute(attribute, "no attributes".into());
            }
        }
    }

    fn attributes(&mut self, ty: &'s ComplexType, attributes: &[Attribute<'_>]) {
        let mut seen = 0_u128;
        for attribute in attributes {
            let namespace = self.schema.names.namespace(attribute.namespace);
            if namespace == Some(XSI_ID) {
                continue;
            }
            let name =
                namespace.and_then(|namespace| self.schema.names.get(namespace, attribute.local));
            let place = ty
                .attributes
                .iter()
                .position(|known| Some(known.name) == name);
            if let Some(place) = place {
                seen |= 1 << place;
                self.attribute(&ty.attributes[place], attribute);
            } else {
                self.wild_attribute(ty, name, attribute);
            }
        }
        let missing = ty.required & !seen;
        if missing != 0 {
            for (place, known) in ty.attributes.iter().enumerate() {
                if missing & (1 << place) != 0 {
                    let (attribute, element) =
                        (self.schema.names.local(known.name), self.element_name());
                    let found = format!("element `{element}` without attribute `{attribute}`");
                    self.note(found, format!("attribute `{attribute}`"));
                }
            }
        }
    }

    fn attribute(&mut self, known: &super::model::AttributeUse, attribute: &Attribute<'_>) {
        let schema = self.schema;
        let fits = schema.simple.check(
            known.ty,
            attribute.value,
            &mut self.scratch,
            &mut self.scope,
        );
        let (found, allowed) = match (&fits, &known.value) {
            (Err(breach), _) => {
                let whose = format!(
                    "attribute `{}` of element `{}`",
                    schema.names.local(known.name),
                    self.element_name()
                );
                (
                    words::value(&whose, attribute.value, *breach),
                    schema.simple.allowed(*breach),
                )
            }
            (Ok(()), Some(given))
                if given.fixed && !schema.is_value(known.ty, attribute.value, given) =>
            {
                let whose = format!(
                    "attribute `{}` of element `{}`",
                    schema.names.local(known.name),
                    self.element_name()
                );
                (
                    words::value(&whose, attribute.value, Breach::Enumeration(known.ty)),
                    given.shown.clone(),
                )
            }
            _ => return,
        };
        self.note(found, allowed);
    }

    fn wild_attribute(
        &mut self,
        ty: &ComplexType,
        name: Option<NameId>,
        attribute: &Attribute<'_>,
    ) {
        let schema = self.schema;
        let wildcard = ty.any_attribute.map(|id| &schema.wildcards[id.0 as usize]);
        let admitted = wildcard.filter(|wildcard| wildcard.namespaces.admit(attribute.namespace));
        let global =
            name.and_then(|name| schema.attributes.iter().find(|global| global.name == name));
        match (admitted.map(|wildcard| wildcard.process), global) {
            (Some(Process::Skip), _) | (Some(Process::Lax), None) => {}
            (Some(_), Some(global)) => self.attribute(global, attribute),
            (Some(Process::Strict), None) => {
                self.unknown_attribute(attribute, "an attribute that the schema declares".into())
            }
            (None, _) => {
                let names: Vec<_> = ty
                    .attributes
                    .iter()
                    .map(|known| schema.names.local(known.name))
                    .collect();
                self.unknown_attribute(attribute, words::attributes(&names));
            }
        }
    }

    fn unknown_attribute(&mut self, attribute: &Attribute<'_>, allowed: String) {
        let element = self.element_name();
        let name = words::shorten(attribute.local);
        let place = words::foreign(self.schema, attribute.namespace);
        self.note(
            format!("attribute `{name}`{place} on element `{element}`"),
            allowed,
        );
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
        let fits = match text.len() {
            0..=VALUE_BYTES_MAX => {
                schema
                    .simple
                    .check(id, &text, &mut self.scratch, &mut self.scope)
            }
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

    fn element_name(&self) -> &'s str {
        self.frames
            .last()
            .map_or("", |frame| self.schema.decl_name(frame.decl))
    }

    /// Notes a violation of the innermost element, unless it has enough of them.
    fn note(&mut self, found: String, allowed: String) {
        if let Some(frame) = self.frames.last_mut() {
            frame.noted += 1;
            if frame.noted > VIOLATIONS_ELEMENT_MAX {
                return;
            }
        }
        self.violations.push(Violation { found, allowed });
    }
}

/// An element as it comes.
pub(super) struct Met<'a> {
    pub namespace: &'a [u8],
    pub local: &'a [u8],
    pub name: Option<NameId>,
}

impl Frame {
    fn new(decl: DeclId, inside: Inside) -> Self {
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

fn simple_of(schema: &Schema, ty: TypeRef) -> SimpleId {
    match ty {
        TypeRef::Simple(id) => id,
        TypeRef::Complex(id) => match schema.complex[id.0 as usize].content {
            Content::Simple(simple) => simple,
            _ => Builtin::AnySimple.into(),
        },
    }
}

impl Schema {
    /// True if `ty` is `base`, or comes from it by steps that are not blocked.
    fn is_derived(&self, ty: TypeRef, base: TypeRef, blocked: super::model::Blocked) -> bool {
        if ty == base {
            return true;
        }
        if let TypeRef::Simple(base) = base
            && let super::value::Variety::Union(members) = &self.simple[base].variety
            && members
                .iter()
                .any(|&member| self.is_derived(ty, TypeRef::Simple(member), blocked))
        {
            return true;
        }
        let (next, derivation) = match ty {
            TypeRef::Simple(id) => match self.simple[id].base {
                Some(next) => (TypeRef::Simple(next), Derivation::Restriction),
                None => (
                    TypeRef::Complex(super::model::ANY_TYPE),
                    Derivation::Restriction,
                ),
            },
            TypeRef::Complex(id) => match self.complex[id.0 as usize].base {
                Some(step) => step,
                None => return false,
            },
        };
        !blocked.forbids(derivation) && self.is_derived(next, base, blocked)
    }
}
