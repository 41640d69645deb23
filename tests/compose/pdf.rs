//! Reads operators back glyph by glyph, and writes pages as a PDF of their own for other programs to read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use harfrust::Font;
use lettermill::compose::{Face, LaidLetter, Picture, Pixel, Resources, Stationery};
use lopdf::content::Content;
use lopdf::{Document, Object, Stream, dictionary};

/// A glyph on the page, in millimetres from the top left corner.
#[derive(Clone, Debug)]
pub struct Glyph {
    pub left: f64,
    pub right: f64,
    pub baseline: f64,
    pub size: f64,
    pub face: usize,
    pub id: u16,
    /// `None`: no character of the font has it.
    pub text: Option<char>,
}

pub struct Program {
    font: Font,
    units_per_em: f64,
    chars: BTreeMap<u16, char>,
}

impl Program {
    pub fn of(bytes: &[u8]) -> Self {
        let font = Font::new(bytes.to_vec(), 0).unwrap();
        let mut chars = BTreeMap::new();
        for (code, glyph) in font.charmap().unicodes() {
            if let (Some(c), Ok(glyph)) = (char::from_u32(code), u16::try_from(glyph.to_u32())) {
                chars.entry(glyph).or_insert(c);
            }
        }
        Self {
            units_per_em: f64::from(font.units_per_em()),
            font,
            chars,
        }
    }

    /// In thousandths of an em.
    fn advance(&self, glyph: u16) -> f64 {
        let shaper = harfrust::ShaperFont::new(&self.font);
        f64::from(shaper.glyph_h_advance(harfrust::GlyphId::new(glyph.into()))) * 1000.0
            / self.units_per_em
    }
}

/// All glyphs of a content stream, in the order in which they are shown.
pub fn glyphs(content: &[u8], stationery: &Stationery) -> Vec<Glyph> {
    glyphs_with(content, &programs(&stationery.resources()))
}

pub fn programs(resources: &Resources) -> [Program; 4] {
    resources
        .programs
        .each_ref()
        .map(|bytes| Program::of(bytes))
}

pub fn glyphs_with(content: &[u8], programs: &[Program; 4]) -> Vec<Glyph> {
    let content = Content::decode(content).unwrap();
    let mut out = Vec::new();
    let (mut line, mut pen, mut font, mut depth) = ((0.0, 0.0), 0.0, None::<(usize, f64)>, 0);
    let number = |object: &Object| f64::from(object.as_float().unwrap());
    for operation in &content.operations {
        let operands = &operation.operands;
        match operation.operator.as_str() {
            "q" => depth += 1,
            "Q" => depth -= 1,
            "BT" => (line, pen) = ((0.0, 0.0), 0.0),
            "Td" => {
                line = (line.0 + number(&operands[0]), line.1 + number(&operands[1]));
                pen = line.0;
            }
            "Tf" => {
                let name = operands[0].as_name().unwrap();
                let face = ["F0", "F1", "F2", "F3"]
                    .iter()
                    .position(|f| f.as_bytes() == name)
                    .unwrap();
                font = Some((face, number(&operands[1])));
            }
            "TJ" | "Tj" => {
                let (face, size) = font.expect("a font is selected before text is shown");
                let items = match &operands[0] {
                    Object::Array(items) => items.clone(),
                    one => vec![one.clone()],
                };
                for item in items {
                    let Object::String(bytes, _) = &item else {
                        pen -= number(&item) * size / 1000.0;
                        continue;
                    };
                    assert!(bytes.len().is_multiple_of(2), "codes of two bytes");
                    for code in bytes.chunks(2) {
                        let id = u16::from_be_bytes([code[0], code[1]]);
                        let advance = programs[face].advance(id) * size / 1000.0;
                        out.push(Glyph {
                            left: pen * 25.4 / 72.0,
                            right: (pen + advance) * 25.4 / 72.0,
                            baseline: 297.0 - line.1 * 25.4 / 72.0,
                            size,
                            face,
                            id,
                            text: programs[face].chars.get(&id).copied(),
                        });
                        pen += advance;
                    }
                }
            }
            "ET" | "Do" | "re" | "f" | "rg" | "Ts" | "cm" => {}
            other => panic!("operator {other} is not part of the contract"),
        }
    }
    assert_eq!(depth, 0, "q and Q balance");
    out
}

/// Codes of all glyphs shown, quickly.
pub fn codes(content: &[u8]) -> Vec<u16> {
    let content = Content::decode(content).unwrap();
    let mut codes = Vec::new();
    for operation in &content.operations {
        if matches!(operation.operator.as_str(), "TJ" | "Tj") {
            let items = match &operation.operands[0] {
                Object::Array(items) => items.as_slice(),
                one => std::slice::from_ref(one),
            };
            for item in items {
                if let Object::String(bytes, _) = item {
                    let pairs = bytes.chunks(2);
                    codes.extend(pairs.map(|code| u16::from_be_bytes([code[0], code[1]])));
                }
            }
        }
    }
    codes
}

/// Text of glyphs: a new line for another baseline or a step to the left or a wide gap.
pub fn text(glyphs: &[Glyph]) -> String {
    let mut text = String::new();
    let mut last: Option<&Glyph> = None;
    for glyph in glyphs {
        if let Some(last) = last {
            let gap = glyph.left - last.right;
            if (glyph.baseline - last.baseline).abs() > 0.01 || !(-2.0..4.0).contains(&gap) {
                text.push('\n');
            }
        }
        text.push(glyph.text.unwrap_or('\u{fffd}'));
        last = Some(glyph);
    }
    text
}

