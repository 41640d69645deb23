//! What happens at each event: markup is checked, names resolved, limits kept, the schema asked.

use std::borrow::Cow;

use super::super::vocabulary::{self, Element, NAMESPACE};
use super::{Cursor, Frame, Stop, TagAttribute};
use crate::finding::Code;
use crate::schema::Attribute;
use crate::xml::line_ends;
use crate::xml::markup::{self, BadReference, RawAttribute};
use crate::xml::scope::Space;

impl<'a> Cursor<'a, '_, '_> {
    /// A start tag whose inside is `length` bytes long.
    pub(super) fn open(&mut self, length: usize) -> Result<Element, Stop> {
        self.depth += 1;
        self.started = true;
        if length > self.limits.tag_bytes_max {
            let found = format!("a start tag of {length} bytes");
            let allowed = format!("at most {}", self.limits.tag_bytes_max);
            self.lose(Code::LimitAttributes, found, allowed)?;
            return Ok(Element::Unknown);
        }
        let inside = self.slice(self.at + 1, length)?;
        let mut raw = std::mem::take(&mut self.raw);
        let result = self.read_tag(inside, &mut raw);
        let count = raw.len();
        self.raw = raw;
        let (local, space) = result?;
        self.name = (space, local);
        if count > self.limits.attributes_max {
            self.lose(
                Code::LimitAttributes,
                format!("{count} attributes on an element"),
                format!("at most {}", self.limits.attributes_max),
            )?;
        }
        if self.depth as usize > self.limits.depth_max {
            self.lose(
                Code::LimitDepth,
                format!("an element at depth {}", self.depth),
                format!("at most {}", self.limits.depth_max),
            )?;
        }
        if self.abandoned {
            return Ok(Element::Unknown);
        }
        let element = self.push_frame(local, space);
        self.validate_start(local, space);
        Ok(element)
    }

    /// Checks the tag, brings its declarations into force and its attributes into `self.attributes`.
    pub(super) fn read_tag(
        &mut self,
        inside: &'a str,
        raw: &mut Vec<RawAttribute<'a>>,
    ) -> Result<(&'a str, Space), Stop> {
        let name = markup::tag(inside, raw).map_err(|w| self.wrong(w, 1))?;
        let (prefix, local) = markup::split_name(name).unwrap_or(("", name));
        self.attributes.clear();
        for attribute in raw.iter() {
            if let Some(prefix) = attribute.declares() {
                self.scope
                    .declare(prefix, attribute, self.depth)
                    .map_err(|found| {
                        self.fault_at(self.at + 1 + attribute.offset, found, "another namespace")
                    })?;
            }
        }
        let Some(space) = self.scope.of_element(prefix) else {
            return Err(self.undeclared(prefix, 1));
        };
        for attribute in raw.iter() {
            let value = self.attribute_value(attribute)?;
            if attribute.declares().is_some() {
                continue;
            }
            let Some(space) = self.scope.of_attribute(attribute.prefix) else {
                return Err(self.undeclared(attribute.prefix, 1 + attribute.offset));
            };
            self.attributes.push(TagAttribute {
                space,
                local: attribute.local,
                value,
            });
        }
        self.refuse_duplicates(raw)?;
        Ok((local, space))
    }

