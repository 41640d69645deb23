//! The ledger: every state that a crash can leave, two owners, balance, duplicates, and what ordinary tools read.
//!
//! A crash is played twice: as [`Stop`], after which the same process starts again, and as a child process that aborts
//! at the same point, so that nothing is closed or flushed on the way out.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use lettermill::clock::FixedClock;
use lettermill::disk::{self, WrittenFile};
use lettermill::ledger::{
    Batch, Error, Ledger, LetterRow, Mailing, Moved, PieceRow, Recovery, State, Stop, Totals,
};
use lettermill::letter::{Environment, Fate};

#[path = "ledger/same_letters.rs"]
mod same_letters;
mod support;

use support::files;
use support::tools::said_by;

const LETTERS: Totals = Totals {
    letters: 4,
    digital: 1,
    print: 1,
    held: 1,
    rejected: 1,
};

fn clock() -> FixedClock {
    FixedClock("2026-03-01T22:15:07Z".parse().unwrap())
}

fn mailing(source: u8) -> Mailing<'static> {
    Mailing {
        mailing_id: "night:1",
        source_sha256: [source; 32],
        letters_sha256: [source; 32],
        why_again: None,
        source_bytes: 1234,
        source_path: Path::new("/nights/night.xml"),
        job_sha256: [9; 32],
        date: jiff::civil::date(2026, 3, 1),
        environment: Environment::Test,
        sender_organisation: "162021004748",
    }
}

fn row(seq: u32, letter_id: &str, fate: Fate) -> LetterRow<'_> {
    LetterRow {
        seq,
        letter_id,
        fate,
        reason: "a-reason",
        target: "",
        message_id: None,
        delivery: None,
        notice: None,
        sha256: None,
        path: "",
    }
}

fn record_all(batch: &mut Batch<'_, '_>) -> Result<(), Error> {
    batch.record(&[
        LetterRow {
            target: "kivra",
            message_id: Some("m-1"),
            sha256: Some([7; 32]),
            path: "reachable>digital",
            ..row(0, "L-1", Fate::Digital)
        },
        row(1, "L-2", Fate::Print),
    ])?;
    batch.record(&[row(2, "L-3", Fate::Held), row(3, "L-4", Fate::Rejected)])?;
    batch.record_pieces(&[PieceRow {
        piece: 1,
        letters: vec![1],
        part: "mono-c5/1".into(),
        sheets: 2,
        weight_mg: 14_980,
    }])
}

fn write_files(folder: &Path) -> Vec<WrittenFile> {
    let files = [
        ("digital/kivra/1.tar", "sealed"),
        ("print/mono-c5/1.pdf", "spool"),
        ("manifest.json", "{}"),
    ];
    files
        .map(|(path, text)| {
            disk::create_private_folder(folder.join(path).parent().unwrap()).unwrap();
            disk::write_whole(&folder.join(path), text.as_bytes()).unwrap();
            WrittenFile {
                path: PathBuf::from(path),
                size: text.len() as u64,
                sha256: disk::sha256(text.as_bytes()),
            }
        })
        .to_vec()
}

/// A whole run, to the outbox.
fn send(ledger: &mut Ledger<'_>, source: u8) -> Result<Moved, Error> {
    let mut batch = ledger.begin(&mailing(source))?;
    record_all(&mut batch)?;
    let files = write_files(batch.folder());
    batch.ready(&files, &LETTERS)?.release()
}

/// A whole run, to `held/`.
fn hold(ledger: &mut Ledger<'_>, source: u8) -> Result<Moved, Error> {
    let mut batch = ledger.begin(&mailing(source))?;
    record_all(&mut batch)?;
    let files = write_files(batch.folder());
    batch
        .ready_to_hold(&files, &LETTERS, "too many rejected")?
        .hold_back()
}

/// What lies under a folder: path and text of every file.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let text = |(path, bytes): (PathBuf, _)| {
        (
            path.display().to_string(),
            String::from_utf8(bytes).unwrap(),
        )
    };
    files::tree(folder).into_iter().map(text).collect()
}

