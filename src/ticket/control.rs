//! Writes the control file of a part from its pieces CSV, record by record.

use std::io::Write;
use std::path::Path;

use super::layout::{Layout, Line};
use super::options::{Format, Per, Quote, Style};
use super::row::Row;
use super::slot::{Misfit, Slot};
use super::value::Moment;
use super::{Error, Order};
use crate::spool::{Addresses, PartSummary};

/// Writes a control file; `path` is its name in errors. The CSV and the addresses are those of the summary.
pub(super) fn write(
    layout: &Layout,
    order: &Order,
    part: &PartSummary,
    folder: &Path,
    path: &Path,
    out: &mut impl Write,
) -> Result<(), Error> {
    let csv_path = folder.join(&part.csv);
    let unread = |found: String, expected: &str| Error::Pieces {
        path: csv_path.clone(),
        found,
        expected: expected.into(),
    };
    let no_csv = |error: csv::Error| {
        let row = error.position().map_or(0, csv::Position::line); // The rest of the message may quote the row.
        unread(format!("row {row} cannot be read"), "a pieces CSV")
    };
    let mut csv = csv::Reader::from_path(&csv_path).map_err(no_csv)?;
    let columns = csv.headers().map_err(no_csv)?.clone();
    let mut addresses = match layout.wants_addresses() {
        true => Some(Addresses::open(&part.addresses).map_err(Error::io(&part.addresses))?),
        false => None,
    };
    let mut address = String::new();
    let mut printer = Printer::new(layout, order, part, path, out);
    printer.begin()?;
    let mut record = csv::StringRecord::new();
    let (mut pieces, mut sheets) = (0_u32, 0_u64);
    while csv.read_record(&mut record).map_err(no_csv)? {
        let row: Row<'_> = record.deserialize(Some(&columns)).map_err(no_csv)?;
        if let Some(addresses) = &mut addresses {
            let read = addresses.read(&mut address);
            read.map_err(Error::io(&part.addresses))?;
        }
        pieces += 1;
        sheets += u64::from(row.sheets);
        printer.piece(&row, &address)?;
    }
    if (pieces, sheets) != (part.pieces, u64::from(part.sheets)) {
        return Err(unread(
            format!("{pieces} pieces with {sheets} sheets"),
            &format!("{} with {}", part.pieces, part.sheets),
        ));
    }
    printer.end()
}

/// Puts records down.
pub(super) struct Printer<'p, W: Write> {
    layout: &'p Layout,
    order: &'p Order,
    part: &'p PartSummary,
    path: &'p Path,
    out: &'p mut W,
    sequence: u32,
    /// Kept, so that no record asks for memory.
    said: String,
    field: Vec<u8>,
    line: Vec<u8>,
}

impl<'p, W: Write> Printer<'p, W> {
    pub fn new(
        layout: &'p Layout,
        order: &'p Order,
        part: &'p PartSummary,
        path: &'p Path,
        out: &'p mut W,
    ) -> Self {
        Self {
            layout,
            order,
            part,
            path,
            out,
            sequence: 0,
            said: String::new(),
            field: Vec::new(),
            line: Vec::new(),
        }
    }

    /// All that comes before the first record.
    pub fn begin(&mut self) -> Result<(), Error> {
        let layout = self.layout;
        match layout.format {
            Format::Xml => {
                let encoding = layout.characters.0.name();
                self.put(format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>").as_bytes())?;
                self.put(format!("<{}>", layout.root).as_bytes())?;
            }
            Format::Delimited if layout.column_names => {
                let slots = &layout.record.slots;
                for (n, slot) in slots.iter().enumerate() {
                    self.field.clear();
                    self.field.extend_from_slice(slot.name.as_bytes());
                    self.delimited(n)
                        .map_err(|misfit| misplaced(self.path, "the column names", slot, misfit))?;
                }
                self.end_line()?;
            }
            Format::None | Format::Fixed | Format::Delimited => {}
        }
        self.lone(&layout.header, "header")
    }

    /// The records of a piece.
    pub fn piece(&mut self, row: &Row<'_>, address: &str) -> Result<(), Error> {
        let layout = self.layout;
        let records = match layout.per {
            Per::Piece => 1,
            Per::Sheet => row.sheets,
        };
        for place in 1..=records {
            self.sequence += 1;
            let moment = self.moment(Some(row), row.place_of(place), address);
            self.record(&layout.record, &layout.element, &moment)?;
        }
        Ok(())
    }

    /// All that comes behind the last record.
    pub fn end(&mut self) -> Result<(), Error> {
        let layout = self.layout;
        self.lone(&layout.trailer, "trailer")?;
        if layout.format == Format::Xml {
            self.put(format!("</{}>", layout.root).as_bytes())?;
        }
        Ok(())
    }

    fn moment<'m>(&self, row: Option<&'m Row<'m>>, sheet: u32, address: &'m str) -> Moment<'m>
    where
        'p: 'm,
    {
        Moment {
            order: self.order,
            part: self.part,
            records: match self.layout.per {
                Per::Piece => self.part.pieces,
                Per::Sheet => self.part.sheets,
            },
            sequence: self.sequence,
            row,
            sheet,
            address,
        }
    }

