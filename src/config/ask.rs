//! What asking the registries needs of a job.

use std::path::PathBuf;

use super::{Job, JobError};
use crate::ingest;
use crate::registry::AskOptions;
use crate::run::AskPlan;

impl Job {
    /// Looks up what is needed to ask the registries: how the mailing is read and judged. The rest of the job may still
    /// name what is not there, as the snapshot that will be built from the answers.
    ///
    /// # Errors
    /// The schema cannot be used.
    pub fn ask_plan(
        self,
        mailing: PathBuf,
        folder: PathBuf,
        threads: usize,
        asking: AskOptions,
    ) -> Result<AskPlan, Vec<JobError>> {
        let mut faults = Vec::new();
        let Some(schema) = self.schema(&mut faults) else {
            return Err(faults);
        };
        Ok(AskPlan {
            mailing,
            folder,
            threads,
            ingest: ingest::Options {
                schema,
                ..ingest::Options::default()
            },
            rules: self.file.rules(),
            asking,
        })
    }
}
