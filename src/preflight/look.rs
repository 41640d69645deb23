//! The cheap look at a page: the interpreter draws on [`Look`], which keeps boxes instead of ink.
//!
//! In: one page, its place on the sheet, the places that must stay empty. Out: [`Seen`]. What always holds: whatever a
//! renderer would paint lies within the boxes that were looked at, so a place that no box touches is empty. A box may be
//! larger than its ink; then the page is rendered ([`ink`](super::ink)). White paint is no ink where it cannot darken.

use hashbrown::{HashMap, HashSet};

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::pattern::{Pattern, TilingPattern};
use hayro::hayro_interpret::{
    BlendMode, CacheKey, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint,
    SoftMask,
};
use hayro::kurbo::{BezPath, Rect, Shape};

use super::area::Area;
use super::cost::{dashes, mesh, reach, tiles};
use super::ink::{DPI, Place};
use super::letters::Letters;
use super::pane::Pane;
use super::reach::Cost;
use super::rules::Rules;
use super::stage::Budget;

mod text;

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
    /// The window, if this page has one.
    pub(super) pane: Option<Pane>,
}

/// What is left of the page by a clip.
#[derive(Clone, Copy)]
struct Clip {
    around: Rect,
    /// Whether all of the box is left.
    is_box: bool,
}

/// A group of what is painted together.
#[derive(Clone, Copy)]
struct Group {
    /// White in it can darken what lies below.
    darkens: bool,
    /// What is in it does not simply cover what lies below.
    veils: bool,
    /// Nothing of it is seen.
    is_gone: bool,
}

/// A device that looks.
pub(super) struct Look<'p, 'b> {
    pub(super) seen: Seen,
    places: &'p [Place],
    page: Rect,
    clips: Vec<Clip>,
    groups: Vec<Group>,
    budget: &'b mut Budget,
    outlines: HashMap<u128, Rect>,
    masks: HashSet<u128>,
    patterns: HashMap<u128, u64>,
    tiny_dots: f64,
    ink_below: u8,
    cost: Cost,
    /// Within a Type 3 glyph: the box around what it paints.
    glyph_ink: Option<Rect>,
    /// Type 3 glyphs within each other.
    glyphs: u32,
    /// Within masks and patterns, which are counted but draw no ink of their own.
    silent: u32,
}

impl<'p, 'b> Look<'p, 'b> {
    /// A look at a page of so many dots. `text` says where text matters, and has the window.
    pub(super) fn new(
        page: Rect,
        places: &'p [Place],
        text: (Letters, Option<Pane>),
        rules: &Rules,
        cost: Cost,
        budget: &'b mut Budget,
    ) -> Self {
        let (letters, pane) = text;
        Self {
            seen: Seen {
                touched: vec![false; places.len()],
                letters,
                pane,
                ..Seen::default()
            },
            places,
            page,
            clips: Vec::new(),
            groups: Vec::new(),
            budget,
            outlines: HashMap::new(),
            masks: HashSet::new(),
            patterns: HashMap::new(),
            tiny_dots: rules.tiny_text_pt * DPI / 72.0,
            ink_below: rules.ink_below,
            cost,
            glyph_ink: None,
            glyphs: 0,
            silent: 0,
        }
    }

    fn clip(&self) -> Clip {
        let page = Clip {
            around: self.page,
            is_box: true,
        };
        self.clips.last().copied().unwrap_or(page)
    }

    fn push(&mut self, path: Rect, is_box: bool) {
        self.budget.draw(1);
        let clip = self.clip();
        self.clips.push(Clip {
            around: clip.around.intersect(path),
            is_box: is_box && clip.is_box,
        });
    }

    fn is_gone(&self) -> bool {
        self.groups.iter().any(|group| group.is_gone)
    }

    /// Something is painted within this box; where it is no ink it is white.
    fn paint(&mut self, found: Rect, is_ink: bool) {
        if is_ink {
            self.ink(found);
        }
        if self.silent > 0 || self.is_gone() {
            return;
        }
        let found = match found.is_finite() {
            true => found.intersect(self.clip().around),
            false => self.page,
        };
        if found.width() < 0.0 || found.height() < 0.0 {
            return;
        }
        if self.glyphs > 0 {
            let known = self.glyph_ink;
            self.glyph_ink = Some(known.map_or(found, |known| known.union(found)));
        } else if let Some(pane) = &mut self.seen.pane {
            pane.paint(found, is_ink);
        }
    }

    /// Something that may be ink lies within this box.
    fn ink(&mut self, found: Rect) {
        if self.silent > 0 || self.is_gone() {
            return;
        }
        let found = match found.is_finite() {
            true => found,
            false => self.page,
        };
        // A line without width is still drawn.
        let found = found.inflate(0.05, 0.05).intersect(self.clip().around);
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
                let darkens = !harmless(blend) || self.groups.iter().any(|group| group.darkens);
                low * 255.0 < f32::from(self.ink_below) || darkens
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
        let dots = (area.area().max(0.0) as u64).max(1);
        self.budget.paint(dots);
        match &**pattern {
            Pattern::Shading(shading) => {
                self.budget
                    .paint(dots.saturating_mul(self.cost.dots_a_dot - 1));
                self.budget
                    .paint(mesh(&shading.shading.shading_type, shading.matrix));
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
        let is_ink = self.leaves_ink(&props.paint, props.blend_mode);
        if !is_clear(&props.paint) {
            self.paint(found, is_ink);
        }
    }
}

impl<'a> Device<'a> for Look<'_, '_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, draw_mode: &DrawMode) {
        self.path(path, &props, draw_mode);
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        self.budget.draw(clip_path.path.elements().len() as u64);
        let around = clip_path.path.control_box();
        let is_box = (clip_path.path.area().abs() - around.area()).abs() < 1.0; // Of a dot.
        self.push(around, is_box);
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        self.push(*rect, true);
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
        self.groups.push(Group {
            darkens: !harmless(blend_mode),
            is_gone: opacity <= 0.0,
            veils: opacity < 1.0 || mask.is_some() || blend_mode != BlendMode::Normal,
        });
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
        self.budget.paint(super::picture::mask_pixels(&image));
        self.properties(props.soft_mask.as_ref(), props.blend_mode);
        let found = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let found = props.transform.transform_rect_bbox(found);
        if let Image::Raster(raster) = &image {
            self.seen.colour |= super::picture::may_be_coloured(raster.stream());
        }
        self.paint(found.inflate(HAIRLINE_DOTS, HAIRLINE_DOTS), true);
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }
}

/// Whether this paint leaves nothing at all, not even white.
fn is_clear(paint: &Paint<'_>) -> bool {
    matches!(paint, Paint::Color(colour) if colour.to_rgba().components()[3] <= 0.0)
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
