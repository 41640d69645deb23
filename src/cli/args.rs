//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

mod printing;
mod receipts;
mod results;

pub use printing::{PackageArgs, PdfArgs, PrintCommand, ProofArgs};
pub use receipts::{ImportArgs, ReceiptsCommand, SettleArgs, ShowReceiptsArgs};
pub use results::{
    ImportResultsArgs, ReprintArgs, ResultsCommand, SettlePiecesArgs, ShowResultsArgs,
};

/// Turns a night's mass mailing into signed digital mail and a print spool, and accounts for every letter.
#[derive(Debug, Parser)]
#[command(name = "lettermill", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Shown below the help of the program.
const EXIT_CODES: &str = "\
Exit codes: 0 done; 3 finished, some letters held or rejected; 4 batch held back for a person;
10 bad job file; 11 bad input; 12 ledger busy, already sent, or not allowed with this batch; 13 cannot write; 14 faults found; 15 not found.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Work a mailing: validate, route, sign, bundle, spool, release.
    Run(RunArgs),
    /// Work letters of an earlier batch again, in a batch of their own.
    Rerun(RerunArgs),
    /// Dry run: counts, costs and findings; writes nothing.
    Check(CheckArgs),
    /// List the batches of a job's home.
    Status(StatusArgs),
    /// Show the whole history of a letter.
    Show(ShowArgs),
    /// Release a batch that was held back for a person.
    Release(BatchArgs),
    /// Close a batch that was held back; its letters were never sent.
    Withdraw(WithdrawArgs),
    /// Print pieces of a part again, in a child job of their own.
    Reprint(ReprintArgs),
    /// Check a batch folder, or a message of others, as its receiver would; needs no keys and no ledger.
    Verify(VerifyArgs),
    /// What came back from those who deliver: take it in, look at it, settle what nobody knows.
    #[command(subcommand)]
    Receipts(ReceiptsCommand),
    /// What goes to the print plant.
    #[command(subcommand)]
    Print(PrintCommand),
    /// Reachability snapshots.
    #[command(subcommand)]
    Registry(RegistryCommand),
    /// Write a sample mailing with a matching snapshot and job file.
    Sample(SampleArgs),
    /// Print a completion script for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff).
    Man,
}

/// Where the job lies.
#[derive(Debug, Args)]
pub struct JobArgs {
    /// Job file. Without it: `lettermill.toml` beside the mailing if there is one, else the defaults.
    #[arg(long, value_name = "FILE")]
    pub job: Option<PathBuf>,
    /// Home of the job: ledger, work folder and outbox lie under it. Overrides the job file.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `run`
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// Number of worker threads; all processors if not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Date of the batch, written into all output; the date of the mailing's `created` if not given.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub date: Option<Date>,
    /// Send the letters though the very same ones went out under another mailing id; the reason is kept in the history.
    #[arg(long, value_name = "WHY")]
    pub again: Option<String>,
    /// Print one JSON object on stdout instead of sentences.
    #[arg(long)]
    pub json: bool,
    /// The mailing file.
    pub mailing: PathBuf,
}

/// `rerun`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true))]
pub struct RerunArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// Letters whose message was refused, digital or a request to print; never those whose outcome is unknown.
    #[arg(long, group = "which", requires = "to")]
    pub undelivered: bool,
    /// With --undelivered: also letters whose message was refused for a fault of its own (a file, the format), which a person
    /// should look at first.
    #[arg(long, requires = "undelivered")]
    pub even_faulty: bool,
    /// Letters that were held or rejected; by the rules again, if --to does not say where.
    #[arg(long, group = "which")]
    pub held: bool,
    /// Where the letters go now. The safeguards hold: what must not go there silently is held.
    #[arg(long, value_enum, value_name = "CHANNEL")]
    pub to: Option<To>,
    /// The mailing file, if it no longer lies where the batch read it.
    #[arg(long, value_name = "FILE")]
    pub mailing: Option<PathBuf>,
    /// As for `run`.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// As for `run`.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub date: Option<Date>,
    /// Print one JSON object on stdout instead of sentences.
    #[arg(long)]
    pub json: bool,
    /// Name of the batch that had the letters, as `status` lists it.
    pub batch: String,
}

