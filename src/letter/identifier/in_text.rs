//! Numbers of persons where none should stand.

use super::{Cpr, PersonNumber};

/// True if a text holds what may be the number of a Swedish or Danish person: twelve digits, or ten, with or without a hyphen
/// or plus before the last four, with the date of a birth in them.
pub fn names_a_person(text: &str) -> bool {
    let digits = |c: char| c.is_ascii_digit() || c == '-' || c == '+';
    text.split(|c| !digits(c)).any(|run| {
        let run = run.trim_matches(['-', '+']).replace('+', "-");
        let swedish = |text: &str| PersonNumber::parse(text).is_some_and(|n| is_of_a_person(&n));
        swedish(&run)
            || Cpr::parse(&run).is_some_and(|n| n.date_exists())
            || ["19", "20"]
                .iter()
                .any(|century| swedish(&format!("{century}{run}")))
    })
}

fn is_of_a_person(number: &PersonNumber) -> bool {
    number.century_is_known() && number.date_exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_persons_are_seen_in_any_writing() {
        for text in [
            "191212121212",
            "K3/19121212-1212",
            "121212-1212",
            "121212+1212.",
            "bin 2, 1212121212",
            "3112991234",
        ] {
            assert!(names_a_person(text), "{text}");
        }
        for text in [
            "K3",
            "4711",
            "11665669.1",
            "20261126",
            "9999999999",
            "bin 2-3",
            "",
        ] {
            assert!(!names_a_person(text), "{text}");
        }
    }
}
