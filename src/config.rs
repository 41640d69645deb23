//! The operator's job file, turned into a [`Plan`].
//!
//! [`JobFile`] is text and numbers; reading it opens nothing. [`JobFile::plan`] looks everything up and names every
//! fault, not the first alone. Relative paths begin in the folder of the file that says them. Every key stands with its default in
//! `docs/lettermill.toml`, which a test reads. An unknown key is an error.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;

use crate::run::{Danish, KeySource, Keys, Plan};
use crate::schema::Schema;
use crate::{bundle, compose, ingest, results, route, sign, spool, ticket, validate, vendor};

mod ask;
mod costs;
mod error;
mod layers;
mod limits;
mod places;
mod press;
mod template;

pub use costs::Costs;
pub use error::JobError;
use layers::{Layer, folder_of};

/// Name of the snapshot that is used where the job names none.
pub const SNAPSHOT: &str = "registry.snapshot";
/// Home of a job that names none.
pub const HOME: &str = "lettermill-out";

/// What the operator wrote.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobFile {
    /// Home of the job: ledger, work folder and outbox lie under it.
    pub home: Option<PathBuf>,
    /// Profile of the print plant: one that comes with the program, or the path of a file. What stands under `[letter]`,
    /// `[print]`, `[control]`, `[ticket]` and `[results]` is laid over it.
    pub vendor: Option<String>,
    /// What comes in.
    pub input: Input,
    /// Business rules.
    pub validate: validate::Options,
    /// What the registries said.
    pub registry: Registry,
    /// Where letters go.
    pub route: route::Options,
    /// Whose keys sign.
    pub keys: JobKeys,
    /// Digital bundles.
    pub digital: Digital,
    /// Messages of Mina meddelanden.
    pub mina_meddelanden: bundle::mina_meddelanden::Options,
    /// Messages of Digital Post, and their containers.
    pub digital_post: bundle::digital_post::Options,
    /// Requests to SF1601.
    pub sf1601: bundle::sf1601::Options,
    /// How letters look.
    pub letter: compose::Options,
    /// What the plant takes.
    pub print: spool::Options,
    /// The control file that goes with each part.
    pub control: ticket::Control,
    /// The job ticket that goes with each part.
    pub ticket: ticket::Options,
    /// How the plant's results files are written.
    pub results: results::Options,
    /// When a batch is held back.
    pub release: Release,
    /// What a letter costs.
    pub costs: Costs,
}

impl JobFile {
    /// A job that says nothing but whose vendor profile it takes; `folder` is where the path of one begins.
    ///
    /// # Errors
    /// The profile cannot be used.
    pub fn of_profile(name: &str, folder: Option<&Path>) -> Result<Self, Vec<JobError>> {
        let profile = vendor::Profile::find(name, folder).map_err(|error| vec![error.into()])?;
        Self::of(&profile)
    }

    fn of(profile: &vendor::Profile) -> Result<Self, Vec<JobError>> {
        let mut file = layers::of_profile(profile).map_err(|fault| vec![fault])?;
        let at = |path: &Path| profile.folder().join(path);
        let loaded = file.print.load(at).map_err(|fault| vec![fault]);
        match file.print.check().and(loaded) {
            Ok(_) => Ok(file),
            Err(faults) => Err(faults.into_iter().map(JobError::Print).collect()),
        }
    }

    /// The business rules, with what the digital channels carry.
    fn rules(&self) -> validate::Options {
        let sweden = &self.mina_meddelanden;
        let denmark = &self.digital_post;
        let mut rules = self.validate.clone();
        rules.mina_meddelanden = validate::ChannelLimits::mina_meddelanden(
            sweden.attachment_types.clone(),
            sweden.message_bytes_max,
        );
        rules
            .digital_post
            .media_types
            .clone_from(&denmark.file_types);
        rules.digital_post.documents_bytes_max = denmark.documents_bytes_max;
        rules.digital_post.attachments_max = denmark.attachments_max;
        rules.digital_post.any_file_name =
            denmark.file_names == bundle::digital_post::FileNames::Replace;
        rules
    }
}

/// `[input]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Input {
    /// A narrower schema of the agency's own.
    pub schema: Option<PathBuf>,
}

