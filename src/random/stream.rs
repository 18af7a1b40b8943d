//! Streams of random numbers, keyed by (seed, replication, purpose, entity): never by thread, shard or order of events.
//!
//! A stream is ChaCha8 under a key of its own: the SHA-256 of those four. Two policies under one seed therefore see the
//! same jobs, and a class keeps its arrivals and service times when another class, a worker or the claim rule changes.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// What a stream's numbers decide. The discriminants are part of the frozen key and never change.
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
    /// All of a later attempt, at the chain's ordinal and the attempt's number.
    Attempt = 6,
    /// All of a closed source's cycle, at (customer, cycle).
    Customer = 7,
    /// Claim delays of a worker.
    Delay = 8,
    /// The joint race of many idle workers.
    Race = 9,
    /// Random placement.
    Placement = 10,
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

    /// The stream of an entity (an action's or worker's name; empty where there is only one) for a purpose.
    pub fn stream(&self, purpose: Purpose, entity: &str) -> Stream {
        self.family(purpose, entity).member(0, 0)
    }

    /// A family of streams under one key, one for each member of an entity (its jobs, its customers).
    pub fn family(&self, purpose: Purpose, entity: &str) -> Family {
        let mut hash = Sha256::new();
        hash.update(b"claimsim stream 1\0");
        hash.update(self.seed.to_le_bytes());
        hash.update(self.replication.to_le_bytes());
        hash.update([purpose as u8]);
        hash.update(entity.as_bytes());
        Family { key: hash.finalize().into() }
    }
}

/// Streams under one key, told apart by number.
#[derive(Clone, Debug)]
pub struct Family {
    key: [u8; 32],
}

impl Family {
    /// The stream of member `member`, from its part `part` on. Parts are 2^32 numbers long and do not overlap.
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

    /// A number from (0, 1): the midpoints of the 2^53 cells of [`Stream::uniform`]; its logarithm is finite.
    #[inline]
    pub fn uniform_open(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A whole number from 0 to `n - 1`, each with the same probability (Lemire's method, without bias). `n` must not be 0.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        debug_assert!(n > 0, "there is nothing to choose from");
        loop {
            let product = u128::from(self.bits()) * u128::from(n);
            let low = product as u64;
            if low >= n || low >= n.wrapping_neg() % n {
                return (product >> 64) as u64;
            }
        }
    }
}
