//! What a plant says of one printed piece.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Handling;

/// One remark about one print of a piece. Small: a file may have two millions of them, with few different words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceResult {
    /// Line of the file, from 1; 0 where no line says it.
    pub line: u64,
    /// The piece.
    pub piece: u32,
    /// The sheet, if the line is about one of them only.
    pub sheet: Option<u16>,
    /// What became of it.
    pub status: Handling,
    /// The plant's word for that.
    pub word: Arc<str>,
    /// When.
    pub at: Option<PlantTime>,
    /// Where.
    pub station: Option<Arc<str>>,
    /// Initials of the two who answer for it.
    pub signed: Option<Arc<[String; 2]>>,
}

/// A time as a plant tells it, to the second: in UTC, or on a clock of which nobody knows the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlantTime {
    civil: DateTime,
    in_utc: bool,
}

impl PlantTime {
    /// Of a clock whose zone is not said.
    pub fn local(civil: DateTime) -> Self {
        Self {
            civil: to_the_second(civil),
            in_utc: false,
        }
    }

    /// Of a clock whose offset is said.
    pub fn utc(at: Timestamp) -> Self {
        Self {
            civil: to_the_second(TimeZone::UTC.to_datetime(at)),
            in_utc: true,
        }
    }

    /// From the form in which it is shown.
    pub fn from_text(text: &str) -> Option<Self> {
        let civil = text.strip_suffix('Z').unwrap_or(text);
        Some(Self {
            civil: to_the_second(civil.parse().ok()?),
            in_utc: text.ends_with('Z'),
        })
    }

    /// True if both can be compared, and this one is earlier.
    pub fn is_before(self, other: Self) -> bool {
        self.in_utc == other.in_utc && self.civil < other.civil
    }
}

fn to_the_second(at: DateTime) -> DateTime {
    DateTime::constant(
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        0,
    )
}

/// `YYYY-MM-DDThh:mm:ss`, with `Z` if it is in UTC.
impl fmt::Display for PlantTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = if self.in_utc { "Z" } else { "" };
        write!(f, "{}{zone}", self.civil.strftime("%Y-%m-%dT%H:%M:%S"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_of_one_kind_are_compared() {
        let time = |text| PlantTime::from_text(text).unwrap();
        let (local, utc) = (time("2026-11-26T10:00:00"), time("2026-11-26T10:00:00Z"));
        assert!(local.is_before(time("2026-11-26T10:00:01")));
        assert!(!local.is_before(local));
        assert!(!local.is_before(time("2026-11-27T10:00:00Z")));
        assert!(time("2026-11-25T23:59:59Z").is_before(utc));
        assert_eq!(utc.to_string(), "2026-11-26T10:00:00Z");
        assert_eq!(local.to_string(), "2026-11-26T10:00:00");
        assert_eq!(PlantTime::from_text("yesterday"), None);
    }
}
