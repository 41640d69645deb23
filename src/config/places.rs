//! Whether letters that we set stand where the plant takes them: the boxes of `[letter.geometry]`, which a job or a
//! template may change, beside the zones, margins and window of `[print.pdf]`, before any work is done.

use super::JobError;
use crate::compose::{self, Options};
use crate::letter::Micrometres;
use crate::preflight::{Area, Margins, Rules};

/// Differences that are rounding.
const HAIR_MM: f64 = 0.01;
/// A4.
const PAGE_MM: [f64; 2] = [210.0, 297.0];
/// How far a g reaches below its line, in parts of the size (Noto Sans).
const DESCENT: f64 = 0.24;
/// Upper edge of the head of later pages.
const RUNNING_TOP_MM: f64 = 13.0;
/// Millimetres in a hundredth of a point.
const MM_A_POINT: f64 = 25.4 / 72.0 / 100.0;

/// Something that letters have, where it may stand, and the keys that say so.
struct Part {
    what: What,
    area: Area,
    /// Of the whole box.
    key: &'static str,
    /// Of its left, upper, right and lower edge.
    edges: [&'static str; 4],
    /// It stands on page one, on later pages.
    pages: [bool; 2],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Address,
    ReturnLine,
    Other,
}

/// What the plant's rules say against the places of letters: at most one fault a place.
pub(super) fn faults(letter: &Options, plant: &Rules) -> Vec<JobError> {
    let fault = |part: Part| {
        let (key, against) = (1..=2)
            .zip(part.pages)
            .filter(|(_, stands)| *stands)
            .find_map(|(page, _)| against(&part, page, plant))?;
        Some(JobError::Value {
            key,
            found: format!("such that it takes {}", part.area),
            allowed: against,
        })
    };
    parts(letter).into_iter().filter_map(fault).collect()
}

fn parts(letter: &Options) -> Vec<Part> {
    const LEFT: &str = "letter.geometry.margin_left_mm";
    const RIGHT: &str = "letter.geometry.margin_right_mm";
    const BOTTOM: &str = "letter.geometry.margin_bottom_mm";
    let g = &letter.geometry;
    let [left, right] = [mm(g.margin_left), PAGE_MM[0] - mm(g.margin_right)];
    let descent = f64::from(letter.type_sizes.small.0) * MM_A_POINT * DESCENT;
    let bottom = PAGE_MM[1] - mm(g.margin_bottom) + descent;
    let boxed = |what, area, key, pages| Part {
        what,
        area,
        key,
        edges: [key; 4],
        pages,
    };
    let first = [true, false];
    let mut parts = vec![
        boxed(
            What::Address,
            of(&g.address),
            "letter.geometry.address",
            first,
        ),
        // The first page of text behind a cover sheet has it too.
        boxed(
            What::Other,
            of(&g.letterhead()),
            "letter.geometry.letterhead",
            [true, true],
        ),
    ];
    parts.extend(g.return_line_area().map(|area| {
        boxed(
            What::ReturnLine,
            of(&area),
            "letter.geometry.return_line",
            first,
        )
    }));
    let (info_x, info_y) = ("letter.geometry.info_x_mm", "letter.geometry.info_y_mm");
    let top = "letter.geometry.body_top_mm";
    parts.push(Part {
        what: What::Other,
        area: Area::between(mm(g.info_x), mm(g.info_y), right, mm(g.body_top)),
        key: "letter.geometry.info_x_mm, info_y_mm",
        edges: [info_x, info_y, RIGHT, top],
        pages: first,
    });
    parts.push(Part {
        what: What::Other,
        area: Area::between(left, mm(g.body_top), right, bottom),
        key: "letter.geometry.body_top_mm, margin_left_mm, margin_right_mm, margin_bottom_mm",
        edges: [LEFT, top, RIGHT, BOTTOM],
        pages: first,
    });
    let next = mm(g.body_top_next);
    let (next, top) = match letter.later_pages.head {
        true => (next.min(RUNNING_TOP_MM), "letter.later_pages.head"),
        false => (next, "letter.geometry.body_top_next_mm"),
    };
    parts.push(Part {
        what: What::Other,
        area: Area::between(left, next, right, bottom),
        key: "letter.geometry.body_top_next_mm, margin_left_mm, margin_right_mm, margin_bottom_mm",
        edges: [LEFT, top, RIGHT, BOTTOM],
        pages: [false, true],
    });
    parts
}

/// The key of what is wrong on a page, and what the plant allows.
fn against(part: &Part, page: u32, plant: &Rules) -> Option<(&'static str, String)> {
    let area = part.area.grown(-HAIR_MM);
    let margins = match page {
        1 => (&plant.margins_first, "first"),
        _ => (&plant.margins_later, "later"),
    };
    if let Some(found) = in_margin(part, &area, margins) {
        return Some(found);
    }
    let whole = |allowed| Some((part.key, allowed));
    let here = plant.empty.iter().filter(|zone| zone.page.has(page));
    if let Some(zone) = here.into_iter().find(|zone| zone.area.meets(&area)) {
        let (name, area) = (&zone.name, zone.area);
        return whole(format!(
            "a place clear of the zone `{name}` of `print.pdf.empty`, {area}"
        ));
    }
    let here = plant.allowed.iter().filter(|zone| zone.page.has(page));
    let zones: Vec<Area> = here
        .map(|zone| zone.area.grown(plant.allowed_grow_mm))
        .collect();
    if !zones.is_empty() && !covered(&area, &zones) {
        return whole("a place within the zones of `print.pdf.allowed`".into());
    }
    let window = plant.address.as_ref().filter(|_| page == 1)?;
    if part.what == What::Address {
        let seen = window.always_seen();
        return (!seen.holds(&area)).then(|| {
            (
                part.key,
                format!("a box within {seen}, what `print.pdf.address` always shows of the page"),
            )
        });
    }
    let sender_line = window.sender_line.filter(|_| part.what == What::ReturnLine);
    let seen = window.nothing_else();
    let in_sight = seen.meets(&area) && sender_line.is_none_or(|line| !line.holds(&area));
    in_sight.then(|| {
        (
            part.key,
            format!("a place outside of {seen}, where `print.pdf.address` lets nothing but the address stand"),
        )
    })
}

fn in_margin(
    part: &Part,
    area: &Area,
    (margins, pages): (&Margins, &str),
) -> Option<(&'static str, String)> {
    let sides = [
        ("left_mm", area.x_mm, margins.left_mm),
        ("top_mm", area.y_mm, margins.top_mm),
        ("right_mm", PAGE_MM[0] - area.right(), margins.right_mm),
        ("bottom_mm", PAGE_MM[1] - area.bottom(), margins.bottom_mm),
    ];
    let edge = sides.iter().zip(part.edges);
    let mut within = edge.filter(|((_, distance, margin), _)| distance < margin);
    let ((side, _, margin), key) = within.next()?;
    Some((
        key,
        format!(
            "a place {margin} mm from that edge of the page: `print.pdf.margins_{pages}.{side}`"
        ),
    ))
}

/// Whether the zones together cover a box.
fn covered(area: &Area, zones: &[Area]) -> bool {
    let Some((zone, others)) = zones.split_first() else {
        return false;
    };
    let Some(common) = zone.common(area) else {
        return covered(area, others);
    };
    // What is left of the box left and right of what they share, above and below it.
    let (left, right) = (common.x_mm, common.right());
    let rest = [
        Area::between(area.x_mm, area.y_mm, left, area.bottom()),
        Area::between(right, area.y_mm, area.right(), area.bottom()),
        Area::between(left, area.y_mm, right, common.y_mm),
        Area::between(left, common.bottom(), right, area.bottom()),
    ];
    let mut rest = rest
        .iter()
        .filter(|area| area.width_mm > HAIR_MM && area.height_mm > HAIR_MM);
    rest.all(|area| covered(area, others))
}

fn mm(length: Micrometres) -> f64 {
    f64::from(length.0) / 1000.0
}

fn of(area: &compose::Area) -> Area {
    Area {
        x_mm: mm(area.x),
        y_mm: mm(area.y),
        width_mm: mm(area.width),
        height_mm: mm(area.height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::JobFile;
    use crate::vendor;

    /// What a plant says against letters with these keys.
    fn said(plant: &str, keys: &str) -> Vec<String> {
        let own: toml::Table = toml::from_str(keys).unwrap();
        let profile = vendor::Profile::find(plant, None).unwrap();
        let job: JobFile = toml::Value::Table(profile.under(own)).try_into().unwrap();
        let faults = faults(&job.letter, &job.print.pdf);
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_geometry_of_every_profile_is_what_its_plant_takes() {
        for (name, _) in vendor::shipped() {
            assert_eq!(said(name, ""), [] as [String; 0], "{name}");
        }
    }

    #[test]
    fn a_place_that_the_plant_does_not_take_is_named_with_both_keys() {
        for (plant, keys, letter, zone) in [
            (
                "din-5008",
                "address = { x_mm = 24.6, y_mm = 45, width_mm = 80, height_mm = 21 }\nreturn_line = \"above\"",
                "`letter.geometry.address`",
                "`franking` of `print.pdf.empty`",
            ),
            (
                "uk-notify",
                "body_top_mm = 70",
                "`letter.geometry.body_top_mm, ",
                "`print.pdf.allowed`",
            ),
            (
                "nordic",
                "margin_bottom_mm = 7",
                "`letter.geometry.margin_bottom_mm`",
                "`print.pdf.margins_first.bottom_mm`",
            ),
            (
                "digdir",
                "info_x_mm = 110",
                "`letter.geometry.info_x_mm, info_y_mm`",
                "`print.pdf.address` lets nothing",
            ),
            (
                "digdir",
                "return_line = \"above\"",
                "`letter.geometry.return_line`",
                "`print.pdf.address` lets nothing",
            ),
            (
                "uk-notify",
                "address = { x_mm = 24.6, y_mm = 39.5, width_mm = 95.4, height_mm = 40 }",
                "`letter.geometry.address`",
                "`print.pdf.allowed`",
            ),
            (
                "nordic",
                "letterhead = { x_mm = 25, y_mm = 6, width_mm = 160, height_mm = 20 }",
                "`letter.geometry.letterhead`",
                "`print.pdf.margins_first.top_mm`",
            ),
        ] {
            let said = said(plant, &format!("[letter.geometry]\n{keys}"));
            let both = |said: &String| said.contains(letter) && said.contains(zone);
            assert!(said.iter().any(both), "{plant}, {keys}: {said:?}");
        }
        assert!(said("nordic", "[letter.geometry]\nmargin_bottom_mm = 8").is_empty());
    }

    #[test]
    fn an_address_stands_where_every_position_of_the_sheet_shows_it() {
        let window = "[print.pdf.address]\nwindow = { x_mm = 20, y_mm = 40, width_mm = 90, height_mm = 45 }\n";
        assert!(
            said("nordic", window).len() == 1,
            "the return line stands in it"
        );
        let none = format!("{window}[letter.geometry]\nreturn_line = \"none\"\n");
        assert_eq!(said("nordic", &none), [] as [String; 0]);
        let slips = format!("{none}[print.pdf.address.slack]\nright_mm = 19.0\n");
        let said = said("nordic", &slips);
        assert!(said[0].contains("always shows"), "{said:?}");
    }

    #[test]
    fn zones_cover_a_box_together_or_do_not() {
        let area = Area::between(10.0, 10.0, 30.0, 30.0);
        let halves = [
            Area::between(0.0, 0.0, 20.0, 40.0),
            Area::between(20.0, 5.0, 30.0, 30.0),
        ];
        assert!(covered(&area, &halves));
        assert!(!covered(&area, &halves[..1]));
        assert!(!covered(&area.grown(1.0), &halves));
        assert!(!covered(&area, &[]));
    }
}
