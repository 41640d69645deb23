//! The dry run: the same way through the mill, without signing, spool or ledger. Writes nothing.

use super::gather::letter_count;
use super::mill::{self, Depth, Done, Mill, Output};
use super::rerun::Chosen;
use super::timing::Timing;
use super::waves::{self, SentBefore, Sink, Way};
use super::{Error, Observer, Plan, finish};
use crate::clock::Clock;
use crate::ingest;
use crate::report::{self, PieceCount, Report, Tally};

/// Says what a run would do.
///
/// # Errors
/// As [`super::run`].
pub fn check(
    plan: &Plan,
    depth: Depth,
    clock: &dyn Clock,
    observer: &dyn Observer,
) -> Result<Report, Error> {
    waves::threads(plan.threads)?.install(|| count(plan, depth, clock, observer))
}

fn count(
    plan: &Plan,
    depth: Depth,
    clock: &dyn Clock,
    observer: &dyn Observer,
) -> Result<Report, Error> {
    let mut timing = Timing::start(clock);
    let source = ingest::open(&plan.mailing, plan.scratch(), &plan.ingest)?;
    let snapshot = mill::open_snapshot(plan)?;
    let mill = Mill::set_up(plan, &source, snapshot.as_ref(), depth)?;
    timing.lap("open");
    let mut count = Count {
        tally: Tally::new(&plan.report),
        mill: &mill,
    };
    let way = Way {
        depth,
        chosen: &Chosen::All,
    };
    let nobody = SentBefore::nobody();
    waves::grind(&mill, &source, &way, nobody, &mut count, observer)?;
    timing.lap("letters");
    let about = finish::about(&mill, &source, "", String::new());
    let mut report = Report::new(about, &count.tally, &plan.report, &|reason| {
        finish::sentence(&mill, reason)
    });
    finish::name_operators(&mut report, &mill);
    report.outcome = report::Outcome::Checked;
    report.run = Some(timing.notes(plan.threads, Vec::new()));
    Ok(report)
}

struct Count<'m> {
    tally: Tally,
    mill: &'m Mill<'m>,
}

impl Sink for Count<'_> {
    fn take(&mut self, wave: Vec<Done>) -> Result<(), Error> {
        for done in &wave {
            for finding in &done.findings {
                self.tally.finding(&done.id, finding);
            }
            if let Output::Measured(plan) = &done.output {
                self.tally.piece(&PieceCount {
                    class: &plan.class_name(),
                    envelope: plan.envelope,
                    pages: plan.pages,
                    sheets: u32::from(plan.sheets),
                    weight_mg: u64::from(plan.weight_mg),
                    postage_hundredths: self.mill.plan.spool.postage_hundredths(plan),
                });
            }
            let target = self.mill.target(&done.decision).unwrap_or_default();
            self.tally.letter(&letter_count(done, &target));
        }
        Ok(())
    }
}
