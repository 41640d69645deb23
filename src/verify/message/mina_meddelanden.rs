//! The verdict on a message of Mina meddelanden: `SignedDelivery`, `SealedDelivery`, or a SOAP request with one, of
//! versions 1, 2 and 3 (facts/sweden.md §1, §2).

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use roxmltree::Node;

use super::{Fault, Kind, Part, Signatory, Signature, Verdict, shown_name};
use crate::bundle::mina_meddelanden::MESSAGE_BYTES_MAX;
use crate::disk::hex;
use crate::sign::foreign::{self, Reading, Signed};
use crate::sign::{Certificate, RSA_BITS_MIN, vouched};

mod content;
mod find;

pub use find::is_one;

use find::{Delivery, Found, NAMESPACES, Version, find};

/// Judges the message that `content` is or holds.
///
/// # Errors
/// It is none: what was found instead.
pub fn verify(
    content: Node<'_, '_>,
    in_envelope: bool,
    bytes: u64,
    trusted: &[Certificate],
) -> Result<Verdict, String> {
    let found = find(content)
        .ok_or_else(|| format!("{} is no delivery that was signed", shown_name(content)))?;
    let mut verdict = Verdict {
        kind: Kind::MinaMeddelanden,
        version: found.version.name(),
        element: found.delivery.name(),
        in_envelope,
        bytes,
        messages: 0,
        attachments: 0,
        signatures: Vec::new(),
        faults: Vec::new(),
        notes: Vec::new(),
    };
    match found.delivery {
        Delivery::Signed => {
            signature(&mut verdict, Part::Sender, &found.signed(), trusted);
            delivery(&mut verdict, &found, found.element);
        }
        Delivery::Sealed => sealed(&mut verdict, &found, trusted),
    }
    unsigned(&mut verdict);
    note_size(&mut verdict);
    Ok(verdict)
}

/// Adds a note on a message that is larger than receivers take.
fn note_size(verdict: &mut Verdict) {
    if verdict.bytes > MESSAGE_BYTES_MAX {
        let what = if verdict.in_envelope {
            "the request"
        } else {
            "the document, without the request around it,"
        };
        verdict.notes.push(format!(
            "{what} has {} bytes; not all receivers take more than {MESSAGE_BYTES_MAX}",
            verdict.bytes
        ));
    }
}

fn sealed(verdict: &mut Verdict, found: &Found<'_, '_>, trusted: &[Certificate]) {
    let inner = found.only_child(found.element, "SignedDelivery");
    let seal = found.only_child(found.element, "Seal");
    match inner {
        Ok(element) => {
            let signed = Signed {
                element,
                named: None,
                unqualified: found.unqualified(),
            };
            signature(verdict, Part::Sender, &signed, trusted);
            delivery(verdict, found, element);
        }
        Err(what) => fault(verdict, Part::Message, "form", what),
    }
    signature(verdict, Part::Relay, &found.signed(), trusted);
    match seal {
        Ok(element) => {
            let date = content::seal(verdict, element);
            note_dates(verdict, date);
        }
        Err(what) => fault(verdict, Part::Message, "form", what),
    }
}

fn delivery<'a, 'input>(
    verdict: &mut Verdict,
    found: &Found<'a, 'input>,
    signed: Node<'a, 'input>,
) {
    match found.only_child(signed, "Delivery") {
        Ok(element) => content::delivery(verdict, element, found.version),
        Err(what) => fault(verdict, Part::Message, "form", what),
    }
}

