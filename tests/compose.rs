//! Letters set on pages, looked at from outside: the operators are read back glyph by glyph, the pages are written as
//! PDFs and read by poppler. `LETTERMILL_PROOFS=folder cargo test --test compose` leaves the PDFs there, to be looked at.

#![allow(clippy::unwrap_used)]

#[path = "compose/faults.rs"]
mod faults;
#[path = "compose/hyphens.rs"]
mod hyphens;
#[path = "compose/letters.rs"]
mod letters;
#[path = "compose/pages.rs"]
mod pages;
#[path = "compose/pdf.rs"]
mod pdf;
#[path = "compose/profiles.rs"]
mod profiles;
#[path = "compose/program.rs"]
mod program;
#[path = "compose/scripts.rs"]
mod scripts;
#[path = "compose/slip.rs"]
mod slip;
mod support;
#[path = "compose/templates.rs"]
mod templates;

use lettermill::compose::{FirstPage, LaidLetter, Options, Stationery, lay_out};
use lettermill::finding::Code;
use lettermill::letter::{AddressForm, Block, Content, Header, Letter};
use letters::{header, paragraph, runs};
use pdf::{Glyph, glyphs};
use proptest::prelude::*;
use skrifa::{FontRef, MetadataProvider};
use support::tools::said_by;

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
        let resources = stationery.resources();
        let contents = laid.pages.iter().map(|page| &page.content);
        for content in contents.chain([&resources.letterhead]) {
            for glyph in glyphs(content, &stationery) {
                inside_page(&glyph, name);
            }
            for [left, top, right, bottom] in pdf::boxes(content) {
                assert!(
                    left >= 24.9 && right <= 185.1 && top > 12.0 && bottom < 290.0,
                    "{name}: rule"
                );
            }
        }
    }
}

/// x 0–18 is left to the marks (facts/print.md §8); text keeps to 25–185.
fn inside_page(glyph: &Glyph, name: &str) {
    let inside = glyph.left >= 24.5 && glyph.right <= 185.1;
    assert!(
        inside && (12.0..=285.1).contains(&glyph.baseline),
        "{name}: {glyph:?}"
    );
}

