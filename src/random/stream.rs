//! Streams of random numbers, keyed by (seed, replication, purpose, entity): never by thread, shard
//! or order of events.
//!
//! A stream is ChaCha8 with its own key: the SHA-256 of these four values. Two policies under one
//! seed therefore get the same jobs, and an action keeps its arrivals and service times when
//! another action, a worker or the claim rule changes.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The use of a stream. The discriminants are part of the frozen key and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Times between arrivals of an action.
    Arrival = 1,
    /// Sizes of batches.
    Batch = 2,
    /// Service times of first attempts.
    Service = 3,
    /// Whether first attempts end in error.
    Outcome = 4,
    /// Patience of arriving jobs.
    Patience = 5,
    /// All properties of a later attempt, at the chain's ordinal and the attempt's number.
    Attempt = 6,
    /// All properties of a cycle of a closed source, at (customer, cycle).
    Customer = 7,
    /// Claim delays of a worker.
    Delay = 8,
    /// The joint claim delays of many idle workers.
    Race = 9,
    /// Random placement of the jobs of an action.
    Placement = 10,
    /// Numbers of jobs that first attempts start.
    Children = 11,
    /// Times of requests to cancel first attempts.
    Cancel = 12,
    /// The names of the jobs that an attempt starts, at the chain's ordinal and the attempt's
    /// number.
    Child = 13,
    /// Stop delay of an attempt, at the chain's ordinal and the attempt's number.
    Stop = 14,
    /// Breakdowns of a worker.
    Breakdown = 15,
    /// Ids in the registry's documents.
    Identity = 16,
    /// Random decisions of a claim policy among jobs with one need.
    Policy = 17,
    /// Estimates of arriving jobs.
    Estimate = 18,
    /// How long the workers of a place take to start.
    Startup = 19,
    /// Blocks of jobs that a bootstrap draws.
    Bootstrap = 20,
}

/// The origin of all streams of one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
    replication: u64,
}

impl Streams {
    /// The streams of replication number `replication` (from 0) under `seed`.
    pub fn new(seed: u64, replication: u64) -> Streams {
        Streams { seed, replication }
    }

    /// The stream of an entity (the name of an action or a worker; empty if there is only one) for
    /// a purpose.
    pub fn stream(&self, purpose: Purpose, entity: &str) -> Stream {
        self.family(purpose, entity).member(0, 0)
    }

    /// A family of streams under one key, one for each member of an entity (its jobs, its
    /// customers).
    pub fn family(&self, purpose: Purpose, entity: &str) -> StreamFamily {
        let mut hash = Sha256::new();
        hash.update(b"claimsim stream 1\0");
        hash.update(self.seed.to_le_bytes());
        hash.update(self.replication.to_le_bytes());
        hash.update([purpose as u8]);
        hash.update(entity.as_bytes());
        StreamFamily { key: hash.finalize().into() }
    }
}

/// Streams under one key, distinguished by number.
#[derive(Clone, Debug)]
pub struct StreamFamily {
    key: [u8; 32],
}

impl StreamFamily {
    /// The stream of member `member`, from its part `part` on. Parts are 2^32 numbers long and do
    /// not overlap.
    pub fn member(&self, member: u64, part: u32) -> Stream {
        let mut rng = ChaCha8Rng::from_seed(self.key);
        rng.set_stream(member);
        if part > 0 {
            rng.set_word_pos(u128::from(part) << 33);
        }
        Stream(rng)
    }
}

