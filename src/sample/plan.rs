//! What shall become of each letter of a sample, fixed before its text is chosen, so that the books are known.
//!
//! Shares are kept exactly: of the first `n` letters, `n × percent / 100`, rounded, are digital at the end of every
//! block. Inside a block the order is shuffled.

use super::Options;
use super::chance::Chance;

/// Letters in a block; within it the shares are dealt out and shuffled.
pub const BLOCK_LETTERS: u32 = 100;

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
    /// The registry says: no mailbox.
    NoMailbox,
    /// A mailbox that does not accept this sender.
    OptedOut,
    /// A mailbox that is being opened.
    Pending,
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
}

/// What is fixed of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// How it ends.
    pub outcome: Outcome,
    /// It encloses a PDF.
    pub encloses: bool,
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
    let mut outcomes: Vec<Outcome> = (0..letters)
        .map(|i| match i {
            _ if i < digital => Outcome::Digital,
            _ if i < digital + held => Outcome::Held(held_reason(&mut chance)),
            _ => Outcome::Print(print_reason(&mut chance)),
        })
        .collect();
    let mut encloses: Vec<bool> = (0..letters).map(|i| i < enclosing).collect();
    chance.shuffle(&mut outcomes);
    chance.shuffle(&mut encloses);
    let pair = |(outcome, encloses)| Planned { outcome, encloses };
    outcomes.into_iter().zip(encloses).map(pair).collect()
}

/// How many of the first `letters` have a share of so many in a thousand, rounded.
fn quota(letters: u64, of_thousand: u64) -> u64 {
    (letters * of_thousand + 500) / 1000
}

fn print_reason(chance: &mut Chance) -> PrintReason {
    match chance.below(100) {
        0..45 => PrintReason::NoMailbox,
        45..59 => PrintReason::OptedOut,
        59..64 => PrintReason::Pending,
        64..82 => PrintReason::NotInRegistry,
        82..90 => PrintReason::Wished,
        90..96 => PrintReason::NoIdentifier,
        _ => PrintReason::Abroad,
    }
}

fn held_reason(chance: &mut Chance) -> HeldReason {
    match chance.below(2) {
        0 => HeldReason::DigitalOnly,
        _ => HeldReason::LegalNotification,
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
}
