//! What a print plant asks for, as data. The defaults are the strictest common Nordic profile (`facts/print.md` §8).

use super::flavour::{Flavour, PdfVt, Xref};
use super::omr::Omr;
use super::plan::PiecePlan;
use super::prices::PostagePrices;
use crate::letter::{Colour, Postage, Sides};
use crate::preflight::{Area, Landscape, OnPages, Rules, Zone};

/// A4, 210 × 297 mm, in square millimetres.
const A4_MM2: u64 = 62_370;

mod envelopes;
mod sheet;

pub use envelopes::{EnvelopeClass, Envelopes};
pub use sheet::{Collation, LetterLook, MarkKind, MarkPlace, PageNumbers};

/// The vendor profile.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// What the inserter fills, from the smallest. C5 takes 6 sheets, as eBREV Webb and Digdir have it; C4 40, as iMail (§4.2).
    pub envelopes: Envelopes,
    /// Pages of one letter with all that it encloses.
    pub pages_max: u32,
    /// Weight of the paper.
    pub paper_grams_m2: u32,
    /// What the plant can insert, by name.
    pub inserts: Vec<Insert>,
    /// Upper ends of the postage steps in grams, rising (PostNord, §4.2).
    pub postage_steps_g: Vec<u32>,
    /// What the plant can send by.
    pub postage_classes: Vec<Postage>,
    /// What the post charges; absent: the report knows no postage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postage_prices: Option<PostagePrices>,
    /// Sides where the letter does not say.
    pub sides: Sides,
    /// Ink where the letter does not say.
    pub colour: Colour,
    /// Postage where the letter does not say.
    pub postage: Postage,
    /// How pieces lie within a print class; what is equal in all of it lies in the order of the mailing.
    pub sort: Vec<SortBy>,
    /// Letters of a mailing to the same recipient share an envelope, where that need not be larger for it.
    pub householding: bool,
    /// The mark on every sheet front.
    pub mark: MarkPlace,
    /// The OMR code on every sheet front, if the inserter reads one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub omr: Option<Omr>,
    /// In which order the sheets of a piece lie.
    pub collation: Collation,
    /// The box that holds the address of letters that we set. No key of its own: `[letter.geometry]` says it.
    #[serde(skip, default = "address_box")]
    pub address: Area,
    /// What a control file takes of the ids of letters in one envelope, spaces between them counted. No key of its own:
    /// `[control]` says it.
    #[serde(skip)]
    pub letter_ids_bytes_max: Option<u32>,
    /// How letters that we set look, for the proof. No key of its own either.
    #[serde(skip)]
    pub letter: Option<LetterLook>,
    /// A part ends before it grows beyond this.
    pub part_bytes_max: u64,
    /// A part ends before it has more sheets than this.
    pub part_sheets_max: u32,
    /// A part ends before it has more pieces than this.
    pub part_pieces_max: u32,
    /// Whether a letter that is a PDF always has a cover sheet before it.
    pub cover_sheet: CoverSheet,
    /// What an enclosed PDF must be like. Where the mark stands is added to it.
    pub pdf: Rules,
    /// Deflate level of page contents, 1 to 12.
    pub deflate_level: u8,
    /// The kind of PDF that parts are.
    pub pdf_flavour: Flavour,
    /// How their objects are found.
    pub pdf_xref: Xref,
    /// What PDF/VT-1 must say of the printing condition.
    pub pdf_vt: Option<PdfVt>,
}

/// A key of the order within a print class (`facts/print.md` §3, postal sorting).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SortBy {
    /// Economy, standard, priority, registered, legal.
    Postage,
    /// Light before heavy, by postage step.
    PostageStep,
    /// Domestic before foreign.
    Destination,
    /// By its first eight characters; pieces without one last.
    PostalCode,
}

/// Something that the plant puts into the envelope.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insert {
    /// The name that letters use. Several with one station are names for the same sheet.
    pub name: String,
    /// The feeder it lies in, 1 to 8.
    pub station: u8,
    /// Its weight in milligrams; of a sheet with several names the largest counts.
    #[serde(default)]
    pub weight_mg: u32,
}

/// When a letter that is a PDF has a cover sheet with its address before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CoverSheet {
    /// Always.
    Always,
    /// Unless its first page shows the recipient's address, and nothing else, in the window. Letters to those whose
    /// address is protected always have one.
    WhenNeeded,
}

/// The box of letters that a job says nothing of (`facts/print.md` §8).
fn address_box() -> Area {
    Area::between(24.6, 45.0, 105.0, 66.3)
}

