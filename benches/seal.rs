//! Sealing a text letter (two RSA-2048 signatures), printed beside what raw ring can sign with the same threads.
//!
//! `cargo bench --bench seal`. The machine may be noisy, so the ratio is taken from short rounds of both kinds in turn,
//! and the median is printed; the criterion figures below it are absolute.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use jiff::civil::date;
use lettermill::bundle::{Seal, mina_meddelanden as mm};
use lettermill::letter::*;
use lettermill::sign::Signer;
use rayon::prelude::*;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

const LETTERS_A_ROUND: usize = 100;
const ROUNDS: usize = 21;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let signer = Signer::development(folder.path(), "162021004748", "Kommun A").expect("a key");
    let raw = raw_key(&folder.path().join("development-162021004748.pem"));
    let signer = Arc::new(signer);
    let day = date(2026, 11, 22);
    let options = mm::Options::default();
    let sealer = mm::Sealer::new(options, Arc::clone(&signer), signer, &header(), day);
    let sealer = sealer.expect("a sealer");

    let seal = |n: usize| {
        let id = format!("L-{n}");
        let letter = letter(&id);
        black_box(sealer.seal(&[&letter]).expect("a message"));
    };
    let sign = |n: usize| {
        for _ in 0..2 {
            let mut signature = vec![0; raw.public().modulus_len()];
            let message = [n as u8; 600]; // As long as a SignedInfo.
            raw.sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                &message,
                &mut signature,
            )
            .expect("a signature");
            black_box(signature);
        }
    };
    let bytes = sealer
        .seal(&[&letter("L-0")])
        .expect("a message")
        .iter()
        .map(|message| message.bytes.len())
        .sum::<usize>();
    println!("message: {bytes} bytes");

    let mut criterion = Criterion::default()
        .sample_size(10)
        .measurement_time(Duration::from_secs(5))
        .configure_from_args();
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        let many = |work: &(dyn Fn(usize) + Sync)| {
            let start = Instant::now();
            pool.install(|| (0..LETTERS_A_ROUND).into_par_iter().for_each(work));
            start.elapsed()
        };
        print_ratio(threads, || many(&seal), || many(&sign));
        let mut group = criterion.benchmark_group(format!("{threads} threads"));
        group.throughput(Throughput::Elements(LETTERS_A_ROUND as u64));
        group.bench_function("seal", |b| b.iter(|| many(&seal)));
        group.bench_function("raw ring, two signatures", |b| b.iter(|| many(&sign)));
        group.finish();
    }
    criterion.final_summary();
}

fn print_ratio(threads: usize, seal: impl Fn() -> Duration, raw: impl Fn() -> Duration) {
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|_| (seal().as_secs_f64(), raw().as_secs_f64()))
        .collect();
    rounds.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
    let (seal, raw) = rounds[ROUNDS / 2];
    let a_second = |seconds: f64| LETTERS_A_ROUND as f64 / seconds;
    println!(
        "{threads} threads: {:.0} letters/s sealed, {:.0} letters/s raw ring, ratio {:.3} (expected: 0.8 at least)",
        a_second(seal),
        a_second(raw),
        raw / seal
    );
}

fn raw_key(path: &std::path::Path) -> RsaKeyPair {
    let pem = std::fs::read_to_string(path).expect("the key file");
    let base64: String = pem
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with('-'))
        .collect();
    let der = base64_simd::STANDARD.decode_to_vec(base64).expect("base64");
    RsaKeyPair::from_pkcs8(&der).expect("a key")
}

fn header() -> Header {
    Header {
        mailing_id: "M-1".into(),
        created: date(2026, 11, 22),
        created_text: "2026-11-22T20:00:00+01:00".into(),
        environment: Environment::Test,
        sender: Sender {
            country: Country::Sweden,
            organisation_number: "162021004748".into(),
            name: "Kommun A".into(),
            return_address: Address {
                country: None,
                form: AddressForm::Lines(vec!["Kommun A".into()]),
            },
            support: Support {
                text: "Kontakta kundtjänst.".into(),
                ..Support::default()
            },
            contact: Default::default(),
        },
        defaults: Defaults::default(),
        shared: Vec::new(),
        letters_declared: 1,
    }
}

fn letter(id: &str) -> Letter<'_> {
    let text =
        "Nämnden har beslutat att bevilja din ansökan från och med den första i nästa månad. ";
    let paragraph = || {
        Block::Paragraph(vec![Run {
            text: text.repeat(5).into(),
            bold: false,
            italic: false,
        }])
    };
    Letter {
        seq: LetterSeq(0),
        line: 1,
        id: id.into(),
        reference: Some("Dnr 2026:17".into()),
        department: None,
        cost_centre: None,
        process: None,
        recipient: Recipient {
            id: RecipientId::Person(PersonNumber::from_digits("181501019806").expect("digits")),
            name: "Ada Exempel".into(),
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
        subject: "Beslut om förskoleplats".into(),
        content: Content::Text((0..7).map(|_| paragraph()).collect()),
        attachments: Vec::new(),
        actions: Vec::new(),
        notification: None,
        data: Vec::new(),
        dialogue: Default::default(),
        print: PrintOptions::default(),
    }
}
