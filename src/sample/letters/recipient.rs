//! Writes the recipients of letters.

use super::draft::{Draft, Who, Whom};
use super::{Known, Writer, element_in};
use crate::letter::{Country, RecipientId};
use crate::sample::chance::Chance;
use crate::sample::markup::push_escaped;
use crate::sample::people::{Home, abroad, denmark, organisation_name, person_name, sweden};
use crate::sample::plan::{Addressee, BLOCK_LETTERS, Outcome, PrintReason};
use crate::sample::register::Register;

impl Writer {
    /// Appends the recipient of a letter, and tells the registry.
    pub(super) fn recipient(
        &mut self,
        out: &mut String,
        register: &mut Register,
        chance: &mut Chance,
        draft: &mut Draft,
        index: u32,
    ) {
        if let Some(known) = self.known_recipient(draft.planned) {
            out.push_str(&known.element);
            return;
        }
        let start = out.len();
        out.push_str(if draft.who.protected {
            "    <recipient addressProtected=\"true\">\n"
        } else {
            "    <recipient>\n"
        });
        draft.who.id = self.number(&draft.who, index);
        if draft.who.id != RecipientId::None {
            identifier(out, &draft.who.id, chance);
            register.add(&draft.who, draft.planned.outcome, chance);
        }
        self.name.clear();
        let country = self.options.country;
        if draft.who.whom == Whom::Organisation {
            organisation_name(country, &mut self.name, chance);
        } else {
            person_name(country, &mut self.name, chance);
        }
        out.push_str("      <name>");
        push_escaped(out, &self.name);
        out.push_str("</name>\n");
        if draft.who.whom == Whom::Organisation && chance.happens(300) {
            element_in(
                out,
                6,
                "attention",
                match country {
                    Country::Sweden => "Ekonomiavdelningen",
                    Country::Denmark => "Bogholderiet",
                },
            );
        }
        self.address(out, chance, draft);
        out.push_str("    </recipient>\n");
        if draft.planned.addressee == Addressee::First {
            self.known.push(Known {
                place: index % BLOCK_LETTERS,
                who: draft.who,
                element: out[start..].to_owned(),
            });
        }
    }

    /// A number that no other recipient of the sample has.
    fn number(&mut self, who: &Who, index: u32) -> RecipientId {
        let country = self.options.country;
        match (who.whom, country) {
            (Whom::Nobody, _) => RecipientId::None,
            (Whom::Person, Country::Sweden) => sweden::person(self.persons.of(index), who.series),
            (Whom::Person, Country::Denmark) => denmark::person(self.persons.of(index)),
            (Whom::Organisation, Country::Sweden) => {
                sweden::organisation(self.organisations.of(index))
            }
            (Whom::Organisation, Country::Denmark) => {
                // There are fewer numbers than letters in the largest sample, but more than companies in it: 6 in 100.
                let place = self.organisations_met % denmark::COMPANIES;
                self.organisations_met += 1;
                denmark::company(self.organisations.of(place))
            }
        }
    }

    fn address(&mut self, out: &mut String, chance: &mut Chance, draft: &Draft) {
        let country = self.options.country;
        if draft.planned.outcome == Outcome::Print(PrintReason::Abroad) {
            let abroad = abroad(country);
            let abroad = &abroad[chance.below(abroad.len() as u32) as usize];
            out.push_str(&format!("      <address country=\"{}\">\n", abroad.country));
            for line in abroad.lines {
                element_in(out, 8, "line", line);
            }
        } else if draft.planned.outcome == Outcome::Digital && chance.happens(4) {
            return; // Case systems do not know every address; a mailbox needs none.
        } else {
            self.home.draw(country, chance);
            let Home {
                care_of,
                street,
                postal_code,
                town,
            } = &self.home;
            out.push_str("      <address>\n");
            if !care_of.is_empty() {
                element_in(out, 8, "careOf", care_of);
            }
            element_in(out, 8, "street", street);
            element_in(out, 8, "postalCode", postal_code);
            element_in(out, 8, "city", town);
        }
        out.push_str("      </address>\n");
    }
}

/// Some case systems write a hyphen in front of the last four digits; a CVR number never has one.
fn identifier(out: &mut String, id: &RecipientId, chance: &mut Chance) {
    let (name, digits) = match id {
        RecipientId::Person(n) => ("personNumber", n.as_str()),
        RecipientId::Organisation(n) => ("organisationNumber", n.as_str()),
        RecipientId::Cpr(n) => ("cpr", n.as_str()),
        RecipientId::Cvr(n) => return element_in(out, 6, "cvr", n.as_str()),
        RecipientId::None => return,
    };
    if chance.happens(100) {
        let (front, last) = digits.split_at(digits.len() - 4);
        element_in(out, 6, name, &format!("{front}-{last}"));
    } else {
        element_in(out, 6, name, digits);
    }
}
