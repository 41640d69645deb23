//! Print parts: many small letters of two pages, and letters that enclose a PDF of two pages.
//!
//! Prints pages (or PDFs) a second for each step and for 1 and 2 threads. The yardsticks: 21,500 to 26,200 pages/s on two
//! cores for a page set and written without a mark, 13,300 to 15,500 PDFs/s a core for a merge without digests or
//! deduplication (`docs/dependencies.md`); 6,800 marks/s a core for the crate `datamatrix`.

#![allow(clippy::unwrap_used, reason = "a bench has no one to report to")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use lettermill::compose::{self, FirstPage, LaidLetter, Resources, Stationery, lay_out};
use lettermill::config::Job;
use lettermill::letter::{Country, Header, Letter, LetterSeq, PrintOptions, Recipient};
use lettermill::preflight::{Margins, inspect};
use lettermill::spool::{self, Destination, JobNumber, Options, Piece, Preparer, Spooler, proof};
use lopdf::{Document, Object, Stream, dictionary};
use rayon::prelude::*;

mod common;

const LETTERS: u32 = 4_000;

/// The default plant's; pictures of noise have no margins.
fn options() -> Options {
    let (mut options, _) = Job::of_profile("nordic").unwrap().plant().unwrap();
    let margins = Margins {
        left_mm: 0.0,
        right_mm: 0.0,
        top_mm: 0.0,
        bottom_mm: 0.0,
    };
    options.pdf.margins_first = margins;
    options.pdf.margins_later = margins;
    options
}

/// Lines of noise, no two pages alike.
fn noise(seed: u32) -> Vec<u8> {
    let mut state = seed;
    let mut content = Vec::new();
    for _ in 0..45 * 45 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let skew = (state >> 16) % 30 * ((state >> 24) % 30) / 30; // Some letters are frequent, most are not.
        content.extend_from_slice(format!("{:04x}", 36 + skew).as_bytes());
    }
    content
}

/// A letter of two pages; name, address and reference are its own.
fn letter(number: u32, stationery: &Stationery, header: &Header) -> LaidLetter {
    let id = format!("L-{number}");
    let letter = common::decision(&id, Country::Sweden);
    let postal_code = format!("{}", 10_000 + number * 7919 % 80_000);
    let street = format!("Provgatan {}", number % 190);
    let address = common::bare::address(&street, &postal_code, "Exempelstad");
    let letter = Letter {
        reference: Some(format!("Dnr 2026:{number:06}").into()),
        recipient: Recipient {
            name: format!("Ada Prov-{number}sson").into(),
            address: Some(address),
            ..letter.recipient
        },
        ..letter
    };
    let date = jiff::civil::date(2026, 3, 12);
    lay_out(&letter, header, date, stationery, FirstPage::WithText).unwrap()
}

