//! What can be said about a letter: a finding has a code, a place, what was found and what is allowed.
//!
//! A finding never holds a value from the letter itself: `found` is a sentence about names of elements and shapes of
//! values (see [`shape`]), so that it can stand in a log, a CSV file or a report.
//!
//! To add a code: add it here in alphabetical order with its consequence in [`Code::consequence`], a line in
//! `docs/findings.md` (a test compares the two), and a fixture that yields it.

use crate::letter::LetterSeq;

/// A place in the mailing file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// From one; zero when there is none.
    pub line: u64,
    /// In characters, from one.
    pub column: u64,
    /// Names of the elements from the letter down, `letter/recipient/name`.
    pub path: String,
}

/// One remark about one letter, which it names by place and never by contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which letter.
    pub letter: LetterSeq,
    /// Where.
    pub place: Place,
    /// What kind.
    pub code: Code,
    /// What was found.
    pub found: String,
    /// What is allowed, or what to do.
    pub allowed: String,
}

impl Finding {
    /// About a letter, or about what lies below it at `path`; `line` is that of its start tag.
    pub fn about(
        letter: LetterSeq,
        line: u64,
        path: impl Into<String>,
        code: Code,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self {
            letter,
            place: Place {
                line,
                column: 1,
                path: path.into(),
            },
            code,
            found: found.into(),
            allowed: allowed.into(),
        }
    }
}

/// What follows from a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consequence {
    /// Nothing; a person may want to know.
    Note,
    /// The letter cannot go digital.
    NotDigital,
    /// The letter cannot go on paper.
    NotPrint,
    /// The letter cannot be sent as it is.
    Reject,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $consequence:ident;)+) => {
        /// What can be said about a letter. The name is what reports print; once released it keeps its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)+ }

        impl Code {
            /// All codes, in alphabetical order of their names.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name, `family.detail`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What follows from it.
            pub fn consequence(self) -> Consequence {
                match self { $(Self::$variant => Consequence::$consequence,)+ }
            }

            /// Whether the letter cannot be sent as it is.
            pub fn rejects(self) -> bool {
                self.consequence() == Consequence::Reject
            }
        }
    };
}

