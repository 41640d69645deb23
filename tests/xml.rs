//! The reader for XML of others: what it gives, what it refuses, and that two other parsers, roxmltree and xmllint, see
//! the same.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use lettermill::xml::{
    ATTRIBUTES_MAX, DECLARATIONS_MAX, Error, Event, Limits, NAME_BYTES_MAX, Reader, TAG_BYTES_MAX,
    root,
};
use proptest::prelude::*;

mod support;

use support::tools::opinion_of;

const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    depth: 8,
    elements: 100,
};

/// A document in one line: `namespace|local @namespace|local="value" (text children)`.
fn read(bytes: &[u8]) -> Result<String, Error> {
    let mut reader = Reader::new(bytes, LIMITS)?;
    let mut out = String::new();
    while let Some(event) = reader.event()? {
        match event {
            Event::Start(start) => {
                write!(out, "{}|{}", start.namespace(), start.local()).unwrap();
                let mut attributes: Vec<_> = start.attributes().collect();
                attributes.sort_unstable();
                for (namespace, name, value) in attributes {
                    write!(out, " @{namespace}|{name}={value:?}").unwrap();
                }
                out.push_str(" (");
            }
            Event::Text(text) => out.push_str(&text),
            Event::End => out.push(')'),
        }
    }
    Ok(out)
}

#[track_caller]
fn refused(text: impl AsRef<[u8]>, line: u64, found: &str) {
    let error = read(text.as_ref()).unwrap_err();
    let told = error.to_string();
    assert!(told.starts_with(&format!("line {line}: {found}")), "{told}");
}

#[test]
fn a_document_is_read() {
    let document = "\u{feff}<?xml version='1.0' encoding='utf-8'?><!-- a --><?b?>\r\n\
        <x:a xmlns:x='urn:a&amp;b' xmlns='urn:d' e='&lt;\t1' x:e=\"2\" xml:lang='sv'>f&#x67;&amp;\r\n\
        <![CDATA[<&\r]]>h<i xmlns=''/></x:a>\n";
    assert_eq!(
        read(document.as_bytes()).unwrap(),
        "urn:a&b|a @|e=\"< 1\" @http://www.w3.org/XML/1998/namespace|lang=\"sv\" \
         @urn:a&b|e=\"2\" (fg&\n<&\nh|i ())"
    );
    let mut reader = Reader::new(document.as_bytes(), LIMITS).unwrap();
    let mut lines = Vec::new();
    while reader.event().unwrap().is_some() {
        lines.push(reader.line());
    }
    assert_eq!(lines, [2, 2, 2, 2, 3, 3, 3, 3, 3, 3]);
}

#[test]
fn what_is_no_xml_is_refused_with_its_line() {
    for text in [
        "<",
        "<a",
        "<a\n",
        "<a b></a>",
        "<a b='1'c='2'/>",
        "<a b='<'/>",
        "<a b='1' b='2'/>",
        "<a xmlns:x='u' xmlns:y='u' x:b='' y:b=''/>",
        "<a xmlns:x=''/>",
        "<a xmlns:xml='u'/>",
        "<a xmlns:x='http://www.w3.org/2000/xmlns/'/>",
        "<a:b:c/>",
        "<1/>",
        "<a></b>",
        "<a>]]></a>",
        "<a>&b</a>",
        "<a>& </a>",
        "<a><!-- -- --></a>",
        "<a><?xml version='1.0'?></a>",
        " <?xml version='1.0'?><a/>",
        "<?xml?><a/>",
        "<?xml version='1.1'?><a/>",
        "<!a>",
    ] {
        refused(text, 1, "XML that is not well-formed");
    }
    refused("<a>\n<b>\n</a>", 3, "XML that is not well-formed");
    refused("", 1, "the end of the file before an element");
    refused("<!-- a\n-->\n", 3, "the end of the file before an element");
    refused("<a>\n", 2, "the end of the file within an element");
    refused("<a/>\n<b/>", 2, "a second root element");
    for text in [
        "a",
        "<a/>\u{a0}",
        "&#32;<a/>",
        "<a/><![CDATA[]]>",
        "\u{feff}\u{feff}<a/>",
    ] {
        refused(text, 1, "text outside the root");
    }
    refused(
        "<a>&b;</a>",
        1,
        "an entity; allowed: the five built-in ones",
    );
    refused("<a b='&c;'/>", 1, "an entity");
    refused(
        "<a>\n&#0;</a>",
        2,
        "a character that XML 1.0 does not allow",
    );
    refused(
        "<a>\n\u{1}</a>",
        2,
        "a character that XML 1.0 does not allow",
    );
    refused("<a:b/>", 1, "a prefix that is not declared");
    refused("<a b:c=''/>", 1, "a prefix that is not declared");
    refused("<xmlns:a/>", 1, "a prefix that is not declared");
    refused(b"<a>\n\xff</a>", 2, "bytes that are not UTF-8");
    refused(
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
        1,
        "a document type declaration",
    );
    refused(
        "<?xml version='1.0' encoding='latin1'?><a/>",
        1,
        "another encoding",
    );
}

