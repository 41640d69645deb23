//! Writes the mailing, letter by letter.

use super::chance::{Chance, Scatter};
use super::markup::{Markup, push_escaped, push_padded};
use super::pdf::{ENCLOSURES, Enclosure, enclosures, shared_document};
use super::people::{
    ABROAD, Home, ORGANISATION_NUMBERS, PERSON_NUMBERS, Series, organisation_name,
    organisation_number, person_name, person_number,
};
use super::plan::{BLOCK_LETTERS, HeldReason, Outcome, Planned, PrintReason, block};
use super::register::{Register, organisation, person};
use super::texts::{Case, Kind};
use super::{CREATED, Error, Options, Written};

/// Id of the document that letters share.
const SHARED_ID: &str = "overklagande";

/// Writes a mailing in order; holds what letters use again.
pub struct Writer {
    options: Options,
    written: Written,
    block: Vec<Planned>,
    persons: Scatter,
    organisations: Scatter,
    enclosures: Vec<Enclosure>,
    home: Home,
    name: String,
}

/// What is known of one letter before it is written.
struct Draft {
    planned: Planned,
    kind: Kind,
    recipient: Whom,
    protected: bool,
    series: Series,
}

/// What kind of recipient.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whom {
    Person,
    Organisation,
    Nobody,
}