    /// Header or trailer, if there is one.
    fn lone(&mut self, line: &Line, element: &str) -> Result<(), Error> {
        if line.slots.is_empty() {
            return Ok(());
        }
        let moment = self.moment(None, 0, "");
        self.record(line, element, &moment)
    }

    fn record(&mut self, line: &Line, element: &str, moment: &Moment<'_>) -> Result<(), Error> {
        let layout = self.layout;
        match (layout.format, layout.style) {
            (Format::Fixed, _) => self.line.resize(line.bytes, layout.fill),
            (Format::Xml, Style::Elements) => {
                self.line
                    .extend_from_slice(format!("<{element}>").as_bytes());
            }
            (Format::Xml, Style::Attributes) => {
                self.line
                    .extend_from_slice(format!("<{element}").as_bytes());
            }
            (Format::None | Format::Delimited, _) => {}
        }
        for (n, slot) in line.slots.iter().enumerate() {
            let filled = slot.fill(moment, layout.characters, &mut self.said, &mut self.field);
            filled
                .and_then(|()| self.place(n, slot))
                .map_err(|misfit| {
                    let place = match moment.row {
                        Some(row) => format!("piece {} (letter {})", row.piece, row.letter_id),
                        None => format!("the {element}"),
                    };
                    misplaced(self.path, &place, slot, misfit)
                })?;
        }
        match (layout.format, layout.style) {
            (Format::Xml, Style::Elements) => {
                self.line
                    .extend_from_slice(format!("</{element}>").as_bytes());
            }
            (Format::Xml, Style::Attributes) => self.line.extend_from_slice(b"/>"),
            _ => {}
        }
        self.end_line()
    }

    /// Puts the field into the line.
    fn place(&mut self, n: usize, slot: &Slot) -> Result<(), Misfit> {
        match (self.layout.format, self.layout.style) {
            (Format::Fixed, _) => {
                if let Some(room) = self.line.get_mut(slot.range()) {
                    room.copy_from_slice(&self.field); // The slot has padded it to the same length.
                }
            }
            (Format::Xml, Style::Elements) => {
                self.line
                    .extend_from_slice(format!("<{}>", slot.name).as_bytes());
                escape(&self.field, &mut self.line);
                self.line
                    .extend_from_slice(format!("</{}>", slot.name).as_bytes());
            }
            (Format::Xml, Style::Attributes) => {
                self.line
                    .extend_from_slice(format!(" {}=\"", slot.name).as_bytes());
                escape(&self.field, &mut self.line);
                self.line.push(b'"');
            }
            (Format::None | Format::Delimited, _) => return self.delimited(n),
        }
        Ok(())
    }

    fn delimited(&mut self, n: usize) -> Result<(), Misfit> {
        if n > 0 {
            self.line.push(self.layout.delimiter);
        }
        if !self.layout.quoted(&self.field)? {
            self.line.extend_from_slice(&self.field);
            return Ok(());
        }
        self.line.push(b'"');
        for &byte in &self.field {
            if byte == b'"' {
                self.line.push(b'"');
            }
            self.line.push(byte);
        }
        self.line.push(b'"');
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), Error> {
        self.line.extend_from_slice(self.layout.line_end.bytes());
        let written = self.out.write_all(&self.line);
        self.line.clear();
        written.map_err(Error::io(self.path))
    }

    fn put(&mut self, text: &[u8]) -> Result<(), Error> {
        self.line.extend_from_slice(text);
        self.end_line()
    }
}

impl Layout {
    /// Whether a value stands in quotes.
    pub(super) fn quoted(&self, field: &[u8]) -> Result<bool, Misfit> {
        let delimiter = self.delimiter;
        let has_delimiter = self.format == Format::Delimited && field.contains(&delimiter);
        match self.quote {
            Quote::Always => Ok(true),
            Quote::Needed => Ok(has_delimiter || field.contains(&b'"')),
            Quote::Never if has_delimiter => {
                let found = format!("a value with the delimiter `{}`", char::from(delimiter));
                Err((found, "one without it, or `quote = \"needed\"`".into()))
            }
            Quote::Never => Ok(false),
        }
    }
}

fn misplaced(path: &Path, place: &str, slot: &Slot, (found, allowed): Misfit) -> Error {
    Error::Value {
        path: path.into(),
        place: place.into(),
        field: slot.name.clone(),
        found,
        allowed,
    }
}

/// The five characters of markup; all encodings have them at the same bytes.
fn escape(field: &[u8], out: &mut Vec<u8>) {
    for &byte in field {
        match byte {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\'' => out.extend_from_slice(b"&apos;"),
            _ => out.push(byte),
        }
    }
}
