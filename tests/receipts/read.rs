//! Files of every kind, what is wrong with bad ones, and that nothing personal is kept or shown.

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lettermill::letter::Delivery::{self, Delivered, Refused, Underway, Unknown};
use lettermill::receipt::{self, Fault, Found, Receipt};
use proptest::prelude::*;

use crate::common::{at, id};
use crate::support::tools::{opinion_of, reference};

fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/receipts")
        .join(folder)
}

fn sorted(found: Vec<Found>) -> (Vec<Receipt>, u64, Vec<Fault>) {
    let (mut receipts, mut containers, mut faults) = (Vec::new(), 0, Vec::new());
    for found in found {
        match found {
            Found::Receipt(receipt) => receipts.push(receipt),
            Found::Container => containers += 1,
            Found::Fault(fault) => faults.push(fault),
        }
    }
    (receipts, containers, faults)
}

fn read(paths: &[PathBuf]) -> (Vec<Receipt>, u64, Vec<Fault>) {
    let mut all = Vec::new();
    receipt::read(paths, &mut |found| {
        all.push(found);
        Ok::<_, Infallible>(())
    })
    .unwrap();
    sorted(all)
}

fn read_bytes(name: &str, bytes: &[u8]) -> (Vec<Receipt>, u64, Vec<Fault>) {
    let mut all = Vec::new();
    receipt::read_bytes(name, bytes, &mut |found| {
        all.push(found);
        Ok::<_, Infallible>(())
    })
    .unwrap();
    sorted(all)
}

/// Number of the message, outcome, code.
const FIXTURES: &[(u64, Delivery, &str)] = &[
    (0x0b, Refused, "file.extension.not.allowed"),
    (0x0c, Refused, "17"),
    (0x0f, Delivered, "COMPLETED"),
    (0x10, Delivered, "COMPLETED"),
    (0x0a, Delivered, "COMPLETED"),
    (0x0d, Underway, "RECEIVED"),
    (0x0e, Unknown, "AWAITING_HUMAN"),
    (0x01, Delivered, "delivered"),
    (0x02, Refused, "not-delivered"),
    (0x04, Unknown, "4999"),
    (0x05, Unknown, "Receiver"),
    (0x03, Refused, "Client"),
    (0x25, Unknown, "Fejlet"),
    (0x24, Delivered, "Afsendt"),
    (0x22, Delivered, "Modtaget Post Danmark"),
    (0x21, Unknown, "Tilbagekaldt"),
    (0x23, Unknown, "1234"),
];

fn good_folders() -> Vec<PathBuf> {
    ["digital-post", "mina-meddelanden", "post-status"]
        .map(fixtures)
        .to_vec()
}

#[test]
fn every_kind_is_read() {
    let (receipts, containers, faults) = read(&good_folders());
    assert_eq!(faults, []);
    assert_eq!(containers, 1);
    let found: Vec<_> = receipts
        .iter()
        .map(|r| (r.message_id.clone(), r.outcome, r.code.as_str()))
        .collect();
    let expected: Vec<_> = FIXTURES
        .iter()
        .map(|(number, outcome, code)| (id(*number), *outcome, *code))
        .collect();
    assert_eq!(found, expected);

    let of = |number| {
        receipts
            .iter()
            .find(|r| r.message_id == id(number))
            .unwrap()
    };
    for (number, time) in [
        (0x0a, Some("2026-03-02T03:04:05.678Z")),
        (0x0b, Some("2026-03-02T03:04:05Z")),
        (0x0d, None),
        (0x01, None),
        (0x22, Some("2026-03-02T12:04:05Z")),
    ] {
        assert_eq!(of(number).at, time.map(at), "{number:x}");
    }
    for (number, transaction) in [
        (0x01, Some("20000000-0000-4000-8000-000000000001")),
        (0x04, Some("invented-call-0000-0004")),
        (0x05, None),
        (0x0a, Some("20000000-0000-4000-8000-000000000011")),
        (0x21, Some("20000000-0000-4000-8000-000000000021")),
    ] {
        assert_eq!(of(number).transaction.as_deref(), transaction, "{number:x}");
    }
    assert_eq!(&*of(0x10).source, "lines.jsonl");
}

