//! The validator driven by hand: pieces of text, violations and their words, children apart from each other.

use std::path::Path;

use lettermill::schema::{
    Attribute, Children, DEPTH_MAX, DeclId, Schema, VALUE_BYTES_MAX, Validator, Violation, document,
};
use proptest::prelude::*;

use super::oracle;
use crate::support::tools::has;

const NS: &[u8] = b"urn:lettermill:mailing:1";

fn letter(schema: &Schema) -> DeclId {
    let mailing = schema.global(NS, b"mailing").unwrap();
    let mut children = Children::of(schema, mailing);
    children.next(NS, b"header").unwrap();
    children.next(NS, b"letter").unwrap()
}

/// Found and allowed for a letter with this inside, by way of a whole document.
fn said(inside: &str) -> Vec<(String, String)> {
    let least = include_str!("../../fixtures/schema/least.xml");
    let (head, _) = least.split_once("<letter ").unwrap();
    let text = format!("{head}<letter id=\"1\">{inside}</letter></mailing>");
    let found = document::validate(&Schema::mailing(), text.as_bytes()).unwrap();
    found
        .into_iter()
        .map(|(_, violation)| (violation.found, violation.allowed))
        .collect()
}

#[test]
fn violations_say_what_was_found_and_what_is_allowed() {
    let recipient = "<recipient><name>x</name></recipient>";
    let end = "<subject>x</subject><content><text><pageBreak/></text></content>";
    for (inside, found, allowed) in [
        (
            format!("{recipient}<content><text><pageBreak/></text></content>"),
            "element `content` where `subject` is missing",
            "one of: `delivery`, `mandatory`, `legalNotification`, `notBefore`, `replyBy`, `language`, `subject`",
        ),
        (
            format!("{recipient}<subjekt>x</subjekt>{end}"),
            "element `subjekt` in element `letter`",
            "one of: `delivery`, `mandatory`, `legalNotification`, `notBefore`, `replyBy`, `language`, `subject`",
        ),
        (
            format!("{recipient}<replyBy>2026-02-30</replyBy>{end}"),
            "element `replyBy` is `9999-99-99`",
            "a date that exists, such as 2026-01-31",
        ),
        (
            format!("{recipient}<delivery>Anna</delivery>{end}"),
            "element `delivery` is `Aaaa`",
            "one of: auto, digital, print",
        ),
        (
            format!(
                "<recipient><personNumber>18120304</personNumber><name>x</name></recipient>{end}"
            ),
            "element `personNumber` is `99999999`",
            r"pattern \d{8}-?\d{4}",
        ),
        (
            format!("<recipient><name/></recipient>{end}"),
            "element `name` is empty",
            "1 to 100 characters",
        ),
        (
            format!(
                "<recipient><name>{}</name></recipient>{end}",
                "Åsa".repeat(40)
            ),
            "element `name` has 120 characters: `AaaAaaAaaAaaAaaAaaAaaAaaAaaAaaAaaAaaAaaA…`",
            "1 to 100 characters",
        ),
        (
            format!("<recipient/>{end}"),
            "element `recipient` ends too early",
            "one of: `personNumber`, `organisationNumber`, `cpr`, `cvr`, `name`",
        ),
        (
            format!("{recipient}{end}<data>1</data>"),
            "element `data` without attribute `name`",
            "attribute `name`",
        ),
        (
            format!("{recipient}{end}<data name='a' nam='Bo'>1</data>"),
            "attribute `nam` on element `data`",
            "attribute `name` only",
        ),
        (
            format!("{recipient}{end}<print sides='both'/>"),
            "attribute `sides` of element `print` is `aaaa`",
            "one of: simplex, duplex",
        ),
        (
            format!("{recipient}{end}hello"),
            "text directly in element `letter`",
            "one of: `attachments`, `actions`, `notification`, `data`, `reply`, `receipt`, `messageCode`, `matter`, `about`, `inReplyTo`, `print`, the end of the element",
        ),
        (
            format!("{recipient}{end}<letter/>"),
            "element `letter` in element `letter`",
            "one of: `attachments`, `actions`, `notification`, `data`, `reply`, `receipt`, `messageCode`, `matter`, `about`, `inReplyTo`, `print`, the end of the element",
        ),
        (
            format!("{recipient}{end}<print xmlns='urn:x'/>"),
            "element `print` of namespace `urn:x` in element `letter`",
            "one of: `attachments`, `actions`, `notification`, `data`, `reply`, `receipt`, `messageCode`, `matter`, `about`, `inReplyTo`, `print`, the end of the element",
        ),
        (
            format!(
                "{recipient}<subject>x</subject><content><pdf fileName='a'><base64>QUJ=</base64></pdf></content>"
            ),
            "element `base64` has text that stands for no octets",
            "base64",
        ),
        (
            format!(
                "{recipient}<subject>x<b/></subject><content><text><pageBreak/></text></content>"
            ),
            "element `b` in element `subject`",
            "only text",
        ),
    ] {
        assert_eq!(
            said(&inside),
            [(found.to_owned(), allowed.to_owned())],
            "{inside}"
        );
    }
}

