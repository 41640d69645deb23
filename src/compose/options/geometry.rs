//! Where things stand on the page.

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Error, scaled};
use crate::compose::Area;
use crate::letter::Micrometres;

/// Clear of the recipient's address: what stands beside it.
const BESIDE_ADDRESS: i32 = 2_000;
/// And what stands below it.
const BELOW_ADDRESS: i32 = 3_000;
/// What a return line above the address box takes: two lines of 6 pt, and 2.2 mm to the box.
const ABOVE_ADDRESS: i32 = 5_000;
/// What it leaves free: 2.2 mm less what a g reaches below the line.
const ABOVE_CLEAR: i32 = 1_600;
/// Between the letterhead and what stands below it.
const BELOW_LETTERHEAD: i32 = 1_000;
/// Between the letterhead and the column with the reference.
const ABOVE_INFO: i32 = 3_000;
/// Top of a letterhead that has no box of its own.
const LETTERHEAD_TOP: i32 = 12_000;
/// Width of an A4 page.
const PAGE_WIDTH: i32 = 210_000;

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
    /// The box that holds the sender's name and logo. Absent: from margin to margin, as low as what stands below allows.
    #[serde(deserialize_with = "some_area")]
    pub letterhead: Option<Area>,
    /// The box that holds the recipient's address, and nothing else.
    #[serde(deserialize_with = "area")]
    pub address: Area,
    /// Where the return address stands.
    pub return_line: ReturnLine,
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

/// Where the sender's address stands in one small line, for letters that come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReturnLine {
    /// 2.2 mm above the address box.
    #[default]
    Above,
    /// In a box of its own above the address box.
    In(Area),
    /// Nowhere: the plant prints it on the envelope.
    None,
}