fn whole() -> BTreeMap<String, String> {
    let files = [
        ("digital/kivra/1.tar", "sealed"),
        ("manifest.json", "{}"),
        ("print/mono-c5/1.pdf", "spool"),
    ];
    files
        .map(|(path, text)| (format!("night~1.1/{path}"), text.to_owned()))
        .into()
}

/// What an operation does, what is there before it, and what the next start must make of a crash at each stop.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Send,
    Hold,
    ReleaseHeld,
    Withdraw,
}

impl Deed {
    const ALL: [Self; 4] = [Self::Send, Self::Hold, Self::ReleaseHeld, Self::Withdraw];

    fn prepare(self, home: &Path) {
        if matches!(self, Self::ReleaseHeld | Self::Withdraw) {
            let clock = clock();
            let (mut ledger, _) = Ledger::open(home, &clock).unwrap();
            hold(&mut ledger, 1).unwrap();
        }
    }

    fn until(self, home: &Path, stop: Stop) -> Result<(), Error> {
        let clock = clock();
        let mut ledger = Ledger::open(home, &clock)?.0;
        ledger.fail_at(stop);
        let result = match self {
            Self::Send => send(&mut ledger, 1).map(drop),
            Self::Hold => hold(&mut ledger, 1).map(drop),
            Self::ReleaseHeld => ledger.release_held("night~1.1").map(drop),
            Self::Withdraw => ledger
                .withdraw("night~1.1", "sent by hand", false)
                .map(drop),
        };
        if std::env::var_os(CHILD).is_some() {
            std::process::abort(); // Before anything is closed.
        }
        result
    }

    /// The stops on its way, each with what the next start does and where the batch then is.
    fn stops(self) -> Vec<(Stop, Option<Recovery>, State)> {
        let (end, recovery) = match self {
            Self::Send | Self::ReleaseHeld => (State::Sent, Recovery::Sent),
            Self::Hold => (State::Held, Recovery::Held),
            Self::Withdraw => (State::Withdrawn, Recovery::Withdrawn),
        };
        let late = [
            (Stop::Ready, Some(recovery), end),
            (Stop::Moved, Some(recovery), end),
            (Stop::Marked, None, end),
        ];
        let abandoned = (Some(Recovery::Abandoned), State::Abandoned);
        let early = [Stop::Begun, Stop::Recorded, Stop::Durable]
            .map(|stop| (stop, abandoned.0, abandoned.1));
        match self {
            Self::Send | Self::Hold => [early, late].concat(),
            Self::ReleaseHeld | Self::Withdraw => late.to_vec(),
        }
    }
}

fn place_of(state: State) -> &'static str {
    match state {
        State::Sent => "outbox",
        State::Held => "held",
        State::Withdrawn => "withdrawn",
        _ => "work",
    }
}

/// Starts again and compares with the table at the head of the room.
fn check_restart(home: &Path, deed: Deed, stop: Stop, recovery: Option<Recovery>, end: State) {
    let case = format!("{deed:?} stopped at {stop:?}");
    let clock = clock();
    let (mut ledger, recovered) = Ledger::open(home, &clock).unwrap();
    let found: Vec<_> = recovered.iter().map(|r| r.what).collect();
    assert_eq!(found, Vec::from_iter(recovery), "{case}");

    let read = Ledger::read(home).unwrap();
    assert_eq!(
        read.batch("night~1.1").unwrap().unwrap().state,
        end,
        "{case}"
    );
    for place in ["work", "held", "outbox", "withdrawn"] {
        let expected = if place == place_of(end) && end != State::Abandoned {
            whole()
        } else {
            BTreeMap::new()
        };
        assert_eq!(tree(&home.join(place)), expected, "{case}: {place}");
    }
    assert_eq!(
        fs::read_dir(home.join("work")).unwrap().count(),
        0,
        "{case}"
    );

    // A second start finds nothing to do, and the next run of the mailing does what it should.
    drop(ledger);
    (ledger, _) = Ledger::open(home, &clock).unwrap();
    match end {
        State::Abandoned => {
            assert_eq!(read.letter("L-1").unwrap(), [], "{case}");
            let released = send(&mut ledger, 1).unwrap();
            assert_eq!(released.folder, home.join("outbox/night~1.1"), "{case}");
            assert_eq!(tree(&home.join("outbox")), whole(), "{case}");
        }
        State::Withdrawn => {
            let released = send(&mut ledger, 1).unwrap();
            assert_eq!(released.folder, home.join("outbox/night~1.2"), "{case}");
        }
        _ => {
            let refused = send(&mut ledger, 1).unwrap_err();
            assert!(
                matches!(refused, Error::AlreadySent { .. }),
                "{case}: {refused}"
            );
        }
    }
}

