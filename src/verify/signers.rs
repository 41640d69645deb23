//! Who signed what in a batch folder: the certificates themselves are asked, not what the manifest says of them.

use serde::Serialize;

use crate::bundle;
use crate::disk::hex;
use crate::manifest::{KeyKind, Manifest};
use crate::sign::{Certificate, Vouched, vouched};

/// A certificate that made good signatures in a batch folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signatory {
    /// Most specific part first; not told where it is a person's.
    pub subject: String,
    /// SHA-256 of its DER, hexadecimal, as `openssl x509 -fingerprint -sha256` gives it.
    pub sha256: String,
    /// It signed the manifest.
    pub manifest: bool,
    /// Signatures of messages that it made.
    pub messages_signatures: u64,
    /// It is that of a development key, which proves nothing about the sender.
    pub development: bool,
    /// Whether a trusted certificate vouches for it, and how; `None` also when none is named.
    pub vouched: Option<Vouched>,
}

/// All of them, and what is to be said of them.
pub(super) struct Signers {
    pub(super) certificates: Vec<Signatory>,
    pub(super) faults: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// Gathers who signed; `signer` is the certificate whose key signed the manifest.
pub(super) fn signatories(
    manifest: &Manifest,
    signer: Option<&Certificate>,
    checked: &bundle::Checked,
    trusted: &[Certificate],
) -> Signers {
    let mut all: Vec<Signatory> = Vec::new();
    all.extend(signer.map(|certificate| signatory(certificate, true, 0, trusted)));
    for used in checked.certificates.values() {
        let signatures = used.signatures;
        match all
            .first_mut()
            .filter(|first| first.sha256 == hex(&used.certificate.sha256()))
        {
            Some(first) => first.messages_signatures = signatures,
            None => all.push(signatory(&used.certificate, false, signatures, trusted)),
        }
    }
    let mut faults = Vec::new();
    if let Some(certificate) = signer {
        faults.extend(wrong_kind(manifest.key, certificate));
    }
    if !trusted.is_empty() {
        let unknown = all.iter().filter(|c| c.vouched.is_none());
        faults.extend(unknown.map(|c| {
            format!(
                "the certificate of {} (SHA-256 {}) signed, and none of the trusted certificates is it, or issued it \
                 directly",
                c.subject, c.sha256
            )
        }));
    }
    Signers {
        certificates: all,
        faults,
        notes: not_the_sender(manifest, checked).into_iter().collect(),
    }
}

fn signatory(
    certificate: &Certificate,
    manifest: bool,
    messages_signatures: u64,
    trusted: &[Certificate],
) -> Signatory {
    Signatory {
        subject: certificate.shown_subject().to_owned(),
        sha256: hex(&certificate.sha256()),
        manifest,
        messages_signatures,
        development: certificate.is_development(),
        vouched: vouched(certificate, trusted),
    }
}

/// The manifest says of which kind its key is; so does the certificate.
fn wrong_kind(said: KeyKind, certificate: &Certificate) -> Option<String> {
    match (said, certificate.is_development()) {
        (KeyKind::Own, true) => Some(
            "the manifest says that its key is the agency's own, and its certificate is that of a development key"
                .into(),
        ),
        (KeyKind::Development, false) => Some(
            "the manifest says that its key is a development key, and its certificate is not that of one".into(),
        ),
        (KeyKind::Own, false) | (KeyKind::Development, true) => None,
    }
}

/// A Swedish sender's certificate has its organisation number (facts/sweden.md §2); a relay may sign for a sender.
fn not_the_sender(manifest: &Manifest, checked: &bundle::Checked) -> Option<String> {
    const DIGITS: usize = 12; // 16 and ten more; Danish ones have eight in all.
    let sender = manifest.sender_organisation.as_str();
    let mut senders = checked.certificates.values();
    let other = senders.any(|used| {
        used.signatures_as_sender > 0 && used.certificate.organisation() != Some(sender)
    });
    (sender.len() == DIGITS && other).then(|| {
        "a certificate that signed messages as their sender is not that of the sender that the manifest names; a relay \
         may sign for a sender"
            .into()
    })
}
