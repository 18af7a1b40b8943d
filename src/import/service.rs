//! Run times of attempts, from rows that give only their end.
//!
//! A row's end minus the bound of its start is its run time plus a claim delay. The mean and the
//! variance of the delay are known, and are subtracted from those of these times. Single negative
//! times are kept: clipping them would raise the mean of short jobs.

use super::document_history::{DocumentHistory, Row};
use super::quantile_sketch::quantile_means;
use super::start_bounds::{BoundBasis, StartBound};
use crate::model::job::Status;
use crate::model::time::Span;
use crate::random::dist::{Gamma, Lognormal};
use crate::stats::interval::{IntervalEstimate, critical_value_95};

/// The fewest rows to fit a distribution to; fewer rows are listed.
const MIN_ROWS_TO_FIT: usize = 10;

/// The most values in a list.
const MAX_VALUES: usize = 50;
/// A distribution that is at most this far from the empirical one is accepted, whatever the number
/// of rows.
const NEAR: f64 = 0.05;
/// Run times that exceed the claim delays by this factor are hardly blurred by them.
const CLEAR: f64 = 10.0;

/// The shape of the distribution of run times.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ServiceShape {
    /// All rows agree.
    Constant,
    /// The nearer one with that mean and coefficient of variation, with its largest distance from
    /// the rows.
    Lognormal(f64),
    Gamma(f64),
    /// Few rows, or neither distribution is near: values that each stand for an equal number of
    /// rows.
    Values(Vec<f64>),
}

/// The run times of an action.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Service {
    /// The basis of the bounds of their starts.
    pub(super) basis: BoundBasis,
    /// Estimated run times in seconds, sorted; single ones may be negative.
    pub(super) values: Vec<f64>,
    /// Their mean, not below 0.
    pub(super) mean: f64,
    /// Half of the 95 % interval of the mean; `None` for a single row.
    pub(super) half: Option<f64>,
    /// Standard deviation over mean.
    pub(super) cv: f64,
    pub(super) shape: ServiceShape,
    /// The mean claim delay that was subtracted.
    pub(super) delay: f64,
    /// Mean of wait + run of the same rows.
    pub(super) wait_and_run: f64,
    /// Whether the rows ended in error, because there are no others.
    pub(super) failed: bool,
}

/// The rows of an action that ended by themselves or at their deadline.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FinishedRows {
    pub(super) done: usize,
    /// Ended in error, except at the deadline.
    pub(super) errors: usize,
    /// Stopped by the deadline.
    pub(super) at_deadline: usize,
    pub(super) service: Option<Service>,
}

/// The time of one run, and the bound of its start.
#[derive(Clone, Copy)]
struct ObservedRun {
    seconds: f64,
    /// The longest that it can have run: the deadline, unless it was stopped there.
    longest: f64,
    start: StartBound,
    wait_and_run: f64,
}

/// The finished rows of an action whose attempts are stopped after `deadline`.
pub(super) fn finished(
    history: &DocumentHistory,
    starts: &[Option<StartBound>],
    action: usize,
    deadline: Option<Span>,
) -> FinishedRows {
    let mut finished = FinishedRows::default();
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    let limit = deadline.map_or(f64::INFINITY, Span::as_secs_f64);
    for (index, row) in history.of(action) {
        let time = starts[index].and_then(|start| observed_run(row, start, limit));
        let missed = time.is_some_and(|time| time.start.basis != BoundBasis::ScheduleOnly && time.seconds >= limit);
        match row.status {
            Some(Status::Error | Status::Cancel) if missed => {
                finished.at_deadline += 1;
                // It would have run longer than the deadline; a run of exactly that length is not
                // stopped.
                done.extend(time.map(|time| ObservedRun { longest: limit + 1.0, ..time }));
            }
            Some(Status::Done) => {
                finished.done += 1;
                done.extend(time);
            }
            Some(Status::Error) => {
                finished.errors += 1;
                failed.extend(time);
            }
            _ => {}
        }
    }
    let only_failed = done.is_empty();
    let times = best_bounded(if only_failed { failed } else { done });
    finished.service = Service::of(&times).map(|service| Service { failed: only_failed, ..service });
    finished
}

fn observed_run(row: &Row, start: StartBound, longest: f64) -> Option<ObservedRun> {
    let end = row.updated_at?;
    let wait_and_run = (end - row.scheduled_at?).as_secs_f64();
    Some(ObservedRun { seconds: (end - start.bound).as_secs_f64(), longest, start, wait_and_run })
}

/// The times with the best bounds, if there are enough of them.
fn best_bounded(times: Vec<ObservedRun>) -> Vec<ObservedRun> {
    let good: Vec<ObservedRun> =
        times.iter().filter(|time| time.start.basis != BoundBasis::ScheduleOnly).copied().collect();
    let settled: Vec<ObservedRun> = good.iter().filter(|time| time.start.is_settled).copied().collect();
    match (settled.len(), good.len()) {
        (5.., _) => settled,
        (_, 1..) => good,
        _ => times,
    }
}

