//! Opens an enclosed PDF with every limit set, and walks its page tree.
//!
//! The bytes come from outside: a file may be damaged, lie about its lengths, refer to itself, or unpack to gigabytes.
//! `lopdf` bounds nesting and unpacking; what it does not bound is bounded here. A panic of the library is a fault of
//! the PDF.

use std::collections::HashSet;

use lopdf::xref::XrefEntry;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};

use super::class::{Class, Remark};
use super::object_streams;
use super::rules::{Landscape, Limits, PageSize};

/// Levels of a page tree; real ones have three or four.
const TREE_DEPTH_MAX: usize = 64;
/// Boxes are often rounded to whole points: by half a point.
const ROUNDING_MM: f64 = 0.18;
const POINTS_A_MM: f64 = 72.0 / 25.4;
const A4_MM: (f64, f64) = (210.0, 297.0);

/// Loads a file.
pub(crate) fn load(bytes: &[u8], limits: &Limits) -> Result<Document, Remark> {
    if memchr::memmem::find(&bytes[..bytes.len().min(1024)], b"%PDF-").is_none() {
        return Err(Remark::damaged("it does not begin as a PDF"));
    }
    object_streams::bounded(bytes, limits)?;
    let limit = limits.stream_bytes_max.max(1 << 20);
    let load_options =
        LoadOptions::with_max_decompressed_size(usize::try_from(limit).unwrap_or(usize::MAX));
    let document =
        Document::load_mem_with_options(bytes, load_options).map_err(|error| match error {
            lopdf::Error::Decryption(_) | lopdf::Error::InvalidPassword => {
                Remark::of_file(Class::Encrypted, "")
            }
            lopdf::Error::Decompress(_) => Remark::damaged("a stream unpacks to too much"),
            lopdf::Error::Xref(_) => Remark::damaged("its cross-reference table"),
            _ => Remark::damaged("its structure"),
        })?;
    if document.trailer.has(b"Encrypt") || document.was_encrypted() {
        return Err(Remark::of_file(Class::Encrypted, ""));
    }
    if document.objects.len() > limits.objects_max as usize {
        return Err(Remark::of_file(
            Class::TooManyObjects,
            limits.objects_max.to_string(),
        ));
    }
    Ok(document)
}

/// A page with what it inherits.
#[derive(Clone, Copy)]
pub(crate) struct Page<'d> {
    /// Its object.
    pub(crate) id: ObjectId,
    /// Its own dictionary.
    pub(crate) dictionary: &'d Dictionary,
    /// Its resources, own or inherited.
    pub(crate) resources: Option<&'d Dictionary>,
    /// How it lies.
    pub(crate) geometry: Geometry,
}

/// How a page lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Geometry {
    /// The part that is shown: left, bottom, right, top, in the page's own units.
    pub(crate) shown: [f64; 4],
    /// Clockwise: 0, 90, 180, 270.
    pub(crate) rotate: u16,
    /// Points in one unit.
    pub(crate) unit: f64,
}

/// How a page lies, compared with the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lies {
    /// As the sheet.
    Upright,
    /// Landscape.
    OnItsSide,
    /// In another size.
    Odd,
}

impl Geometry {
    /// Width and height as shown, in points.
    fn size(&self) -> (f64, f64) {
        let [left, bottom, right, top] = self.shown;
        let (width, height) = ((right - left) * self.unit, (top - bottom) * self.unit);
        if self.rotate.is_multiple_of(180) {
            (width, height)
        } else {
            (height, width)
        }
    }

    /// Width and height as shown, in millimetres.
    pub(crate) fn size_mm(&self) -> (f64, f64) {
        let (width, height) = self.size();
        (width / POINTS_A_MM, height / POINTS_A_MM)
    }

    /// How it lies, compared with the sheet.
    pub(crate) fn lies(&self, sheet: &PageSize) -> Lies {
        let near = |found: f64, wanted: f64| {
            let more = found - wanted;
            more <= sheet.larger_mm + ROUNDING_MM && -more <= sheet.smaller_mm + ROUNDING_MM
        };
        let (width, height) = self.size_mm();
        if near(width, sheet.width_mm) && near(height, sheet.height_mm) {
            Lies::Upright
        } else if near(width, sheet.height_mm) && near(height, sheet.width_mm) {
            Lies::OnItsSide
        } else {
            Lies::Odd
        }
    }

