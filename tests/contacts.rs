//! Pages of the contact registry of Digital Post, read into a snapshot: forms, faults, and bytes of anybody.

#![allow(clippy::unwrap_used)] // Helpers of tests, where a panic is the message.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use lettermill::letter::{Cpr, Cvr, RecipientId};
use lettermill::registry::{self, Input, Options, Snapshot, Status};
use proptest::prelude::*;
use serde_json::{Value, json};

const ON: Date = date(2026, 11, 22);

/// The n-th citizen of those who can belong to nobody: 60 is added to the day of birth.
fn citizen(n: u32) -> String {
    format!("{:02}01{:02}{:04}", 61 + n % 28, n / 28 % 100, n / 2800)
}

fn cpr(n: u32) -> RecipientId {
    RecipientId::Cpr(Cpr::from_digits(&citizen(n)).unwrap())
}

fn contact(n: u32, public: &str, registration: &str) -> Value {
    json!({
        "id": "d1772f49-d624-480a-bd7e-7e5957397e99", "version": 3, "type": "CITIZEN", "cprNumber": citizen(n),
        "mailboxSubscription": {
            "registrationStatus": registration, "publicRegistrationStatus": public,
            "exemptThroughPowerOfAttorney": true, "startTime": "2013-11-21T00:08:06.770Z", "endTime": null,
        },
        "lastUpdated": "2023-08-25T00:49:34.437Z",
        "address": { "@type": "CitizenAddress", "streetName": "Hovedvejen", "more": [[[{}]]] },
    })
}

fn registered(n: u32) -> Value {
    contact(n, "REGISTERED", "AUTOMATIC_REGISTRATION")
}

fn page(current: u32, total: u32, contacts: &[Value]) -> Value {
    json!({
        "currentPage": current, "next": "WyAxNjkyOTI0NTc0NDM3IF0=", "totalPages": total,
        "elementsOnPage": contacts.len(), "totalElements": contacts.len(), "contacts": contacts,
    })
}

struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn build(&self, texts: &[String]) -> Result<registry::Built, registry::Error> {
        let inputs: Vec<Input> = texts
            .iter()
            .enumerate()
            .map(|(n, text)| Input::detect(&self.write(&format!("{n}.json"), text)).unwrap())
            .collect();
        registry::build(&inputs, &Options { date: ON }, &self.out())
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("snapshot")
    }

    fn snapshot(&self) -> Snapshot {
        let snapshot = Snapshot::open(&self.out()).unwrap();
        snapshot.verify().unwrap();
        snapshot
    }
}

/// No run of six digits, but nines, which are shapes of digits.
fn assert_no_number(text: &str) {
    let runs = text.split(|c: char| !c.is_ascii_digit() || c == '9');
    let longest = runs.map(str::len).max().unwrap_or_default();
    assert!(longest < 6, "{text}");
}

#[test]
fn pages_lists_and_single_contacts_are_read() {
    let bench = Bench::new();
    let texts = [
        page(
            0,
            1,
            &[registered(1), contact(2, "EXEMPT", "EXEMPT_OTHER_REASON")],
        )
        .to_string(),
        format!("\u{feff} {}", json!([registered(3), registered(4)])),
        serde_json::to_string_pretty(&contact(5, "CLOSED", "AUTOMATIC_REGISTRATION")).unwrap(),
        json!({ "totalPages": 0, "totalElements": 0, "contacts": [] }).to_string(),
    ];
    let built = bench.build(&texts).unwrap();
    assert_eq!(built.notes, [""; 0]);
    let snapshot = bench.snapshot();
    let status = |n| snapshot.lookup(&cpr(n)).map(|entry| entry.status);
    assert_eq!(status(1), Some(Status::Reachable));
    assert_eq!(status(2), Some(Status::Exempt));
    assert_eq!(status(4), Some(Status::Reachable));
    assert_eq!(status(5), Some(Status::Closed));
    assert_eq!(status(6), None);
    assert_eq!(snapshot.counts().total(), 5);
    assert!(snapshot.operators().is_empty());
}

#[test]
fn the_type_says_which_number_counts() {
    let bench = Bench::new();
    let company = RecipientId::Cvr(Cvr::from_digits("00020478").unwrap());
    let mut both = registered(1);
    both["cvrNumber"] = json!("00020478");
    let mut owner = both.clone();
    owner["type"] = json!("COMPANY");
    let mut unknown = registered(2);
    unknown["type"] = json!("UNKNOWN");
    let mut untyped = registered(3);
    untyped["type"] = Value::Null;
    let list = json!([both, owner, unknown, untyped]).to_string();
    bench.build(&[list]).unwrap();
    let snapshot = bench.snapshot();
    for id in [cpr(1), company, cpr(2), cpr(3)] {
        assert_eq!(snapshot.lookup(&id).unwrap().status, Status::Reachable);
    }

    both["type"] = json!("UNKNOWN");
    let error = bench
        .build(&[json!([registered(4), both]).to_string()])
        .unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("contact 2: both a cprNumber and a cvrNumber"),
        "{error}"
    );
}

