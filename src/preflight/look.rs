//! The cheap look at a page: the interpreter draws on [`Look`], which keeps boxes instead of ink.
//!
//! In: one page, its place on the sheet, the places that must stay empty. Out: [`Seen`]. What always holds: whatever a
//! renderer would paint lies within the boxes that were looked at, so a place that no box touches is empty. A box may be
//! larger than its ink; then the page is rendered ([`ink`](super::ink)). White paint is no ink where it cannot darken.

use hashbrown::{HashMap, HashSet};

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::pattern::{Pattern, TilingPattern};
use hayro::hayro_interpret::{
    BlendMode, CacheKey, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint,
    SoftMask,
};
use hayro::kurbo::{Affine, BezPath, Rect};

use super::area::Area;
use super::cost::{dashes, reach, tiles};
use super::ink::{INK_MIN, Place, area_of};
use super::letters::{Drawn, Letters};
use super::stage::Budget;

/// Colours nearer to grey than this are grey; profiles round.
const GREY_SLACK: f32 = 0.02;
/// A stroke is drawn at least this wide, in dots.
const HAIRLINE_DOTS: f64 = 1.0;
/// Soft masks of one page; each is a picture of the whole page.
const MASKS_MAX: usize = 200;

/// What was seen on a page.
#[derive(Default)]
pub(super) struct Seen {
    /// For each place: whether something may be printed in it.
    pub(super) touched: Vec<bool>,
    /// Text where it matters.
    pub(super) letters: Letters,
    pub(super) colour: bool,
    pub(super) alpha: bool,
    pub(super) blend: bool,
    pub(super) mask: bool,
    pub(super) hidden_text: Option<Area>,
    pub(super) white_text: Option<Area>,
    pub(super) tiny_text: Option<Area>,
    pub(super) text_outside: bool,
}

/// A device that looks.
pub(super) struct Look<'p, 'b> {
    pub(super) seen: Seen,
    places: &'p [Place],
    page: Rect,
    clips: Vec<Rect>,
    budget: &'b mut Budget,
    outlines: HashMap<u128, Rect>,
    masks: HashSet<u128>,
    patterns: HashMap<u128, u64>,
    tiny_dots: f64,
    /// Within masks and patterns, which are counted but draw no ink of their own.
    silent: u32,
}

impl<'p, 'b> Look<'p, 'b> {
    /// A look at a page of so many dots. `letters` says where text matters.
    pub(super) fn new(
        page: Rect,
        places: &'p [Place],
        letters: Letters,
        tiny_dots: f64,
        budget: &'b mut Budget,
    ) -> Self {
        Self {
            seen: Seen {
                touched: vec![false; places.len()],
                letters,
                ..Seen::default()
            },
            places,
            page,
            clips: Vec::new(),
            budget,
            outlines: HashMap::new(),
            masks: HashSet::new(),
            patterns: HashMap::new(),
            tiny_dots,
            silent: 0,
        }
    }

    fn clip(&self) -> Rect {
        self.clips.last().copied().unwrap_or(self.page)
    }

    fn push(&mut self, path: Rect) {
        self.budget.draw(1);
        self.clips.push(self.clip().intersect(path));
    }

    /// Something that may be ink lies within this box.
    fn ink(&mut self, found: Rect) {
        if self.silent > 0 {
            return;
        }
        let found = match found.is_finite() {
            true => found,
            false => self.page,
        };
        // A line without width is still drawn.
        let found = found.inflate(0.05, 0.05).intersect(self.clip());
        if found.width() <= 0.0 || found.height() <= 0.0 {
            return;
        }
        for (place, touched) in self.places.iter().zip(&mut self.seen.touched) {
            *touched = *touched || place.may_be_touched(found);
        }
    }

    /// Whether this paint can leave ink; what it says about the page is kept.
    fn leaves_ink(&mut self, paint: &Paint<'_>, blend: BlendMode) -> bool {
        match paint {
            Paint::Pattern(_) => true,
            Paint::Color(colour) => {
                let [red, green, blue, alpha] = colour.to_rgba().components();
                if alpha <= 0.0 {
                    return false;
                }
                self.seen.alpha |= alpha < 1.0;
                let (low, high) = (red.min(green).min(blue), red.max(green).max(blue));
                self.seen.colour |= high - low > GREY_SLACK;
                low * 255.0 < f32::from(INK_MIN) || !harmless(blend)
            }
        }
    }

