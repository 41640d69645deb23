//! The recipient's national identifier: check digit, date, country (facts/sweden.md §5, facts/denmark.md §5).

use jiff::civil::Date;

use crate::finding::Code;
use crate::letter::identifier::{Fault, Kind, sender_faults};
use crate::letter::{Header, Letter};

use super::Findings;

pub fn judge(letter: &Letter<'_>, header: &Header, findings: &mut Findings<'_>) {
    let id = &letter.recipient.id;
    let path = path_of(id.kind());
    for fault in id.faults(header.environment, header.created) {
        let (code, found, allowed) = sentence_about(fault);
        findings.add(code, path, found, allowed);
    }
    if let Some(country) = id.country()
        && country != header.sender.country
    {
        findings.add(
            Code::IdentifierCountry,
            path,
            format!("an identifier of {}", country.code()),
            format!(
                "one of {}, the sender's country; the letter can only go on paper",
                header.sender.country.code()
            ),
        );
    }
    if id.kind() == Kind::None && letter.recipient.address.is_none() {
        findings.add(
            Code::RecipientNowhere,
            "letter/recipient",
            "neither an identifier nor an address",
            "an identifier for a digital letter, an address for one on paper",
        );
    }
}

fn path_of(kind: Kind) -> &'static str {
    match kind {
        Kind::None => "letter/recipient",
        Kind::Person | Kind::Coordination => "letter/recipient/personNumber",
        Kind::Organisation => "letter/recipient/organisationNumber",
        Kind::Cpr => "letter/recipient/cpr",
        Kind::Cvr => "letter/recipient/cvr",
    }
}

/// What stands against the organisation number of the sender: what was found, and what is allowed.
pub fn judge_sender(header: &Header, on: Date) -> Option<(&'static str, &'static str)> {
    let sender = &header.sender;
    sender_faults(
        sender.country,
        &sender.organisation_number,
        header.environment,
        on,
    )
    .into_iter()
    .map(sentence_about)
    .find(|(code, ..)| code.rejects())
    .map(|(_, found, allowed)| (found, allowed))
}

fn sentence_about(fault: Fault) -> (Code, &'static str, &'static str) {
    match fault {
        Fault::CheckDigit => (
            Code::IdentifierCheckDigit,
            "a number whose check digit is wrong",
            "SE: Luhn over the ten digits; CVR: modulus 11",
        ),
        Fault::Date => (
            Code::IdentifierDate,
            "a number whose date does not exist",
            "a date of the calendar; a coordination number has 60 added to the day",
        ),
        Fault::FutureDate => (
            Code::IdentifierDate,
            "a number whose date of birth is after the mailing",
            "a date of birth up to the day the mailing was made",
        ),
        Fault::Form => (
            Code::IdentifierForm,
            "a number with another century or prefix",
            "a person: century 18, 19 or 20; an organisation: prefix 16",
        ),
        Fault::Modulus11 => (
            Code::IdentifierModulus11,
            "a number for which modulus 11 does not hold",
            "nothing to do: for CPR it is no rule since 2007, for CVR only in production",
        ),
        Fault::TestRange => (
            Code::IdentifierTestRange,
            "a number that belongs to nobody, in a production mailing",
            "SE: a third digit of 2 or more (a sole trader has a personNumber); DK: a day up to 31",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{found, found_in, header, letter};
    use super::super::{Options, judge};
    use super::*;
    use crate::letter::{
        Country, Cpr, Cvr, Environment, OrganisationNumber, PersonNumber, RecipientId,
    };

    fn person(digits: &str) -> RecipientId {
        RecipientId::Person(PersonNumber::from_digits(digits).unwrap())
    }

    #[test]
    fn a_good_letter_has_no_findings() {
        assert_eq!(found(&letter()), []);
    }

    #[test]
    fn each_fault_has_its_code() {
        let person_path = "letter/recipient/personNumber".to_owned();
        for (id, code) in [
            (person("180001010025"), Code::IdentifierCheckDigit),
            (person("180013010020"), Code::IdentifierDate),
            (person("209901010026"), Code::IdentifierDate),
            (person("170001010024"), Code::IdentifierForm),
        ] {
            let mut letter = letter();
            letter.recipient.id = id;
            assert_eq!(found(&letter), [(code, person_path.clone())]);
        }
    }

    #[test]
    fn production_refuses_what_belongs_to_nobody() {
        let mut header = header(Country::Sweden);
        let mut letter = letter();
        let number = OrganisationNumber::from_digits("162101000012").unwrap();
        letter.recipient.id = RecipientId::Organisation(number);
        let codes = |header: &Header, letter: &Letter<'_>| -> Vec<Code> {
            let findings = judge(letter, header, &Options::default());
            findings.iter().map(|f| f.code).collect()
        };
        assert_eq!(codes(&header, &letter), []);
        header.environment = Environment::Production;
        assert_eq!(codes(&header, &letter), [Code::IdentifierTestRange]);
    }

    #[test]
    fn danish_numbers_without_modulus_11_get_a_note() {
        let mut letter = letter();
        letter.recipient.address = None;
        letter.recipient.id = RecipientId::Cpr(Cpr::from_digits("2211771212").unwrap());
        let note = (Code::IdentifierModulus11, "letter/recipient/cpr".to_owned());
        assert_eq!(found_in(&letter, Country::Denmark), [note]);
        letter.recipient.id = RecipientId::Cvr(Cvr::from_digits("13585628").unwrap());
        assert_eq!(found_in(&letter, Country::Denmark), []);
    }

    /// None of them passes its modulus 11 (facts/denmark.md §5.1).
    #[test]
    fn official_danish_examples_are_not_rejected_in_a_trial() {
        let cpr = |digits| RecipientId::Cpr(Cpr::from_digits(digits).unwrap());
        let cvr = RecipientId::Cvr(Cvr::from_digits("12345678").unwrap());
        let mut header = header(Country::Denmark);
        for id in [cpr("2211771212"), cpr("2512169996"), cvr] {
            let mut letter = letter();
            letter.recipient.id = id;
            let rejects = |header: &Header| {
                judge(&letter, header, &Options::default())
                    .iter()
                    .any(|f| f.code.rejects())
            };
            header.environment = Environment::Test;
            assert!(!rejects(&header));
            header.environment = Environment::Production;
            assert_eq!(rejects(&header), id == cvr);
        }
    }

    #[test]
    fn identifiers_of_another_country_keep_a_letter_from_the_channel() {
        let mut letter = letter();
        letter.recipient.id = RecipientId::Cvr(Cvr::from_digits("13585628").unwrap());
        let country = (Code::IdentifierCountry, "letter/recipient/cvr".to_owned());
        assert_eq!(found(&letter), [country]);
    }

    #[test]
    fn a_letter_must_be_able_to_go_somewhere() {
        let mut letter = letter();
        letter.recipient.id = RecipientId::None;
        assert_eq!(found(&letter), []);
        letter.recipient.address = None;
        let nowhere = (Code::RecipientNowhere, "letter/recipient".to_owned());
        assert_eq!(found(&letter), [nowhere]);
    }
}
