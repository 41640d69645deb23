//! Parts that header and letters share: addresses and print wishes.

use super::super::cursor::{Cursor, Stop};
use super::super::vocabulary::{self as words, Element, attribute};
use super::{missing, owned, word_attribute};
use crate::letter::{Address, AddressForm, PrintOptions, Text};

/// The address at hand; `None` if it lacks something, which is then a finding.
pub(super) fn address<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<Option<Address<'a>>, Stop> {
    let country = c.attribute(attribute::COUNTRY);
    let (mut care_of, mut street, mut postal_code, mut city) = (None, None, None, None);
    let mut lines = Vec::new();
    while let Some(child) = c.child()? {
        match child {
            Element::CareOf => care_of = Some(c.token()?),
            Element::Street => street = Some(c.token()?),
            Element::PostalCode => postal_code = Some(c.token()?),
            Element::City => city = Some(c.token()?),
            Element::Line => lines.push(c.token()?),
            _ => c.skip()?,
        }
    }
    let form = match (street, postal_code, city) {
        (Some(street), Some(postal_code), Some(city)) if lines.is_empty() => AddressForm::Parts {
            care_of,
            street,
            postal_code,
            city,
        },
        (None, None, None) if !lines.is_empty() => AddressForm::Lines(lines),
        _ => {
            missing(c, "street, postal code and city, or lines");
            return Ok(None);
        }
    };
    Ok(Some(Address { country, form }))
}

/// An address that outlives the header's text.
pub(super) fn owned_address(address: Address<'_>) -> Address<'static> {
    let form = match address.form {
        AddressForm::Parts {
            care_of,
            street,
            postal_code,
            city,
        } => AddressForm::Parts {
            care_of: care_of.map(owned),
            street: owned(street),
            postal_code: owned(postal_code),
            city: owned(city),
        },
        AddressForm::Lines(lines) => AddressForm::Lines(lines.into_iter().map(owned).collect()),
    };
    Address {
        country: address.country.map(owned),
        form,
    }
}

/// The print wishes at hand.
pub(super) fn print<'a>(c: &mut Cursor<'a, '_, '_>) -> Result<PrintOptions<'a>, Stop> {
    let mut options = PrintOptions {
        sides: word_attribute(c, attribute::SIDES, words::sides, "`simplex` or `duplex`"),
        colour: word_attribute(c, attribute::COLOUR, words::colour, "`mono` or `colour`"),
        postage: word_attribute(
            c,
            attribute::POSTAGE,
            words::postage,
            "`economy`, `standard`, `priority`, `registered` or `legal`",
        ),
        envelope: word_attribute(c, attribute::ENVELOPE, words::envelope, "`C5` or `C4`"),
        inserts: Vec::new(),
    };
    while let Some(child) = c.child()? {
        match child {
            Element::Insert => options.inserts.push(c.token()?),
            _ => c.skip()?,
        }
    }
    Ok(options)
}

/// Print wishes that outlive the header's text.
pub(super) fn owned_print(options: PrintOptions<'_>) -> PrintOptions<'static> {
    PrintOptions {
        sides: options.sides,
        colour: options.colour,
        postage: options.postage,
        envelope: options.envelope,
        inserts: options.inserts.into_iter().map(owned).collect(),
    }
}

/// The letter's wishes, and the mailing's where the letter has none, field by field.
pub(super) fn with_defaults<'a>(
    own: PrintOptions<'a>,
    defaults: &'a PrintOptions<'static>,
) -> PrintOptions<'a> {
    let inserts = match own.inserts.is_empty() {
        true => defaults
            .inserts
            .iter()
            .map(|name| Text::Borrowed(&**name))
            .collect(),
        false => own.inserts,
    };
    PrintOptions {
        sides: own.sides.or(defaults.sides),
        colour: own.colour.or(defaults.colour),
        postage: own.postage.or(defaults.postage),
        envelope: own.envelope.or(defaults.envelope),
        inserts,
    }
}
