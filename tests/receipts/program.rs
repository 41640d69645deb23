//! The program: a night is run, answers come back, an operator looks.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{check_books, dump, second_opinion};

struct Bench {
    folder: TempDir,
    /// Ids of digital letters and of their messages, in the order of the mailing.
    letters: Vec<(String, String)>,
}

/// A recipient's number, as answers repeat it.
const RECIPIENT: &str = "181501019806";

impl Bench {
    fn new() -> Self {
        let mut bench = Self {
            folder: tempfile::tempdir().unwrap(),
            letters: Vec::new(),
        };
        let ran = bench.call(&[
            "run",
            "--json",
            "--out",
            &bench.home(),
            "fixtures/example/mailing.xml",
        ]);
        assert_eq!(code(&ran), 0, "{}", said(&ran));
        let db = rusqlite::Connection::open(bench.path("home/ledger.sqlite")).unwrap();
        let mut all = db
            .prepare(
                "SELECT letter_id, message_id FROM letters WHERE fate = 'digital' ORDER BY seq",
            )
            .unwrap();
        let rows = all
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        bench.letters = rows.map(Result::unwrap).collect();
        assert!(bench.letters.len() > 20);
        drop(all);
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn home(&self) -> String {
        self.path("home").to_str().unwrap().to_owned()
    }

    fn call(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_lettermill"))
            .args(arguments)
            .env("HOME", self.folder.path())
            .env_remove("XDG_DATA_HOME")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn receipts(&self, command: &str, more: &[&str]) -> Output {
        let home = self.home();
        let mut arguments = vec!["receipts", command, "--out", &home];
        arguments.extend(more);
        self.call(&arguments)
    }

    fn import(&self, more: &[&str]) -> Output {
        let back = self.path("back");
        let mut arguments = vec!["--json"];
        arguments.extend(more);
        arguments.push(back.to_str().unwrap());
        let output = self.receipts("import", &arguments);
        assert!(!said(&output).contains(RECIPIENT));
        output
    }

    /// Puts the answer about a message into the folder of what came back.
    fn answer(&self, message_id: &str, delivered: bool) {
        let text = format!(
            "<a xmlns=\"http://minameddelanden.gov.se/schema/Service/v3\"><deliverSecureResponse><return>\
             <TransId>t-1</TransId><Status><RecipientId>{RECIPIENT}</RecipientId><Delivered>{delivered}</Delivered></Status>\
             </return></deliverSecureResponse></a>"
        );
        self.file(&format!("{message_id}.response.xml"), &text);
    }

    fn file(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path("back")).unwrap();
        fs::write(self.path("back").join(name), text).unwrap();
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// All that was said to people.
fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

#[test]
fn a_night_is_answered_and_an_operator_looks() {
    let bench = Bench::new();
    let home = bench.home();
    let (letter, message) = &bench.letters[0];
    let (unsure, unsure_message) = &bench.letters[1];
    bench.answer(message, false);
    let fault = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault>\
                 <faultcode>s:Server</faultcode><faultstring>busy</faultstring></s:Fault></s:Body></s:Envelope>";
    bench.file(&format!("{unsure_message}.fault.xml"), fault);
    for (_, message) in &bench.letters[2..20] {
        bench.answer(message, true);
    }
    bench.answer("10000000-0000-4000-8000-0000000000aa", true);
    bench.file(&format!("{RECIPIENT}.xml"), "<a/>");

    let first = bench.import(&[]);
    assert_eq!(code(&first), 3, "{}", said(&first));
    let tally = json(&first);
    for (key, count) in [
        ("receipts", 21),
        ("delivered", 18),
        ("refused", 1),
        ("unknown", 1),
        ("unmatched", 1),
        ("faults", 1),
        ("repeated", 0),
    ] {
        assert_eq!(tally[key], count, "{key}: {tally}");
    }
    assert_eq!(tally["kinds"]["mina-meddelanden"], 21);
    assert_eq!(
        tally["unmatched_examples"][0],
        "10000000-0000-4000-8000-0000000000aa"
    );
    assert!(
        said(&first).contains("999999999999.xml"),
        "{}",
        said(&first)
    );
    check_books(&bench.path("home"));

    // Once more: nothing changes; without what is bad or foreign there is nothing to say either.
    let before = (dump(&bench.path("home")), sqlite_dump(&bench));
    fs::remove_file(bench.path("back").join(format!("{RECIPIENT}.xml"))).unwrap();
    fs::remove_file(bench.path("back/10000000-0000-4000-8000-0000000000aa.response.xml")).unwrap();
    let again = bench.import(&[]);
    assert_eq!(
        (code(&again), &json(&again)["repeated"]),
        (0, &Value::from(20))
    );
    assert_eq!((dump(&bench.path("home")), sqlite_dump(&bench)), before);

    let shown = json(&bench.receipts("show", &["--json"]));
    let batch = &shown["batches"][0];
    let digital = bench.letters.len();
    for (key, count) in [
        ("delivered", 18),
        ("refused", 1),
        ("unknown", 1),
        ("no_receipt", digital - 20),
    ] {
        assert_eq!(batch[key], count, "{key}: {batch}");
    }
    assert_eq!(batch["letters"][0]["letter"], letter.as_str());
    assert_eq!(batch["letters"][0]["state"], "refused");
    assert_eq!(batch["letters"][1]["code"], "Server");
    let name = batch["batch"].as_str().unwrap();
    let text = said(&bench.receipts("show", &["--batch", name]));
    assert!(
        text.contains(&format!("letter {letter}: refused")),
        "{text}"
    );
    let status = json(&bench.call(&["status", "--json", "--out", &home]));
    assert_eq!(
        (
            &status["batches"][0]["delivered"],
            &status["batches"][0]["refused"]
        ),
        (&18.into(), &1.into())
    );
    let history = said(&bench.call(&["show", "--out", &home, unsure]));
    assert!(
        history.contains("unknown since") && !history.contains("busy"),
        "{history}"
    );
    let nothing = said(&bench.call(&["show", "--out", &home, &bench.letters[20].0]));
    assert!(nothing.contains("no receipt yet"), "{nothing}");

    let settle = |message: &str, end: &str| {
        bench.receipts(
            "settle",
            &[message, "--as", end, "--why", "asked the operator"],
        )
    };
    let upper = unsure_message.to_uppercase();
    let settled = settle(&upper, "refused");
    assert_eq!(code(&settled), 0, "{}", said(&settled));
    assert_eq!(code(&settle(unsure_message, "delivered")), 12);
    assert_eq!(
        code(&settle("10000000-0000-4000-8000-0000000000aa", "refused")),
        15
    );
    assert_eq!(code(&settle(unsure_message, "unknown")), 2);
    check_books(&bench.path("home"));
}

/// What sqlite3 itself makes of the whole file; empty where it is missing.
fn sqlite_dump(bench: &Bench) -> Vec<u8> {
    let mut sqlite3 = Command::new("sqlite3");
    let asked = sqlite3
        .arg("-readonly")
        .arg(bench.path("home/ledger.sqlite"))
        .arg(".dump");
    second_opinion(asked).map_or_else(Vec::new, |output| {
        assert!(output.status.success() && output.stdout.len() > 10_000);
        output.stdout
    })
}

#[test]
fn where_nothing_can_be_read_nothing_is_taken_in() {
    let bench = Bench {
        folder: tempfile::tempdir().unwrap(),
        letters: Vec::new(),
    };
    bench.file("note.txt", "not a receipt");
    let no_ledger = bench.import(&[]);
    assert_eq!(code(&no_ledger), 15, "{}", said(&no_ledger));
    assert!(!bench.path("home").exists());

    let clock = crate::common::clock();
    drop(lettermill::ledger::Ledger::open(&bench.path("home"), &clock).unwrap());
    let nothing = bench.import(&[]);
    assert_eq!(code(&nothing), 11);
    assert!(said(&nothing).contains("note.txt") && said(&nothing).contains("hint:"));
    fs::remove_file(bench.path("back/note.txt")).unwrap();
    assert_eq!(code(&bench.import(&[])), 0); // Nothing came back: nothing is wrong.
    assert_eq!(code(&bench.receipts("show", &["--batch", "no.1"])), 15);
}
