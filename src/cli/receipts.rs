//! `receipts import`, `receipts show`, `receipts settle`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::args::{ImportArgs, ReceiptsCommand, SettleArgs, ShowReceiptsArgs};
use super::query::home;
use super::{Exit, Failure, print, say};
use crate::clock::SystemClock;
use crate::ledger::{
    self, BatchRow, Deliveries, DeliveryOfLetter, ImportTally, Ledger, ReceiptRow, Recovered, State,
};
use crate::receipt::{self, Fault, Found, Receipt};

/// Receipts that are taken in at once, of some 600 bytes each in memory. Each time the letters of the newest batches are
/// walked through once.
const AT_ONCE: usize = 250_000;
/// Faults that are told; the rest is counted.
const FAULTS_SHOWN: usize = 100;
/// Letters listed for a batch, where no batch was named.
const LETTERS_SHOWN: usize = 20;

/// Does what the words say.
pub fn receipts(command: &ReceiptsCommand) -> Result<Exit, Failure> {
    match command {
        ReceiptsCommand::Import(args) => import(args),
        ReceiptsCommand::Show(args) => show(args),
        ReceiptsCommand::Settle(args) => settle(args),
    }
}

/// What an import found and did.
#[derive(Default)]
struct Imported {
    tally: ImportTally,
    kinds: BTreeMap<receipt::Kind, u64>,
    containers: u64,
    faults: u64,
    shown: Vec<Fault>,
    waiting: Vec<Receipt>,
}

impl Imported {
    fn take(&mut self, found: Found, home: &Path) -> Result<(), ledger::Error> {
        match found {
            Found::Receipt(receipt) => {
                *self.kinds.entry(receipt.kind).or_default() += 1;
                self.waiting.push(receipt);
                if self.waiting.len() >= AT_ONCE {
                    self.flush(home)?;
                }
            }
            Found::Container => self.containers += 1,
            Found::Fault(fault) => {
                self.faults += 1;
                if self.shown.len() < FAULTS_SHOWN {
                    self.shown.push(fault);
                }
            }
        }
        Ok(())
    }

    /// Takes in what was read so far. The ledger is open only here: a run need not wait while files are read.
    fn flush(&mut self, home: &Path) -> Result<(), ledger::Error> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let (mut ledger, recovered) = Ledger::open(home, &SystemClock)?;
        tell(&recovered);
        let rows: Vec<ReceiptRow<'_>> = self.waiting.iter().map(row).collect();
        self.tally.add(ledger.import(&rows)?);
        self.waiting.clear();
        Ok(())
    }

    /// Something for a person to do: letters that did not arrive or may not have, or what could not be taken in.
    fn something_left(&self) -> bool {
        let tally = &self.tally;
        let of_letters = tally.refused + tally.unknown + tally.contradictions;
        of_letters + tally.unmatched + tally.not_sent + self.faults > 0
    }
}

fn row(receipt: &Receipt) -> ReceiptRow<'_> {
    ReceiptRow {
        message_id: &receipt.message_id,
        outcome: receipt.outcome,
        code: &receipt.code,
        text: "",
        at: receipt.at,
        transaction: receipt.transaction.as_deref(),
        source: &receipt.source,
    }
}

fn import(args: &ImportArgs) -> Result<Exit, Failure> {
    let home = home(&args.job)?;
    drop(Ledger::read(&home)?); // No ledger is made where none is.
    let mut imported = Imported::default();
    receipt::read(&args.paths, &mut |found| imported.take(found, &home))?;
    imported.flush(&home)?;
    for fault in &imported.shown {
        say(&format!("fault: {fault}"));
    }
    if imported.faults > imported.shown.len() as u64 {
        let more = imported.faults - imported.shown.len() as u64;
        say(&format!("and {more} faults more"));
    }
    if imported.faults > 0 && imported.tally.receipts + imported.containers == 0 {
        let hint = "nothing was taken in; put the files right and import them again";
        return Err(Failure::Receipts(format!(
            "no receipt could be read\nhint: {hint}"
        )));
    }
    print(&if args.json {
        import_json(&imported)
    } else {
        import_text(&imported)
    })?;
    Ok(if imported.something_left() {
        Exit::SomeLeft
    } else {
        Exit::Done
    })
}

fn import_json(imported: &Imported) -> String {
    let mut object = json!(imported.tally);
    for (kind, receipts) in &imported.kinds {
        object["kinds"][kind.name()] = json!(receipts);
    }
    object["containers"] = json!(imported.containers);
    object["faults"] = json!(imported.faults);
    let faults = imported.shown.iter().map(|fault| {
        json!({ "file": fault.file, "line": fault.line, "found": fault.found, "allowed": fault.allowed })
    });
    object["fault_examples"] = faults.collect();
    format!("{object}\n")
}

