//! Look-ups in a reachability snapshot of ten million entries, in random order, hits and misses; how long it takes to
//! build one and how large it is; routing decisions with it; ten million letter ids seen once.
//!
//! `LETTERMILL_BENCH_ENTRIES` sets another number of entries. Beside each figure stands its limit: 300 MiB and 500 ns a
//! look-up for ten million, a microsecond for a decision besides.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::civil::date;
use lettermill::letter::{
    Content, Country, DeliveryWish, Letter, LetterSeq, PersonNumber, PrintOptions, Recipient,
    RecipientId,
};
use lettermill::registry::{Builder, Operator, Snapshot, Status};
use lettermill::route::{Options, Router};
use lettermill::validate::{Fingerprint, LetterIds};

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

fn lookups(c: &mut Criterion) {
    let entries = std::env::var("LETTERMILL_BENCH_ENTRIES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(ENTRIES);
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
    let mut letter = letter();
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

fn letter() -> Letter<'static> {
    Letter {
        seq: LetterSeq(0),
        line: 1,
        id: "L1".into(),
        reference: None,
        department: None,
        cost_centre: None,
        process: None,
        recipient: Recipient {
            id: RecipientId::None,
            name: "Maja Exempel".into(),
            attention: None,
            address: None,
            address_protected: false,
        },
        wish: DeliveryWish::Auto,
        mandatory: false,
        legal_notification: false,
        not_before: None,
        reply_by: None,
        language: "sv".into(),
        subject: "Beslut".into(),
        content: Content::Text(Vec::new()),
        attachments: Vec::new(),
        actions: Vec::new(),
        notification: None,
        data: Vec::new(),
        dialogue: Default::default(),
        print: PrintOptions::default(),
    }
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

criterion_group!(benches, lookups, letter_ids);
criterion_main!(benches);
