//! The books of deliveries: what follows from receipts, in whatever order and however often they come.

use std::collections::BTreeMap;
use std::process::Command;

use lettermill::ledger::{Error, Ledger, ReceiptRow, State};
use lettermill::letter::{Delivery, Fate, RECALLED};
use proptest::prelude::*;

use crate::common::*;
use crate::support::tools::opinion_of;

#[test]
fn receipts_move_letters_and_repeats_change_nothing() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let clock = clock();
    let (mut ledger, _) = open_ledger(home, &clock).unwrap();
    let rows = [1, 2, 3, 4].map(|n| digital(u32::try_from(n).unwrap(), n));
    send(&mut ledger, &mailing("night", 1), &rows);
    let ids = [1, 2, 3, 4, 77].map(id);
    let receipts = [
        said(&ids[0], Delivery::Underway),
        said(&ids[0], Delivery::Delivered),
        ReceiptRow {
            code: "memo.invalid",
            text: "no such thing",
            at: Some(at("2026-03-02T01:00:00Z")),
            ..said(&ids[1], Delivery::Refused)
        },
        said(&ids[2], Delivery::Unknown),
        said(&ids[4], Delivery::Delivered),
        said(&ids[0], Delivery::Delivered),
    ];
    let tally = ledger.import(&receipts).unwrap();
    let counts = [
        tally.receipts,
        tally.underway,
        tally.unknown,
        tally.refused,
        tally.delivered,
    ];
    assert_eq!(counts, [6, 1, 1, 1, 1]);
    assert_eq!(
        (tally.repeated, tally.letters_moved, tally.contradictions),
        (1, 3, 0)
    );
    assert_eq!(
        (tally.unmatched, &tally.unmatched_examples),
        (1, &vec![id(77)])
    );
    check_books(home);

    let read = Ledger::read(home).unwrap();
    let batch = read.batch("night.1").unwrap().unwrap();
    let came = batch.deliveries;
    assert_eq!(
        (came.delivered, came.refused, came.unknown, came.underway),
        (1, 1, 1, 0)
    );
    assert_eq!(batch.source_path, "/nights/night.xml");
    let history = &read.letter("L-2").unwrap()[0];
    let delivery = history.delivery.as_ref().unwrap();
    assert_eq!(
        (delivery.state, delivery.code.as_str()),
        (Delivery::Refused, "memo.invalid")
    );
    assert_eq!(delivery.since, at("2026-03-02T01:00:00Z"));
    assert_eq!(history.receipts[0].text, "no such thing");
    assert_eq!(history.receipts[0].imported_at, at(NIGHT));
    assert_eq!(read.letter("L-1").unwrap()[0].receipts.len(), 2);
    assert_eq!(read.letter("L-4").unwrap()[0].delivery, None);
    let listed: Vec<_> = read.not_delivered("night.1", 9).unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|l| (l.letter_id.as_str(), l.delivery.state))
        .collect();
    assert_eq!(
        listed,
        [("L-2", Delivery::Refused), ("L-3", Delivery::Unknown)]
    );

    let before = dump(home);
    let moved: Vec<_> = receipts
        .iter()
        .map(|r| ReceiptRow {
            source: "again.xml",
            ..*r
        })
        .collect();
    let again = ledger.import(&moved).unwrap();
    assert_eq!(
        (again.repeated, again.new_receipts(), again.unmatched),
        (5, 0, 1)
    );
    assert_eq!(dump(home), before);
    drop(ledger);
    let path = home.join("ledger.sqlite");
    let Some(sqlite) = opinion_of(Command::new("sqlite3").arg(&path).arg(
        "PRAGMA integrity_check; PRAGMA foreign_key_check; SELECT state, count(*) FROM deliveries GROUP BY 1",
    )) else {
        return;
    };
    let said = String::from_utf8(sqlite.stdout).unwrap();
    assert_eq!(said, "ok\ndelivered|1\nrefused|1\nunknown|1\n");
}

