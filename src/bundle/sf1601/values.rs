//! What the texts of a `ForsendelseI` may be: the patterns of facts/denmark.md §4.2, by hand.

use crate::bundle::dates::{is_date, is_date_time};

/// The kinds of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Fewest and most characters.
    Text(usize, usize),
    /// Smallest and largest.
    Number(u64, u64),
    /// One of these.
    Code(&'static [&'static str]),
    /// `xs:boolean`.
    Boolean,
    /// `xs:date`.
    Date,
    /// `xs:dateTime`.
    DateTime,
    /// `xs:base64Binary`.
    Base64,
    /// Ten digits that begin with a day and a month, or ten zeros.
    Cpr,
    /// `1` to `999`, perhaps with a capital.
    House,
    /// `1` to `99`, `st`, `kl`, `k2` to `k9`.
    Floor,
    /// Four digits.
    PostCode,
    /// Two or three letters, three or four digits.
    Country,
    /// At most 191 characters, `@`, at most 64.
    Email,
}

impl Kind {
    /// White space around its values means nothing.
    pub(super) fn is_collapsed(self) -> bool {
        matches!(
            self,
            Self::Number(..) | Self::Boolean | Self::Date | Self::DateTime | Self::Base64
        )
    }
}

/// What is allowed, where the text is something else. Base64 is judged by who decodes it.
pub(super) fn fault(kind: Kind, text: &str) -> Option<String> {
    let good = match kind {
        Kind::Text(least, most) => {
            let characters = text.chars().take(most.saturating_add(1)).count();
            (least..=most).contains(&characters)
        }
        Kind::Number(least, most) => is_number(text, least, most),
        Kind::Code(codes) => codes.contains(&text),
        Kind::Boolean => matches!(text, "true" | "false" | "1" | "0"),
        Kind::Date => is_date(text),
        Kind::DateTime => is_date_time(text),
        Kind::Base64 => true,
        Kind::Cpr => is_cpr(text),
        Kind::House => is_house(text),
        Kind::Floor => is_floor(text),
        Kind::PostCode => digits(text, 4, 4),
        Kind::Country => is_country(text),
        Kind::Email => is_email(text),
    };
    (!good).then(|| allowed(kind))
}

fn allowed(kind: Kind) -> String {
    match kind {
        Kind::Text(least, usize::MAX) => format!("{least} characters or more"),
        Kind::Text(least, most) => format!("{least} to {most} characters"),
        Kind::Number(least, u64::MAX) => format!("a whole number from {least}"),
        Kind::Number(least, most) => format!("a whole number from {least} to {most}"),
        Kind::Code(codes) => codes.join(" | "),
        Kind::Boolean => "true or false".into(),
        Kind::Date => "a date, yyyy-mm-dd".into(),
        Kind::DateTime => "a date and time, yyyy-mm-ddThh:mm:ss".into(),
        Kind::Base64 => "base64".into(),
        Kind::Cpr => "ten digits that begin with a day and a month, or ten zeros".into(),
        Kind::House => "a house number of 1 to 999, perhaps with a capital letter".into(),
        Kind::Floor => "1 to 99, st, kl, k2 to k9".into(),
        Kind::PostCode => "four digits".into(),
        Kind::Country => "two or three letters, or three or four digits".into(),
        Kind::Email => "at most 191 characters, @, at most 64 characters".into(),
    }
}

fn digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// A number of more than twenty digits is none that anybody means.
fn is_number(text: &str, least: u64, most: u64) -> bool {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    digits(unsigned, 1, 20)
        && unsigned
            .parse()
            .is_ok_and(|n: u64| (least..=most).contains(&n))
}

/// The month decides how many days there are; 29 February is always one.
fn is_cpr(text: &str) -> bool {
    let number = |from| text.get(from..from + 2).and_then(|t| t.parse().ok());
    let (Some(day), Some(month)) = (number(0), number(2)) else {
        return false;
    };
    let days: u8 = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    digits(text, 10, 10) && ((1..=days).contains(&day) || text == "0000000000")
}