#[test]
fn every_stop_is_made_good_by_the_next_start() {
    for deed in Deed::ALL {
        for (stop, recovery, end) in deed.stops() {
            let home = tempfile::tempdir().unwrap();
            deed.prepare(home.path());
            let stopped = deed.until(home.path(), stop).unwrap_err();
            assert!(
                matches!(stopped, Error::Stopped(at) if at == stop),
                "{stopped}"
            );
            check_restart(home.path(), deed, stop, recovery, end);
        }
    }
}

const CHILD: &str = "LETTERMILL_TEST_CHILD";

#[test]
fn every_killed_process_is_made_good_by_the_next_start() {
    if let Ok(case) = std::env::var(CHILD) {
        let [home, deed, stop] = case.split('|').collect::<Vec<_>>()[..] else {
            panic!("{case}");
        };
        let deed = Deed::ALL[deed.parse::<usize>().unwrap()];
        let (stop, ..) = deed.stops()[stop.parse::<usize>().unwrap()];
        let _ = deed.until(Path::new(home), stop);
        unreachable!("the child aborts");
    }
    for (d, deed) in Deed::ALL.into_iter().enumerate() {
        for (s, (stop, recovery, end)) in deed.stops().into_iter().enumerate() {
            let home = tempfile::tempdir().unwrap();
            deed.prepare(home.path());
            let child = Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    "every_killed_process_is_made_good_by_the_next_start",
                ])
                .env(CHILD, format!("{}|{d}|{s}", home.path().display()))
                .output()
                .unwrap();
            assert!(!child.status.success());
            assert_eq!(
                std::os::unix::process::ExitStatusExt::signal(&child.status),
                Some(6)
            );
            check_restart(home.path(), deed, stop, recovery, end);
        }
    }
}

#[test]
fn a_recovery_that_is_itself_interrupted_is_finished() {
    let home = tempfile::tempdir().unwrap();
    Deed::Send.until(home.path(), Stop::Ready).unwrap_err();
    // As if the recovery had been killed between the rename and the word in the ledger.
    fs::rename(
        home.path().join("work/night~1.1"),
        home.path().join("outbox/night~1.1"),
    )
    .unwrap();
    check_restart(
        home.path(),
        Deed::Send,
        Stop::Moved,
        Some(Recovery::Sent),
        State::Sent,
    );
}

#[test]
fn a_file_changed_after_it_was_promised_is_named_and_nothing_is_sent() {
    for spoil in [
        |path: &Path| fs::write(path, "spoiL").unwrap(),
        |path: &Path| fs::write(path, "longer than it was").unwrap(),
        |path: &Path| fs::remove_file(path).unwrap(),
    ] {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        Deed::Send.until(home, Stop::Ready).unwrap_err();
        spoil(&home.join("work/night~1.1/print/mono-c5/1.pdf"));
        let clock = clock();
        let error = Ledger::open(home, &clock).map(drop).unwrap_err();
        assert!(error.to_string().contains("print/mono-c5/1.pdf"), "{error}");
        assert_eq!(tree(&home.join("outbox")), BTreeMap::new());

        // The way out: a person withdraws it, and the mailing can be sent again.
        let mut ledger = Ledger::open_as_is(home, &clock).unwrap();
        let folder = ledger.withdraw("night~1.1", "disk fault", false).unwrap();
        assert_eq!(folder, home.join("withdrawn/night~1.1"));
        drop(ledger);
        let (mut ledger, recovered) = Ledger::open(home, &clock).unwrap();
        assert_eq!(recovered, []);
        assert_eq!(
            send(&mut ledger, 1).unwrap().folder,
            home.join("outbox/night~1.2")
        );
    }
}

