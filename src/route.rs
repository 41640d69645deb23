//! A channel for each letter, and the reason for it.
//!
//! In: a letter, its findings, the reachability snapshot, the rules. Out: a [`Decision`], and after sealing or composing
//! perhaps a second one ([`Router::fall_back`]). What always holds: every letter gets one fate and one reason; the first
//! rule that matches decides, and its name is the reason; what must never happen silently is held by the safeguards
//! (`safeguard.rs`), which a rule lifts only by naming the condition; the fates a letter had before stay in
//! [`Decision::earlier`].
//!
//! Rules are data: the default ones are `route/rules.toml`, a job file puts its own before them. `docs/routing.md`
//! explains both for people.
//!
//! To add a reason: a line in `reason.rs`, a rule in `rules.toml` or a line in `safeguard.rs`, a row in
//! `docs/routing.md` (a test compares). To add a condition: a field of [`When`], a [`facts`] flag, and a row there too.

use jiff::civil::Date;

use crate::finding::{Code, Finding};
use crate::letter::{Channel, Country, Fate, Letter};
use crate::registry::{OperatorIndex, Snapshot, Status};

mod facts;
mod options;
mod reason;
mod rule;
mod safeguard;

pub use options::{DefaultRules, DigitalChannel, Options, ProtectedAddress, Right};
pub use reason::{REASONS, Reason, sentence};
pub use rule::{CountryCode, Outcome, Rule, Standing, When, Wish};

use facts::{Facts, Flag};
use rule::Compiled;

/// What becomes of a letter, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Where it goes.
    pub fate: Fate,
    /// The name of the rule, safeguard, cause or finding that decided.
    pub reason: Reason,
    /// For a digital letter that a mailbox operator takes.
    pub operator: Option<OperatorIndex>,
    /// What it would have become first, oldest first; empty for most letters.
    pub earlier: Vec<Step>,
}

impl Decision {
    /// Of a letter that a finding rejects; the first such finding is the reason.
    pub fn rejected(findings: &[Finding]) -> Self {
        let code = findings
            .iter()
            .find(|finding| finding.code.rejects())
            .map_or(Code::Schema, |finding| finding.code);
        Self {
            fate: Fate::Rejected,
            reason: Reason::of(code.name()),
            operator: None,
            earlier: Vec::new(),
        }
    }

    /// This one did not last: `next` came, with it and all before it behind.
    fn then(self, mut next: Self) -> Self {
        let mut earlier = self.earlier;
        earlier.push(Step {
            fate: self.fate,
            reason: self.reason,
        });
        earlier.append(&mut next.earlier);
        Self { earlier, ..next }
    }
}

/// A fate that did not last.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// Where it would have gone.
    pub fate: Fate,
    /// Why there.
    pub reason: Reason,
}

/// What sealing or composing found out that changes a letter's fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The sealed message is larger than the channel takes.
    TooLargeForChannel,
    /// The channel does not carry such content.
    ContentNotAllowed,
    /// A PDF or a character that cannot be printed.
    Unprintable,
    /// The print vendor has not what it asks for.
    NotRequestable,
    /// It weighs more than the last postage step, or than its envelope may.
    TooHeavy,
    /// The address is too long for the window.
    AddressDoesNotFit,
    /// More pages than allowed in one letter.
    TooManyPages,
    /// More sheets than the largest envelope takes.
    TooThick,
}

impl Cause {
    /// The reason it gives a letter.
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooLargeForChannel => "too-large",
            Self::ContentNotAllowed => "content-not-digital",
            Self::Unprintable => "unprintable",
            Self::NotRequestable => "not-requestable",
            Self::TooHeavy => "too-heavy",
            Self::AddressDoesNotFit => "address-does-not-fit",
            Self::TooManyPages => "too-many-pages",
            Self::TooThick => "too-thick",
        }
    }

    fn closes_digital_only(self) -> bool {
        match self {
            Self::TooLargeForChannel | Self::ContentNotAllowed => true,
            Self::Unprintable
            | Self::NotRequestable
            | Self::TooHeavy
            | Self::AddressDoesNotFit
            | Self::TooManyPages
            | Self::TooThick => false,
        }
    }
}

/// Why a letter that is run again goes to a channel that the rules did not choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// Its digital message was refused.
    Undelivered,
    /// A person said so.
    PersonDecided,
}

