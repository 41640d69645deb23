//! Where the objects of a part are: from its classic table, or from its cross-reference stream and object streams.
//!
//! A classic table is read where it lies. A cross-reference stream takes eight bytes an object, and what is in object
//! streams is unpacked once and kept: some hundred bytes a page.

use std::collections::HashMap;

use super::flate::unpacked;
use super::reader::{Fault, Object, get, headed, leading_number, object_of, value_end};
use crate::spool::flavour::Xref;

/// Objects that a PDF can have (ISO 32000-1 Annex C).
const OBJECTS_MAX: u64 = 8_388_607;
/// What all object streams may unpack to together.
const PACKED_BYTES_MAX: usize = 1 << 30;
/// And how many times the bytes of the file: dictionaries shrink to a tenth, and pages have contents besides.
const PACKED_RATIO_MAX: usize = 16;
/// Less than this is no burden, whatever the file has.
const PACKED_BYTES_FREE: usize = 16 << 20;
/// What one may unpack to.
const STREAM_BYTES_MAX: usize = 1 << 24;
/// What a classic table begins with: the free object (ISO 32000-1 7.5.4).
const FREE_ENTRY: &[u8] = b"0000000000 65535 f \n";
/// Bytes of an entry: its kind, an offset or the number of an object stream, a place in that.
const ROW_BYTES: usize = 8;

/// Where every object is.
pub(super) enum Table<'m> {
    /// Twenty bytes an object.
    Classic(&'m [u8]),
    /// Rows, and object streams by number.
    Streams(Vec<[u8; ROW_BYTES]>, HashMap<u32, Packed>),
}

/// An unpacked object stream.
pub(super) struct Packed {
    text: Vec<u8>,
    /// Number, and where its text begins and ends.
    objects: Vec<(u32, usize, usize)>,
}

/// Where an object is.
pub(super) enum Place<'t> {
    /// Its bytes begin here.
    At(u64),
    /// This is its text.
    Text(&'t [u8]),
}

impl<'m> Table<'m> {
    /// Reads the table that begins at `xref`; gives the trailer with it.
    pub(super) fn open(bytes: &'m [u8], xref: u64) -> Result<(Self, &'m [u8]), Fault> {
        let xref = usize::try_from(xref).ok().and_then(|at| bytes.get(at..));
        let found = xref.ok_or(fault("no xref table"))?;
        match found.strip_prefix(b"xref\n0 ") {
            Some(table) => Self::classic(table),
            None => Self::streams(bytes, found),
        }
    }

    fn classic(table: &'m [u8]) -> Result<(Self, &'m [u8]), Fault> {
        let (size, table) = leading_number(table).ok_or(fault("no xref table"))?;
        let len = usize::try_from(size).ok().and_then(|n| n.checked_mul(20));
        let table = table.strip_prefix(b"\n").unwrap_or_default();
        let (entries, trailer) = len
            .and_then(|len| table.split_at_checked(len))
            .ok_or(fault("the xref table is cut off"))?;
        if !entries.starts_with(FREE_ENTRY) {
            return Err(fault("the xref table does not begin as a part's does"));
        }
        let trailer = trailer
            .strip_prefix(b"trailer\n")
            .ok_or(fault("no trailer"))?;
        let end = value_end(trailer, 0).ok_or(fault("no trailer"))?;
        Ok((
            Self::Classic(entries),
            trailer.get(..end).unwrap_or_default(),
        ))
    }

    fn streams(bytes: &'m [u8], found: &'m [u8]) -> Result<(Self, &'m [u8]), Fault> {
        let broken = fault("no xref table");
        let (number, body) = headed(found).ok_or(broken)?;
        let stream = object_of(body, u32::try_from(number).map_err(|_| broken)?)?;
        let says = |key, value: &[u8]| get(stream.text, key) == Some(value);
        let size = get(stream.text, b"/Size").and_then(leading_number);
        let known = says(b"/Type", b"/XRef")
            && says(b"/W", b"[1 5 2]")
            && says(b"/Filter", b"/FlateDecode")
            && says(b"/DecodeParms", b"<</Predictor 12/Columns 8>>");
        let (size, data) = match (size, stream.data) {
            (Some((size, b"")), Some(data))
                if known && size <= OBJECTS_MAX.min(bytes.len() as u64) =>
            {
                (size, data) // No object takes less than a byte.
            }
            _ => return Err(fault("a cross-reference stream that is none of ours")),
        };
        let cut = fault("the cross-reference stream is damaged");
        let len = usize::try_from(size).map_err(|_| cut)? * (ROW_BYTES + 1);
        let plain = unpacked(data, len).ok_or(cut)?;
        if plain.len() != len {
            return Err(cut);
        }
        let mut rows = Vec::with_capacity(plain.len() / (ROW_BYTES + 1));
        let mut above = [0_u8; ROW_BYTES];
        for row in plain.chunks_exact(ROW_BYTES + 1) {
            let (&kind, row) = row.split_first().ok_or(cut)?;
            if kind != 2 {
                return Err(cut);
            }
            above
                .iter_mut()
                .zip(row)
                .for_each(|(byte, more)| *byte = byte.wrapping_add(*more));
            rows.push(above);
        }
        let packed = unpack_all(bytes, &rows)?;
        Ok((Self::Streams(rows, packed), stream.text))
    }

