use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::letter::{Envelope, Handling, PieceResult, PlantTime};
use crate::spool::{PageKind, Payload};

fn layout(text: &str) -> Layout {
    Layout::compile(&toml::from_str::<Options>(text).unwrap()).unwrap()
}

fn rows(text: &str, layout: &Layout) -> Vec<Row> {
    read(text.as_bytes(), layout).unwrap().rows
}

/// The only fault of a file.
fn fault(text: &str, layout: &Layout) -> String {
    let unreadable = read(text.as_bytes(), layout).unwrap_err();
    assert_eq!(unreadable.total, 1, "{:?}", unreadable.faults);
    unreadable.faults[0].to_string()
}

#[test]
fn the_default_is_a_csv_with_names_of_columns() {
    let text = "\u{feff}Status,piece,job,at,station,by,by_2\r\n\
        inserted,1,00000042.1,2026-11-26T14:05:07+01:00,K3,,\r\n\
        HAND-MADE,\"7\",42,20261126140507,\"Anna Andersson\",aa,bb\n\
        damaged,99999999,,,,,\n";
    let rows = rows(text, &layout(""));
    let expected = Row {
        job: Some(Job {
            number: Some(42),
            child: Some(1),
        }),
        result: PieceResult {
            line: 2,
            piece: 1,
            sheet: None,
            status: Handling::Inserted,
            word: "inserted".into(),
            at: PlantTime::from_text("2026-11-26T13:05:07Z"),
            station: Some("K3".into()),
            signed: None,
        },
    };
    assert_eq!(rows[0], expected);
    let [_, second, third] = &rows[..] else {
        panic!("{rows:?}")
    };
    assert_eq!(
        second.result.at,
        PlantTime::from_text("2026-11-26T14:05:07")
    );
    assert_eq!(second.result.station.as_deref(), Some("Aaaa Aaaaaaaaa"));
    let signed = second.result.signed.as_deref();
    assert_eq!(signed, Some(&["AA".to_owned(), "BB".to_owned()]));
    assert_eq!((third.result.piece, third.job), (99_999_999, None));
    assert_eq!((second.result.line, third.result.line), (3, 4));
    let spread = self::rows(
        "\r\npiece,status\r\n\r\n\n1,\"inserted\"\r\n\r\n2,damaged\n",
        &layout(""),
    );
    let lines: Vec<u64> = spread.iter().map(|row| row.result.line).collect();
    assert_eq!(lines, [5, 7]);
}

#[test]
fn a_fixed_file_with_header_and_trailer_is_read() {
    let layout = layout(
        "format = \"fixed\"\nencoding = \"iso-8859-1\"\nskip_first = 1\nskip_last = 1\n\
         only = { field = { start = 1, length = 1 }, is = [\"D\"] }\n\
         job = { start = 2, length = 8 }\npiece = { start = 10, length = 8 }\n\
         status = { start = 18, length = 2 }\notherwise = \"unknown\"\n\
         statuses = { OK = \"inserted\", \"J\" = \"damaged\" }\n",
    );
    let text = "H0000004226\nD0000004200000001OK\r\nD0000004200000002J\nX0000004200000003OK\n\
        D0000004200000004\u{c5}\nT4\n";
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let rows = read(&latin, &layout).unwrap().rows;
    let read: Vec<_> = rows
        .iter()
        .map(|row| &row.result)
        .map(|row| (row.line, row.piece, row.status, &*row.word))
        .collect();
    assert_eq!(
        read,
        [
            (2, 1, Handling::Inserted, "OK"),
            (3, 2, Handling::Damaged, "J"),
            (5, 4, Handling::Unknown, "A")
        ]
    );
}

#[test]
fn a_list_of_what_is_to_be_done_again_needs_no_status() {
    let layout = layout("list = \"again\"\ncolumn_names = false\npiece = { column = 2 }\n");
    let rows = rows("x,7\nx,9\n", &layout);
    let read: Vec<_> = rows
        .iter()
        .map(|row| (row.result.piece, row.result.status))
        .collect();
    assert_eq!(read, [(7, Handling::Damaged), (9, Handling::Damaged)]);
}

#[test]
fn a_mark_names_job_reprint_piece_and_sheet() {
    let payload = Payload {
        job: 42,
        child: 3,
        piece: 123,
        sheet: 2,
        sheets: 4,
        stations: 0,
        envelope: Envelope::C5,
        kind: PageKind::Letter,
    };
    let digits = String::from_utf8(payload.digits().to_vec()).unwrap();
    let layout = layout("");
    let of = |mark: &str| rows(&format!("mark,status\n{mark},missing\n"), &layout).remove(0);
    let job = Some(Job {
        number: Some(42),
        child: Some(3),
    });
    for (mark, sheet) in [
        (&digits[..], Some(2)),
        (&digits[..28], Some(2)),
        (&digits[..19], None),
    ] {
        let row = of(mark);
        assert_eq!(row.job, job, "{mark}");
        assert_eq!((row.result.piece, row.result.sheet), (123, sheet), "{mark}");
    }
    let damaged = digits.replacen("42", "43", 1);
    for wrong in [
        &damaged,
        &digits[..18],
        "2000000420300000123",
        "1x",
        "1000000420300000000",
    ] {
        assert!(fault(&format!("mark,status\n{wrong},missing\n"), &layout).contains("a mark"));
    }
}

