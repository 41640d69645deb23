//! The four faces: what a part needs to know of them, and the font objects it writes once, at its end.
//!
//! Pages name glyphs by their numbers in the whole program. The subset that a part embeds has other numbers, so the font
//! maps one to the other (`CIDToGIDMap`): pages can be written before it is known which glyphs the part will use.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;

use skrifa::instance::{LocationRef, Size};
use skrifa::string::StringId;
use skrifa::{FontRef, GlyphId, MetadataProvider};

use super::Error;
use super::mark::ID_CHARACTERS;
use super::part::{FIRST_FACE, PartWriter};
use super::prepare::deflate;
use super::sink::Sink;
use crate::compose::{Face, GlyphsUsed, Picture, Pixel, Resources, glyph_texts};
use crate::disk;
use crate::letter::Colour;

/// Font descriptor flags (ISO 32000-1 table 123): symbolic, because codes are glyph numbers; italic.
const SYMBOLIC: u32 = 1 << 2;
const ITALIC: u32 = 1 << 6;
/// StemV is asked for but not found in a TrueType program; the usual guesses.
const STEM_REGULAR: u32 = 80;
const STEM_BOLD: u32 = 140;
/// Deflate level of fonts and letterhead.
const DEFLATE_LEVEL: u8 = 6;
/// Entries in one `bfchar` section (Adobe Technical Note 5411).
const BFCHAR_MAX: usize = 100;

/// Everything a part needs besides its pages.
pub(super) struct Faces {
    programs: [Program; 4],
    /// Deflated; for parts in colour and for those in black.
    letterhead: [Vec<u8>; 2],
    /// The picture in it, for the same.
    logo: Option<[Image; 2]>,
    pub(super) letterhead_glyphs: GlyphsUsed,
    /// Glyphs of [`ID_CHARACTERS`] in the regular face.
    pub(super) id_glyphs: Vec<u16>,
}

struct Program {
    bytes: Cow<'static, [u8]>,
    name: String,
    /// Advance widths in thousandths of an em.
    widths: Vec<u16>,
    /// Ascent, descent, cap height, and the box around all glyphs, in thousandths of an em.
    ascent: i32,
    descent: i32,
    cap_height: i32,
    bounds: [i32; 4],
    italic_angle: f32,
    /// What each glyph stands for.
    unicode: BTreeMap<u16, String>,
}

impl Faces {
    /// Reads the programs.
    ///
    /// # Errors
    /// A program that is no TrueType font, or lacks the characters of a piece id.
    pub(super) fn read(resources: Resources) -> Result<Self, Error> {
        let [regular, bold, italic, bold_italic] = resources.programs;
        let programs = [
            Program::read(regular, Face::Regular)?,
            Program::read(bold, Face::Bold)?,
            Program::read(italic, Face::Italic)?,
            Program::read(bold_italic, Face::BoldItalic)?,
        ];
        let unreadable = |reason| Error::Font {
            face: Face::Regular,
            reason,
        };
        let font = FontRef::new(&programs[0].bytes).map_err(|_| unreadable("it cannot be read"))?;
        let id_glyphs: Option<Vec<u16>> = ID_CHARACTERS
            .chars()
            .map(|c| {
                font.charmap()
                    .map(c)
                    .and_then(|glyph| u16::try_from(glyph.to_u32()).ok())
            })
            .collect();
        let id_glyphs = id_glyphs.ok_or(unreadable("it lacks the figures of a piece id"))?;
        Ok(Self {
            programs,
            letterhead: [&resources.letterhead, &resources.letterhead_mono]
                .map(|content| deflate(content, DEFLATE_LEVEL)),
            logo: resources
                .logo
                .map(|logo| logo.each_ref().map(|picture| Image::of(picture))),
            letterhead_glyphs: resources.letterhead_glyphs,
            id_glyphs,
        })
    }

    /// The letterhead of a part, deflated.
    pub(super) fn letterhead(&self, colour: Colour) -> &[u8] {
        let [in_colour, in_black] = &self.letterhead;
        match colour {
            Colour::Colour => in_colour,
            Colour::Mono => in_black,
        }
    }

    /// The picture in the letterhead of a part.
    pub(super) fn logo(&self, colour: Colour) -> Option<&Image> {
        let [in_colour, in_black] = self.logo.as_ref()?;
        Some(match colour {
            Colour::Colour => in_colour,
            Colour::Mono => in_black,
        })
    }

    /// Bytes of the letterhead with its picture, at most.
    pub(super) fn letterhead_bytes_max(&self) -> u64 {
        let logo = self.logo.as_ref().map_or(0, |logo| {
            logo.iter().map(|image| image.data.len()).max().unwrap_or(0)
        });
        let letterhead = self.letterhead.iter().map(Vec::len).max().unwrap_or(0);
        (letterhead + logo) as u64
    }

