//! Samples and fixtures, seen from outside: valid, repeatable, and coming out as planned.
//!
//! After a change of the room `sample`, write the shipped example anew:
//! `cargo test --test sample -- --ignored write_the_example_anew`, and read the difference.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lettermill::letter::{Country, Cpr, Cvr, Environment};
use lettermill::letter::{OrganisationNumber, PersonNumber, RecipientId};
use lettermill::registry::{Snapshot, Status};
use lettermill::sample::{self, Error, Options, Written};
use lettermill::schema::{Schema, document};
use lettermill::{ingest, validate};

mod support;

use support::program::{Bench, code, errors, json};
use support::tools::has;

/// What the shipped example is made with: small enough for the repository, of every kind.
const EXAMPLE: Options = Options {
    country: Country::Sweden,
    letters: 250,
    seed: 2030,
    digital_percent: 72,
    pdf_percent: 10,
    held_permille: 0,
};
/// The most that the example may weigh.
const EXAMPLE_BYTES_MAX: u64 = 1_500_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Checks files against the schema of mailings, all in one start of xmllint.
fn assert_valid(files: &[PathBuf]) {
    if !has("xmllint") {
        return;
    }
    let mut xmllint = Command::new("xmllint");
    let schema = root().join("schemas/mailing-1.xsd");
    xmllint.args(["--nonet", "--huge", "--noout", "--schema"]);
    let out = xmllint.arg(schema).args(files).output().unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
}

/// The XML files of a folder of fixtures, in order of their names.
fn xml_files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("fixtures").join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "xml"));
    files.sort();
    assert!(!files.is_empty(), "no fixtures in {folder}");
    files
}

/// Text of the first child element of this name.
fn child<'d>(node: roxmltree::Node<'d, '_>, name: &str) -> Option<&'d str> {
    node.children()
        .find(|c| c.has_tag_name(("urn:lettermill:mailing:1", name)))?
        .text()
}

/// The identifier of a recipient as the file has it.
fn identifier(recipient: roxmltree::Node<'_, '_>) -> RecipientId {
    let digits = |name| child(recipient, name).map(|text| text.replace('-', ""));
    if let Some(text) = digits("personNumber") {
        return RecipientId::Person(PersonNumber::from_digits(&text).unwrap());
    }
    if let Some(text) = digits("cpr") {
        return RecipientId::Cpr(Cpr::from_digits(&text).unwrap());
    }
    if let Some(text) = digits("cvr") {
        return RecipientId::Cvr(Cvr::from_digits(&text).unwrap());
    }
    match digits("organisationNumber") {
        Some(text) => RecipientId::Organisation(OrganisationNumber::from_digits(&text).unwrap()),
        None => RecipientId::None,
    }
}

/// What becomes of a letter by the tables of docs/routing.md, with all rights granted.
fn fate(letter: roxmltree::Node<'_, '_>, status: Option<Status>) -> &'static str {
    let says = |name| child(letter, name) == Some("true");
    let wish = child(letter, "delivery").unwrap_or("auto");
    let legal = says("legalNotification");
    match status {
        Some(Status::Closed) => "held",
        Some(Status::Reachable) if wish != "print" => "digital",
        Some(Status::Exempt) if says("mandatory") && !legal => "digital",
        _ if wish == "digital" || legal => "held",
        _ => "print",
    }
}

const COUNTRIES: [Country; 2] = [Country::Sweden, Country::Denmark];

/// The letters of a document.
fn letters<'d>(
    document: &'d roxmltree::Document<'_>,
) -> impl Iterator<Item = roxmltree::Node<'d, 'd>> {
    document
        .root_element()
        .children()
        .filter(|n| n.tag_name().name() == "letter")
}

/// The child element of this name, which must be there.
fn element<'d>(node: roxmltree::Node<'d, 'd>, name: &str) -> roxmltree::Node<'d, 'd> {
    let mut children = node.children();
    children.find(|c| c.tag_name().name() == name).unwrap()
}

#[test]
fn a_sample_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let schema = Schema::mailing();
    for country in COUNTRIES {
        for (seed, held_permille) in [(1, 0), (2, 40)] {
            let options = Options {
                country,
                letters: 1500,
                seed,
                held_permille,
                ..Options::default()
            };
            sample::write(folder.path(), &options).unwrap();
            let mailing = folder.path().join(sample::MAILING);
            let text = fs::read(&mailing).unwrap();
            assert_eq!(document::validate(&schema, &text).unwrap(), []);
            assert_valid(&[mailing]);
        }
    }
}

