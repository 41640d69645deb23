//! Words as outlines: they need no font in the page that they are drawn on.

use std::fmt::Write;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, MetadataProvider};

/// Writes the outlines of a text as a path, its base line beginning at (x, y), in points. The caller fills or strokes it.
pub(super) fn outline(text: &str, points: f64, [x, y]: [f64; 2], out: &mut String) {
    let Ok(font) = FontRef::new(notosans::REGULAR_TTF) else {
        return; // It comes with the program.
    };
    #[expect(clippy::cast_possible_truncation, reason = "sizes of type")]
    let size = Size::new(points as f32);
    let widths = font.glyph_metrics(size, LocationRef::default());
    let glyphs = font.outline_glyphs();
    let mut pen = Pen {
        out,
        x,
        y,
        at: [0.0; 2],
    };
    for character in text.chars() {
        let glyph = font.charmap().map(character).unwrap_or_default();
        if let Some(outline) = glyphs.get(glyph) {
            let settings = DrawSettings::unhinted(size, LocationRef::default());
            let _ = outline.draw(settings, &mut pen); // A glyph that cannot be drawn is left out.
        }
        pen.x += f64::from(widths.advance_width(glyph).unwrap_or_default());
    }
}

/// How wide a text is, in points.
pub(super) fn width(text: &str, points: f64) -> f64 {
    let Ok(font) = FontRef::new(notosans::REGULAR_TTF) else {
        return 0.0;
    };
    #[expect(clippy::cast_possible_truncation, reason = "sizes of type")]
    let widths = font.glyph_metrics(Size::new(points as f32), LocationRef::default());
    let of = |c| widths.advance_width(font.charmap().map(c).unwrap_or_default());
    text.chars().filter_map(of).map(f64::from).sum()
}

struct Pen<'o> {
    out: &'o mut String,
    x: f64,
    y: f64,
    /// The current point, before it is moved.
    at: [f64; 2],
}

impl Pen<'_> {
    fn put(&mut self, points: &[[f64; 2]], operator: &str) {
        for [x, y] in points {
            let _ = write!(self.out, "{:.2} {:.2} ", x + self.x, y + self.y);
        }
        self.out.push_str(operator);
        self.out.push('\n');
        self.at = points.last().copied().unwrap_or(self.at);
    }
}

impl OutlinePen for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.put(&[[x.into(), y.into()]], "m");
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.put(&[[x.into(), y.into()]], "l");
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        // A quadratic curve as a cubic one: its control points lie two thirds of the way to the one it has.
        let (control, end) = ([f64::from(cx), f64::from(cy)], [f64::from(x), f64::from(y)]);
        let towards = |from: [f64; 2]| {
            let [fx, fy] = from;
            [
                fx + (control[0] - fx) * 2.0 / 3.0,
                fy + (control[1] - fy) * 2.0 / 3.0,
            ]
        };
        self.put(&[towards(self.at), towards(end), end], "c");
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let point = |x: f32, y: f32| [f64::from(x), f64::from(y)];
        self.put(&[point(ax, ay), point(bx, by), point(x, y)], "c");
    }

    fn close(&mut self) {
        self.put(&[], "h");
    }
}
