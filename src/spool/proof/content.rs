//! Reads what a content stream draws: marks from path fills, and operators for those who read text. Shares no code with
//! those who draw.

use std::borrow::Cow;

use datamatrix::DataMatrix;
use unicode_normalization::UnicodeNormalization;

use super::by_code::ByCode;
use super::reader::{literal_len, regular};

const SIDE: usize = 18;
const POINTS_A_MM: f64 = 72.0 / 25.4;
/// Operands kept for an operator; marks and text need at most six.
const OPERANDS_MAX: usize = 8;
/// Fewer black boxes than this in one fill are no symbol: its two dotted edges alone have 18.
const BOXES_MIN: usize = 18;

/// How a page lies: media box, rotation, points in a unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) media_box: [f64; 4],
    pub(super) rotate: u16,
    pub(super) unit: f64,
}

impl Frame {
    /// Millimetres from the upper left corner of the page as shown.
    pub(super) fn shown_mm(&self, x: f64, y: f64) -> (f64, f64) {
        let [left, bottom, right, top] = self.media_box;
        let (from_left, from_top) = match self.rotate {
            90 => (y - bottom, x - left),
            180 => (right - x, y - bottom),
            270 => (top - y, right - x),
            _ => (x - left, top - y),
        };
        (
            from_left * self.unit / POINTS_A_MM,
            from_top * self.unit / POINTS_A_MM,
        )
    }
}

/// A symbol on a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Symbol {
    /// What it says; `None` where it cannot be decoded.
    pub(super) digits: Option<Vec<u8>>,
    /// Modules, row by row from the top.
    pub(super) modules: Vec<bool>,
    /// Left, top, right, bottom in millimetres from the upper left corner of the page.
    pub(super) place_mm: [f64; 4],
}

/// What the content stream of a mark draws.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Marks {
    /// The last symbol.
    pub(super) symbol: Option<Symbol>,
    /// All other black boxes: left, top, right, bottom in millimetres from the upper left corner of the page.
    pub(super) boxes: Vec<[f64; 4]>,
    /// Codes of all text.
    pub(super) text: Vec<u8>,
}

/// The marks that the content draws.
pub(super) fn marks(content: &[u8], frame: Frame) -> Marks {
    let mut state = State {
        matrix: UNITY,
        black: true, // ISO 32000-1 table 52: black is the initial colour.
    };
    let mut saved = Vec::new();
    let mut path: Vec<[f64; 4]> = Vec::new();
    let mut found = Marks::default();
    scan(content, |operator, operands| {
        let mut room = [0.0; NUMBERS_MAX];
        match (operator, numbers(operands, &mut room)) {
            (b"q", _) if saved.len() < 64 => saved.push(state),
            (b"Q", _) => state = saved.pop().unwrap_or(state),
            (b"cm", &[a, b, c, d, e, f]) => {
                state.matrix = joined([a, b, c, d, e, f], state.matrix);
            }
            (b"g", &[grey]) => state.black = grey == 0.0,
            (b"rg", &[r, g, b]) => state.black = r + g + b == 0.0,
            (b"k" | b"sc" | b"scn" | b"cs", _) => state.black = false,
            (b"re", &[x, y, w, h]) => path.push(placed(state.matrix, frame, [x, y, w, h])),
            (b"f" | b"F" | b"f*", _) if state.black => {
                let symbol = (path.len() >= BOXES_MIN).then(|| read(&path)).flatten();
                match symbol {
                    Some(_) => found.symbol = symbol,
                    None => found.boxes.extend_from_slice(&path),
                }
                path.clear();
            }
            (b"f" | b"F" | b"f*", _) => path.clear(),
            (b"Tj" | b"TJ" | b"'" | b"\"", _) => {
                let strings = operands.iter().filter_map(Operand::string);
                strings.for_each(|string| found.text.extend_from_slice(&string));
            }
            (b"n" | b"S" | b"s" | b"B" | b"b" | b"B*" | b"b*" | b"m", _) => path.clear(),
            _ => {}
        }
    });
    found
}

#[derive(Clone, Copy)]
struct State {
    matrix: [f64; 6],
    black: bool,
}

/// What leads from the coordinates before `cm` to those of the page.
pub(super) const UNITY: [f64; 6] = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// First one matrix, then the other.
pub(super) fn joined([a, b, c, d, e, f]: [f64; 6], then: [f64; 6]) -> [f64; 6] {
    let [ma, mb, mc, md, me, mf] = then;
    [
        a * ma + b * mc,
        a * mb + b * md,
        c * ma + d * mc,
        c * mb + d * md,
        e * ma + f * mc + me,
        e * mb + f * md + mf,
    ]
}

