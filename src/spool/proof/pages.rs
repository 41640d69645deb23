//! Reads a page: its content streams in their order, each unpacked once.

use std::collections::HashMap;

use super::content::Frame;
use super::judge::{Front, PageKind};
use super::numbers::{Numbered, Says};
use super::own::{self, Own, Sort};
use super::page::{Origin, Page};
use super::reader::{self, Fault};
use super::state::Left;
use super::strip::{self, Drawn};
use super::symbol;
use super::{CONTENT_BYTES_MAX, Discrepancy, OWN_BYTES_MAX, Row, Witness, address, flate, unpack};
use crate::spool::part::REGULAR_FACE;

/// Where a page lies.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Front or back, and which sheet of the piece as they lie, from 0.
    pub(super) front: bool,
    pub(super) sheet: u32,
    /// It is the page with the address.
    pub(super) first: bool,
}

/// What was found on a page.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) found: Vec<Discrepancy>,
    /// The address, or the first page of a PDF, is as it must be.
    pub(super) addressed: bool,
    /// What it says of its number, unless nothing stands on it.
    says: Option<Says>,
}

/// What one thread knows of pages of PDFs that were given, by their streams, of fronts and of backs: they come again with
/// every letter that encloses them.
#[derive(Default)]
pub(super) struct Memory(HashMap<(Vec<u32>, bool), Given>);

/// What streams of a page that was given leave behind, and where they draw a mark.
#[derive(Clone, Copy)]
struct Given {
    frame: Frame,
    left: Left,
    other: Option<(f64, f64)>,
}

impl Seen {
    fn of(found: Discrepancy) -> Self {
        Self {
            found: vec![found],
            ..Self::default()
        }
    }

    /// For the order of the pages: `place` is that in reading order.
    pub(super) fn numbered(&self, place: u32, page: u32) -> Option<Numbered> {
        let says = self.says?;
        Some(Numbered { place, page, says })
    }
}

impl Page<'_> {
    fn kind(&self) -> PageKind {
        match self.origin {
            Origin::Own => PageKind::Letter,
            Origin::Blank | Origin::Given => PageKind::Enclosure,
        }
    }

    /// The object of the face that has this name on a page that was given.
    fn face(&self, name: &[u8]) -> Option<u32> {
        let fonts = reader::get(self.dictionary.get(b"/Resources")?, b"/Font")?;
        reader::get(fonts, &[b"/", name].concat()).and_then(reader::reference)
    }
}

impl Witness<'_, '_> {
    /// Reads a page; `known` is the address that was set, where that is known.
    pub(super) fn look(
        &self,
        row: &Row,
        place: Place,
        page: &Page<'_>,
        known: Option<&str>,
        memory: &mut Memory,
    ) -> Result<Seen, Fault> {
        match page.kind() {
            PageKind::Letter => self.own(row, place, page, known),
            PageKind::Enclosure => self.given(row, place, page, memory),
        }
    }

    /// A page that we set: one stream, and on a front that of the mark.
    fn own(
        &self,
        row: &Row,
        place: Place,
        page: &Page<'_>,
        known: Option<&str>,
    ) -> Result<Seen, Fault> {
        let (content, mark) = match (place.front, &page.contents[..]) {
            (true, &[content, mark]) => (content, Some(mark)),
            (true, [] | [_]) => return Ok(Seen::of(Discrepancy::NoMark)),
            (false, &[content]) => (content, None),
            _ => return Ok(Seen::of(Discrepancy::Foreign("another number of streams"))),
        };
        let Some(content) = self.inflated(content)? else {
            return Ok(Seen::of(Discrepancy::Unpacked));
        };
        let area = place.first.then_some(&self.judge.layout.address);
        let own = own::read(&content, &self.fonts, page.frame, area, Sort::Page);
        let mut seen = Seen::default();
        match own {
            Err(what) => seen.found.push(Discrepancy::Foreign(what)),
            Ok(own) => {
                seen.says = says(&own);
                if place.first {
                    let fault = self.address(row, &own, known);
                    seen.addressed = fault.is_none();
                    seen.found.extend(fault);
                }
            }
        }
        if let Some(mark) = mark {
            let left = Left::default(); // What is ours closes what it opens, or it was found above.
            seen.found.extend(self.front(row, place, page, mark, left)?);
        }
        Ok(seen)
    }

    /// What is wrong with the address on a page that we set.
    fn address(&self, row: &Row, own: &Own, known: Option<&str>) -> Option<Discrepancy> {
        match row.address_lines {
            0 => Some(Discrepancy::FirstPage("is one that was set")),
            lines => address::fault(own, &self.judge.layout, lines, known),
        }
    }

