//! The way of a letter through SF1601: each is a request of its own, digital or on paper, and nothing goes to the spool.

use std::sync::Arc;

use jiff::civil::Date;

use super::digital::Writer;
use super::mill::{Depth, Mill, Output, about};
use super::{Error, Plan};
use crate::bundle::sf1601::{self, Memo, Paper, Sealer};
use crate::bundle::{Format, Refusal, Sealed};
use crate::compose::Stationery;
use crate::finding::{Code, Finding};
use crate::letter::{Header, Letter};
use crate::route::{Cause, Decision};
use crate::sign::Signer;
use crate::spool::{Binder, PiecePlan};

/// Writes requests; shared by all threads.
pub struct Requests {
    sealer: Sealer,
    binder: Binder,
    /// A digital letter carries its paper form too, and the platform chooses.
    automatic: bool,
}

impl Requests {
    /// Makes everything ready that is the same for all letters.
    pub fn new(
        plan: &Plan,
        signer: Arc<Signer>,
        memo: Box<dyn Memo>,
        header: &Header,
        date: Date,
        stationery: &Stationery,
    ) -> Result<Self, Error> {
        Ok(Self {
            sealer: Sealer::new(plan.sf1601.clone(), signer, memo, header, date)?,
            binder: Binder::new(stationery.resources())?,
            automatic: plan.sf1601.automatic,
        })
    }
}

impl Mill<'_> {
    /// Makes the request for a letter that goes digital; in both forms only where it may also go on paper.
    pub fn request_digital(
        &self,
        requests: &Requests,
        letter: &Letter<'_>,
        decision: &Decision,
        findings: &mut Vec<Finding>,
    ) -> Result<Result<Vec<Sealed>, Refusal>, Error> {
        // What must not or cannot be printed goes digital alone: the platform then has no choice.
        let mut of_paper = Vec::new();
        let mut why = match requests.automatic {
            true => self.router.not_on_paper_too(letter, findings, decision),
            false => return Ok(requests.sealer.seal_digital(letter)),
        };
        if why.is_none() {
            match self.print(letter, Depth::Finished, &mut of_paper) {
                Ok(Output::Piece(piece, plan)) => {
                    let bound = requests.binder.bind(&piece, self.date)?;
                    let paper = paper(&bound.pdf, bound.pages, &plan);
                    let sealed = requests.sealer.seal_automatic(letter, &paper);
                    let too_much = |refusal: &Refusal| {
                        matches!(
                            refusal,
                            Refusal::TooLarge { .. } | Refusal::ContentNotAllowed { .. }
                        )
                    };
                    if !sealed.as_ref().is_err_and(too_much) {
                        findings.append(&mut of_paper);
                        return Ok(sealed);
                    }
                    why = Some("not-requestable");
                }
                Ok(_) => {}
                Err(cause) => why = Some(cause.reason()),
            }
        }
        findings.push(about(
            letter,
            Code::DigitalAlone,
            why.unwrap_or_default(),
            "a letter that may go on paper too; the platform is given no choice",
        ));
        Ok(requests.sealer.seal_digital(letter))
    }

    /// Makes a letter on paper: a piece of the spool, or a request that carries its PDF.
    pub fn on_paper(
        &self,
        letter: &Letter<'_>,
        depth: Depth,
        findings: &mut Vec<Finding>,
    ) -> Result<Result<Output, Cause>, Error> {
        let made = self.print(letter, depth, findings);
        if depth == Depth::Measured && self.format == Format::Sf1601 && made.is_ok() {
            return Ok(match sf1601::takes_on_paper(letter) {
                Ok(()) => made,
                Err(refusal) => Err(not_requestable(letter, &refusal.to_string(), findings)),
            });
        }
        let (Some(Writer::Requests(requests)), Ok(Output::Piece(piece, plan))) =
            (&self.writer, &made)
        else {
            return Ok(made);
        };
        let bound = requests.binder.bind(piece, self.date)?;
        let paper = paper(&bound.pdf, bound.pages, plan);
        let refusal = match requests.sealer.seal_print(letter, &paper) {
            Ok(sealed) => return Ok(Ok(Output::Request(sealed, *plan))),
            Err(Refusal::Signing(error)) => return Err(error.into()),
            Err(Refusal::TooLarge { bytes, bytes_max }) => {
                format!("a PDF of {bytes} bytes; at most {bytes_max} (`pdf_bytes_max` in [sf1601])")
            }
            Err(refusal) => refusal.to_string(),
        };
        Ok(Err(not_requestable(letter, &refusal, findings)))
    }
}

fn not_requestable(letter: &Letter<'_>, refusal: &str, findings: &mut Vec<Finding>) -> Cause {
    let allowed = "what SF1601 takes on paper, see docs/formats-sf1601.md";
    findings.push(about(letter, Code::PrintRequest, refusal, allowed));
    Cause::NotRequestable
}

fn paper<'p>(pdf: &'p [u8], pages: u32, plan: &PiecePlan) -> Paper<'p> {
    Paper {
        pdf,
        pages,
        sides: plan.sides,
        colour: plan.colour,
        envelope: plan.envelope,
        postage: plan.postage,
    }
}
