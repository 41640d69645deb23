//! Walks one piece of the mailing (header, letter or trailer) event by event.
//!
//! In: the piece's text and the declarations in force around it. quick-xml finds the events; the cursor checks what
//! quick-xml lets pass, resolves references and namespaces, keeps the limits, drives the schema validator, and hands
//! elements and text to the builder.
//!
//! Always holds: a piece that is not well-formed gives [`Stop::Fault`], whatever else is wrong with it. Everything else
//! is a finding. After a finding that makes the rest of the piece not worth building ([`Stop::GiveUp`]), [`Cursor::drain`]
//! still reads it to its end.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::{Error as XmlError, IllFormedError};
use quick_xml::events::Event;

use super::Limits;
use super::error::Fault;
use super::markup::{self, BadReference, RawAttribute, Wrong};
use super::scope::{Scope, Space};
use super::vocabulary::{self, Element};
use crate::finding::{Code, Finding, Place};
use crate::letter::LetterSeq;
use crate::schema::{Attribute, DeclId, Validator};

/// How many findings are kept for one piece; more help nobody.
const FINDINGS_MAX: usize = 20;

/// Elements nested deeper than this are not even looked into for being well-formed; bounds the reader's memory.
const DEPTH_READ_MAX: u32 = 100_000;

/// Where a piece begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// In the UTF-8 bytes.
    pub(super) offset: usize,
    /// From one.
    pub(super) line: u64,
    /// In characters, from one.
    pub(super) column: u64,
}

/// Why the builder must stop.
#[derive(Debug)]
pub(super) enum Stop {
    /// Not well-formed: the whole mailing is refused. Boxed, because it is rare.
    Fault(Box<Fault>),
    /// A finding says that this piece is lost; what follows is only read for being well-formed.
    GiveUp,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Node<'a> {
    /// An element starts.
    Start(Element),
    /// Character data, references resolved, line ends normalised; may come in pieces.
    Text(Cow<'a, str>),
    /// The element started last ends.
    End,
}

#[derive(Clone, Copy, Debug)]
struct Frame<'a> {
    element: Element,
    local: &'a str,
    start: usize,
    hint: u8,
}

#[derive(Debug)]
struct TagAttribute<'a> {
    space: Space,
    local: &'a str,
    value: Cow<'a, str>,
}

/// See the head of this module.
pub(super) struct Cursor<'a, 'v, 's> {
    text: &'a str,
    origin: Origin,
    seq: LetterSeq,
    limits: &'v Limits,
    reader: Reader<&'a [u8]>,
    scope: Scope<'a>,
    validator: Option<&'v mut Validator<'s>>,
    /// Open elements, outermost first. What stands beyond `depth` is the element closed last.
    frames: Vec<Frame<'a>>,
    depth: u32,
    started: bool,
    /// An empty-element tag was given as a start; its end is due.
    closing: bool,
    /// Where the event at hand begins, in `text`.
    at: usize,
    raw: Vec<RawAttribute<'a>>,
    attributes: Vec<TagAttribute<'a>>,
    findings: Vec<Finding>,
    schema_faults: usize,
    abandoned: bool,
    has_carriage_return: bool,
    has_section_close: bool,
    /// Bytes read that belong to no document; see [`Limits::text_bytes_max`].
    text_bytes: usize,
    /// Place of the contents of the element marked last by [`Cursor::mark_inside`].
    inside: Option<(usize, usize)>,
    attachments: u64,
    /// Namespace and local name of the element started last.
    name: (Space, &'a str),
    first_finding_at: Option<usize>,
}

