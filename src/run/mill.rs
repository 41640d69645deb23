//! What happens to one letter: judged, routed, sealed or composed, and where that cannot be, routed again.
//!
//! [`Mill::work`] depends on the letter and the mill only; that is why any number of threads gives the same bytes.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Error, KeySource, Plan, job_digest};
use crate::bundle::mina_meddelanden::Sealer;
use crate::bundle::{self, Refusal, Seal, Sealed};
use crate::compose::Stationery;
use crate::disk::Sha256;
use crate::finding::{Code, Finding, Place};
use crate::ingest::{Parsed, Slice, Source};
use crate::ledger::Mailing;
use crate::letter::{Country, Environment, Fate, Header, Letter, LetterSeq, Sender};
use crate::registry::Snapshot;
use crate::route::{Cause, Decision, Router};
use crate::sign::Signer;
use crate::spool::{PiecePlan, Prepared, Preparer};
use crate::{sign, validate};

/// How far a letter is worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Up to the first decision: for a quick dry run.
    Routed,
    /// Composed and measured, but not signed: for an exact dry run.
    Measured,
    /// All of it.
    Finished,
}

/// All that letters meet on their way; shared by all threads.
pub struct Mill<'a> {
    /// What the job says.
    pub plan: &'a Plan,
    /// What the mailing says.
    pub header: &'a Header,
    /// Date of the batch.
    pub date: Date,
    /// Where letters go.
    pub router: Router<'a>,
    /// What the registries said.
    pub snapshot: Option<&'a Snapshot>,
    /// The agency's key; `None` in a dry run with a development key, which makes none.
    pub signer: Option<Arc<Signer>>,
    /// Fonts and letterhead.
    pub stationery: Stationery,
    /// Digest of the job.
    pub job_digest: Sha256,
    /// Where the mailing lies, absolute.
    mailing_path: PathBuf,
    sealer: Option<Box<dyn Seal>>,
    /// Makes pieces ready for the spool.
    pub preparer: Preparer,
}

/// A letter at its end, before the books.
pub struct Done {
    /// Which.
    pub seq: LetterSeq,
    /// Line of its start tag.
    pub line: u64,
    /// Where it stands in the mailing.
    pub slice: Slice,
    /// The sender's business key; `line-<n>` if it cannot be read.
    pub id: String,
    /// What became of it.
    pub decision: Decision,
    /// What was remarked.
    pub findings: Vec<Finding>,
    /// What was made of it.
    pub output: Output,
    /// For statistics.
    pub labels: Labels,
}

/// What was made of a letter.
pub enum Output {
    /// Nothing: held, rejected, or only routed.
    Nothing,
    /// A signed message for this operator.
    Message(String, Sealed),
    /// A printed piece.
    Piece(Box<Prepared>, PiecePlan),
    /// A piece that was measured only.
    Measured(PiecePlan),
}

/// What statistics want to know of a letter.
#[derive(Default)]
pub struct Labels {
    /// Department.
    pub department: Option<String>,
    /// Process.
    pub process: Option<String>,
    /// Cost centre.
    pub cost_centre: Option<String>,
    /// ISO 639-1; empty if it cannot be read.
    pub language: String,
}

/// Opens the snapshot that the job names.
pub fn open_snapshot(plan: &Plan) -> Result<Option<Snapshot>, Error> {
    let snapshot = plan.snapshot.as_deref().map(Snapshot::open).transpose()?;
    if let Some(snapshot) = &snapshot {
        snapshot.verify()?; // A damaged snapshot would send letters astray.
    }
    Ok(snapshot)
}

impl<'a> Mill<'a> {
    /// Makes everything ready that is the same for all letters.
    pub fn set_up(
        plan: &'a Plan,
        source: &'a Source,
        snapshot: Option<&'a Snapshot>,
        depth: Depth,
    ) -> Result<Self, Error> {
        plan.spool.check().map_err(Error::Profile)?;
        let header = source.header();
        let date = plan.date.unwrap_or(header.created);
        if let Some((found, allowed)) = validate::judge_sender(header, date) {
            return Err(Error::Sender { found, allowed });
        }
        let router = Router::new(&plan.routes, header.sender.country, snapshot, date)?;
        let signer = load_key(&plan.keys.sender, header, date, depth)?;
        let relay = match &plan.keys.relay {
            Some(key) => load_key(key, header, date, depth)?,
            None => signer.clone(),
        };
        let certificate = |key: &Option<Arc<Signer>>| {
            key.as_ref().map_or([0; 32], |key| key.certificate_sha256())
        };
        let job_digest = job_digest(&[
            &plan.job_file,
            &plan.ingest.schema.digest(),
            &snapshot.map_or([0; 32], Snapshot::digest),
            &certificate(&signer),
            &certificate(&relay),
        ]);
        let sealer: Option<Box<dyn Seal>> = match (header.sender.country, &signer, relay) {
            (Country::Sweden, Some(signer), Some(relay)) => {
                let options = plan.mina_meddelanden.clone();
                Some(Box::new(Sealer::new(
                    options,
                    Arc::clone(signer),
                    relay,
                    header,
                    date,
                )?))
            }
            // The router sends nothing to a channel that is not open, and a dry run seals nothing.
            (Country::Sweden | Country::Denmark, _, _) => None,
        };
        let stationery = Stationery::new(&plan.stationery, header)?;
        let preparer = Preparer::new(&plan.spool);
        Ok(Self {
            plan,
            header,
            date,
            router,
            snapshot,
            signer,
            stationery,
            job_digest,
            mailing_path: std::path::absolute(&plan.mailing).unwrap_or(plan.mailing.clone()),
            sealer,
            preparer,
        })
    }