#[test]
fn no_letter_of_a_sample_gives_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    for country in COUNTRIES {
        let options = Options {
            country,
            letters: 1500,
            seed: 3,
            held_permille: 20,
            ..Options::default()
        };
        sample::write(folder.path(), &options).unwrap();
        let mailing = folder.path().join(sample::MAILING);
        let source = ingest::open(&mailing, None, &ingest::Options::default()).unwrap();
        let rules = validate::Options::default();
        let mut waves = source.waves();
        let mut judged = 0;
        while let Some(wave) = waves.next().unwrap() {
            for parsed in wave.parse(&source).unwrap() {
                assert_eq!(parsed.findings, []);
                let letter = parsed.letter.unwrap();
                let findings = validate::judge(&letter, source.header(), &rules);
                assert_eq!(findings, [], "letter {}", letter.id);
                judged += 1;
            }
        }
        waves.finish().unwrap();
        assert_eq!(judged, options.letters);
    }
}

#[test]
fn a_sample_comes_out_as_it_says() {
    for country in COUNTRIES {
        comes_out_as_it_says(country);
    }
}

fn comes_out_as_it_says(country: Country) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        country,
        letters: 1250,
        held_permille: 20,
        ..Options::default()
    };
    let written = sample::write(folder.path(), &options).unwrap();
    assert_eq!(
        (written.digital, written.held, written.print),
        (1000, 25, 225)
    );

    let text = fs::read_to_string(folder.path().join(sample::MAILING)).unwrap();
    assert_eq!(written.mailing_bytes, text.len() as u64);
    let document = roxmltree::Document::parse(&text).unwrap();
    let snapshot = Snapshot::open(&folder.path().join(sample::SNAPSHOT)).unwrap();
    let created = jiff::civil::date(2026, 11, 20);
    let mut fates = BTreeMap::new();
    let (mut attachments, mut enclosing) = (0, 0);
    let mut registered = BTreeSet::new();
    for letter in letters(&document) {
        let id = identifier(element(letter, "recipient"));
        assert_eq!(
            id.faults(Environment::Test, created),
            [],
            "letter {:?}",
            letter.attribute("id")
        );
        let status = snapshot.lookup(&id).map(|entry| entry.status);
        if status.is_some() {
            registered.insert(id);
        }
        *fates.entry(fate(letter, status)).or_insert(0) += 1;
        let enclosed = letter
            .descendants()
            .filter(|n| n.tag_name().name() == "attachment")
            .count();
        attachments += enclosed as u32;
        enclosing += u32::from(enclosed > 0);
    }
    let expected = [
        ("digital", written.digital),
        ("held", written.held),
        ("print", written.print),
    ];
    assert_eq!(fates, BTreeMap::from(expected));
    assert_eq!(attachments, written.attachments);
    assert_eq!(registered.len() as u64, written.registered);
    assert_eq!(enclosing, 250, "a fifth encloses a PDF");
}

#[test]
fn some_recipients_have_several_letters() {
    let folder = tempfile::tempdir().unwrap();
    for country in COUNTRIES {
        let options = Options {
            country,
            letters: 3000,
            pdf_percent: 0,
            ..Options::default()
        };
        sample::write(folder.path(), &options).unwrap();
        let text = fs::read_to_string(folder.path().join(sample::MAILING)).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        let mut of_recipient: BTreeMap<RecipientId, Vec<&str>> = BTreeMap::new();
        for letter in letters(&document) {
            let recipient = element(letter, "recipient");
            let id = identifier(recipient);
            if id != RecipientId::None {
                let element = &text[recipient.range()];
                of_recipient.entry(id).or_default().push(element);
            }
        }
        let mut several = [0; 4];
        for elements in of_recipient.values() {
            several[elements.len()] += 1; // None has four or more.
            assert!(elements.iter().all(|e| e == &elements[0]));
        }
        let [_, one, two, three] = several;
        let percent = f64::from(two + three) * 100.0 / f64::from(one + two + three);
        assert!((1.5..3.5).contains(&percent), "{several:?}");
        assert!(two > 0 && three > 0, "{several:?}");
    }
}