impl Redirect {
    /// The reason it gives a letter.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Undelivered => "undelivered",
            Self::PersonDecided => "person-decided",
        }
    }

    /// Whether such a redirect gave the reason; no rule can have these names.
    fn gave(reason: &Reason) -> bool {
        let all = [Self::Undelivered, Self::PersonDecided];
        all.iter()
            .any(|redirect| redirect.reason() == reason.name())
    }
}

/// Why a job's letters cannot be routed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// The `[route]` section of the job file is wrong; every fault is named.
    #[error("the routing rules cannot be used: {}", .0.join("; "))]
    Options(Vec<String>),
    /// The snapshot is too old for the batch.
    #[error(
        "the registry snapshot `{path}` is of {date}, {days} days before the batch of {on}; allowed: {days_max} days \
         (`snapshot_days_max`); ask the registry again and build a new one"
    )]
    StaleSnapshot {
        /// Where the snapshot lies.
        path: String,
        /// Its date.
        date: Date,
        /// The date of the batch.
        on: Date,
        /// Its age on the batch's date.
        days: i32,
        /// The age allowed.
        days_max: u16,
    },
}

/// Decides for the letters of one mailing; shared by all threads.
#[derive(Debug)]
pub struct Router<'s> {
    snapshot: Option<&'s Snapshot>,
    rules: Vec<Compiled>,
    sentences: Vec<(String, String)>, // Of the job file's own rules.
    operators_supported: Vec<bool>,   // By operator index.
    country: Country,
    on: Date,
    base: Facts, // What holds for all letters of the mailing.
    protected_address: ProtectedAddress,
}

impl<'s> Router<'s> {
    /// Makes the rules ready for a mailing of a sender in `country`, worked on `on`. Without a snapshot everything goes
    /// on paper, with the reason `no-registry`.
    ///
    /// # Errors
    /// The rules are wrong, or the snapshot is older than the options allow.
    pub fn new(
        options: &Options,
        country: Country,
        snapshot: Option<&'s Snapshot>,
        on: Date,
    ) -> Result<Self, Error> {
        let faults = options.faults();
        if !faults.is_empty() {
            return Err(Error::Options(faults));
        }
        if let Some(snapshot) = snapshot {
            refuse_stale(snapshot, on, options.snapshot_days_max)?;
        }
        let operators = snapshot.map_or(&[][..], Snapshot::operators);
        let supported = |id: &String| {
            options.operators_supported.is_empty() || options.operators_supported.contains(id)
        };
        Ok(Self {
            snapshot,
            rules: options
                .all_rules()
                .map(|rule| Compiled::new(rule, operators))
                .collect(),
            sentences: options
                .rules
                .iter()
                .map(|rule| (rule.name.clone(), rule.sentence.clone()))
                .collect(),
            operators_supported: operators.iter().map(|o| supported(&o.id)).collect(),
            country,
            on,
            base: Facts::default()
                .country(country)
                .flag(Flag::Channel, options.has_channel_of(country))
                .flag(Flag::MandatoryRight, options.has(Right::MandatoryPost))
                .flag(Flag::LegalRight, options.has(Right::LegalNotification)),
            protected_address: options.protected_address,
        })
    }

