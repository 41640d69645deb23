//! OMR code: bars at fixed places along the left edge, by which an inserter tells one set of sheets from the next.
//!
//! What a bar at each place means is a table in the vendor profile (`docs/marks.md`, `facts/print.md` §4.3): in: what a sheet
//! is within its piece; out: which of the places have a bar. First and last are those of the sheets as they lie in the part,
//! for that is the order in which an inserter reads them. The proof reads bars with code of its own (`proof/bars.rs`).

use super::options::Collation;
use crate::letter::Postage;
use crate::preflight::Area;

mod bars;
mod faults;
mod position;
mod table;

pub(super) use bars::Bars;
pub use position::Position;
#[cfg(test)]
pub(super) use table::layouts;
pub(super) use table::written;

/// White left and right of the bars (`facts/print.md` §4.3).
pub(super) const BESIDE_MM: f64 = 3.0;
/// White before the first place and behind the last (§4.3).
const BEFORE_MM: f64 = 20.0;
const SHEET_MM: (f64, f64) = (210.0, 297.0);

/// The code that an inserter reads.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "table::Table")]
pub struct Omr {
    /// Left end of the bars, from the left edge of the sheet.
    pub x_mm: f64,
    /// Middle of the uppermost bar, from the upper edge.
    pub y_mm: f64,
    /// Length of a bar.
    pub length_mm: f64,
    /// Thickness of a bar.
    pub thickness_mm: f64,
    /// From the middle of a bar to that of the next place.
    pub pitch_mm: f64,
    /// Whether the first position is the uppermost.
    pub read: Read,
    /// What stands at each place.
    pub positions: Vec<Position>,
    /// Of all bars of a code, where one position is the parity.
    pub parity: Parity,
    /// How the wrap-around sequence counts.
    pub sequence: Sequence,
    /// Which sheets of a piece ask for inserts.
    pub feed_on: FeedOn,
    /// The piece with this number, and each of its multiples, is the last of a batch; 0: none is.
    pub batch_every: u32,
    /// Pieces of these postage classes are diverted.
    pub divert: Vec<Postage>,
    /// How sheets must lie for the machine that the layout is for; `None`: either way.
    #[serde(skip)]
    pub collation: Option<Collation>,
}

/// Where the first position stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Read {
    /// Uppermost.
    #[default]
    Down,
    /// Lowest.
    Up,
}

/// Of the number of bars, the parity's own counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Parity {
    /// An even number of bars.
    #[default]
    Even,
    /// An odd number of bars.
    Odd,
}

/// How the wrap-around sequence counts sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sequence {
    /// Whether zero, no bar at all, is one of its values.
    pub zero: bool,
    /// From sheet to sheet.
    pub count: Count,
    /// When it begins anew.
    pub restart: Restart,
}

impl Default for Sequence {
    fn default() -> Self {
        Self {
            zero: true,
            count: Count::Up,
            restart: Restart::Never,
        }
    }
}

/// Which way a sequence counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Count {
    /// Rising.
    Up,
    /// Falling.
    Down,
}

/// When a sequence begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Restart {
    /// It goes on over all sheets of the job; the first has the lowest value, or the highest where it falls.
    Never,
    /// With 1 on the first sheet of each piece.
    Piece,
}

/// Which sheets of a piece ask for inserts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedOn {
    /// The last.
    #[default]
    Last,
    /// Every one.
    Every,
}

/// A sheet, as far as its code says something of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sheet {
    /// Of the job, from one.
    pub(super) piece: u32,
    /// Place among the sheets of its piece as they lie in the part, from 0.
    pub(super) place: u16,
    /// Sheets of the piece.
    pub(super) sheets: u16,
    /// Place among all sheets of the job as they lie in its parts, from 0.
    pub(super) ordinal: u64,
    /// Station n is bit n-1.
    pub(super) stations: u8,
    /// Postage of the piece.
    pub(super) postage: Postage,
}

