//! Our own messages, as they are and as others would write them.

use lettermill::bundle::mina_meddelanden as mm;
use lettermill::sign::foreign::Reading;

use crate::common::{
    full_letter, has, header, letter, pdf, relay, seal, signed_delivery, signer, xmlsec1_verifies,
};
use crate::rewrite::{Style, rewritten};
use crate::{faults, has_note, judge, sealed_alone};

/// Bare, sealed, and as a request.
pub fn documents() -> [(&'static str, Vec<u8>); 3] {
    let header = header();
    let sealed = sealed_alone(&full_letter(&header));
    let request = mm::soap_envelope(&sealed).unwrap();
    [
        ("SignedDelivery", signed_delivery(&sealed)),
        ("SealedDelivery", sealed),
        ("deliverSecure", request),
    ]
}

#[test]
fn our_own_messages_are_good_in_all_three_forms() {
    for (name, document) in documents() {
        let verdict = judge(&document);
        assert_eq!(faults(&verdict), "", "{name}");
        assert_eq!(verdict.notes, [""; 0], "{name}");
        assert_eq!((verdict.messages, verdict.attachments), (1, 2), "{name}");
        assert_eq!(verdict.version, "3");
        assert_eq!(verdict.in_envelope, name == "deliverSecure");
        let subjects: Vec<_> = verdict
            .signatures
            .iter()
            .map(|s| s.certificate.as_ref().unwrap().subject.as_str())
            .collect();
        let (sender, relay) = (signer(), relay());
        let both = [sender.shown_subject(), relay.shown_subject()];
        let expected = if name == "SignedDelivery" {
            &both[..1]
        } else {
            &both
        };
        assert_eq!(subjects, expected, "{name}");
    }
}

#[test]
fn other_ways_to_write_the_same_document_verify_too() {
    let styles = [
        (
            "prefixes",
            Style {
                prefixes: true,
                ..Style::default()
            },
        ),
        (
            "comments",
            Style {
                comments: true,
                ..Style::default()
            },
        ),
        (
            "spelling",
            Style {
                spelling: true,
                ..Style::default()
            },
        ),
        (
            "all",
            Style {
                prefixes: true,
                comments: true,
                spelling: true,
                indented: false,
            },
        ),
    ];
    for (name, document) in documents() {
        for (style_name, style) in styles {
            let other = rewritten(&document, style);
            assert_ne!(other.as_bytes(), document);
            for (start, end) in [
                ("", "\n"),
                ("\u{feff}", ""),
                (
                    "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n<!-- -->\r\n",
                    "\r\n<!-- -->",
                ),
            ] {
                let verdict = judge(format!("{start}{other}{end}"));
                assert_eq!(faults(&verdict), "", "{name}, {style_name}");
                let forms = verdict.signatures.iter().map(|s| s.document_form);
                assert!(
                    forms.clone().all(|f| f == Some(Reading::Stripped)),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn line_ends_of_another_system_change_nothing_where_no_text_has_them() {
    let (_, document) = &documents()[1];
    let style = Style {
        prefixes: true,
        ..Style::default()
    };
    let other = rewritten(document, style).replace("\n  xmlns", "\r\n  xmlns");
    assert!(other.contains('\r'));
    assert_eq!(faults(&judge(&other)), "");
}

#[test]
fn an_indented_message_is_told_to_be_reformatted_and_is_good_without_the_white_space() {
    for (name, document) in documents() {
        let style = Style {
            indented: true,
            ..Style::default()
        };
        let indented = rewritten(&document, style);
        let verdict = judge(&indented);
        let expected = match name {
            "SignedDelivery" => "sender:reformatted",
            _ => "sender:reformatted relay:reformatted",
        };
        assert_eq!(faults(&verdict), expected, "{name}");
        assert!(verdict.faults[0].what.contains("reformatted after signing"));
        assert_eq!(faults(&judge(rewritten(&document, Style::default()))), "");
    }
}

#[test]
fn base64_of_the_seal_may_be_wrapped() {
    let (_, document) = &documents()[1];
    let text = String::from_utf8(document.clone()).unwrap();
    let mut wrapped = text.clone();
    for name in ["SignatureValue", "X509Certificate"] {
        let from = wrapped.rfind(&format!("<{name}>")).unwrap() + name.len() + 2;
        let to = wrapped.rfind(&format!("</{name}>")).unwrap();
        let lines: Vec<String> = wrapped.as_bytes()[from..to]
            .chunks(76)
            .map(|line| String::from_utf8(line.to_vec()).unwrap())
            .collect();
        wrapped.replace_range(from..to, &format!("\r\n{}\r\n", lines.join("\r\n")));
    }
    assert_eq!(faults(&judge(&wrapped)), "");
    if has("xmlsec1") {
        assert!(xmlsec1_verifies(wrapped.as_bytes()));
    }
}

#[test]
fn xmlsec1_and_we_agree_on_default_namespace_documents() {
    if !has("xmlsec1") {
        return;
    }
    let [(_, signed), (_, sealed), _] = documents();
    for document in [&signed, &sealed] {
        assert!(xmlsec1_verifies(document));
        for (from, to) in [
            ("Kommun A", "Kommun B"),
            ("svSE", "svse"),
            ("#rsa-sha256", "#rsa-sha1"),
        ] {
            let text = String::from_utf8(document.clone()).unwrap();
            let changed = text.replacen(from, to, 1);
            assert_ne!(text, changed);
            assert!(!xmlsec1_verifies(changed.as_bytes()), "{from}");
            assert!(!faults(&judge(&changed)).is_empty(), "{from}");
        }
    }
}

#[test]
fn a_large_message_is_noted() {
    let mut large = letter("L-1");
    let bytes = vec![7; 1_600_000];
    large.attachments = vec![lettermill::letter::Attachment {
        document: pdf("stor.pdf", &bytes),
        only: None,
    }];
    let options = mm::Options {
        message_bytes_max: u64::MAX,
        ..mm::Options::default()
    };
    let sealer =
        mm::Sealer::new(options, signer(), relay(), &header(), crate::common::DAY).unwrap();
    let verdict = judge(&seal(&sealer, &large).bytes);
    assert_eq!(faults(&verdict), "");
    assert!(has_note(&verdict, "2097152"), "{:?}", verdict.notes);
}
