//! Recipients in Denmark.
//!
//! CPR numbers have 60 added to the day of birth: outside the numbers that CPR issues (facts/denmark.md §5.1). The births
//! lie in the years 1940 to 1999, so that everybody is of age for Digital Post. CVR numbers pass modulus 11 and begin
//! with a zero: the first seven digits are issued in rising order, from one million on, so that none has a zero in
//! front (erhvervsstyrelsen.dk, "Modulus 11 kontrol"; python-stdnum refuses such a number). Postal codes and towns are
//! real, streets are combined from lists.

use super::super::chance::Chance;
use super::lists::*;
use super::{Home, day_of, push_number, two};
use crate::letter::{Cpr, Cvr, RecipientId};

mod lists;

pub use lists::ABROAD;
use lists::*;

/// First birth year; digit 7 is 0 to 3 up to the end of the century.
const FIRST_YEAR: i16 = 1940;
/// Days from 1940-01-01 to 1999-12-31: 60 years, 15 of them leap years.
const DAYS: u32 = 60 * 365 + 15;
/// Serial numbers of a day, 0001 to 3999.
const SERIALS: u32 = 3999;
/// How many persons there are.
pub const PERSONS: u32 = DAYS * SERIALS;
/// The first six digits of the lowest company; senders and fixtures lie below.
const FIRST_SIX_MIN: u32 = 1000;
/// How many companies there are: nine for each value of the first six digits, the first of them a zero.
pub const COMPANIES: u32 = (100_000 - FIRST_SIX_MIN) * 9;

/// Weights of modulus 11 over the first seven digits of a CVR number (facts/denmark.md §5.2).
const CVR_WEIGHTS: [u32; 7] = [2, 7, 6, 5, 4, 3, 2];

/// The person of a place in the space; places are distinct.
pub fn person(place: u32) -> RecipientId {
    let birth = day_of(FIRST_YEAR, place / SERIALS % DAYS);
    let (day, month, year) = (birth.day() + 60, birth.month(), birth.year() % 100);
    let serial = place % SERIALS + 1;
    let text = format!("{day:02}{month:02}{year:02}{serial:04}");
    Cpr::from_digits(&text).map_or(RecipientId::None, RecipientId::Cpr)
}

/// A child born from 2021 to 2025, as ten digits: somebody whom a letter is about.
pub fn child(chance: &mut Chance) -> String {
    // A year below 37 with digit 7 from 4 to 9 is of this century.
    format!(
        "{}{:02}{}{}{:03}",
        chance.between(61, 88),
        chance.between(1, 12),
        chance.between(21, 25),
        chance.between(4, 8),
        chance.below(1000)
    )
}

/// The company of a place in the space; places are distinct.
pub fn company(place: u32) -> RecipientId {
    let text = cvr_number(place);
    Cvr::from_digits(&text).map_or(RecipientId::None, RecipientId::Cvr)
}

/// Eight digits. Of ten numbers that differ in the seventh digit at most one has no check digit, so that nine can be had.
fn cvr_number(place: u32) -> String {
    let six = FIRST_SIX_MIN + place / 9 % (100_000 - FIRST_SIX_MIN);
    let mut valid = (six * 10..six * 10 + 10).filter_map(|seven| {
        let check = check_digit(seven)?;
        Some(format!("{seven:07}{check}"))
    });
    valid.nth((place % 9) as usize).unwrap_or_default()
}

/// The digit that makes modulus 11 hold behind the first seven; `None` where it would need two digits.
fn check_digit(seven: u32) -> Option<u32> {
    let sum: u32 = (0..)
        .zip(CVR_WEIGHTS.iter().rev())
        .map(|(place, weight)| seven / 10_u32.pow(place) % 10 * weight)
        .sum();
    match (11 - sum % 11) % 11 {
        10 => None,
        digit => Some(digit),
    }
}

/// Appends the name of a person: mostly Danish, some Greenlandic, Arabic, Polish and Turkish.
pub fn person_name(out: &mut String, chance: &mut Chance) {
    match chance.below(100) {
        0..82 => {
            out.push_str(chance.pick(DANISH_FIRST));
            out.push(' ');
            if chance.happens(200) {
                out.push_str(chance.pick(DANISH_MIDDLE));
                out.push(' ');
            }
            surname(out, chance);
        }
        82..86 => two(out, chance, GREENLANDIC_FIRST, GREENLANDIC_LAST),
        86..91 => two(out, chance, ARABIC_FIRST, ARABIC_LAST),
        91..96 => two(out, chance, POLISH_FIRST, POLISH_LAST),
        _ => two(out, chance, TURKISH_FIRST, TURKISH_LAST),
    }
}

