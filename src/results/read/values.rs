//! Single values of a results file.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::{INITIALS_DIGITS, INITIALS_MAX, Job, MARK_DIGITS, MARK_VERSION, SHEET_DIGITS, Wrong};
use crate::finding::shape;
use crate::letter::PlantTime;
use crate::spool::Payload;

/// What is behind the first lines, and how many they were.
pub(super) fn behind_lines(bytes: &[u8], lines: usize) -> (&[u8], u64) {
    let mut rest = bytes;
    for passed in 0..lines {
        match memchr::memchr(b'\n', rest) {
            Some(end) => rest = rest.get(end + 1..).unwrap_or_default(),
            None => return (b"", passed as u64),
        }
    }
    (rest, lines as u64)
}

pub(super) fn digits(text: &str, max: u32) -> Option<u32> {
    let plain = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = plain.then(|| text.parse().ok())??;
    u32::try_from(number).ok().filter(|number| *number <= max)
}

/// Job and reprint: `42`, `00000042.1`.
pub(super) fn job(text: &str, child: &str) -> Result<Option<Job>, Wrong> {
    let wrong = |what: &str, text: &str, allowed| (format!("{what} `{}`", shape(text)), allowed);
    let (number, behind) = match text.split_once('.') {
        Some((number, behind)) => (number, Some(behind)),
        None => (text, None),
    };
    let number = match number {
        "" if behind.is_none() => None,
        number => Some(digits(number, 99_999_999).ok_or_else(|| {
            wrong(
                "job",
                text,
                "eight digits; a full stop and the number of the reprint may follow",
            )
        })?),
    };
    let said = [behind, Some(child).filter(|child| !child.is_empty())];
    let mut children = Vec::new();
    for text in said.into_iter().flatten() {
        let child = digits(text, 99).and_then(|child| u8::try_from(child).ok());
        children.push(child.ok_or_else(|| wrong("reprint", text, "0 to 99"))?);
    }
    if children.windows(2).any(|two| two.first() != two.last()) {
        return Err((
            "two numbers of the reprint".into(),
            "the same in `job` and `child`",
        ));
    }
    let child = children.first().copied();
    Ok((number.is_some() || child.is_some()).then_some(Job { number, child }))
}

pub(super) fn of_mark(text: &str) -> Result<(Option<Job>, u32, Option<u16>), Wrong> {
    let wrong = |what: &str| {
        let found = format!("a mark {what} (`{}`)", shape(text));
        (found, "the 36 digits of a mark, or its first 19 to 35")
    };
    if !text.bytes().all(|b| b.is_ascii_digit())
        || !(Payload::PREFIX_DIGITS..=MARK_DIGITS).contains(&text.len())
    {
        return Err(wrong("of another form"));
    }
    if text.len() == MARK_DIGITS {
        let payload =
            Payload::read(text.as_bytes()).ok_or_else(|| wrong("with wrong check digits"))?;
        let job = Job {
            number: Some(payload.job),
            child: Some(payload.child),
        };
        return Ok((Some(job), payload.piece, Some(payload.sheet)));
    }
    let number = |from: usize, width: usize, max| {
        let field = text.get(from..from + width);
        field.and_then(|field| digits(field, max))
    };
    if text.get(..1) != Some(MARK_VERSION) {
        return Err(wrong("of another version"));
    }
    let piece = number(11, 8, 99_999_999).filter(|piece| *piece > 0);
    let job = Job {
        number: number(1, 8, 99_999_999),
        child: number(9, 2, 99).and_then(|child| u8::try_from(child).ok()),
    };
    let sheet = number(Payload::PREFIX_DIGITS, SHEET_DIGITS, 999);
    let sheet = sheet.and_then(|sheet| u16::try_from(sheet).ok());
    Ok((
        Some(job),
        piece.ok_or_else(|| wrong("without a piece"))?,
        sheet,
    ))
}

/// A time: fourteen digits, or a date and a time of day with a `T` or a space between; behind the latter fractions of a
/// second, which do not count, and an offset.
pub(super) fn moment(text: &str) -> Option<PlantTime> {
    let Some((civil, behind)) = text.split_at_checked(19) else {
        return Some(PlantTime::local(civil_of(text)?));
    };
    let digits: String = civil.chars().filter(char::is_ascii_digit).collect();
    let form = |c: char| if c.is_ascii_digit() { '9' } else { c };
    let formed: String = civil.chars().map(form).collect();
    if formed.replace(' ', "T") != "9999-99-99T99:99:99" {
        return None;
    }
    let civil = civil_of(&digits)?;
    let offset = match behind.strip_prefix('.') {
        Some(fraction) => {
            let offset = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (offset.len() < fraction.len()).then_some(offset)?
        }
        None => behind,
    };
    match offset {
        "" => Some(PlantTime::local(civil)),
        "Z" | "z" => Some(PlantTime::utc(TimeZone::UTC.to_timestamp(civil).ok()?)),
        offset => {
            let offset = TimeZone::fixed(offset_of(offset)?);
            Some(PlantTime::utc(offset.to_timestamp(civil).ok()?))
        }
    }
}

/// `YYYYMMDDhhmmss`.
fn civil_of(text: &str) -> Option<DateTime> {
    if text.len() != 14 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let two = |from: usize| text.get(from..from + 2)?.parse::<i8>().ok();
    let year = text.get(..4)?.parse().ok()?;
    DateTime::new(year, two(4)?, two(6)?, two(8)?, two(10)?, two(12)?, 0).ok()
}

/// `+01:00`.
fn offset_of(text: &str) -> Option<Offset> {
    let (sign, text) = match text.split_at_checked(1)? {
        ("+", text) => (1, text),
        ("-", text) => (-1, text),
        _ => return None,
    };
    let (hours, minutes) = text.split_once(':').filter(|_| text.len() == 5)?;
    let (hours, minutes) = (digits(hours, 23)?, digits(minutes, 59)?);
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    Offset::from_seconds(sign * seconds).ok()
}

/// Two persons, each by initials.
pub(super) fn signed(by: &str, by_2: &str) -> Result<Option<[String; 2]>, Wrong> {
    match (by.is_empty(), by_2.is_empty()) {
        (true, true) => Ok(None),
        // One is none: the ledger then asks for two.
        (false, true) | (true, false) => Ok(None),
        (false, false) => initials(by, by_2).map(Some).ok_or_else(|| {
            (
                "initials of another form, or of one person".into(),
                INITIALS,
            )
        }),
    }
}

/// What initials must be.
pub const INITIALS: &str =
    "two persons, each by 1 to 8 letters or digits, at most 5 of them digits";

/// Initials of two persons; `None` where they are none, or of one.
pub fn initials(by: &str, by_2: &str) -> Option<[String; 2]> {
    let good = |text: &str| {
        let chars = text.chars().count();
        let digits = text.chars().filter(|c| c.is_numeric()).count();
        (1..=INITIALS_MAX).contains(&chars)
            && text.chars().all(char::is_alphanumeric)
            && digits < INITIALS_DIGITS
    };
    let both = [by.to_uppercase(), by_2.to_uppercase()];
    (good(by) && good(by_2) && both[0] != both[1]).then_some(both)
}
