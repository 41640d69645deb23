//! Sorts the pieces, numbers them, and writes the parts.
//!
//! Pieces are made ready in batches by many threads (their marks drawn, their digests taken) while the batch before is
//! written by one: what is written, and where a part ends, depends on the order of the pieces only.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use hashbrown::HashMap;
use rayon::prelude::*;

use super::flavour::Flavour;
use super::layout::Layout;
use super::mark::{PageKind, Painter, Payload};
use super::omr::Bars;
use super::options::{Collation, Options};
use super::part::{Ending, PartWriter, Ready, each};
use super::pieces::{PieceRow, PiecesWriter};
use super::plan::PiecePlan;
use super::record::{Entry, Header, Record};
use super::{Beside, Error, Job, PartSummary, Spooled, Spooler, addresses};
use crate::compose::Face;
use crate::disk::{self, HashingWriter, Sha256, WrittenFile};
use crate::letter::LetterSeq;

mod batches;
mod collate;
mod conformance;
mod digests;
mod shared;
mod sums;

pub use sums::write as write_checksums;

use batches::batches;
use collate::Turn;
use shared::Shared;

/// Pages of the work file are given back after so many batches: the kernel maps 64 KiB for each piece touched.
const BATCHES_MAPPED: usize = 8;
/// Objects of a part that has more than one piece: far below 8,388,607 (ISO 32000-1 Annex C), so that its writer takes no
/// more than some 150 MB. The table of shared objects has 37 bytes for each of 2^21 places and is full at 7/8 of them, which
/// is 1,835,008; the table of half as many places is there beside it while it grows. Offsets take 8 bytes an object, and
/// once more while they grow.
const OBJECTS_MAX: usize = 1_800_000;
/// Objects that a page takes besides those that wait in the work file: itself, its mark, what stands before its contents, and
/// its share of the page tree and of object streams.
const PAGE_OBJECTS_MAX: usize = 4;
/// What a page may take besides what waits in the work file: its dictionary, mark with OMR code, and cross-reference entries.
const PAGE_BYTES_MAX: u64 = 1_500;

/// What the document part of a piece may take.
const DOCUMENT_PART_BYTES_MAX: u64 = 640;

/// A piece with all that is written of it.
struct ReadyPiece<'m> {
    header: Header,
    letters: Vec<(LetterSeq, String)>,
    /// Of each letter.
    addresses: Vec<String>,
    enclosures: u32,
    /// Of an address that was set; none where the first page is a PDF that was given.
    address_lines: u32,
    ready: Ready<'m>,
    first: Payload,
    collation: Collation,
    sha256: Sha256,
    size_max: u64,
    objects_max: usize,
}

/// What making ready needs to know.
struct Bench<'m> {
    map: &'m [u8],
    map_path: &'m Path,
    job: Job,
    painter: Painter,
    bars: Option<Bars>,
    collation: Collation,
    deflate_level: u8,
    flavour: Flavour,
    /// By the place in the mailing of the letter with the address.
    shared: HashMap<u32, Shared>,
}

