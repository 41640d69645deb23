//! What comes back from those who deliver: answers, faults, receipts and status messages, told apart by their content.
//!
//! In: files, folders and tars ([`read`]). Out: [`Receipt`]s, each about one message, and a [`Fault`] for whatever could
//! not be read; one bad file never stops the rest. What always holds:
//! - a receipt names its message by the id that the bundle gave it, a UUID, and nobody by number, name or address; hence
//!   texts of others are not kept: any word in them may be a name;
//! - nothing of the outcome is guessed: what is not known to mean an end is [`Delivery::Unknown`];
//! - memory does not grow with the number of files: one of them is held at a time, and none larger than its limit.
//!
//! | kind | its message | its outcome |
//! |---|---|---|
//! | `mina_meddelanden` | the first UUID in the file's name | `Delivered`; the `faultcode` |
//! | `digital_post` | `messageUUID` | `receiptStatus` |
//! | `post_status` | `MessageUUID`, on paper `AfsendelseIdentifikator` | `ObjektHandling`, `TransaktionsStatusKode` |
//!
//! To add a kind: a module beside these, a variant of [`Kind`], a branch in `document`, a chapter in
//! `docs/receipts.md`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::letter::Delivery;
use crate::xml;

mod digital_post;
mod document;
mod elements;
mod files;
mod mina_meddelanden;
mod post_status;
mod tars;
mod words;

pub use files::{read, read_bytes};
pub use words::file_name;

/// One message, one remark about how far it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Id of the message: a UUID of 36 characters in lower case.
    pub message_id: String,
    /// What it says.
    pub outcome: Delivery,
    /// The channel's own word for it, or a word of ours where the channel has none; at most 64 characters.
    pub code: String,
    /// When it was so, if the channel says it.
    pub at: Option<Timestamp>,
    /// The channel's number for the transfer, at most 64 characters.
    pub transaction: Option<String>,
    /// What it was read from.
    pub kind: Kind,
    /// Name of the file or of the entry of a tar, without its folder.
    pub source: Arc<str>,
}

/// What was read of a message; which one, who reads it says beside it.
struct Said {
    outcome: Delivery,
    code: String,
    at: Option<Timestamp>,
    transaction: Option<String>,
}

/// True when the code of a refusal says that the message itself was at fault, not the way to its recipient: a person must
/// look before the letter goes on (facts/denmark.md §2.4, §8: "INVALID with file/format code"). Codes of Digital Post are
/// dotted words; the families are those that are known.
pub fn blames_the_message(code: &str) -> bool {
    const FAMILIES: &[&str] = &[
        "contact.point.",
        "do.not.deliver.",
        "empty.notification.",
        "file.",
        "memo.",
    ];
    FAMILIES.iter().any(|family| code.starts_with(family))
}

/// What a receipt was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An answer or fault of `deliverSecure`.
    MinaMeddelanden,
    /// A JSON receipt of Digital Post.
    DigitalPost,
    /// A `PKO_PostStatus` of Serviceplatformen.
    PostStatus,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::MinaMeddelanden, Self::DigitalPost, Self::PostStatus];

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::MinaMeddelanden => "mina-meddelanden",
            Self::DigitalPost => "digital-post",
            Self::PostStatus => "post-status",
        }
    }
}

/// What reading finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A receipt.
    Receipt(Receipt),
    /// A remark about a whole container that went well; it says nothing of a letter.
    Container,
    /// Something that could not be read.
    Fault(Fault),
}

/// What could not be read, and why. Holds names of files, and values by their shape only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, and the entry in it; personal numbers in names are masked.
    pub file: String,
    /// Line, from one; zero if it is about the file as a whole.
    pub line: u64,
    /// What was found.
    pub found: String,
    /// What is allowed, or what to do.
    pub allowed: Cow<'static, str>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.file)?;
        if self.line > 0 {
            write!(f, " line {}", self.line)?;
        }
        write!(f, ": {}; allowed: {}", self.found, self.allowed)
    }
}

/// A [`Fault`] without its file.
#[derive(Debug)]
struct Wrong {
    line: u64,
    found: String,
    allowed: Cow<'static, str>,
}

impl Wrong {
    /// About a file as a whole.
    fn whole(found: impl Into<String>, allowed: &'static str) -> Self {
        Self {
            line: 0,
            found: found.into(),
            allowed: allowed.into(),
        }
    }
}

impl From<xml::Error> for Wrong {
    fn from(error: xml::Error) -> Self {
        Self {
            line: error.line,
            found: error.found.to_owned(),
            allowed: error.allowed,
        }
    }
}

/// Takes what reading finds, and may end it.
pub type Take<'t, E> = dyn FnMut(Found) -> Result<(), E> + 't;
