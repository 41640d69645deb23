//! The rules by which a piece stands as it does: its issues, and what was said of them in the order in which it was booked.
//!
//! 1. An issue is as its last result says. The last is the one booked last; where two have times of one kind, the later one.
//!    Results of single sheets count for those: the issue is as bad as the worst of them, and `unknown` while one is sent
//!    and of another nothing was said.
//! 2. A piece is sent if an issue of it is inserted, or hand-made or withdrawn by two persons.
//! 3. Else it is as its newest issue is: *spoilt*, *aside* for a person, or *waiting*, of which nothing came back.
//! 4. What two persons settled of a piece is the last word about that issue and all older ones, until they settle it again.
//! 5. It was perhaps sent *twice* if two issues of it went into envelopes, or one that was in its envelope went in once more.
//! 6. A withdrawn piece *went out* if a line says that it went into an envelope after that.
//! 7. It is *under way* once more if it is sent, and of a newer issue nothing came back.

use std::collections::BTreeMap;

use super::PieceState;
use crate::letter::{Handling, PlantTime};

/// One result of an issue, as the rules want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Said {
    pub child: u8,
    pub sheet: Option<u16>,
    pub status: Handling,
    pub at: Option<PlantTime>,
    pub signed: bool,
    /// Two persons said so to the ledger, no file.
    pub settled: bool,
}

impl Said {
    fn is_sent(&self) -> bool {
        self.status.is_sent() && (self.signed || !self.status.wants_two_persons())
    }

    fn is_in_envelope(&self) -> bool {
        self.is_sent() && self.status != Handling::Withdrawn
    }

    fn is_before(&self, other: &Self) -> bool {
        let both = self.at.zip(other.at);
        both.is_some_and(|(at, other)| at.is_before(other))
    }

    /// From good to bad.
    fn badness(&self) -> u8 {
        match self.status {
            _ if self.is_sent() => 0,
            status if status.is_spoilt() => 2,
            _ => 1,
        }
    }
}

/// What a result did that a person should know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ledger) struct Heard {
    /// It is older than what it contradicts.
    pub older: bool,
    /// It contradicts what persons settled.
    pub against_settled: bool,
}

/// How an issue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Sent(Handling),
    Open(Handling),
}

#[derive(Debug, Default)]
struct Issue {
    whole: Option<Said>,
    sheets: BTreeMap<u16, Said>,
}

impl Issue {
    fn of_sheet(&self, sheet: u16) -> Option<&Said> {
        self.sheets.get(&sheet).or(self.whole.as_ref())
    }

    /// The worst that was said last of any sheet.
    fn word(&self, sheets: u16) -> Option<Word> {
        let (worst, complete) = match self.sheets.is_empty() {
            true => (self.whole.as_ref(), true),
            false => {
                let heard = || (1..=sheets).filter_map(|sheet| self.of_sheet(sheet));
                let worst = heard().max_by_key(|said| said.badness());
                (worst, heard().count() == usize::from(sheets))
            }
        };
        worst.map(|said| match said.is_sent() {
            true if complete => Word::Sent(said.status),
            true => Word::Open(Handling::Unknown),
            false => Word::Open(said.status),
        })
    }

    /// What was said last of what a result is about, if that was one thing.
    fn last(&self, about: &Said, sheets: u16) -> Option<Said> {
        match (about.sheet, self.word(sheets)) {
            (Some(sheet), _) => self.of_sheet(sheet).copied(),
            (None, Some(Word::Open(Handling::Unknown))) => self.whole,
            (None, _) => {
                let of_sheets = self.sheets.values().max_by_key(|said| said.badness());
                of_sheets.or(self.whole.as_ref()).copied()
            }
        }
    }

    fn take(&mut self, said: Said) {
        let newer = |old: &Said| !said.is_before(old);
        match said.sheet {
            Some(sheet) => {
                if self.of_sheet(sheet).is_none_or(newer) {
                    self.sheets.insert(sheet, said);
                }
            }
            None => {
                self.sheets.retain(|_, old| !newer(old));
                if self.whole.as_ref().is_none_or(newer) {
                    self.whole = Some(said);
                }
            }
        }
    }
}

/// A piece, and what was said of it so far.
#[derive(Debug)]
pub(in crate::ledger) struct Course {
    sheets: u16,
    /// In order, the first is 0.
    issues: Vec<u8>,
    heard: BTreeMap<u8, Issue>,
    settled: Option<(u8, Handling)>,
    twice: bool,
    went_out: bool,
}

/// A piece, concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Concluded {
    /// The newest issue.
    pub child: u8,
    pub state: PieceState,
    pub twice: bool,
    pub went_out: bool,
    pub under_way: bool,
    /// The last word is that of two persons.
    pub settled: bool,
}

