//! The four faces of a job: which files can be used, how wide things are, which glyphs were used.

use std::borrow::Cow;
use std::path::PathBuf;

use harfrust::{Direction, Font, ShapePlan, ShaperFont};

use super::options::{FontFiles, Points};
use super::page::Mpt;
use super::shape::{SCRIPTS, features, is_mark};
use super::{Face, GlyphsUsed};

/// Why a font file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// Not there, or not readable.
    #[error("font `{0}` cannot be read: {1}")]
    Read(PathBuf, std::io::Error),
    /// Another format than TrueType.
    #[error("font `{0}` {1}; only TrueType files (.ttf) with `glyf` outlines can be used")]
    Format(PathBuf, &'static str),
    /// Its maker forbids embedding.
    #[error(
        "font `{0}` forbids embedding (OS/2 fsType 2); take a font whose licence allows printing by others"
    )]
    Restricted(PathBuf),
}

/// The faces.
pub struct Fonts {
    faces: [Typeface; 4],
}

/// One face.
pub struct Typeface {
    program: Cow<'static, [u8]>,
    /// For the shaper.
    pub font: Font,
    /// In the order of [`SCRIPTS`].
    pub plans: [ShapePlan; 3],
    units_per_em: i32,
    space: Space,
}

#[derive(Clone, Copy)]
struct Space {
    glyph: u16,
    advance: i32,
}

impl Fonts {
    /// Noto Sans, as the crate `notosans` brings it (SIL Open Font License): all European languages in Latin, Greek
    /// and Cyrillic letters, the Sami ones among them.
    pub fn noto() -> Result<Self, FontError> {
        Self::of([
            ("Noto Sans Regular".into(), notosans::REGULAR_TTF.into()),
            ("Noto Sans Bold".into(), notosans::BOLD_TTF.into()),
            ("Noto Sans Italic".into(), notosans::ITALIC_TTF.into()),
            (
                "Noto Sans Bold Italic".into(),
                notosans::BOLD_ITALIC_TTF.into(),
            ),
        ])
    }

    /// From files.
    pub fn read(files: &FontFiles) -> Result<Self, FontError> {
        let read = |path: &PathBuf| match std::fs::read(path) {
            Ok(bytes) => Ok((path.clone(), Cow::Owned(bytes))),
            Err(error) => Err(FontError::Read(path.clone(), error)),
        };
        Self::of([
            read(&files.regular)?,
            read(&files.bold)?,
            read(&files.italic)?,
            read(&files.bold_italic)?,
        ])
    }

