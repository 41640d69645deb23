//! Verdicts on mutants, ours beside those of the oracles, and the defects of the oracles that are known.

use std::path::{Path, PathBuf};

use lettermill::schema::{Schema, Violation, document};

use super::mutate::{Dice, mutant};
use super::oracle::{self, XsdSchema};
use super::tree::{Element, Node, XSI};
use crate::support::tools::has;

/// White space of XML.
pub const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// A schema, documents that are valid, and what the oracles get wrong in them.
pub struct Case {
    pub schema: PathBuf,
    pub documents: Vec<Element>,
    /// Elements of type base64Binary.
    pub base64: &'static [&'static str],
    /// Elements and attributes of a date, time or number type.
    pub ordered: &'static [&'static str],
    /// Elements without content, by type.
    pub empty: &'static [&'static str],
}

/// How it went: mutants, those still valid, and the times that an oracle had to look twice.
#[derive(Debug, Default)]
pub struct Tally {
    pub mutants: usize,
    pub valid: usize,
    pub excused: usize,
}

/// Makes mutants and compares; fails on the first disagreement that no known defect explains.
pub fn compare(case: &Case, mutants: usize, seed: u64) -> Tally {
    let schema = Schema::compile(&case.schema).unwrap();
    let mut dice = Dice::new(seed);
    let mutants: Vec<_> = (0..mutants)
        .map(|number| mutant(&case.documents[number % case.documents.len()], &mut dice))
        .collect();
    let texts: Vec<_> = mutants.iter().map(Element::write).collect();
    let ours: Vec<_> = texts
        .iter()
        .map(|text| document::validate(&schema, text.as_bytes()).unwrap())
        .collect();
    let mut tally = Tally {
        mutants: mutants.len(),
        valid: ours.iter().filter(|found| found.is_empty()).count(),
        excused: 0,
    };
    if has("xmllint") {
        tally.excused += with_xmllint(case, &mutants, &texts, &ours);
    }
    tally.excused += with_xsd_schema(case, &mutants, &ours);
    tally
}

type Found = Vec<(u64, Violation)>;

fn with_xmllint(case: &Case, mutants: &[Element], texts: &[String], ours: &[Found]) -> usize {
    let verdicts = lint(&case.schema, texts);
    let differing: Vec<_> = (0..texts.len())
        .filter(|&number| verdicts[number] != ours[number].is_empty())
        .collect();
    let mended: Vec<_> = differing
        .iter()
        .map(|&number| mended_for_xmllint(case, &mutants[number]))
        .collect();
    let verdicts = lint(&case.schema, &mended);
    for (&number, verdict) in differing.iter().zip(verdicts) {
        let found = &ours[number];
        assert_eq!(
            verdict,
            found.is_empty(),
            "xmllint differs on mutant {number}: {found:?}\n{}",
            texts[number]
        );
    }
    differing.len()
}

fn lint(schema: &Path, texts: &[String]) -> Vec<bool> {
    oracle::xmllint(
        schema,
        &texts.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

/// The document without what libxml2 2.9.14 is known to judge wrongly:
/// - it does not collapse white space around values of built-in date, time and integer types;
/// - it refuses numbers of more than 24 digits;
/// - it ignores characters outside the alphabet in base64;
/// - it accepts the other branch of a choice behind `any*`.
fn mended_for_xmllint(case: &Case, mutant: &Element) -> String {
    let mut mended = mutant.clone();
    mended.each(&mut |element| {
        let text = element.text();
        if element.is_leaf() && case.ordered.contains(&element.local.as_str()) {
            set_text(element, shorter(text.trim_matches(BLANK)));
        }
        for (_, local, value) in &mut element.attributes {
            if case.ordered.contains(&local.as_str()) {
                *value = shorter(value.trim_matches(BLANK));
            }
        }
        let stray = |c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c) || BLANK.contains(&c));
        if element.is_leaf() && case.base64.contains(&element.local.as_str()) && text.contains(stray) {
            set_text(element, "not base64 in any reading: Q".into());
        }
        if element.local == "OfficialMatter" && element.element_places().len() > 1 {
            let is_branch = |child: &&mut Node| {
                matches!(child, Node::Element(child) if child.local == "OfficialMatterExtension")
            };
            element.children.iter_mut().filter(is_branch).for_each(|child| {
                if let Node::Element(child) = child {
                    child.local = "NotAllowedBehindAny".into();
                }
            });
        }
    });
    mended.write()
}

/// A long number, cut to as many digits as libxml2 reads.
fn shorter(text: &str) -> String {
    match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.chars().take(24).collect(),
        false => text.to_owned(),
    }
}

fn set_text(element: &mut Element, text: String) {
    element.children = vec![Node::Text(text)];
}

fn with_xsd_schema(case: &Case, mutants: &[Element], ours: &[Found]) -> usize {
    let oracle = XsdSchema::new(&case.schema);
    let mut excused = 0;
    for (number, found) in ours.iter().enumerate() {
        // Line-wrapped base64 is so common that it is unwrapped at once.
        let mut unwrapped = mutants[number].clone();
        unwrapped.each(&mut |element| unwrap(case, element));
        if oracle.takes(&unwrapped.write()) == found.is_empty() {
            continue;
        }
        excused += 1;
        // Only the first and last branch of an expression `a|b` are anchored, so longer values pass; anything passes
        // for a URI.
        let lets_pass = |(_, violation): &(u64, Violation)| {
            violation.allowed == "a URI"
                || violation.allowed.starts_with("pattern ") && violation.allowed.contains('|')
        };
        if !found.is_empty() && found.iter().all(lets_pass) {
            continue;
        }
        let mended = mended_for_xsd_schema(case, &mutants[number]);
        let verdict = oracle.takes(&mended);
        assert_eq!(
            verdict,
            found.is_empty(),
            "xsd-schema differs on mutant {number}: {found:?}\n{mended}"
        );
    }
    excused
}

/// It rejects white space inside base64.
fn unwrap(case: &Case, element: &mut Element) {
    if element.is_leaf() && case.base64.contains(&element.local.as_str()) {
        let text = element.text().replace(BLANK, "");
        set_text(element, text);
    }
}

/// The document without what xsd-schema 0.3.0 is known to judge wrongly:
/// - it rejects white space inside base64;
/// - it takes white space of Unicode for that of XML between elements;
/// - it lets `.` in a pattern match a carriage return, but not a line feed;
/// - it rejects an `xsi:schemaLocation` that is not made of pairs.
fn mended_for_xsd_schema(case: &Case, mutant: &Element) -> String {
    let mut mended = mutant.clone();
    mended.each(&mut |element| {
        element.attributes.retain(|(namespace, local, _)| {
            (namespace.as_str(), local.as_str()) != (XSI, "schemaLocation")
        });
        unwrap(case, element);
        if !element.is_leaf() || case.empty.contains(&element.local.as_str()) {
            for child in &mut element.children {
                if let Node::Text(text) = child {
                    *text = text.replace('\u{a0}', "x");
                }
            }
        } else {
            let text = element.text().replace('\r', "\n");
            set_text(element, text);
        }
    });
    mended.write()
}
