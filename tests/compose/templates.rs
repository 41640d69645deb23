//! The example templates, rendered; and what a template may not say.

use std::path::{Path, PathBuf};

use lettermill::compose::{FirstPage, Options, Pixel, Stationery, lay_out};
use lettermill::letter::{Header, Letter};

use super::letters::{self, header};
use super::{DATE, pdf, set};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/templates")
}

/// A template of `fixtures/templates`, its logo where it lies.
fn template(name: &str) -> Options {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    let mut options: Options = toml::from_str(&text).unwrap();
    if let Some(logo) = &mut options.letterhead.logo {
        logo.file = folder().join(&logo.file);
    }
    options
}

fn rendered(name: &str, letter: &Letter<'_>, header: &Header, options: &Options) -> Vec<String> {
    let (laid, stationery) = set(letter, header, options, FirstPage::WithText);
    pdf::proof(&format!("template-{name}"), &laid, &stationery);
    let head = stationery.resources().letterhead;
    for content in laid.pages.iter().map(|page| &page.content).chain([&head]) {
        for glyph in pdf::glyphs(content, &stationery) {
            super::inside_page(&glyph, name);
        }
    }
    let (_folder, path) = pdf::written(&laid, &stationery);
    crate::support::tools::said_by("qpdf", &["--check", path.to_str().unwrap()]);
    let pages = laid.pages.iter();
    pages
        .map(|page| pdf::text(&pdf::glyphs(&page.content, &stationery)))
        .collect()
}

#[test]
fn a_municipality_has_its_arms_and_four_columns_at_the_foot() {
    let options = template("kommun.toml");
    let pages = rendered("kommun", &letters::long(), &header("SE"), &options);
    for said in [
        "Besöksadress",
        "Organisationsnummer",
        "Bankgiro 900-0001",
        "1 (4)",
    ] {
        assert!(pages[0].contains(said), "{said}: {}", pages[0]);
    }
    assert!(pages[3].ends_with("4 (4)") && !pages[3].contains("Bankgiro"));
    // The job wants no telephone beside the address.
    assert!(!pages[0].contains("Telefon"), "{}", pages[0]);

    let stationery = Stationery::new(&options, &header("SE")).unwrap();
    let resources = stationery.resources();
    let [colour, black] = resources.logo.unwrap();
    assert_eq!((colour.pixel, black.pixel), (Pixel::Rgb, Pixel::Bit));
    assert_eq!((colour.width, black.height), (360, 440));
    let (head, mono) = (
        String::from_utf8_lossy(&resources.letterhead).into_owned(),
        String::from_utf8_lossy(&resources.letterhead_mono).into_owned(),
    );
    assert!(head.contains("/LG Do") && head.contains(" rg\n"));
    assert_eq!(mono, head.replace("0.113 0.309 0.486 rg\n", ""));
}

#[test]
fn a_bill_has_room_for_its_slip_and_no_number_on_its_only_page() {
    let options = template("faktura.toml");
    let mut letter = letters::reminder();
    letter.process = Some("Påminnelse".into());
    let pages = rendered("faktura", &letter, &header("SE"), &options);
    assert!(pages.iter().any(String::is_empty), "a blank back");
    let single = rendered("faktura-short", &letters::short(), &header("SE"), &options);
    assert_eq!(single.len(), 1);
    assert!(!single[0].contains("Sida 1"), "{}", single[0]);
}

#[test]
fn an_agency_has_larger_type_and_its_footer_on_every_page() {
    let options = template("styrelse.toml");
    let pages = rendered("styrelse", &letters::bill(), &header("DK"), &options);
    assert!(pages.len() >= 2);
    for (at, page) in pages.iter().enumerate() {
        assert!(page.contains("CVR "), "{page}");
        assert!(
            page.ends_with(&format!("{}/{}", at + 1, pages.len())),
            "{page}"
        );
    }
}

