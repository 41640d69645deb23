//! What shall become of each letter of a sample, fixed before its text is chosen, so that the books are known.
//!
//! Shares are kept exactly: of the first `n` letters, `n × percent / 100`, rounded, are digital at the end of every
//! block. Inside a block the order is shuffled. Some recipients have several letters of a block, always digital ones, so
//! that joining them can be seen.

use super::Options;
use super::chance::Chance;
use crate::letter::Country;

/// Letters in a block; within it the shares are dealt out and shuffled.
pub const BLOCK_LETTERS: u32 = 100;
/// Of a thousand recipients of digital letters, so many have several.
const RECIPIENTS_OF_SEVERAL_PERMILLE: u32 = 30;

/// What shall become of a letter, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The recipient has a mailbox and accepts the sender.
    Digital,
    /// On paper.
    Print(PrintReason),
    /// A person must decide.
    Held(HeldReason),
}

/// Why a letter of the sample goes on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintReason {
    /// SE: the registry says: no mailbox.
    NoMailbox,
    /// SE: a mailbox that does not accept this sender.
    OptedOut,
    /// SE: a mailbox that is being opened.
    Pending,
    /// DK: exempt from Digital Post.
    Exempt,
    /// DK: a registration that has not taken effect.
    Unconfirmed,
    /// DK: not yet registered.
    AwaitingRegistration,
    /// DK: the registry says nothing of use.
    Unknown,
    /// The registry's snapshot does not have the recipient.
    NotInRegistry,
    /// Reachable, but the sender wishes print.
    Wished,
    /// No identifier.
    NoIdentifier,
    /// No identifier, and an address abroad.
    Abroad,
}

/// Why a letter of the sample is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldReason {
    /// Digital only, without a mailbox.
    DigitalOnly,
    /// Service of process to somebody without a mailbox.
    LegalNotification,
    /// DK: the recipient is dead.
    Closed,
}

/// Whether a recipient has other letters of the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// None.
    Alone,
    /// This is the first of two or three.
    First,
    /// The recipient of an earlier letter, by its place in the block.
    Of(u32),
}

/// What is fixed of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// How it ends.
    pub outcome: Outcome,
    /// It encloses a PDF.
    pub encloses: bool,
    /// Whether its recipient has others.
    pub addressee: Addressee,
}

/// The letters of one block, in order; the last block of a sample may be shorter than [`BLOCK_LETTERS`].
pub fn block(options: &Options, number: u32) -> Vec<Planned> {
    let first = u64::from(number) * u64::from(BLOCK_LETTERS);
    let end = (first + u64::from(BLOCK_LETTERS)).min(u64::from(options.letters));
    let letters = end.saturating_sub(first);
    let share = |of_thousand: u64| quota(end, of_thousand) - quota(first, of_thousand);
    let digital = share(u64::from(options.digital_percent) * 10).min(letters);
    let held = share(u64::from(options.held_permille)).min(letters - digital);
    let enclosing = share(u64::from(options.pdf_percent) * 10).min(letters);

    let mut chance = Chance::new(options.seed, 1, u64::from(number));
    let country = options.country;
    let mut outcomes: Vec<Outcome> = (0..letters)
        .map(|i| match i {
            _ if i < digital => Outcome::Digital,
            _ if i < digital + held => Outcome::Held(held_reason(country, &mut chance)),
            _ => Outcome::Print(print_reason(country, &mut chance)),
        })
        .collect();
    let mut encloses: Vec<bool> = (0..letters).map(|i| i < enclosing).collect();
    chance.shuffle(&mut outcomes);
    chance.shuffle(&mut encloses);
    let addressees = addressees(
        &outcomes,
        &mut Chance::new(options.seed, 3, u64::from(number)),
    );
    let planned = outcomes.into_iter().zip(encloses).zip(addressees);
    planned
        .map(|((outcome, encloses), addressee)| Planned {
            outcome,
            encloses,
            addressee,
        })
        .collect()
}

