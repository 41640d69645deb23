//! Messages: form, schema, refusals, ids.

use std::borrow::Cow;
use std::fs;
use std::process::Command;
use std::sync::Arc;

use lettermill::bundle::digital_post::{
    BodyForm, MemoVersion, MessageType, Named, Options, Sealer, inspect, notice_id, verify,
};
use lettermill::bundle::{Format, Refusal, Role, Seal};
use lettermill::letter::*;
use lettermill::sign::{KeyFiles, Signer};
use lettermill::validate;
use proptest::prelude::*;

use crate::common::*;
use crate::letters::{Dice, full_letter, sample_letter};
use crate::support::tools::xmllint_verdicts;
use crate::tools::{has, keep_private, openssl, reference, run, run_ok};

#[test]
fn a_message_with_every_element_is_valid_in_both_versions() {
    let header = header();
    let pdf_letter = Letter {
        content: Content::Pdf(pdf("brev.pdf", b"%PDF-1.7")),
        ..letter("L-3")
    };
    for version in VERSIONS {
        let sealer = sealer_with(|options| {
            options.memo_version = version;
            options.nemsms = true;
            options.body = BodyForm::Both;
            options.content_responsible = Some(Named {
                id: "22334455".into(),
                label: Some("Børnehaven".into()),
            });
            options.generating_system = Some(Named {
                id: "Sys-1".into(),
                label: None,
            });
        });
        assert_eq!(sealer.format(), Format::DigitalPost);
        let letters = [&full_letter(&header), &letter("L-2"), &pdf_letter];
        let messages: Vec<_> = letters
            .iter()
            .flat_map(|l| sealer.seal(&[l]).unwrap())
            .collect();
        assert_eq!(messages.len(), 4); // One of the letters has a notification.
        for message in &messages {
            let verified = verify(&message.bytes).unwrap();
            assert_eq!(verified.version, version);
            let inspection = inspect(&message.bytes);
            assert_eq!(inspection.faults, [""; 0]);
            assert_eq!(inspection.notes, [""; 0]);
            assert_eq!(
                inspection.message_uuid,
                Some(message.message_id.to_string())
            );
            assert_eq!(message.request_bytes, message.bytes.len() as u64);
        }
        assert_valid(version, &messages);
        // The check itself can fail.
        if let Some(schema) = schema(version) {
            let broken = text(&messages[0]).replace("memo:label>", "memo:labels>");
            assert_eq!(xmllint_verdicts(&schema, &[broken]).unwrap(), [false]);
        }
    }
}

fn elements(document: &str) -> Vec<(String, String)> {
    let tree = roxmltree::Document::parse(document).unwrap();
    let named = tree.descendants().filter(roxmltree::Node::is_element);
    named
        .map(|n| {
            (
                n.tag_name().name().to_owned(),
                n.text().unwrap_or_default().to_owned(),
            )
        })
        .collect()
}

fn all(document: &str, name: &str) -> Vec<String> {
    let found = elements(document).into_iter().filter(|(n, _)| n == name);
    found.map(|(_, text)| text).collect()
}

