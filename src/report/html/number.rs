//! How numbers look: groups of three digits apart by a narrow space that does not break, a point before decimals.

/// SI brochure 5.4.4; U+202F.
const NARROW_SPACE: char = '\u{202f}';

/// 1 234 567
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(NARROW_SPACE);
        }
        out.push(digit);
    }
    out
}

/// 1 letter, 2 letters
pub(super) fn letters(n: u64) -> String {
    counted(n, "letter", "letters")
}

/// A number with its noun.
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A share, to a tenth; never zero for something, never the whole for less than all.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    match (part, tenths) {
        (0, _) => "0.0 %".to_owned(),
        (_, 0) => "< 0.1 %".to_owned(),
        (_, tenths) => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// 1 234.50 SEK
pub(super) fn money(hundredths: u64, currency: &str) -> String {
    let (units, rest) = (hundredths / 100, hundredths % 100);
    format!("{}.{rest:02}\u{a0}{currency}", count(units))
}

/// Kilograms with three decimals from one kilogram up, else grams.
pub(super) fn weight(milligrams: u64) -> String {
    let grams = milligrams.saturating_add(500) / 1000;
    if grams >= 1000 {
        format!("{}.{:03}\u{a0}kg", count(grams / 1000), grams % 1000)
    } else {
        format!("{grams}\u{a0}g")
    }
}

/// Bytes in powers of 1000, as disks are sold.
pub(super) fn size(bytes: u64) -> String {
    let scaled = |unit: u64, name: &str| {
        let tenths = bytes / (unit / 10);
        format!("{}.{}\u{a0}{name}", count(tenths / 10), tenths % 10)
    };
    match bytes {
        0..1_000 => format!("{bytes}\u{a0}bytes"),
        1_000..1_000_000 => scaled(1_000, "kB"),
        1_000_000..1_000_000_000 => scaled(1_000_000, "MB"),
        _ => scaled(1_000_000_000, "GB"),
    }
}

/// Seconds with what matters of their decimals.
pub(super) fn seconds(seconds: f64) -> String {
    if seconds >= 100.0 {
        format!("{seconds:.0}\u{a0}s")
    } else {
        format!("{seconds:.2}\u{a0}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(letters(1), "1 letter");
        assert_eq!(percent(1, 1_000_000), "< 0.1 %");
        assert_eq!(percent(999_999, 1_000_000), "99.9 %");
        assert_eq!(percent(1, 4), "25.0 %");
        assert_eq!(money(123_450, "SEK"), "1\u{202f}234.50\u{a0}SEK");
        assert_eq!(weight(12_345_600), "12.346\u{a0}kg");
        assert_eq!(weight(999_400), "999\u{a0}g");
        assert_eq!(size(999), "999\u{a0}bytes");
        assert_eq!(size(1_049_999), "1.0\u{a0}MB");
        assert_eq!(
            size(u64::MAX),
            "18\u{202f}446\u{202f}744\u{202f}073.7\u{a0}GB"
        );
    }
}
