//! `xs:date` and `xs:dateTime` as civil dates and times.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

/// The calendar date of an `xs:date`, in its own offset.
pub(super) fn date(text: &str) -> Option<Date> {
    day(without_offset(text, "yyyy-mm-dd".len()))
}

/// The date and time of an `xs:dateTime`, in its own offset. 24:00:00 is the end of the day.
pub(super) fn date_time(text: &str) -> Option<DateTime> {
    let local = without_offset(text, "yyyy-mm-ddThh:mm:ss".len());
    let (date, time) = local.split_once('T')?;
    let date = day(date)?;
    let (time, fraction) = match time.split_once('.') {
        Some((time, fraction)) if !fraction.is_empty() => (time, fraction),
        Some(_) => return None,
        None => (time, "0"),
    };
    let nanoseconds = nanoseconds(fraction)?;
    let [hour, minute, second] = numbers(time, [2, 2, 2], b':')?;
    if (hour, minute, second, nanoseconds) == (24, 0, 0, 0) {
        return Some(
            date.checked_add(1.day())
                .ok()?
                .to_datetime(Time::midnight()),
        );
    }
    let small = |n: i16| i8::try_from(n).ok();
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, nanoseconds).ok()?;
    Some(date.to_datetime(time))
}

fn day(text: &str) -> Option<Date> {
    let [year, month, day] = numbers(text, [4, 2, 2], b'-')?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
        .ok()
        .filter(|_| year > 0)
}

/// XML Schema allows any number of digits; nine count.
fn nanoseconds(fraction: &str) -> Option<i32> {
    let digits = fraction.bytes().all(|b| b.is_ascii_digit());
    let nine: String = fraction
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    digits.then(|| nine.parse().ok()).flatten()
}

/// Three numbers of exactly these widths.
fn numbers(text: &str, widths: [usize; 3], between: u8) -> Option<[i16; 3]> {
    let mut parts = text.split(between as char);
    let mut out = [0; 3];
    for (width, slot) in widths.iter().zip(&mut out) {
        let part = parts
            .next()
            .filter(|p| p.len() == *width && p.bytes().all(|b| b.is_ascii_digit()))?;
        *slot = part.parse().ok()?;
    }
    parts.next().is_none().then_some(out)
}

/// Cuts `Z` or `±hh:mm` off, which can only stand behind the first `from` bytes.
fn without_offset(text: &str, from: usize) -> &str {
    let Some(tail) = text.get(from..) else {
        return text;
    };
    match tail.find(['Z', '+', '-']) {
        Some(i) => &text[..from + i],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    #[test]
    fn offsets_do_not_move_the_date() {
        for text in [
            "2026-03-01",
            "2026-03-01Z",
            "2026-03-01+14:00",
            "2026-03-01-12:00",
        ] {
            assert_eq!(date(text), Some(day(2026, 3, 1)), "{text}");
        }
        for text in [
            "2026-02-30",
            "2026-3-1",
            "",
            "20260301",
            "2026-03-01T00:00:00",
            "x026-03-01",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
        let noon = day(2026, 3, 1).at(12, 0, 0, 0);
        for text in [
            "2026-03-01T12:00:00",
            "2026-03-01T12:00:00Z",
            "2026-03-01T12:00:00.000+01:00",
            "2026-03-01T12:00:00.000000000000-05:00",
        ] {
            assert_eq!(date_time(text), Some(noon), "{text}");
        }
        assert_eq!(
            date_time("2026-12-31T24:00:00+01:00"),
            Some(day(2027, 1, 1).at(0, 0, 0, 0))
        );
        for text in [
            "2026-03-01",
            "2026-03-01T24:00:01",
            "2026-03-01T25:00:00",
            "2026-03-01T",
            "ååååååååååååå",
        ] {
            assert_eq!(date_time(text), None, "{text}");
        }
    }
}
