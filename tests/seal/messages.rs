//! Messages: form, signatures, refusals.

use std::borrow::Cow;
use std::fs;
use std::process::Command;

use lettermill::bundle::{Refusal, Seal, message_id, mina_meddelanden as mm};
use lettermill::disk::sha256;
use lettermill::letter::*;
use lettermill::sign::{self, xmldsig};
use proptest::prelude::*;
use rayon::prelude::*;

use crate::common::*;

#[test]
fn a_message_with_every_element_is_valid_against_the_official_schema() {
    let header = header();
    let (full, bare) = (full_letter(&header), letter("L-2"));
    let pdf_letter = Letter {
        content: Content::Pdf(pdf("brev.pdf", b"%PDF-1.7")),
        ..letter("L-3")
    };
    let sealer = mm::Sealer::new(mm::Options::default(), signer(), relay(), &header, DAY).unwrap();
    let Some(samples) = reference("samples/mina-meddelanden") else {
        return;
    };
    if !has("xmllint") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let validate = |schema: &str, bytes: &[u8]| {
        let path = folder.path().join("m.xml");
        fs::write(&path, bytes).unwrap();
        run(Command::new("xmllint")
            .args(["--nonet", "--noout", "--schema"])
            .arg(samples.join(schema))
            .arg(&path))
    };
    for letter in [&full, &bare, &pdf_letter] {
        let sealed = seal(&sealer, letter);
        let inner = signed_delivery(&sealed.bytes);
        let envelope = mm::soap_envelope(&sealed.bytes).unwrap();
        assert_eq!(envelope.len() as u64, sealed.request_bytes);
        for (schema, bytes) in [
            ("mm-v3-roots.xsd", &sealed.bytes),
            ("mm-v3-roots.xsd", &inner),
            ("mm-v3-soap.xsd", &envelope),
        ] {
            let out = validate(schema, bytes);
            let said = String::from_utf8_lossy(&out.stderr);
            assert!(out.status.success(), "{schema}: {said}");
        }
    }
    // The check itself can fail.
    let broken = String::from_utf8(seal(&sealer, &bare).bytes).unwrap();
    let broken = broken.replace("181501019806", "18150101980");
    assert!(
        !validate("mm-v3-roots.xsd", broken.as_bytes())
            .status
            .success()
    );
}

#[test]
fn both_signatures_verify_with_xmlsec1() {
    let header = header();
    let letter = full_letter(&header);
    if !has("xmlsec1") {
        return;
    }
    for relay in [signer(), relay()] {
        let sealer = mm::Sealer::new(mm::Options::default(), signer(), relay, &header, DAY);
        let sealed = seal(&sealer.unwrap(), &letter);
        assert!(xmlsec1_verifies(&sealed.bytes), "outer");
        assert!(xmlsec1_verifies(&signed_delivery(&sealed.bytes)), "inner");
        let text = String::from_utf8(sealed.bytes).unwrap();
        let tampered = text.replacen("Kommun A", "Kommun B", 1);
        assert!(!xmlsec1_verifies(tampered.as_bytes()));
        assert!(!xmlsec1_verifies(&signed_delivery(tampered.as_bytes())));
    }
}

