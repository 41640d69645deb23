//! Control files record by record: the layouts of the documentation, what is refused, and layouts made by chance.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use proptest::prelude::*;
use serde::Deserialize;

use super::control::Printer;
use super::row::Row;
use super::{Control, Error, Layout, Order};
use crate::spool::{Job, JobNumber, PartSummary};

mod refused;

/// The layouts that the documentation shows, in order.
fn shown() -> Vec<Control> {
    #[derive(Deserialize)]
    struct Job {
        control: Control,
    }
    let page = include_str!("../../docs/formats-print.md");
    let blocks = page.split("```toml\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .filter(|block| block.contains("[control]"))
        .map(toml::from_str::<Job>)
        .map(|job| job.unwrap().control)
        .collect()
}

fn layout(control: &str) -> Layout {
    let control: Control = toml::from_str(control).unwrap();
    Layout::compile(&control).unwrap().unwrap()
}

fn order(child: u8) -> Order {
    Order {
        job: Job {
            number: JobNumber(20_261_122),
            child,
            date: date(2026, 11, 22),
        },
        batch: "2026-11-22-prov".into(),
        customer_name: "Provkommunen".into(),
        customer_id: "212000-1234".into(),
        paper_grams_m2: 80,
        inserts: Vec::new(),
    }
}

fn part(pieces: u32, sheets: u32) -> PartSummary {
    PartSummary {
        class: "c5-duplex-mono".into(),
        envelope: crate::letter::Envelope::C5,
        sides: crate::letter::Sides::Duplex,
        colour: crate::letter::Colour::Mono,
        number: 1,
        pdf: PathBuf::from("print/c5-duplex-mono/0001.pdf"),
        csv: PathBuf::from("print/c5-duplex-mono/0001.pieces.csv"),
        first_piece: 123,
        last_piece: 122 + pieces,
        pieces,
        sheets,
        pages: 2 * sheets,
        weight_mg: 28_951,
        inserts: [0; 8],
        addresses: PathBuf::new(),
    }
}

fn row(piece: u32, first_sheet: u32, sheets: u32) -> Row<'static> {
    Row {
        piece,
        letter_id: "B-1",
        first_page: 2 * first_sheet - 1,
        pages: 2 * sheets,
        first_sheet,
        sheets,
        sides: crate::letter::Sides::Duplex,
        collation: "forward",
        postage: if piece == 124 {
            "registered"
        } else {
            "standard"
        },
        postage_step_g: 50,
        weight_mg: 11_990,
        postal_code: "12345",
        country: "SE",
        stations: if piece == 124 { 0 } else { 0b11 },
        enclosures: 0,
        mark: "1202611220000000123",
        sha256: "00",
    }
}

const ADDRESSES: [&str; 2] = [
    "Åsa \"Prövning\"\nPåhittade gatan 1\n123 45 Ingenstans",
    "Bo, Prov & Co\nInventvej 2",
];

/// A control file of two pieces, with two sheets and with one.
fn printed(layout: &Layout, child: u8) -> Result<Vec<u8>, Error> {
    let (order, part, mut out) = (order(child), part(2, 3), Vec::new());
    let mut printer = Printer::new(
        layout,
        &order,
        &part,
        Path::new("0001.control.txt"),
        &mut out,
    );
    printer.begin()?;
    printer.piece(&row(123, 1, 2), ADDRESSES[0])?;
    printer.piece(&row(124, 3, 1), ADDRESSES[1])?;
    printer.end()?;
    Ok(out)
}

fn text(control: &str) -> String {
    String::from_utf8(printed(&layout(control), 0).unwrap()).unwrap()
}

#[test]
fn a_fixed_record_for_each_sheet() {
    let layout = Layout::compile(&shown()[0]).unwrap().unwrap();
    // Bytes 29 and 30 have no field.
    let expected = [
        "D202611220000012300100200350  00001199012345   SE",
        "D202611220000012300200200351  00001199012345   SE",
        "D202611220000012400100100051  00001199012345   SE",
        "T0000000300000002",
    ];
    let expected: String = expected
        .iter()
        .map(|line| format!("{line:<80}\r\n"))
        .collect();
    assert_eq!(printed(&layout, 0).unwrap(), expected.as_bytes());
}

#[test]
fn a_delimited_record_for_each_document_behind_a_header() {
    let layout = Layout::compile(&shown()[1]).unwrap().unwrap();
    let expected = "HDR,20261122,20261122,2\n\
        1,00000123,2,YYNNNNNNNN,0,\"Åsa \"\"Prövning\"\"\"\n\
        2,00000124,1,NNNNNNNNNN,2,\"Bo, Prov & Co\"\n";
    assert_eq!(printed(&layout, 0).unwrap(), expected.as_bytes());
    let reprint = String::from_utf8(printed(&layout, 1).unwrap()).unwrap();
    assert!(
        reprint.starts_with("HDR,20261122.1,20261122,2\n"),
        "{reprint}"
    );
}

