//! Messages of Skatteverket's test environment of 2020 and of a program of 2013, each with the verdict that is known of
//! it (SOURCES.txt beside them), and our own worked samples.

use std::fs;
use std::path::Path;

use lettermill::sign::foreign::{DigestMethod, Reading, SignatureMethod};

use crate::common::{has, reference, xmlsec1_verifies};
use crate::rewrite::{Style, rewritten};
use crate::{faults, has_note, judge};

const KOMMUN_A: &str = "CN=Kommun A+serialNumber=162021004748,O=Kommun A,C=SE";

pub fn official(name: &str) -> Option<Vec<u8>> {
    reference(&format!("official/mina-meddelanden/{name}")).map(|path| fs::read(path).unwrap())
}

#[test]
fn both_signatures_of_a_sealed_delivery_of_2020_verify() {
    let Some(document) = official("vectors/SealedDeliveryWithSignature.xml") else {
        return;
    };
    let verdict = judge(&document);
    assert_eq!(faults(&verdict), "");
    assert_eq!((verdict.messages, verdict.attachments), (1, 1));
    for signature in &verdict.signatures {
        assert_eq!(signature.method, Some(SignatureMethod::RsaSha256));
        assert_eq!(signature.digest, Some(DigestMethod::Sha256));
        assert_eq!(signature.document_form, Some(Reading::Stripped));
        let certificate = signature.certificate.as_ref().unwrap();
        assert_eq!(certificate.subject, KOMMUN_A);
        assert!(
            certificate.issuer.contains("ExpiTrust"),
            "{}",
            certificate.issuer
        );
        assert_eq!(certificate.key_bits, 2048);
        assert_eq!(certificate.vouched, None);
    }
    assert!(has_note(&verdict, "attachment 1 has another `Checksum`"));
    assert_eq!(verdict.notes.len(), 1, "{:?}", verdict.notes);
    if has("xmlsec1") {
        assert!(xmlsec1_verifies(&document));
    }
}

#[test]
fn an_unsigned_seal_is_named_so() {
    let Some(document) = official("vectors/SealedDelivery.xml") else {
        return;
    };
    let verdict = judge(&document);
    assert_eq!(faults(&verdict), "relay:absent");
    assert!(verdict.signatures[0].good && !verdict.signatures[1].good);
    let what = &verdict.faults[0].what;
    assert!(what.contains("the sender's signature is good"), "{what}");
}

#[test]
fn a_delivery_without_signature_is_named_so() {
    let unsigned = [
        "vectors/SignedDelivery.xml",
        "v1-2014/vectors/unsigned.xml",
        "v1-2014/vectors/seal_in.xml",
    ];
    for name in unsigned {
        let Some(document) = official(name) else {
            return;
        };
        let verdict = judge(&document);
        assert_eq!(faults(&verdict), "message:no-signature", "{name}");
        assert!(verdict.signatures.iter().all(|s| !s.good));
        let forms = verdict.faults[0].what.contains("empty forms");
        assert_eq!(forms, name.starts_with("v1"), "{name}");
    }
}

#[test]
fn a_delivery_indented_after_signing_is_good_without_the_white_space() {
    let Some(document) = official("vectors/SignedDeliveryWithSignature.xml") else {
        return;
    };
    let verdict = judge(&document);
    assert_eq!(faults(&verdict), "sender:reformatted");
    assert!(verdict.faults[0].what.contains("reformatted after signing"));
    assert_eq!(
        verdict.signatures[0].certificate.as_ref().unwrap().subject,
        KOMMUN_A
    );

    let packed = without_white_space(&document);
    assert_eq!(faults(&judge(&packed)), "");
    if has("xmlsec1") {
        assert!(!xmlsec1_verifies(&document));
        assert!(xmlsec1_verifies(packed.as_bytes()));
    }
    // White space inside of a text is another matter.
    let changed = String::from_utf8(document).unwrap();
    let changed = changed.replace("<Text>suppinfo</Text>", "<Text> suppinfo</Text>");
    assert_eq!(faults(&judge(&changed)), "sender:digest");
}

