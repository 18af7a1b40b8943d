//! The scale of relative differences: logarithmic in the ratio, labelled in percent of the
//! baseline.

use crate::model::math;

/// Larger ratios, and smaller ones than the inverse, are drawn at the end.
const FARTHEST: f64 = 20.0;
/// The scale extends at least this far to both sides.
const LEAST: f64 = 0.01;
/// The smallest number of pixels between ticks.
const BETWEEN_TICKS: f64 = 54.0;

/// Maps relative differences to the unit interval.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RatioAxis {
    /// Logarithms of the ratios at its ends.
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
}

impl RatioAxis {
    /// A scale of this width in pixels for all relative differences.
    pub(crate) fn over(relatives: impl Iterator<Item = f64>, width: f64) -> RatioAxis {
        let (mut low, mut high) = (logarithm(-LEAST), logarithm(LEAST));
        for relative in relatives.filter(|relative| relative.is_finite()) {
            (low, high) = (low.min(logarithm(relative)), high.max(logarithm(relative)));
        }
        let space = 0.04 * (high - low);
        let mut axis = RatioAxis { low: low - space, high: high + space, ticks: Vec::new() };
        axis.ticks = axis.round_numbers(width);
        axis
    }

    /// The place of a relative difference, from 0 to 1.
    pub(crate) fn place(&self, relative: f64) -> f64 {
        (logarithm(relative) - self.low) / (self.high - self.low)
    }

    /// Whether a relative difference is beyond the ends of every scale.
    pub(crate) fn is_beyond(relative: f64) -> bool {
        !(1.0 / FARTHEST..=FARTHEST).contains(&(1.0 + relative))
    }

    /// Labelled differences in rising order.
    pub(crate) fn ticks(&self) -> &[(f64, String)] {
        &self.ticks
    }

    fn round_numbers(&self, width: f64) -> Vec<(f64, String)> {
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for percents in candidates() {
            let relative = percents / 100.0;
            let at = self.place(relative);
            let is_free = ticks.iter().all(|(tick, _)| (self.place(*tick) - at).abs() * width >= BETWEEN_TICKS);
            if (0.0..=1.0).contains(&at) && is_free {
                let sign = if percents > 0.0 { "+" } else { "" };
                ticks.push((relative, format!("{sign}{percents} %")));
            }
        }
        ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
        ticks
    }
}

/// Round percentages, the rounder ones first.
fn candidates() -> Vec<f64> {
    let mut candidates = vec![0.0];
    let ranks: [&[f64]; 4] = [&[100.0, 1000.0, 50.0, 10.0, 1.0], &[20.0, 5.0, 2.0, 0.5], &[200.0, 500.0, 0.2], &[0.1]];
    for size in ranks.into_iter().flatten() {
        candidates.extend([*size, -*size].into_iter().filter(|percents| *percents > -100.0));
        // The mirror images of the large ones: half is as far as double.
        candidates.extend(
            [(200.0, -66.0), (500.0, -80.0), (1000.0, -90.0)]
                .iter()
                .filter(|(of, _)| of == size)
                .map(|(_, mirror)| *mirror),
        );
    }
    candidates
}

fn logarithm(relative: f64) -> f64 {
    math::ln((1.0 + relative).clamp(1.0 / FARTHEST, FARTHEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_and_double_are_equally_far_from_none() {
        let axis = RatioAxis::over([-0.5, 1.0].into_iter(), 400.0);
        assert!((axis.place(0.0) - 0.5).abs() < 1e-12);
        assert!((axis.place(1.0) + axis.place(-0.5) - 1.0).abs() < 1e-12);
        assert!(axis.place(1.0) < 1.0 && axis.place(-0.5) > 0.0);
    }

    #[test]
    fn every_range_has_a_few_ticks_apart_and_one_at_zero() {
        for (low, high) in
            [(0.0, 0.0), (-0.013, 0.002), (-0.3, 0.4), (0.0, 7.0), (-0.99, 300.0), (f64::NAN, 0.1), (-5.0, 0.0)]
        {
            let axis = RatioAxis::over([low, high].into_iter(), 400.0);
            let ticks = axis.ticks();
            assert!((3..=8).contains(&ticks.len()), "{low} to {high}: {ticks:?}");
            assert!(ticks.iter().any(|(at, words)| *at == 0.0 && words == "0 %"), "{ticks:?}");
            assert!(ticks.iter().all(|(at, _)| (0.0..=1.0).contains(&axis.place(*at))));
        }
    }
}
