//! `reprint`: pieces of a part, printed again.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::ReprintArgs;
use super::receipts::tell;
use super::{Exit, Failure, counted, development_keys, job_at, path_text, print, results, say};
use crate::clock::SystemClock;
use crate::config::Job;
use crate::ledger::{Ledger, spoilt_by};
use crate::run::{self, Goes, Origin, Reprinted, Wanted};

/// Prints pieces again.
pub fn reprint(args: &ReprintArgs) -> Result<Exit, Failure> {
    let job = job_at(args.job.job.clone(), None)?;
    let home = job.home(args.job.out.as_deref());
    let origin = Origin::of(&parts(&args.parts)?)?;
    let mut ledger;
    let goes = match args.to.as_deref().zip(args.child) {
        Some((path, child)) => Goes::Folder { path, child },
        None => {
            ledger = open(&home)?;
            Goes::Outbox {
                home: &home,
                ledger: &mut ledger,
                again: args.again.as_deref(),
                why: args.why.as_deref().unwrap_or_else(|| why(args)),
            }
        }
    };
    let (wanted, notes) = wanted(args, &job, &home, &origin)?;
    let keys = development_keys(&home);
    let mut press = job.press(keys).map_err(Failure::Job)?;
    if args.without_control {
        press.control = None;
        press.without_control = true;
    }
    let done = run::reprint(&press, &origin, &wanted, goes)?;
    for note in notes.iter().chain(&done.unbooked) {
        say(&format!("note: {note}"));
    }
    print(&match args.json {
        true => as_json(&done),
        false => as_text(&done),
    })?;
    Ok(Exit::Done)
}

/// The ledger of a home that has one. What an earlier start left is finished and told before anybody asks how pieces stand.
fn open(home: &Path) -> Result<Ledger<'static>, Failure> {
    drop(Ledger::read(home)?);
    let (ledger, recovered) = Ledger::open(home, &SystemClock)?;
    tell(&recovered);
    Ok(ledger)
}

fn why(args: &ReprintArgs) -> &'static str {
    match (&args.pieces, &args.results) {
        (Some(_), _) => "pieces that were named",
        (None, Some(_)) => "spoilt pieces of a results file",
        (None, None) => "spoilt pieces",
    }
}

/// Absolute, each once.
fn parts(named: &[PathBuf]) -> Result<BTreeSet<PathBuf>, Failure> {
    let absolute = |path: &PathBuf| {
        std::path::absolute(path).map_err(|error| Failure::Pdf(path.clone(), error))
    };
    named.iter().map(absolute).collect()
}

/// Which pieces of which part, and what else is to be said of them.
fn wanted(
    args: &ReprintArgs,
    job: &Job,
    home: &Path,
    origin: &Origin,
) -> Result<(Vec<Wanted>, Vec<String>), Failure> {
    let mut notes = Vec::new();
    let (pieces, all_here) = match (&args.pieces, &args.results) {
        (Some(list), _) => (list.0.iter().copied().collect(), true),
        (None, Some(file)) => (of_results(args, job, file, origin)?, true),
        (None, None) => {
            let spoilt = Ledger::read(home)?.spoilt(origin.batch())?;
            (spoilt.iter().map(|piece| piece.piece).collect(), false)
        }
    };
    let mut left: BTreeSet<u32> = pieces;
    let mut wanted = Vec::new();
    for part in origin.parts() {
        let pieces = part.rows.iter().map(|row| row.piece);
        let pieces: Vec<u32> = pieces.filter(|piece| left.remove(piece)).collect();
        if !pieces.is_empty() {
            let pdf = part.pdf.clone();
            wanted.push(Wanted { pdf, pieces });
        }
    }
    if let (Some(piece), true) = (left.first(), all_here) {
        return Err(Failure::NotFound(format!(
            "the parts named do not have piece {piece}{}\nhint: the pieces CSV beside a part lists its pieces",
            match left.len() {
                1 => String::new(),
                more => format!(", nor {} others", more - 1),
            }
        )));
    }
    if wanted.is_empty() {
        return Err(Failure::NotFound(
            "no piece of these parts must be printed again\nhint: `lettermill print results show BATCH` tells how the pieces stand".into(),
        ));
    }
    if !left.is_empty() {
        notes.push(format!(
            "{} in other parts of the batch",
            counted(
                left.len() as u64,
                "more spoilt piece lies",
                "more spoilt pieces lie"
            )
        ));
    }
    Ok((wanted, notes))
}

/// The pieces that a file leaves spoilt.
fn of_results(
    args: &ReprintArgs,
    job: &Job,
    file: &Path,
    origin: &Origin,
) -> Result<BTreeSet<u32>, Failure> {
    let layout = results::layout(args.layout.as_deref(), job)?;
    let read = results::read(file, &layout)?;
    if read.contents.rows.is_empty() {
        return Err(results::no_rows(&read));
    }
    let rows = origin.parts().iter().flat_map(|part| &part.rows);
    let pieces: Vec<_> = rows.collect();
    let (number, printed) = pieces
        .first()
        .map_or((None, 0), |row| (Some(row.job), row.child));
    let lines = read.contents.rows.iter().filter_map(|row| {
        let child = row.job.and_then(|job| job.child);
        match row.job.and_then(|job| job.number) {
            None => Some((child.unwrap_or(printed), &row.result)),
            of_job if of_job == number => Some((child.unwrap_or(0), &row.result)),
            _ => None, // Of another job: results of a day may stand in one file.
        }
    });
    let sheets: HashMap<u32, u16> = pieces.iter().map(|row| (row.piece, row.sheets)).collect();
    Ok(spoilt_by(lines, printed, |piece| {
        sheets.get(&piece).copied()
    }))
}

fn as_json(done: &Reprinted) -> String {
    let parts: Vec<String> = done.parts.iter().map(|part| path_text(part)).collect();
    let told = json!({
        "batch": done.batch, "folder": path_text(&done.folder), "child": done.child, "parts": parts,
        "pieces": done.pieces, "sheets": done.sheets,
    });
    format!("{told}\n")
}

fn as_text(done: &Reprinted) -> String {
    let parts: String = done
        .parts
        .iter()
        .map(|part| format!("  {}\n", part.display()))
        .collect();
    format!(
        "reprint {}: {}, {}, number {:02}: {}\n{parts}",
        done.batch,
        counted(done.pieces, "piece", "pieces"),
        counted(done.sheets, "sheet", "sheets"),
        done.child,
        done.folder.display()
    )
}
