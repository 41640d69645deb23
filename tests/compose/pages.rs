//! Where pages end: two lines at least of a paragraph on either side, headings with what follows, heads of tables again.

use std::collections::BTreeMap;

use lettermill::compose::{FirstPage, Options};
use lettermill::letter::{Block, Content};
use proptest::prelude::*;

use super::letters::{self, header, paragraph};
use super::{pdf, set};

/// What a letter is made of: the number in each text says which block a line belongs to.
#[derive(Clone, Debug)]
enum Part {
    Heading(u8),
    Paragraph(usize),
    Table(usize, usize),
    KeyValues(usize),
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        2 => (1..4_u8).prop_map(Part::Heading),
        5 => (1..150_usize).prop_map(Part::Paragraph),
        1 => (1..40_usize, 1..40_usize).prop_map(|(rows, words)| Part::Table(rows, words)),
        1 => (1..9_usize).prop_map(Part::KeyValues),
    ]
}

fn block((number, part): (usize, &Part)) -> Block<'static> {
    match part {
        Part::Heading(level) => letters::heading(*level, &format!("Rubrik{number}")),
        Part::Paragraph(words) => paragraph(&format!("stycke{number} ").repeat(*words)),
        Part::Table(rows, words) => {
            let cell = format!("rad{number} ").repeat(*words);
            let rows = vec![format!("{cell};x"); *rows];
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            letters::table(&format!("Huvud{number};B"), &rows)
        }
        Part::KeyValues(entries) => {
            let value = format!("värde{number}");
            letters::key_values(&vec![("Namn", value.as_str()); *entries])
        }
    }
}

/// The lines of the text on each page, each by its first word.
fn pages(parts: &[Part], options: &Options) -> Vec<Vec<String>> {
    let mut letter = letters::short();
    letter.content = Content::Text(parts.iter().enumerate().map(block).collect());
    let (laid, stationery) = set(&letter, &header("SE"), options, FirstPage::WithText);
    let programs = pdf::programs(&stationery.resources());
    let known = ["Rubrik", "stycke", "Huvud", "rad", "värde"];
    let lines = |content: &[u8]| {
        let text = pdf::text(&pdf::glyphs_with(content, &programs));
        let first = text.lines().filter_map(|line| line.split(' ').next());
        let ours = first.filter(|word| {
            known.iter().any(|name| {
                word.strip_prefix(name)
                    .is_some_and(|n| n.parse::<usize>().is_ok())
            })
        });
        ours.map(str::to_owned).collect()
    };
    laid.pages.iter().map(|page| lines(&page.content)).collect()
}

fn check(parts: &[Part], pages: &[Vec<String>]) -> Result<(), TestCaseError> {
    // Lines of each paragraph, page by page.
    let mut lines: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for page in pages {
        for stretch in page.chunk_by(|a, b| a == b) {
            lines.entry(&stretch[0]).or_default().push(stretch.len());
        }
    }
    for (word, counts) in &lines {
        if word.starts_with("stycke") && counts.len() > 1 {
            prop_assert!(counts.iter().all(|&count| count >= 2), "{word}: {counts:?}");
        }
        if word.starts_with("värde") {
            prop_assert_eq!(counts.len(), 1, "a short block stays whole");
        }
    }
    for (at, page) in pages.iter().enumerate() {
        if let Some(last) = page.last() {
            let is_last = at + 1 == pages.len();
            prop_assert!(
                is_last || !last.starts_with("Rubrik"),
                "page {at} ends with {last}"
            );
            prop_assert!(
                !last.starts_with("Huvud") || is_last,
                "page {at} ends with {last}"
            );
        }
        for word in page.iter().filter(|word| word.starts_with("rad")) {
            let head = word.replace("rad", "Huvud");
            prop_assert!(page.contains(&head), "page {at}: {word} without its head");
        }
    }
    for (number, part) in parts.iter().enumerate() {
        if let Part::Table(rows, _) = part {
            let word = format!("rad{number}");
            let set: usize = lines.get(&*word).map_or(0, |counts| counts.iter().sum());
            prop_assert!(set >= *rows, "{word}: {set} lines of {rows} rows");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn pages_end_where_a_careful_typist_ends_them(parts in proptest::collection::vec(part(), 1..24), all_pages: bool) {
        let mut options = Options::default();
        if all_pages {
            options.footer.on = lettermill::compose::FooterOn::AllPages;
        }
        let pages = pages(&parts, &options);
        check(&parts, &pages)?;
    }
}

#[test]
fn a_cell_of_three_pages_goes_on_below_its_head() {
    let parts = [Part::Paragraph(40), Part::Table(2, 3_000)];
    let pages = pages(&parts, &Options::default());
    assert!(pages.len() >= 7, "{}", pages.len());
    check(&parts, &pages).unwrap();
    // Whole pages of it: nothing is left empty because the row should stay together.
    assert!(
        pages[1..6].iter().all(|page| page.len() > 30),
        "{:?}",
        pages.iter().map(Vec::len).collect::<Vec<_>>()
    );
}
