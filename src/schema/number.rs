//! Decimals of any length, and the form of floats.

use std::cmp::Ordering;

/// A decimal as its digits: no sign, no leading zeros before the point, no trailing ones behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal<'a> {
    negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
}

impl<'a> Decimal<'a> {
    /// Reads `[+-]?(\d+(\.\d*)?|\.\d+)`.
    pub fn read(text: &'a str) -> Option<Self> {
        let (negative, digits) = split_sign(text.as_bytes());
        let point = digits.iter().position(|&b| b == b'.');
        let (whole, fraction) = match point {
            Some(point) => (&digits[..point], &digits[point + 1..]),
            None => (digits, &digits[..0]),
        };
        if whole.is_empty() && fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let leading = whole.iter().take_while(|&&b| b == b'0').count();
        let trailing = fraction.iter().rev().take_while(|&&b| b == b'0').count();
        let (whole, fraction) = (&whole[leading..], &fraction[..fraction.len() - trailing]);
        Some(Self {
            negative: negative && !(whole.is_empty() && fraction.is_empty()),
            whole,
            fraction,
        })
    }

    /// Significant digits, at least one (facet totalDigits).
    pub fn total_digits(&self) -> usize {
        let zeros_after_point = if self.whole.is_empty() {
            self.fraction.iter().take_while(|&&b| b == b'0').count()
        } else {
            0
        };
        (self.whole.len() + self.fraction.len() - zeros_after_point).max(1)
    }

    /// Digits behind the point (facet fractionDigits).
    pub fn fraction_digits(&self) -> usize {
        self.fraction.len()
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |a: &Self, b: &Self| {
            a.whole
                .len()
                .cmp(&b.whole.len())
                .then_with(|| a.whole.cmp(b.whole))
                .then_with(|| a.fraction.cmp(b.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// An optional sign and digits.
pub(super) fn is_integer(text: &str) -> bool {
    let (_, digits) = split_sign(text.as_bytes());
    !digits.is_empty() && all_digits(digits)
}

/// An integer within bounds; `None` for no bound. Bounds are within 64 bits, so longer numbers are outside.
pub(super) fn is_integer_within(text: &str, min: Option<i128>, max: Option<i128>) -> bool {
    if !is_integer(text) {
        return false;
    }
    let (negative, digits) = split_sign(text.as_bytes());
    let leading = digits.iter().take_while(|&&b| b == b'0').count();
    let digits = &digits[leading..];
    if digits.len() > 20 {
        return if negative {
            min.is_none()
        } else {
            max.is_none()
        };
    }
    let size = digits
        .iter()
        .fold(0_i128, |sum, &digit| sum * 10 + i128::from(digit - b'0'));
    let number = if negative { -size } else { size };
    min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
}

/// `xs:float` and `xs:double`, read as a double.
pub(super) fn float(text: &str) -> Option<f64> {
    match text {
        "INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ => {
            let (mantissa, exponent) = match text.find(['e', 'E']) {
                Some(at) => (&text[..at], Some(&text[at + 1..])),
                None => (text, None),
            };
            let fits = Decimal::read(mantissa).is_some() && exponent.is_none_or(is_integer);
            fits.then(|| text.parse().ok()).flatten()
        }
    }
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    }
}

fn all_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compare_by_value() {
        let d = |text| Decimal::read(text).unwrap();
        assert_eq!(d("+007.500"), d("7.5"));
        assert_eq!(d("-0.0"), d("0"));
        assert!(d("-2") < d("-1.5"));
        assert!(d("10") > d("9.999999999999999999999999"));
        assert!(d("0.1") > d("0.09"));
        for bad in ["", ".", "+", "-.", "1e3", "1,5", " 1", "--1", "1.2.3"] {
            assert_eq!(Decimal::read(bad), None, "{bad}");
        }
        assert_eq!(d("0.0120").total_digits(), 2);
        assert_eq!(d("100").total_digits(), 3);
        assert_eq!(d("100.50").fraction_digits(), 1);
    }

    #[test]
    fn integers_stay_in_their_range() {
        assert!(is_integer_within("-128", Some(-128), Some(127)));
        assert!(is_integer_within(
            "+000000000000000000000000127",
            Some(-128),
            Some(127)
        ));
        assert!(!is_integer_within("128", Some(-128), Some(127)));
        assert!(is_integer_within(
            "123456789012345678901234567890",
            Some(0),
            None
        ));
        assert!(!is_integer_within(
            "-123456789012345678901234567890",
            Some(0),
            None
        ));
        assert!(!is_integer_within("1.0", None, None));
    }

    #[test]
    fn floats() {
        for good in ["1", "-1.5E-3", ".5", "5.", "INF", "-INF", "NaN", "1e+9"] {
            assert!(float(good).is_some(), "{good}");
        }
        for bad in [
            "", "inf", "+INF", "nan", "1e", "e5", "1e5.5", "0x1", "1_0", "infinity",
        ] {
            assert!(float(bad).is_none(), "{bad}");
        }
    }
}