    /// As it is printed on a portrait sheet: turned a quarter if it is wider than high.
    pub(crate) fn on_sheet(self, landscape: Landscape) -> Self {
        let (width, height) = self.size();
        let turned = match landscape {
            _ if width <= height => 0,
            Landscape::TurnRight => 90,
            Landscape::Turn | Landscape::Accept | Landscape::Refuse => 270,
        };
        Self {
            rotate: (self.rotate + turned) % 360,
            ..self
        }
    }

    /// From the page's own units to millimetres from the upper left corner of the page as shown.
    pub(crate) fn to_mm(self) -> [f64; 6] {
        let [left, bottom, right, top] = self.shown;
        let s = self.unit / POINTS_A_MM;
        match self.rotate {
            90 => [0.0, s, s, 0.0, -bottom * s, -left * s],
            180 => [-s, 0.0, 0.0, s, right * s, -bottom * s],
            270 => [0.0, -s, -s, 0.0, top * s, right * s],
            _ => [s, 0.0, 0.0, -s, -left * s, top * s],
        }
    }

    /// From an upright A4 page whose upper left corner is that of the page as shown, to the page's own units.
    pub(crate) fn matrix(&self) -> [f64; 6] {
        let [left, bottom, right, top] = self.shown;
        let (_, height) = self.size();
        let drop = height - A4_MM.1 * POINTS_A_MM; // The A4 page hangs from the upper edge.
        let s = 1.0 / self.unit;
        let d = drop * s;
        match self.rotate {
            90 => [0.0, s, -s, 0.0, right - d, bottom],
            180 => [-s, 0.0, 0.0, -s, right, top - d],
            270 => [0.0, -s, s, 0.0, left + d, top],
            _ => [s, 0.0, 0.0, s, left, bottom + d],
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Inherited<'d> {
    resources: Option<&'d Object>,
    media_box: Option<&'d Object>,
    crop_box: Option<&'d Object>,
    rotate: Option<&'d Object>,
}

impl<'d> Inherited<'d> {
    fn with(self, node: &'d Dictionary) -> Self {
        let own = |key: &[u8], above| node.get(key).ok().or(above);
        Self {
            resources: own(b"Resources", self.resources),
            media_box: own(b"MediaBox", self.media_box),
            crop_box: own(b"CropBox", self.crop_box),
            rotate: own(b"Rotate", self.rotate),
        }
    }
}

/// All pages in order; a page that stands in the tree twice is there twice.
pub(crate) fn pages<'d>(document: &'d Document, limits: &Limits) -> Result<Vec<Page<'d>>, Remark> {
    let (pages, more) = first_pages(document, limits)?;
    more.map_or(Ok(pages), Err)
}

/// As many pages as are allowed, and what there is to say of more.
pub(super) fn first_pages<'d>(
    document: &'d Document,
    limits: &Limits,
) -> Result<(Vec<Page<'d>>, Option<Remark>), Remark> {
    let damaged = || Remark::damaged("its page tree");
    let catalog = document.catalog().map_err(|_| damaged())?;
    let root = catalog
        .get(b"Pages")
        .and_then(Object::as_reference)
        .map_err(|_| damaged())?;
    let mut walk = Walk {
        document,
        limits,
        above: HashSet::new(),
        nodes_left: limits.objects_max,
        pages: Vec::new(),
        more: None,
    };
    walk.node(root, Inherited::default())?;
    if walk.pages.is_empty() {
        return Err(Remark::of_file(Class::NoPages, ""));
    }
    Ok((walk.pages, walk.more))
}

struct Walk<'d, 'o> {
    document: &'d Document,
    limits: &'o Limits,
    /// The nodes on the way down: a kid among them is a ring.
    above: HashSet<ObjectId>,
    nodes_left: u32,
    pages: Vec<Page<'d>>,
    /// That there are more than are allowed; then the walk is at its end.
    more: Option<Remark>,
}

