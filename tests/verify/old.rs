//! Signatures that we would not make: SHA-1, small keys, standard canonical form with prefixes. Made here by openssl
//! and xmlsec1.

use std::fs;
use std::path::Path;
use std::process::Command;

use lettermill::sign::foreign::{DigestMethod, Reading, SignatureMethod};
use lettermill::sign::{Vouched, read_certificates};

use crate::common::{has, keep_private, openssl, run_ok, signed_delivery};
use crate::messages::documents;
use crate::rewrite::{Style, rewritten};
use crate::{faults, has_note, judge, judge_with};

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// A `SignedDelivery` without its signature.
fn unsigned() -> String {
    let signed = String::from_utf8(signed_delivery(&documents()[1].1)).unwrap();
    let from = signed.find("<Signature").unwrap();
    format!("{}</SignedDelivery>", &signed[..from])
}

/// Makes `key.pem` and `cert.pem`.
fn key(folder: &Path, algorithm: &str) {
    key_of(
        folder,
        algorithm,
        "/C=SE/O=Kommun~A/serialNumber=162021004748/CN=Kommun~A",
    );
}

fn key_of(folder: &Path, algorithm: &str, subject: &str) {
    openssl(
        folder,
        &format!(
            "req -x509 -newkey {algorithm} -noenc -keyout key.pem -out cert.pem -days 9000 -subj {subject}"
        ),
    );
    keep_private(&folder.join("key.pem"));
}

/// A `SignedDelivery` signed by openssl.
fn signed_by_openssl(folder: &Path, hash: &str, digest_hash: &str) -> String {
    with_signature(folder, &unsigned(), hash, digest_hash)
}

/// The document, which is canonical as it stands, with a signature at its end.
fn with_signature(folder: &Path, document: &str, hash: &str, digest_hash: &str) -> String {
    let uri = |name: &str| match name {
        "sha1" => format!("{DS}sha1"),
        other => format!("http://www.w3.org/2001/04/xmlenc#{other}"),
    };
    let method = match hash {
        "sha1" => format!("{DS}rsa-sha1"),
        other => format!("http://www.w3.org/2001/04/xmldsig-more#rsa-{other}"),
    };
    fs::write(folder.join("document"), document).unwrap();
    let digest = run_ok(
        Command::new("openssl")
            .args(["dgst", &format!("-{digest_hash}"), "-binary", "document"])
            .current_dir(folder),
    );
    let digest = base64_simd::STANDARD.encode_to_string(&digest);
    let digest_uri = uri(digest_hash);
    let inside = format!(
        "<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></CanonicalizationMethod>\
         <SignatureMethod Algorithm=\"{method}\"></SignatureMethod><Reference URI=\"\"><Transforms>\
         <Transform Algorithm=\"{DS}enveloped-signature\"></Transform></Transforms>\
         <DigestMethod Algorithm=\"{digest_uri}\"></DigestMethod><DigestValue>{digest}</DigestValue></Reference>"
    );
    let signed_info = format!("<SignedInfo xmlns=\"{DS}\">{inside}</SignedInfo>");
    fs::write(folder.join("info"), signed_info).unwrap();
    let value = run_ok(
        Command::new("openssl")
            .args(["dgst", &format!("-{hash}"), "-sign", "key.pem", "info"])
            .current_dir(folder),
    );
    let value = base64_simd::STANDARD.encode_to_string(&value);
    let certificate = certificate(folder, "cert.pem");
    let signature = format!(
        "<Signature xmlns=\"{DS}\"><SignedInfo>{inside}</SignedInfo><SignatureValue>{value}</SignatureValue>\
         <KeyInfo><X509Data><X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></Signature>"
    );
    let at = document.rfind("</").unwrap();
    format!("{}{signature}{}", &document[..at], &document[at..])
}