/// The shape of the distribution of sorted values, from which claim delays of this mean were
/// subtracted.
///
/// Waits depend on more than mean and variance: with several workers, those of exponential services
/// are a third longer than those of lognormal services with the same mean and variance. So the
/// shape is estimated from the values.
fn shape(values: &[f64], mean: f64, cv: f64, delay: f64) -> ServiceShape {
    if values.len() < MIN_ROWS_TO_FIT {
        return if values.len() > 1 && mean > 0.0 {
            ServiceShape::Values(values.to_vec())
        } else {
            ServiceShape::Constant
        };
    }
    if cv < 0.01 {
        return ServiceShape::Constant;
    }
    let lognormal = Lognormal::new(mean, cv).map_or(1.0, |law| distance(values, |x| law.survival(x)));
    let gamma = Gamma::new(1.0 / (cv * cv), mean).map_or(1.0, |law| distance(values, |x| law.survival(x)));
    // The 1 % point of the distance for this number of draws (Kolmogorov).
    let near = NEAR.max(1.63 / (values.len() as f64).sqrt());
    if lognormal.min(gamma) > near && mean > CLEAR * delay {
        ServiceShape::Values(quantile_means(values, values.len().min(MAX_VALUES)))
    } else if gamma < lognormal {
        ServiceShape::Gamma(gamma)
    } else {
        ServiceShape::Lognormal(lognormal)
    }
}

/// The largest distance between a distribution and the empirical one of sorted values (Kolmogorov
/// and Smirnov).
fn distance(values: &[f64], survival: impl Fn(f64) -> f64) -> f64 {
    let n = values.len() as f64;
    let gap = |(index, value): (usize, &f64)| {
        let below = 1.0 - survival(value.max(0.0));
        (below - index as f64 / n).abs().max((below - (index as f64 + 1.0) / n).abs())
    };
    values.iter().enumerate().map(gap).fold(0.0, f64::max)
}

impl Service {
    fn of(times: &[ObservedRun]) -> Option<Service> {
        let first = times.first()?;
        let n = times.len() as f64;
        let delay = |time: &ObservedRun| time.start.mean_delay();
        let mut values: Vec<f64> = times.iter().map(|time| (time.seconds - delay(time)).min(time.longest)).collect();
        let mean = IntervalEstimate::mean(&values).value?;
        let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0).max(1.0);
        let of_delays = times.iter().map(|time| time.start.delay_variance()).sum::<f64>() / n;
        let deviation = (squares - of_delays).max(0.0).sqrt();
        values.sort_unstable_by(f64::total_cmp);
        let cv = if mean > 0.0 { (deviation / mean).min(1e6) } else { 0.0 };
        let delays = times.iter().map(delay).sum::<f64>() / n;
        Some(Service {
            basis: first.start.basis,
            mean: mean.max(0.0),
            half: (times.len() > 1).then(|| critical_value_95(times.len() as u64 - 1) * (squares / n).sqrt()),
            shape: shape(&values, mean, cv, delays),
            cv,
            delay: delays,
            wait_and_run: times.iter().map(|time| time.wait_and_run).sum::<f64>() / n,
            failed: false,
            values,
        })
    }

    /// The quantile of the rows at a share.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let index = (share * self.values.len() as f64) as usize;
        self.values[index.min(self.values.len() - 1)].max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream::{Purpose, Streams};

    /// The number of times that each shape is found in 200 samples of `n`: constant, lognormal,
    /// gamma, values.
    fn found(n: usize, draw: impl Fn(&mut crate::random::stream::Stream) -> f64) -> [usize; 4] {
        let mut counts = [0; 4];
        for seed in 0..200 {
            let mut stream = Streams::new(seed, 0).stream(Purpose::Service, "shape");
            let mut values: Vec<f64> = (0..n).map(|_| draw(&mut stream)).collect();
            values.sort_unstable_by(f64::total_cmp);
            let mean = values.iter().sum::<f64>() / n as f64;
            let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
            let cv = (squares / (n as f64 - 1.0)).sqrt() / mean;
            counts[match shape(&values, mean, cv, 0.75) {
                ServiceShape::Constant => 0,
                ServiceShape::Lognormal(_) => 1,
                ServiceShape::Gamma(_) => 2,
                ServiceShape::Values(_) => 3,
            }] += 1;
        }
        counts
    }

    #[test]
    fn the_true_shape_is_found() {
        let lognormal = Lognormal::new(26.0, 1.0).unwrap();
        let counts = found(300, |stream| lognormal.sample(stream));
        assert!(counts[1] >= 160, "{counts:?}");
        let counts = found(300, |stream| 26.0 * stream.exponential());
        assert!(counts[2] >= 160, "{counts:?}");
        let two = |stream: &mut crate::random::stream::Stream| if stream.exponential() < 0.7 { 9.0 } else { 60.0 };
        assert_eq!(found(200, two), [0, 0, 0, 200]);
        assert_eq!(found(200, |_| 26.0), [200, 0, 0, 0]);
    }
}
