//! The area for a payment slip: no text enters it, wherever it stands.

use lettermill::compose::{
    FirstPage, FooterOn, LaidLetter, Options, Payment, PaymentPage, Stationery,
};
use lettermill::letter::{Content, Letter, Micrometres, Sides};
use proptest::prelude::*;

use super::letters::{self, header, paragraph};
use super::{pdf, set};

fn options(page: PaymentPage, back_blank: bool) -> Options {
    Options {
        payment: Some(Payment {
            height: Micrometres(101_600),
            page,
            processes: Vec::new(),
            back_blank,
        }),
        ..Options::default()
    }
}

/// Lowest ink of each page, in millimetres from its top; none on a blank one.
fn lowest(laid: &LaidLetter, stationery: &Stationery) -> Vec<Option<f64>> {
    let programs = pdf::programs(&stationery.resources());
    let low = |content: &[u8]| {
        let glyphs = pdf::glyphs_with(content, &programs);
        let text = glyphs
            .iter()
            .map(|glyph| glyph.baseline + 0.3 * glyph.size * 25.4 / 72.0);
        let rules = pdf::boxes(content).into_iter().map(|[.., bottom]| bottom);
        text.chain(rules).fold(None, |low: Option<f64>, y| {
            Some(low.map_or(y, |low| low.max(y)))
        })
    };
    laid.pages.iter().map(|page| low(&page.content)).collect()
}

const EDGE: f64 = 297.0 - 101.6;

#[test]
fn a_short_bill_keeps_the_foot_of_its_page_free() {
    for page in [PaymentPage::Last, PaymentPage::First] {
        let (laid, stationery) = set(
            &letters::reminder(),
            &header("SE"),
            &options(page, false),
            FirstPage::WithText,
        );
        pdf::proof(&format!("slip-{page:?}"), &laid, &stationery);
        let low = lowest(&laid, &stationery);
        let with_slip = if page == PaymentPage::First {
            0
        } else {
            low.len() - 1
        };
        assert!(low[with_slip].unwrap() <= EDGE - 3.0, "{page:?}: {low:?}");
    }
    let (laid, stationery) = set(
        &letters::short(),
        &header("SE"),
        &options(PaymentPage::Last, true),
        FirstPage::WithText,
    );
    let low = lowest(&laid, &stationery);
    // One page with text and slip, its blank back.
    assert_eq!(low.len(), 2);
    assert!(low[0].unwrap() < EDGE && low[1].is_none(), "{low:?}");
    let text = pdf::text(&pdf::glyphs(&laid.pages[0].content, &stationery));
    assert!(
        text.contains("Sida 1 av 1") && text.contains("Vi har tagit emot"),
        "{text}"
    );
}

#[test]
fn only_letters_of_the_processes_named_have_it() {
    let mut options = options(PaymentPage::Own, false);
    if let Some(payment) = &mut options.payment {
        payment.processes = vec!["Faktura".into()];
    }
    let pages = |process: Option<&'static str>| {
        let mut letter = letters::short();
        letter.process = process.map(Into::into);
        set(&letter, &header("SE"), &options, FirstPage::WithText)
            .0
            .pages
            .len()
    };
    assert_eq!(
        (pages(Some("Faktura")), pages(Some("Beslut")), pages(None)),
        (2, 1, 1)
    );
    // Nothing but text has a place for it.
    assert_eq!(
        set(
            &letters::enclosed_pdf(),
            &header("SE"),
            &options,
            FirstPage::WithText
        )
        .0
        .pages
        .len(),
        1
    );
}

#[test]
fn on_one_side_no_page_is_needed_for_a_blank_back() {
    let pages = |sides: Option<Sides>, wished: Option<Sides>| {
        let options = Options {
            sides,
            ..options(PaymentPage::Last, true)
        };
        let mut letter = letters::short();
        letter.print.sides = wished;
        set(&letter, &header("SE"), &options, FirstPage::WithText)
            .0
            .pages
            .len()
    };
    use Sides::{Duplex, Simplex};
    assert_eq!(pages(None, None), 2);
    assert_eq!(pages(Some(Simplex), None), 1);
    assert_eq!(pages(Some(Simplex), Some(Duplex)), 2);
    assert_eq!(pages(Some(Duplex), Some(Simplex)), 1);
}

fn letter(words: usize, paragraphs: usize) -> Letter<'static> {
    let mut letter = letters::reminder();
    letter.content = Content::Text(vec![paragraph(&"ordet ".repeat(words)); paragraphs]);
    letter
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn text_of_any_length_keeps_out_of_the_area(
        words in 1..160_usize,
        paragraphs in 1..16_usize,
        page in prop_oneof![Just(PaymentPage::Last), Just(PaymentPage::First), Just(PaymentPage::Own)],
        back_blank: bool,
        on in prop_oneof![Just(FooterOn::FirstPage), Just(FooterOn::AllPages), Just(FooterOn::None)],
    ) {
        let mut options = options(page, back_blank);
        options.footer.on = on;
        let (laid, stationery) = set(&letter(words, paragraphs), &header("SE"), &options, FirstPage::WithText);
        let low = lowest(&laid, &stationery);
        let printed: Vec<usize> = (0..low.len()).filter(|&at| low[at].is_some()).collect();
        let slip = if page == PaymentPage::First { 0 } else { printed[printed.len() - 1] };
        prop_assert!(low[slip].unwrap() <= EDGE - 3.0, "{low:?}");
        if back_blank {
            prop_assert!(slip.is_multiple_of(2) && low.get(slip + 1) == Some(&None), "{low:?}");
        } else {
            prop_assert_eq!(printed.len(), low.len());
        }
        // Pages are numbered without the blank ones, and all text is there.
        let texts: Vec<String> = laid.pages.iter().map(|page| pdf::text(&pdf::glyphs(&page.content, &stationery))).collect();
        let number = format!("Sida {0} av {0}", printed.len());
        prop_assert!(texts[printed[printed.len() - 1]].ends_with(&number));
        let set: usize = texts.iter().map(|text| text.matches("ordet").count()).sum();
        prop_assert_eq!(set, words * paragraphs);
    }
}