/// Two pages, 12 KB: a picture all share, and text of their own.
fn pdf(number: u32) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let mut logo = Stream::new(
        dictionary! { "Subtype" => "Image", "Width" => 90, "Height" => 90, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8 },
        (0..8_100_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect(),
    );
    logo.compress().unwrap();
    let logo = document.add_object(logo);
    let mut kids = Vec::new();
    for i in 0..2 {
        // No font here: bytes are what counts, in one long comment.
        let text = [
            b"q 90 0 0 90 100 100 cm /L Do Q % ".as_slice(),
            &noise(number * 2 + i),
        ]
        .concat();
        let mut stream = Stream::new(dictionary! {}, text);
        stream.compress().unwrap();
        let content = document.add_object(stream);
        kids.push(Object::from(document.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            "Resources" => dictionary! { "XObject" => dictionary! { "L" => logo } },
        })));
    }
    document.objects.insert(
        tree,
        dictionary! { "Type" => "Pages", "Count" => 2, "Kids" => kids }.into(),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

struct Times {
    inspect: Duration,
    prepare: Duration,
    add: Duration,
    finish: Duration,
    proof: Duration,
    /// Bytes of all parts.
    bytes: u64,
}

/// Spools once, and says how long each step took.
fn run(letters: &[LaidLetter], resources: Resources, pdfs: &[Arc<Vec<u8>>]) -> Times {
    let options = options();
    let folder = tempfile::tempdir().unwrap();
    let preparer = Preparer::new(&options);
    let started = Instant::now();
    let facts: Vec<_> = pdfs
        .par_iter()
        .map(|pdf| inspect(pdf, &options.pdf).unwrap())
        .collect();
    let inspect = started.elapsed();
    let started = Instant::now();
    let prepared: Vec<_> = letters
        .par_iter()
        .enumerate()
        .map(|(i, laid)| {
            let enclosed = pdfs.get(i).cloned().zip(facts.get(i).cloned());
            let enclosures: Vec<_> = enclosed.into_iter().collect();
            let pages: Vec<u32> = enclosures.iter().map(|(_, facts)| facts.pages).collect();
            let plan = spool::plan(
                laid.pages.len() as u32,
                &pages,
                &PrintOptions::default(),
                &options,
            )
            .unwrap();
            let piece = Piece {
                seq: LetterSeq(i as u32),
                letter_id: &format!("L-{i}"),
                laid,
                enclosures,
                postal_code: Some(format!("{:05}", i * 7919 % 90_000)),
                country: "SE",
                destination: Destination::Domestic,
                household: None,
            };
            preparer.prepare(&piece, &plan).unwrap()
        })
        .collect();
    let prepare = started.elapsed();
    let job = spool::Job {
        number: JobNumber(1),
        child: 0,
        date: jiff::civil::date(2026, 1, 1),
    };
    let mut spooler = Spooler::create(folder.path(), &options, resources, job).unwrap();
    let started = Instant::now();
    prepared
        .iter()
        .for_each(|piece| spooler.add(piece).unwrap());
    let add = started.elapsed();
    let started = Instant::now();
    let spooled = spooler.finish(|_| ()).unwrap();
    let finish = started.elapsed();
    let started = Instant::now();
    for part in &spooled.parts {
        let [pdf, csv] = [&part.pdf, &part.csv].map(|file| folder.path().join(file));
        let proof = proof::check(&pdf, &csv).unwrap();
        assert!(proof.holds(), "{:?}", proof.mismatches.first());
    }
    let bytes = spooled.files.iter().map(|file| file.size).sum();
    Times {
        inspect,
        prepare,
        add,
        finish,
        proof: started.elapsed(),
        bytes,
    }
}

fn steps(_: &mut Criterion) {
    let header = common::bare::header(Country::Sweden);
    let stationery = Stationery::new(&compose::Options::default(), &header).unwrap();
    let letters: Vec<_> = (0..LETTERS)
        .map(|number| letter(number, &stationery, &header))
        .collect();
    assert!(letters.iter().all(|letter| letter.pages.len() == 2));
    let pdfs: Vec<_> = (0..LETTERS).map(|i| Arc::new(pdf(i))).collect();
    println!("enclosed PDF: {} bytes", pdfs[0].len());
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        for (what, pdfs) in [
            ("text letters of two pages", &[][..]),
            ("with a PDF of two pages", &pdfs),
        ] {
            let t = pool.install(|| run(&letters, stationery.resources(), pdfs));
            let each = |d: Duration| d.as_secs_f64() * 1e6 / f64::from(LETTERS);
            let all = t.inspect + t.prepare + t.add + t.finish;
            let pages = if pdfs.is_empty() { 2.0 } else { 4.0 };
            println!(
                "{threads} threads, {what}: {:.0} pages/s ({:.0} letters/s); µs a letter: inspect {:.1}, set or graft {:.1}, add {:.1}, finish {:.1}; proof {:.1}; {} KB of {} KB",
                pages * f64::from(LETTERS) / all.as_secs_f64(),
                f64::from(LETTERS) / all.as_secs_f64(),
                each(t.inspect),
                each(t.prepare),
                each(t.add),
                each(t.finish),
                each(t.proof),
                t.bytes / 1000,
                pdfs.iter().map(|pdf| pdf.len() as u64).sum::<u64>() / 1000,
            );
        }
    }
}

criterion_group!(benches, steps);
criterion_main!(benches);