#[test]
fn nothing_is_larger_than_it_may_be() {
    let nested = |depth| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(read(nested(8).as_bytes()).is_ok());
    refused(
        nested(9),
        1,
        "elements nested deeper; allowed: at most 8 in each other",
    );
    let many = |count| format!("<a>{}</a>", "<b/>".repeat(count));
    assert!(read(many(99).as_bytes()).is_ok());
    refused(many(100), 1, "more elements; allowed: at most 100 in all");
    refused(
        " ".repeat((1 << 20) + 1),
        1,
        "a larger file; allowed: at most 1048576 bytes",
    );
    let wide = |count| {
        let attributes: String = (0..count).map(|n| format!(" a{n}=''")).collect();
        format!("<a{attributes}/>")
    };
    assert!(read(wide(ATTRIBUTES_MAX).as_bytes()).is_ok());
    refused(
        wide(ATTRIBUTES_MAX + 1),
        1,
        "an element with more attributes; allowed: at most 64",
    );
    let declared = |count| {
        let declarations: String = (0..count).map(|n| format!(" xmlns:a{n}='u'")).collect();
        format!("<a{declarations}><a{declarations}>{}", "</a>".repeat(2))
    };
    assert!(read(declared(DECLARATIONS_MAX / 2).as_bytes()).is_ok());
    let again = declared(DECLARATIONS_MAX / 2).replace("</a></a>", "<b xmlns='u'/></a></a>");
    refused(
        again,
        1,
        "more declarations of namespaces; allowed: at most 128",
    );
    let named = |length: usize| format!("<{}/>", "a".repeat(length));
    assert!(read(named(NAME_BYTES_MAX).as_bytes()).is_ok());
    refused(
        named(NAME_BYTES_MAX + 1),
        1,
        "a longer name; allowed: at most 1024 bytes",
    );
    let long = format!("<a {}='b'/>", " ".repeat(TAG_BYTES_MAX));
    refused(long, 1, "a longer start tag; allowed: at most 262144 bytes");
}

#[test]
fn the_root_is_seen_whatever_is_behind_it() {
    let of = |bytes: &[u8]| root(bytes);
    let found = Some(("u".to_owned(), "a".to_owned()));
    assert_eq!(
        of(b"\xef\xbb\xbf<?xml version='1.0'?> <!-- b --><x:a xmlns:x='u'>\xff"),
        found
    );
    assert_eq!(of(b"<a xmlns='u'><b"), found);
    assert_eq!(of(b"<a/>"), Some((String::new(), "a".to_owned())));
    for none in [
        &b""[..],
        b"a<b/>",
        b"<!DOCTYPE a><a/>",
        b"<b:a/>",
        b"\xff<a/>",
        b"<a",
    ] {
        assert_eq!(of(none), None);
    }
}

