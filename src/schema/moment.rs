//! Dates, times and durations of XML Schema part 2 (§3.2.6 to §3.2.14): form, calendar, order.
//!
//! Years have at most 18 digits ([`YEAR_DIGITS_MAX`]); fractions of a second are compared to 18 digits.

use std::cmp::Ordering;

/// Digits of a year or of a part of a duration; the standard asks for four.
pub(super) const YEAR_DIGITS_MAX: usize = 18;

/// Which of the eight types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    DateTime,
    Date,
    Time,
    GYear,
    GYearMonth,
    GMonth,
    GMonthDay,
    GDay,
}

/// A point in time, or a repeating one with stand-ins for what it does not name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Seconds from 1970-01-01 without regard to the zone.
    seconds: i128,
    /// In 10⁻¹⁸ seconds.
    fraction: u64,
    /// Minutes east of Greenwich.
    zone: Option<i16>,
}

/// Reads from the left; every step gives `None` when the text is not as expected.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn eat(&mut self, byte: u8) -> Option<()> {
        let (&first, rest) = self.0.split_first()?;
        (first == byte).then(|| self.0 = rest)
    }

    fn digits(&mut self) -> &'a [u8] {
        let len = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(len);
        self.0 = rest;
        digits
    }

    /// A number of exactly two digits, at most `max`.
    fn two(&mut self, min: u32, max: u32) -> Option<u32> {
        let (&[a, b], rest) = self.0.split_first_chunk::<2>()?;
        if !a.is_ascii_digit() || !b.is_ascii_digit() {
            return None;
        }
        self.0 = rest;
        let number = u32::from(a - b'0') * 10 + u32::from(b - b'0');
        (min..=max).contains(&number).then_some(number)
    }

    /// At least four digits, none of them a superfluous zero, never the year 0000 (part 2 §3.2.7.1).
    fn year(&mut self) -> Option<i64> {
        let negative = self.eat(b'-').is_some();
        let digits = self.digits();
        let superfluous = digits.len() > 4 && digits.first() == Some(&b'0');
        if digits.len() < 4 || digits.len() > YEAR_DIGITS_MAX || superfluous {
            return None;
        }
        let year = number(digits)?;
        match (year, negative) {
            (0, _) => None,
            (year, true) => Some(-year),
            (year, false) => Some(year),
        }
    }

    /// `hh:mm:ss` with a fraction; 24:00:00 is the end of a day.
    fn time(&mut self) -> Option<(u32, u64)> {
        let hour = self.two(0, 24)?;
        self.eat(b':')?;
        let minute = self.two(0, 59)?;
        self.eat(b':')?;
        let second = self.two(0, 59)?;
        let mut fraction = 0;
        if self.eat(b'.').is_some() {
            let digits = self.digits();
            if digits.is_empty() {
                return None;
            }
            fraction = eighteen(digits);
        }
        if hour == 24 && (minute, second, fraction) != (0, 0, 0) {
            return None;
        }
        Some((hour * 3600 + minute * 60 + second, fraction))
    }

    /// Nothing, `Z`, or an offset of at most 14:00; then the end.
    fn zone_and_end(&mut self) -> Option<Option<i16>> {
        let zone = match self.0.first() {
            None => None,
            Some(b'Z') => {
                self.eat(b'Z')?;
                Some(0)
            }
            Some(&sign @ (b'+' | b'-')) => {
                self.eat(sign)?;
                let hours = self.two(0, 14)? as i16;
                self.eat(b':')?;
                let minutes = self.two(0, 59)? as i16;
                if hours == 14 && minutes != 0 {
                    return None;
                }
                let offset = hours * 60 + minutes;
                Some(if sign == b'-' { -offset } else { offset })
            }
            Some(_) => return None,
        };
        self.0.is_empty().then_some(zone)
    }
}

