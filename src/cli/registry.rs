//! `registry build`, `registry show`.

use std::fmt::Write;

use super::args::RegistryCommand;
use super::{Exit, Failure, print};
use crate::registry::{self, Counts, Input, Operator, Snapshot, Status};

/// Builds or shows a snapshot.
pub fn registry(command: &RegistryCommand) -> Result<Exit, Failure> {
    match command {
        RegistryCommand::Build { out, date, inputs } => {
            let inputs: Result<Vec<Input>, _> =
                inputs.iter().map(|path| Input::detect(path)).collect();
            let options = registry::Options { date: *date };
            let built = registry::build(&inputs.map_err(Failure::Registry)?, &options, out)
                .map_err(Failure::Registry)?;
            let mut text = format!(
                "snapshot `{}` of {date}, {} bytes\n",
                out.display(),
                built.file_bytes
            );
            count_lines(&mut text, &built.counts);
            print(&text)?;
        }
        RegistryCommand::Show { snapshot } => {
            let snapshot = Snapshot::open(snapshot).map_err(Failure::Snapshot)?;
            snapshot.verify().map_err(Failure::Snapshot)?;
            let mut text = format!(
                "snapshot of {}, {} bytes\n",
                snapshot.date(),
                snapshot.file_bytes()
            );
            count_lines(&mut text, snapshot.counts());
            for Operator { id, name, url } in snapshot.operators() {
                let _ = writeln!(text, "operator {id} {name} {url}");
            }
            print(&text)?;
        }
    }
    Ok(Exit::Done)
}

fn count_lines(out: &mut String, counts: &Counts) {
    for &status in Status::ALL {
        if counts.of(status) > 0 {
            let _ = writeln!(out, "  {:<24} {:>10}", status.name(), counts.of(status));
        }
    }
    let _ = writeln!(out, "  {:<24} {:>10}", "in all", counts.total());
}
