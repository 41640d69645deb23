//! Requests and sealed documents: valid, signed and readable in both versions and forms.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lettermill::bundle::mina_meddelanden as mm;
use lettermill::disk::sha256;
use lettermill::letter::*;
use lettermill::sign::{self, xmldsig};
use proptest::prelude::*;
use rayon::prelude::*;

use crate::common::*;

/// Schemas whose roots are the documents that a version sends and signs; the official ones declare only types for some.
pub struct Schemas {
    folder: tempfile::TempDir,
    documents: PathBuf,
    requests: PathBuf,
}

impl Schemas {
    /// `None` where the official schemas or xmllint are absent.
    pub fn of(version: mm::Version) -> Option<Self> {
        let official = reference("official/mina-meddelanden/schema")?
            .canonicalize()
            .unwrap();
        let samples = reference("samples/mina-meddelanden")?;
        if !has("xmllint") {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let (documents, requests) = match version {
            mm::Version::V3 => (
                samples.join("mm-v3-roots.xsd"),
                samples.join("mm-v3-soap.xsd"),
            ),
            mm::Version::V2 => wrappers_of_version_2(folder.path(), &official),
        };
        Some(Self {
            folder,
            documents,
            requests,
        })
    }

    pub fn document_is_valid(&self, document: &[u8]) -> Result<(), String> {
        self.is_valid(&self.documents, document)
    }

    pub fn request_is_valid(&self, request: &[u8]) -> Result<(), String> {
        self.is_valid(&self.requests, request)
    }

    fn is_valid(&self, schema: &Path, bytes: &[u8]) -> Result<(), String> {
        let path = self.folder.path().join("m.xml");
        fs::write(&path, bytes).unwrap();
        let out = run(Command::new("xmllint")
            .args(["--nonet", "--noout", "--huge", "--schema"])
            .arg(schema)
            .arg(&path));
        if out.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&out.stderr).into_owned())
        }
    }
}

/// As the samples have them for version 3.
fn wrappers_of_version_2(folder: &Path, official: &Path) -> (PathBuf, PathBuf) {
    let official = official.display();
    let namespaces = "http://minameddelanden.gov.se/schema";
    let documents = format!(
        "<schema xmlns=\"http://www.w3.org/2001/XMLSchema\" xmlns:m2=\"{namespaces}/Message/v2\"
          targetNamespace=\"{namespaces}/Message/v2\" elementFormDefault=\"qualified\">
        <include schemaLocation=\"{official}/v2/Message.xsd\"/>
        <element name=\"SignedDelivery\" type=\"m2:SignedDelivery\"/>
        <element name=\"SealedDelivery\" type=\"m2:SealedDelivery\"/>
        </schema>"
    );
    let requests = format!(
        "<schema xmlns=\"http://www.w3.org/2001/XMLSchema\" xmlns:v2=\"{namespaces}/Service/v2\"
          targetNamespace=\"http://schemas.xmlsoap.org/soap/envelope/\" elementFormDefault=\"qualified\">
        <import namespace=\"{namespaces}/Service/v2\" schemaLocation=\"{official}/v2/Service.xsd\"/>
        <element name=\"Envelope\"><complexType><sequence>
          <element name=\"Body\"><complexType><sequence><element ref=\"v2:deliverSecure\"/></sequence></complexType></element>
        </sequence></complexType></element>
        </schema>"
    );
    let paths = (folder.join("documents.xsd"), folder.join("requests.xsd"));
    fs::write(&paths.0, documents).unwrap();
    fs::write(&paths.1, requests).unwrap();
    paths
}

/// The stored message as request and as sealed document, each made by other hands than the writer's where it can be.
fn both_forms(form: mm::Form, stored: &[u8]) -> (Vec<u8>, Vec<u8>) {
    match form {
        mm::Form::Soap => (stored.to_vec(), renamed_back(stored)),
        mm::Form::Sealed => (mm::soap_envelope(stored).unwrap(), stored.to_vec()),
    }
}

#[test]
fn messages_are_valid_against_the_official_schemas() {
    let header = header();
    let pdf_letter = Letter {
        content: Content::Pdf(pdf("brev.pdf", b"%PDF-1.7")),
        ..letter("L-3")
    };
    let letters = [full_letter(&header), letter("L-2"), pdf_letter];
    for (version, form) in WAYS {
        let Some(schemas) = Schemas::of(version) else {
            return;
        };
        let sealer = sealer_with(options(version, form));
        for letter in &letters {
            let sealed = seal(&sealer, letter);
            let (request, document) = both_forms(form, &sealed.bytes);
            assert_eq!(request.len() as u64, sealed.request_bytes);
            schemas.request_is_valid(&request).unwrap();
            schemas.document_is_valid(&document).unwrap();
            schemas
                .document_is_valid(&signed_delivery(&document))
                .unwrap();
            // The check itself can fail.
            let broken = |bytes: &[u8]| {
                let text = std::str::from_utf8(bytes).unwrap();
                text.replace("181501019806", "18150101980").into_bytes()
            };
            assert!(schemas.request_is_valid(&broken(&request)).is_err());
            assert!(schemas.document_is_valid(&broken(&document)).is_err());
        }
    }
}

