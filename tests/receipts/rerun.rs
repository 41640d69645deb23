//! Reruns: which letters they may take on, that none goes out twice, and what a crash leaves.

use std::fs;
use std::path::Path;
use std::process::Command;

use lettermill::clock::FixedClock;
use lettermill::disk::{self, WrittenFile};
use lettermill::ledger::{
    Error, Ledger, LetterRow, ReceiptRow, Recovery, Sent, State, Stop, Totals,
};
use lettermill::letter::{Delivery, Fate};

use crate::common::*;

/// Letters 0 to 4 are digital: refused, unknown, underway, without a receipt, delivered; 5 is on paper, 6 held, 7 rejected.
fn night(ledger: &mut Ledger<'_>) {
    let mut rows: Vec<_> = (0..5).map(|seq| digital(seq, u64::from(seq))).collect();
    rows.push(other(5, Fate::Print));
    rows.push(other(6, Fate::Held));
    rows.push(other(7, Fate::Rejected));
    send(ledger, &mailing("night", 1), &rows);
    let ids = [0, 1, 2, 4].map(id);
    let outcomes = [
        Delivery::Refused,
        Delivery::Unknown,
        Delivery::Underway,
        Delivery::Delivered,
    ];
    let receipts: Vec<_> = ids
        .iter()
        .zip(outcomes)
        .map(|(id, outcome)| said(id, outcome))
        .collect();
    ledger.import(&receipts).unwrap();
}

fn print_again(ledger: &mut Ledger<'_>, parent: &str, rows: &[Row]) -> Result<String, Error> {
    let mut batch = ledger.begin_rerun(&mailing("night", 1), parent, "to print")?;
    let totals = record(&mut batch, rows)?;
    let name = batch.name().to_owned();
    batch.ready(&[], &totals)?.release()?;
    Ok(name)
}

fn before(ledger: &mut Ledger<'_>, parent: Option<&str>, source: u8) -> Vec<Option<String>> {
    let ids = ["L-0", "L-1", "L-4", "L-5", "L-6"];
    let batch = match parent {
        Some(parent) => ledger
            .begin_rerun(&mailing("night", source), parent, "")
            .unwrap(),
        None => ledger.begin(&mailing("night", source)).unwrap(),
    };
    let found = batch.sent_before(&ids).unwrap();
    batch.abandon("only asked").unwrap();
    found
        .into_iter()
        .map(|found| found.map(|found| found.batch))
        .collect()
}

#[test]
fn only_what_was_refused_is_taken_on_and_only_once() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let clock = clock();
    let (mut ledger, _) = open_ledger(home, &clock).unwrap();
    night(&mut ledger);
    assert_eq!(ledger.undelivered("night.1").unwrap(), [0]);
    assert_eq!(ledger.left_over("night.1").unwrap(), [6, 7]);
    let first = Some("night.1".to_owned());
    let (sent, not) = (|| first.clone(), None);
    assert_eq!(
        before(&mut ledger, Some("night.1"), 1),
        [not.clone(), sent(), sent(), sent(), not.clone()]
    );
    // A mailing that the sender corrected does not send it again: only a rerun of it does.
    assert_eq!(
        before(&mut ledger, None, 2),
        [sent(), sent(), sent(), sent(), not.clone()]
    );

    let child = print_again(&mut ledger, "night.1", &[other(0, Fate::Print)]).unwrap();
    assert_eq!(child, "night.2");
    assert!(ledger.undelivered("night.1").unwrap().is_empty());
    assert_eq!(
        before(&mut ledger, Some("night.1"), 1)[0].as_deref(),
        Some("night.2")
    );
    let read = Ledger::read(home).unwrap();
    let row = read.batch("night.2").unwrap().unwrap();
    assert_eq!(
        (row.kind.as_str(), row.parent.as_deref()),
        ("rerun", Some("night.1"))
    );
    let events = read.events("night.2").unwrap();
    assert_eq!(events[0].note, "rerun of night.1: to print");
    let listed = read.not_delivered("night.1", 9).unwrap();
    let taken: Vec<_> = listed
        .iter()
        .map(|l| (l.seq, l.taken_on.as_deref()))
        .collect();
    assert_eq!(taken, [(0, Some("night.2")), (1, None)]);

    // Whoever asks for more is refused, and nothing is sent.
    for seq in [0, 1, 2, 3, 4, 5] {
        let error = print_again(&mut ledger, "night.1", &[other(seq, Fate::Print)]).unwrap_err();
        assert!(
            matches!(&error, Error::SentTwice { letters: 1, letter_ids, .. } if letter_ids == &[format!("L-{seq}")]),
            "{error}"
        );
        drop(ledger);
        let recovered;
        (ledger, recovered) = open_ledger(home, &clock).unwrap();
        assert_eq!(recovered[0].what, Recovery::Abandoned);
    }
    // Held and rejected letters may go out.
    print_again(
        &mut ledger,
        "night.1",
        &[other(6, Fate::Print), other(7, Fate::Held)],
    )
    .unwrap();
    assert!(ledger.left_over("night.1").unwrap().is_empty());
    assert_eq!(ledger.left_over("night.3").unwrap(), [7]);
    check_books(home);
}

