//! The real program on real files: what a user, cron, an operator and a receiver see.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

#[path = "program/same_letters.rs"]
mod same_letters;
mod support;

use support::files::tree;
use support::program::{Bench, code, errors, json};
use support::tools::second_opinion;

const EXAMPLE: &str = "fixtures/example/mailing.xml";

fn outbox(ran: &Output) -> PathBuf {
    support::program::outbox(&json(ran))
}

#[test]
fn the_shipped_example_goes_through_and_the_books_balance() {
    let bench = Bench::new();
    let ran = bench.run("home", EXAMPLE, &[]);
    assert_eq!(code(&ran), 0, "{}", errors(&ran));
    let said = json(&ran);
    for key in [
        "batch", "outbox", "letters", "digital", "print", "held", "rejected", "findings", "seconds",
    ] {
        assert!(!said[key].is_null(), "{key} is missing");
    }
    let number = |key: &str| said[key].as_u64().unwrap();
    assert_eq!(number("letters"), 250);
    assert_eq!(
        number("letters"),
        number("digital") + number("print") + number("held") + number("rejected")
    );

    // Counted by other programs.
    let outbox = outbox(&ran);
    let files = tree(&outbox);
    let of_kind = |end: &str| {
        files
            .iter()
            .filter(move |(path, _)| path.to_str().unwrap().ends_with(end))
            .collect::<Vec<_>>()
    };
    let mut entries = 0;
    for (path, _) in of_kind(".tar") {
        if let Some(listed) = second_opinion("tar", &["-tf", outbox.join(path).to_str().unwrap()]) {
            entries += listed
                .stdout
                .split(|b| *b == b'\n')
                .filter(|line| !line.is_empty())
                .count() as u64;
        }
    }
    assert_eq!(entries, number("digital"));
    let pieces: usize = of_kind(".pieces.csv")
        .iter()
        .map(|(_, csv)| csv.split(|b| *b == b'\n').count() - 2)
        .sum();
    assert_eq!(pieces as u64, number("print"));
    let ledger = bench.path("home/ledger.sqlite");
    let question = "SELECT fate, count(*) FROM letters GROUP BY fate ORDER BY fate";
    if let Some(answer) = second_opinion(
        "sqlite3",
        &["-readonly", ledger.to_str().unwrap(), question],
    ) {
        let expected = format!("digital|{}\nprint|{}\n", number("digital"), number("print"));
        assert_eq!(String::from_utf8(answer.stdout).unwrap(), expected);
    }
    for (path, _) in of_kind(".pdf") {
        if let Some(checked) =
            second_opinion("qpdf", &["--check", outbox.join(path).to_str().unwrap()])
        {
            assert!(
                checked.status.success(),
                "{}",
                String::from_utf8_lossy(&checked.stdout)
            );
        }
    }

    let verified = bench.lettermill(&["verify", outbox.to_str().unwrap()]);
    assert_eq!(
        code(&verified),
        0,
        "{}",
        String::from_utf8_lossy(&verified.stdout)
    );

    // A second run of the same mailing.
    let again = bench.run("home", EXAMPLE, &[]);
    assert_eq!(code(&again), 12);
    assert!(
        errors(&again).contains(said["batch"].as_str().unwrap()),
        "{}",
        errors(&again)
    );
    assert_eq!(tree(&outbox), files);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let bench = Bench::new();
    let one = bench.run("one", EXAMPLE, &["--threads", "1"]);
    let three = bench.run("three", EXAMPLE, &["--threads", "3"]);
    assert_eq!((code(&one), code(&three)), (0, 0), "{}", errors(&one));
    let (one, three) = (tree(&outbox(&one)), tree(&outbox(&three)));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        three.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in &one {
        assert!(three[path] == *bytes, "{} differs", path.display());
    }
}

#[test]
fn a_changed_byte_anywhere_is_found_by_the_receiver() {
    let bench = Bench::new();
    let ran = bench.run("home", EXAMPLE, &[]);
    let outbox = outbox(&ran);
    for (path, bytes) in tree(&outbox) {
        let mut damaged = bytes.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        fs::write(outbox.join(&path), damaged).unwrap();
        let verified = bench.lettermill(&["verify", outbox.to_str().unwrap()]);
        assert_ne!(code(&verified), 0, "{} can be changed", path.display());
        fs::write(outbox.join(&path), bytes).unwrap();
    }
    assert_eq!(
        code(&bench.lettermill(&["verify", outbox.to_str().unwrap()])),
        0
    );
    fs::write(outbox.join("extra"), "x").unwrap();
    assert_eq!(
        code(&bench.lettermill(&["verify", outbox.to_str().unwrap()])),
        14
    );
}