#[test]
fn a_message_says_what_the_letter_says() {
    let header = header();
    let sealed = seal(&sealer(MemoVersion::V1_2), &full_letter(&header));
    let text = text(&sealed);
    for (name, expected) in [
        ("messageType", vec!["DIGITALPOST"]),
        ("messageCode", vec!["OPKR"]),
        ("reply", vec!["true"]),
        ("replyByDateTime", vec!["2026-12-24T22:59:59Z"]),
        ("doNotDeliverUntilDate", vec!["2026-11-25"]),
        ("mandatory", vec!["true"]),
        ("legalNotification", vec!["true"]),
        ("postType", vec!["MYNDIGHEDSPOST"]),
        ("idType", vec!["CVR", "CVR", "CPR"]),
        ("representativeID", vec!["13585628"]),
        ("createdDateTime", vec!["2026-11-22T19:00:00Z"]),
        ("caseID", vec!["SAG-1", "SAG-456"]),
        ("caseSystem", vec!["Prøve Kommune"]),
        ("addressLabel", vec!["Prøvevej 7A, 3. th"]),
        ("country", vec!["DK"]),
        (
            "startDateTime",
            vec!["2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z"],
        ),
        (
            "endDateTime",
            vec!["2026-12-01T12:00:00Z", "2026-12-01T09:00:00Z"],
        ),
        ("url", vec!["https://example.dk/betal?id=1&b=2"]),
        (
            "encodingFormat",
            vec!["text/html", "application/pdf", "image/png"],
        ),
        (
            "filename",
            vec!["brev.html", "villkor.pdf", "kort & 'plan'.png"],
        ),
        ("language", vec!["da", "da", "da"]),
    ] {
        assert_eq!(all(text, name), expected, "{name}");
    }
    let ids = all(text, "messageUUID");
    assert_eq!(ids[0], id_of("L-1").to_string());
    assert_eq!(all(text, "label")[0], "Sámi: Ǥ ǧ ʒ \r\n\t & < > ]]> 𐍈");
    let contents = all(text, "content");
    let html = base64_simd::STANDARD.decode_to_vec(&contents[0]).unwrap();
    assert!(String::from_utf8(html).unwrap().contains("<p>Hej!</p>"));
    assert_eq!(
        contents[2],
        base64_simd::STANDARD.encode_to_string([0xff; 1000])
    );
    // The recipient's own address stands under what the letter is about, and nowhere else.
    let recipient = text.split("<memo:Recipient>").nth(1).unwrap();
    let recipient = recipient.split("</memo:Recipient>").next().unwrap();
    assert!(!recipient.contains("Aalborg") && recipient.contains("Att. Ö &amp; Å"));
}

#[test]
fn what_a_letter_does_not_say_is_not_there() {
    let plain = Header {
        sender: Sender {
            contact: SenderContact::default(),
            ..header().sender
        },
        ..header()
    };
    let names = |memo_version| {
        let options = Options {
            memo_version,
            post_type: String::new(),
            ..Options::default()
        };
        let sealer = Sealer::new(options, signer(), &plain, DAY).unwrap();
        let sealed = seal(&sealer, &letter("L-2"));
        elements(text(&sealed))
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let start = "Message MessageHeader messageType messageUUID messageID label";
    let end = "Sender senderID idType label Recipient recipientID idType label MessageBody createdDateTime \
               MainDocument File encodingFormat filename language content";
    assert_eq!(names(MemoVersion::V1_2), format!("{start} {end}"));
    let flags = "mandatory legalNotification";
    assert_eq!(names(MemoVersion::V1_1), format!("{start} {flags} {end}"));
}

#[test]
fn the_worked_sample_has_the_same_structure() {
    let Some(path) = reference("samples/denmark/memo-1.2-rich.xml") else {
        return;
    };
    let sample = fs::read_to_string(path).unwrap();
    // What the sample has and a mailing does not say, or we never write.
    let sample = sample.replace("<memo:mandatory>false</memo:mandatory>", "");
    let sample = sample.replace("<memo:legalNotification>false</memo:legalNotification>", "");
    let cut = |text: String, open: &str, close: &str| {
        let (before, rest) = text.split_once(open).unwrap();
        format!("{before}{}", rest.split_once(close).unwrap().1)
    };
    let sample = cut(sample, "<memo:AttentionData>", "</memo:AttentionData>");
    let sample = cut(
        sample,
        "<memo:TechnicalDocument>",
        "</memo:TechnicalDocument>",
    );
    let sample = cut(
        sample,
        "<memo:mainDocumentID>",
        "<memo:label>Brev</memo:label>",
    );
    let sample = cut(
        sample,
        "<memo:additionalDocumentID>",
        "<memo:label>Bilag</memo:label>",
    );
    let header = Header {
        sender: Sender {
            contact: SenderContact {
                attention: None,
                contact_point: Some(ContactPoint {
                    id: "241d39f6-998e-4929-b198-ccacbbf4b330".into(),
                    group: None,
                    label: Some("Opkrævningen".into()),
                    info: Vec::new(),
                }),
                ..header().sender.contact
            },
            ..header().sender
        },
        created_text: "2026-01-15T23:10:00".into(),
        ..header()
    };
    let options = Options {
        body: BodyForm::Plain,
        ..Options::default()
    };
    let that_day = jiff::civil::date(2026, 1, 15);
    let sealer = Sealer::new(options, signer(), &header, that_day).unwrap();
    let ours = seal(&sealer, &sample_letter());
    let (ours, theirs) = (elements(text(&ours)), elements(&sample));
    let names = |list: &[(String, String)]| list.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs));
    for ((name, our), (_, their)) in ours.iter().zip(&theirs) {
        let differs = ["messageUUID", "label", "content", "replyByDateTime"];
        let is_text = !their.trim().is_empty();
        assert!(
            !is_text || differs.contains(&name.as_str()) || our == their,
            "{name}: {our} {their}"
        );
    }
}

