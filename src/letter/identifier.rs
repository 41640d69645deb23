//! National identifiers, in the one form we keep: digits only, full length. Their `Debug` is a mask.
//!
//! A value of these types has the right length and holds digits only; whether its date and check digit are right is
//! asked of it ([`RecipientId::faults`]), because a wrong one is a finding and not an error.
//!
//! Sources: facts/sweden.md §5 (person, coordination and organisation numbers, the pattern of FaR) and facts/denmark.md
//! §5 (CPR, CVR). The crate `personnummer` (3.1.1) was looked at and left: it computes the check digit of a coordination
//! number over the day without its 60, refuses day 60 and month 00, reads the clock for an age, and knows neither
//! organisation numbers nor Danish ones.
//!
//! To add a kind of identifier: a `digits!` line, a variant of [`RecipientId`], then follow the compiler; the snapshot
//! file needs a number for it ([`RecipientId::key`], `registry::key`).

use std::fmt;

use jiff::civil::Date;

use super::{Country, Environment};

mod in_text;
mod recipient;

pub use in_text::names_a_person;
pub use recipient::{KEY_DIGIT_BITS, recipient_id_fault};

/// Added to the day of birth in a Swedish coordination number and in a synthetic CPR number.
const DAY_OFFSET: u8 = 60;
/// Weights of modulus 11 over a CPR number (facts/denmark.md §5.1).
const CPR_WEIGHTS: [u8; 10] = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
/// Weights of modulus 11 over a CVR number (facts/denmark.md §5.2).
const CVR_WEIGHTS: [u8; 8] = [2, 7, 6, 5, 4, 3, 2, 1];
/// Below this age nobody has a Swedish mailbox (facts/sweden.md §3, who can hold a mailbox).
const ADULT_YEARS_SE: i16 = 18;
/// Below this age nobody is connected to Digital Post (facts/denmark.md §6.1).
const ADULT_YEARS_DK: i16 = 15;

macro_rules! digits {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// From exactly this many ASCII digits.
            pub fn from_digits(digits: &str) -> Option<Self> {
                let bytes: [u8; $len] = digits.as_bytes().try_into().ok()?;
                bytes.iter().all(u8::is_ascii_digit).then_some(Self(bytes))
            }

            /// The digits.
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }

            /// The digits as a number; at most twelve digits, so it fits.
            pub fn to_number(&self) -> u64 {
                self.0.iter().fold(0, |n, d| n * 10 + u64::from(d - b'0'))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(masked)"))
            }
        }
    };
}

digits! {
    /// Swedish person or coordination number, `YYYYMMDDnnnC`.
    PersonNumber, 12
}
digits! {
    /// Swedish organisation number with its prefix 16.
    OrganisationNumber, 12
}
digits! {
    /// Danish CPR number, `DDMMYYnnnn`.
    Cpr, 10
}
digits! {
    /// Danish CVR number.
    Cvr, 8
}

/// Who the recipient is to a national registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecipientId {
    /// Not known: paper only.
    None,
    /// Swedish person.
    Person(PersonNumber),
    /// Swedish organisation.
    Organisation(OrganisationNumber),
    /// Danish person.
    Cpr(Cpr),
    /// Danish company.
    Cvr(Cvr),
}

/// What kind of identifier; the words that job files and CSV files use.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// No identifier.
    None,
    /// Swedish person number.
    Person,
    /// Swedish coordination number.
    Coordination,
    /// Swedish organisation number.
    Organisation,
    /// Danish CPR number.
    Cpr,
    /// Danish CVR number.
    Cvr,
}

/// What can be wrong or remarkable about an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The check digit is wrong.
    CheckDigit,
    /// The date inside does not exist.
    Date,
    /// The date of birth is later than the mailing.
    FutureDate,
    /// A century or prefix that no number of the kind has.
    Form,
    /// Modulus 11 does not hold where that is no rule: CPR always, CVR in a test mailing.
    Modulus11,
    /// From a range that belongs to nobody, in a production mailing.
    TestRange,
}

/// A date of birth as a number tells it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Birth {
    year: i16,
    month: u8, // 0: unknown (coordination numbers).
    day: u8,   // 0: unknown (coordination numbers).
}

impl Birth {
    fn exists(self) -> bool {
        let month = self.month.max(1);
        let day = self.day.max(1);
        Date::new(self.year, as_i8(month), as_i8(day)).is_ok()
    }

    /// The latest day it can mean: an unknown day is the last of the month, an unknown month is December.
    fn latest(self) -> Option<Date> {
        let month = if self.month == 0 { 12 } else { self.month };
        let first = Date::new(self.year, as_i8(month), 1).ok()?;
        if self.day == 0 {
            return Some(first.last_of_month());
        }
        Date::new(self.year, as_i8(month), as_i8(self.day)).ok()
    }

    /// The earliest day it can mean.
    fn earliest(self) -> Option<Date> {
        Date::new(self.year, as_i8(self.month.max(1)), as_i8(self.day.max(1))).ok()
    }
}

