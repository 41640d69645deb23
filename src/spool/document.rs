//! Opens an enclosed PDF with every limit set, and walks its page tree.
//!
//! The bytes come from outside: a file may be damaged, lie about its lengths, refer to itself, or unpack to gigabytes.
//! `lopdf` bounds nesting and unpacking; what it does not bound is bounded here. A panic of the library is a fault of
//! the PDF.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

use super::options::{Landscape, Options};

/// Levels of a page tree; real ones have three or four.
const TREE_DEPTH_MAX: usize = 64;
/// What all object streams of a file may unpack to together.
const OBJECT_STREAMS_BYTES_MAX: u64 = 256 << 20;
const POINTS_A_MM: f64 = 72.0 / 25.4;
const A4_MM: (f64, f64) = (210.0, 297.0);

/// Why an enclosed PDF cannot be printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", page.map(|page| format!("page {page}: ")).unwrap_or_default())]
pub struct PdfFault {
    /// From one; `None` for the whole file.
    pub page: Option<u32>,
    /// What is wrong.
    pub reason: PdfReason,
}

/// What is wrong with an enclosed PDF, and what to do. Holds no text of the document but names of fonts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfReason {
    /// It cannot be read.
    #[error("the PDF is damaged ({0}); write it anew")]
    Damaged(&'static str),
    /// Encrypted, with or without a password.
    #[error("the PDF is encrypted; remove the protection")]
    Encrypted,
    /// Nothing to print.
    #[error("the PDF has no pages")]
    NoPages,
    /// More pages than a letter may have.
    #[error("the PDF has more than {pages_max} pages")]
    TooManyPages {
        /// Pages allowed.
        pages_max: u32,
    },
    /// More objects than allowed.
    #[error("the PDF has more than {objects_max} objects")]
    TooManyObjects {
        /// Objects allowed.
        objects_max: u32,
    },
    /// Not A4. In whole millimetres, as the page is shown.
    #[error("the page is {width_mm} × {height_mm} mm; it must be A4, 210 × 297 mm")]
    PageSize {
        /// Width.
        width_mm: u32,
        /// Height.
        height_mm: u32,
    },
    /// A4 on its side, and the vendor profile does not turn pages.
    #[error("the page is landscape; the vendor profile takes portrait only")]
    Landscape,
    /// A font whose program is not in the file.
    #[error("font `{0}` is not embedded; embed all fonts")]
    FontNotEmbedded(String),
    /// A script, or an action that starts by itself.
    #[error("the PDF holds {0}; remove it")]
    Active(&'static str),
    /// A form field or remark that would be printed.
    #[error("the PDF holds {0} that would be printed; flatten it into the page")]
    Annotation(&'static str),
    /// Layers that are hidden on screen or on paper.
    #[error("the PDF has hidden layers; flatten it")]
    HiddenLayer,
    /// Something that is not in the file.
    #[error("the PDF takes data from outside; include it")]
    External,
    /// PostScript code.
    #[error("the PDF holds PostScript code")]
    PostScript,
    /// References too deep, or too many rings of them.
    #[error("the objects of the page are too entangled")]
    Entangled,
}

/// A fault of a page.
pub(super) fn on_page(page: u32, reason: PdfReason) -> PdfFault {
    PdfFault {
        page: Some(page),
        reason,
    }
}

/// A fault of the file.
pub(super) fn of_file(reason: PdfReason) -> PdfFault {
    PdfFault { page: None, reason }
}

/// Runs `work` and makes a panic a fault.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, PdfFault>) -> Result<T, PdfFault> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(of_file(PdfReason::Damaged("its reader gave up"))))
}

/// Loads a file.
pub(super) fn load(bytes: &[u8], options: &Options) -> Result<Document, PdfFault> {
    if !memchr::memmem::find(&bytes[..bytes.len().min(1024)], b"%PDF-").is_some() {
        return Err(of_file(PdfReason::Damaged("it does not begin as a PDF")));
    }
    let object_streams = memchr::memmem::find_iter(bytes, b"ObjStm").count().max(1) as u64;
    let limit = (OBJECT_STREAMS_BYTES_MAX / object_streams)
        .clamp(1 << 20, options.pdf_stream_bytes_max.max(1 << 20));
    let load_options =
        LoadOptions::with_max_decompressed_size(usize::try_from(limit).unwrap_or(usize::MAX));
    let document = Document::load_mem_with_options(bytes, load_options).map_err(|error| {
        of_file(match error {
            lopdf::Error::Decryption(_) | lopdf::Error::InvalidPassword => PdfReason::Encrypted,
            lopdf::Error::Decompress(_) => PdfReason::Damaged("a stream unpacks to too much"),
            lopdf::Error::Xref(_) => PdfReason::Damaged("its cross-reference table"),
            _ => PdfReason::Damaged("its structure"),
        })
    })?;
    if document.trailer.has(b"Encrypt") || document.was_encrypted() {
        return Err(of_file(PdfReason::Encrypted));
    }
    if document.objects.len() > options.pdf_objects_max as usize {
        return Err(of_file(PdfReason::TooManyObjects {
            objects_max: options.pdf_objects_max,
        }));
    }
    Ok(document)
}

/// A page with what it inherits.
#[derive(Clone, Copy)]
pub(super) struct Page<'d> {
    /// Its own dictionary.
    pub(super) dictionary: &'d Dictionary,
    /// Its resources, own or inherited.
    pub(super) resources: Option<&'d Dictionary>,
    /// How it lies.
    pub(super) geometry: Geometry,
}