#[test]
fn a_user_without_a_folder_gets_the_development_key_in_the_home() {
    let bench = Bench::new();
    let nowhere = bench.write("a-file", "no folder");
    let home = bench.path("home");
    let ran = bench
        .command(&["run", "--out", home.to_str().unwrap(), EXAMPLE])
        .env("HOME", nowhere)
        .output()
        .unwrap();
    assert_eq!(code(&ran), 0, "{}", errors(&ran));
    assert_eq!(tree(&home.join("keys")).len(), 1);
}

#[test]
fn a_mailing_is_not_signed_with_the_key_of_another_organisation() {
    let bench = Bench::new();
    let key = |name: &str, organisation: &str| {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        let names = &mut params.distinguished_name;
        names.push(rcgen::DnType::CustomDnType(vec![2, 5, 4, 5]), organisation);
        names.push(rcgen::DnType::CommonName, name);
        let pair =
            rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
        let pair = pair.unwrap();
        let certificate = params.self_signed(&pair).unwrap();
        let path = bench.write(name, &(pair.serialize_pem() + &certificate.pem()));
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    };
    key("own.pem", "162021004748");
    key("other.pem", "162021003898");
    key("relay.pem", "165568402266");
    let run = |home: &str, job: &str| {
        let snapshot = format!(
            "{}/fixtures/example/registry.snapshot",
            env!("CARGO_MANIFEST_DIR")
        );
        let whole = fs::read_to_string("fixtures/example/lettermill.toml").unwrap();
        let whole = whole.replace("registry.snapshot", &snapshot);
        let job = bench.write(&format!("{home}.toml"), format!("{whole}\n{job}"));
        let ran = bench.run(home, EXAMPLE, &["--job", &job]);
        (code(&ran), errors(&ran))
    };
    let named = |role: &str, name: &str| format!("[keys.{role}]\nkey = \"{name}.pem\"\n");
    for (home, job) in [
        ("alone", named("sender", "other")),
        ("relay", named("sender", "other") + &named("relay", "relay")),
    ] {
        let (code, said) = run(home, &job);
        assert_eq!(code, 10, "{said}");
        assert!(said.contains("organisation 162021003898"), "{said}");
        assert!(
            said.contains("hint: name the sender's own key in [keys.sender]"),
            "{said}"
        );
        assert!(!bench.path(home).join("outbox").exists());
    }
    for (home, job) in [
        ("own", named("sender", "own")),
        ("both", named("sender", "own") + &named("relay", "relay")),
        ("for", named("sender", "other") + &named("relay", "other")),
    ] {
        let (code, said) = run(home, &job);
        assert_eq!(code, 0, "{said}");
    }
}

#[test]
fn real_mail_is_not_signed_with_a_development_key() {
    let bench = Bench::new();
    let text = fs::read_to_string(EXAMPLE)
        .unwrap()
        .replace("<environment>test<", "<environment>production<");
    let mailing = bench.write("mailing.xml", &text);
    let ran = bench.run("home", &mailing, &[]);
    assert_eq!(code(&ran), 10, "{}", errors(&ran));
    assert!(
        errors(&ran).contains("development key") && errors(&ran).contains("hint:"),
        "{}",
        errors(&ran)
    );
    assert!(!bench.path("home/outbox").exists() || tree(&bench.path("home/outbox")).is_empty());
}

