//! The words of the trade: what a letter is, and where it may go.
//!
//! This is the model of a mailing, kept apart from the element names of any export format: [`crate::ingest`] fills it,
//! every other room reads it. Texts borrow from the mapped file where they can. Nothing here prints a personal number,
//! a name or an address: the types that hold one mask it in `Debug`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

mod delivery;
mod dialogue;
pub mod file_name;
mod handling;
pub mod identifier;
mod piece_result;
mod print;
mod wall_clock;

pub use delivery::{Delivery, RECALLED};
pub use dialogue::{
    About, Classification, ContactPoint, Dialogue, EarlierMessage, Matter, MatterStatus,
    ReceiptWish, ReplyWish, Representative, SenderContact,
};
pub use handling::Handling;
pub use identifier::{Cpr, Cvr, OrganisationNumber, PersonNumber, RecipientId};
pub use piece_result::{PieceResult, PlantTime};
pub use print::{Colour, Envelope, Postage, PrintOptions, Sides};
pub use wall_clock::{DateTimeText, WallClock};

/// Text that borrows from the mapped file where no white space was folded and no character was escaped.
pub type Text<'a> = Cow<'a, str>;

/// Which letter: its place in the mailing, counted from zero. Not a business key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct LetterSeq(pub u32);

/// A length on paper, in micrometres: window and fold positions are exact integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micrometres(pub i32);

impl Micrometres {
    /// From whole millimetres.
    pub const fn mm(mm: i32) -> Self {
        Self(mm * 1000)
    }

    /// In PDF points (1/72 inch).
    pub fn points(self) -> f64 {
        f64::from(self.0) * 72.0 / 25_400.0
    }
}

/// The country whose rules and infrastructure a mailing follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Country {
    /// Sweden: Mina meddelanden.
    #[serde(rename = "SE")]
    Sweden,
    /// Denmark: Digital Post.
    #[serde(rename = "DK")]
    Denmark,
}

impl Country {
    /// ISO 3166-1 alpha-2.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sweden => "SE",
            Self::Denmark => "DK",
        }
    }
}

/// Whether the letters are meant for living people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Trial; a development key may sign it.
    Test,
    /// Real mail.
    Production,
}

impl Environment {
    /// The word that mailings, ledger and manifest use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Production => "production",
        }
    }
}

/// What is common to all letters of a mailing.
#[derive(Debug)]
pub struct Header {
    /// The mailing's own id; `[A-Za-z0-9][A-Za-z0-9._:-]{0,63}`.
    pub mailing_id: String,
    /// The calendar date of `created`, in its own offset.
    pub created: Date,
    /// `created` as written.
    pub created_text: String,
    /// Trial or real.
    pub environment: Environment,
    /// In whose name the letters are sent.
    pub sender: Sender,
    /// What holds for a letter that does not say otherwise.
    pub defaults: Defaults,
    /// Documents that letters refer to, by id.
    pub shared: Vec<SharedDocument>,
    /// Number of letters the header declares.
    pub letters_declared: u32,
}

/// The sending agency.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Its country decides the digital channel.
    pub country: Country,
    /// SE: twelve digits with the prefix 16. DK: eight digits.
    pub organisation_number: String,
    /// 2 to 256 characters.
    pub name: String,
    /// Where undeliverable paper goes.
    pub return_address: Address<'static>,
    /// Whom the recipient may ask.
    pub support: Support,
    /// Where it is reached in the mailbox, and for whom it sends.
    pub contact: SenderContact,
}

/// Contact details of the sender.
#[derive(Debug, Clone, Default)]
pub struct Support {
    /// One or two sentences, at most 1024 characters.
    pub text: String,
    /// Absolute URL.
    pub url: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// Values that hold for every letter that does not say otherwise.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// Department.
    pub department: Option<String>,
    /// Cost centre.
    pub cost_centre: Option<String>,
    /// Process, for statistics.
    pub process: Option<String>,
    /// Delivery wish.
    pub delivery: Option<DeliveryWish>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// Print wishes.
    pub print: PrintOptions<'static>,
}

/// A document stored once in the mailing and enclosed by many letters.
#[derive(Debug, Clone)]
pub struct SharedDocument {
    /// Its id within the mailing.
    pub id: String,
    /// The document.
    pub document: Document,
}