/// A sequence of independent random numbers.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from [0, 1), a multiple of 2^-53.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A number from (0, 1): the midpoints of the 2^53 cells of [`Stream::uniform`]; its logarithm
    /// is finite.
    #[inline]
    pub fn uniform_open(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A whole number from 0 to `n - 1`, each with the same probability (Lemire's method, without
    /// bias). `n` must not be 0.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        debug_assert!(n > 0, "there is no value to choose from");
        loop {
            let product = u128::from(self.bits()) * u128::from(n);
            let low = product as u64;
            if low >= n || low >= n.wrapping_neg() % n {
                return (product >> 64) as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn first(mut stream: Stream) -> [u64; 3] {
        std::array::from_fn(|_| stream.bits())
    }

    /// Results must be repeatable for years: these numbers must never change. They were computed by
    /// a separate implementation of SHA-256 and ChaCha8 in another language.
    #[test]
    fn streams_are_frozen() {
        let streams = Streams::new(42, 0);
        assert_eq!(
            first(streams.stream(Purpose::Service, "scan")),
            [0x9118_dac1_a10f_6771, 0x1f24_02ff_0ef7_04e8, 0xfbbc_4692_a945_35df]
        );
        assert_eq!(
            first(Streams::new(u64::MAX, 19).stream(Purpose::Arrival, "größe")),
            [0x86ee_431a_8d9c_c420, 0x17b1_cfa4_f7a9_6e3a, 0xc87e_7ce3_b747_2165]
        );
        assert_eq!(
            first(streams.family(Purpose::Customer, "user").member(7, 0)),
            [0xa188_ffea_9e94_beca, 0xab78_8ea7_74a1_cd82, 0x11db_bc6d_7592_77f3]
        );
        assert_eq!(
            first(streams.family(Purpose::Customer, "user").member(1 << 63 | 7, u32::MAX)),
            [0x7c7d_2282_96e6_ed7f, 0x5162_6445_be30_d0fb, 0x3dc7_b0b7_c7d6_dc72]
        );
    }

    #[test]
    fn every_coordinate_tells_streams_apart() {
        use Purpose::{Arrival, Attempt, Batch, Customer, Delay, Outcome, Patience, Placement, Race, Service};
        let mut seen = BTreeSet::new();
        for (seed, replication) in [(0, 0), (0, 1), (1, 0), (1, 1), (256, 0), (0, 256), (u64::MAX, 0), (0, u64::MAX)] {
            let streams = Streams::new(seed, replication);
            for purpose in [Arrival, Batch, Service, Outcome, Patience, Attempt, Customer, Delay, Race, Placement] {
                for entity in ["", "a", "b", "ab", "replica-0", "replica-1"] {
                    let family = streams.family(purpose, entity);
                    for (member, part) in [(0, 0), (1, 0), (0, 1), (1, 1), (1 << 32, 0), (1 << 63, 2), (7, u32::MAX)] {
                        let stream = first(family.member(member, part));
                        assert!(seen.insert(stream), "{seed} {replication} {purpose:?} `{entity}` {member} {part}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_part_begins_where_the_one_before_ends() {
        let family = Streams::new(3, 0).family(Purpose::Attempt, "scan");
        for (member, part) in [(0, 0), (5, 1), (5, 2), (u64::MAX, u32::MAX - 1)] {
            // 2^32 numbers cannot be drawn here, so the generator is set to the last two of the
            // part.
            let mut last = family.member(member, part);
            last.0.set_word_pos(((u128::from(part) + 1) << 33) - 4);
            let (_, _) = (last.bits(), last.bits());
            assert_eq!(first(last), first(family.member(member, part + 1)));
        }
    }

    #[test]
    fn a_stream_is_the_beginning_of_its_family() {
        let streams = Streams::new(11, 4);
        let family = streams.family(Purpose::Delay, "replica-0");
        assert_eq!(first(streams.stream(Purpose::Delay, "replica-0")), first(family.member(0, 0)));
    }

    #[test]
    fn uniform_numbers_lie_in_their_intervals() {
        let mut stream = Streams::new(1, 0).stream(Purpose::Service, "uniform");
        for _ in 0..100_000 {
            let (closed, open) = (stream.uniform(), stream.uniform_open());
            assert!((0.0..1.0).contains(&closed) && open > 0.0 && open < 1.0, "{closed} {open}");
        }
    }

    /// Chi-square over the values, with bounds that divide 2^64 and ones that do not.
    #[test]
    fn numbers_below_a_bound_are_equally_likely() {
        for n in [1, 2, 3, 7, 10, 64, 100, 1000] {
            let mut counts = vec![0.0; n];
            for replication in 0..10 {
                let mut stream = Streams::new(5, replication).stream(Purpose::Placement, "");
                (0..20_000).for_each(|_| counts[stream.below(n as u64) as usize] += 1.0);
            }
            let expected = 200_000.0 / n as f64;
            let square: f64 = counts.iter().map(|count| (count - expected) * (count - expected) / expected).sum();
            let freedom = (n - 1) as f64;
            // For few cells chi-square is skewed to the right; 4.5 deviations and 10 more are out
            // of its reach.
            assert!(square <= freedom + 4.5 * (2.0 * freedom).sqrt() + 10.0, "{n} values: chi-square {square}");
        }
    }

    /// With a bound of 3/4 of 2^64 the plain product would favour one value in three twofold.
    #[test]
    fn a_large_bound_is_unbiased_too() {
        let bound = 3 << 62;
        let mut stream = Streams::new(6, 0).stream(Purpose::Placement, "");
        let draws = 90_000;
        let mut counts = [0.0; 3];
        (0..draws).for_each(|_| counts[(stream.below(bound) % 3) as usize] += 1.0);
        for count in counts {
            let z = (count - 30_000.0) / (f64::from(draws) * 2.0 / 9.0).sqrt();
            assert!(z.abs() < 4.5, "{counts:?}");
        }
    }
}
