//! The reachability snapshot, from its inputs to the file: answers of FaR, CSV files, damage, and a second reader that
//! knows only `docs/formats-registry.md`.

#![allow(clippy::unwrap_used)] // Helpers of tests, where a panic is the message.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use lettermill::letter::identifier::luhn_digit;
use lettermill::letter::{Cpr, Cvr, OrganisationNumber, PersonNumber, RecipientId};
use lettermill::registry::{
    self, Builder, Input, Operator, OperatorIndex, Options, Snapshot, SnapshotError, Status,
};
use proptest::prelude::*;

mod support;

use support::tools::said_by;

const ON: Date = date(2026, 11, 22);
const KIVRA: &str = "165568402266";

/// The n-th person of those who can belong to nobody: born 1800–1829.
fn person(n: u32) -> String {
    let (day, serial) = (n / 999, n % 999 + 1);
    let (year, month, day) = (1800 + day / 336, day / 28 % 12 + 1, day % 28 + 1);
    let eleven = format!("{year}{month:02}{day:02}{serial:03}");
    let check = char::from(luhn_digit(&eleven.as_bytes()[2..]));
    format!("{eleven}{check}")
}

fn id(digits: &str) -> RecipientId {
    RecipientId::Person(PersonNumber::from_digits(digits).unwrap())
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

fn build(inputs: &[PathBuf], out: &Path) -> Result<registry::Built, registry::Error> {
    let inputs: Vec<Input> = inputs.iter().map(|p| Input::detect(p).unwrap()).collect();
    registry::build(&inputs, &Options { date: ON }, out)
}

/// One answer; elements of a `return` in any prefixes.
fn far_answer(returns: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>\n\
         <isReachableResponse xmlns=\"http://minameddelanden.gov.se/schema/Recipient/v3\" \
         xmlns:q=\"http://minameddelanden.gov.se/schema/Recipient\">\n{returns}</isReachableResponse></S:Body></S:Envelope>\n"
    )
}

fn far_return(digits: &str, kind: &str, pending: bool, accepted: bool, supplier: &str) -> String {
    format!(
        "<return><q:AccountStatus><q:RecipientId>{digits}</q:RecipientId><q:Type>{kind}</q:Type>\
         <q:Pending>{pending}</q:Pending>{supplier}</q:AccountStatus>\
         <q:SenderAccepted>{accepted}</q:SenderAccepted></return>\n"
    )
}

fn supplier(digits: &str, name: &str, url: &str) -> String {
    format!(
        "<q:ServiceSupplier><q:Id>{digits}</q:Id><q:Name>{name}</q:Name><q:ServiceAdress>{url}</q:ServiceAdress>\
         <q:InternalServiceAdress/></q:ServiceSupplier>"
    )
}

/// An error names files and lines, never an identifier: no run of six digits, but nines, which are shapes of digits.
fn assert_no_identifier(error: &registry::Error, folder: &Path) {
    let text = error.to_string().replace(&folder.display().to_string(), "");
    let longest = text
        .split(|c: char| !c.is_ascii_digit() || c == '9')
        .map(str::len)
        .max()
        .unwrap_or_default();
    assert!(longest < 6, "{text}");
}

