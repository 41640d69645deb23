//! Mina meddelanden, versions 3 and 2: one `SealedDelivery` for one recipient, signed by the sender and sealed by the
//! relay, in the SOAP request that is ready to POST.
//!
//! In: letters to one recipient, the mailing's header, two signers. Out: the bytes that are stored. What is digested is
//! written in canonical form from the start and once: the document as sealed, the `SignedDelivery` on its own and the
//! request differ only in a few start tags (`markup.rs`), so the digests are taken over the parts where they lie. What
//! always holds: a message over the size limit, or with something the channel does not carry, is refused before
//! anything is signed.
//!
//! To write another element: its name in `markup.rs`, its place in `delivery.rs`, the same place in `read.rs`, its limit
//! in `limits.rs`, a line in `docs/formats-bundle.md`.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Error, Format, Refusal, Role, Seal, Sealed, documents, key_of};
use crate::disk::{Sha256, sha256};
use crate::letter::{Header, Letter, Support};
use crate::sign::{Signer, xmldsig::XmlSigner};

mod cursor;
mod delivery;
mod envelope;
mod limits;
mod markup;
mod options;
mod read;
mod xml;

pub use super::documents::checksum;
pub use envelope::{sealed_document, soap_envelope};
pub use options::{BodyForm, Form, MESSAGE_BYTES_MAX, Options, Version};
pub use read::{Certificates, Verified, verify};

use delivery::{Group, Message};
use markup::Markup;
use xml::Writer;

/// Most messages in one delivery. The schema has no limit; some three thousand of the shortest fill a request.
pub const MESSAGES_MAX: usize = 1000;

/// Seals the letters of one mailing.
pub struct Sealer {
    options: Options,
    markup: &'static Markup,
    mailing_key: String,
    /// Date of the mailing, for the matter's `Timestamp`.
    created: String,
    sender_name: String,
    support_details: Support,
    sender: XmlSigner,
    relay: XmlSigner,
    /// `Delivery` up to the recipient.
    opening: Vec<u8>,
    /// `Supportinfo`, whole.
    support: Vec<u8>,
    /// `Seal` behind its start tag.
    seal: Vec<u8>,
    documents: documents::Shared,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("options", &self.options)
            .field("sender", self.sender.signer())
            .field("relay", self.relay.signer())
            .finish_non_exhaustive()
    }
}

impl Sealer {
    /// Prepares what is the same in all letters of the mailing. `date` becomes the seal's `ReceivedTime`.
    ///
    /// # Errors
    /// A sender who is not Swedish or whose texts do not fit; a value of `languages` that is none; a key that is not RSA.
    pub fn new(
        options: Options,
        sender: Arc<Signer>,
        relay: Arc<Signer>,
        header: &Header,
        date: Date,
    ) -> Result<Self, Error> {
        limits::check_mailing(header, date, &options)?;
        let text_fault = |_| Error::Sender {
            found: "a text of the mailing's header has a character that XML does not allow".into(),
            allowed: "correct the header",
        };
        let markup = Markup::of(options.version);
        Ok(Self {
            markup,
            mailing_key: key_of(header),
            created: header.created.to_string(),
            sender_name: header.sender.name.clone(),
            support_details: header.sender.support.clone(),
            sender: XmlSigner::new(sender)?,
            relay: XmlSigner::new(relay)?,
            opening: opening(header, markup).map_err(text_fault)?,
            support: support(header).map_err(text_fault)?,
            seal: seal(date).map_err(text_fault)?,
            documents: documents::Shared::new(&header.shared, options.documents_bytes_max),
            options,
        })
    }

    /// Bytes of the request that will carry a group: exactly those of its SOAP form, whatever is stored.
    fn request_bytes(&self, group: &Group<'_>) -> Result<u64, Refusal> {
        let bytes = self.markup.layout(Form::Soap).bytes()
            + self.opening.len()
            + group.bytes(self.markup)?
            + markup::DELIVERY_CLOSE.len()
            + self.sender.element_bytes()
            + markup::SIGNED_CLOSE.len()
            + self.seal.len()
            + self.relay.element_bytes();
        Ok(bytes as u64)
    }

    fn fits(&self, group: &Group<'_>) -> bool {
        let bytes = self.request_bytes(group);
        bytes.is_ok_and(|bytes| bytes <= self.options.message_bytes_max)
    }

    /// Appends both signatures and what lies between and behind them; `out` ends behind `</Delivery>`.
    fn sign(&self, mut out: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let layout = self.markup.layout(self.options.form);
        let delivery = layout.open.len()..;
        let digest = digest_of(&[
            self.markup.signed_open.as_bytes(),
            out.get(delivery.clone()).unwrap_or_default(),
            markup::SIGNED_CLOSE.as_bytes(),
        ]);
        self.sender.sign_into(&digest, &mut out)?;
        out.extend_from_slice(markup::SIGNED_CLOSE.as_bytes());
        let digest = digest_of(&[
            self.markup.sealed_open.as_bytes(),
            out.get(delivery).unwrap_or_default(),
            markup::SEAL_OPEN.as_bytes(),
            &self.seal,
            markup::SEALED_CLOSE.as_bytes(),
        ]);
        out.extend_from_slice(layout.seal_open.as_bytes());
        out.extend_from_slice(&self.seal);
        self.relay.sign_into(&digest, &mut out)?;
        out.extend_from_slice(layout.close.as_bytes());
        Ok(out)
    }
}