/// How a page lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Geometry {
    /// The part that is shown: left, bottom, right, top, in the page's own units.
    pub(super) shown: [f64; 4],
    /// Clockwise: 0, 90, 180, 270.
    pub(super) rotate: u16,
    /// Points in one unit.
    pub(super) unit: f64,
}

impl Geometry {
    /// Width and height as shown, in points.
    fn size(&self) -> (f64, f64) {
        let [left, bottom, right, top] = self.shown;
        let (width, height) = ((right - left) * self.unit, (top - bottom) * self.unit);
        if self.rotate % 180 == 0 {
            (width, height)
        } else {
            (height, width)
        }
    }

    /// Turned if it must be and may be.
    pub(super) fn upright(self, page: u32, options: &Options) -> Result<Self, PdfFault> {
        let (width, height) = self.size();
        let (width_mm, height_mm) = (width / POINTS_A_MM, height / POINTS_A_MM);
        // A hair of slack: boxes are often rounded to whole points.
        let near =
            |found: f64, wanted: f64| (found - wanted).abs() <= options.page_tolerance_mm + 0.005;
        if near(width_mm, A4_MM.0) && near(height_mm, A4_MM.1) {
            Ok(self)
        } else if near(width_mm, A4_MM.1) && near(height_mm, A4_MM.0) {
            match options.landscape {
                Landscape::Refuse => Err(on_page(page, PdfReason::Landscape)),
                Landscape::Turn => Ok(Self {
                    rotate: (self.rotate + 270) % 360,
                    ..self
                }),
            }
        } else {
            let whole = |mm: f64| mm.round().clamp(0.0, 100_000.0) as u32;
            Err(on_page(
                page,
                PdfReason::PageSize {
                    width_mm: whole(width_mm),
                    height_mm: whole(height_mm),
                },
            ))
        }
    }

    /// From an upright A4 page whose upper left corner is that of the page as shown, to the page's own units.
    pub(super) fn matrix(&self) -> [f64; 6] {
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
pub(super) fn pages<'d>(
    document: &'d Document,
    options: &Options,
) -> Result<Vec<Page<'d>>, PdfFault> {
    let damaged = || of_file(PdfReason::Damaged("its page tree"));
    let catalog = document.catalog().map_err(|_| damaged())?;
    let root = catalog
        .get(b"Pages")
        .and_then(Object::as_reference)
        .map_err(|_| damaged())?;
    let mut walk = Walk {
        document,
        options,
        above: HashSet::new(),
        nodes_left: options.pdf_objects_max,
        pages: Vec::new(),
    };
    walk.node(root, Inherited::default())?;
    if walk.pages.is_empty() {
        return Err(of_file(PdfReason::NoPages));
    }
    Ok(walk.pages)
}

struct Walk<'d, 'o> {
    document: &'d Document,
    options: &'o Options,
    /// The nodes on the way down: a kid among them is a ring.
    above: HashSet<ObjectId>,
    nodes_left: u32,
    pages: Vec<Page<'d>>,
}

impl<'d> Walk<'d, '_> {
    fn node(&mut self, id: ObjectId, inherited: Inherited<'d>) -> Result<(), PdfFault> {
        let damaged = || of_file(PdfReason::Damaged("its page tree"));
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
            Err(_) => self.page(node, inherited)?,
        }
        self.above.remove(&id);
        Ok(())
    }

    fn page(&mut self, node: &'d Dictionary, inherited: Inherited<'d>) -> Result<(), PdfFault> {
        if self.pages.len() >= self.options.pages_max as usize {
            return Err(of_file(PdfReason::TooManyPages {
                pages_max: self.options.pages_max,
            }));
        }
        let number = self.pages.len() as u32 + 1;
        let damaged = |what| on_page(number, PdfReason::Damaged(what));
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
pub(super) fn deref<'d>(document: &'d Document, object: &'d Object) -> Option<&'d Object> {
    document.dereference(object).ok().map(|(_, object)| object)
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
    fn sizes_are_judged_as_shown() {
        let options = Options::default();
        let upright = |g: Geometry| {
            g.upright(1, &options)
                .map(|g| g.rotate)
                .map_err(|f| f.reason)
        };
        assert_eq!(upright(geometry([0.0, 0.0, 595.28, 841.89], 0, 1.0)), Ok(0));
        assert_eq!(
            upright(geometry([0.0, 0.0, 841.89, 595.28], 90, 1.0)),
            Ok(90)
        );
        assert_eq!(
            upright(geometry([0.0, 0.0, 841.89, 595.28], 0, 1.0)),
            Ok(270)
        );
        let letter = PdfReason::PageSize {
            width_mm: 216,
            height_mm: 279,
        };
        assert_eq!(
            upright(geometry([0.0, 0.0, 612.0, 792.0], 0, 1.0)),
            Err(letter)
        );
    }
}