impl Course {
    pub fn new(sheets: u16, mut issues: Vec<u8>) -> Self {
        issues.push(0);
        issues.sort_unstable();
        issues.dedup();
        Self {
            sheets,
            issues,
            heard: BTreeMap::new(),
            settled: None,
            twice: false,
            went_out: false,
        }
    }

    pub fn has(&self, issue: u8) -> bool {
        self.issues.contains(&issue)
    }

    pub fn has_sheet(&self, sheet: u16) -> bool {
        (1..=self.sheets).contains(&sheet)
    }

    /// Whether anything was said of an issue, or settled about it.
    pub fn heard_of(&self, issue: u8) -> bool {
        self.heard.contains_key(&issue) || self.settled.is_some_and(|(of, _)| issue <= of)
    }

    /// The newest issue that anything was said of; the first if nothing was.
    pub fn heard_last(&self) -> u8 {
        let heard = self.issues.iter().rfind(|issue| self.heard_of(**issue));
        heard.copied().unwrap_or(0)
    }

    fn newest(&self) -> u8 {
        self.issues.last().copied().unwrap_or(0)
    }

    pub fn take(&mut self, said: Said) -> Heard {
        if said.settled {
            self.settle(said);
            return Heard::default();
        }
        if let Some((issue, settled)) = self.settled
            && said.child <= issue
        {
            return self.take_behind_settled(&said, settled);
        }
        let issue = self.heard.entry(said.child).or_default();
        let last = issue.last(&said, self.sheets);
        if said.is_in_envelope() {
            match last {
                Some(last) if last.is_in_envelope() => self.twice = true,
                Some(last) if last.is_sent() => self.went_out = true,
                _ => {}
            }
        }
        issue.take(said);
        Heard {
            older: last.is_some_and(|last| said.is_before(&last) && said.status != last.status),
            ..Heard::default()
        }
    }

    /// The last word about a piece; only about a reprint that is under way while the piece is sent already, it is about that.
    fn settle(&mut self, said: Said) {
        let before = self.conclude();
        if before.under_way && !self.heard_of(said.child) && !said.is_in_envelope() {
            self.heard.entry(said.child).or_default().take(said);
        } else {
            self.settled = Some((said.child, said.status));
        }
    }

    fn take_behind_settled(&mut self, said: &Said, settled: Handling) -> Heard {
        if said.is_in_envelope() {
            match settled {
                Handling::Withdrawn => self.went_out = true,
                settled if settled.is_sent() => self.twice = true,
                _ => {}
            }
        }
        Heard {
            against_settled: said.is_sent() != settled.is_sent(),
            ..Heard::default()
        }
    }

    pub fn conclude(&self) -> Concluded {
        let newest = self.newest();
        let mut words: Vec<(u8, Option<Word>)> = Vec::with_capacity(self.issues.len());
        if let Some((issue, status)) = self.settled {
            let word = match status.is_sent() {
                true => Word::Sent(status),
                false => Word::Open(status),
            };
            words.push((issue, Some(word)));
        }
        let settled = self.settled.map(|(issue, _)| issue);
        for &issue in self.issues.iter().filter(|issue| Some(**issue) > settled) {
            let heard = self.heard.get(&issue);
            words.push((issue, heard.and_then(|heard| heard.word(self.sheets))));
        }
        let sent = |word: &(u8, Option<Word>)| match word.1 {
            Some(Word::Sent(status)) => Some((word.0, status)),
            _ => None,
        };
        let in_envelope = |sent: &(u8, Handling)| sent.1 != Handling::Withdrawn;
        let all_sent: Vec<(u8, Handling)> = words.iter().filter_map(sent).collect();
        let last_sent = all_sent
            .iter()
            .rfind(|sent| in_envelope(sent))
            .or(all_sent.last());
        let withdrawn = all_sent.iter().position(|sent| !in_envelope(sent));
        let went_out = withdrawn.is_some_and(|at| all_sent.iter().skip(at).any(in_envelope));
        let state = match (last_sent, words.last()) {
            (Some((_, status)), _) => PieceState::Sent(*status),
            (None, Some((_, Some(Word::Open(status))))) if status.is_spoilt() => {
                PieceState::Spoilt(*status)
            }
            (None, Some((_, Some(Word::Open(status))))) => PieceState::Aside(*status),
            (None, _) => PieceState::Waiting,
        };
        let silent = |sent: u8| {
            words
                .iter()
                .any(|(issue, word)| *issue > sent && word.is_none())
        };
        Concluded {
            child: newest,
            state,
            twice: self.twice || all_sent.iter().filter(|sent| in_envelope(sent)).count() > 1,
            went_out: self.went_out || went_out,
            under_way: last_sent.is_some_and(|(issue, _)| silent(*issue)),
            settled: settled.is_some_and(|issue| self.heard.keys().all(|of| *of <= issue)),
        }
    }
}

#[cfg(test)]
mod tests;
