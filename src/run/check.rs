//! The dry run: the same way through the mill, without signing and spool; the ledger is asked where there is one. Writes nothing.

use super::gather::{count_piece, letter_count};
use super::mill::{self, Depth, Done, Mill, Output};
use super::rerun::Chosen;
use super::timing::Timing;
use super::waves::{self, SentBefore, Sink, Way};
use super::{Error, Observer, Plan, finish};
use crate::clock::Clock;
use crate::ingest;
use crate::ledger::{self, Ledger};
use crate::report::{self, Report, Tally};
use crate::spool::{Household, Households, PiecePlan};

/// What a run would do.
#[derive(Debug)]
pub struct Checked {
    /// Its counts.
    pub report: Report,
    /// What else would be so: that the batch would be held back, or the mailing refused as sent before.
    pub notes: Vec<String>,
}

/// Says what a run would do.
///
/// # Errors
/// As [`super::run`].
pub fn check(
    plan: &Plan,
    depth: Depth,
    clock: &dyn Clock,
    observer: &dyn Observer,
) -> Result<Checked, Error> {
    waves::threads(plan.threads)?.install(|| count(plan, depth, clock, observer))
}

fn count(
    plan: &Plan,
    depth: Depth,
    clock: &dyn Clock,
    observer: &dyn Observer,
) -> Result<Checked, Error> {
    let mut timing = Timing::start(clock);
    let source = ingest::open(&plan.mailing, plan.scratch(), &plan.ingest)?;
    let snapshot = mill::open_snapshot(plan)?;
    let mill = Mill::set_up(plan, &source, snapshot.as_ref(), depth)?;
    timing.lap("open");
    let mut count = Count {
        tally: Tally::new(&plan.report),
        measured: Vec::new(),
        households: Households::default(),
        mill: &mill,
    };
    let way = Way {
        depth,
        chosen: &Chosen::All,
    };
    let mut notes = Vec::new();
    let ledger = match Ledger::read(&plan.home) {
        // Only where there is a ledger is the file read for its digests.
        Ok(reader) => match reader.refuse_sent(&mill.mailing(&source)) {
            Ok(()) if reader.knows(&mill.header.mailing_id)? => Some(reader),
            Ok(()) => None,
            Err(
                error @ (ledger::Error::AlreadySent { .. } | ledger::Error::SameLetters { .. }),
            ) => {
                notes.push(format!("a run would refuse it: {error}"));
                None // What is counted is then the mailing as such.
            }
            Err(error) => return Err(error.into()),
        },
        Err(ledger::Error::NoLedger(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let sent = SentBefore::for_check(ledger, &mill);
    waves::grind(&mill, &source, &way, sent, &mut count, observer)?;
    for piece in count.households.pieces(&count.measured, &plan.spool) {
        count_piece(&mut count.tally, &plan.spool, &piece, &piece.class_name());
    }
    timing.lap("letters");
    let about = finish::about(&mill, &source, "", String::new());
    let mut report = Report::new(about, &count.tally, &plan.report, &|reason| {
        finish::sentence(&mill, reason)
    });
    finish::name_operators(&mut report, &mill);
    report.outcome = report::Outcome::Checked;
    report.run = Some(timing.notes(plan.threads, Vec::new()));
    if let Some(why) = finish::why_hold_back(&report.totals, plan.max_rejected_percent) {
        notes.push(format!(
            "a run would hold the batch back for a person: {why}"
        ));
    }
    notes.extend(finish::misplaced_mark(plan, &report.totals));
    Ok(Checked { report, notes })
}

struct Count<'m> {
    tally: Tally,
    /// Every letter on paper, where some may share an envelope.
    measured: Vec<(Option<Household>, PiecePlan)>,
    households: Households,
    mill: &'m Mill<'m>,
}

impl Sink for Count<'_> {
    fn take(&mut self, wave: Vec<Done>) -> Result<(), Error> {
        for done in &wave {
            for finding in &done.findings {
                self.tally.finding(&done.id, finding);
            }
            match &done.output {
                Output::Measured(plan, household) if self.mill.plan.spool.householding => {
                    if let Some(household) = household {
                        self.households.add(self.measured.len() as u32, *household);
                    }
                    self.measured.push((*household, *plan));
                }
                Output::Measured(plan, _) => {
                    count_piece(
                        &mut self.tally,
                        &self.mill.plan.spool,
                        plan,
                        &plan.class_name(),
                    );
                }
                _ => {}
            }
            let target = self.mill.target(&done.decision).unwrap_or_default();
            self.tally.letter(&letter_count(done, &target));
        }
        Ok(())
    }
}
