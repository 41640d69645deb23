//! Workload: many small letters. Twenty thousand Swedish text letters of about 3.4 KB, parsed with quick-xml and checked
//! against the mailing schema; beside it, the speed of parsing them without a look at the schema, and of reading lines.
//!
//! Limits (reference figures, one core): quick-xml 0.41 with attributes 395–675 MB/s; parsing with the prototype of
//! this automaton 370–440 MB/s, 110–130 thousand letters a second.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lettermill::schema::{Attribute, Children, DeclId, Schema, Validator};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const NS: &[u8] = b"urn:lettermill:mailing:1";
const LETTERS: usize = 2_000;

/// Letters with headings, paragraphs, a table and key-values, in other words for each.
fn letters() -> Vec<String> {
    let words: Vec<&str> = "beslut om bidrag för året enligt lagen och förordningen har vi prövat din ansökan som kom in \
        till oss uppgifter inkomst hyra barn hushåll månad ersättning betalas ut senast överklaga skriv datum åtgärd ärende"
        .split_whitespace()
        .collect();
    let text = |seed: usize, count: usize| -> String {
        (0..count)
            .map(|n| words[(seed * 31 + n * 7 + n * n) % words.len()])
            .collect::<Vec<_>>()
            .join(" ")
    };
    (0..LETTERS)
        .map(|n| {
            let paragraphs: String = (0..5)
                .map(|p| format!("          <paragraph>{} <b>{}</b> {}</paragraph>\n", text(n + p, 30), text(n, 3), text(n * p, 20)))
                .collect();
            let rows: String = (0..4)
                .map(|r| format!("            <row><cell>{}</cell><cell>{},00</cell></row>\n", text(n + r, 2), n * r % 9000))
                .collect();
            format!(
                "  <letter id=\"B-{n:07}\">\n    <reference>Dnr 2026:{n}</reference>\n    <recipient>\n      <personNumber>18{:02}{:02}{:02}-{:04}</personNumber>\n      <name>Påhittad Exempelsson</name>\n      <address>\n        <street>Storgatan {}</street>\n        <postalCode>123 45</postalCode>\n        <city>Exempelstad</city>\n      </address>\n    </recipient>\n    <delivery>auto</delivery>\n    <notBefore>2026-01-20</notBefore>\n    <replyBy>2026-02-28</replyBy>\n    <language>sv</language>\n    <subject>{}</subject>\n    <content>\n      <text>\n        <heading>Beslut</heading>\n{paragraphs}        <table>\n          <column heading=\"Post\"/>\n          <column align=\"right\" heading=\"Belopp\"/>\n{rows}        </table>\n        <keyValues>\n          <entry><key>Att betala</key><value>{} kr</value></entry>\n          <entry><key>OCR</key><value>{n:010}</value></entry>\n        </keyValues>\n      </text>\n    </content>\n    <data name=\"nr\">{n}</data>\n    <print sides=\"duplex\" postage=\"economy\"/>\n  </letter>\n",
                n % 30, n % 12 + 1, n % 28 + 1, n % 10_000, n % 200, text(n, 5), n * 17 % 100_000,
            )
        })
        .collect()
}

/// Events only; gives bytes of text.
fn parse(letter: &str) -> usize {
    let mut reader = Reader::from_str(letter);
    let mut sum = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                sum += tag
                    .attributes()
                    .with_checks(false)
                    .flatten()
                    .map(|attribute| attribute.value.len())
                    .sum::<usize>();
            }
            Ok(Event::Text(text)) => sum += text.len(),
            Ok(Event::Eof) | Err(_) => return sum,
            Ok(_) => {}
        }
    }
}

/// The way `ingest` goes.
fn check(validator: &mut Validator<'_>, decl: DeclId, letter: &str) -> usize {
    validator.begin(decl);
    let mut reader = Reader::from_str(letter);
    let mut found = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => start(validator, &tag),
            Ok(Event::Empty(tag)) => {
                start(validator, &tag);
                validator.end();
            }
            Ok(Event::End(_)) => validator.end(),
            Ok(Event::Text(text)) => {
                validator.text(simdutf8::basic::from_utf8(&text).unwrap_or_default())
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
        found += validator.violations().drain(..).count();
    }
}

fn start(validator: &mut Validator<'_>, tag: &BytesStart<'_>) {
    // Two attributes are the most that these letters have on one element.
    let none = Attribute {
        namespace: b"",
        local: b"",
        value: "",
    };
    let mut attributes = [none; 2];
    let mut count = 0;
    let mut values = [
        std::borrow::Cow::Borrowed(none.local),
        std::borrow::Cow::Borrowed(none.local),
    ];
    let mut keys = [&b""[..]; 2];
    for attribute in tag.attributes().with_checks(false).flatten().take(2) {
        keys[count] = attribute.key.local_name().into_inner();
        values[count] = attribute.value;
        count += 1;
    }
    for (attribute, (key, value)) in attributes.iter_mut().zip(keys.iter().zip(&values)) {
        attribute.local = key;
        attribute.value = std::str::from_utf8(value).unwrap_or_default();
    }
    validator.start(NS, tag.local_name().as_ref(), &attributes[..count]);
}

fn small_letters(criterion: &mut Criterion) {
    let letters = letters();
    let bytes: usize = letters.iter().map(String::len).sum();
    let schema = Schema::mailing();
    let mailing = schema.global(NS, b"mailing").unwrap_or(DeclId(0));
    let mut children = Children::of(&schema, mailing);
    let decl = match (children.next(NS, b"header"), children.next(NS, b"letter")) {
        (Ok(_), Ok(decl)) => decl,
        _ => panic!("the mailing schema has no letter"),
    };
    let mut validator = Validator::new(&schema);
    let found: usize = letters
        .iter()
        .map(|letter| check(&mut validator, decl, letter))
        .sum();
    assert_eq!(found, 0, "the letters are valid");
    println!(
        "{} letters, {} bytes each",
        letters.len(),
        bytes / letters.len()
    );

    let mut group = criterion.benchmark_group("small letters");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("read lines", |bencher| {
        bencher.iter(|| {
            letters
                .iter()
                .map(|letter| memchr::memchr_iter(b'\n', letter.as_bytes()).count())
                .sum::<usize>()
        });
    });
    group.bench_function("parse", |bencher| {
        bencher.iter(|| {
            letters
                .iter()
                .map(|letter| parse(black_box(letter)))
                .sum::<usize>()
        });
    });
    group.bench_function("parse and check", |bencher| {
        bencher.iter(|| {
            letters
                .iter()
                .map(|letter| check(&mut validator, decl, black_box(letter)))
                .sum::<usize>()
        });
    });
    group.finish();
    criterion.bench_function("compile the mailing schema", |bencher| {
        bencher.iter(Schema::mailing)
    });
}

criterion_group!(benches, small_letters);
criterion_main!(benches);