#[test]
fn every_wrong_line_is_named_and_nothing_of_it_is_repeated() {
    let layout = layout("");
    for (line, said) in [
        ("0,inserted", "piece `9`; allowed: 1 to 99999999"),
        ("Anna,inserted", "piece `Aaaa`"),
        ("1,Lisa", "status `Aaaa`"),
        ("1", "1 columns"),
        ("1,inserted,1234567890", "job `9999999999`"),
        ("1,inserted,42.100", "reprint `999`"),
        ("1,inserted,42.1,2", "two numbers of the reprint"),
        ("1,inserted,42,,Anna", "time `Aaaa`"),
        ("1,hand-made,42,,,A,A", "of one person"),
    ] {
        let head = "piece,status,job,child,at,by,by_2";
        let columns = line.split(',').count();
        let padded = match columns {
            1 => line.to_owned(),
            n => format!("{line}{}", ",".repeat(7 - n)),
        };
        let found = fault(&format!("{head}\n{padded}\n"), &layout);
        assert!(
            found.starts_with("line 2: ") && found.contains(said),
            "{line}: {found}"
        );
        assert!(
            !found.contains("Anna") && !found.contains("Lisa"),
            "{found}"
        );
    }
    assert!(fault("piece\n1\n", &layout).contains("no column for what became of it"));
    assert!(fault("", &layout).contains("an empty file"));
    assert!(
        fault("\n \n", &layout).contains("no column") && fault("\n\n", &layout).contains("no line")
    );
    let many = format!("piece,status\n{}", "x,y\n".repeat(60));
    let unreadable = read(many.as_bytes(), &layout).unwrap_err();
    assert_eq!(
        (unreadable.faults.len(), unreadable.total),
        (FAULTS_MAX, 60)
    );
}

#[test]
fn a_quote_that_is_not_closed_swallows_no_lines() {
    let layout = layout("");
    for text in [
        "piece,status,station\n5,damaged,\"K3\n6,damaged,\n7,damaged,\n",
        "piece,status,remark\n5,damaged,\"jam\n6,damaged,\"\n",
        "piece,status,station\n5,damaged,\"K3\n",
        "piece,\"status\n5,damaged\n",
    ] {
        let found = fault(text, &layout);
        assert!(found.contains("a quote that is not closed"), "{found}");
    }
    let good = rows(
        "piece,status,\"by, hand\"\n5,damaged,\"a \"\"jam\"\"\"\n",
        &layout,
    );
    assert_eq!(good.len(), 1);
}

#[test]
fn a_file_that_is_cut_short_is_refused() {
    let layout = layout("");
    for cut in [
        "piece,status\n1,inserted\n57,inserted",
        "status,piece\ninserted,5",
    ] {
        let found = fault(cut, &layout);
        assert!(found.contains("a last line without its end"), "{found}");
        assert!(
            found.starts_with(&format!("line {}:", cut.lines().count())),
            "{found}"
        );
    }
    let fixed = "format = \"fixed\"\nstatus = { start = 1, length = 2 }\njob = { start = 3, length = 8 }\n\
                 piece = { start = 11, length = 8 }\nstation = { start = 19, length = 4 }\n\
                 statuses = { OK = \"inserted\" }\n";
    let short = "OK0000004200000005\nOK000000420000000\n";
    assert!(fault(short, &self::layout(fixed)).starts_with("line 2: a line of 17 bytes"));
    // Behind the lines that count stand others, which a layout may pass over.
    let with_trailer = self::layout(&format!("{fixed}skip_last = 1\n"));
    assert_eq!(rows("OK0000004200000005K3\nT1", &with_trailer).len(), 1);
}

#[test]
fn names_of_columns_are_read_in_the_encoding_of_the_file() {
    let layout = layout("encoding = \"iso-8859-1\"\npiece = { column = \"L\u{f6}pnr\" }\n");
    let latin: Vec<u8> = "l\u{d6}PNR,status\n7,inserted\n"
        .chars()
        .map(|c| c as u8)
        .collect();
    assert_eq!(read(&latin, &layout).unwrap().rows[0].result.piece, 7);
    let layout = self::layout("");
    assert!(fault("piece,status,Piece\n7,inserted,8\n", &layout).contains("two columns `piece`"));
    let utf_16: Vec<u8> = "\u{feff}piece"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let found = read(&utf_16, &layout).unwrap_err().faults[0].to_string();
    assert!(found.contains("UTF-16"), "{found}");
    let fixed = "format = \"fixed\"\npiece = { start = 1, length = 2 }\nstatus = { start = 3, length = 8 }\n";
    assert_eq!(
        rows("\u{feff}07inserted\n", &self::layout(fixed))[0]
            .result
            .piece,
        7
    );
}

