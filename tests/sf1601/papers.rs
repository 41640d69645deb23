//! Single PDFs, read by qpdf and poppler. `LETTERMILL_PROOFS=folder` keeps their first pages as pictures.

use std::fs;
use std::path::Path;
use std::process::Command;

use lettermill::letter::Letter;
use rayon::prelude::*;

use crate::common::*;
use crate::letters;
use crate::tools::{has, run_ok};

fn said(program: &str, arguments: &[&str], path: &Path) -> String {
    let out = run_ok(Command::new(program).args(arguments).arg(path));
    String::from_utf8(out).unwrap()
}

fn text_of(path: &Path) -> String {
    let out = run_ok(
        Command::new("pdftotext")
            .args(["-layout", "-enc", "UTF-8"])
            .arg(path)
            .arg("-"),
    );
    String::from_utf8(out).unwrap()
}

#[test]
fn every_letter_is_a_sound_pdf_with_its_text() {
    let printer = Printer::new();
    let folder = tempfile::tempdir().unwrap();
    for letter in all_letters() {
        let (prepared, address) = printer.prepare(&letter);
        let bound = printer.binder.bind(&prepared, DAY).unwrap();
        let path = folder.path().join(format!("{}.pdf", letter.id));
        fs::write(&path, &bound.pdf).unwrap();
        assert!(bound.pages >= 1);
        let language = format!("/Lang({})", letter.language);
        let mut windows = bound.pdf.windows(language.len());
        assert!(windows.any(|bytes| bytes == language.as_bytes()));
        if has("qpdf") {
            let checked = said("qpdf", &["--check"], &path);
            assert!(
                checked.contains("No syntax or stream encoding errors"),
                "{checked}"
            );
        }
        if has("pdftotext") {
            let info = said("pdfinfo", &[], &path);
            let pages = info
                .lines()
                .find_map(|line| line.strip_prefix("Pages:"))
                .unwrap();
            assert_eq!(pages.trim(), bound.pages.to_string());
            assert!(info.contains("(A4)"), "{info}");
            let text = text_of(&path);
            for line in &address {
                assert!(
                    text.contains(line.as_str()),
                    "{}: an address line is missing",
                    letter.id
                );
            }
            let word = letter.subject.split(' ').next().unwrap();
            assert!(text.contains(word), "{}: the subject is missing", letter.id);
            let fonts = said("pdffonts", &[], &path);
            // Columns from the right: object and generation, uni, sub, emb.
            let embedded = |line: &str| line.split_whitespace().rev().nth(4) == Some("yes");
            let lines: Vec<&str> = fonts.lines().skip(2).collect();
            assert!(
                !lines.is_empty() && lines.iter().all(|line| embedded(line)),
                "{fonts}"
            );
        }
        if let Some(proofs) = std::env::var_os("LETTERMILL_PROOFS").filter(|_| has("pdftoppm")) {
            fs::create_dir_all(&proofs).unwrap();
            let picture = Path::new(&proofs).join(format!("single-{}", letter.id));
            run_ok(
                Command::new("pdftoppm")
                    .args(["-png", "-r", "70", "-l", "3"])
                    .args([&path, &picture]),
            );
        }
    }
}

#[test]
fn pages_are_those_of_the_letter_and_then_of_its_enclosures() {
    let printer = Printer::new();
    let all = all_letters();
    let guide = lettermill::preflight::inspect(
        &all[2].attachments[0].document.bytes,
        &lettermill::preflight::Rules::default(),
    );
    let guide = guide.unwrap().pages;
    let plain = printer.bind(&all[0]);
    let enclosing = printer.bind(&all[2]);
    assert_eq!(enclosing.pages, plain.pages + 2 * guide);
    assert_eq!(enclosing.pages, enclosing.plan.pages);
    // The same document twice: its objects are there once.
    let growth = enclosing.pdf.len() - plain.pdf.len();
    assert!(growth < all[2].attachments[0].document.bytes.len() * 3 / 2);
}

#[test]
fn the_same_letter_gives_the_same_bytes_on_any_thread() {
    let letters = all_letters();
    let one = Printer::new();
    let first: Vec<Vec<u8>> = letters.iter().map(|l| one.bind(l).pdf).collect();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(4)
        .build()
        .unwrap();
    let many = Printer::new();
    let other: Vec<Vec<u8>> = pool.install(|| {
        let reversed: Vec<_> = letters.par_iter().rev().map(|l| many.bind(l).pdf).collect();
        reversed.into_iter().rev().collect()
    });
    assert_eq!(first, other);
}

/// Letters with the usual characters share their cuts of the faces, which have one tag then; one with rare characters has
/// its own. Neither is large.
#[test]
fn fonts_are_shared_where_they_can_be() {
    let printer = Printer::new();
    let tags = |letter: &Letter<'_>| {
        let pdf = printer.bind(letter).pdf;
        assert!(pdf.len() < 100_000, "{} bytes", pdf.len());
        let text = String::from_utf8_lossy(&pdf).into_owned();
        let names = text.split("/BaseFont/").skip(1);
        names
            .map(|name| name.split('/').next().unwrap().to_owned())
            .collect::<std::collections::BTreeSet<_>>()
    };
    let bill = tags(&letters::bill());
    assert_eq!(bill.len(), 2, "{bill:?}"); // Regular and bold.
    assert!(tags(&letters::decision()).is_superset(&bill));
    assert!(tags(&letters::long()).is_superset(&bill));
    let rare = tags(&letters::names());
    assert_eq!(rare.intersection(&bill).count(), 1, "{rare:?}"); // The bold face is as usual.
}

/// `cargo test --release --test sf1601 -- --ignored --nocapture`
#[test]
#[ignore = "measures"]
fn letters_a_second() {
    let printer = Printer::new();
    let bind = |letter: &Letter<'_>, count: u32| {
        let prepared = printer.prepare(letter).0;
        let bytes = printer.binder.bind(&prepared, DAY).unwrap().pdf.len();
        let begin = std::time::Instant::now();
        for _ in 0..count {
            std::hint::black_box(printer.binder.bind(&prepared, DAY).unwrap());
        }
        let each = begin.elapsed() / count;
        println!("{bytes} bytes, {each:?} a letter");
    };
    bind(&letters::bill(), 20_000);
    bind(&letters::names(), 200);
}
