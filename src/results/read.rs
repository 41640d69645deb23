//! Reads a results file line by line.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use csv::ByteRecord;

use super::layout::{Layout, Place, Places};
use super::options::{Encoding, Format, List};
use super::{FAULTS_MAX, ROWS_MAX};
use crate::finding::shape;
use crate::letter::identifier::names_a_person;
use crate::letter::{Handling, PieceResult};

mod line;
mod values;

use line::{Line, Lines, text};
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
/// Initials with so many digits are a date of birth.
const INITIALS_DIGITS: usize = 6;
/// How a file in UTF-16 begins.
const UTF_16: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// A row for each line about a piece; there may be none.
    pub rows: Vec<Row>,
    /// Where columns have names and none of them is for the job: those that nobody asked for, by number and shape.
    pub passed_over: Vec<String>,
}

/// What a line says of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The job, if the line names it.
    pub job: Option<Job>,
    /// The rest.
    pub result: PieceResult,
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
pub fn read(bytes: &[u8], layout: &Layout) -> Result<Contents, Unreadable> {
    let mut reader = Reader {
        layout,
        places: layout.places.clone(),
        contents: Contents::default(),
        words: HashSet::new(),
        unreadable: Unreadable::default(),
    };
    match whole(bytes, layout) {
        Err((line, wrong)) => reader.wrong(line, wrong),
        Ok(bytes) => match layout.format {
            Format::Delimited => reader.delimited(bytes),
            Format::Fixed => reader.fixed(bytes),
        },
    }
    match reader.unreadable.total {
        0 => Ok(reader.contents),
        _ => Err(reader.unreadable),
    }
}

/// What is behind a byte order mark, if the file is not cut short: its last line must have its end, unless lines that do not
/// count stand behind those that do.
fn whole<'b>(bytes: &'b [u8], layout: &Layout) -> Result<&'b [u8], (u64, Wrong)> {
    if UTF_16.iter().any(|mark| bytes.starts_with(mark)) {
        let allowed = "UTF-8, or ISO 8859-1 where [results] says so";
        return Err((1, ("UTF-16".into(), allowed)));
    }
    let bytes = match layout.encoding {
        Encoding::Utf8 => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
        Encoding::Latin1 => bytes,
    };
    match bytes.last() {
        None => Err((1, ("an empty file".into(), "at least one line"))),
        Some(b'\n' | b'\r') => Ok(bytes),
        Some(_) if layout.skip_last > 0 => Ok(bytes),
        Some(_) => {
            let line = 1 + memchr::memchr_iter(b'\n', bytes).count() as u64;
            let found = "a last line without its end".into();
            let allowed = "a whole file: wait until it is written, fetch it again, or end the line if nothing is missing";
            Err((line, (found, allowed)))
        }
    }
}

