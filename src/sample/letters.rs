//! Writes the mailing, letter by letter.

use super::chance::{Chance, Scatter};
use super::markup::{Markup, push_padded};
use super::pdf::{Enclosure, enclosures};
use super::people::{Home, denmark, person_name, sweden};
use super::plan::{Addressee, BLOCK_LETTERS, HeldReason, Outcome, Planned, PrintReason, block};
use super::register::Register;
use super::texts::{Case, Kind};
use super::{Error, Options, Written};
use crate::letter::Country;

mod actions;
mod dialogue;
mod draft;
mod header;
mod recipient;

use draft::Draft;
pub use draft::Who;

/// Writes a mailing in order; holds what letters use again.
pub struct Writer {
    options: Options,
    written: Written,
    block: Vec<Planned>,
    /// Recipients of the block who have further letters of it.
    known: Vec<Known>,
    persons: Scatter,
    organisations: Scatter,
    /// Organisations met so far.
    organisations_met: u32,
    enclosures: Vec<Enclosure>,
    home: Home,
    name: String,
}

/// A recipient of the block who has further letters of it.
struct Known {
    /// Place of the first letter in the block.
    place: u32,
    who: Who,
    /// The element as it was written.
    element: String,
}

impl Writer {
    /// At the beginning.
    pub fn new(options: Options) -> Result<Self, Error> {
        let (persons, organisations) = match options.country {
            Country::Sweden => (sweden::PERSON_NUMBERS, sweden::ORGANISATION_NUMBERS),
            Country::Denmark => (denmark::PERSONS, denmark::COMPANIES),
        };
        Ok(Self {
            options,
            written: Written::default(),
            block: Vec::new(),
            known: Vec::new(),
            persons: Scatter::new(options.seed ^ 0x70, persons),
            organisations: Scatter::new(options.seed ^ 0x6f, organisations),
            organisations_met: 0,
            enclosures: if options.pdf_percent > 0 {
                enclosures(options.country)?
            } else {
                Vec::new()
            },
            home: Home::default(),
            name: String::new(),
        })
    }

    /// What has been written so far.
    pub fn written(&self) -> Written {
        self.written
    }

    /// Appends everything in front of the letters.
    pub fn header(&self, out: &mut String) -> Result<(), Error> {
        header::write(out, &self.options)
    }

    /// Appends the next letter; false when there is none left.
    pub fn next_letter(&mut self, out: &mut String, register: &mut Register) -> bool {
        let index = self.written.letters;
        if index == self.options.letters {
            return false;
        }
        let place = index % BLOCK_LETTERS;
        if place == 0 {
            self.block = block(&self.options, index / BLOCK_LETTERS);
            self.known.clear();
        }
        let mut chance = Chance::new(self.options.seed, 2, u64::from(index));
        let planned = self.block[place as usize];
        let known = self.known_recipient(planned).map(|known| known.who);
        let mut draft = Draft::draw(self.options.country, planned, known, &mut chance);
        self.letter(out, register, &mut chance, &mut draft, index);
        self.written.letters += 1;
        match planned.outcome {
            Outcome::Digital => self.written.digital += 1,
            Outcome::Print(_) => self.written.print += 1,
            Outcome::Held(_) => self.written.held += 1,
        }
        true
    }

    /// Who has the letter, if he has an earlier one of the block too.
    fn known_recipient(&self, planned: Planned) -> Option<&Known> {
        let Addressee::Of(first) = planned.addressee else {
            return None;
        };
        self.known.iter().find(|known| known.place == first)
    }

    /// Appends everything behind the letters.
    pub fn trailer(&self, out: &mut String) {
        let Written {
            letters,
            attachments,
            ..
        } = self.written;
        out.push_str(&format!(
            "  <trailer>\n    <letterCount>{letters}</letterCount>\n    <attachmentCount>{attachments}</attachmentCount>\n  </trailer>\n</mailing>\n"
        ));
    }

