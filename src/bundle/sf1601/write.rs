//! Writes the elements of a `ForsendelseI` by the table, each text judged before it is written.

use super::table::{self, Content, Element, Prefix};
use super::values;
use crate::bundle::{Refusal, canonical};

/// Begins every request.
pub(super) const OPENING: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><kombi_request><KombiValgKode>";
/// Behind the choice.
pub(super) const CHOICE_CLOSE: &str = "</KombiValgKode>";
/// Ends every request.
pub(super) const CLOSING: &str = "</kombi_request>";
/// Before the first element in `ForsendelseI`. Each of both declares what it needs, so that either can be cut out and
/// validated alone.
pub(super) fn shipment_open() -> String {
    let declare = |prefix: Prefix| format!(" xmlns:{}=\"{}\"", prefix.name(), prefix.namespace());
    let all: String = Prefix::ALL.into_iter().map(declare).collect();
    let (collection, shipment) = (&table::COLLECTION, &table::SHIPMENT);
    format!(
        "<{collection}{}><{shipment}{all}>",
        declare(collection.prefix)
    )
}
/// Behind the last element in `ForsendelseI`.
pub(super) fn shipment_close() -> String {
    format!("</{}></{}>", table::SHIPMENT, table::COLLECTION)
}

/// Writes into a buffer.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    /// Markup, as it stands.
    pub(super) fn raw(&mut self, markup: &[u8]) {
        self.0.extend_from_slice(markup);
    }

    fn tag(&mut self, before: &str, element: &Element, behind: &str) {
        for text in [before, element.prefix.name(), ":", element.name, behind] {
            self.raw(text.as_bytes());
        }
    }

    /// An element with what `inside` writes; nothing where that is nothing.
    pub(super) fn node(
        &mut self,
        element: &Element,
        inside: impl FnOnce(&mut Self) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let before = self.0.len();
        self.tag("<", element, ">");
        let opened = self.0.len();
        inside(self)?;
        if self.0.len() == opened {
            self.0.truncate(before);
        } else {
            self.tag("</", element, ">");
        }
        Ok(())
    }

    /// An element that holds text.
    pub(super) fn leaf(&mut self, element: &Element, text: &str) -> Result<(), Refusal> {
        self.text(element, "", text)
    }

    pub(super) fn optional(
        &mut self,
        element: &Element,
        text: Option<&str>,
    ) -> Result<(), Refusal> {
        text.map_or(Ok(()), |text| self.leaf(element, text))
    }

    pub(super) fn flag(&mut self, element: &Element, flag: Option<bool>) -> Result<(), Refusal> {
        let text = |flag| if flag { "true" } else { "false" };
        self.optional(element, flag.map(text))
    }

    pub(super) fn number(&mut self, element: &Element, number: u64) -> Result<(), Refusal> {
        self.leaf(element, &number.to_string())
    }

    /// The country's code, two letters.
    pub(super) fn country(&mut self, code: &str) -> Result<(), Refusal> {
        self.text(&table::COUNTRY, table::COUNTRY_SCHEME, code)
    }

    pub(super) fn base64(&mut self, element: &Element, bytes: &[u8]) {
        self.tag("<", element, ">");
        base64_simd::STANDARD.encode_append(bytes, &mut self.0);
        self.tag("</", element, ">");
    }

    fn text(&mut self, element: &Element, attribute: &str, text: &str) -> Result<(), Refusal> {
        if let Content::Text(kind) = element.content
            && let Some(allowed) = values::fault(kind, text)
        {
            let characters = text.chars().count();
            return Err(Refusal::ContentNotAllowed {
                found: format!("`{element}` would get a text of {characters} characters"),
                allowed: format!("SF1601 takes {allowed}"),
            });
        }
        canonical::check_characters(text)?;
        self.tag("<", element, attribute);
        self.raw(b">");
        canonical::escape_into(text, &mut self.0);
        self.tag("</", element, ">");
        Ok(())
    }
}