pub(super) fn finish(
    spooler: Spooler,
    mut on_piece: impl FnMut(&PieceRow),
    beside: &mut Beside<'_>,
) -> Result<Spooled, Error> {
    let Spooler {
        folder,
        options,
        job,
        faces,
        work,
        work_path,
        mut entries,
        households,
        scratch,
        ..
    } = spooler;
    let failed = |source| Error::io(&work_path, source);
    let file = work
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    let map = disk::Map::of(file).map_err(failed)?;
    let shared = shared::envelopes(&mut entries, households, &options, &map)
        .ok_or_else(|| Error::Scratch(work_path.clone()))?;
    entries.sort_unstable_by_key(Entry::key); // No two keys are equal: the last field is the place in the mailing.
    let bench = Bench {
        map: &map,
        map_path: &work_path,
        job,
        painter: Painter::new(&options.mark, &faces.id_glyphs),
        bars: options.omr.as_ref().map(Bars::new),
        collation: options.collation,
        deflate_level: options.deflate_level,
        flavour: options.pdf_flavour,
        shared,
    };
    let mut parts = Parts {
        folder,
        scratch: scratch.0.clone(),
        faces: &faces,
        job,
        options: &options,
        beside,
        open: None,
        files: Vec::new(),
        summaries: Vec::new(),
    };

    let mut next = Turn {
        piece: 1,
        sheets_before: 0,
    };
    let batches: Vec<_> = batches(&entries)
        .into_iter()
        .map(|batch| (batch, next.pass(batch)))
        .collect();
    let mut ahead = batches
        .first()
        .map(|(batch, first)| bench.make_ready(batch, *first));
    for i in 0..batches.len() {
        let Some(current) = ahead.take() else {
            break;
        };
        let current = current?;
        let next = batches.get(i + 1);
        let slot = &mut ahead;
        let bench = &bench;
        rayon::in_place_scope(|scope| {
            if let Some((batch, first)) = next {
                scope.spawn(move |_| *slot = Some(bench.make_ready(batch, *first)));
            }
            current
                .iter()
                .try_for_each(|piece| parts.add(piece, &mut on_piece))
        })?;
        if i % BATCHES_MAPPED == 0 {
            map.forget_before(map.len());
        }
    }
    parts.close()?;

    let summaries = parts.summaries;
    Ok(Spooled {
        files: parts.files,
        pieces: summaries.iter().map(|part| part.pieces).sum(),
        sheets: summaries.iter().map(|part| u64::from(part.sheets)).sum(),
        pages: summaries.iter().map(|part| u64::from(part.pages)).sum(),
        weight_mg: summaries.iter().map(|part| part.weight_mg).sum(),
        parts: summaries,
        scratch,
    })
}

impl<'m> Bench<'m> {
    fn make_ready(&self, batch: &[Entry], mut next: Turn) -> Result<Vec<ReadyPiece<'m>>, Error> {
        let turns: Vec<_> = batch.chunks(1).map(|piece| next.pass(piece)).collect();
        let each = batch.par_iter().zip(turns);
        each.map(|(entry, turn)| {
            let piece = self.piece(entry, turn);
            piece.ok_or_else(|| Error::Scratch(self.map_path.to_owned()))
        })
        .collect()
    }

    fn piece(&self, entry: &Entry, turn: Turn) -> Option<ReadyPiece<'m>> {
        let Record {
            mut header,
            mut sheaves,
            mut size_max,
            mut objects,
        } = Record::read(self.map, entry.offset, entry.len)?;
        let mut letters = vec![(header.seq, std::mem::take(&mut header.letter_id))];
        let mut addresses = vec![std::mem::take(&mut header.address)];
        if let Some(shared) = self.shared.get(&entry.seq) {
            header.plan = shared.plan;
            for &(offset, len) in &shared.others {
                let other = Record::read(self.map, offset, len)?;
                letters.push((other.header.seq, other.header.letter_id));
                addresses.push(other.header.address);
                header.letterhead |= other.header.letterhead;
                header.glyphs.add(&other.header.glyphs);
                sheaves.extend(other.sheaves);
                size_max += other.size_max;
                objects += other.objects;
            }
        }
        let first = Payload {
            job: self.job.number.0,
            child: self.job.child,
            piece: turn.piece,
            sheet: 1,
            sheets: header.plan.sheets,
            stations: header.plan.stations,
            envelope: header.plan.envelope,
            kind: PageKind::Letter,
        };
        let (pages, sha256) = self.pages(&sheaves, &header, first, turn.sheets_before)?;
        let document_part = match self.flavour.is_vt() {
            true => DOCUMENT_PART_BYTES_MAX,
            false => 0,
        };
        Some(ReadyPiece {
            size_max: size_max + pages.len() as u64 * PAGE_BYTES_MAX + document_part,
            objects_max: objects + pages.len() * PAGE_OBJECTS_MAX,
            enclosures: (sheaves.len() - letters.len()) as u32,
            address_lines: match sheaves.first() {
                Some((_, own)) if !own.pages.is_empty() => {
                    let shown = addresses.first().map(|address| address.lines().count());
                    shown.unwrap_or(0) as u32
                }
                _ => 0,
            },
            ready: Ready {
                sheaves: sheaves.into_iter().map(|(_, sheaf)| sheaf).collect(),
                pages,
            },
            header,
            letters,
            addresses,
            first,
            collation: self.collation,
            sha256,
        })
    }
}