codes! {
    /// An action of a Danish letter leads nowhere, to no absolute `https` URL, or is an appointment without its details.
    ActionTarget = "action.target", NotDigital;
    /// Attachment names a shared document that the header does not hold.
    AttachmentUnknownShared = "attachment.unknown-shared", Reject;
    /// Attachment has no file name and is not a shared document.
    AttachmentUnnamed = "attachment.unnamed", Reject;
    /// A row has another number of cells than the table has columns.
    ContentTableCells = "content.table-cells", Reject;
    /// A character for which the font of the job has no glyph.
    ContentUnprintable = "content.unprintable", NotPrint;
    /// `replyBy` is before `notBefore`, or an action ends before it starts.
    DateOrder = "date.order", Reject;
    /// `replyBy` is before the day the mailing was made.
    DatePast = "date.past", Note;
    /// A letter to SF1601 that must not go on paper, or cannot: the platform gets its digital form alone.
    DigitalAlone = "digital.alone", Note;
    /// Something in the letter that the format of the digital channel cannot hold.
    DigitalContent = "digital.content", NotDigital;
    /// The identifier cannot be written in the format of the digital channel.
    DigitalIdentifier = "digital.identifier", NotDigital;
    /// The finished message is larger than the digital channel takes.
    DigitalSize = "digital.size", NotDigital;
    /// The document's bytes are not what its media type says.
    DocumentType = "document.type", Reject;
    /// A file beside the mailing is missing or cannot be read.
    DocumentMissing = "document.missing", Reject;
    /// A file beside the mailing has another SHA-256 than the one named.
    DocumentDigest = "document.digest", Reject;
    /// A file path that leaves the mailing's folder.
    DocumentPath = "document.path", Reject;
    /// A document is empty.
    DocumentEmpty = "document.empty", Reject;
    /// A file name that the digital channel refuses.
    DocumentFileName = "document.file-name", NotDigital;
    /// A media type that the digital channel does not carry.
    DocumentNotDigital = "document.not-digital", NotDigital;
    /// A media type that cannot be printed.
    DocumentNotPrintable = "document.not-printable", NotPrint;
    /// Documents that alone are more, or more bytes, than the digital channel carries.
    DocumentTooLargeDigital = "document.too-large-digital", NotDigital;
    /// A letter id that an earlier letter of the file has.
    IdDuplicate = "id.duplicate", Reject;
    /// A letter that an earlier batch has sent.
    IdAlreadySent = "id.already-sent", Reject;
    /// The check digit of a person, coordination or organisation number, or of a CVR number, is wrong.
    IdentifierCheckDigit = "identifier.check-digit", Reject;
    /// The date inside a person, coordination or CPR number does not exist.
    IdentifierDate = "identifier.date", Reject;
    /// The century or prefix is one that no number of the kind has.
    IdentifierForm = "identifier.form", Reject;
    /// A CPR number without modulus 11, as they are issued since 2007; in a test mailing also such a CVR number.
    IdentifierModulus11 = "identifier.modulus-11", Note;
    /// The identifier is of another country than the sender.
    IdentifierCountry = "identifier.country", NotDigital;
    /// The identifier is from a range that belongs to nobody, in a production mailing.
    IdentifierTestRange = "identifier.test-range", Reject;
    /// A letter with more bytes than allowed.
    LimitLetterBytes = "limit.letter-bytes", Reject;
    /// Elements nested deeper than allowed.
    LimitDepth = "limit.depth", Reject;
    /// More attributes on an element than allowed.
    LimitAttributes = "limit.attributes", Reject;
    /// A document with more bytes than allowed.
    LimitDocumentBytes = "limit.document-bytes", Reject;
    /// A PDF that cannot be printed: damaged, encrypted, wrong page size, font not embedded …
    PdfUnprintable = "pdf.unprintable", NotPrint;
    /// A PDF that is printed with a remark.
    PdfNote = "pdf.note", Note;
    /// More pages than allowed in one letter.
    PrintPages = "print.pages", NotPrint;
    /// An address that does not fit the window, or has too few lines.
    PrintAddress = "print.address", NotPrint;
    /// Something of the letter does not fit into the plant's control file.
    PrintControl = "print.control", NotPrint;
    /// An insert that the plant does not have.
    PrintInsert = "print.insert", NotPrint;
    /// A letter on paper that cannot be a request to SF1601: its PDF is too large, or it asks for inserts; or one with a postage class that the plant does not have.
    PrintRequest = "print.request", NotPrint;
    /// More sheets than the largest envelope takes.
    PrintSheets = "print.sheets", NotPrint;
    /// Heavier than the last postage step, or than its envelope may be.
    PrintWeight = "print.weight", NotPrint;
    /// A postal code that the country of the address does not have.
    PrintPostalCode = "print.postal-code", NotPrint;
    /// The recipient has neither an identifier nor an address.
    RecipientNowhere = "recipient.nowhere", Reject;
    /// The element, attribute or value is not what the schema allows.
    Schema = "schema.invalid", Reject;
    /// The letter's bytes are not UTF-8.
    TextEncoding = "text.encoding", Reject;
    /// A character that XML 1.0 does not allow, such as NUL.
    TextForbidden = "text.forbidden-character", Reject;
    /// An entity that is not one of the five built-in ones.
    TextEntity = "text.entity", Reject;
}

/// The shape of a value: digits become 9, letters a or A, the rest stays; at most 40 characters. Shows what is wrong
/// with a value without showing the value.
pub fn shape(value: &str) -> String {
    let mut out: String = value
        .chars()
        .take(40)
        .map(|c| match c {
            _ if c.is_numeric() => '9',
            _ if c.is_uppercase() => 'A',
            _ if c.is_alphabetic() => 'a',
            _ if c.is_control() => '\u{fffd}',
            _ => c,
        })
        .collect();
    if value.chars().nth(40).is_some() {
        out.push('…');
    }
    out
}