#[test]
fn far_answers_keep_the_reasons_apart() {
    let folder = tempfile::tempdir().unwrap();
    let kivra = supplier(
        KIVRA,
        "Kivra &amp; Co",
        "https://operator.example/v3?a=1&#38;b=2",
    );
    let mute = supplier("162021006883", "Post", "");
    let rows = [
        (
            person(1),
            "Secure",
            false,
            true,
            kivra.as_str(),
            Status::Reachable,
        ),
        (
            person(2),
            "Anonymous",
            false,
            true,
            &kivra,
            Status::Reachable,
        ),
        (person(3), "Secure", false, false, &kivra, Status::OptedOut),
        (person(4), "Not", false, false, "", Status::NoMailbox),
        (person(5), "Secure", true, true, "", Status::Pending),
        (person(6), "Secure", false, true, "", Status::NoOperator),
        (
            person(7),
            "Secure",
            false,
            true,
            &mute,
            Status::NoAddressUrl,
        ),
    ];
    let returns: String = rows
        .iter()
        .map(|(digits, kind, pending, accepted, supplier, _)| {
            far_return(digits, kind, *pending, *accepted, supplier)
        })
        .collect();
    let answer = format!("\u{feff}{}", far_answer(&returns)); // Some tools put a byte order mark first.
    let answer = write(folder.path(), "answer.xml", answer);
    let out = folder.path().join("snapshot");
    let built = build(&[answer], &out).unwrap();
    assert_eq!(built.counts.total(), 7);
    assert_eq!(built.counts.of(Status::Reachable), 2);

    let snapshot = Snapshot::open(&out).unwrap();
    snapshot.verify().unwrap();
    for (digits, .., status) in &rows {
        assert_eq!(snapshot.lookup(&id(digits)).unwrap().status, *status);
    }
    let entry = snapshot.lookup(&id(&rows[0].0)).unwrap();
    let operator = snapshot.operator(entry.operator.unwrap()).unwrap();
    assert_eq!(operator.id, KIVRA);
    assert_eq!(operator.name, "Kivra & Co");
    assert_eq!(operator.url, "https://operator.example/v3?a=1&b=2");
    assert_eq!(snapshot.date(), ON);
    assert_eq!(snapshot.digest(), built.digest);
    assert_eq!(*snapshot.counts(), built.counts);
    assert!(snapshot.lookup(&id(&person(8))).is_none());
    assert!(snapshot.lookup(&RecipientId::None).is_none());
}

#[test]
fn the_reference_answer_is_read_and_ours_fit_the_official_schema() {
    let reference =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/mina-meddelanden");
    let sample = reference.join("isReachable-v3.response.soap.xml");
    if !sample.exists() {
        eprintln!("no ../shared: the reference answer is not read");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("snapshot");
    let built = build(&[sample], &out).unwrap();
    let snapshot = Snapshot::open(&out).unwrap();
    let status = |digits: &str| snapshot.lookup(&id(digits)).unwrap().status;
    assert_eq!(status("195303231855"), Status::Reachable);
    assert_eq!(status("199001012385"), Status::OptedOut);
    assert_eq!(status("196403722397"), Status::NoMailbox);
    let company = OrganisationNumber::from_digits(KIVRA).unwrap();
    let company = snapshot
        .lookup(&RecipientId::Organisation(company))
        .unwrap();
    assert_eq!(company.status, Status::Pending);
    let ids: Vec<_> = snapshot.operators().iter().map(|o| o.id.as_str()).collect();
    assert_eq!(ids, ["162021006883", KIVRA]);
    assert_eq!(built.operators, 2);

    let answer = far_answer(&far_return(
        &person(1),
        "Secure",
        false,
        true,
        &supplier(KIVRA, "Kivra", "https://operator.example/"),
    ));
    let ours = write(folder.path(), "ours.xml", answer);
    let (schema, ours) = (reference.join("mm-v3-soap.xsd"), ours);
    let paths = [&schema, &ours].map(|path| path.to_str().unwrap());
    said_by(
        "xmllint",
        &[&["--nonet", "--noout", "--schema"], &paths[..]].concat(),
    );
}

#[test]
fn a_fault_stops_the_build() {
    let folder = tempfile::tempdir().unwrap();
    let fault = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><e:Fault>\n\
        <faultcode>e:Server</faultcode><faultstring>applicationFault</faultstring><detail>\n\
        <applicationFault xmlns=\"http://minameddelanden.gov.se/schema/Common/v3\">\n\
        <ErrorCode>5001</ErrorCode><Description>x</Description></applicationFault></detail></e:Fault></e:Body></e:Envelope>";
    let path = write(folder.path(), "fault.xml", fault);
    let error = build(&[path], &folder.path().join("out")).unwrap_err();
    assert!(
        matches!(&error, registry::Error::Fault { code, origin } if code == "5001" && origin.line == 4),
        "{error}"
    );
    assert!(!folder.path().join("out").exists());
}

#[test]
fn wrong_answers_name_the_line_and_no_identifier() {
    let folder = tempfile::tempdir().unwrap();
    let good = far_return(&person(1), "Not", false, false, "");
    let cases = [
        (far_answer(&good).replace("Not", "No"), 4, "a Type"),
        (far_answer(&good).replace("false", "no"), 4, "Pending `aa`"),
        (
            far_answer(&good).replace(&person(1), "19861003T010"),
            4,
            "`99999999A999`",
        ),
        (
            far_answer(&good).replace("</q:Type>", ""),
            4,
            "not well-formed",
        ),
        (
            far_answer(&good).replace("q:", "z:"),
            4,
            "a prefix that is not declared",
        ),
        (
            far_answer(&good)[..300].to_owned(),
            4,
            "the end of the file within an element",
        ),
        (
            far_answer(&good).replace("isReachableR", "isRegisteredR"),
            6,
            "no isReachableResponse",
        ),
        (
            format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{}", far_answer(&good)),
            1,
            "document type",
        ),
        (far_answer(&good.replace("Not", "N&o;t")), 4, "an entity"),
        ("<a>".repeat(100), 1, "deeper"),
        ("<".into(), 1, "not well-formed"),
    ];
    for (text, line, found) in cases {
        let path = write(folder.path(), "answer.xml", &text);
        let error = build(&[path], &folder.path().join("out")).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(found), "{found}: {message}");
        assert!(message.contains(&format!("line {line}:")), "{message}");
        assert_no_identifier(&error, folder.path());
    }
    let path = write(folder.path(), "answer.xml", b"<a>\xe5</a>");
    let error = build(&[path], &folder.path().join("out")).unwrap_err();
    assert!(error.to_string().contains("not UTF-8"), "{error}");
}