    /// Bytes that the font objects of so many glyphs may take.
    pub(super) fn bytes_max(&self, used: &[usize; 4]) -> u64 {
        let one = |(program, &used): (&Program, &usize)| {
            let subset = 65_536 + used as u64 * 1_024; // Hinting tables, and what a rich glyph takes.
            subset.min(program.bytes.len() as u64 + 65_536)
        };
        self.programs.iter().zip(used).map(one).sum()
    }

    /// Writes the objects of one face whose glyphs were used.
    pub(super) fn write<S: Sink>(
        &self,
        part: &mut PartWriter<S>,
        face: Face,
        used: &[u16],
    ) -> Result<(), Error> {
        let cut = self.cut(face, used)?;
        cut.write(part).map_err(|source| part.error(source))
    }

    /// Takes the glyphs that were used out of a face.
    pub(super) fn cut(&self, face: Face, used: &[u16]) -> Result<Cut, Error> {
        let program = &self.programs[face as usize];
        let failed = Error::Font {
            face,
            reason: "its used glyphs cannot be taken out",
        };
        let mut remapper = subsetter::GlyphRemapper::new();
        used.iter().for_each(|&glyph| {
            remapper.remap(glyph);
        });
        let subset = subsetter::subset(&program.bytes, 0, &remapper).map_err(|_| failed)?;
        Ok(program.cut(face, used, &subset, |glyph| {
            remapper.get(glyph).unwrap_or(0)
        }))
    }

    /// The glyphs that a face has for these characters, ascending.
    pub(super) fn glyphs_of(&self, face: Face, characters: &str) -> Vec<u16> {
        let Ok(font) = FontRef::new(&self.programs[face as usize].bytes) else {
            return Vec::new();
        };
        let charmap = font.charmap();
        let found = characters.chars().filter_map(|c| charmap.map(c));
        let found = found.filter_map(|glyph| u16::try_from(glyph.to_u32()).ok());
        let sorted: BTreeSet<u16> = found.filter(|&glyph| glyph != 0).collect();
        sorted.into_iter().collect()
    }
}

/// A picture as a stream of a part.
pub(super) struct Image {
    /// Entries of its dictionary.
    pub(super) entries: String,
    pub(super) data: Vec<u8>,
}

impl Image {
    fn of(picture: &Picture) -> Self {
        let (space, bits) = match picture.pixel {
            Pixel::Bit => ("DeviceGray", 1),
            Pixel::Grey => ("DeviceGray", 8),
            Pixel::Rgb => ("DeviceRGB", 8),
        };
        let (filter, data) = if picture.jpeg {
            ("DCTDecode", picture.data.clone())
        } else {
            ("FlateDecode", deflate(&picture.data, DEFLATE_LEVEL))
        };
        Self {
            entries: format!(
                "/Filter/{filter}/Type/XObject/Subtype/Image/Width {}/Height {}/ColorSpace/{space}/BitsPerComponent {bits}",
                picture.width, picture.height
            ),
            data,
        }
    }
}

/// A face with some glyphs only, ready to be written into any part.
pub(super) struct Cut {
    face: Face,
    /// With the tag of the subset.
    name: String,
    widths: String,
    /// Entries of the font descriptor but the name and the file.
    description: String,
    program_bytes: usize,
    /// These three are deflated.
    program: Vec<u8>,
    map: Vec<u8>,
    to_unicode: Vec<u8>,
}

impl Cut {
    /// Writes its objects.
    pub(super) fn write<S: Sink>(&self, part: &mut PartWriter<S>) -> io::Result<()> {
        let name = &self.name;
        let [descendant, descriptor, file, map, to_unicode] =
            std::array::from_fn(|_| part.allocate());
        let deflated = "/Filter/FlateDecode";
        let entries = format!("{deflated}/Length1 {}", self.program_bytes);
        part.common_stream(file, &entries, &self.program)?;
        part.common_stream(map, deflated, &self.map)?;
        part.common_stream(to_unicode, deflated, &self.to_unicode)?;
        part.common(
            descriptor,
            &format!(
                "<</Type/FontDescriptor/FontName/{name}{}/FontFile2 {file} 0 R>>",
                self.description
            ),
        )?;
        part.common(
            descendant,
            &format!(
                "<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor {descriptor} 0 R/DW 0/W[{}]/CIDToGIDMap {map} 0 R>>",
                self.widths
            ),
        )?;
        part.common(
            FIRST_FACE + self.face as u32,
            &format!(
                "<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{descendant} 0 R]/ToUnicode {to_unicode} 0 R>>"
            ),
        )
    }
}

