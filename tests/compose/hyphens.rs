//! Words divided at the end of a line: where, how often, and what other programs read.

use lettermill::compose::{FirstPage, Options};
use lettermill::letter::{Block, Content, Letter};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::letters::{self, header, paragraph};
use super::{pdf, set};

/// A paragraph of long words in each language that has rules, and the same in one that has none.
const TEXTS: &[(&str, &str)] = &[
    (
        "sv",
        "Överklagandehänvisningen beskriver handläggningstiderna vid förvaltningsdomstolarna och ersättningsbestämmelserna för \
         socialförsäkringsförmånerna samt arbetsmarknadspolitiska insatser, bostadsanpassningsbidragsansökningar och \
         färdtjänsttillståndsprövningar som samhällsbyggnadsförvaltningen ansvarar för tillsammans med \
         överförmyndarverksamheten och livsmedelskontrollmyndigheten under tillsynsperioden.",
    ),
    (
        "da",
        "Klagevejledningen beskriver sagsbehandlingstiderne ved forvaltningsdomstolene og udbetalingsbestemmelserne for \
         sociallovgivningens ydelsesmodtagere samt arbejdsmarkedspolitiske foranstaltninger, boligstøtteansøgninger og \
         førtidspensionsafgørelser som beskæftigelsesforvaltningen har ansvaret for sammen med sundhedsforvaltningen og \
         fødevarekontrolmyndigheden i tilsynsperioden.",
    ),
    (
        "nb",
        "Klageadgangen beskriver saksbehandlingstidene ved forvaltningsdomstolene og utbetalingsbestemmelsene for \
         trygdelovgivningens ytelsesmottakere samt arbeidsmarkedspolitiske virkemidler, bostøttesøknader og \
         uføretrygdvedtak som arbeidsforvaltningen har ansvaret for sammen med helseforvaltningen og \
         mattilsynsmyndighetene i tilsynsperioden.",
    ),
    (
        "nn",
        "Klageretten skildrar sakshandsamingstidene ved forvaltingsdomstolane og utbetalingsreglane for \
         trygdelovgjevinga og ytingsmottakarane, arbeidsmarknadspolitiske verkemiddel, bustøttesøknader og \
         uføretrygdvedtak som arbeidsforvaltinga har ansvaret for saman med helseforvaltinga og \
         mattilsynsstyresmaktene i tilsynsperioden.",
    ),
    (
        "fi",
        "Muutoksenhakuohjeessa kuvataan hallintotuomioistuinten käsittelyaikoja ja toimeentulotukietuuksien \
         maksatusperusteita sekä työmarkkinapoliittisia toimenpiteitä, asumistukihakemuksia ja \
         vammaispalvelupäätöksiä, joista sosiaalihuoltoviranomaiset vastaavat yhdessä \
         elintarvikevalvontaviranomaisten kanssa valvontajakson aikana.",
    ),
    (
        "en",
        "Representations concerning administrative determinations and compensation entitlements notwithstanding \
         administrative responsibilities, environmental considerations, telecommunications infrastructure and \
         intergovernmental correspondence regarding institutionalised misunderstandings are acknowledged immediately by \
         the accommodation administration during the inspection period.",
    ),
];