#[test]
fn a_folder_that_is_gone_is_an_error_and_can_be_withdrawn() {
    let home = tempfile::tempdir().unwrap();
    Deed::Send.until(home.path(), Stop::Ready).unwrap_err();
    fs::remove_dir_all(home.path().join("work/night~1.1")).unwrap();
    let clock = clock();
    let error = Ledger::open(home.path(), &clock).map(drop).unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error}");
    let mut ledger = Ledger::open_as_is(home.path(), &clock).unwrap();
    // It may have been in the outbox, and been collected: only a person can know.
    let unsure = ledger.withdraw("night~1.1", "lost", false).unwrap_err();
    assert!(matches!(unsure, Error::Missing { .. }), "{unsure}");
    assert!(unsure.to_string().contains("--never-left"), "{unsure}");
    ledger.withdraw("night~1.1", "lost", true).unwrap();
    drop(ledger);
    assert_eq!(Ledger::open(home.path(), &clock).unwrap().1, []);
    let batch = Ledger::read(home.path())
        .unwrap()
        .batch("night~1.1")
        .unwrap()
        .unwrap();
    assert!(batch.reason.contains("never left"), "{}", batch.reason);
}

#[test]
fn a_folder_that_was_collected_is_booked_as_sent_when_it_is_put_back() {
    let home = tempfile::tempdir().unwrap();
    Deed::Send.until(home.path(), Stop::Moved).unwrap_err();
    let (there, away) = (
        home.path().join("outbox/night~1.1"),
        home.path().join("away"),
    );
    fs::rename(&there, &away).unwrap();
    let clock = clock();
    let error = Ledger::open(home.path(), &clock).map(drop).unwrap_err();
    assert!(error.to_string().contains("collected"), "{error}");
    fs::rename(&away, &there).unwrap();
    let (_, recovered) = Ledger::open(home.path(), &clock).unwrap();
    assert_eq!(recovered[0].what, Recovery::Sent);
}

#[test]
fn a_batch_in_the_outbox_is_released_though_the_ledger_cannot_be_told() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
    let mut batch = ledger.begin(&mailing(1)).unwrap();
    record_all(&mut batch).unwrap();
    let files = write_files(batch.folder());
    let ready = batch.ready(&files, &LETTERS).unwrap();
    // Another process changes the table under the ledger: its next word fails.
    let db = rusqlite::Connection::open(home.path().join("ledger.sqlite")).unwrap();
    db.execute_batch("CREATE TRIGGER full BEFORE UPDATE ON batches BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        .unwrap();
    let released = ready.release().unwrap();
    assert!(released.folder.join("manifest.json").is_file());
    let why = released.unbooked.unwrap();
    assert!(why.contains("disk is full"), "{why}");
    db.execute_batch("DROP TRIGGER full").unwrap();
    drop(ledger);
    let (_, recovered) = Ledger::open(home.path(), &clock).unwrap();
    assert_eq!(recovered[0].what, Recovery::Sent);
}

#[cfg(unix)]
#[test]
fn folders_on_two_file_systems_are_refused_before_anything_is_begun() {
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else {
        eprintln!("no other file system here: not tested");
        return;
    };
    let home = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), home.path().join("outbox")).unwrap();
    let clock = clock();
    let error = Ledger::open(home.path(), &clock).map(drop).unwrap_err();
    assert!(matches!(error, Error::OtherFileSystem { .. }), "{error}");
}

#[test]
fn a_batch_that_is_sent_cannot_be_withdrawn_or_released() {
    let home = tempfile::tempdir().unwrap();
    Deed::Send.until(home.path(), Stop::Moved).unwrap_err();
    let clock = clock();
    let mut ledger = Ledger::open_as_is(home.path(), &clock).unwrap();
    let late = ledger.withdraw("night~1.1", "too late", false).unwrap_err();
    assert!(
        matches!(
            late,
            Error::NotInState {
                found: Some(State::Sent),
                ..
            }
        ),
        "{late}"
    );
    drop(ledger);
    let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
    for error in [
        ledger.withdraw("night~1.1", "", false).unwrap_err(),
        ledger.release_held("night~1.1").map(drop).unwrap_err(),
        ledger.release_held("unheard-of.1").map(drop).unwrap_err(),
    ]
    .map(|error| error.to_string())
    {
        assert!(error.contains("allowed is held"), "{error}");
    }
}

