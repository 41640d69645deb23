//! Look-ups in a reachability snapshot of ten million entries, in random order, hits and misses; how long it takes to
//! build one and how large it is; routing decisions with it; ten million letter ids seen once; a snapshot built from a
//! CSV file of as many entries, and from FaR answers and contact pages for a tenth of them.
//!
//! `LETTERMILL_BENCH_ENTRIES` sets another number of entries. Beside each figure stands its limit: 300 MiB and 500 ns a
//! look-up for ten million, a microsecond for a decision besides.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::civil::date;
use lettermill::letter::{Country, LetterSeq, PersonNumber, RecipientId};
use lettermill::registry::{self, Builder, Input, Operator, Snapshot, Status};
use lettermill::route::{Options, Router};
use lettermill::validate::{Fingerprint, LetterIds};

mod common;

use common::bare;

const ENTRIES: u32 = 10_000_000;
/// Calls in a batch: a fraction of a scheduler's slice.
const BATCH: usize = 1_000;

/// The n-th of some eleven million ids whose dates are spread like people's: skewed, in runs.
fn id(n: u32) -> RecipientId {
    let (day, serial) = (n / 999, n % 999 + 1);
    let (year, month, day) = (1800 + day / 336, day / 28 % 12 + 1, day % 28 + 1);
    let digits = format!("{year}{month:02}{day:02}{serial:03}0");
    PersonNumber::from_digits(&digits).map_or(RecipientId::None, RecipientId::Person)
}

fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    *seed >> 33
}

fn entries() -> u32 {
    let wanted = std::env::var("LETTERMILL_BENCH_ENTRIES").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(ENTRIES)
}

fn digits(n: u32) -> String {
    match id(n) {
        RecipientId::Person(number) => number.as_str().to_owned(),
        _ => String::new(),
    }
}

/// Builds once from files, printed: a criterion sample would take an hour.
fn builds(_: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the inputs");
    let csv = folder.path().join("entries.csv");
    let mut file = BufWriter::new(File::create(&csv).expect("a file of entries"));
    file.write_all(b"id_type,id,status,operator_id\n")
        .expect("space");
    for n in 0..entries() {
        writeln!(file, "person,{},reachable,165568402266", digits(n)).expect("space");
    }
    file.flush().expect("space");
    build("a CSV file", &csv, folder.path());

    let part = entries() / 10;
    let far = folder.path().join("far");
    let page = folder.path().join("contacts");
    for folder in [&far, &page] {
        fs::create_dir(folder).expect("a folder of answers");
    }
    for (at, first) in (0..part).step_by(1000).enumerate() {
        let ids = first..part.min(first + 1000);
        fs::write(far.join(format!("{at:05}.xml")), answer(ids.clone())).expect("space");
        fs::write(page.join(format!("{at:05}.json")), contacts(ids)).expect("space");
    }
    build("answers of FaR", &far, folder.path());
    build("contact pages", &page, folder.path());
}

fn build(what: &str, input: &Path, folder: &Path) {
    let inputs = Input::all_of(input).expect("inputs");
    let size = |input: &Input| match input {
        Input::Entries(path) | Input::FarAnswer(path) | Input::Contacts(path) => {
            fs::metadata(path).map_or(0, |about| about.len())
        }
        Input::Operators(_) => 0,
    };
    let bytes: u64 = inputs.iter().map(size).sum();
    let date = registry::Options {
        date: date(2026, 11, 22),
    };
    let start = Instant::now();
    let built = registry::build(&inputs, &date, &folder.join("snapshot")).expect("a snapshot");
    let seconds = start.elapsed().as_secs_f64();
    let count = built.counts.total() as f64;
    println!(
        "{count} entries built from {what}: {seconds:.1} s, {:.0} entries/s, {:.0} MB/s",
        count / seconds,
        bytes as f64 / 1e6 / seconds,
    );
}

/// An answer of FaR about these, as long as real ones are.
fn answer(ids: std::ops::Range<u32>) -> String {
    let mut out = String::from(
        "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>\
         <r3:isReachableResponse xmlns:r3=\"http://minameddelanden.gov.se/schema/Recipient/v3\" \
         xmlns:r=\"http://minameddelanden.gov.se/schema/Recipient\">",
    );
    for n in ids {
        out += "<r3:return><r:AccountStatus><r:RecipientId>";
        out += &digits(n);
        out += "</r:RecipientId><r:Type>Secure</r:Type><r:Pending>false</r:Pending><r:ServiceSupplier>\
                <r:Id>165568402266</r:Id><r:Name>Kivra</r:Name>\
                <r:ServiceAdress>https://operator.example/service/v3</r:ServiceAdress>\
                <r:UIAdress>https://operator.example</r:UIAdress><r:InternalServiceAdress/></r:ServiceSupplier>\
                <r:LastRegistration>2016-10-30T15:38:49.517+01:00</r:LastRegistration></r:AccountStatus>\
                <r:SenderAccepted>true</r:SenderAccepted></r3:return>\n";
    }
    out + "</r3:isReachableResponse></S:Body></S:Envelope>"
}