#[test]
fn a_rerun_is_over_the_file_of_a_batch_that_was_sent() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = open_ledger(home.path(), &clock).unwrap();
    night(&mut ledger);
    for other in [mailing("night", 2), mailing("day", 1)] {
        let error = ledger
            .begin_rerun(&other, "night.1", "")
            .map(drop)
            .unwrap_err();
        assert!(matches!(error, Error::OtherMailing { .. }), "{error}");
    }
    let mut batch = ledger.begin(&mailing("held", 1)).unwrap();
    let totals = record(&mut batch, &[digital(0, 50)]).unwrap();
    batch
        .ready_to_hold(&[], &totals, "why")
        .unwrap()
        .hold_back()
        .unwrap();
    for parent in ["held.1", "unheard-of.1"] {
        let error = ledger
            .begin_rerun(&mailing("held", 1), parent, "")
            .map(drop)
            .unwrap_err();
        assert!(error.to_string().contains("allowed is sent"), "{error}");
    }
    let batch = ledger
        .begin_rerun(&mailing("night", 1), "night.1", "")
        .unwrap();
    assert!(batch.mailing_known());
    assert_eq!(
        (batch.name(), batch.counts_as_sent()),
        ("night.2", Sent::ButRefused)
    );
}

#[test]
fn a_child_that_is_withdrawn_or_abandoned_gives_its_letters_back_and_a_held_one_keeps_them() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = open_ledger(home.path(), &clock).unwrap();
    night(&mut ledger);
    let mut batch = ledger
        .begin_rerun(&mailing("night", 1), "night.1", "")
        .unwrap();
    record(&mut batch, &[other(0, Fate::Print)]).unwrap();
    let read = Ledger::read(home.path()).unwrap();
    assert!(read.undelivered("night.1").unwrap().is_empty());
    batch.abandon("changed my mind").unwrap();
    assert_eq!(read.undelivered("night.1").unwrap(), [0]);

    let mut batch = ledger
        .begin_rerun(&mailing("night", 1), "night.1", "")
        .unwrap();
    let totals = record(&mut batch, &[other(0, Fate::Print), other(6, Fate::Print)]).unwrap();
    batch
        .ready_to_hold(&[], &totals, "why")
        .unwrap()
        .hold_back()
        .unwrap();
    assert!(read.undelivered("night.1").unwrap().is_empty());
    assert_eq!(read.left_over("night.1").unwrap(), [7]);
    let error = print_again(&mut ledger, "night.1", &[other(0, Fate::Print)]).unwrap_err();
    assert!(matches!(error, Error::SentTwice { .. }), "{error}");
    drop(ledger);
    let (mut ledger, _) = open_ledger(home.path(), &clock).unwrap(); // Cleans up what was refused.
    ledger.withdraw("night.2", "no paper", false).unwrap();
    assert_eq!(read.undelivered("night.1").unwrap(), [0]);
    assert_eq!(read.left_over("night.1").unwrap(), [6, 7]);
}

