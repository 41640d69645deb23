//! The business rules: what the schema cannot say about a letter, one file a family.
//!
//! In: a letter that the schema allows, and the header of its mailing. Out: findings, in the order of the families
//! below and of the letter within each, so that the same letter always gives the same list. What always holds: judging
//! ends, whatever the letter holds; a good letter costs no allocation; no finding holds a value of the letter.
//!
//! To add a rule: the code in `finding.rs` with its row in `docs/findings.md`, the check in its family's file, and a test
//! beside it with one letter that yields it and one just inside the limit. For a new family: a module, a line in
//! [`judge`].

use crate::finding::{Code, Finding};
use crate::letter::{Country, Header, Letter, file_name};

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
    /// What the Swedish channel carries; the channel's own table of the job file says it.
    #[serde(skip)]
    pub mina_meddelanden: ChannelLimits,
    /// What the Danish channel carries; the channel's own table of the job file says it.
    #[serde(skip)]
    pub digital_post: ChannelLimits,
}

/// What a digital channel carries in one letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelLimits {
    /// Media types of documents.
    pub media_types: Vec<String>,
    /// Bytes of all documents together, before base64.
    pub documents_bytes_max: u64,
    /// Where the job file sets it.
    pub bytes_key: &'static str,
    /// Number of attachments.
    pub attachments_max: usize,
    /// Where the job file sets it.
    pub attachments_key: &'static str,
    /// Whether the channel takes every file name, or sealing mends it.
    pub any_file_name: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            // facts/print.md §7: 3–7 lines and at most 45 characters are common; a name and a town are the least.
            address_lines_min: 2,
            address_lines_max: 7,
            address_line_chars_max: 45,
            document_bytes_max: 74 << 20, // The most that any channel carries (facts/denmark.md §1.8).
            // facts/sweden.md §1: PDF is the only type in use, 2,097,152 bytes the most of an envelope.
            mina_meddelanden: ChannelLimits::mina_meddelanden(
                vec!["application/pdf".into()],
                2_097_152,
            ),
            digital_post: ChannelLimits {
                media_types: file_name::media_types().map(str::to_owned).collect(),
                documents_bytes_max: 74 << 20, // facts/denmark.md §1.8.
                bytes_key: "`documents_bytes_max` in [digital_post]",
                attachments_max: 10, // facts/denmark.md §1.8.
                attachments_key: "`attachments_max` in [digital_post]",
                any_file_name: false,
            },
        }
    }
}

impl ChannelLimits {
    /// What Mina meddelanden carries in envelopes of so many bytes: base64 leaves three quarters of them; sealing measures
    /// the envelope itself.
    pub fn mina_meddelanden(media_types: Vec<String>, message_bytes_max: u64) -> Self {
        Self {
            media_types,
            documents_bytes_max: message_bytes_max / 4 * 3,
            bytes_key: "three quarters of `message_bytes_max` in [mina_meddelanden]",
            attachments_max: 100, // The limit of the mailing's own schema; FaR names none.
            attachments_key: "the schema of the mailing",
            any_file_name: true,
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
        let Letter { seq, line, .. } = *self.letter;
        let finding = Finding::about(seq, line, path, code, found, allowed);
        self.list.push(finding);
    }
}
