//! `status`, `show`, `release`, `withdraw`: what the ledger knows, and what a person decides.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{ShowArgs, StatusArgs};
use super::receipts::tell;
use super::{BatchArgs, Exit, Failure, JobArgs, WithdrawArgs, job, print, say};
use crate::clock::SystemClock;
use crate::ledger::{BatchRow, History, Ledger, PrintJob, Reader, ResultOfPiece, State};
use crate::letter::Fate;
use crate::route;

/// The home that the arguments name.
pub fn home(args: &JobArgs) -> Result<PathBuf, Failure> {
    Ok(job(args, None)?.home(args.out.as_deref()))
}

/// Lists the batches.
pub fn status(args: &StatusArgs) -> Result<Exit, Failure> {
    let reader = Ledger::read(&home(&args.job)?)?;
    let (batches, jobs) = (reader.batches()?, reader.print_jobs()?);
    if args.json {
        let rows: Vec<_> = batches
            .iter()
            .map(|row| batch_json(row, jobs.get(&row.name)))
            .collect();
        print(&format!("{}\n", json!({ "batches": rows })))?;
    } else {
        print(&batch_table(&batches))?;
        print(&jobs_text(&jobs))?;
    }
    Ok(Exit::Done)
}

fn batch_json(row: &BatchRow, job: Option<&PrintJob>) -> serde_json::Value {
    let totals = row.totals.unwrap_or_default();
    let mut object = json!({
        "batch": row.name, "mailing": row.mailing_id, "state": row.state.name(), "date": row.date,
        "environment": row.environment, "letters": totals.letters, "digital": totals.digital,
        "print": totals.print, "held": totals.held, "rejected": totals.rejected,
        "since": row.state_at.to_string(), "reason": row.reason, "kind": row.kind, "parent": row.parent,
    });
    deliveries_json(&mut object, row);
    object["pieces_open"] = json!(job.map(|job| job.pieces.saturating_sub(job.sent)));
    object["pieces_twice"] = json!(job.map(|job| job.twice));
    object["pieces_went_out"] = json!(job.map(|job| job.went_out));
    object["pieces_under_way"] = json!(job.map(|job| job.under_way));
    object
}

/// The print jobs that results came for and that wait for more, or that a person must look at.
fn jobs_text(jobs: &BTreeMap<String, PrintJob>) -> String {
    let mut out = String::new();
    for (batch, job) in jobs {
        let open = job.pieces.saturating_sub(job.sent);
        if open + job.twice + job.went_out + job.under_way > 0 {
            let _ = write!(
                out,
                "batch {batch}: {open} of {} pieces are open at the plant",
                job.pieces
            );
            if job.twice > 0 {
                let _ = write!(out, ", {} PERHAPS SENT TWICE", job.twice);
            }
            if job.went_out + job.under_way > 0 {
                let look = job.went_out + job.under_way;
                let _ = write!(out, ", {look} MORE TO STOP OR LOOK FOR");
            }
            let _ = writeln!(out, "; `lettermill print results show {batch}`");
        }
    }
    out
}

/// Adds what is known of a batch's digital letters.
pub fn deliveries_json(object: &mut serde_json::Value, row: &BatchRow) {
    let came = &row.deliveries;
    object["delivered"] = json!(came.delivered);
    object["refused"] = json!(came.refused);
    object["unknown"] = json!(came.unknown);
    object["underway"] = json!(came.underway);
    object["no_receipt"] = json!(without_receipt(row));
}

/// Digital letters that were sent and of which nothing came back.
fn without_receipt(row: &BatchRow) -> u64 {
    match row.state {
        State::Sent => {
            let digital = row.totals.unwrap_or_default().digital;
            digital.saturating_sub(row.deliveries.known())
        }
        _ => 0,
    }
}