impl Writer {
    /// At the beginning.
    pub fn new(options: Options) -> Result<Self, Error> {
        Ok(Self {
            options,
            written: Written::default(),
            block: Vec::new(),
            persons: Scatter::new(options.seed ^ 0x70, PERSON_NUMBERS),
            organisations: Scatter::new(options.seed ^ 0x6f, ORGANISATION_NUMBERS),
            enclosures: if options.pdf_percent > 0 {
                enclosures()?
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
        let Options {
            letters,
            seed,
            digital_percent,
            pdf_percent,
            held_permille,
        } = self.options;
        out.push_str(&format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<mailing xmlns="urn:lettermill:mailing:1">
  <header>
    <mailingId>sample-{letters}-{seed}-{digital_percent}-{pdf_percent}-{held_permille}</mailingId>
    <created>{CREATED}</created>
    <environment>test</environment>
    <sender>
      <country>SE</country>
      <organisationNumber>162021004748</organisationNumber>
      <name>Granåsa kommun</name>
      <returnAddress>
        <street>Storgatan 1</street>
        <postalCode>999 01</postalCode>
        <city>Granåsa</city>
      </returnAddress>
      <support>
        <text>Granåsa kommun, servicecenter. Vi svarar vardagar klockan 8 till 16. Uppge ärendets nummer.</text>
        <url>https://www.granasa.example</url>
        <phone>0999-10 00 00</phone>
        <email>servicecenter@granasa.example</email>
      </support>
    </sender>
    <defaults>
      <delivery>auto</delivery>
      <language>sv</language>
      <print sides="duplex" colour="mono" postage="standard"/>
    </defaults>
"#
        ));
        if pdf_percent > 0 {
            out.push_str(&format!(
                "    <sharedDocuments>\n      <document id=\"{SHARED_ID}\" fileName=\"Så överklagar ni.pdf\">\n        <base64>"
            ));
            base64_simd::STANDARD.encode_append(shared_document()?, out);
            out.push_str("</base64>\n      </document>\n    </sharedDocuments>\n");
        }
        out.push_str(&format!(
            "    <letterCount>{letters}</letterCount>\n  </header>\n"
        ));
        Ok(())
    }

    /// Appends the next letter; false when there is none left.
    pub fn next_letter(&mut self, out: &mut String, register: &mut Register) -> bool {
        let index = self.written.letters;
        if index == self.options.letters {
            return false;
        }
        if index.is_multiple_of(BLOCK_LETTERS) {
            self.block = block(&self.options, index / BLOCK_LETTERS);
        }
        let mut chance = Chance::new(self.options.seed, 2, u64::from(index));
        let planned = self.block[(index % BLOCK_LETTERS) as usize];
        let draft = Draft::draw(planned, &mut chance);
        self.letter(out, register, &mut chance, &draft, index);
        self.written.letters += 1;
        match planned.outcome {
            Outcome::Digital => self.written.digital += 1,
            Outcome::Print(_) => self.written.print += 1,
            Outcome::Held(_) => self.written.held += 1,
        }
        true
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
        draft: &Draft,
        index: u32,
    ) {
        let face = draft.kind.face();
        let case = Case {
            number: index + 1,
            reference: reference(face.series, index + 1),
            officer: officer(chance),
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
        if draft.kind == Kind::Summons {
            element(out, "legalNotification", "true");
        }
        if matches!(draft.kind, Kind::Appointment | Kind::Summons) {
            element(
                out,
                "replyBy",
                chance.pick(&["2026-12-04", "2026-12-11", "2027-01-08"]),
            );
        }
        element(out, "subject", face.subject);
        out.push_str("    <content>\n      <text>");
        draft.kind.write(&mut Markup(out), chance, &case);
        out.push_str("\n      </text>\n    </content>\n");
        if draft.planned.encloses {
            self.enclose(out, chance, index);
        }
        print_wishes(out, chance, draft.kind);
        out.push_str("  </letter>\n");
    }

    fn recipient(
        &mut self,
        out: &mut String,
        register: &mut Register,
        chance: &mut Chance,
        draft: &Draft,
        index: u32,
    ) {
        out.push_str(if draft.protected {
            "    <recipient addressProtected=\"true\">\n"
        } else {
            "    <recipient>\n"
        });
        let number = match draft.recipient {
            Whom::Person => {
                let digits = person_number(self.persons.of(index), draft.series);
                Some(("personNumber", digits, person(&digits)))
            }
            Whom::Organisation => {
                let digits = organisation_number(self.organisations.of(index));
                Some(("organisationNumber", digits, organisation(&digits)))
            }
            Whom::Nobody => None,
        };
        if let Some((name, digits, id)) = number {
            identifier(out, name, &digits, chance);
            register.add(&id, draft.planned.outcome, chance);
        }
        self.name.clear();
        if draft.recipient == Whom::Organisation {
            organisation_name(&mut self.name, chance);
        } else {
            person_name(&mut self.name, chance);
        }
        out.push_str("      <name>");
        push_escaped(out, &self.name);
        out.push_str("</name>\n");
        if draft.recipient == Whom::Organisation && chance.happens(300) {
            out.push_str("      <attention>Ekonomiavdelningen</attention>\n");
        }
        self.address(out, chance, draft);
        out.push_str("    </recipient>\n");
    }

    fn address(&mut self, out: &mut String, chance: &mut Chance, draft: &Draft) {
        if draft.planned.outcome == Outcome::Print(PrintReason::Abroad) {
            let abroad = &ABROAD[chance.below(ABROAD.len() as u32) as usize];
            out.push_str(&format!("      <address country=\"{}\">\n", abroad.country));
            for line in abroad.lines {
                out.push_str(&format!("        <line>{line}</line>\n"));
            }
        } else if draft.planned.outcome == Outcome::Digital && chance.happens(4) {
            return; // Case systems do not know every address; a mailbox needs none.
        } else {
            self.home.draw(chance);
            let Home {
                care_of,
                street,
                postal_code,
                town,
            } = &self.home;
            out.push_str("      <address>\n");
            if !care_of.is_empty() {
                out.push_str(&format!("        <careOf>{care_of}</careOf>\n"));
            }
            for (name, value) in [
                ("street", street),
                ("postalCode", postal_code),
                ("city", town),
            ] {
                out.push_str("        <");
                out.push_str(name);
                out.push('>');
                out.push_str(value);
                out.push_str("</");
                out.push_str(name);
                out.push_str(">\n");
            }
        }
        out.push_str("      </address>\n");
    }

    /// Most enclose a PDF of their own, some the shared one, some both.
    fn enclose(&mut self, out: &mut String, chance: &mut Chance, index: u32) {
        out.push_str("    <attachments>\n");
        let which = chance.below(16);
        if which != 0 {
            let enclosure = &self.enclosures[chance.below(ENCLOSURES) as usize];
            out.push_str(&format!(
                "      <attachment fileName=\"{}\" mediaType=\"application/pdf\">\n        <base64>",
                enclosure.file_name
            ));
            enclosure.push_base64(out, index + 1);
            out.push_str("</base64>\n      </attachment>\n");
            self.written.attachments += 1;
        }
        if which < 3 {
            out.push_str(&format!("      <attachment>\n        <shared document=\"{SHARED_ID}\"/>\n      </attachment>\n"));
            self.written.attachments += 1;
        }
        out.push_str("    </attachments>\n");
    }
}

impl Draft {
    fn draw(planned: Planned, chance: &mut Chance) -> Self {
        let outcome = planned.outcome;
        let recipient = match outcome {
            Outcome::Print(PrintReason::NoIdentifier | PrintReason::Abroad) => Whom::Nobody,
            Outcome::Held(_) => Whom::Person,
            _ if chance.happens(60) => Whom::Organisation,
            _ => Whom::Person,
        };
        // Service of process never falls back to ordinary paper: only where a mailbox takes it, or where the letter is
        // meant to be held.
        let summons = match outcome {
            Outcome::Held(reason) => reason == HeldReason::LegalNotification,
            Outcome::Digital => chance.happens(4),
            Outcome::Print(_) => false,
        };
        // On paper behind a cover page.
        let protected = recipient == Whom::Person && chance.happens(4);
        let kind = match (summons, recipient) {
            (true, _) => Kind::Summons,
            (_, Whom::Organisation) => [Kind::Bill, Kind::Reminder, Kind::Building, Kind::Parking]
                [chance.below(4) as usize],
            _ => Kind::draw(chance),
        };
        let series = if chance.happens(8) {
            Series::Coordination
        } else {
            Series::Personal
        };
        Self {
            planned,
            kind,
            recipient,
            protected,
            series,
        }
    }
}

fn element(out: &mut String, name: &str, text: &str) {
    for piece in ["    <", name, ">", text, "</", name, ">\n"] {
        out.push_str(piece);
    }
}

/// Some case systems write a hyphen in front of the last four digits.
fn identifier(out: &mut String, name: &str, digits: &[u8; 12], chance: &mut Chance) {
    let (front, last) = digits.split_at(8);
    out.push_str("      <");
    out.push_str(name);
    out.push('>');
    out.extend(front.iter().map(|d| char::from(*d)));
    if chance.happens(100) {
        out.push('-');
    }
    out.extend(last.iter().map(|d| char::from(*d)));
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}

fn reference(series: &str, number: u32) -> String {
    let mut out = String::with_capacity(24);
    out.push_str(series);
    out.push_str(" 2026-");
    push_padded(&mut out, number, 8);
    out
}

/// An invented member of staff.
fn officer(chance: &mut Chance) -> String {
    let mut out = String::new();
    person_name(&mut out, chance);
    out
}

/// A few letters wish for colour, haste, a reply envelope or a large one.
fn print_wishes(out: &mut String, chance: &mut Chance, kind: Kind) {
    out.push_str(match chance.below(100) {
        0..3 => "    <print colour=\"colour\"/>\n",
        3..5 => "    <print postage=\"priority\"/>\n",
        5..7 if kind == Kind::Childcare => "    <print><insert>svarskuvert</insert></print>\n",
        7 => "    <print envelope=\"C4\"/>\n",
        _ => "",
    });
}
