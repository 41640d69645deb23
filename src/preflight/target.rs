//! What the kind of file that pages are put into does not allow them to have.
//!
//! In: the pages of a document, and the [`Target`]. Out: remarks. For PDF/X-4 (ISO 15930-7) nothing is left to hope: what
//! cannot be looked through here, such as JPEG 2000, is refused. What is left out of a spool all the same
//! ([`LEFT_OUT`], annotations, structure) is not looked at.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::class::{Class, Remark};
use super::contents::{contents, unpacked};
use super::document::{Page, deref};
use super::rules::Limits;
use crate::disk::Sha256;

mod asked;

/// Entries that lead out of a page's own resources or carry what no printer needs: structure, metadata, alternates. They
/// are not taken into a spool.
pub(crate) const LEFT_OUT: &[&[u8]] = &[
    b"StructParent",
    b"StructParents",
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"AF",
    b"OPI",
    b"Alternates",
    b"Measure",
    b"PtData",
];

/// Arrays and dictionaries within each other in one object.
const NESTING_MAX: u32 = 64;
/// Remarks of one file.
const FOUND_MAX: usize = 100;
/// The kind of file that pages are put into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// PDF 1.6, with whatever else passes.
    #[default]
    Pdf16,
    /// PDF 1.5: nothing that only later versions know.
    Pdf15,
    /// PDF/X-4 for one printing condition.
    PdfX4 {
        /// What it prints with.
        inks: Inks,
        /// Digest of the profile that describes it.
        profile: Sha256,
    },
}

/// What a press prints with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inks {
    /// Black.
    Grey,
    /// What is told in red, green and blue.
    Rgb,
    /// Cyan, magenta, yellow, black.
    Cmyk,
}

/// What speaks against these pages.
///
/// # Errors
/// A page whose content cannot be read.
pub(crate) fn against(
    document: &Document,
    pages: &[Page<'_>],
    limits: &Limits,
    target: Target,
) -> Result<Vec<Remark>, Remark> {
    let mut look = Look {
        document,
        target,
        bytes_max: limits.stream_bytes_max,
        seen: HashSet::new(),
        profiles: HashSet::new(),
        waiting: Vec::new(),
        found: Vec::new(),
        page: 0,
    };
    if target == Target::Pdf16 {
        return Ok(look.found);
    }
    for (page, number) in pages.iter().zip(1..) {
        look.page = number;
        look.look(page).map_err(|remark| remark.on(number))?;
    }
    Ok(look.found)
}

/// What is to be said of a font or picture that cannot be read, as those find out who draw the page.
pub(super) fn unreadable(target: Target, page: u32) -> Option<Remark> {
    let what = "a font or picture that cannot be read";
    matches!(target, Target::PdfX4 { .. })
        .then(|| Remark::on_page(page, Class::PrintStandard, what))
}

/// As what an object is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Role {
    /// Whatever its type says.
    Any,
    /// Resources.
    Resources,
    /// Graphics states by name.
    States,
    /// A graphics state.
    State,
    /// Colour spaces by name.
    Spaces,
    /// Others by name.
    Names,
    /// Glyphs by name.
    Glyphs,
    /// The content of a glyph.
    Glyph,
}

struct Look<'d> {
    document: &'d Document,
    target: Target,
    bytes_max: u64,
    seen: HashSet<(ObjectId, Role)>,
    /// Profiles that were looked at.
    profiles: HashSet<ObjectId>,
    waiting: Vec<(&'d Object, Role)>,
    found: Vec<Remark>,
    page: u32,
}

impl<'d> Look<'d> {
    fn look(&mut self, page: &Page<'d>) -> Result<(), Remark> {
        if page.geometry.unit != 1.0 {
            self.refuse("a unit of its own");
        }
        let parts = contents(self.document, page.dictionary, self.bytes_max)?.parts;
        for (id, part) in parts {
            if self.seen.insert((id, Role::Glyph))
                && let Some(Object::Stream(stream)) = deref(self.document, part)
            {
                self.stream(stream, Role::Glyph)?;
            }
        }
        if let Some(resources) = page.resources {
            self.dictionary(resources, Role::Resources, 0)?;
        }
        if let Ok(group) = page.dictionary.get(b"Group") {
            self.object(group, Role::Any, 0)?;
        }
        while let Some((object, role)) = self.waiting.pop() {
            match object {
                Object::Stream(stream) => self.stream(stream, role)?,
                other => self.object(other, role, 0)?,
            }
        }
        Ok(())
    }

