//! Control files, tickets and packages of real runs, looked at by other programs: xmllint with the schema of CIP4, sha256sum,
//! unzip. What is missing is said, and its checks are left out.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lettermill::disk::WrittenFile;
use lettermill::letter::{Colour, Envelope, Sides};
use lettermill::spool::{Insert, Job, JobNumber, PartSummary};
use lettermill::ticket::{Options, Order, Writer, told_by};
use support::files::{ending_in, tree};
use support::program::{Bench, code, errors, json, outbox};
use support::tools::{opinion_of, reference, said_by, second_opinion};

const MAILING: &str = "sample/mailing.xml";

/// The layouts that the documentation shows, as tables of a job file.
fn shown() -> Vec<String> {
    let page = include_str!("../docs/formats-print.md");
    let blocks = page.split("```toml\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap().to_owned())
        .filter(|block| block.contains("[control]"))
        .collect()
}

/// A folder with a mailing of which half goes on paper.
fn bench() -> Bench {
    bench_of("60")
}

fn bench_of(letters: &str) -> Bench {
    let bench = Bench::new();
    let sample = bench.text("sample");
    bench.done(&[
        "sample",
        "--letters",
        letters,
        "--digital-percent",
        "50",
        &sample,
    ]);
    bench
}

/// Runs the mailing with more tables in its job; gives the exit code and what was said.
fn run(bench: &Bench, home: &str, more: &str, threads: &str) -> std::process::Output {
    let job = fs::read_to_string(bench.path("sample/lettermill.toml")).unwrap();
    let job = bench.write(&format!("sample/{home}.toml"), format!("{job}\n{more}"));
    bench.run(
        home,
        &bench.text(MAILING),
        &["--job", &job, "--threads", threads],
    )
}

#[track_caller]
fn released(bench: &Bench, home: &str, more: &str) -> PathBuf {
    let output = run(bench, home, more, "2");
    assert_eq!(code(&output), 0, "{}", errors(&output));
    outbox(&json(&output))
}

/// The CSV of a control file or of pieces, without its first line.
fn rows(csv: &Path) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_path(csv).unwrap();
    reader.records().collect::<Result<_, _>>().unwrap()
}

#[track_caller]
fn valid(files: &[PathBuf]) {
    if let Some(schema) = reference("official/print/xjdf/xjdf.xsd") {
        let mut command = Command::new("xmllint");
        command
            .args(["--noout", "--schema"])
            .arg(schema)
            .args(files);
        if let Some(opinion) = opinion_of(&mut command) {
            assert!(
                opinion.status.success(),
                "{}",
                String::from_utf8_lossy(&opinion.stderr)
            );
        }
    }
}

#[test]
fn the_files_of_a_part_are_in_its_checksums_and_in_the_manifest() {
    let bench = bench();
    let outbox = released(&bench, "home", &shown()[0]);
    let manifest = fs::read_to_string(outbox.join("manifest.json")).unwrap();
    let parts = ending_in(&outbox, ".pieces.csv");
    assert!(parts.len() > 1, "more than one print class");
    for csv in &parts {
        let name = csv.to_str().unwrap().strip_suffix(".pieces.csv").unwrap();
        let sums = fs::read_to_string(format!("{name}.sha256")).unwrap();
        for ending in ["pdf", "pieces.csv", "control.txt", "xjdf"] {
            let file = PathBuf::from(format!("{name}.{ending}"));
            assert!(
                sums.contains(file.file_name().unwrap().to_str().unwrap()),
                "{sums}"
            );
            let relative = file.strip_prefix(&outbox).unwrap().to_str().unwrap();
            assert!(manifest.contains(relative), "{relative}");
        }
        let mut command = Command::new("sha256sum");
        command
            .args(["--strict", "-c"])
            .arg(format!("{name}.sha256"));
        if let Some(checked) = opinion_of(command.current_dir(csv.parent().unwrap())) {
            assert!(
                checked.status.success(),
                "{}",
                String::from_utf8_lossy(&checked.stdout)
            );
        }
        // A record for each sheet, and what it says is what the list of pieces says.
        let control = fs::read(format!("{name}.control.txt")).unwrap();
        let records: Vec<&str> = std::str::from_utf8(&control)
            .unwrap()
            .split_terminator("\r\n")
            .collect();
        assert!(records.iter().all(|record| record.len() == 80));
        let mut sheets = records.iter();
        for piece in rows(csv) {
            for sheet in 1..=piece[7].parse::<u32>().unwrap() {
                let expected = format!(
                    "D{:0>8}{:0>8}{sheet:03}{:0>3}",
                    &piece[1], &piece[0], &piece[7]
                );
                let record = sheets.next().unwrap();
                assert!(record.starts_with(&expected), "{record}\n{expected}");
                assert_eq!(record[30..39].trim_start_matches('0'), &piece[13]);
                assert_eq!(record[39..47].trim_end(), &piece[14]);
            }
        }
        assert_eq!(
            sheets.next().unwrap()[..9],
            format!("T{:08}", records.len() - 1)
        );
        assert_eq!(sheets.next(), None);
    }
    bench.done(&["verify", outbox.to_str().unwrap()]);
}