#[test]
fn a_letter_sent_digitally_again_has_receipts_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let early = clock();
    let (mut ledger, _) = open_ledger(home, &early).unwrap();
    night(&mut ledger);
    drop(ledger);
    let late = FixedClock(at("2026-03-03T08:00:00Z"));
    let (mut ledger, _) = open_ledger(home, &late).unwrap();
    print_again(&mut ledger, "night.1", &[digital(0, 0)]).unwrap();
    let receipt = |outcome, time| ReceiptRow {
        at: Some(at(time)),
        ..said("10000000-0000-4000-8000-000000000000", outcome)
    };
    // What was said before the child was sent is about its parent.
    ledger
        .import(&[receipt(Delivery::Refused, "2026-03-02T01:00:00Z")])
        .unwrap();
    let read = Ledger::read(home).unwrap();
    let refused = |batch: &str| read.batch(batch).unwrap().unwrap().deliveries.refused;
    assert_eq!((refused("night.1"), refused("night.2")), (1, 0));
    assert_eq!(read.letter("L-0").unwrap()[0].receipts.len(), 2);
    ledger
        .import(&[receipt(Delivery::Refused, "2026-03-03T09:00:00Z")])
        .unwrap();
    assert_eq!((refused("night.1"), refused("night.2")), (1, 1));
    assert!(ledger.undelivered("night.1").unwrap().is_empty());
    assert_eq!(ledger.undelivered("night.2").unwrap(), [0]);
    let third = print_again(&mut ledger, "night.2", &[other(0, Fate::Print)]).unwrap();
    assert_eq!(third, "night.3");
    for batch in ["night.1", "night.2", "night.3"] {
        assert!(ledger.undelivered(batch).unwrap().is_empty());
    }
    // A grandchild has taken it on; neither the parent nor the child gives it again.
    let error = print_again(&mut ledger, "night.1", &[other(0, Fate::Print)]).unwrap_err();
    assert!(matches!(error, Error::SentTwice { .. }), "{error}");
    check_books(home);
}

/// A remark with a time about message 0.
fn refused_at(time: &str) -> ReceiptRow<'static> {
    ReceiptRow {
        at: Some(at(time)),
        ..said("10000000-0000-4000-8000-000000000000", Delivery::Refused)
    }
}

#[test]
fn what_was_said_early_is_about_the_batch_of_then_whatever_lies_between() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let days = [1, 3, 5].map(|day| FixedClock(at(&format!("2026-03-0{day}T08:00:00Z"))));
    let (mut ledger, _) = open_ledger(home, &days[0]).unwrap();
    night(&mut ledger);
    drop(ledger);
    // Held in one generation, so that the one behind it has the message again.
    let (mut ledger, _) = open_ledger(home, &days[1]).unwrap();
    print_again(&mut ledger, "night.1", &[other(0, Fate::Held)]).unwrap();
    drop(ledger);
    let (mut ledger, _) = open_ledger(home, &days[2]).unwrap();
    print_again(&mut ledger, "night.2", &[digital(0, 0)]).unwrap();
    let read = Ledger::read(home).unwrap();
    let refused = |batch: &str| read.batch(batch).unwrap().unwrap().deliveries.refused;
    for time in ["2026-03-02T01:00:00Z", "2026-03-04T01:00:00Z"] {
        ledger.import(&[refused_at(time)]).unwrap();
        assert_eq!((refused("night.1"), refused("night.3")), (1, 0), "{time}");
    }
    assert!(ledger.undelivered("night.3").unwrap().is_empty());
    ledger
        .import(&[refused_at("2026-03-05T09:00:00Z")])
        .unwrap();
    assert_eq!(ledger.undelivered("night.3").unwrap(), [0]);
    check_books(home);
}