fn entries_csv(rows: impl Iterator<Item = u32>) -> String {
    let mut text = String::from("id_type,id,status,operator_id\n");
    for n in rows {
        let (status, operator) = match n % 5 {
            0 => ("no-mailbox", ""),
            1 => ("opted-out", KIVRA),
            2 => ("reachable", "162021006883"),
            _ => ("reachable", KIVRA),
        };
        text += &format!("person,{},{status},{operator}\n", person(n));
    }
    text
}

const OPERATORS: &str = "operator_id,operator_name,operator_url\n\
    165568402266,Kivra,https://operator.example/kivra\n\
    162021006883,Min myndighetspost,https://operator.example/mmp\n";

#[test]
fn order_files_and_threads_leave_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let operators = write(folder.path(), "operators.csv", OPERATORS);
    let forward = write(folder.path(), "a.csv", entries_csv(0..20_000));
    let backward = write(folder.path(), "b.csv", entries_csv((0..20_000).rev()));
    let halves = [
        write(folder.path(), "c.csv", entries_csv(9_000..20_000)),
        write(folder.path(), "d.csv", entries_csv(0..11_000)),
    ];
    let out = |n: u32| folder.path().join(format!("out{n}"));
    let one = build(&[operators.clone(), forward], &out(1)).unwrap();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let two = pool.install(|| build(&[backward, operators.clone()], &out(2)).unwrap());
    let [c, d] = halves;
    let three = build(&[c, operators, d], &out(3)).unwrap();
    let bytes = fs::read(out(1)).unwrap();
    assert!(bytes == fs::read(out(2)).unwrap());
    assert!(bytes == fs::read(out(3)).unwrap());
    assert_eq!(one, two);
    assert_eq!(three.repeated, 2_000);
    assert_eq!(one.counts.of(Status::NoMailbox), 4_000);
    assert!(bytes.len() < 20_000 * 10, "{} bytes", bytes.len());
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_snapshot() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("snapshot");
    build(&[write(folder.path(), "a.csv", entries_csv(0..9))], &out).unwrap();
    assert_eq!(
        fs::metadata(&out).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn all_kinds_of_identifiers_in_one_csv() {
    let folder = tempfile::tempdir().unwrap();
    let text = "\u{feff}status,id,id_type,operator_id,operator_name,operator_url\r\n\
        registered,610180-0000,cpr,,,\r\n\
        exempt,6201800000,cpr,,,\r\n\
        closed,13585628,cvr,,,\r\n\
        reachable,202100-4748,organisation,op_1,\"An operator, Ltd\",https://operator.example\r\n\
        \r\n\
        unconfirmed,6301800000,cpr,,,\r\n";
    let out = folder.path().join("snapshot");
    build(&[write(folder.path(), "a.csv", text)], &out).unwrap();
    let snapshot = Snapshot::open(&out).unwrap();
    let cpr = |digits: &str| snapshot.lookup(&RecipientId::Cpr(Cpr::from_digits(digits).unwrap()));
    assert_eq!(cpr("6101800000").unwrap().status, Status::Reachable);
    assert_eq!(cpr("6101800000").unwrap().operator, None);
    assert_eq!(cpr("6201800000").unwrap().status, Status::Exempt);
    assert_eq!(cpr("6301800000").unwrap().status, Status::Unconfirmed);
    let cvr = RecipientId::Cvr(Cvr::from_digits("13585628").unwrap());
    assert_eq!(snapshot.lookup(&cvr).unwrap().status, Status::Closed);
    let organisation = OrganisationNumber::from_digits("162021004748").unwrap();
    let entry = snapshot
        .lookup(&RecipientId::Organisation(organisation))
        .unwrap();
    assert_eq!(entry.operator, Some(OperatorIndex(0)));
    assert_eq!(snapshot.operators()[0].name, "An operator, Ltd");
}

#[test]
fn wrong_csv_lines_are_named_and_no_identifier_is() {
    let folder = tempfile::tempdir().unwrap();
    let header = "id_type,id,status,operator_id\n";
    let (a, b) = (person(1), person(2));
    let cases = [
        (
            format!("{header}person,{a},no-mailbox,\nperson,{b}0,no-mailbox,\n"),
            3,
            "`9999999999999`",
        ),
        (format!("{header}person,{a},reached,\n"), 2, "`aaaaaaa`"),
        (
            format!("{header}citizen,{a},no-mailbox,\n"),
            2,
            "an id_type",
        ),
        (
            format!("{header}person,{a},reachable,\n"),
            2,
            "without an operator",
        ),
        (
            format!("{header}person,{a},reachable,../x\n"),
            2,
            "operator id",
        ),
        (format!("{header}person,{a}\n"), 2, "2 fields"),
        (
            format!("person,{a},no-mailbox\nperson,{b},no-mailbox\n"),
            1,
            "a column named like `aaaaaa`",
        ),
        (
            format!("{a},person\n"),
            1,
            "a column named like `999999999999`",
        ),
        ("id_type,id\n".into(), 1, "a header without"),
        ("".into(), 1, "a header without"),
        (
            "operator_id,operator_url\nx,https://a.example\nx,https://b.example\n".into(),
            3,
            "another URL",
        ),
        (
            "operator_id,operator_url\nx,ftp://a.example\n".into(),
            2,
            "https://",
        ),
    ];
    for (text, line, found) in cases {
        let path = write(folder.path(), "input.csv", &text);
        let error = build(&[path], &folder.path().join("out")).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(found), "{found}: {message}");
        assert!(message.contains(&format!("line {line}:")), "{message}");
        assert_no_identifier(&error, folder.path());
    }
    let nobody = write(folder.path(), "nobody.csv", header);
    let error = build(&[nobody], &folder.path().join("out")).unwrap_err();
    assert!(matches!(error, registry::Error::Empty { files: 1 }));
}

