//! Reads entries and operators from CSV files (docs/formats-registry.md). Streams; a line is checked and forgotten.

use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::finding::shape;
use crate::letter::{Cpr, Cvr, OrganisationNumber, PersonNumber, RecipientId};

use super::{Builder, Entry, Error, Operator, OperatorIndex, Status};

/// Columns of a file of entries; the first three must be there.
const ENTRY_COLUMNS: [&str; 7] = [
    "id_type",
    "id",
    "status",
    "operator_id",
    "operator_name",
    "operator_url",
    "nem_sms",
];
/// Columns of a file of operators; the first must be there.
const OPERATOR_COLUMNS: [&str; 3] = ["operator_id", "operator_name", "operator_url"];

/// Where the wanted columns stand in the file.
struct Columns<const N: usize>([Option<usize>; N]);

impl<const N: usize> Columns<N> {
    fn get<'r>(&self, record: &'r ByteRecord, column: usize) -> &'r [u8] {
        let at = self.0.get(column).copied().flatten();
        at.and_then(|at| record.get(at)).unwrap_or_default()
    }
}

pub fn read_entries(path: &Path, builder: &mut Builder) -> Result<(), Error> {
    let (mut reader, columns) = open(path, &ENTRY_COLUMNS, 3)?;
    let mut record = ByteRecord::new();
    let mut operators = KnownOperators::default();
    while next(path, &mut reader, &mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |found: &str, allowed: &str| Error::line(path, line, found, allowed);
        let id = identifier(columns.get(&record, 0), columns.get(&record, 1))
            .map_err(|(found, allowed)| wrong(&found, allowed))?;
        let status = text(columns.get(&record, 2));
        let status = Status::from_name(status).ok_or_else(|| {
            wrong(
                &format!("a status of the form `{}`", shape(status)),
                "reachable, no-mailbox, opted-out, pending, no-operator, no-address-url, exempt, closed, unconfirmed, \
                 awaiting-registration, unknown",
            )
        })?;
        let operator = operators
            .find(&columns, &record, builder)
            .map_err(|found| wrong(found, "one operator id, name and URL for each operator"))?;
        let swedish = matches!(id, RecipientId::Person(_) | RecipientId::Organisation(_));
        if swedish && status == Status::Reachable && operator.is_none() {
            return Err(wrong(
                "a Swedish recipient that is reachable, without an operator",
                "an operator_id, or the status no-operator",
            ));
        }
        let nem_sms = match (text(columns.get(&record, 6)), swedish, operator) {
            ("" | "false", ..) => false,
            ("true", false, None) => true,
            ("true", ..) => {
                let found = "NemSMS for a Swedish recipient, or beside an operator";
                return Err(wrong(found, "nem_sms for a cpr or cvr without an operator"));
            }
            (other, ..) => {
                let found = format!("nem_sms of the form `{}`", shape(other));
                return Err(wrong(&found, "true, false, or nothing"));
            }
        };
        let entry = Entry {
            status,
            operator,
            nem_sms,
        };
        builder.push_line(&id, entry, line);
    }
    Ok(())
}

pub fn read_operators(path: &Path, builder: &mut Builder) -> Result<(), Error> {
    let (mut reader, columns) = open(path, &OPERATOR_COLUMNS, 1)?;
    let mut record = ByteRecord::new();
    while next(path, &mut reader, &mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        builder
            .operator(Operator {
                id: text(columns.get(&record, 0)).into(),
                name: text(columns.get(&record, 1)).into(),
                url: text(columns.get(&record, 2)).into(),
            })
            .map_err(|found| {
                Error::line(
                    path,
                    line,
                    found,
                    "one line with id, name and URL for each operator",
                )
            })?;
    }
    Ok(())
}

/// The operator named last, which is most often the next one too.
#[derive(Default)]
struct KnownOperators {
    last: Option<([Vec<u8>; 3], OperatorIndex)>,
}

