//! The parts of a batch beside each other: together they must be one job, with each of its pieces and letters once.

use std::path::{Path, PathBuf};

use rayon::slice::ParallelSliceMut;

use super::{Extent, Proof};
use crate::disk;

/// What was seen of the parts so far: eight bytes a letter.
#[derive(Debug, Default)]
pub struct Whole {
    parts: Vec<(Extent, u64, PathBuf)>,
    /// The beginnings of digests of all letters' ids.
    letters: Vec<u64>,
    unread: bool,
}

impl Whole {
    /// Adds a part that was read.
    pub fn add(&mut self, pdf: &Path, proof: &Proof) {
        let sheets = u64::from(proof.sheets);
        self.parts.push((proof.extent, sheets, pdf.to_owned()));
        let ids = proof.letters_of.iter().flat_map(|(_, ids)| ids.split(' '));
        self.letters.extend(ids.map(|id| {
            let digest = disk::sha256(id.as_bytes());
            u64::from_le_bytes(digest.first_chunk().copied().unwrap_or_default())
        }));
    }

    /// There is a part that could not be read: what is missing has been told.
    pub fn lacks_a_part(&mut self) {
        self.unread = true;
    }

    /// What is wrong, a sentence each.
    pub fn faults(mut self) -> Vec<String> {
        let mut faults = Vec::new();
        self.parts.sort();
        let (mut piece, mut sheets) = (0, 0);
        let job = self.parts.first().map(|(extent, ..)| extent.job);
        for (extent, of_part, pdf) in &self.parts {
            let mut ask = |good: bool, what: &str| {
                if !good {
                    faults.push(format!("`{}`: {what}", pdf.display()));
                }
            };
            ask(Some(extent.job) == job, "it is of another print job");
            let is_reprint = extent.job.1 > 0; // It has some of the pieces.
            let follows = match is_reprint || self.unread {
                true => extent.first_piece > piece,
                false => extent.first_piece == piece + 1,
            };
            ask(
                follows,
                "its pieces do not follow those of the part before it",
            );
            ask(
                extent.sheets_before == sheets || self.unread,
                "its layout says another number of sheets before it",
            );
            piece = extent.last_piece;
            sheets += of_part;
        }
        let all = self.letters.len();
        self.letters.par_sort_unstable();
        self.letters.dedup();
        match all - self.letters.len() {
            0 => {}
            1 => faults.push("a letter is in the spool twice".into()),
            twice => faults.push(format!("{twice} letters are in the spool twice")),
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(job: (u32, u8), pieces: (u32, u32), sheets_before: u64, letters: &[&str]) -> Proof {
        let (first_piece, last_piece) = pieces;
        Proof {
            sheets: 10,
            extent: Extent {
                job,
                first_piece,
                last_piece,
                sheets_before,
            },
            letters_of: letters
                .iter()
                .map(|id| (first_piece, (*id).into()))
                .collect(),
            ..Proof::default()
        }
    }

    fn faults(parts: &[Proof]) -> Vec<String> {
        let mut whole = Whole::default();
        for (proof, n) in parts.iter().zip(1..) {
            whole.add(Path::new(&format!("{n}.pdf")), proof);
        }
        whole.faults()
    }

    #[test]
    fn parts_of_a_job_have_each_piece_and_letter_once() {
        let first = part((7, 0), (1, 3), 0, &["a", "b c"]);
        let second = |pieces, before, letters| part((7, 0), pieces, before, letters);
        let good = second((4, 5), 10, &["d"]);
        assert_eq!(faults(&[good.clone(), first.clone()]), [""; 0]);
        let cases = [
            (second((4, 5), 10, &["c"]), "a letter is in the spool twice"),
            (
                second((4, 5), 10, &["a", "d", "d"]),
                "2 letters are in the spool twice",
            ),
            (second((4, 5), 11, &["d"]), "another number of sheets"),
            (second((3, 5), 10, &["d"]), "its pieces do not follow"),
            (second((5, 5), 10, &["d"]), "its pieces do not follow"),
            (part((8, 0), (4, 5), 10, &["d"]), "of another print job"),
        ];
        for (other, said) in cases {
            let found = faults(&[first.clone(), other]);
            assert!(found.len() == 1 && found[0].contains(said), "{found:?}");
        }
        // The same part once more.
        assert_eq!(faults(&[first.clone(), first.clone()]).len(), 3);
        assert_eq!(faults(&[good]).len(), 2);
    }

    #[test]
    fn a_reprint_has_gaps() {
        let first = part((7, 2), (4, 9), 0, &["a"]);
        let second = part((7, 2), (11, 30), 10, &["b"]);
        assert_eq!(faults(&[second, first.clone()]), [""; 0]);
        assert_eq!(faults(&[first.clone(), first]).len(), 3);
    }

    #[test]
    fn what_an_unread_part_lacks_is_not_told_again() {
        let mut whole = Whole::default();
        whole.add(Path::new("2.pdf"), &part((7, 0), (4, 5), 10, &["d"]));
        whole.lacks_a_part();
        assert_eq!(whole.faults(), [""; 0]);
    }
}
