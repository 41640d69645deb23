//! Results in sentences and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::json;

use super::Read;
use crate::ledger::{Balance, Booked, JobStanding, PieceStanding, PieceState};
use crate::letter::Handling;

pub(super) fn booked_json(file: &Read, others: u64, booked: &Booked) -> serde_json::Value {
    let statuses: BTreeMap<&str, u64> = booked
        .statuses
        .iter()
        .map(|(status, n)| (status.name(), *n))
        .collect();
    json!({
        "file": file.name, "rows": file.rows.len(), "booked": booked.booked, "repeated": booked.repeated,
        "already": booked.already.map(|at| at.to_string()), "other_jobs": others, "statuses": statuses,
        "remarks": booked.remarks, "remarks_total": booked.remarks_total,
        "jobs": booked.jobs.iter().map(job_json).collect::<Vec<_>>(),
    })
}

pub(super) fn booked_text(file: &Read, others: u64, booked: &Booked) -> String {
    if let Some(at) = booked.already {
        return format!(
            "`{}`: the same file was booked at {at}; nothing was booked now\n",
            file.name
        );
    }
    let mut out = format!(
        "`{}`: {} rows: {} booked, {} known before, {others} about other jobs\n",
        file.name,
        file.rows.len(),
        booked.booked,
        booked.repeated
    );
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
    object["closed"] = json!(job.total.open() == 0);
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
    let end = match total.open() {
        0 => "closed".to_owned(),
        open => format!("{open} open"),
    };
    let _ = writeln!(
        out,
        "batch {}, print job {number:08}: {} pieces, {} sent, {end}",
        job.batch,
        total.pieces,
        total.sent()
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
            let twice = if piece.twice {
                ", PERHAPS SENT TWICE"
            } else {
                ""
            };
            let _ = writeln!(
                out,
                "  piece {} ({}), {issue}: {status}{twice}",
                piece.piece, piece.part
            );
        }
        if job.noted_total > job.noted.len() as u64 {
            let more = job.noted_total - job.noted.len() as u64;
            let _ = writeln!(out, "  and {more} more");
        }
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
    text
}
