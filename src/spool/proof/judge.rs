//! Compares the marks of a sheet with what they should be. What a mark says is read by a table of its own.

use std::collections::HashMap;

use super::content::Frame;
use super::lines::Font;
use super::strip::{Drawn, Flaw, Line};
use super::symbol::{Marks, SIDE, Symbol};
use super::{Discrepancy, Row, STRIP_MM, bars, symbol};
use crate::letter::Envelope;
use crate::preflight::Area;
use crate::spool::layout::Layout;
use crate::spool::options::{Collation, MarkKind, MarkPlace};

/// How far a mark may be from where the layout has it.
const NEAR_MM: f64 = 0.05;
/// Below its box the ground goes on, for the piece id (`docs/formats-spool.md`).
const ID_LENGTH_MM: f64 = 27.0;

/// Digits of the fields of a mark (`docs/formats-spool.md`): version, job, child, piece, sheet, sheets, stations, envelope,
/// page kind, check digits, spare.
const FIELDS: [usize; 11] = [1, 8, 2, 8, 3, 3, 3, 1, 1, 2, 4];
/// The first so many say what the sheet is.
const SAID: usize = 9;
/// Digits that are the same on all marks of a piece: the first four fields.
const PREFIX: usize = 19;
/// Digits that the check digits make 1 modulo 97 as a number.
const CHECKED: usize = 32;

/// What the first fields of a mark say.
type Fields = [u64; SAID];

/// Which pages lie on a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    /// One that we set.
    Letter,
    /// One of a PDF that was given.
    Enclosure,
}

/// What is known of the marks of a part.
pub(super) struct Judge {
    /// What stands where.
    pub(super) layout: Layout,
    /// The face of piece ids.
    ids: Font,
}

/// What is drawn at the end of a front.
pub(super) struct Front<'d> {
    pub(super) drawn: &'d [Drawn],
    pub(super) flaw: Option<Flaw>,
    pub(super) frame: Frame,
    pub(super) kind: PageKind,
}

impl Judge {
    pub(super) fn new(layout: Layout, fonts: &HashMap<Vec<u8>, Font>) -> Self {
        let ids = fonts.get(b"F0".as_slice());
        Self {
            layout,
            ids: ids.cloned().unwrap_or_default(),
        }
    }

    /// All that is wrong with a front; `place` is that of the sheet among those of its piece, from 0.
    pub(super) fn front(&self, row: &Row, place: u32, front: &Front<'_>) -> Vec<Discrepancy> {
        let place = u16::try_from(place).unwrap_or(u16::MAX);
        let sheet = match row.collation {
            Collation::Forward => place.saturating_add(1),
            Collation::Reverse => row.sheets.saturating_sub(place),
        };
        match front.flaw {
            Some(Flaw::Open) => return vec![Discrepancy::Open],
            Some(Flaw::Foreign) if !front.drawn.is_empty() => {
                return vec![Discrepancy::MarkDamaged];
            }
            Some(Flaw::Foreign) => return vec![Discrepancy::NoMark],
            None => {}
        }
        let (ground, modules, id, code) = match front.drawn {
            [] => return vec![Discrepancy::NoMark],
            [
                Drawn::Ground(ground),
                Drawn::Black(modules),
                Drawn::Text(id),
            ] => (ground, modules, id, None),
            [
                Drawn::Ground(ground),
                Drawn::Black(modules),
                Drawn::Text(id),
                Drawn::Ground(zone),
                Drawn::Black(bars),
            ] => (ground, modules, id, Some((zone, &bars[..]))),
            _ => return vec![Discrepancy::MarkDamaged],
        };
        let mut found = Vec::new();
        match (self.layout.mark.kind, &modules[..]) {
            (MarkKind::None, []) => {}
            (MarkKind::None, _) => found.push(Discrepancy::MarkPlace),
            (MarkKind::DataMatrix, []) => found.push(Discrepancy::NoMark),
            (MarkKind::DataMatrix, modules) => match symbol::read(modules) {
                Some(symbol) => self.symbol(row, sheet, front.kind, &symbol, &mut found),
                None => found.push(Discrepancy::MarkDamaged),
            },
        }
        let mark = &self.layout.mark;
        if found.is_empty() && !is_near(ground, &ground_of(mark)) {
            found.push(Discrepancy::MarkPlace);
        }
        if found.is_empty() && !self.has_id(row, sheet, id, front.frame) {
            found.push(Discrepancy::PieceId);
        }
        found.extend(bars::fault(code, &self.layout, row, place));
        found
    }

