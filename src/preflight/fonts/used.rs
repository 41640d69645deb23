//! In which fonts text is seen, by their names among the resources.
//!
//! PDF/A and PDF/X ask for the programs of fonts in which glyphs are drawn, not of those that are only named, or in which
//! text is hidden behind a scan. Names are taken together for the whole file: a font counts as used when some content
//! shows text in one of its name.

use std::collections::HashSet;

use lopdf::{Document, Object, Stream};

use super::super::contents::{contents, unpacked};
use super::super::document::{Page, deref};
use super::super::scan::{self, Use};

/// What the contents of a file may unpack to together, to be looked at.
const BYTES_MAX: usize = 64 << 20;

/// Names of fonts in which text is seen.
pub(super) struct Used {
    shown: HashSet<Vec<u8>>,
    /// Names of those in which text may be seen in forms that choose none.
    lent: HashSet<Vec<u8>>,
    /// There are such forms.
    borrowed: bool,
    /// Some content could not be read.
    unknown: bool,
}

impl Used {
    pub(super) fn of(document: &Document, pages: &[Page<'_>]) -> Self {
        let mut used = Self {
            shown: HashSet::new(),
            lent: HashSet::new(),
            borrowed: false,
            unknown: false,
        };
        let mut left = BYTES_MAX;
        for page in pages {
            let Ok(contents) = contents(document, page.dictionary, left as u64) else {
                used.unknown = true;
                return used;
            };
            let parts = contents.parts.iter();
            let streams = parts.filter_map(|(_, part)| deref(document, part)?.as_stream().ok());
            used.read(streams, &mut left);
        }
        for object in document.objects.values() {
            match object {
                Object::Stream(stream) if is_content(document, stream) => {
                    used.read(std::iter::once(stream), &mut left);
                }
                Object::Dictionary(font) => {
                    let glyphs = font
                        .get_deref(b"CharProcs", document)
                        .and_then(Object::as_dict);
                    let glyphs = glyphs.into_iter().flat_map(lopdf::Dictionary::iter);
                    for (_, glyph) in glyphs {
                        let glyph = deref(document, glyph).and_then(|glyph| glyph.as_stream().ok());
                        used.read(glyph.into_iter(), &mut left);
                    }
                }
                _ => {}
            }
        }
        used
    }

    /// Whether text may be seen in a font of this name.
    pub(super) fn has(&self, name: &[u8]) -> bool {
        self.unknown || self.shown.contains(name) || self.borrowed && self.lent.contains(name)
    }

    /// Reads streams one after the other, as one content.
    fn read<'d>(&mut self, streams: impl Iterator<Item = &'d Stream>, left: &mut usize) {
        let mut plain = Vec::new();
        for stream in streams {
            let Some(bytes) = unpacked(stream, *left) else {
                self.unknown = true;
                return;
            };
            *left = left.saturating_sub(bytes.len());
            plain.extend_from_slice(&bytes);
            plain.push(b'\n');
        }
        scan::fonts_seen(&plain, |found| match found {
            Use::Shown(name) => add(&mut self.shown, name),
            Use::Lent(name) => add(&mut self.lent, name),
            Use::Borrowed => self.borrowed = true,
        });
    }
}

fn add(names: &mut HashSet<Vec<u8>>, name: &[u8]) {
    if !names.contains(name) {
        names.insert(name.to_vec());
    }
}

/// Whether a stream is a form or the cell of a pattern.
fn is_content(document: &Document, stream: &Stream) -> bool {
    let subtype = stream.dict.get_deref(b"Subtype", document);
    let is_form = subtype
        .and_then(Object::as_name)
        .is_ok_and(|name| name == b"Form");
    is_form || stream.dict.has(b"PatternType")
}
