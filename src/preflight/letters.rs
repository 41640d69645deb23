//! Text with its places: glyphs gathered while a page is looked at, put into lines as a reader sees them.

use hayro::hayro_interpret::font::Glyph;
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::kurbo::{Affine, Point, Rect};
use unicode_normalization::UnicodeNormalization;

use super::area::Area;
use super::ink::{area_of, dots_of};

/// Glyphs of a page that are kept; an address has some hundred.
const LETTERS_MAX: usize = 20_000;
/// Glyphs stand on one line if their base lines differ by less of their size than this.
const LINE_SLACK: f64 = 0.4;
/// A gap wider than this part of the size parts words.
const WORD_GAP: f64 = 0.15;
/// The same glyph twice within this part of the size is one in bold, or one filled and stroked.
const SAME_PLACE: f64 = 0.08;

/// Glyphs where text matters.
#[derive(Default)]
pub(super) struct Letters {
    wanted: Vec<Rect>,
    all: Vec<Letter>,
}

/// A glyph.
pub(super) struct Letter {
    text: String,
    /// Around its ink.
    pub(super) area: Area,
    base: Point,
    end: f64,
    size: f64,
    /// Whether it can be seen on white paper.
    pub(super) shown: bool,
    /// Hidden, rather than white.
    pub(super) hidden: bool,
    blank: bool,
}

impl Letter {
    /// The middle of its ink.
    pub(super) fn middle(&self) -> Area {
        let (x, y) = (
            self.area.x_mm + self.area.width_mm / 2.0,
            self.area.y_mm + self.area.height_mm / 2.0,
        );
        Area::between(x, y, x, y)
    }

    /// Whether it is more than a space.
    pub(super) fn has_ink(&self) -> bool {
        !self.blank
    }
}

/// Glyphs side by side.
#[derive(Clone, PartialEq)]
pub(super) struct Line {
    /// With single spaces between words.
    pub(super) text: String,
    /// Around its ink.
    pub(super) area: Area,
}

/// How a glyph was drawn.
#[derive(Clone, Copy)]
pub(super) struct Drawn {
    pub(super) shown: bool,
    pub(super) hidden: bool,
    pub(super) blank: bool,
}

impl Letters {
    /// Keeps glyphs that meet one of these boxes.
    pub(super) fn within(areas: &[Area]) -> Self {
        Self {
            wanted: areas.iter().map(dots_of).collect(),
            all: Vec::new(),
        }
    }

    pub(super) fn wants(&self, bounds: Rect) -> bool {
        self.all.len() < LETTERS_MAX && self.wanted.iter().any(|wanted| wanted.overlaps(bounds))
    }

    /// Adds a glyph. `place` leads from thousandths of an em to dots.
    pub(super) fn add(
        &mut self,
        glyph: &Glyph<'_>,
        place: Affine,
        bounds: Rect,
        advance: Option<f32>,
        drawn: Drawn,
    ) {
        let text = match glyph.as_unicode() {
            Some(BfString::Char(char)) => char.to_string(),
            Some(BfString::String(text)) => text,
            None => char::REPLACEMENT_CHARACTER.to_string(),
        };
        let [a, b, c, d, ..] = place.as_coeffs();
        let base = place * Point::ORIGIN;
        let end = match advance {
            Some(advance) => (place * Point::new(f64::from(advance), 0.0)).x,
            None => bounds.x1,
        };
        self.all.push(Letter {
            text,
            area: area_of(bounds),
            base,
            end,
            size: c.hypot(d).max(a.hypot(b)) * 1000.0,
            shown: drawn.shown,
            hidden: drawn.hidden,
            blank: drawn.blank,
        });
    }

    /// All glyphs, in the order in which they were drawn.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Letter> {
        self.all.iter()
    }

    /// Those that are chosen, in lines from above, each from the left.
    pub(super) fn lines(&self, chosen: impl Fn(&Letter) -> bool) -> Vec<Line> {
        let mut letters: Vec<&Letter> = self.all.iter().filter(|letter| chosen(letter)).collect();
        letters.sort_by(|a, b| a.base.y.total_cmp(&b.base.y));
        let mut rows: Vec<Vec<&Letter>> = Vec::new();
        for letter in letters {
            match rows.last_mut() {
                Some(row)
                    if row.first().is_some_and(|first| {
                        letter.base.y - first.base.y <= LINE_SLACK * first.size.max(letter.size)
                    }) =>
                {
                    row.push(letter);
                }
                _ => rows.push(vec![letter]),
            }
        }
        rows.into_iter().filter_map(line).collect()
    }
}

fn line(mut row: Vec<&Letter>) -> Option<Line> {
    row.sort_by(|a, b| a.base.x.total_cmp(&b.base.x));
    let mut text = String::new();
    let mut area: Option<Area> = None;
    let mut last: Option<&Letter> = None;
    for letter in row {
        let size = letter.size;
        if let Some(last) = last {
            let same = last.text == letter.text
                && (letter.base.x - last.base.x).abs() <= SAME_PLACE * size;
            if same {
                continue;
            }
            if letter.base.x - last.end > WORD_GAP * size {
                text.push(' ');
            }
        }
        text.push_str(&letter.text);
        if letter.has_ink() {
            area = Some(area.map_or(letter.area, |area| area.around(&letter.area)));
        }
        last = Some(letter);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let area = area?;
    (!words.is_empty()).then(|| Line {
        text: words.join(" "),
        area,
    })
}

/// What of a text stays the same however it is set: compatibility letters (ligatures, wide forms), accents as they are,
/// case, spaces and punctuation left out.
pub(super) fn folded(text: &str) -> String {
    text.nfkd()
        .flat_map(char::to_lowercase)
        .filter(|char| {
            char.is_alphanumeric() || unicode_normalization::char::is_combining_mark(*char)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(text: &str, x: f64, y: f64, size: f64) -> Letter {
        Letter {
            text: text.into(),
            area: Area::between(x, y - size, x + size / 2.0, y),
            base: Point::new(x, y),
            end: x + size / 2.0,
            size,
            shown: true,
            hidden: false,
            blank: text == " ",
        }
    }

    #[test]
    fn lines_are_what_a_reader_sees() {
        // Drawn out of order, one word in another size, a letter in false bold, a wide gap.
        let all = vec![
            letter("D", 10.0, 52.0, 10.0),
            letter("B", 5.0, 30.5, 8.0),
            letter("A", 0.0, 30.0, 10.0),
            letter("A", 0.3, 30.0, 10.0),
            letter("C", 60.0, 30.0, 10.0),
            letter(" ", 70.0, 30.0, 10.0),
        ];
        let letters = Letters {
            wanted: Vec::new(),
            all,
        };
        let lines: Vec<String> = letters
            .lines(|_| true)
            .into_iter()
            .map(|l| l.text)
            .collect();
        assert_eq!(lines, ["AB C", "D"]);
    }

    #[test]
    fn folding_leaves_letters() {
        assert_eq!(folded("Ｆｉｎｎ ﬁ, Å-1"), folded("finnfi å1"));
        assert_ne!(folded("Åsa"), folded("Asa"));
    }
}