    /// Whether the id is that of the sheet, on the ground below the mark, upright along the edge.
    fn has_id(&self, row: &Row, sheet: u16, id: &Line, frame: Frame) -> bool {
        let expected = format!("{:08}-{sheet}/{}", row.piece, row.sheets);
        let ([left, top, right, bottom], upwards) = id.stands(frame, self.ids.width(&id.codes));
        let [ground_left, _, ground_right, ground_bottom] = ground_of(&self.layout.mark);
        let below = Area::between(
            ground_left,
            ground_bottom - ID_LENGTH_MM,
            ground_right,
            ground_bottom,
        );
        let stands = below
            .grown(NEAR_MM)
            .holds(&Area::between(left, top, right, bottom));
        upwards && stands && self.ids.text(&id.codes) == expected
    }

    /// Where a page draws a symbol or a code besides its own mark. It is the same for all rows of a job.
    pub(super) fn others(&self, row: &Row, marks: &Marks) -> Option<(f64, f64)> {
        let is_ours = |symbol: &&Symbol| {
            let said = symbol.digits.as_deref().and_then(fields);
            let of_job = said.is_some_and(|said| said[1] == u64::from(row.job));
            of_job || (said.is_some() && symbol.place_mm[2] <= STRIP_MM)
        };
        let symbol = marks.symbols.iter().find(is_ours);
        let omr = self.layout.omr.as_ref();
        symbol
            .map(|symbol| (symbol.place_mm[0], symbol.place_mm[1]))
            .or_else(|| bars::stray(omr?, &marks.boxes))
    }

    fn symbol(
        &self,
        row: &Row,
        sheet: u16,
        kind: PageKind,
        symbol: &Symbol,
        found: &mut Vec<Discrepancy>,
    ) {
        let digits = symbol.digits.as_deref().unwrap_or_default();
        let Some(said) = fields(digits) else {
            found.push(Discrepancy::MarkDamaged);
            return;
        };
        if !stands(&self.layout.mark, symbol.place_mm) {
            found.push(Discrepancy::MarkPlace);
        }
        let expected = expected(row, sheet, kind);
        let prefix = digits.get(..PREFIX) == Some(row.mark.as_bytes());
        if said != expected || !prefix {
            found.push(Discrepancy::MarkOther {
                found: shown(&said),
                expected: shown(&expected),
            });
        }
    }
}

/// What a mark says, if its check digits are right and it is one of ours.
fn fields(digits: &[u8]) -> Option<Fields> {
    let checked: u128 = std::str::from_utf8(digits.get(..CHECKED)?)
        .ok()?
        .parse()
        .ok()?;
    let mut numbers = [0; FIELDS.len()];
    let mut rest = digits;
    for (number, width) in numbers.iter_mut().zip(FIELDS) {
        let (field, behind) = rest.split_at_checked(width)?;
        *number = std::str::from_utf8(field).ok()?.parse().ok()?;
        rest = behind;
    }
    let [version, .., spare] = numbers;
    let is_ours = checked % 97 == 1 && rest.is_empty() && (version, spare) == (1, 0); // ISO/IEC 7064 MOD 97-10.
    numbers.first_chunk().copied().filter(|_| is_ours)
}

/// What the mark of a sheet must say.
fn expected(row: &Row, sheet: u16, kind: PageKind) -> Fields {
    let envelope = match row.envelope {
        Envelope::C65 => 6,
        Envelope::C5 => 5,
        Envelope::C4 => 4,
    };
    let kind = match kind {
        PageKind::Letter => 1,
        PageKind::Enclosure => 2,
    };
    [
        1,
        row.job.into(),
        row.child.into(),
        row.piece.into(),
        sheet.into(),
        row.sheets.into(),
        row.stations.into(),
        envelope,
        kind,
    ]
}

fn shown(
    [
        _,
        job,
        child,
        piece,
        sheet,
        sheets,
        stations,
        envelope,
        kind,
    ]: &Fields,
) -> String {
    format!("{job}.{child} {piece} {sheet}/{sheets} {stations} {envelope} {kind}")
}

/// The white that a mark and its piece id stand on.
fn ground_of(mark: &MarkPlace) -> [f64; 4] {
    let side = mark.module_mm * (SIDE + 2) as f64;
    let (right, bottom) = (mark.x_mm + side, mark.y_mm + side + ID_LENGTH_MM);
    [mark.x_mm, mark.y_mm, right, bottom]
}

/// Whether a symbol is where the layout has it: within a quiet zone of one module.
fn stands(mark: &MarkPlace, place: [f64; 4]) -> bool {
    let (x, y) = (mark.x_mm + mark.module_mm, mark.y_mm + mark.module_mm);
    let side = mark.module_mm * SIDE as f64;
    let [left, _, right, _] = place;
    is_near(&place, &[x, y, x + side, y + side]) && left >= 0.0 && right <= STRIP_MM
}

