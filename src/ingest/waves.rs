//! Walks the children of the root and hands out the letters in waves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::build::{self, Trailer};
use super::cursor::{Cursor, Origin};
use super::error::{Error, Fault, FaultKind};
use super::split::{self, Item, Shortcut};
use super::vocabulary::Element;
use super::{Options, Parsed, Slice, Source, beside, damage, markup, opening, parse, white_space};
use crate::letter::LetterSeq;
use crate::schema::{Children, DeclId, Validator};

/// Where a letter is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    pub(super) seq: LetterSeq,
    pub(super) origin: Origin,
    pub(super) end: usize,
    pub(super) decl: DeclId,
}

/// What a mailing turned out to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Letters, good and bad.
    pub letters: u32,
}

/// Attachments counted by the waves that were parsed.
#[derive(Debug, Default)]
struct Tally {
    attachments: AtomicU64,
    letters: AtomicU64,
}

/// The letters of a mailing, wave by wave. Cutting is serial and fast; a caller that wants both cores all the time cuts
/// the next wave while it works on the last (`rayon::join(|| wave.parse(source), || waves.next())`).
#[derive(Debug)]
pub struct Waves<'s> {
    source: &'s Source,
    options: Options,
    children: Children<'s>,
    /// How far the file is read.
    here: Origin,
    next_seq: u32,
    /// A letter that did not fit into the last wave, and its weight.
    ahead: Option<(Cut, usize)>,
    /// The kind of child that the last start tag was, so that the next one like it needs no second look.
    last: Option<(Shortcut, DeclId)>,
    trailer: Option<(Trailer, usize)>,
    state: State,
    tally: Arc<Tally>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Letters or the trailer may follow.
    Letters,
    /// Only the root's end tag may follow.
    Trailer,
    /// The file is read to its end.
    Done,
}

/// Letters that are parsed together.
#[derive(Debug)]
pub struct Wave {
    cuts: Vec<Cut>,
    tally: Arc<Tally>,
    counted: AtomicBool,
}