#[test]
fn a_held_batch_is_released_only_with_the_files_that_were_promised() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let clock = clock();
    let (mut ledger, _) = Ledger::open(home, &clock).unwrap();
    let held = hold(&mut ledger, 1).unwrap();
    fs::write(held.folder.join("digital/kivra/1.tar"), "forged").unwrap();
    let error = ledger.release_held("night~1.1").unwrap_err();
    assert!(matches!(error, Error::Changed(_)), "{error}");
    fs::write(held.folder.join("digital/kivra/1.tar"), "sealed").unwrap();
    fs::write(held.folder.join("print/mono-c5/2.pdf"), "slipped in").unwrap();
    let error = ledger.release_held("night~1.1").unwrap_err();
    assert!(matches!(error, Error::Unlisted(_)), "{error}");
    fs::remove_file(held.folder.join("print/mono-c5/2.pdf")).unwrap();
    let released = ledger.release_held("night~1.1").unwrap();
    assert_eq!(
        lettermill::ledger::folder(home, "night~1.1", State::Sent).as_ref(),
        Some(&released.folder)
    );
    assert_eq!(released.folder, home.join("outbox/night~1.1"));
    let events = Ledger::read(home).unwrap().events("night~1.1").unwrap();
    let events: Vec<_> = events
        .iter()
        .map(|e| (e.what.as_str(), e.note.as_str()))
        .collect();
    assert_eq!(
        events,
        [
            ("begun", ""),
            ("holding", "too many rejected"),
            ("held", ""),
            ("releasing", ""),
            ("sent", ""),
        ]
    );
}

#[test]
fn the_second_opener_is_told_who_is_first() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut first, _) = Ledger::open(home.path(), &clock).unwrap();
    let Err(Error::Busy { pid, .. }) = Ledger::open(home.path(), &clock) else {
        panic!("two owners");
    };
    assert_eq!(pid, Some(std::process::id()));
    send(&mut first, 1).unwrap();
    assert_eq!(
        Ledger::read(home.path()).unwrap().batches().unwrap().len(),
        1
    ); // Reading needs no lock.
    drop(first);
    Ledger::open(home.path(), &clock).unwrap();
}

#[test]
fn books_that_do_not_balance_are_refused() {
    let wrong = [
        Totals {
            digital: 2,
            ..LETTERS
        }, // Does not add up.
        Totals {
            digital: 2,
            print: 0,
            ..LETTERS
        }, // Adds up, but no rows for it.
        Totals {
            letters: 5,
            digital: 2,
            ..LETTERS
        }, // A letter without a row.
        Totals {
            letters: u64::MAX,
            digital: u64::MAX,
            ..LETTERS
        }, // Overflows.
    ];
    for totals in wrong {
        let home = tempfile::tempdir().unwrap();
        let clock = clock();
        let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
        let mut batch = ledger.begin(&mailing(1)).unwrap();
        record_all(&mut batch).unwrap();
        let files = write_files(batch.folder());
        let error = batch.ready(&files, &totals).map(drop).unwrap_err();
        assert!(matches!(error, Error::Balance { .. }), "{error}");
        drop(ledger);
        let (_, recovered) = Ledger::open(home.path(), &clock).unwrap();
        assert_eq!(recovered[0].what, Recovery::Abandoned);
    }
}

#[test]
fn letters_on_paper_and_pieces_must_match_one_to_one() {
    let piece = |piece, letters: &[u32]| PieceRow {
        piece,
        letters: letters.to_vec(),
        part: "c5/1".into(),
        sheets: 1,
        weight_mg: 9_000,
    };
    let wrong: [Vec<PieceRow>; 4] = [
        vec![],
        vec![piece(1, &[0])],
        vec![piece(1, &[1]), piece(2, &[2])],
        vec![piece(1, &[1, 0])],
    ];
    for pieces in wrong {
        let home = tempfile::tempdir().unwrap();
        let clock = clock();
        let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
        let mut batch = ledger.begin(&mailing(1)).unwrap();
        batch
            .record(&[row(0, "L-1", Fate::Digital), row(1, "L-2", Fate::Print)])
            .unwrap();
        batch.record_pieces(&pieces).unwrap();
        let totals = Totals {
            letters: 2,
            digital: 1,
            print: 1,
            held: 0,
            rejected: 0,
        };
        let error = batch.ready(&[], &totals).map(drop).unwrap_err();
        assert!(matches!(error, Error::Pieces { .. }), "{error}");
    }
}

