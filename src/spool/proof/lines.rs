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
    /// In points.
    pub(super) size: f64,
    /// What it says.
    pub(super) text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_text_and_width() {
        let font = Font {
            unicode: super::super::content::to_unicode(
                b"2 beginbfchar\n<0001><0041>\n<0028><00660069>\nendbfchar",
            ),
            widths: [(1, 500.0), (0x28, 1000.0)].into_iter().collect(),
        };
        assert_eq!(font.text(&[0, 1, 0, 0x28, 0, 9]), "Afi\u{fffd}");
        assert_eq!(font.width(&[0, 1, 0, 0x28, 0, 9]), 1500.0);
    }
}
