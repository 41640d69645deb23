//! `print check`: what a plant takes of PDFs, and what it does not.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::json;

use super::plant;
use crate::cli::args::PdfArgs;
use crate::cli::{Exit, Failure, path_text, print, say};
use crate::preflight::{self, Class, PdfFacts, PdfFault, Remark, Verdict};
use crate::spool;

/// A remark, and what follows from it.
type Found<'r> = (Verdict, &'r Remark);

/// Looks at PDFs: with a job as a run would that shall print them; with a vendor profile alone as its plant would, for
/// which the place of our mark is but a note.
pub(super) fn check(args: &PdfArgs) -> Result<Exit, Failure> {
    let (options, _) = plant(args.vendor.as_deref(), args.job.clone())?;
    let mut rules = options.rules();
    if args.vendor.is_some() {
        rules.verdicts.insert(Class::InkUnderMark, Verdict::Note);
    }
    let preparer = spool::Preparer::new(&options);
    let (mut refused, mut unread) = (false, None);
    for path in &args.pdfs {
        let bytes = match bytes(path, rules.limits.bytes_max) {
            Ok(bytes) => bytes,
            Err(error) => {
                let failure = Failure::Pdf(path.clone(), error);
                if let Some(before) = unread.replace(failure) {
                    say(&format!("error: {before}")); // The last is said at the end.
                }
                continue;
            }
        };
        let found = preflight::inspect(&bytes, &rules)
            .and_then(|facts| preparer.takes(&bytes, &facts).map(|()| facts));
        refused |= found.is_err();
        print(&match args.json {
            true => as_json(path, &found),
            false => as_text(path, &found, args.vendor.is_some()),
        })?;
    }
    match unread {
        Some(failure) => Err(failure),
        None if refused => Ok(Exit::Faulty),
        None => Ok(Exit::Done),
    }
}

/// What is in a file, as far as it can be a PDF that is taken: one byte more is enough to refuse it.
fn bytes(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = File::open(path)?.take(bytes_max.saturating_add(1));
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All remarks, those first that refuse it.
fn remarks(found: &Result<PdfFacts, PdfFault>) -> impl Iterator<Item = Found<'_>> {
    let (faults, notes) = match found {
        Ok(facts) => (None, &facts.notes[..]),
        Err(fault) => (Some(fault.remarks()), &fault.notes[..]),
    };
    let faults = faults.into_iter().flatten();
    let refuse = faults.map(|remark| (Verdict::Refuse, remark));
    refuse.chain(notes.iter().map(|remark| (Verdict::Note, remark)))
}

fn as_json(path: &Path, found: &Result<PdfFacts, PdfFault>) -> String {
    let verdict = if found.is_ok() { "taken" } else { "refused" };
    let one = |(verdict, remark): Found<'_>| {
        json!({
            "code": remark.class.code(),
            "verdict": verdict,
            "page": remark.page,
            "box": remark.area,
            "text": remark.to_string(),
        })
    };
    let told = json!({
        "path": path_text(path),
        "verdict": verdict,
        "pages": found.as_ref().ok().map(|facts| facts.pages),
        "remarks": remarks(found).map(|(_, remark)| remark.to_string()).collect::<Vec<_>>(),
        "findings": remarks(found).map(one).collect::<Vec<_>>(),
    });
    format!("{told}\n")
}

fn as_text(path: &Path, found: &Result<PdfFacts, PdfFault>, plant_alone: bool) -> String {
    let mut out = match found.as_ref().map(|facts| facts.pages) {
        Ok(1) => format!("`{}`: taken, 1 page\n", path.display()),
        Ok(pages) => format!("`{}`: taken, {pages} pages\n", path.display()),
        Err(_) => format!("`{}`: refused\n", path.display()),
    };
    for (verdict, remark) in remarks(found) {
        let word = match verdict {
            Verdict::Refuse => "refused",
            Verdict::Note => "note",
        };
        let _ = write!(out, "  {word}: {remark}");
        if plant_alone && remark.class == Class::InkUnderMark {
            out.push_str(" (the plant takes that, a run does not: its mark stands there)");
        }
        out.push('\n');
    }
    out
}
