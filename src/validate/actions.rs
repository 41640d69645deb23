//! What the recipient of a Danish letter can do (facts/denmark.md §1.5, §1.7). The Swedish channel carries no actions, so
//! that they cannot keep a Swedish letter from it.

use crate::finding::Code;
use crate::letter::{Action, ActionTarget, Country, Header, Letter};

use super::Findings;

/// The one action that is an appointment.
const APPOINTMENT: &str = "AFTALE";

pub fn judge(letter: &Letter<'_>, header: &Header, findings: &mut Findings<'_>) {
    if header.sender.country != Country::Denmark {
        return;
    }
    for (at, action) in letter.actions.iter().enumerate() {
        if let Some((found, allowed)) = fault_of(action) {
            let path = format!("letter/actions/action[{}]", at + 1);
            findings.add(Code::ActionTarget, path, found, allowed);
        }
    }
}

fn fault_of(action: &Action<'_>) -> Option<(&'static str, &'static str)> {
    match (&action.target, action.code == APPOINTMENT) {
        (Some(ActionTarget::Url(url)), false) => (!is_absolute_https(url)).then_some((
            "a URL that is not absolute with https",
            "https://, a host, and no white space",
        )),
        (Some(ActionTarget::Reservation { .. }), true) => None,
        (_, true) => Some(("AFTALE without a reservation", "a reservation")),
        (Some(ActionTarget::Reservation { .. }), false) => Some((
            "a reservation in an action that is no appointment",
            "the code AFTALE, or a url",
        )),
        (None, false) => Some(("an action that leads nowhere", "a url")),
    }
}

fn is_absolute_https(url: &str) -> bool {
    url.strip_prefix("https://").is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !rest.contains(char::is_whitespace)
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::super::testing::{found, found_in, letter};
    use super::*;
    use crate::letter::{DateTimeText, RecipientId};

    fn reservation() -> ActionTarget<'static> {
        let at = DateTimeText {
            text: "2026-12-01T10:00:00".into(),
            civil: datetime(2026, 12, 1, 10, 0, 0, 0),
        };
        ActionTarget::Reservation {
            description: "Samtale".into(),
            abstract_: "Samtale".into(),
            location: "Her".into(),
            starts: at.clone(),
            ends: at,
            organiser_email: None,
            organiser_name: None,
        }
    }

    #[test]
    fn danish_actions_lead_somewhere() {
        let url = |text: &'static str| Some(ActionTarget::Url(text.into()));
        for (code, target, good) in [
            ("BETALING", url("https://example.dk/betal?id=1"), true),
            ("BETALING", url("http://example.dk/betal"), false),
            ("BETALING", url("https:///betal"), false),
            ("BETALING", url("https://"), false),
            ("BETALING", url("https://example.dk/a b"), false),
            ("BETALING", url("/betal"), false),
            ("INFORMATION", None, false),
            ("INFORMATION", Some(reservation()), false),
            ("AFTALE", Some(reservation()), true),
            ("AFTALE", url("https://example.dk"), false),
            ("AFTALE", None, false),
        ] {
            let mut letter = letter();
            letter.recipient.id = RecipientId::None;
            letter.recipient.address = Some(super::super::testing::parts("8000", None));
            letter.actions.push(Action {
                code: code.into(),
                label: "Gør noget".into(),
                starts: None,
                ends: None,
                target,
            });
            let path = "letter/actions/action[1]".to_owned();
            let expected: &[_] = if good {
                &[]
            } else {
                &[(Code::ActionTarget, path)]
            };
            assert_eq!(found_in(&letter, Country::Denmark), expected, "{code}");
            letter.recipient.address = Some(super::super::testing::parts("12345", None));
            assert_eq!(found(&letter), []);
        }
    }
}