fn import_text(imported: &Imported) -> String {
    let tally = &imported.tally;
    let mut out = format!(
        "{} receipts: {} new, {} known before; {} files or lines could not be read\n",
        tally.receipts,
        tally.new_receipts(),
        tally.repeated,
        imported.faults
    );
    let _ = writeln!(
        out,
        "new: {} delivered, {} refused, {} unknown, {} underway; {} letters have another state now",
        tally.delivered, tally.refused, tally.unknown, tally.underway, tally.letters_moved
    );
    if tally.notices > 0 {
        let _ = writeln!(
            out,
            "new about notices: {}, of which {} did not go out; their letters are as they were",
            tally.notices, tally.notices_refused
        );
    }
    if tally.contradictions > 0 {
        let _ = writeln!(
            out,
            "CONTRADICTIONS: {} letters were both refused and delivered; they count as delivered\nhint: `lettermill receipts show` lists them; look whether they went on paper too",
            tally.contradictions
        );
    }
    if tally.not_sent > 0 {
        let _ = writeln!(
            out,
            "{} receipts for messages of batches that were not sent; somebody has them nevertheless:",
            tally.not_sent
        );
        for one in &tally.not_sent_examples {
            let _ = writeln!(
                out,
                "  message {} of batch {} ({})",
                one.message_id,
                one.batch,
                one.state.name()
            );
        }
    }
    if tally.unmatched > 0 {
        let _ = writeln!(
            out,
            "{} receipts for messages that this ledger does not have; are they another job's?",
            tally.unmatched
        );
        for message_id in &tally.unmatched_examples {
            let _ = writeln!(out, "  message {message_id}");
        }
    }
    out
}

fn show(args: &ShowReceiptsArgs) -> Result<Exit, Failure> {
    let reader = Ledger::read(&home(&args.job)?)?;
    let batches = match &args.batch {
        Some(name) => vec![reader.batch(name)?.ok_or_else(|| {
            Failure::NotFound(format!(
                "no batch `{name}`\nhint: `lettermill status` lists the batches"
            ))
        })?],
        None => reader.batches()?,
    };
    let letters_max = args.batch.as_ref().map_or(LETTERS_SHOWN, |_| usize::MAX);
    let mut objects = Vec::new();
    let mut out = String::new();
    for batch in batches.iter().filter(|batch| batch.state == State::Sent) {
        let letters = reader.not_delivered(&batch.name, letters_max)?;
        let paper = reader.on_paper(&batch.name)?;
        if args.json {
            objects.push(batch_json(batch, &paper, &letters));
        } else {
            batch_text(&mut out, batch, &paper);
            letters_text(&mut out, &batch.name, &letters, letters_max);
        }
    }
    if args.json {
        out = format!("{}\n", json!({ "batches": objects }));
    } else if out.is_empty() {
        out = "no batch is sent\n".to_owned();
    }
    print(&out)?;
    Ok(Exit::Done)
}

fn batch_json(
    batch: &BatchRow,
    paper: &Deliveries,
    letters: &[DeliveryOfLetter],
) -> serde_json::Value {
    let mut object = json!({ "batch": batch.name, "parent": batch.parent, "kind": batch.kind });
    super::query::deliveries_json(&mut object, batch);
    object["digital"] = json!(batch.totals.unwrap_or_default().digital);
    object["paper"] = json!(paper);
    object["letters"] = letters.iter().map(letter_json).collect();
    object
}

fn letter_json(letter: &DeliveryOfLetter) -> serde_json::Value {
    json!({
        "letter": letter.letter_id, "number": u64::from(letter.seq) + 1, "target": letter.target,
        "message_id": letter.message_id, "state": letter.delivery.state, "code": letter.delivery.code,
        "since": letter.delivery.since.to_string(), "contradiction": letter.contradiction,
        "taken_on": letter.taken_on,
    })
}

fn batch_text(out: &mut String, batch: &BatchRow, paper: &Deliveries) {
    let digital = batch.totals.unwrap_or_default().digital;
    let came = &batch.deliveries;
    let _ = writeln!(
        out,
        "batch {}: {digital} digital letters: {} delivered, {} refused, {} unknown, {} underway, {} without a receipt",
        batch.name,
        came.delivered,
        came.refused,
        came.unknown,
        came.underway,
        digital.saturating_sub(came.known())
    );
    if paper.known() > 0 {
        let _ = writeln!(
            out,
            "  on paper by request: {} delivered, {} refused, {} unknown, {} underway",
            paper.delivered, paper.refused, paper.unknown, paper.underway
        );
    }
}

fn letters_text(out: &mut String, batch: &str, letters: &[DeliveryOfLetter], letters_max: usize) {
    for letter in letters {
        let _ = write!(
            out,
            "  letter {}: {} since {} ({}), message {} for {}",
            letter.letter_id,
            letter.delivery.state,
            letter.delivery.since,
            letter.delivery.code,
            letter.message_id.as_deref().unwrap_or("-"),
            letter.target
        );
        if letter.contradiction {
            let _ = write!(out, "; CONTRADICTION: it was both refused and delivered");
        }
        if let Some(batch) = &letter.taken_on {
            let _ = write!(out, "; batch {batch} has taken it on");
        }
        out.push('\n');
    }
    if letters.len() == letters_max {
        let _ = writeln!(
            out,
            "  there may be more: `lettermill receipts show --batch {batch}`"
        );
    }
}

fn settle(args: &SettleArgs) -> Result<Exit, Failure> {
    let home = home(&args.job)?;
    drop(Ledger::read(&home)?);
    let (mut ledger, recovered) = Ledger::open(&home, &SystemClock)?;
    tell(&recovered);
    let message_id = args.message_id.to_ascii_lowercase();
    let end = args.end.delivery();
    let letters = ledger.settle(&message_id, end, &args.why)?;
    print(&format!(
        "message {message_id} is {end} now, with {letters} {}\n",
        if letters == 1 { "letter" } else { "letters" }
    ))?;
    Ok(Exit::Done)
}

/// What the start did about batches of earlier runs.
pub fn tell(recovered: &[Recovered]) {
    for recovered in recovered {
        say(&format!("note: {recovered}"));
    }
}