fn batch_table(batches: &[BatchRow]) -> String {
    if batches.is_empty() {
        return "no batch yet\n".into();
    }
    let width = batches
        .iter()
        .map(|row| row.name.len())
        .max()
        .unwrap_or_default()
        .max(5);
    let mut out = format!(
        "{:width$}  {:<10}  {:<10}  {:>9} {:>9} {:>9} {:>7} {:>8}  {:>9} {:>7} {:>7} {:>9}\n",
        "batch",
        "state",
        "date",
        "letters",
        "digital",
        "print",
        "held",
        "rejected",
        "delivered",
        "refused",
        "unknown",
        "waiting"
    );
    for row in batches {
        let t = row.totals.unwrap_or_default();
        let _ = writeln!(
            out,
            "{:width$}  {:<10}  {:<10}  {:>9} {:>9} {:>9} {:>7} {:>8}  {:>9} {:>7} {:>7} {:>9}{}{}",
            row.name,
            row.state.name(),
            row.date,
            t.letters,
            t.digital,
            t.print,
            t.held,
            t.rejected,
            row.deliveries.delivered,
            row.deliveries.refused,
            row.deliveries.unknown,
            without_receipt(row) + row.deliveries.underway,
            if row.reason.is_empty() { "" } else { "  " },
            row.reason
        );
    }
    out
}

/// The whole history of a letter.
pub fn show(args: &ShowArgs) -> Result<Exit, Failure> {
    let reader = Ledger::read(&home(&args.job)?)?;
    let histories = reader.letter(&args.letter)?;
    if histories.is_empty() {
        let hint =
            "the id is the one the sender gave the letter; `lettermill status` lists the batches";
        return Err(Failure::NotFound(format!(
            "no letter with this id in the ledger\nhint: {hint}"
        )));
    }
    if args.json {
        let mut rows = Vec::new();
        for history in &histories {
            let mut object = history_json(history);
            object["results"] = json!(results(&reader, history)?);
            rows.push(object);
        }
        print(&format!(
            "{}\n",
            json!({ "letter": args.letter, "history": rows })
        ))?;
    } else {
        let mut out = format!("letter {}\n", args.letter);
        for history in &histories {
            history_text(&mut out, history);
            results_text(&mut out, &results(&reader, history)?);
        }
        print(&out)?;
    }
    Ok(Exit::Done)
}

fn history_json(history: &History) -> serde_json::Value {
    json!({
        "batch": history.batch, "state": history.state.name(), "at": history.at.to_string(), "number": history.seq + 1,
        "fate": history.fate, "reason": history.reason, "target": history.target,
        "message_id": history.message_id, "carried_by": history.carried_by, "path": history.path,
        "delivery": history.delivery.as_ref().map(|delivery| json!({
            "state": delivery.state, "code": delivery.code, "since": delivery.since.to_string(),
        })),
        "receipts": history.receipts,
        "piece": history.piece.as_ref().map(|piece| json!({
            "piece": piece.piece, "part": piece.part, "sheets": piece.sheets,
        })),
    })
}

fn history_text(out: &mut String, history: &History) {
    let _ = writeln!(
        out,
        "  batch {} ({} since {}), letter {} of the file",
        history.batch,
        history.state.name(),
        history.at,
        u64::from(history.seq) + 1
    );
    let _ = writeln!(out, "    {}: {}", history.fate, history.reason);
    if let Some(sentence) = route::sentence(&history.reason) {
        let _ = writeln!(out, "    {sentence}");
    }
    if !history.path.is_empty() {
        let _ = writeln!(out, "    path: {}", history.path);
    }
    if let Some(message_id) = &history.message_id {
        let _ = writeln!(
            out,
            "    message {message_id} for mailbox operator {}",
            history.target
        );
    }
    if history.message_id.is_some() && history.state == State::Sent {
        delivery_text(out, history);
    }
    if let Some(piece) = &history.piece {
        let _ = writeln!(
            out,
            "    piece {} in {} ({} sheets)",
            piece.piece, piece.part, piece.sheets
        );
    }
    if history.fate == Fate::Rejected.name() {
        let _ = writeln!(
            out,
            "    see findings.csv and rejected/rejected.xml of the batch"
        );
    }
}

