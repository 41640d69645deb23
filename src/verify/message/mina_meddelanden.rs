//! The verdict on a message of Mina meddelanden: `SignedDelivery`, `SealedDelivery`, or a SOAP request with one, of
//! versions 1, 2 and 3 (facts/sweden.md §1, §2).
//!
//! On the way a sealed delivery is called `deliverSecure` in the namespace of the service, or `arg0` in version 1, and a
//! signed one `signedDelivery` or `arg0`; it was signed under its own name, which is put back.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use roxmltree::Node;

use super::{Fault, Kind, Part, Signatory, Signature, Verdict, shown_name};
use crate::bundle::mina_meddelanden::MESSAGE_BYTES_MAX;
use crate::disk::hex;
use crate::sign::c14n::Name;
use crate::sign::foreign::{self, Reading, Signed};
use crate::sign::{Certificate, RSA_BITS_MIN, vouched};

mod content;

/// All namespaces of the format begin so.
const NAMESPACES: &str = "http://minameddelanden.gov.se/";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V1,
    V2,
    V3,
}

impl Version {
    const ALL: [Self; 3] = [Self::V1, Self::V2, Self::V3];

    fn name(self) -> &'static str {
        match self {
            Self::V1 => "1",
            Self::V2 => "2",
            Self::V3 => "3",
        }
    }

    /// Of `SignedDelivery`, `SealedDelivery` and, from version 2 on, `distributeSecure`.
    fn message(self) -> &'static str {
        match self {
            Self::V1 => "http://minameddelanden.gov.se/schema/Message",
            Self::V2 => "http://minameddelanden.gov.se/schema/Message/v2",
            Self::V3 => "http://minameddelanden.gov.se/schema/Message/v3",
        }
    }

    /// Of `deliverSecure`.
    fn service(self) -> &'static str {
        match self {
            Self::V1 => "http://minameddelanden.gov.se/Service",
            Self::V2 => "http://minameddelanden.gov.se/schema/Service/v2",
            Self::V3 => "http://minameddelanden.gov.se/schema/Service/v3",
        }
    }

    /// Of `distributeSecure`.
    fn distribution(self) -> &'static str {
        match self {
            Self::V1 => "http://minameddelanden.gov.se/Message",
            Self::V2 | Self::V3 => self.message(),
        }
    }
}

/// What was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivery {
    Signed,
    Sealed,
}

impl Delivery {
    fn name(self) -> &'static str {
        match self {
            Self::Signed => "SignedDelivery",
            Self::Sealed => "SealedDelivery",
        }
    }
}

/// Where a delivery was found.
struct Found<'a, 'input> {
    version: Version,
    delivery: Delivery,
    element: Node<'a, 'input>,
}

impl<'a, 'input> Found<'a, 'input> {
    /// Under the name that it was signed by. Elements without a namespace occur in version 1 alone, where some programs
    /// left it out below `arg0` and put it in for signing.
    fn signed(&self) -> Signed<'a, 'input> {
        Signed {
            element: self.element,
            named: Some(Name {
                namespace: self.version.message(),
                local: self.delivery.name(),
            }),
            unqualified: self.unqualified(),
        }
    }

    fn unqualified(&self) -> &'static str {
        if is_argument(self.element) {
            self.version.message()
        } else {
            ""
        }
    }

    /// The one child of that name in the namespace of the format; what else stands there is no matter of ours.
    fn only_child(
        &self,
        parent: Node<'a, 'input>,
        name: &str,
    ) -> Result<Node<'a, 'input>, String> {
        let mut children = parent.children().filter(|n| {
            let namespace = n.tag_name().namespace().unwrap_or_default();
            let known = namespace == self.version.message()
                || namespace.is_empty() && !self.unqualified().is_empty();
            known && n.tag_name().name() == name
        });
        match (children.next(), children.count()) {
            (Some(child), 0) => Ok(child),
            (None, _) => Err(format!("there is no `{name}` where one is needed")),
            (Some(_), more) => Err(format!("there are {} `{name}`; one is allowed", more + 1)),
        }
    }
}

/// Whether an element can be one of the format's.
pub fn is_one(element: Node<'_, '_>) -> bool {
    let namespace = element.tag_name().namespace().unwrap_or_default();
    namespace.starts_with(NAMESPACES) || is_argument(element)
}

