//! Finds Data Matrix symbols among the black boxes of a page, and reads them module by module. Shares no code with those
//! who draw: what code words lie where, and their check words, is asked of the crate.

use datamatrix::SymbolSize;
use datamatrix::errorcode::encode_error;
use datamatrix::placement::MatrixMap;

use super::content::{Frame, NUMBERS_MAX, UNITY, joined, numbers, placed, scan};

/// Modules along a side.
pub(super) const SIDE: usize = 18;
/// Code words of two digits each; as many check words as are left.
const DATA_WORDS: usize = 18;
/// Code word of `00` (ISO/IEC 16022 5.2.3); that of `99` is the last.
const FIRST_PAIR: u8 = 130;
/// Fewer black boxes than this in one fill are no symbol: its two dotted edges alone have 18.
const BOXES_MIN: usize = 18;
/// Saved states that are kept: preflight takes no more.
const SAVED_MAX: usize = u16::MAX as usize;

/// A symbol on a page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Symbol {
    /// The 36 digits that it says; `None` where a module is not as they ask for.
    pub(super) digits: Option<Vec<u8>>,
    /// Left, top, right, bottom in millimetres from the upper left corner of the page.
    pub(super) place_mm: [f64; 4],
}

/// What a content fills in black.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Marks {
    /// Symbols, in the order in which they are drawn.
    pub(super) symbols: Vec<Symbol>,
    /// All other black boxes, where they are wanted: left, top, right, bottom in millimetres from the upper left corner of the page.
    pub(super) boxes: Vec<[f64; 4]>,
}

#[derive(Clone, Copy)]
struct State {
    matrix: [f64; 6],
    black: bool,
}

/// The symbols that a content fills in black, and with `boxes` the other black boxes too: a page can have millions.
pub(super) fn marks(content: &[u8], frame: Frame, boxes: bool) -> Marks {
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
            (b"q", _) if saved.len() < SAVED_MAX => saved.push(state),
            (b"Q", _) => state = saved.pop().unwrap_or(state),
            (b"cm", &[a, b, c, d, e, f]) => {
                state.matrix = joined([a, b, c, d, e, f], state.matrix);
            }
            (b"g", &[grey]) => state.black = grey == 0.0,
            (b"rg", &[r, g, b]) => state.black = r + g + b == 0.0,
            (b"k", &[_, _, _, black]) => state.black = black == 1.0,
            (b"sc" | b"scn" | b"cs", _) => state.black = false,
            (b"re", &[x, y, w, h]) => path.push(placed(state.matrix, frame, [x, y, w, h])),
            (b"f" | b"F" | b"f*", _) if state.black => {
                match read(&path) {
                    Some(symbol) => found.symbols.push(symbol),
                    None if boxes => found.boxes.extend_from_slice(&path),
                    None => {}
                }
                path.clear();
            }
            (b"f" | b"F" | b"f*" | b"n" | b"S" | b"s" | b"B" | b"b" | b"B*" | b"b*", _) => {
                path.clear();
            }
            _ => {}
        }
    });
    found
}

/// The symbol that black boxes are; `None` where they do not fill a square grid of 18 modules.
pub(super) fn read(boxes: &[[f64; 4]]) -> Option<Symbol> {
    if boxes.len() < BOXES_MIN {
        return None;
    }
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
        digits: digits(&modules),
        place_mm,
    })
}

/// The digits of a symbol, none of whose modules needs to be mended.
fn digits(modules: &[bool]) -> Option<Vec<u8>> {
    let (map, size) = MatrixMap::try_from_bits(modules, SIDE).ok()?; // The edges are as they must be.
    let words = map.codewords();
    let (data, check) = words.split_at_checked(DATA_WORDS)?;
    if size != SymbolSize::Square18 || encode_error(data, size) != check {
        return None;
    }
    let mut out = Vec::with_capacity(2 * DATA_WORDS);
    for word in data {
        let pair = word.checked_sub(FIRST_PAIR).filter(|pair| *pair < 100)?;
        out.extend([b'0' + pair / 10, b'0' + pair % 10]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What the crate draws is read; with any module turned it is not.
        #[test]
        fn a_symbol_is_read_if_each_module_is_right(digits_said in "[0-9]{36}", turned in 0..SIDE * SIDE) {
            let symbol = datamatrix::DataMatrix::encode(digits_said.as_bytes(), SymbolSize::Square18).unwrap();
            let mut modules = symbol.bitmap().bits().to_vec();
            prop_assert_eq!(digits(&modules), Some(digits_said.into_bytes()));
            modules[turned] ^= true;
            prop_assert_eq!(digits(&modules), None);
        }

        #[test]
        fn any_bytes_are_read(content: Vec<u8>) {
            let frame = Frame { media_box: [0.0, 0.0, 595.0, 842.0], rotate: 0, unit: 1.0 };
            let _ = marks(&content, frame, true);
        }
    }
}
