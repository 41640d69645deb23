//! The whole program over a sample of 2,000 letters (80 % digital, 20 % with a PDF), printed beside what raw ring can
//! sign with the same threads: two RSA-2048 signatures a digital letter are the ceiling. Then the dry run, beside the
//! speed of reading the file and, where it is there, beside `xmllint --stream --schema` in the same run.
//!
//! `cargo bench --bench run`. Rounds of each kind in turn, medians; the machine may be noisy, so read the ratios.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lettermill::clock::SystemClock;
use lettermill::config::{Host, Job};
use lettermill::run::{self, Depth, Observer, Plan};
use lettermill::sample;
use lettermill::sign::Signer;
use rayon::prelude::*;

const LETTERS: u32 = 2_000;
const ROUNDS: usize = 5;

struct Silent;

impl Observer for Silent {
    fn note(&self, _: &str) {}

    fn progress(&self, _: u64, _: u64, _: u64) {}
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = sample::Options {
        letters: LETTERS,
        ..sample::Options::default()
    };
    let written = sample::write(folder.path(), &options).expect("a sample");
    let mailing = folder.path().join(sample::MAILING);
    println!(
        "{LETTERS} letters, {} bytes, {} of them digital",
        written.mailing_bytes, written.digital
    );

    for threads in [1, 2] {
        let mut runs = Vec::new();
        let mut limits = Vec::new();
        for round in 0..ROUNDS {
            let plan = plan(
                folder.path(),
                &mailing,
                threads,
                &format!("home-{threads}-{round}"),
            );
            runs.push(timed(|| {
                black_box(run::run(&plan, None, &SystemClock, &Silent).expect("a run"))
            }));
            limits.push(raw_signatures(
                folder.path(),
                threads,
                2 * written.digital as usize,
            ));
        }
        let (run, limit) = (median(&mut runs), median(&mut limits));
        println!(
            "run, {threads} thread(s): {:.0} letters/s; raw ring signatures alone: {:.0} letters/s; ratio {:.2}",
            rate(run),
            rate(limit),
            limit.as_secs_f64() / run.as_secs_f64()
        );
    }

    let plan = plan(folder.path(), &mailing, 1, "home-check");
    let (mut quick, mut full, mut read, mut xmllint) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        quick.push(timed(|| {
            run::check(&plan, Depth::Routed, &SystemClock, &Silent).expect("a check")
        }));
        full.push(timed(|| {
            run::check(&plan, Depth::Measured, &SystemClock, &Silent).expect("a check")
        }));
        read.push(timed(|| {
            black_box(fs::read(&mailing).expect("the mailing"))
        }));
        xmllint.extend(by_xmllint(&mailing));
    }
    println!(
        "check, 1 thread: {:.0} letters/s; with every printed letter composed: {:.0}",
        rate(median(&mut quick)),
        rate(median(&mut full))
    );
    println!(
        "reading the file alone: {:.0} letters/s",
        rate(median(&mut read))
    );
    if !xmllint.is_empty() {
        println!(
            "xmllint --stream --schema: {:.0} letters/s",
            rate(median(&mut xmllint))
        );
    }
}

fn plan(folder: &Path, mailing: &Path, threads: usize, home: &str) -> Plan {
    let job = Job::read(&folder.join(sample::JOB)).expect("a job file");
    let host = Host {
        mailing: mailing.to_owned(),
        home: Some(folder.join(home)),
        threads,
        date: None,
        why_again: None,
        development_keys: vec![folder.join("keys")],
    };
    job.plan(host).expect("a plan")
}

/// So many signatures with nothing around them.
fn raw_signatures(folder: &Path, threads: usize, signatures: usize) -> Duration {
    let signer =
        Signer::development(&folder.join("raw"), "162021004748", "Kommun A").expect("a key");
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("threads");
    let message = [7; 600]; // As long as a SignedInfo.
    timed(|| {
        pool.install(|| {
            (0..signatures).into_par_iter().for_each(|_| {
                black_box(signer.sign(&message).expect("a signature"));
            });
        });
    })
}

fn by_xmllint(mailing: &PathBuf) -> Option<Duration> {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/mailing-1.xsd");
    let started = Instant::now();
    let status = Command::new("xmllint")
        .args(["--stream", "--noout", "--schema", schema])
        .arg(mailing)
        .stderr(Stdio::null())
        .status()
        .ok()?;
    status.success().then(|| started.elapsed())
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    black_box(work());
    started.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn rate(time: Duration) -> f64 {
    f64::from(LETTERS) / time.as_secs_f64()
}
