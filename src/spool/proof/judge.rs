//! Compares the marks of a sheet with what they should be.

use std::collections::HashMap;

use super::content::{Marks, Symbol};
use super::lines::Font;
use super::{Discrepancy, Row, STRIP_MM, bars};
use crate::spool::datamatrix;
use crate::spool::layout::Layout;
use crate::spool::mark::Payload;
use crate::spool::options::{Collation, MarkKind, MarkPlace};

/// How far a mark may be from where the layout has it.
const NEAR_MM: f64 = 0.05;

/// What is known of the marks of a part.
pub(super) struct Judge {
    /// What stands where.
    pub(super) layout: Layout,
    /// What the codes of a piece id stand for.
    ids: Font,
}

impl Judge {
    pub(super) fn new(layout: Layout, fonts: &HashMap<Vec<u8>, Font>) -> Self {
        let unicode = fonts.get(b"F0".as_slice()).map(|font| font.unicode.clone());
        Self {
            layout,
            ids: Font {
                unicode: unicode.unwrap_or_default(),
                ..Font::default()
            },
        }
    }

    /// All that is wrong with a front; `place` is that of the sheet among those of its piece, from 0.
    pub(super) fn front(&self, row: &Row, place: u32, marks: &Marks) -> Vec<Discrepancy> {
        let mut found = Vec::new();
        let place = u16::try_from(place).unwrap_or(u16::MAX);
        let sheet = match row.collation {
            Collation::Forward => place.saturating_add(1),
            Collation::Reverse => row.sheets.saturating_sub(place),
        };
        match (self.layout.mark.kind, &marks.symbol) {
            (MarkKind::None, None) if marks.text.is_empty() => found.push(Discrepancy::NoMark),
            (MarkKind::None, None) => {}
            (MarkKind::None, Some(_)) => found.push(Discrepancy::MarkPlace),
            (MarkKind::DataMatrix, None) => found.push(Discrepancy::NoMark),
            (MarkKind::DataMatrix, Some(symbol)) => self.symbol(row, sheet, symbol, &mut found),
        }
        let id = format!("{:08}-{sheet}/{}", row.piece, row.sheets);
        if found.is_empty() && self.ids.text(&marks.text) != id {
            found.push(Discrepancy::PieceId);
        }
        found.extend(bars::fault(&marks.boxes, &self.layout, row, place));
        found
    }

    /// What is wrong with a back.
    pub(super) fn back(&self, marks: &Marks) -> Option<Discrepancy> {
        let omr = self.layout.omr.as_ref();
        let bar = omr.is_some_and(|omr| marks.boxes.iter().any(|bar| bars::is_near(omr, *bar)));
        (marks.symbol.is_some() || bar).then_some(Discrepancy::MarkOnBack)
    }

    fn symbol(&self, row: &Row, sheet: u16, symbol: &Symbol, found: &mut Vec<Discrepancy>) {
        let Some(payload) = faultless(symbol) else {
            found.push(Discrepancy::MarkDamaged);
            return;
        };
        if !stands(&self.layout.mark, symbol.place_mm) {
            found.push(Discrepancy::MarkPlace);
        }
        let expected = Payload {
            job: row.job,
            child: row.child,
            piece: row.piece,
            sheet,
            sheets: row.sheets,
            stations: row.stations,
            envelope: row.envelope,
            kind: payload.kind,
        };
        let digits = symbol.digits.as_deref().unwrap_or_default();
        let prefix = digits.get(..Payload::PREFIX_DIGITS) == Some(row.mark.as_bytes());
        if payload != expected || !prefix {
            found.push(Discrepancy::MarkOther {
                found: said(&payload),
                expected: said(&expected),
            });
        }
    }
}

