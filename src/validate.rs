//! The business rules: what the schema cannot say about a letter, one file a family.
//!
//! In: a letter that the schema allows, and the header of its mailing. Out: findings, in the order of the families
//! below and of the letter within each, so that the same letter always gives the same list. What always holds: judging
//! ends, whatever the letter holds; a good letter costs no allocation; no finding holds a value of the letter.
//!
//! To add a rule: the code in `finding.rs` with its row in `docs/findings.md`, the check in its family's file, and a test
//! beside it with one letter that yields it and one just inside the limit. For a new family: a module, a line in
//! [`judge`].

use crate::finding::{Code, Finding, Place};
use crate::letter::{Country, Header, Letter};

mod actions;
mod addresses;
mod content;
mod dates;
mod documents;
mod identifiers;
mod ids;
#[cfg(test)]
mod testing;

pub use identifiers::judge_sender;
pub use ids::{Fingerprint, LetterIds};

/// What an agency may set about the business rules. An unknown key is an error.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Fewest lines of an address on paper, the name included.
    pub address_lines_min: usize,
    /// Most lines of an address on paper, the name included.
    pub address_lines_max: usize,
    /// Most characters in a line of an address on paper.
    pub address_line_chars_max: usize,
    /// Most bytes of one document, before base64.
    pub document_bytes_max: u64,
    /// What the Swedish channel carries.
    pub mina_meddelanden: ChannelLimits,
    /// What the Danish channel carries.
    pub digital_post: ChannelLimits,
}

/// What a digital channel carries in one letter.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelLimits {
    /// Media types of documents.
    pub media_types: Vec<String>,
    /// Bytes of all documents together, before base64.
    pub documents_bytes_max: u64,
    /// Number of attachments.
    pub attachments_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        let types = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect();
        Self {
            // facts/print.md §7: 3–7 lines and at most 45 characters are common; a name and a town are the least.
            address_lines_min: 2,
            address_lines_max: 7,
            address_line_chars_max: 45,
            document_bytes_max: 74 << 20, // The most that any channel carries (facts/denmark.md §1.8).
            mina_meddelanden: ChannelLimits {
                media_types: types(&["application/pdf"]), // The only one in use (facts/sweden.md §1).
                // An envelope of 2,097,152 bytes holds three quarters of that in base64 (facts/sweden.md §1); sealing
                // measures the envelope itself.
                documents_bytes_max: 2_097_152 / 4 * 3,
                attachments_max: 100, // The schema of the mailing's own limit; FaR names none.
            },
            digital_post: ChannelLimits {
                media_types: types(documents::DIGITAL_POST_MEDIA_TYPES),
                documents_bytes_max: 74 << 20, // facts/denmark.md §1.8.
                attachments_max: 10,           // facts/denmark.md §1.8.
            },
        }
    }
}

impl Options {
    fn of(&self, country: Country) -> &ChannelLimits {
        match country {
            Country::Sweden => &self.mina_meddelanden,
            Country::Denmark => &self.digital_post,
        }
    }
}

/// Judges a letter by the business rules.
pub fn judge(letter: &Letter<'_>, header: &Header, rules: &Options) -> Vec<Finding> {
    let mut findings = Findings {
        letter,
        list: Vec::new(),
    };
    identifiers::judge(letter, header, &mut findings);
    addresses::judge(letter, header, rules, &mut findings);
    dates::judge(letter, header, &mut findings);
    content::judge(letter, &mut findings);
    documents::judge(letter, header, rules, &mut findings);
    actions::judge(letter, header, &mut findings);
    findings.list
}

/// The findings of one letter, as they come.
struct Findings<'l> {
    letter: &'l Letter<'l>,
    list: Vec<Finding>,
}

impl Findings<'_> {
    fn add(
        &mut self,
        code: Code,
        path: impl Into<String>,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) {
        self.list.push(Finding {
            letter: self.letter.seq,
            place: Place {
                line: self.letter.line,
                column: 1,
                path: path.into(),
            },
            code,
            found: found.into(),
            allowed: allowed.into(),
        });
    }
}
