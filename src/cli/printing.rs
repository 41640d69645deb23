//! `print`: what a plant takes, what of it a PDF keeps, and parts packed for it.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{PackageArgs, PrintCommand, ProofArgs};
use super::{Exit, Failure, counted, job_at, path_text, print, results};
use crate::config::Job;
use crate::preflight;
use crate::vendor::{self, Profile};
use crate::{ledger, manifest, run, spool, ticket};

mod check;

/// Does what is asked of the print spool.
pub fn printing(command: &PrintCommand) -> Result<Exit, Failure> {
    match command {
        PrintCommand::Profiles { name } => profiles(name.as_deref()),
        PrintCommand::Check(args) => check::check(args),
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
    Job::of_profile(name).map_err(Failure::Job)?; // Else no job could take it.
    print(&profile.text)?;
    Ok(Exit::Done)
}

/// What the plant of a profile or job takes, and the box of the address.
fn plant(
    vendor: Option<&str>,
    job: Option<PathBuf>,
) -> Result<(spool::Options, preflight::Area), Failure> {
    let job = match vendor {
        Some(name) => Job::of_profile(name).map_err(Failure::Job)?,
        None => job_at(job, None)?,
    };
    job.plant().map_err(Failure::Job)
}

/// Packs a part of a spool with what goes beside it.
fn package(args: &PackageArgs) -> Result<Exit, Failure> {
    let PackageArgs { json, part, out } = args;
    check_out(out, std::slice::from_ref(part))?;
    let lies_at = fs::canonicalize(part).ok();
    let folder = lies_at.as_deref().and_then(|part| part.ancestors().nth(3));
    folder.map_or(Ok(()), ledger::check_released)?;
    let packed = ticket::package(part, out).map_err(Failure::Package)?;
    let text = if *json {
        let told =
            json!({ "package": path_text(out), "bytes": packed.bytes, "files": packed.files });
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
    let (options, address) = plant(args.vendor.as_deref(), args.job.clone())?;
    let parts = parts(&args.path)?;
    check_out(&args.out, &parts)?;
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
    let spool::Sampled {
        parts,
        classes,
        pieces,
        pages,
    } = sampled;
    let text = if args.json {
        let parts: Vec<String> = parts.iter().map(|part| path_text(part)).collect();
        let told = json!({
            "proof": path_text(&args.out), "parts": parts, "pieces": pieces, "pages": pages,
        });
        format!("{told}\n")
    } else {
        format!(
            "`{}`: {} of {}, {}; it holds real letters: give it to nobody who may not read them\n",
            args.out.display(),
            counted(pieces.into(), "piece", "pieces"),
            counted(classes.into(), "class", "classes"),
            counted(pages.into(), "page", "pages"),
        )
    };
    print(&text)?;
    Ok(Exit::Done)
}

/// Refuses to write over what is read, or into the folder of a batch: what lies there is final and whole.
fn check_out(out: &Path, parts: &[PathBuf]) -> Result<(), Failure> {
    let refused = |why: &str| {
        Err(Failure::Refused(format!(
            "`{}` {why}\nhint: name a file outside of all batches",
            out.display()
        )))
    };
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok();
    if folder.as_deref().and_then(batch_of).is_some() {
        return refused("would lie in the folder of a batch, which is final");
    }
    let mut inputs = parts.iter().flat_map(|part| {
        let beside = ["pieces.csv", "layout.json"].map(|end| part.with_extension(end));
        beside.into_iter().chain([part.clone()])
    });
    match fs::canonicalize(out) {
        Ok(out) if inputs.any(|input| fs::canonicalize(input).is_ok_and(|input| input == out)) => {
            refused("is read for it")
        }
        _ => Ok(()), // It is not there yet, or another file.
    }
}

/// The folder of the batch that a path, absolute and without links, lies in.
fn batch_of(path: &Path) -> Option<&Path> {
    let mut folders = path.ancestors();
    folders.find(|folder| folder.join(manifest::MANIFEST).is_file())
}

/// The part that was named, or all in the folder of a batch, class by class.
fn parts(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let spool = path.join("print");
    let unreadable = |error: io::Error| {
        let hint = "hint: name the folder of a batch in `outbox/` or `held/`, or a part";
        Failure::Pdf(spool.clone(), io::Error::other(format!("{error}\n{hint}")))
    };
    let mut parts = Vec::new();
    for class in fs::read_dir(&spool).map_err(unreadable)? {
        let class = class.map_err(unreadable)?.path();
        if !class.is_dir() {
            continue; // Whatever it is, it is no class.
        }
        let files = fs::read_dir(&class).map_err(unreadable)?;
        let paths = files.filter_map(|file| Some(file.ok()?.path()));
        parts.extend(paths.filter(|path| path.extension().is_some_and(|end| end == "pdf")));
    }
    if parts.is_empty() {
        let empty = io::Error::other("no part lies in it");
        return Err(unreadable(empty));
    }
    parts.sort();
    Ok(parts)
}
