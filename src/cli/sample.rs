//! `sample`: something to try things on.

use super::args::SampleArgs;
use super::{Exit, Failure, print};
use crate::sample;

/// Writes a sample mailing with snapshot and job file.
pub fn sample(args: &SampleArgs) -> Result<Exit, Failure> {
    let options = sample::Options {
        letters: args.letters,
        seed: args.seed,
        digital_percent: args.digital_percent,
        pdf_percent: args.pdf_percent,
        ..sample::Options::default()
    };
    let written = sample::write(&args.folder, &options).map_err(Failure::Sample)?;
    let folder = args.folder.display();
    print(&format!(
        "{} letters, {} bytes; a run comes to {} digital, {} print, {} held\ntry: lettermill run --job {folder}/lettermill.toml {folder}/mailing.xml\n",
        args.letters, written.mailing_bytes, written.digital, written.print, written.held
    ))?;
    Ok(Exit::Done)
}
