//! Which pieces become one, before all of them are sorted.

use hashbrown::{HashMap, HashSet};

use super::super::household::Households;
use super::super::options::Options;
use super::super::plan::PiecePlan;
use super::super::record::{Entry, Header};
use super::super::sheaf::Fields;

/// What else lies in the envelope of a letter.
#[derive(Debug)]
pub(super) struct Shared {
    /// Of all of it.
    pub(super) plan: PiecePlan,
    /// Where the records of the others lie in the work file, in input order.
    pub(super) others: Vec<(u64, u32)>,
}

/// Leaves one entry of each envelope, and gives what else lies in it. `None` where the work file is not what was written.
pub(super) fn envelopes(
    entries: &mut Vec<Entry>,
    households: Households,
    options: &Options,
    map: &[u8],
) -> Option<HashMap<u32, Shared>> {
    entries.sort_unstable_by_key(|entry| entry.seq); // A letter that was to go digital may have come late.
    let place = |seq: u32| entries.binary_search_by_key(&seq, |entry| entry.seq).ok();
    let entry = |seq: u32| entries.get(place(seq)?);
    let header = |seq: u32| {
        let record = map.get(usize::try_from(entry(seq)?.offset).ok()?..)?;
        Header::read(&mut Fields(record))
    };
    let known = |seq| {
        let header = header(seq).ok_or(())?;
        Ok::<_, ()>((header.household.ok_or(())?, header.plan))
    };
    let groups = households.groups(options, known).ok()?;
    let mut shared = HashMap::with_capacity(groups.len());
    let mut gone = HashSet::new();
    let mut changed = Vec::with_capacity(groups.len());
    for group in groups {
        let (&first, others) = group.letters.split_first()?;
        gone.extend(others.iter().copied());
        let mut header = header(first)?;
        let plan = group.plan;
        header.plan = plan;
        let others: Vec<_> = others
            .iter()
            .map(|&seq| entry(seq))
            .collect::<Option<_>>()?;
        let first = entry(first)?;
        let loads = others.iter().map(|other| other.load);
        let load = loads.fold(first.load, u16::saturating_add);
        let mut entry = header.entry(first.offset, first.len, &options.sort);
        entry.load = load;
        changed.push((place(first.seq)?, entry));
        let others = others.iter().map(|other| (other.offset, other.len));
        let others = others.collect();
        shared.insert(header.seq.0, Shared { plan, others });
    }
    for (place, entry) in changed {
        *entries.get_mut(place)? = entry;
    }
    entries.retain(|entry| !gone.contains(&entry.seq));
    Some(shared)
}