/// Whether a symbol is where the layout has it: within a quiet zone of one module.
fn stands(mark: &MarkPlace, [left, top, right, bottom]: [f64; 4]) -> bool {
    let (x, y) = (mark.x_mm + mark.module_mm, mark.y_mm + mark.module_mm);
    let side = mark.module_mm * datamatrix::SIDE as f64;
    let near = [left - x, top - y, right - x - side, bottom - y - side];
    near.iter().all(|mm| mm.abs() < NEAR_MM) && left >= 0.0 && right <= STRIP_MM
}

/// What a symbol says, if every module is as it must be: error correction would hide a changed one.
fn faultless(symbol: &Symbol) -> Option<Payload> {
    let digits = symbol.digits.as_deref()?;
    let payload = Payload::read(digits)?;
    let rows = datamatrix::encode(digits.try_into().ok()?);
    let modules = symbol.modules.chunks_exact(datamatrix::SIDE);
    let same = rows.iter().zip(modules).all(|(&row, modules)| {
        modules
            .iter()
            .fold(0, |bits, &dark| bits << 1 | u32::from(dark))
            == row
    });
    same.then_some(payload)
}

fn said(p: &Payload) -> String {
    format!(
        "{}.{} {} {}/{} {} {:?}",
        p.job, p.child, p.piece, p.sheet, p.sheets, p.stations, p.envelope
    )
}

#[cfg(test)]
mod tests {
    use super::super::bars::tests::{FRAME, row};
    use super::super::content;
    use super::*;
    use crate::letter::Postage;
    use crate::spool::mark::{ID_CHARACTERS, Painter};
    use crate::spool::{Options, PageKind};

    fn judge() -> Judge {
        let layout = Layout::of(&Options::default(), 0);
        let known = ID_CHARACTERS.chars().map(String::from);
        let font = Font {
            unicode: (1..).zip(known).collect(),
            ..Font::default()
        };
        Judge::new(layout, &HashMap::from([(b"F0".to_vec(), font)]))
    }

    fn right() -> (Row, Marks) {
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
            kind: PageKind::Letter,
        };
        let glyphs: Vec<u16> = (1..=12).collect();
        let mut content = Vec::new();
        Painter::new(&MarkPlace::default(), &glyphs).paint(&mut content, &payload, "", "F0");
        (row, content::marks(&content, FRAME))
    }

    #[test]
    fn each_mark_of_a_front_is_judged() {
        let mut judge = judge();
        let (mut row, marks) = right();
        assert_eq!(judge.front(&row, 1, &marks), []);
        assert_eq!(judge.back(&marks), Some(Discrepancy::MarkOnBack));
        assert!(matches!(
            judge.front(&row, 0, &marks)[..],
            [Discrepancy::MarkOther { .. }]
        ));

        let mut text = marks.clone();
        text.text[1] = 5;
        assert_eq!(judge.front(&row, 1, &text), [Discrepancy::PieceId]);
        let mut turned = marks.clone();
        if let Some(symbol) = &mut turned.symbol {
            symbol.modules[40] ^= true;
        }
        assert_eq!(judge.front(&row, 1, &turned), [Discrepancy::MarkDamaged]);
        let mut bar = marks.clone();
        bar.boxes.push([4.0, 30.0, 14.0, 30.5]);
        assert_eq!(judge.front(&row, 1, &bar), [Discrepancy::OmrDamaged]);

        judge.layout.mark.y_mm += 0.1;
        assert_eq!(judge.front(&row, 1, &marks), [Discrepancy::MarkPlace]);
        judge.layout.mark.kind = MarkKind::None;
        assert_eq!(judge.front(&row, 1, &marks), [Discrepancy::MarkPlace]);
        let id_alone = Marks {
            symbol: None,
            ..marks
        };
        assert_eq!(judge.front(&row, 1, &id_alone), []);
        row.piece = 8;
        assert_eq!(judge.front(&row, 1, &id_alone), [Discrepancy::PieceId]);
        assert_eq!(
            judge.front(&row, 1, &Marks::default()),
            [Discrepancy::NoMark]
        );
    }
}
