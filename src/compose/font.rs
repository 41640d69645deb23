//! The four faces of a job: which files can be used, how wide things are, which glyphs were used.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::OnceLock;

use harfrust::{Direction, Font, ShapePlan, ShaperFont};

use super::options::{FontFiles, Points};
use super::page::Mpt;
use super::says::glyph_texts;
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
    #[error("font `{0}` forbids {1}; take a font whose licence allows printing by others")]
    Restricted(PathBuf, &'static str),
}

/// Tables without which no text can be set or embedded (OpenType 1.9, "TrueType outlines").
const TABLES: [([u8; 4], &str); 6] = [
    (*b"head", "is damaged: it has no table `head`"),
    (*b"hhea", "is damaged: it has no table `hhea`"),
    (*b"maxp", "is damaged: it has no table `maxp`"),
    (*b"hmtx", "is damaged: it has no table `hmtx`"),
    (*b"loca", "is damaged: it has no table `loca`"),
    (*b"cmap", "is damaged: it has no table `cmap`"),
];
/// What letters cannot do without: each of these must have a width.
const NEEDED: &str = " -0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Units of an em, least and most (OpenType 1.9, head).
const UNITS_PER_EM: std::ops::RangeInclusive<i32> = 16..=16_384;

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
    /// What each glyph stands for, once it was asked for.
    texts: OnceLock<Vec<String>>,
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
        for (tag, why) in TABLES {
            if table(&program, tag).is_none_or(<[u8]>::is_empty) {
                return Err(refused(why));
            }
        }
        if let Some(forbidden) = forbidden(&program) {
            return Err(FontError::Restricted(path, forbidden));
        }
        let units_per_em = table(&program, *b"head").and_then(|head| number(head, 18));
        let units_per_em = i32::from(units_per_em.unwrap_or(0));
        if !UNITS_PER_EM.contains(&units_per_em) {
            return Err(refused("is damaged: an em has not 16 to 16384 units"));
        }
        let shaper = ShaperFont::new(&font);
        let glyph = shaper
            .nominal_glyph(u32::from(' '))
            .ok_or_else(|| refused("has no space"))?;
        let usable = |c: char| {
            let glyph = shaper.nominal_glyph(u32::from(c));
            glyph.is_some_and(|glyph| {
                shaper.glyph_h_advance(glyph) > 0
                    && (c == ' ' || has_outline(&program, glyph.to_u32()))
            })
        };
        if !NEEDED.chars().all(usable) {
            return Err(refused(
                "lacks a letter from a to z or a figure, or its width or outline",
            ));
        }
        // The parts of a spool embed what they use of it; its own bytes of Noto Sans need no trial.
        if matches!(program, Cow::Owned(_)) && !can_be_cut(&program) {
            return Err(refused("is damaged: its glyphs cannot be taken out"));
        }
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
        Ok(Self {
            program,
            font,
            plans,
            units_per_em,
            space,
            texts: OnceLock::new(),
        })
    }

    /// What a glyph stands for; nothing where the font does not tell.
    pub fn says(&self, glyph: u16) -> &str {
        let texts = self.texts.get_or_init(|| {
            let font = skrifa::FontRef::new(&self.program);
            let known = font.map(|font| glyph_texts(&font)).unwrap_or_default();
            let count = known.last_key_value().map_or(0, |(last, _)| last + 1);
            let text = |glyph| known.get(&glyph).cloned().unwrap_or_default();
            (0..count).map(text).collect()
        });
        texts.get(usize::from(glyph)).map_or("", String::as_str)
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

/// What the maker of a font forbids of what we do with it (OpenType 1.9, OS/2 fsType): embedding at all, embedding of
/// outlines, or of some glyphs only.
fn forbidden(program: &[u8]) -> Option<&'static str> {
    let &[high, low] = table(program, *b"OS/2")?.get(8..10)?.first_chunk()?;
    if low & 0xf == 2 {
        Some("embedding (OS/2 fsType 2)")
    } else if high & 1 != 0 {
        Some("embedding of a part of its glyphs (OS/2 fsType 0x0100)")
    } else if high & 2 != 0 {
        Some("embedding of outlines (OS/2 fsType 0x0200)")
    } else {
        None
    }
}

