//! Control files record by record: the layouts of the documentation, what is refused, and layouts made by chance.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use proptest::prelude::*;
use serde::Deserialize;

use super::control::Printer;
use super::row::Row;
use super::{Control, Error, Layout, Order};
use crate::spool::{Job, JobNumber, PartSummary};

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

fn faults(control: &str) -> Vec<String> {
    let control: Control = toml::from_str(control).unwrap();
    let faults = Layout::compile(&control).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
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
fn every_fault_of_a_layout_is_named() {
    let field = |field: &str| format!("format = \"fixed\"\nfields = [{{ {field} }}]");
    for (control, named) in [
        (field("value = \"name\", length = 3"), "recipient-line-1 to recipient-line-7"),
        (field("value = \"piece\""), "without `length`"),
        (field("value = \"piece\", length = 0"), "0 bytes long"),
        (field("value = \"piece\", length = 8, start = 0"), "at byte 0"),
        (field("value = \"piece\", length = 32761"), "32760"),
        (field("value = \"sheet\", length = 8"), "not known there"),
        (field("value = \"text\", length = 8"), "without `text`"),
        (field("value = \"text\", text = \"ab\", length = 1"), "to say \"ab\""),
        (field("value = \"piece\", length = 8, on = \"Y\""), "given `on`"),
        (field("value = \"piece\", length = 8, pad = \"å\""), "one ASCII character"),
        (field("value = \"station-flags\", length = 7"), "8 or more"),
        (field("value = \"station-flags\", length = 99, count = 17"), "17 flags"),
        (field("value = \"date\", length = 6"), "10 or more"),
        (field("value = \"date\", length = 10, format = \"D\""), "YYYYMMDD"),
        (field("value = \"envelope\", length = 9, map = { c6 = \"1\" }"), "c65, c5, c4"),
        (
            field("value = \"piece\", length = 8 }, { value = \"sheets\", start = 8, length = 3"),
            "bytes 8 to 10, over those of \"piece\"",
        ),
        (field("value = \"piece\", length = 8, align = \"left\", pad = \"0\""), "no digit but"),
        (field("value = \"station-flags\", length = 16, on = \"YY\""), "flags of 1 and of 2 bytes"),
        ("fields = [{ value = \"piece\" }]".into(), "`format` is absent"),
        ("format = \"fixed\"".into(), "`fields` is empty"),
        ("format = \"delimited\"\nextension = \"pdf\"\nfields = [{ value = \"piece\" }]".into(), "not pdf"),
        (
            "format = \"delimited\"\nquote = \"never\"\nfields = [{ value = \"text\", text = \"a,b\" }]".into(),
            "a constant with the delimiter",
        ),
        (
            "format = \"delimited\"\nquote = \"never\"\ncolumn_names = true\nfields = [{ name = \"a,b\", value = \"piece\" }]".into(),
            "a constant with the delimiter",
        ),
        (
            "format = \"xml\"\nelement = \"header\"\nfields = [{ value = \"piece\" }]\nheader.fields = [{ value = \"job\" }]".into(),
            "`element` is \"header\"",
        ),
        ("format = \"xml\"\nfields = [{ value = \"piece\" }, { value = \"piece\" }]".into(), "a second"),
        ("format = \"xml\"\nroot = \"a b\"\nfields = [{ value = \"piece\" }]".into(), "\"a b\""),
        ("format = \"xml\"\nfields = [{ name = \"XmlX\", value = \"piece\" }]".into(), "XmlX"),
        ("format = \"delimited\"\ndelimiter = \"\\\"\"\nfields = [{ value = \"piece\" }]".into(), "`delimiter`"),
        ("format = \"delimited\"\nline_end = \"none\"\nfields = [{ value = \"piece\" }]".into(), "`line_end`"),
        ("format = \"delimited\"\nextension = \"../x\"\nfields = [{ value = \"piece\" }]".into(), "`extension`"),
        (
            "format = \"fixed\"\nrecord_length = 7\nfields = [{ value = \"piece\", length = 8 }]".into(),
            "`record_length` is 7",
        ),
        (
            "format = \"xml\"\nfields = [{ value = \"piece\" }]\nheader.fields = [{ value = \"piece\" }]".into(),
            "header.fields[1] piece",
        ),
    ] {
        let faults = faults(&control);
        assert!(faults.len() == 1 && faults[0].contains(named), "{control}\n{faults:?}");
    }
}

#[test]
fn a_layout_of_no_format_is_none() {
    assert!(Layout::compile(&Control::default()).unwrap().is_none());
    let none = "format = \"none\"\nfields = [{ value = \"piece\" }]"; // A job that wants none over a profile that has one.
    assert!(
        Layout::compile(&toml::from_str(none).unwrap())
            .unwrap()
            .is_none()
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

#[test]
fn a_due_time_is_as_the_schema_of_tickets_has_it() {
    let checked = |due_time: &str| {
        let options = super::Options {
            due_time: due_time.into(),
            ..super::Options::default()
        };
        options.check().map_err(|fault| fault.to_string())
    };
    for good in [
        "17:00:00+01:00",
        "00:00:00Z",
        "23:59:59-14:00",
        "08:30:00+13:59",
    ] {
        assert_eq!(checked(good), Ok(()));
    }
    for wrong in [
        "",
        "Z",
        "17:00:00",
        "17:00+01:00",
        "17:00:00+01",
        "170000+0100",
        "17Z",
        "17:00:00z",
        "17:00:00,5+01:00",
        "23:59:60Z",
        "24:00:00Z",
        "17:00:00+01:00:30",
        "17:00:00+25:00",
        "17:00:00+14:30",
        "17:00:00+01:00[Europe/Stockholm]",
        "17:00:00å",
    ] {
        assert!(
            checked(wrong).unwrap_err().contains("`due_time`"),
            "{wrong}"
        );
    }
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
fn a_letter_that_does_not_fit_is_known_before_there_is_a_control_file() {
    let options = crate::spool::Options::default();
    let wish = crate::letter::PrintOptions::default();
    let plan = crate::spool::plan(14, &[], &wish, &options).unwrap(); // C4.
    let letter = super::Trial {
        letter_id: "B-12",
        plan: &plan,
        enclosures: 0,
        postal_code: "12345",
        country: "SE",
        address: &["Νίκη, Prov".to_owned(), "Inventvej 2".to_owned()],
    };
    let misfit = |more: &str, field: &str| {
        let fields = format!("{more}\nfields = [{{ {field} }}]");
        layout(&fields)
            .misfit(&letter)
            .map(|(found, allowed)| format!("{found}; {allowed}"))
    };
    let fixed = "format = \"fixed\"";
    let delimited = "format = \"delimited\"\nquote = \"never\"";
    let latin = "format = \"xml\"\nencoding = \"iso-8859-1\"";
    for (more, field, said) in [
        (
            fixed,
            "value = \"letter-id\", length = 3",
            "field `letter-id`: a value of 4 bytes; at most 3",
        ),
        (
            latin,
            "name = \"TO\", value = \"recipient-line-1\"",
            "field `TO`: character 1 is not in",
        ),
        (
            delimited,
            "value = \"recipient-line-1\"",
            "with the delimiter",
        ),
        (
            fixed,
            "value = \"envelope\", length = 1, map = { c5 = \"5\" }",
            "`map`",
        ),
        (
            fixed,
            "value = \"sheet\", length = 1, map = { 1 = \"1\" }",
            "`map`",
        ),
    ] {
        let more = more.replace(fixed, &format!("{fixed}\nrecord = \"sheet\""));
        let found = misfit(&more, field).unwrap();
        assert!(found.contains(said), "{found}");
    }
    for field in [
        "letter-id",
        "recipient-line-2",
        "piece",
        "mark",
        "is-last-sheet",
        "envelope",
    ] {
        assert_eq!(
            misfit(fixed, &format!("value = \"{field}\", length = 19")),
            None
        );
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
