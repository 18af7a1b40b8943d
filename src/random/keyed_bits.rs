//! Random bits by number: where a decision must not depend on how many others came before it, and
//! a stream of its own costs too much.

use crate::stream::Stream;

/// The outputs of a `SplitMix64` generator, each of which can be had without those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyedBits(u64);

impl KeyedBits {
    /// Bits under a key.
    pub fn new(key: u64) -> KeyedBits {
        KeyedBits(key)
    }

    /// Bits under a key that is the first value of a stream.
    pub fn keyed_by(mut stream: Stream) -> KeyedBits {
        KeyedBits(stream.bits())
    }

    /// 64 random bits: the output number `number`, from 0.
    #[inline]
    pub fn at(self, number: u64) -> u64 {
        let state = self.0.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number from 0 to `n - 1` by output number `number`; of n values, none is more likely than
    /// another by more than 2^-64.
    #[inline]
    pub fn below(self, number: u64, n: usize) -> usize {
        ((u128::from(self.at(number)) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of `SplitMix64` under key 1234567, as published with its C code.
    #[test]
    fn the_outputs_are_those_of_splitmix64() {
        let bits = KeyedBits::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|number| bits.at(number)).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn each_of_seven_values_comes_up_equally_often() {
        let (bits, mut counts) = (KeyedBits::new(5), [0_i64; 7]);
        (0..70_000).for_each(|number| counts[bits.below(number, 7)] += 1);
        let chi_squared: f64 = counts.iter().map(|count| (count - 10_000).pow(2) as f64 / 10_000.0).sum();
        assert!(chi_squared < 22.5, "99.9 % of samples are below, but this is {chi_squared}");
    }
}
