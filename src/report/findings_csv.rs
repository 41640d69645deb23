//! `findings.csv`: every finding of a batch, a line each, written as they come.

use std::io;
use std::path::{Path, PathBuf};

use super::tally::consequence_name;
use crate::disk::{HashingWriter, WrittenFile};
use crate::finding::Finding;

/// The first line.
const COLUMNS: [&str; 9] = [
    "letter_id",
    "seq",
    "line",
    "column",
    "code",
    "consequence",
    "path",
    "found",
    "allowed",
];

/// `findings.csv` while it is written. Not whole before [`FindingsCsv::finish`].
pub struct FindingsCsv {
    path: PathBuf,
    to: csv::Writer<HashingWriter>,
}

impl FindingsCsv {
    /// Creates `path`, relative to the batch's folder.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn create(folder: &Path, path: &str) -> io::Result<Self> {
        let mut to = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF) // RFC 4180
            .from_writer(HashingWriter::create(&folder.join(path))?);
        to.write_record(COLUMNS)?;
        Ok(Self {
            path: PathBuf::from(path),
            to,
        })
    }

    /// Adds a line.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn add(&mut self, letter_id: &str, finding: &Finding) -> io::Result<()> {
        let place = &finding.place;
        for cell in [
            &*harmless(letter_id),
            &finding.letter.0.to_string(),
            &place.line.to_string(),
            &place.column.to_string(),
            finding.code.name(),
            consequence_name(finding.code.consequence()),
            &*harmless(&place.path),
            &*harmless(&finding.found),
            &*harmless(&finding.allowed),
        ] {
            self.to.write_field(cell)?;
        }
        Ok(self.to.write_record(None::<&[u8]>)?)
    }

    /// Makes the file durable.
    ///
    /// # Errors
    /// Any I/O error.
    pub fn finish(self) -> io::Result<WrittenFile> {
        let to = self.to.into_inner().map_err(|error| error.into_error())?;
        to.finish(self.path)
    }
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV Injection"); so does one
/// that has an apostrophe there already, so that taking the first one away always gives the text back.
fn harmless(text: &str) -> std::borrow::Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\'']) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::finding::{Code, Place};
    use crate::letter::LetterSeq;

    fn written(letter_id: &str, found: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut csv = FindingsCsv::create(folder.path(), "findings.csv").unwrap();
        let finding = Finding {
            letter: LetterSeq(6),
            place: Place {
                line: 12,
                column: 3,
                path: "letter/recipient".to_owned(),
            },
            code: Code::Schema,
            found: found.to_owned(),
            allowed: "a name".to_owned(),
        };
        csv.add(letter_id, &finding).unwrap();
        let file = csv.finish().unwrap();
        let bytes = std::fs::read(folder.path().join("findings.csv")).unwrap();
        assert_eq!(file.size, bytes.len() as u64);
        assert_eq!(file.sha256, crate::disk::sha256(&bytes));
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_a_finding() {
        assert_eq!(
            written("B-7", "an empty text, \"\""),
            "letter_id,seq,line,column,code,consequence,path,found,allowed\r\n\
             B-7,6,12,3,schema.invalid,reject,letter/recipient,\"an empty text, \"\"\"\"\",a name\r\n"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_cell_is_a_formula_and_every_text_comes_back(id: String, found in "[=+@'\t\r\n-]?.*") {
            let text = written(&id, &found);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            for (cell, original) in [(&row[0], &id), (&row[7], &found)] {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
                prop_assert_eq!(cell.strip_prefix('\'').unwrap_or(cell), original.as_str());
            }
        }
    }
}
