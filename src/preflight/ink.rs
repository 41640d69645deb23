//! Places that must stay empty, and the dots that are really in them.
//!
//! Where the cheap look cannot rule it out, the page is rendered at [`DPI`] and its dots are looked at. A dot counts for a
//! place when it lies wholly within, and as ink when a channel is below [`Rules::ink_below`]; so what was painted
//! over in white, or is hidden, does not count, as at GOV.UK Notify (`facts/print.md` §1.1).

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};

use super::area::Area;
use super::class::Class;
use super::rules::{Margins, PageSize, Rules, Zone};

/// Dots of an inch when a page is rendered: 0.17 mm each.
pub(super) const DPI: f64 = 150.0;
/// Dots of a millimetre.
pub(super) const DOTS_A_MM: f64 = DPI / 25.4;

/// A box in dots, as millimetres.
pub(super) fn area_of(dots: Rect) -> Area {
    let mm = |dots: f64| dots / DOTS_A_MM;
    Area::between(mm(dots.x0), mm(dots.y0), mm(dots.x1), mm(dots.y1))
}

/// A box in millimetres, as dots.
pub(super) fn dots_of(area: &Area) -> Rect {
    let dots = |mm: f64| mm * DOTS_A_MM;
    Rect::new(
        dots(area.x_mm),
        dots(area.y_mm),
        dots(area.right()),
        dots(area.bottom()),
    )
}

/// A place that must stay empty.
pub(super) struct Place {
    /// What it is to print there.
    pub(super) class: Class,
    /// What remarks call it.
    pub(super) name: String,
    shape: Shape,
}

enum Shape {
    Box(Rect),
    /// All but these.
    Outside(Vec<Rect>),
}

impl Place {
    /// A box.
    pub(super) fn inside(class: Class, name: impl Into<String>, area: &Area) -> Self {
        Self {
            class,
            name: name.into(),
            shape: Shape::Box(dots_of(area)),
        }
    }

    /// Whether ink within `found` may be in it.
    pub(super) fn may_be_touched(&self, found: Rect) -> bool {
        match &self.shape {
            Shape::Box(place) => {
                place.x0 < found.x1
                    && found.x0 < place.x1
                    && place.y0 < found.y1
                    && found.y0 < place.y1
            }
            Shape::Outside(allowed) => !allowed.iter().any(|place| place.contains_rect(found)),
        }
    }

    /// The smallest box around its ink.
    pub(super) fn ink(&self, picture: &Picture, ink_below: u8) -> Option<Area> {
        let mut found: Option<Dots> = None;
        let (across, down) = match &self.shape {
            Shape::Box(place) => (whole(place.x0, place.x1), whole(place.y0, place.y1)),
            Shape::Outside(_) => ((0, usize::MAX), (0, usize::MAX)),
        };
        for y in down.0..down.1.min(picture.height) {
            let row = picture.row(y).enumerate().take(across.1).skip(across.0);
            for (x, _) in row.filter(|(_, channel)| *channel < ink_below) {
                if self.counts(x, y) {
                    found = Some(joined(found, [x, y, x + 1, y + 1]));
                }
            }
        }
        found.map(|edges| {
            let [left, top, right, bottom] = edges.map(|dots| dots as f64);
            area_of(Rect::new(left, top, right, bottom))
        })
    }

    fn counts(&self, x: usize, y: usize) -> bool {
        match &self.shape {
            Shape::Box(_) => true,
            Shape::Outside(allowed) => {
                let (x, y) = (x as f64, y as f64);
                let dot = Rect::new(x, y, x + 1.0, y + 1.0);
                allowed.iter().all(|place| !place.overlaps(dot))
            }
        }
    }
}

/// Left, top, right, bottom in dots; right and bottom are outside.
pub(super) type Dots = [usize; 4];

/// The smallest box around both.
pub(super) fn joined(a: Option<Dots>, b: Dots) -> Dots {
    a.map_or(b, |a| {
        [
            a[0].min(b[0]),
            a[1].min(b[1]),
            a[2].max(b[2]),
            a[3].max(b[3]),
        ]
    })
}

