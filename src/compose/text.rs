//! What a character means to a line: space, nothing at all, a hyphen; and which words stay together.

use unicode_normalization::char::is_combining_mark;

/// Folded at the edges of pieces; other spaces of Unicode have their own width and are set like letters.
pub fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Shows nothing: Default_Ignorable_Code_Point (Unicode 16, DerivedCoreProperties), less the signs that turn the
/// direction, which are not set at all.
pub fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A line as it will be seen: without what shows nothing, one space for any white space. Empty where nothing is seen.
pub fn shown(text: &str) -> String {
    let seen: String = text.chars().filter(|&c| !is_ignorable(c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks on one letter, at most; Vietnamese has two, taken apart.
const MARKS_MAX: usize = 4;

/// A mark that is one too many on its letter: what is stacked higher reaches into the lines above.
pub fn mark_too_many(text: &str) -> Option<char> {
    // Marks begin with U+0300, whose first byte is this.
    if text.bytes().all(|byte| byte < 0xcc) {
        return None;
    }
    let mut marks = 0;
    text.chars().filter(|&c| !is_ignorable(c)).find(|&c| {
        let mark = c >= '\u{300}' && is_combining_mark(c);
        marks = if mark { marks + 1 } else { 0 };
        marks > MARKS_MAX
    })
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

/// Figures in a group of a number, at most.
const GROUP_MAX: usize = 3;

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
        // Groups of one number; longer ones are numbers of their own.
        let figures = |bytes: &mut dyn Iterator<Item = u8>| {
            bytes
                .take_while(u8::is_ascii_digit)
                .take(GROUP_MAX + 1)
                .count()
        };
        return figures(&mut before.bytes().rev()) <= GROUP_MAX
            && figures(&mut behind.bytes()) <= GROUP_MAX;
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
        assert_eq!(together("ring 08-123 456 00, 123 45 Stad"), "_~~_~_");
        assert_eq!(together("nummer 20260001 20260002 12 2026"), "____");
    }

    #[test]
    fn a_line_is_what_is_seen_of_it() {
        assert_eq!(shown(" a\u{34f}b\u{a0}\u{200b} \n c\u{ad}d "), "ab cd");
        assert_eq!(shown("\u{200b}\u{e0041} \u{3164}\u{2003}"), "");
    }

    #[test]
    fn four_marks_stand_on_a_letter_and_no_more() {
        let marks = |n| format!("a{}b", "\u{301}".repeat(n));
        assert_eq!(mark_too_many(&marks(4).repeat(3)), None);
        assert_eq!(mark_too_many(&marks(5)), Some('\u{301}'));
        // What shows nothing between them does not part them; marks of other scripts count too.
        assert_eq!(
            mark_too_many("a\u{301}\u{200d}\u{301}\u{301}\u{34f}\u{301}\u{200d}\u{e49}"),
            Some('\u{e49}')
        );
        assert_eq!(mark_too_many("Åäö – ệ 一"), None);
    }
}