/// `arg0` has no namespace.
fn is_argument(element: Node<'_, '_>) -> bool {
    let name = element.tag_name();
    name.name() == "arg0" && name.namespace().unwrap_or_default().is_empty()
}

/// Judges the message that `content` is or holds.
///
/// # Errors
/// It is none: what was found instead.
pub fn verify(
    root: Node<'_, '_>,
    content: Node<'_, '_>,
    trusted: &[Certificate],
) -> Result<Verdict, String> {
    let found = find(content)
        .ok_or_else(|| format!("{} is no delivery that was signed", shown_name(content)))?;
    let mut verdict = Verdict {
        kind: Kind::MinaMeddelanden,
        version: found.version.name(),
        element: found.delivery.name(),
        in_envelope: root != content,
        bytes: 0,
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
    Ok(verdict)
}

/// Adds a note on a message that is larger than receivers take.
pub fn note_size(verdict: &mut Verdict) {
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

/// The delivery that an element is, or that the call of an operation holds.
fn find<'a, 'input>(content: Node<'a, 'input>) -> Option<Found<'a, 'input>> {
    if is_argument(content) {
        return argument(content);
    }
    let namespace = content.tag_name().namespace().unwrap_or_default();
    let name = content.tag_name().name();
    for version in Version::ALL {
        let delivery = match name {
            "SignedDelivery" => Delivery::Signed,
            "SealedDelivery" | "deliverSecure" => Delivery::Sealed,
            "distributeSecure" => Delivery::Signed,
            _ => continue,
        };
        let (home, inner) = match (name, version) {
            ("deliverSecure", Version::V1) => (version.service(), Some(("arg0", ""))),
            ("deliverSecure", _) => (version.service(), Some((name, version.service()))),
            ("distributeSecure", Version::V1) => (version.distribution(), Some(("arg0", ""))),
            ("distributeSecure", _) => {
                let inner = ("signedDelivery", version.distribution());
                (version.distribution(), Some(inner))
            }
            _ => (version.message(), None),
        };
        if namespace != home {
            continue;
        }
        let element = match inner {
            None => content,
            Some((inner, home)) => content.children().find(|n| {
                n.tag_name().name() == inner
                    && n.tag_name().namespace().unwrap_or_default() == home
            })?,
        };
        return Some(Found {
            version,
            delivery,
            element,
        });
    }
    None
}

/// An `arg0` on its own is known by what it holds.
fn argument<'a, 'input>(element: Node<'a, 'input>) -> Option<Found<'a, 'input>> {
    let holds = |name| element.children().any(|n| n.tag_name().name() == name);
    let delivery = match (holds("SignedDelivery"), holds("Delivery")) {
        (true, _) => Delivery::Sealed,
        (false, true) => Delivery::Signed,
        (false, false) => return None,
    };
    Some(Found {
        version: Version::V1,
        delivery,
        element,
    })
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
    const PERSON: &str = "a person (not shown)";
    let (not_before, not_after) = certificate.validity();
    // Certificates of persons have the person's number and name.
    let is_person = certificate.serial_number().is_some_and(|number| {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        digits.len() == 12 && ["18", "19", "20"].iter().any(|c| digits.starts_with(c))
    });
    let shown = |name: &str| {
        if is_person && name == certificate.subject() {
            PERSON.to_owned()
        } else {
            name.to_owned()
        }
    };
    Signatory {
        subject: shown(certificate.subject()),
        issuer: shown(certificate.issuer()),
        not_before: not_before.to_string(),
        not_after: not_after.to_string(),
        key_bits: certificate.rsa_bits().unwrap_or_default(),
        sha256: hex(&certificate.sha256()),
        vouched: vouched(certificate, trusted),
    }
}

/// A delivery without any signature has one fault, not one for each place where one is missing; a seal that nobody
/// signed has one that says what is good about the rest.
fn unsigned(verdict: &mut Verdict) {
    let missing = |f: &Fault| f.part != Part::Message && matches!(f.code, "absent" | "empty");
    let count = verdict.faults.iter().filter(|f| missing(f)).count();
    if count == verdict.signatures.len() {
        let empty = verdict.faults.iter().any(|f| f.code == "empty");
        let more = if empty { "; there are empty forms for them" } else { "" };
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
            f.what = format!("{}; the sender's signature is good, but nobody sealed it", f.what);
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
