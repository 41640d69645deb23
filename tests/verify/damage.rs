//! Each kind of damage, and the reason that the verdict names.

use lettermill::bundle::mina_meddelanden as mm;

use crate::common::{letter, relay, signer};
use crate::messages::documents;
use crate::sealed_alone;
use crate::{faults, has_note, judge};

fn small() -> String {
    String::from_utf8(sealed_alone(&letter("L-1"))).unwrap()
}

/// `text` with the first `from` as `to`.
#[track_caller]
fn with(text: &str, from: &str, to: &str) -> String {
    let changed = text.replacen(from, to, 1);
    assert!(text != changed, "`{from}` is not there");
    changed
}

/// `text` with the last `from` as `to`.
#[track_caller]
fn with_last(text: &str, from: &str, to: &str) -> String {
    let at = text.rfind(from).unwrap();
    let mut changed = text.to_owned();
    changed.replace_range(at..at + from.len(), to);
    assert!(text != changed, "`{from}` is not there");
    changed
}

#[track_caller]
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let from = text.find(start).unwrap() + start.len();
    &text[from..from + text[from..].find(end).unwrap()]
}

/// From the first `<name` of the text's last part to its end tag.
fn last_element(text: &str, name: &str) -> std::ops::Range<usize> {
    let end = format!("</{name}>");
    let start = |end: &str| text.rfind(&format!("<{name}{end}"));
    let from = start(">").max(start(" ")).unwrap();
    from..text.rfind(&end).unwrap() + end.len()
}

fn without_last(text: &str, name: &str) -> String {
    let mut changed = text.to_owned();
    changed.replace_range(last_element(text, name), "");
    changed
}

#[test]
fn a_changed_document_has_a_wrong_digest() {
    for (name, document) in &documents()[1..] {
        let text = String::from_utf8(document.clone()).unwrap();
        // The relay signed the sender's part too.
        for (from, to) in [
            ("Kommun A", "Kommun B"),
            ("181501019806", "181501019814"),
            (">text/html<", ">text/plain<"),
            ("<Language>", "<Language x=\"\">"),
            (
                "<SignedDelivery",
                "<SignedDelivery xmlns:a=\"urn:a\" a:b=\"\"",
            ),
        ] {
            let verdict = judge(with(&text, from, to));
            assert_eq!(
                faults(&verdict),
                "sender:digest relay:digest",
                "{name}, {from}"
            );
            assert!(verdict.faults[0].what.contains("changed after signing"));
        }
        let blank = judge(with(&text, "</Delivery>", "\n</Delivery>"));
        let word = "sender:reformatted relay:reformatted";
        assert_eq!(faults(&blank), word, "{name}");
        let seal = with(
            &text,
            "2026-11-22</ReceivedTime>",
            "2026-11-23</ReceivedTime>",
        );
        assert_eq!(faults(&judge(seal)), "relay:digest", "{name}");
        // A receiver takes the sender's word for the attachment, and the relay's for the sender's signature.
        let inner_value = between(&text, "<SignatureValue>", "</SignatureValue>");
        let first = if inner_value.starts_with('A') {
            'B'
        } else {
            'A'
        };
        let other_value = format!("{first}{}", &inner_value[1..]);
        let verdict = judge(with(&text, inner_value, &other_value));
        assert_eq!(faults(&verdict), "sender:value relay:digest", "{name}");
    }
}

#[test]
fn a_digest_put_right_afterwards_has_a_wrong_value() {
    let text = small();
    let changed = with(&text, "Kommun A", "Kommun B");
    // The strict reader's digest: over the document as it stands, signatures taken out.
    let open = "<SignedDelivery xmlns=\"http://minameddelanden.gov.se/schema/Message/v3\">";
    let delivery = between(&changed, "<SignedDelivery>", "<Signature");
    let alone = format!("{open}{delivery}</SignedDelivery>");
    let digest = ring::digest::digest(&ring::digest::SHA256, alone.as_bytes());
    let digest = base64_simd::STANDARD.encode_to_string(digest.as_ref());
    let old = between(&text, "<DigestValue>", "</DigestValue>").to_owned();
    let verdict = judge(with(&changed, &old, &digest));
    assert_eq!(faults(&verdict), "sender:value relay:digest");
    let what = &verdict.faults[0].what;
    assert!(
        what.contains("did not sign") && what.contains("`SignedInfo`"),
        "{what}"
    );
}

