//! The parts of a delivery that are written for each letter, and what they take.
//!
//! In: a letter. Out: its `Message`, all but the documents ([`Message`]); and what the header says of letters that travel
//! together ([`Group`]). It is known how many bytes they take before a document is encoded, so that packing and sealing
//! count alike.

use uuid::Uuid;

use super::super::documents::{self, Encoded};
use super::super::{Refusal, body, canonical, message_id};
use super::markup::{self, Markup};
use super::xml::{self, Writer};
use super::{BodyForm, MESSAGES_MAX, Sealer, limits};
use crate::letter::{Channel, Content, Dialogue, Document, Letter, Matter};

/// A letter's `Message`: what stands before its attachments, and these.
pub(super) struct Message<'l> {
    pub(super) id: Uuid,
    head: Vec<u8>,
    documents: Vec<&'l Document>,
    /// The letter as the only one of its delivery.
    pub(super) alone: Group<'l>,
}

/// Letters that travel together, and what the header says of them.
#[derive(Clone, Copy)]
pub(super) struct Group<'l> {
    recipient: &'l str,
    correlation_id: &'l str,
    /// Of all its letters, where they have the same.
    reference: Option<&'l str>,
    /// As `reference`.
    attention: Option<&'l str>,
    letters: usize,
    /// Of their `Message` elements.
    messages_bytes: usize,
}

impl<'l> Group<'l> {
    /// With the letters of another group behind its own.
    ///
    /// # Errors
    /// [`Refusal::Together`] when they are meant for another recipient or are too many.
    pub(super) fn and(self, other: Self) -> Result<Self, Refusal> {
        let letters = self.letters + other.letters;
        if self.recipient != other.recipient || letters > MESSAGES_MAX {
            return Err(Refusal::Together);
        }
        let same = |ours: Option<&'l str>, theirs| ours.filter(|_| ours == theirs);
        Ok(Self {
            reference: same(self.reference, other.reference),
            attention: same(self.attention, other.attention),
            letters,
            messages_bytes: self.messages_bytes + other.messages_bytes,
            ..self
        })
    }

    /// What the header says, and its end.
    pub(super) fn header(&self, out: &mut Writer, markup: &Markup) -> Result<(), Refusal> {
        out.leaf(&markup.recipient, self.recipient)?;
        out.optional(&markup.reference, self.reference)?;
        out.leaf(&markup.correlation_id, self.correlation_id)?;
        out.optional(&markup.attention, self.attention)?;
        out.raw(markup::HEADER_CLOSE);
        Ok(())
    }

    /// Bytes of what the header says and of all messages.
    pub(super) fn bytes(&self, markup: &Markup) -> Result<usize, Refusal> {
        let mut header = Writer::new(1024);
        self.header(&mut header, markup)?;
        Ok(header.len() + self.messages_bytes)
    }
}

impl Sealer {
    /// Writes a letter's message up to its attachments.
    ///
    /// # Errors
    /// [`Refusal::NotRepresentable`], [`Refusal::ContentNotAllowed`].
    pub(super) fn message<'l>(&self, letter: &'l Letter<'_>) -> Result<Message<'l>, Refusal> {
        let recipient = limits::recipient(letter)?;
        limits::check_letter(letter)?;
        let id = message_id(&self.mailing_key, &letter.id);
        let documents = self.documents_of(letter)?;
        let mut out = Writer::new(16 << 10);
        self.head(&mut out, letter, id, documents.first().copied())?;
        let head = out.finish();
        let mut messages_bytes = head.len() + markup::MESSAGE_CLOSE.len();
        for document in &documents {
            messages_bytes += xml::attachment_overhead(self.markup, document)?;
            messages_bytes += documents::base64_characters(document.bytes.len());
        }
        Ok(Message {
            id,
            head,
            documents,
            alone: Group {
                recipient,
                correlation_id: &letter.id,
                reference: letter.reference.as_deref(),
                attention: letter.recipient.attention.as_deref(),
                letters: 1,
                messages_bytes,
            },
        })
    }

    /// Appends a whole message.
    pub(super) fn append(&self, message: &Message<'_>, out: &mut Writer) -> Result<(), Refusal> {
        out.raw_bytes(&message.head);
        for document in &message.documents {
            match self.documents.encoded(&document.bytes) {
                Some(encoded) => out.attachment(self.markup, document, encoded)?,
                None => out.attachment(self.markup, document, &Encoded::new(&document.bytes))?,
            }
        }
        out.raw(markup::MESSAGE_CLOSE);
        Ok(())
    }