impl PersonNumber {
    /// From twelve digits, with or without a hyphen before the last four.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_digits(&without_hyphen::<12>(text)?)
    }

    /// True for a coordination number: 60 is added to the day, which may then also be unknown.
    pub fn is_coordination(&self) -> bool {
        two(&self.0, 6) >= DAY_OFFSET
    }

    /// True when FaR's pattern allows it ([`recipient_id_fault`]). The coordination numbers with month 00 that exist are
    /// not, and would poison a request of a thousand.
    pub fn representable_in_far(&self) -> bool {
        self.century_is_known() && recipient_id_fault(self.as_str()).is_none()
    }

    fn century_is_known(&self) -> bool {
        (18..=20).contains(&two(&self.0, 0))
    }

    fn birth(&self) -> Birth {
        let day = two(&self.0, 6);
        Birth {
            year: i16::from(two(&self.0, 0)) * 100 + i16::from(two(&self.0, 2)),
            month: two(&self.0, 4),
            day: if self.is_coordination() {
                day - DAY_OFFSET
            } else {
                day
            },
        }
    }

    fn date_exists(&self) -> bool {
        let birth = self.birth();
        let unknown = birth.day == 0 || birth.month == 0;
        birth.exists() && (self.is_coordination() || !unknown)
    }
}

impl OrganisationNumber {
    /// From ten digits or twelve with the prefix 16, with or without a hyphen before the last four.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(ten) = without_hyphen::<10>(text) {
            return Self::from_digits(&format!("16{ten}"));
        }
        let number = Self::from_digits(&without_hyphen::<12>(text)?)?;
        number.has_prefix().then_some(number)
    }

    fn has_prefix(&self) -> bool {
        self.0.starts_with(b"16")
    }

    /// Real organisations have a third digit of 2 or more; below, ten digits are a sole trader's person number.
    fn in_assigned_range(&self) -> bool {
        self.0[4] >= b'2'
    }
}

impl Cpr {
    /// From ten digits, with or without a hyphen before the last four.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_digits(&without_hyphen::<10>(text)?)
    }

    /// True for a synthetic number: 60 is added to the day, which no real number has (facts/denmark.md §5.1).
    pub fn is_synthetic(&self) -> bool {
        two(&self.0, 0) > DAY_OFFSET
    }

    /// The century follows from digit 7 (facts/denmark.md §5.1).
    fn birth(&self) -> Birth {
        let year = i16::from(two(&self.0, 4));
        let century = match (self.0[6], year) {
            (b'0'..=b'3', _) | (b'4' | b'9', 37..) => 1900,
            (b'4' | b'9', _) | (b'5'..=b'8', ..=57) => 2000,
            _ => 1800,
        };
        let day = two(&self.0, 0);
        Birth {
            year: century + year,
            month: two(&self.0, 2),
            day: if self.is_synthetic() {
                day - DAY_OFFSET
            } else {
                day
            },
        }
    }

    fn date_exists(&self) -> bool {
        let birth = self.birth();
        birth.day != 0 && birth.month != 0 && birth.exists()
    }
}

impl RecipientId {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::None => Kind::None,
            Self::Person(n) if n.is_coordination() => Kind::Coordination,
            Self::Person(_) => Kind::Person,
            Self::Organisation(_) => Kind::Organisation,
            Self::Cpr(_) => Kind::Cpr,
            Self::Cvr(_) => Kind::Cvr,
        }
    }

    /// Its digits; none for no identifier.
    pub fn digits(&self) -> &str {
        match self {
            Self::None => "",
            Self::Person(n) => n.as_str(),
            Self::Organisation(n) => n.as_str(),
            Self::Cpr(n) => n.as_str(),
            Self::Cvr(n) => n.as_str(),
        }
    }

    /// The country that issued it.
    pub fn country(&self) -> Option<Country> {
        match self {
            Self::None => None,
            Self::Person(_) | Self::Organisation(_) => Some(Country::Sweden),
            Self::Cpr(_) | Self::Cvr(_) => Some(Country::Denmark),
        }
    }

    /// True when its country's registry can be asked about it at all.
    pub fn representable(&self) -> bool {
        match self {
            Self::None => false,
            Self::Person(n) => n.representable_in_far(),
            Self::Organisation(n) => n.has_prefix(),
            Self::Cpr(_) | Self::Cvr(_) => true,
        }
    }

    /// What is wrong with it, or worth a remark, in a mailing made on `on`. Empty for a good one.
    pub fn faults(&self, environment: Environment, on: Date) -> Vec<Fault> {
        let mut faults = Vec::new();
        match self {
            Self::None => {}
            Self::Person(n) => person_faults(n, on, &mut faults),
            Self::Organisation(n) => organisation_faults(n, environment, &mut faults),
            Self::Cpr(n) => cpr_faults(n, environment, on, &mut faults),
            Self::Cvr(n) => {
                if !modulus_11_holds(&n.0, &CVR_WEIGHTS) {
                    // The official examples of Digital Post fail it, so it is no rule for tests (facts/denmark.md §5.1).
                    faults.push(match environment {
                        Environment::Production => Fault::CheckDigit,
                        Environment::Test => Fault::Modulus11,
                    });
                }
            }
        }
        faults
    }

    /// Whole years lived on `on`, by the latest date of birth that the number can mean; `None` for organisations, and
    /// where the number holds no real date.
    pub fn age_on(&self, on: Date) -> Option<i16> {
        let birth = match self {
            Self::Person(n) if n.date_exists() => n.birth(),
            Self::Cpr(n) if n.date_exists() => n.birth(),
            _ => return None,
        };
        let born = birth.latest()?;
        let birthday_passed = (on.month(), on.day()) >= (born.month(), born.day());
        Some(on.year() - born.year() - i16::from(!birthday_passed))
    }

    /// Too young for a digital mailbox on `on`: under 18 in Sweden, under 15 in Denmark. Never an organisation.
    pub fn is_minor_on(&self, on: Date) -> bool {
        let adult_years = match self.country() {
            Some(Country::Denmark) => ADULT_YEARS_DK,
            _ => ADULT_YEARS_SE,
        };
        self.age_on(on).is_some_and(|years| years < adult_years)
    }
}

