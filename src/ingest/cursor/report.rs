//! What goes wrong: findings with their places, and faults that refuse the mailing.

use quick_xml::errors::{Error as XmlError, IllFormedError};

use super::super::error::{Fault, FaultKind};
use super::{Cursor, Stop};
use crate::finding::{Code, Finding, Place};
use crate::xml::markup::{self, Wrong};

/// How many findings are kept for one piece; more help nobody.
const FINDINGS_MAX: usize = 20;

impl Cursor<'_, '_, '_> {
    /// A finding about the element that has just ended.
    pub(in super::super) fn fault(
        &mut self,
        code: Code,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) {
        let shown = (self.depth as usize + 1).min(self.frames.len() - 1);
        let start = self.frames.get(shown).map_or(self.at, |f| f.start);
        self.finding(code, start, shown, found.into(), allowed.into());
    }

    /// A finding about the element at hand.
    pub(in super::super) fn fault_inside(
        &mut self,
        code: Code,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) {
        let shown = (self.depth as usize).min(self.frames.len() - 1);
        let start = self.frames.get(shown).map_or(self.at, |f| f.start);
        self.finding(code, start, shown, found.into(), allowed.into());
    }

    pub(super) fn finding(
        &mut self,
        code: Code,
        offset: usize,
        shown: usize,
        found: String,
        allowed: String,
    ) {
        if code == Code::Schema {
            self.schema_faults += 1;
        }
        self.first_finding_at.get_or_insert(offset);
        if self.findings.len() < FINDINGS_MAX {
            let place = self.place(offset, shown);
            self.findings.push(Finding {
                letter: self.seq,
                place,
                code,
                found,
                allowed,
            });
        }
    }

    /// True if the schema already found fault; the builder then has nothing to add about missing or wrong values.
    pub(in super::super) fn schema_found_fault(&self) -> bool {
        self.schema_faults > 0
    }

    /// Line, column and path of a place in the piece; `shown` elements are in the path.
    pub(super) fn place(&self, offset: usize, shown: usize) -> Place {
        let (line, column) = self
            .origin
            .advanced(&self.text.as_bytes()[..offset.min(self.text.len())]);
        let frames = self.frames.get(1..=shown).unwrap_or_default();
        let path = frames
            .iter()
            .map(|f| markup::shown(f.local))
            .collect::<Vec<_>>()
            .join("/");
        Place { line, column, path }
    }

    /// A finding after which nothing is built.
    pub(super) fn lose(&mut self, code: Code, found: String, allowed: String) -> Result<(), Stop> {
        if self.abandoned {
            return Ok(());
        }
        let shown = (self.depth as usize).min(self.frames.len() - 1);
        self.finding(code, self.at, shown, found, allowed);
        self.abandoned = true;
        Err(Stop::GiveUp)
    }

    pub(super) fn fault_at(
        &self,
        offset: usize,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Stop {
        Stop::Fault(Box::new(Fault::ill_formed(
            self.origin.offset + offset,
            found,
            allowed,
        )))
    }

    /// The end of the mailing for a reason that is not in its text.
    pub(in super::super) fn stop(&self, kind: FaultKind) -> Stop {
        Stop::Fault(Box::new(Fault {
            offset: self.origin.offset + self.at,
            kind,
        }))
    }

    pub(super) fn fault_here(&self, found: impl Into<String>, allowed: impl Into<String>) -> Stop {
        self.fault_at(self.at, found, allowed)
    }

    pub(super) fn wrong(&self, wrong: Wrong, markup: usize) -> Stop {
        self.fault_at(self.at + markup + wrong.offset, wrong.found, wrong.allowed)
    }

    pub(super) fn undeclared(&self, prefix: &str, offset: usize) -> Stop {
        self.fault_at(
            self.at + offset,
            format!(
                "the prefix `{}`, which is not declared",
                markup::shown(prefix)
            ),
            "a prefix with an `xmlns` declaration",
        )
    }

    /// What quick-xml refuses.
    pub(super) fn refused(&self, error: &XmlError) -> Stop {
        let at = usize::try_from(self.reader.error_position()).unwrap_or(self.at);
        match error {
            XmlError::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => self
                .fault_at(
                    at,
                    format!("`</{}>`", markup::shown(found)),
                    format!("`</{}>`", markup::shown(expected)),
                ),
            XmlError::IllFormed(IllFormedError::UnclosedReference) => {
                self.fault_at(at, "`&` that begins no reference", "`&amp;`")
            }
            XmlError::Syntax(error) => self.fault_at(at, error.to_string(), "closed markup"),
            _ => self.fault_at(at, "damaged markup", "well-formed XML"),
        }
    }
}
