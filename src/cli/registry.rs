//! `registry ask`, `registry build`, `registry show`.

use std::fmt::Write;
use std::path::Path;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::args::{AskArgs, RegistryCommand};
use super::progress::Progress;
use super::{Exit, Failure, job_at, path_text, print, say, threads};
use crate::disk;
use crate::letter::identifier::Kind;
use crate::registry::{
    self, AskOptions, Asked, Census, Counts, Input, NotAsked, OperatorIndex, Snapshot, Status,
};
use crate::{route, run};

/// Asks, builds or shows.
pub fn registry(command: &RegistryCommand) -> Result<Exit, Failure> {
    match command {
        RegistryCommand::Ask(args) => ask(args)?,
        RegistryCommand::Build { out, date, inputs } => {
            let inputs: Result<Vec<_>, _> = inputs.iter().map(|path| Input::all_of(path)).collect();
            build(&inputs.map_err(Failure::Registry)?.concat(), *date, out)?;
        }
        RegistryCommand::Show { json, snapshot } => show(snapshot, *json)?,
    }
    Ok(Exit::Done)
}

fn ask(args: &AskArgs) -> Result<(), Failure> {
    let asking = AskOptions {
        batch_size: usize::from(args.batch_size),
    };
    let plan = job_at(args.job.clone(), Some(&args.mailing))?
        .ask_plan(
            args.mailing.clone(),
            args.out.clone(),
            threads(args.threads),
            asking,
        )
        .map_err(Failure::Job)?;
    let progress = Progress::new();
    let asked = run::ask(&plan, &progress);
    progress.clear();
    let asked = asked?;
    if args.json {
        return print(&format!("{}\n", ask_json(&asked, &args.out)));
    }
    print(&ask_text(&asked, &args.out))
}

fn ask_json(asked: &Asked, out: &Path) -> Value {
    let count = |why| {
        let known = asked.not_asked.iter().find(|(known, _)| *known == why);
        known.map_or(0, |(_, letters)| *letters)
    };
    let not_asked: serde_json::Map<_, _> = NotAsked::ALL
        .iter()
        .map(|why| (why.name().to_owned(), count(*why).into()))
        .collect();
    json!({
        "folder": path_text(out), "letters": asked.letters, "letters_asked": asked.letters_asked, "ids": asked.ids,
        "ids_asked": asked.ids_asked, "requests": asked.requests, "not_asked": not_asked,
    })
}

fn ask_text(asked: &Asked, out: &Path) -> String {
    let mut text = format!(
        "{} requests about {} recipients in `{}`\n",
        asked.requests,
        asked.ids_asked,
        out.display()
    );
    let mut row = |name: &str, count: u64, what: &str| {
        let _ = writeln!(text, "  {name:<24} {count:>10}  {what}");
    };
    row("letters", asked.letters, "in the mailing");
    row(
        "asked",
        asked.letters_asked,
        "letters whose recipient is asked about",
    );
    for (why, letters) in &asked.not_asked {
        row(why.name(), *letters, not_asked_sentence(*why));
    }
    row(
        "identifiers",
        asked.ids,
        "different ones, in letters that are not rejected",
    );
    row("identifiers asked", asked.ids_asked, "each once");
    if asked.requests == 0 {
        text += "there is nobody to ask about\n";
    }
    text
}

fn not_asked_sentence(why: NotAsked) -> &'static str {
    let own = match why {
        NotAsked::Rejected => Some("The letter is invalid; `lettermill check` says why."),
        _ => route::sentence(why.name()),
    };
    own.unwrap_or_default()
}

fn build(inputs: &[Input], date: Date, out: &Path) -> Result<(), Failure> {
    let options = registry::Options { date };
    let built = registry::build(inputs, &options, out).map_err(Failure::Registry)?;
    for note in &built.notes {
        say(&format!("note: {note}"));
    }
    let mut text = format!(
        "snapshot `{}` of {date}, {} bytes, from {} files\n",
        out.display(),
        built.file_bytes,
        inputs.len()
    );
    count_lines(&mut text, &built.counts);
    print(&text)
}

