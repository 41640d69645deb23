//! Draws the bars of an OMR code with path fills.

use std::io::Write;

use super::{Omr, Sheet};

const MM: f64 = 72.0 / 25.4;
const A4_HEIGHT_MM: f64 = 297.0;

/// Draws codes at the place that the profile names.
pub(in crate::spool) struct Bars {
    omr: Omr,
    /// The white they stand on.
    ground: String,
    /// The bar of each position.
    bars: Vec<String>,
}

impl Bars {
    pub(in crate::spool) fn new(omr: &Omr) -> Self {
        let zone = omr.clear_zone();
        let boxed = |x: f64, top: f64, width: f64, height: f64| {
            let bottom = A4_HEIGHT_MM - top - height;
            let [x, y, width, height] = [x, bottom, width, height].map(|mm| mm * MM);
            format!("{x:.3} {y:.3} {width:.3} {height:.3} re\n")
        };
        let bar = |position| {
            let top = omr.middle_mm(position) - omr.thickness_mm / 2.0;
            boxed(omr.x_mm, top, omr.length_mm, omr.thickness_mm)
        };
        Self {
            ground: boxed(zone.x_mm, zone.y_mm, zone.width_mm, zone.height_mm),
            bars: (0..omr.positions.len()).map(bar).collect(),
            omr: omr.clone(),
        }
    }

    /// Content that draws the code of a sheet. `matrix` leads from the upright A4 page, origin at its lower left corner, to
    /// the page's own coordinates; empty where they are the same.
    pub(in crate::spool) fn paint(&self, out: &mut Vec<u8>, sheet: &Sheet, matrix: &str) {
        out.extend_from_slice(b"q ");
        if !matrix.is_empty() {
            let _ = write!(out, "{matrix} cm "); // Into memory: cannot fail.
        }
        out.extend_from_slice(b"1 g ");
        out.extend_from_slice(self.ground.as_bytes());
        out.extend_from_slice(b"f 0 g\n");
        let set = self.omr.bars(sheet);
        for (bar, n) in self.bars.iter().zip(0..) {
            if set >> n & 1 == 1 {
                out.extend_from_slice(bar.as_bytes());
            }
        }
        out.extend_from_slice(b"f Q\n");
    }
}
