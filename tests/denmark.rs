//! What must never happen to a Danish letter, through the real program: mailings made by hand, a letter each.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const PERSON: &str = "0209585715";
const EXEMPT: &str = "0109585718";

/// A mailing of one sender, a registry, and a job.
struct Mailing {
    folder: TempDir,
    cvr: &'static str,
    created: &'static str,
    letters: String,
    job: String,
}

impl Mailing {
    fn new(job: &str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            cvr: "00010103",
            created: "2026-11-20T21:30:00+01:00",
            letters: String::new(),
            job: job.into(),
        }
    }

    /// A letter with more between its recipient and its subject, and behind its content; the one with the id
    /// `protected` has a protected address.
    fn letter(mut self, id: &str, cpr: &str, address: &str, before: &str, behind: &str) -> Self {
        self.letters += &format!(
            "<letter id=\"{id}\"><recipient addressProtected=\"{}\"><cpr>{cpr}</cpr><name>Hans Ulvsted</name>{address}</recipient>{before}\
             <subject>Et brev</subject><content><text><paragraph>Teksten.</paragraph></text></content>{behind}</letter>",
            id == "protected"
        );
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs it; gives the messages of its digital folder, by the letter's id, and what the findings say.
    fn run(&self) -> (Vec<(String, String)>, String) {
        let Self { cvr, created, .. } = self;
        let mailing = format!(
            "<mailing xmlns=\"urn:lettermill:mailing:1\"><header><mailingId>M</mailingId><created>{created}</created>\
             <environment>test</environment><sender><country>DK</country><organisationNumber>{cvr}</organisationNumber>\
             <name>Lilleø Kommune</name><returnAddress><street>Rådhuspladsen 1</street><postalCode>9999</postalCode>\
             <city>Lilleø</city></returnAddress><support><text>Borgerservice</text></support></sender><letterCount>{}</letterCount></header>{}</mailing>",
            self.letters.matches("<letter ").count(),
            self.letters
        );
        fs::write(self.path("mailing.xml"), mailing).unwrap();
        let job = format!("{}\n[release]\nmax_rejected_percent = 100.0\n", self.job);
        fs::write(self.path("lettermill.toml"), job).unwrap();
        let registry = format!(
            "id_type,id,status,operator_id,operator_name\ncpr,{PERSON},reachable,,\ncpr,{EXEMPT},exempt,,\n"
        );
        fs::write(self.path("registry.csv"), registry).unwrap();
        let registry = self.path("registry.csv");
        let snapshot = self.path("registry.snapshot");
        let date = ["--date", "2026-11-20"];
        self.lettermill(
            &[
                &["registry", "build"],
                &date[..],
                &["--out", text(&snapshot), text(&registry)],
            ]
            .concat(),
        );
        let home = self.path("out");
        let mailing = self.path("mailing.xml");
        self.lettermill(&[
            "run",
            "--out",
            text(&home),
            "--date",
            "2026-11-20",
            text(&mailing),
        ]);
        let outbox = fs::read_dir(home.join("outbox"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path();
        let findings = fs::read_to_string(outbox.join("findings.csv")).unwrap();
        (messages(&outbox.join("digital")), findings)
    }

    fn lettermill(&self, arguments: &[&str]) {
        let output = Command::new(env!("CARGO_BIN_EXE_lettermill"))
            .args(arguments)
            .env("HOME", self.folder.path())
            .env_remove("XDG_DATA_HOME")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code().unwrap();
        assert!(code == 0 || code == 3, "{code}: {said}"); // 3: some letters are held.
    }
}

fn text(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}

/// Every message below a folder with its letter's id: of tars, of plain files.
fn messages(digital: &std::path::Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in fs::read_dir(digital).into_iter().flatten() {
        let folder = folder.unwrap().path();
        for index in fs::read_dir(&folder).unwrap() {
            let index = index.unwrap().path();
            let Some(name) = text(&index).strip_suffix(".index.csv") else {
                continue;
            };
            let tar = fs::read(format!("{name}.tar")).unwrap_or_default();
            for row in fs::read_to_string(&index).unwrap().lines().skip(1) {
                let fields: Vec<&str> = row.split(',').collect();
                let bytes = if tar.is_empty() {
                    fs::read(folder.join(format!("{}.xml", fields[0]))).unwrap()
                } else {
                    let (from, length): (usize, usize) =
                        (fields[4].parse().unwrap(), fields[5].parse().unwrap());
                    let mut bytes = Vec::new();
                    (&tar[from..from + length]).read_to_end(&mut bytes).unwrap();
                    bytes
                };
                found.push((fields[2].to_owned(), String::from_utf8(bytes).unwrap()));
            }
        }
    }
    found
}

fn address(street: &str) -> String {
    format!(
        "<address><street>{street}</street><postalCode>9999</postalCode><city>Lilleø</city></address>"
    )
}

const PLAIN: &str = "[digital_post]\ncontainer = \"xml\"\n";
const AUTOMATIC: &str = "[digital]\ndenmark = \"sf1601\"\n[sf1601]\nautomatic = true\n";

#[test]
fn the_platform_is_given_a_choice_only_where_paper_is_allowed() {
    let own = address("Bakkevej 1");
    let job =
        format!("[route]\nrights = [\"mandatory-post\", \"legal-notification\"]\n{AUTOMATIC}");
    let far = own.replace("9999", "1000");
    let (requests, findings) = Mailing::new(&job)
        .letter("free", PERSON, &own, "", "")
        .letter(
            "legal",
            PERSON,
            &own,
            "<legalNotification>true</legalNotification>",
            "",
        )
        .letter("only", PERSON, &own, "<delivery>digital</delivery>", "")
        .letter(
            "later",
            PERSON,
            &own,
            "<notBefore>2027-03-01</notBefore>",
            "",
        )
        .letter("protected", PERSON, &own, "", "")
        .letter("exempt", EXEMPT, &own, "<mandatory>true</mandatory>", "")
        .letter("far", PERSON, &far, "", "")
        .letter("homeless", PERSON, "", "", "")
        .run();
    assert_eq!(requests.len(), 8, "{findings}");
    for (letter, request) in &requests {
        let automatic = request.contains("<KombiValgKode>Automatisk Valg<");
        assert_eq!(automatic, letter == "free", "{letter}");
        assert_eq!(
            request.contains("ForsendelseI"),
            letter == "free",
            "{letter}"
        );
        let said = findings
            .lines()
            .any(|line| line.starts_with(&format!("{letter},")) && line.contains("digital.alone"));
        assert_eq!(said, letter != "free", "{letter}\n{findings}");
    }
}

#[test]
fn mailings_of_two_agencies_that_are_numbered_alike_have_other_message_ids() {
    let own = address("Bakkevej 1");
    let of = |cvr| {
        let mut mailing = Mailing::new(PLAIN).letter("1", PERSON, &own, "", "");
        mailing.cvr = cvr;
        mailing.run().0.remove(0).1
    };
    let id = |message: String| {
        let from = message.find("<memo:messageUUID>").unwrap() + 18;
        message[from..from + 36].to_owned()
    };
    assert_ne!(id(of("00010103")), id(of("00020508")));
    assert_eq!(id(of("00010103")), id(of("00010103")));
}

#[test]
fn a_protected_address_is_in_no_message_however_it_is_written() {
    let recipient = address("Vibevej 2");
    for about in [
        address("Vibevej 2"),
        address("VIBEVEJ 2"),
        "<address><line>Vibevej 2</line><line>9999 Lilleø</line></address>".to_owned(),
    ] {
        let about = format!("<about>{about}</about>");
        let (messages, findings) = Mailing::new(PLAIN)
            .letter("protected", PERSON, &recipient, "", &about)
            .run();
        assert!(messages.is_empty(), "{about}");
        assert!(findings.contains("digital.content"), "{findings}");
    }
}

#[test]
fn times_are_those_that_are_meant() {
    let own = address("Bakkevej 1");
    let mut mailing =
        Mailing::new(PLAIN).letter("1", PERSON, &own, "<notBefore>2026-11-01</notBefore>", "");
    mailing.created = "2026-11-20T24:00:00+01:00";
    let (messages, findings) = mailing.run();
    assert_eq!(messages.len(), 1, "{findings}");
    let message = &messages[0].1;
    assert!(message.contains("createdDateTime>2026-11-20T23:00:00Z<"));
    assert!(
        !message.contains("doNotDeliverUntilDate"),
        "a day that is past is left out"
    );
    let (messages, _) = Mailing::new(PLAIN)
        .letter("1", PERSON, &own, "<notBefore>2026-12-24</notBefore>", "")
        .run();
    assert!(messages[0].1.contains("doNotDeliverUntilDate>2026-12-24<"));
}

#[test]
fn digits_of_another_script_are_no_identifier() {
    let own = address("Bakkevej 1");
    for about in [
        "<citizen cpr=\"٠١١١٥٨٥٨٠٦\"/>",
        "<company cvr=\"١٢٣٤٥٦٧٨\"/>",
    ] {
        let about = format!("<about>{about}</about>");
        let (messages, findings) = Mailing::new(PLAIN)
            .letter("1", PERSON, &own, "", &about)
            .run();
        assert!(
            messages.is_empty() && findings.contains("schema.invalid"),
            "{findings}"
        );
        assert!(!findings.contains("٠١١١"), "{findings}");
    }
}

#[test]
fn what_the_job_says_of_documents_is_what_counts() {
    let attachment = |name: &str| {
        format!(
            "<attachment fileName=\"{name}\" mediaType=\"text/plain\" channel=\"digital\"><base64>SGVq</base64></attachment>"
        )
    };
    let many: String = (1..=11).map(|n| attachment(&format!("{n}.txt"))).collect();
    let own = address("Bakkevej 1");
    let odd = attachment("Til\u{a0}dig.txt");
    for (list, key, value) in [
        (&many, "attachments_max", "20"),
        (&odd, "file_names", "\"replace\""),
    ] {
        let list = format!("<attachments>{list}</attachments>");
        let run = |job: &str| Mailing::new(job).letter("1", PERSON, &own, "", &list).run();
        let (messages, findings) = run(PLAIN);
        assert!(messages.is_empty() && findings.contains(key), "{findings}");
        let (messages, findings) = run(&format!("{PLAIN}{key} = {value}\n"));
        assert_eq!(messages.len(), 1, "{findings}");
        assert!(!messages[0].1.contains('\u{a0}'));
    }
}

#[test]
fn who_lives_with_another_is_written_so_once() {
    let job = "[digital]\ndenmark = \"sf1601\"\n[sf1601]\nrecipient_address = \"include\"\n";
    for care_of in ["c/o Olsen", "Olsen", "C/O: Olsen"] {
        for (street, expected) in [
            ("Bakkevej 1", ">Olsen<"),
            ("Den gamle skole", ">c/o Olsen<"),
        ] {
            let own =
                address(street).replace("<street>", &format!("<careOf>{care_of}</careOf><street>"));
            let (requests, findings) = Mailing::new(job)
                .letter("1", PERSON, &own, "<delivery>print</delivery>", "")
                .run();
            assert_eq!(requests.len(), 1, "{findings}");
            let request = &requests[0].1;
            assert!(request.contains(expected), "{care_of} {street}");
            assert_eq!(request.matches("Olsen").count(), 1, "{care_of} {street}");
        }
    }
}

#[test]
fn a_document_that_is_enclosed_many_times_stands_in_the_pdf_once() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/denmark/documents");
    let document = fs::read_dir(root).unwrap().next().unwrap().unwrap().path();
    let own = address("Bakkevej 1");
    let length = |times: usize| {
        let mut mailing = Mailing::new("[digital]\ndenmark = \"sf1601\"\n");
        fs::copy(&document, mailing.path("bilag.pdf")).unwrap();
        let sha256: String =
            ring::digest::digest(&ring::digest::SHA256, &fs::read(&document).unwrap())
                .as_ref()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
        let one = format!(
            "<attachment fileName=\"bilag.pdf\" mediaType=\"application/pdf\"><file path=\"bilag.pdf\" sha256=\"{sha256}\"/></attachment>"
        );
        let list = format!("<attachments>{}</attachments>", one.repeat(times));
        mailing = mailing.letter("1", PERSON, &own, "<delivery>print</delivery>", &list);
        let (requests, findings) = mailing.run();
        assert_eq!(requests.len(), 1, "{findings}");
        requests[0].1.len()
    };
    let (one, many) = (length(1), length(20));
    assert!(many < one + one / 2, "{one} bytes, and {many} with twenty");
}
