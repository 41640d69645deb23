//! Parses the letters of a wave in parallel.

use rayon::prelude::*;

use super::build::{self, Draft, Surroundings};
use super::cursor::{Cursor, Stop};
use super::damage::{self, Damage};
use super::error::Fault;
use super::vocabulary::{Element, attribute};
use super::wave::Cut;
use super::{Parsed, Slice, Source, split};
use crate::finding::{Code, Finding, Place};
use crate::schema::Validator;

/// Letters that one task parses at least; a validator is made for each task.
const LETTERS_TOGETHER: usize = 16;

/// The letters of a wave.
pub(super) struct Read<'a> {
    pub(super) letters: Vec<Parsed<'a>>,
    pub(super) attachments: u64,
}

/// Parses the letters; the fault is that of the first letter that has one.
pub(super) fn letters<'a>(source: &'a Source, cuts: &[Cut]) -> Result<Read<'a>, Fault> {
    let around = Surroundings {
        header: &source.header,
        shared: &source.shared,
        folder: &source.folder,
        limits: &source.limits,
    };
    let results: Vec<Result<(Parsed<'a>, u64), Fault>> = cuts
        .par_iter()
        .with_min_len(LETTERS_TOGETHER)
        .map_init(
            || Validator::new(&source.schema),
            |validator, cut| letter(source, cut, &around, validator),
        )
        .collect();
    let mut read = Read {
        letters: Vec::with_capacity(cuts.len()),
        attachments: 0,
    };
    for result in results {
        let (parsed, attachments) = result?;
        read.attachments += attachments;
        read.letters.push(parsed);
    }
    Ok(read)
}

/// One letter, and the number of its attachments.
fn letter<'a>(
    source: &'a Source,
    cut: &Cut,
    around: &Surroundings<'a>,
    validator: &mut Validator<'a>,
) -> Result<(Parsed<'a>, u64), Fault> {
    let bytes = &source.bytes()[cut.origin.offset..cut.end];
    if bytes.len() > source.limits.letter_bytes_max {
        return Ok((too_long(source, cut, bytes), attachments_in(bytes)));
    }
    match damage::text_of(bytes) {
        Ok(text) => sound(source, cut, text, around, validator),
        Err(damage) => damaged(source, cut, bytes, damage),
    }
}

fn sound<'a>(
    source: &'a Source,
    cut: &Cut,
    text: &'a str,
    around: &Surroundings<'a>,
    validator: &mut Validator<'a>,
) -> Result<(Parsed<'a>, u64), Fault> {
    let mut cursor = Cursor::new(
        text,
        cut.origin,
        cut.seq,
        source.root.scope.borrowed(),
        &source.limits,
        Element::Mailing,
    );
    cursor.check(validator, cut.decl);
    let mut draft = Draft::default();
    match build::letter(&mut cursor, around, &mut draft) {
        Ok(()) => {}
        Err(Stop::Fault(fault)) => return Err(*fault),
        Err(Stop::GiveUp) => drain(&mut cursor)?,
    }
    let attachments = if cursor.is_abandoned() {
        attachments_in(text.as_bytes())
    } else {
        cursor.attachments()
    };
    let mut findings = cursor.into_findings();
    let id = draft.id.as_deref().map(str::to_owned);
    let letter = match findings.is_empty() {
        true => draft.finish(cut.seq, cut.origin.line, around),
        false => None,
    };
    if letter.is_none() && findings.is_empty() {
        findings.push(finding(
            cut,
            cut.origin.line,
            cut.origin.column,
            Code::Schema,
            "a letter that lacks something",
            "a whole letter",
        ));
    }
    Ok((parsed(cut, id, letter, findings), attachments))
}