#[test]
fn delivered_is_never_left_and_a_contradiction_is_told() {
    for order in [
        [Delivery::Delivered, Delivery::Refused],
        [Delivery::Refused, Delivery::Delivered],
    ] {
        let home = tempfile::tempdir().unwrap();
        let clock = clock();
        let (mut ledger, _) = open_ledger(home.path(), &clock).unwrap();
        send(&mut ledger, &mailing("night", 1), &[digital(0, 1)]);
        let message = id(1);
        let tallies = order.map(|outcome| ledger.import(&[said(&message, outcome)]).unwrap());
        assert_eq!(tallies.map(|tally| tally.contradictions), [0, 1]);
        let read = Ledger::read(home.path()).unwrap();
        assert_eq!(
            read.batch("night.1").unwrap().unwrap().deliveries.delivered,
            1
        );
        assert!(read.undelivered("night.1").unwrap().is_empty());
        let [letter] = &read.not_delivered("night.1", 9).unwrap()[..] else {
            panic!()
        };
        assert!(letter.contradiction);
        check_books(home.path());
    }
}

#[test]
fn one_receipt_is_for_all_letters_of_a_delivery() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = open_ledger(home.path(), &clock).unwrap();
    let carried = |seq, message| crate::common::Row {
        delivery: Some(1),
        ..digital(seq, message)
    };
    send(
        &mut ledger,
        &mailing("night", 1),
        &[digital(0, 1), carried(1, 2), digital(2, 3), carried(3, 4)],
    );
    let tally = ledger.import(&[said(&id(1), Delivery::Refused)]).unwrap();
    assert_eq!((tally.refused, tally.letters_moved), (1, 3));
    assert_eq!(ledger.undelivered("night.1").unwrap(), [0, 1, 3]);
    let again = ledger.import(&[said(&id(1), Delivery::Refused)]).unwrap();
    assert_eq!((again.repeated, again.letters_moved), (1, 0));
    // A receipt about one message of the delivery is about that letter alone.
    ledger.import(&[said(&id(4), Delivery::Delivered)]).unwrap();
    assert_eq!(ledger.undelivered("night.1").unwrap(), [0, 1]);
    check_books(home.path());
}

#[test]
fn a_batch_that_was_not_sent_has_no_receipts() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = open_ledger(home.path(), &clock).unwrap();
    for (source, mailing_id) in [(1, "held"), (2, "withdrawn")] {
        let mut batch = ledger.begin(&mailing(mailing_id, source)).unwrap();
        let totals = record(&mut batch, &[digital(0, u64::from(source))]).unwrap();
        batch
            .ready_to_hold(&[], &totals, "why")
            .unwrap()
            .hold_back()
            .unwrap();
    }
    ledger.withdraw("withdrawn.1", "by hand", false).unwrap();
    let before = dump(home.path());
    let tally = ledger
        .import(&[
            said(&id(1), Delivery::Delivered),
            said(&id(2), Delivery::Delivered),
        ])
        .unwrap();
    assert_eq!(
        (tally.not_sent, tally.new_receipts(), tally.unmatched),
        (2, 0, 0)
    );
    let told: Vec<_> = tally
        .not_sent_examples
        .iter()
        .map(|e| (e.batch.as_str(), e.state))
        .collect();
    assert_eq!(
        told,
        [("held.1", State::Held), ("withdrawn.1", State::Withdrawn)]
    );
    assert_eq!(dump(home.path()), before);

    // The mailing is sent after all, with the same message ids: now the receipt has its letter.
    send(&mut ledger, &mailing("withdrawn", 2), &[digital(0, 2)]);
    let tally = ledger.import(&[said(&id(2), Delivery::Delivered)]).unwrap();
    assert_eq!((tally.not_sent, tally.delivered), (0, 1));
    let read = Ledger::read(home.path()).unwrap();
    assert_eq!(
        read.batch("withdrawn.2")
            .unwrap()
            .unwrap()
            .deliveries
            .delivered,
        1
    );
}