impl Moment {
    /// Reads `text`, white space already collapsed.
    pub fn read(kind: Kind, text: &str) -> Option<Self> {
        let mut cursor = Cursor(text.as_bytes());
        let c = &mut cursor;
        // 1972 is a leap year and its January has 31 days, so that --02-29 and ---31 exist.
        let (mut year, mut month, mut day, mut clock) = (1972, 1, 1, (0, 0));
        match kind {
            Kind::DateTime | Kind::Date | Kind::GYearMonth => {
                year = c.year()?;
                c.eat(b'-')?;
                month = c.two(1, 12)?;
                if kind != Kind::GYearMonth {
                    c.eat(b'-')?;
                    day = c.two(1, 31)?;
                }
                if kind == Kind::DateTime {
                    c.eat(b'T')?;
                    clock = c.time()?;
                }
            }
            Kind::GYear => year = c.year()?,
            Kind::Time => clock = c.time()?,
            Kind::GMonth | Kind::GMonthDay => {
                c.eat(b'-')?;
                c.eat(b'-')?;
                month = c.two(1, 12)?;
                if kind == Kind::GMonthDay {
                    c.eat(b'-')?;
                    day = c.two(1, 31)?;
                }
            }
            Kind::GDay => {
                for _ in 0..3 {
                    c.eat(b'-')?;
                }
                day = c.two(1, 31)?;
            }
        }
        if day > days_in(year, month) {
            return None;
        }
        let zone = c.zone_and_end()?;
        let mut seconds = days_from_civil(year.into(), month, day) * 86_400 + i128::from(clock.0);
        if kind == Kind::Time {
            seconds %= 86_400;
        }
        Some(Self {
            seconds,
            fraction: clock.1,
            zone,
        })
    }

    /// The partial order of part 2 §3.2.7.4: without a zone on one side, only a distance over 14 hours decides.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        const DAY_HALF: i128 = 14 * 3600;
        let utc = |m: &Self, zone: i16| (m.seconds - i128::from(zone) * 60, m.fraction);
        match (self.zone, other.zone) {
            (Some(a), Some(b)) => Some(utc(self, a).cmp(&utc(other, b))),
            (None, None) => Some(utc(self, 0).cmp(&utc(other, 0))),
            (Some(zone), None) => {
                let (a, b) = (utc(self, zone), utc(other, 0));
                if a < (b.0 - DAY_HALF, b.1) {
                    Some(Ordering::Less)
                } else if a > (b.0 + DAY_HALF, b.1) {
                    Some(Ordering::Greater)
                } else {
                    None
                }
            }
            (None, Some(_)) => other.order(self).map(Ordering::reverse),
        }
    }
}

/// `PnYnMnDTnHnMnS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Duration {
    months: i128,
    seconds: i128,
    /// In 10⁻¹⁸ seconds, with the sign of the duration.
    fraction: i64,
}

impl Duration {
    /// Reads `text`, white space already collapsed.
    pub fn read(text: &str) -> Option<Self> {
        let mut c = Cursor(text.as_bytes());
        let sign = if c.eat(b'-').is_some() { -1 } else { 1 };
        c.eat(b'P')?;
        let (mut months, mut seconds, mut fraction) = (0_i128, 0_i128, 0);
        let mut parts: &[(u8, i128)] = &[(b'Y', 12), (b'M', 1), (b'D', 0)];
        let mut in_time = false;
        let mut named = 0;
        while !c.0.is_empty() {
            if !in_time && c.eat(b'T').is_some() {
                in_time = true;
                named = 0;
                parts = &[(b'H', 3600), (b'M', 60), (b'S', 1)];
                continue;
            }
            let digits = c.digits();
            if digits.is_empty() || digits.len() > YEAR_DIGITS_MAX {
                return None;
            }
            let amount = i128::from(number(digits)?);
            let after_point = if in_time && c.eat(b'.').is_some() {
                Some(c.digits()).filter(|digits| !digits.is_empty())?
            } else {
                &[]
            };
            let place = parts
                .iter()
                .position(|(letter, _)| c.eat(*letter).is_some())?;
            let (letter, unit) = parts[place];
            if !after_point.is_empty() {
                if letter != b'S' {
                    return None;
                }
                fraction = eighteen(after_point) as i64;
            }
            match (in_time, letter) {
                (false, b'D') => seconds += amount * 86_400,
                (false, _) => months += amount * unit,
                (true, _) => seconds += amount * unit,
            }
            parts = &parts[place + 1..];
            named += 1;
        }
        (named > 0).then_some(Self {
            months: sign * months,
            seconds: sign * seconds,
            fraction: sign as i64 * fraction,
        })
    }

