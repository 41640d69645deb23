//! Results in sentences and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::json;

use super::Done;
use crate::ledger::{Balance, JobStanding, PieceStanding, PieceState};
use crate::letter::Handling;

pub(super) fn booked_json(done: &Done) -> serde_json::Value {
    let booked = &done.booked;
    let statuses: BTreeMap<&str, u64> = booked
        .statuses
        .iter()
        .map(|(status, n)| (status.name(), *n))
        .collect();
    json!({
        "file": done.read.name, "rows": done.read.contents.rows.len(), "booked": booked.booked,
        "repeated": booked.repeated, "rest": booked.rest, "rest_kept": booked.rest_kept,
        "already": booked.already.map(|at| at.to_string()), "other_jobs": done.others, "statuses": statuses,
        "columns_passed_over": done.passed_over,
        "remarks": booked.remarks, "remarks_total": booked.remarks_total,
        "jobs": booked.jobs.iter().map(job_json).collect::<Vec<_>>(),
    })
}

pub(super) fn booked_text(done: &Done) -> String {
    let (booked, name) = (&done.booked, &done.read.name);
    let mut out = format!(
        "`{name}`: {} lines: {} results booked, {} lines known before, {} about other jobs\n",
        done.read.contents.rows.len(),
        booked.booked,
        booked.repeated,
        done.others
    );
    if let Some(at) = booked.already {
        let now = match booked.booked {
            0 => "nothing was booked now".to_owned(),
            new => format!("{new} results are new all the same"),
        };
        let _ = writeln!(out, "`{name}`: the same file was booked at {at}; {now}");
    }
    if booked.rest + booked.rest_kept > 0 {
        let _ = writeln!(
            out,
            "  of the pieces that no line names {} were booked as inserted, {} keep what was booked of them before",
            booked.rest, booked.rest_kept
        );
    }
    if !done.passed_over.is_empty() {
        let columns = done.passed_over.join(", ");
        let _ = writeln!(
            out,
            "note: no column `job`, so all lines are taken for the batch of --batch; columns passed over: {columns}"
        );
    }
    for (status, n) in &booked.statuses {
        let _ = writeln!(out, "  {n} {status}");
    }
    for remark in &booked.remarks {
        let _ = writeln!(
            out,
            "LOOK: line {}: piece {} of batch {}: {}",
            remark.line,
            remark.piece,
            remark.batch,
            remark.what.sentence()
        );
    }
    if booked.remarks_total > booked.remarks.len() as u64 {
        let more = booked.remarks_total - booked.remarks.len() as u64;
        let _ = writeln!(out, "and {more} remarks more");
    }
    for job in &booked.jobs {
        job_text(&mut out, job, false);
    }
    out
}

/// A job for machines.
pub fn job_json(job: &JobStanding) -> serde_json::Value {
    let balance = |balance: &Balance| {
        let mut object = json!(balance);
        object["sent"] = json!(balance.sent());
        object["open"] = json!(balance.open());
        object
    };
    let mut object = balance(&job.total);
    object["batch"] = json!(job.batch);
    object["job"] = json!(job.number);
    object["closed"] = json!(job.total.is_closed());
    object["parts"] = job
        .parts
        .iter()
        .map(|(part, of_part)| {
            let mut object = balance(of_part);
            object["part"] = json!(part);
            object
        })
        .collect();
    object["noted"] = job.noted.iter().map(piece_json).collect();
    object["noted_total"] = json!(job.noted_total);
    object
}

pub(super) fn piece_json(piece: &PieceStanding) -> serde_json::Value {
    json!({
        "piece": piece.piece, "part": piece.part, "child": piece.child, "state": state_word(piece.state),
        "status": status_of(piece.state).map(Handling::name), "twice": piece.twice,
        "went_out": piece.went_out, "under_way": piece.under_way,
    })
}

