//! How messages are written: the table `[mina_meddelanden]` of a job file.

use std::collections::BTreeMap;

use serde::Deserialize;

/// "Ett meddelande får vara max 2 MB, inklusive bilagor" (digg.se), counted as the peers do: bytes of the serialized
/// SOAP envelope (facts/sweden.md §1).
pub const MESSAGE_BYTES_MAX: u64 = 2_097_152;

/// How messages are written. An unknown key is an error.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Of the contract with the operators.
    pub version: Version,
    /// What is stored.
    pub form: Form,
    /// Most bytes of the request that carries the message.
    pub message_bytes_max: u64,
    /// How a text letter is written.
    pub body: BodyForm,
    /// Media types of attachments that are sent; only PDF is in use (facts/sweden.md §1).
    pub attachment_types: Vec<String>,
    /// Value of `Language` by a letter's ISO 639-1 code; a letter in any other gets that of `sv`, and where there is none,
    /// `svSE`. Everybody sends `svSE`, so that is all there is by default (facts/sweden.md §1).
    pub languages: BTreeMap<String, String>,
    /// Letters of one mailing to the same recipient travel in one delivery; the caller obeys it.
    pub join_letters: bool,
    /// Most bytes kept of shared documents, ready encoded; one that has no room is encoded for each letter.
    pub documents_bytes_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            version: Version::V3,
            form: Form::Soap,
            message_bytes_max: MESSAGE_BYTES_MAX,
            body: BodyForm::Html,
            attachment_types: vec!["application/pdf".into()],
            languages: BTreeMap::from([("sv".into(), LANGUAGE.into())]),
            join_letters: false,
            documents_bytes_max: 64 << 20,
        }
    }
}

/// What everybody sends as `Language` (facts/sweden.md §1).
const LANGUAGE: &str = "svSE";

impl Options {
    /// The value of `Language` for a letter.
    pub(super) fn language(&self, code: &str) -> &str {
        let found = self.languages.get(code).or(self.languages.get("sv"));
        found.map_or(LANGUAGE, String::as_str)
    }

    /// A value that `Language` cannot have.
    pub(super) fn wrong_language(&self) -> Option<&str> {
        let wrong = self.languages.values().find(|value| !is_language(value));
        wrong.map(String::as_str)
    }
}

/// `xs:language`: XML Schema part 2, §3.3.3.
fn is_language(value: &str) -> bool {
    value.split('-').enumerate().all(|(at, part)| {
        let letter_or_digit = |b: u8| b.is_ascii_alphabetic() || at > 0 && b.is_ascii_digit();
        (1..=8).contains(&part.len()) && part.bytes().all(letter_or_digit)
    })
}

/// Of the contract with the mailbox operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Version {
    /// Namespaces `…/Message/v3`, `…/Service/v3`.
    #[serde(rename = "3")]
    V3,
    /// Namespaces `…/Message/v2`, `…/Service/v2`; it has no place for the matter.
    #[serde(rename = "2")]
    V2,
}

/// What is stored of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// The SOAP request, ready to POST.
    Soap,
    /// The `SealedDelivery` as it was sealed; who posts it makes the request ([`super::soap_envelope`]).
    Sealed,
}

/// How a text letter is written in `Body`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyForm {
    /// `text/html`.
    Html,
    /// `text/plain`.
    Plain,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(table: &str) -> Result<Options, String> {
        toml::from_str(table).map_err(|e| e.message().to_owned())
    }

    #[test]
    fn every_key_of_the_job_file_is_read_and_others_are_refused() {
        assert_eq!(read("").unwrap(), Options::default());
        let table = "version = \"2\"\nform = \"sealed\"\nmessage_bytes_max = 1000\nbody = \"plain\"\n\
                     attachment_types = []\njoin_letters = true\ndocuments_bytes_max = 0\n\
                     languages = { sv = \"sv-SE\", fi = \"fiFI\" }";
        let languages = [("sv", "sv-SE"), ("fi", "fiFI")];
        let expected = Options {
            version: Version::V2,
            form: Form::Sealed,
            message_bytes_max: 1000,
            body: BodyForm::Plain,
            attachment_types: Vec::new(),
            languages: languages.map(|(a, b)| (a.into(), b.into())).into(),
            join_letters: true,
            documents_bytes_max: 0,
        };
        assert_eq!(read(table).unwrap(), expected);
        for wrong in [
            "version = 3",
            "version = \"1\"",
            "form = \"Soap\"",
            "join = true",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_language_is_looked_up_and_must_be_one() {
        let mut options = Options::default();
        assert_eq!(options.language("en"), "svSE");
        options.languages.insert("en".into(), "enGB".into());
        assert_eq!(options.language("en"), "enGB");
        assert_eq!(options.language("fi"), "svSE");
        options.languages.clear();
        assert_eq!(options.language("sv"), "svSE");
        for (value, right) in [
            ("svSE", true),
            ("en-GB-1996", true),
            ("abcdefgh", true),
            ("abcdefghi", false),
            ("", false),
            ("sv-", false),
            ("s1", false),
            ("sv SE", false),
        ] {
            assert_eq!(is_language(value), right, "{value}");
        }
    }
}
