//! Danish messages: a MeMo, and a request to SF1601. Neither has a signature inside (facts/denmark.md §3.2), so all that can
//! be said of them is whether they are what their format asks for.

use super::{Fault, Kind, Part, Verdict};
use crate::bundle::{digital_post, sf1601};

/// A kind of Danish message.
#[derive(Clone, Copy)]
pub enum Danish {
    Memo,
    KombiRequest,
}

/// Which of them a file is, by its first element; `None` for any other.
pub fn kind(bytes: &[u8]) -> Option<Danish> {
    if digital_post::is_memo(bytes) {
        Some(Danish::Memo)
    } else if sf1601::is_kombi_request(bytes) {
        Some(Danish::KombiRequest)
    } else {
        None
    }
}

/// Judges a whole file of that kind.
pub fn verify(kind: Danish, bytes: &[u8]) -> Verdict {
    match kind {
        Danish::Memo => memo(bytes),
        Danish::KombiRequest => kombi_request(bytes),
    }
}

fn memo(bytes: &[u8]) -> Verdict {
    let found = digital_post::inspect(bytes);
    let version = found.version.map_or("unknown", |version| version.name());
    let mut verdict = verdict(Kind::DigitalPost, version, "Message", bytes);
    verdict.attachments = found.attachments as u64;
    verdict.faults = faults(found.faults, found.faults_total);
    verdict.notes = found.notes;
    verdict
}

fn kombi_request(bytes: &[u8]) -> Verdict {
    let found = sf1601::inspect(bytes);
    let choice = found.choice.map_or("unknown", |choice| choice.code());
    let mut verdict = verdict(Kind::Sf1601, choice, "kombi_request", bytes);
    verdict.attachments = found.enclosures as u64;
    verdict.faults = faults(found.faults, found.faults_total);
    verdict.notes = found.notes;
    verdict
}

fn verdict(kind: Kind, version: &'static str, element: &'static str, bytes: &[u8]) -> Verdict {
    Verdict {
        kind,
        version,
        element,
        in_envelope: false,
        bytes: bytes.len() as u64,
        messages: 1,
        attachments: 0,
        signatures: Vec::new(),
        faults: Vec::new(),
        notes: Vec::new(),
    }
}

fn faults(kept: Vec<String>, total: u64) -> Vec<Fault> {
    let more = total.saturating_sub(kept.len() as u64);
    let more = (more > 0).then(|| format!("… and {more} more"));
    let all = kept.into_iter().chain(more);
    all.map(|what| Fault {
        part: Part::Message,
        code: "format",
        what,
    })
    .collect()
}
