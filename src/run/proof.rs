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
    let (mut compared, mut whole) = (Compared::default(), spool::proof::Whole::default());
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
                whole.lacks_a_part();
                continue;
            }
            Ok(read) => read,
        };
        whole.add(&part.pdf, &read);
        compared.part(batch, &part.pdf, &read);
        letters += u64::from(read.letters);
        proof.sheets_read += u64::from(read.marks);
        proof.addresses_read += u64::from(read.addresses);
        proof.mismatches += read.mismatches_found;
        proof.parts.push(PartRead {
            pdf: part.pdf.display().to_string(),
            sheets: read.sheets,
            mismatches: read.mismatches_found,
        });
        faults.extend(
            read.mismatches
                .iter()
                .map(|what| told(&part.pdf, &read, what)),
        );
    }
    faults.extend(compared.end()?);
    faults.extend(whole.faults());
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

/// A mismatch in words, with the letters of its piece: whoever reads of a fault looks for a letter.
fn told(pdf: &Path, read: &spool::proof::Proof, what: &spool::proof::Mismatch) -> String {
    let mut pieces = read.letters_of.iter();
    let letters = match pieces.find(|(piece, _)| *piece == what.piece) {
        Some((_, ids)) => format!("letter `{}`, ", ids.replace(' ', "` and `")),
        None => String::new(),
    };
    format!("`{}`: {letters}{what}", pdf.display())
}

/// Letters of the bundles, or of the spool, beside those of the ledger.
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
        self.fault(|| {
            let (bundle, id) = (entry.bundle.display(), entry.letter_id);
            format!("`digital/{bundle}`: letter `{id}`: {what}")
        });
    }

    /// Every letter that the CSV of a part names must be in that piece of that part, as the books say it too.
    fn part(&mut self, batch: &Batch<'_, '_>, pdf: &Path, read: &spool::proof::Proof) {
        for (piece, ids) in &read.letters_of {
            for (id, place) in ids.split(' ').zip(0..) {
                if self.failed.is_some() {
                    return;
                }
                let what = match batch.envelope_of(id) {
                    Err(error) => {
                        self.failed = Some(error);
                        return;
                    }
                    Ok(None) => "it is in no piece of the books",
                    Ok(Some(row)) if row.piece != *piece || Path::new(&row.part) != pdf => {
                        "it is in another piece than in the books"
                    }
                    Ok(Some(row)) if row.shows != (place == 0) => {
                        "the address of another letter shows than in the books"
                    }
                    Ok(Some(_)) => continue,
                };
                self.fault(|| format!("`{}`: piece {piece}: letter `{id}`: {what}", pdf.display()));
            }
        }
    }

    fn fault(&mut self, sentence: impl FnOnce() -> String) {
        match self.faults.len() < FAULTS_MAX {
            true => self.faults.push(sentence()),
            false => self.more += 1,
        }
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
    use crate::ledger::{Ledger, LetterRow, Mailing, PieceRow};
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

    fn mailing() -> Mailing<'static> {
        Mailing {
            mailing_id: "M-1",
            source_sha256: [0; 32],
            letters_sha256: [0; 32],
            why_again: None,
            source_bytes: 1,
            source_path: Path::new("/mailing.xml"),
            job_sha256: [0; 32],
            date: date(2026, 11, 22),
            environment: Environment::Test,
            sender_organisation: "162021004748",
        }
    }

    #[test]
    fn a_letter_that_lies_in_another_envelope_than_the_books_say_is_named() {
        let home = tempfile::tempdir().unwrap();
        let clock = FixedClock(jiff::Timestamp::UNIX_EPOCH);
        let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
        let mut batch = ledger.begin(&mailing()).unwrap();
        let printed = |seq, letter_id| LetterRow {
            seq,
            letter_id,
            fate: Fate::Print,
            reason: "no-mailbox",
            target: "",
            message_id: None,
            delivery: None,
            notice: None,
            sha256: None,
            path: "",
        };
        batch
            .record(&[printed(1, "a"), printed(2, "b"), printed(3, "c")])
            .unwrap();
        let piece = |piece, letters| PieceRow {
            piece,
            letters,
            part: "print/c5-duplex-mono/0001.pdf".into(),
            sheets: 1,
            weight_mg: 1,
        };
        batch
            .record_pieces(&[piece(1, vec![1]), piece(2, vec![2, 3])])
            .unwrap();

        let faults = |pdf: &str, rows: &[(u32, &str)]| {
            let read = spool::proof::Proof {
                letters_of: rows.iter().map(|(n, ids)| (*n, (*ids).into())).collect(),
                ..spool::proof::Proof::default()
            };
            let mut compared = Compared::default();
            compared.part(&batch, Path::new(pdf), &read);
            compared.end().unwrap()
        };
        let pdf = "print/c5-duplex-mono/0001.pdf";
        assert_eq!(faults(pdf, &[(1, "a"), (2, "b c")]), [""; 0]);
        let exchanged = faults(pdf, &[(1, "b"), (2, "a c")]);
        assert_eq!(
            exchanged,
            [(1, "b"), (2, "a")].map(|(piece, id)| format!(
                "`{pdf}`: piece {piece}: letter `{id}`: it is in another piece than in the books"
            ))
        );
        let other = faults("print/c4-duplex-mono/0001.pdf", &[(1, "a")]);
        assert!(other.concat().contains("another piece"), "{other:?}");
        let turned = faults(pdf, &[(2, "c b")]);
        assert_eq!(turned.len(), 2);
        assert!(turned.concat().contains("address of another letter"));
        let unknown = faults(pdf, &[(1, "d")]);
        assert!(unknown.concat().contains("in no piece of the books"));
    }

    #[test]
    fn a_letter_that_is_not_as_the_books_say_is_named() {
        let home = tempfile::tempdir().unwrap();
        let clock = FixedClock(jiff::Timestamp::UNIX_EPOCH);
        let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
        let mut batch = ledger.begin(&mailing()).unwrap();
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
