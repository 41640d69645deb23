//! Takes the pages out of an enclosed PDF, with all they need and nothing else.
//!
//! In: a document that passed [`inspect`](super::inspect()). Out: a [`Sheaf`]. What a page inherits is written on the page;
//! annotations, structure, thumbnails and metadata stay behind; content streams are taken as they are, byte for byte.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::document::{self, Page, PdfFault, PdfReason, deref, guarded, of_file, on_page};
use super::options::Options;
use super::part::REGULAR_FACE;
use super::scan::{Balance, balance};
use super::sheaf::{
    Sheaf, SheafObject, SheafPage, Stretch, Target, Text, digest, page_rest_digest, real, walk,
};
use crate::disk::Sha256;

/// References on a way down; real files have about ten.
const REFERENCE_DEPTH_MAX: u32 = 200;

/// Pages and objects of a document, before they are digested.
pub(super) struct Gathered<'d> {
    objects: Vec<GatheredObject<'d>>,
    pub(super) pages: Vec<GatheredPage>,
}

struct GatheredObject<'d> {
    text: Text,
    data: Option<&'d [u8]>,
}

/// A page, before it is digested.
pub(super) struct GatheredPage {
    rest: Text,
    contents: Vec<u32>,
    matrix: [f64; 6],
    font: String,
    pub(super) balance: Balance,
    pub(super) dangling: bool,
}

/// Takes out the pages of a PDF whose digest is `source`.
///
/// # Errors
/// As [`inspect`](super::inspect()) for what keeps a page from being taken out.
pub(super) fn graft(bytes: &[u8], source: Sha256, options: &Options) -> Result<Sheaf, PdfFault> {
    guarded(|| {
        let document = document::load(bytes, options)?;
        let pages = document::pages(&document, options)?;
        pack(gather(&document, &pages, options)?, source)
    })
}

/// Gathers what the pages need.
pub(super) fn gather<'d>(
    document: &'d Document,
    pages: &[Page<'d>],
    options: &Options,
) -> Result<Gathered<'d>, PdfFault> {
    let mut gatherer = Gatherer {
        document,
        stream_bytes_max: options.pdf_stream_bytes_max,
        indices: HashMap::new(),
        queue: Vec::new(),
        dangling: false,
    };
    let mut out = Gathered {
        objects: Vec::new(),
        pages: Vec::with_capacity(pages.len()),
    };
    for (page, number) in pages.iter().zip(1..) {
        gatherer.dangling = false;
        let page = gatherer.page(page, number, options)?;
        gatherer
            .drain(&mut out.objects)
            .map_err(|reason| on_page(number, reason))?;
        let dangling = gatherer.dangling;
        out.pages.push(GatheredPage { dangling, ..page });
    }
    Ok(out)
}

struct Gatherer<'d> {
    document: &'d Document,
    stream_bytes_max: u64,
    indices: HashMap<ObjectId, u32>,
    /// Objects that have an index but no text yet, in the order of their indices.
    queue: Vec<&'d Object>,
    dangling: bool,
}

impl<'d> Gatherer<'d> {
    fn page(
        &mut self,
        page: &Page<'d>,
        number: u32,
        options: &Options,
    ) -> Result<GatheredPage, PdfFault> {
        let geometry = page.geometry.upright(number, options)?;
        let mut rest = Text::default();
        let [left, bottom, right, top] = geometry.shown.map(real);
        rest.push(format!("/MediaBox[{left} {bottom} {right} {top}]").as_bytes());
        if geometry.rotate != 0 {
            rest.push(format!("/Rotate {}", geometry.rotate).as_bytes());
        }
        if geometry.unit != 1.0 {
            rest.push(format!("/UserUnit {}", real(geometry.unit)).as_bytes());
        }
        if let Ok(group) = page.dictionary.get(b"Group") {
            rest.push(b"/Group");
            rest.object(group, &mut |id| self.refer(id));
        }
        let font = self.resources(&mut rest, page.resources);
        let (contents, balance) = self
            .contents(page.dictionary)
            .map_err(|reason| on_page(number, reason))?;
        Ok(GatheredPage {
            rest,
            contents,
            matrix: geometry.matrix(),
            font,
            balance,
            dangling: false,
        })
    }

