//! What drawing something costs and how far it reaches, told from its parameters.

use hayro::hayro_interpret::StrokeProps;
use hayro::hayro_interpret::pattern::TilingPattern;
use hayro::hayro_interpret::shading::ShadingType;
use hayro::hayro_interpret::util::x_y_advances;
use hayro::kurbo::{Affine, BezPath, Join, PathEl, Point, Rect};

/// How far a stroke reaches out of its path, in the units of the path.
pub(super) fn reach(stroke: &StrokeProps, elements: usize) -> f64 {
    let half = f64::from(stroke.line_width.abs()) / 2.0;
    let corner = match stroke.line_join {
        Join::Miter if elements > 2 => f64::from(stroke.miter_limit).max(1.5),
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

/// A dot of a mesh costs as many others: it is worked out and kept by itself.
const DOTS_A_MESH_DOT: f64 = 200.0;
/// A patch of a mesh costs as many dots: it is cut into some 700 triangles.
const DOTS_A_PATCH: f64 = 500_000.0;

/// Dots that a mesh costs beyond those that it fills. `place` leads to dots; the mesh is worked out beyond the page too.
pub(super) fn mesh(shading: &ShadingType, place: Affine) -> u64 {
    let area = |points: &[Point]| {
        let first = points.first().copied().unwrap_or_default();
        let bounds = points
            .iter()
            .fold(Rect::from_points(first, first), |b, p| b.union_pt(*p));
        let bounds = place.transform_rect_bbox(bounds).intersect(WORKED_OUT);
        (bounds.width().ceil() + 1.0) * (bounds.height().ceil() + 1.0) * DOTS_A_MESH_DOT
    };
    let dots: f64 = match shading {
        ShadingType::TriangleMesh { triangles, .. } => triangles
            .iter()
            .map(|t| area(&[t.p0.point, t.p1.point, t.p2.point]))
            .sum(),
        ShadingType::CoonsPatchMesh { patches, .. } => patches
            .iter()
            .map(|patch| DOTS_A_PATCH + area(&patch.control_points))
            .sum(),
        ShadingType::TensorProductPatchMesh { patches, .. } => patches
            .iter()
            .map(|patch| DOTS_A_PATCH + area(&patch.control_points))
            .sum(),
        ShadingType::FunctionBased { .. }
        | ShadingType::RadialAxial { .. }
        | ShadingType::Dummy => 0.0,
    };
    dots as u64 // As a float a count that is not finite becomes the largest.
}

/// Where dots of a mesh are worked out.
const WORKED_OUT: Rect = Rect::new(0.0, 0.0, 65_535.0, 65_535.0);

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