impl<'s> Waves<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        let mut children = Children::of(&source.schema, source.root.decl);
        let header = source.header_place.of(source.bytes());
        let options = Options {
            schema: source.schema.clone(),
            limits: source.limits.clone(),
        };
        let (line, column) = Origin {
            offset: 0,
            line: 1,
            column: 1,
        }
        .advanced(&source.bytes()[..source.header_place.end as usize]);
        let here = Origin {
            offset: source.header_place.end as usize,
            line,
            column,
        };
        // The header was allowed here when the mailing was opened.
        let _ = opening::classify(
            std::str::from_utf8(header).unwrap_or_default(),
            here,
            &source.root,
            &options,
            &mut children,
        );
        Self {
            source,
            options,
            children,
            here,
            next_seq: 0,
            ahead: None,
            last: None,
            trailer: None,
            state: State::Letters,
            tally: Arc::default(),
        }
    }

    /// The next letters, or `None` after the last.
    ///
    /// # Errors
    /// The file is not a whole, well-formed mailing as far as it was read.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator could be asked again after an error"
    )]
    pub fn next(&mut self) -> Result<Option<Wave>, Error> {
        self.next_wave()
            .map_err(|fault| self.source.file.refuse(fault))
    }

    /// Reads what is left of the file and compares it with what the mailing declares.
    ///
    /// # Errors
    /// As [`Waves::next`]; or a control total is wrong.
    pub fn finish(mut self) -> Result<Totals, Error> {
        while self.next()?.is_some() {}
        self.check_trailer()
            .map_err(|fault| self.source.file.refuse(fault))?;
        Ok(Totals {
            letters: self.next_seq,
        })
    }

    fn next_wave(&mut self) -> Result<Option<Wave>, Fault> {
        let limits = &self.source.limits;
        let (letters_max, bytes_max) = (limits.wave_letters.max(1), limits.wave_bytes);
        let mut cuts = Vec::new();
        let mut bytes = 0_usize;
        while cuts.len() < letters_max {
            let Some((cut, weight)) = self.next_letter()? else {
                break;
            };
            if !cuts.is_empty() && bytes.saturating_add(weight) > bytes_max {
                self.ahead = Some((cut, weight));
                break;
            }
            bytes = bytes.saturating_add(weight);
            cuts.push(cut);
        }
        if cuts.is_empty() {
            return Ok(None);
        }
        Ok(Some(Wave {
            cuts,
            tally: self.tally.clone(),
            counted: AtomicBool::new(false),
        }))
    }

    /// The next letter and how much memory it will take, roughly.
    fn next_letter(&mut self) -> Result<Option<(Cut, usize)>, Fault> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        let source = self.source;
        let bytes = source.bytes();
        while self.state != State::Done {
            match split::next_tag(bytes, self.here.offset, "between the letters")? {
                Item::Nothing => {
                    return Err(Fault::truncated(
                        bytes.len(),
                        format!("`{}`", source.root.name),
                    ));
                }
                Item::End(at) => self.end_of_root(at)?,
                Item::Start(at) => {
                    self.move_to(at);
                    if let Some(cut) = self.child()? {
                        let letter = &bytes[cut.origin.offset..cut.end];
                        // A letter over the limit is not read into memory at all.
                        let weight = match letter.len() > source.limits.letter_bytes_max {
                            true => 0,
                            false => {
                                letter.len()
                                    + beside::weight(
                                        letter,
                                        &source.folder,
                                        source.limits.document_bytes_max,
                                    )
                            }
                        };
                        return Ok(Some((cut, weight)));
                    }
                }
            }
        }
        Ok(None)
    }

    fn move_to(&mut self, offset: usize) {
        let (line, column) = self
            .here
            .advanced(&self.source.bytes()[self.here.offset..offset]);
        self.here = Origin {
            offset,
            line,
            column,
        };
    }

    /// The child of the root that begins here: a letter, or `None` for the trailer.
    fn child(&mut self) -> Result<Option<Cut>, Fault> {
        let bytes = self.source.bytes();
        let origin = self.here;
        let tag_end = split::tag_end(bytes, origin.offset)?;
        let tag = &bytes[origin.offset..tag_end];
        let name = split::name_at(bytes, origin.offset);
        let like_last = self
            .last
            .as_ref()
            .is_some_and(|(shortcut, _)| shortcut.name() == name);
        if !like_last
            || memchr::memmem::find(tag, b"xmlns").is_some()
            || self.state != State::Letters
        {
            let (element, decl) = self.classify(tag)?;
            if element == Element::Trailer {
                self.trailer(decl)?;
                return Ok(None);
            }
            self.last = Some((Shortcut::new(name), decl));
        } else {
            self.next_like_last()?;
        }
        let Some((shortcut, decl)) = &self.last else {
            return Ok(None);
        };
        let end = match tag.ends_with(b"/>") {
            true => tag_end,
            false => match shortcut.element_end(bytes, tag_end) {
                Some(end) => end,
                None => split::element_end(bytes, origin.offset)?,
            },
        };
        let cut = Cut {
            seq: LetterSeq(self.next_seq),
            origin,
            end,
            decl: *decl,
        };
        let declared = self.source.header.letters_declared;
        if self.next_seq >= declared {
            let kind = FaultKind::Total {
                part: "header",
                what: "letters",
                declared: declared.into(),
                found: u64::from(self.next_seq) + 1,
            };
            return Err(Fault {
                offset: origin.offset,
                kind,
            });
        }
        self.next_seq += 1;
        self.move_to(end);
        Ok(Some(cut))
    }

    /// What the child with this start tag is; a letter or the trailer, where it may stand.
    fn classify(&mut self, tag: &[u8]) -> Result<(Element, DeclId), Fault> {
        let origin = self.here;
        let text = damage::repaired_cow(tag);
        let (element, decl) = opening::classify(
            &text,
            origin,
            &self.source.root,
            &self.options,
            &mut self.children,
        )
        .map_err(|fault| self.no_letters(fault))?;
        let allowed = match (element, self.state) {
            (Element::Letter, State::Letters) => true,
            (Element::Trailer, State::Letters) if self.next_seq > 0 => true,
            (Element::Trailer, State::Letters) => {
                return Err(Fault {
                    offset: origin.offset,
                    kind: FaultKind::NoLetters,
                });
            }
            _ => false,
        };
        if !allowed {
            let name = markup::shown(&String::from_utf8_lossy(split::name_at(tag, 0)));
            let kind = FaultKind::Invalid {
                part: "root",
                found: format!("`{name}` here"),
                allowed: "letters, then the trailer".into(),
            };
            return Err(Fault {
                offset: origin.offset,
                kind,
            });
        }
        Ok((element, decl))
    }

    /// A child that the schema does not allow where the first letter should stand means that there is no letter.
    fn no_letters(&self, fault: Fault) -> Fault {
        let bytes = self.source.bytes();
        let name = split::name_at(bytes, self.here.offset);
        let trailer = matches!(name.rsplit(|&b| b == b':').next(), Some(b"trailer"));
        match self.next_seq == 0 && trailer {
            true => Fault {
                offset: fault.offset,
                kind: FaultKind::NoLetters,
            },
            false => fault,
        }
    }

    /// One more letter of the same name in the same namespace.
    fn next_like_last(&mut self) -> Result<(), Fault> {
        let violation = match self.children.next(
            super::vocabulary::NAMESPACE.as_bytes(),
            super::vocabulary::LETTER.as_bytes(),
        ) {
            Ok(_) => return Ok(()),
            Err(violation) => violation,
        };
        let kind = FaultKind::Invalid {
            part: "root",
            found: violation.found,
            allowed: violation.allowed,
        };
        Err(Fault {
            offset: self.here.offset,
            kind,
        })
    }

    /// Reads the trailer that begins here.
    fn trailer(&mut self, decl: DeclId) -> Result<(), Fault> {
        let source = self.source;
        let bytes = source.bytes();
        let start = self.here.offset;
        let end = split::element_end(bytes, start)?;
        let bytes_max = source.limits.text_bytes_max;
        if end - start > bytes_max {
            let kind = FaultKind::Invalid {
                part: "trailer",
                found: format!("a trailer of {} bytes", end - start),
                allowed: format!("at most {bytes_max}"),
            };
            return Err(Fault {
                offset: start,
                kind,
            });
        }
        let text =
            damage::text_of(&bytes[start..end]).map_err(|damage| split::damaged(start, damage))?;
        let mut validator = Validator::new(&source.schema);
        let mut cursor = Cursor::new(
            text,
            self.here,
            LetterSeq(0),
            source.root.scope.borrowed(),
            &source.limits,
            Element::Mailing,
        );
        cursor.check(&mut validator, decl);
        self.trailer =
            opening::read(&mut cursor, "trailer", build::trailer)?.map(|trailer| (trailer, start));
        self.state = State::Trailer;
        self.move_to(end);
        Ok(())
    }

    /// The root ends at `at`; nothing but comments, processing instructions and white space may follow.
    fn end_of_root(&mut self, at: usize) -> Result<(), Fault> {
        let bytes = self.source.bytes();
        let end = split::tag_end(bytes, at)?;
        let name = self.source.root.name.as_bytes();
        let found = bytes[at + 2..end - 1].trim_ascii_end();
        if found != name
            || bytes[at + 2..end - 1]
                .iter()
                .skip(name.len())
                .any(|&b| !white_space::is_space(b))
        {
            let found = markup::shown(&String::from_utf8_lossy(found));
            return Err(Fault::ill_formed(
                at,
                format!("`</{found}>`"),
                format!("`</{}>`", self.source.root.name),
            ));
        }
        if self.next_seq == 0 {
            return Err(Fault {
                offset: at,
                kind: FaultKind::NoLetters,
            });
        }
        if let Err(violation) = self.children.end() {
            let kind = FaultKind::Invalid {
                part: "root",
                found: violation.found,
                allowed: violation.allowed,
            };
            return Err(Fault { offset: at, kind });
        }
        match split::next_tag(bytes, end, "after the root element")? {
            Item::Nothing => {}
            Item::Start(at) | Item::End(at) => {
                return Err(Fault::ill_formed(
                    at,
                    "a tag after the root element",
                    "comments and white space",
                ));
            }
        }
        let (declared, found) = (
            u64::from(self.source.header.letters_declared),
            u64::from(self.next_seq),
        );
        if declared != found {
            let kind = FaultKind::Total {
                part: "header",
                what: "letters",
                declared,
                found,
            };
            return Err(Fault { offset: at, kind });
        }
        self.state = State::Done;
        Ok(())
    }

    fn check_trailer(&self) -> Result<(), Fault> {
        let Some((trailer, offset)) = &self.trailer else {
            return Ok(());
        };
        let wrong = |what, declared, found| {
            let kind = FaultKind::Total {
                part: "trailer",
                what,
                declared,
                found,
            };
            Err(Fault {
                offset: *offset,
                kind,
            })
        };
        if let Some(declared) = trailer.letters.filter(|&n| n != u64::from(self.next_seq)) {
            return wrong("letters", declared, self.next_seq.into());
        }
        if let Some(declared) = trailer.attachments {
            let found = self.attachments()?;
            if found != declared {
                return wrong("attachments", declared, found);
            }
        }
        Ok(())
    }

    /// Number of attachments in the file: as the parsed waves counted them, or, if some were not parsed, counted anew.
    fn attachments(&self) -> Result<u64, Fault> {
        if self.tally.letters.load(Ordering::Acquire) == u64::from(self.next_seq) {
            return Ok(self.tally.attachments.load(Ordering::Acquire));
        }
        let mut again = self.source.waves();
        let mut sum = 0;
        while let Some((cut, _)) = again.next_letter()? {
            sum += parse::attachments_in(&self.source.bytes()[cut.origin.offset..cut.end]);
        }
        Ok(sum)
    }
}

