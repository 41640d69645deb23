//! Base64 and hexadecimal text, checked in pieces as it arrives, so that a document of many megabytes is never copied.

use memchr::{memchr, memchr2};

/// Follows `xs:base64Binary` (part 2 §3.2.16): white space anywhere, groups of four, padding only at the end, and the
/// bits that padding leaves over are zero.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Base64Scan {
    /// Characters of the alphabet so far.
    letters: u64,
    /// `=` so far.
    padding: u8,
    /// The last character of the alphabet.
    last: u8,
    broken: bool,
}

impl Base64Scan {
    /// The next piece of text.
    pub fn feed(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while !self.broken && !rest.is_empty() {
            let line_end = memchr2(b'\n', b' ', rest).unwrap_or(rest.len());
            self.line(&rest[..line_end]);
            rest = rest.get(line_end + 1..).unwrap_or_default();
        }
    }

    /// How many octets the text stands for, or `None` if it is not base64.
    pub fn octets(&self) -> Option<u64> {
        let last = value_of(self.last);
        let leftover_bits_are_zero = match self.padding {
            0 => true,
            1 => last & 0b11 == 0,
            _ => last & 0b1111 == 0,
        };
        let whole = (self.letters + u64::from(self.padding)).is_multiple_of(4);
        let fits = !self.broken && whole && leftover_bits_are_zero;
        fits.then(|| self.letters * 3 / 4)
    }

    fn line(&mut self, line: &[u8]) {
        let (letters, rest) = line.split_at(memchr(b'=', line).unwrap_or(line.len()));
        if self.padding == 0 && all_in_alphabet(letters) {
            self.letters += letters.len() as u64;
            self.last = letters.last().copied().unwrap_or(self.last);
        } else {
            letters.iter().for_each(|&byte| self.byte(byte));
        }
        rest.iter().for_each(|&byte| self.byte(byte));
    }

    fn byte(&mut self, byte: u8) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'=' => {
                // One `=` after three characters of a group, two after two.
                let place = self.letters % 4;
                self.padding = self.padding.saturating_add(1);
                self.broken |= place < 2 || u64::from(self.padding) > 4 - place;
            }
            _ if self.padding == 0 && in_alphabet(byte) => {
                self.letters += 1;
                self.last = byte;
            }
            _ => self.broken = true,
        }
    }
}

/// Follows `xs:hexBinary`: pairs of digits; white space only around them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HexScan {
    digits: u64,
    ended: bool,
    broken: bool,
}

impl HexScan {
    /// The next piece of text.
    pub fn feed(&mut self, piece: &[u8]) {
        for &byte in piece {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.ended = self.digits > 0,
                _ if byte.is_ascii_hexdigit() && !self.ended => self.digits += 1,
                _ => self.broken = true,
            }
        }
    }

    /// How many octets the text stands for, or `None` if it is not hexadecimal.
    pub fn octets(&self) -> Option<u64> {
        (!self.broken && self.digits.is_multiple_of(2)).then_some(self.digits / 2)
    }
}

/// Whole groups of four go through vector instructions; a group without padding has no other rule than the alphabet.
fn all_in_alphabet(line: &[u8]) -> bool {
    let (groups, rest) = line.split_at(line.len() / 4 * 4);
    base64_simd::STANDARD_NO_PAD.check(groups).is_ok() && rest.iter().copied().all(in_alphabet)
}

#[inline(always)]
fn in_alphabet(byte: u8) -> bool {
    ((byte | 0x20).wrapping_sub(b'a') < 26)
        | (byte.wrapping_sub(b'0') < 10)
        | (byte == b'+')
        | (byte == b'/')
}

fn value_of(letter: u8) -> u8 {
    match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        _ => 63,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn octets(text: &str) -> Option<u64> {
        let mut scan = Base64Scan::default();
        scan.feed(text.as_bytes());
        scan.octets()
    }

    #[test]
    fn base64_forms() {
        for (good, len) in [
            ("", 0),
            ("QUJD", 3),
            ("QUI=", 2),
            ("QQ==", 1),
            ("QQ= =", 1),
            (" Q U J D\n\tQUJD ", 6),
            ("+/+/", 3),
        ] {
            assert_eq!(octets(good), Some(len), "{good}");
        }
        for bad in [
            "Q", "QQ", "QUJ", "QUJ=", "QR==", "Q===", "====", "QUI=QUJD", "QUI==", "QUJD=", "QU*D",
            "QU-D", "QÅJD", "QQ==Q",
        ] {
            assert_eq!(octets(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_accepted_however_it_is_cut(bytes: Vec<u8>, cut in 0_usize..400) {
            let text = base64_simd::STANDARD.encode_to_string(&bytes);
            let (a, b) = text.split_at(cut.min(text.len()));
            let mut scan = Base64Scan::default();
            scan.feed(a.as_bytes());
            scan.feed(b"\r\n");
            scan.feed(b.as_bytes());
            prop_assert_eq!(scan.octets(), Some(bytes.len() as u64));
        }

        #[test]
        fn a_strict_decoder_agrees(text in "[A-D/+=gQw\u{e5}]{0,12}") {
            let decoded = base64_simd::STANDARD.decode_to_vec(&text);
            prop_assert_eq!(octets(&text), decoded.ok().map(|bytes| bytes.len() as u64));
        }
    }

    #[test]
    fn hexadecimal_forms() {
        let hex = |text: &str| {
            let mut scan = HexScan::default();
            scan.feed(text.as_bytes());
            scan.octets()
        };
        assert_eq!(hex(" 0aFF\n"), Some(2));
        assert_eq!(hex(""), Some(0));
        assert_eq!(hex("0a FF"), None);
        assert_eq!(hex("0aF"), None);
        assert_eq!(hex("0x"), None);
    }
}
