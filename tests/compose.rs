//! Letters set on pages, looked at from outside: the operators are read back glyph by glyph, the pages are written as
//! PDFs and read by poppler. `LETTERMILL_PROOFS=folder cargo test --test compose` leaves the PDFs there, to be looked at.

#[path = "compose/letters.rs"]
mod letters;
#[path = "compose/pdf.rs"]
mod pdf;

use lettermill::compose::{FirstPage, LaidLetter, Options, Stationery, lay_out};
use lettermill::finding::Code;
use lettermill::letter::{AddressForm, Block, Content, Header, Letter};
use letters::{header, paragraph, runs};
use pdf::{Glyph, glyphs};
use proptest::prelude::*;

const DATE: jiff::civil::Date = jiff::civil::date(2026, 3, 12);

fn set(
    letter: &Letter<'_>,
    header: &Header,
    options: &Options,
    sheet: FirstPage,
) -> (LaidLetter, Stationery) {
    let stationery = Stationery::new(options, header).unwrap();
    let laid = lay_out(letter, header, DATE, &stationery, sheet).unwrap();
    (laid, stationery)
}

/// Every sample, for tests that ask something of all.
fn samples() -> Vec<(&'static str, Header, Letter<'static>, FirstPage)> {
    use FirstPage::{CoverSheet, WithText};
    vec![
        ("decision", header("SE"), letters::decision(), WithText),
        ("bill", header("DK"), letters::bill(), WithText),
        ("reminder", header("SE"), letters::reminder(), WithText),
        ("long", header("SE"), letters::long(), WithText),
        ("foreign", header("DK"), letters::foreign(), WithText),
        ("names", header("SE"), letters::names(), WithText),
        ("wide-table", header("SE"), letters::wide_table(), WithText),
        ("enclosed", header("SE"), letters::enclosed_pdf(), WithText),
        ("protected", header("DK"), letters::protected(), CoverSheet),
        ("short", header("SE"), letters::short(), WithText),
    ]
}

#[test]
fn all_samples_stay_inside_their_margins() {
    for (name, header, letter, sheet) in samples() {
        let (laid, stationery) = set(&letter, &header, &Options::default(), sheet);
        pdf::proof(name, &laid, &stationery);
        for (page, laid_page) in laid.pages.iter().enumerate() {
            for glyph in glyphs(&laid_page.content, &stationery) {
                inside_page(&glyph, name, page);
            }
        }
        for glyph in glyphs(&stationery.resources().letterhead, &stationery) {
            inside_page(&glyph, name, 0);
        }
    }
}

/// Millimetres from the top left corner.
fn inside_page(glyph: &Glyph, name: &str, page: usize) {
    assert!(
        glyph.left >= 24.5
            && glyph.right <= 185.5
            && glyph.baseline >= 12.0
            && glyph.baseline <= 286.0,
        "{name}, page {page}: {glyph:?}"
    );
}
