//! `print results`: what the plant says became of the pieces.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{ImportResultsArgs, ResultsCommand, SettlePiecesArgs, ShowResultsArgs};
use super::query::home;
use super::receipts::tell;
use super::{Exit, Failure, job, print, say};
use crate::clock::SystemClock;
use crate::config::JobFile;
use crate::disk;
use crate::ledger::{Booked, JobStanding, Ledger, Reader, ResultRow, ResultsFile, State};
use crate::letter::identifier::names_a_person;
use crate::letter::{Handling, PieceResult};
use crate::receipt;
use crate::results::{self, Contents, Layout, Row};
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
    /// Size.
    pub size: u64,
    /// Digest.
    pub sha256: disk::Sha256,
    /// What it says.
    pub contents: Contents,
}

/// Reads a results file.
pub fn read(path: &Path, layout: &Layout) -> Result<Read, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = receipt::file_name(&name);
    let unreadable = |what: String| Failure::Results(format!("`{name}`: {what}"));
    let bytes = bytes_of(path).map_err(unreadable)?;
    let contents = results::read(&bytes, layout).map_err(|found| {
        let mut text = format!("{} lines cannot be read; nothing of it was booked", found.total);
        for fault in &found.faults {
            let _ = write!(text, "\n  {fault}");
        }
        if found.total > found.faults.len() as u64 {
            let _ = write!(text, "\n  and {} more", found.total - found.faults.len() as u64);
        }
        text += "\nhint: docs/formats-print.md says how results are read, and how [results] says another layout";
        unreadable(text)
    })?;
    Ok(Read {
        size: bytes.len() as u64,
        sha256: disk::sha256(&bytes),
        name,
        contents,
    })
}

/// A file's contents; nothing that never ends is read.
fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    let kind = path.metadata().map_err(|error| error.to_string())?;
    if !kind.is_file() {
        return Err("not a regular file".into());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| {
            file.take(results::FILE_BYTES_MAX + 1)
                .read_to_end(&mut bytes)
        })
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > results::FILE_BYTES_MAX {
        let most = results::FILE_BYTES_MAX;
        return Err(format!("larger than {most} bytes; cut it"));
    }
    Ok(bytes)
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

fn plan<'r>(read: &'r Read, rest: &'r [Row], jobs: &'r Jobs) -> Result<Planned<'r>, Failure> {
    let rows = &read.contents.rows;
    let mut planned = Planned {
        rows: Vec::with_capacity(rows.len() + rest.len()),
        others: 0,
    };
    let lines = rows.iter().map(|row| (row, false));
    for (row, rest) in lines.chain(rest.iter().map(|row| (row, true))) {
        let refused = |why: &str, hint: &str| {
            let (name, line) = (&read.name, row.result.line);
            Failure::Results(format!(
                "`{name}`: line {line} {why}; nothing of it was booked\nhint: {hint}"
            ))
        };
        let batch = match jobs.batch(row) {
            Ok(batch) => batch,
            Err(NoJob::Other) => {
                planned.others += 1;
                continue;
            }
            Err(NoJob::Unnamed) => {
                let hint = "say which print it is about: `--batch night.1` for the first one, `--batch night.1.r01` for a \
                            reprint, as `lettermill status` names them";
                return Err(refused("names no job", hint));
            }
            Err(NoJob::Several) => {
                let why = "names a job, and several batches have its number";
                return Err(refused(why, "say which one with --batch"));
            }
        };
        planned.rows.push(ResultRow {
            batch,
            child: row.job.and_then(|job| job.child),
            rest,
            result: &row.result,
        });
    }
    Ok(planned)
}

/// Rows that say of every piece of some parts that it was inserted.
fn all_inserted(parts: &[PathBuf]) -> Result<Vec<Row>, Failure> {
    let word: std::sync::Arc<str> = REST.into();
    let mut rows = Vec::new();
    for part in parts {
        let csv = part.with_extension("pieces.csv");
        let pieces = spool::pieces_of(&csv).map_err(|error| Failure::Results(error.to_string()))?;
        rows.extend(pieces.into_iter().map(|piece| Row {
            job: Some(results::Job {
                number: Some(piece.job),
                child: Some(piece.child),
            }),
            result: PieceResult {
                line: 0,
                piece: piece.piece,
                sheet: None,
                status: Handling::Inserted,
                word: word.clone(),
                at: None,
                station: None,
                signed: None,
            },
        }));
    }
    Ok(rows)
}

