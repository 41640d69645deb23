//! Which letters a rerun may take on, and the guard that none goes out twice.

use rusqlite::{Connection, params};

use super::{Error, Ledger, Reader, tables};

/// States of a batch that keeps what it has taken on.
const KEEPS: &str = "('begun', 'ready', 'holding', 'sent', 'held', 'releasing')";
/// Whether an earlier letter of the file has the id of letter `l` of batch `p`.
const IS_DOUBLE: &str = "EXISTS (SELECT 1 FROM batches f CROSS JOIN letters e ON e.batch = f.batch
  WHERE f.mailing_id = p.mailing_id AND f.source_sha256 = p.source_sha256 AND e.letter_id = l.letter_id AND e.seq < l.seq)";
/// Letters named in an error.
const NAMED_MAX: usize = 20;

impl Ledger<'_> {
    /// As [`Reader::undelivered`], while nobody else can begin a batch.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn undelivered(&self, batch: &str) -> Result<Vec<u32>, Error> {
        undelivered(&self.db, batch)
    }

    /// The codes of all that refused a letter's message.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn refusals(&self, batch: &str, seq: u32) -> Result<Vec<String>, Error> {
        let Some(number) = tables::number(&self.db, batch)? else {
            return Ok(Vec::new());
        };
        let mut find = self.db.prepare_cached(
            "SELECT DISTINCT code FROM receipts
             WHERE batch = ?1 AND seq = ?2 AND outcome = 'refused' AND about = 'letter' ORDER BY code",
        )?;
        let rows = find.query_map(params![number, seq], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// As [`Reader::left_over`], while nobody else can begin a batch.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn left_over(&self, batch: &str) -> Result<Vec<u32>, Error> {
        left_over(&self.db, batch)
    }

    /// Held and rejected letters of a batch that [`Ledger::left_over`] never gives: an earlier letter of the same file has
    /// their id, and its message would be theirs.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn doubles(&self, batch: &str) -> Result<u64, Error> {
        let Some(number) = tables::number(&self.db, batch)? else {
            return Ok(0);
        };
        let sql = format!(
            "SELECT count(*) FROM batches p JOIN letters l ON l.batch = p.batch
             WHERE p.batch = ?1 AND l.fate IN ('held', 'rejected') AND {IS_DOUBLE}"
        );
        let count = |row: &rusqlite::Row<'_>| tables::count_at(row, 0);
        Ok(self.db.query_row(&sql, [number], count)?)
    }
}

impl Reader {
    /// Letters of a batch whose message (digital, or a request to print) was refused, and that no rerun of it, or of a
    /// rerun, has taken on; in the order of the mailing. Never one whose outcome is unknown, or of which nothing came
    /// back. None if there is no such batch.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn undelivered(&self, batch: &str) -> Result<Vec<u32>, Error> {
        undelivered(self.db(), batch)
    }

    /// Held and rejected letters of a batch that no later batch of the mailing has taken on: by their place where the
    /// file is the same, by their id where the sender has made another one and the id could be read. In the order of the
    /// mailing. Never one that has the id of an earlier letter of the file.
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
         WHERE d.batch = ?1 AND d.state = 'refused' AND l.message_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM children c JOIN batches b ON b.batch = c.batch
             JOIN letters t ON t.batch = c.batch AND t.seq = d.seq WHERE b.state IN {KEEPS})
         ORDER BY d.seq"
    );
    numbers(db, batch, &sql)
}

fn left_over(db: &Connection, batch: &str) -> Result<Vec<u32>, Error> {
    let sql = format!(
        "SELECT l.seq FROM batches p JOIN letters l ON l.batch = p.batch
         WHERE p.batch = ?1 AND l.fate IN ('held', 'rejected') AND NOT {IS_DOUBLE}
           AND NOT EXISTS (SELECT 1 FROM batches b CROSS JOIN letters t ON t.batch = b.batch
             WHERE b.mailing_id = p.mailing_id AND b.batch > p.batch AND b.state IN {KEEPS}
               AND b.source_sha256 = p.source_sha256 AND t.seq = l.seq)
           AND NOT EXISTS (SELECT 1 FROM batches b CROSS JOIN letters t ON t.batch = b.batch
             WHERE b.mailing_id = p.mailing_id AND b.batch > p.batch AND b.state IN {KEEPS}
               AND b.source_sha256 <> p.source_sha256 AND l.letter_id NOT GLOB 'line-[0-9]*' AND t.letter_id = l.letter_id)
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

/// Refuses a rerun with a letter that another batch of the mailing sends too, unless its message was refused, or that has
/// the id of another letter of the file that was sent. A run over a whole mailing has nothing to refuse here, and a reprint
/// prints what was sent.
pub(super) fn refuse_twice(
    db: &Connection,
    batch: i64,
    name: &str,
    held: bool,
) -> Result<(), Error> {
    // `CROSS JOIN` keeps the order: for each batch of the mailing one look into the index over ids, or at the place.
    let sent = format!(
        "SELECT 1 FROM batches b CROSS JOIN letters t ON t.batch = b.batch
         WHERE b.mailing_id = r.mailing_id AND b.state IN {KEEPS} AND (b.batch <> r.batch OR t.seq <> l.seq)
           AND t.fate IN ('digital', 'print')
           AND (b.source_sha256 = r.source_sha256 AND t.seq <> l.seq OR NOT (t.message_id IS NOT NULL AND EXISTS (
             SELECT 1 FROM deliveries d WHERE d.batch = t.batch AND d.seq = t.seq AND d.state = 'refused')))"
    );
    let mut find = db.prepare(&format!(
        "SELECT l.letter_id FROM batches r JOIN letters l ON l.batch = r.batch
         WHERE r.batch = ?1 AND r.kind = 'rerun' AND l.fate IN ('digital', 'print')
           AND (EXISTS ({sent} AND t.letter_id = l.letter_id)
             OR EXISTS ({sent} AND b.source_sha256 = r.source_sha256 AND t.seq = l.seq))
         ORDER BY l.seq"
    ))?;
    let mut rows = find.query([batch])?;
    let (mut letters, mut letter_ids) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        letters += 1;
        if letter_ids.len() < NAMED_MAX {
            letter_ids.push(row.get(0)?);
        }
    }
    match letters {
        0 => Ok(()),
        _ => Err(Error::SentTwice {
            batch: name.to_owned(),
            letters,
            letter_ids,
            held,
        }),
    }
}
