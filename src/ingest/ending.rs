//! How a mailing ends: trailer, end of the root, control totals.

use std::sync::atomic::Ordering;

use super::build;
use super::cursor::Cursor;
use super::error::{Fault, FaultKind};
use super::split::{self, Item};
use super::vocabulary::Element;
use super::waves::{State, Waves};
use super::{damage, opening, parse, white_space};
use crate::letter::LetterSeq;
use crate::schema::{DeclId, Validator};
use crate::xml::markup;

impl Waves<'_> {
    /// Reads the trailer that begins here.
    pub(super) fn trailer(&mut self, decl: DeclId) -> Result<(), Fault> {
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
    pub(super) fn end_of_root(&mut self, at: usize) -> Result<(), Fault> {
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

    pub(super) fn check_trailer(&self) -> Result<(), Fault> {
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
        while let Some(cut) = again.next_letter()? {
            sum += parse::attachments_in(&self.source.bytes()[cut.origin.offset..cut.end]);
        }
        Ok(sum)
    }
}
