//! Reads text with its place on the page. Shares no code with those who set it.

use std::collections::HashMap;

use super::by_code::ByCode;
use super::content::{Frame, NUMBERS_MAX, Operand, UNITY, joined, numbers, placed, scan};

/// How far ink reaches above and below a line, in parts of the size: a capital with its ring, a g (Noto Sans).
const ASCENT: f64 = 0.95;
const DESCENT: f64 = 0.24;
/// Graphics states that are kept.
const SAVED_MAX: usize = 64;

/// A face of a part, as far as text is read with it.
#[derive(Debug, Default)]
pub(super) struct Font {
    /// What each code stands for.
    pub(super) unicode: ByCode<String>,
    /// Its width in thousandths of the size.
    pub(super) widths: ByCode<f64>,
}

impl Font {
    /// The text of codes of two bytes.
    pub(super) fn text(&self, codes: &[u8]) -> String {
        let known = |code| self.unicode.get(code).map_or("\u{fffd}", String::as_str);
        self::codes(codes).map(known).collect()
    }

    fn width(&self, codes: &[u8]) -> f64 {
        let width = |code| self.widths.get(code).copied().unwrap_or_default();
        self::codes(codes).map(width).sum()
    }
}

fn codes(string: &[u8]) -> impl Iterator<Item = u16> + '_ {
    let pairs = string.chunks_exact(2);
    pairs.map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
}

/// Text that was drawn in one go.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    /// Left, top, right, bottom of what its ink can cover, in millimetres from the upper left corner of the page.
    pub(super) place_mm: [f64; 4],
    /// Its line, from the upper edge.
    pub(super) baseline_mm: f64,
    /// What it says.
    pub(super) text: String,
}

#[derive(Clone, Copy)]
struct Pen<'f> {
    page: [f64; 6],
    font: Option<&'f Font>,
    size: f64,
    spacing: f64,
    leading: f64,
}

/// All text of a content stream but white space. `fonts` gives the face of a resource name.
pub(super) fn runs(content: &[u8], fonts: &HashMap<Vec<u8>, Font>, frame: Frame) -> Vec<Run> {
    let mut pen = Pen {
        page: UNITY,
        font: None,
        size: 0.0,
        spacing: 0.0,
        leading: 0.0,
    };
    let mut saved = Vec::new();
    let (mut line, mut at) = (UNITY, UNITY);
    let mut runs = Vec::new();
    scan(content, |operator, operands| {
        let mut room = [0.0; NUMBERS_MAX];
        match (operator, numbers(operands, &mut room)) {
            (b"q", _) if saved.len() < SAVED_MAX => saved.push(pen),
            (b"Q", _) => pen = saved.pop().unwrap_or(pen),
            (b"cm", &[a, b, c, d, e, f]) => pen.page = joined([a, b, c, d, e, f], pen.page),
            (b"BT", _) => (line, at) = (UNITY, UNITY),
            (b"Tm", &[a, b, c, d, e, f]) => {
                line = [a, b, c, d, e, f];
                at = line;
            }
            (b"Td", &[x, y]) => {
                line = joined([1.0, 0.0, 0.0, 1.0, x, y], line);
                at = line;
            }
            (b"TD", &[x, y]) => {
                pen.leading = -y;
                line = joined([1.0, 0.0, 0.0, 1.0, x, y], line);
                at = line;
            }
            (b"Tf", &[size]) => {
                let name = operands.iter().find_map(Operand::name);
                (pen.font, pen.size) = (name.and_then(|name| fonts.get(name)), size);
            }
            (b"Tc", &[spacing]) => pen.spacing = spacing,
            (b"TL", &[leading]) => pen.leading = leading,
            (b"T*" | b"Tj" | b"TJ" | b"'" | b"\"", _) => {
                if matches!(operator, b"T*" | b"'" | b"\"") {
                    line = joined([1.0, 0.0, 0.0, 1.0, 0.0, -pen.leading], line);
                    at = line;
                }
                for operand in operands {
                    let advance = match operand {
                        Operand::Shift(back) => -back / 1000.0 * pen.size,
                        _ => match operand.string() {
                            Some(string) => {
                                let (run, advance) = set(&pen, at, frame, &string);
                                runs.extend(run);
                                advance
                            }
                            None => 0.0,
                        },
                    };
                    at = joined([1.0, 0.0, 0.0, 1.0, advance, 0.0], at);
                }
            }
            _ => {}
        }
    });
    runs
}