/// A large enough sample has everything that it can have.
#[test]
fn a_danish_sample_shows_all_that_digital_post_knows() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        country: Country::Denmark,
        letters: 4000,
        digital_percent: 60,
        held_permille: 20,
        ..Options::default()
    };
    sample::write(folder.path(), &options).unwrap();
    let text = fs::read_to_string(folder.path().join(sample::MAILING)).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let snapshot = Snapshot::open(&folder.path().join(sample::SNAPSHOT)).unwrap();

    let mut statuses = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for letter in letters(&document) {
        let id = identifier(element(letter, "recipient"));
        kinds.insert(format!("{:?}", id.kind()));
        let status = snapshot.lookup(&id).map(|entry| entry.status.name());
        statuses.insert(status.unwrap_or("not in the registry"));
    }
    let expected = [
        "awaiting-registration",
        "closed",
        "exempt",
        "not in the registry",
        "reachable",
        "unconfirmed",
        "unknown",
    ];
    assert_eq!(statuses, BTreeSet::from(expected));
    assert_eq!(kinds, ["Cpr", "Cvr", "None"].map(String::from).into());

    let named = |name: &str, attribute: &str| -> BTreeSet<String> {
        let nodes = document.descendants();
        let nodes = nodes.filter(|n| n.tag_name().name() == name);
        nodes
            .map(|n| {
                let value = n.attribute(attribute).or(n.text());
                value.unwrap_or_default().to_owned()
            })
            .collect()
    };
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    let codes: BTreeSet<String> = words(&[
        "AFTALE",
        "BEKRAEFT",
        "BETALING",
        "FORBEREDELSE",
        "INFORMATION",
        "SELVBETJENING",
        "TILMELDING",
        "UNDERSKRIV",
    ]);
    assert_eq!(named("action", "code"), codes);
    let replies: BTreeSet<String> = words(&["accepted", "not-allowed", "requested"]);
    assert_eq!(named("reply", ""), replies);
    assert_eq!(named("language", ""), words(&["da", "en"]));
    assert_eq!(named("mandatory", ""), words(&["true"]));
    assert_eq!(named("legalNotification", ""), words(&["true"]));
    for name in [
        "contactPoint",
        "notification",
        "data",
        "messageCode",
        "caseId",
        "caseSystem",
        "citizen",
        "company",
        "vehicle",
        "property",
        "kle",
        "productionUnit",
        "inReplyTo",
        "comment",
        "insert",
    ] {
        assert!(!named(name, "id").is_empty(), "no {name}");
    }
    assert!(named("attachment", "channel").contains("print"));
    assert!(text.contains("addressProtected=\"true\""));
}

#[test]
fn letters_are_of_ordinary_size() {
    // The mix that figures are compared in: 7.9 KB a letter, 3.4 KB of it text.
    let folder = tempfile::tempdir().unwrap();
    for country in COUNTRIES {
        let size = |pdf_percent| {
            let options = Options {
                country,
                letters: 5000,
                pdf_percent,
                ..Options::default()
            };
            let written = sample::write(folder.path(), &options).unwrap();
            written.mailing_bytes / 5000
        };
        // What a Danish letter says beside its text (actions, subjects) makes it longer.
        let (text, all) = (size(0), size(20));
        let text_max = match country {
            Country::Sweden => 3700,
            Country::Denmark => 4600,
        };
        assert!(
            (3000..text_max).contains(&text),
            "{text} bytes a letter without PDFs"
        );
        assert!(
            (7100..text_max + 5000).contains(&all),
            "{all} bytes a letter with PDFs"
        );
    }
}

#[test]
fn the_same_options_give_the_same_bytes() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let read = |folder: &tempfile::TempDir, name| fs::read(folder.path().join(name)).unwrap();
    for country in COUNTRIES {
        let options = Options {
            country,
            letters: 321,
            seed: 77,
            ..Options::default()
        };
        let another = Options {
            seed: 78,
            ..options
        };
        sample::write(one.path(), &options).unwrap();
        sample::write(two.path(), &another).unwrap();
        assert!(
            read(&one, sample::MAILING) != read(&two, sample::MAILING),
            "the seed has no effect"
        );
        sample::write(two.path(), &options).unwrap(); // An earlier sample may be replaced.
        for name in [sample::MAILING, sample::SNAPSHOT, sample::JOB] {
            assert!(read(&one, name) == read(&two, name), "{name}");
        }
    }
}

