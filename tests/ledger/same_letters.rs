//! The very same letters under another mailing id.

use lettermill::ledger::{Error, Ledger, Mailing};
use lettermill::letter::Environment;

use super::{clock, hold, mailing, send};

/// Under another id: header and file differ, the letters do not.
fn renamed(letters: u8) -> Mailing<'static> {
    Mailing {
        mailing_id: "night:2",
        letters_sha256: [letters; 32],
        ..mailing(99)
    }
}

#[test]
fn they_are_refused_unless_a_person_says_why() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
    send(&mut ledger, 1).unwrap();
    ledger.begin(&renamed(2)).unwrap().abandon("").unwrap();
    let error = ledger.begin(&renamed(1)).map(drop).unwrap_err();
    assert!(
        matches!(&error, Error::SameLetters { batch, .. } if batch == "night~1.1"),
        "{error}"
    );
    assert!(error.to_string().contains("--again"), "{error}");
    let reader = Ledger::read(home.path()).unwrap();
    assert!(reader.refuse_sent(&renamed(1)).is_err());
    assert!(reader.refuse_sent(&renamed(2)).is_ok());

    let why_again = Some("the first was printed without colour");
    let again = Mailing {
        why_again,
        ..renamed(1)
    };
    assert!(reader.refuse_sent(&again).is_ok());
    let batch = ledger.begin(&again).unwrap();
    assert_eq!(batch.name(), "night~2.1");
    batch.abandon("").unwrap();
    let events = Ledger::read(home.path()).unwrap().events("night~2.1");
    let events = format!("{:?}", events.unwrap());
    let told = "the letters of night~1.1 once more: the first was printed without colour";
    assert!(events.contains(told), "{events}");
    // That very file is refused whatever is said.
    let file = Mailing {
        why_again,
        ..mailing(1)
    };
    let error = ledger.begin(&file).map(drop).unwrap_err();
    assert!(matches!(error, Error::AlreadySent { .. }), "{error}");
}

#[test]
fn only_what_may_have_gone_out_counts_and_trials_are_no_real_mail() {
    let home = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut ledger, _) = Ledger::open(home.path(), &clock).unwrap();
    hold(&mut ledger, 1).unwrap();
    let error = ledger.begin(&renamed(1)).map(drop).unwrap_err();
    assert!(
        error.to_string().contains("release or withdraw it"),
        "{error}"
    );
    let real = Mailing {
        environment: Environment::Production,
        ..renamed(1)
    };
    ledger.begin(&real).unwrap().abandon("").unwrap();
    ledger.withdraw("night~1.1", "not ours", false).unwrap();
    ledger.begin(&renamed(1)).unwrap().abandon("").unwrap();
}
