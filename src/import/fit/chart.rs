//! What a chart of a fit shows: the distribution of the runs, and that of the law.

use super::goodness;
use super::law::FittedLaw;
use super::sample::{Sample, Step};
use crate::model::math;

/// Points of a curve.
const POINTS: usize = 240;
/// Rounded times up to this number of units are shown as jumps.
const MOST_UNITS: f64 = 60.0;

/// The distribution functions of runs and of the law that was fitted to them.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceChart {
    /// Seconds, and the share of runs up to there; rising.
    pub observed: Vec<(f64, f64)>,
    /// Half the width of the 95 % band around all of `observed` (A. Dvoretzky, J. Kiefer and J.
    /// Wolfowitz 1956, with the constant of P. Massart, Annals of Probability 18 (1990) 1269-1283).
    pub band: f64,
    /// Seconds, and the probability of a time up to there, rounded like the runs; rising, with both
    /// ends of each jump of rounded times.
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
        let unit = sample.resolution();
        let below = |seconds: f64| 1.0 - goodness::survival(&distribution, seconds, unit);
        let fitted = if unit > 0.0 && longest <= MOST_UNITS * unit {
            let jump = |units: u32| {
                let seconds = f64::from(units) * unit;
                [(seconds, if units == 0 { 0.0 } else { below(seconds - unit) }), (seconds, below(seconds))]
            };
            (0..=(longest / unit).round() as u32 + 1).flat_map(jump).collect()
        } else {
            // Evenly spaced logarithms, and the runs themselves, where a law may jump.
            let (first, last) = (shortest / 4.0, longest * 2.0);
            let ratio = if first > 0.0 { math::ln(last / first) } else { 0.0 };
            let place = |index: usize| first * math::exp(ratio * index as f64 / (POINTS - 1) as f64);
            let mut places: Vec<f64> = (0..POINTS).map(place).chain(observed.iter().map(|point| point.0)).collect();
            match law {
                FittedLaw::Constant(value) => places.extend([value.next_down(), *value]),
                FittedLaw::Empirical(values) => {
                    places.extend(values.iter().flat_map(|value| [value.next_down(), *value]));
                }
                _ => {}
            }
            places.sort_unstable_by(f64::total_cmp);
            places.dedup();
            places.into_iter().map(|seconds| (seconds, below(seconds))).collect()
        };
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
        let jump = chart.fitted.iter().position(|point| point.1 > 0.0).unwrap();
        assert_eq!(chart.fitted[jump - 1..=jump], [(3.0_f64.next_down(), 0.0), (3.0, 1.0)]);
    }

    /// Of an exponential, floor(x + u) / mean has a closed form.
    #[test]
    fn rounded_times_jump_at_units() {
        let sample = Sample::new(vec![0.0, 1.0, 1.0, 2.0, 5.0], Vec::new(), 1.0);
        let chart = ServiceChart::new(&sample, &FittedLaw::Exponential { mean: 2.0 });
        let at_zero = 1.0 - 2.0 * (1.0 - math::exp(-0.5));
        assert_eq!(chart.fitted[0], (0.0, 0.0));
        assert!(chart.fitted[1].0 == 0.0 && (chart.fitted[1].1 - at_zero).abs() < 1e-6, "{:?}", chart.fitted);
        assert!(chart.fitted.len() == 14 && chart.fitted[2] == (1.0, chart.fitted[1].1));
    }
}
