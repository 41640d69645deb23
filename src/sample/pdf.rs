//! Makes the PDFs that letters of a sample enclose: A4, one or two pages, fonts embedded, clear of the strip for the
//! plant's marks.
//!
//! Each is made once. A letter's own number is printed on every page: its glyph codes stand uncompressed at a place
//! of the file that is divisible by three, so that the number can be exchanged in the base64 text without making the
//! PDF again. So every enclosed page says to which letter it belongs, and a proof can read it back.

use lopdf::{Dictionary, Document, Object, Stream, dictionary};

use crate::letter::Country;

mod face;
mod text;

use face::Face;
use text::{Text, Texts};

/// Why a PDF could not be made; a fault of the program or its fonts, never of the input.
#[derive(Debug, thiserror::Error)]
#[error("cannot make the PDF that letters enclose: {0}")]
pub struct PdfError(String);

impl PdfError {
    fn from(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// Digits of the letter's number as printed.
const NUMBER_DIGITS: usize = 9;
/// Four hexadecimal digits a glyph; divisible by three, so that base64 groups begin and end with it.
const NUMBER_BYTES: usize = NUMBER_DIGITS * 4;

/// A PDF ready to be enclosed in any number of letters.
pub struct Enclosure {
    /// The name the recipient sees.
    pub file_name: &'static str,
    base64: String,
    /// Where the number stands in `base64`.
    number_at: usize,
    /// Glyph codes of the ten digits.
    digits: [[u8; 4]; 10],
}

impl Enclosure {
    /// Appends the PDF of one letter as base64 text.
    pub fn push_base64(&self, out: &mut String, number: u32) {
        let mut codes = [0; NUMBER_BYTES];
        let mut rest = number;
        for code in codes.chunks_exact_mut(4).rev() {
            code.copy_from_slice(&self.digits[(rest % 10) as usize]);
            rest /= 10;
        }
        let (before, behind) = self.base64.split_at(self.number_at);
        out.push_str(before);
        base64_simd::STANDARD.encode_append(codes, out);
        out.push_str(&behind[NUMBER_BYTES / 3 * 4..]);
    }
}

/// The PDFs that letters of a country enclose, in a fixed order.
///
/// # Errors
/// A font program that cannot be cut down, or a PDF that cannot be written.
pub fn enclosures(country: Country) -> Result<Vec<Enclosure>, PdfError> {
    let texts = Texts::of(country);
    let made = texts.enclosures.iter().map(|text| enclosure(text, texts));
    made.collect()
}

/// A document that letters share.
pub struct SharedDocument {
    /// Its id in the mailing.
    pub id: &'static str,
    /// The name the recipient sees.
    pub file_name: &'static str,
    /// The PDF.
    pub bytes: Vec<u8>,
}

/// The documents that letters of a country share, without a letter's number: information on appeals; in Denmark also how
/// to pay, for those who have it on paper.
///
/// # Errors
/// As [`enclosures`].
pub fn shared_documents(country: Country) -> Result<Vec<SharedDocument>, PdfError> {
    let texts = Texts::of(country);
    let one = |shared: &text::Shared| {
        let mut paper = Paper::new()?;
        shared.text.write(&mut paper, texts.amount);
        Ok(SharedDocument {
            id: shared.id,
            file_name: shared.text.file_name,
            bytes: paper.finish(None)?,
        })
    };
    texts.shared.iter().map(one).collect()
}

fn enclosure(text: &Text, texts: &Texts) -> Result<Enclosure, PdfError> {
    // Spaces in front of the number move it to a place divisible by three.
    for spaces in 0..6 {
        let mut paper = Paper::new()?;
        text.write(&mut paper, texts.amount);
        let digits = paper.digit_codes();
        let number = digits[0].repeat(NUMBER_DIGITS);
        let bytes = paper.finish(Some(Numbered {
            label: texts.label,
            spaces,
            codes: &number,
        }))?;
        let Some(at) = memchr::memmem::find(&bytes, &number) else {
            return Err(PdfError("the number is not in the file".into()));
        };
        if at % 3 == 0 {
            return Ok(Enclosure {
                file_name: text.file_name,
                base64: base64_simd::STANDARD.encode_to_string(&bytes),
                number_at: at / 3 * 4,
                digits,
            });
        }
    }
    Err(PdfError("the number cannot be aligned".into()))
}

/// The letter's number on a page.
struct Numbered<'n> {
    /// In front of it.
    label: &'static str,
    /// Spaces in the content stream, so that it stands where it can be exchanged.
    spaces: usize,
    /// Its glyph codes.
    codes: &'n [u8],
}

/// Width and height of A4 in points.
const A4: (f32, f32) = (595.276, 841.89);
/// Left edge of the text: 25 mm; the plant's strip ends at 18 mm (facts/print.md §8).
const LEFT: f32 = 70.87;
/// Right edge of the text: 25 mm from the paper's.
const RIGHT: f32 = A4.0 - 70.87;
/// First baseline from the top: 30 mm.
const TOP: f32 = 85.04;
/// Last baseline: 30 mm above the lower edge; the number stands below it.
const BOTTOM: f32 = A4.1 - 85.04;

/// Regular or bold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Regular,
    Bold,
}

