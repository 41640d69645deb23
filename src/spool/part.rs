//! Writes one part: a PDF that streams out object by object.
//!
//! In: pages of sheaves, one piece after the other. Out: a file, or bytes in memory ([`Sink`]), with a classic
//! cross-reference table, a balanced page tree, each font program and the letterhead once. What is kept in memory is the
//! offset of each object and the digest of each object that may be shared; who fills a part bounds the number of both.

use std::hash::{BuildHasherDefault, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hashbrown::HashMap;

use super::Error;
use super::face::Faces;
use super::flavour::{Flavour, Form, Xref};
use super::sheaf::{ObjectView, Stretch, Target, View, walk};
use super::sink::Sink;
use crate::compose::{Face, GlyphsUsed};
use crate::disk::{HashingWriter, Sha256};

mod common;
mod copied;
mod ending;
mod parts;
mod table;
mod tree;
mod xmp;

pub(super) use ending::{Conformance, Ending};
pub(super) use xmp::reissued as reissued_metadata;

use common::Common;
use parts::Parts;
use table::Packing;
use tree::Node;

// Objects that every part has, by number. `proof` knows them as those below `FIRST_FREE`.
const CATALOG: u32 = 1;
pub(super) const INFO: u32 = 2;
pub(super) const METADATA: u32 = 3;
/// Resources of the letters' own pages.
pub(super) const OWN_RESOURCES: u32 = 4;
pub(super) const LETTERHEAD: u32 = 5;
/// The faces, in order.
pub(super) const FIRST_FACE: u32 = 6;
/// The font of piece ids.
pub(super) const REGULAR_FACE: u32 = FIRST_FACE;
/// A stream of one `q`.
pub(super) const SAVE: u32 = 10;
/// The picture in the letterhead, or null.
const LOGO: u32 = 11;
// The next four are null but in PDF/VT-1.
pub(super) const PARTS: u32 = 12;
pub(super) const PARTS_ROOT: u32 = 13;
const OUTPUT_PROFILE: u32 = 14;
/// What colours in red, green and blue mean.
pub(super) const SRGB_PROFILE: u32 = 15;
/// The first number for anything else.
pub(super) const FIRST_FREE: u32 = 16;

/// An entry of the cross-reference table.
const XREF_ENTRY_BYTES: u64 = 20;
/// Header, trailer, catalog and the like.
const FRAME_BYTES: u64 = 16_384;
/// What resources of our own say of colours, in PDF/VT-1: see `SRGB_PROFILE`.
const SRGB_DEFAULT: &str = "/ColorSpace<</DefaultRGB[/ICCBased 15 0 R]>>";

/// The boxes of an A4 page, in points.
pub(super) fn a4_boxes(flavour: Flavour) -> &'static str {
    match flavour.is_vt() {
        true => "/MediaBox[0 0 595.276 841.89]/TrimBox[0 0 595.276 841.89]",
        false => "/MediaBox[0 0 595.276 841.89]",
    }
}

/// What a page is made of.
pub(super) enum PageSource {
    /// Sheaf and page of the piece.
    Sheaf(usize, usize),
    /// An empty back.
    Blank,
}

/// A page ready to be written.
pub(super) struct ReadyPage {
    pub(super) source: PageSource,
    /// What brings the graphics state back and draws the mark, deflated; on fronts only.
    pub(super) mark: Option<Vec<u8>>,
}

/// A piece ready to be written.
pub(super) struct Ready<'a> {
    pub(super) sheaves: Vec<View<'a>>,
    pub(super) pages: Vec<ReadyPage>,
}

/// Writes one part.
pub(super) struct PartWriter<S> {
    path: PathBuf,
    out: S,
    form: Form,
    /// By object number; zero for one that has not been written. See [`table`].
    offsets: Vec<u64>,
    packing: Packing,
    parts: Parts,
    shared: HashMap<Sha256, u32, BuildHasherDefault<FirstBytes>>,
    levels: Vec<Option<Node>>,
    glyphs: [Vec<u64>; 4],
    letterhead: bool,
    common: Common,
    buffer: Vec<u8>,
}

/// A digest is as good a hash as any.
#[derive(Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk::<8>() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    fn write_usize(&mut self, _: usize) {}
}

impl PartWriter<HashingWriter> {
    /// Begins a part in a file.
    pub(super) fn create(path: &Path, form: Form) -> Result<Self, Error> {
        let file = HashingWriter::create(path).map_err(|source| Error::io(path, source))?;
        Self::begin_in(path, file, form)
    }
}

