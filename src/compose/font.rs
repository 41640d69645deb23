//! The four faces of a job, and the words already shaped with them.
//!
//! Shaping one word costs about as much as breaking and writing a whole line, and letters of a batch share nearly all
//! their words. So each thread keeps what it has shaped ([`Words`]); what a word looks like depends on the word and the
//! face alone, therefore output does not depend on what happens to be kept.

use std::borrow::Cow;
use std::path::PathBuf;

use harfrust::{
    Buffer, BufferFlags, Direction, Feature, Font, Script, ShapeOptions, ShapePlan, ShaperFont, Tag,
};
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

use super::options::{FontFiles, Points};
use super::page::Mpt;
use super::{Face, GlyphsUsed};

/// Words kept from letter to letter; a clerk's vocabulary is smaller. With their glyphs at most some 4 MiB a thread.
const WORDS_KEPT_MAX: usize = 20_000;
/// Glyphs kept from letter to letter.
const GLYPHS_KEPT_MAX: usize = 300_000;

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

struct Typeface {
    program: Cow<'static, [u8]>,
    font: Font,
    /// By [`script_of`].
    plans: [ShapePlan; 3],
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

    fn face(&self, face: Face) -> &Typeface {
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

    fn width(&self, units: i32, size: Points) -> Mpt {
        let width = i64::from(units) * i64::from(size.0) * 10 / i64::from(self.units_per_em);
        Mpt::try_from(width).unwrap_or(Mpt::MAX / 4)
    }

    /// In thousandths of an em, as `TJ` counts.
    fn thousandths(&self, units: i32) -> i16 {
        let value = (i64::from(units) * 2000 / i64::from(self.units_per_em) + 1).div_euclid(2);
        i16::try_from(value).unwrap_or(0)
    }
}

/// Ligatures stay off: a ligature glyph would have to be taken apart again by whoever extracts text.
fn features() -> [Feature; 5] {
    [b"liga", b"clig", b"dlig", b"calt", b"rlig"].map(|tag| Feature::new(Tag::new(tag), 0, ..))
}

const SCRIPTS: [Script; 3] = [Script::LATIN, Script::GREEK, Script::CYRILLIC];

fn script_of(text: &str) -> usize {
    text.chars()
        .find_map(|c| match c {
            'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Some(0),
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some(1),
            '\u{400}'..='\u{52f}' => Some(2),
            _ => None,
        })
        .unwrap_or(0)
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

/// Stands on the letter before it.
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}

/// Written from right to left, or turning the direction (Unicode 15, DerivedBidiClass: the blocks that default to R or
/// AL, and the embedding controls).
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Why a word cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The face has no glyph for it.
    NoGlyph(char),
    /// Text from right to left is not set.
    RightToLeft(char),
}

/// A glyph of a word; distances in thousandths of an em, as `TJ` and `Ts` need them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// In the font program.
    pub id: u16,
    /// Moves the pen before the glyph.
    pub before: i16,
    /// Moves the pen behind it: kerning.
    pub after: i16,
    /// Lifts it: an accent that no letter of the font has.
    pub rise: i16,
}

/// A word that has been shaped.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    text: (u32, u32),
    glyphs: (u32, u32),
    units: i32,
    /// Set in.
    pub face: Face,
    /// Cannot be set.
    pub fault: Option<Fault>,
}

/// Which word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordId(u32);

/// Words shaped so far.
#[derive(Default)]
pub struct Words {
    hasher: DefaultHashBuilder,
    index: HashTable<u32>,
    words: Vec<Word>,
    texts: String,
    glyphs: Vec<Glyph>,
    buffer: Option<Buffer>,
}

impl Words {
    /// To be called between letters: forgets all when too much is kept. [`WordId`]s given before are void then.
    pub fn trim(&mut self) {
        if self.words.len() > WORDS_KEPT_MAX || self.glyphs.len() > GLYPHS_KEPT_MAX {
            self.index = HashTable::new();
            self.words = Vec::new();
            self.texts = String::new();
            self.glyphs = Vec::new();
        }
    }

