//! What a plant takes, as plain data. The defaults are the strictest common Nordic profile (`facts/print.md` §8).

use std::collections::BTreeMap;

use super::area::Area;
use super::class::{Class, Verdict};
use super::target::Target;

mod address;
mod check;

pub use address::{AddressRules, Slack};
pub use check::RulesError;

/// What a PDF must be like. All boxes are on the page as shown, after it was turned if it was.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// The size of a page.
    pub page: PageSize,
    /// What becomes of a page that lies on its side.
    pub landscape: Landscape,
    /// The oldest version of PDF, such as `1.0`.
    pub version_min: Version,
    /// The newest.
    pub version_max: Version,
    /// What a file may be and need at most.
    pub limits: Limits,
    /// Fonts that count as standard fonts besides the fourteen: those whose name has one of these in it.
    pub also_standard_fonts: Vec<String>,
    /// Edges of page one that must be empty.
    pub margins_first: Margins,
    /// Edges of every other page that must be empty.
    pub margins_later: Margins,
    /// Programs that the plant takes no PDF of: none of these texts may stand in the names of those that made it, case aside.
    pub producers_refused: Vec<String>,
    /// Boxes that must be empty.
    pub empty: Vec<Zone>,
    /// Where this is not empty for a page, nothing may be printed outside of these boxes; margins are checked all the same.
    pub allowed: Vec<Zone>,
    /// Ink may stand out of an allowed box so far.
    pub allowed_grow_mm: f64,
    /// What is lighter in all channels, of 255, is no ink.
    pub ink_below: u8,
    /// Where our own marks will stand. Empty where none is printed.
    pub marks: Vec<Area>,
    /// Where machines look for marks: nothing in it may look like one. Without width: not looked for.
    pub mark_strip: Area,
    /// Texts that steer a plant.
    pub tags: Vec<Tag>,
    /// The window of the envelope over page one. Absent: addresses are not looked at.
    pub address: Option<AddressRules>,
    /// Smaller text is remarked.
    pub tiny_text_pt: f64,
    /// What follows from a kind of remark, where it is not the usual.
    pub verdicts: BTreeMap<Class, Verdict>,
    /// The kind of file that the pages are put into; the spool adds it.
    #[serde(skip)]
    pub target: Target,
}

/// The size of a page.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageSize {
    /// Width.
    pub width_mm: f64,
    /// Height.
    pub height_mm: f64,
    /// A page may be smaller by so much, each way.
    pub smaller_mm: f64,
    /// A page may be larger by so much, each way.
    pub larger_mm: f64,
}

impl Default for PageSize {
    /// A4, ±2 mm.
    fn default() -> Self {
        Self {
            width_mm: 210.0,
            height_mm: 297.0,
            smaller_mm: 2.0,
            larger_mm: 2.0,
        }
    }
}

/// What becomes of a page that lies on its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Landscape {
    /// Judged as it lies, for those who take such pages. Our spool turns it all the same.
    Accept,
    /// Turned a quarter, its top to the left edge of the sheet, and judged so; a note says so.
    Turn,
    /// The same, its top to the right edge.
    TurnRight,
    /// Refused.
    Refuse,
}

/// A version of PDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Before the point.
    pub major: u8,
    /// Behind it.
    pub minor: u8,
}

impl std::str::FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| digits.parse().ok();
        text.split_once('.')
            .and_then(|(major, minor)| Some((number(major)?, number(minor)?)))
            .map(|(major, minor)| Self { major, minor })
            .ok_or_else(|| "a version of PDF is written like `1.7`".into())
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl serde::Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a file may be and need at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes_max: u64,
    /// Pages.
    pub pages_max: u32,
    /// Indirect objects.
    pub objects_max: u32,
    /// What one stream may become when it is unpacked.
    pub stream_bytes_max: u64,
    /// Path segments, glyphs, forms and clips that all pages draw together.
    pub drawn_max: u64,
    /// Pixels of pictures, masks, patterns and shadings that all pages draw together.
    pub pixels_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 3_000_000, // eBREV Webb and iMail, `facts/print.md` §2.
            pages_max: 80,
            objects_max: 50_000,
            stream_bytes_max: 64 << 20,
            drawn_max: 5_000_000,
            pixels_max: 400_000_000, // Some ten pages scanned in 600 dpi.
        }
    }
}

/// Edges that must be empty, from the edges of the page.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Margins {
    /// From the left edge.
    pub left_mm: f64,
    /// From the right edge.
    pub right_mm: f64,
    /// From the upper edge.
    pub top_mm: f64,
    /// From the lower edge.
    pub bottom_mm: f64,
}

impl Default for Margins {
    /// `facts/print.md` §8.
    fn default() -> Self {
        Self {
            left_mm: 18.0,
            right_mm: 15.0,
            top_mm: 7.0,
            bottom_mm: 7.0,
        }
    }
}

/// Pages of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnPages {
    /// Page one.
    First,
    /// All.
    #[default]
    Every,
    /// All but page one.
    Later,
}

impl OnPages {
    /// Whether a page is one of them.
    pub fn has(self, page: u32) -> bool {
        match self {
            Self::First => page == 1,
            Self::Every => true,
            Self::Later => page > 1,
        }
    }
}

/// A box with a name.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// What remarks call it.
    pub name: String,
    /// On which pages.
    #[serde(default)]
    pub page: OnPages,
    /// Where.
    pub area: Area,
}

/// A text that steers a plant.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The text; case and white space count.
    pub text: String,
    /// On which pages.
    #[serde(default)]
    pub page: OnPages,
    /// Refused where it stands wholly in this box, hidden and white text counted.
    pub area: Area,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            page: PageSize::default(),
            landscape: Landscape::Turn,
            version_min: Version { major: 1, minor: 0 },
            version_max: Version { major: 1, minor: 7 },
            limits: Limits::default(),
            also_standard_fonts: Vec::new(),
            producers_refused: Vec::new(),
            margins_first: Margins::default(),
            margins_later: Margins::default(),
            empty: Vec::new(),
            allowed: Vec::new(),
            allowed_grow_mm: 0.0,
            ink_below: 250, // Paper is 255, and lossy pictures of white miss it by a little.
            marks: Vec::new(),
            mark_strip: Area::between(0.0, 0.0, 18.0, 297.0),
            tags: Vec::new(),
            address: None,
            tiny_text_pt: 4.0,
            verdicts: BTreeMap::new(),
            target: Target::default(),
        }
    }
}

impl Rules {
    /// What follows from a kind of remark.
    pub fn verdict(&self, class: Class) -> Verdict {
        match self.verdicts.get(&class) {
            Some(&verdict) if !class.is_fixed() => verdict,
            _ => class.usual(),
        }
    }

    /// The rules for a document that lies behind another page: all its pages are later ones, none shows in the window.
    #[must_use]
    pub fn behind(&self) -> Self {
        let later = |page: OnPages| match page {
            OnPages::First => None,
            OnPages::Every | OnPages::Later => Some(OnPages::Every),
        };
        let zones = |zones: &[Zone]| {
            let zone = |zone: &Zone| {
                Some(Zone {
                    page: later(zone.page)?,
                    ..zone.clone()
                })
            };
            zones.iter().filter_map(zone).collect()
        };
        let tag = |tag: &Tag| {
            Some(Tag {
                page: later(tag.page)?,
                ..tag.clone()
            })
        };
        Self {
            margins_first: self.margins_later,
            empty: zones(&self.empty),
            allowed: zones(&self.allowed),
            tags: self.tags.iter().filter_map(tag).collect(),
            address: None,
            ..self.clone()
        }
    }
}