impl Program {
    fn read(bytes: Cow<'static, [u8]>, face: Face) -> Result<Self, Error> {
        let fault = |reason| Error::Font { face, reason };
        let font = FontRef::new(&bytes).map_err(|_| fault("it is no TrueType program"))?;
        if font
            .table_data(skrifa::raw::types::Tag::new(b"glyf"))
            .is_none()
        {
            return Err(fault("it has no TrueType outlines"));
        }
        let metrics = font.metrics(Size::unscaled(), LocationRef::default());
        if metrics.units_per_em == 0 {
            return Err(fault("it has no em size"));
        }
        let scale = 1000.0 / f32::from(metrics.units_per_em);
        let scaled = |n: f32| (n * scale).round() as i32;
        let advances = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let widths = (0..metrics.glyph_count.min(65_536))
            .map(|glyph| {
                let advance = advances.advance_width(GlyphId::new(glyph)).unwrap_or(0.0);
                (advance * scale).round().clamp(0.0, 65_535.0) as u16
            })
            .collect();
        let bounds = metrics.bounds.unwrap_or_default();
        Ok(Self {
            name: postscript_name(&font, face),
            widths,
            ascent: scaled(metrics.ascent),
            descent: scaled(metrics.descent),
            cap_height: scaled(metrics.cap_height.unwrap_or(metrics.ascent * 0.7)),
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(scaled),
            italic_angle: metrics.italic_angle,
            unicode: glyph_texts(&font),
            bytes,
        })
    }

    fn cut(
        &self,
        face: Face,
        used: &[u16],
        subset: &[u8],
        subset_glyph: impl Fn(u16) -> u16,
    ) -> Cut {
        let tag: String = disk::sha256(subset)[..6]
            .iter()
            .map(|b| char::from(b'A' + b % 26))
            .collect();
        let slanted = matches!(face, Face::Italic | Face::BoldItalic);
        let heavy = matches!(face, Face::Bold | Face::BoldItalic);
        let [left, bottom, right, top] = self.bounds;
        let description = format!(
            "/Flags {}/FontBBox[{left} {bottom} {right} {top}]/ItalicAngle {}/Ascent {}/Descent {}/CapHeight {}/StemV {}",
            SYMBOLIC | if slanted { ITALIC } else { 0 },
            super::sheaf::real(f64::from(self.italic_angle)),
            self.ascent,
            self.descent,
            self.cap_height,
            if heavy { STEM_BOLD } else { STEM_REGULAR },
        );
        let last = used.last().copied().unwrap_or(0);
        let glyph_of = |cid: u16| used.binary_search(&cid).map_or(0, |_| subset_glyph(cid));
        let table: Vec<u8> = (0..=last)
            .flat_map(|cid| glyph_of(cid).to_be_bytes())
            .collect();
        Cut {
            face,
            name: format!("{tag}+{}", self.name),
            widths: self.widths_of(used),
            description,
            program_bytes: subset.len(),
            program: deflate(subset, DEFLATE_LEVEL),
            map: deflate(&table, DEFLATE_LEVEL),
            to_unicode: deflate(self.to_unicode(used).as_bytes(), DEFLATE_LEVEL),
        }
    }

    /// Runs of neighbouring glyphs: `first [width width …]`.
    fn widths_of(&self, used: &[u16]) -> String {
        let mut out = String::new();
        let mut before = None;
        for &glyph in used {
            let width = self.widths.get(usize::from(glyph)).copied().unwrap_or(0);
            let separator = match before {
                Some(last) if last + 1 == u32::from(glyph) => " ".to_owned(),
                Some(_) => format!("]{glyph}["),
                None => format!("{glyph}["),
            };
            let _ = write!(out, "{separator}{width}");
            before = Some(u32::from(glyph));
        }
        if before.is_some() {
            out.push(']');
        }
        out
    }

    fn to_unicode(&self, used: &[u16]) -> String {
        let mut out = String::from(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n",
        );
        let known: Vec<_> = used
            .iter()
            .filter_map(|glyph| Some((glyph, self.unicode.get(glyph)?)))
            .collect();
        for section in known.chunks(BFCHAR_MAX) {
            let _ = writeln!(out, "{} beginbfchar", section.len());
            for (glyph, text) in section {
                let _ = write!(out, "<{glyph:04X}><");
                text.encode_utf16().for_each(|unit| {
                    let _ = write!(out, "{unit:04X}");
                });
                out.push_str(">\n");
            }
            out.push_str("endbfchar\n");
        }
        out.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
        out
    }
}

fn postscript_name(font: &FontRef<'_>, face: Face) -> String {
    let name = font
        .localized_strings(StringId::POSTSCRIPT_NAME)
        .english_or_first();
    let name: String = name
        .map(|name| {
            name.chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
                .take(63)
                .collect()
        })
        .unwrap_or_default();
    if name.is_empty() {
        format!("Face{}", face as u8)
    } else {
        name
    }
}
