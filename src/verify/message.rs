//! The verdict on one file: a message that someone else made.
//!
//! In: a file, and the certificates that the caller trusts. Out: a [`Verdict`] that names what is wrong, or why the file
//! cannot be judged ([`Error`]). What always holds: the result depends on the file and the certificates alone, not on
//! the day; nothing of a recipient, and no text of the message, is in it.
//!
//! To judge another kind of message: a variant of [`Kind`], a module beside `mina_meddelanden` and `danish` that makes a
//! verdict, a chapter in `docs/verify.md`.

use std::io;
use std::path::{Path, PathBuf};

use roxmltree::Node;
use serde::Serialize;

use crate::sign::{Certificate, Vouched, foreign};
use crate::xml;

mod danish;
mod mina_meddelanden;
mod tree;

pub use crate::xml::{ATTRIBUTES_MAX, DECLARATIONS_MAX, NAME_BYTES_MAX, NAMESPACE_BYTES_MAX};
pub use tree::{DANISH_FILE_BYTES_MAX, DEPTH_MAX, FILE_BYTES_MAX, MARKUP_MAX, NODES_MAX};

/// What a file is, told by the namespace of its first element, or of the one in its SOAP body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Kind {
    /// Mina meddelanden, any version.
    #[serde(rename = "mina-meddelanden")]
    MinaMeddelanden,
    /// A MeMo.
    #[serde(rename = "digital-post")]
    DigitalPost,
    /// A request to SF1601; its version is what it asks for.
    #[serde(rename = "sf1601")]
    Sf1601,
}

impl Kind {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::MinaMeddelanden => "Mina meddelanden",
            Self::DigitalPost => "Digital Post",
            Self::Sf1601 => "SF1601",
        }
    }
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct Verdict {
    /// Which kind of message.
    pub kind: Kind,
    /// Of its format.
    pub version: &'static str,
    /// The element that was judged, under its name in the format.
    pub element: &'static str,
    /// Whether it stands in a SOAP envelope.
    pub in_envelope: bool,
    /// Bytes of the file.
    pub bytes: u64,
    /// Messages in it.
    pub messages: u64,
    /// Attachments of them.
    pub attachments: u64,
    /// Its signatures, from the inside out; absent ones too.
    pub signatures: Vec<Signature>,
    /// What is wrong. None: it is good.
    pub faults: Vec<Fault>,
    /// What a person should know that makes it no worse.
    pub notes: Vec<String>,
}

/// What a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The signature of the sender.
    Sender,
    /// The signature of the relay, on the seal.
    Relay,
    /// The message as a whole.
    Message,
}

impl Part {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender's signature",
            Self::Relay => "relay's seal",
            Self::Message => "message",
        }
    }
}

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What it is about.
    pub part: Part,
    /// A short name that keeps its meaning; `docs/verify.md` lists all.
    pub code: &'static str,
    /// A sentence for people.
    pub what: String,
}

/// One signature.
#[derive(Debug, Serialize)]
pub struct Signature {
    /// Whose.
    pub part: Part,
    /// It is right. Whether to trust its certificate is another matter.
    pub good: bool,
    /// How it was made.
    pub method: Option<foreign::SignatureMethod>,
    /// How the document was digested.
    pub digest: Option<foreign::DigestMethod>,
    /// In which form the document has its digest.
    pub document_form: Option<foreign::Reading>,
    /// In which form `SignedInfo` was signed.
    pub signed_info_form: Option<foreign::Reading>,
    /// Whose key made it.
    pub certificate: Option<Signatory>,
}

/// A certificate, as told to people.
#[derive(Debug, Serialize)]
pub struct Signatory {
    /// Most specific part first; not told where it is a person's.
    pub subject: String,
    /// Who the certificate says issued it; nothing is verified by that.
    pub issuer: String,
    /// First second of its validity.
    pub not_before: String,
    /// Last second of its validity.
    pub not_after: String,
    /// Bits of its RSA key.
    pub key_bits: usize,
    /// SHA-256 of its DER, hexadecimal, as `openssl x509 -fingerprint -sha256` gives it.
    pub sha256: String,
    /// Whether a trusted certificate vouches for it, and how; `None` also when none is named.
    pub vouched: Option<Vouched>,
    /// The organisation number in its subject.
    #[serde(skip)]
    pub organisation: Option<String>,
}

/// Why a file cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not XML that is read, or larger than what is read.
    #[error("`{}`: {fault}", path.display())]
    Xml {
        /// Which file.
        path: PathBuf,
        /// Where, and what.
        fault: xml::Error,
    },
    /// It is XML of another kind.
    #[error("`{}`: {found}; {allowed}", path.display())]
    Kind {
        /// Which file.
        path: PathBuf,
        /// What was found.
        found: String,
        /// What is read.
        allowed: &'static str,
    },
}

/// Judges the message in a file.
///
/// # Errors
/// The file cannot be read, or is no message that we know. What is wrong with a message is no error but a fault.
pub fn verify(path: &Path, trusted: &[Certificate]) -> Result<Verdict, Error> {
    verify_bytes(path, &tree::read(path)?, trusted)
}

/// Judges a message that was read already; `path` is for errors alone.
///
/// # Errors
/// As [`verify`].
pub fn verify_bytes(path: &Path, bytes: &[u8], trusted: &[Certificate]) -> Result<Verdict, Error> {
    if let Some(kind) = danish::kind(bytes) {
        tree::check_size(path, bytes, DANISH_FILE_BYTES_MAX)?; // Else its end is cut off.
        return Ok(danish::verify(kind, bytes));
    }
    let refused = |fault| Error::Xml {
        path: path.to_owned(),
        fault,
    };
    let text = tree::text(bytes).map_err(refused)?;
    let document = tree::parse(&text).map_err(refused)?;
    let root = document.root_element();
    let content = body_of(root).unwrap_or(root);
    let verdict = if mina_meddelanden::is_one(content) {
        mina_meddelanden::verify(content, root != content, bytes.len() as u64, trusted)
    } else {
        Err(format!("its first element is {}", shown_name(content)))
    };
    verdict.map_err(|found| Error::Kind {
        path: path.to_owned(),
        found,
        allowed: "a `SignedDelivery` or `SealedDelivery` of Mina meddelanden, a SOAP request with one, a MeMo, or a \
                  `kombi_request` is needed",
    })
}

/// The one element in the body of a SOAP envelope. With more than one, who reads which is anybody's guess.
fn body_of<'a, 'input>(root: Node<'a, 'input>) -> Option<Node<'a, 'input>> {
    let soap = |n: &Node<'_, '_>, name| {
        n.tag_name().name() == name
            && xml::SOAP_NAMESPACES.contains(&n.tag_name().namespace().unwrap_or_default())
    };
    let envelope = Some(root).filter(|n| soap(n, "Envelope"))?;
    let body = envelope.children().find(|n| soap(n, "Body"))?;
    only(body.children().filter(Node::is_element))
}

/// The only one of some nodes.
fn only<'a, 'input>(mut nodes: impl Iterator<Item = Node<'a, 'input>>) -> Option<Node<'a, 'input>> {
    let first = nodes.next()?;
    nodes.next().is_none().then_some(first)
}

/// An element's name, where it cannot be anything else than a name.
fn shown_name(element: Node<'_, '_>) -> String {
    const SHOWN_MAX: usize = 40;
    const DIGITS_MAX: usize = 2;
    let name = element.tag_name().name();
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_plain && digits <= DIGITS_MAX && name.len() <= SHOWN_MAX {
        format!("`{name}`")
    } else {
        "an element of another name".into()
    }
}
