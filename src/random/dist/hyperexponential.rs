//! The hyperexponential distribution: one of several exponentials, by chance. More variable than
//! any one of them.

use super::parameter::{self, ParameterError};
use crate::model::math;
use crate::stream::Stream;

/// The largest difference from 1 of the sum of the probabilities, to allow for decimal fractions.
const TOLERANCE: f64 = 1e-9;

/// With probability `p` of each phase, exponential with that phase's mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Hyperexponential {
    phases: Vec<Phase>,
}

#[derive(Clone, Debug, PartialEq)]
struct Phase {
    /// The probability of this phase and those before it.
    cumulative: f64,
    probability: f64,
    mean: f64,
}

impl Hyperexponential {
    /// Hyperexponential with phases `(p, mean)`; the probabilities sum up to 1, each mean is finite
    /// and above zero.
    ///
    /// # Errors
    /// If there is no phase, a probability or mean is outside its range, or the sum of the
    /// probabilities differs from 1 by more than 1e-9. The error names the parameter `phases` and
    /// the wrong number.
    pub fn new(phases: Vec<(f64, f64)>) -> Result<Hyperexponential, ParameterError> {
        let mut cumulative = 0.0;
        let mut checked = Vec::with_capacity(phases.len());
        for (p, mean) in phases {
            parameter::require("phases", p, (0.0..=1.0).contains(&p), "probabilities `p` from 0 to 1")?;
            parameter::require("phases", mean, mean > 0.0 && mean.is_finite(), "finite means above 0")?;
            cumulative += p;
            if p > 0.0 {
                checked.push(Phase { cumulative, probability: p, mean });
            }
        }
        let sums_up = (cumulative - 1.0).abs() <= TOLERANCE;
        parameter::require("phases", cumulative, sums_up, "probabilities `p` that sum up to 1")?;
        Ok(Hyperexponential { phases: checked })
    }

    /// Draws one number: a uniform for the phase, then an exponential.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        let uniform = stream.uniform();
        // The last phase also takes what rounding leaves short of 1.
        let last = self.phases.len() - 1;
        let chosen = self.phases[..last].iter().position(|phase| uniform < phase.cumulative).unwrap_or(last);
        self.phases[chosen].mean * stream.exponential()
    }

    /// `Σ p mean`.
    pub fn mean(&self) -> f64 {
        self.phases.iter().map(|phase| phase.probability * phase.mean).sum()
    }

    /// `Σ 2 p mean² - (Σ p mean)²`.
    pub fn variance(&self) -> f64 {
        // Written as within plus between phases, which cannot cancel below zero.
        let mean = self.mean();
        let spread = |phase: &Phase| phase.mean * phase.mean + (phase.mean - mean) * (phase.mean - mean);
        self.phases.iter().map(|phase| phase.probability * spread(phase)).sum()
    }

    /// The phases: the probability of each, and its mean.
    pub fn phases(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.phases.iter().map(|phase| (phase.probability, phase.mean))
    }

    /// `P(X > x) = Σ p exp(-x / mean)`.
    pub fn survival(&self, x: f64) -> f64 {
        self.phases().map(|(p, mean)| p * math::exp(-x.max(0.0) / mean)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::reference::{Reference, any_positive};
    use proptest::prelude::*;

    impl Reference for Hyperexponential {
        const FROZEN: ([f64; 3], u32) =
            ([0.080_438_200_649_743_01, 1.253_511_944_113_518_3, 75.445_706_585_137_98], 0x62b6_b244);

        fn examples() -> Vec<Hyperexponential> {
            [vec![(0.9, 1.0), (0.1, 20.0)], vec![(0.2, 8.0), (0.0, 1.0), (0.5, 0.1), (0.3, 2.0)], vec![(1.0, 4.0)]]
                .map(|phases| Hyperexponential::new(phases).unwrap())
                .into()
        }

        fn survival(&self, x: f64) -> f64 {
            self.phases.iter().map(|phase| phase.probability * math::exp(-x / phase.mean)).sum()
        }

        fn scaled(&self, factor: f64) -> Hyperexponential {
            let phases = self.phases.iter().map(|phase| (phase.probability, phase.mean * factor));
            Hyperexponential::new(phases.collect()).unwrap()
        }

        fn any() -> BoxedStrategy<Hyperexponential> {
            (0.0..=1.0, any_positive(), any_positive())
                .prop_map(|(p, a, b)| Hyperexponential::new(vec![(p, a), (1.0 - p, b)]).unwrap())
                .boxed()
        }
    }

    #[test]
    fn probabilities_sum_up_to_one() {
        let thirds = vec![(0.1, 1.0), (0.2, 1.0), (0.7, 1.0)];
        assert!(Hyperexponential::new(thirds).is_ok(), "their binary sum is not exactly 1");
        for phases in [vec![], vec![(0.5, 1.0)], vec![(0.5, 1.0), (0.6, 1.0)], vec![(1.5, 1.0), (-0.5, 1.0)]] {
            assert_eq!(Hyperexponential::new(phases).unwrap_err().parameter, "phases");
        }
        assert!(Hyperexponential::new(vec![(1.0, 0.0)]).is_err());
    }
}