#[test]
fn only_verified_numbers_count_as_nem_sms() {
    let bench = Bench::new();
    let with = |n, sms: Value| {
        let mut contact = registered(n);
        contact["nemSmsSubscription"] = sms;
        contact
    };
    let time = "2020-01-02T00:00:00.000Z";
    let list = json!([
        with(
            1,
            json!({ "mobileNumber": "99990000", "verificationTime": time })
        ),
        with(
            2,
            json!({ "mobileNumber": "99990000", "verificationTime": null })
        ),
        with(3, json!({ "mobileNumber": null, "verificationTime": time })),
        with(4, Value::Null),
    ]);
    bench.build(&[list.to_string()]).unwrap();
    let snapshot = bench.snapshot();
    let has = |n| snapshot.lookup(&cpr(n)).unwrap().nem_sms;
    assert_eq!(
        [has(1), has(2), has(3), has(4)],
        [true, false, false, false]
    );
    assert_eq!(snapshot.lookup(&cpr(1)).unwrap().operator, None);
    assert_eq!(snapshot.census().nem_sms(), 1);

    // The same from CSV gives the same bytes.
    let whole = fs::read(bench.out()).unwrap();
    let rows: String = (1..=4)
        .map(|n| format!("cpr,{},registered,{}\n", citizen(n), n == 1))
        .collect();
    bench
        .build(&[format!("id_type,id,status,nem_sms\n{rows}")])
        .unwrap();
    assert_eq!(fs::read(bench.out()).unwrap(), whole);
}

#[test]
fn incomplete_pages_are_noted() {
    let bench = Bench::new();
    let mut first = page(0, 3, &[registered(1)]);
    first["totalElements"] = json!(3);
    let mut last = page(2, 3, &[registered(2)]);
    last["totalElements"] = json!(3);
    let notes = bench
        .build(&[first.to_string(), last.to_string()])
        .unwrap()
        .notes;
    assert_eq!(notes.len(), 1);
    assert!(
        notes[0].contains("2 of 3 were given, with 2 of 3 contacts"),
        "{notes:?}"
    );
    let bare = json!([{ "cprNumber": citizen(3) }, { "version": 1 }]).to_string();
    let notes = bench.build(&[bare]).unwrap().notes;
    assert!(notes[0].contains("1 contacts have neither"), "{notes:?}");
    assert!(
        notes[1].contains("no contact has a mailboxSubscription"),
        "{notes:?}"
    );
}

#[test]
fn wrong_pages_name_the_contact_and_no_number() {
    let with = |field: &str, value: Value| {
        let mut contact = registered(2);
        contact[field] = value;
        json!([registered(1), contact]).to_string()
    };
    let status = |public: &str, registration: &str| {
        json!([registered(1), contact(2, public, registration)]).to_string()
    };
    let mut cut = page(0, 1, &[registered(1), registered(2)]);
    cut["contacts"].as_array_mut().unwrap().pop();
    let cases = [
        (
            with("cprNumber", json!("12345-6789")),
            "contact 2: a cprNumber of the form `99999-9999`; allowed: ten digits",
        ),
        (
            with("type", json!("PERSON")),
            "contact 2: a type of the form `AAAAAA`",
        ),
        (
            with("type", json!("COMPANY")),
            "contact 2: a COMPANY with a cprNumber",
        ),
        (
            status("DEAD", "UNKNOWN"),
            "contact 2: a publicRegistrationStatus of the form `AAAA`",
        ),
        (
            status("CLOSED", "NEVER_9"),
            "contact 2: a registrationStatus of the form `AAAAA_9`",
        ),
        (
            with("cprNumber", json!(6_101_000_000_u64)),
            "line 1: a value of another kind than a contact has",
        ),
        (
            with("mailboxSubscription", json!("6101000000")),
            "line 1: a value of another kind",
        ),
        (
            cut.to_string(),
            "line 1: 1 contacts; allowed: 2, as its elementsOnPage says",
        ),
        (
            status("CLOSED", "UNKNOWN")[..200].to_owned(),
            "the end of the file within a value",
        ),
        (
            format!("[\n{},\n}}", registered(1)),
            "line 3: JSON that is not well-formed",
        ),
        (
            format!("[{}] []", registered(1)),
            "JSON that is not well-formed",
        ),
        ("[".repeat(1000), "line 1: "),
        (format!("{{\"a\":{}", "[".repeat(1000)), "line 1: "),
        ("{}".into(), "JSON without contacts"),
        ("{\"type\": \"CITIZEN\"}".into(), "JSON without contacts"),
        ("{\"contacts\": null}".into(), "a value of another kind"),
        (
            "{\"result\": false}".into(),
            "put the identifier and the answer into a CSV",
        ),
        (
            "{\"totalPages\": -1, \"contacts\": []}".into(),
            "a value of another kind",
        ),
    ];
    for (text, found) in cases {
        let bench = Bench::new();
        let error = bench.build(&[text]).unwrap_err().to_string();
        assert!(error.contains(found), "{found}: {error}");
        assert_no_number(&error.replace(bench.0.path().to_str().unwrap(), ""));
        assert!(!bench.out().exists());
    }
    let bench = Bench::new();
    let path = bench.write("latin.json", b"[{\"type\": \"\xe5\"}]");
    let error = registry::build(
        &[Input::detect(&path).unwrap()],
        &Options { date: ON },
        &bench.out(),
    );
    assert!(error.unwrap_err().to_string().contains("not UTF-8"));
}