/// Where a letter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// To a digital mailbox.
    Digital,
    /// On paper.
    Print,
}

/// How a letter ends. Every letter of a mailing has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// Sealed and bundled for a mailbox operator.
    Digital,
    /// In the print spool.
    Print,
    /// A person must decide.
    Held,
    /// Invalid; cannot be sent as it is.
    Rejected,
}

impl Fate {
    /// All four, in the order reports show them.
    pub const ALL: [Self; 4] = [Self::Digital, Self::Print, Self::Held, Self::Rejected];

    /// The word that reports, ledger and CSV files use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Digital => "digital",
            Self::Print => "print",
            Self::Held => "held",
            Self::Rejected => "rejected",
        }
    }
}

/// What the sender wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DeliveryWish {
    /// Digital where the recipient can be reached, else print.
    #[default]
    Auto,
    /// Never print.
    Digital,
    /// Never digital.
    Print,
}

/// One addressed communication.
#[derive(Debug)]
pub struct Letter<'a> {
    /// Its place in the mailing.
    pub seq: LetterSeq,
    /// Line of its start tag, from one.
    pub line: u64,
    /// The sender's business key; same form as a mailing id.
    pub id: Text<'a>,
    /// Case number.
    pub reference: Option<Text<'a>>,
    /// Department; the mailing's default already applied.
    pub department: Option<Text<'a>>,
    /// Cost centre; default applied.
    pub cost_centre: Option<Text<'a>>,
    /// Process; default applied.
    pub process: Option<Text<'a>>,
    /// To whom.
    pub recipient: Recipient<'a>,
    /// Delivery wish; default applied.
    pub wish: DeliveryWish,
    /// May also be sent to exempt parties (MeMo).
    pub mandatory: bool,
    /// Service of process (forkyndelse).
    pub legal_notification: bool,
    /// The recipient must not have it earlier.
    pub not_before: Option<Date>,
    /// Reply expected by.
    pub reply_by: Option<Date>,
    /// ISO 639-1; default applied, else `sv` or `da` by the sender's country.
    pub language: Text<'a>,
    /// 1 to 255 characters.
    pub subject: Text<'a>,
    /// What it says.
    pub content: Content<'a>,
    /// What it encloses, in order.
    pub attachments: Vec<Attachment>,
    /// Things the recipient can do (MeMo).
    pub actions: Vec<Action<'a>>,
    /// Short text to a telephone (NemSMS), at most 160 characters.
    pub notification: Option<Text<'a>>,
    /// Named values: (name, value).
    pub data: Vec<(Text<'a>, Text<'a>)>,
    /// The matter it belongs to, and whether an answer is wished.
    pub dialogue: Dialogue<'a>,
    /// Print wishes; defaults applied field by field.
    pub print: PrintOptions<'a>,
}

/// To whom a letter goes.
pub struct Recipient<'a> {
    /// National identifier; `None` inside for a letter that can only go on paper.
    pub id: RecipientId,
    /// Name, one line.
    pub name: Text<'a>,
    /// Attention line.
    pub attention: Option<Text<'a>>,
    /// Postal address; without one the letter can only go digital.
    pub address: Option<Address<'a>>,
    /// On paper only with a cover page.
    pub address_protected: bool,
}

impl fmt::Debug for Recipient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipient")
            .field("id", &self.id)
            .field("address_protected", &self.address_protected)
            .finish_non_exhaustive()
    }
}

/// A postal address.
#[derive(Clone, PartialEq, Eq)]
pub struct Address<'a> {
    /// ISO 3166-1 alpha-2; `None` means the sender's country.
    pub country: Option<Text<'a>>,
    /// Its lines.
    pub form: AddressForm<'a>,
}

impl fmt::Debug for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(masked)")
    }
}

/// How an address is written.
#[derive(Clone, PartialEq, Eq)]
pub enum AddressForm<'a> {
    /// A Nordic address in parts.
    Parts {
        /// Care of.
        care_of: Option<Text<'a>>,
        /// Street and number, or a box.
        street: Text<'a>,
        /// As written: SE `123 45` or `12345`, DK `1234`.
        postal_code: Text<'a>,
        /// Post town.
        city: Text<'a>,
    },
    /// Free lines, one to six.
    Lines(Vec<Text<'a>>),
}