#[test]
fn what_was_said_early_is_about_the_file_of_then() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let early = FixedClock(at("2026-03-01T08:00:00Z"));
    let (mut ledger, _) = open_ledger(home, &early).unwrap();
    night(&mut ledger);
    drop(ledger);
    // Another file of the mailing, in which letter 0 stands elsewhere and was rejected; its rerun sends it.
    let late = FixedClock(at("2026-03-03T08:00:00Z"));
    let (mut ledger, _) = open_ledger(home, &late).unwrap();
    send(
        &mut ledger,
        &mailing("night", 2),
        &[other(9, Fate::Rejected)],
    );
    let mut batch = ledger
        .begin_rerun(&mailing("night", 2), "night.2", "")
        .unwrap();
    let totals = record(&mut batch, &[digital(9, 0)]).unwrap();
    batch.ready(&[], &totals).unwrap().release().unwrap();
    let read = Ledger::read(home).unwrap();
    let refused = |batch: &str| read.batch(batch).unwrap().unwrap().deliveries.refused;
    ledger
        .import(&[refused_at("2026-03-02T01:00:00Z")])
        .unwrap();
    assert_eq!((refused("night.1"), refused("night.3")), (1, 0));
    let tally = ledger
        .import(&[ReceiptRow {
            code: "again",
            at: None,
            ..refused_at(NIGHT)
        }])
        .unwrap();
    assert_eq!((tally.unknown, tally.refused), (1, 0));
    assert_eq!((refused("night.1"), refused("night.3")), (1, 0));
    assert!(ledger.undelivered("night.3").unwrap().is_empty());
    check_books(home);
}

#[test]
fn a_letter_is_known_by_its_id_too_and_no_other_takes_its_place() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let clock = clock();
    let (mut ledger, _) = open_ledger(home, &clock).unwrap();
    night(&mut ledger);
    // Letter 8 of the file has the id of letter 0, which was refused.
    let double = |batch: &mut lettermill::ledger::Batch<'_, '_>, fate, seq| {
        batch.record(&[LetterRow {
            seq,
            letter_id: "L-0",
            fate,
            reason: "a-reason",
            target: "",
            message_id: None,
            delivery: None,
            notice: None,
            sha256: None,
            path: "",
        }])
    };
    let mut batch = ledger
        .begin_rerun(&mailing("night", 1), "night.1", "")
        .unwrap();
    double(&mut batch, Fate::Digital, 8).unwrap();
    let totals = Totals {
        letters: 1,
        digital: 1,
        ..Totals::default()
    };
    let error = batch.ready(&[], &totals).map(drop).unwrap_err();
    assert!(
        matches!(&error, Error::SentTwice { letters: 1, letter_ids, .. } if letter_ids == &["L-0"]),
        "{error}"
    );
    drop(ledger);
    let (mut ledger, _) = open_ledger(home, &clock).unwrap(); // Cleans up what was refused.
    let mut batch = ledger
        .begin_rerun(&mailing("night", 1), "night.1", "")
        .unwrap();
    double(&mut batch, Fate::Rejected, 8).unwrap();
    let totals = Totals {
        letters: 1,
        rejected: 1,
        ..Totals::default()
    };
    batch.ready(&[], &totals).unwrap().release().unwrap();
    assert!(ledger.left_over("night.2").unwrap().is_empty());
    assert_eq!(ledger.doubles("night.2").unwrap(), 1);
    assert_eq!(ledger.doubles("night.1").unwrap(), 0);
}

#[test]
fn a_corrected_mailing_takes_on_what_was_left_over_by_its_ids() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = open_ledger(home.path(), &clock).unwrap();
    night(&mut ledger);
    let mut batch = ledger.begin(&mailing("night", 2)).unwrap();
    let totals = record(&mut batch, &[other(7, Fate::Print)]).unwrap();
    batch.ready(&[], &totals).unwrap().release().unwrap();
    assert_eq!(ledger.left_over("night.1").unwrap(), [6]);
    assert!(ledger.left_over("night.2").unwrap().is_empty());
}

const CHILD: &str = "LETTERMILL_TEST_RERUN";
const STOPS: [(Stop, Option<Recovery>); 6] = [
    (Stop::Begun, Some(Recovery::Abandoned)),
    (Stop::Recorded, Some(Recovery::Abandoned)),
    (Stop::Durable, Some(Recovery::Abandoned)),
    (Stop::Ready, Some(Recovery::Sent)),
    (Stop::Moved, Some(Recovery::Sent)),
    (Stop::Marked, None),
];

