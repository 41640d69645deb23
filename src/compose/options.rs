//! What the job file, or a template that it names, may say about the look of letters. [`Options::default`] is a Nordic
//! agency's letter.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

use super::{Area, Error};
use crate::letter::{Micrometres, Sides};

mod furniture;

pub use furniture::{
    Field, Footer, FooterColumn, FooterOn, Heading, Headings, LaterPages, Logo, PageNumber,
    PageNumberForm, Payment, PaymentPage, Place, Reference, Style,
};

/// Version of the form of a template.
pub const TEMPLATE_VERSION: u32 = 1;

/// Everything that can be chosen.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Version of the form; a template file must say it.
    pub version: Option<u32>,
    /// A file with more of these keys; those of the job file come first. Read by `config`.
    pub template: Option<PathBuf>,
    /// Where things stand on the page.
    pub geometry: Geometry,
    /// The sender's mark.
    pub letterhead: Letterhead,
    /// Sizes of type and distances of lines.
    pub type_sizes: TypeSizes,
    /// Four TrueType files in place of Noto Sans.
    pub fonts: Option<FontFiles>,
    /// How headings look.
    pub headings: Headings,
    /// The column with the reference.
    pub reference: Reference,
    /// The foot of a page.
    pub footer: Footer,
    /// The head of later pages.
    pub later_pages: LaterPages,
    /// The number of a page.
    pub page_number: PageNumber,
    /// An area for a payment slip.
    pub payment: Option<Payment>,
    /// How letters are printed that do not say it themselves; `config` takes it from `[print]`.
    #[serde(skip)]
    pub sides: Option<Sides>,
    /// A letter with more pages of its own text than this gets a finding.
    pub pages_max: u32,
    /// Words are divided where a line would be left very short, in the languages whose rules are known.
    pub hyphenate: bool,
}

impl Options {
    /// Calls with each path of a file.
    pub fn each_path(&mut self, mut change: impl FnMut(&mut PathBuf)) {
        if let Some(fonts) = &mut self.fonts {
            change(&mut fonts.regular);
            change(&mut fonts.bold);
            change(&mut fonts.italic);
            change(&mut fonts.bold_italic);
        }
        if let Some(logo) = &mut self.letterhead.logo {
            change(&mut logo.file);
            logo.mono_file.iter_mut().for_each(change);
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            version: None,
            template: None,
            geometry: Geometry::default(),
            letterhead: Letterhead::default(),
            type_sizes: TypeSizes::default(),
            fonts: None,
            headings: Headings::default(),
            reference: Reference::default(),
            footer: Footer::default(),
            later_pages: LaterPages::default(),
            page_number: PageNumber::default(),
            payment: None,
            sides: None,
            pages_max: 200, // 100 sheets in duplex; the largest envelope takes 99 (facts/print.md §8).
            hyphenate: true,
        }
    }
}

/// Where things stand on an A4 page, measured from its top left corner.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Geometry {
    /// Left edge of text. At least 20 mm: x 0–18 is the plant's, for its marks (facts/print.md §8).
    #[serde(rename = "margin_left_mm", deserialize_with = "mm")]
    pub margin_left: Micrometres,
    /// Distance of text from the right edge of the page; at least 15 mm (facts/print.md §8).
    #[serde(rename = "margin_right_mm", deserialize_with = "mm")]
    pub margin_right: Micrometres,
    /// Distance of the lowest line (page number, footer) from the bottom edge; at least 7 mm (facts/print.md §8).
    #[serde(rename = "margin_bottom_mm", deserialize_with = "mm")]
    pub margin_bottom: Micrometres,
    /// The box that holds the recipient's address, and nothing else.
    #[serde(deserialize_with = "area")]
    pub address: Area,
    /// Left edge of the column with date and reference.
    #[serde(rename = "info_x_mm", deserialize_with = "mm")]
    pub info_x: Micrometres,
    /// Top of the column with date and reference.
    #[serde(rename = "info_y_mm", deserialize_with = "mm")]
    pub info_y: Micrometres,
    /// Top of the text on the first page.
    #[serde(rename = "body_top_mm", deserialize_with = "mm")]
    pub body_top: Micrometres,
    /// Top of the text on the pages that follow.
    #[serde(rename = "body_top_next_mm", deserialize_with = "mm")]
    pub body_top_next: Micrometres,
}

impl Default for Geometry {
    fn default() -> Self {
        Self {
            margin_left: Micrometres::mm(25),
            margin_right: Micrometres::mm(25),
            margin_bottom: Micrometres::mm(12),
            // The intersection of the British, Norwegian and German windows (facts/print.md §8): with it the address
            // of a C5 letter stays in sight however the sheet slips in the envelope (§4.1).
            address: Area {
                x: Micrometres(24_600),
                y: Micrometres(45_000),
                width: Micrometres(80_400),
                height: Micrometres(21_300),
            },
            // Right of the British citizen block (x 125–195, facts/print.md §1.1).
            info_x: Micrometres::mm(126),
            // Its first value stands level with the first line of the address.
            info_y: Micrometres(41_600),
            // Lowest start asked for (DIN 5008, E-POST: facts/print.md §8).
            body_top: Micrometres::mm(105),
            body_top_next: Micrometres::mm(28),
        }
    }
}

