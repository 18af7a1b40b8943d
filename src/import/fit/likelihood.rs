//! The likelihood of a sample under a distribution.
//!
//! A run that ended at an exact time contributes the density there; one of rounded time the
//! probability of its time after rounding (see [`Sample`]); one that was not seen to end the
//! probability of a longer time. From [`FINE`] units on, rounding hardly matters: the density is
//! used, unless all times lie within a few units.
//!
//! A likelihood is needed hundreds of times. That of exponential, lognormal, gamma and Pareto needs
//! only sums over the exact times; Weibull and hyperexponential need the times themselves, which
//! are replaced by the means of up to 2,000 groups of neighbours: single ones at both ends, then
//! groups that grow with their rank up to a thousandth of the sample.

use std::f64::consts::PI;

use super::law::FittedLaw;
use super::sample::Sample;
use crate::model::math;
use crate::random::dist::Distribution;

/// Times of more units than this count as exact.
const FINE: f64 = 64.0;
/// Unless their standard deviation is below this number of units.
const NARROW: f64 = 8.0;
/// The least probability of a rounded time, against logarithms of 0.
const LEAST: f64 = 1e-300;

/// Groups of exact times for each group of lower bounds.
const BOUNDS: usize = 5;

/// Abscissas and weights of Gauss and Legendre for four points in [0, 1] (Abramowitz and Stegun,
/// table 25.4).
const GAUSS: [(f64, f64); 4] = [
    (0.069_431_844_202_973_71, 0.173_927_422_568_726_93),
    (0.330_009_478_207_571_87, 0.326_072_577_431_273_07),
    (0.669_990_521_792_428_1, 0.326_072_577_431_273_07),
    (0.930_568_155_797_026_3, 0.173_927_422_568_726_93),
];

/// Equal or neighbouring times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) ln: f64,
    pub(super) weight: f64,
}

/// Sums over all exact times.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sums {
    weight: f64,
    x: f64,
    /// The mean of the logarithms, and the sum of their squared deviations from it.
    mean_ln: f64,
    squares: f64,
}

/// A sample in the form in which its likelihood is quick to compute.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Likelihood {
    points: Vec<Point>,
    sums: Sums,
    /// Rounded times with their numbers.
    rounded: Vec<(f64, f64)>,
    resolution: f64,
    /// The number of zeros among exact times, which stand for times below the smallest other one.
    zeros: f64,
    /// Bounds of runs that were not seen to end, in groups, with their numbers.
    censored: Vec<(f64, f64)>,
    /// The smallest time above 0, and the largest.
    pub(super) smallest: f64,
    pub(super) largest: f64,
}

impl Likelihood {
    /// Of a sample, with at most about `groups` groups of exact times.
    pub(super) fn new(sample: &Sample, groups: usize) -> Likelihood {
        let (values, unit) = (sample.values(), sample.resolution());
        let is_narrow = sample.deviation() < NARROW * unit;
        let exact_from = match unit {
            0.0 => values.partition_point(|value| *value == 0.0),
            _ if is_narrow => values.len(),
            _ => values.partition_point(|value| *value <= FINE * unit),
        };
        let (coarse, exact) = values.split_at(exact_from);
        let zeros = if unit == 0.0 { coarse.len() as f64 } else { 0.0 };
        let positive = values.partition_point(|value| *value <= 0.0);
        Likelihood {
            points: points(exact, groups),
            sums: Sums::of(exact),
            rounded: if unit == 0.0 { Vec::new() } else { counted(coarse) },
            resolution: unit,
            zeros,
            censored: grouped(sample.censored(), groups.div_ceil(BOUNDS)),
            smallest: values.get(positive).copied().unwrap_or(0.0),
            largest: values.last().copied().unwrap_or(0.0),
        }
    }

    /// Whether some times are so coarse that the smallest of them is not the lower bound of their
    /// distribution.
    pub(super) fn is_rounded(&self) -> bool {
        !self.rounded.is_empty()
    }