/// A box in millimetres of the page as shown: left, top, right, bottom.
pub(super) fn placed(matrix: [f64; 6], frame: Frame, [x, y, w, h]: [f64; 4]) -> [f64; 4] {
    let [a, b, c, d, e, f] = matrix;
    let corner = |x: f64, y: f64| frame.shown_mm(a * x + c * y + e, b * x + d * y + f);
    let corners = [
        corner(x, y),
        corner(x + w, y),
        corner(x, y + h),
        corner(x + w, y + h),
    ];
    let (xs, ys) = (corners.map(|p| p.0), corners.map(|p| p.1));
    [
        xs.into_iter().fold(f64::NAN, f64::min),
        ys.into_iter().fold(f64::NAN, f64::min),
        xs.into_iter().fold(f64::NAN, f64::max),
        ys.into_iter().fold(f64::NAN, f64::max),
    ]
}

/// A symbol made of black boxes; `None` where they do not fill a square grid of 18 modules.
fn read(boxes: &[[f64; 4]]) -> Option<Symbol> {
    let edge = |i: usize, pick: fn(f64, f64) -> f64| boxes.iter().map(|b| b[i]).reduce(pick);
    let place_mm = [
        edge(0, f64::min)?,
        edge(1, f64::min)?,
        edge(2, f64::max)?,
        edge(3, f64::max)?,
    ];
    let [left, top, right, bottom] = place_mm;
    let module = (right - left) / SIDE as f64;
    if !(0.1..5.0).contains(&module)
        || ((bottom - top) / SIDE as f64 - module).abs() > module * 0.02
    {
        return None;
    }
    let mut modules = vec![false; SIDE * SIDE];
    for &[x0, y0, x1, y1] in boxes {
        let cell =
            |mm: f64, from: f64| ((mm - from) / module).round().clamp(0.0, SIDE as f64) as usize;
        for row in cell(y0, top)..cell(y1, top) {
            modules[row * SIDE + cell(x0, left)..row * SIDE + cell(x1, left)].fill(true);
        }
    }
    Some(Symbol {
        digits: DataMatrix::decode(&modules, SIDE).ok(),
        modules,
        place_mm,
    })
}

/// Calls `each` for every operator.
pub(super) fn operators(content: &[u8], mut each: impl FnMut(&[u8])) {
    scan(content, |operator, _| each(operator));
}

/// Text as it is compared: without white space, and in one form where several print alike (Unicode NFKC, hyphens).
pub(super) fn folded(text: &str) -> String {
    let printed =
        |c: &char| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    text.nfkc()
        .filter(printed)
        .map(|c| match c {
            '\u{2010}' | '\u{2011}' | '\u{ad}' => '-',
            other => other,
        })
        .collect()
}

/// An operand of an operator.
pub(super) enum Operand<'c> {
    Number(f64),
    /// A number in an array: how far the pen goes back, in thousandths of an em.
    Shift(f64),
    Name(&'c [u8]),
    /// What stands between the parentheses of a literal string.
    Literal(&'c [u8]),
    /// What stands between the brackets of a hexadecimal string.
    Hexadecimal(&'c [u8]),
}

impl Operand<'_> {
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The bytes of a string.
    pub(super) fn string(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Literal(text) if !text.contains(&b'\\') => Some(Cow::Borrowed(text)),
            Self::Literal(text) => Some(unescaped(text).into()),
            Self::Hexadecimal(text) => Some(unhexed(text).into()),
            _ => None,
        }
    }
}

/// Most numbers that an operator read here has.
pub(super) const NUMBERS_MAX: usize = 6;

/// The numbers among the operands, without those of arrays; none where they are more than any operator has.
pub(super) fn numbers<'r>(operands: &[Operand<'_>], room: &'r mut [f64; NUMBERS_MAX]) -> &'r [f64] {
    let mut count = 0;
    for number in operands.iter().filter_map(Operand::number) {
        let Some(place) = room.get_mut(count) else {
            return &[];
        };
        *place = number;
        count += 1;
    }
    &room[..count]
}

