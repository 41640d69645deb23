//! Digital channels from end to end through the real program: Denmark in both ways, letters that travel together, what
//! comes back and what then goes on paper.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with a sample mailing in it.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn with_sample(country: &str, letters: &str) -> Self {
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let sample = bench.text("sample");
        let options = [
            "sample",
            "--country",
            country,
            "--letters",
            letters,
            &sample,
        ];
        assert_eq!(code(&bench.lettermill(&options)), 0);
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn lettermill(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_lettermill"))
            .args(arguments)
            .env("HOME", self.folder.path())
            .env_remove("XDG_DATA_HOME")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Adds tables to the job file of the sample.
    fn job(&self, more: &str) {
        let path = self.path("sample/lettermill.toml");
        let job = fs::read_to_string(&path).unwrap();
        fs::write(path, format!("{job}\n{more}")).unwrap();
    }

    /// Runs the sample into a home; gives what the program says of it.
    fn run(&self, home: &str, more: &[&str]) -> serde_json::Value {
        let (home, mailing) = (self.text(home), self.text("sample/mailing.xml"));
        let mut arguments = vec!["run", "--json", "--out", &home];
        arguments.extend(more);
        arguments.push(&mailing);
        json(&self.lettermill(&arguments))
    }

    fn verify(&self, folder: &Path) {
        let verified = self.lettermill(&["verify", folder.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&verified.stdout).into_owned();
        assert_eq!(code(&verified), 0, "{said}");
        assert!(said.contains("0 faults"), "{said}");
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn outbox(said: &serde_json::Value) -> PathBuf {
    PathBuf::from(said["outbox"].as_str().unwrap())
}

/// Files below a folder whose names end so, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Rows of all indexes below a folder, each as its fields.
fn rows(folder: &Path) -> Vec<Vec<String>> {
    let indexes = files(folder, ".index.csv");
    let lines = indexes.iter().flat_map(|path| {
        let text = fs::read_to_string(path).unwrap();
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    });
    lines
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

/// What another program says; `None` where it is missing and may be.
fn second_opinion(program: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) => {
            let required = std::env::var("LETTERMILL_REQUIRE_TOOLS").is_ok_and(|v| v == "1");
            assert!(!required, "{program}: {error}");
            eprintln!("{program} is missing: its opinion is not asked");
            None
        }
    }
}

#[test]
fn a_danish_mailing_becomes_containers_that_others_read() {
    let bench = Bench::with_sample("DK", "120");
    bench.job("[digital_post]\nnemsms = true\n");
    let said = bench.run("out", &[]);
    let digital = said["digital"].as_u64().unwrap();
    assert!(digital > 60, "{said}");
    let folder = outbox(&said);
    bench.verify(&folder);
    let rows = rows(&folder);
    let letters = rows.iter().filter(|row| row[3] == "letter").count();
    let notices = rows.iter().filter(|row| row[3] == "notice").count();
    assert_eq!(letters as u64, digital);
    assert!(notices > 0, "letters with a notification have a NemSMS too");
    let containers = files(&folder, ".tar.lzma");
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
    let memos = files(&to, ".xml");
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
    bench.job("[digital]\ndenmark = \"sf1601\"\n");
    let said = bench.run("out", &[]);
    let (digital, print) = (
        said["digital"].as_u64().unwrap(),
        said["print"].as_u64().unwrap(),
    );
    assert!(digital > 40 && print > 5, "{said}");
    let folder = outbox(&said);
    assert_eq!(files(&folder, ".pdf"), Vec::<PathBuf>::new());
    assert_eq!(rows(&folder).len() as u64, digital + print);
    bench.verify(&folder);
    let tar = files(&folder, ".tar").remove(0);
    let to = bench.path("requests");
    fs::create_dir(&to).unwrap();
    let unpack = ["-xf", tar.to_str().unwrap(), "-C", to.to_str().unwrap()];
    if second_opinion("tar", &unpack).is_none() {
        return;
    }
    let requests = files(&to, ".xml");
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

#[test]
fn letters_to_one_person_travel_together_and_any_number_of_threads_gives_the_same() {
    let bench = Bench::with_sample("SE", "300");
    bench.job("[mina_meddelanden]\njoin_letters = true\n");
    let said = bench.run("out", &["--threads", "1"]);
    let folder = outbox(&said);
    bench.verify(&folder);
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
    let again = outbox(&bench.run("again", &["--threads", "3"]));
    for (one, other) in files(&folder, "").iter().zip(files(&again, "")) {
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
    let said_alone = bench.run("alone", &["--job", alone.to_str().unwrap()]);
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

#[test]
fn what_was_refused_goes_on_paper_once_and_what_is_unknown_never() {
    let bench = Bench::with_sample("SE", "60");
    let said = bench.run("out", &[]);
    let (batch, home) = (
        said["batch"].as_str().unwrap().to_owned(),
        bench.text("out"),
    );
    let index = rows(&outbox(&said));
    let answers = bench.path("answers");
    fs::create_dir(&answers).unwrap();
    for (row, delivered) in index.iter().zip([false, true, false, true, true]) {
        let path = answers.join(format!("{}.response.xml", row[0]));
        fs::write(path, answer(delivered)).unwrap();
    }
    let import = [
        "receipts",
        "import",
        "--out",
        &home,
        answers.to_str().unwrap(),
    ];
    for _ in 0..2 {
        let imported = bench.lettermill(&import);
        assert!(
            [0, 3].contains(&code(&imported)),
            "{}",
            String::from_utf8_lossy(&imported.stderr)
        );
    }
    let rerun = [
        "rerun",
        "--out",
        &home,
        "--undelivered",
        "--to",
        "print",
        "--json",
        &batch,
    ];
    let said = json(&bench.lettermill(&rerun));
    assert_eq!(
        (&said["letters"], &said["print"]),
        (&2.into(), &2.into()),
        "{said}"
    );
    let child = outbox(&said);
    bench.verify(&child);
    let pieces = files(&child, ".pieces.csv");
    let pieces: String = pieces
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert!(
        pieces.contains(&index[0][2]) && pieces.contains(&index[2][2]),
        "{pieces}"
    );
    let again = bench.lettermill(&rerun);
    assert_eq!(
        code(&again),
        15,
        "{}",
        String::from_utf8_lossy(&again.stderr)
    );
    let shown = bench.lettermill(&["show", "--out", &home, &index[0][2]]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.contains("undelivered") && shown.contains("refused"),
        "{shown}"
    );
}

#[test]
fn a_message_too_large_for_the_channel_goes_on_paper_and_says_why() {
    let bench = Bench::with_sample("SE", "40");
    bench.job("[mina_meddelanden]\nmessage_bytes_max = 12000\n");
    let said = bench.run("out", &[]);
    let findings = fs::read_to_string(outbox(&said).join("findings.csv")).unwrap();
    assert!(findings.contains("digital.size"), "{findings}");
    assert!(said["digital"].as_u64().unwrap() > 0, "{said}");
}

#[test]
fn what_was_refused_for_its_own_fault_is_left_to_a_person() {
    let bench = Bench::with_sample("DK", "60");
    let said = bench.run("out", &[]);
    let (batch, home) = (
        said["batch"].as_str().unwrap().to_owned(),
        bench.text("out"),
    );
    let index = rows(&outbox(&said));
    let receipt = |row: &[String], code: &str| {
        format!(
            "{{\"messageUUID\":\"{}\",\"receiptStatus\":\"INVALID\",\"errorCode\":\"{code}\",\
             \"timeStamp\":\"2026-11-21T03:00:00Z\",\"transmissionId\":\"3b0d3f6e-0f0e-4c26-9a54-2f6b6f2f8a10\"}}",
            row[0]
        )
    };
    let receipts = [
        receipt(&index[0], "file.extension.not.allowed"),
        receipt(&index[1], "recipient.not.found"),
    ];
    let path = bench.path("receipts.json");
    fs::write(&path, format!("[{}]", receipts.join(","))).unwrap();
    let import = ["receipts", "import", "--out", &home, path.to_str().unwrap()];
    assert_eq!(code(&bench.lettermill(&import)), 3);
    let mut rerun = vec![
        "rerun",
        "--out",
        &home,
        "--undelivered",
        "--to",
        "print",
        "--json",
    ];
    rerun.push(&batch);
    let ran = bench.lettermill(&rerun);
    let notes = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(json(&ran)["letters"], 1, "{notes}");
    assert!(
        notes.contains("1 letters were refused for a fault"),
        "{notes}"
    );
    assert_eq!(code(&bench.lettermill(&rerun)), 15);
    rerun.insert(1, "--even-faulty");
    assert_eq!(json(&bench.lettermill(&rerun))["letters"], 1);
}
