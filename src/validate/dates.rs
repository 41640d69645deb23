//! Dates that must come one after the other.

use std::sync::LazyLock;

use crate::finding::Code;
use crate::letter::{ActionTarget, DateTimeText, Header, Letter, WallClock};

use super::Findings;

pub fn judge(letter: &Letter<'_>, header: &Header, findings: &mut Findings<'_>) {
    if let Some(reply_by) = letter.reply_by {
        if letter.not_before.is_some_and(|start| reply_by < start) {
            findings.add(
                Code::DateOrder,
                "letter/replyBy",
                "a replyBy before notBefore",
                "a replyBy on or after notBefore",
            );
        }
        if reply_by < header.created {
            findings.add(
                Code::DatePast,
                "letter/replyBy",
                "a replyBy before the day the mailing was made",
                "a replyBy that the recipient can still meet",
            );
        }
    }
    for (at, action) in letter.actions.iter().enumerate() {
        let path = || format!("letter/actions/action[{}]", at + 1);
        if let (Some(starts), Some(ends)) = (&action.starts, &action.ends)
            && is_before(ends, starts)
        {
            out_of_order(findings, format!("{}/ends", path()));
        }
        if let Some(ActionTarget::Reservation { starts, ends, .. }) = &action.target
            && is_before(ends, starts)
        {
            out_of_order(findings, format!("{}/reservation/ends", path()));
        }
    }
}

fn out_of_order(findings: &mut Findings<'_>, path: String) {
    findings.add(
        Code::DateOrder,
        path,
        "an end before the start",
        "an end at or after the start",
    );
}

static CLOCK: LazyLock<WallClock> = LazyLock::new(WallClock::central_europe);

/// By the moments that are meant.
fn is_before(a: &DateTimeText<'_>, b: &DateTimeText<'_>) -> bool {
    let moments = CLOCK.moment(a).zip(CLOCK.moment(b));
    moments.map_or(a.civil < b.civil, |(a, b)| a < b)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::super::testing::{found, letter};
    use super::*;
    use crate::letter::Action;

    fn at(text: &'static str) -> DateTimeText<'static> {
        let hour = text[11..13].parse().unwrap();
        let minute = text[14..16].parse().unwrap();
        DateTimeText {
            text: text.into(),
            civil: datetime(2026, 12, text[8..10].parse().unwrap(), hour, minute, 0, 0),
        }
    }

    #[test]
    fn a_reply_is_not_wanted_before_the_letter() {
        let path = || "letter/replyBy".to_owned();
        for (not_before, reply_by, expected) in [
            (Some(date(2026, 12, 1)), date(2026, 12, 1), vec![]),
            (
                Some(date(2026, 12, 1)),
                date(2026, 11, 30),
                vec![Code::DateOrder],
            ),
            (None, date(2026, 11, 22), vec![]),
            (None, date(2026, 11, 21), vec![Code::DatePast]),
        ] {
            let mut letter = letter();
            letter.not_before = not_before;
            letter.reply_by = Some(reply_by);
            let expected: Vec<_> = expected.into_iter().map(|code| (code, path())).collect();
            assert_eq!(found(&letter), expected);
        }
    }

    #[test]
    fn actions_and_appointments_end_after_they_start() {
        let end_in = |starts, ends| {
            let mut letter = letter();
            letter.actions.push(Action {
                code: "AFTALE".into(),
                label: "Möte".into(),
                starts: Some(at(starts)),
                ends: Some(at(ends)),
                target: Some(ActionTarget::Reservation {
                    description: "Möte".into(),
                    abstract_: "Möte".into(),
                    location: "Här".into(),
                    starts: at(starts),
                    ends: at(ends),
                    organiser_email: None,
                    organiser_name: None,
                }),
            });
            found(&letter)
        };
        assert_eq!(end_in("2026-12-01T10:00:00", "2026-12-01T10:00:00"), []);
        assert_eq!(
            end_in("2026-12-01T10:00:00", "2026-12-01T09:59:00"),
            [
                (Code::DateOrder, "letter/actions/action[1]/ends".to_owned()),
                (
                    Code::DateOrder,
                    "letter/actions/action[1]/reservation/ends".to_owned()
                ),
            ]
        );
        // Half an hour each, although one of the two has no offset: then the clock on the wall is meant.
        assert_eq!(end_in("2026-12-01T10:00:00", "2026-12-01T09:30:00Z"), []);
        assert_eq!(
            end_in("2026-12-01T09:30:00Z", "2026-12-01T10:00:00").len(),
            2
        );
        // Half an hour, although the clock on the wall says otherwise.
        assert_eq!(
            end_in("2026-12-01T10:00:00+02:00", "2026-12-01T09:30:00+01:00"),
            []
        );
        assert_eq!(
            end_in("2026-12-01T10:00:00Z", "2026-12-01T10:30:00+01:00").len(),
            2
        );
    }
}
