//! Messages of others: the official examples, and what is wrong with changed ones.

use std::fs;

use lettermill::bundle::digital_post::{MemoVersion, MessageType, inspect, is_memo, verify};
use proptest::prelude::*;

use crate::common::*;
use crate::support::tools::xmllint_verdicts;
use crate::tools::reference;

fn example(name: &str) -> Option<Vec<u8>> {
    let path = reference(&format!("official/memo/examples/{name}"))?;
    Some(fs::read(path).unwrap())
}

#[test]
fn the_official_examples_are_sound() {
    for name in ["MeMo_Full_Example.xml", "MeMo_Minimum_Example.xml"] {
        let Some(bytes) = example(name) else { return };
        assert!(is_memo(&bytes));
        let found = inspect(&bytes);
        assert_eq!(found.faults, [""; 0], "{name}");
        assert_eq!(found.notes, [""; 0], "{name}");
        assert_eq!(found.version, Some(MemoVersion::V1_2));
        assert_eq!(found.message_type, Some(MessageType::DigitalPost));
        assert_eq!(found.recipient_type.as_deref(), Some("CPR"));
        let uuid = "8C2EA15D-61FB-4BA9-9366-42F8B194C114";
        assert_eq!(found.message_uuid.as_deref(), Some(uuid));
        assert!(verify(&bytes).is_err()); // It is not in our form.
    }
    let full = inspect(&example("MeMo_Full_Example.xml").unwrap());
    assert_eq!(
        (full.attachments, full.files, full.document_bytes),
        (2, 6, 84)
    );
}

#[test]
fn the_worked_samples_are_sound() {
    for (name, version, message_type) in [
        (
            "memo-1.1-minimal.xml",
            MemoVersion::V1_1,
            MessageType::DigitalPost,
        ),
        (
            "memo-1.2-minimal.xml",
            MemoVersion::V1_2,
            MessageType::DigitalPost,
        ),
        (
            "memo-1.2-nemsms.xml",
            MemoVersion::V1_2,
            MessageType::NemSms,
        ),
        (
            "memo-1.2-rich.xml",
            MemoVersion::V1_2,
            MessageType::DigitalPost,
        ),
    ] {
        let Some(path) = reference(&format!("samples/denmark/{name}")) else {
            return;
        };
        let found = inspect(&fs::read(path).unwrap());
        assert_eq!(found.faults, [""; 0], "{name}");
        assert_eq!(
            (found.version, found.message_type),
            (Some(version), Some(message_type))
        );
    }
}

#[test]
fn version_1_0_is_refused_by_what_it_has() {
    let Some(bytes) = example("MeMoScenarie1Eksempel_v1.0.xml") else {
        return;
    };
    let found = inspect(&bytes);
    assert_eq!(found.version, None);
    assert!(
        found.faults[0].contains("memoVersion `1.0`"),
        "{:?}",
        found.faults
    );
    let all = found.faults.join("\n");
    assert!(
        all.contains("`Message/MessageBody/MainDocument`: `documentID`, which is not known here"),
        "{all}"
    );
    assert!(
        all.contains("EntryPoint/url`: no absolute URL with https"),
        "{all}"
    );
}

/// A message of ours with everything in it, as another would write it: a prefix of its own, white space.
fn full() -> String {
    let sealed = seal(
        &sealer(MemoVersion::V1_2),
        &crate::letters::full_letter(&header()),
    );
    text(&sealed).to_owned()
}

