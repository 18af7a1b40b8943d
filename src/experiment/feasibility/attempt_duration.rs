//! How long an attempt holds its capacity on average, and how many attempts a job makes.

use crate::engine::{ActionModel, DeadlineResult, JobOverrides, RuntimeEstimate};
use crate::model::math;
use crate::model::time::Span;
use crate::random::dist::Distribution;
use crate::random::stream::{Purpose, Streams};

/// The average attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Attempt {
    /// Seconds for which it holds its capacity.
    pub(super) mean: f64,
    /// The mean square of that, in seconds².
    pub(super) square: f64,
    /// Attempts of a job, including its retries.
    pub(super) tries: f64,
    /// The probability that it fails in a way that is retried.
    pub(super) fails: f64,
}

/// The number of draws over which random estimates that kill are averaged.
const DRAWS: u32 = 256;

impl Attempt {
    /// The attempts of jobs of an action with these attributes of their own.
    pub(super) fn of(model: &ActionModel, overrides: &JobOverrides) -> Attempt {
        let law = overrides.service.map_or(Law::Drawn(&model.service), |service| Law::Known(service.as_secs_f64()));
        let stop_timeout = overrides.stop_timeout.unwrap_or(model.stop_timeout);
        let stop = Law::Drawn(&model.stops_in).capped(stop_timeout.as_secs_f64());
        let limits = limits(model, overrides);
        let (mut mean, mut square, mut missed) = (0.0, 0.0, 0.0);
        for limit in &limits {
            let ran = law.capped(limit.at);
            let stopped = if limit.always { 1.0 } else { ran.beyond };
            mean += ran.mean * limit.factor + stopped * stop.mean;
            square += ran.square * limit.factor * limit.factor
                + stopped * (2.0 * limit.at.min(ran.mean) * limit.factor * stop.mean + stop.square);
            missed += stopped;
        }
        let share = 1.0 / limits.len() as f64;
        let missed = missed * share;
        let retried_after_deadline = if model.deadline_result == DeadlineResult::Error { missed } else { 0.0 };
        let fails = retried_after_deadline + (1.0 - missed) * model.error.get();
        let retries = overrides.retries.unwrap_or(model.retries);
        Attempt { mean: mean * share, square: square * share, tries: tries(fails, retries), fails }
    }

    /// Whether the time that a job takes is random.
    pub(super) fn is_random(&self) -> bool {
        self.square > self.mean * self.mean * (1.0 + 1e-9) || (self.tries > 1.0 && self.fails < 1.0)
    }
}

/// The mean number of attempts if each fails with probability `fails`.
pub(super) fn tries(fails: f64, retries: u32) -> f64 {
    if fails >= 1.0 {
        return f64::from(retries) + 1.0;
    }
    (1.0 - math::pow(fails, f64::from(retries) + 1.0)) / (1.0 - fails)
}

/// A bound of an attempt's run time: `factor` times the service time, up to `at` seconds of it.
#[derive(Clone, Copy, Debug)]
struct Limit {
    factor: f64,
    /// Seconds of the service time.
    at: f64,
    /// Whether it stops every attempt, even a short one.
    always: bool,
}

/// The bounds of an attempt: its deadline, and its estimate if that kills; one bound for each draw
/// of a random estimate.
fn limits(model: &ActionModel, overrides: &JobOverrides) -> Vec<Limit> {
    let deadline = overrides.deadline.or(model.deadline).map_or(f64::INFINITY, Span::as_secs_f64);
    let until = |at: f64| Limit { factor: 1.0, at: at.min(deadline), always: false };
    let part = |factor: f64| {
        let at = deadline / factor;
        if factor < 1.0 { Limit { factor, at, always: true } } else { until(deadline) }
    };
    if !model.kill_at_estimate {
        return vec![until(deadline)];
    }
    match (&model.estimate, overrides.estimate) {
        (_, Some(estimate)) => vec![until(estimate.as_secs_f64())],
        (RuntimeEstimate::Exact, None) => vec![until(deadline)],
        (RuntimeEstimate::Time(time), None) => draws(time).into_iter().map(until).collect(),
        (RuntimeEstimate::Factor(factor), None) => draws(factor).into_iter().map(part).collect(),
    }
}

