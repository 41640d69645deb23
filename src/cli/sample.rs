//! `sample`: something to try things on.

use super::args::{SampleArgs, SampleCountry};
use super::{Exit, Failure, print};
use crate::letter::Country;
use crate::sample;

/// Letters in a thousand that are held in Denmark: so that the registry's answer `closed` occurs.
const HELD_PERMILLE_DK: u16 = 10;

/// Writes a sample mailing with snapshot and job file.
pub fn sample(args: &SampleArgs) -> Result<Exit, Failure> {
    let (country, held_permille) = match args.country {
        SampleCountry::Sweden => (Country::Sweden, 0),
        SampleCountry::Denmark => (Country::Denmark, HELD_PERMILLE_DK),
    };
    let options = sample::Options {
        country,
        letters: args.letters,
        seed: args.seed,
        digital_percent: args.digital_percent,
        pdf_percent: args.pdf_percent,
        held_permille: args.held_permille.unwrap_or(held_permille),
    };
    let written = sample::write(&args.folder, &options).map_err(Failure::Sample)?;
    let folder = args.folder.display();
    print(&format!(
        "{} letters, {} bytes; a run comes to {} digital, {} print, {} held\ntry: lettermill run --job {folder}/lettermill.toml {folder}/mailing.xml\n",
        args.letters, written.mailing_bytes, written.digital, written.print, written.held
    ))?;
    Ok(Exit::Done)
}