    /// What it is.
    pub(super) fn kind(&self) -> Xref {
        match self {
            Self::Classic(_) => Xref::Table,
            Self::Streams(_, packed) if packed.is_empty() => Xref::Stream,
            Self::Streams(..) => Xref::ObjectStreams,
        }
    }

    /// Number of objects, with the free one.
    pub(super) fn size(&self) -> u32 {
        let size = match self {
            Self::Classic(entries) => entries.len() / 20,
            Self::Streams(rows, _) => rows.len(),
        };
        u32::try_from(size).unwrap_or(u32::MAX)
    }

    /// Where an object is.
    pub(super) fn place(&self, number: u32) -> Option<Place<'_>> {
        match self {
            Self::Classic(entries) => {
                let at = (number as usize).checked_mul(20)?;
                let entry = entries.get(at..at.checked_add(20)?)?;
                let (offset, rest) = leading_number(entry)?;
                (rest == b" 00000 n \n").then_some(Place::At(offset))
            }
            Self::Streams(rows, packed) => match row(rows.get(number as usize)?) {
                (1, offset, 0) => Some(Place::At(offset)),
                (2, stream, place) => {
                    let stream = packed.get(&u32::try_from(stream).ok()?)?;
                    let &(found, from, to) = stream.objects.get(usize::from(place))?;
                    let text = stream.text.get(from..to)?;
                    (found == number).then_some(Place::Text(text))
                }
                _ => None,
            },
        }
    }
}

fn fault(what: &'static str) -> Fault {
    Fault { object: 0, what }
}

fn row(&[kind, a, b, c, d, e, f, g]: &[u8; ROW_BYTES]) -> (u8, u64, u16) {
    let number = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
    (kind, number, u16::from_be_bytes([f, g]))
}

/// Unpacks every object stream that the rows name.
fn unpack_all(bytes: &[u8], rows: &[[u8; ROW_BYTES]]) -> Result<HashMap<u32, Packed>, Fault> {
    let mut packed = HashMap::new();
    let ratio = bytes.len().saturating_mul(PACKED_RATIO_MAX);
    let mut left = PACKED_BYTES_MAX.min(ratio.max(PACKED_BYTES_FREE));
    let mut objects_left = rows.len();
    for entry in rows {
        let (2, number, _) = row(entry) else {
            continue;
        };
        let broken = Fault {
            object: u32::try_from(number).unwrap_or(0),
            what: "an object stream that is none of ours",
        };
        let number = u32::try_from(number).map_err(|_| broken)?;
        if packed.contains_key(&number) {
            continue;
        }
        let (1, offset, 0) = rows.get(number as usize).map(row).ok_or(broken)? else {
            return Err(broken);
        };
        let body = usize::try_from(offset).ok().and_then(|at| bytes.get(at..));
        let (found, body) = body.and_then(headed).ok_or(broken)?;
        if found != u64::from(number) {
            return Err(broken);
        }
        let stream = object_of(body, number)?;
        let stream = Packed::of(stream, left.min(STREAM_BYTES_MAX), objects_left);
        let stream = stream.ok_or(broken)?;
        left = left.saturating_sub(stream.text.len());
        objects_left = objects_left.saturating_sub(stream.objects.len());
        packed.insert(number, stream);
    }
    Ok(packed)
}