    pub(super) fn is_censored(&self) -> bool {
        !self.censored.is_empty()
    }

    pub(super) fn resolution(&self) -> f64 {
        self.resolution
    }

    /// The number of runs that ended.
    pub(super) fn ended(&self) -> f64 {
        self.sums.weight + self.zeros + self.rounded.iter().map(|(_, count)| count).sum::<f64>()
    }

    /// The sample as points for first guesses: rounded times as they are, zeros as a part of the
    /// smallest time, and bounds as if runs had ended there.
    pub(super) fn rough_points(&self) -> Vec<Point> {
        let tiny = if self.resolution > 0.0 { self.resolution / 3.0 } else { self.smallest / 2.0 };
        let tiny = if tiny > 0.0 { tiny } else { 1e-9 };
        let point = |x: f64, weight: f64| Point { x: x.max(tiny), ln: math::ln(x.max(tiny)), weight };
        let others = self.rounded.iter().chain(&self.censored).map(|(x, count)| point(*x, *count));
        let zeros = (self.zeros > 0.0).then(|| point(0.0, self.zeros));
        self.points.iter().copied().chain(others).chain(zeros).collect()
    }

    /// The logarithm of the likelihood; minus infinity for parameters that scenarios do not accept.
    pub(super) fn ln(&self, law: &FittedLaw) -> f64 {
        let Ok(distribution) = law.distribution() else { return f64::NEG_INFINITY };
        let mut sum = self.exact(law);
        let ln = |probability: f64| math::ln(probability.max(LEAST));
        let above = |value: f64| smoothed_survival(&distribution, value, self.resolution);
        // Neighbouring times share a probability.
        let mut last = (-self.resolution, 1.0);
        for (value, count) in &self.rounded {
            let before = value - self.resolution;
            let below = if (before - last.0).abs() < 0.01 * self.resolution { last.1 } else { above(before) };
            last = (*value, above(*value));
            sum += count * ln(below - last.1);
        }
        if self.zeros > 0.0 {
            sum += self.zeros * ln(1.0 - distribution.survival(self.smallest));
        }
        sum + self.censored.iter().map(|(bound, count)| count * ln(distribution.survival(*bound))).sum::<f64>()
    }

    /// The sum of the logarithms of densities, or of probabilities of one unit if times are
    /// rounded.
    fn exact(&self, law: &FittedLaw) -> f64 {
        let Sums { weight: n, x: sum, mean_ln, squares } = self.sums;
        if n == 0.0 {
            return 0.0;
        }
        let sum_ln = n * mean_ln;
        let of_unit = if self.resolution > 0.0 { n * math::ln(self.resolution) } else { 0.0 };
        let density = match law {
            FittedLaw::Exponential { mean } => -n * math::ln(*mean) - sum / mean,
            FittedLaw::Lognormal { mean, cv } => {
                let variance = math::ln_1p(cv * cv);
                let shift = mean_ln - (math::ln(*mean) - variance / 2.0);
                -sum_ln - n / 2.0 * math::ln(2.0 * PI * variance) - (squares + n * shift * shift) / (2.0 * variance)
            }
            FittedLaw::Gamma { shape, mean } => {
                n * (shape * math::ln(shape / mean) - math::ln_gamma(*shape)) + (shape - 1.0) * sum_ln
                    - shape * sum / mean
            }
            FittedLaw::Weibull { shape, mean } => {
                let ln_scale = math::ln(*mean) - math::ln_gamma(1.0 + 1.0 / shape);
                let powers = self.points.iter().map(|point| point.weight * math::exp(shape * (point.ln - ln_scale)));
                n * (math::ln(*shape) - shape * ln_scale) + (shape - 1.0) * sum_ln - powers.sum::<f64>()
            }
            FittedLaw::Hyperexponential { p, means: [short, long] } => {
                let of = |x: f64| p / short * math::exp(-x / short) + (1.0 - p) / long * math::exp(-x / long);
                self.points.iter().map(|point| point.weight * math::ln(of(point.x).max(LEAST))).sum()
            }
            FittedLaw::Pareto { low, high, .. }
                if self.smallest < *low || high.is_some_and(|high| high < self.largest) =>
            {
                f64::NEG_INFINITY
            }
            FittedLaw::Pareto { shape, low, high } => {
                let inside = high.map_or(0.0, |high| math::ln(-math::exp_m1(shape * math::ln(low / high))));
                n * (math::ln(*shape) + shape * math::ln(*low) - inside) - (shape + 1.0) * sum_ln
            }
            FittedLaw::Constant(_) | FittedLaw::Empirical(_) => return f64::NEG_INFINITY,
        };
        density + of_unit
    }
}

