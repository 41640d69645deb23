//! How the objects of a part are found: the classic table, or a cross-reference stream (ISO 32000-1 7.5.8) with or without
//! object streams (7.5.7).
//!
//! `offsets` has for each object where it begins in the file, or, with [`PACKED`], the object stream that holds it and its
//! place there.

use std::io::{self, Write};

use super::{CATALOG, FIRST_FREE, INFO, PartWriter};
use crate::spool::flavour::Xref;
use crate::spool::prepare::deflate;
use crate::spool::sink::Sink;

/// Says that an object is in an object stream: its number is in the bits from 8, its place below.
const PACKED: u64 = 1 << 63;
/// Objects of an object stream; also what a place has bits for.
const PACKED_OBJECTS_MAX: usize = 200;
/// An object stream is written when it has so many bytes: readers unpack it whole for one of its objects.
const PACKED_BYTES_MAX: usize = 64 << 10;
/// Bytes of an entry: its kind, an offset or a number, a place.
const WIDTHS: [usize; 3] = [1, 5, 2];
/// And of a row, which begins with the kind of its prediction.
const ROW_BYTES: usize = WIDTHS[0] + WIDTHS[1] + WIDTHS[2];
/// Deflate level of both kinds of streams.
const DEFLATE_LEVEL: u8 = 6;

/// Objects that wait for their object stream.
#[derive(Default)]
pub(super) struct Packing {
    /// Number of each, and where its text begins.
    objects: Vec<(u32, usize)>,
    text: Vec<u8>,
}

impl Packing {
    /// What they take, at most.
    pub(super) fn bytes(&self) -> u64 {
        (self.text.len() + self.objects.len() * 16) as u64
    }
}

impl<S: Sink> PartWriter<S> {
    /// Lays an object into the object stream that is open.
    pub(super) fn pack(&mut self, number: u32, text: &[u8]) -> io::Result<()> {
        let packing = &mut self.packing;
        packing.objects.push((number, packing.text.len()));
        packing.text.extend_from_slice(text);
        packing.text.push(b'\n');
        let full =
            packing.objects.len() >= PACKED_OBJECTS_MAX || packing.text.len() >= PACKED_BYTES_MAX;
        if full { self.write_packed() } else { Ok(()) }
    }

    /// Writes the object stream that is open.
    fn write_packed(&mut self) -> io::Result<()> {
        let Packing { objects, text } = std::mem::take(&mut self.packing);
        if objects.is_empty() {
            return Ok(());
        }
        let stream = self.allocate();
        let mut plain = Vec::with_capacity(text.len() + objects.len() * 16);
        for (place, (number, at)) in (0_u64..).zip(&objects) {
            write!(plain, "{number} {at} ")?;
            if let Some(offset) = self.offsets.get_mut(*number as usize) {
                *offset = PACKED | u64::from(stream) << 8 | place;
            }
        }
        let first = plain.len();
        plain.extend_from_slice(&text);
        let entries = format!(
            "/Type/ObjStm/N {}/First {first}/Filter/FlateDecode",
            objects.len()
        );
        self.stream(stream, &entries, &deflate(&plain, DEFLATE_LEVEL))
    }

    /// Writes the table and the end of the file.
    pub(super) fn table(&mut self, id: &str) -> io::Result<()> {
        self.write_packed()?;
        let rest = format!("/Root {CATALOG} 0 R/Info {INFO} 0 R/ID[<{id}><{id}>]");
        let xref = match self.form.xref {
            Xref::Table => self.classic(&rest)?,
            Xref::Stream | Xref::ObjectStreams => self.xref_stream(&rest)?,
        };
        write!(self.out, "startxref\n{xref}\n%%EOF\n")
    }

    fn classic(&mut self, rest: &str) -> io::Result<u64> {
        let xref = self.out.size();
        let size = self.offsets.len();
        write!(self.out, "xref\n0 {size}\n0000000000 65535 f \n")?;
        for offset in &self.offsets[1..] {
            writeln!(self.out, "{offset:010} 00000 n ")?;
        }
        write!(self.out, "trailer\n<</Size {size}{rest}>>\n")?;
        Ok(xref)
    }

    fn xref_stream(&mut self, rest: &str) -> io::Result<u64> {
        let number = self.allocate();
        let xref = self.out.size();
        if let Some(offset) = self.offsets.last_mut() {
            *offset = xref;
        }
        let size = self.offsets.len();
        let mut rows = Vec::with_capacity(size * (ROW_BYTES + 1));
        let mut above = [0; ROW_BYTES];
        for (i, &offset) in self.offsets.iter().enumerate() {
            let row = match i {
                0 => entry(0, 0, u16::MAX), // The one free object.
                _ if offset & PACKED != 0 => {
                    entry(2, offset >> 8 & u64::from(u32::MAX), (offset & 0xff) as u16)
                }
                _ => entry(1, offset, 0),
            };
            rows.push(2); // Each byte less the one above it: PNG's Up, which makes the rows small.
            rows.extend(
                row.iter()
                    .zip(above)
                    .map(|(&byte, above)| byte.wrapping_sub(above)),
            );
            above = row;
        }
        let [kind, number_bytes, place] = WIDTHS;
        let entries = format!(
            "/Type/XRef/Size {size}/W[{kind} {number_bytes} {place}]{rest}/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns {ROW_BYTES}>>"
        );
        self.stream(number, &entries, &deflate(&rows, DEFLATE_LEVEL))?;
        Ok(xref)
    }
}

/// Five bytes hold a terabyte.
fn entry(kind: u8, number: u64, place: u16) -> [u8; ROW_BYTES] {
    let [_, _, _, a, b, c, d, e] = number.to_be_bytes();
    let [f, g] = place.to_be_bytes();
    [kind, a, b, c, d, e, f, g]
}

const _: () = assert!(PACKED_OBJECTS_MAX <= 256 && FIRST_FREE > CATALOG);
