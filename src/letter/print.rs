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

/// Envelope formats, ISO 269, from the smallest.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Envelope {
    /// 162 × 229 mm, A4 folded once.
    C5,
    /// 229 × 324 mm, A4 flat.
    C4,
}
