//! How often jobs of an action arrive from outside, as far as the documents show it.

use super::crons::Crons;
use super::history::History;
use super::interval;
use super::observation_window::ObservationWindow;
use super::profile::{self, Profile};
use super::quantile_sketch::quantile_means;
use crate::model::time::{NANOS, Time};

/// If more than this share of the rows arrive together with others, batches are counted instead of
/// rows.
const BATCH_SHARE: f64 = 0.05;
/// The most batch sizes that are listed.
const MAX_SIZES: usize = 50;
/// The number of times between arrivals that suffices to detect bursts.
const MIN_GAPS: usize = 30;
const DAY: i64 = 86_400 * NANOS;

/// The arrivals of an action within the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arrivals {
    /// Number of jobs that arrived.
    pub(super) jobs: usize,
    /// Number of arrival times: smaller than that of jobs if some arrived together.
    pub(super) times: usize,
    /// Times per second, with its 95 % interval.
    pub(super) rate: f64,
    pub(super) interval: (f64, f64),
    /// The sizes of batches, if enough jobs arrived together.
    pub(super) sizes: Vec<usize>,
    pub(super) profile: Option<Profile>,
    /// The squared coefficient of variation of times between arrivals, if there are enough of them;
    /// 1 for a Poisson process.
    pub(super) burstiness: Option<f64>,
    /// Rows that are not arrivals: further attempts, and firings of a cron.
    pub(super) retries: usize,
    pub(super) by_cron: usize,
}

impl Arrivals {
    /// Counts the rows of an action.
    pub(super) fn of(history: &History, crons: &Crons, window: Option<ObservationWindow>, action: usize) -> Arrivals {
        let mut arrivals = Arrivals::default();
        let mut times: Vec<Time> = Vec::new();
        for (_, row) in history.of(action) {
            if row.is_retry() {
                arrivals.retries += 1;
            } else if crons.created(row) {
                arrivals.by_cron += 1;
            } else {
                times.extend(window.and_then(|window| window.counts(row)));
            }
        }
        times.sort_unstable();
        if let Some(window) = window.filter(|_| !times.is_empty()) {
            arrivals.count(history, window, times);
        }
        arrivals
    }

    /// Adds the sorted times of arrivals.
    fn count(&mut self, history: &History, window: ObservationWindow, mut times: Vec<Time>) {
        self.jobs = times.len();
        let sizes: Vec<usize> = times.chunk_by(|a, b| a == b).map(<[Time]>::len).collect();
        let together: usize = sizes.iter().filter(|size| **size > 1).sum();
        if together as f64 > BATCH_SHARE * self.jobs as f64 {
            times.dedup();
            self.sizes = condensed_sizes(sizes);
        }
        let length = window.length();
        self.times = times.len();
        self.rate = self.times as f64 / length;
        let (low, high) = interval::poisson_interval(self.times);
        self.interval = (low / length, high / length);
        let midnight = Time(
            -(history.epoch.0.timestamp().rem_euclid(86_400) * NANOS) % DAY
                - i64::from(history.epoch.0.timestamp_subsec_nanos()),
        );
        self.profile = profile::profile(&times, (window.from, window.to), midnight);
        self.burstiness = burstiness(&times).filter(|_| self.profile.is_none());
    }
}

/// At most [`MAX_SIZES`] sizes with the same mean, up to half a job in the sum; each stands for the
/// same number of batches.
fn condensed_sizes(mut sizes: Vec<usize>) -> Vec<usize> {
    sizes.sort_unstable();
    if sizes.len() <= MAX_SIZES {
        return sizes;
    }
    let sizes: Vec<f64> = sizes.into_iter().map(|size| size as f64).collect();
    // Rounding applies to the running sum, so errors do not accumulate.
    let (mut sum, mut rounded_sum) = (0.0, 0);
    let rounded = quantile_means(&sizes, MAX_SIZES).into_iter().map(|mean| {
        sum += mean;
        let size = (sum.round() as usize).saturating_sub(rounded_sum);
        rounded_sum += size;
        size
    });
    rounded.collect()
}

/// The squared coefficient of variation of the times between arrivals.
fn burstiness(times: &[Time]) -> Option<f64> {
    let gaps: Vec<f64> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect();
    let n = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / n;
    let variance = gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / (n - 1.0);
    (gaps.len() >= MIN_GAPS && mean > 0.0).then_some(variance / (mean * mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn condensed_sizes_keep_the_mean() {
        for n in [51_usize, 77, 1_000] {
            let sizes: Vec<usize> = (0..n).map(|index| 1 + index * index % 17).collect();
            let mean = sizes.iter().sum::<usize>() as f64 / n as f64;
            let condensed = condensed_sizes(sizes);
            let kept = condensed.iter().sum::<usize>() as f64 / condensed.len() as f64;
            assert!(condensed.len() == MAX_SIZES && (kept - mean).abs() < 0.011, "{n}: {mean} {kept}");
        }
    }
}
