//! The verdict on messages of others, with the second opinion of xmllint, xmlsec1 and openssl.

#![allow(clippy::unwrap_used)]

#[path = "verify/canonical.rs"]
mod canonical;
#[allow(dead_code)] // Made for tests/seal.rs, which uses all of it.
#[path = "seal/common.rs"]
mod common;
#[path = "verify/damage.rs"]
mod damage;
#[path = "verify/folder.rs"]
mod folder;
#[path = "verify/hostile.rs"]
mod hostile;
#[path = "verify/messages.rs"]
mod messages;
#[path = "verify/old.rs"]
mod old;
#[path = "verify/program.rs"]
mod program;
#[path = "verify/rewrite.rs"]
mod rewrite;
mod support;
#[path = "verify/vectors.rs"]
mod vectors;

use std::path::Path;

use lettermill::bundle::mina_meddelanden as mm;
use lettermill::letter::Letter;
use lettermill::sign::Certificate;
use lettermill::verify::message::{self, Part, Verdict};

/// The `SealedDelivery` of a letter, not in a request.
fn sealed_alone(letter: &Letter<'_>) -> Vec<u8> {
    let sealer = common::sealer_with(common::options(mm::Version::V3, mm::Form::Sealed));
    common::seal(&sealer, letter).bytes
}

fn judge(bytes: impl AsRef<[u8]>) -> Verdict {
    judge_with(bytes, &[])
}

#[track_caller]
fn judge_with(bytes: impl AsRef<[u8]>, trusted: &[Certificate]) -> Verdict {
    message::verify_bytes(Path::new("message.xml"), bytes.as_ref(), trusted).unwrap()
}

/// `sender:digest relay:value …`, in the order of the verdict; empty when all is good.
fn faults(verdict: &Verdict) -> String {
    let word = |part| match part {
        Part::Sender => "sender",
        Part::Relay => "relay",
        Part::Message => "message",
    };
    let words = verdict
        .faults
        .iter()
        .map(|fault| format!("{}:{}", word(fault.part), fault.code));
    words.collect::<Vec<_>>().join(" ")
}

fn has_note(verdict: &Verdict, part: &str) -> bool {
    verdict.notes.iter().any(|note| note.contains(part))
}
