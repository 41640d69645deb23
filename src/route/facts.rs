//! What the rules ask of a letter, as bits: a rule matches when no bit of the letter is outside those it allows, so that
//! a rule costs one AND, and a letter some tens of nanoseconds.
//!
//! Each dimension has one bit for each of its values; a letter sets exactly one of them, a rule that says nothing about
//! a dimension allows all.

use jiff::civil::Date;

use crate::finding::{Code, Consequence, Finding};
use crate::letter::identifier::Kind;
use crate::letter::{Country, DeliveryWish, Letter, Postage};

use super::Standing;

const WISH_AT: u32 = 0;
const COUNTRY_AT: u32 = 3;
const KIND_AT: u32 = 5;
const STANDING_AT: u32 = 11;
const FLAGS_AT: u32 = 27;

/// A yes or no about a letter; each has two bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    LegalNotification,
    Mandatory,
    AddressProtected,
    HasAddress,
    Minor,
    /// No finding keeps it from the digital channel.
    DigitalContent,
    /// No finding but one about the address keeps it from paper.
    PrintContent,
    /// Its documents alone are more than the digital channel carries.
    TooLarge,
    Representable,
    ForeignId,
    Channel,
    /// `notBefore` is after the batch's date.
    Early,
    MandatoryRight,
    LegalRight,
    PostageLegal,
    OperatorSupported,
    /// No finding about the address keeps it from paper.
    AddressFits,
}

/// Bits of a letter, or those that a rule allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts(u64);

impl Facts {
    /// What a rule without conditions allows.
    pub const ALL: Self = Self(u64::MAX);

    /// True when every fact of a letter is one that the rule `allowed` allows.
    pub fn within(self, allowed: Self) -> bool {
        self.0 & !allowed.0 == 0
    }

    pub fn has(self, flag: Flag) -> bool {
        self.0 & flag_bit(flag, true) != 0
    }

    pub fn is_of(self, wish: DeliveryWish) -> bool {
        self.0 & wish_bit(wish) != 0
    }

    pub fn stands(self, standing: Standing) -> bool {
        self.0 & standing_bit(standing) != 0
    }

    pub fn flag(self, flag: Flag, value: bool) -> Self {
        Self(self.0 | flag_bit(flag, value))
    }

    pub fn wish(self, wish: DeliveryWish) -> Self {
        Self(self.0 | wish_bit(wish))
    }

    pub fn country(self, country: Country) -> Self {
        Self(self.0 | country_bit(country))
    }

    pub fn kind(self, kind: Kind) -> Self {
        Self(self.0 | kind_bit(kind))
    }

    pub fn standing(self, standing: Standing) -> Self {
        Self(self.0 | standing_bit(standing))
    }

    /// Forbids all bits of a dimension but those given.
    fn only(self, dimension: u64, bits: u64) -> Self {
        Self(self.0 & (!dimension | bits))
    }

    pub fn only_flag(self, flag: Flag, value: bool) -> Self {
        self.only(
            flag_bit(flag, true) | flag_bit(flag, false),
            flag_bit(flag, value),
        )
    }

    pub fn only_wishes(self, wishes: impl Iterator<Item = DeliveryWish>) -> Self {
        self.only(0b111 << WISH_AT, any(wishes.map(wish_bit)))
    }

    pub fn only_countries(self, countries: impl Iterator<Item = Country>) -> Self {
        self.only(0b11 << COUNTRY_AT, any(countries.map(country_bit)))
    }

    pub fn only_kinds(self, kinds: impl Iterator<Item = Kind>) -> Self {
        self.only(0b11_1111 << KIND_AT, any(kinds.map(kind_bit)))
    }

    pub fn only_standings(self, standings: impl Iterator<Item = Standing>) -> Self {
        self.only(0xffff << STANDING_AT, any(standings.map(standing_bit)))
    }
}

