//! The postal address as paper needs it. A breach keeps the letter from paper only.

use crate::finding::{Code, shape};
use crate::letter::{AddressForm, Country, Header, Letter};

use super::{Findings, Options};

const PATH: &str = "letter/recipient/address";

pub fn judge(letter: &Letter<'_>, header: &Header, rules: &Options, findings: &mut Findings<'_>) {
    let recipient = &letter.recipient;
    let Some(address) = &recipient.address else {
        return;
    };
    let home = header.sender.country;
    let mut lines = Lines::default();
    lines.add(&recipient.name, "letter/recipient/name");
    if let Some(attention) = &recipient.attention {
        lines.add(attention, "letter/recipient/attention");
    }
    match &address.form {
        AddressForm::Parts {
            care_of,
            street,
            postal_code,
            city,
        } => {
            if let Some(care_of) = care_of {
                lines.add(care_of, PATH);
            }
            lines.add(street, PATH);
            lines.add_chars(postal_code.chars().count() + 2 + city.chars().count(), PATH);
            let country = address.country.as_deref().unwrap_or(home.code());
            judge_postal_code(postal_code, country, findings);
        }
        AddressForm::Lines(free) => free.iter().for_each(|line| lines.add(line, PATH)),
    }
    if address.is_foreign(home) {
        lines.count += 1; // The country's name is the last line.
    }
    lines.judge(rules, findings);
}

/// Counts lines and remembers the longest.
#[derive(Default)]
struct Lines {
    count: usize,
    chars_max: usize,
    longest: &'static str,
}

impl Lines {
    fn add(&mut self, line: &str, path: &'static str) {
        self.add_chars(line.chars().count(), path);
    }

    fn add_chars(&mut self, chars: usize, path: &'static str) {
        self.count += 1;
        if chars > self.chars_max {
            self.chars_max = chars;
            self.longest = path;
        }
    }

    fn judge(&self, rules: &Options, findings: &mut Findings<'_>) {
        if !(rules.address_lines_min..=rules.address_lines_max).contains(&self.count) {
            findings.add(
                Code::PrintAddress,
                PATH,
                format!("{} lines with the name", self.count),
                format!(
                    "{} to {} lines (`address_lines_min`, `address_lines_max`)",
                    rules.address_lines_min, rules.address_lines_max
                ),
            );
        }
        if self.chars_max > rules.address_line_chars_max {
            findings.add(
                Code::PrintAddress,
                self.longest,
                format!("a line of {} characters", self.chars_max),
                format!(
                    "{} characters (`address_line_chars_max`)",
                    rules.address_line_chars_max
                ),
            );
        }
    }
}

/// Five digits in Sweden, four in Denmark, where plants refuse 1000 (facts/denmark.md §6.3). Other countries write their
/// own.
fn judge_postal_code(postal_code: &str, country: &str, findings: &mut Findings<'_>) {
    let digits = postal_code.bytes().filter(u8::is_ascii_digit).count();
    let (good, allowed) = if country == Country::Sweden.code() {
        (
            digits == 5 && !postal_code.starts_with('0'),
            "five digits, not beginning with 0",
        )
    } else if country == Country::Denmark.code() {
        let real = !matches!(postal_code, "0000" | "1000");
        (digits == 4 && real, "four digits, neither 0000 nor 1000")
    } else {
        return;
    };
    if !good {
        findings.add(
            Code::PrintPostalCode,
            "letter/recipient/address/postalCode",
            format!("`{}` for an address in {country}", shape(postal_code)),
            allowed,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{found, found_in, letter, lines, parts};
    use super::*;
    use crate::letter::{Address, RecipientId};

    fn with(address: Address<'static>, country: Country) -> Vec<(Code, String)> {
        let mut letter = letter();
        letter.recipient.id = RecipientId::None;
        letter.recipient.address = Some(address);
        found_in(&letter, country)
    }

    #[test]
    fn postal_codes_are_of_the_country_of_the_address() {
        let bad = [(
            Code::PrintPostalCode,
            "letter/recipient/address/postalCode".to_owned(),
        )];
        for (postal_code, country, good) in [
            ("123 45", None, true),
            ("12345", None, true),
            ("1234", None, false),
            ("012 34", None, false),
            ("1234", Some("DK"), true),
            ("0999", Some("DK"), true),
            ("123 45", Some("DK"), false),
            ("1000", Some("DK"), false),
            ("0000", Some("DK"), false),
            ("1234", Some("NO"), true),
            ("12345", Some("FI"), true),
        ] {
            let found = with(parts(postal_code, country), Country::Sweden);
            assert_eq!(found.is_empty(), good, "{postal_code} {country:?}");
            assert!(good || found == bad);
        }
        assert_eq!(with(parts("8000", None), Country::Denmark), []);
        assert_eq!(with(parts("123 45", None), Country::Denmark), bad);
        assert_eq!(with(parts("123 45", Some("SE")), Country::Denmark), []);
    }

    #[test]
    fn lines_are_counted_as_they_stand_on_paper() {
        let bad = [(Code::PrintAddress, PATH.to_owned())];
        let six = ["a", "b", "c", "d", "e", "f"];
        assert_eq!(with(lines(&six[..1], None), Country::Sweden), []); // With the name: two.
        assert_eq!(with(lines(&six, None), Country::Sweden), []); // Seven.
        assert_eq!(with(lines(&six, Some("SE")), Country::Sweden), []);
        assert_eq!(with(lines(&six, Some("PL")), Country::Sweden), bad); // The country's name makes eight.
        assert_eq!(with(lines(&six[..5], Some("PL")), Country::Sweden), []);
        assert_eq!(with(lines(&[], None), Country::Sweden), bad);
    }

    #[test]
    fn lines_have_a_longest_length_in_characters() {
        let mut letter = letter();
        letter.recipient.name = "å".repeat(45).into();
        assert_eq!(found(&letter), []);
        letter.recipient.name = "å".repeat(46).into();
        let name = (Code::PrintAddress, "letter/recipient/name".to_owned());
        assert_eq!(found(&letter), [name]);
    }

    #[test]
    fn without_an_address_there_is_nothing_to_judge() {
        let mut letter = letter();
        letter.recipient.address = None;
        letter.recipient.name = "å".repeat(100).into();
        assert_eq!(found(&letter), []);
    }
}