#[test]
fn signatures_of_2013_verify_and_are_told_to_be_weak() {
    let cases = [("signed.xml", 1), ("seal_out.xml", 2)];
    for (name, signatures) in cases {
        let Some(document) = official(&format!("v1-2014/vectors/{name}")) else {
            return;
        };
        let verdict = judge(&document);
        assert_eq!(faults(&verdict), "", "{name}");
        assert_eq!(verdict.version, "1");
        assert_eq!(verdict.signatures.len(), signatures);
        for signature in &verdict.signatures {
            assert_eq!(signature.method, Some(SignatureMethod::RsaSha1));
            assert_eq!(signature.digest, Some(DigestMethod::Sha1));
            let certificate = signature.certificate.as_ref().unwrap();
            assert_eq!(certificate.key_bits, 1024);
            assert!(certificate.subject.contains("O=Kommun B"));
            assert!(certificate.not_after.starts_with("2014-09-01"));
        }
        let weak = |what: &str| verdict.notes.iter().filter(|n| n.contains(what)).count();
        let sha1 = "signed with SHA-1, which is accepted only for reading";
        assert_eq!(weak(sha1), signatures, "{name}");
        assert_eq!(weak("1024 bits"), signatures, "{name}");
    }
}

#[test]
fn the_worked_samples_verify() {
    for (name, signatures) in [
        ("signed-delivery-v3.xml", 1),
        ("sealed-delivery-v3.xml", 2),
        ("deliverSecure-v3.soap.xml", 2),
    ] {
        let Some(path) = reference(&format!("samples/mina-meddelanden/{name}")) else {
            return;
        };
        let document = fs::read(path).unwrap();
        let verdict = judge(&document);
        assert_eq!(faults(&verdict), "", "{name}");
        assert_eq!(verdict.signatures.len(), signatures);
        assert!(!has_note(&verdict, "Checksum"), "{name}");
        let style = Style {
            prefixes: true,
            spelling: true,
            comments: true,
            indented: false,
        };
        assert_eq!(faults(&judge(rewritten(&document, style))), "", "{name}");
    }
}

#[test]
fn other_messages_of_the_channel_are_refused() {
    for name in [
        "deliverSecure-v3.response.soap.xml",
        "fault-v3.soap.xml",
        "isReachable-v3.request.soap.xml",
        "isReachable-v3.response.soap.xml",
    ] {
        let Some(path) = reference(&format!("samples/mina-meddelanden/{name}")) else {
            return;
        };
        let error = lettermill::verify::message::verify(&path, &[]).unwrap_err();
        assert!(error.to_string().contains("SealedDelivery"), "{error}");
    }
}

#[test]
fn no_verdict_names_a_recipient() {
    let Some(folder) = reference("official/mina-meddelanden") else {
        return;
    };
    for (folder, names) in [
        (folder.join("vectors"), 4),
        (folder.join("v1-2014/vectors"), 4),
    ] {
        let mut files = 0;
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            files += 1;
            let verdict = lettermill::verify::message::verify(&path, &[]).unwrap();
            let text = format!("{verdict:?}{}", serde_json::to_string(&verdict).unwrap());
            assert!(!has_person_number(&text), "{}", Path::new(&path).display());
        }
        assert_eq!(files, names);
    }
}

/// Twelve digits that begin with a century.
pub fn has_person_number(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii_digit());
    runs.into_iter()
        .any(|run| run.len() == 12 && ["18", "19", "20"].iter().any(|c| run.starts_with(c)))
}

/// As a program would do it that knows nothing of XML: white space between two tags is taken out.
fn without_white_space(document: &[u8]) -> String {
    let text = std::str::from_utf8(document).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let joined = lines.join("");
    assert!(!joined.contains("> <"));
    joined
}