#[test]
fn later_pages_may_have_no_head_and_pages_no_number() {
    let options: Options = toml::from_str(
        "[later_pages]\nhead = false\n[page_number]\nform = \"none\"\n[footer]\non = \"none\"",
    )
    .unwrap();
    let pages = rendered("bare", &letters::long(), &header("SE"), &options);
    assert!(!pages.concat().contains("Sida 1"), "{}", pages[0]);
    assert!(!pages[1].contains("SBN 2025-00112"), "{}", pages[1]);
}

#[test]
fn a_logo_at_the_right_leaves_the_name_its_place() {
    let mut options = template("kommun.toml");
    let logo = options.letterhead.logo.as_mut().unwrap();
    logo.place = lettermill::compose::Place::Right;
    options.letterhead.show_name = false;
    options.letterhead.colour = None;
    let stationery = Stationery::new(&options, &header("SE")).unwrap();
    pdf::proof(
        "logo-right",
        &lay_out(
            &letters::decision(),
            &header("SE"),
            DATE,
            &stationery,
            FirstPage::WithText,
        )
        .unwrap(),
        &stationery,
    );
    assert!(pdf::glyphs(&stationery.resources().letterhead, &stationery).is_empty());
}

#[test]
fn what_a_template_may_not_say_is_named_with_what_it_may() {
    let error = |text: &str| {
        let mut options: Options = match toml::from_str(text) {
            Ok(options) => options,
            Err(error) => return error.to_string(),
        };
        if let Some(logo) = &mut options.letterhead.logo {
            logo.file = folder().join(&logo.file);
        }
        Stationery::new(&options, &header("SE"))
            .map_or_else(|error| error.to_string(), |_| String::new())
    };
    for (text, key, allowed) in [
        ("version = 2", "version", "1"),
        (
            "[headings]\nh1 = { percent = 500 }",
            "headings.h1.percent",
            "80 to 200",
        ),
        (
            "[headings]\nh1 = { percent = 100, style = \"loud\" }",
            "loud",
            "bold-italic",
        ),
        (
            "[reference]\nfields = [\"date\", \"date\"]",
            "reference.fields",
            "each field once",
        ),
        ("[reference]\nfields = [\"cpr\"]", "cpr", "reply-by"),
        (
            "[[footer.columns]]\nlines = [\"{fax}\"]",
            "{fax}",
            "{phone}",
        ),
        (
            "[footer]\ncolumns = [{}, {}, {}, {}, {}]",
            "footer.columns",
            "at most 4",
        ),
        (
            "[payment]\nheight_mm = 145\npage = \"first\"",
            "payment.height_mm",
            "a shorter footer",
        ),
        (
            "[payment]\nheight_mm = 200",
            "payment.height_mm",
            "20 to 150",
        ),
        (
            "[payment]\nheight_mm = 100\npage = \"back\"",
            "back",
            "last",
        ),
        ("[page_number]\nform = \"roman\"", "roman", "brackets"),
        (
            "[letterhead]\nshow_name = false",
            "letterhead.show_name",
            "logo",
        ),
        (
            "[letterhead]\nlogo = { file = \"vapen.png\", width_mm = 60 }",
            "73.3 mm",
            "make `width_mm` smaller",
        ),
        (
            "[letterhead]\nlogo = { file = \"vapen.png\", width_mm = 2 }",
            "logo.width_mm",
            "5 to 160",
        ),
        (
            "[letterhead]\nlogo = { file = \"kommun.toml\", width_mm = 20 }",
            "kommun.toml` is no picture",
            "PNG",
        ),
        (
            "[letterhead]\nlogo = { file = \"none.png\", width_mm = 20 }",
            "none.png` cannot be read",
            "PNG",
        ),
        ("[letterhead]\ncolor = \"#000000\"", "color", "colour"),
    ] {
        let error = error(text);
        assert!(
            error.contains(key) && error.contains(allowed),
            "{text}: {error}"
        );
    }
}
