//! A log-linear histogram of whole numbers: 256 buckets to each factor of two, for quantiles of any
//! number of values.
//!
//! A bucket is narrower than 1/256 of its values, so a quantile is accurate to 0.4 %; values below
//! 512 have a bucket each and are exact. Only factors of two that occur are stored. The layout is
//! that of HdrHistogram (Gil Tene).

/// The number of buckets per factor of two.
const WIDTH: usize = 256;

/// Groups of buckets: values below 256, then one for each factor of two from 2^8 to 2^63.
const OCTAVES: usize = 57;

/// Counts by bucket, in halves. Nearly every count uses the lower halves alone, which are small
/// enough for those of several tallies to stay in the first cache of the processor.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Octave {
    low: [u32; WIDTH],
    high: [u32; WIDTH],
}

impl Octave {
    const EMPTY: Octave = Octave { low: [0; WIDTH], high: [0; WIDTH] };

    /// Counts one value.
    #[inline(always)]
    fn count(&mut self, bucket: usize) {
        self.low[bucket] = self.low[bucket].wrapping_add(1);
        if self.low[bucket] == 0 {
            self.carry(bucket);
        }
    }

    #[cold]
    fn carry(&mut self, bucket: usize) {
        self.high[bucket] += 1;
    }

    /// The count of a bucket.
    fn of(&self, bucket: usize) -> u64 {
        u64::from(self.high[bucket]) << 32 | u64::from(self.low[bucket])
    }

    /// Adds `times` to the count of a bucket.
    fn add(&mut self, bucket: usize, times: u64) {
        let count = self.of(bucket) + times;
        (self.low[bucket], self.high[bucket]) = (count as u32, (count >> 32) as u32);
    }
}

/// Counts of values by bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Histogram {
    octaves: [Option<Box<Octave>>; OCTAVES],
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram { octaves: [const { None }; OCTAVES] }
    }
}

impl Histogram {
    /// Counts a value if its factor of two has occurred before; returns whether it has.
    #[inline]
    pub(super) fn record_again(&mut self, value: u64) -> bool {
        let octave = octave_of(value);
        let Some(counts) = &mut self.octaves[octave] else { return false };
        counts.count(bucket_of(value, octave));
        true
    }

    /// Counts one value.
    pub(super) fn record(&mut self, value: u64) {
        self.record_often(value, 1);
    }

    /// Counts one value `times` times.
    pub(super) fn record_often(&mut self, value: u64, times: u64) {
        let octave = octave_of(value);
        let counts = self.octaves[octave].get_or_insert_with(|| Box::new(Octave::EMPTY));
        counts.add(bucket_of(value, octave), times);
    }

    /// Adds all counts of `other`.
    pub(super) fn merge(&mut self, other: &Histogram) {
        for (mine, theirs) in self.octaves.iter_mut().zip(&other.octaves) {
            match (mine, theirs) {
                (_, None) => {}
                (Some(mine), Some(theirs)) => (0..WIDTH).for_each(|bucket| mine.add(bucket, theirs.of(bucket))),
                (mine, theirs) => mine.clone_from(theirs),
            }
        }
    }

    /// The approximate values of these ranks, which count from 0 and rise, as if the values of a
    /// bucket were spread evenly over it: each error is smaller than a bucket. Ranks beyond the
    /// last value have none.
    pub(super) fn order_statistics(&self, ranks: &[u64]) -> Vec<f64> {
        let mut found = Vec::with_capacity(ranks.len());
        let mut before = 0;
        let stored = self.octaves.iter().enumerate().filter_map(|(octave, counts)| Some((octave, counts.as_ref()?)));
        for (octave, counts) in stored {
            let total: u64 = (0..WIDTH).map(|bucket| counts.of(bucket)).sum();
            if ranks.get(found.len()).is_none_or(|&rank| rank >= before + total) {
                before += total;
                continue;
            }
            for (bucket, count) in (0..WIDTH).map(|bucket| (bucket, counts.of(bucket))) {
                let (least, largest) = bounds(octave, bucket);
                while let Some(&rank) = ranks.get(found.len()).filter(|&&rank| rank < before + count) {
                    let within = ((rank - before) as f64 + 0.5) / count as f64;
                    found.push(least as f64 + (largest - least) as f64 * within);
                }
                before += count;
            }
        }
        found
    }

    /// The approximate number of values below `limit`, as if the values of its bucket were spread
    /// evenly over it.
    pub(super) fn below(&self, limit: u64) -> f64 {
        let (octave, bucket) = (octave_of(limit), bucket_of(limit, octave_of(limit)));
        let count = |counts: &Octave, buckets: usize| (0..buckets).map(|bucket| counts.of(bucket)).sum::<u64>();
        let lower: u64 = self.octaves[..octave].iter().flatten().map(|counts| count(counts, WIDTH)).sum();
        let Some(same) = &self.octaves[octave] else { return lower as f64 };
        let (least, largest) = bounds(octave, bucket);
        let part = (limit - least) as f64 / ((largest - least) as f64 + 1.0);
        (lower + count(same, bucket)) as f64 + same.of(bucket) as f64 * part
    }
}

/// The group of a value: 0 below 256, 1 below 512, 2 below 1024, …
#[inline]
fn octave_of(value: u64) -> usize {
    56 - (value | 255).leading_zeros() as usize
}

/// The number of low bits that the buckets of a group ignore.
#[inline]
fn shift_of(octave: usize) -> u32 {
    (octave as u32).saturating_sub(1)
}

/// The bucket of a value within its group.
#[inline]
fn bucket_of(value: u64, octave: usize) -> usize {
    (value >> shift_of(octave)) as usize % WIDTH
}

/// The smallest and the largest value of a bucket.
fn bounds(octave: usize, bucket: usize) -> (u64, u64) {
    let leading = if octave == 0 { 0 } else { WIDTH as u64 };
    let least = (leading + bucket as u64) << shift_of(octave);
    (least, least + ((1 << shift_of(octave)) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_run_over_from_one_half_into_the_other() {
        let mut one_by_one = Histogram::default();
        one_by_one.record_often(1000, u64::from(u32::MAX) - 1);
        (0..3).for_each(|_| assert!(one_by_one.record_again(1000)));
        let mut at_once = Histogram::default();
        at_once.record_often(1000, (1 << 32) + 1);
        assert_eq!(one_by_one, at_once);
        at_once.merge(&one_by_one);
        assert_eq!(
            at_once.octaves.iter().flatten().map(|octave| octave.of(bucket_of(1000, octave_of(1000)))).max(),
            Some((1 << 33) + 2)
        );
    }

    #[test]
    fn buckets_cover_all_values_without_gap_or_overlap() {
        let mut next = 0;
        for (octave, bucket) in (0..OCTAVES).flat_map(|octave| (0..WIDTH).map(move |bucket| (octave, bucket))) {
            let (least, largest) = bounds(octave, bucket);
            assert_eq!(least, next, "octave {octave}, bucket {bucket}");
            for value in [least, largest] {
                assert_eq!(octave_of(value), octave, "{value}");
                assert_eq!(bucket_of(value, octave), bucket, "{value}");
            }
            assert!(largest - least <= least / 256, "{least}..={largest} is too wide");
            next = largest.wrapping_add(1);
        }
        assert_eq!(next, 0, "the last bucket ends at the largest number");
    }
}
