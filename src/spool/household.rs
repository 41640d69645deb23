//! Letters to the same recipient in one envelope.
//!
//! In: the letters of a mailing in input order, each with who gets it and how it was planned. Out: which of them share an
//! envelope, and how that is planned. What always holds: only letters that a plant would treat alike share one; the
//! envelope is never larger than the largest they would have had apart; the outcome depends on letters and profile only.

use super::options::Options;
use super::plan::PiecePlan;
use crate::disk;
use crate::letter::Postage;

/// Who gets a letter and how it travels, as a digest: letters with the same may share an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Household(pub(super) [u8; 16]);

impl Household {
    /// Of a recipient: the national identifier, or nothing for one without, and the address as it is printed, name and all.
    /// Both must be equal: two with one address are two, and so is one person with two addresses. `None` for what must
    /// travel alone: registered and legal letters are receipted one by one.
    pub fn of(identifier: &str, address_lines: &[String], plan: &PiecePlan) -> Option<Self> {
        if matches!(plan.postage, Postage::Registered | Postage::Legal) || address_lines.is_empty()
        {
            return None;
        }
        let ways = [plan.sides as u8, plan.colour as u8, plan.postage as u8];
        let mut text = format!("{ways:?}\n{identifier}\n");
        for line in address_lines {
            text += line;
            text.push('\n');
        }
        let digest = disk::sha256(text.as_bytes());
        digest.first_chunk().copied().map(Self)
    }
}

/// Letters in one envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// Their places among all letters, rising; the address of the first shows in the window.
    pub(super) letters: Vec<u32>,
    /// All of them in one envelope.
    pub(super) plan: PiecePlan,
}

/// Finds out which letters share an envelope. Keeps twelve bytes of each.
#[derive(Debug, Default)]
pub struct Households {
    /// Two halves of the start of the digest, and the letter's place.
    letters: Vec<[u32; 3]>,
}

impl Households {
    /// Notes a letter; `place` is its place among all letters.
    pub fn add(&mut self, place: u32, household: Household) {
        let [a, b, c, d, e, f, g, h, ..] = household.0;
        self.letters.push([
            u32::from_le_bytes([a, b, c, d]),
            u32::from_le_bytes([e, f, g, h]),
            place,
        ]);
    }

    /// Every envelope with more than one letter, in no particular order. `letter` gives what is known of the one at a
    /// place; it is asked for those only that may share one.
    pub(super) fn groups<E>(
        mut self,
        options: &Options,
        mut letter: impl FnMut(u32) -> Result<(Household, PiecePlan), E>,
    ) -> Result<Vec<Group>, E> {
        self.letters.sort_unstable();
        let mut closed = Vec::new();
        for alike in self.letters.chunk_by(|a, b| a[..2] == b[..2]) {
            if alike.len() == 1 {
                continue;
            }
            // Digests that begin alike are rare, and need not be equal.
            let mut open: Vec<(Household, Group)> = Vec::new();
            for &[.., place] in alike {
                let (household, plan) = letter(place)?;
                let group = Group {
                    letters: vec![place],
                    plan,
                };
                let Some((_, sharing)) = open.iter_mut().find(|(of, _)| *of == household) else {
                    open.push((household, group));
                    continue;
                };
                match sharing.plan.with(&plan, options) {
                    Some(joint) => {
                        sharing.letters.push(place);
                        sharing.plan = joint;
                    }
                    None => closed.push(std::mem::replace(sharing, group)), // Full: the next one is begun.
                }
            }
            closed.extend(open.into_iter().map(|(_, group)| group));
        }
        closed.retain(|group| group.letters.len() > 1);
        Ok(closed)
    }

    /// The pieces that letters make; `letters` are all of them, by place.
    pub fn pieces(
        self,
        letters: &[(Option<Household>, PiecePlan)],
        options: &Options,
    ) -> Vec<PiecePlan> {
        let at = |place: u32| letters.get(place as usize).copied();
        let known = |place| at(place).and_then(|(of, plan)| Some((of?, plan))).ok_or(());
        let mut pieces: Vec<_> = letters.iter().map(|(_, plan)| Some(*plan)).collect();
        for group in self.groups(options, known).into_iter().flatten() {
            for &letter in &group.letters {
                if let Some(piece) = pieces.get_mut(letter as usize) {
                    *piece = (group.letters.first() == Some(&letter)).then_some(group.plan);
                }
            }
        }
        pieces.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::PrintOptions;
    use crate::spool::plan;

    fn letter(household: u8, pages: u32) -> (Option<Household>, PiecePlan) {
        let planned = plan(pages, &[], &PrintOptions::default(), &Options::default());
        // The first half alike, so that only the whole digest tells them apart.
        let mut digest = [1; 16];
        digest[15] = household;
        (Some(Household(digest)), planned.unwrap())
    }

    fn grouped(letters: &[(Option<Household>, PiecePlan)]) -> (Vec<Vec<u32>>, Vec<u16>) {
        let noted = || {
            let mut households = Households::default();
            for ((household, _), place) in letters.iter().zip(0..) {
                households.add(place, household.unwrap());
            }
            households
        };
        let known = |place: u32| {
            let (household, plan) = letters[place as usize];
            household.map(|household| (household, plan)).ok_or(())
        };
        let groups = noted().groups(&Options::default(), known).unwrap();
        let mut groups: Vec<_> = groups.into_iter().map(|group| group.letters).collect();
        groups.sort();
        let pieces = noted().pieces(letters, &Options::default());
        (groups, pieces.iter().map(|plan| plan.sheets).collect())
    }

    #[test]
    fn an_envelope_takes_letters_in_their_order_until_it_is_full() {
        // C5 takes six sheets: 2 + 1 are followed by 4, with which there would be seven.
        let letters = [
            letter(1, 4),
            letter(2, 2),
            letter(1, 2),
            letter(1, 8),
            letter(2, 2),
            letter(1, 3),
        ];
        let (groups, sheets) = grouped(&letters);
        assert_eq!(groups, [vec![0, 2], vec![1, 4], vec![3, 5]]);
        assert_eq!(sheets, [3, 2, 6]);
    }

    #[test]
    fn who_shares_with_nobody_is_in_no_group() {
        let (groups, sheets) = grouped(&[letter(1, 1), letter(2, 1)]);
        assert!(groups.is_empty());
        assert_eq!(sheets, [1, 1]);
    }

    #[test]
    fn what_is_receipted_one_by_one_travels_alone() {
        let (_, planned) = letter(1, 1);
        let lines = ["Prov Provsson".to_owned()];
        assert!(Household::of("1", &lines, &planned).is_some());
        assert_ne!(
            Household::of("1", &lines, &planned),
            Household::of("2", &lines, &planned)
        );
        for postage in [Postage::Registered, Postage::Legal] {
            let plan = PiecePlan { postage, ..planned };
            assert_eq!(Household::of("1", &lines, &plan), None);
        }
        assert_eq!(Household::of("1", &[], &planned), None);
    }
}