impl<S: Sink> PartWriter<S> {
    /// Begins a part; `path` is for errors.
    pub(super) fn begin_in(path: &Path, out: S, form: Form) -> Result<Self, Error> {
        let failed = |source| Error::io(path, source);
        let mut part = Self {
            path: path.to_owned(),
            out,
            form,
            offsets: vec![0; FIRST_FREE as usize],
            packing: Packing::default(),
            parts: Parts::default(),
            shared: HashMap::default(),
            levels: Vec::new(),
            glyphs: Default::default(),
            letterhead: false,
            common: Common::default(),
            buffer: Vec::new(),
        };
        // The comment of bytes above 127 tells that the file is not text (ISO 32000-1 7.5.2).
        let version = form.flavour.version();
        writeln!(part.out, "%PDF-{version}").map_err(failed)?;
        part.out.write_all(b"%\xe5\xe4\xf6\xd8\n").map_err(failed)?;
        part.common_stream(SAVE, "", b"q\n").map_err(failed)?;
        Ok(part)
    }

    /// An error of writing this part.
    pub(super) fn error(&self, source: io::Error) -> Error {
        Error::io(&self.path, source)
    }

    /// How large the part would be if it ended now, at most.
    pub(super) fn size_max(&self, faces: &Faces) -> u64 {
        let used =
            std::array::from_fn(|i| self.glyphs[i].iter().map(|w| w.count_ones() as usize).sum());
        self.out.size()
            + self.packing.bytes()
            + self.offsets.len() as u64 * XREF_ENTRY_BYTES
            + self.parts.bytes_max()
            + self.form.profiles_bytes
            + FRAME_BYTES
            + faces.letterhead_bytes_max()
            + faces.bytes_max(&used)
    }

    /// Number of objects so far.
    pub(super) fn objects(&self) -> usize {
        self.offsets.len()
    }