fn import(args: &ImportResultsArgs) -> Result<Exit, Failure> {
    let job = job(&args.job, None)?;
    let home = job.home(args.job.out.as_deref());
    let layout = layout(args.layout.as_deref(), &job)?;
    let reader = Ledger::read(&home)?; // No ledger is made where none is.
    let jobs = Jobs::of(&reader, args.batch.as_deref())?;
    drop(reader);
    if !args.rest_inserted.is_empty() && args.files.len() > 1 {
        return Err(Failure::Results(
            "--rest-inserted goes with one file: what one file does not name the next may".into(),
        ));
    }
    let rest = all_inserted(&args.rest_inserted)?;
    let mut imported = Imported {
        json: args.json.then(Vec::new),
        left: false,
    };
    for (at, path) in args.files.iter().enumerate() {
        let done = import_one(path, &layout, &jobs, &rest, &home);
        if let Err(failure) = done.and_then(|done| imported.add(&done)) {
            if args.files.len() > 1 {
                let behind = args.files.len() - at - 1;
                say(&format!(
                    "note: {at} files were booked before this one, {behind} behind it were not read"
                ));
            }
            imported.tell()?;
            return Err(failure);
        }
    }
    imported.tell()?;
    Ok(match imported.left {
        true => Exit::SomeLeft,
        false => Exit::Done,
    })
}

/// A file that was booked.
struct Done {
    read: Read,
    others: u64,
    booked: Booked,
    /// Columns that nobody asked for, where a batch stood in for the one of the job.
    passed_over: Vec<String>,
}

/// Reads a file and books it; the ledger is open no longer than that takes.
fn import_one(
    path: &Path,
    layout: &Layout,
    jobs: &Jobs,
    rest: &[Row],
    home: &Path,
) -> Result<Done, Failure> {
    let mut file = read(path, layout)?;
    if file.contents.rows.is_empty() && rest.is_empty() {
        return Err(no_rows(&file));
    }
    let planned = plan(&file, rest, jobs)?;
    let mut booked = Booked::default();
    if !planned.rows.is_empty() {
        let about = ResultsFile {
            name: &file.name,
            sha256: file.sha256,
            bytes: file.size,
            lines: file.contents.rows.len() as u64,
        };
        let (mut ledger, recovered) = Ledger::open(home, &SystemClock)?;
        tell(&recovered);
        booked = ledger.book(&about, &planned.rows).inspect_err(|_| {
            say(&format!("`{}`: nothing of it was booked", file.name));
        })?;
    }
    let others = planned.others;
    let passed_over = match jobs.named {
        Some(_) => std::mem::take(&mut file.contents.passed_over),
        None => Vec::new(),
    };
    Ok(Done {
        read: file,
        others,
        booked,
        passed_over,
    })
}

/// Refuses a file that says nothing.
pub fn no_rows(file: &Read) -> Failure {
    Failure::Results(format!(
        "`{}`: no line about a piece; nothing was booked\n\
         hint: a list of what went wrong may be empty: name the part with --rest-inserted",
        file.name
    ))
}

/// What was imported so far.
struct Imported {
    /// The objects to be printed at the end.
    json: Option<Vec<serde_json::Value>>,
    left: bool,
}

impl Imported {
    fn add(&mut self, done: &Done) -> Result<(), Failure> {
        self.left |= done.others + done.booked.remarks_total > 0;
        self.left |= done
            .booked
            .jobs
            .iter()
            .any(|job| job.total.wants_a_person());
        match &mut self.json {
            Some(objects) => objects.push(booked_json(done)),
            None => print(&booked_text(done))?,
        }
        Ok(())
    }

    fn tell(&self) -> Result<(), Failure> {
        match &self.json {
            Some(objects) => print(&format!("{}\n", json!({ "files": objects }))),
            None => Ok(()),
        }
    }
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
    Ok(match job.total.wants_a_person() {
        true => Exit::SomeLeft,
        false => Exit::Done,
    })
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
    if args.why.trim().is_empty() || names_a_person(&args.why) {
        let needed =
            "--why: needed is what was done or found out, without anybody's personal number";
        return Err(Failure::Results(needed.into()));
    }
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