#[test]
fn both_signatures_verify_with_xmlsec1_whoever_relays() {
    let header = header();
    let letter = full_letter(&header);
    if !has("xmlsec1") {
        return;
    }
    for (version, form) in WAYS {
        for relay in [signer(), relay()] {
            let options = options(version, form);
            let sealer = mm::Sealer::new(options, signer(), relay, &header, DAY).unwrap();
            let (_, document) = both_forms(form, &seal(&sealer, &letter).bytes);
            assert!(xmlsec1_verifies(&document), "outer, {version:?}");
            assert!(
                xmlsec1_verifies(&signed_delivery(&document)),
                "inner, {version:?}"
            );
            let text = String::from_utf8(document).unwrap();
            let tampered = text.replacen("Kommun A", "Kommun B", 1);
            assert!(!xmlsec1_verifies(tampered.as_bytes()));
            assert!(!xmlsec1_verifies(&signed_delivery(tampered.as_bytes())));
        }
    }
}

#[test]
fn the_forms_become_each_other_and_both_read() {
    let letter = full_letter(&header());
    let certificates = mm::Certificates::default();
    for version in [mm::Version::V3, mm::Version::V2] {
        let in_form = |form| seal(&sealer_with(options(version, form)), &letter);
        let (request, document) = (in_form(mm::Form::Soap), in_form(mm::Form::Sealed));
        assert_eq!(mm::soap_envelope(&document.bytes).unwrap(), request.bytes);
        assert_eq!(mm::sealed_document(&request.bytes).unwrap(), document.bytes);
        assert!(mm::soap_envelope(&request.bytes).is_none());
        assert!(mm::sealed_document(&document.bytes).is_none());
        assert_eq!(request.request_bytes, document.request_bytes);
        for (form, sealed) in [(mm::Form::Soap, request), (mm::Form::Sealed, document)] {
            assert_eq!(sealed.sha256, sha256(&sealed.bytes));
            let verified = mm::verify(&sealed.bytes, &certificates).unwrap();
            assert_eq!((verified.version, verified.form), (version, form));
            assert_eq!(verified.message_ids, [sealed.message_id.to_string()]);
            assert_eq!(verified.correlation_id, "L-1");
            assert_eq!(verified.attachments, 2);
            assert_eq!(verified.sender.sha256(), signer().certificate_sha256());
            assert_eq!(verified.relay.sha256(), relay().certificate_sha256());
        }
    }
    assert!(mm::soap_envelope(b"<SealedDelivery/>").is_none());
    assert!(mm::sealed_document(b"").is_none());
}

#[test]
fn an_envelope_of_one_version_around_a_document_of_the_other_is_refused() {
    let in_form = |version| {
        seal(
            &sealer_with(options(version, mm::Form::Soap)),
            &letter("L-1"),
        )
    };
    let text = |version| String::from_utf8(in_form(version).bytes).unwrap();
    let (three, two) = (text(mm::Version::V3), text(mm::Version::V2));
    let certificates = mm::Certificates::default();
    for mixed in [
        three.replace("Service/v3", "Service/v2"),
        two.replace("Service/v2", "Service/v3"),
        two.replace("<deliverSecure>", "<deliverSecure xmlns=\"\">"),
    ] {
        assert!(mm::verify(mixed.as_bytes(), &certificates).is_err());
    }
}

/// A document with everything that differs from message to message blotted out: digests, signatures, certificates.
fn blotted(document: &str) -> String {
    let mut out = document.to_owned();
    for name in [
        "DigestValue",
        "SignatureValue",
        "X509SubjectName",
        "X509Certificate",
    ] {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let parts: Vec<&str> = out.split(&open).collect();
        let rest = parts
            .iter()
            .skip(1)
            .map(|part| &part[part.find(&close).unwrap()..]);
        out = std::iter::once(parts[0])
            .chain(rest)
            .collect::<Vec<_>>()
            .join(&open);
    }
    out
}

