//! What a character means to a line: space, nothing at all, a hyphen; and which words stay together.

/// Folded at the edges of pieces; other spaces of Unicode have their own width and are set like letters.
pub fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Shows nothing: soft hyphen, joiners, direction marks, variation selectors.
pub fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Hyphens that many fonts lack; a hyphen-minus looks the same, and the line is broken by then.
pub fn is_hyphen(c: char) -> bool {
    matches!(c, '\u{2010}' | '\u{2011}')
}

/// Signs and units that stay with the number before them.
const BEHIND_NUMBERS: &[&str] = &[
    "%",
    "‰",
    "€",
    "kr",
    "kr.",
    "kr,",
    "kronor",
    "kroner",
    "öre",
    "øre",
    "SEK",
    "DKK",
    "NOK",
    "EUR",
    "tkr",
    "mkr",
    "§",
    "§§",
    "kap.",
    "st",
    "st.",
    "stk",
    "stk.",
    "mm",
    "cm",
    "m",
    "km",
    "m²",
    "kg",
    "kWh",
    "procent",
    "prosent",
    "prosenttia",
    "percent",
];
/// Words that stay with the number behind them.
const BEFORE_NUMBERS: &[&str] = &[
    "§", "§§", "nr", "nr.", "kl", "kl.", "s.", "sid.", "kap.", "art.", "stk.", "tlf.", "tel.",
    "pkt.", "ca", "ca.",
];

/// Whether the space that ends at `at` lies inside something that is read in one breath.
pub fn belongs_together(text: &str, at: usize) -> bool {
    let (Some(before), Some(behind)) = (text.get(..at), text.get(at..)) else {
        return false;
    };
    let Some(before) = before.strip_suffix(' ') else {
        return false;
    };
    let digit_before = before.ends_with(|c: char| c.is_ascii_digit());
    let digit_behind = behind.starts_with(|c: char| c.is_ascii_digit());
    if digit_before && digit_behind {
        return true;
    }
    if digit_before {
        let next = behind.split([' ', '\n']).next().unwrap_or_default();
        let bare = next.trim_end_matches(['.', ',', ';', ':', ')', '?', '!']);
        return BEHIND_NUMBERS.contains(&next) || BEHIND_NUMBERS.contains(&bare);
    }
    // A property: `Ängen 1:1`.
    let next = behind.split([' ', '\n']).next().unwrap_or_default();
    if digit_behind && is_unit_of_property(next) {
        return before.ends_with(char::is_alphabetic);
    }
    digit_behind && {
        let last = before.rsplit([' ', '\n', '(']).next().unwrap_or_default();
        BEFORE_NUMBERS.contains(&last)
    }
}

/// Block and unit of a Swedish property, `1:1`; a time of day stays with the word before it too.
fn is_unit_of_property(word: &str) -> bool {
    let bare = word.trim_end_matches(['.', ',', ';', ')', '?', '!']);
    bare.split_once(':').is_some_and(|(block, unit)| {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        number(block) && number(unit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_times_and_paragraphs_stay_whole() {
        let together = |text: &str| {
            text.char_indices()
                .filter(|&(_, c)| c == ' ')
                .map(|(at, _)| {
                    if belongs_together(text, at + 1) {
                        '~'
                    } else {
                        '_'
                    }
                })
                .collect::<String>()
        };
        assert_eq!(together("betala 12 450,00 kr, senast"), "_~~_");
        assert_eq!(together("enligt 6 § lagen"), "_~_");
        assert_eq!(together("se § 5 och kl. 10 (nr 3)"), "_~__~_~");
        assert_eq!(together("den 4 februari 2026 om"), "____");
        assert_eq!(together("25 %. Det"), "~_");
        assert_eq!(together("för Ängen 1:1 med"), "_~_");
    }
}
