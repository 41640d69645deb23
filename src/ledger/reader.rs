//! What the ledger tells people: batches, and the history of a letter.

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::error::{Error, at};
use super::home::Home;
use super::{Deliveries, DeliveryState, Mailing, ReceiptOfLetter, Sent, SentBefore, State, Totals};
use super::{begin, deliveries, number, tables};
use crate::disk::Sha256;

/// The ledger, open for reading. A run may write to it meanwhile.
pub struct Reader {
    db: Connection,
}

/// One batch.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BatchRow {
    /// Its name.
    pub name: String,
    /// The mailing's id.
    pub mailing_id: String,
    /// Where it stands.
    pub state: State,
    /// The date written into outputs, `YYYY-MM-DD`.
    pub date: String,
    /// `test` or `production`.
    pub environment: String,
    /// Organisation number of the sender.
    pub sender_organisation: String,
    /// Digest of the mailing file.
    #[serde(serialize_with = "hex")]
    pub source_sha256: Sha256,
    /// Size of the mailing file.
    pub source_bytes: u64,
    /// `None` before it was ready.
    #[serde(flatten)]
    pub totals: Option<Totals>,
    /// What came back about its digital letters.
    pub deliveries: Deliveries,
    /// `run`, `rerun` or `reprint`.
    pub kind: String,
    /// The batch that it is a rerun of.
    pub parent: Option<String>,
    /// The number of its print job; a reprint has that of its parent.
    #[serde(skip)]
    pub print_job: u32,
    /// Where the mailing file lay; empty if it is not known.
    pub source_path: String,
    /// Why it was held back, withdrawn or abandoned; else empty.
    pub reason: String,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// Since when it has been in its state.
    pub state_at: Timestamp,
}

/// One line of a batch's history.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What: the state entered.
    pub what: String,
    /// Why, if anybody said so.
    pub note: String,
}

/// One file of a batch.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FileRow {
    /// Relative to the batch's folder.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Digest.
    #[serde(serialize_with = "hex")]
    pub sha256: Sha256,
}

/// How many letters of a batch ended for one reason.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ReasonCount {
    /// The fate's name.
    pub fate: String,
    /// The reason's name.
    pub reason: String,
    /// Letters.
    pub letters: u64,
}

/// What one batch did with a letter.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct History {
    /// The batch.
    pub batch: String,
    /// Where the batch stands.
    pub state: State,
    /// Since when.
    pub at: Timestamp,
    /// Place in the mailing, from zero.
    pub seq: u32,
    /// The fate's name.
    pub fate: String,
    /// The reason's name.
    pub reason: String,
    /// Mailbox operator or print class.
    pub target: String,
    /// Id of the digital message.
    pub message_id: Option<String>,
    /// Id of the delivery that carries the message, where that is another.
    pub carried_by: Option<String>,
    /// How far the message came, if anything came back.
    pub delivery: Option<DeliveryState>,
    /// What came back about it.
    pub receipts: Vec<ReceiptOfLetter>,
    /// Where it lies in the spool.
    pub piece: Option<PieceOfLetter>,
    /// The steps that led there.
    pub path: String,
}

/// Where a letter lies in the spool.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PieceOfLetter {
    /// Number of the piece, as its marks say.
    pub piece: u32,
    /// `<class>/<part>`.
    pub part: String,
    /// Sheets of paper.
    pub sheets: u32,
    /// In milligrams.
    pub weight_mg: u64,
}

const BATCH_COLUMNS: &str =
    "name, mailing_id, state, date, environment, sender_organisation, source_sha256,
    source_bytes, letters, digital, print, held, rejected, reason, begun_at, state_at, underway, unknown, refused,
    delivered, kind, source_path, (SELECT p.name FROM batches p WHERE p.batch = batches.parent), print_job";

