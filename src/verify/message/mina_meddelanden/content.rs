//! What a delivery says, as far as it can be checked without its schema. Faults are things that a receiver would refuse
//! it for; the rest are notes. No value is repeated, only its shape.

use jiff::civil::Date;
use roxmltree::Node;

use super::{NAMESPACES, Part, Verdict, Version, fault};
use crate::bundle::mina_meddelanden::checksum;
use crate::finding::shape;
use crate::letter::identifier::recipient_id_fault;

/// Remarks of one kind that are told one by one; there may be as many as attachments.
const REMARKS_MAX: usize = 20;
/// X:v1-2014/schema/Message.xsd; from version 2 on exactly one (facts/sweden.md §0).
const RECIPIENTS_V1_MAX: usize = 1000;

/// The seal; gives its day.
pub fn seal(verdict: &mut Verdict, seal: Node<'_, '_>) -> Option<Date> {
    match only_text(seal, "SignaturesOK").as_deref() {
        Some("true" | "1") => {}
        Some("false" | "0") => fault(
            verdict,
            Part::Message,
            "signatures-not-ok",
            "`SignaturesOK` is false: the relay says that the sender's signature was not right"
                .into(),
        ),
        _ => fault(
            verdict,
            Part::Message,
            "signatures-not-ok",
            "`SignaturesOK` is neither true nor false".into(),
        ),
    }
    let received = only_text(seal, "ReceivedTime").unwrap_or_default();
    let day = date(&received);
    if day.is_none() {
        let what = format!(
            "`ReceivedTime` has the shape `{}`; a date is needed",
            shape(&received)
        );
        fault(verdict, Part::Message, "received-time", what);
    }
    day
}

/// What the sender signed.
pub fn delivery(verdict: &mut Verdict, delivery: Node<'_, '_>, version: Version) {
    let header = child(delivery, "Header");
    recipients(verdict, header, version);
    if let Some(header) = header {
        sender(verdict, header);
    }
    let mut numbers = Remarks::default();
    for message in children(delivery, "Message") {
        verdict.messages += 1;
        let number = verdict.messages;
        self::message(verdict, message, number, &mut numbers);
    }
    numbers.tell(verdict);
    if verdict.messages == 0 {
        fault(
            verdict,
            Part::Message,
            "form",
            "there is no `Message` in `Delivery`".into(),
        );
    }
}

fn recipients(verdict: &mut Verdict, header: Option<Node<'_, '_>>, version: Version) {
    let recipients: Vec<String> = header
        .into_iter()
        .flat_map(|h| children(h, "Recipient"))
        .map(text)
        .collect();
    let count_max = match version {
        Version::V1 => RECIPIENTS_V1_MAX,
        Version::V2 | Version::V3 => 1,
    };
    if !(1..=count_max).contains(&recipients.len()) {
        let what = format!(
            "there are {} recipients; 1 to {count_max} are allowed",
            recipients.len()
        );
        fault(verdict, Part::Message, "recipient", what);
    }
    let mut wrong = recipients
        .iter()
        .filter(|id| recipient_id_fault(id).is_some());
    if let Some(first) = wrong.next() {
        let what = format!(
            "`Recipient` has the shape `{}`; twelve digits are needed: 16 and ten more, or year, month, day and four more",
            shape(first)
        );
        fault(verdict, Part::Message, "recipient", what);
    }
}

/// A sender's certificate has the organisation number as serial number of its subject; a relay may sign for a sender.
fn sender(verdict: &mut Verdict, header: Node<'_, '_>) {
    let id = child(header, "Sender").and_then(|s| only_text(s, "Id"));
    let id = id.unwrap_or_default();
    let is_organisation =
        id.len() == 12 && id.starts_with("16") && id.bytes().all(|b| b.is_ascii_digit());
    if !is_organisation {
        verdict.notes.push(format!(
            "the sender's `Id` has the shape `{}`; an organisation number is 16 and ten more digits",
            shape(&id)
        ));
        return;
    }
    let signed_by = verdict
        .signatures
        .first()
        .and_then(|s| s.certificate.as_ref());
    if signed_by.is_some_and(|c| c.organisation.as_ref() != Some(&id)) {
        verdict.notes.push(format!(
            "sender's signature: its certificate is not that of the sender {id}"
        ));
    }
}

