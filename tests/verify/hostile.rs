//! Files that are made to hurt, and chance.

use std::fmt::Write as _;

use lettermill::sign::c14n::{Form, Subset, TooLong, bytes_max, canonical};
use lettermill::verify::message::{
    self, ATTRIBUTES_MAX, DECLARATIONS_MAX, DEPTH_MAX, MARKUP_MAX, NAMESPACE_BYTES_MAX, NODES_MAX,
};
use proptest::prelude::*;

use crate::common::letter;
use crate::rewrite::{Style, rewritten};
use crate::sealed_alone;
use crate::vectors::official;

const START: &str = "<SignedDelivery xmlns=\"http://minameddelanden.gov.se/schema/Message/v3\">";

#[track_caller]
fn refused(text: impl AsRef<[u8]>) -> String {
    let verdict = message::verify_bytes("message.xml".as_ref(), text.as_ref(), &[]);
    let error = verdict.unwrap_err().to_string();
    assert!(error.starts_with("`message.xml`: "), "{error}");
    error
}

#[test]
fn what_is_no_message_is_refused_with_its_place() {
    let cases = [
        ("", "line 1: the end of the file before an element"),
        ("\u{feff}", "line 1: the end of the file before an element"),
        ("hej", "line 1: text outside the root element"),
        ("<a>\n<b>\n</a>", "line 3: XML that is not well-formed"),
        ("<a b='1' b='2'/>", "not well-formed"),
        ("<a xmlns='urn:1' xmlns='urn:2'/>", "not well-formed"),
        ("<a xmlns:b=''/>", "not well-formed"),
        ("<b:a/>", "a prefix that is not declared"),
        ("<a>&other;</a>", "an entity"),
        ("<a/><a/>", "a second root element"),
        (
            "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
            "another encoding; allowed: UTF-8",
        ),
        ("<a/>", "its first element is `a`; a `SignedDelivery`"),
        (
            "<a181501019806/>",
            "its first element is an element of another name;",
        ),
        ("<arg0/>", "`arg0` is no delivery"),
        ("<SealedDelivery/>", "its first element is `SealedDelivery`"),
        (
            "<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><Body><a/><arg0><Delivery/></arg0></Body></Envelope>",
            "its first element is `Envelope`",
        ),
        (
            "<SealedDelivery xmlns='http://minameddelanden.gov.se/schema/Message/v4'/>",
            "no delivery",
        ),
    ];
    for (text, what) in cases {
        let error = refused(text);
        assert!(error.contains(what), "{text}: {error}");
    }
    assert!(refused(b"<a>\xff</a>").contains("line 1: bytes that are not UTF-8"));
    let third = b"<a>\n<b>\xc3\xa4</b>\n<c>\xe4</c></a>";
    assert!(refused(third).contains("line 3: bytes that are not UTF-8"));
    assert!(refused(b"\xff\xfe<\0a\0/\0>\0").contains("UTF-8"));
}

#[test]
fn declarations_of_types_are_refused_wherever_they_stand() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"cc\"><!ENTITY d \"&b;&b;\">]>";
    for text in [
        format!("{bomb}{START}&d;</SignedDelivery>"),
        format!("<?xml version='1.0'?>\n<!-- -->{bomb}<a/>"),
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>".into(),
    ] {
        assert!(refused(text).contains("document type declaration"));
    }
}