/// Whether a glyph is drawn with contours (OpenType 1.9, loca and glyf).
fn has_outline(program: &[u8], glyph: u32) -> bool {
    let contours = || {
        let (loca, glyf) = (table(program, *b"loca")?, table(program, *b"glyf")?);
        let wide = number(table(program, *b"head")?, 50)? != 0;
        let offset = |glyph: u32| -> Option<usize> {
            let at = usize::try_from(glyph).ok()?;
            if !wide {
                return Some(usize::from(number(loca, at * 2)?) * 2);
            }
            let [high, low] = [number(loca, at * 4)?, number(loca, at * 4 + 2)?];
            Some(usize::from(high) << 16 | usize::from(low))
        };
        let (start, end) = (offset(glyph)?, offset(glyph + 1)?);
        (start < end).then(|| number(glyf, start))?
    };
    contours().is_some_and(|contours| contours != 0)
}

/// Whether all its glyphs can be taken out, as those that a part uses will be.
fn can_be_cut(program: &[u8]) -> bool {
    let count = table(program, *b"maxp").and_then(|maxp| number(maxp, 4));
    let mut remapper = subsetter::GlyphRemapper::new();
    for glyph in 0..count.unwrap_or(0) {
        remapper.remap(glyph);
    }
    count.is_some_and(|count| count > 0) && subsetter::subset(program, 0, &remapper).is_ok()
}

/// Two bytes of a table.
fn number(table: &[u8], at: usize) -> Option<u16> {
    let bytes = table.get(at..)?.first_chunk()?;
    Some(u16::from_be_bytes(*bytes))
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

    /// Noto Sans with one table changed.
    fn damaged(tag: [u8; 4], change: impl Fn(&mut [u8], std::ops::Range<usize>)) -> String {
        let mut program = notosans::REGULAR_TTF.to_vec();
        let at = program.windows(4).position(|name| *name == tag).unwrap();
        let number = |at: usize| {
            let bytes = notosans::REGULAR_TTF[at..at + 4].try_into().unwrap();
            u32::from_be_bytes(bytes) as usize
        };
        let start = number(at + 8);
        change(&mut program, start..start + number(at + 12));
        // A name that nothing knows: the table is gone.
        if program == notosans::REGULAR_TTF {
            program[at] = b'~';
        }
        let error = Typeface::new(("dir/x.ttf".into(), program.into())).err();
        error.map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn a_damaged_font_is_refused_by_its_name() {
        let whole = Typeface::new(("x.ttf".into(), notosans::REGULAR_TTF.to_vec().into()));
        assert!(whole.is_ok());
        let missing = |_: &mut [u8], _: std::ops::Range<usize>| {};
        for tag in [
            b"head", b"hhea", b"maxp", b"hmtx", b"loca", b"glyf", b"cmap",
        ] {
            let error = damaged(*tag, missing);
            assert!(error.contains("`dir/x.ttf`"), "{tag:?}: {error}");
        }
        for tag in [
            b"head", b"hhea", b"maxp", b"hmtx", b"loca", b"glyf", b"cmap",
        ] {
            let error = damaged(*tag, |program, table| program[table].fill(0));
            assert!(error.contains("`dir/x.ttf`"), "{tag:?}: {error}");
        }
        for tag in [b"head", b"loca", b"glyf"] {
            let error = damaged(*tag, |program, table| program[table].fill(0xff));
            assert!(error.contains("`dir/x.ttf`"), "{tag:?}: {error}");
        }
    }

    #[test]
    fn a_font_that_may_not_be_embedded_is_refused() {
        for (fs_type, said) in [
            ([0, 0], None),
            ([0, 8], None),
            ([0, 2], Some("forbids embedding (")),
            ([1, 4], Some("a part of its glyphs")),
            ([2, 4], Some("of outlines")),
        ] {
            let error = damaged(*b"OS/2", |program, table| {
                program[table.start + 8..table.start + 10].copy_from_slice(&fs_type);
                program[table.start + 4] = 9; // A weight, so that something has changed.
            });
            assert_eq!(error.is_empty(), said.is_none(), "{error}");
            assert!(error.contains(said.unwrap_or_default()), "{error}");
        }
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
