//! The manifest: deterministic, signed so that openssl can check it, and every kind of tampering is found.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lettermill::disk::{self, WrittenFile};
use lettermill::ledger::Totals;
use lettermill::letter::{Environment, Fate};
use lettermill::manifest::{
    self, Detached, Error, Facts, KeyKind, Manifest, SignatureVerdict, Signer, Verdict,
};
use ring::signature as rs;
use x509_cert::der::Decode;

mod support;

use support::tools::second_opinion;

/// A key, its certificate, and what the room `sign` does with them.
struct Key {
    algorithm: &'static str,
    certificate_der: Vec<u8>,
    sign: Box<manifest::Sign<'static>>,
}

fn key(algorithm: &'static str) -> Key {
    let kind = match algorithm {
        "rsa-sha256" => &rcgen::PKCS_RSA_SHA256,
        "ecdsa-p256-sha256" => &rcgen::PKCS_ECDSA_P256_SHA256,
        _ => &rcgen::PKCS_ED25519,
    };
    let pair = rcgen::KeyPair::generate_for(kind).unwrap();
    let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, "Test agency");
    let certificate_der = params.self_signed(&pair).unwrap().der().to_vec();
    let pkcs8 = pair.serialize_der();
    let random = ring::rand::SystemRandom::new();
    let sign: Box<manifest::Sign<'static>> = match algorithm {
        "rsa-sha256" => {
            let pair = rs::RsaKeyPair::from_pkcs8(&pkcs8).unwrap();
            Box::new(move |message| {
                let mut out = vec![0; pair.public().modulus_len()];
                pair.sign(&rs::RSA_PKCS1_SHA256, &random, message, &mut out)
                    .unwrap();
                Ok(out)
            })
        }
        "ecdsa-p256-sha256" => {
            let pair =
                rs::EcdsaKeyPair::from_pkcs8(&rs::ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8, &random)
                    .unwrap();
            Box::new(move |message| Ok(pair.sign(&random, message).unwrap().as_ref().to_vec()))
        }
        _ => {
            let pair = rs::Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8).unwrap();
            Box::new(move |message| Ok(pair.sign(message).as_ref().to_vec()))
        }
    };
    Key {
        algorithm,
        certificate_der,
        sign,
    }
}

fn check(detached: &Detached, message: &[u8]) -> Result<String, String> {
    let certificate = x509_cert::Certificate::from_der(&detached.certificate_der)
        .map_err(|error| error.to_string())?;
    let tbs = certificate.tbs_certificate();
    let public = tbs.subject_public_key_info().subject_public_key.raw_bytes();
    let algorithm: &dyn rs::VerificationAlgorithm = match detached.algorithm.as_str() {
        "rsa-sha256" => &rs::RSA_PKCS1_2048_8192_SHA256,
        "ecdsa-p256-sha256" => &rs::ECDSA_P256_SHA256_ASN1,
        "ed25519" => &rs::ED25519,
        other => return Err(format!("`{other}` is not known")),
    };
    rs::UnparsedPublicKey::new(algorithm, public)
        .verify(message, &detached.signature)
        .map_err(|_| "it was not made over this manifest by this key".to_owned())?;
    Ok(tbs.subject().to_string())
}

const TOTALS: Totals = Totals {
    letters: 3,
    digital: 1,
    print: 1,
    held: 0,
    rejected: 1,
};

fn facts(reasons: &[(Fate, String, u64)]) -> Facts<'_> {
    Facts {
        batch: "night.1",
        mailing_id: "night",
        date: jiff::civil::date(2026, 3, 1),
        environment: Environment::Test,
        sender_organisation: "162021004748",
        source_sha256: [1; 32],
        source_bytes: 4321,
        job_sha256: [2; 32],
        schema_sha256: [3; 32],
        totals: TOTALS,
        reasons,
    }
}

fn reasons() -> Vec<(Fate, String, u64)> {
    [
        (Fate::Rejected, "rejected.findings"),
        (Fate::Print, "print.no-mailbox"),
        (Fate::Digital, "digital.reachable"),
    ]
    .map(|(fate, reason)| (fate, reason.to_owned(), 1))
    .to_vec()
}

/// A batch's folder with manifest and signature.
fn batch(key: &Key) -> (tempfile::TempDir, Vec<WrittenFile>) {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = [
        ("report.json", "{}"),
        ("print/mono-c5/1.pdf", "%PDF"),
        ("digital/kivra/1.tar", "tar"),
    ]
    .map(|(path, text)| {
        let full = folder.path().join(path);
        disk::create_private_folder(full.parent().unwrap()).unwrap();
        disk::write_whole(&full, text.as_bytes()).unwrap();
        WrittenFile {
            path: PathBuf::from(path),
            size: text.len() as u64,
            sha256: disk::sha256(text.as_bytes()),
        }
    })
    .to_vec();
    let signer = Signer {
        algorithm: key.algorithm,
        certificate_der: &key.certificate_der,
        kind: KeyKind::Development,
        sign: &*key.sign,
    };
    let written = manifest::write(folder.path(), &facts(&reasons()), &files, &signer).unwrap();
    for file in &written {
        let (size, sha256) = disk::digest_file(&folder.path().join(&file.path)).unwrap();
        assert_eq!((file.size, file.sha256), (size, sha256));
    }
    (folder, files)
}

