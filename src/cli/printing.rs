//! `print`: what a plant takes, what of it a PDF keeps, and parts packed for it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{PackageArgs, PdfArgs, PrintCommand, ProofArgs};
use super::{Exit, Failure, job_at, print, results};
use crate::config::{Job, JobFile};
use crate::preflight::{self, PdfFault};
use crate::run;
use crate::spool;
use crate::ticket;
use crate::vendor::{self, Profile};

/// Does what is asked of the print spool.
pub fn printing(command: &PrintCommand) -> Result<Exit, Failure> {
    match command {
        PrintCommand::Profiles { name } => profiles(name.as_deref()),
        PrintCommand::Check(args) => check(args),
        PrintCommand::Package(args) => package(args),
        PrintCommand::Proof(args) => proof(args),
        PrintCommand::Results(command) => results::results(command),
    }
}

/// Lists the profiles that come with the program, or gives one as a file to begin with.
fn profiles(name: Option<&str>) -> Result<Exit, Failure> {
    let Some(name) = name else {
        let mut out = String::new();
        for (name, _) in vendor::shipped() {
            let profile = Profile::find(name, None).map_err(Failure::Vendor)?;
            let _ = writeln!(out, "{name:12} {}", profile.about.title);
        }
        print(&out)?;
        return Ok(Exit::Done);
    };
    let profile = Profile::find(name, None).map_err(Failure::Vendor)?;
    print(&profile.text)?;
    Ok(Exit::Done)
}

/// Looks at PDFs as a run would that shall print them.
fn check(args: &PdfArgs) -> Result<Exit, Failure> {
    let print_options = JobFile::of_profile(&args.vendor, None)
        .map_err(Failure::Job)?
        .print;
    let rules = preflight::Rules {
        target: print_options.target(),
        ..print_options.pdf.clone()
    };
    let preparer = spool::Preparer::new(&print_options);
    let mut refused = false;
    for path in &args.pdfs {
        let bytes = fs::read(path).map_err(|error| Failure::Pdf(path.clone(), error))?;
        let found = preflight::inspect(&bytes, &rules)
            .and_then(|facts| preparer.takes(&bytes, &facts).map(|()| facts));
        refused |= found.is_err();
        let remarks: Vec<String> = match &found {
            Ok(facts) => facts.notes.iter().map(ToString::to_string).collect(),
            Err(fault) => PdfFault::remarks(fault).map(ToString::to_string).collect(),
        };
        print(&match args.json {
            true => as_json(path, found.as_ref().ok().map(|facts| facts.pages), &remarks),
            false => as_text(path, found.as_ref().ok().map(|facts| facts.pages), &remarks),
        })?;
    }
    Ok(if refused { Exit::Faulty } else { Exit::Done })
}

fn as_json(path: &Path, pages: Option<u32>, remarks: &[String]) -> String {
    let verdict = if pages.is_some() { "taken" } else { "refused" };
    let told = json!({ "path": path, "verdict": verdict, "pages": pages, "remarks": remarks });
    format!("{told}\n")
}

fn as_text(path: &Path, pages: Option<u32>, remarks: &[String]) -> String {
    let mut out = match pages {
        Some(1) => format!("`{}`: taken, 1 page\n", path.display()),
        Some(pages) => format!("`{}`: taken, {pages} pages\n", path.display()),
        None => format!("`{}`: refused\n", path.display()),
    };
    for remark in remarks {
        let _ = writeln!(out, "  {remark}");
    }
    out
}

/// Packs a part of a spool with what goes beside it.
fn package(args: &PackageArgs) -> Result<Exit, Failure> {
    let PackageArgs { json, part, out } = args;
    let packed = ticket::package(part, out).map_err(Failure::Package)?;
    let text = if *json {
        let told = json!({ "package": out, "bytes": packed.bytes, "files": packed.files });
        format!("{told}\n")
    } else {
        let files = packed.files.join("\n  ");
        format!("`{}`, {} bytes:\n  {files}\n", out.display(), packed.bytes)
    };
    print(&text)?;
    Ok(Exit::Done)
}

/// Draws the first pieces of each class with the zones of the profile over them.
fn proof(args: &ProofArgs) -> Result<Exit, Failure> {
    let job = match &args.vendor {
        Some(name) => Job::of_profile(name).map_err(Failure::Job)?,
        None => job_at(args.job.clone(), None)?,
    };
    let (options, address) = job.plant().map_err(Failure::Job)?;
    let parts = parts(&args.path)?;
    let sampled = spool::sample(
        &spool::Sample {
            parts: &parts,
            pieces: args.pieces,
            options: &options,
            address,
        },
        &args.out,
    )
    .map_err(run::Error::from)?;
    let spool::Sampled { pieces, pages } = sampled;
    let text = if args.json {
        let told = json!({ "proof": args.out, "parts": parts, "pieces": pieces, "pages": pages });
        format!("{told}\n")
    } else {
        format!(
            "`{}`: {pieces} pieces of {} classes, {pages} pages; it holds real letters: give it to nobody who may not read them\n",
            args.out.display(),
            parts.len()
        )
    };
    print(&text)?;
    Ok(Exit::Done)
}

/// The part that was named, or the first of each class in the folder of a batch.
fn parts(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let spool = path.join("print");
    let unreadable = |error| Failure::Pdf(spool.clone(), error);
    let mut parts = Vec::new();
    for class in fs::read_dir(&spool).map_err(unreadable)? {
        let class = class.map_err(unreadable)?.path();
        let files = fs::read_dir(&class).map_err(unreadable)?;
        let paths = files.filter_map(|file| Some(file.ok()?.path()));
        parts.extend(
            paths
                .filter(|path| path.extension().is_some_and(|end| end == "pdf"))
                .min(),
        );
    }
    parts.sort();
    Ok(parts)
}
