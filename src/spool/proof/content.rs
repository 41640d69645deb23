//! Reads the operators of a content stream, and where on the page a coordinate is. Shares no code with those who draw.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::by_code::ByCode;
use super::reader::{literal_len, regular};

const POINTS_A_MM: f64 = 72.0 / 25.4;
/// Operands kept for an operator; marks and text need at most six.
const OPERANDS_MAX: usize = 8;
/// And for one with an array; those behind are left out.
pub(super) const ARRAY_MAX: usize = 4_096;
/// So many bytes behind an inline image must be text.
const TEXT_BEHIND: usize = 10;

/// How a page lies: media box, rotation, points in a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) media_box: [f64; 4],
    pub(super) rotate: u16,
    pub(super) unit: f64,
}

impl Frame {
    /// A page of ours.
    pub(super) const A4: Self = Self {
        media_box: [0.0, 0.0, 595.276, 841.89],
        rotate: 0,
        unit: 1.0,
    };

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

/// Text as it is compared: without white space, and in one form where several print alike (Unicode NFKC, hyphens).
pub(super) fn folded(text: &str) -> String {
    let printed =
        |c: &char| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    let all = text.chars().filter(printed).nfkc(); // What stands between letters here may not be there.
    all.filter(printed)
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
    let mut image: &[u8] = &[];
    let mut rest = content;
    while let Some(&first) = rest.first() {
        let len = match first {
            b'(' => {
                let len = literal_len(rest).unwrap_or(rest.len());
                operands.push(Operand::Literal(&rest[1..len.max(2) - 1]));
                len
            }
            b'<' if rest.get(1) == Some(&b'<') => 2,
            b'<' => {
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
                let mut len = regular(rest);
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
                        match word {
                            b"BI" => image = &rest[len..],
                            b"ID" => {
                                let image = std::mem::take(&mut image); // Of one `BI`, once.
                                let dictionary = image.len().saturating_sub(rest.len());
                                let dictionary = image.get(..dictionary).unwrap_or_default();
                                len = 2 + image_end(dictionary, &rest[2..]);
                            }
                            _ => {}
                        }
                        len
                    }
                }
            }
        };
        if operands.len() > OPERANDS_MAX && !has_array {
            operands.remove(0);
        }
        operands.truncate(ARRAY_MAX);
        rest = rest.get(len..).unwrap_or_default();
    }
}

fn is_number(word: &[u8]) -> bool {
    word.iter()
        .all(|b| b.is_ascii_digit() || b"+-.".contains(b))
}

/// Where the bytes of an inline image end, with their `EI`. Those that are not packed are as many as its size asks for;
/// packed ones end at the first `EI` that text follows.
fn image_end(dictionary: &[u8], rest: &[u8]) -> usize {
    let ends = |at: usize| {
        let behind = rest.get(at + 2..).unwrap_or_default();
        let text = |b: &u8| b.is_ascii_graphic() || is_space(*b);
        behind.first().is_none_or(|b| is_space(*b)) && behind.iter().take(TEXT_BEHIND).all(text)
    };
    let counted = image_bytes(dictionary).and_then(|bytes| {
        let mut near = bytes.checked_add(1)?..=bytes.checked_add(2)?;
        near.find(|&at| {
            let spaced = at == bytes + 1 || rest.get(at - 1).is_some_and(|b| is_space(*b));
            let behind = rest.get(at..).and_then(|rest| rest.strip_prefix(b"EI"));
            spaced && behind.is_some_and(|behind| behind.first().is_none_or(|b| is_space(*b)))
        })
    });
    let found = || memchr::memmem::find_iter(rest, b"EI").find(|&at| ends(at));
    counted.or_else(found).map_or(rest.len(), |at| at + 2)
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0
}

/// Bytes of an inline image that is not packed, where its dictionary tells (ISO 32000-1 8.9.7).
fn image_bytes(dictionary: &[u8]) -> Option<usize> {
    let mut words = Vec::new();
    let mut rest = dictionary;
    while let Some(&first) = rest.first() {
        let len = match first {
            b'/' => 1 + regular(&rest[1..]),
            _ => regular(rest).max(1),
        };
        if !is_space(first) {
            words.push(&rest[..len]);
        }
        rest = &rest[len..];
    }
    let value = |short: &[u8], long: &[u8]| {
        let at = words.iter().position(|w| *w == short || *w == long)?;
        words.get(at + 1).copied()
    };
    let number = |word: &[u8]| std::str::from_utf8(word).ok()?.parse::<usize>().ok();
    if value(b"/F", b"/Filter").is_some() {
        return None;
    }
    let stencil = value(b"/IM", b"/ImageMask") == Some(b"true");
    let bits = match value(b"/BPC", b"/BitsPerComponent") {
        _ if stencil => 1,
        None => 8,
        Some(word) => number(word)?,
    };
    let colours = match value(b"/CS", b"/ColorSpace") {
        None | Some(b"/G" | b"/DeviceGray" | b"/CalGray" | b"[") => 1,
        Some(b"/RGB" | b"/DeviceRGB" | b"/CalRGB") => 3,
        Some(b"/CMYK" | b"/DeviceCMYK") => 4,
        Some(_) => return None,
    };
    let width = number(value(b"/W", b"/Width")?)?;
    let row = width.checked_mul(bits)?.checked_mul(colours)?.div_ceil(8);
    row.checked_mul(number(value(b"/H", b"/Height")?)?)
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
        assert_eq!(folded("A\n\u{308}"), folded("A\u{308}"));
    }

    #[test]
    fn an_inline_image_ends_where_its_bytes_do() {
        let seen = |content: &[u8]| {
            let mut seen = Vec::new();
            scan(content, |operator, _| seen.extend_from_slice(operator));
            String::from_utf8(seen).unwrap()
        };
        assert_eq!(seen(b"q BI /W 1/H 1/BPC 8/CS/G ID \x80EI Q q"), "qBIIDQq");
        assert_eq!(seen(b"BI /W 9 /H 1 /BPC 8 ID \x80 EI q q \nEI q"), "BIIDq");
        assert_eq!(seen(b"BI /W 3 /H 2 /IM true ID \x80\x80 EI q"), "BItrueIDq");
        assert_eq!(
            seen(b"BI /W 90 /H 9 /F /Fl ID \x01 EI \x02\x03 q\x81EI Q q"),
            "BIIDQq"
        );
        assert_eq!(seen(b"BI /W 90 /H 9 ID \x80 EI q"), "BIIDq");
    }

    proptest! {
        #[test]
        fn any_bytes_are_scanned(content: Vec<u8>) {
            scan(&content, |_, _| ());
            let _ = to_unicode(&content);
        }
    }
}
