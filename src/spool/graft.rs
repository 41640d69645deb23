//! Takes the pages out of an enclosed PDF, with all they need and nothing else.
//!
//! In: a document that passed [`inspect`](crate::preflight::inspect). Out: a [`Sheaf`]. What a page inherits is written on the page;
//! annotations, structure, thumbnails and metadata stay behind; content streams are taken as they are, byte for byte.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::part::{REGULAR_FACE, SRGB_PROFILE};
use super::sheaf::{
    Sheaf, SheafObject, SheafPage, Stretch, Target as Goal, Text, digest, page_rest_digest, real,
    walk,
};
use crate::disk::Sha256;
use crate::preflight::{
    Balance, Class, Limits, Page, PdfFault, Remark, Target, against, contents, deref, guarded,
    load, pages,
};

mod dress;

/// References on a way down; real files have about ten.
const REFERENCE_DEPTH_MAX: u32 = 200;

/// Pages and objects of a document, before they are digested.
struct Gathered<'d> {
    objects: Vec<GatheredObject<'d>>,
    pages: Vec<GatheredPage>,
}

struct GatheredObject<'d> {
    text: Text,
    data: Option<&'d [u8]>,
}

/// A page, before it is digested.
struct GatheredPage {
    rest: Text,
    contents: Vec<u32>,
    matrix: [f64; 6],
    font: String,
    balance: Balance,
}

/// Takes out the pages of a PDF whose digest is `source`, for a file of this kind.
///
/// # Errors
/// As [`inspect`](crate::preflight::inspect) for what keeps a page from being taken out.
pub(super) fn graft(
    bytes: &[u8],
    source: Sha256,
    limits: &Limits,
    target: Target,
) -> Result<Sheaf, PdfFault> {
    guarded(|| {
        let mut document = load(bytes, limits)?;
        let exchange = matches!(target, Target::PdfX4 { .. });
        if exchange {
            // Looked at once more, whoever inspected it: the file will say that it conforms.
            let found = against(&document, &pages(&document, limits)?, limits, target)?;
            if let Some(first) = found.into_iter().next() {
                return Err(first.into());
            }
            dress::dress(&mut document);
        }
        let pages = pages(&document, limits)?;
        Ok(pack(gather(&document, &pages, limits, exchange)?, source)?)
    })
}

/// Gathers what the pages need.
fn gather<'d>(
    document: &'d Document,
    pages: &[Page<'d>],
    limits: &Limits,
    exchange: bool,
) -> Result<Gathered<'d>, Remark> {
    let mut gatherer = Gatherer {
        document,
        exchange,
        stream_bytes_max: limits.stream_bytes_max,
        indices: HashMap::new(),
        queue: Vec::new(),
    };
    let mut out = Gathered {
        objects: Vec::new(),
        pages: Vec::with_capacity(pages.len()),
    };
    for (page, number) in pages.iter().zip(1..) {
        let page = gatherer.page(page, number)?;
        gatherer
            .drain(&mut out.objects)
            .map_err(|remark| remark.on(number))?;
        out.pages.push(page);
    }
    Ok(out)
}

struct Gatherer<'d> {
    document: &'d Document,
    /// For PDF/X-4.
    exchange: bool,
    stream_bytes_max: u64,
    indices: HashMap<ObjectId, u32>,
    /// Objects that have an index but no text yet, in the order of their indices.
    queue: Vec<&'d Object>,
}

impl<'d> Gatherer<'d> {
    fn page(&mut self, page: &Page<'d>, number: u32) -> Result<GatheredPage, Remark> {
        let geometry = page.geometry.on_sheet();
        let mut rest = Text::default();
        let [left, bottom, right, top] = geometry.shown.map(real);
        rest.push(format!("/MediaBox[{left} {bottom} {right} {top}]").as_bytes());
        if self.exchange {
            rest.push(format!("/TrimBox[{left} {bottom} {right} {top}]").as_bytes());
        }
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
            .map_err(|remark| remark.on(number))?;
        Ok(GatheredPage {
            rest,
            contents,
            matrix: geometry.matrix(),
            font,
            balance,
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
        } else if self.exchange {
            rest.push(b"/ColorSpace<<");
            rest.entries(&dress::default_spaces(), &[], &mut |id| self.refer(id));
            rest.push(b">>");
        }
        rest.push(b"/Font<<");
        if let Some(fonts) = fonts {
            rest.entries(fonts, &[], &mut |id| self.refer(id));
        }
        rest.name(name.as_bytes());
        rest.push(b" ");
        rest.refer(Goal::Part(REGULAR_FACE));
        rest.push(b">>>>");
        name
    }

    /// The content streams, and what they leave open when they are read one after the other.
    fn contents(&mut self, page: &'d Dictionary) -> Result<(Vec<u32>, Balance), Remark> {
        let missing = || Remark::damaged("its content is missing");
        let contents = contents(self.document, page, self.stream_bytes_max)?;
        let indices = contents
            .parts
            .iter()
            .map(|&(id, part)| self.index(id, part).ok_or_else(missing));
        Ok((indices.collect::<Result<_, _>>()?, contents.balance))
    }

    fn refer(&mut self, id: ObjectId) -> Option<Goal> {
        if self.exchange && id == dress::SRGB {
            return Some(Goal::Part(SRGB_PROFILE));
        }
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
                self.index_of(id, object).map(Goal::Own)
            }
            None => None,
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
    fn drain(&mut self, objects: &mut Vec<GatheredObject<'d>>) -> Result<(), Remark> {
        while let Some(&object) = self.queue.get(objects.len()) {
            let mut text = Text::default();
            let mut data = None;
            match object {
                Object::Stream(stream) => {
                    if stream.dict.has(b"F") {
                        return Err(Remark::of_file(Class::External, ""));
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

fn pack(gathered: Gathered<'_>, source: Sha256) -> Result<Sheaf, Remark> {
    let mut digests = Digests::new(&gathered.objects);
    for index in 0..gathered.objects.len() as u32 {
        digests.of(index, 0)?;
    }
    let mut pages = Vec::with_capacity(gathered.pages.len());
    for (page, number) in gathered.pages.into_iter().zip(1..) {
        // A content stream within a ring of references would have no digest; no real one is.
        if !page
            .contents
            .iter()
            .all(|&index| digests.known(index).is_some())
        {
            return Err(Remark::on_page(number, Class::Entangled, ""));
        }
        let mut fault = None;
        let rest_digest = page_rest_digest(&page.rest.0, |index| {
            digests.of(index, 0).unwrap_or_else(|reason| {
                fault = Some(reason);
                None
            })
        });
        if let Some(reason) = fault {
            return Err(reason.on(number));
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

fn entangled() -> Remark {
    Remark::of_file(Class::Entangled, "")
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
    fn of(&mut self, index: u32, depth: u32) -> Result<Option<Sha256>, Remark> {
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
        self.visits_left = self.visits_left.checked_sub(1).ok_or_else(entangled)?;
        if depth > REFERENCE_DEPTH_MAX {
            return Err(entangled());
        }
        self.visiting[at] = true;
        let ring_before = std::mem::replace(&mut self.ring_seen, false);
        let mut below = HashMap::new();
        let mut targets = Vec::new();
        walk(&object.text.0, |stretch| {
            if let Stretch::Reference(Goal::Own(target)) = stretch {
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
