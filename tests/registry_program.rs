//! The way to a snapshot and back through the real program: a mailing is asked about, the answers are built into a
//! snapshot, and each letter of the mailing gets the reason that its answer means.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

mod support;

use serde_json::Value;
use support::program::{Bench, code, errors};
use support::tools::{reference, said_by};

const SWEDEN: &str = "fixtures/registry/sweden.xml";
const DENMARK: &str = "fixtures/registry/denmark.xml";

/// Asks about the recipients of a mailing, into a folder.
fn ask<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["registry", "ask", "--out", out], more].concat()
}

/// Builds a snapshot of one input.
fn build<'a>(snapshot: &'a str, input: &'a str) -> [&'a str; 7] {
    let (date, out) = ("2026-11-20", snapshot);
    ["registry", "build", "--date", date, "--out", out, input]
}

fn parsed(said: &str) -> Value {
    serde_json::from_str(said).unwrap()
}

/// Names of the files of a folder, with their contents.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// Contents of all elements of this name, whatever their namespace.
fn elements(xml: &str, name: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let found = document
        .descendants()
        .filter(|node| node.tag_name().name() == name);
    found
        .map(|node| node.text().unwrap_or_default().to_owned())
        .collect()
}

/// Fate and reason of each letter of a mailing, as the ledger has them after a run with this job file.
fn reasons(bench: &Bench, mailing: &str, job: &str) -> BTreeMap<String, String> {
    let job = bench.write("job.toml", job);
    let checked = bench.lettermill(&["check", "--job", &job, mailing]);
    assert_eq!(code(&checked), 3, "{}", errors(&checked));
    let said = String::from_utf8(checked.stdout).unwrap();
    let rows = said.lines().filter_map(|line| {
        let mut words = line.strip_prefix("  ")?.split_whitespace();
        let (fate, reason, letters) = (words.next()?, words.next()?, words.next()?);
        let fates = ["digital", "print", "held", "rejected"];
        fates
            .contains(&fate)
            .then(|| (format!("{fate} {reason}"), letters.to_owned()))
    });
    rows.collect()
}

fn counts(rows: &[(&str, u32)]) -> BTreeMap<String, String> {
    let rows = rows.iter();
    rows.map(|(reason, letters)| ((*reason).to_owned(), letters.to_string()))
        .collect()
}

/// Asks xmllint; says so where it, or the schema, is absent.
fn assert_valid_by_the_official_schema(requests: &Path) {
    let Some(schema) = reference("samples/mina-meddelanden/mm-v3-soap.xsd") else {
        return;
    };
    for name in files(requests).keys() {
        let (schema, request) = (schema.to_str().unwrap(), requests.join(name));
        let request = request.to_str().unwrap();
        let arguments = ["--nonet", "--noout", "--schema", schema, request];
        said_by("xmllint", &arguments);
    }
}

#[test]
fn swedish_recipients_are_asked_about_once_and_only_where_it_makes_sense() {
    let bench = Bench::new();
    let out = bench.path("ask");
    let five = ["--json", "--batch-size", "5", SWEDEN];
    let said = parsed(&bench.done(&ask(&bench.text("ask"), &five)));
    let expected = serde_json::json!({
        "folder": out, "letters": 18, "letters_asked": 13, "ids": 15, "ids_asked": 12, "requests": 3,
        "not_asked": {
            "rejected": 1, "no-identifier": 1, "foreign-identifier": 1, "id-not-representable": 1, "print-wished": 1,
        },
    });
    assert_eq!(said, expected);

    let requests = files(&out);
    let names: Vec<_> = requests.keys().map(String::as_str).collect();
    assert_eq!(names, ["far-0001.xml", "far-0002.xml", "far-0003.xml"]);
    let asked: Vec<String> = requests
        .values()
        .flat_map(|request| {
            assert_eq!(elements(request, "senderOrgNr"), ["162021004748"]);
            elements(request, "recipientId")
        })
        .collect();
    let answered = ["0001", "0002"].iter().flat_map(|name| {
        let answer = fs::read_to_string(format!("fixtures/registry/far/{name}.xml")).unwrap();
        elements(&answer, "RecipientId")
    });
    // The fixture answers about all but one.
    let answered: BTreeSet<String> = answered.collect();
    let asked_set: BTreeSet<String> = asked.iter().cloned().collect();
    assert_eq!(asked_set.difference(&answered).count(), 1);
    assert!(answered.is_subset(&asked_set));
    assert_eq!(asked.len(), 12);
    let (persons, organisations): (Vec<_>, Vec<_>) =
        asked.iter().partition(|digits| !digits.starts_with("16"));
    assert!(persons.is_sorted() && organisations.is_sorted());
    assert_valid_by_the_official_schema(&out);

    // Any number of threads, and any encoding of the mailing, gives the same bytes.
    let one = ["--threads", "1", "--batch-size", "5"];
    let asked_again = |out: &str, mailing: &str| {
        bench.done(&ask(&bench.text(out), &[&one[..], &[mailing]].concat()));
        files(&bench.path(out))
    };
    assert_eq!(asked_again("again", SWEDEN), requests);
    let utf_16: Vec<u8> = fs::read_to_string(SWEDEN)
        .unwrap()
        .replace("encoding=\"UTF-8\"", "encoding=\"UTF-16\"")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mailing = bench.write("utf-16.xml", [&[0xff, 0xfe][..], &utf_16].concat());
    assert_eq!(asked_again("third", &mailing), requests);
}

