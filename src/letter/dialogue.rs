//! What a digital letter says beside its text: the matter it belongs to, whether an answer is wished, which earlier
//! messages it answers, and data that the recipient's systems sort it by. Paper shows none of it.

use super::{Address, Text};

/// Which matter a letter belongs to, and what is wished of its recipient.
#[derive(Debug, Clone, Default)]
pub struct Dialogue<'a> {
    /// Whether the recipient may or shall answer in the mailbox.
    pub reply: Option<ReplyWish>,
    /// Whether a receipt of reading is wished (Mina meddelanden).
    pub receipt: Option<ReceiptWish>,
    /// The sender's code for the kind of message (MeMo `messageCode`).
    pub message_code: Option<Text<'a>>,
    /// The matter it belongs to.
    pub matter: Option<Matter<'a>>,
    /// What it is about.
    pub about: Option<Box<About<'a>>>,
    /// Messages that it answers or follows, the oldest first (MeMo `ReplyData`).
    pub in_reply_to: Vec<EarlierMessage<'a>>,
}

/// Whether the recipient may answer in the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyWish {
    /// An answer is wished.
    Requested,
    /// An answer is taken.
    Accepted,
    /// No answer.
    NotAllowed,
}

/// Whether a receipt of reading is wished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptWish {
    /// None.
    None,
    /// One.
    Simple,
    /// A signed one.
    Signed,
}

/// A matter (*kundärende*), and the event in it that the letter tells of.
#[derive(Debug, Clone, Default)]
pub struct Matter<'a> {
    /// Id of the matter, the same for all its letters: at most 255 characters.
    pub case_id: Option<Text<'a>>,
    /// The system that holds it.
    pub case_system: Option<Text<'a>>,
    /// Id of this event, worldwide unique.
    pub event_id: Option<Text<'a>>,
    /// Id of the event before it.
    pub preceding_event_id: Option<Text<'a>>,
    /// What the matter concerns (*kundämne*), at most 2000 characters.
    pub subject: Option<Text<'a>>,
    /// Into which state the event brings the matter (*händelsetyp*), at most 2000 characters.
    pub event_type: Option<Text<'a>>,
    /// Whose turn it is.
    pub status: Option<MatterStatus>,
}

/// Whose turn it is in a matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatterStatus {
    /// The sender has taken an initiative.
    SenderInitiative,
    /// The recipient shall act.
    RecipientInitiative,
    /// Nothing more will come.
    Closed,
}

/// What a letter is about (MeMo `ContentData`): each at most once.
#[derive(Clone, Default)]
pub struct About<'a> {
    /// A citizen: CPR number, ten digits, and name.
    pub citizen: Option<(Text<'a>, Option<Text<'a>>)>,
    /// A company: CVR number, eight digits, and name.
    pub company: Option<(Text<'a>, Option<Text<'a>>)>,
    /// A vehicle: licence number, at most 7 characters, and chassis number.
    pub vehicle: Option<(Text<'a>, Option<Text<'a>>)>,
    /// A property, by its number.
    pub property: Option<Text<'a>>,
    /// A subject of the municipalities' classification (KL Emnesystematik).
    pub kle: Option<Classification<'a>>,
    /// A task of the state's classification (Fællesoffentlig referencemodel).
    pub form: Option<Classification<'a>>,
    /// A production unit: P number, at most ten digits, and name.
    pub production_unit: Option<(Text<'a>, Option<Text<'a>>)>,
    /// An education: code and name.
    pub education: Option<(Text<'a>, Option<Text<'a>>)>,
    /// A place.
    pub address: Option<Address<'a>>,
}

impl std::fmt::Debug for About<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("About(masked)")
    }
}

/// A place in a classification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification<'a> {
    /// Its key, `00.00.00`.
    pub key: Text<'a>,
    /// Version of the classification.
    pub version: Text<'a>,
    /// Facet of the activity.
    pub facet: Option<Text<'a>>,
    /// What it is called.
    pub label: Text<'a>,
}

/// A message that a letter answers or follows.
#[derive(Clone, Default)]
pub struct EarlierMessage<'a> {
    /// Its UUID, version 4.
    pub message_uuid: Text<'a>,
    /// Its sender's own id.
    pub message_id: Option<Text<'a>>,
    /// UUID of the message that it answered.
    pub reply_uuid: Option<Text<'a>>,
    /// Who sent it.
    pub sender_id: Option<Text<'a>>,
    /// Who had it.
    pub recipient_id: Option<Text<'a>>,
    /// Its case.
    pub case_id: Option<Text<'a>>,
    /// Contact point it was sent from or to.
    pub contact_point_id: Option<Text<'a>>,
    /// System that made it.
    pub system_id: Option<Text<'a>>,
    /// A remark, at most 512 characters.
    pub comment: Option<Text<'a>>,
    /// Further names and values, at most four.
    pub data: Vec<(Text<'a>, Text<'a>)>,
}

impl std::fmt::Debug for EarlierMessage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EarlierMessage(masked)")
    }
}

/// Where a sender is reached, and for whom it sends.
#[derive(Debug, Clone, Default)]
pub struct SenderContact {
    /// Attention line.
    pub attention: Option<String>,
    /// Contact point that answers go to (MeMo).
    pub contact_point: Option<ContactPoint>,
    /// In whose place it sends (MeMo 1.2).
    pub representative: Option<Representative>,
}

/// A contact point of an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactPoint {
    /// Its id.
    pub id: String,
    /// Its group.
    pub group: Option<String>,
    /// What it is called.
    pub label: Option<String>,
    /// What the recipient is asked for, (label, value), at most two.
    pub info: Vec<(String, String)>,
}

/// A representative of the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representative {
    /// CVR number, eight digits.
    pub id: String,
    /// Its name.
    pub label: Option<String>,
}
