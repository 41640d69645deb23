//! Pieces printed again: a child job, in a folder of its own.
//!
//! In: parts as they lie in a batch's folder, and which of their pieces are wanted. Out: `print/<class>/<nnnn>.r<cc>.pdf` with
//! all that goes beside a part, and a manifest. With a ledger the folder is a batch of kind `reprint` that appears in the
//! outbox as any batch does; without one (at the plant) it appears where the caller says, whole or not at all.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{Error, Keys, keys};
use crate::disk::{self, WrittenFile};
use crate::ledger::{self, CHILD_MAX, Ledger, Totals, batch_of_child, part_of_child};
use crate::letter::Fate;
use crate::manifest::{self, KeyKind};
use crate::sign::Signer;
use crate::spool::{self, Insert, Job, JobNumber};
use crate::ticket;

mod folder;
mod origin;

use folder::NewFolder;
pub use origin::{Origin, PartOfOrigin};

/// The reason of letters that are printed again.
const REASON: &str = "reprint";
/// Faults of what was written that are told.
const FAULTS_MAX: usize = 20;

/// What a reprint needs; `config` makes it from the job file.
#[derive(Debug)]
pub struct Press {
    /// Whose keys sign the folder.
    pub keys: Keys,
    /// Layout of the control file, if the plant wants one.
    pub control: Option<ticket::Layout>,
    /// A part that had a control file shall be printed again without one.
    pub without_control: bool,
    /// How job tickets are written.
    pub ticket: ticket::Options,
    /// Weight of the paper, for parts without a ticket that says it.
    pub paper_grams_m2: u32,
    /// What lies in the stations, for parts without a ticket that says it.
    pub inserts: Vec<Insert>,
}

/// A part, and the pieces of it that are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its PDF.
    pub pdf: PathBuf,
    /// In ascending order.
    pub pieces: Vec<u32>,
}

/// Where a reprint goes.
pub enum Goes<'a, 'c> {
    /// Into the outbox of this home.
    Outbox {
        /// The home.
        home: &'a Path,
        /// Its ledger.
        ledger: &'a mut Ledger<'c>,
        /// Why pieces are printed again that are sent or under way already.
        again: Option<&'a str>,
        /// Why, for the history.
        why: &'a str,
    },
    /// Into a new folder; no ledger knows of it.
    Folder {
        /// The folder.
        path: &'a Path,
        /// Number of the reprint.
        child: u8,
    },
}

/// A reprint that is done.
#[derive(Debug)]
pub struct Reprinted {
    /// Its name.
    pub batch: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Number of the reprint.
    pub child: u8,
    /// Its parts.
    pub parts: Vec<PathBuf>,
    /// Pieces in them.
    pub pieces: u64,
    /// Sheets in them.
    pub sheets: u64,
    /// What to say where the ledger could not be told that it lies in the outbox.
    pub unbooked: Option<String>,
}

/// Prints pieces of parts of `origin` again.
///
/// # Errors
/// [`Error`]: nothing was released, and nothing of it is left.
pub fn reprint(
    press: &Press,
    origin: &Origin,
    wanted: &[Wanted],
    goes: Goes<'_, '_>,
) -> Result<Reprinted, Error> {
    check_control(press, origin, wanted)?;
    match goes {
        Goes::Outbox { home, .. } => origin.check_ledger(home)?,
        Goes::Folder { .. } => {
            ledger::check_released(&origin.folder)?;
            origin.check_signature()?;
        }
    }
    wanted
        .par_iter()
        .try_for_each(|part| origin.check(&part.pdf))?;
    match goes {
        Goes::Outbox {
            ledger, again, why, ..
        } => into_outbox(press, origin, wanted, (ledger, again, why)),
        Goes::Folder { path, child } => into_folder(press, origin, wanted, (path, child)),
    }
}

fn check_control(press: &Press, origin: &Origin, wanted: &[Wanted]) -> Result<(), Error> {
    match &press.control {
        Some(control) if control.wants_addresses() => Err(Error::ControlWantsAddresses),
        None if !press.without_control => {
            let mut controls = wanted.iter().filter_map(|one| origin.control_of(&one.pdf));
            let missing = controls.next();
            missing.map_or(Ok(()), |path| Err(Error::ControlMissing { path }))
        }
        _ => Ok(()),
    }
}