/// Values of a distribution, the same each time; a single one if the distribution is constant.
fn draws(of: &Distribution) -> Vec<f64> {
    if of.variance() == 0.0 {
        return vec![of.mean()];
    }
    let mut stream = Streams::new(0, 0).stream(Purpose::Estimate, "outlook");
    (0..DRAWS).map(|_| of.sample(&mut stream)).collect()
}

/// The law of a service time.
#[derive(Clone, Copy, Debug)]
enum Law<'a> {
    /// It is known, in seconds.
    Known(f64),
    /// It is drawn.
    Drawn(&'a Distribution),
}

/// A service time that is cut off at a limit.
#[derive(Clone, Copy, Debug)]
struct Capped {
    mean: f64,
    square: f64,
    /// Probability that it would last longer.
    beyond: f64,
}

impl Law<'_> {
    /// The law of min(S, limit); its moments are exact, but for the integrals of [`integrated`].
    fn capped(self, limit: f64) -> Capped {
        match self {
            Law::Known(seconds) => {
                let held = seconds.min(limit);
                Capped { mean: held, square: held * held, beyond: f64::from(u8::from(seconds > limit)) }
            }
            Law::Drawn(of) if limit == f64::INFINITY || of.survival(limit) == 0.0 => {
                Capped { mean: of.mean(), square: of.variance() + of.mean() * of.mean(), beyond: 0.0 }
            }
            Law::Drawn(of) if limit <= 0.0 => Capped { mean: 0.0, square: 0.0, beyond: of.survival(0.0) },
            Law::Drawn(of) => {
                let (mean, square) = integrated(of, limit);
                Capped { mean, square, beyond: of.survival(limit) }
            }
        }
    }
}

/// The minimum mean time for which a parent holds its capacity for its first child. The child ends
/// with its own first attempt at the earliest; both may have a deadline.
pub(super) fn held_for_child(parent: &ActionModel, overrides: &JobOverrides, child: &ActionModel) -> f64 {
    let own = overrides.deadline.or(parent.deadline).map_or(f64::INFINITY, Span::as_secs_f64);
    let limit = child.deadline.map_or(own, |deadline| own.min(deadline.as_secs_f64()));
    Law::Drawn(&child.service).capped(limit).mean
}

/// A lower bound of how long an attempt holds its capacity.
pub(super) struct ShortestTime {
    limit: Limit,
    service: LowerIntegral,
    /// Probability that it is asked to stop, and how long that takes.
    stopped: f64,
    stop: LowerIntegral,
    stop_timeout: f64,
}

impl ShortestTime {
    /// Of jobs of an action with these attributes of their own.
    pub(super) fn of(model: &ActionModel, overrides: &JobOverrides) -> ShortestTime {
        let law = overrides.service.map_or(Law::Drawn(&model.service), |service| Law::Known(service.as_secs_f64()));
        let limits = limits(model, overrides);
        // Nothing is certain of an attempt whose estimate is random and kills it.
        let nothing = Limit { factor: 1.0, at: 0.0, always: false };
        let limit = if let [limit] = limits[..] { limit } else { nothing };
        let stopped = if limits.len() > 1 { 0.0 } else { law.capped(limit.at).beyond };
        ShortestTime {
            limit,
            stopped,
            service: LowerIntegral::of(law),
            stop: LowerIntegral::of(Law::Drawn(&model.stops_in)),
            stop_timeout: overrides.stop_timeout.unwrap_or(model.stop_timeout).as_secs_f64(),
        }
    }

    /// A lower bound of the mean of min(time held, seconds).
    pub(super) fn up_to(&self, seconds: f64) -> f64 {
        let Limit { factor, at, .. } = self.limit;
        let ran = factor * self.service.up_to((seconds / factor).min(at));
        let left = seconds - factor * at;
        let stopping = if left > 0.0 { self.stopped * self.stop.up_to(left.min(self.stop_timeout)) } else { 0.0 };
        ran + stopping
    }
}

/// E min(S, x) for any x, or a little less: a sum over survival probabilities.
enum LowerIntegral {
    Known(f64),
    /// x in ascending order, and the integral up to it.
    Drawn(Vec<(f64, f64)>),
}

