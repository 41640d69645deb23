//! The proof of a finished part: its bytes are read again by a second path and compared with its pieces CSV.
//!
//! In: a part and its CSV as they lie on disk (and, within a run, the addresses as they were set). Out: a [`Proof`]: what
//! was counted, and every mismatch. It needs no key and no ledger, so a plant can run it on receipt. What it proves, for
//! every sheet: the mark can be decoded from what is drawn, its check digits are right, it names this job, piece, sheet
//! and number of sheets; backs carry none; every page is, byte for byte and with all it shows, the page that was meant for
//! this piece; pieces follow each other without gap; the address of page one is that of the piece.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::layout::Layout;
use super::options::Collation;
use crate::disk::{self, hex};

mod address;
mod bars;
mod by_code;
mod common;
mod content;
mod cut;
mod dictionary;
mod digests;
mod flate;
mod judge;
mod lines;
mod numbers;
mod own;
mod page;
mod pages;
mod parts;
mod reader;
mod rows;
mod state;
mod strip;
mod symbol;
mod table;
mod tree;
mod unpack;
mod whole;

pub(super) use cut::{Cut, CutError, CutPage, NewPage, Opened, VtFacts};
pub use reader::Fault;
pub use whole::Whole;

use content::Frame;
use digests::{Digests, Large};
use judge::Judge;
use lines::Font;
use page::Page;
use pages::{Memory, Place};
use reader::Part;
use rows::Row;
use tree::Leaf;

/// Pieces that one thread looks at before it asks for more.
const CHUNK: usize = 256;
/// Rows after which the pages of the part are given back.
const WAVE: usize = CHUNK * 128;
/// Mismatches that are kept; all are counted.
const MISMATCHES_MAX: usize = 1_000;
/// What a content stream may unpack to.
const CONTENT_BYTES_MAX: usize = 64 << 20;
/// And one that this program wrote: a page of it has 5 to 10 KB, one full of small letters with four accents each some 3 MB.
const OWN_BYTES_MAX: usize = 4 << 20;
/// The strip at the left edge in which a mark must lie (`facts/print.md` §8).
const STRIP_MM: f64 = 18.0;
/// Faces of a part: F0 to F3, the objects from 6 on.
const FACES: u32 = 4;

/// What was found in a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Pieces in the CSV.
    pub pieces: u32,
    /// Letters in them.
    pub letters: u32,
    /// Sheets counted in the part.
    pub sheets: u32,
    /// Pages in the part.
    pub pages: u32,
    /// Marks decoded and found right.
    pub marks: u32,
    /// Addresses of letters that were set, found alone in their box, and as they were set where that is known.
    pub addresses: u32,
    /// The first thousand things that are not as they should be.
    pub mismatches: Vec<Mismatch>,
    /// How many there are.
    pub mismatches_found: u64,
    /// Its place in the job.
    pub extent: Extent,
    /// The letters of each piece, as its CSV names them: ids parted by spaces.
    pub letters_of: Vec<(u32, String)>,
}

/// What a part has of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extent {
    /// Number of the job, and of the reprint or 0.
    pub job: (u32, u8),
    /// Number of its first piece.
    pub first_piece: u32,
    /// And of its last.
    pub last_piece: u32,
    /// Sheets of the job before it, as its layout says.
    pub sheets_before: u64,
}

impl Proof {
    /// Nothing is amiss.
    pub fn holds(&self) -> bool {
        self.mismatches_found == 0
    }

    fn add(&mut self, other: Self) {
        self.sheets += other.sheets;
        self.marks += other.marks;
        self.addresses += other.addresses;
        self.mismatches_found += other.mismatches_found;
        self.mismatches.extend(other.mismatches);
        self.mismatches.truncate(MISMATCHES_MAX);
    }

