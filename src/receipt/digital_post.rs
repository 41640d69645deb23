//! JSON receipts of Digital Post (facts/denmark.md §2.4): one object, an array of them, or a page that holds an array.
//! They are given as they are read, so that memory does not grow with a page.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny};
use serde::de::{MapAccess, SeqAccess, Visitor};

use super::Wrong;
use super::words;
use crate::finding::shape;
use crate::letter::Delivery;

/// Characters kept of a value while it is read; the longest that means something is an error text.
const VALUE_CHARS_MAX: usize = 1000;

/// What an object says.
pub enum Said {
    /// Of one message.
    Message {
        message_id: String,
        outcome: Delivery,
        code: String,
        text: String,
        time: String,
        transaction: Option<String>,
    },
    /// Of a container that was taken in.
    Container,
}

/// Gives what each object says.
pub type Each<'e> = dyn FnMut(Result<Said, Wrong>) + 'e;

/// Reads a JSON text. What was given before an error stands.
pub fn read(bytes: &[u8], each: &mut Each<'_>) -> Result<(), Wrong> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Objects(each).deserialize(&mut reader);
    read.and_then(|()| reader.end())
        .map_err(|error| wrong(&error))
}

/// Whether a text is one whole object.
pub fn is_object(bytes: &[u8]) -> bool {
    read(bytes, &mut |_| {}).is_ok()
}

/// What is wrong with a text, without a word of it: messages of the parser may quote values.
fn wrong(error: &serde_json::Error) -> Wrong {
    let found = match error.classify() {
        serde_json::error::Category::Eof => "JSON that ends too early",
        serde_json::error::Category::Data => "JSON of another form than a receipt",
        serde_json::error::Category::Syntax => "text that is not JSON",
        serde_json::error::Category::Io => "JSON that cannot be read",
    };
    Wrong {
        line: error.line() as u64,
        found: format!("{found}, at character {}", error.column()),
        allowed: "receipts of Digital Post: an object, an array, a page, or one object a line"
            .into(),
    }
}

/// Objects at any depth of arrays and pages; the JSON reader itself allows 128.
struct Objects<'o, 'e>(&'o mut Each<'e>);

impl<'de> DeserializeSeed<'de> for Objects<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Objects<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a receipt, an array of receipts, or a page")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Objects(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut receipt = Receipt::default();
        let mut is_page = false;
        while let Some(Value(name)) = fields.next_key()? {
            let place = match name.as_str() {
                "transmissionId" => &mut receipt.transmission_id,
                "messageUUID" => &mut receipt.message_uuid,
                "errorCode" => &mut receipt.error_code,
                "errorMessage" => &mut receipt.error_message,
                "timeStamp" => &mut receipt.time_stamp,
                "receiptStatus" => &mut receipt.status,
                "receipts" | "content" | "items" => {
                    is_page = true;
                    fields.next_value_seed(Objects(self.0))?;
                    continue;
                }
                _ => {
                    fields.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let Value(text) = fields.next_value()?;
            *place = text;
        }
        if !is_page {
            (self.0)(receipt.said());
        }
        Ok(())
    }
}

/// One object, as text.
#[derive(Default)]
struct Receipt {
    transmission_id: String,
    message_uuid: String,
    error_code: String,
    error_message: String,
    time_stamp: String,
    status: String,
}

impl Receipt {
    fn said(self) -> Result<Said, Wrong> {
        let outcome = match self.status.as_str() {
            "RECEIVED" => Delivery::Underway,
            "COMPLETED" => Delivery::Delivered,
            "INVALID" | "NOT_ALLOWED" => Delivery::Refused,
            "" => {
                return Err(Wrong::whole(
                    "an object without receiptStatus",
                    "RECEIVED, COMPLETED, INVALID, NOT_ALLOWED",
                ));
            }
            _ => Delivery::Unknown, // A word that is newer than this program; it is kept as the code.
        };
        if self.message_uuid.is_empty() {
            return match outcome {
                Delivery::Underway | Delivery::Delivered => Ok(Said::Container),
                Delivery::Refused | Delivery::Unknown => Err(Wrong::whole(
                    "a container that was not taken in, without a messageUUID",
                    "a messageUUID; find out what became of the letters in that container",
                )),
            };
        }
        let message_id = words::uuid(&self.message_uuid).ok_or_else(|| {
            let found = format!("messageUUID `{}`", shape(&self.message_uuid));
            Wrong::whole(found, "a UUID")
        })?;
        let code = words::word(&self.error_code).or_else(|| words::word(&self.status));
        Ok(Said::Message {
            message_id,
            outcome,
            code: code.unwrap_or_default(), // The status is not empty.
            text: words::text(&self.error_message),
            time: self.time_stamp,
            transaction: words::word(&self.transmission_id),
        })
    }
}

/// A JSON string or number as text; null is empty.
struct Value(String);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl Visitor<'_> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a number or null")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value(text.trim().chars().take(VALUE_CHARS_MAX).collect()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value(number.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value(String::new()))
    }
}
