//! The tables, and how times and states stand in them. `docs/formats-ledger.md` explains every column.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};

use super::error::{Error, at};
use super::{Sent, SentBefore, State};
use super::{home, number as job_number, results};
use crate::letter::Delivery;

/// `PRAGMA application_id`: "LtMl".
const APPLICATION_ID: i64 = 0x4c74_4d6c;

/// What leads from one `user_version` to the next. A step, once released, is never changed.
const STEPS: &[&str] = &[
    STEP_1,
    STEP_2,
    STEP_3,
    STEP_4,
    results::STEP_5,
    results::STEP_6,
    job_number::STEP,
    STEP_8,
];

/// Letters and pieces are keyed by their place in the batch, so rows are appended. The one index over letter ids starts
/// with the batch: its pages in use at a time are those of the batch being written, however long the ledger's history.
const STEP_1: &str = "
CREATE TABLE batches (
  batch               INTEGER PRIMARY KEY,
  name                TEXT NOT NULL,
  mailing_id          TEXT NOT NULL,
  state               TEXT NOT NULL CHECK (state IN ('begun', 'ready', 'holding', 'sent', 'held', 'releasing',
                        'withdrawing', 'withdrawn', 'abandoned')),
  source_sha256       BLOB NOT NULL CHECK (length(source_sha256) = 32),
  source_bytes        INTEGER NOT NULL,
  job_sha256          BLOB NOT NULL CHECK (length(job_sha256) = 32),
  date                TEXT NOT NULL,
  environment         TEXT NOT NULL CHECK (environment IN ('test', 'production')),
  sender_organisation TEXT NOT NULL,
  letters             INTEGER,
  digital             INTEGER,
  print               INTEGER,
  held                INTEGER,
  rejected            INTEGER,
  reason              TEXT NOT NULL DEFAULT '',
  begun_at            TEXT NOT NULL,
  state_at            TEXT NOT NULL,
  CHECK (letters = digital + print + held + rejected)
) STRICT;
CREATE UNIQUE INDEX batches_name ON batches (name) WHERE state <> 'abandoned';
CREATE INDEX batches_mailing ON batches (mailing_id);