    pub(super) fn attribute_value(
        &mut self,
        attribute: &RawAttribute<'a>,
    ) -> Result<Cow<'a, str>, Stop> {
        let mut bad = Vec::new(); // Allocates only if something is.
        let value = markup::attribute_value(attribute.value, |_, why| bad.push(why));
        let at = self.at + 1 + attribute.offset;
        for why in bad {
            self.bad_reference(why, at)?;
        }
        Ok(value)
    }

    /// Two attributes of one name, or of one expanded name, are not well-formed.
    pub(super) fn refuse_duplicates(&self, raw: &[RawAttribute<'a>]) -> Result<(), Stop> {
        let mut twice = None;
        if raw.len() <= self.limits.attributes_max {
            for (i, a) in raw.iter().enumerate() {
                let same = |b: &&RawAttribute<'_>| a.local == b.local && a.prefix == b.prefix;
                twice = twice.or(raw[..i].iter().find(same).map(|b| b.local));
            }
        } else {
            let mut names: Vec<_> = raw.iter().map(|a| (a.prefix, a.local)).collect();
            names.sort_unstable();
            twice = names.windows(2).find(|w| w[0] == w[1]).map(|w| w[0].1);
        }
        if twice.is_none()
            && self
                .attributes
                .iter()
                .filter(|a| a.space != Space::None)
                .count()
                > 1
        {
            let mut names: Vec<_> = self
                .attributes
                .iter()
                .filter(|a| a.space != Space::None)
                .map(|a| (self.scope.name(a.space), a.local))
                .collect();
            names.sort_unstable();
            twice = names.windows(2).find(|w| w[0] == w[1]).map(|w| w[0].1);
        }
        match twice {
            Some(name) => Err(self.fault_here(
                format!("attribute `{}` twice on one element", markup::shown(name)),
                "each attribute once",
            )),
            None => Ok(()),
        }
    }

    pub(super) fn push_frame(&mut self, local: &'a str, space: Space) -> Element {
        let depth = self.depth as usize;
        let element = match (
            self.scope.name(space) == NAMESPACE,
            self.frames.get_mut(depth - 1),
        ) {
            (true, Some(parent)) => vocabulary::child(parent.element, local, &mut parent.hint),
            _ => Element::Unknown,
        };
        self.attachments += u64::from(element == Element::Attachment);
        self.frames.truncate(depth);
        self.frames.push(Frame {
            element,
            local,
            start: self.at,
            hint: 0,
        });
        element
    }

    pub(super) fn validate_start(&mut self, local: &'a str, space: Space) {
        let Some(validator) = self.validator.as_deref_mut() else {
            return;
        };
        let scope = &self.scope;
        let namespace = scope.name(space).as_bytes();
        if self.attributes.is_empty() {
            validator.start(namespace, local.as_bytes(), &[]);
        } else {
            let list: Vec<Attribute<'_>> = self
                .attributes
                .iter()
                .map(|a| Attribute {
                    namespace: scope.name(a.space).as_bytes(),
                    local: a.local.as_bytes(),
                    value: &a.value,
                })
                .collect();
            validator.start(namespace, local.as_bytes(), &list);
        }
        self.take_violations(self.at, self.depth as usize);
    }

    pub(super) fn close(&mut self) {
        if !self.abandoned {
            if let Some(validator) = self.validator.as_deref_mut() {
                validator.end();
            }
            let shown = self.depth as usize;
            let start = self.frames.get(shown).map_or(self.at, |f| f.start);
            self.take_violations(start, shown);
        }
        self.scope.leave(self.depth);
        self.depth = self.depth.saturating_sub(1);
    }

    pub(super) fn character_data(
        &mut self,
        start: usize,
        length: usize,
    ) -> Result<Cow<'a, str>, Stop> {
        let text = self.slice(start, length)?;
        let section_close = if self.has_section_close {
            text.find("]]>")
        } else {
            None
        };
        if let Some(i) = section_close {
            return Err(self.fault_at(start + i, "`]]>` in text", "`]]&gt;`"));
        }
        let text = self.line_ends(text);
        self.validate_text(&text);
        Ok(text)
    }

    pub(super) fn section(&mut self, length: usize) -> Result<Cow<'a, str>, Stop> {
        let text = self.slice(self.at + "<![CDATA[".len(), length)?;
        let text = self.line_ends(text);
        self.validate_text(&text);
        Ok(text)
    }

    pub(super) fn reference(&mut self, length: usize) -> Result<Cow<'a, str>, Stop> {
        let name = self.slice(self.at + 1, length)?;
        let text = match markup::reference(name) {
            Ok('&') => Cow::Borrowed("&"),
            Ok('<') => Cow::Borrowed("<"),
            Ok('>') => Cow::Borrowed(">"),
            Ok(c) => Cow::Owned(c.to_string()),
            Err(why) => {
                self.bad_reference(why, self.at)?;
                Cow::Borrowed("")
            }
        };
        self.validate_text(&text);
        Ok(text)
    }

    pub(super) fn bad_reference(&mut self, why: BadReference, at: usize) -> Result<(), Stop> {
        let (code, found, allowed) = match why {
            BadReference::Malformed => {
                return Err(self.fault_at(at, "`&` that begins no reference", "`&amp;`"));
            }
            BadReference::Unknown => (
                Code::TextEntity,
                "an entity that XML does not define",
                "`&amp;`, `&lt;`, `&gt;`, `&apos;`, `&quot;` and numbers",
            ),
            BadReference::Forbidden => (
                Code::TextForbidden,
                "a reference to a character that XML forbids",
                "characters of XML 1.0",
            ),
        };
        if !self.abandoned {
            let shown = (self.depth as usize).min(self.frames.len() - 1);
            self.finding(code, at, shown, found.into(), allowed.into());
        }
        Ok(())
    }

    /// Line ends as XML 1.0 §2.11 has them: CRLF and CR are LF.
    pub(super) fn line_ends(&self, text: &'a str) -> Cow<'a, str> {
        match self.has_carriage_return {
            true => line_ends(text),
            false => Cow::Borrowed(text),
        }
    }

    pub(super) fn validate_text(&mut self, text: &str) {
        if self.abandoned {
            return;
        }
        if let Some(validator) = self.validator.as_deref_mut() {
            validator.text(text);
            self.take_violations(self.at, self.depth as usize);
        }
    }

    /// Turns what the schema noted into findings at a place.
    pub(super) fn take_violations(&mut self, offset: usize, shown: usize) {
        let Some(validator) = self.validator.as_deref_mut() else {
            return;
        };
        if validator.violations().is_empty() {
            return;
        }
        let violations = std::mem::take(validator.violations());
        for violation in violations {
            self.finding(
                Code::Schema,
                offset,
                shown,
                violation.found,
                violation.allowed,
            );
        }
    }

    pub(super) fn keep_text_limit(&mut self) -> Result<(), Stop> {
        let in_document = self
            .frames
            .get(self.depth as usize)
            .is_some_and(|f| f.element == Element::Base64);
        if !in_document {
            self.text_bytes += self.position() - self.at;
            if self.text_bytes > self.limits.text_bytes_max {
                let allowed = format!(
                    "at most {} bytes beside documents",
                    self.limits.text_bytes_max
                );
                self.text_bytes = 0; // Said once is enough; nothing is counted after it.
                return self.lose(
                    Code::LimitLetterBytes,
                    "more text than allowed".into(),
                    allowed,
                );
            }
        }
        Ok(())
    }
}
