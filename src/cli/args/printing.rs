//! The words of `print`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ResultsCommand;
use crate::spool::SAMPLE_PIECES_MAX;

/// `print`
#[derive(Debug, Subcommand)]
pub enum PrintCommand {
    /// List the vendor profiles that come with the program, or write one out to begin another with.
    Profiles {
        /// The one to write out.
        name: Option<String>,
    },
    /// Check PDFs: what is refused and what is noted, with page and box. With a job, or with neither, as a run would that
    /// shall print them; with --vendor as that plant would, to which the place of our mark is no reason.
    Check(PdfArgs),
    /// Pack a part of a spool with its ticket, control file and list of pieces into one ZIP, as plants with XJDF take it.
    Package(PackageArgs),
    /// Draw the first pieces of each class with the zones of the vendor profile over them, for people: before a batch that is
    /// held back is released, or for the plant to look at. Marks in it cannot be read.
    Proof(ProofArgs),
    /// What came back from the plant: take it in, look at it, settle what nobody knows.
    #[command(subcommand)]
    Results(ResultsCommand),
}

/// `print check`
#[derive(Debug, Args)]
pub struct PdfArgs {
    /// Job file whose plant it is for.
    #[arg(long, value_name = "FILE", conflicts_with = "vendor")]
    pub job: Option<PathBuf>,
    /// Vendor profile in place of a job's: a name of `print profiles`, or the path of a .toml file.
    #[arg(long)]
    pub vendor: Option<String>,
    /// Print one JSON object a line.
    #[arg(long)]
    pub json: bool,
    /// The PDFs.
    #[arg(required = true)]
    pub pdfs: Vec<PathBuf>,
}

/// `print proof`
#[derive(Debug, Args)]
pub struct ProofArgs {
    /// Job file whose plant it is for.
    #[arg(long, value_name = "FILE", conflicts_with = "vendor")]
    pub job: Option<PathBuf>,
    /// Vendor profile in place of a job's: a name of `print profiles`, or the path of a .toml file.
    #[arg(long)]
    pub vendor: Option<String>,
    /// Pieces of each class.
    #[arg(long, short = 'n', value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=i64::from(SAMPLE_PIECES_MAX)))]
    pub pieces: u32,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// The folder of a batch, in `outbox/` or `held/`, or one part of it.
    pub path: PathBuf,
    /// The PDF to write, outside of all batches; a file of that name is replaced.
    pub out: PathBuf,
}

/// `print package`
#[derive(Debug, Args)]
pub struct PackageArgs {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// The part, as it lies in the outbox: `print/<class>/<nnnn>.pdf`.
    pub part: PathBuf,
    /// The package to write, outside of all batches; a file of that name is replaced.
    pub out: PathBuf,
}