CREATE TABLE letters (
  batch      INTEGER NOT NULL REFERENCES batches,
  seq        INTEGER NOT NULL,
  letter_id  TEXT NOT NULL,
  fate       TEXT NOT NULL CHECK (fate IN ('digital', 'print', 'held', 'rejected')),
  reason     TEXT NOT NULL,
  target     TEXT NOT NULL,
  message_id TEXT,
  sha256     BLOB CHECK (length(sha256) = 32),
  path       TEXT NOT NULL,
  PRIMARY KEY (batch, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX letters_id ON letters (batch, letter_id);

CREATE TABLE pieces (
  batch     INTEGER NOT NULL REFERENCES batches,
  piece     INTEGER NOT NULL,
  seq       INTEGER NOT NULL,
  part      TEXT NOT NULL,
  sheets    INTEGER NOT NULL,
  weight_mg INTEGER NOT NULL,
  PRIMARY KEY (batch, piece)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX pieces_seq ON pieces (batch, seq);

CREATE TABLE files (
  batch  INTEGER NOT NULL REFERENCES batches,
  path   TEXT NOT NULL,
  size   INTEGER NOT NULL,
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  PRIMARY KEY (batch, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  event INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL REFERENCES batches,
  at    TEXT NOT NULL,
  what  TEXT NOT NULL,
  note  TEXT NOT NULL
) STRICT;
CREATE INDEX events_batch ON events (batch);
";

/// Receipts, and batches made from earlier ones. No index over message ids: it would cost every run what only an import
/// needs, which walks through the batches instead. The counts in `batches` are those of `deliveries` over its digital
/// letters, so that a list of batches need not count.
const STEP_2: &str = "
ALTER TABLE letters ADD COLUMN delivery TEXT;
ALTER TABLE batches ADD COLUMN parent INTEGER REFERENCES batches;
ALTER TABLE batches ADD COLUMN kind TEXT NOT NULL DEFAULT 'run' CHECK (kind IN ('run', 'rerun', 'reprint'));
ALTER TABLE batches ADD COLUMN source_path TEXT NOT NULL DEFAULT '';
ALTER TABLE batches ADD COLUMN underway INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batches ADD COLUMN unknown INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batches ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batches ADD COLUMN delivered INTEGER NOT NULL DEFAULT 0;
CREATE INDEX batches_parent ON batches (parent) WHERE parent IS NOT NULL;

CREATE TABLE receipts (
  receipt        INTEGER PRIMARY KEY,
  batch          INTEGER NOT NULL REFERENCES batches,
  seq            INTEGER NOT NULL,
  sha256         BLOB NOT NULL CHECK (length(sha256) = 32),
  outcome        TEXT NOT NULL CHECK (outcome IN ('underway', 'unknown', 'refused', 'delivered')),
  code           TEXT NOT NULL,
  text           TEXT NOT NULL,
  transaction_id TEXT,
  at             TEXT,
  imported_at    TEXT NOT NULL,
  source         TEXT NOT NULL,
  UNIQUE (sha256, batch, seq)
) STRICT;
CREATE INDEX receipts_letter ON receipts (batch, seq);

CREATE TABLE deliveries (
  batch INTEGER NOT NULL REFERENCES batches,
  seq   INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('underway', 'unknown', 'refused', 'delivered')),
  code  TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (batch, seq)
) STRICT, WITHOUT ROWID;
";

/// Notices that go with letters; where messages are; texts of others are no longer kept, for they may hold names. A state
/// that followed from a refusal although something else said unknown is now unknown, as `conclude` has it since.
const STEP_3: &str = "
ALTER TABLE letters ADD COLUMN notice TEXT;
ALTER TABLE receipts ADD COLUMN about TEXT NOT NULL DEFAULT 'letter' CHECK (about IN ('letter', 'notice'));

CREATE TABLE messages (
  batch  INTEGER NOT NULL REFERENCES batches,
  bucket INTEGER NOT NULL CHECK (bucket BETWEEN 0 AND 255),
  ids    BLOB NOT NULL,
  PRIMARY KEY (batch, bucket)
) STRICT, WITHOUT ROWID;

UPDATE receipts SET text = '' WHERE code <> 'settled';
UPDATE deliveries SET state = 'unknown',
  (code, since) = (SELECT u.code, coalesce(u.at, u.imported_at) FROM receipts u
    WHERE u.batch = deliveries.batch AND u.seq = deliveries.seq AND u.outcome = 'unknown'
    ORDER BY u.at IS NULL, u.at, u.code, u.sha256 LIMIT 1)
  WHERE state = 'refused' AND EXISTS (SELECT 1 FROM receipts u WHERE u.batch = deliveries.batch AND u.seq = deliveries.seq AND u.outcome = 'unknown')
  AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.batch = deliveries.batch AND r.seq = deliveries.seq
    AND r.outcome = 'refused' AND (r.code = 'settled' OR NOT EXISTS (SELECT 1 FROM receipts u
      WHERE u.batch = r.batch AND u.seq = r.seq AND u.outcome = 'unknown'
        AND (u.code = 'Tilbagekaldt' OR u.at IS NULL OR r.at IS NULL OR r.at <= u.at))));
UPDATE batches SET
  unknown = (SELECT count(*) FROM deliveries d JOIN letters l USING (batch, seq)
    WHERE d.batch = batches.batch AND d.state = 'unknown' AND l.fate = 'digital'),
  refused = (SELECT count(*) FROM deliveries d JOIN letters l USING (batch, seq)
    WHERE d.batch = batches.batch AND d.state = 'refused' AND l.fate = 'digital')
  WHERE refused > 0;
";

/// Letters that share an envelope: in `pieces` is the one whose address shows, here are the others.
const STEP_4: &str = "
CREATE TABLE shared (
  batch INTEGER NOT NULL REFERENCES batches,
  seq   INTEGER NOT NULL,
  piece INTEGER NOT NULL,
  PRIMARY KEY (batch, seq)
) STRICT, WITHOUT ROWID;
";

/// What the letters of a batch are, by which the same ones are known under another mailing id.
const STEP_8: &str = "
CREATE TABLE contents (
  batch          INTEGER PRIMARY KEY REFERENCES batches,
  letters_sha256 BLOB NOT NULL CHECK (length(letters_sha256) = 32)
) STRICT;
";

/// What lets an older ledger be read as if it had taken all steps: temporary names come before those of the file.
const AS_IF_FROM_1: &str = "
CREATE TEMP VIEW letters AS SELECT *, NULL AS delivery, NULL AS notice FROM main.letters;
CREATE TEMP VIEW batches AS SELECT *, NULL AS parent, 'run' AS kind, '' AS source_path, 0 AS underway, 0 AS unknown,
  0 AS refused, 0 AS delivered, NULL AS print_job FROM main.batches;
CREATE TEMP TABLE shared (batch, seq, piece);
CREATE TEMP TABLE receipts (receipt, batch, seq, sha256, outcome, code, text, transaction_id, at, imported_at, source, about);
CREATE TEMP TABLE deliveries (batch, seq, state, code, since);
";
const AS_IF_FROM_2: &str = "
CREATE TEMP VIEW letters AS SELECT *, NULL AS notice FROM main.letters;
CREATE TEMP VIEW receipts AS SELECT *, 'letter' AS about FROM main.receipts;
CREATE TEMP TABLE shared (batch, seq, piece);
";
const AS_IF_TO_8: &str = "CREATE TEMP TABLE contents (batch, letters_sha256);";
const AS_IF_FROM_3: &str = "CREATE TEMP TABLE shared (batch, seq, piece);";

/// The version that brought results and reprints.
const RESULTS_FROM: i64 = 5;
/// The version that brought numbers of print jobs.
const NUMBERS_FROM: i64 = 7;
/// The version that brought digests of letters.
const CONTENTS_FROM: i64 = 8;

/// Pages of the cache, in KiB. Bounds the memory; enough for the inner pages of a day's index.
const CACHE_KIB: i64 = 64 * 1024;
/// Pages of 4 KiB after which the write-ahead log is folded into the file.
const CHECKPOINT_PAGES: i64 = 8 * 1024;
/// How long a writer waits for a reader who folds the log, in milliseconds.
const BUSY_MS: u64 = 10_000;

/// Opens, makes or upgrades the file.
pub(super) fn open_for_writing(path: &Path) -> Result<Connection, Error> {
    drop(home::open_private(path).map_err(at(path))?); // SQLite gives the log and its index the same mode.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    db.set_transaction_behavior(TransactionBehavior::Immediate); // One that reads first could not wait for another writer.
    let version = version(&db, path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    db.pragma_update(None, "journal_size_limit", CHECKPOINT_PAGES * 4096)?;
    for step in STEPS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        let tx = db.transaction()?;
        tx.execute_batch(step)?;
        let done = tx.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? + 1;
        tx.pragma_update(None, "user_version", done)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.commit()?;
    }
    crate::disk::sync_parent(path).map_err(at(path))?;
    Ok(db)
}

/// Opens the file for reading, beside a writer.
pub(super) fn open_for_reading(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    let version = version(&db, path)?;
    match version {
        0 => return Err(Error::NoLedger(path.to_path_buf())),
        1 => db.execute_batch(AS_IF_FROM_1)?, // The next run brings it up to date; reading must not wait for one.
        2 => db.execute_batch(AS_IF_FROM_2)?,
        3 => db.execute_batch(AS_IF_FROM_3)?,
        5 => db.execute_batch(results::AS_IF_FROM_5)?,
        _ => {}
    }
    if version < RESULTS_FROM {
        db.execute_batch(results::AS_IF)?;
    }
    if (2..NUMBERS_FROM).contains(&version) {
        db.execute_batch(job_number::AS_IF)?;
    }
    if version < CONTENTS_FROM {
        db.execute_batch(AS_IF_TO_8)?;
    }
    Ok(db)
}

fn version(db: &Connection, path: &Path) -> Result<i64, Error> {
    let number = |name| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = match (number("application_id"), number("user_version")) {
        (Ok(application), Ok(version)) => (application, version),
        (Err(error), _) | (_, Err(error))
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) =>
        {
            return Err(Error::Foreign(path.to_path_buf()));
        }
        (Err(error), _) | (_, Err(error)) => return Err(error.into()),
    };
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let fresh = version == 0 && tables == 0;
    if application != APPLICATION_ID && !fresh {
        return Err(Error::Foreign(path.to_path_buf()));
    }
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if version > known {
        return Err(Error::Newer {
            found: version,
            known,
        });
    }
    Ok(version)
}

/// Puts a line into the history of a batch.
pub(super) fn log(
    db: &Connection,
    batch: i64,
    at: &str,
    what: &str,
    note: &str,
) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO events (batch, at, what, note) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![batch, at, what, note])
        .map(drop)
}