#[test]
fn any_number_of_threads_gives_the_same_files() {
    let bench = bench();
    for (n, layout) in shown().iter().enumerate() {
        let files = |home: &str, threads: &str| {
            let output = run(&bench, home, layout, threads);
            assert_eq!(code(&output), 0, "{}", errors(&output));
            let mut files = tree(&outbox(&json(&output)).join("print"));
            files.retain(|path, _| !path.to_str().unwrap().ends_with(".pdf"));
            files
        };
        let one = files(&format!("one{n}"), "1");
        assert!(
            one.keys()
                .any(|path| path.to_str().unwrap().contains(".control."))
        );
        assert_eq!(one, files(&format!("three{n}"), "3"));
    }
}

#[test]
fn addresses_stand_in_a_control_file_that_asks_for_them() {
    let bench = bench();
    let lines: Vec<_> = (1..=7)
        .map(|n| format!("{{ value = \"recipient-line-{n}\" }}"))
        .collect();
    let layout = format!(
        "[control]\nformat = \"delimited\"\ncolumn_names = true\nfields = [{{ value = \"letter-id\" }}, {}]",
        lines.join(", ")
    );
    let outbox = released(&bench, "home", &layout);
    let mailing = fs::read_to_string(bench.path(MAILING)).unwrap();
    let mut seen = 0;
    for control in ending_in(&outbox, ".control.csv") {
        let pieces = rows(&control.with_file_name("0001.pieces.csv"));
        let records = rows(&control);
        assert_eq!(records.len(), pieces.len());
        for (record, piece) in records.iter().zip(&pieces) {
            assert_eq!(&record[0], &piece[3]);
            let letter = mailing
                .split("<letter ")
                .find(|letter| letter.contains(&format!("id=\"{}\"", &record[0])));
            let name = letter
                .unwrap()
                .split("<name>")
                .nth(1)
                .unwrap()
                .split('<')
                .next()
                .unwrap();
            assert_eq!(&record[1], name.replace("&amp;", "&"));
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn xml_control_files_are_well_formed_in_their_encoding() {
    let bench = bench();
    let layout = shown()[2].replace(
        "fields = [{ name = \"id\"",
        "fields = [{ value = \"recipient-line-1\" }, { name = \"id\"",
    );
    let outbox = released(&bench, "home", &layout);
    let files = ending_in(&outbox, ".control.xml");
    assert!(!files.is_empty());
    for file in &files {
        let path = file.to_str().unwrap();
        let pieces = rows(&file.with_file_name("0001.pieces.csv")).len();
        let Some(count) = said_by("xmllint", &["--xpath", "count(/job/mailpiece)", path]) else {
            continue;
        };
        assert_eq!(count.trim(), pieces.to_string());
        let told = said_by("xmllint", &["--xpath", "string(/job/header/@pieces)", path]).unwrap();
        assert_eq!(told.trim(), pieces.to_string());
    }
}

#[test]
fn a_value_that_does_not_fit_stops_the_run_and_releases_nothing() {
    let bench = bench();
    let layout = "[control]\nformat = \"fixed\"\nfields = [{ name = \"NUMBER\", value = \"piece\", length = 1 }]";
    let output = run(&bench, "home", layout, "2");
    assert_eq!(code(&output), 13, "{}", errors(&output));
    let message = errors(&output);
    assert!(
        message.contains("0001.control.txt`: piece 10 (letter ")
            && message.contains("), field `NUMBER`: a value of 2 bytes"),
        "{message}"
    );
    assert!(message.contains("hint:"), "{message}");
    let outbox = bench.path("home/outbox");
    assert!(!outbox.exists() || tree(&outbox).is_empty());
    // With a wider field the same mailing is released.
    released(&bench, "home", &layout.replace("= 1 ", "= 60 "));
}

#[test]
fn a_letter_that_does_not_fit_is_held_and_nobody_waits_for_it() {
    let bench = bench();
    let layout = "[control]\nformat = \"delimited\"\nencoding = \"iso-8859-1\"\nfields = [{ value = \"letter-id\" }, { name = \"TO\", value = \"recipient-line-1\" }]";
    // Some in the sample have such names as well.
    let before = json(&run(&bench, "before", layout, "2"));
    let held = before["held"].as_u64().unwrap();
    let row = rows(&ending_in(&outbox(&before), ".pieces.csv").remove(0)).remove(0);
    let id = format!("<letter id=\"{}\"", &row[3]);
    // Its recipient has a name that Latin-1 has not.
    let mailing = fs::read_to_string(bench.path(MAILING)).unwrap();
    let (before, letter) = mailing.split_once(&id).unwrap();
    let (start, name) = letter.split_once("<name>").unwrap();
    let (_, behind) = name.split_once("</name>").unwrap();
    bench.write(
        MAILING,
        format!("{before}{id}{start}<name>Νίκη Prov</name>{behind}"),
    );
    let output = run(&bench, "home", layout, "2");
    assert_eq!(code(&output), 3, "{}", errors(&output));
    let told = json(&output);
    assert_eq!(told["held"], held + 1);
    let outbox = outbox(&told);
    let findings = fs::read_to_string(outbox.join("findings.csv")).unwrap();
    let finding = findings
        .lines()
        .find(|line| line.contains("print.control") && line.contains(&row[3]))
        .unwrap();
    assert!(
        finding.contains("field `TO`: character 1 is not in ISO-8859-1"),
        "{finding}"
    );
    assert!(!finding.contains("Νίκη"));
    let records = ending_in(&outbox, ".control.csv")
        .iter()
        .map(|csv| fs::read(csv).unwrap())
        .collect::<Vec<_>>()
        .concat();
    let records = String::from_utf8_lossy(&records).into_owned();
    assert!(
        !records.contains(&row[3]) && records.lines().count() > 5,
        "{records}"
    );
    // The dry run says the same.
    let job = bench.text("sample/home.toml");
    let checked = bench.lettermill(&["check", "--full", "--job", &job, &bench.text(MAILING)]);
    assert_eq!(code(&checked), 3);
    let checked = String::from_utf8(checked.stdout).unwrap();
    assert!(
        checked.contains("print.control") && checked.contains(&format!("{} held", held + 1)),
        "{checked}"
    );
}

#[test]
fn a_layout_with_faults_is_a_fault_of_the_job() {
    let bench = bench();
    let layout = "[control]\nformat = \"fixed\"\nfields = [{ value = \"name\", length = 4 }, { value = \"piece\" }]\n\
        [ticket]\ndue_time = \"five\"";
    let output = run(&bench, "home", layout, "2");
    assert_eq!(code(&output), 10);
    let message = errors(&output);
    for named in [
        "fields[1] name",
        "recipient-line-1",
        "fields[2] piece",
        "due_time",
    ] {
        assert!(message.contains(named), "{named}: {message}");
    }
}

#[test]
fn tickets_are_valid_and_say_what_the_parts_hold() {
    let bench = bench_of("400"); // Some letters on paper get an insert.
    let mut all_inserts = 0;
    let outbox = released(&bench, "home", "[ticket]\ndue_days = 2");
    let tickets = ending_in(&outbox, ".xjdf");
    assert_eq!(tickets.len(), ending_in(&outbox, ".pdf").len());
    valid(&tickets);
    for ticket in &tickets {
        let text = fs::read_to_string(ticket).unwrap();
        let tree = roxmltree::Document::parse(&text).unwrap();
        let of = |name: &str| {
            tree.descendants()
                .find(|node| node.has_tag_name(name))
                .unwrap()
        };
        let pieces = rows(&ticket.with_extension("pieces.csv"));
        let total = |column: usize| {
            pieces
                .iter()
                .map(|row| row[column].parse::<u32>().unwrap())
                .sum::<u32>()
        };
        assert_eq!(
            of("Product").attribute("Amount"),
            Some(&*pieces.len().to_string())
        );
        assert_eq!(
            of("RunList").attribute("NPage"),
            Some(&*total(5).to_string())
        );
        assert_eq!(
            of("PartAmount").attribute("Amount"),
            Some(&*total(7).to_string())
        );
        let inserts = pieces.iter().filter(|row| &row[16] == "1").count();
        let mut amounts = tree
            .descendants()
            .filter(|node| node.has_tag_name("PartAmount"));
        let last = amounts.next_back().unwrap().attribute("Amount").unwrap();
        let has_inserts = text.contains("STATION-1");
        assert_eq!(has_inserts, inserts > 0);
        assert!(!has_inserts || last == inserts.to_string(), "{text}");
        all_inserts += inserts;
        let file = of("FileSpec");
        let pdf = ticket.with_file_name(file.attribute("URL").unwrap());
        let size = fs::metadata(&pdf).unwrap().len().to_string();
        assert_eq!(file.attribute("FileSize"), Some(&*size));
        if let Some(info) = said_by("pdfinfo", &[pdf.to_str().unwrap()]) {
            let line = info
                .lines()
                .find_map(|line| line.strip_prefix("Pages:"))
                .unwrap();
            assert_eq!(line.trim(), total(5).to_string());
        }
        assert!(
            of("NodeInfo")
                .attribute("End")
                .unwrap()
                .ends_with("T17:00:00+01:00")
        );
    }
    assert!(all_inserts > 0);
    let none = released(&bench, "none", "[ticket]\nxjdf = false");
    assert!(ending_in(&none, ".xjdf").is_empty());
}

#[test]
fn tickets_of_every_class_with_every_station_are_valid() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for envelope in ["c65", "c5", "c4"] {
        for sides in ["simplex", "duplex"] {
            for colour in ["mono", "colour"] {
                for inserts in [[0; 8], [1, 2, 3, 4, 5, 6, 7, 8]] {
                    let class = format!("{envelope}-{sides}-{colour}");
                    let relative = PathBuf::from(format!("{class}-{}", inserts[0]));
                    fs::create_dir_all(folder.path().join(&relative)).unwrap();
                    files.push(folder.path().join(&relative).join("0001.xjdf"));
                    write_ticket(folder.path(), &relative, &class, inserts);
                }
            }
        }
    }
    valid(&files);
    assert!(
        fs::read_to_string(&files[0])
            .unwrap()
            .contains("Prov &amp; &lt;Co&gt;")
    );
    assert!(
        fs::read_to_string(&files[1])
            .unwrap()
            .contains("svar, karta")
    );
    let told = told_by(&files[1]).unwrap();
    assert_eq!(told.customer_name, "Prov & <Co>");
    let stations: Vec<_> = told.inserts.iter().map(|i| (i.station, &*i.name)).collect();
    assert_eq!(stations[..2], [(1, "svar, karta"), (2, "\"blad\"")]);
    assert_eq!((told.paper_grams_m2, stations.len()), (80, 8));
}

fn write_ticket(folder: &Path, relative: &Path, class: &str, inserts: [u32; 8]) {
    let insert = |name: &str, station| Insert {
        name: name.into(),
        station,
        weight_mg: 0,
    };
    let writer = Writer {
        folder: folder.into(),
        layout: None,
        options: Options {
            due_days: Some(3),
            ..Options::default()
        },
        order: Order {
            job: Job {
                number: JobNumber(7),
                child: 1,
                date: jiff::civil::date(2026, 11, 22),
            },
            batch: "prov".into(),
            customer_name: "Prov & <Co>".into(),
            customer_id: "212000-1234".into(),
            paper_grams_m2: 80,
            inserts: vec![insert("svar", 1), insert("karta", 1), insert("\"blad\"", 2)],
        },
    };
    let [envelope, sides, colour] = class.split('-').collect::<Vec<_>>()[..] else {
        panic!("{class}");
    };
    let part = PartSummary {
        class: class.into(),
        envelope: *Envelope::ALL.iter().find(|e| e.name() == envelope).unwrap(),
        sides: *Sides::ALL.iter().find(|s| s.name() == sides).unwrap(),
        colour: *Colour::ALL.iter().find(|c| c.name() == colour).unwrap(),
        number: 1,
        pdf: relative.join("0001.pdf"),
        csv: relative.join("0001.pieces.csv"),
        first_piece: 1,
        last_piece: 2,
        pieces: 2,
        sheets: 3,
        pages: 6,
        weight_mg: 30_000,
        inserts,
        addresses: PathBuf::new(),
    };
    let pdf = WrittenFile {
        path: part.pdf.clone(),
        size: 5 << 30,
        sha256: [7; 32],
    };
    let written = writer.write(&part, &pdf).unwrap();
    assert_eq!(written[0].path, relative.join("0001.xjdf"));
}

#[test]
fn a_package_holds_the_part_and_what_submits_it() {
    let bench = bench();
    let outbox = released(&bench, "home", &shown()[1]);
    let pdf = ending_in(&outbox, ".pdf").remove(0);
    let (part, out) = (pdf.to_str().unwrap(), bench.text("part.zip"));
    bench.done(&["print", "package", part, &out]);
    let first = fs::read(&out).unwrap();
    bench.done(&["print", "package", part, &out]);
    assert_eq!(fs::read(&out).unwrap(), first);
    if let Some(tested) = second_opinion("unzip", &["-tq", &out]) {
        assert!(
            tested.status.success(),
            "{}",
            String::from_utf8_lossy(&tested.stdout)
        );
    }
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(first)).unwrap();
    archive.extract(bench.path("unpacked")).unwrap();
    let unpacked = tree(&bench.path("unpacked"));
    let names: Vec<_> = unpacked.keys().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "0001.control.csv",
            "0001.layout.json",
            "0001.pieces.csv",
            "artwork/0001.pdf",
            "root.xjmf",
            "ticket.xjdf"
        ]
    );
    assert_eq!(
        unpacked[Path::new("artwork/0001.pdf")],
        fs::read(&pdf).unwrap()
    );
    assert_eq!(
        unpacked[Path::new("0001.pieces.csv")],
        fs::read(pdf.with_extension("pieces.csv")).unwrap()
    );
    let ticket = String::from_utf8(unpacked[Path::new("ticket.xjdf")].clone()).unwrap();
    let beside = fs::read_to_string(pdf.with_extension("xjdf")).unwrap();
    assert_eq!(ticket.replace("artwork/", ""), beside);
    assert!(ticket.contains("URL=\"artwork/0001.pdf\""));
    valid(&[
        bench.path("unpacked/ticket.xjdf"),
        bench.path("unpacked/root.xjmf"),
    ]);
}

