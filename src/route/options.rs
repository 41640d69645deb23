//! The `[route]` section of a job file.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::letter::Country;

use super::{Rule, sentence};

/// How letters are routed. An unknown key is an error.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The agency's own rules, in order; they come before the default ones.
    pub rules: Vec<Rule>,
    /// Whether the default rules follow behind.
    pub default_rules: DefaultRules,
    /// Oldest snapshot taken, in days before the date of the batch.
    pub snapshot_days_max: u16,
    /// Ids of the mailbox operators that are served; empty for all.
    pub operators_supported: Vec<String>,
    /// Digital channels that are open; a letter of another goes on paper.
    pub digital_channels: Vec<DigitalChannel>,
    /// What Digital Post has granted the sender (facts/denmark.md §1.5).
    pub rights: Vec<Right>,
    /// What is done with a protected address on paper.
    pub protected_address: ProtectedAddress,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            default_rules: DefaultRules::After,
            // FaR should be asked the same night (facts/sweden.md §3); a week lets a small agency ask once a week.
            snapshot_days_max: 7,
            operators_supported: Vec::new(),
            digital_channels: vec![DigitalChannel::MinaMeddelanden, DigitalChannel::DigitalPost],
            rights: Vec::new(),
            protected_address: ProtectedAddress::CoverPage,
        }
    }
}

/// Whether the default rules are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultRules {
    /// Behind the job file's own.
    After,
    /// Not at all: a letter that no rule of the job file matches is held with the reason `no-rule`.
    None,
}

/// A national infrastructure for digital mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigitalChannel {
    /// Sweden.
    MinaMeddelanden,
    /// Denmark.
    DigitalPost,
}

impl DigitalChannel {
    /// The channel of a sender's country.
    pub fn of(country: Country) -> Self {
        match country {
            Country::Sweden => Self::MinaMeddelanden,
            Country::Denmark => Self::DigitalPost,
        }
    }
}

/// A right that Digital Post grants to public senders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// `mandatoryPostAllowed`: mandatory letters also reach exempt parties.
    MandatoryPost,
    /// `legalNotificationAllowed`: may send service of process.
    LegalNotification,
}

/// What is done with a letter on paper to a protected address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProtectedAddress {
    /// A cover page that alone holds the address is put before it.
    CoverPage,
    /// It is held.
    Hold,
}

/// The default rules, as they stand in the file that is part of the program.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    rules: Vec<Rule>,
}

static DEFAULTS: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    // A test reads the file, so it parses; with no rules every letter would be held, which is safe.
    toml::from_str::<Defaults>(include_str!("rules.toml")).map_or_else(|_| Vec::new(), |d| d.rules)
});

impl Options {
    /// Rules in the order in which they are asked.
    pub fn all_rules(&self) -> impl Iterator<Item = &Rule> {
        let defaults = match self.default_rules {
            DefaultRules::After => DEFAULTS.as_slice(),
            DefaultRules::None => &[],
        };
        self.rules.iter().chain(defaults)
    }

    /// Everything that is wrong with the options, each as a sentence; empty when they can be used.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut names = BTreeSet::new();
        for rule in &self.rules {
            let name = rule.name.as_str();
            if !is_reason_name(name) {
                faults.push(format!(
                    "rule `{name}`: a name is lower-case words with hyphens, at most 64 characters"
                ));
            }
            if sentence(name).is_some() {
                faults.push(format!(
                    "rule `{name}`: the name has a meaning of its own, see docs/routing.md; choose another"
                ));
            }
            if !names.insert(name) {
                faults.push(format!("rule `{name}`: the name is used twice"));
            }
            if rule.sentence.trim().is_empty() {
                faults.push(format!(
                    "rule `{name}`: it needs a `sentence` that tells people why"
                ));
            }
            for list in rule.when.empty_lists() {
                faults.push(format!(
                    "rule `{name}`: `{list}` is an empty list, which nothing matches; leave it out"
                ));
            }
        }
        if self.rules.is_empty() && self.default_rules == DefaultRules::None {
            faults.push("`default_rules = \"none\"` without any rule holds every letter".into());
        }
        faults
    }

    /// True when the digital channel of a country is open.
    pub fn has_channel_of(&self, country: Country) -> bool {
        self.digital_channels.contains(&DigitalChannel::of(country))
    }

    pub(super) fn has(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }
}

fn is_reason_name(name: &str) -> bool {
    let words = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=64).contains(&name.len())
        && name.chars().all(words)
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
}