/// Doublings below and above the median, and parts of each.
const DOUBLINGS: i32 = 20;
const PARTS_OF_DOUBLING: i32 = 256;

impl LowerIntegral {
    fn of(law: Law) -> LowerIntegral {
        let of = match law {
            Law::Known(seconds) => return LowerIntegral::Known(seconds),
            Law::Drawn(of) if of.variance() == 0.0 => return LowerIntegral::Known(of.mean()),
            Law::Drawn(of) => of,
        };
        let doubled = std::iter::successors(Some(1e-9_f64), |x| Some(2.0 * x)).take(120);
        let median = doubled.into_iter().find(|x| of.survival(*x) <= 0.5).unwrap_or(1.0);
        let (mut before, mut integral) = (0.0, 0.0);
        let part = |part: i32| {
            let x = median * math::pow(2.0, f64::from(part) / f64::from(PARTS_OF_DOUBLING));
            integral += (x - before) * of.survival(x);
            before = x;
            (x, integral)
        };
        let parts = -DOUBLINGS * PARTS_OF_DOUBLING..=DOUBLINGS * PARTS_OF_DOUBLING;
        LowerIntegral::Drawn(parts.map(part).collect())
    }

    fn up_to(&self, x: f64) -> f64 {
        let parts = match self {
            LowerIntegral::Known(seconds) => return seconds.min(x),
            LowerIntegral::Drawn(parts) => parts,
        };
        let above = parts.partition_point(|(at, _)| *at < x);
        // Between two points the integral is concave, and lies above the chord.
        let (x0, y0) = if above == 0 { (0.0, 0.0) } else { parts[above - 1] };
        parts.get(above).map_or(y0, |(x1, y1)| y0 + (y1 - y0) * (x - x0) / (x1 - x0))
    }
}

/// The number of halvings of the limit, below which nothing counts, and the parts of each.
const OCTAVES: u32 = 30;
const PARTS: u32 = 128;

/// Mean and mean square of min(S, limit): the integrals of P(S > x) and 2 x P(S > x) from 0 to the
/// limit, by the midpoints of parts that halve towards 0. The error is of second order in 1/128
/// where the law is smooth, and at most 1/256 of the mean where it jumps.
fn integrated(of: &Distribution, limit: f64) -> (f64, f64) {
    let (mut mean, mut square, mut top) = (0.0, 0.0, limit);
    for octave in 0..OCTAVES {
        let bottom = if octave + 1 == OCTAVES { 0.0 } else { top / 2.0 };
        let width = (top - bottom) / f64::from(PARTS);
        for part in 0..PARTS {
            let x = bottom + (f64::from(part) + 0.5) * width;
            let longer = of.survival(x);
            mean += longer * width;
            square += 2.0 * x * longer * width;
        }
        top = bottom;
    }
    (mean, square)
}

/// Mean and mean square of a number that is rounded to the nearest whole number, a half upwards:
/// the sums of P(N >= k) and (2 k - 1) P(N >= k).
pub(super) fn rounded(of: &Distribution) -> (f64, f64) {
    let mean = of.mean();
    if of.variance() == 0.0 {
        let whole = mean.round();
        return (whole, whole * whole);
    }
    if mean > MAX_TERMS / 16.0 {
        // Rounding does not matter in such numbers.
        return (mean, of.variance() + mean * mean);
    }
    let (mut first, mut second, mut k) = (0.0, 0.0, 1.0);
    while k < MAX_TERMS {
        // A value of k - 1/2 is rounded up.
        let at_least = of.survival((k - 0.5_f64).next_down());
        if at_least == 0.0 {
            break;
        }
        first += at_least;
        second += (2.0 * k - 1.0) * at_least;
        k += 1.0;
    }
    (first, second)
}

const MAX_TERMS: f64 = 65_536.0;

