//! Counts, collected as waves come. A tally grows with the number of *different* reasons, operators and classes, and
//! with the limits in [`Options`]; never with the number of letters.
//!
//! Tallies of successive waves merged in their order give the same as one tally fed with all letters, so nothing
//! depends on how the work was cut. The tally of a wave keeps all names it meets; the limit falls where it is merged.

use std::collections::BTreeMap;

use super::{
    Attention, AttentionLine, ClassLine, CodeLine, Example, Findings, GroupLine, NameLine, Options,
    PrintSummary, ReasonLine,
};
use crate::finding::{Code, Consequence, Finding};
use crate::ledger::Totals;
use crate::letter::{Envelope, Fate};

/// Under which name the rest is counted once [`Options::names_max`] names are known.
pub const OTHER: &str = "other";
/// Texts of findings are cut here; they are sentences about names and shapes, so real ones are shorter.
const TEXT_CHARS_MAX: usize = 300;

/// What the tally wants to know of a letter.
#[derive(Clone, Copy, Debug)]
pub struct LetterCount<'a> {
    /// Its place in the mailing.
    pub seq: u32,
    /// The sender's business key.
    pub letter_id: &'a str,
    /// How it ended.
    pub fate: Fate,
    /// The reason's stable name.
    pub reason: &'a str,
    /// Mailbox operator of a digital letter.
    pub operator: Option<&'a str>,
    /// Department.
    pub department: Option<&'a str>,
    /// Process.
    pub process: Option<&'a str>,
    /// Cost centre.
    pub cost_centre: Option<&'a str>,
    /// ISO 639-1; empty if it cannot be read.
    pub language: &'a str,
}

/// What the tally wants to know of a piece.
#[derive(Clone, Copy, Debug)]
pub struct PieceCount<'a> {
    /// Its print class.
    pub class: &'a str,
    /// Its envelope.
    pub envelope: Envelope,
    /// Pages with something on them.
    pub pages: u32,
    /// Sheets of paper.
    pub sheets: u32,
    /// Envelope and inserts included.
    pub weight_mg: u64,
    /// Its postage, in hundredths of the currency of [`Postage`](super::Postage); 0 where no prices are known.
    pub postage_hundredths: u64,
}

/// Counts of letters, pieces and findings.
#[derive(Clone, Debug)]
pub struct Tally {
    examples_max: usize,
    attention_max: usize,
    totals: Totals,
    reasons: BTreeMap<(Fate, String), u64>,
    operators: Groups,
    classes: BTreeMap<String, ClassLine>,
    pub(super) postage_hundredths: u64,
    pub(super) departments: Groups,
    pub(super) processes: Groups,
    pub(super) cost_centres: Groups,
    pub(super) languages: Groups,
    attention: Vec<AttentionLine>,
    codes: BTreeMap<&'static str, (Code, u64, Vec<Example>)>,
}

impl Tally {
    /// An empty tally of a whole mailing.
    pub fn new(options: &Options) -> Self {
        Self::with_names_max(options, options.names_max)
    }

    /// An empty tally of one wave, to be merged into that of the mailing.
    pub fn of_wave(options: &Options) -> Self {
        Self::with_names_max(options, usize::MAX)
    }

    fn with_names_max(options: &Options, names_max: usize) -> Self {
        let groups = || Groups::new(names_max);
        Self {
            examples_max: options.examples_max,
            attention_max: options.attention_max,
            totals: Totals::default(),
            reasons: BTreeMap::new(),
            operators: groups(),
            classes: BTreeMap::new(),
            postage_hundredths: 0,
            departments: groups(),
            processes: groups(),
            cost_centres: groups(),
            languages: groups(),
            attention: Vec::new(),
            codes: BTreeMap::new(),
        }
    }

