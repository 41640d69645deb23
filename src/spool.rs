//! Pieces become print parts: streamed PDFs with a mark on every sheet front, and a CSV of their pieces.
//!
//! In: letters laid out by `compose`, and the PDFs they enclose. Out: `print/<class>/<nnnn>.pdf`, `.pieces.csv`,
//! `.layout.json`, `.sha256` (`docs/formats-spool.md`). What always holds:
//! - a piece starts on a front, and so does each of its enclosures; an empty back is inserted where that needs one;
//! - every front, and no back, carries a mark that names job, piece, sheet and number of sheets, and an OMR code where the
//!   plant reads one (`docs/marks.md`);
//! - pieces lie in the order class, postage, domestic before foreign, postal code, input; their numbers follow it;
//! - a part holds each font program, the letterhead, and equal objects of enclosures once;
//! - same pieces, same bytes, whatever the number of threads;
//! - of a piece only an entry of 32 bytes stays in memory; its pages wait in a work file.
//!
//! The way of a piece: [`inspect`](crate::preflight::inspect) (each enclosure) → [`plan()`] → [`Preparer::prepare`] (many threads) →
//! [`Spooler::add`] (input order) → [`Spooler::finish`] → [`proof::check`]; or, for a letter that travels alone, →
//! [`Binder::bind`].
//! To change what a page carries: `prepare` (own pages), `graft` (enclosed pages), `mark`, `omr`, and in each case
//! `proof` and the page in `docs/`.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use hashbrown::HashMap;
use jiff::civil::Date;

use crate::compose::{Face, Resources};
use crate::disk::{self, Sha256, WrittenFile};
use crate::letter::{Colour, Envelope, LetterSeq, Sides};

mod addresses;
mod datamatrix;
mod face;
mod finish;
mod flavour;
mod graft;
mod household;
mod icc;
mod layout;
mod mark;
mod omr;
mod options;
mod part;
mod pieces;
mod plan;
mod prepare;
mod prices;
pub mod proof;
mod record;
mod reprint;
mod sample;
mod sheaf;
mod single;
mod sink;

pub use addresses::Addresses;
pub use finish::write_checksums;
pub use flavour::{Flavour, PdfVt, Xref};
pub use household::{Household, Households};
pub use mark::{PageKind, Payload};
pub use omr::{Count, FeedOn, Omr, Parity, Position, Read, Restart, Sequence};
pub use options::{
    Collation, CoverSheet, EnvelopeClass, Envelopes, Insert, LetterLook, MarkKind, MarkPlace,
    Options, OptionsError, PageNumbers, SortBy,
};
pub use pieces::PieceRow;
pub use plan::{PiecePlan, Unfit, plan};
pub use prepare::{Destination, Piece, Prepared, Preparer};
pub use prices::PostagePrices;
pub use reprint::{Reprint, ReprintError, Reprinted, TableRow, pieces_of, reprint};
pub use sample::{PIECES_MAX as SAMPLE_PIECES_MAX, Sample, Sampled, sample};
pub use single::{Binder, Bound};

use record::Entry;

/// Folder for what waits, in the batch's work folder.
const SCRATCH: &str = "spool-scratch";
/// Enclosed documents known to be in the work file already.
const PLACES_MAX: usize = 65_536;
/// A mark has eight digits for the piece and for the job.
const NUMBER_MAX: u32 = 99_999_999;

/// Number of a print job: at most eight digits. The plant tells jobs apart by it; the ledger gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobNumber(pub u32);

/// A print job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub number: JobNumber,
    /// 0, or the number of the reprint, at most 99.
    pub child: u8,
    /// Date of the batch, written into each part.
    pub date: Date,
}

/// Why a spool cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be written or read.
    #[error("`{path}`: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A face of the job's font cannot be used.
    #[error("the {face:?} face of the job's font cannot be used: {reason}")]
    Font {
        /// Which face.
        face: Face,
        /// What is wrong.
        reason: &'static str,
    },
    /// A letter has other pages than its plan.
    #[error("letter number {} was planned with {planned} sheets and has {found}", seq.0)]
    Plan {
        /// Which letter.
        seq: LetterSeq,
        /// Sheets in the plan.
        planned: u16,
        /// Sheets found.
        found: u32,
    },
    /// A number that a mark cannot hold.
    #[error("{what} is {found}; a mark has room for {max}")]
    Number {
        /// Which number.
        what: &'static str,
        /// Its value.
        found: u64,
        /// The largest possible.
        max: u32,
    },
    /// The vendor profile has faults.
    #[error("{}", .0.iter().map(OptionsError::to_string).collect::<Vec<_>>().join("; "))]
    Options(Vec<OptionsError>),
    /// The work file does not hold what was written into it.
    #[error("`{0}`: the work file has changed while it was in use; run the batch again")]
    Scratch(PathBuf),
    /// What else goes with a part cannot be written.
    #[error(transparent)]
    Beside(Box<dyn std::error::Error + Send + Sync>),
}