/// The probability that a number is 1 or more after rounding.
pub(super) fn at_least_one(of: &Distribution) -> f64 {
    of.survival(0.5_f64.next_down())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::capacity::NeedId;
    use crate::model::unit::Probability;
    use crate::random::dist::{Constant, Empirical, Exponential, Lognormal, Uniform};

    fn exponential(mean: f64) -> Distribution {
        Exponential::new(mean).unwrap().into()
    }

    fn action(service: Distribution) -> ActionModel {
        ActionModel::new("a", NeedId(0), service)
    }

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance * expected.abs(), "{found} instead of {expected}");
    }

    /// E min(S, d) = m (1 - exp(-d/m)), and its mean square 2 m² (1 - (1 + d/m) exp(-d/m)).
    #[test]
    fn a_deadline_cuts_an_exponential_by_its_integral() {
        for (mean, deadline) in [(10.0, 1.0), (10.0, 10.0), (1.0, 30.0), (0.01, 3600.0)] {
            let model = ActionModel { deadline: Some(Span::from_secs_f64(deadline)), ..action(exponential(mean)) };
            let attempt = Attempt::of(&model, &JobOverrides::default());
            let (ratio, left) = (deadline / mean, math::exp(-deadline / mean));
            close(attempt.mean, mean * (1.0 - left), 1e-4);
            close(attempt.square, 2.0 * mean * mean * (1.0 - (1.0 + ratio) * left), 1e-4);
        }
    }

    #[test]
    fn jumps_of_a_law_are_integrated_to_a_quarter_percent() {
        let values = [1.0, 2.0, 30.0, 400.0];
        let model =
            ActionModel { deadline: Some(Span::secs(100)), ..action(Empirical::new(values.to_vec()).unwrap().into()) };
        close(Attempt::of(&model, &JobOverrides::default()).mean, (1.0 + 2.0 + 30.0 + 100.0) / 4.0, 0.0025);
    }

    /// Each attempt fails by its deadline (and is retried) or in error: a truncated geometric
    /// number of attempts.
    #[test]
    fn attempts_are_a_truncated_geometric_number() {
        let model = ActionModel {
            deadline: Some(Span::secs(10)),
            error: Probability::try_from(0.25).unwrap(),
            retries: 2,
            ..action(exponential(10.0))
        };
        let missed = math::exp(-1.0);
        let fails = missed + (1.0 - missed) * 0.25;
        close(Attempt::of(&model, &JobOverrides::default()).tries, 1.0 + fails + fails * fails, 1e-12);
        let cancelled = ActionModel { deadline_result: DeadlineResult::Cancel, ..model };
        let fails = (1.0 - missed) * 0.25;
        close(Attempt::of(&cancelled, &JobOverrides::default()).tries, 1.0 + fails + fails * fails, 1e-12);
        let none = JobOverrides { retries: Some(0), ..JobOverrides::default() };
        close(Attempt::of(&cancelled, &none).tries, 1.0, 0.0);
    }

    #[test]
    fn estimates_that_kill_are_deadlines() {
        let factor = |f: f64| RuntimeEstimate::Factor(Constant::new(f).unwrap().into());
        let kill = |estimate| ActionModel { estimate, kill_at_estimate: true, retries: 1, ..action(exponential(8.0)) };
        let half = Attempt::of(&kill(factor(0.5)), &JobOverrides::default());
        close(half.mean, 4.0, 1e-12);
        close(half.tries, 2.0, 1e-12);
        let twice = Attempt::of(&kill(factor(2.0)), &JobOverrides::default());
        close(twice.mean, 8.0, 1e-12);
        close(twice.tries, 1.0, 1e-12);
        let drawn = kill(RuntimeEstimate::Time(Uniform::new(0.0, 16.0).unwrap().into()));
        // The mean of 8 (1 - exp(-t/8)) over t from 0 to 16.
        close(Attempt::of(&drawn, &JobOverrides::default()).mean, 8.0 - 4.0 * (1.0 - math::exp(-2.0)), 0.05);
    }

    #[test]
    fn numbers_are_rounded_a_half_upwards() {
        let halves = Empirical::new(vec![0.4, 0.5, 1.49, 2.5]).unwrap().into();
        let (mean, square) = rounded(&halves);
        close(mean, (1.0 + 1.0 + 3.0) / 4.0, 1e-12);
        close(square, (1.0 + 1.0 + 9.0) / 4.0, 1e-12);
        close(at_least_one(&halves), 0.75, 1e-12);
        close(rounded(&Uniform::new(1.0, 9.0).unwrap().into()).0, 5.0, 1e-9);
        close(rounded(&Lognormal::new(1e9, 0.5).unwrap().into()).0, 1e9, 1e-9);
    }
}
