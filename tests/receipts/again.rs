//! Letters that are run again, through the real program: never twice, never an unknown one, held rather than guessed.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lettermill::clock::SystemClock;
use lettermill::disk::{self, WrittenFile};
use lettermill::ledger::{LetterRow, Mailing, Totals};
use lettermill::letter::{Environment, Fate};

use crate::common::{check_books, open_ledger};
use crate::nights::*;
use crate::support::tools::second_opinion;

const LAX: &str = "[release]\nmax_rejected_percent = 100.0\n";
const SF1601: &str = "[digital]\ndenmark = \"sf1601\"\n";

/// A time so many seconds from now.
fn seconds_from_now(seconds: i64) -> String {
    let at = Timestamp::now().saturating_add(SignedDuration::from_secs(seconds));
    format!("{:.3}", at.unwrap())
}

fn wishing<'b>(id: &'b str, to: &'b str, wishes: &'b str) -> Brief<'b> {
    Brief {
        wishes,
        ..brief(id, to)
    }
}

#[test]
fn what_is_sent_to_digital_by_a_person_is_never_printed() {
    let digital = "<delivery>digital</delivery>";
    let letters = [
        wishing("wished", SWEDES[0], digital),
        brief("left", SWEDES[1]),
        brief("large", SWEDES[2]),
    ];
    let reachable = [(SWEDES[1], "reachable"), (SWEDES[2], "reachable")];
    let registry = [&reachable[..], &[(SWEDES[0], "no-mailbox")]].concat();
    let nights = Nights::new(&mailing("SE", "n", &letters), "", &registry);
    assert_eq!(fates(&nights.run(&[])), [2, 0, 1, 0]);
    assert_eq!(nights.history("wished"), ["n.1 held digital-only"]);
    let again = nights.rerun("n.1", &["--held", "--to", "digital"]);
    assert_eq!(fates(&again), [0, 0, 1, 0], "{}", said(&again));
    assert_eq!(nights.history("wished")[1], "n.2 held not-reachable");

    // Refused, and then gone from the registry, or too large for the job of today.
    for letter in ["left", "large"] {
        nights.answer(&nights.message(letter), false, "t-1");
    }
    nights.ask(&[(SWEDES[2], "reachable")]);
    nights.file(
        "lettermill.toml",
        "[mina_meddelanden]\nmessage_bytes_max = 2000\n",
    );
    let again = nights.rerun("n.1", &["--undelivered", "--to", "digital"]);
    assert_eq!(fates(&again), [0, 0, 2, 0], "{}", said(&again));
    assert_eq!(nights.history("left")[1], "n.3 held not-reachable");
    assert_eq!(nights.history("large")[1], "n.3 held too-large");
}

#[test]
fn what_only_the_rules_forbid_a_person_does_not_send_either() {
    let digital = "<delivery>digital</delivery>";
    let legal = "<legalNotification>true</legalNotification>";
    let both = format!("<mandatory>true</mandatory>{legal}");
    let letters = [
        wishing("no-right", DANE, legal),
        wishing("exempt", "0204585008", &both),
        wishing("young", YOUNG_DANE, digital),
    ];
    let registry = [
        (DANE, "reachable"),
        ("0204585008", "exempt"),
        (YOUNG_DANE, "reachable"),
    ];
    let job = "[route]\nrights = [\"mandatory-post\"]\n";
    let nights = Nights::new(&mailing("DK", "n", &letters), job, &registry);
    assert_eq!(fates(&nights.run(&[])), [0, 0, 3, 0]);
    let again = nights.rerun("n.1", &["--held", "--to", "digital"]);
    assert_eq!(fates(&again), [0, 0, 3, 0], "{}", said(&again));
    for (letter, reason) in [
        ("no-right", "legal-notification-not-allowed"),
        ("exempt", "legal-notification-not-allowed"),
        ("young", "minor"),
    ] {
        assert_eq!(nights.history(letter)[1], format!("n.2 held {reason}"));
    }

    let job = "[route]\noperators_supported = [\"165568402267\"]\n";
    let letters = [wishing("elsewhere", SWEDES[0], digital)];
    let nights = Nights::new(
        &mailing("SE", "n", &letters),
        job,
        &[(SWEDES[0], "reachable")],
    );
    nights.run(&[]);
    let again = nights.rerun("n.1", &["--held", "--to", "digital"]);
    assert_eq!(fates(&again), [0, 0, 1, 0], "{}", said(&again));
    assert_eq!(
        nights.history("elsewhere")[1],
        "n.2 held operator-not-supported"
    );
}

