//! The verdict on a batch folder: who signed it, as the certificates say.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use lettermill::bundle::{BundleJob, Bundler, Format, Options, mina_meddelanden};
use lettermill::disk::hex;
use lettermill::ledger::Totals;
use lettermill::letter::{Environment, Fate};
use lettermill::manifest::{self, KeyKind};
use lettermill::sign::Signer;
use lettermill::verify::{self, Verdict};

use crate::common::*;

/// A batch folder of one digital letter, signed by `key`.
fn batch(key: &Signer, kind: KeyKind, sender: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let job = BundleJob {
        format: Format::MinaMeddelanden,
        batch: "M-2026-11-22.1",
        date: DAY,
        certificate: None,
    };
    let mut bundler = Bundler::new(folder.path(), &job, Options::default());
    let mut header = header();
    header.sender.organisation_number = sender.into();
    let options = mina_meddelanden::Options::default();
    let sealer =
        mina_meddelanden::Sealer::new(options, self::signer(), relay(), &header, DAY).unwrap();
    let sealed = seal(&sealer, &letter("L-1"));
    bundler.add(OPERATOR, &sealed, &["L-1"]).unwrap();
    let files = bundler.finish().unwrap();
    let facts = manifest::Facts {
        batch: job.batch,
        mailing_id: "M-2026-11-22",
        date: DAY,
        environment: Environment::Test,
        sender_organisation: sender,
        source_sha256: [1; 32],
        source_bytes: 1,
        job_sha256: [2; 32],
        schema_sha256: [3; 32],
        totals: Totals {
            letters: 1,
            digital: 1,
            ..Totals::default()
        },
        reasons: &[(Fate::Digital, "reachable".into(), 1)],
    };
    let signer = manifest::Signer {
        algorithm: key.algorithm().name(),
        certificate_der: key.certificate_der(),
        kind,
        sign: &|message| key.sign(message).map_err(|e| e.to_string()),
    };
    manifest::write(folder.path(), &facts, &files, &signer).unwrap();
    folder
}

fn verdict(folder: &Path) -> Verdict {
    verify::verify(folder, &[]).unwrap()
}

/// A key of its own, which is no development key.
fn own_key(organisation: &str) -> Arc<Signer> {
    let folder = tempfile::tempdir().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    let name = &mut params.distinguished_name;
    name.push(rcgen::DnType::CustomDnType(vec![2, 5, 4, 5]), organisation);
    name.push(rcgen::DnType::CommonName, "Kommun A");
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let certificate = params.self_signed(&pair).unwrap();
    let path = folder.path().join("key.pem");
    fs::write(&path, pair.serialize_pem() + &certificate.pem()).unwrap();
    keep_private(&path);
    let files = lettermill::sign::KeyFiles {
        key: path,
        certificate: None,
        password: None,
    };
    Arc::new(Signer::load(&files, DAY).unwrap())
}

#[test]
fn all_certificates_are_told_with_their_digests() {
    let folder = batch(&signer(), KeyKind::Development, SENDER);
    let found = verdict(folder.path());
    assert_eq!((found.faults_total, &found.faults[..]), (0, &[][..]));
    let told: Vec<_> = found
        .certificates
        .iter()
        .map(|c| {
            (
                c.sha256.clone(),
                c.manifest,
                c.messages_signatures,
                c.development,
            )
        })
        .collect();
    let [sender, relay] = [signer(), relay()].map(|key| hex(&key.certificate_sha256()));
    assert_eq!(
        told,
        [(sender.clone(), true, 1, true), (relay, false, 1, true)]
    );
    assert_eq!(found.certificate_sha256, Some(sender));
    assert!(found.development_key);
    assert_eq!(found.notes, [""; 0]);
}