#[test]
fn contradictions_name_both_lines() {
    let folder = tempfile::tempdir().unwrap();
    let first = write(folder.path(), "first.csv", entries_csv(0..50));
    let second = write(
        folder.path(),
        "second.csv",
        format!(
            "id_type,id,status\nperson,{},no-mailbox\nperson,{},pending\n",
            person(100),
            person(7)
        ),
    );
    let error = build(&[first, second], &folder.path().join("out")).unwrap_err();
    let registry::Error::Conflict {
        first,
        second,
        conflicts,
    } = &error
    else {
        panic!("{error}");
    };
    assert!(
        first.path.ends_with("first.csv") && first.line == 9,
        "{first}"
    );
    assert!(
        second.path.ends_with("second.csv") && second.line == 3,
        "{second}"
    );
    assert_eq!(*conflicts, 1);
    assert_no_identifier(&error, folder.path());
}

/// A snapshot read as the page describes it, without the library's reader.
fn read_by_the_page(bytes: &[u8], kind: u64, digits: &str) -> Option<(u64, u64)> {
    let number = |at: u64, len: usize| {
        let at = usize::try_from(at).unwrap();
        bytes[at..at + len]
            .iter()
            .rev()
            .fold(0, |n, b| n << 8 | u64::from(*b))
    };
    assert_eq!(&bytes[..8], b"LMREACH\0");
    let bits = number(20, 4);
    let buckets_at = 256 + number(160, 8);
    let entries_at = buckets_at + ((1 << bits) + 2) * 4;
    assert_eq!(entries_at + number(24, 8) * 8, bytes.len() as u64);
    let body = usize::try_from(buckets_at).unwrap();
    assert_eq!(bytes[192..224], lettermill::disk::sha256(&bytes[body..]));
    let head = [&bytes[..224], &bytes[256..body]].concat();
    assert_eq!(bytes[224..256], lettermill::disk::sha256(&head));

    let key = kind << 40 | digits.parse::<u64>().unwrap();
    let mut z = key;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    let bucket = z >> (64 - bits);
    let first = number(buckets_at + bucket * 4, 4);
    let behind = number(buckets_at + bucket * 4 + 4, 4);
    let entries = (first..behind).map(|n| number(entries_at + n * 8, 8));
    entries
        .filter(|entry| entry >> 21 == key)
        .map(|entry| (entry >> 16 & 31, entry & 0xffff))
        .next()
}

