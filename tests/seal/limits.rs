//! A mailing at every limit of its schema gives messages that are valid; what goes beyond a limit of the channel is
//! refused by the sealer itself, since an agency may put a schema of its own before it.

use std::fs;
use std::path::Path;

use lettermill::bundle::{Refusal, Seal, mina_meddelanden as mm};
use lettermill::ingest;
use lettermill::letter::*;

use crate::common::*;
use crate::requests::Schemas;

/// Three letters: with every text as long as it may be, with every text as short, and with none that may be absent.
fn mailing_at_the_limits() -> String {
    let long = |characters: usize| "å".repeat(characters);
    let ascii = |characters: usize| "x".repeat(characters);
    let url = format!("https://example.com/{}", ascii(235));
    let email = format!("{}@example.com", ascii(243));
    let data: String = (0..10)
        .map(|n| format!("<data name=\"{}{n}\">{}</data>", long(254), long(255)))
        .collect();
    let attachment =
        |name: &str| format!("<pdf fileName=\"{name}\"><base64>JVBERi0xLjQ=</base64></pdf>");
    let letter = |id: &str,
                  reference: &str,
                  attention: &str,
                  subject: &str,
                  content: &str,
                  rest: &str| {
        format!(
            "<letter id=\"{id}\">{reference}<recipient><personNumber>180502280175</personNumber>\
             <name>Åke Björkhed</name>{attention}</recipient><subject>{subject}</subject>\
             <content>{content}</content>{rest}</letter>"
        )
    };
    let matter = |short: &str, text: &str| {
        format!(
            "<reply>not-allowed</reply><receipt>simple</receipt><matter><caseId>{short}</caseId>\
             <caseSystem>{short}</caseSystem><eventId>{short}</eventId>\
             <precedingEventId>{short}</precedingEventId><matterSubject>{text}</matterSubject>\
             <eventType>{text}</eventType><status>sender</status></matter>"
        )
    };
    let attention = |text: &str| format!("<attention>{text}</attention>");
    let reference = |text: &str| format!("<reference>{text}</reference>");
    let text = |text: &str| format!("<text><paragraph>{text}</paragraph></text>");
    let letters = [
        letter(
            &ascii(64),
            &reference(&long(255)),
            &attention(&long(100)),
            &long(255),
            &attachment(&format!("{}.pdf", long(196))),
            &format!("{data}{}", matter(&long(255), &long(2000))),
        ),
        letter(
            "1",
            &reference("r"),
            &attention("a"),
            "s",
            &text("t"),
            &format!("<data name=\"n\"></data>{}", matter("c", "t")),
        ),
        letter("2", "", "", "&lt;", &text("&amp;"), "<matter/>"),
    ];
    format!(
        "<mailing xmlns=\"urn:lettermill:mailing:1\"><header><mailingId>{}</mailingId>\
         <created>9999-12-31T23:59:59Z</created><environment>test</environment><sender><country>SE</country>\
         <organisationNumber>{SENDER}</organisationNumber><name>{}</name><returnAddress><street>S</street>\
         <postalCode>999 01</postalCode><city>C</city></returnAddress><support><text>{}</text><url>{url}</url>\
         <phone>{}</phone><email>{email}</email></support><attention>{}</attention></sender>\
         <letterCount>3</letterCount></header>{}</mailing>",
        ascii(64),
        long(256),
        long(1024),
        "1".repeat(40),
        long(100),
        letters.concat(),
    )
}

