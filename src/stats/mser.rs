//! MSER-5: the truncation point of a series after which the rest estimates its mean best.
//!
//! White (1997) and White, Cobb and Spratt (2000), "A comparison of five steady-state truncation
//! heuristics for simulation": of all truncation points d, the one with the smallest Σ(x − mean)² /
//! (n − d)², both over the rest. This is the square of the standard error that the rest would have
//! if it were uncorrelated. A beginning that differs raises the sum; truncating values that do not
//! differ lowers n. As in these papers, the rule is applied to means of [`BATCH`] neighbouring
//! observations; with several replications, to the series of their averages (Hoad, Robinson and
//! Davies, 2010).

/// Observations in a batch: the 5 of MSER-5.
pub const BATCH: usize = 5;

/// The truncation of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncation {
    /// The number of observations left out at the beginning, at most half of them.
    pub observations: usize,
    /// Whether the best truncation point would leave out half of the series or more: the series is
    /// then too short to show where it becomes steady.
    pub is_too_short: bool,
}

/// Finds the truncation of a series of observations at equal distances; a remainder of less than a
/// batch at the end is ignored.
///
/// Only the first three quarters are searched. Near the end, the rule compares the spread of a few
/// values, which is sometimes small by chance, and 0 if nothing happens any more.
pub fn truncation(observations: &[f64]) -> Truncation {
    let batches: Vec<f64> = observations.chunks_exact(BATCH).map(|of| of.iter().sum::<f64>() / BATCH as f64).collect();
    let statistics = statistics(&batches);
    let searched = statistics.iter().enumerate().take(batches.len() * 3 / 4 + 1);
    // Of equal points the first: no more is truncated than necessary.
    let best = searched.reduce(|best, next| if next.1 < best.1 { next } else { best });
    let best = best.map_or(0, |(cut, _)| cut);
    let half = batches.len() / 2;
    Truncation { observations: best.min(half) * BATCH, is_too_short: best > 0 && best >= half }
}

/// The statistic of each truncation point: without truncation, without the first value, without the
/// first two, and so on.
fn statistics(values: &[f64]) -> Vec<f64> {
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    // From the end, by the recursion of Welford (1962), so nothing cancels.
    let of_rest = values.iter().rev().map(|value| {
        count += 1.0;
        let distance = value - mean;
        mean += distance / count;
        squares += distance * (value - mean);
        squares / (count * count)
    });
    let mut statistics: Vec<f64> = of_rest.collect();
    statistics.reverse();
    statistics
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::math;
    use claimsim_random::stream::{Purpose, Streams};

    /// Each value as a batch of five equal ones.
    fn batches(values: &[f64]) -> Vec<f64> {
        values.iter().flat_map(|&value| [value; BATCH]).collect()
    }

    #[test]
    fn the_statistic_of_a_worked_example() {
        // 9 1 2 1 2: mean 3 and squares 36 + 4 + 1 + 4 + 1 over 25; then mean 1.5 and four times
        // 0.25 over 16; …
        let expected = [46.0 / 25.0, 1.0 / 16.0, (2.0 / 3.0) / 9.0, 0.5 / 4.0, 0.0];
        for (statistic, expected) in statistics(&[9.0, 1.0, 2.0, 1.0, 2.0]).into_iter().zip(expected) {
            assert!((statistic - expected).abs() < 1e-15, "{statistic} and {expected}");
        }
        let cut = truncation(&batches(&[9.0, 1.0, 2.0, 1.0, 2.0]));
        assert_eq!(cut, Truncation { observations: BATCH, is_too_short: false });
    }

    #[test]
    fn a_ramp_to_a_level_is_cut_off_whole_and_a_level_not_at_all() {
        let ramp = |length: usize, all: usize| {
            let level = |at: usize| length.saturating_sub(at) as f64 + if at.is_multiple_of(2) { 0.1 } else { -0.1 };
            batches(&(0..all).map(level).collect::<Vec<_>>())
        };
        assert_eq!(truncation(&ramp(10, 100)), Truncation { observations: 50, is_too_short: false });
        assert_eq!(truncation(&ramp(0, 100)), Truncation { observations: 0, is_too_short: false });
        // It ends after half of the run, or never: half is truncated, and the result shows it.
        assert_eq!(truncation(&ramp(60, 100)), Truncation { observations: 250, is_too_short: true });
        assert_eq!(truncation(&ramp(100, 100)), Truncation { observations: 250, is_too_short: true });
    }

    #[test]
    fn a_series_that_is_no_longer_than_a_few_batches_keeps_all() {
        for values in [&[][..], &[3.0], &[1.0, 1.0]] {
            assert_eq!(truncation(&batches(values)), Truncation { observations: 0, is_too_short: false });
        }
        // Constant series have nothing to truncate, and a series that comes to rest at the end
        // keeps what came before.
        assert_eq!(truncation(&[7.25; 1000]).observations, 0);
        let mut rare = vec![0.0; 1000];
        (0..20).for_each(|at| rare[at * 45 + 20] = 1.0);
        assert_eq!(truncation(&rare), Truncation { observations: 0, is_too_short: false });
    }

    /// 200 batches of a stationary series with correlation `kept` from one to the next and spread
    /// 1, after a beginning that is `off` and decays within `forgets` batches.
    fn autoregressive(seed: u64, kept: f64, off: f64, forgets: f64) -> Vec<f64> {
        let mut stream = Streams::new(seed, 0).stream(Purpose::Service, "series");
        let mut value = stream.normal();
        let mut next = |at: u32| {
            let now = value + off * math::exp(-f64::from(at) / forgets);
            value = kept * value + (1.0 - kept * kept).sqrt() * stream.normal();
            now
        };
        batches(&(0..200).map(&mut next).collect::<Vec<_>>())
    }

    /// Over 500 such series: the median and the 90th percentile of the truncated batches, and the
    /// share of series found too short.
    fn cuts(kept: f64, off: f64, forgets: f64) -> (usize, usize, f64) {
        let mut cuts: Vec<Truncation> =
            (0..500).map(|seed| truncation(&autoregressive(seed, kept, off, forgets))).collect();
        cuts.sort_by_key(|cut| cut.observations);
        let too_short = cuts.iter().filter(|cut| cut.is_too_short).count() as f64 / 500.0;
        (cuts[250].observations / BATCH, cuts[450].observations / BATCH, too_short)
    }

    #[test]
    fn stationary_noise_loses_little_and_beginnings_are_found() {
        let (median, most, too_short) = cuts(0.5, 0.0, 1.0);
        assert!(median == 0 && most <= 10 && too_short < 0.01, "noise: {median} {most} {too_short}");
        // Off by five standard deviations, and below one of them after ln 5 = 1.6 times `forgets`.
        let (median, most, too_short) = cuts(0.5, -5.0, 10.0);
        assert!((10..=30).contains(&median) && most <= 50 && too_short < 0.02, "start: {median} {most} {too_short}");
        // A beginning that lasts as long as the run is noticed more often than not; so is a series
        // of few ups and downs.
        let (median, _, too_short) = cuts(0.5, -20.0, 200.0);
        assert!(median >= 90 && too_short > 0.5, "ramp: {median} {too_short}");
        // As long as 20 and as 10 of their correlation times.
        let shares = [0.9, 0.95].map(|kept| cuts(kept, 0.0, 1.0).2);
        assert!((0.02..0.1).contains(&shares[0]) && (0.1..0.25).contains(&shares[1]), "{shares:?}");
    }
}
