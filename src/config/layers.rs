//! The files that say a job, one over the other: the vendor profile, a template of letters, the job file. Relative paths in
//! each begin in its own folder.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::{JobError, JobFile};
use crate::{compose, results, spool, ticket, vendor};

/// What one file says.
#[derive(Debug, Default)]
pub(super) struct Layer {
    /// Tables as a job file has them.
    pub tables: Table,
    /// Where paths in it begin.
    pub folder: PathBuf,
}

impl Layer {
    /// What a profile says.
    pub fn of_profile(profile: &vendor::Profile) -> Self {
        Self {
            tables: profile.under(Table::new()),
            folder: profile.folder().to_owned(),
        }
    }

    /// Whether it says something there.
    fn says(&self, keys: &[&str]) -> bool {
        let mut keys = keys.iter();
        let first = keys.next().and_then(|key| self.tables.get(*key));
        first
            .and_then(|first| keys.try_fold(first, |value, key| value.get(*key)))
            .is_some()
    }
}

/// Where the path of a key begins: in the folder of the first of the layers that says it.
pub(super) fn folder_of<'l>(
    layers: impl IntoIterator<Item = &'l Layer>,
    keys: &[&str],
) -> &'l Path {
    let mut layers = layers.into_iter();
    let said = layers.find(|layer| layer.says(keys));
    said.map_or(Path::new(""), |layer| &layer.folder)
}

/// A job file laid over its vendor profile. What both say together has the right form; neither must alone.
pub(super) fn together(
    profile: &vendor::Profile,
    own: &Table,
    path: &Path,
    text: &str,
) -> Result<JobFile, JobError> {
    let both = Value::Table(profile.under(own.clone()));
    both.try_into().map_err(|error: toml::de::Error| {
        let alone = toml::from_str::<JobFile>(text).err();
        let of_profile = || fault_of(profile, &error);
        let form = |message| JobError::Form {
            path: path.into(),
            message,
        };
        match alone.filter(|alone| alone.message() == error.message()) {
            Some(alone) => form(alone.to_string()), // With its line.
            None => of_profile().unwrap_or_else(|| {
                let name = profile.path.display();
                form(format!("with the vendor profile `{name}`: {error}"))
            }),
        }
    })
}

/// A vendor profile without a job.
pub(super) fn of_profile(profile: &vendor::Profile) -> Result<JobFile, JobError> {
    let tables = Value::Table(profile.under(Table::new()));
    tables.try_into().map_err(|error: toml::de::Error| {
        fault_of(profile, &error)
            .unwrap_or_else(|| JobError::Vendor(profile.fault(error.to_string())))
    })
}

/// The tables of a profile, looked at for their form alone.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Tables {
    letter: compose::Options,
    print: spool::Options,
    control: ticket::Control,
    ticket: ticket::Options,
    results: results::Options,
}

