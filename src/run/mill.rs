//! What happens to one letter: judged, routed, sealed or composed, and where that cannot be, routed again.
//!
//! [`Mill::work`] depends on the letter and the mill only; that is why any number of threads gives the same bytes.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use super::digital::Writer;
use super::keys::{self, Loaded};
use super::{Danish, Error, Plan, job_digest};
use crate::bundle::{Format, Sealed};
use crate::compose::Stationery;
use crate::disk::Sha256;
use crate::finding::{Code, Finding};
use crate::ingest::{Parsed, Slice, Source};
use crate::ledger::Mailing;
use crate::letter::{Channel, Country, Fate, Header, Letter, LetterSeq};
use crate::preflight::Inspector;
use crate::registry::Snapshot;
use crate::route::{Decision, Redirect, Router};
use crate::sign::Signer;
use crate::spool::{Household, PiecePlan, Prepared, Preparer};
use crate::validate;

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
    /// How digital letters are written.
    pub format: Format,
    /// Writes them; `None` in a dry run, which seals nothing.
    pub writer: Option<Writer>,
    /// Makes pieces ready for the spool.
    pub preparer: Preparer,
    /// Judges a PDF whose first page shows in the window.
    pub front: Inspector,
    /// Judges one that lies behind another page.
    pub behind: Inspector,
}

/// A letter about which the rules have spoken.
pub struct Judged<'l> {
    /// Which.
    pub seq: LetterSeq,
    /// Line of its start tag.
    pub line: u64,
    /// Where it stands in the mailing.
    pub slice: Slice,
    /// The sender's business key; `line-<n>` if it cannot be read.
    pub id: String,
    /// The letter; `None` if a finding rejects it.
    pub letter: Option<Letter<'l>>,
    /// What was remarked.
    pub findings: Vec<Finding>,
    /// What shall become of it.
    pub decision: Decision,
}

