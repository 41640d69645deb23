//! The words of `receipts`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::JobArgs;
use crate::letter::Delivery;

/// `receipts`
#[derive(Debug, Subcommand)]
pub enum ReceiptsCommand {
    /// Take in what came back: answers and faults of Mina meddelanden, receipts of Digital Post, post statuses.
    Import(ImportArgs),
    /// Show how far digital letters came, and list those refused or unknown.
    Show(ShowReceiptsArgs),
    /// Record what a person found out about a message whose outcome nobody knew.
    Settle(SettleArgs),
}

/// `receipts import`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Files, tars, and folders with all that lies in them.
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
}

/// `receipts show`
#[derive(Debug, Args)]
pub struct ShowReceiptsArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// This batch only, with every letter that is refused or unknown.
    #[arg(long)]
    pub batch: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `receipts settle`
#[derive(Debug, Args)]
pub struct SettleArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// What became of it.
    #[arg(long = "as", value_name = "END")]
    pub end: End,
    /// How it was found out, for the ledger. No personal data.
    #[arg(long, value_name = "TEXT")]
    pub why: String,
    /// Id of the message, as `show` and `receipts show` tell it.
    pub message_id: String,
}

/// How a message can be settled.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum End {
    /// It arrived.
    Delivered,
    /// It did not and will not; a rerun may print the letter.
    Refused,
}

impl End {
    /// As the ledger says it.
    pub fn delivery(self) -> Delivery {
        match self {
            Self::Delivered => Delivery::Delivered,
            Self::Refused => Delivery::Refused,
        }
    }
}
