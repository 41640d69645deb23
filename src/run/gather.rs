//! The writing side of a run: letters that are at their end go into bundles, spool, books and lists, in file order.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::Error;
use super::mill::{Done, Mill, Output};
use super::waves::Sink;
use crate::bundle::{BundleJob, Bundler, Format, Role};
use crate::disk::{self, WrittenFile};
use crate::finding::Code;
use crate::ingest::{Excerpt, Source};
use crate::ledger::{Batch, LetterRow, PieceRow};
use crate::letter::Fate;
use crate::report::{FindingsCsv, LetterCount, PieceCount, Tally};
use crate::route::Step;
use crate::sign::Signer;
use crate::spool::{self, Job, JobNumber, PartSummary, PiecePlan, Spooled, Spooler};
use crate::ticket;

/// Rows of pieces that go to the ledger in one transaction.
const PIECE_ROWS: usize = 10_000;
/// The list of findings, in the folder of the batch.
const FINDINGS: &str = "findings.csv";

/// Everything that is being written.
pub struct Gather<'g, 'l, 'c> {
    source: &'g Source,
    batch: &'g mut Batch<'l, 'c>,
    folder: PathBuf,
    bundler: Bundler,
    spooler: Spooler,
    tickets: ticket::Writer,
    findings: FindingsCsv,
    lists: [List<'g>; 2],
    /// For the prices of postage.
    print: spool::Options,
    tally: Tally,
}

/// What has been written, closed and durable, and what was counted on the way.
pub struct Books {
    /// All files so far.
    pub files: Vec<WrittenFile>,
    /// Counts of letters, pieces and findings.
    pub tally: Tally,
    /// The print spool.
    pub spooled: Spooled,
}

/// A mailing of the letters with one fate, made when the first of them comes.
struct List<'s> {
    fate: Fate,
    path: &'static str,
    excerpt: Option<Excerpt<'s>>,
}

impl<'s> List<'s> {
    const fn of(fate: Fate, path: &'static str) -> Self {
        Self {
            fate,
            path,
            excerpt: None,
        }
    }

    fn add(&mut self, folder: &Path, source: &'s Source, done: &Done) -> Result<(), Error> {
        let path = folder.join(self.path);
        let excerpt = match &mut self.excerpt {
            Some(excerpt) => excerpt,
            None => {
                if let Some(parent) = path.parent() {
                    disk::create_private_folder(parent).map_err(Error::io(parent))?;
                }
                self.excerpt
                    .insert(Excerpt::create(&path, source).map_err(Error::io(&path))?)
            }
        };
        let codes: Vec<_> = done.findings.iter().map(|finding| finding.code).collect();
        excerpt
            .add(done.slice, done.line, &codes)
            .map_err(Error::io(&path))
    }

    fn finish(self, files: &mut Vec<WrittenFile>) -> Result<(), Error> {
        if let Some(excerpt) = self.excerpt {
            let (size, sha256) = excerpt.finish().map_err(Error::io(self.path))?;
            files.push(WrittenFile {
                path: self.path.into(),
                size,
                sha256,
            });
        }
        Ok(())
    }
}

impl<'g, 'l, 'c> Gather<'g, 'l, 'c> {
    /// Opens what every batch has.
    pub fn open(
        mill: &Mill<'_>,
        source: &'g Source,
        batch: &'g mut Batch<'l, 'c>,
    ) -> Result<Self, Error> {
        let folder = batch.folder().to_owned();
        let detached = mill.format != Format::MinaMeddelanden; // Whose messages hold their signatures.
        let job = BundleJob {
            format: mill.format,
            batch: batch.name(),
            date: mill.date,
            certificate: mill
                .signer
                .as_deref()
                .map(Signer::certificate)
                .filter(|_| detached),
        };
        let bundler = Bundler::new(&folder, &job, mill.plan.bundles.clone());
        let job = Job {
            number: JobNumber(batch.print_job()?),
            child: 0,
            date: mill.date,
        };
        let spooler = Spooler::create(&folder, &mill.plan.spool, mill.stationery.resources(), job)?;
        let tickets = ticket::Writer {
            folder: folder.clone(),
            layout: mill.plan.control.clone(),
            options: mill.plan.ticket.clone(),
            order: order(mill, batch.name(), job),
        };
        let findings =
            FindingsCsv::create(&folder, FINDINGS).map_err(Error::io(folder.join(FINDINGS)))?;
        Ok(Self {
            source,
            batch,
            folder,
            bundler,
            spooler,
            tickets,
            findings,
            lists: [
                List::of(Fate::Held, "held/held.xml"),
                List::of(Fate::Rejected, "rejected/rejected.xml"),
            ],
            print: mill.plan.spool.clone(),
            tally: Tally::new(&mill.plan.report),
        })
    }

