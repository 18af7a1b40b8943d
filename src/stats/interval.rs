//! Interval estimates over replications: the mean and its 95 % confidence interval, by Student's t
//! distribution.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use crate::model::math;

use super::censored::CensoredValue;
use super::measure::Statistic;
use super::metric::Metric;

/// The coverage of the interval.
const LEVEL: f64 = 0.95;

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The estimate of a metric over all replications.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct IntervalEstimate {
    /// The mean, or the maximum of maxima; `None` if no replication has a value. Where jobs had not
    /// ended, it is a lower bound.
    pub value: Option<f64>,
    /// The upper bound: equal to `value` where that is known; `None` if nothing bounds it.
    pub upper: Option<f64>,
    /// Lower and upper end of the 95 % interval; `None` with fewer than two replications, for a
    /// maximum, and where nothing bounds the value from above.
    pub interval: Option<(f64, f64)>,
    /// The number of replications with a value.
    pub replications: u64,
}

impl IntervalEstimate {
    /// Combines the values of a metric in the replications. Its interval does not leave the
    /// possible values of the metric.
    pub fn of(metric: Metric, values: &[Option<CensoredValue>]) -> IntervalEstimate {
        let combine = if metric.statistic == Statistic::Max { Self::maximum } else { Self::mean };
        let (least, largest) = metric.measure.range();
        Self::of_bounds(values, combine).within(least, largest)
    }

    /// The mean of shares that were measured besides the metrics.
    pub fn of_shares(values: &[Option<CensoredValue>]) -> IntervalEstimate {
        Self::of_bounds(values, Self::mean).within(0.0, 1.0)
    }

    /// The interval of a value of which only bounds are known reaches from the lower end for the
    /// lower bounds to the upper end for the upper ones.
    fn of_bounds(values: &[Option<CensoredValue>], combine: fn(&[f64]) -> IntervalEstimate) -> IntervalEstimate {
        let known: Vec<CensoredValue> = values.iter().copied().flatten().collect();
        let lower = combine(&known.iter().map(|value| value.lower).collect::<Vec<_>>());
        if known.iter().all(|value| value.is_exact()) {
            return lower;
        }
        if known.iter().any(|value| value.upper.is_infinite()) {
            return IntervalEstimate { upper: None, interval: None, ..lower };
        }
        let upper = combine(&known.iter().map(|value| value.upper).collect::<Vec<_>>());
        let interval = lower.interval.zip(upper.interval).map(|(lower, upper)| (lower.0, upper.1));
        IntervalEstimate { upper: upper.value, interval, ..lower }
    }

    /// The estimate with its interval cut to the possible values.
    fn within(self, least: f64, largest: f64) -> IntervalEstimate {
        let interval = self.interval.map(|(low, high)| (low.max(least), high.min(largest)));
        IntervalEstimate { interval, ..self }
    }

    /// Whether the value is known, and not only a bound of it.
    pub fn is_exact(&self) -> bool {
        self.upper == self.value
    }

    /// The mean of independent values, with its interval.
    pub fn mean(values: &[f64]) -> IntervalEstimate {
        let replications = values.len() as u64;
        let Some(&first) = values.first() else {
            return IntervalEstimate { value: None, upper: None, interval: None, replications };
        };
        // Summing distances from the first value makes equal values come out exactly.
        let mean = first + values.iter().map(|value| value - first).sum::<f64>() / replications as f64;
        let interval = (replications > 1).then(|| {
            let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
            let error = (squares / (replications - 1) as f64 / replications as f64).sqrt();
            let half = critical_value_95(replications - 1) * error;
            (mean - half, mean + half)
        });
        IntervalEstimate { value: Some(mean), upper: Some(mean), interval, replications }
    }

    /// The largest of all values.
    pub fn maximum(values: &[f64]) -> IntervalEstimate {
        let value = values.iter().copied().reduce(f64::max);
        IntervalEstimate { value, upper: value, interval: None, replications: values.len() as u64 }
    }
}

