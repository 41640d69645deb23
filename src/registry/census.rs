//! Who is in a snapshot: its entries counted by kind of identifier, status and operator.

use crate::letter::identifier::Kind;

use super::{Counts, OperatorIndex, Status, key};

/// How many entries a snapshot has of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    kinds: [Counts; KINDS.len()],
    operators: Vec<u64>,
    nem_sms: u64,
}

/// Kinds of identifiers in a snapshot, in the order in which they are shown.
const KINDS: [Kind; 5] = [
    Kind::Person,
    Kind::Coordination,
    Kind::Organisation,
    Kind::Cpr,
    Kind::Cvr,
];

impl Census {
    /// Counts packed entries; operators are `operators` in number. Entries of a later version are left out.
    pub(super) fn of(entries: impl Iterator<Item = u64>, operators: usize) -> Self {
        let mut census = Self {
            kinds: Default::default(),
            operators: vec![0; operators],
            nem_sms: 0,
        };
        for packed in entries {
            let Some(entry) = key::entry_of(packed) else {
                continue;
            };
            let kind = key::kind_of(key::key_of(packed));
            if let Some(at) = KINDS.iter().position(|known| Some(*known) == kind)
                && let Some(counts) = census.kinds.get_mut(at)
            {
                counts.add(entry.status);
            }
            let operator = entry.operator.map(|index| usize::from(index.0));
            if let Some(count) = operator.and_then(|at| census.operators.get_mut(at)) {
                *count += 1;
            }
            census.nem_sms += u64::from(entry.nem_sms);
        }
        census
    }

    /// Kinds of identifiers that occur, each with its entries by status.
    pub fn kinds(&self) -> impl Iterator<Item = (Kind, &Counts)> {
        KINDS
            .into_iter()
            .zip(&self.kinds)
            .filter(|(_, counts)| counts.total() > 0)
    }

    /// Entries that name this operator.
    pub fn with_operator(&self, index: OperatorIndex) -> u64 {
        self.operators
            .get(usize::from(index.0))
            .copied()
            .unwrap_or_default()
    }

    /// Entries with a verified number for NemSMS.
    pub fn nem_sms(&self) -> u64 {
        self.nem_sms
    }

    /// Statuses that occur, each with its entries.
    pub fn statuses(&self) -> impl Iterator<Item = (Status, u64)> {
        let of = |status| self.kinds.iter().map(|counts| counts.of(status)).sum();
        Status::ALL
            .iter()
            .map(move |status| (*status, of(*status)))
            .filter(|(_, entries)| *entries > 0)
    }
}