#[test]
fn limits_are_kept_before_memory_is_taken() {
    let deep = |depth: usize| {
        format!(
            "{START}{}{}</SignedDelivery>",
            "<a>".repeat(depth),
            "</a>".repeat(depth)
        )
    };
    assert!(refused(deep(DEPTH_MAX)).contains("at most 64 in each other"));
    assert!(message::verify_bytes("m".as_ref(), deep(DEPTH_MAX - 1).as_bytes(), &[]).is_ok());
    assert!(refused(deep(100_000)).contains("at most 64"));

    let wide = |count: usize| {
        let mut text = String::from("<a");
        for n in 0..count {
            write!(text, " a{n}=''").unwrap();
        }
        text + "/>"
    };
    assert!(refused(wide(ATTRIBUTES_MAX + 1)).contains("at most 64 on one"));
    assert!(refused(wide(ATTRIBUTES_MAX)).contains("its first element"));

    let mut declared = String::new();
    for n in 0..=DECLARATIONS_MAX / 4 {
        write!(
            declared,
            "<a xmlns:a{n}='u' xmlns:b{n}='u' xmlns:c{n}='u' xmlns:d{n}='u'>"
        )
        .unwrap();
    }
    assert!(refused(declared).contains("at most 128 in force"));

    assert!(refused("<".repeat(MARKUP_MAX + 1)).contains("500000"));
    assert!(refused(format!("<a>{}</a>", "=".repeat(MARKUP_MAX + 1))).contains("500000"));
    let many = format!("<a>{}</a>", "<b/>".repeat(250_000));
    assert!(refused(many).contains("200000 in all"));
    assert!(refused(format!("<{}/>", "a".repeat(2_000))).contains("1024 bytes"));
    let large = vec![b' '; (64 << 20) + 1];
    assert!(refused(large).contains("at most 67108864 bytes"));
}

/// A namespace that is declared once and written again for each element in the canonical form.
fn repeated(namespace: &str, elements: usize) -> String {
    format!(
        "{START}<a xmlns:s='{namespace}'>{}</a>{}</SignedDelivery>",
        "<s:b/>".repeat(elements),
        signature()
    )
}

/// A signature of the right shape whose values are anything.
fn signature() -> String {
    let document = sealed_alone(&letter("L-1"));
    let text = String::from_utf8(document).unwrap();
    let end = "</Signature>";
    let from = text.find("<Signature ").unwrap();
    let to = text.find(end).unwrap() + end.len();
    text[from..to].to_owned()
}

#[test]
fn a_namespace_that_is_written_again_and_again_takes_no_memory() {
    let long = format!("urn:{}", "x".repeat(NAMESPACE_BYTES_MAX - 3));
    assert!(
        refused(repeated(&long, 1)).contains("a longer namespace; allowed: at most 1024 bytes")
    );
    assert!(refused(repeated(&"x".repeat(200_000), 20_000)).contains("at most 1024 bytes"));

    let longest = &long[..NAMESPACE_BYTES_MAX];
    let verdict = |elements| {
        let text = repeated(longest, elements);
        message::verify_bytes("m".as_ref(), text.as_bytes(), &[]).unwrap()
    };
    let faults = crate::faults(&verdict(1));
    assert!(faults.contains("sender:digest"), "{faults}");
    let grown = verdict(NODES_MAX as usize / 2);
    let faults = crate::faults(&grown);
    assert!(faults.contains("sender:form"), "{faults}");
    assert!(grown.faults.iter().any(|f| f.what.contains("16 times")));
}

#[test]
fn a_large_signed_info_is_not_written_out() {
    let document = String::from_utf8(sealed_alone(&letter("L-1"))).unwrap();
    let blanks = " ".repeat(70_000);
    let large = document.replacen("<SignedInfo>", &format!("<SignedInfo>{blanks}"), 1);
    let verdict = message::verify_bytes("m".as_ref(), large.as_bytes(), &[]).unwrap();
    let what = "its `SignedInfo` has more than 65536 bytes";
    assert!(
        verdict.faults.iter().any(|f| f.what.contains(what)),
        "{verdict:?}"
    );
}

#[test]
fn a_canonical_form_ends_at_its_limit() {
    let text = format!(
        "<a xmlns:s='{}'>{}</a>",
        "x".repeat(100_000),
        "<s:b/>".repeat(1_000)
    );
    let tree = roxmltree::Document::parse(&text).unwrap();
    let subset = Subset::of(tree.root_element());
    for form in [Form::Exclusive, Form::Stripped] {
        assert_eq!(canonical(form, &subset), Err(TooLong));
    }
    let inclusive = canonical(Form::Inclusive, &subset).unwrap();
    assert!(inclusive.len() < bytes_max(text.len()));
}

