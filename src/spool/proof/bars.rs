//! Reads the OMR code of a sheet back from the bars that are drawn. Shares no code with those who draw them.

use super::{Discrepancy, Row};
use crate::spool::layout::Layout;
use crate::spool::omr::{Count, FeedOn, Omr, Parity, Position, Read, Restart};

/// How far an edge of a bar may be from where it should be.
const NEAR_MM: f64 = 0.05;

/// What is wrong with the bars of a front, `drawn` on their ground or not at all; `place` is that of the sheet among those of its piece,
/// from 0.
pub(super) fn fault(
    drawn: Option<(&[f64; 4], &[[f64; 4]])>,
    layout: &Layout,
    row: &Row,
    place: u16,
) -> Option<Discrepancy> {
    let (omr, (ground, boxes)) = match (&layout.omr, drawn) {
        (None, None) => return None,
        (Some(omr), Some(drawn)) => (omr, drawn),
        _ => return Some(Discrepancy::OmrDamaged),
    };
    let zone = omr.clear_zone();
    let zone = [zone.x_mm, zone.y_mm, zone.right(), zone.bottom()];
    if zone
        .iter()
        .zip(ground)
        .any(|(a, b)| (a - b).abs() > NEAR_MM)
    {
        return Some(Discrepancy::OmrDamaged);
    }
    let Some(found) = read(omr, boxes) else {
        return Some(Discrepancy::OmrDamaged);
    };
    let expected = meant(omr, layout, row, place);
    (found != expected).then(|| Discrepancy::OmrOther {
        found: shown(&found),
        expected: shown(&expected),
    })
}

/// Where a code stands on a page that has none: two bars or more, each as it must be. Single boxes are what pages have.
pub(super) fn stray(omr: &Omr, boxes: &[[f64; 4]]) -> Option<(f64, f64)> {
    let is_bar = |bar: &&[f64; 4]| read(omr, &[**bar]).is_some();
    let [left, top, ..] = *boxes.iter().filter(is_bar).nth(1)?;
    Some((left, top))
}

/// For each position whether it has a bar; `None` where some box is none.
fn read(omr: &Omr, boxes: &[[f64; 4]]) -> Option<Vec<bool>> {
    let count = omr.positions.len();
    let mut found = vec![false; count];
    for &[left, top, right, bottom] in boxes {
        let line = ((top + bottom) / 2.0 - omr.y_mm) / omr.pitch_mm;
        let number = line.round();
        let near = [
            left - omr.x_mm,
            right - omr.x_mm - omr.length_mm,
            bottom - top - omr.thickness_mm,
            (line - number) * omr.pitch_mm,
        ];
        if number < 0.0 || !near.iter().all(|mm| mm.abs() < NEAR_MM) {
            return None;
        }
        let from_top = number as usize;
        let position = match omr.read {
            Read::Down => from_top,
            Read::Up => count.checked_sub(from_top.checked_add(1)?)?,
        };
        let seen = found.get_mut(position)?;
        if std::mem::replace(seen, true) {
            return None;
        }
    }
    Some(found)
}

/// What each position should say.
fn meant(omr: &Omr, layout: &Layout, row: &Row, place: u16) -> Vec<bool> {
    let is_last = place >= row.sheets.saturating_sub(1);
    let in_part = u64::from(row.first_sheet.saturating_sub(1)) + u64::from(place);
    let number = sequence(omr, layout.sheets_before.saturating_add(in_part), place);
    let mut meant: Vec<bool> = omr
        .positions
        .iter()
        .map(|position| match *position {
            Position::Start | Position::Safety | Position::Retiming => true,
            Position::Blank | Position::Parity => false,
            Position::Begin => place == 0,
            Position::NotBegin => place != 0,
            Position::End => is_last,
            Position::NotEnd => !is_last,
            Position::Batch => row.piece.checked_rem(omr.batch_every) == Some(0),
            Position::Divert => omr.divert.contains(&row.postage),
            Position::Feeder(station) => {
                let gives = row.stations & 1_u8.rotate_left(u32::from(station) - 1) != 0;
                gives && (omr.feed_on == FeedOn::Every || is_last)
            }
            Position::Sequence(bit) => number / 2_u64.pow(u32::from(bit) - 1) % 2 == 1,
            Position::Match(bit) => row.piece / 2_u32.pow(u32::from(bit) - 1) % 2 == 1,
        })
        .collect();
    let odd = meant.iter().filter(|bar| **bar).count() % 2 == 1;
    let parity = omr.positions.iter().position(|p| *p == Position::Parity);
    if let Some(bar) = parity.and_then(|at| meant.get_mut(at)) {
        *bar = odd == (omr.parity == Parity::Even);
    }
    meant
}

