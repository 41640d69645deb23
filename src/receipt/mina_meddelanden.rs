//! The answer to `deliverSecure`, and the fault in its place (facts/sweden.md §4), with any prefixes, within a SOAP 1.1
//! or 1.2 envelope or bare.
//!
//! Neither holds the id of the message: it is the first UUID in the file's name. The recipient's number in the answer is
//! not kept. The meaning of the error codes is not public, so a fault is told by its `faultcode` alone: `Client` (SOAP
//! 1.2: `Sender`) means that the request was not taken in, anything else that nobody knows.

use super::elements::Name;
use super::{Said, Wrong, words};
use crate::letter::Delivery;
use crate::xml::SOAP_NAMESPACES;

/// Versions add `/v2`, `/v3` to the name of a service.
const SCHEMAS: &str = "http://minameddelanden.gov.se/schema/";

/// What was read so far.
#[derive(Default)]
pub struct Answer {
    answers: u32,
    delivered: u32,
    not_delivered: u32,
    transaction: Option<String>,
    faults: u32,
    fault_code: String,
    error_code: Option<String>,
    call_id: Option<String>,
    odd: Option<Wrong>,
}

impl Answer {
    /// Takes the end of an element.
    pub fn element(&mut self, path: &[Name], text: &str) {
        let Some((name, around)) = path.split_last() else {
            return;
        };
        let parent = around.last().map_or("", |name| name.local.as_str());
        let ours = name.space.starts_with(SCHEMAS);
        let soap = SOAP_NAMESPACES.contains(&name.space.as_str());
        match (parent, name.local.as_str()) {
            (_, "deliverSecureResponse") if ours => self.answers += 1,
            ("return", "TransId") if ours => self.transaction = words::word(text),
            ("Status", "Delivered") if ours => match text {
                "true" | "1" => self.delivered += 1,
                "false" | "0" => self.not_delivered += 1,
                _ => {
                    let found = format!("Delivered `{}`", crate::finding::shape(text));
                    self.odd = Some(Wrong::whole(found, "true, false"));
                }
            },
            (_, "Fault") if soap => self.faults += 1,
            ("Fault", "faultcode") => self.fault_code = text.to_owned(),
            ("Code", "Value") if soap => self.fault_code = text.to_owned(),
            ("applicationFault", "ErrorCode") if ours => self.error_code = words::word(text),
            ("applicationFault", "CallId") if ours => self.call_id = words::word(text),
            _ => {}
        }
    }

    /// What it all says.
    pub fn end(self) -> Result<Said, Wrong> {
        if let Some(odd) = self.odd {
            return Err(odd);
        }
        match (self.answers, self.faults) {
            (1, 0) => self.answer(),
            (0, 1) => Ok(self.fault()),
            (0, 0) => Err(Wrong::whole(
                "XML without an answer or a fault",
                "deliverSecureResponse, a SOAP fault, PKO_PostStatus, ModtagBeskedInput",
            )),
            _ => Err(Wrong::whole(
                "several answers or faults",
                "one in a file, named after its message",
            )),
        }
    }

    fn answer(self) -> Result<Said, Wrong> {
        let (outcome, code) = match (self.delivered, self.not_delivered) {
            (0, 0) => {
                return Err(Wrong::whole(
                    "an answer without Delivered",
                    "at least one Status",
                ));
            }
            (_, 0) => (Delivery::Delivered, "delivered"),
            (0, _) => (Delivery::Refused, "not-delivered"),
            _ => (Delivery::Unknown, "partly-delivered"), // A message of ours has one recipient.
        };
        Ok(Said {
            outcome,
            code: code.to_owned(),
            at: None,
            transaction: self.transaction,
        })
    }

    fn fault(self) -> Said {
        let local = self.fault_code.rsplit(':').next().unwrap_or_default();
        let outcome = match local {
            // Exactly these: `Client.Authentication` is about the relay, not about the message.
            "Client" | "Sender" => Delivery::Refused,
            _ => Delivery::Unknown,
        };
        let code = self.error_code.or_else(|| words::word(local));
        Said {
            outcome,
            code: code.unwrap_or_else(|| "fault".to_owned()),
            at: None,
            transaction: self.call_id,
        }
    }
}
