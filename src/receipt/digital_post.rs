//! JSON receipts of Digital Post (facts/denmark.md §2.4): one object, an array of them, or a page that holds an array.
//! They are given as they are read, so that memory does not grow with a page; one that is wrong does not stop the others.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny};
use serde::de::{MapAccess, SeqAccess, Visitor};

use super::{Said, Wrong, words};
use crate::finding::shape;
use crate::letter::Delivery;

/// Characters kept of a value while it is read; more than any that means something has.
const VALUE_CHARS_MAX: usize = 200;

/// What a JSON text may be.
const FORMS: &str = "receipts of Digital Post: an object, an array, a page, or one object a line";

/// What an object says of a message, named by its id; `None`: a container was taken in.
type OfMessage = Option<(String, Said)>;

/// Gives what each object says.
pub type Each<'e> = dyn FnMut(Result<OfMessage, Wrong>) + 'e;

/// Reads a JSON text. What was given before an error stands.
pub fn read(bytes: &[u8], each: &mut Each<'_>) -> Result<(), Wrong> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Objects(each).deserialize(&mut reader);
    let is_object = read.and_then(|is_object| reader.end().map(|()| is_object));
    match is_object {
        Ok(true) => Ok(()),
        Ok(false) => Err(Wrong::whole("JSON of another form than a receipt", FORMS)),
        Err(error) => Err(wrong(&error)),
    }
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
        allowed: FORMS.into(),
    }
}

/// Objects at any depth of arrays and pages; the JSON reader itself allows 128. Gives whether it was an array or an object.
struct Objects<'o, 'e>(&'o mut Each<'e>);

impl<'de> DeserializeSeed<'de> for Objects<'_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Objects<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a receipt, an array of receipts, or a page")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        while let Some(is_object) = items.next_element_seed(Objects(self.0))? {
            if !is_object {
                let found = "a value that is no receipt";
                (self.0)(Err(Wrong::whole(found, "objects in an array of receipts")));
            }
        }
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<bool, A::Error> {
        let mut receipt = Receipt::default();
        let mut is_page = false;
        while let Some(Value(name)) = fields.next_key()? {
            let name = name.unwrap_or_default();
            if matches!(name.as_str(), "receipts" | "content" | "items") {
                is_page |= fields.next_value_seed(Objects(self.0))?;
                continue;
            }
            let Some((name, place)) = receipt.field(&name) else {
                fields.next_value::<IgnoredAny>()?;
                continue;
            };
            match fields.next_value()? {
                Value(Some(text)) => *place = text,
                Value(None) => receipt.odd = Some(name),
            }
        }
        if !is_page {
            (self.0)(receipt.said());
        }
        Ok(true)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }
}

/// One object, as text.
#[derive(Default)]
struct Receipt {
    transmission_id: String,
    message_uuid: String,
    error_code: String,
    time_stamp: String,
    status: String,
    /// A field whose value is of another type.
    odd: Option<&'static str>,
}

impl Receipt {
    /// The field of a name, where it means something.
    fn field(&mut self, name: &str) -> Option<(&'static str, &mut String)> {
        Some(match name {
            "transmissionId" => ("transmissionId", &mut self.transmission_id),
            "messageUUID" => ("messageUUID", &mut self.message_uuid),
            "errorCode" => ("errorCode", &mut self.error_code),
            "timeStamp" => ("timeStamp", &mut self.time_stamp),
            "receiptStatus" => ("receiptStatus", &mut self.status),
            _ => return None,
        })
    }

    fn said(self) -> Result<OfMessage, Wrong> {
        if let Some(name) = self.odd {
            let found = format!("a value of {name} that is neither text nor a number");
            return Err(Wrong::whole(found, "a text, a whole number or null"));
        }
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
                Delivery::Underway | Delivery::Delivered => Ok(None),
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
        let said = Said {
            outcome,
            code: code.unwrap_or_default(), // The status is not empty.
            at: words::time(&self.time_stamp),
            transaction: words::word(&self.transmission_id),
        };
        Ok(Some((message_id, said)))
    }
}

/// A JSON string or whole number as text; null is empty, and a value of any other type is `None`.
struct Value(Option<String>);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        let text = text.trim().chars().take(VALUE_CHARS_MAX).collect();
        Ok(Value(Some(text)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value(Some(number.to_string())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value(Some(number.to_string())))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value(Some(String::new())))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Value, E> {
        Ok(Value(None))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
        Ok(Value(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value(None))
    }
}
