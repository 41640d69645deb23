//! The words of `print`.

use std::path::PathBuf;

use clap::Subcommand;

/// `print`
#[derive(Debug, Subcommand)]
pub enum PrintCommand {
    /// Pack a part of a spool with its ticket, control file and list of pieces into one ZIP, as plants with XJDF take it.
    Package {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// The part, as it lies in the outbox: `print/<class>/<nnnn>.pdf`.
        part: PathBuf,
        /// The package to write; a file of that name is replaced.
        out: PathBuf,
    },
}