/// Parts as they are written, one after the other.
struct Parts<'f, 'b> {
    folder: PathBuf,
    scratch: PathBuf,
    faces: &'f super::face::Faces,
    job: Job,
    options: &'f Options,
    beside: &'f mut Beside<'b>,
    open: Option<OpenPart>,
    files: Vec<WrittenFile>,
    summaries: Vec<PartSummary>,
}

struct OpenPart {
    pdf: PartWriter<HashingWriter>,
    csv: PiecesWriter<HashingWriter>,
    addresses: BufWriter<File>,
    summary: PartSummary,
    /// It is PDF/VT-1.
    conforming: bool,
    /// Of all pieces, for the file's id.
    digest: ring::digest::Context,
}

impl Parts<'_, '_> {
    fn add(
        &mut self,
        piece: &ReadyPiece<'_>,
        on_piece: &mut impl FnMut(&PieceRow),
    ) -> Result<(), Error> {
        let class = piece.header.plan.class_name();
        let sheets = u32::from(piece.header.plan.sheets);
        let full = self.open.as_ref().is_some_and(|open| {
            open.summary.class != class
                || open.summary.sheets + sheets > self.options.part_sheets_max
                || open.summary.pieces >= self.options.part_pieces_max
                || open.pdf.size_max(self.faces) + piece.size_max > self.options.part_bytes_max
                || open.pdf.objects() + piece.objects_max > OBJECTS_MAX
        });
        if full {
            self.close()?;
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.begin(class, &piece.header.plan, piece.first.piece)?,
        };
        open.add(piece, on_piece)?;
        self.open = Some(open);
        Ok(())
    }

    fn begin(&self, class: String, plan: &PiecePlan, first_piece: u32) -> Result<OpenPart, Error> {
        let number = match self.summaries.last() {
            Some(last) if last.class == class => last.number + 1,
            _ => 1,
        };
        let relative = PathBuf::from(format!("print/{class}"));
        let folder = self.folder.join(&relative);
        // The names of both folders are durable before those of the files in them.
        disk::create_private_folder(&folder)
            .and_then(|()| disk::sync_parent(&folder))
            .and_then(|()| disk::sync_parent(&self.folder.join("print")))
            .map_err(|source| Error::io(&folder, source))?;
        let summary = PartSummary {
            pdf: relative.join(format!("{number:04}.pdf")),
            csv: relative.join(format!("{number:04}.pieces.csv")),
            addresses: self.scratch.join(format!("{class}-{number:04}.addresses")),
            class,
            envelope: plan.envelope,
            sides: plan.sides,
            colour: plan.colour,
            number,
            first_piece,
            last_piece: first_piece,
            pieces: 0,
            sheets: 0,
            pages: 0,
            weight_mg: 0,
            inserts: [0; 8],
        };
        let csv_path = self.folder.join(&summary.csv);
        let csv =
            HashingWriter::create(&csv_path).map_err(|source| Error::io(&csv_path, source))?;
        let csv =
            PiecesWriter::new(csv, self.job).map_err(|error| Error::io(&csv_path, error.into()))?;
        let addresses = disk::create_private(&summary.addresses);
        let addresses = addresses.map_err(|source| Error::io(&summary.addresses, source))?;
        Ok(OpenPart {
            pdf: PartWriter::create(&self.folder.join(&summary.pdf), self.options.form())?,
            csv,
            addresses: BufWriter::new(addresses),
            summary,
            conforming: self.options.pdf_flavour.is_vt(),
            digest: ring::digest::Context::new(&ring::digest::SHA256),
        })
    }