impl Default for Options {
    fn default() -> Self {
        Self {
            envelopes: Envelopes {
                c65: None,
                c5: Some(EnvelopeClass {
                    sheets_max: 6,
                    weight_mg: 7_000,
                    filled_g_max: None,
                }),
                c4: Some(EnvelopeClass {
                    sheets_max: 40,
                    weight_mg: 20_000,
                    filled_g_max: None,
                }),
            },
            pages_max: 80,
            paper_grams_m2: 80,
            inserts: Vec::new(),
            postage_steps_g: vec![50, 100, 250, 500, 1000, 2000],
            postage_classes: Postage::ALL.to_vec(),
            postage_prices: None,
            sides: Sides::Duplex,
            colour: Colour::Mono,
            postage: Postage::Standard,
            sort: vec![SortBy::Postage, SortBy::Destination, SortBy::PostalCode],
            householding: false,
            mark: MarkPlace::default(),
            omr: None,
            collation: Collation::Forward,
            address: address_box(),
            letter_ids_bytes_max: None,
            letter: None,
            part_bytes_max: 1 << 30,
            part_sheets_max: 50_000,
            part_pieces_max: 50_000,
            cover_sheet: CoverSheet::Always,
            pdf: Rules::default(),
            deflate_level: 1,
            pdf_flavour: Flavour::default(),
            pdf_xref: Xref::default(),
            pdf_vt: None,
        }
    }
}

/// What is wrong with a vendor profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("vendor profile: `{field}` is {found}; allowed is {allowed}")]
pub struct OptionsError {
    /// The field.
    pub field: &'static str,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub allowed: &'static str,
}

impl Options {
    /// Weight of so many sheets in milligrams.
    pub fn paper_mg(&self, sheets: u32) -> u64 {
        (u64::from(sheets) * A4_MM2 * u64::from(self.paper_grams_m2) + 500) / 1000
    }

    /// Weight of what the feeders give, station n being bit n-1, in milligrams: one sheet from each.
    pub(super) fn inserts_mg(&self, stations: u8) -> u64 {
        let given = (1..=8).filter(|n| stations >> (n - 1) & 1 == 1);
        let each = given.map(|n| {
            let names = self.inserts.iter().filter(|insert| insert.station == n);
            u64::from(names.map(|insert| insert.weight_mg).max().unwrap_or(0))
        });
        each.sum()
    }

    /// The postage step of so much: its upper end in grams, and which it is, from 0.
    pub(super) fn postage_step(&self, weight_mg: u64) -> Option<(u32, u8)> {
        let steps = self.postage_steps_g.iter().copied().zip(0..);
        steps
            .into_iter()
            .find(|(g, _)| weight_mg <= u64::from(*g) * 1000)
    }

    /// What postage of a piece costs, in hundredths of the currency; 0 where no prices are known.
    pub fn postage_hundredths(&self, plan: &PiecePlan) -> u64 {
        let prices = self.postage_prices.as_ref();
        prices.and_then(|prices| prices.of(plan)).unwrap_or(0)
    }

    /// What a PDF must be like that stands before all else: its first page shows in the window.
    pub fn rules(&self) -> Rules {
        let mut rules = self.pdf.clone();
        rules.marks.push(self.mark.area());
        if let Some(omr) = &self.omr {
            rules.marks.push(omr.clear_zone());
            rules.mark_strip = rules.mark_strip.around(&omr.strip());
            rules.empty.push(Zone {
                name: "behind the OMR code".into(),
                page: OnPages::Every, // Which pages are backs depends on what lies before them.
                area: omr.behind(),
            });
        }
        rules.target = self.target();
        rules
    }

