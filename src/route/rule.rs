//! A rule as the job file writes it, and as it is asked.

use crate::letter::identifier::Kind;
use crate::letter::{Country, DeliveryWish, Fate, Letter};
use crate::registry::{Operator, OperatorIndex, Status};

use super::Reason;
use super::facts::{Facts, Flag};

/// One rule: the first whose conditions all hold decides.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, which is the reason a letter gets.
    pub name: String,
    /// Its conditions; none: it holds for every letter.
    #[serde(default)]
    pub when: When,
    /// What follows.
    pub then: Outcome,
    /// Why, for people. The default rules have theirs in `reason.rs`.
    #[serde(default)]
    pub sentence: String,
}

/// Conditions: all that are given must hold; of a list, one.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// Delivery wish.
    pub wish: Option<Vec<Wish>>,
    /// Country of the sender.
    pub country: Option<Vec<CountryCode>>,
    /// Kind of the recipient's identifier.
    pub id: Option<Vec<Kind>>,
    /// What the registry says.
    pub status: Option<Vec<Standing>>,
    /// Id of the mailbox operator is one of these.
    pub operator: Option<Vec<String>>,
    /// The recipient has a mailbox operator, and its id is none of these.
    pub operator_not: Option<Vec<String>>,
    /// Department; `*` at the end stands for any rest.
    pub department: Option<Vec<String>>,
    /// Process; `*` at the end stands for any rest.
    pub process: Option<Vec<String>>,
    /// Service of process.
    pub legal_notification: Option<bool>,
    /// Marked mandatory.
    pub mandatory: Option<bool>,
    /// The address is protected.
    pub address_protected: Option<bool>,
    /// There is a postal address.
    pub has_address: Option<bool>,
    /// Too young for a mailbox.
    pub minor: Option<bool>,
    /// No finding keeps the letter from the digital channel.
    pub digital_content: Option<bool>,
    /// No finding keeps the letter from paper, but perhaps one about the address.
    pub print_content: Option<bool>,
    /// No finding about the address keeps the letter from paper.
    pub address_fits: Option<bool>,
    /// The documents alone are more than the digital channel carries.
    pub too_large: Option<bool>,
    /// The registry can be asked about the identifier.
    pub id_representable: Option<bool>,
    /// The identifier is of another country than the sender.
    pub id_foreign: Option<bool>,
    /// The digital channel of the sender's country is open.
    pub channel_available: Option<bool>,
    /// `notBefore` is after the date of the batch.
    pub not_before_later: Option<bool>,
    /// The sender may send mandatory post to exempt parties.
    pub mandatory_right: Option<bool>,
    /// The sender may send service of process digitally.
    pub legal_right: Option<bool>,
    /// The letter asks for the postage class `legal` should it go on paper.
    pub postage_legal: Option<bool>,
    /// The mailbox operator is among `operators_supported`.
    pub operator_supported: Option<bool>,
}

/// What follows from a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Digital, if that is possible at all.
    Digital,
    /// Paper.
    Print,
    /// A person decides.
    Held,
    /// Not sent.
    Rejected,
}

impl From<Outcome> for Fate {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Digital => Self::Digital,
            Outcome::Print => Self::Print,
            Outcome::Held => Self::Held,
            Outcome::Rejected => Self::Rejected,
        }
    }
}

/// A delivery wish, as a job file writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// Digital where possible.
    Auto,
    /// Never print.
    Digital,
    /// Never digital.
    Print,
}

impl From<Wish> for DeliveryWish {
    fn from(wish: Wish) -> Self {
        match wish {
            Wish::Auto => Self::Auto,
            Wish::Digital => Self::Digital,
            Wish::Print => Self::Print,
        }
    }
}

/// A sender's country, as a job file writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub enum CountryCode {
    /// Sweden.
    #[serde(rename = "SE")]
    Sweden,
    /// Denmark.
    #[serde(rename = "DK")]
    Denmark,
}

impl From<CountryCode> for Country {
    fn from(code: CountryCode) -> Self {
        match code {
            CountryCode::Sweden => Self::Sweden,
            CountryCode::Denmark => Self::Denmark,
        }
    }
}

/// What the registry says of a recipient: a status of the snapshot, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub enum Standing {
    /// What the snapshot says.
    Of(Status),
    /// `not-in-registry`: the snapshot does not hold the identifier.
    NotInRegistry,
    /// `no-registry`: there is no snapshot.
    NoRegistry,
}

impl TryFrom<String> for Standing {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "not-in-registry" => Ok(Self::NotInRegistry),
            "no-registry" => Ok(Self::NoRegistry),
            name => Status::from_name(name).map(Self::Of).ok_or_else(|| {
                let names: Vec<_> = Status::ALL.iter().map(|s| s.name()).collect();
                let names = names.join(", ");
                format!("unknown status `{name}`, allowed: {names}, not-in-registry, no-registry")
            }),
        }
    }
}

