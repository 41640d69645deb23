//! The fuzz targets of `tests/fuzz` over mutated samples: what they find in a few seconds, they find in every test run.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

#[path = "fuzz/bodies.rs"]
mod bodies;

/// Mutated samples a target.
const CASES: u32 = 300;
/// Larger samples are cut: what is far behind is read as what is before it.
const SAMPLE_BYTES_MAX: usize = 16 << 10;

/// Files below a folder of the project or, where it is there, of the optional reference data.
fn samples(folder: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else {
            eprintln!("`{folder}` is absent: its samples are left out");
            continue;
        };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else {
                let mut bytes = fs::read(&path).unwrap();
                bytes.truncate(SAMPLE_BYTES_MAX);
                found.push(bytes);
            }
        }
    }
    found
}

/// One change to a sample.
#[derive(Clone, Debug)]
enum Change {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index, prop::sample::Index),
    Double(prop::sample::Index, prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let index = any::<prop::sample::Index>;
    let insert = prop_oneof![
        Just(b"<!DOCTYPE a [<!ENTITY e 'x'>]>".to_vec()),
        Just(b"&e;".to_vec()),
        Just(b"<![CDATA[".to_vec()),
        Just(b"\0".to_vec()),
        Just(b"\xff\xfe".to_vec()),
        Just(b"{\"a\":[".to_vec()),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    let change = prop_oneof![
        (index(), 1_u8..).prop_map(|(at, mask)| Change::Flip(at, mask)),
        (index(), index()).prop_map(|(a, b)| Change::Cut(a, b)),
        (index(), index()).prop_map(|(a, b)| Change::Double(a, b)),
        (index(), insert).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ];
    prop::collection::vec(change, 0..4)
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let length = bytes.len() + 1;
    let range = |a: &prop::sample::Index, b: &prop::sample::Index| {
        let (a, b) = (a.index(length), b.index(length));
        a.min(b)..a.max(b)
    };
    match change {
        Change::Flip(at, mask) => {
            if let Some(byte) = bytes.get_mut(at.index(length)) {
                *byte ^= mask;
            }
        }
        Change::Cut(a, b) => drop(bytes.drain(range(a, b))),
        Change::Double(a, b) => {
            let range = range(a, b);
            let copy = bytes[range.clone()].to_vec();
            bytes.splice(range.end..range.end, copy);
        }
        Change::Insert(at, new) => {
            let at = at.index(length);
            bytes.splice(at..at, new.iter().copied());
        }
    }
}

fn fuzz(target: fn(&[u8]), folders: &[&str]) {
    let samples: Vec<Vec<u8>> = folders.iter().flat_map(|folder| samples(folder)).collect();
    target(b"");
    for sample in &samples {
        target(sample);
    }
    let whole = prop::sample::select(samples);
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(CASES)
    });
    runner
        .run(&(whole, changes()), |(mut bytes, changes)| {
            for change in &changes {
                apply(&mut bytes, change);
            }
            target(&bytes);
            Ok(())
        })
        .unwrap();
}

/// Of our own, so that something is read where the reference data is absent.
const OWN: &str = "fixtures/receipts";

#[test]
fn no_bytes_make_the_message_reader_panic() {
    let folders = [OWN, "../shared/samples/mina-meddelanden"];
    fuzz(bodies::message, &folders);
}

#[test]
fn no_bytes_make_the_readers_of_memo_panic() {
    fuzz(
        bodies::memo,
        &[
            OWN,
            "../shared/samples/denmark",
            "../shared/official/memo/examples",
        ],
    );
}

#[test]
fn no_bytes_make_the_readers_of_kombi_requests_panic() {
    fuzz(bodies::kombi, &[OWN, "../shared/samples/denmark"]);
}

#[test]
fn no_bytes_make_the_receipt_reader_panic() {
    fuzz(
        bodies::receipt,
        &[OWN, "../shared/official/sf1601/beskedfordeler"],
    );
}

#[test]
fn no_bytes_make_the_reader_of_results_panic() {
    fuzz(bodies::results, &["fixtures/results"]);
}

#[test]
fn no_bytes_make_the_registry_readers_panic() {
    fuzz(bodies::registry, &["fixtures/registry"]);
}

#[test]
fn no_bytes_make_the_judge_of_foreign_messages_panic() {
    let vectors = "../shared/official/mina-meddelanden/vectors";
    fuzz(
        bodies::verdict,
        &[OWN, vectors, "../shared/samples/mina-meddelanden"],
    );
}

#[test]
fn no_bytes_make_the_reader_of_pdfs_panic() {
    let folders = [
        "fixtures/sweden/documents",
        "../shared/official/print/notify-pdfs",
        "../shared/official/print/digipost-printability-pdfs",
    ];
    fuzz(bodies::preflight, &folders);
}
