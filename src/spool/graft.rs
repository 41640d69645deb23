//! Takes the pages out of an enclosed PDF, with all they need and nothing else.
//!
//! In: a document that passed [`inspect`](crate::preflight::inspect). Out: a [`Sheaf`]. What a page inherits is written on the page;
//! annotations, structure, thumbnails and metadata stay behind; content streams are taken as they are, byte for byte.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::part::{REGULAR_FACE, SRGB_PROFILE};
use super::sheaf::{Sheaf, SheafObject, SheafPage, Target as Goal, Text, real};
use crate::disk::Sha256;
use crate::preflight::{
    Balance, Class, Keys, Landscape, Page, PdfFault, Remark, Rules, Target, against, contents,
    deref, guarded, load, of_tree, pages,
};

mod digests;
mod dress;

use digests::Digests;

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

/// Takes out the pages of a PDF whose digest is `source`, as these rules lay them, for a file of this kind.
///
/// # Errors
/// As [`inspect`](crate::preflight::inspect) for what keeps a page from being taken out.
pub(super) fn graft(
    bytes: &[u8],
    source: Sha256,
    rules: &Rules,
    target: Target,
) -> Result<Sheaf, PdfFault> {
    let limits = &rules.limits;
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
        Ok(pack(gather(&document, &pages, rules, exchange)?, source)?)
    })
}

/// Gathers what the pages need.
fn gather<'d>(
    document: &'d Document,
    pages: &[Page<'d>],
    rules: &Rules,
    exchange: bool,
) -> Result<Gathered<'d>, Remark> {
    let mut gatherer = Gatherer {
        document,
        exchange,
        stream_bytes_max: rules.limits.stream_bytes_max,
        landscape: rules.landscape,
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
    landscape: Landscape,
    /// By object, and by what it is seen as.
    indices: HashMap<(ObjectId, Keys), u32>,
    /// Objects that have an index but no text yet, in the order of their indices.
    queue: Vec<(&'d Object, Keys)>,
}

impl<'d> Gatherer<'d> {
    fn page(&mut self, page: &Page<'d>, number: u32) -> Result<GatheredPage, Remark> {
        let geometry = page.geometry.on_sheet(self.landscape);
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
            rest.object(group, Keys::Typed, &mut |id, keys| self.refer(id, keys));
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
            rest.entries(resources, Keys::Resources, &[b"Font"], &mut |id, keys| {
                self.refer(id, keys)
            });
        } else if self.exchange {
            rest.push(b"/ColorSpace<<");
            rest.entries(
                &dress::default_spaces(),
                Keys::Names,
                &[],
                &mut |id, keys| self.refer(id, keys),
            );
            rest.push(b">>");
        }
        rest.push(b"/Font<<");
        if let Some(fonts) = fonts {
            rest.entries(fonts, Keys::Names, &[], &mut |id, keys| {
                self.refer(id, keys)
            });
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

    fn refer(&mut self, id: ObjectId, keys: Keys) -> Option<Goal> {
        if self.exchange && id == dress::SRGB {
            return Some(Goal::Part(SRGB_PROFILE));
        }
        let object = deref(self.document, self.document.objects.get(&id)?)?;
        if of_tree(self.document, object) {
            return None;
        }
        self.index_of(id, object, keys).map(Goal::Own)
    }

    fn index(&mut self, id: ObjectId, object: &'d Object) -> Option<u32> {
        let object = deref(self.document, object)?;
        self.index_of(id, object, Keys::Typed)
    }

    fn index_of(&mut self, id: ObjectId, object: &'d Object, keys: Keys) -> Option<u32> {
        let keys = keys.of(object);
        let next = u32::try_from(self.indices.len()).ok()?;
        Some(*self.indices.entry((id, keys)).or_insert_with(|| {
            self.queue.push((object, keys));
            next
        }))
    }

    /// Writes the text of every object that has been referred to, and of those that they refer to.
    fn drain(&mut self, objects: &mut Vec<GatheredObject<'d>>) -> Result<(), Remark> {
        while let Some(&(object, keys)) = self.queue.get(objects.len()) {
            let mut text = Text::default();
            let mut data = None;
            let mut refer = |id, keys| self.refer(id, keys);
            match object {
                Object::Stream(stream) => {
                    if stream.dict.has(b"F") {
                        return Err(Remark::of_file(Class::External, ""));
                    }
                    text.push(format!("<</Length {}", stream.content.len()).as_bytes());
                    text.entries(&stream.dict, keys, &[b"Length", b"DL"], &mut refer);
                    text.push(b">>");
                    data = Some(stream.content.as_slice());
                }
                other => text.object(other, keys, &mut refer),
            }
            objects.push(GatheredObject { text, data });
        }
        Ok(())
    }
}

fn pack(gathered: Gathered<'_>, source: Sha256) -> Result<Sheaf, Remark> {
    let mut digests = Digests::new(&gathered.objects);
    let mut pages = Vec::with_capacity(gathered.pages.len());
    for (page, number) in gathered.pages.into_iter().zip(1..) {
        let rest_digest = digests.page(&page).map_err(|remark| remark.on(number))?;
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
    let known = digests.into_known();
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
