//! The stages in order; [`Plan`], all that they need.
//!
//! [`run`] shows the whole mill. Threads stay inside a wave; behind it, results are in file order again, so one thread
//! or thirty-two give the same bytes. Nothing is visible in the outbox before `release`.
//!
//! To add a stage: a line in [`run`], its options in [`Plan`], its error in [`Error`].

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::clock::Clock;
use crate::disk::WrittenFile;
use crate::ingest::Source;
use crate::ledger::{Batch, Ledger};
use crate::report::Report;
use crate::{bundle, compose, disk, ingest, report, route, sign, spool, ticket, validate};

mod ask;
mod check;
mod digital;
mod error;
mod finish;
mod gather;
mod keys;
mod mill;
mod paper;
mod proof;
mod reprint;
mod requests;
mod rerun;
mod timing;
mod together;
mod waves;

pub use ask::{AskPlan, ask};
pub use check::{Checked, check};
pub use error::Error;
pub use mill::Depth;
pub use reprint::{Goes, Origin, PartOfOrigin, Press, Reprinted, Wanted, reprint};
pub use rerun::{Behind, Rerun, Which};

use gather::Gather;
use mill::Mill;
use rerun::Chosen;
use timing::Timing;
use waves::SentBefore;

/// All that a run needs; `config` makes it from the job file.
#[derive(Debug)]
pub struct Plan {
    /// The mailing file.
    pub mailing: PathBuf,
    /// Home of the job: ledger, work folder and outbox lie under it.
    pub home: PathBuf,
    /// Worker threads.
    pub threads: usize,
    /// Why letters go out that went out under another mailing id: without a reason they do not.
    pub why_again: Option<String>,
    /// Date of the batch; the date of the mailing's `created` if `None`.
    pub date: Option<Date>,
    /// Schema and limits of the input.
    pub ingest: ingest::Options,
    /// Business rules.
    pub rules: validate::Options,
    /// What the registries said, if they were asked.
    pub snapshot: Option<PathBuf>,
    /// Routing rules.
    pub routes: route::Options,
    /// Keys of sender and relay.
    pub keys: Keys,
    /// How messages of Mina meddelanden are written.
    pub mina_meddelanden: bundle::mina_meddelanden::Options,
    /// How messages of Digital Post are written.
    pub digital_post: bundle::digital_post::Options,
    /// How Danish letters are sent.
    pub denmark: Danish,
    /// How requests to SF1601 are written.
    pub sf1601: bundle::sf1601::Options,
    /// How bundles are cut.
    pub bundles: bundle::Options,
    /// How letters are typeset.
    pub stationery: compose::Options,
    /// What the plant takes.
    pub spool: spool::Options,
    /// Layout of the control file that goes with each part, if the plant wants one.
    pub control: Option<ticket::Layout>,
    /// How job tickets are written.
    pub ticket: ticket::Options,
    /// More rejected letters of a mailing than this, in per cent, and the finished batch is held back for a person. A rerun
    /// never is: a person has chosen its letters, many of which may be rejected once more.
    pub max_rejected_percent: f64,
    /// Prices, and how much the report shows.
    pub report: report::Options,
    /// The job file's own bytes, for its digest; empty without one.
    pub job_file: Vec<u8>,
}

impl Plan {
    /// Where a mailing in another encoding is kept as UTF-8 while it is read: in the home, once there is one.
    fn scratch(&self) -> Option<&Path> {
        Some(self.home.as_path()).filter(|home| home.is_dir())
    }
}

/// How Danish letters are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Danish {
    /// MeMo for Digital Post, and a print spool.
    #[default]
    DigitalPost,
    /// Requests to SF1601, for mailbox and paper.
    Sf1601,
}

/// Whose keys sign.
#[derive(Debug)]
pub struct Keys {
    /// The agency's.
    pub sender: KeySource,
    /// The relay's; the sender's if `None`.
    pub relay: Option<KeySource>,
}

/// Where a key comes from.
#[derive(Debug)]
pub enum KeySource {
    /// From files that the job names.
    Files(sign::KeyFiles),
    /// Made on first use in the first of these folders that can be written; refused for real mail.
    Development(Vec<PathBuf>),
}

/// Hears how far a run has come.
pub trait Observer: Sync {
    /// What an operator should know at once, however the run ends: what was done about earlier ones.
    fn note(&self, text: &str);

