//! Running letters of an earlier batch again, in a batch of their own.
//!
//! In: the mailing of that batch, and which of its letters are meant. Out: what any run gives, over those letters alone.
//! What always holds: the ledger, under its lock, says which letters are still to be done, so that a letter that another
//! rerun has taken on is not taken twice; a message is made again only when its refusal is known, never when its outcome is
//! not. The message has the same id as the first one: who got both can tell that they are one.

use crate::ledger::Ledger;
use crate::letter::{Channel, LetterSeq};
use crate::receipt;
use crate::route::Redirect;

use super::Error;

/// What shall be run again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rerun {
    /// Name of the batch that had the letters.
    pub parent: String,
    /// Which of them.
    pub which: Which,
    /// Where to; by the rules if `None`.
    pub to: Option<Channel>,
    /// Also letters whose message was refused for a fault of its own.
    pub even_faulty: bool,
}

impl Rerun {
    /// For the ledger's history.
    pub fn why(&self) -> &'static str {
        match (self.which, self.to) {
            (Which::Undelivered, Some(Channel::Print)) => "undelivered letters, to print",
            (Which::Undelivered, Some(Channel::Digital)) => "undelivered letters, to digital",
            (Which::Undelivered, None) => "undelivered letters, by the rules",
            (Which::LeftOver, Some(Channel::Print)) => "held and rejected letters, to print",
            (Which::LeftOver, Some(Channel::Digital)) => "held and rejected letters, to digital",
            (Which::LeftOver, None) => "held and rejected letters, by the rules",
        }
    }
}

/// Which letters of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those whose message was refused: digital ones, and requests to print.
    Undelivered,
    /// Those that were held or rejected.
    LeftOver,
}

/// The letters of the file that a run works.
pub enum Chosen {
    /// All.
    All,
    /// Only some.
    Only {
        /// In ascending order.
        letters: Vec<u32>,
        /// Where they go, if not by the rules.
        redirect: Option<(Channel, Redirect)>,
        /// Letters that stay behind.
        behind: Behind,
    },
}

/// Letters that a rerun leaves to a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// Refused for a fault of the message.
    pub faulty: u64,
    /// With the id of an earlier letter of the file.
    pub doubles: u64,
}

impl Behind {
    /// How many and what to do about them, a sentence a kind.
    pub fn sentences(self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.faulty > 0 {
            sentences.push(format!(
                "{} letters were refused for a fault of their message and are left to a person; \
                 `lettermill receipts show` lists them, --even-faulty takes them too",
                self.faulty
            ));
        }
        if self.doubles > 0 {
            sentences.push(format!(
                "{} have the id of an earlier letter of the file and cannot go on as they are; give them ids of their own \
                 in `rejected/rejected.xml` of the batch and run that",
                self.doubles
            ));
        }
        sentences
    }
}

impl Chosen {
    /// All letters, or those that a rerun means and nobody has taken on yet.
    pub fn of(rerun: Option<&Rerun>, ledger: &Ledger<'_>) -> Result<Self, Error> {
        let Some(rerun) = rerun else {
            return Ok(Self::All);
        };
        let mut behind = Behind::default();
        let (mut letters, why) = match rerun.which {
            Which::Undelivered => {
                let all = ledger.undelivered(&rerun.parent)?;
                let count = all.len();
                let letters = match rerun.even_faulty {
                    true => all,
                    false => without_faulty(all, rerun, ledger)?,
                };
                behind.faulty = (count - letters.len()) as u64;
                (letters, Redirect::Undelivered)
            }
            Which::LeftOver => {
                behind.doubles = ledger.doubles(&rerun.parent)?;
                (ledger.left_over(&rerun.parent)?, Redirect::PersonDecided)
            }
        };
        if letters.is_empty() {
            return Err(Error::NothingToRerun {
                batch: rerun.parent.clone(),
                behind,
            });
        }
        letters.sort_unstable();
        Ok(Self::Only {
            letters,
            redirect: rerun.to.map(|to| (to, why)),
            behind,
        })
    }

    /// What an operator should know of the choice.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Self::All => Vec::new(),
            Self::Only { behind, .. } => behind.sentences(),
        }
    }

    /// Whether these are letters of an earlier batch.
    pub fn is_rerun(&self) -> bool {
        matches!(self, Self::Only { .. })
    }

    /// Whether a letter is among them.
    pub fn has(&self, letter: LetterSeq) -> bool {
        match self {
            Self::All => true,
            Self::Only { letters, .. } => letters.binary_search(&letter.0).is_ok(),
        }
    }

    /// Where the letters go, if not by the rules.
    pub fn redirect(&self) -> Option<(Channel, Redirect)> {
        match self {
            Self::All => None,
            Self::Only { redirect, .. } => *redirect,
        }
    }
}

fn without_faulty(
    letters: Vec<u32>,
    rerun: &Rerun,
    ledger: &Ledger<'_>,
) -> Result<Vec<u32>, Error> {
    let mut kept = Vec::with_capacity(letters.len());
    for letter in letters {
        // One of them is enough: which came first says nothing.
        let refusals = ledger.refusals(&rerun.parent, letter)?;
        let mut codes = refusals.iter();
        if !codes.any(|code| receipt::blames_the_message(code)) {
            kept.push(letter);
        }
    }
    Ok(kept)
}