#[test]
fn what_is_wrong_is_told_by_its_element() {
    let full = full();
    assert_eq!(inspect(full.as_bytes()).faults, [""; 0]);
    let header = "Message/MessageHeader";
    for (from, to, place, said) in [
        (
            "<memo:messageType>DIGITALPOST</memo:messageType>",
            "",
            header.to_owned(),
            "no `memo:messageType`",
        ),
        (
            "<memo:messageType>DIGITALPOST",
            "<memo:messageType>EMAIL",
            format!("{header}/messageType"),
            "another type",
        ),
        (
            "<memo:messageUUID>",
            "<memo:messageUUID>x",
            format!("{header}/messageUUID"),
            "no UUID of version 4",
        ),
        (
            "<memo:messageCode>OPKR</memo:messageCode>",
            "<memo:messageCode>A</memo:messageCode><memo:messageCode>B</memo:messageCode>",
            header.into(),
            "2 `memo:messageCode`; 1 at most",
        ),
        (
            "<memo:reply>true",
            "<memo:reply>yes",
            format!("{header}/reply"),
            "neither true nor false",
        ),
        (
            "<memo:replyByDateTime>2026-12-24T22:59:59Z",
            "<memo:replyByDateTime>2026-12-24T22:59:59",
            format!("{header}/replyByDateTime"),
            "no time in UTC",
        ),
        (
            "<memo:doNotDeliverUntilDate>2026-11-25",
            "<memo:doNotDeliverUntilDate>2026-11-31",
            format!("{header}/doNotDeliverUntilDate"),
            "no date",
        ),
        (
            "<memo:postType>MYNDIGHEDSPOST</memo:postType>",
            "<memo:postType>x</memo:postType><memo:reply>true</memo:reply>",
            header.into(),
            "`memo:reply` behind `postType`; the order is messageType messageUUID",
        ),
        (
            "<memo:senderID>27355021",
            "<memo:senderID>2735502",
            format!("{header}/Sender"),
            "an id of the form `9999999`; CVR has 8 digits",
        ),
        (
            "<memo:senderID>27355021</memo:senderID>",
            "",
            format!("{header}/Sender"),
            "no `memo:senderID`",
        ),
        (
            "<memo:idType>CPR",
            "<memo:idType>CVR",
            format!("{header}/Recipient"),
            "an id of the form `9999999999`",
        ),
        (
            "</memo:Recipient>",
            "<memo:fax>1</memo:fax></memo:Recipient>",
            format!("{header}/Recipient"),
            "`fax`, which is not known here; next may come",
        ),
        (
            "<dmv:licenseNumber>AB12345",
            "<dmv:licenseNumber>AB123456",
            format!("{header}/ContentData/MotorVehicle/licenseNumber"),
            "8 characters; 7 at most",
        ),
        (
            "<kle:subjectKey>00.00.00</kle:subjectKey>",
            "<memo:subjectKey>00.00.00</memo:subjectKey>",
            format!("{header}/ContentData/KLEdata"),
            "`subjectKey`, which is not known here",
        ),
        (
            "<grd:productionUnitNumber>1234567890",
            "<grd:productionUnitNumber>12345678901",
            format!("{header}/ContentData/ProductionUnit/productionUnitNumber"),
            "a larger one",
        ),
        (
            "<memo:AdditionalContentData>",
            "<memo:AdditionalContentData><memo:contentDataName>n</memo:contentDataName><memo:contentDataValue>v</memo:contentDataValue></memo:AdditionalContentData><memo:AdditionalContentData>",
            format!("{header}/ContentData"),
            "11 `memo:AdditionalContentData`; 10 at most",
        ),
        (
            "<memo:comment>",
            "<memo:comment>å",
            format!("{header}/ReplyData/comment"),
            "513 characters; 512 at most",
        ),
        (
            "<memo:createdDateTime>2026-11-22T19:00:00Z</memo:createdDateTime>",
            "",
            "Message/MessageBody".into(),
            "no `memo:createdDateTime`",
        ),
        (
            "<memo:MainDocument>",
            "<memo:MainDocument>tekst",
            "Message/MessageBody/MainDocument".into(),
            "text between its elements",
        ),
        (
            "<memo:filename>brev.html",
            "<memo:filename>br?ev.html",
            "Message/MessageBody/MainDocument/File/filename".into(),
            "a file name of the form `aa?aa.aaaa`",
        ),
        (
            "<memo:filename>villkor.pdf",
            "<memo:filename>vill\u{2003}kor.pdf",
            "Message/MessageBody/AdditionalDocument/File/filename".into(),
            "a file name of the form",
        ),
        (
            "<memo:filename>kort &amp; 'plan'.png",
            "<memo:filename>",
            "Message/MessageBody/AdditionalDocument[2]/File/filename".into(),
            "a file name of the form ``",
        ),
        (
            "<memo:language>da",
            "<memo:language>dansk",
            "Message/MessageBody/MainDocument/File/language".into(),
            "no code of a language",
        ),
        (
            "</memo:content>",
            "=</memo:content>",
            "Message/MessageBody/MainDocument/File/content".into(),
            "no base64",
        ),
        (
            "<memo:url>https://",
            "<memo:url>http://",
            "Message/MessageBody/MainDocument/Action/EntryPoint/url".into(),
            "no absolute URL with https",
        ),
        (
            "<memo:EntryPoint>",
            "<memo:Reservation></memo:Reservation><memo:EntryPoint>",
            "Message/MessageBody/MainDocument/Action/Reservation".into(),
            "no `memo:description`, `memo:reservationUUID`",
        ),
        (
            "<memo:messageType>DIGITALPOST",
            "<memo:messageType>NEMSMS",
            "Message".into(),
            "a NEMSMS with a MessageBody",
        ),
        (
            "<memo:label>",
            "<memo:label xml:lang=\"da\">",
            format!("{header}/label"),
            "an attribute that is not known",
        ),
        (
            "memoVersion=\"1.2\"",
            "memoVersion=\"1.1\"",
            "Message".into(),
            "no `memoSchVersion`; MeMo 1.1 needs it",
        ),
        (
            "memoVersion=\"1.2\"",
            "memoVersion=\"1.1\" memoSchVersion=\"1.1.0\"",
            format!("{header}/Sender"),
            "`Representative`, which is not known here",
        ),
        (
            "memoVersion=\"1.2\"",
            "memoVersion=\"1.2\" memoSchVersion=\"1.1.0\"",
            "Message".into(),
            "MeMo 1.2 has none",
        ),
        (
            "memoVersion=\"1.2\"",
            "memoVersion=\"2.0\"",
            "Message".into(),
            "memoVersion `2.0`; 1.1 or 1.2",
        ),
        (
            "memoVersion=\"1.2\"",
            "",
            "Message".into(),
            "no `memoVersion`",
        ),
    ] {
        assert!(full.contains(from), "{from}");
        let changed = full.replacen(from, to, 1);
        let found = inspect(changed.as_bytes());
        let expected = format!("`{place}`: ");
        let told = found
            .faults
            .iter()
            .any(|f| f.starts_with(&expected) && f.contains(said));
        assert!(told, "{from} {to}: {:?}", found.faults);
        assert!(verify(changed.as_bytes()).is_err());
        assert_eq!(found.faults_total, found.faults.len() as u64);
    }
}