/// What is known of a letter without the registry, added to what holds for its mailing.
pub fn of_letter(
    base: Facts,
    letter: &Letter<'_>,
    findings: &[Finding],
    country: Country,
    on: Date,
) -> Facts {
    let recipient = &letter.recipient;
    let id = &recipient.id;
    let is_about_address =
        |f: &Finding| matches!(f.code, Code::PrintAddress | Code::PrintPostalCode);
    let print_content =
        |f: &Finding| is_about_address(f) || f.code.consequence() != Consequence::NotPrint;
    let digital_content = |f: &Finding| f.code.consequence() != Consequence::NotDigital;
    let too_large = findings
        .iter()
        .any(|f| f.code == Code::DocumentTooLargeDigital);
    base.wish(letter.wish)
        .kind(id.kind())
        .flag(Flag::LegalNotification, letter.legal_notification)
        .flag(Flag::Mandatory, letter.mandatory)
        .flag(Flag::AddressProtected, recipient.address_protected)
        .flag(Flag::HasAddress, recipient.address.is_some())
        .flag(Flag::Minor, id.is_minor_on(on))
        .flag(Flag::DigitalContent, findings.iter().all(digital_content))
        .flag(Flag::PrintContent, findings.iter().all(print_content))
        .flag(Flag::AddressFits, !findings.iter().any(is_about_address))
        .flag(Flag::TooLarge, too_large)
        .flag(Flag::Representable, id.representable())
        .flag(
            Flag::ForeignId,
            id.country().is_some_and(|of| of != country),
        )
        .flag(Flag::Early, letter.not_before.is_some_and(|date| date > on))
        .flag(
            Flag::PostageLegal,
            letter.print.postage == Some(Postage::Legal),
        )
}

fn any(bits: impl Iterator<Item = u64>) -> u64 {
    bits.fold(0, |all, bit| all | bit)
}

fn flag_bit(flag: Flag, value: bool) -> u64 {
    1 << (FLAGS_AT + 2 * flag as u32 + u32::from(value))
}

fn wish_bit(wish: DeliveryWish) -> u64 {
    1 << (WISH_AT
        + match wish {
            DeliveryWish::Auto => 0,
            DeliveryWish::Digital => 1,
            DeliveryWish::Print => 2,
        })
}

fn country_bit(country: Country) -> u64 {
    1 << (COUNTRY_AT
        + match country {
            Country::Sweden => 0,
            Country::Denmark => 1,
        })
}

fn kind_bit(kind: Kind) -> u64 {
    1 << (KIND_AT
        + match kind {
            Kind::None => 0,
            Kind::Person => 1,
            Kind::Coordination => 2,
            Kind::Organisation => 3,
            Kind::Cpr => 4,
            Kind::Cvr => 5,
        })
}

fn standing_bit(standing: Standing) -> u64 {
    1 << (STANDING_AT
        + match standing {
            Standing::NotInRegistry => 14,
            Standing::NoRegistry => 15,
            Standing::Of(status) => status as u32,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Status;

    #[test]
    fn no_two_facts_share_a_bit() {
        let mut seen = 0_u64;
        let mut add = |bit: u64| {
            assert_eq!(seen & bit, 0, "bit {} is used twice", bit.trailing_zeros());
            seen |= bit;
        };
        for wish in [
            DeliveryWish::Auto,
            DeliveryWish::Digital,
            DeliveryWish::Print,
        ] {
            add(wish_bit(wish));
        }
        for country in [Country::Sweden, Country::Denmark] {
            add(country_bit(country));
        }
        for kind in [
            Kind::None,
            Kind::Person,
            Kind::Coordination,
            Kind::Organisation,
            Kind::Cpr,
            Kind::Cvr,
        ] {
            add(kind_bit(kind));
        }
        for status in Status::ALL {
            add(standing_bit(Standing::Of(*status)));
        }
        add(standing_bit(Standing::NotInRegistry));
        add(standing_bit(Standing::NoRegistry));
        for flag in 0..=Flag::AddressFits as u32 {
            add(0b11 << (FLAGS_AT + 2 * flag));
        }
    }
}