#[test]
fn contradictions_name_both_contacts() {
    let bench = Bench::new();
    let first = json!([registered(1), registered(2)]).to_string();
    let second = json!([registered(3), contact(2, "CLOSED", "UNKNOWN")]).to_string();
    let error = bench
        .build(&[first.clone(), second])
        .unwrap_err()
        .to_string();
    assert!(error.contains("0.json` contact 2 and"), "{error}");
    assert!(
        error.contains("1.json` contact 2 say different things"),
        "{error}"
    );
    assert_eq!(bench.build(&[first.clone(), first]).unwrap().repeated, 2);
}

#[test]
fn a_folder_is_all_its_files_in_order() {
    let bench = Bench::new();
    let folder = bench.0.path().join("answers");
    fs::create_dir(&folder).unwrap();
    for (name, text) in [
        ("b.json", json!([registered(1)]).to_string()),
        (
            "a.csv",
            format!("id_type,id,status\ncpr,{},exempt\n", citizen(2)),
        ),
        (
            "c.csv",
            "operator_id,operator_url\nx,https://a.example\n".into(),
        ),
        ("d.xml", "<a/>".into()),
        (".DS_Store", "\0".into()),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    let at = |name: &str| folder.join(name);
    let expected = [
        Input::Entries(at("a.csv")),
        Input::Contacts(at("b.json")),
        Input::Operators(at("c.csv")),
        Input::FarAnswer(at("d.xml")),
    ];
    assert_eq!(Input::all_of(&folder).unwrap(), expected);
    assert_eq!(Input::all_of(&at("b.json")).unwrap(), expected[1..2]);
    fs::create_dir(at("e")).unwrap();
    let error = Input::all_of(&folder).unwrap_err().to_string();
    assert!(
        error.contains("is a folder; a folder of answers holds files only"),
        "{error}"
    );
    assert!(Input::all_of(Path::new("/nowhere")).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Any bytes, as any kind of input.
    #[test]
    fn any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), start in "[<{\\[]?") {
        let bench = Bench::new();
        let path = bench.write("input", [start.as_bytes(), &bytes].concat());
        let detected = Input::detect(&path).unwrap();
        let kinds = [
            detected,
            Input::Entries(path.clone()),
            Input::Operators(path.clone()),
            Input::FarAnswer(path.clone()),
            Input::Contacts(path),
        ];
        for input in kinds {
            let _ = registry::build(&[input], &Options { date: ON }, &bench.out());
        }
    }

    /// A good page with some bytes changed: read or refused, never with a number in the words.
    #[test]
    fn changed_pages_never_panic_or_tell(
        at in any::<prop::sample::Index>(),
        byte: u8,
        junk in "[\\[\\]{}:,\"0-9a-zA-Z\\\\. -]{0,12}",
        cut in any::<prop::sample::Index>(),
        keep: bool,
    ) {
        let bench = Bench::new();
        let contacts = [registered(1), contact(2, "EXEMPT", "EXEMPT_OTHER_REASON"), registered(3)];
        let mut bytes = page(0, 1, &contacts).to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.splice(at..at, junk.bytes());
        if !keep {
            bytes.truncate(cut.index(bytes.len()));
        }
        let path = bench.write("page.json", &bytes);
        match registry::build(&[Input::Contacts(path)], &Options { date: ON }, &bench.out()) {
            Ok(built) => {
                for note in built.notes {
                    assert_no_number(&note.replace("18446744073709551615", ""));
                }
            }
            Err(error) => {
                assert_no_number(&error.to_string().replace(bench.0.path().to_str().unwrap(), ""));
                prop_assert!(!bench.out().exists());
            }
        }
    }
}
