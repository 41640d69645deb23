//! Walks the children of the root and hands out the letters in waves.

use std::sync::Arc;

use super::build::Trailer;
use super::cursor::Origin;
use super::error::{Error, Fault, FaultKind};
use super::split::{self, Item, Shortcut};
use super::vocabulary::Element;
use super::wave::{Cut, Tally, Wave};
use super::{Options, Source, beside, damage, opening};
use crate::letter::LetterSeq;
use crate::schema::{Children, DeclId};
use crate::xml::markup;

/// What a mailing turned out to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Letters, good and bad.
    pub letters: u32,
}

/// The letters of a mailing, wave by wave. Cutting is serial and fast; a caller that wants both cores all the time cuts
/// the next wave while it works on the last (`rayon::join(|| wave.parse(source), || waves.next())`).
#[derive(Debug)]
pub struct Waves<'s> {
    pub(super) source: &'s Source,
    options: Options,
    pub(super) children: Children<'s>,
    /// How far the file is read.
    pub(super) here: Origin,
    pub(super) next_seq: u32,
    /// A letter that did not fit into the last wave.
    ahead: Option<Cut>,
    /// The kind of child that the last start tag was, so that the next one like it needs no second look.
    last: Option<(Shortcut, DeclId)>,
    pub(super) trailer: Option<(Trailer, usize)>,
    pub(super) state: State,
    pub(super) tally: Arc<Tally>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Letters or the trailer may follow.
    Letters,
    /// Only the root's end tag may follow.
    Trailer,
    /// The file is read to its end.
    Done,
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
            let Some(cut) = self.next_letter()? else {
                break;
            };
            if !cuts.is_empty() && bytes.saturating_add(cut.weight) > bytes_max {
                self.ahead = Some(cut);
                break;
            }
            bytes = bytes.saturating_add(cut.weight);
            cuts.push(cut);
        }
        if cuts.is_empty() {
            return Ok(None);
        }
        Ok(Some(Wave::new(cuts, self.tally.clone())))
    }

    /// The next letter.
    pub(super) fn next_letter(&mut self) -> Result<Option<Cut>, Fault> {
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
                    if let Some(mut cut) = self.child()? {
                        let letter = &bytes[cut.origin.offset..cut.end];
                        // A letter over the limit is not read into memory at all.
                        cut.weight = match letter.len() > source.limits.letter_bytes_max {
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
                        return Ok(Some(cut));
                    }
                }
            }
        }
        Ok(None)
    }

    pub(super) fn move_to(&mut self, offset: usize) {
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
            weight: 0, // Known when its end is.
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
}
