//! What drawing something costs and how far it reaches, told from its parameters.

use hayro::hayro_interpret::StrokeProps;
use hayro::hayro_interpret::pattern::TilingPattern;
use hayro::hayro_interpret::util::x_y_advances;
use hayro::kurbo::{BezPath, Join, PathEl, Rect};

/// How far a stroke reaches out of its path, in the units of the path.
pub(super) fn reach(stroke: &StrokeProps, elements: usize) -> f64 {
    let half = f64::from(stroke.line_width.abs()) / 2.0;
    let corner = match stroke.line_join {
        Join::Miter if elements > 2 => f64::from(stroke.miter_limit.clamp(1.5, 100.0)),
        _ => 1.5, // The corner of a square cap.
    };
    half * corner
}

/// Dashes that a stroke has.
pub(super) fn dashes(path: &BezPath, stroke: &StrokeProps) -> u64 {
    let period: f64 = stroke.dash_array.iter().map(|&n| f64::from(n.abs())).sum();
    if stroke.dash_array.is_empty() {
        return 0;
    }
    let mut length = 0.0;
    let mut last = None;
    for element in path.elements() {
        let points = match *element {
            PathEl::MoveTo(p) => {
                last = Some(p);
                continue;
            }
            PathEl::LineTo(p) => [p, p, p],
            PathEl::QuadTo(a, p) => [a, p, p],
            PathEl::CurveTo(a, b, p) => [a, b, p],
            PathEl::ClosePath => continue,
        };
        for point in points {
            length += last.map_or(0.0, |last| point.distance(last));
            last = Some(point);
        }
    }
    // Closed paths are at most twice as long. As a float a count that is not finite becomes the largest.
    (length * 2.0 / period.max(f64::MIN_POSITIVE) * stroke.dash_array.len() as f64) as u64
}

/// How often the cell of a pattern is drawn for an area, and into how many pixels.
pub(super) fn tiles(tiling: &TilingPattern<'_>, area: Rect) -> (u64, u64) {
    let area = tiling.matrix.inverse().transform_rect_bbox(area);
    let (x, y) = x_y_advances(&tiling.matrix);
    let axis = |cell: (f64, f64), step: f32, seen: (f64, f64), scale: f64| {
        let step = f64::from(step.abs()).max(f64::MIN_POSITIVE);
        let (width, visible) = (cell.1 - cell.0, (seen.1 - seen.0).max(0.0));
        match visible >= step {
            true => ((width / step).ceil() + 1.0, step * scale + 1.0),
            false => ((width + visible) / step + 2.0, visible * scale + 2.0),
        }
    };
    let cell = tiling.bbox;
    let across = axis(
        (cell.x0, cell.x1),
        tiling.x_step,
        (area.x0, area.x1),
        x.length(),
    );
    let down = axis(
        (cell.y0, cell.y1),
        tiling.y_step,
        (area.y0, area.y1),
        y.length(),
    );
    let most = |n: f64| match n.is_finite() {
        true => n.max(1.0) as u64,
        false => u64::MAX,
    };
    (most(across.0 * down.0), most(across.1 * down.1))
}
