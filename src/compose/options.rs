//! What the job file, or a template that it names, may say about the look of letters. [`Options::default`] is a Nordic
//! agency's letter.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

use super::Error;
use super::text::shown;
use crate::letter::Sides;

mod furniture;
mod geometry;

pub use furniture::{
    Field, Footer, FooterColumn, FooterOn, Heading, Headings, LaterPages, Logo, PageNumber,
    PageNumberForm, Payment, PaymentPage, Place, Reference, Style,
};
pub use geometry::{Geometry, ReturnLine};

use geometry::mm;

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
    /// Calls with each path of a file, and the keys that lead to it.
    pub fn each_path(&mut self, mut change: impl FnMut(&[&str], &mut PathBuf)) {
        if let Some(fonts) = &mut self.fonts {
            change(&["letter", "fonts", "regular"], &mut fonts.regular);
            change(&["letter", "fonts", "bold"], &mut fonts.bold);
            change(&["letter", "fonts", "italic"], &mut fonts.italic);
            change(&["letter", "fonts", "bold_italic"], &mut fonts.bold_italic);
        }
        if let Some(logo) = &mut self.letterhead.logo {
            let file = |key| ["letter", "letterhead", "logo", key];
            change(&file("file"), &mut logo.file);
            if let Some(mono_file) = &mut logo.mono_file {
                change(&file("mono_file"), mono_file);
            }
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
    geometry::check(&options.geometry)?;
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
    let head = &options.letterhead;
    for (option, text) in [
        ("letterhead.name", &head.name),
        ("letterhead.second_line", &head.second_line),
        ("letterhead.return_line", &head.return_line),
    ] {
        if text.as_deref().is_some_and(|text| shown(text).is_empty()) {
            return wrong(
                option,
                "a text of which nothing is seen".into(),
                "a text, or no such key",
            );
        }
    }
    furniture::check(options)
}

/// `#rrggbb` as operands of `rg`, in thousandths.
pub(super) fn rgb(colour: &str) -> Result<[u32; 3], Error> {
    let parsed = colour
        .strip_prefix('#')
        .filter(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
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
            "{value:?} {unit} is not a length between 0 and 10000"
        )));
    }
    let scaled = (value * scale).round() as i32;
    Ok(scaled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Micrometres;

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
        let huge = toml::from_str::<Options>("[geometry]\nbody_top_mm = 1e300").unwrap_err();
        assert!(huge.to_string().contains("1e300 mm is not"), "{huge}");
    }
    #[test]
    fn a_colour_is_six_digits_and_a_text_says_something() {
        assert_eq!(rgb("#ff0000").unwrap(), [1000, 0, 0]);
        assert!(rgb("#+12345").is_err());
        for key in ["name", "second_line", "return_line"] {
            for text in ["", " \u{200b}"] {
                let options = format!("[letterhead]\n{key} = \"{text}\"");
                let error = check(&toml::from_str(&options).unwrap()).unwrap_err();
                assert!(
                    error.to_string().contains(&format!("letterhead.{key}")),
                    "{error}"
                );
            }
        }
    }
}