/// The same fault with its line, if the profile has it without a job.
fn fault_of(profile: &vendor::Profile, error: &toml::de::Error) -> Option<JobError> {
    let alone = toml::from_str::<Tables>(&profile.text).err()?;
    let same = alone.message() == error.message();
    same.then(|| JobError::Vendor(profile.fault(alone.to_string())))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::{Host, Job};
    use super::*;

    const HEAD: &str = "[profile]\nformat = 1\ntitle = \"T\"\nversion = \"1\"\nsources = []\n";

    fn read(profile: &str, job: &str) -> Result<JobFile, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plant.toml"), format!("{HEAD}{profile}")).unwrap();
        let path = folder.path().join("job.toml");
        fs::write(&path, format!("vendor = \"plant.toml\"\n{job}")).unwrap();
        let job = Job::read(&path);
        job.map(|job| job.file).map_err(|error| error.to_string())
    }

    #[test]
    fn a_job_changes_one_key_of_a_table_that_needs_several() {
        let prices =
            "[print.postage_prices]\ncurrency = \"SEK\"\nhundredths = { standard = [1, 2] }\n";
        let job = "[print.postage_prices.hundredths]\nstandard = [3, 4]\n";
        let file = read(prices, job).unwrap();
        assert_eq!(file.print.postage_prices.unwrap().currency, "SEK");
        let logo = "[letter.letterhead]\nlogo = { file = \"logo.png\", width_mm = 20 }\n";
        let file = read(logo, "[letter.letterhead.logo]\nwidth_mm = 25\n").unwrap();
        assert_eq!(
            file.letter.letterhead.logo.unwrap().file,
            Path::new("logo.png")
        );
        let vt = "[print.pdf_vt]\noutput_profile = \"a.icc\"\noutput_condition = \"A\"\n";
        let file = read(vt, "[print.pdf_vt]\noutput_condition = \"B\"\n").unwrap();
        assert_eq!(file.print.pdf_vt.unwrap().output_condition, "B");
    }

    #[test]
    fn a_fault_is_told_of_the_file_that_has_it_with_its_line() {
        let print = "[print]\npages_max = 9\nsheets = 3\n";
        for (profile, job, named, line) in [
            (print, "", "plant.toml`", "line 8"),
            ("", print, "job file `", "line 4"),
            ("", "[release]\nmax = 3\n", "job file `", "line 3"),
            ("[print]\npages_max = \"x\"\n", "", "plant.toml`", "line 7"),
            ("", "[print]\npages_max = \"x\"\n", "job file `", "line 3"),
        ] {
            let error = read(profile, job).unwrap_err();
            assert!(error.contains(named) && error.contains(line), "{error}");
        }
        let nobody = read("", "[print.postage_prices]\ncurrency = \"SEK\"\n").unwrap_err();
        assert!(
            nobody.contains("job.toml") && nobody.contains("`hundredths`"),
            "{nobody}"
        );
        let both = read("[print.mark]\nx_mm = 4.0\n", "[print]\nmark = 3\n").unwrap_err();
        assert!(both.contains("job file `"), "{both}");
    }

    #[test]
    fn paths_begin_in_the_folder_of_the_file_that_says_them() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["plant", "look", "job"] {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("logo.png"), name).unwrap();
        }
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let logo = "letterhead.logo = { file = \"logo.png\", width_mm = 20 }\n";
        let template = "template = \"../look/look.toml\"\n";
        for (in_profile, in_template, in_job, expected) in [
            (true, None, false, "plant"),
            (true, Some(false), false, "plant"),
            (true, Some(true), false, "look"),
            (true, Some(true), true, "job"),
            (false, Some(true), false, "look"),
            (false, None, true, "job"),
        ] {
            let logo_if = |said| if said { logo } else { "" };
            let named = in_template.map_or("", |_| template);
            write(
                "plant/plant.toml",
                &format!("{HEAD}[letter]\n{}", logo_if(in_profile)),
            );
            write(
                "look/look.toml",
                &format!("version = 1\n{}", logo_if(in_template == Some(true))),
            );
            let job = format!(
                "vendor = \"../plant/plant.toml\"\n[letter]\n{named}{}",
                logo_if(in_job)
            );
            write("job/job.toml", &job);
            let job = Job::read(&folder.path().join("job/job.toml")).unwrap();
            let host = Host {
                mailing: "mailing.xml".into(),
                home: None,
                threads: 1,
                date: None,
                why_again: None,
                development_keys: vec![folder.path().into()],
            };
            let plan = job.plan(host).unwrap();
            let found = fs::read_to_string(plan.stationery.letterhead.logo.unwrap().file);
            assert_eq!(
                found.unwrap(),
                expected,
                "{in_profile} {in_template:?} {in_job}"
            );
        }
        // A profile names its own template.
        write("look/look.toml", &format!("version = 1\n{logo}"));
        write("plant/plant.toml", &format!("{HEAD}[letter]\n{template}"));
        let path = folder.path().join("plant/plant.toml");
        let job = Job::of_profile(path.to_str().unwrap()).unwrap();
        let mut faults = Vec::new();
        let look = super::super::template::letter(&job, &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        assert!(look.options.letterhead.logo.is_some());
    }
}
