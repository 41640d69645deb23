//! The walk through a MeMo, element by element, beside the table of `grammar`: both readers drive it, the strict one for
//! our own messages and the tolerant one for those of others. It judges order, number, texts, and what the service asks
//! beyond the schema (facts/denmark.md §1.5, §1.7, §2.4). Faults name elements by their path, never a value.

use super::grammar::{self as g, Child, Content, Element, Kind, Prefix};
use super::{MemoVersion, MessageType, values};
use crate::finding::shape;

/// Faults kept; more are counted.
pub(super) const FAULTS_MAX: usize = 100;
/// Names listed as allowed.
const NAMES_MAX: usize = 6;
/// The deepest element of a MeMo: `Message/MessageHeader/Sender/AttentionData/Address/AddressPoint/x`.
pub(super) const DEPTH_MAX: usize = 16;

/// What a message says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) message_type: Option<MessageType>,
    pub(super) message_uuid: String,
    pub(super) message_id: Option<String>,
    pub(super) recipient_type: String,
    pub(super) notification: bool,
    pub(super) body: bool,
    pub(super) attachments: usize,
    pub(super) files: usize,
    /// Of all files, before base64.
    pub(super) document_bytes: u64,
}

/// Where the walk stands.
pub(super) struct Walk {
    version: MemoVersion,
    stack: Vec<Open>,
    /// Depth below an element that is not known.
    skipped: usize,
    pub(super) facts: Facts,
    pub(super) faults: Vec<String>,
    pub(super) faults_total: u64,
    pub(super) notes: Vec<String>,
    parts: Parts,
}

/// An element that is not yet at its end.
struct Open {
    element: &'static Element,
    /// Which of its children may come next, and how many of that there were.
    at: usize,
    count: u32,
    /// Its own number among its like.
    number: u32,
}

/// Texts that are judged together, of the element that is open.
#[derive(Default)]
struct Parts {
    id: String,
    id_type: String,
    media_type: String,
    file_name: String,
    action_code: String,
    reservation: bool,
    entry_point: bool,
}

impl Walk {
    /// Stands in `Message`.
    pub(super) fn new(version: MemoVersion) -> Self {
        let message = Open {
            element: &g::MESSAGE,
            at: 0,
            count: 0,
            number: 1,
        };
        Self {
            version,
            stack: vec![message],
            skipped: 0,
            facts: Facts::default(),
            faults: Vec::new(),
            faults_total: 0,
            notes: Vec::new(),
            parts: Parts::default(),
        }
    }

    /// True once `Message` has ended.
    pub(super) fn is_over(&self) -> bool {
        self.stack.is_empty()
    }

    /// The kind of text that the open element holds; `None` where it holds elements, or is skipped.
    pub(super) fn text_kind(&self) -> Option<Kind> {
        match self.stack.last()?.element.content {
            Content::Text(kind) if self.skipped == 0 => Some(kind),
            Content::Text(_) | Content::Children(_) => None,
        }
    }

