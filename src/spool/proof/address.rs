//! Whether the address of a letter that was set stands in its box, and says what it should.

use std::collections::HashMap;

use super::content::{self, Frame};
use super::flate;
use super::lines::{self, Font, Run};
use super::reader::{self, Part};
use super::{CONTENT_BYTES_MAX, Discrepancy, FONT_NAMES};
use crate::preflight::Area;
use crate::spool::part::{LETTERHEAD, OWN_RESOURCES};

/// Rounding of coordinates.
const HAIR_MM: f64 = 0.05;
/// Rounding of the widths of a line of 80 glyphs of 12 pt, each by half a thousandth of its size.
const WIDTH_MM: f64 = 0.2;
/// Text less than this apart in height stands on one line.
const LINE_MM: f64 = 0.5;

/// The faces of a part, by resource name.
pub(super) fn fonts(part: &Part<'_>) -> HashMap<Vec<u8>, Font> {
    let resources = part.object(OWN_RESOURCES).ok();
    let fonts = resources.and_then(|resources| reader::get(resources.text, b"/Font"));
    let font = |name: &[u8]| {
        let font = part.object(reader::get(fonts?, name).and_then(reader::reference)?);
        let font = font.ok()?.text;
        let map = reader::get(font, b"/ToUnicode").and_then(reader::reference)?;
        let map = flate::inflated(part.object(map).ok()?, CONTENT_BYTES_MAX)?;
        let below = reader::get(font, b"/DescendantFonts").map(reader::references)?;
        let below = part.object(*below.first()?).ok()?;
        Some(Font {
            unicode: content::to_unicode(&map),
            widths: lines::widths(reader::get(below.text, b"/W").unwrap_or_default()),
        })
    };
    let named = FONT_NAMES.iter();
    named
        .filter_map(|name| Some((name.get(1..)?.to_vec(), font(name)?)))
        .collect()
}

/// What is wrong with the address of a letter whose first page has this content: `lines` of it must stand in the box, and,
/// where it is known what they are, be these.
pub(super) fn fault(
    runs: &[Run],
    area: &Area,
    lines: u32,
    known: Option<&str>,
) -> Option<Discrepancy> {
    let (mut inside, across) = in_box(runs, area);
    // On one height as they were drawn: an accent can stand left of what it belongs to.
    inside.sort_by(|a, b| a.baseline_mm.total_cmp(&b.baseline_mm));
    let near = |a: &&Run, b: &&Run| b.baseline_mm - a.baseline_mm < LINE_MM;
    let found = inside.chunk_by(near).count();
    if across > 0 || found != lines as usize {
        return Some(Discrepancy::AddressPlace {
            found: found as u32,
            expected: lines,
            across,
        });
    }
    let text: String = inside.iter().map(|run| run.text.as_str()).collect();
    let same = known.is_none_or(|known| content::folded(&text) == content::folded(known));
    (!same).then_some(Discrepancy::Address)
}

/// The runs in a box, and how many others reach into it.
fn in_box<'r>(runs: &'r [Run], area: &Area) -> (Vec<&'r Run>, u32) {
    let boxed = |run: &Run| {
        let [left, top, right, bottom] = run.place_mm;
        Area::between(left, top, right, bottom)
    };
    let core = area.grown(-HAIR_MM);
    let mut all = area.grown(HAIR_MM);
    all.width_mm += WIDTH_MM;
    let meets = runs.iter().filter(|run| core.meets(&boxed(run)));
    let (inside, across): (Vec<_>, Vec<_>) = meets.partition(|run| all.holds(&boxed(run)));
    (inside, across.len() as u32)
}

/// Whether the letterhead, which all letters share, keeps out of the box.
pub(super) fn letterhead_is_clear(
    part: &Part<'_>,
    fonts: &HashMap<Vec<u8>, Font>,
    frame: Frame,
    area: &Area,
) -> bool {
    let content = part.object(LETTERHEAD).ok();
    let content = content.and_then(|form| flate::inflated(form, CONTENT_BYTES_MAX));
    let runs = lines::runs(&content.unwrap_or_default(), fonts, frame);
    let (inside, across) = in_box(&runs, area);
    inside.is_empty() && across == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(left: f64, baseline_mm: f64, text: &str) -> Run {
        Run {
            place_mm: [left, baseline_mm - 3.0, left + 20.0, baseline_mm + 1.0],
            baseline_mm,
            text: text.into(),
        }
    }

    #[test]
    fn an_address_stands_in_its_box_and_nothing_else_does() {
        let area = Area::between(20.0, 40.0, 100.0, 66.0);
        let right = [
            run(25.0, 50.0, "B B"),
            run(25.0, 45.0, "A"),
            run(45.0, 45.0, "a"),
        ];
        let known = Some("A a\nB\u{a0}B");
        assert_eq!(fault(&right, &area, 2, known), None);
        assert_eq!(fault(&right, &area, 2, None), None);
        assert_eq!(
            fault(&right, &area, 2, Some("A a\nB C")),
            Some(Discrepancy::Address)
        );
        let place = |found, across| {
            Some(Discrepancy::AddressPlace {
                found,
                expected: 2,
                across,
            })
        };
        assert_eq!(fault(&right[1..], &area, 2, known), place(1, 0));
        // Ten millimetres up: the first line reaches over the edge of the box.
        let shifted = [run(25.0, 47.0, "B B"), run(25.0, 42.5, "A")];
        assert_eq!(fault(&shifted, &area, 2, known), place(1, 1));
        let more = [&right[..], &[run(30.0, 60.0, "IBAN")]].concat();
        assert_eq!(fault(&more, &area, 2, None), place(3, 0));
        let beside = [
            &right[..],
            &[run(101.0, 60.0, "2026"), run(25.0, 38.0, "Return")],
        ]
        .concat();
        assert_eq!(fault(&beside, &area, 2, known), None);
    }
}