    /// Both targets forbid it.
    fn refuse(&mut self, what: &str) {
        let class = match self.target {
            Target::PdfX4 { .. } => Class::PrintStandard,
            Target::Pdf15 | Target::Pdf16 => Class::NewerFeature,
        };
        let remark = Remark::on_page(self.page, class, what);
        if self.found.len() < FOUND_MAX && !self.found.contains(&remark) {
            self.found.push(remark);
        }
    }

    fn object(&mut self, object: &'d Object, role: Role, depth: u32) -> Result<(), Remark> {
        if depth > NESTING_MAX {
            return Err(Remark::of_file(Class::Entangled, ""));
        }
        match object {
            Object::Reference(id) => self.refer(*id, role),
            Object::Array(items) => {
                if let [kind, profile] = &items[..]
                    && deref(self.document, kind).and_then(|kind| kind.as_name().ok())
                        == Some(b"ICCBased")
                {
                    self.profile(profile);
                }
                for item in items {
                    self.object(item, role, depth + 1)?;
                }
            }
            Object::Dictionary(dictionary) => self.dictionary(dictionary, role, depth)?,
            Object::Name(name) => self.name(name),
            _ => {}
        }
        Ok(())
    }

    fn refer(&mut self, id: ObjectId, role: Role) {
        if !self.seen.insert((id, role)) {
            return;
        }
        let object = self.document.objects.get(&id);
        let object = object.and_then(|object| deref(self.document, object));
        let of_tree = |d: &Dictionary| {
            [b"Page".as_slice(), b"Pages", b"Catalog", b"StructElem"]
                .iter()
                .any(|t| d.has_type(t))
        };
        match object {
            Some(Object::Dictionary(d)) if of_tree(d) => {}
            Some(object) => self.waiting.push((object, role)),
            None => {}
        }
    }

    fn dictionary(
        &mut self,
        dictionary: &'d Dictionary,
        role: Role,
        depth: u32,
    ) -> Result<(), Remark> {
        match role {
            Role::State => self.state(dictionary),
            Role::Spaces => self.defaults(dictionary),
            Role::Any => self.typed(dictionary),
            Role::Resources | Role::States | Role::Names | Role::Glyphs | Role::Glyph => {}
        }
        for (key, value) in dictionary.iter() {
            let key = key.as_slice();
            let inner = match role {
                Role::Resources => match key {
                    b"ExtGState" => Role::States,
                    b"ColorSpace" => Role::Spaces,
                    _ => Role::Names,
                },
                Role::States => Role::State,
                Role::Glyphs => Role::Glyph,
                Role::Names | Role::Spaces => Role::Any,
                Role::Any | Role::State | Role::Glyph => match key {
                    b"Resources" => Role::Resources,
                    b"CharProcs" => Role::Glyphs,
                    _ => Role::Any,
                },
            };
            // What stands for a profile in readers that do not know it is not used by those of PDF/X.
            let is_name = matches!(
                role,
                Role::States | Role::Spaces | Role::Names | Role::Glyphs
            );
            let left_out = (!is_name && LEFT_OUT.contains(&key))
                || (key == b"Alternate" && role == Role::Any && dictionary.has(b"N"));
            if !left_out {
                self.object(value, inner, depth + 1)?;
            }
        }
        Ok(())
    }

    fn stream(&mut self, stream: &'d Stream, role: Role) -> Result<(), Remark> {
        let dictionary = &stream.dict;
        let exchange = matches!(self.target, Target::PdfX4 { .. });
        if exchange && dictionary.has(b"Filter") {
            self.filters(dictionary);
        }
        let is_content = role == Role::Glyph
            || dictionary.has(b"PatternType")
            || self.named(dictionary, b"Subtype") == Some(b"Form");
        if exchange && is_content {
            let room = usize::try_from(self.bytes_max).unwrap_or(usize::MAX);
            match unpacked(stream, room) {
                Some(plain) => self.content(&plain),
                None if stream.content.is_empty() => {}
                None => return Err(Remark::damaged("a stream cannot be unpacked")),
            }
        }
        // As its type says: it has no names of resources.
        self.dictionary(dictionary, Role::Any, 0)
    }

    fn named(&self, dictionary: &'d Dictionary, key: &[u8]) -> Option<&'d [u8]> {
        let value = dictionary.get_deref(key, self.document).ok()?;
        value.as_name().ok()
    }
}
