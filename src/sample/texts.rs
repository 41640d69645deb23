//! What the letters of a sample say: the everyday post of an invented municipality, in the language of its country.
//!
//! To add a kind: a variant of [`Kind`], a share in [`Kind::draw`], and for each country a line in `FACE` and a function
//! that writes its body. Every text is markup that stands as it is in the mailing.

pub mod denmark;
mod sweden;

use super::chance::Chance;
use super::markup::Markup;
use crate::letter::Country;

/// The kinds of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Decision on a place in preschool, with a table of fees.
    Childcare,
    /// Bill for water and waste, with a payment block.
    Bill,
    /// Reminder of a bill.
    Reminder,
    /// Parking charge.
    Parking,
    /// Building permit, with conditions.
    Building,
    /// Care plan, several pages.
    CarePlan,
    /// Call to an appointment.
    Appointment,
    /// Order with service of process.
    Summons,
}

/// How a kind of letter looks from outside.
pub struct Face {
    /// Department.
    pub department: &'static str,
    /// Cost centre.
    pub cost_centre: &'static str,
    /// Process, for statistics.
    pub process: &'static str,
    /// In front of the case number.
    pub series: &'static str,
    /// Subject.
    pub subject: &'static str,
}

impl Kind {
    /// By the share of each kind in an ordinary night. Never [`Kind::Summons`], which is planned.
    pub fn draw(chance: &mut Chance) -> Self {
        match chance.below(100) {
            0..24 => Self::Bill,
            24..41 => Self::Childcare,
            41..55 => Self::Reminder,
            55..67 => Self::Appointment,
            67..76 => Self::Parking,
            76..86 => Self::Building,
            _ => Self::CarePlan,
        }
    }

    /// How it looks from outside.
    pub fn face(self, country: Country) -> &'static Face {
        let faces = match country {
            Country::Sweden => &sweden::FACE,
            Country::Denmark => &denmark::FACE,
        };
        &faces[self as usize]
    }

    /// Writes the blocks of its text.
    pub fn write(self, country: Country, out: &mut Markup<'_>, chance: &mut Chance, case: &Case) {
        match country {
            Country::Sweden => sweden::write(self, out, chance, case),
            Country::Denmark => denmark::write(self, out, chance, case),
        }
    }
}

/// What is particular to one letter.
pub struct Case {
    /// Its number in the mailing, from one.
    pub number: u32,
    /// Case number as printed, `BUN 2026-000123`.
    pub reference: String,
    /// Somebody at the agency whom the recipient may ask.
    pub officer: String,
    /// In English instead of the language of the country.
    pub english: bool,
    /// Numbers for what is said both in the text and beside it; to be cloned, so that both draw the same.
    pub common: Chance,
}
