//! Recipients in Sweden.
//!
//! Person numbers have birth dates from 1800-01-01 to 1829-12-31: well formed, with a valid check digit, and given to
//! nobody, since the numbers began in 1947 (facts/sweden.md §5). Organisation numbers have 0 or 1 as third digit and
//! are never assigned (same place). Towns are invented.

use super::super::chance::Chance;
use super::lists::*;
use super::{Home, day_of, push_number, two};
use crate::letter::identifier::luhn_digit;
use crate::letter::{OrganisationNumber, PersonNumber, RecipientId};

mod lists;

pub use lists::ABROAD;
use lists::*;

/// First birth day of the space of person numbers.
const FIRST_YEAR: i16 = 1800;
/// Days from 1800-01-01 to 1829-12-31: 30 years, seven of them leap years (1800 is none).
const DAYS: u32 = 30 * 365 + 7;
/// How many person numbers there are: birth numbers 001 to 999 a day.
pub const PERSON_NUMBERS: u32 = DAYS * 999;
/// How many organisation numbers there are: ten prefixes, third digit 0 or 1, six digits.
pub const ORGANISATION_NUMBERS: u32 = 10 * 2 * 1_000_000;

/// The first two digits of organisation numbers, by legal form (5 limited companies, 7 cooperatives, 8 associations,
/// 9 partnerships).
const ORGANISATION_PREFIXES: [u32; 10] = [55, 56, 59, 71, 76, 78, 80, 82, 91, 96];

/// Whether a person number is a personnummer or a samordningsnummer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    /// With the day of birth.
    Personal,
    /// With the day of birth plus 60.
    Coordination,
}

/// The person of a place in the space. Places of both series are distinct.
pub fn person(place: u32, series: Series) -> RecipientId {
    let digits = person_number(place, series);
    let text = std::str::from_utf8(&digits).unwrap_or_default();
    PersonNumber::from_digits(text).map_or(RecipientId::None, RecipientId::Person)
}

/// The organisation of a place in the space.
pub fn organisation(place: u32) -> RecipientId {
    let digits = organisation_number(place);
    let text = std::str::from_utf8(&digits).unwrap_or_default();
    OrganisationNumber::from_digits(text).map_or(RecipientId::None, RecipientId::Organisation)
}

/// Twelve digits.
fn person_number(place: u32, series: Series) -> [u8; 12] {
    let (day, birth_number) = (place / 999 % DAYS, place % 999 + 1);
    let birth = day_of(FIRST_YEAR, day);
    let day = match series {
        Series::Personal => birth.day(),
        Series::Coordination => birth.day() + 60,
    };
    let digits = u64::from(birth.year().unsigned_abs()) * 10_000_000
        + u64::from(birth.month().unsigned_abs()) * 100_000
        + u64::from(day.unsigned_abs()) * 1000
        + u64::from(birth_number);
    with_check_digit(digits)
}

/// Twelve digits with the prefix 16.
fn organisation_number(place: u32) -> [u8; 12] {
    let (prefix, rest) = (place / 2_000_000 % 10, place % 2_000_000);
    let nine = u64::from(ORGANISATION_PREFIXES[prefix as usize]) * 10_000_000 + u64::from(rest);
    with_check_digit(16 * 1_000_000_000 + nine)
}

/// Eleven digits, and the check digit over the last nine of them (facts/sweden.md §5: Luhn over the ten-digit form).
fn with_check_digit(eleven: u64) -> [u8; 12] {
    let mut out = [b'0'; 12];
    let mut rest = eleven;
    for digit in out[..11].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out[11] = luhn_digit(&out[2..11]);
    out
}

/// Appends the name of a person: mostly Swedish, some Finnish, Sami, Polish and Turkish.
pub fn person_name(out: &mut String, chance: &mut Chance) {
    match chance.below(100) {
        0..78 => {
            out.push_str(chance.pick(SWEDISH_FIRST));
            if chance.happens(80) {
                out.push('-');
                out.push_str(chance.pick(SWEDISH_SECOND));
            }
            out.push(' ');
            swedish_surname(out, chance);
        }
        78..84 => two(out, chance, FINNISH_FIRST, FINNISH_LAST),
        84..89 => two(out, chance, SAMI_FIRST, SAMI_LAST),
        89..95 => two(out, chance, POLISH_FIRST, POLISH_LAST),
        _ => two(out, chance, TURKISH_FIRST, TURKISH_LAST),
    }
}

