//! What became of a printed letter at the plant.

use std::fmt;

/// What the plant says of one piece (`facts/print.md` §4.5).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Handling {
    /// In its envelope, by the machine.
    Inserted,
    /// In its envelope, by hand; two persons have looked.
    HandMade,
    /// It is not to be sent any more.
    Withdrawn,
    /// Spoilt.
    Damaged,
    /// The machine did not see it.
    Missing,
    /// An operator took it out.
    Removed,
    /// It lies whole in another bin, not in the post.
    Diverted,
    /// The machine saw it twice.
    Duplicate,
    /// Nobody can tell.
    Unknown,
}

impl Handling {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Inserted,
        Self::HandMade,
        Self::Withdrawn,
        Self::Damaged,
        Self::Missing,
        Self::Removed,
        Self::Diverted,
        Self::Duplicate,
        Self::Unknown,
    ];

    /// The word in results, ledger and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inserted => "inserted",
            Self::HandMade => "hand-made",
            Self::Withdrawn => "withdrawn",
            Self::Damaged => "damaged",
            Self::Missing => "missing",
            Self::Removed => "removed",
            Self::Diverted => "diverted",
            Self::Duplicate => "duplicate",
            Self::Unknown => "unknown",
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Nothing is left to do: `sent = inserted + hand-made + withdrawn` (`facts/print.md` §4.5).
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Inserted | Self::HandMade | Self::Withdrawn)
    }

    /// Counts as sent only if two persons sign for it: nobody else saw what became of the letter.
    pub const fn wants_two_persons(self) -> bool {
        matches!(self, Self::HandMade | Self::Withdrawn)
    }

    /// It must be printed again. What is neither this nor sent waits for a person.
    pub const fn is_spoilt(self) -> bool {
        matches!(self, Self::Damaged | Self::Missing | Self::Removed)
    }
}

impl fmt::Display for Handling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
