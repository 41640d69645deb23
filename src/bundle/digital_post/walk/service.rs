//! What the service asks beyond the schema: ids of parties, names and bytes of files, addresses on the web, actions, what
//! kind of message has what (facts/denmark.md §1.4, §1.5, §1.7, §2.4).

use super::super::grammar::{self as g, Element};
use super::super::{MessageType, values};
use super::Walk;
use crate::finding::shape;
use crate::letter::file_name;

/// Texts that are judged together, of the element that is open.
#[derive(Default)]
pub(super) struct Parts {
    id: String,
    id_type: String,
    media_type: String,
    file_name: String,
    action_code: String,
    reservation: bool,
    entry_point: bool,
}

impl Walk {
    fn is_in(&self, parent: &'static Element) -> bool {
        let above = self.stack.iter().rev().nth(1);
        above.is_some_and(|open| std::ptr::eq(open.element, parent))
    }

    pub(super) fn begin(&mut self, element: &'static Element) {
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
    pub(super) fn leaf(&mut self, element: &'static Element, text: &str) {
        let is = |other: &'static Element| std::ptr::eq(element, other);
        let owned = || text.to_owned();
        if is(&g::CONTENT) {
            self.content(text);
        } else if is(&g::FILENAME) {
            self.parts.file_name = owned();
            if text.is_empty() || text.contains(file_name::is_refused_in_file_name) {
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

    pub(super) fn finish(&mut self, element: &'static Element) {
        let is = |other: &'static Element| std::ptr::eq(element, other);
        if is(&g::SENDER) || is(&g::RECIPIENT) {
            self.party(is(&g::RECIPIENT));
        } else if is(&g::FILE) {
            let parts = std::mem::take(&mut self.parts);
            match file_name::endings(&parts.media_type) {
                Some(endings) if !file_name::has_ending(&parts.file_name, endings) => {
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