    fn miss(&mut self, piece: u32, page: Option<u32>, what: Discrepancy) {
        self.mismatches_found += 1;
        if self.mismatches.len() < MISMATCHES_MAX {
            self.mismatches.push(Mismatch { piece, page, what });
        }
    }
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("piece {piece}{}: {what}", page.map(|page| format!(", page {page} of the part")).unwrap_or_default())]
pub struct Mismatch {
    /// Piece number; 0 for the part as a whole.
    pub piece: u32,
    /// Page of the part, from one.
    pub page: Option<u32>,
    /// What is wrong.
    pub what: Discrepancy,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Discrepancy {
    /// The part has fewer or more pages than its CSV says.
    #[error("{found} pages in the part, {expected} in its CSV")]
    Pages {
        /// In the part.
        found: u32,
        /// In the CSV.
        expected: u32,
    },
    /// A row does not continue the one before it, or its pages and sheets disagree.
    #[error("the CSV row does not follow the one before it: `{0}`")]
    Row(&'static str),
    /// A front without a mark.
    #[error("no mark on a front")]
    NoMark,
    /// A back with a mark.
    #[error(
        "a mark of this job on a back, {left_mm} mm from the left edge and {top_mm} mm from the upper one; take the letters of this row out of the batch"
    )]
    MarkOnBack {
        /// From the left edge of the page.
        left_mm: u32,
        /// From its upper edge.
        top_mm: u32,
    },
    /// A front with a mark besides its own.
    #[error(
        "a second mark of this job, {left_mm} mm from the left edge and {top_mm} mm from the upper one; take the letters of this row out of the batch"
    )]
    MarkTwice {
        /// From the left edge of the page.
        left_mm: u32,
        /// From its upper edge.
        top_mm: u32,
    },
    /// What stands before the mark reaches into it.
    #[error("what the page draws before its mark leaves its matrix, colour or clip to the mark")]
    Open,
    /// A page of ours, or the letterhead, has what this program does not write.
    #[error("a page that was set, or the letterhead, has what this program does not write: {0}")]
    Foreign(&'static str),
    /// A content stream that cannot be unpacked.
    #[error("content that cannot be unpacked, or does not begin as it must")]
    Unpacked,
    /// The first page of a piece is another than its row says.
    #[error("the first page {0}; the row says otherwise")]
    FirstPage(&'static str),
    /// Pages that do not say `1 of n`, `2 of n` … one after the other.
    #[error("the page does not say the number that follows the one before it")]
    PageNumber,
    /// A line of the address is beside its place, or of another size.
    #[error(
        "line {0} of the address does not begin where the layout has it, or is of another size"
    )]
    AddressLine(u32),
    /// A mark that does not decode, has modules that its contents do not ask for, or wrong check digits.
    #[error("the mark is damaged")]
    MarkDamaged,
    /// A mark outside the strip at the left edge, or elsewhere than the layout has it.
    #[error("the mark is not where the layout has it, within the left {STRIP_MM} mm")]
    MarkPlace,
    /// The piece id beside the mark, which people read.
    #[error("the piece id in print is not that of the sheet, or not in its place")]
    PieceId,
    /// A bar of the OMR code where none can be, or of another size.
    #[error("the OMR code is damaged, or there is one that the layout does not have")]
    OmrDamaged,
    /// An OMR code of another sheet.
    #[error(
        "the OMR code says `{found}`, expected `{expected}` (1 a bar, in the order of its positions)"
    )]
    OmrOther {
        /// What it says.
        found: String,
        /// What it should say.
        expected: String,
    },
    /// A mark of another sheet.
    #[error(
        "the mark says `{found}`, expected `{expected}` (job.child, piece, sheet/sheets, stations, envelope 6 C65 5 C5 4 C4, page kind 1 letter 2 enclosure)"
    )]
    MarkOther {
        /// What it says.
        found: String,
        /// What it should say.
        expected: String,
    },
    /// Some page of the piece is not the page that was meant for it.
    #[error("the pages are not those that were written for the piece")]
    Contents,
    /// The address on page one is another.
    #[error("the address on its first page is not the one that was set")]
    Address,
    /// Something that all pages share is not as it is written.
    #[error("{0}")]
    Common(&'static str),
    /// Letters to several addresses lie in one envelope, or not as many as the CSV says.
    #[error("the letters in it are not all to the address that shows")]
    Together,
    /// Something is wrong with the document parts of PDF/VT-1.
    #[error("document parts: {0}")]
    DocumentParts(&'static str),
    /// The address on page one is not wholly in its box, or not alone there.
    #[error(
        "{found} lines of text in the address box, {across} across its edge; expected {expected} lines, 0 across"
    )]
    AddressPlace {
        /// Lines in the box.
        found: u32,
        /// Lines that were set.
        expected: u32,
        /// Strings of text that reach over its edge.
        across: u32,
    },
    /// The letterhead of the part reaches into the address box.
    #[error("the letterhead has text in the address box")]
    Letterhead,
    /// An object cannot be read.
    #[error("{0}")]
    Unreadable(Fault),
}

