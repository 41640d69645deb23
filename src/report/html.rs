//! `report.html`: one file that needs nothing else. It has no script, loads nothing (its content security policy forbids
//! it), reads well without its style sheet, on paper, in the dark and aloud. Everything from outside goes through maud's
//! escaping and [`clean`].

use std::borrow::Cow;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Outcome, Report};
use crate::letter::{Environment, Fate};
use crate::manifest::KeyKind;

mod number;
mod sections;

use number::{count, letters, percent};

/// Colours by class; contrast at least 4.5 on both grounds.
const STYLE: &str = include_str!("html/style.css");
/// Width of the bar in its own units.
const BAR_UNITS: u64 = 1000;
/// So that a single letter of a million can be seen.
const BAR_UNITS_MIN: u64 = 6;

/// The bytes of `report.html`.
pub fn html(report: &Report) -> Vec<u8> {
    page(report).into_string().into_bytes()
}

fn page(report: &Report) -> Markup {
    let about = &report.about;
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "Batch " (clean(&about.batch)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.sender { (clean(&about.sender_name)) }
                    h1 { "Batch " (clean(&about.batch)) }
                    p.facts {
                        "Mailing " strong { (clean(&about.mailing_id)) }
                        ", dated " time datetime=(about.date) { (about.date) }
                        ", " (environment(about.environment))
                    }
                }
                (banners(report))
                main {
                    (headline(report))
                    (sections::attention(report))
                    (sections::reasons(report))
                    (sections::operators(report))
                    (sections::print(report))
                    (sections::costs(report))
                    (sections::findings(report))
                    (sections::groups(report))
                    (sections::proof(report))
                    (sections::files(report))
                    (sections::run(report))
                }
                footer {
                    p {
                        "Lettermill " (report.lettermill)
                        ". This page names letters by the sender's own letter ids and holds no names, addresses or "
                        "personal numbers. The same figures for machines are in " code { "report.json" } "."
                    }
                }
            }
        }
    }
}

fn environment(environment: Environment) -> &'static str {
    match environment {
        Environment::Test => "test",
        Environment::Production => "production",
    }
}

/// What nobody may overlook.
fn banners(report: &Report) -> Markup {
    html! {
        @if report.about.environment == Environment::Test {
            p.banner.test role="note" { strong { "Test." } " This mailing says that it is a trial. Do not print or deliver it." }
        }
        @if report.about.key == KeyKind::Development {
            p.banner.test role="note" {
                strong { "Development key." }
                " The signatures were made with a key that Lettermill made itself. They show that nothing was changed, and \
                 prove to nobody who sent it."
            }
        }
        @if !report.balanced {
            p.banner.bad role="alert" { strong { "The books do not balance." } " Do not send this batch." }
        }
        @match &report.outcome {
            Outcome::Released => {}
            Outcome::HeldBack { reason } => {
                p.banner.bad role="alert" {
                    strong { "Held back." } " " (clean(reason))
                    ". Nothing of this batch was sent when this page was written, nor is it until a person releases it; "
                    code { "lettermill status" } " tells what became of it."
                }
            }
            Outcome::Checked => {
                p.banner.test role="note" { strong { "Dry run." } " Nothing was written or sent; the figures show what a run would do." }
            }
        }
        @if let Some(proof) = &report.proof {
            @if proof.mismatches > 0 || proof.signatures_bad > 0 {
                p.banner.bad role="alert" {
                    strong { "Reading back found faults." } " See “What was read back”. Do not send this batch."
                }
            }
        }
    }
}

fn headline(report: &Report) -> Markup {
    let totals = &report.totals;
    html! {
        section.headline aria-label="Summary" {
            p.sentence {
                strong { (letters(totals.letters)) } ": "
                (count(totals.digital)) " digital, " (count(totals.print)) " print, "
                (count(totals.held)) " held, " (count(totals.rejected)) " rejected — "
                @if report.balanced { "the books balance." } @else { "the books do not balance!" }
            }
            @if report.outcome == Outcome::Released {
                p { "Released: the batch lies whole in the outbox, signed and listed in " code { "manifest.json" } "." }
            }
            (bar(report))
            dl.fates {
                @for fate in Fate::ALL {
                    div class=(fate.name()) {
                        dt { (fate_title(fate)) }
                        dd {
                            span.big { (count(totals.of(fate))) }
                            @if totals.letters > 0 { " " span.share { (percent(totals.of(fate), totals.letters)) } }
                            br; span.means { (fate_means(fate)) }
                        }
                    }
                }
            }
        }
    }
}

/// Shares of the fates, drawn. The figures stand beside it, so it is decoration to a screen reader.
fn bar(report: &Report) -> Markup {
    let mut x = 0;
    let spans: Vec<(Fate, u64, u64)> = widths(report)
        .into_iter()
        .map(|(fate, width)| {
            let start = x;
            x += width;
            (fate, start, width)
        })
        .collect();
    html! {
        svg.bar viewBox={ "0 0 " (x.max(1)) " 28" } width="100%" height="28" preserveAspectRatio="none" aria-hidden="true" {
            @for (fate, x, width) in spans {
                rect class=(fate.name()) x=(x) y="0" width=(width) height="28" fill=(fate_fill(fate)) {}
            }
        }
    }
}

fn widths(report: &Report) -> Vec<(Fate, u64)> {
    let whole = u128::from(report.totals.letters.max(1));
    let width = |fate| {
        let share = u128::from(report.totals.of(fate)) * u128::from(BAR_UNITS) / whole;
        u64::try_from(share).unwrap_or(BAR_UNITS).max(BAR_UNITS_MIN)
    };
    let some = |fate: &Fate| report.totals.of(*fate) > 0;
    Fate::ALL
        .into_iter()
        .filter(some)
        .map(|fate| (fate, width(fate)))
        .collect()
}

fn fate_title(fate: Fate) -> &'static str {
    match fate {
        Fate::Digital => "Digital",
        Fate::Print => "Print",
        Fate::Held => "Held",
        Fate::Rejected => "Rejected",
    }
}

fn fate_means(fate: Fate) -> &'static str {
    match fate {
        Fate::Digital => "signed, for a digital mailbox",
        Fate::Print => "on paper, in an envelope",
        Fate::Held => "a person must decide",
        Fate::Rejected => "cannot be sent as is",
    }
}

/// For a page without its style sheet; the same colours as there.
fn fate_fill(fate: Fate) -> &'static str {
    match fate {
        Fate::Digital => "#1d5f8f",
        Fate::Print => "#7a8794",
        Fate::Held => "#c77700",
        Fate::Rejected => "#b3261e",
    }
}

/// Text from outside, without characters that could turn a line around or hide something. Escaping is maud's.
fn clean(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(harmful) {
        text.replace(harmful, "\u{fffd}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_from_outside_stays_text(text: String) {
            let shown = html! { p title=(clean(&text)) { (clean(&text)) } }.into_string();
            prop_assert_eq!(shown.matches('<').count(), 2);
            prop_assert_eq!(shown.matches('>').count(), 2);
            prop_assert_eq!(shown.matches('"').count(), 2);
            prop_assert!(!shown.contains(char::from_u32(0x202e).unwrap()));
        }
    }
}
