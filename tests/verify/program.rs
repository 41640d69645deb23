//! The program: what it prints, and its exit codes.

use std::process::Output;

use crate::common::relay;
use crate::messages::documents;
use crate::support::program::{Bench, code, json};
use crate::vectors::has_person_number;

pub fn verify(bench: &Bench, arguments: &[&str], path: &str) -> Output {
    bench.lettermill(&[&["verify"], arguments, &[path]].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_good_message_ends_with_0_and_says_who_signed() {
    let bench = Bench::new();
    for (name, document) in documents() {
        let path = bench.write("message.xml", &document);
        let out = verify(&bench, &[], &path);
        assert_eq!(code(&out), 0);
        let said = text(&out.stdout);
        assert!(
            said.contains("sender's signature: good, rsa-sha256 over sha256, certificate of CN="),
            "{said}"
        );
        assert!(
            said.contains("name those you trust with --trusted"),
            "{said}"
        );
        let last = said.lines().last().unwrap();
        let expected = match name {
            "SignedDelivery" => "SignedDelivery of Mina meddelanden version 3:",
            "SealedDelivery" => "SealedDelivery of Mina meddelanden version 3:",
            _ => "SealedDelivery of Mina meddelanden version 3 in SOAP:",
        };
        assert!(last.starts_with(expected), "{last}");
        assert!(last.ends_with("0 faults"), "{last}");
        assert!(!has_person_number(&said), "{said}");

        let out = verify(&bench, &["--json"], &path);
        assert_eq!(code(&out), 0);
        let verdict = json(&out);
        assert_eq!(verdict["kind"], "mina-meddelanden");
        assert_eq!(verdict["faults"].as_array().unwrap().len(), 0);
        assert_eq!(verdict["signatures"][0]["method"], "rsa-sha256");
        assert_eq!(verdict["signatures"][0]["document_form"], "stripped");
        assert!(!has_person_number(&text(&out.stdout)));
    }
}

#[test]
fn faults_end_with_14_and_files_that_are_no_message_with_11() {
    let bench = Bench::new();
    let changed = text(&documents()[1].1).replace("svSE", "svse");
    let path = bench.write("changed.xml", changed.as_bytes());
    let out = verify(&bench, &[], &path);
    assert_eq!(code(&out), 14);
    let said = text(&out.stdout);
    assert!(
        said.starts_with(
            "fault: sender's signature: wrong digest: the document was changed after signing\n"
        ),
        "{said}"
    );
    assert!(said.contains("fault: relay's seal: wrong digest"), "{said}");
    let verdict = json(&verify(&bench, &["--json"], &path));
    assert_eq!(verdict["faults"][0]["part"], "sender");
    assert_eq!(verdict["faults"][0]["code"], "digest");

    for (name, bytes) in [
        ("empty.xml", ""),
        ("other.xml", "<a/>"),
        ("dtd.xml", "<!DOCTYPE a><a/>"),
    ] {
        let out = verify(&bench, &[], &bench.write(name, bytes.as_bytes()));
        assert_eq!(code(&out), 11, "{name}");
        assert!(
            text(&out.stderr).starts_with("error: `"),
            "{}",
            text(&out.stderr)
        );
        assert!(out.stdout.is_empty());
    }
    assert_eq!(code(&verify(&bench, &[], &bench.text("absent"))), 11);
}

#[test]
fn trusted_certificates_are_asked_for() {
    let bench = Bench::new();
    let path = bench.write("message.xml", &documents()[1].1);
    let sender = bench.write("sender.der", crate::common::signer().certificate_der());
    let relay = bench.write("relay.der", relay().certificate_der());
    let both = verify(&bench, &["--trusted", &sender, "--trusted", &relay], &path);
    assert_eq!(code(&both), 0);
    assert!(
        text(&both.stdout).contains(", trusted\n"),
        "{}",
        text(&both.stdout)
    );
    let one = verify(&bench, &["--trusted", &sender], &path);
    assert_eq!(code(&one), 14);
    assert!(text(&one.stdout).contains("fault: relay's seal: none of the trusted certificates"));
    let not_one = bench.write("not.pem", b"-----BEGIN");
    let wrong = verify(&bench, &["--trusted", &not_one], &path);
    assert_eq!(code(&wrong), 10);
    let folder = bench.text("");
    assert_eq!(code(&verify(&bench, &["--trusted", &sender], &folder)), 11); // It has no manifest.
}
