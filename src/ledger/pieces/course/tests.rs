use super::*;
use Handling::*;
use PieceState::{Aside, Sent, Spoilt, Waiting};

fn said(child: u8, status: Handling) -> Said {
    Said {
        child,
        sheet: None,
        status,
        at: None,
        signed: false,
        settled: false,
    }
}

fn settled(child: u8, status: Handling) -> Said {
    Said {
        signed: true,
        settled: true,
        ..said(child, status)
    }
}

fn at(minute: u8, child: u8, status: Handling) -> Said {
    let at = PlantTime::from_text(&format!("2026-11-26T10:{minute:02}:00"));
    Said {
        at,
        ..said(child, status)
    }
}

fn sheet(sheet: u16, status: Handling) -> Said {
    Said {
        sheet: Some(sheet),
        ..said(0, status)
    }
}

fn course(sheets: u16, issues: &[u8], results: &[Said]) -> (Course, Heard) {
    let mut course = Course::new(sheets, issues.to_vec());
    let mut heard = Heard::default();
    for said in results {
        heard = course.take(*said);
    }
    (course, heard)
}

fn concluded(issues: &[u8], results: &[Said]) -> Concluded {
    course(1, issues, results).0.conclude()
}

#[test]
fn a_piece_is_as_the_last_result_of_its_newest_issue_unless_it_is_sent() {
    let cases: &[(&[u8], &[Said], PieceState, bool)] = &[
        (&[0], &[], Waiting, false),
        (&[0], &[said(0, Inserted)], Sent(Inserted), false),
        (
            &[0],
            &[said(0, Inserted), said(0, Damaged)],
            Spoilt(Damaged),
            false,
        ),
        (
            &[0],
            &[said(0, Diverted), said(0, Inserted)],
            Sent(Inserted),
            false,
        ),
        (
            &[0],
            &[said(0, Inserted), said(0, Inserted)],
            Sent(Inserted),
            true,
        ),
        (&[0, 1], &[said(0, Damaged)], Waiting, false),
        (
            &[0, 1],
            &[said(0, Damaged), said(1, Inserted)],
            Sent(Inserted),
            false,
        ),
        (
            &[0, 1],
            &[said(1, Inserted), said(0, Inserted)],
            Sent(Inserted),
            true,
        ),
        (
            &[0, 1],
            &[said(0, Inserted), said(1, Damaged)],
            Sent(Inserted),
            false,
        ),
        (
            &[0, 1, 3],
            &[said(0, Damaged), said(1, Missing), said(3, Unknown)],
            Aside(Unknown),
            false,
        ),
        (&[0], &[said(0, HandMade)], Aside(HandMade), false),
        (&[0], &[said(0, Withdrawn)], Aside(Withdrawn), false),
        (&[0], &[said(0, Duplicate)], Aside(Duplicate), false),
    ];
    for (issues, results, state, twice) in cases {
        let found = concluded(issues, results);
        let newest = *issues.last().unwrap();
        assert_eq!(
            (found.child, found.state, found.twice),
            (newest, *state, *twice)
        );
    }
    let signed = Said {
        signed: true,
        ..said(0, HandMade)
    };
    assert_eq!(
        concluded(&[0], &[said(0, Damaged), signed]).state,
        Sent(HandMade)
    );
}

#[test]
fn of_two_times_the_later_counts_in_whatever_order_they_come() {
    for order in [[5, 7], [7, 5]] {
        let [first, second] = order.map(|minute| match minute {
            5 => at(5, 0, Inserted),
            minute => at(minute, 0, Damaged),
        });
        let (course, heard) = course(1, &[0], &[first, second]);
        assert_eq!(course.conclude().state, Spoilt(Damaged));
        assert_eq!(heard.older, order[0] == 7);
    }
    // Without a time, or of another kind, the order in which they come.
    let utc = Said {
        at: PlantTime::from_text("2026-11-26T08:00:00Z"),
        ..said(0, Inserted)
    };
    for later in [utc, said(0, Inserted)] {
        let (course, heard) = course(1, &[0], &[at(7, 0, Damaged), later]);
        assert_eq!(
            (course.conclude().state, heard.older),
            (Sent(Inserted), false)
        );
    }
    assert!(concluded(&[0], &[at(7, 0, Inserted), at(5, 0, Inserted)]).twice);
}

