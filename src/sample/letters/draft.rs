//! What is known of a letter before it is written.

use crate::letter::{Country, RecipientId};
use crate::sample::chance::Chance;
use crate::sample::people::sweden::Series;
use crate::sample::plan::{HeldReason, Outcome, Planned, PrintReason};
use crate::sample::texts::Kind;

/// What is known of one letter.
pub struct Draft {
    /// What is fixed of it.
    pub planned: Planned,
    /// What it is.
    pub kind: Kind,
    /// To whom it goes.
    pub who: Who,
    /// Marked as mandatory.
    pub mandatory: bool,
    /// In English.
    pub english: bool,
}

/// To whom a letter goes.
#[derive(Clone, Copy)]
pub struct Who {
    /// What kind of recipient.
    pub whom: Whom,
    /// With a protected address.
    pub protected: bool,
    /// SE: which numbers.
    pub series: Series,
    /// DK: exempt from Digital Post, and reached all the same because the letters are mandatory.
    pub exempt: bool,
    /// The number, once it is drawn.
    pub id: RecipientId,
}

/// What kind of recipient.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// A person.
    Person,
    /// A company or an association.
    Organisation,
    /// Somebody whose number is not known.
    Nobody,
}

impl Draft {
    /// Draws what is not planned. `known` is the recipient of an earlier letter who has this one too.
    pub fn draw(
        country: Country,
        planned: Planned,
        known: Option<Who>,
        chance: &mut Chance,
    ) -> Self {
        let outcome = planned.outcome;
        let whom = match (known, outcome) {
            (Some(known), _) => known.whom,
            (_, Outcome::Print(PrintReason::NoIdentifier | PrintReason::Abroad)) => Whom::Nobody,
            (_, Outcome::Held(_)) => Whom::Person,
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
        let protected = whom == Whom::Person && chance.happens(4);
        let kind = match (summons, whom) {
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
        let who = known.unwrap_or(Who {
            whom,
            protected,
            series,
            exempt: false,
            id: RecipientId::None,
        });
        let draft = Self {
            planned,
            kind,
            who,
            mandatory: false,
            english: false,
        };
        match country {
            Country::Sweden => draft,
            Country::Denmark => draft.of_denmark(known.is_some(), chance),
        }
    }

    /// What only Danish letters have.
    fn of_denmark(mut self, known: bool, chance: &mut Chance) -> Self {
        let exempt = self.planned.outcome == Outcome::Digital && chance.happens(20);
        // Service of process to the exempt would be held.
        if exempt && !known && self.kind != Kind::Summons {
            self.who.exempt = true;
        }
        if self.who.exempt && self.kind == Kind::Summons {
            self.kind = Kind::Reminder;
        }
        // What is held as digital only or of the dead is no mandatory letter, which would go digital.
        let ordinary = !matches!(self.planned.outcome, Outcome::Held(_));
        self.mandatory = self.who.exempt
            || (ordinary
                && self.planned.outcome != Outcome::Print(PrintReason::Exempt)
                && chance.happens(30));
        self.english = self.kind == Kind::Appointment && chance.happens(120);
        self
    }
}
