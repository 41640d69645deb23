//! The recipient's national identifier: check digit, date, country (facts/sweden.md §5, facts/denmark.md §5).

use crate::finding::Code;
use crate::letter::identifier::{Fault, Kind};
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
