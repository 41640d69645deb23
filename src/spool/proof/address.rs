//! Whether the address of a letter that was set stands in its box, and says what it should.

use std::collections::HashMap;

use super::content::{self, Frame};
use super::flate;
use super::lines::{Font, Run};
use super::own::{self, Own, Sort};
use super::reader::{self, Part};
use super::{CONTENT_BYTES_MAX, Discrepancy, FACES, OWN_BYTES_MAX, common};
use crate::preflight::Area;
use crate::spool::layout::Layout;
use crate::spool::part::{FIRST_FACE, LETTERHEAD};

/// Rounding of coordinates.
const HAIR_MM: f64 = 0.05;
/// Rounding of sizes.
const HAIR_POINTS: f64 = 0.01;
/// Rounding of the widths of a line of 80 glyphs of 12 pt, each by half a thousandth of its size.
const WIDTH_MM: f64 = 0.2;
/// The first line stands so far below the upper edge of the box, the last so far above the lower one, in parts of the size.
const ABOVE: f64 = 0.95;
const BELOW: f64 = 0.24;
/// From line to line, where the box has room for it.
const PITCH: f64 = 1.2;
/// Text less than this apart in height stands on one line.
const LINE_MM: f64 = 0.5;

/// The faces of a part, by resource name; one that is not as it is written is left out.
pub(super) fn fonts(part: &Part<'_>) -> HashMap<Vec<u8>, Font> {
    let font = |number: u32| {
        let font = part.object(number).ok()?.text;
        let map = reader::get(font, b"/ToUnicode").and_then(reader::reference)?;
        let map = flate::inflated(part.object(map).ok()?, CONTENT_BYTES_MAX)?;
        let below = reader::get(font, b"/DescendantFonts").map(reader::references)?;
        let below = part.object(*below.first()?).ok()?;
        let widths = common::widths(reader::get(below.text, b"/W")?)?;
        Some(Font {
            unicode: content::to_unicode(&map),
            widths: widths
                .into_iter()
                .map(|(code, width)| (code, width.into()))
                .collect(),
        })
    };
    (0..FACES)
        .filter_map(|face| Some((format!("F{face}").into_bytes(), font(FIRST_FACE + face)?)))
        .collect()
}

/// What is wrong with the address of a letter that has this first page: `lines` of it must stand in the box, each where
/// the layout has it, and, where it is known what they are, be these.
pub(super) fn fault(
    own: &Own,
    layout: &Layout,
    lines: u32,
    known: Option<&str>,
) -> Option<Discrepancy> {
    if known.is_some_and(|known| known.lines().count() != lines as usize) {
        return Some(Discrepancy::Address);
    }
    let (mut inside, mut across) = in_box(&own.runs, &layout.address);
    across += boxes_in(&own.boxes, &layout.address);
    // On one height as they were drawn: an accent can stand left of what it belongs to.
    inside.sort_by(|a, b| a.baseline_mm.total_cmp(&b.baseline_mm));
    let near = |a: &&Run, b: &&Run| b.baseline_mm - a.baseline_mm < LINE_MM;
    let set: Vec<&[&Run]> = inside.chunk_by(near).collect();
    if across > 0 || set.len() != lines as usize {
        return Some(Discrepancy::AddressPlace {
            found: set.len() as u32,
            expected: lines,
            across,
        });
    }
    if let Some(line) = set
        .iter()
        .zip(0..)
        .position(|(line, n)| !stands(line, n, layout, lines))
    {
        return Some(Discrepancy::AddressLine(line as u32 + 1));
    }
    let text: String = inside.iter().map(|run| run.text.as_str()).collect();
    let same = known.is_none_or(|known| content::folded(&text) == content::folded(known));
    (!same).then_some(Discrepancy::Address)
}

/// Whether line `number`, from 0, of so many has its size and begins where `docs/formats-spool.md` has it.
fn stands(line: &[&Run], number: u32, layout: &Layout, lines: u32) -> bool {
    let (Some(look), Some(first)) = (&layout.letter, line.first()) else {
        return true;
    };
    let size = look.address_points * 25.4 / 72.0;
    let room = layout.address.height_mm - (ABOVE + BELOW) * size;
    let pitch = (PITCH * size).min(room / f64::from(lines.saturating_sub(1).max(1)));
    let baseline = layout.address.y_mm + ABOVE * size + pitch * f64::from(number);
    let [left, ..] = first.place_mm;
    let off = [left - look.address_left_mm, first.baseline_mm - baseline];
    let is_sized = |run: &&Run| (run.size - look.address_points).abs() < HAIR_POINTS;
    off.iter().all(|mm| mm.abs() < HAIR_MM) && line.iter().all(is_sized)
}

/// The runs in a box, and how many others reach into it. An accent without a letter has no width: at the edge it is in the
/// box though it covers nothing of it.
fn in_box<'r>(runs: &'r [Run], area: &Area) -> (Vec<&'r Run>, u32) {
    let boxed = |run: &Run| area_of(run.place_mm);
    let core = area.grown(-HAIR_MM);
    let mut all = area.grown(HAIR_MM);
    all.width_mm += WIDTH_MM;
    let (inside, others): (Vec<_>, Vec<_>) = runs.iter().partition(|run| all.holds(&boxed(run)));
    let across = others.iter().filter(|run| core.meets(&boxed(run)));
    let across = across.count() as u32;
    (inside, across)
}

/// How many boxes reach into the box.
fn boxes_in(boxes: &[[f64; 4]], area: &Area) -> u32 {
    let core = area.grown(-HAIR_MM);
    boxes
        .iter()
        .filter(|place| core.meets(&area_of(**place)))
        .count() as u32
}

