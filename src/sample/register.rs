//! The reachability snapshot that goes with a sample.

use std::path::Path;

use jiff::civil::Date;

use super::Error;
use super::chance::Chance;
use super::letters::Who;
use super::plan::{HeldReason, Outcome, PrintReason};
use crate::letter::Country;
use crate::registry::{Builder, Operator, OperatorIndex, Status};

/// Mailbox operators in Sweden: number, name, address, and how many recipients in a hundred they have. The first two numbers
/// are those of real operators (facts/sweden.md §2, §3); the others, with 0 or 1 as third digit, are nobody's.
const OPERATORS: [(&str, &str, &str, u32); 4] = [
    (
        "165568402266",
        "Kivra",
        "https://kivra.mailbox.example/v3",
        62,
    ),
    (
        "162021006883",
        "Min myndighetspost",
        "https://mmp.mailbox.example/v3",
        24,
    ),
    (
        "165501000011",
        "Brevduvan",
        "https://brevduvan.mailbox.example/v3",
        9,
    ),
    (
        "165512000018",
        "Postlådan",
        "https://postladan.mailbox.example/v3",
        5,
    ),
];

/// Gathers the entries of the snapshot.
pub struct Register {
    country: Country,
    builder: Builder,
    operators: Vec<OperatorIndex>,
}

impl Register {
    /// A snapshot of `date` with no entry yet.
    pub fn new(country: Country, date: Date) -> Result<Self, Error> {
        let mut builder = Builder::new(date);
        let mut operators = Vec::new();
        // Digital Post has one door for all.
        let served = match country {
            Country::Sweden => &OPERATORS[..],
            Country::Denmark => &[],
        };
        for (id, name, url, _) in served {
            let operator = Operator {
                id: (*id).into(),
                name: (*name).into(),
                url: (*url).into(),
            };
            let index = builder.operator(operator);
            operators.push(index.map_err(|fault| Error::Snapshot(fault.into()))?);
        }
        Ok(Self {
            country,
            builder,
            operators,
        })
    }

    /// Adds a recipient, unless the registry must not know it for the letter to end as planned.
    pub fn add(&mut self, who: &Who, outcome: Outcome, chance: &mut Chance) {
        let entry = match self.country {
            Country::Sweden => self.entry_in_sweden(outcome, chance),
            Country::Denmark => entry_in_denmark(who, outcome, chance).map(|status| (status, None)),
        };
        if let Some((status, operator)) = entry {
            self.builder.push(&who.id, status, operator);
        }
    }

    fn entry_in_sweden(
        &self,
        outcome: Outcome,
        chance: &mut Chance,
    ) -> Option<(Status, Option<OperatorIndex>)> {
        let operator = self.operators.get(operator(chance)).copied();
        match outcome {
            Outcome::Digital | Outcome::Print(PrintReason::Wished) => {
                Some((Status::Reachable, operator))
            }
            Outcome::Print(PrintReason::OptedOut) => Some((Status::OptedOut, operator)),
            Outcome::Print(PrintReason::Pending) => Some((Status::Pending, operator)),
            Outcome::Print(PrintReason::NoMailbox) | Outcome::Held(_) => {
                Some((Status::NoMailbox, None))
            }
            Outcome::Print(_) => None,
        }
    }

    /// Writes the snapshot; the number of recipients in it.
    pub fn write(self, path: &Path) -> Result<u64, Error> {
        let built = self.builder.finish(path);
        let built = built.map_err(|error| Error::Snapshot(error.to_string()))?;
        Ok(built.counts.total())
    }
}

/// Which operator, by their shares.
fn operator(chance: &mut Chance) -> usize {
    let mut drawn = chance.below(100);
    OPERATORS
        .iter()
        .position(|(.., share)| {
            let his = drawn < *share;
            drawn = drawn.saturating_sub(*share);
            his
        })
        .unwrap_or_default()
}

fn entry_in_denmark(who: &Who, outcome: Outcome, chance: &mut Chance) -> Option<Status> {
    match outcome {
        Outcome::Digital if who.exempt => Some(Status::Exempt),
        Outcome::Digital | Outcome::Print(PrintReason::Wished) => Some(Status::Reachable),
        Outcome::Print(PrintReason::Exempt) | Outcome::Held(HeldReason::DigitalOnly) => {
            Some(Status::Exempt)
        }
        Outcome::Print(PrintReason::Unconfirmed) => Some(Status::Unconfirmed),
        Outcome::Print(PrintReason::AwaitingRegistration) => Some(Status::AwaitingRegistration),
        Outcome::Print(PrintReason::Unknown) => Some(Status::Unknown),
        Outcome::Held(HeldReason::Closed) => Some(Status::Closed),
        Outcome::Held(HeldReason::LegalNotification) => match chance.below(3) {
            0 => Some(Status::Unconfirmed),
            _ => Some(Status::Exempt),
        },
        Outcome::Print(_) => None,
    }
}