impl<'d> Walk<'d, '_> {
    fn node(&mut self, id: ObjectId, inherited: Inherited<'d>) -> Result<(), Remark> {
        let damaged = || Remark::damaged("its page tree");
        if self.more.is_some() {
            return Ok(());
        }
        self.nodes_left = self.nodes_left.checked_sub(1).ok_or_else(damaged)?;
        if self.above.len() >= TREE_DEPTH_MAX || !self.above.insert(id) {
            return Err(damaged());
        }
        let node = self.document.get_dictionary(id).map_err(|_| damaged())?;
        let inherited = inherited.with(node);
        match node.get_deref(b"Kids", self.document) {
            Ok(kids) => {
                for kid in kids.as_array().map_err(|_| damaged())? {
                    self.node(kid.as_reference().map_err(|_| damaged())?, inherited)?;
                }
            }
            Err(_) => self.page(id, node, inherited)?,
        }
        self.above.remove(&id);
        Ok(())
    }

    fn page(
        &mut self,
        id: ObjectId,
        node: &'d Dictionary,
        inherited: Inherited<'d>,
    ) -> Result<(), Remark> {
        if self.pages.len() >= self.limits.pages_max as usize {
            let most = self.limits.pages_max.to_string();
            self.more = Some(Remark::of_file(Class::TooManyPages, most));
            return Ok(());
        }
        let number = self.pages.len() as u32 + 1;
        let damaged = |what: &str| Remark::on_page(number, Class::Damaged, what);
        let media_box = inherited
            .media_box
            .and_then(|o| rectangle(self.document, o));
        let media_box = media_box.ok_or_else(|| damaged("no media box"))?;
        let shown = match inherited.crop_box.and_then(|o| rectangle(self.document, o)) {
            Some(crop) => {
                intersection(media_box, crop).ok_or_else(|| damaged("an empty crop box"))?
            }
            None => media_box,
        };
        let rotate = inherited
            .rotate
            .and_then(|o| number_of(self.document, o))
            .unwrap_or(0.0);
        if rotate % 90.0 != 0.0 || rotate.abs() > 36_000.0 {
            return Err(damaged("a page turned by no right angle"));
        }
        let unit = node
            .get(b"UserUnit")
            .ok()
            .and_then(|o| number_of(self.document, o))
            .unwrap_or(1.0);
        if !(0.001..=1000.0).contains(&unit) {
            return Err(damaged("an odd unit"));
        }
        let resources = match inherited.resources {
            Some(object) => Some(
                deref(self.document, object)
                    .and_then(|o| o.as_dict().ok())
                    .ok_or_else(|| damaged("its resources are missing"))?,
            ),
            None => None,
        };
        self.pages.push(Page {
            id,
            dictionary: node,
            resources,
            geometry: Geometry {
                shown,
                rotate: (rotate as i32).rem_euclid(360) as u16,
                unit,
            },
        });
        Ok(())
    }
}

/// Follows references; `None` where there is no such object.
pub(crate) fn deref<'d>(document: &'d Document, object: &'d Object) -> Option<&'d Object> {
    document.dereference(object).ok().map(|(_, object)| object)
}

/// Whether the file has an object of this number that could not be read: other readers may show it. Only what its
/// cross-reference table does not have is null (ISO 32000-1 7.3.10).
pub(crate) fn is_unreadable(document: &Document, id: ObjectId) -> bool {
    if document.objects.contains_key(&id) {
        return false;
    }
    match document.reference_table.get(id.0) {
        Some(&XrefEntry::Normal { offset, .. }) => offset > 0,
        Some(XrefEntry::Compressed { .. }) => true,
        Some(XrefEntry::Free | XrefEntry::UnusableFree) | None => false,
    }
}

/// Whether the bytes of a stream could not be found: it has no length (ISO 32000-1 7.3.8.2).
pub(crate) fn is_lost(document: &Document, stream: &Stream) -> bool {
    stream.content.is_empty()
        && stream.start_position.is_some()
        && stream
            .dict
            .get_deref(b"Length", document)
            .and_then(Object::as_i64)
            .ok()
            != Some(0)
}

fn number_of(document: &Document, object: &Object) -> Option<f64> {
    deref(document, object)?
        .as_float()
        .ok()
        .map(f64::from)
        .filter(|n| n.is_finite())
}

/// Left, bottom, right, top, whatever corners were named.
fn rectangle(document: &Document, object: &Object) -> Option<[f64; 4]> {
    let corners = deref(document, object)?.as_array().ok()?;
    let numbers: Vec<f64> = corners
        .iter()
        .filter_map(|o| number_of(document, o))
        .collect();
    let [a, b, c, d] = numbers[..] else {
        return None;
    };
    let [left, right] = [a.min(c), a.max(c)];
    let [bottom, top] = [b.min(d), b.max(d)];
    (left < right && bottom < top).then_some([left, bottom, right, top])
}

