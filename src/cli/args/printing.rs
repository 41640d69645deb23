//! The words of `print`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::vendor;

/// `print`
#[derive(Debug, Subcommand)]
pub enum PrintCommand {
    /// List the vendor profiles that come with the program, or write one out to begin another with.
    Profiles {
        /// The one to write out.
        name: Option<String>,
    },
    /// Check PDFs as a run would that shall print them: what is refused and what is noted, with page and box.
    Check(PdfArgs),
    /// Pack a part of a spool with its ticket, control file and list of pieces into one ZIP, as plants with XJDF take it.
    Package(PackageArgs),
}

/// `print check`
#[derive(Debug, Args)]
pub struct PdfArgs {
    /// Vendor profile: a name of `print profiles`, or the path of a .toml file.
    #[arg(long, default_value = vendor::DEFAULT)]
    pub vendor: String,
    /// Print one JSON object a line.
    #[arg(long)]
    pub json: bool,
    /// The PDFs.
    #[arg(required = true)]
    pub pdfs: Vec<PathBuf>,
}

/// `print package`
#[derive(Debug, Args)]
pub struct PackageArgs {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// The part, as it lies in the outbox: `print/<class>/<nnnn>.pdf`.
    pub part: PathBuf,
    /// The package to write; a file of that name is replaced.
    pub out: PathBuf,
}