#[test]
fn ids_follow_from_mailing_and_letter() {
    let header = header();
    let sealer = sealer_with(|options| options.nemsms = true);
    let letter = full_letter(&header);
    let sealed = sealer.seal(&[&letter]).unwrap();
    let [message, notice] = sealed.as_slice() else {
        panic!("{sealed:?}");
    };
    assert_eq!(message.message_id, id_of("L-1"));
    assert_eq!((message.role, notice.role), (Role::Letter, Role::Notice));
    assert_eq!(message.letters, [message.message_id]);
    assert_eq!(notice.letters, [message.message_id]);
    assert_eq!(notice.message_id, notice_id(message.message_id));
    assert_eq!(
        notice.message_id.to_string(),
        "a7f18fc7-4635-4fea-b862-681b3d10bcee"
    );
    let verified = verify(&notice.bytes).unwrap();
    assert_eq!(verified.message_type, MessageType::NemSms);
    assert_eq!((verified.message_id.as_str(), verified.files), ("L-1", 0));
    assert_eq!(verified.recipient_type, "CPR");
    assert!(text(notice).contains(&"ø".repeat(160)));
    assert!(
        !text(notice).contains("Ærø"),
        "a name that a telephone needs not"
    );
    assert!(sealed == sealer.seal(&[&letter]).unwrap());
    let uuid = all(text(message), "reservationUUID").remove(0);
    assert_eq!(uuid, "d86ac3d9-5650-415a-8e25-e0220f82da0e");
    // (Both ids are what another implementation made of the formulas in docs/formats-digital-post.md.)
    // Two letters do not travel in one message.
    let other = crate::common::letter("L-2");
    assert!(matches!(
        sealer.seal(&[&letter, &other]),
        Err(Refusal::Together)
    ));
    assert!(matches!(sealer.seal(&[]), Err(Refusal::Together)));
    // Without a notification there is nothing to send to a telephone.
    assert_eq!(sealer.seal(&[&other]).unwrap().len(), 1);
}

#[test]
fn a_text_letter_has_the_form_that_the_job_says() {
    for (body, expected) in [
        (BodyForm::Html, vec!["text/html"]),
        (BodyForm::Plain, vec!["text/plain"]),
        (BodyForm::Both, vec!["text/html", "text/plain"]),
    ] {
        let sealed = seal(&sealer_with(|options| options.body = body), &letter("L-1"));
        assert_eq!(all(text(&sealed), "encodingFormat"), expected);
    }
}

