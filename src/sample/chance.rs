//! Repeatable chance: the same numbers on every machine, for any letter, in any order.
//!
//! Not for secrets. The generator is SplitMix64 (Steele, Lea, Flood 2014: "Fast splittable pseudorandom number
//! generators"), written here because its whole definition is three lines and the bytes of a sample must never change
//! with the version of a library.

/// A stream of pseudo-random numbers.
#[derive(Clone, Debug)]
pub struct Chance {
    state: u64,
}

impl Chance {
    /// The stream for one purpose (`stream`) and one thing (`index`) of a sample.
    pub fn new(seed: u64, stream: u64, index: u64) -> Self {
        let state = mix(seed ^ mix(stream ^ mix(index)));
        Self { state }
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number from zero to `bound - 1`; zero if `bound` is zero.
    pub fn below(&mut self, bound: u32) -> u32 {
        // Multiply and shift: the bias is below 2^-32 × bound, far under what a sample can show.
        (((self.next() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// A number from `first` to `last`, both possible.
    pub fn between(&mut self, first: u32, last: u32) -> u32 {
        first + self.below(last.saturating_sub(first) + 1)
    }

    /// True in `permille` of a thousand cases.
    pub fn happens(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    /// One of a list, which must not be empty.
    pub fn pick<'l, T: ?Sized>(&mut self, list: &'l [&'l T]) -> &'l T {
        list[self.below(list.len() as u32) as usize]
    }

    /// Puts a list in another order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i as u32 + 1) as usize);
        }
    }
}

/// Every number below `size` to another number below `size`, no two to the same: ids that look scattered and never
/// repeat, without a table. A four-round Feistel network, walked until it falls below `size`.
#[derive(Clone, Copy, Debug)]
pub struct Scatter {
    seed: u64,
    size: u32,
    half_bits: u32,
}

impl Scatter {
    /// For numbers below `size`.
    pub fn new(seed: u64, size: u32) -> Self {
        let bits = 32 - size.saturating_sub(1).leading_zeros();
        Self {
            seed,
            size,
            half_bits: bits.div_ceil(2).max(1),
        }
    }

    /// The number that belongs to `index`, which must be below `size`.
    pub fn of(&self, index: u32) -> u32 {
        debug_assert!(index < self.size);
        let mut value = self.rounds(index);
        while value >= self.size {
            value = self.rounds(value); // The domain is less than four times `size`: a few steps on average.
        }
        value
    }

    fn rounds(&self, value: u32) -> u32 {
        let mask = (1u32 << self.half_bits) - 1;
        let (mut left, mut right) = (value >> self.half_bits, value & mask);
        for round in 0..4u64 {
            let f = mix(self.seed ^ (round << 56) ^ u64::from(right)) as u32 & mask;
            (left, right) = (right, left ^ f);
        }
        left << self.half_bits | right
    }
}

/// The output function of SplitMix64.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_splitmix64() {
        // First outputs for state 1234567, from the reference implementation.
        let mut chance = Chance { state: 1_234_567 };
        assert_eq!(chance.next(), 6_457_827_717_110_365_317);
        assert_eq!(chance.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn scattering_meets_every_number_once() {
        for size in [1, 2, 3, 999, 65_536, 65_537] {
            let scatter = Scatter::new(7, size);
            let mut met = vec![false; size as usize];
            for index in 0..size {
                let value = scatter.of(index) as usize;
                assert!(!met[value], "{value} twice below {size}");
                met[value] = true;
            }
        }
    }

    #[test]
    fn bounds_are_kept() {
        let mut chance = Chance::new(1, 2, 3);
        for _ in 0..10_000 {
            assert!(chance.below(7) < 7);
            assert!((3..=5).contains(&chance.between(3, 5)));
        }
        assert_eq!(chance.below(0), 0);
    }
}
