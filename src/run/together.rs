//! Letters of one mailing to the same recipient travel in one delivery, where the job says so.
//!
//! A first walk through the file finds the recipients that several letters are meant for ([`Together::find`]); it costs one
//! parse of the mailing, a small part of what two signatures a letter cost. In the run itself such a letter is put aside
//! when it turns out to go digital, and parsed once more when all are known ([`Together::wave`]). What always holds: the
//! outcome depends on the file alone; memory is that of a wave, eight bytes a recipient while looking, and some sixty a letter put aside,
//! of which there are at most [`ASIDE_MAX`].

use rayon::prelude::*;

use super::Error;
use super::mill::{Done, Judged, Mill, Output};
use super::rerun::Chosen;
use crate::bundle::Sealed;
use crate::ingest::{LetterPlace, Parsed, Source, Wave};
use crate::letter::{Fate, Letter};

/// Letters put aside at most; later ones travel alone.
const ASIDE_MAX: usize = 2_000_000;
/// Letters that are parsed again at once, and most that are joined; so few that one recipient of very many letters does not
/// need more memory than many of one. A group that has more, or more bytes than a wave, is cut there: the deliveries before
/// the cut then end a little earlier.
const WAVE_LETTERS: usize = 512;

/// A recipient, as [`RecipientId::key`](crate::letter::RecipientId::key).
type Recipient = u64;

/// Recipients of several letters, and the letters to them that wait.
#[derive(Default)]
pub struct Together {
    /// In ascending order.
    several: Vec<Recipient>,
    aside: Vec<(Recipient, LetterPlace)>,
    next: usize,
}

impl Together {
    /// Looks through the mailing; finds nothing when the job sends each letter alone.
    pub fn find(mill: &Mill<'_>, source: &Source, chosen: &Chosen) -> Result<Self, Error> {
        if !mill.joins_letters() {
            return Ok(Self::default());
        }
        let mut seen: Vec<Recipient> = Vec::new();
        let mut waves = source.waves();
        while let Some(wave) = waves.next()? {
            let wave = wave.only(|letter| chosen.has(letter));
            let parsed = wave.parse(source)?;
            let letters = parsed.iter().filter_map(|parsed| parsed.letter.as_ref());
            seen.extend(letters.filter_map(|letter| letter.recipient.id.key()));
            source.forget_before(wave.slice());
        }
        seen.par_sort_unstable();
        let several = seen.chunk_by(|a, b| a == b);
        let several = several.filter(|same| same.len() > 1);
        Ok(Self {
            several: several.filter_map(|same| same.first().copied()).collect(),
            ..Self::default()
        })
    }

    /// No letter will be put aside.
    pub fn nobody_waits(&self) -> bool {
        self.several.is_empty()
    }

    /// Keeps the letters that wait for others to the same recipient, and gives the rest; `places` are those of all.
    pub fn put_aside<'l>(
        &mut self,
        judged: Vec<Judged<'l>>,
        places: &[LetterPlace],
    ) -> Vec<Judged<'l>> {
        let mut rest = Vec::with_capacity(judged.len());
        for (judged, place) in judged.into_iter().zip(places) {
            match self.waits(&judged) {
                Some(recipient) => self.aside.push((recipient, *place)),
                None => rest.push(judged),
            }
        }
        rest
    }

    fn waits(&self, judged: &Judged<'_>) -> Option<Recipient> {
        let letter = judged.letter.as_ref()?;
        if judged.decision.fate != Fate::Digital || self.aside.len() >= ASIDE_MAX {
            return None;
        }
        let recipient = letter.recipient.id.key()?;
        self.several.binary_search(&recipient).ok()?;
        Some(recipient)
    }

    /// All letters have been seen: brings those to one recipient together, in the order of their first letters.
    pub fn close(&mut self) {
        self.aside
            .sort_unstable_by_key(|(recipient, place)| (*recipient, place.seq()));
        let mut groups: Vec<_> = self.aside.chunk_by(|a, b| a.0 == b.0).collect();
        groups.sort_by_key(|group| group.first().map(|(_, place)| place.seq()));
        self.aside = groups.concat();
    }

    /// The next letters that were put aside, at their end; `None` when there are no more.
    pub fn wave(
        &mut self,
        mill: &Mill<'_>,
        source: &Source,
        chosen: &Chosen,
    ) -> Result<Option<Vec<Done>>, Error> {
        let rest = self.aside.get(self.next..).unwrap_or_default();
        let lengths = lengths(rest, source.limits().wave_bytes);
        let letters = lengths.iter().sum();
        if letters == 0 {
            return Ok(None);
        }
        let places = rest.iter().take(letters).map(|(_, place)| *place);
        let mut parsed = Wave::again(&places.collect::<Vec<_>>())
            .parse(source)?
            .into_iter();
        self.next += letters;
        let groups: Vec<Vec<Parsed<'_>>> = lengths
            .into_iter()
            .map(|length| parsed.by_ref().take(length).collect())
            .collect();
        let done: Result<Vec<Vec<Done>>, Error> = groups
            .into_par_iter()
            .map(|group| mill.work_together(group, chosen))
            .collect();
        Ok(Some(done?.into_iter().flatten().collect()))
    }
}