    fn letter(
        &mut self,
        out: &mut String,
        register: &mut Register,
        chance: &mut Chance,
        draft: &mut Draft,
        index: u32,
    ) {
        let Options { country, seed, .. } = self.options;
        let face = draft.kind.face(country);
        let case = Case {
            number: index + 1,
            reference: reference(face.series, index + 1),
            officer: officer(country, chance),
            english: draft.english,
            common: Chance::new(seed, 5, u64::from(index)),
        };
        out.push_str("  <letter id=\"B-");
        push_padded(out, index + 1, 9);
        out.push_str("\">\n");
        element(out, "reference", &case.reference);
        element(out, "department", face.department);
        element(out, "costCentre", face.cost_centre);
        element(out, "process", face.process);
        self.recipient(out, register, chance, draft, index);
        match draft.planned.outcome {
            Outcome::Print(PrintReason::Wished) => element(out, "delivery", "print"),
            Outcome::Held(HeldReason::DigitalOnly) => element(out, "delivery", "digital"),
            Outcome::Digital if chance.happens(15) => element(out, "delivery", "digital"),
            _ => {}
        }
        if draft.mandatory {
            element(out, "mandatory", "true");
        }
        if draft.kind == Kind::Summons {
            element(out, "legalNotification", "true");
        }
        match (country, draft.kind) {
            (Country::Sweden, Kind::Appointment | Kind::Summons) => element(
                out,
                "replyBy",
                chance.pick(&["2026-12-04", "2026-12-11", "2027-01-08"]),
            ),
            // Before every meeting.
            (Country::Denmark, Kind::Appointment) => element(out, "replyBy", "2026-12-04"),
            _ => {}
        }
        if draft.english {
            element(out, "language", "en");
            element(out, "subject", super::texts::denmark::SUBJECT_IN_ENGLISH);
        } else {
            element(out, "subject", face.subject);
        }
        out.push_str("    <content>\n      <text>");
        draft.kind.write(country, &mut Markup(out), chance, &case);
        out.push_str("\n      </text>\n    </content>\n");
        if draft.planned.encloses {
            self.enclose(out, chance, index);
        }
        let mut beside = Chance::new(seed, 4, u64::from(index));
        match country {
            Country::Sweden => dialogue::sweden(out, &mut beside, draft, &case),
            Country::Denmark => {
                actions::write(out, &mut beside, draft.kind, &case);
                dialogue::denmark(out, &mut beside, draft, &case);
            }
        }
        print_wishes(out, chance, country, draft.kind);
        out.push_str("  </letter>\n");
    }

    /// Most enclose a PDF of their own, some a shared one, some both.
    fn enclose(&mut self, out: &mut String, chance: &mut Chance, index: u32) {
        let shared = match self.options.country {
            Country::Sweden => "<shared document=\"overklagande\"/>",
            Country::Denmark => "<shared document=\"klagevejledning\"/>",
        };
        out.push_str("    <attachments>\n");
        let which = chance.below(16);
        if which != 0 {
            let enclosure = &self.enclosures[chance.below(self.enclosures.len() as u32) as usize];
            out.push_str(&format!(
                "      <attachment fileName=\"{}\" mediaType=\"application/pdf\">\n        <base64>",
                enclosure.file_name
            ));
            enclosure.push_base64(out, index + 1);
            out.push_str("</base64>\n      </attachment>\n");
            self.written.attachments += 1;
        }
        if which < 3 {
            out.push_str(&format!(
                "      <attachment>\n        {shared}\n      </attachment>\n"
            ));
            self.written.attachments += 1;
        }
        // How to pay without a bank on the net: in the mailbox there is a link for that.
        if self.options.country == Country::Denmark && (3..6).contains(&which) {
            out.push_str("      <attachment channel=\"print\">\n        <shared document=\"betaling\"/>\n      </attachment>\n");
            self.written.attachments += 1;
        }
        out.push_str("    </attachments>\n");
    }
}

/// A child of `letter`.
fn element(out: &mut String, name: &str, text: &str) {
    element_in(out, 4, name, text);
}

/// An element behind so many spaces. The text must be markup already.
fn element_in(out: &mut String, spaces: usize, name: &str, text: &str) {
    for piece in [
        &"          "[..spaces],
        "<",
        name,
        ">",
        text,
        "</",
        name,
        ">\n",
    ] {
        out.push_str(piece);
    }
}

fn reference(series: &str, number: u32) -> String {
    let mut out = String::with_capacity(24);
    out.push_str(series);
    out.push_str(" 2026-");
    push_padded(&mut out, number, 8);
    out
}

/// An invented member of staff.
fn officer(country: Country, chance: &mut Chance) -> String {
    let mut out = String::new();
    person_name(country, &mut out, chance);
    out
}

/// A few letters wish for colour, haste, a reply envelope or a large one.
fn print_wishes(out: &mut String, chance: &mut Chance, country: Country, kind: Kind) {
    out.push_str(match (chance.below(100), country) {
        (0..3, _) => "    <print colour=\"colour\"/>\n",
        (3..5, _) => "    <print postage=\"priority\"/>\n",
        (5..7, Country::Sweden) if kind == Kind::Childcare => {
            "    <print><insert>svarskuvert</insert></print>\n"
        }
        (5..7, Country::Denmark) if kind == Kind::Childcare => {
            "    <print><insert>svarkuvert</insert></print>\n"
        }
        (7, _) => "    <print envelope=\"C4\"/>\n",
        _ => "",
    });
}