    fn properties<'a>(&mut self, mask: Option<&SoftMask<'a>>, blend: BlendMode) {
        self.seen.blend |= blend != BlendMode::Normal;
        if let Some(mask) = mask {
            self.mask(mask);
        }
    }

    fn mask<'a>(&mut self, mask: &SoftMask<'a>) {
        self.seen.mask = true;
        if self.masks.len() < MASKS_MAX && self.masks.insert(mask.cache_key()) {
            self.budget
                .paint((self.page.width() * self.page.height()) as u64);
            self.silently(|look| mask.interpret(look));
        } else if self.masks.len() >= MASKS_MAX && !self.masks.contains(&mask.cache_key()) {
            self.budget.paint(u64::MAX);
        }
    }

    fn silently(&mut self, work: impl FnOnce(&mut Self)) {
        let clips = std::mem::take(&mut self.clips);
        self.silent += 1;
        work(self);
        self.silent -= 1;
        self.clips = clips;
    }

    /// Counts what a paint other than a plain colour costs where it fills `area`.
    fn pattern(&mut self, paint: &Paint<'_>, area: Rect, is_stroke: bool) {
        let Paint::Pattern(pattern) = paint else {
            return;
        };
        let area = area.intersect(self.page);
        self.budget.paint((area.area().max(0.0) as u64).max(1));
        match &**pattern {
            Pattern::Shading(shading) => {
                self.seen.colour = true; // Its colours are not looked at one by one.
                self.seen.alpha |= shading.opacity < 1.0;
            }
            Pattern::Tiling(tiling) => {
                self.seen.alpha |= tiling.opacity < 1.0;
                self.tiling(tiling, area, is_stroke);
            }
        }
    }

    fn tiling(&mut self, tiling: &TilingPattern<'_>, area: Rect, is_stroke: bool) {
        let (cells, pixels) = tiles(tiling, area);
        self.budget.paint(pixels);
        let key = tiling.cache_key();
        let cell = match self.patterns.get(&key) {
            Some(&cell) => cell,
            None => {
                let before = *self.budget;
                self.silently(|look| {
                    tiling.interpret(look, tiling.matrix, is_stroke);
                });
                let cell = self.budget.drawn_since(&before);
                self.patterns.insert(key, cell);
                cell
            }
        };
        self.budget
            .draw(cell.saturating_add(1).saturating_mul(cells));
    }

    fn path(&mut self, path: &BezPath, props: &DrawProps<'_>, mode: &DrawMode) {
        let elements = path.elements().len() as u64;
        self.budget.draw(elements.max(1));
        self.properties(props.soft_mask.as_ref(), props.blend_mode);
        let (stroke, is_stroke) = match mode {
            DrawMode::Invisible => return,
            DrawMode::Fill(_) => (None, false),
            DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke) => (Some(stroke), true),
        };
        let mut found = path.control_box();
        if let Some(stroke) = stroke {
            self.budget.draw(dashes(path, stroke));
            let width = reach(stroke, path.elements().len());
            found = found.inflate(width, width);
        }
        let mut found = props.transform.transform_rect_bbox(found);
        if is_stroke {
            found = found.inflate(HAIRLINE_DOTS, HAIRLINE_DOTS);
        }
        self.pattern(&props.paint, found, is_stroke);
        if self.leaves_ink(&props.paint, props.blend_mode) {
            self.ink(found);
        }
    }

    fn outline(&mut self, glyph: &Glyph<'_>) -> Rect {
        let Glyph::Outline(outline) = glyph else {
            return Rect::ZERO;
        };
        let key = outline.identifier().cache_key();
        if let Some(&known) = self.outlines.get(&key) {
            return known;
        }
        let path = outline.outline();
        self.budget.draw(path.elements().len() as u64);
        let found = match path.is_empty() {
            true => Rect::ZERO,
            false => path.control_box(),
        };
        self.outlines.insert(key, found);
        found
    }

    fn glyph<'a>(&mut self, glyph: &Glyph<'a>, at: Affine, props: &DrawProps<'a>, mode: &DrawMode) {
        self.budget.draw(1);
        let outline = self.outline(glyph);
        let place = props.transform * at;
        let hidden = matches!(mode, DrawMode::Invisible);
        let (found, stroke) = match (glyph, mode) {
            (Glyph::Outline(_), DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke)) => {
                let width = reach(stroke, 3);
                let found = at.transform_rect_bbox(outline).inflate(width, width);
                (props.transform.transform_rect_bbox(found), true)
            }
            (Glyph::Outline(_), _) => (place.transform_rect_bbox(outline), false),
            (Glyph::Type3(_), _) => (Rect::ZERO, false),
        };
        let paints = !hidden && self.leaves_ink(&props.paint, props.blend_mode);
        match glyph {
            Glyph::Outline(_) if !hidden && outline.area() > 0.0 => {
                self.pattern(&props.paint, found, stroke);
                if paints {
                    self.ink(found);
                }
            }
            Glyph::Outline(_) => {}
            Glyph::Type3(type3) => {
                if !hidden {
                    type3.interpret(self, props.transform, at, &props.paint);
                }
            }
        }
        self.text(glyph, place, found, outline, hidden, paints);
    }

    fn text(
        &mut self,
        glyph: &Glyph<'_>,
        place: Affine,
        found: Rect,
        outline: Rect,
        hidden: bool,
        paints: bool,
    ) {
        if self.silent > 0 {
            return;
        }
        let is_type3 = matches!(glyph, Glyph::Type3(_));
        let blank = !is_type3 && outline.area() <= 0.0;
        let [a, b, c, d, ..] = place.as_coeffs();
        let size = c.hypot(d).max(a.hypot(b)) * 1000.0; // Outlines have 1000 units in an em.
        // Where the glyph has no outline of its own, its em stands for it.
        let bounds = match is_type3 || blank {
            true => place.transform_rect_bbox(Rect::new(0.0, 0.0, 500.0, 700.0)),
            false => found,
        };
        let clip = self.clip();
        let inside = bounds.overlaps(clip);
        if !blank {
            let area = area_of(bounds.intersect(self.page));
            let join = |known: Option<Area>| known.map_or(area, |known| known.around(&area));
            match bounds.overlaps(self.page) {
                false => self.seen.text_outside = true,
                true if hidden => self.seen.hidden_text = Some(join(self.seen.hidden_text)),
                true if !paints && !is_type3 => {
                    self.seen.white_text = Some(join(self.seen.white_text));
                }
                true if size < self.tiny_dots && inside && !is_type3 => {
                    self.seen.tiny_text = Some(join(self.seen.tiny_text));
                }
                true => {}
            }
        }
        if self.seen.letters.wants(bounds) {
            let advance = match glyph {
                Glyph::Outline(outline) => outline.advance_width(),
                Glyph::Type3(_) => None,
            };
            let drawn = Drawn {
                shown: paints && inside,
                hidden,
                blank,
            };
            self.seen.letters.add(glyph, place, bounds, advance, drawn);
        }
    }
}

