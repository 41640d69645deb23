//! What is known of a message that was sent.

use std::fmt;

/// The code of a message that its sender recalled: nobody knows whether it arrived, and it was not to.
pub const RECALLED: &str = "Tilbagekaldt";

/// How far a message has come, as those who deliver it say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// It was received and is being worked on.
    Underway,
    /// It may or may not have arrived: a person must find out.
    Unknown,
    /// It did not arrive and will not.
    Refused,
    /// It arrived.
    Delivered,
}

impl Delivery {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Underway,
        Self::Unknown,
        Self::Refused,
        Self::Delivered,
    ];

    /// The word in ledger and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Underway => "underway",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Delivered => "delivered",
        }
    }

    /// From the word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