/// A status of Serviceplatformen about a letter on paper, or a digital one.
fn post_status(message_id: &str, channel: &str, status: &str, time: &str) -> String {
    let id = match channel {
        "Fysisk Post" => format!("<AfsendelseIdentifikator>{message_id}</AfsendelseIdentifikator>"),
        _ => format!("<MessageUUID>{message_id}</MessageUUID>"),
    };
    format!(
        "<PKO_PostStatus xmlns=\"http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types\">{id}\
         <KanalKode>{channel}</KanalKode><TransaktionsDatoTid>{time}</TransaktionsDatoTid>\
         <TransaktionsStatusKode>{status}</TransaktionsStatusKode></PKO_PostStatus>"
    )
}

#[test]
fn a_request_for_paper_that_failed_is_shown_and_made_once_more() {
    let nights = Nights::new(&mailing("DK", "n", &[brief("L", DANE)]), SF1601, &[]);
    assert_eq!(fates(&nights.run(&[])), [0, 1, 0, 0]);
    let message = nights.message("L");
    let failed = |time: &str| post_status(&message, "Fysisk Post", "Fejlet", time);
    let time = seconds_from_now(1);
    assert_eq!(code(&nights.back("status.xml", &failed(&time))), 3);
    let shown = nights.at_home(&["receipts", "show"], &[]);
    assert!(
        said(&shown).contains("letter L: refused"),
        "{}",
        said(&shown)
    );
    assert!(
        said(&shown).contains("on paper by request: 0 delivered, 1 refused"),
        "{}",
        said(&shown)
    );
    let shown = json(&nights.at_home(&["receipts", "show"], &["--json"]));
    assert_eq!(shown["batches"][0]["paper"]["refused"], 1, "{shown}");

    std::thread::sleep(Duration::from_secs(2)); // The second request is sent after the status.
    let print = ["--undelivered", "--to", "print"];
    let again = nights.rerun("n.1", &print);
    assert_eq!(fates(&again), [0, 1, 0, 0], "{}", said(&again));
    assert_eq!(code(&nights.rerun("n.1", &print)), 15);
    // The same letter, so the same id: who takes it twice can tell. What is said now is about the second request.
    let shown = json(&nights.at_home(&["show"], &["--json", "L"]));
    assert_eq!(shown["history"][1]["message_id"], message.as_str());
    assert_eq!(code(&nights.rerun("n.2", &print)), 15);
    nights.back("late.xml", &failed(&time)); // Said once more.
    assert_eq!(nights.state("L"), serde_json::Value::Null);
    nights.back("status.xml", &failed(&seconds_from_now(5)));
    assert_eq!(nights.state("L"), "refused");
    assert_eq!(fates(&nights.rerun("n.2", &print)), [0, 1, 0, 0]);
    check_books(&nights.home());
}

