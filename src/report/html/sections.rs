//! The sections of the page, each a heading, a sentence and a table. A section with nothing to say is left out, unless
//! its silence could be taken for a good sign.

use maud::{Markup, html};

use super::super::{CodeLine, GroupLine, Proof, ReasonLine, Report};
use super::number::{count, counted, letters, money, percent, seconds, size, weight};
use super::{clean, fate_title};
use crate::finding::Code;
use crate::letter::Fate;

pub(super) fn attention(report: &Report) -> Markup {
    let attention = &report.attention;
    html! {
        @if !attention.letters.is_empty() {
            section {
                h2 { "Letters that need a person" }
                p { (to_do(report)) }
                div.scroll { table {
                    caption { "Held and rejected letters, in the order of the mailing" }
                    thead { tr { th scope="col" { "Letter" } th scope="col" { "Fate" } th scope="col" { "Why" } } }
                    tbody {
                        @for line in &attention.letters {
                            tr {
                                th scope="row" { code { (clean(&line.letter_id)) } }
                                td { span.chip.(line.fate.name()) { (fate_title(line.fate)) } }
                                td { (sentence(report, line.fate, &line.reason)) }
                            }
                        }
                    }
                } }
                @if attention.more > 0 {
                    p.more { "… and " (letters(attention.more)) " more; " code { "lettermill show" } " has each of them." }
                }
            }
        }
    }
}

/// What a person does about the letters that need one.
fn to_do(report: &Report) -> String {
    let sent_before = Code::IdAlreadySent.name();
    let any = |test: &dyn Fn(&ReasonLine) -> bool| report.reasons.iter().any(test);
    let sentences = [
        (
            any(&|line| line.fate == Fate::Held),
            "Held letters wait for a decision.",
        ),
        (
            any(&|line| line.fate == Fate::Rejected && line.reason != sent_before),
            "Rejected letters must be corrected by the sender; their corrected copies can be sent in a new mailing.",
        ),
        (
            any(&|line| line.reason == sent_before),
            "Letters that an earlier batch has sent are rejected here so that nobody gets them twice: they are in no file of \
             rejected letters, and nothing is to be done about them.",
        ),
    ];
    let said = sentences.iter().filter(|(is_so, _)| *is_so);
    said.map(|(_, sentence)| *sentence)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The sentence of a reason, looked up so that it stands in the report once.
fn sentence(report: &Report, fate: Fate, reason: &str) -> Markup {
    let known = report
        .reasons
        .iter()
        .find(|line| line.fate == fate && line.reason == reason);
    html! {
        @match known {
            Some(line) if !line.sentence.is_empty() => (clean(&line.sentence)),
            _ => code { (clean(reason)) },
        }
    }
}

pub(super) fn reasons(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Why letters went where they went" }
            div.scroll { table {
                caption { "Letters by fate and reason" }
                thead { tr {
                    th scope="col" { "Fate" } th scope="col" { "Reason" }
                    th.number scope="col" { "Letters" } th.number scope="col" { "Share" }
                } }
                tbody {
                    @for line in &report.reasons {
                        tr {
                            td { span.chip.(line.fate.name()) { (fate_title(line.fate)) } }
                            th scope="row" {
                                @if line.sentence.is_empty() { code { (clean(&line.reason)) } }
                                @else { (clean(&line.sentence)) " " code.aside { (clean(&line.reason)) } }
                            }
                            td.number { (count(line.letters)) }
                            td.number { (percent(line.letters, report.totals.letters)) }
                        }
                    }
                }
                tfoot { tr {
                    th scope="row" colspan="2" { "All letters" }
                    td.number { (count(report.totals.letters)) } td {}
                } }
            } }
        }
    }
}

pub(super) fn operators(report: &Report) -> Markup {
    html! {
        @if !report.operators.is_empty() {
            section {
                h2 { "Digital mailboxes" }
                div.scroll { table {
                    caption { "Digital letters by mailbox operator" }
                    thead { tr {
                        th scope="col" { "Operator" } th.number scope="col" { "Letters" } th.number scope="col" { "Share" }
                    } }
                    tbody {
                        @for line in &report.operators {
                            tr {
                                th scope="row" { (clean(&line.name)) }
                                td.number { (count(line.letters)) }
                                td.number { (percent(line.letters, report.totals.digital)) }
                            }
                        }
                    }
                } }
            }
        }
    }
}