#[test]
fn the_request_verifies_once_it_is_renamed_back() {
    // facts/sweden.md §2: {svc3}deliverSecure becomes {m3}SealedDelivery before the seal is digested.
    let document = seal(&sealer(), &letter("L-1")).bytes;
    let envelope = String::from_utf8(mm::soap_envelope(&document).unwrap()).unwrap();
    let inner_open = "<deliverSecure><SignedDelivery";
    let from = envelope.find(inner_open).unwrap() + "<deliverSecure>".len();
    let to = envelope.find("</deliverSecure>").unwrap();
    let namespace = " xmlns=\"http://minameddelanden.gov.se/schema/Message/v3\"";
    let renamed = format!(
        "<SealedDelivery{namespace}>{}</SealedDelivery>",
        &envelope[from..to]
    );
    if has("xmlsec1") {
        assert!(xmlsec1_verifies(renamed.as_bytes()));
    }
    let plain = renamed
        .replacen(
            &format!("<SignedDelivery{namespace}>"),
            "<SignedDelivery>",
            1,
        )
        .replacen(&format!("<Seal{namespace}>"), "<Seal>", 1);
    assert_eq!(plain.as_bytes(), document);
    assert!(mm::soap_envelope(b"<SealedDelivery/>").is_none());
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

#[test]
fn a_message_says_what_the_letter_says() {
    let header = header();
    let document = seal(&sealer(), &full_letter(&header)).bytes;
    let text = std::str::from_utf8(&document).unwrap();
    let tree = roxmltree::Document::parse(text).unwrap();
    let all = |name: &str| -> Vec<String> {
        tree.descendants()
            .filter(|n| n.is_element() && n.tag_name().name() == name)
            .filter(|n| n.tag_name().namespace() != Some("http://www.w3.org/2000/09/xmldsig#"))
            .map(|n| n.text().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(all("Recipient"), ["181501019806"]);
    assert_eq!(all("Reference"), ["Dnr 2026:17 ]]> & \"x\" 'y' <z>"]);
    assert_eq!(all("CorrelationId"), ["L-1"]);
    assert_eq!(all("Attention"), ["c/o Ö & Å"]);
    assert_eq!(all("Id")[1], message_id("M-2026-11-22", "L-1").to_string());
    assert_eq!(all("Subject"), ["Sámi: Ǥ ǧ ʒ \r\n\t & < > ]]> 𐍈"]);
    assert_eq!(all("Tag"), ["kanal", "tom"]);
    assert_eq!(all("Value"), ["a&b", ""]);
    assert_eq!(all("Language"), ["svSE"]);
    assert_eq!(all("ReceivedTime"), ["2026-11-22"]);
    assert_eq!(
        all("ContentType"),
        ["text/html", "application/pdf", "application/pdf"]
    );
    assert_eq!(all("Filename"), ["villkor.pdf", "räkning & <kvitto>.pdf"]);
    // md5sum of the two files.
    assert_eq!(
        all("Checksum"),
        [
            "7B5968EDC9EF9355AF6B6FA2E4FFBBE1",
            "23CC517AE5734B068E21C92920A5EE02"
        ]
    );
    let bodies: Vec<Vec<u8>> = all("Body")
        .iter()
        .filter(|b| !b.is_empty())
        .map(|b| base64_simd::STANDARD.decode_to_vec(b).unwrap())
        .collect();
    assert_eq!(bodies[1], b"%PDF-1.4 shared");
    assert_eq!(bodies[2], [0xff; 1000]);
    let html = String::from_utf8(bodies[0].clone()).unwrap();
    assert!(html.contains("<h1>Beslut &amp; &lt;motivering&gt;</h1>"));
    assert!(html.contains("<strong><em>viktigt</em></strong><br/>ny rad</p>"));
    assert!(html.contains("<td style=\"text-align:right\"><strong>1 234,50</strong></td>"));
    let parsed = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    roxmltree::Document::parse_with_options(&html, parsed).unwrap();
    if has("xmllint") {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("body.html");
        fs::write(&path, &html).unwrap();
        let out = run(Command::new("xmllint")
            .args(["--html", "--noout"])
            .arg(&path));
        assert_eq!(String::from_utf8_lossy(&out.stderr), "");
    }
}

#[test]
fn a_letter_that_is_a_pdf_is_named_in_a_readable_body() {
    let letter = Letter {
        content: Content::Pdf(pdf("beslut.pdf", b"%PDF-1.7")),
        attachments: vec![Attachment {
            document: pdf("bilaga.pdf", b"%PDF-1.6"),
            only: None,
        }],
        ..letter("L-1")
    };
    let text = String::from_utf8(seal(&sealer(), &letter).bytes).unwrap();
    let body = "Beslut om förskoleplats\n\nBrevet finns i den bifogade filen beslut.pdf.\n";
    assert!(text.contains(&base64_simd::STANDARD.encode_to_string(body)));
    assert!(text.contains(">text/plain<"));
    let (content, enclosed) = (text.find(">beslut.pdf<"), text.find(">bilaga.pdf<"));
    assert!(content.unwrap() < enclosed.unwrap());
}

#[test]
fn a_body_may_be_plain_text() {
    let header = header();
    let options = mm::Options {
        body: mm::BodyForm::Plain,
        ..mm::Options::default()
    };
    let sealer = mm::Sealer::new(options, signer(), relay(), &header, DAY).unwrap();
    let text = String::from_utf8(seal(&sealer, &full_letter(&header)).bytes).unwrap();
    let body = "Beslut & <motivering>\n\nǨiõll, čáhci, ŋ ŧ đ ž; łódź; İstanbul; 𝄞 ]]> viktigt\nny rad\n\n\
                1. ett\n2. \n\nAvser\t\nSumma\t1 234,50\n\nOCR: 12345\n";
    assert!(text.contains(&base64_simd::STANDARD.encode_to_string(body)));
}

#[test]
fn a_message_just_at_the_size_limit_is_sealed_and_one_byte_more_is_refused() {
    let letter = full_letter(&header());
    let request_bytes = seal(&sealer(), &letter).request_bytes;
    let with = |message_bytes_max| {
        let options = mm::Options {
            message_bytes_max,
            ..mm::Options::default()
        };
        let sealer = mm::Sealer::new(options, signer(), relay(), &header(), DAY).unwrap();
        sealer.seal(&[&letter]).map(|mut made| made.remove(0))
    };
    assert_eq!(with(request_bytes).unwrap().request_bytes, request_bytes);
    match with(request_bytes - 1).unwrap_err() {
        Refusal::TooLarge { bytes, bytes_max } => {
            assert_eq!((bytes, bytes_max), (request_bytes, request_bytes - 1));
        }
        other => panic!("{other}"),
    }
}

#[test]
fn by_default_two_mebibytes_are_the_limit() {
    let with = |bytes: usize| {
        let letter = Letter {
            content: Content::Pdf(pdf("stor.pdf", &vec![b'x'; bytes])),
            ..letter("L-1")
        };
        sealer().seal(&[&letter]).map(|mut made| made.remove(0))
    };
    assert!(with(1_560_000).unwrap().request_bytes <= 2_097_152);
    let refused = with(1_575_000).unwrap_err();
    let said = refused.to_string();
    assert!(matches!(refused, Refusal::TooLarge { .. }), "{said}");
    assert!(said.ends_with("the channel takes 2097152"), "{said}");
}

#[test]
fn what_the_channel_does_not_carry_is_refused() {
    let refuse = |change: &dyn Fn(&mut Letter<'_>)| {
        let mut letter = letter("L-1");
        change(&mut letter);
        let refusal = sealer().seal(&[&letter]).unwrap_err();
        format!("{refusal:?}")
    };
    let ids = [
        person("190100010001"), // Month 00, as issued coordination numbers may have.
        person("191300010001"), // Month 13: position 4 and 5 are "00".
        person("171501019806"), // No such century.
        RecipientId::None,
        RecipientId::Cpr(Cpr::from_digits("6101010000").unwrap()),
        RecipientId::Cvr(Cvr::from_digits("00000000").unwrap()),
    ];
    for id in ids {
        let said = refuse(&|letter| letter.recipient.id = id);
        assert!(said.starts_with("NotRepresentable"), "{said}");
        assert!(!said.contains("0001") && !said.contains("9806"), "{said}");
    }
    let word = Document {
        media_type: "application/msword".into(),
        ..pdf("brev.doc", b"x")
    };
    let said = refuse(&|letter| letter.content = Content::Pdf(word.clone()));
    assert!(said.starts_with("ContentNotAllowed") && said.contains("application/msword"));
    for character in ["\0", "\u{b}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
        for change in [
            &(|letter: &mut Letter<'_>| letter.subject = character.to_owned().into())
                as &dyn Fn(&mut Letter<'_>),
            &|letter| letter.reference = Some(character.to_owned().into()),
            &|letter| letter.data = vec![("x".into(), character.to_owned().into())],
            &|letter| {
                let run = Run {
                    text: character.to_owned().into(),
                    ..run_of("")
                };
                letter.content = Content::Text(vec![Block::Paragraph(vec![run])]);
            },
        ] {
            let said = refuse(change);
            assert!(said.starts_with("ContentNotAllowed"), "{said}");
        }
    }
}

#[test]
fn coordination_numbers_and_organisations_are_written() {
    let sealer = sealer();
    for (id, digits) in [
        (person("182003619803"), "182003619803"),
        (person("182003609805"), "182003609805"), // Day 60: unknown.
        (
            RecipientId::Organisation(OrganisationNumber::from_digits(OPERATOR).unwrap()),
            OPERATOR,
        ),
    ] {
        let mut letter = letter("L-1");
        letter.recipient.id = id;
        let text = String::from_utf8(seal(&sealer, &letter).bytes).unwrap();
        assert!(text.contains(&format!(">{digits}</Recipient>")));
    }
}

#[test]
fn a_sender_who_cannot_send_is_refused() {
    let refuse = |change: &dyn Fn(&mut Header)| {
        let mut header = header();
        change(&mut header);
        let sealer = mm::Sealer::new(mm::Options::default(), signer(), relay(), &header, DAY);
        sealer.unwrap_err().to_string()
    };
    assert!(refuse(&|h| h.sender.country = Country::Denmark).contains("not Swedish"));
    assert!(refuse(&|h| h.sender.organisation_number = "2021004748".into()).contains("twelve"));
    assert!(refuse(&|h| h.sender.name = "A".into()).contains("2 to 256"));
    assert!(refuse(&|h| h.sender.support.text = "å".repeat(1025)).contains("1024"));
    assert!(refuse(&|h| h.sender.support.url = Some("u".repeat(256))).contains("255"));
    assert!(refuse(&|h| h.sender.name = "A\u{1}B".into()).contains("character"));
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
    fn every_message_is_its_own_canonical_form(
        subject in "[\\t\\n\\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]{0,40}",
        reference in proptest::option::of("[&<>\"'\\]\\r\\n\\t åßǩ𝄞-]{0,20}"),
        data in proptest::collection::vec(("[&<>\\]a-ö]{1,8}", "[&<>\\r\\]a-ö \u{85}\u{2028}]{0,8}"), 0..3),
        text in "[&<>\\]\\r\\n a-ö]{0,40}",
    ) {
        let letter = Letter {
            subject: subject.clone().into(),
            reference: reference.clone().map(Cow::Owned),
            data: data.iter().map(|(n, v)| (n.as_str().into(), v.as_str().into())).collect(),
            content: Content::Text(vec![Block::Paragraph(vec![run_of(&text)])]),
            ..letter("L-1")
        };
        let sealed = seal(&sealer(), &letter);
        let verified = mm::verify(&sealed.bytes, &mm::Certificates::default());
        prop_assert!(verified.is_ok(), "{:?}", verified.err());
        if has("xmllint") {
            prop_assert_eq!(&canonical("--c14n", &sealed.bytes), &sealed.bytes);
            prop_assert_eq!(&canonical("--exc-c14n", &sealed.bytes), &sealed.bytes);
        }
        let source = std::str::from_utf8(&sealed.bytes).unwrap();
        let tree = roxmltree::Document::parse(source).unwrap();
        let node = tree.descendants().find(|n| n.tag_name().name() == "Subject").unwrap();
        prop_assert_eq!(node.text().unwrap_or_default(), subject);
    }

    #[test]
    fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..9000) {
        let certificates = mm::Certificates::default();
        prop_assert!(mm::verify(&bytes, &certificates).is_err());
        let mut document = seal(&sealer(), &letter("L-1")).bytes;
        document.truncate(cut.min(document.len() - 1));
        prop_assert!(mm::verify(&document, &certificates).is_err());
        let _ = mm::soap_envelope(&document);
        document.extend_from_slice(&bytes);
        prop_assert!(mm::verify(&document, &certificates).is_err());
    }
}

#[test]
fn no_byte_of_a_message_can_be_changed() {
    let document = seal(&sealer(), &letter("L-1")).bytes;
    let certificates = mm::Certificates::default();
    mm::verify(&document, &certificates).unwrap();
    // Of the relay's own certificate only the key and the subject count for its signature; the index's SHA-256 covers
    // the rest (next test).
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