#[test]
fn a_letter_with_the_id_of_another_never_takes_its_place() {
    let letters = [
        brief("A", SWEDES[0]),
        brief("B", SWEDES[1]),
        brief("A", SWEDES[2]),
    ];
    let registry = SWEDES.map(|number| (number, "reachable"));
    let nights = Nights::new(&mailing("SE", "n", &letters), LAX, &registry);
    assert_eq!(fates(&nights.run(&[])), [2, 0, 0, 1]);
    nights.answer(&nights.message("A"), false, "t-1");
    let again = nights.rerun("n.1", &["--held"]);
    assert_eq!(code(&again), 15, "{}", said(&again));
    assert!(
        said(&again).contains("1 have the id of an earlier letter"),
        "{}",
        said(&again)
    );
    let again = nights.rerun("n.1", &["--undelivered", "--to", "print"]);
    assert_eq!(fates(&again), [0, 1, 0, 0], "{}", said(&again));
    let db = rusqlite::Connection::open(nights.path("home/ledger.sqlite")).unwrap();
    let printed: u32 = db
        .query_row("SELECT seq FROM letters WHERE fate = 'print'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(printed, 0);
}

#[test]
fn a_late_answer_without_a_time_does_not_print_what_was_sent_again() {
    let registry = [(SWEDES[0], "reachable")];
    let nights = Nights::new(&mailing("SE", "n", &[brief("L", SWEDES[0])]), "", &registry);
    nights.run(&[]);
    let message = nights.message("L");
    nights.answer(&message, false, "t-1");
    let digital = nights.rerun("n.1", &["--undelivered", "--to", "digital"]);
    assert_eq!(fates(&digital), [1, 0, 0, 0], "{}", said(&digital));
    let late = nights.answer(&message, false, "t-2"); // Of the first or of the second? Nobody knows.
    assert_eq!(json(&late)["unknown"], 1, "{}", said(&late));
    assert_eq!(nights.state("L"), "unknown");
    let print = ["--undelivered", "--to", "print"];
    assert_eq!(code(&nights.rerun("n.2", &print)), 15);
    let settle = ["--as", "refused", "--why", "asked Kivra", &message];
    let settled = nights.at_home(&["receipts", "settle"], &settle);
    assert_eq!(code(&settled), 0, "{}", said(&settled));
    assert_eq!(fates(&nights.rerun("n.2", &print)), [0, 1, 0, 0]);
    check_books(&nights.home());
}

#[test]
fn what_is_unknown_stays_so_until_it_is_settled() {
    let registry = [(SWEDES[0], "reachable")];
    let nights = Nights::new(&mailing("SE", "n", &[brief("L", SWEDES[0])]), "", &registry);
    nights.run(&[]);
    let message = nights.message("L");
    nights.fault(&message);
    nights.answer(&message, false, "t-1");
    assert_eq!(nights.state("L"), "unknown");
    let print = ["--undelivered", "--to", "print"];
    assert_eq!(code(&nights.rerun("n.1", &print)), 15);
    let settle = ["--as", "refused", "--why", "asked Kivra", &message];
    nights.at_home(&["receipts", "settle"], &settle);
    assert_eq!(fates(&nights.rerun("n.1", &print)), [0, 1, 0, 0]);
    check_books(&nights.home());
}

#[test]
fn a_later_refusal_ends_an_unknown_one_but_never_a_recall() {
    let letters = [brief("recalled", DANE), brief("failed", "0204585008")];
    let registry = [(DANE, "reachable"), ("0204585008", "reachable")];
    let nights = Nights::new(&mailing("DK", "n", &letters), SF1601, &registry);
    nights.run(&[]);
    for (letter, first) in [("recalled", "Tilbagekaldt"), ("failed", "Noget andet")] {
        let message = nights.message(letter);
        for (seconds, status) in [(1, first), (2, "Fejlet")] {
            let time = seconds_from_now(seconds);
            let status = post_status(&message, "Digital Post", status, &time);
            nights.back("status.xml", &status);
        }
    }
    assert_eq!(nights.state("recalled"), "unknown");
    assert_eq!(nights.state("failed"), "refused");
    let again = nights.rerun("n.1", &["--undelivered", "--to", "print"]);
    assert_eq!(fates(&again), [0, 1, 0, 0], "{}", said(&again));
    check_books(&nights.home());
}

#[test]
fn one_fault_of_the_message_among_its_refusals_is_enough() {
    let registry = [(DANE, "reachable")];
    let nights = Nights::new(&mailing("DK", "n", &[brief("L", DANE)]), "", &registry);
    nights.run(&[]);
    let message = nights.message("L");
    for (seconds, code) in [(1, "recipient.not.found"), (2, "file.empty.not.allowed")] {
        nights.receipt(&message, "INVALID", code, &seconds_from_now(seconds));
    }
    let again = nights.rerun("n.1", &["--undelivered", "--to", "print"]);
    assert_eq!(code(&again), 15, "{}", said(&again));
    assert!(said(&again).contains("--even-faulty"), "{}", said(&again));
}

/// Makes a rerun of `n.1` that a person, or the next start, must decide about.
fn promise(nights: &Nights, held: bool) {
    let clock = SystemClock;
    let (mut ledger, _) = open_ledger(&nights.home(), &clock).unwrap();
    let source = fs::read(nights.path("mailing.xml")).unwrap();
    let path = nights.path("mailing.xml");
    let mailing = Mailing {
        mailing_id: "n",
        source_sha256: disk::sha256(&source),
        letters_sha256: disk::sha256(&source),
        why_again: None,
        source_bytes: source.len() as u64,
        source_path: &path,
        job_sha256: [9; 32],
        date: jiff::civil::date(2026, 11, 20),
        environment: Environment::Test,
        sender_organisation: "162021004748",
    };
    let mut batch = ledger.begin_rerun(&mailing, "n.1", "by hand").unwrap();
    let message = nights.message("L");
    batch
        .record(&[LetterRow {
            seq: 0,
            letter_id: "L",
            fate: Fate::Digital,
            reason: "undelivered",
            target: "kivra",
            message_id: Some(&message),
            delivery: None,
            notice: None,
            sha256: None,
            path: "",
        }])
        .unwrap();
    disk::write_whole(&batch.folder().join("1.tar"), b"a bundle").unwrap();
    let file = WrittenFile {
        path: "1.tar".into(),
        size: 8,
        sha256: disk::sha256(b"a bundle"),
    };
    let totals = Totals {
        letters: 1,
        digital: 1,
        ..Totals::default()
    };
    if held {
        let ready = batch.ready_to_hold(&[file], &totals, "why").unwrap();
        ready.hold_back().unwrap();
    } else {
        let _ = batch.ready(&[file], &totals).unwrap(); // And then the power fails.
    }
}

fn refused_night() -> Nights {
    let letters = [brief("L", SWEDES[0])];
    let registry = [(SWEDES[0], "reachable")];
    let nights = Nights::new(&mailing("SE", "n", &letters), "", &registry);
    nights.run(&[]);
    nights.answer(&nights.message("L"), false, "t-1");
    nights
}

#[test]
fn a_held_rerun_is_not_released_when_the_letter_arrived_meanwhile() {
    let nights = refused_night();
    promise(&nights, true);
    nights.answer(&nights.message("L"), true, "t-2");
    let released = nights.at_home(&["release"], &["n.2"]);
    assert_eq!(code(&released), 12, "{}", said(&released));
    for word in ["letter L", "lettermill withdraw n.2", "rerun"] {
        assert!(said(&released).contains(word), "{}", said(&released));
    }
    assert!(nights.path("home/held/n.2").is_dir());
    let withdrawn = nights.at_home(&["withdraw"], &["--why", "it arrived", "n.2"]);
    assert_eq!(code(&withdrawn), 0, "{}", said(&withdrawn));

    // Where nothing came meanwhile it goes out.
    let nights = refused_night();
    promise(&nights, true);
    assert_eq!(code(&nights.at_home(&["release"], &["n.2"])), 0);
}

#[test]
fn what_a_start_finishes_it_tells_whatever_comes_after() {
    let sent = "batch `n.2` was made ready by an earlier run and is sent now";
    let print = ["--undelivered", "--to", "print"];
    let nights = refused_night();
    promise(&nights, false);
    let again = nights.rerun("n.1", &print);
    assert_eq!(code(&again), 15, "{}", said(&again));
    assert!(said(&again).contains(sent), "{}", said(&again));

    let nights = refused_night();
    promise(&nights, false);
    let released = nights.at_home(&["release"], &["n.2"]);
    assert_eq!(code(&released), 12, "{}", said(&released));
    assert!(said(&released).contains(sent), "{}", said(&released));
}

#[test]
fn a_batch_whose_files_are_damaged_can_be_withdrawn() {
    let nights = refused_night();
    promise(&nights, false);
    fs::write(nights.path("home/work/n.2/1.tar"), "a burglar").unwrap();
    let run = nights.rerun("n.1", &["--undelivered", "--to", "print"]);
    assert_eq!(code(&run), 14, "{}", said(&run));
    assert!(said(&run).contains("lettermill withdraw"), "{}", said(&run));
    let withdrawn = nights.at_home(&["withdraw"], &["--why", "damaged", "n.2"]);
    assert_eq!(code(&withdrawn), 0, "{}", said(&withdrawn));
    let again = nights.rerun("n.1", &["--undelivered", "--to", "print"]);
    assert_eq!(fates(&again), [0, 1, 0, 0], "{}", said(&again));
}

#[test]
fn a_notice_that_failed_is_told_and_the_letter_stays_as_it_is() {
    let letters = [Brief {
        behind: "<notification>Du har fået brev</notification>",
        ..brief("L", DANE)
    }];
    let job = "[digital_post]\nnemsms = true\n";
    let nights = Nights::new(&mailing("DK", "n", &letters), job, &[(DANE, "reachable")]);
    nights.run(&[]);
    let index = files(&nights.path("home/outbox"));
    let index = index
        .iter()
        .find(|path| path.to_str().unwrap().ends_with(".index.csv"));
    let index = fs::read_to_string(index.unwrap()).unwrap();
    let notice = index
        .lines()
        .find(|line| line.contains(",notice,"))
        .unwrap();
    let notice = notice.split(',').next().unwrap();
    for (repeated, new) in [(0, 1), (1, 0)] {
        let time = "2026-11-27T08:00:00Z";
        let came = nights.receipt(notice, "INVALID", "sms.not.sent", time);
        assert_eq!(code(&came), 0, "{}", said(&came));
        let tally = json(&came);
        for (key, count) in [
            ("notices", new),
            ("notices_refused", new),
            ("repeated", repeated),
            ("unmatched", 0),
            ("refused", 0),
        ] {
            assert_eq!(tally[key], count, "{key}: {tally}");
        }
    }
    assert_eq!(nights.state("L"), serde_json::Value::Null);
    let again = nights.rerun("n.1", &["--undelivered", "--to", "print"]);
    assert_eq!(code(&again), 15, "{}", said(&again));
    let shown = nights.at_home(&["show"], &["L"]);
    assert!(
        said(&shown).contains("its notice: ") && said(&shown).contains("sms.not.sent"),
        "{}",
        said(&shown)
    );
    check_books(&nights.home());
}

#[test]
fn a_rerun_is_not_held_back_because_its_few_letters_are_still_bad() {
    let letters = [
        brief("good", SWEDES[0]),
        brief("bad", "182702110773"), // A wrong check digit.
    ];
    let nights = Nights::new(&mailing("SE", "n", &letters), LAX, &[]);
    assert_eq!(fates(&nights.run(&[])), [0, 1, 0, 1]);
    nights.file("lettermill.toml", "");
    let again = nights.rerun("n.1", &["--held"]);
    assert_eq!(code(&again), 3, "{}", said(&again));
    assert_eq!(fates(&again), [0, 0, 0, 1]);
}

#[test]
fn an_import_leaves_the_ledger_to_others_while_it_reads() {
    let nights = refused_night();
    let pipe = nights.text("back/answer.xml");
    if second_opinion("mkfifo", &[&pipe]).is_none() {
        return;
    }
    let home = nights.text("home");
    let import = ["receipts", "import", "--out", &home, &pipe];
    let mut reading = Command::new(env!("CARGO_BIN_EXE_lettermill"))
        .args(import)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert!(
        reading.try_wait().unwrap().is_none(),
        "it waits for the pipe"
    );
    drop(open_ledger(Path::new(&home), &SystemClock).unwrap());
    fs::write(&pipe, "not a receipt").unwrap();
    assert_eq!(reading.wait().unwrap().code(), Some(11));
}

#[test]
fn a_mailing_whose_place_is_not_known_must_be_named() {
    let nights = refused_night();
    let db = rusqlite::Connection::open(nights.path("home/ledger.sqlite")).unwrap();
    db.execute("UPDATE batches SET source_path = ''", [])
        .unwrap();
    drop(db);
    let print = ["--undelivered", "--to", "print"];
    let lost = nights.rerun("n.1", &print);
    assert_eq!(code(&lost), 11, "{}", said(&lost));
    assert!(said(&lost).contains("--mailing FILE"), "{}", said(&lost));
    let mailing = nights.text("mailing.xml");
    let named = nights.rerun("n.1", &[&print[..], &["--mailing", &mailing]].concat());
    assert_eq!(fates(&named), [0, 1, 0, 0], "{}", said(&named));
}

#[test]
fn a_message_id_that_is_none_is_not_repeated() {
    let nights = refused_night();
    for text in ["Anna Ask", "19530323-1855"] {
        let more = ["--as", "refused", "--why", "x", text];
        let settled = nights.at_home(&["receipts", "settle"], &more);
        assert_eq!(code(&settled), 15, "{}", said(&settled));
        assert!(!said(&settled).contains(text), "{}", said(&settled));
        assert!(said(&settled).contains("UUID"), "{}", said(&settled));
    }
}

#[test]
fn a_letter_that_sf1601_cannot_print_says_why() {
    let letters = [Brief {
        behind: "<print><insert>folder</insert></print>",
        ..brief("L", DANE)
    }];
    let job = format!(
        "{SF1601}[print]\ninserts = [{{ name = \"folder\", station = 1, weight_mg = 4000 }}]\n"
    );
    let nights = Nights::new(&mailing("DK", "n", &letters), &job, &[]);
    assert_eq!(fates(&nights.run(&[])), [0, 0, 1, 0]);
    assert_eq!(nights.history("L"), ["n.1 held not-requestable"]);
}

#[test]
fn both_forms_are_sent_only_where_the_letter_may_be_printed() {
    let legal = "<legalNotification>true</legalNotification>";
    let letters = [
        brief("any", DANE),
        wishing("digital", DANE, "<delivery>digital</delivery>"),
        wishing("legal", DANE, legal),
    ];
    let job =
        format!("{SF1601}[sf1601]\nautomatic = true\n[route]\nrights = [\"legal-notification\"]\n");
    let nights = Nights::new(&mailing("DK", "n", &letters), &job, &[(DANE, "reachable")]);
    assert_eq!(fates(&nights.run(&[])), [3, 0, 0, 0]);
    let tar = files(&nights.path("home/outbox"));
    let tar = tar
        .iter()
        .find(|path| path.extension().is_some_and(|e| e == "tar"));
    let requests = String::from_utf8_lossy(&fs::read(tar.unwrap()).unwrap()).into_owned();
    let count = |choice| {
        requests
            .matches(&format!("<KombiValgKode>{choice}<"))
            .count()
    };
    assert_eq!((count("Automatisk Valg"), count("Digital Post")), (1, 2));
}

#[test]
fn a_dry_run_says_that_it_counts_letters() {
    let letters = [brief("A", SWEDES[0]), brief("B", SWEDES[0])];
    for (job, said_so) in [
        ("", false),
        ("[mina_meddelanden]\njoin_letters = true\n", true),
    ] {
        let registry = [(SWEDES[0], "reachable")];
        let nights = Nights::new(&mailing("SE", "n", &letters), job, &registry);
        let checked = said(&nights.call(&["check", &nights.text("mailing.xml")]));
        let told = checked.contains("letters are counted, not deliveries");
        assert_eq!(told, said_so, "{checked}");
    }
}

#[test]
fn many_letters_to_one_person_are_joined_part_by_part() {
    let ids: Vec<String> = (0..1300).map(|number| format!("L-{number}")).collect();
    let mut letters: Vec<_> = ids.iter().map(|id| brief(id, SWEDES[0])).collect();
    letters.insert(700, brief("other", SWEDES[1]));
    let registry = SWEDES.map(|number| (number, "reachable"));
    let job = "[mina_meddelanden]\njoin_letters = true\nmessage_bytes_max = 134217728\n";
    let nights = Nights::new(&mailing("SE", "n", &letters), job, &registry);
    let ran = nights.run(&["--threads", "1"]);
    assert_eq!(fates(&ran), [1301, 0, 0, 0], "{}", said(&ran));
    let db = rusqlite::Connection::open(nights.path("home/ledger.sqlite")).unwrap();
    let mut sizes = db
        .prepare("SELECT count(*) FROM letters GROUP BY coalesce(delivery, message_id) ORDER BY min(seq)")
        .unwrap();
    let sizes: Vec<u32> = sizes
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(sizes, [512, 512, 1, 276]);
    let one = files(&nights.path("home/outbox"));
    let home = nights.text("other");
    let other = nights.call(&[
        "run",
        "--threads",
        "3",
        "--out",
        &home,
        &nights.text("mailing.xml"),
    ]);
    assert_eq!(code(&other), 0, "{}", said(&other));
    let other = files(&nights.path("other/outbox"));
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(&other) {
        assert!(
            fs::read(one).unwrap() == fs::read(other).unwrap(),
            "{}",
            one.display()
        );
    }
}
