//! `MessageHeader`: who writes to whom, about what, in answer to what.

use jiff::civil::Date;
use uuid::Uuid;

use super::super::Refusal;
use super::content_data::ContentData;
use super::grammar as g;
use super::xml::{Writer, refused};
use super::{MemoVersion, MessageType, Options};
use crate::letter::{EarlierMessage, Header, Letter, Recipient, RecipientId, ReplyWish, WallClock};

/// What all headers of a mailing have in common.
pub(super) struct Head {
    version: MemoVersion,
    /// Date of the batch.
    today: Date,
    /// `postType`; nothing where the job has none.
    post_type: Vec<u8>,
    content_data: ContentData,
    /// `Sender`, whole; with all that is known of it, and the least.
    sender: Vec<u8>,
    sender_alone: Vec<u8>,
}

impl Head {
    pub(super) fn new(options: &Options, header: &Header, today: Date) -> Result<Self, Refusal> {
        let mut whole = Writer::new(1024);
        sender(&mut whole, options, header)?;
        let mut alone = Writer::new(256);
        alone.node(&g::SENDER, |out| sender_start(out, header))?;
        let mut post_type = Writer::new(64);
        if !options.post_type.is_empty() {
            post_type.leaf(&g::POST_TYPE, &options.post_type)?;
        }
        Ok(Self {
            version: options.memo_version,
            today,
            post_type: post_type.finish(),
            content_data: ContentData::new(header),
            sender: whole.finish(),
            sender_alone: alone.finish(),
        })
    }

    /// The header of a message that carries a letter.
    pub(super) fn letter(
        &self,
        out: &mut Writer,
        letter: &Letter<'_>,
        uuid: Uuid,
        clock: &WallClock,
    ) -> Result<(), Refusal> {
        out.node(&g::MESSAGE_HEADER, |out| {
            start(out, MessageType::DigitalPost, letter, uuid)?;
            out.optional(&g::MESSAGE_CODE, letter.dialogue.message_code.as_deref())?;
            out.leaf(&g::LABEL, &letter.subject)?;
            let notification = letter.notification.as_deref();
            out.optional(
                &g::NOTIFICATION,
                notification.filter(|text| !text.is_empty()),
            )?;
            if let Some(wish) = letter.dialogue.reply {
                let answers = match wish {
                    ReplyWish::Requested | ReplyWish::Accepted => "true",
                    ReplyWish::NotAllowed => "false",
                };
                out.leaf(&g::REPLY, answers)?;
            }
            if let Some(day) = letter.reply_by {
                let end = clock.end_of_day(day).ok_or_else(|| no_time(&g::REPLY_BY))?;
                out.leaf(&g::REPLY_BY, &end)?;
            }
            self.delivery(out, letter, letter.mandatory, letter.legal_notification)?;
            out.raw(&self.post_type);
            out.raw(&self.sender);
            recipient(out, &letter.recipient)?;
            self.content_data.write(out, letter)?;
            for earlier in &letter.dialogue.in_reply_to {
                reply_data(out, earlier)?;
            }
            Ok(())
        })
    }

    /// The header that is a NemSMS: the text is in `notification`.
    pub(super) fn notice(
        &self,
        out: &mut Writer,
        letter: &Letter<'_>,
        text: &str,
        uuid: Uuid,
    ) -> Result<(), Refusal> {
        out.node(&g::MESSAGE_HEADER, |out| {
            start(out, MessageType::NemSms, letter, uuid)?;
            out.leaf(&g::LABEL, &letter.subject)?;
            out.leaf(&g::NOTIFICATION, text)?;
            self.delivery(out, letter, false, false)?;
            out.raw(&self.sender_alone);
            out.node(&g::RECIPIENT, |out| recipient_start(out, &letter.recipient))
        })
    }

    /// From when, and how binding. Both flags are always written in 1.1; in 1.2 only where they are true, because a sender
    /// that is no authority may not set them at all (facts/denmark.md §1.4, §1.5).
    fn delivery(
        &self,
        out: &mut Writer,
        letter: &Letter<'_>,
        mandatory: bool,
        legal: bool,
    ) -> Result<(), Refusal> {
        // Left out when the day has come: the service refuses one that is past (`do.not.deliver.until.date.too.early`,
        // facts/denmark.md §2.4).
        let not_before = letter.not_before.filter(|day| *day > self.today);
        let not_before = not_before.map(|day| day.to_string());
        out.optional(&g::DO_NOT_DELIVER_UNTIL, not_before.as_deref())?;
        for (element, set) in [(&g::MANDATORY, mandatory), (&g::LEGAL_NOTIFICATION, legal)] {
            if set || self.version == MemoVersion::V1_1 {
                out.leaf(element, if set { "true" } else { "false" })?;
            }
        }
        Ok(())
    }
}

pub(super) fn no_time(element: &g::Element) -> Refusal {
    refused(element, "a time out of range".into(), "the years 1 to 9999")
}

fn start(
    out: &mut Writer,
    message_type: MessageType,
    letter: &Letter<'_>,
    uuid: Uuid,
) -> Result<(), Refusal> {
    out.leaf(&g::MESSAGE_TYPE, message_type.name())?;
    let mut buffer = Uuid::encode_buffer();
    out.leaf(
        &g::MESSAGE_UUID,
        uuid.hyphenated().encode_lower(&mut buffer),
    )?;
    out.leaf(&g::MESSAGE_ID, &letter.id)
}