fn is_near(found: &[f64; 4], expected: &[f64; 4]) -> bool {
    let mut both = found.iter().zip(expected);
    both.all(|(a, b)| (a - b).abs() < NEAR_MM)
}

#[cfg(test)]
mod tests {
    use super::super::bars::tests::{FRAME, row};
    use super::super::state::Left;
    use super::super::strip;
    use super::*;
    use crate::letter::Postage;
    use crate::spool::mark::{ID_CHARACTERS, Painter, Payload};
    use crate::spool::{self, Options};

    fn judge() -> Judge {
        let layout = Layout::of(&Options::default(), 0);
        let known = ID_CHARACTERS.chars().map(String::from);
        let font = Font {
            unicode: (1..).zip(known).collect(),
            widths: (1..=12).map(|code| (code, 572.0)).collect(),
        };
        Judge::new(layout, &HashMap::from([(b"F0".to_vec(), font)]))
    }

    fn right() -> (Row, Vec<u8>) {
        let row = Row {
            mark: "1000000010000000007".into(),
            ..row(7, 2, 0, Postage::Standard)
        };
        let payload = Payload {
            job: 1,
            child: 0,
            piece: 7,
            sheet: 2,
            sheets: 2,
            stations: 0,
            envelope: row.envelope,
            kind: spool::PageKind::Letter,
        };
        let glyphs: Vec<u16> = (1..=12).collect();
        let mut content = Vec::new();
        Painter::new(&MarkPlace::default(), &glyphs).paint(&mut content, &payload, "", "F0");
        (row, content)
    }

    fn judged(judge: &Judge, row: &Row, place: u32, content: &str) -> Vec<Discrepancy> {
        let (drawn, flaw) = strip::drawn(content.as_bytes(), FRAME, Left::default());
        let front = Front {
            drawn: &drawn,
            flaw,
            frame: FRAME,
            kind: PageKind::Letter,
        };
        judge.front(row, place, &front)
    }

    #[test]
    fn each_mark_of_a_front_is_judged() {
        let mut judge = judge();
        let (mut row, content) = right();
        let marks = symbol::marks(&content, FRAME, true);
        let content = String::from_utf8(content).unwrap();
        let said = |judge: &Judge, row: &Row, content: &str| judged(judge, row, 1, content);
        assert_eq!(said(&judge, &row, &content), []);
        let is_other = |found: &[Discrepancy]| matches!(found, [Discrepancy::MarkOther { .. }]);
        assert!(is_other(&judged(&judge, &row, 0, &content)));
        assert!(judge.others(&row, &marks).is_some());
        row.job = 2;
        assert!(judge.others(&row, &marks).is_some()); // In the strip.
        let moved = Symbol {
            place_mm: [50.0, 50.0, 60.0, 60.0],
            ..marks.symbols[0].clone()
        };
        let moved = Marks {
            symbols: vec![moved],
            ..Marks::default()
        };
        assert_eq!(judge.others(&row, &moved), None);
        row.job = 1;

        for (from, to, what) in [
            ("Tm<0001", "Tm<0002", Discrepancy::PieceId),
            ("0 1 -1 0 ", "1 0 0 1 ", Discrepancy::PieceId),
            ("0 1 -1 0 25.", "0 1 -1 0 90.", Discrepancy::PieceId),
            ("0 g\n", "0 g\n1 1 18 18 re\n", Discrepancy::MarkDamaged),
            ("q q ", "q q 1 0 0 1 0 3 cm ", Discrepancy::MarkPlace),
            (" 20 74.00 re", " 30 74.00 re", Discrepancy::MarkPlace),
            (
                "ET Q",
                "ET Q q 1 g 0 0 595 842 re f Q",
                Discrepancy::MarkDamaged,
            ),
        ] {
            let changed = content.replacen(from, to, 1);
            assert_ne!(changed, content, "{from}");
            assert_eq!(said(&judge, &row, &changed), [what], "{to}");
        }
        let twice = format!("{content}{content}");
        assert_eq!(said(&judge, &row, &twice), [Discrepancy::MarkDamaged]);
        assert_eq!(said(&judge, &row, ""), [Discrepancy::NoMark]);

        judge.layout.mark.y_mm += 0.1;
        assert_eq!(said(&judge, &row, &content), [Discrepancy::MarkPlace]);
        judge.layout.mark = MarkPlace::default();
        judge.layout.mark.kind = MarkKind::None;
        assert_eq!(said(&judge, &row, &content), [Discrepancy::MarkPlace]);
    }
}