fn area_of([left, top, right, bottom]: [f64; 4]) -> Area {
    Area::between(left, top, right, bottom)
}

/// Whether the letterhead, which all letters share, is as we draw it and keeps out of the box.
pub(super) fn letterhead(
    part: &Part<'_>,
    fonts: &HashMap<Vec<u8>, Font>,
    frame: Frame,
    area: &Area,
) -> Option<Discrepancy> {
    let form = part.object(LETTERHEAD).ok()?; // What cannot be read is told with the pages.
    if form.data.is_none() {
        return (form.text != b"null").then_some(Discrepancy::Unpacked);
    }
    let Some(content) = flate::inflated(form, OWN_BYTES_MAX) else {
        return Some(Discrepancy::Unpacked);
    };
    match own::read(&content, fonts, frame, Some(area), Sort::Letterhead) {
        Err(what) => Some(Discrepancy::Foreign(what)),
        Ok(own) => {
            let (inside, across) = in_box(&own.runs, area);
            let boxes = boxes_in(&own.boxes, area);
            (!inside.is_empty() || across + boxes > 0).then_some(Discrepancy::Letterhead)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::{LetterLook, Options, PageNumbers};

    fn run(left: f64, baseline_mm: f64, text: &str) -> Run {
        Run {
            place_mm: [left, baseline_mm - 3.0, left + 20.0, baseline_mm + 1.0],
            baseline_mm,
            size: 10.0,
            text: text.into(),
        }
    }

    #[test]
    fn an_address_stands_in_its_box_and_nothing_else_does() {
        let mut layout = Layout::of(&Options::default(), 0);
        layout.address = Area::between(20.0, 40.0, 100.0, 66.0);
        let fault = |runs: &[Run], lines, known| {
            let own = Own {
                runs: runs.to_vec(),
                ..Own::default()
            };
            fault(&own, &layout, lines, known)
        };
        let right = [
            run(25.0, 50.0, "B B"),
            run(25.0, 45.0, "A"),
            run(45.0, 45.0, "a"),
        ];
        let known = Some("A a\nB\u{a0}B");
        assert_eq!(fault(&right, 2, known), None);
        assert_eq!(fault(&right, 2, None), None);
        assert_eq!(
            fault(&right, 2, Some("A a\nB C")),
            Some(Discrepancy::Address)
        );
        let place = |found, across| {
            Some(Discrepancy::AddressPlace {
                found,
                expected: 2,
                across,
            })
        };
        assert_eq!(fault(&right[1..], 2, known), place(1, 0));
        // Ten millimetres up: the first line reaches over the edge of the box.
        let shifted = [run(25.0, 47.0, "B B"), run(25.0, 42.5, "A")];
        assert_eq!(fault(&shifted, 2, known), place(1, 1));
        let more = [&right[..], &[run(30.0, 60.0, "IBAN")]].concat();
        assert_eq!(fault(&more, 2, None), place(3, 0));
        // An accent without a letter, where lines begin.
        let mut accent = run(20.0, 50.0, "\u{308}");
        accent.place_mm[2] = accent.place_mm[0];
        let alone = [run(25.0, 45.0, "A"), accent];
        assert_eq!(fault(&alone, 2, Some("A\n\u{308}")), None);
        let beside = [
            &right[..],
            &[run(101.0, 60.0, "2026"), run(25.0, 38.0, "Return")],
        ]
        .concat();
        assert_eq!(fault(&beside, 2, known), None);
    }

    #[test]
    fn each_line_of_an_address_begins_where_the_layout_has_it() {
        let mut layout = Layout::of(&Options::default(), 0);
        layout.address = Area::between(20.0, 40.0, 100.0, 66.0);
        layout.letter = Some(LetterLook {
            address_left_mm: 25.0,
            address_points: 10.0,
            page_numbers: PageNumbers::None,
        });
        let size = 10.0 * 25.4 / 72.0;
        let of = |right: f64, down: f64, lines: u32, pitch: f64| {
            let line = |n| {
                let baseline = 40.0 + 0.95 * size + pitch * f64::from(n) + down;
                let mut line = run(25.0 + right, baseline, "A");
                line.place_mm[3] = baseline + 0.24 * size;
                line
            };
            let own = Own {
                runs: (0..lines).map(line).collect(),
                ..Own::default()
            };
            fault(&own, &layout, lines, None)
        };
        assert_eq!(of(0.0, 0.0, 3, 1.2 * size), None);
        assert_eq!(of(0.0, 0.0, 7, (26.0 - 1.19 * size) / 6.0), None);
        for (right, down) in [(3.0, 0.0), (-0.1, 0.0), (0.0, 0.1)] {
            assert_eq!(
                of(right, down, 3, 1.2 * size),
                Some(Discrepancy::AddressLine(1))
            );
        }
        assert_eq!(
            of(0.0, 0.0, 3, 1.1 * size),
            Some(Discrepancy::AddressLine(2))
        );
        let mut small = run(25.0, 40.0 + 0.95 * size, "A");
        small.size = 0.01;
        let small = Own {
            runs: vec![small],
            ..Own::default()
        };
        assert_eq!(
            fault(&small, &layout, 1, None),
            Some(Discrepancy::AddressLine(1))
        );
        let mut over = Own {
            runs: vec![run(25.0, 40.0 + 0.95 * size, "A")],
            ..Own::default()
        };
        assert_eq!(fault(&over, &layout, 1, None), None);
        over.boxes = vec![[10.0, 50.0, 120.0, 51.0]];
        assert!(matches!(
            fault(&over, &layout, 1, None),
            Some(Discrepancy::AddressPlace { across: 1, .. })
        ));
    }
}