/// Filled boxes: left, top, right, bottom in millimetres from the top left corner.
pub fn boxes(content: &[u8]) -> Vec<[f64; 4]> {
    let content = Content::decode(content).unwrap();
    let re = content.operations.iter().filter(|o| o.operator == "re");
    re.map(|operation| {
        let v: Vec<f64> = operation
            .operands
            .iter()
            .map(|o| f64::from(o.as_float().unwrap()) * 25.4 / 72.0)
            .collect();
        [v[0], 297.0 - v[1] - v[3], v[0] + v[2], 297.0 - v[1]]
    })
    .collect()
}

/// Writes the PDF into the folder for proofs, when one is asked for.
pub fn proof(name: &str, laid: &LaidLetter, stationery: &Stationery) {
    if let Some(folder) = std::env::var_os("LETTERMILL_PROOFS") {
        std::fs::create_dir_all(&folder).unwrap();
        write(
            &Path::new(&folder).join(format!("{name}.pdf")),
            laid,
            stationery,
        );
    }
}

/// One letter as a PDF with whole fonts.
pub fn write(path: &Path, laid: &LaidLetter, stationery: &Stationery) {
    let resources = stationery.resources();
    let programs = programs(&resources);
    let mut pdf = Document::with_version("1.7");
    let mut fonts = lopdf::Dictionary::new();
    for (at, face) in Face::ALL.iter().enumerate() {
        let mut used: BTreeSet<u16> = laid.glyphs.0[at].iter().copied().collect();
        used.extend(&resources.letterhead_glyphs.0[at]);
        let id = font(&mut pdf, &programs[at], &resources.programs[at], &used);
        fonts.set(format!("F{}", *face as usize), id);
    }
    let fonts = pdf.add_object(fonts);
    let mut used = dictionary! { "Font" => fonts };
    if let Some([logo, _]) = &resources.logo {
        let logo = pdf.add_object(picture(logo));
        used.set("XObject", dictionary! { "LG" => logo });
    }
    let letterhead = pdf.add_object(Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Form",
            "BBox" => vec![0.into(), 0.into(), 596.into(), 842.into()],
            "Resources" => used,
        },
        resources.letterhead.clone(),
    ));
    let tree = pdf.new_object_id();
    let mut kids = Vec::new();
    for page in &laid.pages {
        let content = pdf.add_object(Stream::new(dictionary! {}, page.content.clone()));
        let mut resources = dictionary! { "Font" => fonts };
        if page.letterhead {
            resources.set("XObject", dictionary! { "LH" => letterhead });
        }
        kids.push(
            pdf.add_object(dictionary! {
                "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => resources,
                "MediaBox" => vec![0.into(), 0.into(), Object::Real(595.28), Object::Real(841.89)],
            })
            .into(),
        );
    }
    let count = i64::try_from(kids.len()).unwrap();
    pdf.objects.insert(
        tree,
        dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into(),
    );
    let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    pdf.trailer.set("Root", catalog);
    pdf.compress();
    pdf.save(path).unwrap();
}

fn picture(picture: &Picture) -> Stream {
    let (space, bits) = match picture.pixel {
        Pixel::Bit => ("DeviceGray", 1),
        Pixel::Grey => ("DeviceGray", 8),
        Pixel::Rgb => ("DeviceRGB", 8),
    };
    let mut dictionary = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => i64::from(picture.width),
        "Height" => i64::from(picture.height), "ColorSpace" => space, "BitsPerComponent" => bits,
    };
    if picture.jpeg {
        dictionary.set("Filter", "DCTDecode");
    }
    Stream::new(dictionary, picture.data.clone())
}

fn font(
    pdf: &mut Document,
    program: &Program,
    bytes: &[u8],
    used: &BTreeSet<u16>,
) -> lopdf::ObjectId {
    let file = pdf.add_object(Stream::new(
        dictionary! { "Length1" => i64::try_from(bytes.len()).unwrap() },
        bytes.to_vec(),
    ));
    let descriptor = pdf.add_object(dictionary! {
        "Type" => "FontDescriptor", "FontName" => "Proof", "Flags" => 32, "FontFile2" => file,
        "FontBBox" => vec![(-1000).into(), (-500).into(), 2500.into(), 1200.into()],
        "ItalicAngle" => 0, "Ascent" => 1069, "Descent" => -293, "CapHeight" => 714, "StemV" => 80,
    });
    let mut widths: Vec<Object> = Vec::new();
    let mut map = String::new();
    for &glyph in used {
        #[allow(clippy::cast_possible_truncation)]
        let width = program.advance(glyph) as f32;
        widths.extend([i64::from(glyph).into(), vec![Object::Real(width)].into()]);
        if let Some(c) = program.chars.get(&glyph) {
            let units: String = c
                .encode_utf16(&mut [0; 2])
                .iter()
                .map(|u| format!("{u:04X}"))
                .collect();
            writeln!(map, "1 beginbfchar <{glyph:04X}> <{units}> endbfchar").unwrap();
        }
    }
    let cmap = format!(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Proof def /CMapType 2 def\n\
         1 begincodespacerange <0000> <FFFF> endcodespacerange\n{map}endcmap end end"
    );
    let to_unicode = pdf.add_object(Stream::new(dictionary! {}, cmap.into_bytes()));
    let cid = pdf.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "Proof", "CIDToGIDMap" => "Identity",
        "CIDSystemInfo" => dictionary! { "Registry" => Object::string_literal("Adobe"), "Ordering" => Object::string_literal("Identity"), "Supplement" => 0 },
        "FontDescriptor" => descriptor, "W" => widths,
    });
    pdf.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "Proof", "Encoding" => "Identity-H",
        "DescendantFonts" => vec![cid.into()], "ToUnicode" => to_unicode,
    })
}

/// A PDF in a folder that goes away with the guard.
pub fn written(laid: &LaidLetter, stationery: &Stationery) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.pdf");
    write(&path, laid, stationery);
    (folder, path)
}
