//! Reads a results file line by line.

use std::borrow::Cow;
use std::collections::VecDeque;

use csv::ByteRecord;

use super::layout::{Layout, Place, Places};
use super::options::{Encoding, Format, List};
use super::{FAULTS_MAX, ROWS_MAX};
use crate::finding::shape;
use crate::letter::Handling;

mod values;

pub use values::{INITIALS, initials};
use values::{behind_lines, digits, job, moment, of_mark, signed};

/// Digits of a mark.
const MARK_DIGITS: usize = 36;
/// Behind those of the piece the sheet.
const SHEET_DIGITS: usize = 3;
const MARK_VERSION: &str = "1";
/// Characters of a station, and of initials.
const STATION_CHARS_MAX: usize = 16;
const INITIALS_MAX: usize = 8;

/// What a line says of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line of the file, from 1.
    pub line: u64,
    /// The job, if the line names it.
    pub job: Option<Job>,
    /// The piece.
    pub piece: u32,
    /// The sheet, if the mark says it: such a file has lines of sheets.
    pub sheet: Option<u16>,
    /// What became of it.
    pub status: Handling,
    /// The plant's word for that.
    pub word: String,
    /// When, as `YYYY-MM-DDThh:mm:ss`, with the offset or `Z` if the file has it.
    pub at: Option<String>,
    /// Where.
    pub station: Option<String>,
    /// Initials of the two who made it by hand.
    pub signed: Option<[String; 2]>,
}

/// A print job, as a line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number; `None` where only the reprint is named.
    pub number: Option<u32>,
    /// Number of the reprint, 0 for the first print; `None` where the line does not say it.
    pub child: Option<u8>,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {found}; allowed: {allowed}")]
pub struct Fault {
    /// The line, from 1.
    pub line: u64,
    /// What was found, by its shape.
    pub found: String,
    /// What is allowed.
    pub allowed: &'static str,
}

/// Why a file gives no rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unreadable {
    /// The first of what is wrong.
    pub faults: Vec<Fault>,
    /// All that is wrong.
    pub total: u64,
}

impl Unreadable {
    fn add(&mut self, fault: Fault) {
        self.total += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }
}

type Wrong = (String, &'static str);

/// Reads a file.
///
/// # Errors
/// Every line that is wrong; there are then no rows.
pub fn read(bytes: &[u8], layout: &Layout) -> Result<Vec<Row>, Unreadable> {
    let mut reader = Reader {
        layout,
        places: layout.places.clone(),
        rows: Vec::new(),
        unreadable: Unreadable::default(),
    };
    match layout.format {
        Format::Delimited => reader.delimited(bytes),
        Format::Fixed => reader.fixed(bytes),
    }
    if reader.rows.is_empty() && reader.unreadable.total == 0 {
        let found = "no line about a piece".into();
        reader.wrong(1, (found, "at least one"));
    }
    match reader.unreadable.total {
        0 => Ok(reader.rows),
        _ => Err(reader.unreadable),
    }
}

struct Reader<'l> {
    layout: &'l Layout,
    places: Places,
    rows: Vec<Row>,
    unreadable: Unreadable,
}

/// A line, taken apart or not.
enum Line<'b> {
    Whole(&'b [u8]),
    Fields(&'b ByteRecord),
}

impl Line<'_> {
    fn field<'s>(&'s self, place: &Place, encoding: Encoding) -> Result<Cow<'s, str>, Wrong> {
        let bytes = match (self, place) {
            (Self::Whole(line), Place::Bytes(range)) => {
                // The last fields of a line may have lost their spaces on the way.
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
        let text = match encoding {
            Encoding::Utf8 => Cow::Borrowed(
                std::str::from_utf8(bytes)
                    .map_err(|_| {
                        (
                            "bytes that are no UTF-8".to_owned(),
                            "UTF-8, or `encoding = \"iso-8859-1\"` in [results]",
                        )
                    })?
                    .trim(),
            ),
            Encoding::Latin1 => Cow::Owned(
                bytes
                    .iter()
                    .map(|&b| char::from(b))
                    .collect::<String>()
                    .trim()
                    .to_owned(),
            ),
        };
        Ok(text)
    }
}

