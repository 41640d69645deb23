//! The mark on every sheet front: what it says and how it is drawn.
//!
//! 36 digits (`facts/print.md` §4.4, `docs/formats-spool.md`): version 1, job 8, child 2, piece 8, sheet 3, sheets 3,
//! stations 3, envelope 1, page kind 1, check 2, spare 4. To change them, raise [`VERSION`] and change
//! [`Payload::digits`], [`Payload::read`] and the page in `docs/` together.

use std::io::Write;

use super::datamatrix::{self, DIGITS, SIDE};
use super::options::{MarkKind, MarkPlace};
use crate::letter::Envelope;

/// Modules along a side of the white box: the symbol and one module around it (ISO/IEC 16022 7.2).
pub(super) const BOX_MODULES: u8 = SIDE as u8 + 2;
/// Room below the box for the piece id, which stands upright along the edge of the sheet.
pub(super) const ID_LENGTH_MM: f64 = 27.0;
/// Characters of a piece id.
pub(super) const ID_CHARACTERS: &str = "0123456789-/";
/// Size of the piece id; at least 6 pt (`facts/print.md` §4.4).
const ID_POINTS: f64 = 7.0;
const VERSION: u64 = 1;
const MM: f64 = 72.0 / 25.4;
const A4_HEIGHT_MM: f64 = 297.0;

/// What lies on the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// A page of the letter itself.
    Letter,
    /// A page of something enclosed.
    Enclosure,
}

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Job number, at most eight digits.
    pub job: u32,
    /// 0, or the number of the reprint.
    pub child: u8,
    /// From one over the whole job.
    pub piece: u32,
    /// From one.
    pub sheet: u16,
    /// Sheets of the piece.
    pub sheets: u16,
    /// Feeders: station n is bit n-1.
    pub stations: u8,
    /// The envelope.
    pub envelope: Envelope,
    /// What lies on the sheet.
    pub kind: PageKind,
}

impl Payload {
    /// Digits that all marks of a piece begin with: version, job, child, piece.
    pub const PREFIX_DIGITS: usize = 19;

    /// The 36 digits.
    pub fn digits(&self) -> [u8; DIGITS] {
        let envelope = match self.envelope {
            Envelope::C65 => 6,
            Envelope::C5 => 5,
            Envelope::C4 => 4,
        };
        let kind = match self.kind {
            PageKind::Letter => 1,
            PageKind::Enclosure => 2,
        };
        let fields = [
            (VERSION, 1),
            (u64::from(self.job), 8),
            (u64::from(self.child), 2),
            (u64::from(self.piece), 8),
            (u64::from(self.sheet), 3),
            (u64::from(self.sheets), 3),
            (u64::from(self.stations), 3),
            (envelope, 1),
            (kind, 1),
        ];
        let mut digits = [b'0'; DIGITS];
        let mut at = 0;
        for (value, width) in fields {
            put(&mut digits[at..at + width], value);
            at += width;
        }
        let check = 98 - remainder_97(&digits[..at], 100);
        put(&mut digits[at..at + 2], check);
        digits
    }

    /// Reads 36 digits; `None` where the version, the check digits or a field is none that we write.
    pub fn read(digits: &[u8]) -> Option<Self> {
        if digits.len() != DIGITS || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = |from: usize, width: usize| -> u64 {
            let field = &digits[from..from + width];
            field.iter().fold(0, |n, d| n * 10 + u64::from(d - b'0'))
        };
        let checked = remainder_97(&digits[..32], 1) == 1; // ISO/IEC 7064 MOD 97-10.
        if !checked || number(0, 1) != VERSION || number(32, 4) != 0 {
            return None;
        }
        Some(Self {
            job: u32::try_from(number(1, 8)).ok()?,
            child: u8::try_from(number(9, 2)).ok()?,
            piece: u32::try_from(number(11, 8)).ok()?,
            sheet: u16::try_from(number(19, 3)).ok()?,
            sheets: u16::try_from(number(22, 3)).ok()?,
            stations: u8::try_from(number(25, 3)).ok()?,
            envelope: match number(28, 1) {
                6 => Envelope::C65,
                5 => Envelope::C5,
                4 => Envelope::C4,
                _ => return None,
            },
            kind: match number(29, 1) {
                1 => PageKind::Letter,
                2 => PageKind::Enclosure,
                _ => return None,
            },
        })
    }
}

/// What all marks of a piece begin with.
pub(super) fn prefix(job: u32, child: u8, piece: u32) -> String {
    format!("{VERSION}{job:08}{child:02}{piece:08}")
}