#[test]
fn elements() {
    let layout = Layout::compile(&shown()[2]).unwrap().unwrap();
    let expected = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<job>\n\
        <header job-id=\"20261122\" pieces=\"2\"/>\n\
        <mailpiece id=\"00000123\" sheets=\"2\" first=\"1\" stations=\"3\"/>\n\
        <mailpiece id=\"00000124\" sheets=\"1\" first=\"5\" stations=\"0\"/>\n</job>\n";
    assert_eq!(printed(&layout, 0).unwrap(), expected.as_bytes());
    let text = text(
        "format = \"xml\"\nfields = [{ value = \"recipient-line-1\" }]\n[trailer]\nfields = [{ value = \"records\" }]",
    );
    assert_eq!(
        text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<control>\n\
         <piece><recipient-line-1>Åsa &quot;Prövning&quot;</recipient-line-1></piece>\n\
         <piece><recipient-line-1>Bo, Prov &amp; Co</recipient-line-1></piece>\n\
         <trailer><records>2</records></trailer>\n</control>\n"
    );
}

#[test]
fn values_of_sheets_follow_the_part() {
    let names = "sheet-id part-sheet sheet-page sheet-mark is-first-sheet is-last-sheet station-2";
    let fields: Vec<_> = names
        .split(' ')
        .map(|name| format!("{{ value = \"{name}\" }}"))
        .collect();
    let control = format!(
        "format = \"delimited\"\nrecord = \"sheet\"\ndelimiter = \"\\t\"\nfields = [{}]",
        fields.join(",")
    );
    assert_eq!(
        text(&control),
        "00000123-1/2\t1\t1\t1202611220000000123001002003\t1\t0\t1\n\
         00000123-2/2\t2\t3\t1202611220000000123002002003\t0\t1\t1\n\
         00000124-1/1\t3\t5\t1202611220000000123001001000\t1\t1\t0\n"
    );
}

#[test]
fn what_does_not_fit_names_piece_and_field_and_no_value() {
    let wrong = |control: &str| printed(&layout(control), 0).unwrap_err().to_string();
    let long = wrong(
        "format = \"fixed\"\nfields = [{ name = \"NAME\", value = \"recipient-line-1\", length = 13 }]",
    );
    assert!(
        long.contains(
            "piece 123 (letter B-1), field `NAME`: a value of 16 bytes; allowed: at most 13"
        ),
        "{long}"
    );
    assert!(!long.contains("Prövning"), "{long}");
    let ascii = wrong(
        "format = \"xml\"\nencoding = \"ascii\"\nfields = [{ value = \"recipient-line-1\" }]",
    );
    assert!(ascii.contains("character 1 is not in US-ASCII"), "{ascii}");
    let map =
        wrong("format = \"xml\"\nfields = [{ value = \"postage\", map = { standard = \"1\" } }]");
    assert!(
        map.contains("piece 124 (letter B-1), field `postage`") && map.contains("`map`"),
        "{map}"
    );
    let never = "format = \"delimited\"\nquote = \"never\"\nfields = [{ value = \"piece\" }, { value = \"recipient-line-1\" }]";
    assert!(wrong(never).contains("piece 124"), "{}", wrong(never));
    let header = "format = \"fixed\"\nfields = [{ value = \"piece\", length = 8 }]\nheader.fields = [{ value = \"batch\", length = 3 }]";
    assert!(
        wrong(header).contains("the header, field `batch`"),
        "{}",
        wrong(header)
    );
}

#[test]
fn two_numbers_are_never_padded_to_the_same() {
    let control =
        "format = \"fixed\"\nfields = [{ value = \"sheets\", length = 3, align = \"left\" }]";
    assert_eq!(text(control), "2  \n1  \n");
}

#[test]
fn flags_are_as_long_as_their_bytes_in_the_encoding() {
    let control = "format = \"fixed\"\nencoding = \"iso-8859-1\"\nfields = [{ value = \"station-flags\", length = 8, on = \"Å\" }]";
    let record = printed(&layout(control), 0).unwrap();
    assert_eq!(&record[..9], b"\xc5\xc5NNNNNN\n");
}

#[test]
fn the_last_piece_of_a_part_with_gaps_is_its_last() {
    let layout = layout(
        "format = \"delimited\"\nfields = [{ value = \"first-piece\" }, { value = \"last-piece\" }]",
    );
    let (order, mut part, mut out) = (order(1), part(2, 3), Vec::new());
    part.last_piece = 129;
    let mut printer = Printer::new(&layout, &order, &part, Path::new("x"), &mut out);
    printer.piece(&row(129, 1, 1), ADDRESSES[0]).unwrap();
    assert_eq!(out, b"123,129\n");
}

