//! `PKO_PostStatus` of Serviceplatformen (facts/denmark.md §4.3), bare or as Base64 in an event of Beskedfordeler.
//!
//! The envelope's `ObjektHandling` and the status' `TransaktionsStatusKode` are the same list, once as UUIDs and once as
//! names; each decides alone where the other is missing or not known. If they contradict each other, or neither is
//! known, the outcome is unknown: error details alone do not say that it was the last attempt.

use super::elements::{self, Name};
use super::{Said, Wrong, words};
use crate::finding::shape;
use crate::letter::{Delivery, RECALLED};

const STATUS: &str = "http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types";
/// The type of event that holds a status.
const EVENT_TYPE: &str = "d2bed63c-4853-4008-b6e0-a74c15b15fbf";
/// `KanalKode` of a letter on paper.
const ON_PAPER: &str = "Fysisk Post";

/// `ObjektHandling`, its name, and what follows. A letter on paper counts as delivered when the post has it. A recalled
/// one is unknown: the sender did not want it to arrive, so that nothing may print it unasked.
const HANDLINGS: &[(&str, &str, Delivery)] = &[
    (
        "eb866ca2-b871-4387-b501-12cde577bd58",
        "Modtaget Digital Post",
        Delivery::Underway,
    ),
    (
        "f7161a89-5068-4023-bc80-d7f4daad2a2e",
        "Afleveret Digital Post",
        Delivery::Delivered,
    ),
    (
        "e225a75c-4b63-46c4-9423-77f5c8762445",
        "Fejlet",
        Delivery::Refused,
    ),
    (
        "dd98e71c-41ac-4305-a47b-8f86b00e639b",
        "Modtaget Fjern-print",
        Delivery::Underway,
    ),
    (
        "e2b30d57-504a-4e2e-ae2d-a1394a9cb0b8",
        "Klar",
        Delivery::Underway,
    ),
    (
        "e3c0a021-2070-40d4-b7b7-754aeba762e9",
        "Afleveret til print og kuvertering",
        Delivery::Underway,
    ),
    (
        "db5a6025-caa3-45c3-8e02-4e6fa8142ade",
        "Afsendt",
        Delivery::Delivered,
    ),
    (
        "e94a0a8b-60a0-42ad-8b83-52c9e15d0fb3",
        "Modtaget Post Danmark",
        Delivery::Delivered,
    ),
    (
        "f4e6eb11-0261-4198-8b5d-be92a9b1a35d",
        "Opdatering fra Post Danmark",
        Delivery::Underway,
    ),
    (
        "f03904aa-df6e-417f-bd74-6a01a61adbcf",
        RECALLED,
        Delivery::Unknown,
    ),
];

/// What was read so far, of a status or of its envelope.
#[derive(Default)]
pub struct Status {
    statuses: u32,
    events: u32,
    payload: Option<String>,
    event_type: String,
    handling: String,
    message: String,
    shipment: String,
    channel: String,
    transmission: String,
    time: String,
    status: String,
    error_code: String,
}

impl Status {
    /// Takes the end of an element.
    pub fn element(&mut self, path: &[Name], text: &str) {
        let Some((name, around)) = path.split_last() else {
            return;
        };
        if name.space == STATUS {
            return self.element_of_status(around, &name.local, text);
        }
        let local = |above: usize| {
            let at = around.len().checked_sub(above);
            at.and_then(|at| around.get(at))
                .map_or("", |name| name.local.as_str())
        };
        match (local(2), local(1), name.local.as_str()) {
            (_, _, "Haendelsesbesked") => self.events += 1,
            (_, "Beskeddata", "Base64") => self.payload = Some(text.to_owned()),
            (_, "Beskedtype", "UUIDIdentifikator") => self.event_type = text.to_ascii_lowercase(),
            ("ObjektRegistrering", "ObjektHandling", "UUIDIdentifikator") => {
                self.handling = text.to_ascii_lowercase();
            }
            _ => {}
        }
    }