/// The probability that a time exceeds `value` after rounding to units.
pub(super) fn smoothed_survival(distribution: &Distribution, value: f64, unit: f64) -> f64 {
    GAUSS.iter().map(|(phase, weight)| weight * distribution.survival(value + phase * unit)).sum()
}

impl Sums {
    fn of(values: &[f64]) -> Sums {
        if values.is_empty() {
            return Sums::default();
        }
        let n = values.len() as f64;
        let logarithms: Vec<f64> = values.iter().map(|value| math::ln(*value)).collect();
        let mean_ln = logarithms.iter().sum::<f64>() / n;
        let squares = logarithms.iter().map(|ln| (ln - mean_ln) * (ln - mean_ln)).sum();
        Sums { weight: n, x: values.iter().sum(), mean_ln, squares }
    }
}

/// The means of groups of sorted values.
fn points(values: &[f64], groups: usize) -> Vec<Point> {
    grouped(values, groups).into_iter().map(|(x, weight)| Point { x, ln: math::ln(x), weight }).collect()
}

/// The means of groups of sorted values, and their sizes.
fn grouped(values: &[f64], groups: usize) -> Vec<(f64, f64)> {
    let n = values.len();
    let most = if n <= groups { 1 } else { n.div_ceil(groups * 9 / 20) };
    let edge = (groups / 32).max(1);
    let (mut means, mut first) = (Vec::new(), 0);
    while first < n {
        let rank = first.min(n - 1 - first);
        let size = (rank / edge).clamp(1, most).min(n - first);
        let x = values[first..first + size].iter().sum::<f64>() / size as f64;
        means.push((x, size as f64));
        first += size;
    }
    means
}

