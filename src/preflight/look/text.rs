//! Letters, as they are drawn.

use hayro::hayro_interpret::font::Glyph;
use hayro::hayro_interpret::{BlendMode, DrawMode, DrawProps, Paint};
use hayro::kurbo::{Affine, Rect};

use super::super::area::Area;
use super::super::cost::reach;
use super::super::ink::area_of;
use super::super::letters::Drawn;
use super::Look;

/// A letter lighter than this, or more transparent, is not read from an envelope with certainty.
const DARK_MAX: f32 = 0.6;
const OPAQUE_MIN: f32 = 0.9;
/// Boxes of letters and clips are rounded by so many dots.
const CLIP_SLACK_DOTS: f64 = 2.0;

impl Look<'_, '_> {
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

    pub(super) fn glyph<'a>(
        &mut self,
        glyph: &Glyph<'a>,
        at: Affine,
        props: &DrawProps<'a>,
        mode: &DrawMode,
    ) {
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
                match self.glyphs > 0 {
                    true => self.paint(found, paints),
                    false if paints => self.ink(found),
                    false => {}
                }
            }
            Glyph::Outline(_) => {}
            Glyph::Type3(type3) => {
                if !hidden {
                    self.glyphs += 1;
                    type3.interpret(self, props.transform, at, &props.paint);
                    self.glyphs -= 1;
                }
            }
        }
        if self.glyphs > 0 {
            return; // A glyph that draws glyphs is one.
        }
        let drawn = self
            .glyph_ink
            .take()
            .filter(|_| matches!(glyph, Glyph::Type3(_)));
        let found = drawn.unwrap_or(found);
        let is_plain = paints && self.is_plain(props, found);
        self.text(
            glyph,
            place,
            (found, drawn.is_some()),
            outline,
            hidden,
            (paints, is_plain),
        );
    }

    /// Whether what is painted so within this box covers what lies below, dark and whole.
    fn is_plain(&self, props: &DrawProps<'_>, found: Rect) -> bool {
        let Paint::Color(colour) = &props.paint else {
            return false;
        };
        let [red, green, blue, alpha] = colour.to_rgba().components();
        let light = 0.3 * red + 0.6 * green + 0.1 * blue;
        let clip = self.clip();
        let around = clip.around.inflate(CLIP_SLACK_DOTS, CLIP_SLACK_DOTS);
        light <= DARK_MAX
            && alpha >= OPAQUE_MIN
            && props.soft_mask.is_none()
            && props.blend_mode == BlendMode::Normal
            && !self.groups.iter().any(|group| group.veils)
            && clip.is_box
            && around.contains_rect(found)
    }

    fn text(
        &mut self,
        glyph: &Glyph<'_>,
        place: Affine,
        (found, is_drawn): (Rect, bool),
        outline: Rect,
        hidden: bool,
        (paints, is_plain): (bool, bool),
    ) {
        if self.silent > 0 {
            return;
        }
        let is_type3 = matches!(glyph, Glyph::Type3(_));
        let blank = !is_type3 && outline.area() <= 0.0;
        let [a, b, c, d, ..] = place.as_coeffs();
        let size = c.hypot(d).max(a.hypot(b)) * 1000.0; // Outlines have 1000 units in an em.
        // Where the glyph has no outline of its own, what it draws stands for it, or its em.
        let bounds = match (is_type3 && !is_drawn) || blank {
            true => place.transform_rect_bbox(Rect::new(0.0, 0.0, 500.0, 700.0)),
            false => found,
        };
        let clip = self.clip().around;
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
        if let Some(pane) = &mut self.seen.pane
            && !blank
            && !hidden
            && inside
        {
            match paints {
                true => pane.letter(bounds, is_plain),
                false => pane.white(bounds),
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