fn into_outbox(
    press: &Press,
    origin: &Origin,
    wanted: &[Wanted],
    (ledger, again, why): (&mut Ledger<'_>, Option<&str>, &str),
) -> Result<Reprinted, Error> {
    let mut pieces: Vec<u32> = wanted.iter().flat_map(|w| w.pieces.clone()).collect();
    pieces.sort_unstable();
    let (batch, of) = ledger.begin_reprint(origin.batch(), &pieces, again, why)?;
    let sheaf = Sheaf {
        press,
        origin,
        folder: batch.folder().to_owned(),
        name: batch.name().to_owned(),
        child: of.child,
        at_plant: false,
    };
    let (done, files) = match sheaf.fill(wanted, Some(of.totals)) {
        Ok(filled) => filled,
        Err(error) => {
            let _ = batch.abandon("the reprint ended with an error"); // Else the next start cleans up.
            return Err(error);
        }
    };
    let released = batch.ready(&files, &of.totals)?.release()?;
    Ok(Reprinted {
        folder: released.folder,
        unbooked: released.unbooked,
        ..done
    })
}

fn into_folder(
    press: &Press,
    origin: &Origin,
    wanted: &[Wanted],
    (path, child): (&Path, u8),
) -> Result<Reprinted, Error> {
    if !(1..=CHILD_MAX).contains(&child) {
        return Err(Error::Spool(spool::Error::Number {
            what: "the number of the reprint",
            found: u64::from(child),
            max: u32::from(CHILD_MAX),
        }));
    }
    let new = NewFolder::create(path, origin)?;
    let sheaf = Sheaf {
        press,
        origin,
        folder: new.part().to_owned(),
        name: batch_of_child(root_of(origin.batch()), child),
        child,
        at_plant: true,
    };
    let (done, files) = sheaf.fill(wanted, None)?;
    let folder = new.finish(&files)?;
    Ok(Reprinted { folder, ..done })
}

/// A reprint being written.
struct Sheaf<'a> {
    press: &'a Press,
    origin: &'a Origin,
    folder: PathBuf,
    name: String,
    child: u8,
    at_plant: bool,
}

