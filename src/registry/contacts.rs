//! Reads pages of the contact registry of Digital Post (facts/denmark.md §3.1): a page, a list of contacts, or one
//! contact, as JSON. A contact is checked and forgotten before the next is read.
//!
//! Read of a contact: `type`, `cprNumber`, `cvrNumber`, both statuses of `mailboxSubscription` (`status.rs` has the
//! table), and whether `nemSmsSubscription` has a verified number. All else is skipped, whatever it is.

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::finding::shape;
use crate::letter::{Cpr, Cvr, RecipientId};

use super::build::{Origin, Unit};
use super::{Builder, Entry, Error, input};

mod pages;
mod status;

pub use pages::Pages;

use pages::Page;

/// A page of a thousand contacts has some 700 KB; this is a hundred times that.
const PAGE_BYTES_MAX: u64 = 64 << 20;
const ALLOWED: &str = "a page of contacts as the contact registry gives it, at most 64 MiB";

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contact {
    #[serde(rename = "type")]
    kind: Option<String>,
    cpr_number: Option<String>,
    cvr_number: Option<String>,
    mailbox_subscription: Option<MailboxSubscription>,
    nem_sms_subscription: Option<NemSmsSubscription>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MailboxSubscription {
    registration_status: Option<String>,
    public_registration_status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NemSmsSubscription {
    mobile_number: Option<String>,
    /// Null until the owner has proved that the number is theirs.
    verification_time: Option<String>,
}

impl Contact {
    fn has_nem_sms(&self) -> bool {
        self.nem_sms_subscription
            .as_ref()
            .is_some_and(|sms| sms.mobile_number.is_some() && sms.verification_time.is_some())
    }

    /// Its national number; `None` if the registry left it out.
    fn identifier(&self) -> Result<Option<RecipientId>, Wrong> {
        let cpr = || {
            number(
                &self.cpr_number,
                "cprNumber",
                "ten digits",
                Cpr::from_digits,
            )
        };
        let cvr = || {
            number(
                &self.cvr_number,
                "cvrNumber",
                "eight digits",
                Cvr::from_digits,
            )
        };
        let (has_cpr, has_cvr) = (self.cpr_number.is_some(), self.cvr_number.is_some());
        match self.kind.as_deref().unwrap_or("UNKNOWN") {
            "CITIZEN" if has_cpr || !has_cvr => Ok(cpr()?.map(RecipientId::Cpr)),
            "COMPANY" if has_cvr || !has_cpr => Ok(cvr()?.map(RecipientId::Cvr)),
            "CITIZEN" => Err(Wrong::new("a CITIZEN with a cvrNumber", "a cprNumber")),
            "COMPANY" => Err(Wrong::new("a COMPANY with a cprNumber", "a cvrNumber")),
            "UNKNOWN" if has_cpr && has_cvr => Err(Wrong::new(
                "both a cprNumber and a cvrNumber, and no type",
                "the type CITIZEN or COMPANY",
            )),
            "UNKNOWN" if has_cvr => Ok(cvr()?.map(RecipientId::Cvr)),
            "UNKNOWN" => Ok(cpr()?.map(RecipientId::Cpr)),
            other => Err(Wrong::new(
                &format!("a type of the form `{}`", shape(other)),
                "CITIZEN, COMPANY, UNKNOWN",
            )),
        }
    }
}

fn number<N>(
    digits: &Option<String>,
    field: &str,
    allowed: &'static str,
    read: impl Fn(&str) -> Option<N>,
) -> Result<Option<N>, Wrong> {
    let Some(digits) = digits else {
        return Ok(None);
    };
    let wrong = || {
        Wrong::new(
            &format!("a {field} of the form `{}`", shape(digits)),
            allowed,
        )
    };
    read(digits).map(Some).ok_or_else(wrong)
}

/// What is wrong with a contact.
struct Wrong {
    found: String,
    allowed: &'static str,
}

impl Wrong {
    fn new(found: &str, allowed: &'static str) -> Self {
        Self {
            found: found.into(),
            allowed,
        }
    }
}

pub fn read_page(path: &Path, builder: &mut Builder, pages: &mut Pages) -> Result<(), Error> {
    let bytes = input::read_whole(path, PAGE_BYTES_MAX, ALLOWED)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reading = Reading {
        builder,
        page: Page::of(&bytes),
        wrong: None,
        result: false,
    };
    let mut json = serde_json::Deserializer::from_slice(text);
    let read = Root(&mut reading)
        .deserialize(&mut json)
        .and_then(|()| json.end());
    if let Some(wrong) = reading.wrong.take() {
        return Err(Error::Line {
            origin: Origin {
                path: path.into(),
                line: reading.page.contacts,
                unit: Unit::Contact,
            },
            found: wrong.found,
            allowed: wrong.allowed.into(),
        });
    }
    // The message of the JSON reader may quote the file: only its place and kind are told.
    read.map_err(|error| {
        let found = match error.classify() {
            serde_json::error::Category::Data => "a value of another kind than a contact has",
            serde_json::error::Category::Eof => "the end of the file within a value",
            _ => "JSON that is not well-formed",
        };
        let found = format!("{found}, at byte {} of the line", error.column());
        Error::line(path, error.line() as u64, &found, ALLOWED)
    })?;
    if reading.result && !reading.page.is_of_contacts {
        let found = "an answer `result` without an identifier";
        let allowed = "contacts; put the identifier and the answer into a CSV of entries";
        return Err(Error::line(path, 1, found, allowed));
    }
    if !reading.page.is_of_contacts {
        return Err(Error::line(path, 1, "JSON without contacts", ALLOWED));
    }
    if let Some(said) = reading.page.elements_on_page
        && said != reading.page.contacts
    {
        let found = format!("{} contacts", reading.page.contacts);
        let allowed = format!("{said}, as its elementsOnPage says: fetch the page again");
        return Err(Error::line(path, 1, &found, &allowed));
    }
    pages.add(reading.page);
    Ok(())
}

struct Reading<'b> {
    builder: &'b mut Builder,
    page: Page,
    wrong: Option<Wrong>,
    /// It is an answer of SF1601, which names nobody.
    result: bool,
}

impl Reading<'_> {
    fn take(&mut self, contact: &Contact) -> Result<(), Wrong> {
        self.page.is_of_contacts = true;
        self.page.contacts += 1;
        let mailbox = contact.mailbox_subscription.as_ref();
        self.page.mailboxes += u64::from(mailbox.is_some());
        let Some(id) = contact.identifier()? else {
            self.page.without_number += 1;
            return Ok(());
        };
        let status = match mailbox {
            None => status::without_mailbox(&id),
            Some(mailbox) => status::of(
                mailbox.public_registration_status.as_deref(),
                mailbox.registration_status.as_deref(),
            )
            .map_err(|(found, allowed)| Wrong { found, allowed })?,
        };
        let entry = Entry {
            status,
            operator: None,
            nem_sms: contact.has_nem_sms(),
        };
        self.builder.push_line(&id, entry, self.page.contacts);
        Ok(())
    }

    /// As an error of the JSON reader, which ends there; what is wrong waits in `wrong`.
    fn taken<E: de::Error>(&mut self, contact: &Contact) -> Result<(), E> {
        self.take(contact).map_err(|wrong| {
            self.wrong = Some(wrong);
            E::custom("contact")
        })
    }
}