fn verify(folder: &Path) -> Verdict {
    manifest::verify(folder, &check).unwrap()
}

#[test]
fn a_folder_as_it_was_written_is_good() {
    for algorithm in ["rsa-sha256", "ecdsa-p256-sha256", "ed25519"] {
        let key = key(algorithm);
        let (folder, _) = batch(&key);
        let verdict = verify(folder.path());
        assert_eq!(verdict.problems(), Vec::<String>::new());
        assert!(verdict.is_good());
        assert_eq!((verdict.files_good, verdict.bytes_good), (3, 9));
        let SignatureVerdict::Good {
            algorithm: said,
            subject,
            certificate_sha256,
        } = verdict.signature
        else {
            panic!();
        };
        assert_eq!(
            (said.as_str(), subject.as_str()),
            (algorithm, "CN=Test agency")
        );
        assert_eq!(
            certificate_sha256,
            disk::hex(&disk::sha256(&key.certificate_der))
        );
    }
}

#[test]
fn the_bytes_do_not_depend_on_the_order_in_which_things_came() {
    let (_folder, mut files) = batch(&key("ed25519"));
    let signer = Signer {
        algorithm: "ed25519",
        certificate_der: b"certificate",
        kind: KeyKind::Own,
        sign: &|_| Ok(Vec::new()),
    };
    let mut reasons = reasons();
    let one = Manifest::new(&facts(&reasons), &signer, &files)
        .unwrap()
        .json();
    files.reverse();
    reasons.reverse();
    let other = Manifest::new(&facts(&reasons), &signer, &files)
        .unwrap()
        .json();
    assert_eq!(one, other);
    let expected = format!(
        r#"{{
  "format": "lettermill-manifest",
  "version": 1,
  "lettermill": "{}",
  "batch": "night.1",
  "mailing_id": "night",
  "date": "2026-03-01",
  "environment": "test",
  "sender_organisation": "162021004748",
  "key": "own",
  "certificate_sha256": "{}",
  "source": {{
    "sha256": "{}",
    "bytes": 4321
  }},
  "job_sha256": "{}",
  "schema_sha256": "{}",
  "totals": {{
    "letters": 3,
    "digital": 1,
    "print": 1,
    "held": 0,
    "rejected": 1
  }},
  "reasons": [
    {{
      "fate": "digital",
      "reason": "digital.reachable",
      "letters": 1
    }},"#,
        env!("CARGO_PKG_VERSION"),
        disk::hex(&disk::sha256(b"certificate")),
        "01".repeat(32),
        "02".repeat(32),
        "03".repeat(32),
    );
    let text = String::from_utf8(one).unwrap();
    assert!(text.starts_with(&expected), "{text}");
    assert!(text.ends_with("  ]\n}\n"), "{text}");
}

#[test]
fn every_kind_of_tampering_is_found() {
    type Tamper = fn(&Path);
    let cases: [(&str, Tamper); 9] = [
        ("`print/mono-c5/1.pdf` has changed: found SHA-256", |f| {
            fs::write(f.join("print/mono-c5/1.pdf"), "%PdF").unwrap();
        }),
        (
            "`print/mono-c5/1.pdf` has changed: found 5 bytes, listed 4 bytes",
            |f| {
                fs::write(f.join("print/mono-c5/1.pdf"), "%PDF-").unwrap();
            },
        ),
        ("`digital/kivra/1.tar` is missing", |f| {
            fs::remove_dir_all(f.join("digital")).unwrap();
        }),
        ("`print/mono-c5/2.pdf` is not listed", |f| {
            fs::write(f.join("print/mono-c5/2.pdf"), "").unwrap();
        }),
        ("`report.json` has changed: found no regular file", |f| {
            fs::remove_file(f.join("report.json")).unwrap();
            std::os::unix::fs::symlink("print/mono-c5/1.pdf", f.join("report.json")).unwrap();
        }),
        ("`manifest.sig` is missing", |f| {
            fs::remove_file(f.join("manifest.sig")).unwrap()
        }),
        (
            "`manifest.sig` is not good: it was not made over this manifest",
            |f| {
                let text = fs::read_to_string(f.join("manifest.json")).unwrap();
                fs::write(f.join("manifest.json"), text.replace("night.1", "night.2")).unwrap();
            },
        ),
        ("`manifest.sig` is not good", |f| {
            // Another signature by the same key.
            let text = fs::read_to_string(f.join("manifest.sig")).unwrap();
            let (head, tail) = text.split_once("BEGIN SIGNATURE-----\n").unwrap();
            let flipped = if tail.starts_with('A') { "B" } else { "A" };
            let text = format!("{head}BEGIN SIGNATURE-----\n{flipped}{}", &tail[1..]);
            fs::write(f.join("manifest.sig"), text).unwrap();
        }),
        ("the totals do not balance", |f| {
            let text = fs::read_to_string(f.join("manifest.json")).unwrap();
            let text = text.replace("\"letters\": 3", "\"letters\": 18446744073709551615");
            fs::write(f.join("manifest.json"), text).unwrap();
        }),
    ];
    let key = key("ed25519");
    for (expected, tamper) in cases {
        let (folder, _) = batch(&key);
        tamper(folder.path());
        let verdict = verify(folder.path());
        assert!(!verdict.is_good(), "{expected}");
        let problems = verdict.problems();
        assert!(
            problems.iter().any(|p| p.starts_with(expected)),
            "{expected}: {problems:?}"
        );
    }
}

#[test]
fn the_key_of_somebody_else_is_seen_by_its_certificate() {
    let (folder, files) = batch(&key("ed25519"));
    let before = verify(folder.path()).signature;
    let other = key("ed25519");
    let signer = Signer {
        algorithm: other.algorithm,
        certificate_der: &other.certificate_der,
        kind: KeyKind::Own,
        sign: &*other.sign,
    };
    manifest::write(folder.path(), &facts(&reasons()), &files, &signer).unwrap();
    let after = verify(folder.path());
    assert!(after.is_good());
    assert_ne!(after.signature, before); // Same subject, another certificate digest.
}

#[test]
fn what_is_no_manifest_of_ours_is_refused() {
    let key = key("ed25519");
    let (folder, _) = batch(&key);
    let path = folder.path().join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    for (from, to, found) in [
        ("{", "[", "expected"),
        ("\"version\": 1", "\"version\": 2", "version 2"),
        ("lettermill-manifest", "tally-list", "tally-list"),
        ("report.json", "../report.json", "../report.json"),
        ("report.json", "/etc/hosts", "/etc/hosts"),
        ("report.json", "manifest.json", "listed twice"),
        ("report.json", "print/mono-c5/1.pdf", "listed twice"),
    ] {
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let error = manifest::verify(folder.path(), &check)
            .unwrap_err()
            .to_string();
        assert!(error.contains(found), "{found}: {error}");
    }
    fs::remove_file(&path).unwrap();
    let none = manifest::verify(folder.path(), &check).unwrap_err();
    assert!(matches!(none, Error::NoManifest(_)), "{none}");
    rustix_mkfifo(&path);
    let pipe = manifest::verify(folder.path(), &check).unwrap_err();
    assert!(matches!(pipe, Error::Io { .. }), "{pipe}");
}

fn rustix_mkfifo(path: &Path) {
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
}

#[test]
fn a_signer_that_fails_leaves_no_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer {
        algorithm: "rsa-sha256",
        certificate_der: &[],
        kind: KeyKind::Own,
        sign: &|_| Err("the card was pulled out".to_owned()),
    };
    let error = manifest::write(folder.path(), &facts(&[]), &[], &signer).unwrap_err();
    assert_eq!(
        error.to_string(),
        "manifest cannot be signed: the card was pulled out"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// The commands that `docs/formats-ledger.md` gives to a receiver, run as they stand there.
#[test]
fn openssl_verifies_the_signature_with_the_commands_in_the_docs() {
    let docs = fs::read_to_string("docs/formats-ledger.md").unwrap();
    let block = |heading: &str| {
        let (_, after) = docs.split_once(heading).unwrap();
        let (_, after) = after.split_once("```sh\n").unwrap();
        after.split_once("```").unwrap().0.to_owned()
    };
    let (hashed, plain) = (block("RSA and ECDSA:"), block("Ed25519:"));
    for (algorithm, script) in [
        ("rsa-sha256", &hashed),
        ("ecdsa-p256-sha256", &hashed),
        ("ed25519", &plain),
    ] {
        let (folder, _) = batch(&key(algorithm));
        let Some((good, said)) = shell(folder.path(), script) else {
            return;
        };
        assert!(good, "{algorithm}: {said}");
        let path = folder.path().join("manifest.json");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("night.1", "night.2")).unwrap();
        let (good, said) = shell(folder.path(), script).unwrap();
        assert!(!good, "{algorithm}: {said}");
    }
}

fn shell(folder: &Path, script: &str) -> Option<(bool, String)> {
    second_opinion("openssl", &["version"])?;
    let done = Command::new("sh")
        .args(["-ec", script])
        .current_dir(folder)
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].concat();
    Some((
        done.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    ))
}
