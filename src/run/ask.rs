//! The questions for the registries: the mailing is read and judged as `run` does, and asked of each letter that goes on
//! who its recipient is.

use std::path::PathBuf;

use rayon::prelude::*;

use super::rerun::Chosen;
use super::waves;
use super::{Error, Observer};
use crate::finding::Finding;
use crate::ingest::{self, Parsed, Source};
use crate::letter::{Country, DeliveryWish, Header, OrganisationNumber, RecipientId};
use crate::registry::{AskOptions, Asked, Asker, Questions};
use crate::validate;

/// All that asking needs; `config` makes it from the job file.
#[derive(Debug)]
pub struct AskPlan {
    /// The mailing file.
    pub mailing: PathBuf,
    /// Where the requests go: no folder yet, or an empty one.
    pub folder: PathBuf,
    /// Worker threads.
    pub threads: usize,
    /// Schema and limits of the input.
    pub ingest: ingest::Options,
    /// Business rules.
    pub rules: validate::Options,
    /// How to ask.
    pub asking: AskOptions,
}

/// Writes the requests that ask the registries about the recipients of a mailing.
///
/// # Errors
/// The mailing cannot be used, or the requests cannot be written. Nothing is then left in the folder.
pub fn ask(plan: &AskPlan, observer: &dyn Observer) -> Result<Asked, Error> {
    waves::threads(plan.threads)?.install(|| {
        Questions::check_folder(&plan.folder)?;
        let scratch = plan.folder.parent().filter(|folder| folder.is_dir());
        let source = ingest::open(&plan.mailing, scratch, &plan.ingest)?;
        let mut questions = Questions::new(asker(source.header())?);
        gather(plan, &source, &mut questions, observer)?;
        source.verify_unchanged()?;
        Ok(questions.write(&plan.folder, plan.asking)?)
    })
}

fn asker(header: &Header) -> Result<Asker, Error> {
    let refuse = |(found, allowed)| Err(Error::Sender { found, allowed });
    if let Some(fault) = validate::judge_sender(header, header.created) {
        return refuse(fault);
    }
    match header.sender.country {
        Country::Denmark => Ok(Asker::Denmark),
        Country::Sweden => OrganisationNumber::parse(&header.sender.organisation_number)
            .map(Asker::Sweden)
            .map_or_else(
                || refuse(("no organisation number", "twelve digits with the prefix 16")),
                Ok,
            ),
    }
}

/// Takes all letters of the file into `questions`.
fn gather(
    plan: &AskPlan,
    source: &Source,
    questions: &mut Questions,
    observer: &dyn Observer,
) -> Result<(), Error> {
    waves::walk(source, &Chosen::All, observer, |_, parsed| {
        let recipients: Vec<_> = parsed
            .into_par_iter()
            .map(|letter| recipient(&letter, source.header(), &plan.rules))
            .collect();
        for recipient in recipients {
            match recipient {
                Some((id, wish)) => questions.letter(&id, wish),
                None => questions.rejected(),
            }
        }
        Ok(())
    })
}

/// To whom a letter goes, and how; `None` if it is rejected.
fn recipient(
    parsed: &Parsed<'_>,
    header: &Header,
    rules: &validate::Options,
) -> Option<(RecipientId, DeliveryWish)> {
    let rejects = |finding: &Finding| finding.code.rejects();
    let letter = parsed.letter.as_ref()?;
    let rejected = parsed.findings.iter().any(rejects)
        || validate::judge(letter, header, rules).iter().any(rejects);
    (!rejected).then_some((letter.recipient.id, letter.wish))
}
