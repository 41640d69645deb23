//! Header and trailer.

use std::path::Path;

use jiff::civil::Date;

use super::super::Limits;
use super::super::cursor::{Cursor, Stop};
use super::super::vocabulary::{self as words, Element};
use super::document::{self, Budget};
use super::{bad_value, dialogue, missing, owned, parts, time, word};
use crate::letter::{
    Country, Defaults, Environment, Header, OrganisationNumber, Sender, SenderContact,
    SharedDocument, Support,
};

/// A header, and where the number of letters stands in it.
pub(in super::super) struct HeaderRead {
    pub(in super::super) header: Header,
    /// Range of the contents of the element, in the UTF-8 bytes.
    pub(in super::super) count_place: (usize, usize),
}

#[derive(Default)]
struct Draft {
    mailing_id: Option<String>,
    created: Option<(Date, String)>,
    environment: Option<Environment>,
    sender: Option<Sender>,
    defaults: Defaults,
    shared: Vec<SharedDocument>,
    letters_declared: Option<u32>,
    count_place: Option<(usize, usize)>,
}

/// The header; `None` if something is missing, which is then a finding.
pub(in super::super) fn header(
    c: &mut Cursor<'_, '_, '_>,
    folder: &Path,
    limits: &Limits,
) -> Result<Option<HeaderRead>, Stop> {
    c.child()?; // The header itself.
    let mut draft = Draft::default();
    while let Some(child) = c.child()? {
        match child {
            Element::MailingId => draft.mailing_id = Some(c.token()?.into_owned()),
            Element::Created => draft.created = created(c)?,
            Element::Environment => {
                draft.environment = word(c, words::environment, "`test` or `production`")?
            }
            Element::Sender => draft.sender = sender(c)?,
            Element::Defaults => draft.defaults = defaults(c)?,
            Element::SharedDocuments => draft.shared = shared_documents(c, folder, limits)?,
            Element::LetterCount => {
                c.mark_inside();
                draft.letters_declared = word(c, number, "a number of letters")?;
                draft.count_place = c.contents();
            }
            _ => c.skip()?,
        }
    }
    c.finish()?;
    let Some(header) = draft.finish() else {
        missing(
            c,
            "mailing id, time of creation, environment, sender and number of letters",
        );
        return Ok(None);
    };
    Ok(Some(header))
}

impl Draft {
    fn finish(self) -> Option<HeaderRead> {
        let (created, created_text) = self.created?;
        let header = Header {
            mailing_id: self.mailing_id?,
            created,
            created_text,
            environment: self.environment?,
            sender: self.sender?,
            defaults: self.defaults,
            shared: self.shared,
            letters_declared: self.letters_declared?,
        };
        Some(HeaderRead {
            header,
            count_place: self.count_place?,
        })
    }
}

/// A count; `xs:positiveInteger` may have a sign and leading zeros.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn created(c: &mut Cursor<'_, '_, '_>) -> Result<Option<(Date, String)>, Stop> {
    let text = c.token()?.into_owned();
    let Some(at) = time::date_time(&text) else {
        bad_value(c, &text, "a date and time between the years 1 and 9999");
        return Ok(None);
    };
    // The date as written: midnight as 24:00 still belongs to the day that ends.
    let date = text.get(..10).and_then(time::date).unwrap_or(at.date());
    Ok(Some((date, text)))
}

fn sender(c: &mut Cursor<'_, '_, '_>) -> Result<Option<Sender>, Stop> {
    let (mut country, mut number, mut name, mut address) = (None, None, None, None);
    let (mut support, mut contact) = (Support::default(), SenderContact::default());
    while let Some(child) = c.child()? {
        match child {
            Element::Country => country = word(c, words::country, "`SE` or `DK`")?,
            Element::OrganisationNumber => {
                let text = c.token()?;
                number = country.and_then(|country| sender_number(country, &text));
                if number.is_none() {
                    bad_value(
                        c,
                        &text,
                        "SE: ten digits, or twelve with the prefix 16; DK: eight digits",
                    );
                }
            }
            Element::Name => name = Some(c.token()?.into_owned()),
            Element::Address => address = parts::address(c)?.map(parts::owned_address),
            Element::Support => support = support_of(c)?,
            Element::Attention => contact.attention = Some(c.token()?.into_owned()),
            Element::ContactPoint => contact.contact_point = dialogue::contact_point(c)?,
            Element::Representative => contact.representative = dialogue::representative(c)?,
            _ => c.skip()?,
        }
    }
    let (Some(country), Some(organisation_number), Some(name), Some(return_address)) =
        (country, number, name, address)
    else {
        missing(c, "country, organisation number, name and return address");
        return Ok(None);
    };
    Ok(Some(Sender {
        country,
        organisation_number,
        name,
        return_address,
        support,
        contact,
    }))
}

