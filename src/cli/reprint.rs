//! `reprint`: pieces of a part, printed again.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::ReprintArgs;
use super::{Exit, Failure, development_keys, job_at, print, results, say};
use crate::clock::SystemClock;
use crate::config::Job;
use crate::ledger::{Ledger, spoilt_by};
use crate::run::{self, Goes, Reprinted, Wanted};
use crate::spool;

/// Prints pieces again.
pub fn reprint(args: &ReprintArgs) -> Result<Exit, Failure> {
    let job = job_at(args.job.job.clone(), None)?;
    let home = job.home(args.job.out.as_deref());
    let parts = parts(&args.parts)?;
    let (wanted, notes) = wanted(args, &job, &home, &parts)?;
    let keys = development_keys(&home);
    let mut press = job.press(keys).map_err(Failure::Job)?;
    if args.without_control {
        press.control = None;
    }
    let goes = match (&args.to, args.child) {
        (Some(path), Some(child)) => Goes::Folder { path, child },
        _ => Goes::Outbox {
            home: &home,
            again: args.again.as_deref(),
            why: args.why.as_deref().unwrap_or_else(|| why(args)),
        },
    };
    let done = run::reprint(&press, &wanted, &goes, &SystemClock)?;
    for note in done.recovered.iter().chain(&notes) {
        say(&format!("note: {note}"));
    }
    print(&match args.json {
        true => as_json(&done),
        false => as_text(&done),
    })?;
    Ok(Exit::Done)
}

fn why(args: &ReprintArgs) -> &'static str {
    match (&args.pieces, &args.results) {
        (Some(_), _) => "pieces that were named",
        (None, Some(_)) => "spoilt pieces of a results file",
        (None, None) => "spoilt pieces",
    }
}

/// Absolute, each once, with the pieces of each.
fn parts(named: &[PathBuf]) -> Result<Vec<(PathBuf, Vec<u32>)>, Failure> {
    let mut paths = BTreeSet::new();
    for path in named {
        let path = std::path::absolute(path).map_err(|error| Failure::Pdf(path.clone(), error))?;
        paths.insert(path);
    }
    let mut parts = Vec::new();
    for path in paths {
        let csv = path.with_extension("pieces.csv");
        let rows = spool::pieces_of(&csv).map_err(run::Error::from)?;
        let pieces = rows.iter().map(|row| row.piece).collect();
        parts.push((path, pieces));
    }
    Ok(parts)
}

/// Which pieces of which part, and what else is to be said of them.
fn wanted(
    args: &ReprintArgs,
    job: &Job,
    home: &Path,
    parts: &[(PathBuf, Vec<u32>)],
) -> Result<(Vec<Wanted>, Vec<String>), Failure> {
    let mut notes = Vec::new();
    let (pieces, all_here) = match (&args.pieces, &args.results) {
        (Some(list), _) => (list.0.iter().copied().collect(), true),
        (None, Some(file)) => (of_results(args, job, file, parts)?, true),
        (None, None) => {
            let batch = batch_of(parts)?;
            let spoilt = Ledger::read(home)?.spoilt(&batch)?;
            (spoilt.iter().map(|piece| piece.piece).collect(), false)
        }
    };
    let mut left: BTreeSet<u32> = pieces;
    let mut wanted = Vec::new();
    for (pdf, of_part) in parts {
        let pieces: Vec<u32> = of_part
            .iter()
            .copied()
            .filter(|piece| left.remove(piece))
            .collect();
        if !pieces.is_empty() {
            let pdf = pdf.clone();
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
            "{} more spoilt pieces lie in other parts of the batch",
            left.len()
        ));
    }
    Ok((wanted, notes))
}

/// The pieces that a file leaves spoilt.
fn of_results(
    args: &ReprintArgs,
    job: &Job,
    file: &Path,
    parts: &[(PathBuf, Vec<u32>)],
) -> Result<BTreeSet<u32>, Failure> {
    let layout = results::layout(args.layout.as_deref(), job)?;
    let read = results::read(file, &layout)?;
    if read.contents.rows.is_empty() {
        return Err(results::no_rows(&read));
    }
    let mut pieces = Vec::new();
    for (path, _) in parts {
        let rows = spool::pieces_of(&path.with_extension("pieces.csv"));
        pieces.extend(rows.map_err(run::Error::from)?);
    }
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

/// The batch in whose folder the parts lie.
fn batch_of(parts: &[(PathBuf, Vec<u32>)]) -> Result<String, Failure> {
    let folder = parts.first().and_then(|(path, _)| path.ancestors().nth(3));
    let (manifest, _) = crate::manifest::read(folder.unwrap_or(Path::new(".")))?;
    Ok(manifest.batch)
}

fn as_json(done: &Reprinted) -> String {
    let told = json!({
        "batch": done.batch, "folder": done.folder, "child": done.child, "parts": done.parts,
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
        "reprint {}: {} pieces, {} sheets, marks with reprint {:02}: {}\n{parts}",
        done.batch,
        done.pieces,
        done.sheets,
        done.child,
        done.folder.display()
    )
}