    fn of(programs: [(PathBuf, Cow<'static, [u8]>); 4]) -> Result<Self, FontError> {
        let [a, b, c, d] = programs;
        Ok(Self {
            faces: [
                Typeface::new(a)?,
                Typeface::new(b)?,
                Typeface::new(c)?,
                Typeface::new(d)?,
            ],
        })
    }

    /// The font programs, whole.
    pub fn programs(&self) -> [Cow<'static, [u8]>; 4] {
        self.faces.each_ref().map(|face| face.program.clone())
    }

    /// Width of a space.
    pub fn space(&self, face: Face, size: Points) -> Mpt {
        let typeface = self.face(face);
        typeface.width(typeface.space.advance, size)
    }

    /// Glyph of a space.
    pub fn space_glyph(&self, face: Face) -> u16 {
        self.face(face).space.glyph
    }

    /// How many bytes of `text` fit into `measure`, never cutting a letter from its accents; at least one letter.
    pub fn prefix_that_fits(&self, face: Face, size: Points, text: &str, measure: Mpt) -> usize {
        let typeface = self.face(face);
        let font = ShaperFont::new(&typeface.font);
        let mut units = 0;
        for (at, c) in text.char_indices() {
            let advance = font
                .nominal_glyph(c as u32)
                .map_or(0, |glyph| font.glyph_h_advance(glyph));
            units += advance;
            if at > 0 && !is_mark(c) && typeface.width(units, size) > measure {
                return at;
            }
        }
        text.len()
    }

    /// A face.
    pub fn face(&self, face: Face) -> &Typeface {
        match face {
            Face::Regular => &self.faces[0],
            Face::Bold => &self.faces[1],
            Face::Italic => &self.faces[2],
            Face::BoldItalic => &self.faces[3],
        }
    }
}

impl Typeface {
    fn new((path, program): (PathBuf, Cow<'static, [u8]>)) -> Result<Self, FontError> {
        let refused = |why| FontError::Format(path.clone(), why);
        match program.get(..4) {
            Some(b"OTTO") => return Err(refused("is an OpenType font with CFF outlines")),
            Some(b"ttcf") => return Err(refused("is a collection of fonts")),
            Some(b"wOFF" | b"wOF2") => return Err(refused("is a web font")),
            Some([0, 1, 0, 0] | b"true") => {}
            _ => return Err(refused("is not a font")),
        }
        let font = match &program {
            Cow::Borrowed(bytes) => Font::new(*bytes, 0),
            Cow::Owned(bytes) => Font::new(bytes.clone(), 0),
        };
        let font = font.ok_or_else(|| refused("is damaged"))?;
        if !font.axes().is_empty() {
            return Err(refused("is a variable font"));
        }
        if table(&program, *b"glyf").is_none() {
            return Err(refused("has no outlines"));
        }
        // OS/2 fsType, bits 0–3: 2 is restricted licence embedding (OpenType 1.9, OS/2).
        if table(&program, *b"OS/2")
            .and_then(|os2| os2.get(8..10))
            .is_some_and(|fs_type| fs_type[1] & 0xf == 2)
        {
            return Err(FontError::Restricted(path));
        }
        let shaper = ShaperFont::new(&font);
        let glyph = shaper
            .nominal_glyph(u32::from(' '))
            .ok_or_else(|| refused("has no space"))?;
        let space = Space {
            glyph: u16::try_from(glyph.to_u32()).map_err(|_| refused("has too many glyphs"))?,
            advance: shaper.glyph_h_advance(glyph),
        };
        let plans = SCRIPTS.map(|script| {
            ShapePlan::new(
                &font,
                Direction::LeftToRight,
                Some(script),
                None,
                &features(),
            )
        });
        let units_per_em = i32::from(font.units_per_em()).max(16);
        Ok(Self {
            program,
            font,
            plans,
            units_per_em,
            space,
        })
    }

    /// Of so many units of the font.
    pub fn width(&self, units: i32, size: Points) -> Mpt {
        let width = i64::from(units) * i64::from(size.0) * 10 / i64::from(self.units_per_em);
        Mpt::try_from(width).unwrap_or(Mpt::MAX / 4)
    }

    /// In thousandths of an em, as `TJ` counts.
    pub fn thousandths(&self, units: i32) -> i16 {
        let value = (i64::from(units) * 2000 / i64::from(self.units_per_em) + 1).div_euclid(2);
        i16::try_from(value).unwrap_or(0)
    }
}

/// The table named, by the directory of an sfnt file.
fn table(program: &[u8], tag: [u8; 4]) -> Option<&[u8]> {
    let count = usize::from(u16::from_be_bytes(program.get(4..6)?.try_into().ok()?));
    program
        .get(12..)?
        .chunks_exact(16)
        .take(count)
        .find_map(|entry| {
            let (name, rest) = entry.split_first_chunk::<4>()?;
            let number = |at: usize| -> Option<usize> {
                let bytes = rest.get(at..at + 4)?.try_into().ok()?;
                usize::try_from(u32::from_be_bytes(bytes)).ok()
            };
            let (offset, length) = (number(4)?, number(8)?);
            if *name == tag {
                program.get(offset..offset.checked_add(length)?)
            } else {
                None
            }
        })
}

/// A set of glyph ids for each face.
#[derive(Clone, Default)]
pub struct Used([Vec<u64>; 4]);

impl Used {
    /// Adds a glyph.
    pub fn add(&mut self, face: Face, glyph: u16) {
        let bits = &mut self.0[face as usize];
        let at = usize::from(glyph) / 64;
        if at >= bits.len() {
            bits.resize(at + 1, 0);
        }
        if let Some(word) = bits.get_mut(at) {
            *word |= 1 << (glyph % 64);
        }
    }

    /// Adds all of another.
    pub fn add_all(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            if mine.len() < theirs.len() {
                mine.resize(theirs.len(), 0);
            }
            for (a, b) in mine.iter_mut().zip(theirs) {
                *a |= b;
            }
        }
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        for bits in &mut self.0 {
            bits.fill(0);
        }
    }

    /// Sorted ids without glyph 0.
    pub fn glyphs(&self) -> GlyphsUsed {
        GlyphsUsed(self.0.each_ref().map(|bits| {
            let mut ids = Vec::new();
            for (base, &word) in (0_u16..).step_by(64).zip(bits) {
                let mut rest = word;
                while rest != 0 {
                    let bit = rest.trailing_zeros() as u16;
                    rest &= rest - 1;
                    if base + bit != 0 {
                        ids.push(base + bit);
                    }
                }
            }
            ids
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_refused_by_name() {
        let error = |bytes: &[u8]| {
            Typeface::new(("x.otf".into(), bytes.to_vec().into()))
                .err()
                .unwrap()
                .to_string()
        };
        assert!(error(b"OTTO\0\0\0\0").contains("CFF"));
        assert!(error(b"ttcf\0\0\0\0").contains("collection"));
        assert!(error(b"").contains("not a font"));
        let half = notosans::REGULAR_TTF.get(..300).unwrap();
        assert!(error(half).contains("x.otf"));
    }

    #[test]
    fn used_glyphs_are_sorted_and_without_zero() {
        let mut used = Used::default();
        for glyph in [700, 0, 3, 64, 3] {
            used.add(Face::Italic, glyph);
        }
        assert_eq!(used.glyphs().0, [vec![], vec![], vec![3, 64, 700], vec![]]);
    }
}
