//! The way through the file: split, parse, work, and hand over in file order.
//!
//! While one wave is written to the books, the next one is already being worked, and the one behind it cut. A wave that is
//! cut is a list of places; letters of two waves are in memory at most.

use std::thread;

use crossbeam::channel::{Sender, bounded};
use rayon::prelude::*;

use super::mill::{Depth, Done, Mill};
use super::rerun::Chosen;
use super::together::Together;
use super::{Error, Observer};
use crate::finding::{Code, Finding};
use crate::ingest::{self, LetterPlace, Parsed, Slice, Source, Wave, Waves};
use crate::ledger::{Batch, Ledger, Reader, Sent};
use crate::validate::{Fingerprint, LetterIds};

/// Waves that are cut before they are asked for.
const WAVES_AHEAD: usize = 2;

/// Takes waves of letters that are at their end, in file order.
pub trait Sink: Send {
    /// The next wave.
    fn take(&mut self, wave: Vec<Done>) -> Result<(), Error>;
}

/// Asks the ledger which letters of this mailing an earlier batch has sent.
pub struct SentBefore(Option<(Reader, String, Sent)>);

impl SentBefore {
    /// For a batch; asks nothing when the ledger has never seen the mailing.
    pub fn of(batch: &Batch<'_, '_>, mill: &Mill<'_>) -> Result<Self, Error> {
        if !batch.mailing_known() {
            return Ok(Self(None));
        }
        let reader = Ledger::read(&mill.plan.home)?;
        let mailing_id = mill.header.mailing_id.clone();
        Ok(Self(Some((reader, mailing_id, batch.counts_as_sent()))))
    }

    /// For a dry run, with what the home knows of the mailing; asks nothing where there is no home yet.
    pub fn for_check(reader: Option<Reader>, mill: &Mill<'_>) -> Self {
        Self(reader.map(|reader| (reader, mill.header.mailing_id.clone(), Sent::All)))
    }

    fn mark(&mut self, wave: &mut [Parsed<'_>]) -> Result<(), Error> {
        let Some((reader, mailing_id, counts)) = &mut self.0 else {
            return Ok(());
        };
        let ids: Vec<&str> = wave
            .iter()
            .map(|parsed| parsed.id.as_deref().unwrap_or_default())
            .collect();
        let sent = reader.sent_before(mailing_id, &ids, *counts)?;
        for (parsed, sent) in wave.iter_mut().zip(sent) {
            if let Some(sent) = sent {
                let found = format!("batch `{}` has sent it, {}", sent.batch, sent.at);
                reject(parsed, Code::IdAlreadySent, found, "a letter is sent once");
            }
        }
        Ok(())
    }
}

/// The threads of a run; everything parallel in it happens in them.
pub fn threads(threads: usize) -> Result<rayon::ThreadPool, Error> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Error::Threads(error.to_string()))
}

/// Which letters go through the mill, and how far.
pub struct Way<'c> {
    /// How far.
    pub depth: Depth,
    /// Which.
    pub chosen: &'c Chosen,
}

/// Takes the letters of the file through the mill and into the sink.
pub fn grind(
    mill: &Mill<'_>,
    source: &Source,
    way: &Way<'_>,
    mut sent_before: SentBefore,
    sink: &mut impl Sink,
    observer: &dyn Observer,
) -> Result<(), Error> {
    let mut together = match way.depth {
        Depth::Finished => Together::find(mill, source, way.chosen)?,
        Depth::Routed | Depth::Measured => Together::default(), // Letters are counted, not deliveries.
    };
    let mut done = Vec::new();
    walk(source, way.chosen, observer, |wave, mut parsed| {
        let (taken, next) = rayon::join(
            || sink.take(std::mem::take(&mut done)),
            || {
                sent_before.mark(&mut parsed)?;
                work(parsed, &wave, mill, way, &mut together)
            },
        );
        taken?;
        done = next?;
        Ok(())
    })?;
    sink.take(done)?;
    together.close();
    while let Some(done) = together.wave(mill, source, way.chosen)? {
        sink.take(done)?;
    }
    Ok(())
}

/// Cuts and parses the chosen letters of the file and hands them over, wave by wave in file order; those with an id that
/// an earlier one has are marked as rejected. At the end the file has been looked at as a whole: its trailer and totals.
///
/// # Errors
/// The file cannot be used, or `take` does not want to go on.
pub fn walk<'s>(
    source: &'s Source,
    chosen: &Chosen,
    observer: &dyn Observer,
    mut take: impl FnMut(Wave, Vec<Parsed<'s>>) -> Result<(), Error>,
) -> Result<(), Error> {
    let (ahead, split) = bounded(WAVES_AHEAD);
    let waves = thread::scope(|scope| {
        let split = split; // Gone with this closure: a splitter that waits to send must not wait for ever.
        let splitter = scope.spawn(move || split_ahead(source.waves(), chosen, &ahead));
        let mut ids = LetterIds::default();
        let mut letters = 0;
        let mut behind = Slice { start: 0, end: 0 };
        for wave in &split {
            let place = wave.slice();
            let mut parsed = wave.parse(source)?;
            for letter in &mut parsed {
                mark_duplicate(letter, &mut ids);
            }
            letters += parsed.len() as u64;
            take(wave, parsed)?;
            source.forget_before(behind);
            behind = place;
            observer.progress(letters, place.end, source.bytes().len() as u64);
        }
        splitter
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            .map_err(Error::from)
    })?;
    waves.finish()?; // Trailer and totals.
    Ok(())
}

/// Cuts waves until there are no more, or nobody wants them. Touching the file here brings its pages into memory before
/// the workers need them; the channel keeps it from running away.
fn split_ahead<'s>(
    mut waves: Waves<'s>,
    chosen: &Chosen,
    ahead: &Sender<Wave>,
) -> Result<Waves<'s>, ingest::Error> {
    while let Some(wave) = waves.next()? {
        let wave = wave.only(|letter| chosen.has(letter));
        if wave.is_empty() {
            continue;
        }
        if ahead.send(wave).is_err() {
            break; // The run has ended with an error.
        }
    }
    Ok(waves)
}

/// Takes letters to their end, but for those that wait for others to the same recipient.
fn work(
    parsed: Vec<Parsed<'_>>,
    wave: &Wave,
    mill: &Mill<'_>,
    way: &Way<'_>,
    together: &mut Together,
) -> Result<Vec<Done>, Error> {
    let judge = |parsed| mill.judge(parsed, way.chosen.redirect());
    let finish = |judged| mill.work(judged, way.depth);
    let parsed = parsed.into_par_iter();
    if together.nobody_waits() {
        return parsed.map(|parsed| finish(judge(parsed))).collect();
    }
    let places: Vec<LetterPlace> = wave.places().collect();
    let judged = together.put_aside(parsed.map(judge).collect(), &places);
    judged.into_par_iter().map(finish).collect()
}

/// Rejects a letter whose id an earlier letter of the file has.
fn mark_duplicate(parsed: &mut Parsed<'_>, ids: &mut LetterIds) {
    let Some(id) = parsed.id.as_deref() else {
        return;
    };
    if let Some(first) = ids.insert(Fingerprint::of(id), parsed.seq) {
        let found = format!(
            "letter {} of the file has the same id",
            u64::from(first.0) + 1
        );
        reject(
            parsed,
            Code::IdDuplicate,
            found,
            "an id that no other letter of the mailing has",
        );
    }
}

fn reject(parsed: &mut Parsed<'_>, code: Code, found: String, allowed: &str) {
    let finding = Finding::about(parsed.seq, parsed.line, "letter", code, found, allowed);
    parsed.findings.push(finding);
}
