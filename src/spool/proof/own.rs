//! Reads a page that we set, or the letterhead: a closed list of operators, each with the operands that it always has.
//! Whatever else stands there can hide or change what is read, so it is a fault.
//!
//! A page has `q` and `Q`, `/LH Do`, black boxes (`re f`), and lines of text: `BT`, `Td`, `Tf` with a face of the part, `TJ`
//! of strings and kerns, `ET`; a raised glyph is `Ts`, `Tj` of one code, `0 Ts`. Nothing sets a colour, a matrix, a clip or
//! a way to fill. Within its outermost `q` and `Q` a page has one group, and behind it a second one if it has a page number,
//! with nothing but that. The letterhead may set a colour (`rg`), and place its picture (`cm`, `/LG Do`).

use std::collections::HashMap;

use super::STRIP_MM;
use super::content::{ARRAY_MAX, Frame, NUMBERS_MAX, Operand, UNITY, numbers, placed, scan};
use super::lines::{Font, Run};
use crate::preflight::Area;

/// How far ink reaches above and below a line, in parts of the size: a capital with its ring, a g (Noto Sans).
const ASCENT: f64 = 0.95;
const DESCENT: f64 = 0.24;
/// `q` within each other.
const DEPTH_MAX: u32 = 8;
/// Text on a page is no smaller; the smallest that a template can ask for has 6 pt.
const POINTS_MIN: f64 = 4.0;
/// The page, and its number.
const GROUPS_MAX: u32 = 2;
const OTHER_TEXT: &str = "text as we do not set it";
/// No accent is raised further, in parts of the size: four of them on one letter take 0.93 (Noto Sans).
const RISE_MAX: f64 = 2.0;

/// What is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Page,
    Letterhead,
}

/// What stands on a page of ours.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Text that can reach into the area, in the order in which it is drawn.
    pub(super) runs: Vec<Run>,
    /// Boxes and pictures: left, top, right, bottom in millimetres from the upper left corner of the page.
    pub(super) boxes: Vec<[f64; 4]>,
    /// Page and pages, as its number says them.
    pub(super) number: Option<(u32, u32)>,
    /// Nothing is drawn.
    pub(super) is_empty: bool,
}

/// Reads; the text that can meet `area` is read letter by letter. An error says what is not ours.
pub(super) fn read(
    content: &[u8],
    fonts: &HashMap<Vec<u8>, Font>,
    frame: Frame,
    area: Option<&Area>,
    sort: Sort,
) -> Result<Own, &'static str> {
    let mut reader = Reader {
        fonts,
        frame,
        area,
        sort,
        depth: 0,
        groups: 0,
        number: String::new(),
        box_open: false,
        picture_open: false,
        text: None,
        own: Own {
            is_empty: true,
            ..Own::default()
        },
    };
    let mut fault = None;
    scan(content, |operator, operands| {
        if fault.is_none() {
            fault = reader.see(operator, operands).err();
        }
    });
    let is_open = reader.depth > 0 || reader.box_open || reader.text.is_some();
    if let Some(fault) = fault.or(is_open.then_some("something is left open")) {
        return Err(fault);
    }
    if reader.groups > 1 {
        let both = both(&reader.number).ok_or("a page number without its two numbers")?;
        reader.own.number = Some(both);
    }
    Ok(reader.own)
}

/// Within BT … ET.
#[derive(Default)]
struct Text<'f> {
    font: Option<&'f Font>,
    size: f64,
    /// Where the line begins, and how far the pen is from there.
    at: [f64; 2],
    along: f64,
    rise: f64,
}

struct Reader<'a> {
    fonts: &'a HashMap<Vec<u8>, Font>,
    frame: Frame,
    area: Option<&'a Area>,
    sort: Sort,
    depth: u32,
    /// Groups so far: `q` directly within the outermost.
    groups: u32,
    /// What stands in the second.
    number: String,
    /// `re` was seen, `f` must follow.
    box_open: bool,
    /// `cm` was seen, `Do` must follow.
    picture_open: bool,
    text: Option<Text<'a>>,
    own: Own,
}

