//! The index of a bundle: a CSV with a line for each letter of each message, in the order of the messages.

use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};

use super::{Role, Sealed};
use crate::disk::hex;

/// A line, as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    /// Name of the entry without its ending: the UUID of the message that carries the letter, lower case. Of a file of its
    /// own with the folder it is in.
    pub(super) entry: String,
    /// UUID of the letter's own message; another than `entry` where several letters travel in one message.
    pub(super) message_id: String,
    /// The sender's id of the letter.
    pub(super) letter_id: String,
    /// What the entry is to the letter.
    pub(super) role: Role,
    /// Of the message's first byte in the tar, uncompressed.
    pub(super) offset: u64,
    /// Bytes of the message.
    pub(super) length: u64,
    /// Of the message, lower-case hexadecimal.
    pub(super) sha256: String,
    /// Detached signature over the message, base64; empty in formats whose messages hold their own.
    pub(super) signature: String,
}

/// The first line.
pub(super) const HEADING: &str = "entry,message_id,letter_id,role,offset,length,sha256,signature\n";

/// A line has some 950 bytes with the longest ids and numbers and a signature of RSA-4096; a file with longer ones is not
/// ours.
const LINE_BYTES_MAX: u64 = 2048;

/// The lines of a message, one a letter.
pub(super) fn lines(
    entry: &str,
    sealed: &Sealed,
    letter_ids: &[&str],
    offset: u64,
) -> io::Result<Vec<u8>> {
    let mut lines = Vec::with_capacity(1024);
    let signature = sealed.signature.as_deref().unwrap_or_default();
    for (message_id, letter_id) in sealed.letters.iter().zip(letter_ids) {
        let row = Row {
            entry: entry.to_owned(),
            message_id: message_id.hyphenated().to_string(),
            letter_id: (*letter_id).to_owned(),
            role: sealed.role,
            offset,
            length: sealed.bytes.len() as u64,
            sha256: hex(&sealed.sha256),
            signature: base64_simd::STANDARD.encode_to_string(signature),
        };
        write(&row, &mut lines).map_err(io::Error::other)?;
    }
    Ok(lines)
}

/// Appends a line.
fn write(row: &Row, out: &mut impl Write) -> csv::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .buffer_capacity(512)
        .from_writer(out);
    writer.serialize(row)?;
    writer.flush().map_err(csv::Error::from)
}

/// The lines of an index, one after the other. After a fault there are no more.
pub(super) struct Rows<R> {
    file: R,
    line: u64,
    ended: bool,
}

impl<R: BufRead> Rows<R> {
    pub(super) fn new(file: R) -> Self {
        Self {
            file,
            line: 0,
            ended: false,
        }
    }

    /// The next line with its end; empty at the end of the file.
    fn read_line(&mut self) -> Result<Vec<u8>, String> {
        self.line += 1;
        let mut line = Vec::with_capacity(256);
        (&mut self.file)
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .map_err(|e| e.to_string())?;
        if line.is_empty() || line.ends_with(b"\n") {
            Ok(line)
        } else {
            Err(format!("line {} has no end", self.line))
        }
    }

    fn read_row(&mut self) -> Result<Option<Row>, String> {
        if self.line == 0 && self.read_line()? != HEADING.as_bytes() {
            return Err("its first line is not the heading".into());
        }
        let line = self.read_line()?;
        if line.is_empty() {
            return Ok(None);
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .buffer_capacity(512)
            .from_reader(line.as_slice());
        match reader.deserialize().next() {
            Some(Ok(row)) => Ok(Some(row)),
            // Without the values, which may be anything.
            Some(Err(_)) | None => Err(format!("line {} is not as it must be", self.line)),
        }
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Result<Row, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.read_row().transpose();
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<Row, String>> {
        Rows::new(text.as_bytes()).collect()
    }

    #[test]
    fn what_is_written_reads_back() {
        let row = Row {
            entry: "m".into(),
            message_id: "m".into(),
            letter_id: "a,\"b\"".into(),
            role: Role::Notice,
            offset: 512,
            length: u64::MAX,
            sha256: "ff".into(),
            signature: String::new(),
        };
        let mut out = HEADING.as_bytes().to_vec();
        write(&row, &mut out).unwrap();
        write(&row, &mut out).unwrap();
        assert_eq!(
            read(std::str::from_utf8(&out).unwrap()),
            [Ok(row.clone()), Ok(row)]
        );
    }

    #[test]
    fn what_is_no_index_is_told_by_its_line() {
        assert_eq!(read(""), [Err("its first line is not the heading".into())]);
        assert_eq!(read(HEADING), []);
        for (line, fault) in [
            ("m,m,l,letter,1,2", "line 2 has no end"),
            ("m,m,l,letter,1,2\n", "line 2 is not as it must be"),
            ("m,m,l,letter,-1,2,ff,\n", "line 2 is not as it must be"),
            ("m,m,l,other,1,2,ff,\n", "line 2 is not as it must be"),
            ("\n", "line 2 is not as it must be"),
            (&format!("{}\n", "x".repeat(2048)), "line 2 has no end"),
        ] {
            assert_eq!(read(&format!("{HEADING}{line}")), [Err(fault.into())]);
        }
    }
}