/// Writes what else goes with a part whose PDF and CSV are whole, and gives those files, relative to the batch's folder.
pub type Beside<'b> = dyn FnMut(
        &PartSummary,
        &WrittenFile,
    ) -> Result<Vec<WrittenFile>, Box<dyn std::error::Error + Send + Sync>>
    + 'b;

impl Error {
    fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// One part of the spool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartSummary {
    /// Print class and folder name: the names of the next three.
    pub class: String,
    /// Envelope of all its pieces.
    pub envelope: Envelope,
    /// Sides of all its pieces.
    pub sides: Sides,
    /// Ink of all its pieces.
    pub colour: Colour,
    /// From one within the class.
    pub number: u32,
    /// Relative to the batch's folder.
    pub pdf: PathBuf,
    /// Relative to the batch's folder.
    pub csv: PathBuf,
    /// Number of the first piece.
    pub first_piece: u32,
    /// Number of the last piece; between them a reprint has gaps.
    pub last_piece: u32,
    /// Pieces in it.
    pub pieces: u32,
    /// Sheets in it.
    pub sheets: u32,
    /// Pages in it, with blank backs.
    pub pages: u32,
    /// Weight of the filled envelopes.
    pub weight_mg: u64,
    /// Inserts that each of the eight stations gives, station 1 first.
    pub inserts: [u32; 8],
    /// Addresses as set, for [`Addresses`] and [`proof::check_with_addresses`]; gone when the [`Spooled`] is dropped.
    pub addresses: PathBuf,
}

impl PartSummary {
    /// Counts a piece; they come in rising order.
    fn count(&mut self, piece: u32, pages: u32, sheets: u16, weight_mg: u64, stations: u8) {
        self.pieces += 1;
        self.last_piece = piece;
        self.pages += pages;
        self.sheets += u32::from(sheets);
        self.weight_mg += weight_mg;
        for (n, inserts) in self.inserts.iter_mut().enumerate() {
            *inserts += u32::from(stations >> n & 1);
        }
    }
}

/// A spool that is written.
#[derive(Debug)]
pub struct Spooled {
    /// Every file, relative to the batch's folder.
    pub files: Vec<WrittenFile>,
    /// Every part, in order.
    pub parts: Vec<PartSummary>,
    /// Pieces in all parts.
    pub pieces: u32,
    /// Sheets in all parts.
    pub sheets: u64,
    /// Pages in all parts, with blank backs.
    pub pages: u64,
    /// Weight of all pieces.
    pub weight_mg: u64,
    #[expect(dead_code, reason = "removes the folder when it is dropped")]
    scratch: Scratch,
}

/// A folder that goes away when it is no longer needed. It holds letters in clear: 0700.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    fn create(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(SCRATCH);
        let failed = |source| Error::io(&path, source);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {} // What a killed run has left.
        }
        disk::create_private_folder(&path).map_err(failed)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // What stays is removed by the next `create`.
    }
}

/// Takes prepared pieces in input order, and writes the spool.
pub struct Spooler {
    folder: PathBuf,
    options: Options,
    job: Job,
    faces: face::Faces,
    work: BufWriter<File>,
    work_path: PathBuf,
    work_len: u64,
    entries: Vec<Entry>,
    places: Places,
    households: Households,
    scratch: Scratch,
}

/// Where enclosed documents lie in the work file; the oldest are forgotten first.
#[derive(Default)]
struct Places {
    known: HashMap<Sha256, (u64, u64)>,
    order: VecDeque<Sha256>,
}

