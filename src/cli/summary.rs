//! What a run says at its end.

use std::fmt::Write;

use serde_json::json;

use super::path_text;
use crate::letter::Environment;
use crate::manifest::KeyKind;
use crate::report::Report;
use crate::run::Outcome;

/// One JSON object about a run.
pub fn run_json(outcome: &Outcome) -> String {
    let mut object = report_object(&outcome.report);
    object["batch"] = json!(outcome.report.about.batch);
    object["outbox"] = path_text(&outcome.folder).into();
    object["report"] = path_text(&outcome.report_folder.join("report.html")).into();
    object["held_back"] = json!(outcome.held_back);
    format!("{object}\n")
}

/// One JSON object about a dry run.
pub fn check_json(report: &Report, notes: &[String]) -> String {
    let mut object = report_object(report);
    object["notes"] = json!(notes);
    format!("{object}\n")
}

fn report_object(report: &Report) -> serde_json::Value {
    let totals = &report.totals;
    json!({
        "mailing": report.about.mailing_id,
        "letters": totals.letters, "digital": totals.digital, "print": totals.print,
        "held": totals.held, "rejected": totals.rejected,
        "findings": report.findings.total,
        "pieces": report.print.pieces, "pages": report.print.pages, "sheets": report.print.sheets,
        "seconds": report.run.as_ref().map_or(0.0, |run| run.seconds),
    })
}

/// A run in sentences.
pub fn run_text(outcome: &Outcome) -> String {
    let report = &outcome.report;
    let mut out = String::new();
    headline(&mut out, report);
    reasons(&mut out, report);
    if let Some(proof) = &report.proof {
        for part in &proof.parts {
            let _ = writeln!(
                out,
                "read back: `{}`: {} mismatches of {} sheets",
                part.pdf, part.mismatches, part.sheets
            );
        }
        if !proof.parts.is_empty() {
            let sheets: u64 = proof.parts.iter().map(|part| u64::from(part.sheets)).sum();
            let mismatches = proof.mismatches;
            let _ = writeln!(out, "read back: {mismatches} mismatches of {sheets} sheets");
        }
        let _ = writeln!(
            out,
            "read back: {} signatures verified on {} messages",
            proof.signatures_verified, proof.messages_read
        );
    }
    costs(&mut out, report);
    if report.about.key == KeyKind::Development {
        let _ = writeln!(
            out,
            "signed with a DEVELOPMENT KEY: good for trying, not for sending"
        );
    }
    if outcome.held_back {
        let _ = writeln!(
            out,
            "\nheld back for a person: {}\nhint: read the report, then `lettermill release {}` or `lettermill withdraw {} --why …`",
            outcome.folder.display(),
            report.about.batch,
            report.about.batch
        );
    } else {
        let _ = writeln!(out, "\nbatch:  {}", outcome.folder.display());
    }
    let _ = writeln!(
        out,
        "report: {}",
        outcome.report_folder.join("report.html").display()
    );
    out
}

/// A dry run in sentences; with `joins` letters to one person travel together, with `prices` postage has its own.
pub fn check_text(report: &Report, full: bool, joins: bool, prices: bool) -> String {
    let mut out = String::new();
    headline(&mut out, report);
    reasons(&mut out, report);
    if joins {
        let _ = writeln!(
            out,
            "digital: letters are counted, not deliveries; those to one person travel together (join_letters)"
        );
    }
    if full {
        let print = &report.print;
        let _ = writeln!(
            out,
            "print: {} pieces, {} pages, {} sheets, {:.1} kg",
            print.pieces,
            print.pages,
            print.sheets,
            print.weight_mg as f64 / 1e6
        );
    }
    costs(&mut out, report);
    if prices && !full {
        let _ = writeln!(out, "postage: not in the cost yet; --full tells it");
    }
    for code in &report.findings.codes {
        let _ = writeln!(
            out,
            "finding {} ({}): {}",
            code.code, code.consequence, code.findings
        );
        for example in &code.examples {
            let _ = writeln!(
                out,
                "  letter {}, line {}, column {}, {}: found {}; allowed: {}",
                example.letter_id,
                example.line,
                example.column,
                example.path,
                example.found,
                example.allowed
            );
        }
    }
    let _ = writeln!(out, "nothing was written");
    out
}

fn headline(out: &mut String, report: &Report) {
    let totals = &report.totals;
    let trial = match report.about.environment {
        Environment::Test => " (test)",
        Environment::Production => "",
    };
    let _ = writeln!(
        out,
        "mailing {}{trial}: {} letters = {} digital + {} print + {} held + {} rejected, {} findings, {:.1} s",
        report.about.mailing_id,
        totals.letters,
        totals.digital,
        totals.print,
        totals.held,
        totals.rejected,
        report.findings.total,
        report.run.as_ref().map_or(0.0, |run| run.seconds)
    );
}

fn reasons(out: &mut String, report: &Report) {
    for line in &report.reasons {
        let _ = writeln!(
            out,
            "  {:<8} {:<24} {:>9}  {}",
            line.fate.name(),
            line.reason,
            line.letters,
            line.sentence
        );
    }
}

fn costs(out: &mut String, report: &Report) {
    let costs = &report.costs;
    let money = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let _ = writeln!(
        out,
        "cost: {} {}, {} {} than all on paper",
        money(costs.total_hundredths),
        costs.currency,
        money(costs.saved_hundredths.unsigned_abs()),
        if costs.saved_hundredths < 0 {
            "more"
        } else {
            "less"
        },
    );
    if let Some(postage) = &costs.postage {
        let _ = writeln!(
            out,
            "postage: {} {}, {}",
            money(postage.hundredths),
            postage.currency,
            match postage.in_total {
                true => "part of the cost",
                false => "not part of the cost, which is in another currency",
            }
        );
    }
}