/// Appends a surname of two parts, sometimes one with the father's name.
pub fn surname(out: &mut String, chance: &mut Chance) {
    if chance.happens(300) {
        out.push_str(chance.pick(DANISH_FATHERS));
        out.push_str("sen");
    } else {
        out.push_str(chance.pick(DANISH_LAST));
        out.push_str(chance.pick(DANISH_LAST_END));
    }
}

/// Appends the name of an organisation.
pub fn organisation_name(out: &mut String, chance: &mut Chance) {
    match chance.below(6) {
        0 => {
            surname(out, chance);
            out.push_str(" & Søn ");
            out.push_str(chance.pick(TRADES));
            out.push_str(" ApS");
        }
        1 => {
            out.push_str("E/F ");
            out.push_str(chance.pick(STREET_FIRST));
            out.push_str(chance.pick(&["parken", "gården", "haven", "bakken"]));
        }
        2 => {
            surname(out, chance);
            out.push_str(chance.pick(&[
                " Idrætsforening",
                " Vandværk A.m.b.a.",
                " Forsamlingshus",
            ]));
        }
        _ => {
            surname(out, chance);
            out.push(' ');
            out.push_str(chance.pick(TRADES));
            out.push_str(chance.pick(&[" ApS", " A/S", " I/S"]));
        }
    }
}

/// Draws another address.
pub fn home(home: &mut Home, chance: &mut Chance) {
    if chance.happens(25) {
        home.care_of.push_str("c/o ");
        surname(&mut home.care_of, chance);
    }
    if chance.happens(25) {
        home.street.push_str("Postboks ");
        push_number(&mut home.street, chance.between(11, 999));
    } else {
        street(&mut home.street, chance);
        // Flats: floor and door, as the address register writes them.
        if chance.happens(450) {
            home.street.push_str(", ");
            home.street
                .push_str(chance.pick(&["st.", "1.", "2.", "3.", "4."]));
            home.street.push(' ');
            home.street
                .push_str(chance.pick(&["tv.", "tv.", "th.", "th.", "mf."]));
        }
    }
    let (postal_code, town) = POSTAL_CODES[chance.below(POSTAL_CODES.len() as u32) as usize];
    home.postal_code.push_str(postal_code);
    home.town.push_str(town);
}

/// Appends a street with a house number; a letter follows the number without a space.
pub fn street(out: &mut String, chance: &mut Chance) {
    out.push_str(chance.pick(STREET_FIRST));
    out.push_str(chance.pick(STREET_LAST));
    out.push(' ');
    push_number(out, chance.between(1, 179));
    if chance.happens(200) {
        out.push_str(chance.pick(&["A", "B", "C", "D"]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Environment;
    use std::collections::BTreeSet;

    const DAY: jiff::civil::Date = jiff::civil::date(2026, 11, 20);

    #[test]
    fn numbers_are_distinct_taken_in_a_test_and_refused_or_never_issued_in_production() {
        let mut seen = BTreeSet::new();
        for place in (0..PERSONS).step_by(99_991) {
            let id = person(place);
            assert!(seen.insert(id));
            assert_eq!(id.faults(Environment::Test, DAY), []);
            assert_eq!(id.faults(Environment::Production, DAY).len(), 1);
            assert!(!id.is_minor_on(DAY));
        }
        for place in (0..COMPANIES).step_by(97) {
            let id = company(place);
            assert!(seen.insert(id));
            assert_eq!(id.faults(Environment::Production, DAY), []); // Modulus 11 holds.
            assert!(cvr_number(place).starts_with('0'));
        }
        assert!(seen.len() > 10_000);
    }

    #[test]
    fn the_first_and_the_last_number() {
        let digits = |id: RecipientId| match id {
            RecipientId::Cpr(n) => n.as_str().to_owned(),
            _ => String::new(),
        };
        assert_eq!(digits(person(0)), "6101400001");
        assert_eq!(digits(person(PERSONS - 1)), "9112993999");
        assert_eq!(cvr_number(0).len(), 8);
        assert_eq!(cvr_number(COMPANIES - 1), "09999981"); // 0999999 has no check digit.
        // An official number (facts/denmark.md §5.2).
        assert_eq!(check_digit(1_358_562), Some(8));
    }

    #[test]
    fn children_are_of_this_century() {
        let mut chance = Chance::new(1, 1, 1);
        for _ in 0..1000 {
            let number = Cpr::from_digits(&child(&mut chance)).unwrap();
            let id = RecipientId::Cpr(number);
            assert_eq!(id.faults(Environment::Test, DAY), []);
            assert!(number.is_synthetic() && id.age_on(DAY).unwrap() < 6);
        }
    }

    #[test]
    fn postal_codes_rise() {
        // Each once; and none of those that paper refuses (0000, 1000).
        assert!(POSTAL_CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(POSTAL_CODES[0].0 > "1000");
    }
}