/// The same line, by roxmltree.
fn by_roxmltree(text: &str) -> Option<String> {
    fn write_node(node: roxmltree::Node<'_, '_>, out: &mut String) {
        if let Some(text) = node.text().filter(|_| node.is_text()) {
            out.push_str(text);
        }
        if node.is_element() {
            let name = node.tag_name();
            write!(
                out,
                "{}|{}",
                name.namespace().unwrap_or_default(),
                name.name()
            )
            .unwrap();
            let attributes = node.attributes();
            let mut attributes: Vec<_> = attributes
                .map(|a| (a.namespace().unwrap_or_default(), a.name(), a.value()))
                .collect();
            attributes.sort_unstable();
            for (namespace, name, value) in attributes {
                write!(out, " @{namespace}|{name}={value:?}").unwrap();
            }
            out.push_str(" (");
            node.children().for_each(|child| write_node(child, out));
            out.push(')');
        }
    }
    // roxmltree 0.21 keeps a CR that stands before a character reference.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let tree = roxmltree::Document::parse(&text).ok()?;
    let mut out = String::new();
    write_node(tree.root_element(), &mut out);
    Some(out)
}

/// Whether xmllint finds nothing to say; `None` where it is missing.
fn by_xmllint(text: &str) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xml");
    fs::write(&path, text).unwrap();
    let said = opinion_of(
        Command::new("xmllint")
            .args(["--nonet", "--noout"])
            .arg(path),
    )?;
    Some(said.status.success() && said.stderr.is_empty())
}

/// Documents that the mutations start from.
const SEEDS: [&str; 5] = [
    "<a><b>c</b></a>",
    "<x:a xmlns:x='urn:x' x:b='c'><x:d>&lt;&#13;</x:d></x:a>",
    "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a --><a xmlns=\"urn:a\" b=\"c\">å<![CDATA[<]]></a>\n",
    "<a><b xmlns='u'><c xmlns=''/></b><?d e?>\r\n</a>",
    "<å b='&quot;' xml:c=' d '/>",
];

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "<",
        ">",
        "</",
        "/>",
        "<a>",
        "</a>",
        "<b/>",
        "<x:b/>",
        "\"",
        "'",
        "=",
        " ",
        "\n",
        "\r",
        "\t",
        "&",
        ";",
        "&amp;",
        "&#65;",
        "&#x20;",
        "&#0;",
        "&e;",
        "&#xd800;",
        "<![CDATA[",
        "]]>",
        "]]",
        "<!--",
        "-->",
        "--",
        "-",
        "<?",
        "?>",
        "<?a b?>",
        "<?xml version='1.0'?>",
        " b=''",
        " b='d'",
        " x:b='d'",
        " xmlns='urn:x'",
        " xmlns:x='urn:x'",
        " xmlns:y='urn:x'",
        " xmlns:x=''",
        " y:b=''",
        " xml:b=''",
        ":",
        "x:",
        "a",
        "1",
        ".",
        "å",
        "·",
        "\u{d7}",
        "\u{1}",
        "\u{fffe}",
        "\u{feff}",
        "\u{85}",
    ])
}

fn document() -> impl Strategy<Value = String> {
    let change = (
        any::<prop::sample::Index>(),
        0_usize..6,
        prop::option::of(piece()),
    );
    let changes = prop::collection::vec(change, 0..5);
    (prop::sample::select(SEEDS.to_vec()), changes).prop_map(|(seed, changes)| {
        let mut text: Vec<char> = seed.chars().collect();
        for (at, length, piece) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, piece.unwrap_or_default().chars());
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    /// Where roxmltree, which lets some things pass, sees a document otherwise, xmllint decides.
    #[test]
    fn others_see_the_same_documents(text in document()) {
        let ours = read(text.as_bytes());
        let theirs = by_roxmltree(&text);
        match (&ours, &theirs) {
            (Ok(ours), Some(theirs)) => prop_assert_eq!(ours, theirs),
            (Err(_), None) => {}
            (Ok(_), None) => prop_assert!(by_xmllint(&text) != Some(false), "{:?}", text),
            (Err(error), Some(_)) if error.found == "another encoding" => {}
            (Err(error), Some(_)) => {
                prop_assert!(by_xmllint(&text) != Some(true), "{:?}: {}", text, error);
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(
        text in document(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut bytes = text.into_bytes();
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        let whole = read(&bytes);
        prop_assert!(whole.is_err() || root(&bytes).is_some());
        if let Err(error) = whole {
            let lines = bytes.iter().filter(|b| **b == b'\n').count() as u64;
            prop_assert!((1..=lines + 1).contains(&error.line));
        }
    }
}
