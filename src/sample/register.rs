//! The reachability snapshot that goes with a sample.

use std::path::Path;

use super::Error;
use super::chance::Chance;
use super::plan::{HeldReason, Outcome, PrintReason};

/// Mailbox operators and how many recipients in a hundred they have. The first two are real operators' numbers
/// (facts/sweden.md §3); the others, with 0 or 1 as third digit, are nobody's.
const OPERATORS: [(&str, u32); 4] = [
    ("165568402266", 62),
    ("162021006883", 24),
    ("165501000011", 9),
    ("165512000018", 5),
];

/// What the registry says of a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Mailbox at this operator, which accepts the sender.
    Reachable(&'static str),
    /// Mailbox at this operator, which does not accept the sender.
    OptedOut(&'static str),
    /// Mailbox that is being opened.
    Pending,
    /// No mailbox.
    NoMailbox,
}

impl Status {
    /// What the registry must say so that a letter ends as planned; `None`: it must not know the recipient.
    pub fn of(outcome: Outcome, chance: &mut Chance) -> Option<Self> {
        let operator = operator(chance);
        match outcome {
            Outcome::Digital | Outcome::Print(PrintReason::Wished) => {
                Some(Self::Reachable(operator))
            }
            Outcome::Print(PrintReason::OptedOut) => Some(Self::OptedOut(operator)),
            Outcome::Print(PrintReason::Pending) => Some(Self::Pending),
            Outcome::Print(PrintReason::NoMailbox)
            | Outcome::Held(
                HeldReason::DigitalOnly
                | HeldReason::LegalNotification
                | HeldReason::AddressProtected,
            ) => Some(Self::NoMailbox),
            Outcome::Print(
                PrintReason::NotInRegistry | PrintReason::NoIdentifier | PrintReason::Abroad,
            ) => None,
        }
    }
}

fn operator(chance: &mut Chance) -> &'static str {
    let mut drawn = chance.below(100);
    for (operator, share) in OPERATORS {
        if drawn < share {
            return operator;
        }
        drawn -= share;
    }
    OPERATORS[0].0
}

/// Gathers the entries of the snapshot.
pub struct Register {
    csv: String,
    entries: u32,
}

impl Register {
    /// Empty.
    pub fn new() -> Self {
        Self {
            csv: String::from("id,status,operator\n"),
            entries: 0,
        }
    }

    /// Adds a recipient.
    pub fn add(&mut self, id: &[u8; 12], status: Status) -> Result<(), Error> {
        self.csv.extend(id.iter().map(|d| char::from(*d)));
        let (word, operator) = match status {
            Status::Reachable(operator) => ("reachable", operator),
            Status::OptedOut(operator) => ("opted-out", operator),
            Status::Pending => ("pending", ""),
            Status::NoMailbox => ("no-mailbox", ""),
        };
        self.csv.push_str(&format!(",{word},{operator}\n"));
        self.entries += 1;
        Ok(())
    }

    /// Writes the snapshot; the number of recipients in it.
    pub fn write(self, path: &Path) -> Result<u32, Error> {
        let error = |error| Error::Io {
            path: path.to_owned(),
            error,
        };
        crate::disk::write_whole(path, self.csv.as_bytes()).map_err(error)?;
        Ok(self.entries)
    }
}