#[test]
fn one_mistake_gives_one_violation() {
    let recipient = "<recipient><name>x</name></recipient>";
    let end = "<subject>x</subject><content><text><pageBreak/></text></content>";
    // A whole unknown subtree; a hundred of the same; one renamed, which is then missing too.
    assert_eq!(
        said(&format!("{recipient}<x><y a='1'>t</y><z/></x>{end}")).len(),
        1
    );
    assert_eq!(
        said(&format!("{recipient}{end}{}", "<recipient/>".repeat(100))).len(),
        1
    );
    assert_eq!(
        said(&format!(
            "{recipient}<betreff>x</betreff><content><text><pageBreak/></text></content>"
        ))
        .len(),
        1
    );
    assert_eq!(said(recipient).len(), 1);
    assert_eq!(
        said(&format!("{recipient}{end}{}", "<a/><b/>".repeat(100))).len(),
        8
    );
    // Two mistakes, one inside what comes too early.
    assert_eq!(
        said(&format!("{recipient}<content><text/></content>")).len(),
        2
    );
}

#[test]
fn children_are_followed_without_their_insides() {
    let schema = Schema::mailing();
    let mailing = schema.global(NS, b"mailing").unwrap();
    let mut children = Children::of(&schema, mailing);
    let early = children.next(NS, b"letter").unwrap_err();
    assert_eq!(early.found, "element `letter` where `header` is missing");
    assert_eq!(early.allowed, "`header`");
    assert_eq!(
        children.end().unwrap_err().found,
        "element `mailing` ends too early"
    );
    let header = children.next(NS, b"header").unwrap();
    assert_eq!(
        (schema.decl_name(header), schema.decl_namespace(header)),
        ("header", "urn:lettermill:mailing:1")
    );
    assert!(children.next(NS, b"header").is_err());
    assert!(children.next(b"", b"letter").is_err());
    assert!(children.end().is_err());
    for _ in 0..1000 {
        assert_eq!(children.next(NS, b"letter"), Ok(letter(&schema)));
    }
    assert_eq!(children.end(), Ok(()));
    children.next(NS, b"trailer").unwrap();
    assert!(children.next(NS, b"letter").is_err());
    assert_eq!(children.end(), Ok(()));
}

#[test]
fn a_validator_begins_at_any_declaration_and_again() {
    let schema = Schema::mailing();
    let letter = letter(&schema);
    let mut validator = Validator::new(&schema);
    let id = [Attribute {
        namespace: b"",
        local: b"id",
        value: "1",
    }];
    for _ in 0..2 {
        validator.begin(letter);
        assert_eq!(validator.start(NS, b"letter", &id), Some(letter));
        let recipient = validator.start(NS, b"recipient", &[]).unwrap();
        assert_eq!(schema.decl_name(recipient), "recipient");
        assert_eq!(validator.violations(), &[]);
        validator.end();
        assert_eq!(validator.violations().drain(..).count(), 1);
        validator.end();
        assert_eq!(validator.violations().drain(..).count(), 1);
    }
    validator.begin(letter);
    assert_eq!(validator.start(NS, b"header", &[]), None);
    assert_eq!(validator.violations()[0].allowed, "element `letter`");
}

#[test]
fn values_have_a_limit_and_are_not_shown() {
    let schema = Schema::mailing();
    let mut validator = Validator::new(&schema);
    let mut names = Children::of(&schema, schema.global(NS, b"mailing").unwrap());
    validator.begin(names.next(NS, b"header").unwrap());
    validator.start(NS, b"header", &[]);
    validator.start(NS, b"mailingId", &[]);
    let piece = "Anna-18120304".repeat(80_000);
    for _ in 0..1000 {
        validator.text(&piece); // A gigabyte in all.
    }
    assert!(!format!("{validator:?}").contains("Anna"));
    validator.end();
    let found = validator.violations().pop().unwrap();
    assert_eq!(found.found, "element `mailingId` is too long to be checked");
    assert_eq!(found.allowed, format!("at most {VALUE_BYTES_MAX} bytes"));
    let attribute = Attribute {
        namespace: b"",
        local: b"id",
        value: "Anna",
    };
    assert_eq!(format!("{attribute:?}"), "Attribute(id)");
}

