//! Denmark, through Serviceplatformen: one `kombi_request` a letter for SF1601 KombiPostAfsend, which carries the MeMo of
//! the letter, its paper form as one PDF, or both.
//!
//! In: a letter, its MeMo ([`Memo`]) and, where it may go on paper, its PDF ([`Paper`]). Out: the body of the POST, with
//! a detached signature over its bytes: the format has no place for one (facts/denmark.md §3.2, §4). What always holds:
//! what the schemas would refuse is refused here before anything is signed; nothing is cut to fit; the number of a person
//! is never in the paper form, and a protected address is in the PDF alone.
//!
//! `table.rs` says what a `ForsendelseI` is, once for the writer and both readers: [`verify`] for our own requests,
//! [`inspect`] for those of others. To write another element: its place in `shipment.rs`, a line in
//! `docs/formats-sf1601.md`.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use super::digital_post::MessageType;
use super::{Error, Format, Refusal, Role, Seal, Sealed, key_of, message_id};
use crate::letter::{Colour, Country, Envelope, Header, Letter, Postage, Sides};
use crate::sign::Signer;

mod address;
mod inspect;
mod judge;
mod options;
mod read;
mod shipment;
mod table;
mod tree;
mod values;
mod write;

pub use inspect::{INSPECT_BYTES_MAX, Inspection, inspect, is_kombi_request};
pub use options::{AddressWish, Categories, Category, Options, PDF_BYTES_MAX, Receipts};
pub use read::{Verified, VerifiedPaper, verify};

use shipment::Press;
use write::{CHOICE_CLOSE, CLOSING, OPENING, Writer};

/// A MeMo begins so, whatever else it declares; the prefix must be just this (facts/denmark.md §1.1).
const MEMO_OPEN: &[u8] = b"<memo:Message ";
const MEMO_CLOSE: &[u8] = b"</memo:Message>";
/// Bytes of a request beside MeMo and PDF; the longest texts included, most have less.
const FRAME_BYTES: usize = 4_096;

/// `KombiValgKode`: who chooses the way (facts/denmark.md §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The platform, by what it knows of the recipient.
    Automatic,
    /// Digital.
    DigitalPost,
    /// On paper.
    Physical,
    /// A short text to a telephone.
    NemSms,
}

impl Choice {
    /// All four.
    pub const ALL: [Self; 4] = [
        Self::Automatic,
        Self::DigitalPost,
        Self::Physical,
        Self::NemSms,
    ];

    /// As it stands in `KombiValgKode`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Automatic => "Automatisk Valg",
            Self::DigitalPost => "Digital Post",
            Self::Physical => "Fysisk Post",
            Self::NemSms => "NemSMS",
        }
    }

    /// Whether a request with this choice carries a MeMo.
    pub fn has_memo(self) -> bool {
        self.message_type().is_some()
    }

    /// `messageType` of the MeMo that a request with this choice carries, if it carries one.
    fn message_type(self) -> Option<&'static str> {
        match self {
            Self::Automatic | Self::DigitalPost => Some(MessageType::DigitalPost.name()),
            Self::NemSms => Some(MessageType::NemSms.name()),
            Self::Physical => None,
        }
    }

    /// Whether a request with this choice carries a `ForsendelseI`.
    pub fn has_paper(self) -> bool {
        matches!(self, Self::Automatic | Self::Physical)
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.code() == code)
    }
}

/// A finished MeMo.
#[derive(Clone, PartialEq, Eq)]
pub struct MemoDocument {
    /// Its `messageUUID`.
    pub id: Uuid,
    /// What it is to the letter: a message of type DIGITALPOST, or one of type NEMSMS.
    pub role: Role,
    /// The element `memo:Message`, without XML declaration.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for MemoDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoDocument({}, {} bytes)", self.id, self.bytes.len())
    }
}

/// Writes the MeMo of a letter; shared by all threads.
pub trait Memo: Send + Sync {
    /// The letter's own message first, and perhaps a notice.
    ///
    /// # Errors
    /// Why the letter cannot be a MeMo.
    fn memos(&self, letter: &Letter<'_>) -> Result<Vec<MemoDocument>, Refusal>;
}

/// The paper form of a letter.
#[derive(Clone, Copy)]
pub struct Paper<'p> {
    /// The letter and all that it encloses; the address stands in the window of its first page.
    pub pdf: &'p [u8],
    /// Pages in the PDF.
    pub pages: u32,
    /// One side or both.
    pub sides: Sides,
    /// Ink.
    pub colour: Colour,
    /// The smallest envelope that holds it.
    pub envelope: Envelope,
    /// Postage class.
    pub postage: Postage,
}

/// Seals the letters of one mailing.
pub struct Sealer {
    options: Options,
    mailing_key: String,
    signer: Arc<Signer>,
    memo: Box<dyn Memo>,
    press: Press,
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
    /// Prepares what is the same in all letters of the mailing. `date` becomes `BrevDato`.
    ///
    /// # Errors
    /// A sender who is not Danish, or whose address does not fit where it is asked for; options that contradict each other.
    pub fn new(
        options: Options,
        signer: Arc<Signer>,
        memo: Box<dyn Memo>,
        header: &Header,
        date: Date,
    ) -> Result<Self, Error> {
        if header.sender.country != Country::Denmark {
            return Err(Error::Sender {
                found: "the sender is not Danish".into(),
                allowed: "SF1601 is for Denmark",
            });
        }
        if !(1..=9999).contains(&date.year()) {
            return Err(Error::Sender {
                found: "the batch date".into(),
                allowed: "must lie in the years 1 to 9999",
            });
        }
        if let Some((found, allowed)) = options.fault() {
            return Err(Error::Sender { found, allowed });
        }
        let press = Press::new(&options, header, date).map_err(|refusal| Error::Sender {
            found: refusal.to_string(),
            allowed: "correct the sender in the mailing's header, or [sf1601] of the job file",
        })?;
        Ok(Self {
            mailing_key: key_of(header),
            options,
            signer,
            memo,
            press,
        })
    }