#[test]
fn nothing_is_recorded_twice() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
    let mut batch = ledger.begin(&mailing(1)).unwrap();
    record_all(&mut batch).unwrap();
    let error = batch
        .record(&[row(4, "L-5", Fate::Held), row(2, "L-3", Fate::Held)])
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "batch `night~1.1`: letter 2 was recorded twice"
    );
    batch.record(&[row(4, "L-5", Fate::Held)]).unwrap(); // The whole slice had been refused.
    let piece = PieceRow {
        piece: 2,
        letters: vec![1],
        part: "c5/1".into(),
        sheets: 1,
        weight_mg: 1,
    };
    let error = batch.record_pieces(&[piece]).unwrap_err();
    assert!(error.to_string().contains("piece 2"), "{error}");
}

#[test]
fn files_that_are_not_as_listed_are_refused() {
    type Spoil = fn(&Path, &mut Vec<WrittenFile>);
    let cases: [(&str, Spoil); 6] = [
        ("left.part", |folder, _| {
            fs::write(folder.join("left.part"), "").unwrap()
        }),
        ("1.pdf", |folder, _| {
            fs::write(folder.join("print/mono-c5/1.pdf"), "").unwrap()
        }),
        ("1.pdf", |folder, _| {
            fs::remove_file(folder.join("print/mono-c5/1.pdf")).unwrap()
        }),
        ("../", |_, files| {
            files[0].path = PathBuf::from("../other.1/x")
        }),
        ("/etc", |_, files| {
            files[0].path = PathBuf::from("/etc/hosts")
        }),
        ("manifest.json", |_, files| files.push(files[2].clone())),
    ];
    for (named, spoil) in cases {
        let home = tempfile::tempdir().unwrap();
        let clock = clock();
        let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
        let mut batch = ledger.begin(&mailing(1)).unwrap();
        record_all(&mut batch).unwrap();
        let mut files = write_files(batch.folder());
        spoil(batch.folder(), &mut files);
        let error = batch.ready(&files, &LETTERS).map(drop).unwrap_err();
        assert!(error.to_string().contains(named), "{named}: {error}");
    }
}

#[test]
fn a_letter_goes_out_once() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
    let ids = ["L-1", "L-2", "L-3", "L-4", "L-5", ""];

    let batch = ledger.begin(&mailing(1)).unwrap();
    assert!(!batch.mailing_known());
    assert_eq!(batch.sent_before(&ids).unwrap(), vec![None; 6]);
    batch.abandon("not well-formed").unwrap();
    send(&mut ledger, 1).unwrap();

    let again = ledger.begin(&mailing(1)).map(drop).unwrap_err();
    assert_eq!(
        again.to_string(),
        "this mailing was already worked on: batch `night~1.1` is sent since 2026-03-01T22:15:07Z"
    );

    // The same id with another file: a mailing corrected by the sender.
    let mut batch = ledger.begin(&mailing(2)).unwrap();
    assert_eq!((batch.name(), batch.mailing_known()), ("night~1.2", true));
    record_all(&mut batch).unwrap(); // Its own rows are no history.
    let found = batch.sent_before(&ids).unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|f| f.as_ref().map(|f| f.batch.as_str()))
        .collect();
    let first = Some("night~1.1");
    assert_eq!(found, [first, first, None, None, None, None]);
    batch.abandon("").unwrap();

    // Another mailing's letters have nothing to do with it.
    let other = Mailing {
        mailing_id: "other",
        letters_sha256: [7; 32],
        ..mailing(1)
    };
    let batch = ledger.begin(&other).unwrap();
    assert_eq!((batch.name(), batch.mailing_known()), ("other.1", false));
    assert_eq!(batch.sent_before(&["L-1"]).unwrap(), [None]);
}