fn certificate(folder: &Path, name: &str) -> String {
    let pem = fs::read_to_string(folder.join(name)).unwrap();
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

#[test]
fn sha1_and_small_keys_are_read_and_told() {
    if !has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for bits in ["1024", "2048"] {
        key(folder, &format!("rsa:{bits}"));
        for hash in ["sha1", "sha256"] {
            for digest in ["sha1", "sha256"] {
                let verdict = judge(signed_by_openssl(folder, hash, digest));
                assert_eq!(faults(&verdict), "", "{bits} {hash} {digest}");
                let signature = &verdict.signatures[0];
                assert_eq!(
                    signature.method == Some(SignatureMethod::RsaSha1),
                    hash == "sha1"
                );
                assert_eq!(
                    signature.digest == Some(DigestMethod::Sha1),
                    digest == "sha1"
                );
                assert_eq!(
                    has_note(&verdict, "SHA-1, which is accepted only for reading"),
                    hash == "sha1" || digest == "sha1"
                );
                assert_eq!(
                    has_note(&verdict, "1024 bits, which is accepted only for reading"),
                    bits == "1024"
                );
            }
        }
    }
}

#[test]
fn keys_that_are_too_small_or_of_another_kind_are_named() {
    if !has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    key(folder, "rsa:512");
    let verdict = judge(signed_by_openssl(folder, "sha256", "sha256"));
    assert_eq!(faults(&verdict), "sender:key");
    assert!(verdict.faults[0].what.contains("512 bits"));
    key(folder, "rsa:2048");
    let good = signed_by_openssl(folder, "sha256", "sha256");
    let own = certificate(folder, "cert.pem");
    for (algorithm, word) in [
        ("ec -pkeyopt ec_paramgen_curve:prime256v1", "sender:key"),
        (
            "ec -pkeyopt ec_paramgen_curve:secp384r1",
            "sender:certificate",
        ),
        ("ed25519", "sender:key"),
    ] {
        key(folder, algorithm);
        let other = good.replace(&own, &certificate(folder, "cert.pem"));
        assert_eq!(faults(&judge(other)), word, "{algorithm}");
    }
}

/// An empty `ds:Signature` for xmlsec1 to fill.
fn template(canonicalization: &str, transform: &str, uri: &str) -> String {
    let second = match transform {
        "" => String::new(),
        uri => format!("<ds:Transform Algorithm=\"{uri}\"/>\n"),
    };
    format!(
        "<ds:Signature xmlns:ds=\"{DS}\">\n<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{canonicalization}\"/>\
         <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>\n\
         <ds:Reference URI=\"{uri}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{DS}enveloped-signature\"/>{second}</ds:Transforms>\
         <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue/></ds:Reference>\
         </ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
}

fn signed_by_xmlsec1(folder: &Path, document: &str) -> String {
    fs::write(folder.join("template.xml"), document).unwrap();
    let out = run_ok(
        Command::new("xmlsec1")
            .args([
                "--sign",
                "--privkey-pem",
                "key.pem,cert.pem",
                "--id-attr:Id",
                "SignedDelivery",
            ])
            .args(["--id-attr:Id", "signedDelivery", "template.xml"])
            .current_dir(folder),
    );
    String::from_utf8(out).unwrap()
}

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

/// xmlsec1 knows nothing of the channel: it digests prefixes as they stand.
#[test]
fn a_document_signed_with_its_prefixes_verifies_as_it_stands_and_that_is_told() {
    if !has("xmlsec1") || !has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    key(folder, "rsa:2048");
    let style = Style {
        prefixes: true,
        spelling: true,
        comments: false,
        indented: false,
    };
    let bare = rewritten(unsigned().as_bytes(), style);
    // A name with a prefix that nobody uses, an attribute of XML, an instruction.
    let name = bare[1..bare.find("xmlns").unwrap()].trim().to_owned();
    let end = format!("</{name}>");
    for (canonicalization, transform) in [
        (EXCLUSIVE, ""),
        (EXCLUSIVE, EXCLUSIVE),
        (INCLUSIVE, INCLUSIVE),
        (INCLUSIVE, EXCLUSIVE),
    ] {
        for uri in ["", "#d1"] {
            let id = if uri.is_empty() { "" } else { " Id=\"d1\"" };
            let mut document = bare.clone();
            let signature = template(canonicalization, transform, uri);
            let at = document.rfind(&end).unwrap();
            document.insert_str(at, &signature);
            document.insert_str(
                1 + name.len(),
                &format!(" xml:lang=\"sv\" xmlns:unused=\"urn:unused\"{id}"),
            );
            document =
                format!("<?xml version=\"1.0\"?><?style a=\"b\"?>\n<!-- x -->{document}<?end?>");
            let signed = signed_by_xmlsec1(folder, &document);
            let verdict = judge(&signed);
            let what = format!("{canonicalization} {transform} {uri}: {:?}", verdict.faults);
            assert_eq!(faults(&verdict), "", "{what}");
            let signature = &verdict.signatures[0];
            assert_eq!(signature.document_form, Some(Reading::AsItStands), "{what}");
            assert_eq!(
                signature.signed_info_form,
                Some(Reading::AsItStands),
                "{what}"
            );
            assert!(
                has_note(&verdict, "receivers take them away first"),
                "{what}"
            );
            // The instruction beside the element is part of the document, not of the element.
            let other = signed.replace("<?end?>", "<?end b?>");
            let word = if uri.is_empty() { "sender:digest" } else { "" };
            assert_eq!(faults(&judge(other)), word, "{what}");
            let other = signed.replace("xml:lang=\"sv\"", "xml:lang=\"se\"");
            assert!(faults(&judge(other)).starts_with("sender:digest"), "{what}");
        }
    }
}

/// Inclusive canonical form takes over what is declared around: xmlsec1 signs the element inside of a request.
#[test]
fn an_element_signed_by_its_id_inside_of_a_request_verifies_as_it_stands() {
    if !has("xmlsec1") || !has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    key(folder, "rsa:2048");
    let v3 = "http://minameddelanden.gov.se/schema/Message/v3";
    let inside = unsigned();
    let inside = inside
        .strip_prefix(&format!("<SignedDelivery xmlns=\"{v3}\">"))
        .unwrap()
        .strip_suffix("</SignedDelivery>")
        .unwrap()
        .replace("<Delivery>", &format!("<Delivery xmlns=\"{v3}\">"));
    for canonicalization in [EXCLUSIVE, INCLUSIVE] {
        let signature = template(canonicalization, "", "#d1");
        let document = format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xml:lang=\"sv\" xml:space=\"preserve\" \
             xmlns:xsi=\"urn:xsi\" xsi:a=\"b\">\n<s:Body xml:lang=\"en\"><d:distributeSecure xmlns:d=\"{v3}\" xmlns=\"urn:x\">\
             <d:signedDelivery Id=\"d1\" xsi:b='\"' a='&#9;'>{inside}{signature}</d:signedDelivery></d:distributeSecure></s:Body></s:Envelope>"
        );
        let signed = signed_by_xmlsec1(folder, &document);
        let verdict = judge(&signed);
        assert_eq!(faults(&verdict), "", "{canonicalization}");
        assert_eq!(
            verdict.signatures[0].document_form,
            Some(Reading::AsItStands)
        );
        let other = signed.replace("xml:lang=\"en\"", "xml:lang=\"fi\"");
        assert!(faults(&judge(other)).contains("sender:digest"), "inherited");
    }
}

#[test]
fn trust_is_direct() {
    if !has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, ca) in [("ca", "TRUE"), ("notca", "FALSE"), ("other", "TRUE")] {
        openssl(
            folder,
            &format!(
                "req -x509 -newkey rsa:2048 -noenc -keyout {name}.key -out {name}.pem -days 9000 -subj /C=SE/O=CA -addext basicConstraints=critical,CA:{ca}"
            ),
        );
    }
    openssl(
        folder,
        "req -new -newkey rsa:2048 -noenc -keyout key.pem -out request.pem -subj /C=SE/CN=Kommun~A/serialNumber=162021004748",
    );
    let mut verdicts = Vec::new();
    for issuer in ["ca", "notca"] {
        openssl(
            folder,
            &format!(
                "x509 -req -in request.pem -CA {issuer}.pem -CAkey {issuer}.key -days 9000 -sha256 -out cert.pem"
            ),
        );
        let document = signed_by_openssl(folder, "sha256", "sha256");
        assert_eq!(faults(&judge(&document)), "");
        for trusted in ["cert", "ca", "notca", "other"] {
            let certificates = read_certificates(&folder.join(format!("{trusted}.pem"))).unwrap();
            let verdict = judge_with(&document, &certificates);
            let vouched = verdict.signatures[0].certificate.as_ref().unwrap().vouched;
            assert_eq!(vouched.is_none(), faults(&verdict) == "sender:not-trusted");
            verdicts.push((issuer, trusted, vouched));
        }
        // One of several is enough.
        fs::write(
            folder.join("all.pem"),
            ["other.pem", "cert.pem"]
                .map(|f| fs::read_to_string(folder.join(f)).unwrap())
                .concat(),
        )
        .unwrap();
        let certificates = read_certificates(&folder.join("all.pem")).unwrap();
        assert_eq!(certificates.len(), 2);
        assert_eq!(faults(&judge_with(&document, &certificates)), "");
    }
    assert_eq!(
        verdicts,
        [
            ("ca", "cert", Some(Vouched::Itself)),
            ("ca", "ca", Some(Vouched::Issuer)),
            ("ca", "notca", None),
            ("ca", "other", None),
            ("notca", "cert", Some(Vouched::Itself)),
            ("notca", "ca", None),
            ("notca", "notca", None),
            ("notca", "other", None),
        ]
    );
}

