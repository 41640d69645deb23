//! The least that a mailing and a letter have; each test and benchmark changes what it looks at.

use lettermill::letter::*;

/// Of a municipality that belongs to nobody.
pub fn header(country: Country) -> Header {
    let (organisation_number, name, support) = match country {
        Country::Sweden => ("162021004748", "Kommun A", "Kontakta kundtjänst."),
        Country::Denmark => ("27355021", "Prøve Kommune", "Kontakt Borgerservice."),
    };
    Header {
        mailing_id: "M-1".into(),
        created: jiff::civil::date(2026, 11, 22),
        created_text: "2026-11-22T20:00:00+01:00".into(),
        environment: Environment::Test,
        sender: Sender {
            country,
            organisation_number: organisation_number.into(),
            name: name.into(),
            return_address: Address {
                country: None,
                form: AddressForm::Lines(vec![name.into()]),
            },
            support: Support {
                text: support.into(),
                ..Support::default()
            },
            contact: SenderContact::default(),
        },
        defaults: Defaults::default(),
        shared: Vec::new(),
        letters_declared: 1,
    }
}

/// In Swedish, without contents, to somebody without a number and an address.
pub fn letter<'a>(id: &'a str, name: &'a str) -> Letter<'a> {
    Letter {
        seq: LetterSeq(0),
        line: 1,
        id: id.into(),
        reference: None,
        department: None,
        cost_centre: None,
        process: None,
        recipient: Recipient {
            id: RecipientId::None,
            name: name.into(),
            attention: None,
            address: None,
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
        dialogue: Dialogue::default(),
        print: PrintOptions::default(),
    }
}

/// An address in Sweden or Denmark.
pub fn address(street: &str, postal_code: &str, city: &str) -> Address<'static> {
    Address {
        country: None,
        form: AddressForm::Parts {
            care_of: None,
            street: street.to_owned().into(),
            postal_code: postal_code.to_owned().into(),
            city: city.to_owned().into(),
        },
    }
}
