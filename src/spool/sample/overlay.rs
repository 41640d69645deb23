//! What is drawn over the pages of a sample: zones in colour, a legend, words that say what it is.

use std::fmt::Write;

use super::outline::{outline, width};
use crate::preflight::{Area, Margins, OnPages, Rules, Zone};
use crate::spool::Options;

const MM: f64 = 72.0 / 25.4;
const A4_HEIGHT_MM: f64 = 297.0;
const A4_WIDTH_MM: f64 = 210.0;
/// Across every page, in Swedish, Danish and English.
const WORDS: &str = "PROV · PRØVE · PROOF";
const WORDS_POINTS: f64 = 44.0;
/// At the foot of every page.
const SENTENCE: &str = "Proof: not to be sent. Its marks cannot be read.";
const SMALL_POINTS: f64 = 5.5;
/// Base lines of title and legend, from the upper edge.
const TITLE_MM: f64 = 3.0;
const LEGEND_MM: f64 = 292.0;
const SENTENCE_MM: f64 = 295.3;
/// Lines across what must not be read, in millimetres.
const HATCH_MM: f64 = 3.0;

/// A kind of zone: what the legend calls it, its colour, and its dashes.
struct Kind {
    name: &'static str,
    colour: &'static str,
    dash: &'static str,
}

const WINDOW: Kind = Kind {
    name: "address box",
    colour: "0 0.3 0.8",
    dash: "[] 0",
};
const ALWAYS: Kind = Kind {
    name: "always in the window",
    colour: "0 0.55 0.2",
    dash: "[3 2] 0",
};
const EVER: Kind = Kind {
    name: "ever in the window",
    colour: "0.9 0.5 0",
    dash: "[3 2] 0",
};
const MARGIN: Kind = Kind {
    name: "margins",
    colour: "0.8 0 0",
    dash: "[6 2] 0",
};
const EMPTY: Kind = Kind {
    name: "must be empty",
    colour: "0.45 0.25 0",
    dash: "[] 0",
};
const ALLOWED: Kind = Kind {
    name: "print only here",
    colour: "0 0.6 0.6",
    dash: "[] 0",
};
const MARK: Kind = Kind {
    name: "mark",
    colour: "0.5 0 0.8",
    dash: "[] 0",
};
const STRIP: Kind = Kind {
    name: "strip of marks",
    colour: "0.5 0 0.8",
    dash: "[1 2] 0",
};

/// A page as a person looks at it.
pub(super) struct Sheet {
    /// The front of a sheet.
    pub front: bool,
    /// Page one of its piece.
    pub first: bool,
    /// What it is.
    pub title: String,
}

/// Zones of a vendor profile.
pub(super) struct Overlay {
    /// As given PDFs have to keep to them: the marks and the OMR code are among what must be empty.
    rules: Rules,
    address: Area,
}

impl Overlay {
    pub fn new(options: &Options, address: Area) -> Self {
        let rules = options.rules();
        Self { rules, address }
    }

    /// Writes content in default user space. `matrix` leads there from the upright A4 page in points.
    pub fn draw(&self, sheet: &Sheet, matrix: [f64; 6], out: &mut Vec<u8>) {
        let mut page = Page {
            text: String::new(),
            legend: Vec::new(),
        };
        let rules = &self.rules;
        let (number, margins) = match sheet.first {
            true => (1, &rules.margins_first),
            false => (2, &rules.margins_later),
        };
        page.outline(&MARGIN, inside(margins));
        for (kind, zones) in [(&EMPTY, &rules.empty), (&ALLOWED, &rules.allowed)] {
            for Zone { area, .. } in zones.iter().filter(|zone| on(zone.page, number)) {
                page.outline(kind, *area);
            }
        }
        if sheet.first {
            match &rules.address {
                Some(address) => {
                    page.outline(&WINDOW, address.window);
                    page.outline(&ALWAYS, address.always_seen());
                    page.outline(&EVER, address.ever_seen());
                }
                None => page.outline(&WINDOW, self.address),
            }
        }
        if rules.mark_strip.width_mm > 0.0 {
            page.outline(&STRIP, rules.mark_strip);
        }
        if sheet.front {
            for area in &rules.marks {
                page.strike(&MARK, *area);
            }
        }
        page.words(sheet);
        let numbers: Vec<String> = matrix.iter().map(|n| format!("{n:.4}")).collect();
        out.extend_from_slice(format!("q {} cm\n{}Q\n", numbers.join(" "), page.text).as_bytes());
    }
}