/// Writes a sample with the program and runs it; what the run says, and what the sample said.
fn write_and_run(country: Country) -> (serde_json::Value, Written) {
    let bench = Bench::new();
    let sample = bench.text("sample");
    let letters = ["--letters", "300", "--held-permille", "20"];
    let country_code = ["--country", country.code()];
    bench.done(&[&["sample"], &country_code[..], &letters[..], &[&sample]].concat());
    // The same again, to learn the numbers.
    let options = Options {
        country,
        letters: 300,
        held_permille: 20,
        ..Options::default()
    };
    let numbers = sample::write(&bench.path("again"), &options).unwrap();
    let path = |folder: &str, name: &str| bench.text(&format!("{folder}/{name}"));
    for name in [sample::MAILING, sample::SNAPSHOT, sample::JOB] {
        let read = |folder: &str| fs::read(path(folder, name)).unwrap();
        assert!(read("sample") == read("again"), "{name}");
    }
    let job = ["--job", &path("sample", sample::JOB)];
    let ran = bench.run("out", &path("sample", sample::MAILING), &job);
    assert_eq!(code(&ran), 3, "{}", errors(&ran));
    (json(&ran), numbers)
}

/// The books of a run are those that the sample promised.
fn expect_digital(said: &serde_json::Value, written: &Written) {
    let number = |key: &str| said[key].as_u64().unwrap();
    assert_eq!(
        (number("digital"), number("print"), number("held")),
        (
            u64::from(written.digital),
            u64::from(written.print),
            u64::from(written.held)
        )
    );
}

#[test]
fn a_run_of_a_sample_keeps_its_books() {
    for country in COUNTRIES {
        let (said, written) = write_and_run(country);
        assert_eq!(said["letters"], 300);
        assert_eq!(said["rejected"], 0);
        expect_digital(&said, &written);
    }
}

#[test]
fn files_of_others_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join(sample::MAILING);
    fs::write(&export, "tonight's export").unwrap();
    let refused = sample::write(folder.path(), &Options::default());
    assert!(matches!(refused, Err(Error::Occupied { path }) if path == export));
    assert_eq!(fs::read_to_string(&export).unwrap(), "tonight's export");
}

#[test]
fn options_out_of_bounds_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |options: Options| {
        sample::write(folder.path(), &options)
            .unwrap_err()
            .to_string()
    };
    let with = Options::default();
    assert_eq!(
        refused(Options { letters: 0, ..with }),
        "0 letters asked for; a sample has 1 to 10000000"
    );
    assert_eq!(
        refused(Options {
            pdf_percent: 101,
            ..with
        }),
        "pdf percent is 101; the most is 100"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn fixtures_are_valid() {
    for folder in ["sweden", "denmark", "business", "example", "registry"] {
        assert_valid(&xml_files(folder));
    }
}

#[test]
fn fixtures_lie_beside_the_files_they_name() {
    for folder in ["sweden", "denmark"] {
        for path in xml_files(folder) {
            let text = fs::read_to_string(&path).unwrap();
            let document = roxmltree::Document::parse(&text).unwrap();
            for file in document
                .descendants()
                .filter(|n| n.tag_name().name() == "file")
            {
                let beside = path.with_file_name(file.attribute("path").unwrap());
                let (_, digest) = lettermill::disk::digest_file(&beside).unwrap();
                let named = file.attribute("sha256").unwrap().to_lowercase();
                assert_eq!(
                    lettermill::disk::hex(&digest),
                    named,
                    "{}",
                    beside.display()
                );
            }
        }
    }
}

#[test]
fn the_example_is_what_sample_writes() {
    let folder = tempfile::tempdir().unwrap();
    sample::write(folder.path(), &EXAMPLE).unwrap();
    let mut bytes = 0;
    for name in [sample::MAILING, sample::SNAPSHOT, sample::JOB] {
        let shipped = fs::read(root().join("fixtures/example").join(name)).unwrap();
        bytes += shipped.len() as u64;
        assert!(
            shipped == fs::read(folder.path().join(name)).unwrap(),
            "{name} is of another version of `sample`"
        );
    }
    assert!(bytes <= EXAMPLE_BYTES_MAX, "{bytes} bytes");
}

#[test]
#[ignore = "writes into the repository"]
fn write_the_example_anew() {
    sample::write(&root().join("fixtures/example"), &EXAMPLE).unwrap();
}
