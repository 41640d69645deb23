//! Reading back: what is released is what lies on disk, so that is what gets counted, digested and verified.

use std::path::Path;

use rayon::prelude::*;

use super::Error;
use super::gather::Books;
use crate::disk::WrittenFile;
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

/// Opens every finished file again and compares it with the books.
///
/// # Errors
/// [`Error::Faulty`], each fault a line.
pub fn read_back(folder: &Path, books: Books) -> Result<Proved, Error> {
    let mut faults = digests(folder, &books)?;
    let totals = books.tally.totals();

    let checked = verify::bundles(folder, totals.digital, &mut faults)?;
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