impl Packed {
    fn of(stream: Object<'_>, bytes_max: usize, objects_max: usize) -> Option<Self> {
        let number = |key| {
            let (number, rest) = leading_number(get(stream.text, key)?)?;
            rest.is_empty().then_some(usize::try_from(number).ok()?)
        };
        let known = get(stream.text, b"/Type") == Some(b"/ObjStm")
            && get(stream.text, b"/Filter") == Some(b"/FlateDecode");
        let (count, first) = (number(b"/N")?, number(b"/First")?);
        let known = known && count <= objects_max;
        let text = unpacked(stream.data.filter(|_| known)?, bytes_max)?;
        let (mut head, body) = text.split_at_checked(first)?;
        let mut begins = Vec::new();
        for _ in 0..count {
            let (number, rest) = leading_number(head)?;
            let (at, rest) = leading_number(rest.strip_prefix(b" ")?)?;
            head = rest.strip_prefix(b" ")?;
            begins.push((
                u32::try_from(number).ok()?,
                first.checked_add(usize::try_from(at).ok()?)?,
            ));
        }
        let ends = begins.iter().skip(1).map(|&(_, at)| at);
        let ends = ends.chain([first.checked_add(body.len())?]);
        let objects = begins.iter().zip(ends).map(|(&(number, from), to)| {
            let text = text.get(from..to)?.strip_suffix(b"\n")?;
            (value_end(text, 0)? == text.len()).then_some((number, from, to - 1))
        });
        let objects = objects.collect::<Option<Vec<_>>>()?;
        Some(Self { objects, text })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Seek, SeekFrom, Write};

    use proptest::prelude::*;

    use super::super::reader::Part;
    use crate::compose::{GlyphsUsed, Resources};
    use crate::disk;
    use crate::letter::Colour;
    use crate::spool::face::Faces;
    use crate::spool::flavour::{Flavour, Form, Xref};
    use crate::spool::part::{Ending, PageSource, PartWriter, Ready, ReadyPage};
    use crate::spool::sink::Sink;

    /// Memory that stands for what lies far behind in a file.
    struct Far {
        begin: u64,
        bytes: Vec<u8>,
    }

    impl Write for Far {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.bytes.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Sink for Far {
        fn size(&self) -> u64 {
            self.begin + self.bytes.len() as u64
        }
    }

    /// Empty pages, written as if they began at `begin`.
    fn pages(begin: u64, count: usize, xref: Xref) -> Vec<u8> {
        let programs = [
            notosans::REGULAR_TTF,
            notosans::BOLD_TTF,
            notosans::ITALIC_TTF,
            notosans::BOLD_ITALIC_TTF,
        ];
        let faces = Faces::read(Resources {
            programs: programs.map(Into::into),
            letterhead: Vec::new(),
            letterhead_mono: Vec::new(),
            logo: None,
            letterhead_glyphs: GlyphsUsed::default(),
        });
        let form = Form {
            flavour: Flavour::Pdf16,
            xref,
            ..Form::default()
        };
        let bytes = Vec::new();
        let path = std::path::Path::new("far");
        let mut part = PartWriter::begin_in(path, Far { begin, bytes }, form).unwrap();
        let page = || ReadyPage {
            source: PageSource::Blank,
            mark: None,
        };
        let ready = Ready {
            sheaves: Vec::new(),
            pages: (0..count).map(|_| page()).collect(),
        };
        part.piece(&ready, None).unwrap();
        let ending = Ending {
            colour: Colour::Mono,
            language: None,
            date: jiff::civil::date(2026, 11, 22),
            id: &[7; 32],
            conformance: None,
        };
        let far = part.finish(&faces.unwrap(), &ending, |_, _, _| Ok(()));
        far.unwrap().0.bytes
    }

    #[test]
    fn objects_beyond_four_and_beyond_eight_gibibytes_are_found() {
        for xref in [Xref::Table, Xref::Stream, Xref::ObjectStreams] {
            for begin in [(1 << 32) - 600, 9_000_000_000] {
                // A hole that takes no room on disk.
                let mut file = tempfile::NamedTempFile::new().unwrap();
                file.write_all(b"%PDF-1.6\n").unwrap();
                file.seek(SeekFrom::Start(begin)).unwrap();
                file.write_all(&pages(begin, 600, xref)).unwrap();
                let map = disk::Map::open(file.path()).unwrap();
                let part = Part::open(&map).unwrap();
                let found = part.pages().unwrap();
                assert_eq!(found.len(), 600, "{xref:?}");
                let last = part.object(found[599].number).unwrap();
                assert!(last.text.starts_with(b"<</Type/Page/MediaBox"));
            }
        }
    }

    proptest! {
        #[test]
        fn changed_bytes_are_an_error_or_another_part(at in 0_usize..4_000, byte: u8, xref in 0..3) {
            let xref = [Xref::Table, Xref::Stream, Xref::ObjectStreams][xref as usize];
            let mut bytes = pages(0, 40, xref);
            let len = bytes.len();
            bytes[len - 1 - at % len] = byte;
            let _ = Part::open(&bytes).map(|part| part.pages());
        }
    }
}