impl When {
    /// Names of conditions that are empty lists.
    pub(super) fn empty_lists(&self) -> Vec<&'static str> {
        fn empty<T>(list: Option<&Vec<T>>) -> bool {
            list.is_some_and(Vec::is_empty)
        }
        [
            ("wish", empty(self.wish.as_ref())),
            ("country", empty(self.country.as_ref())),
            ("id", empty(self.id.as_ref())),
            ("status", empty(self.status.as_ref())),
            ("operator", empty(self.operator.as_ref())),
            ("operator_not", empty(self.operator_not.as_ref())),
            ("department", empty(self.department.as_ref())),
            ("process", empty(self.process.as_ref())),
        ]
        .into_iter()
        .filter_map(|(name, empty)| empty.then_some(name))
        .collect()
    }

    fn flags(&self) -> [(Flag, Option<bool>); 17] {
        [
            (Flag::LegalNotification, self.legal_notification),
            (Flag::Mandatory, self.mandatory),
            (Flag::AddressProtected, self.address_protected),
            (Flag::HasAddress, self.has_address),
            (Flag::Minor, self.minor),
            (Flag::DigitalContent, self.digital_content),
            (Flag::PrintContent, self.print_content),
            (Flag::TooLarge, self.too_large),
            (Flag::Representable, self.id_representable),
            (Flag::ForeignId, self.id_foreign),
            (Flag::Channel, self.channel_available),
            (Flag::Early, self.not_before_later),
            (Flag::MandatoryRight, self.mandatory_right),
            (Flag::LegalRight, self.legal_right),
            (Flag::PostageLegal, self.postage_legal),
            (Flag::OperatorSupported, self.operator_supported),
            (Flag::AddressFits, self.address_fits),
        ]
    }

    fn allowed(&self) -> Facts {
        let mut allowed = Facts::ALL;
        if let Some(wishes) = &self.wish {
            allowed = allowed.only_wishes(wishes.iter().map(|w| (*w).into()));
        }
        if let Some(countries) = &self.country {
            allowed = allowed.only_countries(countries.iter().map(|c| (*c).into()));
        }
        if let Some(kinds) = &self.id {
            allowed = allowed.only_kinds(kinds.iter().copied());
        }
        if let Some(standings) = &self.status {
            allowed = allowed.only_standings(standings.iter().copied());
        }
        for (flag, value) in self.flags() {
            if let Some(value) = value {
                allowed = allowed.only_flag(flag, value);
            }
        }
        allowed
    }
}

/// Which safeguards a rule lifts, because it names their condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub wish: bool,
    pub status: bool,
    pub legal_notification: bool,
    pub not_before: bool,
}

impl Named {
    pub const NOTHING: Self = Self {
        wish: false,
        status: false,
        legal_notification: false,
        not_before: false,
    };

    /// A person's word against the sender's wish.
    pub const WISH: Self = Self {
        wish: true,
        ..Self::NOTHING
    };

    fn by(when: &When) -> Self {
        Self {
            wish: when.wish.is_some(),
            status: when.status.is_some(),
            legal_notification: when.legal_notification == Some(true),
            not_before: when.not_before_later == Some(true),
        }
    }
}

/// A rule made ready for one snapshot.
#[derive(Debug)]
pub struct Compiled {
    allowed: Facts,
    operators: Option<Vec<bool>>, // By operator index.
    department: Option<Vec<Pattern>>,
    process: Option<Vec<Pattern>>,
    pub then: Fate,
    pub reason: Reason,
    pub named: Named,
}

impl Compiled {
    pub fn new(rule: &Rule, operators: &[Operator]) -> Self {
        let when = &rule.when;
        let asks_operator = when.operator.is_some() || when.operator_not.is_some();
        let is_meant = |operator: &Operator| {
            let is_in = |list: &Vec<String>| list.contains(&operator.id);
            when.operator.as_ref().is_none_or(is_in)
                && !when.operator_not.as_ref().is_some_and(is_in)
        };
        let patterns = |list: &Option<Vec<String>>| {
            list.as_ref()
                .map(|l| l.iter().map(|text| Pattern::new(text)).collect())
        };
        Self {
            allowed: when.allowed(),
            operators: asks_operator.then(|| operators.iter().map(is_meant).collect()),
            department: patterns(&when.department),
            process: patterns(&when.process),
            then: rule.then.into(),
            reason: Reason::named(&rule.name),
            named: Named::by(when),
        }
    }

    pub fn matches(
        &self,
        facts: Facts,
        letter: &Letter<'_>,
        operator: Option<OperatorIndex>,
    ) -> bool {
        facts.within(self.allowed)
            && self.operators.as_ref().is_none_or(|meant| {
                operator.is_some_and(|o| meant.get(usize::from(o.0)).copied().unwrap_or(false))
            })
            && one_matches(self.department.as_deref(), letter.department.as_deref())
            && one_matches(self.process.as_deref(), letter.process.as_deref())
    }
}

/// A name, or the beginning of one.
#[derive(Debug)]
enum Pattern {
    Whole(String),
    Beginning(String),
}

impl Pattern {
    fn new(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(beginning) => Self::Beginning(beginning.into()),
            None => Self::Whole(text.into()),
        }
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Whole(text) => text == name,
            Self::Beginning(text) => name.starts_with(text),
        }
    }
}

fn one_matches(patterns: Option<&[Pattern]>, name: Option<&str>) -> bool {
    patterns.is_none_or(|patterns| {
        name.is_some_and(|name| patterns.iter().any(|pattern| pattern.matches(name)))
    })
}
