//! Writes the `ForsendelseISamling` of a letter: the paper form of a request.

use jiff::civil::Date;

use super::options::{AddressWish, Options};
use super::write::{Writer, shipment_close, shipment_open};
use super::{Paper, address, table as t};
use crate::bundle::Refusal;
use crate::letter::{Colour, Envelope, Header, Letter, Postage, RecipientId, Sides};

/// Stands in the place of a person's number: a physical letter never says it (facts/denmark.md §4.2).
const NO_PERSON: &str = "0000000000";
/// Most characters of a mailing id in `MasseForsendelseIdentifikator`; a longer one is left out.
const MAILING_ID_MAX: usize = 38;

/// What is the same in all letters of the mailing.
pub(super) struct Press {
    opening: Vec<u8>,
    closing: Vec<u8>,
    /// `TransaktionsParametreI`, whole.
    transaction: Vec<u8>,
    /// `ForsendelseAfsender` and the imprint flags, whole.
    sender: Vec<u8>,
    date: String,
}

impl Press {
    pub(super) fn new(options: &Options, header: &Header, date: Date) -> Result<Self, Refusal> {
        Ok(Self {
            opening: shipment_open().into_bytes(),
            closing: shipment_close().into_bytes(),
            transaction: transaction(options, header)?,
            sender: sender(options, header)?,
            date: date.to_string(),
        })
    }

    /// Writes the paper form of a letter; `id` is that of its message.
    pub(super) fn write(
        &self,
        out: &mut Writer,
        options: &Options,
        letter: &Letter<'_>,
        paper: &Paper<'_>,
        id: &str,
    ) -> Result<(), Refusal> {
        out.raw(&self.opening);
        out.leaf(&t::SHIPMENT_ID, id)?;
        if let Some(number) = options.shipment_type {
            out.number(&t::SHIPMENT_TYPE, number.get())?;
        }
        out.node(&t::RECIPIENT, |out| recipient(out, options, letter))?;
        out.leaf(&t::FILE_FORMAT, "pdf")?;
        out.base64(&t::FILE_DATA, paper.pdf);
        out.raw(&self.transaction);
        out.node(&t::DOCUMENT, |out| {
            out.leaf(&t::TITLE, &letter.subject)?;
            out.leaf(&t::UUID, id)?;
            out.leaf(&t::DATE, &self.date)
        })?;
        out.node(&t::COMMON, |out| {
            out.optional(&t::DEPARTMENT, letter.department.as_deref())?;
            out.leaf(&t::USER, &options.user)?;
            out.optional(&t::COST_CENTRE, letter.cost_centre.as_deref())?;
            out.raw(&self.sender);
            let urgent = options.urgent.contains(&paper.postage);
            out.flag(&t::URGENT, urgent.then_some(true))
        })?;
        out.node(&t::PRINT, |out| {
            out.leaf(&t::SIDES, sides(paper.sides))?;
            out.leaf(&t::COLOUR, colour(paper.colour))?;
            out.leaf(&t::ENVELOPE, envelope(paper.envelope))
        })?;
        out.node(&t::POST, |out| {
            post(out, options, paper.postage, paper.pages)
        })?;
        out.raw(&self.closing);
        Ok(())
    }
}

fn recipient(out: &mut Writer, options: &Options, letter: &Letter<'_>) -> Result<(), Refusal> {
    let recipient = &letter.recipient;
    out.node(&t::RECIPIENT_ID, |out| match &recipient.id {
        RecipientId::Cvr(number) => out.leaf(&t::CVR_NUMBER, number.as_str()),
        RecipientId::Cpr(_) | RecipientId::None => out.leaf(&t::CPR_NUMBER, NO_PERSON),
        RecipientId::Person(_) | RecipientId::Organisation(_) => Err(Refusal::NotRepresentable {
            found: "it is Swedish",
        }),
    })?;
    let wished = options.recipient_address == AddressWish::Include;
    // A protected address stands on the cover page and nowhere else (facts/denmark.md §5.3).
    let address = recipient
        .address
        .as_ref()
        .filter(|_| wished && !recipient.address_protected);
    let Some(address) = address else {
        return Ok(());
    };
    out.node(&t::RECIPIENT_ADDRESS, |out| {
        address::write(
            out,
            &recipient.name,
            recipient.attention.as_deref(),
            address,
        )
    })
}

fn post(out: &mut Writer, options: &Options, postage: Postage, pages: u32) -> Result<(), Refusal> {
    out.optional(&t::POSTAGE, options.postage.of(postage).code())?;
    if let Some(number) = options.allocation {
        out.number(&t::ALLOCATION, number.get())?;
    }
    out.flag(&t::RETURN_MAIL, options.return_mail_at_vendor)?;
    out.flag(&t::ADDRESS_CHANGE, options.address_change_information)?;
    out.number(&t::PAGES, u64::from(pages))
}

fn transaction(options: &Options, header: &Header) -> Result<Vec<u8>, Refusal> {
    let mut out = Writer::new(512);
    out.node(&t::TRANSACTION, |out| {
        let mailing_id = header.mailing_id.as_str();
        let fits = mailing_id.chars().count() <= MAILING_ID_MAX;
        out.optional(&t::MAILING_ID, fits.then_some(mailing_id))?;
        out.optional(&t::RECEIPT, options.receipts.map(|r| r.code()))?;
        out.optional(&t::RECEIPT_EMAIL, options.receipt_email.as_deref())
    })?;
    Ok(out.finish())
}

fn sender(options: &Options, header: &Header) -> Result<Vec<u8>, Refusal> {
    let mut out = Writer::new(1024);
    if options.sender_address == AddressWish::Include {
        let sender = &header.sender;
        out.node(&t::SENDER, |out| {
            out.node(&t::SENDER_ADDRESS, |out| {
                address::write(out, &sender.name, None, &sender.return_address)
            })
        })?;
    }
    out.flag(&t::IMPRINT_SENDER, options.imprint_sender_address)?;
    out.flag(&t::IMPRINT_RECIPIENT, options.imprint_recipient_address)?;
    out.flag(&t::IMPRINT_DATE, options.imprint_date)?;
    Ok(out.finish())
}

fn sides(sides: Sides) -> &'static str {
    match sides {
        Sides::Simplex => "Simplex",
        Sides::Duplex => "Duplex",
    }
}

fn colour(colour: Colour) -> &'static str {
    match colour {
        Colour::Mono => "SH",
        Colour::Colour => "Farve",
    }
}

fn envelope(envelope: Envelope) -> &'static str {
    match envelope {
        Envelope::C65 | Envelope::C5 => "C5", // The smallest that it knows.
        Envelope::C4 => "C4",
    }
}
