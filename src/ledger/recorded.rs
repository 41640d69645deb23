//! Messages and pieces of the batch that is being worked on, so that what was written can be compared with what was
//! recorded.

use rusqlite::{OptionalExtension, params};

use super::{Batch, Error};
use crate::disk::Sha256;

/// What the ledger says of a letter that goes out as a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// The fate's name.
    pub fate: String,
    /// Mailbox operator, or infrastructure.
    pub target: String,
    /// Id of the letter's own message.
    pub message_id: String,
    /// Id of the delivery that carries it, where that is another.
    pub delivery: Option<String>,
    /// Digest of the message that carries it.
    pub sha256: Option<Sha256>,
}

/// What the ledger says of a letter that lies in an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeRow {
    /// Number of the piece.
    pub piece: u32,
    /// Its part, relative to the batch's folder.
    pub part: String,
    /// Whether its own address shows, or that of another letter in it.
    pub shows: bool,
}

impl Batch<'_, '_> {
    /// The message of a letter, by the sender's id of it; `None` where none was recorded. One look into an index.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn message_of(&self, letter_id: &str) -> Result<Option<MessageRow>, Error> {
        let mut find = self.db().prepare_cached(
            "SELECT fate, target, message_id, delivery, sha256 FROM letters
             WHERE batch = ?1 AND letter_id = ?2 AND message_id IS NOT NULL",
        )?;
        let row = find.query_row(params![self.number(), letter_id], |row| {
            Ok(MessageRow {
                fate: row.get(0)?,
                target: row.get(1)?,
                message_id: row.get(2)?,
                delivery: row.get(3)?,
                sha256: row.get(4)?,
            })
        });
        Ok(row.optional()?)
    }

    /// The envelope that a letter lies in, by the sender's id of it; `None` where none was recorded. A few looks into
    /// indices.
    ///
    /// # Errors
    /// Anything that SQLite says.
    pub fn envelope_of(&self, letter_id: &str) -> Result<Option<EnvelopeRow>, Error> {
        let mut find = self.db().prepare_cached(
            "SELECT p.piece, p.part, 1 FROM letters l
             JOIN pieces p ON p.batch = l.batch AND p.seq = l.seq
             WHERE l.batch = ?1 AND l.letter_id = ?2
             UNION ALL
             SELECT p.piece, p.part, 0 FROM letters l
             JOIN shared s ON s.batch = l.batch AND s.seq = l.seq
             JOIN pieces p ON p.batch = s.batch AND p.piece = s.piece
             WHERE l.batch = ?1 AND l.letter_id = ?2",
        )?;
        let row = find.query_row(params![self.number(), letter_id], |row| {
            Ok(EnvelopeRow {
                piece: row.get(0)?,
                part: row.get(1)?,
                shows: row.get(2)?,
            })
        });
        Ok(row.optional()?)
    }
}