impl Default for Geometry {
    fn default() -> Self {
        Self {
            margin_left: Micrometres::mm(25),
            margin_right: Micrometres::mm(25),
            margin_bottom: Micrometres::mm(12),
            letterhead: None,
            // The intersection of the British, Norwegian and German windows (facts/print.md §8): with it the address
            // of a C5 letter stays in sight however the sheet slips in the envelope (§4.1).
            address: Area {
                x: Micrometres(24_600),
                y: Micrometres(45_000),
                width: Micrometres(80_400),
                height: Micrometres(21_300),
            },
            return_line: ReturnLine::Above,
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

impl Geometry {
    /// The box of the letterhead, where none is given too.
    pub fn letterhead(&self) -> Area {
        self.letterhead.unwrap_or_else(|| {
            let (x, y) = (self.margin_left, Micrometres(LETTERHEAD_TOP));
            let bottom = (self.window_top() - BELOW_LETTERHEAD).min(self.info_y.0 - ABOVE_INFO);
            Area {
                x,
                y,
                width: Micrometres(PAGE_WIDTH - x.0 - self.margin_right.0),
                height: Micrometres(bottom - y.0),
            }
        })
    }

    /// What the return address takes, if it stands anywhere: of a long one, what should be enough.
    pub fn return_line_area(&self) -> Option<Area> {
        match self.return_line {
            ReturnLine::Above => Some(Area {
                y: Micrometres(self.address.y.0 - ABOVE_ADDRESS),
                height: Micrometres(ABOVE_ADDRESS - ABOVE_CLEAR),
                ..self.address
            }),
            ReturnLine::In(area) => Some(area),
            ReturnLine::None => None,
        }
    }

    /// Upper edge of the address with its return line.
    fn window_top(&self) -> i32 {
        match self.return_line {
            ReturnLine::Above => self.address.y.0 - ABOVE_ADDRESS,
            ReturnLine::In(area) => area.y.0,
            ReturnLine::None => self.address.y.0,
        }
    }
}

fn right(area: &Area) -> i32 {
    area.x.0.saturating_add(area.width.0)
}

fn bottom(area: &Area) -> i32 {
    area.y.0.saturating_add(area.height.0)
}

/// Refuses what would make no page, or one that a plant refuses.
pub(super) fn check(g: &Geometry) -> Result<(), Error> {
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
    let wrong = |option, found: String, allowed| {
        Err(Error::Option {
            option,
            found,
            allowed,
        })
    };
    let millimetres = |length: i32| format!("{} mm", f64::from(length) / 1000.0);
    for (option, found, min, max, allowed) in lengths {
        if found < Micrometres::mm(min) || found > Micrometres::mm(max) {
            return wrong(option, millimetres(found.0), allowed);
        }
    }
    if g.info_x.0 < right(&g.address) + BESIDE_ADDRESS
        || g.info_x.0 > PAGE_WIDTH - g.margin_right.0 - 35_000
    {
        return wrong(
            "geometry.info_x_mm",
            millimetres(g.info_x.0),
            "at least 2 mm right of the address box, and 35 mm left of the right margin",
        );
    }
    if g.body_top.0 < bottom(&g.address) + BELOW_ADDRESS || g.body_top.0 > 160_000 {
        return wrong(
            "geometry.body_top_mm",
            millimetres(g.body_top.0),
            "at least 3 mm below the address box, and at most 160",
        );
    }
    if let ReturnLine::In(area) = &g.return_line
        && (area.x.0 < 18_000
            || area.width.0 < 50_000
            || right(area) + BESIDE_ADDRESS > g.info_x.0
            || area.y.0 < 15_000
            || area.height.0 < 6_000
            || bottom(area) > g.address.y.0)
    {
        return wrong(
            "geometry.return_line",
            told(area),
            "a box above that of the address, left of the reference, at least 50 mm wide and 6 mm high, x ≥ 18, y ≥ 15",
        );
    }
    let head = g.letterhead();
    let beside_info = right(&head) + BESIDE_ADDRESS <= g.info_x.0;
    let beside_address = head.x.0 >= right(&g.address) + BESIDE_ADDRESS;
    if head.x.0 < 20_000
        || head.width.0 < 40_000
        || right(&head) > PAGE_WIDTH - 15_000
        || head.y.0 < 5_000
        || head.height.0 < 10_000
        || (!beside_info && bottom(&head) > g.info_y.0 - ABOVE_INFO)
        || (!beside_address && bottom(&head) > g.window_top() - BELOW_LETTERHEAD)
    {
        let option = match g.letterhead {
            Some(_) => "geometry.letterhead",
            None => "geometry.address.y_mm",
        };
        return wrong(
            option,
            told(&head),
            "a letterhead within x 20–195 and below y 5, at least 40 mm wide and 10 mm high, 1 mm above the return line and 3 mm above the reference",
        );
    }
    Ok(())
}

fn told(area: &Area) -> String {
    let mm = |length: i32| f64::from(length) / 1000.0;
    let [left, top] = [area.x.0, area.y.0].map(mm);
    let [right, bottom] = [right(area), bottom(area)].map(mm);
    format!("x {left}–{right} y {top}–{bottom} mm")
}

/// A length in millimetres.
pub(super) fn mm<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Micrometres, D::Error> {
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

fn some_area<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Area>, D::Error> {
    area(deserializer).map(Some)
}

impl<'de> Deserialize<'de> for ReturnLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Said;
        impl<'de> Visitor<'de> for Said {
            type Value = ReturnLine;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("\"above\", \"none\", or a box of x_mm, y_mm, width_mm, height_mm")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<ReturnLine, E> {
                match word {
                    "above" => Ok(ReturnLine::Above),
                    "none" => Ok(ReturnLine::None),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(word), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ReturnLine, A::Error> {
                area(MapAccessDeserializer::new(map)).map(ReturnLine::In)
            }
        }
        deserializer.deserialize_any(Said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(text: &str) -> Result<Geometry, String> {
        let geometry: Geometry = toml::from_str(text).map_err(|error| error.to_string())?;
        check(&geometry).map_err(|error| error.to_string())?;
        Ok(geometry)
    }

    #[test]
    fn the_return_line_has_a_place_a_box_or_none() {
        let line = |text| geometry(text).map(|geometry| geometry.return_line);
        assert_eq!(line(""), Ok(ReturnLine::Above));
        assert_eq!(line("return_line = \"none\""), Ok(ReturnLine::None));
        let german = "address = { x_mm = 20, y_mm = 66, width_mm = 85, height_mm = 24 }\n\
            return_line = { x_mm = 20, y_mm = 45, width_mm = 85, height_mm = 8 }";
        assert!(matches!(line(german), Ok(ReturnLine::In(area)) if area.y == Micrometres::mm(45)));
        for (wrong, said) in [
            ("return_line = \"below\"", "\"above\", \"none\", or a box"),
            ("return_line = { x_mm = 20 }", "y_mm"),
            (
                "return_line = { x_mm = 20, y_mm = 45, width_mm = 85, height_mm = 8 }",
                "`geometry.return_line` is x 20–105 y 45–53 mm",
            ),
        ] {
            let error = line(wrong).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn a_letterhead_keeps_out_of_what_stands_below() {
        let head = |text: &str| geometry(text).map(|geometry| geometry.letterhead());
        let usual = head("").unwrap();
        assert_eq!((usual.x.0, right(&usual)), (25_000, 185_000));
        assert_eq!((usual.y.0, bottom(&usual)), (12_000, 38_600));
        assert!(
            head("letterhead = { x_mm = 126, y_mm = 12, width_mm = 59, height_mm = 26 }").is_ok()
        );
        for wrong in [
            "letterhead = { x_mm = 126, y_mm = 12, width_mm = 59, height_mm = 28 }",
            "letterhead = { x_mm = 25, y_mm = 12, width_mm = 90, height_mm = 28 }",
            "letterhead = { x_mm = 25, y_mm = 12, width_mm = 180, height_mm = 20 }",
            "letterhead = { x_mm = 15, y_mm = 12, width_mm = 160, height_mm = 20 }",
        ] {
            let error = head(wrong).unwrap_err();
            assert!(error.contains("`geometry.letterhead`"), "{error}");
        }
    }
}