#[test]
fn depth_has_a_limit() {
    let schema = Schema::mailing();
    let text = format!(
        "{}{}",
        "<b>".repeat(10 * DEPTH_MAX / 2),
        "</b>".repeat(10 * DEPTH_MAX / 2)
    );
    let least = include_str!("../../fixtures/schema/least.xml")
        .replace("<pageBreak/>", &format!("<paragraph>{text}</paragraph>"));
    let found = document::validate(&schema, least.as_bytes()).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1.allowed, "at most 512 elements inside each other");
}

#[test]
fn documents_that_cannot_be_read() {
    let schema = Schema::mailing();
    let refused = |bytes: &[u8]| document::validate(&schema, bytes).unwrap_err().to_string();
    for (bytes, wanted) in [
        (&b""[..], "there is no root element"),
        (b"<a>", "the document ends inside an element"),
        (b"<a/><b/>", "a second root element"),
        (b"<a/>x", "text outside the root element"),
        (b"<a>\n</b>", "line 2: not well-formed"),
        (b"<a b='1' b='2'/>", "not well-formed"),
        (b"<p:a/>", "a prefix that is not declared"),
        (
            b"<a xmlns:p='u' xmlns:q='u' p:x='' q:x=''/>",
            "an attribute stands twice",
        ),
        (
            b"<!DOCTYPE a [<!ENTITY e 'x'>]>\n<a>&e;</a>",
            "document type declarations and their entities are refused",
        ),
        (
            b"<a>&nbsp;</a>",
            "document type declarations and their entities are refused",
        ),
        (b"<a>\n\xff</a>", "line 2: bytes that are not UTF-8"),
        (
            b"<?xml version='1.0' encoding='windows-1252'?><a/>",
            "another encoding is declared",
        ),
    ] {
        let error = refused(bytes);
        assert!(
            error.contains(wanted),
            "{}: {error}",
            String::from_utf8_lossy(bytes)
        );
    }
    let least = include_str!("../../fixtures/schema/least.xml");
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(least.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(document::validate(&schema, &utf16).unwrap(), []);
    let latin: Vec<u8> = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
        .iter()
        .copied()
        .chain(
            least
                .replace("<text>x<", "<text>\u{e5}<")
                .chars()
                .map(|c| c as u8),
        )
        .collect();
    assert_eq!(document::validate(&schema, &latin).unwrap(), []);
}

#[test]
fn official_schemas_compile() {
    for path in [
        "official/mina-meddelanden/schema/v3/Service.xsd",
        "official/mina-meddelanden/schema/v3/Recipient.xsd",
        "official/mina-meddelanden/schema/v3/Notification.xsd",
        "official/mina-meddelanden/schema/v2/Service.xsd",
        "official/mina-meddelanden/schema/v2/Recipient.xsd",
        "official/mina-meddelanden/schema/Service.xsd",
        "official/mina-meddelanden/schema/Dispatcher.xsd",
        "official/mina-meddelanden/schema/Authority.xsd",
        "official/mina-meddelanden/schema/xmldsig-core-schema.xsd",
        "official/mina-meddelanden/v1-2014/schema/Service.xsd",
        "official/memo/MeMo_core.xsd",
        "official/memo/Version1.2/MeMo_core.xsd",
        "official/sf1601/sf1600/PrintServiceMsg.xsd",
        "samples/denmark/fjernprint-xsd-driver/top.xsd",
        "samples/mina-meddelanden/mm-v3-roots.xsd",
        "samples/mina-meddelanden/mm-v3-soap.xsd",
    ] {
        if let Some(path) = super::shared(path).filter(|path| path.exists()) {
            let compiled = Schema::compile(&path);
            assert!(
                compiled.is_ok(),
                "{}: {}",
                path.display(),
                compiled.unwrap_err()
            );
        }
    }
}

#[test]
fn official_examples_have_the_verdict_of_xmllint() {
    for (schema, documents) in [
        (
            "samples/mina-meddelanden/mm-v3-roots.xsd",
            &[
                "samples/mina-meddelanden/sealed-delivery-v3.xml",
                "samples/mina-meddelanden/signed-delivery-v3.xml",
            ][..],
        ),
        (
            "official/memo/Version1.2/MeMo_core.xsd",
            &[
                "samples/denmark/memo-1.2-rich.xml",
                "samples/denmark/memo-1.2-minimal.xml",
                "samples/denmark/memo-1.2-nemsms.xml",
                "official/memo/examples/MeMo_Full_Example.xml",
            ],
        ),
        (
            "official/memo/MeMo_core.xsd",
            &[
                "samples/denmark/memo-1.1-minimal.xml",
                "official/memo/examples/MeMo_Full_Example.xml",
                "official/memo/examples/MeMo_Minimum_Example.xml",
            ],
        ),
    ] {
        let Some(schema) = super::shared(schema) else {
            continue;
        };
        compare_with_xmllint(&schema, documents);
    }
}

fn compare_with_xmllint(schema: &Path, documents: &[&str]) {
    let compiled = Schema::compile(schema).unwrap();
    for path in documents.iter().filter_map(|path| super::shared(path)) {
        let text = std::fs::read_to_string(&path).unwrap();
        let found = document::validate(&compiled, text.as_bytes()).unwrap();
        if has("xmllint") {
            assert_eq!(
                oracle::xmllint(schema, &[&text]),
                [found.is_empty()],
                "{}: {found:?}",
                path.display()
            );
        }
    }
}

/// Names that mean something to the schema, or nothing.
const NAMES: &[&str] = &[
    "letter",
    "recipient",
    "name",
    "address",
    "line",
    "street",
    "subject",
    "content",
    "text",
    "paragraph",
    "b",
    "i",
    "br",
    "table",
    "column",
    "row",
    "cell",
    "pdf",
    "base64",
    "data",
    "print",
    "insert",
    "x",
    "",
    "*",
    "é",
];

#[derive(Clone, Debug)]
enum Event {
    Begin(u32),
    Start(usize, bool, Option<(usize, String)>),
    Text(String),
    End,
    Bind(String, String),
}

fn event() -> impl Strategy<Value = Event> {
    let name = 0..NAMES.len();
    prop_oneof![
        1 => (0_u32..60).prop_map(Event::Begin),
        8 => (name.clone(), any::<bool>(), proptest::option::of((name, ".{0,8}"))).prop_map(|(a, b, c)| Event::Start(a, b, c)),
        4 => ".{0,20}".prop_map(Event::Text),
        6 => Just(Event::End),
        1 => (".{0,3}", ".{0,3}").prop_map(|(a, b)| Event::Bind(a, b)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_events(events in proptest::collection::vec(event(), 0..200)) {
        let schema = Schema::mailing();
        let mut validator = Validator::new(&schema);
        validator.begin(letter(&schema));
        for event in events {
            match event {
                Event::Begin(decl) => validator.begin(DeclId(decl)),
                Event::Start(name, known, attribute) => {
                    let attribute = attribute.as_ref().map(|(name, value)| Attribute {
                        namespace: if *name % 3 == 0 { b"http://www.w3.org/2001/XMLSchema-instance" } else { b"" },
                        local: ["id", "type", "nil", "kind", "level", "x"][name % 6].as_bytes(),
                        value,
                    });
                    validator.start(if known { NS } else { b"urn:x" }, NAMES[name].as_bytes(), attribute.as_slice());
                }
                Event::Text(text) => validator.text(&text),
                Event::End => validator.end(),
                Event::Bind(prefix, namespace) => validator.bind(prefix.as_bytes(), namespace.as_bytes()),
            }
        }
    }

    /// The verdict does not depend on where text is cut.
    #[test]
    fn text_in_pieces(text in "[A-D =\n\u{e5}]{0,24}", cut in 0_usize..24) {
        let schema = Schema::mailing();
        let document = schema.global(NS, b"mailing").unwrap();
        let check = |pieces: &[&str]| -> Vec<Violation> {
            let mut validator = Validator::new(&schema);
            validator.begin(document);
            let mut found = Vec::new();
            validator.start(NS, b"mailing", &[]);
            validator.start(NS, b"header", &[]);
            validator.violations().clear();
            for name in ["mailingId", "sharedDocuments", "document", "base64"] {
                let id = [Attribute { namespace: b"", local: b"id", value: "1" }, Attribute { namespace: b"", local: b"fileName", value: "1" }];
                validator.start(NS, name.as_bytes(), if name == "document" { &id } else { &[] });
                validator.violations().clear();
                if matches!(name, "mailingId" | "base64") {
                    pieces.iter().for_each(|piece| validator.text(piece));
                    validator.end();
                    found.append(validator.violations());
                }
            }
            found
        };
        let cut = (0..=cut.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let (a, b) = text.split_at(cut);
        prop_assert_eq!(check(&[&text]), check(&[a, "", b]));
    }

    #[test]
    fn any_bytes_as_a_document(bytes: Vec<u8>) {
        drop(document::validate(&Schema::mailing(), &bytes));
    }

    #[test]
    fn any_damage_to_a_document(from in 0_usize..9000, len in 0_usize..40, insert in "[<>&/\"'=a-c \\]!-]{0,6}") {
        let text = include_str!("../../fixtures/schema/se-full.xml").as_bytes();
        let from = from.min(text.len());
        let end = (from + len).min(text.len());
        let damaged = [&text[..from], insert.as_bytes(), &text[end..]].concat();
        drop(document::validate(&Schema::mailing(), &damaged));
    }
}
