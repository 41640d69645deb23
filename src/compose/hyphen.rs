//! Where a word may be divided at the end of a line, by the rules of the letter's language.
//!
//! The patterns are those of TeX's hyph-utf8 (crate `hypher`). They know nothing of meaning, so what a reader would
//! mind is kept from them: names, numbers, addresses of the web and of mail, abbreviations, words that are divided
//! already, short words, and less than three letters on either side.

use hypher::Lang;

/// Fewest letters before and behind a hyphen, the same for all languages. Patterns allow two; two say too little.
const LETTERS_EACH_SIDE_MIN: usize = 3;
/// Shorter words are not divided.
const WORD_LETTERS_MIN: usize = 7;
/// Places kept of one word; only compounds beyond all dictionaries have more, and the last ones matter.
const PLACES_MAX: usize = 24;

/// The rules of a language, by its ISO 639-1 code; `None` for a language whose rules are not known, since those of
/// another would be wrong more often than right.
pub fn rules(language: &str) -> Option<Lang> {
    match language {
        "sv" => Some(Lang::Swedish),
        "da" => Some(Lang::Danish),
        "en" => Some(Lang::English),
        "nb" | "nn" | "no" => Some(Lang::Norwegian),
        "fi" => Some(Lang::Finnish),
        _ => None,
    }
}

/// Which words may be divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// The line would only look better: no names.
    Wish,
    /// The word is wider than the line, and will be cut one way or another.
    Must,
}

/// Where a word may be divided.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places {
    at: [u16; PLACES_MAX],
    count: usize,
}

impl Places {
    /// Byte offsets, the last first.
    pub fn backwards(&self) -> impl Iterator<Item = usize> + '_ {
        let places = self.at.get(..self.count).unwrap_or_default();
        places.iter().rev().map(|&at| usize::from(at))
    }
}

/// Where `word`, with the marks that stand around it, may be divided.
pub fn places(word: &str, rules: Lang, need: Need) -> Places {
    let mut places = Places::default();
    let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let before = word.len() - bare.len();
    let bare = bare.trim_end_matches(|c: char| {
        matches!(
            c,
            '.' | ',' | ';' | ':' | '?' | '!' | ')' | ']' | '”' | '"' | '»' | '“' | '’'
        )
    });
    let divisible = |c: char| match need {
        Need::Wish => c.is_lowercase(),
        Need::Must => c.is_alphabetic(),
    };
    let letters = bare.chars().count();
    if letters < WORD_LETTERS_MIN || !bare.chars().all(divisible) {
        return places;
    }
    let mut at = before;
    for part in hypher::hyphenate_bounded(bare, rules, LETTERS_EACH_SIDE_MIN, LETTERS_EACH_SIDE_MIN)
    {
        if at > before
            && let Ok(place) = u16::try_from(at)
        {
            if places.count == PLACES_MAX {
                places.at.rotate_left(1);
                places.count -= 1;
            }
            if let Some(slot) = places.at.get_mut(places.count) {
                *slot = place;
                places.count += 1;
            }
        }
        at += part.len();
    }
    places
}

/// Whether a compound is joined here by its -s-, as in `förvaltnings-domstol`: the best place to divide it.
pub fn is_linked(head: &str, rest: &str, rules: Lang) -> bool {
    let links = matches!(rules, Lang::Swedish | Lang::Danish | Lang::Norwegian);
    let mut behind = head.chars().rev();
    let s = behind.next() == Some('s');
    links && s && behind.next().is_some_and(|c| !is_vowel(c) && c != 's') && !rest.starts_with('s')
}

fn is_vowel(c: char) -> bool {
    "aeiouyåäöæø".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divided(word: &str, language: &str, need: Need) -> String {
        let mut text = word.to_owned();
        for at in places(word, rules(language).unwrap(), need).backwards() {
            text.insert(at, '-');
        }
        text
    }

    #[test]
    fn each_language_divides_by_its_own_rules() {
        let cases = [
            ("sv", "bostadstillägget,", "bostads-tilläg-get,"),
            ("sv", "(handläggningstid)", "(hand-lägg-nings-tid)"),
            ("da", "sagsbehandlingstiden.", "sags-be-hand-ling-sti-den."),
            ("nb", "saksbehandlingstiden", "saks-be-hand-lings-ti-den"),
            ("nn", "saksbehandlingstiden", "saks-be-hand-lings-ti-den"),
            ("fi", "kansaneläkelaitos", "kan-sa-ne-lä-ke-lai-tos"),
            ("en", "certificate", "cer-tifi-cate"),
        ];
        for (language, word, expected) in cases {
            assert_eq!(divided(word, language, Need::Wish), expected);
        }
        for other in ["de", "pl", "ar", "se", ""] {
            assert!(rules(other).is_none(), "{other}");
        }
    }

    #[test]
    fn the_joint_of_a_compound_is_known_by_its_s() {
        let linked = |head, rest, language| is_linked(head, rest, rules(language).unwrap());
        assert!(linked("förvaltnings", "domstol", "sv"));
        assert!(linked("arbejds", "marked", "da"));
        assert!(!linked("försäkringskas", "san", "sv"));
        assert!(!linked("arbetsmarknadspo", "litik", "sv"));
        assert!(!linked("hus", "byggnad", "sv"));
        assert!(!linked("registrations", "form", "en"));
    }

    #[test]
    fn what_is_no_plain_word_stays_whole() {
        for word in [
            "Försäkringskassan",
            "FÖRSÄKRINGSKASSAN",
            "kontakt@myndigheten.example",
            "www.exempelmyndigheten.example",
            "https://exempelmyndigheten.example/bostad",
            "fastighet12345beteckning",
            "e-postmeddelande",
            "barnet",
            "beslut/yttrande",
            "§§§§§§§§§",
        ] {
            assert_eq!(divided(word, "sv", Need::Wish), word);
        }
        assert_ne!(
            divided("Försäkringskassan", "sv", Need::Must),
            "Försäkringskassan"
        );
    }

    #[test]
    fn a_word_beyond_all_dictionaries_keeps_its_last_places() {
        let word = "överklagande".repeat(30);
        let places = places(&word, rules("sv").unwrap(), Need::Must);
        assert_eq!(places.backwards().count(), PLACES_MAX);
        assert!(places.backwards().is_sorted_by(|a, b| a > b));
        assert!(places.backwards().next().unwrap() > word.len() - 20);
    }
}