#[test]
fn what_is_no_whole_part_is_not_packed() {
    let bench = bench();
    let outbox = released(&bench, "home", "");
    let pdf = ending_in(&outbox, ".pdf").remove(0);
    let part = pdf.to_str().unwrap();
    let packed = |part: &str, out: &str| {
        let output = bench.lettermill(&["print", "package", part, &bench.text(out)]);
        assert!(!bench.path(out).exists() && !bench.path(&format!("{out}.part")).exists());
        (code(&output), errors(&output))
    };
    assert_eq!(packed(&format!("{part}x"), "a.zip").0, 11);
    assert_eq!(packed(part, "a.pdf").0, 13);
    assert_eq!(packed(part, "none/a.zip").0, 13);
    let csv = pdf.with_extension("pieces.csv");
    let whole = fs::read(&csv).unwrap();
    fs::write(&csv, [&whole[..], b"\n"].concat()).unwrap();
    let (code, message) = packed(part, "a.zip");
    assert_eq!(code, 11);
    assert!(
        message.contains("0001.pieces.csv") && message.contains("checksum"),
        "{message}"
    );
    fs::write(&csv, whole).unwrap();
    let sums = pdf.with_extension("sha256");
    let lines = fs::read_to_string(&sums).unwrap();
    for (wrong, named) in [
        (lines.replace("0001.xjdf", "0001.other"), "no job ticket"),
        (
            lines.replace("0001.pieces.csv", "../0001.pieces.csv"),
            "no checksum",
        ),
        (lines.replace("  ", " "), "no checksum"),
    ] {
        fs::write(&sums, wrong).unwrap();
        let (code, message) = packed(part, "a.zip");
        assert!(code == 11 && message.contains(named), "{message}");
    }
}
