//! Vendor profiles: what one print plant takes, as a data file.
//!
//! In: the name of a profile that comes with the program, or the path of one, and what the job file says otherwise. Out: the
//! tables of a job file that say how letters look and what the plant takes, with everything filled in. A profile is a piece
//! of a job file: the same tables with the same keys (`docs/vendor-profiles.md`), so that a job may change each of them.
//! This room knows of no table what is in it; the rooms that obey them do.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// The profile of a job that names none.
pub const DEFAULT: &str = "nordic";
/// Layout of a profile file that this program reads.
pub const FORMAT: i64 = 1;
/// Tables of a job file that a profile may have.
pub const TABLES: [&str; 5] = ["letter", "print", "control", "ticket", "results"];
/// A profile has some four kilobytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Profiles that come with the program, by name.
const SHIPPED: [(&str, &str); 7] = [
    ("nordic", include_str!("vendor/nordic.toml")),
    ("digdir", include_str!("vendor/digdir.toml")),
    ("digipost", include_str!("vendor/digipost.toml")),
    ("din-5008", include_str!("vendor/din-5008.toml")),
    ("ebrev", include_str!("vendor/ebrev.toml")),
    ("imail", include_str!("vendor/imail.toml")),
    ("uk-notify", include_str!("vendor/uk-notify.toml")),
];

/// A profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// What it says of itself.
    pub about: About,
    /// The file as it is.
    pub text: String,
    /// Its path; the name of one that comes with the program.
    pub path: PathBuf,
    tables: Table,
}

/// What a profile says of itself.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Layout of the file, [`FORMAT`].
    pub format: i64,
    /// One line for people.
    pub title: String,
    /// Its own version, as its maker counts.
    pub version: String,
    /// Where the numbers come from.
    pub sources: Vec<String>,
}

/// Why a profile cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing has that name.
    #[error("there is no vendor profile `{name}`; those that come with the program are {}; any other is named by the path of its file, which ends in `.toml`", shipped().map(|(name, _)| name).collect::<Vec<_>>().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The file cannot be read.
    #[error("vendor profile `{}`: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no profile.
    #[error("vendor profile `{}`: {message}\nhint: `lettermill print profiles nordic` writes one to begin with; docs/vendor-profiles.md shows every key", path.display())]
    Form {
        /// Which.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
}

/// Name and text of each profile that comes with the program.
pub fn shipped() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHIPPED.into_iter()
}

impl Profile {
    /// One that comes with the program, or the file of that path; `folder` is where paths begin.
    ///
    /// # Errors
    /// Nothing has that name, or it is no profile of this [`FORMAT`].
    pub fn find(name: &str, folder: Option<&Path>) -> Result<Self, Error> {
        if let Some((_, text)) = shipped().find(|(known, _)| *known == name) {
            return Self::parse(text, Path::new(name));
        }
        if !name.ends_with(".toml") {
            return Err(Error::Unknown { name: name.into() });
        }
        let path = folder.map_or_else(|| name.into(), |folder| folder.join(name));
        let unreadable = |source| Error::Unreadable {
            path: path.clone(),
            source,
        };
        let bytes = fs::metadata(&path).map_err(unreadable)?.len();
        if bytes > FILE_BYTES_MAX {
            let message = format!("it has {bytes} bytes; at most {FILE_BYTES_MAX} are read");
            return Err(Error::Form { path, message });
        }
        let text = fs::read_to_string(&path).map_err(unreadable)?;
        Self::parse(&text, &path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let form = |message| Error::Form {
            path: path.into(),
            message,
        };
        let mut tables: Table = toml::from_str(text).map_err(|error| form(error.to_string()))?;
        let about = tables
            .remove("profile")
            .unwrap_or(Value::Table(Table::new()));
        let about: About = about
            .try_into()
            .map_err(|error: toml::de::Error| form(format!("[profile]: {}", error.message())))?;
        if about.format != FORMAT {
            return Err(form(format!(
                "[profile]: `format` is {}; this program reads {FORMAT}",
                about.format
            )));
        }
        if let Some(other) = tables.keys().find(|key| !TABLES.contains(&key.as_str())) {
            return Err(form(format!(
                "it has a table `{other}`; a profile has [profile] and {}",
                TABLES.map(|table| format!("[{table}]")).join(", ")
            )));
        }
        Ok(Self {
            about,
            text: text.into(),
            path: path.into(),
            tables,
        })
    }

    /// Where paths in it begin.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// What is wrong with its tables.
    pub fn fault(&self, message: String) -> Error {
        let path = self.path.clone();
        Error::Form { path, message }
    }

    /// The tables of a job with this profile: the profile's, and over them what the job itself says, key by key. A list is
    /// one value.
    pub fn under(&self, mut job: Table) -> Table {
        for (name, table) in &self.tables {
            let mut base = table.clone();
            if let Some(own) = job.remove(name) {
                lay_over(&mut base, own);
            }
            job.insert(name.clone(), base);
        }
        job
    }
}

/// Puts what `own` says in place of what `base` says, key by key; a list is one value.
pub fn lay_over(base: &mut Value, own: Value) {
    match (base, own) {
        (Value::Table(base), Value::Table(own)) => {
            for (key, value) in own {
                match base.get_mut(&key) {
                    Some(below) => lay_over(below, value),
                    None => {
                        base.insert(key, value);
                    }
                }
            }
        }
        (base, own) => *base = own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shipped_profile_is_one() {
        for (name, _) in shipped() {
            let profile = Profile::find(name, None).unwrap();
            assert!(!profile.about.sources.is_empty(), "{name}");
        }
        assert!(Profile::find(DEFAULT, None).is_ok());
    }

    #[test]
    fn what_a_job_says_lies_over_the_profile() {
        let text = "[profile]\nformat = 1\ntitle = \"T\"\nversion = \"1\"\nsources = [\"S\"]\n\
            [print]\nsteps = [1, 2]\n[print.envelopes.c5]\nsheets_max = 6\nweight_mg = 7";
        let profile = Profile::parse(text, Path::new("p.toml")).unwrap();
        let job = "[print]\nsteps = [3]\ncolour = \"mono\"\n[print.envelopes.c5]\nsheets_max = 5\n[costs]\npaper = 1.0";
        let expected = "[print]\nsteps = [3]\ncolour = \"mono\"\n[print.envelopes.c5]\nsheets_max = 5\nweight_mg = 7\n\
            [costs]\npaper = 1.0";
        let table = |text| toml::from_str::<Table>(text).unwrap();
        assert_eq!(profile.under(table(job)), table(expected));
    }

    #[test]
    fn what_is_no_profile_is_refused_by_name() {
        let head = "[profile]\nformat = 1\ntitle = \"T\"\nversion = \"1\"\nsources = []\n";
        for (text, found) in [
            (String::new(), "[profile]"),
            (head.replace("= 1\n", "= 2\n"), "`format` is 2"),
            (format!("{head}[keys]\n"), "`keys`"),
            ("x".into(), "line 1"),
        ] {
            let error = Profile::parse(&text, Path::new("p.toml")).unwrap_err();
            assert!(error.to_string().contains(found), "{error}");
        }
        let unknown = Profile::find("nowhere", None).unwrap_err().to_string();
        assert!(unknown.contains("nordic"), "{unknown}");
        assert!(matches!(
            Profile::find("no.toml", None),
            Err(Error::Unreadable { .. })
        ));
    }
}
