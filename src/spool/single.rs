//! A letter with all that it encloses as one PDF of its own, in memory: for channels that take letters one by one.
//!
//! In: a prepared piece. Out: the bytes of a PDF with its pages one behind the other: no marks, no blank backs, nothing
//! shared with other letters. It says its language; it is not tagged. What always holds: the same piece and date give the same bytes, on any thread.
//!
//! What costs time is to take the used glyphs out of a font. Most letters get by with the characters of [`COMMON`], so
//! their cut of a face is made once for all and put into each of them; a letter that needs others gets cuts of its own.

use std::path::Path;
use std::sync::OnceLock;

use jiff::civil::Date;

use super::Error;
use super::face::{Cut, Faces};
use super::flavour::Form;
use super::part::{Ending, PageSource, PartWriter, Ready, ReadyPage, each};
use super::plan::PiecePlan;
use super::prepare::Prepared;
use super::sheaf::View;
use crate::compose::{Face, Resources};
use crate::disk::{self, Sha256};

/// Characters that most letters get by with: ASCII, what Danish and Swedish add, the signs of names and amounts that are
/// frequent in both, and ligatures. Each is worth some hundred bytes in every letter, so there are not more of them.
const COMMON: &str = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
abcdefghijklmnopqrstuvwxyz{|}~\u{a0}§«»°´·½ÄÅÆÉÖØÜäåæèéëöøü–—’“”„•…€−ﬀﬁﬂﬃﬄ";

/// Room that is asked for at once; a larger PDF grows as it is written.
const CAPACITY_MAX: usize = 16 << 20;
/// Stands for the path of a part that lies in memory.
const IN_MEMORY: &str = "(in memory)";

/// Makes single PDFs; shared by all threads.
pub struct Binder {
    faces: Faces,
    common: [OnceLock<Common>; 4],
}

/// The cut of a face that most letters share; none where the font cannot be cut so.
struct Common {
    glyphs: Vec<u16>,
    cut: Option<Cut>,
}

/// A letter as one PDF.
#[derive(Clone, PartialEq, Eq)]
pub struct Bound {
    /// PDF 1.6.
    pub pdf: Vec<u8>,
    /// Pages in it: the letter's own, then those of what it encloses.
    pub pages: u32,
    /// As the piece was planned.
    pub plan: PiecePlan,
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bound({} pages, {} bytes)", self.pages, self.pdf.len())
    }
}

impl Binder {
    /// With the fonts and the letterhead of the batch.
    ///
    /// # Errors
    /// A font that cannot be used.
    pub fn new(resources: Resources) -> Result<Self, Error> {
        Ok(Self {
            faces: Faces::read(resources)?,
            common: Default::default(),
        })
    }

    /// Makes one PDF of a piece; `date` is that of the batch.
    ///
    /// # Errors
    /// A font whose used glyphs cannot be taken out.
    pub fn bind(&self, piece: &Prepared, date: Date) -> Result<Bound, Error> {
        let path = Path::new(IN_MEMORY);
        let damaged = || Error::Scratch(path.to_owned());
        let sheaves = std::iter::once(&piece.own).chain(piece.enclosures.iter().map(AsRef::as_ref));
        let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
        digest.update(piece.header.letter_id.as_bytes());
        let mut bytes = 1 << 16;
        // A document that is enclosed several times stands in the PDF once.
        let (mut views, mut known): (Vec<View<'_>>, Vec<Sha256>) = Default::default();
        let mut pages = Vec::new();
        for sheaf in sheaves {
            digest.update(&sheaf.source);
            let at = known.iter().position(|source| *source == sheaf.source);
            let at = match at {
                Some(at) => at,
                None => {
                    digest.update(&disk::sha256(&sheaf.bytes));
                    bytes += sheaf.bytes.len();
                    views.push(View::read(&sheaf.bytes).ok_or_else(damaged)?);
                    known.push(sheaf.source);
                    known.len() - 1
                }
            };
            let count = views.get(at).map_or(0, |view| view.pages.len());
            pages.extend((0..count).map(|page| ReadyPage {
                source: PageSource::Sheaf(at, page),
                mark: None,
            }));
        }
        let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let mut part = PartWriter::begin_in(
            path,
            Vec::with_capacity(bytes.min(CAPACITY_MAX)),
            Form::default(),
        )?;
        let ready = Ready {
            sheaves: views,
            pages,
        };
        part.piece(&ready, None)
            .map_err(|source| part.error(source))?;
        part.uses(each(&piece.header.glyphs), piece.header.letterhead);
        let id = disk::finished(digest);
        let ending = Ending {
            colour: piece.header.plan.colour,
            language: Some(&piece.language),
            date,
            id: &id,
            conformance: None,
        };
        let (pdf, _) = part.finish(&self.faces, &ending, |part, face, used| {
            self.write_face(part, face, used)
        })?;
        Ok(Bound {
            pdf,
            pages: count,
            plan: piece.header.plan,
        })
    }

    fn write_face(
        &self,
        part: &mut PartWriter<Vec<u8>>,
        face: Face,
        used: &[u16],
    ) -> Result<(), Error> {
        let common = self.common(face);
        match &common.cut {
            Some(cut) if is_subset(used, &common.glyphs) => {
                cut.write(part).map_err(|source| part.error(source))
            }
            Some(_) | None => self.faces.write(part, face, used),
        }
    }

    fn common(&self, face: Face) -> &Common {
        self.common[face as usize].get_or_init(|| {
            let glyphs = self.faces.glyphs_of(face, COMMON);
            let cut = self.faces.cut(face, &glyphs).ok();
            Common { glyphs, cut }
        })
    }
}

/// Both are ascending.
fn is_subset(few: &[u16], many: &[u16]) -> bool {
    few.iter().all(|glyph| many.binary_search(glyph).is_ok())
}
