//! What the work file keeps of a piece until its turn comes, and the small entry that stays in memory.

use super::household::Household;
use super::mark::PageKind;
use super::options::SortBy;
use super::plan::PiecePlan;
use super::prepare::{Destination, Piece};
use super::sheaf::{Fields, ObjectView, View};
use crate::compose::GlyphsUsed;
use crate::letter::{Colour, Envelope, LetterSeq, Postage, Sides};

/// Bytes of a sort key: print class, postage class, postage step, destination, postal code.
const KEY: usize = 12;
/// Characters of a postal code that are sorted by.
const POSTAL: usize = 8;

/// A unit of [`Entry::load`].
pub(super) const LOAD_BYTES: u64 = 4_096;
/// What an object takes in memory while a piece is written: [`View`], and its number.
const OBJECT_BYTES: u64 = size_of::<ObjectView<'_>>() as u64 + 4;
/// And a page: [`View`], and its mark.
const PAGE_BYTES: u64 = 2_048;

/// What stays in memory of a piece: 32 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where its record begins in the work file.
    pub(super) offset: u64,
    /// Bytes of its record.
    pub(super) len: u32,
    /// Its place in the mailing.
    pub(super) seq: u32,
    /// Sheets of it.
    pub(super) sheets: u16,
    /// Memory that it takes while it is written, in units of [`LOAD_BYTES`], rounded up.
    pub(super) load: u16,
    /// The print class, then what the profile sorts by.
    key: [u8; KEY],
}

const _: () = assert!(size_of::<Entry>() <= 32);

impl Entry {
    /// With the memory that so many objects and pages take.
    pub(super) fn with_load(self, objects: u64, pages: u64) -> Self {
        let bytes = objects * OBJECT_BYTES + pages * PAGE_BYTES;
        let load = u16::try_from(bytes.div_ceil(LOAD_BYTES)).unwrap_or(u16::MAX);
        Self { load, ..self }
    }

    /// The order of a spool: print class, the keys of the vendor profile, input order.
    pub(super) fn key(&self) -> impl Ord + use<> {
        (self.key, self.seq)
    }
}

/// What the work file holds of a letter.
pub(super) struct Record<'m> {
    pub(super) header: Header,
    /// Its own pages, then those of what it encloses.
    pub(super) sheaves: Vec<(PageKind, View<'m>)>,
    /// What all of it may take in a part, but for what pages take besides.
    pub(super) size_max: u64,
    /// Objects of all of it, at most.
    pub(super) objects: usize,
}

impl<'m> Record<'m> {
    /// `None` where the bytes are none that [`Spooler::add`](super::Spooler::add) wrote.
    pub(super) fn read(map: &'m [u8], offset: u64, len: u32) -> Option<Self> {
        let slice = |offset: u64, len: u64| {
            let from = usize::try_from(offset).ok()?;
            map.get(from..from.checked_add(usize::try_from(len).ok()?)?)
        };
        let mut fields = Fields(slice(offset, len.into())?);
        let header = Header::read(&mut fields)?;
        let mut sheaves = vec![(PageKind::Letter, View::read(fields.bytes()?)?)];
        let mut size_max = u64::from(len);
        for _ in 0..fields.u32()? {
            let [offset, len] = [fields.array()?, fields.array()?].map(u64::from_le_bytes);
            sheaves.push((PageKind::Enclosure, View::read(slice(offset, len)?)?));
            size_max += len;
        }
        let mut objects = 0;
        for (_, sheaf) in &sheaves {
            size_max += sheaf.growth_max();
            objects += sheaf.objects.len();
        }
        Some(Self {
            header,
            sheaves,
            size_max,
            objects,
        })
    }
}

/// The text and numbers of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) seq: LetterSeq,
    pub(super) plan: PiecePlan,
    pub(super) letter_id: String,
    pub(super) postal_code: String,
    pub(super) country: String,
    pub(super) destination: Destination,
    pub(super) letterhead: bool,
    pub(super) glyphs: GlyphsUsed,
    /// Lines joined by line feeds.
    pub(super) address: String,
    pub(super) household: Option<Household>,
}

impl Header {
    pub(super) fn of(piece: &Piece<'_>, plan: &PiecePlan) -> Self {
        Self {
            seq: piece.seq,
            plan: *plan,
            letter_id: piece.letter_id.to_owned(),
            postal_code: piece.postal_code.clone().unwrap_or_default(),
            country: piece.country.to_owned(),
            destination: piece.destination,
            letterhead: piece.laid.pages.iter().any(|page| page.letterhead),
            glyphs: piece.laid.glyphs.clone(),
            address: piece.laid.address_lines.join("\n"),
            household: piece.household,
        }
    }

    /// Its entry, for a record at this place, in a spool sorted by these keys.
    pub(super) fn entry(&self, offset: u64, len: u32, sort: &[SortBy]) -> Entry {
        let mut bytes = vec![self.plan.class_rank()];
        for by in sort {
            match by {
                SortBy::Postage => bytes.push(self.plan.postage as u8),
                SortBy::PostageStep => bytes.push(self.plan.postage_step),
                SortBy::Destination => bytes.push(self.destination as u8),
                SortBy::PostalCode if self.postal_code.is_empty() => {
                    bytes.extend([u8::MAX; POSTAL]);
                }
                SortBy::PostalCode => {
                    let code = self.postal_code.bytes().chain(std::iter::repeat(0));
                    bytes.extend(code.take(POSTAL));
                }
            }
        }
        let mut key = [0; KEY];
        key.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        Entry {
            offset,
            len,
            seq: self.seq.0,
            sheets: self.plan.sheets,
            load: 0,
            key,
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let plan = &self.plan;
        for number in [self.seq.0, plan.pages, plan.postage_step_g, plan.weight_mg] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&plan.sheets.to_le_bytes());
        out.extend_from_slice(&[
            plan.sides as u8,
            plan.colour as u8,
            plan.envelope as u8,
            plan.postage as u8,
            plan.stations,
            plan.postage_step,
            self.destination as u8,
            u8::from(self.letterhead),
        ]);
        for text in [
            &self.letter_id,
            &self.postal_code,
            &self.country,
            &self.address,
        ] {
            bytes(out, text.as_bytes());
        }
        let household = self.household.as_ref();
        bytes(out, household.map_or(&[], |household| &household.0));
        for glyphs in &self.glyphs.0 {
            len(out, glyphs.len());
            glyphs
                .iter()
                .for_each(|glyph| out.extend_from_slice(&glyph.to_le_bytes()));
        }
    }