pub(super) fn print(report: &Report) -> Markup {
    let print = &report.print;
    html! {
        @if print.pieces > 0 {
            section {
                h2 { "Paper" }
                p {
                    (counted(print.pieces, "envelope", "envelopes")) ", " (counted(print.sheets, "sheet", "sheets")) ", "
                    (counted(print.pages, "printed page", "printed pages")) ", " (weight(print.weight_mg)) " in all."
                    @if report.totals.print > print.pieces {
                        " " (counted(report.totals.print, "letter", "letters")) " are in them: some share an envelope."
                    }
                }
                div.scroll { table {
                    caption { "Pieces by print class" }
                    thead { tr {
                        th scope="col" { "Class" }
                        th.number scope="col" { "Envelopes" }
                        th.number scope="col" { "Sheets" } th.number scope="col" { "Pages" } th.number scope="col" { "Weight" }
                    } }
                    tbody {
                        @for class in &print.classes {
                            tr {
                                th scope="row" { (clean(&class.class)) }
                                td.number { (count(class.pieces)) }
                                td.number { (count(class.sheets)) } td.number { (count(class.pages)) }
                                td.number { (weight(class.weight_mg)) }
                            }
                        }
                    }
                } }
            }
        }
    }
}

pub(super) fn costs(report: &Report) -> Markup {
    let (costs, totals) = (&report.costs, &report.totals);
    let amount = |hundredths| money(hundredths, costs.currency);
    html! {
        section {
            h2 { "Costs" }
            p {
                @if costs.saved_hundredths >= 0 {
                    "This batch costs " strong { (amount(costs.total_hundredths)) } ". On paper alone it would have cost "
                    (amount(costs.all_paper_hundredths)) ": " strong { (amount(costs.saved_hundredths.unsigned_abs())) " saved" } "."
                } @else {
                    "This batch costs " strong { (amount(costs.total_hundredths)) } ", "
                    (amount(costs.saved_hundredths.unsigned_abs())) " more than on paper alone."
                }
            }
            div.scroll { table {
                caption { "Costs at the prices of the job; held and rejected letters cost nothing yet" }
                thead { tr {
                    th scope="col" { "Channel" } th.number scope="col" { "Letters" }
                    th.number scope="col" { "Price of one" } th.number scope="col" { "Cost" }
                } }
                tbody {
                    tr {
                        th scope="row" { "Digital" } td.number { (count(totals.digital)) }
                        td.number { (amount(costs.digital_price_hundredths)) } td.number { (amount(costs.digital_hundredths)) }
                    }
                    tr {
                        th scope="row" { "Print" } td.number { (count(totals.print)) }
                        td.number { (amount(costs.paper_price_hundredths)) } td.number { (amount(costs.paper_hundredths)) }
                    }
                    @if let Some(postage) = &costs.postage {
                        tr {
                            th scope="row" { "Postage" @if !postage.in_total { " (not in the sum)" } } td.number { (count(totals.print)) }
                            td {} td.number { (money(postage.hundredths, &postage.currency)) }
                        }
                    }
                }
                tfoot { tr {
                    th scope="row" { "Sum" } td.number { (count(totals.digital.saturating_add(totals.print))) } td {}
                    td.number { (amount(costs.total_hundredths)) }
                } }
            } }
        }
    }
}

pub(super) fn findings(report: &Report) -> Markup {
    let findings = &report.findings;
    let mut codes: Vec<_> = findings.codes.iter().collect();
    codes.sort_by_key(|code| gravity(code)); // Stable: then by name.
    html! {
        section {
            h2 { "Findings" }
            @if findings.codes.is_empty() {
                p { "None: nothing was found in any letter that somebody should know." }
            } @else {
                p {
                    (counted(findings.total, "remark", "remarks")) " about letters. Values are shown by their shape only: 9 for a \
                     digit, a and A for letters. All of them are in " code { "findings.csv" } "."
                }
                div.scroll { table {
                    caption { "Findings by code" }
                    thead { tr { th scope="col" { "Code" } th scope="col" { "Consequence" } th.number scope="col" { "Findings" } } }
                    tbody {
                        @for code in &codes {
                            tr {
                                th scope="row" { code { (code.code) } }
                                td { (consequence(code)) } td.number { (count(code.findings)) }
                            }
                        }
                    }
                } }
                @for code in &codes { (examples(code)) }
            }
        }
    }
}

/// What keeps a letter from being sent comes first.
fn gravity(code: &CodeLine) -> u8 {
    match code.consequence {
        "reject" => 0,
        "not-digital" | "not-print" => 1,
        _ => 2,
    }
}

fn consequence(code: &CodeLine) -> &'static str {
    match code.consequence {
        "note" => "a remark only",
        "not-digital" => "the letter cannot go digital",
        "not-print" => "the letter cannot go on paper",
        _ => "the letter cannot be sent as it is",
    }
}

fn examples(code: &CodeLine) -> Markup {
    let shown = code.examples.len() as u64;
    html! {
        @if shown > 0 {
            div.scroll { table.examples {
                caption {
                    code { (code.code) }
                    @if shown < code.findings { ": the first " (count(shown)) " of " (count(code.findings)) }
                }
                thead { tr {
                    th scope="col" { "Letter" } th.number scope="col" { "Line" } th.number scope="col" { "Column" }
                    th scope="col" { "Element" } th scope="col" { "Found" } th scope="col" { "Allowed" }
                } }
                tbody {
                    @for example in &code.examples {
                        tr {
                            th scope="row" { code { (clean(&example.letter_id)) } }
                            td.number { @if example.line > 0 { (example.line) } }
                            td.number { @if example.column > 0 { (example.column) } }
                            td { code { (clean(&example.path)) } }
                            td { (clean(&example.found)) }
                            td { (clean(&example.allowed)) }
                        }
                    }
                }
            } }
        }
    }
}

