//! A font of an enclosed PDF, cut down to the glyphs used.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object, dictionary};
use skrifa::MetadataProvider;
use skrifa::instance::{LocationRef, Size};
use subsetter::GlyphRemapper;

use super::{PdfError, deflated};

/// A font face and the glyphs used of it.
pub struct Face {
    name: &'static str,
    program: &'static [u8],
    font: skrifa::FontRef<'static>,
    remapper: GlyphRemapper,
    /// New glyph id → character and its width in thousandths of the size.
    used: BTreeMap<u16, (char, f32)>,
}

impl Face {
    /// With no glyph used yet.
    pub fn new(name: &'static str, program: &'static [u8]) -> Result<Self, PdfError> {
        Ok(Self {
            name,
            program,
            font: skrifa::FontRef::new(program).map_err(PdfError::from)?,
            remapper: GlyphRemapper::new(),
            used: BTreeMap::new(),
        })
    }

    /// Glyph codes in hexadecimal; a character that the font lacks is left out.
    pub fn encode(&mut self, text: &str) -> String {
        let (charmap, advances) = (
            self.font.charmap(),
            self.font
                .glyph_metrics(Size::new(1000.0), LocationRef::default()),
        );
        let mut out = String::with_capacity(text.len() * 4);
        for c in text.chars() {
            let Some(glyph) = charmap.map(c) else {
                continue;
            };
            let new = self.remapper.remap(glyph.to_u32() as u16);
            let advance = advances.advance_width(glyph).unwrap_or_default();
            self.used.insert(new, (c, advance));
            out.push_str(&format!("{new:04x}"));
        }
        out
    }

    /// Width of a text in points.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let (charmap, advances) = (
            self.font.charmap(),
            self.font
                .glyph_metrics(Size::new(1000.0), LocationRef::default()),
        );
        let glyphs = text.chars().filter_map(|c| charmap.map(c));
        glyphs
            .filter_map(|g| advances.advance_width(g))
            .sum::<f32>()
            * size
            / 1000.0
    }

    /// Writes the font with the glyphs used (ISO 32000-1 §9.7).
    pub fn write(&self, pdf: &mut Document) -> Result<lopdf::ObjectId, PdfError> {
        let program = subsetter::subset(self.program, 0, &self.remapper).map_err(PdfError::from)?;
        let length = program.len() as i64;
        let program = pdf.add_object(deflated(dictionary! { "Length1" => length }, &program)?);
        let metrics = self.font.metrics(Size::new(1000.0), LocationRef::default());
        let bounds = metrics.bounds.map_or([0.0, -250.0, 1000.0, 1000.0], |b| {
            [b.x_min, b.y_min, b.x_max, b.y_max]
        });
        let name = format!("LMSAMP+{}", self.name);
        let descriptor = pdf.add_object(dictionary! {
            "Type" => "FontDescriptor",
            "FontName" => Object::Name(name.clone().into_bytes()),
            "Flags" => 32, // Not symbolic.
            "FontBBox" => bounds.map(Object::Real).to_vec(),
            "ItalicAngle" => 0,
            "Ascent" => Object::Real(metrics.ascent),
            "Descent" => Object::Real(metrics.descent),
            "CapHeight" => Object::Real(metrics.cap_height.unwrap_or(700.0)),
            "StemV" => 80,
            "FontFile2" => program,
        });
        let widths: Vec<Object> = self
            .used
            .values()
            .map(|(_, advance)| Object::Real(advance.round()))
            .collect();
        let descendant = pdf.add_object(dictionary! {
            "Type" => "Font",
            "Subtype" => "CIDFontType2",
            "BaseFont" => Object::Name(name.clone().into_bytes()),
            "CIDSystemInfo" => dictionary! {
                "Registry" => Object::string_literal("Adobe"),
                "Ordering" => Object::string_literal("Identity"),
                "Supplement" => 0,
            },
            "FontDescriptor" => descriptor,
            "DW" => 0,
            "W" => vec![1.into(), Object::Array(widths)], // Used glyphs are numbered from one, without gaps.
            "CIDToGIDMap" => "Identity",
        });
        let to_unicode = pdf.add_object(deflated(Dictionary::new(), self.to_unicode().as_bytes())?);
        Ok(pdf.add_object(dictionary! {
            "Type" => "Font",
            "Subtype" => "Type0",
            "BaseFont" => Object::Name(name.into_bytes()),
            "Encoding" => "Identity-H",
            "DescendantFonts" => vec![Object::Reference(descendant)],
            "ToUnicode" => to_unicode,
        }))
    }

    /// So that the text can be read back (ISO 32000-1 §9.10.3). At most 100 entries stand in one section.
    fn to_unicode(&self) -> String {
        let mut out = String::from(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
             /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
             /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
             1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n",
        );
        let entries: Vec<String> = self
            .used
            .iter()
            .map(|(code, (c, _))| format!("<{code:04x}> <{:04x}>\n", u32::from(*c)))
            .collect();
        for section in entries.chunks(100) {
            out.push_str(&format!(
                "{} beginbfchar\n{}endbfchar\n",
                section.len(),
                section.concat()
            ));
        }
        out.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
        out
    }
}