impl<'a, 'v, 's> Cursor<'a, 'v, 's> {
    /// At the start of `text`, one whole element. `parent` is the element around it.
    pub(super) fn new(
        text: &'a str,
        origin: Origin,
        seq: LetterSeq,
        scope: Scope<'a>,
        limits: &'v Limits,
        parent: Element,
    ) -> Self {
        let mut reader = Reader::from_reader(text.as_bytes());
        reader.config_mut().check_comments = false; // Done here, with the end of the comment too.
        let has_section_close = memchr::memmem::find(text.as_bytes(), b"]]>").is_some();
        let frame = Frame {
            element: parent,
            local: "",
            start: 0,
            hint: 0,
        };
        let mut frames = Vec::with_capacity(16);
        frames.push(frame);
        Self {
            text,
            origin,
            seq,
            limits,
            reader,
            scope,
            validator: None,
            frames,
            depth: 0,
            started: false,
            closing: false,
            at: 0,
            raw: Vec::new(),
            attributes: Vec::new(),
            findings: Vec::new(),
            schema_faults: 0,
            abandoned: false,
            has_carriage_return: memchr::memchr(b'\r', text.as_bytes()).is_some(),
            has_section_close,
            text_bytes: 0,
            inside: None,
            attachments: 0,
            name: (Space::None, ""),
            first_finding_at: None,
        }
    }

    /// Lets the schema see everything; the piece is an element `decl`.
    pub(super) fn check(&mut self, validator: &'v mut Validator<'s>, decl: DeclId) {
        validator.begin(decl);
        self.validator = Some(validator);
    }

