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
use quick_xml::events::Event;

use super::Limits;
use super::error::Fault;
use super::vocabulary::Element;
use super::white_space::collapsed;
use crate::finding::Finding;
use crate::letter::LetterSeq;
use crate::schema::{DeclId, Validator};
use crate::xml::markup::{self, RawAttribute};
use crate::xml::scope::{Scope, Space};

/// Elements nested deeper than this are not even looked into for being well-formed; bounds the reader's memory.
const DEPTH_READ_MAX: u32 = 100_000;

mod events;
mod report;

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

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn slice(&self, start: usize, length: usize) -> Result<&'a str, Stop> {
        let end = start.saturating_add(length);
        self.text
            .get(start..end)
            .ok_or_else(|| self.fault_here("damaged markup", "well-formed XML"))
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

#[cfg(test)]
mod tests {
    use super::*;

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