/// A letter whose bytes are damaged: rejected, and still read for being well-formed.
fn damaged<'a>(
    source: &'a Source,
    cut: &Cut,
    bytes: &[u8],
    damage: Damage,
) -> Result<(Parsed<'a>, u64), Fault> {
    let (offset, code, found, allowed) = match damage {
        Damage::Encoding(i) => (
            i,
            Code::TextEncoding,
            "bytes that are not in the encoding of the file",
            "UTF-8, or what the file declares",
        ),
        Damage::Character(i, '\0') => (
            i,
            Code::TextForbidden,
            "a NUL character",
            "characters of XML 1.0",
        ),
        Damage::Character(i, _) => (
            i,
            Code::TextForbidden,
            "a control character or noncharacter",
            "characters of XML 1.0",
        ),
    };
    let (line, column) = cut.origin.advanced(&bytes[..offset]);
    let text = damage::repaired(bytes);
    let mut cursor = Cursor::new(
        &text,
        cut.origin,
        cut.seq,
        source.root.scope.borrowed(),
        &source.limits,
        Element::Mailing,
    );
    let id = id_of(&mut cursor)?;
    drain(&mut cursor)?;
    let findings = vec![finding(cut, line, column, code, found, allowed)];
    Ok((parsed(cut, id, None, findings), attachments_in(bytes)))
}

/// A letter over the limit: only its start tag is looked at.
fn too_long<'a>(source: &'a Source, cut: &Cut, bytes: &[u8]) -> Parsed<'a> {
    let allowed = format!("at most {}", source.limits.letter_bytes_max);
    let found = format!("a letter of {} bytes", bytes.len());
    let findings = vec![finding(
        cut,
        cut.origin.line,
        cut.origin.column,
        Code::LimitLetterBytes,
        &found,
        &allowed,
    )];
    let tag = split::tag_end(bytes, 0)
        .ok()
        .and_then(|end| damage::text_of(&bytes[..end]).ok());
    let id = tag.and_then(|tag| {
        let mut cursor = Cursor::new(
            tag,
            cut.origin,
            cut.seq,
            source.root.scope.borrowed(),
            &source.limits,
            Element::Mailing,
        );
        id_of(&mut cursor).ok().flatten()
    });
    parsed(cut, id, None, findings)
}

/// The id in the letter's start tag, which is read.
fn id_of(cursor: &mut Cursor<'_, '_, '_>) -> Result<Option<String>, Fault> {
    if let Err(Stop::Fault(fault)) = cursor.child() {
        return Err(*fault);
    }
    Ok(cursor
        .attribute(attribute::ID)
        .filter(|id| build::is_business_key(id))
        .map(std::borrow::Cow::into_owned))
}

fn drain(cursor: &mut Cursor<'_, '_, '_>) -> Result<(), Fault> {
    match cursor.drain() {
        Err(Stop::Fault(fault)) => Err(*fault),
        Ok(()) | Err(Stop::GiveUp) => Ok(()),
    }
}

fn parsed<'a>(
    cut: &Cut,
    id: Option<String>,
    letter: Option<crate::letter::Letter<'a>>,
    findings: Vec<Finding>,
) -> Parsed<'a> {
    Parsed {
        seq: cut.seq,
        line: cut.origin.line,
        id,
        slice: Slice::new(cut.origin.offset, cut.end),
        letter,
        findings,
    }
}

fn finding(cut: &Cut, line: u64, column: u64, code: Code, found: &str, allowed: &str) -> Finding {
    let place = Place {
        line,
        column,
        path: super::vocabulary::LETTER.into(),
    };
    Finding {
        letter: cut.seq,
        place,
        code,
        found: found.into(),
        allowed: allowed.into(),
    }
}

/// Counts the attachments of a letter that is not parsed, by name and depth.
pub(super) fn attachments_in(letter: &[u8]) -> u64 {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_reader(letter);
    reader.config_mut().check_end_names = false;
    let is = |name: quick_xml::name::QName<'_>, local: &str| {
        name.local_name().as_ref() == local.as_bytes()
    };
    let (mut depth, mut in_attachments, mut count) = (0_u64, false, 0);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                depth += 1;
                in_attachments |= depth == 2 && is(tag.name(), super::vocabulary::ATTACHMENTS);
                count += u64::from(
                    depth == 3 && in_attachments && is(tag.name(), super::vocabulary::ATTACHMENT),
                );
            }
            Ok(Event::Empty(tag)) => {
                count += u64::from(
                    depth == 2 && in_attachments && is(tag.name(), super::vocabulary::ATTACHMENT),
                );
            }
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                in_attachments &= depth >= 2;
            }
            Ok(Event::Eof) | Err(_) => return count,
            Ok(_) => {}
        }
    }
}
