//! The names of reasons, and one sentence about each for people. A name keeps its meaning once released.

use std::borrow::Cow;
use std::fmt;

use crate::finding::Code;

/// Why a letter got its fate: the name of a rule, a safeguard, a cause, or the code of the finding that rejects it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Reason(Cow<'static, str>);

impl Reason {
    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }

    pub(super) const fn of(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Of a rule; without a copy where the name is one of ours.
    pub(super) fn named(name: &str) -> Self {
        match REASONS.iter().find(|(known, _)| *known == name) {
            Some((known, _)) => Self(Cow::Borrowed(*known)),
            None => Self(Cow::Owned(name.into())),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Our reasons, in alphabetical order, each with its sentence.
pub const REASONS: &[(&str, &str)] = &[
    (
        "address-does-not-fit",
        "The letter would go on paper, but its address does not fit the window or is not as paper needs it.",
    ),
    (
        "awaiting-registration",
        "The recipient is not yet registered for digital mail.",
    ),
    (
        "channel-not-available",
        "The digital channel of the sender's country is not open in this job.",
    ),
    (
        "closed",
        "The registry says that the person is deceased or the company closed; a person must decide.",
    ),
    (
        "content-not-digital",
        "The digital channel does not carry what the letter holds.",
    ),
    (
        "content-not-print",
        "What the letter holds cannot be printed, and it cannot go digital.",
    ),
    (
        "digital-only",
        "The sender wishes digital only, and the recipient cannot be reached so.",
    ),
    ("exempt", "The recipient is exempt from digital mail."),
    (
        "exempt-mandatory",
        "The recipient is exempt, but the letter is mandatory and the sender may send it digitally.",
    ),
    (
        "foreign-identifier",
        "The recipient's identifier is of another country than the sender.",
    ),
    (
        "id-not-representable",
        "The registry cannot be asked about the recipient's identifier.",
    ),
    (
        "legal-notification",
        "Service of process must not fall back to ordinary paper; a person must decide.",
    ),
    (
        "legal-notification-not-allowed",
        "The sender has not the right to send service of process digitally.",
    ),
    ("minor", "The recipient is too young for a digital mailbox."),
    (
        "no-address",
        "The letter would go on paper, but has no postal address.",
    ),
    (
        "no-address-url",
        "The registry gives the mailbox operator no address to deliver to.",
    ),
    (
        "no-identifier",
        "The letter has no national identifier, so no mailbox can be looked up.",
    ),
    ("no-mailbox", "The recipient has no digital mailbox."),
    (
        "no-operator",
        "The registry names no mailbox operator for the recipient.",
    ),
    (
        "no-registry",
        "The job has no registry snapshot, so nobody is known to be reachable.",
    ),
    (
        "no-rule",
        "No rule of the job matches the letter; a person must decide.",
    ),
    (
        "not-before",
        "The recipient must not have the letter yet, and the channel cannot wait.",
    ),
    (
        "not-in-registry",
        "The registry gave no answer about the recipient.",
    ),
    (
        "not-reachable",
        "A rule or a person says digital, but the recipient cannot be reached so.",
    ),
    (
        "not-requestable",
        "The print vendor cannot take the letter as it is: it asks for inserts or a postage class that it does not have, its PDF is too large, or a text or the address does not fit into the request or the control file.",
    ),
    (
        "operator-not-supported",
        "The recipient's mailbox operator is not among those that the job serves.",
    ),
    (
        "opted-out",
        "The recipient has a mailbox, but does not accept this sender.",
    ),
    (
        "pending",
        "The recipient's mailbox waits for its activation.",
    ),
    (
        "person-decided",
        "A person chose the channel when the letter was run again.",
    ),
    ("print-wished", "The sender wishes paper."),
    (
        "protected-address",
        "The address is protected, and the job makes no cover page; a person must decide.",
    ),
    (
        "reachable",
        "The recipient has a digital mailbox that takes the letter.",
    ),
    (
        "too-heavy",
        "The letter weighs more than the last postage step of the plant, or than its envelope may.",
    ),
    (
        "too-large",
        "The letter is larger than the digital channel takes.",
    ),
    (
        "too-many-pages",
        "The letter has more pages than the job allows.",
    ),
    (
        "too-thick",
        "The letter has more sheets than the largest envelope takes.",
    ),
    (
        "unconfirmed",
        "The recipient's registration for digital mail has not taken effect yet.",
    ),
    (
        "undelivered",
        "The mailbox operator, the infrastructure or the print vendor refused the message.",
    ),
    (
        "unknown",
        "The registry does not say whether the recipient can be reached.",
    ),
    (
        "unprintable",
        "The letter holds a PDF or a character that cannot be printed.",
    ),
];

/// One sentence for people about a reason; for the code of a finding, that the letter is invalid. `None` for a name of
/// the job file's own, see [`Router::sentence`](super::Router::sentence).
pub fn sentence(reason: &str) -> Option<&'static str> {
    if let Some((_, sentence)) = REASONS.iter().find(|(name, _)| *name == reason) {
        return Some(sentence);
    }
    let code = Code::ALL.iter().find(|code| code.name() == reason)?;
    Some(match code {
        Code::IdAlreadySent => {
            "An earlier batch has sent the letter with this id; nothing is to be done, and it must not be sent under another id."
        }
        Code::IdDuplicate => {
            "An earlier letter of the mailing has the same id, and was taken; one that is another letter needs an id of its own."
        }
        _ => "The letter is invalid and cannot be sent as it is; its findings say where and why.",
    })
}