#[test]
fn requests_of_two_mailings_do_not_mix() {
    let bench = Bench::new();
    let (out, folder) = (bench.path("ask"), bench.text("ask"));
    let arguments = ask(&folder, &[SWEDEN]);
    let said = bench.done(&arguments);
    for words in [
        "1 requests about 12 recipients",
        "id-not-representable",
        "identifiers asked",
    ] {
        assert!(said.contains(words), "{said}");
    }
    let before = files(&out);
    let refused = bench.lettermill(&arguments);
    assert_eq!(code(&refused), 13);
    assert!(
        errors(&refused).contains("is not an empty folder"),
        "{}",
        errors(&refused)
    );
    assert_eq!(files(&out), before);
}

#[test]
fn a_mailing_that_cannot_be_used_leaves_no_requests() {
    let bench = Bench::new();
    let out = bench.text("ask");
    let whole = fs::read(SWEDEN).unwrap();
    let truncated = bench.write("truncated.xml", &whole[..whole.len() - 12]);
    let refused = bench.lettermill(&ask(&out, &[&truncated]));
    assert_eq!(code(&refused), 11, "{}", errors(&refused));
    let sender = String::from_utf8(whole)
        .unwrap()
        .replace("162021004748", "162021004749");
    bench.write("truncated.xml", sender);
    let refused = bench.lettermill(&ask(&out, &[&truncated]));
    assert_eq!(code(&refused), 11, "{}", errors(&refused));
    assert!(
        errors(&refused).contains("organisationNumber"),
        "{}",
        errors(&refused)
    );
    let left: Vec<_> = fs::read_dir(bench.folder()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_job_may_name_the_snapshot_that_is_yet_to_be_built() {
    let bench = Bench::new();
    let job = bench.write("job.toml", "[registry]\nsnapshot = \"not-yet\"\n");
    bench.done(&ask(&bench.text("ask"), &["--job", &job, SWEDEN]));
    assert_eq!(files(&bench.path("ask")).len(), 1);
}

/// Answers of FaR to snapshot to router: every reason of facts/sweden.md §8 that the registry or the identifier gives.
#[test]
fn every_answer_of_far_becomes_its_reason() {
    let bench = Bench::new();
    let snapshot = bench.text("snapshot");
    let built = bench.done(&build(&snapshot, "fixtures/registry/far"));
    assert!(built.contains("from 2 files"), "{built}");
    let job = "[registry]\nsnapshot = \"snapshot\"\n[route]\noperators_supported = [\"165568402266\", \"162021006883\"]\n";
    let expected = [
        ("digital reachable", 5), // F-01, its second letter F-18, F-02, F-16, F-17.
        ("print no-mailbox", 1),
        ("print opted-out", 1),
        ("print pending", 1),
        ("print no-operator", 1),
        ("print no-address-url", 1),
        ("print not-in-registry", 1),
        ("print operator-not-supported", 1),
        ("print minor", 1),
        ("print id-not-representable", 1),
        ("print no-identifier", 1),
        ("print foreign-identifier", 1),
        ("print print-wished", 1),
        ("rejected identifier.check-digit", 1),
    ];
    assert_eq!(reasons(&bench, SWEDEN, job), counts(&expected));

    let shown = parsed(&bench.done(&["registry", "show", "--json", &snapshot]));
    assert_eq!(shown["date"], "2026-11-20");
    assert_eq!(shown["recipients"], 11);
    assert_eq!(shown["statuses"]["reachable"], 6);
    assert_eq!(shown["kinds"]["person"]["reachable"], 4);
    assert_eq!(shown["kinds"]["coordination"]["reachable"], 1);
    assert_eq!(shown["kinds"]["organisation"]["reachable"], 1);
    let operators = shown["operators"].as_array().unwrap();
    let operators: Vec<_> = operators
        .iter()
        .map(|operator| {
            (
                operator["id"].as_str().unwrap(),
                operator["recipients"].as_u64(),
            )
        })
        .collect();
    let expected = [
        ("162021006883", Some(3)),
        ("165501000011", Some(1)),
        ("165512000018", Some(1)),
        ("165568402266", Some(3)),
    ];
    assert_eq!(operators, expected);
    let shown = bench.done(&["registry", "show", &snapshot]);
    for words in [
        "2026-11-20 of 11 recipients",
        "The recipient has a digital mailbox that takes the letter.",
        "coordination numbers",
        "by mailbox operator",
        "Brevduvan, https://brevduvan.mailbox.example/v3",
        "Postlådan, no address",
    ] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
}

const DANISH_JOB: &str = "[registry]\nsnapshot = \"snapshot\"\n[route]\ndigital_channels = [\"digital-post\"]\n\
    rights = [\"mandatory-post\", \"legal-notification\"]\n";

/// Pages of the contact registry to snapshot to router: the table of facts/denmark.md §8.
#[test]
fn every_contact_becomes_its_reason() {
    let bench = Bench::new();
    let snapshot = bench.text("snapshot");
    let built = bench.lettermill(&build(&snapshot, "fixtures/registry/contacts"));
    assert_eq!(code(&built), 0, "{}", errors(&built));
    assert_eq!(errors(&built), "", "the pages are complete");
    let expected = [
        ("digital reachable", 4), // C-01, C-02, C-14, C-20.
        ("digital exempt-mandatory", 1),
        ("print exempt", 2),            // C-03, C-17.
        ("held closed", 3),             // C-06, C-07, C-15.
        ("held legal-notification", 2), // C-05, C-16.
        ("print unconfirmed", 2),
        ("print awaiting-registration", 2),
        ("print unknown", 1),
        ("print not-in-registry", 1),
        ("print foreign-identifier", 1),
        ("print minor", 1),
    ];
    assert_eq!(reasons(&bench, DENMARK, DANISH_JOB), counts(&expected));
    let without_rights = DANISH_JOB.replace("\"mandatory-post\", \"legal-notification\"", "");
    let reasons = reasons(&bench, DENMARK, &without_rights);
    assert_eq!(reasons["print exempt"], "3");
    assert_eq!(reasons["held legal-notification-not-allowed"], "1");

    let shown = parsed(&bench.done(&["registry", "show", "--json", &snapshot]));
    assert_eq!(shown["recipients"], 18);
    assert_eq!(shown["nem_sms"], 1, "one number is verified, one is not");
    assert_eq!(shown["kinds"]["cvr"]["closed"], 1);

    // One of two pages is not all, and a person must hear of it.
    let page = "fixtures/registry/contacts/page-1.json";
    let half = bench.lettermill(&build(&snapshot, page));
    assert_eq!(code(&half), 0);
    assert!(
        errors(&half).contains("1 of 2 were given, with 8 of 18 contacts"),
        "{}",
        errors(&half)
    );
}

#[test]
fn danish_recipients_are_asked_about_by_kind() {
    let bench = Bench::new();
    let ten = ["--json", "--batch-size", "10", DENMARK];
    let said = parsed(&bench.done(&ask(&bench.text("ask"), &ten)));
    assert_eq!(
        (&said["letters"], &said["letters_asked"]),
        (&20.into(), &19.into())
    );
    assert_eq!((&said["ids"], &said["ids_asked"]), (&20.into(), &19.into()));
    assert_eq!(
        (&said["requests"], &said["not_asked"]["foreign-identifier"]),
        (&3.into(), &1.into())
    );
    let files = files(&bench.path("ask"));
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "cpr-0001.json",
            "cpr-0002.json",
            "cpr.csv",
            "cvr-0001.json",
            "cvr.csv"
        ]
    );
    let mut numbers = Vec::new();
    for (name, parameter) in [
        ("cpr-0001", "cprNumber"),
        ("cpr-0002", "cprNumber"),
        ("cvr-0001", "cvrNumber"),
    ] {
        let query = parsed(&files[&format!("{name}.json")]);
        let object = query.as_object().unwrap();
        assert_eq!(object.len(), 1);
        let list = object[parameter].as_array().unwrap();
        numbers.extend(
            list.iter()
                .map(|number| number.as_str().unwrap().to_owned()),
        );
    }
    let listed = |name: &str, heading: &str| -> Vec<String> {
        let mut lines = files[name].lines().map(str::to_owned);
        assert_eq!(lines.next().as_deref(), Some(heading));
        lines.collect()
    };
    let lists = [
        listed("cpr.csv", "cprNumber"),
        listed("cvr.csv", "cvrNumber"),
    ]
    .concat();
    assert_eq!(numbers, lists);
    assert_eq!(numbers.len(), 19);
}