fn on(pages: OnPages, number: u32) -> bool {
    pages.has(number)
}

/// What the margins leave.
fn inside(margins: &Margins) -> Area {
    Area::between(
        margins.left_mm,
        margins.top_mm,
        A4_WIDTH_MM - margins.right_mm,
        A4_HEIGHT_MM - margins.bottom_mm,
    )
}

/// Content of a page, in points of the upright A4 page.
struct Page {
    text: String,
    legend: Vec<&'static Kind>,
}

impl Page {
    fn noted(&mut self, kind: &'static Kind) {
        if !self.legend.iter().any(|known| known.name == kind.name) {
            self.legend.push(kind);
        }
    }

    /// The edges of a box.
    fn outline(&mut self, kind: &'static Kind, area: Area) {
        self.noted(kind);
        let [x, y, w, h] = points(area);
        let Kind { colour, dash, .. } = kind;
        let _ = writeln!(
            self.text,
            "{colour} RG 0.8 w {dash} d {x:.2} {y:.2} {w:.2} {h:.2} re S"
        );
    }

    /// A box struck through so that no machine reads what is in it.
    fn strike(&mut self, kind: &'static Kind, area: Area) {
        let [x, y, w, h] = points(area);
        let Kind { colour, .. } = kind;
        let _ = writeln!(
            self.text,
            "q {x:.2} {y:.2} {w:.2} {h:.2} re W n {colour} RG 2 w [] 0 d"
        );
        let mut from = 0.0;
        while from < w + h {
            let _ = writeln!(
                self.text,
                "{:.2} {y:.2} m {:.2} {:.2} l S",
                x + from - h,
                x + from,
                y + h
            );
            from += HATCH_MM * MM;
        }
        self.text.push_str("Q\n");
        self.outline(kind, area);
    }

    fn words(&mut self, sheet: &Sheet) {
        // From lower left to upper right, outlined only: the letter stays legible.
        let _ = writeln!(self.text, "q 0.8 0 0 RG 0.7 w [] 0 d");
        let (cos, sin) = (0.5736, 0.8192); // 55 degrees, as the diagonal of A4.
        let [cx, cy] = [A4_WIDTH_MM * MM / 2.0, A4_HEIGHT_MM * MM / 2.0];
        let _ = writeln!(self.text, "{cos} {sin} -{sin} {cos} {cx:.2} {cy:.2} cm");
        outline(
            WORDS,
            WORDS_POINTS,
            [-width(WORDS, WORDS_POINTS) / 2.0, -WORDS_POINTS * 0.36],
            &mut self.text,
        );
        self.text.push_str("S Q\n");
        let left = 20.0 * MM;
        self.small(&sheet.title, "0 0 0", [left, up(TITLE_MM)]);
        self.small(SENTENCE, "0.8 0 0", [left, up(SENTENCE_MM)]);
        let mut x = left;
        for kind in std::mem::take(&mut self.legend) {
            let y = up(LEGEND_MM);
            let _ = writeln!(
                self.text,
                "{} RG 1.2 w {} d {x:.2} {:.2} m {:.2} {:.2} l S",
                kind.colour,
                kind.dash,
                y + 1.8,
                x + 14.0,
                y + 1.8
            );
            x += 17.0;
            self.small(kind.name, "0 0 0", [x, y]);
            x += width(kind.name, SMALL_POINTS) + 8.0;
        }
    }

    fn small(&mut self, text: &str, colour: &str, at: [f64; 2]) {
        let _ = writeln!(self.text, "{colour} rg");
        outline(text, SMALL_POINTS, at, &mut self.text);
        self.text.push_str("f\n");
    }
}

/// Points from the lower edge.
fn up(mm_from_top: f64) -> f64 {
    (A4_HEIGHT_MM - mm_from_top) * MM
}

/// Left, bottom, width and height in points.
fn points(area: Area) -> [f64; 4] {
    [
        area.x_mm * MM,
        up(area.bottom()),
        area.width_mm * MM,
        area.height_mm * MM,
    ]
}