fn put(field: &mut [u8], mut value: u64) {
    for digit in field.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

/// The digits as a number, times `factor`, modulo 97.
fn remainder_97(digits: &[u8], factor: u64) -> u64 {
    let remainder = digits
        .iter()
        .fold(0, |r, d| (r * 10 + u64::from(d - b'0')) % 97);
    remainder * factor % 97
}

/// Draws marks at the place that the vendor profile names.
pub(super) struct Painter {
    kind: MarkKind,
    place: String,
    id_start: String,
    /// Glyphs of [`ID_CHARACTERS`], four hexadecimal digits each.
    glyphs: Vec<String>,
}

impl Painter {
    /// `glyphs` are those of [`ID_CHARACTERS`] in the regular face.
    pub(super) fn new(place: &MarkPlace, glyphs: &[u16]) -> Self {
        let module = place.module_mm * MM;
        let side = module * f64::from(BOX_MODULES);
        let x = place.x_mm * MM;
        let bottom = (A4_HEIGHT_MM - place.y_mm) * MM - side;
        let white_below = ID_LENGTH_MM / place.module_mm;
        let baseline = x + side / 2.0 + ID_POINTS * 0.36; // Figures are about 0.72 em high: centred in the strip.
        Self {
            kind: place.kind,
            place: format!(
                "{module:.4} 0 0 {module:.4} {x:.3} {bottom:.3} cm 1 g 0 -{white_below:.2} {BOX_MODULES} {:.2} re f 0 g\n",
                white_below + f64::from(BOX_MODULES)
            ),
            id_start: format!(
                " {ID_POINTS} Tf 0 1 -1 0 {baseline:.3} {:.3} Tm<",
                bottom - (ID_LENGTH_MM - 1.0) * MM
            ),
            glyphs: glyphs.iter().map(|glyph| format!("{glyph:04x}")).collect(),
        }
    }

    /// Content that draws a mark. `matrix` leads from the upright A4 page, origin at its lower left corner, to the
    /// page's own coordinates; empty where they are the same. `font` is the resource name of the regular face.
    pub(super) fn paint(&self, out: &mut Vec<u8>, payload: &Payload, matrix: &str, font: &str) {
        out.extend_from_slice(b"q ");
        if !matrix.is_empty() {
            out.extend_from_slice(matrix.as_bytes());
            out.extend_from_slice(b" cm ");
        }
        out.extend_from_slice(b"q ");
        out.extend_from_slice(self.place.as_bytes());
        let symbol = match self.kind {
            MarkKind::DataMatrix => datamatrix::encode(&payload.digits()),
            MarkKind::None => [0; SIDE],
        };
        paint_modules(out, &symbol);
        out.extend_from_slice(b"f Q BT /");
        out.extend_from_slice(font.as_bytes());
        out.extend_from_slice(self.id_start.as_bytes());
        let id = piece_id(payload);
        for character in id.bytes() {
            let glyph = ID_CHARACTERS.bytes().position(|c| c == character);
            let glyph = glyph.and_then(|i| self.glyphs.get(i));
            out.extend_from_slice(glyph.map_or("0000", String::as_str).as_bytes());
        }
        out.extend_from_slice(b">Tj ET Q\n");
    }
}

/// The dark modules of a symbol, one rectangle a run of them.
pub(super) fn paint_modules(out: &mut Vec<u8>, symbol: &[u32; SIDE]) {
    for (i, row) in symbol.iter().enumerate() {
        let y = SIDE - i; // One module of white below the last row.
        let mut rest = row << (32 - SIDE);
        let mut x = 1;
        while rest != 0 {
            let light = rest.leading_zeros();
            rest <<= light;
            let dark = rest.leading_ones();
            x += light;
            let _ = writeln!(out, "{x} {y} {dark} 1 re"); // Into memory: cannot fail.
            x += dark;
            rest = rest.checked_shl(dark).unwrap_or(0);
        }
    }
}

/// What a person reads beside the mark: `00000123-1/2`, piece, sheet, sheets.
pub(super) fn piece_id(payload: &Payload) -> String {
    format!("{:08}-{}/{}", payload.piece, payload.sheet, payload.sheets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload() -> Payload {
        Payload {
            job: 20_261_122,
            child: 0,
            piece: 123,
            sheet: 1,
            sheets: 2,
            stations: 0b101,
            envelope: Envelope::C5,
            kind: PageKind::Letter,
        }
    }

    #[test]
    fn the_digits_stand_where_the_format_says() {
        let digits = payload().digits();
        let text = std::str::from_utf8(&digits).unwrap();
        assert_eq!(&text[..30], "120261122000000012300100200551");
        assert_eq!(&text[32..], "0000");
        assert_eq!(prefix(20_261_122, 0, 123), text[..Payload::PREFIX_DIGITS]);
        // Second opinion on the check digits: the number formed by the first 32 is 1 modulo 97.
        assert_eq!(text[..32].parse::<u128>().unwrap() % 97, 1);
        assert_eq!(Payload::read(&digits), Some(payload()));
    }

    #[test]
    fn any_single_changed_digit_is_refused() {
        let digits = payload().digits();
        for i in 0..36 {
            for digit in b'0'..=b'9' {
                let mut changed = digits;
                changed[i] = digit;
                assert_eq!(Payload::read(&changed).is_some(), changed == digits);
            }
        }
        assert_eq!(Payload::read(&digits[..35]), None);
    }

    #[test]
    fn a_mark_is_drawn_with_path_fills() {
        let painter = Painter::new(&MarkPlace::default(), &[19; 12]);
        let mut out = Vec::new();
        painter.paint(&mut out, &payload(), "", "F0");
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with(
            "q q 1.4173 0 0 1.4173 8.504 303.307 cm 1 g 0 -54.00 20 74.00 re f 0 g\n"
        ));
        assert!(text.ends_with(">Tj ET Q\n"));
        assert_eq!(piece_id(&payload()), "00000123-1/2");
    }
}
