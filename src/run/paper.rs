//! The way of a letter onto paper: enclosures inspected, pages composed, the piece planned and prepared.

use std::sync::Arc;

use super::mill::{Depth, Mill, Output, about};
use crate::bundle::Format;
use crate::compose::{self, FirstPage, GlyphsUsed, LaidLetter};
use crate::finding::{Code, Finding};
use crate::letter::{Address, Channel, Colour, Content, Document, Letter};
use crate::preflight::{PdfFacts, PdfFault, Remark};
use crate::route::Cause;
use crate::spool::{self, CoverSheet, Destination, Household, PiecePlan};
use crate::ticket::Trial;

impl Mill<'_> {
    /// Makes a piece of a letter, or says why it cannot be one; findings are added.
    pub fn print(
        &self,
        letter: &Letter<'_>,
        depth: Depth,
        findings: &mut Vec<Finding>,
    ) -> Result<Output, Cause> {
        let front = self.front(letter);
        let sheet = match letter.content {
            Content::Text(_) if !letter.recipient.address_protected => FirstPage::WithText,
            Content::Text(_) | Content::Pdf(_) => FirstPage::CoverSheet,
        };
        let mut laid = compose::lay_out(letter, self.header, self.date, &self.stationery, sheet)
            .map_err(|found| {
                let address = found
                    .iter()
                    .any(|finding| finding.code == Code::PrintAddress);
                findings.extend(found);
                if address {
                    Cause::AddressDoesNotFit
                } else {
                    Cause::Unprintable
                }
            })?;
        let shows = |facts: &PdfFacts| {
            let window = facts.window.as_ref();
            window.is_some_and(|window| window.shows(&laid.address_lines))
        };
        let front = front.filter(shows);
        let enclosures = self.enclosures(letter, front.as_ref(), findings)?;
        if front.is_some() {
            laid = LaidLetter {
                pages: Vec::new(),
                glyphs: GlyphsUsed::default(),
                ..laid
            };
        }
        let pages: Vec<u32> = enclosures.iter().map(|(_, facts)| facts.pages).collect();
        let own = u32::try_from(laid.pages.len()).unwrap_or(u32::MAX);
        let plan = spool::plan(own, &pages, &letter.print, &self.plan.spool)
            .map_err(|unfit| unfit_cause(letter, &unfit, findings))?;
        let plan = PiecePlan {
            letter_ids_bytes: u32::try_from(letter.id.len()).unwrap_or(u32::MAX),
            ..plan
        };
        let address = letter.recipient.address.as_ref();
        let postal_code = address.and_then(Address::postal_code_digits);
        let home = self.header.sender.country;
        let country = address.and_then(|a| a.country.as_deref());
        let country = country.unwrap_or(home.code());
        let trial = Trial {
            letter_id: &letter.id,
            plan: &plan,
            enclosures: u32::try_from(enclosures.len()).unwrap_or(u32::MAX),
            postal_code: postal_code.as_deref().unwrap_or_default(),
            country,
            address: &laid.address_lines,
        };
        self.fits_control_file(letter, &trial, findings)?;
        let household = self.household(letter, &laid.address_lines, &plan);
        if depth != Depth::Finished {
            for (bytes, facts) in &enclosures {
                let taken = self.preparer.takes(bytes, facts);
                taken.map_err(|fault| unprintable(letter, &fault, findings))?;
            }
            return Ok(Output::Measured(plan, household));
        }
        let abroad = address.is_some_and(|address| address.is_foreign(home));
        let piece = spool::Piece {
            seq: letter.seq,
            letter_id: &letter.id,
            laid: &laid,
            enclosures,
            postal_code,
            country,
            destination: if abroad {
                Destination::Foreign
            } else {
                Destination::Domestic
            },
            household,
        };
        let prepared = self
            .preparer
            .prepare(&piece, &plan)
            .map_err(|fault| unprintable(letter, &fault, findings))?;
        Ok(Output::Piece(Box::new(prepared), plan))
    }

    /// Letters that travel alone are tried; those that may share an envelope do so only if their ids fit together.
    fn fits_control_file(
        &self,
        letter: &Letter<'_>,
        trial: &Trial<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Cause> {
        let in_a_part = self.format != Format::Sf1601;
        let control = self.plan.control.as_ref().filter(|_| in_a_part);
        let Some((found, allowed)) = control.and_then(|control| control.misfit(trial)) else {
            return Ok(());
        };
        findings.push(about(letter, Code::PrintControl, &found, &allowed));
        Err(Cause::NotRequestable)
    }

    /// With which letters one may share an envelope, if the plant does that. Letters that must reach their recipient for a
    /// legal effect, and those to protected addresses, travel alone.
    fn household(
        &self,
        letter: &Letter<'_>,
        address_lines: &[String],
        plan: &PiecePlan,
    ) -> Option<Household> {
        let recipient = &letter.recipient;
        let alone = letter.legal_notification || recipient.address_protected;
        let request = self.format == Format::Sf1601; // Which is for one letter.
        if !self.plan.spool.householding || alone || request {
            return None;
        }
        Household::of(recipient.id.digits(), address_lines, plan)
    }

    /// What is known of a letter that is a PDF and could go without a cover sheet.
    fn front(&self, letter: &Letter<'_>) -> Option<PdfFacts> {
        let Content::Pdf(document) = &letter.content else {
            return None;
        };
        let wanted = self.plan.spool.cover_sheet == CoverSheet::WhenNeeded
            && !letter.recipient.address_protected;
        wanted.then(|| self.front.inspect(&document.bytes).ok())?
    }

    /// The PDFs of the letter, checked; all of them lie behind another page but one that is the `front`.
    fn enclosures(
        &self,
        letter: &Letter<'_>,
        front: Option<&PdfFacts>,
        findings: &mut Vec<Finding>,
    ) -> Result<Vec<Enclosure>, Cause> {
        let content = match &letter.content {
            Content::Pdf(document) => Some((document, front)),
            Content::Text(_) => None,
        };
        let attached = letter
            .attachments
            .iter()
            .filter(|a| a.only != Some(Channel::Digital))
            .map(|a| (&a.document, None));
        content
            .into_iter()
            .chain(attached)
            .map(|(document, front)| self.enclosure(letter, document, front, findings))
            .collect()
    }

    fn enclosure(
        &self,
        letter: &Letter<'_>,
        document: &Document,
        front: Option<&PdfFacts>,
        findings: &mut Vec<Finding>,
    ) -> Result<Enclosure, Cause> {
        let mono = letter.print.colour.unwrap_or(self.plan.spool.colour) == Colour::Mono;
        let judged = match front {
            Some(facts) => Ok(facts.clone()),
            None => self.behind.inspect(&document.bytes),
        };
        let judged = judged.and_then(|facts| {
            let grey = match mono {
                true => facts.in_grey(&self.behind.rules)?,
                false => None,
            };
            Ok((facts, grey))
        });
        let mut say = |code, remark: &Remark, allowed| {
            findings.push(about(letter, code, &remark.to_string(), allowed));
        };
        match judged {
            Ok((facts, grey)) => {
                for note in facts.notes.iter().chain(&grey) {
                    say(Code::PdfNote, note, "printed all the same");
                }
                Ok((Arc::clone(&document.bytes), facts))
            }
            Err(fault) => Err(unprintable(letter, &fault, findings)),
        }
    }
}

