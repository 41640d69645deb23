//! `rerun`: letters of an earlier batch, once more.

use std::path::PathBuf;

use super::args::{RerunArgs, RunArgs, To};
use super::{Exit, Failure, job, run_mailing};
use crate::ledger::{BatchRow, Ledger};
use crate::letter::Channel;
use crate::run::{Rerun, Which};

/// Where the batch read its mailing, if it still lies there.
fn known(parent: &BatchRow) -> Result<PathBuf, Failure> {
    let path = PathBuf::from(&parent.source_path);
    if path.is_file() {
        return Ok(path);
    }
    let lost = if parent.source_path.is_empty() {
        "the ledger does not know where it lies".to_owned()
    } else {
        format!("it no longer lies at `{}`", path.display())
    };
    Err(Failure::Mailing(format!(
        "the mailing file of batch `{}` is needed, and {lost}\nhint: name the very same file with --mailing FILE",
        parent.name
    )))
}

/// Works letters of a batch again.
pub fn rerun(args: RerunArgs) -> Result<Exit, Failure> {
    let home = job(&args.job, args.mailing.as_deref())?.home(args.job.out.as_deref());
    let Some(parent) = Ledger::read(&home)?.batch(&args.batch)? else {
        return Err(Failure::NotFound(format!(
            "no batch `{}` in the ledger\nhint: `lettermill status` lists the batches",
            args.batch
        )));
    };
    let mailing = match args.mailing {
        Some(named) => named,
        None => known(&parent)?,
    };
    let again = Rerun {
        parent: args.batch,
        which: if args.undelivered {
            Which::Undelivered
        } else {
            Which::LeftOver
        },
        even_faulty: args.even_faulty,
        to: args.to.map(|to| match to {
            To::Digital => Channel::Digital,
            To::Print => Channel::Print,
        }),
    };
    let mut run = RunArgs {
        job: args.job,
        threads: args.threads,
        date: args.date,
        again: None,
        json: args.json,
        mailing,
    };
    run.job.out = Some(home); // That of the parent, whatever lies beside the mailing.
    run_mailing(&run, Some(&again))
}
