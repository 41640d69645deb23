//! How a letter shall be printed, should it go on paper.

use super::Text;

/// How a letter shall be printed; `None` leaves it to the job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrintOptions<'a> {
    /// One side or both.
    pub sides: Option<Sides>,
    /// Mono or colour.
    pub colour: Option<Colour>,
    /// Postage class.
    pub postage: Option<Postage>,
    /// Smallest envelope wished.
    pub envelope: Option<Envelope>,
    /// Names of inserts.
    pub inserts: Vec<Text<'a>>,
}

/// Printed on one side of the sheet or on both.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Sides {
    /// Fronts only.
    Simplex,
    /// Both sides.
    Duplex,
}

impl Sides {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Simplex, Self::Duplex];

    /// The word of the mailing and of the pieces CSV.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Simplex => "simplex",
            Self::Duplex => "duplex",
        }
    }

    /// Pages of a sheet, with blank backs.
    pub fn pages_of_a_sheet(self) -> u32 {
        match self {
            Self::Simplex => 1,
            Self::Duplex => 2,
        }
    }
}

/// Ink.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    /// Black only.
    Mono,
    /// Full colour.
    Colour,
}

impl Colour {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Mono, Self::Colour];

    /// The word of the mailing and of the pieces CSV.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mono => "mono",
            Self::Colour => "colour",
        }
    }
}

/// What the post is asked to do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Postage {
    /// Slow and cheap.
    Economy,
    /// Ordinary.
    Standard,
    /// Next day where the post has it.
    Priority,
    /// Registered.
    Registered,
    /// Service of process on paper.
    Legal,
}

impl Postage {
    /// All, from the cheapest.
    pub const ALL: [Self; 5] = [
        Self::Economy,
        Self::Standard,
        Self::Priority,
        Self::Registered,
        Self::Legal,
    ];

    /// The word of the mailing and of the pieces CSV.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Economy => "economy",
            Self::Standard => "standard",
            Self::Priority => "priority",
            Self::Registered => "registered",
            Self::Legal => "legal",
        }
    }
}

/// Envelope formats, ISO 269, from the smallest.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Envelope {
    /// 114 × 229 mm (or DL, E65: 110 × 220 mm), A4 folded twice.
    C65,
    /// 162 × 229 mm, A4 folded once.
    C5,
    /// 229 × 324 mm, A4 flat.
    C4,
}

impl Envelope {
    /// All, from the smallest.
    pub const ALL: [Self; 3] = [Self::C65, Self::C5, Self::C4];

    /// `c65`, `c5` or `c4`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::C65 => "c65",
            Self::C5 => "c5",
            Self::C4 => "c4",
        }
    }
}
