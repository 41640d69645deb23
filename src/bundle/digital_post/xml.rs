//! Writes a message into a buffer, in canonical form: no white space between elements, no attributes below the root,
//! `&`, `<`, `>` and CR escaped in text, nothing else. Names and limits are those of `grammar`.

use super::super::{Refusal, canonical};
use super::grammar::{Content, Element};
use super::values;
use crate::xml::forbidden;

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

    fn tag(&mut self, before: &str, element: &Element) {
        for part in [before, element.prefix.name(), ":", element.name, ">"] {
            self.raw(part.as_bytes());
        }
    }

    /// An element with others in it.
    pub(super) fn node(
        &mut self,
        element: &Element,
        inside: impl FnOnce(&mut Self) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        self.tag("<", element);
        inside(self)?;
        self.tag("</", element);
        Ok(())
    }

    /// An element with text, which is refused where the schema would refuse it.
    pub(super) fn leaf(&mut self, element: &Element, text: &str) -> Result<(), Refusal> {
        let Content::Text(kind) = element.content else {
            return Err(refused(element, "text alone".into(), "it holds elements"));
        };
        if let Some((found, allowed)) = values::fault(kind, text) {
            return Err(refused(element, found, &allowed));
        }
        check_characters(element, text)?;
        self.tag("<", element);
        canonical::escape_into(text, &mut self.0);
        self.tag("</", element);
        Ok(())
    }

    pub(super) fn optional(
        &mut self,
        element: &Element,
        text: Option<&str>,
    ) -> Result<(), Refusal> {
        text.map_or(Ok(()), |text| self.leaf(element, text))
    }

    /// An element with bytes in base64, or such that are encoded already.
    pub(super) fn base64(&mut self, element: &Element, bytes: Base64<'_>) {
        self.tag("<", element);
        match bytes {
            Base64::Raw(bytes) => {
                base64_simd::STANDARD.encode_append(bytes, &mut self.0);
            }
            Base64::Encoded(base64) => self.raw(base64),
        }
        self.tag("</", element);
    }
}

#[derive(Clone, Copy)]
pub(super) enum Base64<'b> {
    Raw(&'b [u8]),
    Encoded(&'b [u8]),
}

/// XML 1.0 §2.2. `ingest` finds such characters too; here a message must not become unreadable by one.
pub(super) fn check_characters(element: &Element, text: &str) -> Result<(), Refusal> {
    match forbidden(text) {
        None => Ok(()),
        Some((_, c)) => {
            let found = format!("character U+{:04X}", u32::from(c));
            Err(refused(element, found, "XML 1.0 does not allow it"))
        }
    }
}

/// A refusal that names the element of the message.
pub(super) fn refused(element: &Element, found: String, allowed: &str) -> Refusal {
    Refusal::ContentNotAllowed {
        found: format!("`{element}`: {found}"),
        allowed: allowed.to_owned(),
    }
}
