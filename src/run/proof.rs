//! Reading back: what is released is what lies on disk, so that is what gets counted, digested and verified, and compared
//! with the books letter by letter.

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use super::Error;
use super::gather::Books;
use crate::bundle::{CheckedEntry, Role};
use crate::disk::WrittenFile;
use crate::ledger::{self, Batch};
use crate::letter::Fate;
use crate::report::{PartRead, Proof, Tally};
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
pub fn read_back(batch: &Batch<'_, '_>, mailing_key: &str, books: Books) -> Result<Proved, Error> {
    let folder = batch.folder();
    let mut faults = digests(folder, &books)?;
    let totals = books.tally.totals();

    let mut compared = Compared::default();
    let checked = verify::bundles(
        folder,
        mailing_key,
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
    let mut letters = 0;
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
        letters += u64::from(read.letters);
        proof.sheets_read += u64::from(read.marks);
        proof.addresses_read += u64::from(read.addresses);
        proof.mismatches += read.mismatches_found;
        proof.parts.push(PartRead {
            pdf: part.pdf.display().to_string(),
            sheets: read.sheets,
            mismatches: read.mismatches_found,
        });
        let letters_of = match read.mismatches.is_empty() {
            true => HashMap::new(),
            false => letters_of_pieces(&csv),
        };
        faults.extend(read.mismatches.iter().map(|mismatch| {
            let letters = letters_of.get(&mismatch.piece).map(String::as_str);
            let letters = letters.unwrap_or_default();
            format!("`{}`: {letters}{mismatch}", part.pdf.display())
        }));
    }
    faults.extend(verify::paper_fault(letters, &checked, totals.print));
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

/// What letters each piece of a part holds, in words, by its CSV: whoever reads of a fault looks for a letter.
fn letters_of_pieces(csv: &Path) -> HashMap<u32, String> {
    let Ok(mut rows) = csv::Reader::from_path(csv) else {
        return HashMap::new();
    };
    let row = |row: csv::Result<csv::StringRecord>| {
        let row = row.ok()?;
        let (piece, letters) = (row.get(0)?.parse().ok()?, row.get(3)?);
        Some((
            piece,
            format!("letter `{}`, ", letters.replace(' ', "` and `")),
        ))
    };
    rows.records().filter_map(row).collect()
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::clock::FixedClock;
    use crate::ledger::{Ledger, LetterRow, Mailing};
    use crate::letter::Environment;

    const DIGEST: [u8; 32] = [7; 32];

    /// A letter as the check of bundles hands it out, right in all.
    fn entry<'a>(sha256: &'a str) -> CheckedEntry<'a> {
        CheckedEntry {
            operator_id: "162021004748",
            bundle: Path::new("mina-meddelanden/162021004748/0001.tar"),
            carrier: "d-1",
            message_id: "m-2",
            letter_id: "L-2",
            role: Role::Letter,
            on_paper: false,
            offset: 512,
            length: 1,
            sha256,
        }
    }

    #[test]
    fn the_letters_of_a_piece_are_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            file.path(),
            "piece,job,child,letter_id\n1,7,0,L-1\n2,7,0,L-2 L-3\n",
        )
        .unwrap();
        let letters = letters_of_pieces(file.path());
        assert_eq!(letters[&1], "letter `L-1`, ");
        assert_eq!(letters[&2], "letter `L-2` and `L-3`, ");
        assert!(letters_of_pieces(Path::new("/none")).is_empty());
    }

    #[test]
    fn a_letter_that_is_not_as_the_books_say_is_named() {
        let home = tempfile::tempdir().unwrap();
        let clock = FixedClock(jiff::Timestamp::UNIX_EPOCH);
        let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
        let mailing = Mailing {
            mailing_id: "M-1",
            source_sha256: [0; 32],
            source_bytes: 1,
            source_path: Path::new("/mailing.xml"),
            job_sha256: [0; 32],
            date: date(2026, 11, 22),
            environment: Environment::Test,
            sender_organisation: "162021004748",
        };
        let mut batch = ledger.begin(&mailing).unwrap();
        let carried = LetterRow {
            seq: 1,
            letter_id: "L-2",
            fate: Fate::Digital,
            reason: "reachable",
            target: "162021004748",
            message_id: Some("m-2"),
            delivery: Some("d-1"),
            notice: None,
            sha256: Some(DIGEST),
            path: "",
        };
        let twin = LetterRow {
            seq: 2, // A second letter with the same id is rejected and has no message.
            fate: Fate::Rejected,
            target: "",
            message_id: None,
            delivery: None,
            sha256: None,
            ..carried
        };
        batch.record(&[carried, twin]).unwrap();

        let digest = disk::hex(&DIGEST);
        let good = entry(&digest);
        let faults = |entry: &CheckedEntry<'_>| {
            let mut compared = Compared::default();
            compared.letter(&batch, entry);
            compared.end().unwrap()
        };
        assert!(faults(&good).is_empty());
        let other = "00".repeat(32);
        let changed = |change: &dyn Fn(&mut CheckedEntry<'_>)| {
            let mut entry = good.clone();
            change(&mut entry);
            let faults = faults(&entry);
            assert_eq!(faults.len(), 1);
            faults.concat()
        };
        let place = "`digital/mina-meddelanden/162021004748/0001.tar`: letter `L-2`: it is with another operator";
        assert!(changed(&|e| e.operator_id = "165568402266").starts_with(place));
        assert!(changed(&|e| e.message_id = "m-3").contains("another message id"));
        assert!(changed(&|e| e.carrier = "m-2").contains("in another message"));
        assert!(changed(&|e| e.letter_id = "L-3").contains("no message of it in the books"));
        assert!(changed(&|e| e.on_paper = true).contains("another fate"));
        let damaged = faults(&entry(&other)).concat();
        assert!(damaged.contains("another digest"), "{damaged}");
        let notice = CheckedEntry {
            role: Role::Notice,
            carrier: "n-1",
            sha256: &other,
            ..good.clone()
        };
        assert!(faults(&notice).is_empty()); // The books know the message that carries it.
    }
}
