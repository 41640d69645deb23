//! Samples and fixtures, seen from outside: valid, repeatable, and coming out as planned.
//!
//! After a change of the room `sample`, write the shipped example anew:
//! `cargo test --test sample -- --ignored write_the_example_anew`, and read the difference.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lettermill::letter::{Environment, OrganisationNumber, PersonNumber, RecipientId};
use lettermill::registry::{Snapshot, Status};
use lettermill::sample::{self, Error, Options};

/// What the shipped example is made with: small enough for the repository, of every kind.
const EXAMPLE: Options = Options {
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

/// A program for a second opinion. Where it is missing the check is left out and the test says so, or fails when
/// `LETTERMILL_REQUIRE_TOOLS` is 1.
fn tool(name: &str) -> Option<Command> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|folder| folder.join(name).is_file()) {
        return Some(Command::new(name));
    }
    let required = std::env::var_os("LETTERMILL_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    assert!(!required, "`{name}` is not on PATH; tests/run installs it");
    eprintln!("not checked: `{name}` is not on PATH");
    None
}

/// Checks files against the schema of mailings, all in one start of xmllint.
fn assert_valid(files: &[PathBuf]) {
    let Some(mut xmllint) = tool("xmllint") else {
        return;
    };
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
    match digits("organisationNumber") {
        Some(text) => RecipientId::Organisation(OrganisationNumber::from_digits(&text).unwrap()),
        None => RecipientId::None,
    }
}

#[test]
fn a_sample_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    for (seed, held_permille) in [(1, 0), (2, 40)] {
        let options = Options {
            letters: 1500,
            seed,
            held_permille,
            ..Options::default()
        };
        sample::write(folder.path(), &options).unwrap();
        assert_valid(&[folder.path().join(sample::MAILING)]);
    }
}

#[test]
fn a_sample_comes_out_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
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
    let (mut digital, mut held, mut print, mut attachments, mut enclosing, mut registered) =
        (0, 0, 0, 0, 0, 0);
    for letter in document
        .descendants()
        .filter(|n| n.tag_name().name() == "letter")
    {
        let recipient = letter
            .children()
            .find(|c| c.tag_name().name() == "recipient")
            .unwrap();
        let id = identifier(recipient);
        assert!(
            id.faults(Environment::Test, created).is_empty(),
            "letter {:?}",
            letter.attribute("id")
        );
        let status = snapshot.lookup(&id).map(|entry| entry.status);
        registered += u64::from(status.is_some());
        let wish = child(letter, "delivery").unwrap_or("auto");
        let never_on_paper =
            wish == "digital" || child(letter, "legalNotification") == Some("true");
        match status {
            Some(Status::Reachable) if wish != "print" => digital += 1,
            _ if never_on_paper => held += 1,
            _ => print += 1,
        }
        let enclosed = letter
            .descendants()
            .filter(|n| n.tag_name().name() == "attachment")
            .count();
        attachments += enclosed as u32;
        enclosing += u32::from(enclosed > 0);
    }
    assert_eq!(
        (digital, held, print),
        (written.digital, written.held, written.print)
    );
    assert_eq!(
        (attachments, registered),
        (written.attachments, written.registered)
    );
    assert_eq!(enclosing, 250, "a fifth encloses a PDF");
}

#[test]
fn letters_are_of_ordinary_size() {
    // The mix that figures are compared in: 7.9 KB a letter, 3.4 KB of it text.
    let folder = tempfile::tempdir().unwrap();
    let size = |pdf_percent| {
        let options = Options {
            letters: 5000,
            pdf_percent,
            ..Options::default()
        };
        sample::write(folder.path(), &options)
            .unwrap()
            .mailing_bytes
            / 5000
    };
    let (text, all) = (size(0), size(20));
    assert!(
        (3000..3700).contains(&text),
        "{text} bytes a letter without PDFs"
    );
    assert!(
        (7100..8700).contains(&all),
        "{all} bytes a letter with PDFs"
    );
}

#[test]
fn the_same_options_give_the_same_bytes() {
    let options = Options {
        letters: 321,
        seed: 77,
        ..Options::default()
    };
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    sample::write(one.path(), &options).unwrap();
    sample::write(
        two.path(),
        &Options {
            seed: 78,
            ..options
        },
    )
    .unwrap();
    let read = |folder: &tempfile::TempDir, name| fs::read(folder.path().join(name)).unwrap();
    assert!(
        read(&one, sample::MAILING) != read(&two, sample::MAILING),
        "the seed has no effect"
    );
    sample::write(two.path(), &options).unwrap(); // An earlier sample may be replaced.
    for name in [sample::MAILING, sample::SNAPSHOT, sample::JOB] {
        assert!(read(&one, name) == read(&two, name), "{name}");
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
