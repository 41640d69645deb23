//! Digital Post: MeMo 1.2 or 1.1, one message a letter, and where the job wishes a NemSMS beside it.
//!
//! In: a letter, the mailing's header, a signer. Out: the message, born canonical (`xml.rs`), with a detached signature
//! over its bytes: MeMo has no place for one (facts/denmark.md §1.1, §3.2). What always holds: what the schema or the
//! service would refuse, as far as it is known, is refused here before anything is signed; nothing is cut to fit; the
//! recipient's postal address is never written.
//!
//! `grammar.rs` says what MeMo is, once for the writer and both readers: [`verify`] for our own messages, [`inspect`] for
//! those of others. To write another element: its place in `head.rs`, `content_data.rs` or `documents.rs`, a line in
//! `docs/formats-digital-post.md`.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use super::documents::Shared;
use super::sf1601::{Memo, MemoDocument};
use super::{Error, Format, Refusal, Role, Seal, Sealed, derived_id, key_of, message_id};
use crate::letter::{Country, Header, Letter, WallClock};
use crate::sign::Signer;

mod content_data;
mod documents;
mod grammar;
mod head;
mod inspect;
mod options;
mod read;
mod values;
mod walk;
mod xml;

pub use inspect::{INSPECT_BYTES_MAX, Inspection, inspect, is_memo};
pub use options::{BodyForm, FileNames, MemoVersion, Named, Options};
pub use read::{Verified, verify};

use documents::{Actions, Documents};
use head::Head;
use xml::Writer;

/// Most bytes of all documents of a message, before base64: 74 MiB (facts/denmark.md §1.8).
pub const DOCUMENTS_BYTES_MAX: u64 = 74 << 20;
/// Most additional documents of a message (facts/denmark.md §1.8).
pub const ATTACHMENTS_MAX: usize = 10;
/// Beside its files; the longest texts included, most messages have less.
const HEADER_BYTES: usize = 4096;
const CLOSING: &[u8] = b"</memo:Message>";

/// What kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageType {
    /// With documents.
    DigitalPost,
    /// A short text to a telephone.
    NemSms,
}

impl MessageType {
    /// As it stands in `messageType`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DigitalPost => "DIGITALPOST",
            Self::NemSms => "NEMSMS",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::DigitalPost, Self::NemSms]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// The id of the NemSMS beside a letter's own message. It has the form of a random UUID (version 4).
pub fn notice_id(message_id: Uuid) -> Uuid {
    let message_id = message_id.hyphenated().to_string();
    derived_id("lettermill nemsms id, version 1", &[&message_id])
}

/// Seals the letters of one mailing.
pub struct Sealer {
    options: Options,
    mailing_key: String,
    signer: Arc<Signer>,
    head: Head,
    created: String,
    clock: WallClock,
    shared: Shared,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("options", &self.options)
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}

impl Sealer {
    /// Prepares what is the same in all letters of the mailing; `today` is the date of the batch. It is in no message: they
    /// were made when the mailing was. A date before which a letter must not be delivered is left out when it has come.
    ///
    /// # Errors
    /// A sender who is not Danish, or whose texts do not fit.
    pub fn new(
        options: Options,
        signer: Arc<Signer>,
        header: &Header,
        today: Date,
    ) -> Result<Self, Error> {
        let fault = |found: &str, allowed| {
            Err(Error::Sender {
                found: found.to_owned(),
                allowed,
            })
        };
        let number = &header.sender.organisation_number;
        if header.sender.country != Country::Denmark {
            return fault("the sender is not Danish", "Digital Post is for Denmark");
        }
        if number.len() != 8 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return fault(
                "the sender's CVR number has another form",
                "eight digits are needed",
            );
        }
        let contact_info = header.sender.contact.contact_point.as_ref();
        if contact_info.is_some_and(|point| point.info.len() > 2) {
            return fault(
                "the contact point asks for more",
                "it may ask for two things at most",
            );
        }
        let clock = WallClock::central_europe();
        let Some(created) = clock.created(header) else {
            return fault(
                "the time the mailing was made",
                "yyyy-mm-ddThh:mm:ss in the years 1 to 9999 is needed",
            );
        };
        let head = Head::new(&options, header, today).map_err(|refusal| Error::Sender {
            found: refusal.to_string(),
            allowed: "correct the sender in the mailing's header, or [digital_post] of the job file",
        })?;
        Ok(Self {
            mailing_key: key_of(header),
            signer,
            head,
            created,
            clock,
            shared: Shared::new(&header.shared, options.shared_bytes_max),
            options,
        })
    }

    fn begin(&self, capacity: usize) -> Writer {
        let mut out = Writer::new(capacity);
        out.raw(self.options.memo_version.opening().as_bytes());
        out
    }
}

impl Seal for Sealer {
    fn format(&self) -> Format {
        Format::DigitalPost
    }

    fn seal(&self, letters: &[&Letter<'_>]) -> Result<Vec<Sealed>, Refusal> {
        let [letter] = letters else {
            return Err(Refusal::Together);
        };
        let letter_id = message_id(&self.mailing_key, &letter.id);
        // All of it is written; from here only signing can fail.
        let memos = self.memos(letter)?.into_iter();
        memos
            .map(|memo| Sealed::detached(memo.bytes, memo.id, letter_id, memo.role, &self.signer))
            .collect()
    }
}

impl Memo for Sealer {
    fn memos(&self, letter: &Letter<'_>) -> Result<Vec<MemoDocument>, Refusal> {
        let id = message_id(&self.mailing_key, &letter.id);
        let documents = Documents::of(letter, &self.options)?;
        let mut out = self.begin(HEADER_BYTES + documents.room());
        self.head.letter(&mut out, letter, id, &self.clock)?;
        let actions = Actions {
            clock: &self.clock,
            message_id: id,
        };
        documents.write(&mut out, letter, &self.created, &self.shared, &actions)?;
        let mut memos = vec![end(out, id, Role::Letter)];
        // An empty one the service refuses (empty.notification.not.allowed).
        let notification = letter.notification.as_deref();
        let notification = notification.filter(|text| self.options.nemsms && !text.is_empty());
        if let Some(text) = notification {
            let notice_id = notice_id(id);
            let mut out = self.begin(HEADER_BYTES);
            self.head.notice(&mut out, letter, text, notice_id)?;
            memos.push(end(out, notice_id, Role::Notice));
        }
        Ok(memos)
    }
}

fn end(mut out: Writer, id: Uuid, role: Role) -> MemoDocument {
    out.raw(CLOSING);
    let bytes = out.finish();
    MemoDocument { id, role, bytes }
}