    /// Finds every value that a plant or a format cannot take.
    ///
    /// # Errors
    /// All faults, in the order of the fields.
    pub fn check(&self) -> Result<(), Vec<OptionsError>> {
        let mut faults = Vec::new();
        let mut ask = |good: bool, field, found: String, allowed| {
            if !good {
                faults.push(OptionsError {
                    field,
                    found,
                    allowed,
                });
            }
        };
        ask(
            (1..=999).contains(&self.envelopes.sheets_max()), // Three digits in the mark.
            "envelopes",
            format!("for {} sheets at most", self.envelopes.sheets_max()),
            "one that takes 1 to 999 sheets",
        );
        let mut classes = self.envelopes.classes();
        ask(
            classes.all(|(_, class)| class.weight_mg > 0),
            "envelopes.….weight_mg",
            "0 or absent".into(),
            "what the empty envelope weighs",
        );
        ask(
            (1..=1998).contains(&self.pages_max),
            "pages_max",
            self.pages_max.to_string(),
            "1 to 1998",
        );
        ask(
            (20..=1000).contains(&self.paper_grams_m2),
            "paper_grams_m2",
            self.paper_grams_m2.to_string(),
            "20 to 1000",
        );
        for (n, Insert { name, station, .. }) in self.inserts.iter().enumerate() {
            ask(
                (1..=8).contains(station),
                "inserts.station",
                station.to_string(),
                "1 to 8",
            );
            ask(
                !name.is_empty() && !name.contains(char::is_control),
                "inserts.name",
                format!("{name:?}"),
                "a name without control characters",
            );
            let mut before = self.inserts.iter().take(n);
            ask(
                !before.any(|other| other.name == *name),
                "inserts.name",
                format!("{name:?} once more"),
                "one of each name",
            );
        }
        ask(
            !self.postage_steps_g.is_empty()
                && self.postage_steps_g.windows(2).all(|w| w[0] < w[1])
                && self.postage_steps_g[0] > 0,
            "postage_steps_g",
            format!("{:?}", self.postage_steps_g),
            "a rising list of grams",
        );
        ask(
            self.postage_classes.contains(&self.postage),
            "postage",
            format!("\"{}\"", self.postage.name()),
            "one of `postage_classes`",
        );
        let prices = self.postage_prices.as_ref();
        if let Some((found, allowed)) = prices.and_then(|prices| prices.fault(self)) {
            ask(false, "postage_prices", found, allowed);
        }
        let repeated = |(i, by)| self.sort.get(..i).is_some_and(|before| before.contains(by));
        ask(
            !self.sort.iter().enumerate().any(repeated),
            "sort",
            format!("{:?}", self.sort),
            "each of \"postage\", \"postage-step\", \"destination\", \"postal-code\" at most once",
        );
        self.mark.check(self.omr.is_some(), &mut ask);
        let zones = self.pdf.empty.iter().map(|zone| zone.area);
        let elsewhere: Vec<Area> = zones
            .chain(self.pdf.marks.iter().copied())
            .chain([self.mark.area()])
            .collect();
        if let Some(omr) = &self.omr {
            for fault in omr.faults(&elsewhere).into_iter().chain(omr.idle(self)) {
                ask(false, fault.field, fault.found, fault.allowed);
            }
        }
        ask(
            (1 << 20..=9_000_000_000).contains(&self.part_bytes_max),
            "part_bytes_max",
            self.part_bytes_max.to_string(),
            "1 MiB to 9,000,000,000 (an offset has ten digits)",
        );
        ask(
            (1..=1_000_000).contains(&self.part_sheets_max),
            "part_sheets_max",
            self.part_sheets_max.to_string(),
            "1 to 1,000,000 (a PDF has at most 8,388,607 objects)",
        );
        ask(
            self.part_pieces_max > 0,
            "part_pieces_max",
            self.part_pieces_max.to_string(),
            "1 or more",
        );
        ask(
            self.pdf.landscape != Landscape::Accept,
            "pdf.landscape",
            "accept".into(),
            "turn or refuse: sheets are portrait",
        );
        ask(
            self.cover_sheet == CoverSheet::Always || self.pdf.address.is_some(),
            "cover_sheet",
            "when-needed".into(),
            "always, or a window in [print.pdf.address]",
        );
        for fault in self.pdf.check().err().into_iter().flatten() {
            ask(
                false,
                "pdf",
                format!("`{}` {}", fault.field, fault.found),
                fault.allowed,
            );
        }
        ask(
            (1..=12).contains(&self.deflate_level),
            "deflate_level",
            self.deflate_level.to_string(),
            "1 to 12",
        );
        self.check_flavour(&mut ask);
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_allowed() {
        assert_eq!(Options::default().check(), Ok(()));
    }

    #[test]
    fn every_fault_is_named() {
        let options = Options {
            mark: MarkPlace {
                y_mm: 160.0,
                module_mm: 0.3,
                ..MarkPlace::default()
            },
            postage_steps_g: vec![100, 50],
            inserts: [("a", 1), ("a", 2), ("", 3), ("x\u{1}y", 9)]
                .map(|(name, station)| Insert {
                    name: name.into(),
                    station,
                    weight_mg: 0,
                })
                .to_vec(),
            ..Options::default()
        };
        let fields: Vec<_> = options
            .check()
            .unwrap_err()
            .iter()
            .map(|f| f.field)
            .collect();
        let inserts = [
            "inserts.name",
            "inserts.name",
            "inserts.station",
            "inserts.name",
        ];
        assert_eq!(fields[..4], inserts);
        assert_eq!(
            fields[4..],
            ["postage_steps_g", "mark.module_mm", "mark.y_mm"]
        );
    }

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(toml::from_str::<Options>("sheets = 3").is_err());
        let options: Options = toml::from_str("paper_grams_m2 = 90\n[mark]\ny_mm = 200.0").unwrap();
        assert_eq!(options.paper_mg(1), 5_613); // facts/print.md §4.2
        assert_eq!(options.mark.x_mm, 3.0);
    }
}