/// A question is no answer, and neither are other people's files.
#[test]
fn what_is_no_answer_is_refused_without_telling_numbers() {
    let bench = Bench::new();
    let (asked, snapshot) = (bench.text("ask"), bench.text("snapshot"));
    bench.done(&ask(&asked, &[SWEDEN]));
    let refused = |input: &str| {
        let refused = bench.lettermill(&build(&snapshot, input));
        assert_eq!(code(&refused), 11, "{}", errors(&refused));
        errors(&refused)
    };
    assert!(refused(&asked).contains("a request, isReachable; allowed: the answer to it"));
    fs::create_dir(bench.path("ask/more")).unwrap();
    assert!(refused(&asked).contains("is a folder; a folder of answers holds files only"));
    fs::create_dir(bench.path("empty")).unwrap();
    bench.write("empty/.hidden", "not read");
    assert!(refused(&bench.text("empty")).contains("no entries in 0 input files"));
    let answer = bench.write("answer.json", "{\"result\": true}");
    assert!(refused(&answer).contains("an answer `result` without an identifier"));
    assert!(refused(&bench.text("none")).contains("No such file"));
    assert!(!bench.path("snapshot").exists());
}

/// A letter that is not well-formed, early in a long mailing: while the file is being cut ahead of the fault.
#[test]
fn a_fault_early_in_a_long_mailing_ends_the_command() {
    let bench = Bench::new();
    let short = fs::read_to_string(SWEDEN).unwrap();
    let (head, rest) = short.split_once("  <letter id=\"F-01\">").unwrap();
    let letter = &rest[..rest.find("</letter>").unwrap()];
    let mut long = head.replace("<letterCount>18<", "<letterCount>30000<");
    for n in 0..30_000 {
        let letter = match n {
            100 => letter.replace("</subject>", "</subjecx>"),
            _ => letter.to_owned(),
        };
        long += &format!("  <letter id=\"N-{n}\">{letter}</letter>\n");
    }
    long += "</mailing>\n";
    let mailing = bench.write("long.xml", long);
    let out = bench.text("ask");
    for arguments in [ask(&out, &[&mailing]), vec!["check", &mailing]] {
        let mut command = bench
            .command(&arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        let ended = loop {
            if let Some(ended) = command.try_wait().unwrap() {
                break ended;
            }
            if began.elapsed() > Duration::from_secs(120) {
                command.kill().unwrap();
                command.wait().unwrap();
                panic!("{} hangs", arguments[0]);
            }
            thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(ended.code(), Some(11), "{}", arguments[0]);
    }
    assert!(!bench.path("ask").exists());
}