impl Reader {
    pub(super) fn open(home: &Home) -> Result<Self, Error> {
        let path = home.database();
        match std::fs::metadata(&path) {
            Ok(facts) if facts.is_file() => {}
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(at(&path)(error)); // No right to look, say: that is other news than an empty home.
            }
            Ok(_) | Err(_) => return Err(Error::NoLedger(home.path().to_path_buf())),
        }
        Ok(Self {
            db: tables::open_for_reading(&path)?,
        })
    }

    /// Whether any batch of this mailing was begun and not given up.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn knows(&self, mailing_id: &str) -> Result<bool, Error> {
        let sql =
            "SELECT EXISTS (SELECT 1 FROM batches WHERE mailing_id = ?1 AND state <> 'abandoned')";
        Ok(self.db.query_row(sql, [mailing_id], |row| row.get(0))?)
    }

    /// Says what [`Ledger::begin`](super::Ledger::begin) would of a file, or of letters, that were sent or are held.
    ///
    /// # Errors
    /// [`Error::AlreadySent`], [`Error::SameLetters`]; anything that SQLite says.
    pub fn refuse_sent(&self, mailing: &Mailing<'_>) -> Result<(), Error> {
        begin::refuse_sent(&self.db, mailing).map(drop)
    }

    /// As [`Batch::sent_before`](super::Batch::sent_before), beside a run that is writing; that batch says what counts as
    /// sent.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn sent_before(
        &self,
        mailing_id: &str,
        letter_ids: &[&str],
        sent: Sent,
    ) -> Result<Vec<Option<SentBefore>>, Error> {
        tables::sent_before(&self.db, mailing_id, letter_ids, sent)
    }

    /// All batches, in the order they were begun, abandoned ones too.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn batches(&self) -> Result<Vec<BatchRow>, Error> {
        let sql = format!("SELECT {BATCH_COLUMNS} FROM batches ORDER BY batch");
        let mut find = self.db.prepare(&sql)?;
        let rows = find.query_map([], batch_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The batch of this name; an abandoned one only if nothing took its place.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn batch(&self, name: &str) -> Result<Option<BatchRow>, Error> {
        let sql = format!("SELECT {BATCH_COLUMNS} FROM batches WHERE batch = ?1");
        let Some(number) = tables::number(&self.db, name)? else {
            return Ok(None);
        };
        Ok(Some(self.db.query_row(&sql, [number], batch_row)?))
    }

    /// The history of a batch.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn events(&self, name: &str) -> Result<Vec<Event>, Error> {
        self.rows_of(
            name,
            "SELECT at, what, note FROM events WHERE batch = ?1 ORDER BY event",
            |row| {
                Ok(Event {
                    at: tables::time_at(row, 0)?,
                    what: row.get(1)?,
                    note: row.get(2)?,
                })
            },
        )
    }

    /// The files of a batch, in the order of their paths; none before it was ready.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn files(&self, name: &str) -> Result<Vec<FileRow>, Error> {
        self.rows_of(
            name,
            "SELECT path, size, sha256 FROM files WHERE batch = ?1 ORDER BY path",
            |row| {
                Ok(FileRow {
                    path: row.get(0)?,
                    size: tables::count_at(row, 1)?,
                    sha256: row.get(2)?,
                })
            },
        )
    }

    /// How many letters of a batch ended for which reason.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn reasons(&self, name: &str) -> Result<Vec<ReasonCount>, Error> {
        self.rows_of(
            name,
            "SELECT fate, reason, count(*) FROM letters WHERE batch = ?1 GROUP BY fate, reason ORDER BY fate, reason",
            |row| {
                Ok(ReasonCount {
                    fate: row.get(0)?,
                    reason: row.get(1)?,
                    letters: tables::count_at(row, 2)?,
                })
            },
        )
    }

    /// What became of a letter, in every batch that has it, the oldest first.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn letter(&self, letter_id: &str) -> Result<Vec<History>, Error> {
        // `CROSS JOIN` keeps the order: for each batch one look into the index (batch, letter_id).
        let mut find = self.db.prepare(
            "SELECT b.name, b.state, b.state_at, l.seq, l.fate, l.reason, l.target, l.message_id, l.path,
                    p.piece, p.part, p.sheets, p.weight_mg, l.delivery, d.state, d.code, d.since, b.batch
             FROM batches b CROSS JOIN letters l ON l.batch = b.batch
             LEFT JOIN pieces p ON p.batch = l.batch AND p.piece = coalesce(
               (SELECT piece FROM pieces f WHERE f.batch = l.batch AND f.seq = l.seq),
               (SELECT piece FROM shared s WHERE s.batch = l.batch AND s.seq = l.seq))
             LEFT JOIN deliveries d ON d.batch = l.batch AND d.seq = l.seq
             WHERE l.letter_id = ?1 ORDER BY b.batch, l.seq",
        )?;
        let rows = find.query_map([letter_id], |row| Ok((history_row(row)?, row.get(17)?)))?;
        rows.map(|row| {
            let (mut history, batch) = row?;
            history.receipts = deliveries::receipts_of(&self.db, batch, history.seq)?;
            Ok(history)
        })
        .collect()
    }

    pub(super) fn db(&self) -> &Connection {
        &self.db
    }

    fn rows_of<T>(
        &self,
        name: &str,
        sql: &str,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let Some(number) = tables::number(&self.db, name)? else {
            return Ok(Vec::new());
        };
        let mut find = self.db.prepare(sql)?;
        let rows = find.query_map([number], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn batch_row(row: &Row<'_>) -> rusqlite::Result<BatchRow> {
    let totals = match row.get::<_, Option<i64>>(8)? {
        None => None,
        Some(_) => Some(Totals {
            letters: tables::count_at(row, 8)?,
            digital: tables::count_at(row, 9)?,
            print: tables::count_at(row, 10)?,
            held: tables::count_at(row, 11)?,
            rejected: tables::count_at(row, 12)?,
        }),
    };
    let (name, kind, parent): (String, String, Option<String>) =
        (row.get(0)?, row.get(20)?, row.get(22)?);
    let first = parent.as_ref().filter(|_| kind == "reprint");
    Ok(BatchRow {
        print_job: number::of_batch(row.get(23)?, first.unwrap_or(&name)),
        name,
        mailing_id: row.get(1)?,
        state: tables::state_at(row, 2)?,
        date: row.get(3)?,
        environment: row.get(4)?,
        sender_organisation: row.get(5)?,
        source_sha256: row.get(6)?,
        source_bytes: tables::count_at(row, 7)?,
        totals,
        deliveries: Deliveries {
            underway: tables::count_at(row, 16)?,
            unknown: tables::count_at(row, 17)?,
            refused: tables::count_at(row, 18)?,
            delivered: tables::count_at(row, 19)?,
        },
        kind,
        parent,
        source_path: row.get(21)?,
        reason: row.get(13)?,
        begun_at: tables::time_at(row, 14)?,
        state_at: tables::time_at(row, 15)?,
    })
}

fn history_row(row: &Row<'_>) -> rusqlite::Result<History> {
    let piece = match row.get::<_, Option<u32>>(9)? {
        None => None,
        Some(piece) => Some(PieceOfLetter {
            piece,
            part: row.get(10)?,
            sheets: row.get(11)?,
            weight_mg: tables::count_at(row, 12)?,
        }),
    };
    let delivery = match row.get::<_, Option<String>>(14)? {
        None => None,
        Some(_) => Some(DeliveryState {
            state: tables::delivery_at(row, 14)?,
            code: row.get(15)?,
            since: tables::time_at(row, 16)?,
        }),
    };
    Ok(History {
        batch: row.get(0)?,
        state: tables::state_at(row, 1)?,
        at: tables::time_at(row, 2)?,
        seq: row.get(3)?,
        fate: row.get(4)?,
        reason: row.get(5)?,
        target: row.get(6)?,
        message_id: row.get(7)?,
        carried_by: row.get(13)?,
        delivery,
        receipts: Vec::new(),
        path: row.get(8)?,
        piece,
    })
}

fn hex<S: serde::Serializer>(digest: &Sha256, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&crate::disk::hex(digest))
}
