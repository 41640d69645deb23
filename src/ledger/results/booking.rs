//! The lines of a file, booked piece by piece: two questions to the ledger for each, whatever the number of its lines.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::Connection;

use super::super::pieces::{self, Concluded, KnownLine, PieceState};
use super::super::{Error, State};
use super::lookups::{file_of, insert, name_of, not_in_state, state_of};
use super::{Booked, REMARKS_MAX, Remarked, ResultRemark, ResultRow, ResultsFile};
use crate::ledger::error::PIECES_NAMED_MAX;
use crate::letter::PieceResult;

/// Lines about one piece in a file; a piece has at most 999 sheets.
const LINES_A_PIECE_MAX: usize = 2_000;

/// A job that rows name.
struct Job {
    number: i64,
    /// The issue of the batch that was named.
    child: u8,
    is_sent: bool,
    /// The batch that it began with.
    name: String,
}

/// A file while it is booked.
pub(super) struct Booking<'b> {
    db: &'b Connection,
    file: &'b ResultsFile<'b>,
    now: &'b str,
    /// In `result_files`, once a result of it is booked.
    number: Option<i64>,
    jobs: HashMap<&'b str, Job>,
    missing: BTreeSet<(u64, u32)>,
    missing_total: u64,
    remarks: BTreeSet<ResultRemark>,
    /// What was booked so far.
    pub booked: Booked,
    /// By job, how many results were booked.
    pub by_job: BTreeMap<i64, u64>,
}

impl<'b> Booking<'b> {
    pub fn new(db: &'b Connection, file: &'b ResultsFile<'b>, now: &'b str) -> Result<Self, Error> {
        let before = file_of(db, &file.sha256)?;
        Ok(Self {
            db,
            file,
            now,
            number: before.map(|(number, _)| number),
            jobs: HashMap::new(),
            missing: BTreeSet::new(),
            missing_total: 0,
            remarks: BTreeSet::new(),
            booked: Booked {
                already: before.map(|(_, at)| at),
                ..Booked::default()
            },
            by_job: BTreeMap::new(),
        })
    }