    /// Adds the resources and, among the fonts, that of the mark; gives its name.
    fn resources(&mut self, rest: &mut Text, resources: Option<&'d Dictionary>) -> String {
        let document = self.document;
        let fonts = resources
            .and_then(|resources| resources.get_deref(b"Font", document).ok())
            .and_then(|fonts| fonts.as_dict().ok());
        let taken = |name: &str| fonts.is_some_and(|fonts| fonts.has(name.as_bytes()));
        let name = (0..)
            .map(|i| format!("LM{i}"))
            .find(|name| !taken(name))
            .unwrap_or_default();
        rest.push(b"/Resources<<");
        if let Some(resources) = resources {
            rest.entries(resources, &[b"Font"], &mut |id| self.refer(id));
        }
        rest.push(b"/Font<<");
        if let Some(fonts) = fonts {
            rest.entries(fonts, &[], &mut |id| self.refer(id));
        }
        rest.name(name.as_bytes());
        rest.push(b" ");
        rest.refer(Target::Part(REGULAR_FACE));
        rest.push(b">>>>");
        name
    }

    /// The content streams, and what they leave open when they are read one after the other.
    fn contents(&mut self, page: &'d Dictionary) -> Result<(Vec<u32>, Balance), PdfReason> {
        let missing = PdfReason::Damaged("its content is missing");
        let unpackable = PdfReason::Damaged("its content cannot be unpacked");
        let Ok(contents) = page.get(b"Contents") else {
            return Ok((Vec::new(), Balance::default())); // An empty page.
        };
        let single = std::slice::from_ref(contents);
        let parts = match deref(self.document, contents) {
            Some(Object::Array(parts)) => parts.as_slice(),
            Some(Object::Null) => return Ok((Vec::new(), Balance::default())),
            _ => single,
        };
        let mut indices = Vec::with_capacity(parts.len());
        let mut plain = Vec::new();
        for part in parts {
            let id = part.as_reference().map_err(|_| missing.clone())?;
            let Some(Object::Stream(stream)) = deref(self.document, part) else {
                return Err(missing);
            };
            indices.push(self.index(id, part).ok_or_else(|| missing.clone())?);
            let left = self.stream_bytes_max.saturating_sub(plain.len() as u64);
            let left = usize::try_from(left).unwrap_or(usize::MAX);
            let bytes = unpacked(stream, left).ok_or_else(|| unpackable.clone())?;
            plain.extend_from_slice(&bytes);
            plain.push(b'\n'); // Streams part at a token (ISO 32000-1 7.8.2).
        }
        Ok((indices, balance(&plain)))
    }

    fn refer(&mut self, id: ObjectId) -> Option<Target> {
        match self.document.objects.get(&id) {
            Some(object) => {
                let object = deref(self.document, object)?;
                let of_tree = object.as_dict().is_ok_and(|d| {
                    [b"Page".as_slice(), b"Pages", b"Catalog", b"StructElem"]
                        .iter()
                        .any(|t| d.has_type(t))
                });
                if of_tree {
                    return None; // A way back into the document: no resource of a page.
                }
                self.index_of(id, object).map(Target::Own)
            }
            None => {
                self.dangling = true;
                None
            }
        }
    }

    fn index(&mut self, id: ObjectId, object: &'d Object) -> Option<u32> {
        let object = deref(self.document, object)?;
        self.index_of(id, object)
    }

    fn index_of(&mut self, id: ObjectId, object: &'d Object) -> Option<u32> {
        let next = u32::try_from(self.indices.len()).ok()?;
        Some(*self.indices.entry(id).or_insert_with(|| {
            self.queue.push(object);
            next
        }))
    }

    /// Writes the text of every object that has been referred to, and of those that they refer to.
    fn drain(&mut self, objects: &mut Vec<GatheredObject<'d>>) -> Result<(), PdfReason> {
        while let Some(&object) = self.queue.get(objects.len()) {
            let mut text = Text::default();
            let mut data = None;
            match object {
                Object::Stream(stream) => {
                    if stream.dict.has(b"F") {
                        return Err(PdfReason::External);
                    }
                    text.push(format!("<</Length {}", stream.content.len()).as_bytes());
                    text.entries(&stream.dict, &[b"Length", b"DL"], &mut |id| self.refer(id));
                    text.push(b">>");
                    data = Some(stream.content.as_slice());
                }
                other => text.object(other, &mut |id| self.refer(id)),
            }
            objects.push(GatheredObject { text, data });
        }
        Ok(())
    }
}