    pub(super) fn fault(&mut self, place: &str, found: &str, allowed: &str) {
        self.faults_total += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(format!("`{place}`: {found}; {allowed}"));
        }
    }

    pub(super) fn fault_here(&mut self, found: &str, allowed: &str) {
        let place = self.path();
        self.fault(&place, found, allowed);
    }

    fn note_here(&mut self, what: &str) {
        if self.notes.len() < FAULTS_MAX {
            self.notes.push(format!("`{}`: {what}", self.path()));
        }
    }

    /// Names of the open elements, from `Message` down; a number where there may be several.
    fn path(&self) -> String {
        let mut path = String::new();
        for open in &self.stack {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(open.element.name);
            if open.number > 1 {
                path.push_str(&format!("[{}]", open.number));
            }
        }
        path
    }

    /// An element begins.
    pub(super) fn start(&mut self, prefix: Option<Prefix>, name: &[u8]) {
        if self.skipped > 0 {
            self.skipped += 1;
            return;
        }
        let version = self.version;
        let Some(parent) = self.stack.last_mut() else {
            self.skipped = 1;
            return;
        };
        let Content::Children(children) = parent.element.content else {
            self.skipped = 1;
            let found = format!("`{}` within it", name_of(name));
            return self.fault_here(&found, "text alone is allowed");
        };
        let fits = |child: &Child| {
            let element = child.element;
            Some(element.prefix) == prefix
                && element.name.as_bytes() == name
                && child.times(version).1 > 0
        };
        let ahead = children.get(parent.at..).unwrap_or_default();
        let (element, number, fault) = match ahead.iter().position(fits) {
            Some(steps) => {
                let missing = missing(ahead, steps, parent.count, version);
                parent.count = if steps == 0 { parent.count + 1 } else { 1 };
                parent.at += steps;
                let child = &ahead[steps];
                let most = child.times(version).1;
                let fault = if missing.is_empty() {
                    (parent.count > most).then(|| {
                        (
                            format!("{} `{}`", parent.count, child.element),
                            format!("{most} at most"),
                        )
                    })
                } else {
                    Some((
                        format!("no {missing}"),
                        format!("it stands before `{}`", child.element),
                    ))
                };
                (Some(child.element), parent.count, fault)
            }
            None => match children.iter().find(|child| fits(child)) {
                Some(child) => {
                    let behind = ahead.first().map_or("", |c| c.element.name);
                    let found = format!("`{}` behind `{behind}`", child.element);
                    let allowed = format!("the order is {}", order(children, version));
                    (Some(child.element), 1, Some((found, allowed)))
                }
                None => {
                    let found = format!("`{}`, which is not known here", name_of(name));
                    (
                        None,
                        1,
                        Some((found, format!("next may come {}", next(ahead, version)))),
                    )
                }
            },
        };
        if let Some((found, allowed)) = fault {
            self.fault_here(&found, &allowed);
        }
        match element {
            Some(element) => {
                self.begin(element);
                self.stack.push(Open {
                    element,
                    at: 0,
                    count: 0,
                    number,
                });
            }
            None => self.skipped = 1,
        }
    }

    /// An element ends; `text` is what it holds, where it holds text.
    pub(super) fn end(&mut self, text: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(open) = self.stack.last() else {
            return;
        };
        let element = open.element;
        match element.content {
            Content::Text(kind) => match values::fault(kind, text) {
                Some((found, allowed)) => self.fault_here(&found, &allowed),
                None => self.leaf(element, text),
            },
            Content::Children(children) => {
                let ahead = children.get(open.at..).unwrap_or_default();
                let missing = missing(ahead, ahead.len(), open.count, self.version);
                if !missing.is_empty() {
                    self.fault_here(&format!("no {missing}"), "it must be there");
                }
                self.finish(element);
            }
        }
        self.stack.pop();
    }

    fn is_in(&self, parent: &'static Element) -> bool {
        let above = self.stack.iter().rev().nth(1);
        above.is_some_and(|open| std::ptr::eq(open.element, parent))
    }

    fn begin(&mut self, element: &'static Element) {
        let is = |other: &'static Element| std::ptr::eq(element, other);
        if is(&g::SENDER) || is(&g::RECIPIENT) || is(&g::FILE) || is(&g::ACTION) {
            self.parts = Parts::default();
        } else if is(&g::RESERVATION) {
            self.parts.reservation = true;
        } else if is(&g::ENTRY_POINT) {
            self.parts.entry_point = true;
        } else if is(&g::MESSAGE_BODY) {
            self.facts.body = true;
        } else if is(&g::ADDITIONAL_DOCUMENT) {
            self.facts.attachments += 1;
        }
    }

    /// A text that its type allows.
    fn leaf(&mut self, element: &'static Element, text: &str) {
        let is = |other: &'static Element| std::ptr::eq(element, other);
        let owned = || text.to_owned();
        if is(&g::CONTENT) {
            self.content(text);
        } else if is(&g::FILENAME) {
            self.parts.file_name = owned();
            if text.is_empty() || text.contains(values::is_refused_in_file_name) {
                let found = format!("a file name of the form `{}`", shape(text));
                self.fault_here(
                    &found,
                    "no < > : \" / \\ | ? *, no controls, no spaces but the ordinary one",
                );
            }
        } else if is(&g::ENCODING_FORMAT) {
            self.parts.media_type = owned();
        } else if is(&g::URL) {
            if !values::is_https_url(text) {
                self.fault_here(
                    "no absolute URL with https",
                    "https://, a host, and what RFC 3986 allows",
                );
            }
        } else if is(&g::ACTION_CODE) {
            self.parts.action_code = owned();
        } else if is(&g::MESSAGE_TYPE) {
            self.facts.message_type = MessageType::from_name(text);
        } else if is(&g::NOTIFICATION) {
            self.facts.notification = !text.is_empty();
        } else if is(&g::ID_TYPE) && (self.is_in(&g::SENDER) || self.is_in(&g::RECIPIENT)) {
            self.parts.id_type = owned();
        } else if (is(&g::SENDER_ID) && self.is_in(&g::SENDER))
            || (is(&g::RECIPIENT_ID) && self.is_in(&g::RECIPIENT))
        {
            self.parts.id = owned();
        } else if self.is_in(&g::MESSAGE_HEADER) {
            if is(&g::MESSAGE_UUID) {
                self.facts.message_uuid = owned();
            } else if is(&g::MESSAGE_ID) {
                self.facts.message_id = Some(owned());
            }
        }
    }

    fn content(&mut self, base64: &str) {
        self.facts.files += 1;
        let bytes = base64_simd::STANDARD.decoded_length(base64.as_bytes());
        let bytes = bytes.unwrap_or_default() as u64;
        self.facts.document_bytes += bytes;
        if bytes == 0 {
            self.fault_here(
                "an empty file",
                "the service refuses it (file.empty.not.allowed)",
            );
        }
    }

    fn finish(&mut self, element: &'static Element) {
        let is = |other: &'static Element| std::ptr::eq(element, other);
        if is(&g::SENDER) || is(&g::RECIPIENT) {
            self.party(is(&g::RECIPIENT));
        } else if is(&g::FILE) {
            let parts = std::mem::take(&mut self.parts);
            match values::endings(&parts.media_type) {
                Some(endings) if !values::has_ending(&parts.file_name, endings) => {
                    let what = format!("a file name without the ending .{}", endings.join(" or ."));
                    self.note_here(&what);
                }
                Some(_) => {}
                None if self.is_in(&g::TECHNICAL_DOCUMENT) => {} // For machines: `text/xml` and others.
                None => self.note_here("a media type that is not among those known to be carried"),
            }
        } else if is(&g::ACTION) {
            self.action();
        } else if is(&g::MESSAGE) {
            self.message();
        }
    }

    /// Ids have ten digits (CPR) or eight (CVR): facts/denmark.md §1.4, §1.5.
    fn party(&mut self, is_recipient: bool) {
        let parts = std::mem::take(&mut self.parts);
        let digits = match parts.id_type.as_str() {
            "CPR" => 10,
            "CVR" => 8,
            _ => return self.note_here("an idType that is neither CPR nor CVR"),
        };
        if parts.id.len() != digits || !parts.id.bytes().all(|b| b.is_ascii_digit()) {
            let found = format!("an id of the form `{}`", shape(&parts.id));
            self.fault_here(&found, &format!("{} has {digits} digits", parts.id_type));
        }
        if is_recipient {
            self.facts.recipient_type = parts.id_type;
        }
    }

    fn action(&mut self) {
        let parts = std::mem::take(&mut self.parts);
        if parts.reservation && parts.entry_point {
            self.fault_here("both Reservation and EntryPoint", "one of them at most");
        }
        let fits = match parts.action_code.as_str() {
            "AFTALE" => parts.reservation,
            "BEKRAEFT" | "BETALING" | "FORBEREDELSE" | "INFORMATION" | "SELVBETJENING"
            | "TILMELDING" | "UNDERSKRIV" => parts.entry_point,
            _ => return self.note_here("an actionCode that is not known"),
        };
        if !fits {
            self.note_here("AFTALE goes with a Reservation, the other codes with an EntryPoint");
        }
    }

    fn message(&mut self) {
        match self.facts.message_type {
            Some(MessageType::NemSms) => {
                if self.facts.body {
                    self.fault_here("a NEMSMS with a MessageBody", "its text is in notification");
                }
                if !self.facts.notification {
                    self.fault_here(
                        "a NEMSMS without a notification",
                        "the service refuses it (empty.notification.not.allowed)",
                    );
                }
            }
            Some(MessageType::DigitalPost) if !self.facts.body => {
                self.fault_here(
                    "a DIGITALPOST without a MessageBody",
                    "it holds the documents",
                );
            }
            Some(MessageType::DigitalPost) | None => {}
        }
    }
}