/// A document being set.
struct Paper {
    faces: [Face; 2],
    /// Content streams of the pages that are begun.
    pages: Vec<String>,
    /// Baseline of the next line, from the top.
    y: f32,
}

impl Paper {
    fn new() -> Result<Self, PdfError> {
        let faces = [
            Face::new("NotoSans", notosans::REGULAR_TTF)?,
            Face::new("NotoSans-Bold", notosans::BOLD_TTF)?,
        ];
        let mut paper = Self {
            faces,
            pages: vec![String::new()],
            y: TOP,
        };
        // The number may need any digit; the rest of Latin-1 because office programs embed an alphabet, not a word's
        // letters, and the PDFs shall weigh what theirs do.
        paper.faces[0].encode("0123456789");
        let latin_1: String = (' '..='~').chain('À'..='ÿ').collect();
        paper.faces[0].encode(&latin_1);
        Ok(paper)
    }

    fn digit_codes(&mut self) -> [[u8; 4]; 10] {
        let codes = self.faces[0].encode("0123456789");
        let mut out = [[0; 4]; 10];
        for (digit, code) in out.iter_mut().zip(codes.as_bytes().chunks_exact(4)) {
            digit.copy_from_slice(code);
        }
        out
    }

    /// Sets running text, broken at spaces.
    fn text(&mut self, weight: Weight, size: f32, text: &str) {
        let mut line = String::new();
        for word in text.split(' ') {
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if !line.is_empty() && self.face(weight).width(&longer, size) > RIGHT - LEFT {
                self.line(weight, size, LEFT, &line);
                line = word.to_owned();
            } else {
                line = longer;
            }
        }
        self.line(weight, size, LEFT, &line);
        self.y += size * 0.6;
    }

    /// Sets a row of cells; the first stands left, the others right in columns of equal width.
    fn row(&mut self, weight: Weight, cells: &[String]) {
        const SIZE: f32 = 9.5;
        let column = (RIGHT - LEFT) / (cells.len() as f32 + 1.0);
        self.room(SIZE);
        for (place, cell) in cells.iter().enumerate() {
            let right = LEFT + column * (place as f32 + 2.0);
            let x = if place == 0 {
                LEFT
            } else {
                right - self.face(weight).width(cell, SIZE)
            };
            self.show(weight, SIZE, x, cell);
        }
        let rule = A4.1 - self.y - 4.0;
        self.put(&format!(
            "0.4 w {LEFT:.2} {rule:.2} m {RIGHT:.2} {rule:.2} l S\n"
        ));
        self.y += SIZE * 1.7;
    }

    fn line(&mut self, weight: Weight, size: f32, x: f32, text: &str) {
        self.room(size);
        self.show(weight, size, x, text);
        self.y += size * 1.35;
    }

    /// Begins a new page when the next line does not fit.
    fn room(&mut self, size: f32) {
        if self.y + size > BOTTOM {
            self.pages.push(String::new());
            self.y = TOP;
        }
    }

    fn show(&mut self, weight: Weight, size: f32, x: f32, text: &str) {
        let codes = self.faces[weight as usize].encode(text);
        let y = A4.1 - self.y;
        self.put(&format!(
            "BT /F{} {size} Tf {x:.2} {y:.2} Td <{codes}> Tj ET\n",
            weight as u8
        ));
    }