#[test]
fn a_person_settles_what_nobody_knows() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let clock = clock();
    let (mut ledger, _) = open_ledger(home, &clock).unwrap();
    send(
        &mut ledger,
        &mailing("night", 1),
        &[digital(0, 1), digital(1, 2), digital(2, 3)],
    );
    ledger
        .import(&[
            said(&id(1), Delivery::Unknown),
            said(&id(3), Delivery::Delivered),
        ])
        .unwrap();
    assert_eq!(
        ledger
            .settle(&id(1), Delivery::Refused, "asked by telephone")
            .unwrap(),
        1
    );
    assert_eq!(
        ledger
            .settle(&id(2), Delivery::Delivered, "in their log")
            .unwrap(),
        1
    );
    assert_eq!(ledger.undelivered("night.1").unwrap(), [0]);
    for (message, outcome) in [(1, Delivery::Delivered), (3, Delivery::Refused)] {
        let error = ledger.settle(&id(message), outcome, "").unwrap_err();
        assert!(matches!(error, Error::Decided { .. }), "{error}");
    }
    let error = ledger.settle(&id(9), Delivery::Refused, "").unwrap_err();
    assert!(matches!(error, Error::NoMessage(_)), "{error}");
    for outcome in [Delivery::Unknown, Delivery::Underway] {
        let error = ledger.settle(&id(1), outcome, "").unwrap_err();
        assert!(matches!(error, Error::NotAnEnd(_)), "{error}");
    }
    let events = Ledger::read(home).unwrap().events("night.1").unwrap();
    let notes: Vec<_> = events
        .iter()
        .filter(|e| e.what == "settled")
        .map(|e| &e.note)
        .collect();
    assert_eq!(
        notes[0],
        &format!("message {} is refused: asked by telephone", id(1))
    );
    assert_eq!(notes.len(), 2);
    // A channel that says later that it arrived is right, and contradicts.
    let tally = ledger.import(&[said(&id(1), Delivery::Delivered)]).unwrap();
    assert_eq!((tally.delivered, tally.contradictions), (1, 1));
    check_books(home);
}

/// A remark about one of six messages; the last three travel in the delivery of the third.
#[derive(Clone, Debug)]
struct Remark {
    message: u64,
    outcome: Delivery,
    code: &'static str,
    minute: Option<u8>,
    transaction: Option<&'static str>,
}

fn remark() -> impl Strategy<Value = Remark> {
    let outcome = prop::sample::select(&Delivery::ALL[..]);
    let code = prop::sample::select(vec!["a", "b", RECALLED]);
    let transaction = prop::option::of(prop::sample::select(vec!["t", "u"]));
    (
        1..=6_u64,
        outcome,
        code,
        prop::option::of(0..4_u8),
        transaction,
    )
        .prop_map(|(message, outcome, code, minute, transaction)| Remark {
            message,
            outcome,
            code,
            minute,
            transaction,
        })
}

/// State, code and time of each letter, worked out another way than the ledger does.
fn model(remarks: &[Remark]) -> BTreeMap<(i64, u32), (String, String, String)> {
    let mut all: BTreeMap<u32, Vec<&Remark>> = BTreeMap::new();
    for remark in remarks {
        let letters: &[u32] = match remark.message {
            1 => &[0],
            2 => &[1],
            3 => &[2, 3, 4, 5], // The delivery.
            4 => &[3],
            5 => &[4],
            _ => &[5],
        };
        letters
            .iter()
            .for_each(|letter| all.entry(*letter).or_default().push(remark));
    }
    let decide = |remarks: Vec<&Remark>| {
        let of = |outcome| remarks.iter().filter(move |r| r.outcome == outcome);
        let some = |outcome| of(outcome).count() > 0;
        // Nothing is later than what has no time, or than a recall.
        let time = |r: &&Remark| r.minute.filter(|_| r.code != RECALLED);
        let unknown = of(Delivery::Unknown).map(|r| time(r).unwrap_or(u8::MAX));
        let unknown = unknown.max().unwrap_or(0);
        let later = of(Delivery::Refused).any(|r| r.minute.is_some_and(|minute| minute > unknown));
        let most = if some(Delivery::Delivered) {
            Delivery::Delivered
        } else if some(Delivery::Refused) && (!some(Delivery::Unknown) || later) {
            Delivery::Refused
        } else if some(Delivery::Unknown) {
            Delivery::Unknown
        } else {
            Delivery::Underway
        };
        let first = remarks
            .iter()
            .filter(|r| r.outcome == most)
            .min_by_key(|r| (r.minute.unwrap_or(u8::MAX), r.code))
            .unwrap();
        let since = match first.minute {
            Some(minute) => format!("2026-03-02T01:0{minute}:00.000Z"),
            None => "2026-03-01T22:15:07.000Z".to_owned(),
        };
        (most.name().to_owned(), first.code.to_owned(), since)
    };
    all.into_iter()
        .map(|(letter, remarks)| ((1, letter), decide(remarks)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn neither_order_nor_repetition_matters(
        (remarks, shuffled) in proptest::collection::vec(remark(), 1..14)
            .prop_flat_map(|remarks| (Just(remarks.clone()), Just([remarks.clone(), remarks].concat()).prop_shuffle())),
        cut in 1..8_usize,
    ) {
        let home = tempfile::tempdir().unwrap();
        let clock = clock();
        let (mut ledger, _) = open_ledger(home.path(), &clock).unwrap();
        let carried = |seq, message| Row { delivery: Some(3), ..digital(seq, message) };
        send(&mut ledger, &mailing("night", 1), &[
            digital(0, 1), digital(1, 2), digital(2, 3), carried(3, 4), carried(4, 5), carried(5, 6), other(6, Fate::Held),
        ]);
        let mut new = 0;
        for part in shuffled.chunks(cut) {
            let ids: Vec<String> = part.iter().map(|r| id(r.message)).collect();
            let rows: Vec<ReceiptRow<'_>> = part.iter().zip(&ids).map(|(remark, message_id)| ReceiptRow {
                code: remark.code,
                at: remark.minute.map(|minute| at(&format!("2026-03-02T01:0{minute}:00Z"))),
                transaction: remark.transaction,
                ..said(message_id, remark.outcome)
            }).collect();
            let tally = ledger.import(&rows).unwrap();
            prop_assert_eq!(tally.new_receipts() + tally.repeated, tally.receipts);
            new += tally.new_receipts();
        }
        let mut distinct: Vec<String> = remarks.iter().map(|r| format!("{r:?}")).collect();
        distinct.sort();
        distinct.dedup();
        prop_assert_eq!(new, distinct.len() as u64);
        prop_assert_eq!(states(home.path()), model(&remarks));
        check_books(home.path());
    }
}