    /// So many letters are done, up to this byte of so many.
    fn progress(&self, letters: u64, bytes: u64, bytes_total: u64);
}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    /// What the operator's copy of the report says.
    pub report: Report,
    /// Where the batch lies: in the outbox, or held back.
    pub folder: PathBuf,
    /// Where the operator's copy of the report lies.
    pub report_folder: PathBuf,
    /// True when a person must release it.
    pub held_back: bool,
    /// What else an operator should know: which letters were left out, what could not be written after release.
    pub notes: Vec<String>,
}

/// Works a mailing from end to end; with `again`, letters of an earlier batch of it, in a batch of their own.
///
/// # Errors
/// [`Error`]: nothing of the mailing was released, and nothing of it is left in the work folder.
pub fn run(
    plan: &Plan,
    again: Option<&Rerun>,
    clock: &dyn Clock,
    observer: &dyn Observer,
) -> Result<Outcome, Error> {
    waves::threads(plan.threads)?.install(|| {
        let mut timing = Timing::start(clock);
        let source = ingest::open(&plan.mailing, plan.scratch(), &plan.ingest)?;
        let snapshot = mill::open_snapshot(plan)?;
        let mill = Mill::set_up(plan, &source, snapshot.as_ref(), Depth::Finished)?;
        timing.lap("open");

        let (mut ledger, recovered) = Ledger::open(&plan.home, clock)?;
        let unwritten = finish::late_reports(&plan.home, &recovered);
        let recovered = recovered.iter().map(ToString::to_string);
        let recovered: Vec<String> = recovered.chain(unwritten).collect();
        recovered.iter().for_each(|note| observer.note(note)); // Done, whatever becomes of this run.
        let chosen = Chosen::of(again, &ledger)?; // Under the ledger's lock: nobody takes a letter on twice.
        let mut batch = match again {
            None => ledger.begin(&mill.mailing(&source))?, // Refuses a mailing already sent.
            Some(again) => {
                ledger.begin_rerun(&mill.mailing(&source), &again.parent, again.why())?
            }
        };
        timing.lap("begin");
        let placed = match fill(&mill, &source, &chosen, &mut batch, observer, &mut timing) {
            Ok((report, files)) => finish::release(batch, &files, report)?,
            Err(error) => {
                let why = error.to_string();
                let first = why.lines().next().unwrap_or_default();
                let _ = batch.abandon(&format!("the run ended with an error: {first}")); // Else the next start cleans up.
                return Err(error);
            }
        };
        timing.lap("release");
        let mut outcome = finish::outcome(plan, placed, timing, recovered); // Released: nothing is an error any more.
        outcome.notes.extend(chosen.notes());
        Ok(outcome)
    })
}

/// Fills the batch's work folder with all that will be released, and proves it.
fn fill(
    mill: &Mill<'_>,
    source: &Source,
    chosen: &Chosen,
    batch: &mut Batch<'_, '_>,
    observer: &dyn Observer,
    timing: &mut Timing<'_>,
) -> Result<(Report, Vec<WrittenFile>), Error> {
    let sent_before = SentBefore::of(batch, mill)?;
    let mut gather = Gather::open(mill, source, batch)?;
    let way = waves::Way {
        depth: Depth::Finished,
        chosen,
    };
    waves::grind(mill, source, &way, sent_before, &mut gather, observer)?;
    timing.lap("letters");
    let books = gather.finish()?; // Bundles closed, pieces sorted into parts.
    timing.lap("spool");
    source.verify_unchanged()?; // Nothing is released from a file that moved under us.
    let proved = proof::read_back(batch, &bundle::key_of(mill.header), books)?;
    timing.lap("read back");
    let rejected_max = (!chosen.is_rerun()).then_some(mill.plan.max_rejected_percent);
    let report = finish::report(mill, source, batch.name(), &proved, rejected_max);
    let files = finish::seal_folder(mill, source, batch, proved.files, &report)?;
    Ok((report, files))
}

/// Digest of the job: of its file and of all that it names and the outcome depends on.
fn job_digest(parts: &[&[u8]]) -> disk::Sha256 {
    let mut all = Vec::new();
    for part in parts {
        all.extend_from_slice(&disk::sha256(part));
    }
    disk::sha256(&all)
}