/// Three recipients in a hundred have a second letter, a third of them also a third one.
fn addressees(outcomes: &[Outcome], chance: &mut Chance) -> Vec<Addressee> {
    let mut all = vec![Addressee::Alone; outcomes.len()];
    let (mut first, mut to_come) = (0, 0);
    for (place, outcome) in outcomes.iter().enumerate() {
        if *outcome != Outcome::Digital {
            continue;
        }
        if to_come == 0 && chance.happens(RECIPIENTS_OF_SEVERAL_PERMILLE) {
            first = place;
            to_come = if chance.happens(333) { 2 } else { 1 };
        } else if to_come > 0 && chance.happens(500) {
            all[first] = Addressee::First;
            all[place] = Addressee::Of(first as u32);
            to_come -= 1;
        }
    }
    all
}

/// How many of the first `letters` have a share of so many in a thousand, rounded.
fn quota(letters: u64, of_thousand: u64) -> u64 {
    (letters * of_thousand + 500) / 1000
}

fn print_reason(country: Country, chance: &mut Chance) -> PrintReason {
    match (country, chance.below(100)) {
        (Country::Sweden, 0..45) => PrintReason::NoMailbox,
        (Country::Sweden, 45..59) => PrintReason::OptedOut,
        (Country::Sweden, 59..64) => PrintReason::Pending,
        (Country::Denmark, 0..48) => PrintReason::Exempt,
        (Country::Denmark, 48..54) => PrintReason::Unconfirmed,
        (Country::Denmark, 54..60) => PrintReason::AwaitingRegistration,
        (Country::Denmark, 60..64) => PrintReason::Unknown,
        (_, 64..82) => PrintReason::NotInRegistry,
        (_, 82..90) => PrintReason::Wished,
        (_, 90..96) => PrintReason::NoIdentifier,
        _ => PrintReason::Abroad,
    }
}

fn held_reason(country: Country, chance: &mut Chance) -> HeldReason {
    let reasons = match country {
        Country::Sweden => 2,
        Country::Denmark => 3,
    };
    match chance.below(reasons) {
        0 => HeldReason::DigitalOnly,
        1 => HeldReason::LegalNotification,
        _ => HeldReason::Closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(options: &Options) -> (usize, usize, usize, usize) {
        let blocks = options.letters.div_ceil(BLOCK_LETTERS);
        let all: Vec<Planned> = (0..blocks).flat_map(|n| block(options, n)).collect();
        let of = |want: fn(&Planned) -> bool| all.iter().filter(|p| want(p)).count();
        (
            all.len(),
            of(|p| p.outcome == Outcome::Digital),
            of(|p| matches!(p.outcome, Outcome::Held(_))),
            of(|p| p.encloses),
        )
    }

    #[test]
    fn shares_are_exact_for_any_number_of_letters() {
        for (letters, digital, held, enclosing) in [
            (1, 1, 0, 0),
            (7, 6, 0, 1),
            (250, 200, 3, 50),
            (12_345, 9876, 123, 2469),
        ] {
            let options = Options {
                letters,
                held_permille: 10,
                ..Options::default()
            };
            assert_eq!(
                count(&options),
                (letters as usize, digital, held, enclosing)
            );
        }
    }

    #[test]
    fn all_or_nothing_can_be_asked_for() {
        for (percent, digital) in [(0, 0), (100, 333)] {
            let options = Options {
                letters: 333,
                digital_percent: percent,
                pdf_percent: percent,
                held_permille: 1000,
                ..Options::default()
            };
            assert_eq!(count(&options), (333, digital, 333 - digital, digital));
        }
    }

    #[test]
    fn some_recipients_have_two_or_three_letters_all_digital() {
        let options = Options {
            letters: 20_000,
            ..Options::default()
        };
        let mut of_several = [0; 2]; // Those with two, with three.
        for number in 0..200 {
            let block = block(&options, number);
            for (place, planned) in block.iter().enumerate() {
                let more = block
                    .iter()
                    .filter(|p| p.addressee == Addressee::Of(place as u32))
                    .count();
                assert_eq!(more > 0, planned.addressee == Addressee::First);
                if more > 0 {
                    assert_eq!(planned.outcome, Outcome::Digital);
                    of_several[more - 1] += 1;
                }
                if let Addressee::Of(first) = planned.addressee {
                    assert!(first < place as u32 && planned.outcome == Outcome::Digital);
                }
            }
        }
        let [two, three] = of_several;
        assert!((350..500).contains(&(two + three)), "{of_several:?}");
        assert!(two > three && three > 50, "{of_several:?}");
    }
}
