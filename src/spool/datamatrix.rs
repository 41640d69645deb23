//! Data Matrix ECC 200, 18 × 18, for 36 digits: the one symbol that a mark uses.
//!
//! The crate `datamatrix` looks for the best encoding of any text and takes longer for a symbol than a page takes to be
//! set (`docs/dependencies.md`). Thirty-six digits leave no choice: eighteen code words of two digits each. Where each
//! module lies is asked of the crate once; a test compares whole symbols with it.

use std::sync::LazyLock;

use datamatrix::SymbolSize;
use datamatrix::placement::{Bit, MatrixMap};

/// Modules along a side.
pub const SIDE: usize = 18;
/// Digits in a symbol.
pub const DIGITS: usize = 36;
const DATA_WORDS: usize = DIGITS / 2;
const CHECK_WORDS: usize = 14; // ISO/IEC 16022 table 7.

/// A symbol: one row of modules an entry, from the top; the leftmost module is bit 17; a set bit is dark.
pub type Symbol = [u32; SIDE];

/// The symbol for 36 ASCII digits.
pub fn encode(digits: &[u8; DIGITS]) -> Symbol {
    let tables = &*TABLES;
    let mut words = [0; DATA_WORDS + CHECK_WORDS];
    for (word, pair) in words.iter_mut().zip(digits.chunks_exact(2)) {
        *word = 130 + (pair[0] & 15) * 10 + (pair[1] & 15); // ISO/IEC 16022 5.2.3: two digits a code word.
    }
    let (data, check) = words.split_at_mut(DATA_WORDS);
    for &mut word in data {
        let feedback = word ^ check[0];
        check.copy_within(1.., 0);
        check[CHECK_WORDS - 1] = 0;
        for (c, &g) in check.iter_mut().zip(&tables.generator) {
            *c ^= tables.multiply(feedback, g);
        }
    }

    let mut symbol = [0; SIDE];
    for (row, modules) in symbol.iter_mut().zip(tables.modules.chunks_exact(SIDE)) {
        for module in modules {
            let dark = match *module {
                Module::Light => false,
                Module::Dark => true,
                Module::Word(word, bit) => words[usize::from(word)] & (0x80 >> bit) != 0,
            };
            *row = *row << 1 | u32::from(dark);
        }
    }
    symbol
}

/// What stands in one module.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Module {
    Light,
    Dark,
    /// Code word and bit, most significant first.
    Word(u8, u8),
}

impl Bit for Module {
    const LOW: Self = Self::Light;
    const HIGH: Self = Self::Dark;
}

struct Tables {
    modules: Vec<Module>,
    /// Coefficients below the leading one, highest first.
    generator: [u8; CHECK_WORDS],
    log: [u8; 256],
    exp: [u8; 510],
}

impl Tables {
    /// Product in GF(256) modulo x⁸+x⁵+x³+x²+1 (ISO/IEC 16022 annex E).
    fn multiply(&self, a: u8, b: u8) -> u8 {
        if a == 0 || b == 0 {
            return 0;
        }
        let sum = usize::from(self.log[usize::from(a)]) + usize::from(self.log[usize::from(b)]);
        self.exp[sum]
    }
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut map = MatrixMap::<Module>::new(SymbolSize::Square18);
    map.traverse_mut(|word, modules| {
        for (bit, module) in modules.into_iter().enumerate() {
            *module = Module::Word(word as u8, bit as u8);
        }
    });
    let mut tables = Tables {
        modules: map.bitmap().bits().to_vec(),
        generator: [0; CHECK_WORDS],
        log: [0; 256],
        exp: [0; 510],
    };
    let mut power: u16 = 1;
    for i in 0..255 {
        tables.exp[i] = power as u8;
        tables.exp[i + 255] = power as u8;
        tables.log[usize::from(power)] = i as u8;
        power <<= 1;
        if power > 255 {
            power ^= 0x12d;
        }
    }
    // The product of (x - 2^i) for i from 1.
    let mut generator = vec![1_u8];
    for i in 1..=CHECK_WORDS {
        let root = tables.exp[i];
        let mut next = generator.clone();
        next.push(0);
        for (n, &g) in next[1..].iter_mut().zip(&generator) {
            *n ^= tables.multiply(g, root);
        }
        generator = next;
    }
    tables.generator.copy_from_slice(&generator[1..]);
    tables
});

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_crate(digits: &[u8]) -> Symbol {
        let symbol = datamatrix::DataMatrix::encode(digits, SymbolSize::Square18).unwrap();
        let bitmap = symbol.bitmap();
        assert_eq!(bitmap.width(), SIDE);
        let mut rows = [0; SIDE];
        for (i, &dark) in bitmap.bits().iter().enumerate() {
            rows[i / SIDE] = rows[i / SIDE] << 1 | u32::from(dark);
        }
        rows
    }

    proptest! {
        #[test]
        fn a_symbol_is_the_same_as_that_of_the_crate(digits in "[0-9]{36}") {
            let digits: &[u8; DIGITS] = digits.as_bytes().try_into().unwrap();
            prop_assert_eq!(encode(digits), by_crate(digits));
        }
    }
}
