//! Dates and times as XML Schema 1.0 writes them (part 2, §3.2.7 and §3.2.9), in the years 1 to 9999.

use jiff::civil::Date;

/// `xs:date`, perhaps with an offset.
pub(super) fn is_date(text: &str) -> bool {
    let date = text.split_at_checked("yyyy-mm-dd".len());
    date.is_some_and(|(date, offset)| is_plain_date(date) && is_offset(offset))
}

/// `xs:dateTime`, perhaps with an offset.
pub(super) fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else {
        return false;
    };
    let Some((clock, rest)) = time.split_at_checked("hh:mm:ss".len()) else {
        return false;
    };
    let (fraction, offset) = match rest.strip_prefix('.') {
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            rest.split_at(digits)
        }
        None => ("0", rest),
    };
    let Some([hour, minute, second]) = numbers(clock, [2, 2, 2], ':') else {
        return false;
    };
    let in_day = hour < 24 && minute < 60 && second < 60;
    let end_of_day = (hour, minute, second) == (24, 0, 0) && fraction.bytes().all(|b| b == b'0');
    !fraction.is_empty() && is_plain_date(date) && (in_day || end_of_day) && is_offset(offset)
}

fn is_plain_date(text: &str) -> bool {
    numbers(text, [4, 2, 2], '-').is_some_and(|[year, month, day]| {
        let small = |n: i16| i8::try_from(n).unwrap_or_default();
        year > 0 && Date::new(year, small(month), small(day)).is_ok()
    })
}

/// Nothing, `Z`, or at most fourteen hours.
fn is_offset(text: &str) -> bool {
    match text.strip_prefix(['+', '-']) {
        Some(offset) => numbers(offset, [2, 2], ':').is_some_and(|[hours, minutes]| {
            hours < 14 && minutes < 60 || (hours, minutes) == (14, 0)
        }),
        None => matches!(text, "" | "Z"),
    }
}

/// Numbers of exactly these widths.
fn numbers<const N: usize>(text: &str, widths: [usize; N], between: char) -> Option<[i16; N]> {
    let mut parts = text.split(between);
    let mut out = [0; N];
    for (width, slot) in widths.iter().zip(&mut out) {
        let digits = parts.next().filter(|part| part.len() == *width)?;
        let only_digits = digits.bytes().all(|b| b.is_ascii_digit());
        *slot = only_digits.then(|| digits.parse().ok())??;
    }
    parts.next().is_none().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_those_of_xml_schema() {
        for date in [
            "0001-01-01",
            "2026-02-28",
            "2026-12-31Z",
            "2026-02-28+14:00",
            "2026-12-31-01:59",
        ] {
            assert!(is_date(date), "{date}");
        }
        for date in [
            "",
            "0000-01-01",
            "-2026-01-01",
            "2026-02-29",
            "2026-13-01",
            "26-12-31",
            "2026-2-28",
            "20260228",
            "2026-12-31+14:01",
            "2026-12-31+15:00",
            "2026-12-31+1:00",
            "2026-12-31+01",
            "2026-12-3å",
            "2026-02-2８",
        ] {
            assert!(!is_date(date), "{date}");
        }
        for time in [
            "2026-02-28T00:00:00",
            "2026-02-28T23:59:59.25+01:00",
            "2024-02-29T24:00:00.0Z",
            "2026-01-01T00:00:00.123Z",
        ] {
            assert!(is_date_time(time), "{time}");
        }
        for time in [
            "",
            "2026-02-28",
            "2026-02-28Z",
            "2026-02-28T10:00",
            "2026-02-28T10:00:00.",
            "2026-02-28T10:00:00.Z",
            "2026-02-28T10:60:00Z",
            "2026-02-28T23:59:60",
            "2026-02-28T24:00:01",
            "2026-02-28T24:00:00.1",
            "2026-02-28ZT10:00:00",
            "2025-02-29T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "2026-02-28T10:00:0å",
        ] {
            assert!(!is_date_time(time), "{time}");
        }
    }
}
