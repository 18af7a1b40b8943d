//! What a chart of a fit shows: the distribution of the runs, and that of the law.

use super::goodness;
use super::law::FittedLaw;
use super::sample::{Sample, Step};
use crate::model::math;

/// Points of a curve.
const POINTS: usize = 240;

/// The distribution functions of runs and of the law that was fitted to them.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceChart {
    /// Seconds, and the share of runs up to there; rising.
    pub observed: Vec<(f64, f64)>,
    /// Half the width of the 95 % band around all of `observed` (A. Dvoretzky, J. Kiefer and J.
    /// Wolfowitz 1956, with the constant of P. Massart, Annals of Probability 18 (1990) 1269-1283).
    pub band: f64,
    /// Seconds, and the probability of a time up to there, rounded like the runs; rising.
    pub fitted: Vec<(f64, f64)>,
}

impl ServiceChart {
    /// Of a sample that is not empty.
    pub fn new(sample: &Sample, law: &FittedLaw) -> ServiceChart {
        let steps = sample.steps();
        let ended = sample.values().len().max(1) as f64;
        let observed = thinned(&steps);
        let Ok(distribution) = law.distribution() else {
            return ServiceChart { observed, band: 1.0, fitted: Vec::new() };
        };
        let longest = observed.last().map_or(0.0, |last| last.0);
        let shortest = observed.iter().map(|point| point.0).find(|value| *value > 0.0).unwrap_or(longest);
        let ratio = if shortest > 0.0 { longest / shortest } else { 1.0 };
        // Evenly spaced logarithms, and the runs themselves, where a law may jump.
        let place = |index: usize| shortest * math::exp(math::ln(ratio) * index as f64 / (POINTS - 1) as f64);
        let mut places: Vec<f64> = (0..POINTS).map(place).chain(observed.iter().map(|point| point.0)).collect();
        if let FittedLaw::Constant(value) = law {
            places.extend([value.next_down(), *value]);
        }
        places.sort_unstable_by(f64::total_cmp);
        places.dedup();
        let below = |seconds: f64| 1.0 - goodness::survival(&distribution, seconds, sample.resolution());
        let fitted = places.into_iter().map(|seconds| (seconds, below(seconds))).collect();
        ServiceChart { observed, band: (math::ln(40.0) / (2.0 * ended)).sqrt(), fitted }
    }
}

/// At most about [`POINTS`] steps, more of them at both ends.
fn thinned(steps: &[Step]) -> Vec<(f64, f64)> {
    let n = steps.len();
    let (mut points, mut first) = (Vec::new(), 0);
    while first < n {
        points.push((steps[first].value, steps[first].upto));
        let rank = first.min(n - 1 - first);
        first += (rank / 12).clamp(1, n.div_ceil(POINTS / 2));
    }
    let last = steps.last().map(|step| (step.value, step.upto));
    points.extend(last.filter(|last| points.last() != Some(last)));
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_curves_rise_to_the_same_end() {
        let values: Vec<f64> = (1..5_000).map(|index| f64::from(index) / 7.0).collect();
        let sample = Sample::new(values, Vec::new(), 0.0);
        let chart = ServiceChart::new(&sample, &FittedLaw::Gamma { shape: 2.0, mean: 350.0 });
        assert!(chart.observed.len() < 500, "{}", chart.observed.len());
        assert!(chart.observed.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1));
        assert!(chart.fitted.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1));
        assert_eq!(chart.observed.last(), Some(&(4_999.0 / 7.0, 1.0)));
        // 1.358 / √n.
        assert!((chart.band - 1.358 / 4_999.0_f64.sqrt()).abs() < 1e-5, "{}", chart.band);
    }

    #[test]
    fn a_constant_jumps() {
        let chart = ServiceChart::new(&Sample::new(vec![3.0; 4], Vec::new(), 0.0), &FittedLaw::Constant(3.0));
        assert_eq!(chart.observed, [(3.0, 1.0)]);
        assert_eq!(chart.fitted, [(3.0_f64.next_down(), 0.0), (3.0, 1.0)]);
    }
}
