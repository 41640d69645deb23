//! The reachability snapshot: what a national registry said of each recipient on a date.
//!
//! In: CSV files, answers of FaR (`isReachable`), pages of the contact registry of Digital Post, read by [`build`]. Out:
//! one compact file, mapped and looked up by [`Snapshot`]. The other way, [`Questions`] gathers whom of a mailing to ask
//! about and writes the requests. What always holds: the same entries give the same bytes, in whatever order and from
//! however many files they came; an identifier is in the file once; the file and the requests are readable by their
//! owner only, because the identifiers in them are personal data; no error, no `Debug` output names an identifier.
//! `docs/formats-registry.md` describes every byte.
//!
//! To read another form of registry answer: a module beside `far` that pushes into a [`Builder`], a variant of
//! [`Input`], and its sign in `Input::detect`.
//! To tell another status apart: a variant of [`Status`] with its number and name, then follow the compiler into
//! `route`.

mod ask;
mod build;
mod builder;
mod census;
mod contacts;
mod csv;
mod far;
mod input;
mod key;
mod snapshot;

pub use ask::{AskError, AskOptions, Asked, Asker, BATCH_SIZE_MAX, NotAsked, Questions};
pub use build::{Built, Error, Options, Origin, Unit, build};
pub use builder::Builder;
pub use census::Census;
pub use input::Input;
pub use snapshot::{Snapshot, SnapshotError};

/// Which operator, by its row in the snapshot's operator table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct OperatorIndex(pub u16);

/// A company that runs digital mailboxes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Operator {
    /// Its organisation number (SE: twelve digits with prefix 16). The key: names change.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// Where messages are posted; empty when the registry did not say.
    pub url: String,
}

/// What a snapshot says of one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whether and why (not).
    pub status: Status,
    /// Where the mailbox is.
    pub operator: Option<OperatorIndex>,
    /// DK: has a verified number for NemSMS. False when the registry did not say.
    pub nem_sms: bool,
}

macro_rules! statuses {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal;)+) => {
        /// Whether a recipient can be reached digitally; the reasons are kept apart (facts/sweden.md §8,
        /// facts/denmark.md §3.1). The number stands in snapshot files and keeps its meaning.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(rename_all = "kebab-case")]
        #[repr(u8)]
        pub enum Status { $($(#[$doc])* $variant = $number,)+ }

        impl Status {
            /// All of them, by number.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word that CSV files, job files and reports use.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// By its number in a snapshot file.
            pub fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

statuses! {
    /// Has a mailbox that takes this sender's messages (FaR), is registered (Digital Post).
    Reachable = 0, "reachable";
    /// SE: FaR says `Type` `Not`.
    NoMailbox = 1, "no-mailbox";
    /// SE: has a mailbox, but does not accept this sender.
    OptedOut = 2, "opted-out";
    /// SE: the mailbox waits for its activation.
    Pending = 3, "pending";
    /// SE: has a mailbox, but FaR names no operator.
    NoOperator = 4, "no-operator";
    /// SE: FaR gives the operator no address.
    NoAddressUrl = 5, "no-address-url";
    /// DK: exempt from Digital Post.
    Exempt = 6, "exempt";
    /// DK: deceased citizen or closed company.
    Closed = 7, "closed";
    /// DK: within the time before a new registration takes effect.
    Unconfirmed = 8, "unconfirmed";
    /// DK: created, not yet registered (children under 15, newcomers).
    AwaitingRegistration = 9, "awaiting-registration";
    /// The registry knows the recipient but says nothing of use.
    Unknown = 10, "unknown";
}

impl Status {
    /// By its name in a CSV file; `registered` is Digital Post's word for reachable.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "registered" {
            return Some(Self::Reachable);
        }
        Self::ALL.iter().copied().find(|s| s.name() == name)
    }
}

/// How many entries a snapshot has of each status, by the status's number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; Status::ALL.len()]);

impl Counts {
    /// Entries of one status.
    pub fn of(&self, status: Status) -> u64 {
        self.0[status as usize]
    }

    /// Entries of all.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    fn add(&mut self, status: Status) {
        self.0[status as usize] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_the_places_in_the_list() {
        for (place, status) in Status::ALL.iter().enumerate() {
            assert_eq!(*status as usize, place);
            assert_eq!(Status::from_number(*status as u8), Some(*status));
            assert_eq!(Status::from_name(status.name()), Some(*status));
            let json = serde_json::to_string(status).unwrap();
            assert_eq!(json, format!("\"{}\"", status.name()));
        }
        assert_eq!(Status::from_number(11), None);
        assert_eq!(Status::from_name("registered"), Some(Status::Reachable));
        assert_eq!(Status::from_name("Reachable"), None);
    }
}