/// Lengths of the groups that are worked next: as many whole ones as a wave takes, or as much of one as it takes.
fn lengths(rest: &[(Recipient, LetterPlace)], bytes_max: usize) -> Vec<usize> {
    let (mut lengths, mut room, mut bytes) = (Vec::new(), WAVE_LETTERS, bytes_max);
    for group in rest.chunk_by(|a, b| a.0 == b.0) {
        let mut left = bytes;
        let fits = |(_, place): &&(Recipient, LetterPlace)| {
            let taken = left.checked_sub(place.weight());
            left = taken.unwrap_or(left);
            taken.is_some()
        };
        let length = group.iter().take(room).take_while(fits).count();
        if length < group.len() {
            if lengths.is_empty() {
                lengths.push(length.max(1)); // One letter at least, however heavy.
            }
            break;
        }
        lengths.push(length);
        room -= length;
        bytes = left;
    }
    lengths
}

impl Mill<'_> {
    /// Takes letters to one recipient to their end: together where that can be, else each alone.
    fn work_together(&self, group: Vec<Parsed<'_>>, chosen: &Chosen) -> Result<Vec<Done>, Error> {
        let judge = |parsed| self.judge(parsed, chosen.redirect());
        let judged: Vec<Judged<'_>> = group.into_iter().map(judge).collect();
        // The letters stay behind until the outputs are made; all were put aside because they go digital.
        let letters: Vec<&Letter<'_>> = judged.iter().filter_map(|j| j.letter.as_ref()).collect();
        let mut outputs: Vec<Option<Output>> = judged.iter().map(|_| None).collect();
        for places in self.pack(&letters) {
            if places.len() < 2 || letters.len() != judged.len() {
                continue;
            }
            let packed = places.iter().filter_map(|at| letters.get(*at).copied());
            let packed: Vec<&Letter<'_>> = packed.collect();
            let target = judged.first().and_then(|j| self.target(&j.decision));
            if let (Some(target), Some(messages)) = (target, self.seal_together(&packed)?) {
                let ids = packed.iter().map(|letter| letter.id.clone().into_owned());
                hand_out(target, messages, ids.collect(), &places, &mut outputs);
            }
        }
        judged
            .into_iter()
            .zip(outputs)
            .map(|(judged, output)| self.work_with(judged, output))
            .collect()
    }
}

/// Gives the messages to the first of their letters, and the others their place in it.
fn hand_out(
    target: String,
    messages: Vec<Sealed>,
    letter_ids: Vec<String>,
    places: &[usize],
    outputs: &mut [Option<Output>],
) {
    let Some(carrier) = messages.first() else {
        return;
    };
    let (delivery, sha256) = (carrier.message_id, carrier.sha256);
    for (at, message_id) in places.iter().zip(carrier.letters.clone()).skip(1) {
        if let Some(output) = outputs.get_mut(*at) {
            *output = Some(Output::Carried {
                target: target.clone(),
                message_id,
                delivery,
                sha256,
            });
        }
    }
    if let Some(output) = places.first().and_then(|at| outputs.get_mut(*at)) {
        *output = Some(Output::Messages {
            target,
            messages,
            letter_ids,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::ingest;

    #[test]
    fn groups_end_where_the_wave_is_full() {
        let path = Path::new("fixtures/business/id.duplicate.xml");
        let source = ingest::open(path, None, &ingest::Options::default()).unwrap();
        let wave = source.waves().next().unwrap().unwrap();
        let places: Vec<LetterPlace> = wave.places().collect();
        let weight = places[0].weight();
        assert!(places.len() == 5 && weight > 500);
        let to = |recipients: [Recipient; 5]| -> Vec<_> {
            recipients.into_iter().zip(places.iter().copied()).collect()
        };
        for (recipients, weights, expected) in [
            ([1; 5], 100, &[5][..]),
            ([1; 5], 3, &[3]), // Cut: it is larger than any wave.
            ([1; 5], 0, &[1]), // One at least.
            ([1, 1, 2, 2, 2], 100, &[2, 3]),
            ([1, 1, 2, 2, 2], 4, &[2]), // The second one comes whole with the next wave.
            ([1, 1, 2, 2, 3], 4, &[2, 2]),
        ] {
            let bytes_max = weights * (weight + 10); // The letters are alike, but for their numbers.
            assert_eq!(lengths(&to(recipients), bytes_max), expected);
        }
        let many = vec![(1, places[0]); WAVE_LETTERS + 1];
        assert_eq!(lengths(&many, usize::MAX), [WAVE_LETTERS]);
        assert!(lengths(&[], usize::MAX).is_empty());
    }
}