/// Hands out the letters of a mailing, with its header.
fn each_letter(mailing: &Path, mut see: impl FnMut(&Header, &[&Letter<'_>])) {
    let source = ingest::open(mailing, None, &ingest::Options::default()).unwrap();
    let mut waves = source.waves();
    while let Some(wave) = waves.next().unwrap() {
        let parsed = wave.parse(&source).unwrap();
        for letter in &parsed {
            assert!(letter.findings.is_empty(), "{:?}", letter.findings);
        }
        let letters: Vec<&Letter<'_>> = parsed.iter().filter_map(|p| p.letter.as_ref()).collect();
        see(source.header(), &letters);
    }
    waves.finish().unwrap();
}

#[test]
fn a_mailing_at_every_limit_of_its_schema_gives_valid_messages() {
    let folder = tempfile::tempdir().unwrap();
    let mailing = folder.path().join("mailing.xml");
    fs::write(&mailing, mailing_at_the_limits()).unwrap();
    let mut seen = 0;
    for version in [mm::Version::V3, mm::Version::V2] {
        let schemas = Schemas::of(version);
        each_letter(&mailing, |header, letters| {
            let options = options(version, mm::Form::Soap);
            let sealer = mm::Sealer::new(options, signer(), relay(), header, DAY).unwrap();
            let alone = letters.iter().map(|letter| vec![*letter]);
            for group in alone.chain([letters.to_vec()]) {
                let sealed = sealer.seal(&group).unwrap().remove(0);
                assert_eq!(sealed.bytes.len() as u64, sealed.request_bytes);
                mm::verify(&sealed.bytes, &mm::Certificates::default()).unwrap();
                if let Some(schemas) = &schemas {
                    schemas.request_is_valid(&sealed.bytes).unwrap();
                    let document = renamed_back(&sealed.bytes);
                    schemas.document_is_valid(&document).unwrap();
                    schemas
                        .document_is_valid(&signed_delivery(&document))
                        .unwrap();
                }
                seen += 1;
            }
        });
    }
    assert_eq!(seen, 8);
}

#[test]
fn a_text_of_a_letter_that_the_channel_has_no_room_for_is_refused() {
    let said = |change: &dyn Fn(&mut Letter<'_>), version| {
        let mut letter = letter("L-1");
        letter.dialogue.matter = Some(Matter::default());
        change(&mut letter);
        let options = options(version, mm::Form::Soap);
        sealer_with(options).seal(&[&letter]).map(|_| ())
    };
    let subject = |letter: &mut Letter<'_>, n| letter.subject = "å".repeat(n).into();
    type Set = fn(&mut Matter<'_>, String);
    let of_matter = |set: Set, n: usize| {
        move |letter: &mut Letter<'_>| {
            set(letter.dialogue.matter.as_mut().unwrap(), "å".repeat(n));
        }
    };
    for version in [mm::Version::V3, mm::Version::V2] {
        said(&|letter| subject(letter, 255), version).unwrap();
        match said(&|letter| subject(letter, 256), version) {
            Err(Refusal::ContentNotAllowed { found, allowed }) => {
                assert_eq!(found, "subject of 256 characters");
                assert_eq!(allowed, "the channel carries at most 255");
            }
            other => panic!("{other:?}"),
        }
    }
    let cases: [(Set, usize); 5] = [
        (|matter, text| matter.case_id = Some(text.into()), 255),
        (|matter, text| matter.event_id = Some(text.into()), 255),
        (
            |matter, text| matter.preceding_event_id = Some(text.into()),
            255,
        ),
        (|matter, text| matter.subject = Some(text.into()), 2000),
        (|matter, text| matter.event_type = Some(text.into()), 2000),
    ];
    for (set, characters_max) in cases {
        said(&of_matter(set, characters_max), mm::Version::V3).unwrap();
        let refused = said(&of_matter(set, characters_max + 1), mm::Version::V3);
        assert!(matches!(refused, Err(Refusal::ContentNotAllowed { .. })));
        // Version 2 does not carry the matter, so it is no reason there.
        said(&of_matter(set, characters_max + 1), mm::Version::V2).unwrap();
    }
}

#[test]
fn texts_of_the_sender_are_taken_up_to_their_limits() {
    let with = |change: &dyn Fn(&mut Sender)| {
        let mut header = header();
        change(&mut header.sender);
        mm::Sealer::new(mm::Options::default(), signer(), relay(), &header, DAY).map(|_| ())
    };
    let long = |n: usize| "å".repeat(n);
    let email = |n: usize| format!("{}@b.se", long(n - 5));
    with(&|s| s.name = long(2)).unwrap();
    with(&|s| s.name = long(256)).unwrap();
    with(&|s| s.support.text = long(1024)).unwrap();
    with(&|s| s.support.url = Some(long(255))).unwrap();
    with(&|s| s.support.phone = Some(long(255))).unwrap();
    with(&|s| s.support.email = Some(email(256))).unwrap();
    with(&|s| s.contact.attention = Some(long(5000))).unwrap();
    for beyond in [
        with(&|s| s.name = long(1)),
        with(&|s| s.name = long(257)),
        with(&|s| s.support.text = long(1025)),
        with(&|s| s.support.url = Some(long(256))),
        with(&|s| s.support.phone = Some(long(256))),
        with(&|s| s.support.email = Some(email(257))),
        with(&|s| s.support.email = Some("a@b".into())),
    ] {
        assert!(beyond.unwrap_err().to_string().contains("must have"));
    }
}