/// Checks one signature and tells what was found.
fn signature(verdict: &mut Verdict, part: Part, signed: &Signed<'_, '_>, trusted: &[Certificate]) {
    let checked = foreign::check(signed);
    for found in &checked.faults {
        fault(verdict, part, found.code(), found.to_string());
    }
    let mut notes = Vec::new();
    if checked.uses_sha1() {
        notes.push("signed with SHA-1, which is accepted only for reading".to_owned());
    }
    let as_it_stands = Some(Reading::AsItStands);
    if checked.is_good()
        && (checked.document == as_it_stands || checked.signed_info == as_it_stands)
    {
        notes.push(
            "it verifies with prefixes as they stand and not without them; receivers take them away first"
                .to_owned(),
        );
    }
    let certificate = checked.certificate.as_ref().map(|certificate| {
        let bits = certificate.rsa_bits().unwrap_or_default();
        if bits < RSA_BITS_MIN {
            notes.push(format!(
                "its RSA key has {bits} bits, which is accepted only for reading; {RSA_BITS_MIN} is the least for signing"
            ));
        }
        signatory(certificate, trusted)
    });
    if let Some(certificate) = &certificate
        && checked.is_good()
        && certificate.vouched.is_none()
        && !trusted.is_empty()
    {
        let what = "none of the trusted certificates is its certificate, or issued it directly";
        fault(verdict, part, "not-trusted", what.into());
    }
    let notes = notes
        .into_iter()
        .map(|note| format!("{}: {note}", part.name()));
    verdict.notes.extend(notes);
    verdict.signatures.push(Signature {
        part,
        good: checked.is_good(),
        method: checked.method,
        digest: checked.digest,
        document_form: checked.document,
        signed_info_form: checked.signed_info,
        certificate,
    });
}

fn signatory(certificate: &Certificate, trusted: &[Certificate]) -> Signatory {
    let (not_before, not_after) = certificate.validity();
    Signatory {
        subject: certificate.shown_subject().to_owned(),
        issuer: certificate.shown_issuer().to_owned(),
        not_before: not_before.to_string(),
        not_after: not_after.to_string(),
        key_bits: certificate.rsa_bits().unwrap_or_default(),
        sha256: hex(&certificate.sha256()),
        vouched: vouched(certificate, trusted),
        organisation: certificate.organisation().map(str::to_owned),
    }
}

/// A delivery without any signature has one fault, not one for each place where one is missing; a seal that nobody
/// signed has one that says what is good about the rest.
fn unsigned(verdict: &mut Verdict) {
    let missing = |f: &Fault| f.part != Part::Message && matches!(f.code, "absent" | "empty");
    let count = verdict.faults.iter().filter(|f| missing(f)).count();
    if count == verdict.signatures.len() {
        let empty = verdict.faults.iter().any(|f| f.code == "empty");
        let more = if empty {
            "; there are empty forms for them"
        } else {
            ""
        };
        verdict.faults.retain(|f| !missing(f));
        verdict.faults.insert(
            0,
            Fault {
                part: Part::Message,
                code: "no-signature",
                what: format!("there is no signature at all{more}"),
            },
        );
        return;
    }
    let inner_good = verdict.signatures.first().is_some_and(|s| s.good);
    for f in &mut verdict.faults {
        if f.part == Part::Relay && missing(f) && inner_good {
            f.what = format!(
                "{}; the sender's signature is good, but nobody sealed it",
                f.what
            );
        }
    }
}

/// Notes certificates that were not valid on the day of the seal.
fn note_dates(verdict: &mut Verdict, seal: Option<Date>) {
    let Some(day) = seal else { return };
    let at = |hour, minute, second| {
        let zoned = day.at(hour, minute, second, 0).to_zoned(TimeZone::UTC);
        zoned.ok().map(|z| z.timestamp())
    };
    let (Some(first), Some(last)) = (at(0, 0, 0), at(23, 59, 59)) else {
        return;
    };
    for signature in &verdict.signatures {
        let Some(certificate) = &signature.certificate else {
            continue;
        };
        let (from, to) = (&certificate.not_before, &certificate.not_after);
        if let (Ok(from), Ok(to)) = (from.parse::<Timestamp>(), to.parse::<Timestamp>())
            && !(from <= last && first <= to)
        {
            verdict.notes.push(format!(
                "{}: its certificate was not valid on {day}, the day of the seal",
                signature.part.name()
            ));
        }
    }
}

fn fault(verdict: &mut Verdict, part: Part, code: &'static str, what: String) {
    verdict.faults.push(Fault { part, code, what });
}