/// The dots that lie wholly between two edges.
fn whole(from: f64, to: f64) -> (usize, usize) {
    (from.max(0.0).ceil() as usize, to.max(0.0).floor() as usize)
}

/// The places of a page of this size that the rules want empty.
pub(super) fn places(rules: &Rules, page: u32, width_mm: f64, height_mm: f64) -> Vec<Place> {
    let margins = match page {
        1 => &rules.margins_first,
        _ => &rules.margins_later,
    };
    let mut places: Vec<Place> = edges(margins, &rules.page, width_mm, height_mm)
        .into_iter()
        .filter(|(_, area)| area.width_mm > 0.0 && area.height_mm > 0.0)
        .map(|(name, area)| Place::inside(Class::InkInMargin, name, &area))
        .collect();
    let on_page = |zone: &&Zone| zone.page.has(page);
    places.extend(
        rules
            .empty
            .iter()
            .filter(on_page)
            .map(|zone| Place::inside(Class::InkInZone, zone.name.clone(), &zone.area)),
    );
    places.extend(
        rules
            .marks
            .iter()
            .map(|area| Place::inside(Class::InkUnderMark, "", area)),
    );
    let allowed: Vec<Rect> = rules
        .allowed
        .iter()
        .filter(on_page)
        .map(|zone| dots_of(&zone.area.grown(rules.allowed_grow_mm)))
        .collect();
    if !allowed.is_empty() {
        places.push(Place {
            class: Class::InkOutside,
            name: String::new(),
            shape: Shape::Outside(allowed),
        });
    }
    places
}

/// The margins of a page. What of a page is larger than the sheet is cut off, so the right and the lower one are told from
/// the edge of the smaller of both.
fn edges(
    margins: &Margins,
    sheet: &PageSize,
    width: f64,
    height: f64,
) -> [(&'static str, Area); 4] {
    let (across, down) = match width > height {
        true => (sheet.height_mm, sheet.width_mm),
        false => (sheet.width_mm, sheet.height_mm),
    };
    let from = |page: f64, sheet: f64, margin: f64| match margin > 0.0 {
        true => page.min(sheet) - margin,
        false => page,
    };
    let from_right = from(width, across, margins.right_mm);
    let from_bottom = from(height, down, margins.bottom_mm);
    [
        ("left", Area::between(0.0, 0.0, margins.left_mm, height)),
        ("right", Area::between(from_right, 0.0, width, height)),
        ("upper", Area::between(0.0, 0.0, width, margins.top_mm)),
        ("lower", Area::between(0.0, from_bottom, width, height)),
    ]
}

/// A page, or a part of it, in dots.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    dots: Pixmap,
}

impl Picture {
    /// Renders so many dots of a page. `place` leads from the page's own units to dots.
    pub(super) fn of<'a>(
        page: &'a Page<'a>,
        cache: &RenderCache<'a>,
        settings: &InterpreterSettings,
        place: Affine,
        (width, height): (u16, u16),
    ) -> Self {
        let mut context = RenderContext::new(width, height);
        let render = RenderSettings {
            hinting: false, // It moves glyphs by up to half a dot.
            ..RenderSettings::default()
        };
        render_into(page, cache, settings, &render, &mut context, place);
        context.flush();
        let mut dots = Pixmap::new(width, height);
        let clear = RasterizerSettings {
            target_init: TargetInit::Clear(WHITE),
            ..RasterizerSettings::default()
        };
        context.render_with(&mut dots, &mut Resources::default(), clear);
        Self {
            width: usize::from(width),
            height: usize::from(height),
            dots,
        }
    }

    /// The darkest channel of each dot of a row; none below the picture.
    pub(super) fn row(&self, y: usize) -> impl Iterator<Item = u8> + '_ {
        let start = y * self.width;
        let row = self.dots.data().get(start..start + self.width);
        let row = row.unwrap_or_default();
        row.iter().map(|dot| dot.r.min(dot.g).min(dot.b))
    }
}