impl Discrepancy {
    /// It means that the mark of a front is not sure to be right.
    fn is_of_mark(&self) -> bool {
        !matches!(
            self,
            Self::Address
                | Self::AddressPlace { .. }
                | Self::AddressLine(_)
                | Self::FirstPage(_)
                | Self::PageNumber
        )
    }
}

/// Why a part cannot be proved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("`{path}`: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no part as this program writes them.
    #[error("`{path}` is no spool part: {fault}")]
    Part {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: Fault,
    },
    /// The file that says what stands where is missing, or none.
    #[error("`{path}` does not say what stands where on the sheets: {reason}")]
    Layout {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// It is no pieces CSV.
    #[error("`{path}` is no pieces CSV: {reason}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Proves a part by its CSV, and by the layout that lies beside it.
///
/// # Errors
/// A file that cannot be read, or is none of ours. What merely disagrees is a [`Mismatch`].
pub fn check(pdf: &Path, csv: &Path) -> Result<Proof, Error> {
    prove(pdf, csv, None)
}

/// Proves a part by its CSV and by the addresses that were set
/// ([`PartSummary::addresses`](super::PartSummary::addresses)).
///
/// # Errors
/// As [`check`].
pub fn check_with_addresses(pdf: &Path, csv: &Path, addresses: &Path) -> Result<Proof, Error> {
    let map = disk::Map::open(addresses).map_err(|source| Error::Io {
        path: addresses.to_owned(),
        source,
    })?;
    prove(pdf, csv, Some(&map))
}

fn prove(pdf: &Path, csv: &Path, addresses: Option<&[u8]>) -> Result<Proof, Error> {
    let no_part = |fault| Error::Part {
        path: pdf.to_owned(),
        fault,
    };
    let map = disk::Map::open(pdf).map_err(|source| Error::Io {
        path: pdf.to_owned(),
        source,
    })?;
    let part = Part::open(&map).map_err(no_part)?;
    let pages = part.pages().map_err(no_part)?;
    let layout_path = Layout::path(pdf);
    let layout = Layout::read(&layout_path).map_err(|reason| Error::Layout {
        path: layout_path,
        reason,
    })?;
    let rows = rows::read(csv)?;

    let mut proof = Proof::default();
    rows::sequence(&rows, pages.len(), pdf.parent().unwrap_or(pdf), &mut proof);
    let addresses = addresses.map(|bytes| rows::addresses(bytes, &rows, &mut proof));
    if let Some(None) = addresses {
        proof.miss(0, None, Discrepancy::Address);
    }
    let large = Large::default();
    let mut digests = Digests::new(&part, &large);
    for what in common::faults(&part, &mut digests, &layout.common).map_err(no_part)? {
        proof.miss(0, None, Discrepancy::Common(what));
    }
    proof.extent = rows::extent(&rows, layout.sheets_before);
    let fonts = address::fonts(&part);
    if let Some(what) = address::letterhead(&part, &fonts, Frame::A4, &layout.address) {
        proof.miss(0, None, what);
    }
    let witness = Witness {
        parts: parts::Parts::read(&part, &rows, pdf, &mut proof),
        judge: Judge::new(layout, &fonts),
        fonts,
        part: &part,
        large: &large,
        pages: &pages,
        addresses: addresses.flatten(),
    };
    for (wave, rows) in rows.chunks(WAVE).enumerate() {
        let chunks: Vec<Proof> = rows
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(i, chunk)| witness.chunk(chunk, wave * WAVE + i * CHUNK))
            .collect();
        chunks.into_iter().for_each(|chunk| proof.add(chunk));
        map.forget_before(map.len());
    }
    proof.pieces = rows.len() as u32;
    proof.letters = rows.iter().map(Row::letters).sum();
    proof.pages = pages.len() as u32;
    let letters = rows.into_iter().map(|row| (row.piece, row.letter_id));
    proof.letters_of = letters.collect();
    Ok(proof)
}