/// A channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum To {
    /// A digital mailbox.
    Digital,
    /// Paper.
    Print,
}

/// `check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// As for `run`.
    #[command(flatten)]
    pub run: RunArgs,
    /// Also compose every printed letter, for exact pages, sheets and weights.
    #[arg(long)]
    pub full: bool,
}

/// `status`
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `show`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// The sender's id of the letter.
    pub letter: String,
}

/// `release`
#[derive(Debug, Args)]
pub struct BatchArgs {
    /// Where the job lies.
    #[command(flatten)]
    pub job: JobArgs,
    /// Name of the batch, as `status` lists it.
    pub batch: String,
}

/// `withdraw`
#[derive(Debug, Args)]
pub struct WithdrawArgs {
    /// Which batch.
    #[command(flatten)]
    pub batch: BatchArgs,
    /// Why, for the ledger. No personal data.
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub why: String,
    /// Of a batch that was bound for the outbox and whose folder is gone: it is certain that nobody collected it there. Its
    /// letters can be sent again then.
    #[arg(long)]
    pub never_left: bool,
}

/// A part of a batch.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Only {
    /// For the printer.
    Print,
}

/// `verify`
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// A certificate file (PEM or DER) that is trusted: all who signed must have these certificates, or ones that they
    /// issued directly. May be given more than once.
    #[arg(long, value_name = "CERT")]
    pub trusted: Vec<PathBuf>,
    /// Of a batch folder only what is for the printer: `print/`, the manifest and its signature. All else may be absent.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub only: Option<Only>,
    /// A batch folder, as it lies in an outbox, or the file of one signed message, in its SOAP request or bare.
    pub path: PathBuf,
}

/// `registry`
#[derive(Debug, Subcommand)]
pub enum RegistryCommand {
    /// Write the requests that ask the registries about the recipients of a mailing.
    Ask(AskArgs),
    /// Build a snapshot from what the registries returned.
    Build {
        /// The snapshot to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The day on which the registries were asked.
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Date,
        /// FaR `isReachable` responses (SOAP XML), contact pages of Digital Post (JSON), CSV files, and folders of them.
        #[arg(required = true)]
        inputs: Vec<PathBuf>,
    },
    /// Show date, counts and operators of a snapshot.
    Show {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// The snapshot.
        snapshot: PathBuf,
    },
}

/// `registry ask`
#[derive(Debug, Args)]
pub struct AskArgs {
    /// Folder for the requests; made if it is not there, else it must be empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Job file. Without it: `lettermill.toml` beside the mailing if there is one, else the defaults.
    #[arg(long, value_name = "FILE")]
    pub job: Option<PathBuf>,
    /// Identifiers in a request.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub batch_size: u16,
    /// Number of worker threads; all processors if not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Print one JSON object on stdout instead of sentences.
    #[arg(long)]
    pub json: bool,
    /// The mailing file.
    pub mailing: PathBuf,
}

/// `sample`
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// Country of the municipality that sends.
    #[arg(
        long,
        value_name = "SE|DK",
        default_value = "SE",
        value_enum,
        ignore_case = true
    )]
    pub country: SampleCountry,
    /// Number of letters.
    #[arg(long, value_name = "N", default_value_t = 250, value_parser = clap::value_parser!(u32).range(1..))]
    pub letters: u32,
    /// Same seed, same bytes.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Share of letters whose recipient has a digital mailbox.
    #[arg(long, value_name = "P", default_value_t = 80, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub digital_percent: u8,
    /// Share of letters that enclose a PDF.
    #[arg(long, value_name = "P", default_value_t = 20, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub pdf_percent: u8,
    /// Letters in a thousand that a run must hold for a person; 0 if not given, 10 in Denmark.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub held_permille: Option<u16>,
    /// Folder to write into; made if it is not there.
    pub folder: PathBuf,
}

/// Countries that samples are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SampleCountry {
    /// Sweden.
    #[value(name = "SE", help = "Sweden: Mina meddelanden")]
    Sweden,
    /// Denmark.
    #[value(name = "DK", help = "Denmark: Digital Post")]
    Denmark,
}
