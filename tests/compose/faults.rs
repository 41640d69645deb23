//! What a letter or a job says that cannot be set as it is: a finding about that letter, or a fault before the first.

use lettermill::compose::{Field, FirstPage, Options, Points, Stationery, lay_out};
use lettermill::finding::Code;
use lettermill::letter::{AddressForm, Content, Letter};
use proptest::prelude::*;

use super::letters::{self, header, paragraph};
use super::{DATE, findings, pdf};

/// Characters that show nothing, of every kind (Unicode, Default_Ignorable_Code_Point), and white space.
const NOTHING: &[char] = &[
    '\u{ad}',
    '\u{34f}',
    '\u{115f}',
    '\u{1160}',
    '\u{17b4}',
    '\u{180b}',
    '\u{180e}',
    '\u{180f}',
    '\u{200b}',
    '\u{200d}',
    '\u{200f}',
    '\u{2060}',
    '\u{2065}',
    '\u{206a}',
    '\u{206f}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{ffa0}',
    '\u{fff0}',
    '\u{1bca0}',
    '\u{1d173}',
    '\u{e0001}',
    '\u{e0100}',
    '\u{a0}',
    '\u{2003}',
    ' ',
];

/// A text of some letters, with what shows nothing between them, or of nothing else.
fn text() -> impl Strategy<Value = String> {
    let sign = prop_oneof![
        3 => prop::sample::select(vec!['a', 'Å', 'é', 'o', '1', '.', '-']),
        2 => prop::sample::select(NOTHING.to_vec()),
    ];
    let mixed = prop::collection::vec(sign, 0..12);
    let nothing = prop::collection::vec(prop::sample::select(NOTHING.to_vec()), 1..4);
    prop_oneof![3 => mixed, 1 => nothing].prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever stands in an address: what is said of it is what is drawn, line by line, or the letter is found wanting.
    #[test]
    fn an_address_says_what_it_shows(
        name in text(),
        attention in text(),
        lines in prop::collection::vec(text(), 1..5),
    ) {
        let mut letter = letters::short();
        letter.recipient.name = name.into();
        letter.recipient.attention = Some(attention.into());
        letter.recipient.address.as_mut().unwrap().form =
            AddressForm::Lines(lines.into_iter().map(Into::into).collect());
        let header = header("SE");
        let stationery = Stationery::new(&Options::default(), &header).unwrap();
        match lay_out(&letter, &header, DATE, &stationery, FirstPage::WithText) {
            Err(found) => prop_assert!(found.iter().all(|f| f.code == Code::PrintAddress), "{found:?}"),
            Ok(laid) => {
                let mut glyphs = pdf::glyphs(&laid.pages[0].content, &stationery);
                glyphs.retain(|glyph| glyph.left < 105.0 && (45.0..66.3).contains(&glyph.baseline));
                prop_assert_eq!(pdf::text(&glyphs), laid.address_lines.join("\n"));
                prop_assert!(laid.address_lines.iter().all(|line| line.contains(|c: char| !NOTHING.contains(&c))));
                prop_assert!(!laid.address_lines.iter().any(|line| line == "Att:"));
            }
        }
    }

    /// However long the reference: the text keeps clear of the footer, or the letter is found wanting.
    #[test]
    fn the_reference_leaves_room_for_the_text(
        (words, department) in (0..60_usize, 0..60_usize),
        table_pt in 9..17_i32,
        cover: bool,
    ) {
        let mut options = Options::default();
        options.type_sizes.table = Points(table_pt * 100);
        options.reference.fields = vec![
            Field::Date, Field::Reference, Field::Department, Field::Email, Field::Web, Field::Phone,
        ];
        let mut letter = letters::short();
        letter.subject = "Ämnesraden".into();
        letter.reference = Some("WWWW ".repeat(words).into());
        letter.department = Some("WWWW ".repeat(department).into());
        letter.content = Content::Text(vec![paragraph(&"Brödtext ".repeat(400))]);
        let sheet = if cover { FirstPage::CoverSheet } else { FirstPage::WithText };
        let header = header("SE");
        let stationery = Stationery::new(&options, &header).unwrap();
        let Ok(laid) = lay_out(&letter, &header, DATE, &stationery, sheet) else {
            return Ok(());
        };
        for page in &laid.pages {
            // The rule of the footer is the lowest.
            let rules = pdf::boxes(&page.content);
            let footer = rules.iter().map(|[_, top, ..]| *top).filter(|top| *top > 200.0);
            let foot = footer.fold(f64::MAX, f64::min).min(283.0);
            let glyphs = pdf::glyphs(&page.content, &stationery);
            // The text and the subject are larger than what stands around them.
            let text = glyphs.iter().filter(|glyph| [10.5, 15.5].contains(&glyph.size));
            let low = text.map(|glyph| glyph.baseline).fold(0.0, f64::max);
            prop_assert!(low < foot - 5.0, "{low} {foot}");
        }
    }
}

#[test]
fn a_reference_that_leaves_no_room_is_a_finding() {
    let mut options = Options::default();
    options.type_sizes.table = Points(1600);
    let mut letter = letters::short();
    letter.reference = Some("W".repeat(130).into());
    letter.department = letter.reference.clone();
    let found = findings(&letter, &options);
    let (code, path, said) = &found[0];
    assert_eq!((*code, &**path), (Code::PrintPages, "letter/reference"));
    assert!(
        said.contains("of the page left to the text") && said.contains("`reference.fields`"),
        "{said}"
    );
}

#[test]
fn a_value_of_too_many_lines_is_named_by_its_label_and_element() {
    let mut letter = letters::short();
    letter.department = Some("WWWWWWWWWW ".repeat(30).into());
    let found = findings(&letter, &Options::default());
    let (code, path, said) = &found[0];
    assert_eq!(
        (*code, &**path),
        (Code::ContentUnprintable, "letter/department")
    );
    assert!(
        said.starts_with('`') && said.contains("at most 12 lines"),
        "{said}"
    );

    letter.department = None;
    letter.reference = Some("WWWWWWWWWW ".repeat(30).into());
    let found = findings(&letter, &Options::default());
    let head = |(_, path, said): &(Code, String, String)| {
        path == "letter/reference" && said.contains("at the head of later pages")
    };
    assert!(found.iter().any(head), "{found:?}");
}

#[test]
fn more_than_four_marks_on_a_letter_are_a_finding() {
    let with_marks = |count: usize| -> Letter<'static> {
        let mut letter = letters::short();
        let text = format!("Hej a{} hej.", "\u{301}".repeat(count));
        letter.content = Content::Text(vec![paragraph(&text)]);
        letter
    };
    let header = header("SE");
    let stationery = Stationery::new(&Options::default(), &header).unwrap();
    let set =
        |letter: &Letter<'_>| lay_out(letter, &header, DATE, &stationery, FirstPage::WithText);
    assert!(set(&with_marks(4)).is_ok());
    for count in [5, 300, 2_000_000] {
        let found = findings(&with_marks(count), &Options::default());
        assert_eq!(found.len(), 1, "{found:?}");
        let (code, path, said) = &found[0];
        assert_eq!(
            (*code, &**path),
            (Code::ContentUnprintable, "letter/content/text")
        );
        assert_eq!(
            said,
            "U+0301, more than four marks on one letter; at most four"
        );
    }
    let mut named = letters::short();
    named.recipient.name = "Bo\u{e49}\u{200d}\u{301}\u{301}\u{301}\u{301} Ek".into();
    assert_eq!(
        findings(&named, &Options::default())[0].1,
        "letter/recipient/address"
    );
}
