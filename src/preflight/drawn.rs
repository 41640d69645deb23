//! What the pages draw, judged: ink in places that must stay empty, text in the window, tags, figures like marks.
//!
//! Looked at is what will be printed: the objects as our reader understood them, written out anew, so that no second
//! reader can understand a damaged file otherwise.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::RenderCache;
use hayro::hayro_interpret::{
    Context, InterpreterCache, InterpreterSettings, InterpreterWarning, RenderContent,
    interpret_page,
};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, Rect};
use lopdf::{Document, Object, ObjectId};

use super::area::Area;
use super::class::{Class, Remark};
use super::document::Geometry;
use super::ink::{DOTS_A_MM, Picture, Place, places};
use super::letters::Letters;
use super::look::{Look, Seen};
use super::lookalike::{self, BESIDE_MM, STRIP_DPI};
use super::pane::Pane;
use super::reach::Cost;
use super::remarks::Remarks;
use super::rules::{Rules, Tag};
use super::stage::Budget;
use super::target;
use super::window::{self, Window};

/// A page larger than this is not rendered; no sheet is.
const SIDE_MM_MAX: f64 = 600.0;
/// Text may stand out of a tag's box so far.
const TAG_SLACK_MM: f64 = 0.1;

/// A page, and how it lies when it is judged.
pub(super) struct Laid {
    pub(super) id: ObjectId,
    pub(super) geometry: Geometry,
}

/// What the pages show.
#[derive(Default)]
pub(super) struct Shown {
    /// The window over page one, if the rules have one.
    pub(super) window: Option<Window>,
    /// Pages with colour.
    pub(super) coloured: Vec<u32>,
    /// Pages that had to be rendered.
    pub(super) rendered: u32,
}

/// Judges what the pages draw.
///
/// # Errors
/// The pages cannot be interpreted.
pub(super) fn judge(
    mut document: Document,
    pages: &[Laid],
    cost: Cost,
    remarks: &mut Remarks<'_>,
) -> Result<Shown, Remark> {
    show_layers(&mut document);
    let mut bytes = Vec::new();
    document
        .save_to(&mut bytes)
        .map_err(|_| Remark::damaged("its objects cannot be written"))?;
    drop(document);
    let pdf = Pdf::new(bytes).map_err(|_| Remark::damaged("its pages cannot be read"))?;
    let (fonts, pictures) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let unreadable = [
        (Arc::clone(&fonts), Class::UnreadableFont),
        (Arc::clone(&pictures), Class::UnreadablePicture),
    ];
    let settings = InterpreterSettings {
        render_content: RenderContent::PAGE,
        warning_sink: Arc::new(move |warning| match warning {
            InterpreterWarning::UnsupportedFont => fonts.store(true, Ordering::Relaxed),
            _ => pictures.store(true, Ordering::Relaxed),
        }),
        ..InterpreterSettings::default()
    };
    let ids: HashMap<ObjectId, usize> = pdf
        .pages()
        .iter()
        .enumerate()
        .filter_map(|(i, page)| {
            let id = page.raw().obj_id()?;
            Some(((id.obj_number, u16::try_from(id.gen_number).ok()?), i))
        })
        .collect();
    let mut budget = Budget::new(&remarks.rules.limits);
    let cache = InterpreterCache::new();
    let mut renderer = None;
    let mut shown = Shown::default();
    for (laid, number) in pages.iter().zip(1..) {
        let page = ids.get(&laid.id).and_then(|&i| pdf.pages().get(i));
        let page =
            page.ok_or_else(|| Remark::on_page(number, Class::Damaged, "it cannot be found"))?;
        let (width, height) = laid.geometry.size_mm();
        if width.max(height) > SIDE_MM_MAX {
            remarks.page(number, Class::TooComplex, "a page too large");
            continue;
        }
        let mut view = View {
            number,
            page,
            to_mm: Affine::new(laid.geometry.to_mm()),
            width,
            height,
            settings: &settings,
            cost,
        };
        let places = view.places(remarks);
        let seen = view.look(&places, &cache, remarks, &mut budget);
        view.remark(&seen, remarks);
        if seen.colour {
            shown.coloured.push(number);
        }
        if number == 1 {
            shown.window = remarks.rules.address.as_ref().map(|rules| {
                let obscured = seen.pane.as_ref().and_then(Pane::found);
                window::look(&seen.letters, obscured, rules)
            });
        }
        if seen.touched.iter().any(|touched| *touched) {
            shown.rendered += 1;
            let renderer = renderer.get_or_insert_with(RenderCache::new);
            view.ink(&places, &seen, renderer, remarks);
        }
        for (found, class) in &unreadable {
            if found.swap(false, Ordering::Relaxed) {
                remarks.page(number, *class, "");
                let forbidden = target::unreadable(remarks.rules.target, number);
                forbidden.into_iter().for_each(|remark| remarks.add(remark));
            }
        }
    }
    Ok(shown)
}

/// Takes away what hides layers: a spool does not take it along, so all of them are printed.
fn show_layers(document: &mut Document) {
    let layers = document
        .catalog_mut()
        .map(|catalog| catalog.remove(b"OCProperties"));
    if !matches!(layers, Ok(Some(_))) {
        return; // Without them readers show everything.
    }
    for object in document.objects.values_mut() {
        if let Object::Dictionary(dictionary) = object
            && dictionary.has_type(b"OCMD")
        {
            for key in [b"OCGs".as_slice(), b"P", b"VE"] {
                dictionary.remove(key);
            }
        }
    }
}