/// A PDF to be enclosed, and what is known of it.
type Enclosure = (Arc<Vec<u8>>, PdfFacts);

fn unprintable(letter: &Letter<'_>, fault: &PdfFault, findings: &mut Vec<Finding>) -> Cause {
    let allowed = "a PDF that the vendor profile takes, see docs/preflight.md";
    for remark in fault.remarks() {
        findings.push(about(
            letter,
            Code::PdfUnprintable,
            &remark.to_string(),
            allowed,
        ));
    }
    Cause::Unprintable
}

/// What stands against a letter as a piece, as a finding and as a cause to route it again.
fn unfit_cause(letter: &Letter<'_>, unfit: &spool::Unfit, findings: &mut Vec<Finding>) -> Cause {
    let (code, cause) = match *unfit {
        spool::Unfit::TooThick { .. } => (Code::PrintSheets, Cause::TooThick),
        spool::Unfit::TooManyPages { .. } => (Code::PrintPages, Cause::TooManyPages),
        spool::Unfit::TooHeavy { .. } => (Code::PrintWeight, Cause::TooHeavy),
        spool::Unfit::Postage { .. } => (Code::PrintRequest, Cause::NotRequestable),
        spool::Unfit::UnknownInsert { .. } => (Code::PrintInsert, Cause::NotRequestable),
    };
    findings.push(about(
        letter,
        code,
        &unfit.to_string(),
        "what the vendor profile takes",
    ));
    cause
}
