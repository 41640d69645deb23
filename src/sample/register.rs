//! The reachability snapshot that goes with a sample.

use std::path::Path;

use jiff::civil::Date;

use super::Error;
use super::chance::Chance;
use super::plan::{Outcome, PrintReason};
use crate::letter::{OrganisationNumber, PersonNumber, RecipientId};
use crate::registry::{Builder, Operator, OperatorIndex, Status};

/// Mailbox operators: number, name, address, and how many recipients in a hundred they have. The first two numbers
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
    builder: Builder,
    operators: Vec<OperatorIndex>,
}

impl Register {
    /// A snapshot of `date` with no entry yet.
    pub fn new(date: Date) -> Result<Self, Error> {
        let mut builder = Builder::new(date);
        let mut operators = Vec::new();
        for (id, name, url, _) in OPERATORS {
            let operator = Operator {
                id: id.into(),
                name: name.into(),
                url: url.into(),
            };
            let index = builder.operator(operator);
            operators.push(index.map_err(|fault| Error::Snapshot(fault.into()))?);
        }
        Ok(Self { builder, operators })
    }

    /// Adds a recipient, unless the registry must not know it for the letter to end as planned.
    pub fn add(&mut self, id: &RecipientId, outcome: Outcome, chance: &mut Chance) {
        let operator = self.operators.get(operator(chance)).copied();
        let (status, operator) = match outcome {
            Outcome::Digital | Outcome::Print(PrintReason::Wished) => (Status::Reachable, operator),
            Outcome::Print(PrintReason::OptedOut) => (Status::OptedOut, operator),
            Outcome::Print(PrintReason::Pending) => (Status::Pending, operator),
            Outcome::Print(PrintReason::NoMailbox) | Outcome::Held(_) => (Status::NoMailbox, None),
            Outcome::Print(PrintReason::NotInRegistry)
            | Outcome::Print(PrintReason::NoIdentifier | PrintReason::Abroad) => return,
        };
        self.builder.push(id, status, operator);
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

/// A person number as the rest of the program knows it.
pub fn person(digits: &[u8; 12]) -> RecipientId {
    let text = std::str::from_utf8(digits).unwrap_or_default();
    PersonNumber::from_digits(text).map_or(RecipientId::None, RecipientId::Person)
}

/// An organisation number as the rest of the program knows it.
pub fn organisation(digits: &[u8; 12]) -> RecipientId {
    let text = std::str::from_utf8(digits).unwrap_or_default();
    OrganisationNumber::from_digits(text).map_or(RecipientId::None, RecipientId::Organisation)
}
