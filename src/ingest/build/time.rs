//! `xs:date` and `xs:dateTime` as civil dates and times.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

/// The calendar date of an `xs:date`, in its own offset.
pub(super) fn date(text: &str) -> Option<Date> {
    without_offset(text, "yyyy-mm-dd".len())
        .parse()
        .ok()
        .filter(|_| text.len() >= 10)
}

/// The date and time of an `xs:dateTime`, in its own offset. 24:00:00 is the end of the day.
pub(super) fn date_time(text: &str) -> Option<DateTime> {
    let local = without_offset(text, "yyyy-mm-ddThh:mm:ss".len());
    let (day, time) = local.split_once('T')?;
    let day: Date = day.parse().ok()?;
    if let Some(rest) = time.strip_prefix("24:00:00") {
        let whole = rest.trim_start_matches('.').bytes().all(|b| b == b'0');
        return whole
            .then(|| day.checked_add(1.day()).ok())
            .flatten()
            .map(|d| d.at(0, 0, 0, 0));
    }
    // XML Schema allows any number of digits in a fraction of a second, jiff nine.
    let time = match time.split_once('.') {
        Some((seconds, fraction)) => format!("{seconds}.{}", fraction.get(..9).unwrap_or(fraction)),
        None => time.to_owned(),
    };
    let time: jiff::civil::Time = time.parse().ok()?;
    Some(day.to_datetime(time))
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