    fn take_letter(&mut self, done: &mut Done) -> Result<Entry, Error> {
        for finding in &done.findings {
            self.findings
                .add(&done.id, finding)
                .map_err(Error::io(self.folder.join(FINDINGS)))?;
            self.tally.finding(&done.id, finding);
        }
        for list in &mut self.lists {
            // Nobody shall correct and send what went out before.
            let sent_before = done.findings.iter().any(|f| f.code == Code::IdAlreadySent);
            if list.fate == done.decision.fate && !sent_before {
                list.add(&self.folder, self.source, done)?;
            }
        }
        let mut entry = Entry::default();
        match std::mem::replace(&mut done.output, Output::Nothing) {
            Output::Messages {
                target,
                messages,
                letter_ids,
            } => {
                let letter_ids: Vec<&str> = letter_ids.iter().map(String::as_str).collect();
                for message in &messages {
                    self.bundler.add(&target, message, &letter_ids)?;
                }
                if let Some(carrier) = messages.first() {
                    entry.message_id = carrier.letters.first().map(Uuid::to_string);
                    entry.sha256 = Some(carrier.sha256);
                }
                let notice = messages.iter().find(|sealed| sealed.role == Role::Notice);
                entry.notice = notice.map(|sealed| sealed.message_id.to_string());
                entry.target = target;
            }
            Output::Carried {
                target,
                message_id,
                delivery,
                sha256,
            } => {
                entry.message_id = Some(message_id.to_string());
                entry.delivery = Some(delivery.to_string());
                entry.sha256 = Some(sha256);
                entry.target = target;
            }
            Output::Piece(piece, plan) => {
                entry.target = plan.class_name();
                self.spooler.add(&piece)?; // Counted when it is known which letters share an envelope.
            }
            Output::Request(sealed, plan) => {
                entry.target = Format::Sf1601.name().to_owned();
                count_piece(&mut self.tally, &self.print, &plan, &entry.target);
                self.bundler.add(&entry.target, &sealed, &[&done.id])?;
                entry.message_id = Some(sealed.message_id.to_string());
                entry.sha256 = Some(sealed.sha256);
            }
            Output::Nothing | Output::Measured(..) => {}
        }
        self.tally.letter(&letter_count(done, &entry.target));
        entry.path = path_of(done);
        Ok(entry)
    }

    /// Closes everything; when it returns, all files are durable.
    pub fn finish(self) -> Result<Books, Error> {
        let mut files = self.bundler.finish()?;
        let mut rows: Vec<PieceRow> = Vec::new();
        let mut failed = None;
        let batch = self.batch;
        let tickets = self.tickets;
        let mut tally = self.tally;
        let on_piece = |piece: &spool::PieceRow| {
            count_piece(&mut tally, &self.print, &piece.plan, &piece.class);
            rows.push(piece_row(piece));
            if rows.len() >= PIECE_ROWS && failed.is_none() {
                failed = batch.record_pieces(&rows).err();
                rows.clear();
            }
        };
        let mut beside =
            |part: &PartSummary, pdf: &WrittenFile| tickets.write(part, pdf).map_err(Into::into);
        let spooled = self.spooler.finish_with(on_piece, &mut beside)?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        batch.record_pieces(&rows)?;
        files.extend(spooled.files.iter().cloned());
        for list in self.lists {
            list.finish(&mut files)?;
        }
        let findings = self.findings.finish();
        files.push(findings.map_err(Error::io(self.folder.join(FINDINGS)))?);
        Ok(Books {
            files,
            tally,
            spooled,
        })
    }
}

