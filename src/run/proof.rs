//! Reading back: what is released is what lies on disk, so that is what gets counted, digested and verified, and compared
//! with the books letter by letter.

use std::path::Path;

use rayon::prelude::*;

use super::Error;
use super::gather::Books;
use crate::bundle::{CheckedEntry, Role};
use crate::disk::WrittenFile;
use crate::ledger::{self, Batch};
use crate::letter::Fate;
use crate::report::{Proof, Tally};
use crate::{disk, spool, verify};

/// Faults named before the rest is only counted.
const FAULTS_MAX: usize = 20;

/// Books that what lies on disk agrees with.
pub struct Proved {
    /// All files so far.
    pub files: Vec<WrittenFile>,
    /// Counts of letters, pieces and findings.
    pub tally: Tally,
    /// What was read.
    pub proof: Proof,
}

/// Opens every finished file again and compares it with the books. Each letter in a bundle is looked up in the ledger; as no
/// letter is there twice and their number is that of the books, none is missing either.
///
/// # Errors
/// [`Error::Faulty`], each fault a line.
pub fn read_back(batch: &Batch<'_, '_>, mailing_id: &str, books: Books) -> Result<Proved, Error> {
    let folder = batch.folder();
    let mut faults = digests(folder, &books)?;
    let totals = books.tally.totals();

    let mut compared = Compared::default();
    let checked = verify::bundles(
        folder,
        mailing_id,
        totals.digital,
        &mut faults,
        &mut |entry| compared.letter(batch, entry),
    )?;
    faults.extend(compared.end()?);
    let mut proof = Proof {
        messages_read: checked.messages,
        signatures_verified: checked.signatures,
        signatures_bad: checked.faults_total,
        ..Proof::default()
    };
    let mut pieces = 0;
    for part in &books.spooled.parts {
        let (pdf, csv) = (folder.join(&part.pdf), folder.join(&part.csv));
        let read = match spool::proof::check_with_addresses(&pdf, &csv, &part.addresses) {
            Err(spool::proof::Error::Io { path, source }) => {
                return Err(Error::Io { path, source });
            }
            Err(fault) => {
                faults.push(fault.to_string());
                continue;
            }
            Ok(read) => read,
        };
        pieces += u64::from(read.pieces);
        proof.sheets_read += u64::from(read.marks);
        proof.addresses_read += u64::from(read.addresses);
        proof.mismatches += read.mismatches_found;
        faults.extend(
            read.mismatches
                .iter()
                .map(|m| format!("`{}`: {m}", part.pdf.display())),
        );
    }
    faults.extend(verify::paper_fault(pieces, &checked, totals.print));
    if !totals.balance() {
        faults.push("letters = digital + print + held + rejected does not hold".into());
    }
    if faults.is_empty() {
        return Ok(Proved {
            files: books.files,
            tally: books.tally,
            proof,
        }); // The spool's scratch folder goes here.
    }
    let more = faults.len().saturating_sub(FAULTS_MAX);
    faults.truncate(FAULTS_MAX);
    if more > 0 {
        faults.push(format!("… and {more} more"));
    }
    Err(Error::Faulty(faults))
}

/// Letters of the bundles beside those of the ledger.
#[derive(Default)]
struct Compared {
    faults: Vec<String>,
    more: u64,
    failed: Option<ledger::Error>,
}

impl Compared {
    fn letter(&mut self, batch: &Batch<'_, '_>, entry: &CheckedEntry<'_>) {
        if self.failed.is_some() {
            return;
        }
        let row = match batch.message_of(entry.letter_id) {
            Ok(row) => row,
            Err(error) => {
                self.failed = Some(error);
                return;
            }
        };
        let what = match row {
            None => "there is no message of it in the books".to_owned(),
            Some(row) => match difference(&row, entry) {
                None => return,
                Some(what) => format!("{what} than in the books"),
            },
        };
        if self.faults.len() >= FAULTS_MAX {
            self.more += 1;
            return;
        }
        self.faults.push(format!(
            "`digital/{}`: letter `{}`: {what}",
            entry.bundle.display(),
            entry.letter_id
        ));
    }

    fn end(mut self) -> Result<Vec<String>, Error> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        if self.more > 0 {
            self.faults
                .push(format!("… and {} more letters", self.more));
        }
        Ok(self.faults)
    }
}

/// In what a letter of a bundle differs from the books.
fn difference(row: &ledger::MessageRow, entry: &CheckedEntry<'_>) -> Option<&'static str> {
    let fate = if entry.on_paper {
        Fate::Print
    } else {
        Fate::Digital
    };
    let digest = row.sha256.map(|sha256| disk::hex(&sha256));
    let carrier = row.delivery.as_ref().unwrap_or(&row.message_id);
    if row.target != entry.operator_id {
        Some("it is with another operator")
    } else if row.fate != fate.name() {
        Some("it has another fate")
    } else if row.message_id != entry.message_id {
        Some("it has another message id")
    } else if entry.role == Role::Letter && carrier != entry.carrier {
        Some("it is in another message")
    } else if entry.role == Role::Letter && digest.as_deref() != Some(entry.sha256) {
        Some("its message has another digest")
    } else {
        None
    }
}

fn digests(folder: &Path, books: &Books) -> Result<Vec<String>, Error> {
    let compared: Result<Vec<Option<String>>, Error> = books
        .files
        .par_iter()
        .map(|file| {
            let path = folder.join(&file.path);
            let (size, sha256) = disk::digest_file(&path).map_err(Error::io(&path))?;
            let same = size == file.size && sha256 == file.sha256;
            Ok((!same).then(|| format!("`{}` is not what was written", file.path.display())))
        })
        .collect();
    Ok(compared?.into_iter().flatten().collect())
}
