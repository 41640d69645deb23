//! What the window of an envelope shows of page one.
//!
//! The sheet can slip in its envelope. The address must lie in what every position shows, everything else must stay out
//! of what any position shows (`facts/print.md` §4.1).

use super::area::Area;
use super::class::{Class, Remark};
use super::letters::{Letter, Letters, Line, folded};
use super::rules::AddressRules;

/// Ink may stand out of the window so far: rounding of fonts and boxes.
const HAIR_MM: f64 = 0.2;
/// The window lies over page one.
const PAGE: u32 = 1;

/// The address in the window. Private: `Debug` shows only how many lines there are.
#[derive(Clone, PartialEq)]
pub struct Window {
    lines: Vec<Line>,
    /// What speaks against leaving it as it is.
    pub remarks: Vec<Remark>,
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window")
            .field("lines", &self.lines.len())
            .field("remarks", &self.remarks)
            .finish()
    }
}

impl Window {
    /// The lines of the address, from above.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.text.as_str())
    }

    /// Whether the window shows this address and nothing else, whatever its line breaks, accents' forms and case.
    pub fn shows<S: AsRef<str>>(&self, address: &[S]) -> bool {
        let found: String = self.lines().map(folded).collect();
        let wanted: String = address.iter().map(|line| folded(line.as_ref())).collect();
        !wanted.is_empty() && found == wanted && self.remarks.is_empty()
    }
}

/// Where text matters for the window.
pub(super) fn wanted(rules: &AddressRules) -> Area {
    rules
        .always_seen()
        .grown(rules.reach_mm)
        .around(&rules.nothing_else())
}

/// Looks through the window. `obscured` is where something else than plain text is.
pub(super) fn look(letters: &Letters, obscured: Option<Area>, rules: &AddressRules) -> Window {
    let always = rules.always_seen();
    let read = always.grown(rules.reach_mm);
    let of_sender = |letter: &Letter| {
        rules
            .sender_line
            .is_some_and(|area| area.holds(&letter.area))
    };
    let of_address =
        |letter: &Letter| letter.shown && read.holds(&letter.middle()) && !of_sender(letter);
    let lines = letters.lines(of_address);
    let mut remarks = count(&lines, rules);
    for (line, number) in lines.iter().zip(1_usize..) {
        if !always.grown(HAIR_MM).holds(&line.area) {
            remarks.push(Remark::at(PAGE, line.area, Class::AddressOutside, ""));
        }
        remarks.extend(of_line(line, number, rules));
    }
    let ever = rules.nothing_else();
    let others = letters
        .iter()
        .filter(|letter| letter.has_ink() && (letter.shown || letter.hidden))
        .filter(|letter| !(of_address(letter) || letter.shown && of_sender(letter)))
        .filter(|letter| ever.meets(&letter.area))
        .map(|letter| letter.area);
    if let Some(area) = others.reduce(|a, b| a.around(&b)) {
        remarks.push(Remark::at(PAGE, area, Class::TextInWindow, ""));
    }
    if let Some(area) = obscured {
        remarks.push(Remark::at(PAGE, area, Class::WindowObscured, ""));
    }
    Window { lines, remarks }
}

fn count(lines: &[Line], rules: &AddressRules) -> Vec<Remark> {
    let found = lines.len();
    let (class, detail) = if found == 0 {
        (Class::AddressEmpty, String::new())
    } else if found < usize::from(rules.lines_min) {
        let detail = format!("{found} lines, at least {} are needed", rules.lines_min);
        (Class::AddressTooShort, detail)
    } else if found > usize::from(rules.lines_max) {
        let detail = format!("{found} lines, at most {} are allowed", rules.lines_max);
        (Class::AddressTooLong, detail)
    } else {
        return Vec::new();
    };
    vec![Remark::at(PAGE, rules.always_seen(), class, detail)]
}

fn of_line(line: &Line, number: usize, rules: &AddressRules) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut say = |class, detail: String| remarks.push(Remark::at(PAGE, line.area, class, detail));
    let forbidden = |first| rules.line_start_forbidden.contains(first);
    if line.text.starts_with(forbidden) {
        say(Class::AddressLineStart, format!("line {number}"));
    }
    if number <= usize::from(rules.lines_alphanumeric)
        && !line.text.chars().any(char::is_alphanumeric)
    {
        say(Class::AddressLineBare, format!("line {number}"));
    }
    let chars = line.text.chars().count();
    if chars > usize::from(rules.line_chars_max) {
        let chars_max = rules.line_chars_max;
        let detail =
            format!("{chars} characters in line {number}, at most {chars_max} are allowed");
        say(Class::AddressLineTooLong, detail);
    }
    remarks
}
