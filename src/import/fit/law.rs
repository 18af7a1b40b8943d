//! The distributions that can be fitted, with the parameters that a scenario states.

use crate::random::dist::{
    Constant, Distribution, Empirical, Exponential, Gamma, Hyperexponential, Lognormal, ParameterError, Pareto, Weibull,
};

/// A family of distributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// One value.
    Constant,
    /// Exponential.
    Exponential,
    /// Lognormal.
    Lognormal,
    /// Gamma.
    Gamma,
    /// Weibull.
    Weibull,
    /// Hyperexponential, of two phases.
    Hyperexponential,
    /// Pareto without an upper bound.
    Pareto,
    /// Pareto with an upper bound.
    BoundedPareto,
    /// Equally likely values.
    Empirical,
}

impl Family {
    /// The families that are fitted by maximum likelihood, the simplest first.
    pub(super) const FITTED: [Family; 7] = [
        Family::Exponential,
        Family::Lognormal,
        Family::Gamma,
        Family::Weibull,
        Family::Pareto,
        Family::BoundedPareto,
        Family::Hyperexponential,
    ];

    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Family::Constant => "constant",
            Family::Exponential => "exponential",
            Family::Lognormal => "lognormal",
            Family::Gamma => "gamma",
            Family::Weibull => "Weibull",
            Family::Hyperexponential => "hyperexponential",
            Family::Pareto => "Pareto",
            Family::BoundedPareto => "bounded Pareto",
            Family::Empirical => "empirical",
        }
    }

    /// The number of parameters that Akaike's criterion counts.
    pub(super) fn parameters(self) -> usize {
        match self {
            Family::Constant | Family::Exponential => 1,
            Family::Lognormal | Family::Gamma | Family::Weibull | Family::Pareto => 2,
            Family::BoundedPareto | Family::Hyperexponential => 3,
            Family::Empirical => 0,
        }
    }
}

/// A distribution with its parameters as a scenario states them; times are in seconds.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the fields are the parameters of `random::dist`
pub enum FittedLaw {
    /// Always this value.
    Constant(f64),
    /// Exponential.
    Exponential { mean: f64 },
    /// Lognormal, by its own mean and coefficient of variation.
    Lognormal { mean: f64, cv: f64 },
    /// Gamma.
    Gamma { shape: f64, mean: f64 },
    /// Weibull.
    Weibull { shape: f64, mean: f64 },
    /// With probability `p` of the first phase, whose mean is the smaller one.
    Hyperexponential { p: f64, means: [f64; 2] },
    /// Pareto, bounded or not.
    Pareto { shape: f64, low: f64, high: Option<f64> },
    /// Equally likely values, rising.
    Empirical(Vec<f64>),
}

impl FittedLaw {
    /// Its family.
    pub fn family(&self) -> Family {
        match self {
            FittedLaw::Constant(_) => Family::Constant,
            FittedLaw::Exponential { .. } => Family::Exponential,
            FittedLaw::Lognormal { .. } => Family::Lognormal,
            FittedLaw::Gamma { .. } => Family::Gamma,
            FittedLaw::Weibull { .. } => Family::Weibull,
            FittedLaw::Hyperexponential { .. } => Family::Hyperexponential,
            FittedLaw::Pareto { high: None, .. } => Family::Pareto,
            FittedLaw::Pareto { high: Some(_), .. } => Family::BoundedPareto,
            FittedLaw::Empirical(_) => Family::Empirical,
        }
    }

    /// The distribution to draw from.
    ///
    /// # Errors
    /// If a parameter is outside the range that scenarios accept.
    pub fn distribution(&self) -> Result<Distribution, ParameterError> {
        Ok(match self {
            FittedLaw::Constant(value) => Constant::new(*value)?.into(),
            FittedLaw::Exponential { mean } => Exponential::new(*mean)?.into(),
            FittedLaw::Lognormal { mean, cv } => Lognormal::new(*mean, *cv)?.into(),
            FittedLaw::Gamma { shape, mean } => Gamma::new(*shape, *mean)?.into(),
            FittedLaw::Weibull { shape, mean } => Weibull::new(*shape, *mean)?.into(),
            FittedLaw::Hyperexponential { p, means } => {
                Hyperexponential::new(vec![(*p, means[0]), (1.0 - p, means[1])])?.into()
            }
            FittedLaw::Pareto { shape, low, high } => Pareto::new(*shape, *low, *high)?.into(),
            FittedLaw::Empirical(values) => Empirical::new(values.clone())?.into(),
        })
    }

    /// The parameters with their keys in a scenario; none of an empirical distribution.
    pub fn parameters(&self) -> Vec<(&'static str, f64)> {
        match self {
            FittedLaw::Constant(value) => vec![("constant", *value)],
            FittedLaw::Exponential { mean } => vec![("mean", *mean)],
            FittedLaw::Lognormal { mean, cv } => vec![("mean", *mean), ("cv", *cv)],
            FittedLaw::Gamma { shape, mean } | FittedLaw::Weibull { shape, mean } => {
                vec![("shape", *shape), ("mean", *mean)]
            }
            FittedLaw::Hyperexponential { p, means } => vec![("p", *p), ("mean 1", means[0]), ("mean 2", means[1])],
            FittedLaw::Pareto { shape, low, high } => {
                let high = high.map(|high| ("high", high));
                [("shape", *shape), ("low", *low)].into_iter().chain(high).collect()
            }
            FittedLaw::Empirical(_) => Vec::new(),
        }
    }
}
