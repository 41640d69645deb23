//! What goes to the plant beside a part: the control file of its inserter, and the job ticket.
//!
//! In: a part that is written, by its [`PartSummary`] and its pieces CSV, and what is the same for the whole job
//! ([`Order`]). Out: `print/<class>/<nnnn>.control.<ext>` in the layout that the vendor profile lays down ([`Layout`],
//! compiled from a table [`Control`]), `print/<class>/<nnnn>.xjdf`, and on demand a package of a part ([`package()`]).
//! `docs/formats-print.md` describes all of them. What always holds:
//! - control file and ticket say what the pieces CSV says: they are made from it, after it is whole;
//! - no value is ever cut: a letter that does not fit is held ([`Trial`]), what is known in the part only stops the run;
//! - names and addresses appear only where a layout asks for them by name;
//! - same part, same bytes; memory does not grow with the part.
//!
//! To add a value that fields can have: a variant and a row in `value`, its sentence in `docs/formats-print.md`.

use std::io;
use std::path::{Path, PathBuf};

use crate::disk::{self, HashingWriter, WrittenFile};
use crate::spool::{Insert, Job, PartSummary};

mod control;
mod encode;
mod layout;
mod options;
mod package;
mod row;
mod slot;
#[cfg(test)]
mod tests;
mod told;
mod trial;
mod value;
mod xjdf;

pub use layout::{Layout, OptionsError};
pub use options::{
    Align, Control, Encoding, Field, Format, LineEnd, Options, Per, Quote, Record, Style, Unfit,
};
pub use package::{PackageError, Packed, package};
pub use told::{Told, told_by};
pub use trial::Trial;

/// What is the same for all parts of a job.
#[derive(Clone, Debug)]
pub struct Order {
    /// Number, child and date.
    pub job: Job,
    /// Name of the batch.
    pub batch: String,
    /// Who sends the letters.
    pub customer_name: String,
    /// The sender's organisation number.
    pub customer_id: String,
    /// Weight of the paper.
    pub paper_grams_m2: u32,
    /// What lies in the stations.
    pub inserts: Vec<Insert>,
}

impl Order {
    /// Eight digits; in a reprint a full stop and its number follow, as Ricoh counts child jobs (`facts/print.md` §3).
    fn job_id(&self) -> String {
        match self.job.child {
            0 => format!("{:08}", self.job.number.0),
            child => format!("{:08}.{child}", self.job.number.0),
        }
    }
}

/// Why control file or ticket cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be written or read.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A value that its field cannot take.
    #[error(
        "`{}`: {place}, field `{field}`: {found}; allowed: {allowed}\n\
         hint: change the field in [control] of the vendor profile or the job, then run the mailing again",
        path.display()
    )]
    Value {
        /// The control file.
        path: PathBuf,
        /// Which record: `piece 12 (letter A-1)`, `the header`, `the trailer`.
        place: String,
        /// Name of the field.
        field: String,
        /// What was found, without the value.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// The pieces CSV is not what was written.
    #[error("`{}`: {found}; expected: {expected}", path.display())]
    Pieces {
        /// The CSV, or the addresses that belong to it.
        path: PathBuf,
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
    },
}

impl Error {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io {
            path: path.into(),
            source,
        }
    }
}

/// Writes what goes with each part of a job.
#[derive(Debug)]
pub struct Writer {
    /// The batch's folder.
    pub folder: PathBuf,
    /// Layout of the control file, if the plant wants one.
    pub layout: Option<Layout>,
    /// Of the ticket.
    pub options: Options,
    /// The job.
    pub order: Order,
}

impl Writer {
    /// Writes control file and ticket of a part; `pdf` is its PDF. The files are durable, their names are not yet.
    ///
    /// # Errors
    /// A value that does not fit into its field, a pieces CSV that is not what the summary says, or any I/O error.
    pub fn write(&self, part: &PartSummary, pdf: &WrittenFile) -> Result<Vec<WrittenFile>, Error> {
        let mut files = Vec::new();
        if let Some(layout) = &self.layout {
            let name = format!("control.{}", layout.extension);
            let path = part.pdf.with_extension(name);
            let full = self.folder.join(&path);
            let mut out = HashingWriter::create(&full).map_err(Error::io(&full))?;
            control::write(layout, &self.order, part, &self.folder, &full, &mut out)?;
            files.push(out.finish(path).map_err(Error::io(&full))?);
        }
        if self.options.xjdf {
            let path = part.pdf.with_extension("xjdf");
            let full = self.folder.join(&path);
            let control = files.first().map(|file| file.path.as_path());
            let ticket = xjdf::ticket(&self.options, &self.order, part, pdf, control);
            let ticket = ticket.map_err(Error::io(&full))?;
            let listed = disk::write_listed(&self.folder, path, &ticket);
            files.push(listed.map_err(Error::io(&full))?);
        }
        Ok(files)
    }
}