/// The whole file.
struct Root<'r, 'b>(&'r mut Reading<'b>);

impl<'de> DeserializeSeed<'de> for Root<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Root<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("contacts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        Contacts(self.0).visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(reading) = self;
        let mut contact = Contact::default();
        let mut is_contact = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "contacts" => map.next_value_seed(Contacts(reading))?,
                "currentPage" => reading.page.current_page = map.next_value()?,
                "totalPages" => reading.page.total_pages = map.next_value()?,
                "elementsOnPage" => reading.page.elements_on_page = map.next_value()?,
                "totalElements" => reading.page.total_elements = map.next_value()?,
                "result" => {
                    map.next_value::<IgnoredAny>()?;
                    reading.result = true;
                }
                "type" => contact.kind = map.next_value()?,
                "cprNumber" => contact.cpr_number = map.next_value()?,
                "cvrNumber" => contact.cvr_number = map.next_value()?,
                "mailboxSubscription" => contact.mailbox_subscription = map.next_value()?,
                "nemSmsSubscription" => contact.nem_sms_subscription = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            }
            is_contact |= matches!(
                key.as_str(),
                "cprNumber" | "cvrNumber" | "mailboxSubscription"
            );
        }
        if is_contact {
            reading.taken(&contact)?;
        }
        Ok(())
    }
}

/// A list of contacts.
struct Contacts<'r, 'b>(&'r mut Reading<'b>);

impl<'de> DeserializeSeed<'de> for Contacts<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Contacts<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of contacts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.page.is_of_contacts = true;
        while let Some(contact) = list.next_element::<Contact>()? {
            self.0.taken(&contact)?;
        }
        Ok(())
    }
}
