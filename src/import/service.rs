//! How long attempts ran, of rows that say only when they ended.
//!
//! A row's end minus the bound of its start is its run plus a claim delay. The delay's mean and variance are known and are
//! taken off the mean and the variance of these times. No single time is made positive by force: clipping would lift the mean
//! of short jobs.

use super::claims;
use super::condense::condensed;
use super::history::{History, Row};
use super::slots::{Basis, Start};
use crate::model::job::Status;
use crate::model::time::Span;
use crate::random::dist::{Gamma, Lognormal};
use crate::stats::interval::{IntervalEstimate, critical_value_95};

/// From so many rows on a distribution is fitted; fewer are taken one by one.
const ENOUGH: usize = 10;

/// The most values that are listed.
const MOST_VALUES: usize = 50;
/// A distribution that is nowhere further than this from the share of values is taken for theirs, however many they are.
const NEAR: f64 = 0.05;
/// Run times this much longer than the claim delays are hardly blurred by them.
const CLEAR: f64 = 10.0;

/// What kind of distribution run times have.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// They are always the same, as far as can be seen.
    Constant,
    /// The one of a given mean and coefficient of variation that is nearer to them, with its largest distance from them.
    Lognormal(f64),
    Gamma(f64),
    /// They are few, or neither is near: as many values, each for as many rows.
    Values(Vec<f64>),
}

/// The run times of an action.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Service {
    /// How good the bounds of their starts are.
    pub(super) basis: Basis,
    /// Estimated run times in seconds, in order; single ones may be negative.
    pub(super) values: Vec<f64>,
    /// Their mean, not below 0.
    pub(super) mean: f64,
    /// Half of the 95 % interval of the mean; `None` for a single row.
    pub(super) half: Option<f64>,
    /// Standard deviation over mean.
    pub(super) cv: f64,
    pub(super) shape: Shape,
    /// The mean claim delay that was taken off.
    pub(super) delay: f64,
    /// Mean of wait + run of the same rows.
    pub(super) wait_and_run: f64,
    /// Whether the rows ended in error, for want of others.
    pub(super) failed: bool,
}

/// The rows of an action that ended on their own or by their deadline.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Finished {
    pub(super) done: usize,
    /// Ended in error, those at the deadline left out.
    pub(super) errors: usize,
    /// Stopped by the deadline.
    pub(super) at_deadline: usize,
    pub(super) service: Option<Service>,
}

/// One time that a run took, and its row's start.
#[derive(Clone, Copy)]
struct Time {
    seconds: f64,
    /// It ran no longer than this: the deadline, unless that stopped it.
    longest: f64,
    start: Start,
    wait_and_run: f64,
}

/// InterimLooks at the finished rows of an action whose attempts are stopped after `deadline`.
pub(super) fn finished(history: &History, starts: &[Option<Start>], action: usize, deadline: Option<Span>) -> Finished {
    let mut finished = Finished::default();
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    let limit = deadline.map_or(f64::INFINITY, Span::as_secs_f64);
    for (index, row) in history.of(action) {
        let time = starts[index].and_then(|start| time(row, start, limit));
        let missed = time.is_some_and(|time| time.start.basis != Basis::ScheduleOnly && time.seconds >= limit);
        match row.status {
            Some(Status::Error | Status::Cancel) if missed => {
                finished.at_deadline += 1;
                // It would have run longer, and whoever runs as long as the deadline is not stopped by it.
                done.extend(time.map(|time| Time { longest: limit + 1.0, ..time }));
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
    let times = best(if only_failed { failed } else { done });
    finished.service = Service::of(&times).map(|service| Service { failed: only_failed, ..service });
    finished
}

fn time(row: &Row, start: Start, longest: f64) -> Option<Time> {
    let end = row.updated_at?;
    let wait_and_run = (end - row.scheduled_at?).as_secs_f64();
    Some(Time { seconds: (end - start.bound).as_secs_f64(), longest, start, wait_and_run })
}

/// The times with the best bounds, if they are enough to go by.
fn best(times: Vec<Time>) -> Vec<Time> {
    let good: Vec<Time> = times.iter().filter(|time| time.start.basis != Basis::ScheduleOnly).copied().collect();
    let settled: Vec<Time> = good.iter().filter(|time| time.start.is_settled).copied().collect();
    match (settled.len(), good.len()) {
        (5.., _) => settled,
        (_, 1..) => good,
        _ => times,
    }
}

/// The kind of distribution of values in order, from which claim delays of this mean were taken off.
///
/// Waits depend on more than mean and variance: with several workers those of exponential services are a third longer than those of
/// lognormal ones with the same two. So the shape is taken from the values.
fn shape(values: &[f64], mean: f64, cv: f64, delay: f64) -> Shape {
    if values.len() < ENOUGH {
        return if values.len() > 1 && mean > 0.0 { Shape::Values(values.to_vec()) } else { Shape::Constant };
    }
    if cv < 0.01 {
        return Shape::Constant;
    }
    let lognormal = Lognormal::new(mean, cv).map_or(1.0, |law| distance(values, |x| law.survival(x)));
    let gamma = Gamma::new(1.0 / (cv * cv), mean).map_or(1.0, |law| distance(values, |x| law.survival(x)));
    // The 1 % point of the distance of as many draws (Kolmogorov).
    let near = NEAR.max(1.63 / (values.len() as f64).sqrt());
    if lognormal.min(gamma) > near && mean > CLEAR * delay {
        Shape::Values(condensed(values, values.len().min(MOST_VALUES)))
    } else if gamma < lognormal {
        Shape::Gamma(gamma)
    } else {
        Shape::Lognormal(lognormal)
    }
}

/// The largest distance between a distribution and the shares of values, which are in order (Kolmogorov and Smirnov).
fn distance(values: &[f64], survival: impl Fn(f64) -> f64) -> f64 {
    let n = values.len() as f64;
    let gap = |(index, value): (usize, &f64)| {
        let below = 1.0 - survival(value.max(0.0));
        (below - index as f64 / n).abs().max((below - (index as f64 + 1.0) / n).abs())
    };
    values.iter().enumerate().map(gap).fold(0.0, f64::max)
}

impl Service {
    fn of(times: &[Time]) -> Option<Service> {
        let first = times.first()?;
        let n = times.len() as f64;
        let delay = |time: &Time| claims::mean(time.start.racers);
        let mut values: Vec<f64> = times.iter().map(|time| (time.seconds - delay(time)).min(time.longest)).collect();
        let mean = IntervalEstimate::mean(&values).value?;
        let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0).max(1.0);
        let of_delays = times.iter().map(|time| claims::variance(time.start.racers)).sum::<f64>() / n;
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

    /// The value below which a share of the rows lies.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let index = (share * self.values.len() as f64) as usize;
        self.values[index.min(self.values.len() - 1)].max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream::{Purpose, Streams};

    /// How often, of 200 samples of `n`, each shape is found: constant, lognormal, gamma, values.
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
                Shape::Constant => 0,
                Shape::Lognormal(_) => 1,
                Shape::Gamma(_) => 2,
                Shape::Values(_) => 3,
            }] += 1;
        }
        counts
    }

    #[test]
    fn the_shape_is_found_that_was_put_in() {
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