/// A bad file, the line, and words of what is found.
const BAD: &[(&str, u64, &str)] = &[
    ("41-doctype.xml", 1, "a document type declaration"),
    ("42-entity.xml", 2, "an entity"),
    ("43-cut-off.xml", 6, "within an element"),
    ("44-other.xml", 0, "without an answer or a fault"),
    ("45-empty.xml", 0, "an empty file"),
    ("46-two.xml", 0, "several answers"),
    ("47-maybe.xml", 0, "Delivered `aaaaa`"),
    ("48-nobody.xml", 0, "without Delivered"),
    ("49-prefix.xml", 1, "a prefix that is not declared"),
    ("4a-two-roots.xml", 1, "a second root element"),
    ("4b-latin.xml", 1, "not UTF-8"),
    ("4c-deep.xml", 1, "deeper"),
    ("answer-without-id-999999999999.xml", 0, "no message id"),
    ("container-refused.json", 1, "without a messageUUID"),
    ("cut-off.json", 1, "JSON that ends too early"),
    ("event-not-base64.xml", 0, "not Base64"),
    ("event-of-another-type.xml", 0, "an event of another type"),
    ("event-with-damaged-status.xml", 0, "Beskeddata with"),
    ("event-without-status.xml", 0, "Beskeddata without a status"),
    ("line.jsonl", 2, "JSON that ends too early"),
    ("message-id.json", 1, "messageUUID `999999999999`"),
    ("no-status.json", 0, "without receiptStatus (object 1"),
    ("note.txt", 0, "bytes of another kind"),
];

#[test]
fn every_bad_file_is_named_and_the_rest_is_read() {
    let (receipts, containers, faults) = read(&[fixtures("bad")]);
    let told: Vec<_> = faults
        .iter()
        .map(|fault| (fault.line, fault.to_string()))
        .collect();
    assert_eq!(told.len(), BAD.len(), "{told:#?}");
    for ((line, told), (name, at, found)) in told.iter().zip(BAD) {
        assert!(
            told.contains(name) && told.contains(found) && line == at,
            "{name}: {told}"
        );
        assert!(!told.contains("1815"), "{told}");
    }
    let read: Vec<_> = receipts.iter().map(|r| r.message_id.clone()).collect();
    assert_eq!(read, [0x34, 0x31, 0x33].map(id)); // What stands before and behind the fault.
    assert_eq!(containers, 0);

    let nowhere = read_nothing_at(Path::new("no/such/181501019806"));
    assert!(nowhere.contains("no/such/999999999999") && nowhere.contains("cannot be read"));
}

fn read_nothing_at(path: &Path) -> String {
    let (receipts, _, faults) = read(&[path.to_owned()]);
    assert_eq!((receipts.len(), faults.len()), (0, 1));
    faults[0].to_string()
}

#[test]
fn what_xmllint_does_not_parse_is_not_read() {
    for folder in ["bad", "mina-meddelanden", "post-status"] {
        for entry in fs::read_dir(fixtures(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "xml") {
                continue;
            }
            let mut xmllint = Command::new("xmllint");
            let Some(parsed) = opinion_of(xmllint.args(["--noout"]).arg(&path)) else {
                return;
            };
            let (receipts, _, faults) = read(std::slice::from_ref(&path));
            assert_eq!(receipts.len() + faults.len(), 1);
            let refused = !parsed.status.success();
            assert!(!refused || faults.len() == 1, "{}", path.display());
            assert!(folder == "bad" || !refused, "{}", path.display());
        }
    }
}

#[test]
fn the_official_messages_are_read() {
    let Some(folder) = reference("official/sf1601/beskedfordeler") else {
        return;
    };
    let (receipts, _, faults) = read(&[folder]);
    assert_eq!(faults, []);
    let [error, success] = &receipts[..] else {
        panic!("{receipts:?}");
    };
    assert_eq!(error.message_id, "33ca98c5-d2ce-43e7-be3a-d5cfde9f6394");
    assert_eq!(
        (error.outcome, error.code.as_str()),
        (Refused, "memo.invalid")
    );
    assert_eq!(error.at, Some(at("2023-02-13T12:04:12.845Z")));
    assert_eq!(success.message_id, "8853363b-43ec-4d0a-a54d-65447f9447ed");
    assert_eq!(
        (success.outcome, success.code.as_str()),
        (Delivered, "Afleveret Digital Post")
    );
    assert_eq!(
        success.transaction.as_deref(),
        Some("1ab6eb87-a457-4ad3-8952-ed8f18a1676a")
    );
}