#[test]
fn what_the_channel_does_not_carry_is_refused_by_the_element() {
    let refusal = |change: &dyn Fn(&mut Letter<'_>)| {
        let mut letter = letter("L-1");
        change(&mut letter);
        sealer(MemoVersion::V1_2).seal(&[&letter]).unwrap_err()
    };
    let long = |n: usize| -> Text<'static> { "å".repeat(n).into() };
    let said = |change: &dyn Fn(&mut Letter<'_>)| match refusal(change) {
        Refusal::ContentNotAllowed { found, allowed } => format!("{found}; {allowed}"),
        other => panic!("{other}"),
    };
    assert_eq!(
        said(&|l| l.subject = long(257)),
        "`memo:label`: 257 characters; 256 at most"
    );
    assert_eq!(
        said(&|l| l.notification = Some(long(161))),
        "`memo:notification`: 161 characters; 160 at most"
    );
    assert!(said(&|l| l.language = "dan".into()).starts_with("`memo:language`"));
    assert!(said(&|l| l.subject = "a\u{1}b".into()).contains("U+0001"));
    assert!(
        said(&|l| l.data = vec![("x".into(), "y".into()); 11]).contains("11 of them; 10 at most")
    );
    assert!(
        said(&|l| l.content = Content::Text(vec![Block::Paragraph(vec![run_of("\u{ffff}")])]))
            .contains("U+FFFF")
    );
    let attach = |document: Document| {
        move |l: &mut Letter<'_>| {
            let document = document.clone();
            l.attachments.push(Attachment {
                document,
                only: None,
            });
        }
    };
    assert!(said(&attach(pdf("a.pdf", b""))).contains("file.empty.not.allowed"));
    assert!(said(&attach(pdf("hemmelig", b"x"))).contains("the form `aaaaaaaa`"));
    assert!(said(&attach(pdf("a\u{a0}b.pdf", b"x"))).starts_with("`memo:filename`"));
    let zip = Document {
        media_type: "application/zip".into(),
        ..pdf("a.zip", b"x")
    };
    assert!(said(&attach(zip.clone())).contains("application/zip"));
    assert!(said(&|l| l.content = Content::Pdf(zip.clone())).contains("application/zip"));
    assert!(said(&|l| (0..11).for_each(|_| attach(pdf("a.pdf", b"x"))(l))).contains("11 of them"));
    let action = |target| Action {
        code: "BETALING".into(),
        label: "x".into(),
        starts: None,
        ends: None,
        target,
    };
    let url = |text: String| action(Some(ActionTarget::Url(text.into())));
    assert!(said(&|l| l.actions = vec![url("http://example.dk".into())]).starts_with("`memo:url`"));
    let long_url = format!("https://example.dk/{}", "a".repeat(238));
    assert_eq!(
        said(&|l| l.actions = vec![url(long_url.clone())]),
        "`memo:url`: 257 characters; 256 at most"
    );
    let uuid = |l: &mut Letter<'_>| {
        l.dialogue.in_reply_to = vec![EarlierMessage {
            message_uuid: "8c2ea15d-61fb-5ba9-9366-42f8b194c114".into(),
            ..EarlierMessage::default()
        }];
    };
    assert!(said(&uuid).starts_with("`memo:messageUUID`: no UUID of version 4"));
    let protected = |l: &mut Letter<'_>| {
        let address = crate::letters::about().address;
        l.recipient.address_protected = true;
        l.recipient.address = address.clone();
        l.dialogue.about = Some(Box::new(About {
            address,
            ..About::default()
        }));
    };
    let said = said(&protected);
    assert!(
        said.contains("address is protected") && !said.contains("Aalborg"),
        "{said}"
    );
    for id in [RecipientId::None, crate::tools::person("181501019806")] {
        assert!(matches!(
            refusal(&|l| l.recipient.id = id),
            Refusal::NotRepresentable { .. }
        ));
    }
}

