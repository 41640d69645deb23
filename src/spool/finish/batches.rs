//! How many pieces are made ready at a time: what waits to be written lies in memory.

use super::super::record::{Entry, LOAD_BYTES};

/// Pieces made ready at a time.
const PIECES_MAX: usize = 256;
/// Memory that they may take; two batches are there at a time. Usual letters take some kilobytes each.
const BYTES_MAX: u64 = 64 << 20;

/// Cuts pieces into batches, each as long as may be; a piece that takes more than all may has one of its own.
pub(super) fn batches(mut entries: &[Entry]) -> Vec<&[Entry]> {
    let mut out = Vec::with_capacity(entries.len() / PIECES_MAX + 1);
    while !entries.is_empty() {
        let mut bytes = 0;
        let fits = entries.iter().take(PIECES_MAX).take_while(|entry| {
            bytes += u64::from(entry.load) * LOAD_BYTES;
            bytes <= BYTES_MAX
        });
        let (batch, rest) = entries.split_at(fits.count().max(1));
        out.push(batch);
        entries = rest;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_ends_when_it_has_many_pieces_or_heavy_ones() {
        let light = Entry::default().with_load(1, 2);
        let heavy = Entry::default().with_load(0, 12 << 10);
        let huge = Entry::default().with_load(10_000_000, 1);
        let lens = |entries: &[Entry]| batches(entries).iter().map(|b| b.len()).collect::<Vec<_>>();
        assert_eq!(lens(&[]), [0; 0]);
        assert_eq!(lens(&[light; 600]), [256, 256, 88]);
        assert_eq!(lens(&[heavy; 5]), [2, 2, 1]);
        assert_eq!(lens(&[light, huge, huge, light, light]), [1, 1, 1, 2]);
    }
}