impl Omr {
    /// Which positions have a bar: position n, from 0, is bit n.
    pub(super) fn bars(&self, sheet: &Sheet) -> u32 {
        let (mut bits, mut parity) = (0, None);
        for (position, n) in self.positions.iter().zip(0..) {
            if *position == Position::Parity {
                parity = Some(n);
            } else if self.is_set(*position, sheet) {
                bits |= 1_u32 << n;
            }
        }
        let odd = u32::count_ones(bits) % 2 == 1;
        match parity {
            Some(n) if odd == (self.parity == Parity::Even) => bits | 1 << n,
            _ => bits,
        }
    }

    fn is_set(&self, position: Position, sheet: &Sheet) -> bool {
        let first = sheet.place == 0;
        let last = sheet.place + 1 == sheet.sheets;
        let bit = |value: u64, n: u8| value >> (n - 1) & 1 == 1;
        match position {
            Position::Start | Position::Safety | Position::Retiming => true,
            Position::Blank | Position::Parity => false,
            Position::Begin => first,
            Position::NotBegin => !first,
            Position::End => last,
            Position::NotEnd => !last,
            Position::Batch => self.batch_every > 0 && sheet.piece.is_multiple_of(self.batch_every),
            Position::Divert => self.divert.contains(&sheet.postage),
            Position::Feeder(n) => {
                bit(sheet.stations.into(), n) && (last || self.feed_on == FeedOn::Every)
            }
            Position::Sequence(n) => bit(self.value(sheet), n),
            Position::Match(n) => bit(sheet.piece.into(), n),
        }
    }

    /// The number of a sheet in the wrap-around sequence.
    fn value(&self, sheet: &Sheet) -> u64 {
        let Sequence {
            zero,
            count,
            restart,
        } = self.sequence;
        let lowest = u64::from(!zero);
        let values = (1 << self.count(|p| matches!(p, Position::Sequence(_)))) - lowest;
        let (steps, first) = match (restart, count) {
            (Restart::Piece, _) => (sheet.place.into(), 1),
            (Restart::Never, Count::Up) => (sheet.ordinal, lowest),
            (Restart::Never, Count::Down) => (sheet.ordinal, lowest + values - 1),
        };
        let steps = steps % values;
        let from_lowest = match count {
            Count::Up => first - lowest + steps,
            Count::Down => first - lowest + values - steps,
        };
        lowest + from_lowest % values
    }

    fn count(&self, is: impl Fn(&Position) -> bool) -> u8 {
        self.positions.iter().filter(|p| is(p)).count() as u8 // At most 24.
    }

    /// Middle of the bar at a position, from the upper edge of the sheet.
    pub(super) fn middle_mm(&self, position: usize) -> f64 {
        let place = match self.read {
            Read::Down => position,
            Read::Up => self.positions.len().saturating_sub(position + 1),
        };
        self.y_mm + place as f64 * self.pitch_mm
    }

    /// What all places cover.
    pub(super) fn code(&self) -> Area {
        let all = self.positions.len().saturating_sub(1) as f64 * self.pitch_mm;
        Area {
            x_mm: self.x_mm,
            y_mm: self.y_mm - self.thickness_mm / 2.0,
            width_mm: self.length_mm,
            height_mm: all + self.thickness_mm,
        }
    }

    /// What must be white but for the bars.
    pub(super) fn clear_zone(&self) -> Area {
        let code = self.code();
        Area::between(
            code.x_mm - BESIDE_MM,
            (code.y_mm - BEFORE_MM).max(0.0),
            code.right() + BESIDE_MM,
            (code.bottom() + BEFORE_MM).min(SHEET_MM.1),
        )
    }

    /// What must be white on the other side of the sheet, as that side is shown.
    pub fn behind(&self) -> Area {
        let zone = self.clear_zone();
        Area {
            x_mm: SHEET_MM.0 - zone.right(),
            ..zone
        }
    }

    /// The strip in which the inserter looks for bars.
    pub(super) fn strip(&self) -> Area {
        let zone = self.clear_zone();
        Area {
            y_mm: 0.0,
            height_mm: SHEET_MM.1,
            ..zone
        }
    }
}

#[cfg(test)]
mod tests;