/// The sender's mark at the head of the first page: its name, set in type, its logo, or both.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Letterhead {
    /// In place of the sender's name as the mailing gives it.
    pub name: Option<String>,
    /// A second, smaller line.
    pub second_line: Option<String>,
    /// Colour of name and rule, `#rrggbb`. Black when absent: it costs nothing and never comes out as a screen of dots.
    pub colour: Option<String>,
    /// In place of the return address that is made of the sender's name and address; one line.
    pub return_line: Option<String>,
    /// A picture beside the name.
    pub logo: Option<Logo>,
    /// The name and the second line are set; not where the logo says them.
    pub show_name: bool,
}

impl Default for Letterhead {
    fn default() -> Self {
        Self {
            name: None,
            second_line: None,
            colour: None,
            return_line: None,
            logo: None,
            show_name: true,
        }
    }
}

/// Sizes of type and distances of lines.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TypeSizes {
    /// Running text.
    #[serde(rename = "body_pt")]
    pub body: Points,
    /// From line to line of running text.
    #[serde(rename = "leading_pt")]
    pub leading: Points,
    /// The address; 10 to 12 (facts/print.md §4.1).
    #[serde(rename = "address_pt")]
    pub address: Points,
    /// The subject, above the text.
    #[serde(rename = "subject_pt")]
    pub subject: Points,
    /// The sender's name in the letterhead; a long one is set smaller.
    #[serde(rename = "letterhead_pt")]
    pub letterhead: Points,
    /// Tables and blocks of names and values; a table that is too wide is set smaller.
    #[serde(rename = "table_pt")]
    pub table: Points,
    /// Footer, labels and page numbers.
    #[serde(rename = "small_pt")]
    pub small: Points,
}

impl Default for TypeSizes {
    fn default() -> Self {
        Self {
            body: Points(1050),
            leading: Points(1450),
            address: Points(1000),
            subject: Points(1550),
            letterhead: Points(1600),
            table: Points(950),
            small: Points(750),
        }
    }
}

/// A size of type in hundredths of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Points(pub i32);

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scaled(f64::deserialize(deserializer)?, 100.0, "points").map(Self)
    }
}

/// Four TrueType files of one family (`.ttf` with outlines in a `glyf` table).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FontFiles {
    /// Upright.
    pub regular: PathBuf,
    /// Bold.
    pub bold: PathBuf,
    /// Italic.
    pub italic: PathBuf,
    /// Bold italic.
    pub bold_italic: PathBuf,
}

/// Refuses what would make no page, or one that a plant refuses.
pub(super) fn check(options: &Options) -> Result<(), Error> {
    let g = &options.geometry;
    let lengths = [
        (
            "geometry.margin_left_mm",
            g.margin_left,
            20,
            60,
            "20 to 60 (x 0–18 belongs to the marks)",
        ),
        (
            "geometry.margin_right_mm",
            g.margin_right,
            15,
            60,
            "15 to 60",
        ),
        (
            "geometry.margin_bottom_mm",
            g.margin_bottom,
            7,
            60,
            "7 to 60",
        ),
        ("geometry.address.x_mm", g.address.x, 18, 120, "18 to 120"),
        ("geometry.address.y_mm", g.address.y, 25, 120, "25 to 120"),
        (
            "geometry.address.width_mm",
            g.address.width,
            50,
            120,
            "50 to 120",
        ),
        (
            "geometry.address.height_mm",
            g.address.height,
            15,
            60,
            "15 to 60",
        ),
        ("geometry.info_y_mm", g.info_y, 25, 120, "25 to 120"),
        (
            "geometry.body_top_next_mm",
            g.body_top_next,
            20,
            100,
            "20 to 100",
        ),
    ];
    for (option, found, min, max, allowed) in lengths {
        if found < Micrometres::mm(min) || found > Micrometres::mm(max) {
            let found = format!("{} mm", f64::from(found.0) / 1000.0);
            return Err(Error::Option {
                option,
                found,
                allowed,
            });
        }
    }
    let t = &options.type_sizes;
    let sizes = [
        ("type_sizes.body_pt", t.body, 800, 1600, "8 to 16"),
        ("type_sizes.address_pt", t.address, 1000, 1200, "10 to 12"),
        ("type_sizes.subject_pt", t.subject, 800, 3000, "8 to 30"),
        (
            "type_sizes.letterhead_pt",
            t.letterhead,
            800,
            3000,
            "8 to 30",
        ),
        ("type_sizes.table_pt", t.table, 600, 1600, "6 to 16"),
        ("type_sizes.small_pt", t.small, 600, 1200, "6 to 12"),
    ];
    for (option, found, min, max, allowed) in sizes {
        if found.0 < min || found.0 > max {
            let found = format!("{} pt", f64::from(found.0) / 100.0);
            return Err(Error::Option {
                option,
                found,
                allowed,
            });
        }
    }
    let wrong = |option, found: String, allowed| {
        Err(Error::Option {
            option,
            found,
            allowed,
        })
    };
    let leading = f64::from(t.leading.0) / 100.0;
    if t.leading.0 < t.body.0 * 11 / 10 || t.leading.0 > t.body.0 * 2 {
        return wrong(
            "type_sizes.leading_pt",
            format!("{leading} pt"),
            "1.1 to 2 times `body_pt`",
        );
    }
    let millimetres = |length: i32| format!("{} mm", f64::from(length) / 1000.0);
    let address_right = g.address.x.0 + g.address.width.0;
    let address_bottom = g.address.y.0 + g.address.height.0;
    if g.info_x.0 < address_right + 2000 || g.info_x.0 > 210_000 - g.margin_right.0 - 35_000 {
        return wrong(
            "geometry.info_x_mm",
            millimetres(g.info_x.0),
            "at least 2 mm right of the address box, and 35 mm left of the right margin",
        );
    }
    if g.body_top.0 < address_bottom + 3000 || g.body_top.0 > 160_000 {
        return wrong(
            "geometry.body_top_mm",
            millimetres(g.body_top.0),
            "at least 3 mm below the address box, and at most 160",
        );
    }
    if options.pages_max == 0 {
        return wrong("pages_max", "0".into(), "at least 1");
    }
    if let Some(colour) = &options.letterhead.colour {
        rgb(colour)?;
    }
    if let Some(version) = options.version
        && version != TEMPLATE_VERSION
    {
        return wrong("version", version.to_string(), "1");
    }
    if !options.letterhead.show_name && options.letterhead.logo.is_none() {
        return wrong(
            "letterhead.show_name",
            "false, and there is no logo".into(),
            "true, or a logo",
        );
    }
    furniture::check(options)
}