/// Children that must be there and are not, before the one `steps` ahead.
fn missing(ahead: &[Child], steps: usize, count: u32, version: MemoVersion) -> String {
    let seen = |at: usize| if at == 0 { count } else { 0 };
    let passed = ahead.iter().take(steps).enumerate();
    let missing = passed.filter(|(at, child)| seen(*at) < child.times(version).0);
    let names: Vec<String> = missing
        .map(|(_, child)| format!("`{}`", child.element))
        .collect();
    names.join(", ")
}

/// What may come next, up to what must.
fn next(ahead: &[Child], version: MemoVersion) -> String {
    let mut names = Vec::new();
    for child in ahead.iter().filter(|child| child.times(version).1 > 0) {
        if names.len() == NAMES_MAX {
            names.push("…".to_owned());
            break;
        }
        names.push(format!("`{}`", child.element));
        if child.times(version).0 > 0 {
            break;
        }
    }
    if names.is_empty() {
        "nothing".into()
    } else {
        names.join(", ")
    }
}

fn order(children: &[Child], version: MemoVersion) -> String {
    let known = children.iter().filter(|child| child.times(version).1 > 0);
    let names: Vec<&str> = known.map(|child| child.element.name).collect();
    names.join(" ")
}

/// A name from outside: as it is where it looks like the name of an element, else its shape.
fn name_of(name: &[u8]) -> String {
    let plain = name.len() <= 64 && name.iter().all(|b| b.is_ascii_alphabetic());
    let name = String::from_utf8_lossy(name);
    if plain {
        name.into_owned()
    } else {
        shape(&name)
    }
}