/// `cargo test --test receipts -- --ignored --nocapture a_hundred_thousand`
#[test]
#[ignore = "takes a minute; prints seconds"]
fn a_hundred_thousand_receipts_find_their_letters_among_a_million() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = open_ledger(home.path(), &clock).unwrap();
    for (batch, mailing_id) in (0_u64..).zip(["a", "b", "c", "d", "e"]) {
        let mut begun = ledger.begin(&mailing(mailing_id, 1)).unwrap();
        for wave in 0..20_u32 {
            let ids: Vec<_> = (wave * 10_000..(wave + 1) * 10_000)
                .map(|seq| (seq, format!("L-{seq}"), id(scattered(batch, seq))))
                .collect();
            let rows: Vec<_> = ids
                .iter()
                .map(
                    |(seq, letter_id, message_id)| lettermill::ledger::LetterRow {
                        seq: *seq,
                        letter_id,
                        fate: Fate::Digital,
                        reason: "digital.reachable",
                        target: "kivra",
                        message_id: Some(message_id),
                        delivery: None,
                        notice: None,
                        sha256: Some([7; 32]),
                        path: "rule:reachable>digital",
                    },
                )
                .collect();
            begun.record(&rows).unwrap();
        }
        let totals = lettermill::ledger::Totals {
            letters: 200_000,
            digital: 200_000,
            ..Default::default()
        };
        begun.ready(&[], &totals).unwrap().release().unwrap();
    }
    let ids: Vec<_> = (0..100_000_u32)
        .map(|n| id(scattered(u64::from(n % 5), n)))
        .collect();
    let receipts: Vec<_> = ids.iter().map(|id| said(id, Delivery::Delivered)).collect();
    for (what, count) in [("new", 100_000), ("repeated", 0)] {
        let started = std::time::Instant::now();
        let tally = ledger.import(&receipts).unwrap();
        assert_eq!((tally.delivered, tally.unmatched), (count, 0));
        eprintln!(
            "100,000 receipts, {what}: {:.2} s",
            started.elapsed().as_secs_f64()
        );
    }
    let started = std::time::Instant::now();
    let tally = ledger.import(&[said(
        "20000000-0000-4000-8000-000000000000",
        Delivery::Delivered,
    )]);
    assert_eq!(tally.unwrap().unmatched, 1);
    eprintln!(
        "one that no batch has, among a million: {:.2} s",
        started.elapsed().as_secs_f64()
    );
    check_books(home.path());
}

fn scattered(batch: u64, seq: u32) -> u64 {
    batch << 40 | u64::from(seq.wrapping_mul(2_654_435_761))
}