#[test]
fn the_certificate_says_whether_a_key_is_a_development_key() {
    let lying = batch(&signer(), KeyKind::Own, SENDER);
    let found = verdict(lying.path());
    assert!(found.development_key);
    assert_eq!(found.faults_total, 1);
    assert!(
        found.faults[0].contains("that of a development key"),
        "{:?}",
        found.faults
    );

    let own = own_key(SENDER);
    let humble = batch(&own, KeyKind::Development, SENDER);
    let found = verdict(humble.path());
    assert_eq!(found.faults_total, 1);
    assert!(
        found.faults[0].contains("not that of one"),
        "{:?}",
        found.faults
    );
    assert!(found.development_key); // The messages' keys are.
    assert_eq!(
        verdict(batch(&own, KeyKind::Own, SENDER).path()).faults_total,
        0
    );
}

#[test]
fn trusted_certificates_must_vouch_for_every_signer_of_a_folder() {
    let folder = batch(&signer(), KeyKind::Development, SENDER);
    let all = [
        signer().certificate().clone(),
        relay().certificate().clone(),
    ];
    let with = |trusted: &[_]| verify::verify(folder.path(), trusted).unwrap();
    let found = with(&all);
    assert_eq!(found.faults_total, 0);
    assert!(found.certificates.iter().all(|c| c.vouched.is_some()));
    for (trusted, unknown) in [(&all[..1], &all[1]), (&all[1..], &all[0])] {
        let found = with(trusted);
        assert_eq!(found.faults_total, 1, "{:?}", found.faults);
        assert!(found.faults[0].contains(&hex(&unknown.sha256())));
        assert!(found.faults[0].contains("none of the trusted certificates"));
    }
}

#[test]
fn a_sender_that_is_not_the_manifests_is_a_note() {
    let folder = batch(&signer(), KeyKind::Development, "165568402266");
    let found = verdict(folder.path());
    assert_eq!(found.faults_total, 0);
    assert!(
        found.notes[0].contains("not that of the sender"),
        "{:?}",
        found.notes
    );
}

#[test]
fn a_fault_of_a_message_has_its_place() {
    let folder = batch(&signer(), KeyKind::Development, SENDER);
    let tar = folder
        .path()
        .join(format!("digital/mina-meddelanden/{OPERATOR}/0001.tar"));
    let mut bytes = fs::read(&tar).unwrap();
    bytes[2_000] ^= 1;
    fs::write(&tar, bytes).unwrap();
    let found = verdict(folder.path());
    let id = id_of("L-1");
    let place =
        format!("`digital/mina-meddelanden/{OPERATOR}/0001.tar`: message 1 `{id}`, letter `L-1`: ");
    assert!(
        found.faults.iter().any(|f| f.starts_with(&place)),
        "{:?}",
        found.faults
    );
}

#[test]
fn the_program_prints_and_asks_for_certificates_of_a_folder() {
    let folder = batch(&signer(), KeyKind::Development, SENDER);
    let bench = crate::support::program::Bench::new();
    let verify = |arguments: &[&str]| {
        let at = folder.path().to_str().unwrap();
        crate::program::verify(&bench, arguments, at)
    };
    let out = verify(&[]);
    let said = String::from_utf8(out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(0), "{said}");
    for key in [signer(), relay()] {
        let line = format!("SHA-256 {}, signed ", hex(&key.certificate_sha256()));
        assert!(said.contains(&line), "{said}");
    }
    assert!(
        said.contains("signed the manifest and 1 times messages"),
        "{said}"
    );
    assert!(said.contains("DEVELOPMENT KEY"), "{said}");
    assert!(said.contains("with --trusted"), "{said}");

    let path = folder.path().with_extension("der");
    fs::write(&path, signer().certificate_der()).unwrap();
    let out = verify(&["--trusted", path.to_str().unwrap()]);
    let said = String::from_utf8(out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(14), "{said}");
    assert!(
        said.contains("none of the trusted certificates is it"),
        "{said}"
    );
    let out = verify(&["--json"]);
    let told: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(told["certificates"].as_array().unwrap().len(), 2);
    assert_eq!(
        told["certificate_sha256"],
        told["certificates"][0]["sha256"]
    );
    fs::remove_file(path).unwrap();
}