/// Puts a batch into another state, with a line in its history.
pub(super) fn enter(
    db: &Connection,
    batch: i64,
    at: &str,
    state: State,
    note: &str,
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE batches SET state = ?2, state_at = ?3 WHERE batch = ?1")?
        .execute(params![batch, state.name(), at])?;
    log(db, batch, at, state.name(), note)
}

/// A time as it stands in the ledger: UTC, to the millisecond.
pub(super) fn time(at: Timestamp) -> String {
    let millisecond = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
    format!("{millisecond:.3}")
}

/// SQLite's integers are signed; nothing we count comes near the difference.
pub(super) fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A count back from the ledger.
pub(super) fn count_at(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    let n: i64 = row.get(index)?;
    u64::try_from(n).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(index, n))
}

/// A time back from the ledger.
pub(super) fn time_at(row: &Row<'_>, index: usize) -> rusqlite::Result<Timestamp> {
    let text: String = row.get(index)?;
    text.parse().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
    })
}

/// A state back from the ledger.
pub(super) fn state_at(row: &Row<'_>, index: usize) -> rusqlite::Result<State> {
    let text: String = row.get(index)?;
    State::ALL
        .into_iter()
        .find(|state| state.name() == text)
        .ok_or(rusqlite::Error::InvalidColumnType(
            index,
            "state".to_owned(),
            Type::Text,
        ))
}