impl<'a> Device<'a> for Look<'_, '_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, draw_mode: &DrawMode) {
        self.path(path, &props, draw_mode);
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        self.budget.draw(clip_path.path.elements().len() as u64);
        self.push(clip_path.path.control_box());
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        self.push(*rect);
    }

    fn push_transparency_group(
        &mut self,
        opacity: f32,
        mask: Option<SoftMask<'a>>,
        blend_mode: BlendMode,
    ) {
        self.budget.draw(16); // A layer costs more than a line.
        self.seen.alpha |= opacity < 1.0;
        self.properties(mask.as_ref(), blend_mode);
    }

    fn draw_glyph_run(
        &mut self,
        glyph_run: &GlyphRun<'_, 'a>,
        props: DrawProps<'a>,
        draw_mode: &DrawMode,
    ) {
        self.properties(props.soft_mask.as_ref(), props.blend_mode);
        for glyph in glyph_run.glyphs() {
            self.glyph(glyph, glyph.transform(), &props, draw_mode);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (width, height) = (image.width(), image.height());
        self.budget.draw(1);
        self.budget.paint(u64::from(width) * u64::from(height));
        self.properties(props.soft_mask.as_ref(), props.blend_mode);
        let found = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let found = props.transform.transform_rect_bbox(found);
        if let Image::Raster(raster) = &image {
            self.seen.colour |= super::picture::may_be_coloured(raster.stream());
        }
        self.ink(found.inflate(HAIRLINE_DOTS, HAIRLINE_DOTS));
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {}
}

/// Modes in which white paint never makes anything darker.
fn harmless(blend: BlendMode) -> bool {
    !matches!(
        blend,
        BlendMode::Difference
            | BlendMode::Exclusion
            | BlendMode::Hue
            | BlendMode::Saturation
            | BlendMode::Color
            | BlendMode::Luminosity
    )
}