/// `#rrggbb` as operands of `rg`, in thousandths.
pub(super) fn rgb(colour: &str) -> Result<[u32; 3], Error> {
    let parsed = colour
        .strip_prefix('#')
        .filter(|hex| hex.len() == 6)
        .and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let value = parsed.ok_or_else(|| Error::Option {
        option: "letterhead.colour",
        found: format!("`{}`", colour.chars().take(20).collect::<String>()),
        allowed: "`#` and six hexadecimal digits",
    })?;
    Ok([16, 8, 0].map(|shift| (value >> shift & 0xff) * 1000 / 255))
}

fn scaled<E: serde::de::Error>(value: f64, scale: f64, unit: &str) -> Result<i32, E> {
    // Ten metres: far more than a page, far less than what the integers hold.
    if !(0.0..=10_000.0).contains(&value) {
        return Err(E::custom(format!(
            "{value} {unit} is not a length between 0 and 10000"
        )));
    }
    let scaled = (value * scale).round() as i32;
    Ok(scaled)
}

fn mm<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Micrometres, D::Error> {
    scaled(f64::deserialize(deserializer)?, 1000.0, "mm").map(Micrometres)
}

fn area<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Area, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Mm {
        #[serde(deserialize_with = "mm")]
        x_mm: Micrometres,
        #[serde(deserialize_with = "mm")]
        y_mm: Micrometres,
        #[serde(deserialize_with = "mm")]
        width_mm: Micrometres,
        #[serde(deserialize_with = "mm")]
        height_mm: Micrometres,
    }
    let mm = Mm::deserialize(deserializer)?;
    Ok(Area {
        x: mm.x_mm,
        y: mm.y_mm,
        width: mm.width_mm,
        height: mm.height_mm,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_table_is_the_default_and_unknown_keys_are_errors() {
        assert_eq!(toml::from_str::<Options>("").unwrap(), Options::default());
        assert!(toml::from_str::<Options>("pages = 3").is_err());
        assert!(toml::from_str::<Options>("[geometry]\nmargin_left = 3").is_err());
    }

    #[test]
    fn lengths_are_millimetres_and_points() {
        let options: Options = toml::from_str(
            "pages_max = 20\n[geometry]\nbody_top_mm = 95\naddress = { x_mm = 24.6, y_mm = 39.5, width_mm = 95.4, height_mm = 26.8 }\n[type_sizes]\nbody_pt = 11\n[letterhead]\ncolour = \"#123456\"",
        )
        .unwrap();
        assert_eq!(options.geometry.body_top, Micrometres(95_000));
        assert_eq!(options.geometry.address.width, Micrometres(95_400));
        assert_eq!(options.geometry.margin_left, Micrometres(25_000));
        assert_eq!(options.type_sizes.body, Points(1100));
        assert!(toml::from_str::<Options>("[geometry]\nbody_top_mm = -1").is_err());
        assert!(toml::from_str::<Options>("[geometry]\nbody_top_mm = nan").is_err());
    }
}