/// Documents that the mutations start from.
fn seeds() -> Vec<Vec<u8>> {
    let document = sealed_alone(&letter("L-1"));
    let prefixed = rewritten(
        &document,
        Style {
            prefixes: true,
            spelling: true,
            comments: true,
            indented: false,
        },
    );
    let request = lettermill::bundle::mina_meddelanden::soap_envelope(&document).unwrap();
    let mut seeds = vec![document, prefixed.into_bytes(), request];
    seeds.extend(
        ["seal_out.xml", "signed.xml", "seal_in.xml"]
            .iter()
            .filter_map(|n| official(&format!("v1-2014/vectors/{n}"))),
    );
    seeds
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b"<",
        b">",
        b"</",
        b"/>",
        b"\"",
        b"'",
        b"&",
        b"&#xD;",
        b"&#0;",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"-->",
        b"<?a b?>",
        b"<!DOCTYPE a>",
        b" xmlns=\"\"",
        b" xmlns:a=\"urn:a\"",
        b"a:",
        b" ",
        b"\r",
        b"\xff",
        b"\xc3\xa4",
        b"=",
        b"<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>",
        b"</SignedInfo>",
        b"<Transform/>",
    ];
    prop_oneof![
        proptest::sample::select(words).prop_map(<[u8]>::to_vec),
        proptest::collection::vec(any::<u8>(), 0..4),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_make_it_panic(
        seed in any::<proptest::sample::Index>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), 0_usize..40, pieces()), 1..5),
    ) {
        thread_local!(static SEEDS: Vec<Vec<u8>> = seeds());
        let mut bytes = SEEDS.with(|seeds| seed.get(seeds).clone());
        for (at, length, piece) in changes {
            let at = at.index(bytes.len() + 1);
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, piece);
        }
        if let Ok(verdict) = message::verify_bytes("m".as_ref(), &bytes, &[]) {
            let text = format!("{verdict:?}");
            prop_assert!(!text.contains("181501019806"));
        }
    }

    /// The canonical form of any part of any document is a document, and its own canonical form.
    #[test]
    fn a_canonical_form_is_its_own(text in crate::canonical::document()) {
        let tree = roxmltree::Document::parse(&text).unwrap();
        for form in [Form::Inclusive, Form::Exclusive, Form::Stripped] {
            for apex in tree.descendants().filter(|n| n.is_element()) {
                let bytes = canonical(form, &Subset::of(apex)).unwrap();
                let again = String::from_utf8(bytes.clone()).unwrap();
                let tree = roxmltree::Document::parse(&again).unwrap();
                let second = canonical(form, &Subset::of(tree.root_element())).unwrap();
                prop_assert_eq!(&second, &bytes);
            }
        }
    }
}

#[test]
fn a_danish_message_may_be_larger_and_is_never_cut_off() {
    use lettermill::verify::message::{DANISH_FILE_BYTES_MAX, FILE_BYTES_MAX};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("message.xml");
    let memo = |blanks: u64| {
        let start = "<memo:Message xmlns:memo=\"https://DigitalPost.dk/MeMo-1\">";
        let end = "</memo:Message>";
        let blanks = blanks.saturating_sub((start.len() + end.len()) as u64);
        [start, &" ".repeat(usize::try_from(blanks).unwrap()), end].concat()
    };
    std::fs::write(&path, memo(FILE_BYTES_MAX + 1)).unwrap();
    let verdict = message::verify(&path, &[]).unwrap();
    let said: Vec<_> = verdict.faults.iter().map(|f| f.what.as_str()).collect();
    assert!(
        !said.iter().any(|what| what.contains("ends before")),
        "{said:?}"
    );
    assert!(
        !said.iter().any(|what| what.contains("well-formed")),
        "{said:?}"
    );
    for large in [
        memo(DANISH_FILE_BYTES_MAX + 1),
        memo(DANISH_FILE_BYTES_MAX + 1000),
    ] {
        std::fs::write(&path, large).unwrap();
        let error = message::verify(&path, &[]).unwrap_err().to_string();
        assert!(
            error.contains("a larger file; allowed: at most 134217728 bytes"),
            "{error}"
        );
    }
}