fn intersection(a: [f64; 4], b: [f64; 4]) -> Option<[f64; 4]> {
    let [left, bottom] = [a[0].max(b[0]), a[1].max(b[1])];
    let [right, top] = [a[2].min(b[2]), a[3].min(b[3])];
    (left < right && bottom < top).then_some([left, bottom, right, top])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(shown: [f64; 4], rotate: u16, unit: f64) -> Geometry {
        Geometry {
            shown,
            rotate,
            unit,
        }
    }

    /// Where the point 10 mm from the left and 20 mm from the top of the sheet lies in the page's own units.
    fn spot(geometry: Geometry) -> (f64, f64) {
        let [a, b, c, d, e, f] = geometry.matrix();
        let (x, y) = (10.0 * POINTS_A_MM, (A4_MM.1 - 20.0) * POINTS_A_MM);
        let round = |n: f64| (n * 10.0).round() / 10.0;
        (round(a * x + c * y + e), round(b * x + d * y + f))
    }

    #[test]
    fn a_mark_finds_its_place_however_the_page_lies() {
        // 10 mm = 28.3 pt, 20 mm = 56.7 pt.
        assert_eq!(
            spot(geometry([0.0, 0.0, 595.0, 842.0], 0, 1.0)),
            (28.3, 785.3)
        );
        assert_eq!(
            spot(geometry([-5.0, 7.0, 590.0, 849.0], 0, 1.0)),
            (23.3, 792.3)
        );
        assert_eq!(
            spot(geometry([0.0, 0.0, 595.0, 842.0], 180, 1.0)),
            (566.7, 56.7)
        );
        // A landscape page turned clockwise: its left edge is above.
        assert_eq!(
            spot(geometry([0.0, 0.0, 842.0, 595.0], 90, 1.0)),
            (56.7, 28.3)
        );
        // Turned the other way: its right edge is above, its upper edge is at the left.
        assert_eq!(
            spot(geometry([0.0, 0.0, 842.0, 595.0], 270, 1.0)),
            (785.3, 566.7)
        );
        assert_eq!(
            spot(geometry([0.0, 0.0, 297.5, 421.0], 0, 2.0)),
            (14.2, 392.7)
        );
    }

    #[test]
    fn to_millimetres_is_the_way_back() {
        for rotate in [0, 90, 180, 270] {
            let g = match rotate % 180 {
                0 => geometry([-5.0, 7.0, 590.2755, 848.8897], rotate, 1.0),
                _ => geometry([-5.0, 7.0, 836.8897, 602.2755], rotate, 1.0),
            };
            let [a, b, c, d, e, f] = g.matrix();
            let (x, y) = (10.0 * POINTS_A_MM, (A4_MM.1 - 20.0) * POINTS_A_MM);
            let (x, y) = (a * x + c * y + e, b * x + d * y + f);
            let [a, b, c, d, e, f] = g.to_mm();
            let (x, y) = (a * x + c * y + e, b * x + d * y + f);
            assert!(
                (x - 10.0).abs() < 1e-3 && (y - 20.0).abs() < 1e-3,
                "{rotate}: {x} {y}"
            );
        }
    }

    #[test]
    fn sizes_are_judged_as_shown() {
        let lies = |g: Geometry| {
            (
                g.lies(&PageSize::default()),
                g.on_sheet(Landscape::Turn).rotate,
            )
        };
        let a4 = [0.0, 0.0, 595.28, 841.89];
        assert_eq!(lies(geometry(a4, 0, 1.0)), (Lies::Upright, 0));
        assert_eq!(lies(geometry(a4, 270, 1.0)), (Lies::OnItsSide, 180));
        let side = [0.0, 0.0, 841.89, 595.28];
        assert_eq!(lies(geometry(side, 90, 1.0)), (Lies::Upright, 90));
        assert_eq!(lies(geometry(side, 0, 1.0)), (Lies::OnItsSide, 270));
        let to_the_right = geometry(side, 0, 1.0).on_sheet(Landscape::TurnRight);
        assert_eq!(to_the_right.rotate, 90);
        let letter = [0.0, 0.0, 612.0, 792.0];
        assert_eq!(lies(geometry(letter, 0, 1.0)), (Lies::Odd, 0));
    }
}