/// A content stream, unpacked. The usual packing is unpacked strictly, so that no half page is printed: `lopdf` gives
/// what it could read of a damaged stream. Only the checksum is not asked for; some producers write a wrong one.
fn unpacked(stream: &lopdf::Stream, bytes_max: usize) -> Option<Vec<u8>> {
    let usual = stream
        .filters()
        .is_ok_and(|filters| filters == [b"FlateDecode"])
        && !stream.dict.has(b"DecodeParms");
    if !usual || stream.content.is_empty() {
        return stream.get_plain_content_with_limit(bytes_max).ok();
    }
    let deflated = stream.content.get(2..)?; // Behind the header of zlib.
    let mut room = (stream.content.len() * 6).clamp(4_096, bytes_max.max(4_096));
    loop {
        let mut out = vec![0; room];
        match libdeflater::Decompressor::new().deflate_decompress(deflated, &mut out) {
            Ok(len) => {
                out.truncate(len);
                return (len <= bytes_max).then_some(out);
            }
            Err(libdeflater::DecompressionError::InsufficientSpace) if room < bytes_max => {
                room = (room * 4).min(bytes_max);
            }
            Err(_) => return None,
        }
    }
}

fn pack(gathered: Gathered<'_>, source: Sha256) -> Result<Sheaf, PdfFault> {
    let mut digests = Digests::new(&gathered.objects);
    for index in 0..gathered.objects.len() as u32 {
        digests.of(index, 0).map_err(of_file)?;
    }
    let mut pages = Vec::with_capacity(gathered.pages.len());
    for (page, number) in gathered.pages.into_iter().zip(1..) {
        // A content stream within a ring of references would have no digest; no real one is.
        if !page
            .contents
            .iter()
            .all(|&index| digests.known(index).is_some())
        {
            return Err(on_page(number, PdfReason::Entangled));
        }
        let mut fault = None;
        let rest_digest = page_rest_digest(&page.rest.0, |index| {
            digests.of(index, 0).unwrap_or_else(|reason| {
                fault = Some(reason);
                None
            })
        });
        if let Some(reason) = fault {
            return Err(on_page(number, reason));
        }
        let matrix = page.matrix;
        let plain = matrix
            .iter()
            .zip([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
            .all(|(a, b)| (a - b).abs() < 1e-6);
        pages.push(SheafPage {
            rest_digest,
            rest: page.rest,
            contents: page.contents,
            saves: page.balance.saves_before(),
            restore: page.balance.restore(),
            matrix: if plain {
                String::new()
            } else {
                matrix.map(real).join(" ")
            },
            font: page.font,
        });
    }
    let known = digests.known;
    let objects: Vec<_> = gathered
        .objects
        .into_iter()
        .zip(known)
        .map(|(object, digest)| SheafObject {
            digest,
            text: object.text,
            data: object.data.map(<[u8]>::to_vec),
        })
        .collect();
    Ok(Sheaf::pack(source, &objects, &pages))
}

/// Digests from the leaves up. Within a ring an object's digest depends on where the ring was entered, so it is not kept.
struct Digests<'a, 'd> {
    objects: &'a [GatheredObject<'d>],
    known: Vec<Option<Sha256>>,
    visiting: Vec<bool>,
    /// Rings make visits repeat; this bounds them.
    visits_left: u32,
    ring_seen: bool,
}

impl<'a, 'd> Digests<'a, 'd> {
    fn new(objects: &'a [GatheredObject<'d>]) -> Self {
        Self {
            objects,
            known: vec![None; objects.len()],
            visiting: vec![false; objects.len()],
            visits_left: 1_000_000,
            ring_seen: false,
        }
    }

    fn known(&self, index: u32) -> Option<Sha256> {
        self.known.get(index as usize).copied().flatten()
    }

    /// `None` for an object that is just being visited. Sets `ring_seen` where the digest leans on such a one.
    fn of(&mut self, index: u32, depth: u32) -> Result<Option<Sha256>, PdfReason> {
        let at = index as usize;
        if let Some(digest) = self.known(index) {
            return Ok(Some(digest));
        }
        let objects = self.objects;
        let Some(object) = objects.get(at) else {
            return Ok(None);
        };
        if self.visiting[at] {
            self.ring_seen = true;
            return Ok(None);
        }
        self.visits_left = self
            .visits_left
            .checked_sub(1)
            .ok_or(PdfReason::Entangled)?;
        if depth > REFERENCE_DEPTH_MAX {
            return Err(PdfReason::Entangled);
        }
        self.visiting[at] = true;
        let ring_before = std::mem::replace(&mut self.ring_seen, false);
        let mut below = HashMap::new();
        let mut targets = Vec::new();
        walk(&object.text.0, |stretch| {
            if let Stretch::Reference(Target::Own(target)) = stretch {
                targets.push(target);
            }
        });
        for target in targets {
            below.insert(target, self.of(target, depth + 1)?);
        }
        let digest = digest(&object.text.0, object.data, |target| {
            below.get(&target).copied().flatten()
        });
        self.visiting[at] = false;
        if !self.ring_seen {
            self.known[at] = Some(digest);
        }
        self.ring_seen |= ring_before;
        Ok(Some(digest))
    }
}
