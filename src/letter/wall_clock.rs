//! Times in UTC. A time without an offset is one on a Danish or Swedish wall clock.
//!
//! Both countries keep Central European Time with the summer time of directive 2000/84/EC: from the last Sunday in March to the
//! last in October, both changes at 01:00 UTC. The rule stands here, so that no zone database of the machine can change
//! what is written. Where the clock is put forward, a time that does not exist is taken an hour later; where it is put
//! back, the first of the two is meant.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use super::{Header, Text};

/// An `xs:dateTime` as written, and its civil part.
#[derive(Debug, Clone)]
pub struct DateTimeText<'a> {
    /// As written, with its offset if it has one.
    pub text: Text<'a>,
    /// Without the offset.
    pub civil: DateTime,
}

/// In the form of POSIX.1.
const CENTRAL_EUROPE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// The clock on the wall. Without a rule it knows the times with an offset only; the tests say that jiff reads the rule.
#[derive(Debug)]
pub struct WallClock(Option<TimeZone>);

impl WallClock {
    /// Of both countries.
    pub fn central_europe() -> Self {
        Self(TimeZone::posix(CENTRAL_EUROPE).ok())
    }

    fn instant(&self, text: &str, civil: DateTime) -> Option<Timestamp> {
        let zone = match offset(text)? {
            Some(offset) => TimeZone::fixed(offset),
            None => self.0.clone()?,
        };
        Some(civil.to_zoned(zone).ok()?.timestamp())
    }

    fn utc(&self, text: &str, civil: DateTime) -> Option<String> {
        self.instant(text, civil).map(written)
    }

    /// The moment that is meant; `None` for one that does not fit into the years 1 to 9999.
    pub fn moment(&self, time: &DateTimeText<'_>) -> Option<Timestamp> {
        self.instant(&time.text, time.civil)
    }

    /// `yyyy-mm-ddThh:mm:ssZ`; `None` for a time that does not fit into the years 1 to 9999.
    pub fn time(&self, time: &DateTimeText<'_>) -> Option<String> {
        self.utc(&time.text, time.civil)
    }

    /// The last second of a day.
    pub fn end_of_day(&self, day: Date) -> Option<String> {
        self.utc("", day.at(23, 59, 59, 0))
    }

    /// When the mailing was made.
    pub fn created(&self, header: &Header) -> Option<String> {
        let text = header.created_text.as_str();
        let clock = text.split_once('T').map_or("", |(_, clock)| clock);
        if clock.starts_with("24:") {
            let next = header.created.tomorrow().ok()?; // `created` is the day that ends.
            return self.utc(text, next.at(0, 0, 0, 0));
        }
        let end = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
        let length = text.len() - clock.len() + end;
        let civil = text.get(..length)?.parse().ok()?;
        self.utc(text, civil)
    }
}

/// Whole seconds: what is left out is less than one.
fn written(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The offset that an `xs:dateTime` names; outer `None`: it is none.
fn offset(text: &str) -> Option<Option<Offset>> {
    let clock = text.split_once('T').map_or("", |(_, clock)| clock);
    if clock.ends_with('Z') {
        return Some(Some(Offset::UTC));
    }
    let Some(at) = clock.find(['+', '-']) else {
        return Some(None);
    };
    let (sign, digits) = clock.get(at..)?.split_at_checked(1)?;
    let (hours, minutes) = digits.split_once(':')?;
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    let seconds = if sign == "-" { -seconds } else { seconds };
    Offset::from_seconds(seconds).ok().map(Some)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_time_is_written_in_utc() {
        let clock = WallClock::central_europe();
        for (text, expected) in [
            // Winter, summer, and both sides of both changes of 2026 (29 March, 25 October).
            ("2026-12-01T10:00:00", "2026-12-01T09:00:00Z"),
            ("2026-07-01T10:00:00", "2026-07-01T08:00:00Z"),
            ("2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
            ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
            ("2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
            ("2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
            // With an offset the wall clock does not count.
            ("2026-07-01T10:00:00Z", "2026-07-01T10:00:00Z"),
            ("2026-07-01T10:00:00.75-05:30", "2026-07-01T15:30:00Z"),
            ("2026-01-01T00:30:00+14:00", "2025-12-31T10:30:00Z"),
        ] {
            let offset = text
                .rfind(['Z', '+', '-'])
                .filter(|at| *at > "yyyy-mm-dd".len());
            let civil = text[..offset.unwrap_or(text.len())].parse().unwrap();
            let time = DateTimeText {
                text: text.into(),
                civil,
            };
            assert_eq!(clock.time(&time).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(
            clock.end_of_day(date(2026, 2, 15)).unwrap(),
            "2026-02-15T22:59:59Z"
        );
        assert_eq!(
            clock.end_of_day(date(2026, 8, 15)).unwrap(),
            "2026-08-15T21:59:59Z"
        );
        assert_eq!(
            clock.end_of_day(date(2026, 3, 29)).unwrap(),
            "2026-03-29T21:59:59Z"
        );
    }
}