    /// Shapes `text`, or finds it.
    pub fn shape(&mut self, fonts: &Fonts, face: Face, text: &str) -> WordId {
        let hash = self.hasher.hash_one((face, text));
        let found = self.index.find(hash, |&at| {
            self.words
                .get(at as usize)
                .is_some_and(|word| word.face == face && self.texts_of(word) == text)
        });
        if let Some(&at) = found {
            return WordId(at);
        }
        let word = self.shape_new(fonts, face, text);
        // Texts of one letter are far below 4 GiB (`limit.letter-bytes`).
        let at = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.words.push(word);
        let (words, hasher, texts) = (&self.words, &self.hasher, &self.texts);
        self.index.insert_unique(hash, at, |&at| {
            words.get(at as usize).map_or(0, |word| {
                let text = texts.get(range(word.text)).unwrap_or_default();
                hasher.hash_one((word.face, text))
            })
        });
        WordId(at)
    }

    /// The word.
    pub fn get(&self, id: WordId) -> Word {
        self.words.get(id.0 as usize).copied().unwrap_or(Word {
            text: (0, 0),
            glyphs: (0, 0),
            units: 0,
            face: Face::Regular,
            fault: None,
        })
    }

    /// Its letters.
    pub fn text(&self, id: WordId) -> &str {
        self.texts.get(range(self.get(id).text)).unwrap_or_default()
    }

    /// Its glyphs.
    pub fn glyphs(&self, word: &Word) -> &[Glyph] {
        self.glyphs.get(range(word.glyphs)).unwrap_or_default()
    }

    /// Its width at a size.
    pub fn width(&self, fonts: &Fonts, id: WordId, size: Points) -> Mpt {
        let word = self.get(id);
        fonts.face(word.face).width(word.units, size)
    }

    fn texts_of(&self, word: &Word) -> &str {
        self.texts.get(range(word.text)).unwrap_or_default()
    }

    fn shape_new(&mut self, fonts: &Fonts, face: Face, text: &str) -> Word {
        let typeface = fonts.face(face);
        let script = script_of(text);
        let mut buffer = self.buffer.take().unwrap_or_default();
        buffer.reset();
        buffer.push_str(text);
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_script(Some(SCRIPTS[script]));
        buffer.set_flags(
            BufferFlags::DO_NOT_INSERT_DOTTED_CIRCLE | BufferFlags::REMOVE_DEFAULT_IGNORABLES,
        );
        let font = ShaperFont::new(&typeface.font);
        let features = features();
        let options = ShapeOptions::new()
            .plan(Some(&typeface.plans[script]))
            .features(&features);
        let shaped = harfrust::shape(&font, &mut buffer, options).is_ok();

        let first = self.glyphs.len();
        let mut units = 0;
        let mut missing = !shaped;
        for (info, position) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()) {
            let glyph = harfrust::GlyphId::new(info.glyph_id);
            let id = u16::try_from(info.glyph_id).unwrap_or(0);
            missing |= id == 0;
            let advance = font.glyph_h_advance(glyph);
            // `TJ` numbers move the pen to the left.
            self.glyphs.push(Glyph {
                id,
                before: typeface.thousandths(-position.x_offset),
                after: typeface.thousandths(advance + position.x_offset - position.x_advance),
                rise: typeface.thousandths(position.y_offset),
            });
            units += position.x_advance;
        }
        let fault = fault_of(text, missing, &font);
        let start = self.texts.len();
        self.texts.push_str(text);
        self.buffer = Some(buffer);
        Word {
            text: span(start, self.texts.len()),
            glyphs: span(first, self.glyphs.len()),
            units,
            face,
            fault,
        }
    }
}

fn fault_of(text: &str, missing: bool, font: &ShaperFont<'_, '_>) -> Option<Fault> {
    if let Some(c) = text.chars().find(|&c| turns_direction(c)) {
        return Some(Fault::RightToLeft(c));
    }
    if !missing {
        return None;
    }
    let unknown = |&c: &char| font.nominal_glyph(c as u32).is_none();
    text.chars()
        .find(unknown)
        .or_else(|| text.chars().next())
        .map(Fault::NoGlyph)
}

fn span(start: usize, end: usize) -> (u32, u32) {
    let short = |at| u32::try_from(at).unwrap_or(u32::MAX);
    (short(start), short(end))
}