    /// A page of a PDF that was given: on a front a stream of `q`, what was given, and the mark.
    fn given(
        &self,
        row: &Row,
        place: Place,
        page: &Page<'_>,
        memory: &mut Memory,
    ) -> Result<Seen, Fault> {
        let mut seen = Seen {
            says: Some(Says::Given).filter(|_| !page.contents.is_empty()),
            ..Seen::default()
        };
        if place.first && row.address_lines > 0 {
            let what = "is one of a PDF that was given";
            seen.found.push(Discrepancy::FirstPage(what));
        }
        let (before, mark) = match (place.front, &page.contents[..]) {
            (true, [before @ .., mark]) => (before, Some(*mark)),
            (true, []) => return Ok(Seen::of(Discrepancy::NoMark)),
            (false, all) => (all, None),
        };
        let Some(given) = self.read_given(row, page, before, place.front, memory)? else {
            seen.found.push(Discrepancy::Unpacked);
            return Ok(seen);
        };
        seen.found.extend(given.other.map(|(left, top)| {
            let (left_mm, top_mm) = (left as u32, top as u32);
            match place.front {
                true => Discrepancy::MarkTwice { left_mm, top_mm },
                false => Discrepancy::MarkOnBack { left_mm, top_mm },
            }
        }));
        if let Some(mark) = mark {
            seen.found
                .extend(self.front(row, place, page, mark, given.left)?);
        }
        if place.first && row.address_lines == 0 && !given.left.draws {
            seen.found.push(Discrepancy::FirstPage("is empty"));
        }
        Ok(seen)
    }

    /// All that is wrong with the content that ends a front.
    fn front(
        &self,
        row: &Row,
        place: Place,
        page: &Page<'_>,
        mark: u32,
        left: Left,
    ) -> Result<Vec<Discrepancy>, Fault> {
        let Some(content) = self.inflated(mark)? else {
            return Ok(vec![Discrepancy::Unpacked]);
        };
        let (drawn, flaw) = strip::drawn(&content, page.frame, left);
        let front = Front {
            drawn: &drawn,
            flaw,
            frame: page.frame,
            kind: page.kind(),
        };
        let mut found = self.judge.front(row, place.sheet, &front);
        let is_other = |drawn: &Drawn| match (drawn, page.kind()) {
            (Drawn::Text(id), PageKind::Letter) => id.face != b"F0",
            (Drawn::Text(id), PageKind::Enclosure) => page.face(&id.face) != Some(REGULAR_FACE),
            _ => false,
        };
        if found.is_empty() && drawn.iter().any(is_other) {
            found.push(Discrepancy::PieceId);
        }
        Ok(found)
    }

    /// What was given leaves behind; `None` where it cannot be unpacked, or a front does not begin with `q`.
    fn read_given(
        &self,
        row: &Row,
        page: &Page<'_>,
        numbers: &[u32],
        front: bool,
        memory: &mut Memory,
    ) -> Result<Option<Given>, Fault> {
        let key = (numbers.to_vec(), front);
        let known = memory.0.get(&key).filter(|given| given.frame == page.frame);
        if let Some(given) = known {
            return Ok(Some(*given));
        }
        let mut content = Vec::new();
        for (i, &number) in numbers.iter().enumerate() {
            let room = CONTENT_BYTES_MAX.saturating_sub(content.len());
            let stream = self.part.object(number)?;
            let Some(plain) = unpack::given(self.part, stream, room) else {
                return Ok(None);
            };
            if front && i == 0 && !plain.chunks(2).all(|pair| pair == b"q\n") {
                return Ok(None);
            }
            content.extend_from_slice(&plain);
            content.push(b'\n'); // Streams part at a token (ISO 32000-1 7.8.2).
        }
        let has_boxes = memchr::memmem::find(&content, b"re").is_some();
        let bars = !front && self.judge.layout.omr.is_some();
        let given = Given {
            frame: page.frame,
            left: match front {
                true => Left::after(&content),
                false => Left::default(),
            },
            other: match has_boxes {
                true => self
                    .judge
                    .others(row, &symbol::marks(&content, page.frame, bars)),
                false => None,
            },
        };
        memory.0.insert(key, given);
        Ok(Some(given))
    }

    /// A stream of ours.
    fn inflated(&self, number: u32) -> Result<Option<Vec<u8>>, Fault> {
        Ok(flate::inflated(self.part.object(number)?, OWN_BYTES_MAX))
    }
}

/// What a page that we set says of its number.
fn says(own: &Own) -> Option<Says> {
    match own.number {
        _ if own.is_empty => None,
        Some((page, of)) => Some(Says::Number(page, of)),
        None => Some(Says::Nothing),
    }
}