/// A string at its place, and how far the pen goes.
fn set(pen: &Pen<'_>, at: [f64; 6], frame: Frame, string: &[u8]) -> (Option<Run>, f64) {
    let Some(font) = pen.font else {
        return (None, 0.0);
    };
    let advance = font.width(string) / 1000.0 * pen.size + pen.spacing * (string.len() / 2) as f64;
    let text = font.text(string);
    if text.chars().all(char::is_whitespace) {
        return (None, advance);
    }
    let matrix = joined(at, pen.page);
    // Accents that are raised are not counted: letters are set so, and a line has room for them.
    let low = -DESCENT * pen.size;
    let height = (ASCENT + DESCENT) * pen.size;
    let place_mm = placed(matrix, frame, [0.0, low, advance, height]);
    let run = Run {
        place_mm,
        baseline_mm: frame.shown_mm(matrix[4], matrix[5]).1,
        text,
    };
    (Some(run), advance)
}

/// The widths of a composite font: `first [width …]` and `first last width` (ISO 32000-1 9.7.4.3).
pub(super) fn widths(array: &[u8]) -> ByCode<f64> {
    let mut out = ByCode::default();
    let text = String::from_utf8_lossy(array);
    let spaced = text.replace('[', " [ ").replace(']', " ] ");
    let mut words = spaced.split_ascii_whitespace().peekable();
    words.next_if_eq(&"[");
    while let Some(first) = words.next().and_then(|word| word.parse::<u16>().ok()) {
        if words.next_if_eq(&"[").is_some() {
            for code in first..=u16::MAX {
                let Some(width) = words.next().and_then(|word| word.parse().ok()) else {
                    break; // The bracket, or damage: then codes have no width, and no address stands where it should.
                };
                out.insert(code, width);
            }
        } else {
            let last = words.next().and_then(|word| word.parse::<u16>().ok());
            let width = words.next().and_then(|word| word.parse().ok());
            let (Some(last), Some(width)) = (last, width) else {
                break;
            };
            (first..=last).for_each(|code| out.insert(code, width));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRAME: Frame = Frame {
        media_box: [0.0, 0.0, 595.276, 841.89],
        rotate: 0,
        unit: 1.0,
    };

    fn fonts() -> HashMap<Vec<u8>, Font> {
        let map = b"2 beginbfchar\n<0001><0041>\n<0028><00660069>\nendbfchar";
        let font = Font {
            unicode: super::super::content::to_unicode(map),
            widths: widths(b"[1[500]40 41 1000]"),
        };
        HashMap::from([(b"F0".to_vec(), font)])
    }

    #[test]
    fn text_is_read_from_all_its_operators() {
        let content = b"BT /F0 9 Tf <0001> Tj [<0028>-20(\\000\\001)]TJ (\x00\\() ' <0009>Tj ET";
        let text: String = runs(content, &fonts(), FRAME)
            .into_iter()
            .map(|run| run.text)
            .collect();
        assert_eq!(text, "AfiAfi\u{fffd}");
    }

    #[test]
    fn text_has_its_place() {
        // 10 pt at 72 pt from the left and 144 pt from the top; the second string 10 pt on, less 100 thousandths.
        let content = b"q 2 0 0 2 0 0 cm BT /F0 5 Tf 36 348.945 Td[<00010001>100<0028>]TJ ET Q";
        let runs = runs(content, &fonts(), FRAME);
        let mm = |points: f64| points * 25.4 / 72.0;
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
        near(runs[0].baseline_mm, mm(144.0));
        for (found, expected) in runs[0].place_mm.iter().zip([72.0, 134.5, 82.0, 146.4]) {
            near(*found, mm(expected));
        }
        near(runs[1].place_mm[0], mm(81.0));
        near(runs[1].place_mm[2], mm(91.0));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(content: Vec<u8>, array: Vec<u8>, numbers in "[ \\[\\]0-9]*") {
            let _ = runs(&content, &fonts(), FRAME);
            let _ = widths(&array);
            let _ = widths(numbers.as_bytes());
        }
    }
}