#[test]
fn what_persons_settled_stands_until_they_settle_it_again() {
    for line in [said(0, Damaged), said(1, Missing), said(0, Diverted)] {
        let (course, heard) = course(1, &[0, 1], &[said(0, Damaged), settled(1, Withdrawn), line]);
        assert_eq!(course.conclude().state, Sent(Withdrawn));
        assert!(heard.against_settled && !course.conclude().went_out);
    }
    let out = concluded(
        &[0, 1],
        &[said(0, Damaged), settled(1, Withdrawn), said(0, Inserted)],
    );
    assert_eq!(
        (out.state, out.twice, out.went_out),
        (Sent(Withdrawn), false, true)
    );
    let twice = concluded(
        &[0],
        &[said(0, Damaged), settled(0, HandMade), said(0, Inserted)],
    );
    assert_eq!((twice.state, twice.twice), (Sent(HandMade), true));
    // A newer print is another matter.
    let newer = concluded(&[0, 1], &[settled(0, Inserted), said(1, Inserted)]);
    assert_eq!((newer.state, newer.twice), (Sent(Inserted), true));
    let removed = concluded(
        &[0],
        &[said(0, Inserted), settled(0, Removed), said(0, Inserted)],
    );
    assert_eq!((removed.state, removed.settled), (Spoilt(Removed), true));
    let again = concluded(&[0, 1], &[settled(0, Inserted), settled(0, Removed)]);
    assert_eq!(again.state, Waiting);
}

#[test]
fn a_piece_is_as_bad_as_the_worst_of_its_sheets_and_sent_when_all_are() {
    let state = |results: &[Said]| course(2, &[0], results).0.conclude();
    assert_eq!(state(&[sheet(1, Inserted)]).state, Aside(Unknown));
    let both = state(&[sheet(1, Inserted), sheet(2, Inserted)]);
    assert_eq!((both.state, both.twice), (Sent(Inserted), false));
    assert_eq!(
        state(&[sheet(1, Damaged), sheet(2, Inserted)]).state,
        Spoilt(Damaged)
    );
    assert_eq!(
        state(&[sheet(1, Diverted), sheet(2, Damaged)]).state,
        Spoilt(Damaged)
    );
    assert_eq!(
        state(&[sheet(2, Damaged), sheet(1, Diverted)]).state,
        Spoilt(Damaged)
    );
    let mended = [sheet(1, Damaged), sheet(2, Inserted), sheet(1, Inserted)];
    assert_eq!(state(&mended).state, Sent(Inserted));
    assert!(state(&[sheet(1, Inserted), sheet(1, Inserted)]).twice);
    assert_eq!(
        state(&[sheet(1, Inserted), said(0, Missing)]).state,
        Spoilt(Missing)
    );
    assert_eq!(
        state(&[said(0, Inserted), sheet(2, Damaged)]).state,
        Spoilt(Damaged)
    );
    let summed_up = state(&[sheet(1, Inserted), said(0, Inserted)]);
    assert_eq!((summed_up.state, summed_up.twice), (Sent(Inserted), false));
}

#[test]
fn a_reprint_of_a_piece_that_is_sent_is_under_way_until_it_is_stopped() {
    let before = [said(0, Damaged), said(0, Inserted)];
    let found = concluded(&[0, 1], &before);
    assert_eq!(
        (found.state, found.under_way, found.twice),
        (Sent(Inserted), true, false)
    );
    for stopped in [
        said(1, Damaged),
        said(1, Removed),
        settled(1, Removed),
        settled(1, Withdrawn),
    ] {
        let found = concluded(&[0, 1], &[before[0], before[1], stopped]);
        assert_eq!(
            (found.state, found.under_way),
            (Sent(Inserted), false),
            "{stopped:?}"
        );
        assert!(!found.twice && !found.went_out, "{stopped:?}");
    }
    let found = concluded(&[0, 1], &[before[0], before[1], said(1, Inserted)]);
    assert_eq!((found.under_way, found.twice), (false, true));
    assert!(!concluded(&[0, 1], &[said(0, Damaged)]).under_way);
}
