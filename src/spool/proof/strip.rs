//! Reads the content that ends a front: what closes the page, then the mark on its ground, the piece id, and the bars on
//! theirs. It is ours: whatever else stands in it is a fault.

use super::content::{Frame, NUMBERS_MAX, Operand, UNITY, joined, numbers, placed, scan};
use super::state::Left;

/// Saved states within each other.
const SAVED_MAX: usize = 2;

/// What is drawn, in its order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Drawn {
    /// A white box: left, top, right, bottom in millimetres from the upper left corner of the page.
    Ground([f64; 4]),
    /// Black boxes that are filled together.
    Black(Vec<[f64; 4]>),
    /// A line of text.
    Text(Line),
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Resource name of its face.
    pub(super) face: Vec<u8>,
    pub(super) codes: Vec<u8>,
    /// From text in points to the coordinates of the page.
    matrix: [f64; 6],
    /// Size in points.
    size: f64,
}

impl Line {
    /// The box of its figures, and whether it runs upwards; `width` is that of its text in thousandths of the size.
    pub(super) fn stands(&self, frame: Frame, width: f64) -> ([f64; 4], bool) {
        const FIGURE: f64 = 0.714; // Height of a figure (Noto Sans).
        let along = width / 1000.0 * self.size;
        let [a, b, c, d, e, f] = self.matrix;
        let (from, to) = (
            frame.shown_mm(e, f),
            frame.shown_mm(a * along + e, b * along + f),
        );
        let top = frame.shown_mm(c * self.size + e, d * self.size + f);
        let upwards = to.1 < from.1 && (to.0 - from.0).abs() < 0.05 && top.0 < from.0;
        (
            placed(self.matrix, frame, [0.0, 0.0, along, FIGURE * self.size]),
            upwards,
        )
    }
}

/// Why a content that should end a front does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The page before it leaves something open.
    Open,
    /// Something that is not ours, behind so much that is.
    Foreign,
}

/// What is drawn, and the first flaw.
pub(super) fn drawn(content: &[u8], frame: Frame, left: Left) -> (Vec<Drawn>, Option<Flaw>) {
    let mut reader = Reader {
        frame,
        left,
        begun: false,
        saved: Vec::new(),
        state: State {
            matrix: UNITY,
            black: true,
        },
        path: Vec::new(),
        line: None,
        found: Vec::new(),
    };
    let mut flaw = None;
    scan(content, |operator, operands| {
        if flaw.is_none() {
            flaw = reader.see(operator, operands).err();
        }
    });
    let is_closed = reader.saved.is_empty() && reader.path.is_empty() && reader.line.is_none();
    (reader.found, flaw.or((!is_closed).then_some(Flaw::Foreign)))
}

#[derive(Clone, Copy)]
struct State {
    matrix: [f64; 6],
    black: bool,
}

struct Reader {
    frame: Frame,
    left: Left,
    /// The first `q` was seen.
    begun: bool,
    saved: Vec<State>,
    state: State,
    path: Vec<[f64; 4]>,
    /// Within BT … ET.
    line: Option<Line>,
    found: Vec<Drawn>,
}