    /// Counts a letter, once, when its fate is final.
    pub fn letter(&mut self, letter: &LetterCount<'_>) {
        let one = one(letter.fate);
        add(&mut self.totals, &one);
        *self
            .reasons
            .entry((letter.fate, letter.reason.to_owned()))
            .or_default() += 1;
        if let (Fate::Digital, Some(operator)) = (letter.fate, letter.operator) {
            self.operators.add(operator, &one);
        }
        self.departments.add(letter.department.unwrap_or(""), &one);
        self.processes.add(letter.process.unwrap_or(""), &one);
        self.cost_centres
            .add(letter.cost_centre.unwrap_or(""), &one);
        self.languages.add(letter.language, &one);
        let attention = matches!(letter.fate, Fate::Held | Fate::Rejected);
        if attention && self.attention.len() < self.attention_max {
            self.attention.push(AttentionLine {
                seq: letter.seq,
                letter_id: cut(letter.letter_id),
                fate: letter.fate,
                reason: letter.reason.to_owned(),
            });
        }
    }

    /// Counts a piece.
    pub fn piece(&mut self, piece: &PieceCount<'_>) {
        let class = class_of(&mut self.classes, piece.class);
        class.pieces += 1;
        class.pages += u64::from(piece.pages);
        class.sheets += u64::from(piece.sheets);
        class.weight_mg += piece.weight_mg;
        self.postage_hundredths = self
            .postage_hundredths
            .saturating_add(piece.postage_hundredths);
        match piece.envelope {
            Envelope::C65 => class.c65 += 1,
            Envelope::C5 => class.c5 += 1,
            Envelope::C4 => class.c4 += 1,
        }
    }

    /// Counts a finding.
    pub fn finding(&mut self, letter_id: &str, finding: &Finding) {
        let examples_max = self.examples_max;
        let (_, count, examples) = self.code(finding.code);
        *count += 1;
        if examples.len() < examples_max {
            let place = &finding.place;
            examples.push(Example {
                letter_id: cut(letter_id),
                line: place.line,
                column: place.column,
                path: cut(&place.path),
                found: cut(&finding.found),
                allowed: cut(&finding.allowed),
            });
        }
    }

    /// Adds the tally of the wave that comes next.
    pub fn merge(&mut self, next: Self) {
        add(&mut self.totals, &next.totals);
        for (reason, letters) in next.reasons {
            *self.reasons.entry(reason).or_default() += letters;
        }
        self.operators.merge(next.operators);
        self.departments.merge(next.departments);
        self.processes.merge(next.processes);
        self.cost_centres.merge(next.cost_centres);
        self.languages.merge(next.languages);
        for (name, line) in next.classes {
            add_class(class_of(&mut self.classes, &name), &line);
        }
        self.postage_hundredths = self
            .postage_hundredths
            .saturating_add(next.postage_hundredths);
        let room = self.attention_max.saturating_sub(self.attention.len());
        self.attention.extend(next.attention.into_iter().take(room));
        let examples_max = self.examples_max;
        for (code, count, new) in next.codes.into_values() {
            let (_, all, examples) = self.code(code);
            *all += count;
            let room = examples_max.saturating_sub(examples.len());
            examples.extend(new.into_iter().take(room));
        }
    }

    /// Letters by fate, as counted.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// (fate, reason, letters), sorted: for the manifest.
    pub fn reasons(&self) -> Vec<(Fate, String, u64)> {
        self.reasons
            .iter()
            .map(|((fate, reason), letters)| (*fate, reason.clone(), *letters))
            .collect()
    }

    /// How many findings.
    pub fn findings_total(&self) -> u64 {
        self.codes.values().map(|(_, count, _)| count).sum()
    }

    pub(super) fn reason_lines(&self, sentence: &dyn Fn(&str) -> String) -> Vec<ReasonLine> {
        let mut lines: Vec<_> = self
            .reasons
            .iter()
            .map(|((fate, reason), letters)| ReasonLine {
                fate: *fate,
                reason: reason.clone(),
                sentence: sentence(reason),
                letters: *letters,
            })
            .collect();
        lines.sort_by_key(|line| (line.fate, std::cmp::Reverse(line.letters))); // Stable: then by name.
        lines
    }

    pub(super) fn operator_lines(&self) -> Vec<NameLine> {
        let name_line = |line: GroupLine| NameLine {
            name: line.name,
            letters: line.totals.letters,
        };
        self.operators.lines().into_iter().map(name_line).collect()
    }