#[test]
fn another_certificate_has_not_signed() {
    let text = small();
    let (sender, relay) = (signer(), relay());
    let verdict = judge(with_last(
        &text,
        relay.certificate().base64(),
        sender.certificate().base64(),
    ));
    assert_eq!(faults(&verdict), "relay:value");
    // The sender's certificate is sealed by the relay.
    let verdict = judge(with(
        &text,
        sender.certificate().base64(),
        relay.certificate().base64(),
    ));
    assert_eq!(faults(&verdict), "sender:value relay:digest");
}

#[test]
fn a_chain_may_stand_in_any_order() {
    let text = small();
    let own = format!(
        "<X509Certificate>{}</X509Certificate>",
        relay().certificate().base64()
    );
    let other = format!(
        "<X509Certificate>{}</X509Certificate>",
        signer().certificate().base64()
    );
    for both in [format!("{own}{other}"), format!("{other}{own}")] {
        let verdict = judge(with_last(&text, &own, &both));
        assert_eq!(faults(&verdict), "");
        let certificate = verdict.signatures[1].certificate.as_ref().unwrap();
        assert_eq!(certificate.subject, relay().shown_subject());
    }
}

#[test]
fn certificates_that_cannot_be_read_are_named() {
    let text = small();
    let base64 = relay().certificate().base64().to_owned();
    let cases = [
        ("relay:certificate", base64[..base64.len() - 40].to_owned()),
        ("relay:certificate", "MIID".into()),
        ("relay:certificate", "?".into()),
        ("relay:certificate", String::new()),
    ];
    for (expected, other) in cases {
        let verdict = judge(with_last(&text, &base64, &other));
        assert_eq!(faults(&verdict), expected, "{other}");
        assert!(
            verdict.faults[0]
                .what
                .contains("certificate cannot be read")
        );
    }
    assert_eq!(
        faults(&judge(without_last(&text, "X509Certificate"))),
        "relay:no-certificate"
    );
    assert_eq!(
        faults(&judge(without_last(&text, "KeyInfo"))),
        "relay:no-certificate"
    );
}

#[test]
fn algorithms_that_are_not_accepted_are_named() {
    let text = small();
    for (from, to, word) in [
        (
            "xmldsig-more#rsa-sha256",
            "xmldsig-more#rsa-sha512",
            "the signature algorithm",
        ),
        (
            "xmldsig-more#rsa-sha256",
            "xmldsig-more#rsa-md5",
            "the signature algorithm",
        ),
        ("xmlenc#sha256", "xmlenc#sha512", "the digest algorithm"),
        (
            "xml-exc-c14n#",
            "xml-exc-c14n#WithComments",
            "a canonicalisation algorithm",
        ),
        (
            "xmldsig#enveloped-signature",
            "xmldsig#base64",
            "a transform algorithm",
        ),
    ] {
        let verdict = judge(with_last(&text, from, to));
        assert_eq!(faults(&verdict), "relay:algorithm", "{to}");
        assert!(
            verdict.faults[0].what.starts_with(word),
            "{}",
            verdict.faults[0].what
        );
    }
    // Known algorithms that were not used.
    let other = with_last(
        &text,
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    );
    assert_eq!(faults(&judge(other)), "relay:value");
    let sha1 = with_last(
        &text,
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2000/09/xmldsig#sha1",
    );
    assert_eq!(faults(&judge(sha1)), "relay:digest relay:value");
}

