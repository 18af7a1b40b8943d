//! The process by which jobs of an action arrive, from the instants at which they did: batches,
//! rates, and how far they are from a Poisson process. Documents and histories share it.

use super::calendar::Calendar;
use super::interval;
use super::quantile_sketch::quantile_means;
use super::rates::{self, WeeklyRates};
use crate::model::time::{Span, Time};

/// If more than this share of the rows arrive together with others, batches are counted instead of
/// rows.
const BATCH_SHARE: f64 = 0.05;
/// Coincidences are batches only if there are more than chance explains, by this number of standard
/// deviations.
const BEYOND_CHANCE: f64 = 5.0;
/// The most batch sizes that are listed.
const MAX_SIZES: usize = 50;
/// The number of times between arrivals that suffices to detect bursts.
const MIN_GAPS: usize = 30;

/// How often jobs arrive from outside, and in which pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ArrivalEstimate {
    /// Number of jobs that arrived.
    pub(super) jobs: usize,
    /// Number of arrival times: smaller than that of jobs if some arrived together.
    pub(super) times: usize,
    /// Times per second, with its 95 % interval.
    pub(super) rate: f64,
    pub(super) interval: (f64, f64),
    /// The sizes of batches, if enough jobs arrived together.
    pub(super) sizes: Vec<usize>,
    pub(super) weekly: WeeklyRates,
    /// The squared coefficient of variation of times between arrivals, if there are enough of them
    /// and the rate is constant; 1 for a Poisson process.
    pub(super) burstiness: Option<f64>,
}

impl ArrivalEstimate {
    /// The process behind sorted instants within a window, of which the calendar has the hours.
    /// `step` is that of the times: within it, instants are the same. `None` without any.
    pub(super) fn of(mut times: Vec<Time>, length: f64, calendar: &Calendar, step: Span) -> Option<ArrivalEstimate> {
        if times.is_empty() {
            return None;
        }
        let jobs = times.len();
        let mut sizes = Vec::new();
        let counted: Vec<usize> = times.chunk_by(|a, b| a == b).map(<[Time]>::len).collect();
        if are_batches(&counted, calendar, &times, step) {
            times.dedup();
            sizes = condensed_sizes(counted);
        }
        let weekly = rates::weekly_rates(calendar, &calendar.counts(&times));
        let (low, high) = interval::dispersed_interval(times.len(), weekly.dispersion.unwrap_or(1.0));
        Some(ArrivalEstimate {
            jobs,
            times: times.len(),
            rate: times.len() as f64 / length,
            interval: (low / length, high / length),
            sizes,
            burstiness: burstiness(&times).filter(|_| weekly.is_constant()),
            weekly,
        })
    }

    /// Variance over that of a Poisson process: of the times between arrivals, or of the counts of
    /// hours where rates follow the calendar.
    pub(super) fn clumping(&self) -> Option<f64> {
        self.burstiness.or(self.weekly.hourly_dispersion)
    }
}

/// Whether rows at the same instant are batches: enough of them, and more pairs than chance
/// explains at the times' step.
fn are_batches(sizes: &[usize], calendar: &Calendar, times: &[Time], step: Span) -> bool {
    let jobs = times.len() as f64;
    let together: usize = sizes.iter().filter(|size| **size > 1).sum();
    if together as f64 <= BATCH_SHARE * jobs {
        return false;
    }
    let pairs = |size: f64| size * (size - 1.0) / 2.0;
    let observed: f64 = sizes.iter().map(|size| pairs(*size as f64)).sum();
    let by_chance: f64 = calendar
        .hours()
        .zip(calendar.counts(times))
        .filter(|(hour, _)| hour.seconds > 0.0)
        .map(|(hour, count)| pairs(f64::from(count)) * (step.as_secs_f64() / hour.seconds).min(1.0))
        .sum();
    // Arrivals also clump within an hour, so chance gets twice the pairs of a constant rate.
    observed > 2.0 * by_chance + BEYOND_CHANCE * by_chance.sqrt()
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
    use crate::model::time::{Epoch, NANOS};
    use crate::model::time_zone::TimeZone;
    use crate::random::stream::{Purpose, Streams};

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

    /// 0.2 arrivals a second, written in whole seconds: a fifth of them share theirs by chance.
    #[test]
    fn coincidences_in_whole_seconds_are_no_batches() {
        let length = 50_000;
        let calendar = Calendar::new(TimeZone::UTC, Epoch::default(), (Time::ZERO, Time(length * NANOS)), &[]);
        for seed in 0..50 {
            let mut stream = Streams::new(seed, 0).stream(Purpose::Arrival, "seconds");
            let (mut at, mut times) = (0.0, Vec::new());
            while at < length as f64 {
                times.push(Time(at as i64 * NANOS));
                at += stream.exponential() * 5.0;
            }
            let estimate =
                |times: Vec<Time>| ArrivalEstimate::of(times, length as f64, &calendar, Span::secs(1)).unwrap().sizes;
            assert_eq!(estimate(times.clone()), Vec::<usize>::new(), "{seed}");
            let doubled: Vec<Time> = times.iter().step_by(4).flat_map(|at| [*at; 3]).collect();
            assert!(!estimate(doubled).is_empty(), "{seed}");
        }
    }
}