    /// What the ledger wants to know of the mailing.
    pub fn mailing<'m>(&'m self, source: &Source) -> Mailing<'m> {
        Mailing {
            mailing_id: &self.header.mailing_id,
            source_sha256: source.digest(),
            source_bytes: source.size(),
            source_path: &self.mailing_path,
            job_sha256: self.job_digest,
            date: self.date,
            environment: self.header.environment,
            sender_organisation: &self.header.sender.organisation_number,
        }
    }

    /// Takes a letter as far as `depth`.
    pub fn work(&self, parsed: Parsed<'_>, depth: Depth) -> Result<Done, Error> {
        let Parsed {
            seq,
            line,
            id,
            slice,
            letter,
            mut findings,
        } = parsed;
        let id = id.unwrap_or_else(|| format!("line-{line}"));
        let Some(letter) = letter else {
            let decision = Decision::rejected(&findings);
            return Ok(Done {
                seq,
                line,
                slice,
                id,
                decision,
                findings,
                output: Output::Nothing,
                labels: Labels::default(),
            });
        };
        findings.extend(validate::judge(&letter, self.header, &self.plan.rules));
        let first = self.router.decide(&letter, &findings);
        let (decision, output) = self.make(&letter, first, depth, &mut findings)?;
        let labels = labels(&letter);
        Ok(Done {
            seq,
            line,
            slice,
            id,
            decision,
            findings,
            output,
            labels,
        })
    }

    /// Makes what the decision asks for; where that cannot be, a letter changes its channel, at most twice: digital,
    /// then print, then held.
    fn make(
        &self,
        letter: &Letter<'_>,
        mut decision: Decision,
        depth: Depth,
        findings: &mut Vec<Finding>,
    ) -> Result<(Decision, Output), Error> {
        if depth == Depth::Routed {
            return Ok((decision, Output::Nothing));
        }
        loop {
            let made = match decision.fate {
                Fate::Digital => self.seal(letter, &decision, depth, findings)?,
                Fate::Print => self.print(letter, depth, findings),
                Fate::Held | Fate::Rejected => Ok(Output::Nothing),
            };
            match made {
                Ok(output) => return Ok((decision, output)),
                Err(cause) => decision = self.router.fall_back(letter, findings, decision, cause),
            }
        }
    }

    fn seal(
        &self,
        letter: &Letter<'_>,
        decision: &Decision,
        depth: Depth,
        findings: &mut Vec<Finding>,
    ) -> Result<Result<Output, Cause>, Error> {
        let operator = decision
            .operator
            .and_then(|index| self.snapshot?.operator(index));
        if depth != Depth::Finished {
            return Ok(Ok(Output::Nothing));
        }
        let (Some(sealer), Some(operator)) = (&self.sealer, operator) else {
            return Ok(Err(Cause::ContentNotAllowed)); // The router gives digital letters an operator.
        };
        let message_id = bundle::message_id(&self.header.mailing_id, &letter.id);
        let cause = match sealer.seal(letter, message_id) {
            Ok(sealed) => return Ok(Ok(Output::Message(operator.id.clone(), sealed))),
            Err(Refusal::Signing(error)) => return Err(error.into()),
            Err(Refusal::TooLarge { bytes, bytes_max }) => {
                Cause::TooLargeForChannel { bytes, bytes_max }
            }
            Err(Refusal::NotRepresentable { found }) => {
                findings.push(about(
                    letter,
                    Code::DocumentNotDigital,
                    found,
                    "an identifier the channel can carry",
                ));
                Cause::ContentNotAllowed
            }
            Err(Refusal::ContentNotAllowed { found, allowed }) => {
                findings.push(about(letter, Code::DocumentNotDigital, &found, &allowed));
                Cause::ContentNotAllowed
            }
        };
        Ok(Err(cause))
    }
}

fn development_key(folders: &[PathBuf], sender: &Sender) -> Result<Signer, sign::Error> {
    let mut refused = None;
    for folder in folders {
        match Signer::development(folder, &sender.organisation_number, &sender.name) {
            Err(error @ sign::Error::Io { .. }) => refused = refused.or(Some(error)),
            done => return done,
        }
    }
    Err(refused.unwrap_or(sign::Error::Signing)) // There is always a folder.
}

fn load_key(
    source: &KeySource,
    header: &Header,
    date: Date,
    depth: Depth,
) -> Result<Option<Arc<Signer>>, Error> {
    let sender = &header.sender;
    let signer = match source {
        KeySource::Files(files) => Signer::load(files, date)?,
        KeySource::Development(_) if header.environment == Environment::Production => {
            return Err(sign::Error::DevelopmentInProduction.into());
        }
        KeySource::Development(folders) if depth == Depth::Finished => {
            development_key(folders, sender)?
        }
        KeySource::Development(_) => return Ok(None), // A dry run makes none.
    };
    signer.check_environment(header.environment)?;
    Ok(Some(Arc::new(signer)))
}

/// A finding about the letter as a whole.
pub fn about(letter: &Letter<'_>, code: Code, found: &str, allowed: &str) -> Finding {
    Finding {
        letter: letter.seq,
        place: Place {
            line: letter.line,
            column: 1,
            path: "letter".into(),
        },
        code,
        found: found.to_owned(),
        allowed: allowed.to_owned(),
    }
}

fn labels(letter: &Letter<'_>) -> Labels {
    let owned = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
    Labels {
        department: owned(&letter.department),
        process: owned(&letter.process),
        cost_centre: owned(&letter.cost_centre),
        language: letter.language.clone().into_owned(),
    }
}
