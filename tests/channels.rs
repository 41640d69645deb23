//! Digital channels from end to end through the real program: Denmark in both ways, letters that travel together, what
//! comes back and what then goes on paper.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

mod support;

use serde_json::Value;
use support::files::ending_in;
use support::program::{Bench, code, errors, json, outbox};
use support::tools::second_opinion;

/// Adds tables to the job file of the sample.
fn job(bench: &Bench, more: &str) {
    let path = bench.path("sample/lettermill.toml");
    let job = fs::read_to_string(&path).unwrap();
    fs::write(path, format!("{job}\n{more}")).unwrap();
}

/// Runs the sample into a home; gives what the program says of it.
fn run(bench: &Bench, home: &str, more: &[&str]) -> Value {
    json(&bench.run(home, &bench.text("sample/mailing.xml"), more))
}

fn verify(bench: &Bench, folder: &Path) {
    let said = bench.done(&["verify", folder.to_str().unwrap()]);
    assert!(said.contains("0 faults"), "{said}");
}

/// Rows of all indexes below a folder, each as its fields.
fn rows(folder: &Path) -> Vec<Vec<String>> {
    let indexes = ending_in(folder, ".index.csv");
    let lines = indexes.iter().flat_map(|path| {
        let text = fs::read_to_string(path).unwrap();
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    });
    lines
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

#[test]
fn a_danish_mailing_becomes_containers_that_others_read() {
    let bench = Bench::with_sample("DK", "120");
    job(&bench, "[digital_post]\nnemsms = true\n");
    let said = run(&bench, "out", &[]);
    let digital = said["digital"].as_u64().unwrap();
    assert!(digital > 60, "{said}");
    let folder = outbox(&said);
    verify(&bench, &folder);
    let rows = rows(&folder);
    let letters = rows.iter().filter(|row| row[3] == "letter").count();
    let notices = rows.iter().filter(|row| row[3] == "notice").count();
    assert_eq!(letters as u64, digital);
    assert!(notices > 0, "letters with a notification have a NemSMS too");
    let containers = ending_in(&folder, ".tar.lzma");
    assert_eq!(containers.len(), 1);
    let container = containers[0].to_str().unwrap();
    if let Some(listed) = second_opinion("tar", &["--lzma", "-tf", container]) {
        assert!(listed.status.success());
        let names = String::from_utf8(listed.stdout).unwrap();
        let names: BTreeSet<&str> = names.lines().collect();
        let expected: Vec<String> = rows.iter().map(|row| format!("{}.xml", row[0])).collect();
        assert_eq!(names, expected.iter().map(String::as_str).collect());
    }
    let schema = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/official/memo/Version1.2/MeMo_core.xsd");
    let to = bench.path("memos");
    fs::create_dir(&to).unwrap();
    let unpack = ["--lzma", "-xf", container, "-C", to.to_str().unwrap()];
    if !schema.exists() || second_opinion("tar", &unpack).is_none() {
        eprintln!("the schemas of MeMo are absent: messages are not validated");
        return;
    }
    let memos = ending_in(&to, ".xml");
    assert_eq!(memos.len(), rows.len());
    let mut arguments = vec!["--noout", "--nonet", "--schema", schema.to_str().unwrap()];
    arguments.extend(memos.iter().map(|path| path.to_str().unwrap()));
    if let Some(validated) = second_opinion("xmllint", &arguments) {
        let said = String::from_utf8_lossy(&validated.stderr).into_owned();
        assert!(validated.status.success(), "{said}");
    }
    let one = bench.lettermill(&["verify", memos[0].to_str().unwrap()]);
    assert_eq!(code(&one), 0, "{}", String::from_utf8_lossy(&one.stdout));
}

#[test]
fn through_sf1601_every_letter_is_a_request_and_nothing_is_spooled() {
    let bench = Bench::with_sample("DK", "80");
    // Households share envelopes, not requests.
    let path = bench.path("sample/lettermill.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replace("[print]\n", "[print]\nhouseholding = true\n"),
    )
    .unwrap();
    job(&bench, "[digital]\ndenmark = \"sf1601\"\n");
    let mailing = bench.text("sample/mailing.xml");
    let checked = bench.lettermill(&[
        "check",
        "--full",
        "--json",
        "--out",
        &bench.text("out"),
        &mailing,
    ]);
    let said = run(&bench, "out", &[]);
    for key in ["digital", "print", "held", "rejected", "pieces", "sheets"] {
        assert_eq!(json(&checked)[key], said[key], "{key}");
    }
    assert!(said["held"].as_u64() > Some(0), "{said}"); // Those with an insert among them.
    let (digital, print) = (
        said["digital"].as_u64().unwrap(),
        said["print"].as_u64().unwrap(),
    );
    assert!(digital > 40 && print > 5, "{said}");
    let folder = outbox(&said);
    assert_eq!(ending_in(&folder, ".pdf"), Vec::<PathBuf>::new());
    assert_eq!(rows(&folder).len() as u64, digital + print);
    verify(&bench, &folder);
    let tar = ending_in(&folder, ".tar").remove(0);
    let to = bench.path("requests");
    fs::create_dir(&to).unwrap();
    let unpack = ["-xf", tar.to_str().unwrap(), "-C", to.to_str().unwrap()];
    if second_opinion("tar", &unpack).is_none() {
        return;
    }
    let requests = ending_in(&to, ".xml");
    let physical = |path: &&PathBuf| {
        fs::read_to_string(path)
            .unwrap()
            .contains("<KombiValgKode>Fysisk Post<")
    };
    assert_eq!(requests.iter().filter(physical).count() as u64, print);
    let one = requests.iter().find(physical).unwrap();
    let judged = bench.lettermill(&["verify", one.to_str().unwrap()]);
    let text = String::from_utf8_lossy(&judged.stdout).into_owned();
    assert_eq!(code(&judged), 0, "{text}");
    assert!(text.contains("SF1601 version Fysisk Post"), "{text}");
}

/// The PDFs in the requests of a tar.
fn papers(tar: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(tar).unwrap();
    let begins = memchr::memmem::find_iter(&bytes, "JVBERi0"); // `%PDF-`
    begins
        .map(|from| {
            let behind = &bytes[from..];
            let len = memchr::memchr(b'<', behind).unwrap();
            let mut text = behind[..len].to_vec();
            text.retain(|byte| !byte.is_ascii_whitespace());
            base64_simd::STANDARD.decode_to_vec(&text).unwrap()
        })
        .collect()
}

#[test]
fn requests_carry_plain_pdfs_whatever_parts_of_a_spool_would_be() {
    let bench = Bench::new();
    let sample = bench.text("sample");
    let kinds = ["--digital-percent", "0", "--pdf-percent", "100"];
    let of = ["sample", "--country", "DK", "--letters", "20"];
    bench.done(&[&of[..], &kinds, &[&sample]].concat());
    let profile = bench.write("press.icc", support::icc::grey());
    let path = bench.path("sample/lettermill.toml");
    let text = fs::read_to_string(&path).unwrap();
    let flavour = "[print]\npdf_flavour = \"pdf-vt-1\"\n";
    let text = match text.contains("[print]\n") {
        true => text.replace("[print]\n", flavour),
        false => format!("{text}\n{flavour}"),
    };
    fs::write(&path, text).unwrap();
    let condition = format!("output_profile = {profile:?}\noutput_condition = \"Made\"\n");
    job(
        &bench,
        &format!("[digital]\ndenmark = \"sf1601\"\n[print.pdf_vt]\n{condition}"),
    );
    let said = run(&bench, "out", &[]);
    let print = said["print"].as_u64().unwrap();
    assert!(print > 10, "{said}");
    let folder = outbox(&said);
    verify(&bench, &folder);
    let tars = ending_in(&folder, ".tar");
    let papers: Vec<_> = tars.iter().flat_map(|tar| papers(tar)).collect();
    assert_eq!(papers.len() as u64, print);
    for paper in papers {
        assert!(paper.starts_with(b"%PDF-1.6\n"));
        for of_spools in ["/TrimBox", "/ICCBased 15 0 R", "/DPart"] {
            let found = memchr::memmem::find(&paper, of_spools.as_bytes());
            assert!(found.is_none(), "{of_spools}");
        }
    }
}

#[test]
fn letters_to_one_person_travel_together_and_any_number_of_threads_gives_the_same() {
    let bench = Bench::with_sample("SE", "300");
    job(&bench, "[mina_meddelanden]\njoin_letters = true\n");
    let said = run(&bench, "out", &["--threads", "1"]);
    let folder = outbox(&said);
    verify(&bench, &folder);
    let found = rows(&folder);
    assert_eq!(found.len() as u64, said["digital"].as_u64().unwrap());
    let entries: BTreeSet<&String> = found.iter().map(|row| &row[0]).collect();
    let messages: BTreeSet<&String> = found.iter().map(|row| &row[1]).collect();
    assert!(entries.len() < found.len(), "some letters share a delivery");
    assert_eq!(
        messages.len(),
        found.len(),
        "each letter has a message of its own"
    );
    let again = outbox(&run(&bench, "again", &["--threads", "3"]));
    for (one, other) in ending_in(&folder, "").iter().zip(ending_in(&again, "")) {
        assert_eq!(
            fs::read(one).unwrap(),
            fs::read(other).unwrap(),
            "{}",
            one.display()
        );
    }
    let alone = bench.path("sample/alone.toml");
    let job = fs::read_to_string(bench.path("sample/lettermill.toml")).unwrap();
    fs::write(&alone, job.replace("join_letters = true", "")).unwrap();
    let said_alone = run(&bench, "alone", &["--job", alone.to_str().unwrap()]);
    for key in ["digital", "print", "held", "rejected"] {
        assert_eq!(said[key], said_alone[key], "{key}");
    }
}

/// An operator's answer about one recipient.
fn answer(delivered: bool) -> String {
    format!(
        "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>\
         <v3:deliverSecureResponse xmlns:v3=\"http://minameddelanden.gov.se/schema/Service/v3\" \
         xmlns:s=\"http://minameddelanden.gov.se/schema/Service\"><v3:return>\
         <s:TransId>3b0d3f6e-0f0e-4c26-9a54-2f6b6f2f8a10</s:TransId>\
         <s:Status><s:RecipientId>180001019999</s:RecipientId><s:Delivered>{delivered}</s:Delivered></s:Status>\
         </v3:return></v3:deliverSecureResponse></S:Body></S:Envelope>"
    )
}

/// A sample that was sent, and what comes back of it.
struct Sent {
    bench: Bench,
    batch: String,
    /// Rows of its index.
    index: Vec<Vec<String>>,
}

impl Sent {
    fn to(country: &str) -> Self {
        let bench = Bench::with_sample(country, "60");
        let said = run(&bench, "out", &[]);
        Self {
            batch: said["batch"].as_str().unwrap().to_owned(),
            index: rows(&outbox(&said)),
            bench,
        }
    }

    fn import(&self, from: &str) -> Output {
        let (home, from) = (self.bench.text("out"), self.bench.text(from));
        let arguments = ["receipts", "import", "--out", &home, &from];
        self.bench.lettermill(&arguments)
    }

    /// Puts on paper what did not arrive.
    fn rerun(&self, more: &[&str]) -> Output {
        let home = self.bench.text("out");
        let arguments = ["rerun", "--out", &home, "--undelivered", "--to", "print"];
        let last = ["--json", &self.batch];
        self.bench.lettermill(&[&arguments, more, &last].concat())
    }
}

#[test]
fn what_was_refused_goes_on_paper_once_and_what_is_unknown_never() {
    let sent = Sent::to("SE");
    let (bench, index) = (&sent.bench, &sent.index);
    fs::create_dir(bench.path("answers")).unwrap();
    for (row, delivered) in index.iter().zip([false, true, false, true, true]) {
        let name = format!("answers/{}.response.xml", row[0]);
        bench.write(&name, answer(delivered));
    }
    for _ in 0..2 {
        let imported = sent.import("answers");
        assert!([0, 3].contains(&code(&imported)), "{}", errors(&imported));
    }
    let said = json(&sent.rerun(&[]));
    assert_eq!(
        (&said["letters"], &said["print"]),
        (&2.into(), &2.into()),
        "{said}"
    );
    let child = outbox(&said);
    verify(bench, &child);
    let pieces = ending_in(&child, ".pieces.csv");
    let pieces: String = pieces
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert!(
        pieces.contains(&index[0][2]) && pieces.contains(&index[2][2]),
        "{pieces}"
    );
    let again = sent.rerun(&[]);
    assert_eq!(code(&again), 15, "{}", errors(&again));
    let shown = bench.done(&["show", "--out", &bench.text("out"), &index[0][2]]);
    assert!(
        shown.contains("undelivered") && shown.contains("refused"),
        "{shown}"
    );
}

#[test]
fn a_message_too_large_for_the_channel_goes_on_paper_and_says_why() {
    let bench = Bench::with_sample("SE", "40");
    job(&bench, "[mina_meddelanden]\nmessage_bytes_max = 12000\n");
    let said = run(&bench, "out", &[]);
    let findings = fs::read_to_string(outbox(&said).join("findings.csv")).unwrap();
    assert!(findings.contains("digital.size"), "{findings}");
    assert!(said["digital"].as_u64().unwrap() > 0, "{said}");
}

#[test]
fn what_was_refused_for_its_own_fault_is_left_to_a_person() {
    let sent = Sent::to("DK");
    let receipt = |row: &[String], code: &str| {
        format!(
            "{{\"messageUUID\":\"{}\",\"receiptStatus\":\"INVALID\",\"errorCode\":\"{code}\",\
             \"timeStamp\":\"2026-11-21T03:00:00Z\",\"transmissionId\":\"3b0d3f6e-0f0e-4c26-9a54-2f6b6f2f8a10\"}}",
            row[0]
        )
    };
    let receipts = [
        receipt(&sent.index[0], "file.extension.not.allowed"),
        receipt(&sent.index[1], "recipient.not.found"),
    ];
    let receipts = format!("[{}]", receipts.join(","));
    sent.bench.write("receipts.json", receipts);
    assert_eq!(code(&sent.import("receipts.json")), 3);
    let ran = sent.rerun(&[]);
    let notes = errors(&ran);
    assert_eq!(json(&ran)["letters"], 1, "{notes}");
    assert!(
        notes.contains("1 letters were refused for a fault"),
        "{notes}"
    );
    assert_eq!(code(&sent.rerun(&[])), 15);
    assert_eq!(json(&sent.rerun(&["--even-faulty"]))["letters"], 1);
}