struct Witness<'p, 'm> {
    part: &'p Part<'m>,
    large: &'p Large,
    pages: &'p [Leaf],
    parts: Option<parts::Parts>,
    fonts: HashMap<Vec<u8>, Font>,
    judge: Judge,
    addresses: Option<Vec<&'p str>>,
}

impl Witness<'_, '_> {
    fn chunk(&self, rows: &[Row], first: usize) -> Proof {
        let mut proof = Proof::default();
        let mut digests = Digests::new(self.part, self.large);
        let mut memory = Memory::default();
        for (row, index) in rows.iter().zip(first..) {
            self.piece(row, index, &mut digests, &mut memory, &mut proof);
        }
        proof
    }

    fn piece(
        &self,
        row: &Row,
        index: usize,
        digests: &mut Digests<'_, '_>,
        memory: &mut Memory,
        proof: &mut Proof,
    ) {
        let first = row.first_page.saturating_sub(1) as usize;
        let numbers = first
            .checked_add(row.pages as usize)
            .and_then(|end| self.pages.get(first..end));
        let Some(numbers) = numbers else {
            proof.miss(row.piece, None, Discrepancy::Row("pages"));
            return;
        };
        let on_sheet = row.sides.pages_of_a_sheet() as usize;
        let address_page = row.collation.address_page(numbers.len(), on_sheet);
        let known = self.addresses.as_ref();
        let known = known.map(|all| all.get(index).copied().unwrap_or_default());
        let mut all = Vec::with_capacity(numbers.len() * 32);
        digests.next_piece();
        let mut read = Vec::with_capacity(numbers.len());
        let mut of_parts = Vec::new();
        for (i, &leaf) in numbers.iter().enumerate() {
            let page = row.first_page + i as u32;
            let place = Place {
                front: i % on_sheet == 0,
                sheet: (i / on_sheet) as u32,
                first: i == address_page,
            };
            proof.sheets += u32::from(place.front);
            let seen = Page::read(self.part, leaf).and_then(|page| {
                all.extend_from_slice(&digests.page(&page.dictionary)?);
                of_parts.push(page.part);
                self.look(row, place, &page, known, memory)
            });
            match seen {
                Ok(seen) => {
                    let in_order = match row.collation {
                        Collation::Forward => place.sheet,
                        Collation::Reverse => u32::from(row.sheets).saturating_sub(place.sheet),
                    };
                    read.extend(seen.numbered(in_order * 2 + u32::from(!place.front), page));
                    proof.addresses += u32::from(seen.addressed);
                    proof.marks +=
                        u32::from(place.front && !seen.found.iter().any(Discrepancy::is_of_mark));
                    for what in seen.found {
                        proof.miss(row.piece, Some(page), what);
                    }
                }
                Err(fault) => {
                    proof.miss(row.piece, Some(page), Discrepancy::Unreadable(fault));
                }
            }
        }
        if hex(&disk::sha256(&all)) != row.sha256 {
            proof.miss(row.piece, None, Discrepancy::Contents);
        }
        let look = self.judge.layout.letter.as_ref();
        if let Some(page) = look.and_then(|look| numbers::fault(&mut read, look.page_numbers)) {
            proof.miss(row.piece, Some(page), Discrepancy::PageNumber);
        }
        let place = parts::Place {
            index,
            pages: numbers,
            named: &of_parts,
        };
        match parts::of_piece(self.parts.as_ref(), self.part, row, &place) {
            Ok(None) => {}
            Ok(Some(what)) => proof.miss(row.piece, None, Discrepancy::DocumentParts(what)),
            Err(fault) => proof.miss(row.piece, None, Discrepancy::Unreadable(fault)),
        }
    }
}
