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
    let header = |place: u32| {
        let entry = entries.get(place as usize)?;
        let record = map.get(usize::try_from(entry.offset).ok()?..)?;
        Header::read(&mut Fields(record))
    };
    let known = |place| {
        let header = header(place).ok_or(())?;
        Ok::<_, ()>((header.household.ok_or(())?, header.plan))
    };
    let groups = households.groups(options, known).ok()?;
    let mut shared = HashMap::with_capacity(groups.len());
    let mut gone = HashSet::new();
    let mut changed = Vec::with_capacity(groups.len());
    for group in groups {
        let (first, others) = group.letters.split_first()?;
        let place_of = |&place: &u32| entries.get(place as usize).map(|e| (e.offset, e.len));
        gone.extend(others.iter().copied());
        let (offset, len) = place_of(first)?;
        let mut header = header(*first)?;
        header.plan = group.plan;
        changed.push((*first, header.entry(offset, len, &options.sort)));
        let others = others.iter().map(place_of).collect::<Option<_>>()?;
        let plan = group.plan;
        shared.insert(header.seq.0, Shared { plan, others });
    }
    for (place, entry) in changed {
        *entries.get_mut(place as usize)? = entry;
    }
    let mut place = 0;
    entries.retain(|_| {
        place += 1;
        !gone.contains(&(place - 1))
    });
    Some(shared)
}