#[test]
fn a_mailing_of_our_schema_cannot_break_a_length() {
    // What schemas/mailing-1.xsd allows at most, in every text that is written.
    let label = || -> Text<'static> { "ø".repeat(255).into() };
    let line = || -> Text<'static> { "ø".repeat(100).into() };
    let classification = || Classification {
        key: label(),
        version: label(),
        facet: Some(label()),
        label: label(),
    };
    let pair = || Some((label(), Some(label())));
    let mut header = header();
    header.sender.name = "ø".repeat(256);
    header.sender.contact.attention = Some(line().into_owned());
    header.sender.contact.contact_point = Some(ContactPoint {
        id: label().into_owned(),
        group: Some(label().into_owned()),
        label: Some(label().into_owned()),
        info: vec![(label().into_owned(), label().into_owned()); 2],
    });
    let mut letter = full_letter(&header);
    letter.reference = Some(label());
    letter.subject = label();
    letter.recipient.name = line();
    letter.recipient.attention = Some(line());
    letter.data = vec![(label(), label()); 10];
    letter.dialogue.message_code = Some(label());
    letter.dialogue.matter = Some(Matter {
        case_id: Some(label()),
        case_system: None,
        ..Matter::default()
    });
    letter.dialogue.about = Some(Box::new(About {
        citizen: Some(("2512169996".into(), Some(label()))),
        company: Some(("12345678".into(), Some(label()))),
        vehicle: Some(("AB12345".into(), Some(label()))),
        property: Some(label()),
        kle: Some(classification()),
        form: Some(classification()),
        production_unit: Some(("9999999999".into(), Some(label()))),
        education: pair(),
        address: Some(Address {
            country: Some("NO".into()),
            form: AddressForm::Parts {
                care_of: Some(line()),
                street: line(),
                postal_code: "9000".into(),
                city: line(),
            },
        }),
    }));
    letter.attachments[0].document.file_name = format!("{}.pdf", "ø".repeat(196));
    letter.actions[0].label = label();
    letter.actions[0].target = Some(ActionTarget::Url(
        format!("https://example.dk/{}", "a".repeat(236)).into(),
    ));
    for memo_version in VERSIONS {
        let options = Options {
            memo_version,
            nemsms: true,
            ..Options::default()
        };
        let sealer = Sealer::new(options, signer(), &header, DAY).unwrap();
        assert_valid(memo_version, &sealer.seal(&[&letter]).unwrap());
        // But for one: the free lines of a place are one text in MeMo.
        let mut lines = full_letter(&header);
        let six = AddressForm::Lines(vec![line(); 6]);
        lines.dialogue.about = Some(Box::new(About {
            address: Some(Address {
                country: None,
                form: six,
            }),
            ..About::default()
        }));
        let said = sealer.seal(&[&lines]).unwrap_err().to_string();
        assert!(
            said.starts_with("`grd:unstructured`: 610 characters"),
            "{said}"
        );
    }
}

#[test]
fn documents_have_a_size_and_a_number() {
    let with = |bytes: usize, attachments: usize| {
        let sealer = sealer_with(|options| {
            options.documents_bytes_max = 1000;
            options.attachments_max = 2;
        });
        let mut letter = letter("L-1");
        letter.content = Content::Pdf(pdf("a.pdf", &vec![b'x'; bytes]));
        for _ in 0..attachments {
            letter.attachments.push(Attachment {
                document: pdf("b.pdf", b"xx"),
                only: None,
            });
        }
        letter.attachments.push(Attachment {
            document: pdf("c.pdf", &[1; 5000]),
            only: Some(Channel::Print),
        });
        sealer
            .seal(&[&letter])
            .map(|sealed| verify(&sealed[0].bytes).unwrap())
    };
    let verified = with(996, 2).unwrap();
    assert_eq!(
        (
            verified.attachments,
            verified.files,
            verified.document_bytes
        ),
        (2, 3, 1000)
    );
    assert!(matches!(
        with(997, 2),
        Err(Refusal::TooLarge {
            bytes: 1001,
            bytes_max: 1000
        })
    ));
    assert!(matches!(with(1, 3), Err(Refusal::ContentNotAllowed { .. })));
}

#[test]
fn the_types_of_documents_are_those_that_the_rules_know() {
    let mut ours = Options::default().file_types;
    let mut theirs = validate::Options::default().digital_post.media_types;
    ours.sort();
    theirs.sort();
    assert_eq!(ours, theirs);
}