impl Wave {
    /// Parses the letters in the current thread pool; the result is in file order. `source` must be the one that the wave
    /// was cut from.
    ///
    /// # Errors
    /// A letter is not well-formed: nothing of the mailing may go on.
    pub fn parse<'a>(&self, source: &'a Source) -> Result<Vec<Parsed<'a>>, Error> {
        let read = parse::letters(source, &self.cuts).map_err(|fault| source.file.refuse(fault))?;
        if !self.counted.swap(true, Ordering::AcqRel) {
            self.tally
                .attachments
                .fetch_add(read.attachments, Ordering::AcqRel);
            self.tally
                .letters
                .fetch_add(self.cuts.len() as u64, Ordering::AcqRel);
        }
        Ok(read.letters)
    }

    /// Number of letters.
    pub fn len(&self) -> usize {
        self.cuts.len()
    }

    /// Never true; here for completeness.
    pub fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    /// Which letter is the first.
    pub fn first(&self) -> Option<LetterSeq> {
        self.cuts.first().map(|cut| cut.seq)
    }

    /// The bytes of all its letters and what stands between them.
    pub fn slice(&self) -> Slice {
        let start = self.cuts.first().map_or(0, |cut| cut.origin.offset);
        let end = self.cuts.last().map_or(start, |cut| cut.end);
        Slice::new(start, end)
    }
}