fn count_lines(out: &mut String, counts: &Counts) {
    for &status in Status::ALL {
        if counts.of(status) > 0 {
            let _ = writeln!(out, "  {:<24} {:>10}", status.name(), counts.of(status));
        }
    }
    let _ = writeln!(out, "  {:<24} {:>10}", "in all", counts.total());
}

fn show(path: &Path, as_json: bool) -> Result<(), Failure> {
    let snapshot = Snapshot::open(path).map_err(Failure::Snapshot)?;
    snapshot.verify().map_err(Failure::Snapshot)?;
    let census = snapshot.census();
    if as_json {
        return print(&format!("{}\n", show_json(&snapshot, &census)));
    }
    print(&show_text(&snapshot, &census))
}

fn show_json(snapshot: &Snapshot, census: &Census) -> Value {
    let by_status = |counts: &Counts| -> serde_json::Map<_, _> {
        Status::ALL
            .iter()
            .filter(|status| counts.of(**status) > 0)
            .map(|status| (status.name().to_owned(), counts.of(*status).into()))
            .collect()
    };
    let kinds: serde_json::Map<_, _> = census
        .kinds()
        .map(|(kind, counts)| (kind_name(kind).0.to_owned(), by_status(counts).into()))
        .collect();
    let operators: Vec<_> = snapshot
        .operators()
        .iter()
        .zip(0..)
        .map(|(operator, at)| {
            json!({
                "id": operator.id, "name": operator.name, "url": operator.url,
                "recipients": census.with_operator(OperatorIndex(at)),
            })
        })
        .collect();
    json!({
        "path": path_text(snapshot.path()), "date": snapshot.date(), "bytes": snapshot.file_bytes(),
        "digest": disk::hex(&snapshot.digest()), "recipients": snapshot.counts().total(),
        "statuses": by_status(snapshot.counts()), "kinds": kinds, "operators": operators,
        "nem_sms": census.nem_sms(),
    })
}

fn show_text(snapshot: &Snapshot, census: &Census) -> String {
    let mut text = format!(
        "what the registries said on {} of {} recipients: `{}`, {} bytes, undamaged\n\n",
        snapshot.date(),
        snapshot.counts().total(),
        snapshot.path().display(),
        snapshot.file_bytes()
    );
    for &status in Status::ALL {
        let count = snapshot.counts().of(status);
        if count > 0 {
            let sentence = route::sentence(status.name()).unwrap_or_default();
            let _ = writeln!(text, "  {:<24} {count:>10}  {sentence}", status.name());
        }
    }
    text += "\nby identifier\n";
    for (kind, counts) in census.kinds() {
        let (_, name) = kind_name(kind);
        let reachable = counts.of(Status::Reachable);
        let _ = writeln!(
            text,
            "  {name:<24} {:>10}  {reachable} reachable",
            counts.total()
        );
    }
    if census.nem_sms() > 0 {
        let _ = writeln!(text, "  {:<24} {:>10}", "with NemSMS", census.nem_sms());
    }
    if !snapshot.operators().is_empty() {
        text += "\nby mailbox operator\n";
    }
    for (operator, at) in snapshot.operators().iter().zip(0..) {
        let count = census.with_operator(OperatorIndex(at));
        let url = match operator.url.as_str() {
            "" => "no address",
            url => url,
        };
        let _ = writeln!(
            text,
            "  {:<24} {count:>10}  {}, {url}",
            operator.id, operator.name
        );
    }
    text
}

/// The word for machines and the words for people.
fn kind_name(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::None => ("none", "none"),
        Kind::Person => ("person", "person numbers"),
        Kind::Coordination => ("coordination", "coordination numbers"),
        Kind::Organisation => ("organisation", "organisation numbers"),
        Kind::Cpr => ("cpr", "CPR numbers"),
        Kind::Cvr => ("cvr", "CVR numbers"),
    }
}
