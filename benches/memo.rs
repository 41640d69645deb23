//! MeMo messages: many text letters sealed with each kind of key, and containers compressed with each preset.
//!
//! `cargo bench --bench memo`. One thread. Printed are messages a second, and megabytes of tar a second with the size that is
//! left; the letters enclose one of eight PDFs of 60 kB, as mass mailings do, or each its own.

use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use lettermill::bundle::digital_post::{Options, Sealer};
use lettermill::bundle::{BundleJob, Bundler, Format, Seal, Sealed, check};
use lettermill::letter::*;
use lettermill::sign::{KeyFiles, Signer};

mod common;

use common::{bare, decision};

const DAY: Date = date(2026, 11, 22);
const SEALING: Duration = Duration::from_secs(3);
const LETTERS: usize = 400;
const PDF_BYTES: usize = 60_000;

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.expect("a thread").install(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let rsa = Signer::development(folder.path(), "27355021", "Kommune").expect("a key");
        let rsa = Arc::new(rsa);
        sealing("rsa-2048", &rsa);
        for (name, kind) in [
            ("ed25519", vec!["ED25519"]),
            ("p-256", vec!["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
        ] {
            match key(folder.path(), name, &kind) {
                Some(signer) => sealing(name, &signer),
                None => println!("{name}: openssl made no key"),
            }
        }
        for (what, documents) in [("shared PDFs", 8), ("own PDFs", LETTERS)] {
            let messages = messages(&rsa, documents);
            let bytes: usize = messages.iter().map(|(_, m)| m.bytes.len()).sum();
            println!("{what}: {LETTERS} messages, {:.1} MB", bytes as f64 / 1e6);
            for preset in [0, 1, 2, 3, 6, 9] {
                compressing(&rsa, &messages, bytes, preset);
            }
        }
    });
}

fn key(folder: &std::path::Path, name: &str, kind: &[&str]) -> Option<Arc<Signer>> {
    let (key, certificate) = (
        folder.join(format!("{name}.pem")),
        folder.join(format!("{name}.crt")),
    );
    let made = Command::new("openssl")
        .args(["genpkey", "-quiet", "-algorithm"])
        .args(kind)
        .arg("-out")
        .arg(&key)
        .status();
    let signed = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-new",
            "-days",
            "36500",
            "-subj",
            "/CN=Kommune",
            "-key",
        ])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .status();
    if !made.is_ok_and(|s| s.success()) || !signed.is_ok_and(|s| s.success()) {
        return None;
    }
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).ok()?;
    let files = KeyFiles {
        key,
        certificate: Some(certificate),
        password: None,
    };
    Signer::load(&files, jiff::Zoned::now().date())
        .ok()
        .map(Arc::new)
}

fn sealing(name: &str, signer: &Arc<Signer>) {
    let sealer = Sealer::new(
        Options::default(),
        Arc::clone(signer),
        &header(Vec::new()),
        DAY,
    );
    let sealer = sealer.expect("a sealer");
    let (start, mut sealed, mut bytes) = (Instant::now(), 0, 0);
    while start.elapsed() < SEALING {
        let id = format!("L-{sealed}");
        let made = black_box(sealer.seal(&[&letter(&id, None)]).expect("a message"));
        bytes = made[0].bytes.len();
        sealed += 1;
    }
    let a_second = f64::from(sealed) / start.elapsed().as_secs_f64();
    println!("{name}: {a_second:.0} messages/s of {bytes} bytes");
}

fn messages(signer: &Arc<Signer>, documents: usize) -> Vec<(String, Sealed)> {
    let shared: Vec<SharedDocument> = (0..documents).map(document).collect();
    let header = header(shared);
    let options = Options::default();
    let sealer = Sealer::new(options, Arc::clone(signer), &header, DAY).expect("a sealer");
    let one = |n: usize| {
        let id = format!("L-{n}");
        let enclosed = header.shared[n % documents].document.clone();
        let sealed = sealer
            .seal(&[&letter(&id, Some(enclosed))])
            .expect("a message")
            .remove(0);
        (id, sealed)
    };
    (0..LETTERS).map(one).collect()
}

fn compressing(signer: &Signer, messages: &[(String, Sealed)], bytes: usize, preset: u32) {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options {
        lzma_preset: preset.try_into().expect("a preset"),
        ..Options::default()
    };
    let job = BundleJob {
        format: Format::DigitalPost,
        batch: "M",
        date: DAY,
        certificate: Some(signer.certificate()),
    };
    let bundle_options = lettermill::bundle::Options {
        containers: options.containers(),
        ..lettermill::bundle::Options::default()
    };
    let start = Instant::now();
    let mut bundler = Bundler::new(folder.path(), &job, bundle_options);
    for (id, sealed) in messages {
        bundler.add("", sealed, &[id]).expect("a place");
    }
    let written = bundler.finish().expect("a container");
    let seconds = start.elapsed().as_secs_f64();
    let size: u64 = written
        .iter()
        .filter(|f| f.path.extension().is_some_and(|e| e == "lzma"))
        .map(|f| f.size)
        .sum();
    let start = Instant::now();
    assert_eq!(check(folder.path()).expect("a check").faults_total, 0);
    let checked = start.elapsed().as_secs_f64();
    let megabytes = bytes as f64 / 1e6;
    println!(
        "preset {preset}: {:.1} MB/s, {:.1} % left; checked at {:.1} MB/s",
        megabytes / seconds,
        size as f64 * 100.0 / bytes as f64,
        megabytes / checked
    );
}

fn document(n: usize) -> SharedDocument {
    let mut state = n as u64 + 1;
    let mut bytes = b"%PDF-1.7\n".to_vec();
    while bytes.len() < PDF_BYTES {
        // xorshift64: a PDF's streams are compressed already.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    SharedDocument {
        id: format!("D-{n}"),
        document: Document {
            file_name: "bilag.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: Arc::new(bytes),
        },
    }
}

fn header(shared: Vec<SharedDocument>) -> Header {
    Header {
        shared,
        ..bare::header(Country::Denmark)
    }
}

fn letter(id: &str, enclosed: Option<Document>) -> Letter<'_> {
    let attachment = |document| Attachment {
        document,
        only: None,
    };
    Letter {
        attachments: enclosed.into_iter().map(attachment).collect(),
        ..decision(id, Country::Denmark)
    }
}
