//! How long each stage took, for the operator's copy of the report.

use jiff::Timestamp;

use crate::clock::Clock;
use crate::report::{RunNotes, Stage};

/// Laps of a run.
pub struct Timing<'c> {
    clock: &'c dyn Clock,
    started: Timestamp,
    last: Timestamp,
    stages: Vec<Stage>,
}

impl<'c> Timing<'c> {
    /// Begins the first stage.
    pub fn start(clock: &'c dyn Clock) -> Self {
        let now = clock.now();
        Self {
            clock,
            started: now,
            last: now,
            stages: Vec::new(),
        }
    }

    /// Ends a stage and begins the next.
    pub fn lap(&mut self, name: &str) {
        let now = self.clock.now();
        self.stages.push(Stage {
            name: name.to_owned(),
            seconds: seconds(self.last, now),
        });
        self.last = now;
    }

    /// What the report says of it.
    pub fn notes(self, threads: usize, recovered: Vec<String>) -> RunNotes {
        let now = self.clock.now();
        RunNotes {
            started_at: self.started,
            finished_at: now,
            seconds: seconds(self.started, now),
            threads,
            stages: self.stages,
            recovered,
        }
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}