#[test]
fn the_worked_samples_are_read() {
    let name = format!("{}.xml", id(7));
    for (sample, outcome, code, transaction) in [
        (
            "deliverSecure-v3.response.soap.xml",
            Delivered,
            "delivered",
            "3832352f-fa74-4c17-ab6a-a6e3ab8324f3",
        ),
        (
            "fault-v3.soap.xml",
            Unknown,
            "5001",
            "00000000-0000-4000-8000-000000000000",
        ),
    ] {
        let Some(path) = reference(&format!("samples/mina-meddelanden/{sample}")) else {
            return;
        };
        let (receipts, _, faults) = read_bytes(&name, &fs::read(path).unwrap());
        assert_eq!(faults, []);
        let [receipt] = &receipts[..] else { panic!() };
        assert_eq!(
            (receipt.message_id.clone(), receipt.outcome),
            (id(7), outcome)
        );
        assert_eq!(receipt.code, code);
        assert_eq!(receipt.transaction.as_deref(), Some(transaction));
        assert!(!format!("{receipt:?}").contains("1953"));
    }
}

#[test]
fn a_tar_is_read_like_the_folder_it_was_made_from() {
    let expected = read(&good_folders());
    let deep = tempfile::tempdir().unwrap();
    let long = "a-folder-with-a-long-name".repeat(6); // More than a header of a tar holds.
    let inside = deep.path().join(&long);
    fs::create_dir(&inside).unwrap();
    for folder in ["digital-post", "mina-meddelanden", "post-status"] {
        fs::create_dir(inside.join(folder)).unwrap();
        for entry in fs::read_dir(fixtures(folder)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, inside.join(folder).join(path.file_name().unwrap())).unwrap();
        }
    }
    for format in ["gnu", "pax", "posix"] {
        let packed = deep.path().join(format!("{format}.bin"));
        let mut tar = Command::new("tar");
        tar.args(["--sort=name", "--format", format, "-cf"])
            .arg(&packed);
        let Some(done) = opinion_of(tar.arg("-C").arg(deep.path()).arg(&long)) else {
            return;
        };
        assert!(done.status.success(), "{done:?}");
        assert_eq!(read(std::slice::from_ref(&packed)), expected, "{format}");

        let whole = fs::read(&packed).unwrap();
        let (receipts, _, faults) = read_bytes("cut.tar", &whole[..whole.len() / 2]);
        assert!(
            receipts.len() < expected.0.len() && faults.len() == 1,
            "{faults:?}"
        );
    }
}

#[test]
fn folders_are_walked_in_the_order_of_names_and_links_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name);
    fs::create_dir(inside("b")).unwrap();
    for (name, number) in [
        ("c.json", 3),
        ("a.json", 1),
        ("b/x.json", 2),
        (".hidden.json", 9),
    ] {
        let text = format!(
            "{{\"messageUUID\": \"{}\", \"receiptStatus\": \"COMPLETED\"}}",
            id(number)
        );
        fs::write(inside(name), text).unwrap();
    }
    std::os::unix::fs::symlink(folder.path(), inside("loop")).unwrap();
    let (receipts, _, faults) = read(&[folder.path().to_owned()]);
    let order: Vec<_> = receipts.iter().map(|r| r.message_id.clone()).collect();
    assert_eq!(order, [1, 2, 3].map(id));
    assert!(
        faults.len() == 1
            && faults[0]
                .to_string()
                .contains("neither a file nor a folder")
    );

    let mut deep = folder.path().join("deep");
    (0..20).for_each(|_| deep.push("d"));
    fs::create_dir_all(&deep).unwrap();
    let (_, _, faults) = read(&[folder.path().join("deep")]);
    assert!(faults[0].to_string().contains("16 deep"), "{}", faults[0]);
}

