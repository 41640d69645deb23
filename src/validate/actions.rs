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