/// Calls `each` for every operator with its operands; those of an array stand among them.
pub(super) fn scan<'c>(content: &'c [u8], mut each: impl FnMut(&[u8], &[Operand<'c>])) {
    let mut operands: Vec<Operand<'c>> = Vec::new();
    let mut in_array = false;
    let mut has_array = false;
    let mut rest = content;
    while let Some(&first) = rest.first() {
        let len = match first {
            b'(' => {
                let len = literal_len(rest).unwrap_or(rest.len());
                operands.push(Operand::Literal(&rest[1..len.max(2) - 1]));
                len
            }
            b'<' if rest.get(1) != Some(&b'<') => {
                let len = memchr::memchr(b'>', rest).map_or(rest.len(), |i| i + 1);
                operands.push(Operand::Hexadecimal(&rest[1..len]));
                len
            }
            b'%' => memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()),
            b'/' => {
                let len = 1 + regular(&rest[1..]);
                operands.push(Operand::Name(&rest[1..len]));
                len
            }
            b'[' | b']' => {
                in_array = first == b'[';
                has_array = true;
                1
            }
            _ if regular(rest) == 0 => 1,
            _ => {
                let len = regular(rest);
                let word = &rest[..len];
                let number = std::str::from_utf8(word).ok().filter(|_| is_number(word));
                match number.and_then(|text| text.parse().ok()) {
                    Some(number) => {
                        operands.push(match in_array {
                            true => Operand::Shift(number),
                            false => Operand::Number(number),
                        });
                        len
                    }
                    None => {
                        each(word, &operands);
                        operands.clear();
                        has_array = false;
                        if word == b"ID" { image_end(rest) } else { len }
                    }
                }
            }
        };
        if operands.len() > OPERANDS_MAX && !has_array {
            operands.remove(0);
        }
        rest = rest.get(len..).unwrap_or_default();
    }
}

fn is_number(word: &[u8]) -> bool {
    word.iter()
        .all(|b| b.is_ascii_digit() || b"+-.".contains(b))
}

/// Where the bytes of an inline image end.
fn image_end(rest: &[u8]) -> usize {
    let ends = memchr::memmem::find_iter(rest, b"EI");
    let mut ends = ends.filter(|&at| {
        let space = |at: usize| rest.get(at).is_none_or(u8::is_ascii_whitespace);
        at > 0 && space(at - 1) && space(at + 2)
    });
    ends.next().map_or(rest.len(), |at| at + 2)
}

fn unhexed(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text
        .iter()
        .filter_map(|&b| char::from(b).to_digit(16))
        .map(|d| d as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0))
        .collect()
}

/// A literal string (ISO 32000-1 7.3.4.2).
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => out.push(b'\n'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'b') => out.push(8),
            Some(b'f') => out.push(12),
            Some(b'\n') => {}
            Some(b'\r') => {
                bytes.next_if_eq(&b'\n');
            }
            Some(digit @ b'0'..=b'7') => {
                let mut code = u32::from(digit - b'0');
                for _ in 0..2 {
                    if let Some(next) = bytes.next_if(|b| (b'0'..=b'7').contains(b)) {
                        code = code * 8 + u32::from(next - b'0');
                    }
                }
                out.push(code as u8);
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

/// The characters of a ToUnicode map: `<0012><0041>` lines of its `bfchar` sections.
pub(super) fn to_unicode(map: &[u8]) -> ByCode<String> {
    let mut out = ByCode::default();
    let mut inside = false;
    for line in map.split(|&b| b == b'\n') {
        if line.ends_with(b"beginbfchar") {
            inside = true;
        } else if line == b"endbfchar" {
            inside = false;
        } else if inside {
            let mut strings = line.split(|&b| b == b'<').skip(1).map(unhexed);
            if let (Some(code), Some(text)) = (strings.next(), strings.next()) {
                let units: Vec<u16> = text
                    .chunks_exact(2)
                    .map(|p| u16::from_be_bytes([p[0], p[1]]))
                    .collect();
                if let [high, low] = code[..] {
                    out.insert(
                        u16::from_be_bytes([high, low]),
                        String::from_utf16_lossy(&units),
                    );
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_prints_alike_is_folded() {
        assert_eq!(folded("A \u{a0}B\u{2011}C"), "AB-C");
    }

    proptest! {
        #[test]
        fn any_bytes_are_scanned(content: Vec<u8>) {
            let frame = Frame { media_box: [0.0, 0.0, 595.0, 842.0], rotate: 0, unit: 1.0 };
            let _ = marks(&content, frame);
            let _ = to_unicode(&content);
        }
    }
}