#[test]
fn issuers_of_all_kinds_that_we_know() {
    if !has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    openssl(
        folder,
        "req -new -newkey rsa:2048 -noenc -keyout key.pem -out request.pem -subj /C=SE/CN=Kommun~A",
    );
    for (algorithm, hash) in [
        ("rsa:1024", "sha1"),
        ("rsa:2048", "sha256"),
        ("rsa:2048", "sha384"),
        ("rsa:2048", "sha512"),
        ("ec -pkeyopt ec_paramgen_curve:prime256v1", "sha256"),
        ("ed25519", "sha256"),
    ] {
        openssl(
            folder,
            &format!(
                "req -x509 -newkey {algorithm} -noenc -keyout ca.key -out ca.pem -days 9000 -subj /O=CA -addext keyUsage=critical,keyCertSign"
            ),
        );
        openssl(
            folder,
            &format!(
                "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -days 9000 -{hash} -out cert.pem"
            ),
        );
        let trusted = read_certificates(&folder.join("ca.pem")).unwrap();
        let leaf = &read_certificates(&folder.join("cert.pem")).unwrap()[0];
        let vouched = lettermill::sign::vouched(leaf, &trusted);
        assert_eq!(vouched, Some(Vouched::Issuer), "{algorithm} {hash}");
    }
}