/// One page, and what it is looked at with.
struct View<'v, 'p> {
    number: u32,
    page: &'p Page<'p>,
    to_mm: Affine,
    width: f64,
    height: f64,
    settings: &'v InterpreterSettings,
    cost: Cost,
}

impl<'p> View<'_, 'p> {
    /// The places that must stay empty, and last the strip of the marks if there is one.
    fn places(&self, remarks: &Remarks<'_>) -> Vec<Place> {
        let mut places = places(remarks.rules, self.number, self.width, self.height);
        let strip = &remarks.rules.mark_strip;
        if strip.width_mm > 0.0 {
            places.push(Place::inside(Class::MarkLookAlike, "", strip));
        }
        places
    }

    fn look(
        &mut self,
        places: &[Place],
        cache: &InterpreterCache<'p>,
        remarks: &Remarks<'_>,
        budget: &mut Budget,
    ) -> Seen {
        let rules = remarks.rules;
        let tags = self.tags(rules).map(|tag| tag.area);
        let address = rules.address.as_ref().filter(|_| self.number == 1);
        let wanted: Vec<Area> = tags.chain(address.map(window::wanted)).collect();
        let sheet = Rect::new(0.0, 0.0, self.width * DOTS_A_MM, self.height * DOTS_A_MM);
        let text = (Letters::within(&wanted), address.map(Pane::of));
        let mut look = Look::new(sheet, places, text, rules, self.cost, budget);
        let place = Affine::scale(DOTS_A_MM) * self.to_mm;
        let xref = self.page.xref();
        let mut context = Context::new(place, sheet, cache, xref, self.settings.clone());
        interpret_page(self.page, &mut context, &mut look);
        look.seen
    }

    fn tags<'r>(&self, rules: &'r Rules) -> impl Iterator<Item = &'r Tag> + use<'r> {
        let number = self.number;
        rules.tags.iter().filter(move |tag| tag.page.has(number))
    }

    fn remark(&self, seen: &Seen, remarks: &mut Remarks<'_>) {
        let number = self.number;
        let used = [
            (seen.alpha, "alpha"),
            (seen.mask, "soft masks"),
            (seen.blend, "blend modes"),
        ];
        let used: Vec<&str> = used
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, what)| what)
            .collect();
        if !used.is_empty() {
            remarks.page(number, Class::Transparency, &used.join(", "));
        }
        let tiny = remarks.rules.tiny_text_pt.to_string();
        let texts = [
            (seen.hidden_text, Class::HiddenText, ""),
            (seen.white_text, Class::WhiteText, ""),
            (seen.tiny_text, Class::TinyText, tiny.as_str()),
        ];
        for (area, class, detail) in texts {
            if let Some(area) = area {
                remarks.at(number, area, class, detail);
            }
        }
        if seen.text_outside {
            remarks.page(number, Class::TextOutside, "");
        }
        for tag in self.tags(remarks.rules) {
            let area = tag.area.grown(TAG_SLACK_MM);
            let lines = seen.letters.lines(|letter| area.holds(&letter.area));
            for line in lines.iter().filter(|line| line.text.contains(&tag.text)) {
                remarks.at(number, line.area, Class::TagLookAlike, &tag.text);
            }
        }
    }

    /// Renders the page, or its strip, where the look could not rule ink out.
    fn ink(
        &self,
        places: &[Place],
        seen: &Seen,
        renderer: &RenderCache<'p>,
        remarks: &mut Remarks<'_>,
    ) {
        let touched = |place: &&(&Place, &bool)| *place.1;
        let all: Vec<_> = places.iter().zip(&seen.touched).collect();
        let is_strip = |place: &Place| place.class == Class::MarkLookAlike;
        if all
            .iter()
            .filter(touched)
            .any(|(place, _)| !is_strip(place))
        {
            let place = Affine::scale(DOTS_A_MM) * self.to_mm;
            let dots = |mm: f64| (mm * DOTS_A_MM).round() as u16; // At most SIDE_MM_MAX.
            let size = (dots(self.width), dots(self.height));
            let picture = Picture::of(self.page, renderer, self.settings, place, size);
            for (place, _) in all.iter().filter(touched).filter(|(p, _)| !is_strip(p)) {
                if let Some(area) = place.ink(&picture, remarks.rules.ink_below) {
                    remarks.at(self.number, area, place.class, &place.name);
                }
            }
        }
        if all.iter().filter(touched).any(|(place, _)| is_strip(place)) {
            let strip = remarks.rules.mark_strip;
            let scale = STRIP_DPI / 25.4;
            let place =
                Affine::scale(scale) * Affine::translate((-strip.x_mm, -strip.y_mm)) * self.to_mm;
            let dots = |mm: f64| (mm.min(SIDE_MM_MAX) * scale).ceil() as u16;
            let height = strip.height_mm.min(self.height - strip.y_mm).max(1.0);
            let size = (dots(strip.width_mm + BESIDE_MM), dots(height));
            let picture = Picture::of(self.page, renderer, self.settings, place, size);
            for (what, area) in lookalike::find(&picture, &strip) {
                remarks.at(self.number, area, Class::MarkLookAlike, what);
            }
        }
    }
}