fn sender_start(out: &mut Writer, header: &Header) -> Result<(), Refusal> {
    out.leaf(&g::SENDER_ID, &header.sender.organisation_number)?;
    out.leaf(&g::ID_TYPE, "CVR")?;
    out.leaf(&g::LABEL, &header.sender.name)
}

fn sender(out: &mut Writer, options: &Options, header: &Header) -> Result<(), Refusal> {
    let contact = &header.sender.contact;
    out.node(&g::SENDER, |out| {
        sender_start(out, header)?;
        let (responsible, system) = (&options.content_responsible, &options.generating_system);
        if contact.attention.is_some() || responsible.is_some() || system.is_some() {
            out.node(&g::ATTENTION_DATA, |out| {
                if let Some(attention) = &contact.attention {
                    out.node(&g::ATTENTION_PERSON, |out| out.leaf(&g::LABEL, attention))?;
                }
                if let Some(named) = responsible {
                    out.node(&g::CONTENT_RESPONSIBLE, |out| {
                        out.leaf(&g::CONTENT_RESPONSIBLE_ID, &named.id)?;
                        out.optional(&g::LABEL, named.label.as_deref())
                    })?;
                }
                if let Some(named) = system {
                    out.node(&g::GENERATING_SYSTEM, |out| {
                        out.leaf(&g::GENERATING_SYSTEM_ID, &named.id)?;
                        out.optional(&g::LABEL, named.label.as_deref())
                    })?;
                }
                Ok(())
            })?;
        }
        if let Some(point) = &contact.contact_point {
            out.node(&g::CONTACT_POINT, |out| {
                out.optional(&g::CONTACT_GROUP, point.group.as_deref())?;
                out.leaf(&g::CONTACT_POINT_ID, &point.id)?;
                out.optional(&g::LABEL, point.label.as_deref())?;
                for (label, value) in point.info.iter().take(2) {
                    out.node(&g::CONTACT_INFO, |out| {
                        out.leaf(&g::LABEL, label)?;
                        out.leaf(&g::VALUE, value)
                    })?;
                }
                Ok(())
            })?;
        }
        match &contact.representative {
            // 1.1 has no place for one.
            Some(representative) if options.memo_version == MemoVersion::V1_2 => {
                out.node(&g::REPRESENTATIVE, |out| {
                    out.leaf(&g::REPRESENTATIVE_ID, &representative.id)?;
                    out.leaf(&g::ID_TYPE, "CVR")?;
                    out.optional(&g::LABEL, representative.label.as_deref())
                })
            }
            Some(_) | None => Ok(()),
        }
    })
}

fn recipient_start(out: &mut Writer, recipient: &Recipient<'_>) -> Result<(), Refusal> {
    let (id, id_type) = match &recipient.id {
        RecipientId::Cpr(number) => (number.as_str(), "CPR"),
        RecipientId::Cvr(number) => (number.as_str(), "CVR"),
        RecipientId::Person(_) | RecipientId::Organisation(_) => {
            return Err(Refusal::NotRepresentable {
                found: "it is Swedish",
            });
        }
        RecipientId::None => {
            return Err(Refusal::NotRepresentable {
                found: "there is none",
            });
        }
    };
    out.leaf(&g::RECIPIENT_ID, id)?;
    out.leaf(&g::ID_TYPE, id_type)
}

/// Never with the postal address: the mailbox needs none, and it may be protected (facts/denmark.md §5.3).
fn recipient(out: &mut Writer, recipient: &Recipient<'_>) -> Result<(), Refusal> {
    out.node(&g::RECIPIENT, |out| {
        recipient_start(out, recipient)?;
        out.leaf(&g::LABEL, &recipient.name)?;
        match recipient.attention.as_deref() {
            Some(attention) => out.node(&g::ATTENTION_DATA, |out| {
                out.node(&g::ATTENTION_PERSON, |out| out.leaf(&g::LABEL, attention))
            }),
            None => Ok(()),
        }
    })
}

fn reply_data(out: &mut Writer, earlier: &EarlierMessage<'_>) -> Result<(), Refusal> {
    let data_max = 4; // facts/denmark.md §1.3, AdditionalReplyData{0..4}.
    if earlier.data.len() > data_max {
        let found = format!("{} of them", earlier.data.len());
        return Err(refused(&g::ADDITIONAL_REPLY_DATA, found, "4 at most"));
    }
    out.node(&g::REPLY_DATA, |out| {
        out.optional(&g::MESSAGE_ID, earlier.message_id.as_deref())?;
        out.leaf(&g::MESSAGE_UUID, &earlier.message_uuid)?;
        for (element, text) in [
            (&g::REPLY_UUID, &earlier.reply_uuid),
            (&g::SENDER_ID, &earlier.sender_id),
            (&g::RECIPIENT_ID, &earlier.recipient_id),
            (&g::CASE_ID_TEXT, &earlier.case_id),
            (&g::CONTACT_POINT_ID, &earlier.contact_point_id),
            (&g::GENERATING_SYSTEM_ID, &earlier.system_id),
            (&g::COMMENT_TEXT, &earlier.comment),
        ] {
            out.optional(element, text.as_deref())?;
        }
        for (label, value) in &earlier.data {
            out.node(&g::ADDITIONAL_REPLY_DATA, |out| {
                out.leaf(&g::LABEL, label)?;
                out.leaf(&g::VALUE, value)
            })?;
        }
        Ok(())
    })
}