    /// Books all rows, or says which are about what is not there.
    pub fn book(&mut self, rows: &'b [ResultRow<'b>]) -> Result<(), Error> {
        let mut order: Vec<(i64, u32, u32)> = Vec::with_capacity(rows.len());
        for (row, at) in rows.iter().zip(0..) {
            let job = self.job(row.batch)?;
            match (job.is_sent, row.rest) {
                (true, _) => order.push((job.number, row.result.piece, at)),
                (false, true) => {}
                (false, false) => {
                    let name = job.name.clone();
                    self.remark(&name, row.result, Remarked::NotSent);
                }
            }
        }
        order.sort_unstable();
        for of_piece in order.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let rows = of_piece
                .iter()
                .filter_map(|(.., at)| rows.get(*at as usize));
            let (rest, lines): (Vec<_>, Vec<_>) = rows.partition(|row| row.rest);
            self.piece(&lines, &rest)?;
        }
        self.booked.remarks = std::mem::take(&mut self.remarks).into_iter().collect();
        match self.missing_total {
            0 => Ok(()),
            total => Err(Error::NoSuchPieces {
                total,
                first: std::mem::take(&mut self.missing).into_iter().collect(),
            }),
        }
    }

    fn job(&mut self, batch: &'b str) -> Result<&Job, Error> {
        if !self.jobs.contains_key(batch) {
            let Some((number, child)) = pieces::job_of(self.db, batch)? else {
                return Err(not_in_state(batch, None));
            };
            let job = Job {
                number,
                child,
                is_sent: state_of(self.db, number)? == State::Sent,
                name: name_of(self.db, number)?,
            };
            if job.is_sent {
                self.by_job.insert(number, 0);
            }
            self.jobs.insert(batch, job);
        }
        self.jobs
            .get(batch)
            .ok_or_else(|| not_in_state(batch, None))
    }

    /// Books the lines about a piece, and if there are none what is said of all that no line names.
    fn piece(
        &mut self,
        lines: &[&'b ResultRow<'b>],
        rest: &[&'b ResultRow<'b>],
    ) -> Result<(), Error> {
        let Some(first) = lines.first().or(rest.first()) else {
            return Ok(());
        };
        let (piece, batch) = (first.result.piece, first.batch);
        let Some(&Job { number, child, .. }) = self.jobs.get(batch) else {
            return Ok(());
        };
        let name = self.job(batch)?.name.clone();
        if lines.len() > LINES_A_PIECE_MAX {
            return Err(Error::TooManyLines {
                piece,
                lines: lines.len() as u64,
                most: LINES_A_PIECE_MAX as u64,
            });
        }
        let mut known = pieces::known(self.db, number, piece)?;
        let mut by_issue: BTreeMap<u8, Vec<&PieceResult>> = BTreeMap::new();
        for row in lines.iter().chain(rest) {
            let issue = row.child.unwrap_or(child);
            let has = known.as_ref().is_some_and(|known| {
                let sheet = row.result.sheet;
                known.course.has(issue) && sheet.is_none_or(|sheet| known.course.has_sheet(sheet))
            });
            match has {
                true if row.rest => {}
                true => by_issue.entry(issue).or_default().push(row.result),
                false => self.miss(row.result),
            }
        }
        let Some(known) = &mut known else {
            return Ok(());
        };
        let mut new: Vec<(u8, &PieceResult)> = Vec::with_capacity(lines.len());
        for (&issue, of_issue) in &by_issue {
            let before: Vec<&KnownLine> = {
                let lines = known.lines.iter();
                lines.filter(|line| line.said.child == issue).collect()
            };
            let fresh = fresh(&before, of_issue, issue, self.number);
            self.booked.repeated += (of_issue.len() - fresh.len()) as u64;
            new.extend(fresh.into_iter().map(|line| (issue, line)));
        }
        new.sort_by_key(|(_, line)| line.line); // As the file has them, whatever issue they are about.
        for (issue, line) in new {
            let before = known.course.conclude();
            let said = pieces::said_by(issue, line);
            let heard = known.course.take(said);
            self.insert(number, issue, line)?;
            let after = known.course.conclude();
            if heard.older {
                self.remark(&name, line, Remarked::Older);
            }
            if heard.against_settled {
                self.remark(&name, line, Remarked::AgainstSettled);
            }
            for what in remarks(line, before, after) {
                self.remark(&name, line, what);
            }
        }
        for row in rest {
            let issue = row.child.unwrap_or(child);
            let waits = known.course.conclude().state == PieceState::Waiting;
            if lines.is_empty() && waits && !known.course.heard_of(issue) {
                known.course.take(pieces::said_by(issue, row.result));
                self.insert(number, issue, row.result)?;
                self.booked.rest += 1;
                let after = known.course.conclude();
                if after.under_way {
                    self.remark(&name, row.result, Remarked::ReprintUnderWay);
                }
            } else if lines.is_empty() {
                self.booked.rest_kept += 1;
            }
        }
        Ok(())
    }

    fn insert(&mut self, job: i64, issue: u8, line: &PieceResult) -> Result<(), Error> {
        let number = match self.number {
            Some(number) => number,
            None => *self.number.insert(self.file.insert(self.db, self.now)?),
        };
        insert(self.db, job, issue, line, Some(number), "", self.now)?;
        self.booked.booked += 1;
        *self.booked.statuses.entry(line.status).or_default() += 1;
        *self.by_job.entry(job).or_default() += 1;
        Ok(())
    }

    fn miss(&mut self, line: &PieceResult) {
        self.missing_total += 1;
        self.missing.insert((line.line, line.piece));
        if self.missing.len() > PIECES_NAMED_MAX {
            self.missing.pop_last();
        }
    }

    /// Keeps the first remarks, by line.
    fn remark(&mut self, batch: &str, line: &PieceResult, what: Remarked) {
        self.booked.remarks_total += 1;
        self.remarks.insert(ResultRemark {
            line: line.line,
            batch: batch.to_owned(),
            piece: line.piece,
            what,
        });
        if self.remarks.len() > REMARKS_MAX {
            self.remarks.pop_last();
        }
    }
}

/// The lines about an issue that say something new. Known before are those that stand at the same place of the same file;
/// the first ones, as far as the results booked last are the same in the same order (files of some plants grow through the
/// day, or say each day how things stand); and those whose time says that they are the same event.
fn fresh<'r>(
    before: &[&KnownLine],
    lines: &[&'r PieceResult],
    issue: u8,
    file: Option<i64>,
) -> Vec<&'r PieceResult> {
    let says = |known: &KnownLine, line: &PieceResult| {
        known.said == pieces::said_by(issue, line)
            && known.station.as_deref() == line.station.as_deref()
    };
    let mut before = before.to_vec();
    let mut lines = lines.to_vec();
    let place = |known: &KnownLine| (Some(known.file), u64::try_from(known.line).unwrap_or(0));
    lines.retain(|line| {
        let same = before
            .iter()
            .position(|known| place(known) == (file, line.line));
        same.map(|at| before.remove(at)).is_none()
    });
    let most = before.len().min(lines.len());
    let overlap = (1..=most).rev().find(|overlap| {
        let last = before.iter().skip(before.len() - overlap);
        last.zip(&lines).all(|(known, line)| says(known, line))
    });
    let overlap = overlap.unwrap_or(0);
    before.truncate(before.len() - overlap);
    lines.drain(..overlap);
    lines.retain(|line| {
        let same = before
            .iter()
            .position(|known| line.at.is_some() && says(known, line));
        same.map(|at| before.remove(at)).is_none()
    });
    lines
}