/// What is wrong with the organisation number of a mailing's sender (SE: twelve digits with prefix, DK: eight).
pub fn sender_faults(
    country: Country,
    number: &str,
    environment: Environment,
    on: Date,
) -> Vec<Fault> {
    let id = match country {
        Country::Sweden => OrganisationNumber::parse(number).map(RecipientId::Organisation),
        Country::Denmark => Cvr::from_digits(number).map(RecipientId::Cvr),
    };
    id.map_or(vec![Fault::Form], |id| id.faults(environment, on))
}

/// The digit that makes nine ASCII digits a valid ten-digit person or organisation number (Luhn).
pub fn luhn_digit(nine: &[u8]) -> u8 {
    let sum: u32 = nine
        .iter()
        .enumerate()
        .map(|(i, digit)| {
            let doubled = u32::from(digit.wrapping_sub(b'0')) * if i % 2 == 0 { 2 } else { 1 };
            doubled / 10 + doubled % 10
        })
        .sum();
    b'0' + u8::try_from((10 - sum % 10) % 10).unwrap_or_default()
}

fn person_faults(number: &PersonNumber, on: Date, faults: &mut Vec<Fault>) {
    if !number.century_is_known() {
        faults.push(Fault::Form);
    } else if !number.date_exists() {
        faults.push(Fault::Date);
    } else if number.birth().earliest().is_some_and(|born| born > on) {
        faults.push(Fault::FutureDate);
    }
    if luhn_digit(&number.0[2..11]) != number.0[11] {
        faults.push(Fault::CheckDigit);
    }
}

fn organisation_faults(
    number: &OrganisationNumber,
    environment: Environment,
    faults: &mut Vec<Fault>,
) {
    if !number.has_prefix() {
        faults.push(Fault::Form);
    }
    if luhn_digit(&number.0[2..11]) != number.0[11] {
        faults.push(Fault::CheckDigit);
    }
    if environment == Environment::Production && !number.in_assigned_range() {
        faults.push(Fault::TestRange);
    }
}

fn cpr_faults(number: &Cpr, environment: Environment, on: Date, faults: &mut Vec<Fault>) {
    if !number.date_exists() {
        faults.push(Fault::Date);
    } else if number.birth().earliest().is_some_and(|born| born > on) {
        faults.push(Fault::FutureDate);
    }
    if number.is_synthetic() {
        if environment == Environment::Production {
            faults.push(Fault::TestRange);
        }
    } else if !modulus_11_holds(&number.0, &CPR_WEIGHTS) {
        faults.push(Fault::Modulus11);
    }
}

fn modulus_11_holds(digits: &[u8], weights: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * u32::from(*weight))
        .sum();
    sum.is_multiple_of(11)
}

/// The two-digit number at `at`; the callers' positions lie inside the fixed length.
fn two(digits: &[u8], at: usize) -> u8 {
    (digits[at] - b'0') * 10 + (digits[at + 1] - b'0')
}

/// `text` as `N` digits, with the hyphen before the last four taken out if there is one.
fn without_hyphen<const N: usize>(text: &str) -> Option<String> {
    let digits = match text.split_once('-') {
        Some((head, tail)) if tail.len() == 4 => format!("{head}{tail}"),
        Some(_) => return None,
        None => text.to_owned(),
    };
    let whole = digits.len() == N && digits.bytes().all(|b| b.is_ascii_digit());
    whole.then_some(digits)
}

fn as_i8(n: u8) -> i8 {
    i8::try_from(n).unwrap_or(i8::MAX)
}

#[cfg(test)]
mod tests;