impl Reader<'_> {
    fn see(&mut self, operator: &[u8], operands: &[Operand<'_>]) -> Result<(), &'static str> {
        let in_text = matches!(operator, b"Td" | b"Tf" | b"TJ" | b"Tj" | b"Ts" | b"ET");
        if (self.box_open && operator != b"f")
            || (self.picture_open && operator != b"Do")
            || in_text != self.text.is_some()
        {
            return Err("operators in an order that we do not write");
        }
        let is_outside = self.depth == 0 && self.sort == Sort::Page;
        if is_outside && operator != b"q" {
            return Err("something stands outside of `q` and `Q`");
        }
        if self.groups > 1 && matches!(operator, b"re" | b"Do") {
            return Err("something else than a line of text beside the page number");
        }
        let mut room = [0.0; NUMBERS_MAX];
        match (operator, operands, numbers(operands, &mut room)) {
            (b"q", [], _) if self.depth < DEPTH_MAX => {
                self.depth += 1;
                self.groups += u32::from(self.depth == 2 && self.sort == Sort::Page);
                if self.groups > GROUPS_MAX {
                    return Err("more groups than a page has");
                }
            }
            (b"Q", [], _) if self.depth > 0 => self.depth -= 1,
            (b"re", [_, _, _, _], &[x, y, w, h]) => {
                self.boxed(placed(UNITY, self.frame, [x, y, w, h]))?;
                self.box_open = true;
            }
            (b"f", [], _) if self.box_open => self.box_open = false,
            (b"Do", [Operand::Name(b"LH")], _) if self.sort == Sort::Page => {
                self.own.is_empty = false;
            }
            (b"rg", [_, _, _], &[_, _, _]) if self.sort == Sort::Letterhead => {}
            (b"cm", [_, _, _, _, _, _], &[w, 0.0, 0.0, h, x, y])
                if self.sort == Sort::Letterhead && self.depth > 0 =>
            {
                self.boxed(placed(UNITY, self.frame, [x, y, w, h]))?;
                self.picture_open = true;
            }
            (b"Do", [Operand::Name(b"LG")], _) if self.picture_open => self.picture_open = false,
            (b"BT", [], _) => self.text = Some(Text::default()),
            (b"ET", [], _) => self.text = None,
            _ if in_text => return self.set(operator, operands),
            _ => return Err("an operator that we do not write"),
        }
        Ok(())
    }

    fn boxed(&mut self, place_mm: [f64; 4]) -> Result<(), &'static str> {
        if self.sort == Sort::Page && place_mm[0] < STRIP_MM {
            return Err("a box in the strip of the marks");
        }
        self.own.is_empty = false;
        self.own.boxes.push(place_mm);
        Ok(())
    }

    /// An operator of text.
    fn set(&mut self, operator: &[u8], operands: &[Operand<'_>]) -> Result<(), &'static str> {
        let Some(text) = &mut self.text else {
            return Ok(());
        };
        let points_min = match self.sort {
            Sort::Page => POINTS_MIN,
            Sort::Letterhead => f64::MIN_POSITIVE,
        };
        let mut room = [0.0; NUMBERS_MAX];
        match (operator, operands, numbers(operands, &mut room)) {
            (b"Td", [_, _], &[x, y]) => {
                text.at = [text.at[0] + x, text.at[1] + y];
                text.along = 0.0;
            }
            (b"Tf", [Operand::Name(name), Operand::Number(size)], _) if *size >= points_min => {
                text.font = self.fonts.get(*name);
                text.size = *size;
            }
            (b"Ts", [_], &[rise]) if rise.abs() <= RISE_MAX * text.size => text.rise = rise,
            (b"TJ", all, []) if text.rise == 0.0 && all.len() < ARRAY_MAX => self.show(all)?,
            (b"Tj", all @ [code @ Operand::Literal(_)], _)
                if code.string().is_some_and(|code| code.len() == 2) =>
            {
                self.show(all)?;
            }
            _ => return Err(OTHER_TEXT),
        }
        Ok(())
    }

    fn show(&mut self, operands: &[Operand<'_>]) -> Result<(), &'static str> {
        let Some(text) = &mut self.text else {
            return Ok(());
        };
        let font = text.font.ok_or("text in a face that is none of the part")?;
        self.own.is_empty = false;
        let is_number = self.groups > 1;
        if self.area.is_none() && !is_number {
            let known =
                |operand: &Operand<'_>| matches!(operand, Operand::Shift(_) | Operand::Literal(_));
            return operands.iter().all(known).then_some(()).ok_or(OTHER_TEXT);
        }
        let (size, [x, line]) = (text.size, text.at);
        let shown = |y: f64| {
            placed(
                UNITY,
                self.frame,
                [x, y - DESCENT * size, 0.0, (ASCENT + DESCENT) * size],
            )
        };
        let meets = |y: f64| {
            let [_, top, _, bottom] = shown(y);
            self.area
                .is_some_and(|area| top < area.bottom() && bottom > area.y_mm)
        };
        // A line has room for accents, so a raised glyph counts on its line; unless it comes to the area alone.
        let y = match meets(line) {
            true => line,
            false => line + text.rise,
        };
        let is_near = meets(y);
        let (_, baseline_mm) = self.frame.shown_mm(x, y);
        for operand in operands {
            match operand {
                Operand::Shift(back) => text.along -= back / 1000.0 * size,
                Operand::Literal(_) => {
                    let codes = operand.string().unwrap_or_default();
                    let advance = font.width(&codes) / 1000.0 * size;
                    if is_number {
                        self.number += &font.text(&codes);
                    }
                    let said = if is_near {
                        font.text(&codes)
                    } else {
                        String::new()
                    };
                    if !said.chars().all(char::is_whitespace) {
                        let low = y - DESCENT * size;
                        let ink = [x + text.along, low, advance, (ASCENT + DESCENT) * size];
                        self.own.runs.push(Run {
                            place_mm: placed(UNITY, self.frame, ink),
                            baseline_mm,
                            size,
                            text: said,
                        });
                    }
                    text.along += advance;
                }
                _ => return Err(OTHER_TEXT),
            }
        }
        Ok(())
    }
}

/// The two numbers of a page number, which has no other.
fn both(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    let both = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    numbers.next().is_none().then_some(both)
}

#[cfg(test)]
mod tests {
    use super::super::bars::tests::FRAME;
    use super::super::content::to_unicode;
    use super::*;
    use proptest::prelude::*;

    fn fonts() -> HashMap<Vec<u8>, Font> {
        let map = b"3 beginbfchar\n<0001><0041>\n<0028><00660069>\n<0031><0031>\nendbfchar";
        let font = Font {
            unicode: to_unicode(map),
            widths: [(1, 500.0), (0x28, 1000.0)].into_iter().collect(),
        };
        HashMap::from([(b"F0".to_vec(), font)])
    }

    fn page(content: &str) -> Result<Own, &'static str> {
        let area = Area::between(20.0, 40.0, 100.0, 66.0);
        read(content.as_bytes(), &fonts(), FRAME, Some(&area), Sort::Page)
    }

    /// 10 pt at 72 pt from the left and 144 pt from the top; the second string less 100 thousandths.
    const RIGHT: &str = "q\n/LH Do\n60 100 30 1 re f\nBT\n72 697.89 Td\n/F0 10 Tf\n[(\0\u{1}\0\u{1})100(\0\\()]TJ\n\
        2 Ts\n(\0\u{1})Tj\n0 Ts\n[(\0\u{1})]TJ\n0 -400 Td\n[(\u{0}1)-3(\0\u{1}\u{0}1)]TJ\nET\nQ\n";

    #[test]
    fn text_near_the_area_has_its_place() {
        let own = page(RIGHT).unwrap();
        let mm = |points: f64| points * 25.4 / 72.0;
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
        let text: Vec<&str> = own.runs.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(text, ["AA", "fi", "A", "A"]);
        near(own.runs[0].baseline_mm, mm(144.0));
        for (found, expected) in own.runs[0].place_mm.iter().zip([72.0, 134.5, 82.0, 146.4]) {
            near(*found, mm(expected));
        }
        near(own.runs[1].place_mm[0], mm(81.0));
        near(own.runs[1].place_mm[2], mm(91.0));
        assert_eq!(own.boxes.len(), 1);
        let raised = page(&RIGHT.replacen("2 Ts", "-20 Ts", 1)).unwrap();
        near(raised.runs[2].baseline_mm, mm(144.0)); // A line has room for its accents.
        assert!(page("q\n\nQ\n").unwrap().is_empty);
    }

    #[test]
    fn text_that_comes_to_the_area_from_elsewhere_is_seen() {
        // From beside it by a kern, and lowered from a line above it, behind others.
        let kerned = "q BT 400 697.89 Td /F0 10 Tf [31000(\0\u{1}\0\u{1})]TJ ET Q";
        let own = page(kerned).unwrap();
        assert!((own.runs[0].place_mm[0] - 90.0 * 25.4 / 72.0).abs() < 1e-6);
        let lowered = "q BT 72 734 Td /F0 10 Tf [(\0\u{1}\0\u{1})]TJ -12 Ts (\0\u{1})Tj 0 Ts [(\0\u{1})]TJ ET Q";
        let own = page(lowered).unwrap();
        assert_eq!(own.runs.len(), 1);
        let left = own.runs[0].place_mm[0];
        assert!((left - 82.0 * 25.4 / 72.0).abs() < 1e-6);
        assert!((40.0..66.0).contains(&own.runs[0].baseline_mm));
    }

    #[test]
    fn a_page_number_stands_in_a_group_of_its_own() {
        let number = |first: &str, second: &str| {
            let text = |codes: &str| format!("q BT 72 100 Td /F0 10 Tf [({codes})]TJ ET Q\n");
            page(&format!(
                "q {}{}Q",
                text(first),
                second.replace("N", &text(first))
            ))
            .map(|own| own.number)
        };
        let both = "\0\u{1}\0\u{31}\0\u{1}\0\u{31}";
        assert_eq!(number(both, "N"), Ok(Some((1, 1))));
        // Whatever the text ends with.
        assert_eq!(number(both, ""), Ok(None));
        for (first, second) in [
            ("\0\u{31}", "N"),
            ("\0\u{31}\0\u{1}\0\u{31}\0\u{1}\0\u{31}", "N"),
            (both, "NN"),
            (both, "q Q"),
            (both, "q 60 100 30 1 re f Q"),
            (both, "q /LH Do Q"),
        ] {
            assert!(number(first, second).is_err(), "{second}");
        }
    }

    #[test]
    fn what_we_do_not_write_is_no_page_of_ours() {
        for (from, to) in [
            ("q\n", "q 3 Tr\n"),
            ("q\n", "q 1 g\n"),
            ("q\n", "q 300 Tz\n"),
            ("q\n", "q 0 0 1 1 re W n\n"),
            ("q\n", "q 1 0 0 1 9 9 cm\n"),
            ("q\n", "1 0 0 1 9 9 cm q\n"),
            ("q\n", "q /G0 gs\n"),
            ("q\n", "q BI /W 1 /H 1 ID 1 EI\n"),
            ("/LH", "/X"),
            ("/F0", "/G0"),
            ("re f", "re f*"),
            ("re f", "re 1 1 1 1 re f"),
            ("(\0\u{1})Tj", "(\0\u{1}\0\u{1}\0\u{1})Tj"),
            ("0 Ts\n[(", "[("),
            ("2 Ts", "-60 Ts"),
            ("/F0 10 Tf", "/F0 0.01 Tf"),
            ("60 100 30 1 re", "50 100 30 1 re"),
            ("TJ\n0 -400", "TJ\n<0001>Tj\n0 -400"),
            ("Td\n/F0 10 Tf", "Td"),
            ("ET\nQ", "ET\nQ Q"),
            ("ET\nQ", "ET"),
            ("ET\nQ", "Q"),
            ("ET\nQ", "ET\nQ\nq\nQ\n3 Tr"),
        ] {
            let changed = RIGHT.replacen(from, to, 1);
            assert_ne!(changed, RIGHT);
            assert!(page(&changed).is_err(), "{to}");
        }
        let letterhead =
            |content: &str| read(content.as_bytes(), &fonts(), FRAME, None, Sort::Letterhead);
        let right = "q\n0.1 0.2 0.3 rg\n1 2 3 4 re f\nq 9 0 0 9 1 1 cm /LG Do Q\nQ\n";
        assert_eq!(letterhead(right).unwrap().boxes.len(), 2);
        for wrong in [
            "0 g 0 0 9 9 re f",
            "/LG Do",
            "/LH Do",
            "q 1 0 0 1 9 9 cm Q",
            "q 1 1 0 1 9 9 cm /LG Do Q",
        ] {
            assert!(letterhead(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(content: Vec<u8>, words in "([qQ] |BT |ET |/F0 7 Tf |9 9 Td |[(ab)7]TJ |1 Ts |(ab)Tj |0 0 1 1 re |f )*") {
            let area = Area::between(20.0, 40.0, 100.0, 66.0);
            let _ = read(&content, &fonts(), FRAME, Some(&area), Sort::Letterhead);
            let _ = page(&words);
        }
    }
}