#[test]
fn a_request_has_the_bytes_of_the_worked_sample() {
    let Some(samples) = reference("samples/mina-meddelanden") else {
        return;
    };
    let sample = fs::read_to_string(samples.join("deliverSecure-v3.soap.xml")).unwrap();
    let mut header = header();
    header.sender.contact = SenderContact::default();
    header.sender.support = Support {
        text: "Kontakta Kommun A kundtjänst.".into(),
        url: Some("https://example.com/kontakt".into()),
        phone: Some("060-123456".into()),
        email: Some("kundtjanst@example.com".into()),
    };
    let day = jiff::civil::date(2026, 11, 22);
    let options = mm::Options {
        body: mm::BodyForm::Plain,
        ..mm::Options::default()
    };
    let sealer = mm::Sealer::new(options, signer(), relay(), &header, day).unwrap();
    let mut ours = letter("L-1");
    ours.recipient.id = person("195303231855");
    ours.subject = "Beslut om förskoleplats".into();
    ours.attachments = vec![Attachment {
        document: pdf("brev.pdf", &fs::read(samples.join("letter.pdf")).unwrap()),
        only: None,
    }];
    let sealed = seal(&sealer, &ours);
    let text = String::from_utf8(sealed.bytes).unwrap();
    // What the sample has otherwise, by its author's choice: no declaration, no correlation id, other ids and texts.
    let correlation = "<CorrelationId xmlns=\"http://minameddelanden.gov.se/schema/Message/v2\">L-1</CorrelationId>";
    let text = text.replacen(correlation, "", 1);
    let text = text.replacen("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", 1);
    let ours = text.replace(
        &sealed.message_id.to_string(),
        "2f0c1d6e-6a1c-4d0e-9d51-000000000001",
    );
    let body = base64_simd::STANDARD.encode_to_string("Hej!\n");
    let ours = ours.replace(&body, "SGVqIQpEaXR0IGJlc2x1dCBmaW5ucyBpIGJpbGFnYW4u");
    assert_eq!(blotted(&ours), blotted(sample.trim_end()));
}

/// Names and namespaces of all elements, in order.
fn skeleton(document: &str) -> Vec<String> {
    let tree = roxmltree::Document::parse(document).unwrap();
    let elements = tree.descendants().filter(roxmltree::Node::is_element);
    elements
        .map(|node| {
            let name = node.tag_name();
            format!(
                "{{{}}}{}",
                name.namespace().unwrap_or_default(),
                name.name()
            )
        })
        .collect()
}

#[test]
fn a_sealed_document_has_the_elements_of_the_vector_of_other_software() {
    let Some(vectors) = reference("official/mina-meddelanden/vectors") else {
        return;
    };
    let vector = fs::read_to_string(vectors.join("SealedDeliveryWithSignature.xml")).unwrap();
    let mut header = header();
    header.sender.contact = SenderContact::default();
    header.sender.support = Support {
        text: "suppinfo".into(),
        ..Support::default()
    };
    let options = options(mm::Version::V3, mm::Form::Sealed);
    let sealer = mm::Sealer::new(options, signer(), relay(), &header, DAY).unwrap();
    let mut ours = letter("L-1");
    ours.data = vec![("1".into(), "3465436".into())];
    ours.dialogue.matter = Some(Matter {
        case_id: Some("2344".into()),
        event_id: Some("2344".into()),
        preceding_event_id: Some("234243".into()),
        subject: Some("Test".into()),
        event_type: Some("Test".into()),
        ..Matter::default()
    });
    ours.attachments = vec![Attachment {
        document: pdf("a.pdf", b"%PDF-1.5"),
        only: None,
    }];
    let document = String::from_utf8(seal(&sealer, &ours).bytes).unwrap();
    let ours: Vec<String> = skeleton(&document)
        .into_iter()
        .filter(|name| !name.ends_with("}CorrelationId"))
        .collect();
    assert_eq!(ours, skeleton(&vector));
}

#[test]
fn a_signature_made_by_other_software_reads_and_verifies_here() {
    let Some(samples) = reference("samples/mina-meddelanden") else {
        return;
    };
    let document = fs::read(samples.join("sealed-delivery-v3.xml")).unwrap();
    let input = fs::read(samples.join("sealed-delivery-v3.digest-input.xml")).unwrap();
    let text = std::str::from_utf8(&document).unwrap();
    let at = text.rfind("<Signature ").unwrap();
    let parsed = xmldsig::parse(&document[at..]).unwrap();
    let der = base64_simd::STANDARD
        .decode_to_vec(parsed.certificate_base64)
        .unwrap();
    let certificate = sign::Certificate::from_der(&der).unwrap();
    parsed.verify(&sha256(&input), &certificate).unwrap();
    assert!(parsed.verify(&sha256(b""), &certificate).is_err());
    assert!(
        parsed
            .verify(&sha256(&input), signer().certificate())
            .is_err()
    );
}

