//! Counts and findings, for people and for machines.
//!
//! In: a [`Tally`] filled while the waves come, facts about the batch, its files, the proof of what was read back. Out:
//! `report.json`, `report.html` and `findings.csv` (`docs/formats-ledger.md`).
//!
//! What always holds: no personal number, name of a recipient or address stands in any of them (letters are named by
//! their business key, values by their shape); the copies in the outbox depend on mailing, job, keys and date only.
//! What depends on the clock or the machine is in [`RunNotes`], which only the operator's own copy has. The HTML loads
//! nothing and runs nothing.
//!
//! To add a number: a field in [`Report`], a line in the docs, a row in the section of `html` that it belongs to, and
//! the expected JSON in `tests/report.rs`.

use jiff::Timestamp;
use serde::Serialize;

use crate::ledger::Totals;
use crate::letter::{Country, Environment, Fate};
use crate::manifest::{FileEntry, KeyKind};

mod costs;
mod findings_csv;
mod html;
mod tally;

pub use costs::{Costs, Postage, PostageCost};
pub use findings_csv::FindingsCsv;
pub use html::html;
pub use tally::{LetterCount, OTHER, PieceCount, Tally};

/// What [`Report::format`] says.
pub const FORMAT: &str = "lettermill-report";
/// Version of the format.
pub const VERSION: u32 = 1;

/// What the job may say about reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Price of a letter on paper, in hundredths of the currency.
    pub paper_price_hundredths: u64,
    /// Price of a digital letter, in hundredths of the currency.
    pub digital_price_hundredths: u64,
    /// Postage, where the vendor profile or the job has prices; the price of a letter on paper is then without it.
    pub postage: Option<Postage>,
    /// Departments, processes, cost centres, languages, operators named; the rest is counted as `other`.
    pub names_max: usize,
    /// Findings shown of each code; all of them are in `findings.csv`.
    pub examples_max: usize,
    /// Held and rejected letters shown; all of them are in the ledger.
    pub attention_max: usize,
}

impl Default for Options {
    /// Round prices of a printed, enveloped and franked letter and of a digital message; a job names its own.
    fn default() -> Self {
        Self {
            paper_price_hundredths: 700,
            digital_price_hundredths: 150,
            postage: None,
            names_max: 200,
            examples_max: 20,
            attention_max: 200,
        }
    }
}

/// `report.json`, and all that `report.html` shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: &'static str,
    /// [`VERSION`].
    pub version: u32,
    /// Version of the program.
    pub lettermill: &'static str,
    /// Which batch.
    pub about: About,
    /// What became of the batch.
    pub outcome: Outcome,
    /// `letters = digital + print + held + rejected`.
    pub totals: Totals,
    /// Whether they do.
    pub balanced: bool,
    /// Letters by reason, by fate and then the most frequent first.
    pub reasons: Vec<ReasonLine>,
    /// Digital letters by mailbox operator, the most frequent first.
    pub operators: Vec<NameLine>,
    /// What was printed.
    pub print: PrintSummary,
    /// What it costs.
    pub costs: Costs,
    /// By department.
    pub departments: Vec<GroupLine>,
    /// By process.
    pub processes: Vec<GroupLine>,
    /// By cost centre.
    pub cost_centres: Vec<GroupLine>,
    /// By language of the letter.
    pub languages: Vec<GroupLine>,
    /// Letters that a person must look at.
    pub attention: Attention,
    /// Remarks about letters.
    pub findings: Findings,
    /// Files of the batch, by path; without the report and the manifest, which are written later.
    pub files: Vec<FileEntry>,
    /// What reading back the finished files proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// In the operator's own copy only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunNotes>,
}

/// Which batch a report is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    /// Its name.
    pub batch: String,
    /// The mailing's id.
    pub mailing_id: String,
    /// The date written into outputs, `YYYY-MM-DD`.
    pub date: String,
    /// Trial or real.
    pub environment: Environment,
    /// Country of the sender; decides the currency.
    pub country: Country,
    /// Name of the agency.
    pub sender_name: String,
    /// Its organisation number.
    pub sender_organisation: String,
    /// Whose key signed.
    pub key: KeyKind,
    /// Digest of the mailing file, hexadecimal.
    pub source_sha256: String,
    /// Size of the mailing file.
    pub source_bytes: u64,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Outcome {
    /// It went to the outbox.
    Released,
    /// It waits for a person.
    HeldBack {
        /// Why, as a sentence.
        reason: String,
    },
    /// Nothing was written: a dry run.
    Checked,
}

/// Letters that ended for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonLine {
    /// How they ended.
    pub fate: Fate,
    /// The reason's stable name.
    pub reason: String,
    /// What it means.
    pub sentence: String,
    /// Letters.
    pub letters: u64,
}

/// Letters under one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NameLine {
    /// The name.
    pub name: String,
    /// Letters.
    pub letters: u64,
}

