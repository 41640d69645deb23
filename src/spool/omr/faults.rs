//! What is wrong with an OMR code: places that no inserter reads, and keys or bars that say nothing.

use super::{BESIDE_MM, Omr, Position, Read, SHEET_MM};
use crate::preflight::Area;
use crate::spool::options::{Collation, Insert, MarkKind, Options, OptionsError};

/// Places of a code (`facts/print.md` §4.3).
const POSITIONS_MAX: usize = 24;
/// From the upper edge of the first bar to the lower edge of the last (§4.3).
const LENGTH_MM_MAX: f64 = 70.0;
/// From the leading edge of the sheet to the first bar (§4.3).
const LEAD_MM: f64 = 20.0;
/// From the last bar to the trailing edge (§4.3).
const TRAIL_MM: f64 = 30.0;
/// Bars and the white beside them stay in the strip that no letter prints in (§8).
const STRIP_MM: f64 = 18.0;
/// Height of the strip that a plant keeps for itself (§8).
const NEVER_PRINTED_MM: (f64, f64) = (95.0, 175.0);
/// Marks of a wrap-around sequence, and of a match code (§4.3).
const BITS_MAX: u8 = 6;

impl Omr {
    /// Every value that no inserter can read (`facts/print.md` §4.3); `elsewhere` is what other things cover.
    pub(in crate::spool) fn faults(&self, elsewhere: &[Area]) -> Vec<OptionsError> {
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
        let places = self.positions.len();
        ask(
            (2..=POSITIONS_MAX).contains(&places),
            "omr.positions",
            format!("a list of {places}"),
            "2 to 24 positions, or a `layout` that has them",
        );
        let repeated = self.positions.iter().enumerate().find(|(i, position)| {
            let before = self.positions.get(..*i).unwrap_or_default();
            !position.may_repeat() && before.contains(position)
        });
        ask(
            repeated.is_none(),
            "omr.positions",
            repeated.map_or(String::new(), |(_, p)| format!("with \"{p}\" twice")),
            "each once; \"safety\", \"retiming\" and \"blank\" as often as needed",
        );
        for (name, of) in [
            ("sequence", Position::sequence as fn(&Position) -> _),
            ("match", Position::matched),
        ] {
            let highest = self.positions.iter().filter_map(of).max().unwrap_or(0);
            let count = self.count(|p| of(p).is_some());
            ask(
                highest == count && count <= BITS_MAX,
                "omr.positions",
                format!("with {count} of \"{name}-…\", the highest of them {highest}"),
                "-1 to at most -6 without a gap",
            );
        }
        ask(
            self.sequence.zero || self.count(|p| p.sequence().is_some()) != 1,
            "omr.sequence.zero",
            "false, with one bit".into(),
            "true, or a sequence of at least two bits",
        );
        for (field, mm, least, most, allowed) in [
            (
                "omr.thickness_mm",
                self.thickness_mm,
                0.35,
                0.7,
                "0.35 to 0.7",
            ),
            (
                "omr.length_mm",
                self.length_mm,
                10.0,
                12.0,
                "10 to 12: with 3 mm of white on each side 18 mm have room for no more",
            ),
            ("omr.pitch_mm", self.pitch_mm, 2.54, 10.0, "2.54 to 10"),
            (
                "omr.x_mm",
                self.x_mm,
                BESIDE_MM,
                8.0,
                "3 or more, with bars that end 3 mm within the left 18 mm of the sheet",
            ),
        ] {
            ask((least..=most).contains(&mm), field, mm.to_string(), allowed);
        }
        let (code, zone) = (self.code(), self.clear_zone());
        ask(
            zone.right() <= STRIP_MM + 1e-9,
            "omr.x_mm",
            format!("{}: white is needed up to {:.2}", self.x_mm, zone.right()),
            "bars that end 3 mm within the left 18 mm of the sheet",
        );
        ask(
            code.height_mm <= LENGTH_MM_MAX,
            "omr.pitch_mm",
            format!(
                "{}: the code is {:.1} mm long",
                self.pitch_mm, code.height_mm
            ),
            "a code of at most 70 mm",
        );
        let (from, to) = NEVER_PRINTED_MM;
        // The first position leads.
        let (upper, lower, allowed) = match self.read {
            Read::Down => (
                LEAD_MM,
                TRAIL_MM,
                "a code at least 20 mm from the upper and 30 mm from the lower edge, outside y 95 to 175 mm",
            ),
            Read::Up => (
                TRAIL_MM,
                LEAD_MM,
                "with `read` \"up\": a code at least 30 mm from the upper and 20 mm from the lower edge, outside y 95 to 175 mm",
            ),
        };
        ask(
            code.y_mm >= upper
                && code.bottom() <= SHEET_MM.1 - lower
                && (code.bottom() <= from || code.y_mm >= to),
            "omr.y_mm",
            format!("{}: the code is at {code}", self.y_mm),
            allowed,
        );
        let met = elsewhere.iter().find(|area| area.meets(&zone));
        ask(
            met.is_none(),
            "omr.y_mm",
            met.map_or(String::new(), |area| {
                format!("{}: its white meets {area}", self.y_mm)
            }),
            "3 mm of white beside, 20 mm above and below the code: no mark and no box of [print.pdf] there",
        );
        faults
    }

    /// Every key that says nothing with these positions, and every job that these positions cannot serve. A layout file beside
    /// a part is not asked for this: its sheets are printed.
    pub(in crate::spool) fn idle(&self, options: &Options) -> Vec<OptionsError> {
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
        let has = |position| self.positions.contains(&position);
        ask(
            self.divert.is_empty() || has(Position::Divert),
            "omr.divert",
            "a list, and no position is \"divert\"".into(),
            "a list only with that position: else none of these pieces is taken out",
        );
        ask(
            self.batch_every == 0 || has(Position::Batch),
            "omr.batch_every",
            format!("{}, and no position is \"batch\"", self.batch_every),
            "0, or that position",
        );
        ask(
            self.collation
                .is_none_or(|collation| collation == options.collation),
            "collation",
            format!("\"{}\"", options.collation.name()),
            match self.collation {
                Some(Collation::Reverse) => {
                    "\"reverse\" with this `omr.layout`; for a machine that is set up otherwise write its positions out"
                }
                _ => {
                    "\"forward\" with this `omr.layout`; for a machine that is set up otherwise write its positions out"
                }
            },
        );
        if options.mark.kind == MarkKind::DataMatrix {
            return faults; // It tells pieces apart, and names stations.
        }
        let ends = [
            Position::End,
            Position::NotEnd,
            Position::Begin,
            Position::NotBegin,
        ];
        ask(
            has(Position::Start) && ends.into_iter().any(has),
            "omr.positions",
            "without what tells one piece from the next".into(),
            "with `mark.kind` \"none\": \"start\", and one of \"end\", \"not-end\", \"begin\", \"not-begin\"",
        );
        for Insert { name, station, .. } in &options.inserts {
            ask(
                has(Position::Feeder(*station)),
                "omr.positions",
                format!("without \"feeder-{station}\", where insert `{name}` lies"),
                "with `mark.kind` \"none\": a feeder for the station of each insert",
            );
        }
        faults
    }
}
