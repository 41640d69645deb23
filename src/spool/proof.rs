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

use super::datamatrix;
use super::mark::Payload;
use super::sheaf::Fields;
use crate::disk::{self, hex};
use crate::letter::{Envelope, Sides};

mod content;
mod cut;
mod reader;

pub(super) use cut::{Cut, CutError, CutPage, NewPage, Opened};
pub use reader::Fault;

use content::{Frame, Symbol};
use reader::{Digests, Object, Part};

/// Pieces that one thread looks at before it asks for more.
const CHUNK: usize = 256;
/// Rows after which the pages of the part are given back.
const WAVE: usize = CHUNK * 128;
/// Mismatches that are kept; all are counted.
const MISMATCHES_MAX: usize = 1_000;
/// What a content stream may unpack to.
const CONTENT_BYTES_MAX: usize = 64 << 20;
/// The strip at the left edge in which a mark must lie (`facts/print.md` §8).
const STRIP_MM: f64 = 18.0;
/// Digits of a mark that all sheets of a piece share: version, job, child, piece.
const MARK_PREFIX_DIGITS: usize = 19;
/// First face of a part, and how many there are.
const FONT_NAMES: [&[u8]; 4] = [b"/F0", b"/F1", b"/F2", b"/F3"];

/// What was found in a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Pieces in the CSV.
    pub pieces: u32,
    /// Sheets counted in the part.
    pub sheets: u32,
    /// Pages in the part.
    pub pages: u32,
    /// Marks decoded and found right.
    pub marks: u32,
    /// Addresses found as they were set.
    pub addresses: u32,
    /// The first thousand things that are not as they should be.
    pub mismatches: Vec<Mismatch>,
    /// How many there are.
    pub mismatches_found: u64,
}

impl Proof {
    /// Nothing is amiss.
    pub fn holds(&self) -> bool {
        self.mismatches_found == 0
    }

