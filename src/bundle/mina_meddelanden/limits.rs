//! What the schemas of the channel allow, checked before anything is signed, so that no mailing can give a message that
//! a receiver refuses: X:schema/v3/Message.xsd, v3/OfficialMatter.xsd, Sender.xsd and Recipient.xsd of facts/sweden.md.

use jiff::civil::Date;

use super::super::{Error, Refusal};
use super::Options;
use crate::letter::identifier::recipient_id_fault;
use crate::letter::{Country, Header, Letter, Matter, RecipientId};

/// Characters of `Subject`, of the ids in `Identity`, and of `URL` and `PhoneNumber` in `Supportinfo`.
const SHORT_CHARACTERS_MAX: usize = 255;
/// Characters of `MatterSubject` and `EventType`.
const LONG_CHARACTERS_MAX: usize = 2000;
/// Characters of `Supportinfo/Text`.
const SUPPORT_CHARACTERS_MAX: usize = 1024;

/// Texts of a letter that have a longest length.
pub(super) fn check_letter(letter: &Letter<'_>) -> Result<(), Refusal> {
    check_length("subject", Some(&letter.subject), SHORT_CHARACTERS_MAX)
}

/// Texts of a matter that have a longest length.
pub(super) fn check_matter(matter: &Matter<'_>) -> Result<(), Refusal> {
    for (what, text, characters_max) in [
        ("case id", &matter.case_id, SHORT_CHARACTERS_MAX),
        ("event id", &matter.event_id, SHORT_CHARACTERS_MAX),
        (
            "preceding event id",
            &matter.preceding_event_id,
            SHORT_CHARACTERS_MAX,
        ),
        (
            "subject of the matter",
            &matter.subject,
            LONG_CHARACTERS_MAX,
        ),
        ("event type", &matter.event_type, LONG_CHARACTERS_MAX),
    ] {
        check_length(what, text.as_deref(), characters_max)?;
    }
    Ok(())
}

fn check_length(what: &str, text: Option<&str>, characters_max: usize) -> Result<(), Refusal> {
    match text {
        Some(text) if longer(text, characters_max) => Err(Refusal::ContentNotAllowed {
            found: format!("{what} of {} characters", text.chars().count()),
            allowed: format!("the channel carries at most {characters_max}"),
        }),
        _ => Ok(()),
    }
}

fn longer(text: &str, characters_max: usize) -> bool {
    text.len() > characters_max && text.chars().count() > characters_max
}

/// The recipient's identifier as a `RecipientId` (facts/sweden.md §5).
pub(super) fn recipient<'l>(letter: &'l Letter<'_>) -> Result<&'l str, Refusal> {
    let not = |found| Err(Refusal::NotRepresentable { found });
    let digits = match &letter.recipient.id {
        RecipientId::Organisation(number) => number.as_str(),
        RecipientId::Person(number) => number.as_str(),
        RecipientId::Cpr(_) | RecipientId::Cvr(_) => return not("it is Danish"),
        RecipientId::None => return not("there is none"),
    };
    recipient_id_fault(digits).map_or(Ok(digits), not)
}

/// Limits of `Sender`, `Supportinfo`, `Language` and `xs:date`.
pub(super) fn check_mailing(header: &Header, date: Date, options: &Options) -> Result<(), Error> {
    let sender = &header.sender;
    let support = &sender.support;
    let number = &sender.organisation_number;
    let fault = |found: &str, allowed| {
        Err(Error::Sender {
            found: found.to_owned(),
            allowed,
        })
    };
    if sender.country != Country::Sweden {
        return fault(
            "the sender is not Swedish",
            "Mina meddelanden is for Sweden",
        );
    }
    if number.len() != 12
        || !number.starts_with("16")
        || !number.bytes().all(|b| b.is_ascii_digit())
    {
        return fault(
            "the sender's organisation number has another form",
            "twelve digits that begin with 16 are needed",
        );
    }
    if !(2..=256).contains(&sender.name.chars().count()) {
        return fault("the sender's name", "must have 2 to 256 characters");
    }
    if longer(&support.text, SUPPORT_CHARACTERS_MAX) {
        return fault(
            "the sender's support text",
            "must have at most 1024 characters",
        );
    }
    let too_long = |text: &Option<String>| {
        let text = text.as_deref();
        text.is_some_and(|text| longer(text, SHORT_CHARACTERS_MAX))
    };
    if too_long(&support.url) || too_long(&support.phone) {
        return fault(
            "the sender's support URL or telephone",
            "must have at most 255 characters",
        );
    }
    if support.email.as_ref().is_some_and(|email| !is_email(email)) {
        return fault(
            "the sender's support e-mail",
            "must have 5 to 256 characters, an @ with something before it, and behind it a full stop within other text",
        );
    }
    if ![date, header.created]
        .iter()
        .all(|d| (1..=9999).contains(&d.year()))
    {
        return fault(
            "the batch date or the mailing's date",
            "must lie in the years 1 to 9999",
        );
    }
    if let Some(value) = options.wrong_language() {
        return fault(
            &format!("the value `{}` of `languages`", value.escape_debug()),
            "a language as XML Schema writes it is needed, such as svSE or sv-SE",
        );
    }
    Ok(())
}

/// `EMailAdress`: 5 to 256 characters, `.+@.+\..+`.
fn is_email(text: &str) -> bool {
    let behind_first = |text: &'_ str| text.chars().next().map_or(0, char::len_utf8);
    let on_one_line = !text.contains(['\n', '\r']);
    // Where the first @ or full stop that may serve does not, no later one does.
    let domain = text
        .get(behind_first(text)..)
        .and_then(|rest| rest.split_once('@'));
    let ending = domain.and_then(|(_, domain)| {
        let rest = domain.get(behind_first(domain)..)?;
        rest.split_once('.')
    });
    (5..=256).contains(&text.chars().count())
        && on_one_line
        && ending.is_some_and(|(_, ending)| !ending.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_fits_the_pattern_of_the_schema() {
        for (text, fits) in [
            ("a@b.c", true),
            ("å@ö.ä", true),
            ("@@b.c", true),
            ("a@..c", true),
            ("a@b..", true),
            ("a@b@c.d", true),
            ("a@b.c@", true),
            ("@a.bc", false),
            ("a@.bc", false),
            ("a@bc.", false),
            ("ab.cd", false),
            ("a@b.\nc", false),
            ("a@b", false),
            ("", false),
        ] {
            assert_eq!(is_email(text), fits, "{text:?}");
        }
        let long = |n: usize| format!("{}@b.c", "x".repeat(n - 4));
        assert!(is_email(&long(256)) && !is_email(&long(257)));
    }
}