/// A state of a delivery back from the ledger.
pub(super) fn delivery_at(row: &Row<'_>, index: usize) -> rusqlite::Result<Delivery> {
    let text: String = row.get(index)?;
    Delivery::from_name(&text).ok_or(rusqlite::Error::InvalidColumnType(
        index,
        "state of a delivery".to_owned(),
        Type::Text,
    ))
}

/// The batch of a name; an abandoned one only if nothing took its place.
pub(super) fn number(db: &Connection, name: &str) -> Result<Option<i64>, Error> {
    let mut find = db.prepare(
        "SELECT batch FROM batches WHERE name = ?1 ORDER BY state = 'abandoned', batch DESC LIMIT 1",
    )?;
    Ok(find.query_row([name], |row| row.get(0)).optional()?)
}

/// For each letter id, the first batch of this mailing id that has it as digital or print and was sent or is held.
pub(super) fn sent_before(
    db: &Connection,
    mailing_id: &str,
    letter_ids: &[&str],
    sent: Sent,
) -> Result<Vec<Option<SentBefore>>, Error> {
    let but = match sent {
        Sent::All => "",
        Sent::ButRefused => {
            "AND NOT (l.message_id IS NOT NULL AND EXISTS (SELECT 1 FROM deliveries d
               WHERE d.batch = l.batch AND d.seq = l.seq AND d.state = 'refused'))"
        }
    };
    let mut find = db.prepare_cached(&format!(
        // `CROSS JOIN` keeps the order: for each earlier batch one look into the index (batch, letter_id).
        "SELECT b.name, b.state_at FROM batches b CROSS JOIN letters l ON l.batch = b.batch
         WHERE b.mailing_id = ?1 AND b.state IN ('sent', 'held')
           AND l.letter_id = ?2 AND l.fate IN ('digital', 'print') {but}
         ORDER BY b.batch LIMIT 1"
    ))?;
    let mut found = Vec::with_capacity(letter_ids.len());
    for id in letter_ids {
        let sent = find.query_row(params![mailing_id, id], |row| {
            Ok(SentBefore {
                batch: row.get(0)?,
                at: time_at(row, 1)?,
            })
        });
        found.push(sent.optional()?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_to_the_millisecond() {
        let at: Timestamp = "2026-03-01T22:15:07.123456Z".parse().unwrap();
        assert_eq!(time(at), "2026-03-01T22:15:07.123Z");
        assert_eq!(
            time("2026-03-01T22:15:07Z".parse().unwrap()),
            "2026-03-01T22:15:07.000Z"
        );
    }

    #[test]
    fn every_state_is_allowed_by_the_table() {
        let db = Connection::open_in_memory().unwrap();
        STEPS
            .iter()
            .for_each(|step| db.execute_batch(step).unwrap());
        for state in State::ALL {
            db.execute(
                "INSERT INTO batches (name, mailing_id, state, source_sha256, source_bytes, job_sha256, date,
                   environment, sender_organisation, begun_at, state_at)
                 VALUES (?1, 'm', ?1, zeroblob(32), 0, zeroblob(32), '2026-03-01', 'test', '1', '', '')",
                [state.name()],
            )
            .unwrap();
        }
    }

    /// A ledger as the first version wrote it, with one batch of one letter.
    fn first_version(path: &Path) {
        let db = Connection::open(path).unwrap();
        db.execute_batch(STEP_1).unwrap();
        db.pragma_update(None, "journal_mode", "WAL").unwrap();
        db.pragma_update(None, "user_version", 1).unwrap();
        db.pragma_update(None, "application_id", APPLICATION_ID)
            .unwrap();
        db.execute_batch(
            "INSERT INTO batches VALUES (1, 'n.1', 'n', 'sent', zeroblob(32), 0, zeroblob(32), '2026-03-01', 'test', '1',
               1, 1, 0, 0, 0, '', '2026-03-01T22:15:07.000Z', '2026-03-01T22:15:07.000Z');
             INSERT INTO letters VALUES (1, 0, 'L-1', 'digital', 'r', 't', 'm', NULL, '');",
        )
        .unwrap();
    }

    #[test]
    fn a_ledger_of_the_first_version_can_be_read_and_is_brought_up_to_date() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("ledger.sqlite");
        first_version(&path);
        let look = || {
            let read = crate::ledger::Ledger::read(home.path()).unwrap();
            let batch = read.batch("n.1").unwrap().unwrap();
            assert_eq!((batch.kind.as_str(), batch.deliveries.known()), ("run", 0));
            assert_eq!(read.letter("L-1").unwrap()[0].delivery, None);
            assert!(read.undelivered("n.1").unwrap().is_empty());
            assert!(read.left_over("n.1").unwrap().is_empty());
            assert_eq!(read.job("n.1", 9).unwrap().unwrap().total.pieces, 0);
            assert!(read.not_delivered("n.1", 9).unwrap().is_empty());
            batch
        };
        let before = look();
        let db = open_for_writing(&path).unwrap();
        assert_eq!(version(&db, &path).unwrap(), 8);
        drop(db);
        assert_eq!(look(), before);
    }

    fn columns(db: &Connection, table: &str) -> Vec<String> {
        let sql = format!("SELECT * FROM {table} LIMIT 0");
        let rows = db.prepare(&sql).unwrap();
        rows.column_names().map(str::to_owned).collect()
    }

    #[test]
    fn all_ways_to_the_newest_version_give_the_same_columns() {
        let after = |steps: &[&str]| {
            let db = Connection::open_in_memory().unwrap();
            steps
                .iter()
                .for_each(|step| db.execute_batch(step).unwrap());
            db
        };
        let stepped = after(STEPS);
        let numbers = job_number::AS_IF;
        let (fifth, sixth) = (results::STEP_5, results::STEP_6);
        let others: [&[&str]; 6] = [
            &[STEP_1, AS_IF_FROM_1, results::AS_IF],
            &[STEP_1, STEP_2, AS_IF_FROM_2, results::AS_IF, numbers],
            &[
                STEP_1,
                STEP_2,
                STEP_3,
                AS_IF_FROM_3,
                results::AS_IF,
                numbers,
            ],
            &[STEP_1, STEP_2, STEP_3, STEP_4, results::AS_IF, numbers],
            &[
                STEP_1,
                STEP_2,
                STEP_3,
                STEP_4,
                fifth,
                results::AS_IF_FROM_5,
                numbers,
            ],
            &[STEP_1, STEP_2, STEP_3, STEP_4, fifth, sixth, numbers],
        ];
        for as_if in others.map(|steps| after(&[steps, &[AS_IF_TO_8]].concat())) {
            for table in [
                "batches",
                "letters",
                "receipts",
                "deliveries",
                "shared",
                "reprints",
                "results",
                "print_jobs",
                "result_files",
                "contents",
            ] {
                assert_eq!(columns(&stepped, table), columns(&as_if, table), "{table}");
            }
        }
    }

    /// Outcome, code and minute of a receipt.
    type OldReceipt = (&'static str, &'static str, Option<u8>);
    /// Receipts of a letter, and the state that version 3 gives it.
    const OLD_STATES: &[(&[OldReceipt], &str)] = &[
        (&[("refused", "a", None)], "refused"),
        (
            &[("unknown", "a", Some(1)), ("refused", "b", Some(2))],
            "refused",
        ),
        (
            &[("unknown", "a", Some(2)), ("refused", "b", Some(1))],
            "unknown",
        ),
        (
            &[("unknown", "a", None), ("refused", "b", Some(1))],
            "unknown",
        ),
        (
            &[("unknown", "a", Some(1)), ("refused", "b", None)],
            "unknown",
        ),
        (
            &[("unknown", "a", None), ("refused", "settled", Some(1))],
            "refused",
        ),
        (
            &[
                ("unknown", "Tilbagekaldt", Some(1)),
                ("refused", "b", Some(2)),
            ],
            "unknown",
        ),
    ];

    #[test]
    fn states_of_version_2_are_concluded_again() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("ledger.sqlite");
        first_version(&path);
        let db = Connection::open(&path).unwrap();
        db.execute_batch(STEP_2).unwrap();
        db.pragma_update(None, "user_version", 2).unwrap();
        let all = i64::try_from(OLD_STATES.len()).unwrap();
        db.execute("UPDATE batches SET refused = ?1", [all])
            .unwrap();
        for (seq, (receipts, _)) in (1_u32..).zip(OLD_STATES) {
            let letter =
                "INSERT INTO letters VALUES (1, ?1, 'L', 'digital', 'r', 't', 'm', NULL, '', NULL)";
            db.execute(letter, [seq]).unwrap();
            let state = "INSERT INTO deliveries VALUES (1, ?1, 'refused', 'c', '')";
            db.execute(state, [seq]).unwrap();
            for (outcome, code, minute) in *receipts {
                let at = minute.map(|minute| format!("2026-03-02T01:0{minute}:00.000Z"));
                db.execute(
                    "INSERT INTO receipts (batch, seq, sha256, outcome, code, text, at, imported_at, source)
                     VALUES (1, ?1, randomblob(32), ?2, ?3, 'Anna', ?4, '', '')",
                    params![seq, outcome, code, at],
                )
                .unwrap();
            }
        }
        drop(db);
        assert!(open_for_reading(&path).is_ok());
        let db = open_for_writing(&path).unwrap();
        let mut states = db
            .prepare("SELECT state FROM deliveries ORDER BY seq")
            .unwrap();
        let states: Vec<String> = states
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let expected: Vec<_> = OLD_STATES.iter().map(|(_, state)| *state).collect();
        assert_eq!(states, expected);
        let counts = db.query_row(
            "SELECT refused, unknown, (SELECT count(*) FROM receipts WHERE text <> '' AND code <> 'settled') FROM batches",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        );
        assert_eq!(counts.unwrap(), (3_u32, 4_u32, 0_u32));
    }
}
