//! Bodies: readable without opening an attachment, and valid.

use std::fs;
use std::process::Command;

use lettermill::bundle::mina_meddelanden as mm;
use lettermill::letter::*;
use proptest::prelude::*;

use crate::common::*;

/// Content type and text of a message's body.
fn body(sealer: &mm::Sealer, letter: &Letter<'_>) -> (String, String) {
    let document = seal(sealer, letter).bytes;
    let tree = roxmltree::Document::parse(std::str::from_utf8(&document).unwrap()).unwrap();
    let text = |name| {
        let name = ("http://minameddelanden.gov.se/schema/Message", name);
        let found = tree.descendants().find(|node| node.has_tag_name(name));
        found.unwrap().text().unwrap_or_default().to_owned()
    };
    let bytes = base64_simd::STANDARD.decode_to_vec(text("Body")).unwrap();
    (text("ContentType"), String::from_utf8(bytes).unwrap())
}

/// What an HTML checker says against a document.
fn tidy(html: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("body.html");
    fs::write(&path, html).unwrap();
    let arguments = ["-q", "-e", "-utf8", "--drop-empty-elements", "no"];
    let out = run(Command::new("tidy").args(arguments).arg(&path));
    String::from_utf8_lossy(&out.stderr).into_owned()
}

/// Complete, well-formed as XML too, and with nothing that runs or is fetched.
fn check_html(html: &str) {
    const ELEMENTS: [&str; 25] = [
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "h4", "h5", "h6", "p",
        "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "strong", "em", "br",
    ];
    const ATTRIBUTES: [&str; 4] = ["lang", "charset", "scope", "style"];
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"sv\">"));
    assert!(html.ends_with("</body></html>\n"));
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    let tree = roxmltree::Document::parse_with_options(html, options).unwrap();
    for node in tree.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        assert!(ELEMENTS.contains(&name), "{name}");
        for attribute in node.attributes() {
            assert!(ATTRIBUTES.contains(&attribute.name()), "{name}");
            assert!(!attribute.value().contains("url"), "{name}");
        }
    }
    if has("tidy") {
        assert_eq!(tidy(html), "", "{html}");
        let broken = html.replace("</body>", "</p></font></body>");
        assert_ne!(tidy(&broken), "", "the check itself must be able to fail");
    }
}

#[test]
fn a_letter_of_text_is_html_that_is_valid_and_fetches_nothing() {
    let (content_type, html) = body(&sealer(), &full_letter(&header()));
    assert_eq!(content_type, "text/html");
    assert!(html.contains("<h1>Beslut &amp; &lt;motivering&gt;</h1>"));
    assert!(html.contains("<strong><em>viktigt</em></strong><br/>ny rad</p>"));
    assert!(html.contains("<td style=\"text-align:right\"><strong>1 234,50</strong></td>"));
    check_html(&html);
}

#[test]
fn a_body_may_be_plain_text() {
    let sealer = sealer_with(mm::Options {
        body: mm::BodyForm::Plain,
        ..mm::Options::default()
    });
    let (content_type, text) = body(&sealer, &full_letter(&header()));
    assert_eq!(content_type, "text/plain");
    assert_eq!(
        text,
        "Beslut & <motivering>\n\nǨiõll, čáhci, ŋ ŧ đ ž; łódź; İstanbul; 𝄞 ]]> viktigt\nny rad\n\n\
         1. ett\n2. \n\nAvser\t\nSumma\t1 234,50\n\nOCR: 12345\n"
    );
}

#[test]
fn a_letter_that_is_a_pdf_has_a_body_that_says_what_it_is_and_whom_to_ask() {
    let letter = Letter {
        content: Content::Pdf(pdf("beslut.pdf", b"%PDF-1.7")),
        attachments: vec![Attachment {
            document: pdf("bilaga.pdf", b"%PDF-1.6"),
            only: None,
        }],
        ..letter("L-1")
    };
    let (content_type, text) = body(&sealer(), &letter);
    assert_eq!(content_type, "text/plain");
    assert_eq!(
        text,
        "Beslut om förskoleplats\n\nFrån: Kommun A\n\nBrevet finns i den bifogade filen beslut.pdf.\n\n\
         Kontakta kundtjänst <dygnet runt> & fråga.\nhttps://example.com/?a=1&b=2\n\
         Telefon: 060-123456\nkundtjanst@example.com\n"
    );
    let message = String::from_utf8(seal(&sealer(), &letter).bytes).unwrap();
    let (content, enclosed) = (message.find(">beslut.pdf<"), message.find(">bilaga.pdf<"));
    assert!(content.unwrap() < enclosed.unwrap());
}

fn runs() -> impl Strategy<Value = Vec<Run<'static>>> {
    let text = prop_oneof![
        "[&<>\"'\\]a-ö \u{7f}-\u{a0}\u{2028}\u{fdd0}𝄞\u{1ffff}]{0,12}",
        Just("\n".to_owned())
    ];
    let run = (text, any::<bool>(), any::<bool>()).prop_map(|(text, bold, italic)| Run {
        text: text.into(),
        bold,
        italic,
    });
    proptest::collection::vec(run, 1..4)
}

fn block() -> impl Strategy<Value = Block<'static>> {
    let column = |heading: Option<String>| Column {
        align: Align::Centre,
        heading: heading.map(Into::into),
    };
    let table = (proptest::option::of("[<&a-c]{1,3}"), runs(), any::<bool>());
    prop_oneof![
        (0u8..9, runs()).prop_map(|(level, runs)| Block::Heading(level, runs)),
        runs().prop_map(Block::Paragraph),
        (any::<bool>(), proptest::collection::vec(runs(), 1..3)).prop_map(|(bullets, items)| {
            let kind = if bullets {
                ListKind::Bullet
            } else {
                ListKind::Number
            };
            Block::List(kind, items)
        }),
        table.prop_map(move |(heading, runs, total)| Block::Table(Table {
            columns: vec![column(heading), column(None)],
            rows: vec![Row {
                total,
                cells: vec![runs, Vec::new()],
            }],
        })),
        runs().prop_map(|runs| Block::KeyValues(vec![("<&>".into(), runs)])),
        Just(Block::PageBreak),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_text_gives_valid_html(blocks in proptest::collection::vec(block(), 0..5)) {
        let letter = Letter {
            content: Content::Text(blocks),
            ..letter("L-1")
        };
        check_html(&body(&sealer(), &letter).1);
    }
}
