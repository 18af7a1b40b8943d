//! Maximum likelihood within a family.
//!
//! Parameters are sought as logarithms (the probability of a phase as its logit), so they stay in
//! their ranges and their estimates are nearly normal. Their 95 % intervals are those of Wald, from
//! the inverse of the observed information.

use super::hyperexponential;
use super::law::{Family, FittedLaw};
use super::likelihood::{Likelihood, Point};
use super::maximize::{Maximum, maximize};
use crate::model::math;
use crate::stats::interval::critical_value_95;

/// The largest unbounded Pareto tail that is a candidate: heavier ones have a mean that is infinite
/// or determined by a few values.
const LEAST_SHAPE: f64 = 1.05;
/// The smallest coefficient of variation of a sample from a hyperexponential distribution.
const LEAST_CV: f64 = 0.9;

/// A family at the maximum of its likelihood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Estimate {
    pub(super) law: FittedLaw,
    pub(super) ln_likelihood: f64,
    /// 95 % intervals of the parameters, in the order of [`FittedLaw::parameters`]; `None` where
    /// the estimate is an extreme value of the sample.
    pub(super) intervals: Vec<Option<(f64, f64)>>,
    /// The 95 % interval of the mean.
    pub(super) mean_interval: Option<(f64, f64)>,
}

/// The estimate in a family; `None` if the likelihood has no maximum there, or only one that is
/// another family's. With `near`, the search starts at those parameters instead of first guesses.
pub(super) fn estimate(family: Family, data: &Likelihood, near: Option<&FittedLaw>) -> Option<Estimate> {
    match family {
        Family::Constant | Family::Empirical => None,
        Family::Pareto | Family::BoundedPareto => pareto(family, data),
        _ => {
            let starts = near.map_or_else(|| starts(family, data), |law| vec![coordinates(law)]);
            let of = |at: &[f64]| data.ln(&law(family, at));
            let best = starts.iter().find_map(|start| maximize(start, of))?;
            let fitted = law(family, &best.at);
            let is_proper = match &fitted {
                FittedLaw::Hyperexponential { p, means } => hyperexponential::is_proper(*p, *means),
                _ => true,
            };
            is_proper.then(|| with_intervals(fitted, &best, data))
        }
    }
}

/// The parameters of a family at these coordinates.
fn law(family: Family, at: &[f64]) -> FittedLaw {
    let value = |index: usize| math::exp(at[index]);
    match family {
        Family::Exponential => FittedLaw::Exponential { mean: value(0) },
        Family::Lognormal => FittedLaw::Lognormal { mean: value(0), cv: value(1) },
        Family::Gamma => FittedLaw::Gamma { shape: value(0), mean: value(1) },
        Family::Weibull => FittedLaw::Weibull { shape: value(0), mean: value(1) },
        _ => {
            let p = 1.0 / (1.0 + math::exp(-at[0]));
            let (first, second) = (value(1), value(2));
            if first <= second {
                FittedLaw::Hyperexponential { p, means: [first, second] }
            } else {
                FittedLaw::Hyperexponential { p: 1.0 - p, means: [second, first] }
            }
        }
    }
}

/// The inverse of [`law`].
fn coordinates(law: &FittedLaw) -> Vec<f64> {
    match law {
        FittedLaw::Hyperexponential { p, means } => {
            vec![math::ln(p / (1.0 - p)), math::ln(means[0]), math::ln(means[1])]
        }
        _ => law.parameters().iter().map(|(_, value)| math::ln(*value)).collect(),
    }
}

/// First guesses, from moments of times and of their logarithms.
fn starts(family: Family, data: &Likelihood) -> Vec<Vec<f64>> {
    let points = data.rough_points();
    let all = points.iter().map(|point| point.weight).sum::<f64>();
    let average = |of: &dyn Fn(&Point) -> f64| points.iter().map(|point| point.weight * of(point)).sum::<f64>() / all;
    let mean = average(&|point| point.x) * all / data.ended().max(1.0);
    let mean_ln = average(&|point| point.ln);
    let spread = average(&|point| (point.ln - mean_ln) * (point.ln - mean_ln)).max(1e-8);
    let ln_mean = math::ln(mean);
    let squares = average(&|point| point.x * point.x) / (average(&|point| point.x) * average(&|point| point.x));
    match family {
        // It varies more than an exponential distribution, and then so do nearly all samples.
        Family::Hyperexponential if !data.is_censored() && squares < 1.0 + LEAST_CV * LEAST_CV => Vec::new(),
        Family::Lognormal => {
            vec![vec![mean_ln + spread / 2.0, math::ln(math::exp_m1(spread.min(12.0))) / 2.0]]
        }
        Family::Gamma => {
            // T. P. Minka, "Estimating a Gamma distribution", 2002, equation 7 and the remark on
            // its start.
            let gap = (ln_mean - mean_ln).max(1e-6);
            let shape = (3.0 - gap + ((gap - 3.0) * (gap - 3.0) + 24.0 * gap).sqrt()) / (12.0 * gap);
            vec![vec![math::ln(shape.clamp(0.02, 1e5)), ln_mean]]
        }
        Family::Weibull => {
            // The logarithm of a Weibull has the standard deviation π / (√6 shape).
            let shape = (1.282_549_830_161_864 / spread.sqrt()).clamp(0.05, 1e4);
            vec![vec![math::ln(shape), ln_mean]]
        }
        Family::Hyperexponential => hyperexponential::starts(&points).iter().map(coordinates).collect(),
        _ => vec![vec![ln_mean]],
    }
}