#[test]
fn a_held_batch_counts_as_sent_and_a_withdrawn_one_does_not() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
    hold(&mut ledger, 1).unwrap();
    let again = ledger.begin(&mailing(1)).map(drop).unwrap_err();
    assert!(
        again.to_string().contains("release or withdraw it"),
        "{again}"
    );
    let batch = ledger.begin(&mailing(2)).unwrap();
    assert!(batch.sent_before(&["L-1"]).unwrap()[0].is_some());
    batch.abandon("").unwrap();
    ledger.withdraw("night~1.1", "sent by hand", false).unwrap();
    let batch = ledger.begin(&mailing(1)).unwrap();
    assert_eq!((batch.name(), batch.mailing_known()), ("night~1.2", false));
}

#[test]
fn ids_that_cannot_name_a_folder_and_folders_in_the_way_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
    for bad in ["", "..", "../x", "a/b", "å", ".hidden", &"x".repeat(65)] {
        let error = ledger
            .begin(&Mailing {
                mailing_id: bad,
                ..mailing(1)
            })
            .map(drop);
        assert!(matches!(error, Err(Error::MailingId { .. })), "{bad}");
    }
    fs::create_dir(home.path().join("outbox/night~1.1")).unwrap();
    let error = ledger.begin(&mailing(1)).map(drop).unwrap_err();
    assert!(matches!(error, Error::Unknown(_)), "{error}");
}

#[test]
fn what_is_no_ledger_of_ours_is_left_alone() {
    let clock = clock();
    let home = tempfile::tempdir().unwrap();
    assert!(matches!(Ledger::read(home.path()), Err(Error::NoLedger(_))));
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0); // Reading makes nothing.

    let path = home.path().join("ledger.sqlite");
    fs::write(&path, "these are somebody's notes, not a ledger").unwrap();
    let error = Ledger::open(home.path(), &clock).map(drop).unwrap_err();
    assert!(matches!(error, Error::Foreign(_)), "{error}");
    fs::remove_file(&path).unwrap();

    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE diary (day TEXT)").unwrap();
    let error = Ledger::open(home.path(), &clock).map(drop).unwrap_err();
    assert!(matches!(error, Error::Foreign(_)), "{error}");
    drop(db);
    fs::remove_file(&path).unwrap();

    drop(Ledger::open(home.path(), &clock).unwrap());
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    for error in [
        Ledger::open(home.path(), &clock).map(drop).unwrap_err(),
        Ledger::read(home.path()).map(drop).unwrap_err(),
    ] {
        assert!(
            matches!(
                error,
                Error::Newer {
                    found: 99,
                    known: 8
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn only_the_owner_can_read_the_home() {
    let parent = tempfile::tempdir().unwrap();
    let home = parent.path().join("a/home");
    let clock = clock();
    let (mut ledger, _) = Ledger::open(&home, &clock).unwrap();
    send(&mut ledger, 1).unwrap();
    let mut folders = vec![home];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(
            fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
            0o700,
            "{folder:?}"
        );
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            seen += 1;
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(
                    fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                    0o600,
                    "{path:?}"
                );
            }
        }
    }
    assert!(seen > 10, "the ledger's log and its index are there too");
}

#[test]
fn a_letter_has_a_history() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
    send(&mut ledger, 1).unwrap();
    let read = Ledger::read(home.path()).unwrap();
    let [digital] = &read.letter("L-1").unwrap()[..] else {
        panic!()
    };
    assert_eq!(
        (digital.batch.as_str(), digital.state),
        ("night~1.1", State::Sent)
    );
    assert_eq!(
        (digital.fate.as_str(), digital.target.as_str()),
        ("digital", "kivra")
    );
    assert_eq!(digital.message_id.as_deref(), Some("m-1"));
    assert_eq!(digital.path, "reachable>digital");
    let piece = read.letter("L-2").unwrap()[0].piece.clone().unwrap();
    assert_eq!(
        (piece.piece, piece.part.as_str(), piece.sheets),
        (1, "mono-c5/1", 2)
    );
    assert_eq!(read.letter("L-9").unwrap(), []);
    let batch = read.batch("night~1.1").unwrap().unwrap();
    assert_eq!(batch.totals, Some(LETTERS));
    assert_eq!(
        batch.state_at,
        "2026-03-01T22:15:07Z".parse::<Timestamp>().unwrap()
    );
    assert_eq!(read.files("night~1.1").unwrap().len(), 3);
    assert_eq!(read.reasons("night~1.1").unwrap().len(), 4);
    let json = serde_json::to_value(&batch).unwrap();
    assert_eq!(
        (json["state"].as_str(), json["letters"].as_u64()),
        (Some("sent"), Some(4))
    );
}

