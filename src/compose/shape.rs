//! Words, shaped: glyphs with kerning, and accents on letters that have none of their own.
//!
//! Shaping one word costs about as much as breaking and writing a whole line, and letters of a batch share nearly all
//! their words. So each thread keeps what it has shaped ([`Words`]); what a word looks like depends on the word and the
//! face alone, therefore output does not depend on what happens to be kept.

use std::hash::BuildHasher;

use harfrust::{
    Buffer, BufferFlags, Direction, Feature, GlyphInfo, GlyphPosition, Script, ShapeOptions,
    ShaperFont, Tag,
};
use hashbrown::{DefaultHashBuilder, HashTable};

use super::Face;
use super::font::Fonts;
use super::options::Points;
use super::page::Mpt;
use super::says::reads_alike;

/// Words kept from letter to letter; a clerk's vocabulary is smaller. With their glyphs at most some 4 MiB a thread.
const WORDS_KEPT_MAX: usize = 20_000;
/// Glyphs kept from letter to letter.
const GLYPHS_KEPT_MAX: usize = 300_000;

/// Ligatures stay off: a ligature glyph would have to be taken apart again by whoever extracts text.
pub fn features() -> [Feature; 5] {
    [b"liga", b"clig", b"dlig", b"calt", b"rlig"].map(|tag| Feature::new(Tag::new(tag), 0, ..))
}

/// Scripts with a shaping plan of their own; all others use the first.
pub const SCRIPTS: [Script; 3] = [Script::LATIN, Script::GREEK, Script::CYRILLIC];

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
    /// More marks on one letter than a line has room for.
    Marks(char),
    /// Its glyph stands for another one: who reads the page by its glyphs reads that.
    Another(char),
}

impl Fault {
    /// The character, and what is the matter with it.
    pub fn told(self) -> (char, &'static str) {
        match self {
            Self::NoGlyph(c) => (c, "for which the font has no glyph"),
            Self::RightToLeft(c) => (c, "which belongs to text from right to left"),
            Self::Marks(c) => (c, "more than four marks on one letter"),
            Self::Another(c) => (c, "which the font does not tell from another character"),
        }
    }
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// To be called between letters: forgets all when too much is kept, and says so. [`WordId`]s given before are void
    /// then.
    pub fn trim(&mut self) -> bool {
        let full = self.words.len() > WORDS_KEPT_MAX || self.glyphs.len() > GLYPHS_KEPT_MAX;
        if full {
            self.index = HashTable::new();
            self.words = Vec::new();
            self.texts = String::new();
            self.glyphs = Vec::new();
        }
        full
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

    /// The character that is to blame where the glyphs of a word do not say what the word says.
    pub fn another(&self, fonts: &Fonts, id: WordId) -> Option<char> {
        let word = self.get(id);
        if word.fault.is_some() {
            return None; // It has been said what cannot be set.
        }
        let typeface = fonts.face(word.face);
        let text = self.texts_of(&word);
        let glyphs = self.glyphs(&word).iter();
        let said: String = glyphs.map(|glyph| typeface.says(glyph.id)).collect();
        if reads_alike(text, &said) {
            return None;
        }
        let font = ShaperFont::new(&typeface.font);
        let is_another = |c: &char| {
            let glyph = font.nominal_glyph(u32::from(*c));
            let glyph = glyph.and_then(|glyph| u16::try_from(glyph.to_u32()).ok());
            glyph.is_none_or(|glyph| !reads_alike(c.encode_utf8(&mut [0; 4]), typeface.says(glyph)))
        };
        text.chars()
            .find(is_another)
            .or_else(|| text.chars().next())
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
            let x_advance = if is_letter_shrunk(info, position, text, &font) {
                advance
            } else {
                position.x_advance
            };
            // `TJ` numbers move the pen to the left.
            self.glyphs.push(Glyph {
                id,
                before: typeface.thousandths(-position.x_offset),
                after: typeface.thousandths(advance + position.x_offset - x_advance),
                rise: typeface.thousandths(position.y_offset),
            });
            units += x_advance;
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

/// Noto Sans 1.06 calls some letters marks that are none, the Skolt Sami ʹ and ʼ among them, and the shaper then takes
/// their width away.
fn is_letter_shrunk(
    info: &GlyphInfo,
    position: &GlyphPosition,
    text: &str,
    font: &ShaperFont<'_, '_>,
) -> bool {
    position.x_advance == 0
        && (position.x_offset, position.y_offset) == (0, 0)
        && text
            .get(info.cluster as usize..)
            .and_then(|rest| rest.chars().next())
            .is_some_and(|c| {
                let own = font.nominal_glyph(c as u32);
                !is_mark(c) && own == Some(harfrust::GlyphId::new(info.glyph_id))
            })
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
            "§€£¥%‰°²³½¼×÷±–—…•·„“”‚‘’«»‹›™©®№−≤≥≈→←\u{a0}\u{202f}",
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
    fn the_sami_prime_has_its_own_width() {
        let fonts = Fonts::noto().unwrap();
        let mut words = Words::default();
        let mut width = |text: &str| {
            let id = words.shape(&fonts, Face::Regular, text);
            words.width(&fonts, id, Points(1000))
        };
        for letters in ["vʹv", "vʼv"] {
            let prime = width(&letters[1..3]);
            assert!(prime > 1500, "{letters}: {prime}");
            assert!(width(letters) > width("vv") + prime / 2, "{letters}");
        }
    }

    #[test]
    fn kerning_pulls_letters_together() {
        let (glyphs, _) = shaped("AVA");
        assert!(glyphs[0].after >= 20, "{glyphs:?}");
    }

    #[test]
    fn what_cannot_be_set_is_said() {
        assert_eq!(shaped("ja✓").1, Some(Fault::NoGlyph('✓')));
        assert_eq!(shaped("שלום").1, Some(Fault::RightToLeft('ש')));
        assert_eq!(shaped("a\u{202e}b").1, Some(Fault::RightToLeft('\u{202e}')));
    }

    #[test]
    fn a_full_store_is_emptied_between_letters() {
        let fonts = Fonts::noto().unwrap();
        let mut words = Words::default();
        for n in 0..=WORDS_KEPT_MAX {
            words.shape(&fonts, Face::Regular, &n.to_string());
        }
        assert!(words.trim());
        assert!(words.words.is_empty());
        let id = words.shape(&fonts, Face::Bold, "igen");
        assert_eq!(words.text(id), "igen");
    }
}