    fn head(
        &self,
        out: &mut Writer,
        letter: &Letter<'_>,
        message_id: Uuid,
        content: Option<&Document>,
    ) -> Result<(), Refusal> {
        out.raw(self.markup.message_open);
        let mut id = Uuid::encode_buffer();
        out.leaf(&markup::ID, message_id.hyphenated().encode_lower(&mut id))?;
        out.leaf(&markup::SUBJECT, &letter.subject)?;
        out.raw_bytes(&self.support);
        if let Some(matter) = &letter.dialogue.matter
            && self.markup.has_matter
        {
            self.matter(out, matter)?;
        }
        for (tag, value) in &letter.data {
            out.raw(markup::METADATA_OPEN);
            out.leaf(&self.markup.tag, tag)?;
            out.leaf(&self.markup.value, value)?;
            out.raw(markup::METADATA_CLOSE);
        }
        out.leaf(&markup::LANGUAGE, self.options.language(&letter.language))?;
        let Dialogue { reply, receipt, .. } = &letter.dialogue;
        out.optional(&markup::REPLY, reply.map(markup::reply_word))?;
        out.optional(&markup::RECEIPT_REQUEST, receipt.map(markup::receipt_word))?;
        out.raw(self.markup.up_to_body);
        let (content_type, text) = self.body(letter, content);
        canonical::check_characters(&text)?;
        out.leaf(&self.markup.content_type, content_type)?;
        out.base64(&self.markup.body, text.as_bytes());
        out.raw(markup::BODY_CLOSE);
        Ok(())
    }

    /// The matter, where it says anything that the channel carries.
    fn matter(&self, out: &mut Writer, matter: &Matter<'_>) -> Result<(), Refusal> {
        let identity = [
            (&markup::EVENT_ID, &matter.event_id),
            (&markup::MATTER_ID, &matter.case_id),
            (&markup::PRECEDING_EVENT_ID, &matter.preceding_event_id),
        ];
        let identified = identity.iter().any(|(_, id)| id.is_some());
        let described = matter.subject.is_some() || matter.event_type.is_some();
        if !identified && !described && matter.status.is_none() {
            return Ok(());
        }
        limits::check_matter(matter)?;
        out.raw(markup::MATTER_OPEN);
        out.leaf(&markup::TIMESTAMP, &self.created)?;
        if identified {
            out.raw(markup::IDENTITY_OPEN);
            for (leaf, id) in identity {
                out.optional(leaf, id.as_deref())?;
            }
            out.raw(markup::IDENTITY_CLOSE);
        }
        out.optional(&markup::MATTER_SUBJECT, matter.subject.as_deref())?;
        out.optional(&markup::EVENT_TYPE, matter.event_type.as_deref())?;
        out.optional(
            &markup::MATTER_STATUS,
            matter.status.map(markup::status_word),
        )?;
        out.raw(markup::MATTER_CLOSE);
        Ok(())
    }

    fn body(&self, letter: &Letter<'_>, content: Option<&Document>) -> (&'static str, String) {
        match (&letter.content, self.options.body) {
            (Content::Pdf(_), _) => {
                let pointer = body::Pointer {
                    subject: &letter.subject,
                    file_name: content.map_or("", |d| d.file_name.as_str()),
                    sender: &self.sender_name,
                    support: &self.support_details,
                };
                ("text/plain", pointer.text(&letter.language))
            }
            (Content::Text(blocks), BodyForm::Html) => (
                "text/html",
                body::html(&letter.language, &letter.subject, blocks),
            ),
            (Content::Text(blocks), BodyForm::Plain) => ("text/plain", body::plain(blocks)),
        }
    }

    /// The content where it is a PDF, then what the letter encloses on this channel.
    fn documents_of<'l>(&self, letter: &'l Letter<'_>) -> Result<Vec<&'l Document>, Refusal> {
        let content = match &letter.content {
            Content::Pdf(document) => Some(document),
            Content::Text(_) => None,
        };
        let enclosed = letter
            .attachments
            .iter()
            .filter(|a| a.only != Some(Channel::Print))
            .map(|a| &a.document);
        let documents: Vec<_> = content.into_iter().chain(enclosed).collect();
        for document in &documents {
            let allowed = &self.options.attachment_types;
            if !allowed.contains(&document.media_type) {
                return Err(Refusal::ContentNotAllowed {
                    found: format!("attachment of type `{}`", document.media_type),
                    allowed: format!("the channel carries {}", allowed.join(", ")),
                });
            }
        }
        Ok(documents)
    }
}