#[test]
fn the_address_stands_alone_in_its_box() {
    for (name, header, letter, sheet) in samples() {
        let (laid, stationery) = set(&letter, &header, &Options::default(), sheet);
        // 24.6–105 × 45–66.3 mm, from cap height and accents to descenders.
        let first = glyphs(&laid.pages[0].content, &stationery);
        let (inside, outside): (Vec<Glyph>, Vec<Glyph>) = first
            .into_iter()
            .partition(|glyph| glyph.left < 105.0 && (45.0..66.3).contains(&glyph.baseline));
        let mm = 25.4 / 72.0;
        for glyph in &inside {
            assert!(
                glyph.left >= 24.6 && glyph.right <= 105.0,
                "{name}: {glyph:?}"
            );
            assert!(
                glyph.baseline - 0.95 * glyph.size * mm >= 44.99,
                "{name}: {glyph:?}"
            );
            assert!(
                glyph.baseline + 0.24 * glyph.size * mm <= 66.31,
                "{name}: {glyph:?}"
            );
            assert!(glyph.size >= 10.0 && glyph.face == 0, "{name}: {glyph:?}");
        }
        for glyph in &outside {
            let low = glyph.baseline + 0.3 * glyph.size * mm;
            let high = glyph.baseline - glyph.size * mm;
            assert!(
                low < 45.0 || high > 66.3 || glyph.left >= 107.0,
                "{name}: {glyph:?}"
            );
        }
        assert_eq!(pdf::text(&inside), laid.address_lines.join("\n"), "{name}");
        assert!((3..=6).contains(&laid.address_lines.len()), "{name}");

        let (_folder, path) = pdf::written(&laid, &stationery);
        let path = path.to_str().unwrap();
        // 254 dpi: ten pixels a millimetre.
        let area = [
            "-r", "254", "-f", "1", "-l", "1", "-x", "246", "-y", "450", "-W", "804", "-H", "213",
            "-layout",
        ];
        if let Some(text) = said_by("pdftotext", &[&area[..], &[path, "-"]].concat()) {
            let lines: Vec<String> = text
                .lines()
                .map(words)
                .filter(|line| !line.is_empty())
                .collect();
            assert_eq!(lines, laid.address_lines, "{name}");
        }
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Texts of a letter in reading order, tables left aside (their cells stand side by side).
fn running_text(letter: &Letter<'_>) -> String {
    let Content::Text(blocks) = &letter.content else {
        return letter.subject.to_string();
    };
    let mut text = letter.subject.to_string();
    for block in blocks {
        let texts: &[Vec<lettermill::letter::Run<'_>>] = match block {
            Block::Heading(_, runs) | Block::Paragraph(runs) => std::slice::from_ref(runs),
            Block::List(_, items) => items,
            _ => continue,
        };
        for runs in texts {
            text.push(' ');
            text.extend(runs.iter().map(|run| &*run.text));
        }
    }
    text
}

#[test]
fn other_programs_read_the_text_in_order() {
    for (name, header, letter, sheet) in samples() {
        let (laid, stationery) = set(&letter, &header, &Options::default(), sheet);
        let (_folder, path) = pdf::written(&laid, &stationery);
        let path = path.to_str().unwrap();
        if let Some(text) = said_by("pdftotext", &["-raw", path, "-"]) {
            let text = text.replace("-\n", "");
            let mut found = text.split_whitespace();
            for word in running_text(&letter).split_whitespace() {
                assert!(
                    found.any(|other| other == word),
                    "{name}: `{word}` is missing or out of order"
                );
            }
        }
        if let Some(fonts) = said_by("pdffonts", &[path]) {
            // Embedded, and with a map to Unicode.
            assert!(
                fonts
                    .lines()
                    .skip(2)
                    .all(|line| line.contains("yes no  yes") || line.contains("yes yes yes")),
                "{fonts}"
            );
        }
        said_by("qpdf", &["--check", path]);
    }
}

#[test]
fn glyphs_used_are_exactly_those_on_the_pages() {
    for (name, header, letter, sheet) in samples() {
        let (laid, stationery) = set(&letter, &header, &Options::default(), sheet);
        let mut used: [std::collections::BTreeSet<u16>; 4] = Default::default();
        for page in &laid.pages {
            for glyph in glyphs(&page.content, &stationery) {
                used[glyph.face].insert(glyph.id);
            }
        }
        let used = used.map(|glyphs| glyphs.into_iter().collect::<Vec<_>>());
        assert_eq!(used, laid.glyphs.0, "{name}");
    }
}

fn page_text(laid: &LaidLetter, page: usize, stationery: &Stationery) -> String {
    pdf::text(&glyphs(&laid.pages[page].content, stationery))
}

#[test]
fn a_table_that_runs_on_repeats_its_head_and_pages_are_numbered() {
    let (laid, stationery) = set(
        &letters::long(),
        &header("SE"),
        &Options::default(),
        FirstPage::WithText,
    );
    let count = laid.pages.len();
    assert_eq!(count, 4);
    let mut heads = 0;
    for page in 0..count {
        let text = page_text(&laid, page, &stationery);
        assert!(
            text.ends_with(&format!("\nSida {} av {count}", page + 1)),
            "{text}"
        );
        assert_eq!(laid.pages[page].letterhead, page == 0);
        let rows = text.matches("dBA").count();
        if rows > 0 {
            heads += 1;
            assert!(
                text.contains("År 2040"),
                "page {page} has rows without a head"
            );
        }
        let headings = ["Bakgrund", "Kostnader", "Tidplan", "Synpunkter och samråd"];
        let last = text.lines().rev().nth(1).unwrap();
        assert!(!headings.contains(&last), "page {page} ends with a heading");
    }
    assert_eq!(heads, 2);
}

#[test]
fn a_cover_sheet_says_nothing_of_a_protected_letter() {
    let letter = letters::protected();
    let (laid, stationery) = set(
        &letter,
        &header("DK"),
        &Options::default(),
        FirstPage::CoverSheet,
    );
    assert_eq!(laid.pages.len(), 2);
    let cover = page_text(&laid, 0, &stationery);
    for secret in [
        "Afgørelse",
        "underholdsbidrag",
        "1.547",
        "Klagevejledning",
        "Familie",
    ] {
        assert!(!cover.contains(secret), "{cover}");
    }
    for said in [
        "Forside",
        "Brev, 1 side",
        "1 bilag",
        "FR-2026-118",
        "Skjulevej 5",
        "Side 1 af 2",
    ] {
        assert!(cover.contains(said), "{said}: {cover}");
    }
    let text = page_text(&laid, 1, &stationery);
    for secret in ["Skjulevej", "Maja", "Hemmelig", "Rådhustorvet"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains("Afgørelse om underholdsbidrag") && text.contains("FR-2026-118"));
    assert!(laid.pages.iter().all(|page| page.letterhead));
}

#[test]
fn a_cover_sheet_names_what_is_printed_behind_it() {
    let (laid, stationery) = set(
        &letters::enclosed_pdf(),
        &header("SE"),
        &Options::default(),
        FirstPage::WithText,
    );
    assert_eq!(laid.pages.len(), 1);
    let text = page_text(&laid, 0, &stationery);
    assert!(
        text.contains(
            "Kallelse till tandvård
Kuvertet innehåller:
•Kallelse till tandvård
•Hälsodeklaration
•Hitta till oss
"
        ),
        "{text}"
    );
    assert!(!text.contains("Bara digitalt"));
}

// ───────────────────────────── findings ─────────────────────────────

fn findings(letter: &Letter<'_>, options: &Options) -> Vec<(Code, String, String)> {
    let header = header("SE");
    let stationery = Stationery::new(options, &header).unwrap();
    let findings = lay_out(letter, &header, DATE, &stationery, FirstPage::WithText).unwrap_err();
    findings
        .into_iter()
        .inspect(|finding| assert_eq!(finding.place.line, 7))
        .map(|finding| {
            (
                finding.code,
                finding.place.path,
                format!("{}; {}", finding.found, finding.allowed),
            )
        })
        .collect()
}

#[test]
fn what_cannot_be_set_is_named_by_code_point_only() {
    let mut letter = letters::short();
    letter.content = Content::Text(vec![paragraph(
        "Hemligt ✓ ord och \u{5d0}\u{5d1} till \u{1f600}",
    )]);
    letter.recipient.name = "Provnamn 漢".into();
    let found = findings(&letter, &Options::default());
    let all = format!("{found:?}");
    assert!(
        found
            .iter()
            .all(|(code, ..)| *code == Code::ContentUnprintable)
    );
    for said in [
        "U+2713",
        "U+05D0, which belongs to text from right to left",
        "U+1F600",
        "U+6F22",
        "letter/recipient/address",
        "letter/content/text",
    ] {
        assert!(all.contains(said), "{said}: {all}");
    }
    for secret in ["Hemligt", "ord", "Provnamn"] {
        assert!(!all.contains(secret), "{all}");
    }
}

#[test]
fn an_address_that_does_not_fit_is_told_by_its_shape() {
    let street = "Synnerligen långa paradgatan med dubbelnamn 1234, uppgång B";
    let letter = letters::letter(
        "sv",
        "X",
        "Bo Ek",
        letters::parts(street, "12345", "Ort"),
        Vec::new(),
    );
    let found = findings(&letter, &Options::default());
    assert_eq!((found.len(), found[0].0), (1, Code::PrintAddress));
    assert!(
        found[0].2.contains("Aaaaaaaaaaa aaaaa") && found[0].2.contains("at most 80.0 mm"),
        "{found:?}"
    );
    assert!(!found[0].2.contains("paradgatan"));

    let mut many = letters::short();
    many.recipient.attention = Some("Ann".into());
    let lines = ["Rad ett", "Rad två", "Rad tre", "Rad fyra", "Rad fem"];
    many.recipient.address.as_mut().unwrap().form =
        AddressForm::Lines(lines.map(Into::into).into());
    let found = findings(&many, &Options::default());
    assert!(found[0].2.contains("7 lines; at most 6 lines"), "{found:?}");
    // A taller window takes seven.
    let mut options = Options::default();
    options.geometry.address.height = lettermill::letter::Micrometres::mm(30);
    assert_eq!(
        set(&many, &header("SE"), &options, FirstPage::WithText)
            .0
            .address_lines
            .len(),
        7
    );

    let mut none = letters::short();
    none.recipient.address = None;
    assert!(
        findings(&none, &Options::default())[0]
            .2
            .starts_with("no address")
    );
    let mut few = letters::short();
    few.recipient.address.as_mut().unwrap().form = AddressForm::Lines(vec!["Storgatan".into()]);
    assert!(
        findings(&few, &Options::default())[0]
            .2
            .contains("too few lines")
    );
}

#[test]
fn too_many_pages_are_a_finding() {
    let mut letter = letters::short();
    letter.content = Content::Text(vec![
        paragraph("A"),
        Block::PageBreak,
        paragraph("B"),
        Block::PageBreak,
        paragraph("C"),
    ]);
    let options = |pages_max| Options {
        pages_max,
        ..Options::default()
    };
    assert_eq!(
        set(&letter, &header("SE"), &options(3), FirstPage::WithText)
            .0
            .pages
            .len(),
        3
    );
    let found = findings(&letter, &options(2));
    assert_eq!(found[0].0, Code::PrintPages);
    assert!(found[0].2.contains("more than 2 pages"));
}

// ───────────────────────────── strange contents ─────────────────────────────

fn pages_of(blocks: Vec<Block<'static>>) -> (LaidLetter, Stationery) {
    let letter = letters::letter(
        "sv",
        "X",
        "Bo Ek",
        letters::parts("Ekvägen 1", "12345", "Ort"),
        blocks,
    );
    let options = Options {
        pages_max: 2000,
        ..Options::default()
    };
    let (laid, stationery) = set(&letter, &header("SE"), &options, FirstPage::WithText);
    let programs = pdf::programs(&stationery.resources());
    for page in &laid.pages {
        for glyph in pdf::glyphs_with(&page.content, &programs) {
            inside_page(&glyph, "strange");
        }
    }
    (laid, stationery)
}

#[test]
fn nothing_and_only_page_breaks_give_one_page() {
    for blocks in [
        vec![],
        vec![Block::PageBreak; 5],
        vec![
            paragraph(""),
            paragraph(" "),
            Block::List(lettermill::letter::ListKind::Bullet, vec![vec![]]),
        ],
        vec![Block::KeyValues(vec![])],
        vec![letters::table("A;B", &[]), Block::PageBreak],
    ] {
        assert_eq!(pages_of(blocks).0.pages.len(), 1);
    }
    let blocks = vec![
        paragraph("A"),
        Block::PageBreak,
        Block::PageBreak,
        paragraph("B"),
        Block::PageBreak,
    ];
    assert_eq!(pages_of(blocks).0.pages.len(), 2);
}

#[test]
fn huge_contents_are_set_whole() {
    let greek = |laid: &(LaidLetter, Stationery)| {
        let programs = pdf::programs(&laid.1.resources());
        let pages = laid.0.pages.iter();
        pages
            .flat_map(|page| pdf::glyphs_with(&page.content, &programs))
            .filter(|g| g.text == Some('λ'))
            .count()
    };
    assert_eq!(
        greek(&pages_of(vec![paragraph(&"λ".repeat(100_000))])),
        100_000
    );
    assert_eq!(
        greek(&pages_of(vec![paragraph(&"λλλ ".repeat(25_000))])),
        75_000
    );
    assert_eq!(
        greek(&pages_of(vec![paragraph(&") λ".repeat(5_000))])),
        5_000
    );
    assert_eq!(
        greek(&pages_of(vec![paragraph(&"λ\u{ad}".repeat(5_000))])),
        5_000
    );
    assert_eq!(
        greek(&pages_of(vec![paragraph(&"λ 1 1 ".repeat(5_000))])),
        5_000
    );
    assert_eq!(
        greek(&pages_of(vec![letters::heading(1, &"λ ".repeat(3_000))])),
        3_000
    );
    assert_eq!(
        greek(&pages_of(vec![letters::table("A;B", &vec!["λ;λ"; 5_000])])),
        10_000
    );
    let wide = ["λλλλλλλλλλ"; 12].join(";");
    assert_eq!(
        greek(&pages_of(vec![letters::table(
            &"A;".repeat(11),
            &[wide.as_str(); 40]
        )])),
        12 * 10 * 40
    );
    let tall = format!("λ;{}", "λ ".repeat(6_000));
    assert_eq!(
        greek(&pages_of(vec![letters::table("A;B", &[&tall])])),
        6_001
    );
    let head = "λλ ".repeat(900);
    assert!(greek(&pages_of(vec![letters::table(&head, &["x"; 90])])) >= 1_800);
    assert_eq!(
        greek(&pages_of(vec![letters::key_values(
            &[("λ", "λ".repeat(900).as_str()); 60]
        )])),
        60 * 901
    );
}

// ───────────────────────────── properties ─────────────────────────────

fn any_words() -> impl Strategy<Value = String> {
    // Greek letters mark what belongs to the text; the rest is what text is made of.
    proptest::collection::vec("[α-ω]{1,12}|[α-ω]{60,260}|[α-ω]{1,4}[-/.,\u{ad}()][α-ω]{1,9}|[0-9]{1,3}|§|kr|–|\u{a0}|q\u{301}", 0..60)
        .prop_map(|words| words.join(" "))
}

fn any_block() -> impl Strategy<Value = Block<'static>> {
    prop_oneof![
        4 => (any_words(), any_words()).prop_map(|(a, b)| paragraph(&format!("{a} *{b}*{a}"))),
        1 => (1..4_u8, any_words()).prop_map(|(level, text)| letters::heading(level, &text)),
        1 => proptest::collection::vec(any_words(), 0..5).prop_map(|items| Block::List(
            lettermill::letter::ListKind::Number,
            items.iter().map(|item| runs(item)).collect(),
        )),
        1 => Just(Block::PageBreak),
    ]
}

fn greek_of(text: &str) -> String {
    text.chars().filter(|c| ('α'..='ω').contains(c)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_letter_of_the_text_is_set_once_in_order(blocks in proptest::collection::vec(any_block(), 0..14)) {
        let header = header("SE");
        let stationery = Stationery::new(&Options::default(), &header).unwrap();
        let programs = pdf::programs(&stationery.resources());
        let letter = letters::letter("sv", "Rubrik", "Bo Ek", letters::parts("Ekvägen 1", "12345", "Ort"), blocks);
        let laid = lay_out(&letter, &header, DATE, &stationery, FirstPage::WithText).unwrap();
        let mut set = String::new();
        for page in &laid.pages {
            let glyphs = pdf::glyphs_with(&page.content, &programs);
            for glyph in &glyphs {
                inside_page(glyph, "any");
            }
            set.push_str(&greek_of(&pdf::text(&glyphs)));
        }
        prop_assert_eq!(set, greek_of(&running_text(&letter)));
    }

    #[test]
    fn tables_lose_nothing_and_keep_inside(
        columns in 1..13_usize,
        cells in proptest::collection::vec("([α-ω]{1,14} ?){0,9}", 1..60),
        total in any::<bool>(),
    ) {
        let rows: Vec<String> = cells
            .chunks(columns)
            .filter(|row| row.len() == columns)
            .map(|row| format!("{}{}", if total { "=" } else { "" }, row.join(";")))
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let head = vec![">Kol"; columns].join(";");
        let (laid, stationery) = pages_of(vec![letters::table(&head, &rows)]);
        let programs = pdf::programs(&stationery.resources());
        let sorted = |text: String| {
            let mut chars: Vec<char> = text.chars().collect();
            chars.sort_unstable();
            chars.into_iter().collect::<String>()
        };
        let set: String = laid.pages.iter().map(|page| greek_of(&pdf::text(&pdf::glyphs_with(&page.content, &programs)))).collect();
        prop_assert_eq!(sorted(set), sorted(greek_of(&rows.concat())));
    }
}

#[test]
fn the_same_letter_gives_the_same_bytes_on_any_thread() {
    let letters: Vec<Letter<'static>> = (0..40)
        .map(|n| {
            let mut letter = [
                letters::decision,
                letters::bill,
                letters::long,
                letters::names,
            ][n % 4]();
            letter.reference = Some(format!("R {n}").into());
            letter
        })
        .collect();
    let header = header("SE");
    let pages = |letter: &Letter<'_>, stationery: &Stationery| {
        let laid = lay_out(letter, &header, DATE, stationery, FirstPage::WithText).unwrap();
        let contents: Vec<Vec<u8>> = laid.pages.into_iter().map(|page| page.content).collect();
        (contents, laid.glyphs)
    };
    let one = Stationery::new(&Options::default(), &header).unwrap();
    let alone: Vec<_> = letters.iter().map(|letter| pages(letter, &one)).collect();
    let two = Stationery::new(&Options::default(), &header).unwrap();
    // Backwards on two threads: other words are kept at other times.
    let half = |letters: &[Letter<'_>]| {
        let mut set: Vec<_> = letters
            .iter()
            .rev()
            .map(|letter| pages(letter, &two))
            .collect();
        set.reverse();
        set
    };
    let shared = std::thread::scope(|scope| {
        let (a, b) = letters.split_at(20);
        let a = scope.spawn(|| half(a));
        let b = half(b);
        [a.join().unwrap(), b].concat()
    });
    assert_eq!(alone, shared);
}

// ───────────────────────────── the job's options ─────────────────────────────

#[test]
fn fonts_of_the_job_are_read_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut files = lettermill::compose::FontFiles {
        regular: write("r.ttf", notosans::REGULAR_TTF),
        bold: write("b.ttf", notosans::BOLD_TTF),
        italic: write("i.ttf", notosans::ITALIC_TTF),
        bold_italic: write("bi.ttf", notosans::BOLD_ITALIC_TTF),
    };
    let options = Options {
        fonts: Some(files.clone()),
        ..Options::default()
    };
    let (own, _) = set(
        &letters::decision(),
        &header("SE"),
        &options,
        FirstPage::WithText,
    );
    let (built_in, _) = set(
        &letters::decision(),
        &header("SE"),
        &Options::default(),
        FirstPage::WithText,
    );
    assert_eq!(own.pages[0].content, built_in.pages[0].content);

    files.bold = write("b.otf", b"OTTO\0\x0b");
    let options = Options {
        fonts: Some(files.clone()),
        ..Options::default()
    };
    let error = Stationery::new(&options, &header("SE"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("b.otf` is an OpenType font with CFF outlines"),
        "{error}"
    );
    files.bold = folder.path().join("none.ttf");
    let options = Options {
        fonts: Some(files),
        ..Options::default()
    };
    let error = Stationery::new(&options, &header("SE"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("none.ttf` cannot be read"), "{error}");
}

#[test]
fn an_address_whose_letters_the_font_does_not_tell_apart_is_found() {
    // The glyph of Đ (U+0110) is that of Ð (U+00D0).
    let font = FontRef::new(notosans::REGULAR_TTF).unwrap();
    let glyph = |code: u32| (font.charmap().map(code).unwrap().to_u32() as u16).to_be_bytes();
    let known = [0x10f, 0x110, 0x111].map(glyph).concat();
    let mut program = notosans::REGULAR_TTF.to_vec();
    let at = memchr::memmem::find(&program, &known).unwrap();
    program[at + 2..at + 4].copy_from_slice(&glyph(0xd0));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("r.ttf");
    std::fs::write(&file, program).unwrap();
    let options = Options {
        fonts: Some(lettermill::compose::FontFiles {
            regular: file.clone(),
            bold: file.clone(),
            italic: file.clone(),
            bold_italic: file,
        }),
        ..Options::default()
    };
    let mut letter = letters::short();
    letter.subject = "Đ".into();
    set(&letter, &header("SE"), &options, FirstPage::WithText);
    letter.recipient.name = "Anna Đorđević".into();
    set(
        &letter,
        &header("SE"),
        &Options::default(),
        FirstPage::WithText,
    );
    let found = findings(&letter, &options);
    let (code, path, said) = &found[0];
    assert_eq!(
        (*code, &**path),
        (Code::ContentUnprintable, "letter/recipient/address")
    );
    assert!(
        said.contains("U+0110, which the font does not tell from another character"),
        "{said}"
    );
}

#[test]
fn a_letter_of_an_address_without_a_glyph_is_said_once() {
    let mut letter = letters::short();
    letter.recipient.name = "Anna ✓".into();
    let found = findings(&letter, &Options::default());
    assert!(
        found.len() == 1 && found[0].2.contains("for which the font has no glyph"),
        "{found:?}"
    );
}

#[test]
fn what_the_sender_says_of_itself_is_checked_once() {
    let error = |change: &dyn Fn(&mut Header, &mut Options)| {
        let (mut header, mut options) = (header("SE"), Options::default());
        change(&mut header, &mut options);
        Stationery::new(&options, &header).map_or_else(|error| error.to_string(), |_| String::new())
    };
    assert_eq!(
        error(&|header, _| header.sender.name = "Nämnden för långa namn ".repeat(11)),
        ""
    );
    assert_eq!(
        error(&|header, _| header.sender.support.text = "Ett långt stycke. ".repeat(56)),
        ""
    );
    assert!(error(&|header, _| header.sender.support.text = "✓".into()).contains("U+2713"));
    assert!(
        error(&|_, options| options.letterhead.colour = Some("blå".into()))
            .contains("letterhead.colour")
    );
    assert!(
        error(&|_, options| options.geometry.margin_left = lettermill::letter::Micrometres::mm(15))
            .contains("margin_left_mm")
    );
    assert!(
        error(&|_, options| options.type_sizes.address = lettermill::compose::Points(900))
            .contains("address_pt")
    );
    assert_eq!(
        error(&|_, options| options.letterhead.colour = Some("#1b3a5d".into())),
        ""
    );
}

#[test]
fn a_long_name_a_second_line_and_a_colour_find_their_place() {
    let mut header = header("SE");
    header.sender.name =
        "Nämnden för samverkan mellan kommunerna i Exempelstads, Provköpings och Påhittebergs län"
            .into();
    header.sender.support.text = "Vi svarar på frågor om brevet vardagar kl. 8–17. ".repeat(6);
    let mut options = Options::default();
    options.letterhead.second_line = Some("Gemensamma kansliet för bygglov och tillsyn".into());
    options.letterhead.colour = Some("#17456e".into());
    let mut letter = letters::long();
    letter.recipient.attention = Some("Styrelsens ordförande".into());
    letter.reference =
        Some("En väldigt lång referens med många ord 2026-000123/45-B, del två".into());
    let (laid, stationery) = set(&letter, &header, &options, FirstPage::WithText);
    pdf::proof("letterhead", &laid, &stationery);
    let head = stationery.resources().letterhead;
    assert!(String::from_utf8_lossy(&head).contains("0.090 0.270 0.431 rg"));
    for glyph in glyphs(&head, &stationery) {
        inside_page(&glyph, "letterhead");
        assert!(glyph.baseline < 40.0, "{glyph:?}");
    }
    for page in &laid.pages {
        for glyph in glyphs(&page.content, &stationery) {
            inside_page(&glyph, "letterhead");
        }
    }
}

/// Time that this thread was given; other programs and tests run beside it. Linux only.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = stat.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// Not a benchmark: four times the text must not take anything like sixteen times as long.
#[test]
fn time_grows_with_the_text() {
    if cpu_seconds().is_none() {
        eprintln!("no CPU time of a thread here: the check is skipped");
        return;
    }
    let header = header("SE");
    let options = Options {
        pages_max: 100_000,
        ..Options::default()
    };
    let shapes: [&dyn Fn(usize) -> Vec<Block<'static>>; 5] = [
        &|n| vec![paragraph(&"ordλ ".repeat(n * 20))],
        &|n| vec![paragraph(&"λ".repeat(n * 100))],
        &|n| vec![paragraph(&"1 ".repeat(n * 40))],
        &|n| vec![letters::table("A;B;C", &vec!["ett;två;tre"; n * 3])],
        &|n| vec![paragraph("Kort."); n * 10],
    ];
    for (which, blocks) in shapes.iter().enumerate() {
        let seconds = |n: usize| {
            let letter = letters::letter(
                "sv",
                "X",
                "Bo Ek",
                letters::parts("Ekvägen 1", "12345", "Ort"),
                blocks(n),
            );
            let stationery = Stationery::new(&options, &header).unwrap();
            // The kernel counts in steps of some milliseconds: several runs make the steps small.
            let start = cpu_seconds().unwrap();
            for _ in 0..5 {
                lay_out(&letter, &header, DATE, &stationery, FirstPage::WithText).unwrap();
            }
            cpu_seconds().unwrap() - start
        };
        let (short, long) = (seconds(5_000), seconds(20_000));
        eprintln!("shape {which}: {:.1} ms, {:.1} ms", short * 1e3, long * 1e3);
        assert!(long < short * 9.0, "shape {which}: {short} s, {long} s");
    }
}