#[test]
fn version_2_and_all_operations() {
    if !has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    key(folder, "rsa:2048");
    for version in ["2", "3"] {
        let v = |room: &str| format!("http://minameddelanden.gov.se/schema/{room}/v{version}");
        let message = v("Message");
        let declared = format!(" xmlns=\"{message}\"");
        // Version 2 has in one namespace what version 3 has in two; canonical form declares it once.
        let signed = unsigned().replacen(&message.replace("/v2", "/v3"), &message, 1);
        let signed = signed.replace(&declared, "");
        let signed = signed.replacen("<SignedDelivery", &format!("<SignedDelivery{declared}"), 1);
        let signed = with_signature(folder, &signed, "sha256", "sha256");
        let inside = signed.replacen(&declared, "", 1);
        let seal = "<Seal><ReceivedTime xmlns=\"http://minameddelanden.gov.se/schema/Message\">2026-11-22+01:00</ReceivedTime>\
                    <SignaturesOK xmlns=\"http://minameddelanden.gov.se/schema/Message\">1</SignaturesOK></Seal>";
        let sealed = format!("<SealedDelivery{declared} Id=\"s1\">{inside}{seal}</SealedDelivery>");
        let sealed = with_signature(folder, &sealed, "sha256", "sha256");

        let service = v("Service");
        let children = sealed
            .strip_prefix(&format!("<SealedDelivery{declared} Id=\"s1\">"))
            .unwrap()
            .strip_suffix("</SealedDelivery>")
            .unwrap()
            .replacen(
                "<SignedDelivery>",
                &format!("<SignedDelivery{declared}>"),
                1,
            )
            .replacen("<Seal>", &format!("<Seal{declared}>"), 1);
        let deliver = format!(
            "<deliverSecure xmlns=\"{service}\"><deliverSecure Id=\"s1\">{children}</deliverSecure></deliverSecure>"
        );
        let distribute = format!(
            "<distributeSecure{declared}>{}</distributeSecure>",
            inside.replace("SignedDelivery>", "signedDelivery>")
        );
        let envelope = |body: &str| {
            format!(
                "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body>{body}</e:Body></e:Envelope>"
            )
        };
        for (document, element, in_envelope) in [
            (signed.clone(), "SignedDelivery", false),
            (sealed.clone(), "SealedDelivery", false),
            (deliver.clone(), "SealedDelivery", false),
            (envelope(&sealed), "SealedDelivery", true),
            (envelope(&deliver), "SealedDelivery", true),
            (envelope(&distribute), "SignedDelivery", true),
        ] {
            let verdict = judge(&document);
            assert_eq!(faults(&verdict), "", "{version} {element}");
            assert_eq!(verdict.version, version);
            assert_eq!(
                (verdict.element, verdict.in_envelope),
                (element, in_envelope)
            );
        }
        // The name that was signed is no other.
        let other = envelope(&deliver).replace(" Id=\"s1\"", "");
        assert_eq!(faults(&judge(other)), "relay:digest");
    }
}

#[test]
fn a_delivery_of_2013_verifies_in_its_request() {
    let Some(document) = crate::vectors::official("v1-2014/vectors/signed.xml") else {
        return;
    };
    let argument = String::from_utf8(document).unwrap();
    let request = format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Header/><e:Body>\
         <m:distributeSecure xmlns:m=\"http://minameddelanden.gov.se/Message\">{argument}</m:distributeSecure></e:Body></e:Envelope>"
    );
    let verdict = judge(&request);
    assert_eq!(faults(&verdict), "");
    assert!(verdict.in_envelope);
    let other = request.replace("svSE", "svse");
    assert_eq!(faults(&judge(other)), "sender:digest");
}

#[test]
fn the_certificate_of_a_person_is_not_shown() {
    if !has("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    key_of(
        folder,
        "rsa:2048",
        "/C=SE/CN=Ada~Exempel/serialNumber=181501019806",
    );
    let verdict = judge(signed_by_openssl(folder, "sha256", "sha256"));
    assert_eq!(faults(&verdict), "");
    let said = format!("{verdict:?}");
    assert!(said.contains("a person (not shown)"), "{said}");
    assert!(
        !said.contains("Exempel") && !said.contains("9806"),
        "{said}"
    );
}
