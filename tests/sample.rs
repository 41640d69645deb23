//! Samples and fixtures, seen from outside: valid, repeatable, and coming out as planned.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lettermill::sample::{self, Options};

/// Where the repository is.
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
    let out = xmllint
        .args(["--nonet", "--huge", "--noout", "--schema"])
        .arg(schema)
        .args(files)
        .output()
        .unwrap();
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
    files
}

#[test]
fn a_sample_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        letters: 1500,
        held_permille: 20,
        ..Options::default()
    };
    let written = sample::write(folder.path(), &options).unwrap();
    assert_eq!(
        (written.digital, written.held, written.print),
        (1200, 30, 270)
    );
    assert_valid(&[folder.path().join(sample::MAILING)]);
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
    sample::write(two.path(), &options).unwrap();
    sample::write(two.path(), &options).unwrap(); // An earlier sample may be replaced.
    for name in [sample::MAILING, sample::SNAPSHOT, sample::JOB] {
        assert!(
            fs::read(one.path().join(name)).unwrap() == fs::read(two.path().join(name)).unwrap(),
            "{name}"
        );
    }
}
