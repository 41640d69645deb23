//! What the ledger tells people about deliveries.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{Error, Reader, tables};
use crate::letter::Delivery;

/// Digital letters of a batch by the state of their delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Deliveries {
    /// Received, not yet at an end.
    pub underway: u64,
    /// A person must find out.
    pub unknown: u64,
    /// Did not arrive.
    pub refused: u64,
    /// Arrived.
    pub delivered: u64,
}

impl Deliveries {
    /// Letters that anything came back about.
    pub fn known(&self) -> u64 {
        self.underway + self.unknown + self.refused + self.delivered
    }
}

/// The state of a letter's delivery.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DeliveryState {
    /// What follows from all receipts.
    pub state: Delivery,
    /// The word of the receipt that decides.
    pub code: String,
    /// When it was so; if the channel does not say, when it was imported.
    pub since: Timestamp,
}

/// One remark about a letter's message.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ReceiptOfLetter {
    /// What it says.
    pub outcome: Delivery,
    /// The channel's word for it.
    pub code: String,
    /// An excerpt of its text.
    pub text: String,
    /// The channel's number for the transfer.
    pub transaction: Option<String>,
    /// When it was so.
    pub at: Option<Timestamp>,
    /// When it was first imported.
    pub imported_at: Timestamp,
    /// Name of the file that it came in.
    pub source: String,
    /// Whether it is about the letter's notice, not about its message.
    pub notice: bool,
}

/// A letter, and what is known of its delivery.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DeliveryOfLetter {
    /// Place in the mailing, from zero.
    pub seq: u32,
    /// The sender's business key.
    pub letter_id: String,
    /// Mailbox operator or infrastructure.
    pub target: String,
    /// Id of its message.
    pub message_id: Option<String>,
    /// How far it came.
    #[serde(flatten)]
    pub delivery: DeliveryState,
    /// Whether receipts say both refused and delivered.
    pub contradiction: bool,
    /// The newest rerun that has taken the letter on.
    pub taken_on: Option<String>,
}

impl Reader {
    /// What came back about requests to print, which are no digital letters and not among the counts of a batch.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn on_paper(&self, batch: &str) -> Result<Deliveries, Error> {
        let mut came = Deliveries::default();
        let Some(number) = tables::number(self.db(), batch)? else {
            return Ok(came);
        };
        let digital =
            "SELECT underway + unknown + refused + delivered FROM batches WHERE batch = ?1";
        let digital: i64 = self.db().query_row(digital, [number], |row| row.get(0))?;
        let all = "SELECT count(*) FROM deliveries WHERE batch = ?1";
        let all: i64 = self.db().query_row(all, [number], |row| row.get(0))?;
        if all == digital {
            return Ok(came);
        }
        let mut find = self.db().prepare(
            "SELECT d.state, count(*) FROM deliveries d CROSS JOIN letters l ON l.batch = d.batch AND l.seq = d.seq
             WHERE d.batch = ?1 AND l.fate <> 'digital' GROUP BY d.state",
        )?;
        let mut rows = find.query([number])?;
        while let Some(row) = rows.next()? {
            *match tables::delivery_at(row, 0)? {
                Delivery::Underway => &mut came.underway,
                Delivery::Unknown => &mut came.unknown,
                Delivery::Refused => &mut came.refused,
                Delivery::Delivered => &mut came.delivered,
            } = tables::count_at(row, 1)?;
        }
        Ok(came)
    }

    /// Letters of a batch that are refused or unknown, or whose receipts contradict each other; in the order of the
    /// mailing, at most `letters_max`.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn not_delivered(
        &self,
        batch: &str,
        letters_max: usize,
    ) -> Result<Vec<DeliveryOfLetter>, Error> {
        let Some(number) = tables::number(self.db(), batch)? else {
            return Ok(Vec::new());
        };
        let mut find = self.db().prepare(
            "WITH RECURSIVE children (batch) AS (
               SELECT batch FROM batches WHERE parent = ?1
               UNION SELECT b.batch FROM batches b JOIN children c ON b.parent = c.batch),
             torn (seq) AS (
               SELECT seq FROM receipts WHERE batch = ?1 AND outcome IN ('refused', 'delivered') AND about = 'letter'
               GROUP BY seq HAVING count(DISTINCT outcome) = 2)
             SELECT l.seq, l.letter_id, l.target, l.message_id, d.state, d.code, d.since, l.seq IN torn,
               (SELECT b.name FROM children c JOIN batches b ON b.batch = c.batch
                JOIN letters t ON t.batch = c.batch AND t.seq = l.seq
                WHERE b.state NOT IN ('abandoned', 'withdrawn', 'withdrawing') ORDER BY b.batch DESC LIMIT 1)
             FROM deliveries d JOIN letters l ON l.batch = d.batch AND l.seq = d.seq
             WHERE d.batch = ?1 AND (d.state IN ('refused', 'unknown') OR l.seq IN torn)
             ORDER BY d.seq LIMIT ?2",
        )?;
        let letters_max = i64::try_from(letters_max).unwrap_or(i64::MAX);
        let rows = find.query_map(params![number, letters_max], |row| {
            Ok(DeliveryOfLetter {
                seq: row.get(0)?,
                letter_id: row.get(1)?,
                target: row.get(2)?,
                message_id: row.get(3)?,
                delivery: DeliveryState {
                    state: tables::delivery_at(row, 4)?,
                    code: row.get(5)?,
                    since: tables::time_at(row, 6)?,
                },
                contradiction: row.get(7)?,
                taken_on: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// What came back about a letter of a batch, in the order it was imported.
pub(super) fn receipts_of(
    db: &Connection,
    batch: i64,
    seq: u32,
) -> Result<Vec<ReceiptOfLetter>, Error> {
    let mut find = db.prepare_cached(
        "SELECT outcome, code, text, transaction_id, at, imported_at, source, about = 'notice' FROM receipts
         WHERE batch = ?1 AND seq = ?2 ORDER BY receipt",
    )?;
    let rows = find.query_map(params![batch, seq], receipt_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn receipt_row(row: &Row<'_>) -> rusqlite::Result<ReceiptOfLetter> {
    let at = match row.get_ref(4)? {
        rusqlite::types::ValueRef::Null => None,
        _ => Some(tables::time_at(row, 4)?),
    };
    Ok(ReceiptOfLetter {
        outcome: tables::delivery_at(row, 0)?,
        code: row.get(1)?,
        text: row.get(2)?,
        transaction: row.get(3)?,
        at,
        imported_at: tables::time_at(row, 5)?,
        source: row.get(6)?,
        notice: row.get(7)?,
    })
}