impl Seal for Sealer {
    fn format(&self) -> Format {
        Format::MinaMeddelanden
    }

    /// One delivery; several letters to the same recipient are a `Message` each in it.
    fn seal(&self, letters: &[&Letter<'_>]) -> Result<Vec<Sealed>, Refusal> {
        if letters.len() > MESSAGES_MAX {
            return Err(Refusal::Together);
        }
        let messages = letters.iter().map(|letter| self.message(letter));
        let messages = messages.collect::<Result<Vec<Message<'_>>, _>>()?;
        let mut groups = messages.iter().map(|message| message.alone);
        let first = groups.next().ok_or(Refusal::Together)?;
        let group = groups.try_fold(first, Group::and)?;
        let request_bytes = self.request_bytes(&group)?;
        if request_bytes > self.options.message_bytes_max {
            return Err(Refusal::TooLarge {
                bytes: request_bytes,
                bytes_max: self.options.message_bytes_max,
            });
        }
        let mut out = Writer::new(usize::try_from(request_bytes).unwrap_or_default());
        out.raw(self.markup.layout(self.options.form).open);
        out.raw_bytes(&self.opening);
        group.header(&mut out, self.markup)?;
        for message in &messages {
            self.append(message, &mut out)?;
        }
        out.raw(markup::DELIVERY_CLOSE);
        let bytes = self.sign(out.finish())?;
        let ids: Vec<_> = messages.iter().map(|message| message.id).collect();
        Ok(vec![Sealed {
            message_id: ids.first().copied().unwrap_or_default(),
            role: Role::Letter,
            letters: ids,
            sha256: sha256(&bytes),
            bytes,
            request_bytes,
            signature: None,
        }])
    }

    /// Each delivery has as many letters as fit, in their order; it is counted, nothing is signed. A letter that cannot go
    /// at all is alone.
    fn pack(&self, letters: &[&Letter<'_>]) -> Vec<Vec<usize>> {
        let mut packed: Vec<Vec<usize>> = Vec::new();
        let mut open: Option<(usize, Group<'_>)> = None;
        for (place, letter) in letters.iter().enumerate() {
            let alone = self.message(letter).map(|message| message.alone);
            let Some(alone) = alone.ok().filter(|group| self.fits(group)) else {
                packed.push(vec![place]);
                continue;
            };
            let joined = open.and_then(|(at, group)| {
                let joined = group.and(alone).ok()?;
                self.fits(&joined).then_some((at, joined))
            });
            match joined.and_then(|(at, _)| packed.get_mut(at)) {
                Some(places) => {
                    places.push(place);
                    open = joined;
                }
                None => {
                    open = Some((packed.len(), alone));
                    packed.push(vec![place]);
                }
            }
        }
        packed
    }
}

fn digest_of(parts: &[&[u8]]) -> Sha256 {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        digest.update(part);
    }
    crate::disk::finished(digest)
}

fn opening(header: &Header, markup: &Markup) -> Result<Vec<u8>, Refusal> {
    let sender = &header.sender;
    let mut out = Writer::new(1024);
    out.raw(markup.up_to_sender_id);
    out.leaf(&markup::SENDER_ID, &sender.organisation_number)?;
    out.leaf(&markup::SENDER_NAME, &sender.name)?;
    out.optional(
        &markup::SENDER_ATTENTION,
        sender.contact.attention.as_deref(),
    )?;
    out.raw(markup::SENDER_CLOSE);
    Ok(out.finish())
}

fn support(header: &Header) -> Result<Vec<u8>, Refusal> {
    let support = &header.sender.support;
    let mut out = Writer::new(2048);
    out.raw(markup::SUPPORT_OPEN);
    out.leaf(&markup::SUPPORT_TEXT, &support.text)?;
    out.optional(&markup::SUPPORT_URL, support.url.as_deref())?;
    out.optional(&markup::SUPPORT_PHONE, support.phone.as_deref())?;
    out.optional(&markup::SUPPORT_EMAIL, support.email.as_deref())?;
    out.raw(markup::SUPPORT_CLOSE);
    Ok(out.finish())
}

fn seal(date: Date) -> Result<Vec<u8>, Refusal> {
    let mut out = Writer::new(256);
    out.leaf(&markup::RECEIVED_TIME, &date.to_string())?;
    out.leaf(&markup::SIGNATURES_OK, "true")?;
    out.raw(markup::SEAL_CLOSE);
    Ok(out.finish())
}
