//! Writes a mailing of any size, with its reachability snapshot and job file, to try the program on: the night of a
//! municipality in Sweden or in Denmark.
//!
//! In: a folder and [`Options`]. Out: `mailing.xml` (valid against `schemas/mailing-1.xsd`), `registry.snapshot` and
//! `lettermill.toml`, and [`Written`], which says how the books of a run over them must come out. What always holds:
//! the same options give the same bytes on every machine; memory does not grow with the letters, but for the entries
//! of the snapshot; every letter is valid, and every recipient invented (`people`).
//!
//! To change what the letters say, see `texts`; to change what becomes of them, see `plan`. The shipped example,
//! `fixtures/example`, is written by this room: after a change, write it anew (`tests/sample.rs` says how).

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::disk;
use crate::letter::Country;

mod chance;
mod letters;
mod markup;
mod pdf;
mod people;
mod plan;
mod register;
mod texts;

use letters::Writer;
pub use pdf::PdfError;

/// Letters in the largest sample: below the number of distinct person numbers that belong to no one.
pub const LETTERS_MAX: u32 = 10_000_000;

/// File names inside the folder.
pub const MAILING: &str = "mailing.xml";
/// The mailing while it is being written.
const MAILING_PART: &str = "mailing.xml.part";
/// The reachability snapshot.
pub const SNAPSHOT: &str = "registry.snapshot";
/// The job file.
pub const JOB: &str = "lettermill.toml";

/// First words of a job file that this room wrote: only a folder that holds such a one, or nothing, is written to.
const JOB_HEAD: &str = "# Job file of a sample";
/// When the mailing says it was made.
const CREATED: &str = "2026-11-20T21:30:00+01:00";
/// Of which day the snapshot is: the same.
const SNAPSHOT_DATE: jiff::civil::Date = jiff::civil::date(2026, 11, 20);
/// Text gathered before it is handed to the file.
const BUFFER_BYTES: usize = 1 << 20;

/// What the sample shall be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whose municipality sends.
    pub country: Country,
    /// How many letters, 1 to [`LETTERS_MAX`].
    pub letters: u32,
    /// Another seed gives other people, texts and order.
    pub seed: u64,
    /// Of a hundred letters, so many reach a mailbox.
    pub digital_percent: u8,
    /// Of a hundred letters, so many enclose a PDF.
    pub pdf_percent: u8,
    /// Of a thousand letters, so many are held for a person to decide: digital only, or service of process, without a
    /// mailbox; in Denmark also to the dead. Taken from the printed ones.
    pub held_permille: u16,
}

impl Default for Options {
    /// A thousand letters in Sweden, 80 % digital, 20 % with a PDF, none held: the mix of `docs/performance.md`.
    fn default() -> Self {
        Self {
            country: Country::Sweden,
            letters: 1000,
            seed: 1,
            digital_percent: 80,
            pdf_percent: 20,
            held_permille: 0,
        }
    }
}

/// What was written, and what a run over it must come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Letters in the mailing.
    pub letters: u32,
    /// Letters that a run must send to a mailbox.
    pub digital: u32,
    /// Letters that a run must print.
    pub print: u32,
    /// Letters that a run must hold.
    pub held: u32,
    /// Attachments in all letters, shared ones counted each time.
    pub attachments: u32,
    /// Recipients in the snapshot.
    pub registered: u64,
    /// Size of `mailing.xml`.
    pub mailing_bytes: u64,
}

/// Why a sample cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The number of letters is out of bounds.
    #[error("{letters} letters asked for; a sample has 1 to {LETTERS_MAX}")]
    Letters {
        /// Asked for.
        letters: u32,
    },
    /// A share is more than the whole.
    #[error("{name} is {value}; the most is {value_max}")]
    Share {
        /// Which option.
        name: &'static str,
        /// Asked for.
        value: u16,
        /// Allowed.
        value_max: u16,
    },
    /// The folder holds files that this room did not write.
    #[error("`{}` already exists and is not from an earlier sample; choose an empty folder", path.display())]
    Occupied {
        /// The file in the way.
        path: PathBuf,
    },
    /// The PDFs to enclose cannot be made.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// A file cannot be written.
    #[error("cannot write `{}`: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The snapshot cannot be written.
    #[error("cannot write the snapshot: {0}")]
    Snapshot(String),
}