#[test]
fn a_file_that_is_no_whole_mailing_is_refused_and_leaves_nothing() {
    let bench = Bench::new();
    let whole = fs::read_to_string(EXAMPLE).unwrap();
    let cut = &whole[..whole.find("</letter>").unwrap() + 40_000];
    let cases = [
        ("empty.xml", String::new(), "empty"),
        ("cut.xml", cut.to_owned(), "byte"),
        ("text.xml", "no markup at all".to_owned(), "byte"),
        ("root.xml", "<letters/>".to_owned(), "mailing"),
        (
            "doctype.xml",
            format!(
                "<!DOCTYPE x [<!ENTITY a \"b\">]>{}",
                &whole[whole.find("<mailing").unwrap()..]
            ),
            "DOCTYPE",
        ),
        (
            "count.xml",
            whole.replacen("<letterCount>250<", "<letterCount>251<", 1),
            "251",
        ),
        (
            "tags.xml",
            whole.replacen("</subject>", "</Subject>", 1),
            "byte",
        ),
    ];
    for (name, text, expected) in cases {
        let mailing = bench.write(name, &text);
        let ran = bench.run("home", &mailing, &[]);
        assert_eq!(code(&ran), 11, "{name}: {}", errors(&ran));
        let said = errors(&ran).to_lowercase();
        assert!(
            said.contains(&expected.to_lowercase()) && said.contains(name),
            "{name}: {said}"
        );
        assert!(ran.stdout.is_empty());
    }
    let missing = bench.run("home", "no/such/file.xml", &[]);
    assert_eq!(code(&missing), 11);
    assert!(errors(&missing).contains("no/such/file.xml"));
    let outbox = bench.path("home/outbox");
    assert!(!outbox.exists() || tree(&outbox).is_empty());
    let work = bench.path("home/work");
    assert!(
        !work.exists() || tree(&work).is_empty(),
        "letters are left in the work folder"
    );
    // After all that, the good one goes through.
    assert_eq!(code(&bench.run("home", EXAMPLE, &[])), 0);
}

/// The example with the first letter's subject taken out.
fn with_one_bad_letter() -> String {
    let text = fs::read_to_string(EXAMPLE).unwrap();
    let start = text.find("<subject>").unwrap();
    let end = start + text[start..].find("</subject>").unwrap() + "</subject>".len();
    format!("{}{}", &text[..start], &text[end..])
}

#[test]
fn a_bad_letter_is_rejected_mended_and_sent_alone() {
    let bench = Bench::new();
    let mailing = bench.write("mailing.xml", with_one_bad_letter());
    let snapshot = Path::new(EXAMPLE).with_file_name("registry.snapshot");
    fs::copy(snapshot, bench.path("registry.snapshot")).unwrap();
    let ran = bench.run("home", &mailing, &[]);
    assert_eq!(code(&ran), 3, "{}", errors(&ran));
    assert_eq!(
        (
            json(&ran)["rejected"].as_u64(),
            json(&ran)["letters"].as_u64()
        ),
        (Some(1), Some(250))
    );
    let outbox = outbox(&ran);
    let findings = fs::read_to_string(outbox.join("findings.csv")).unwrap();
    assert!(
        findings.contains("schema.invalid") && findings.contains("subject"),
        "{findings}"
    );

    let rejected = fs::read_to_string(outbox.join("rejected/rejected.xml")).unwrap();
    let mended = rejected.replacen(
        "<content>",
        "<subject>Rättat ärende</subject>\n    <content>",
        1,
    );
    let mended = bench.write("mended.xml", &mended);
    if let Some(checked) = second_opinion(
        "xmllint",
        &["--noout", "--schema", "schemas/mailing-1.xsd", &mended],
    ) {
        assert!(
            checked.status.success(),
            "{}",
            String::from_utf8_lossy(&checked.stderr)
        );
    }
    let again = bench.run("home", &mended, &[]);
    assert_eq!(code(&again), 0, "{}", errors(&again));
    assert_eq!(json(&again)["letters"], 1);

    // The whole file once more, mended: every letter has been sent.
    let whole = bench.run("home", EXAMPLE, &[]);
    assert_eq!(json(&whole)["rejected"], 250, "{}", errors(&whole));
    assert_eq!(code(&whole), 4);
    // Nobody is told to correct what went out, and send it once more.
    let held = PathBuf::from(json(&whole)["outbox"].as_str().unwrap());
    assert!(!held.join("rejected").exists());
    let page = fs::read_to_string(held.join("report.html")).unwrap();
    assert!(
        page.contains("An earlier batch has sent the letter"),
        "{page}"
    );
    assert!(!page.contains("must be corrected"), "{page}");
}