    /// Notes that glyphs and the letterhead are used.
    pub(super) fn uses<'g>(
        &mut self,
        glyphs: impl IntoIterator<Item = (Face, u16)> + 'g,
        letterhead: bool,
    ) {
        self.letterhead |= letterhead;
        for (face, glyph) in glyphs {
            let words = &mut self.glyphs[face as usize];
            let at = usize::from(glyph / 64);
            if words.len() <= at {
                words.resize(at + 1, 0);
            }
            words[at] |= 1 << (glyph % 64);
        }
    }

    /// Writes the pages of a piece; `metadata` is that of its document part, in PDF/VT-1.
    pub(super) fn piece(&mut self, ready: &Ready<'_>, metadata: Option<&str>) -> io::Result<()> {
        let of_part = metadata.map(|metadata| self.begin_part(metadata));
        let mut numbers: Vec<Vec<u32>> = ready
            .sheaves
            .iter()
            .map(|sheaf| vec![0; sheaf.objects.len()])
            .collect();
        let mut pages = Vec::with_capacity(ready.pages.len());
        for page in &ready.pages {
            let mut text = Vec::with_capacity(256);
            text.extend_from_slice(b"<</Type/Page");
            match page.source {
                PageSource::Blank => {
                    text.extend_from_slice(a4_boxes(self.form.flavour).as_bytes());
                    text.extend_from_slice(b"/Resources<<>>");
                }
                PageSource::Sheaf(sheaf, index) => {
                    let (view, numbers) = (&ready.sheaves[sheaf], &mut numbers[sheaf]);
                    self.sheaf_page(view, index, numbers, page.mark.as_deref(), &mut text)?;
                }
            }
            let parent = self.parent_of_next_page();
            write!(text, "/Parent {parent} 0 R")?;
            if let Some(part) = &of_part {
                write!(text, "/DPart {} 0 R", part.number)?;
            }
            text.extend_from_slice(b">>");
            let number = self.allocate();
            self.object(number, &text)?;
            self.page_written(number)?;
            pages.push(number);
        }
        match of_part {
            Some(part) => self.end_part(&part, &pages),
            None => Ok(()),
        }
    }

    fn sheaf_page(
        &mut self,
        sheaf: &View<'_>,
        index: usize,
        numbers: &mut [u32],
        mark: Option<&[u8]>,
        text: &mut Vec<u8>,
    ) -> io::Result<()> {
        let page = &sheaf.pages[index];
        let mut queue = Vec::new();
        self.fill(page.rest, sheaf, numbers, &mut queue, text);
        let mut contents = Vec::with_capacity(page.contents.len() + 2);
        for &content in &page.contents {
            contents.push(self.number_of(content, sheaf, numbers, &mut queue));
        }
        self.write_queued(sheaf, numbers, queue)?;
        if let Some(mark) = mark {
            match page.saves {
                0 => {}
                1 => contents.insert(0, SAVE),
                saves => {
                    let number = self.allocate();
                    self.stream(number, "", &saves_content(saves))?;
                    contents.insert(0, number);
                }
            }
            let number = self.allocate();
            self.stream(number, "/Filter/FlateDecode", mark)?;
            contents.push(number);
        }
        text.extend_from_slice(b"/Contents[");
        for (i, number) in contents.iter().enumerate() {
            write!(text, "{}{number} 0 R", if i == 0 { "" } else { " " })?;
        }
        text.push(b']');
        Ok(())
    }

    fn write_queued(
        &mut self,
        sheaf: &View<'_>,
        numbers: &mut [u32],
        mut queue: Vec<u32>,
    ) -> io::Result<()> {
        let mut text = Vec::new();
        while let Some(index) = queue.pop() {
            let ObjectView {
                text: source, data, ..
            } = sheaf.objects[index as usize];
            text.clear();
            self.fill(source, sheaf, numbers, &mut queue, &mut text);
            let number = numbers[index as usize];
            self.copied(number, &text, data)?;
        }
        Ok(())
    }

    /// Copies text, with the numbers of the part in place of references.
    fn fill(
        &mut self,
        source: &[u8],
        sheaf: &View<'_>,
        numbers: &mut [u32],
        queue: &mut Vec<u32>,
        text: &mut Vec<u8>,
    ) {
        walk(source, |stretch| match stretch {
            Stretch::Plain(plain) => text.extend_from_slice(plain),
            Stretch::Reference(target) => {
                let number = match target {
                    Target::Part(number) => number,
                    Target::Own(index) => self.number_of(index, sheaf, numbers, queue),
                };
                let _ = write!(text, "{number} 0 R"); // Into memory: cannot fail.
            }
        });
    }

    /// The number of an object of a sheaf; queues it to be written if the part does not hold it yet.
    fn number_of(
        &mut self,
        index: u32,
        sheaf: &View<'_>,
        numbers: &mut [u32],
        queue: &mut Vec<u32>,
    ) -> u32 {
        let at = index as usize;
        if at >= numbers.len() {
            return 0; // Means null. Sheaves are ours: their references are in range.
        }
        if numbers[at] == 0 {
            let digest = sheaf.objects[at].digest;
            numbers[at] = match digest.and_then(|digest| self.shared.get(&digest).copied()) {
                Some(number) => number,
                None => {
                    let number = self.allocate();
                    if let Some(digest) = digest {
                        self.shared.insert(digest, number);
                    }
                    queue.push(index);
                    number
                }
            };
        }
        numbers[at]
    }

    /// A number for a new object.
    pub(super) fn allocate(&mut self) -> u32 {
        self.offsets.push(0);
        self.offsets.len() as u32 - 1
    }

    fn begin(&mut self, number: u32) -> io::Result<()> {
        self.offsets[number as usize] = self.out.size();
        writeln!(self.out, "{number} 0 obj")
    }

    /// Writes an object.
    pub(super) fn object(&mut self, number: u32, text: &[u8]) -> io::Result<()> {
        if self.form.xref == Xref::ObjectStreams {
            return self.pack(number, text);
        }
        self.begin(number)?;
        self.out.write_all(text)?;
        self.out.write_all(b"\nendobj\n")
    }

    /// Writes a stream as it stands.
    pub(super) fn stream(&mut self, number: u32, entries: &str, data: &[u8]) -> io::Result<()> {
        let text = stream_dictionary(entries, data.len());
        self.copied(number, text.as_bytes(), Some(data))
    }

    /// Writes what the pages share, and the end of the file; gives the digest of the former. A face is written by
    /// `write_face`.
    ///
    /// # Errors
    /// Any error of writing, or a font whose glyphs cannot be taken out.
    pub(super) fn finish(
        mut self,
        faces: &Faces,
        ending: &Ending<'_>,
        write_face: impl Fn(&mut Self, Face, &[u16]) -> Result<(), Error>,
    ) -> Result<(S, Sha256), Error> {
        if self.letterhead {
            self.uses(each(&faces.letterhead_glyphs), true);
        }
        let mut fonts = String::new();
        for face in Face::ALL {
            let used = self.used(face);
            if used.is_empty() {
                self.common(FIRST_FACE + face as u32, "null")
                    .map_err(|e| self.error(e))?;
            } else {
                write_face(&mut self, face, &used)?;
                fonts += &format!("/F{} {} 0 R", face as u8, FIRST_FACE + face as u32);
            }
        }
        let framed = self
            .letterhead(faces, ending.colour, &fonts)
            .and_then(|form| self.frame(ending, &fonts, &form));
        framed.map_err(|source| self.error(source))?;
        Ok((self.out, self.common.digest()))
    }

    fn used(&self, face: Face) -> Vec<u16> {
        let words = self.glyphs[face as usize].iter().enumerate();
        words
            .flat_map(|(i, word)| {
                (0..64)
                    .filter(move |bit| word >> bit & 1 == 1)
                    .map(move |bit| (i * 64) as u16 + bit)
            })
            .filter(|&glyph| glyph != 0)
            .collect()
    }
}

/// All glyphs of all faces.
pub(super) fn each(glyphs: &GlyphsUsed) -> impl Iterator<Item = (Face, u16)> + '_ {
    Face::ALL
        .into_iter()
        .zip(&glyphs.0)
        .flat_map(|(face, list)| list.iter().map(move |&glyph| (face, glyph)))
}

/// Dictionary of a stream.
pub(super) fn stream_dictionary(entries: &str, len: usize) -> String {
    format!("<</Length {len}{entries}>>")
}

/// So many `q`.
pub(super) fn saves_content(saves: u32) -> Vec<u8> {
    b"q\n".repeat(saves as usize)
}