/// Writes the three files of a sample into `folder`, which is made if it does not exist. Each appears whole or not at
/// all; the job file last.
///
/// # Errors
/// Options out of bounds, a folder with other files of these names, or any I/O error.
pub fn write(folder: &Path, options: &Options) -> Result<Written, Error> {
    options.check()?;
    let at = |name: &str| folder.join(name);
    let io_at = |path: PathBuf| move |error| Error::Io { path, error };
    disk::create_private_folder(folder).map_err(io_at(folder.to_owned()))?;
    clear(folder)?;

    let part = at(MAILING_PART);
    let mut file = disk::HashingWriter::create(&part).map_err(io_at(part.clone()))?;
    let mut registry = register::Register::new(options.country, SNAPSHOT_DATE)?;
    let mut writer = Writer::new(*options)?;
    let mut text = String::with_capacity(BUFFER_BYTES * 2);
    writer.header(&mut text)?;
    while writer.next_letter(&mut text, &mut registry) {
        if text.len() >= BUFFER_BYTES {
            file.write_all(text.as_bytes())
                .map_err(io_at(part.clone()))?;
            text.clear();
        }
    }
    writer.trailer(&mut text);
    file.write_all(text.as_bytes())
        .map_err(io_at(part.clone()))?;
    let mailing = file.finish(MAILING.into()).map_err(io_at(part.clone()))?;

    let registered = registry.write(&at(SNAPSHOT))?;
    fs::rename(&part, at(MAILING)).map_err(io_at(part))?;
    let written = Written {
        registered,
        mailing_bytes: mailing.size,
        ..writer.written()
    };
    let job = at(JOB);
    disk::write_whole(&job, job_file(options, &written).as_bytes()).map_err(io_at(job))?;
    Ok(written)
}

impl Options {
    fn check(&self) -> Result<(), Error> {
        if !(1..=LETTERS_MAX).contains(&self.letters) {
            return Err(Error::Letters {
                letters: self.letters,
            });
        }
        let shares = [
            ("digital percent", u16::from(self.digital_percent), 100),
            ("pdf percent", u16::from(self.pdf_percent), 100),
            ("held permille", self.held_permille, 1000),
        ];
        match shares
            .into_iter()
            .find(|(_, value, value_max)| value > value_max)
        {
            Some((name, value, value_max)) => Err(Error::Share {
                name,
                value,
                value_max,
            }),
            None => Ok(()),
        }
    }
}

/// Removes the files of an earlier sample, and refuses to touch any other.
fn clear(folder: &Path) -> Result<(), Error> {
    let job = folder.join(JOB);
    let ours = fs::read(&job).is_ok_and(|text| text.starts_with(JOB_HEAD.as_bytes()));
    for name in [MAILING, SNAPSHOT, JOB] {
        let path = folder.join(name);
        match path.try_exists() {
            Ok(false) => {}
            Ok(true) if ours => {
                fs::remove_file(&path).map_err(|error| Error::Io { path, error })?
            }
            Ok(true) => return Err(Error::Occupied { path }),
            Err(error) => return Err(Error::Io { path, error }),
        }
    }
    Ok(())
}

/// The job file: where the snapshot is, and as a comment what a run must come to.
fn job_file(options: &Options, written: &Written) -> String {
    let Written {
        letters,
        digital,
        print,
        held,
        attachments,
        ..
    } = written;
    let Options {
        country,
        seed,
        digital_percent,
        pdf_percent,
        ..
    } = options;
    // In Denmark the channel is opened, and all kinds of letters may use it.
    let (route, insert) = match country {
        Country::Sweden => ("", "svarskuvert"),
        Country::Denmark => (
            "[route]\ndigital_channels = [\"digital-post\"]\nrights = [\"mandatory-post\", \"legal-notification\"]\n\n",
            "svarkuvert",
        ),
    };
    format!(
        "{JOB_HEAD}: {letters} letters, seed {seed}, {digital_percent} % digital, {pdf_percent} % with a PDF.\n\
         # A run must come to: digital {digital}, print {print}, held {held}, rejected 0. Attachments: {attachments}.\n\
         \n\
         [registry]\n\
         snapshot = \"{SNAPSHOT}\"\n\
         \n\
         {route}\
         [print]\n\
         inserts = [{{ name = \"{insert}\", station = 1, weight_mg = 4000 }}]\n"
    )
}