#[test]
fn a_body_that_is_missing_or_empty_is_told() {
    let full = full();
    let (before, _) = full.split_once("<memo:MessageBody>").unwrap();
    let found = inspect(format!("{before}</memo:Message>").as_bytes());
    assert_eq!(
        found.faults,
        ["`Message`: a DIGITALPOST without a MessageBody; it holds the documents"]
    );
    let (before, rest) = full.split_once("<memo:content>").unwrap();
    let (_, behind) = rest.split_once("</memo:content>").unwrap();
    let found = inspect(format!("{before}<memo:content/>{behind}").as_bytes());
    assert!(
        found.faults[0].contains("file.empty.not.allowed"),
        "{:?}",
        found.faults
    );
}

#[test]
fn what_cannot_be_read_says_so() {
    let full = full();
    for (document, said) in [
        (String::new(), "the end of the file before an element"),
        ("<a/>".into(), "its root is not `Message`"),
        ("<Message/>".into(), "its root is not `Message`"),
        ("<memo:Message/>".into(), "a prefix that is not declared"),
        (format!("<!DOCTYPE x>{full}"), "a document type declaration"),
        (full.replacen("&amp;", "&uuml;", 1), "an entity"),
        (full.replacen("L-1", "&#2;", 1), "a character"),
        (
            full.replacen("</memo:label>", "</memo:labels>", 1),
            "not well-formed",
        ),
        (full[..full.len() - 3].to_owned(), "not well-formed"),
        (format!("{full}{full}"), "a second root element"),
        (format!("{full}x"), "text outside the root"),
        (
            format!("<?xml version=\"1.0\" encoding=\"latin1\"?>{full}"),
            "another encoding",
        ),
        (
            format!("{}{}", full.replacen("L-1", &"<a>".repeat(40), 1), ""),
            "deep",
        ),
    ] {
        let found = inspect(document.as_bytes());
        let told = found.faults.iter().any(|fault| fault.contains(said));
        assert!(told, "{said}: {:?}", found.faults);
    }
    assert!(inspect(b"<a>\xff</a>").faults[0].contains("UTF-8"));
    for (document, memo) in [
        (full.as_str(), true),
        ("<x:Message xmlns:x='https://DigitalPost.dk/MeMo-1'/>", true),
        (
            "<?xml version='1.0'?><!-- --><Message xmlns='https://DigitalPost.dk/MeMo-1'>",
            true,
        ),
        ("<Message/>", false),
        ("<a xmlns='https://DigitalPost.dk/MeMo-1'/>", false),
        ("", false),
        ("x", false),
    ] {
        assert_eq!(is_memo(document.as_bytes()), memo, "{document}");
    }
}

#[test]
fn another_prefix_is_noted() {
    let full = full()
        .replace("memo:", "m:")
        .replace("xmlns:memo=", "xmlns:m=");
    let found = inspect(full.as_bytes());
    assert_eq!(found.faults, [""; 0]);
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
    assert!(found.notes[0].contains("older receivers"));
}

/// Faults beyond the schema: what the service asks.
const SERVICE: [&str; 8] = [
    "an empty file",
    "a file name of the form",
    "no absolute URL",
    "an id of the form",
    "without a MessageBody",
    "with a MessageBody",
    "without a notification",
    "an attribute", // xmllint takes `xml:` attributes nowhere either; this is for the declarations of the root.
];

