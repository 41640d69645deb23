//! The program: what it prints, and its exit codes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::relay;
use crate::messages::documents;
use crate::vectors::has_person_number;

pub fn verify(arguments: &[&str], path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lettermill"))
        .arg("verify")
        .args(arguments)
        .arg(path)
        .output()
        .unwrap()
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_good_message_ends_with_0_and_says_who_signed() {
    let folder = tempfile::tempdir().unwrap();
    for (name, document) in documents() {
        let path = written(folder.path(), "message.xml", &document);
        let out = verify(&[], &path);
        assert_eq!(out.status.code(), Some(0));
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

        let out = verify(&["--json"], &path);
        assert_eq!(out.status.code(), Some(0));
        let verdict: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(verdict["kind"], "mina-meddelanden");
        assert_eq!(verdict["faults"].as_array().unwrap().len(), 0);
        assert_eq!(verdict["signatures"][0]["method"], "rsa-sha256");
        assert_eq!(verdict["signatures"][0]["document_form"], "stripped");
        assert!(!has_person_number(&text(&out.stdout)));
    }
}

#[test]
fn faults_end_with_14_and_files_that_are_no_message_with_11() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let changed = text(&documents()[1].1).replace("svSE", "svse");
    let path = written(folder, "changed.xml", changed.as_bytes());
    let out = verify(&[], &path);
    assert_eq!(out.status.code(), Some(14));
    let said = text(&out.stdout);
    assert!(
        said.starts_with(
            "fault: sender's signature: wrong digest: the document was changed after signing\n"
        ),
        "{said}"
    );
    assert!(said.contains("fault: relay's seal: wrong digest"), "{said}");
    let json: serde_json::Value =
        serde_json::from_slice(&verify(&["--json"], &path).stdout).unwrap();
    assert_eq!(json["faults"][0]["part"], "sender");
    assert_eq!(json["faults"][0]["code"], "digest");

    for (name, bytes) in [
        ("empty.xml", ""),
        ("other.xml", "<a/>"),
        ("dtd.xml", "<!DOCTYPE a><a/>"),
    ] {
        let out = verify(&[], &written(folder, name, bytes.as_bytes()));
        assert_eq!(out.status.code(), Some(11), "{name}");
        assert!(
            text(&out.stderr).starts_with("error: `"),
            "{}",
            text(&out.stderr)
        );
        assert!(out.stdout.is_empty());
    }
    assert_eq!(verify(&[], &folder.join("absent")).status.code(), Some(11));
}

#[test]
fn trusted_certificates_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let path = written(folder, "message.xml", &documents()[1].1);
    let sender = written(
        folder,
        "sender.der",
        crate::common::signer().certificate_der(),
    );
    let relay = written(folder, "relay.der", relay().certificate_der());
    let (sender, relay) = (sender.to_str().unwrap(), relay.to_str().unwrap());
    let both = verify(&["--trusted", sender, "--trusted", relay], &path);
    assert_eq!(both.status.code(), Some(0));
    assert!(
        text(&both.stdout).contains(", trusted\n"),
        "{}",
        text(&both.stdout)
    );
    let one = verify(&["--trusted", sender], &path);
    assert_eq!(one.status.code(), Some(14));
    assert!(text(&one.stdout).contains("fault: relay's seal: none of the trusted certificates"));
    let not_one = written(folder, "not.pem", b"-----BEGIN");
    let wrong = verify(&["--trusted", not_one.to_str().unwrap()], &path);
    assert_eq!(wrong.status.code(), Some(10));
    assert_eq!(
        verify(&["--trusted", sender], folder).status.code(),
        Some(11) // It has no manifest.
    );
}