/// The distinct ones of sorted values, with their numbers.
fn counted(values: &[f64]) -> Vec<(f64, f64)> {
    values.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream::{Purpose, Streams};
    use statrs::distribution::{Continuous, ContinuousCDF};

    const VALUES: [f64; 5] = [0.4, 1.0, 2.5, 2.5, 11.0];

    fn of(values: &[f64], censored: &[f64], resolution: f64) -> Likelihood {
        Likelihood::new(&Sample::new(values.to_vec(), censored.to_vec(), resolution), 2000)
    }

    fn near(is: f64, should: f64) {
        assert!((is - should).abs() < 1e-9 * should.abs().max(1.0), "{is} instead of {should}");
    }

    #[test]
    fn densities_agree_with_statrs() {
        let data = of(&VALUES, &[3.0], 0.0);
        let check = |law: FittedLaw, density: &dyn Fn(f64) -> f64, survival: f64| {
            near(data.ln(&law), VALUES.iter().map(|x| density(*x)).sum::<f64>() + math::ln(survival));
        };
        let gamma = statrs::distribution::Gamma::new(1.7, 1.7 / 3.5).unwrap();
        check(FittedLaw::Gamma { shape: 1.7, mean: 3.5 }, &|x| gamma.ln_pdf(x), gamma.sf(3.0));
        let lognormal = statrs::distribution::LogNormal::new(0.3, 0.8).unwrap();
        let (mean, cv) = (math::exp(0.3 + 0.32), math::exp_m1(0.64).sqrt());
        check(FittedLaw::Lognormal { mean, cv }, &|x| lognormal.ln_pdf(x), lognormal.sf(3.0));
        let mean = 2.0 * statrs::function::gamma::gamma(1.0 + 1.0 / 0.7);
        let weibull = statrs::distribution::Weibull::new(0.7, 2.0).unwrap();
        check(FittedLaw::Weibull { shape: 0.7, mean }, &|x| weibull.ln_pdf(x), weibull.sf(3.0));
        let pareto = statrs::distribution::Pareto::new(0.3, 1.3).unwrap();
        check(FittedLaw::Pareto { shape: 1.3, low: 0.3, high: None }, &|x| pareto.ln_pdf(x), pareto.sf(3.0));
        let inside = pareto.cdf(20.0);
        let bounded = FittedLaw::Pareto { shape: 1.3, low: 0.3, high: Some(20.0) };
        check(bounded, &|x| pareto.ln_pdf(x) - math::ln(inside), (pareto.cdf(20.0) - pareto.cdf(3.0)) / inside);
        let phase = |x: f64, p: f64, mean: f64| p * math::exp(-x / mean);
        let hyper = FittedLaw::Hyperexponential { p: 0.3, means: [0.5, 6.0] };
        let density = |x: f64| math::ln(phase(x, 0.3, 0.5) / 0.5 + phase(x, 0.7, 6.0) / 6.0);
        check(hyper, &density, phase(3.0, 0.3, 0.5) + phase(3.0, 0.7, 6.0));
        check(FittedLaw::Exponential { mean: 4.0 }, &|x| -x / 4.0 - math::ln(4.0), math::exp(-0.75));
    }

    /// Of an exponential, the probability of v whole units has a closed form.
    #[test]
    fn rounded_times_have_their_probability() {
        let (mean, unit) = (3.0_f64, 1.0_f64);
        let q = math::exp(-unit / mean);
        // P(V > v) is the mean of q^(v + u) over u in [0, 1].
        let above = |v: f64| math::pow(q, v) * (1.0 - q) / (unit / mean);
        let data = of(&[0.0, 1.0, 1.0, 7.0], &[], unit);
        let expected =
            math::ln(1.0 - above(0.0)) + 2.0 * math::ln(above(0.0) - above(1.0)) + math::ln(above(6.0) - above(7.0));
        near(data.ln(&FittedLaw::Exponential { mean }), expected);
    }

    #[test]
    fn invalid_parameters_are_impossible() {
        let data = of(&VALUES, &[], 0.0);
        for law in [
            FittedLaw::Exponential { mean: -1.0 },
            FittedLaw::Gamma { shape: f64::NAN, mean: 1.0 },
            FittedLaw::Pareto { shape: 1.0, low: 1.0, high: None },
            FittedLaw::Pareto { shape: 1.0, low: 0.1, high: Some(10.0) },
            FittedLaw::Hyperexponential { p: 2.0, means: [1.0, 2.0] },
        ] {
            assert_eq!(data.ln(&law), f64::NEG_INFINITY, "{law:?}");
        }
    }

    /// A likelihood of groups differs from the exact one by less than a tenth of what matters to
    /// Akaike's criterion.
    #[test]
    fn groups_lose_nothing_that_matters() {
        let mut stream = Streams::new(7, 0).stream(Purpose::Service, "groups");
        let values: Vec<f64> = (0..60_000).map(|_| 5.0 * math::exp(1.4 * stream.normal())).collect();
        let sample = Sample::new(values, Vec::new(), 0.0);
        let (grouped, all) = (Likelihood::new(&sample, 2000), Likelihood::new(&sample, usize::MAX / 9));
        assert!(grouped.points.len() < 2050, "{}", grouped.points.len());
        for law in
            [FittedLaw::Weibull { shape: 0.7, mean: 13.0 }, FittedLaw::Hyperexponential { p: 0.7, means: [4.0, 35.0] }]
        {
            let (grouped, all) = (grouped.ln(&law), all.ln(&law));
            assert!((grouped - all).abs() < 0.2, "{law:?}: {grouped} and {all}");
        }
    }
}
