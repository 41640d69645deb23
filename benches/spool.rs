//! Print parts: many small letters of two pages, and letters that enclose a PDF of two pages.
//!
//! Prints pages (or PDFs) a second for each step and for 1 and 2 threads. The yardsticks: 21,500 to 26,200 pages/s on two
//! cores for a page set and written without a mark, 13,300 to 15,500 PDFs/s a core for a merge without digests or
//! deduplication (`docs/dependencies.md`); 6,800 marks/s a core for the crate `datamatrix`.

#![allow(clippy::unwrap_used, reason = "a bench has no one to report to")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use lettermill::compose::{GlyphsUsed, LaidLetter, LaidPage, Resources};
use lettermill::letter::{LetterSeq, PrintOptions};
use lettermill::preflight::{Margins, Rules, inspect};
use lettermill::spool::{
    self, Destination, Job, JobNumber, Options, Piece, Preparer, Spooler, proof,
};
use lopdf::{Document, Object, Stream, dictionary};
use rayon::prelude::*;

const LETTERS: u32 = 4_000;

/// Pages of noise have no margins.
fn options() -> Options {
    let margins = Margins {
        left_mm: 0.0,
        right_mm: 0.0,
        top_mm: 0.0,
        bottom_mm: 0.0,
    };
    let pdf = Rules {
        margins_first: margins,
        margins_later: margins,
        ..Rules::default()
    };
    Options {
        pdf,
        ..Options::default()
    }
}

/// A page of some 300 words: 45 lines of 45 glyphs, no two pages alike.
fn page(seed: u32) -> LaidPage {
    let mut state = seed;
    let mut content = Vec::new();
    for line in 0..45 {
        content.extend_from_slice(format!("BT /F0 10 Tf 62 {} Td <", 780 - line * 15).as_bytes());
        for _ in 0..45 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let skew = (state >> 16) % 30 * ((state >> 24) % 30) / 30; // Some letters are frequent, most are not.
            content.extend_from_slice(format!("{:04x}", 36 + skew).as_bytes());
        }
        content.extend_from_slice(b"> Tj ET\n");
    }
    LaidPage {
        content,
        letterhead: true,
    }
}

fn letter(number: u32) -> LaidLetter {
    LaidLetter {
        pages: vec![page(number * 2), page(number * 2 + 1)],
        glyphs: GlyphsUsed([(36..66).collect(), vec![], vec![], vec![]]),
        address_lines: vec!["Åsa Prövning".into()],
        language: "sv".into(),
    }
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
        let mut content = page(number * 2 + i).content;
        content.retain(|&b| b != b'<' && b != b'>'); // No font here: bytes are what counts.
        let mut text = [b"/L Do % ".as_slice(), &content].concat();
        text.iter_mut()
            .filter(|b| **b == b'\n')
            .for_each(|b| *b = b' '); // One long comment, so that text without a font draws nothing.
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

fn resources() -> Resources {
    Resources {
        programs: [
            notosans::REGULAR_TTF,
            notosans::BOLD_TTF,
            notosans::ITALIC_TTF,
            notosans::BOLD_ITALIC_TTF,
        ]
        .map(Into::into),
        letterhead: b"0 0 10 10 re f".to_vec(),
        letterhead_mono: Vec::new(),
        logo: None,
        letterhead_glyphs: GlyphsUsed::default(),
    }
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
fn run(letters: &[LaidLetter], pdfs: &[Arc<Vec<u8>>]) -> Times {
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
                letter_id: "L-1",
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
    let job = Job {
        number: JobNumber(1),
        child: 0,
        date: jiff::civil::date(2026, 1, 1),
    };
    let mut spooler = Spooler::create(folder.path(), &options, resources(), job).unwrap();
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
        assert!(
            proof::check(
                &folder.path().join(&part.pdf),
                &folder.path().join(&part.csv)
            )
            .unwrap()
            .holds()
        );
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
    let letters: Vec<_> = (0..LETTERS).map(letter).collect();
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
            let t = pool.install(|| run(&letters, pdfs));
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
