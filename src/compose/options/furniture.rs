//! What stands around the text: logo, reference, footer, page number, the area of a payment slip; and how headings look.

use std::path::PathBuf;

use serde::Deserialize;

use super::super::Face;
use super::{Error, Points, mm};
use crate::letter::Micrometres;

/// Columns of a footer, at most: a fourth of the line is 40 mm.
const COLUMNS_MAX: usize = 4;
/// A slip is a third of a page high; more than half a page is no slip.
const PAYMENT_HEIGHT: (i32, i32) = (20, 150);

/// A picture in the letterhead.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logo {
    /// PNG, or JPEG (grey, RGB).
    pub file: PathBuf,
    /// What is printed in its place by a plant that prints in black only. Without it a PNG is drawn in black and white
    /// there; a JPEG is taken as it is.
    pub mono_file: Option<PathBuf>,
    /// Width on paper; the height follows from the picture.
    #[serde(rename = "width_mm", deserialize_with = "mm")]
    pub width: Micrometres,
    /// At which margin.
    #[serde(default)]
    pub place: Place,
}

/// At which margin something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// At the left one.
    #[default]
    Left,
    /// At the right one.
    Right,
}

/// How headings look.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Headings {
    /// Of the first level.
    pub h1: Heading,
    /// Of the second.
    pub h2: Heading,
    /// Of the third.
    pub h3: Heading,
}

impl Default for Headings {
    fn default() -> Self {
        let of = |percent| Heading {
            percent,
            style: Style::Bold,
        };
        Self {
            h1: of(125),
            h2: of(110),
            h3: of(100),
        }
    }
}

impl Headings {
    /// Of a level; all below the third look like it.
    pub fn level(&self, level: u8) -> Heading {
        match level {
            0 | 1 => self.h1,
            2 => self.h2,
            _ => self.h3,
        }
    }
}

/// How a heading looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// Its size, in per cent of running text.
    pub percent: u16,
    /// Its face.
    #[serde(default)]
    pub style: Style,
}

impl Heading {
    /// Its size.
    pub fn size(self, body: Points) -> Points {
        Points(body.0 * i32::from(self.percent) / 100)
    }
}

/// A face by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Upright.
    Regular,
    /// Bold.
    #[default]
    Bold,
    /// Italic.
    Italic,
    /// Bold italic.
    BoldItalic,
}

impl From<Style> for Face {
    fn from(style: Style) -> Self {
        match style {
            Style::Regular => Self::Regular,
            Style::Bold => Self::Bold,
            Style::Italic => Self::Italic,
            Style::BoldItalic => Self::BoldItalic,
        }
    }
}

/// A line of the column with the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// The date of the batch.
    Date,
    /// The letter's reference.
    Reference,
    /// The letter's department.
    Department,
    /// The date by which an answer is wanted.
    ReplyBy,
    /// The sender's telephone.
    Phone,
    /// The sender's e-mail address.
    Email,
    /// The sender's place in the web.
    Web,
}

/// The column with the reference, right of the address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reference {
    /// What stands in it, from top to bottom; what a letter does not have is left out.
    pub fields: Vec<Field>,
}

impl Default for Reference {
    fn default() -> Self {
        use Field::{Date, Department, Phone, Reference, ReplyBy};
        Self {
            fields: vec![Date, Reference, Department, ReplyBy, Phone],
        }
    }
}

/// The foot of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Footer {
    /// On which pages.
    pub on: FooterOn,
    /// Its columns, from left to right; none: name, support text, telephone and addresses of the sender, from the mailing.
    pub columns: Vec<FooterColumn>,
}

/// On which pages a footer stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FooterOn {
    /// The first page, and the first page of text behind a cover sheet.
    #[default]
    FirstPage,
    /// All of the letter's own.
    AllPages,
    /// None.
    None,
}

/// A column of the footer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FooterColumn {
    /// Bold, above the lines.
    pub title: Option<String>,
    /// Lines. `{name}`, `{organisation_number}`, `{phone}`, `{email}`, `{url}` and `{support}` stand for what the
    /// mailing says of the sender; a line with one that it does not say is left out.
    pub lines: Vec<String>,
}

/// The number of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageNumber {
    /// How it is written.
    pub form: PageNumberForm,
    /// Left out on a letter of one page.
    pub not_on_single_page: bool,
}

/// How the number of a page is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageNumberForm {
    /// `Sida 1 av 2`, in the language of the letter.
    #[default]
    Words,
    /// `1 (2)`, as Swedish offices write it.
    Brackets,
    /// `1/2`
    Slash,
    /// Not at all.
    None,
}

/// Whether a later page begins with the sender's name, the date and the reference.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LaterPages {
    /// It does.
    pub head: bool,
}

impl Default for LaterPages {
    fn default() -> Self {
        Self { head: true }
    }
}

/// An area at the foot of a page that is left empty for a payment slip, over the whole width of the page.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// Height, from the lower edge of the page. A slip of a third of a page is 101.6 mm high.
    #[serde(rename = "height_mm", deserialize_with = "mm")]
    pub height: Micrometres,
    /// On which page.
    #[serde(default)]
    pub page: PaymentPage,
    /// Only for letters of these processes; empty: for all whose content is text.
    #[serde(default)]
    pub processes: Vec<String>,
    /// Nothing is printed on the back of that page (facts/print.md §2, SvarUt `giroarkSider`).
    #[serde(default)]
    pub back_blank: bool,
}

/// The page that has the area for the payment slip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaymentPage {
    /// The last, or one more behind it where the text leaves no room.
    #[default]
    Last,
    /// The first.
    First,
    /// One of its own behind the text.
    Own,
}

/// Refuses what makes no page.
pub fn check(options: &super::Options) -> Result<(), Error> {
    let wrong = |option, found: String, allowed| {
        Err(Error::Option {
            option,
            found,
            allowed,
        })
    };
    for (option, heading) in [
        ("headings.h1.percent", options.headings.h1),
        ("headings.h2.percent", options.headings.h2),
        ("headings.h3.percent", options.headings.h3),
    ] {
        if !(80..=200).contains(&heading.percent) {
            return wrong(option, heading.percent.to_string(), "80 to 200");
        }
    }
    let fields = &options.reference.fields;
    if (1..fields.len()).any(|at| {
        fields
            .iter()
            .take(at)
            .any(|field| fields.get(at) == Some(field))
    }) {
        return wrong(
            "reference.fields",
            "a field named twice".into(),
            "each field once",
        );
    }
    let columns = options.footer.columns.len();
    if columns > COLUMNS_MAX {
        return wrong("footer.columns", format!("{columns} columns"), "at most 4");
    }
    if let Some(logo) = &options.letterhead.logo
        && !(5_000..=160_000).contains(&logo.width.0)
    {
        let found = format!("{} mm", f64::from(logo.width.0) / 1000.0);
        return wrong("letterhead.logo.width_mm", found, "5 to 160");
    }
    if let Some(payment) = &options.payment {
        let (min, max) = PAYMENT_HEIGHT;
        if payment.height < Micrometres::mm(min) || payment.height > Micrometres::mm(max) {
            let found = format!("{} mm", f64::from(payment.height.0) / 1000.0);
            return wrong("payment.height_mm", found, "20 to 150");
        }
    }
    Ok(())
}