/// A page of contacts whose numbers count up from nothing.
fn contacts(ids: std::ops::Range<u32>) -> String {
    let contacts: Vec<String> = ids
        .map(|n| {
            format!(
                "{{\"id\":\"62e55094-66d3-4247-822b-ed57d416819b\",\"version\":3,\"type\":\"CITIZEN\",\
                 \"cprNumber\":\"{n:010}\",\"mailboxSubscription\":{{\
                 \"id\":\"d1772f49-d624-480a-bd7e-7e5957397e99\",\"registrationStatus\":\"AUTOMATIC_REGISTRATION\",\
                 \"publicRegistrationStatus\":\"REGISTERED\",\"startTime\":\"2013-11-21T00:08:06.770Z\"}},\
                 \"lastUpdated\":\"2023-08-25T00:49:34.437Z\",\"createdDate\":\"2012-05-22T11:55:01.832Z\"}}"
            )
        })
        .collect();
    format!("{{\"contacts\":[{}]}}", contacts.join(","))
}

fn lookups(c: &mut Criterion) {
    let entries = entries();
    let folder = tempfile::tempdir().expect("a folder for the snapshot");
    let path = folder.path().join("snapshot");
    let start = Instant::now();
    let mut builder = Builder::new(date(2026, 11, 22));
    let operator = builder
        .operator(Operator {
            id: "165568402266".into(),
            name: "Kivra".into(),
            url: "https://operator.example".into(),
        })
        .expect("an operator");
    for n in 0..entries {
        builder.push(&id(n), Status::Reachable, Some(operator));
    }
    let pushed = start.elapsed();
    let built = builder.finish(&path).expect("a snapshot");
    println!(
        "{entries} entries: pushed in {pushed:.1?}, sorted and written in {:.1?}; {:.1} MiB (limit 300)",
        start.elapsed().saturating_sub(pushed),
        built.file_bytes as f64 / 1_048_576.0,
    );

    let start = Instant::now();
    let snapshot = Snapshot::open(&path).expect("a snapshot");
    println!("opened in {:.1?}", start.elapsed());
    let start = Instant::now();
    snapshot.verify().expect("an undamaged snapshot");
    println!("verified in {:.1?}", start.elapsed());

    let mut seed = 1;
    // One in eleven is a miss.
    let span = u64::from(entries) * 11 / 10;
    let ids: Vec<RecipientId> = (0..1_000_000)
        .map(|_| id(u32::try_from(next(&mut seed) % span).unwrap_or_default()))
        .collect();
    bench_over(c, "registry/lookup (limit 500 ns)", &ids, |id| {
        black_box(snapshot.lookup(black_box(id)));
    });

    let router = Router::new(
        &Options::default(),
        Country::Sweden,
        Some(&snapshot),
        snapshot.date(),
    )
    .expect("the default rules");
    let mut letter = bare::letter("L1", "Maja Exempel");
    let cell = std::cell::RefCell::new(&mut letter);
    bench_over(c, "route/decide with look-up (limit 1500 ns)", &ids, |id| {
        let mut letter = cell.borrow_mut();
        letter.recipient.id = *id;
        black_box(router.decide(black_box(&letter), &[]));
    });
}

/// Time of `work` on one of `ids`, taken in their random order. The median of a thousand short batches is printed too: it
/// stands where other work shares the cores.
fn bench_over(c: &mut Criterion, name: &str, ids: &[RecipientId], work: impl Fn(&RecipientId)) {
    let mut batches: Vec<_> = ids
        .chunks_exact(BATCH)
        .map(|batch| {
            let start = Instant::now();
            batch.iter().for_each(&work);
            start.elapsed().as_nanos() / BATCH as u128
        })
        .collect();
    batches.sort_unstable();
    if let Some(median) = batches.get(batches.len() / 2) {
        println!("{name}: {median} ns each in the median batch");
    }
    c.bench_function(name, |b| {
        b.iter_custom(|rounds| {
            let mut spent = Duration::ZERO;
            let mut left = rounds;
            while left > 0 {
                let n = left.min(ids.len() as u64);
                let start = Instant::now();
                ids[..usize::try_from(n).unwrap_or_default()]
                    .iter()
                    .for_each(&work);
                spent += start.elapsed();
                left -= n;
            }
            spent
        });
    });
}

/// Ten million ids once: time and memory, printed, because a criterion sample of it would take minutes.
fn letter_ids(_: &mut Criterion) {
    let start = Instant::now();
    let mut ids = LetterIds::new();
    for n in 0..ENTRIES {
        ids.insert(Fingerprint::of(&format!("2026-{n:08}")), LetterSeq(n));
    }
    let each = start.elapsed().as_nanos() / u128::from(ENTRIES);
    println!(
        "{ENTRIES} letter ids: {each} ns each with their digest, {:.0} MB (limit 300)",
        ids.bytes() as f64 / 1e6
    );
}

criterion_group!(benches, lookups, letter_ids, builds);
criterion_main!(benches);