/// What the plant said of the letter's piece, as this batch printed it.
fn results(reader: &Reader, history: &History) -> Result<Vec<ResultOfPiece>, Failure> {
    let Some(piece) = &history.piece else {
        return Ok(Vec::new());
    };
    let issue = reader.issue(&history.batch)?;
    let mut results = reader.results_of(&history.batch, piece.piece)?;
    results.retain(|result| result.child == issue);
    Ok(results)
}

fn results_text(out: &mut String, results: &[ResultOfPiece]) {
    for result in results {
        let issue = match result.child {
            0 => "first print".to_owned(),
            child => format!("reprint {child}"),
        };
        let _ = write!(out, "      {issue}: {}", result.status);
        if let Some(sheet) = result.sheet {
            let _ = write!(out, ", sheet {sheet}");
        }
        if let Some(at) = &result.at {
            let _ = write!(out, " at {at}");
        }
        if let Some(station) = &result.station {
            let _ = write!(out, ", station {station}");
        }
        if let Some([by, and]) = &result.signed {
            let _ = write!(out, ", by {by} and {and}");
        }
        if !result.why.is_empty() {
            let _ = write!(out, ", \"{}\"", result.why);
        }
        if let Some((file, line)) = &result.source {
            let _ = write!(out, " (`{file}` line {line})");
        }
        out.push('\n');
    }
}

fn delivery_text(out: &mut String, history: &History) {
    if let Some(delivery) = &history.carried_by {
        let _ = writeln!(out, "    carried by delivery {delivery}");
    }
    match &history.delivery {
        Some(came) => {
            let _ = writeln!(
                out,
                "    {} since {}: {}",
                came.state, came.since, came.code
            );
        }
        None => {
            let _ = writeln!(out, "    no receipt yet");
        }
    }
    for receipt in &history.receipts {
        let at = receipt.at.unwrap_or(receipt.imported_at);
        let of = if receipt.notice { "its notice: " } else { "" };
        let _ = write!(out, "      {of}{at} {}: {}", receipt.outcome, receipt.code);
        if !receipt.text.is_empty() {
            let _ = write!(out, ", \"{}\"", receipt.text);
        }
        let _ = writeln!(out, " (from {})", receipt.source);
    }
}

/// Lets a held batch go.
pub fn release(args: &BatchArgs) -> Result<Exit, Failure> {
    let home = home(&args.job)?;
    refuse_unknown(&home, &args.batch)?;
    let (mut ledger, recovered) = Ledger::open(&home, &SystemClock)?;
    tell(&recovered);
    let released = ledger.release_held(&args.batch)?;
    print(&format!(
        "batch {} is released: {}\n",
        args.batch,
        released.folder.display()
    ))?;
    if let Some(note) = released.unbooked {
        say(&format!("note: {note}"));
    }
    Ok(Exit::Done)
}

/// Closes a held batch, or one that is ready and not sent. Batches of earlier runs stay as they are: the one that cannot be
/// finished may be the one to be withdrawn.
pub fn withdraw(args: &WithdrawArgs) -> Result<Exit, Failure> {
    let home = home(&args.batch.job)?;
    refuse_unknown(&home, &args.batch.batch)?;
    let mut ledger = Ledger::open_as_is(&home, &SystemClock)?;
    let folder = ledger.withdraw(&args.batch.batch, &args.why, args.never_left)?;
    print(&format!(
        "batch {} is withdrawn; none of its letters was sent: {}\n",
        args.batch.batch,
        folder.display()
    ))?;
    Ok(Exit::Done)
}

/// Before anything is opened for writing, and a home made where there is none.
fn refuse_unknown(home: &Path, batch: &str) -> Result<(), Failure> {
    match Ledger::read(home)?.batch(batch)? {
        Some(_) => Ok(()),
        None => Err(Failure::NotFound(format!(
            "batch `{batch}` does not exist in `{}`\nhint: `lettermill status` lists what there is; --out or --job name the home",
            home.display()
        ))),
    }
}