    /// Ends the part that is open.
    fn close(&mut self) -> Result<(), Error> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let OpenPart {
            mut pdf,
            csv,
            mut addresses,
            summary,
            mut digest,
            ..
        } = open;
        addresses
            .flush()
            .map_err(|source| Error::io(&summary.addresses, source))?;
        digest.update(format!("{:?} {} {}", self.job, summary.class, summary.number).as_bytes());
        let faces = self.faces;
        let of_ids = faces.id_glyphs.iter().map(|&glyph| (Face::Regular, glyph));
        pdf.uses(of_ids, false);
        let id = disk::finished(digest);
        let path = self.folder.join(&summary.pdf);
        let ending = Ending {
            colour: summary.colour,
            language: None, // Letters of many languages; a plant does not read aloud.
            date: self.job.date,
            id: &id,
            conformance: conformance::of_part(self.options, self.job, &summary),
        };
        let (pdf, common) = pdf.finish(faces, &ending, |pdf, face, used| {
            faces.write(pdf, face, used)
        })?;
        let pdf = pdf
            .finish(summary.pdf.clone())
            .map_err(|source| Error::io(&path, source))?;
        let csv_path = self.folder.join(&summary.csv);
        let csv = csv.into_inner();
        let csv = csv.and_then(|csv| csv.finish(summary.csv.clone()));
        let csv = csv.map_err(|source| Error::io(&csv_path, source))?;

        let before = self.summaries.iter().map(|part| u64::from(part.sheets));
        let layout = Layout::of(self.options, before.sum()).sharing(&common);
        let layout = layout.write(&self.folder, &summary.pdf)?;
        let others = (self.beside)(&summary, &pdf).map_err(Error::Beside)?;
        let mut files = vec![pdf, csv, layout];
        files.extend(others);
        files.push(sums::write(&self.folder, &summary, &files)?);
        self.files.extend(files);
        self.summaries.push(summary);
        Ok(())
    }
}

impl OpenPart {
    fn add(
        &mut self,
        piece: &ReadyPiece<'_>,
        on_piece: &mut impl FnMut(&PieceRow),
    ) -> Result<(), Error> {
        let header = &piece.header;
        let pages = piece.ready.pages.len() as u32;
        let metadata = self
            .conforming
            .then(|| conformance::of_piece(&piece.first, header.plan.postage, &self.summary.class));
        self.pdf
            .piece(&piece.ready, metadata.as_deref())
            .map_err(|source| self.pdf.error(source))?;
        self.pdf.uses(each(&header.glyphs), header.letterhead);
        let summary = &mut self.summary;
        let row = PieceRow {
            letters: piece.letters.clone(),
            piece: piece.first.piece,
            class: summary.class.clone(),
            part: summary.number,
            first_page: summary.pages + 1,
            pages,
            first_sheet: summary.sheets + 1,
            plan: header.plan,
            collation: piece.collation,
            postal_code: header.postal_code.clone(),
            country: header.country.clone(),
            enclosures: piece.enclosures,
            address_lines: piece.address_lines,
            sha256: piece.sha256,
        };
        self.csv
            .row(&row)
            .map_err(|error| Error::io(&summary.csv, error.into()))?;
        addresses::write(&mut self.addresses, &piece.addresses)
            .map_err(|source| Error::io(&summary.addresses, source))?;
        self.digest.update(&piece.sha256);
        let plan = &header.plan;
        let weight_mg = plan.weight_mg.into();
        summary.count(row.piece, pages, plan.sheets, weight_mg, plan.stations);
        on_piece(&row);
        Ok(())
    }
}