/// `[registry]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Registry {
    /// The snapshot; `registry.snapshot` beside the job file or the mailing is used if there is one.
    pub snapshot: Option<PathBuf>,
}

/// `[keys]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobKeys {
    /// The agency's; a development key if absent.
    pub sender: Option<JobKey>,
    /// The relay's; the sender's if absent.
    pub relay: Option<JobKey>,
}

/// `[keys.sender]`, `[keys.relay]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobKey {
    /// PKCS#8, PKCS#1 or PKCS#12.
    pub key: PathBuf,
    /// PEM or DER, unless it is in the key file.
    pub certificate: Option<PathBuf>,
    /// A file whose first line is the password.
    pub password_file: Option<PathBuf>,
}

/// `[digital]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Digital {
    /// A tar ends before it grows beyond this.
    pub bundle_bytes_max: u64,
    /// Most messages in a tar.
    pub bundle_entries_max: u32,
    /// How Danish letters are sent.
    pub denmark: Danish,
}

impl Default for Digital {
    fn default() -> Self {
        let bundles = bundle::Options::default();
        Self {
            bundle_bytes_max: bundles.bundle_bytes_max,
            bundle_entries_max: bundles.bundle_entries_max,
            denmark: Danish::default(),
        }
    }
}

/// `[release]`
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Release {
    /// More rejected letters than this, in per cent, and the batch is held back for a person.
    pub max_rejected_percent: f64,
}

impl Default for Release {
    fn default() -> Self {
        Self {
            max_rejected_percent: 5.0,
        }
    }
}

/// What the command line and the machine say.
#[derive(Debug)]
pub struct Host {
    /// The mailing file.
    pub mailing: PathBuf,
    /// `--out`
    pub home: Option<PathBuf>,
    /// `--threads`, or the number of processors.
    pub threads: usize,
    /// `--date`
    pub date: Option<Date>,
    /// `--again`
    pub why_again: Option<String>,
    /// Where development keys may lie; the first that can be written is taken.
    pub development_keys: Vec<PathBuf>,
}

/// A job file with what is needed to resolve it.
#[derive(Debug, Default)]
pub struct Job {
    /// The job file laid over its vendor profile.
    file: JobFile,
    /// What the job file says itself, if there is one.
    own: Option<Layer>,
    /// What the vendor profile says.
    profile: Layer,
    /// Of both files.
    bytes: Vec<u8>,
}