#[test]
fn a_sender_who_cannot_send_is_refused() {
    let refuse = |change: &dyn Fn(&mut Header)| {
        let mut header = header();
        change(&mut header);
        let sealer = Sealer::new(Options::default(), signer(), &header, DAY);
        sealer.unwrap_err().to_string()
    };
    assert!(refuse(&|h| h.sender.country = Country::Sweden).contains("not Danish"));
    assert!(
        refuse(&|h| h.sender.organisation_number = "162021004748".into()).contains("eight digits")
    );
    assert!(refuse(&|h| h.sender.name = "å".repeat(257)).contains("257 characters"));
    assert!(refuse(&|h| h.sender.name = "A\u{1}B".into()).contains("U+0001"));
    assert!(refuse(&|h| h.created_text = "i dag".into()).contains("yyyy-mm-dd"));
    let options = Options {
        post_type: "x".repeat(257),
        ..Options::default()
    };
    let said = Sealer::new(options, signer(), &header(), DAY)
        .unwrap_err()
        .to_string();
    assert!(said.contains("memo:postType"), "{said}");
}

#[test]
fn the_mailing_was_made_when_it_says() {
    for (created, expected) in [
        ("2026-11-22T20:00:00+01:00", "2026-11-22T19:00:00Z"),
        ("2026-07-22T20:00:00", "2026-07-22T18:00:00Z"),
        ("2026-07-22T20:00:00.999Z", "2026-07-22T20:00:00Z"),
        ("2026-11-22T24:00:00", "2026-11-22T23:00:00Z"), // `created` is the 22nd.
    ] {
        let header = Header {
            created_text: created.into(),
            ..header()
        };
        let sealer = Sealer::new(Options::default(), signer(), &header, DAY).unwrap();
        let sealed = seal(&sealer, &letter("L-1"));
        assert_eq!(all(text(&sealed), "createdDateTime"), [expected]);
    }
}

#[test]
fn openssl_verifies_the_detached_signature_of_every_kind_of_key() {
    if !has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (name, kind) in [
        ("rsa", "RSA -pkeyopt rsa_keygen_bits:2048"),
        ("ec", "EC -pkeyopt ec_paramgen_curve:P-256"),
        ("ed", "ED25519"),
    ] {
        openssl(
            at,
            &format!("genpkey -quiet -algorithm {kind} -out {name}.pem"),
        );
        openssl(
            at,
            &format!(
                "req -x509 -new -key {name}.pem -days 3650 -subj /C=DK/CN=Kommune -out {name}.crt"
            ),
        );
        openssl(
            at,
            &format!("x509 -in {name}.crt -pubkey -noout -out {name}.pub"),
        );
        let key = at.join(format!("{name}.pem"));
        keep_private(&key);
        let certificate = Some(at.join(format!("{name}.crt")));
        let files = KeyFiles {
            key,
            certificate,
            password: None,
        };
        let signer = Arc::new(Signer::load(&files, jiff::Zoned::now().date()).unwrap());
        let sealer = Sealer::new(Options::default(), signer, &header(), DAY).unwrap();
        let sealed = seal(&sealer, &letter("L-1"));
        fs::write(at.join("memo.xml"), &sealed.bytes).unwrap();
        fs::write(at.join("memo.sig"), sealed.signature.as_ref().unwrap()).unwrap();
        let arguments = match name {
            "ed" => format!(
                "pkeyutl -verify -pubin -inkey {name}.pub -rawin -in memo.xml -sigfile memo.sig"
            ),
            _ => format!("dgst -sha256 -verify {name}.pub -signature memo.sig memo.xml"),
        };
        openssl(at, &arguments);
        fs::write(at.join("memo.xml"), text(&sealed).replace("Ærø", "Ærö")).unwrap();
        let tampered = run(Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(at));
        assert!(!tampered.status.success(), "{name}");
    }
}