#[test]
fn a_signature_of_another_form_is_named() {
    let text = small();
    let transform = "<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></Transform>";
    let again = format!("{transform}{transform}");
    let with_parameter = transform.replace("></", "><XPath>1</XPath></");
    for (from, to) in [
        ("<Reference URI=\"\">", "<Reference>"),
        ("<Reference URI=\"\">", "<Reference URI=\"#other\">"),
        (
            "<Reference URI=\"\">",
            "<Reference URI=\"http://example.com/\">",
        ),
        ("<Reference URI=\"\">", "text<Reference URI=\"\">"),
        ("</Reference>", "</Reference><Reference></Reference>"),
        ("</SignedInfo>", "</SignedInfo><SignedInfo></SignedInfo>"),
        ("</KeyInfo>", "</KeyInfo><Object>1</Object>"),
        (" Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"", ""),
        ("<DigestValue>", "<DigestValue>?"),
        ("<SignatureValue>", "<SignatureValue>?"),
        (transform, &with_parameter),
        (transform, ""),
    ] {
        assert_eq!(
            faults(&judge(with_last(&text, from, to))),
            "relay:form",
            "{from} {to}"
        );
    }
    assert_eq!(
        faults(&judge(with_last(&text, transform, &again))),
        "relay:algorithm"
    );
    assert_eq!(
        faults(&judge(with_last(
            &text,
            "</Signature>",
            "</Signature><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>"
        ))),
        "relay:several"
    );
}

#[test]
fn absent_signatures_are_named() {
    let text = small();
    let unsealed = without_last(&text, "Signature");
    let verdict = judge(&unsealed);
    assert_eq!(faults(&verdict), "relay:absent");
    assert!(verdict.faults[0].what.contains("nobody sealed"));
    // The last one is the sender's now.
    let neither = without_last(&unsealed, "Signature");
    assert_eq!(faults(&judge(neither)), "message:no-signature");
    let inner = format!(
        "<Signature{}</Signature>",
        between(&text, "<Signature", "</Signature>")
    );
    let verdict = judge(with(&text, &inner, ""));
    assert_eq!(faults(&verdict), "sender:absent relay:digest");
    let empty = with_last(
        &unsealed,
        "</SealedDelivery>",
        "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignatureValue/></Signature></SealedDelivery>",
    );
    assert_eq!(faults(&judge(empty)), "relay:empty");
}

#[test]
fn what_is_signed_is_the_element_that_holds_the_signature() {
    let text = small();
    let inside = between(&text, "<SignedDelivery>", "</SignedDelivery>").to_owned();
    let signed = format!("<SignedDelivery>{inside}</SignedDelivery>");
    let other = signed.replace("Kommun A", "Kommun B");
    // The good one is kept, and another put beside it, before and behind.
    for two in [format!("{signed}{other}"), format!("{other}{signed}")] {
        let verdict = judge(with(&text, &signed, &two));
        assert_eq!(faults(&verdict), "message:form relay:digest");
    }
    let delivery = format!(
        "<Delivery>{}</Delivery>",
        between(&text, "<Delivery>", "</Delivery>")
    );
    let other = delivery.replace("Kommun A", "Kommun B");
    let verdict = judge(with(&text, &delivery, &format!("{other}{delivery}")));
    assert_eq!(faults(&verdict), "sender:digest message:form relay:digest");
    // The good one is moved into a place that nobody reads, under the id that the reference names.
    let moved = with(
        &text,
        &signed,
        &format!(
            "{}<Object>{signed}</Object>",
            signed.replace("Kommun A", "Kommun B")
        ),
    );
    assert_eq!(faults(&judge(moved)), "sender:digest relay:digest");
    // A name that is right by its prefix only.
    let space = with(&text, "<Delivery>", "<Delivery xmlns=\"urn:other\">");
    assert!(faults(&judge(space)).contains("message:form"));
}

#[test]
fn contents_that_receivers_refuse_are_faults() {
    let text = small();
    let cases = [
        (
            "<SignaturesOK xmlns=\"http://minameddelanden.gov.se/schema/Message\">true",
            "<SignaturesOK xmlns=\"http://minameddelanden.gov.se/schema/Message\">false",
            "message:signatures-not-ok",
        ),
        (
            "2026-11-22</ReceivedTime>",
            "2026-11-32</ReceivedTime>",
            "message:received-time",
        ),
        (
            ">181501019806</Recipient>",
            ">181501-9806</Recipient>",
            "message:recipient",
        ),
        (
            ">181501019806</Recipient>",
            ">181500019806</Recipient>",
            "message:recipient",
        ),
        (
            "<Recipient xmlns=",
            "<Recipient xmlns=\"http://minameddelanden.gov.se/schema/Message/v2\">181501019806</Recipient><Recipient xmlns=",
            "message:recipient",
        ),
    ];
    for (from, to, word) in cases {
        let verdict = judge(with(&text, from, to));
        assert!(
            faults(&verdict).contains(word),
            "{to}: {}",
            faults(&verdict)
        );
        let said = format!("{:?}", verdict.faults);
        assert!(!said.contains("9806"), "{said}");
    }
    let body = between(&text, "<ContentType xmlns=\"http://minameddelanden.gov.se/schema/Message\">text/html</ContentType><Body xmlns=\"http://minameddelanden.gov.se/schema/Message\">", "<").to_owned();
    assert!(faults(&judge(with(&text, &body, "PGh0bWw"))).contains("message:body"));
    let language = judge(with(&text, "svSE", "sv"));
    assert!(
        has_note(&language, "`Language` has the shape `aa`"),
        "{:?}",
        language.notes
    );
    let sender = judge(with(&text, ">162021004748<", ">162021003898<"));
    assert!(
        has_note(&sender, "not that of the sender 162021003898"),
        "{:?}",
        sender.notes
    );
}

#[test]
fn a_certificate_that_was_not_valid_on_the_day_of_the_seal_is_noted() {
    let text = small();
    let verdict = judge(with(
        &text,
        "2026-11-22</ReceivedTime>",
        "1999-11-22+01:00</ReceivedTime>",
    ));
    assert_eq!(faults(&verdict), "relay:digest");
    assert!(
        has_note(&verdict, "was not valid on 1999-11-22"),
        "{:?}",
        verdict.notes
    );
}

/// What no signature covers: the seal's `KeyInfo`. Another certificate with the same key is as good; only a trusted
/// certificate makes the name in it worth anything.
#[test]
fn every_flipped_byte_is_found_but_in_the_key_info_of_the_seal() {
    let text = small();
    let free = last_element(&text, "KeyInfo");
    let (from, to) = (
        free.start + "<KeyInfo>".len(),
        free.end - "</KeyInfo>".len(),
    );
    let mut harmless = 0;
    for at in 0..text.len() {
        for mask in [0x01_u8, 0x20] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= mask;
            let verdict = lettermill::verify::message::verify_bytes("m".as_ref(), &bytes, &[]);
            let is_good = verdict.is_ok_and(|v| v.faults.is_empty());
            harmless += usize::from(is_good);
            assert!(
                !is_good || (from..to).contains(&at),
                "byte {at} ^ {mask:#x}: {}",
                &text[at.saturating_sub(20)..at + 20]
            );
        }
    }
    assert!(harmless > 0, "the subject's name is in no digest");
}

#[test]
fn a_request_is_judged_by_what_is_in_it_alone() {
    let document = sealed_alone(&letter("L-1"));
    let request = String::from_utf8(mm::soap_envelope(&document).unwrap()).unwrap();
    for (from, to) in [
        (
            "<soap:Body>",
            "<soap:Header><a xmlns=\"urn:a\">x</a></soap:Header><soap:Body>",
        ),
        ("<soap:Body>", "<soap:Body Id=\"b\">"),
        (
            "schemas.xmlsoap.org/soap/envelope/",
            "www.w3.org/2003/05/soap-envelope",
        ),
    ] {
        assert_eq!(faults(&judge(request.replace(from, to))), "", "{to}");
    }
    // The operation's name says what was signed under which name.
    let other = request.replace("schema/Service/v3", "schema/Service/v2");
    assert_eq!(
        faults(&judge(other)),
        "message:form relay:digest message:form"
    );
}
