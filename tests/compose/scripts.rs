//! Letters of all scripts: set, or found; never the box that stands for a missing glyph.

use lettermill::compose::{FirstPage, Options, Stationery, lay_out};
use lettermill::finding::Code;
use lettermill::letter::{Content, Letter};

use super::letters::{self, header, paragraph};
use super::{DATE, pdf, set};

/// Sentences of languages that letters in the Nordic countries are written in, or whose names stand in addresses.
const SET: &[(&str, &str)] = &[
    ("Swedish", "Flygande bäckasiner söka hwila på mjuka tuvor"),
    (
        "Danish",
        "Quizdeltagerne spiste jordbær med fløde, mens cirkusklovnen Walther spillede på xylofon",
    ),
    ("Finnish", "Törkylempijävongahdus"),
    (
        "Northern Sami",
        "Vuol Ruoŧa geđggiid leat máŋga luosa ja čuovžža",
    ),
    (
        "Lule Sami",
        "Gåhkås láhkuj lij ihkeva ájmo, dán gávtse ŋuollá ådå sjaddu",
    ),
    (
        "Skolt Sami",
        "Pââʹjte ǩeâđggsáiʹrdid õõđeei jåʹtte ǥuõllid da ǯõõʹdi ʒ",
    ),
    ("Inari Sami", "Ánarâškielâ kiännâm, čohčâ já šiälluh"),
    ("Southern Sami", "Jïlle saemien gïele, aajh jïh öövre"),
    (
        "Greenlandic",
        "Kalaallit Nunaat, Narsarsuaq, ĸâgssaĸ, Âssiait, atuagkat ũ ĩ",
    ),
    ("Faroese", "Føroyskt ð og ý, Tórshavnar kommuna"),
    (
        "Icelandic",
        "Kæmi ný öxi hér, ykist þjófum nú bæði víl og ádrepa",
    ),
    ("Polish", "Pchnąć w tę łódź jeża lub ośm skrzyń fig"),
    (
        "Romanian",
        "Gheorghe, obezul, a reușit să obțină jucându-se un flux în Quebec de o mie kilowațioră: ţ ş",
    ),
    ("Turkish", "Pijamalı hasta yağız şoföre çabucak güvendi İĞ"),
    ("Greek", "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, ΐ ΰ Ώ"),
    (
        "Russian",
        "Съешь же ещё этих мягких французских булок, да выпей чаю",
    ),
    (
        "Ukrainian",
        "Чуєш їх, доцю, га? Кумедна ж ти, прощайся без ґольфів! Є І Ї",
    ),
    ("Somali", "Waxaan ahay qof ku hadla af Soomaali"),
    ("Kurdish", "Kurmancî: çêkirin, şîrîn, ûsa"),
    (
        "Vietnamese",
        "Do bạch kim rất quý nên sẽ dùng để lắp vô xương",
    ),
];

/// Texts that cannot be set: from right to left, or in scripts that the font does not have.
const FOUND: &[(&str, &str)] = &[
    ("Arabic", "نص حكيم له سر قاطع"),
    ("Persian", "گچ پژ"),
    ("Hebrew", "דג סקרן שט בים"),
    ("Syriac", "ܐܒܓܕ"),
    ("Thaana", "ދިވެހި"),
    ("N'Ko", "ߒߞߏ"),
    ("Chinese", "天地玄黃"),
    ("Japanese", "いろはにほへと"),
    ("Korean", "키스의 고유조건은"),
    ("Thai", "เป็นมนุษย์"),
    ("Tamil", "யாமறிந்த"),
    ("Tigrinya", "ሰላም"),
    ("Georgian", "საქართველო"),
    ("Armenian", "Հայաստան"),
    ("Emoji", "😀"),
];

fn letter(text: &str) -> Letter<'static> {
    let mut letter = letters::short();
    letter.content = Content::Text(vec![paragraph(text)]);
    letter
}

#[test]
fn every_sentence_of_the_nordic_countries_is_set_and_found_again() {
    for (language, sentence) in SET {
        let (laid, stationery) = set(
            &letter(sentence),
            &header("SE"),
            &Options::default(),
            FirstPage::WithText,
        );
        let text: String = laid
            .pages
            .iter()
            .map(|page| pdf::text(&pdf::glyphs(&page.content, &stationery)))
            .collect();
        // The Skolt prime may have the glyph of another sign that looks the same.
        let plain = |text: &str| text.replace(['ʹ', '′', 'ʼ', '’'], "'").replace('\n', " ");
        assert!(
            plain(&text).contains(&plain(sentence)),
            "{language}: {text}"
        );
        let (_folder, path) = pdf::written(&laid, &stationery);
        if let Some(found) =
            crate::support::tools::said_by("pdftotext", &[path.to_str().unwrap(), "-"])
        {
            assert!(
                plain(&found).contains(&plain(sentence)),
                "{language}: {found}"
            );
        }
    }
}

#[test]
fn other_scripts_are_found_and_never_drawn_as_boxes() {
    let header = header("SE");
    let stationery = Stationery::new(&Options::default(), &header).unwrap();
    for (script, sentence) in FOUND {
        let found = lay_out(
            &letter(sentence),
            &header,
            DATE,
            &stationery,
            FirstPage::WithText,
        );
        let found = found.expect_err(script);
        assert!(
            found.iter().all(|f| f.code == Code::ContentUnprintable),
            "{script}"
        );
        let first = sentence.chars().next().unwrap();
        let code = format!("U+{:04X}", u32::from(first));
        assert!(
            found.iter().any(|f| f.found.contains(&code)),
            "{script}: {found:?}"
        );
        for finding in &found {
            assert!(!finding.found.contains(first), "{script}: {finding:?}");
        }
    }
}

#[test]
fn decomposed_letters_are_set_as_composed_ones() {
    let pages = |text: &str| {
        let (laid, _) = set(
            &letter(text),
            &header("SE"),
            &Options::default(),
            FirstPage::WithText,
        );
        laid.pages
            .into_iter()
            .map(|page| page.content)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        pages("Ho\u{308}gsta fo\u{308}rvaltningsdomstolen, A\u{30a}rsta, C\u{30c}uđđe, e\u{301}n"),
        pages("Högsta förvaltningsdomstolen, Årsta, Čuđđe, én"),
    );
}

/// Every character of the first two planes' blocks up to the end of the scripts: in each face it is set with glyphs of
/// its own, or there is a finding.
#[test]
fn no_character_becomes_a_box() {
    let header = header("SE");
    let stationery = Stationery::new(&Options::default(), &header).unwrap();
    let mut set_so_far = 0;
    for code in (0x20..0x2fff_u32)
        .chain(0xa640..0xabff)
        .chain(0xfb00..0xffff)
        .chain([0x1_f600, 0x10_fffd])
    {
        let Some(c) = char::from_u32(code).filter(|c| !c.is_control()) else {
            continue;
        };
        let letter = letter(&format!("x{c}y"));
        match lay_out(&letter, &header, DATE, &stationery, FirstPage::WithText) {
            Ok(laid) => {
                set_so_far += 1;
                let content = &laid.pages[0].content;
                assert!(
                    pdf::codes(content).iter().all(|&glyph| glyph != 0),
                    "U+{code:04X} is drawn as a box"
                );
            }
            Err(found) => assert!(found.iter().all(|f| f.code == Code::ContentUnprintable)),
        }
    }
    assert!(set_so_far > 2_000, "{set_so_far}");
}