#[test]
fn columns_that_nobody_asked_for_are_told_where_none_is_for_the_job() {
    let layout = layout("");
    let read = |text: &str| read(text.as_bytes(), &layout).unwrap().passed_over;
    assert_eq!(read("job_id,piece,status\n1,2,damaged\n"), ["1 (`aaa_aa`)"]);
    assert!(read("job,piece,status,remark\n1,2,damaged,\n").is_empty());
}

#[test]
fn times_have_the_documented_forms_and_no_others() {
    let layout = layout("");
    let of = |at: &str| {
        read(
            format!("piece,status,at\n1,damaged,{at}\n").as_bytes(),
            &layout,
        )
    };
    for (at, known) in [
        ("2026-11-26T14:05:07", "2026-11-26T14:05:07"),
        ("2026-11-26 14:05:07", "2026-11-26T14:05:07"),
        ("20261126140507", "2026-11-26T14:05:07"),
        ("2026-11-26T14:05:07.987Z", "2026-11-26T14:05:07Z"),
        ("2026-11-26T14:05:07-03:30", "2026-11-26T17:35:07Z"),
    ] {
        let rows = of(at).unwrap().rows;
        assert_eq!(rows[0].result.at.unwrap().to_string(), known);
    }
    for at in [
        "2026-11-26",
        "2026-11-26T03:04",
        "2026-11-26T14:05:60",
        "2026-11-26T14:05:07[Europe/Oslo]",
        "2026-11-26T14:05:07.",
        "2026-11-26T14:05:07+1",
        "2026-02-30T14:05:07",
        "2026112614050",
        "-0026-11-26T14:05:07",
    ] {
        assert!(of(at).is_err(), "{at}");
    }
}

#[test]
fn what_looks_like_the_number_of_a_person_is_refused() {
    let layout = layout("");
    for (columns, fields) in [
        ("station", "191212121212"),
        ("station", "K3/121212-1212"),
        ("by,by_2", "19121212,AB"),
        ("by,by_2", "121212,AB"),
    ] {
        let found = fault(
            &format!("piece,status,{columns}\n1,hand-made,{fields}\n"),
            &layout,
        );
        assert!(!found.contains("1212"), "{found}");
    }
}

#[test]
fn what_a_layout_cannot_say_is_named() {
    let faults = |text: &str| {
        let options: Options = toml::from_str(text).unwrap();
        let faults = Layout::compile(&options).unwrap_err();
        faults.iter().map(|fault| fault.key).collect::<Vec<_>>()
    };
    assert_eq!(
        faults("delimiter = \"a\"\nskip_last = 2000"),
        ["delimiter", "skip_last"]
    );
    assert_eq!(faults("format = \"fixed\""), ["piece", "status"]);
    assert_eq!(
        faults("format = \"fixed\"\npiece = { column = 1 }\nstatus = { start = 0, length = 3 }"),
        ["piece", "status", "piece", "status"]
    );
    assert_eq!(
        faults("column_names = false\npiece = { column = \"x\" }\nstatus = { column = 0 }"),
        ["piece", "status", "piece", "status"]
    );
    assert_eq!(
        faults("only = { field = { column = 1 }, is = [] }"),
        ["only"]
    );
    assert!(toml::from_str::<Options>("statuses = { OK = \"sent\" }").is_err());
    assert!(toml::from_str::<Options>("colour = 1").is_err());
}

/// Layouts that read in every way.
fn layouts() -> Vec<Layout> {
    let fixed = "format = \"fixed\"\npiece = { start = 1, length = 3 }\nstatus = { start = 4, length = 2 }\nat = { start = 6, length = 19 }\nskip_last = 1\notherwise = \"unknown\"";
    let numbered = "column_names = false\nencoding = \"iso-8859-1\"\ndelimiter = \";\"\nlist = \"again\"\nmark = { column = 1 }\nskip_first = 1";
    ["", fixed, numbered].map(layout).to_vec()
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes: Vec<u8>, text in "(piece|status|mark|,|\"|\n|\r\n|[0-9]{1,3}|inserted| |;|å)*") {
        for layout in layouts() {
            for bytes in [&bytes[..], text.as_bytes()] {
                match read(bytes, &layout) {
                    Ok(contents) => prop_assert!(contents.rows.iter().all(|row| row.result.piece > 0)),
                    Err(unreadable) => prop_assert!(unreadable.total >= unreadable.faults.len() as u64),
                }
            }
        }
    }

    #[test]
    fn rows_come_back_as_they_were_written(pieces in prop::collection::vec((1_u32..99_999_999, 0..Handling::ALL.len()), 1..20)) {
        let mut text = String::from("status,piece\n");
        let mut words = BTreeMap::new();
        for (piece, status) in &pieces {
            let status = Handling::ALL[*status];
            words.insert(status.name(), status);
            text += &format!("{},{piece}\n", status.name());
        }
        let rows = rows(&text, &layout(""));
        let read: Vec<_> = rows
        .iter()
        .map(|row| (row.result.piece, row.result.status))
        .collect();
        let written: Vec<_> = pieces.iter().map(|(piece, at)| (*piece, Handling::ALL[*at])).collect();
        prop_assert_eq!(read, written);
    }
}
