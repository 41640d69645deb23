//! The program: a night is run, answers come back, an operator looks.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::common::{check_books, dump};
use crate::support::program::{Bench, code, json, said};
use crate::support::tools::opinion_of;

/// A run, and what comes back.
struct Night {
    bench: Bench,
    /// Ids of digital letters and of their messages, in the order of the mailing.
    letters: Vec<(String, String)>,
}

/// A recipient's number, as answers repeat it.
const RECIPIENT: &str = "181501019806";

impl Night {
    fn new() -> Self {
        let bench = Bench::new();
        let ran = bench.run("home", "fixtures/example/mailing.xml", &[]);
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
        let letters: Vec<_> = rows.map(Result::unwrap).collect();
        assert!(letters.len() > 20);
        drop(all);
        Self { bench, letters }
    }

    fn receipts(&self, command: &str, more: &[&str]) -> Output {
        let home = self.bench.text("home");
        let mut arguments = vec!["receipts", command, "--out", &home];
        arguments.extend(more);
        self.bench.lettermill(&arguments)
    }

    fn import(&self, more: &[&str]) -> Output {
        let back = self.bench.text("back");
        let mut arguments = vec!["--json"];
        arguments.extend(more);
        arguments.push(&back);
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
        fs::create_dir_all(self.bench.path("back")).unwrap();
        self.bench.write(&format!("back/{name}"), text);
    }
}

#[test]
fn a_night_is_answered_and_an_operator_looks() {
    let night = Night::new();
    let bench = &night.bench;
    let home = bench.text("home");
    let (letter, message) = &night.letters[0];
    let (unsure, unsure_message) = &night.letters[1];
    night.answer(message, false);
    let fault = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault>\
                 <faultcode>s:Server</faultcode><faultstring>busy</faultstring></s:Fault></s:Body></s:Envelope>";
    night.file(&format!("{unsure_message}.fault.xml"), fault);
    for (_, message) in &night.letters[2..20] {
        night.answer(message, true);
    }
    night.answer("10000000-0000-4000-8000-0000000000aa", true);
    night.file(&format!("{RECIPIENT}.xml"), "<a/>");

    let first = night.import(&[]);
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
    let before = (dump(&bench.path("home")), sqlite_dump(bench));
    fs::remove_file(bench.path("back").join(format!("{RECIPIENT}.xml"))).unwrap();
    fs::remove_file(bench.path("back/10000000-0000-4000-8000-0000000000aa.response.xml")).unwrap();
    let again = night.import(&[]);
    assert_eq!(
        (code(&again), &json(&again)["repeated"]),
        (0, &Value::from(20))
    );
    assert_eq!((dump(&bench.path("home")), sqlite_dump(bench)), before);

    let shown = json(&night.receipts("show", &["--json"]));
    let batch = &shown["batches"][0];
    let digital = night.letters.len();
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
    let text = said(&night.receipts("show", &["--batch", name]));
    assert!(
        text.contains(&format!("letter {letter}: refused")),
        "{text}"
    );
    let status = json(&bench.lettermill(&["status", "--json", "--out", &home]));
    assert_eq!(
        (
            &status["batches"][0]["delivered"],
            &status["batches"][0]["refused"]
        ),
        (&18.into(), &1.into())
    );
    let history = said(&bench.lettermill(&["show", "--out", &home, unsure]));
    assert!(
        history.contains("unknown since") && !history.contains("busy"),
        "{history}"
    );
    let nothing = said(&bench.lettermill(&["show", "--out", &home, &night.letters[20].0]));
    assert!(nothing.contains("no receipt yet"), "{nothing}");

    let settle = |message: &str, end: &str| {
        night.receipts(
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
    opinion_of(asked).map_or_else(Vec::new, |output| {
        assert!(output.status.success() && output.stdout.len() > 10_000);
        output.stdout
    })
}

#[test]
fn where_nothing_can_be_read_nothing_is_taken_in() {
    let night = Night {
        bench: Bench::new(),
        letters: Vec::new(),
    };
    let bench = &night.bench;
    night.file("note.txt", "not a receipt");
    let no_ledger = night.import(&[]);
    assert_eq!(code(&no_ledger), 15, "{}", said(&no_ledger));
    assert!(!bench.path("home").exists());

    let clock = crate::common::clock();
    drop(lettermill::ledger::Ledger::open(&bench.path("home"), &clock).unwrap());
    let nothing = night.import(&[]);
    assert_eq!(code(&nothing), 11);
    assert!(said(&nothing).contains("note.txt") && said(&nothing).contains("hint:"));
    fs::remove_file(bench.path("back/note.txt")).unwrap();
    assert_eq!(code(&night.import(&[])), 0); // Nothing came back: nothing is wrong.
    assert_eq!(code(&night.receipts("show", &["--batch", "no.1"])), 15);
}
