//! First guesses for a hyperexponential distribution of two phases.

use super::law::FittedLaw;
use super::likelihood::Point;
use crate::model::math;

/// Parts of the sample that the short phase has at first.
const SHARES: [f64; 4] = [0.3, 0.6, 0.85, 0.97];
/// Steps of expectation and maximisation from each of them.
const STEPS: usize = 40;
const MOST_POINTS: usize = 300;

/// Whether the phases differ, and both have a share: otherwise it is an exponential distribution.
pub(super) fn is_proper(p: f64, means: [f64; 2]) -> bool {
    (1e-5..=1.0 - 1e-5).contains(&p) && means[1] > 1.05 * means[0]
}

/// Guesses by expectation and maximisation from fixed starts: the shorter times are of the first
/// phase, the others of the second. The best is first.
///
/// A. P. Dempster, N. M. Laird and D. B. Rubin, "Maximum likelihood from incomplete data via the EM
/// algorithm", JRSS B 39 (1977) 1-38, section 4.3.
pub(super) fn starts(points: &[Point]) -> Vec<FittedLaw> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x));
    // Guesses need no detail.
    let sorted: Vec<Point> = sorted.chunks(sorted.len().div_ceil(MOST_POINTS).max(1)).map(merged).collect();
    let mut found: Vec<(f64, FittedLaw)> = SHARES.iter().filter_map(|share| improve(&sorted, *share)).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(_, law)| law).collect()
}

fn merged(points: &[Point]) -> Point {
    let weight: f64 = points.iter().map(|point| point.weight).sum();
    let x = points.iter().map(|point| point.weight * point.x).sum::<f64>() / weight;
    Point { x, ln: math::ln(x), weight }
}

fn improve(points: &[Point], share: f64) -> Option<(f64, FittedLaw)> {
    let all: f64 = points.iter().map(|point| point.weight).sum();
    let mut first = 0.0;
    let mut sums = [(0.0, 0.0); 2];
    for point in points {
        let phase = usize::from(first >= share * all);
        first += point.weight;
        sums[phase].0 += point.weight;
        sums[phase].1 += point.weight * point.x;
    }
    let mut p = sums[0].0 / all;
    let mut means = [sums[0].1 / sums[0].0, sums[1].1 / sums[1].0];
    let mut value = f64::NEG_INFINITY;
    for _ in 0..STEPS {
        let (mut short, mut short_time, mut long_time) = (0.0, 0.0, 0.0);
        value = 0.0;
        for point in points {
            let of_short = p / means[0] * math::exp(-point.x / means[0]);
            let of_long = (1.0 - p) / means[1] * math::exp(-point.x / means[1]);
            let density = of_short + of_long;
            let weight = point.weight * if density > 0.0 { of_short / density } else { 0.0 };
            value += point.weight * math::ln(density.max(1e-300));
            short += weight;
            short_time += weight * point.x;
            long_time += (point.weight - weight) * point.x;
        }
        p = short / all;
        means = [short_time / short, long_time / (all - short)];
    }
    let is_usable = value.is_finite() && is_proper(p, means) && means[0] > 0.0;
    is_usable.then_some((value, FittedLaw::Hyperexponential { p, means }))
}
