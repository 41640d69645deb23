//! The index of a bundle: a CSV with a line for each message, in the order of the tar.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

/// A line, as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    /// UUID, lower case.
    pub(super) message_id: String,
    /// The sender's id of the letter.
    pub(super) letter_id: String,
    /// Of the message's first byte in the tar.
    pub(super) offset: u64,
    /// Bytes of the message.
    pub(super) length: u64,
    /// Of the message, lower-case hexadecimal.
    pub(super) sha256: String,
}

/// The first line.
pub(super) const HEADING: &str = "message_id,letter_id,offset,length,sha256\n";

/// Appends a line.
pub(super) fn write(row: &Row, out: &mut impl Write) -> csv::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .buffer_capacity(512)
        .from_writer(out);
    writer.serialize(row)?;
    writer.flush().map_err(csv::Error::from)
}

/// The lines of an index, one after the other.
pub(super) fn rows(file: impl Read) -> impl Iterator<Item = csv::Result<Row>> {
    csv::ReaderBuilder::new()
        .from_reader(file)
        .into_deserialize()
}