struct Reader<'l> {
    layout: &'l Layout,
    places: Places,
    contents: Contents,
    words: HashSet<Arc<str>>,
    unreadable: Unreadable,
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
        let (bytes, before) = behind_lines(bytes, self.layout.skip_first);
        let mut csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.layout.delimiter)
            .from_reader(bytes);
        let mut named = !self.layout.column_names;
        let mut lines = Lines::of(bytes);
        let mut held = VecDeque::new();
        let mut record = ByteRecord::new();
        loop {
            match csv.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) if named => return,
                Ok(false) => {
                    let allowed = "a first line with the names of the columns";
                    return self.wrong(1, ("no line with anything in it".into(), allowed));
                }
                Err(_) => {
                    // From memory, with any number of columns: it does not come to this.
                    return self.wrong(0, ("what is no CSV".into(), "RFC 4180"));
                }
            }
            let start = record.position().map_or(0, csv::Position::byte);
            let number = before + lines.at(start);
            if memchr::memchr2(b'\n', b'\r', record.as_slice()).is_some() {
                let found = "a quote that is not closed on its line".into();
                return self.wrong(number, (found, "lines of one record each")); // It has swallowed what is behind.
            }
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
    fn name(&mut self, line: u64, record: &ByteRecord) -> bool {
        let mut names = Vec::new();
        for field in record {
            match text(field, self.layout.encoding) {
                Ok(name) => names.push(name.to_lowercase()),
                Err(wrong) => {
                    self.wrong(line, wrong);
                    return false;
                }
            }
        }
        let (mut missing, mut twice) = (Vec::new(), Vec::new());
        for place in self.places.each_mut() {
            let Place::Named { name, needed } = place else {
                continue;
            };
            let wanted = name.to_lowercase();
            let mut found = (0..).zip(&names).filter(|(_, name)| **name == wanted);
            *place = match (found.next(), found.next()) {
                (Some((column, _)), second) => {
                    if second.is_some() {
                        twice.push(name.clone());
                    }
                    Place::Column(column)
                }
                (None, _) => {
                    if *needed {
                        missing.push(name.clone());
                    }
                    Place::Nowhere
                }
            };
        }
        for name in twice {
            let found = format!("two columns `{name}`");
            self.wrong(line, (found, "one of each name"));
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
        if self.places.job == Place::Nowhere && self.places.mark == Place::Nowhere {
            let places: Vec<Place> = self.places.each_mut().map(|place| place.clone()).into();
            let asked = |column: &usize| places.contains(&Place::Column(*column));
            let columns = names
                .iter()
                .enumerate()
                .filter(|(column, _)| !asked(column));
            let told = columns.map(|(column, name)| format!("{} (`{}`)", column + 1, shape(name)));
            self.contents.passed_over = told.collect();
        }
        self.unreadable.total == 0
    }

    fn take(&mut self, number: u64, line: &Line<'_>) {
        match self.row(number, line) {
            Ok(Some(_)) if self.contents.rows.len() == ROWS_MAX => {
                self.wrong(
                    number,
                    (format!("more than {ROWS_MAX} rows"), "fewer; cut the file"),
                );
            }
            Ok(Some(row)) => self.contents.rows.push(row),
            Ok(None) => {}
            Err(wrong) => self.wrong(number, wrong),
        }
    }

    fn row(&mut self, number: u64, line: &Line<'_>) -> Result<Option<Row>, Wrong> {
        let layout = self.layout;
        let field = |place: &Place| line.field(place, layout.encoding);
        let key = |place: &Place| line.key(place, layout.encoding);
        let places = &self.places;
        if !layout.only.is_empty() {
            let kind = field(&places.only)?;
            if !layout.only.iter().any(|word| *word == kind) {
                return Ok(None);
            }
        }
        let mark = key(&places.mark)?;
        let (job, piece, sheet) = match mark.is_empty() {
            false => of_mark(&mark)?,
            true => {
                let job = job(&key(&places.job)?, &key(&places.child)?)?;
                let piece = key(&places.piece)?;
                let piece = digits(&piece, 99_999_999)
                    .filter(|piece| *piece > 0)
                    .ok_or_else(|| (format!("piece `{}`", shape(&piece)), "1 to 99999999"))?;
                (job, piece, None)
            }
        };
        let word = field(&places.status)?;
        let (status, word) = status(layout, &word)?;
        let at = match field(&places.at)? {
            text if text.is_empty() => None,
            text => Some(moment(&text).ok_or_else(|| {
                let found = format!("time `{}`", shape(&text));
                let allowed = "YYYY-MM-DDThh:mm:ss with or without an offset, or YYYYMMDDhhmmss";
                (found, allowed)
            })?),
        };
        let station = station(&field(&places.station)?)?;
        let signed = signed(&field(&places.by)?, &field(&places.by_2)?)?;
        let result = PieceResult {
            line: number,
            piece,
            sheet,
            status,
            word: kept(&mut self.words, &word),
            at,
            station: station.map(|station| kept(&mut self.words, &station)),
            signed: signed.map(Arc::new),
        };
        Ok(Some(Row { job, result }))
    }
}

/// A word, of which a file has few and many times.
fn kept(words: &mut HashSet<Arc<str>>, word: &str) -> Arc<str> {
    match words.get(word) {
        Some(kept) => kept.clone(),
        None => {
            let kept: Arc<str> = word.into();
            words.insert(kept.clone());
            kept
        }
    }
}

/// The name of a machine; whatever else stands there is kept by its shape.
fn station(text: &str) -> Result<Option<String>, Wrong> {
    if names_a_person(text) {
        let found = format!("station `{}`", shape(text));
        return Err((found, "the name of a machine, nobody's personal number"));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    Ok(match text {
        "" => None,
        text if text.len() <= STATION_CHARS_MAX && text.chars().all(plain) => Some(text.to_owned()),
        text => Some(shape(text)),
    })
}

fn status(layout: &Layout, word: &str) -> Result<(Handling, String), Wrong> {
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