fn letter(language: &'static str, text: &str) -> Letter<'static> {
    let mut blocks: Vec<Block<'static>> = (1..4)
        .map(|times| paragraph(&vec![text; times].join(" ")))
        .collect();
    blocks.push(letters::table(
        "Beskrivning;Mer;>Belopp",
        &[&format!("{text};{text};12 450,00 kr")],
    ));
    letters::letter(
        language,
        "Rubrik",
        "Bo Ek",
        letters::parts("Ekvägen 1", "12345", "Ort"),
        blocks,
    )
}

/// Lines of the text as set, page by page, in order.
fn lines(letter: &Letter<'_>, options: &Options) -> Vec<String> {
    let (laid, stationery) = set(letter, &header("SE"), options, FirstPage::WithText);
    let pages = laid.pages.iter();
    let text = pages.map(|page| pdf::text(&pdf::glyphs(&page.content, &stationery)));
    text.collect::<Vec<_>>()
        .join("\n")
        .lines()
        .map(str::to_owned)
        .collect()
}

fn hyphens(lines: &[String]) -> usize {
    lines.iter().filter(|line| line.ends_with('-')).count()
}

fn without() -> Options {
    Options {
        hyphenate: false,
        ..Options::default()
    }
}

#[test]
fn long_words_are_divided_in_the_languages_whose_rules_are_known() {
    for (language, text) in TEXTS {
        let with = lines(&letter(language, text), &Options::default());
        assert!(hyphens(&with) >= 3, "{language}: {with:#?}");
        let whole = lines(&letter(language, text), &without());
        assert_eq!(hyphens(&whole), 0, "{language}");
        assert!(with.len() <= whole.len(), "{language}");
    }
    // The rules of another language would be wrong.
    for other in ["pl", "de", "se"] {
        assert_eq!(
            hyphens(&lines(&letter(other, TEXTS[0].1), &Options::default())),
            0
        );
    }
}

#[test]
fn names_numbers_addresses_of_the_web_and_last_words_stay_whole() {
    let text = "Samhällsbyggnadsförvaltningen https://www.exempelmyndigheten.example/handlaggning \
                handlaggningsenheten@exempelmyndigheten.example Livsmedelskontrollmyndigheten fastighetsbeteckning1234 \
                nummer12kontrollsystemet ÖVERFÖRMYNDARNÄMNDEN beslutsunderlag/överklagandehänvisning "
        .repeat(9);
    let mut letter = letters::short();
    let last =
        "ord ord ord ord ord ord ord ord ord ord ord ord ord ord ord ord handläggningstiderna";
    letter.content = Content::Text(vec![paragraph(&text), paragraph(last)]);
    let set = lines(&letter, &Options::default());
    assert_eq!(hyphens(&set), 0, "{set:#?}");
}

/// The words as other programs find them: whoever searches for a divided word shall find it.
#[test]
fn divided_words_are_whole_in_the_text_that_other_programs_extract() {
    for (language, text) in TEXTS {
        let letter = letter(language, text);
        let (laid, stationery) = set(
            &letter,
            &header("SE"),
            &Options::default(),
            FirstPage::WithText,
        );
        pdf::proof(&format!("hyphens-{language}"), &laid, &stationery);
        let (_folder, path) = pdf::written(&laid, &stationery);
        let path = path.to_str().unwrap();
        let readers: [(&str, &[&str]); 2] = [
            ("pdftotext", &[path, "-"]),
            (
                "mutool",
                &["draw", "-q", "-F", "txt", "-O", "dehyphenate", path],
            ),
        ];
        for (program, arguments) in readers {
            let Some(found) = crate::support::tools::said_by(program, arguments) else {
                continue;
            };
            let words: Vec<&str> = found.split_whitespace().collect();
            for word in text.split_whitespace() {
                assert!(
                    words.contains(&word),
                    "{program}, {language}: {word}\n{found}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever the words: nothing is lost or doubled, no line is wider, never three hyphens in a row.
    #[test]
    fn dividing_words_loses_nothing(
        words in proptest::collection::vec(
            "[a-zåäö]{1,34}[.,;]?|[0-9]{1,7}|[A-ZÅÄÖ][a-zåäö]{3,20}|o\u{308}[a-z]{12}",
            1..50,
        ),
        language in prop_oneof![Just("sv"), Just("da"), Just("en"), Just("nb"), Just("fi")],
    ) {
        let text = words.join(" ");
        let with = |blocks| {
            let mut letter = letters::short();
            letter.language = language.into();
            letter.content = Content::Text(blocks);
            let (laid, stationery) = set(&letter, &header("SE"), &Options::default(), FirstPage::WithText);
            let programs = pdf::programs(&stationery.resources());
            let pages = laid.pages.iter().map(|page| {
                let glyphs = pdf::glyphs_with(&page.content, &programs);
                for glyph in &glyphs {
                    super::inside_page(glyph, "hyphens");
                }
                pdf::text(&glyphs)
            });
            pages.collect::<Vec<_>>().join("\n")
        };
        let letters_of = |text: &str| text.nfc().filter(|c| c.is_alphabetic()).count();
        let around = letters_of(&with(Vec::new()));
        let running = letters_of(&with(vec![paragraph("1"), Block::PageBreak, paragraph("1")]));
        let paragraph = with(vec![paragraph(&text)]);
        if letters_of(&paragraph) != around + letters_of(&text) {
            // A second page, with its running head and number.
            prop_assert_eq!(letters_of(&paragraph), running + letters_of(&text));
        }
        let lines: Vec<&str> = paragraph.lines().collect();
        let third = lines.windows(3).find(|three| three.iter().all(|line| line.ends_with('-')));
        prop_assert!(third.is_none(), "{third:?}");
        // Narrow columns, where even a name is divided rather than cut.
        let table = with(vec![letters::table("A;B;C;D", &[&format!("{text};{text};x;y")])]);
        prop_assert!(letters_of(&table) >= 2 * letters_of(&text));
    }
}