impl Sheaf<'_> {
    /// Writes all files of the folder, and reads the parts again.
    fn fill(
        &self,
        wanted: &[Wanted],
        totals: Option<Totals>,
    ) -> Result<(Reprinted, Vec<WrittenFile>), Error> {
        let mut files = Vec::new();
        let mut done = Reprinted {
            batch: self.name.clone(),
            folder: self.folder.clone(),
            child: self.child,
            parts: Vec::new(),
            pieces: 0,
            sheets: 0,
            unbooked: None,
        };
        let mut letters = 0;
        for one in wanted {
            let (part, proof) = self.part(one, done.sheets, &mut files)?;
            letters += u64::from(proof.letters);
            done.pieces += u64::from(proof.pieces);
            done.sheets += u64::from(proof.sheets);
            done.parts.push(part);
        }
        let totals = totals.unwrap_or(Totals {
            letters,
            print: letters,
            ..Totals::default()
        });
        files.extend(self.seal(totals, &files)?);
        Ok((done, files))
    }

    fn part(
        &self,
        wanted: &Wanted,
        sheets_before: u64,
        files: &mut Vec<WrittenFile>,
    ) -> Result<(PathBuf, spool::proof::Proof), Error> {
        let not_a_part = |found: &str| Error::NotAPart {
            path: wanted.pdf.clone(),
            found: found.to_owned(),
        };
        let relative = wanted.pdf.strip_prefix(&self.origin.folder).ok();
        let relative = relative.and_then(Path::to_str);
        let relative = relative.ok_or_else(|| not_a_part("its path is not UTF-8"))?;
        let relative = PathBuf::from(part_of_child(&first_part(relative), self.child));
        let class = relative.parent().and_then(Path::file_name);
        let class = class.map(|name| name.to_string_lossy().into_owned());
        let name = relative
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let number = name.and_then(|name| name.split('.').next()?.parse().ok());
        let number = number.ok_or_else(|| not_a_part("its name is not that of a part"))?;
        let csv = wanted.pdf.with_extension("pieces.csv");
        let job = self.origin.job();
        let job = job.ok_or_else(|| not_a_part("it has no pieces"))?;
        let folder = self.folder.join(relative.parent().unwrap_or(Path::new("")));
        disk::create_private_folder(&folder)
            .and_then(|()| disk::sync_parent(&folder))
            .and_then(|()| disk::sync_parent(&self.folder.join("print")))
            .map_err(Error::io(&folder))?;
        let spool::Reprinted {
            files: [pdf, pieces, layout],
            summary,
        } = spool::reprint(&spool::Reprint {
            pdf: &wanted.pdf,
            csv: &csv,
            pieces: &wanted.pieces,
            child: self.child,
            folder: &self.folder,
            part: &relative,
            class: &class.unwrap_or_default(),
            number,
            sheets_before,
        })?;
        let tickets = ticket::Writer {
            folder: self.folder.clone(),
            layout: self.press.control.clone(),
            options: self.press.ticket.clone(),
            order: self.order(JobNumber(job), &wanted.pdf),
        };
        let beside = tickets.write(&summary, &pdf)?;
        let mut of_part = vec![pdf, pieces, layout];
        of_part.extend(beside);
        of_part.push(spool::write_checksums(&self.folder, &summary, &of_part)?);

        let (pdf, csv) = (
            self.folder.join(&summary.pdf),
            self.folder.join(&summary.csv),
        );
        let proof = spool::proof::check(&pdf, &csv)
            .map_err(|error| Error::Faulty(vec![error.to_string()]))?;
        if !proof.holds() {
            let faults = proof.mismatches.iter().take(FAULTS_MAX);
            let mut told: Vec<String> = faults.map(ToString::to_string).collect();
            let more = proof.mismatches_found - told.len() as u64;
            told.extend((more > 0).then(|| format!("and {more} more")));
            return Err(Error::Faulty(told));
        }
        files.extend(of_part);
        Ok((summary.pdf, proof))
    }

    /// Paper and inserts are those that the part was printed with, whatever the job says today.
    fn order(&self, number: JobNumber, pdf: &Path) -> ticket::Order {
        let (paper_grams_m2, inserts) = match self
            .origin
            .ticket_of(pdf)
            .and_then(|ticket| ticket::told_by(&ticket))
        {
            Some(told) => (told.paper_grams_m2, told.inserts),
            None => (self.press.paper_grams_m2, self.press.inserts.clone()),
        };
        ticket::Order {
            job: Job {
                number,
                child: self.child,
                date: self.origin.date,
            },
            batch: self.name.clone(),
            customer_name: self.origin.customer.clone(),
            customer_id: self.origin.manifest.sender_organisation.clone(),
            paper_grams_m2,
            inserts,
        }
    }

    fn seal(&self, totals: Totals, files: &[WrittenFile]) -> Result<[WrittenFile; 2], Error> {
        let origin = &self.origin.manifest;
        let digest = |hex: &str| {
            disk::digest_of_hex(hex).ok_or_else(|| Error::NotAPart {
                path: self.origin.folder.join(manifest::MANIFEST),
                found: "a digest in it is none".into(),
            })
        };
        let facts = manifest::Facts {
            batch: &self.name,
            mailing_id: &origin.mailing_id,
            date: self.origin.date,
            environment: self.origin.environment,
            sender_organisation: &origin.sender_organisation,
            source_sha256: digest(&origin.source.sha256)?,
            source_bytes: origin.source.bytes,
            job_sha256: digest(&origin.job_sha256)?,
            schema_sha256: digest(&origin.schema_sha256)?,
            totals,
            reasons: &[(Fate::Print, REASON.to_owned(), totals.print)],
        };
        let whose = [&*origin.sender_organisation, &*self.origin.customer];
        let key: Signer = keys::of_folder(
            &self.press.keys,
            whose,
            self.origin.environment,
            self.origin.date,
            self.at_plant,
        )?;
        let signer = manifest::Signer {
            algorithm: key.algorithm().name(),
            certificate_der: key.certificate_der(),
            kind: match key.is_development() {
                true => KeyKind::Development,
                false => KeyKind::Own,
            },
            sign: &|message| key.sign(message).map_err(|error| error.to_string()),
        };
        Ok(manifest::write(&self.folder, &facts, files, &signer)?)
    }
}

/// The batch that a reprint is one of.
fn root_of(batch: &str) -> &str {
    match batch.rsplit_once(".r") {
        Some((root, number)) if number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit()) => {
            root
        }
        _ => batch,
    }
}

/// The part that was printed first: `0001.r01.pdf` comes from `0001.pdf`.
fn first_part(part: &str) -> String {
    let stem = part.strip_suffix(".pdf").unwrap_or(part);
    format!("{}.pdf", root_of(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_the_first_print() {
        assert_eq!(root_of("night.1.r02"), "night.1");
        assert_eq!(root_of("night.r1"), "night.r1");
        assert_eq!(first_part("print/c5/0001.r01.pdf"), "print/c5/0001.pdf");
        assert_eq!(first_part("print/c5/0001.pdf"), "print/c5/0001.pdf");
    }
}