pub(super) fn status_of(state: PieceState) -> Option<Handling> {
    match state {
        PieceState::Waiting => None,
        PieceState::Spoilt(status) | PieceState::Aside(status) | PieceState::Sent(status) => {
            Some(status)
        }
    }
}

/// How a piece stands, for people.
pub fn state_word(state: PieceState) -> &'static str {
    match state {
        PieceState::Waiting => "waiting",
        PieceState::Spoilt(_) => "spoilt",
        PieceState::Aside(_) => "aside",
        PieceState::Sent(_) => "sent",
    }
}

pub(super) fn job_text(out: &mut String, job: &JobStanding, all: bool) {
    let number = job.number;
    let total = &job.total;
    let end = match (total.is_closed(), total.open()) {
        (true, _) => "closed".to_owned(),
        (false, 0) => "not closed".to_owned(),
        (false, open) => format!("{open} open"),
    };
    let withdrawn = match total.withdrawn {
        0 => String::new(),
        n => format!("{n} withdrawn, "),
    };
    let _ = writeln!(
        out,
        "batch {}, print job {number:08}: {} pieces, {} sent, {withdrawn}{end}",
        job.batch,
        total.pieces,
        total.inserted + total.hand_made
    );
    let _ = writeln!(out, "  {}", balance_text(total));
    if all && job.parts.len() > 1 {
        for (part, balance) in &job.parts {
            let _ = writeln!(out, "  {part}: {}", balance_text(balance));
        }
    }
    if all {
        for piece in &job.noted {
            let issue = match piece.child {
                0 => "first print".to_owned(),
                child => format!("reprint {child}"),
            };
            let status = status_of(piece.state).map_or("", Handling::name);
            let alarms: String = [
                (piece.twice, ", PERHAPS SENT TWICE"),
                (piece.went_out, ", WITHDRAWN AND SENT ALL THE SAME"),
                (piece.under_way, ", A REPRINT IS UNDER WAY"),
            ]
            .into_iter()
            .filter_map(|(is, what)| is.then_some(what))
            .collect();
            let _ = writeln!(
                out,
                "  piece {} ({}), {issue}: {status}{alarms}",
                piece.piece, piece.part
            );
        }
        if job.noted_total > job.noted.len() as u64 {
            let more = job.noted_total - job.noted.len() as u64;
            let _ = writeln!(out, "  and {more} more");
        }
    }
    if total.waiting > 0 {
        let _ = writeln!(out, "  {} pieces wait for results", total.waiting);
    }
    if total.spoilt > 0 {
        let _ = writeln!(
            out,
            "hint: `lettermill reprint --open PART …` prints the {} spoilt pieces again",
            total.spoilt
        );
    }
    if total.aside > 0 {
        let _ = writeln!(
            out,
            "hint: {} pieces wait for a person; `lettermill print results settle {} …` records what was done",
            total.aside, job.batch
        );
    }
    if total.under_way > 0 {
        let _ = writeln!(
            out,
            "hint: {} pieces are sent and in a reprint: have it stopped, destroy the new sheets, then `lettermill print \
             results settle {}.rNN --as removed …`",
            total.under_way, job.batch
        );
    }
}

pub(super) fn balance_text(b: &Balance) -> String {
    let mut text = format!(
        "{} pieces = {} inserted + {} hand-made + {} withdrawn + {} open ({} spoilt, {} aside, {} waiting)",
        b.pieces,
        b.inserted,
        b.hand_made,
        b.withdrawn,
        b.open(),
        b.spoilt,
        b.aside,
        b.waiting
    );
    if b.twice > 0 {
        let _ = write!(text, "; {} PERHAPS SENT TWICE", b.twice);
    }
    if b.went_out > 0 {
        let _ = write!(text, "; {} WITHDRAWN AND SENT ALL THE SAME", b.went_out);
    }
    if b.under_way > 0 {
        let _ = write!(text, "; {} SENT, AND A REPRINT IS UNDER WAY", b.under_way);
    }
    text
}
