//! `[digital_post]` of a job file: how messages are written, and how they travel.

use super::super::containers::{ContainerForm, ContainerOptions, Dictionary, Preset};
use super::{ATTACHMENTS_MAX, DOCUMENTS_BYTES_MAX};
use crate::letter::file_name;

/// How messages are written and bundled. An unknown key is an error.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Version of MeMo.
    pub memo_version: MemoVersion,
    /// `postType`, at most 256 characters; empty: the element is left out (facts/denmark.md §1.5).
    pub post_type: String,
    /// How a text letter is written.
    pub body: BodyForm,
    /// Whether a letter with a notification also makes a NemSMS.
    pub nemsms: bool,
    /// What happens to a file name that the service refuses.
    pub file_names: FileNames,
    /// Media types of documents that are sent (facts/denmark.md §1.6).
    pub file_types: Vec<String>,
    /// Most bytes of all documents of a message, before base64 (facts/denmark.md §1.8).
    pub documents_bytes_max: u64,
    /// Most additional documents (facts/denmark.md §1.8).
    pub attachments_max: usize,
    /// `ContentResponsible` of the sender.
    pub content_responsible: Option<Named>,
    /// `GeneratingSystem` of the sender.
    pub generating_system: Option<Named>,
    /// Most bytes kept of shared documents, ready encoded; one that has no room is encoded for each letter.
    pub shared_bytes_max: usize,
    /// How messages travel.
    pub container: ContainerForm,
    /// Most messages in a container. The service's own limit is not published.
    pub container_messages_max: u32,
    /// A container ends before its tar would have more bytes; a single message is always written. The service's own
    /// limit is not published.
    pub container_bytes_max: u64,
    /// 0 (fast) to 9 (small).
    pub lzma_preset: Preset,
    /// Mebibytes: 4, 8, 16, 32, 64 or 128 (facts/denmark.md §2.3).
    pub lzma_dictionary_mib: Dictionary,
}

impl Default for Options {
    fn default() -> Self {
        let containers = ContainerOptions::default();
        Self {
            memo_version: MemoVersion::V1_2,
            post_type: "MYNDIGHEDSPOST".into(),
            body: BodyForm::Html,
            nemsms: false,
            file_names: FileNames::Refuse,
            file_types: file_name::media_types().map(str::to_owned).collect(),
            documents_bytes_max: DOCUMENTS_BYTES_MAX,
            attachments_max: ATTACHMENTS_MAX,
            content_responsible: None,
            generating_system: None,
            shared_bytes_max: 64 << 20,
            container: containers.form,
            container_messages_max: containers.messages_max,
            container_bytes_max: containers.bytes_max,
            lzma_preset: containers.preset,
            lzma_dictionary_mib: containers.dictionary,
        }
    }
}

impl Options {
    /// What the writer of containers obeys.
    pub fn containers(&self) -> ContainerOptions {
        ContainerOptions {
            form: self.container,
            messages_max: self.container_messages_max,
            bytes_max: self.container_bytes_max,
            preset: self.lzma_preset,
            dictionary: self.lzma_dictionary_mib,
        }
    }
}

/// An id, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// At most 256 characters.
    pub id: String,
    /// At most 256 characters.
    pub label: Option<String>,
}

macro_rules! opening {
    () => {
        concat!(
            r#"<memo:Message xmlns:dmv="https://motorregister.skat.dk/""#,
            r#" xmlns:form="http://www.form-online.dk/""#,
            r#" xmlns:grd="https://data.gov.dk/model/core/""#,
            r#" xmlns:kle="http://kle-online.dk/""#,
            r#" xmlns:memo="https://DigitalPost.dk/MeMo-1""#,
            r#" xmlns:udd="https://www.dst.dk/da/TilSalg/Forskningsservice/Dokumentation"#,
            r#"/hoejkvalitetsvariable/elevregister-2/udd#""#,
        )
    };
}

/// A version of MeMo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum MemoVersion {
    /// Of 2020: `mandatory` and `legalNotification` must be there, a representative has no place.
    #[serde(rename = "1.1")]
    V1_1,
    /// Of 2025.
    #[serde(rename = "1.2")]
    V1_2,
}

impl MemoVersion {
    /// As it stands in `memoVersion`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1_1 => "1.1",
            Self::V1_2 => "1.2",
        }
    }

    /// The start tag of a message: canonical, so declarations by prefix, then attributes by name.
    pub(super) fn opening(self) -> &'static str {
        match self {
            Self::V1_1 => concat!(opening!(), r#" memoSchVersion="1.1.0" memoVersion="1.1">"#),
            Self::V1_2 => concat!(opening!(), r#" memoVersion="1.2">"#),
        }
    }
}

/// How a text letter is written in `MainDocument`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyForm {
    /// One file, `text/html`.
    Html,
    /// One file, `text/plain`.
    Plain,
    /// Both, as one document in two formats.
    Both,
}

/// What happens to a file name that the service refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileNames {
    /// The letter does not go by this channel.
    Refuse,
    /// Each run of refused characters becomes a hyphen, and an ending that the media type lacks is added.
    Replace,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_a_job_file_is_read_strictly() {
        let read = |text: &str| toml::from_str::<Options>(text).map_err(|e| e.to_string());
        assert_eq!(read("").unwrap(), Options::default());
        let options = read(
            "memo_version = \"1.1\"\nbody = \"both\"\nnemsms = true\nfile_names = \"replace\"\n\
             container = \"xml\"\nlzma_preset = 9\nlzma_dictionary_mib = 4\n\
             generating_system = { id = \"S-1\" }\n",
        )
        .unwrap();
        assert_eq!(options.memo_version, MemoVersion::V1_1);
        assert_eq!(options.containers().form, ContainerForm::Xml);
        assert_eq!(options.containers().dictionary.bytes(), 4 << 20);
        for (wrong, said) in [
            ("memo_version = \"1.0\"", "unknown variant"),
            ("memo_versions = \"1.1\"", "unknown field"),
            ("lzma_preset = 10", "0 to 9"),
            ("lzma_dictionary_mib = 5", "4, 8, 16, 32, 64 or 128"),
            ("generating_system = { id = \"S\", x = 1 }", "unknown field"),
        ] {
            let error = read(wrong).unwrap_err();
            assert!(error.contains(said), "{wrong}: {error}");
        }
    }

    #[test]
    fn what_is_declared_is_what_the_prefixes_mean() {
        use super::super::grammar::Prefix;
        for version in [MemoVersion::V1_1, MemoVersion::V1_2] {
            let opening = version.opening();
            for name in ["dmv", "form", "gln", "grd", "kle", "memo", "sor", "udd"] {
                let prefix = Prefix::from_name(name.as_bytes()).unwrap();
                let declaration = format!(" xmlns:{name}=\"{}\"", prefix.namespace());
                assert_eq!(
                    opening.contains(&declaration),
                    prefix.is_declared(),
                    "{name}"
                );
            }
        }
    }
}