fn message(verdict: &mut Verdict, message: Node<'_, '_>, number: u64, remarks: &mut Remarks) {
    let language = child(message, "Header")
        .and_then(|h| only_text(h, "Language"))
        .unwrap_or_default();
    if language != "svSE" {
        remarks.note(format!(
            "message {number}: `Language` has the shape `{}`; receivers know `svSE`",
            shape(&language)
        ));
    }
    match child(message, "Body").and_then(|b| only_text(b, "Body")) {
        Some(base64) if decode(&base64).is_some() => {}
        Some(_) => remarks.fault(format!("message {number}: its body is not base64")),
        None => remarks.fault(format!("message {number}: it has no body")),
    }
    let attachments = children(message, "Attachment");
    for (attachment, at) in attachments.zip(1_u64..) {
        verdict.attachments += 1;
        let told = only_text(attachment, "Checksum").unwrap_or_default();
        match only_text(attachment, "Body").and_then(|base64| decode(&base64)) {
            None => remarks.fault(format!(
                "message {number}: attachment {at} has no body in base64"
            )),
            Some(bytes) if checksum(&bytes) != told => remarks.note(format!(
                "message {number}: attachment {at} has another `Checksum` than its bytes; some receivers do not look at it"
            )),
            Some(_) => {}
        }
    }
}

/// Remarks about messages and attachments, of which there may be thousands.
#[derive(Default)]
struct Remarks {
    notes: Vec<String>,
    notes_more: usize,
    faults: Vec<String>,
    faults_more: usize,
}

impl Remarks {
    fn note(&mut self, what: String) {
        if self.notes.len() < REMARKS_MAX {
            self.notes.push(what);
        } else {
            self.notes_more += 1;
        }
    }

    fn fault(&mut self, what: String) {
        if self.faults.len() < REMARKS_MAX {
            self.faults.push(what);
        } else {
            self.faults_more += 1;
        }
    }

    fn tell(self, verdict: &mut Verdict) {
        verdict.notes.extend(self.notes);
        if self.notes_more > 0 {
            let more = format!("{} more notes on messages and attachments", self.notes_more);
            verdict.notes.push(more);
        }
        for what in self.faults {
            fault(verdict, Part::Message, "body", what);
        }
        if self.faults_more > 0 {
            let more = format!("{} more faults of bodies", self.faults_more);
            fault(verdict, Part::Message, "body", more);
        }
    }
}

/// Child elements of that name, in any namespace of the format or in none: the types come from many schemas
/// (facts/sweden.md §1).
fn children<'a, 'input: 'a>(
    parent: Node<'a, 'input>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    parent.children().filter(move |n| {
        let namespace = n.tag_name().namespace().unwrap_or_default();
        n.tag_name().name() == name && (namespace.is_empty() || namespace.starts_with(NAMESPACES))
    })
}

fn child<'a, 'input>(parent: Node<'a, 'input>, name: &'static str) -> Option<Node<'a, 'input>> {
    children(parent, name).next()
}

/// The text of the only child of that name.
fn only_text(parent: Node<'_, '_>, name: &'static str) -> Option<String> {
    let mut found = children(parent, name);
    let first = found.next()?;
    found.next().is_none().then(|| text(first))
}

/// All text directly in an element, without white space around it.
fn text(element: Node<'_, '_>) -> String {
    let texts = element.children().filter(|n| n.is_text());
    let whole: String = texts.filter_map(|n| n.text()).collect();
    whole.trim().to_owned()
}

/// Base64 with line breaks, as `xs:base64Binary` allows them.
fn decode(base64: &str) -> Option<Vec<u8>> {
    let packed: Vec<u8> = base64
        .bytes()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    base64_simd::STANDARD.decode_to_vec(&packed).ok()
}

/// `xs:date`: a day, and perhaps a time zone.
fn date(text: &str) -> Option<Date> {
    let (day, zone) = text.split_at_checked("2020-05-28".len())?;
    let is_zone = match zone.as_bytes() {
        [] | [b'Z'] => true,
        [b'+' | b'-', hours @ .., b':', _, _] if hours.len() == 2 => true,
        _ => false,
    };
    day.parse().ok().filter(|_| is_zone)
}
