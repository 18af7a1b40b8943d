//! The hyperexponential distribution: one of several exponentials, by chance. More variable than any one of them.

use super::parameter::{self, ParameterError};
use crate::random::stream::Stream;

/// How far the probabilities of the phases may sum up beside 1, for the sake of decimal fractions.
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
    /// Hyperexponential with phases `(p, mean)`; the probabilities sum up to 1, each mean is finite and above zero.
    ///
    /// # Errors
    /// If there is no phase, a probability or mean is outside its range, or the probabilities sum up to something else
    /// than 1 by more than 1e-9. The parameter named is `phases`, the value the number at fault.
    pub fn new(phases: Vec<(f64, f64)>) -> Result<Hyperexponential, ParameterError> {
        let mut cumulative = 0.0;
        let mut checked = Vec::with_capacity(phases.len());
        for (p, mean) in phases {
            parameter::require("phases", p, (0.0..=1.0).contains(&p), "probabilities `p` from 0 to 1")?;
            parameter::require("phases", mean, mean > 0.0 && mean.is_finite(), "finite means above 0")?;
            cumulative += p;
            checked.push(Phase { cumulative, probability: p, mean });
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
}