/// The pattern of `StreetBuildingIdentifier`.
pub(super) fn is_house(text: &str) -> bool {
    let number = text
        .strip_suffix(|c: char| c.is_ascii_uppercase())
        .unwrap_or(text);
    digits(number, 1, 3) && !number.starts_with('0')
}

/// The pattern of `FloorIdentifier`.
pub(super) fn is_floor(text: &str) -> bool {
    match text.as_bytes() {
        b"st" | b"ST" | b"kl" | b"KL" | [b'k' | b'K', b'2'..=b'9'] => true,
        _ => digits(text, 1, 2) && !text.starts_with('0'),
    }
}

/// The pattern has a comma among its letters.
fn is_country(text: &str) -> bool {
    let letters = text.bytes().all(|b| b.is_ascii_alphabetic() || b == b',');
    matches!(text.len(), 2 | 3) && letters || digits(text, 3, 4)
}

/// The pattern of `EmailAddressIdentifier`.
fn is_email(text: &str) -> bool {
    let good = |c: char| !r">()[]\,;:@".contains(c) && !matches!(c, ' ' | '\t' | '\n' | '\r');
    text.split_once('@').is_some_and(|(who, host)| {
        who.chars().count() <= 191
            && (1..=64).contains(&host.chars().count())
            && who.chars().chain(host.chars()).all(good)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: Kind, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(fault(kind, text), None, "{text:?}");
        }
        for text in bad {
            assert!(fault(kind, text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn patterns_at_their_limits() {
        check(
            Kind::House,
            &["1", "9Z", "99", "100A", "999", "999Z"],
            &["", "0", "01", "1a", "1000", "1AA", "A", "1 A", "1Æ"],
        );
        check(
            Kind::Floor,
            &["1", "99", "st", "ST", "kl", "KL", "k2", "K9"],
            &["", "0", "100", "k1", "St", "stu", "01", "3."],
        );
        check(
            Kind::Cpr,
            &[
                "0000000000",
                "3101000000",
                "3004999999",
                "2902010001",
                "0112009999",
            ],
            &[
                "",
                "3201000000",
                "3104000000",
                "3002000000",
                "0113000000",
                "0000000001",
                "010100000",
                "01010000000",
                "010100-000",
                "ååååå",
            ],
        );
        check(
            Kind::PostCode,
            &["0000", "9999"],
            &["", "999", "99999", "12 4", "１２３４"],
        );
        check(
            Kind::Country,
            &["DK", "dnk", "208", "5100"],
            &["", "D", "DKDK", "20", "20800", "D1"],
        );
        check(
            Kind::Email,
            &["@b", "a@b", "a.b+c@d-e.dk"],
            &["", "a@", "a", "a@b@c", "a b@c", "a@b,c", "a@[b]"],
        );
        let long = |who: usize, host: usize| format!("{}@{}", "a".repeat(who), "b".repeat(host));
        check(
            Kind::Email,
            &[&long(191, 64)],
            &[&long(192, 64), &long(191, 65)],
        );
        check(
            Kind::Text(1, 38),
            &["a", &"å".repeat(38)],
            &["", &"å".repeat(39)],
        );
        check(
            Kind::Number(1, 9_999),
            &["1", "9999", "+1", "0001"],
            &["0", "10000", "-1", "1.0", "", "184467440737095516150"],
        );
        check(Kind::Boolean, &["true", "0"], &["", "TRUE", "yes"]);
        check(
            Kind::Date,
            &["2026-02-28", "2026-02-28Z"],
            &["", "2026-02-29"],
        );
        check(
            Kind::DateTime,
            &["2026-02-28T00:00:00", "2026-02-28T23:59:59.25+01:00"],
            &["", "2026-02-28"],
        );
        check(Kind::Code(&["a", "b"]), &["a"], &["", "A", "ab"]);
    }
}
