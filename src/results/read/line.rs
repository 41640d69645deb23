//! A line, and the text of its fields.

use std::borrow::Cow;

use csv::ByteRecord;

use super::Wrong;
use crate::results::layout::Place;
use crate::results::options::Encoding;

/// A line, taken apart or not.
pub(super) enum Line<'b> {
    Whole(&'b [u8]),
    Fields(&'b ByteRecord),
}

impl Line<'_> {
    /// What a field says; of a fixed line also what is left of it at the end of the line, for spaces get lost on the way.
    pub fn field<'s>(&'s self, place: &Place, encoding: Encoding) -> Result<Cow<'s, str>, Wrong> {
        let bytes = match (self, place) {
            (Self::Whole(line), Place::Bytes(range)) => {
                let end = range.end.min(line.len());
                line.get(range.start..end).unwrap_or_default()
            }
            (Self::Fields(record), Place::Column(column)) => match record.get(*column) {
                Some(bytes) => bytes,
                None => {
                    let found = format!("{} columns", record.len());
                    return Err((found, "as many as the layout names"));
                }
            },
            _ => b"",
        };
        text(bytes, encoding)
    }

    /// What a field says that must be whole: a number that has lost its last digits is another one.
    pub fn key<'s>(&'s self, place: &Place, encoding: Encoding) -> Result<Cow<'s, str>, Wrong> {
        match (self, place) {
            (Self::Whole(line), Place::Bytes(range)) if line.len() < range.end => {
                let found = format!("a line of {} bytes", line.len());
                Err((found, "as many as piece, job, child and mark need"))
            }
            _ => self.field(place, encoding),
        }
    }
}

/// Text without spaces around it.
pub(super) fn text(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, Wrong> {
    match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text.trim())),
            Err(_) => Err((
                "bytes that are no UTF-8".to_owned(),
                "UTF-8, or `encoding = \"iso-8859-1\"` in [results]",
            )),
        },
        Encoding::Latin1 => {
            let text: String = bytes.iter().map(|&b| char::from(b)).collect();
            Ok(Cow::Owned(text.trim().to_owned()))
        }
    }
}

/// Counts lines as records come: the reader of CSV begins a record behind a carriage return, and at lines without anything.
pub(super) struct Lines<'b> {
    bytes: &'b [u8],
    passed: usize,
    line: u64,
}

impl<'b> Lines<'b> {
    pub fn of(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            passed: 0,
            line: 1,
        }
    }

    /// The line of a record that begins here or behind the next line ends.
    pub fn at(&mut self, start: u64) -> u64 {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        while let Some(&byte) = self.bytes.get(self.passed) {
            if self.passed >= start && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.line += u64::from(byte == b'\n');
            self.passed += 1;
        }
        self.line
    }
}