impl Reader {
    fn see(&mut self, operator: &[u8], operands: &[Operand<'_>]) -> Result<(), Flaw> {
        if !self.begun && operator != b"q" {
            return match operator {
                b"n" | b"ET" | b"EMC" | b"Q" if operands.is_empty() => {
                    self.left.see(operator);
                    Ok(())
                }
                _ => Err(Flaw::Foreign),
            };
        }
        if !self.begun && !self.left.is_nothing() {
            return Err(Flaw::Open);
        }
        self.begun = true;
        let mut room = [0.0; NUMBERS_MAX];
        let numbers = numbers(operands, &mut room);
        let is_drawing = matches!(operator, b"re" | b"f");
        let in_text = matches!(operator, b"Tf" | b"Tm" | b"Tj" | b"ET");
        let only_numbers = numbers.len() == operands.len() || matches!(operator, b"Tf" | b"Tj");
        let in_order = (is_drawing || self.path.is_empty()) && in_text == self.line.is_some();
        if !only_numbers || !in_order {
            return Err(Flaw::Foreign);
        }
        match (operator, numbers) {
            (b"q", []) if self.saved.len() < SAVED_MAX => self.saved.push(self.state),
            (b"Q", []) => self.state = self.saved.pop().ok_or(Flaw::Foreign)?,
            (b"cm", &[a, b, c, d, e, f]) if !self.saved.is_empty() => {
                self.state.matrix = joined([a, b, c, d, e, f], self.state.matrix);
            }
            (b"g", &[grey]) if grey == 0.0 || grey == 1.0 => self.state.black = grey == 0.0,
            (b"re", &[x, y, w, h]) => {
                self.path
                    .push(placed(self.state.matrix, self.frame, [x, y, w, h]));
            }
            (b"f", []) => {
                let path = std::mem::take(&mut self.path);
                self.found.push(match (self.state.black, &path[..]) {
                    (true, _) => Drawn::Black(path),
                    (false, &[ground]) => Drawn::Ground(ground),
                    (false, _) => return Err(Flaw::Foreign),
                });
            }
            (b"BT", []) => {
                self.line = Some(Line {
                    face: Vec::new(),
                    codes: Vec::new(),
                    matrix: self.state.matrix,
                    size: 0.0,
                });
            }
            _ => return self.text(operator, operands),
        }
        Ok(())
    }

    fn text(&mut self, operator: &[u8], operands: &[Operand<'_>]) -> Result<(), Flaw> {
        let line = self.line.as_mut().ok_or(Flaw::Foreign)?;
        let mut room = [0.0; NUMBERS_MAX];
        match (operator, operands, numbers(operands, &mut room)) {
            (b"Tf", [Operand::Name(name), Operand::Number(size)], _) => {
                (line.face, line.size) = (name.to_vec(), *size);
            }
            (b"Tm", _, &[a, b, c, d, e, f]) => {
                line.matrix = joined([a, b, c, d, e, f], self.state.matrix);
            }
            (b"Tj", [string @ Operand::Hexadecimal(_)], _)
                if line.codes.is_empty() && self.state.black =>
            {
                line.codes = string.string().unwrap_or_default().into_owned();
            }
            (b"ET", [], _) if !line.codes.is_empty() => {
                self.found.extend(self.line.take().map(Drawn::Text));
            }
            _ => return Err(Flaw::Foreign),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::bars::tests::FRAME;
    use super::*;
    use proptest::prelude::*;

    fn read(content: &str) -> (Vec<Drawn>, Option<Flaw>) {
        drawn(content.as_bytes(), FRAME, Left::default())
    }

    const RIGHT: &str = "q q 2 0 0 2 8 300 cm 1 g 0 -54 20 74 re f 0 g\n1 18 1 1 re\n3 18 2 1 re\nf Q \
        BT /F0 7 Tf 0 1 -1 0 24 230 Tm<00010002>Tj ET Q\n";

    #[test]
    fn what_ends_a_front_is_read_in_its_order() {
        let (found, flaw) = read(RIGHT);
        assert_eq!(flaw, None);
        let [Drawn::Ground(_), Drawn::Black(modules), Drawn::Text(line)] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!((modules.len(), &line.codes[..]), (2, &[0, 1, 0, 2][..]));
        let (place, upwards) = line.stands(FRAME, 1000.0);
        assert!(upwards);
        assert!(
            (place[3] - place[1] - 7.0 * 25.4 / 72.0).abs() < 1e-9,
            "{place:?}"
        );
    }

    #[test]
    fn whatever_else_ends_a_front_is_a_flaw() {
        for (from, to) in [
            ("1 g", "0.5 g"),
            ("1 g", "1 1 1 rg"),
            ("f 0 g", "f* 0 g"),
            ("Tm<", "Tm 3 Tr<"),
            ("ET Q", "ET 0 0 m 600 800 l S Q"),
            ("ET Q", "(\u{1}) Tj ET Q"),
            ("ET Q", "ET Q Q"),
            ("ET Q", "ET"),
            ("q q 2", "q q 500 0 1 1 re W n 2"),
            ("/F0 7 Tf", "/F0 7 Tf 300 Tz"),
            ("q q", "/X Do q q"),
        ] {
            let changed = RIGHT.replacen(from, to, 1);
            assert_ne!(changed, RIGHT);
            assert_eq!(read(&changed).1, Some(Flaw::Foreign), "{to}");
        }
        for before in ["q ", "BT ", "1 0 0 1 9 9 cm ", "q Q Q "] {
            let left = Left::after(before.as_bytes());
            let (_, flaw) = drawn(RIGHT.as_bytes(), FRAME, left);
            assert_eq!(flaw, Some(Flaw::Open), "{before}");
        }
        let closing = format!("n ET EMC Q Q {RIGHT}");
        let left = Left::after(b"q q /x BMC BT 0 0 9 9 re");
        assert_eq!(drawn(closing.as_bytes(), FRAME, left).1, None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(content: Vec<u8>, words in "([qQ] |BT |ET |/F0 7 Tf |<00>Tj |1 g |0 0 1 1 re |f )*") {
            let _ = drawn(&content, FRAME, Left::default());
            let _ = read(&words);
        }
    }
}
