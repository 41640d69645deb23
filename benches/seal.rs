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
use lettermill::letter::Country;
use lettermill::sign::Signer;
use rayon::prelude::*;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

mod common;

use common::{bare, decision};

const LETTERS_A_ROUND: usize = 100;
const ROUNDS: usize = 21;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let signer = Signer::development(folder.path(), "162021004748", "Kommun A").expect("a key");
    let raw = raw_key(&folder.path().join("development-162021004748.pem"));
    let signer = Arc::new(signer);
    let day = date(2026, 11, 22);
    let options = mm::Options::default();
    let sealer = mm::Sealer::new(
        options,
        Arc::clone(&signer),
        signer,
        &bare::header(Country::Sweden),
        day,
    );
    let sealer = sealer.expect("a sealer");

    let seal = |n: usize| {
        let id = format!("L-{n}");
        let letter = decision(&id, Country::Sweden);
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
        .seal(&[&decision("L-0", Country::Sweden)])
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
