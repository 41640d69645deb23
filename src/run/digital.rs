//! The way of a letter into a mailbox: its messages sealed, alone or with others to the same recipient.

use std::sync::Arc;

use jiff::civil::Date;

use super::mill::{Depth, Mill, Output, about};
use super::requests::Requests;
use super::{Error, Plan};
use crate::bundle::{Format, Refusal, Seal, Sealed, digital_post, mina_meddelanden};
use crate::compose::Stationery;
use crate::finding::{Code, Finding};
use crate::letter::{Country, Header, Letter};
use crate::route::{Cause, Decision};
use crate::sign::Signer;

/// Writes digital letters in the format of the job; shared by all threads.
pub enum Writer {
    /// Messages, each for one recipient.
    Messages(Box<dyn Seal>),
    /// Requests to SF1601, which takes paper too.
    Requests(Box<Requests>),
}

impl Writer {
    /// Makes everything ready that is the same for all letters; the keys are the sender's and the relay's.
    pub fn new(
        plan: &Plan,
        format: Format,
        header: &Header,
        date: Date,
        [signer, relay]: [Arc<Signer>; 2],
        stationery: &Stationery,
    ) -> Result<Self, Error> {
        let memo =
            |signer| digital_post::Sealer::new(plan.digital_post.clone(), signer, header, date);
        Ok(match format {
            Format::MinaMeddelanden => {
                let options = plan.mina_meddelanden.clone();
                Self::Messages(Box::new(mina_meddelanden::Sealer::new(
                    options, signer, relay, header, date,
                )?))
            }
            Format::DigitalPost => Self::Messages(Box::new(memo(signer)?)),
            Format::Sf1601 => {
                let memo = Box::new(memo(Arc::clone(&signer))?);
                let requests = Requests::new(plan, signer, memo, header, date, stationery)?;
                Self::Requests(Box::new(requests))
            }
        })
    }
}

impl Mill<'_> {
    /// Seals letters to one recipient in one message; `None` where they cannot travel together.
    pub fn seal_together(&self, letters: &[&Letter<'_>]) -> Result<Option<Vec<Sealed>>, Error> {
        let Some(Writer::Messages(sealer)) = &self.writer else {
            return Ok(None);
        };
        match sealer.seal(letters) {
            Ok(messages) => Ok(Some(messages)),
            Err(Refusal::Signing(error)) => Err(error.into()),
            Err(_) => Ok(None), // Each is told alone why it cannot go.
        }
    }

    /// How letters to one recipient are divided among messages.
    pub fn pack(&self, letters: &[&Letter<'_>]) -> Vec<Vec<usize>> {
        match &self.writer {
            Some(Writer::Messages(sealer)) => sealer.pack(letters),
            Some(Writer::Requests(_)) | None => Vec::new(),
        }
    }

    /// Whether the job sends letters to the same recipient in one delivery, and the format can.
    pub fn joins_letters(&self) -> bool {
        self.format == Format::MinaMeddelanden && self.plan.mina_meddelanden.join_letters
    }

    /// Makes the signed messages of a letter.
    pub fn seal(
        &self,
        letter: &Letter<'_>,
        decision: &Decision,
        depth: Depth,
        findings: &mut Vec<Finding>,
    ) -> Result<Result<Output, Cause>, Error> {
        if depth != Depth::Finished {
            return Ok(Ok(Output::Nothing));
        }
        let (Some(writer), Some(target)) = (&self.writer, self.target(decision)) else {
            return Ok(Err(Cause::ContentNotAllowed)); // The router sends nothing to a channel that is not open.
        };
        let sealed = match writer {
            Writer::Messages(sealer) => sealer.seal(&[letter]),
            Writer::Requests(requests) => {
                self.request_digital(requests, letter, decision, findings)?
            }
        };
        match sealed {
            Ok(messages) => Ok(Ok(Output::Messages {
                target,
                messages,
                letter_ids: vec![letter.id.clone().into_owned()],
            })),
            Err(refusal) => Ok(Err(refused(letter, refusal, findings)?)),
        }
    }

    /// Who takes a digital letter: in Sweden the mailbox operator, by its id; in Denmark the infrastructure.
    pub fn target(&self, decision: &Decision) -> Option<String> {
        match self.header.sender.country {
            Country::Sweden => {
                let operator = self.snapshot?.operator(decision.operator?)?;
                Some(operator.id.clone())
            }
            Country::Denmark => Some(self.format.name().to_owned()),
        }
    }
}

/// What stands against a letter in this channel, as a finding and as a cause to route it again.
///
/// # Errors
/// The key gave no signature: the run must stop.
fn refused(
    letter: &Letter<'_>,
    refusal: Refusal,
    findings: &mut Vec<Finding>,
) -> Result<Cause, Error> {
    let (code, found, allowed, cause) = match refusal {
        Refusal::Signing(error) => return Err(error.into()),
        Refusal::Together => return Ok(Cause::ContentNotAllowed), // It is alone.
        Refusal::TooLarge { bytes, bytes_max } => (
            Code::DigitalSize,
            format!("a message of {bytes} bytes"),
            format!("at most {bytes_max}"),
            Cause::TooLargeForChannel,
        ),
        Refusal::NotRepresentable { found } => (
            Code::DigitalIdentifier,
            found.to_owned(),
            "an identifier that the channel can carry".to_owned(),
            Cause::ContentNotAllowed,
        ),
        Refusal::ContentNotAllowed { found, allowed } => (
            Code::DigitalContent,
            found,
            allowed,
            Cause::ContentNotAllowed,
        ),
    };
    findings.push(about(letter, code, &found, &allowed));
    Ok(cause)
}