impl Judged<'_> {
    fn done(self, output: Output, labels: Labels) -> Done {
        Done {
            seq: self.seq,
            line: self.line,
            slice: self.slice,
            id: self.id,
            decision: self.decision,
            findings: self.findings,
            output,
            labels,
        }
    }
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
    /// Signed messages; the first carries the letter.
    Messages {
        /// The mailbox operator, or the infrastructure where it has one door for all.
        target: String,
        /// The messages.
        messages: Vec<Sealed>,
        /// Ids of the letters that the first carries, in their order; the letter itself is the first.
        letter_ids: Vec<String>,
    },
    /// It travels in the delivery of another letter.
    Carried {
        /// As that of the other.
        target: String,
        /// Id of its own message.
        message_id: Uuid,
        /// Id of the delivery.
        delivery: Uuid,
        /// Digest of the delivery.
        sha256: Sha256,
    },
    /// A request to print it, sent to SF1601 with its PDF.
    Request(Sealed, PiecePlan),
    /// A printed piece.
    Piece(Box<Prepared>, PiecePlan),
    /// A piece that was measured only, and with which others it may share an envelope.
    Measured(PiecePlan, Option<Household>),
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
        let Loaded { signer, relay } = keys::load(&plan.keys, header, date, depth)?;
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
        let format = match (header.sender.country, plan.denmark) {
            (Country::Sweden, _) => Format::MinaMeddelanden,
            (Country::Denmark, Danish::DigitalPost) => Format::DigitalPost,
            (Country::Denmark, Danish::Sf1601) => Format::Sf1601,
        };
        let stationery = Stationery::new(&plan.stationery, header)?;
        let options = match format {
            Format::Sf1601 => plan.spool.bound(), // Nothing goes to a spool.
            Format::MinaMeddelanden | Format::DigitalPost => plan.spool.clone(),
        };
        let preparer = Preparer::new(&options);
        let rules = options.rules();
        let writer = match (&signer, relay) {
            (Some(signer), Some(relay)) => Some(Writer::new(
                plan,
                format,
                header,
                date,
                [Arc::clone(signer), relay],
                &stationery,
            )?),
            _ => None,
        };
        Ok(Self {
            plan,
            header,
            date,
            router,
            snapshot,
            signer,
            stationery,
            job_digest,
            format,
            writer,
            mailing_path: std::path::absolute(&plan.mailing).unwrap_or(plan.mailing.clone()),
            preparer,
            behind: Inspector::new(rules.behind()),
            front: Inspector::new(rules),
        })
    }

    /// What the ledger wants to know of the mailing.
    pub fn mailing<'m>(&'m self, source: &Source) -> Mailing<'m> {
        let (source_sha256, letters_sha256) =
            rayon::join(|| source.digest(), || source.letters_digest());
        Mailing {
            mailing_id: &self.header.mailing_id,
            source_sha256,
            letters_sha256,
            why_again: self.plan.why_again.as_deref(),
            source_bytes: source.size(),
            source_path: &self.mailing_path,
            job_sha256: self.job_digest,
            date: self.date,
            environment: self.header.environment,
            sender_organisation: &self.header.sender.organisation_number,
        }
    }

    /// What the rules say of a letter, or who sends it elsewhere, before it is sealed or composed.
    pub fn judge<'l>(
        &self,
        parsed: Parsed<'l>,
        redirect: Option<(Channel, Redirect)>,
    ) -> Judged<'l> {
        let Parsed {
            seq,
            line,
            id,
            slice,
            letter,
            mut findings,
        } = parsed;
        let decision = match &letter {
            None => Decision::rejected(&findings),
            Some(letter) => {
                findings.extend(validate::judge(letter, self.header, &self.plan.rules));
                match redirect {
                    None => self.router.decide(letter, &findings),
                    Some((to, why)) => self.router.redirect(letter, &findings, to, why),
                }
            }
        };
        Judged {
            seq,
            line,
            slice,
            id: id.unwrap_or_else(|| format!("line-{line}")),
            letter,
            findings,
            decision,
        }
    }

    /// Takes a letter as far as `depth`.
    pub fn work(&self, mut judged: Judged<'_>, depth: Depth) -> Result<Done, Error> {
        let Some(letter) = judged.letter.take() else {
            return Ok(judged.done(Output::Nothing, Labels::default()));
        };
        let output = self.make(&letter, &mut judged, depth)?;
        Ok(judged.done(output, labels(&letter)))
    }

    /// Takes a letter to its end, for which something may have been made already.
    pub fn work_with(&self, mut judged: Judged<'_>, made: Option<Output>) -> Result<Done, Error> {
        match (made, judged.letter.take()) {
            (Some(output), Some(letter)) => Ok(judged.done(output, labels(&letter))),
            (_, letter) => {
                judged.letter = letter;
                self.work(judged, Depth::Finished)
            }
        }
    }

    /// Makes what the decision asks for; where that cannot be, a letter changes its channel, at most twice: digital,
    /// then print, then held.
    fn make(
        &self,
        letter: &Letter<'_>,
        judged: &mut Judged<'_>,
        depth: Depth,
    ) -> Result<Output, Error> {
        if depth == Depth::Routed {
            return Ok(Output::Nothing);
        }
        let Judged {
            decision, findings, ..
        } = judged;
        loop {
            let made = match decision.fate {
                Fate::Digital => self.seal(letter, decision, depth, findings)?,
                Fate::Print => self.on_paper(letter, depth, findings)?,
                Fate::Held | Fate::Rejected => Ok(Output::Nothing),
            };
            match made {
                Ok(output) => return Ok(output),
                Err(cause) => {
                    *decision = self
                        .router
                        .fall_back(letter, findings, decision.clone(), cause);
                }
            }
        }
    }
}

/// A finding about the letter as a whole.
pub fn about(letter: &Letter<'_>, code: Code, found: &str, allowed: &str) -> Finding {
    Finding::about(letter.seq, letter.line, "letter", code, found, allowed)
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
