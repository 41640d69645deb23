//! Reading a mailing of many small text letters (about 3.4 KB each, Swedish), beside the speed of merely looking at the
//! same bytes (memchr) and of quick-xml alone.
//!
//! `cargo bench --bench split` prints bytes a second: `memchr` and `quick-xml` are the limits, `split` finds the letters,
//! `letters` parses, validates and builds them too, in one thread and in all.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lettermill::ingest::{self, Options, Source};

/// As the program has it: what is built must be allocated.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const LETTERS: usize = 6_000;

const WORDS: &[&str] = &[
    "ärendet",
    "beslut",
    "handläggare",
    "för",
    "att",
    "enligt",
    "överklaga",
    "kommun",
    "och",
    "bygglov",
    "tomten",
    "är",
    "ansökan",
    "du",
    "har",
    "kommit",
    "in",
    "med",
    "till",
    "nämnden",
    "senast",
    "avgift",
    "betala",
    "på",
    "sätt",
];

/// A mailing; the same every time.
fn mailing() -> String {
    let mut seed = 1_u32;
    let mut word = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        WORDS[(seed >> 16) as usize % WORDS.len()]
    };
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<mailing xmlns=\"urn:lettermill:mailing:1\">\n<header>\
         <mailingId>bench</mailingId><created>2026-03-02T23:30:00+01:00</created><environment>test</environment><sender>\
         <country>SE</country><organisationNumber>2021004748</organisationNumber><name>Testmyndigheten</name>\
         <returnAddress><street>Box 1</street><postalCode>123 45</postalCode><city>TESTSTAD</city></returnAddress>\
         <support><text>Ring oss.</text></support></sender><letterCount>{LETTERS}</letterCount></header>\n"
    );
    for i in 0..LETTERS {
        let mut text = |n: usize| (0..n).map(|_| word()).collect::<Vec<_>>().join(" ");
        write!(
            out,
            "  <letter id=\"L-{i}\">\n    <reference>Dnr {i}</reference>\n    <recipient>\n      \
             <personNumber>180001019809</personNumber>\n      <name>Åsa Öberg</name>\n      <address>\n        \
             <street>Storgatan {i}</street>\n        <postalCode>123 45</postalCode>\n        <city>TESTSTAD</city>\n      \
             </address>\n    </recipient>\n    <subject>Beslut om {}</subject>\n    <content>\n      <text>\n        \
             <heading>{}</heading>\n        <paragraph>{}</paragraph>\n        <paragraph>{} <b>{}</b> {}</paragraph>\n        \
             <keyValues>\n          <entry><key>Belopp</key><value>{i},00 kr</value></entry>\n          \
             <entry><key>Förfaller</key><value>2026-04-30</value></entry>\n          \
             <entry><key>OCR</key><value>{i}</value></entry>\n        </keyValues>\n        <table>\n          \
             <column heading=\"Post\"/>\n          <column align=\"right\" heading=\"Belopp\"/>\n          \
             <row><cell>Avgift</cell><cell>{i},00</cell></row>\n          <row><cell>Påslag</cell><cell>12,50</cell></row>\n          \
             <row kind=\"total\"><cell>Summa</cell><cell>{i},50</cell></row>\n        </table>\n        \
             <paragraph>{}</paragraph>\n        <list>\n          <item>{}</item>\n          <item>{}</item>\n        </list>\n        \
             <paragraph>{}</paragraph>\n      </text>\n    </content>\n  </letter>\n",
            text(2), text(5), text(70), text(40), text(3), text(20), text(60), text(12), text(12), text(50),
        )
        .expect("writing to a string");
    }
    out.push_str("</mailing>\n");
    out
}

fn open(path: &Path) -> Source {
    ingest::open(path, None, &Options::default()).expect("the mailing is sound")
}

fn split(source: &Source) -> usize {
    let mut waves = source.waves();
    let mut letters = 0;
    while let Some(wave) = waves.next().expect("the mailing is sound") {
        letters += wave.len();
    }
    letters
}

fn letters(source: &Source) -> usize {
    let mut waves = source.waves();
    let mut letters = 0;
    while let Some(wave) = waves.next().expect("the mailing is sound") {
        let parsed = wave.parse(source).expect("the letters are sound");
        letters += parsed.iter().filter(|p| p.letter.is_some()).count();
    }
    letters
}

fn events(bytes: &[u8]) -> usize {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let mut sum = 0;
    loop {
        match reader.read_event().expect("well-formed") {
            quick_xml::events::Event::Eof => return sum,
            event => sum += event.len(),
        }
    }
}

fn benches(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("mailing.xml");
    let text = mailing();
    std::fs::write(&path, &text).expect("room for the mailing");
    eprintln!(
        "{LETTERS} letters of {} bytes on average",
        text.len() / LETTERS
    );
    let source = open(&path);
    assert_eq!((split(&source), letters(&source)), (LETTERS, LETTERS));
    let bytes = source.bytes();

    let mut group = c.benchmark_group("reading");
    group
        .throughput(Throughput::Bytes(bytes.len() as u64))
        .sample_size(20);
    group.bench_function("memchr", |b| b.iter(|| memchr::memchr(0, black_box(bytes))));
    group.bench_function("quick-xml", |b| b.iter(|| events(black_box(bytes))));
    group.bench_function("split", |b| b.iter(|| split(black_box(&source))));
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        group.bench_function(format!("letters, {threads} threads"), |b| {
            b.iter(|| pool.install(|| letters(black_box(&source))))
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
