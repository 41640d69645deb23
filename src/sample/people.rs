//! Invented recipients: identifiers that can belong to no one, names and addresses combined at random from lists, so that
//! a name means no one. One module a country says which numbers.

use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::chance::Chance;
use crate::letter::Country;

pub mod denmark;
mod lists;
pub mod sweden;

/// An address abroad: country code and free lines below the name.
pub struct Abroad {
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// Street, town, country.
    pub lines: [&'static str; 3],
}

/// Invented addresses abroad, as letters from a country write them.
pub fn abroad(from: Country) -> &'static [Abroad] {
    match from {
        Country::Sweden => &sweden::ABROAD,
        Country::Denmark => &denmark::ABROAD,
    }
}

/// Appends the name of a person.
pub fn person_name(country: Country, out: &mut String, chance: &mut Chance) {
    match country {
        Country::Sweden => sweden::person_name(out, chance),
        Country::Denmark => denmark::person_name(out, chance),
    }
}

/// Appends the name of an organisation.
pub fn organisation_name(country: Country, out: &mut String, chance: &mut Chance) {
    match country {
        Country::Sweden => sweden::organisation_name(out, chance),
        Country::Denmark => denmark::organisation_name(out, chance),
    }
}

/// A postal address.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// In whose care; empty for most.
    pub care_of: String,
    /// Street, number and flat.
    pub street: String,
    /// SE `123 45`, DK `1234`.
    pub postal_code: String,
    /// Post town.
    pub town: String,
}

impl Home {
    /// Draws another address into the same allocation.
    pub fn draw(&mut self, country: Country, chance: &mut Chance) {
        for part in [
            &mut self.care_of,
            &mut self.street,
            &mut self.postal_code,
            &mut self.town,
        ] {
            part.clear();
        }
        match country {
            Country::Sweden => sweden::home(self, chance),
            Country::Denmark => denmark::home(self, chance),
        }
    }
}

/// Appends a number in decimal digits.
pub fn push_number(out: &mut String, number: u32) {
    let _ = write!(out, "{number}"); // Into memory: cannot fail.
}

fn two(out: &mut String, chance: &mut Chance, first: &[&str], last: &[&str]) {
    out.push_str(chance.pick(first));
    out.push(' ');
    out.push_str(chance.pick(last));
}

/// A day counted from the first of `first_year`.
fn day_of(first_year: i16, day: u32) -> Date {
    date(first_year, 1, 1).saturating_add(i64::from(day).days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_fit_the_narrowest_window() {
        // 34 characters: what a Danish label takes (facts/print.md §8).
        let mut chance = Chance::new(5, 5, 5);
        let mut home = Home::default();
        for (country, postal_code_chars) in [(Country::Sweden, 6), (Country::Denmark, 4)] {
            for _ in 0..20_000 {
                home.draw(country, &mut chance);
                let mut person = String::new();
                person_name(country, &mut person, &mut chance);
                let mut organisation = String::new();
                organisation_name(country, &mut organisation, &mut chance);
                for line in [
                    &person,
                    &organisation,
                    &home.care_of,
                    &home.street,
                    &home.town,
                ] {
                    assert!(line.chars().count() <= 34, "{line}");
                }
                assert_eq!(home.postal_code.len(), postal_code_chars);
            }
            for abroad in abroad(country) {
                assert!(abroad.lines.iter().all(|line| line.chars().count() <= 34));
            }
        }
    }
}