    fn face(&self, weight: Weight) -> &Face {
        &self.faces[weight as usize]
    }

    fn put(&mut self, operators: &str) {
        if let Some(page) = self.pages.last_mut() {
            page.push_str(operators);
        }
    }

    /// Writes the file. `number` is put on every page.
    fn finish(mut self, number: Option<Numbered<'_>>) -> Result<Vec<u8>, PdfError> {
        let label = number
            .as_ref()
            .map(|n| self.faces[0].encode(n.label))
            .unwrap_or_default();
        let mut pdf = Document::with_version("1.7");
        let mut fonts = Dictionary::new();
        for (name, face) in ["F0", "F1"].iter().zip(&self.faces) {
            fonts.set(*name, face.write(&mut pdf)?);
        }
        let number = number.map(|Numbered { spaces, codes, .. }| {
            let y = 42.5; // 15 mm above the lower edge.
            let mut stream = format!(
                "{}BT /F0 8 Tf {LEFT:.2} {y} Td <{label}",
                " ".repeat(spaces)
            )
            .into_bytes();
            stream.extend_from_slice(codes);
            stream.extend_from_slice(b"> Tj ET\n");
            pdf.add_object(Stream::new(Dictionary::new(), stream))
        });
        let parent = pdf.new_object_id();
        let mut kids = Vec::new();
        for content in &self.pages {
            let body = pdf.add_object(deflated(Dictionary::new(), content.as_bytes())?);
            let contents: Vec<Object> = [Some(body), number]
                .into_iter()
                .flatten()
                .map(Object::Reference)
                .collect();
            let page = dictionary! {
                "Type" => "Page",
                "Parent" => parent,
                "MediaBox" => vec![0.into(), 0.into(), Object::Real(A4.0), Object::Real(A4.1)],
                "Resources" => dictionary! { "Font" => fonts.clone() },
                "Contents" => contents,
            };
            kids.push(Object::Reference(pdf.add_object(page)));
        }
        let count = kids.len() as i64;
        pdf.objects.insert(
            parent,
            dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into(),
        );
        let root = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => parent });
        pdf.trailer.set("Root", root);
        let mut bytes = Vec::new();
        pdf.save_to(&mut bytes).map_err(PdfError::from)?;
        Ok(bytes)
    }
}

/// A stream with `FlateDecode`.
fn deflated(mut dictionary: Dictionary, bytes: &[u8]) -> Result<Stream, PdfError> {
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
    let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let length = compressor
        .zlib_compress(bytes, &mut out)
        .map_err(PdfError::from)?;
    out.truncate(length);
    dictionary.set("Filter", "FlateDecode");
    Ok(Stream::new(dictionary, out).with_compression(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use skrifa::MetadataProvider;

    #[test]
    fn enclosures_are_small_and_say_their_number() {
        for (country, label) in [
            (Country::Sweden, "Bilaga till brev nr 000012345"),
            (Country::Denmark, "Bilag til brev nr. 000012345"),
        ] {
            for enclosure in enclosures(country).unwrap() {
                let mut text = String::new();
                enclosure.push_base64(&mut text, 12_345);
                let bytes = base64_simd::STANDARD.decode_to_vec(text).unwrap();
                let name = enclosure.file_name;
                let length = bytes.len();
                assert!((12_000..24_000).contains(&length), "{name}: {length} bytes");
                let pdf = Document::load_mem(&bytes).unwrap();
                let pages: Vec<u32> = pdf.get_pages().into_keys().collect();
                assert!((1..=2).contains(&pages.len()), "{name}");
                for page in pages {
                    let text = pdf.extract_text(&[page]).unwrap();
                    assert!(text.contains(label), "{text}");
                }
            }
        }
    }

    #[test]
    fn the_fonts_have_every_character_of_the_texts() {
        let font = skrifa::FontRef::new(notosans::REGULAR_TTF).unwrap();
        let charmap = font.charmap();
        for texts in [Country::Sweden, Country::Denmark].map(Texts::of) {
            let shared = texts.shared.iter().map(|shared| &shared.text);
            for text in texts.enclosures.iter().chain(shared) {
                for c in text.paragraphs.concat().chars().chain(text.title.chars()) {
                    assert!(charmap.map(c).is_some(), "{c}");
                }
            }
        }
    }
}