    /// The partial order of part 2 §3.2.6.2: both are added to four dates, and must compare alike on all.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        const REFERENCES: [(i64, u32); 4] = [(1696, 9), (1697, 2), (1903, 3), (1903, 7)];
        let ends = |d: &Self, (year, month): (i64, u32)| {
            let months = i128::from(year) * 12 + i128::from(month) - 1 + d.months;
            let month = months.rem_euclid(12) as u32 + 1;
            let days = days_from_civil(months.div_euclid(12), month, 1);
            (days * 86_400 + d.seconds, d.fraction)
        };
        let mut orders = REFERENCES.map(|at| ends(self, at).cmp(&ends(other, at)));
        orders.sort();
        (orders[0] == orders[3]).then_some(orders[0])
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The first 18 digits after the point as a number.
fn eighteen(digits: &[u8]) -> u64 {
    let padded = digits.iter().copied().chain(std::iter::repeat(b'0'));
    padded
        .take(18)
        .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
}

fn days_in(year: i64, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar. There is no date in the year 0, but the years before it
/// are counted as if there were one, as ISO 8601 and the validators we compare with do.
fn days_from_civil(year: i128, month: u32, day: u32) -> i128 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = i128::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i128::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(kind: Kind, text: &str) -> bool {
        Moment::read(kind, text).is_some()
    }

    #[test]
    fn calendar_and_zones_are_true() {
        for good in [
            "2024-02-29",
            "2000-02-29Z",
            "2026-01-31+14:00",
            "-0001-12-31",
            "12026-01-01",
        ] {
            assert!(reads(Kind::Date, good), "{good}");
        }
        for bad in [
            "2023-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "0000-01-01",
            "02026-01-01",
            "26-01-01",
            "2026-1-01",
            "2026-01-01+14:01",
            "2026-01-01+15:00",
            "2026-01-01z",
            "+2026-01-01",
            "2026-01-01 ",
            "",
        ] {
            assert!(!reads(Kind::Date, bad), "{bad}");
        }
    }

    #[test]
    fn clocks() {
        for good in [
            "00:00:00",
            "24:00:00",
            "23:59:59.999999999999999999999",
            "12:00:00-00:30",
        ] {
            assert!(reads(Kind::Time, good), "{good}");
        }
        for bad in [
            "24:00:01",
            "25:00:00",
            "12:60:00",
            "12:00:60",
            "12:00",
            "12:00:00.",
            "1:00:00",
        ] {
            assert!(!reads(Kind::Time, bad), "{bad}");
        }
        assert!(reads(Kind::DateTime, "2026-01-15T22:10:00Z"));
        assert!(!reads(Kind::DateTime, "2026-01-15 22:10:00"));
        assert!(reads(Kind::GMonthDay, "--02-29"));
        assert!(!reads(Kind::GMonthDay, "--02-30"));
        assert!(reads(Kind::GDay, "---31"));
        assert!(reads(Kind::GMonth, "--12"));
        assert!(reads(Kind::GYear, "2026+01:00"));
        assert!(reads(Kind::GYearMonth, "2026-12"));
    }

    #[test]
    fn order_is_partial_without_zones() {
        let at = |text| Moment::read(Kind::DateTime, text).unwrap();
        let a = at("2000-01-15T00:00:00");
        assert_eq!(a.order(&at("2000-02-15T00:00:00Z")), Some(Ordering::Less));
        assert_eq!(a.order(&at("2000-01-15T10:00:00Z")), None);
        assert_eq!(
            at("2000-01-15T12:00:00+01:00").order(&at("2000-01-15T11:00:00Z")),
            Some(Ordering::Equal)
        );
    }

    #[test]
    fn durations() {
        for good in [
            "P1Y",
            "P1M",
            "-P30D",
            "PT1.5S",
            "P1Y2M3DT4H5M6S",
            "P1Y1D",
            "PT0S",
        ] {
            assert!(Duration::read(good).is_some(), "{good}");
        }
        for bad in [
            "P", "PT", "P1YT", "1Y", "P1D1Y", "P1S", "PT1.S", "P1.5Y", "P-1Y", "",
        ] {
            assert!(Duration::read(bad).is_none(), "{bad}");
        }
        let d = |text| Duration::read(text).unwrap();
        assert_eq!(d("P1M").order(&d("P30D")), None);
        assert_eq!(d("P1Y").order(&d("P12M")), Some(Ordering::Equal));
        assert_eq!(d("P1M").order(&d("P27D")), Some(Ordering::Greater));
    }
}