fn range((start, end): (u32, u32)) -> std::ops::Range<usize> {
    start as usize..end as usize
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

    fn shaped(text: &str) -> (Vec<Glyph>, Option<Fault>) {
        let fonts = Fonts::noto().unwrap();
        let mut words = Words::default();
        let id = words.shape(&fonts, Face::Regular, text);
        let word = words.get(id);
        (words.glyphs(&word).to_vec(), word.fault)
    }

    /// Letters beyond ASCII of the languages that letters are written in, or whose names stand in addresses.
    const ALPHABETS: &[(&str, &str)] = &[
        ("Nordic", "ÅÄÖåäöÆØæøÐÞðþÉéÜüÁÍÓÚÝáíóúýŌō"),
        ("Polish", "ĄĆĘŁŃÓŚŹŻąćęłńóśźż"),
        ("Turkish", "ÇĞİÖŞÜçğıöşüÂâ"),
        ("Sami, Northern", "ÁČĐŊŠŦŽáčđŋšŧž"),
        ("Sami, Lule", "ÁÅŃÄÑŊáåńäñŋ"),
        ("Sami, Skolt", "ÂČƷǮĐǦǤǨŊÕŠŽÅÄʹâčʒǯđǧǥǩŋõšžåäʼˈ"),
        ("Sami, Southern and Ume", "ÏïÖöÆæØøÅåĐđŦŧ"),
        ("Baltic", "ĀČĒĢĪĶĻŅŠŪŽāčēģīķļņšūžĄĘĖĮŲŪąęėįųūÕõ"),
        ("Czech and Slovak", "ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽáčďéěíňóřšťúůýžĹĽŔÔĺľŕô"),
        ("Romanian", "ĂÂÎȘȚăâîșțŞŢşţ"),
        ("Hungarian", "ŐŰőű"),
        ("Croatian", "ĆČĐŠŽćčđšžDžǄ"),
        (
            "Vietnamese",
            "ẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸđơư",
        ),
        (
            "Greek",
            "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώΐΰ",
        ),
        (
            "Cyrillic",
            "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюяЄІЇҐєіїґЉЊЋЂЏљњћђџЎў",
        ),
        (
            "Signs",
            "§€£¥%‰°²³½¼×÷±–—…•·„“”‚‘’«»‹›™©®№−≤≥≈→←\u{a0}\u{2011}\u{202f}",
        ),
    ];

    #[test]
    fn every_letter_of_europe_has_a_glyph_in_every_face() {
        let fonts = Fonts::noto().unwrap();
        let mut words = Words::default();
        for face in Face::ALL {
            for (language, letters) in ALPHABETS {
                for c in letters.chars() {
                    let id = words.shape(&fonts, face, &c.to_string());
                    assert_eq!(words.get(id).fault, None, "{language}, {face:?}: {c}");
                }
            }
        }
    }

    #[test]
    fn accents_join_their_letter_and_ligatures_stay_apart() {
        assert_eq!(shaped("a\u{30a}r").0, shaped("år").0);
        assert_eq!(shaped("fi").0.len(), 2);
        assert_eq!(shaped("ffl").0.len(), 3);
        // No letter of the font: the accent is set on it, and moved.
        let (glyphs, fault) = shaped("q\u{301}");
        assert_eq!((glyphs.len(), fault), (2, None));
        assert_ne!(glyphs[1].before, 0);
    }

    #[test]
    fn kerning_pulls_letters_together() {
        let (glyphs, _) = shaped("AVA");
        assert!(glyphs[0].after > 20, "{glyphs:?}");
    }

    #[test]
    fn what_cannot_be_set_is_said() {
        assert_eq!(shaped("ja✓").1, Some(Fault::NoGlyph('✓')));
        assert_eq!(shaped("שלום").1, Some(Fault::RightToLeft('ש')));
        assert_eq!(shaped("a\u{202e}b").1, Some(Fault::RightToLeft('\u{202e}')));
    }

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
    fn a_full_store_is_emptied_between_letters() {
        let fonts = Fonts::noto().unwrap();
        let mut words = Words::default();
        for n in 0..=WORDS_KEPT_MAX {
            words.shape(&fonts, Face::Regular, &n.to_string());
        }
        words.trim();
        assert!(words.words.is_empty());
        let id = words.shape(&fonts, Face::Bold, "igen");
        assert_eq!(words.text(id), "igen");
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
