//! Arguments, messages, exit codes. The only room that prints.
//!
//! Results go to stdout, talk to stderr. A message is lower case, names paths in backticks, and says what to do on a
//! `hint:` line.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};

use crate::clock::SystemClock;
use crate::config::{Host, Job, JobError};
use crate::run::{self, Depth, Plan, Rerun};

mod args;
mod exit;
mod failure;
mod printing;
mod progress;
mod query;
mod receipts;
mod registry;
mod reprint;
mod rerun;
mod results;
mod sample;
mod summary;
mod verify;

pub use args::Cli;
use args::{BatchArgs, CheckArgs, Command, JobArgs, RunArgs, WithdrawArgs};
pub use exit::Exit;
use failure::Failure;
use progress::Progress;

/// Name of the job file that is used when it lies beside the mailing.
const JOB_FILE: &str = "lettermill.toml";

/// Does what the command line says.
pub fn main() -> Exit {
    keep_quiet();
    match dispatch(Cli::parse().command) {
        Ok(exit) => exit,
        Err(failure) => {
            say(&format!("error: {failure}"));
            failure.exit()
        }
    }
}

/// The message of a panic can quote a document: only its place is told. Those of the readers of given PDFs become findings.
fn keep_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        if std::thread::current().name() != Some(crate::preflight::THREAD_NAME) {
            let place = panic.location().map(ToString::to_string);
            say(&format!(
                "error: a fault in this program, at {}; please report this line, the version and the command",
                place.unwrap_or_default()
            ));
        }
    }));
}

fn dispatch(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Run(args) => run_mailing(&args, None),
        Command::Rerun(args) => rerun::rerun(args),
        Command::Reprint(args) => reprint::reprint(&args),
        Command::Check(args) => check_mailing(&args),
        Command::Status(args) => query::status(&args),
        Command::Show(args) => query::show(&args),
        Command::Release(args) => query::release(&args),
        Command::Withdraw(args) => query::withdraw(&args),
        Command::Verify(args) => verify::verify(&args),
        Command::Receipts(command) => receipts::receipts(&command),
        Command::Print(command) => printing::printing(&command),
        Command::Registry(command) => registry::registry(&command),
        Command::Sample(args) => sample::sample(&args),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "lettermill", &mut io::stdout());
            Ok(Exit::Done)
        }
        Command::Man => {
            clap_mangen::Man::new(Cli::command())
                .render(&mut io::stdout())
                .map_err(Failure::Output)?;
            Ok(Exit::Done)
        }
    }
}

fn run_mailing(args: &RunArgs, again: Option<&Rerun>) -> Result<Exit, Failure> {
    let plan = plan(args)?;
    let progress = Progress::new();
    let outcome = run::run(&plan, again, &SystemClock, &progress);
    progress.clear();
    let outcome = outcome?;
    for note in &outcome.notes {
        say(&format!("note: {note}"));
    }
    if args.json {
        print(&summary::run_json(&outcome))?;
    } else {
        print(&summary::run_text(&outcome))?;
    }
    let totals = &outcome.report.totals;
    Ok(match (outcome.held_back, totals.held + totals.rejected) {
        (true, _) => Exit::HeldBack,
        (false, 0) => Exit::Done,
        (false, _) => Exit::SomeLeft,
    })
}

fn check_mailing(args: &CheckArgs) -> Result<Exit, Failure> {
    let plan = plan(&args.run)?;
    let depth = if args.full {
        Depth::Measured
    } else {
        Depth::Routed
    };
    let progress = Progress::new();
    let checked = run::check(&plan, depth, &SystemClock, &progress);
    progress.clear();
    let run::Checked { report, notes } = checked?;
    if args.run.json {
        print(&summary::check_json(&report, &notes))?;
    } else {
        // Which letters travel together is found out when messages are made.
        let joins = plan.mina_meddelanden.join_letters
            && report.about.country == crate::letter::Country::Sweden;
        let prices = plan.report.postage.is_some();
        print(&summary::check_text(&report, args.full, joins, prices))?;
    }
    for note in notes.iter().filter(|_| !args.run.json) {
        say(&format!("note: {note}"));
    }
    let left = report.totals.held + report.totals.rejected;
    Ok(if left == 0 {
        Exit::Done
    } else {
        Exit::SomeLeft
    })
}

fn plan(args: &RunArgs) -> Result<Plan, Failure> {
    let job = job(&args.job, Some(&args.mailing))?;
    let host = Host {
        mailing: args.mailing.clone(),
        home: args.job.out.clone(),
        threads: threads(args.threads),
        date: args.date,
        why_again: args.again.clone(),
        development_keys: development_keys(&job.home(args.job.out.as_deref())),
    };
    job.plan(host).map_err(Failure::Job)
}

/// Worker threads: as many as were asked for, else one a processor.
fn threads(asked: Option<u16>) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.map_or_else(processors, usize::from)
}

/// The job that the arguments name, or that lies beside the mailing.
fn job(args: &JobArgs, mailing: Option<&Path>) -> Result<Job, Failure> {
    job_at(args.job.clone(), mailing)
}

fn job_at(path: Option<PathBuf>, mailing: Option<&Path>) -> Result<Job, Failure> {
    let beside = || {
        mailing
            .and_then(Path::parent)
            .map(|folder| folder.join(JOB_FILE))
            .filter(|path| path.is_file())
    };
    match path.or_else(beside) {
        Some(path) => Job::read(&path).map_err(|fault: JobError| Failure::Job(vec![fault])),
        None => Ok(Job::default()),
    }
}

/// Development keys are the user's, so that any number of homes on one machine sign with the same one; the home's own
/// where the user has no folder that can be written.
fn development_keys(home: &Path) -> Vec<PathBuf> {
    let from = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let data = from("XDG_DATA_HOME").or_else(|| from("HOME").map(|home| home.join(".local/share")));
    let of_user = data.map(|data| data.join("lettermill/keys"));
    of_user.into_iter().chain([home.join("keys")]).collect()
}

/// `1 piece`, `2 pieces`.
fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A path as JSON holds it. What is not UTF-8 in it cannot stand there, and must not stop what is done already.
fn path_text(path: &Path) -> String {
    path.display().to_string()
}

/// Writes a result to stdout.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()), // `lettermill status | head`
        done => done.map_err(Failure::Output),
    }
}

/// Says something to people.
fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}"); // Nobody left to tell.
}