pub(super) fn groups(report: &Report) -> Markup {
    let tables = [
        ("Department", &report.departments),
        ("Process", &report.processes),
        ("Cost centre", &report.cost_centres),
        ("Language", &report.languages),
    ];
    let says = |lines: &[GroupLine]| lines.iter().any(|line| !line.name.is_empty());
    html! {
        @if tables.iter().any(|(_, lines)| says(lines)) {
            section {
                h2 { "Who sent what" }
                @for (title, lines) in tables {
                    @if says(lines) { (group(title, lines)) }
                }
            }
        }
    }
}

fn group(title: &str, lines: &[GroupLine]) -> Markup {
    html! {
        div.scroll { table {
            caption { "Letters by " (title.to_lowercase()) }
            thead { tr {
                th scope="col" { (title) } th.number scope="col" { "Letters" }
                @for fate in Fate::ALL { th.number scope="col" { (fate_title(fate)) } }
            } }
            tbody {
                @for line in lines {
                    tr {
                        th scope="row" {
                            @if line.name.is_empty() { em { "none named" } } @else { (clean(&line.name)) }
                        }
                        td.number { (count(line.totals.letters)) }
                        @for fate in Fate::ALL { td.number { (count(line.totals.of(fate))) } }
                    }
                }
            }
        } }
    }
}

pub(super) fn proof(report: &Report) -> Markup {
    html! {
        section {
            h2 { "What was read back" }
            @match &report.proof {
                None => p { "The finished files were not read back." },
                Some(proof) => (proof_sentences(proof)),
            }
        }
    }
}

fn proof_sentences(proof: &Proof) -> Markup {
    html! {
        p { "After writing, the finished files were opened again and compared with the books:" }
        ul {
            @if !proof.parts.is_empty() || proof.mismatches > 0 {
                li {
                    strong { (counted(proof.mismatches, "mismatch", "mismatches")) } " of "
                    (counted(proof.sheets_read, "sheet", "sheets")) " (the mark on each was read) and "
                    (counted(proof.addresses_read, "address box", "address boxes")) "."
                }
            }
            li {
                strong { (counted(proof.signatures_verified, "signature", "signatures")) } " verified on "
                (counted(proof.messages_read, "digital message", "digital messages"))
                @if proof.signatures_bad > 0 { ", " strong { (count(proof.signatures_bad)) " not good" } }
                "."
            }
        }
    }
}

pub(super) fn files(report: &Report) -> Markup {
    let about = &report.about;
    let sum = report
        .files
        .iter()
        .fold(0_u64, |sum, file| sum.saturating_add(file.size));
    html! {
        section {
            h2 { "Files" }
            p {
                "The mailing file has " (size(about.source_bytes)) " and SHA-256 " code.digest { (about.source_sha256) } ". "
                "What the batch consists of is listed and signed in " code { "manifest.json" } "; "
                code { "lettermill verify" } " compares it with what you received."
            }
            @if !report.files.is_empty() {
                div.scroll { table.files {
                    caption { (counted(report.files.len() as u64, "file", "files")) ", " (size(sum)) }
                    thead { tr { th scope="col" { "Path" } th.number scope="col" { "Size" } th scope="col" { "SHA-256" } } }
                    tbody {
                        @for file in &report.files {
                            tr {
                                th scope="row" { code { (clean(&file.path)) } }
                                td.number { (size(file.size)) }
                                td { code.digest { (file.sha256) } }
                            }
                        }
                    }
                } }
            }
        }
    }
}

pub(super) fn run(report: &Report) -> Markup {
    html! {
        @if let Some(run) = &report.run {
            section {
                h2 { "This run" }
                p {
                    "Began " time datetime=(run.started_at) { (run.started_at) } ", took " strong { (seconds(run.seconds)) }
                    " with " (counted(run.threads as u64, "thread", "threads"))
                    @if run.seconds > 0.0 && report.totals.letters > 0 {
                        ", " (count(rate(report.totals.letters, run.seconds))) " letters a second"
                    }
                    "."
                }
                @if !run.recovered.is_empty() {
                    p { "An earlier run had been interrupted:" }
                    ul { @for note in &run.recovered { li { (clean(note)) } } }
                }
                @if !run.stages.is_empty() {
                    div.scroll { table {
                        caption { "Time by stage" }
                        thead { tr { th scope="col" { "Stage" } th.number scope="col" { "Time" } } }
                        tbody {
                            @for stage in &run.stages {
                                tr { th scope="row" { (clean(&stage.name)) } td.number { (seconds(stage.seconds)) } }
                            }
                        }
                    } }
                }
            }
        }
    }
}

fn rate(letters: u64, seconds: f64) -> u64 {
    (letters as f64 / seconds) as u64 // A float cast saturates.
}