/// Letters of a department or the like. An empty name means that the letter has none; see [`OTHER`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupLine {
    /// The name.
    pub name: String,
    /// Its letters, by fate.
    #[serde(flatten)]
    pub totals: Totals,
}

/// What was printed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PrintSummary {
    /// Envelopes.
    pub pieces: u64,
    /// Pages with something on them.
    pub pages: u64,
    /// Sheets of paper.
    pub sheets: u64,
    /// Envelopes and inserts included.
    pub weight_mg: u64,
    /// By print class, sorted by name.
    pub classes: Vec<ClassLine>,
}

/// One print class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ClassLine {
    /// Its name.
    pub class: String,
    /// Envelopes.
    pub pieces: u64,
    /// Pages with something on them.
    pub pages: u64,
    /// Sheets of paper.
    pub sheets: u64,
    /// Envelopes and inserts included.
    pub weight_mg: u64,
    /// Pieces in a C65 envelope.
    pub c65: u64,
    /// Pieces in a C5 envelope.
    pub c5: u64,
    /// Pieces in a C4 envelope.
    pub c4: u64,
}

/// Letters that a person must look at, in the order of the mailing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Attention {
    /// The first of them.
    pub letters: Vec<AttentionLine>,
    /// How many more there are.
    pub more: u64,
}

/// A letter that a person must look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttentionLine {
    /// Place in the mailing, from zero.
    pub seq: u32,
    /// The sender's business key.
    pub letter_id: String,
    /// Held or rejected.
    pub fate: Fate,
    /// The reason's stable name.
    pub reason: String,
}

/// Remarks about letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// How many.
    pub total: u64,
    /// By code, in alphabetical order.
    pub codes: Vec<CodeLine>,
}

/// Findings of one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodeLine {
    /// The stable name.
    pub code: &'static str,
    /// `note`, `not-digital`, `not-print` or `reject`.
    pub consequence: &'static str,
    /// How many.
    pub findings: u64,
    /// The first of them, in the order of the mailing.
    pub examples: Vec<Example>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The sender's business key.
    pub letter_id: String,
    /// Line of the mailing file, from one; zero when there is none.
    pub line: u64,
    /// Column, from one.
    pub column: u64,
    /// Names of the elements from the letter down.
    pub path: String,
    /// What was found; the shape of a value, never the value.
    pub found: String,
    /// What is allowed.
    pub allowed: String,
}

/// What reading back the finished files proved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Sheets whose mark was read from the finished spool.
    pub sheets_read: u64,
    /// Address boxes read from it.
    pub addresses_read: u64,
    /// Of both, how many were not what the books say.
    pub mismatches: u64,
    /// Digital messages read from the finished bundles.
    pub messages_read: u64,
    /// Signatures verified on them.
    pub signatures_verified: u64,
    /// Signatures that did not verify.
    pub signatures_bad: u64,
    /// Each part of the spool.
    pub parts: Vec<PartRead>,
}

/// A part of the spool, read again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PartRead {
    /// Its PDF, relative to the batch's folder.
    pub pdf: String,
    /// Sheets in it.
    pub sheets: u32,
    /// How many things were not what the books say.
    pub mismatches: u64,
}

/// What depends on the clock and the machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunNotes {
    /// When the run began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// Seconds between the two, by the steady clock.
    pub seconds: f64,
    /// Threads it used.
    pub threads: usize,
    /// Seconds of each stage, in their order.
    pub stages: Vec<Stage>,
    /// What the start found of earlier runs, a sentence each.
    pub recovered: Vec<String>,
}

/// How long one stage took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Seconds.
    pub seconds: f64,
}

impl Report {
    /// A report of a batch that was released; the fields `outcome`, `files`, `proof` and `run` are the caller's to set.
    /// `sentence` says what a reason means.
    pub fn new(
        about: About,
        tally: &Tally,
        options: &Options,
        sentence: &dyn Fn(&str) -> String,
    ) -> Self {
        let totals = tally.totals();
        Self {
            format: FORMAT,
            version: VERSION,
            lettermill: env!("CARGO_PKG_VERSION"),
            outcome: Outcome::Released,
            totals,
            balanced: totals.balance(),
            reasons: tally.reason_lines(sentence),
            operators: tally.operator_lines(),
            print: tally.print_summary(),
            costs: costs::costs(about.country, tally, options),
            departments: tally.departments.lines(),
            processes: tally.processes.lines(),
            cost_centres: tally.cost_centres.lines(),
            languages: tally.languages.lines(),
            attention: tally.attention(),
            findings: tally.findings(),
            files: Vec::new(),
            proof: None,
            run: None,
            about,
        }
    }
}

/// The bytes of `report.json`.
pub fn json(report: &Report) -> Vec<u8> {
    crate::manifest::pretty_json(report)
}