    pub(super) fn print_summary(&self) -> PrintSummary {
        let mut sum = ClassLine::default();
        for line in self.classes.values() {
            add_class(&mut sum, line);
        }
        PrintSummary {
            pieces: sum.pieces,
            pages: sum.pages,
            sheets: sum.sheets,
            weight_mg: sum.weight_mg,
            classes: self.classes.values().cloned().collect(),
        }
    }

    pub(super) fn attention(&self) -> Attention {
        let shown = self.attention.len() as u64;
        Attention {
            letters: self.attention.clone(),
            more: (self.totals.held + self.totals.rejected).saturating_sub(shown),
        }
    }

    pub(super) fn findings(&self) -> Findings {
        let line =
            |(name, (code, count, examples)): (&&'static str, &(Code, u64, Vec<Example>))| {
                CodeLine {
                    code: name,
                    consequence: consequence_name(code.consequence()),
                    findings: *count,
                    examples: examples.clone(),
                }
            };
        Findings {
            total: self.findings_total(),
            codes: self.codes.iter().map(line).collect(),
        }
    }

    fn code(&mut self, code: Code) -> &mut (Code, u64, Vec<Example>) {
        self.codes
            .entry(code.name())
            .or_insert((code, 0, Vec::new()))
    }
}

/// The word that reports and CSV files use.
pub(super) fn consequence_name(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::Note => "note",
        Consequence::NotDigital => "not-digital",
        Consequence::NotPrint => "not-print",
        Consequence::Reject => "reject",
    }
}

/// Totals under names, the first so many of them in the order they were met.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    names_max: usize,
    places: BTreeMap<String, usize>,
    met: Vec<(String, Totals)>,
    other: Totals,
}

impl Groups {
    fn new(names_max: usize) -> Self {
        Self {
            names_max,
            places: BTreeMap::new(),
            met: Vec::new(),
            other: Totals::default(),
        }
    }

    fn add(&mut self, name: &str, counts: &Totals) {
        if let Some((_, totals)) = self
            .places
            .get(name)
            .and_then(|place| self.met.get_mut(*place))
        {
            add(totals, counts);
        } else if self.met.len() < self.names_max {
            self.places.insert(name.to_owned(), self.met.len());
            self.met.push((name.to_owned(), *counts));
        } else {
            add(&mut self.other, counts);
        }
    }

    fn merge(&mut self, next: Self) {
        for (name, counts) in next.met {
            self.add(&name, &counts);
        }
        add(&mut self.other, &next.other);
    }

    /// The most letters first, then by name; the rest last.
    pub(super) fn lines(&self) -> Vec<GroupLine> {
        let line = |(name, totals): (&str, &Totals)| GroupLine {
            name: name.to_owned(),
            totals: *totals,
        };
        let named = self
            .met
            .iter()
            .map(|(name, totals)| (name.as_str(), totals));
        let mut lines: Vec<_> = named.map(line).collect();
        lines.sort_by(|a, b| {
            let letters = b.totals.letters.cmp(&a.totals.letters);
            letters.then_with(|| a.name.cmp(&b.name))
        });
        if self.other.letters > 0 {
            lines.push(line((OTHER, &self.other)));
        }
        lines
    }
}

fn class_of<'m>(classes: &'m mut BTreeMap<String, ClassLine>, name: &str) -> &'m mut ClassLine {
    classes.entry(name.to_owned()).or_insert_with(|| ClassLine {
        class: name.to_owned(),
        ..ClassLine::default()
    })
}

fn add_class(to: &mut ClassLine, line: &ClassLine) {
    to.pieces += line.pieces;
    to.pages += line.pages;
    to.sheets += line.sheets;
    to.weight_mg += line.weight_mg;
    to.c65 += line.c65;
    to.c5 += line.c5;
    to.c4 += line.c4;
}

fn one(fate: Fate) -> Totals {
    let count = |of| u64::from(of == fate);
    Totals {
        letters: 1,
        digital: count(Fate::Digital),
        print: count(Fate::Print),
        held: count(Fate::Held),
        rejected: count(Fate::Rejected),
    }
}

fn add(to: &mut Totals, counts: &Totals) {
    to.letters += counts.letters;
    to.digital += counts.digital;
    to.print += counts.print;
    to.held += counts.held;
    to.rejected += counts.rejected;
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