/// Values that hold what they say, and what they say of the first piece.
const TOLD: [(&str, &str); 6] = [
    ("piece", "123"),
    ("piece-id", "00000123"),
    ("country", "SE"),
    ("postage", "standard"),
    ("recipient-line-2", "Påhittade gatan 1"),
    ("weight-g", "12"),
];

proptest! {
    /// Fields in any order with any gaps give records of one length, and each stands where the layout says.
    #[test]
    fn fixed_records_are_of_one_length_and_read_back(
        fields in prop::collection::vec((0..TOLD.len(), 18_usize..40, 0_usize..5, any::<bool>()), 1..20),
        latin in any::<bool>(),
    ) {
        let (mut list, mut places, mut start) = (Vec::new(), Vec::new(), 1);
        for (n, (which, length, gap, right)) in fields.into_iter().enumerate() {
            start += gap;
            let align = if right { "right" } else { "left" };
            list.push((n * 7919 % 101, format!(
                "{{ value = \"{}\", start = {start}, length = {length}, align = \"{align}\", pad = \"_\" }}", TOLD[which].0
            )));
            places.push((TOLD[which].1, start - 1, length, right));
            start += length;
        }
        list.sort(); // Fields need not stand in the order of their bytes.
        let list: Vec<_> = list.into_iter().map(|(_, field)| field).collect();
        let encoding = if latin { "iso-8859-1" } else { "utf-8" };
        let layout = layout(&format!(
            "format = \"fixed\"\nfill = \"#\"\nencoding = \"{encoding}\"\nfields = [{}]", list.join(", ")
        ));
        let printed = printed(&layout, 0).unwrap();
        let records: Vec<&[u8]> = printed.split(|b| *b == b'\n').collect();
        prop_assert_eq!(records.len(), 3); // Two, and nothing behind the last line feed.
        prop_assert_eq!(records[0].len(), start - 1);
        prop_assert_eq!(records[1].len(), start - 1);
        let mut left = records[0].to_vec();
        for (told, at, length, right) in places {
            let field = &records[0][at..at + length];
            let read = match latin {
                true => field.iter().map(|b| char::from(*b)).collect(),
                false => String::from_utf8(field.to_vec()).unwrap(),
            };
            let value = if right { read.trim_start_matches('_') } else { read.trim_end_matches('_') };
            prop_assert_eq!(value, told);
            left[at..at + length].fill(b'#');
        }
        prop_assert!(left.iter().all(|b| *b == b'#'));
    }

    /// Whatever an address holds, records stay one a line with as many fields as the layout has.
    #[test]
    fn delimited_records_read_back(line in "\\PC{0,40}") {
        let layout = layout("format = \"delimited\"\ndelimiter = \";\"\nfields = [{ value = \"piece\" }, { value = \"recipient-line-1\" }]");
        let (order, part, mut out) = (order(0), part(1, 2), Vec::new());
        let mut printer = Printer::new(&layout, &order, &part, Path::new("x"), &mut out);
        printer.piece(&row(123, 1, 2), &line).unwrap();
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(&*out);
        let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(records.len(), 1);
        prop_assert_eq!(&records[0][1], line.as_str());
    }

    /// No layout makes the compiler or the printer panic.
    #[test]
    fn any_layout_is_compiled_or_refused(
        value in prop::sample::select(vec!["text", "date", "station-flags", "sheet", "piece", "station-0", "recipient-line-8", "sheets"]),
        format in prop::sample::select(vec!["fixed", "delimited", "xml"]),
        start in prop::option::of(any::<u32>()),
        length in prop::option::of(any::<u32>()),
        count in prop::option::of(any::<u8>()),
        record_length in prop::option::of(any::<u32>()),
        text in prop::option::of(".*"),
        delimiter in prop::option::of(any::<char>()),
    ) {
        let mut control: Control = toml::from_str(&format!("format = \"{format}\"\nfields = [{{ value = \"{value}\" }}]")).unwrap();
        control.record_length = record_length;
        control.delimiter = delimiter;
        control.fields[0].start = start;
        control.fields[0].length = length;
        control.fields[0].count = count;
        control.fields[0].text = text;
        if let Ok(Some(layout)) = Layout::compile(&control) {
            let _ = printed(&layout, 0);
        }
    }
}

#[test]
fn sheets_in_reverse_have_their_pages() {
    let reverse = Row {
        collation: "reverse",
        ..row(123, 5, 3)
    };
    let of = |row: &Row<'_>| [1, 2, 3].map(|sheet| (row.place_of(sheet), row.page_of(sheet)));
    assert_eq!(of(&row(123, 5, 3)), [(1, 9), (2, 11), (3, 13)]);
    assert_eq!(of(&reverse), [(3, 13), (2, 11), (1, 9)]);
}
