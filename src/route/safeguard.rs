//! What must never happen silently (design.md §4, facts/denmark.md §5.3, §6.1): the last word after every rule.
//!
//! A rule lifts a safeguard by naming its condition: `legal_notification = true`, `status = [… "closed" …]`, `wish = […]`,
//! `not_before_later = true`. What is impossible (no operator, no address, content the channel cannot carry) no rule can
//! make possible.

use crate::letter::{Country, DeliveryWish, Fate};
use crate::registry::{OperatorIndex, Status};

use super::facts::{Facts, Flag};
use super::rule::Named;
use super::{Decision, ProtectedAddress, Reason, Router, Standing, Step};

impl Router<'_> {
    /// The fate that a rule gives, after the safeguards.
    pub(super) fn settle(
        &self,
        fate: Fate,
        reason: Reason,
        operator: Option<OperatorIndex>,
        facts: Facts,
        named: Named,
    ) -> Decision {
        let mut decision = Decision {
            fate,
            reason,
            operator: None,
            earlier: Vec::new(),
        };
        if decision.fate == Fate::Digital {
            match self.against_digital(facts, named) {
                None => decision.operator = operator,
                Some((fate, reason)) => decision.turn(fate, reason),
            }
        }
        if decision.fate == Fate::Print
            && let Some(reason) = self.against_print(facts, named)
        {
            decision.turn(Fate::Held, reason);
        }
        decision
    }

    /// The fate of a letter that a person sends to digital, or that a receipt sends there once more: digital or held.
    pub(super) fn settle_digital(
        &self,
        reason: Reason,
        operator: Option<OperatorIndex>,
        facts: Facts,
    ) -> Decision {
        let against = self
            .against_digital(facts, Named::WISH)
            .map(|(_, reason)| reason)
            .or_else(|| self.against_redirect(facts));
        let mut decision = Decision {
            fate: Fate::Digital,
            reason,
            operator: None,
            earlier: Vec::new(),
        };
        match against {
            None => decision.operator = operator,
            Some(reason) => decision.turn(Fate::Held, reason),
        }
        decision
    }

    /// What the default rules look at before they send a letter digital, and `against_digital` does not: a rule of the
    /// job file may see it otherwise, a person who sends many letters at once may not.
    fn against_redirect(&self, facts: Facts) -> Option<&'static str> {
        if facts.has(Flag::Minor) {
            return Some("minor");
        }
        if !facts.has(Flag::OperatorSupported) {
            return Some("operator-not-supported");
        }
        if self.country == Country::Denmark && facts.has(Flag::LegalNotification) {
            if !facts.has(Flag::LegalRight) {
                return Some("legal-notification-not-allowed");
            }
            // Mandatory or not: service of process is not for the mailbox of one who is exempt (facts/denmark.md §8).
            if facts.stands(Standing::Of(Status::Exempt)) {
                return Some("exempt");
            }
        }
        None
    }

    /// Why a letter cannot or must not go digital, and what becomes of it.
    fn against_digital(&self, facts: Facts, named: Named) -> Option<(Fate, &'static str)> {
        if !facts.has(Flag::Channel) {
            return Some((Fate::Print, "channel-not-available"));
        }
        if facts.has(Flag::ForeignId) {
            return Some((Fate::Print, "foreign-identifier"));
        }
        if !facts.has(Flag::Representable) {
            return Some((Fate::Print, "id-not-representable"));
        }
        if facts.has(Flag::TooLarge) {
            return Some((Fate::Print, "too-large"));
        }
        if !facts.has(Flag::DigitalContent) {
            return Some((Fate::Print, "content-not-digital"));
        }
        if facts.is_of(DeliveryWish::Print) && !named.wish {
            return Some((Fate::Print, "print-wished"));
        }
        let exempt_but_allowed = facts.stands(Standing::Of(Status::Exempt))
            && facts.has(Flag::Mandatory)
            && facts.has(Flag::MandatoryRight);
        if !(facts.stands(Standing::Of(Status::Reachable)) || exempt_but_allowed) {
            return Some((Fate::Print, "not-reachable"));
        }
        // MeMo carries the date itself (doNotDeliverUntilDate); Mina meddelanden delivers at once.
        if self.country == Country::Sweden && facts.has(Flag::Early) && !named.not_before {
            return Some((Fate::Held, "not-before"));
        }
        None
    }

    /// Why a letter must not go on paper; it is then held.
    pub(super) fn against_print(&self, facts: Facts, named: Named) -> Option<&'static str> {
        if facts.stands(Standing::Of(Status::Closed)) && !named.status {
            return Some("closed");
        }
        let legal = facts.has(Flag::LegalNotification) && !facts.has(Flag::PostageLegal);
        if legal && !named.legal_notification {
            return Some("legal-notification");
        }
        if facts.is_of(DeliveryWish::Digital) && !named.wish {
            return Some("digital-only");
        }
        if !facts.has(Flag::HasAddress) {
            return Some("no-address");
        }
        if !facts.has(Flag::AddressFits) {
            return Some("address-does-not-fit");
        }
        if !facts.has(Flag::PrintContent) {
            return Some("content-not-print");
        }
        if facts.has(Flag::AddressProtected) && self.protected_address == ProtectedAddress::Hold {
            return Some("protected-address");
        }
        if facts.has(Flag::Early) && !named.not_before {
            return Some("not-before");
        }
        None
    }
}

impl Decision {
    fn turn(&mut self, fate: Fate, reason: &'static str) {
        let reason = std::mem::replace(&mut self.reason, Reason::of(reason));
        self.earlier.push(Step {
            fate: self.fate,
            reason,
        });
        self.fate = fate;
    }
}