    /// The first decision for a letter, from what is known before it is sealed or composed.
    pub fn decide(&self, letter: &Letter<'_>, findings: &[Finding]) -> Decision {
        if findings.iter().any(|finding| finding.code.rejects()) {
            return Decision::rejected(findings);
        }
        let (facts, operator) = self.asked(letter, findings);
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.matches(facts, letter, operator));
        let Some(rule) = rule else {
            return self.settle(
                Fate::Held,
                Reason::of("no-rule"),
                None,
                facts,
                rule::Named::NOTHING,
            );
        };
        self.settle(rule.then, rule.reason.clone(), operator, facts, rule.named)
    }

    /// The decision for a letter after sealing or composing found a [`Cause`] against its channel: too large for digital
    /// goes on paper if it may, what cannot be printed is held, and what was redirected to digital too. Never silently:
    /// the safeguards apply again, and the fate it had is kept in [`Decision::earlier`].
    pub fn fall_back(
        &self,
        letter: &Letter<'_>,
        findings: &[Finding],
        decision: Decision,
        cause: Cause,
    ) -> Decision {
        let fate = match decision.fate {
            Fate::Held | Fate::Rejected => return decision,
            Fate::Digital if Redirect::gave(&decision.reason) => Fate::Held,
            Fate::Digital if cause.closes_digital_only() => Fate::Print,
            Fate::Digital | Fate::Print => Fate::Held,
        };
        let facts = self.facts(letter, findings);
        let reason = Reason::of(cause.reason());
        decision.then(self.settle(fate, reason, None, facts, rule::Named::NOTHING))
    }

    /// The decision for a letter that is run again and sent to a channel that a person, or a receipt, chose. The safeguards
    /// hold as ever; the sender's own wish yields to a person. A letter that was to go digital never goes on paper: it is
    /// held, also for what otherwise only the default rules look at, unless the rules send it digital by themselves.
    pub fn redirect(
        &self,
        letter: &Letter<'_>,
        findings: &[Finding],
        to: Channel,
        why: Redirect,
    ) -> Decision {
        let first = self.decide(letter, findings);
        if first.fate == Fate::Rejected {
            return first;
        }
        let (facts, operator) = self.asked(letter, findings);
        let by_rule = first.fate == Fate::Digital;
        let reason = Reason::of(why.reason());
        let next = match (to, why) {
            (Channel::Print, Redirect::Undelivered) => {
                self.settle(Fate::Print, reason, None, facts, rule::Named::NOTHING)
            }
            (Channel::Print, Redirect::PersonDecided) => {
                self.settle(Fate::Print, reason, None, facts, rule::Named::WISH)
            }
            (Channel::Digital, _) if by_rule => Decision {
                fate: Fate::Digital,
                reason,
                operator: first.operator,
                earlier: Vec::new(),
            },
            (Channel::Digital, _) => self.settle_digital(reason, operator, facts),
        };
        first.then(next)
    }

    /// Why a letter that goes digital must not have a paper form besides, of which others could make use; `None` if it may.
    pub fn not_on_paper_too(
        &self,
        letter: &Letter<'_>,
        findings: &[Finding],
        decision: &Decision,
    ) -> Option<&'static str> {
        if Redirect::gave(&decision.reason) {
            return Some("person-decided");
        }
        let (facts, _) = self.asked(letter, findings);
        if facts.stands(Standing::Of(Status::Exempt)) {
            return Some("exempt-mandatory"); // For a recipient who is exempt, paper would be chosen.
        }
        self.against_print(facts, rule::Named::NOTHING).or_else(|| {
            facts
                .has(Flag::AddressProtected)
                .then_some("protected-address")
        })
    }

    /// One sentence for people about a reason, also of the job file's own rules.
    pub fn sentence(&self, reason: &str) -> Option<&str> {
        sentence(reason).or_else(|| {
            let own = self.sentences.iter().find(|(name, _)| name == reason);
            own.map(|(_, sentence)| sentence.as_str())
        })
    }

    /// What is known of a letter without the registry.
    fn facts(&self, letter: &Letter<'_>, findings: &[Finding]) -> Facts {
        facts::of_letter(self.base, letter, findings, self.country, self.on)
    }

    /// What is known of a letter with the registry, and where its recipient's mailbox is.
    fn asked(&self, letter: &Letter<'_>, findings: &[Finding]) -> (Facts, Option<OperatorIndex>) {
        let entry = self.snapshot.and_then(|s| s.lookup(&letter.recipient.id));
        let operator = entry.and_then(|e| e.operator);
        let standing = self.standing(entry.map(|e| e.status), operator);
        let supported = operator.is_none_or(|index| self.supports(index));
        let facts = self
            .facts(letter, findings)
            .standing(standing)
            .flag(Flag::OperatorSupported, supported);
        (facts, operator)
    }

    fn standing(&self, status: Option<Status>, operator: Option<OperatorIndex>) -> Standing {
        match status {
            None if self.snapshot.is_none() => Standing::NoRegistry,
            None => Standing::NotInRegistry,
            // A Swedish message has nowhere to go without an operator, whatever the snapshot says.
            Some(Status::Reachable) if self.country == Country::Sweden && operator.is_none() => {
                Standing::Of(Status::NoOperator)
            }
            Some(status) => Standing::Of(status),
        }
    }

    fn supports(&self, operator: OperatorIndex) -> bool {
        let at = usize::from(operator.0);
        self.operators_supported.get(at).copied().unwrap_or(false)
    }
}

fn refuse_stale(snapshot: &Snapshot, on: Date, days_max: u16) -> Result<(), Error> {
    // A snapshot newer than the batch's date is fine: an old mailing is run again with today's truth.
    let days = on
        .since(snapshot.date())
        .map_or(i32::MAX, |span| span.get_days());
    if days <= i32::from(days_max) {
        return Ok(());
    }
    Err(Error::StaleSnapshot {
        path: snapshot.path().display().to_string(),
        date: snapshot.date(),
        on,
        days,
        days_max,
    })
}