fn remarks(line: &PieceResult, before: Concluded, after: Concluded) -> Vec<Remarked> {
    let was_sent = matches!(before.state, PieceState::Sent(_));
    let is_sent = matches!(after.state, PieceState::Sent(_));
    let mut remarks = Vec::new();
    let went_out = after.went_out && line.status.is_sent() && was_sent;
    if went_out || after.went_out && !before.went_out {
        remarks.push(Remarked::WentOut);
    } else if after.twice && (!before.twice || line.status.is_sent() && was_sent) {
        remarks.push(Remarked::SentTwice);
    }
    if was_sent && !is_sent {
        remarks.push(Remarked::NoLongerSent);
    }
    if line.status.wants_two_persons() && line.signed.is_none() {
        remarks.push(Remarked::Unsigned);
    }
    if after.under_way && !before.under_way {
        remarks.push(Remarked::ReprintUnderWay);
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::{Handling, PlantTime};

    fn line(number: u64, status: Handling, at: Option<&str>) -> PieceResult {
        PieceResult {
            line: number,
            piece: 5,
            sheet: None,
            status,
            word: status.name().into(),
            at: at.map(|at| PlantTime::from_text(&format!("2026-11-26T{at}:00")).unwrap()),
            station: None,
            signed: None,
        }
    }

    /// How many of the lines are new, behind others of another file.
    fn new(before: &[(Handling, Option<&str>)], lines: &[(Handling, Option<&str>)]) -> usize {
        let known: Vec<KnownLine> = before
            .iter()
            .map(|(status, at)| KnownLine {
                said: pieces::said_by(0, &line(1, *status, *at)),
                station: None,
                file: 1,
                line: 1,
            })
            .collect();
        let known: Vec<&KnownLine> = known.iter().collect();
        let lines: Vec<PieceResult> = lines
            .iter()
            .map(|(status, at)| line(2, *status, *at))
            .collect();
        fresh(&known, &lines.iter().collect::<Vec<_>>(), 0, Some(2)).len()
    }

    #[test]
    fn what_was_said_last_is_known_and_what_was_said_before_that_is_news() {
        use Handling::{Damaged, Inserted};
        let (damaged, inserted) = ((Damaged, None), (Inserted, None));
        assert_eq!(new(&[damaged], &[damaged]), 0);
        assert_eq!(new(&[damaged, inserted], &[damaged]), 1);
        assert_eq!(new(&[inserted, damaged], &[inserted]), 1);
        // A file that has grown: what it says once more is known, the rest is not.
        assert_eq!(new(&[inserted], &[inserted, inserted]), 1);
        assert_eq!(new(&[inserted, inserted], &[inserted, inserted]), 0);
        assert_eq!(new(&[damaged, inserted], &[damaged, inserted, damaged]), 1);
        assert_eq!(
            new(&[damaged, inserted, damaged], &[damaged, inserted, damaged]),
            0
        );
        // An event of its own time is the same one for ever.
        let (ten, eleven) = ((Damaged, Some("10:00")), (Inserted, Some("11:00")));
        assert_eq!(new(&[ten, eleven], &[ten]), 0);
        assert_eq!(new(&[ten, eleven], &[(Damaged, Some("12:00"))]), 1);
    }

    #[test]
    fn a_line_of_the_same_file_is_known_whatever_came_behind_it() {
        let known = [Handling::Damaged, Handling::Inserted].map(|status| KnownLine {
            said: pieces::said_by(0, &line(2, status, None)),
            station: None,
            file: if status == Handling::Damaged { 7 } else { 8 },
            line: 2,
        });
        let known: Vec<&KnownLine> = known.iter().collect();
        let damaged = line(2, Handling::Damaged, None);
        assert!(fresh(&known, &[&damaged], 0, Some(7)).is_empty());
        assert_eq!(fresh(&known, &[&damaged], 0, Some(9)).len(), 1);
    }
}