impl Job {
    /// Reads a job file.
    ///
    /// # Errors
    /// It cannot be read, is not TOML, or has an unknown key.
    pub fn read(path: &Path) -> Result<Self, JobError> {
        let bytes = fs::read(path).map_err(|source| JobError::Unreadable {
            path: path.into(),
            source,
        })?;
        let form = |message: String| JobError::Form {
            path: path.into(),
            message,
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| form(error.to_string()))?;
        let tables: toml::Table = toml::from_str(text).map_err(|error| form(error.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let name = tables.get("vendor").and_then(toml::Value::as_str);
        let profile = vendor::Profile::find(name.unwrap_or(vendor::DEFAULT), Some(&folder))?;
        Ok(Self {
            file: layers::together(&profile, &tables, path, text)?,
            own: Some(Layer { tables, folder }),
            profile: Layer::of_profile(&profile),
            bytes: [bytes, profile.text.into_bytes()].concat(),
        })
    }

    /// The home of the job: `--out`, else the job file's, else `lettermill-out` here.
    pub fn home(&self, out: Option<&Path>) -> PathBuf {
        match (out, &self.file.home) {
            (Some(out), _) => out.to_owned(),
            (None, Some(home)) => self.at(home),
            (None, None) => PathBuf::from(HOME),
        }
    }

    /// Looks everything up.
    ///
    /// # Errors
    /// Every fault.
    pub fn plan(self, host: Host) -> Result<Plan, Vec<JobError>> {
        let mut faults = Vec::new();
        let schema = self.schema(&mut faults);
        let keys = Keys {
            sender: self
                .key(self.file.keys.sender.as_ref(), &mut faults)
                .map_or_else(
                    || KeySource::Development(host.development_keys.clone()),
                    KeySource::Files,
                ),
            relay: self
                .key(self.file.keys.relay.as_ref(), &mut faults)
                .map(KeySource::Files),
        };
        let snapshot = self.snapshot(&host.mailing, &mut faults);
        faults.extend(self.file.route.faults().into_iter().map(JobError::Route));
        if let Err(found) = self.file.print.check() {
            faults.extend(found.into_iter().map(JobError::Print));
        }
        let mut printing = self.file.print.clone();
        let beside = folder_of(self.layers(), &["print", "pdf_vt", "output_profile"]);
        let profile = printing
            .load(|path| beside.join(path))
            .unwrap_or_else(|fault| {
                faults.push(JobError::Print(fault));
                Vec::new()
            });
        faults.extend(limits::faults(&self.file));
        let control = ticket::Layout::compile(&self.file.control).unwrap_or_else(|found| {
            faults.extend(found.into_iter().map(JobError::Ticket));
            None
        });
        faults.extend(self.file.ticket.check().err().map(JobError::Ticket));
        let layout = results::Layout::compile(&self.file.results); // So that it is known before results come.
        faults.extend(layout.err().into_iter().flatten().map(JobError::Results));
        let report = self.file.costs.options(&self.file.print, &mut faults);
        let look = template::letter(&self, &mut faults);
        faults.extend(limits::behind_omr(&self.file.print, &look.options));
        if faults.is_empty() {
            faults.extend(places::faults(&look.options, &printing.pdf));
        }
        let max_rejected_percent = self.file.release.max_rejected_percent;
        if !(0.0..=100.0).contains(&max_rejected_percent) {
            faults.push(JobError::Value {
                key: "release.max_rejected_percent",
                found: max_rejected_percent.to_string(),
                allowed: "0 to 100".into(),
            });
        }
        let (Some(schema), true) = (schema, faults.is_empty()) else {
            return Err(faults);
        };
        let home = self.home(host.home.as_deref());
        Ok(Plan {
            mailing: host.mailing,
            home,
            threads: host.threads,
            date: host.date,
            why_again: host.why_again,
            ingest: ingest::Options {
                schema,
                ..ingest::Options::default()
            },
            rules: self.file.rules(),
            snapshot,
            routes: self.file.route,
            keys,
            bundles: bundle::Options {
                bundle_bytes_max: self.file.digital.bundle_bytes_max,
                bundle_entries_max: self.file.digital.bundle_entries_max,
                containers: self.file.digital_post.containers(),
                ..bundle::Options::default()
            },
            mina_meddelanden: self.file.mina_meddelanden,
            digital_post: self.file.digital_post,
            denmark: self.file.digital.denmark,
            sf1601: self.file.sf1601,
            spool: spool::Options {
                address: template::address_box(&look.options),
                letter_ids_bytes_max: control
                    .as_ref()
                    .and_then(ticket::Layout::letter_ids_bytes_max),
                letter: Some(template::letter_look(&look.options)),
                ..printing
            },
            stationery: look.options,
            control,
            ticket: self.file.ticket,
            max_rejected_percent,
            report,
            job_file: [self.bytes, look.files, profile].concat(),
        })
    }

    /// The folder of the job file, if there is one.
    fn folder(&self) -> Option<&Path> {
        self.own.as_ref().map(|own| &*own.folder)
    }

    /// A path of a key that only a job file has, seen from where the program runs.
    fn at(&self, path: &Path) -> PathBuf {
        self.folder().unwrap_or(Path::new("")).join(path)
    }

    /// The job file, then what it is laid over.
    fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.own.iter().chain([&self.profile])
    }

    fn schema(&self, faults: &mut Vec<JobError>) -> Option<Arc<Schema>> {
        let Some(path) = &self.file.input.schema else {
            return Some(Arc::new(Schema::mailing()));
        };
        Schema::compile(&self.at(path))
            .map(Arc::new)
            .map_err(|fault| faults.push(fault.into()))
            .ok()
    }

    fn key(&self, key: Option<&JobKey>, faults: &mut Vec<JobError>) -> Option<sign::KeyFiles> {
        let key = key?;
        let password = key.password_file.as_ref().and_then(|path| {
            let path = self.at(path);
            match fs::read_to_string(&path) {
                Ok(text) => Some(sign::Password::new(
                    text.lines().next().unwrap_or_default().to_owned(),
                )),
                Err(source) => {
                    faults.push(JobError::Missing {
                        key: "keys.….password_file",
                        path,
                        source,
                    });
                    None
                }
            }
        });
        Some(sign::KeyFiles {
            key: self.at(&key.key),
            certificate: key.certificate.as_ref().map(|path| self.at(path)),
            password,
        })
    }

    /// The snapshot that the job names; else one beside the job file, else one beside the mailing.
    fn snapshot(&self, mailing: &Path, faults: &mut Vec<JobError>) -> Option<PathBuf> {
        if let Some(path) = &self.file.registry.snapshot {
            let path = self.at(path);
            if let Err(source) = fs::metadata(&path) {
                faults.push(JobError::Missing {
                    key: "registry.snapshot",
                    path,
                    source,
                });
                return None;
            }
            return Some(path);
        }
        let beside = [self.folder(), mailing.parent()];
        beside
            .into_iter()
            .flatten()
            .map(|folder| folder.join(SNAPSHOT))
            .find(|path| path.is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_job_file_says_the_defaults() {
        let text = include_str!("../docs/lettermill.toml");
        let written: JobFile = toml::from_str(text).unwrap();
        assert_eq!(format!("{written:?}"), format!("{:?}", JobFile::default()));
    }

    #[test]
    fn a_job_without_a_file_has_the_default_profile() {
        let profile = vendor::Profile::find(vendor::DEFAULT, None).unwrap();
        let tables = profile.under(toml::Table::new());
        for (name, table) in &tables {
            let keys = table.as_table().unwrap().keys();
            assert!(keys.len() > 0, "[{name}] says nothing");
        }
        let file: JobFile = toml::Value::Table(tables).try_into().unwrap();
        assert_eq!(format!("{file:?}"), format!("{:?}", JobFile::default()));
    }

    #[test]
    fn a_job_changes_one_key_of_its_profile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lettermill.toml");
        fs::write(
            &path,
            "vendor = \"nordic\"\n[print.envelopes.c5]\nsheets_max = 5\n",
        )
        .unwrap();
        let print = Job::read(&path).unwrap().file.print;
        assert_eq!(print.envelopes.c5.unwrap().sheets_max, 5);
        assert_eq!(print.envelopes.c4.unwrap().sheets_max, 40);
        fs::write(&path, "vendor = \"none\"\n").unwrap();
        let message = Job::read(&path).unwrap_err().to_string();
        assert!(
            message.contains("`none`") && message.contains("nordic"),
            "{message}"
        );
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lettermill.toml");
        fs::write(&path, "[release]\nmax_rejected = 3\n").unwrap();
        let message = Job::read(&path).unwrap_err().to_string();
        assert!(
            message.contains("line 2") && message.contains("max_rejected"),
            "{message}"
        );
    }

    #[test]
    fn the_profile_of_a_printing_condition_is_looked_for_beside_the_job_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lettermill.toml");
        let text = "[print]\npdf_flavour = \"pdf-vt-1\"\n[print.pdf_vt]\noutput_profile = \"press.icc\"\noutput_condition = \"X\"\n";
        fs::write(&path, text).unwrap();
        let host = Host {
            mailing: "mailing.xml".into(),
            home: None,
            threads: 1,
            date: None,
            why_again: None,
            development_keys: vec![folder.path().into()],
        };
        let faults = Job::read(&path).unwrap().plan(host).unwrap_err();
        let beside = folder.path().join("press.icc");
        let beside = beside.to_str().unwrap();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].to_string().contains(beside), "{}", faults[0]);
    }

    #[test]
    fn every_fault_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lettermill.toml");
        fs::write(
            &path,
            "[release]\nmax_rejected_percent = 101\n[costs]\npaper = -1\n[registry]\nsnapshot = \"none\"\n[print.mark]\nmodule_mm = 0.1\n",
        )
        .unwrap();
        let host = Host {
            mailing: "mailing.xml".into(),
            home: None,
            threads: 1,
            date: None,
            why_again: None,
            development_keys: vec![folder.path().into()],
        };
        let faults = Job::read(&path).unwrap().plan(host).unwrap_err();
        assert_eq!(faults.len(), 4, "{faults:?}");
    }
}