    fn add(&mut self, other: Self) {
        self.pieces += other.pieces;
        self.sheets += other.sheets;
        self.pages += other.pages;
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
    #[error("a mark on a back")]
    MarkOnBack,
    /// A mark that does not decode, has modules that its contents do not ask for, or wrong check digits.
    #[error("the mark is damaged")]
    MarkDamaged,
    /// A mark outside the strip at the left edge.
    #[error("the mark lies outside the left {STRIP_MM} mm")]
    MarkPlace,
    /// A mark of another sheet.
    #[error(
        "the mark says `{found}`, expected `{expected}` (job.child, piece, sheet/sheets, stations, envelope)"
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
    /// The text of page one does not hold the address.
    #[error("the address on its first page is not the one that was set")]
    Address,
    /// An object cannot be read.
    #[error("{0}")]
    Unreadable(Fault),
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
    /// It is no pieces CSV.
    #[error("`{path}` is no pieces CSV: {reason}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// One row of a pieces CSV, as far as it is proved.
#[derive(Debug, serde::Deserialize)]
struct Row {
    piece: u32,
    job: u32,
    child: u8,
    first_page: u32,
    pages: u32,
    first_sheet: u32,
    sheets: u16,
    sides: Sides,
    envelope: Envelope,
    stations: u8,
    mark: String,
    sha256: String,
}

/// Proves a part by its CSV.
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
    let rows = rows(csv)?;
    let addresses = addresses.map(|bytes| split(bytes, rows.len()));

    let mut proof = Proof::default();
    sequence(&rows, pages.len(), &mut proof);
    if let Some(None) = addresses {
        proof.miss(0, None, Discrepancy::Address);
    }
    let witness = Witness {
        fonts: fonts(&part),
        part: &part,
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
    proof.pages = pages.len() as u32;
    Ok(proof)
}

fn rows(path: &Path) -> Result<Vec<Row>, Error> {
    let no_csv = |error: csv::Error| Error::Csv {
        path: path.to_owned(),
        reason: match error.position() {
            Some(position) => format!("row {}", position.line()), // The rest of the message may quote the row.
            None => "it cannot be read".into(),
        },
    };
    let mut reader = csv::Reader::from_path(path).map_err(no_csv)?;
    reader
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(no_csv)
}

/// Every address, in the order of the pieces; `None` where there are not as many.
fn split(bytes: &[u8], pieces: usize) -> Option<Vec<&str>> {
    let mut fields = Fields(bytes);
    let addresses = (0..pieces)
        .map(|_| fields.str())
        .collect::<Option<Vec<_>>>()?;
    fields.0.is_empty().then_some(addresses)
}

/// Rows follow each other without gap, and end where the pages end.
fn sequence(rows: &[Row], pages: usize, proof: &mut Proof) {
    let (mut page, mut sheet, mut piece) = (1, 1, None);
    for row in rows {
        let on_sheet = match row.sides {
            Sides::Simplex => 1,
            Sides::Duplex => 2,
        };
        let checks = [
            (
                "piece",
                piece.is_none_or(|before: u32| match row.child {
                    0 => before + 1 == row.piece,
                    _ => before < row.piece, // A reprint has some of them.
                }),
            ),
            ("first_page", row.first_page == page),
            ("first_sheet", row.first_sheet == sheet),
            (
                "pages",
                row.pages == u32::from(row.sheets) * on_sheet && row.sheets > 0,
            ),
        ];
        for (column, good) in checks {
            if !good {
                proof.miss(row.piece, None, Discrepancy::Row(column));
            }
        }
        page = row.first_page.saturating_add(row.pages);
        sheet = row.first_sheet.saturating_add(u32::from(row.sheets));
        piece = Some(row.piece);
    }
    if page as usize - 1 != pages {
        proof.miss(
            0,
            None,
            Discrepancy::Pages {
                found: pages as u32,
                expected: page - 1,
            },
        );
    }
}

/// What each code of each face stands for, by resource name.
fn fonts(part: &Part<'_>) -> HashMap<Vec<u8>, HashMap<u16, String>> {
    let resources = part.object(super::part::OWN_RESOURCES).ok();
    let fonts = resources.and_then(|resources| reader::get(resources.text, b"/Font"));
    let mut out = HashMap::new();
    for name in FONT_NAMES {
        let map = fonts
            .and_then(|fonts| reader::get(fonts, name))
            .and_then(reader::reference)
            .and_then(|font| part.object(font).ok())
            .and_then(|font| reader::get(font.text, b"/ToUnicode"))
            .and_then(reader::reference)
            .and_then(|map| part.object(map).ok())
            .and_then(|map| reader::inflated(map, CONTENT_BYTES_MAX));
        if let Some(map) = map {
            out.insert(name[1..].to_vec(), content::to_unicode(&map));
        }
    }
    out
}

struct Witness<'p, 'm> {
    part: &'p Part<'m>,
    pages: &'p [u32],
    fonts: HashMap<Vec<u8>, HashMap<u16, String>>,
    addresses: Option<Vec<&'p str>>,
}

impl Witness<'_, '_> {
    fn chunk(&self, rows: &[Row], first: usize) -> Proof {
        let mut proof = Proof::default();
        let mut digests = Digests::new(self.part);
        for (row, index) in rows.iter().zip(first..) {
            self.piece(row, index, &mut digests, &mut proof);
        }
        proof
    }

    fn piece(&self, row: &Row, index: usize, digests: &mut Digests<'_, '_>, proof: &mut Proof) {
        let first = row.first_page.saturating_sub(1) as usize;
        let numbers = first
            .checked_add(row.pages as usize)
            .and_then(|end| self.pages.get(first..end));
        let Some(numbers) = numbers else {
            proof.miss(row.piece, None, Discrepancy::Row("pages"));
            return;
        };
        let mut all = Vec::with_capacity(numbers.len() * 32);
        let mut sheet = 0;
        for (i, &number) in numbers.iter().enumerate() {
            let page = row.first_page + i as u32;
            let front = row.sides == Sides::Simplex || i % 2 == 0;
            if front {
                sheet += 1;
                proof.sheets += 1;
            }
            let seen = self.page(number).and_then(|text| {
                all.extend_from_slice(&digests.page(text)?);
                self.mark(text)
            });
            match seen {
                Ok(symbol) => judge(row, page, front.then_some(sheet), symbol, proof),
                Err(fault) => proof.miss(row.piece, Some(page), Discrepancy::Unreadable(fault)),
            }
        }
        if hex(&disk::sha256(&all)) != row.sha256 {
            proof.miss(row.piece, None, Discrepancy::Contents);
        }
        if let Some(addresses) = &self.addresses {
            match self.address_stands(numbers, addresses.get(index).copied().unwrap_or_default()) {
                true => proof.addresses += 1,
                false => proof.miss(row.piece, Some(row.first_page), Discrepancy::Address),
            }
        }
    }

    fn page(&self, number: u32) -> Result<&[u8], Fault> {
        Ok(self.part.object(number)?.text)
    }

    /// The mark that the last content stream of a page draws.
    fn mark(&self, text: &[u8]) -> Result<Option<Symbol>, Fault> {
        let Some(stream) = self.contents(text)?.pop() else {
            return Ok(None);
        };
        let Some(content) = reader::inflated(stream, CONTENT_BYTES_MAX) else {
            return Ok(None);
        };
        Ok(content::symbol(&content, frame(text)))
    }

    fn contents(&self, text: &[u8]) -> Result<Vec<Object<'_>>, Fault> {
        let numbers = reader::get(text, b"/Contents")
            .map(reader::references)
            .unwrap_or_default();
        numbers
            .into_iter()
            .map(|number| self.part.object(number))
            .collect()
    }

    /// Whether the first page draws all lines of the address, in order.
    fn address_stands(&self, numbers: &[u32], address: &str) -> bool {
        let Some(contents) = numbers
            .first()
            .and_then(|&n| self.contents(self.page(n).ok()?).ok())
        else {
            return false;
        };
        let content = contents
            .first()
            .and_then(|&stream| reader::inflated(stream, CONTENT_BYTES_MAX));
        let text = content::text(&content.unwrap_or_default(), &self.fonts);
        let mut rest = text.as_str();
        address
            .lines()
            .map(content::folded)
            .all(|line| match rest.split_once(line.as_str()) {
                Some((_, after)) => {
                    rest = after;
                    true
                }
                None => false,
            })
    }
}

fn judge(row: &Row, page: u32, sheet: Option<u16>, symbol: Option<Symbol>, proof: &mut Proof) {
    let mut miss = |what| proof.miss(row.piece, Some(page), what);
    let (sheet, symbol) = match (sheet, symbol) {
        (None, None) => return,
        (None, Some(_)) => return miss(Discrepancy::MarkOnBack),
        (Some(_), None) => return miss(Discrepancy::NoMark),
        (Some(sheet), Some(symbol)) => (sheet, symbol),
    };
    let Some(payload) = faultless(&symbol) else {
        return miss(Discrepancy::MarkDamaged);
    };
    let [left, top, right, _] = symbol.place_mm;
    if left < 0.0 || top < 0.0 || right > STRIP_MM {
        miss(Discrepancy::MarkPlace);
    }
    let expected = Payload {
        job: row.job,
        child: row.child,
        piece: row.piece,
        sheet,
        sheets: row.sheets,
        stations: row.stations,
        envelope: row.envelope,
        kind: payload.kind,
    };
    let digits = symbol.digits.unwrap_or_default();
    let prefix = digits.get(..MARK_PREFIX_DIGITS) == Some(row.mark.as_bytes());
    if payload != expected || !prefix {
        miss(Discrepancy::MarkOther {
            found: said(&payload),
            expected: said(&expected),
        });
    } else {
        proof.marks += 1;
    }
}

/// What a symbol says, if every module is as it must be: error correction would hide a changed one.
fn faultless(symbol: &Symbol) -> Option<Payload> {
    let digits = symbol.digits.as_deref()?;
    let payload = Payload::read(digits)?;
    let rows = datamatrix::encode(digits.try_into().ok()?);
    let modules = symbol.modules.chunks_exact(datamatrix::SIDE);
    let same = rows.iter().zip(modules).all(|(&row, modules)| {
        modules
            .iter()
            .fold(0, |bits, &dark| bits << 1 | u32::from(dark))
            == row
    });
    same.then_some(payload)
}

fn said(p: &Payload) -> String {
    format!(
        "{}.{} {} {}/{} {} {:?}",
        p.job, p.child, p.piece, p.sheet, p.sheets, p.stations, p.envelope
    )
}

fn frame(text: &[u8]) -> Frame {
    let numbers = |key: &[u8]| -> Vec<f64> {
        let value = reader::get(text, key).and_then(|value| std::str::from_utf8(value).ok());
        let words = value.unwrap_or_default().split(['[', ']', ' ']);
        words.filter_map(|word| word.parse().ok()).collect()
    };
    let media_box = numbers(b"/MediaBox")
        .try_into()
        .unwrap_or([0.0, 0.0, 595.276, 841.89]);
    Frame {
        media_box,
        rotate: numbers(b"/Rotate").first().map_or(0, |&r| r as u16),
        unit: numbers(b"/UserUnit").first().copied().unwrap_or(1.0),
    }
}