/// Appends the name of an organisation.
pub fn organisation_name(out: &mut String, chance: &mut Chance) {
    match chance.below(6) {
        0 => {
            swedish_surname(out, chance);
            out.push_str(" & Söner ");
            out.push_str(chance.pick(TRADES));
            out.push_str(" AB");
        }
        1 => {
            out.push_str("Brf ");
            out.push_str(chance.pick(STREET_FIRST));
            out.push_str(chance.pick(&["gläntan", "höjden", "parken", "backen"]));
        }
        2 => {
            town_name(out, chance.below(TOWNS));
            out.push_str(chance.pick(&[" idrottsförening", " hembygdsförening", " bygdegård"]));
        }
        _ => {
            town_name(out, chance.below(TOWNS));
            out.push(' ');
            out.push_str(chance.pick(TRADES));
            out.push_str(chance.pick(&[" AB", " HB", " ek. för."]));
        }
    }
}

/// Draws another address.
pub fn home(home: &mut Home, chance: &mut Chance) {
    if chance.happens(25) {
        home.care_of.push_str("c/o ");
        swedish_surname(&mut home.care_of, chance);
    }
    if chance.happens(40) {
        home.street.push_str("Box ");
        push_number(&mut home.street, chance.between(11, 4999));
    } else {
        home.street.push_str(chance.pick(STREET_FIRST));
        home.street.push_str(chance.pick(STREET_LAST));
        home.street.push(' ');
        push_number(&mut home.street, chance.between(1, 119));
        if chance.happens(300) {
            home.street.push(' ');
            home.street.push_str(chance.pick(&["A", "B", "C", "D"]));
        }
        if chance.happens(350) {
            home.street.push_str(" lgh 1");
            push_number(&mut home.street, chance.between(0, 9));
            push_number(&mut home.street, chance.between(10, 19));
        }
    }
    let town = chance.below(TOWNS);
    town_name(&mut home.town, town);
    // Every town has its own hundred of postal codes, spread over the country's range 100 00 to 984 99.
    push_number(&mut home.postal_code, 100 + town * 884 / TOWNS);
    home.postal_code.push(' ');
    push_number(&mut home.postal_code, chance.between(10, 98));
}

/// Appends a surname of two parts, sometimes with an ending.
fn swedish_surname(out: &mut String, chance: &mut Chance) {
    if chance.happens(250) {
        out.push_str(chance.pick(SWEDISH_FATHERS));
        out.push_str("sson");
    } else {
        out.push_str(chance.pick(SWEDISH_LAST));
        out.push_str(chance.pick(SWEDISH_LAST_END));
    }
}

/// How many towns there are.
const TOWNS: u32 = (TOWN_FIRST.len() * TOWN_LAST.len()) as u32;

fn town_name(out: &mut String, town: u32) {
    out.push_str(TOWN_FIRST[town as usize % TOWN_FIRST.len()]);
    out.push_str(TOWN_LAST[town as usize / TOWN_FIRST.len() % TOWN_LAST.len()]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn text(digits: [u8; 12]) -> String {
        digits.iter().map(|d| char::from(*d)).collect()
    }

    #[test]
    fn person_numbers_are_well_formed() {
        assert_eq!(
            &text(person_number(0, Series::Personal))[..11],
            "18000101001"
        );
        let last = text(person_number(PERSON_NUMBERS - 1, Series::Personal));
        assert_eq!(&last[..11], "18291231999");
        let other = text(person_number(0, Series::Coordination));
        assert_eq!(&other[..11], "18000161001");
    }

    #[test]
    fn places_give_distinct_numbers() {
        let mut seen = BTreeSet::new();
        for place in (0..PERSON_NUMBERS).step_by(997) {
            assert!(seen.insert(person_number(place, Series::Personal)));
            assert!(seen.insert(person_number(place, Series::Coordination)));
        }
        for place in (0..ORGANISATION_NUMBERS).step_by(1999) {
            let number = organisation_number(place);
            assert!(matches!(number[4], b'0' | b'1'), "never assigned");
            assert!(seen.insert(number));
        }
    }
}