    /// The request for a letter that goes on paper (`Fysisk Post`).
    ///
    /// # Errors
    /// A PDF that is too large, a text or address that does not fit, or the signature.
    pub fn seal_print(&self, letter: &Letter<'_>, paper: &Paper<'_>) -> Result<Sealed, Refusal> {
        self.check_paper(letter, paper)?;
        let id = message_id(&self.mailing_key, &letter.id);
        let bytes = self.request(Choice::Physical, letter, id, None, Some(paper))?;
        Sealed::detached(bytes, id, id, Role::Letter, &self.signer)
    }

    /// The request for a letter that goes digital (`Digital Post`), and perhaps one that tells of it (`NemSMS`).
    ///
    /// # Errors
    /// What the MeMo cannot hold, or the signature.
    pub fn seal_digital(&self, letter: &Letter<'_>) -> Result<Vec<Sealed>, Refusal> {
        self.seal_memos(letter, Choice::DigitalPost, None)
    }

    /// The request for a letter in both forms (`Automatisk Valg`), and perhaps one that tells of it (`NemSMS`).
    ///
    /// # Errors
    /// As both others.
    pub fn seal_automatic(
        &self,
        letter: &Letter<'_>,
        paper: &Paper<'_>,
    ) -> Result<Vec<Sealed>, Refusal> {
        self.check_paper(letter, paper)?;
        self.seal_memos(letter, Choice::Automatic, Some(paper))
    }

    fn seal_memos(
        &self,
        letter: &Letter<'_>,
        choice: Choice,
        paper: Option<&Paper<'_>>,
    ) -> Result<Vec<Sealed>, Refusal> {
        let letter_id = message_id(&self.mailing_key, &letter.id);
        let mut written = Vec::with_capacity(2);
        for memo in self.memo.memos(letter)? {
            let (choice, paper) = match memo.role {
                Role::Letter => (choice, paper),
                Role::Notice => (Choice::NemSms, None),
            };
            let bytes = self.request(choice, letter, letter_id, Some(&memo.bytes), paper)?;
            written.push((bytes, memo.id, memo.role));
        }
        // All of it is written; from here only signing can fail.
        let signed = written
            .into_iter()
            .map(|(bytes, id, role)| Sealed::detached(bytes, id, letter_id, role, &self.signer));
        signed.collect()
    }

    fn check_paper(&self, letter: &Letter<'_>, paper: &Paper<'_>) -> Result<(), Refusal> {
        let (bytes, bytes_max) = (paper.pdf.len() as u64, self.options.pdf_bytes_max);
        if bytes > bytes_max {
            return Err(Refusal::TooLarge { bytes, bytes_max });
        }
        takes_on_paper(letter)
    }

    fn request(
        &self,
        choice: Choice,
        letter: &Letter<'_>,
        id: Uuid,
        memo: Option<&[u8]>,
        paper: Option<&Paper<'_>>,
    ) -> Result<Vec<u8>, Refusal> {
        let pdf_bytes = paper.map_or(0, |paper| paper.pdf.len());
        let room = FRAME_BYTES + memo.map_or(0, <[u8]>::len) + pdf_bytes.div_ceil(3) * 4;
        let mut out = Writer::new(room);
        out.raw(OPENING.as_bytes());
        out.raw(choice.code().as_bytes());
        out.raw(CHOICE_CLOSE.as_bytes());
        if let Some(memo) = memo {
            if !memo.starts_with(MEMO_OPEN) || !memo.ends_with(MEMO_CLOSE) {
                return Err(Refusal::ContentNotAllowed {
                    found: "a MeMo in another form".into(),
                    allowed: "the bare element memo:Message is needed".into(),
                });
            }
            out.raw(memo);
        }
        if let Some(paper) = paper {
            let mut text = Uuid::encode_buffer();
            let id = id.hyphenated().encode_lower(&mut text);
            self.press
                .write(&mut out, &self.options, letter, paper, id)?;
        }
        out.raw(CLOSING.as_bytes());
        Ok(out.finish())
    }
}

/// Whether the platform can print a letter at all, whatever its PDF.
///
/// # Errors
/// What it has no place for.
pub fn takes_on_paper(letter: &Letter<'_>) -> Result<(), Refusal> {
    match letter.print.inserts.len() {
        0 => Ok(()),
        inserts => Err(Refusal::ContentNotAllowed {
            found: format!("the letter asks for {inserts} inserts"),
            allowed: "SF1601 has no place for any".into(),
        }),
    }
}

impl Seal for Sealer {
    fn format(&self) -> Format {
        Format::Sf1601
    }

    /// As [`Sealer::seal_digital`]: letters in both forms have a call of their own.
    fn seal(&self, letters: &[&Letter<'_>]) -> Result<Vec<Sealed>, Refusal> {
        match letters {
            [letter] => self.seal_digital(letter),
            _ => Err(Refusal::Together),
        }
    }
}