/// What an operator does: asks what is undelivered, and prints it.
fn rerun(home: &Path, stop: Option<Stop>) -> Result<(), Error> {
    let clock = clock();
    let (mut ledger, _) = open_ledger(home, &clock)?;
    if let Some(stop) = stop {
        ledger.fail_at(stop);
    }
    let result = (|| {
        let chosen = ledger.undelivered("night.1")?;
        if chosen.is_empty() {
            return Ok(());
        }
        let mut batch = ledger.begin_rerun(&mailing("night", 1), "night.1", "to print")?;
        let rows: Vec<_> = chosen
            .into_iter()
            .map(|seq| other(seq, Fate::Print))
            .collect();
        let totals = record(&mut batch, &rows)?;
        disk::write_whole(&batch.folder().join("1.pdf"), b"spool").unwrap();
        let file = WrittenFile {
            path: "1.pdf".into(),
            size: 5,
            sha256: disk::sha256(b"spool"),
        };
        batch.ready(&[file], &totals)?.release().map(drop)
    })();
    if std::env::var_os(CHILD).is_some() {
        std::process::abort(); // Before anything is closed.
    }
    result
}

fn refused_night(home: &Path) {
    let clock = clock();
    let (mut ledger, _) = open_ledger(home, &clock).unwrap();
    night(&mut ledger);
    ledger.settle(&id(1), Delivery::Refused, "asked").unwrap();
}

fn check_restart(home: &Path, stop: Stop, recovery: Option<Recovery>) {
    let clock = clock();
    let (ledger, recovered) = open_ledger(home, &clock).unwrap();
    let found: Vec<_> = recovered.iter().map(|r| r.what).collect();
    assert_eq!(found, Vec::from_iter(recovery), "{stop:?}");
    drop(ledger);
    rerun(home, None).unwrap();
    rerun(home, None).unwrap(); // Once more: nothing is left.
    let read = Ledger::read(home).unwrap();
    let batch = read.batch("night.2").unwrap().unwrap();
    assert_eq!(
        (batch.state, batch.totals.unwrap().print),
        (State::Sent, 2),
        "{stop:?}"
    );
    assert_eq!(read.batch("night.3").unwrap(), None, "{stop:?}");
    assert_eq!(
        fs::read(home.join("outbox/night.2/1.pdf")).unwrap(),
        b"spool"
    );
    for letter in ["L-0", "L-1"] {
        let printed = read.letter(letter).unwrap();
        let printed = printed
            .iter()
            .filter(|h| h.fate == "print" && h.state == State::Sent);
        assert_eq!(printed.count(), 1, "{stop:?}");
    }
}

#[test]
fn a_rerun_stopped_anywhere_is_made_good_and_sends_no_letter_twice() {
    for (stop, recovery) in STOPS {
        let home = tempfile::tempdir().unwrap();
        refused_night(home.path());
        let stopped = rerun(home.path(), Some(stop)).unwrap_err();
        assert!(
            matches!(stopped, Error::Stopped(at) if at == stop),
            "{stopped}"
        );
        check_restart(home.path(), stop, recovery);
    }
}

#[test]
fn a_rerun_killed_anywhere_is_made_good_and_sends_no_letter_twice() {
    if let Ok(case) = std::env::var(CHILD) {
        let (home, stop) = case.rsplit_once('|').unwrap();
        let _ = rerun(
            Path::new(home),
            Some(STOPS[stop.parse::<usize>().unwrap()].0),
        );
        unreachable!("the child aborts");
    }
    for (at, (stop, recovery)) in STOPS.into_iter().enumerate() {
        let home = tempfile::tempdir().unwrap();
        refused_night(home.path());
        let test = "rerun::a_rerun_killed_anywhere_is_made_good_and_sends_no_letter_twice";
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env(CHILD, format!("{}|{at}", home.path().display()))
            .output()
            .unwrap();
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&child.status),
            Some(6)
        );
        check_restart(home.path(), stop, recovery);
    }
}