    /// `None` where the bytes are none that [`Header::write`] wrote.
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let [seq, pages, postage_step_g, weight_mg] =
            [fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?];
        let sheets = u16::from_le_bytes(fields.array()?);
        let [
            sides,
            colour,
            envelope,
            postage,
            stations,
            postage_step,
            destination,
            letterhead,
        ] = fields.array()?;
        let plan = PiecePlan {
            sheets,
            pages,
            sides: pick([Sides::Simplex, Sides::Duplex], sides)?,
            colour: pick([Colour::Mono, Colour::Colour], colour)?,
            envelope: pick(Envelope::ALL, envelope)?,
            postage: pick(Postage::ALL, postage)?,
            postage_step_g,
            postage_step,
            weight_mg,
            stations,
            letter_ids_bytes: 0,
        };
        let mut text = || fields.str().map(str::to_owned);
        let [letter_id, postal_code, country, address] = [text()?, text()?, text()?, text()?];
        let plan = PiecePlan {
            letter_ids_bytes: letter_id.len() as u32, // An id is short.
            ..plan
        };
        let household = match fields.bytes()? {
            [] => None,
            digest => Some(Household(digest.try_into().ok()?)),
        };
        let mut glyphs = GlyphsUsed::default();
        for list in &mut glyphs.0 {
            let count = fields.u32()? as usize;
            let pairs = fields.take(count.checked_mul(2)?)?.chunks_exact(2);
            list.extend(pairs.map(|pair| u16::from_le_bytes([pair[0], pair[1]])));
        }
        Some(Self {
            seq: LetterSeq(seq),
            plan,
            letter_id,
            postal_code,
            country,
            destination: pick([Destination::Domestic, Destination::Foreign], destination)?,
            letterhead: letterhead != 0,
            glyphs,
            address,
            household,
        })
    }
}

fn pick<T, const N: usize>(of: [T; N], index: u8) -> Option<T> {
    of.into_iter().nth(usize::from(index))
}

fn len(out: &mut Vec<u8>, len: usize) {
    out.extend_from_slice(&(len as u32).to_le_bytes()); // Texts and glyph lists are short.
}

/// A length and bytes, for [`Fields::bytes`].
pub(super) fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    len(out, bytes.len());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::super::options::Options;
    use super::*;

    fn header() -> Header {
        Header {
            seq: LetterSeq(7),
            plan: PiecePlan {
                sheets: 2,
                pages: 3,
                sides: Sides::Duplex,
                colour: Colour::Mono,
                envelope: Envelope::C4,
                postage: Postage::Legal,
                postage_step_g: 50,
                postage_step: 0,
                weight_mg: 17_000,
                stations: 5,
                letter_ids_bytes: 3,
            },
            letter_id: "L-7".into(),
            postal_code: "12345".into(),
            country: "SE".into(),
            destination: Destination::Foreign,
            letterhead: true,
            glyphs: GlyphsUsed([vec![1, 500], vec![], vec![], vec![9]]),
            address: "A\nB".into(),
            household: Some(Household([3; 16])),
        }
    }

    #[test]
    fn a_header_is_read_as_it_was_written_and_nothing_else_is() {
        let mut out = Vec::new();
        header().write(&mut out);
        assert_eq!(Header::read(&mut Fields(&out)), Some(header()));
        for len in 0..out.len() {
            assert_eq!(Header::read(&mut Fields(&out[..len])), None);
        }
    }

    #[test]
    fn pieces_are_sorted_as_the_plant_wants_them() {
        let key = |change: fn(&mut Header)| {
            let mut header = header();
            change(&mut header);
            header.entry(0, 0, &Options::default().sort).key()
        };
        let rising = [
            key(|h| h.plan.envelope = Envelope::C65),
            key(|h| h.plan.envelope = Envelope::C5),
            key(|h| h.plan.postage = Postage::Standard),
            key(|h| h.destination = Destination::Domestic),
            key(|h| h.postal_code = "111".into()),
            key(|h| h.postal_code = "11122".into()),
            key(|h| h.seq = LetterSeq(6)),
            key(|_| ()),
            key(|h| h.postal_code.clear()),
        ];
        assert!(rising.is_sorted() && rising.windows(2).all(|two| two[0] != two[1]));
    }

    #[test]
    fn another_plant_sorts_in_another_way() {
        let by_weight = [SortBy::PostalCode, SortBy::PostageStep];
        let key = |change: fn(&mut Header)| {
            let mut header = header();
            change(&mut header);
            header.entry(0, 0, &by_weight).key()
        };
        let light = key(|_| ());
        assert!(light < key(|h| h.plan.postage_step = 1));
        assert!(key(|h| (h.postal_code, h.plan.postage_step) = ("11111".into(), 3)) < light);
        assert!(key(|h| h.plan.postage = Postage::Standard) == light);
    }
}