/// Changed documents whose verdicts are compared with xmllint's: every element left out, doubled, put behind the next
/// one, and given other texts.
fn changed(document: &str) -> Vec<String> {
    let tree = roxmltree::Document::parse(document).unwrap();
    let mut changed = Vec::new();
    let nodes = tree
        .descendants()
        .filter(|n| n.is_element() && n.parent_element().is_some());
    for node in nodes {
        let range = node.range();
        let (before, own, behind) = (
            &document[..range.start],
            &document[range.clone()],
            &document[range.end..],
        );
        changed.push(format!("{before}{behind}"));
        changed.push(format!("{before}{own}{own}{behind}"));
        if let Some(next) = node.next_sibling_element() {
            let next = next.range();
            let (between, other, rest) = (
                &document[range.end..next.start],
                &document[next.clone()],
                &document[next.end..],
            );
            changed.push(format!("{before}{other}{between}{own}{rest}"));
        }
        if !node.children().any(|child| child.is_element()) {
            let (open, close) = (own.find('>').unwrap() + 1, own.rfind('<').unwrap());
            // libxml2 passes over a hyphen in base64; the standard does not.
            let is_base64 = node.tag_name().name() == "content";
            let date = if is_base64 { "x" } else { "2026-01-01" };
            for text in [
                "",
                " ",
                "x",
                "1",
                "true",
                "VGhp",
                date,
                &"a".repeat(257),
                &"a".repeat(161),
            ] {
                changed.push(format!(
                    "{before}{}{text}{}{behind}",
                    &own[..open],
                    &own[close..]
                ));
            }
        }
    }
    changed
}

#[test]
fn verdicts_agree_with_the_official_schemas() {
    let Some(full) = example("MeMo_Full_Example.xml") else {
        return;
    };
    let full = String::from_utf8(full)
        .unwrap()
        .trim_start_matches('\u{feff}')
        .to_owned();
    let cut = |text: &str, name: &str| {
        let (before, rest) = text.split_once(&format!("<memo:{name}>")).unwrap();
        format!(
            "{before}{}",
            rest.split_once(&format!("</memo:{name}>")).unwrap().1
        )
    };
    let older = cut(&cut(&full, "Representative"), "originalRepresentative");
    let older = older.replace(
        "memoVersion=\"1.2\"",
        "memoVersion=\"1.1\" memoSchVersion=\"1.1.0\"",
    );
    for (version, document) in [(MemoVersion::V1_2, full), (MemoVersion::V1_1, older)] {
        let Some(schema) = schema(version) else {
            return;
        };
        let changed = changed(&document);
        assert!(changed.len() > 1000);
        let original = xmllint_verdicts(&schema, &[&document]).unwrap();
        assert_eq!(original, [true]);
        let verdicts = xmllint_verdicts(&schema, &changed).unwrap();
        let (mut valid, mut invalid) = (0, 0);
        let mut differ = Vec::new();
        for (n, (document, official)) in changed.iter().zip(verdicts).enumerate() {
            let found = inspect(document.as_bytes());
            let beyond = |fault: &&String| SERVICE.iter().any(|known| fault.contains(known));
            let of_schema: Vec<_> = found.faults.iter().filter(|fault| !beyond(fault)).collect();
            if of_schema.is_empty() != official {
                differ.push(format!("{n}: official {official}, ours {of_schema:?}"));
            }
            if official { valid += 1 } else { invalid += 1 }
        }
        if let Some(first) = differ.first() {
            let n: usize = first.split(':').next().unwrap().parse().unwrap();
            panic!("{version:?}: {}\n{}", differ.join("\n"), changed[n]);
        }
        assert!(valid > 200 && invalid > 500, "{valid} {invalid}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn looking_at_anything_ends(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        splice in "[<>&/a-z:\"' !\\[\\]-]{0,20}",
        place in any::<prop::sample::Index>(),
    ) {
        use std::sync::OnceLock;
        static FULL: OnceLock<String> = OnceLock::new();
        let mut bytes = FULL.get_or_init(full).clone().into_bytes();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let at = place.index(bytes.len());
        bytes.splice(at..at, splice.bytes());
        let found = inspect(&bytes);
        // What xml of ours reads strictly, the tolerant reader takes too.
        prop_assert!(verify(&bytes).is_err() || found.is_sound());
        let _ = is_memo(&bytes);
    }
}

#[test]
fn of_schema_instances_only_the_place_of_a_schema_is_known() {
    let sealed = seal(&sealer(MemoVersion::V1_2), &letter("L-1"));
    let with = |attribute: &str| {
        let label = format!(
            "<memo:label xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" {attribute}>"
        );
        let message = text(&sealed).replacen("<memo:label>", &label, 1);
        assert_ne!(message, text(&sealed));
        inspect(message.as_bytes()).is_sound()
    };
    assert!(with("xsi:schemaLocation=\"u m.xsd\""));
    assert!(!with("xsi:nil=\"true\""));
    assert!(!with("xsi:type=\"xs:string\""));
}
