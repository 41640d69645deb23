//! `print results`: what the plant says became of the pieces.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::args::{ImportResultsArgs, ResultsCommand, SettlePiecesArgs, ShowResultsArgs};
use super::query::home;
use super::receipts::tell;
use super::{Exit, Failure, job, print, say};
use crate::clock::SystemClock;
use crate::config::JobFile;
use crate::disk;
use crate::ledger::{Booked, JobStanding, Ledger, Reader, ResultRow, ResultsFile, State};
use crate::letter::Handling;
use crate::receipt;
use crate::results::{self, Layout, Row};
use crate::spool;

mod told;

pub use told::job_json;
use told::{booked_json, booked_text, job_text};

/// Pieces that are listed for a job.
const PIECES_SHOWN: usize = 200;
/// The word of pieces that a file does not name, where all of those were inserted.
const REST: &str = "rest";

/// Does what is asked of results.
pub fn results(command: &ResultsCommand) -> Result<Exit, Failure> {
    match command {
        ResultsCommand::Import(args) => import(args),
        ResultsCommand::Show(args) => show(args),
        ResultsCommand::Settle(args) => settle(args),
    }
}

/// The layout that the arguments name, or that of the job.
pub fn layout(profile: Option<&str>, job: &crate::config::Job) -> Result<Layout, Failure> {
    match profile {
        Some(name) => JobFile::results_layout_of(name, None),
        None => job.results_layout(),
    }
    .map_err(Failure::Job)
}

/// A results file, read.
pub struct Read {
    /// Its name, without its folder.
    pub name: String,
    /// Size and digest.
    pub size: u64,
    /// Digest.
    pub sha256: disk::Sha256,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// Reads a results file.
pub fn read(path: &Path, layout: &Layout) -> Result<Read, Failure> {
    let shown = path.display();
    let unreadable = |what: String| Failure::Results(format!("`{shown}`: {what}"));
    let size = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if size.len() > results::FILE_BYTES_MAX {
        let most = results::FILE_BYTES_MAX;
        return Err(unreadable(format!("larger than {most} bytes; cut it")));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let rows = results::read(&bytes, layout).map_err(|found| {
        let mut text = format!("{} lines cannot be read; nothing was booked", found.total);
        for fault in &found.faults {
            let _ = write!(text, "\n  {fault}");
        }
        if found.total > found.faults.len() as u64 {
            let _ = write!(text, "\n  and {} more", found.total - found.faults.len() as u64);
        }
        text += "\nhint: docs/formats-print.md says how results are read, and how [results] says another layout";
        unreadable(text)
    })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Read {
        name: receipt::file_name(&name),
        size: bytes.len() as u64,
        sha256: disk::sha256(&bytes),
        rows,
    })
}

/// Batches by the number of their print job.
struct Jobs {
    by_number: HashMap<u32, Vec<String>>,
    /// The one that was named.
    named: Option<(String, u32)>,
}

impl Jobs {
    fn of(reader: &Reader, named: Option<&str>) -> Result<Self, Failure> {
        let batches = reader.batches()?;
        let mut by_number: HashMap<u32, Vec<String>> = HashMap::new();
        let printed = batches
            .iter()
            .filter(|row| row.kind != "reprint" && row.state != State::Abandoned);
        for row in printed.filter(|row| row.totals.is_some_and(|totals| totals.print > 0)) {
            by_number
                .entry(row.print_job)
                .or_default()
                .push(row.name.clone());
        }
        let named = match named {
            None => None,
            Some(name) => {
                let row = reader.batch(name)?.ok_or_else(|| no_batch(name))?;
                Some((row.name, row.print_job))
            }
        };
        Ok(Self { by_number, named })
    }

    /// The batch that a row is about.
    fn batch(&self, row: &Row) -> Result<&str, NoJob> {
        let number = row.job.and_then(|job| job.number);
        match (&self.named, number) {
            (Some((batch, _)), None) => Ok(batch),
            (Some((batch, of)), Some(number)) if *of == number => Ok(batch),
            (Some(_), Some(_)) => Err(NoJob::Other),
            (None, None) => Err(NoJob::Unnamed),
            (None, Some(number)) => match self.by_number.get(&number).map(Vec::as_slice) {
                None => Err(NoJob::Other),
                Some([batch]) => Ok(batch),
                Some(_) => Err(NoJob::Several),
            },
        }
    }
}

/// Why the batch of a row cannot be told.
enum NoJob {
    /// The row is about a job that this ledger does not have, or not the one that was named.
    Other,
    /// The row names no job, and nobody named a batch.
    Unnamed,
    /// Two batches have the number.
    Several,
}

/// A file on its way into the ledger.
struct Planned<'r> {
    rows: Vec<ResultRow<'r>>,
    /// Lines about jobs that are not ours.
    others: u64,
}

fn plan<'r>(read: &'r Read, jobs: &'r Jobs) -> Result<Planned<'r>, Failure> {
    let mut planned = Planned {
        rows: Vec::with_capacity(read.rows.len()),
        others: 0,
    };
    for row in &read.rows {
        let batch = match jobs.batch(row) {
            Ok(batch) => batch,
            Err(NoJob::Other) => {
                planned.others += 1;
                continue;
            }
            Err(NoJob::Unnamed) => {
                return Err(Failure::Results(format!(
                    "`{}`: line {} names no job; nothing was booked\nhint: say which batch it is about with --batch",
                    read.name, row.line
                )));
            }
            Err(NoJob::Several) => {
                return Err(Failure::Results(format!(
                    "`{}`: line {}: several batches have this job number; nothing was booked\nhint: say which one with --batch",
                    read.name, row.line
                )));
            }
        };
        let signed = row
            .signed
            .as_ref()
            .map(|[by, and]| [by.as_str(), and.as_str()]);
        planned.rows.push(ResultRow {
            batch,
            piece: row.piece,
            child: row.job.and_then(|job| job.child),
            sheet: row.sheet,
            status: row.status,
            word: &row.word,
            at: row.at.as_deref(),
            station: row.station.as_deref(),
            signed,
            line: row.line,
        });
    }
    Ok(planned)
}