/// The 97.5 % point of Student's t distribution: 95 % of it lie between minus and plus this.
/// `freedom` is at least 1.
///
/// Abramowitz & Stegun (1964): up to 1000 degrees of freedom the finite sums 26.7.3 and 26.7.4,
/// inverted by bisection; beyond, where these grow long, the expansion 26.7.5 in powers of 1 /
/// freedom, which is accurate to 1e-14 there.
pub fn critical_value_95(freedom: u64) -> f64 {
    debug_assert!(freedom > 0, "one value has no spread");
    if freedom > 1000 {
        return expansion(freedom as f64);
    }
    // The point falls from 12.7 for one degree of freedom to that of the normal distribution.
    let (mut low, mut high) = (Z, 13.0);
    loop {
        let middle = low.midpoint(high);
        if middle <= low || middle >= high {
            return middle;
        }
        if within(middle, freedom) < LEVEL { low = middle } else { high = middle }
    }
}

/// The probability that a variable of Student's t distribution lies between -t and t (26.7.3,
/// 26.7.4).
fn within(t: f64, freedom: u64) -> f64 {
    let n = freedom as f64;
    let square = n / (n + t * t);
    let (sine, cosine) = ((1.0 - square).sqrt(), square.sqrt());
    // Odd: 1 + 2/3 c² + 2·4/(3·5) c⁴ + …; even: 1 + 1/2 c² + 1·3/(2·4) c⁴ + …; freedom / 2 terms
    // each, rounded down.
    let odd = freedom % 2;
    let (mut term, mut sum) = (1.0, 0.0);
    for step in 1..=freedom / 2 {
        sum += term;
        let factor = (2 * step - 1 + odd) as f64;
        term *= square * factor / (factor + 1.0);
    }
    if odd == 0 { sine * sum } else { 2.0 / PI * (math::atan(t / n.sqrt()) + sine * cosine * sum) }
}