    /// The next thing in the piece.
    ///
    /// # Errors
    /// See [`Stop`].
    pub(super) fn next(&mut self) -> Result<Node<'a>, Stop> {
        if self.closing {
            self.closing = false;
            self.close();
            return Ok(Node::End);
        }
        loop {
            self.at = self.position();
            let event = self.reader.read_event();
            let node = match event {
                Ok(Event::Start(tag)) => Node::Start(self.open(tag.len())?),
                Ok(Event::Empty(tag)) => {
                    let element = self.open(tag.len());
                    self.closing = true; // Also where the building stops: the depth must stay right.
                    Node::Start(element?)
                }
                Ok(Event::End(_)) => {
                    self.close();
                    Node::End
                }
                Ok(Event::Text(text)) => Node::Text(self.character_data(self.at, text.len())?),
                Ok(Event::CData(text)) => Node::Text(self.section(text.len())?),
                Ok(Event::GeneralRef(name)) => Node::Text(self.reference(name.len())?),
                Ok(Event::Comment(text)) => {
                    let inside = self.slice(self.at + "<!--".len(), text.len())?;
                    markup::comment(inside.as_bytes()).map_err(|w| self.wrong(w, "<!--".len()))?;
                    continue;
                }
                Ok(Event::PI(text)) => {
                    let inside = self.slice(self.at + "<?".len(), text.len())?;
                    markup::instruction(inside).map_err(|w| self.wrong(w, "<?".len()))?;
                    continue;
                }
                Ok(Event::Decl(_)) => {
                    return Err(self.fault_here(
                        "an XML declaration inside the file",
                        "one at the very start only",
                    ));
                }
                Ok(Event::DocType(_)) => {
                    return Err(self.fault_here("a document type declaration", "none"));
                }
                Ok(Event::Eof) => {
                    return Err(self.fault_here(
                        "an element that does not end",
                        "an end tag for every start tag",
                    ));
                }
                Err(error) => return Err(self.refused(&error)),
            };
            self.keep_text_limit()?;
            return Ok(node);
        }
    }

    /// The next child of the element at hand, or `None` at its end. Text between children is passed over.
    ///
    /// # Errors
    /// See [`Stop`].
    pub(super) fn child(&mut self) -> Result<Option<Element>, Stop> {
        loop {
            match self.next()? {
                Node::Start(element) => return Ok(Some(element)),
                Node::End => return Ok(None),
                Node::Text(_) => {}
            }
        }
    }

    /// Passes over the rest of the element at hand.
    ///
    /// # Errors
    /// See [`Stop`].
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        let mut open = 1_u32;
        while open > 0 {
            match self.next()? {
                Node::Start(_) => open += 1,
                Node::End => open -= 1,
                Node::Text(_) => {}
            }
        }
        Ok(())
    }

    /// The text of the element at hand up to its end, as it stands.
    ///
    /// # Errors
    /// See [`Stop`].
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, Stop> {
        let mut out: Cow<'a, str> = Cow::Borrowed("");
        loop {
            match self.next()? {
                Node::Text(text) if out.is_empty() => out = text,
                Node::Text(text) => out.to_mut().push_str(&text),
                Node::Start(_) => self.skip()?,
                Node::End => return Ok(out),
            }
        }
    }

    /// The text of the element at hand up to its end, white space collapsed as `xs:token` has it.
    ///
    /// # Errors
    /// See [`Stop`].
    pub(super) fn token(&mut self) -> Result<Cow<'a, str>, Stop> {
        self.text().map(collapsed)
    }

    /// Takes an attribute without namespace from the start tag read last, collapsed as `xs:token`.
    pub(super) fn attribute(&mut self, name: &str) -> Option<Cow<'a, str>> {
        let found = self
            .attributes
            .iter_mut()
            .find(|a| a.local == name && a.space == Space::None)?;
        Some(collapsed(std::mem::take(&mut found.value)))
    }

    /// Reads to the end of the piece, for its being well-formed only.
    ///
    /// # Errors
    /// Not well-formed.
    pub(super) fn drain(&mut self) -> Result<(), Stop> {
        self.abandoned = true;
        while self.depth > 0 || !self.started {
            if self.depth > DEPTH_READ_MAX {
                return Ok(());
            }
            self.next()?;
        }
        self.finish()
    }

    /// Makes sure that nothing follows the piece's element.
    ///
    /// # Errors
    /// Something does.
    pub(super) fn finish(&mut self) -> Result<(), Stop> {
        self.at = self.position();
        match self.at == self.text.len() && self.depth == 0 {
            true => Ok(()),
            false => Err(self.fault_here("something after the element", "nothing")),
        }
    }

    /// Whether an earlier finding stopped the building.
    pub(super) fn is_abandoned(&self) -> bool {
        self.abandoned
    }

    /// Number of attachments opened so far.
    pub(super) fn attachments(&self) -> u64 {
        self.attachments
    }

    /// The findings so far.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// The first finding, and where it is in the UTF-8 bytes.
    pub(super) fn first_finding(&self) -> Option<(usize, &Finding)> {
        Some((
            self.origin.offset + self.first_finding_at?,
            self.findings.first()?,
        ))
    }

    /// Namespace and local name of the element started last.
    pub(super) fn name(&self) -> (&str, &'a str) {
        (self.scope.name(self.name.0), self.name.1)
    }

    /// The declarations in force, as those around what follows.
    pub(super) fn into_scope(self) -> Scope<'static> {
        self.scope.into_outer()
    }

    /// True if there are any.
    pub(super) fn has_findings(&self) -> bool {
        !self.findings.is_empty()
    }

    /// Remembers where the contents of the element just started begin; with [`Cursor::contents`] it gives their place.
    pub(super) fn mark_inside(&mut self) {
        let start = self.position();
        self.inside = Some((start, start));
    }

    /// Place of the contents of the element that was marked and has just ended.
    pub(super) fn contents(&self) -> Option<(usize, usize)> {
        self.inside
            .map(|(start, _)| (self.origin.offset + start, self.origin.offset + self.at))
    }

    /// A finding about the element that has just ended.
    pub(super) fn fault(
        &mut self,
        code: Code,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) {
        let shown = (self.depth as usize + 1).min(self.frames.len() - 1);
        let start = self.frames.get(shown).map_or(self.at, |f| f.start);
        self.finding(code, start, shown, found.into(), allowed.into());
    }

    /// A finding about the element at hand.
    pub(super) fn fault_inside(
        &mut self,
        code: Code,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) {
        let shown = (self.depth as usize).min(self.frames.len() - 1);
        let start = self.frames.get(shown).map_or(self.at, |f| f.start);
        self.finding(code, start, shown, found.into(), allowed.into());
    }

    fn finding(&mut self, code: Code, offset: usize, shown: usize, found: String, allowed: String) {
        if code == Code::Schema {
            self.schema_faults += 1;
        }
        self.first_finding_at.get_or_insert(offset);
        if self.findings.len() < FINDINGS_MAX {
            let place = self.place(offset, shown);
            self.findings.push(Finding {
                letter: self.seq,
                place,
                code,
                found,
                allowed,
            });
        }
    }

    /// True if the schema already found fault; the builder then has nothing to add about missing or wrong values.
    pub(super) fn schema_found_fault(&self) -> bool {
        self.schema_faults > 0
    }

    /// Line, column and path of a place in the piece; `shown` elements are in the path.
    fn place(&self, offset: usize, shown: usize) -> Place {
        let (line, column) = self
            .origin
            .advanced(&self.text.as_bytes()[..offset.min(self.text.len())]);
        let frames = self.frames.get(1..=shown).unwrap_or_default();
        let path = frames
            .iter()
            .map(|f| markup::shown(f.local))
            .collect::<Vec<_>>()
            .join("/");
        Place { line, column, path }
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn slice(&self, start: usize, length: usize) -> Result<&'a str, Stop> {
        let end = start.saturating_add(length);
        self.text
            .get(start..end)
            .ok_or_else(|| self.fault_here("damaged markup", "well-formed XML"))
    }

    // ── events ──

    /// A start tag whose inside is `length` bytes long.
    fn open(&mut self, length: usize) -> Result<Element, Stop> {
        self.depth += 1;
        self.started = true;
        if length > self.limits.tag_bytes_max {
            let found = format!("a start tag of {length} bytes");
            let allowed = format!("at most {}", self.limits.tag_bytes_max);
            self.lose(Code::LimitAttributes, found, allowed)?;
            return Ok(Element::Unknown);
        }
        let inside = self.slice(self.at + 1, length)?;
        let mut raw = std::mem::take(&mut self.raw);
        let result = self.read_tag(inside, &mut raw);
        let count = raw.len();
        self.raw = raw;
        let (local, space) = result?;
        self.name = (space, local);
        if count > self.limits.attributes_max {
            self.lose(
                Code::LimitAttributes,
                format!("{count} attributes on an element"),
                format!("at most {}", self.limits.attributes_max),
            )?;
        }
        if self.depth as usize > self.limits.depth_max {
            self.lose(
                Code::LimitDepth,
                format!("an element at depth {}", self.depth),
                format!("at most {}", self.limits.depth_max),
            )?;
        }
        if self.abandoned {
            return Ok(Element::Unknown);
        }
        let element = self.push_frame(local, space);
        self.validate_start(local, space);
        Ok(element)
    }

    /// Checks the tag, brings its declarations into force and its attributes into `self.attributes`.
    fn read_tag(
        &mut self,
        inside: &'a str,
        raw: &mut Vec<RawAttribute<'a>>,
    ) -> Result<(&'a str, Space), Stop> {
        let name = markup::tag(inside, raw).map_err(|w| self.wrong(w, 1))?;
        let (prefix, local) = markup::split_name(name).unwrap_or(("", name));
        self.attributes.clear();
        for attribute in raw.iter() {
            if let Some(prefix) = attribute.declares() {
                self.scope
                    .declare(prefix, attribute, self.depth)
                    .map_err(|found| {
                        self.fault_at(self.at + 1 + attribute.offset, found, "another namespace")
                    })?;
            }
        }
        let Some(space) = self.scope.of_element(prefix) else {
            return Err(self.undeclared(prefix, 1));
        };
        for attribute in raw.iter() {
            let value = self.attribute_value(attribute)?;
            if attribute.declares().is_some() {
                continue;
            }
            let Some(space) = self.scope.of_attribute(attribute.prefix) else {
                return Err(self.undeclared(attribute.prefix, 1 + attribute.offset));
            };
            self.attributes.push(TagAttribute {
                space,
                local: attribute.local,
                value,
            });
        }
        self.refuse_duplicates(raw)?;
        Ok((local, space))
    }

    fn attribute_value(&mut self, attribute: &RawAttribute<'a>) -> Result<Cow<'a, str>, Stop> {
        let mut bad = Vec::new(); // Allocates only if something is.
        let value = markup::attribute_value(attribute.value, |_, why| bad.push(why));
        let at = self.at + 1 + attribute.offset;
        for why in bad {
            self.bad_reference(why, at)?;
        }
        Ok(value)
    }

    /// Two attributes of one name, or of one expanded name, are not well-formed.
    fn refuse_duplicates(&self, raw: &[RawAttribute<'a>]) -> Result<(), Stop> {
        let mut twice = None;
        if raw.len() <= self.limits.attributes_max {
            for (i, a) in raw.iter().enumerate() {
                twice = twice.or(raw[..i]
                    .iter()
                    .find(|b| (a.prefix, a.local) == (b.prefix, b.local))
                    .map(|a| a.local));
            }
        } else {
            let mut names: Vec<_> = raw.iter().map(|a| (a.prefix, a.local)).collect();
            names.sort_unstable();
            twice = names.windows(2).find(|w| w[0] == w[1]).map(|w| w[0].1);
        }
        if twice.is_none()
            && self
                .attributes
                .iter()
                .filter(|a| a.space != Space::None)
                .count()
                > 1
        {
            let mut names: Vec<_> = self
                .attributes
                .iter()
                .filter(|a| a.space != Space::None)
                .map(|a| (self.scope.name(a.space), a.local))
                .collect();
            names.sort_unstable();
            twice = names.windows(2).find(|w| w[0] == w[1]).map(|w| w[0].1);
        }
        match twice {
            Some(name) => Err(self.fault_here(
                format!("attribute `{}` twice on one element", markup::shown(name)),
                "each attribute once",
            )),
            None => Ok(()),
        }
    }

    fn push_frame(&mut self, local: &'a str, space: Space) -> Element {
        let depth = self.depth as usize;
        let element = match (self.scope.is_ours(space), self.frames.get_mut(depth - 1)) {
            (true, Some(parent)) => vocabulary::child(parent.element, local, &mut parent.hint),
            _ => Element::Unknown,
        };
        self.attachments += u64::from(element == Element::Attachment);
        self.frames.truncate(depth);
        self.frames.push(Frame {
            element,
            local,
            start: self.at,
            hint: 0,
        });
        element
    }

    fn validate_start(&mut self, local: &'a str, space: Space) {
        let Some(validator) = self.validator.as_deref_mut() else {
            return;
        };
        let scope = &self.scope;
        let namespace = scope.name(space).as_bytes();
        if self.attributes.is_empty() {
            validator.start(namespace, local.as_bytes(), &[]);
        } else {
            let list: Vec<Attribute<'_>> = self
                .attributes
                .iter()
                .map(|a| Attribute {
                    namespace: scope.name(a.space).as_bytes(),
                    local: a.local.as_bytes(),
                    value: &a.value,
                })
                .collect();
            validator.start(namespace, local.as_bytes(), &list);
        }
        self.take_violations(self.at, self.depth as usize);
    }

    fn close(&mut self) {
        if !self.abandoned {
            if let Some(validator) = self.validator.as_deref_mut() {
                validator.end();
            }
            let shown = self.depth as usize;
            let start = self.frames.get(shown).map_or(self.at, |f| f.start);
            self.take_violations(start, shown);
        }
        self.scope.leave(self.depth);
        self.depth = self.depth.saturating_sub(1);
    }

    fn character_data(&mut self, start: usize, length: usize) -> Result<Cow<'a, str>, Stop> {
        let text = self.slice(start, length)?;
        if self.has_section_close {
            if let Some(i) = text.find("]]>") {
                return Err(self.fault_at(start + i, "`]]>` in text", "`]]&gt;`"));
            }
        }
        let text = self.line_ends(text);
        self.validate_text(&text);
        Ok(text)
    }

    fn section(&mut self, length: usize) -> Result<Cow<'a, str>, Stop> {
        let text = self.slice(self.at + "<![CDATA[".len(), length)?;
        let text = self.line_ends(text);
        self.validate_text(&text);
        Ok(text)
    }

    fn reference(&mut self, length: usize) -> Result<Cow<'a, str>, Stop> {
        let name = self.slice(self.at + 1, length)?;
        let text = match markup::reference(name) {
            Ok('&') => Cow::Borrowed("&"),
            Ok('<') => Cow::Borrowed("<"),
            Ok('>') => Cow::Borrowed(">"),
            Ok(c) => Cow::Owned(c.to_string()),
            Err(why) => {
                self.bad_reference(why, self.at)?;
                Cow::Borrowed("")
            }
        };
        self.validate_text(&text);
        Ok(text)
    }

    fn bad_reference(&mut self, why: BadReference, at: usize) -> Result<(), Stop> {
        let (code, found, allowed) = match why {
            BadReference::Malformed => {
                return Err(self.fault_at(at, "`&` that begins no reference", "`&amp;`"));
            }
            BadReference::Unknown => (
                Code::TextEntity,
                "an entity that XML does not define",
                "`&amp;`, `&lt;`, `&gt;`, `&apos;`, `&quot;` and numbers",
            ),
            BadReference::Forbidden => (
                Code::TextForbidden,
                "a reference to a character that XML forbids",
                "characters of XML 1.0",
            ),
        };
        if !self.abandoned {
            let shown = (self.depth as usize).min(self.frames.len() - 1);
            self.finding(code, at, shown, found.into(), allowed.into());
        }
        Ok(())
    }

    /// Line ends as XML 1.0 §2.11 has them: CRLF and CR are LF.
    fn line_ends(&self, text: &'a str) -> Cow<'a, str> {
        if !self.has_carriage_return || !text.contains('\r') {
            return Cow::Borrowed(text);
        }
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    }

    fn validate_text(&mut self, text: &str) {
        if self.abandoned {
            return;
        }
        if let Some(validator) = self.validator.as_deref_mut() {
            validator.text(text);
            self.take_violations(self.at, self.depth as usize);
        }
    }

    /// Turns what the schema noted into findings at a place.
    fn take_violations(&mut self, offset: usize, shown: usize) {
        let Some(validator) = self.validator.as_deref_mut() else {
            return;
        };
        if validator.violations().is_empty() {
            return;
        }
        let violations = std::mem::take(validator.violations());
        for violation in violations {
            self.finding(
                Code::Schema,
                offset,
                shown,
                violation.found,
                violation.allowed,
            );
        }
    }

    fn keep_text_limit(&mut self) -> Result<(), Stop> {
        let in_document = self
            .frames
            .get(self.depth as usize)
            .is_some_and(|f| f.element == Element::Base64);
        if !in_document {
            self.text_bytes += self.position() - self.at;
            if self.text_bytes > self.limits.text_bytes_max {
                let allowed = format!(
                    "at most {} bytes beside documents",
                    self.limits.text_bytes_max
                );
                self.text_bytes = 0; // Said once is enough; nothing is counted after it.
                return self.lose(
                    Code::LimitLetterBytes,
                    "more text than allowed".into(),
                    allowed,
                );
            }
        }
        Ok(())
    }

    // ── what goes wrong ──

    /// A finding after which nothing is built.
    fn lose(&mut self, code: Code, found: String, allowed: String) -> Result<(), Stop> {
        if self.abandoned {
            return Ok(());
        }
        let shown = (self.depth as usize).min(self.frames.len() - 1);
        self.finding(code, self.at, shown, found, allowed);
        self.abandoned = true;
        Err(Stop::GiveUp)
    }

    fn fault_at(
        &self,
        offset: usize,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Stop {
        Stop::Fault(Box::new(Fault::ill_formed(
            self.origin.offset + offset,
            found,
            allowed,
        )))
    }

    fn fault_here(&self, found: impl Into<String>, allowed: impl Into<String>) -> Stop {
        self.fault_at(self.at, found, allowed)
    }

    fn wrong(&self, wrong: Wrong, markup: usize) -> Stop {
        self.fault_at(self.at + markup + wrong.offset, wrong.found, wrong.allowed)
    }

    fn undeclared(&self, prefix: &str, offset: usize) -> Stop {
        self.fault_at(
            self.at + offset,
            format!(
                "the prefix `{}`, which is not declared",
                markup::shown(prefix)
            ),
            "a prefix with an `xmlns` declaration",
        )
    }

    /// What quick-xml refuses.
    fn refused(&self, error: &XmlError) -> Stop {
        let at = usize::try_from(self.reader.error_position()).unwrap_or(self.at);
        match error {
            XmlError::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => self
                .fault_at(
                    at,
                    format!("`</{}>`", markup::shown(found)),
                    format!("`</{}>`", markup::shown(expected)),
                ),
            XmlError::IllFormed(IllFormedError::UnclosedReference) => {
                self.fault_at(at, "`&` that begins no reference", "`&amp;`")
            }
            XmlError::Syntax(error) => self.fault_at(at, error.to_string(), "closed markup"),
            _ => self.fault_at(at, "damaged markup", "well-formed XML"),
        }
    }
}

impl Origin {
    /// Line and column behind `before`, which starts here.
    pub(super) fn advanced(&self, before: &[u8]) -> (u64, u64) {
        let characters = |bytes: &[u8]| bytes.iter().filter(|&&b| b & 0xc0 != 0x80).count() as u64;
        match memchr::memrchr(b'\n', before) {
            Some(i) => {
                let lines = memchr::memchr_iter(b'\n', before).count() as u64;
                (self.line + lines, 1 + characters(&before[i + 1..]))
            }
            None => (self.line, self.column + characters(before)),
        }
    }
}

/// White space collapsed as `xs:token` has it; borrowed where only the ends had to be cut.
pub(super) fn collapsed(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
    let inner = text.trim_matches(is_space);
    let mut space_before = false;
    let folded = inner.bytes().all(|b| {
        let fine = !matches!(b, b'\t' | b'\n' | b'\r') && !(b == b' ' && space_before);
        space_before = b == b' ';
        fine
    });
    if !folded {
        let mut out = String::with_capacity(inner.len());
        for word in inner.split(is_space).filter(|w| !w.is_empty()) {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
        return Cow::Owned(out);
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(is_space)),
        Cow::Owned(text) if inner.len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim_matches(is_space).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_collapsed_and_borrowed_where_they_can_be() {
        assert!(matches!(
            collapsed(Cow::Borrowed(" \n a b ")),
            Cow::Borrowed("a b")
        ));
        assert_eq!(
            collapsed(Cow::Borrowed("a \t\r\n b\u{a0} c")),
            "a b\u{a0} c"
        );
        assert_eq!(collapsed(Cow::Borrowed(" \n ")), "");
        assert_eq!(collapsed(Cow::Owned(" a ".into())), "a");
    }

    #[test]
    fn places_count_lines_and_characters() {
        let origin = Origin {
            offset: 0,
            line: 7,
            column: 5,
        };
        assert_eq!(origin.advanced("åö".as_bytes()), (7, 7));
        assert_eq!(origin.advanced("a\nåö\nå".as_bytes()), (9, 2));
    }
}