impl KnownOperators {
    fn find(
        &mut self,
        columns: &Columns<7>,
        record: &ByteRecord,
        builder: &mut Builder,
    ) -> Result<Option<OperatorIndex>, &'static str> {
        let fields = [3, 4, 5].map(|column| columns.get(record, column));
        if fields[0].is_empty() {
            return Ok(None);
        }
        if let Some((known, index)) = &self.last
            && known.iter().zip(fields).all(|(a, b)| a == b)
        {
            return Ok(Some(*index));
        }
        let [id, name, url] = fields.map(|field| text(field).to_owned());
        let index = builder.operator(Operator { id, name, url })?;
        self.last = Some((fields.map(<[u8]>::to_vec), index));
        Ok(Some(index))
    }
}

/// An identifier by the words of the column `id_type`; only its form is checked, because it is the registry's own.
fn identifier(kind: &[u8], id: &[u8]) -> Result<RecipientId, (String, &'static str)> {
    let digits = text(id);
    let (id, allowed) = match kind {
        b"person" | b"coordination" => (
            PersonNumber::parse(digits).map(RecipientId::Person),
            "twelve digits, YYYYMMDDnnnC",
        ),
        b"organisation" => (
            OrganisationNumber::parse(digits).map(RecipientId::Organisation),
            "ten digits, or twelve with the prefix 16",
        ),
        b"cpr" => (Cpr::parse(digits).map(RecipientId::Cpr), "ten digits"),
        b"cvr" => (
            Cvr::from_digits(digits).map(RecipientId::Cvr),
            "eight digits",
        ),
        _ => {
            return Err((
                format!("an id_type of the form `{}`", shape(text(kind))),
                "person, organisation, cpr, cvr",
            ));
        }
    };
    id.ok_or_else(|| (format!("an id of the form `{}`", shape(digits)), allowed))
}

fn open<const N: usize>(
    path: &Path,
    wanted: &[&str; N],
    needed: usize,
) -> Result<(Reader<std::fs::File>, Columns<N>), Error> {
    let file = std::fs::File::open(path).map_err(|source| Error::io(path, source))?;
    let mut reader = ReaderBuilder::new()
        .trim(csv::Trim::All)
        .buffer_capacity(1 << 18)
        .from_reader(file);
    let allowed = wanted.join(",");
    let header = reader.byte_headers().map_err(|e| csv_error(path, e))?;
    let mut columns = Columns([None; N]);
    for (at, name) in header.iter().enumerate() {
        // Some editors put a byte order mark before the first name.
        let name = name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name);
        let column = wanted.iter().position(|w| w.as_bytes() == name);
        match column {
            Some(column) if columns.0[column].is_none() => columns.0[column] = Some(at),
            // A file without a header has an identifier here: show its shape only.
            _ => {
                let found = format!("a column named like `{}`", shape(text(name)));
                return Err(Error::line(
                    path,
                    1,
                    &found,
                    &format!("each at most once: {allowed}"),
                ));
            }
        }
    }
    if columns.0[..needed].contains(&None) {
        let found = "a header without all the columns needed";
        return Err(Error::line(path, 1, found, &wanted[..needed].join(",")));
    }
    Ok((reader, columns))
}

fn next(
    path: &Path,
    reader: &mut Reader<std::fs::File>,
    record: &mut ByteRecord,
) -> Result<bool, Error> {
    reader
        .read_byte_record(record)
        .map_err(|error| csv_error(path, error))
}

fn csv_error(path: &Path, error: csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(source) => Error::io(path, source),
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => Error::line(
            path,
            line,
            &format!("{len} fields"),
            &format!("{expected_len} fields, as in the header"),
        ),
        _ => Error::line(
            path,
            line,
            "a line that is no CSV",
            "fields separated by commas",
        ),
    }
}

/// A field as text; bytes that are not UTF-8 make it one that no rule accepts.
fn text(field: &[u8]) -> &str {
    std::str::from_utf8(field).unwrap_or("\u{fffd}")
}