/// Seals thrown letters; gives those that were not refused.
fn thrown(version: MemoVersion, seed: u64, letters: usize) -> Vec<lettermill::bundle::Sealed> {
    let sealer = sealer_with(|options| {
        options.memo_version = version;
        options.nemsms = true;
    });
    let mut dice = Dice(seed);
    let mut messages = Vec::new();
    for _ in 0..letters {
        match sealer.seal(&[&dice.letter()]) {
            Ok(sealed) => messages.extend(sealed),
            Err(Refusal::ContentNotAllowed { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    messages
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_letter_holds_its_message_is_valid_or_refused(seed in any::<u64>()) {
        for version in VERSIONS {
            let messages = thrown(version, seed, 400);
            prop_assert!(messages.len() > 40, "most were refused: {}", messages.len());
            for message in &messages {
                let verified = verify(&message.bytes);
                prop_assert!(verified.is_ok(), "{:?} {}", verified, text(message));
                let inspection = inspect(&message.bytes);
                prop_assert_eq!(inspection.faults, Vec::<String>::new());
                prop_assert!(!inspection.notes.iter().any(|note| note.contains("prefix")));
            }
            assert_valid(version, &messages);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_message_is_its_own_canonical_form(seed in any::<u64>()) {
        if !has("xmllint") {
            return Ok(());
        }
        let folder = tempfile::tempdir().unwrap();
        for message in thrown(MemoVersion::V1_1, seed, 12) {
            let path = folder.path().join("m.xml");
            fs::write(&path, &message.bytes).unwrap();
            let canonical = run_ok(Command::new("xmllint").arg("--c14n").arg(&path));
            prop_assert!(canonical == message.bytes);
        }
    }

    #[test]
    fn reading_never_panics(
        noise in proptest::collection::vec(any::<u8>(), 0..200),
        cut in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        seed in any::<u64>(),
    ) {
        prop_assert!(verify(&noise).is_err());
        prop_assert!(!inspect(&noise).is_sound());
        for message in thrown(MemoVersion::V1_2, seed, 20) {
            let mut bytes = message.bytes;
            let cut_to = cut.index(bytes.len());
            prop_assert!(verify(&bytes[..cut_to]).is_err());
            prop_assert!(!inspect(&bytes[..cut_to]).is_sound());
            let behind = [&bytes[..], b"x"].concat();
            prop_assert!(verify(&behind).is_err());
            let at = at.index(bytes.len());
            bytes.splice(at..at, noise.iter().copied());
            let _ = verify(&bytes);
            let _ = inspect(&bytes);
        }
    }
}

#[test]
fn a_message_of_another_form_is_not_ours() {
    let document = text(&seal(&sealer(MemoVersion::V1_2), &full_letter(&header()))).to_owned();
    verify(document.as_bytes()).unwrap();
    let with = |from: &str, to: &str| {
        let changed = document.replacen(from, to, 1);
        assert_ne!(changed, document, "{from}");
        Cow::<str>::Owned(changed)
    };
    for changed in [
        with("<memo:Message ", "<?xml version=\"1.0\"?><memo:Message "),
        with("<memo:MessageHeader>", "\n<memo:MessageHeader>"),
        with("</memo:MessageHeader>", "</memo:MessageHeader>\n"),
        with("<memo:label>", "<memo:label >"),
        with("<memo:label>", "<memo:label lang=\"da\">"),
        with("&amp;", "&#38;"),
        with("&#xD;", "\r"),
        with("memoVersion=\"1.2\"", "memoVersion='1.2'"),
        with(
            "<memo:postType>MYNDIGHEDSPOST</memo:postType>",
            "<memo:postType/>",
        ),
        with(
            "<memo:postType>MYNDIGHEDSPOST</memo:postType>",
            "<!-- --><memo:postType>x</memo:postType>",
        ),
        with("</memo:content>", "\n</memo:content>"),
        with("<memo:messageID>L-1</memo:messageID>", ""),
        with(
            "</memo:Message>",
            "</memo:Message><memo:Message></memo:Message>",
        ),
        with("<memo:reply>true", "<memo:reply> true"),
    ] {
        assert!(verify(changed.as_bytes()).is_err(), "{changed}");
    }
}