impl Sink for Gather<'_, '_, '_> {
    fn take(&mut self, mut wave: Vec<Done>) -> Result<(), Error> {
        let entries: Result<Vec<Entry>, Error> =
            wave.iter_mut().map(|done| self.take_letter(done)).collect();
        let entries = entries?;
        let rows: Vec<LetterRow<'_>> = wave
            .iter()
            .zip(&entries)
            .map(|(done, entry)| entry.row(done))
            .collect();
        Ok(self.batch.record(&rows)?)
    }
}

/// Counts a piece; `class` is its print class, or the door it goes to the printer by.
pub fn count_piece(tally: &mut Tally, print: &spool::Options, plan: &PiecePlan, class: &str) {
    tally.piece(&PieceCount {
        class,
        envelope: plan.envelope,
        pages: plan.pages,
        sheets: u32::from(plan.sheets),
        weight_mg: u64::from(plan.weight_mg),
        postage_hundredths: print.postage_hundredths(plan),
    });
}

/// What tickets say of the whole job.
fn order(mill: &Mill<'_>, batch: &str, job: Job) -> ticket::Order {
    let sender = &mill.header.sender;
    ticket::Order {
        job,
        batch: batch.into(),
        customer_name: sender.name.clone(),
        customer_id: sender.organisation_number.clone(),
        paper_grams_m2: mill.plan.spool.paper_grams_m2,
        inserts: mill.plan.spool.inserts.clone(),
    }
}

/// What the ledger keeps of a letter besides its fate.
#[derive(Default)]
struct Entry {
    target: String,
    message_id: Option<String>,
    /// Of the message that carries it, where that is another.
    delivery: Option<String>,
    /// Of the message that tells of it.
    notice: Option<String>,
    sha256: Option<disk::Sha256>,
    path: String,
}

impl Entry {
    fn row<'a>(&'a self, done: &'a Done) -> LetterRow<'a> {
        LetterRow {
            seq: done.seq.0,
            letter_id: &done.id,
            fate: done.decision.fate,
            reason: done.decision.reason.name(),
            target: &self.target,
            message_id: self.message_id.as_deref(),
            delivery: self.delivery.as_deref(),
            notice: self.notice.as_deref(),
            sha256: self.sha256,
            path: &self.path,
        }
    }
}

/// What the tally counts of a letter; `target` is the operator of a digital one.
pub fn letter_count<'a>(done: &'a Done, target: &'a str) -> LetterCount<'a> {
    LetterCount {
        seq: done.seq.0,
        letter_id: &done.id,
        fate: done.decision.fate,
        reason: done.decision.reason.name(),
        operator: (done.decision.fate == Fate::Digital).then_some(target),
        department: done.labels.department.as_deref(),
        process: done.labels.process.as_deref(),
        cost_centre: done.labels.cost_centre.as_deref(),
        language: &done.labels.language,
    }
}

/// The fates a letter had before its last, `digital:reachable > print:too-large`; empty for most.
fn path_of(done: &Done) -> String {
    let step = |step: &Step| format!("{}:{}", step.fate.name(), step.reason.name());
    if done.decision.earlier.is_empty() {
        return String::new();
    }
    let mut path: Vec<String> = done.decision.earlier.iter().map(step).collect();
    path.push(format!(
        "{}:{}",
        done.decision.fate.name(),
        done.decision.reason.name()
    ));
    path.join(" > ")
}

/// What the ledger keeps of a piece.
fn piece_row(piece: &spool::PieceRow) -> PieceRow {
    PieceRow {
        piece: piece.piece,
        letters: piece.letters.iter().map(|(seq, _)| seq.0).collect(),
        part: format!("print/{}/{:04}.pdf", piece.class, piece.part),
        sheets: u32::from(piece.plan.sheets),
        weight_mg: u64::from(piece.plan.weight_mg),
    }
}