/// The sender's number in the form we keep.
fn sender_number(country: Country, text: &str) -> Option<String> {
    match country {
        Country::Sweden => organisation_number(text).map(|n| n.as_str().to_owned()),
        Country::Denmark => {
            let eight_digits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
            eight_digits.then(|| text.to_owned())
        }
    }
}

/// A Swedish organisation number with or without hyphen and prefix, in twelve digits.
pub(super) fn organisation_number(text: &str) -> Option<OrganisationNumber> {
    let digits = text.replace('-', "");
    match digits.len() {
        10 => OrganisationNumber::from_digits(&format!("16{digits}")),
        12 if digits.starts_with("16") => OrganisationNumber::from_digits(&digits),
        _ => None,
    }
}

fn support_of(c: &mut Cursor<'_, '_, '_>) -> Result<Support, Stop> {
    let mut support = Support::default();
    while let Some(child) = c.child()? {
        match child {
            Element::SupportText => support.text = c.token()?.into_owned(),
            Element::Url => support.url = Some(c.token()?.into_owned()),
            Element::Phone => support.phone = Some(c.token()?.into_owned()),
            Element::Email => support.email = Some(c.token()?.into_owned()),
            _ => c.skip()?,
        }
    }
    Ok(support)
}

fn defaults(c: &mut Cursor<'_, '_, '_>) -> Result<Defaults, Stop> {
    let mut defaults = Defaults::default();
    while let Some(child) = c.child()? {
        match child {
            Element::Department => defaults.department = Some(c.token()?.into_owned()),
            Element::CostCentre => defaults.cost_centre = Some(c.token()?.into_owned()),
            Element::Process => defaults.process = Some(c.token()?.into_owned()),
            Element::Delivery => {
                defaults.delivery = word(c, words::delivery, "`auto`, `digital` or `print`")?
            }
            Element::Language => defaults.language = Some(owned(c.token()?).into_owned()),
            Element::Print => defaults.print = parts::owned_print(parts::print(c)?),
            _ => c.skip()?,
        }
    }
    Ok(defaults)
}

fn shared_documents(
    c: &mut Cursor<'_, '_, '_>,
    folder: &Path,
    limits: &Limits,
) -> Result<Vec<SharedDocument>, Stop> {
    let mut budget = Budget {
        bytes_left: limits.shared_bytes_max,
    };
    let mut documents: Vec<SharedDocument> = Vec::new();
    while let Some(child) = c.child()? {
        if child != Element::SharedDocument {
            c.skip()?;
            continue;
        }
        let Some(document) = document::shared(c, folder, limits, &mut budget)? else {
            continue;
        };
        if documents.iter().any(|d| d.id == document.id) {
            c.fault(
                crate::finding::Code::Schema,
                "a second shared document with one id",
                "an id of its own for each",
            );
        }
        documents.push(document);
    }
    Ok(documents)
}

/// Control totals.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Trailer {
    pub(in super::super) letters: Option<u64>,
    pub(in super::super) attachments: Option<u64>,
}

/// The trailer.
pub(in super::super) fn trailer(c: &mut Cursor<'_, '_, '_>) -> Result<Trailer, Stop> {
    c.child()?; // The trailer itself.
    let mut trailer = Trailer::default();
    while let Some(child) = c.child()? {
        match child {
            Element::LetterCount => trailer.letters = word(c, number, "a number of letters")?,
            Element::AttachmentCount => {
                trailer.attachments = word(c, number, "a number of attachments")?
            }
            _ => c.skip()?,
        }
    }
    c.finish()?;
    Ok(trailer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisation_numbers_have_one_form() {
        for text in ["2021004748", "202100-4748", "162021004748", "16202100-4748"] {
            assert_eq!(
                sender_number(Country::Sweden, text).as_deref(),
                Some("162021004748"),
                "{text}"
            );
        }
        for text in ["12345678", "192021004748", "20210047481", "٢٠٢١٠٠٤٧٤٨"] {
            assert_eq!(sender_number(Country::Sweden, text), None, "{text}");
        }
        assert_eq!(
            sender_number(Country::Denmark, "12345678").as_deref(),
            Some("12345678")
        );
        assert_eq!(sender_number(Country::Denmark, "2021004748"), None);
    }
}
