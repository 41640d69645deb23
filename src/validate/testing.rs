//! A good letter and its header, which the tests of the families bend out of shape.

use std::sync::Arc;

use jiff::civil::date;

use crate::finding::Code;
use crate::letter::{
    Address, AddressForm, Attachment, Channel, Content, Country, Defaults, DeliveryWish, Document,
    Environment, Header, Letter, LetterSeq, PersonNumber, PrintOptions, Recipient, RecipientId,
    Sender, Support,
};

use super::{Options, judge};

/// Four free lines.
pub fn lines(lines: &[&str], country: Option<&'static str>) -> Address<'static> {
    Address {
        country: country.map(Into::into),
        form: AddressForm::Lines(lines.iter().map(|l| (*l).to_owned().into()).collect()),
    }
}

/// A Nordic address.
pub fn parts(postal_code: &str, country: Option<&'static str>) -> Address<'static> {
    Address {
        country: country.map(Into::into),
        form: AddressForm::Parts {
            care_of: None,
            street: "Storgatan 1".into(),
            postal_code: postal_code.to_owned().into(),
            city: "Exempelby".into(),
        },
    }
}

/// A document whose bytes begin as given.
pub fn document(media_type: &str, bytes: &[u8]) -> Document {
    Document {
        file_name: "Beslut.pdf".into(),
        media_type: media_type.into(),
        bytes: Arc::new(bytes.to_vec()),
    }
}

/// An enclosed document.
pub fn attachment(media_type: &str, bytes: &[u8], only: Option<Channel>) -> Attachment {
    Attachment {
        document: document(media_type, bytes),
        only,
    }
}

/// The header of a Swedish or Danish test mailing.
pub fn header(country: Country) -> Header {
    Header {
        mailing_id: "M1".into(),
        created: date(2026, 11, 22),
        created_text: "2026-11-22T01:00:00+01:00".into(),
        environment: Environment::Test,
        sender: Sender {
            country,
            organisation_number: "162021004748".into(),
            name: "Exempelkommun".into(),
            return_address: parts("123 45", None),
            support: Support::default(),
            contact: Default::default(),
        },
        defaults: Defaults::default(),
        shared: Vec::new(),
        letters_declared: 1,
    }
}

/// A letter without any fault in a Swedish mailing.
pub fn letter() -> Letter<'static> {
    Letter {
        seq: LetterSeq(4),
        line: 77,
        id: "L1".into(),
        reference: None,
        department: None,
        cost_centre: None,
        process: None,
        recipient: Recipient {
            id: RecipientId::Person(PersonNumber::from_digits("180001010024").unwrap()),
            name: "Maja Exempel".into(),
            attention: None,
            address: Some(parts("123 45", None)),
            address_protected: false,
        },
        wish: DeliveryWish::Auto,
        mandatory: false,
        legal_notification: false,
        not_before: None,
        reply_by: None,
        language: "sv".into(),
        subject: "Beslut".into(),
        content: Content::Text(Vec::new()),
        attachments: Vec::new(),
        actions: Vec::new(),
        notification: None,
        data: Vec::new(),
        dialogue: Default::default(),
        print: PrintOptions::default(),
    }
}

/// Codes and paths found in a letter of a Swedish mailing.
pub fn found(letter: &Letter<'_>) -> Vec<(Code, String)> {
    found_in(letter, Country::Sweden)
}

/// Codes and paths found in a letter of a mailing of that country.
pub fn found_in(letter: &Letter<'_>, country: Country) -> Vec<(Code, String)> {
    let findings = judge(letter, &header(country), &Options::default());
    for finding in &findings {
        assert_eq!(
            (finding.letter, finding.place.line),
            (letter.seq, letter.line)
        );
        assert!(!finding.found.is_empty() && !finding.allowed.is_empty());
        for value in ["Maja", "Storgatan", "Exempelby", "18000101"] {
            assert!(!format!("{finding:?}").contains(value), "{finding:?}");
        }
    }
    findings
        .into_iter()
        .map(|f| (f.code, f.place.path))
        .collect()
}
