//! The time, passed in; never read elsewhere. What is written into output is the date of the batch, not the clock.

use jiff::Timestamp;

/// Gives the time of day, for the ledger and for timings.
pub trait Clock: Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still, for tests.
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}