    fn element_of_status(&mut self, around: &[Name], local: &str, text: &str) {
        let parent = around.last().map_or("", |name| name.local.as_str());
        let place = match (parent, local) {
            (_, "PKO_PostStatus") => {
                self.statuses += 1;
                return;
            }
            ("PKO_PostStatus", "MessageUUID") => &mut self.message,
            ("PKO_PostStatus", "AfsendelseIdentifikator") => &mut self.shipment,
            ("PKO_PostStatus", "KanalKode") => &mut self.channel,
            ("PKO_PostStatus", "TransmissionId") => &mut self.transmission,
            ("PKO_PostStatus", "TransaktionsDatoTid") => &mut self.time,
            ("PKO_PostStatus", "TransaktionsStatusKode") => &mut self.status,
            ("FejlDetaljer", "FejlKode") => &mut self.error_code,
            _ => return,
        };
        text.clone_into(place);
    }

    /// What it all says, and of which message; opens the envelope if there is one.
    pub fn end(mut self) -> Result<(String, Said), Wrong> {
        match (self.statuses, self.events) {
            (1, 0) => {}
            (0, 1) => self.open()?,
            (0, 0) => {
                return Err(Wrong::whole(
                    "an envelope without an event",
                    "one Haendelsesbesked",
                ));
            }
            _ => return Err(Wrong::whole("several statuses or events", "one in a file")),
        }
        self.said()
    }

    fn open(&mut self) -> Result<(), Wrong> {
        if self.event_type != EVENT_TYPE {
            return Err(Wrong::whole(
                "an event of another type than a post status",
                "Beskedtype d2bed63c-4853-4008-b6e0-a74c15b15fbf",
            ));
        }
        let payload = self.payload.take().unwrap_or_default();
        let payload = base64_simd::forgiving_decode_to_vec(payload.as_bytes()).map_err(|_| {
            Wrong::whole("Beskeddata that is not Base64", "PKO_PostStatus as Base64")
        })?;
        // Elements of the status' own namespace only: a second envelope in the first is not opened.
        let walked = elements::walk(&payload, &mut |path, text| self.element(path, text));
        walked.map_err(|wrong| Wrong {
            line: 0,
            found: format!("Beskeddata with {}", wrong.found),
            ..wrong
        })?;
        match (self.statuses, self.events) {
            (1, 1) => Ok(()),
            _ => Err(Wrong::whole(
                "Beskeddata without a status",
                "one PKO_PostStatus",
            )),
        }
    }

    fn said(self) -> Result<(String, Said), Wrong> {
        let paper = self.channel == ON_PAPER || self.message.is_empty();
        let id = if paper && !self.shipment.is_empty() {
            &self.shipment
        } else {
            &self.message
        };
        let message_id = words::uuid(id).ok_or_else(|| {
            let found = format!("MessageUUID or AfsendelseIdentifikator `{}`", shape(id));
            Wrong::whole(found, "a UUID, as messages are given here")
        })?;
        let by =
            |key: &dyn Fn(&(&str, &str, Delivery)) -> bool| HANDLINGS.iter().find(|row| key(row));
        let handling = by(&|(uuid, _, _)| *uuid == self.handling);
        let status = by(&|(_, name, _)| *name == self.status);
        let outcome = match (handling, status) {
            (Some((.., one)), Some((.., other))) if one != other => Delivery::Unknown,
            (Some((.., outcome)), _) | (None, Some((.., outcome))) => *outcome,
            (None, None) => Delivery::Unknown,
        };
        let name = status.or(handling).map(|(_, name, _)| (*name).to_owned());
        // Whatever else is said of it: nothing but a person's word ends a recall.
        let recalled = [handling, status]
            .into_iter()
            .flatten()
            .any(|(_, name, _)| *name == RECALLED);
        let code = match recalled {
            true => Some(RECALLED.to_owned()),
            false => words::word(&self.error_code)
                .or(name)
                .or_else(|| words::word(&self.status)),
        };
        let said = Said {
            outcome,
            code: code.unwrap_or_else(|| "no-status".to_owned()),
            at: words::time(&self.time),
            transaction: words::word(&self.transmission),
        };
        Ok((message_id, said))
    }
}
