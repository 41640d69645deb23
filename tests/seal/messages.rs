//! Messages: what they say of a letter, and which letters are refused.

use lettermill::bundle::{Refusal, Seal, mina_meddelanden as mm};
use lettermill::letter::*;

use crate::common::*;

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
    assert_eq!(all("Attention"), ["Barn & utbildning", "c/o Ö & Å"]);
    assert_eq!(all("Id")[1], id_of("L-1").to_string());
    assert_eq!(all("Subject"), ["Sámi: Ǥ ǧ ʒ \r\n\t & < > ]]> 𐍈"]);
    assert_eq!(all("Tag"), ["kanal", "tom"]);
    assert_eq!(all("Value"), ["a&b", ""]);
    assert_eq!(all("Timestamp"), ["2026-11-22"]);
    assert_eq!(all("EventId"), ["9d1ccbd4-6a1c-4d0e-9d51-000000000001"]);
    assert_eq!(all("OfficialMatterId"), ["Dnr <2026>:17"]);
    assert_eq!(all("PrecedingEventId"), ["före & efter"]);
    assert_eq!(all("MatterSubject"), ["Förskola"]);
    assert_eq!(all("EventType"), ["Beslut fattat"]);
    assert_eq!(all("MatterStatus"), ["recipientinitiative"]);
    assert_eq!(all("Language"), ["svSE"]);
    assert_eq!(all("Reply"), ["REQUESTED"]);
    assert_eq!(all("ReceiptRequest"), ["SIGNED"]);
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
        sealer_with(options)
            .seal(&[&letter])
            .map(|mut made| made.remove(0))
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
fn each_wish_about_answers_and_receipts_has_its_word() {
    let text = |dialogue| {
        let letter = Letter {
            dialogue,
            ..letter("L-1")
        };
        String::from_utf8(seal(&sealer(), &letter).bytes).unwrap()
    };
    for (wish, word) in [
        (Some(ReplyWish::Requested), "<Reply>REQUESTED</Reply>"),
        (Some(ReplyWish::Accepted), "<Reply>ACCEPTED</Reply>"),
        (Some(ReplyWish::NotAllowed), "<Reply>NOT_ALLOWED</Reply>"),
        (None, "<Language>svSE</Language></Header>"),
    ] {
        let dialogue = Dialogue {
            reply: wish,
            ..Dialogue::default()
        };
        assert!(text(dialogue).contains(word), "{word}");
    }
    for (wish, word) in [
        (ReceiptWish::None, "NOT"),
        (ReceiptWish::Simple, "SIMPLE"),
        (ReceiptWish::Signed, "SIGNED"),
    ] {
        let dialogue = Dialogue {
            receipt: Some(wish),
            ..Dialogue::default()
        };
        let element = format!("<ReceiptRequest>{word}</ReceiptRequest></Header>");
        assert!(text(dialogue).contains(&element), "{word}");
    }
}

#[test]
fn a_matter_is_written_where_it_says_something_and_the_version_has_a_place_for_it() {
    let text = |matter, version| {
        let letter = Letter {
            dialogue: Dialogue {
                matter: Some(matter),
                ..Dialogue::default()
            },
            ..letter("L-1")
        };
        let options = options(version, mm::Form::Soap);
        String::from_utf8(seal(&sealer_with(options), &letter).bytes).unwrap()
    };
    let closed = || Matter {
        status: Some(MatterStatus::Closed),
        ..Matter::default()
    };
    let namespace = "xmlns=\"http://minameddelanden.gov.se/schema/OfficialMatter/v3\"";
    let element = format!(
        "</Supportinfo><OfficialMatter><OfficialMatterExtension><Timestamp {namespace}>2026-11-22</Timestamp>\
         <MatterStatus {namespace}>closed</MatterStatus></OfficialMatterExtension></OfficialMatter><Language>"
    );
    assert!(text(closed(), mm::Version::V3).contains(&element));
    assert!(!text(closed(), mm::Version::V2).contains("Matter"));
    let of_other_systems = Matter {
        case_system: Some("Platina".into()),
        ..Matter::default()
    };
    assert!(!text(of_other_systems, mm::Version::V3).contains("Matter"));
}

#[test]
fn a_sender_who_cannot_send_is_refused() {
    let refuse = |change: &dyn Fn(&mut Header)| {
        let mut header = header();
        change(&mut header);
        let sealer = mm::Sealer::new(mm::Options::default(), signer(), relay(), &header, DAY);
        sealer.unwrap_err().to_string()
    };
    assert!(refuse(&|h| h.sender.support.email = Some("nobody".into())).contains("e-mail"));
    assert!(refuse(&|h| h.created = jiff::civil::date(0, 1, 1)).contains("1 to 9999"));
    assert!(refuse(&|h| h.sender.country = Country::Denmark).contains("not Swedish"));
    assert!(refuse(&|h| h.sender.organisation_number = "2021004748".into()).contains("twelve"));
    assert!(refuse(&|h| h.sender.name = "A".into()).contains("2 to 256"));
    assert!(refuse(&|h| h.sender.support.text = "å".repeat(1025)).contains("1024"));
    assert!(refuse(&|h| h.sender.support.url = Some("u".repeat(256))).contains("255"));
    assert!(refuse(&|h| h.sender.name = "A\u{1}B".into()).contains("character"));
}

#[test]
fn a_language_that_is_none_is_refused() {
    let options = mm::Options {
        languages: [("sv".to_owned(), "sv SE".to_owned())].into(),
        ..mm::Options::default()
    };
    let sealer = mm::Sealer::new(options, signer(), relay(), &header(), DAY);
    assert!(sealer.unwrap_err().to_string().contains("`sv SE`"));
}
