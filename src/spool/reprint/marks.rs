//! The marks of a page that is printed again, and those of a page that must not be: what is drawn of them is replaced, the
//! rest of the content stays.

use crate::spool::datamatrix::{self, SIDE};
use crate::spool::mark::{Payload, paint_modules};
use crate::spool::omr::{Bars, Sheet};

/// Fewer lines than a symbol has rows with something dark in them are none: each has its left edge or its lower one.
const LINES_MIN: usize = SIDE;

/// The content of a mark with the modules of another one; all else stays. `None` where there are no modules as they are
/// drawn, or not this many: what is found last is taken.
pub(super) fn with_symbol(content: &[u8], payload: &Payload) -> Option<Vec<u8>> {
    let (from, to) = modules(content)?;
    let mut out = content.get(..from)?.to_vec();
    paint_modules(&mut out, &datamatrix::encode(&payload.digits()));
    out.extend_from_slice(content.get(to..)?);
    Some(out)
}

/// Where the modules of the last symbol stand in a content: lines of `x y n 1 re`, one behind the other.
pub(in crate::spool) fn modules(content: &[u8]) -> Option<(usize, usize)> {
    let is_module = |line: &[u8]| {
        let mut words = line.split(|&b| b == b' ');
        let number = |word: Option<&[u8]>| {
            word.is_some_and(|w| (1..=2).contains(&w.len()) && w.iter().all(u8::is_ascii_digit))
        };
        (0..3).all(|_| number(words.next())) && words.eq([b"1".as_slice(), b"re"])
    };
    let (mut found, mut open) = (None, None);
    let mut at = 0;
    for line in content.split_inclusive(|&b| b == b'\n') {
        let end = at + line.len();
        if is_module(line.strip_suffix(b"\n").unwrap_or(line)) {
            let (from, lines) = open.unwrap_or((at, 0));
            open = Some((from, lines + 1));
            if lines + 1 >= LINES_MIN {
                found = Some((from, end));
            }
        } else {
            open = None;
        }
        at = end;
    }
    found
}

/// The content of a mark with the OMR code of another sheet. `None` where it does not end with one.
pub(super) fn with_bars(content: &[u8], bars: &Bars, sheet: &Sheet) -> Option<Vec<u8>> {
    let (rest, matrix) = before_bars(content)?;
    let mut out = rest.to_vec();
    bars.paint(&mut out, sheet, matrix);
    Some(out)
}

/// What stands before the OMR code that ends a content, and the matrix that the code is drawn with.
pub(in crate::spool) fn before_bars(content: &[u8]) -> Option<(&[u8], &str)> {
    let at = memchr::memmem::rfind(content, b"\nq ")? + 1;
    let (rest, code) = content.split_at_checked(at)?;
    let code = code.strip_prefix(b"q ")?;
    let matrix = match code.starts_with(b"1 g ") {
        true => &[][..],
        false => code.get(..memchr::memmem::find(code, b" cm 1 g ")?)?,
    };
    Some((rest, std::str::from_utf8(matrix).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Postage;
    use crate::spool::omr::Omr;

    #[test]
    fn an_omr_code_is_replaced_and_nothing_else() {
        let omr: Omr = toml::from_str("layout = \"pb-d1500\"").unwrap();
        let bars = Bars::new(&omr);
        let sheet = |place| Sheet {
            piece: 7,
            place,
            sheets: 3,
            ordinal: u64::from(place),
            stations: 0,
            postage: Postage::Standard,
        };
        for matrix in ["", "0 1 -1 0 595 0"] {
            let drawn = |place| {
                let mut content = b"Q\nq q 1 0 0 1 3 4 cm 1 2 3 1 re\nf Q BT ET Q\n".to_vec();
                bars.paint(&mut content, &sheet(place), matrix);
                content
            };
            assert_ne!(drawn(0), drawn(2));
            assert_eq!(with_bars(&drawn(0), &bars, &sheet(2)), Some(drawn(2)));
        }
        assert_eq!(with_bars(b"q f Q", &bars, &sheet(0)), None);
    }
}