#[test]
fn ordinary_tools_read_the_ledger() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
    send(&mut ledger, 1).unwrap();
    // The run may still have it open.
    let ask = |sql: &str| {
        said_by(
            "sqlite3",
            &[home.path().join("ledger.sqlite").to_str().unwrap(), sql],
        )
    };
    let Some(found) = ask("SELECT name, state, letters, hex(source_sha256) FROM batches") else {
        return;
    };
    assert_eq!(found, format!("night~1.1|sent|4|{}\n", "01".repeat(32)));
    let files =
        ask("SELECT path, size, lower(hex(sha256)) FROM files ORDER BY path LIMIT 1").unwrap();
    let digest = disk::hex(&disk::sha256(b"sealed"));
    assert_eq!(files, format!("digital/kivra/1.tar|6|{digest}\n"));
    assert_eq!(ask("PRAGMA integrity_check").unwrap(), "ok\n");
    assert_eq!(ask("PRAGMA foreign_key_check").unwrap(), "");
    drop(ledger);
    assert_eq!(ask("SELECT count(*) FROM letters").unwrap(), "4\n");
}

#[test]
fn a_hundred_thousand_letters_are_recorded_and_found() {
    insert_many(100_000);
}

/// `cargo test --release --test ledger -- --ignored --nocapture a_million`
#[test]
#[ignore = "takes a minute; prints rows a second"]
fn a_million_letters_are_recorded_and_found() {
    insert_many(1_000_000);
}

fn insert_many(letters: u32) {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
    for (source, scattered) in [(1, false), (2, true)] {
        let mut batch = ledger.begin(&mailing(source)).unwrap();
        let id = |seq: u32| {
            let number = if scattered {
                seq.wrapping_mul(2_654_435_761)
            } else {
                seq
            };
            format!("SKV-2026-{number:010}")
        };
        let started = std::time::Instant::now();
        for wave in 0..letters / 10_000 {
            let ids: Vec<_> = (wave * 10_000..(wave + 1) * 10_000)
                .map(|seq| (seq, id(seq)))
                .collect();
            let rows: Vec<_> = ids
                .iter()
                .map(|(seq, id)| LetterRow {
                    reason: "digital.reachable",
                    target: "kivra",
                    message_id: Some("0f8fad5b-d9cb-469f-a165-70867728950e"),
                    sha256: Some(disk::sha256(id.as_bytes())),
                    path: "rule:reachable>digital",
                    ..row(*seq, id, Fate::Digital)
                })
                .collect();
            batch.record(&rows).unwrap();
        }
        let recorded = started.elapsed();
        let first = id(17);
        let found = batch.sent_before(&[&first, "nowhere"]).unwrap();
        assert_eq!(found, [None, None]);
        let started = std::time::Instant::now();
        let count = u64::from(letters);
        let totals = Totals {
            letters: count,
            digital: count,
            ..Totals::default()
        };
        batch.ready(&[], &totals).unwrap().release().unwrap();
        let (recorded, ready) = (recorded.as_secs_f64(), started.elapsed().as_secs_f64());
        let bytes = fs::metadata(home.path().join("ledger.sqlite"))
            .unwrap()
            .len();
        eprintln!(
            "{letters} letters, ids {}: {:.0} rows/s, ready and released in {ready:.2} s, ledger {} MB, peak memory {} MB",
            if scattered { "scattered" } else { "in order" },
            f64::from(letters) / recorded,
            bytes / 1_000_000,
            peak_memory_mb(),
        );
    }
    let started = std::time::Instant::now();
    let read = Ledger::read(home.path()).unwrap();
    assert_eq!(read.letter("SKV-2026-0000000017").unwrap()[0].seq, 17);
    assert!(
        started.elapsed().as_secs_f64() < 1.0,
        "found through the index, not by looking at all letters"
    );
}

fn peak_memory_mb() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb: Option<u64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kb.map_or("?".to_owned(), |kb| (kb / 1000).to_string())
}