#[test]
fn a_batch_that_a_crash_left_ready_is_sent_by_the_next_start_with_its_report() {
    let bench = Bench::new();
    let ran = bench.run("home", EXAMPLE, &[]);
    let batch = json(&ran)["batch"].as_str().unwrap().to_owned();
    let home = bench.path("home");
    let (sent, ready) = (
        home.join("outbox").join(&batch),
        home.join("work").join(&batch),
    );
    let report = home.join("reports").join(&batch);
    fs::rename(&sent, ready).unwrap();
    fs::remove_dir_all(&report).unwrap();
    let ledger = rusqlite::Connection::open(home.join("ledger.sqlite")).unwrap();
    ledger
        .execute("UPDATE batches SET state = 'ready'", [])
        .unwrap();
    drop(ledger);
    let again = bench.run("home", EXAMPLE, &[]);
    assert_eq!(code(&again), 12, "{}", errors(&again));
    assert!(errors(&again).contains("is sent now"), "{}", errors(&again));
    assert_eq!(
        code(&bench.lettermill(&["verify", sent.to_str().unwrap()])),
        0
    );
    let of_batch = fs::read(sent.join("report.html")).unwrap();
    assert_eq!(fs::read(report.join("report.html")).unwrap(), of_batch);
}

/// The questions of `docs/formats-ledger.md`, asked as they stand there.
#[test]
fn sqlite_answers_the_questions_that_come_up_at_night() {
    if second_opinion("sqlite3", &["--version"]).is_none() {
        return;
    }
    let bench = Bench::new();
    let ran = bench.run("home", EXAMPLE, &[]);
    assert_eq!(code(&ran), 0, "{}", errors(&ran));
    let docs = fs::read_to_string("docs/formats-ledger.md").unwrap();
    let (_, after) = docs.split_once("```sh\nsqlite3").unwrap();
    let questions = format!("sqlite3{}", after.split_once("```").unwrap().0)
        .replace("night.1", json(&ran)["batch"].as_str().unwrap());
    let asked = Command::new("sh")
        .args(["-ec", &questions])
        .current_dir(bench.path("home"))
        .output()
        .unwrap();
    let answers = String::from_utf8_lossy(&asked.stdout);
    assert!(
        asked.status.success(),
        "{}",
        String::from_utf8_lossy(&asked.stderr)
    );
    assert!(
        answers.contains("sent|250|") && answers.contains("digital|reachable|"),
        "{answers}"
    );
}

#[test]
fn a_batch_that_there_is_not_is_told_and_no_home_is_made() {
    let bench = Bench::new();
    let home = bench.text("home");
    for args in [
        &["release", "--out", &home, "night.1"][..],
        &["withdraw", "--out", &home, "--why", "no paper", "night.1"],
    ] {
        let said = bench.lettermill(args);
        assert_eq!(code(&said), 15, "{}", errors(&said));
        assert!(!bench.path("home").exists());
    }
    assert_eq!(code(&bench.run("home", EXAMPLE, &[])), 0);
    let said = bench.lettermill(&["release", "--out", &home, "night.1"]);
    assert_eq!(code(&said), 15);
    assert!(
        errors(&said).contains("does not exist"),
        "{}",
        errors(&said)
    );
}

#[test]
fn too_many_rejects_hold_the_batch_back_for_a_person() {
    let bench = Bench::new();
    let mailing = bench.write("mailing.xml", with_one_bad_letter());
    let job = bench.write("strict.toml", "[release]\nmax_rejected_percent = 0.1\n");
    let ran = bench.run("home", &mailing, &["--job", &job]);
    assert_eq!(code(&ran), 4, "{}", errors(&ran));
    let said = json(&ran);
    assert_eq!(said["held_back"], true);
    let batch = said["batch"].as_str().unwrap();
    assert!(outbox(&ran).starts_with(bench.path("home/held")));
    let home = bench.path("home");
    let home = home.to_str().unwrap();
    assert_eq!(code(&bench.run("home", &mailing, &["--job", &job])), 12);
    let released = bench.lettermill(&["release", "--out", home, batch]);
    assert_eq!(code(&released), 0, "{}", errors(&released));
    let folder = bench.path("home/outbox").join(batch);
    assert_eq!(
        code(&bench.lettermill(&["verify", folder.to_str().unwrap()])),
        0
    );
    assert_eq!(
        code(&bench.lettermill(&["withdraw", "--out", home, "--why", "too late", batch])),
        12
    );
}

