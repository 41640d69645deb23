//! One file, or one entry of a tar: its kind is told by its first bytes and, for XML, its elements.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use super::elements::{self, Name};
use super::{Fault, Found, Kind, Receipt, Said, Take, Wrong};
use super::{digital_post, mina_meddelanden, post_status, words};

/// A page of receipts; some 200,000 of them.
const JSON_BYTES_MAX: u64 = 64 << 20;
/// One receipt on a line.
const LINE_BYTES_MAX: u64 = 1 << 20;
/// Names that say that a file has one object a line.
const LINE_SUFFIXES: [&str; 2] = [".jsonl", ".ndjson"];

/// Where receipts come from.
pub struct Origin {
    /// For people, with the folder or the tar it lies in; masked.
    pub shown: String,
    /// Its own name, masked.
    pub name: Arc<str>,
    /// The first UUID in its name.
    message_id: Option<String>,
    lines: bool,
}

impl Origin {
    /// Of a file or entry of that name, shown to people as `shown`.
    pub fn new(shown: &str, name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        Self {
            shown: words::file_name(shown),
            name: words::file_name(name).into(),
            message_id: words::uuid_in(name),
            lines: LINE_SUFFIXES.iter().any(|suffix| lower.ends_with(suffix)),
        }
    }

    /// What is said of a message here.
    fn receipt(&self, kind: Kind, message_id: String, said: Said) -> Receipt {
        Receipt {
            message_id,
            outcome: said.outcome,
            code: said.code,
            at: said.at,
            transaction: said.transaction,
            kind,
            source: Arc::clone(&self.name),
        }
    }

    /// A fault here.
    pub fn fault(&self, wrong: Wrong) -> Found {
        Found::Fault(Fault {
            file: self.shown.clone(),
            line: wrong.line,
            found: wrong.found,
            allowed: wrong.allowed,
        })
    }

    /// It cannot be read. The system's words hold no name.
    pub fn unreadable(&self, error: &io::Error) -> Found {
        let found = format!("cannot be read: {error}");
        self.fault(Wrong::whole(found, "a file that can be read"))
    }
}

/// Reads what a document holds.
pub fn read<E>(origin: &Origin, from: &mut dyn BufRead, take: &mut Take<'_, E>) -> Result<(), E> {
    let first = match first_byte(from) {
        Ok(first) => first,
        Err(error) => return take(origin.unreadable(&error)),
    };
    match first {
        Some(b'<') => xml_document(origin, from, take),
        Some(b'{') => json_lines(origin, from, take),
        Some(b'[') => json_document(origin, Vec::new(), from, take),
        Some(_) => take(origin.fault(Wrong::whole(
            "bytes of another kind",
            "XML, JSON, or an uncompressed tar of such files",
        ))),
        None => take(origin.fault(Wrong::whole("an empty file", "a receipt"))),
    }
}

/// The first byte that is no white space, as far as the buffer shows; a byte order mark is taken away.
fn first_byte(from: &mut dyn BufRead) -> io::Result<Option<u8>> {
    if from.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        from.consume(3);
    }
    let start = from.fill_buf()?;
    Ok(start
        .iter()
        .copied()
        .find(|byte| !byte.is_ascii_whitespace()))
}

/// Reads the rest, if it is not larger than allowed.
fn rest(from: &mut dyn BufRead, mut bytes: Vec<u8>, bytes_max: u64) -> Result<Vec<u8>, Wrong> {
    let room = (bytes_max + 1).saturating_sub(bytes.len() as u64);
    match from.take(room).read_to_end(&mut bytes) {
        Err(error) => Err(Wrong::whole(
            format!("cannot be read: {error}"),
            "a file that can be read",
        )),
        Ok(_) if bytes.len() as u64 > bytes_max => Err(Wrong::whole(
            format!("more than {} MiB", bytes_max >> 20),
            "XML of 4 MiB, JSON of 64 MiB, any number of objects on lines of 1 MiB",
        )),
        Ok(_) => Ok(bytes),
    }
}

fn xml_document<E>(
    origin: &Origin,
    from: &mut dyn BufRead,
    take: &mut Take<'_, E>,
) -> Result<(), E> {
    let found = rest(from, Vec::new(), elements::LIMITS.bytes)
        .and_then(|bytes| xml_receipt(origin, &bytes))
        .map_or_else(|wrong| origin.fault(wrong), Found::Receipt);
    take(found)
}