impl Address<'_> {
    /// The digits of the postal code, for sorting; `None` for free lines.
    pub fn postal_code_digits(&self) -> Option<String> {
        match &self.form {
            AddressForm::Parts { postal_code, .. } => {
                Some(postal_code.chars().filter(char::is_ascii_digit).collect())
            }
            AddressForm::Lines(_) => None,
        }
    }

    /// True when the country named is another than the sender's.
    pub fn is_foreign(&self, home: Country) -> bool {
        self.country
            .as_deref()
            .is_some_and(|code| code != home.code())
    }
}

/// What a letter says.
#[derive(Debug)]
pub enum Content<'a> {
    /// Text to be typeset.
    Text(Vec<Block<'a>>),
    /// A finished PDF.
    Pdf(Document),
}

/// A piece of the body text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block<'a> {
    /// Level 1 to 3.
    Heading(u8, Vec<Run<'a>>),
    /// Running text.
    Paragraph(Vec<Run<'a>>),
    /// Bulleted or numbered.
    List(ListKind, Vec<Vec<Run<'a>>>),
    /// A simple table.
    Table(Table<'a>),
    /// Names and values.
    KeyValues(Vec<(Text<'a>, Vec<Run<'a>>)>),
    /// The next block starts a new page.
    PageBreak,
}

/// How list items are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// With bullets.
    Bullet,
    /// 1, 2, 3 …
    Number,
}

/// A stretch of text in one style. White space is already folded to single spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run<'a> {
    /// The text; `"\n"` alone is a line break.
    pub text: Text<'a>,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
}

/// A simple table; every row has as many cells as there are columns (a finding otherwise).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<'a> {
    /// One to twelve.
    pub columns: Vec<Column<'a>>,
    /// Rows from top to bottom.
    pub rows: Vec<Row<'a>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column<'a> {
    /// How its cells stand.
    pub align: Align,
    /// Its heading.
    pub heading: Option<Text<'a>>,
}

/// How a cell stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Flush left.
    Left,
    /// Flush right.
    Right,
    /// Centred.
    Centre,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// Set apart by a rule and in bold.
    pub total: bool,
    /// One for each column.
    pub cells: Vec<Vec<Run<'a>>>,
}

/// A file the recipient gets.
#[derive(Clone)]
pub struct Document {
    /// The name the recipient sees.
    pub file_name: String,
    /// For example `application/pdf`.
    pub media_type: String,
    /// Raw bytes, decoded and (for a file beside the mailing) checked against the SHA-256 named. Letters that enclose
    /// one shared document hold the same allocation.
    pub bytes: Arc<Vec<u8>>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Document({}, {} bytes)",
            self.media_type,
            self.bytes.len()
        )
    }
}

/// A document enclosed in a letter.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// The document.
    pub document: Document,
    /// `None`: with both; else only on that channel.
    pub only: Option<Channel>,
}

/// Something the recipient can do, in MeMo's terms.
#[derive(Debug)]
pub struct Action<'a> {
    /// `AFTALE`, `BETALING` …
    pub code: Text<'a>,
    /// What the button says.
    pub label: Text<'a>,
    /// When it becomes possible.
    pub starts: Option<DateTimeText<'a>>,
    /// When it ends.
    pub ends: Option<DateTimeText<'a>>,
    /// Where it leads.
    pub target: Option<ActionTarget<'a>>,
}

/// Where an action leads.
#[derive(Debug)]
pub enum ActionTarget<'a> {
    /// Absolute URL.
    Url(Text<'a>),
    /// An appointment.
    Reservation {
        /// What it is about.
        description: Text<'a>,
        /// Short form.
        abstract_: Text<'a>,
        /// Where.
        location: Text<'a>,
        /// From.
        starts: DateTimeText<'a>,
        /// To.
        ends: DateTimeText<'a>,
        /// Organiser's e-mail address.
        organiser_email: Option<Text<'a>>,
        /// Organiser's name.
        organiser_name: Option<Text<'a>>,
    },
}
