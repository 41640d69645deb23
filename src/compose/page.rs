//! Writes the operators of a page: rules as filled boxes, lines of text as glyph codes with their kerning.
//!
//! Lengths inside the room are thousandths of a point ([`Mpt`]), measured from the top left corner; what is written is
//! rounded to hundredths and measured from the bottom left corner, as PDF does. All of it is integer arithmetic, so
//! the same page gives the same bytes everywhere.

use super::Face;
use super::font::{Fonts, Used};
use super::options::Points;
use super::paragraph::Piece;
use super::shape::{Glyph, Words};
use crate::letter::Micrometres;

/// Thousandths of a point.
pub type Mpt = i32;

/// A4 is 210 mm wide.
pub const PAGE_WIDTH: Mpt = mpt(Micrometres(210_000));
/// A4 is 297 mm high.
pub const PAGE_HEIGHT: Mpt = mpt(Micrometres(297_000));

/// 1 µm is 360/127 thousandths of a point.
pub const fn mpt(length: Micrometres) -> Mpt {
    (length.0 as i64 * 360 / 127) as i32
}

/// For words of a letter that go wrong: a millimetre figure for the operator.
pub fn mm(length: Mpt) -> f64 {
    f64::from(length) * 25.4 / 72_000.0
}

/// A stretch of operators in the making.
#[derive(Default)]
pub struct Ink {
    out: Vec<u8>,
    /// Inside BT … ET: where the line began, in hundredths of a point.
    pen: Option<(i32, i32)>,
    font: Option<(Face, Points)>,
}

/// What is needed to write text.
pub struct Tools<'a> {
    /// Faces.
    pub fonts: &'a Fonts,
    /// Shaped words.
    pub words: &'a Words,
    /// Notes which glyphs are written.
    pub used: &'a mut Used,
}

impl Ink {
    /// Starts with room for a page.
    pub fn new() -> Self {
        Self {
            out: Vec::with_capacity(8 * 1024),
            ..Self::default()
        }
    }

    /// Appends operators as they are; outside of text.
    pub fn raw(&mut self, operators: &[u8]) {
        self.end_text();
        self.out.extend_from_slice(operators);
    }

    /// Appends text operators that begin with BT and end with ET, or rules.
    pub fn finish(mut self) -> Vec<u8> {
        self.end_text();
        self.out
    }

    /// A filled box.
    pub fn rule(&mut self, x: Mpt, y: Mpt, width: Mpt, height: Mpt) {
        self.end_text();
        let top = hundredths(PAGE_HEIGHT) - hundredths(y);
        let thick = hundredths(height).max(1);
        for value in [
            hundredths(x),
            top - thick,
            hundredths(x + width) - hundredths(x),
            thick,
        ] {
            self.number(value);
            self.out.push(b' ');
        }
        self.out.extend_from_slice(b"re f\n");
    }

    /// The picture `/LG` in a box.
    pub fn picture(&mut self, x: Mpt, y: Mpt, width: Mpt, height: Mpt) {
        self.end_text();
        let bottom = hundredths(PAGE_HEIGHT) - hundredths(y + height);
        self.out.extend_from_slice(b"q ");
        for value in [
            hundredths(width),
            0,
            0,
            hundredths(height),
            hundredths(x),
            bottom,
        ] {
            self.number(value);
            self.out.push(b' ');
        }
        self.out.extend_from_slice(b"cm /LG Do Q\n");
    }

    /// One line of text with its baseline at `y`.
    pub fn line(&mut self, tools: &mut Tools<'_>, x: Mpt, y: Mpt, size: Points, pieces: &[Piece]) {
        if pieces.is_empty() {
            return;
        }
        let to = (hundredths(x), hundredths(PAGE_HEIGHT) - hundredths(y));
        let from = self.pen.unwrap_or_else(|| {
            self.out.extend_from_slice(b"BT\n");
            (0, 0)
        });
        self.number(to.0 - from.0);
        self.out.push(b' ');
        self.number(to.1 - from.1);
        self.out.extend_from_slice(b" Td\n");
        self.pen = Some(to);

        let mut open = false;
        for (at, piece) in pieces.iter().enumerate() {
            let word = tools.words.get(piece.word);
            if self.font != Some((word.face, size)) {
                if open {
                    self.out.extend_from_slice(b")]TJ\n");
                    open = false;
                }
                self.select(word.face, size);
            }
            if !open {
                self.out.extend_from_slice(b"[(");
                open = true;
            }
            for glyph in tools.words.glyphs(&word) {
                tools.used.add(word.face, glyph.id);
                if glyph.rise == 0 && glyph.before == 0 && glyph.after == 0 {
                    self.code(glyph.id);
                } else {
                    self.moved(glyph, size);
                }
            }
            if piece.space > 0 && at + 1 < pieces.len() {
                let space = tools.fonts.space_glyph(word.face);
                tools.used.add(word.face, space);
                self.code(space);
                self.gap(piece.gap);
            }
        }
        if open {
            self.out.extend_from_slice(b")]TJ\n");
        }
    }