fn with_intervals(law: FittedLaw, found: &Maximum, data: &Likelihood) -> Estimate {
    let z = critical_value_95((data.ended() as u64).saturating_sub(1).max(1));
    let half = |index: usize| z * found.covariance[index][index].sqrt();
    let around = |value: f64, half: f64| Some((value * math::exp(-half), value * math::exp(half)));
    let (intervals, mean_interval) = if let FittedLaw::Hyperexponential { p, means } = &law {
        // Phases may have changed places.
        let is_swapped = found.at[1] > found.at[2];
        let (short, long) = if is_swapped { (2, 1) } else { (1, 2) };
        let logit = math::ln(p / (1.0 - p));
        let share = |logit: f64| 1.0 / (1.0 + math::exp(-logit));
        let of_share = Some((share(logit - half(0)), share(logit + half(0))));
        // The mean by the delta method: its derivatives by the coordinates.
        let mean = p * means[0] + (1.0 - p) * means[1];
        let sign = if is_swapped { -1.0 } else { 1.0 };
        let mut slopes = [sign * p * (1.0 - p) * (means[0] - means[1]), 0.0, 0.0];
        (slopes[short], slopes[long]) = (p * means[0], (1.0 - p) * means[1]);
        let product = |i: usize, j: usize| slopes[i] * slopes[j] * found.covariance[i][j];
        let variance: f64 = (0..9).map(|pair| product(pair / 3, pair % 3)).sum();
        let of_mean = around(mean, z * variance.max(0.0).sqrt() / mean);
        (vec![of_share, around(means[0], half(short)), around(means[1], half(long))], of_mean)
    } else {
        let parameters = law.parameters();
        let intervals: Vec<Option<(f64, f64)>> =
            parameters.iter().enumerate().map(|(index, (_, value))| around(*value, half(index))).collect();
        let of_mean = parameters.iter().position(|(name, _)| *name == "mean");
        let of_mean = of_mean.and_then(|index| intervals[index]);
        (intervals, of_mean)
    };
    Estimate { law, ln_likelihood: found.value, intervals, mean_interval }
}

/// Pareto: the lower bound is the smallest time and the upper one the largest, where the likelihood
/// is largest; so only the shape is sought. Of rounded times, lower bounds within a unit of the
/// smallest are tried.
///
/// I. B. Aban, M. M. Meerschaert and A. K. Panorska, "Parameter estimation for the truncated Pareto
/// distribution", JASA 101 (2006) 270-277. With their test, at 5 %, a bound is used only if an
/// unbounded distribution would have reached beyond.
fn pareto(family: Family, data: &Likelihood) -> Option<Estimate> {
    let is_bounded = family == Family::BoundedPareto;
    let high = is_bounded.then_some(if data.is_rounded() { data.largest + data.resolution() } else { data.largest });
    let lows: Vec<f64> = if data.is_rounded() {
        (-6..=5).map(|step| data.smallest + f64::from(step) * data.resolution() / 6.5).collect()
    } else {
        vec![data.smallest]
    };
    let mut best: Option<(Maximum, f64)> = None;
    for low in lows.into_iter().filter(|low| *low > 0.0 && high.is_none_or(|high| high > low * 1.001)) {
        let points = data.rough_points();
        let length: f64 = points.iter().map(|point| point.weight * (point.ln - math::ln(low)).max(0.0)).sum();
        let start = (data.ended() / length).clamp(0.02, 1e4);
        let of = |at: &[f64]| data.ln(&FittedLaw::Pareto { shape: math::exp(at[0]), low, high });
        let found = maximize(&[math::ln(start)], of)
            .filter(|found| best.as_ref().is_none_or(|(before, _)| before.value < found.value));
        best = found.map(|found| (found, low)).or(best);
    }
    let (found, low) = best?;
    let shape = math::exp(found.at[0]);
    let z = critical_value_95((data.ended() as u64).saturating_sub(1).max(1));
    let half = z * found.covariance[0][0].sqrt();
    let at = |shape: f64| FittedLaw::Pareto { shape, low, high };
    let ends = (shape * math::exp(-half), shape * math::exp(half));
    let mean_of = |shape: f64| at(shape).distribution().map_or(f64::INFINITY, |law| law.mean());
    let is_candidate = match high {
        Some(high) => data.ended() * math::exp(shape * math::ln(low / high)) > 3.0,
        None => shape > LEAST_SHAPE,
    };
    let mut intervals = vec![Some(ends), None];
    intervals.extend(high.map(|_| None));
    let mean_interval = Some((mean_of(ends.1), mean_of(ends.0)));
    is_candidate.then(|| Estimate { law: at(shape), ln_likelihood: found.value, intervals, mean_interval })
}