/// The 97.5 % point for many degrees of freedom (26.7.5).
fn expansion(n: f64) -> f64 {
    let x2 = Z * Z;
    let g1 = (x2 + 1.0) / 4.0;
    let g2 = ((5.0 * x2 + 16.0) * x2 + 3.0) / 96.0;
    let g3 = (((3.0 * x2 + 19.0) * x2 + 17.0) * x2 - 15.0) / 384.0;
    let g4 = ((((79.0 * x2 + 776.0) * x2 + 1482.0) * x2 - 1920.0) * x2 - 945.0) / 92_160.0;
    Z * (1.0 + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n)
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, StudentsT};

    use super::*;
    use crate::measure::Measure;
    use crate::metric::JobScope;
    use claimsim_random::stream::{Purpose, Streams};

    #[test]
    fn student_t_agrees_with_printed_tables() {
        // Any textbook's table of two-sided 95 % points.
        for (freedom, table) in [
            (1, 12.706),
            (2, 4.303),
            (3, 3.182),
            (4, 2.776),
            (5, 2.571),
            (9, 2.262),
            (19, 2.093),
            (30, 2.042),
            (120, 1.980),
        ] {
            assert!((critical_value_95(freedom) - table).abs() <= 0.0005, "{freedom}: {}", critical_value_95(freedom));
        }
    }

    #[test]
    fn student_t_agrees_with_statrs() {
        for freedom in (1..=60).chain([100, 101, 500, 999, 1000, 1001, 1002, 5000, 1_000_000]) {
            // Where an expansion takes over from the sums, too: the probability of the point is
            // 97.5 %.
            let oracle = StudentsT::new(0.0, 1.0, freedom as f64).unwrap();
            let p = oracle.cdf(critical_value_95(freedom));
            assert!((p - 0.975).abs() < 1e-11, "{freedom} degrees of freedom: {p}");
        }
    }

    fn wait(statistic: Statistic) -> Metric {
        Metric::of_jobs(JobScope::All, Measure::WaitS, statistic)
    }

    #[test]
    fn the_sums_and_the_expansion_meet() {
        let (sums, expansion) = (critical_value_95(1000), expansion(1000.0));
        assert!((sums - expansion).abs() < 1e-14, "{sums} and {expansion}");
    }

    #[test]
    fn the_interval_of_a_worked_example() {
        // Mean 5, sd 2 (n - 1 = 3), standard error 1, t = 3.182446…
        let values = [Some(3.0), None, Some(7.0), Some(6.0), Some(4.0)].map(|value| value.map(CensoredValue::exact));
        let estimate = IntervalEstimate::of(wait(Statistic::Mean), &values);
        let half = 3.182_446_305_283_71 * (10.0_f64 / 3.0).sqrt() / 2.0;
        let (low, high) = estimate.interval.unwrap();
        assert_eq!((estimate.value, estimate.replications), (Some(5.0), 4));
        assert!((low - (5.0 - half)).abs() < 1e-12 && (high - (5.0 + half)).abs() < 1e-12, "{low} to {high}");
    }

    #[test]
    fn no_interval_is_invented() {
        let estimate = |value, interval, replications| IntervalEstimate { value, upper: value, interval, replications };
        let of = |statistic, values: &[Option<f64>]| {
            let known: Vec<_> = values.iter().map(|value| value.map(CensoredValue::exact)).collect();
            IntervalEstimate::of(wait(statistic), &known)
        };
        assert_eq!(of(Statistic::Mean, &[None, None]), estimate(None, None, 0));
        assert_eq!(of(Statistic::Max, &[]), estimate(None, None, 0));
        assert_eq!(of(Statistic::P95, &[None, Some(2.5)]), estimate(Some(2.5), None, 1));
        assert_eq!(of(Statistic::Max, &[Some(2.5), Some(9.0), Some(1.0)]), estimate(Some(9.0), None, 3));
        assert_eq!(of(Statistic::Mean, &[Some(0.1); 7]), estimate(Some(0.1), Some((0.1, 0.1)), 7));
        // Mean 1, standard error 1, t = 12.7: no wait is negative.
        assert_eq!(of(Statistic::Mean, &[Some(0.0), Some(2.0)]).interval.unwrap().0, 0.0);
    }

    #[test]
    fn the_interval_of_bounds_reaches_from_the_lower_to_the_upper() {
        let value = |lower, upper| Some(CensoredValue { lower, upper });
        let estimate = IntervalEstimate::of(wait(Statistic::P50), &[value(4.0, 5.0), value(5.0, 5.0), value(6.0, 8.0)]);
        assert_eq!((estimate.value, estimate.upper, estimate.is_exact()), (Some(5.0), Some(6.0), false));
        let (of_lower, of_upper) = (IntervalEstimate::mean(&[4.0, 5.0, 6.0]), IntervalEstimate::mean(&[5.0, 5.0, 8.0]));
        assert_eq!(estimate.interval, Some((of_lower.interval.unwrap().0, of_upper.interval.unwrap().1)));
        let open = IntervalEstimate::of(wait(Statistic::Mean), &[value(4.0, 4.0), value(6.0, f64::INFINITY)]);
        assert_eq!((open.value, open.upper, open.interval), (Some(5.0), None, None));
    }

    #[test]
    fn intervals_of_normal_data_cover_their_mean_in_95_of_100_cases() {
        const CASES: u64 = 20_000;
        for n in [2, 5, 20] {
            let covered = (0..CASES).filter(|&seed| {
                let mut stream = Streams::new(seed, n).stream(Purpose::Service, "coverage");
                let normal = |_| {
                    // Box & Muller (1958), mean 3 and standard deviation 2.
                    let (radius, turn) = (math::ln(stream.uniform_open()), stream.uniform());
                    3.0 + 2.0 * (-2.0 * radius).sqrt() * math::cos(2.0 * PI * turn)
                };
                let values: Vec<f64> = (0..n).map(normal).collect();
                let (low, high) = IntervalEstimate::mean(&values).interval.unwrap();
                low <= 3.0 && 3.0 <= high
            });
            let (share, error) = (covered.count() as f64 / CASES as f64, (0.95 * 0.05 / CASES as f64).sqrt());
            assert!((share - LEVEL).abs() < 4.5 * error, "{n} replications: {share} of the intervals cover");
        }
    }
}