#[test]
fn the_page_suffices_to_write_a_reader() {
    let folder = tempfile::tempdir().unwrap();
    let operators = write(folder.path(), "operators.csv", OPERATORS);
    let entries = write(folder.path(), "entries.csv", entries_csv(0..5_000));
    let out = folder.path().join("snapshot");
    build(&[operators, entries], &out).unwrap();
    let bytes = fs::read(&out).unwrap();
    assert_eq!(bytes[12..16], 20_261_122_u32.to_le_bytes());
    for n in 0..5_000 {
        let expected = match n % 5 {
            0 => (1, 0xffff),
            1 => (2, 1),
            2 => (0, 0),
            _ => (0, 1),
        };
        assert_eq!(
            read_by_the_page(&bytes, 1, &person(n)),
            Some(expected),
            "{n}"
        );
    }
    assert_eq!(read_by_the_page(&bytes, 1, &person(5_000)), None);
    assert_eq!(read_by_the_page(&bytes, 2, &person(0)), None);
}

#[test]
fn damage_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("snapshot");
    build(&[write(folder.path(), "a.csv", entries_csv(0..300))], &out).unwrap();
    let whole = fs::read(&out).unwrap();
    let open = |bytes: &[u8]| {
        let path = write(folder.path(), "damaged", bytes);
        Snapshot::open(&path)
    };
    let head_bytes = 256 + u64::from_le_bytes(whole[160..168].try_into().unwrap()) as usize;
    for length in (0..whole.len()).step_by(7) {
        assert!(open(&whole[..length]).is_err(), "cut to {length} bytes");
    }
    assert!(open(&[&whole[..], &[0; 8]].concat()).is_err());
    for at in 0..head_bytes {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        assert!(open(&bytes).is_err(), "byte {at} changed");
    }
    for at in (head_bytes..whole.len()).step_by(13) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        let snapshot = open(&bytes).unwrap();
        assert!(matches!(
            snapshot.verify(),
            Err(SnapshotError::Damaged { .. })
        ));
        for n in 0..300 {
            snapshot.lookup(&id(&person(n))); // May answer wrongly, must not fail.
        }
    }
    assert!(matches!(
        open(b"PK\x03\x04"),
        Err(SnapshotError::NotASnapshot { .. })
    ));
    let mut later = whole.clone();
    later[8] = 2;
    assert!(matches!(
        open(&later),
        Err(SnapshotError::Version { found: 2, .. })
    ));
    assert!(matches!(
        Snapshot::open(&folder.path().join("none")),
        Err(SnapshotError::Io { .. })
    ));
}