/// Canonical XML of a document, as libxml2 sees it.
fn canonical(form: &str, document: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.xml");
    fs::write(&path, document).unwrap();
    run_ok(Command::new("xmllint").arg(form).arg(&path))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_message_is_its_own_canonical_form_and_its_request_has_the_bytes_counted(
        subject in "[\\t\\n\\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]{0,40}",
        reference in proptest::option::of("[&<>\"'\\]\\r\\n\\t åßǩ𝄞-]{0,20}"),
        data in proptest::collection::vec(("[&<>\\]a-ö]{1,8}", "[&<>\\r\\]a-ö \u{85}\u{2028}]{0,8}"), 0..3),
        text in "[&<>\\]\\r\\n a-ö]{0,40}",
        matter in proptest::option::of(("[&<>\\r]{0,4}", proptest::option::of("[a-ö&]{0,4}"))),
        attachment in proptest::option::of(0usize..3000),
        (version, form) in prop::sample::select(&WAYS),
    ) {
        let letter = Letter {
            subject: subject.clone().into(),
            reference: reference.clone().map(Into::into),
            data: data.iter().map(|(n, v)| (n.as_str().into(), v.as_str().into())).collect(),
            content: Content::Text(vec![Block::Paragraph(vec![run_of(&text)])]),
            attachments: attachment.iter().map(|n| Attachment {
                document: pdf("&.pdf", &vec![7; *n]),
                only: None,
            }).collect(),
            dialogue: Dialogue {
                matter: matter.map(|(case_id, event_type)| Matter {
                    case_id: Some(case_id.into()),
                    event_type: event_type.map(Into::into),
                    ..Matter::default()
                }),
                ..Dialogue::default()
            },
            ..letter("L-1")
        };
        let sealed = seal(&sealer_with(options(version, form)), &letter);
        let verified = mm::verify(&sealed.bytes, &mm::Certificates::default());
        prop_assert!(verified.is_ok(), "{:?}", verified.err());
        let (request, document) = match form {
            mm::Form::Soap => (sealed.bytes.clone(), mm::sealed_document(&sealed.bytes).unwrap()),
            mm::Form::Sealed => (mm::soap_envelope(&sealed.bytes).unwrap(), sealed.bytes),
        };
        prop_assert_eq!(request.len() as u64, sealed.request_bytes);
        if has("xmllint") {
            for document in [document.clone(), signed_delivery(&document)] {
                prop_assert_eq!(&canonical("--c14n", &document), &document);
                prop_assert_eq!(&canonical("--exc-c14n", &document), &document);
            }
        }
        let source = std::str::from_utf8(&document).unwrap();
        let tree = roxmltree::Document::parse(source).unwrap();
        let node = tree.descendants().find(|n| n.tag_name().name() == "Subject").unwrap();
        prop_assert_eq!(node.text().unwrap_or_default(), subject);
    }

    #[test]
    fn reading_never_panics(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        cut in 0usize..9000,
        (version, form) in prop::sample::select(&WAYS),
    ) {
        let certificates = mm::Certificates::default();
        prop_assert!(mm::verify(&bytes, &certificates).is_err());
        let mut document = seal(&sealer_with(options(version, form)), &letter("L-1")).bytes;
        document.truncate(cut.min(document.len() - 1));
        prop_assert!(mm::verify(&document, &certificates).is_err());
        let _ = mm::soap_envelope(&document);
        let _ = mm::sealed_document(&document);
        document.extend_from_slice(&bytes);
        prop_assert!(mm::verify(&document, &certificates).is_err());
    }
}

#[test]
fn no_byte_of_a_message_can_be_changed() {
    for (version, form) in [
        (mm::Version::V3, mm::Form::Soap),
        (mm::Version::V2, mm::Form::Sealed),
    ] {
        let sealer = sealer_with(options(version, form));
        let document = seal(&sealer, &letter("L-1")).bytes;
        let certificates = mm::Certificates::default();
        mm::verify(&document, &certificates).unwrap();
        // Of the relay's own certificate only the key and the subject count for its signature; the index's SHA-256
        // covers the rest (`a_check_finds_every_changed_byte`).
        let text = std::str::from_utf8(&document).unwrap();
        let from = text.rfind("<X509Certificate>").unwrap();
        let to = text.rfind("</X509Certificate>").unwrap();
        let undetected: Vec<usize> = (0..document.len())
            .into_par_iter()
            .filter(|at| !(from..to).contains(at))
            .flat_map_iter(|at| [1u8, 0x20, 0x80].map(|bit| (at, bit)))
            .filter(|(at, bit)| {
                let mut changed = document.clone();
                changed[*at] ^= bit;
                mm::verify(&changed, &certificates).is_ok()
            })
            .map(|(at, _)| at)
            .collect();
        assert!(undetected.is_empty(), "bytes {undetected:?}");
    }
}
