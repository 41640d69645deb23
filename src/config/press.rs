//! What reprints, results and proofs need of a job: no mailing, no schema, no snapshot.

use std::path::{Path, PathBuf};

use super::{Job, JobError, JobFile, Layer, template};
use crate::preflight::Area;
use crate::run::{KeySource, Keys, Press};
use crate::{results, spool, ticket, vendor};

impl Job {
    /// What a reprint needs.
    ///
    /// # Errors
    /// Every fault of what it needs.
    pub fn press(self, development_keys: Vec<PathBuf>) -> Result<Press, Vec<JobError>> {
        let mut faults = Vec::new();
        let sender = self.key(self.file.keys.sender.as_ref(), &mut faults);
        if let Err(found) = self.file.print.check() {
            faults.extend(found.into_iter().map(JobError::Print));
        }
        let control = ticket::Layout::compile(&self.file.control).unwrap_or_else(|found| {
            faults.extend(found.into_iter().map(JobError::Ticket));
            None
        });
        faults.extend(self.file.ticket.check().err().map(JobError::Ticket));
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Press {
            keys: Keys {
                sender: sender.map_or_else(
                    || KeySource::Development(development_keys),
                    KeySource::Files,
                ),
                relay: None,
            },
            control,
            without_control: false,
            ticket: self.file.ticket,
            paper_grams_m2: self.file.print.paper_grams_m2,
            inserts: self.file.print.inserts,
        })
    }

    /// A job that says nothing but whose vendor profile it takes.
    ///
    /// # Errors
    /// The profile cannot be used.
    pub fn of_profile(name: &str) -> Result<Self, Vec<JobError>> {
        let profile = vendor::Profile::find(name, None).map_err(|error| vec![error.into()])?;
        Ok(Self {
            file: JobFile::of(&profile)?,
            profile: Layer::of_profile(&profile),
            ..Self::default()
        })
    }

    /// What the plant takes, and the box of the address in letters that we typeset.
    ///
    /// # Errors
    /// Every fault of it.
    pub fn plant(self) -> Result<(spool::Options, Area), Vec<JobError>> {
        let mut faults = Vec::new();
        let look = template::letter(&self, &mut faults);
        if let Err(found) = self.file.print.check() {
            faults.extend(found.into_iter().map(JobError::Print));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok((self.file.print, template::address_box(&look.options)))
    }

    /// How results files are read.
    ///
    /// # Errors
    /// Every fault of `[results]`.
    pub fn results_layout(&self) -> Result<results::Layout, Vec<JobError>> {
        layout(&self.file)
    }
}

impl JobFile {
    /// How results files are read, by a vendor profile alone.
    ///
    /// # Errors
    /// The profile cannot be used.
    pub fn results_layout_of(
        name: &str,
        folder: Option<&Path>,
    ) -> Result<results::Layout, Vec<JobError>> {
        layout(&Self::of_profile(name, folder)?)
    }
}

fn layout(file: &JobFile) -> Result<results::Layout, Vec<JobError>> {
    let compiled = results::Layout::compile(&file.results);
    compiled.map_err(|faults| faults.into_iter().map(JobError::Results).collect())
}