#[test]
fn a_builder_takes_entries_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("snapshot");
    let mut builder = Builder::new(ON);
    let operator = |digits: &str| Operator {
        id: digits.into(),
        name: String::new(),
        url: "https://operator.example".into(),
    };
    let second = builder.operator(operator("b")).unwrap();
    let first = builder.operator(operator("a")).unwrap();
    builder.push(&id(&person(1)), Status::Reachable, Some(first));
    builder.push(&id(&person(2)), Status::Reachable, Some(second));
    builder.push(&RecipientId::None, Status::Reachable, None);
    builder.finish(&out).unwrap();
    let snapshot = Snapshot::open(&out).unwrap();
    let operator_of = |n| {
        let entry = snapshot.lookup(&id(&person(n))).unwrap();
        snapshot
            .operator(entry.operator.unwrap())
            .unwrap()
            .id
            .clone()
    };
    assert_eq!(operator_of(1), "a");
    assert_eq!(operator_of(2), "b");
    assert_eq!(snapshot.counts().total(), 2);

    let empty = folder.path().join("empty");
    Builder::new(ON).finish(&empty).unwrap();
    let empty = Snapshot::open(&empty).unwrap();
    empty.verify().unwrap();
    assert!(empty.lookup(&id(&person(1))).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn broken_answers_never_panic(cut in 0_usize..900, at in 0_usize..900, byte: u8, junk in "[<>&;/\"'a-z ]{0,12}") {
        let folder = tempfile::tempdir().unwrap();
        let kivra = supplier(KIVRA, "Kivra", "https://operator.example/");
        let mut bytes = far_answer(&far_return(&person(3), "Secure", false, true, &kivra)).into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        bytes.splice(at..at, junk.bytes());
        bytes.truncate(bytes.len().min(cut + 100));
        let path = write(folder.path(), "answer.xml", &bytes);
        let out = folder.path().join("out");
        if let Err(error) = registry::build(&[Input::FarAnswer(path)], &Options { date: ON }, &out) {
            assert_no_identifier(&error, folder.path());
            prop_assert!(!out.exists());
        }
    }

    #[test]
    fn broken_csv_files_never_panic(at in 0_usize..400, byte: u8, junk in "[,\"\n\r0-9a-z;-]{0,12}") {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = entries_csv(0..9).into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        bytes.splice(at..at, junk.bytes());
        let path = write(folder.path(), "entries.csv", &bytes);
        let out = folder.path().join("out");
        for input in [Input::Entries(path.clone()), Input::Operators(path)] {
            if let Err(error) = registry::build(&[input], &Options { date: ON }, &out) {
                assert_no_identifier(&error, folder.path());
            }
        }
    }

    #[test]
    fn any_bytes_are_no_snapshot_or_a_safe_one(mut bytes in proptest::collection::vec(any::<u8>(), 0..600), magic: bool) {
        let folder = tempfile::tempdir().unwrap();
        if magic && bytes.len() >= 12 {
            bytes[..12].copy_from_slice(b"LMREACH\0\x01\0\0\0");
        }
        let path = write(folder.path(), "snapshot", &bytes);
        prop_assert!(Snapshot::open(&path).is_err());
    }
}