#[test]
fn what_is_too_large_is_a_fault() {
    let xml = format!("<a>{}</a>", " ".repeat(4 << 20));
    let (_, _, faults) = read_bytes("a.xml", xml.as_bytes());
    assert!(faults[0].found.contains("more than 4 MiB"), "{}", faults[0]);
    let one = format!(
        "{{\"messageUUID\": \"{}\", \"receiptStatus\": \"COMPLETED\"}}",
        id(1)
    );
    let lines = format!("{one}\n{{\"x\": \"{}\"}}\n{one}\n", "x".repeat(2 << 20));
    let (receipts, _, faults) = read_bytes("a.jsonl", lines.as_bytes());
    assert_eq!((receipts.len(), faults.len(), faults[0].line), (2, 1, 2));
    let (receipts, ..) = read_bytes("no-suffix", lines.as_bytes());
    assert_eq!(receipts.len(), 2);
    let nested = "[".repeat(5000);
    let (_, _, faults) = read_bytes("a.json", nested.as_bytes());
    assert_eq!(faults.len(), 1);
}

#[test]
fn one_bad_receipt_does_not_stop_the_page() {
    let good = |number| {
        let id = id(number);
        format!("{{\"messageUUID\": \"{id}\", \"receiptStatus\": \"COMPLETED\"}}")
    };
    for bad in [
        r#"{"messageUUID": {"a": [1]}, "receiptStatus": "INVALID"}"#,
        r#"{"errorCode": ["x", {}], "receiptStatus": "INVALID"}"#,
        r#"{"errorCode": true, "receiptStatus": "INVALID"}"#,
        r#"{"timeStamp": 1.5, "receiptStatus": "INVALID"}"#,
        r#""a text""#,
        "17",
        "-1",
        "1.5",
        "null",
        "false",
    ] {
        let list = format!("[{}, {bad}, {}]", good(1), good(2));
        for text in [
            list.clone(),
            format!("{{\"content\": {list}, \"page\": 1}}"),
        ] {
            let (receipts, _, faults) = read_bytes("a.json", text.as_bytes());
            let found: Vec<_> = receipts.iter().map(|r| r.message_id.clone()).collect();
            assert_eq!(found, [1, 2].map(id), "{bad}");
            assert_eq!(faults.len(), 1, "{bad}: {faults:?}");
        }
    }
    // A receipt that happens to have such a field is no page.
    let text = good(1).replace('{', "{\"content\": null, ");
    assert_eq!(read_bytes("a.json", text.as_bytes()).0.len(), 1);
    let (receipts, _, faults) = read_bytes("a.json", b"[]");
    assert_eq!((receipts.len(), faults.len()), (0, 0));
}

fn check(name: &str, bytes: &[u8]) {
    let (receipts, _, faults) = read_bytes(name, bytes);
    for receipt in receipts {
        assert_eq!(receipt.message_id.len(), 36);
        assert_eq!(receipt.message_id, receipt.message_id.to_lowercase());
        let code = receipt.code.chars().count();
        assert!((1..=64).contains(&code), "{receipt:?}");
        assert!(
            receipt
                .transaction
                .is_none_or(|t| (1..=64).contains(&t.chars().count()))
        );
    }
    for fault in faults {
        assert!(!fault.to_string().contains(char::is_control), "{fault:?}");
    }
}

fn fixture_bytes() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for folder in ["bad", "digital-post", "mina-meddelanden", "post-status"] {
        let mut paths: Vec<_> = fs::read_dir(fixtures(folder))
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            all.push((name, fs::read(&path).unwrap()));
        }
    }
    let mut packed = tar::Builder::new(Vec::new());
    for (name, bytes) in &all {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        packed.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    all.push(("all.tar".to_owned(), packed.into_inner().unwrap()));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_receipts_or_faults(name in ".{0,60}", bytes in proptest::collection::vec(any::<u8>(), 0..400), start in 0..5_usize) {
        let start: &[u8] = [&b""[..], b"<", b"{", b"[", b"<a xmlns='http://minameddelanden.gov.se/schema/'>"][start];
        check(&name, &[start, &bytes].concat());
    }

    #[test]
    fn damaged_fixtures_are_receipts_or_faults(
        which in any::<prop::sample::Index>(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>()), 1..8),
    ) {
        let all = fixture_bytes();
        let (name, bytes) = which.get(&all);
        let mut bytes = bytes.clone();
        for (place, what, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            match what {
                0 => bytes[place] = byte,
                1 => drop(bytes.remove(place)),
                2 => bytes.insert(place, byte),
                _ => bytes.truncate(place),
            }
        }
        check(name, &bytes);
    }
}