fn xml_receipt(origin: &Origin, bytes: &[u8]) -> Result<Receipt, Wrong> {
    let mut answer = mina_meddelanden::Answer::default();
    let mut status = post_status::Status::default();
    let mut is_status = false;
    elements::walk(bytes, &mut |path, text| {
        // The root ends last, but is the first of every path.
        is_status |= path.iter().any(|Name { local, .. }| {
            matches!(
                local.as_str(),
                "PKO_PostStatus" | "ModtagBeskedInput" | "Haendelsesbesked"
            )
        });
        answer.element(path, text);
        status.element(path, text);
    })?;
    if is_status {
        let (message_id, said) = status.end()?;
        return Ok(origin.receipt(Kind::PostStatus, message_id, said));
    }
    let said = answer.end()?;
    let message_id = origin.message_id.clone().ok_or_else(|| {
        Wrong::whole(
            "an answer in a file whose name has no message id",
            "`<message id>.xml`: the answer itself does not say which message it is about",
        )
    })?;
    Ok(origin.receipt(Kind::MinaMeddelanden, message_id, said))
}

/// One object a line, if the file's name or its first line says so; else one document.
fn json_lines<E>(origin: &Origin, from: &mut dyn BufRead, take: &mut Take<'_, E>) -> Result<(), E> {
    let mut line = Vec::new();
    let mut number = 0;
    let mut lines = origin.lines;
    loop {
        line.clear();
        number += 1;
        let whole = match next_line(from, &mut line) {
            Ok(Some(whole)) => whole,
            Ok(None) => return Ok(()),
            Err(error) => return take(origin.unreadable(&error)),
        };
        let text = line.trim_ascii();
        if text.is_empty() && whole {
            continue;
        }
        lines = lines || (whole && digital_post::is_object(text));
        if !lines {
            return json_document(origin, std::mem::take(&mut line), from, take);
        }
        if whole {
            objects(origin, text, Some(number), take)?;
            continue;
        }
        let wrong = Wrong::whole("a line of more than 1 MiB", "one receipt a line");
        take(origin.fault(Wrong {
            line: number,
            ..wrong
        }))?;
        if let Err(error) = skip_line(from) {
            return take(origin.unreadable(&error));
        }
    }
}

/// Reads to the end of a line; `None` at the end of the file, `false` if the line is longer than allowed.
fn next_line(from: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    let read = from.take(LINE_BYTES_MAX + 1).read_until(b'\n', line)? as u64;
    Ok((read > 0).then_some(read <= LINE_BYTES_MAX || line.ends_with(b"\n")))
}

fn skip_line(from: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = from.fill_buf()?;
        let length = buffer.len();
        let end = memchr::memchr(b'\n', buffer).map(|at| at + 1);
        from.consume(end.unwrap_or(length));
        if end.is_some() || length == 0 {
            return Ok(());
        }
    }
}

fn json_document<E>(
    origin: &Origin,
    begun: Vec<u8>,
    from: &mut dyn BufRead,
    take: &mut Take<'_, E>,
) -> Result<(), E> {
    match rest(from, begun, JSON_BYTES_MAX) {
        Ok(bytes) => objects(origin, &bytes, None, take),
        Err(wrong) => take(origin.fault(wrong)),
    }
}

/// Gives what the objects of a text say; `line` is that of the text, if it is one line of several.
fn objects<E>(
    origin: &Origin,
    text: &[u8],
    line: Option<u64>,
    take: &mut Take<'_, E>,
) -> Result<(), E> {
    let mut ended = Ok(());
    let mut number = 0;
    let read = digital_post::read(text, &mut |said| {
        number += 1;
        if ended.is_err() {
            return;
        }
        ended = take(match (said, line) {
            (Ok(None), _) => Found::Container,
            (Ok(Some((message_id, said))), _) => {
                Found::Receipt(origin.receipt(Kind::DigitalPost, message_id, said))
            }
            (Err(wrong), Some(line)) => origin.fault(Wrong { line, ..wrong }),
            (Err(wrong), None) => origin.fault(Wrong {
                found: format!("{} (object {number} of the file)", wrong.found),
                ..wrong
            }),
        });
    });
    ended?;
    match (read, line) {
        (Ok(()), _) => Ok(()),
        (Err(wrong), Some(line)) => take(origin.fault(Wrong { line, ..wrong })),
        (Err(wrong), None) => take(origin.fault(wrong)),
    }
}