impl Reader<'_> {
    fn wrong(&mut self, line: u64, (found, allowed): Wrong) {
        self.unreadable.add(Fault {
            line,
            found,
            allowed,
        });
    }

    /// Lines as they lie; the last ones are held back, for they may not count.
    fn fixed(&mut self, bytes: &[u8]) {
        let mut held = VecDeque::new();
        let lines = bytes.split(|&b| b == b'\n').zip(1_u64..);
        for (line, number) in lines.skip(self.layout.skip_first) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.iter().all(u8::is_ascii_whitespace) {
                continue; // Also what is behind the last line end.
            }
            held.push_back((line, number));
            if held.len() > self.layout.skip_last
                && let Some((line, number)) = held.pop_front()
            {
                self.take(number, &Line::Whole(line));
            }
        }
    }

    fn delimited(&mut self, bytes: &[u8]) {
        let bytes = match self.layout.encoding {
            Encoding::Utf8 => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
            Encoding::Latin1 => bytes,
        };
        let (bytes, before) = behind_lines(bytes, self.layout.skip_first);
        let mut csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.layout.delimiter)
            .from_reader(bytes);
        let mut named = !self.layout.column_names;
        let mut lines = Lines {
            bytes,
            passed: 0,
            line: 1,
        };
        let mut held = VecDeque::new();
        let mut record = ByteRecord::new();
        loop {
            match csv.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return,
                Err(_) => {
                    // From memory, with any number of columns: it does not come to this.
                    return self.wrong(0, ("what is no CSV".into(), "RFC 4180"));
                }
            }
            let start = record.position().map_or(0, csv::Position::byte);
            let number = before + lines.at(start);
            if !named {
                named = true;
                if !self.name(number, &record) {
                    return;
                }
                continue;
            }
            held.push_back((std::mem::take(&mut record), number));
            if held.len() > self.layout.skip_last
                && let Some((record, number)) = held.pop_front()
            {
                self.take(number, &Line::Fields(&record));
            }
        }
    }

    /// Finds the columns by their names.
    fn name(&mut self, line: u64, names: &ByteRecord) -> bool {
        let mut missing = Vec::new();
        for place in self.places.each_mut() {
            let Place::Named { name, needed } = place else {
                continue;
            };
            let same = |found: &[u8]| found.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
            *place = match names.iter().position(same) {
                Some(column) => Place::Column(column),
                None => {
                    if *needed {
                        missing.push(name.clone());
                    }
                    Place::Nowhere
                }
            };
        }
        for name in missing {
            self.wrong(
                line,
                (
                    format!("no column `{name}`"),
                    "the columns that [results] names",
                ),
            );
        }
        let places = &self.places;
        if places.piece == Place::Nowhere && places.mark == Place::Nowhere {
            let allowed = "a first line with `piece` or `mark`, or another layout in [results]";
            self.wrong(line, ("no column for the piece".into(), allowed));
        } else if places.status == Place::Nowhere && self.layout.list == List::All {
            let allowed = "a first line with `status`, or another layout in [results]";
            self.wrong(line, ("no column for what became of it".into(), allowed));
        }
        self.unreadable.total == 0
    }

    fn take(&mut self, number: u64, line: &Line<'_>) {
        match self.row(number, line) {
            Ok(Some(_)) if self.rows.len() == ROWS_MAX => {
                self.wrong(
                    number,
                    (format!("more than {ROWS_MAX} rows"), "fewer; cut the file"),
                );
            }
            Ok(Some(row)) => self.rows.push(row),
            Ok(None) => {}
            Err(wrong) => self.wrong(number, wrong),
        }
    }

    fn row(&self, number: u64, line: &Line<'_>) -> Result<Option<Row>, Wrong> {
        let field = |place: &Place| line.field(place, self.layout.encoding);
        let places = &self.places;
        if !self.layout.only.is_empty() {
            let kind = field(&places.only)?;
            if !self.layout.only.iter().any(|word| *word == kind) {
                return Ok(None);
            }
        }
        let mark = field(&places.mark)?;
        let (job, piece, sheet) = match mark.is_empty() {
            false => of_mark(&mark)?,
            true => {
                let job = job(&field(&places.job)?, &field(&places.child)?)?;
                let piece = digits(&field(&places.piece)?, 99_999_999)
                    .filter(|piece| *piece > 0)
                    .ok_or_else(|| {
                        let found = shape(&field(&places.piece).unwrap_or_default());
                        (format!("piece `{found}`"), "1 to 99999999")
                    })?;
                (job, piece, None)
            }
        };
        let word = field(&places.status)?;
        let (status, word) = self.status(&word)?;
        let at = match field(&places.at)? {
            text if text.is_empty() => None,
            text => Some(moment(&text).ok_or_else(|| {
                let found = format!("time `{}`", shape(&text));
                (
                    found,
                    "YYYY-MM-DDThh:mm:ss with or without an offset, or YYYYMMDDhhmmss",
                )
            })?),
        };
        let station = Some(field(&places.station)?).filter(|text| !text.is_empty());
        let station = station.map(|text| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
            match text.len() <= STATION_CHARS_MAX && text.chars().all(plain) {
                true => text.into_owned(),
                false => shape(&text), // Whatever stands there, it is no name of a machine.
            }
        });
        Ok(Some(Row {
            line: number,
            job,
            piece,
            sheet,
            status,
            word,
            at,
            station,
            signed: signed(&field(&places.by)?, &field(&places.by_2)?)?,
        }))
    }

    fn status(&self, word: &str) -> Result<(Handling, String), Wrong> {
        let layout = self.layout;
        let known = match layout.statuses.is_empty() {
            true => Handling::from_name(&word.to_ascii_lowercase()),
            false => layout.statuses.get(word).copied(),
        };
        match (known, layout.otherwise) {
            (Some(status), _) => Ok((status, word.to_owned())),
            (None, _) if word.is_empty() && layout.list == List::Again => {
                Ok((Handling::Damaged, String::new()))
            }
            (None, Some(status)) => Ok((status, shape(word))),
            (None, None) => Err((
                format!("status `{}`", shape(word)),
                "a word that [results] names under `statuses`; without any: inserted, hand-made, withdrawn, damaged, \
                 missing, removed, diverted, duplicate, unknown",
            )),
        }
    }
}

/// Counts lines as records come: the reader of CSV begins a record behind a carriage return, and at lines without anything.
struct Lines<'b> {
    bytes: &'b [u8],
    passed: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of a record that begins here or behind the next line ends.
    fn at(&mut self, start: u64) -> u64 {
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