#[test]
fn a_killed_run_is_done_again_with_the_same_bytes() {
    let bench = Bench::new();
    let whole = bench.run("whole", EXAMPLE, &[]);
    assert_eq!(code(&whole), 0);
    let out = bench.path("killed");
    let mut child = bench
        .command(&[
            "run",
            "--threads",
            "1",
            "--out",
            out.to_str().unwrap(),
            EXAMPLE,
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let work = out.join("work");
    let begun = Instant::now();
    // As soon as there is something in the work folder.
    let something = || fs::read_dir(&work).is_ok_and(|mut entries| entries.next().is_some());
    while begun.elapsed() < Duration::from_secs(20) && !something() {
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        !out.join("outbox").exists() || tree(&out.join("outbox")).is_empty(),
        "it was too fast to be killed"
    );
    let again = bench.run("killed", EXAMPLE, &[]);
    assert_eq!(code(&again), 0, "{}", errors(&again));
    assert!(tree(&outbox(&whole)) == tree(&outbox(&again)));
    assert!(tree(&work).is_empty());
}

#[test]
fn a_released_batch_stays_released_when_the_report_cannot_be_copied() {
    let bench = Bench::new();
    fs::create_dir(bench.path("home")).unwrap();
    fs::write(bench.path("home/reports"), "in the way").unwrap();
    let ran = bench.run("home", EXAMPLE, &[]);
    assert_eq!(code(&ran), 0, "{}", errors(&ran));
    assert!(
        errors(&ran).contains("note: the report"),
        "{}",
        errors(&ran)
    );
    assert!(outbox(&ran).join("report.html").is_file());
}

#[test]
fn no_person_number_leaves_the_letters() {
    let bench = Bench::new();
    let mailing = bench.write("mailing.xml", with_one_bad_letter());
    let ran = bench.run("home", &mailing, &[]);
    let text = fs::read_to_string(&mailing).unwrap();
    let numbers: Vec<&str> = text
        .split("<personNumber>")
        .skip(1)
        .map(|rest| &rest[..rest.find('<').unwrap()])
        .collect();
    assert!(numbers.len() > 100);
    let mut open = tree(&bench.path("home"));
    // These hold the letters themselves.
    open.retain(|path, _| {
        let path = path.to_str().unwrap();
        !(path.ends_with(".tar")
            || path.ends_with(".pdf")
            || path.ends_with("rejected.xml")
            || path.ends_with("held.xml"))
    });
    assert!(open.keys().any(|path| path.ends_with("ledger.sqlite")));
    let said = [ran.stdout.clone(), ran.stderr.clone()].concat();
    for (path, bytes) in open
        .iter()
        .map(|(path, bytes)| (path.to_str().unwrap(), bytes))
        .chain([("stdout", &said)])
    {
        for number in &numbers {
            assert!(
                memchr::memmem::find(bytes, number.as_bytes()).is_none(),
                "{path} holds a person number"
            );
            assert!(!path.contains(number));
        }
    }
}

#[test]
fn a_dry_run_writes_nothing_and_says_the_same() {
    let bench = Bench::new();
    let out = bench.path("home");
    let check = |more: &[&str]| {
        let mut arguments = vec!["check", "--json", "--out", out.to_str().unwrap()];
        arguments.extend(more);
        arguments.push(EXAMPLE);
        bench.lettermill(&arguments)
    };
    let (quick, full) = (check(&[]), check(&["--full"]));
    assert_eq!((code(&quick), code(&full)), (0, 0), "{}", errors(&full));
    assert!(tree(bench.folder()).is_empty());
    let ran = bench.run("home", EXAMPLE, &[]);
    for key in ["letters", "digital", "print", "held", "rejected"] {
        assert_eq!(json(&quick)[key], json(&ran)[key]);
    }
    for key in ["pieces", "pages", "sheets"] {
        assert_eq!(json(&full)[key], json(&ran)[key], "{key}");
    }
    // Now that it is sent, that is said: of the file itself, and of each letter of another file of this mailing.
    let notes = json(&check(&[]))["notes"].to_string();
    assert!(notes.contains("a run would refuse it"), "{notes}");
    let other = bench.write(
        "other.xml",
        format!("{}\n", fs::read_to_string(EXAMPLE).unwrap()),
    );
    let of_other = bench.lettermill(&["check", "--json", "--out", out.to_str().unwrap(), &other]);
    assert_eq!(
        json(&of_other)["rejected"],
        json(&ran)["letters"],
        "{}",
        errors(&of_other)
    );
    let notes = json(&of_other)["notes"].to_string();
    assert!(notes.contains("hold the batch back"), "{notes}");
}

#[test]
fn status_and_show_tell_the_history() {
    let bench = Bench::new();
    let home = bench.path("home");
    let home = home.to_str().unwrap();
    assert_eq!(code(&bench.lettermill(&["status", "--out", home])), 15);
    let ran = bench.run("home", EXAMPLE, &[]);
    let batch = json(&ran)["batch"].as_str().unwrap().to_owned();
    let status = bench.lettermill(&["status", "--out", home]);
    let status = String::from_utf8(status.stdout).unwrap();
    assert!(
        status.contains(&batch) && status.contains("sent"),
        "{status}"
    );
    let text = fs::read_to_string(EXAMPLE).unwrap();
    let start = text.find("<letter id=\"").unwrap() + "<letter id=\"".len();
    let id = &text[start..start + text[start..].find('"').unwrap()];
    let shown = bench.lettermill(&["show", "--out", home, id]);
    assert!(String::from_utf8(shown.stdout).unwrap().contains(&batch));
    let unknown = bench.lettermill(&["show", "--out", home, "no-such-letter"]);
    assert_eq!(code(&unknown), 15);
    assert!(errors(&unknown).contains("hint:"));
}

#[test]
fn two_runs_do_not_own_a_ledger_at_once() {
    let bench = Bench::new();
    let home = bench.path("home");
    fs::create_dir(&home).unwrap();
    let lock = fs::File::create(home.join("ledger.lock")).unwrap();
    lock.lock().unwrap();
    let ran = bench.run("home", EXAMPLE, &[]);
    assert_eq!(code(&ran), 12, "{}", errors(&ran));
    assert!(errors(&ran).contains("in use"), "{}", errors(&ran));
}

#[test]
fn shell_completions_and_the_manual_page_name_every_command() {
    let bench = Bench::new();
    let said = [
        bench.lettermill(&["completions", "bash"]),
        bench.lettermill(&["man"]),
        bench.lettermill(&["--help"]),
    ];
    for output in &said {
        assert_eq!(code(output), 0);
        let text = String::from_utf8_lossy(&output.stdout);
        for command in [
            "run", "check", "status", "show", "verify", "registry", "sample",
        ] {
            assert!(text.contains(command), "{command}");
        }
    }
}

#[test]
fn a_wrong_job_file_is_refused_before_anything_is_read() {
    let bench = Bench::new();
    let job = bench.write("job.toml", "[print]\nsheets = 3\n");
    let ran = bench.run("home", EXAMPLE, &["--job", &job]);
    assert_eq!(code(&ran), 10);
    assert!(
        errors(&ran).contains("job.toml") && errors(&ran).contains("sheets"),
        "{}",
        errors(&ran)
    );
    assert!(!bench.path("home").exists());
}

/// Findings of a mailing run with a job file, each as "letter code".
fn found(bench: &Bench, name: &str, mailing: &str, job: &str) -> Vec<String> {
    let job = bench.write(&format!("{name}.toml"), job);
    let ran = bench.run(name, mailing, &["--job", &job]);
    assert!([3, 4].contains(&code(&ran)), "{name}: {}", errors(&ran));
    let findings = fs::read_to_string(outbox(&ran).join("findings.csv")).unwrap();
    let cells = findings
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>());
    cells
        .map(|cells| format!("{} {}", cells[0], cells[4]))
        .collect()
}

#[test]
fn what_only_paper_shows_is_found_on_paper() {
    let bench = Bench::new();
    for code in [
        "content.unprintable",
        "pdf.unprintable",
        "print.insert",
        "print.sheets",
    ] {
        let mailing = format!("fixtures/business/{code}.xml");
        let text = fs::read_to_string(&mailing).unwrap();
        let bad = text.matches("<letter id=\"bad-").count();
        let found = found(&bench, code, &mailing, "[print]\npages_max = 1000\n");
        let of_bad = |n: usize| found.iter().any(|line| *line == format!("bad-{n} {code}"));
        assert!((1..=bad).all(of_bad), "{code}: {found:?}");
        assert!(
            !found.iter().any(|line| line.starts_with("good-")),
            "{code}: {found:?}"
        );
    }
    let light = "[print]\npostage_steps_g = [1]\n";
    let found = found(
        &bench,
        "weight",
        "fixtures/business/print.insert.xml",
        light,
    );
    assert!(
        found.contains(&"good-1 print.weight".to_owned()),
        "{found:?}"
    );
}