/// Rows for the pieces of parts that a file does not name.
fn rest(read: &mut Read, parts: &[std::path::PathBuf]) -> Result<(), Failure> {
    let named: HashSet<(Option<u32>, u32)> = read
        .rows
        .iter()
        .map(|row| (row.job.and_then(|job| job.number), row.piece))
        .collect();
    for part in parts {
        let csv = part.with_extension("pieces.csv");
        let pieces = spool::pieces_of(&csv).map_err(|error| Failure::Results(error.to_string()))?;
        for piece in pieces {
            if named.contains(&(Some(piece.job), piece.piece))
                || named.contains(&(None, piece.piece))
            {
                continue;
            }
            read.rows.push(Row {
                line: 0,
                job: Some(results::Job {
                    number: Some(piece.job),
                    child: Some(piece.child),
                }),
                piece: piece.piece,
                sheet: None,
                status: Handling::Inserted,
                word: REST.to_owned(),
                at: None,
                station: None,
                signed: None,
            });
        }
    }
    Ok(())
}

fn import(args: &ImportResultsArgs) -> Result<Exit, Failure> {
    let job = job(&args.job, None)?;
    let home = job.home(args.job.out.as_deref());
    let layout = layout(args.layout.as_deref(), &job)?;
    let reader = Ledger::read(&home)?; // No ledger is made where none is.
    let jobs = Jobs::of(&reader, args.batch.as_deref())?;
    if !args.rest_inserted.is_empty() && args.files.len() > 1 {
        return Err(Failure::Results(
            "--rest-inserted goes with one file: what one file does not name the next may".into(),
        ));
    }
    let mut files = Vec::new();
    for path in &args.files {
        let mut file = read(path, &layout)?;
        rest(&mut file, &args.rest_inserted)?;
        files.push(file);
    }
    let planned = files.iter().map(|file| plan(file, &jobs));
    let planned = planned.collect::<Result<Vec<_>, _>>()?;
    let (mut ledger, recovered) = Ledger::open(&home, &SystemClock)?;
    tell(&recovered);
    let mut left = false;
    let mut objects = Vec::new();
    for (file, planned) in files.iter().zip(&planned) {
        let booked = match planned.rows.is_empty() {
            true => Booked::default(), // All of it is about others.
            false => {
                let about = ResultsFile {
                    name: &file.name,
                    sha256: file.sha256,
                    bytes: file.size,
                };
                ledger.book(&about, &planned.rows).inspect_err(|_| {
                    say(&format!("`{}`: nothing of it was booked", file.name));
                })?
            }
        };
        left |= planned.others + booked.remarks_total > 0;
        left |= booked
            .jobs
            .iter()
            .any(|job| job.total.spoilt + job.total.aside + job.total.twice > 0);
        if args.json {
            objects.push(booked_json(file, planned.others, &booked));
        } else {
            print(&booked_text(file, planned.others, &booked))?;
        }
    }
    if args.json {
        print(&format!("{}\n", json!({ "files": objects })))?;
    }
    Ok(if left { Exit::SomeLeft } else { Exit::Done })
}

fn show(args: &ShowResultsArgs) -> Result<Exit, Failure> {
    let reader = Ledger::read(&home(&args.job)?)?;
    let job = standing(&reader, &args.batch)?;
    if args.json {
        print(&format!("{}\n", job_json(&job)))?;
    } else {
        let mut out = String::new();
        job_text(&mut out, &job, true);
        print(&out)?;
    }
    Ok(Exit::Done)
}

/// How a job stands, by the name of a batch or by its number.
fn standing(reader: &Reader, name: &str) -> Result<JobStanding, Failure> {
    if let Some(job) = reader.job(name, PIECES_SHOWN)? {
        return Ok(job);
    }
    let number = name
        .split('.')
        .next()
        .and_then(|number| number.parse::<u32>().ok());
    let jobs = Jobs::of(reader, None)?;
    let batches = number.and_then(|number| jobs.by_number.get(&number));
    let job = match batches.map(Vec::as_slice) {
        Some([batch]) => reader.job(batch, PIECES_SHOWN)?,
        _ => None,
    };
    job.ok_or_else(|| no_batch(name))
}

fn no_batch(name: &str) -> Failure {
    Failure::NotFound(format!(
        "no batch or print job `{name}`\nhint: `lettermill status` lists the batches"
    ))
}

fn settle(args: &SettlePiecesArgs) -> Result<Exit, Failure> {
    let home = home(&args.job)?;
    drop(Ledger::read(&home)?);
    let both = results::initials(&args.by, &args.and).ok_or_else(|| {
        Failure::Results(format!("--by and --and: needed are {}", results::INITIALS))
    })?;
    let (mut ledger, recovered) = Ledger::open(&home, &SystemClock)?;
    tell(&recovered);
    let [by, and] = &both;
    let end = args.end.handling();
    let job = ledger.settle_pieces(&args.batch, &args.pieces.0, end, [by, and], &args.why)?;
    let mut out = format!("{} pieces are {end} now\n", args.pieces.0.len());
    job_text(&mut out, &job, false);
    print(&out)?;
    Ok(Exit::Done)
}
