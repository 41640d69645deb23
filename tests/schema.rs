//! The schema room against real schemas, second opinions and hostile input.
//!
//! Where `../shared` (official schemas and samples) is absent, the tests that need it say so and check nothing.

#![allow(clippy::unwrap_used)] // A test that cannot read its input fails.

use std::fs;
use std::path::{Path, PathBuf};

use lettermill::schema::{Schema, document};

#[path = "schema/compare.rs"]
mod compare;
#[path = "schema/complete.rs"]
mod complete;
#[path = "schema/constructs.rs"]
mod constructs;
#[path = "schema/events.rs"]
mod events;
#[path = "schema/mutate.rs"]
mod mutate;
#[path = "schema/oracle.rs"]
mod oracle;
#[path = "schema/refused.rs"]
mod refused;
mod support;
#[path = "schema/tree.rs"]
mod tree;
#[path = "schema/values.rs"]
mod values;

use compare::{Case, compare};
use support::tools::has;
use tree::Element;

const MAILING: &str = "schemas/mailing-1.xsd";
const MAILINGS: [&str; 4] = ["se-full", "dk-full", "forms", "least"];

fn fixture(name: &str) -> String {
    fs::read_to_string(format!("fixtures/schema/{name}.xml")).unwrap()
}

/// A file of the reference data, if it is there.
fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("`{}` is absent: not checked", path.display());
    None
}

fn read(path: &str) -> Option<Element> {
    shared(path).map(|path| Element::read(&fs::read_to_string(path).unwrap()))
}

#[test]
fn mailings_are_valid_for_all() {
    let schema = Schema::mailing();
    let texts: Vec<_> = MAILINGS.iter().map(|name| fixture(name)).collect();
    for (name, text) in MAILINGS.iter().zip(&texts) {
        assert_eq!(
            document::validate(&schema, text.as_bytes()).unwrap(),
            [],
            "{name}"
        );
    }
    // forms.xml has white space around a dateTime, which libxml2 does not collapse; see compare.rs.
    let plain = texts
        .iter()
        .filter(|text| !text.contains("order of"))
        .map(String::as_str)
        .collect::<Vec<_>>();
    assert_eq!(plain.len(), 3);
    if has("xmllint") {
        assert_eq!(oracle::xmllint(Path::new(MAILING), &plain), [true; 3]);
    }
}

#[test]
fn mutants_of_mailings() {
    let documents = ["se-full", "dk-full", "se-full", "forms", "dk-full", "least"];
    let case = Case {
        schema: MAILING.into(),
        documents: documents
            .iter()
            .map(|name| Element::read(&fixture(name)))
            .collect(),
        base64: &["base64"],
        ordered: &[
            "created",
            "letterCount",
            "attachmentCount",
            "notBefore",
            "replyBy",
            "starts",
            "ends",
        ],
        empty: &[
            "br",
            "pageBreak",
            "column",
            "file",
            "shared",
            "representative",
            "citizen",
            "company",
            "vehicle",
            "property",
            "kle",
            "form",
            "productionUnit",
            "education",
        ],
    };
    let tally = compare(&case, 6000, 1);
    println!("mailing: {tally:?}");
    assert!(
        tally.mutants - tally.valid >= 3000,
        "too many mutants are still valid: {tally:?}"
    );
    assert!(tally.valid >= 500, "too few mutants are valid: {tally:?}");
}

#[test]
fn mutants_of_a_sealed_delivery() {
    let (Some(schema), Some(sealed), Some(signed)) = (
        shared("samples/mina-meddelanden/mm-v3-roots.xsd"),
        read("samples/mina-meddelanden/sealed-delivery-v3.xml"),
        read("samples/mina-meddelanden/signed-delivery-v3.xml"),
    ) else {
        return;
    };
    // The parts that the samples leave out: metadata, official matters of both forms, reply, receipt.
    let matters = [
        r#"<note xmlns="urn:example:note" a="1"><ds:DigestValue xmlns:ds="http://www.w3.org/2000/09/xmldsig#">QUI=</ds:DigestValue>text</note><x xmlns="urn:x"/>"#,
        r#"<OfficialMatterExtension xmlns:o="http://minameddelanden.gov.se/schema/OfficialMatter/v3"><o:Timestamp>2026-01-15</o:Timestamp><x xmlns="urn:x"/><o:Identity><o:EventId>e-1</o:EventId></o:Identity><o:MatterSubject>Bygglov</o:MatterSubject></OfficialMatterExtension>"#,
    ];
    let richer = matters.map(|matter| {
        let text = sealed
            .write()
            .replacen("</n0:Supportinfo>", &format!("</n0:Supportinfo>@<n0:OfficialMatter>{matter}</n0:OfficialMatter><n0:Metadata><m:Tag xmlns:m=\"http://minameddelanden.gov.se/schema/Message\">a</m:Tag><m:Value xmlns:m=\"http://minameddelanden.gov.se/schema/Message\">b</m:Value></n0:Metadata>"), 1)
            .replacen("</n0:Language>", "</n0:Language><n0:Reply>NOT_ALLOWED</n0:Reply><n0:ReceiptRequest>SIMPLE</n0:ReceiptRequest>", 1)
            .replace("</n0:Supportinfo>@", "</n0:Supportinfo>")
            .replace("<OfficialMatterExtension", "<n0:OfficialMatterExtension")
            .replace("</OfficialMatterExtension", "</n0:OfficialMatterExtension");
        Element::read(&text)
    });
    let compiled = Schema::compile(&schema).unwrap();
    for document in [&sealed, &signed].into_iter().chain(&richer) {
        assert_eq!(
            document::validate(&compiled, document.write().as_bytes()).unwrap(),
            []
        );
    }
    let [a, b] = richer;
    let case = Case {
        schema,
        documents: vec![sealed, signed, a, b],
        base64: &[
            "Body",
            "Content",
            "DigestValue",
            "SignatureValue",
            "X509Certificate",
        ],
        ordered: &["ReceivedTime", "Timestamp", "X509SerialNumber"],
        empty: &[],
    };
    println!("sealed delivery: {:?}", compare(&case, 800, 2));
}

#[test]
fn mutants_of_memo() {
    let (Some(schema), Some(rich), Some(minimal), Some(sms)) = (
        shared("official/memo/Version1.2/MeMo_core.xsd"),
        read("samples/denmark/memo-1.2-rich.xml"),
        read("samples/denmark/memo-1.2-minimal.xml"),
        read("samples/denmark/memo-1.2-nemsms.xml"),
    ) else {
        return;
    };
    let case = Case {
        schema,
        documents: vec![rich.clone(), rich, minimal, sms],
        base64: &["content"],
        ordered: &["doNotDeliverUntilDate", "memoVersion"],
        empty: &[],
    };
    println!("MeMo: {:?}", compare(&case, 800, 3));
}
