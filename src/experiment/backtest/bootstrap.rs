//! Bootstrap of differences over blocks: intervals and p-values.

use crate::random::stream::Stream;

/// Draws for a mean with its p-value.
pub(super) const DRAWS: usize = 1_999;
/// Draws for an interval alone.
pub(super) const FEW_DRAWS: usize = 399;
/// With fewer blocks there is no interval.
const FEWEST_BLOCKS: usize = 5;

/// The sum of the differences of a block, and the number of its jobs.
pub(super) type BlockSum = (f64, f64);

/// A mean difference over jobs, with what its blocks tell of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct MeanDifference {
    /// The sum over the number of jobs.
    pub(super) mean: f64,
    /// The 95 % interval; `None` with fewer than five blocks.
    pub(super) interval: Option<(f64, f64)>,
    /// The p-value of "the true mean is zero"; `None` likewise.
    pub(super) p: Option<f64>,
}

/// Studentized bootstrap of a ratio of sums over blocks (Efron and Tibshirani, "An Introduction to
/// the Bootstrap", 1993, section 12.5; the standard error of a ratio is Cochran's, "Sampling
/// Techniques", 1977, section 2.11). Blocks without a job do not count.
pub(super) fn mean_difference(blocks: &[BlockSum], draws: usize, stream: &mut Stream) -> Option<MeanDifference> {
    let blocks: Vec<BlockSum> = blocks.iter().filter(|(_, jobs)| *jobs > 0.0).copied().collect();
    let (mean, error) = ratio(blocks.iter().copied())?;
    if blocks.len() < FEWEST_BLOCKS {
        return Some(MeanDifference { mean, interval: None, p: None });
    }
    if error == 0.0 {
        // All blocks agree.
        let p = if mean == 0.0 { 1.0 } else { 0.0 };
        return Some(MeanDifference { mean, interval: Some((mean, mean)), p: Some(p) });
    }
    let n = blocks.len() as u64;
    let mut ratios = Vec::with_capacity(draws);
    let mut resampled = Vec::with_capacity(blocks.len());
    for _ in 0..draws {
        resampled.clear();
        resampled.extend((0..n).map(|_| blocks[stream.below(n) as usize]));
        let (of_draw, error_of_draw) = ratio(resampled.iter().copied())?;
        let distance = of_draw - mean;
        ratios.push(if error_of_draw > 0.0 {
            distance / error_of_draw
        } else if distance == 0.0 {
            0.0
        } else {
            f64::INFINITY.copysign(distance)
        });
    }
    ratios.sort_unstable_by(f64::total_cmp);
    // Quantiles that leave 2.5 % of the draws on each side: of 1,999, the values of ranks 50 and
    // 1,950.
    let tail = (draws + 1) / 40;
    let (low, high) = (ratios[tail - 1], ratios[draws - tail]);
    // The p-value that is 5 % where the interval ends at 0.
    let observed = mean / error;
    let above = ratios.iter().filter(|ratio| **ratio >= observed).count();
    let below = ratios.iter().filter(|ratio| **ratio <= observed).count();
    let p = ((2 * (1 + above.min(below))) as f64 / (draws + 1) as f64).min(1.0);
    Some(MeanDifference { mean, interval: Some((mean - high * error, mean - low * error)), p: Some(p) })
}

/// A ratio of sums and its standard error.
fn ratio(blocks: impl Iterator<Item = BlockSum> + Clone) -> Option<(f64, f64)> {
    let (sum, jobs, count) =
        blocks.clone().fold((0.0, 0.0, 0.0), |(sum, jobs, count), (s, n)| (sum + s, jobs + n, count + 1.0));
    if jobs == 0.0 {
        return None;
    }
    let mean = sum / jobs;
    let squares: f64 = blocks.map(|(s, n)| (s - mean * n) * (s - mean * n)).sum();
    let scale = if count > 1.0 { count / (count - 1.0) } else { 0.0 };
    Some((mean, (scale * squares).sqrt() / jobs))
}

/// Waits in ascending order, each with its block.
pub(super) type SortedWaits = Vec<(f64, u32)>;

