//! What a face says of the codes that are set with it, and lines of text. Shares no code with those who set it.

use super::by_code::ByCode;

/// A face of a part, as far as text is read with it.
#[derive(Clone, Debug, Default)]
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

    /// How wide they are, in thousandths of the size.
    pub(super) fn width(&self, codes: &[u8]) -> f64 {
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

    #[test]
    fn widths_stand_by_code_or_by_range() {
        let font = Font {
            unicode: super::super::content::to_unicode(
                b"2 beginbfchar\n<0001><0041>\n<0028><00660069>\nendbfchar",
            ),
            widths: widths(b"[1[500]40 41 1000]"),
        };
        assert_eq!(font.text(&[0, 1, 0, 0x28, 0, 9]), "Afi\u{fffd}");
        assert_eq!(font.width(&[0, 1, 0, 0x28, 0, 9]), 1500.0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(array: Vec<u8>, numbers in "[ \\[\\]0-9]*") {
            let _ = widths(&array);
            let _ = widths(numbers.as_bytes());
        }
    }
}