    fn select(&mut self, face: Face, size: Points) {
        self.out.extend_from_slice(match face {
            Face::Regular => b"/F0 ",
            Face::Bold => b"/F1 ",
            Face::Italic => b"/F2 ",
            Face::BoldItalic => b"/F3 ",
        });
        self.number(size.0);
        self.out.extend_from_slice(b" Tf\n");
        self.font = Some((face, size));
    }

    /// A glyph that is not simply set behind the last.
    fn moved(&mut self, glyph: &Glyph, size: Points) {
        self.gap(glyph.before);
        if glyph.rise == 0 {
            self.code(glyph.id);
        } else {
            self.out.extend_from_slice(b")]TJ\n");
            self.number(i32::from(glyph.rise) * size.0 / 1000);
            self.out.extend_from_slice(b" Ts\n(");
            self.code(glyph.id);
            self.out.extend_from_slice(b")Tj\n0 Ts\n[(");
        }
        self.gap(glyph.after);
    }

    /// A number between two strings of `TJ`: to the left, in thousandths of an em.
    fn gap(&mut self, thousandths: i16) {
        if thousandths != 0 {
            self.out.push(b')');
            let mut digits = itoa(i32::from(thousandths));
            self.out.extend_from_slice(digits.text());
            self.out.push(b'(');
        }
    }

    /// Two bytes of a literal string (ISO 32000-1, 7.3.4.2): half the length of a hexadecimal one. A carriage return
    /// must be escaped, since a reader may take it for the end of a line.
    fn code(&mut self, glyph: u16) {
        for byte in glyph.to_be_bytes() {
            match byte {
                b'(' | b')' | b'\\' => self.out.extend_from_slice(&[b'\\', byte]),
                b'\r' => self.out.extend_from_slice(b"\\r"),
                _ => self.out.push(byte),
            }
        }
    }

    fn end_text(&mut self) {
        if self.pen.take().is_some() {
            self.out.extend_from_slice(b"ET\n");
            // The font selected stays, but what is put together from parts must not rely on it.
            self.font = None;
        }
    }

    /// Writes hundredths as a decimal number without noughts at its end.
    fn number(&mut self, hundredths: i32) {
        if hundredths < 0 {
            self.out.push(b'-');
        }
        let value = hundredths.unsigned_abs();
        let (whole, part) = (value / 100, value % 100);
        let mut digits = itoa(i32::try_from(whole).unwrap_or(i32::MAX));
        self.out.extend_from_slice(digits.text());
        if part != 0 {
            let (tenth, hundredth) = ((part / 10) as u8, (part % 10) as u8);
            self.out.extend_from_slice(&[b'.', b'0' + tenth]);
            if hundredth != 0 {
                self.out.push(b'0' + hundredth);
            }
        }
    }
}

/// Rounds thousandths of a point.
fn hundredths(length: Mpt) -> i32 {
    (length + 5).div_euclid(10)
}

/// Decimal digits on the stack; `format!` here would cost more than the rest of the page.
struct Digits {
    bytes: [u8; 11],
    first: usize,
}

impl Digits {
    fn text(&mut self) -> &[u8] {
        self.bytes.get(self.first..).unwrap_or_default()
    }
}

fn itoa(value: i32) -> Digits {
    let mut digits = Digits {
        bytes: [b'0'; 11],
        first: 11,
    };
    let mut rest = value.unsigned_abs();
    for byte in digits.bytes.iter_mut().rev() {
        let digit = (rest % 10) as u8;
        *byte = b'0' + digit;
        digits.first -= 1;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 && digits.first > 0 {
        digits.first -= 1;
        if let Some(sign) = digits.bytes.get_mut(digits.first) {
            *sign = b'-';
        }
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(hundredths: i32) -> String {
        let mut ink = Ink::default();
        ink.number(hundredths);
        String::from_utf8(ink.out).unwrap()
    }

    #[test]
    fn numbers_are_short_and_exact() {
        let all = [0, 1, 10, 100, -5, -1050, 84189, i32::MAX, i32::MIN];
        assert_eq!(
            all.map(number),
            [
                "0",
                "0.01",
                "0.1",
                "1",
                "-0.05",
                "-10.5",
                "841.89",
                "21474836.47",
                "-21474836.48"
            ]
        );
        for value in [0, 7, -7, 10, -1234, i32::MAX, i32::MIN] {
            assert_eq!(itoa(value).text(), value.to_string().as_bytes());
        }
    }

    #[test]
    fn a4_in_points() {
        assert_eq!(
            (hundredths(PAGE_WIDTH), hundredths(PAGE_HEIGHT)),
            (59528, 84189)
        );
    }

    #[test]
    fn bytes_that_mean_something_in_a_string_are_escaped() {
        let mut ink = Ink::default();
        for glyph in [0x0028, 0x0d29, 0x5c0a] {
            ink.code(glyph);
        }
        assert_eq!(ink.out, b"\0\\(\\r\\)\\\\\n");
    }
}
