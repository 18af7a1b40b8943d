//! Slowdowns of ended chains: response over service time, bounded (Feitelson et al., 1997).
//!
//! A division takes some fifteen cycles, and what follows it waits. So chains are put by and divided in batches, where many
//! divisions are under way at once: 1 to 2 ns less a job.

use super::tally::Tally;

/// Slowdowns are tallied as whole numbers of 2^-24 above 1, so that the job that was not slowed down at all is exactly 0:
/// right to 6e-8 up to 5e11.
pub(super) const UNITS: f64 = (1 << 24) as f64;

/// So many chains are divided at once.
const BATCH: usize = 32;

/// The slowdowns of all chains told to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Slowdowns {
    /// Response times and what they are divided by, in nanoseconds; the first `len` are valid.
    pending: [(u64, u64); BATCH],
    len: usize,
    /// In [`UNITS`].
    tally: Tally,
}

impl Slowdowns {
    /// Takes in a chain; `divisor` is its service time, or the bound if that is longer, and not 0.
    #[inline(always)]
    pub(super) fn take(&mut self, response: u64, divisor: u64) {
        self.pending[self.len] = (response, divisor);
        self.len += 1;
        if self.len == BATCH {
            self.divide();
        }
    }

    #[inline(never)]
    fn divide(&mut self) {
        let mut units = [0; BATCH];
        for (units, &(response, divisor)) in units.iter_mut().zip(&self.pending[..self.len]) {
            // Through i64, for which the processor has an instruction.
            let excess = response.saturating_sub(divisor) as i64 as f64 / divisor as i64 as f64;
            *units = (excess * UNITS + 0.5) as i64 as u64;
        }
        units[..self.len].iter().for_each(|&units| self.tally.take(units));
        self.len = 0;
    }

    /// Takes in all that `other` has taken in.
    pub(super) fn merge(&mut self, other: &Slowdowns) {
        other.pending[..other.len].iter().for_each(|&(response, divisor)| self.take(response, divisor));
        self.tally.merge(&other.tally);
    }

    /// The tally of all of them, in [`UNITS`] above 1.
    pub(super) fn tally(&mut self) -> &mut Tally {
        self.divide();
        &mut self.tally
    }
}
