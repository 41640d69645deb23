//! Which letters a rerun may take on, and the guard that none goes out twice.

use rusqlite::{Connection, params};

use super::{Error, Ledger, Reader, tables};

/// States of a batch that keeps what it has taken on.
const KEEPS: &str = "('begun', 'ready', 'holding', 'sent', 'held', 'releasing')";

impl Ledger<'_> {
    /// As [`Reader::undelivered`], while nobody else can begin a batch.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn undelivered(&self, batch: &str) -> Result<Vec<u32>, Error> {
        undelivered(&self.db, batch)
    }

    /// The code of the last word about a digital letter; `None` if nothing came back.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn delivery_code(&self, batch: &str, seq: u32) -> Result<Option<String>, Error> {
        let Some(number) = tables::number(&self.db, batch)? else {
            return Ok(None);
        };
        let mut find = self
            .db
            .prepare_cached("SELECT code FROM deliveries WHERE batch = ?1 AND seq = ?2")?;
        let mut rows = find.query(params![number, seq])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    /// As [`Reader::left_over`], while nobody else can begin a batch.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn left_over(&self, batch: &str) -> Result<Vec<u32>, Error> {
        left_over(&self.db, batch)
    }
}

impl Reader {
    /// Digital letters of a batch whose delivery was refused, and that no rerun of it, or of a rerun, has taken on; in
    /// the order of the mailing. Never one whose outcome is unknown, or of which nothing came back. None if there is no
    /// such batch.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn undelivered(&self, batch: &str) -> Result<Vec<u32>, Error> {
        undelivered(self.db(), batch)
    }

    /// Held and rejected letters of a batch that no later batch of the mailing has taken on: by their place where the
    /// file is the same, by their id where the sender has made another one. In the order of the mailing.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn left_over(&self, batch: &str) -> Result<Vec<u32>, Error> {
        left_over(self.db(), batch)
    }
}

fn undelivered(db: &Connection, batch: &str) -> Result<Vec<u32>, Error> {
    let sql = format!(
        "WITH RECURSIVE children (batch) AS (
           SELECT batch FROM batches WHERE parent = ?1
           UNION SELECT b.batch FROM batches b JOIN children c ON b.parent = c.batch)
         SELECT d.seq FROM deliveries d JOIN letters l ON l.batch = d.batch AND l.seq = d.seq
         WHERE d.batch = ?1 AND d.state = 'refused' AND l.fate = 'digital'
           AND NOT EXISTS (SELECT 1 FROM children c JOIN batches b ON b.batch = c.batch
             JOIN letters t ON t.batch = c.batch AND t.seq = d.seq WHERE b.state IN {KEEPS})
         ORDER BY d.seq"
    );
    numbers(db, batch, &sql)
}

fn left_over(db: &Connection, batch: &str) -> Result<Vec<u32>, Error> {
    let sql = format!(
        "SELECT l.seq FROM batches p JOIN letters l ON l.batch = p.batch
         WHERE p.batch = ?1 AND l.fate IN ('held', 'rejected')
           AND NOT EXISTS (SELECT 1 FROM batches b CROSS JOIN letters t ON t.batch = b.batch
             WHERE b.mailing_id = p.mailing_id AND b.batch > p.batch AND b.state IN {KEEPS}
               AND b.source_sha256 = p.source_sha256 AND t.seq = l.seq)
           AND NOT EXISTS (SELECT 1 FROM batches b CROSS JOIN letters t ON t.batch = b.batch
             WHERE b.mailing_id = p.mailing_id AND b.batch > p.batch AND b.state IN {KEEPS}
               AND b.source_sha256 <> p.source_sha256 AND l.letter_id <> '' AND t.letter_id = l.letter_id)
         ORDER BY l.seq"
    );
    numbers(db, batch, &sql)
}

fn numbers(db: &Connection, batch: &str, sql: &str) -> Result<Vec<u32>, Error> {
    let Some(number) = tables::number(db, batch)? else {
        return Ok(Vec::new());
    };
    let mut find = db.prepare(sql)?;
    let rows = find.query_map([number], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Refuses a rerun that sends a letter which another batch over the same file sends too, unless its delivery was refused.
/// A run over a whole mailing has no parent, and nothing to refuse here.
pub(super) fn refuse_twice(db: &Connection, batch: i64, name: &str) -> Result<(), Error> {
    let found = db.query_row(
        &format!(
            "SELECT count(*), min(l.seq) FROM batches r JOIN letters l ON l.batch = r.batch
             WHERE r.batch = ?1 AND r.parent IS NOT NULL AND l.fate IN ('digital', 'print')
               AND EXISTS (SELECT 1 FROM batches b CROSS JOIN letters t ON t.batch = b.batch
                 WHERE b.mailing_id = r.mailing_id AND b.source_sha256 = r.source_sha256 AND b.batch <> r.batch
                   AND b.state IN {KEEPS} AND t.seq = l.seq AND t.fate IN ('digital', 'print')
                   AND NOT (t.fate = 'digital' AND EXISTS (SELECT 1 FROM deliveries d
                     WHERE d.batch = t.batch AND d.seq = t.seq AND d.state = 'refused')))"
        ),
        params![batch],
        |row| Ok((tables::count_at(row, 0)?, row.get::<_, Option<u32>>(1)?)),
    )?;
    match found {
        (letters, Some(seq)) => Err(Error::SentTwice {
            batch: name.to_owned(),
            letters,
            seq,
        }),
        (_, None) => Ok(()),
    }
}
