//! What a bar at a place of an OMR code means, by name.

use std::fmt;

/// A place of the code. Its name in a profile is that of the variant: `not-end`, `feeder-2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Position {
    /// Always a bar: the first of a code (benchmark).
    Start,
    /// Always a bar: the last of a code, so that a skewed sheet is noticed.
    Safety,
    /// Always a bar: lets the reader find its pace again.
    Retiming,
    /// Never a bar.
    Blank,
    /// A bar on the first sheet of a piece (beginning of collation, start of group).
    Begin,
    /// A bar on all sheets but the first.
    NotBegin,
    /// A bar on the last sheet (end of collation, insert, end of group).
    End,
    /// A bar on all sheets but the last.
    NotEnd,
    /// Makes the number of bars even, or odd.
    Parity,
    /// A bar on all sheets of the last piece of a batch.
    Batch,
    /// A bar on all sheets of pieces that are taken out.
    Divert,
    /// A bar where this station, 1 to 8, gives an insert (selective feed).
    Feeder(u8),
    /// A bit of the wrap-around sequence; 1 is the least significant.
    Sequence(u8),
    /// A bit of the piece's number, by which two streams are matched; 1 is the least significant.
    Match(u8),
}

/// Names without a number.
const PLAIN: [(&str, Position); 11] = [
    ("start", Position::Start),
    ("safety", Position::Safety),
    ("retiming", Position::Retiming),
    ("blank", Position::Blank),
    ("begin", Position::Begin),
    ("not-begin", Position::NotBegin),
    ("end", Position::End),
    ("not-end", Position::NotEnd),
    ("parity", Position::Parity),
    ("batch", Position::Batch),
    ("divert", Position::Divert),
];

impl Position {
    /// Its bit of the sequence.
    pub(super) fn sequence(&self) -> Option<u8> {
        match self {
            Self::Sequence(n) => Some(*n),
            _ => None,
        }
    }

    /// Its bit of the match code.
    pub(super) fn matched(&self) -> Option<u8> {
        match self {
            Self::Match(n) => Some(*n),
            _ => None,
        }
    }

    pub(super) fn may_repeat(&self) -> bool {
        matches!(self, Self::Safety | Self::Retiming | Self::Blank)
    }

    /// Whether `name` names it, alone or with all of its kind: `feeder-2`, `feeder`.
    pub(super) fn is_named(&self, name: &str) -> bool {
        let own = self.to_string();
        own == name
            || own
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('-'))
                && matches!(self, Self::Feeder(_) | Self::Sequence(_) | Self::Match(_))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feeder(n) => write!(f, "feeder-{n}"),
            Self::Sequence(n) => write!(f, "sequence-{n}"),
            Self::Match(n) => write!(f, "match-{n}"),
            plain => {
                let named = PLAIN.iter().find(|(_, position)| position == plain);
                f.write_str(named.map_or("", |(name, _)| name))
            }
        }
    }
}

impl From<Position> for String {
    fn from(position: Position) -> Self {
        position.to_string()
    }
}

impl TryFrom<String> for Position {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if let Some((_, position)) = PLAIN.iter().find(|(known, _)| *known == name) {
            return Ok(*position);
        }
        let numbered = name.rsplit_once('-').and_then(|(kind, number)| {
            let number: u8 = number.parse().ok()?;
            match kind {
                "feeder" if (1..=8).contains(&number) => Some(Self::Feeder(number)),
                "sequence" if (1..=6).contains(&number) => Some(Self::Sequence(number)),
                "match" if (1..=6).contains(&number) => Some(Self::Match(number)),
                _ => None,
            }
        });
        numbered.ok_or_else(|| {
            let plain = PLAIN.map(|(name, _)| name).join(", ");
            format!(
                "an OMR code has no position `{name}`; there are {plain}, feeder-1 to feeder-8, sequence-1 to sequence-6, match-1 to match-6"
            )
        })
    }
}
