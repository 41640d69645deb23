//! Batches of a few letters, and what lies in a ledger.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use jiff::Timestamp;
use lettermill::clock::{Clock, FixedClock};
use lettermill::disk;
use lettermill::ledger::{
    Batch, Error, Ledger, LetterRow, Mailing, PieceRow, ReceiptRow, Recovered, Totals,
};
use lettermill::letter::{Delivery, Environment, Fate};

pub const NIGHT: &str = "2026-03-01T22:15:07Z";

pub fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

pub fn clock() -> FixedClock {
    FixedClock(at(NIGHT))
}

/// The id of a message.
pub fn id(number: u64) -> String {
    format!("10000000-0000-4000-8000-{number:012x}")
}

pub fn mailing(mailing_id: &'static str, source: u8) -> Mailing<'static> {
    Mailing {
        mailing_id,
        source_sha256: [source; 32],
        letters_sha256: disk::sha256(&[mailing_id.as_bytes(), &[source]].concat()),
        why_again: None,
        source_bytes: 1234,
        source_path: Path::new("/nights/night.xml"),
        job_sha256: [9; 32],
        date: jiff::civil::date(2026, 3, 1),
        environment: Environment::Test,
        sender_organisation: "162021004748",
    }
}

/// One letter: its place, its fate, its message.
#[derive(Clone, Debug)]
pub struct Row {
    pub seq: u32,
    pub fate: Fate,
    pub message: Option<u64>,
    pub delivery: Option<u64>,
}

pub fn digital(seq: u32, message: u64) -> Row {
    Row {
        seq,
        fate: Fate::Digital,
        message: Some(message),
        delivery: None,
    }
}

pub fn other(seq: u32, fate: Fate) -> Row {
    Row {
        seq,
        fate,
        message: None,
        delivery: None,
    }
}

/// Records letters with the ids `L-<place>`, and pieces for those on paper.
pub fn record(batch: &mut Batch<'_, '_>, rows: &[Row]) -> Result<Totals, Error> {
    let mut totals = Totals::default();
    for (number, row) in (1..).zip(rows) {
        totals.letters += 1;
        *match row.fate {
            Fate::Digital => &mut totals.digital,
            Fate::Print => &mut totals.print,
            Fate::Held => &mut totals.held,
            Fate::Rejected => &mut totals.rejected,
        } += 1;
        let (message, delivery) = (row.message.map(id), row.delivery.map(id));
        batch.record(&[LetterRow {
            seq: row.seq,
            letter_id: &format!("L-{}", row.seq),
            fate: row.fate,
            reason: "a-reason",
            target: if row.fate == Fate::Digital {
                "kivra"
            } else {
                ""
            },
            message_id: message.as_deref(),
            delivery: delivery.as_deref(),
            notice: None,
            sha256: None,
            path: "",
        }])?;
        if row.fate == Fate::Print {
            batch.record_pieces(&[PieceRow {
                piece: number,
                letters: vec![row.seq],
                part: "mono-c5/1".into(),
                sheets: 1,
                weight_mg: 9_000,
            }])?;
        }
    }
    Ok(totals)
}

/// A batch from begin to outbox.
pub fn send(ledger: &mut Ledger<'_>, mailing: &Mailing<'_>, rows: &[Row]) -> String {
    let mut batch = ledger.begin(mailing).unwrap();
    let totals = record(&mut batch, rows).unwrap();
    let name = batch.name().to_owned();
    batch.ready(&[], &totals).unwrap().release().unwrap();
    name
}

/// A remark without anything that is not asked for.
pub fn said(message_id: &str, outcome: Delivery) -> ReceiptRow<'_> {
    ReceiptRow {
        message_id,
        outcome,
        code: outcome.name(),
        text: "",
        at: None,
        transaction: None,
        source: "a-file.xml",
    }
}

/// All rows of all tables, as text.
pub fn dump(home: &Path) -> String {
    let db = rusqlite::Connection::open(home.join("ledger.sqlite")).unwrap();
    let mut out = String::new();
    for table in [
        "batches",
        "letters",
        "pieces",
        "files",
        "events",
        "receipts",
        "deliveries",
        "messages",
    ] {
        let mut all = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                write!(out, "{:?}|", row.get_ref(column).unwrap()).unwrap();
            }
            out.push('\n');
        }
    }
    out
}

/// State and code of every letter that anything came back about, by batch and place.
pub fn states(home: &Path) -> BTreeMap<(i64, u32), (String, String, String)> {
    let db = rusqlite::Connection::open(home.join("ledger.sqlite")).unwrap();
    let mut all = db
        .prepare("SELECT batch, seq, state, code, since FROM deliveries")
        .unwrap();
    let rows = all.query_map([], |row| {
        Ok((
            (row.get(0)?, row.get(1)?),
            (row.get(2)?, row.get(3)?, row.get(4)?),
        ))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// The counts in `batches` are those of the rows, and the state of each letter is one that its receipts allow.
pub fn check_books(home: &Path) {
    let db = rusqlite::Connection::open(home.join("ledger.sqlite")).unwrap();
    let none = |sql: &str| {
        let found: i64 = db.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(found, 0, "{sql}");
    };
    for state in ["underway", "unknown", "refused", "delivered"] {
        none(&format!(
            "SELECT count(*) FROM batches b WHERE {state} <> (SELECT count(*) FROM deliveries d
             JOIN letters l USING (batch, seq) WHERE d.batch = b.batch AND state = '{state}' AND fate = 'digital')"
        ));
    }
    let says = |outcome: &str| {
        format!(
            "EXISTS (SELECT 1 FROM receipts r WHERE r.batch = d.batch AND r.seq = d.seq AND r.about = 'letter'
             AND r.outcome = '{outcome}')"
        )
    };
    let (delivered, refused, unknown) = (says("delivered"), says("refused"), says("unknown"));
    none(&format!(
        "SELECT count(*) FROM deliveries d WHERE NOT CASE d.state WHEN 'delivered' THEN {delivered}
         WHEN 'refused' THEN {refused} AND NOT {delivered} WHEN 'unknown' THEN {unknown} AND NOT {delivered}
         ELSE NOT ({delivered} OR {refused} OR {unknown}) END"
    ));
    none(
        "SELECT count(*) FROM receipts r LEFT JOIN deliveries d USING (batch, seq)
         WHERE r.about = 'letter' AND d.seq IS NULL",
    );
    none(
        "SELECT count(*) FROM deliveries d LEFT JOIN receipts r ON r.batch = d.batch AND r.seq = d.seq
         AND r.about = 'letter' WHERE r.seq IS NULL",
    );
}

/// Opens a ledger. A program that another test is just starting holds a copy of every open file for a moment, the lock of
/// a ledger among them: then it is tried again.
pub fn open_ledger<'c>(
    home: &Path,
    clock: &'c dyn Clock,
) -> Result<(Ledger<'c>, Vec<Recovered>), Error> {
    const TRIES: u32 = 200;
    for _ in 0..TRIES {
        match Ledger::open(home, clock) {
            Err(Error::Busy { .. }) => std::thread::sleep(std::time::Duration::from_millis(25)),
            done => return done,
        }
    }
    Ledger::open(home, clock)
}