/// The number of a sheet in the wrap-around sequence: by a list of all its values, in their order.
fn sequence(omr: &Omr, in_job: u64, place: u16) -> u64 {
    let bits = omr
        .positions
        .iter()
        .filter(|p| matches!(p, Position::Sequence(_)));
    let mut values: Vec<u64> = (0..1 << bits.count().min(16)).collect();
    if !omr.sequence.zero {
        values.remove(0);
    }
    if omr.sequence.count == Count::Down {
        values.reverse();
    }
    let steps = match omr.sequence.restart {
        Restart::Never => in_job,
        Restart::Piece => {
            let first = values.iter().position(|value| *value == 1).unwrap_or(0);
            first as u64 + u64::from(place)
        }
    };
    let at = steps.checked_rem(values.len() as u64).unwrap_or(0);
    values.get(at as usize).copied().unwrap_or(0)
}

fn shown(bars: &[bool]) -> String {
    bars.iter()
        .map(|bar| if *bar { '1' } else { '0' })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::content::Frame;
    use super::super::state::Left;
    use super::super::strip::{self, Drawn};
    use super::*;
    use crate::letter::{Envelope, Postage, Sides};
    use crate::spool::omr::{Bars, Sheet, layouts};
    use crate::spool::{Collation, Options};
    use proptest::prelude::*;

    pub const FRAME: Frame = Frame::A4;

    /// A row of job 1.
    pub fn row(piece: u32, sheets: u16, stations: u8, postage: Postage) -> Row {
        Row {
            piece,
            job: 1,
            child: 0,
            letter_id: String::new(),
            first_page: 1,
            pages: u32::from(sheets),
            first_sheet: 5,
            sheets,
            sides: Sides::Simplex,
            colour: crate::letter::Colour::Mono,
            collation: Collation::Forward,
            envelope: Envelope::C5,
            postage,
            stations,
            address_lines: 0,
            mark: String::new(),
            sha256: String::new(),
        }
    }

    proptest! {
        /// What the one draws the other reads; another sheet it does not take for this one.
        #[test]
        fn bars_are_read_as_they_were_drawn(
            layout in 0_usize..4,
            options in ("(|count = \"down\"\n)", "(|zero = false\n)", "(|restart = \"piece\"\n)"),
            others in ("(|read = \"up\"\n)", "(|parity = \"odd\"\n)", "(|feed_on = \"every\"\n)", "(|batch_every = 3\n)"),
            (piece, sheets, place) in (1_u32..1000, 1_u16..40).prop_flat_map(|(p, s)| (Just(p), Just(s), 0..s)),
            (stations, before) in (0_u8..=255, 0_u64..100_000),
            postage in prop::sample::select(Postage::ALL.to_vec()),
        ) {
            let (name, _) = layouts().nth(layout).unwrap();
            let text = format!(
                "layout = \"{name}\"\ndivert = [\"legal\"]\n{}{}{}{}[sequence]\n{}{}{}",
                others.0, others.1, others.2, others.3, options.0, options.1, options.2
            );
            let omr: Omr = toml::from_str(&text).unwrap();
            let row = row(piece, sheets, stations, postage);
            let sheet = Sheet {
                piece,
                place,
                sheets,
                ordinal: before + 4 + u64::from(place),
                stations,
                postage,
            };
            let mut content = Vec::new();
            Bars::new(&omr).paint(&mut content, &sheet, "");
            let drawn = strip::drawn(&content, FRAME, Left::default());
            let [Drawn::Ground(ground), Drawn::Black(boxes)] = &drawn.0[..] else {
                panic!("{drawn:?}");
            };
            prop_assert_eq!(drawn.1, None);
            let fault = |boxes: &[[f64; 4]], layout: &Layout, row: &Row, place| {
                fault(Some((ground, boxes)), layout, row, place)
            };
            let layout = Layout::of(&Options { omr: Some(omr.clone()), ..Options::default() }, before);
            prop_assert_eq!(fault(boxes, &layout, &row, place), None);
            prop_assert_eq!(stray(&omr, boxes).is_some(), boxes.len() > 1);
            let fewer = fault(&boxes[1..], &layout, &row, place);
            let is_other = matches!(fewer, Some(Discrepancy::OmrOther { .. }));
            prop_assert!(is_other);
            let mut moved = boxes.clone();
            for edge in [1, 3] {
                moved[0][edge] += 0.2;
            }
            prop_assert_eq!(fault(&moved, &layout, &row, place), Some(Discrepancy::OmrDamaged));
        }
    }
}
