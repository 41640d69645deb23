//! Dates that must come one after the other.

use jiff::Timestamp;

use crate::finding::Code;
use crate::letter::{ActionTarget, DateTimeText, Header, Letter};

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

/// By the instant where both name their offset, else by the clock on the wall.
fn is_before(a: &DateTimeText<'_>, b: &DateTimeText<'_>) -> bool {
    match (a.text.parse::<Timestamp>(), b.text.parse::<Timestamp>()) {
        (Ok(a), Ok(b)) => a < b,
        _ => a.civil < b.civil,
    }
}