impl Spooler {
    /// Begins a spool in the batch's folder.
    ///
    /// # Errors
    /// A fault of the vendor profile or a font, a number too large for a mark, or any I/O error.
    pub fn create(
        folder: &Path,
        options: &Options,
        resources: Resources,
        job: Job,
    ) -> Result<Self, Error> {
        options.check().map_err(Error::Options)?;
        options
            .check_loaded()
            .map_err(|fault| Error::Options(vec![fault]))?;
        for (what, found, max) in [
            ("the job number", job.number.0, NUMBER_MAX),
            ("the number of the reprint", u32::from(job.child), 99),
        ] {
            if found > max {
                let found = u64::from(found);
                return Err(Error::Number { what, found, max });
            }
        }
        let scratch = Scratch::create(folder)?;
        let work_path = scratch.0.join("pieces.bin");
        let work = disk::create_private(&work_path).map_err(|e| Error::io(&work_path, e))?;
        Ok(Self {
            folder: folder.to_owned(),
            options: options.clone(),
            job,
            faces: face::Faces::read(resources)?,
            work: BufWriter::with_capacity(1 << 18, work),
            work_path,
            work_len: 0,
            entries: Vec::new(),
            places: Places::default(),
            households: Households::default(),
            scratch,
        })
    }

    /// Adds a piece. Pieces come in input order, but for those that were to take another way first.
    ///
    /// # Errors
    /// A piece whose pages differ from its plan, more pieces than a mark can number, or any I/O error.
    pub fn add(&mut self, prepared: &Prepared) -> Result<(), Error> {
        let Prepared {
            header,
            own,
            enclosures,
            ..
        } = prepared;
        let sheaves = || std::iter::once(own).chain(enclosures.iter().map(AsRef::as_ref));
        let found: u32 = sheaves()
            .map(|sheaf| plan::sheets_of(sheaf.pages, header.plan.sides))
            .sum();
        if found != u32::from(header.plan.sheets) {
            return Err(Error::Plan {
                seq: header.seq,
                planned: header.plan.sheets,
                found,
            });
        }
        let mut record = Vec::with_capacity(own.bytes.len() + 512);
        header.write(&mut record);
        record::bytes(&mut record, &own.bytes);
        record.extend_from_slice(&(enclosures.len() as u32).to_le_bytes());
        for enclosure in enclosures {
            let (offset, len) = self.place(enclosure)?;
            record.extend_from_slice(&offset.to_le_bytes());
            record.extend_from_slice(&len.to_le_bytes());
        }
        let len = u32::try_from(record.len()).map_err(|_| {
            Error::io(
                &self.work_path,
                io::Error::other("a letter's own pages exceed 4 GiB"),
            )
        })?;
        let entry = header.entry(self.work_len, len, &self.options.sort);
        let entry = entry.with_load(
            sheaves().map(|sheaf| u64::from(sheaf.objects)).sum(),
            sheaves().map(|sheaf| u64::from(sheaf.pages)).sum(),
        );
        if let Some(household) = header.household {
            self.households.add(header.seq.0, household);
        }
        self.append(&record)?;
        self.entries.push(entry);
        if self.len() > u64::from(NUMBER_MAX) {
            return Err(Error::Number {
                what: "the number of pieces",
                found: self.len(),
                max: NUMBER_MAX,
            });
        }
        Ok(())
    }

    /// Writes all parts. `on_piece` sees every piece in the order of the spool.
    ///
    /// # Errors
    /// Any I/O error, or a font whose used glyphs cannot be taken out. What was written is then worthless.
    pub fn finish(self, on_piece: impl FnMut(&PieceRow)) -> Result<Spooled, Error> {
        self.finish_with(on_piece, &mut |_, _| Ok(Vec::new()))
    }

    /// The same; `beside` is given each part that is written, with its PDF, and writes more files into its folder.
    ///
    /// # Errors
    /// As `finish`, or what `beside` says.
    pub fn finish_with(
        self,
        on_piece: impl FnMut(&PieceRow),
        beside: &mut Beside<'_>,
    ) -> Result<Spooled, Error> {
        finish::finish(self, on_piece, beside)
    }

    fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Where a document lies in the work file; writes it if it does not.
    fn place(&mut self, sheaf: &sheaf::Sheaf) -> Result<(u64, u64), Error> {
        if let Some(&place) = self.places.known.get(&sheaf.source) {
            return Ok(place);
        }
        let place = (self.work_len, sheaf.bytes.len() as u64);
        self.append(&sheaf.bytes)?;
        self.places.known.insert(sheaf.source, place);
        self.places.order.push_back(sheaf.source);
        if self.places.order.len() > PLACES_MAX {
            self.places
                .order
                .pop_front()
                .map(|oldest| self.places.known.remove(&oldest));
        }
        Ok(place)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.work
            .write_all(bytes)
            .map_err(|source| Error::io(&self.work_path, source))?;
        self.work_len += bytes.len() as u64;
        Ok(())
    }
}