/// 95 % intervals of the differences of quantiles, by drawing blocks: the range of the middle 95 %
/// of the draws. `pooled` has the simulated waits of several replications.
pub(super) fn quantile_differences(
    observed: &SortedWaits,
    pooled: &SortedWaits,
    blocks: usize,
    shares: &[f64],
    stream: &mut Stream,
) -> Vec<Option<(f64, f64)>> {
    if blocks < FEWEST_BLOCKS {
        return vec![None; shares.len()];
    }
    let size = observed.len() + pooled.len();
    let draws = (200_000_000 / size.max(1)).clamp(199, FEW_DRAWS);
    let mut differences = vec![Vec::with_capacity(draws); shares.len()];
    let mut weights = vec![0_u32; blocks];
    for _ in 0..draws {
        weights.fill(0);
        (0..blocks).for_each(|_| weights[stream.below(blocks as u64) as usize] += 1);
        let sides = [observed, pooled].map(|waits| quantiles(waits, |block| weights[block as usize], shares));
        let [Some(observed), Some(simulated)] = sides else { continue };
        for ((values, observed), simulated) in differences.iter_mut().zip(observed).zip(simulated) {
            values.push(simulated - observed);
        }
    }
    let interval = |mut values: Vec<f64>| {
        values.sort_unstable_by(f64::total_cmp);
        let tail = (values.len() + 1) / 40;
        (tail > 0).then(|| (values[tail - 1], values[values.len() - tail]))
    };
    differences.into_iter().map(interval).collect()
}

/// Quantiles of waits in which each block counts as often as its weight: the least wait that at
/// least this share of the jobs does not exceed.
pub(super) fn quantiles(waits: &SortedWaits, weight: impl Fn(u32) -> u32, shares: &[f64]) -> Option<Vec<f64>> {
    let total: u64 = waits.iter().map(|(_, block)| u64::from(weight(*block))).sum();
    if total == 0 {
        return None;
    }
    let mut found = Vec::with_capacity(shares.len());
    let mut seen = 0;
    for (wait, block) in waits {
        seen += u64::from(weight(*block));
        while found.len() < shares.len() && seen as f64 >= shares[found.len()] * total as f64 {
            found.push(*wait);
        }
        if found.len() == shares.len() {
            break;
        }
    }
    let last = waits.last()?.0;
    found.resize(shares.len(), last);
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream::{Purpose, Streams};

    /// Of 400 samples of `blocks` blocks with a skewed size and a skewed mean difference, the share
    /// whose interval covers the truth, and the share whose p-value is at most 5 %.
    fn coverage(blocks: usize, truth: f64) -> (f64, f64) {
        let (mut covered, mut rejected) = (0, 0);
        for seed in 0..400 {
            let mut draws = Streams::new(seed, 0).stream(Purpose::Service, "blocks");
            let sums: Vec<BlockSum> = (0..blocks)
                .map(|_| {
                    let jobs = 1.0 + (4.0 * draws.exponential()).floor();
                    (jobs * (truth + draws.exponential() - 1.0), jobs)
                })
                .collect();
            let mut stream = Streams::new(seed, 0).stream(Purpose::Bootstrap, "");
            let found = mean_difference(&sums, DRAWS, &mut stream).unwrap();
            let (low, high) = found.interval.unwrap();
            covered += usize::from(low <= truth && truth <= high);
            rejected += usize::from(found.p.unwrap() <= 0.05);
        }
        (f64::from(covered as u32) / 400.0, f64::from(rejected as u32) / 400.0)
    }

    #[test]
    fn intervals_cover_and_the_level_is_kept() {
        for blocks in [15, 60] {
            let (covered, rejected) = coverage(blocks, 0.0);
            // Three standard errors of 5 % of 400 are 3.3 %; few skewed blocks cost two more.
            assert!(covered >= 0.90, "{blocks} blocks: {covered}");
            assert!(rejected <= 0.083, "{blocks} blocks: {rejected}");
        }
        let (_, rejected) = coverage(60, 0.6);
        assert!(rejected > 0.9, "{rejected}");
    }

    #[test]
    fn equal_blocks_leave_no_doubt() {
        let mut stream = Streams::new(1, 0).stream(Purpose::Bootstrap, "");
        let same = mean_difference(&[(0.0, 3.0); 8], DRAWS, &mut stream).unwrap();
        assert_eq!(same, MeanDifference { mean: 0.0, interval: Some((0.0, 0.0)), p: Some(1.0) });
        let few = mean_difference(&[(1.0, 1.0), (3.0, 1.0)], DRAWS, &mut stream).unwrap();
        assert_eq!(few, MeanDifference { mean: 2.0, interval: None, p: None });
        assert_eq!(mean_difference(&[(0.0, 0.0)], DRAWS, &mut stream), None);
    }

    #[test]
    fn weighted_quantiles_by_hand() {
        let waits = vec![(1.0, 0), (2.0, 1), (3.0, 0), (9.0, 2)];
        assert_eq!(quantiles(&waits, |_| 1, &[0.5, 0.75, 1.0]), Some(vec![2.0, 3.0, 9.0]));
        // Block 2 twice, block 1 not: 1, 3, 9, 9.
        let weights = [1, 0, 2];
        assert_eq!(quantiles(&waits, |block| weights[block as usize], &[0.5, 0.6]), Some(vec![3.0, 9.0]));
        assert_eq!(quantiles(&waits, |_| 0, &[0.5]), None);
    }
}
